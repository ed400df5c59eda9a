//! `names.toml`: what each name of the tables is called in the law's own vocabulary.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use policy::law::Comparison;
use policy::law::catalog::{Catalog, Disposition};
use serde::Deserialize;

use crate::duties::Duty;
use crate::sense::{Sense, conditions, place};
use crate::table::{Row, Rule, Said, said};

const TEXT: &str = include_str!("names.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hipaa: BTreeMap<String, String>,
    ferpa: BTreeMap<String, String>,
    part2: BTreeMap<String, String>,
    cfr23: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    #[serde(default)]
    derived: BTreeMap<String, BTreeMap<String, String>>,
    by: BTreeMap<String, Vec<String>>,
    nothing_opens: NothingOpens,
    duties: BTreeMap<String, Duty>,
    must: BTreeMap<String, String>,
    left_out: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NothingOpens {
    ids: Vec<String>,
}

/// The mapping, compiled.
pub struct Names {
    plain: HashMap<(String, String), Sense>,
    derived: HashMap<(String, String), Said>,
    numbers: BTreeMap<String, String>,
    /// Our clauses for a row, where they do not have its id.
    pub by: BTreeMap<String, Vec<String>>,
    /// Rows that cannot be compared, with the reason.
    pub left_out: BTreeMap<String, String>,
    /// Rows that say what follows where nothing opens.
    pub nothing_opens: Vec<String>,
    /// Rows that bring a duty.
    pub duties: BTreeMap<String, Duty>,
    /// By clause that says must: when the rows say so.
    pub must: BTreeMap<String, String>,
    used: RefCell<BTreeSet<(String, String)>>,
}

/// Where a condition of the table is read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub rows: &'a [Row],
    pub regime: &'a str,
    /// The permit relied on.
    pub basis: Option<&'a Row>,
}

impl Names {
    pub fn read() -> Self {
        let file: File = toml::from_str(TEXT).unwrap_or_else(|error| panic!("names.toml: {error}"));
        let sections =
            [("hipaa", file.hipaa), ("ferpa", file.ferpa), ("part2", file.part2), ("cfr23", file.cfr23)];
        let mut keys = Vec::new();
        let mut texts = Vec::new();
        for (section, names) in sections {
            for (name, text) in names {
                keys.push((section.to_owned(), name));
                texts.push(text);
            }
        }
        let plain = keys.into_iter().zip(conditions(&texts)).collect();
        let mut derived = HashMap::new();
        for (section, names) in file.derived {
            for (name, text) in names {
                let said = said(&text).unwrap_or_else(|fault| panic!("names.toml: {name}: {fault}"));
                derived.insert((section.clone(), name), said);
            }
        }
        let (by, left_out, numbers, nothing_opens) =
            (file.by, file.left_out, file.numbers, file.nothing_opens.ids);
        Self {
            plain,
            derived,
            numbers,
            by,
            left_out,
            nothing_opens,
            duties: file.duties,
            must: file.must,
            used: RefCell::default(),
        }
    }

    /// Whether a row has a say in the comparison: it is kept as clauses, and not left out.
    pub fn counts(&self, row: &Row) -> bool {
        let entry =
            Catalog::embedded().entry(&row.id).unwrap_or_else(|| panic!("{}: not in the catalog", row.id));
        let decided =
            matches!(entry.disposition, Disposition::Executable { .. } | Disposition::Attestation { .. });
        let listed = self.left_out.contains_key(&row.id) || self.nothing_opens.contains(&row.id);
        decided && !listed && row.rule != Rule::See
    }

    /// Names that no row asks for.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let keys = self.plain.keys().chain(self.derived.keys());
        keys.filter(|key| !used.contains(*key)).map(|(section, name)| format!("{section}: {name}")).collect()
    }

    fn find<'a, T>(&self, map: &'a HashMap<(String, String), T>, regime: &str, name: &str) -> Option<&'a T> {
        let key = (regime.to_owned(), name.to_owned());
        let found = map.get(&key);
        if found.is_some() {
            self.used.borrow_mut().insert(key);
        }
        found
    }

    /// A condition of the table in the law's own words, or the name that has no counterpart.
    pub fn translate(&self, said: &Said, context: Context<'_>) -> Result<Sense, String> {
        let all = |parts: &[Said]| {
            parts.iter().map(|part| self.translate(part, context)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match said {
            Said::Always => Sense::Const(true),
            Said::Never => Sense::Const(false),
            Said::Not(inner) => Sense::Not(Box::new(self.translate(inner, context)?)),
            Said::Some(inner) => Sense::AnyPermission(Box::new(self.translate(inner, context)?)),
            Said::And(parts) => Sense::And(all(parts)?),
            Said::Or(parts) => Sense::Or(all(parts)?),
            Said::Is(name, id) if name == "basis" => Sense::Const(self.is_basis(id, context)?),
            Said::Among(name, ids) if name == "basis" => {
                let mut among = false;
                for id in ids {
                    among |= self.is_basis(id, context)?;
                }
                Sense::Const(among)
            }
            Said::Is(name, value) => self.named(&format!("{name} = {value}"), context)?,
            Said::Among(name, values) => Sense::Or(
                values
                    .iter()
                    .map(|value| self.named(&format!("{name} = {value}"), context))
                    .collect::<Result<_, _>>()?,
            ),
            Said::Name(name) => self.named(name, context)?,
            Said::Row(id) => {
                let row = match id.as_str() {
                    "basis" if context.basis.is_none() => return Ok(Sense::Const(false)),
                    "basis" => context.basis,
                    id => context.rows.iter().find(|row| row.id == id),
                };
                let row = row.ok_or_else(|| format!("row {id}"))?;
                match &row.rule {
                    Rule::Plain(said) => self.translate(said, context)?,
                    Rule::See | Rule::Must(..) => return Err(format!("row {id}")),
                }
            }
            Said::Compare(name, sign, number) => {
                let path = self.numbers.get(name).ok_or_else(|| name.clone())?;
                let comparison = match sign.as_str() {
                    "<" => Comparison::Less,
                    "<=" => Comparison::AtMost,
                    ">" => Comparison::More,
                    _ => Comparison::AtLeast,
                };
                Sense::Compare(place(path), comparison, number.parse().map_err(|_| number.clone())?)
            }
        })
    }

    fn named(&self, name: &str, context: Context<'_>) -> Result<Sense, String> {
        if let Some(said) = self.find(&self.derived, context.regime, name) {
            return self.translate(said, context);
        }
        self.find(&self.plain, context.regime, name).cloned().ok_or_else(|| name.to_owned())
    }

    fn is_basis(&self, pattern: &str, context: Context<'_>) -> Result<bool, String> {
        let known = context.rows.iter().any(|row| matches(pattern, &row.id));
        if !known {
            return Err(format!("basis {pattern}, which is no row"));
        }
        Ok(context.basis.is_some_and(|basis| matches(pattern, &basis.id)))
    }
}

/// Whether an id is this one, or begins as this one does before its `*`.
fn matches(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |front| id.starts_with(front))
}

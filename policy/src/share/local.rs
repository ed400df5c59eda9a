//! An agency's own rules: further prohibitions over the same facts, in the same language as the law.
//!
//! `[[clause]]` blocks with effect forbid, limit or require, as in `law/*/*.toml`; they become a regime of their own that
//! governs always and only narrows. Used by the node when it loads its law. What says nothing is refused as well as what says
//! too much, with line and column: a condition that can never be so, a rule that takes back all it says, one that others or
//! the law already say. Absent on purpose: permissions. A permit in local rules is a load error, and so is a file that tries
//! to be a regime.

use serde::Deserialize;
use toml::Spanned;

use crate::law::{Clause, Effect, Expr, FILES, Law, LawError, position};

/// Short name of the regime that local rules become.
pub const LOCAL_REGIME: &str = "local";
/// Name of the rules in errors.
const RULES: &str = "law/local/rules.toml";

const HEAD: &str = r#"[regime]
id = "local"
name = "This agency's own rules"
citation = "local rules"
overlay = true
default_deny = "local-default-deny"
governs = "true"

[[clause]]
id = "local-default-deny"
citation = "local rules"
read = "2026-11-21"
effect = "default_deny"
summary = "This agency's own rules forbid it."
"#;

/// The local rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalRulesRefused {
    /// They do not load; file, line and column say where.
    #[error("local rules: {0}")]
    Malformed(#[from] LawError),
    /// They try to permit something.
    #[error(
        "local rules: line {line}, column {column}: clause `{id}` would permit or define; an agency can add prohibitions, \
         limits and duties only"
    )]
    NotARestriction {
        /// The clause.
        id: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// They try to bite on a regime of the law by a head of their own.
    #[error(
        "local rules: line {line}, column {column}: write [[clause]] blocks only; the regime is this agency's own"
    )]
    Regime {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// What they ask for can never be so.
    #[error("local rules: line {line}, column {column}: clause `{id}`: {what}")]
    Contradiction {
        /// The clause.
        id: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What cannot be, and what to write.
        what: String,
    },
    /// A rule has no effect.
    #[error("local rules: line {line}, column {column}: clause `{id}` has no effect: {why}")]
    Dead {
        /// The clause.
        id: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// Why.
        why: String,
    },
}

/// The rules as text, with the place of each word that errors point at.
#[derive(Deserialize)]
struct File {
    regime: Option<Spanned<toml::Value>>,
    #[serde(default)]
    clause: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: Spanned<String>,
    effect: Spanned<String>,
    when: Option<Spanned<String>>,
    unless: Option<Spanned<String>>,
    must: Option<Spanned<String>>,
}

/// The law that is part of this build, with these local rules on top.
///
/// # Errors
/// [`LocalRulesRefused`] when they do not load, would widen anything, or say something that has no effect.
pub fn law_with(rules: &str) -> Result<Law, LocalRulesRefused> {
    law_over(FILES, rules)
}

/// The law of these texts, with these local rules on top.
///
/// # Errors
/// As [`law_with`].
pub fn law_over(texts: &[(&str, &str)], rules: &str) -> Result<Law, LocalRulesRefused> {
    // what is no TOML at all is reported by the loader, below
    let places = toml::from_str::<File>(rules).ok();
    if let Some(regime) = places.as_ref().and_then(|file| file.regime.as_ref()) {
        let (line, column) = position(rules, regime.span().start);
        return Err(LocalRulesRefused::Regime { line, column });
    }
    for row in places.iter().flat_map(|file| &file.clause) {
        if ["permit", "define", "default_deny"].contains(&row.effect.get_ref().as_str()) {
            let (line, column) = position(rules, row.effect.span().start);
            return Err(LocalRulesRefused::NotARestriction { id: row.id.get_ref().clone(), line, column });
        }
    }
    let mut files: Vec<(&str, &str)> = texts.to_vec();
    files.push(("law/local/regime.toml", HEAD));
    files.push((RULES, rules));
    let law = Law::parse(&files)?;
    let local: Vec<&Clause> = law.clauses().iter().filter(|clause| clause.file == RULES).collect();
    if let Some(places) = places {
        let rows = Rows { law: &law, rules, rows: &places.clause };
        for (at, clause) in local.iter().enumerate() {
            rows.contradiction(at, clause, &local)?;
            rows.dead(at, clause, &local)?;
        }
    }
    // INVARIANT (only restrict): whatever the checks above missed, nothing here opens or names anything.
    match local.iter().find(|c| !matches!(c.effect, Effect::Forbid | Effect::Limit | Effect::Require)) {
        Some(clause) => Err(LocalRulesRefused::NotARestriction { id: clause.id.clone(), line: 1, column: 1 }),
        None => Ok(law),
    }
}

/// The rules beside the law that they were loaded with.
struct Rows<'r> {
    law: &'r Law,
    rules: &'r str,
    rows: &'r [Row],
}

impl Rows<'_> {
    fn place(&self, at: usize, part: fn(&Row) -> Option<&Spanned<String>>) -> (usize, usize) {
        let row = self.rows.get(at);
        let span = row.and_then(|row| part(row).or(Some(&row.id))).map_or(0, |value| value.span().start);
        position(self.rules, span)
    }

    fn contradiction(&self, at: usize, clause: &Clause, local: &[&Clause]) -> Result<(), LocalRulesRefused> {
        let refuse = |part: fn(&Row) -> Option<&Spanned<String>>, what: String| {
            let (line, column) = self.place(at, part);
            Err(LocalRulesRefused::Contradiction { id: clause.id.clone(), line, column, what })
        };
        let can_be = |expr: &Option<Expr>| expr.as_ref().is_none_or(|expr| self.law.can_be(&[(expr, true)]));
        if !can_be(&clause.when) {
            return refuse(
                |row| row.when.as_ref(),
                "this can never be so; say when the rule applies".to_owned(),
            );
        }
        if !can_be(&clause.unless) {
            return refuse(
                |row| row.unless.as_ref(),
                "this exception can never be so; leave it out".to_owned(),
            );
        }
        let Some(must) = &clause.must else { return Ok(()) };
        let when = clause.when.as_ref().map(|when| (when, true));
        let met: Vec<(&Expr, bool)> = when.into_iter().chain([(must, true)]).collect();
        if !self.law.can_be(&met) {
            let what = "what it demands can never be so where it applies; write a forbid".to_owned();
            return refuse(|row| row.must.as_ref(), what);
        }
        for other in &local[..at] {
            let Some(other_must) = &other.must else { continue };
            let other_when = other.when.as_ref().map(|when| (when, true));
            let mut both: Vec<(&Expr, bool)> = when.into_iter().chain(other_when).collect();
            let overlap = self.law.can_be(&both);
            both.extend([(must, true), (other_must, true)]);
            if overlap && !self.law.can_be(&both) {
                let what =
                    format!("nothing can meet both this and `{}` where both apply; write a forbid", other.id);
                return refuse(|row| row.must.as_ref(), what);
            }
        }
        Ok(())
    }

    fn dead(&self, at: usize, clause: &Clause, local: &[&Clause]) -> Result<(), LocalRulesRefused> {
        let refuse = |why: String| {
            let (line, column) = self.place(at, |row| Some(&row.id));
            Err(LocalRulesRefused::Dead { id: clause.id.clone(), line, column, why })
        };
        let closes = closes(clause);
        if !self.law.can_be(&closes) {
            return refuse("its exception, or what it demands, is so wherever it applies".to_owned());
        }
        if clause.effect == Effect::Require {
            return Ok(());
        }
        let prohibits = |other: &&&Clause| matches!(other.effect, Effect::Forbid | Effect::Limit);
        for (_, other) in local.iter().enumerate().filter(|(place, _)| *place != at) {
            // of two that say the same, the first stands
            let earlier = local.iter().position(|row| row.id == other.id).is_some_and(|place| place < at);
            if prohibits(&other) && self.covers(other, clause) && (earlier || !self.covers(clause, other)) {
                return refuse(format!("`{}` closes all that it closes", other.id));
            }
        }
        let mut permits = self.law.clauses().iter().filter(|other| {
            other.effect == Effect::Permit && !self.law.regimes()[usize::from(other.regime)].overlay
        });
        let bears = permits.any(|permit| {
            let mut asked = closes.clone();
            asked.extend(permit.when.as_ref().map(|when| (when, true)));
            self.law.can_be(&asked)
        });
        if bears { Ok(()) } else { refuse("the law permits nothing of what it closes".to_owned()) }
    }

    /// Whether a rule closes all that another closes.
    fn covers(&self, rule: &Clause, other: &Clause) -> bool {
        let closed = closes(other);
        let escapes = |expr: Option<&Expr>, wanted: bool| {
            expr.is_some_and(|expr| {
                let asked: Vec<(&Expr, bool)> = closed.iter().copied().chain([(expr, wanted)]).collect();
                self.law.can_be(&asked)
            })
        };
        !escapes(rule.when.as_ref(), false) && !escapes(rule.unless.as_ref().or(rule.must.as_ref()), true)
    }
}

/// When a rule closes, where everything is known.
fn closes(clause: &Clause) -> Vec<(&Expr, bool)> {
    let when = clause.when.as_ref().map(|when| (when, true));
    let saved = clause.unless.as_ref().or(clause.must.as_ref()).map(|saved| (saved, false));
    when.into_iter().chain(saved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::parse_scenario;
    use crate::law::Obligation;

    const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

    fn clause(id: &str, effect: &str, rest: &str) -> String {
        format!(
            "[[clause]]\nid = \"{id}\"\ncitation = \"house rule 1\"\nread = \"2026-11-21\"\neffect = \"{effect}\"\n\
             summary = \"A rule of the house.\"\n{rest}\n"
        )
    }

    fn refused(rules: &str) -> String {
        law_with(rules).unwrap_err().to_string()
    }

    #[test]
    fn local_rules_narrow_and_never_widen() {
        let rules =
            clause("local-no-employers", "forbid", "when = \"recipient.sector in {law_enforcement}\"");
        let (law, stricter) = (Law::embedded(), law_with(&rules).unwrap());
        let (mut same, mut closed) = (0, 0);
        for line in PUBLISHED.lines().filter(|l| !l.trim().is_empty()) {
            let facts = parse_scenario(line).unwrap().facts;
            let (before, after) = (law.decide(&facts), stricter.decide(&facts));
            assert!(before.permit || !after.permit, "{line}");
            let to_police = line.contains(r#""recipient": {"sector": "law_enforcement""#);
            assert!(!(after.permit && to_police), "{line}");
            same += usize::from(after.permit && before.permit);
            closed += usize::from(before.permit && !after.permit);
        }
        assert!(same > 10 && closed > 5, "{same} stay, {closed} closed");
    }

    #[test]
    fn duties_of_local_rules_come_with_whatever_the_law_permits() {
        let rules = clause(
            "local-tell",
            "require",
            "when = \"purpose = treatment\"\nobligations = [\"notify_subject\"]\ntravels = [\"house_letter\"]",
        );
        let (law, stricter) = (Law::embedded(), law_with(&rules).unwrap());
        let mut told = 0;
        for line in PUBLISHED.lines() {
            let facts = parse_scenario(line).unwrap().facts;
            let (before, after) = (law.decide(&facts), stricter.decide(&facts));
            assert_eq!(before.permit, after.permit);
            let new = after.obligations.contains(Obligation::NotifySubject)
                && !before.obligations.contains(Obligation::NotifySubject);
            let treats = line.contains(r#""purpose": "treatment""#);
            assert!(!new || treats && stricter.travels(after.travels).any(|thing| thing == "house_letter"));
            assert!(!(after.permit && treats) || after.obligations.contains(Obligation::NotifySubject));
            told += u32::from(new);
        }
        assert!(told > 0);
    }

    #[test]
    fn a_permit_a_definition_or_a_regime_in_local_rules_is_a_load_error() {
        for (rules, says) in [
            (
                clause("local-open", "permit", "when = \"true\""),
                "line 5, column 10: clause `local-open` would permit",
            ),
            (clause("local-name", "define", "name = \"mine\"\nwhen = \"true\""), "`local-name` would permit"),
            ("[regime]\nid = \"mine\"".into(), "line 1, column 1: write [[clause]] blocks only"),
            (clause("local-odd", "forbid", "when = \"recipient.colour = red\""), "rules.toml:7:9"),
            (clause("local-odd", "forbid", "defeats = [\"hipaa-*\"]\nwhen = \"true\""), "rules.toml:7:12"),
            ("when = ".into(), "rules.toml:1:"),
        ] {
            let error = refused(&rules);
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_named_with_its_place() {
        for (rest, effect, says) in [
            (
                "when = \"purpose = treatment and purpose = research\"",
                "forbid",
                "line 7, column 8: clause `local-x`: this can never be so",
            ),
            (
                "when = \"purpose = treatment\"\nunless = \"subject.age < 18 and subject.age > 30\"",
                "forbid",
                "line 8, column 10: clause `local-x`: this exception can never",
            ),
            (
                "when = \"purpose = treatment\"\nmust = \"purpose = research\"",
                "limit",
                "line 8, column 8: clause `local-x`: what it demands can never be so",
            ),
            (
                "when = \"consent.none and consent.signed\"\nobligations = [\"notify_subject\"]",
                "require",
                "line 7, column 8",
            ),
        ] {
            let error = refused(&clause("local-x", effect, rest));
            assert!(error.contains(says), "{error}");
        }
        let both = clause("local-a", "limit", "must = \"consent.signed\"")
            + &clause("local-b", "limit", "when = \"purpose = treatment\"\nmust = \"not consent.signed\"");
        assert!(refused(&both).contains("nothing can meet both this and `local-a`"), "{}", refused(&both));
    }

    #[test]
    fn a_rule_without_effect_is_named_with_its_place() {
        let same = |id| clause(id, "forbid", "when = \"recipient.sector = employer\"");
        let wider = clause("local-wide", "forbid", "when = \"recipient.sector in {employer, media}\"");
        for (rules, says) in [
            (
                same("local-a") + &same("local-b"),
                "line 9, column 6: clause `local-b` has no effect: `local-a` closes all",
            ),
            (same("local-a") + &wider, "clause `local-a` has no effect: `local-wide` closes all"),
            (
                clause(
                    "local-x",
                    "forbid",
                    "when = \"purpose = treatment\"\nunless = \"not purpose = research\"",
                ),
                "clause `local-x` has no effect: its exception",
            ),
            (
                clause(
                    "local-x",
                    "limit",
                    "when = \"purpose = treatment\"\nmust = \"purpose in {treatment, research}\"",
                ),
                "clause `local-x` has no effect: its exception, or what it demands",
            ),
        ] {
            let error = refused(&rules);
            assert!(error.contains(says), "{error}");
        }
        assert!(law_with(&wider).is_ok());
    }
}

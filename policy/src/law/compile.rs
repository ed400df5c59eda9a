//! From clause files to a law: what clauses say about each other is checked, conditions are compiled.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::error::Fault;
use super::eval::{Node, NodeRef, Nodes};
use super::expr::{Expr, Named};
use super::file::{ClauseText, Condition, Effect, RegimeText, Word};
use super::index::{Clauses, Index};
use super::obligation::ObligationSet;
use super::{Clause, ClauseRef, Law, LawError, Regime, file};
use crate::facts::Place;

/// Regimes of one law, at most.
pub(super) const REGIMES_MAX: usize = 16;
/// Clauses of one law, at most.
pub(super) const CLAUSES_MAX: usize = 1024;
/// Things that travel with items, by name, at most.
const TRAVELS_MAX: usize = 64;
/// Depth of a condition with its definitions written out, at most.
const DEPTH_MAX: usize = 400;
/// Parts of a condition with its definitions written out, at most. Deciding walks them all.
const PARTS_MAX: usize = 20_000;

const TOO_DEEP: &str = "definitions within definitions, too deep; use fewer";

/// A permit and all that bears on it.
#[derive(Debug)]
pub(super) struct Permit {
    pub clause: ClauseRef,
    pub when: NodeRef,
    pub mandatory: Option<NodeRef>,
    /// Whether it rests on what one permission says: then one permission has to carry all of it.
    pub by_permission: bool,
    /// Whether it names purposes or recipients, and so is about cases like the ones it opens.
    pub names_case: bool,
    /// Indices into [`Law::guards`].
    pub guards: Vec<usize>,
    /// Indices into [`Law::requires`].
    pub requires: Vec<usize>,
    pub obligations: ObligationSet,
    pub travels: u64,
}

/// A forbid or limit.
#[derive(Debug)]
pub(super) struct Guard {
    pub clause: ClauseRef,
    pub when: NodeRef,
    /// `unless` of a forbid, `must` of a limit.
    pub saved_by: Option<NodeRef>,
    pub is_forbid: bool,
    pub unsettled: bool,
    /// Whether it is about every permit of its regime.
    pub whole_regime: bool,
}

/// A require.
#[derive(Debug)]
pub(super) struct Require {
    pub clause: ClauseRef,
    pub when: NodeRef,
    pub obligations: ObligationSet,
    pub travels: u64,
}

/// A file and its text, for placing faults.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    fn error(&self, at: usize, message: impl Into<String>) -> LawError {
        Fault::new(at, message).in_file(self.name, self.text)
    }
}

/// Loads a law from its files, named `…/<regime>/<topic>.toml`.
pub(super) fn law(files: &[(&str, &str)]) -> Result<Law, LawError> {
    let mut regimes: Vec<(Source<'_>, RegimeText)> = Vec::new();
    let mut clauses: Vec<(Source<'_>, &str, ClauseText)> = Vec::new();
    for &(name, text) in files {
        let source = Source { name, text };
        let directory = name.rsplit('/').nth(1).unwrap_or_default();
        let read = file::read(name, text)?;
        if let Some(regime) = read.regime {
            if regime.id.text != directory {
                return Err(source.error(regime.id.at, format!("the file lies in `{directory}`")));
            }
            if regimes.iter().any(|(_, other)| other.id.text == regime.id.text) {
                return Err(source.error(regime.id.at, "the regime is described twice"));
            }
            regimes.push((source, regime));
        }
        clauses.extend(read.clauses.into_iter().map(|clause| (source, directory, clause)));
    }
    if regimes.len() > REGIMES_MAX || clauses.len() > CLAUSES_MAX {
        let message = format!("more than {REGIMES_MAX} regimes or {CLAUSES_MAX} clauses");
        return Err(LawError { file: "law".to_owned(), line: 1, column: 1, message });
    }
    let mut law = compile(version(files), &regimes, &clauses)?;
    law.index = Index::new(&law);
    Ok(law)
}

/// Compiles what was read; the index is left to the caller.
pub(super) fn compile(
    version: String,
    regimes: &[(Source<'_>, RegimeText)],
    clauses: &[(Source<'_>, &str, ClauseText)],
) -> Result<Law, LawError> {
    Compiler::new(regimes, clauses)?.finish(version, regimes, clauses)
}

/// How large a condition is with its definitions written out.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    parts: usize,
    depth: usize,
}

struct Compiler<'a> {
    clauses: &'a [(Source<'a>, &'a str, ClauseText)],
    /// Definitions by name, as places among the clauses.
    defines: HashMap<&'a str, usize>,
    /// How large each definition is.
    sizes: HashMap<usize, Size>,
    /// Definitions that are compiled.
    compiled: HashMap<usize, NodeRef>,
    by_id: HashMap<String, ClauseRef>,
    nodes: Nodes,
    known: HashMap<Node, NodeRef>,
    /// `and` (true) and `or` by their parts.
    joined: HashMap<(bool, Vec<NodeRef>), NodeRef>,
    travels: Vec<String>,
}

impl<'a> Compiler<'a> {
    fn new(
        regimes: &[(Source<'a>, RegimeText)],
        clauses: &'a [(Source<'a>, &'a str, ClauseText)],
    ) -> Result<Self, LawError> {
        let mut defines = HashMap::new();
        let mut by_id = HashMap::new();
        for (index, (source, directory, clause)) in clauses.iter().enumerate() {
            if !regimes.iter().any(|(_, regime)| regime.id.text == *directory) {
                let message = format!("no file describes the regime `{directory}`");
                return Err(source.error(clause.id.at, message));
            }
            if by_id.insert(clause.id.text.clone(), ClauseRef::new(index)).is_some() {
                return Err(source.error(clause.id.at, "the id is used twice"));
            }
            if let Some(name) = &clause.name
                && defines.insert(name.text.as_str(), index).is_some()
            {
                return Err(source.error(name.at, "the name is defined twice"));
            }
        }
        let (sizes, compiled, nodes, known, joined, travels) = Default::default();
        Ok(Self { clauses, defines, sizes, compiled, by_id, nodes, known, joined, travels })
    }

    fn finish(
        mut self,
        version: String,
        regimes: &[(Source<'a>, RegimeText)],
        clauses: &[(Source<'a>, &'a str, ClauseText)],
    ) -> Result<Law, LawError> {
        // Definitions first, whether used or not, so that a fault in any of them is found.
        for (source, _, clause) in clauses.iter().filter(|(.., clause)| clause.effect == Effect::Define) {
            if let Some(when) = &clause.when {
                self.condition(*source, when)?;
            }
        }
        let mut law = Law::empty(version);
        for (index, (source, directory, clause)) in clauses.iter().enumerate() {
            self.clause(&mut law, ClauseRef::new(index), *source, clause)?;
            let regime =
                regimes.iter().position(|(_, regime)| regime.id.text == *directory).unwrap_or_default();
            law.clauses.push(self.describe(clause, regime, source));
        }
        law.permit_places = vec![usize::MAX; clauses.len()];
        for (place, permit) in law.permits.iter().enumerate() {
            law.permit_places[permit.clause.index()] = place;
        }
        self.bind(&mut law, regimes)?;
        for (index, (source, regime)) in regimes.iter().enumerate() {
            let regime = self.regime(&law, index, *source, regime)?;
            law.regimes.push(regime);
        }
        law.nodes = self.nodes;
        law.by_id = self.by_id;
        law.travels = self.travels;
        Ok(law)
    }

    /// Compiles what one clause says by itself.
    fn clause(
        &mut self,
        law: &mut Law,
        id: ClauseRef,
        source: Source<'a>,
        clause: &ClauseText,
    ) -> Result<(), LawError> {
        let when = match &clause.when {
            Some(when) => self.condition(source, when)?,
            None => self.node(Node::Const(true)),
        };
        let mut optional = |condition: &Option<Condition>| {
            condition.as_ref().map(|condition| self.condition(source, condition)).transpose()
        };
        let (mandatory, unless, must) =
            (optional(&clause.mandatory)?, optional(&clause.unless)?, optional(&clause.must)?);
        let travels = self.travels(source, clause)?;
        match clause.effect {
            Effect::Permit => law.permits.push(Permit {
                clause: id,
                when,
                mandatory,
                by_permission: self.reads_permission(when),
                names_case: clause.when.as_ref().is_some_and(|when| self.names_case(&when.expr)),
                guards: Vec::new(),
                requires: Vec::new(),
                obligations: clause.obligations,
                travels,
            }),
            Effect::Forbid | Effect::Limit => law.guards.push(Guard {
                clause: id,
                when,
                saved_by: unless.or(must),
                is_forbid: clause.effect == Effect::Forbid,
                unsettled: !clause.unsettled.is_empty(),
                whole_regime: clause.on.is_empty() || clause.on.iter().any(|on| on.text == "*"),
            }),
            Effect::Require => {
                law.requires.push(Require { clause: id, when, obligations: clause.obligations, travels });
            }
            Effect::Define | Effect::DefaultDeny => {}
        }
        Ok(())
    }

    /// Ties forbids, limits and requires to the permits of their own regime that they name; the requires of an overlay
    /// that has no permits to all.
    fn bind(&self, law: &mut Law, regimes: &[(Source<'a>, RegimeText)]) -> Result<(), LawError> {
        let overlays_without_permits: Vec<u8> = (0..)
            .zip(regimes)
            .filter(|(_, (_, regime))| regime.overlay)
            .map(|(at, _)| at)
            .filter(|at| !law.permits.iter().any(|permit| law.clauses[permit.clause.index()].regime == *at))
            .collect();
        let Law { clauses, permits, guards, requires, .. } = law;
        let guards = guards.iter().enumerate().map(|(index, guard)| (guard.clause, index, true));
        let requires = requires.iter().enumerate().map(|(index, require)| (require.clause, index, false));
        for (clause, index, is_guard) in guards.chain(requires) {
            let (source, _, text) = &self.clauses[clause.index()];
            let regime = clauses[clause.index()].regime;
            // An overlay without permits speaks of what others permit: so do the duties that it adds.
            let adds_to_all = !is_guard && overlays_without_permits.contains(&regime);
            let own = |permit: &Permit| adds_to_all || clauses[permit.clause.index()].regime == regime;
            let all = [Word { text: "*".to_owned(), at: text.id.at }];
            let names = if text.on.is_empty() { &all[..] } else { &text.on[..] };
            for name in names {
                let mut found = name.text == "*";
                for permit in permits.iter_mut().filter(|permit| own(permit)) {
                    let id = &clauses[permit.clause.index()].id;
                    if matches(&name.text, id) {
                        found = true;
                        if text.spares.iter().any(|spared| matches(&spared.text, id)) {
                            continue;
                        }
                        let tied = if is_guard { &mut permit.guards } else { &mut permit.requires };
                        if !tied.contains(&index) {
                            tied.push(index);
                        }
                    }
                }
                if !found {
                    return Err(source.error(name.at, "names no permit of this regime"));
                }
            }
            for spared in &text.spares {
                let of_regime = permits.iter().filter(|permit| own(permit));
                if !of_regime
                    .into_iter()
                    .any(|permit| matches(&spared.text, &clauses[permit.clause.index()].id))
                {
                    return Err(source.error(spared.at, "names no permit of this regime"));
                }
            }
        }
        Ok(())
    }

    fn regime(
        &mut self,
        law: &Law,
        index: usize,
        source: Source<'a>,
        text: &RegimeText,
    ) -> Result<Regime, LawError> {
        let governs = match &text.governs {
            Some(governs) => self.condition(source, governs)?,
            None => self.node(Node::Const(true)),
        };
        let default_deny = self
            .by_id
            .get(&text.default_deny.text)
            .copied()
            .filter(|clause| {
                let clause = &law.clauses[clause.index()];
                clause.effect == Effect::DefaultDeny && usize::from(clause.regime) == index
            })
            .ok_or_else(|| {
                source.error(text.default_deny.at, "no default_deny clause of this regime has this id")
            })?;
        let of_regime = |clause: ClauseRef| usize::from(law.clauses[clause.index()].regime) == index;
        let mut permits = Clauses::NONE;
        law.permits
            .iter()
            .filter(|permit| of_regime(permit.clause))
            .for_each(|permit| permits.insert(permit.clause.index()));
        Ok(Regime {
            id: text.id.text.clone(),
            name: text.name.clone(),
            citation: text.citation.clone(),
            overlay: text.overlay,
            adds: text.adds,
            fallback: text.fallback,
            governs_text: text.governs.as_ref().map(|governs| governs.text.clone()),
            governs_expr: text.governs.as_ref().map_or(Expr::Const(true), |governs| self.resolved(governs)),
            governs,
            default_deny,
            permits,
            whole_guards: (0..law.guards.len())
                .filter(|at| law.guards[*at].whole_regime && of_regime(law.guards[*at].clause))
                .collect(),
        })
    }

    /// A clause as the law shows it, its definitions filled in.
    fn describe(&self, clause: &ClauseText, regime: usize, source: &Source<'_>) -> Clause {
        let text = |condition: &Option<Condition>| condition.as_ref().map(|condition| condition.text.clone());
        let expr =
            |condition: &Option<Condition>| condition.as_ref().map(|condition| self.resolved(condition));
        Clause {
            id: clause.id.text.clone(),
            regime: regime as u8,
            citation: clause.citation.clone(),
            read: clause.read.clone(),
            effect: clause.effect,
            summary: clause.summary.clone(),
            name: clause.name.as_ref().map(|name| name.text.clone()),
            when_text: text(&clause.when),
            unless_text: text(&clause.unless),
            must_text: text(&clause.must),
            mandatory_text: text(&clause.mandatory),
            when: expr(&clause.when),
            unless: expr(&clause.unless),
            must: expr(&clause.must),
            mandatory: expr(&clause.mandatory),
            on: clause.on.iter().map(|on| on.text.clone()).collect(),
            spares: clause.spares.iter().map(|spared| spared.text.clone()).collect(),
            obligations: clause.obligations,
            attested_by: clause.attested_by.clone(),
            travels: clause.travels.clone(),
            also: clause.also.clone(),
            unsettled: clause.unsettled.clone(),
            file: source.name.to_owned(),
        }
    }

    fn resolved(&self, condition: &Condition) -> Expr {
        let mut expr = condition.expr.clone();
        expr.resolve(&|name| self.defines.get(name).copied().map(ClauseRef::new));
        expr
    }

    fn travels(&mut self, source: Source<'_>, clause: &ClauseText) -> Result<u64, LawError> {
        let mut set = 0;
        for name in &clause.travels {
            let at = self.travels.iter().position(|known| known == name).unwrap_or_else(|| {
                self.travels.push(name.clone());
                self.travels.len() - 1
            });
            if at >= TRAVELS_MAX {
                return Err(source.error(clause.id.at, format!("more than {TRAVELS_MAX} things travel")));
            }
            set |= 1 << at;
        }
        Ok(set)
    }

    fn condition(&mut self, source: Source<'a>, condition: &Condition) -> Result<NodeRef, LawError> {
        self.size(&condition.expr, &mut Vec::new(), 0)
            .and_then(|_| self.expr(&condition.expr))
            .map_err(|fault| fault.shifted(condition.at).in_file(source.name, source.text))
    }

    /// How large a condition is with its definitions written out. Finds definitions that are missing, circular, too deep or
    /// too large before anything walks them. Faults are placed where the outermost text names them.
    fn size(&mut self, expr: &Expr, within: &mut Vec<usize>, depth: usize) -> Result<Size, Fault> {
        if depth > DEPTH_MAX {
            return Err(Fault::new(0, TOO_DEEP));
        }
        let depth = depth + 1;
        let inner = match expr {
            Expr::Not(inner) | Expr::AnyPermission(inner) => self.size(inner, within, depth)?,
            Expr::And(all) | Expr::Or(all) => {
                let mut whole = Size::default();
                for part in all {
                    let part = self.size(part, within, depth)?;
                    whole.parts += part.parts;
                    whole.depth = whole.depth.max(part.depth);
                }
                whole
            }
            Expr::Define(Named { name, at, .. }) => {
                let index = self.defined(name, *at)?;
                if within.contains(&index) {
                    return Err(Fault::new(*at, format!("`@{name}` is defined by itself")));
                }
                match self.sizes.get(&index) {
                    Some(size) => *size,
                    None => {
                        let when = self.when_of(index, name, *at)?;
                        within.push(index);
                        let size = self.size(when, within, depth);
                        within.pop();
                        let size = size
                            .map_err(|fault| Fault::new(*at, format!("in `@{name}`: {}", fault.message)))?;
                        self.sizes.insert(index, size);
                        size
                    }
                }
            }
            _ => Size::default(),
        };
        if inner.depth >= DEPTH_MAX {
            return Err(Fault::new(0, TOO_DEEP));
        }
        if inner.parts >= PARTS_MAX {
            let message = format!("too large: more than {PARTS_MAX} parts with its definitions written out");
            return Err(Fault::new(0, message));
        }
        Ok(Size { parts: inner.parts + 1, depth: inner.depth + 1 })
    }

    fn defined(&self, name: &str, at: usize) -> Result<usize, Fault> {
        let index = self.defines.get(name).copied();
        index.ok_or_else(|| Fault::new(at, format!("nothing defines `@{name}`")))
    }

    fn when_of(&self, index: usize, name: &str, at: usize) -> Result<&'a Expr, Fault> {
        let when = self.clauses[index].2.when.as_ref().map(|when| &when.expr);
        when.ok_or_else(|| Fault::new(at, format!("`@{name}` has no `when`")))
    }

    /// Compiles a condition with its definitions written out.
    fn expr(&mut self, expr: &Expr) -> Result<NodeRef, Fault> {
        let node = match expr {
            Expr::Const(value) => Node::Const(*value),
            Expr::Any(fact, values) => match fact.place() {
                Place::Case { word, shift, .. } => Node::CaseAny { word: word as u8, mask: values << shift },
                Place::Permission { shift, .. } => Node::PermissionAny { mask: values << shift },
                Place::Count(_) => Node::Const(false),
            },
            Expr::Within(fact, values) => match fact.place() {
                Place::Case { word, shift, mask } => {
                    Node::CaseNone { word: word as u8, mask: mask & !(values << shift) }
                }
                Place::Permission { .. } | Place::Count(_) => Node::Const(false),
            },
            Expr::Known(fact) => match fact.place() {
                Place::Case { word, mask, .. } => Node::CaseKnown { word: word as u8, mask },
                Place::Permission { mask, .. } => Node::PermissionKnown { mask },
                Place::Count(slot) => Node::CountKnown { slot: slot as u8 },
            },
            Expr::Compare(fact, comparison, number) => match fact.place() {
                Place::Count(slot) => {
                    Node::Compare { slot: slot as u8, comparison: *comparison, number: *number }
                }
                Place::Case { .. } | Place::Permission { .. } => Node::Const(false),
            },
            Expr::NoPermission => Node::NoPermission,
            Expr::AnyPermission(inner) => Node::AnyPermission(self.expr(inner)?),
            Expr::Not(inner) => Node::Not(self.expr(inner)?),
            Expr::And(parts) => return self.join(parts, true),
            Expr::Or(parts) => return self.join(parts, false),
            Expr::Define(Named { name, at, .. }) => {
                let index = self.defined(name, *at)?;
                if let Some(node) = self.compiled.get(&index) {
                    return Ok(*node);
                }
                let node = self.expr(self.when_of(index, name, *at)?)?;
                self.compiled.insert(index, node);
                return Ok(node);
            }
        };
        Ok(self.node(node))
    }

    /// Compiles `and` and `or`: atoms of one machine word become one test, cheap parts come first.
    fn join(&mut self, parts: &[Expr], all: bool) -> Result<NodeRef, Fault> {
        let mut merged: Vec<(u8, u64)> = Vec::new();
        let mut rest = Vec::new();
        for part in parts {
            let part = self.expr(part)?;
            match self.nodes.all[part.0 as usize] {
                Node::CaseAny { word, mask } if !all || mask.is_power_of_two() => {
                    match merged.iter_mut().find(|(other, _)| *other == word) {
                        Some((_, masks)) => *masks |= mask,
                        None => merged.push((word, mask)),
                    }
                }
                _ => rest.push(part),
            }
        }
        let mut links: Vec<NodeRef> = Vec::with_capacity(merged.len() + rest.len());
        for (word, mask) in merged {
            links.push(self.node(if all {
                Node::CaseAll { word, mask }
            } else {
                Node::CaseAny { word, mask }
            }));
        }
        rest.sort_by_key(|part| {
            matches!(
                self.nodes.all[part.0 as usize],
                Node::And { .. } | Node::Or { .. } | Node::AnyPermission(_)
            )
        });
        links.extend(rest);
        if let [only] = links[..] {
            return Ok(only);
        }
        if let Some(node) = self.joined.get(&(all, links.clone())) {
            return Ok(*node);
        }
        let start = self.nodes.links.len() as u32;
        self.nodes.links.extend(&links);
        let end = self.nodes.links.len() as u32;
        let node = self.node(if all { Node::And { start, end } } else { Node::Or { start, end } });
        self.joined.insert((all, links), node);
        Ok(node)
    }

    fn node(&mut self, node: Node) -> NodeRef {
        *self.known.entry(node).or_insert_with_key(|node| {
            self.nodes.all.push(node.clone());
            NodeRef(self.nodes.all.len() as u32 - 1)
        })
    }

    fn names_case(&self, when: &Expr) -> bool {
        let mut found = false;
        when.walk(&mut |expr| match expr {
            Expr::Any(fact, _) => found |= matches!(fact.path(), "purpose" | "recipient.sector"),
            Expr::Define(Named { name, .. }) => {
                let define =
                    self.defines.get(name.as_str()).and_then(|index| self.clauses[*index].2.when.as_ref());
                found |= define.is_some_and(|when| self.names_case(&when.expr));
            }
            _ => {}
        });
        found
    }

    /// Whether the answer can differ from one permission to the next.
    fn reads_permission(&self, node: NodeRef) -> bool {
        match &self.nodes.all[node.0 as usize] {
            Node::PermissionAny { .. } | Node::PermissionKnown { .. } => true,
            Node::Not(inner) => self.reads_permission(*inner),
            Node::And { start, end } | Node::Or { start, end } => self.nodes.links
                [*start as usize..*end as usize]
                .iter()
                .any(|part| self.reads_permission(*part)),
            _ => false,
        }
    }
}

/// Whether `name`, an id or a prefix ending in `*`, covers `id`.
fn matches(name: &str, id: &str) -> bool {
    name.strip_suffix('*').map_or(name == id, |prefix| id.starts_with(prefix))
}

/// The name of exactly these texts: SHA-256 over the length and the bytes of every name and every text, in order. It tells
/// versions apart; who wrote them, a signature over it says.
pub(super) fn version(files: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The law: clauses read from text, decided on facts, explained with citations.
//!
//! The clause texts lie in `policy/law/<regime>/*.toml` and are embedded. [`Law::decide`] is the fast answer, for every
//! item of every disclosure; [`Law::explain`] the one for people, with the provisions that decide and what would have
//! to be established. Called by the door, by `concord decide` and `concord law`.
//!
//! INVARIANT (deny by default): a permit opens only what is *known true*; a forbid or limit that cannot be evaluated
//! closes. INVARIANT (conjunction): every regime that governs, or might, must be opened by a permit of its own.
//! Deliberately absent: any knowledge of test cases, any ranking or score, any rule written in Rust.

mod alter;
mod book;
#[cfg(test)]
#[path = "../../tests/law/cases.rs"]
mod cases;
pub mod catalog;
mod citation;
mod compile;
mod conflict;
mod decide;
mod embedded;
mod error;
mod eval;
mod explain;
mod expr;
mod file;
mod index;
mod lexer;
mod missing;
mod need;
mod obligation;
pub mod pack;
mod possible;
pub mod replay;
mod search;
pub mod state_tables;
pub mod warning;

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

pub use book::{Entry, book, cases_of, entry};
pub use citation::related;
pub use conflict::Conflict;
pub use decide::{BASIS_MAX, ClauseList, Decision, RegimeSet};
pub use embedded::FILES;
pub use error::LawError;
pub(crate) use error::position;
pub use explain::{CITATIONS_MAX, Explained, Reading, RegimeDenial};
pub use expr::{Comparison, Expr, Named};
pub use file::Effect;
pub use missing::{MISSING_MAX, Missing, WHOLE_WAYS_MAX, WholeWay};
pub use need::{Need, established_by};
pub use obligation::{Obligation, ObligationSet};

use compile::{Guard, Permit, Require};
use error::Fault;
use eval::{NodeRef, Nodes};
use index::{Clauses, Index};
use search::FixedAtoms;

use crate::facts::WORDS;

/// A clause, by its place in the law it was loaded with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseRef(u16);

impl ClauseRef {
    fn new(index: usize) -> Self {
        // INVARIANT (bounded): the loader refuses more than `compile::CLAUSES_MAX` clauses.
        Self(index as u16)
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One clause, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Stable name, never used again for another.
    pub id: String,
    /// Place of its regime in [`Law::regimes`].
    pub regime: u8,
    /// The provision.
    pub citation: String,
    /// The day its text was read, YYYY-MM-DD.
    pub read: String,
    /// What it does.
    pub effect: Effect,
    /// What it says, in one plain sentence.
    pub summary: String,
    /// The name it defines.
    pub name: Option<String>,
    /// `when`, as written.
    pub when_text: Option<String>,
    /// `unless`, as written.
    pub unless_text: Option<String>,
    /// `must`, as written.
    pub must_text: Option<String>,
    /// `mandatory`, as written.
    pub mandatory_text: Option<String>,
    /// `when`, parsed.
    pub when: Option<Expr>,
    /// `unless`, parsed.
    pub unless: Option<Expr>,
    /// `must`, parsed.
    pub must: Option<Expr>,
    /// `mandatory`, parsed.
    pub mandatory: Option<Expr>,
    /// The permits a forbid, limit or require is about: ids or prefixes ending in `*`; empty means all of its regime.
    pub on: Vec<String>,
    /// Permits that a forbid or limit leaves alone though `on` names them, in the same form.
    pub spares: Vec<String>,
    /// Duties it brings.
    pub obligations: ObligationSet,
    /// Who attests the judgments it needs.
    pub attested_by: Option<String>,
    /// What must travel with the item.
    pub travels: Vec<String>,
    /// Further citations shown with it.
    pub also: Vec<String>,
    /// The readings, where the law is not settled.
    pub unsettled: Vec<String>,
    /// The file it is in.
    pub file: String,
}

/// One regime: a body of law with its own test of when it governs.
#[derive(Debug, Clone)]
pub struct Regime {
    /// Short name, and the name of its directory.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is found.
    pub citation: String,
    /// Whether it only narrows: it permits unless one of its forbids or limits closes.
    pub overlay: bool,
    /// Whether it comes on top: it governs beside what would govern without it, and keeps the fallback from nothing.
    pub adds: bool,
    /// Whether it governs exactly where no other does but overlays and those that come on top.
    pub fallback: bool,
    /// When it governs, as written; a fallback has no text.
    pub governs_text: Option<String>,
    /// When it governs, parsed.
    pub governs_expr: Expr,
    governs: NodeRef,
    default_deny: ClauseRef,
    permits: Clauses,
    whole_guards: Vec<usize>,
}

/// A body of law, loaded.
pub struct Law {
    version: String,
    clauses: Vec<Clause>,
    regimes: Vec<Regime>,
    by_id: HashMap<String, ClauseRef>,
    permits: Vec<Permit>,
    /// By clause, the place among the permits; nothing for clauses that are none.
    permit_places: Vec<usize>,
    guards: Vec<Guard>,
    requires: Vec<Require>,
    travels: Vec<String>,
    nodes: Nodes,
    index: Index,
    objection_atom: Option<usize>,
    naming_atoms: [u64; WORDS],
    fixed_atoms: FixedAtoms,
}

impl Law {
    /// The law this program was built with.
    ///
    /// # Panics
    /// If the embedded texts do not load; a test of this crate loads them.
    #[expect(clippy::panic, reason = "the texts are part of the program; a test loads them")]
    pub fn embedded() -> &'static Self {
        static LAW: OnceLock<Law> = OnceLock::new();
        LAW.get_or_init(|| Self::parse(FILES).unwrap_or_else(|error| panic!("the embedded law: {error}")))
    }

    /// Loads a law from clause files, each a name `…/<regime>/<topic>.toml` and its text.
    ///
    /// # Errors
    /// The first fault found, with file, line and column.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, LawError> {
        compile::law(files)
    }

    fn empty(version: String) -> Self {
        Self {
            version,
            clauses: Vec::new(),
            regimes: Vec::new(),
            by_id: HashMap::new(),
            permits: Vec::new(),
            permit_places: Vec::new(),
            guards: Vec::new(),
            requires: Vec::new(),
            travels: Vec::new(),
            nodes: Nodes::default(),
            index: Index::default(),
            objection_atom: decide::objection_atom(),
            naming_atoms: explain::naming_atoms(),
            fixed_atoms: FixedAtoms::new(),
        }
    }

    /// The name of exactly these texts: their SHA-256 as 64 hexadecimal digits. A signature over it proves origin.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every clause, in order.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The clause of this id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.by_id.get(id).map(|clause| &self.clauses[clause.index()])
    }

    /// The place of the clause of this id.
    pub fn find(&self, id: &str) -> Option<ClauseRef> {
        self.by_id.get(id).copied()
    }

    /// The place of the clause of this id.
    pub fn clause_ref(&self, id: &str) -> Option<ClauseRef> {
        self.by_id.get(id).copied()
    }

    /// A clause that a decision of this law names.
    pub fn at(&self, clause: ClauseRef) -> &Clause {
        &self.clauses[clause.index()]
    }

    /// The forbids, limits and requires that bear on a permit.
    pub fn bearing_on(&self, permit: ClauseRef) -> Vec<ClauseRef> {
        let Some(permit) = self.permits.iter().find(|other| other.clause == permit) else {
            return Vec::new();
        };
        let guards = permit.guards.iter().map(|guard| self.guards[*guard].clause);
        guards.chain(permit.requires.iter().map(|require| self.requires[*require].clause)).collect()
    }

    /// Reads a condition about this law, its definitions filled in: for statements that are no clause of it.
    ///
    /// # Errors
    /// The first fault found, placed in `name`.
    pub fn condition(&self, name: &str, text: &str) -> Result<Expr, LawError> {
        let mut expr = Expr::parse(text).map_err(|fault| fault.in_file(name, text))?;
        let defined =
            |name: &str| self.clauses.iter().position(|clause| clause.name.as_deref() == Some(name));
        let mut fault = None;
        expr.walk(&mut |part| {
            if let Expr::Define(named) = part
                && defined(&named.name).is_none()
            {
                fault = Some(Fault::new(named.at, format!("nothing defines `@{}`", named.name)));
            }
        });
        if let Some(fault) = fault {
            return Err(fault.in_file(name, text));
        }
        expr.resolve(&|name| defined(name).map(ClauseRef::new));
        Ok(expr)
    }

    /// The condition that a definition stands for.
    pub fn define(&self, named: &Named) -> Option<&Expr> {
        named
            .clause
            .and_then(|clause| self.clauses.get(clause.index()))
            .and_then(|clause| clause.when.as_ref())
    }

    /// Every regime, in order.
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }

    /// What travels with an item, by the bits of [`Decision::travels`].
    pub fn travels(&self, set: u64) -> impl Iterator<Item = &str> {
        eval::bits(set).filter_map(|at| self.travels.get(at)).map(String::as_str)
    }
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Law({}, {} clauses of {} regimes)", self.version, self.clauses.len(), self.regimes.len())
    }
}

//! The decision for people: provisions that decide, duties, and on a denial what would have to be established.

use std::cmp::Reverse;

use super::decide::Decision;
use super::eval::{Node, NodeRef};
use super::index::Clauses;
use super::missing::Missing;
use super::obligation::Obligation;
use super::search::Search;
use super::{ClauseRef, Law};
use crate::facts::{Facts, Place, WORDS, vocabulary};

/// Citations of one explanation, at most.
pub const CITATIONS_MAX: usize = 6;
/// Permits named as nearest to opening, for each regime, at most.
const NEAREST_MAX: usize = 3;

/// The readings of law that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The clause.
    pub clause: String,
    /// Its citation.
    pub citation: String,
    /// Each reading, in plain words.
    pub readings: Vec<String>,
}

/// Why one regime does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeDenial {
    /// Short name of the regime.
    pub regime: String,
    /// Clauses that close what would otherwise be open, or that apply though nothing is open.
    pub closed_by: Vec<ClauseRef>,
    /// Permits that come nearest, where nothing would otherwise be open.
    pub nearest: Vec<ClauseRef>,
    /// The rule that denies by default.
    pub default_deny: ClauseRef,
}

/// A decision and the reasons for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The decision, the same as [`Law::decide`] gives.
    pub decision: Decision,
    /// The citations that decide, most decisive first, at most [`CITATIONS_MAX`].
    pub basis: Vec<String>,
    /// Duties that come with it.
    pub obligations: Vec<Obligation>,
    /// What must travel with it.
    pub travels: Vec<String>,
    /// Who attests the judgments it rests on.
    pub attested_by: Vec<String>,
    /// Ways in which it could become lawful, by regime, shortest first.
    pub missing: Vec<Missing>,
    /// Why each regime that denies does.
    pub denials: Vec<RegimeDenial>,
    /// The readings, where counsel has to be asked.
    pub readings: Vec<Reading>,
}

impl Law {
    /// Decides and says why.
    pub fn explain(&self, facts: &Facts) -> Explained {
        let decision = self.decide(facts);
        if decision.permit { self.explain_permit(decision) } else { self.explain_denial(decision, facts) }
    }

    fn explain_permit(&self, decision: Decision) -> Explained {
        let mut attested_by: Vec<String> = Vec::new();
        for clause in decision.basis.as_slice().iter().map(|clause| self.at(*clause)) {
            if let Some(who) = &clause.attested_by
                && !attested_by.contains(who)
            {
                attested_by.push(who.clone());
            }
        }
        let by_regime: Vec<Vec<ClauseRef>> = decision
            .regimes
            .iter()
            .map(|regime| {
                let of_regime = |clause: &&ClauseRef| usize::from(self.at(**clause).regime) == regime;
                decision.basis.as_slice().iter().filter(of_regime).copied().collect()
            })
            .collect();
        Explained {
            basis: self.cite(&by_regime, &[]),
            obligations: decision.obligations.iter().collect(),
            travels: self.travels(decision.travels).map(str::to_owned).collect(),
            attested_by,
            missing: Vec::new(),
            denials: Vec::new(),
            readings: Vec::new(),
            decision,
        }
    }

    fn explain_denial(&self, decision: Decision, facts: &Facts) -> Explained {
        let candidates = self.index.candidates(facts);
        let for_ways = self.index.candidates_for_any_permission(facts);
        let mut denials = Vec::new();
        let mut missing = Vec::new();
        for regime in decision.regimes.iter() {
            let answer = self.answer(&self.regimes[regime], facts, &candidates);
            if answer.opens {
                continue;
            }
            let default_deny = self.regimes[regime].default_deny;
            let mut closed_by: Vec<ClauseRef> =
                answer.basis.as_slice().iter().copied().filter(|clause| *clause != default_deny).collect();
            let would_open = !closed_by.is_empty();
            if !would_open {
                closed_by = self.applying(regime, facts, &candidates);
            }
            let ways = self.ways(regime, facts, &for_ways);
            let nearest =
                if would_open { Vec::new() } else { self.nearest(regime, facts, &candidates, &ways) };
            missing.extend(ways);
            denials.push(RegimeDenial {
                regime: self.regimes[regime].id.clone(),
                closed_by,
                nearest,
                default_deny,
            });
        }
        let decisive: Vec<Vec<ClauseRef>> = denials
            .iter()
            .map(|denial| denial.closed_by.iter().chain(&denial.nearest).copied().collect())
            .collect();
        let defaults: Vec<ClauseRef> = denials.iter().map(|denial| denial.default_deny).collect();
        let mut readings = Vec::new();
        for clause in denials.iter().flat_map(|denial| &denial.closed_by).map(|clause| self.at(*clause)) {
            if decision.ask_counsel && !clause.unsettled.is_empty() {
                readings.push(Reading {
                    clause: clause.id.clone(),
                    citation: clause.citation.clone(),
                    readings: clause.unsettled.clone(),
                });
            }
        }
        Explained {
            basis: self.cite(&decisive, &defaults),
            obligations: Vec::new(),
            travels: Vec::new(),
            attested_by: Vec::new(),
            missing,
            denials,
            readings,
            decision,
        }
    }

    /// Forbids that are known to apply, whether or not anything is open for them to close.
    fn applying(&self, regime: usize, facts: &Facts, candidates: &Clauses) -> Vec<ClauseRef> {
        self.regimes[regime]
            .whole_guards
            .iter()
            .map(|guard| &self.guards[*guard])
            .filter(|guard| {
                guard.is_forbid && candidates.has(guard.clause.index()) && self.applies(guard, facts)
            })
            .map(|guard| guard.clause)
            .take(2)
            .collect()
    }

    /// The permits that the case speaks to: of those that its purpose and parties leave, the ones of whose conditions
    /// most are met or stated not to be; then the shortest way to a permit, then those that lack least.
    fn nearest(
        &self,
        regime: usize,
        facts: &Facts,
        candidates: &Clauses,
        ways: &[Missing],
    ) -> Vec<ClauseRef> {
        let regime = &self.regimes[regime];
        let mut spoken_to: Vec<(Reverse<i32>, ClauseRef)> = self
            .permits_of(regime, candidates)
            .map(|permit| (Reverse(self.bearing(permit.when, facts)), permit.clause))
            .collect();
        spoken_to.sort_unstable();
        let mut nearest: Vec<ClauseRef> = Vec::new();
        let mut add = |clause: ClauseRef| {
            if nearest.len() < NEAREST_MAX && !nearest.contains(&clause) {
                nearest.push(clause);
            }
            nearest.len()
        };
        let of_case = spoken_to.iter().map(|(_, clause)| *clause).take(NEAREST_MAX - 1);
        let named = of_case.chain(ways.iter().map(|way| way.clause_ref).take(1)).map(&mut add).last();
        if named.is_none_or(|named| named < NEAREST_MAX) {
            let mut search = Search::new(self, facts);
            let mut lacking: Vec<(u32, ClauseRef)> = self
                .permits_of(regime, &Clauses::ALL)
                .map(|permit| (search.distance(permit), permit.clause))
                .collect();
            lacking.sort_unstable();
            lacking.iter().take(2).for_each(|(_, clause)| {
                add(*clause);
            });
        }
        nearest
    }

    /// How much of a condition the case speaks to. What is established of the person and the circumstances tells most
    /// which provision was thought of, also where it is established not to be so; purpose and parties fit many.
    pub(super) fn bearing(&self, node: NodeRef, facts: &Facts) -> i32 {
        let naming = &self.naming_atoms;
        let links = |start: u32, end: u32| &self.nodes.links[start as usize..end as usize];
        match &self.nodes.all[node.0 as usize] {
            Node::Const(_) | Node::CaseNone { .. } | Node::Not(_) => {
                let lacks = self.nodes.yes(node, facts) & facts.lanes() == 0;
                if lacks { -1 } else { 0 }
            }
            Node::And { start, end } => {
                links(*start, *end).iter().map(|part| self.bearing(*part, facts)).sum()
            }
            Node::Or { start, end } => {
                let parts = links(*start, *end).iter().map(|part| self.bearing(*part, facts));
                parts.max().unwrap_or(0)
            }
            Node::CaseAll { word, mask } | Node::CaseAny { word, mask } => {
                let word = usize::from(*word);
                let count = |bits: u64| (bits & mask).count_ones().cast_signed();
                let all = matches!(self.nodes.all[node.0 as usize], Node::CaseAll { .. });
                let (yes, no) = (facts.yes[word], facts.no[word]);
                if all {
                    let (telling, plain) = (!naming[word], naming[word]);
                    let unknown = !(yes | no);
                    3 * count(yes & telling) + count(yes & plain) + count(no & telling)
                        - count(no & plain)
                        - count(unknown)
                        // what a record or a person is, and nobody has said, was hardly thought of
                        - 2 * count(unknown & telling & self.fixed_atoms.yes[word])
                } else if count(yes) > 0 {
                    if count(yes & !naming[word]) > 0 { 3 } else { 1 }
                } else if no & mask == *mask && mask & !naming[word] != 0 {
                    1
                } else {
                    -1
                }
            }
            Node::Compare { .. } | Node::CountKnown { .. } | Node::CaseKnown { .. } => {
                if self.nodes.yes(node, facts) != 0 { 1 } else { -1 }
            }
            Node::PermissionAny { .. }
            | Node::PermissionKnown { .. }
            | Node::NoPermission
            | Node::AnyPermission(_) => {
                let met = self.nodes.yes(node, facts) & facts.lanes() != 0;
                match (met, facts.permissions) {
                    (true, _) => 3,
                    (false, 0) => -1,
                    (false, _) => 1,
                }
            }
        }
    }

    /// Citations, the regimes in turn, so that each is heard; room is kept for `last`.
    fn cite(&self, by_regime: &[Vec<ClauseRef>], last: &[ClauseRef]) -> Vec<String> {
        let mut basis: Vec<String> = Vec::new();
        let mut add = |citation: &str, room: usize| {
            if basis.len() < room && !basis.iter().any(|cited| cited == citation) {
                basis.push(citation.to_owned());
            }
        };
        let before_last = CITATIONS_MAX.saturating_sub(last.len());
        let longest = by_regime.iter().map(Vec::len).max().unwrap_or(0);
        let turns =
            || (0..longest).flat_map(|turn| by_regime.iter().filter_map(move |clauses| clauses.get(turn)));
        turns().for_each(|clause| add(&self.at(*clause).citation, before_last));
        last.iter().for_each(|clause| add(&self.at(*clause).citation, CITATIONS_MAX));
        for clause in last.iter().chain(turns()) {
            self.at(*clause).also.iter().for_each(|citation| add(citation, CITATIONS_MAX));
        }
        basis
    }
}

/// The atoms that name purpose, parties and kind of record, and those that are false in every case that does not
/// mention them: they tell little. By machine word.
pub(super) fn naming_atoms() -> [u64; WORDS] {
    let mut atoms = [0; WORDS];
    for fact in vocabulary().facts() {
        let path = fact.path();
        let names = path == "purpose"
            || path.starts_with("discloser.")
            || fact.row().false_unless_stated.is_some()
            || [
                "recipient.sector",
                "recipient.team_role",
                "record.kind",
                "record.obtained_via",
                "record.elements",
            ]
            .contains(&path);
        if names && let Place::Case { word, mask, .. } = fact.place() {
            atoms[word] |= mask;
        }
    }
    atoms
}

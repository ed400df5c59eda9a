//! A duty that meets a prohibition: the law says both *must* and *may not*, of the same disclosure.
//!
//! The decision is no (a prohibition beats a permission, and no regime mends another), but a duty that goes unmet is
//! nothing to be silent about: both citations are shown to the privacy officer. Called by `concord decide` and by
//! [`super::warning`]. Deliberately absent: any way to settle it here.

use super::{ClauseRef, Law};
use crate::facts::Facts;

/// A duty and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The provisions that say that the discloser must.
    pub duties: Vec<ClauseRef>,
    /// The provisions that close it, the rule that denies by default last.
    pub bars: Vec<ClauseRef>,
}

impl Conflict {
    /// In plain words, one line a provision, with both citations.
    pub fn describe(&self, law: &Law) -> String {
        let line = |clause: &ClauseRef| {
            let clause = law.at(*clause);
            format!("  {}: {}", clause.citation, clause.summary)
        };
        let lines = |clauses: &[ClauseRef]| clauses.iter().map(line).collect::<Vec<_>>().join("\n");
        format!(
            "a duty meets a prohibition; nothing is sent, and the privacy officer decides with counsel\nmust:\n{}\nmay not:\n{}",
            lines(&self.duties),
            lines(&self.bars)
        )
    }
}

impl Law {
    /// The duties whose conditions are known to be met, in every regime that governs.
    pub fn duties(&self, facts: &Facts) -> Vec<ClauseRef> {
        let candidates = self.index.candidates(facts);
        let mut duties = Vec::new();
        for regime in self.governing(facts).iter() {
            for permit in self.permits_of(&self.regimes[regime], &candidates) {
                let Some(mandatory) = permit.mandatory else { continue };
                let (_, lanes) = self.left_open(permit, facts, &candidates);
                if self.nodes.yes(mandatory, facts) & lanes != 0 {
                    duties.push(permit.clause);
                }
            }
        }
        duties
    }

    /// The conflict of a denial with a duty, if there is one. None of a permit.
    pub fn conflict(&self, facts: &Facts) -> Option<Conflict> {
        let decision = self.decide(facts);
        if decision.permit {
            return None;
        }
        let duties = self.duties(facts);
        (!duties.is_empty()).then(|| Conflict { duties, bars: decision.basis.as_slice().to_vec() })
    }
}

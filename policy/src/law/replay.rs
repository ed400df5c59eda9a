//! One decision under two versions of the law: what would be another, and because of which clauses.
//!
//! Called by `concord law replay` before a version is used. Absent on purpose: reading and storing decisions.

use super::{Decision, Law, Obligation};
use crate::facts::Facts;

/// How an answer would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whether it may be disclosed, before and after.
    pub permit: (bool, bool),
    /// Whether the law says that it must be, before and after.
    pub mandatory: (bool, bool),
    /// Whether counsel is asked, before and after.
    pub ask_counsel: (bool, bool),
    /// Duties that only the old version brings.
    pub duties_dropped: Vec<Obligation>,
    /// Duties that only the new version brings.
    pub duties_added: Vec<Obligation>,
    /// What only under the old version must travel along.
    pub travels_dropped: Vec<String>,
    /// What only under the new version must travel along.
    pub travels_added: Vec<String>,
    /// Clauses that the old answer rests on and the new does not, by id.
    pub basis_dropped: Vec<String>,
    /// Clauses that the new answer rests on and the old did not, by id.
    pub basis_added: Vec<String>,
}

impl Difference {
    /// Whether what may or must be done is another; otherwise the same is only said with other clauses.
    pub fn changes_what_is_done(&self) -> bool {
        let turned = |(old, new): (bool, bool)| old != new;
        turned(self.permit)
            || turned(self.mandatory)
            || turned(self.ask_counsel)
            || !self.duties_dropped.is_empty()
            || !self.duties_added.is_empty()
            || !self.travels_dropped.is_empty()
            || !self.travels_added.is_empty()
    }
}

/// Decides under both; what is another, or nothing.
pub fn compare(old: &Law, new: &Law, facts: &Facts) -> Option<Difference> {
    let (before, after) = (old.decide(facts), new.decide(facts));
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        these.iter().filter(|one| !others.contains(one)).cloned().collect()
    };
    let duties = |of: &Decision, not_of: &Decision| {
        of.obligations.iter().filter(|duty| !not_of.obligations.contains(*duty)).collect()
    };
    let texts = |law: &Law, decision: &Decision| -> Vec<String> {
        law.travels(decision.travels).map(str::to_owned).collect()
    };
    let ids = |law: &Law, decision: &Decision| -> Vec<String> {
        decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.clone()).collect()
    };
    let (old_texts, new_texts) = (texts(old, &before), texts(new, &after));
    let (old_ids, new_ids) = (ids(old, &before), ids(new, &after));
    let difference = Difference {
        permit: (before.permit, after.permit),
        mandatory: (before.mandatory, after.mandatory),
        ask_counsel: (before.ask_counsel, after.ask_counsel),
        duties_dropped: duties(&before, &after),
        duties_added: duties(&after, &before),
        travels_dropped: only(&old_texts, &new_texts),
        travels_added: only(&new_texts, &old_texts),
        basis_dropped: only(&old_ids, &new_ids),
        basis_added: only(&new_ids, &old_ids),
    };
    let said_otherwise = !difference.basis_dropped.is_empty() || !difference.basis_added.is_empty();
    (said_otherwise || difference.changes_what_is_done()).then_some(difference)
}

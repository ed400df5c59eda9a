//! The process of behavioral threat assessment and management, from a bystander's report to closing: identify, inquire,
//! assess, manage, reassess (domain 1; the two public documents the project starts from).
//!
//! Callers: the node (`app::act`, what a member sees, the agenda), `concord process`. Pure: no IO, no clock. The states and
//! steps are data in `policy/process/`; the checks behind the guards' names are in [`guard`]. Deliberately absent: a score,
//! a ranking, a number on a person, a transition that nobody judged.

pub mod agenda;
mod blank;
pub mod decide;
pub mod entry;
pub mod guard;
pub mod print;
pub mod referral;
pub mod stale;
pub mod standing;
pub mod table;
pub mod team;
pub mod wording;
pub mod words;

pub use decide::{Allowed, Deed, Refusal, Refused};
pub use entry::{Act, Entry};
pub use guard::Guard;
pub use standing::Standing;
pub use table::Process;

use serde::{Deserialize, Serialize};

/// What a case's head keeps of its history, so that an agenda need not read it: never more than the history says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The state that the case was last moved to.
    pub state: words::State,
    /// What is due, soonest first.
    pub agenda: Vec<agenda::Line>,
}

impl Head {
    /// The level is stale: something changed, its end or the plan's review has passed.
    pub fn is_stale(&self, now: crate::time::UtcTime) -> bool {
        use agenda::Duty;
        let passed = |duty: Duty| self.agenda.iter().any(|l| l.duty == duty && l.due <= now);
        self.agenda.iter().any(|l| l.duty == Duty::Reassess)
            || passed(Duty::LevelEnds)
            || (self.state == words::State::Managing && passed(Duty::Review))
    }

    /// The state as it is shown now.
    pub fn state(&self, now: crate::time::UtcTime) -> words::State {
        use words::State;
        match self.state {
            State::Assessed | State::Managing if self.is_stale(now) => State::Reassessing,
            state => state,
        }
    }

    /// From when the case is on an agenda: what its row is found by.
    pub fn shown_from(&self) -> Option<crate::time::UtcTime> {
        self.agenda.iter().map(agenda::Line::shown_from).min()
    }
}

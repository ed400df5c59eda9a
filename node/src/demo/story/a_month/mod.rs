//! Example 2 of the first source, day by day: a family member of a patient threatens a hospital's staff, and for a month two
//! teams go the way of the process together, from a nurse's report to closing.
//!
//! Played last: the clocks of all nodes are a month ahead afterwards. Every person is invented.

mod acts;
mod later;
mod sharing;
mod start;

use super::super::cast::Who;
use super::super::script::{Act, Key, Refused, Step, Story};
use super::at;
use serde_json::Value;

const TESSA: Who = at("county-hospital", "tessa.morrow");
const NINA: Who = at("community-team", "nina.okoye");
/// The hospital's case.
const WARD: Key = "ward";
/// The community team's case.
const CARE: Key = "care";

/// The story.
pub fn story() -> Story {
    let mut steps = start::steps();
    steps.extend(sharing::steps());
    steps.extend(later::steps());
    Story {
        name: "a_month",
        title: "A month: a family member threatens a hospital's staff",
        about: "Example 2 of the first source, day by day: report, emergency, triage, inquiry, assessment with a quorum, plan, \
                referral, a tripwire, reassessment, a court's order, closing. What the process refuses is tried too. The \
                patient's own health information never goes along. The state's attorney takes no part in this month: what goes \
                to that office is in example_2. Afterwards the clocks of all nodes of this demo stay a month ahead.",
        steps,
    }
}

/// Something done in the hospital's case, which stays where it stood.
fn ward(say: &'static str, key: Key, by: Who, act: Value) -> Step {
    Step::Act(Act { say, key, case: WARD, by, act, replaces: "", state: "", awaits: false })
}

/// Something done in the hospital's case, which moves.
fn ward_to(state: &'static str, say: &'static str, key: Key, by: Who, act: Value) -> Step {
    Step::Act(Act { say, key, case: WARD, by, act, replaces: "", state, awaits: false })
}

/// Something proposed in the hospital's case.
fn ward_proposes(say: &'static str, key: Key, by: Who, act: Value) -> Step {
    Step::Act(Act { say, key, case: WARD, by, act, replaces: "", state: "", awaits: true })
}

/// The next version of something in the hospital's case.
fn ward_replaces(replaces: Key, say: &'static str, key: Key, by: Who, act: Value) -> Step {
    Step::Act(Act { say, key, case: WARD, by, act, replaces, state: "", awaits: false })
}

/// The next version of something in the hospital's case, by which it moves.
fn ward_replaces_to(
    replaces: Key,
    state: &'static str,
    say: &'static str,
    key: Key,
    by: Who,
    act: Value,
) -> Step {
    Step::Act(Act { say, key, case: WARD, by, act, replaces, state, awaits: false })
}

/// Something done in the community team's case.
fn care(state: &'static str, say: &'static str, key: Key, by: Who, act: Value) -> Step {
    Step::Act(Act { say, key, case: CARE, by, act, replaces: "", state, awaits: false })
}

/// Something that the process refuses in the hospital's case.
fn no(guard: &'static str, say: &'static str, by: Who, act: Value) -> Step {
    Step::Refused(Refused { say, case: WARD, by, act, guard })
}

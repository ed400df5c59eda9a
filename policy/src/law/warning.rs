//! A warning of somebody threatened, or of police, by a provider of care: three gates, in order.
//!
//! Substance use law first, then HIPAA (or the school's law), then the state's: a later yes never cures an earlier no.
//! The answer says which gate stands, what the state asks of whom, and always the ways that need no software: nothing
//! here may make anybody wait. Called by `concord decide` and by the node's preview. It reads the decision that the
//! clauses make and adds nothing to it. Deliberately absent: any finding of a trigger, which is a named clinician's.

use super::conflict::Conflict;
use super::state_tables::{Covered, Duty, DutyToWarn, Profession, duty_to_warn_of};
use super::{ClauseRef, Law};
use crate::facts::{FactId, Facts};

/// What stays open whatever this program says, and needs none of it.
pub const WITHOUT_SOFTWARE: &[&str] = &[
    "call 911, or the police where the danger is",
    "emergency evaluation or admission under the state's civil commitment law",
    "call 988 or the local crisis service",
    "ask a court for a protection order, where the state has one",
    "go on with treatment that lowers the danger, and write down why",
];

/// What substance use law leaves where it bars a warning.
pub const PART_2_PATHS: &[&str] = &[
    "the patient's written consent (42 CFR 2.31)",
    "a crime, or threat of one, on the program's premises or against its staff: to police, listed items only (42 CFR 2.12(c)(5))",
    "a report of child abuse that state law asks for (42 CFR 2.12(c)(6))",
    "a medical emergency: to medical personnel only (42 CFR 2.51)",
    "a minor applicant who cannot decide: to the parent, on the director's findings (42 CFR 2.14(c))",
    "an order of a court to protect against an existing threat to life or of serious bodily injury (42 CFR 2.61 to 2.67)",
    "a warning that identifies nobody as a substance use patient, by what it says or by who says it (42 CFR 2.12(a)(1))",
];

/// Sectors whose people duties to warn are about: those of the definition `states-provider`, which a test compares.
const PROVIDERS: &[&str] = &[
    "hospital",
    "mental_health_provider",
    "physician_practice",
    "sud_program",
    "ems",
    "university_clinic",
    "university",
    "k12_school",
    "nursing_home",
];
const WARNINGS: &[&str] = &["avert_serious_threat", "threat_assessment", "school_safety"];

/// Where a warning stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Substance use law bars it, whatever a state asks. [`PART_2_PATHS`] are what is left.
    BlockedByPart2 {
        /// What bars it.
        bars: Vec<ClauseRef>,
    },
    /// The state obliges the covered clinician, and every federal law that governs lets it through.
    RequiredByState {
        /// The duty.
        duties: Vec<ClauseRef>,
        /// What federal law rests it on.
        federal: Vec<ClauseRef>,
    },
    /// No duty, but federal and state law both leave room.
    PermittedIfBoth {
        /// What it rests on.
        basis: Vec<ClauseRef>,
    },
    /// The state obliges, and another law bars: both are shown to a person.
    Conflict(Conflict),
    /// Not to this recipient, or not with this content.
    NotPermittedHere {
        /// What bars it.
        bars: Vec<ClauseRef>,
    },
}

/// Advice to a provider who may have to warn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Where the warning stands.
    pub gate: Gate,
    /// The row of the jurisdiction that the case names.
    pub row: Option<&'static DutyToWarn>,
    /// Whether the row's duty is this profession's; nothing where the profession is not known.
    pub covered: Option<Covered>,
    /// Why counsel has to be asked what the state wants; nothing where this agency's counsel has said.
    pub ask_counsel: Option<&'static str>,
}

impl Advice {
    /// The ways that need no software. Always all of them.
    pub const fn without_software(&self) -> &'static [&'static str] {
        WITHOUT_SOFTWARE
    }

    /// In plain words, for the one who has to decide.
    pub fn describe(&self, law: &Law) -> String {
        let cite = |clauses: &[ClauseRef]| {
            clauses.iter().map(|clause| law.at(*clause).citation.as_str()).collect::<Vec<_>>().join("; ")
        };
        let mut lines = vec![match &self.gate {
            Gate::BlockedByPart2 { bars } => {
                format!("substance use law bars this warning, whatever the state asks ({})", cite(bars))
            }
            Gate::RequiredByState { duties, federal } => format!(
                "the covered clinician must warn or protect ({}); federal law lets it through ({})",
                cite(duties),
                cite(federal)
            ),
            Gate::PermittedIfBoth { basis } => format!("the clinician may warn ({})", cite(basis)),
            Gate::Conflict(conflict) => conflict.describe(law),
            Gate::NotPermittedHere { bars } => {
                format!("not to this recipient, or not this content ({})", cite(bars))
            }
        }];
        if matches!(self.gate, Gate::BlockedByPart2 { .. }) {
            lines.push("what substance use law leaves:".to_owned());
            lines.extend(PART_2_PATHS.iter().map(|path| format!("  {path}")));
        }
        if let Some(why) = self.ask_counsel {
            lines.push(format!("ask counsel what the state asks: {why}"));
        }
        if let Some(row) = self.row {
            lines.push(format!("{} ({}), row {}: {}", row.name, row.authority, row.version(), row.trigger));
            if let Some(acts) = &row.discharged_by {
                lines.push(format!("  discharged by: {}", acts.to_string().replace('_', " ")));
            }
            if self.covered == Some(Covered::No) {
                lines.push("  the row does not list this profession; another duty may".to_owned());
            }
        }
        lines.push("do not wait for this program:".to_owned());
        lines.extend(WITHOUT_SOFTWARE.iter().map(|way| format!("  {way}")));
        lines.join("\n")
    }
}

impl Law {
    /// Advice where a provider would warn; nothing where the case is another.
    pub fn warning(&self, facts: &Facts) -> Option<Advice> {
        let provider = word(facts, "discloser.sector").is_some_and(|sector| PROVIDERS.contains(&sector));
        let warns = word(facts, "purpose").is_some_and(|purpose| WARNINGS.contains(&purpose));
        if !provider || !warns {
            return None;
        }
        let row = word(facts, "subject.state").and_then(duty_to_warn_of);
        let stated = word(facts, "circumstances.duty_to_warn_state");
        let ask_counsel = match (word(facts, "subject.state"), row, stated) {
            (_, _, Some(_)) => None,
            (None, ..) => {
                Some("no state is named; where several states bear on it, each has a row of its own")
            }
            (Some(_), None, None) => Some("there is no row for this jurisdiction"),
            (_, Some(row), None) if row.duty == Duty::Mixed => Some(
                "the state's duties differ by profession or the sources conflict, and counsel has not confirmed the row",
            ),
            (_, Some(_), None) => Some("counsel of this agency has not confirmed the row"),
        };
        let profession = word(facts, "discloser.profession").and_then(Profession::from_word);
        let covered = row.zip(profession).map(|(row, profession)| row.covers(profession));
        Some(Advice { gate: self.gate(facts), row, covered, ask_counsel })
    }

    fn gate(&self, facts: &Facts) -> Gate {
        let decision = self.decide(facts);
        let basis = || decision.basis.as_slice().to_vec();
        let candidates = self.index.candidates(facts);
        let part2 = self.regimes.iter().position(|regime| regime.id == "part2");
        if let Some(at) = part2.filter(|at| decision.regimes.contains(*at)) {
            let answer = self.answer(&self.regimes[at], facts, &candidates);
            if !answer.opens {
                return Gate::BlockedByPart2 { bars: answer.basis.as_slice().to_vec() };
            }
        }
        let of_states = |clause: &ClauseRef| self.regimes[usize::from(self.at(*clause).regime)].overlay;
        let duties: Vec<ClauseRef> = self.duties(facts).into_iter().filter(of_states).collect();
        match (decision.permit, duties.is_empty()) {
            (true, true) => Gate::PermittedIfBoth { basis: basis() },
            (true, false) => {
                let federal = basis().into_iter().filter(|clause| !of_states(clause)).collect();
                Gate::RequiredByState { duties, federal }
            }
            (false, true) => Gate::NotPermittedHere { bars: basis() },
            (false, false) => Gate::Conflict(Conflict { duties, bars: basis() }),
        }
    }
}

/// The value of an enumerated fact of the case, where it is known.
fn word(facts: &Facts, path: &str) -> Option<&'static str> {
    let fact = FactId::of(path)?;
    let (yes, _) = facts.bits(fact);
    let at = (yes != 0).then(|| yes.trailing_zeros() as usize)?;
    fact.row().kind.values().get(at).map(|value| value.name)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn providers_and_purposes_are_those_of_the_clauses() {
        let law = Law::embedded();
        for (clause, words) in [("states-provider", PROVIDERS), ("states-warning-purpose", WARNINGS)] {
            let text = law.clause(clause).unwrap().when_text.clone().unwrap();
            let set = text.split(['{', '}']).nth(1).unwrap();
            let listed: Vec<&str> = set.split(',').map(str::trim).collect();
            assert_eq!(listed, words, "{clause}");
        }
    }
}

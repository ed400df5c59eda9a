//! What discharges a duty to warn or protect: the acts that count, and how they combine.
//!
//! A row of the table says `logic = "all"` and the like, and `discharged_by` as an expression over acts; both are read
//! here, and a list of acts done is held against them. Called by the reader of the table, by whoever advises a covered
//! clinician, and by tests. Deliberately absent: whether the duty arose (a named clinician finds that), and any act of
//! software: what is counted here are things that people did.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::record::words::words;

/// Ways to discharge one duty, at most.
const WAYS_MAX: usize = 64;
/// Parentheses within parentheses, at most.
const DEPTH_MAX: usize = 16;

words! {
    /// Something that counts toward a duty to warn or protect.
    Act {
        /// Tell the person threatened.
        WarnVictim = "warn_victim",
        /// Tell police that the law names.
        NotifyLawEnforcement = "notify_law_enforcement",
        /// Tell the parent or guardian that the law names.
        NotifyParentOrGuardian = "notify_parent_or_guardian",
        /// Voluntary admission.
        HospitalizeVoluntary = "hospitalize_voluntary",
        /// Involuntary admission, or a petition for it.
        HospitalizeInvoluntary = "hospitalize_involuntary",
        /// Treatment that is meant to remove the threat, as the law describes it.
        TreatmentPlan = "treatment_plan",
        /// The report to the county's director of community services.
        ReportToCounty = "report_to_county",
        /// The report of the patient's identity to the chief law enforcement officer.
        ReportIdentity = "report_identity",
        /// Another act that the law describes.
        Other = "other",
    }
}

words! {
    /// How the acts of a row combine.
    Logic {
        /// Every act is needed.
        All = "all",
        /// Any act will do.
        AnyOne = "any_one",
        /// Every act gives immunity; less may still satisfy the duty.
        SafeHarborAll = "safe_harbor_all",
        /// In order: the next counts where the one before was tried in vain.
        Sequential = "sequential",
        /// As the expression says.
        Expression = "expression",
        /// No duty: the law lets the provider tell.
        May = "may",
        /// No list: what a reasonable professional would do.
        ReasonableCare = "reasonable_care",
        /// The sources do not say, or not alike.
        Uncertain = "uncertain",
    }
}

/// Which acts discharge a duty: an expression over acts, as `warn_victim and (notify_law_enforcement or treatment_plan)`.
/// `a then b`: the second counts where the first was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acts {
    /// This act.
    One(Act),
    /// All of these.
    All(Vec<Acts>),
    /// Any of these.
    Any(Vec<Acts>),
    /// The first that could be done, the ones before it tried in vain.
    Then(Vec<Acts>),
}

/// What has been done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Done.
    pub done: Vec<Act>,
    /// Tried in earnest, in vain.
    pub tried: Vec<Act>,
}

impl Taken {
    /// Acts done, none in vain.
    pub fn done(acts: &[Act]) -> Self {
        Self { done: acts.to_vec(), tried: Vec::new() }
    }
}

/// How far a duty is discharged by what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discharge {
    /// The row makes no duty.
    NoDuty,
    /// It is discharged.
    Met,
    /// It is not: the sets of acts that would do, fewest first.
    Lacks(Vec<Vec<Act>>),
    /// The row cannot say: a court's standard, or sources that do not agree.
    AskCounsel,
}

impl Acts {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, in plain words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words { left: tokens(text)? };
        let acts = words.any(0)?;
        match words.left.first() {
            None => Ok(acts),
            Some(more) => Err(format!("`{more}` does not belong here")),
        }
    }

    /// Whether it is satisfied.
    pub fn met_by(&self, taken: &Taken) -> bool {
        match self {
            Self::One(act) => taken.done.contains(act),
            Self::All(parts) => parts.iter().all(|part| part.met_by(taken)),
            Self::Any(parts) => parts.iter().any(|part| part.met_by(taken)),
            Self::Then(parts) => {
                let first_not_in_vain = parts.iter().find(|part| part.met_by(taken) || !part.in_vain(taken));
                first_not_in_vain.is_some_and(|part| part.met_by(taken))
            }
        }
    }

    /// Whether all that it asks for was tried in vain.
    fn in_vain(&self, taken: &Taken) -> bool {
        match self {
            Self::One(act) => taken.tried.contains(act),
            Self::All(parts) => parts.iter().any(|part| part.in_vain(taken)),
            Self::Any(parts) | Self::Then(parts) => parts.iter().all(|part| part.in_vain(taken)),
        }
    }

    /// The acts it names.
    pub fn named(&self) -> BTreeSet<Act> {
        match self {
            Self::One(act) => BTreeSet::from([*act]),
            Self::All(parts) | Self::Any(parts) | Self::Then(parts) => {
                parts.iter().flat_map(Self::named).collect()
            }
        }
    }

    /// The sets of acts any of which satisfies it, beyond what was done.
    pub fn ways(&self, taken: &Taken) -> Vec<Vec<Act>> {
        let mut ways: Vec<BTreeSet<Act>> = self
            .sets(taken)
            .into_iter()
            .map(|way| way.into_iter().filter(|act| !taken.done.contains(act)).collect())
            .collect();
        ways.sort_by_key(BTreeSet::len);
        let mut least: Vec<BTreeSet<Act>> = Vec::new();
        for way in ways {
            if !least.iter().any(|shorter| shorter.is_subset(&way)) {
                least.push(way);
            }
        }
        least.into_iter().map(|way| way.into_iter().collect()).collect()
    }

    fn sets(&self, taken: &Taken) -> Vec<BTreeSet<Act>> {
        let mut sets = match self {
            Self::One(act) => vec![BTreeSet::from([*act])],
            Self::Any(parts) => parts.iter().flat_map(|part| part.sets(taken)).collect(),
            Self::Then(parts) => parts
                .iter()
                .find(|part| !part.in_vain(taken))
                .map(|part| part.sets(taken))
                .unwrap_or_default(),
            Self::All(parts) => parts.iter().fold(vec![BTreeSet::new()], |so_far, part| {
                let these = part.sets(taken);
                so_far.iter().flat_map(|one| these.iter().map(move |other| one | other)).collect()
            }),
        };
        sets.truncate(WAYS_MAX);
        sets
    }
}

impl fmt::Display for Acts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, between) = match self {
            Self::One(act) => return f.write_str(act.as_str()),
            Self::All(parts) => (parts, " and "),
            Self::Any(parts) => (parts, " or "),
            Self::Then(parts) => (parts, " then "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(between)?;
            }
            match part {
                Self::One(act) => f.write_str(act.as_str())?,
                more => write!(f, "({more})")?,
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Acts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|what| serde::de::Error::custom(format!("`{text}`: {what}")))
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    if tokens.is_empty() { Err("no act is named".to_owned()) } else { Ok(tokens) }
}

struct Words {
    left: Vec<String>,
}

impl Words {
    fn take(&mut self, word: &str) -> bool {
        let found = self.left.first().is_some_and(|next| next == word);
        if found {
            self.left.remove(0);
        }
        found
    }

    fn any(&mut self, depth: usize) -> Result<Acts, String> {
        self.joined("or", depth, Acts::Any, Self::all)
    }

    fn all(&mut self, depth: usize) -> Result<Acts, String> {
        self.joined("and", depth, Acts::All, Self::then)
    }

    fn then(&mut self, depth: usize) -> Result<Acts, String> {
        self.joined("then", depth, Acts::Then, Self::one)
    }

    fn joined(
        &mut self,
        word: &str,
        depth: usize,
        join: fn(Vec<Acts>) -> Acts,
        next: fn(&mut Self, usize) -> Result<Acts, String>,
    ) -> Result<Acts, String> {
        let first = next(self, depth)?;
        let mut parts = vec![first];
        while self.take(word) {
            parts.push(next(self, depth)?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            Some(last) => {
                parts.push(last);
                Ok(join(parts))
            }
            None => Err("no act is named".to_owned()),
        }
    }

    fn one(&mut self, depth: usize) -> Result<Acts, String> {
        if depth > DEPTH_MAX {
            return Err("too many parentheses within one another".to_owned());
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("`)` is missing".to_owned()) };
        }
        let word = if self.left.is_empty() { String::new() } else { self.left.remove(0) };
        Act::from_word(&word).map(Acts::One).ok_or_else(|| format!("`{word}` is no act"))
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use Act::{
        HospitalizeInvoluntary as Hospital, NotifyLawEnforcement as Police, TreatmentPlan as Plan,
        WarnVictim as Victim,
    };

    fn met(text: &str, done: &[Act]) -> bool {
        Acts::parse(text).unwrap().met_by(&Taken::done(done))
    }

    #[test]
    fn acts_combine_as_written() {
        let text = "(warn_victim and notify_law_enforcement) or hospitalize_involuntary";
        assert!(met(text, &[Victim, Police]) && met(text, &[Hospital]));
        assert!(!met(text, &[Victim]) && !met(text, &[Police]) && !met(text, &[]));
        assert_eq!(Acts::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn the_next_counts_only_once_the_first_was_tried_in_vain() {
        let acts = Acts::parse("warn_victim then notify_law_enforcement").unwrap();
        assert!(acts.met_by(&Taken::done(&[Victim])));
        assert!(!acts.met_by(&Taken::done(&[Police])), "the victim could have been told");
        let tried = Taken { done: vec![Police], tried: vec![Victim] };
        assert!(acts.met_by(&tried));
        assert_eq!(acts.ways(&Taken::default()), [vec![Victim]]);
        assert_eq!(acts.ways(&Taken { done: vec![], tried: vec![Victim] }), [vec![Police]]);
    }

    #[test]
    fn what_is_left_to_do_is_named_fewest_first() {
        let acts = Acts::parse("(warn_victim and notify_law_enforcement) or treatment_plan").unwrap();
        assert_eq!(acts.ways(&Taken::default()), [vec![Plan], vec![Victim, Police]]);
        assert_eq!(acts.ways(&Taken::done(&[Victim])), [vec![Police], vec![Plan]]);
    }

    #[test]
    fn a_faulty_expression_says_what_is_wrong() {
        for (text, says) in [
            ("", "no act is named"),
            ("warn_victim and", "is no act"),
            ("tell_everybody", "`tell_everybody` is no act"),
            ("(warn_victim", "`)` is missing"),
            ("warn_victim notify_law_enforcement", "does not belong here"),
        ] {
            assert!(Acts::parse(text).unwrap_err().contains(says), "{text}: {says}");
        }
        let deep = format!("{}warn_victim{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(Acts::parse(&deep).unwrap_err().contains("too many parentheses"));
    }
}

//! What cannot be so together, whatever the law says.
//!
//! Called where facts come from outside (`concord decide`), before the law is asked: a contradiction is an error that names
//! the facts and the remedy, and gets no decision. The door asks it of what the law would permit, and nothing goes. Only
//! what is impossible is here; what is merely unlikely, or makes no difference, is not.

use std::fmt;

use super::{FactId, Facts, Kind, vocabulary};

/// Years that a person can be old.
pub const AGE_MAX: i32 = 130;
/// Age at which a student gets the rights over his or her education records (34 CFR 99.3, 99.5).
const ELIGIBLE_AGE: i32 = 18;
/// Forms of permission that exist only in writing.
const WRITTEN: [&str; 3] = ["hipaa_authorization", "ferpa_consent", "part2_consent"];

/// Facts that cannot be so together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The fact to look at, with the number of the permission where there are several.
    pub place: String,
    /// What contradicts what, and what to do.
    pub message: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// All that cannot be so together; empty if nothing.
pub fn contradictions(facts: &Facts) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut add = |place: &str, message: String| {
        found.push(Contradiction { place: place.to_owned(), message });
    };
    if let Some(age) = age(facts) {
        if age > AGE_MAX {
            add("subject.age", format!("nobody is {age} years old; give years from 0 to {AGE_MAX}, or null"));
        } else if age < ELIGIBLE_AGE && is(facts, "subject.eligible_student") && !at_college(facts) {
            add(
                "subject.eligible_student",
                format!(
                    "true, and subject.age is {age}: under {ELIGIBLE_AGE} only a student of a college or university is \
                     eligible (34 CFR 99.3). Correct the age, leave eligible_student out, or name the university as \
                     discloser or recipient"
                ),
            );
        }
    }
    for fact in vocabulary().facts().filter(|fact| !fact.row().of_permission()) {
        let several = matches!(fact.row().kind, Kind::Some(_) | Kind::List(_));
        let none = fact.row().kind.values().iter().position(|value| value.name == "none");
        if let (true, Some(none)) = (several, none) {
            let (yes, _) = facts.bits(fact);
            if yes >> none & 1 == 1 && yes.count_ones() > 1 {
                add(fact.path(), "`none` and something else; leave out the one that is not so".to_owned());
            }
        }
    }
    for lane in 0..facts.permissions {
        let place = |name: &str| {
            let number = if facts.permissions == 1 { String::new() } else { format!("[{lane}]") };
            format!("consent{number}.{name}")
        };
        let flag = |path: &str| {
            let (yes, no) = FactId::of(path).map_or((0, 0), |fact| facts.permission_bits(fact, lane));
            if yes & 1 == 1 {
                Some(true)
            } else if no & 1 == 1 {
                Some(false)
            } else {
                None
            }
        };
        let kind = word_of_permission(facts, "consent.type", lane);
        if flag("consent.signed") == Some(true) && kind.is_none() {
            add(
                &place("signed"),
                "true, and no type says what was signed; give the type, such as hipaa_authorization"
                    .to_owned(),
            );
        }
        let never_signed = flag("consent.signed") == Some(false);
        if never_signed
            && flag("consent.expired") == Some(true)
            && kind.is_some_and(|kind| WRITTEN.contains(&kind))
        {
            add(
                &place("expired"),
                "true, and signed is false: what was never signed cannot have expired; correct the one that is wrong"
                    .to_owned(),
            );
        }
    }
    found
}

fn age(facts: &Facts) -> Option<i32> {
    facts.count(FactId::of("subject.age")?)
}

fn is(facts: &Facts, path: &str) -> bool {
    FactId::of(path).is_some_and(|fact| facts.is_true(fact))
}

fn at_college(facts: &Facts) -> bool {
    ["discloser.sector", "recipient.sector"].iter().any(|path| {
        FactId::of(path).is_some_and(|fact| {
            let (yes, _) = facts.bits(fact);
            let named = fact.row().kind.values().iter().enumerate();
            named.into_iter().any(|(at, value)| yes >> at & 1 == 1 && value.name == "university")
        })
    })
}

fn word_of_permission(facts: &Facts, path: &str, lane: usize) -> Option<&'static str> {
    let fact = FactId::of(path)?;
    let (yes, _) = facts.permission_bits(fact, lane);
    fact.row()
        .kind
        .values()
        .iter()
        .enumerate()
        .find(|(at, _)| yes >> at & 1 == 1)
        .map(|(_, value)| value.name)
}

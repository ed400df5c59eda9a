//! Referrals: categories, states, who may set which, what may follow what, and of whom a word speaks.
//!
//! The table is `process/referral.toml`, embedded; this file reads it and answers questions about it. Callers: the node's
//! referral verbs, its desk and wire checks, the case's own process. Deliberately absent: any judgment of the person, and
//! a category for law enforcement, which is an event of its own.

use crate::record::words::words;
use serde::Deserialize;
use std::sync::OnceLock;

words! {
    /// What service a referral asks for.
    Category {
        /// Mental or behavioral health care.
        MentalBehavioralHealth = "mental_behavioral_health",
        /// Social services.
        SocialServices = "social_services",
        /// Housing.
        HousingAssistance = "housing_assistance",
        /// Work, training, skills.
        JobTrainingSkill = "job_training_skill",
        /// Counseling by a faith community.
        FaithBasedCounseling = "faith_based_counseling",
        /// Help with alcohol or drugs.
        SubstanceUse = "substance_use",
        /// Legal advice.
        LegalAid = "legal_aid",
        /// Food.
        Food = "food",
        /// Support in education.
        EducationSupport = "education_support",
        /// Support for the family.
        FamilyServices = "family_services",
        /// Support for somebody who was harmed or threatened.
        VictimServices = "victim_services",
        /// Services for veterans.
        VeteranServices = "veteran_services",
        /// Somebody to talk to now.
        CrisisLine = "crisis_line",
        /// Other medical care.
        Medical = "medical",
        /// Another service.
        Other = "other",
    }
}

words! {
    /// How soon a referral asks for action.
    Urgency {
        /// In the ordinary course.
        Routine = "routine",
        /// Within days.
        Soon = "soon",
        /// Today.
        Urgent = "urgent",
    }
}

words! {
    /// What came of a referral that has ended: whether the need it was for is met.
    Outcome {
        /// It is met.
        NeedMet = "need_met",
        /// It is met in part.
        NeedPartlyMet = "need_partly_met",
        /// It is not met.
        NeedNotMet = "need_not_met",
        /// Nobody has said.
        NotKnown = "not_known",
    }
}

words! {
    /// How a referral stands.
    State {
        /// Being written.
        Draft = "draft",
        /// Offered to the person.
        Offered = "offered",
        /// The person agreed.
        Consented = "consented",
        /// On its way.
        Sent = "sent",
        /// Arrived.
        Received = "received",
        /// The service will act.
        Accepted = "accepted",
        /// The person was reached.
        Contacted = "contacted",
        /// The person takes part.
        Engaged = "engaged",
        /// Done.
        Completed = "completed",
        /// The person said no.
        DeclinedByPerson = "declined_by_person",
        /// The service said no.
        DeclinedByService = "declined_by_service",
        /// Nobody was reached.
        NoContactMade = "no_contact_made",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// Its time ran out.
        Expired = "expired",
    }
}

words! {
    /// Why a service declines.
    DeclineReason {
        /// No place.
        NoCapacity = "no_capacity",
        /// Not for this person.
        NotEligible = "not_eligible",
        /// Only a waiting list.
        Waitlist = "waitlist",
        /// Elsewhere.
        OutOfArea = "out_of_area",
        /// Not safely.
        Safety = "safety",
        /// Another service is meant.
        WrongService = "wrong_service",
    }
}

words! {
    /// Whose word a state is.
    SetBy {
        /// The referring agency's, before anything has left.
        Team = "team",
        /// This program's, by what happened to the message.
        Courier = "courier",
        /// The agency's that was asked.
        Service = "service",
        /// The referring agency's, after it was sent.
        Referrer = "referrer",
    }
}

words! {
    /// Who acts next.
    NextActor {
        /// The referring agency.
        Referrer = "referrer",
        /// The service.
        Service = "service",
        /// The person.
        Person = "person",
        /// Nobody: it has ended.
        Nobody = "nobody",
    }
}

words! {
    /// Whose time limit runs while a state lasts.
    Clock {
        /// The time by which the referral asks for first contact.
        ContactBy = "contact_by",
        /// The next review of the case.
        PlanReview = "plan_review",
        /// None.
        None = "none",
    }
}

words! {
    /// Of whom a state's word speaks when it travels.
    Tells {
        /// It never travels as a word of its own.
        Nothing = "nothing",
        /// Of the one who says it.
        Itself = "itself",
        /// Of the person: a disclosure of row 25.
        Person = "person",
    }
}

/// What a state means, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The state.
    #[serde(rename = "word")]
    pub state: State,
    /// States it may follow.
    pub follows: Vec<State>,
    /// Whose word it is.
    pub set_by: SetBy,
    /// Of whom it speaks.
    pub tells: Tells,
    /// The person has been reached.
    pub reached: bool,
    /// The referral has ended.
    pub ended: bool,
    /// Who acts next.
    pub next_actor: NextActor,
    /// What they do, one word; empty: nothing.
    pub next_step: String,
    /// Which clock runs.
    pub clock: Clock,
    /// What it means, for both sides.
    pub means: String,
}

/// A word and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning<W> {
    /// The word.
    pub word: W,
    /// What it means.
    pub means: String,
}

/// The whole table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Urgencies, the least first.
    pub urgencies: Vec<Urgency>,
    /// Categories.
    #[serde(rename = "category")]
    pub categories: Vec<Meaning<Category>>,
    /// Words that are no category, each with the reason.
    pub refused: std::collections::BTreeMap<String, String>,
    /// States.
    #[serde(rename = "state")]
    pub states: Vec<Definition>,
    /// Reasons for which a service declines.
    #[serde(rename = "reason")]
    pub reasons: Vec<Meaning<DeclineReason>>,
}

/// The table cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("process/referral.toml: {0}")]
pub struct TableMalformed(String);

impl Table {
    /// The table that is part of this build.
    #[expect(clippy::expect_used, reason = "the embedded table is parsed by a test of this module")]
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::parse(include_str!("../../process/referral.toml")).expect("embedded referral table")
        })
    }

    /// A table in the format of `process/referral.toml`.
    ///
    /// # Errors
    /// [`TableMalformed`] when it cannot be read, or does not say of every word exactly once what it means.
    pub fn parse(text: &str) -> Result<Self, TableMalformed> {
        let mut table: Self = toml::from_str(text).map_err(|e| TableMalformed(e.to_string()))?;
        let once = |what: &str, ok: bool| {
            if ok { Ok(()) } else { Err(TableMalformed(format!("name each {what} once"))) }
        };
        once("urgency", each_once(Urgency::ALL, table.urgencies.iter().copied()))?;
        once("category", each_once(Category::ALL, table.categories.iter().map(|m| m.word)))?;
        once("reason", each_once(DeclineReason::ALL, table.reasons.iter().map(|m| m.word)))?;
        once("state", each_once(State::ALL, table.states.iter().map(|d| d.state)))?;
        if let Some(word) = table.refused.keys().find(|w| Category::from_word(w).is_some()) {
            return Err(TableMalformed(format!("`{word}` is a category and refused as one")));
        }
        for d in &table.states {
            if (d.next_actor == NextActor::Nobody) != d.next_step.is_empty() {
                let text = format!("`{}`: who acts next has a step, and nobody has none", d.state);
                return Err(TableMalformed(text));
            }
        }
        table.states.sort_by_key(|d| d.state);
        Ok(table)
    }

    /// What a state means.
    pub fn definition(&self, state: State) -> &Definition {
        // parsing sorted them and found each once
        &self.states[state as usize]
    }

    /// What a category means.
    pub fn category(&self, category: Category) -> &str {
        self.categories.iter().find(|m| m.word == category).map_or("", |m| m.means.as_str())
    }

    /// What a reason means.
    pub fn reason(&self, reason: DeclineReason) -> &str {
        self.reasons.iter().find(|m| m.word == reason).map_or("", |m| m.means.as_str())
    }

    /// The category with this word.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub fn read_category(&self, word: &str) -> Result<Category, String> {
        if let Some(why) = self.refused.get(word) {
            return Err(why.clone());
        }
        Category::from_word(word).ok_or_else(|| {
            let known: Vec<&str> = self.categories.iter().map(|m| m.word.as_str()).collect();
            format!("use one of {}", known.join(", "))
        })
    }
}

fn each_once<W: PartialEq>(all: &[W], found: impl Iterator<Item = W>) -> bool {
    let found: Vec<W> = found.collect();
    found.len() == all.len() && all.iter().all(|word| found.contains(word))
}

impl State {
    /// What it means, and what follows from it.
    pub fn definition(self) -> &'static Definition {
        Table::embedded().definition(self)
    }

    /// Whether the referral has ended in it.
    pub fn is_ended(self) -> bool {
        self.definition().ended
    }

    /// Whether an agency that was asked may say it.
    pub fn is_services(self) -> bool {
        self.definition().set_by == SetBy::Service
    }
}

/// Whether `to` may follow `from`.
pub fn may_follow(from: State, to: State) -> bool {
    to.definition().follows.contains(&from)
}

/// Whose word it is that `to` follows `from`: before anything has left, the referring team's own.
pub fn set_by(from: State, to: State) -> SetBy {
    let word = to.definition().set_by;
    if from.definition().set_by == SetBy::Team && word != SetBy::Courier { SetBy::Team } else { word }
}

/// Whether saying `to` after `from` tells something of the person: then it is a disclosure of row 25 by the one who says it.
///
/// Until the person has been reached the service holds nothing of them but what the referring agency itself wrote, and its
/// word is about what it will do. From then on every word of its own rests on what it knows of the person.
pub fn tells_of_person(from: State, to: State) -> bool {
    let definition = to.definition();
    definition.tells == Tells::Person || (definition.set_by == SetBy::Service && from.definition().reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_says_of_every_word_what_it_means() {
        let table = Table::embedded();
        for state in State::ALL {
            let d = table.definition(*state);
            assert_eq!(d.state, *state);
            assert!(d.means.ends_with('.') && d.means.len() > 20, "{state}");
        }
        assert!(Category::ALL.iter().all(|c| !table.category(*c).is_empty()));
        assert!(DeclineReason::ALL.iter().all(|r| !table.reason(*r).is_empty()));
    }

    /// Written a second time, by hand: the pairs that may follow one another, of all 196.
    #[test]
    fn may_follow_is_exactly_this() {
        use State::*;
        let may: &[(State, &[State])] = &[
            (Draft, &[Offered, Withdrawn]),
            (Offered, &[Consented, DeclinedByPerson, Withdrawn]),
            (Consented, &[Sent, Withdrawn]),
            (Sent, &[Received, Withdrawn, Expired]),
            (Received, &[Accepted, DeclinedByService, NoContactMade, Withdrawn, Expired]),
            (Accepted, &[Contacted, DeclinedByPerson, DeclinedByService, NoContactMade, Withdrawn, Expired]),
            (Contacted, &[Engaged, Completed, DeclinedByPerson, DeclinedByService, Withdrawn]),
            (Engaged, &[Completed, DeclinedByPerson, DeclinedByService, Withdrawn]),
            (Completed, &[]),
            (DeclinedByPerson, &[]),
            (DeclinedByService, &[]),
            (NoContactMade, &[]),
            (Withdrawn, &[]),
            (Expired, &[]),
        ];
        assert_eq!(may.len(), State::ALL.len());
        for from in State::ALL {
            let (_, after) = may.iter().find(|(f, _)| f == from).unwrap();
            for to in State::ALL {
                assert_eq!(may_follow(*from, *to), after.contains(to), "{from} -> {to}");
            }
            assert_eq!(from.is_ended(), after.is_empty(), "{from}");
        }
    }

    #[test]
    fn every_state_is_reached_from_the_first_and_every_open_one_leads_to_an_end() {
        let reachable = |start: State| {
            let mut seen = vec![start];
            let mut at = 0;
            while at < seen.len() {
                for to in State::ALL {
                    if may_follow(seen[at], *to) && !seen.contains(to) {
                        seen.push(*to);
                    }
                }
                at += 1;
            }
            seen
        };
        assert_eq!(reachable(State::Draft).len(), State::ALL.len());
        for state in State::ALL {
            assert!(reachable(*state).iter().any(|s| s.is_ended()), "{state}");
        }
    }

    #[test]
    fn from_first_contact_on_every_word_of_the_service_speaks_of_the_person() {
        use State::*;
        for from in [Contacted, Engaged] {
            for to in State::ALL.iter().filter(|to| may_follow(from, **to) && to.is_services()) {
                assert!(tells_of_person(from, *to), "{from} -> {to}");
            }
            assert!(!tells_of_person(from, Withdrawn));
        }
        for (from, to) in [
            (Received, Accepted),
            (Received, DeclinedByService),
            (Accepted, NoContactMade),
            (Accepted, Expired),
        ] {
            assert!(!tells_of_person(from, to), "{from} -> {to}");
        }
        assert!(tells_of_person(Accepted, Contacted) && tells_of_person(Accepted, DeclinedByPerson));
    }

    #[test]
    fn a_state_that_travels_says_who_acts_next_and_an_open_one_has_a_clock() {
        for state in State::ALL.iter().map(|s| s.definition()) {
            assert_eq!(state.clock == Clock::None, state.next_actor == NextActor::Nobody, "{}", state.state);
            if matches!(state.set_by, SetBy::Team | SetBy::Courier) {
                assert_eq!(state.tells, Tells::Nothing, "{}", state.state);
            } else {
                assert_ne!(state.tells, Tells::Nothing, "{}", state.state);
            }
        }
    }

    #[test]
    fn before_anything_has_left_every_word_is_the_teams_own() {
        use State::*;
        assert_eq!(set_by(Offered, DeclinedByPerson), SetBy::Team);
        assert_eq!(set_by(Draft, Withdrawn), SetBy::Team);
        assert_eq!(set_by(Consented, Sent), SetBy::Courier);
        assert_eq!(set_by(Accepted, DeclinedByPerson), SetBy::Service);
        assert_eq!(set_by(Accepted, Withdrawn), SetBy::Referrer);
    }

    #[test]
    fn law_enforcement_is_no_category_and_the_reason_is_said() {
        let why = Table::embedded().read_category("law_enforcement").unwrap_err();
        assert!(why.contains("an event of its own"), "{why}");
        assert!(Table::embedded().read_category("housing").unwrap_err().contains("housing_assistance"));
        assert_eq!(Table::embedded().read_category("food"), Ok(Category::Food));
    }

    #[test]
    fn a_table_that_leaves_a_word_out_or_adds_a_category_is_refused() {
        let text = include_str!("../../process/referral.toml");
        let without = text.replacen(
            "[[reason]]\nword = \"waitlist\"\nmeans = \"there is only a waiting list\"\n",
            "",
            1,
        );
        assert_ne!(without, text);
        assert!(Table::parse(&without).unwrap_err().to_string().contains("each reason once"));
        let police = text.replacen("word = \"food\"", "word = \"law_enforcement\"", 1);
        assert!(Table::parse(&police).is_err());
        let refused = text.replacen("law_enforcement = ", "food = ", 1);
        assert!(Table::parse(&refused).unwrap_err().to_string().contains("refused as one"));
    }
}

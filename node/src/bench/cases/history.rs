//! The history of one case, as members would have written it: from a report to a plan at work, or to its closing.
//!
//! Callers: `story` makes rows of it, `measure` adds a judgment to it. Every case tells the same, under other ids and times.

use super::prose::prose;
use policy::id::{CaseId, EntryId, PersonId, StaffId};
use policy::process::entry::{
    Assessment, Closing, Factor, Level, Meeting, Need, NeedsAssessment, Observation, OpenInquiry, Plan,
    PlanTask, Report, Triage,
};
use policy::process::referral::Category;
use policy::process::words::{
    Anonymity, Basis, Directness, FactorCategory, IndicatorKind, Intervention, LevelBand, Nature,
    Orientation, Outcome, PlanTier, Polarity, ReportChannel, SourceType, State, TaskState, ThreatMode,
    ThreatType,
};
use policy::process::{Act, Entry};
use policy::record::{Person, PersonRole};
use policy::time::{Date, UtcTime};

/// Entries of a history.
pub const ENTRIES: usize = 10;
/// Days from the report to the end of what is written.
const DAYS: i64 = 36;
/// Days that a level holds.
const LEVEL_DAYS: i64 = 170;

/// Places of the entries that others cite.
const OBSERVATIONS: [usize; 2] = [2, 4];
const FACTORS: [usize; 2] = [5, 6];

/// One case, as far as its history depends on it.
pub struct Told<'a> {
    /// The case.
    pub case: CaseId,
    /// Its entries' ids, in order.
    pub entries: &'a [EntryId],
    /// The person of concern.
    pub person: PersonId,
    /// When the last entry was written.
    pub until: UtcTime,
    /// For an open case, when its plan is reviewed; `None`: the case is closed.
    pub review_at: Option<UtcTime>,
}

/// The member who writes.
pub fn chair() -> StaffId {
    super::staff("chair")
}

/// Who meets.
pub fn members() -> [StaffId; super::MEMBERS.len()] {
    super::MEMBERS.map(|(name, _)| super::staff(name))
}

/// Words of one sentence of a text.
const SENTENCE: usize = 10;

impl Told<'_> {
    fn text(&self, about: &str, sentences: usize) -> String {
        prose(about, sentences * SENTENCE, self.case.0.0 as u64)
    }

    /// The person of concern.
    pub fn person(&self, number: usize) -> Person {
        Person {
            id: self.person,
            case: self.case,
            roles: vec![PersonRole::PersonOfConcern],
            names: vec![format!("Robin Benchmark {number}")],
            date_of_birth: None,
            is_student: Some(false),
            is_patient: Some(true),
            attends_postsecondary: None,
            consented_to_own_care: None,
            law_enforcement_status: None,
            state: None,
        }
    }

    /// The entry at a place.
    pub fn entry(&self, place: usize) -> Entry {
        let (act, moved_to) = self.act(place);
        let days_before = DAYS - DAYS * i64::try_from(place).unwrap_or(0) / (ENTRIES as i64 - 1);
        Entry {
            id: self.entries[place],
            at: self.until.plus_days(-days_before),
            by: chair(),
            act,
            replaces: None,
            moved_to,
        }
    }

    fn cited(&self, places: &[usize]) -> Vec<EntryId> {
        places.iter().map(|place| self.entries[*place]).collect()
    }

    fn day(&self, days_before: i64) -> Date {
        self.until.plus_days(-days_before).date()
    }

    fn act(&self, place: usize) -> (Act, Option<State>) {
        match place {
            0 => (report(self.case.0.0 as u64).into(), Some(State::Reported)),
            1 => (triage().into(), Some(State::Triage)),
            3 => {
                let questions = self.text("to be found out", 4);
                (OpenInquiry { observations: self.cited(&[2]), questions }.into(), Some(State::Inquiry))
            }
            2 | 4 => (self.observation(place).into(), None),
            5 => (self.factor(Polarity::Enhancing, FactorCategory::LifeEvents).into(), None),
            6 => (self.factor(Polarity::Mitigating, FactorCategory::SocialIntegration).into(), None),
            7 => (self.needs().into(), None),
            8 => {
                let band = if self.review_at.is_some() { LevelBand::Moderate } else { LevelBand::Low };
                (self.assessment(band, self.until).into(), Some(State::Assessed))
            }
            _ => match self.review_at {
                Some(review_at) => (self.plan(review_at).into(), Some(State::Managing)),
                None => (self.closing().into(), Some(State::Closed)),
            },
        }
    }

    fn observation(&self, place: usize) -> Observation {
        let source = if place == OBSERVATIONS[0] { "charge nurse" } else { "colleague at work" };
        Observation {
            text: self.text("in the corridor", 5),
            happened_on: self.day(DAYS),
            learned_on: self.day(DAYS - 1),
            basis: Basis::Reported,
            nature: Nature::Communication,
            source_type: SourceType::DirectWitness,
            source: source.to_owned(),
            directness: Directness::Observed,
            indicator: Some(IndicatorKind::Leakage),
            threat_type: Some(ThreatType::Indirect),
            threat_mode: Some(ThreatMode::Spoken),
            exact_words: false,
            as_record: None,
        }
    }

    fn factor(&self, polarity: Polarity, category: FactorCategory) -> Factor {
        Factor {
            polarity,
            category,
            text: self.text("the team finds", 5),
            dynamic: true,
            ended: false,
            observations: self.cited(&OBSERVATIONS),
            as_record: None,
        }
    }

    /// The team's judgment at a time.
    pub fn assessment(&self, band: LevelBand, at: UtcTime) -> Assessment {
        Assessment {
            level: Level {
                model: "ntac".to_owned(),
                model_version: "current".to_owned(),
                original: band.as_str().to_owned(),
                band,
                valid_until: at.plus_days(LEVEL_DAYS),
            },
            rationale: self.text("taken together", 5),
            observations: self.cited(&OBSERVATIONS),
            factors: self.cited(&FACTORS),
            no_enhancing_found: false,
            no_mitigating_found: false,
            single_source: false,
            instruments: Vec::new(),
            gaps: "what happens at home is not known".to_owned(),
            caveats: "a judgment of the moment that holds until its end".to_owned(),
            meeting: Meeting {
                present: members().to_vec(),
                knows_the_person: None,
                absent_because: String::new(),
                disability_known: Some(false),
            },
            dissent: Vec::new(),
            as_record: None,
        }
    }

    fn needs(&self) -> NeedsAssessment {
        let need = |category| Need { category, text: self.text("a need", 2) };
        NeedsAssessment {
            needs: vec![need(Category::MentalBehavioralHealth), need(Category::HousingAssistance)],
            own_account: self.text("in their own words", 2),
        }
    }

    fn plan(&self, review_at: UtcTime) -> Plan {
        let task = |kind| PlanTask {
            kind,
            orientation: Orientation::Subject,
            tier: PlanTier::Secondary,
            text: self.text("to be done", 2),
            agency: None,
            owner: Some(chair()),
            due: None,
            state: TaskState::Open,
            contact_safety: "by telephone first".to_owned(),
        };
        Plan {
            owner: chair(),
            goals: vec![self.text("first", 2)],
            own_voice: self.text("in their own words", 1),
            tasks: vec![task(Intervention::TreatmentLink), task(Intervention::MonitoringCheckIn)],
            restrictions: Vec::new(),
            review_at,
        }
    }

    fn closing(&self) -> Closing {
        Closing {
            outcome: Outcome::ConnectedToSupport,
            summary: self.text("how it ended", 4),
            why_it_lasts: self.text("why it lasts", 2),
        }
    }
}

/// What a bystander reports; the seed chooses the words.
pub fn report(seed: u64) -> Report {
    Report {
        channel: ReportChannel::Telephone,
        anonymity: Anonymity::Anonymous,
        narrative: prose("what was seen", 5 * SENTENCE, seed),
        place: "at work".to_owned(),
        happened: "this morning".to_owned(),
        at_risk_now: "nobody at this moment".to_owned(),
        weapon_mentioned: Some(false),
        target_named: Some(false),
        possibly_imminent: false,
        how_known: "was there".to_owned(),
        may_come_back: true,
        wants_outcome: false,
        reporting_member: None,
    }
}

/// The coordinator takes it, with a member of another discipline.
pub fn triage() -> Triage {
    Triage { coordinator: chair(), second: Some(super::staff("counselor")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::id::Id;
    use policy::process::{Process, Standing};

    #[test]
    fn a_history_stands_where_its_head_says_and_its_sizes_are_those_of_real_entries() {
        let now = UtcTime::parse("2026-11-22T12:00:00Z").unwrap();
        let ids: Vec<EntryId> = (1..=ENTRIES as u128).map(|n| EntryId(Id(n))).collect();
        for (review_at, state) in [
            (Some(now.plus_days(10)), State::Managing),
            (Some(now.plus_days(-10)), State::Reassessing),
            (None, State::Closed),
        ] {
            let told = Told {
                case: CaseId(Id(7)),
                entries: &ids,
                person: PersonId(Id(8)),
                until: now.plus_days(-30),
                review_at,
            };
            let entries: Vec<Entry> = (0..ENTRIES).map(|place| told.entry(place)).collect();
            assert!(entries.is_sorted_by_key(|e| e.at));
            let standing = Standing::of(&entries);
            assert_eq!(standing.state(now), state);
            let agenda = Process::embedded().unwrap().agenda(&standing, now);
            // A case that was never above low is kept for a year.
            let due = review_at.unwrap_or_else(|| told.until.plus_days(365));
            assert_eq!(agenda.first().map(|line| line.due), Some(due), "{agenda:?}");
            let sizes: Vec<usize> = entries.iter().map(|e| serde_json::to_vec(e).unwrap().len()).collect();
            assert!(sizes.iter().all(|size| (250..1_300).contains(size)), "{sizes:?}");
            let mean = sizes.iter().sum::<usize>() / sizes.len();
            assert!((500..800).contains(&mean), "{mean}: {sizes:?}");
        }
    }
}

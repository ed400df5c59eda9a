//! Acts as a careful member would write them: each is allowed in its place, and tests spoil one thing at a time.

use super::{MEETING, staff};
use policy::id::{AgencyId, DisclosureId, EntryId, Id, PermissionId, PersonId};
use policy::process::entry::*;
use policy::process::referral::{Category, State as Status};
use policy::process::words::*;
use policy::time::{Date, UtcTime};

pub const NOBODY: EntryId = EntryId(Id(404));
pub const PACKET: DisclosureId = DisclosureId(Id(501));

fn date(at: UtcTime) -> Date {
    at.date()
}

pub fn report() -> Report {
    Report {
        channel: ReportChannel::Intake,
        anonymity: Anonymity::Anonymous,
        narrative: "A visitor shouted at the desk that they would all be sorry.".into(),
        place: "main desk".into(),
        happened: "this morning".into(),
        at_risk_now: String::new(),
        weapon_mentioned: Some(false),
        target_named: Some(false),
        possibly_imminent: false,
        how_known: "was there".into(),
        may_come_back: true,
        wants_outcome: false,
        reporting_member: None,
    }
}

pub fn message() -> Message {
    Message { from_reporter: true, text: "It happened again.".into() }
}

pub fn triage() -> Triage {
    Triage { coordinator: staff("intake-1"), second: Some(staff("clinician")) }
}

pub fn screen_out() -> ScreenOut {
    ScreenOut { reason: ScreenReason::Innocuous, sentence: "A line from a film, said to friends.".into() }
}

pub fn consult(now: UtcTime) -> Consultation {
    Consultation {
        situation: "Somebody writes letters that worry a colleague.".into(),
        advice: String::new(),
        until: Some(now.plus_days(20)),
    }
}

pub fn observation(now: UtcTime, text: &str, source: &str) -> Observation {
    Observation {
        text: text.into(),
        happened_on: date(now),
        learned_on: date(now),
        basis: Basis::Observed,
        nature: Nature::Behavior,
        source_type: SourceType::DirectWitness,
        source: source.into(),
        directness: Directness::Observed,
        indicator: None,
        threat_type: None,
        threat_mode: None,
        exact_words: false,
        as_record: None,
    }
}

pub fn circumstance(now: UtcTime, source: &str) -> Observation {
    Observation {
        nature: Nature::Circumstance,
        ..observation(now, "the rent is three months behind", source)
    }
}

pub fn factor(polarity: Polarity, observations: &[EntryId]) -> Factor {
    Factor {
        polarity,
        category: FactorCategory::LifeEvents,
        text: "rent is owed; a sister helps".into(),
        dynamic: true,
        ended: false,
        observations: observations.to_vec(),
        as_record: None,
    }
}

pub fn event(now: UtcTime) -> PrecipitatingEvent {
    PrecipitatingEvent {
        tense: Tense::Anticipated,
        kind: EventKind::Eviction,
        text: "a hearing about the rent".into(),
        on: Some(date(now.plus_days(6))),
        until: None,
        observations: Vec::new(),
        as_record: None,
    }
}

pub fn instrument(now: UtcTime) -> InstrumentResult {
    InstrumentResult {
        name: "WAVR-21".into(),
        version: "V3".into(),
        assessor: staff("clinician"),
        qualified_until: date(now.plus_days(300)),
        on: date(now),
        overall: "moderate concern".into(),
        as_record: None,
    }
}

pub fn assess(now: UtcTime, band: LevelBand, observations: &[EntryId], factors: &[EntryId]) -> Assessment {
    Assessment {
        level: Level {
            model: "local".into(),
            model_version: "first".into(),
            original: band.as_str().into(),
            band,
            valid_until: now.plus_days(if band == LevelBand::Imminent { 2 } else { 60 }),
        },
        rationale: "two people saw it; what protects is strong".into(),
        observations: observations.to_vec(),
        factors: factors.to_vec(),
        no_enhancing_found: false,
        no_mitigating_found: false,
        single_source: false,
        instruments: Vec::new(),
        gaps: "not known whether there is a way to means".into(),
        caveats: "a judgment of today, no prediction".into(),
        meeting: Meeting {
            present: MEETING.iter().map(|name| staff(name)).collect(),
            absent_because: "invited, could not come".into(),
            knows_the_person: Some(staff("clinician")),
            disability_known: None,
        },
        dissent: Vec::new(),
        as_record: None,
    }
}

pub fn needs() -> NeedsAssessment {
    NeedsAssessment {
        needs: vec![Need { category: Category::HousingAssistance, text: "rent is behind".into() }],
        own_account: "I want to keep the flat.".into(),
    }
}

pub fn task(state: TaskState) -> PlanTask {
    PlanTask {
        kind: Intervention::SocialSupport,
        orientation: Orientation::Subject,
        tier: PlanTier::Secondary,
        text: "link to the housing office".into(),
        agency: None,
        owner: Some(staff("worker")),
        due: None,
        state,
        contact_safety: String::new(),
    }
}

pub fn plan(now: UtcTime, state: TaskState) -> Plan {
    Plan {
        owner: staff("chair"),
        goals: vec!["the rent is settled and the desk is safe".into()],
        own_voice: "Somebody should listen.".into(),
        tasks: vec![task(state)],
        restrictions: Vec::new(),
        review_at: now.plus_days(30),
    }
}

pub fn restriction(now: UtcTime, kind: Intervention, observation: EntryId) -> Restriction {
    Restriction {
        kind,
        text: "comes to the desk with somebody".into(),
        observation,
        until: now.plus_days(30),
        kept_by: String::new(),
        disability_considered: String::new(),
    }
}

pub fn refer(status: Status) -> Referral {
    Referral {
        category: Category::HousingAssistance,
        agency: Some(AgencyId::from("housing-office")),
        service: String::new(),
        permission: (status > Status::Offered).then_some(PermissionId(Id(601))),
        status,
        declined_because: None,
        urgency: None,
        outcome: None,
        contact_by: None,
        disclosure: None,
        note: String::new(),
    }
}

pub fn tripwire(now: UtcTime) -> Tripwire {
    Tripwire {
        observable: "comes to the ward outside visiting hours".into(),
        tell: "the charge nurse".into(),
        expires: now.plus_days(30),
        has_watcher: false,
        ended: false,
    }
}

pub fn order(now: UtcTime, kind: &str) -> CourtOrder {
    CourtOrder {
        court: "county court".into(),
        kind: kind.into(),
        conditions: "takes part in treatment; stays away from the ward".into(),
        made_on: date(now),
        until: now.plus_days(120),
        as_record: None,
    }
}

pub fn answers() -> EmergencyAnswers {
    EmergencyAnswers {
        who_is_at_risk: "the staff of the ward".into(),
        what_makes_it_imminent: "is on the way with a knife".into(),
        known_first_hand: "said so on the telephone to the desk".into(),
        who_can_prevent: "the police at the entrance".into(),
        what_they_must_know: "which entrance".into(),
    }
}

pub fn renewal() -> EmergencyRenewal {
    EmergencyRenewal { because: "was seen near the ward today".into() }
}

pub fn review() -> EmergencyReview {
    EmergencyReview { result: ReviewResult::Justified, reasons: "kept to what was needed".into() }
}

pub fn end_of_emergency() -> EmergencyEnd {
    EmergencyEnd { because: "is in care".into() }
}

pub fn target_notice(now: UtcTime) -> TargetNotice {
    TargetNotice {
        kind: None,
        target: PersonId(Id(8)),
        member: None,
        told_at: Some(now),
        disclosure: None,
        due: None,
        not_told_because: String::new(),
        wishes: "wants door B".into(),
        advocate_offered: true,
    }
}

pub fn guardian_notice(now: UtcTime) -> GuardianNotice {
    GuardianNotice {
        guardian: PersonId(Id(9)),
        told_at: Some(now),
        disclosure: None,
        due: None,
        not_told_because: String::new(),
        custody_checked: true,
    }
}

pub fn police_referral(observation: EntryId) -> PoliceReferral {
    PoliceReferral {
        reason: PoliceReason::ThresholdMet,
        observation,
        alternatives: "a talk and a change of rooms were tried and did not hold".into(),
    }
}

pub fn police_request() -> PoliceRequest {
    PoliceRequest {
        agency: "city-police".into(),
        asks: "whether a visit took place".into(),
        relevant_and_material: "a complaint about that hour".into(),
        specific_and_limited: "one visit, one hour".into(),
        why_not_deidentified: "the complaint is about one person".into(),
        signed_by: "Sergeant, badge on file".into(),
    }
}

pub fn concur(with: EntryId) -> Concurrence {
    Concurrence { with, note: "read it".into() }
}

pub fn recuse(name: &str) -> Recusal {
    Recusal { member: staff(name), because: "near_to_one".into() }
}

pub fn ask_correction(entry: EntryId) -> CorrectionAsk {
    CorrectionAsk { entry, asked_by: "person".into(), says: "It was a joke among friends.".into() }
}

pub fn decide_correction(ask: EntryId, corrected_by: Option<EntryId>) -> CorrectionAnswer {
    CorrectionAnswer {
        ask,
        decision: if corrected_by.is_some() {
            CorrectionDecision::Accepted
        } else {
            CorrectionDecision::Denied
        },
        reasons: "two people heard it".into(),
        corrected_by,
    }
}

pub fn disagree(entry: EntryId) -> Disagreement {
    Disagreement { entry, text: "That is not how it was.".into() }
}

pub fn offer_transfer() -> TransferOffer {
    TransferOffer {
        agency: AgencyId::from("north-school"),
        because: "the person moved there".into(),
        disclosure: Some(PACKET),
    }
}

pub fn complete_transfer(offer: EntryId) -> TransferAccepted {
    TransferAccepted { offer, accepted_by: "chair of the school's team".into(), disclosure: PACKET }
}

pub fn transfer_in(who: &str) -> TransferIn {
    TransferIn { from: AgencyId::from("north-school"), accepted_by: staff(who) }
}

pub fn retire() -> Retirement {
    Retirement { because: "settled, and in care of their own will".into() }
}

pub fn close() -> Closing {
    Closing {
        outcome: Outcome::ConnectedToSupport,
        summary: "housing and counseling carry on".into(),
        why_it_lasts: String::new(),
    }
}

pub fn reopen(observation: EntryId) -> Reopening {
    Reopening { observation }
}

pub fn purge() -> Purge {
    Purge { rule: "retention".into() }
}

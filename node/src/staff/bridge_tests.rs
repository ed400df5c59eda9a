//! Messages and acts are one JSON: no field of one is unknown to the other, no word is spelled in two ways.

use super::bridge;
use policy::id::*;
use policy::process::entry::*;
use policy::process::referral;
use policy::process::words::*;
use policy::process::{Act, Entry};
use policy::record::{Element, Label, ObtainedVia, RecordKind};
use policy::time::{Date, UtcTime};
use proto::agency::v1;
use std::collections::BTreeSet;

const ID: Id = Id(0xabc);
const TIME: UtcTime = UtcTime(1_795_000_000_000);

fn text() -> String {
    "words".to_owned()
}

fn day() -> Date {
    TIME.date()
}

fn report() -> Report {
    Report {
        channel: ReportChannel::ALL[0],
        anonymity: Anonymity::ALL[0],
        narrative: text(),
        place: text(),
        happened: text(),
        at_risk_now: text(),
        weapon_mentioned: Some(true),
        target_named: Some(true),
        possibly_imminent: true,
        how_known: text(),
        may_come_back: true,
        wants_outcome: true,
        reporting_member: Some(StaffId::from("name")),
    }
}

fn message() -> Message {
    Message { from_reporter: true, text: text() }
}

fn triage() -> Triage {
    Triage { coordinator: StaffId::from("name"), second: Some(StaffId::from("name")) }
}

fn screen_out() -> ScreenOut {
    ScreenOut { reason: ScreenReason::ALL[0], sentence: text() }
}

fn open_inquiry() -> OpenInquiry {
    OpenInquiry { observations: vec![EntryId(ID)], questions: text() }
}

fn consultation() -> Consultation {
    Consultation { situation: text(), advice: text(), until: Some(TIME) }
}

fn as_record() -> AsRecord {
    AsRecord {
        record_kind: Some(RecordKind::ALL[0]),
        obtained_via: Some(ObtainedVia::ALL[0]),
        elements: vec![Element::ALL[0]],
        labels: vec![Label::ALL[0]],
        about: vec![PersonId(ID)],
    }
}

fn observation() -> Observation {
    Observation {
        text: text(),
        happened_on: day(),
        learned_on: day(),
        basis: Basis::ALL[0],
        nature: Nature::ALL[0],
        source_type: SourceType::ALL[0],
        source: text(),
        directness: Directness::ALL[0],
        indicator: Some(IndicatorKind::ALL[0]),
        threat_type: Some(ThreatType::ALL[0]),
        threat_mode: Some(ThreatMode::ALL[0]),
        exact_words: true,
        as_record: Some(as_record()),
    }
}

fn factor() -> Factor {
    Factor {
        polarity: Polarity::ALL[0],
        category: FactorCategory::ALL[0],
        text: text(),
        dynamic: true,
        ended: true,
        observations: vec![EntryId(ID)],
        as_record: Some(as_record()),
    }
}

fn precipitating_event() -> PrecipitatingEvent {
    PrecipitatingEvent {
        tense: Tense::ALL[0],
        kind: EventKind::ALL[0],
        text: text(),
        on: Some(day()),
        until: Some(day()),
        observations: vec![EntryId(ID)],
        as_record: Some(as_record()),
    }
}

fn instrument_result() -> InstrumentResult {
    InstrumentResult {
        name: text(),
        version: text(),
        assessor: StaffId::from("name"),
        qualified_until: day(),
        on: day(),
        overall: text(),
        as_record: Some(as_record()),
    }
}

fn level() -> Level {
    Level {
        model: text(),
        model_version: text(),
        original: text(),
        band: LevelBand::ALL[0],
        valid_until: TIME,
    }
}

fn dissent() -> Dissent {
    Dissent { by: StaffId::from("name"), says: text() }
}

fn meeting() -> Meeting {
    Meeting {
        present: vec![StaffId::from("name")],
        knows_the_person: Some(StaffId::from("name")),
        absent_because: text(),
        disability_known: Some(true),
    }
}

fn assessment() -> Assessment {
    Assessment {
        level: level(),
        rationale: text(),
        observations: vec![EntryId(ID)],
        factors: vec![EntryId(ID)],
        no_enhancing_found: true,
        no_mitigating_found: true,
        single_source: true,
        instruments: vec![EntryId(ID)],
        gaps: text(),
        caveats: text(),
        meeting: meeting(),
        dissent: vec![dissent()],
        as_record: Some(as_record()),
    }
}

fn need() -> Need {
    Need { category: referral::Category::Food, text: text() }
}

fn needs_assessment() -> NeedsAssessment {
    NeedsAssessment { needs: vec![need()], own_account: text() }
}

fn restriction() -> Restriction {
    Restriction {
        kind: Intervention::ALL[0],
        text: text(),
        observation: EntryId(ID),
        until: TIME,
        kept_by: text(),
        disability_considered: text(),
    }
}

fn plan() -> Plan {
    Plan {
        owner: StaffId::from("name"),
        goals: vec![text()],
        own_voice: text(),
        tasks: vec![plan_task()],
        restrictions: vec![restriction()],
        review_at: TIME,
    }
}

fn plan_task() -> PlanTask {
    PlanTask {
        kind: Intervention::ALL[0],
        orientation: Orientation::ALL[0],
        tier: PlanTier::ALL[0],
        text: text(),
        agency: Some(AgencyId::from("name")),
        owner: Some(StaffId::from("name")),
        due: Some(TIME),
        state: TaskState::ALL[0],
        contact_safety: text(),
    }
}

fn referral() -> Referral {
    Referral {
        category: referral::Category::Food,
        agency: Some(AgencyId::from("name")),
        service: text(),
        permission: Some(PermissionId(ID)),
        status: referral::State::Received,
        declined_because: Some(referral::DeclineReason::Waitlist),
        urgency: Some(referral::Urgency::Soon),
        outcome: Some(referral::Outcome::NeedMet),
        contact_by: Some(TIME),
        disclosure: Some(DisclosureId(ID)),
        note: text(),
    }
}

fn tripwire() -> Tripwire {
    Tripwire { observable: text(), tell: text(), expires: TIME, has_watcher: true, ended: true }
}

fn tripwire_hit() -> TripwireHit {
    TripwireHit { tripwire: EntryId(ID), observation: EntryId(ID) }
}

fn court_order() -> CourtOrder {
    CourtOrder {
        court: text(),
        kind: text(),
        conditions: text(),
        made_on: day(),
        until: TIME,
        as_record: Some(as_record()),
    }
}

fn emergency() -> Emergency {
    Emergency { what: text() }
}

fn emergency_answers() -> EmergencyAnswers {
    EmergencyAnswers {
        who_is_at_risk: text(),
        what_makes_it_imminent: text(),
        known_first_hand: text(),
        who_can_prevent: text(),
        what_they_must_know: text(),
    }
}

fn emergency_renewal() -> EmergencyRenewal {
    EmergencyRenewal { because: text() }
}

fn emergency_review() -> EmergencyReview {
    EmergencyReview { result: ReviewResult::ALL[0], reasons: text() }
}

fn emergency_end() -> EmergencyEnd {
    EmergencyEnd { because: text() }
}

fn target_notice() -> TargetNotice {
    TargetNotice {
        kind: Some(TargetKind::ALL[0]),
        target: PersonId(ID),
        member: Some(StaffId::from("name")),
        told_at: Some(TIME),
        disclosure: Some(DisclosureId(ID)),
        due: Some(TIME),
        not_told_because: text(),
        wishes: text(),
        advocate_offered: true,
    }
}

fn guardian_notice() -> GuardianNotice {
    GuardianNotice {
        guardian: PersonId(ID),
        told_at: Some(TIME),
        disclosure: Some(DisclosureId(ID)),
        due: Some(TIME),
        not_told_because: text(),
        custody_checked: true,
    }
}

fn police_referral() -> PoliceReferral {
    PoliceReferral { reason: PoliceReason::ALL[0], observation: EntryId(ID), alternatives: text() }
}

fn police_request() -> PoliceRequest {
    PoliceRequest {
        agency: text(),
        asks: text(),
        relevant_and_material: text(),
        specific_and_limited: text(),
        why_not_deidentified: text(),
        signed_by: text(),
    }
}

fn concurrence() -> Concurrence {
    Concurrence { with: EntryId(ID), note: text() }
}

fn recusal() -> Recusal {
    Recusal { member: StaffId::from("name"), because: text() }
}

fn correction_ask() -> CorrectionAsk {
    CorrectionAsk { entry: EntryId(ID), asked_by: text(), says: text() }
}

fn correction_answer() -> CorrectionAnswer {
    CorrectionAnswer {
        ask: EntryId(ID),
        decision: CorrectionDecision::ALL[0],
        reasons: text(),
        corrected_by: Some(EntryId(ID)),
    }
}

fn disagreement() -> Disagreement {
    Disagreement { entry: EntryId(ID), text: text() }
}

fn transfer_offer() -> TransferOffer {
    TransferOffer { agency: AgencyId::from("name"), because: text(), disclosure: Some(DisclosureId(ID)) }
}

fn transfer_accepted() -> TransferAccepted {
    TransferAccepted { offer: EntryId(ID), accepted_by: text(), disclosure: DisclosureId(ID) }
}

fn transfer_in() -> TransferIn {
    TransferIn { from: AgencyId::from("name"), accepted_by: StaffId::from("name") }
}

fn retirement() -> Retirement {
    Retirement { because: text() }
}

fn closing() -> Closing {
    Closing { outcome: Outcome::ALL[0], summary: text(), why_it_lasts: text() }
}

fn reopening() -> Reopening {
    Reopening { observation: EntryId(ID) }
}

fn purge() -> Purge {
    Purge { rule: text() }
}

/// Every act with every field filled. A field that is added to an act and not here does not compile.
pub(super) fn every_act() -> Vec<Act> {
    vec![
        report().into(),
        message().into(),
        triage().into(),
        screen_out().into(),
        open_inquiry().into(),
        consultation().into(),
        observation().into(),
        factor().into(),
        precipitating_event().into(),
        instrument_result().into(),
        assessment().into(),
        needs_assessment().into(),
        plan().into(),
        plan_task().into(),
        referral().into(),
        tripwire().into(),
        tripwire_hit().into(),
        court_order().into(),
        emergency().into(),
        emergency_answers().into(),
        emergency_renewal().into(),
        emergency_review().into(),
        emergency_end().into(),
        target_notice().into(),
        guardian_notice().into(),
        police_referral().into(),
        police_request().into(),
        concurrence().into(),
        recusal().into(),
        correction_ask().into(),
        correction_answer().into(),
        disagreement().into(),
        transfer_offer().into(),
        transfer_accepted().into(),
        transfer_in().into(),
        retirement().into(),
        closing().into(),
        reopening().into(),
        purge().into(),
    ]
}

/// Acts that the process allows only to time or to another agency's answer still have a message: a history shows them.
#[test]
fn every_act_goes_across_and_back_with_every_field() {
    let acts = every_act();
    let words: BTreeSet<&str> = acts.iter().map(Act::word).collect();
    assert_eq!(words, Act::WORDS.iter().copied().collect());
    for act in acts {
        let message = bridge::shown_act(&act).unwrap();
        assert!(bridge::act(&message).unwrap() == act, "{act:?}");
    }
}

/// The message's JSON is the act's own JSON, so every field of the message is known to the act: one that is not would stand
/// there with its default.
#[test]
fn no_message_has_a_field_that_its_act_has_not() {
    for act in every_act() {
        let ours = serde_json::to_value(&act).unwrap();
        let theirs = serde_json::to_value(bridge::shown_act(&act).unwrap()).unwrap();
        assert_eq!(theirs[act.word()], ours[act.word()], "{act:?}");
        let others = theirs.as_object().unwrap().iter().filter(|(_, of)| !of.is_null()).count();
        assert_eq!(others, 1, "{act:?}");
    }
    let fields = serde_json::to_value(v1::Act::default()).unwrap();
    let fields: BTreeSet<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, Act::WORDS.iter().copied().collect());
}

#[test]
fn an_entry_shows_who_when_and_what() {
    let entry = Entry {
        id: EntryId(ID),
        at: TIME,
        by: StaffId::from("name"),
        act: every_act().remove(0),
        replaces: Some(EntryId(Id(7))),
        moved_to: Some(State::Reported),
    };
    let shown = bridge::shown(&entry).unwrap();
    assert_eq!((shown.id, shown.by.as_str()), (ID.to_string(), "name"));
    assert_eq!((shown.replaces, shown.moved_to.as_str()), (Id(7).to_string(), "reported"));
    assert!(shown.act.unwrap().report.is_some() && shown.at.starts_with("2026-11-18T"));
}

fn refused(act: v1::Act) -> String {
    bridge::act(&act).unwrap_err().to_string()
}

fn changed(act: Act, change: impl FnOnce(&mut v1::Act)) -> v1::Act {
    let mut message = bridge::shown_act(&act).unwrap();
    change(&mut message);
    message
}

#[test]
fn a_mistake_is_named_by_its_path_with_the_words_there_are_and_never_repeated() {
    let secret = || "Alex Example".to_owned();
    let said = refused(changed(assessment().into(), |a| {
        a.assess.as_mut().unwrap().level.as_mut().unwrap().band = secret();
    }));
    assert_eq!(
        said,
        "act: assess.level.band: is not one of these words: none, low, moderate, high, imminent"
    );
    let said = refused(changed(assessment().into(), |a| a.assess.as_mut().unwrap().level = None));
    assert_eq!(said, "act: assess: level is needed");
    let said = refused(changed(assessment().into(), |a| {
        a.assess.as_mut().unwrap().level.as_mut().unwrap().valid_until = String::new();
    }));
    assert!(said.starts_with("act: assess.level.valid_until: is needed; write 2026-"), "{said}");
    let said = refused(changed(observation().into(), |a| {
        a.observe.as_mut().unwrap().as_record.as_mut().unwrap().labels[0] = secret();
    }));
    assert!(said.starts_with("act: observe.as_record.labels[0]: is not one of these words: "), "{said}");
    let said = refused(changed(plan().into(), |a| {
        a.plan.as_mut().unwrap().restrictions[0].observation = secret();
    }));
    assert_eq!(said, "act: plan.restrictions[0].observation: an id is 32 hex digits, as printed by concord");
    let said = refused(changed(plan().into(), |a| {
        a.plan.as_mut().unwrap().restrictions[0].observation.clear();
    }));
    assert!(said.starts_with("act: plan.restrictions[0].observation: is needed; an id is 32"), "{said}");
    let said = refused(changed(closing().into(), |a| a.close.as_mut().unwrap().outcome.clear()));
    assert!(said.starts_with("act: close.outcome: is needed: connected_to_support, "), "{said}");
    let said = refused(changed(plan_task().into(), |a| a.task.as_mut().unwrap().due = secret()));
    assert!(said.starts_with("act: task.due: not a time"), "{said}");
}

#[test]
fn exactly_one_act_is_set() {
    let none = refused(v1::Act::default());
    assert!(none.starts_with("act: nothing is set: set exactly one of report, message, "), "{none}");
    let two = refused(changed(message().into(), |a| a.emergency = Some(v1::EmergencyDeclaration::default())));
    assert!(two.starts_with("act: emergency, message are set"), "{two}");
    assert!(bridge::act(&v1::Act { emergency: Some(Default::default()), ..v1::Act::default() }).is_ok());
}

#[test]
fn texts_and_lists_have_bounds() {
    let long = |n: usize| "x".repeat(n);
    let told = |narrative| changed(report().into(), |a| a.report.as_mut().unwrap().narrative = narrative);
    let longest = bridge::act(&told(long(bridge::NARRATIVE_BYTES_MAX))).unwrap();
    // What passes here the process takes too: it keeps 64 KiB of one act.
    assert!(serde_json::to_string(&longest).unwrap().len() < 64 * 1024 - 4 * 1024);
    let said = refused(told(long(bridge::NARRATIVE_BYTES_MAX + 1)));
    assert!(said.starts_with("act: report.narrative: is 49153 bytes long; 49152 at most"), "{said}");
    let said = refused(changed(report().into(), |a| a.report.as_mut().unwrap().place = long(16_385)));
    assert!(said.starts_with("act: report.place: is 16385 bytes long; 16384 at most"), "{said}");
    let said = refused(changed(plan().into(), |a| a.plan.as_mut().unwrap().goals = vec![text(); 65]));
    assert_eq!(said, "act: plan.goals: has 65 entries; 64 at most");
    let said = refused(changed(plan().into(), |a| a.plan.as_mut().unwrap().tasks[0].text = long(16_385)));
    assert!(said.starts_with("act: plan.tasks.0.text: is 16385 bytes"), "{said}");
}

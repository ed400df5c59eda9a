//! Every act with every field filled. It uses nothing but `policy`, so that other tests may include the file as it is.
//!
//! A field left empty here would be a field that no schema test sees: `full_is_full` looks.

use policy::id::{AgencyId, DisclosureId, EntryId, Id, PermissionId, PersonId, StaffId};
use policy::process::Act;
use policy::process::entry::*;
use policy::process::referral::{
    Category, DeclineReason, Outcome as ReferralOutcome, State as Status, Urgency,
};
use policy::process::words::*;
use policy::record::{Element, Label, ObtainedVia, RecordKind};
use policy::time::{Date, UtcTime};

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn who(name: &str) -> StaffId {
    StaffId(format!("spiffe://region.example/agency/county-hospital/staff/{name}"))
}

fn entry(last: u128) -> EntryId {
    EntryId(Id(last))
}

fn as_record() -> Option<AsRecord> {
    Some(AsRecord {
        record_kind: Some(RecordKind::Phi),
        obtained_via: Some(ObtainedVia::ALL[0]),
        elements: vec![Element::ALL[0]],
        labels: vec![Label::ALL[0]],
        about: vec![PersonId(Id(7))],
    })
}

fn text(what: &str) -> String {
    format!("{what} in words")
}

fn full_task() -> PlanTask {
    PlanTask {
        kind: Intervention::TreatmentLink,
        orientation: Orientation::Subject,
        tier: PlanTier::Secondary,
        text: text("task"),
        agency: Some(AgencyId::from("housing-office")),
        owner: Some(who("worker")),
        due: Some(at("2026-03-09T10:00:00Z")),
        state: TaskState::Open,
        contact_safety: text("contact safety"),
    }
}

fn found_out() -> Vec<Act> {
    vec![
        Observation {
            text: text("observation"),
            happened_on: day("2026-03-01"),
            learned_on: day("2026-03-02"),
            basis: Basis::Reported,
            nature: Nature::Communication,
            source_type: SourceType::SecondHand,
            source: text("source"),
            directness: Directness::ReportedByRelatedPerson,
            indicator: Some(IndicatorKind::Leakage),
            threat_type: Some(ThreatType::Conditional),
            threat_mode: Some(ThreatMode::ThirdPartyLeak),
            exact_words: true,
            as_record: as_record(),
        }
        .into(),
        Factor {
            polarity: Polarity::Mitigating,
            category: FactorCategory::SocialRelationships,
            text: text("factor"),
            dynamic: true,
            ended: true,
            observations: vec![entry(21)],
            as_record: as_record(),
        }
        .into(),
        PrecipitatingEvent {
            tense: Tense::Anticipated,
            kind: EventKind::Eviction,
            text: text("event"),
            on: Some(day("2026-03-14")),
            until: Some(day("2026-03-15")),
            observations: vec![entry(21)],
            as_record: as_record(),
        }
        .into(),
        InstrumentResult {
            name: "WAVR-21".into(),
            version: "V3".into(),
            assessor: who("clinician"),
            qualified_until: day("2027-01-01"),
            on: day("2026-03-03"),
            overall: text("overall"),
            as_record: as_record(),
        }
        .into(),
        Assessment {
            level: Level {
                model: "cstag".into(),
                model_version: "second edition".into(),
                original: "serious substantive".into(),
                band: LevelBand::Moderate,
                valid_until: at("2026-05-01T10:00:00Z"),
            },
            rationale: text("rationale"),
            observations: vec![entry(21), entry(22)],
            factors: vec![entry(23)],
            no_enhancing_found: true,
            no_mitigating_found: true,
            single_source: true,
            instruments: vec![entry(24)],
            gaps: text("gaps"),
            caveats: text("caveats"),
            meeting: Meeting {
                present: vec![who("chair"), who("clinician")],
                knows_the_person: Some(who("clinician")),
                absent_because: text("absent"),
                disability_known: Some(true),
            },
            dissent: vec![Dissent { by: who("clinician"), says: text("dissent") }],
            as_record: as_record(),
        }
        .into(),
    ]
}

fn managed() -> Vec<Act> {
    vec![
        NeedsAssessment {
            needs: vec![Need { category: Category::HousingAssistance, text: text("need") }],
            own_account: text("own account"),
        }
        .into(),
        Plan {
            owner: who("chair"),
            goals: vec![text("goal")],
            own_voice: text("own voice"),
            tasks: vec![full_task()],
            restrictions: vec![Restriction {
                kind: Intervention::Exclusion,
                text: text("restriction"),
                observation: entry(21),
                until: at("2026-04-01T10:00:00Z"),
                kept_by: text("kept by"),
                disability_considered: text("disability"),
            }],
            review_at: at("2026-04-01T10:00:00Z"),
        }
        .into(),
        full_task().into(),
        Referral {
            category: Category::MentalBehavioralHealth,
            agency: Some(AgencyId::from("clinic")),
            service: text("service"),
            permission: Some(PermissionId(Id(31))),
            status: Status::DeclinedByService,
            declined_because: Some(DeclineReason::Waitlist),
            urgency: Some(Urgency::Soon),
            outcome: Some(ReferralOutcome::NeedNotMet),
            contact_by: Some(at("2026-03-12T10:00:00Z")),
            disclosure: Some(DisclosureId(Id(32))),
            note: text("note"),
        }
        .into(),
        Tripwire {
            observable: text("observable"),
            tell: text("tell"),
            expires: at("2026-04-01T10:00:00Z"),
            has_watcher: true,
            ended: true,
        }
        .into(),
        TripwireHit { tripwire: entry(25), observation: entry(21) }.into(),
        CourtOrder {
            court: text("court"),
            kind: "supervised treatment".into(),
            conditions: text("conditions"),
            made_on: day("2026-03-20"),
            until: at("2026-09-20T10:00:00Z"),
            as_record: as_record(),
        }
        .into(),
    ]
}

fn protected() -> Vec<Act> {
    vec![
        Emergency { what: text("danger") }.into(),
        EmergencyAnswers {
            who_is_at_risk: text("who"),
            what_makes_it_imminent: text("imminent"),
            known_first_hand: text("known"),
            who_can_prevent: text("prevent"),
            what_they_must_know: text("must know"),
        }
        .into(),
        EmergencyRenewal { because: text("because") }.into(),
        EmergencyReview { result: ReviewResult::TooWide, reasons: text("reasons") }.into(),
        EmergencyEnd { because: text("because") }.into(),
        TargetNotice {
            kind: Some(TargetKind::Role),
            target: PersonId(Id(8)),
            member: Some(who("teacher")),
            told_at: Some(at("2026-03-02T10:00:00Z")),
            disclosure: Some(DisclosureId(Id(33))),
            due: Some(at("2026-03-03T10:00:00Z")),
            not_told_because: text("not told"),
            wishes: text("wishes"),
            advocate_offered: true,
        }
        .into(),
        GuardianNotice {
            guardian: PersonId(Id(9)),
            told_at: Some(at("2026-03-02T10:00:00Z")),
            disclosure: Some(DisclosureId(Id(34))),
            due: Some(at("2026-03-03T10:00:00Z")),
            not_told_because: text("not told"),
            custody_checked: true,
        }
        .into(),
        PoliceReferral {
            reason: PoliceReason::WeaponOrMeans,
            observation: entry(21),
            alternatives: text("alternatives"),
        }
        .into(),
        PoliceRequest {
            agency: "city-police".into(),
            asks: text("asks"),
            relevant_and_material: text("relevant"),
            specific_and_limited: text("specific"),
            why_not_deidentified: text("why"),
            signed_by: text("signed"),
        }
        .into(),
        Concurrence { with: entry(26), note: text("note") }.into(),
        Recusal { member: who("teacher"), because: "target".into() }.into(),
    ]
}

fn ended() -> Vec<Act> {
    vec![
        CorrectionAsk { entry: entry(21), asked_by: "person".into(), says: text("says") }.into(),
        CorrectionAnswer {
            ask: entry(27),
            decision: CorrectionDecision::Partly,
            reasons: text("reasons"),
            corrected_by: Some(entry(28)),
        }
        .into(),
        Disagreement { entry: entry(21), text: text("statement") }.into(),
        TransferOffer {
            agency: AgencyId::from("north-school"),
            because: text("because"),
            disclosure: Some(DisclosureId(Id(35))),
        }
        .into(),
        TransferAccepted { offer: entry(29), accepted_by: text("chair"), disclosure: DisclosureId(Id(35)) }
            .into(),
        TransferIn { from: AgencyId::from("north-school"), accepted_by: who("chair") }.into(),
        Retirement { because: text("because") }.into(),
        Closing {
            outcome: Outcome::PleaAndSupervisedTreatment,
            summary: text("summary"),
            why_it_lasts: text("why"),
        }
        .into(),
        Reopening { observation: entry(30) }.into(),
        Purge { rule: text("rule") }.into(),
    ]
}

/// One of each act, in the order of [`Act::WORDS`], every field filled.
pub fn every_act() -> Vec<Act> {
    let mut all = vec![
        Act::from(Report {
            channel: ReportChannel::Telephone,
            anonymity: Anonymity::Confidential,
            narrative: text("narrative"),
            place: text("place"),
            happened: text("happened"),
            at_risk_now: text("at risk"),
            weapon_mentioned: Some(true),
            target_named: Some(true),
            possibly_imminent: true,
            how_known: text("how known"),
            may_come_back: true,
            wants_outcome: true,
            reporting_member: Some(who("teacher")),
        }),
        Message { from_reporter: true, text: text("message") }.into(),
        Triage { coordinator: who("intake-1"), second: Some(who("clinician")) }.into(),
        ScreenOut { reason: ScreenReason::Innocuous, sentence: text("sentence") }.into(),
        OpenInquiry { observations: vec![entry(21)], questions: text("questions") }.into(),
        Consultation {
            situation: text("situation"),
            advice: text("advice"),
            until: Some(at("2026-03-20T10:00:00Z")),
        }
        .into(),
    ];
    all.extend(found_out());
    all.extend(managed());
    all.extend(protected());
    all.extend(ended());
    all
}

//! The door: realistic shares as a reviewable table, and each thing that must stop, narrow or travel.

use crate::world::*;
use policy::door::{Door, Emergency, Outcome, Reason, RecallReason, ReferralWord, Releasable, Schema};
use policy::id::*;
use policy::process::referral::{DeclineReason, State};
use policy::record::*;
use policy::share::gate::Stop;
use policy::share::obligations::{NOT_A_PREDICTION, PART2_NOTICE};
use policy::share::packets::PacketName;
use policy::time::Date;
use std::fmt::Write;

const GOLDEN: &str = include_str!("../decisions/shares.txt");

fn released(world: &World) -> Option<Releasable> {
    let asked = world.ids();
    let mut n = 0;
    world.decide(Door::embedded(), &asked).release(|| {
        n += 1;
        [n; 32]
    })
}

/// A county hospital: covered entity, in a state whose duty to warn its counsel confirmed.
fn hospital(sector: Sector, role: TeamRole, purpose: Purpose) -> World {
    let mut world = World::new(sector, role, purpose);
    world.own.sector = Sector::Hospital;
    world.own.capacities.hipaa_covered = Some(true);
    world.person(SUBJECT).roles.push(PersonRole::Patient);
    world
}

fn phi(world: &mut World, number: u8, about: &[PersonId], value: ItemValue, elements: &[Element]) {
    world.item(number, about, value);
    world.last().record_kind = Some(RecordKind::Phi);
    world.last().elements = elements.to_vec();
}

fn text(words: &str) -> ItemValue {
    ItemValue::Text(words.into())
}

/// What a case of this hospital holds: one item for most rows.
fn fill(world: &mut World) {
    use Element as E;
    let says = [E::StatementOfThreatOrCrime];
    phi(world, 2, &[SUBJECT], text("Jordan Quillfeather"), &[E::IdentityAndLocation]);
    phi(world, 5, &[SUBJECT], text("4417 Elm Street, (217) 555-0142"), &[E::IdentityAndLocation]);
    phi(world, 11, &[SUBJECT, TARGET], text("I will hurt her at the clinic"), &says);
    phi(world, 12, &[SUBJECT], text("On Tuesday a threat was spoken at the desk"), &says);
    phi(world, 13, &[TARGET], text("Ana Petrova-Lindqvist"), &[E::IdentityAndLocation]);
    phi(world, 15, &[SUBJECT], text("keeps a rifle at home"), &[E::IncidentCircumstances]);
    phi(world, 16, &[SUBJECT], World::value_for(16), &[E::AssessmentOnly]);
    phi(world, 17, &[SUBJECT], text("expected tomorrow; the door is guarded"), &[E::IncidentCircumstances]);
    phi(world, 19, &[SUBJECT], text("workbook"), &[E::AssessmentOnly]);
    phi(world, 21, &[SUBJECT], text("strong family support"), &[E::GeneralCondition]);
    phi(world, 24, &[SUBJECT], text("a diagnosis"), &[E::DiagnosisOrTreatment]);
    phi(world, 26, &[SUBJECT], text("session notes"), &[E::CounselingNotes]);
    world.last().record_kind = Some(RecordKind::PsychotherapyNotes);
    phi(world, 33, &[SUBJECT], text("a belief"), &[E::ReligiousAffiliation]);
    phi(world, 34, &[SUBJECT], text("the whole plan"), &[E::GeneralCondition]);
    phi(world, 36, &[SUBJECT], text("housing, within two days, by telephone"), &[E::GeneralCondition]);
    world.write_statements();
}

fn shares() -> Vec<(&'static str, World)> {
    let mut all = Vec::new();
    let mut add = |name, mut world: World| {
        world.approve(Door::embedded());
        all.push((name, world));
    };
    let mut world = hospital(Sector::LawEnforcement, TeamRole::Core, Purpose::AvertSeriousThreat);
    fill(&mut world);
    add("hospital to police, nothing attested", world);

    let mut world = hospital(Sector::LawEnforcement, TeamRole::Core, Purpose::AvertSeriousThreat);
    fill(&mut world);
    world.danger();
    add("hospital to police, serious and imminent", world);

    let mut world = hospital(Sector::TargetOfThreat, TeamRole::None, Purpose::AvertSeriousThreat);
    fill(&mut world);
    world.danger();
    world.reach_contact(Sector::TargetOfThreat, Some(TARGET));
    add("hospital to the target by telephone, serious and imminent", world);

    let mut world = hospital(Sector::CommunityOrg, TeamRole::CommunityPartner, Purpose::CareCoordination);
    fill(&mut world);
    world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    add("hospital to a housing partner, the patient authorized it", world);

    let mut world = hospital(Sector::MentalHealthProvider, TeamRole::None, Purpose::Treatment);
    fill(&mut world);
    world.attest("recipient.treats_subject", true);
    add("hospital to a clinic that treats the patient", world);

    let mut world = hospital(Sector::Coordinator, TeamRole::Coordinator, Purpose::EvaluationMetrics);
    fill(&mut world);
    world.item(40, &[SUBJECT], ItemValue::Count(25));
    world.last().record_kind = Some(RecordKind::Deidentified);
    world.attest("record.recipient_could_identify", false);
    add("hospital to the regional coordinator", world);

    let mut world = World::new(Sector::LawEnforcement, TeamRole::Core, Purpose::SchoolSafety);
    world.own.sector = Sector::K12School;
    world.own.capacities.ferpa_covered = Some(true);
    let student = world.person(SUBJECT);
    student.is_student = Some(true);
    student.date_of_birth = Date::parse("2011-03-03").ok();
    for (number, words, element) in [
        (2, "Jordan Quillfeather", Element::IdentityAndLocation),
        (11, "a drawing of the hallway with the words tomorrow", Element::StatementOfThreatOrCrime),
        (29, "grades", Element::AcademicHistory),
    ] {
        phi(&mut world, number, &[SUBJECT], text(words), &[element]);
        world.last().record_kind = Some(RecordKind::EducationRecord);
    }
    world.purpose = Purpose::AvertSeriousThreat;
    world.danger();
    add("school to police, an articulable and significant threat", world);

    let mut world = World::new(Sector::LawEnforcement, TeamRole::Core, Purpose::LawEnforcementInvestigation);
    world.own.sector = Sector::SudProgram;
    world.own.capacities.hipaa_covered = Some(true);
    world.own.capacities.part2_program = Some(true);
    phi(&mut world, 25, &[SUBJECT], ItemValue::Code("engaged".into()), &[Element::PatientStatus]);
    world.last().record_kind = Some(RecordKind::SudRecord);
    world.schema = Schema::Answer(MessageId(Id(7)));
    add("substance use clinic answers police without consent or order", world);

    let mut world = World::new(Sector::Hospital, TeamRole::Core, Purpose::ThreatAssessment);
    world.own.sector = Sector::MentalHealthProvider;
    world.own.capacities.hipaa_covered = Some(true);
    world.person(SUBJECT).is_patient = Some(false);
    for (number, words) in [
        (2, "Jordan Quillfeather"),
        (12, "shouted at the desk that somebody would pay"),
        (23, "one source only"),
    ] {
        world.text(number, words);
        world.last().record_kind = Some(RecordKind::PersonalObservation);
    }
    world.write_statements();
    world.schema = Schema::Summary(Some(PacketName::Consultation));
    add("consultation about a visitor who is nobody's patient", world);
    all
}

fn table() -> String {
    let door = Door::embedded();
    let mut out = String::new();
    for (name, world) in shares() {
        let asked = world.ids();
        let decision = world.decide(door, &asked);
        let class = decision.class().map_or("no single class".to_owned(), |c| c.to_string());
        writeln!(out, "== {name} ({class}, {})", world.purpose).unwrap();
        for stop in decision.stops() {
            writeln!(out, "   stopped: {stop}").unwrap();
        }
        for item in decision.items() {
            let row = item.row.unwrap();
            let became = match item.outcome {
                Outcome::Whole => "whole".to_owned(),
                Outcome::Form(form) => form.to_string(),
                Outcome::Withheld => "withheld".to_owned(),
            };
            writeln!(
                out,
                "{:>2} {:<34} {became}",
                row.number(),
                door.matrix().name(row).chars().take(34).collect::<String>()
            )
            .unwrap();
            for reason in &item.reasons {
                writeln!(out, "      - {}", reason.text(door.matrix())).unwrap();
            }
            if item.outcome == Outcome::Withheld {
                continue;
            }
            let mut basis: Vec<&str> = item
                .people
                .iter()
                .flat_map(|p| p.law.basis.as_slice())
                .map(|c| door.law().at(*c).citation.as_str())
                .collect();
            basis.sort_unstable();
            basis.dedup();
            writeln!(out, "      on {}", basis.join("; ")).unwrap();
        }
        let goes = decision.release(|| [0; 32]);
        for item in goes.iter().flat_map(Releasable::items) {
            let texts: Vec<&str> = item.travels.iter().map(|t| t.id.as_ref()).collect();
            writeln!(
                out,
                "   {:>2} goes with: {} | {}",
                item.row.number(),
                item.obligations.iter().map(|o| o.as_str()).collect::<Vec<_>>().join(" "),
                texts.join(" ")
            )
            .unwrap();
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_table_of_shares_is_as_reviewed() {
    let now = table();
    if now != GOLDEN {
        let path = std::env::temp_dir().join("shares.txt");
        std::fs::write(&path, &now).unwrap();
        panic!(
            "the table of shares changed; review {} and put it in policy/tests/decisions by hand",
            path.display()
        );
    }
}

/// A partner's plain record to another team, approved: everything is in place.
fn plain() -> World {
    let mut world = World::new(Sector::ThreatAssessmentTeam, TeamRole::Core, Purpose::ThreatAssessment);
    world.text(7, "the library");
    world
}

#[test]
fn nothing_goes_without_agreement_training_and_approval() {
    type Change = fn(&mut World);
    let changes: [(&str, Change); 10] = [
        ("has to approve", |w| w.approval = None),
        ("another recipient", |w| w.approval.as_mut().unwrap().purpose = Purpose::SchoolSafety),
        ("another recipient", |w| {
            w.approval.as_mut().unwrap().recipient = ApprovedRecipient::Agency("other".into());
        }),
        ("approval has lapsed", |w| w.approval.as_mut().unwrap().until = Some(now())),
        ("approval has lapsed", |w| w.approval.as_mut().unwrap().at = now().plus_days(1)),
        ("no agreement with peer", |w| w.agreements.clear()),
        ("no agreement with peer", |w| w.agreements[0].countersigned_by = None),
        ("covers this purpose", |w| w.agreements[0].purposes = vec![Purpose::Treatment]),
        ("training", |w| w.peer().training_current_until = Some(now())),
        ("training", |w| w.peer().training_current_until = None),
    ];
    for (says, change) in changes {
        let mut world = plain();
        world.approve(Door::embedded());
        assert!(released(&world).is_some());
        change(&mut world);
        let asked = world.ids();
        let decision = world.decide(Door::embedded(), &asked);
        let stops: Vec<String> = decision.stops().iter().map(ToString::to_string).collect();
        assert!(stops.iter().any(|s| s.contains(says)), "{says}: {stops:?}");
        assert!(!decision.would_go());
        assert!(released(&world).is_none(), "{says}");
    }
}

#[test]
fn an_approval_only_narrows() {
    let door = Door::embedded();
    let mut world = plain();
    world.text(23, "one source");
    world.approve(door);
    assert_eq!(released(&world).unwrap().items().len(), 2);
    let taken_out = world.approval.as_mut().unwrap().items.pop().unwrap();
    let left = released(&world).unwrap();
    assert_eq!(left.items().len(), 1);
    assert_ne!(left.items()[0].item, taken_out.item);
    // what was written after the approval was not approved
    world.items[0].provenance.recorded_at = now().plus_minutes(1);
    assert!(released(&world).is_none());
    assert_eq!(world.judge(door).1, ["it changed after it was approved: approve again"]);
}

#[test]
fn a_form_that_was_approved_stays_a_form_when_consent_arrives() {
    let door = Door::embedded();
    let mut world = World::new(Sector::ThreatAssessmentTeam, TeamRole::Core, Purpose::ThreatAssessment);
    world.text(12, "everything that was seen");
    world.write_statements();
    world.approve(door);
    assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement));
    world.consent(SUBJECT, PermissionKind::OralAgreement);
    assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement));
    world.approve(door);
    assert_eq!(world.judge(door).0, Outcome::Whole);
    // and the other way round: what was approved whole goes in the form when consent is gone
    world.permissions[0].revoked_at = Some(now());
    assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement));
}

#[test]
fn one_persons_consent_never_releases_another() {
    let mut world = hospital(Sector::CommunityOrg, TeamRole::CommunityPartner, Purpose::CareCoordination);
    phi(&mut world, 36, &[SUBJECT, TARGET], text("a flat for two"), &[Element::GeneralCondition]);
    world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    world.approve(Door::embedded());
    assert_eq!(world.judge(Door::embedded()).0, Outcome::Withheld);
    assert!(released(&world).is_none());
    world.consent(TARGET, PermissionKind::HipaaAuthorization);
    world.approve(Door::embedded());
    assert_eq!(released(&world).unwrap().items().len(), 1);
}

#[test]
fn a_text_that_names_somebody_is_judged_as_that_name() {
    let door = Door::embedded();
    // row 23 is open to an affiliate, the name of the person of concern only as an alias
    let mut world = World::new(Sector::Faith, TeamRole::Affiliate, Purpose::ThreatAssessment);
    world.text(23, "Jordan has one source only");
    assert_eq!(world.judge(door).0, Outcome::Withheld);
    assert!(world.judge(door).1.iter().any(|r| r.contains("row 2")), "{:?}", world.judge(door));
    // what a member wrote for this class may go in its place
    world.write_statements();
    assert_eq!(world.judge(door).0, Outcome::Form(Form::Statement));
    world.last().statements.clear();
    // with consent the name may go, and so may the text
    world.consent(SUBJECT, PermissionKind::OralAgreement);
    assert_eq!(world.judge(door).0, Outcome::Whole);
    // but not the name of somebody whom the item does not list
    world.items[0].value = text("Jordan was with Sam Okonkwo");
    assert_eq!(world.judge(door).0, Outcome::Withheld);
    let asked = world.ids();
    assert!(world.decide(door, &asked).items()[0].reasons.contains(&Reason::NamesSomebodyElse(STUDENT)));
}

#[test]
fn labels_and_what_the_content_demands_bring_their_rows() {
    let door = Door::embedded();
    for (label, closed) in [
        (Label::Health, "row 24"),
        (Label::SessionNotes, "row 26"),
        (Label::Part2, "row 27"),
        (Label::Education, "row 29"),
        (Label::CriminalHistory, "row 31"),
        (Label::VictimService, "row 32"),
        (Label::ProtectedTrait, "row 33"),
    ] {
        let mut world = World::new(Sector::Faith, TeamRole::Affiliate, Purpose::ThreatAssessment);
        world.text(7, "the library");
        assert_eq!(world.judge(door).0, Outcome::Whole);
        world.last().labels.push(label);
        let (outcome, reasons) = world.judge(door);
        assert_eq!(outcome, Outcome::Withheld, "{label}");
        assert!(reasons.iter().any(|r| r.contains(closed)), "{label}: {reasons:?}");
    }
    let mut world = World::new(Sector::Faith, TeamRole::Affiliate, Purpose::ThreatAssessment);
    world.text(7, "the library");
    world.last().elements = vec![Element::ReligiousAffiliation];
    assert!(world.judge(door).1.iter().any(|r| r.contains("row 33")));
}

#[test]
fn what_came_with_terms_goes_on_only_within_them() {
    let door = Door::embedded();
    type Change = fn(&mut Item);
    let changes: [(Change, bool); 7] = [
        (|_| {}, true),
        (|i| i.provenance.purposes = vec![Purpose::Treatment], false),
        (|i| i.provenance.expires_at = Some(now()), false),
        (|i| i.sealed_at = Some(now()), false),
        (|i| i.stale = Some(Stale { since: now(), because: StaleReason::Stale }), false),
        (|i| i.superseded_by = Some(ItemId(Id(5))), false),
        (|i| i.about.clear(), false),
    ];
    for (n, (change, goes)) in changes.into_iter().enumerate() {
        let mut world = plain();
        world.last().provenance.received = Some((DisclosureId(Id(3)), "origin".into()));
        world.last().provenance.obligations = vec!["no_secondary_use".into()];
        change(world.last());
        world.approve(door);
        let released = released(&world);
        assert_eq!(released.is_some(), goes, "{n}");
        // and the terms travel on: duties only grow
        assert!(released.is_none_or(|r| r.items()[0].travelling.contains(&"no_secondary_use".to_owned())));
    }
}

#[test]
fn victim_service_confidentiality_asks_for_the_persons_own_release() {
    let door = Door::embedded();
    let mut world = plain();
    world.own.capacities.victim_service = Some(true);
    assert_eq!(world.judge(door).0, Outcome::Withheld);
    world.consent(SUBJECT, PermissionKind::OralAgreement);
    assert_eq!(world.judge(door).0, Outcome::Withheld);
    world.consent(SUBJECT, PermissionKind::VawaRelease);
    assert_eq!(world.judge(door).0, Outcome::Whole);
    world.permissions[1].expires_at = None;
    assert_eq!(world.judge(door).0, Outcome::Withheld);
}

#[test]
fn a_duty_that_meets_a_closed_cell_is_the_privacy_officers_conflict() {
    let door = Door::embedded();
    let mut world = hospital(Sector::Prosecutor, TeamRole::None, Purpose::LegalProceeding);
    phi(&mut world, 19, &[SUBJECT], text("workbook"), &[Element::AssessmentOnly]);
    world.order(LegalProcess::CourtOrder, [19]);
    let asked = world.ids();
    let decision = world.decide(door, &asked);
    let item = &decision.items()[0];
    assert!(item.lawful(), "{:?}", decision.explain());
    assert_eq!(item.outcome, Outcome::Withheld);
    let said: Vec<String> = decision.conflicts().map(|(_, c)| c.text(door.matrix())).collect();
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("164.512(e)") && said[0].contains("row 19"), "{said:?}");
}

#[test]
fn session_notes_and_part2_reach_a_court_only_by_an_order_that_names_them() {
    let door = Door::embedded();
    let mut world = World::new(Sector::Court, TeamRole::None, Purpose::LegalProceeding);
    world.text(12, "what was said");
    world.last().labels.push(Label::SessionNotes);
    world.order(LegalProcess::CourtOrder, [12]);
    assert!(
        world.judge(door).1.iter().any(|r| r.contains("only on an order that names it")),
        "{:?}",
        world.judge(door)
    );
    world.documents[0].rows.push(row(26));
    assert_eq!(world.judge(door).0, Outcome::Whole);
    world.documents[0].kind = LegalProcess::SubpoenaWithoutJudge;
    assert_eq!(world.judge(door).0, Outcome::Withheld);
}

fn answers() -> Emergency {
    Emergency {
        who_is_at_risk: "staff of the clinic".into(),
        what_makes_it_imminent: "said he would come tonight".into(),
        known_first_hand: "I took the call".into(),
        who_can_prevent_it: "the patrol at the clinic".into(),
        what_they_must_know: "who and when".into(),
    }
}

fn in_an_emergency() -> World {
    let mut world = hospital(Sector::LawEnforcement, TeamRole::None, Purpose::AvertSeriousThreat);
    fill(&mut world);
    world.agreements.clear();
    world.peer().training_current_until = None;
    world.emergency = true;
    let mut n = 0;
    world.attestations = answers()
        .attestations(CASE, &world.recipient, &staff(), "member", at("2026-11-21T11:55:00Z"), || {
            n += 1;
            AttestationId(Id(n))
        })
        .unwrap();
    world
}

#[test]
fn five_answers_open_an_emergency_that_waits_for_nothing_and_x_holds() {
    let world = in_an_emergency();
    let out = released(&world).expect("an emergency goes");
    assert!(out.emergency());
    let rows: Vec<u8> = out.items().iter().map(|i| i.row.number()).collect();
    for open in [2, 5, 11, 15, 17] {
        assert!(rows.contains(&open), "{open} in {rows:?}");
    }
    for never in [19, 26, 33, 34] {
        assert!(!rows.contains(&never), "{never} in {rows:?}");
    }
    let judged: Vec<&str> = out.items()[0].attestations.iter().map(|a| a.fact).collect();
    assert!(
        judged.contains(&"circumstances.imminent") && judged.contains(&"recipient.able_to_prevent_threat")
    );
    // three days later it is no emergency any more
    let mut later = world;
    later.now = at("2026-11-24T12:00:00Z");
    assert!(released(&later).is_none());
}

#[test]
fn an_emergency_that_is_only_claimed_opens_nothing() {
    let mut world = in_an_emergency();
    for fact in [
        "circumstances.serious_threat",
        "circumstances.good_faith_belief",
        "recipient.able_to_prevent_threat",
    ] {
        let all = world.attestations.clone();
        world.attestations.retain(|a| a.fact != fact);
        assert!(released(&world).is_none(), "{fact}");
        world.attestations = all;
    }
    // what consent alone would let go does not go as an emergency
    world.attestations.clear();
    world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    assert!(released(&world).is_none());
}

#[test]
fn every_question_needs_an_answer() {
    let mut answers = answers();
    answers.known_first_hand = "  ".into();
    let error = answers
        .attestations(CASE, &Recipient::OwnTeam, &staff(), "member", now(), || AttestationId(Id(1)))
        .unwrap_err();
    assert_eq!(error.to_string(), "answer all five questions; missing: what is known first-hand");
}

#[test]
fn an_answer_leaves_empty_rather_than_not_at_all() {
    let mut world = plain();
    world.schema = Schema::Answer(MessageId(Id(77)));
    world.agreements.clear();
    let out = released(&world).unwrap();
    assert!(out.items().is_empty());
    assert_eq!(out.schema(), &Schema::Answer(MessageId(Id(77))));
    // and tells nothing about whether there is a case at all
    let unknown = Door::embedded().empty_answer("peer".into(), MessageId(Id(77)), false, now());
    assert_eq!(
        (out.case(), out.class(), out.purpose(), out.recipient(), out.notes(), out.exercise()),
        (
            unknown.case(),
            unknown.class(),
            unknown.purpose(),
            unknown.recipient(),
            unknown.notes(),
            unknown.exercise()
        )
    );
}

#[test]
fn texts_that_go_along_are_checked_like_statements() {
    let world = plain();
    let asked = world.ids();
    let decision = Door::embedded().decide(policy::door::Ask {
        setting: world.setting(),
        items: &world.items,
        asked: &asked,
        schema: Schema::Request,
        emergency: false,
        approval: None,
        aliases: &world.aliases,
        notes: &["about Quillfeather, as we said"],
    });
    assert!(decision.stops().contains(&Stop::NoteIdentifies(policy::share::words::Identifying::Name)));
}

#[test]
fn permission_scope_notices_and_warnings_travel() {
    let mut world = hospital(Sector::MentalHealthProvider, TeamRole::Core, Purpose::ThreatAssessment);
    world.own.sector = Sector::SudProgram;
    world.own.capacities.part2_program = Some(true);
    phi(&mut world, 12, &[SUBJECT], text("said it in the group"), &[Element::PatientStatus]);
    world.last().record_kind = Some(RecordKind::SudRecord);
    world.write_statements();
    for kind in [PermissionKind::Part2Consent, PermissionKind::HipaaAuthorization] {
        world.consent(SUBJECT, kind).expires_at = Some(at("2026-12-31T00:00:00Z"));
    }
    world.approve(Door::embedded());
    let out = released(&world).unwrap_or_else(|| panic!("{:?}", world.judge(Door::embedded())));
    let item = &out.items()[0];
    assert!(item.labels.contains(&Label::Part2));
    let texts: Vec<&str> = item.travels.iter().map(|t| t.text.as_ref()).collect();
    assert!(texts.contains(&PART2_NOTICE) && texts.contains(&NOT_A_PREDICTION), "{texts:?}");
    assert!(texts.iter().any(|t| t.contains("42 CFR 2.31") && t.contains("until 2026-12-31")), "{texts:?}");
    assert_eq!(item.expires_at, Some(at("2026-12-31T00:00:00Z")));
    assert_eq!(out.valid_until(), Some(at("2026-12-31T00:00:00Z")));
    let kinds: Vec<_> = item.permissions.iter().map(|p| p.kind).collect();
    assert!(
        kinds.contains(&PermissionKind::Part2Consent) && kinds.contains(&PermissionKind::HipaaAuthorization)
    );
    assert!(
        item.basis.iter().any(|b| b.clause.regime == "part2")
            && item.basis.iter().any(|b| b.clause.regime == "hipaa")
    );
}

#[test]
fn a_recall_says_nothing_about_anybody() {
    let out = Door::embedded().recall("peer".into(), vec![vec![7; 32]], RecallReason::Revoked, false, now());
    assert!(out.items().is_empty() && out.case().is_none() && out.purpose().is_none());
    assert_eq!(out.notice().unwrap().reason, RecallReason::Revoked);
    assert_eq!(out.agency(), Some(&"peer".into()));
}

#[test]
fn a_word_about_a_referral_goes_without_a_basis_only_where_it_tells_nothing_of_the_person() {
    use State::*;
    let said = |from, to, because| {
        let word = ReferralWord { referral: MessageId(Id(9)), from, to, because };
        Door::embedded().referral_word("peer".into(), word, false, now())
    };
    for (from, to) in State::ALL.iter().flat_map(|from| State::ALL.iter().map(move |to| (*from, *to))) {
        let because = (to == DeclinedByService).then_some(DeclineReason::Waitlist);
        let expected = matches!(
            (from, to),
            (Received, Accepted | DeclinedByService | NoContactMade)
                | (Accepted, DeclinedByService | NoContactMade)
                | (Sent | Received | Accepted, Withdrawn | Expired)
                | (Contacted | Engaged, Withdrawn)
        );
        let out = said(from, to, because);
        assert_eq!(out.is_some(), expected, "{from} -> {to}");
        assert!(out.is_none_or(|o| o.items().is_empty() && o.case().is_none() && o.purpose().is_none()));
    }
    assert!(said(Received, DeclinedByService, None).is_none());
    assert!(said(Received, Accepted, Some(DeclineReason::Safety)).is_none());
}

#[test]
fn a_packet_for_one_class_does_not_go_to_another() {
    let mut world = plain();
    world.schema = Schema::Summary(Some(PacketName::CommunityReferral));
    world.approve(Door::embedded());
    let asked = world.ids();
    let decision = world.decide(Door::embedded(), &asked);
    assert_eq!(decision.stops(), [Stop::PacketForOther(PacketName::CommunityReferral)]);
}

#[test]
fn an_item_that_is_not_of_the_case_is_no_item() {
    let mut world = plain();
    world.last().case = CaseId(Id(1));
    assert_eq!(world.judge(Door::embedded()).0, Outcome::Withheld);
    let decision_of = [ItemId(Id(424_242))];
    let decision = world.decide(Door::embedded(), &decision_of);
    assert_eq!(decision.items()[0].reasons, [Reason::NotInCase]);
    assert!(decision.release(|| [0; 32]).is_none());
}

#[test]
fn what_is_owed_to_a_person_is_their_own_and_nobody_elses() {
    let door = Door::embedded();
    let mut world = hospital(Sector::Hospital, TeamRole::None, Purpose::PersonalAccess);
    world.reach_contact(Sector::GeneralPublic, Some(SUBJECT));
    phi(&mut world, 24, &[SUBJECT], text("a diagnosis"), &[Element::DiagnosisOrTreatment]);
    let asked = world.ids();
    assert_eq!(world.decide(door, &asked).class().map(|c| c.to_string()).as_deref(), Some("SUB"));
    assert_eq!(world.judge(door), (Outcome::Whole, Vec::new()));
    world.last().about.push(About { person: TARGET, record_kind: None });
    assert_eq!(world.judge(door).0, Outcome::Withheld);
}

/// Every permit of the law and the kind of authority it is to the matrix.
#[test]
fn the_table_of_authorities_is_as_reviewed() {
    let door = Door::embedded();
    let mut now = String::from(
        "# permit: the kind of authority that the cells of the matrix see in it (law/gates.toml)\n",
    );
    for (clause, gate) in door.grounds().permits(door.law()) {
        writeln!(now, "{:<36} {gate:<10} {}", clause.id, clause.citation).unwrap();
    }
    if now != include_str!("../decisions/authorities.txt") {
        let path = std::env::temp_dir().join("authorities.txt");
        std::fs::write(&path, &now).unwrap();
        panic!(
            "the table of authorities changed; review {} and put it in policy/tests/decisions",
            path.display()
        );
    }
}

#[test]
fn every_permit_of_the_law_has_a_kind_of_authority_and_every_text_is_here() {
    let door = Door::embedded();
    assert!(
        door.grounds().unclassified().is_empty(),
        "name these in law/gates.toml: {:?}",
        door.grounds().unclassified()
    );
    for clause in door.law().clauses() {
        for id in &clause.travels {
            let scope = id.contains("scope_statement");
            assert!(
                scope || policy::share::obligations::travel_text(id, None).is_some(),
                "clause {} sends `{id}` along: give its text in share/obligations.rs",
                clause.id
            );
        }
    }
}

#[test]
fn a_body_that_roster_and_officer_see_differently_gets_nothing() {
    let mut world = plain();
    assert_eq!(world.judge(Door::embedded()).0, Outcome::Whole);
    world.peer().confirmed = Some(Confirmed {
        sector: Sector::LawEnforcement,
        capacities: Capacities::default(),
        by: staff(),
        at: at("2026-01-01T00:00:00Z"),
    });
    let asked = world.ids();
    let decision = world.decide(Door::embedded(), &asked);
    assert!(decision.items()[0].reasons.contains(&Reason::NoClass));
    assert_eq!(decision.items()[0].outcome, Outcome::Withheld);
}

//! Facts from records: what a record establishes on the day, and what none establishes.

use crate::world::*;
use policy::facts::{FactId, FactValue, Facts, attestable, facts_for};
use policy::record::*;
use policy::time::Date;

fn facts(world: &World) -> Facts {
    facts_for(&world.setting(), &world.items[0], &world.items[0].about[0])
}

/// Whether the fact is known to have this value: setting it again changes nothing.
fn is<'a>(facts: &Facts, path: &str, value: impl Into<FactValue<'a>>) -> bool {
    let id = FactId::of(path).unwrap_or_else(|| panic!("{path}"));
    let mut again = facts.clone();
    again.set_fact(id, value.into()).unwrap();
    facts.knows(id) && again == *facts
}
fn unknown(facts: &Facts, path: &str) -> bool {
    !facts.knows(FactId::of(path).unwrap_or_else(|| panic!("{path}")))
}

fn world() -> World {
    let mut world = World::new(Sector::Hospital, TeamRole::Core, Purpose::ThreatAssessment);
    world.text(12, "what was seen");
    world.last().record_kind = Some(RecordKind::Phi);
    world
}

#[test]
fn capacities_count_only_as_an_officer_signed_them() {
    let mut world = world();
    world.own.capacities.hipaa_covered = Some(true);
    assert!(is(&facts(&world), "discloser.hipaa_covered", true));
    world.own.signed_by = None;
    assert!(unknown(&facts(&world), "discloser.hipaa_covered"));
    world.own.signed_by = Some(staff());
    world.own.signed_at = Some(at("2027-01-01T00:00:00Z"));
    assert!(unknown(&facts(&world), "discloser.hipaa_covered"));
}

#[test]
fn what_the_agency_is_and_who_asks_come_from_what_was_signed() {
    let mut world = world();
    let paths = ["discloser.interjurisdictional_project", "discloser.business_associate"];
    assert!(unknown(&facts(&world), "discloser.profession"));
    assert!(paths.iter().all(|path| is(&facts(&world), path, false)), "a rare exception that nobody signed");
    world.own.capacities.interjurisdictional_project = Some(true);
    world.own.capacities.business_associate = Some(true);
    world.own.capacities.profession = Some(Profession::MentalHealthFacility);
    assert!(paths.iter().all(|path| is(&facts(&world), path, true)));
    assert!(is(&facts(&world), "discloser.profession", "mental_health_facility"));
    let mut setting = world.setting();
    setting.profession = Some(Profession::Nurse);
    let of_member = facts_for(&setting, &world.items[0], &world.items[0].about[0]);
    assert!(is(&of_member, "discloser.profession", "nurse"), "the member's own comes first");
    world.own.signed_by = None;
    assert!(unknown(&facts(&world), "discloser.profession"));
    for path in ["discloser.contract_permits_disclosure", "discloser.notice_excludes_disclosure"] {
        assert!(
            attestable().iter().any(|row| row.fact.path() == path),
            "{path} is a question about one disclosure"
        );
    }
}

#[test]
fn of_a_claim_and_our_officers_finding_the_stricter_wins() {
    let confirmed = |sector, covered| {
        Some(Confirmed {
            sector,
            capacities: Capacities { hipaa_covered: covered, ..Capacities::default() },
            by: staff(),
            at: at("2026-01-01T00:00:00Z"),
        })
    };
    let path = "recipient.hipaa_covered";
    for (claim, found, agreed, known) in [
        (Some(true), None, true, Some(true)),
        (Some(true), None, false, None),
        (Some(true), Some(Some(true)), false, Some(true)),
        (Some(true), Some(Some(false)), true, Some(false)),
        (Some(false), Some(Some(true)), true, Some(false)),
        (Some(true), Some(None), true, None),
        (None, Some(Some(true)), true, None),
    ] {
        let mut world = world();
        world.peer().capacities.hipaa_covered = claim;
        world.peer().confirmed = found.and_then(|f| confirmed(Sector::Hospital, f));
        if !agreed {
            world.agreements[0].countersigned_at = None;
        }
        let facts = facts(&world);
        match known {
            Some(value) => assert!(is(&facts, path, value), "{claim:?} {found:?} {agreed}"),
            None => assert!(unknown(&facts, path), "{claim:?} {found:?} {agreed}"),
        }
    }
    let mut world = world();
    world.peer().confirmed = confirmed(Sector::LawEnforcement, Some(true));
    assert!(unknown(&facts(&world), "recipient.sector"));
}

#[test]
fn ages_turn_on_the_day_of_the_decision() {
    let mut world = world();
    let person = world.person(SUBJECT);
    person.is_student = Some(true);
    person.date_of_birth = Date::parse("2008-11-22").ok();
    assert!(is(&facts(&world), "subject.age", 17));
    assert!(is(&facts(&world), "subject.eligible_student", false));
    world.now = at("2026-11-22T00:00:00Z");
    assert!(is(&facts(&world), "subject.age", 18));
    assert!(is(&facts(&world), "subject.eligible_student", true));
    let person = world.person(SUBJECT);
    person.date_of_birth = Date::parse("2012-01-01").ok();
    person.attends_postsecondary = None;
    assert!(unknown(&facts(&world), "subject.eligible_student"));
    world.person(SUBJECT).attends_postsecondary = Some(true);
    assert!(is(&facts(&world), "subject.eligible_student", true));
    world.person(SUBJECT).date_of_birth = None;
    assert!(unknown(&facts(&world), "subject.age"));
}

#[test]
fn a_record_nobody_classified_is_plain_only_where_no_regime_binds_the_holder() {
    let mut world = world();
    world.last().record_kind = None;
    assert!(is(&facts(&world), "record.kind", "plain_record"));
    world.own.capacities.hipaa_covered = Some(true);
    assert!(unknown(&facts(&world), "record.kind"));
    world.own.capacities.hipaa_covered = None;
    assert!(unknown(&facts(&world), "record.kind"));
    world.own.capacities.hipaa_covered = Some(false);
    world.last().obtained_via = ObtainedVia::FerpaEmergency;
    assert!(unknown(&facts(&world), "record.kind"));
}

#[test]
fn each_person_has_their_own_permissions_and_nobody_elses() {
    let mut world = world();
    world.consent(TARGET, PermissionKind::HipaaAuthorization);
    assert!(facts(&world).permissions().is_empty());
    world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    assert_eq!(facts(&world).permissions().len(), 1);
    world.last().about[0].person = TARGET;
    assert_eq!(facts(&world).permissions().len(), 1);
}

/// What one change to a good authorization does to whether it is live.
#[test]
fn a_permission_is_live_only_with_every_part_of_it() {
    type Change = fn(&mut World);
    fn p(world: &mut World) -> &mut Permission {
        &mut world.permissions[0]
    }
    let changes: [(&str, Change, bool); 14] = [
        ("as it is", |_| {}, true),
        ("revoked", |w| p(w).revoked_at = Some(now()), false),
        ("revoked tomorrow", |w| p(w).revoked_at = Some(now().plus_days(1)), true),
        ("expired", |w| p(w).expires_at = Some(now()), false),
        ("without an end", |w| p(w).expires_at = None, false),
        ("unsigned", |w| p(w).signed_at = None, false),
        ("given tomorrow", |w| p(w).given_at = now().plus_days(1), false),
        ("names another agency", |w| p(w).recipients = vec![PermittedRecipient::Agency("x".into())], false),
        ("names the class", |w| p(w).recipients = vec![PermittedRecipient::Sector(Sector::Hospital)], true),
        ("names nobody", |w| p(w).recipients.clear(), false),
        ("another purpose", |w| p(w).purposes = vec![Purpose::Research], false),
        ("another kind", |w| p(w).record_kinds = vec![RecordKind::EducationRecord], false),
        ("another row", |w| p(w).rows = vec![row(3)], false),
        (
            "fewer elements",
            |w| {
                w.last().elements = vec![Element::DiagnosisOrTreatment, Element::PatientStatus];
                p(w).elements = vec![Element::PatientStatus];
            },
            false,
        ),
    ];
    for (what, change, live) in changes {
        let mut world = world();
        world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
        change(&mut world);
        let item = &world.items[0];
        assert_eq!(world.setting().is_live(&world.permissions[0], item, &item.about[0]), live, "{what}");
    }
}

#[test]
fn objections_are_heard_whatever_the_number_of_permissions() {
    let mut world = world();
    for _ in 0..12 {
        world.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    }
    let objection = world.consent(SUBJECT, PermissionKind::Objection);
    objection.recipients.clear();
    objection.record_kinds.clear();
    objection.rows.clear();
    let mut said = policy::facts::Permission::new();
    said.set("consent.type", "objection").unwrap();
    let heard = facts(&world).permissions();
    assert_eq!(heard.len(), policy::facts::PERMISSIONS_MAX);
    let mut first = heard[0];
    first.set("consent.type", "objection").unwrap();
    assert_eq!(first, heard[0], "the objection comes first");
}

#[test]
fn the_narrowest_attestation_wins_and_disagreement_is_unknown() {
    let path = "circumstances.imminent";
    let mut world = world();
    world.attest(path, true);
    assert!(is(&facts(&world), path, true));
    let item = world.items[0].id;
    world.attest_in(path, false, AttestationScope::Agency("peer".into()), staff());
    assert!(is(&facts(&world), path, false));
    world.attest_in(path, true, AttestationScope::Item(item), staff());
    assert!(is(&facts(&world), path, true));
    // a second person disagrees about the same item
    world.attest_in(path, false, AttestationScope::Item(item), "spiffe://x/agency/own/staff/b".into());
    assert!(unknown(&facts(&world), path));
    // the first thinks again
    world.attest_in(path, false, AttestationScope::Item(item), staff());
    world.attestations.last_mut().unwrap().at = at("2026-11-21T10:00:00Z");
    assert!(is(&facts(&world), path, false));
    // what is said of another recipient says nothing here
    world.attestations.clear();
    world.attest_in(path, true, AttestationScope::Agency("elsewhere".into()), staff());
    assert!(unknown(&facts(&world), path));
}

#[test]
fn imminence_lapses_after_72_hours_whatever_the_attestation_says() {
    let mut world = world();
    world.attest("circumstances.imminent", true);
    world.attest("circumstances.serious_threat", true);
    world.now = at("2026-11-24T08:59:00Z");
    assert!(is(&facts(&world), "circumstances.imminent", true));
    world.now = at("2026-11-24T09:00:00Z");
    assert!(unknown(&facts(&world), "circumstances.imminent"));
    assert!(is(&facts(&world), "circumstances.serious_threat", true));
}

#[test]
fn an_attestation_in_a_role_that_may_not_make_it_counts_for_nothing() {
    let mut world = world();
    world.attest("circumstances.professional_judgment_best_interest", true);
    assert!(is(&facts(&world), "circumstances.professional_judgment_best_interest", true));
    world.attestations[0].role = "administrator".into();
    assert!(unknown(&facts(&world), "circumstances.professional_judgment_best_interest"));
    // derived facts are nobody's word
    for path in ["consent.revoked", "discloser.hipaa_covered", "subject.age"] {
        world.attestations[0].fact = path.into();
        world.attestations[0].role = attestable()[0].roles[0].into();
        let with = facts(&world);
        world.attestations[0].until = at("2026-11-21T09:30:00Z");
        assert_eq!(with, facts(&world), "{path}");
    }
}

#[test]
fn a_state_row_says_something_only_while_counsel_stands_by_it() {
    let mut world = world();
    world.own.state = Some(UsState::Tx);
    world.state_rows.push(StateRow {
        state: UsState::Tx,
        logic: DutyLogic::Permissive,
        closed_recipients: vec![Sector::Hospital, Sector::LawEnforcement, Sector::Ems],
        confirmed_by: staff(),
        confirmed_at: at("2026-06-01T00:00:00Z"),
        until: at("2026-12-01T00:00:00Z"),
        row: policy::law::state_tables::duty_to_warn_of("TX").unwrap().version(),
        authority: String::new(),
    });
    let now = facts(&world);
    assert!(is(&now, "subject.state", "TX") && is(&now, "circumstances.duty_to_warn_state", "permissive"));
    assert!(is(&now, "circumstances.state_warning_recipients", &["medical_personnel", "law_enforcement"]));
    world.person(SUBJECT).state = Some(UsState::Va);
    assert!(unknown(&facts(&world), "circumstances.duty_to_warn_state"));
    world.person(SUBJECT).state = None;
    world.now = at("2026-12-01T00:00:00Z");
    assert!(unknown(&facts(&world), "circumstances.duty_to_warn_state"));
}

#[test]
fn a_document_reaches_its_rows_and_recipients_in_its_time() {
    let path = "circumstances.legal_process";
    let mut world = world();
    world.recipient = Recipient::Node(Peer { sector: Sector::Court, ..world.peer().clone() });
    assert!(is(&facts(&world), path, "none"));
    world.order(LegalProcess::CourtOrder, [12, 14]);
    assert!(is(&facts(&world), path, "court_order"));
    world.documents[0].rows = vec![row(14)];
    assert!(is(&facts(&world), path, "none"));
    world.documents[0].rows = vec![row(12)];
    world.documents[0].until = Some(now());
    assert!(is(&facts(&world), path, "none"));
    world.documents[0].until = None;
    // without a recipient of its own it speaks to courts, prosecutors, police and authorities, and to nobody else
    world.peer().sector = Sector::Employer;
    assert!(is(&facts(&world), path, "none"));
    world.documents[0].recipients = vec![PermittedRecipient::Agency("peer".into())];
    assert!(is(&facts(&world), path, "court_order"));
    // it reaches the person of concern, or those it names
    world.last().about[0].person = TARGET;
    assert!(is(&facts(&world), path, "none"));
    world.documents[0].persons = vec![TARGET];
    assert!(is(&facts(&world), path, "court_order"));
    world.last().about[0].person = SUBJECT;
    assert!(is(&facts(&world), path, "none"));
    world.documents[0].persons.clear();
    // a Part 2 order counts as such for a Part 2 record, beside an ordinary one
    world.order(LegalProcess::Part2Order, [12]).recipients = vec![PermittedRecipient::Agency("peer".into())];
    assert!(is(&facts(&world), path, "court_order"));
    world.last().record_kind = Some(RecordKind::SudRecord);
    assert!(is(&facts(&world), path, "part2_order"));
    world.order(LegalProcess::SubpoenaWithoutJudge, [12]).recipients =
        vec![PermittedRecipient::Agency("peer".into())];
    assert!(is(&facts(&world), "circumstances.accompanying_subpoena", true));
}

#[test]
fn agreements_count_by_kind_while_in_force() {
    let path = "recipient.written_agreement";
    let mut world = world();
    assert!(is(&facts(&world), path, &["none"]));
    world.agreements[0].kinds.push(AgreementKind::BusinessAssociate);
    world.agreements[0].kinds.push(AgreementKind::QualifiedServiceOrganization);
    assert!(is(
        &facts(&world),
        path,
        &["business_associate_agreement", "qualified_service_organization_agreement"]
    ));
    world.agreements[0].ended_at = Some(now());
    assert!(is(&facts(&world), path, &["none"]));
}

#[test]
fn an_item_says_whether_it_shows_another_student() {
    let mut world = world();
    assert!(is(&facts(&world), "record.includes_other_students", false));
    world.last().about.push(About { person: STUDENT, record_kind: None });
    assert!(is(&facts(&world), "record.includes_other_students", true));
}

#[test]
fn what_is_judged_of_the_subject_is_nobody_elses() {
    let path = "recipient.treats_subject";
    let mut world = world();
    world.attest(path, true);
    assert!(is(&facts(&world), path, true));
    // the same item as a record about somebody else
    world.last().about[0].person = TARGET;
    assert!(unknown(&facts(&world), path));
    world.attest_in(path, true, AttestationScope::Agency("peer".into()), staff());
    assert!(unknown(&facts(&world), path));
    // unless it names them, or an item about them alone
    world.attest_in(path, true, AttestationScope::Person(TARGET), staff());
    assert!(is(&facts(&world), path, true));
    world.attestations.clear();
    let item = world.items[0].id;
    world.attest_in(path, true, AttestationScope::Item(item), staff());
    assert!(is(&facts(&world), path, true));
    world.last().about.push(About { person: SUBJECT, record_kind: None });
    assert!(unknown(&facts(&world), path));
    // a danger is the case's
    world.attest("circumstances.imminent", true);
    assert!(is(&facts(&world), "circumstances.imminent", true));
}

#[test]
fn a_parent_is_nobodys_parent_but_their_own_childs() {
    let mut world = world();
    world.reach_contact(Sector::Parent, None);
    world.attest("recipient.personal_representative", true);
    assert!(is(&facts(&world), "recipient.sector", "parent"));
    assert!(is(&facts(&world), "recipient.personal_representative", true));
    world.last().about[0].person = STUDENT;
    assert!(is(&facts(&world), "recipient.sector", "general_public"));
    assert!(unknown(&facts(&world), "recipient.personal_representative"));
    // a parent of the other student, and so not of the person of concern
    if let Recipient::Contact(contact) = &mut world.recipient {
        contact.of = Some(STUDENT);
    }
    assert!(is(&facts(&world), "recipient.sector", "parent"));
    world.last().about[0].person = SUBJECT;
    assert!(is(&facts(&world), "recipient.sector", "general_public"));
}

#[test]
fn who_receives_may_be_the_person_the_record_is_about() {
    let mut world = world();
    world.reach_contact(Sector::GeneralPublic, Some(SUBJECT));
    assert!(is(&facts(&world), "recipient.sector", "subject"));
    world.last().about[0].person = TARGET;
    assert!(is(&facts(&world), "recipient.sector", "general_public"));
    world.reach_contact(Sector::Subject, Some(SUBJECT));
    assert!(is(&facts(&world), "recipient.sector", "general_public"));
}

#[test]
fn what_contradicts_itself_goes_to_nobody_though_the_law_would_let_it() {
    let door = policy::door::Door::embedded();
    let mut world = world_for(policy::share::Class::Per);
    world.item(16, &[SUBJECT], World::value_for(16));
    let goes = |world: &World, why: &str| {
        let asked = world.ids();
        let decision = world.decide(door, &asked);
        assert!(decision.items()[0].lawful(), "{why}: the law alone is asked first");
        let (outcome, reasons) = world.judge(door);
        (outcome != policy::door::Outcome::Withheld, reasons.join("; "))
    };
    assert_eq!(goes(&world, "as it was"), (true, String::new()));

    world.person(SUBJECT).date_of_birth = Some(Date::parse("1790-05-17").unwrap());
    let (went, why) = goes(&world, "older than anybody");
    assert!(!went && why.contains("subject.age") && why.contains("correct it"), "{why}");

    // fifteen and eligible: a record says it only of one who is at a college
    world.person(SUBJECT).date_of_birth = Some(Date::parse("2011-05-17").unwrap());
    world.person(SUBJECT).is_student = Some(true);
    world.person(SUBJECT).attends_postsecondary = Some(true);
    assert!(is(&facts(&world), "subject.eligible_student", true));
    assert_eq!(goes(&world, "at a college"), (true, String::new()));
}

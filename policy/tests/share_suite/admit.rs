//! The receiver's side: what the door lets out is admitted at the other end, and what it would never let out is not.

use crate::world::*;
use policy::door::{Door, Releasable, ReleasedItem};
use policy::record::*;
use policy::share::admit::*;
use std::sync::OnceLock;

fn arrives(item: &ReleasedItem) -> ReceivedItem<'_> {
    ReceivedItem {
        row: item.row,
        form: item.form,
        written_for: (item.form == Some(Form::Statement)).then_some("PER"),
        about: item
            .about
            .iter()
            .map(|a| ReceivedAbout { record_kind: a.record_kind, regimes: &a.regimes })
            .collect(),
        record_kind: item.record_kind,
        obtained_via: item.obtained_via,
        elements: item.elements.clone(),
        labels: item.labels.clone(),
        basis: item.basis.iter().map(|b| (b.clause.regime.as_str(), b.clause.clause_id.as_str())).collect(),
        permissions: item
            .permissions
            .iter()
            .map(|p| ReceivedPermission { kind: p.kind, expires_at: p.expires_at })
            .collect(),
        attestations: item
            .attestations
            .iter()
            .map(|a| ReceivedAttestation { fact: a.fact, by_role: &a.by_role, at: a.at })
            .collect(),
        obligations: &item.travelling,
        texts: item.travels.iter().map(|t| t.text.as_ref()).collect(),
        expires_at: item.expires_at,
    }
}

/// The receiver as it knows itself and the sender.
struct Receiver {
    own: Agency,
    role: TeamRole,
    sender: Peer,
    agreements: Vec<Agreement>,
    purpose: Purpose,
    emergency: bool,
}

impl Receiver {
    fn of(world: &World) -> Self {
        let Recipient::Node(peer) = &world.recipient else { panic!("a node") };
        let own = Agency {
            id: peer.id.clone(),
            sector: peer.sector,
            capacities: peer.capacities.clone(),
            ..world.own.clone()
        };
        let sender = Peer {
            id: "own".into(),
            name: String::new(),
            sector: world.own.sector,
            team_role: TeamRole::Core,
            capacities: world.own.capacities.clone(),
            confirmed: None,
            training_current_until: None,
        };
        let agreements =
            world.agreements.iter().map(|a| Agreement { with: "own".into(), ..a.clone() }).collect();
        Self {
            own,
            role: peer.team_role,
            sender,
            agreements,
            purpose: world.purpose,
            emergency: world.emergency,
        }
    }

    fn admits(&self, item: &ReceivedItem) -> Vec<Refusal> {
        let context = AdmitContext {
            door: Door::embedded(),
            own: &self.own,
            own_role: self.role,
            sender: &self.sender,
            agreements: &self.agreements,
            now: now().plus_minutes(1),
        };
        let message =
            ReceivedMessage { recipient: &"peer".into(), purpose: self.purpose, emergency: self.emergency };
        match admit(&context, &message, item) {
            Admission::Admit => Vec::new(),
            Admission::Quarantine(why) => why,
        }
    }
}

fn release(world: &mut World) -> Releasable {
    world.approve(Door::embedded());
    let asked = world.ids();
    world.decide(Door::embedded(), &asked).release(|| [0; 32]).expect("something goes")
}

/// Phi in an emergency to police, an education record, a Part 2 record with consents, a plain statement.
fn worlds() -> Vec<World> {
    let mut all = Vec::new();
    let mut police = World::new(Sector::LawEnforcement, TeamRole::Core, Purpose::AvertSeriousThreat);
    police.own.sector = Sector::Hospital;
    police.own.capacities.hipaa_covered = Some(true);
    for number in [2, 11, 12, 15, 17, 21] {
        police.text(number, "a plain sentence");
        police.last().record_kind = Some(RecordKind::Phi);
        police.last().elements = vec![Element::StatementOfThreatOrCrime];
    }
    police.danger();
    let mut school = World::new(Sector::LawEnforcement, TeamRole::None, Purpose::AvertSeriousThreat);
    school.own.sector = Sector::K12School;
    school.own.capacities.ferpa_covered = Some(true);
    school.person(SUBJECT).is_student = Some(true);
    school.text(29, "a plain sentence");
    school.last().record_kind = Some(RecordKind::EducationRecord);
    school.last().elements = vec![Element::DisciplinaryHistory];
    school.danger();
    let mut clinic = World::new(Sector::MentalHealthProvider, TeamRole::Core, Purpose::ThreatAssessment);
    clinic.own.sector = Sector::SudProgram;
    clinic.own.capacities.hipaa_covered = Some(true);
    clinic.own.capacities.part2_program = Some(true);
    clinic.text(12, "a plain sentence");
    clinic.last().record_kind = Some(RecordKind::SudRecord);
    clinic.last().elements = vec![Element::PatientStatus];
    clinic.consent(SUBJECT, PermissionKind::Part2Consent);
    clinic.consent(SUBJECT, PermissionKind::HipaaAuthorization);
    let mut partner = World::new(Sector::ThreatAssessmentTeam, TeamRole::Core, Purpose::ThreatAssessment);
    for number in [1, 4, 7, 12, 16, 20, 23] {
        partner.item(number, &[SUBJECT], World::value_for(number));
    }
    partner.write_statements();
    all.extend([police, school, clinic, partner]);
    all
}

#[test]
fn what_the_door_lets_out_is_admitted_at_the_other_end() {
    let mut admitted = 0;
    for mut world in worlds() {
        let out = release(&mut world);
        let receiver = Receiver::of(&world);
        for item in out.items() {
            assert_eq!(receiver.admits(&arrives(item)), [], "row {} of {}", item.row, world.own.sector);
            admitted += 1;
        }
    }
    assert_eq!(admitted, 6 + 1 + 1 + 7);
}

#[test]
fn each_thing_a_receiver_can_know_is_checked() {
    type Change = fn(&mut ReceivedItem, &mut Receiver);
    let changes: [(usize, Refusal, Change); 22] = [
        (0, Refusal::NotForUs, |_, r| r.own.id = "another".into()),
        (0, Refusal::NoClass, |_, r| r.own.sector = Sector::Media),
        (0, Refusal::NoClass, |_, r| r.purpose = Purpose::PressInquiry),
        (0, Refusal::CellClosed, |i, _| i.row = row(19)),
        (0, Refusal::CellClosed, |i, _| i.labels.push(Label::ProtectedTrait)),
        (3, Refusal::FormNotOurs, |i, _| {
            i.row = row(37);
            i.form = None;
        }),
        (3, Refusal::AuthorityNotShown, |i, _| {
            i.row = row(24);
            i.form = None;
        }),
        (0, Refusal::AboutNobody, |i, _| i.about.clear()),
        (2, Refusal::LabelMissing, |i, _| i.labels.clear()),
        (1, Refusal::LabelMissing, |i, _| i.labels.clear()),
        (2, Refusal::NoticeMissing, |i, _| i.texts.clear()),
        (1, Refusal::NoticeMissing, |i, _| i.texts.clear()),
        (2, Refusal::BasisMissing, |i, _| i.basis.retain(|(r, _)| *r != "part2")),
        (2, Refusal::BasisMissing, |i, _| {
            i.basis.retain(|(r, _)| *r != "hipaa");
            i.about[0].regimes = &[];
        }),
        (0, Refusal::ClauseUnknown, |i, _| i.basis[0].1 = "hipaa-512-z"),
        (0, Refusal::ClauseUnknown, |i, _| i.basis[0].0 = "ferpa"),
        (0, Refusal::ClauseNotAPermit, |i, _| i.basis[0].1 = "hipaa-502-a-default-deny"),
        (0, Refusal::BasisImpossible, |i, _| i.basis[0].1 = "hipaa-512-k-7"),
        (2, Refusal::PermissionMissing, |i, _| i.permissions.clear()),
        (2, Refusal::PermissionExpired, |i, _| i.permissions[0].expires_at = Some(now())),
        (0, Refusal::AttestationMissing, |i, _| i.attestations.clear()),
        (0, Refusal::DutyUnknown, |i, _| {
            static UNKNOWN: OnceLock<[String; 1]> = OnceLock::new();
            i.obligations = UNKNOWN.get_or_init(|| ["sing_a_song".to_owned()]);
        }),
    ];
    for (n, (which, refusal, change)) in changes.into_iter().enumerate() {
        let mut world = worlds().swap_remove(which);
        let out = release(&mut world);
        let mut receiver = Receiver::of(&world);
        let mut item = arrives(&out.items()[0]);
        change(&mut item, &mut receiver);
        let why = receiver.admits(&item);
        assert!(why.contains(&refusal), "{n}: {refusal}: {why:?}");
    }
}

#[test]
fn time_roles_and_agreements_are_checked() {
    let mut world = worlds().swap_remove(0);
    let out = release(&mut world);
    let good = arrives(&out.items()[0]);
    let mut receiver = Receiver::of(&world);
    let mut item = good.clone();
    item.expires_at = Some(now());
    assert_eq!(receiver.admits(&item), [Refusal::Expired]);
    for change in [
        (|a: &mut ReceivedAttestation| a.at = now().plus_days(-4)) as fn(&mut ReceivedAttestation),
        |a| a.at = now().plus_days(1),
        |a| a.by_role = "administrator",
        |a| a.fact = "consent.revoked",
    ] {
        let mut item = good.clone();
        let imminent = item.attestations.iter_mut().find(|a| a.fact == "circumstances.imminent").unwrap();
        change(imminent);
        assert!(receiver.admits(&item).contains(&Refusal::AttestationInvalid));
    }
    receiver.agreements[0].ended_at = Some(now());
    assert_eq!(receiver.admits(&good), [Refusal::NoAgreement]);
    receiver.agreements.clear();
    receiver.emergency = true;
    assert_eq!(receiver.admits(&good), []);
}

#[test]
fn a_statement_for_another_class_is_not_ours() {
    let mut world = worlds().swap_remove(3);
    let out = release(&mut world);
    let receiver = Receiver::of(&world);
    let mut item = arrives(out.items().iter().find(|i| i.form == Some(Form::Statement)).unwrap());
    assert_eq!(receiver.admits(&item), []);
    item.written_for = Some("CBO");
    assert_eq!(receiver.admits(&item), [Refusal::StatementForOthers]);
}

#[test]
fn every_refusal_says_what_is_wrong_in_plain_words() {
    for refusal in Refusal::ALL {
        assert!(refusal.text().len() > 20 && !refusal.text().ends_with('.'));
    }
}

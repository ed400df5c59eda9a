//! Shares at random, from a seed: people, items of any row and label, permissions, judgments and orders, with a marker in
//! every text that a person would write. Puts them into a node's records; decides nothing.

use node::app::{App, rows};
use node::store::{Changes, Kind, Put};
use policy::id::{
    AgencyId, AttestationId, CaseId, ContactId, DocumentId, ItemId, PermissionId, PersonId, StaffId, TeamId,
};
use policy::record::{
    About, Attestation, AttestationScope, Band, Capacities, Case, Contact, Document, Element, Item,
    ItemValue, Label, LegalProcess, ObtainedVia, Permission, PermissionKind, PermittedRecipient, Person,
    PersonRole, Place, Provenance, Purpose, RecordKind, Row, Sector, Signer, Statement, TeamRole,
};
use policy::share::Class;
use policy::time::{Date, UtcTime};
use std::collections::BTreeMap;
use system_tests::search::marker;
use system_tests::world::SCHOOL;

/// Numbers from a seed.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What is done with a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Looked at only.
    Preview,
    /// Asked for and approved.
    Approved,
    /// Approved without some of its items.
    Narrowed,
    /// Denied by the approver.
    Denied,
    /// A permission is revoked after the approval.
    Revoked,
    /// Sent by one person.
    Emergency,
    /// The items describe the person of a request.
    Request,
    /// Told by telephone and recorded.
    Telephone,
}

/// One item, and where its markers are.
pub struct Planted {
    pub id: ItemId,
    pub rows: Vec<Row>,
    /// In its value: goes when it goes whole.
    whole: Vec<String>,
    /// Of those, what goes in the form `own_place` or `status_code`.
    in_form: Vec<String>,
    /// By class: goes in the form `statement` for that class.
    statements: BTreeMap<&'static str, String>,
}

impl Planted {
    /// The markers that this outcome lets out.
    pub fn let_out(&self, outcome: &str, form: &str, class: &str) -> Vec<String> {
        match (outcome, form) {
            ("whole", _) => self.whole.clone(),
            ("form", "statement") => self.statements.get(class).cloned().into_iter().collect(),
            ("form", "own_place" | "status_code") => self.in_form.clone(),
            _ => Vec::new(),
        }
    }
}

/// A case in the sender's records, and what is to be done with it.
pub struct Share {
    pub from: &'static str,
    pub to: &'static str,
    pub way: Way,
    pub purpose: Purpose,
    pub case: CaseId,
    pub items: Vec<Planted>,
    pub permissions: Vec<PermissionId>,
    /// Every marker of the case, whatever becomes of it.
    pub planted: Vec<String>,
    pub changes: Changes,
    seed: u64,
    number: u64,
}

impl Share {
    /// A fresh marker of this share.
    pub fn plant(&mut self) -> String {
        let made = marker(self.seed, self.number * 1_000 + self.planted.len() as u64);
        self.planted.push(made.clone());
        made
    }
}

pub struct Between {
    pub from: &'static str,
    pub to: &'static str,
    pub to_sector: Sector,
    pub team: TeamId,
    pub by: StaffId,
}

const WAYS: &[Way] = &[
    Way::Preview,
    Way::Approved,
    Way::Approved,
    Way::Approved,
    Way::Approved,
    Way::Narrowed,
    Way::Narrowed,
    Way::Denied,
    Way::Revoked,
    Way::Revoked,
    Way::Emergency,
    Way::Emergency,
    Way::Request,
    Way::Request,
    Way::Telephone,
];
const PURPOSES: &[Purpose] = &[
    Purpose::AvertSeriousThreat,
    Purpose::AvertSeriousThreat,
    Purpose::AvertSeriousThreat,
    Purpose::AvertSeriousThreat,
    Purpose::ThreatAssessment,
    Purpose::ThreatAssessment,
    Purpose::CareCoordination,
    Purpose::SchoolSafety,
    Purpose::LawEnforcementInvestigation,
];
/// Rows that are open to most classes, so that much goes and much stays.
const OFTEN: &[u8] = &[1, 4, 7, 9, 11, 12, 15, 17, 23, 25, 28, 30, 37, 39];
/// Columns of this region's recipients, and one of nobody's.
const CLASSES: &[Class] = &[Class::Per, Class::Le, Class::Cbo, Class::Crd, Class::Prv, Class::Par];
const THREAT: &[&str] = &[
    "circumstances.serious_threat",
    "circumstances.imminent",
    "circumstances.emergency_ongoing",
    "circumstances.good_faith_belief",
    "circumstances.articulable_and_significant",
    "recipient.able_to_prevent_threat",
];
const ROLES: &[PersonRole] = &[
    PersonRole::PersonOfConcern,
    PersonRole::Target,
    PersonRole::Reporter,
    PersonRole::OtherStudent,
    PersonRole::Family,
];

/// One share: the same for the same seed and number, but for ids and time.
pub fn share(app: &App, seed: u64, number: u64, at: &Between, is_school: bool) -> Share {
    let mut rng = Rng::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ number);
    let mut share = Share {
        from: at.from,
        to: at.to,
        way: rng.pick(WAYS),
        purpose: rng.pick(PURPOSES),
        case: CaseId(app.new_id()),
        items: Vec::new(),
        permissions: Vec::new(),
        planted: Vec::new(),
        changes: Changes::default(),
        seed,
        number,
    };
    let now = app.now();
    let case = share.case;
    let setting = rng.chance(20).then(|| share.plant());
    let head = Case {
        id: case,
        team: at.team,
        opened_at: now,
        opened_by: at.by.clone(),
        exercise: rng.chance(5),
        setting,
        process: None,
    };
    put(&mut share, rows::put_new(Kind::Case.of(case), &head, &[]).unwrap(), false);
    let people: Vec<Person> = (0..1 + rng.below(3))
        .map(|n| person(app, &mut rng, &mut share, if n == 0 { ROLES[0] } else { rng_role(n) }))
        .collect();
    if rng.chance(20) {
        contact(app, &mut share);
    }
    for _ in 0..2 + rng.below(5) {
        item(app, &mut rng, &mut share, &people, at, is_school, now);
    }
    let needs_permission = share.way == Way::Revoked;
    for _ in 0..rng.below(3).max(usize::from(needs_permission)) {
        permission(app, &mut rng, &mut share, &people, at, is_school, now);
    }
    // where a permission is to be revoked, what goes rests on it and not on a threat
    if share.way != Way::Revoked && rng.chance(75) {
        for fact in THREAT {
            let reasons = share.plant();
            let made = Attestation {
                id: AttestationId(app.new_id()),
                case,
                fact: (*fact).to_owned(),
                value: !rng.chance(1),
                scope: AttestationScope::Case,
                reasons: format!("said so: {reasons}"),
                by: at.by.clone(),
                role: if is_school { "school_official" } else { "treating_professional" }.to_owned(),
                at: now,
                until: now.plus_days(2),
            };
            put(&mut share, rows::put_new(Kind::Attestation.of(made.id), &made, &[]).unwrap(), true);
        }
    }
    if rng.chance(20) {
        document(app, &mut rng, &mut share, at, now);
    }
    share.changes.events.push(app.event("test", "case_seeded", vec![Kind::Case.of(case)]));
    share
}

fn rng_role(n: usize) -> PersonRole {
    ROLES[n % ROLES.len()]
}

fn put(share: &mut Share, put: Put, under_case: bool) {
    share.changes.puts.push(if under_case { put.under(share.case) } else { put });
}

fn person(app: &App, rng: &mut Rng, share: &mut Share, role: PersonRole) -> Person {
    let person = Person {
        id: PersonId(app.new_id()),
        case: share.case,
        roles: vec![role],
        names: vec![share.plant()],
        date_of_birth: rng
            .chance(90)
            .then(|| Date::parse(rng.pick(&["1984-05-01", "1984-05-01", "2011-03-02"])).unwrap()),
        is_student: Some(rng.chance(if share.from == SCHOOL { 90 } else { 20 })),
        attends_postsecondary: None,
        is_patient: Some(rng.chance(if share.from == SCHOOL { 10 } else { 90 })),
        consented_to_own_care: None,
        law_enforcement_status: None,
        state: None,
    };
    put(share, rows::put_new(Kind::Person.of(person.id), &person, &[]).unwrap(), true);
    person
}

fn contact(app: &App, share: &mut Share) {
    let contact = Contact {
        id: ContactId(app.new_id()),
        case: share.case,
        sector: Sector::Employer,
        team_role: TeamRole::None,
        person: None,
        of: None,
        capacities: Capacities::default(),
        name: share.plant(),
    };
    put(share, rows::put_new(Kind::Contact.of(contact.id), &contact, &[]).unwrap(), true);
}

fn item(
    app: &App,
    rng: &mut Rng,
    share: &mut Share,
    people: &[Person],
    at: &Between,
    is_school: bool,
    now: UtcTime,
) {
    let row = if rng.chance(50) { rng.pick(OFTEN) } else { u8::try_from(1 + rng.below(40)).unwrap() };
    let row = Row::new(row).unwrap();
    let labels: Vec<Label> = if rng.chance(12) { vec![rng.pick(Label::ALL)] } else { Vec::new() };
    let record_kind = match (is_school, rng.below(20)) {
        (_, 0) => None,
        (_, 1) => Some(RecordKind::PersonalObservation),
        (false, 2) => Some(RecordKind::PsychotherapyNotes),
        (false, 3) => Some(RecordKind::SudRecord),
        (false, _) => Some(RecordKind::Phi),
        (true, 2) => Some(RecordKind::LawEnforcementUnitRecord),
        (true, _) => Some(RecordKind::EducationRecord),
    };
    let mut whole = Vec::new();
    let mut in_form = Vec::new();
    let mut planted = |share: &mut Share, form: bool| {
        let made = share.plant();
        whole.push(made.clone());
        if form {
            in_form.push(made.clone());
        }
        made
    };
    let mut named = None;
    let value = match rng.below(10) {
        0 => ItemValue::Place(Place {
            setting_kind: "hospital".to_owned(),
            name: planted(share, true),
            owned_by: rng.chance(50).then(|| AgencyId::from(at.to)),
            window: rng.chance(50).then(|| planted(share, true)),
        }),
        1 => ItemValue::Band(Band {
            model: planted(share, false),
            original: planted(share, false),
            band: rng.pick(&["low", "moderate", "high"]).to_owned(),
            decided_at: now,
            valid_until: now.plus_days(30),
        }),
        2 => ItemValue::Code(planted(share, true)),
        3 => ItemValue::YesNo(true),
        _ => {
            let mut text = format!("on the ward {} was written down", planted(share, false));
            if rng.chance(15) {
                let name = people[rng.below(people.len())].names[0].clone();
                text = format!("{text}, and {name} was there");
                named = Some(name);
            }
            if rng.chance(10) {
                // larger than one frame of HTTP/2, and than the smallest padded body
                text = format!("{} {text} {}", "long ".repeat(700), planted(share, false));
            }
            ItemValue::Text(text)
        }
    };
    whole.extend(named);
    let mut statements = BTreeMap::new();
    let mut written = Vec::new();
    for class in CLASSES {
        if rng.chance(35) {
            let made = share.plant();
            written.push(Statement {
                class: class.as_str().to_owned(),
                text: format!("a matter of safety: {made}"),
                by: at.by.clone(),
                at: now,
            });
            statements.insert(class.as_str(), made);
        }
    }
    let mut about = vec![About { person: people[0].id, record_kind: None }];
    if let Some(second) = people.get(1).filter(|_| rng.chance(30)) {
        about.push(About {
            person: second.id,
            record_kind: rng.chance(30).then_some(RecordKind::PlainRecord),
        });
    }
    let elements: Vec<Element> =
        if rng.chance(85) { vec![Element::StatementOfThreatOrCrime] } else { vec![rng.pick(Element::ALL)] };
    let item = Item {
        id: ItemId(app.new_id()),
        case: share.case,
        row,
        labels: labels.clone(),
        record_kind,
        obtained_via: if rng.chance(90) { ObtainedVia::Own } else { rng.pick(ObtainedVia::ALL) },
        elements,
        about,
        value,
        own_of: if rng.chance(20) {
            vec![PermittedRecipient::Agency(AgencyId::from(at.to))]
        } else {
            Vec::new()
        },
        statements: written,
        provenance: Provenance {
            recorded_by: at.by.clone(),
            recorded_at: now,
            source: Some(share.plant()),
            received: None,
            purposes: Vec::new(),
            obligations: Vec::new(),
            expires_at: None,
        },
        superseded_by: None,
        sealed_at: None,
        stale: None,
        commitment: None,
    };
    put(share, rows::put_new(Kind::Item.of(item.id), &item, &[]).unwrap(), true);
    let rows = std::iter::once(row).chain(labels.iter().map(|l| l.row())).collect();
    share.items.push(Planted { id: item.id, rows, whole, in_form, statements });
}

fn permission(
    app: &App,
    rng: &mut Rng,
    share: &mut Share,
    people: &[Person],
    at: &Between,
    is_school: bool,
    now: UtcTime,
) {
    let usual = if is_school { PermissionKind::FerpaConsent } else { PermissionKind::HipaaAuthorization };
    let sure = share.way == Way::Revoked;
    let others = rng.chance(20) && !sure;
    let permission = Permission {
        id: PermissionId(app.new_id()),
        case: share.case,
        person: people[0].id,
        kind: if sure || rng.chance(75) { usual } else { rng.pick(PermissionKind::ALL) },
        given_by: if sure || rng.chance(85) { Signer::Subject } else { Signer::Parent },
        signed_at: (sure || rng.chance(90)).then_some(now),
        given_at: now,
        expires_at: (sure || rng.chance(80)).then(|| now.plus_days(if others { -1 } else { 90 })),
        revoked_at: (others && rng.chance(50)).then_some(now),
        recipients: vec![if rng.chance(80) {
            PermittedRecipient::Agency(AgencyId::from(at.to))
        } else {
            PermittedRecipient::Sector(at.to_sector)
        }],
        record_kinds: if is_school {
            vec![RecordKind::EducationRecord]
        } else {
            vec![RecordKind::Phi, RecordKind::SudRecord]
        },
        elements: Vec::new(),
        rows: Vec::new(),
        purposes: PURPOSES.to_vec(),
        stands_alone: Some(true),
        tpo_all_future: None,
        evidence: Some(share.plant()),
    };
    share.permissions.push(permission.id);
    put(share, rows::put_new(Kind::Permission.of(permission.id), &permission, &[]).unwrap(), true);
}

fn document(app: &App, rng: &mut Rng, share: &mut Share, at: &Between, now: UtcTime) {
    let document = Document {
        id: DocumentId(app.new_id()),
        case: share.case,
        kind: rng.pick(&[
            LegalProcess::CourtOrder,
            LegalProcess::GrandJurySubpoena,
            LegalProcess::Part2Order,
        ]),
        issued_at: now,
        until: None,
        rows: Row::all().collect(),
        persons: Vec::new(),
        recipients: vec![PermittedRecipient::Agency(AgencyId::from(at.to))],
        accompanying_subpoena: Some(true),
        forbids_notice: None,
        evidence: Some(share.plant()),
    };
    put(share, rows::put_new(Kind::Document.of(document.id), &document, &[]).unwrap(), true);
}

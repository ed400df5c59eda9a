//! A 20-item summary decided, with and without explanation, beside a hand-written match over the same rules.
//!
//! The case is a hospital's: seven items may not go to the police whatever happens, the rest go because the threat is
//! serious and imminent (45 CFR 164.512(j)(1)(i)). The match knows only the rules that this case touches.

use criterion::Criterion;
use policy::door::{Ask, Door, Outcome, Schema};
use policy::facts::{Setting, attestable_fact};
use policy::id::*;
use policy::record::*;
use policy::time::{Date, UtcTime};
use std::hint::black_box;
use std::time::Duration;

/// Rows of the items; seven are closed to the police.
const ROWS: [u8; 20] = [1, 2, 3, 5, 6, 7, 9, 11, 12, 15, 17, 19, 21, 22, 26, 33, 34, 36, 18, 30];

struct Case {
    own: Agency,
    recipient: Recipient,
    agreements: Vec<Agreement>,
    case: policy::record::Case,
    people: Vec<Person>,
    permissions: Vec<Permission>,
    attestations: Vec<Attestation>,
    items: Vec<Item>,
    asked: Vec<ItemId>,
    now: UtcTime,
}

fn time(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap_or_default()
}

fn case() -> Case {
    let staff: StaffId = "spiffe://x/agency/own/staff/a".into();
    let case_id = CaseId(Id(1));
    let now = time("2026-11-21T12:00:00Z");
    let own = Agency {
        id: "own".into(),
        name: "County hospital".into(),
        sector: Sector::Hospital,
        state: Some(UsState::Va),
        capacities: Capacities {
            hipaa_covered: Some(true),
            ferpa_covered: Some(false),
            part2_program: Some(false),
            cfr23_system: Some(false),
            ..Capacities::default()
        },
        signed_by: Some(staff.clone()),
        signed_at: Some(time("2026-01-01T00:00:00Z")),
        telephone: "555-0100".into(),
    };
    let recipient = Recipient::Node(Peer {
        id: "sheriff".into(),
        name: "Sheriff".into(),
        sector: Sector::LawEnforcement,
        team_role: TeamRole::Core,
        capacities: Capacities::default(),
        confirmed: None,
        training_current_until: Some(time("2027-01-01T00:00:00Z")),
    });
    let agreements = vec![Agreement {
        id: AgreementId(Id(2)),
        with: "sheriff".into(),
        kinds: vec![AgreementKind::Participation],
        purposes: vec![Purpose::AvertSeriousThreat],
        rows: Vec::new(),
        from: time("2026-01-01T00:00:00Z"),
        until: time("2027-12-31T00:00:00Z"),
        countersigned_by: Some(staff.clone()),
        countersigned_at: Some(time("2026-01-02T00:00:00Z")),
        ended_at: None,
    }];
    let person = |id: u128, role, name: &str| Person {
        id: PersonId(Id(id)),
        case: case_id,
        roles: vec![role],
        names: vec![name.into()],
        date_of_birth: Date::parse("1990-05-17").ok(),
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient: Some(true),
        consented_to_own_care: None,
        law_enforcement_status: None,
        state: None,
    };
    let people = vec![
        person(10, PersonRole::PersonOfConcern, "Jordan Quillfeather"),
        person(11, PersonRole::Target, "Ana Petrova"),
        person(12, PersonRole::Reporter, "Bo Lindqvist"),
    ];
    let attestations = [
        "circumstances.serious_threat",
        "circumstances.imminent",
        "circumstances.good_faith_belief",
        "recipient.able_to_prevent_threat",
    ]
    .into_iter()
    .zip(30_u128..)
    .map(|(fact, id)| Attestation {
        id: AttestationId(Id(id)),
        case: case_id,
        fact: fact.into(),
        value: true,
        scope: AttestationScope::Case,
        reasons: "seen".into(),
        by: staff.clone(),
        role: attestable_fact(fact).map_or("", |a| a.roles[0]).into(),
        at: time("2026-11-21T09:00:00Z"),
        until: time("2026-11-24T09:00:00Z"),
    })
    .collect();
    let items: Vec<Item> = ROWS
        .into_iter()
        .zip(100_u128..)
        .filter_map(|(number, id)| {
            Some(Item {
                id: ItemId(Id(id)),
                case: case_id,
                row: Row::new(number).ok()?,
                labels: Vec::new(),
                record_kind: Some(RecordKind::Phi),
                obtained_via: ObtainedVia::Own,
                elements: vec![Element::StatementOfThreatOrCrime, Element::IncidentCircumstances],
                about: vec![About { person: PersonId(Id(10)), record_kind: None }],
                value: ItemValue::Text(
                    "On Tuesday a visitor said at the front desk that somebody would be hurt; two people heard it, and \
                     one of them wrote down the words at once and told the charge nurse."
                        .into(),
                ),
                own_of: vec![PermittedRecipient::Agency("sheriff".into())],
                statements: Vec::new(),
                provenance: Provenance {
                    recorded_by: staff.clone(),
                    recorded_at: time("2026-11-20T00:00:00Z"),
                    source: None,
                    received: None,
                    purposes: Vec::new(),
                    obligations: Vec::new(),
                    expires_at: None,
                },
                superseded_by: None,
                sealed_at: None,
                stale: None,
                commitment: None,
            })
        })
        .collect();
    let asked = items.iter().map(|i| i.id).collect();
    let case = policy::record::Case {
        id: case_id,
        team: TeamId(Id(3)),
        opened_at: time("2026-11-01T00:00:00Z"),
        opened_by: staff,
        exercise: false,
        setting: None,
        process: None,
    };
    Case {
        own,
        recipient,
        agreements,
        case,
        people,
        permissions: Vec::new(),
        attestations,
        items,
        asked,
        now,
    }
}

impl Case {
    fn ask(&self) -> Ask<'_> {
        Ask {
            setting: Setting {
                own: &self.own,
                recipient: &self.recipient,
                agreements: &self.agreements,
                state_rows: &[],
                case: &self.case,
                people: &self.people,
                permissions: &self.permissions,
                attestations: &self.attestations,
                documents: &[],
                profession: None,
                purpose: Purpose::AvertSeriousThreat,
                now: self.now,
            },
            items: &self.items,
            asked: &self.asked,
            schema: Schema::Summary(None),
            emergency: false,
            approval: None,
            aliases: &[],
            notes: &[],
        }
    }

    /// The same rules by hand: the serious-and-imminent test, the police column, names in texts.
    fn by_hand(&self) -> usize {
        let holds = |fact: &str| {
            self.attestations.iter().any(|a| {
                a.fact == fact && a.value && a.at <= self.now && self.now < a.until && a.case == self.case.id
            })
        };
        let covered = self.own.signed_by.is_some() && self.own.capacities.hipaa_covered == Some(true);
        let threat = holds("circumstances.serious_threat")
            && holds("circumstances.imminent")
            && holds("circumstances.good_faith_belief")
            && holds("recipient.able_to_prevent_threat");
        let agreed = self
            .agreements
            .iter()
            .any(|a| a.in_force(self.now) && a.purposes.contains(&Purpose::AvertSeriousThreat));
        let police = matches!(&self.recipient, Recipient::Node(p) if p.sector == Sector::LawEnforcement);
        self.items
            .iter()
            .filter(|item| {
                let lawful = match item.record_kind {
                    Some(RecordKind::Phi) => covered && threat,
                    Some(RecordKind::PersonalObservation) => !covered,
                    _ => false,
                };
                let cell = match item.row.number() {
                    19 | 26 | 33 | 34 | 36 | 40 => false,
                    1 | 39 => true,
                    18 | 25 | 27 | 30 | 31 | 38 => false,
                    _ => threat,
                };
                let names_nobody = match &item.value {
                    ItemValue::Text(text) => !self.people.iter().flat_map(|p| &p.names).any(|name| {
                        name.split(' ').any(|part| {
                            text.split(|c: char| !c.is_alphanumeric())
                                .any(|word| word.eq_ignore_ascii_case(part))
                        })
                    }),
                    _ => true,
                };
                lawful && cell && agreed && police && names_nobody
            })
            .count()
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    let door = Door::embedded();
    let case = case();
    let goes = |case: &Case| {
        door.decide(case.ask()).items().iter().filter(|i| i.outcome != Outcome::Withheld).count()
    };
    assert_eq!((goes(&case), case.by_hand()), (13, 13), "both ways let the same items go");
    let mut group = criterion.benchmark_group("share of 20 items");
    group.bench_function("decided", |b| b.iter(|| goes(black_box(&case))));
    group.bench_function("decided and explained", |b| {
        b.iter(|| door.decide(black_box(&case).ask()).explain().items.len());
    });
    group.bench_function("by hand", |b| b.iter(|| black_box(&case).by_hand()));
    group.finish();
    criterion.final_summary();
}

//! A small world to decide in: agencies, a case, people, items, and everything that can be signed or judged.

use policy::door::{Ask, Door, Outcome, Schema, ShareDecision};
use policy::facts::{Setting, attestable_fact};
use policy::id::*;
use policy::record::*;
use policy::share::Class;
use policy::time::{Date, UtcTime};

pub fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}
pub fn now() -> UtcTime {
    at("2026-11-21T12:00:00Z")
}
pub fn row(number: u8) -> Row {
    Row::new(number).unwrap()
}
pub fn staff() -> StaffId {
    "spiffe://x/agency/own/staff/a".into()
}

pub const SUBJECT: PersonId = PersonId(Id(1));
pub const TARGET: PersonId = PersonId(Id(2));
pub const REPORTER: PersonId = PersonId(Id(3));
pub const STUDENT: PersonId = PersonId(Id(4));
pub const CASE: CaseId = CaseId(Id(100));

#[derive(Clone)]
pub struct World {
    pub own: Agency,
    pub recipient: Recipient,
    pub agreements: Vec<Agreement>,
    pub state_rows: Vec<StateRow>,
    pub case: Case,
    pub people: Vec<Person>,
    pub permissions: Vec<Permission>,
    pub attestations: Vec<Attestation>,
    pub documents: Vec<Document>,
    pub purpose: Purpose,
    pub now: UtcTime,
    pub items: Vec<Item>,
    pub schema: Schema,
    pub emergency: bool,
    pub approval: Option<Approval>,
    pub aliases: Vec<(PersonId, String)>,
    next: u128,
}

pub fn bound_by_nothing() -> Capacities {
    Capacities {
        hipaa_covered: Some(false),
        ferpa_covered: Some(false),
        part2_program: Some(false),
        cfr23_system: Some(false),
        ..Capacities::default()
    }
}

pub fn person(id: PersonId, role: PersonRole, name: &str) -> Person {
    Person {
        id,
        case: CASE,
        roles: vec![role],
        names: vec![name.to_owned()],
        date_of_birth: Some(Date::parse("1990-05-17").unwrap()),
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient: None,
        consented_to_own_care: None,
        law_enforcement_status: None,
        state: None,
    }
}

impl World {
    /// A housing non-profit, bound by no federal regime, that has an agreement with a peer of this kind.
    pub fn new(sector: Sector, team_role: TeamRole, purpose: Purpose) -> Self {
        let own = Agency {
            id: "own".into(),
            name: "Own agency".into(),
            sector: Sector::CommunityOrg,
            state: None,
            capacities: bound_by_nothing(),
            signed_by: Some(staff()),
            signed_at: Some(at("2026-01-01T00:00:00Z")),
            telephone: "555-0100".into(),
        };
        let peer = Peer {
            id: "peer".into(),
            name: "Peer agency".into(),
            sector,
            team_role,
            capacities: bound_by_nothing(),
            confirmed: None,
            training_current_until: Some(at("2027-06-30T00:00:00Z")),
        };
        let mut world = Self {
            own,
            recipient: Recipient::Node(peer),
            agreements: Vec::new(),
            state_rows: Vec::new(),
            case: Case {
                id: CASE,
                team: TeamId(Id(9)),
                opened_at: at("2026-10-01T00:00:00Z"),
                opened_by: staff(),
                exercise: false,
                setting: None,
                process: None,
            },
            people: vec![
                person(SUBJECT, PersonRole::PersonOfConcern, "Jordan Quillfeather"),
                person(TARGET, PersonRole::Target, "Ana Petrova-Lindqvist"),
                person(REPORTER, PersonRole::Reporter, "Bo Li"),
                person(STUDENT, PersonRole::OtherStudent, "Sam Okonkwo"),
            ],
            permissions: Vec::new(),
            attestations: Vec::new(),
            documents: Vec::new(),
            purpose,
            now: now(),
            items: Vec::new(),
            schema: Schema::Summary(None),
            emergency: false,
            approval: None,
            aliases: [SUBJECT, TARGET, REPORTER, STUDENT]
                .into_iter()
                .enumerate()
                .map(|(n, p)| (p, format!("K{n}")))
                .collect(),
            next: 1000,
        };
        world.agree();
        world
    }

    pub fn id(&mut self) -> Id {
        self.next += 1;
        Id(self.next)
    }

    fn agree(&mut self) {
        let id = AgreementId(self.id());
        self.agreements.push(Agreement {
            id,
            with: "peer".into(),
            kinds: vec![AgreementKind::Participation],
            purposes: Purpose::ALL.to_vec(),
            rows: Vec::new(),
            from: at("2026-01-01T00:00:00Z"),
            until: at("2027-12-31T00:00:00Z"),
            countersigned_by: Some(staff()),
            countersigned_at: Some(at("2026-01-02T00:00:00Z")),
            ended_at: None,
        });
    }

    /// Somebody outside any node.
    pub fn reach_contact(&mut self, sector: Sector, person: Option<PersonId>) -> &mut Self {
        self.recipient = Recipient::Contact(Contact {
            id: ContactId(Id(55)),
            case: CASE,
            sector,
            team_role: TeamRole::None,
            person,
            of: None,
            capacities: Capacities::default(),
            name: "Somebody".into(),
        });
        self
    }

    pub fn peer(&mut self) -> &mut Peer {
        match &mut self.recipient {
            Recipient::Node(peer) => peer,
            _ => panic!("no peer"),
        }
    }

    pub fn person(&mut self, id: PersonId) -> &mut Person {
        self.people.iter_mut().find(|p| p.id == id).unwrap()
    }

    /// An item about these people; a plain record of our own.
    pub fn item(&mut self, number: u8, about: &[PersonId], value: ItemValue) -> ItemId {
        let id = ItemId(self.id());
        self.items.push(Item {
            id,
            case: CASE,
            row: row(number),
            labels: Vec::new(),
            record_kind: None,
            obtained_via: ObtainedVia::Own,
            elements: Vec::new(),
            about: about.iter().map(|p| About { person: *p, record_kind: None }).collect(),
            value,
            own_of: Vec::new(),
            statements: Vec::new(),
            provenance: Provenance {
                recorded_by: staff(),
                recorded_at: at("2026-11-01T00:00:00Z"),
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
        });
        id
    }

    pub fn text(&mut self, number: u8, text: &str) -> ItemId {
        self.item(number, &[SUBJECT], ItemValue::Text(text.into()))
    }

    pub fn last(&mut self) -> &mut Item {
        self.items.last_mut().unwrap()
    }

    /// A value that has every form its row can be asked for.
    pub fn value_for(number: u8) -> ItemValue {
        match number {
            7 | 14 => ItemValue::Place(Place {
                setting_kind: "school".into(),
                name: "North campus".into(),
                owned_by: Some("peer".into()),
                window: Some("Tuesday morning".into()),
            }),
            16 | 18 => ItemValue::Band(Band {
                model: "cstag 2".into(),
                original: "serious substantive".into(),
                band: "moderate".into(),
                decided_at: at("2026-11-20T00:00:00Z"),
                valid_until: at("2026-12-20T00:00:00Z"),
            }),
            25 | 39 => ItemValue::Code("engaged".into()),
            40 => ItemValue::Count(25),
            _ => ItemValue::Text("a plain sentence".into()),
        }
    }

    pub fn write_statements(&mut self) {
        for item in &mut self.items {
            for class in Class::ALL {
                item.statements.push(Statement {
                    class: class.as_str().into(),
                    text: format!("what {class} needs to know"),
                    by: staff(),
                    at: at("2026-11-02T00:00:00Z"),
                });
            }
        }
    }

    pub fn attest(&mut self, fact: &str, value: bool) {
        self.attest_in(fact, value, AttestationScope::Case, staff());
    }

    pub fn attest_in(&mut self, fact: &str, value: bool, scope: AttestationScope, by: StaffId) {
        let role = attestable_fact(fact).unwrap_or_else(|| panic!("{fact}")).roles[0];
        let id = AttestationId(self.id());
        self.attestations.push(Attestation {
            id,
            case: CASE,
            fact: fact.into(),
            value,
            scope,
            reasons: "seen".into(),
            by,
            role: role.into(),
            at: at("2026-11-21T09:00:00Z"),
            until: at("2027-11-21T09:00:00Z"),
        });
    }

    /// Serious and imminent, in good faith, and the recipient can prevent it.
    pub fn danger(&mut self) {
        for fact in [
            "circumstances.serious_threat",
            "circumstances.imminent",
            "circumstances.good_faith_belief",
            "circumstances.articulable_and_significant",
            "circumstances.emergency_ongoing",
            "recipient.able_to_prevent_threat",
        ] {
            self.attest(fact, true);
        }
    }

    pub fn consent(&mut self, person: PersonId, kind: PermissionKind) -> &mut Permission {
        let to = match &self.recipient {
            Recipient::Node(peer) => PermittedRecipient::Agency(peer.id.clone()),
            Recipient::Contact(contact) => PermittedRecipient::Contact(contact.id),
            Recipient::OwnTeam => PermittedRecipient::Sector(Sector::ThreatAssessmentTeam),
        };
        let id = PermissionId(self.id());
        self.permissions.push(Permission {
            id,
            case: CASE,
            person,
            kind,
            given_by: Signer::Subject,
            signed_at: Some(at("2026-11-01T00:00:00Z")),
            given_at: at("2026-11-01T00:00:00Z"),
            expires_at: Some(at("2027-03-31T00:00:00Z")),
            revoked_at: None,
            recipients: vec![to],
            record_kinds: RecordKind::ALL.to_vec(),
            elements: Vec::new(),
            rows: Row::all().collect(),
            purposes: Purpose::ALL.to_vec(),
            stands_alone: Some(true),
            tpo_all_future: None,
            evidence: None,
        });
        self.permissions.last_mut().unwrap()
    }

    pub fn order(&mut self, kind: LegalProcess, rows: impl IntoIterator<Item = u8>) -> &mut Document {
        let id = DocumentId(self.id());
        self.documents.push(Document {
            id,
            case: CASE,
            kind,
            issued_at: at("2026-11-10T00:00:00Z"),
            until: None,
            rows: rows.into_iter().map(row).collect(),
            persons: Vec::new(),
            recipients: Vec::new(),
            accompanying_subpoena: None,
            forbids_notice: None,
            evidence: None,
        });
        self.documents.last_mut().unwrap()
    }

    pub fn setting(&self) -> Setting<'_> {
        Setting {
            own: &self.own,
            recipient: &self.recipient,
            agreements: &self.agreements,
            state_rows: &self.state_rows,
            case: &self.case,
            people: &self.people,
            permissions: &self.permissions,
            attestations: &self.attestations,
            documents: &self.documents,
            profession: None,
            purpose: self.purpose,
            now: self.now,
        }
    }

    pub fn decide<'w>(&'w self, door: &'w Door, asked: &'w [ItemId]) -> ShareDecision<'w> {
        door.decide(Ask {
            setting: self.setting(),
            items: &self.items,
            asked,
            schema: self.schema.clone(),
            emergency: self.emergency,
            approval: self.approval.as_ref(),
            aliases: &self.aliases,
            notes: &[],
        })
    }

    /// An approval of everything that would go now.
    pub fn approve(&mut self, door: &Door) {
        self.approval = None;
        let asked = self.ids();
        let items = self.decide(door, &asked).to_approve();
        let id = ProposalId(self.id());
        self.approval = Some(Approval {
            proposal: id,
            by: staff(),
            at: self.now,
            until: None,
            recipient: ApprovedRecipient::of(&self.recipient),
            purpose: self.purpose,
            items,
        });
    }

    pub fn ids(&self) -> Vec<ItemId> {
        self.items.iter().map(|i| i.id).collect()
    }

    /// Outcome and reasons of the only item.
    pub fn judge(&self, door: &Door) -> (Outcome, Vec<String>) {
        let asked = self.ids();
        let decision = self.decide(door, &asked);
        let item = &decision.items()[0];
        (item.outcome, item.reasons.iter().map(|r| r.text(door.matrix())).collect())
    }
}

/// A world in which a recipient of this class is reached, and the law lets everything of ours pass.
pub fn world_for(class: Class) -> World {
    use Purpose as P;
    let node = |sector, role, purpose| World::new(sector, role, purpose);
    match class {
        Class::Cor => {
            let mut world = node(Sector::ThreatAssessmentTeam, TeamRole::Core, P::ThreatAssessment);
            world.recipient = Recipient::OwnTeam;
            world
        }
        Class::Per => node(Sector::ThreatAssessmentTeam, TeamRole::Core, P::ThreatAssessment),
        Class::Aff => node(Sector::Faith, TeamRole::Affiliate, P::ThreatAssessment),
        Class::Prv => node(Sector::MentalHealthProvider, TeamRole::None, P::Treatment),
        Class::Cbo => node(Sector::CommunityOrg, TeamRole::CommunityPartner, P::CareCoordination),
        Class::Le => node(Sector::LawEnforcement, TeamRole::Core, P::ThreatAssessment),
        Class::Crd => node(Sector::Coordinator, TeamRole::Coordinator, P::EvaluationMetrics),
        Class::Crt => node(Sector::Prosecutor, TeamRole::Core, P::LegalProceeding),
        Class::Aut => node(Sector::ChildProtectiveServices, TeamRole::None, P::AbuseReport),
        Class::Tgt | Class::Par | Class::Sub | Class::Fam => {
            let mut world = node(Sector::Hospital, TeamRole::None, P::AvertSeriousThreat);
            match class {
                Class::Tgt => world.reach_contact(Sector::TargetOfThreat, Some(TARGET)),
                Class::Par => {
                    world.person(SUBJECT).date_of_birth = Date::parse("2012-01-01").ok();
                    world.reach_contact(Sector::Parent, None)
                }
                Class::Fam => world.reach_contact(Sector::FamilyOrFriend, None),
                _ => {
                    world.purpose = P::PersonalAccess;
                    world.reach_contact(Sector::GeneralPublic, Some(SUBJECT))
                }
            };
            world
        }
    }
}

//! The stories without nodes: every share is decided by `policy` from records built as the staff service would build them.
//! What law and matrix say is settled here, before any process is started.

use super::cast::{AgencySpec, REGION, Who};
use super::script::{
    self, Answers, Entry, Expect, How, Key, Record, Scope, Share, Step, Story, Target, Value,
};
use super::story;
use policy::door::{Ask, Door, Emergency, Outcome, Schema};
use policy::facts::{Setting, attestable_fact};
use policy::id::{
    AgencyId, AgreementId, AttestationId, CaseId, ContactId, DocumentId, Id, ItemId, MessageId, PermissionId,
    PersonId, StaffId, TeamId,
};
use policy::law::state_tables::{DutyToWarn, duty_to_warn_of};
use policy::record as r;
use policy::share::packets::PacketName;
use policy::time::{Date, UtcTime};
use std::collections::{BTreeMap, HashMap};

fn now() -> UtcTime {
    UtcTime::parse("2026-11-21T18:00:00Z").unwrap()
}

fn staff(who: Who) -> StaffId {
    StaffId(format!("spiffe://{}/agency/{}/staff/{}", REGION.trust_domain, who.agency, who.name))
}

fn word<T>(word: &str, from: impl Fn(&str) -> Option<T>) -> T {
    from(word).unwrap_or_else(|| panic!("`{word}` is no word of the vocabulary"))
}

fn words<T>(words: &[&str], from: impl Fn(&str) -> Option<T>) -> Vec<T> {
    words.iter().map(|w| word(w, &from)).collect()
}

fn capacities(spec: &AgencySpec) -> r::Capacities {
    r::Capacities {
        hipaa_covered: Some(spec.hipaa_covered),
        ferpa_covered: Some(spec.ferpa_covered),
        part2_program: Some(spec.part2_program),
        cfr23_system: Some(false),
        state_designated_nics_reporter: Some(false),
        statutory_threat_assessment_team: Some(false),
        victim_service: Some(false),
        ..Default::default()
    }
}

fn own(agency: &str) -> r::Agency {
    let spec = REGION.agency(agency).unwrap();
    r::Agency {
        id: AgencyId(agency.into()),
        name: spec.name.into(),
        sector: word(spec.sector, r::Sector::from_word),
        state: r::UsState::from_word(REGION.state),
        capacities: capacities(spec),
        signed_by: spec.first_with("privacy_officer").map(staff),
        signed_at: Some(now().plus_days(-1)),
        telephone: spec.telephone.into(),
    }
}

fn peer(agency: &str) -> r::Peer {
    let spec = REGION.agency(agency).unwrap();
    r::Peer {
        id: AgencyId(agency.into()),
        name: spec.name.into(),
        sector: word(spec.sector, r::Sector::from_word),
        team_role: word(spec.team_role, r::TeamRole::from_word),
        capacities: capacities(spec),
        confirmed: None,
        training_current_until: Some(now().plus_days(300)),
    }
}

fn agreements(of: &str) -> Vec<r::Agreement> {
    REGION
        .agreements
        .iter()
        .filter(|a| a.between.contains(&of))
        .map(|a| r::Agreement {
            id: AgreementId(Id(1)),
            with: AgencyId(a.between.iter().find(|id| **id != of).unwrap().to_string()),
            kinds: vec![r::AgreementKind::Participation],
            purposes: words(a.purposes, r::Purpose::from_word),
            rows: vec![],
            from: now().plus_days(-1),
            until: now().plus_days(300),
            countersigned_by: Some(StaffId("officer".into())),
            countersigned_at: Some(now().plus_days(-1)),
            ended_at: None,
        })
        .collect()
}

/// One case while the story goes on.
struct Case {
    agency: &'static str,
    case: r::Case,
    people: Vec<r::Person>,
    contacts: Vec<r::Contact>,
    items: Vec<r::Item>,
    permissions: Vec<r::Permission>,
    attestations: Vec<r::Attestation>,
    documents: Vec<r::Document>,
}

#[derive(Default)]
struct Stage {
    ids: HashMap<(Key, Key), Id>,
    cases: BTreeMap<Key, Case>,
    state_rows: BTreeMap<&'static str, Vec<r::StateRow>>,
    shares: BTreeMap<Key, (Key, &'static str, r::Purpose, Vec<ItemId>)>,
    problems: Vec<String>,
}

impl Stage {
    fn id(&mut self, case: Key, key: Key) -> Id {
        let next = Id(1000 + self.ids.len() as u128);
        *self.ids.entry((case, key)).or_insert(next)
    }

    fn recipients(&mut self, case: Key, agencies: &[&str], contacts: &[Key]) -> Vec<r::PermittedRecipient> {
        let agencies = agencies.iter().map(|a| r::PermittedRecipient::Agency(AgencyId((*a).into())));
        let mut all: Vec<_> = agencies.collect();
        for contact in contacts {
            all.push(r::PermittedRecipient::Contact(ContactId(self.id(case, contact))));
        }
        all
    }

    fn value(value: Value) -> r::ItemValue {
        match value {
            Value::Text(text) => r::ItemValue::Text(text.into()),
            Value::Code(code) => r::ItemValue::Code(code.into()),
            Value::Count(count) => r::ItemValue::Count(count),
            Value::Nothing => panic!("an item needs content"),
            Value::Band(model, original, band, days) => r::ItemValue::Band(r::Band {
                model: model.into(),
                original: original.into(),
                band: band.into(),
                decided_at: now(),
                valid_until: now().plus_days(days),
            }),
            Value::Place(setting_kind, name, owner, window) => r::ItemValue::Place(r::Place {
                setting_kind: setting_kind.into(),
                name: name.into(),
                owned_by: (!owner.is_empty()).then(|| AgencyId(owner.into())),
                window: (!window.is_empty()).then(|| window.into()),
            }),
        }
    }

    fn record(&mut self, record: &Record) {
        for entry in &record.entries {
            self.entry(record.case, record.by, entry);
        }
    }

    fn entry(&mut self, case_key: Key, by: Who, entry: &Entry) {
        let case_id = self.cases[case_key].case.id;
        match entry {
            Entry::Person(p) => {
                let person = r::Person {
                    id: PersonId(self.id(case_key, p.key)),
                    case: case_id,
                    roles: words(p.roles, r::PersonRole::from_word),
                    names: p.names.iter().map(|n| (*n).to_owned()).collect(),
                    date_of_birth: (!p.born.is_empty()).then(|| Date::parse(p.born).unwrap()),
                    is_student: p.is_student,
                    attends_postsecondary: p.attends_postsecondary,
                    is_patient: p.is_patient,
                    consented_to_own_care: None,
                    law_enforcement_status: None,
                    state: None,
                };
                self.case(case_key).people.push(person);
            }
            Entry::Contact(c) => {
                let person = (!c.person.is_empty()).then(|| PersonId(self.id(case_key, c.person)));
                let contact = r::Contact {
                    id: ContactId(self.id(case_key, c.key)),
                    case: case_id,
                    sector: word(c.sector, r::Sector::from_word),
                    team_role: r::TeamRole::None,
                    person,
                    of: None,
                    capacities: r::Capacities::default(),
                    name: c.name.into(),
                };
                self.case(case_key).contacts.push(contact);
            }
            Entry::Item(i) => {
                let item = self.item(case_key, case_id, by, i);
                self.case(case_key).items.push(item);
            }
            Entry::Statement { item, class, text } => {
                let id = ItemId(self.id(case_key, item));
                let items = &mut self.case(case_key).items;
                items.iter_mut().find(|i| i.id == id).unwrap().statements.push(r::Statement {
                    class: (*class).into(),
                    text: (*text).into(),
                    by: staff(by),
                    at: now(),
                });
            }
            Entry::Permission(p) => {
                let permission = r::Permission {
                    id: PermissionId(self.id(case_key, p.key)),
                    case: case_id,
                    person: PersonId(self.id(case_key, p.person)),
                    kind: word(p.kind, r::PermissionKind::from_word),
                    given_by: word(p.given_by, r::Signer::from_word),
                    signed_at: Some(now().plus_minutes(-60)),
                    given_at: now().plus_minutes(-60),
                    expires_at: Some(now().plus_days(p.days)),
                    revoked_at: None,
                    recipients: self.recipients(case_key, p.agencies, p.contacts),
                    record_kinds: words(p.record_kinds, r::RecordKind::from_word),
                    elements: vec![],
                    rows: p.rows.iter().map(|row| r::Row::new(*row).unwrap()).collect(),
                    purposes: words(p.purposes, r::Purpose::from_word),
                    stands_alone: None,
                    tpo_all_future: None,
                    evidence: None,
                };
                self.case(case_key).permissions.push(permission);
            }
            Entry::Attest(a) => {
                let row = attestable_fact(a.fact).unwrap_or_else(|| panic!("{} cannot be attested", a.fact));
                assert!(row.roles.contains(&a.role), "{} is not attested as {}", a.fact, a.role);
                let scope = match a.scope {
                    Scope::Case => r::AttestationScope::Case,
                    Scope::Person(key) => r::AttestationScope::Person(PersonId(self.id(case_key, key))),
                    Scope::Item(key) => r::AttestationScope::Item(ItemId(self.id(case_key, key))),
                    Scope::Agency(id) => r::AttestationScope::Agency(AgencyId(id.into())),
                    Scope::Contact(key) => r::AttestationScope::Contact(ContactId(self.id(case_key, key))),
                };
                let case = self.case(case_key);
                case.attestations.push(r::Attestation {
                    id: AttestationId(Id(case.attestations.len() as u128)),
                    case: case_id,
                    fact: a.fact.into(),
                    value: a.value,
                    scope,
                    reasons: a.reasons.into(),
                    by: staff(by),
                    role: a.role.into(),
                    at: now(),
                    until: now().plus_minutes(row.hours * 60),
                });
            }
            Entry::Document(d) => {
                let document = r::Document {
                    id: DocumentId(self.id(case_key, d.key)),
                    case: case_id,
                    kind: word(d.kind, r::LegalProcess::from_word),
                    issued_at: now().plus_minutes(-60),
                    until: Some(now().plus_days(d.days)),
                    rows: d.rows.iter().map(|row| r::Row::new(*row).unwrap()).collect(),
                    recipients: self.recipients(case_key, d.agencies, d.contacts),
                    persons: Vec::new(),
                    accompanying_subpoena: None,
                    forbids_notice: Some(false),
                    evidence: None,
                };
                self.case(case_key).documents.push(document);
            }
        }
    }

    fn item(&mut self, case_key: Key, case: CaseId, by: Who, i: &script::Item) -> r::Item {
        let mut about = Vec::new();
        for (person, kind) in i.about {
            about.push(r::About {
                person: PersonId(self.id(case_key, person)),
                record_kind: (!kind.is_empty()).then(|| word(kind, r::RecordKind::from_word)),
            });
        }
        let agencies: &[&str] = if i.own_of_agency.is_empty() { &[] } else { &[i.own_of_agency] };
        let contacts: &[Key] = if i.own_of_contact.is_empty() { &[] } else { &[i.own_of_contact] };
        r::Item {
            id: ItemId(self.id(case_key, i.key)),
            case,
            row: r::Row::new(i.row).unwrap(),
            labels: words(i.labels, r::Label::from_word),
            record_kind: Some(word(i.kind, r::RecordKind::from_word)),
            obtained_via: r::ObtainedVia::Own,
            elements: words(i.elements, r::Element::from_word),
            about,
            value: Self::value(i.value),
            own_of: self.recipients(case_key, agencies, contacts),
            statements: vec![],
            provenance: r::Provenance {
                recorded_by: staff(by),
                recorded_at: now(),
                source: None,
                received: None,
                purposes: vec![],
                obligations: vec![],
                expires_at: None,
            },
            superseded_by: None,
            sealed_at: None,
            stale: None,
            commitment: None,
        }
    }

    fn case(&mut self, key: Key) -> &mut Case {
        self.cases.get_mut(key).unwrap_or_else(|| panic!("case {key} is not open"))
    }

    fn share(&mut self, s: &Share) {
        let recipient = match s.to {
            Target::Agency(id) => r::Recipient::Node(peer(id)),
            Target::Contact(key) => {
                let id = ContactId(self.id(s.case, key));
                let contacts = &self.case(s.case).contacts;
                r::Recipient::Contact(contacts.iter().find(|c| c.id == id).expect("contact").clone())
            }
        };
        if let How::Emergency(answers) = s.how {
            self.answers(s.case, s.by, &recipient, answers);
        }
        let emergency = matches!(s.how, How::Emergency(_));
        let packet = (!s.packet.is_empty()).then(|| word(s.packet, PacketName::from_word));
        let purpose = word(s.purpose, r::Purpose::from_word);
        self.decide(
            s.key,
            s.case,
            s.by,
            &recipient,
            purpose,
            Schema::Summary(packet),
            s.items,
            emergency,
            &s.expect,
        );
        for key in s.mandatory {
            assert!(s.expect.iter().any(|(k, e)| k == key && !matches!(e, Expect::Withheld(_))), "{key}");
        }
    }

    fn answers(&mut self, case: Key, by: Who, recipient: &r::Recipient, a: Answers) {
        let emergency = Emergency {
            who_is_at_risk: a.who_is_at_risk.into(),
            what_makes_it_imminent: a.what_makes_it_imminent.into(),
            known_first_hand: a.known_first_hand.into(),
            who_can_prevent_it: a.who_can_prevent_it.into(),
            what_they_must_know: a.what_they_must_know.into(),
        };
        let id = self.case(case).case.id;
        let ids = || AttestationId(Id(7));
        let made = emergency.attestations(id, recipient, &staff(by), "member", now(), ids).unwrap();
        self.case(case).attestations.extend(made);
    }

    #[expect(clippy::too_many_arguments, reason = "one share in full")]
    fn decide(
        &mut self,
        what: Key,
        case_key: Key,
        by: Who,
        recipient: &r::Recipient,
        purpose: r::Purpose,
        schema: Schema,
        extra: &[Key],
        emergency: bool,
        expect: &[(Key, Expect)],
    ) {
        let extra: Vec<ItemId> = extra.iter().map(|key| ItemId(self.id(case_key, key))).collect();
        let expect: Vec<(ItemId, Key, Expect)> =
            expect.iter().map(|(key, e)| (ItemId(self.id(case_key, key)), *key, *e)).collect();
        let case = &self.cases[case_key];
        assert_eq!(case.agency, by.agency, "{what}: {} asks in the case of {}", by.agency, case.agency);
        let mut asked: Vec<ItemId> = match schema {
            Schema::Summary(Some(name)) => {
                policy::share::packets::packet(name).select(&case.items).iter().map(|i| i.id).collect()
            }
            _ => Vec::new(),
        };
        for id in extra {
            if !asked.contains(&id) {
                asked.push(id);
            }
        }
        let (own, agreements) = (own(case.agency), agreements(case.agency));
        let rows = self.state_rows.get(case.agency).cloned().unwrap_or_default();
        let setting = Setting {
            own: &own,
            recipient,
            agreements: &agreements,
            state_rows: &rows,
            case: &case.case,
            people: &case.people,
            permissions: &case.permissions,
            attestations: &case.attestations,
            documents: &case.documents,
            profession: None,
            purpose,
            now: now().plus_minutes(1),
        };
        let ask = Ask {
            setting,
            items: &case.items,
            asked: &asked,
            schema,
            emergency,
            approval: None,
            aliases: &[],
            notes: &[],
        };
        let door = Door::embedded();
        let decision = door.decide(ask);
        let mut problems = Vec::new();
        for stop in decision.stops() {
            let text = stop.to_string();
            if !text.contains("has to approve it first") {
                problems.push(format!("{what}: stopped: {text}"));
            }
        }
        for decided in decision.items() {
            let Some((_, key, expected)) = expect.iter().find(|(id, ..)| *id == decided.item) else {
                problems.push(format!(
                    "{what}: item {:?} of row {:?} was not expected",
                    decided.item, decided.row
                ));
                continue;
            };
            let explained = decision.explain_item(decided);
            let citations: Vec<String> =
                explained.law.iter().flat_map(|(_, l)| l.basis.iter().cloned()).collect();
            let said =
                format!("{} {} {:?}", explained.reasons.join("; "), citations.join("; "), explained.law);
            let found = match expected {
                Expect::Whole(basis) => decided.outcome == Outcome::Whole && cites(&citations, basis),
                Expect::Form(form, basis) => {
                    matches!(decided.outcome, Outcome::Form(f) if f.as_str() == *form)
                        && cites(&citations, basis)
                }
                Expect::Withheld(because) => {
                    decided.outcome == Outcome::Withheld
                        && said.to_lowercase().contains(&because.to_lowercase())
                }
            };
            if !found {
                problems.push(format!(
                    "{what}: {key} expected {expected:?}, found {:?}: {} | {} | {:?}",
                    decided.outcome,
                    explained.reasons.join("; "),
                    citations.join("; "),
                    explained.cells,
                ));
            }
        }
        for (id, key, _) in &expect {
            if !decision.items().iter().any(|d| d.item == *id) {
                problems.push(format!("{what}: {key} was not asked for"));
            }
        }
        self.problems.extend(problems);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Open(o) => {
                let case = r::Case {
                    id: CaseId(self.id(o.case, o.case)),
                    team: TeamId(Id(5)),
                    opened_at: now(),
                    opened_by: staff(o.by),
                    exercise: false,
                    setting: (!o.setting.is_empty()).then(|| o.setting.to_owned()),
                    process: None,
                };
                let (people, contacts, items) = (vec![], vec![], vec![]);
                let (permissions, attestations, documents) = (vec![], vec![], vec![]);
                let agency = o.by.agency;
                let new =
                    Case { agency, case, people, contacts, items, permissions, attestations, documents };
                assert!(self.cases.insert(o.case, new).is_none(), "case {} is opened twice", o.case);
            }
            Step::Record(record) => self.record(record),
            Step::Share(share) => self.share(share),
            Step::ConfirmState(c) => self.state_rows.entry(c.by.agency).or_default().push(r::StateRow {
                state: word(c.state, r::UsState::from_word),
                logic: word(c.logic, r::DutyLogic::from_word),
                closed_recipients: vec![],
                confirmed_by: staff(c.by),
                confirmed_at: now(),
                until: now().plus_days(c.days),
                row: duty_to_warn_of(c.state).map(DutyToWarn::version).unwrap_or_default(),
                authority: String::new(),
            }),
            Step::Request(q) => {
                let recipient = r::Recipient::Node(peer(q.to));
                if let Some(answers) = q.emergency {
                    self.answers(q.case, q.by, &recipient, answers);
                }
                let purpose = word(q.purpose, r::Purpose::from_word);
                let emergency = q.emergency.is_some();
                self.decide(
                    q.key,
                    q.case,
                    q.by,
                    &recipient,
                    purpose,
                    Schema::Request,
                    q.describing,
                    emergency,
                    &q.expect,
                );
                self.shares.insert(q.key, (q.case, q.by.agency, purpose, vec![]));
            }
            Step::Answer(a) => {
                if !a.items.is_empty() {
                    let (_, asker, purpose, _) = self.shares[a.request].clone();
                    let recipient = r::Recipient::Node(peer(asker));
                    let schema = Schema::Answer(MessageId(Id(9)));
                    self.decide(
                        a.request, a.case, a.by, &recipient, purpose, schema, a.items, false, &a.expect,
                    );
                }
            }
            Step::Tell(_)
            | Step::Approve(_)
            | Step::Receive(_)
            | Step::Review(_)
            | Step::Revoke(_)
            | Step::SameAnswers(_)
            | Step::Trace(_)
            | Step::NotArrived { .. }
            | Step::Account(_)
            // what the process says of these is settled in `rehearsal_process`
            | Step::Act(_)
            | Step::Refused(_)
            | Step::Days(..)
            | Step::Agenda(_)
            | Step::History(_)
            | Step::Outdated(_)
            | Step::AnswerReferral(_)
            | Step::Kill { .. }
            | Step::Start { .. }
            | Step::RosterLapses { .. }
            | Step::RosterRenewed { .. } => {}
        }
    }
}

fn cites(citations: &[String], basis: &str) -> bool {
    basis.is_empty() || citations.iter().any(|c| c.starts_with(basis))
}

fn rehearse(story: &Story) -> Vec<String> {
    if super::rehearsal_process::goes_by_the_process(story) {
        return Vec::new();
    }
    let mut stage = Stage::default();
    for step in &story.steps {
        stage.step(step);
    }
    stage.problems.into_iter().map(|p| format!("{}: {p}", story.name)).collect()
}

#[test]
fn law_and_matrix_answer_every_story_as_it_is_told() {
    let problems: Vec<String> = story::all().iter().flat_map(rehearse).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

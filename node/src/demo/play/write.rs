//! Opening cases and writing into them.

use super::{CaseOpened, Player};
use crate::demo::DemoError;
use crate::demo::cast::Who;
use crate::demo::report::StepReport;
use crate::demo::script::{ConfirmState, Entry, Item, Key, Open, Record, Scope, Value};
use crate::demo::staff::Staff;
use policy::time::UtcTime;
use proto::agency::v1 as api;

/// Minutes before now at which things were signed and issued.
const SIGNED_MINUTES_AGO: i64 = 5;

impl Player<'_> {
    pub(super) async fn open(&mut self, open: &Open) -> Result<(), DemoError> {
        let team_id = self.teams.get(open.by.agency).cloned();
        let team_id = team_id.ok_or_else(|| self.missing("team of agency", open.by.agency))?;
        let setting = open.setting.to_owned();
        let request = api::OpenCaseRequest { team_id, setting, ..Default::default() };
        let case = self.staff(open.by)?.open_case(request).await?;
        let opened = CaseOpened { agency: open.by.agency, by: open.by, id: case.id };
        self.cases_opened.push(opened.clone());
        self.scene.cases.insert(open.case, opened);
        Ok(())
    }

    pub(super) async fn record(&mut self, record: &Record, done: &mut StepReport) -> Result<(), DemoError> {
        let staff = self.staff(record.by)?;
        for entry in &record.entries {
            self.entry(record.case, record.by, &staff, entry).await?;
        }
        let count = |is: fn(&Entry) -> bool| record.entries.iter().filter(|entry| is(entry)).count();
        let written = [
            ("people", count(|e| matches!(e, Entry::Person(_)))),
            ("contacts", count(|e| matches!(e, Entry::Contact(_)))),
            ("items", count(|e| matches!(e, Entry::Item(_)))),
            ("statements", count(|e| matches!(e, Entry::Statement { .. }))),
            ("consents", count(|e| matches!(e, Entry::Permission(_)))),
            ("attestations", count(|e| matches!(e, Entry::Attest(_)))),
            ("legal instruments", count(|e| matches!(e, Entry::Document(_)))),
        ];
        let written: Vec<String> =
            written.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what}: {n}")).collect();
        done.lines.push(format!("written: {}", written.join(", ")));
        Ok(())
    }

    async fn entry(&mut self, case: Key, by: Who, staff: &Staff, entry: &Entry) -> Result<(), DemoError> {
        let case_id = self.case(case)?.id;
        let made = match entry {
            Entry::Person(p) => {
                let person = api::Person {
                    case_id,
                    roles: owned(p.roles),
                    names: owned(p.names),
                    date_of_birth: p.born.to_owned(),
                    is_student: p.is_student,
                    attends_postsecondary: p.attends_postsecondary,
                    is_patient: p.is_patient,
                    ..Default::default()
                };
                let made = staff.add_person(api::AddPersonRequest { person: Some(person) }).await?;
                Some((p.key, made.id))
            }
            Entry::Contact(c) => {
                let person_id = if c.person.is_empty() { String::new() } else { self.id(case, c.person)? };
                let (sector, name) = (c.sector.to_owned(), c.name.to_owned());
                let contact = api::Contact { case_id, sector, person_id, name, ..Default::default() };
                let made = staff.add_contact(api::AddContactRequest { contact: Some(contact) }).await?;
                Some((c.key, made.id))
            }
            Entry::Item(i) => {
                let item = Some(self.item(case, case_id, i)?);
                let made = staff.add_item(api::AddItemRequest { item, ..Default::default() }).await?;
                Some((i.key, made.id))
            }
            Entry::Statement { item, class, text } => {
                let request = api::AddStatementRequest {
                    case_id,
                    item_id: self.id(case, item)?,
                    class: (*class).to_owned(),
                    text: (*text).to_owned(),
                };
                staff.add_statement(request).await?;
                None
            }
            Entry::Permission(p) => {
                let permission = api::Permission {
                    case_id,
                    person_id: self.id(case, p.person)?,
                    kind: p.kind.to_owned(),
                    given_by: p.given_by.to_owned(),
                    signed_at: self.now().plus_minutes(-SIGNED_MINUTES_AGO).to_string(),
                    expires_at: self.in_days(p.days),
                    recipients: self.named(case, p.agencies, p.contacts)?,
                    record_kinds: owned(p.record_kinds),
                    rows: rows(p.rows),
                    purposes: owned(p.purposes),
                    evidence: format!("paper form in the file of {}", by.agency),
                    ..Default::default()
                };
                let permission = Some(permission);
                let made = staff.record_permission(api::RecordPermissionRequest { permission }).await?;
                Some((p.key, made.id))
            }
            Entry::Attest(a) => {
                let request = api::AttestRequest {
                    case_id,
                    fact: a.fact.to_owned(),
                    value: a.value,
                    scope: Some(self.scope(case, a.scope)?),
                    reasons: a.reasons.to_owned(),
                    role: a.role.to_owned(),
                    until: String::new(),
                };
                staff.attest(request).await?;
                None
            }
            Entry::Document(d) => {
                let document = api::Document {
                    case_id,
                    kind: d.kind.to_owned(),
                    issued_at: self.now().plus_minutes(-SIGNED_MINUTES_AGO).to_string(),
                    until: self.in_days(d.days),
                    rows: rows(d.rows),
                    recipients: self.named(case, d.agencies, d.contacts)?,
                    evidence: format!("certified copy in the file of {}", by.agency),
                    ..Default::default()
                };
                let made = staff.add_document(api::AddDocumentRequest { document: Some(document) }).await?;
                Some((d.key, made.id))
            }
        };
        if let Some((key, id)) = made {
            self.scene.ids.insert((case, key), id);
        }
        Ok(())
    }

    fn item(&self, case: Key, case_id: String, i: &Item) -> Result<api::Item, DemoError> {
        let mut about = Vec::new();
        for (person, kind) in i.about {
            about.push(api::About { person_id: self.id(case, person)?, record_kind: (*kind).to_owned() });
        }
        let agencies: &[&str] = if i.own_of_agency.is_empty() { &[] } else { &[i.own_of_agency] };
        let contacts: &[Key] = if i.own_of_contact.is_empty() { &[] } else { &[i.own_of_contact] };
        Ok(api::Item {
            case_id,
            row: i.row.into(),
            labels: owned(i.labels),
            record_kind: i.kind.to_owned(),
            elements: owned(i.elements),
            about,
            value: Some(value(i.value, self.now())),
            own_of: self.named(case, agencies, contacts)?,
            ..Default::default()
        })
    }

    fn named(
        &self,
        case: Key,
        agencies: &[&str],
        contacts: &[Key],
    ) -> Result<Vec<api::PermittedRecipient>, DemoError> {
        let agencies = agencies
            .iter()
            .map(|agency| Ok(api::PermittedRecipient { agency: (*agency).to_owned(), ..Default::default() }));
        let contacts = contacts.iter().map(|contact| {
            Ok(api::PermittedRecipient { contact: self.id(case, contact)?, ..Default::default() })
        });
        agencies.chain(contacts).collect()
    }

    fn scope(&self, case: Key, scope: Scope) -> Result<api::AttestationScope, DemoError> {
        let none = api::AttestationScope::default();
        Ok(match scope {
            Scope::Case => none,
            Scope::Person(key) => api::AttestationScope { person_id: self.id(case, key)?, ..none },
            Scope::Item(key) => api::AttestationScope { item_id: self.id(case, key)?, ..none },
            Scope::Agency(agency) => api::AttestationScope { agency: agency.to_owned(), ..none },
            Scope::Contact(key) => api::AttestationScope { contact_id: self.id(case, key)?, ..none },
        })
    }

    pub(super) async fn confirm_state(&mut self, confirm: &ConfirmState) -> Result<(), DemoError> {
        let request = api::ConfirmStateRowRequest {
            state: confirm.state.to_owned(),
            logic: confirm.logic.to_owned(),
            closed_recipients: Vec::new(),
            until: self.in_days(confirm.days),
            as_counsel: true,
        };
        self.staff(confirm.by)?.confirm_state_row(request).await.map(drop)
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn rows(rows: &[u8]) -> Vec<u32> {
    rows.iter().copied().map(u32::from).collect()
}

fn value(value: Value, now: UtcTime) -> api::ItemValue {
    let none = api::ItemValue::default();
    match value {
        Value::Text(text) => api::ItemValue { text: Some(text.to_owned()), ..none },
        Value::Code(code) => api::ItemValue { code: Some(code.to_owned()), ..none },
        Value::Count(count) => api::ItemValue { count: Some(count), ..none },
        Value::Nothing => none,
        Value::Band(model, original, band, days) => {
            let band = api::Band {
                model: model.to_owned(),
                original: original.to_owned(),
                band: band.to_owned(),
                decided_at: now.to_string(),
                valid_until: now.plus_days(days).to_string(),
            };
            api::ItemValue { band: Some(band), ..none }
        }
        Value::Place(setting_kind, name, owned_by, window) => {
            let place = api::Place {
                setting_kind: setting_kind.to_owned(),
                name: name.to_owned(),
                owned_by: owned_by.to_owned(),
                window: window.to_owned(),
            };
            api::ItemValue { place: Some(place), ..none }
        }
    }
}

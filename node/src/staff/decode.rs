//! From the staff API's messages to records: words, times and ids read strictly, each mistake named by its field.

use crate::app::{AppResult, To, invalid};
use policy::door::Emergency;
use policy::id::{AgencyId, Id};
use policy::record::{
    About, AttestationScope, Band, Capacities, Contact, Document, Item, ItemValue, Permission,
    PermittedRecipient, Person, Place, Provenance, Row,
};
use policy::time::{Date, UtcTime};
use proto::agency::v1;

/// Reads an enum of the vocabulary, naming the words there are.
macro_rules! word {
    ($kind:ty, $field:literal, $text:expr) => {
        <$kind>::from_word($text).ok_or_else(|| {
            let known: Vec<&str> = <$kind>::ALL.iter().map(|w| w.as_str()).collect();
            $crate::app::invalid($field, format!("is not one of these words: {}", known.join(", ")))
        })
    };
}
pub(super) use word;

/// Reads a list of words.
macro_rules! words {
    ($kind:ty, $field:literal, $list:expr) => {
        $list
            .iter()
            .map(|text| $crate::staff::decode::word!($kind, $field, text))
            .collect::<AppResult<Vec<_>>>()
    };
}
pub(super) use words;

/// Reads a word that may be left out.
macro_rules! optional_word {
    ($kind:ty, $field:literal, $text:expr) => {
        if $text.is_empty() { Ok(None) } else { $crate::staff::decode::word!($kind, $field, $text).map(Some) }
    };
}
pub(super) use optional_word;

/// An identifier.
///
/// # Errors
/// [`AppError::Invalid`] when it is not 32 hex digits.
pub fn id<T: From<Id>>(field: &'static str, text: &str) -> AppResult<T> {
    text.trim().parse::<Id>().map(T::from).map_err(|e| invalid(field, e.to_string()))
}

/// An identifier that may be left out.
///
/// # Errors
/// As [`id`].
pub fn optional_id<T: From<Id>>(field: &'static str, text: &str) -> AppResult<Option<T>> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// Identifiers.
///
/// # Errors
/// As [`id`].
pub fn ids<T: From<Id>>(field: &'static str, all: &[String]) -> AppResult<Vec<T>> {
    all.iter().map(|text| id(field, text)).collect()
}

/// A time.
///
/// # Errors
/// [`AppError::Invalid`] when it is left out or no time.
pub fn time(field: &'static str, text: &str) -> AppResult<UtcTime> {
    optional_time(field, text)?
        .ok_or_else(|| invalid(field, "is needed: write a time such as 2026-11-21T18:00:00Z"))
}

/// A time that may be left out.
///
/// # Errors
/// [`AppError::Invalid`] when it is no time.
pub fn optional_time(field: &'static str, text: &str) -> AppResult<Option<UtcTime>> {
    if text.is_empty() {
        return Ok(None);
    }
    UtcTime::parse(text).map(Some).map_err(|e| invalid(field, e.to_string()))
}

fn optional_date(field: &'static str, text: &str) -> AppResult<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    Date::parse(text).map(Some).map_err(|e| invalid(field, e.to_string()))
}

/// A row of the matrix.
///
/// # Errors
/// [`AppError::Invalid`] outside 1 to 40.
pub fn row(field: &'static str, number: u32) -> AppResult<Row> {
    let row = u8::try_from(number).ok().and_then(|n| Row::new(n).ok());
    row.ok_or_else(|| invalid(field, format!("{number} is not in the matrix: rows are 1 to 40")))
}

/// Rows of the matrix.
///
/// # Errors
/// As [`row`].
pub fn rows(field: &'static str, all: &[u32]) -> AppResult<Vec<Row>> {
    all.iter().map(|n| row(field, *n)).collect()
}

/// A text that may be left out.
pub fn some_text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A message that has to be there.
///
/// # Errors
/// [`AppError::Invalid`] when it is not.
pub fn needed<T>(field: &'static str, message: Option<T>) -> AppResult<T> {
    message.ok_or_else(|| invalid(field, "is needed"))
}

fn set_by_node(field: &'static str, is_set: bool) -> AppResult<()> {
    if is_set { Err(invalid(field, "is set by the node: leave it out")) } else { Ok(()) }
}

/// Who would receive.
///
/// # Errors
/// [`AppError::Invalid`] unless exactly one is named.
pub fn to(message: Option<&v1::To>) -> AppResult<To> {
    match message.map(|to| (to.agency.as_str(), to.contact.as_str())) {
        Some((agency, "")) if !agency.is_empty() => Ok(To::Agency(AgencyId::from(agency))),
        Some(("", contact)) if !contact.is_empty() => id("to.contact", contact).map(To::Contact),
        _ => Err(invalid(
            "to",
            "name one recipient: `agency` by its short name in the roster, or `contact` by its id",
        )),
    }
}

/// The five answers. Whether each says something is for policy.
pub fn emergency(answers: v1::EmergencyAnswers) -> AppResult<Emergency> {
    let bounded = |field: &'static str, text: String| {
        if text.len() > EMERGENCY_ANSWER_BYTES_MAX {
            return Err(invalid(field, format!("at most {EMERGENCY_ANSWER_BYTES_MAX} bytes")));
        }
        Ok(text)
    };
    Ok(Emergency {
        who_is_at_risk: bounded("emergency.who_is_at_risk", answers.who_is_at_risk)?,
        what_makes_it_imminent: bounded("emergency.what_makes_it_imminent", answers.what_makes_it_imminent)?,
        known_first_hand: bounded("emergency.known_first_hand", answers.known_first_hand)?,
        who_can_prevent_it: bounded("emergency.who_can_prevent_it", answers.who_can_prevent_it)?,
        what_they_must_know: bounded("emergency.what_they_must_know", answers.what_they_must_know)?,
    })
}

/// Bytes of one of the five answers.
const EMERGENCY_ANSWER_BYTES_MAX: usize = 2_000;

/// What a body is under the law.
pub fn capacities(c: Option<v1::Capacities>) -> Capacities {
    let c = c.unwrap_or_default();
    Capacities {
        hipaa_covered: c.hipaa_covered,
        ferpa_covered: c.ferpa_covered,
        part2_program: c.part2_program,
        cfr23_system: c.cfr23_system,
        state_designated_nics_reporter: c.state_designated_nics_reporter,
        statutory_threat_assessment_team: c.statutory_threat_assessment_team,
        victim_service: c.victim_service,
        interjurisdictional_project: c.interjurisdictional_project,
        business_associate: c.business_associate,
        profession: None,
    }
}

/// A person to be added.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown word, a bad date, or an id.
pub fn person(p: v1::Person) -> AppResult<Person> {
    set_by_node("id", !p.id.is_empty())?;
    Ok(Person {
        id: Id::default().into(),
        case: id("case_id", &p.case_id)?,
        roles: words!(policy::record::PersonRole, "roles", p.roles)?,
        date_of_birth: optional_date("date_of_birth", &p.date_of_birth)?,
        is_student: p.is_student,
        is_patient: p.is_patient,
        attends_postsecondary: p.attends_postsecondary,
        consented_to_own_care: p.consented_to_own_care,
        law_enforcement_status: optional_word!(
            policy::record::LawEnforcementStatus,
            "law_enforcement_status",
            &p.law_enforcement_status
        )?,
        state: optional_word!(policy::record::UsState, "state", &p.state)?,
        names: p.names,
    })
}

/// A contact to be added.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown word or an id.
pub fn contact(c: v1::Contact) -> AppResult<Contact> {
    set_by_node("id", !c.id.is_empty())?;
    let role = optional_word!(policy::record::TeamRole, "team_role", &c.team_role)?;
    Ok(Contact {
        id: Id::default().into(),
        case: id("case_id", &c.case_id)?,
        sector: word!(policy::record::Sector, "sector", &c.sector)?,
        team_role: role.unwrap_or(policy::record::TeamRole::None),
        person: optional_id("person_id", &c.person_id)?,
        of: optional_id("of_person_id", &c.of_person_id)?,
        capacities: capacities(c.capacities),
        name: c.name,
    })
}

/// Recipients that a record names.
///
/// # Errors
/// [`AppError::Invalid`] unless each names exactly one.
pub fn recipients(field: &'static str, all: &[v1::PermittedRecipient]) -> AppResult<Vec<PermittedRecipient>> {
    let one = |r: &v1::PermittedRecipient| match (r.agency.as_str(), r.contact.as_str(), r.sector.as_str()) {
        (agency, "", "") if !agency.is_empty() => Ok(PermittedRecipient::Agency(AgencyId::from(agency))),
        ("", contact, "") if !contact.is_empty() => id(field, contact).map(PermittedRecipient::Contact),
        ("", "", sector) if !sector.is_empty() => match policy::record::Sector::from_word(sector) {
            Some(sector) => Ok(PermittedRecipient::Sector(sector)),
            None => Err(invalid(field, "names a sector that is no word of the vocabulary")),
        },
        _ => Err(invalid(field, "name one for each: `agency`, `contact` or `sector`")),
    };
    all.iter().map(one).collect()
}

/// An item to be added, its source and content as given.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown word, a bad row, no or two values, or what the node sets.
pub fn item(i: v1::Item) -> AppResult<Item> {
    set_by_node("id", !i.id.is_empty())?;
    set_by_node("statements", !i.statements.is_empty())?;
    let received = !i.received_from.is_empty() || !i.obligations.is_empty() || !i.expires_at.is_empty();
    set_by_node("received_from, obligations and expires_at", received)?;
    set_by_node("superseded_by", !i.superseded_by.is_empty())?;
    set_by_node("stale_since and stale_because", !(i.stale_since.is_empty() && i.stale_because.is_empty()))?;
    let about = |a: &v1::About| {
        Ok(About {
            person: id("about.person_id", &a.person_id)?,
            record_kind: optional_word!(policy::record::RecordKind, "about.record_kind", &a.record_kind)?,
        })
    };
    let obtained_via = if i.obtained_via.is_empty() { "own" } else { &i.obtained_via };
    Ok(Item {
        id: Id::default().into(),
        case: id("case_id", &i.case_id)?,
        row: row("row", i.row)?,
        labels: words!(policy::record::Label, "labels", i.labels)?,
        record_kind: optional_word!(policy::record::RecordKind, "record_kind", &i.record_kind)?,
        obtained_via: word!(policy::record::ObtainedVia, "obtained_via", obtained_via)?,
        elements: words!(policy::record::Element, "elements", i.elements)?,
        about: i.about.iter().map(about).collect::<AppResult<_>>()?,
        value: value(needed("value", i.value)?)?,
        own_of: recipients("own_of", &i.own_of)?,
        statements: Vec::new(),
        provenance: Provenance {
            recorded_by: "".into(),
            recorded_at: UtcTime::default(),
            source: some_text(i.source),
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
}

fn value(v: v1::ItemValue) -> AppResult<ItemValue> {
    let mut given: Vec<ItemValue> = Vec::new();
    given.extend(v.text.map(ItemValue::Text));
    if let Some(date) = v.date {
        given.push(ItemValue::Date(needed("value.date", optional_date("value.date", &date)?)?));
    }
    if let Some(b) = v.band {
        given.push(ItemValue::Band(Band {
            decided_at: time("value.band.decided_at", &b.decided_at)?,
            valid_until: time("value.band.valid_until", &b.valid_until)?,
            model: b.model,
            original: b.original,
            band: b.band,
        }));
    }
    if let Some(p) = v.place {
        given.push(ItemValue::Place(Place {
            setting_kind: p.setting_kind,
            name: p.name,
            owned_by: some_text(p.owned_by).map(AgencyId),
            window: some_text(p.window),
        }));
    }
    given.extend(v.code.map(ItemValue::Code));
    given.extend(v.yes_no.map(ItemValue::YesNo));
    given.extend(v.count.map(ItemValue::Count));
    match (given.pop(), given.is_empty()) {
        (Some(value), true) => Ok(value),
        _ => Err(invalid("value", "give exactly one of text, date, band, place, code, yes_no, count")),
    }
}

/// A permission to be recorded. `now` stands in for a time of giving that was left out.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown word, a bad time, or what the node sets.
pub fn permission(p: v1::Permission, now: UtcTime) -> AppResult<Permission> {
    set_by_node("id", !p.id.is_empty())?;
    set_by_node("revoked_at", !p.revoked_at.is_empty())?;
    let signed_at = optional_time("signed_at", &p.signed_at)?;
    Ok(Permission {
        id: Id::default().into(),
        case: id("case_id", &p.case_id)?,
        person: id("person_id", &p.person_id)?,
        kind: word!(policy::record::PermissionKind, "kind", &p.kind)?,
        given_by: word!(policy::record::Signer, "given_by", &p.given_by)?,
        given_at: optional_time("given_at", &p.given_at)?.or(signed_at).unwrap_or(now),
        signed_at,
        expires_at: optional_time("expires_at", &p.expires_at)?,
        revoked_at: None,
        recipients: recipients("recipients", &p.recipients)?,
        record_kinds: words!(policy::record::RecordKind, "record_kinds", p.record_kinds)?,
        elements: words!(policy::record::Element, "elements", p.elements)?,
        rows: rows("rows", &p.rows)?,
        purposes: words!(policy::record::Purpose, "purposes", p.purposes)?,
        stands_alone: p.stands_alone,
        tpo_all_future: p.tpo_all_future,
        evidence: some_text(p.evidence),
    })
}

/// How far an attestation reaches.
///
/// # Errors
/// [`AppError::Invalid`] when more than one is named.
pub fn scope(s: Option<v1::AttestationScope>) -> AppResult<AttestationScope> {
    let s = s.unwrap_or_default();
    match (s.item_id.as_str(), s.person_id.as_str(), s.agency.as_str(), s.contact_id.as_str()) {
        ("", "", "", "") => Ok(AttestationScope::Case),
        (item, "", "", "") => id("scope.item_id", item).map(AttestationScope::Item),
        ("", person, "", "") => id("scope.person_id", person).map(AttestationScope::Person),
        ("", "", agency, "") => Ok(AttestationScope::Agency(AgencyId::from(agency))),
        ("", "", "", contact) => id("scope.contact_id", contact).map(AttestationScope::Contact),
        _ => Err(invalid("scope", "name one at most: item_id, person_id, agency or contact_id")),
    }
}

/// A legal instrument to be recorded.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown word, a bad time or row, or an id.
pub fn document(d: v1::Document) -> AppResult<Document> {
    set_by_node("id", !d.id.is_empty())?;
    Ok(Document {
        id: Id::default().into(),
        case: id("case_id", &d.case_id)?,
        kind: word!(policy::record::LegalProcess, "kind", &d.kind)?,
        issued_at: time("issued_at", &d.issued_at)?,
        until: optional_time("until", &d.until)?,
        rows: rows("rows", &d.rows)?,
        accompanying_subpoena: d.accompanying_subpoena,
        forbids_notice: d.forbids_notice,
        recipients: recipients("recipients", &d.recipients)?,
        persons: Vec::new(),
        evidence: some_text(d.evidence),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::AppError;

    fn says(error: AppError, words: &[&str]) {
        let text = error.to_string();
        assert!(words.iter().all(|w| text.contains(w)), "{text}");
    }

    fn good_item() -> v1::Item {
        v1::Item {
            case_id: "1".repeat(32),
            row: 12,
            about: vec![v1::About { person_id: "2".repeat(32), ..v1::About::default() }],
            value: Some(v1::ItemValue { text: Some("x".into()), ..v1::ItemValue::default() }),
            ..v1::Item::default()
        }
    }

    #[test]
    fn an_item_reads_and_each_mistake_is_named() {
        let read = item(good_item()).unwrap();
        assert_eq!(read.obtained_via, policy::record::ObtainedVia::Own);
        let wrong = [
            (v1::Item { row: 41, ..good_item() }, vec!["row", "1 to 40"]),
            (v1::Item { row: 256 + 12, ..good_item() }, vec!["row", "1 to 40"]),
            (v1::Item { labels: vec!["secret".into()], ..good_item() }, vec!["labels", "health", "part2"]),
            (v1::Item { record_kind: "gossip".into(), ..good_item() }, vec!["record_kind", "phi"]),
            (v1::Item { case_id: "7a..3b".into(), ..good_item() }, vec!["case_id", "32 hex digits"]),
            (v1::Item { value: None, ..good_item() }, vec!["value", "needed"]),
            (v1::Item { received_from: "a".into(), ..good_item() }, vec!["set by the node"]),
            (
                v1::Item {
                    value: Some(v1::ItemValue {
                        text: Some("x".into()),
                        count: Some(1),
                        ..v1::ItemValue::default()
                    }),
                    ..good_item()
                },
                vec!["exactly one"],
            ),
            (
                v1::Item {
                    value: Some(v1::ItemValue { date: Some("1.2.3".into()), ..v1::ItemValue::default() }),
                    ..good_item()
                },
                vec!["value.date", "2026-11-21"],
            ),
        ];
        for (message, words) in wrong {
            says(item(message).unwrap_err(), &words);
        }
    }

    #[test]
    fn one_recipient_and_one_scope() {
        says(to(None).unwrap_err(), &["name one recipient"]);
        let both = v1::To { agency: "a".into(), contact: "1".repeat(32) };
        says(to(Some(&both)).unwrap_err(), &["name one recipient"]);
        assert!(to(Some(&v1::To { agency: "a".into(), ..v1::To::default() })).is_ok());
        let two = v1::AttestationScope {
            agency: "a".into(),
            item_id: "1".repeat(32),
            ..v1::AttestationScope::default()
        };
        says(scope(Some(two)).unwrap_err(), &["one at most"]);
        assert_eq!(scope(None).unwrap(), AttestationScope::Case);
        let nobody = [v1::PermittedRecipient::default()];
        says(recipients("recipients", &nobody).unwrap_err(), &["recipients", "sector"]);
    }

    #[test]
    fn a_permission_is_given_when_it_was_signed_or_now() {
        let base = v1::Permission {
            case_id: "1".repeat(32),
            person_id: "2".repeat(32),
            kind: "hipaa_authorization".into(),
            given_by: "subject".into(),
            signed_at: "2026-11-01T09:00:00Z".into(),
            ..v1::Permission::default()
        };
        let signed = UtcTime::parse("2026-11-01T09:00:00Z").unwrap();
        assert_eq!(permission(base.clone(), UtcTime(7)).unwrap().given_at, signed);
        let oral = v1::Permission { signed_at: String::new(), ..base.clone() };
        assert_eq!(permission(oral, UtcTime(7)).unwrap().given_at, UtcTime(7));
        says(
            permission(v1::Permission { expires_at: "soon".into(), ..base }, UtcTime(7)).unwrap_err(),
            &["expires_at"],
        );
    }
}

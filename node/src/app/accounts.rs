//! From what left to what is owed: the disclosure, and one accounting line for each person it is about.

use super::ThreatEntry;
use super::rows::put_new;
use super::share::ItemView;
use super::{
    Accounted, AccountingEntry, AppResult, Channel, Direction, DisclosedGround, DisclosedItem, Disclosure,
    To, UNLINKED, derived_beside, disclosure_state,
};
use crate::store::{Kind, Put, RecordRef};
use policy::door::{Door, ItemDecision, Outcome, Releasable, ReleasedItem, ShareDecision};
use policy::id::{CaseId, PersonId};
use policy::law::Obligation;
use policy::record::{Attestation, AttestationScope};
use proto::Items;
use std::collections::BTreeSet;

/// Form of an item that was told outside the node though the decision made afterwards was no.
pub const TOLD_WITHOUT_BASIS: &str = "told_without_basis";

/// The items of a disclosure as the records keep them, without content: what left, in the order and on the grounds of the
/// body that was built from it.
pub fn disclosed(released: &Releasable, sent: Items<'_>) -> (Vec<DisclosedItem>, Vec<DisclosedGround>) {
    let (mut items, mut grounds) = (Vec::with_capacity(sent.items.len()), Vec::new());
    for (i, sent) in released.items().iter().zip(sent.items) {
        let ground = usize::try_from(sent.ground).unwrap_or(usize::MAX);
        // Grounds stand in the order of their first naming.
        if ground >= grounds.len() {
            grounds.push(DisclosedGround {
                clauses: unique(i.basis.iter().map(|b| b.clause.clause_id.as_str())),
                basis: unique(i.basis.iter().map(|b| b.clause.citation.as_str())),
                obligations: i.obligations.iter().map(|o| o.as_str().to_owned()).collect(),
                permissions: i.permissions.iter().map(|p| p.id).collect(),
                about: i.about.iter().map(|a| a.person).collect(),
            });
        }
        items.push(DisclosedItem {
            item: i.item,
            row: i.row,
            form: i.form.map_or("whole", |f| f.as_str()).to_owned(),
            ground,
            commitment: crate::hex::encode(&sent.commitment),
        });
    }
    (items, grounds)
}

/// What must be written beside a disclosure of the threat, or of the nature of the medical emergency, as it was judged.
///
/// # Law
/// 34 CFR 99.32(a)(5), 42 CFR 2.51(c), read 2026-11.
pub fn threats(disclosure: &Disclosure, attestations: &[Attestation]) -> Vec<ThreatEntry> {
    let mut found: Vec<ThreatEntry> = Vec::new();
    for (regime, duty, fact) in [
        ("ferpa", Obligation::RecordThreatBasis, "circumstances.articulable_and_significant"),
        ("part2", Obligation::DocumentEmergency, "circumstances.medical_emergency"),
    ] {
        for (item, ground) in disclosure.grounded() {
            if !ground.obligations.iter().any(|o| o == duty.as_str()) {
                continue;
            }
            let speaks = |a: &&Attestation| {
                a.fact == fact
                    && a.value
                    && (a.at..a.until).contains(&disclosure.at)
                    && match &a.scope {
                        AttestationScope::Case => true,
                        AttestationScope::Person(person) => ground.about.contains(person),
                        AttestationScope::Item(of) => *of == item.item,
                        AttestationScope::Agency(agency) => disclosure.to == To::Agency(agency.clone()),
                        AttestationScope::Contact(contact) => disclosure.to == To::Contact(*contact),
                    }
            };
            for a in attestations.iter().filter(speaks) {
                let entry = ThreatEntry {
                    regime: regime.to_owned(),
                    nature: a.reasons.clone(),
                    by: a.by.clone(),
                    role: a.role.clone(),
                    at: a.at,
                    about: ground.about.clone(),
                };
                if !found.contains(&entry) {
                    found.push(entry);
                }
            }
        }
    }
    found
}

fn unique<'a>(all: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.iter().any(|s| s == one) {
            seen.push(one.to_owned());
        }
    }
    seen
}

/// Which accountings must show a person's line: by regime, where a clause relied on asks for a record of the disclosure.
///
/// # Law
/// 45 CFR 164.528(a), 34 CFR 99.32(a), 42 CFR 2.25 (compliance date tolled: kept, not yet owed), read 2026-11.
fn views(person: PersonId, items: &[&ReleasedItem]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for item in items {
        let logged = item.obligations.contains(Obligation::LogDisclosure);
        for basis in item.basis.iter().filter(|b| b.person == person) {
            match basis.clause.regime.as_str() {
                regime @ ("hipaa" | "ferpa") if logged => found.insert(regime.to_owned()),
                "part2" => found.insert("part2".to_owned()),
                _ => false,
            };
        }
    }
    found.into_iter().collect()
}

/// Puts for a disclosure and its lines; the lines lie under the disclosure's key, so that one erasure reaches all.
///
/// # Errors
/// When they cannot be written.
pub fn puts(
    disclosure: &Disclosure,
    released: &Releasable,
    case: Option<CaseId>,
    bytes: &[u8],
    state: u16,
) -> AppResult<Vec<Put>> {
    let r = Kind::Disclosure.of(disclosure.id);
    let mut first = put_new(r, disclosure, bytes)?.in_state(state);
    if let Some(case) = case {
        first = first.under(case);
    }
    let mut puts = vec![first];
    // what goes about somebody in no case of ours lies with what arrived about them and is not linked
    let case = case.unwrap_or(CaseId(UNLINKED));
    let people: BTreeSet<PersonId> =
        released.items().iter().flat_map(|i| i.about.iter().map(|a| a.person)).collect();
    for person in people {
        let items: Vec<&ReleasedItem> =
            released.items().iter().filter(|i| i.about.iter().any(|a| a.person == person)).collect();
        puts.push(line(disclosure, person, views(person, &items), case, r)?);
    }
    Ok(puts)
}

/// Adds to a disclosure an item that was told outside the node, by the decision made afterwards, also where that is no.
pub fn add_told(disclosure: &mut Disclosure, decided: &ItemDecision, view: &ItemView, door: &Door) {
    let Some(row) = decided.row else { return };
    let bases: Vec<&str> =
        view.explanation.law.iter().flat_map(|(_, e)| e.basis.iter().map(|b| b.as_str())).collect();
    let law = door.law();
    let clauses = decided.people.iter().flat_map(|p| p.law.basis.as_slice()).map(|c| law.at(*c).id.as_str());
    let ground = DisclosedGround {
        clauses: unique(clauses),
        basis: unique(bases.into_iter()),
        obligations: view.explanation.obligations.clone(),
        permissions: Vec::new(),
        about: decided.people.iter().map(|p| p.person).collect(),
    };
    let known = disclosure.grounds.iter().position(|g| *g == ground);
    let ground = known.unwrap_or_else(|| {
        disclosure.grounds.push(ground);
        disclosure.grounds.len() - 1
    });
    let form = match decided.outcome {
        Outcome::Form(form) => form.as_str(),
        Outcome::Whole => "whole",
        Outcome::Withheld => TOLD_WITHOUT_BASIS,
    };
    let commitment = String::new();
    disclosure.items.push(DisclosedItem {
        item: decided.item,
        row,
        form: form.to_owned(),
        ground,
        commitment,
    });
}

/// Puts for what was told outside the node, with the note behind the head of its disclosure: every line is shown in every view that could owe it.
///
/// # Errors
/// When they cannot be written.
pub fn puts_told(
    disclosure: &Disclosure,
    note: &str,
    decision: &ShareDecision<'_>,
    door: &Door,
    case: CaseId,
) -> AppResult<Vec<Put>> {
    let r = Kind::Disclosure.of(disclosure.id);
    let mut puts =
        vec![put_new(r, disclosure, note.as_bytes())?.in_state(disclosure_state::OUTSIDE).under(case)];
    let law = door.law();
    let people: BTreeSet<PersonId> =
        disclosure.grounds.iter().flat_map(|g| g.about.iter().copied()).collect();
    for person in people {
        let regimes: BTreeSet<String> = decision
            .items()
            .iter()
            .flat_map(|i| &i.people)
            .filter(|p| p.person == person)
            .flat_map(|p| p.law.regimes.iter())
            .map(|regime| law.regimes()[regime].id.clone())
            .filter(|id| matches!(id.as_str(), "hipaa" | "ferpa" | "part2"))
            .collect();
        puts.push(line(disclosure, person, regimes.into_iter().collect(), case, r)?);
    }
    Ok(puts)
}

fn line(
    disclosure: &Disclosure,
    person: PersonId,
    views: Vec<String>,
    case: CaseId,
    r: RecordRef,
) -> AppResult<Put> {
    let mut accounted = Accounted::default();
    for (item, ground) in disclosure.grounded().filter(|(_, ground)| ground.about.contains(&person)) {
        let basis = ground.basis.iter().map(String::as_str);
        accounted.add(item.row.number(), &item.form, basis, item.commitment.clone());
    }
    let line = AccountingEntry {
        disclosure: disclosure.id,
        person: Some(person),
        direction: Direction::Sent,
        party: disclosure.to.party(),
        at: disclosure.at,
        purpose: Some(disclosure.purpose),
        accounted,
        views,
        emergency: disclosure.emergency,
        channel: disclosure.channel,
    };
    let id = derived_beside(disclosure.id.0, &format!("accounting {person}"));
    Ok(put_new(Kind::Accounting.of(id), &line, &[])?.under(case).sharing_key_of(r))
}

impl To {
    /// How accounting lines name who received: an agency's short name, or a contact.
    pub fn party(&self) -> String {
        match self {
            Self::Agency(agency) => agency.to_string(),
            Self::Contact(contact) => format!("contact {contact}"),
        }
    }
}

impl Channel {
    /// The word of the staff API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Telephone => "telephone",
            Self::Meeting => "meeting",
            Self::Paper => "paper",
            Self::Emergency911 => "emergency_911",
        }
    }
    /// The way of telling with this word, for what is told outside the node.
    pub fn outside(word: &str) -> Option<Self> {
        [Self::Telephone, Self::Meeting, Self::Paper, Self::Emergency911]
            .into_iter()
            .find(|c| c.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::id::{AgencyId, AttestationId, DisclosureId, Id, ItemId, StaffId};
    use policy::record::{Purpose, Row};
    use policy::time::UtcTime;

    const AT: UtcTime = UtcTime(1_000_000);

    fn disclosure(duty: &str) -> Disclosure {
        let ground = DisclosedGround {
            clauses: Vec::new(),
            basis: Vec::new(),
            obligations: vec![duty.to_owned()],
            permissions: Vec::new(),
            about: vec![PersonId(Id(1))],
        };
        let item = DisclosedItem {
            item: ItemId(Id(2)),
            row: Row::new(12).unwrap(),
            form: "whole".into(),
            ground: 0,
            commitment: String::new(),
        };
        Disclosure {
            id: DisclosureId(Id(3)),
            case: None,
            to: To::Agency(AgencyId::from("sheriff")),
            channel: Channel::Node,
            body: "summary".into(),
            purpose: Purpose::AvertSeriousThreat,
            items: vec![item],
            grounds: vec![ground],
            threats: Vec::new(),
            by: StaffId::from("x"),
            approved_by: None,
            at: AT,
            law_version: String::new(),
            emergency: true,
            seen: Vec::new(),
            review: None,
            decided_afterwards: None,
            decided: Vec::new(),
        }
    }

    fn judged(fact: &str, scope: AttestationScope, value: bool, until: i64) -> Attestation {
        Attestation {
            id: AttestationId(Id(4)),
            case: CaseId(Id(5)),
            fact: fact.into(),
            value,
            scope,
            reasons: "what it was".into(),
            by: StaffId::from("chair"),
            role: "chair".into(),
            at: UtcTime(0),
            until: UtcTime(until),
        }
    }

    #[test]
    fn what_was_judged_stands_beside_what_was_told_of_it() {
        const THREAT: &str = "circumstances.articulable_and_significant";
        const MEDICAL: &str = "circumstances.medical_emergency";
        let (late, case) = (AT.0 + 1, AttestationScope::Case);
        let of = |n: u128| AttestationScope::Person(PersonId(Id(n)));
        for (duty, made, regime) in [
            ("record_threat_basis", judged(THREAT, case.clone(), true, late), Some("ferpa")),
            ("record_threat_basis", judged(THREAT, of(1), true, late), Some("ferpa")),
            ("document_emergency", judged(MEDICAL, case.clone(), true, late), Some("part2")),
            ("log_disclosure", judged(THREAT, case.clone(), true, late), None),
            ("record_threat_basis", judged(MEDICAL, case.clone(), true, late), None),
            ("record_threat_basis", judged(THREAT, case.clone(), false, late), None),
            ("record_threat_basis", judged(THREAT, case, true, AT.0), None),
            ("record_threat_basis", judged(THREAT, of(9), true, late), None),
        ] {
            let found = threats(&disclosure(duty), &[made]);
            assert_eq!(found.first().map(|t| t.regime.as_str()), regime, "{duty}");
            assert!(found.iter().all(|t| t.nature == "what it was" && t.about == [PersonId(Id(1))]));
        }
    }
}

//! From records to the staff API's messages. Nothing is decided here and nothing is left out.

use crate::app::{Membership, StaffMember, TeamView, To};
use policy::law::{ClauseRef, Law};
use policy::record;
use policy::share::Matrix;
use policy::time::UtcTime;
use proto::agency::v1;
use std::fmt::Display;

/// A time, or nothing.
pub fn optional<T: Display>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// Words, ids or whatever prints itself.
pub fn texts<T: Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn rows(all: &[record::Row]) -> Vec<u32> {
    all.iter().map(|r| u32::from(r.number())).collect()
}

/// A list's length, for the wire.
pub fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A staff member.
pub fn staff_member(m: &StaffMember) -> v1::StaffMember {
    v1::StaffMember {
        staff_id: m.id.to_string(),
        display_name: m.display_name.clone(),
        roles: texts(&m.roles),
        added_at: m.added_at.to_string(),
        added_by: m.added_by.to_string(),
        qualifications: m.qualifications.clone(),
        profession: optional(m.profession),
    }
}

/// A membership.
pub fn membership(m: &Membership) -> v1::Membership {
    v1::Membership {
        id: m.id.to_string(),
        team_id: m.team.to_string(),
        staff_id: m.staff.to_string(),
        from: m.from.to_string(),
        until: m.until.to_string(),
        tier: m.tier.as_str().to_owned(),
        confidentiality_acknowledged_at: optional(m.confidentiality_acknowledged_at),
        ended_at: optional(m.ended_at),
        disciplines: texts(&m.disciplines),
        agreement_id: optional(m.agreement),
    }
}

/// A team.
pub fn team(t: &TeamView) -> v1::Team {
    v1::Team {
        id: t.team.id.to_string(),
        name: t.team.name.clone(),
        chair: optional(t.team.chair.as_ref()),
        memberships: t.memberships.iter().map(membership).collect(),
        kind: optional(t.team.kind),
        quorum_policy: t.team.quorum_policy.to_string(),
        model: optional(t.team.model),
    }
}

/// A case.
pub fn case(c: &record::Case, now: UtcTime) -> v1::Case {
    v1::Case {
        id: c.id.to_string(),
        team_id: c.team.to_string(),
        opened_at: c.opened_at.to_string(),
        opened_by: c.opened_by.to_string(),
        exercise: c.exercise,
        setting: c.setting.clone().unwrap_or_default(),
        state: c.process.as_ref().map(|head| head.state(now).to_string()).unwrap_or_default(),
    }
}

/// A person.
pub fn person(p: &record::Person) -> v1::Person {
    v1::Person {
        id: p.id.to_string(),
        case_id: p.case.to_string(),
        roles: texts(&p.roles),
        names: p.names.clone(),
        date_of_birth: optional(p.date_of_birth),
        is_student: p.is_student,
        attends_postsecondary: p.attends_postsecondary,
        consented_to_own_care: p.consented_to_own_care,
        law_enforcement_status: optional(p.law_enforcement_status),
        state: optional(p.state),
        is_patient: p.is_patient,
    }
}

/// Capacities.
pub fn capacities(c: &record::Capacities) -> v1::Capacities {
    v1::Capacities {
        hipaa_covered: c.hipaa_covered,
        ferpa_covered: c.ferpa_covered,
        part2_program: c.part2_program,
        cfr23_system: c.cfr23_system,
        state_designated_nics_reporter: c.state_designated_nics_reporter,
        statutory_threat_assessment_team: c.statutory_threat_assessment_team,
        victim_service: c.victim_service,
        interjurisdictional_project: c.interjurisdictional_project,
        business_associate: c.business_associate,
    }
}

/// A contact.
pub fn contact(c: &record::Contact) -> v1::Contact {
    v1::Contact {
        id: c.id.to_string(),
        case_id: c.case.to_string(),
        sector: c.sector.to_string(),
        team_role: c.team_role.to_string(),
        person_id: optional(c.person),
        capacities: Some(capacities(&c.capacities)),
        name: c.name.clone(),
        of_person_id: optional(c.of),
    }
}

/// The content of an item.
pub fn value(v: &record::ItemValue) -> v1::ItemValue {
    let mut out = v1::ItemValue::default();
    match v {
        record::ItemValue::Text(t) => out.text = Some(t.clone()),
        record::ItemValue::Date(d) => out.date = Some(d.to_string()),
        record::ItemValue::Code(c) => out.code = Some(c.clone()),
        record::ItemValue::YesNo(y) => out.yes_no = Some(*y),
        record::ItemValue::Count(n) => out.count = Some(*n),
        record::ItemValue::Band(b) => {
            out.band = Some(v1::Band {
                model: b.model.clone(),
                original: b.original.clone(),
                band: b.band.clone(),
                decided_at: b.decided_at.to_string(),
                valid_until: b.valid_until.to_string(),
            });
        }
        record::ItemValue::Place(p) => {
            out.place = Some(v1::Place {
                setting_kind: p.setting_kind.clone(),
                name: p.name.clone(),
                owned_by: optional(p.owned_by.as_ref()),
                window: p.window.clone().unwrap_or_default(),
            });
        }
    }
    out
}

/// Recipients that a record names.
pub fn recipients(all: &[record::PermittedRecipient]) -> Vec<v1::PermittedRecipient> {
    let one = |r: &record::PermittedRecipient| {
        let mut out = v1::PermittedRecipient::default();
        match r {
            record::PermittedRecipient::Agency(agency) => out.agency = agency.to_string(),
            record::PermittedRecipient::Contact(contact) => out.contact = contact.to_string(),
            record::PermittedRecipient::Sector(sector) => out.sector = sector.to_string(),
        }
        out
    };
    all.iter().map(one).collect()
}

/// An item, with the name of its row.
pub fn item(i: &record::Item, matrix: &Matrix) -> v1::Item {
    let about = |a: &record::About| v1::About {
        person_id: a.person.to_string(),
        record_kind: optional(a.record_kind),
    };
    let statement = |s: &record::Statement| v1::Statement {
        class: s.class.clone(),
        text: s.text.clone(),
        by: s.by.to_string(),
        at: s.at.to_string(),
    };
    let p = &i.provenance;
    v1::Item {
        id: i.id.to_string(),
        case_id: i.case.to_string(),
        row: u32::from(i.row.number()),
        row_name: matrix.name(i.row).to_owned(),
        labels: texts(&i.labels),
        record_kind: optional(i.record_kind),
        obtained_via: i.obtained_via.to_string(),
        elements: texts(&i.elements),
        about: i.about.iter().map(about).collect(),
        value: Some(value(&i.value)),
        statements: i.statements.iter().map(statement).collect(),
        source: p.source.clone().unwrap_or_default(),
        recorded_by: p.recorded_by.to_string(),
        recorded_at: p.recorded_at.to_string(),
        received_from: optional(p.received.as_ref().map(|(_, agency)| agency)),
        obligations: p.obligations.clone(),
        expires_at: optional(p.expires_at),
        superseded_by: optional(i.superseded_by),
        own_of: recipients(&i.own_of),
        recalled_at: optional(i.sealed_at),
        stale_since: optional(i.stale.map(|s| s.since)),
        stale_because: optional(i.stale.map(|s| s.because)),
        withheld: String::new(),
    }
}

/// An item as far as somebody may be shown it: whole, or its row and why no more.
pub fn item_or_row(i: &record::Item, matrix: &Matrix, withheld: Option<String>) -> v1::Item {
    match withheld {
        None => item(i, matrix),
        Some(withheld) => v1::Item {
            id: i.id.to_string(),
            case_id: i.case.to_string(),
            row: u32::from(i.row.number()),
            row_name: matrix.name(i.row).to_owned(),
            withheld,
            ..v1::Item::default()
        },
    }
}

/// A permission.
pub fn permission(p: &record::Permission) -> v1::Permission {
    v1::Permission {
        id: p.id.to_string(),
        case_id: p.case.to_string(),
        person_id: p.person.to_string(),
        kind: p.kind.to_string(),
        given_by: p.given_by.to_string(),
        signed_at: optional(p.signed_at),
        given_at: p.given_at.to_string(),
        expires_at: optional(p.expires_at),
        revoked_at: optional(p.revoked_at),
        recipients: recipients(&p.recipients),
        record_kinds: texts(&p.record_kinds),
        elements: texts(&p.elements),
        rows: rows(&p.rows),
        purposes: texts(&p.purposes),
        stands_alone: p.stands_alone,
        tpo_all_future: p.tpo_all_future,
        evidence: p.evidence.clone().unwrap_or_default(),
    }
}

/// An attestation.
pub fn attestation(a: &record::Attestation) -> v1::Attestation {
    let mut scope = v1::AttestationScope::default();
    match &a.scope {
        record::AttestationScope::Case => {}
        record::AttestationScope::Item(id) => scope.item_id = id.to_string(),
        record::AttestationScope::Person(id) => scope.person_id = id.to_string(),
        record::AttestationScope::Agency(id) => scope.agency = id.to_string(),
        record::AttestationScope::Contact(id) => scope.contact_id = id.to_string(),
    }
    v1::Attestation {
        id: a.id.to_string(),
        case_id: a.case.to_string(),
        fact: a.fact.clone(),
        value: a.value,
        scope: Some(scope),
        reasons: a.reasons.clone(),
        by: a.by.to_string(),
        role: a.role.clone(),
        at: a.at.to_string(),
        until: a.until.to_string(),
    }
}

/// A legal instrument.
pub fn document(d: &record::Document) -> v1::Document {
    v1::Document {
        id: d.id.to_string(),
        case_id: d.case.to_string(),
        kind: d.kind.to_string(),
        issued_at: d.issued_at.to_string(),
        until: optional(d.until),
        rows: rows(&d.rows),
        accompanying_subpoena: d.accompanying_subpoena,
        forbids_notice: d.forbids_notice,
        recipients: recipients(&d.recipients),
        evidence: d.evidence.clone().unwrap_or_default(),
    }
}

/// This agency.
pub fn agency(a: &record::Agency) -> v1::OwnAgency {
    v1::OwnAgency {
        id: a.id.to_string(),
        name: a.name.clone(),
        sector: a.sector.to_string(),
        state: optional(a.state),
        capacities: Some(capacities(&a.capacities)),
        profession: optional(a.capacities.profession),
        signed_by: optional(a.signed_by.as_ref()),
        signed_at: optional(a.signed_at),
        telephone: a.telephone.clone(),
    }
}

/// An agreement, and whether it is in force now.
pub fn agreement(a: &record::Agreement, now: UtcTime) -> v1::Agreement {
    v1::Agreement {
        id: a.id.to_string(),
        with: a.with.to_string(),
        kinds: texts(&a.kinds),
        purposes: texts(&a.purposes),
        rows: rows(&a.rows),
        from: a.from.to_string(),
        until: a.until.to_string(),
        countersigned_by: optional(a.countersigned_by.as_ref()),
        countersigned_at: optional(a.countersigned_at),
        ended_at: optional(a.ended_at),
        in_force: a.in_force(now),
    }
}

/// A state row.
pub fn state_row(r: &record::StateRow) -> v1::StateRow {
    v1::StateRow {
        state: r.state.to_string(),
        logic: r.logic.to_string(),
        closed_recipients: texts(&r.closed_recipients),
        confirmed_by: r.confirmed_by.to_string(),
        confirmed_at: r.confirmed_at.to_string(),
        until: r.until.to_string(),
    }
}

/// Who receives.
pub fn to(to: &To) -> v1::To {
    match to {
        To::Agency(agency) => v1::To { agency: agency.to_string(), contact: String::new() },
        To::Contact(contact) => v1::To { agency: String::new(), contact: contact.to_string() },
    }
}

/// A clause of our own law.
pub fn clause(law: &Law, clause: ClauseRef) -> v1::Basis {
    let clause = law.at(clause);
    let regime = law.regimes().get(usize::from(clause.regime));
    v1::Basis {
        regime: regime.map(|r| r.id.clone()).unwrap_or_default(),
        clause_id: clause.id.clone(),
        citation: clause.citation.clone(),
        summary: clause.summary.clone(),
    }
}

//! Everything about one proposed disclosure but the items: parties, people, what was signed, judged and ordered, why, when.
//!
//! The snapshot that a verb of the node gathers. Used by `from_records` to derive facts and by `door`. What is in force now
//! is asked here and nowhere else: agreements, capacities, documents, permissions.

use crate::id::PersonId;
use crate::record::{
    About, Agency, Agreement, Attestation, Capacities, Case, Document, Item, Permission, PermissionKind,
    Person, PersonRole, Profession, Purpose, Recipient, Row, Sector, StateRow,
};
use crate::time::UtcTime;

/// Everything about one proposed disclosure but the items themselves.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// This agency.
    pub own: &'a Agency,
    /// Who would receive.
    pub recipient: &'a Recipient,
    /// Agreements of this agency; others than with the recipient are passed over.
    pub agreements: &'a [Agreement],
    /// State rows that this agency's counsel confirmed.
    pub state_rows: &'a [StateRow],
    /// The case.
    pub case: &'a Case,
    /// Its people.
    pub people: &'a [Person],
    /// What they signed or said.
    pub permissions: &'a [Permission],
    /// What named people judged.
    pub attestations: &'a [Attestation],
    /// Legal instruments.
    pub documents: &'a [Document],
    /// Profession of the member who asks for the disclosure, as an administrator recorded it.
    pub profession: Option<Profession>,
    /// Why it would be disclosed.
    pub purpose: Purpose,
    /// The moment of the decision.
    pub now: UtcTime,
}

impl<'a> Setting<'a> {
    /// Agreements with the recipient that are in force now.
    pub fn agreements_in_force(&self) -> impl Iterator<Item = &'a Agreement> {
        let (now, recipient) = (self.now, self.recipient);
        self.agreements
            .iter()
            .filter(move |a| matches!(recipient, Recipient::Node(p) if p.id == a.with) && a.in_force(now))
    }

    /// What the recipient is under the law: a claim counts where our officer confirmed it or an agreement in force
    /// vouches for it; where claim and officer differ, neither helps.
    pub fn recipient_capacity(&self, of: impl Fn(&Capacities) -> Option<bool>) -> Option<bool> {
        match self.recipient {
            Recipient::OwnTeam => self.own_capacity(of),
            Recipient::Contact(contact) => of(&contact.capacities),
            Recipient::Node(peer) => {
                match (of(&peer.capacities), peer.confirmed.as_ref().map(|c| of(&c.capacities))) {
                    (Some(false), _) | (_, Some(Some(false))) => Some(false),
                    (Some(true), Some(found)) => found,
                    (Some(true), None) if self.agreements_in_force().next().is_some() => Some(true),
                    _ => None,
                }
            }
        }
    }

    /// A capacity of this agency, which counts only as its officer signed it.
    pub fn own_capacity<T>(&self, of: impl Fn(&Capacities) -> Option<T>) -> Option<T> {
        let signed = self.own.signed_by.is_some() && self.own.signed_at.is_some_and(|at| at <= self.now);
        if signed { of(&self.own.capacities) } else { None }
    }

    /// The documents in date that reach this row of this person's information and speak of this recipient.
    pub fn documents_for(&self, row: Row, person: PersonId) -> impl Iterator<Item = &'a Document> {
        let (now, recipient) = (self.now, self.recipient);
        let of_concern = self.is_of_concern(person);
        self.documents.iter().filter(move |d| {
            d.rows.contains(&row)
                && (if d.persons.is_empty() { of_concern } else { d.persons.contains(&person) })
                && d.issued_at <= now
                && d.until.is_none_or(|end| now < end)
                && (if d.recipients.is_empty() {
                    is_public_authority(recipient)
                } else {
                    d.recipients.iter().any(|r| r.names(recipient))
                })
        })
    }

    /// Whether this is the person of concern.
    pub(super) fn is_of_concern(&self, person: PersonId) -> bool {
        let found = self.people.iter().find(|p| p.id == person);
        found.is_some_and(|p| p.roles.contains(&PersonRole::PersonOfConcern))
    }

    /// Whether this permission is in force now and reaches this recipient, purpose and item as a record about this
    /// person. An objection never is.
    pub fn is_live(&self, permission: &Permission, item: &Item, about: &About) -> bool {
        permission.kind != PermissionKind::Objection
            && permission.person == about.person
            && permission.given_at <= self.now
            && permission.revoked_at.is_none_or(|at| self.now < at)
            && expired(permission, self.now) == Some(false)
            && (permission.kind == PermissionKind::OralAgreement || signed(permission, self.now))
            && permission.recipients.iter().any(|r| r.names(self.recipient))
            && permission.purposes.contains(&self.purpose)
            && covers(permission, item, about)
    }
}

fn is_public_authority(recipient: &Recipient) -> bool {
    let sector = match recipient {
        Recipient::OwnTeam => return false,
        Recipient::Node(peer) => peer.sector,
        Recipient::Contact(contact) => contact.sector,
    };
    matches!(
        sector,
        Sector::Court
            | Sector::Prosecutor
            | Sector::Attorney
            | Sector::ProbationParole
            | Sector::Corrections
            | Sector::LawEnforcement
            | Sector::ChildProtectiveServices
            | Sector::AdultProtectiveServices
            | Sector::PublicHealthAuthority
    )
}

pub(super) fn signed(permission: &Permission, now: UtcTime) -> bool {
    permission.kind != PermissionKind::OralAgreement && permission.signed_at.is_some_and(|at| at <= now)
}

/// `None` where a written permission that must have an end has none (guardrail G22).
pub(super) fn expired(permission: &Permission, now: UtcTime) -> Option<bool> {
    match (permission.expires_at, permission.kind) {
        (Some(end), _) => Some(end <= now),
        (None, PermissionKind::OralAgreement | PermissionKind::Objection) => Some(false),
        // 42 CFR 2.31(a)(7): "none" will do for a single consent for all future treatment, payment and operations
        (None, PermissionKind::Part2Consent) if permission.tpo_all_future == Some(true) => Some(false),
        (None, _) => None,
    }
}

pub(super) fn covers(permission: &Permission, item: &Item, about: &About) -> bool {
    // who objects without saying to what, objects to everything
    if permission.kind == PermissionKind::Objection
        && permission.record_kinds.is_empty()
        && permission.rows.is_empty()
    {
        return true;
    }
    let kind = about.record_kind.or(item.record_kind);
    let of_kind = match kind {
        Some(kind) => permission.record_kinds.contains(&kind),
        // a plain record has no kind to be described by: the permission has to name its row
        None => permission.rows.contains(&item.row),
    };
    of_kind
        && (permission.rows.is_empty() || permission.rows.contains(&item.row))
        && (permission.elements.is_empty() || item.elements.iter().all(|e| permission.elements.contains(e)))
}

//! One consistent look at a case and at what lies around it, as policy wants to see it.

use super::rows::{Read, read};
use super::{App, AppError, AppResult, To};
use crate::store::{Kind, PAGE_ROWS_MAX, Page, RecordRef, Row};
use policy::id::{AgencyId, CaseId, Id};
use policy::record::{
    Agency, Agreement, Attestation, Case, Contact, Document, Item, Peer, Permission, Person, Recipient, StateRow,
};
use serde::de::DeserializeOwned;

/// Rows of one case that a decision may need.
const KINDS_OF_A_DECISION: &[Kind] =
    &[Kind::Case, Kind::Person, Kind::Item, Kind::Permission, Kind::Attestation, Kind::Document, Kind::Contact];

/// A case with everything recorded in it that a decision may need.
pub struct CaseSnapshot {
    /// The case.
    pub case: Case,
    /// Its people.
    pub people: Vec<Person>,
    /// Its items; superseded and sealed ones are left out.
    pub items: Vec<Item>,
    /// Permissions given in it.
    pub permissions: Vec<Permission>,
    /// Judgments made in it.
    pub attestations: Vec<Attestation>,
    /// Legal documents served in it.
    pub documents: Vec<Document>,
    /// People outside any node who may be told something in it.
    pub contacts: Vec<Contact>,
    /// Every row read, with its version.
    pub relied_on: Vec<(RecordRef, u64)>,
}

/// A case and the two parties of a disclosure.
pub struct Snapshot {
    /// The case.
    pub case: CaseSnapshot,
    /// This agency.
    pub own: Agency,
    /// Who would receive.
    pub recipient: Recipient,
    /// Agreements with the recipient.
    pub agreements: Vec<Agreement>,
    /// State rows that counsel confirmed.
    pub state_rows: Vec<StateRow>,
    /// Every row read, with its version.
    pub relied_on: Vec<(RecordRef, u64)>,
}

/// The row that holds this agency's own capacities.
pub const OWN_AGENCY: RecordRef = RecordRef { kind: Kind::Agency, id: Id(1) };

/// The row of what our officer recorded about another agency, and the parent of agreements with it.
pub fn peer_ref(agency: &AgencyId) -> RecordRef {
    RecordRef { kind: Kind::Peer, id: derived_id("peer", agency.as_str()) }
}

/// An id derived from a name that is not about a person (an agency, a staff certificate, a state).
pub fn derived_id(what: &str, name: &str) -> Id {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("concord {what} {name}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    Id::from_bytes(bytes)
}

impl App {
    /// Reads one record, or `None` when there is none.
    ///
    /// # Errors
    /// When storage fails or the body cannot be read.
    pub async fn find<T: DeserializeOwned>(&self, r: RecordRef) -> AppResult<Option<Read<T>>> {
        self.store.get(r).await?.map(read).transpose()
    }

    /// Reads one record that must be there.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not.
    pub async fn load<T: DeserializeOwned>(&self, r: RecordRef) -> AppResult<Read<T>> {
        self.find(r).await?.ok_or(AppError::NotFound)
    }

    /// Reads every child of one kind.
    ///
    /// # Errors
    /// When storage fails or a body cannot be read.
    pub async fn children<T: DeserializeOwned>(&self, kind: Kind, parent: Id) -> AppResult<Vec<Read<T>>> {
        let mut all = Vec::new();
        let mut page = Page::first(PAGE_ROWS_MAX);
        loop {
            let rows = self.store.children(kind, parent, page).await?;
            let full = rows.len() >= PAGE_ROWS_MAX as usize;
            page.after = rows.last().map_or(page.after, |r| r.position);
            for row in rows.into_iter().filter(|r| !r.erased) {
                all.push(read(row)?);
            }
            if !full {
                return Ok(all);
            }
        }
    }

    /// A case with everything a decision may need, in one query for its children.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such case.
    pub async fn case_snapshot(&self, case: CaseId) -> AppResult<CaseSnapshot> {
        let mut rows = self.store.case_snapshot(case.0, KINDS_OF_A_DECISION).await?;
        let at = rows.iter().position(|r| r.r == Kind::Case.of(case)).ok_or(AppError::NotFound)?;
        let head: Read<Case> = read(rows.swap_remove(at))?;
        let mut s = CaseSnapshot {
            relied_on: Vec::with_capacity(rows.len() + 8),
            items: Vec::with_capacity(rows.len()),
            case: head.record,
            people: Vec::new(),
            permissions: Vec::new(),
            attestations: Vec::new(),
            documents: Vec::new(),
            contacts: Vec::new(),
        };
        s.relied_on.push((head.row.r, head.row.version));
        for row in rows.into_iter().filter(|r| !r.erased) {
            s.relied_on.push((row.r, row.version));
            s.take(row)?;
        }
        Ok(s)
    }

    /// This agency as its officer signed it; before anybody has, as the roster names it with no capacity at all.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the agency was never declared.
    pub async fn own_agency(&self) -> AppResult<Read<Agency>> {
        self.find(OWN_AGENCY).await?.ok_or_else(|| {
            AppError::Refused(
                "this agency's capacities are not declared: its privacy officer runs `concord capacity declare`".into(),
            )
        })
    }

    /// The recipient as policy wants to see it, with what our officer recorded and the agreements.
    async fn recipient(
        &self,
        to: &To,
        case: &CaseSnapshot,
        relied_on: &mut Vec<(RecordRef, u64)>,
    ) -> AppResult<(Recipient, Vec<Agreement>)> {
        match to {
            To::Contact(id) => {
                let contact = case.contacts.iter().find(|c| c.id == *id).ok_or(AppError::NotFound)?;
                Ok((Recipient::Contact(contact.clone()), Vec::new()))
            }
            To::Agency(id) => {
                let roster = self.roster.load();
                let member = roster.agency(id).ok_or_else(|| AppError::Invalid {
                    field: "to",
                    problem: format!("no agency named {id} is in the roster: `concord status` lists those that are"),
                })?;
                let mut peer: Peer = member.as_peer();
                let r = peer_ref(id);
                if let Some(recorded) = self.find::<Peer>(r).await? {
                    relied_on.push(recorded.relied_on());
                    peer.capacities = recorded.record.capacities;
                    peer.training_current_until = recorded.record.training_current_until;
                }
                let agreements: Vec<Read<Agreement>> = self.children(Kind::Agreement, r.id).await?;
                relied_on.extend(agreements.iter().map(Read::relied_on));
                Ok((Recipient::Node(peer), agreements.into_iter().map(|a| a.record).collect()))
            }
        }
    }

    /// Everything that deciding a disclosure of this case to this recipient needs.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown case or contact, [`AppError::Invalid`] for an unknown agency.
    pub async fn snapshot(&self, case: CaseId, to: &To) -> AppResult<Snapshot> {
        let case = self.case_snapshot(case).await?;
        let mut relied_on = case.relied_on.clone();
        let own = self.own_agency().await?;
        relied_on.push(own.relied_on());
        let (recipient, agreements) = self.recipient(to, &case, &mut relied_on).await?;
        let states: Vec<Read<StateRow>> = self.children(Kind::StateRow, OWN_AGENCY.id).await?;
        relied_on.extend(states.iter().map(Read::relied_on));
        let state_rows = states.into_iter().map(|s| s.record).collect();
        Ok(Snapshot { case, own: own.record, recipient, agreements, state_rows, relied_on })
    }
}

impl CaseSnapshot {
    fn take(&mut self, row: Row) -> AppResult<()> {
        match row.r.kind {
            Kind::Person => self.people.push(read(row)?.record),
            Kind::Item => {
                let item: Item = read(row)?.record;
                if item.superseded_by.is_none() && item.sealed_at.is_none() {
                    self.items.push(item);
                }
            }
            Kind::Permission => self.permissions.push(read(row)?.record),
            Kind::Attestation => self.attestations.push(read(row)?.record),
            Kind::Document => self.documents.push(read(row)?.record),
            Kind::Contact => self.contacts.push(read(row)?.record),
            _ => {}
        }
        Ok(())
    }
}

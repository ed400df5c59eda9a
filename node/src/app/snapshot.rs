//! One consistent look at a case and at what lies around it, as policy wants to see it.

use super::rows::{Read, read};
use super::{App, AppError, AppResult, StaffMember, To};
use crate::store::{Body, Changes, Expected, Kind, PAGE_ROWS_MAX, Page, Put, RecordRef, Row};
use policy::id::{AgencyId, CaseId, Id, StaffId};
use policy::record::{
    Agency, Agreement, Attestation, Capacities, Case, Contact, Document, Item, Peer, Permission, Person,
    Profession, Recipient, StateRow,
};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows of one case that a decision may need.
const KINDS_OF_A_DECISION: &[Kind] = &[
    Kind::Case,
    Kind::Sequence,
    Kind::Person,
    Kind::Item,
    Kind::Permission,
    Kind::Attestation,
    Kind::Document,
    Kind::Contact,
];

/// A case with everything recorded in it that a decision may need.
#[derive(Clone)]
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

/// What this agency is, who its members are by profession, and what its officer recorded about others.
pub struct Parties {
    /// This agency.
    pub own: Agency,
    /// What our officer recorded about other agencies.
    pub peers: HashMap<AgencyId, Peer>,
    /// Agreements, by the other party.
    pub agreements: HashMap<AgencyId, Vec<Agreement>>,
    /// State rows that counsel confirmed.
    pub state_rows: Vec<StateRow>,
    /// Professions of staff members, as an administrator recorded them.
    pub professions: HashMap<StaffId, Profession>,
    /// Every row read, with its version.
    pub relied_on: Vec<(RecordRef, u64)>,
}

/// A case and the two parties of a disclosure.
pub struct Snapshot {
    /// The case.
    pub case: Arc<CaseSnapshot>,
    /// This agency and what lies between it and others.
    pub parties: Arc<Parties>,
    /// Who would receive.
    pub recipient: Recipient,
    /// Agreements with the recipient.
    pub agreements: Vec<Agreement>,
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
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("concord {what} {name}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    Id::from_bytes(bytes)
}

/// An id derived from another and a purpose, near it in the index: a record's notification, a disclosure's line.
pub fn derived_beside(base: Id, what: &str) -> Id {
    let derived = derived_id(what, &base.to_string());
    Id(base.0 >> 64 << 64 | derived.0 & u128::from(u64::MAX))
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

    /// Reads two records in one question to the store.
    ///
    /// # Errors
    /// As [`App::find`].
    pub async fn find_both<A: DeserializeOwned, B: DeserializeOwned>(
        &self,
        a: RecordRef,
        b: RecordRef,
    ) -> AppResult<(Option<Read<A>>, Option<Read<B>>)> {
        let mut rows = self.store.get_many(&[a, b]).await?.into_iter();
        let mut next = || rows.next().flatten();
        Ok((next().map(read).transpose()?, next().map(read).transpose()?))
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
    /// A snapshot is kept for a moment, because deciding again before each attempt would else read the same rows again.
    /// Whoever relies on it names its versions, so a kept one that is out of date makes a commit stale, never a wrong
    /// decision; see [`App::snapshots_changed`].
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such case.
    pub async fn case_snapshot(&self, case: CaseId) -> AppResult<Arc<CaseSnapshot>> {
        if let Some(kept) = self.snapshots.get(case) {
            return Ok(kept);
        }
        let epoch = self.snapshots.epoch();
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
        let mark = change_mark(case.0);
        if !rows.iter().any(|r| r.r == mark) {
            s.relied_on.push((mark, 0));
        }
        for row in rows.into_iter().filter(|r| !r.erased) {
            s.relied_on.push((row.r, row.version));
            s.take(row)?;
        }
        let s = Arc::new(s);
        self.snapshots.keep(case, Arc::clone(&s), epoch);
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

    /// What this agency is and what lies between it and another: rows that change seldom.
    pub(crate) async fn parties(&self) -> AppResult<Arc<Parties>> {
        if let Some(kept) = self.snapshots.parties() {
            return Ok(kept);
        }
        let epoch = self.snapshots.epoch();
        let mark = change_mark(PARTIES);
        let version = self.store.get(mark).await?.map_or(0, |row| row.version);
        let own = self.own_agency().await?;
        let mut p = Parties {
            relied_on: vec![(mark, version), own.relied_on()],
            own: own.record,
            peers: HashMap::new(),
            agreements: HashMap::new(),
            state_rows: Vec::new(),
            professions: HashMap::new(),
        };
        for member in self.list::<StaffMember>(Kind::Staff).await? {
            if let Some(profession) = member.record.profession {
                p.professions.insert(member.record.id, profession);
            }
        }
        for peer in self.list::<Peer>(Kind::Peer).await? {
            p.peers.insert(peer.record.id.clone(), peer.record);
        }
        for agreement in self.list::<Agreement>(Kind::Agreement).await? {
            p.agreements.entry(agreement.record.with.clone()).or_default().push(agreement.record);
        }
        for row in self.list::<StateRow>(Kind::StateRow).await? {
            p.state_rows.push(row.record);
        }
        let p = Arc::new(p);
        self.snapshots.keep_parties(Arc::clone(&p), epoch);
        Ok(p)
    }

    /// Every record of one kind.
    ///
    /// # Errors
    /// When storage fails or a body cannot be read.
    pub async fn list<T: DeserializeOwned>(&self, kind: Kind) -> AppResult<Vec<Read<T>>> {
        let mut all = Vec::new();
        let mut page = Page::first(PAGE_ROWS_MAX);
        loop {
            let rows = self.store.list(kind, page).await?;
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

    /// The recipient as policy wants to see it, with what our officer recorded and the agreements.
    pub(super) fn recipient(
        &self,
        to: &To,
        case: &CaseSnapshot,
        parties: &Parties,
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
                    problem: format!(
                        "no agency named {id} is in the roster: `concord status` lists those that are"
                    ),
                })?;
                let mut peer = Peer {
                    id: member.id.clone(),
                    name: member.name.clone(),
                    sector: member.sector,
                    team_role: member.team_role,
                    capacities: Capacities::default(),
                    confirmed: None,
                    training_current_until: None,
                };
                if let Some(recorded) = parties.peers.get(id) {
                    peer.capacities = recorded.capacities.clone();
                    peer.confirmed = recorded.confirmed.clone();
                    peer.training_current_until = recorded.training_current_until;
                }
                Ok((Recipient::Node(peer), parties.agreements.get(id).cloned().unwrap_or_default()))
            }
        }
    }

    /// Everything that deciding a disclosure of this case to this recipient needs.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown case or contact, [`AppError::Invalid`] for an unknown agency.
    pub async fn snapshot(&self, case: CaseId, to: &To) -> AppResult<Snapshot> {
        let case = self.case_snapshot(case).await?;
        let parties = self.parties().await?;
        let (recipient, agreements) = self.recipient(to, &case, &parties)?;
        let relied_on = case.relied_on.iter().chain(&parties.relied_on).copied().collect();
        Ok(Snapshot { case, parties, recipient, agreements, relied_on })
    }

    /// Forgets kept snapshots of what a change writes, and adds the marks that make decisions resting on them stale:
    /// a new objection is no new version of anything that a decision read, so each addition also marks its case.
    pub(super) fn mark_changed(&self, changes: &mut Changes) {
        let mut marks: Vec<Id> = changes
            .puts
            .iter()
            .filter_map(|put| match put.r.kind {
                Kind::Agency | Kind::Peer | Kind::Agreement | Kind::StateRow | Kind::Staff => Some(PARTIES),
                Kind::Case => Some(put.r.id),
                kind if KINDS_OF_A_DECISION.contains(&kind) => put.parent,
                _ => None,
            })
            .collect();
        marks.sort_unstable();
        marks.dedup();
        for id in marks {
            let put = Put::new(change_mark(id), Body::empty()).expecting(Expected::Any).under(id);
            changes.puts.push(put);
        }
    }

    /// Forgets kept snapshots: called after every commit that marked something, and when one was stale.
    pub(crate) fn snapshots_changed(&self) {
        self.snapshots.forget();
    }
}

/// The row whose version tells that something was added to a case, or to what lies between agencies.
fn change_mark(id: Id) -> RecordRef {
    Kind::Sequence.of(id)
}

/// What [`change_mark`] marks for rows about agencies.
const PARTIES: Id = Id(3);

/// Cases whose snapshots are kept for a moment.
const SNAPSHOTS_KEPT_MAX: usize = 32;

/// Snapshots kept between two decisions on the same case.
#[derive(Default)]
pub struct SnapshotCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    epoch: u64,
    cases: HashMap<CaseId, Arc<CaseSnapshot>>,
    parties: Option<Arc<Parties>>,
}

impl SnapshotCache {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn get(&self, case: CaseId) -> Option<Arc<CaseSnapshot>> {
        self.lock().cases.get(&case).cloned()
    }
    fn parties(&self) -> Option<Arc<Parties>> {
        self.lock().parties.clone()
    }
    fn epoch(&self) -> u64 {
        self.lock().epoch
    }
    /// Keeps a snapshot, unless something was committed since the reading of it began.
    fn keep(&self, case: CaseId, s: Arc<CaseSnapshot>, epoch: u64) {
        let mut kept = self.lock();
        if kept.epoch == epoch {
            if kept.cases.len() >= SNAPSHOTS_KEPT_MAX {
                kept.cases.clear();
            }
            kept.cases.insert(case, s);
        }
    }
    fn keep_parties(&self, p: Arc<Parties>, epoch: u64) {
        let mut kept = self.lock();
        if kept.epoch == epoch {
            kept.parties = Some(p);
        }
    }
    fn forget(&self) {
        let mut kept = self.lock();
        *kept = Kept { epoch: kept.epoch.wrapping_add(1), ..Kept::default() };
    }
}

impl Snapshot {
    /// The snapshot as it will be once these attestations are kept: five answers count for the share they are given with.
    pub(super) fn add_attestations(&mut self, made: &[Attestation]) {
        Arc::make_mut(&mut self.case).attestations.extend_from_slice(made);
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

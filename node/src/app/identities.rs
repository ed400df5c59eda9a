//! Who reported, and who watches for a tripwire: sealed apart from every case, opened with a reason, and never in silence.
//!
//! Callers: the staff service, and the intake for a confidential report. A row has a key of its own, no parent, and is found
//! by a keyed digest, so that no list, snapshot or purge of a case reaches it by way of the case. Deliberately absent: a
//! list of what is sealed, a way to change it, and a way to open it that tells nobody.
//!
//! INVARIANT (sealed): the name and contact leave this file in [`App::open_identity`] alone.

use super::fields::{self, invalid};
use super::references::Place;
use super::rows::{Read, put_new, read};
use super::{Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX, StaffMember};
use crate::staff::roles::Role;
use crate::store::{Changes, Kind, Lookup, Put, RecordRef};
use policy::id::{CaseId, EntryId, Id, StaffId};
use policy::record::Team;
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Characters that a reason has at least.
const REASON_CHARS_MIN: usize = 20;
/// Times that one identity may be opened.
const OPENINGS_MAX: usize = 100;
/// Identities of one reporter or watcher of a case.
const SEALED_MAX: usize = 50;

/// Whose identity it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Somebody who reported.
    Reporter,
    /// Somebody who watches for a tripwire: the entry that set it.
    Watcher(EntryId),
}

impl Whose {
    const fn sealed(self) -> &'static str {
        match self {
            Self::Reporter => "reporter_sealed",
            Self::Watcher(_) => "watcher_sealed",
        }
    }

    const fn opened(self) -> &'static str {
        match self {
            Self::Reporter => "reporter_opened",
            Self::Watcher(_) => "watcher_opened",
        }
    }
}

/// A person to be sealed.
#[derive(Clone)]
pub struct NewIdentity {
    /// Their name.
    pub name: String,
    /// Where they can be reached.
    pub contact: String,
    /// How they came to be known, or what was promised to them.
    pub how: String,
}

/// A sealed person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Their name (content).
    pub name: String,
    /// Where they can be reached (content).
    pub contact: String,
    /// How they came to be known, or what was promised to them (content).
    pub how: String,
    /// When it was sealed.
    pub sealed_at: UtcTime,
    /// By whom; the bystander themselves at the intake.
    pub sealed_by: StaffId,
    /// Every time it was opened.
    #[serde(default)]
    pub opened: Vec<Opening>,
}

/// One time that a sealed identity was opened.
#[derive(Clone, Serialize, Deserialize)]
pub struct Opening {
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
    /// Why (content).
    pub reason: String,
}

impl App {
    /// Seals who somebody is. Returns the id by which it can be opened.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown case or tripwire, [`AppError::Invalid`] for a bad text, [`AppError::Refused`]
    /// when there are too many.
    pub async fn seal_identity(
        &self,
        actor: &Actor,
        case: CaseId,
        whose: Whose,
        new: &NewIdentity,
    ) -> AppResult<Id> {
        self.check_tripwire(case, whose).await?;
        if self.sealed(case, whose).await?.len() >= SEALED_MAX {
            return Err(AppError::Refused(format!("{SEALED_MAX} are sealed already: no more fit")));
        }
        let mut changes = Changes::default();
        let id = self.sealing(&actor.staff, case, whose, new, &mut changes)?;
        self.commit(changes).await?;
        Ok(id)
    }

    /// The put that seals who somebody is, with its event, for a set that writes more.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a missing or overlong text.
    pub(super) fn sealing(
        &self,
        by: &StaffId,
        case: CaseId,
        whose: Whose,
        new: &NewIdentity,
        changes: &mut Changes,
    ) -> AppResult<Id> {
        let identity = Identity {
            name: fields::text("name", &new.name, fields::NAME_BYTES_MAX)?,
            contact: fields::optional_text("contact", &new.contact, fields::SOURCE_BYTES_MAX)?
                .unwrap_or_default(),
            how: fields::optional_text("how", &new.how, fields::SOURCE_BYTES_MAX)?.unwrap_or_default(),
            sealed_at: self.now(),
            sealed_by: by.clone(),
            opened: Vec::new(),
        };
        // not of the sequence of ids that the case's records share
        let r = Kind::Identity.of(self.entropy.id());
        changes.puts.push(put_new(r, &identity, &[])?.found_by(self.place_of(case, whose)));
        changes.events.push(self.event(by.as_str(), whose.sealed(), vec![r, Kind::Case.of(case)]));
        Ok(r.id)
    }

    /// Opens who somebody is: the one way to read it. The privacy officers, the team's chair and whoever sealed it are told,
    /// and the opening stays on record with its reason.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a reason that says too little, or when several are sealed and none is named;
    /// [`AppError::NotAllowed`] for anybody but the chair of the team whose case it is and the privacy officer;
    /// [`AppError::NotFound`] when nothing is sealed.
    pub async fn open_identity(
        &self,
        actor: &Actor,
        case: CaseId,
        whose: Whose,
        which: Option<Id>,
        reason: &str,
    ) -> AppResult<(Id, Identity)> {
        let reason = fields::text("reason", reason, fields::REASONS_BYTES_MAX)?;
        if reason.chars().filter(|c| !c.is_whitespace()).count() < REASON_CHARS_MIN {
            let problem = format!(
                "says too little: write why it is needed now, {REASON_CHARS_MIN} characters at least"
            );
            return Err(invalid("reason", problem));
        }
        let team: Read<Team> = self.team(self.case(case).await?.record.team).await?;
        // Not every chair: a chair of another team is a member here like any other.
        if team.record.chair.as_ref() != Some(&actor.staff) && !actor.roles.contains(&Role::PrivacyOfficer) {
            return Err(AppError::NotAllowed(
                "who somebody is is opened by the chair of the team whose case it is, or by the privacy officer"
                    .into(),
            ));
        }
        for _ in 0..DECIDE_AGAIN_MAX {
            let mut found = self.one_sealed(case, whose, which).await?;
            if found.record.opened.len() >= OPENINGS_MAX {
                return Err(AppError::Refused(format!(
                    "this was opened {OPENINGS_MAX} times, each time on record: ask the privacy officer what for"
                )));
            }
            let now = self.now();
            let opening = Opening { by: actor.staff.clone(), at: now, reason: reason.clone() };
            found.record.opened.push(opening);
            let mut changes = Changes::default();
            changes.puts.push(found.put()?);
            let tell = self.told_of_opening(actor, &team.record, &found.record).await?;
            changes.puts.extend(self.tell_each(whose.opened(), found.row.r, &actor.staff, tell, now)?);
            let ids = vec![found.row.r, Kind::Case.of(case)];
            changes.events.push(self.event(actor.staff.as_str(), whose.opened(), ids));
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
                Ok(_) => {
                    self.notify_bell.notify_one();
                    return Ok((found.row.r.id, found.record));
                }
            }
        }
        Err(AppError::Stale)
    }

    /// Rows sealed for the reporters of a case and for the watchers of these tripwires: what a purge of the case has to erase
    /// by name, because nothing else of the case leads to them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sealed_refs(&self, case: CaseId, tripwires: &[EntryId]) -> AppResult<Vec<RecordRef>> {
        let mut all = Vec::new();
        for whose in std::iter::once(Whose::Reporter).chain(tripwires.iter().copied().map(Whose::Watcher)) {
            let rows = self.store.by_lookup(Kind::Identity, self.place_of(case, whose)).await?;
            all.extend(rows.into_iter().filter(|row| !row.erased).map(|row| row.r));
        }
        Ok(all)
    }

    async fn one_sealed(&self, case: CaseId, whose: Whose, which: Option<Id>) -> AppResult<Read<Identity>> {
        let mut sealed = self.sealed(case, whose).await?;
        if let Some(which) = which {
            sealed.retain(|s| s.row.r.id == which);
        }
        match sealed.len() {
            0 => Err(AppError::NotFound),
            1 => sealed.pop().ok_or(AppError::NotFound),
            _ => {
                let each: Vec<String> = sealed
                    .iter()
                    .map(|s| format!("{} (sealed {})", s.row.r.id, s.record.sealed_at))
                    .collect();
                Err(invalid(
                    "sealed_id",
                    format!("several are sealed, name the one you need: {}", each.join(", ")),
                ))
            }
        }
    }

    async fn sealed(&self, case: CaseId, whose: Whose) -> AppResult<Vec<Read<Identity>>> {
        let rows = self.store.by_lookup(Kind::Identity, self.place_of(case, whose)).await?;
        rows.into_iter().filter(|row| !row.erased).map(read).collect()
    }

    fn place_of(&self, case: CaseId, whose: Whose) -> Lookup {
        let case = case.0.to_bytes();
        match whose {
            Whose::Reporter => self.references.found_by(Place::Identity, &[b"reporter", &case]),
            Whose::Watcher(tripwire) => {
                self.references.found_by(Place::Identity, &[b"watcher", &case, &tripwire.0.to_bytes()])
            }
        }
    }

    async fn check_tripwire(&self, case: CaseId, whose: Whose) -> AppResult<()> {
        let Whose::Watcher(tripwire) = whose else { return Ok(()) };
        let entry: Read<policy::process::Entry> = self.load(Kind::Entry.of(tripwire)).await?;
        if entry.row.parent != Some(case.0) {
            return Err(AppError::NotFound);
        }
        if !matches!(entry.record.act, policy::process::Act::Tripwire(_)) {
            return Err(invalid("tripwire_id", "is an entry of this case, but sets no tripwire"));
        }
        Ok(())
    }

    /// Whom an opening has to be told, other than the one who opens it.
    async fn told_of_opening(
        &self,
        actor: &Actor,
        team: &Team,
        identity: &Identity,
    ) -> AppResult<BTreeSet<StaffId>> {
        let staff: Vec<Read<StaffMember>> = self.list(Kind::Staff).await?;
        let known: BTreeSet<&StaffId> = staff.iter().map(|s| &s.record.id).collect();
        let officers =
            staff.iter().filter(|s| s.record.roles.contains(&Role::PrivacyOfficer)).map(|s| &s.record.id);
        let others = team.chair.iter().chain([&identity.sealed_by]).filter(|id| known.contains(id));
        let mut all: BTreeSet<StaffId> = officers.chain(others).cloned().collect();
        if all.len() > 1 {
            all.remove(&actor.staff);
        }
        Ok(all)
    }

    fn tell_each(
        &self,
        what: &str,
        about: RecordRef,
        by: &StaffId,
        whom: BTreeSet<StaffId>,
        now: UtcTime,
    ) -> AppResult<Vec<Put>> {
        let why = format!("opened by {by} at {now}; the reason is on record");
        whom.into_iter().map(|one| self.raise_for(what, about, one, &why, now)).collect()
    }
}

//! Casework: one verb, [`App::act`], for everything that somebody does in a case. It loads the history, asks the process,
//! and commits the entry together with what follows from it: the case's head, the items that may be shared of it, and
//! what others have to be told.
//!
//! Callers: the staff service (people), the intake port (bystanders), the desk (what comes back from other agencies).
//! Deliberately absent: any rule of the process, which is `policy::process`; and a second way to write an entry.

mod agenda;
mod follow;
mod history;
mod items;
mod kept;
mod police;
mod referrals;
mod report;
mod sight;
mod table;
#[cfg(test)]
mod tests;

pub use agenda::{Agenda, AgendaAsk, AgendaLine};
pub use history::History;
pub(crate) use police::going;
pub use report::{NARRATIVE_BYTES_MAX, News, Stage};

use super::fields::invalid;
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX};
use crate::store::{Changes, Event, Kind};
use policy::id::{AgencyId, CaseId, DisclosureId, EntryId, PersonId, StaffId, TeamId};
use policy::process::entry::BYSTANDER;
use policy::process::stale::Stale;
use policy::process::words::{Anonymity, State};
use policy::process::{Act, Allowed, Deed, Entry, Process, Standing};
use policy::record::{Case, PersonRole};
use policy::share::words::CaseWords;
use policy::time::UtcTime;
use std::sync::OnceLock;

/// Entries of one case: past it, a member has to close it and begin another.
pub const ENTRIES_MAX: usize = 4_000;

/// Something to be done.
#[derive(Clone)]
pub struct NewDeed {
    /// The case; none: it begins one.
    pub case: Option<CaseId>,
    /// The team, where it begins a case.
    pub team: Option<TeamId>,
    /// What.
    pub act: Act,
    /// The entry of which it is the next version.
    pub replaces: Option<EntryId>,
    /// A drill, where it begins a case.
    pub exercise: bool,
}

/// What was done.
pub struct Done {
    /// The case.
    pub case: CaseId,
    /// The entry.
    pub entry: Entry,
    /// The step, where it led, and whose agreement it waits for.
    pub allowed: Allowed,
    /// The state as it is shown now.
    pub state: State,
    /// Why the level is stale now.
    pub stale: Vec<Stale>,
    /// What an anonymous reporter comes back with, shown once.
    pub return_code: Option<String>,
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Done").field("case", &self.case).field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// The process in force. It is part of the program: reading it cannot fail where its tests have passed.
///
/// # Errors
/// [`AppError::Refused`] with what is wrong in the tables.
pub fn process() -> AppResult<&'static Process> {
    static PROCESS: OnceLock<Result<Process, String>> = OnceLock::new();
    PROCESS
        .get_or_init(|| Process::embedded().map_err(|e| e.to_string()))
        .as_ref()
        .map_err(|problem| AppError::Refused(format!("the tables of the process cannot be used: {problem}")))
}

impl App {
    /// Does something in a case, or begins one.
    ///
    /// # Errors
    /// [`AppError::Guarded`] with every guard that does not hold, why, and what would satisfy it; [`AppError::Invalid`] for
    /// a field that cannot be used; [`AppError::NotFound`] for an unknown case or team.
    pub async fn act(&self, actor: &Actor, deed: NewDeed) -> AppResult<Done> {
        self.act_as(&actor.staff, &deed).await
    }

    /// What a bystander does: report, and answer.
    ///
    /// # Errors
    /// As [`App::act`].
    pub async fn act_as_bystander(&self, deed: &NewDeed) -> AppResult<Done> {
        self.act_as(&StaffId::from(BYSTANDER), deed).await
    }

    async fn act_as(&self, by: &StaffId, deed: &NewDeed) -> AppResult<Done> {
        for _ in 0..DECIDE_AGAIN_MAX {
            let mut changes = Changes::default();
            let mut done = self.decide_act(by, deed, &mut changes).await?;
            if matches!(&done.entry.act, Act::Report(r) if r.anonymity == Anonymity::Anonymous) {
                done.return_code = Some(self.new_return_code(done.case, &mut changes)?);
            }
            if self.committed(changes).await? {
                return Ok(done);
            }
        }
        Err(AppError::Stale)
    }

    /// Commits what was decided. False: somebody wrote meanwhile what the decision rests on, and it is to be decided again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::app) async fn committed(&self, changes: Changes) -> AppResult<bool> {
        match self.commit(changes).await {
            Err(AppError::Stale) => Ok(false),
            Err(other) => Err(other),
            Ok(_) => {
                self.courier_bell.notify_one();
                self.notify_bell.notify_one();
                Ok(true)
            }
        }
    }

    /// Decides a deed and adds to `changes` what it writes. Nothing is written here.
    ///
    /// # Errors
    /// As [`App::act`].
    pub(crate) async fn decide_act(
        &self,
        by: &StaffId,
        deed: &NewDeed,
        changes: &mut Changes,
    ) -> AppResult<Done> {
        let history = match deed.case {
            Some(case) => self.whole_history(case).await?,
            None => History { head: self.new_head(by, deed, self.now())?, ..History::none() },
        };
        self.decide_in(&history, by, deed, changes).await
    }

    /// The same in a history that was read already.
    ///
    /// # Errors
    /// As [`App::act`].
    pub(super) async fn decide_in(
        &self,
        history: &History,
        by: &StaffId,
        deed: &NewDeed,
        changes: &mut Changes,
    ) -> AppResult<Done> {
        let now = self.now();
        let mut head = history.head.clone();
        if history.entries.len() >= ENTRIES_MAX {
            return Err(AppError::Refused(format!(
                "this case has {ENTRIES_MAX} entries: close it and begin another that names it"
            )));
        }
        let rules = self.team_rules(head.record.team, &deed.act, now).await?;
        let words = CaseWords::of_people(&history.people);
        let sent_to = match deed.act {
            Act::CompleteTransfer(_) => self.sent_of(head.record.id).await?,
            _ => Vec::new(),
        };
        let minor = history.person_of_concern().and_then(|p| items::is_minor(p, now));
        let targets: Vec<PersonId> =
            history.people.iter().filter(|p| p.roles.contains(&PersonRole::Target)).map(|p| p.id).collect();
        let before = Standing::of(&history.entries);
        let asked = Deed {
            act: &deed.act,
            by,
            at: now,
            replaces: deed.replaces,
            names: &words,
            minor,
            targets: &targets,
            sent_to: &sent_to,
        };
        let standing = deed.case.is_some().then_some(&before);
        let allowed = process()?.decide(standing, &rules.rules, &asked)?;
        let entry = Entry {
            id: EntryId(self.new_id()),
            at: now,
            by: by.clone(),
            act: deed.act.clone(),
            replaces: deed.replaces,
            moved_to: allowed.moved_to,
        };
        let mut entries = history.entries.clone();
        entries.push(entry.clone());
        items::check_texts(&entries)?;
        self.check_as_record(history, &entries).await?;
        let after = Standing::of(&entries);
        let done = Done {
            case: head.record.id,
            allowed,
            state: after.state(now),
            stale: after.stale(now),
            entry,
            return_code: None,
        };

        changes.relied_on.extend(rules.relied_on);
        let case_ref = Kind::Case.of(head.record.id);
        let put = put_new(Kind::Entry.of(done.entry.id), &done.entry, &[])?;
        changes.puts.push(put.under(head.record.id).sharing_key_of(case_ref));
        let mut ids = vec![Kind::Entry.of(done.entry.id), case_ref];
        ids.extend(deed.replaces.map(|old| Kind::Entry.of(old)));
        changes.events.push(Event {
            at: now,
            actor: by.to_string(),
            kind: format!("case_{}", done.entry.act.word()).into(),
            ids,
        });
        self.follow(history, &before, &after, &done, changes).await?;

        let lines = process()?.agenda(&after, now);
        let kept = policy::process::Head { state: after.moved_state(), agenda: lines };
        let due = kept.shown_from();
        head.record.process = Some(Box::new(kept));
        let put = if deed.case.is_some() {
            head.put()?
        } else {
            put_new(case_ref, &head.record, &[])?.under(head.record.team)
        };
        changes.puts.push(put.due(due));
        Ok(done)
    }

    fn new_head(&self, by: &StaffId, deed: &NewDeed, now: UtcTime) -> AppResult<Read<Case>> {
        let team = deed.team.ok_or_else(|| invalid("team_id", "is needed where a case begins"))?;
        if deed.replaces.is_some() {
            return Err(invalid("replaces", "has nothing to replace where a case begins"));
        }
        let case = Case {
            id: CaseId(self.new_id()),
            team,
            opened_at: now,
            opened_by: by.clone(),
            exercise: deed.exercise,
            setting: None,
            process: None,
        };
        Ok(Read::unsaved(Kind::Case.of(case.id), case))
    }

    /// Disclosures of a case that went, or may have gone, to other agencies.
    async fn sent_of(&self, case: CaseId) -> AppResult<Vec<(DisclosureId, AgencyId)>> {
        let all: Vec<Read<super::Disclosure>> = self.children(Kind::Disclosure, case.0).await?;
        Ok(all
            .into_iter()
            .filter(|d| d.row.state == super::disclosure_state::ATTEMPTED)
            .filter_map(|d| match d.record.to {
                super::To::Agency(agency) => Some((d.record.id, agency)),
                super::To::Contact(_) => None,
            })
            .collect())
    }
}

/// Whether a person of a case is the one it is about.
fn is_of_concern(roles: &[PersonRole]) -> bool {
    roles.contains(&PersonRole::PersonOfConcern)
}

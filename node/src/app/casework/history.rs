//! A case's history as it is kept: head, entries, people and items, read in one question to the store.

use super::super::rows::{Read, read};
use super::super::{Actor, App, AppError, AppResult};
use super::is_of_concern;
use crate::store::Kind;
use policy::id::{CaseId, TeamId};
use policy::process::Entry;
use policy::record::{Case, Item, Person};

/// A case with its history.
#[derive(Clone)]
pub struct History {
    /// The head.
    pub head: Read<Case>,
    /// Entries, in the order they were written.
    pub entries: Vec<Entry>,
    /// Its people.
    pub people: Vec<Person>,
    /// Its items, also those that are replaced.
    pub items: Vec<Read<Item>>,
}

impl History {
    /// The history of a case that is not there yet.
    pub(super) fn none() -> Self {
        let nobody = Case {
            id: CaseId(policy::id::Id(0)),
            team: TeamId(policy::id::Id(0)),
            opened_at: policy::time::UtcTime(0),
            opened_by: policy::id::StaffId::from(""),
            exercise: false,
            setting: None,
            process: None,
        };
        Self {
            head: Read::unsaved(Kind::Case.of(nobody.id), nobody),
            entries: Vec::new(),
            people: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The person the case is about, once there is one.
    pub fn person_of_concern(&self) -> Option<&Person> {
        self.people.iter().find(|p| is_of_concern(&p.roles))
    }
}

impl App {
    /// A case as a member opens it: its head and entries.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn history(&self, _actor: &Actor, case: CaseId) -> AppResult<History> {
        self.read_history(case, &[Kind::Case, Kind::Entry]).await
    }

    /// The entries of a case, in the order they were written.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such case.
    pub(in crate::app) async fn entries_of(&self, case: CaseId) -> AppResult<Vec<Entry>> {
        Ok(self.read_history(case, &[Kind::Case, Kind::Entry]).await?.entries)
    }

    /// A case as a decision needs it: also its people and items.
    pub(super) async fn whole_history(&self, case: CaseId) -> AppResult<History> {
        self.read_history(case, &[Kind::Case, Kind::Entry, Kind::Person, Kind::Item]).await
    }

    async fn read_history(&self, case: CaseId, kinds: &'static [Kind]) -> AppResult<History> {
        let rows = self.store.case_snapshot(case.0, kinds).await?;
        let (mut head, mut entries, mut people, mut items) = (None, Vec::new(), Vec::new(), Vec::new());
        for row in rows.into_iter().filter(|row| !row.erased) {
            match row.r.kind {
                Kind::Case => head = Some(read::<Case>(row)?),
                Kind::Entry => entries.push(read::<Entry>(row)?.record),
                Kind::Person => people.push(read::<Person>(row)?.record),
                Kind::Item => items.push(read::<Item>(row)?),
                _ => {}
            }
        }
        Ok(History { head: head.ok_or(AppError::NotFound)?, entries, people, items })
    }
}

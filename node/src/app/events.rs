//! Who did what and who looked at what, as the auditor lists it: all of it, by case, or by staff member.
//!
//! The log is read in its own order, a bounded part of it in one call; which records belong to a case is asked of the
//! records themselves, so that an event need not name its case.

use super::{App, AppResult};
use crate::store::{Event, Kind, LoggedEvent, PAGE_ROWS_MAX, Page};
use policy::id::{CaseId, Id, StaffId};
use std::collections::HashSet;

/// Events looked through in one call, where a case or a staff member is named.
const LOOKED_THROUGH_MAX: usize = 20_000;

/// Which events.
#[derive(Default)]
pub struct Which {
    /// After this number.
    pub after: u64,
    /// How many at most.
    pub limit: u32,
    /// About this case or a record of it.
    pub case: Option<CaseId>,
    /// Of this staff member.
    pub staff: Option<StaffId>,
}

impl App {
    /// Events in order, and the number to go on after; `None` at the end of the log.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn events(&self, which: &Which) -> AppResult<(Vec<LoggedEvent>, Option<u64>)> {
        let of_case = match which.case {
            Some(case) => Some(self.ids_of(case).await?),
            None => None,
        };
        let wanted = |event: &Event| {
            which.staff.as_ref().is_none_or(|staff| event.actor == staff.as_str())
                && of_case.as_ref().is_none_or(|ids| event.ids.iter().any(|r| ids.contains(&r.id)))
        };
        let is_filtered = of_case.is_some() || which.staff.is_some();
        let page = if is_filtered { PAGE_ROWS_MAX } else { which.limit };
        let limit = usize::try_from(which.limit).unwrap_or(usize::MAX);
        let (mut found, mut after, mut looked) = (Vec::new(), which.after, 0);
        loop {
            let part = self.store.events(after, page).await?;
            let is_last = part.len() < usize::try_from(page).unwrap_or(usize::MAX);
            looked += part.len();
            for logged in part {
                // events of one commit are never cut in two: the next page begins after a whole one
                if found.len() >= limit && logged.sequence > after {
                    return Ok((found, Some(after)));
                }
                after = logged.sequence;
                if wanted(&logged.event) {
                    found.push(logged);
                }
            }
            match is_last {
                true => return Ok((found, None)),
                false if !is_filtered || looked >= LOOKED_THROUGH_MAX => return Ok((found, Some(after))),
                false => {}
            }
        }
    }

    /// The ids of a case and of every record of it. A message, the disclosure it is and its receipt have one id.
    async fn ids_of(&self, case: CaseId) -> AppResult<HashSet<Id>> {
        let mut ids = HashSet::from([case.0]);
        for kind in Kind::ALL {
            let mut page = Page::first(PAGE_ROWS_MAX);
            loop {
                let rows = self.store.children(*kind, case.0, page).await?;
                ids.extend(rows.iter().map(|row| row.r.id));
                match rows.last() {
                    Some(last) if rows.len() >= PAGE_ROWS_MAX as usize => page.after = last.position,
                    _ => break,
                }
            }
        }
        Ok(ids)
    }
}

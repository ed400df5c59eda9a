//! Long lists, a part at a time.
//!
//! Callers: the staff service, on what a verb lists. A part begins after an entry that is named by its own id, so that
//! entries which came in between are neither skipped nor shown twice.

use super::fields::invalid;
use super::{App, AppError, AppResult, Read, rows::read};
use crate::store::{Kind, PAGE_ROWS_MAX};
use serde::de::DeserializeOwned;

/// Which part of a list.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// How many at most; 0: as many as the list shows at once.
    pub limit: u32,
    /// The last entry of the part before; empty: from the beginning.
    pub after: String,
}

impl Part {
    /// How many entries a list shows that shows at most `most` at once.
    pub fn at_most(&self, most: usize) -> usize {
        match usize::try_from(self.limit) {
            Ok(0) | Err(_) => most,
            Ok(limit) => limit.min(most),
        }
    }

    /// The part of a list that shows at most `most` at once, and the entry to go on after; empty: there are no more.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] when the list has no such entry.
    pub fn of<T>(
        &self,
        mut all: Vec<T>,
        most: usize,
        id: impl Fn(&T) -> String,
    ) -> AppResult<(Vec<T>, String)> {
        if !self.after.is_empty() {
            let at = all.iter().position(|entry| id(entry) == self.after).ok_or_else(no_such_entry)?;
            all.drain(..=at);
        }
        let limit = self.at_most(most);
        let is_cut = all.len() > limit;
        all.truncate(limit);
        let next = all.last().filter(|_| is_cut).map(id).unwrap_or_default();
        Ok((all, next))
    }
}

/// The entry to go on after is not of this list.
pub(super) fn no_such_entry() -> AppError {
    invalid("after", "is no entry of this list now: begin again without it")
}

impl App {
    /// Every record of a kind in a state, soonest due first, however many there are.
    ///
    /// # Errors
    /// When storage fails or a record cannot be read.
    pub(super) async fn in_state<T: DeserializeOwned>(
        &self,
        kind: Kind,
        state: u16,
    ) -> AppResult<Vec<Read<T>>> {
        let rows = self.store.by_state(kind, state, None, PAGE_ROWS_MAX).await?;
        if rows.len() < PAGE_ROWS_MAX as usize {
            return rows.into_iter().filter(|row| !row.erased).map(read).collect();
        }
        let mut all: Vec<Read<T>> = self.list(kind).await?;
        all.retain(|r| r.row.state == state);
        all.sort_by_key(|r| (r.row.due_at.is_none(), r.row.due_at, r.row.position));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(limit: u32, after: &str, all: &[u32]) -> AppResult<(Vec<u32>, String)> {
        Part { limit, after: after.to_owned() }.of(all.to_vec(), 3, u32::to_string)
    }

    #[test]
    fn parts_follow_each_other_and_the_last_says_so() {
        let all = [9, 8, 7, 6, 5];
        assert_eq!(part(0, "", &all).unwrap(), (vec![9, 8, 7], "7".into()));
        assert_eq!(part(100, "7", &all).unwrap(), (vec![6, 5], String::new()));
        assert_eq!(part(2, "8", &all).unwrap(), (vec![7, 6], "6".into()));
        assert_eq!(part(2, "6", &all).unwrap(), (vec![5], String::new()));
        assert_eq!(part(2, "5", &all).unwrap(), (vec![], String::new()));
        assert_eq!(part(0, "", &[]).unwrap(), (vec![], String::new()));
        // what came in front in between is not in the way
        assert_eq!(part(2, "8", &[10, 9, 8, 7]).unwrap(), (vec![7], String::new()));
        assert!(part(2, "4", &all).unwrap_err().to_string().contains("begin again"));
    }
}

//! Which entries of a case somebody is not shown for want of training: those whose items they are not shown, and those that say
//! of themselves that they are such a record.
//!
//! Caller: the staff service, beside the history. The history itself is whole: what the process makes of it does not hang on
//! who looks. Deliberately absent: another table than that of `policy::training`.

use super::super::{Actor, App, AppResult};
use super::items::{PARTS, item_id};
use super::kept::as_record;
use crate::store::Kind;
use policy::id::{CaseId, EntryId, ItemId};
use policy::process::Entry;
use policy::record::Item;
use std::collections::{BTreeMap, HashMap};

impl App {
    /// Why entries of a case are withheld from somebody; those that are not here are shown.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn withheld_entries(
        &self,
        actor: &Actor,
        case: CaseId,
        entries: &[Entry],
    ) -> AppResult<BTreeMap<EntryId, String>> {
        let sight = self.sight_of(actor).await?;
        if sight.sees_everything() {
            return Ok(BTreeMap::new());
        }
        let items = self.children::<Item>(Kind::Item, case.0).await?;
        let withheld: HashMap<ItemId, String> =
            items.iter().filter_map(|i| Some((i.record.id, sight.withheld(&i.record)?))).collect();
        let why = |entry: &Entry| {
            let of_item = PARTS.iter().find_map(|part| withheld.get(&item_id(entry, part)).cloned());
            of_item.or_else(|| sight.withheld_record(as_record(&entry.act)?))
        };
        Ok(entries.iter().filter_map(|entry| Some((entry.id, why(entry)?))).collect())
    }
}

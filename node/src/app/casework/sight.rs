//! Which entries of a case somebody is not shown for want of training: those whose items they are not shown.
//!
//! Caller: the staff service, beside the history. The history itself is whole: what the process makes of it does not hang on
//! who looks. Deliberately absent: another table than that of `policy::training`.

use super::super::{Actor, App, AppResult};
use super::items::{PARTS, item_id};
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
        let items = self.children::<Item>(Kind::Item, case.0).await?;
        let withheld: HashMap<ItemId, String> =
            items.iter().filter_map(|i| Some((i.record.id, sight.withheld(&i.record)?))).collect();
        if withheld.is_empty() {
            return Ok(BTreeMap::new());
        }
        let why = |entry: &Entry| PARTS.iter().find_map(|part| withheld.get(&item_id(entry, part)).cloned());
        Ok(entries.iter().filter_map(|entry| Some((entry.id, why(entry)?))).collect())
    }
}

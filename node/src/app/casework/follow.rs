//! What follows from an entry, in the same commit: its items, a level that is stale everywhere at once, who is told.

use super::super::recall::Cause;
use super::super::{App, AppResult, Read};
use super::items::{PARTS, is_level, item_id, put_item, superseded_by_judgment};
use super::{Done, History};
use crate::store::{Changes, Kind, RecordRef};
use policy::id::ItemId;
use policy::process::{Act, Standing};
use policy::record::{Item, Stale, StaleReason};
use std::collections::BTreeMap;

impl App {
    /// Adds to `changes` what follows from the entry that is done.
    ///
    /// # Errors
    /// When storage fails, or what is to be shared of it cannot be written.
    pub(super) async fn follow(
        &self,
        history: &History,
        before: &Standing<'_>,
        after: &Standing<'_>,
        done: &Done,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let now = done.entry.at;
        // Each item is written once, whatever changes in it.
        let older = superseded_by_judgment(history, &done.entry);
        let mut touched: BTreeMap<ItemId, Read<Item>> =
            older.into_iter().map(|item| (item.record.id, item)).collect();
        let new = self.items_to_make(history, after.entries()).await?;
        if let Some(old) = done.entry.replaces.and_then(|id| before.entry(id)) {
            for part in PARTS {
                let Some(item) = history.items.iter().find(|i| i.record.id == item_id(old, part)) else {
                    continue;
                };
                if item.record.superseded_by.is_some() {
                    continue;
                }
                let mut old = item.clone();
                old.record.superseded_by = Some(item_id(&done.entry, part));
                touched.insert(old.record.id, old);
                // How a referral, a task or a tripwire stands now corrects nothing that was said before.
                if !matches!(done.entry.act, Act::Refer(_) | Act::Task(_) | Act::Tripwire(_)) {
                    self.queue_recalls(done.case, &Cause::Corrected(item.record.id), now, changes).await?;
                }
            }
        }
        let judged = matches!(done.entry.act, Act::Assess(_));
        let became_stale = !done.stale.is_empty() && before.stale(now).is_empty();
        if judged || became_stale {
            let because = if judged { StaleReason::Superseded } else { StaleReason::Stale };
            for item in
                history.items.iter().filter(|i| is_level(&i.record) && i.record.superseded_by.is_none())
            {
                let mut old = item.clone();
                if judged {
                    old.record.superseded_by = Some(item_id(&done.entry, ""));
                }
                old.record.stale.get_or_insert(Stale { since: now, because });
                let level = old.record.id;
                touched.insert(level, old);
                if judged {
                    self.queue_superseded_notices(done.case, level, now, changes).await?;
                } else {
                    self.queue_stale_notices(done.case, level, now, changes).await?;
                }
            }
        }
        if judged && let Some((old, age)) = self.came_of_age(history, &done.entry).await? {
            let mut old = old.clone();
            old.record.superseded_by = Some(age.id);
            touched.insert(old.record.id, old);
            changes.puts.push(put_item(&age)?);
        }
        for item in &new {
            changes.puts.push(put_item(item)?);
        }
        for item in touched.into_values() {
            changes.puts.push(item.put()?);
        }
        self.tell(done, before, became_stale, changes)
    }

    /// Raises what a person has to be told.
    fn tell(
        &self,
        done: &Done,
        before: &Standing<'_>,
        became_stale: bool,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let now = done.entry.at;
        let about = Kind::Entry.of(done.entry.id);
        let mut raise = |what: &str, about: RecordRef, urgent: bool| -> AppResult<()> {
            changes.puts.push(self.raise(what, about, urgent, now, now)?);
            Ok(())
        };
        match &done.entry.act {
            Act::Report(r) => raise("report", about, r.possibly_imminent)?,
            Act::Message(m) if m.from_reporter => raise("reporter_wrote", about, false)?,
            Act::Emergency(_) => raise("emergency", about, true)?,
            Act::TripwireHit(_) => raise("tripwire", about, true)?,
            _ => {}
        }
        if done.allowed.awaits.is_some() {
            raise("agreement_waits", about, false)?;
        }
        let hit = matches!(done.entry.act, Act::TripwireHit(_));
        if became_stale && !hit && before.level().is_some() {
            raise("level_stale", about, false)?;
        }
        Ok(())
    }
}

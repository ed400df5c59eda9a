//! What the recipient's staff do with what arrived.

use super::shares::entry_id;
use super::{Player, SOON_SECONDS, wait_for};
use crate::demo::DemoError;
use crate::demo::cast::Who;
use crate::demo::report::{StepReport, value_text};
use crate::demo::script::{Key, Receive};
use crate::demo::staff::Staff;
use proto::agency::v1 as api;

/// Message on its way to one agency.
pub(super) async fn arrived(
    staff: &Staff,
    message: &str,
    seconds: u64,
) -> Result<api::InboxMessage, DemoError> {
    wait_for("a message to arrive", seconds, async || {
        let request = api::ListInboxRequest { waiting_only: false, ..Default::default() };
        let all = staff.list_inbox(request).await?.messages;
        Ok(all.into_iter().find(|found| found.message_id == message))
    })
    .await
}

impl Player<'_> {
    pub(super) async fn receive(
        &mut self,
        receive: &Receive,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let message_id = self.message_of(receive.what).await?;
        let staff = self.staff(receive.by)?;
        arrived(&staff, &message_id, SOON_SECONDS).await?;
        let times = staff
            .list_inbox(api::ListInboxRequest { waiting_only: false, ..Default::default() })
            .await?
            .messages
            .iter()
            .filter(|m| m.message_id == message_id)
            .count();
        done.check("it arrived once", times == 1, format!("{times} times"));
        let bells = staff
            .list_notifications(api::ListNotificationsRequest { waiting_only: false, ..Default::default() })
            .await?;
        let rung = bells.notifications.iter().any(|bell| bell.about.ends_with(&message_id));
        done.check("somebody was told that it waits", rung, "no notification names it");
        let opened = staff.open_inbox(api::OpenInboxRequest { message_id: message_id.clone() }).await?;
        self.compare_items(receive.what, &opened, done)?;
        let said = everything_said(&opened);
        for word in receive.never {
            done.check(
                format!("nothing of it says `{word}`"),
                !said.contains(&word.to_lowercase()),
                said.clone(),
            );
        }
        done.lines.extend(
            (!opened.redisclosure_notice.is_empty())
                .then(|| format!("notice: {}", opened.redisclosure_notice)),
        );
        if !receive.case.is_empty() {
            self.link(receive, &message_id, &opened, &staff, done).await?;
        }
        self.seen(receive.what, &message_id, done).await
    }

    /// What arrived is what was decided: every value, nothing more, each on a basis.
    fn compare_items(
        &self,
        what: Key,
        opened: &api::OpenInboxResponse,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let sent = self.sent(what)?;
        let of = |row: u32, form: &str, value: Option<&api::ItemValue>| {
            (row, form.to_owned(), value.map(value_text).unwrap_or_default())
        };
        let goes =
            sent.view.items.iter().filter(|i| i.outcome != "withheld" && !sent.without.contains(&i.item_id));
        let mut went: Vec<_> = goes
            .map(|i| of(i.row, if i.form.is_empty() { "whole" } else { &i.form }, i.released.as_ref()))
            .collect();
        let mut came: Vec<_> = opened.items.iter().map(|i| of(i.row, &i.form, i.value.as_ref())).collect();
        went.sort();
        came.sort();
        let differ = format!("{} went, {} came: {:?} / {:?}", went.len(), came.len(), went, came);
        done.check("what came is what was decided, item by item", went == came, differ);
        let based = opened.items.iter().all(|item| !item.basis.is_empty());
        done.check("every item came with its basis", based, "one has none");
        let about = |alias: &String| opened.items.iter().any(|item| item.about.contains(alias));
        let known = opened.people.iter().all(|person| about(&person.alias));
        done.check("nobody arrives but whom the items are about", known, "somebody else is named");
        let rows: Vec<String> = opened.items.iter().map(|item| item.row.to_string()).collect();
        done.lines.push(format!("{} items: rows {}", rows.len(), rows.join(", ")));
        Ok(())
    }

    async fn link(
        &mut self,
        receive: &Receive,
        message_id: &str,
        opened: &api::OpenInboxResponse,
        staff: &Staff,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let case_id = self.case(receive.case)?.id;
        let mut people = Vec::new();
        for person in &opened.people {
            let ours = receive.people.iter().find(|(role, _)| *role == person.role);
            let person_id = match ours {
                Some((_, key)) => self.id(receive.case, key)?,
                None => String::new(),
            };
            people.push(api::PersonLink { alias: person.alias.clone(), person_id });
        }
        let message_id = message_id.to_owned();
        let linked = staff.link_inbox(api::LinkInboxRequest { message_id, case_id, people }).await?;
        let all = linked.item_ids.len() == opened.items.len();
        done.check("every item is in the case now", all, format!("{} are", linked.item_ids.len()));
        Ok(())
    }

    /// The sender learns that a person has seen it.
    async fn seen(&mut self, what: Key, message_id: &str, done: &mut StepReport) -> Result<(), DemoError> {
        let sent = self.sent(what)?;
        let by = sent.by.ok_or_else(|| self.missing("sender of", what))?;
        let (staff, case_id) = (self.staff(by)?, self.case(sent.case)?.id);
        let state = wait_for("the sender to learn that a person has seen it", SOON_SECONDS, async || {
            let request = api::AccountingRequest { case_id: case_id.clone(), ..Default::default() };
            let entries = staff.accounting(request).await?.entries;
            let found = entries.iter().find(|e| e.direction == "out" && entry_id(e) == message_id);
            Ok(found.filter(|e| e.state == "seen").map(|e| e.state.clone()))
        })
        .await;
        let found = state.as_ref().map_or_else(ToString::to_string, Clone::clone);
        done.check("the sender knows that a person has seen it", state.is_ok(), found);
        Ok(())
    }

    pub(super) async fn not_arrived(
        &mut self,
        share: Key,
        by: Who,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let sent = self.sent(share)?;
        let from = sent.by.map_or("", |who| who.agency);
        // what came in other stories was linked there; from this share nothing may wait
        let request = api::ListInboxRequest { waiting_only: true, ..Default::default() };
        let waiting = self.staff(by)?.list_inbox(request).await?.messages;
        let count = waiting.iter().filter(|m| m.from == from).count();
        done.check("nothing of it has arrived", count == 0, format!("{count} messages wait"));
        Ok(())
    }
}

/// Every text of a message, in lower case.
fn everything_said(opened: &api::OpenInboxResponse) -> String {
    let mut all =
        vec![opened.purpose.clone(), opened.redisclosure_notice.clone(), opened.contact_phone.clone()];
    for item in &opened.items {
        all.extend(item.value.as_ref().map(value_text));
        all.extend(item.obligations.iter().cloned());
        all.extend(item.basis.iter().map(|basis| basis.summary.clone()));
    }
    all.extend(opened.people.iter().map(|person| format!("{} {}", person.alias, person.role)));
    all.join("\n").to_lowercase()
}

//! Composing what follows something that was sent: words about a referral, and notices that a level is no longer current.
//!
//! Callers: `compose`. Each waits until what it is about has arrived, because a word about something unknown is refused.
//! Deliberately absent: sending.

use super::bodies::{self, Around};
use super::compose::Composed;
use super::draft::{Draft, RECALL_ANSWERED_WITHIN_DAYS, concerning};
use crate::app::rows::{Read, read};
use crate::app::{
    App, AppResult, Decided, Disclosure, ReferralRecord, Work, derived_id, withheld, work_state,
};
use crate::store::{Changes, Kind};
use policy::door::RecallReason;
use policy::id::{DisclosureId, ItemId, MessageId};

/// How long something waits at most for what has to arrive before it, until it is looked at again.
const LOOKED_AT_AGAIN_MINUTES: i64 = 1;
/// Tasks looked through for the one that carries a disclosure.
const LOOKED_THROUGH_MAX: u32 = 1_000;

impl App {
    /// A word about a referral; `None`: it has to wait for the referral, or for an earlier word, to arrive.
    pub(super) async fn draft_referral_word(
        &self,
        referral: MessageId,
        step: usize,
        work: &Read<Work>,
    ) -> AppResult<Option<Result<Draft, String>>> {
        let found: Read<ReferralRecord> = self.load(Kind::Referral.of(referral)).await?;
        let record = &found.record;
        let (Some(word), Some(said)) = (record.word(step), record.steps.get(step)) else {
            return Ok(Some(Err("there is no such word about this referral".into())));
        };
        if self.referral_word_waits(record, step).await? {
            return Ok(None);
        }
        let (to, now) = (work.record.to.clone(), self.now());
        let mut relied_on = vec![found.relied_on()];
        let mut decided = Vec::new();
        let released = if word.tells_of_person() {
            let ask = self.status_ask(&found, step).await?;
            let decision = ask.decide(self);
            if let Some(why) = withheld(self, &decision) {
                return Ok(Some(Err(why)));
            }
            decided = Decided::of(&decision);
            relied_on.extend(ask.relied_on());
            decision.release(|| self.entropy.salt())
        } else {
            self.door.referral_word(to.clone(), word, record.exercise, now)
        };
        let Some(released) = released else {
            return Ok(Some(Err("nothing of it may go any more".into())));
        };
        let around = Around {
            reached: Some((said.at, record.due_at())),
            ..self.around(&to, record.case_ref, None, None)
        };
        let body = bodies::body_of(&released, &around);
        let message = MessageId(derived_id("referral status message", &format!("{referral} {step}")));
        let by = said.by.clone();
        let disclosure = self.status_disclosure(&found, message, by, &released, body.items(), decided);
        Ok(Some(Ok(Draft::of(message, body, released, disclosure, relied_on))))
    }

    /// Why a word that was built may not be sent again; `None`: it may.
    pub(super) async fn word_no_longer_permitted(
        &self,
        referral: MessageId,
        step: usize,
    ) -> AppResult<Option<String>> {
        let found: Read<ReferralRecord> = self.load(Kind::Referral.of(referral)).await?;
        if !found.record.word(step).is_some_and(|word| word.tells_of_person()) {
            return Ok(None);
        }
        let ask = self.status_ask(&found, step).await?;
        Ok(withheld(self, &ask.decide(self)))
    }

    /// A notice that one item of a disclosure is no longer current. It names a commitment that the recipient has and a reason
    /// from a closed list, like a recall, and asks for neither sealing nor destroying.
    pub(super) async fn draft_notice(
        &self,
        disclosure: DisclosureId,
        item: ItemId,
        reason: &str,
        work: &Read<Work>,
    ) -> AppResult<Result<Draft, String>> {
        let shared: Read<Disclosure> = self.load(Kind::Disclosure.of(disclosure)).await?;
        let reason = RecallReason::from_word(reason).unwrap_or(RecallReason::Stale);
        let of_item = shared.record.items.iter().filter(|i| i.item == item);
        let commitments: Vec<_> = of_item.filter_map(|i| crate::hex::decode(&i.commitment)).collect();
        if commitments.is_empty() {
            return Ok(Err("the item did not go with this disclosure".into()));
        }
        let (to, now) = (work.record.to.clone(), self.now());
        let exercise = self.is_exercise(shared.record.case).await?;
        let released = self.door.recall(to.clone(), commitments, reason, exercise, now);
        let around = self.around(&to, [0; 16], None, None);
        let by = now.plus_days(RECALL_ANSWERED_WITHIN_DAYS);
        let Some(body) = bodies::recall_of(&released, MessageId(disclosure.0), by, &around) else {
            return Ok(Err("the notice names nothing".into()));
        };
        let message = MessageId(derived_id("notice message", &format!("{disclosure} {item} {reason}")));
        let notice = concerning(&shared.record, message, "notice", now);
        Ok(Ok(Draft::of(message, body, released, notice, vec![shared.relied_on()])))
    }

    /// Whether a disclosure was built and is still being delivered: a notice about it would come before it.
    pub(super) async fn disclosure_is_under_way(&self, disclosure: DisclosureId) -> AppResult<bool> {
        if self.store.get(Kind::Receipt.of(disclosure.0)).await?.is_some() {
            return Ok(false);
        }
        for row in self.store.by_state(Kind::Work, work_state::DUE, None, LOOKED_THROUGH_MAX).await? {
            let work: Read<Work> = read(row)?;
            if work.record.message == Some(MessageId(disclosure.0)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts a task off until what has to arrive before it has; its arrival makes it due sooner.
    pub(super) async fn wait_for_earlier(&self, work: &mut Read<Work>) -> AppResult<Composed> {
        work.record.stopped_by = Some("waits until what it is about has arrived".into());
        let again = self.now().plus_minutes(LOOKED_AT_AGAIN_MINUTES);
        let mut changes = Changes { puts: vec![work.put()?.due(again)], ..Changes::default() };
        changes.events.push(self.event("courier", "waits_for_earlier", vec![work.row.r]));
        self.commit(changes).await?;
        Ok(Composed::Waits)
    }
}

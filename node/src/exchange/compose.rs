//! From an approved proposal, a request's due time, a recall or a reader to an envelope whose bytes are durable.
//!
//! Callers: the courier. Each attempt decides again here. Deliberately absent: sending.

use super::draft::Draft;
use super::envelope::{self, Sealing};
use crate::app::rows::{Read, put_new};
use crate::app::{
    App, AppError, AppResult, DECIDE_AGAIN_MAX, Disclosure, ReceiptRecord, Task, Work, accounts, derived_id,
    disclosure_state, work_state,
};
use crate::faults;
use crate::store::{Changes, Kind, RecordRef};
use policy::id::{AgencyId, CaseId, ItemId, MessageId};
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::{Body, Envelope, SeenByPerson, body};

/// What composing came to.
pub enum Composed {
    /// These bytes are durable and may be sent.
    Ready {
        /// Their message.
        message: MessageId,
        /// The envelope.
        envelope: Envelope,
    },
    /// Nothing may be sent; the work item is closed and a person is told.
    NotSent,
    /// Not yet: what has to arrive before it has not; the work item is put off.
    Waits,
}

/// A receipt that verified.
pub struct Checked {
    /// What it says.
    pub record: ReceiptRecord,
    /// The envelope it came in.
    pub bytes: Vec<u8>,
}

impl App {
    /// Decides, builds, seals and commits the first attempt of a task. On `Ready` the work item has been updated.
    ///
    /// # Errors
    /// [`AppError::Stale`] when the records keep changing; storage errors.
    pub async fn compose(&self, work: &mut Read<Work>) -> AppResult<Composed> {
        for _ in 0..DECIDE_AGAIN_MAX {
            let drafted = match work.record.task.clone() {
                Task::Share(proposal) => self.draft_share(proposal, work).await?,
                Task::Answer(request) => Ok(self.draft_answer(request, work).await?),
                Task::Recall { disclosure, item: Some(item), reason } => {
                    if self.disclosure_is_under_way(disclosure).await? {
                        return self.wait_for_earlier(work).await;
                    }
                    self.draft_notice(disclosure, item, &reason, work).await?
                }
                Task::Recall { disclosure, item: None, reason } => {
                    self.draft_recall(disclosure, &reason, work).await?
                }
                Task::ReferralStatus { referral, step } => {
                    match self.draft_referral_word(referral, step, work).await? {
                        Some(drafted) => drafted,
                        None => return self.wait_for_earlier(work).await,
                    }
                }
                Task::Seen { message, by_role, at } => {
                    return self.compose_seen(work, message, &by_role, at).await;
                }
            };
            let outcome = match drafted {
                Ok(draft) => self.keep(work, draft).await,
                Err(reason) => self.close(work, reason).await,
            };
            match outcome {
                Err(AppError::Stale) => {}
                // what cannot be sealed or kept now cannot be on the next attempt either
                Err(AppError::Refused(reason)) => return self.close(work, reason).await,
                other => return other,
            }
        }
        Err(AppError::Stale)
    }

    /// Before a repeated attempt: decides again. A later no becomes a recall, because the earlier attempt may have arrived.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn compose_again(&self, work: &mut Read<Work>, message: MessageId) -> AppResult<Composed> {
        let stored =
            |bytes: &[u8], r: RecordRef| Envelope::decode(bytes).map_err(|_| AppError::Unreadable(r));
        if !work.bytes.is_empty() {
            return Ok(Composed::Ready { message, envelope: stored(&work.bytes, work.row.r)? });
        }
        let disclosure: Read<Disclosure> = self.load(Kind::Disclosure.of(message.0)).await?;
        if let Task::Share(proposal) = work.record.task {
            let gone: Vec<ItemId> = disclosure.record.items.iter().map(|i| i.item).collect();
            if let Err(reason) = self.still_permitted(proposal, &gone).await? {
                return self.recall_instead(work, disclosure, reason).await;
            }
        }
        if let Task::ReferralStatus { referral, step } = work.record.task
            && let Some(reason) = self.word_no_longer_permitted(referral, step).await?
        {
            return self.recall_instead(work, disclosure, reason).await;
        }
        Ok(Composed::Ready { message, envelope: stored(&disclosure.bytes, disclosure.row.r)? })
    }

    /// That a person here has seen a message says nothing about anybody: it needs no door, and is signed like all else.
    async fn compose_seen(
        &self,
        work: &mut Read<Work>,
        seen: MessageId,
        by_role: &str,
        at: UtcTime,
    ) -> AppResult<Composed> {
        let body = Body {
            kind: Some(body::Kind::SeenByPerson(SeenByPerson {
                message_id: seen.0.to_bytes().to_vec(),
                seen_at_ms: at.0,
                by_role: by_role.to_owned(),
            })),
        };
        let message = MessageId(derived_id("seen message", &seen.to_string()));
        let envelope = self.seal(&work.record.to, message, false, &body)?;
        work.record.message = Some(message);
        work.bytes = envelope.encode_to_vec();
        let mut changes = Changes { puts: vec![work.put()?], ..Changes::default() };
        changes.events.push(self.event("courier", "seen_told", vec![work.row.r]));
        self.commit(changes).await?;
        work.row.version += 1;
        Ok(Composed::Ready { message, envelope })
    }

    /// The moment of disclosure: exact bytes, commitments and accounting in one commit.
    // INVARIANT (moment of disclosure): nothing is sent before this commit is durable.
    async fn keep(&self, work: &mut Read<Work>, draft: Draft) -> AppResult<Composed> {
        let Draft { message, body, released, disclosure, request, referral, bell, relied_on } = draft;
        let case = disclosure.case;
        let rings = bell.is_some();
        let to = &work.record.to;
        if released.agency() != Some(to) {
            return Err(AppError::Refused("what was decided is for another recipient".into()));
        }
        let envelope = self.seal(to, message, released.exercise(), &body)?;
        let bytes = envelope.encode_to_vec();
        let mut kept = work.clone();
        kept.record.message = Some(message);
        kept.record.referral = referral.is_some();
        let mut changes = Changes { relied_on, ..Changes::default() };
        changes.puts = accounts::puts(&disclosure, &released, case, &bytes, disclosure_state::ATTEMPTED)?;
        changes.puts.push(kept.put()?);
        if let Some(request) = request {
            changes.puts.push(put_new(Kind::Request.of(message), &request, &[])?);
        }
        changes.puts.extend(referral);
        changes.puts.extend(bell);
        let mut ids = vec![work.row.r, Kind::Disclosure.of(disclosure.id)];
        if let Task::Recall { disclosure, item: None, .. } = work.record.task {
            let mut recalled: Read<Disclosure> = self.load(Kind::Disclosure.of(disclosure)).await?;
            recalled.row.state = disclosure_state::RECALLED;
            ids.push(recalled.row.r);
            changes.puts.push(recalled.put()?);
        }
        if disclosure.emergency {
            let review_by =
                disclosure.at.plus_minutes(i64::from(self.config.times.emergency_review_hours) * 60);
            let about = Kind::Disclosure.of(disclosure.id);
            changes.puts.push(self.raise("emergency_review", about, true, disclosure.at, disclosure.at)?);
            tracing::info!(disclosure = %disclosure.id, %review_by, "an emergency waits for review");
        }
        changes.events.push(self.event("courier", "disclosed", ids));
        faults::reached("courier.before_disclosure");
        self.commit(changes).await?;
        faults::reached("courier.after_disclosure");
        if rings {
            self.notify_bell.notify_one();
        }
        kept.row.version += 1;
        *work = kept;
        Ok(Composed::Ready { message, envelope })
    }

    /// No attempt began: it is "not sent", and a person is told why.
    async fn close(&self, work: &mut Read<Work>, reason: String) -> AppResult<Composed> {
        let now = self.now();
        work.record.stopped_by = Some(reason);
        work.record.last_attempt_at = Some(now);
        let mut changes = Changes::default();
        changes.puts.push(work.put()?.in_state(work_state::STOPPED).due(None));
        changes.puts.push(self.raise("not_sent", work.row.r, true, now, now)?);
        changes.events.push(self.event("courier", "not_sent", vec![work.row.r]));
        self.commit(changes).await?;
        self.notify_bell.notify_one();
        Ok(Composed::NotSent)
    }

    async fn recall_instead(
        &self,
        work: &mut Read<Work>,
        mut disclosure: Read<Disclosure>,
        reason: String,
    ) -> AppResult<Composed> {
        let now = self.now();
        let mut changes = Changes::default();
        let r = Kind::Work.of(derived_id("recall", &disclosure.record.id.to_string()));
        if self.store.get(r).await?.is_none() {
            let task =
                Task::Recall { disclosure: disclosure.record.id, reason: "revoked".into(), item: None };
            let recall = Work::new(task, &work.record.to, disclosure.record.case);
            changes.puts.push(put_new(r, &recall, &[])?.in_state(work_state::DUE).due(now));
        }
        disclosure.row.state = disclosure_state::RECALLED;
        changes.puts.push(disclosure.put()?);
        let said = format!("{reason}; an attempt had begun, so a recall follows");
        work.record.stopped_by = Some(said);
        changes.puts.push(work.put()?.in_state(work_state::STOPPED).due(None));
        changes.puts.push(self.raise("not_sent", work.row.r, true, now, now)?);
        changes.events.push(self.event(
            "courier",
            "recalled_before_arrival",
            vec![work.row.r, disclosure.row.r],
        ));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(Composed::NotSent)
    }

    fn seal(&self, to: &AgencyId, message: MessageId, exercise: bool, body: &Body) -> AppResult<Envelope> {
        let roster = self.roster.load();
        let member =
            roster.agency(to).ok_or_else(|| AppError::Refused(format!("{to} is not in the roster")))?;
        let sealing = Sealing {
            message,
            from: self.config.agency.spiffe(),
            to: member,
            created_at: self.now(),
            exercise,
        };
        envelope::seal(&self.keys, &sealing, body).map_err(|e| AppError::Refused(e.to_string()))
    }

    pub(super) async fn is_exercise(&self, case: Option<CaseId>) -> AppResult<bool> {
        match case {
            None => Ok(false),
            Some(case) => Ok(self.case_snapshot(case).await?.case.exercise),
        }
    }

    /// The node itself, where nobody of the staff acts.
    pub(crate) fn node_staff(&self) -> policy::id::StaffId {
        policy::id::StaffId(self.config.agency.spiffe())
    }

    /// Whether a receipt is the peer's, for this message and these bytes.
    ///
    /// # Errors
    /// Why it cannot be believed, in plain words.
    pub fn check_receipt(
        &self,
        from: &AgencyId,
        message: MessageId,
        sent: &Envelope,
        receipt: &Envelope,
    ) -> Result<Checked, String> {
        let roster = self.roster.load();
        let member = roster.agency(from).ok_or_else(|| format!("{from} is not in the roster"))?;
        let opened = envelope::open(&self.keys, &self.config.agency.spiffe(), member, receipt, self.now())
            .map_err(|e| e.to_string())?;
        let Some(body::Kind::Receipt(said)) = opened.body.kind else { return Err("it is no receipt".into()) };
        if said.message_id != message.0.to_bytes() || said.envelope_digest != envelope::digest(sent) {
            return Err("it is for another message".into());
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let reasons = said
            .quarantined
            .iter()
            .map(|q| q.reason().as_str_name().trim_start_matches("QUARANTINE_REASON_").to_lowercase())
            .collect();
        let record = ReceiptRecord {
            message,
            from: from.clone(),
            stored_at: UtcTime(said.stored_at_ms),
            admitted: count(said.commitments.len()),
            set_apart: count(said.quarantined.len()),
            reasons,
        };
        Ok(Checked { record, bytes: receipt.encode_to_vec() })
    }
}

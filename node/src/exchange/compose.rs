//! From an approved proposal, a request's due time, a recall or a reader to an envelope whose bytes are durable.
//!
//! Callers: the courier. Each attempt decides again here. Deliberately absent: sending.

use super::bodies::{self, Around};
use super::envelope::{self, Sealing};
use crate::app::casework::going;
use crate::app::rows::{Read, put_new};
use crate::app::{
    App, AppError, AppResult, Becomes, Channel, DECIDE_AGAIN_MAX, Decided, Deciding, Direction, Disclosure,
    Proposal, ReceiptRecord, RequestRecord, Task, To, Work, accounts, derived_id, disclosure_state,
    proposal_state, work_state,
};
use crate::faults;
use crate::store::{Changes, Kind, Put, RecordRef};
use policy::door::{ItemDecision, RecallReason, Releasable, ShareDecision};
use policy::id::{AgencyId, CaseId, DisclosureId, ItemId, MessageId};
use policy::record::Approval;
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

/// A decided body, ready to be sealed and kept.
pub(super) struct Draft {
    pub(super) message: MessageId,
    pub(super) case: Option<CaseId>,
    pub(super) body: Body,
    pub(super) released: Releasable,
    pub(super) disclosure: Disclosure,
    /// Our own record of a request: an answer that refers to no such record is refused.
    pub(super) request: Option<RequestRecord>,
    /// Our own record of a referral: a word about one that has no such record is refused.
    pub(super) referral: Option<Put>,
    /// Somebody of our own staff whom it must be told to.
    pub(super) bell: Option<Put>,
    pub(super) relied_on: Vec<(RecordRef, u64)>,
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

    async fn draft_share(
        &self,
        id: policy::id::ProposalId,
        work: &Read<Work>,
    ) -> AppResult<Result<Draft, String>> {
        let (proposal, approval) = self.proposal_and_approval(id).await?;
        let proposal = proposal.ok_or(AppError::NotFound)?;
        if proposal.row.state != proposal_state::APPROVED {
            return Ok(Err("it is not approved any more".into()));
        }
        let snapshot = self.snapshot(proposal.record.case, &proposal.record.to).await?;
        let p = &proposal.record;
        let approved: Vec<ItemId> = approval
            .as_ref()
            .map_or_else(|| p.items.clone(), |a| a.record.items.iter().map(|i| i.item).collect());
        let deciding = Deciding::of(self, &snapshot, p, &approved, approval.as_ref().map(|a| &a.record));
        let decision = deciding.decide(self);
        if let Some(why) = refuses(self, &decision, p.emergency) {
            return Ok(Err(why));
        }
        let (class, going) = (decision.class(), going(&decision));
        if let Some(stop) = self.process_stop(&snapshot, p, class, going).await? {
            return Ok(Err(stop.why));
        }
        let decided = Decided::of(&decision);
        let Some(released) = decision.release(|| self.entropy.salt()) else {
            return Ok(Err("nothing of it may go any more".into()));
        };
        let mut relied_on = snapshot.relied_on.clone();
        relied_on.push(proposal.relied_on());
        relied_on.extend(approval.iter().map(Read::relied_on));
        let to = &work.record.to;
        let around = Around {
            referral: p.referral(),
            ..self.around(to, self.references.case(to, p.case), p.packet.as_deref(), p.terms())
        };
        let body = bodies::body_of(&released, &around);
        let mut disclosure =
            self.disclosure(p, approval.as_ref().map(|a| a.record.by.clone()), &released, &body);
        disclosure.decided = decided;
        disclosure.threats = accounts::threats(&disclosure, &snapshot.case.attestations);
        let request = p.terms().map(|terms| RequestRecord {
            message: p.message,
            direction: Direction::Sent,
            with: to.clone(),
            case: Some(p.case),
            disclosure: Some(disclosure.id),
            by: Some(p.by.clone()),
            at: disclosure.at,
            purpose: p.purpose,
            exercise: released.exercise(),
            answer_due: terms.reply_due,
            answered: false,
            answer: None,
        });
        let exercise = released.exercise();
        let referral = p
            .referral()
            .map(|terms| self.put_sent_referral(p, terms, to, disclosure.at, exercise))
            .transpose()?;
        Ok(Ok(Draft {
            message: p.message,
            case: Some(p.case),
            body,
            released,
            disclosure,
            request,
            referral,
            bell: None,
            relied_on,
        }))
    }

    /// The answer to a request, at its due time, whatever it holds. Everything that stands in the way of content leads to
    /// the same empty answer; whoever asked for the content and approved it is told here why it did not go.
    async fn draft_answer(&self, request: MessageId, work: &Read<Work>) -> AppResult<Draft> {
        let r: Read<RequestRecord> = self.load(Kind::Request.of(request)).await?;
        let to = work.record.to.clone();
        let message = MessageId(derived_id("answer", &request.to_string()));
        let around = self.around(&to, self.references.answer(&to, request), None, None);
        let mut bell = None;
        if let Some(proposal) = r.record.answer {
            match self.draft_answer_with_content(proposal, message, &around).await? {
                Ok(draft) => {
                    return Ok(Draft { relied_on: [draft.relied_on, vec![r.relied_on()]].concat(), ..draft });
                }
                Err(why) => bell = Some(self.raise_empty_answer(proposal, why).await?),
            }
        }
        let released = self.door.empty_answer(to.clone(), request, r.record.exercise, self.now());
        let body = bodies::body_of(&released, &around);
        let disclosure = Disclosure {
            id: DisclosureId(message.0),
            case: None,
            to: To::Agency(to),
            channel: Channel::Node,
            body: "answer".into(),
            purpose: r.record.purpose,
            items: Vec::new(),
            grounds: Vec::new(),
            threats: Vec::new(),
            by: self.node_staff(),
            approved_by: None,
            at: self.now(),
            law_version: self.door.law().version().to_owned(),
            emergency: false,
            seen: Vec::new(),
            review: None,
            decided_afterwards: None,
            decided: Vec::new(),
        };
        let relied_on = vec![r.relied_on()];
        Ok(Draft {
            message,
            case: None,
            body,
            released,
            disclosure,
            request: None,
            referral: None,
            bell,
            relied_on,
        })
    }

    async fn draft_answer_with_content(
        &self,
        id: policy::id::ProposalId,
        message: MessageId,
        around: &Around<'_>,
    ) -> AppResult<Result<Draft, String>> {
        let (Some(proposal), Some(approval)) = self.proposal_and_approval(id).await? else {
            return Ok(Err("its approval is not here any more".into()));
        };
        if proposal.row.state != proposal_state::APPROVED {
            return Ok(Err("it is not approved any more".into()));
        }
        let p = &proposal.record;
        let snapshot = match self.snapshot(p.case, &p.to).await {
            Ok(snapshot) => snapshot,
            Err(error @ (AppError::NotFound | AppError::Invalid { .. } | AppError::Refused(_))) => {
                return Ok(Err(format!("what it is decided on cannot be read: {error}")));
            }
            Err(other) => return Err(other),
        };
        let approved: Vec<ItemId> = approval.record.items.iter().map(|i| i.item).collect();
        let deciding = Deciding::of(self, &snapshot, p, &approved, Some(&approval.record));
        let decision = deciding.decide(self);
        if let Some(why) = refuses(self, &decision, false) {
            return Ok(Err(why));
        }
        let decided = Decided::of(&decision);
        let released = decision.release(|| self.entropy.salt());
        let Some(released) = released.filter(|released| !released.items().is_empty()) else {
            return Ok(Err("nothing of it may go any more".into()));
        };
        let body = bodies::body_of(&released, around);
        if let Err(error) = super::wire::encode(&body) {
            // an answer that cannot be sealed would never leave, and silence is an answer too
            tracing::warn!(%error, proposal = %id, "an approved answer cannot be sent: the empty one goes");
            return Ok(Err(format!("it cannot be sealed: {error}")));
        }
        let mut disclosure = self.disclosure(p, Some(approval.record.by.clone()), &released, &body);
        disclosure.id = DisclosureId(message.0);
        disclosure.decided = decided;
        disclosure.threats = accounts::threats(&disclosure, &snapshot.case.attestations);
        let relied_on =
            [snapshot.relied_on.clone(), vec![proposal.relied_on(), approval.relied_on()]].concat();
        let case = Some(p.case);
        Ok(Ok(Draft {
            message,
            case,
            body,
            released,
            disclosure,
            request: None,
            referral: None,
            bell: None,
            relied_on,
        }))
    }

    async fn draft_recall(
        &self,
        disclosure: DisclosureId,
        reason: &str,
        work: &Read<Work>,
    ) -> AppResult<Result<Draft, String>> {
        let recalled: Read<Disclosure> = self.load(Kind::Disclosure.of(disclosure)).await?;
        let reason = RecallReason::from_word(reason).unwrap_or(RecallReason::Mistake);
        let commitments =
            recalled.record.items.iter().filter_map(|i| crate::hex::decode(&i.commitment)).collect();
        let to = work.record.to.clone();
        let now = self.now();
        let exercise = self.is_exercise(recalled.record.case).await?;
        let released = self.door.recall(to.clone(), commitments, reason, exercise, now);
        let around = self.around(&to, [0; 16], None, None);
        let by = now.plus_days(RECALL_ANSWERED_WITHIN_DAYS);
        let Some(body) = bodies::recall_of(&released, MessageId(disclosure.0), by, &around) else {
            return Ok(Err("the recall names nothing".into()));
        };
        let message = MessageId(derived_id("recall message", &disclosure.to_string()));
        let case = recalled.record.case;
        let disclosure = Disclosure {
            id: DisclosureId(message.0),
            case,
            body: "recall".into(),
            items: Vec::new(),
            grounds: Vec::new(),
            threats: Vec::new(),
            at: now,
            emergency: false,
            seen: Vec::new(),
            review: None,
            decided: Vec::new(),
            ..recalled.record.clone()
        };
        let relied_on = vec![recalled.relied_on()];
        Ok(Ok(Draft {
            message,
            case,
            body,
            released,
            disclosure,
            request: None,
            referral: None,
            bell: None,
            relied_on,
        }))
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
        let Draft { message, case, body, released, disclosure, request, referral, bell, relied_on } = draft;
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

    /// Whether every item that went may still go.
    async fn still_permitted(
        &self,
        id: policy::id::ProposalId,
        gone: &[ItemId],
    ) -> AppResult<Result<(), String>> {
        let (proposal, approval) = self.proposal_and_approval(id).await?;
        let proposal = proposal.ok_or(AppError::NotFound)?;
        let snapshot = self.snapshot(proposal.record.case, &proposal.record.to).await?;
        let deciding =
            Deciding::of(self, &snapshot, &proposal.record, gone, approval.as_ref().map(|a| &a.record));
        let decision = deciding.decide(self);
        Ok(refuses(self, &decision, false).map_or(Ok(()), Err))
    }

    async fn proposal_and_approval(
        &self,
        id: policy::id::ProposalId,
    ) -> AppResult<(Option<Read<Proposal>>, Option<Read<Approval>>)> {
        self.find_both(Kind::Proposal.of(id), Kind::Approval.of(id)).await
    }

    fn disclosure(
        &self,
        p: &Proposal,
        approved_by: Option<policy::id::StaffId>,
        released: &Releasable,
        body: &Body,
    ) -> Disclosure {
        let (items, grounds) = accounts::disclosed(released, body.items());
        Disclosure {
            id: DisclosureId(p.message.0),
            case: Some(p.case),
            to: p.to.clone(),
            channel: Channel::Node,
            body: match p.becomes {
                Becomes::Summary => "summary",
                Becomes::Answer(_) => "answer",
                Becomes::Request(_) => "request",
                Becomes::Referral(_) => "referral",
            }
            .into(),
            purpose: p.purpose,
            items,
            grounds,
            threats: Vec::new(),
            by: p.by.clone(),
            approved_by,
            at: released.decided_at(),
            law_version: released.law_version().to_owned(),
            emergency: p.emergency,
            seen: Vec::new(),
            review: None,
            decided_afterwards: None,
            decided: Vec::new(),
        }
    }

    pub(super) fn around<'a>(
        &'a self,
        _to: &AgencyId,
        case_ref: [u8; 16],
        packet: Option<&'a str>,
        request: Option<&'a crate::app::RequestTerms>,
    ) -> Around<'a> {
        Around {
            case_ref,
            packet: packet.unwrap_or_default(),
            contact_name: &self.config.agency.name,
            contact_phone: &self.config.agency.telephone,
            notice: policy::share::obligations::GENERAL_NOTICE,
            request,
            referral: None,
            reached: None,
        }
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

/// Days in which a recall asks to be acted on.
pub(super) const RECALL_ANSWERED_WITHIN_DAYS: i64 = 7;

/// Why a share that was approved does not go now; `None` when it does. An approved set is one whole: when part of it may no
/// longer go, a person looks again. Only an emergency sends what is left of it, because waiting may cost a life.
fn refuses(app: &App, decision: &ShareDecision<'_>, emergency: bool) -> Option<String> {
    use policy::door::Outcome;
    if let Some(stop) = decision.stops().first() {
        return Some(stop.to_string());
    }
    let withheld = decision.items().iter().find(|i| i.outcome == Outcome::Withheld);
    match withheld {
        None => None,
        Some(_) if emergency && decision.would_go() => None,
        Some(item) => {
            let row = item.row.map_or(String::new(), |r| format!(" (row {r})"));
            let mut why: Vec<String> = item.reasons.iter().map(|r| r.text(app.door.matrix())).collect();
            why.extend(revoked(decision, item));
            Some(format!("item {}{row} may no longer go: {}", item.item, why.join("; ")))
        }
    }
}

/// That a person whom the item is about took a permission back that named this recipient: what a reader of the trace
/// wants to know first.
fn revoked(decision: &ShareDecision<'_>, item: &ItemDecision) -> Option<String> {
    let setting = &decision.ask().setting;
    let about = |person| item.people.iter().any(|p| p.person == person);
    let at = setting
        .permissions
        .iter()
        .filter(|p| about(p.person) && p.recipients.iter().any(|r| r.names(setting.recipient)))
        .filter_map(|p| p.revoked_at.filter(|at| *at <= setting.now))
        .max()?;
    Some(format!("a permission for this recipient was revoked at {at}"))
}

//! What a task would send, decided now: a share, an answer, a recall. Nothing of it is kept yet.
//!
//! Caller: `compose`, which seals and commits it, and `words` for what is said about referrals. Deliberately absent: sealing.

use super::bodies::{self, Around};
use crate::app::casework::going;
use crate::app::rows::Read;
use crate::app::{
    App, AppError, AppResult, Becomes, Channel, Decided, Deciding, Direction, Disclosure, Proposal,
    RequestRecord, To, Work, accounts, derived_id, proposal_state,
};
use crate::store::{Kind, Put, RecordRef};
use policy::door::{ItemDecision, RecallReason, Releasable, ShareDecision};
use policy::id::{AgencyId, DisclosureId, ItemId, MessageId};
use policy::record::Approval;
use policy::time::UtcTime;
use proto::exchange::v1::Body;

/// A decided body, ready to be sealed and kept.
pub(super) struct Draft {
    pub(super) message: MessageId,
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

impl Draft {
    /// What goes with nothing of our own beside its disclosure.
    pub(super) fn of(
        message: MessageId,
        body: Body,
        released: Releasable,
        disclosure: Disclosure,
        relied_on: Vec<(RecordRef, u64)>,
    ) -> Self {
        Self { message, body, released, disclosure, request: None, referral: None, bell: None, relied_on }
    }
}

/// What we keep of a message about an earlier disclosure: to whom that went, with nothing of what went.
pub(super) fn concerning(earlier: &Disclosure, message: MessageId, body: &str, at: UtcTime) -> Disclosure {
    Disclosure {
        id: DisclosureId(message.0),
        body: body.to_owned(),
        items: Vec::new(),
        grounds: Vec::new(),
        threats: Vec::new(),
        at,
        emergency: false,
        seen: Vec::new(),
        review: None,
        decided: Vec::new(),
        ..earlier.clone()
    }
}

/// Days in which a recall asks to be acted on.
pub(super) const RECALL_ANSWERED_WITHIN_DAYS: i64 = 7;

impl App {
    pub(super) async fn draft_share(
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
        let draft = Draft::of(p.message, body, released, disclosure, relied_on);
        Ok(Ok(Draft { request, referral, ..draft }))
    }

    /// The answer to a request, at its due time, whatever it holds. Everything that stands in the way of content leads to
    /// the same empty answer; whoever asked for the content and approved it is told here why it did not go.
    pub(super) async fn draft_answer(&self, request: MessageId, work: &Read<Work>) -> AppResult<Draft> {
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
        Ok(Draft { bell, ..Draft::of(message, body, released, disclosure, relied_on) })
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
        Ok(Ok(Draft::of(message, body, released, disclosure, relied_on)))
    }

    pub(super) async fn draft_recall(
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
        let disclosure = concerning(&recalled.record, message, "recall", now);
        Ok(Ok(Draft::of(message, body, released, disclosure, vec![recalled.relied_on()])))
    }

    /// Whether every item that went may still go.
    pub(super) async fn still_permitted(
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
}

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

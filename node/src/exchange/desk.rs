//! The desk: what comes in from other nodes is checked, admitted or set apart, made durable, and receipted.
//!
//! Callers: the exchange listener, with the identity that the TLS session proved. One commit stores the admitted items, the
//! items set apart, the accounting line, the notification and our signed receipt, which returns only then. A message that
//! came before gets the first receipt again. Deliberately absent: linking (a named member does that), and any answer that
//! depends on whom a message is about.

use super::envelope::{self, Opened, Sealing};
use super::listen::{Inbox, InboxError};
use super::received;
use super::roster::Member;
use crate::app::rows::{Read, put_new};
use crate::app::{
    Accounted, AccountingEntry, App, AppError, AppResult, Came, Channel, Direction, Disclosure, Inbound,
    NoSuchReferral, Quarantined, ReferralRecord, ReferralStep, RequestRecord, Task, To, UNLINKED, Work,
    derived_id, inbound_state, work_state,
};
use crate::faults;
use crate::store::{Changes, Kind};
use crate::tls::PeerIdentity;
use policy::id::{AgencyId, CaseId, DisclosureId, Id, MessageId};
use policy::process::referral::State;
use policy::record::{Purpose, Stale};
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::{
    Body, CollectRequest, CollectResponse, DeliverOutcome, DeliverResult, Envelope, LoneItem,
    QuarantinedItem, RecallDone, RecallOutcome, Receipt, RefusalCode, body,
};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The receiving side of this node.
pub struct Desk {
    app: Arc<App>,
}

/// Why an envelope is not kept: a code and plain words, both for the sender.
struct Refused(RefusalCode, String);

/// What a message came to: what is kept of it, and what is set apart.
struct Sorted {
    kept: Body,
    kind: &'static str,
    purpose: Option<Purpose>,
    emergency: bool,
    admitted: Accounted,
    commitments: Vec<Vec<u8>>,
    obligations: Vec<String>,
    apart: Vec<(LoneItem, received::Apart)>,
    recalled: Vec<RecallOutcome>,
    /// The case of ours that it is about, where this agency made the referral that it speaks of.
    case: Option<CaseId>,
}

impl Desk {
    /// A desk over this app.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// Takes one envelope of a member that TLS and the roster have proved.
    pub(super) async fn take(&self, sender: &Member, envelope: Envelope) -> AppResult<DeliverResult> {
        let claimed = envelope::claimed_message_id(&envelope);
        for attempt in 0..crate::app::DECIDE_AGAIN_MAX {
            // Nearly every message is new: whether one came before is asked when the commit says so.
            match self.take_once(sender, &envelope, attempt > 0).await {
                Ok(Ok(result)) => return Ok(result),
                Ok(Err(Refused(code, text))) => {
                    tracing::warn!(peer = %sender.id, ?code, "an envelope was refused");
                    return Ok(DeliverResult {
                        message_id: claimed,
                        outcome: DeliverOutcome::Refused.into(),
                        refusal: code.into(),
                        text,
                        receipt: None,
                    });
                }
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
            }
        }
        Err(AppError::Stale)
    }

    async fn take_once(
        &self,
        sender: &Member,
        envelope: &Envelope,
        may_be_known: bool,
    ) -> AppResult<Result<DeliverResult, Refused>> {
        let app = &self.app;
        let now = app.now();
        let mut opened = match envelope::open(&app.keys, &app.config.agency.spiffe(), sender, envelope, now) {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(Refused(error.code(), error.to_string()))),
        };
        let known = Kind::Inbound.of(opened.message);
        if may_be_known && let Some(known) = app.find::<Inbound>(known).await? {
            return Ok(again(&known, &opened, sender));
        }
        let stored = match self.sort(&mut opened, sender, now).await? {
            Ok(sorted) => self.store(&opened, sender, sorted, now).await?,
            Err(refused) => Err(refused),
        };
        match stored {
            Ok(result) => Ok(Ok(result)),
            Err(refused) => Ok(match app.find::<Inbound>(known).await? {
                Some(known) => again(&known, &opened, sender),
                None => Err(refused),
            }),
        }
    }

    /// Admits item by item, and reads what a message asks for beside its items.
    async fn sort(
        &self,
        opened: &mut Opened,
        sender: &Member,
        now: UtcTime,
    ) -> AppResult<Result<Sorted, Refused>> {
        let app = &self.app;
        let mut kept = std::mem::take(&mut opened.body);
        let mut sorted = Sorted {
            kept: Body::default(),
            kind: received::kind_word(&kept),
            purpose: None,
            emergency: false,
            admitted: Accounted::default(),
            commitments: Vec::new(),
            obligations: Vec::new(),
            apart: Vec::new(),
            recalled: Vec::new(),
            case: None,
        };
        match &mut kept.kind {
            Some(body::Kind::Answer(answer)) => {
                let request = Id::from_slice(&answer.in_reply_to).map(MessageId);
                let asked = match request {
                    Some(id) => app.find::<RequestRecord>(Kind::Request.of(id)).await?,
                    None => None,
                };
                let ours =
                    asked.filter(|r| r.record.direction == Direction::Sent && r.record.with == sender.id);
                let Some(ours) = ours else {
                    let text = "this answers a request that this agency did not make to you".to_owned();
                    return Ok(Err(Refused(RefusalCode::ReferenceUnknown, text)));
                };
                sorted.purpose = Some(ours.record.purpose);
            }
            Some(body::Kind::ReferralStatus(status)) => {
                let referral = Id::from_slice(&status.referral_message_id).map(MessageId);
                let ours = match referral {
                    Some(id) => app.find::<ReferralRecord>(Kind::Referral.of(id)).await?,
                    None => None,
                };
                let Some(ours) = ours.filter(|r| r.record.with == sender.id) else {
                    return Ok(Err(no_such_word()));
                };
                sorted.purpose = Some(ours.record.purpose);
            }
            Some(body::Kind::Receipt(_)) => {
                let text = "a receipt comes in answer to a delivery, not by itself".to_owned();
                return Ok(Err(Refused(RefusalCode::Malformed, text)));
            }
            _ => {}
        }
        let stated = received::stated(&kept);
        sorted.purpose = sorted.purpose.or(stated.purpose);
        sorted.emergency = stated.emergency;
        if let Some((items, grounds)) = kept.items_mut() {
            let parties = app.parties_for_admission(sender).await?;
            let message =
                received::Message { from: &parties, purpose: sorted.purpose, emergency: sorted.emergency };
            let mut on: Vec<_> = grounds.iter().map(received::Ground::of).collect();
            for mut item in std::mem::take(items) {
                let ground = usize::try_from(item.ground).ok().and_then(|place| on.get_mut(place));
                let ground = ground.ok_or_else(|| AppError::Refused("an item names no ground".into()))?;
                match received::admit_item(app, &message, &item, ground, now) {
                    Ok(()) => {
                        ground.admitted(&item, &mut sorted.admitted, &mut sorted.obligations);
                        sorted.commitments.push(item.commitment.clone());
                        items.push(item);
                    }
                    Err(apart) => {
                        item.ground = 0;
                        let lone = LoneItem { item: Some(item), ground: Some(ground.alone()) };
                        sorted.apart.push((lone, apart));
                    }
                }
            }
            if !sorted.apart.is_empty() {
                received::only_named(items, grounds);
            }
        }
        sorted.kept = kept;
        Ok(Ok(sorted))
    }

    /// One commit: everything that this message makes true here, and the receipt that says so.
    async fn store(
        &self,
        opened: &Opened,
        sender: &Member,
        mut sorted: Sorted,
        now: UtcTime,
    ) -> AppResult<Result<DeliverResult, Refused>> {
        let app = &self.app;
        let r = Kind::Inbound.of(opened.message);
        let mut changes = Changes::default();
        let mut state = inbound_state::UNSEEN;
        let mut bell = Some(("inbox", sorted.emergency));
        match &sorted.kept.kind {
            Some(body::Kind::Recall(recall)) if received::stale_reason(recall.reason()).is_some() => {
                sorted.recalled = self.mark_stale(recall, &sender.id, now, &mut changes).await?;
                (state, bell) = (inbound_state::FILED, None);
            }
            Some(body::Kind::Recall(recall)) => {
                sorted.recalled = self.obey_recall(recall, &sender.id, now, &mut changes).await?;
                bell = Some(("recall", false));
            }
            Some(body::Kind::Referral(referral)) => {
                let record = referral_record(referral, opened, sender, &sorted, now);
                let record = record.ok_or_else(|| AppError::Refused("a referral asks for nothing".into()))?;
                changes.puts.push(app.put_received_referral(&record)?);
            }
            // set apart: the sender is told by the receipt, and nothing follows from it
            Some(body::Kind::ReferralStatus(_)) if !sorted.apart.is_empty() => {
                (state, bell) = (inbound_state::FILED, None);
            }
            Some(body::Kind::ReferralStatus(status)) => {
                match self.take_word(status, opened, sender, now, &mut changes).await? {
                    Ok(case) => sorted.case = case,
                    Err(refused) => return Ok(Err(refused)),
                }
                (state, bell) = (inbound_state::FILED, None);
            }
            Some(body::Kind::SeenByPerson(seen)) => {
                self.note_seen(seen, &sender.id, &mut changes).await?;
                (state, bell) = (inbound_state::FILED, None);
            }
            Some(body::Kind::Request(_)) => self.queue_answer(opened, sender, &sorted, now, &mut changes)?,
            Some(body::Kind::Answer(answer)) => self.note_answer(&answer.in_reply_to, &mut changes).await?,
            _ => {}
        }
        let receipt = self.receipt(opened, sender, &sorted, now)?;
        let receipt_bytes = receipt.encode_to_vec();
        let mut bytes =
            if sorted.apart.is_empty() { opened.content.to_vec() } else { sorted.kept.encode_to_vec() };
        let receipt_at = bytes.len();
        bytes.extend_from_slice(&receipt_bytes);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let inbound = Inbound {
            message: opened.message,
            from: sender.id.clone(),
            received_at: now,
            kind: sorted.kind.to_owned(),
            exercise: opened.exercise,
            envelope_digest: crate::hex::encode(&opened.digest),
            receipt_at,
            emergency: sorted.emergency,
            admitted: count(sorted.admitted.items.len()),
            set_apart: count(sorted.apart.len()),
            seen: None,
            linked: None,
            stale: Vec::new(),
        };
        changes.puts.push(put_new(r, &inbound, &bytes)?.in_state(state));
        if !sorted.admitted.items.is_empty() {
            let line = AccountingEntry {
                disclosure: DisclosureId(opened.message.0),
                person: None,
                direction: Direction::Received,
                party: sender.id.to_string(),
                at: now,
                purpose: sorted.purpose,
                accounted: sorted.admitted,
                views: Vec::new(),
                emergency: sorted.emergency,
                channel: Channel::Node,
            };
            let put = put_new(Kind::Accounting.of(opened.message), &line, &[])?;
            changes.puts.push(put.under(sorted.case.map_or(UNLINKED, |case| case.0)).sharing_key_of(r));
        }
        for (at, (lone, apart)) in sorted.apart.iter().enumerate() {
            let quarantined = Quarantined {
                message: opened.message,
                from: sender.id.clone(),
                at: now,
                reasons: apart.texts.clone(),
                row: lone.item.as_ref().and_then(|i| u8::try_from(i.row).ok()).unwrap_or_default(),
            };
            let id = derived_id("quarantine", &format!("{} {at}", opened.message));
            changes.puts.push(put_new(Kind::Quarantine.of(id), &quarantined, &lone.encode_to_vec())?);
        }
        if !sorted.apart.is_empty() {
            changes.puts.push(app.raise("quarantine", r, false, now, now)?);
        }
        if let Some((what, urgent)) = bell {
            changes.puts.push(app.raise(what, r, urgent, now, now)?.sharing_key_of(r));
        }
        let actor = sender.spiffe.as_str();
        changes.events.push(app.event(actor, "message_stored", vec![r]));
        let queued = changes.puts.iter().any(|put| put.r.kind == Kind::Work);
        faults::reached("desk.before_store");
        app.commit(changes).await?;
        faults::reached("desk.after_store");
        if queued {
            app.courier_bell.notify_one();
        }
        app.notify_bell.notify_one();
        faults::reached("desk.before_answer");
        let outcome =
            if sorted.apart.is_empty() { DeliverOutcome::Stored } else { DeliverOutcome::Quarantined };
        Ok(Ok(stored(opened.message, outcome, receipt)))
    }

    fn receipt(
        &self,
        opened: &Opened,
        sender: &Member,
        sorted: &Sorted,
        now: UtcTime,
    ) -> AppResult<Envelope> {
        let app = &self.app;
        let said = Receipt {
            message_id: opened.message.0.to_bytes().to_vec(),
            stored_at_ms: now.0,
            envelope_digest: opened.digest.to_vec(),
            commitments: sorted.commitments.clone(),
            obligations: sorted.obligations.clone(),
            quarantined: sorted
                .apart
                .iter()
                .map(|(lone, apart)| QuarantinedItem {
                    commitment: lone.item.as_ref().map(|i| i.commitment.clone()).unwrap_or_default(),
                    reason: apart.code.into(),
                })
                .collect(),
            recall_outcomes: sorted.recalled.clone(),
        };
        let sealing = Sealing {
            message: MessageId(derived_id("receipt", &opened.message.to_string())),
            from: app.config.agency.spiffe(),
            to: sender,
            created_at: now,
            exercise: opened.exercise,
        };
        let body = Body { kind: Some(body::Kind::Receipt(said)) };
        envelope::seal(&app.keys, &sealing, &body).map_err(|e| AppError::Refused(e.to_string()))
    }

    /// A word about a referral between us and the sender. Whatever does not fit is refused in the same words, so that they tell
    /// nothing of what this agency keeps.
    async fn take_word(
        &self,
        status: &proto::exchange::v1::ReferralStatus,
        opened: &Opened,
        sender: &Member,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Result<Option<CaseId>, Refused>> {
        let referral = Id::from_slice(&status.referral_message_id).map(MessageId);
        let (Some(referral), Some(state)) = (referral, received::referral_state(status.state())) else {
            return Ok(Err(no_such_word()));
        };
        let came = Came {
            referral,
            from: &sender.id,
            state,
            because: received::decline_reason(status.declined_because()),
            has_item: !status.items.is_empty(),
        };
        let taken = self.app.take_referral_word(&came, opened.message, now, changes).await?;
        Ok(taken.map_err(|NoSuchReferral| no_such_word()))
    }

    /// Marks what its sender says is no longer current. What we do not know, or what came from somebody else, has no outcome.
    async fn mark_stale(
        &self,
        notice: &proto::exchange::v1::Recall,
        from: &AgencyId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Vec<RecallOutcome>> {
        let mut outcomes = Vec::new();
        let Some(because) = received::stale_reason(notice.reason()) else { return Ok(outcomes) };
        for target in &notice.targets {
            let Some(id) = Id::from_slice(&target.message_id) else { continue };
            let found: Option<Read<Inbound>> = self.app.find(Kind::Inbound.of(id)).await?;
            let Some(mut inbound) = found.filter(|i| i.record.from == *from) else { continue };
            if inbound.row.state == inbound_state::RECALLED {
                continue;
            }
            let stale = Stale { since: now, because };
            let marked = self.app.mark_received(&mut inbound, &target.commitments, stale, changes).await?;
            outcomes.extend(marked.into_iter().map(|commitment| RecallOutcome {
                commitment,
                done: RecallDone::Marked.into(),
                kept_under: String::new(),
            }));
        }
        Ok(outcomes)
    }

    /// The answer leaves at a time computed from arrival alone, whatever anybody here does.
    fn queue_answer(
        &self,
        opened: &Opened,
        sender: &Member,
        sorted: &Sorted,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let due = UtcTime(now.0.saturating_add(i64::from(self.app.config.times.answer_after_seconds) * 1000));
        let request = RequestRecord {
            message: opened.message,
            direction: Direction::Received,
            with: sender.id.clone(),
            case: None,
            disclosure: None,
            by: None,
            at: now,
            purpose: sorted.purpose.unwrap_or(Purpose::ThreatAssessment),
            exercise: opened.exercise,
            answer_due: due,
            answered: false,
            answer: None,
        };
        let bytes = sorted.kept.encode_to_vec();
        changes.puts.push(put_new(Kind::Request.of(opened.message), &request, &bytes)?.due(due));
        let work = Work::new(Task::Answer(opened.message), &sender.id, None);
        changes
            .puts
            .push(put_new(Kind::Work.of(opened.message), &work, &[])?.in_state(work_state::DUE).due(due));
        Ok(())
    }

    async fn note_answer(&self, request: &[u8], changes: &mut Changes) -> AppResult<()> {
        if let Some(id) = Id::from_slice(request)
            && let Some(mut r) = self.app.find::<RequestRecord>(Kind::Request.of(id)).await?
        {
            r.record.answered = true;
            changes.puts.push(r.put()?);
        }
        Ok(())
    }

    /// A person at the recipient has seen what we sent.
    async fn note_seen(
        &self,
        seen: &proto::exchange::v1::SeenByPerson,
        from: &AgencyId,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let Some(id) = Id::from_slice(&seen.message_id) else { return Ok(()) };
        if let Some(mut d) = self.app.find::<Disclosure>(Kind::Disclosure.of(id)).await?
            && d.record.to == To::Agency(from.clone())
        {
            d.record.seen.push((UtcTime(seen.seen_at_ms), seen.by_role.clone()));
            changes.puts.push(d.put()?);
        }
        Ok(())
    }

    /// Closes what its sender recalled to all use. What we do not know, or what came from somebody else, has no outcome.
    async fn obey_recall(
        &self,
        recall: &proto::exchange::v1::Recall,
        from: &AgencyId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Vec<RecallOutcome>> {
        let mut outcomes = Vec::new();
        for target in &recall.targets {
            let Some(id) = Id::from_slice(&target.message_id) else { continue };
            let found: Option<Read<Inbound>> = self.app.find(Kind::Inbound.of(id)).await?;
            let Some(mut inbound) = found.filter(|i| i.record.from == *from) else { continue };
            if inbound.row.state == inbound_state::RECALLED {
                continue;
            }
            self.app.seal_recalled(&mut inbound, &target.commitments, now, changes).await?;
            outcomes.extend(target.commitments.iter().map(|c| RecallOutcome {
                commitment: c.clone(),
                done: RecallDone::Sealed.into(),
                kept_under: String::new(),
            }));
        }
        Ok(outcomes)
    }
}

/// The one answer to a word that is none about a referral between us, does not follow, or is not the sender's to say.
fn no_such_word() -> Refused {
    let text = "this is no word of yours that can follow about a referral between our agencies".to_owned();
    Refused(RefusalCode::ReferenceUnknown, text)
}

/// What we keep of a referral that came.
fn referral_record(
    referral: &proto::exchange::v1::Referral,
    opened: &Opened,
    sender: &Member,
    sorted: &Sorted,
    now: UtcTime,
) -> Option<ReferralRecord> {
    let step = ReferralStep { state: State::Received, because: None, at: now, by: None };
    Some(ReferralRecord {
        message: opened.message,
        direction: Direction::Received,
        with: sender.id.clone(),
        case_ref: referral.case_ref.as_slice().try_into().ok()?,
        purpose: sorted.purpose?,
        exercise: opened.exercise,
        terms: received::referral_terms(referral)?,
        steps: vec![step],
        proposal: None,
        agreed: None,
    })
}

/// A message that came before: the same bytes get the first receipt again, other bytes are refused.
fn again(known: &Read<Inbound>, opened: &Opened, sender: &Member) -> Result<DeliverResult, Refused> {
    let same =
        known.record.from == sender.id && known.record.envelope_digest == crate::hex::encode(&opened.digest);
    match Envelope::decode(known.receipt()) {
        Ok(receipt) if same => Ok(stored(opened.message, DeliverOutcome::Duplicate, receipt)),
        Ok(_) => Err(Refused(
            RefusalCode::IdReused,
            "this message id came before with other bytes: give each message its own id".to_owned(),
        )),
        Err(_) => Err(Refused(
            RefusalCode::Busy,
            "the receipt cannot be read at the moment: try again later".to_owned(),
        )),
    }
}

fn stored(message: MessageId, outcome: DeliverOutcome, receipt: Envelope) -> DeliverResult {
    DeliverResult {
        message_id: message.0.to_bytes().to_vec(),
        outcome: outcome.into(),
        refusal: RefusalCode::Unspecified.into(),
        text: String::new(),
        receipt: Some(receipt),
    }
}

impl Inbox for Desk {
    async fn deliver(
        &self,
        peer: PeerIdentity,
        envelopes: Vec<Envelope>,
    ) -> Result<Vec<DeliverResult>, InboxError> {
        let sender = match self.app.roster.load().admits(&peer) {
            Ok(member) => member.clone(),
            Err(error) => {
                let refused = |envelope: &Envelope| DeliverResult {
                    message_id: envelope::claimed_message_id(envelope),
                    outcome: DeliverOutcome::Refused.into(),
                    refusal: RefusalCode::NotInRoster.into(),
                    text: error.to_string(),
                    receipt: None,
                };
                return Ok(envelopes.iter().map(refused).collect());
            }
        };
        // Together, so that they share commits; the order of the answers is that of the envelopes.
        let mut tasks: Vec<JoinHandle<AppResult<DeliverResult>>> = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            let (desk, sender) = (Self::new(Arc::clone(&self.app)), sender.clone());
            tasks.push(tokio::spawn(async move { desk.take(&sender, envelope).await }));
        }
        let mut results = Vec::with_capacity(tasks.len());
        for task in tasks {
            match task.await {
                Ok(Ok(result)) => results.push(result),
                Ok(Err(error)) => {
                    tracing::error!(%error, peer = %peer.id(), "an envelope could not be stored");
                    return Err(InboxError::Failed);
                }
                Err(error) => {
                    tracing::error!(%error, peer = %peer.id(), "storing an envelope broke off");
                    return Err(InboxError::Failed);
                }
            }
        }
        Ok(results)
    }

    async fn collect(
        &self,
        peer: PeerIdentity,
        request: CollectRequest,
    ) -> Result<CollectResponse, InboxError> {
        self.app.hand_out(&peer, request).await.map_err(|error| {
            tracing::error!(%error, peer = %peer.id(), "waiting envelopes could not be handed out");
            InboxError::Failed
        })
    }
}

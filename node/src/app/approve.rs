//! A named approver says yes, narrows, or denies; a second person reviews an emergency.
//!
//! An approval is a *fact*, not a proof: the courier decides again before every attempt.

use super::notifications::notification_id;
use super::recall::Cause;
use super::rows::{Read, put_new};
use super::{
    Actor, App, AppError, AppResult, Becomes, DECIDE_AGAIN_MAX, Disclosure, Notification, Proposal,
    RequestRecord, Review, Task, To, Work, notification_state, proposal_state, work_state,
};
use crate::store::{Changes, Kind, RecordRef};
use policy::id::{AgencyId, DisclosureId, ItemId, ProposalId};

/// Longest note or reason, in bytes.
pub const NOTE_BYTES_MAX: usize = 2_000;

/// What an approver says.
#[derive(Clone)]
pub enum Answer {
    /// Yes to these items; empty: to all that were asked for.
    Yes(Vec<ItemId>),
    /// No, for this reason.
    No(String),
}

impl App {
    /// Says yes, narrows or denies. A yes and its work item are one commit.
    ///
    /// # Errors
    /// [`AppError::Refused`] when it was decided before, or when the actor asked for it: a second person approves.
    pub async fn approve(
        &self,
        actor: &Actor,
        proposal: ProposalId,
        answer: Answer,
    ) -> AppResult<Read<Proposal>> {
        // that a bell rings for it in the same moment is no reason to send the approver back
        for _ in 0..DECIDE_AGAIN_MAX {
            match self.approve_once(actor, proposal, answer.clone()).await {
                Err(AppError::Stale) => {}
                other => return other,
            }
        }
        Err(AppError::Stale)
    }

    async fn approve_once(
        &self,
        actor: &Actor,
        proposal: ProposalId,
        answer: Answer,
    ) -> AppResult<Read<Proposal>> {
        let mut p: Read<Proposal> = self.load(Kind::Proposal.of(proposal)).await?;
        if p.row.state != proposal_state::ASKED {
            return Err(AppError::Refused("this was decided already: `concord trace` tells by whom".into()));
        }
        if p.record.by == actor.staff {
            return Err(AppError::Refused(
                "whoever asks for a share cannot approve it: another approver does, or in an emergency use --emergency".into(),
            ));
        }
        let now = self.now();
        let mut changes = Changes::default();
        let (state, event) = match answer {
            Answer::No(reason) => {
                check_note("deny_reason", &reason)?;
                p.record.denied_because = Some(reason);
                p.record.denied_by = Some((actor.staff.clone(), now));
                (proposal_state::DENIED, "share_denied")
            }
            Answer::Yes(keep) => {
                if let Some(stray) = keep.iter().find(|k| !p.record.items.contains(k)) {
                    let problem = format!("item {stray} was not asked for: an approver narrows, never adds");
                    return Err(AppError::Invalid { field: "keep_item_ids", problem });
                }
                let keep = if keep.is_empty() { p.record.items.clone() } else { keep };
                let (approval, relied_on) = self.approvable(&p.record, &keep, actor, now).await?;
                changes.relied_on = relied_on;
                changes.puts.push(put_new(Kind::Approval.of(proposal), &approval, &[])?.under(p.record.case));
                self.queue_approved(&p.record, now, &mut changes).await?;
                (proposal_state::APPROVED, "share_approved")
            }
        };
        changes.puts.push(p.put()?.in_state(state));
        self.quiet("proposal", p.row.r, actor, &mut changes).await?;
        changes.events.push(self.event(
            actor.staff.as_str(),
            event,
            vec![p.row.r, Kind::Case.of(p.record.case)],
        ));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        self.load(Kind::Proposal.of(proposal)).await
    }

    /// Queues what an approval sets off: a send at once, or the content of an answer that leaves at its own time.
    pub(super) async fn queue_approved(
        &self,
        p: &Proposal,
        now: policy::time::UtcTime,
        changes: &mut Changes,
    ) -> AppResult<()> {
        if let Becomes::Answer(request) = &p.becomes {
            let mut r: Read<RequestRecord> = self.load(Kind::Request.of(*request)).await?;
            r.record.answer = Some(p.id);
            r.record.case = Some(p.case);
            changes.puts.push(r.put()?);
            return Ok(());
        }
        let work = Work::new(Task::Share(p.id), agency_of(&p.to)?, Some(p.case));
        changes.puts.push(put_new(Kind::Work.of(p.id), &work, &[])?.in_state(work_state::DUE).due(now));
        Ok(())
    }

    /// A second person looks at an emergency. Not in order: what was sent is recalled as a mistake.
    ///
    /// # Errors
    /// [`AppError::Refused`] when it is no emergency, was reviewed, or the actor sent it.
    ///
    /// # Law
    /// Good faith is presumed where the belief rests on actual knowledge or a credible source (45 CFR 164.512(j)(4)); a
    /// review looks at exactly that, read 2026-11.
    pub async fn review_emergency(
        &self,
        actor: &Actor,
        disclosure: DisclosureId,
        in_order: bool,
        note: String,
    ) -> AppResult<Read<Disclosure>> {
        if !in_order {
            check_note("note", &note)?;
        }
        for _ in 0..DECIDE_AGAIN_MAX {
            match self.review_once(actor, disclosure, in_order, &note).await {
                Err(AppError::Stale) => {}
                other => return other,
            }
        }
        Err(AppError::Stale)
    }

    async fn review_once(
        &self,
        actor: &Actor,
        disclosure: DisclosureId,
        in_order: bool,
        note: &str,
    ) -> AppResult<Read<Disclosure>> {
        let mut d: Read<Disclosure> = self.load(Kind::Disclosure.of(disclosure)).await?;
        let refusal = if !d.record.emergency {
            Some("this was no emergency: it was approved before it went")
        } else if d.record.review.is_some() {
            Some("this emergency was reviewed already")
        } else if d.record.by == actor.staff {
            Some("whoever sent in an emergency cannot review it: a second person does")
        } else {
            None
        };
        if let Some(why) = refusal {
            return Err(AppError::Refused(why.into()));
        }
        let now = self.now();
        let mut changes = Changes::default();
        d.record.review = Some(Review { by: actor.staff.clone(), at: now, in_order, note: note.to_owned() });
        changes.puts.push(d.put()?);
        if let (false, Some(case)) = (in_order, d.record.case) {
            self.queue_recalls(case, &Cause::Mistake(disclosure), now, &mut changes).await?;
        }
        self.quiet("emergency_review", d.row.r, actor, &mut changes).await?;
        changes.events.push(self.event(actor.staff.as_str(), "emergency_reviewed", vec![d.row.r]));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        self.load(Kind::Disclosure.of(disclosure)).await
    }

    /// Adds to `changes` that the actor took care of a notification, if it still waits.
    pub(super) async fn quiet(
        &self,
        what: &str,
        about: RecordRef,
        actor: &Actor,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let r = Kind::Notification.of(notification_id(what, about));
        if let Some(mut n) = self.find::<Notification>(r).await?
            && n.record.taken.is_none()
        {
            n.record.taken = Some((actor.staff.clone(), self.now()));
            changes.puts.push(n.put()?.in_state(notification_state::TAKEN).due(None));
        }
        Ok(())
    }
}

/// The agency a message goes to.
///
/// # Errors
/// [`AppError::Refused`] for somebody outside any node.
pub(super) fn agency_of(to: &To) -> AppResult<&AgencyId> {
    match to {
        To::Agency(agency) => Ok(agency),
        To::Contact(_) => Err(AppError::Refused(
            "this person has no node: tell them by telephone, on paper or in a meeting, then `concord record-disclosure`; \
             `concord share --preview` shows what may be told"
                .into(),
        )),
    }
}

/// A reason or note that must be there and may not be endless.
pub(super) fn check_note(field: &'static str, text: &str) -> AppResult<()> {
    if text.trim().is_empty() {
        return Err(AppError::Invalid { field, problem: "write the reason in a sentence".into() });
    }
    if text.len() > NOTE_BYTES_MAX {
        return Err(AppError::Invalid { field, problem: format!("at most {NOTE_BYTES_MAX} bytes") });
    }
    Ok(())
}

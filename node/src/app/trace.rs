//! Where a message is and what stopped it, in plain lines.

use super::{
    App, AppError, AppResult, Disclosure, Inbound, Proposal, ReceiptRecord, RequestRecord, Work,
    disclosure_state, inbound_state, proposal_state, work_state,
};
use crate::store::Kind;
use policy::id::{CaseId, Id};
use policy::record::Approval;
use policy::time::UtcTime;

/// One thing that happened, or that is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// When.
    pub at: UtcTime,
    /// What, without personal data.
    pub text: String,
}

/// What is known of one id.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The case it belongs to, where there is one: the caller must be open to it.
    pub case: Option<CaseId>,
    /// Lines, oldest first.
    pub lines: Vec<TraceLine>,
}

impl App {
    /// Everything this node knows of a proposal, disclosure, request or message id.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the id is none of these.
    pub async fn trace(&self, id: Id) -> AppResult<Trace> {
        let mut t = Trace { case: None, lines: Vec::new() };
        let mut message = Some(id);
        if let Some(p) = self.find::<Proposal>(Kind::Proposal.of(id)).await? {
            t.case = Some(p.record.case);
            t.say(p.record.at, format!("asked for by {}", p.record.by));
            let approval: Option<_> = self.find::<Approval>(Kind::Approval.of(id)).await?;
            match (p.row.state, approval) {
                (proposal_state::ASKED, _) => t.say(p.record.at, "waits for an approver".into()),
                (proposal_state::DENIED, _) => t.say(p.record.at, "denied by an approver".into()),
                (_, Some(a)) => t.say(a.record.at, format!("approved by {}", a.record.by)),
                (_, None) => {}
            }
            if let Some((at, why)) = self.why_answer_was_empty(p.record.id).await? {
                t.say(at, format!("the empty answer went in its place: {why}"));
            }
            message = None;
        }
        if let Some(w) = self.find::<Work>(Kind::Work.of(id)).await? {
            t.case = t.case.or(w.record.case);
            t.work(&w.record, w.row.state, w.row.due_at);
            message = message.or(w.record.message.map(|m| m.0));
        }
        if let Some(id) = message {
            self.trace_message(id, &mut t).await?;
        }
        if t.lines.is_empty() {
            return Err(AppError::NotFound);
        }
        t.lines.sort_by_key(|l| l.at);
        Ok(t)
    }

    async fn trace_message(&self, id: Id, t: &mut Trace) -> AppResult<()> {
        if let Some(d) = self.find::<Disclosure>(Kind::Disclosure.of(id)).await? {
            t.case = t.case.or(d.record.case);
            let what = match d.row.state {
                disclosure_state::ATTEMPTED if self.is_receipted(d.record.id).await? => {
                    "stored by the recipient: its signed receipt is here"
                }
                disclosure_state::ATTEMPTED => "built and stored; the recipient has not confirmed it yet",
                disclosure_state::RECALLED => "recalled",
                disclosure_state::OUTSIDE => "made outside the node",
                _ => "not sent",
            };
            t.say(d.record.at, format!("{}: {what}", d.record.body));
            if let Some(r) =
                self.find::<ReceiptRecord>(Kind::Receipt.of(id)).await?.filter(|r| r.record.set_apart > 0)
            {
                let (n, reasons) = (r.record.set_apart, r.record.reasons.join(", "));
                let what = format!(
                    "{} admitted {} item(s) and set {n} apart ({reasons}): telephone its privacy officer before sending again",
                    r.record.from, r.record.admitted
                );
                t.say(r.record.stored_at, what);
            }
            for (at, role) in &d.record.seen {
                t.say(*at, format!("seen by a person at the recipient ({role})"));
            }
        }
        if let Some(i) = self.find::<Inbound>(Kind::Inbound.of(id)).await? {
            let from = &i.record.from;
            t.case = t.case.or(i.record.linked.as_ref().map(|(case, _)| *case));
            t.say(i.record.received_at, format!("{} from {from} stored here", i.record.kind));
            if let Some((_, at)) = &i.record.seen {
                t.say(*at, "opened by a person here".into());
            }
            if i.row.state == inbound_state::RECALLED {
                t.say(i.record.received_at, format!("recalled by {from}"));
            }
        }
        if let Some(r) = self.find::<RequestRecord>(Kind::Request.of(id)).await? {
            t.case = t.case.or(r.record.case);
            t.say(
                r.record.answer_due,
                format!("the answer to this request leaves at {}", r.record.answer_due),
            );
        }
        Ok(())
    }
}

impl Trace {
    fn say(&mut self, at: UtcTime, text: String) {
        self.lines.push(TraceLine { at, text });
    }

    fn work(&mut self, w: &Work, state: u16, due_at: Option<UtcTime>) {
        let at = w.last_attempt_at.or(due_at).unwrap_or_default();
        match state {
            work_state::DONE => {
                self.say(at, format!("delivered to {} after {} attempt(s)", w.to, w.attempts))
            }
            work_state::STOPPED => {
                self.say(
                    at,
                    format!("not sent to {}: {}", w.to, w.stopped_by.as_deref().unwrap_or("stopped")),
                );
            }
            _ => {
                let due = due_at.unwrap_or_default();
                match &w.stopped_by {
                    None => self.say(due, format!("leaves for {} at {due}", w.to)),
                    Some(why) => self.say(
                        at,
                        format!(
                            "attempt {} to {} did not succeed: {why}; next attempt at {due}",
                            w.attempts, w.to
                        ),
                    ),
                }
            }
        }
    }
}

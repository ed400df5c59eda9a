//! A human knows: what waits for a person, who took it, when it rings again. The ringing itself is `work::notify`.

use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, Notification, Proposal, notification_state};
use crate::store::{Changes, Expected, Kind, Put, RecordRef};
use policy::id::{Id, ProposalId, StaffId};
use policy::record::Approval;
use policy::time::UtcTime;

/// An approved answer did not go: the empty one did.
const ANSWER_EMPTY: &str = "answer_empty";

impl App {
    /// A put that raises a notification, to ring at `ring_at`. One for each thing and record: raising it again while it
    /// waits would be refused by its id, so the id is derived.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn raise(
        &self,
        what: &str,
        about: RecordRef,
        urgent: bool,
        now: UtcTime,
        ring_at: UtcTime,
    ) -> AppResult<Put> {
        let notification = Notification {
            why: None,
            concerns: Vec::new(),
            what: what.to_owned(),
            about: about.to_string(),
            raised_at: now,
            rung: 0,
            taken: None,
            last_result: None,
            urgent,
        };
        waiting(&notification, about, ring_at)
    }

    /// A put that tells one staff member of something; each time anew, and also when it was told before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn raise_for(
        &self,
        what: &str,
        about: RecordRef,
        whom: StaffId,
        why: &str,
        now: UtcTime,
    ) -> AppResult<Put> {
        let notification = Notification {
            what: what.to_owned(),
            about: about.to_string(),
            raised_at: now,
            rung: 0,
            taken: None,
            last_result: None,
            urgent: false,
            why: Some(why.to_owned()),
            concerns: vec![whom],
        };
        let put = put_new(Kind::Notification.of(self.new_id()), &notification, &[])?;
        Ok(put.in_state(notification_state::WAITING).due(now))
    }

    /// A put that tells whoever asked for an answer and approved it that the empty one goes in its place, and why. Own staff
    /// only: the asker cannot tell it from any other empty answer.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn raise_empty_answer(&self, proposal: ProposalId, why: String) -> AppResult<Put> {
        let now = self.now();
        let about = Kind::Proposal.of(proposal);
        let asked: Option<Read<Proposal>> = self.find(about).await?;
        let approved: Option<Read<Approval>> = self.find(Kind::Approval.of(proposal)).await?;
        let asked = asked.map(|p| p.record.by);
        let notification = Notification {
            what: ANSWER_EMPTY.to_owned(),
            about: about.to_string(),
            raised_at: now,
            rung: 0,
            taken: None,
            last_result: None,
            urgent: true,
            why: Some(why),
            concerns: asked.into_iter().chain(approved.map(|a| a.record.by)).collect(),
        };
        Ok(waiting(&notification, about, now)?.expecting(Expected::Any))
    }

    /// Why the empty answer went in place of this approved one, if it did.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn why_answer_was_empty(
        &self,
        proposal: ProposalId,
    ) -> AppResult<Option<(UtcTime, String)>> {
        let id = notification_id(ANSWER_EMPTY, Kind::Proposal.of(proposal));
        let told: Option<Read<Notification>> = self.find(Kind::Notification.of(id)).await?;
        Ok(told.map(|n| (n.record.raised_at, n.record.why.unwrap_or_default())))
    }

    /// What waits for a person, most urgent first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn waiting_notifications(&self) -> AppResult<Vec<Read<Notification>>> {
        let mut all = Vec::new();
        for state in [notification_state::EXHAUSTED, notification_state::WAITING] {
            all.extend(self.in_state::<Notification>(Kind::Notification, state).await?);
        }
        all.sort_by_key(|n| (!n.record.urgent, n.record.raised_at));
        Ok(all)
    }

    /// The actor takes care of a notification: it stops ringing.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none with this id, [`AppError::Refused`] when somebody else took it.
    pub async fn take_notification(&self, actor: &Actor, id: Id) -> AppResult<Read<Notification>> {
        for _ in 0..super::DECIDE_AGAIN_MAX {
            let mut n: Read<Notification> = self.load(Kind::Notification.of(id)).await?;
            if let Some((by, _)) = &n.record.taken {
                if *by == actor.staff {
                    return Ok(n);
                }
                return Err(AppError::Refused(format!("{by} has taken this already")));
            }
            if tells_of_an_opening(&n.record.what) && !n.record.concerns.contains(&actor.staff) {
                return Err(AppError::Refused(
                    "this tells one person of an opened seal: they take it themselves".into(),
                ));
            }
            let mut changes = Changes::default();
            n.record.taken = Some((actor.staff.clone(), self.now()));
            changes.puts.push(n.put()?.in_state(notification_state::TAKEN).due(None));
            changes.events.push(self.event(actor.staff.as_str(), "notification_taken", vec![n.row.r]));
            // A bell that rings in the same moment makes this stale: the person's word counts all the same.
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
                Ok(_) => return self.load(Kind::Notification.of(id)).await,
            }
        }
        Err(AppError::Stale)
    }
}

/// Whoever opens what is sealed cannot silence what tells of it.
fn tells_of_an_opening(what: &str) -> bool {
    matches!(what, "reporter_opened" | "watcher_opened")
}

/// The put of a notification that waits for somebody.
pub(super) fn waiting(notification: &Notification, about: RecordRef, ring_at: UtcTime) -> AppResult<Put> {
    let id = notification_id(&notification.what, about);
    Ok(put_new(Kind::Notification.of(id), notification, &[])?
        .in_state(notification_state::WAITING)
        .due(ring_at))
}

/// The one notification of this kind about this record.
pub(super) fn notification_id(what: &str, about: RecordRef) -> Id {
    super::derived_beside(about.id, &format!("notification {what} {}", about.kind.as_str()))
}

//! Asking another agency, and answering one that asks.
//!
//! What an asker learns from an answer's bytes, size and time is the same for a person we do not know, one we may not speak
//! of, and one that is not theirs to know about (design invariant 6).

use super::rows::Read;
use super::share::ShareAsk;
use super::{
    Actor, App, AppError, AppResult, Becomes, Direction, RequestRecord, RequestTerms, ShareView, To,
    work_state,
};
use crate::store::Kind;
use policy::door::Emergency;
use policy::id::{AgencyId, CaseId, ItemId, MessageId};
use policy::record::Purpose;

/// A question to another agency.
#[derive(Clone, Debug)]
pub struct RequestAsk {
    /// Our case.
    pub case: CaseId,
    /// Whom we ask.
    pub to: AgencyId,
    /// Why.
    pub purpose: Purpose,
    /// What we ask.
    pub terms: RequestTerms,
    /// Items that describe the person: each is decided as a disclosure.
    pub describing: Vec<ItemId>,
    /// Present: an emergency.
    pub emergency: Option<Emergency>,
}

/// How a request stands.
pub struct RequestView {
    /// The record.
    pub request: Read<RequestRecord>,
    /// Ours or theirs.
    pub direction: Direction,
    /// `waiting`, `queued`, `answered`.
    pub state: &'static str,
}

impl App {
    /// Asks another agency for information; waits for an approver like every disclosure.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when no row is asked for, or the answer would be due in the past or later than 90 days ahead.
    pub async fn request_information(
        &self,
        actor: &Actor,
        ask: &RequestAsk,
        preview: bool,
    ) -> AppResult<ShareView> {
        let terms = &ask.terms;
        if terms.rows.is_empty() {
            return Err(AppError::Invalid {
                field: "rows",
                problem: "name the rows you ask for, 1 to 40".into(),
            });
        }
        let now = self.now();
        if terms.reply_due <= now || terms.reply_due > now.plus_days(90) {
            let problem = "say when an answer is due: in the future, 90 days ahead at most".to_owned();
            return Err(AppError::Invalid { field: "reply_due", problem });
        }
        let share = ShareAsk {
            case: ask.case,
            to: To::Agency(ask.to.clone()),
            purpose: ask.purpose,
            packet: None,
            items: ask.describing.clone(),
            emergency: ask.emergency.clone(),
            becomes: Becomes::Request(terms.clone()),
        };
        if preview { self.preview_share(actor, &share).await } else { self.share(actor, &share).await }
    }

    /// Answers a request with items of a case, once approved; or says that nothing will be sent, by doing nothing: the
    /// empty answer leaves at the same time either way.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the answer has left.
    pub async fn answer_request(
        &self,
        actor: &Actor,
        request: MessageId,
        case: CaseId,
        items: Vec<ItemId>,
        preview: bool,
    ) -> AppResult<(Read<RequestRecord>, Option<ShareView>)> {
        let r: Read<RequestRecord> = self.load(Kind::Request.of(request)).await?;
        if r.record.direction != Direction::Received {
            return Err(AppError::NotFound);
        }
        let work = self.store.get(Kind::Work.of(request)).await?;
        if work.is_none_or(|w| w.state != work_state::DUE) {
            return Err(AppError::Refused("the answer to this request has left already".into()));
        }
        if items.is_empty() {
            return Ok((r, None));
        }
        let share = ShareAsk {
            case,
            to: To::Agency(r.record.with.clone()),
            purpose: r.record.purpose,
            packet: None,
            items,
            emergency: None,
            becomes: Becomes::Answer(request),
        };
        let view = if preview {
            self.preview_share(actor, &share).await?
        } else {
            self.share(actor, &share).await?
        };
        Ok((r, Some(view)))
    }

    /// Requests made and received, earliest due first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn requests(&self, waiting_only: bool) -> AppResult<Vec<RequestView>> {
        let mut all = Vec::new();
        for request in self.list::<RequestRecord>(Kind::Request).await? {
            let direction = request.record.direction;
            let state = match direction {
                Direction::Sent if request.record.answered => "answered",
                Direction::Sent => "waiting",
                Direction::Received => {
                    let work = self.store.get(Kind::Work.of(request.record.message)).await?;
                    match (work.map(|w| w.state), request.record.answer) {
                        (Some(work_state::DUE), None) => "waiting",
                        (Some(work_state::DUE), Some(_)) => "queued",
                        _ => "answered",
                    }
                }
            };
            if !waiting_only || state != "answered" {
                all.push(RequestView { request, direction, state });
            }
        }
        all.sort_by_key(|r| r.request.record.answer_due);
        Ok(all)
    }
}

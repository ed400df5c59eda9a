//! Asking other agencies, and answering those that ask.

use super::decode::{self, optional_word, word};
use super::{encode, shares};
use crate::app::{Actor, App, AppResult, Direction, Part, RequestAsk, RequestTerms, RequestView};
use policy::id::{AgencyId, CaseId, Id};
use policy::record::{LegalProcess, Purpose};
use proto::agency::v1;

/// `RequestInformation`.
pub async fn request(
    app: &App,
    actor: &Actor,
    ask: v1::RequestInformationRequest,
) -> AppResult<v1::RequestInformationResponse> {
    let statements = ask.statements.unwrap_or_default();
    let legal_process = optional_word!(LegalProcess, "legal_process", &ask.legal_process)?;
    let wanted = RequestAsk {
        case: decode::id("case_id", &ask.case_id)?,
        purpose: word!(Purpose, "purpose", &ask.purpose)?,
        terms: RequestTerms {
            legal_process: legal_process.filter(|p| *p != LegalProcess::None),
            authorized_under_law: statements.authorized_under_law,
            by_role: actor.role_word().to_owned(),
            at: app.now(),
            relevant_and_material: statements.relevant_and_material,
            specific_and_limited: statements.specific_and_limited,
            needs_identity: statements.needs_identity,
            authority: statements.authority,
            rows: decode::rows("rows", &ask.rows)?,
            reply_due: decode::time("reply_due", &ask.reply_due)?,
        },
        describing: decode::ids("describing_item_ids", &ask.describing_item_ids)?,
        emergency: ask.emergency.map(decode::emergency).transpose()?,
        to: AgencyId(ask.to_agency),
    };
    let view = app.request_information(actor, &wanted, ask.preview).await?;
    Ok(v1::RequestInformationResponse {
        request_id: encode::optional(view.disclosure),
        view: Some(shares::view(app, &view, &app.sight_of(actor).await?)),
    })
}

/// `ListRequests`.
pub async fn list(
    app: &App,
    actor: &Actor,
    ask: v1::ListRequestsRequest,
) -> AppResult<v1::ListRequestsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.requests(ask.waiting_only).await?;
    let (some, next) = part.of(all, REQUESTS_SHOWN_MAX, |r| r.request.record.message.to_string())?;
    let mut requests = Vec::with_capacity(some.len());
    for r in &some {
        requests.push(one(app, actor, r).await?);
    }
    Ok(v1::ListRequestsResponse { requests, next })
}

/// Requests shown at once.
const REQUESTS_SHOWN_MAX: usize = 200;

/// A case of another team is not named.
async fn one(app: &App, actor: &Actor, r: &RequestView) -> AppResult<v1::InformationRequest> {
    let record = &r.request.record;
    let own_case = match record.case {
        Some(case) => app.is_own_case(actor, case).await?.then_some(case),
        None => None,
    };
    let asked = app.request_terms(record).await?;
    Ok(v1::InformationRequest {
        id: record.message.to_string(),
        direction: if r.direction == Direction::Sent { "sent" } else { "received" }.to_owned(),
        agency: record.with.to_string(),
        case_id: encode::optional(own_case),
        purpose: record.purpose.to_string(),
        legal_process: asked.legal_process,
        rows: asked.rows,
        reply_due: record.answer_due.to_string(),
        state: r.state.to_owned(),
        message_id: record.message.to_string(),
        at: record.at.to_string(),
    })
}

/// `AnswerRequest`.
pub async fn answer(
    app: &App,
    actor: &Actor,
    ask: v1::AnswerRequestRequest,
) -> AppResult<v1::AnswerRequestResponse> {
    let request = decode::id("request_id", &ask.request_id)?;
    let case: CaseId = decode::optional_id("case_id", &ask.case_id)?.unwrap_or(CaseId(Id::default()));
    let items = decode::ids("item_ids", &ask.item_ids)?;
    let (record, view) = app.answer_request(actor, request, case, items, ask.preview).await?;
    let sight = app.sight_of(actor).await?;
    Ok(v1::AnswerRequestResponse {
        request_id: ask.request_id,
        view: view.as_ref().map(|v| shares::view(app, v, &sight)),
        leaves_at: record.record.answer_due.to_string(),
    })
}

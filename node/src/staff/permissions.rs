//! Permissions, judgments and legal instruments of a case.

use super::{decode, encode};
use crate::app::{Actor, App, AppResult, NewAttestation, Part};
use proto::agency::v1;

/// Permissions, judgments or instruments of a case shown at once.
const PAPERS_SHOWN_MAX: usize = 500;

/// `RecordPermission`.
pub async fn record(app: &App, actor: &Actor, ask: v1::RecordPermissionRequest) -> AppResult<v1::Permission> {
    let new = decode::permission(decode::needed("permission", ask.permission)?, app.now())?;
    Ok(encode::permission(&app.record_permission(actor, new).await?))
}

/// `RevokePermission`.
pub async fn revoke(
    app: &App,
    actor: &Actor,
    ask: v1::RevokePermissionRequest,
) -> AppResult<v1::RevokePermissionResponse> {
    let case = decode::id("case_id", &ask.case_id)?;
    let revoked =
        app.revoke_permission(actor, case, decode::id("permission_id", &ask.permission_id)?).await?;
    Ok(v1::RevokePermissionResponse {
        permission: Some(encode::permission(&revoked.permission)),
        recalls_queued: encode::count(revoked.recalls.queued),
        to_tell_by_hand: encode::count(revoked.recalls.to_tell_by_hand),
        waiting_proposals: encode::texts(&revoked.waiting),
    })
}

/// `ListPermissions`.
pub async fn list(
    app: &App,
    _actor: &Actor,
    ask: v1::ListPermissionsRequest,
) -> AppResult<v1::ListPermissionsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.permissions(decode::id("case_id", &ask.case_id)?).await?;
    let (some, next) = part.of(all, PAPERS_SHOWN_MAX, |p| p.id.to_string())?;
    Ok(v1::ListPermissionsResponse { permissions: some.iter().map(encode::permission).collect(), next })
}

/// `Attest`.
pub async fn attest(app: &App, actor: &Actor, ask: v1::AttestRequest) -> AppResult<v1::Attestation> {
    let new = NewAttestation {
        case: decode::id("case_id", &ask.case_id)?,
        scope: decode::scope(ask.scope)?,
        until: decode::optional_time("until", &ask.until)?,
        fact: ask.fact,
        value: ask.value,
        reasons: ask.reasons,
        role: ask.role,
    };
    Ok(encode::attestation(&app.attest(actor, new).await?))
}

/// `ListAttestations`.
pub async fn list_attestations(
    app: &App,
    _actor: &Actor,
    ask: v1::ListAttestationsRequest,
) -> AppResult<v1::ListAttestationsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.attestations(decode::id("case_id", &ask.case_id)?).await?;
    let (some, next) = part.of(all, PAPERS_SHOWN_MAX, |p| p.id.to_string())?;
    Ok(v1::ListAttestationsResponse { attestations: some.iter().map(encode::attestation).collect(), next })
}

/// `AddDocument`.
pub async fn add_document(app: &App, actor: &Actor, ask: v1::AddDocumentRequest) -> AppResult<v1::Document> {
    let new = decode::document(decode::needed("document", ask.document)?)?;
    Ok(encode::document(&app.add_document(actor, new).await?))
}

/// `ListDocuments`.
pub async fn list_documents(
    app: &App,
    _actor: &Actor,
    ask: v1::ListDocumentsRequest,
) -> AppResult<v1::ListDocumentsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.documents(decode::id("case_id", &ask.case_id)?).await?;
    let (some, next) = part.of(all, PAPERS_SHOWN_MAX, |p| p.id.to_string())?;
    Ok(v1::ListDocumentsResponse { documents: some.iter().map(encode::document).collect(), next })
}

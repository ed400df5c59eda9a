//! This agency under the law, agreements with others, state rows.

use super::decode::{self, optional_word, word, words};
use super::encode;
use crate::app::{Actor, App, AppResult, NewAgreement, Part};
use policy::id::AgencyId;
use policy::record::{AgreementKind, Capacities, DutyLogic, Profession, Purpose, Sector, UsState};
use proto::agency::v1;

/// Agreements or state rows shown at once.
const LISTED_MAX: usize = 500;

/// `DeclareCapacities`.
pub async fn declare(
    app: &App,
    actor: &Actor,
    ask: v1::DeclareCapacitiesRequest,
) -> AppResult<v1::OwnAgency> {
    let capacities = Capacities {
        profession: optional_word!(Profession, "profession", &ask.profession)?,
        ..decode::capacities(Some(decode::needed("capacities", ask.capacities)?))
    };
    Ok(encode::agency(&app.declare_capacities(actor, capacities).await?))
}

/// `ShowAgency`.
pub async fn show(app: &App, _actor: &Actor, _ask: v1::ShowAgencyRequest) -> AppResult<v1::OwnAgency> {
    Ok(encode::agency(&app.declared_agency().await?))
}

/// `CountersignAgreement`.
pub async fn countersign(
    app: &App,
    actor: &Actor,
    ask: v1::CountersignAgreementRequest,
) -> AppResult<v1::Agreement> {
    let new = NewAgreement {
        kinds: words!(AgreementKind, "kinds", ask.kinds)?,
        purposes: words!(Purpose, "purposes", ask.purposes)?,
        rows: decode::rows("rows", &ask.rows)?,
        from: decode::optional_time("from", &ask.from)?,
        until: decode::time("until", &ask.until)?,
        training_current_until: decode::optional_time("training_current_until", &ask.training_current_until)?,
        peer_capacities: decode::capacities(ask.peer_capacities),
        peer_sector: optional_word!(Sector, "peer_sector", &ask.peer_sector)?,
        with: AgencyId(ask.with),
    };
    Ok(encode::agreement(&app.countersign(actor, new).await?, app.now()))
}

/// `EndAgreement`.
pub async fn end(app: &App, actor: &Actor, ask: v1::EndAgreementRequest) -> AppResult<v1::Agreement> {
    let ended = app.end_agreement(actor, decode::id("agreement_id", &ask.agreement_id)?).await?;
    Ok(encode::agreement(&ended, app.now()))
}

/// `ListAgreements`.
pub async fn list(
    app: &App,
    _actor: &Actor,
    ask: v1::ListAgreementsRequest,
) -> AppResult<v1::ListAgreementsResponse> {
    let now = app.now();
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = part.of(app.agreements().await?, LISTED_MAX, |a| a.id.to_string())?;
    Ok(v1::ListAgreementsResponse {
        agreements: some.iter().map(|a| encode::agreement(a, now)).collect(),
        next,
    })
}

/// `ConfirmStateRow`.
pub async fn confirm_state_row(
    app: &App,
    actor: &Actor,
    ask: v1::ConfirmStateRowRequest,
) -> AppResult<v1::StateRow> {
    let state = word!(UsState, "state", &ask.state)?;
    let logic = word!(DutyLogic, "logic", &ask.logic)?;
    let closed = words!(Sector, "closed_recipients", ask.closed_recipients)?;
    let until = decode::time("until", &ask.until)?;
    Ok(encode::state_row(&app.confirm_state_row(actor, state, logic, closed, until, ask.as_counsel).await?))
}

/// `ListStateRows`.
pub async fn list_state_rows(
    app: &App,
    _actor: &Actor,
    ask: v1::ListStateRowsRequest,
) -> AppResult<v1::ListStateRowsResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = part.of(app.state_rows().await?, LISTED_MAX, |r| r.state.to_string())?;
    Ok(v1::ListStateRowsResponse { state_rows: some.iter().map(encode::state_row).collect(), next })
}

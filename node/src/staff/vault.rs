//! Who reported, who watches, and what people said of themselves: sealed, opened, counted.

use super::decode;
use crate::app::{Actor, Answers, App, AppResult, EQUITY_COUNTS_FROM, NewIdentity, Whose, invalid};
use policy::id::EntryId;
use proto::agency::v1;

fn whose(word: &str, tripwire: &str) -> AppResult<Whose> {
    let tripwire: Option<EntryId> = decode::optional_id("tripwire_id", tripwire)?;
    match (word, tripwire) {
        ("reporter", None) => Ok(Whose::Reporter),
        ("reporter", Some(_)) => Err(invalid("tripwire_id", "is for a watcher: leave it out for a reporter")),
        ("watcher", Some(tripwire)) => Ok(Whose::Watcher(tripwire)),
        ("watcher", None) => {
            Err(invalid("tripwire_id", "is needed for a watcher: the entry that set the tripwire"))
        }
        _ => Err(invalid("whose", "is not one of these words: reporter, watcher")),
    }
}

/// `SealIdentity`.
pub async fn seal_identity(
    app: &App,
    actor: &Actor,
    ask: v1::SealIdentityRequest,
) -> AppResult<v1::SealIdentityResponse> {
    let whose = whose(&ask.whose, &ask.tripwire_id)?;
    let new = NewIdentity { name: ask.name, contact: ask.contact, how: ask.how };
    let id = app.seal_identity(actor, decode::id("case_id", &ask.case_id)?, whose, &new).await?;
    Ok(v1::SealIdentityResponse { sealed_id: id.to_string() })
}

/// `OpenIdentity`.
pub async fn open_identity(
    app: &App,
    actor: &Actor,
    ask: v1::OpenIdentityRequest,
) -> AppResult<v1::OpenIdentityResponse> {
    let whose = whose(&ask.whose, &ask.tripwire_id)?;
    let which = decode::optional_id("sealed_id", &ask.sealed_id)?;
    let case = decode::id("case_id", &ask.case_id)?;
    let (id, opened) = app.open_identity(actor, case, whose, which, &ask.reason).await?;
    let opening =
        |o: crate::app::Opening| v1::Opening { by: o.by.to_string(), at: o.at.to_string(), reason: o.reason };
    Ok(v1::OpenIdentityResponse {
        sealed_id: id.to_string(),
        name: opened.name,
        contact: opened.contact,
        how: opened.how,
        sealed_by: opened.sealed_by.to_string(),
        sealed_at: opened.sealed_at.to_string(),
        openings: opened.opened.into_iter().map(opening).collect(),
    })
}

/// `RecordEquity`.
pub async fn record_equity(
    app: &App,
    actor: &Actor,
    ask: v1::RecordEquityRequest,
) -> AppResult<v1::RecordEquityResponse> {
    let one = |code: String| if code.is_empty() { Vec::new() } else { vec![code] };
    let answers = Answers::parse([
        ("race_ethnicity", ask.race_ethnicity),
        ("sex", one(ask.sex)),
        ("age_band", one(ask.age_band)),
        ("disability", one(ask.disability)),
        ("language", one(ask.language)),
    ])?;
    app.record_equity(actor, decode::id("case_id", &ask.case_id)?, answers).await?;
    Ok(v1::RecordEquityResponse {})
}

/// `EquityCounts`.
pub async fn equity_counts(
    app: &App,
    actor: &Actor,
    ask: v1::EquityCountsRequest,
) -> AppResult<v1::EquityCountsResponse> {
    let counts = app.equity_counts(actor, ask.year, ask.quarter).await?;
    let one = |c: crate::app::Counted| v1::EquityCount { question: c.question, code: c.code, count: c.count };
    Ok(v1::EquityCountsResponse {
        counts: counts.into_iter().map(one).collect(),
        shown_from: EQUITY_COUNTS_FROM,
    })
}

//! Who looked at what: each call that shows records of people leaves one event, let through or refused, and shows nothing
//! when that event cannot be written.
//!
//! Callers: `service` (what was shown), `gate` (what was not let through). The events go through the one writer with its
//! group commit, so that looking costs no disk write of its own where others commit at the same time. Deliberately
//! absent: what was shown; an event names kinds and ids only.

use super::gate::Entered;
use super::roles::Call;
use crate::app::{App, AppError, AppResult};
use crate::store::{Changes, EVENT_IDS_MAX, Event, Kind, RecordRef};
use policy::id::{Id, StaffId};
use proto::agency::v1;
use std::borrow::Cow;

/// An answer that can say which records it showed beside those that the request named.
pub trait Shows {
    /// The records; many answers show only what was asked for.
    fn shows(&self) -> Vec<RecordRef> {
        Vec::new()
    }
}

/// Keeps that a call was answered, or refused by its verb. Calls that change something leave their own event.
///
/// # Errors
/// When it cannot be written: then nothing may be shown.
pub async fn keep<A: Shows>(app: &App, call: Call, entered: &Entered, answer: AppResult<A>) -> AppResult<A> {
    let Some(word) = call.reading(entered.is_preview) else { return answer };
    let word = with_purpose(word, entered.purpose);
    let mut ids = entered.about.clone();
    let kind = match &answer {
        // The first opening changes the message, a search counts: the verb keeps both with one event.
        Ok(_) if matches!(call, Call::OpenInbox | Call::SearchCases) && !entered.shows_nothing => {
            return answer;
        }
        Ok(shown) => {
            ids.extend(shown.shows());
            word
        }
        Err(error) if is_refusal(error) => refused(&word),
        Err(_) => return answer,
    };
    write(app, &entered.actor.staff, kind, ids).await?;
    answer
}

/// Keeps that a call was not let through. That it cannot be written changes nothing: nobody sees anything.
pub async fn keep_refused(app: &App, call: Call, is_preview: bool, staff: &StaffId, about: Vec<RecordRef>) {
    let word = call.reading(is_preview).map_or_else(|| Cow::Owned(snake(call.as_str())), Cow::Borrowed);
    if let Err(error) = write(app, staff, refused(&word), about).await {
        tracing::error!(staff = %staff, call = call.as_str(), "a refusal could not be kept: {error}");
    }
}

async fn write(
    app: &App,
    staff: &StaffId,
    kind: Cow<'static, str>,
    mut ids: Vec<RecordRef>,
) -> AppResult<()> {
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(EVENT_IDS_MAX);
    let event = Event { at: app.now(), actor: staff.to_string(), kind, ids };
    app.commit(Changes { events: vec![event], ..Changes::default() }).await.map(drop)
}

/// The word with the purpose of a read: `case_read/treatment`.
fn with_purpose(word: &'static str, purpose: Option<&'static str>) -> Cow<'static, str> {
    purpose.map_or(Cow::Borrowed(word), |purpose| Cow::Owned(format!("{word}/{purpose}")))
}

/// A mistake in a field is no refusal: nothing was asked for yet.
fn is_refusal(error: &AppError) -> bool {
    matches!(
        error,
        AppError::NotFound
            | AppError::NotAllowed(_)
            | AppError::Refused(_)
            | AppError::Guarded(_)
            | AppError::Erased(_)
    )
}

fn refused(word: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{word}_refused"))
}

/// `OpenCase` as `open_case`.
fn snake(call: &str) -> String {
    let mut word = String::with_capacity(call.len() + 4);
    for (at, c) in call.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

fn named(kind: Kind, id: &str) -> Option<RecordRef> {
    id.parse::<Id>().ok().map(|id| kind.of(id))
}

macro_rules! shows_what_was_asked {
    ($($answer:ident)*) => { $(impl Shows for v1::$answer {})* };
}
shows_what_was_asked! {
    Training ListTrainingResponse HatSession SearchCasesResponse
    WhoAmIResponse StaffMember ListStaffResponse Team ListTeamsResponse Membership Case ShowCaseResponse Person Contact
    Item ListItemsResponse Permission RevokePermissionResponse ListPermissionsResponse Attestation
    ListAttestationsResponse Document ListDocumentsResponse OwnAgency Agreement ListAgreementsResponse StateRow
    ListStateRowsResponse ShareView Proposal ReviewEmergencyResponse RequestInformationResponse AnswerRequestResponse
    OpenInboxResponse LinkInboxResponse ListQuarantineResponse AccountingResponse AccountingSuspension TraceResponse
    ListNotificationsResponse Notification EventsResponse NodeStatusResponse
    SealIdentityResponse OpenIdentityResponse RecordEquityResponse EquityCountsResponse Referral ActResponse History
}

impl Shows for v1::ListCasesResponse {
    fn shows(&self) -> Vec<RecordRef> {
        self.cases.iter().filter_map(|c| named(Kind::Case, &c.id)).collect()
    }
}

impl Shows for v1::AgendaResponse {
    fn shows(&self) -> Vec<RecordRef> {
        self.lines.iter().filter_map(|line| named(Kind::Case, &line.case_id)).collect()
    }
}

impl Shows for v1::ListProposalsResponse {
    fn shows(&self) -> Vec<RecordRef> {
        let one = |p: &v1::Proposal| [named(Kind::Proposal, &p.id), named(Kind::Case, &p.case_id)];
        self.proposals.iter().flat_map(one).flatten().collect()
    }
}

impl Shows for v1::ListRequestsResponse {
    fn shows(&self) -> Vec<RecordRef> {
        let one = |r: &v1::InformationRequest| [named(Kind::Request, &r.id), named(Kind::Case, &r.case_id)];
        self.requests.iter().flat_map(one).flatten().collect()
    }
}

impl Shows for v1::ListReferralsResponse {
    fn shows(&self) -> Vec<RecordRef> {
        self.referrals.iter().filter_map(|r| named(Kind::Referral, &r.id)).collect()
    }
}

impl Shows for v1::ListInboxResponse {
    fn shows(&self) -> Vec<RecordRef> {
        self.messages.iter().filter_map(|m| named(Kind::Inbound, &m.message_id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_calls_are_lower_case_and_apart() {
        assert_eq!(snake("OpenCase"), "open_case");
        assert_eq!(refused(&snake("AddItem")), "add_item_refused");
        let mut words = std::collections::BTreeSet::new();
        for call in Call::ALL {
            for word in [call.reading(false), call.reading(true)].into_iter().flatten() {
                words.insert((word, call.as_str()));
            }
        }
        let apart: std::collections::BTreeSet<_> = words.iter().map(|(word, _)| word).collect();
        assert_eq!(apart.len(), words.len(), "two calls leave the same word: {words:?}");
    }
}

//! Referrals: listed with who acts next and until when, answered by the service, taken back by who made them.

use super::decode::{self, optional_word, word};
use super::encode;
use crate::app::{
    Actor, Agreed, Answered, App, AppResult, Direction, Part, ReferralStep, ReferralTerms, ReferralView,
};
use policy::process::referral::{DeclineReason, State, Table};
use policy::record::PermissionKind;
use policy::time::UtcTime;
use proto::agency::v1;

/// Referrals shown at once.
const REFERRALS_SHOWN_MAX: usize = 200;

/// `ListReferrals`.
pub async fn list(
    app: &App,
    _actor: &Actor,
    ask: v1::ListReferralsRequest,
) -> AppResult<v1::ListReferralsResponse> {
    let case = decode::optional_id("case_id", &ask.case_id)?;
    let part = Part { limit: ask.limit, after: ask.after };
    let all = app.referrals(case, ask.open_only).await?;
    let (some, next) = part.of(all, REFERRALS_SHOWN_MAX, |r| r.referral.record.message.to_string())?;
    let now = app.now();
    Ok(v1::ListReferralsResponse { referrals: some.iter().map(|r| referral(r, now)).collect(), next })
}

/// `AnswerReferral`.
pub async fn answer(app: &App, actor: &Actor, ask: v1::AnswerReferralRequest) -> AppResult<v1::Referral> {
    let agreed = |a: v1::PersonAgreed| -> AppResult<Agreed> {
        Ok(Agreed {
            kind: word!(PermissionKind, "person_agreed.kind", &a.kind)?,
            signed_at: decode::optional_time("person_agreed.signed_at", &a.signed_at)?,
            expires_at: decode::time("person_agreed.expires_at", &a.expires_at)?,
            evidence: a.evidence,
        })
    };
    let said = Answered {
        state: word!(State, "state", &ask.state)?,
        because: optional_word!(DeclineReason, "reason", &ask.reason)?,
        agreed: ask.person_agreed.map(agreed).transpose()?,
    };
    let id = decode::id("message_id", &ask.message_id)?;
    Ok(referral(&app.answer_referral(actor, id, &said).await?, app.now()))
}

/// `WithdrawReferral`.
pub async fn withdraw(app: &App, actor: &Actor, ask: v1::WithdrawReferralRequest) -> AppResult<v1::Referral> {
    let (case, id) = (decode::id("case_id", &ask.case_id)?, decode::id("referral_id", &ask.referral_id)?);
    Ok(referral(&app.withdraw_referral(actor, case, id, ask.expired).await?, app.now()))
}

/// What a referral asks.
pub fn terms(terms: &ReferralTerms) -> v1::ReferralTerms {
    v1::ReferralTerms {
        service_category: terms.service_category.to_string(),
        urgency: terms.urgency.to_string(),
        contact_by: terms.contact_by.to_string(),
    }
}

/// A referral and how it stands at `now`.
pub fn referral(view: &ReferralView, now: UtcTime) -> v1::Referral {
    let r = &view.referral.record;
    let stands = r.stands();
    let because = r.steps.last().and_then(|step| step.because);
    let step = |s: &ReferralStep| v1::ReferralStep {
        state: s.state.to_string(),
        declined_because: encode::optional(s.because),
        at: s.at.to_string(),
        by: encode::optional(s.by.as_ref()),
    };
    v1::Referral {
        id: r.message.to_string(),
        direction: if r.direction == Direction::Sent { "sent" } else { "received" }.to_owned(),
        agency: r.with.to_string(),
        case_id: encode::optional(view.case),
        terms: Some(terms(&r.terms)),
        state: stands.state.to_string(),
        means: stands.means.clone(),
        next_actor: stands.next_actor.to_string(),
        next_step: stands.next_step.clone(),
        due_at: encode::optional(r.due_at()),
        overdue: r.is_overdue(now),
        declined_because: encode::optional(because),
        reason_means: because.map_or(String::new(), |b| Table::embedded().reason(b).to_owned()),
        steps: r.steps.iter().map(step).collect(),
        may_set: encode::texts(&r.may_set()),
        exercise: r.exercise,
    }
}

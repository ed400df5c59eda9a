//! Trainings of members, and the hats of those who are police.

use super::decode::{self, word};
use super::encode;
use crate::app::{
    Actor, App, AppResult, Hat, HatView, JointTraining, NewTraining, Part, Training, TrainingsAsked,
    joint_trainings,
};
use policy::id::{AgencyId, StaffId};
use policy::record::TrainingTopic;
use policy::time::UtcTime;
use proto::agency::v1;

/// Trainings shown at once.
const TRAININGS_SHOWN_MAX: usize = 500;

/// `RecordTraining`.
pub async fn record(app: &App, actor: &Actor, ask: v1::RecordTrainingRequest) -> AppResult<v1::Training> {
    let t = decode::needed("training", ask.training)?;
    let new = NewTraining {
        team: decode::optional_id("team_id", &t.team_id)?,
        topic: word!(TrainingTopic, "topic", &t.topic)?,
        completed_at: decode::time("completed_at", &t.completed_at)?,
        expires_at: decode::time("expires_at", &t.expires_at)?,
        with_agencies: t.with_agencies.into_iter().map(AgencyId).collect(),
        staff_id: t.staff_id,
        provider: t.provider,
        course: t.course,
        certificate_of: t.certificate_of,
    };
    Ok(training(&app.record_training(actor, new).await?, app.now()))
}

/// `ListTraining`.
pub async fn list(
    app: &App,
    actor: &Actor,
    ask: v1::ListTrainingRequest,
) -> AppResult<v1::ListTrainingResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let some = |text: String| (!text.is_empty()).then_some(text);
    let asked = TrainingsAsked {
        team: decode::optional_id("team_id", &ask.team_id)?,
        staff: some(ask.staff_id).map(StaffId),
        with: some(ask.with_agency).map(AgencyId),
        current_only: ask.current_only,
    };
    let all = app.trainings(actor, &asked).await?;
    let now = app.now();
    let joint = joint_trainings(&all).into_iter().map(|j| joint_training(j, now)).collect();
    let (some, next) = part.of(all, TRAININGS_SHOWN_MAX, |t| t.id.to_string())?;
    Ok(v1::ListTrainingResponse { trainings: some.iter().map(|t| training(t, now)).collect(), next, joint })
}

fn joint_training(j: JointTraining, now: UtcTime) -> v1::JointTraining {
    v1::JointTraining {
        agency: j.agency.to_string(),
        topic: j.topic.to_string(),
        course: j.course,
        completed_at: j.completed_at.to_string(),
        expires_at: j.expires_at.to_string(),
        people_count: u32::try_from(j.people.len()).unwrap_or(u32::MAX),
        current: now < j.expires_at,
    }
}

fn training(t: &Training, now: UtcTime) -> v1::Training {
    v1::Training {
        id: t.id.to_string(),
        staff_id: t.staff.to_string(),
        team_id: encode::optional(t.team),
        topic: t.topic.to_string(),
        provider: t.provider.clone(),
        course: t.course.clone(),
        completed_at: t.completed_at.to_string(),
        expires_at: t.expires_at.to_string(),
        certificate_of: t.certificate_of.clone().unwrap_or_default(),
        with_agencies: encode::texts(&t.with_agencies),
        recorded_by: t.recorded_by.to_string(),
        recorded_at: t.recorded_at.to_string(),
        current: t.is_current(now),
    }
}

/// `StartHatSession`.
pub async fn start_hat(
    app: &App,
    actor: &Actor,
    ask: v1::StartHatSessionRequest,
) -> AppResult<v1::HatSession> {
    let hat = word!(Hat, "hat", &ask.hat)?;
    app.start_hat_session(actor, hat, ask.minutes).await.map(session)
}

/// `EndHatSession`.
pub async fn end_hat(app: &App, actor: &Actor, _ask: v1::EndHatSessionRequest) -> AppResult<v1::HatSession> {
    app.end_hat_session(actor).await.map(session)
}

/// `ShowHatSession`.
pub async fn show_hat(
    app: &App,
    actor: &Actor,
    _ask: v1::ShowHatSessionRequest,
) -> AppResult<v1::HatSession> {
    app.hat(&actor.staff).await.map(session)
}

fn session(view: HatView) -> v1::HatSession {
    let worn = view.session.as_ref();
    v1::HatSession {
        staff_id: view.staff.to_string(),
        needed: view.needed,
        hat: worn.map(|s| s.hat.as_str().to_owned()).unwrap_or_default(),
        from: encode::optional(worn.map(|s| s.from)),
        until: encode::optional(worn.map(|s| s.until)),
    }
}

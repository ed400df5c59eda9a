//! The intake: people who saw or heard something tell a team of this node, and come back with a code.
//!
//! Caller: `serve`, where the configuration has an `[intake]`. A port of its own, which asks for no certificate. Deliberately
//! absent: any question about a person or case, any word that would tell whether somebody is known here, and any trace of
//! who called: neither an address nor a text is logged or kept.
//!
//! INVARIANT (no oracle): the answer about a code that leads nowhere is the same bytes as about one that is closed, and
//! every answer about a code leaves at a time worked out from its arrival and from earlier misses of its caller alone.

mod limits;
#[cfg(test)]
mod tests;
mod words;

pub use limits::{Limits, Rate};

use crate::app::{App, AppError, Code, NewIdentity};
use crate::exchange::listen::{ListenLimits, server};
use crate::tls::{Accept, AcceptLimits, CallerAddress, Tls, open_incoming};
use hyper::header::HeaderValue;
use limits::{Caller, Counter, Use};
use policy::process::entry::Report;
use policy::process::words::{Anonymity, ReportChannel};
use proto::intake::v1::intake_server::{Intake, IntakeServer};
use proto::intake::v1::{
    ComeBackRequest, ComeBackResponse, FromTeam, ReportRequest, ReportResponse, SayRequest, SayResponse,
};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code as GrpcCode, Request, Response, Status};
use tower::util::MapResponse;

/// Bytes of the largest request.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Bytes of the largest answer: the messages that are shown at once.
pub const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Serves the intake until `stop` ends, then finishes calls under way.
///
/// # Errors
/// When the server cannot run at all.
pub async fn serve<A: Accept>(
    listener: A,
    tls: Arc<Tls>,
    app: Arc<App>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let counter = Counter::new(limits, app.entropy.as_ref());
    let service = IntakeServer::new(Desk { app, counter })
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let service = MapResponse::new(service, in_plain_words);
    let listen = ListenLimits {
        accept: AcceptLimits { connections_max: 1_024, ..AcceptLimits::default() },
        calls_per_connection_max: 8,
        call: Duration::from_secs(30).max(limits.wait_max + Duration::from_secs(10)),
        connection_age: Duration::from_secs(120),
        ..ListenLimits::default()
    };
    let connections = open_incoming(listener, tls, listen.accept);
    server(&listen).serve_with_incoming_shutdown(service, connections, stop).await
}

/// What is too large is refused before it is read; this is what its sender is told.
fn in_plain_words(mut answer: hyper::Response<Body>) -> hyper::Response<Body> {
    let too_large = (GrpcCode::OutOfRange as i32).to_string();
    let is_too_large =
        answer.headers().get("grpc-status").is_some_and(|status| status.as_bytes() == too_large.as_bytes());
    if is_too_large && let Ok(text) = HeaderValue::from_str(&words::too_large()) {
        answer.headers_mut().insert("grpc-message", text);
    }
    answer
}

/// The service over the app's verbs.
struct Desk {
    app: Arc<App>,
    counter: Counter,
}

impl Desk {
    /// Who calls, as they are counted, if there is room for one more.
    fn enter<T>(&self, request: &Request<T>, of: Use) -> Result<Caller, Status> {
        let from = request.extensions().get::<CallerAddress>();
        let from = from.ok_or_else(|| Status::internal("this connection has no beginning: connect again"))?;
        let caller = self.counter.caller(from.0);
        let now = self.app.now();
        self.counter.count(caller, of, now).map_err(|full| {
            Status::resource_exhausted(words::too_many(full.wait_seconds, self.telephone()))
        })?;
        Ok(caller)
    }

    fn telephone(&self) -> &str {
        &self.app.config.agency.telephone
    }

    fn danger(&self) -> String {
        words::if_someone_is_in_danger(self.telephone())
    }

    /// What a failure is to somebody outside: their own mistake by its field, everything else without a reason.
    fn refused(&self, error: &AppError) -> Status {
        match error {
            AppError::Invalid { .. } => Status::invalid_argument(error.to_string()),
            AppError::Refused(_) => Status::resource_exhausted(error.to_string()),
            _ => {
                tracing::error!("the intake could not do what it was asked: {error}");
                Status::unavailable(words::could_not(self.telephone()))
            }
        }
    }

    /// The team that takes what is told to this address.
    async fn team(&self, address: &str) -> Result<policy::id::TeamId, Status> {
        let teams = self.app.config.intake.as_ref().map(|i| i.teams.as_slice()).unwrap_or_default();
        let name = match address.trim() {
            "" => teams.first(),
            address => teams.iter().find(|team| team.eq_ignore_ascii_case(address)),
        };
        let Some(name) = name else {
            return Err(Status::invalid_argument(format!("team: is none of these: {}", teams.join(", "))));
        };
        let found = self.app.team_called(name).await.map_err(|e| self.refused(&e))?;
        found.ok_or_else(|| {
            tracing::error!(team = %name, "intake.teams names a team that is not there: create it, or correct the name");
            Status::unavailable(words::could_not(self.telephone()))
        })
    }

    /// Waits until the answer about a code may leave.
    async fn due(&self, arrived: Instant, caller: Caller) {
        tokio::time::sleep_until(arrived + self.counter.wait(caller)).await;
    }
}

fn code(text: &str) -> Result<Code, Status> {
    Code::parse(text).ok_or_else(|| Status::invalid_argument(words::not_a_code()))
}

#[tonic::async_trait]
impl Intake for Desk {
    async fn report(&self, request: Request<ReportRequest>) -> Result<Response<ReportResponse>, Status> {
        self.enter(&request, Use::Report)?;
        let ask = request.into_inner();
        let team = self.team(&ask.team).await?;
        let how = "said so with their report, at the intake";
        let confidential =
            ask.confidential.map(|c| NewIdentity { name: c.name, contact: c.contact, how: how.to_owned() });
        let report = Report {
            channel: ReportChannel::Intake,
            anonymity: if confidential.is_some() { Anonymity::Confidential } else { Anonymity::Anonymous },
            narrative: ask.narrative,
            place: ask.place,
            happened: ask.happened,
            at_risk_now: ask.at_risk_now,
            weapon_mentioned: ask.weapon_mentioned,
            target_named: ask.target_named,
            possibly_imminent: ask.possibly_imminent,
            how_known: ask.how_known,
            may_come_back: ask.may_come_back,
            wants_outcome: ask.wants_outcome,
            reporting_member: None,
        };
        let taken = self.app.take_report(team, report, confidential).await;
        let return_code = taken.map_err(|e| self.refused(&e))?;
        Ok(Response::new(ReportResponse {
            return_code,
            what_happens_next: words::after_a_report(),
            if_someone_is_in_danger: self.danger(),
        }))
    }

    async fn come_back(
        &self,
        request: Request<ComeBackRequest>,
    ) -> Result<Response<ComeBackResponse>, Status> {
        let arrived = Instant::now();
        let caller = self.enter(&request, Use::Code)?;
        let code = code(&request.get_ref().return_code)?;
        let news = self.app.news_for(&code).await;
        self.due(arrived, caller).await;
        let news = news.map_err(|e| self.refused(&e))?;
        if news.is_none() {
            self.counter.missed(caller);
        }
        let (state, state_in_words) = words::stage(news.as_ref().map(|news| news.stage));
        let message = |(day, text): (policy::time::Date, String)| FromTeam { day: day.to_string(), text };
        Ok(Response::new(ComeBackResponse {
            messages: news.map(|n| n.messages).unwrap_or_default().into_iter().map(message).collect(),
            state: state.to_owned(),
            state_in_words: state_in_words.to_owned(),
            if_someone_is_in_danger: self.danger(),
        }))
    }

    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayResponse>, Status> {
        let arrived = Instant::now();
        let caller = self.enter(&request, Use::Code)?;
        let ask = request.into_inner();
        let code = code(&ask.return_code)?;
        let said = self.app.reporter_says(&code, &ask.text).await;
        self.due(arrived, caller).await;
        if !said.map_err(|e| self.refused(&e))? {
            self.counter.missed(caller);
        }
        Ok(Response::new(SayResponse {
            what_happens_next: words::after_more_words(),
            if_someone_is_in_danger: self.danger(),
        }))
    }
}

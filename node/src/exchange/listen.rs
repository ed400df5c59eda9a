//! The exchange's server: proves who calls, on every call, and hands on to an [`Inbox`].
//!
//! Callers: `serve`, tests. Order on every call: the certificate is not revoked since the handshake, the roster lists this
//! name with this key, the bounds hold; only then does the inbox see anything. Deliberately absent: opening and storing.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use proto::exchange::v1::exchange_server::{Exchange, ExchangeServer};
use proto::exchange::v1::{
    CollectRequest, CollectResponse, DeliverRequest, DeliverResponse, DeliverResult, Envelope,
};
use tonic::{Request, Response, Status};

use super::envelope::ENVELOPE_BYTES_MAX;
use super::roster::Roster;
use crate::tls::{Accept, AcceptLimits, PeerIdentity, Tap, Tls, incoming};

/// Envelopes in one call.
pub const ENVELOPES_MAX: usize = 32;
/// Bytes in the largest call or answer.
pub const CALL_BYTES_MAX: usize = ENVELOPES_MAX * ENVELOPE_BYTES_MAX + (64 << 10);

/// What happens to calls that were proved.
pub trait Inbox: Send + Sync + 'static {
    /// Takes envelopes from this peer; one result for each, in the same order. Whatever is answered as stored is durable.
    fn deliver(
        &self,
        peer: PeerIdentity,
        envelopes: Vec<Envelope>,
    ) -> impl Future<Output = Result<Vec<DeliverResult>, InboxError>> + Send;

    /// Gives what waits for this peer, and takes its acknowledgements.
    fn collect(
        &self,
        peer: PeerIdentity,
        request: CollectRequest,
    ) -> impl Future<Output = Result<CollectResponse, InboxError>> + Send;
}

/// Why a whole call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InboxError {
    /// Too much work, or shutting down. The caller tries again.
    #[error("this node is busy or stopping: try again later")]
    Busy,
    /// Something is wrong here; the reason is in this node's own log.
    #[error("this node could not do it; its staff find the reason in its log: try again later, or telephone")]
    Failed,
}

impl From<InboxError> for Status {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Busy => Self::unavailable(error.to_string()),
            InboxError::Failed => Self::internal(error.to_string()),
        }
    }
}

/// Bounds of the exchange's listener.
#[derive(Clone, Copy, Debug)]
pub struct ListenLimits {
    /// Handshakes.
    pub accept: AcceptLimits,
    /// Calls under way on one connection.
    pub calls_per_connection_max: usize,
    /// Longest time for one call.
    pub call: Duration,
    /// Age after which a connection is asked to end, so that no certificate is believed for long.
    pub connection_age: Duration,
    /// How often an idle peer is asked whether it is still there, and how long it may take to say so.
    pub keep_alive: (Duration, Duration),
}

impl Default for ListenLimits {
    fn default() -> Self {
        Self {
            accept: AcceptLimits::default(),
            calls_per_connection_max: 64,
            call: Duration::from_secs(30),
            connection_age: Duration::from_secs(15 * 60),
            keep_alive: (Duration::from_secs(30), Duration::from_secs(20)),
        }
    }
}

/// Who is allowed to talk to us, asked on every call.
#[derive(Clone, Debug)]
pub struct Doorkeeper {
    tls: Arc<Tls>,
    roster: Arc<ArcSwap<Roster>>,
}

impl Doorkeeper {
    /// A doorkeeper over the present TLS state and roster.
    pub fn new(tls: Arc<Tls>, roster: Arc<ArcSwap<Roster>>) -> Self {
        Self { tls, roster }
    }

    fn admit<T>(&self, request: &Request<T>) -> Result<PeerIdentity, Status> {
        let peer = request
            .extensions()
            .get::<PeerIdentity>()
            .ok_or_else(|| Status::unauthenticated("a client certificate is needed"))?;
        self.tls.still_valid(peer).map_err(|error| Status::unauthenticated(error.to_string()))?;
        self.roster.load().admits(peer).map_err(|error| {
            tracing::info!(peer = %peer.id(), %error, "refused a call");
            Status::permission_denied(error.to_string())
        })?;
        Ok(peer.clone())
    }
}

/// The generated service over an [`Inbox`].
struct Service<I> {
    door: Doorkeeper,
    inbox: Arc<I>,
}

#[tonic::async_trait]
impl<I: Inbox> Exchange for Service<I> {
    async fn deliver(&self, request: Request<DeliverRequest>) -> Result<Response<DeliverResponse>, Status> {
        let peer = self.door.admit(&request)?;
        let envelopes = request.into_inner().envelopes;
        let sent = envelopes.len();
        if !(1..=ENVELOPES_MAX).contains(&sent) {
            let text = format!("a call carries 1 to {ENVELOPES_MAX} envelopes, not {sent}: split it");
            return Err(Status::invalid_argument(text));
        }
        let results = self.inbox.deliver(peer, envelopes).await?;
        if results.len() != sent {
            tracing::error!(sent, answered = results.len(), "the inbox did not answer for every envelope");
            return Err(InboxError::Failed.into());
        }
        Ok(Response::new(DeliverResponse { results }))
    }

    async fn collect(&self, request: Request<CollectRequest>) -> Result<Response<CollectResponse>, Status> {
        let peer = self.door.admit(&request)?;
        let request = request.into_inner();
        let wanted = usize::try_from(request.envelopes_max).unwrap_or(usize::MAX);
        if !(1..=ENVELOPES_MAX).contains(&wanted) || request.acknowledged.len() > ENVELOPES_MAX {
            let text =
                format!("ask for 1 to {ENVELOPES_MAX} envelopes and acknowledge at most as many at a time");
            return Err(Status::invalid_argument(text));
        }
        let response = self.inbox.collect(peer, request).await?;
        if response.envelopes.len() > wanted {
            tracing::error!("the inbox gave more envelopes than were asked for");
            return Err(InboxError::Failed.into());
        }
        Ok(Response::new(response))
    }
}

/// Serves until `stop` ends, then finishes calls under way.
///
/// # Errors
/// When the server cannot run at all.
pub async fn serve<A: Accept, I: Inbox>(
    listener: A,
    tls: Arc<Tls>,
    roster: Arc<ArcSwap<Roster>>,
    inbox: Arc<I>,
    limits: ListenLimits,
    tap: Option<Arc<dyn Tap>>,
    stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let door = Doorkeeper::new(Arc::clone(&tls), roster);
    let service = ExchangeServer::new(Service { door, inbox })
        .max_decoding_message_size(CALL_BYTES_MAX)
        .max_encoding_message_size(CALL_BYTES_MAX);
    let connections = incoming(listener, tls, limits.accept, tap);
    server(&limits).serve_with_incoming_shutdown(service, connections, stop).await
}

/// A gRPC server with these bounds, for this listener and for the staff's.
pub fn server(limits: &ListenLimits) -> tonic::transport::Server {
    tonic::transport::Server::builder()
        .concurrency_limit_per_connection(limits.calls_per_connection_max)
        .max_concurrent_streams(u32::try_from(limits.calls_per_connection_max).unwrap_or(u32::MAX))
        .timeout(limits.call)
        .max_connection_age(limits.connection_age)
        .max_connection_age_grace(limits.call)
        .http2_keepalive_interval(Some(limits.keep_alive.0))
        .http2_keepalive_timeout(Some(limits.keep_alive.1))
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
}

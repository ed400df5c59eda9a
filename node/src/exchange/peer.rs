//! Calling other nodes: one kept connection to each member, proved by name and by the key that the roster pins.
//!
//! Callers: the courier's lanes, and nothing else. This file holds the generated client; `.clippy.toml` bans it elsewhere.
//! Deliberately absent: queues, retries and any look into an envelope.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use policy::id::AgencyId;
use prost::Message;
use proto::exchange::v1::exchange_client::ExchangeClient;
use proto::exchange::v1::{CollectRequest, CollectResponse, DeliverRequest, DeliverResponse};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use super::listen::CALL_BYTES_MAX;
use super::roster::Member;
use crate::tls::{CallError, CallFailure, Connector, Dial, PeerIdentity, Tap, Tls};

/// Times of calls to other nodes.
#[derive(Clone, Copy, Debug)]
pub struct PeerLimits {
    /// Longest time for one call, connecting included.
    pub call: Duration,
    /// How often an idle peer is asked whether it is still there, and how long it may take to say so. Without it a cut
    /// line would look open for ever.
    pub keep_alive: (Duration, Duration),
}

impl Default for PeerLimits {
    fn default() -> Self {
        Self { call: Duration::from_secs(30), keep_alive: (Duration::from_secs(30), Duration::from_secs(20)) }
    }
}

/// Connections to the members of the roster.
pub struct Peers {
    tls: Arc<Tls>,
    open: Box<dyn Fn(&Member) -> Link + Send + Sync>,
    links: Mutex<HashMap<AgencyId, Link>>,
}

#[derive(Clone)]
struct Link {
    member: Member,
    client: ExchangeClient<Channel>,
    proved: Arc<dyn Fn() -> Option<PeerIdentity> + Send + Sync>,
}

impl Peers {
    /// No connection yet; each is opened with the first call.
    pub fn new<D: Dial + Clone>(
        dial: D,
        tls: Arc<Tls>,
        limits: PeerLimits,
        tap: Option<Arc<dyn Tap>>,
    ) -> Self {
        let for_links = Arc::clone(&tls);
        let open = move |member: &Member| {
            let connector = Connector::new(
                dial.clone(),
                Arc::clone(&for_links),
                member.addresses.clone(),
                member.spiffe.clone(),
                Some(member.tls_key_sha256),
                tap.clone(),
            );
            let watched = connector.clone();
            // TLS is ours, below: to tonic the endpoint is plain.
            let channel = Endpoint::from_static("http://node.invalid")
                .timeout(limits.call)
                .http2_keep_alive_interval(limits.keep_alive.0)
                .keep_alive_timeout(limits.keep_alive.1)
                .keep_alive_while_idle(true)
                .initial_stream_window_size(1 << 20)
                .initial_connection_window_size(4 << 20)
                .connect_with_connector_lazy(connector);
            let client = ExchangeClient::new(channel)
                .max_decoding_message_size(CALL_BYTES_MAX)
                .max_encoding_message_size(CALL_BYTES_MAX);
            Link { member: member.clone(), client, proved: Arc::new(move || watched.last_peer()) }
        };
        Self { tls, open: Box::new(open), links: Mutex::new(HashMap::new()) }
    }

    /// Hands envelopes to a member.
    ///
    /// # Errors
    /// [`CallError`] in plain words. Whether the envelopes arrived is then unknown; delivering again is safe.
    #[expect(clippy::disallowed_methods, reason = "the one holder of the generated client")]
    pub async fn deliver(&self, to: &Member, request: DeliverRequest) -> Result<DeliverResponse, CallError> {
        let bytes = request.encoded_len();
        if bytes > CALL_BYTES_MAX {
            let text = format!(
                "a call carries at most {CALL_BYTES_MAX} bytes, not {bytes}: send fewer envelopes at a time"
            );
            return Err(CallError { kind: CallFailure::WeRefused, text });
        }
        let mut client = self.link(to)?;
        let answer = client.deliver(request).await;
        self.answer(to, answer)
    }

    /// Fetches what waits at a member for us.
    ///
    /// # Errors
    /// As [`Peers::deliver`].
    #[expect(clippy::disallowed_methods, reason = "the one holder of the generated client")]
    pub async fn collect(
        &self,
        from: &Member,
        request: CollectRequest,
    ) -> Result<CollectResponse, CallError> {
        let mut client = self.link(from)?;
        let answer = client.collect(request).await;
        self.answer(from, answer)
    }

    fn link(&self, to: &Member) -> Result<ExchangeClient<Channel>, CallError> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        // A member with a new key or address gets a new connection; the old one goes with its link.
        if links.get(&to.id).is_none_or(|link| link.member != *to) {
            links.insert(to.id.clone(), (self.open)(to));
        }
        let Some(link) = links.get(&to.id) else { return Err(no_link()) };
        let revoked = (link.proved)().and_then(|peer| self.tls.still_valid(&peer).err());
        if let Some(error) = revoked {
            links.remove(&to.id);
            let text = format!("refused to talk to {}: {error}", to.id);
            return Err(CallError { kind: CallFailure::WeRefused, text });
        }
        Ok(link.client.clone())
    }

    fn answer<T>(&self, to: &Member, answer: Result<tonic::Response<T>, Status>) -> Result<T, CallError> {
        answer.map(tonic::Response::into_inner).map_err(|status| {
            let error = CallError::of(&status);
            if !matches!(error.kind, CallFailure::Status(_)) {
                // The next call starts afresh, with the certificate and lists of that moment.
                self.links.lock().unwrap_or_else(PoisonError::into_inner).remove(&to.id);
            }
            error
        })
    }
}

fn no_link() -> CallError {
    CallError { kind: CallFailure::Broken, text: "no connection could be prepared: try again".to_owned() }
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Peers(..)")
    }
}

//! Calling exactly one peer: dial, handshake, and afterwards say in plain words what went wrong.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::rt::TokioIo;
use rustls::AlertDescription;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::Service;

use super::{PeerIdentity, SpiffeId, Tap, Tls, TlsError, TlsIo};

/// Something that opens connections: TCP, or a simulated network.
pub trait Dial: Send + Sync + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// Opens a connection to `HOST:PORT`.
    fn dial(&self, address: &str) -> impl Future<Output = io::Result<Self::Io>> + Send;
}

/// Plain TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    type Io = TcpStream;

    async fn dial(&self, address: &str) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Longest time for reaching one address and shaking hands.
const CONNECT_SECONDS_MAX: u64 = 10;

/// Longest wait for a server to speak first.
const FIRST_BYTES_MS_MAX: u64 = 2_000;

/// Opens TLS connections to one peer, at one of its addresses in order; a [`tower::Service`] for tonic and hyper.
pub struct Connector<D> {
    shared: Arc<Shared<D>>,
}

struct Shared<D> {
    dial: D,
    tls: Arc<Tls>,
    addresses: Vec<String>,
    expected: SpiffeId,
    public_key_sha256: Option<[u8; 32]>,
    tap: Option<Arc<dyn Tap>>,
    last_peer: Mutex<Option<PeerIdentity>>,
}

impl<D> Clone for Connector<D> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<D: Dial> Connector<D> {
    /// A connector to `expected` at `addresses` (each `HOST:PORT`, tried in order), accepting only the pinned key if a
    /// pin is given.
    pub fn new(
        dial: D,
        tls: Arc<Tls>,
        addresses: Vec<String>,
        expected: SpiffeId,
        public_key_sha256: Option<[u8; 32]>,
        tap: Option<Arc<dyn Tap>>,
    ) -> Self {
        let last_peer = Mutex::new(None);
        Self {
            shared: Arc::new(Shared { dial, tls, addresses, expected, public_key_sha256, tap, last_peer }),
        }
    }

    /// Who answered the newest connection: to be measured against later revocation lists.
    pub fn last_peer(&self) -> Option<PeerIdentity> {
        self.shared.last_peer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One connection.
    ///
    /// # Errors
    /// What went wrong with the last address tried.
    pub async fn connect(&self) -> Result<TlsIo<TlsStream<D::Io>>, ConnectError> {
        let mut last = ConnectError::NoAddress { peer: self.shared.expected.clone() };
        for address in &self.shared.addresses {
            let limit = Duration::from_secs(CONNECT_SECONDS_MAX);
            match tokio::time::timeout(limit, self.shared.connect(address)).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => last = error,
                Err(_) => last = ConnectError::TooSlow { address: address.clone() },
            }
        }
        Err(last)
    }
}

impl<D: Dial> Shared<D> {
    async fn connect(&self, address: &str) -> Result<TlsIo<TlsStream<D::Io>>, ConnectError> {
        let config =
            self.tls.client(&self.expected, self.public_key_sha256).map_err(ConnectError::Refused)?;
        let stream = self
            .dial
            .dial(address)
            .await
            .map_err(|source| ConnectError::Unreachable { address: address.to_owned(), source })?;
        // Never looked at: who answers is decided by the SPIFFE URI. rustls wants a name all the same.
        let name = ServerName::try_from("node.invalid")
            .map_err(|_| ConnectError::NoAddress { peer: self.expected.clone() })?;
        let mut stream = TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(|error| handshake_failure(address, error))?;
        let early = first_bytes(&mut stream).await.map_err(|error| handshake_failure(address, error))?;
        let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let peer = certificate
            .ok_or(TlsError::UnknownAuthority)
            .and_then(PeerIdentity::of_verified)
            .map_err(ConnectError::Refused)?;
        *self.last_peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer.clone());
        Ok(TlsIo::new(stream, peer, self.tap.clone()).after(early))
    }
}

/// In TLS 1.3 a server refuses a client's certificate only after the client believes the handshake done. An HTTP/2 server
/// speaks first, so waiting for its first bytes tells a refusal, with its reason, from everything that can break later;
/// a client that wrote at once would often find a closed connection and no reason.
async fn first_bytes<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut TlsStream<S>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 512];
    let limit = Duration::from_millis(FIRST_BYTES_MS_MAX);
    let count = match tokio::time::timeout(limit, stream.read(&mut bytes)).await {
        Ok(Ok(0)) => return Err(io::ErrorKind::ConnectionReset.into()),
        Ok(read) => read?,
        // A server that waits for us: its refusal, if it is one, comes later.
        Err(_) => 0,
    };
    bytes.truncate(count);
    Ok(bytes)
}

impl<D: Dial> Service<Uri> for Connector<D> {
    type Response = TokioIo<TlsIo<TlsStream<D::Io>>>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect().await.map(TokioIo::new) })
    }
}

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There is nowhere to call.
    #[error("no address is known for {peer}: its roster entry lists none, so it has to call us")]
    NoAddress {
        /// Whom we wanted to call.
        peer: SpiffeId,
    },
    /// Nobody answers.
    #[error("cannot reach {address} ({source}): is the node running there, and is the network open?")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// It takes too long.
    #[error("{address} did not answer within {CONNECT_SECONDS_MAX} seconds: is the network open?")]
    TooSlow {
        /// Where.
        address: String,
    },
    /// Something else answers.
    #[error("what answers at {address} does not speak TLS: is it the right port?")]
    NotTls {
        /// Where.
        address: String,
    },
    /// We refuse the peer.
    #[error("refused to talk to the peer: {0}")]
    Refused(TlsError),
    /// The peer refuses us.
    #[error("the peer refused us: {}", alert_in_our_words(*.0))]
    RefusedByPeer(AlertDescription),
    /// The handshake failed in another way.
    #[error(
        "the connection to {address} ended in the handshake ({source}): is the node stopping, or a firewall between?"
    )]
    Handshake {
        /// Where.
        address: String,
        /// Why.
        source: io::Error,
    },
}

pub(super) fn handshake_failure(address: &str, error: io::Error) -> ConnectError {
    let address = address.to_owned();
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => ConnectError::NotTls { address },
        Some(rustls::Error::AlertReceived(alert)) => ConnectError::RefusedByPeer(*alert),
        Some(rustls::Error::InvalidCertificate(certificate)) => ConnectError::Refused(refusal(certificate)),
        _ if error.kind() == io::ErrorKind::UnexpectedEof => ConnectError::NotTls { address },
        _ => ConnectError::Handshake { address, source: error },
    }
}

/// What our own verifier meant before rustls carried it.
fn refusal(error: &rustls::CertificateError) -> TlsError {
    use rustls::CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => TlsError::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => TlsError::NotYetValid,
        E::Revoked => TlsError::Revoked,
        E::UnknownIssuer => TlsError::UnknownAuthority,
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => TlsError::WrongUse,
        E::Other(other) => match other.0.downcast_ref::<TlsError>() {
            Some(TlsError::WrongName { expected, found }) => {
                TlsError::WrongName { expected: expected.clone(), found: found.clone() }
            }
            Some(TlsError::WrongKey { id }) => TlsError::WrongKey { id: id.clone() },
            Some(TlsError::NoName { found }) => TlsError::NoName { found: found.clone() },
            Some(TlsError::NoRevocationList) => TlsError::NoRevocationList,
            _ => TlsError::BadKey(rustls::Error::InvalidCertificate(error.clone())),
        },
        _ => TlsError::BadKey(rustls::Error::InvalidCertificate(error.clone())),
    }
}

fn alert_in_our_words(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::CertificateExpired => {
            "our certificate has expired or is not valid yet: get a new one from the authority, and check both clocks"
        }
        AlertDescription::CertificateRevoked => {
            "our certificate is revoked: get a new one from the authority"
        }
        AlertDescription::UnknownCA => {
            "it does not trust the authority of our certificate: compare `authorities` on both sides"
        }
        AlertDescription::CertificateRequired => {
            "it wants a certificate and got none: check `certificate` and `key`"
        }
        AlertDescription::UnsupportedCertificate => {
            "our certificate is not meant for this use: a node's must allow server and client, a person's client"
        }
        AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => {
            "our certificate does not name us properly: it needs exactly one URI name, spiffe://DOMAIN/agency/ID"
        }
        AlertDescription::NoApplicationProtocol => "it speaks another protocol there: is it the right port?",
        AlertDescription::ProtocolVersion => {
            "it does not speak TLS 1.3: its software is too old, or it is another service"
        }
        _ => "it gave no reason that we know: telephone the agency, and ask for the reason in its log",
    }
}

/// A call that failed, in words for our own staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct CallError {
    /// What kind of failure.
    pub kind: CallFailure,
    /// What went wrong and what to do. No personal data.
    pub text: String,
}

/// Kinds of failed calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallFailure {
    /// Nobody answers, or not in time. Trying again can help.
    Unreachable,
    /// Something else answers.
    NotTls,
    /// We refuse the peer.
    WeRefused,
    /// The peer refuses us.
    TheyRefused,
    /// The connection broke. Trying again can help.
    Broken,
    /// The peer answered with this status.
    Status(tonic::Code),
}

impl CallFailure {
    /// One word for a log: nothing that the peer said.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NotTls => "not_tls",
            Self::WeRefused => "we_refused",
            Self::TheyRefused => "they_refused",
            Self::Broken => "broken",
            Self::Status(code) => code.description(),
        }
    }
}

impl CallError {
    /// Reads what happened out of the status of a failed call.
    pub fn of(status: &tonic::Status) -> Self {
        let mut next: Option<&(dyn Error + 'static)> = status.source();
        while let Some(error) = next {
            if let Some(found) = Self::of_cause(error) {
                return found;
            }
            // `source` of an io::Error skips the error inside it, which is the one with the reason.
            next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        let text = match status.code() {
            tonic::Code::Unimplemented => {
                "that port answers but not to this call: are the staff port and the exchange port mixed up, or is \
                 the software there older?"
                    .to_owned()
            }
            tonic::Code::Unknown | tonic::Code::Unavailable if status.source().is_some() => {
                "the connection broke before an answer came: is the other node stopping or out of reach?"
                    .to_owned()
            }
            tonic::Code::Cancelled | tonic::Code::DeadlineExceeded => {
                "the other node did not answer in time: is it out of reach or overloaded?".to_owned()
            }
            _ => status.message().chars().filter(|c| !c.is_control()).take(512).collect(),
        };
        let kind = match status.code() {
            tonic::Code::Unknown | tonic::Code::Unavailable if status.source().is_some() => {
                CallFailure::Broken
            }
            tonic::Code::DeadlineExceeded | tonic::Code::Cancelled => CallFailure::Unreachable,
            code => CallFailure::Status(code),
        };
        Self { kind, text }
    }

    fn of_cause(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(connect) = error.downcast_ref::<ConnectError>() {
            let kind = match connect {
                ConnectError::NoAddress { .. }
                | ConnectError::Unreachable { .. }
                | ConnectError::TooSlow { .. } => CallFailure::Unreachable,
                ConnectError::NotTls { .. } => CallFailure::NotTls,
                ConnectError::Refused(_) => CallFailure::WeRefused,
                ConnectError::RefusedByPeer(_) => CallFailure::TheyRefused,
                ConnectError::Handshake { .. } => CallFailure::Broken,
            };
            return Some(Self { kind, text: connect.to_string() });
        }
        // TLS 1.3 tells a refused client only with the first bytes after the handshake.
        if let Some(rustls::Error::AlertReceived(alert)) = error.downcast_ref::<rustls::Error>() {
            let text = ConnectError::RefusedByPeer(*alert).to_string();
            return Some(Self { kind: CallFailure::TheyRefused, text });
        }
        None
    }
}

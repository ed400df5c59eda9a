//! TLS where only the server proves who it is: for people who tell a node something without being known to it.
//!
//! Callers: the intake's listener and `concord tell`. The certificate is the node's own, the same rules judge it. A
//! connection knows the address it comes from, for counting alone: INVARIANT (no trace): no address is logged here.
//! Deliberately absent: any way from here to the exchange or the staff port, whose connections carry an identity.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::rt::TokioIo;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;
use tower::Service;

use super::connect::handshake_failure;
use super::state::open_client;
use super::{Accept, AcceptLimits, ConnectError, Dial, SpiffeId, TcpDial, Tls, TlsError};
use crate::clock::Clock;

/// Connections that one address may have open.
const OF_ONE_ADDRESS_MAX: u32 = 16;
/// Longest time for reaching the node and shaking hands.
const CONNECT_SECONDS_MAX: u64 = 10;

/// Where a connection comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// A TLS stream of somebody unknown.
pub struct OpenIo<S> {
    stream: S,
    from: CallerAddress,
    _place: OwnedSemaphorePermit,
    _own: OwnPlace,
}

impl<S> Connected for OpenIo<S> {
    type ConnectInfo = CallerAddress;

    fn connect_info(&self) -> CallerAddress {
        self.from
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for OpenIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for OpenIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// How many connections each address has open; forgotten when they end.
#[derive(Clone, Default)]
struct OpenOfEach(Arc<Mutex<HashMap<IpAddr, u32>>>);

impl OpenOfEach {
    fn place(&self, from: IpAddr) -> Option<OwnPlace> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(from).or_default();
        if *count >= OF_ONE_ADDRESS_MAX {
            return None;
        }
        *count += 1;
        Some(OwnPlace { of: self.clone(), from })
    }
}

/// One connection of an address, until dropped.
struct OwnPlace {
    of: OpenOfEach,
    from: IpAddr,
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        let mut open = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.from);
            }
        }
    }
}

/// Connections of people unknown whose handshake succeeded. Accepting ends when the stream is dropped.
pub fn open_incoming<A: Accept>(
    mut listener: A,
    tls: Arc<Tls>,
    limits: AcceptLimits,
) -> ReceiverStream<io::Result<OpenIo<TlsStream<A::Io>>>> {
    let (ready, connections) = mpsc::channel(limits.handshakes_max.max(1));
    let handshakes = Arc::new(Semaphore::new(limits.handshakes_max.max(1)));
    let places = Arc::new(Semaphore::new(limits.connections_max.max(1)));
    let open = OpenOfEach::default();
    tokio::spawn(async move {
        loop {
            let next = async {
                let handshake = Arc::clone(&handshakes).acquire_owned().await.ok()?;
                let place = Arc::clone(&places).acquire_owned().await.ok()?;
                Some((handshake, place, listener.accept().await))
            };
            let (handshake, place, accepted) = tokio::select! {
                next = next => match next {
                    Some(next) => next,
                    None => return,
                },
                () = ready.closed() => return,
            };
            let Ok((stream, from)) = accepted else {
                tokio::time::sleep(limits.pause_after_error).await;
                continue;
            };
            let from = from.ip().to_canonical();
            let Some(own) = open.place(from) else { continue };
            let acceptor = TlsAcceptor::from(tls.open_server());
            let ready = ready.clone();
            tokio::spawn(async move {
                let shaken = tokio::time::timeout(limits.handshake, acceptor.accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    let from = CallerAddress(from);
                    let _ = ready.send(Ok(OpenIo { stream, from, _place: place, _own: own })).await;
                }
                drop(handshake);
            });
        }
    });
    ReceiverStream::new(connections)
}

/// Opens connections to the intake of one node, without a certificate of one's own.
#[derive(Clone)]
pub struct OpenConnector {
    address: String,
    config: Arc<rustls::ClientConfig>,
}

impl OpenConnector {
    /// A connector to the node at `HOST:PORT` whose certificate one of these authorities issued; to this one alone, if it is
    /// named.
    ///
    /// # Errors
    /// When the authorities cannot be used.
    pub fn new(
        address: String,
        authorities: &[CertificateDer<'static>],
        expected: Option<SpiffeId>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsError> {
        Ok(Self { address, config: open_client(authorities, expected, clock)? })
    }

    async fn connect(&self) -> Result<client::TlsStream<TcpStream>, ConnectError> {
        let address = self.address.clone();
        let reaching = async {
            let stream = TcpDial
                .dial(&address)
                .await
                .map_err(|source| ConnectError::Unreachable { address: address.clone(), source })?;
            // never looked at: the certificate has no such name
            let name = ServerName::from(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            let connector = TlsConnector::from(Arc::clone(&self.config));
            connector.connect(name, stream).await.map_err(|error| handshake_failure(&address, error))
        };
        match tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS_MAX), reaching).await {
            Ok(connected) => connected,
            Err(_) => Err(ConnectError::TooSlow { address: self.address.clone() }),
        }
    }
}

impl Service<Uri> for OpenConnector {
    type Response = TokioIo<client::TlsStream<TcpStream>>;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_connections_and_no_more_until_one_ends() {
        let open = OpenOfEach::default();
        let (a, b) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut places: Vec<OwnPlace> = (0..OF_ONE_ADDRESS_MAX).map(|_| open.place(a).unwrap()).collect();
        assert!(open.place(a).is_none() && open.place(b).is_some());
        places.pop();
        assert!(open.place(a).is_some());
        drop(places);
        assert!(open.0.lock().unwrap().is_empty(), "nothing is remembered of whom nothing is open");
    }
}

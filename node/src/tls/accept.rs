//! From a listener to a stream of proved connections: each handshake in a task of its own, with a time limit.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;

use super::{PeerIdentity, Tap, Tls, TlsIo};

/// Something that accepts connections: a TCP listener, or a simulated one.
pub trait Accept: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// The next connection and where it comes from.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;
}

impl Accept for TcpListener {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, from) = Self::accept(self).await?;
        stream.set_nodelay(true)?;
        Ok((stream, from))
    }
}

/// Bounds of one listener.
#[derive(Clone, Copy, Debug)]
pub struct AcceptLimits {
    /// Longest time for a handshake.
    pub handshake: Duration,
    /// Handshakes under way at once; further connections wait in the kernel's queue.
    pub handshakes_max: usize,
    /// Connections open at once; further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Pause after the system refused to accept (out of file descriptors), so that the loop does not spin.
    pub pause_after_error: Duration,
}

impl Default for AcceptLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            handshakes_max: 256,
            connections_max: 4_096,
            pause_after_error: Duration::from_millis(100),
        }
    }
}

/// Connections whose handshake succeeded, for `serve_with_incoming_shutdown`. Accepting ends when the stream is dropped.
pub fn incoming<A: Accept>(
    mut listener: A,
    tls: Arc<Tls>,
    limits: AcceptLimits,
    tap: Option<Arc<dyn Tap>>,
) -> ReceiverStream<io::Result<TlsIo<TlsStream<A::Io>>>> {
    let (ready, connections) = mpsc::channel(limits.handshakes_max.max(1));
    let handshakes = Arc::new(Semaphore::new(limits.handshakes_max.max(1)));
    let places = Arc::new(Semaphore::new(limits.connections_max.max(1)));
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
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection; trying again");
                    tokio::time::sleep(limits.pause_after_error).await;
                    continue;
                }
            };
            // The whole configuration as it is now: only so does a new revocation list count for the next handshake.
            let acceptor = TlsAcceptor::from(tls.server());
            let (ready, tap) = (ready.clone(), tap.clone());
            tokio::spawn(async move {
                match tokio::time::timeout(limits.handshake, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        if let Some(peer) = peer_of(&stream) {
                            // A closed channel means that the server is stopping: the connection is dropped.
                            let _ = ready.send(Ok(TlsIo::new(stream, peer, tap).holding(place))).await;
                        }
                    }
                    Ok(Err(error)) => tracing::info!(%from, reason = %why(&error), "refused a connection"),
                    Err(_) => tracing::info!(%from, "refused a connection: the handshake took too long"),
                }
                drop(handshake);
            });
        }
    });
    ReceiverStream::new(connections)
}

fn peer_of<S>(stream: &TlsStream<S>) -> Option<PeerIdentity> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    PeerIdentity::of_verified(certificate)
        .inspect_err(
            |error| tracing::warn!(%error, "a verified certificate could not be read; connection dropped"),
        )
        .ok()
}

/// Why a handshake failed, as the operator of this node should read it.
fn why(error: &io::Error) -> String {
    let Some(inner) = error.get_ref() else {
        return "the peer went away before it had proved who it is".to_owned();
    };
    match inner.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidMessage(_)) => {
            "the peer does not speak TLS: it may have the wrong port, or look for something else".to_owned()
        }
        Some(rustls::Error::NoCertificatesPresented) => "the peer showed no certificate".to_owned(),
        Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) => other.to_string(),
        Some(other) => other.to_string(),
        None => inner.to_string(),
    }
}

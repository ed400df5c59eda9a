//! An open TLS connection as the servers and clients see it: bytes, the peer's identity, and for tests a tap.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tonic::transport::server::Connected;

use super::PeerIdentity;

/// Which way bytes go, seen from this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the peer.
    In,
    /// To the peer.
    Out,
}

/// Sees the plaintext of connections. For tests that search what a node sends; no configuration can set one.
pub trait Tap: Send + Sync + 'static {
    /// Some bytes passed. Chunks of one connection and direction come in order.
    fn passed(&self, peer: &PeerIdentity, direction: Direction, bytes: &[u8]);
}

/// A TLS stream with the identity that its handshake proved.
pub struct TlsIo<S> {
    stream: S,
    peer: PeerIdentity,
    tap: Option<Arc<dyn Tap>>,
    /// Bytes that were read from the stream before.
    early: Vec<u8>,
    /// Counted among the listener's open connections until dropped.
    _place: Option<OwnedSemaphorePermit>,
}

impl<S> TlsIo<S> {
    pub(super) fn new(stream: S, peer: PeerIdentity, tap: Option<Arc<dyn Tap>>) -> Self {
        Self { stream, peer, tap, early: Vec::new(), _place: None }
    }

    /// The same stream, holding its place in the count of open connections.
    pub(super) fn holding(self, place: OwnedSemaphorePermit) -> Self {
        Self { _place: Some(place), ..self }
    }

    /// The same stream, giving these bytes first.
    pub(super) fn after(self, early: Vec<u8>) -> Self {
        Self { early, ..self }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> &PeerIdentity {
        &self.peer
    }
}

impl<S> Connected for TlsIo<S> {
    type ConnectInfo = PeerIdentity;

    fn connect_info(&self) -> PeerIdentity {
        self.peer.clone()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TlsIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let ready = if self.early.is_empty() {
            Pin::new(&mut self.stream).poll_read(cx, buffer)
        } else {
            let count = self.early.len().min(buffer.remaining());
            let rest = self.early.split_off(count);
            buffer.put_slice(&std::mem::replace(&mut self.early, rest));
            Poll::Ready(Ok(()))
        };
        if let (Some(tap), Poll::Ready(Ok(()))) = (&self.tap, &ready)
            && let Some(bytes) = buffer.filled().get(before..)
            && !bytes.is_empty()
        {
            tap.passed(&self.peer, Direction::In, bytes);
        }
        ready
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TlsIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let ready = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let (Some(tap), Poll::Ready(Ok(count))) = (&self.tap, &ready)
            && let Some(written) = bytes.get(..*count)
        {
            tap.passed(&self.peer, Direction::Out, written);
        }
        ready
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

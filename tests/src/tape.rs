//! A tap on TLS streams that keeps what passed: the plaintext of every connection of one port, both ways.
//!
//! Callers: [`crate::world`] puts one on each port of each node; tests read it back, as it passed or with HTTP/2's frames
//! taken off, because a frame's header may stand in the middle of a text.

use node::tls::{Direction, PeerIdentity, Tap};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEADER_BYTES: usize = 9;
const DATA: u8 = 0;
const PADDED: u8 = 8;

/// One side of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The SPIFFE URI at the other end.
    pub peer: String,
    /// Whether the bytes came from there.
    pub from_peer: bool,
}

/// Everything that passed one port's streams.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<BTreeMap<Side, Vec<u8>>>>);

impl Tape {
    /// Every side of every conversation so far, as it passed.
    pub fn sides(&self) -> Vec<(Side, Vec<u8>)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(side, bytes)| (side.clone(), bytes.clone())).collect()
    }

    /// How many bytes passed.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(Vec::len).sum()
    }

    /// Whether nothing passed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Tap for Tape {
    fn passed(&self, peer: &PeerIdentity, direction: Direction, bytes: &[u8]) {
        let side = Side { peer: peer.id().to_string(), from_peer: direction == Direction::In };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(side)
            .or_default()
            .extend_from_slice(bytes);
    }
}

/// The gRPC messages that one side of a conversation sent, in the order in which their streams began. Connections that
/// followed each other are read on; `None` when the bytes are not HTTP/2, or two connections lie in each other's frames.
pub fn messages(side: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut streams: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let mut rest = side;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(PREFACE) {
            // a new connection counts its streams from the beginning
            for stream in std::mem::take(&mut streams).into_values() {
                all.extend(unframed(&stream)?);
            }
            rest = after;
            continue;
        }
        let (header, after) = rest.split_at_checked(FRAME_HEADER_BYTES)?;
        let length = usize::try_from(u32::from_be_bytes([0, header[0], header[1], header[2]])).ok()?;
        let stream = u32::from_be_bytes([header[5] & 0x7f, header[6], header[7], header[8]]);
        let (kind, flags) = (header[3], header[4]);
        let (payload, after) = after.split_at_checked(length)?;
        if kind == DATA {
            let data = if flags & PADDED == 0 { payload } else { unpadded(payload)? };
            streams.entry(stream).or_default().extend_from_slice(data);
        } else if kind > 9 {
            return None;
        }
        rest = after;
    }
    for stream in streams.into_values() {
        all.extend(unframed(&stream)?);
    }
    Some(all)
}

fn unpadded(payload: &[u8]) -> Option<&[u8]> {
    let (padding, data) = payload.split_first()?;
    data.get(..data.len().checked_sub(usize::from(*padding))?)
}

/// The messages of one stream: a byte that says whether it is compressed, a length, the message.
fn unframed(stream: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut rest = stream;
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        if head[0] != 0 {
            return None;
        }
        let length = usize::try_from(u32::from_be_bytes([head[1], head[2], head[3], head[4]])).ok()?;
        let (message, after) = after.split_at_checked(length)?;
        all.push(message.to_vec());
        rest = after;
    }
    rest.is_empty().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, 0], &stream.to_be_bytes(), payload].concat()
    }

    #[test]
    fn a_message_cut_into_frames_is_put_together_again() {
        let message = [&[0, 0, 0, 0, 4][..], b"word"].concat();
        let (first, second) = message.split_at(7);
        let side = [PREFACE, &frame(4, 0, &[]), &frame(0, 1, first), &frame(0, 1, second)].concat();
        assert_eq!(messages(&side), Some(vec![b"word".to_vec()]));
        let twice = [side.clone(), side.clone()].concat();
        assert_eq!(messages(&twice), Some(vec![b"word".to_vec(), b"word".to_vec()]));
        assert_eq!(messages(&side[..side.len() - 1]), None);
    }
}

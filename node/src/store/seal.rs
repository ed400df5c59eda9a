//! Sealing of one body under one record key: AES-256-GCM with the record's kind, id and version as associated data.
//!
//! A sealed body copied to another row, or an older version put back, does not open. The nonce is random: a key
//! seals the few versions of its own record and of those that share it, far from the 2^32 at which random nonces
//! become unsafe.

use super::{Body, RecordRef, kind::REF_BYTES, shrink};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Bytes of a record key.
pub(super) const KEY_BYTES: usize = 32;

/// First byte of every sealed body: how it was sealed. Part of what is authenticated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// As it is.
    Plain = 1,
    /// Made smaller ([`super::shrink`]).
    Shrunk = 2,
}

impl Format {
    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Plain),
            2 => Some(Self::Shrunk),
            _ => None,
        }
    }

    const fn context(self) -> &'static [u8; CONTEXT_BYTES] {
        match self {
            Self::Plain => b"concord.store.v1",
            Self::Shrunk => b"concord.store.v2",
        }
    }
}

const CONTEXT_BYTES: usize = 16;
const AAD_BYTES: usize = CONTEXT_BYTES + REF_BYTES + 8;

/// A record key in the clear; wiped when the last user drops it.
#[derive(Clone)]
pub(super) struct RecordKey(Arc<Zeroizing<[u8; KEY_BYTES]>>);

/// A stored body was altered, moved to another record or version, or sealed under another key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the stored body of {r} version {version} does not open: it was altered or moved, or the database and the \
     key store are from different backups"
)]
pub struct SealBroken {
    /// Which record.
    pub r: RecordRef,
    /// The version that its row claims.
    pub version: u64,
}

impl RecordKey {
    pub(super) fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(Arc::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals a body for one version of one record, under a random nonce.
    pub(super) fn seal(&self, r: RecordRef, version: u64, body: &Body) -> Result<Vec<u8>, SealBroken> {
        let broken = SealBroken { r, version };
        let nonce = fresh_nonce().ok_or(broken)?;
        let small = if r.kind.made_smaller() { shrink::shrunk(body) } else { None };
        let (format, body) = match &small {
            Some(small) => (Format::Shrunk, small.as_slice()),
            None => (Format::Plain, &**body),
        };
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len() + AES_256_GCM.tag_len());
        sealed.push(format as u8);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(body);
        let (_, content) = sealed.split_at_mut(1 + NONCE_LEN);
        let tag = self
            .cipher()
            .and_then(|key| {
                key.seal_in_place_separate_tag(
                    Nonce::assume_unique_for_key(nonce),
                    Aad::from(associated(format, r, version)),
                    content,
                )
                .ok()
            })
            .ok_or(broken)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens a sealed body.
    pub(super) fn open(&self, r: RecordRef, version: u64, sealed: &[u8]) -> Result<Body, SealBroken> {
        let broken = SealBroken { r, version };
        let (format, rest) = sealed.split_first().ok_or(broken)?;
        let format = Format::from_byte(*format).ok_or(broken)?;
        let (nonce, content) = rest.split_first_chunk::<NONCE_LEN>().ok_or(broken)?;
        let mut opened = Zeroizing::new(content.to_vec());
        let length = self
            .cipher()
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                key.open_in_place(nonce, Aad::from(associated(format, r, version)), &mut opened)
                    .ok()
                    .map(|body| body.len())
            })
            .ok_or(broken)?;
        opened.truncate(length);
        match format {
            Format::Plain => Ok(std::mem::take(&mut *opened).into()),
            Format::Shrunk => shrink::grown(&opened).map(Body::from).ok_or(broken),
        }
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, self.bytes()).ok().map(LessSafeKey::new)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a repeated nonce would betray bodies: never from a source that can be seeded"
)]
fn fresh_nonce() -> Option<[u8; NONCE_LEN]> {
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).ok().map(|()| nonce)
}

fn associated(format: Format, r: RecordRef, version: u64) -> [u8; AAD_BYTES] {
    let mut bytes = [0; AAD_BYTES];
    let (context, rest) = bytes.split_at_mut(CONTEXT_BYTES);
    let (reference, number) = rest.split_at_mut(REF_BYTES);
    context.copy_from_slice(format.context());
    reference.copy_from_slice(&r.to_bytes());
    number.copy_from_slice(&version.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Kind;
    use policy::id::Id;
    use proptest::prelude::*;

    fn key(byte: u8) -> RecordKey {
        RecordKey::new(Zeroizing::new([byte; KEY_BYTES]))
    }

    proptest! {
        #[test]
        fn a_body_opens_only_where_it_was_sealed_and_only_unaltered(
            body in proptest::collection::vec(any::<u8>(), 0..300), times in 1_usize..3, id: u128, version in 1u64..,
            place: prop::sample::Index, bit in 0u8..8,
        ) {
            // once: kept as it is; twice: made smaller
            let body = Body::from(body.repeat(times));
            let r = Kind::Item.of(Id(id));
            let sealed = key(1).seal(r, version, &body).unwrap();
            prop_assert_eq!(&key(1).open(r, version, &sealed).unwrap(), &body);

            let broken = |r, version| Err(SealBroken { r, version });
            let moved = [
                (Kind::Item.of(Id(id ^ 1)), version),
                (Kind::Person.of(Id(id)), version),
                (r, version ^ 1),
            ];
            for (r, version) in moved {
                prop_assert_eq!(key(1).open(r, version, &sealed), broken(r, version));
            }
            prop_assert_eq!(key(2).open(r, version, &sealed), broken(r, version));

            let mut altered = sealed.clone();
            let place = place.index(altered.len());
            altered[place] ^= 1 << bit;
            prop_assert_eq!(key(1).open(r, version, &altered), broken(r, version));
            prop_assert_eq!(key(1).open(r, version, &sealed[..place]), broken(r, version));
        }
    }
}

//! Content keys: one HPKE operation for many envelopes to the same agency.
//!
//! Callers: `envelope`. A sender draws a key for one recipient, seals it to the recipient's key with HPKE (RFC 9180, base mode),
//! and uses it for a minute at most; every envelope carries the sealed key and a salt of its own, from which its AES-256-GCM key
//! and nonce are derived (HKDF-SHA256). So each envelope can be opened alone, whatever arrived before it, and the costly
//! operations on the curve are shared: measured, 80 µs less for each seal and each open. Deliberately absent: keys that outlive
//! the process, and keys shared between recipients.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use policy::time::UtcTime;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey};
use zeroize::Zeroizing;

use super::keys::PUBLIC_KEY_BYTES;

/// Bytes of a content key.
const KEY_BYTES: usize = 32;
/// Bytes of an AES-GCM tag.
pub(super) const TAG_BYTES: usize = 16;
/// Bytes of a key sealed by HPKE: `enc`, then the ciphertext.
const SEALED_BYTES: usize = PUBLIC_KEY_BYTES + KEY_BYTES + TAG_BYTES;
/// Bytes of an envelope's own salt.
const SALT_BYTES: usize = 32;
/// Bytes of an envelope's `encapsulated_key`: sealed key, then salt.
pub(super) const ENCAPSULATED_BYTES: usize = SEALED_BYTES + SALT_BYTES;
/// Longest use of one content key, in milliseconds.
const USE_MS_MAX: i64 = 60_000;
/// Envelopes under one content key.
const USES_MAX: u32 = 4_096;
/// Opened content keys remembered: a few for each agency that writes at the same time.
const REMEMBERED_MAX: usize = 512;
/// Recipients for whom a content key is held.
const RECIPIENTS_MAX: usize = 512;

const HPKE_INFO: &[u8] = b"concord/exchange/v1/content-key\0";
const HKDF_INFO: &[u8] = b"concord/exchange/v1/body\0";

/// The cryptographic library refused.
#[derive(Debug)]
pub(super) struct Failed;

type SealedKey = [u8; SEALED_BYTES];

/// Which two keys a content key is for: sender's signing key and recipient's HPKE key, by their ids. Bound into the sealing,
/// so that nobody can pass on another's sealed key as their own.
type Between = Vec<u8>;

struct InUse {
    key: Zeroizing<[u8; KEY_BYTES]>,
    sealed: SealedKey,
    between: Between,
    since: UtcTime,
    uses: u32,
}

#[derive(Default)]
struct Remembered {
    keys: HashMap<(SealedKey, Between), Zeroizing<[u8; KEY_BYTES]>>,
    oldest_first: VecDeque<(SealedKey, Between)>,
}

/// The content keys of one node, in memory only.
#[derive(Default)]
pub(super) struct ContentKeys {
    sending: Mutex<HashMap<[u8; PUBLIC_KEY_BYTES], InUse>>,
    receiving: Mutex<Remembered>,
}

impl ContentKeys {
    /// Encrypts `padded` to the recipient. Gives the envelope's `encapsulated_key` and ciphertext.
    pub(super) fn seal(
        &self,
        recipient: &[u8; PUBLIC_KEY_BYTES],
        between: Between,
        now: UtcTime,
        header: &[u8],
        mut padded: Zeroizing<Vec<u8>>,
    ) -> Result<(Vec<u8>, Vec<u8>), Failed> {
        let (key, sealed) = self.key_for(recipient, between, now)?;
        let mut encapsulated = Vec::with_capacity(ENCAPSULATED_BYTES);
        encapsulated.extend_from_slice(&sealed);
        encapsulated.extend_from_slice(&random::<SALT_BYTES>()?);
        let (cipher, nonce) = derive(&key, &encapsulated)?;
        let aad = associated(header, &encapsulated);
        let tag =
            cipher.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut padded).map_err(|_| Failed)?;
        let mut ciphertext = std::mem::take(&mut *padded);
        ciphertext.extend_from_slice(tag.as_ref());
        Ok((encapsulated, ciphertext))
    }

    /// Decrypts what [`ContentKeys::seal`] made. Called only for envelopes whose signature holds.
    pub(super) fn open(
        &self,
        own: &HpkePrivateKey,
        between: Between,
        header: &[u8],
        encapsulated: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let sealed: SealedKey =
            encapsulated.get(..SEALED_BYTES).and_then(|bytes| bytes.try_into().ok()).ok_or(Failed)?;
        let key = self.unseal(own, sealed, between)?;
        let (cipher, nonce) = derive(&key, encapsulated)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = cipher
            .open_in_place(nonce, Aad::from(associated(header, encapsulated)), &mut buffer)
            .map_err(|_| Failed)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    fn key_for(
        &self,
        recipient: &[u8; PUBLIC_KEY_BYTES],
        between: Between,
        now: UtcTime,
    ) -> Result<(Zeroizing<[u8; KEY_BYTES]>, SealedKey), Failed> {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = sending.get_mut(recipient) {
            let age_ms = now.0.saturating_sub(held.since.0);
            if held.between == between && (0..USE_MS_MAX).contains(&age_ms) && held.uses < USES_MAX {
                held.uses += 1;
                return Ok((held.key.clone(), held.sealed));
            }
        }
        let key = Zeroizing::new(random::<KEY_BYTES>()?);
        let (enc, ciphertext) = DH_KEM_X25519_HKDF_SHA256_AES_256
            .seal(HPKE_INFO, &between, &*key, &HpkePublicKey(recipient.to_vec()))
            .map_err(|_| Failed)?;
        let sealed: SealedKey = [enc.0, ciphertext].concat().try_into().map_err(|_| Failed)?;
        if sending.len() >= RECIPIENTS_MAX {
            sending.clear();
        }
        sending.insert(*recipient, InUse { key: key.clone(), sealed, between, since: now, uses: 1 });
        Ok((key, sealed))
    }

    fn unseal(
        &self,
        own: &HpkePrivateKey,
        sealed: SealedKey,
        between: Between,
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, Failed> {
        let name = (sealed, between);
        let lock = || self.receiving.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = lock().keys.get(&name) {
            return Ok(key.clone());
        }
        let (enc, ciphertext) = sealed.split_at(PUBLIC_KEY_BYTES);
        let key = DH_KEM_X25519_HKDF_SHA256_AES_256
            .open(&EncapsulatedSecret(enc.to_vec()), HPKE_INFO, &name.1, ciphertext, own)
            .map(Zeroizing::new)
            .map_err(|_| Failed)?;
        let key = Zeroizing::new(<[u8; KEY_BYTES]>::try_from(key.as_slice()).map_err(|_| Failed)?);
        let mut remembered = lock();
        while remembered.oldest_first.len() >= REMEMBERED_MAX {
            if let Some(oldest) = remembered.oldest_first.pop_front() {
                remembered.keys.remove(&oldest);
            }
        }
        if remembered.keys.insert(name.clone(), key.clone()).is_none() {
            remembered.oldest_first.push_back(name);
        }
        Ok(key)
    }
}

/// An envelope's own key and nonce, from the content key and the envelope's salt.
fn derive(key: &[u8; KEY_BYTES], encapsulated: &[u8]) -> Result<(LessSafeKey, Nonce), Failed> {
    struct Bytes(usize);
    impl KeyType for Bytes {
        fn len(&self) -> usize {
            self.0
        }
    }
    let salt = encapsulated.get(SEALED_BYTES..).filter(|salt| salt.len() == SALT_BYTES).ok_or(Failed)?;
    let mut derived = Zeroizing::new([0; 44]);
    Salt::new(HKDF_SHA256, salt)
        .extract(key)
        .expand(&[HKDF_INFO], Bytes(derived.len()))
        .and_then(|okm| okm.fill(&mut *derived))
        .map_err(|_| Failed)?;
    let (key, nonce) = derived.split_at(KEY_BYTES);
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Failed)?;
    Ok((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(nonce).map_err(|_| Failed)?))
}

fn associated(header: &[u8], encapsulated: &[u8]) -> Vec<u8> {
    [header, encapsulated].concat()
}

#[expect(clippy::disallowed_methods, reason = "key material comes from the cryptographic library itself")]
fn random<const N: usize>() -> Result<[u8; N], Failed> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcTime = UtcTime(1_795_284_300_000);

    fn pair() -> (HpkePrivateKey, [u8; 32]) {
        let (public, private) = DH_KEM_X25519_HKDF_SHA256_AES_256.generate_key_pair().unwrap();
        (private, public.0.try_into().unwrap())
    }

    fn seal(keys: &ContentKeys, to: &[u8; 32], now: UtcTime) -> (Vec<u8>, Vec<u8>) {
        keys.seal(to, vec![1], now, b"header", Zeroizing::new(b"content".to_vec())).unwrap()
    }

    #[test]
    fn one_key_for_a_minute_and_another_salt_each_time() {
        let (private, public) = pair();
        let (from, to) = (ContentKeys::default(), ContentKeys::default());
        let first = seal(&from, &public, NOW);
        let second = seal(&from, &public, UtcTime(NOW.0 + USE_MS_MAX - 1));
        let third = seal(&from, &public, UtcTime(NOW.0 + USE_MS_MAX));
        let back = seal(&from, &public, NOW);
        assert_eq!(first.0[..SEALED_BYTES], second.0[..SEALED_BYTES]);
        assert_ne!(first.0[SEALED_BYTES..], second.0[SEALED_BYTES..]);
        assert_ne!(first.1, second.1, "the same content never looks the same");
        assert_ne!(second.0[..SEALED_BYTES], third.0[..SEALED_BYTES]);
        assert_ne!(third.0[..SEALED_BYTES], back.0[..SEALED_BYTES], "a clock set back is no reason to go on");
        // In any order, and by a node that has just started.
        for (encapsulated, ciphertext) in [&third, &first, &second, &first] {
            let opened = to.open(&private, vec![1], b"header", encapsulated, ciphertext).unwrap();
            assert_eq!(opened.as_slice(), b"content");
        }
        assert_eq!(to.receiving.lock().unwrap().keys.len(), 2);
    }

    #[test]
    fn nothing_opens_for_another_pair_header_or_key() {
        let (private, public) = pair();
        let keys = ContentKeys::default();
        let (encapsulated, ciphertext) = seal(&keys, &public, NOW);
        keys.open(&private, vec![1], b"header", &encapsulated, &ciphertext).unwrap();
        assert!(keys.open(&private, vec![2], b"header", &encapsulated, &ciphertext).is_err());
        assert!(keys.open(&private, vec![1], b"heaDer", &encapsulated, &ciphertext).is_err());
        assert!(keys.open(&pair().0, vec![3], b"header", &encapsulated, &ciphertext).is_err());
        assert!(keys.open(&private, vec![1], b"header", &encapsulated[1..], &ciphertext).is_err());
        assert!(keys.open(&private, vec![1], b"header", &encapsulated, b"").is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (private, public) = pair();
        let to = ContentKeys::default();
        for n in 0..REMEMBERED_MAX + 10 {
            let from = ContentKeys::default();
            let (encapsulated, ciphertext) = seal(&from, &public, UtcTime(i64::try_from(n).unwrap()));
            to.open(&private, vec![1], b"header", &encapsulated, &ciphertext).unwrap();
        }
        let remembered = to.receiving.lock().unwrap();
        assert_eq!((remembered.keys.len(), remembered.oldest_first.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
    }

    #[test]
    fn a_key_is_used_a_bounded_number_of_times() {
        let (_, public) = pair();
        let keys = ContentKeys::default();
        let first = seal(&keys, &public, NOW);
        for _ in 1..USES_MAX {
            assert_eq!(seal(&keys, &public, NOW).0[..SEALED_BYTES], first.0[..SEALED_BYTES]);
        }
        assert_ne!(seal(&keys, &public, NOW).0[..SEALED_BYTES], first.0[..SEALED_BYTES]);
    }
}

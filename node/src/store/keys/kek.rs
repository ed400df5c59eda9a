//! Key-encryption keys: the file that holds them, and how they wrap record keys.
//!
//! Each record key is wrapped under a key derived (HKDF-SHA256) from the key-encryption key and the record key's
//! own id. So no wrapping key is used for two record keys, no nonce can repeat however many records a node keeps,
//! and a wrapped key moved to another id does not open.

use super::{KeyError, KeyId};
use crate::store::home;
use crate::store::seal::{KEY_BYTES, RecordKey};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, rand,
};
use std::{fmt::Write, path::Path};
use zeroize::Zeroizing;

/// Bytes of a wrapped record key: ciphertext and tag.
pub(super) const WRAPPED_BYTES: usize = KEY_BYTES + 16;
/// Generations held at once: the current one, and the one that a rotation is leaving.
const GENERATIONS_MAX: usize = 2;
const CONTEXT: &[u8] = b"concord.store.wrap.v1";
const HEADER: &str = "concord key-encryption keys: keep secret, and keep apart from backups of the databases";

/// Number of a key-encryption key, growing by one with each rotation.
pub(super) type Generation = u32;

/// The key-encryption keys of a node, oldest first.
pub(super) struct Keks {
    all: Vec<(Generation, hkdf::Prk)>,
    /// Kept to write the file again on rotation.
    bytes: Vec<(Generation, Zeroizing<[u8; KEY_BYTES]>)>,
}

impl Keks {
    /// A first key, nowhere but in memory.
    pub(super) fn fresh() -> Result<Self, KeyError> {
        Self::from_bytes(vec![(1, random()?)])
    }

    /// Reads the file.
    pub(super) fn read(file: &Path) -> Result<Self, KeyError> {
        let content = home::read_private(file)?;
        let malformed = || KeyError::Malformed { file: file.to_owned() };
        let text = std::str::from_utf8(&content).map_err(|_| malformed())?;
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(malformed());
        }
        let mut keys: Vec<(Generation, Zeroizing<[u8; KEY_BYTES]>)> = Vec::new();
        for line in lines {
            let (number, digits) = line.split_once(' ').ok_or_else(malformed)?;
            let number = number.parse().map_err(|_| malformed())?;
            if keys.last().is_some_and(|(last, _)| *last >= number) || keys.len() == GENERATIONS_MAX {
                return Err(malformed());
            }
            keys.push((number, from_hex(digits).ok_or_else(malformed)?));
        }
        if keys.is_empty() {
            return Err(malformed());
        }
        Self::from_bytes(keys)
    }

    /// Writes a new file; refuses to overwrite one.
    pub(super) fn write_new(&self, file: &Path) -> Result<(), KeyError> {
        Ok(home::write_private(file, self.text().as_bytes())?)
    }

    /// Replaces the file in one step.
    pub(super) fn replace(&self, file: &Path) -> Result<(), KeyError> {
        Ok(home::replace_private(file, self.text().as_bytes())?)
    }

    /// The generation under which new keys are wrapped.
    pub(super) fn current(&self) -> Generation {
        self.all.last().map_or(0, |(generation, _)| *generation)
    }

    /// The same keys and a new one, which becomes the current one.
    pub(super) fn with_next(&self) -> Result<Self, KeyError> {
        let mut bytes = self.bytes.clone();
        bytes.push((self.current() + 1, random()?));
        Self::from_bytes(bytes)
    }

    /// The current key alone.
    pub(super) fn newest_only(&self) -> Result<Self, KeyError> {
        Self::from_bytes(self.bytes.last().cloned().into_iter().collect())
    }

    /// Whether a generation is held.
    pub(super) fn knows(&self, generation: Generation) -> bool {
        self.all.iter().any(|(held, _)| *held == generation)
    }

    /// Whether there are older generations than the current one.
    pub(super) fn is_rotating(&self) -> bool {
        self.all.len() > 1
    }

    /// Wraps a record key under the current generation.
    pub(super) fn wrap(&self, id: KeyId, key: &RecordKey) -> Result<(Generation, Vec<u8>), KeyError> {
        let (generation, prk) = self.all.last().ok_or(KeyError::Cipher)?;
        let mut wrapped = Vec::with_capacity(WRAPPED_BYTES);
        wrapped.extend_from_slice(key.bytes());
        wrapping_key(prk, id)?
            .seal_in_place_append_tag(once(), Aad::from(id.0), &mut wrapped)
            .map_err(|_| KeyError::Cipher)?;
        Ok((*generation, wrapped))
    }

    /// Opens a wrapped record key.
    pub(super) fn unwrap(
        &self,
        id: KeyId,
        generation: Generation,
        wrapped: &[u8],
    ) -> Result<RecordKey, KeyError> {
        let broken = KeyError::Broken { key: id, generation };
        let Some((_, prk)) = self.all.iter().find(|(g, _)| *g == generation) else { return Err(broken) };
        let mut bytes = Zeroizing::new(wrapped.to_vec());
        let opened = wrapping_key(prk, id)?
            .open_in_place(once(), Aad::from(id.0), &mut bytes)
            .ok()
            .and_then(|opened| <[u8; KEY_BYTES]>::try_from(&*opened).ok().map(Zeroizing::new));
        opened.map(RecordKey::new).ok_or(broken)
    }

    fn from_bytes(bytes: Vec<(Generation, Zeroizing<[u8; KEY_BYTES]>)>) -> Result<Self, KeyError> {
        let all = bytes
            .iter()
            .map(|(generation, key)| (*generation, hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &**key)))
            .collect();
        Ok(Self { all, bytes })
    }

    fn text(&self) -> Zeroizing<String> {
        // Sized at once, so that growing leaves no copies behind.
        let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + 1 + self.bytes.len() * 80));
        text.push_str(HEADER);
        text.push('\n');
        for (generation, key) in &self.bytes {
            // Writing to a string cannot fail.
            let _ = write!(text, "{generation} ");
            for byte in key.iter() {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text
    }
}

/// Random bytes for a key, from the cryptographic library's own generator.
#[expect(clippy::disallowed_methods, reason = "keys are never drawn from a source that can be seeded")]
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeyError> {
    let mut bytes = Zeroizing::new([0; N]);
    rand::fill(&mut *bytes).map_err(|_| KeyError::Cipher)?;
    Ok(bytes)
}

// INVARIANT (one wrap, one key): a wrapping key wraps the one record key whose id it is derived from, always to the
// same bytes, so a constant nonce never meets two plaintexts.
fn once() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn wrapping_key(prk: &hkdf::Prk, id: KeyId) -> Result<LessSafeKey, KeyError> {
    prk.expand(&[CONTEXT, &id.0], &AES_256_GCM)
        .map(|okm| LessSafeKey::new(UnboundKey::from(okm)))
        .map_err(|_| KeyError::Cipher)
}

fn from_hex(digits: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let digits = digits.as_bytes();
    if digits.len() != KEY_BYTES * 2 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (nibble(pair[0])?, nibble(pair[1])?);
        *byte = high << 4 | low;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn record_key(byte: u8) -> RecordKey {
        RecordKey::new(Zeroizing::new([byte; KEY_BYTES]))
    }

    #[test]
    fn a_wrapped_key_opens_under_its_id_and_generation_only() {
        let keks = Keks::fresh().unwrap().with_next().unwrap();
        let (id, other) = (KeyId([1; 16]), KeyId([2; 16]));
        let (generation, wrapped) = keks.wrap(id, &record_key(7)).unwrap();
        assert_eq!((generation, wrapped.len()), (2, WRAPPED_BYTES));
        assert_eq!(keks.unwrap(id, 2, &wrapped).unwrap().bytes(), &[7; KEY_BYTES]);
        for (id, generation) in [(other, 2), (id, 1), (id, 3)] {
            assert!(matches!(keks.unwrap(id, generation, &wrapped), Err(KeyError::Broken { .. })));
        }
        assert!(keks.unwrap(id, 2, &wrapped[1..]).is_err());
    }

    #[test]
    fn the_file_reads_back_and_anything_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kek.key");
        let keks = Keks::fresh().unwrap();
        let (generation, wrapped) = keks.wrap(KeyId([1; 16]), &record_key(7)).unwrap();
        keks.write_new(&file).unwrap();
        assert!(keks.write_new(&file).is_err());
        Keks::read(&file).unwrap().unwrap(KeyId([1; 16]), generation, &wrapped).unwrap();

        let good = fs::read_to_string(&file).unwrap();
        let bad = [
            String::new(),
            good.replace("concord", "other"),
            good.replace("\n1 ", "\nx "),
            good.trim_end().trim_end_matches(|c: char| c.is_ascii_hexdigit()).to_owned(),
            good.lines().chain(good.lines().skip(1)).collect::<Vec<_>>().join("\n"),
            good.lines().next().unwrap().to_owned(),
        ];
        for text in bad {
            fs::write(&file, &text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(Keks::read(&file), Err(KeyError::Malformed { .. })), "{} bytes", text.len());
        }
    }
}

//! This node's two keys beside TLS: Ed25519 signs envelopes, X25519 opens what is encrypted to this agency (HPKE).
//!
//! Callers: `concord init` makes them, `serve` reads them, `envelope` and `roster` use them. Files are PKCS #8 PEM with mode
//! 0600, so that `openssl genpkey -algorithm ed25519` (or `x25519`) makes them too. Deliberately absent: a passphrase (the
//! disk's encryption is the agency's), and any way to print a key.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::agreement::{PrivateKey as AgreementKey, X25519};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls::crypto::hpke::HpkePrivateKey;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use zeroize::{Zeroize, Zeroizing};

use super::content_key::ContentKeys;
use crate::tls::{TlsError, read_private};

/// Bytes in a public key of either kind.
pub const PUBLIC_KEY_BYTES: usize = 32;
/// Bytes in a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// PKCS #8 of an X25519 key up to its 32 bytes (RFC 8410).
const X25519_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

/// Why a key could not be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read, or others can read it.
    #[error(transparent)]
    File(#[from] TlsError),
    /// The file contains something else.
    #[error("{} is not a private key of kind {kind}: `openssl genpkey -algorithm {kind}` makes one, then `chmod 600`", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// `ed25519` or `x25519`.
        kind: &'static str,
    },
    /// The file cannot be written.
    #[error("cannot write {}: check that the directory exists and is yours, and that no key is there already", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The cryptographic library failed.
    #[error("the cryptographic library could not make or use a key")]
    Library,
}

/// The private half of what the roster lists for this agency.
pub struct NodeKeys {
    signing: Ed25519KeyPair,
    opening: HpkePrivateKey,
    verify_key: [u8; PUBLIC_KEY_BYTES],
    hpke_key: [u8; PUBLIC_KEY_BYTES],
    content_keys: ContentKeys,
}

impl NodeKeys {
    /// Fresh keys.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate() -> Result<Self, KeyError> {
        let signing = Ed25519KeyPair::generate().map_err(|_| KeyError::Library)?;
        let opening = AgreementKey::generate(&X25519).map_err(|_| KeyError::Library)?;
        let seed: Curve25519SeedBin<'_> = opening.as_be_bytes().map_err(|_| KeyError::Library)?;
        Self::new(signing, Zeroizing::new(seed.as_ref().to_vec()))
    }

    fn new(signing: Ed25519KeyPair, mut opening: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let key = AgreementKey::from_private_key(&X25519, &opening).map_err(|_| KeyError::Library)?;
        let public = key.compute_public_key().map_err(|_| KeyError::Library)?;
        let hpke_key = public.as_ref().try_into().map_err(|_| KeyError::Library)?;
        let verify_key = signing.public_key().as_ref().try_into().map_err(|_| KeyError::Library)?;
        // Moved, not copied: `HpkePrivateKey` wipes it when dropped.
        let opening = HpkePrivateKey::from(std::mem::take(&mut *opening));
        Ok(Self { signing, opening, verify_key, hpke_key, content_keys: ContentKeys::default() })
    }

    /// Reads both keys.
    ///
    /// # Errors
    /// Naming the file, and what to do.
    pub fn read(signing: &Path, opening: &Path) -> Result<Self, KeyError> {
        let wrong = |path: &Path, kind| KeyError::Wrong { path: path.to_owned(), kind };
        let pem = read_private(signing)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| wrong(signing, "ed25519"))?;
        let signing_key =
            Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| wrong(signing, "ed25519"))?;
        let pem = read_private(opening)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| wrong(opening, "x25519"))?;
        let seed = der.secret_pkcs8_der().strip_prefix(&X25519_PREFIX).filter(|seed| seed.len() == 32);
        let seed = Zeroizing::new(seed.ok_or_else(|| wrong(opening, "x25519"))?.to_vec());
        Self::new(signing_key, seed)
    }

    /// Writes both keys as new files with mode 0600; never over an old key.
    ///
    /// # Errors
    /// When a file exists or cannot be written.
    pub fn write(&self, signing: &Path, opening: &Path) -> Result<(), KeyError> {
        let der = self.signing.to_pkcs8v1().map_err(|_| KeyError::Library)?;
        write_new(signing, &private_pem(der.as_ref()))?;
        let mut der = Zeroizing::new(X25519_PREFIX.to_vec());
        der.reserve_exact(PUBLIC_KEY_BYTES);
        der.extend_from_slice(self.opening.secret_bytes());
        write_new(opening, &private_pem(&der))
    }

    /// The Ed25519 public key, as the roster lists it.
    pub fn verify_key(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.verify_key
    }

    /// The X25519 public key, as the roster lists it.
    pub fn hpke_key(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.hpke_key
    }

    /// Signs `message`, which begins with its own context so that no signature serves in another place.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut signature = [0; SIGNATURE_BYTES];
        let made = self.signing.sign(message);
        let length = made.as_ref().len().min(SIGNATURE_BYTES);
        if let (Some(to), Some(from)) = (signature.get_mut(..length), made.as_ref().get(..length)) {
            to.copy_from_slice(from);
        }
        signature
    }

    pub(super) fn content_keys(&self) -> &ContentKeys {
        &self.content_keys
    }

    pub(super) fn opening(&self) -> &HpkePrivateKey {
        &self.opening
    }
}

impl std::fmt::Debug for NodeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeKeys(..)")
    }
}

/// Whether `signature` is one of `message` by the key.
pub(crate) fn verifies(verify_key: &[u8; PUBLIC_KEY_BYTES], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, verify_key).verify(message, signature).is_ok()
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |source| KeyError::Write { path: path.to_owned(), source };
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

/// PEM of PKCS #8 bytes. Both kinds have 48 of them, so that base64 needs no padding and one line is enough.
fn private_pem(der: &[u8]) -> Zeroizing<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut pem = Zeroizing::new(Vec::with_capacity(256));
    pem.extend_from_slice(b"-----BEGIN PRIVATE KEY-----\n");
    for three in der.chunks_exact(3) {
        let mut bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0] {
            if let Some(letter) = usize::try_from(bits >> shift & 63).ok().and_then(|at| ALPHABET.get(at)) {
                pem.push(*letter);
            }
        }
        bits.zeroize();
    }
    pem.extend_from_slice(b"\n-----END PRIVATE KEY-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_read_back_as_written() {
        let dir = tempfile::tempdir().unwrap();
        let (sign, open) = (dir.path().join("sign.key"), dir.path().join("hpke.key"));
        let keys = NodeKeys::generate().unwrap();
        keys.write(&sign, &open).unwrap();
        let again = NodeKeys::read(&sign, &open).unwrap();
        assert_eq!((again.verify_key(), again.hpke_key()), (keys.verify_key(), keys.hpke_key()));
        assert!(verifies(&keys.verify_key(), b"m", &again.sign(b"m")));
        assert!(!verifies(&keys.verify_key(), b"n", &again.sign(b"m")));
        assert!(keys.write(&sign, &open).is_err(), "a key is never overwritten");
        assert!(matches!(NodeKeys::read(&open, &sign), Err(KeyError::Wrong { kind: "ed25519", .. })));
        assert!(matches!(NodeKeys::read(&sign, &sign), Err(KeyError::Wrong { kind: "x25519", .. })));
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = NodeKeys::read(&sign, &open).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    /// The bytes before the key are those that `openssl genpkey` writes, so either tool reads the other's files.
    #[test]
    fn files_look_like_those_of_openssl() {
        let dir = tempfile::tempdir().unwrap();
        let (sign, open) = (dir.path().join("sign.key"), dir.path().join("hpke.key"));
        let keys = NodeKeys::generate().unwrap();
        keys.write(&sign, &open).unwrap();
        for (path, begins) in [(sign, "MC4CAQAwBQYDK2VwBCIEI"), (open, "MC4CAQAwBQYDK2VuBCIEI")] {
            let text = std::fs::read_to_string(path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[1].starts_with(begins) && lines[1].len() == 64);
            assert_eq!((lines[0], lines[2]), ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"));
        }
        assert_eq!(format!("{keys:?}"), "NodeKeys(..)");
    }
}

//! Reading certificates, keys and revocation lists from files, refusing keys that others can read.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::TlsError;

/// Bytes in the largest key, certificate or list file that is read.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Where a node's or a person's TLS files are.
#[derive(Clone, Debug)]
pub struct TlsPaths {
    /// Own certificate, then any intermediate ones, PEM.
    pub certificate: PathBuf,
    /// Its private key, PKCS #8 PEM, mode 0600.
    pub key: PathBuf,
    /// Certificates of the trusted authorities, PEM.
    pub authorities: PathBuf,
    /// Revocation lists, PEM. With none, nothing is checked; with any, every authority needs one.
    pub revocation_lists: Vec<PathBuf>,
}

/// What [`TlsPaths`] name, read.
#[derive(Debug)]
pub struct TlsMaterial {
    /// Own certificate first, then intermediate ones.
    pub chain: Vec<CertificateDer<'static>>,
    /// Own private key.
    pub key: PrivateKeyDer<'static>,
    /// Trusted authorities.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Revocation lists.
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
}

impl TlsMaterial {
    /// Reads every file.
    ///
    /// # Errors
    /// Naming the file that is missing, not PEM, or (the key) readable by others.
    pub fn read(paths: &TlsPaths) -> Result<Self, TlsError> {
        let key = read_private(&paths.key)?;
        let mut revocation_lists = Vec::new();
        for path in &paths.revocation_lists {
            revocation_lists.extend(pem_all(path, &read(path)?, "revocation list")?);
        }
        Ok(Self {
            chain: pem_all(&paths.certificate, &read(&paths.certificate)?, "certificate")?,
            key: PrivateKeyDer::from_pem_slice(&key)
                .map_err(|_| TlsError::NotPem { path: paths.key.clone(), what: "private key" })?,
            authorities: pem_all(&paths.authorities, &read(&paths.authorities)?, "certificate")?,
            revocation_lists,
        })
    }
}

/// Reads the certificates of authorities, PEM.
///
/// # Errors
/// Naming the file when it cannot be read or holds none.
pub fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    pem_all(path, &read(path)?, "certificate")
}

fn pem_all<T: PemObject>(path: &Path, bytes: &[u8], what: &'static str) -> Result<Vec<T>, TlsError> {
    let not_pem = || TlsError::NotPem { path: path.to_owned(), what };
    let all: Vec<T> = T::pem_slice_iter(bytes).collect::<Result<_, _>>().map_err(|_| not_pem())?;
    if all.is_empty() { Err(not_pem()) } else { Ok(all) }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Reads a file that only its owner may read or change; the bytes are wiped after use.
///
/// # Errors
/// [`TlsError::NotPrivate`] when group or others have any right to it, naming the file and the remedy.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(TlsError::NotPrivate { path: path.to_owned(), mode });
    }
    let size = usize::try_from(metadata.len().min(FILE_BYTES_MAX)).unwrap_or(0);
    // Room for all of it at once, so that no half-read copy is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.key");
        fs::write(&path, "x").unwrap();
        for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = read_private(&path).unwrap_err();
            assert!(matches!(error, TlsError::NotPrivate { .. }), "{mode:o}");
            assert!(error.to_string().contains(&format!("chmod 600 {}", path.display())), "{error}");
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_private(&path).unwrap().as_slice(), b"x");
        }
        assert!(matches!(read_private(&dir.path().join("none")), Err(TlsError::Unreadable { .. })));
    }
}

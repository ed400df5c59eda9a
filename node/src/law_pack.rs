//! A law pack under its signer's key: written by `concord law pack`, checked by `concord law verify` and by a node that is
//! told to decide by one (`[law] pack`).
//!
//! The pack is `policy::law::pack`'s file; its signature lies beside it, as `.sig`: 128 hexadecimal digits, Ed25519 over a
//! context of its own and the exact bytes of the file.

use crate::exchange::keys::{NodeKeys, verifies};
use crate::hex;
use policy::law::pack::{PACK_BYTES_MAX, Pack, PackError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a signature over a pack stands over, before its bytes: it serves nowhere else.
const CONTEXT: &[u8] = b"concord/law-pack/v1\0";
/// Bytes of a signature's file, at most.
const SIGNATURE_BYTES_MAX: u64 = 1024;

/// Why a pack is not used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LawPackError {
    /// A file cannot be read or written.
    #[error("{} cannot be {doing}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        cause: Arc<io::Error>,
    },
    /// A file is too large.
    #[error("{} is larger than {max} bytes: it is no law pack", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The bound.
        max: u64,
    },
    /// The key is none.
    #[error("the signer's key must be 64 hex digits, as `concord law pack` printed it")]
    Key,
    /// The signature's file holds none.
    #[error("{} is no signature: 128 hex digits", .file.display())]
    NoSignature {
        /// The file.
        file: PathBuf,
    },
    /// The signature does not hold.
    #[error(
        "{} was not signed by this key, or was changed since: do not use it, ask its signer for both files again",
        .file.display()
    )]
    NotSigned {
        /// The pack.
        file: PathBuf,
    },
    /// What is signed is no pack, or its texts do not load.
    #[error("{}: {cause}", .file.display())]
    Pack {
        /// The pack.
        file: PathBuf,
        /// What is wrong.
        cause: PackError,
    },
}

/// Writes a pack and, beside it, its signature; where the signature is.
///
/// # Errors
/// When a file cannot be written.
pub fn write(pack: &Pack, file: &Path, keys: &NodeKeys) -> Result<PathBuf, LawPackError> {
    let text = pack.to_text().map_err(|cause| LawPackError::Pack { file: file.to_owned(), cause })?;
    let signature = hex::encode(&keys.sign(&message(text.as_bytes())));
    let beside = signature_of(file);
    let put = |file: &Path, text: &str| std::fs::write(file, text).map_err(failed(file, "written"));
    put(file, &text)?;
    put(&beside, &format!("{signature}\n"))?;
    Ok(beside)
}

/// Reads a pack that this key signed, and whose texts load.
///
/// # Errors
/// Whatever is wrong with file, signature or texts; nothing of it is used then.
pub fn read(file: &Path, key: &str) -> Result<Pack, LawPackError> {
    let key = hex::decode(key).and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or(LawPackError::Key)?;
    let text = text(file, PACK_BYTES_MAX as u64)?;
    let beside = signature_of(file);
    let signature = hex::decode(self::text(&beside, SIGNATURE_BYTES_MAX)?.trim())
        .ok_or_else(|| LawPackError::NoSignature { file: beside.clone() })?;
    if !verifies(&key, &message(text.as_bytes()), &signature) {
        return Err(LawPackError::NotSigned { file: file.to_owned() });
    }
    let wrong = |cause| LawPackError::Pack { file: file.to_owned(), cause };
    let pack = Pack::parse(&text).map_err(wrong)?;
    pack.law().map_err(wrong)?;
    Ok(pack)
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [CONTEXT, bytes].concat()
}

fn signature_of(pack: &Path) -> PathBuf {
    pack.with_extension("sig")
}

fn text(file: &Path, max: u64) -> Result<String, LawPackError> {
    let read = failed(file, "read");
    if std::fs::metadata(file).map_err(&read)?.len() > max {
        return Err(LawPackError::TooLarge { file: file.to_owned(), max });
    }
    std::fs::read_to_string(file).map_err(&read)
}

fn failed(file: &Path, doing: &'static str) -> impl Fn(io::Error) -> LawPackError {
    let file = file.to_owned();
    move |cause| LawPackError::File { file: file.clone(), doing, cause: Arc::new(cause) }
}

//! A law pack under its signer's key: written by `concord law pack`, checked by `concord law verify` and by a node that is
//! told to decide by one (`[law] pack`).
//!
//! One file: a first line with the signature, Ed25519 over a context of its own and the exact bytes of everything after that
//! line, which is the pack as `policy::law::pack` writes it. It is put in place whole, so nobody meets a pack without its
//! signature, or one beside the signature of another.

use crate::exchange::keys::{NodeKeys, verifies};
use crate::hex;
use policy::law::pack::{PACK_BYTES_MAX, Pack, PackError};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a signature over a pack stands over, before its bytes: it serves nowhere else.
const CONTEXT: &[u8] = b"concord/law-pack/v1\0";
/// What the first line begins with. To a reader of the pack alone it is a comment.
const SIGNED: &str = "# signed ed25519 ";
/// Bytes of a signed pack, at most: the first line comes on top of the pack.
const FILE_BYTES_MAX: u64 = PACK_BYTES_MAX as u64 + 256;

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
    /// There is no signature in it.
    #[error("{} is not signed: its first line holds no signature, ask its signer for the pack again", .file.display())]
    NoSignature {
        /// The pack.
        file: PathBuf,
    },
    /// The signature does not hold.
    #[error(
        "{} was not signed by this key, or was changed since: do not use it, ask its signer for the pack again",
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

/// Writes a pack under its signature, in one step: whoever reads sees what was there before, or all of this.
///
/// # Errors
/// When the file cannot be written; what was there before stays.
pub fn write(pack: &Pack, file: &Path, keys: &NodeKeys) -> Result<(), LawPackError> {
    let text = pack.to_text().map_err(|cause| LawPackError::Pack { file: file.to_owned(), cause })?;
    let signature = hex::encode(&keys.sign(&message(text.as_bytes())));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!("{name}.new"));
    let mut out = File::create(&beside).map_err(failed(&beside, "made"))?;
    out.write_all(format!("{SIGNED}{signature}\n{text}").as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(failed(&beside, "written"))?;
    std::fs::rename(&beside, file).map_err(failed(file, "written"))
}

/// Reads a pack that this key signed, and whose texts load.
///
/// # Errors
/// Whatever is wrong with file, signature or texts; nothing of it is used then.
pub fn read(file: &Path, key: &str) -> Result<Pack, LawPackError> {
    let key = hex::decode(key).and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or(LawPackError::Key)?;
    let whole = text(file)?;
    let signed = whole.strip_prefix(SIGNED).and_then(|signed| signed.split_once('\n'));
    let (signature, text) = signed
        .and_then(|(signature, text)| Some((hex::decode(signature.trim_end())?, text)))
        .ok_or_else(|| LawPackError::NoSignature { file: file.to_owned() })?;
    if !verifies(&key, &message(text.as_bytes()), &signature) {
        return Err(LawPackError::NotSigned { file: file.to_owned() });
    }
    let wrong = |cause| LawPackError::Pack { file: file.to_owned(), cause };
    let pack = Pack::parse(text).map_err(wrong)?;
    pack.law().map_err(wrong)?;
    Ok(pack)
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [CONTEXT, bytes].concat()
}

fn text(file: &Path) -> Result<String, LawPackError> {
    let read = failed(file, "read");
    if std::fs::metadata(file).map_err(&read)?.len() > FILE_BYTES_MAX {
        return Err(LawPackError::TooLarge { file: file.to_owned(), max: FILE_BYTES_MAX });
    }
    std::fs::read_to_string(file).map_err(&read)
}

fn failed(file: &Path, doing: &'static str) -> impl Fn(io::Error) -> LawPackError {
    let file = file.to_owned();
    move |cause| LawPackError::File { file: file.clone(), doing, cause: Arc::new(cause) }
}

//! `law pack`, `law verify`: a version of the law in one file, signed with a node's key over its exact bytes.

use super::texts;
use crate::cli::{Exit, Failure, Printed};
use crate::config::Config;
use crate::exchange::keys::{NodeKeys, verifies};
use crate::hex;
use clap::Args;
use policy::law::pack::{PACK_BYTES_MAX, Pack};
use policy::time::Date;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What a signature over a pack stands over, before its bytes: it serves nowhere else.
const CONTEXT: &[u8] = b"concord/law-pack/v1\0";

/// Arguments of `pack`.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// The version: `embedded`, or a directory of clause texts.
    #[arg(long, value_name = "VERSION")]
    texts: PathBuf,
    /// What it is, for people.
    #[arg(long)]
    title: String,
    /// The day it is made, YYYY-MM-DD.
    #[arg(long, value_name = "DATE")]
    made: String,
    /// The pack to write; the signature is written beside it, as .sig.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Home of the node whose key signs it.
    #[arg(long, value_name = "HOME")]
    sign_with: PathBuf,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The pack; its signature is beside it, as .sig.
    #[arg(value_name = "FILE")]
    pack: PathBuf,
    /// The key that has to have signed it, 64 hex digits, as its signer told it.
    #[arg(long, value_name = "KEY")]
    key: String,
}

/// A pack that its signer vouches for.
#[derive(Debug)]
pub struct Vouched {
    /// The pack.
    pub pack: Pack,
    /// Clauses of the law it holds.
    pub clauses: usize,
}

/// Writes and signs.
///
/// # Errors
/// When the texts do not load, or a file cannot be read or written.
pub fn pack(args: &PackArgs, as_json: bool) -> Result<Printed, Failure> {
    let made = Date::parse(&args.made)
        .map_err(|_| Failure::usage(format!("--made {}: give a day as YYYY-MM-DD", args.made)))?;
    let config = Config::load(&args.sign_with).map_err(Failure::chain)?;
    let keys = NodeKeys::read(&config.keys.signing, &config.keys.opening).map_err(Failure::chain)?;
    let version = texts::read(&args.texts)?;
    let pack = Pack::of(&texts::files(&version), &args.title, made)
        .map_err(|e| Failure::usage(format!("{}: {e}", args.texts.display())))?;
    let beside = write_signed(&pack, &args.to, &keys)?;
    let key = hex::encode(&keys.verify_key());
    let text = if as_json {
        json!({ "version": pack.version, "pack": args.to, "signature": beside, "key": key }).to_string()
            + "\n"
    } else {
        format!(
            "law {} is packed in {} and signed in {}\nits signer's key: {key}\n",
            pack.version,
            args.to.display(),
            beside.display()
        )
    };
    Ok(Printed { text, exit: Exit::Done })
}

/// Writes a pack and, beside it, its signature; where the signature is.
///
/// # Errors
/// When a file cannot be written.
pub fn write_signed(pack: &Pack, file: &Path, keys: &NodeKeys) -> Result<PathBuf, Failure> {
    let text = pack.to_text().map_err(Failure::chain)?;
    let signature = hex::encode(&keys.sign(&message(text.as_bytes())));
    let beside = signature_of(file);
    write(file, &text)?;
    write(&beside, &format!("{signature}\n"))?;
    Ok(beside)
}

/// Checks, and says what it holds.
///
/// # Errors
/// When its texts are not those it names, do not load, or another key signed it, or none.
pub fn verify(args: &VerifyArgs, as_json: bool) -> Result<Printed, Failure> {
    let Vouched { pack, clauses } = vouched(&args.pack, &args.key)?;
    let text = if as_json {
        json!({ "version": pack.version, "title": pack.title, "made": pack.made.to_string(), "clauses": clauses })
            .to_string()
            + "\n"
    } else {
        format!(
            "law {}\n\"{}\", made {}, {clauses} clauses; signed by the key you gave\n",
            pack.version, pack.title, pack.made
        )
    };
    Ok(Printed { text, exit: Exit::Done })
}

/// Reads a pack that this key signed.
///
/// # Errors
/// As [`verify`].
pub fn vouched(file: &Path, key: &str) -> Result<Vouched, Failure> {
    let key = hex::decode(key).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let key = key.ok_or_else(|| Failure::usage("--key: give the signer's key, 64 hex digits"))?;
    let text = texts::text(file, PACK_BYTES_MAX as u64)?;
    let beside = signature_of(file);
    let signature = hex::decode(texts::text(&beside, 1024)?.trim())
        .ok_or_else(|| Failure::usage(format!("{} is no signature: 128 hex digits", beside.display())))?;
    if !verifies(&key, &message(text.as_bytes()), &signature) {
        return Err(Failure::refused(format!(
            "{} was not signed by this key, or was changed since: do not use it, ask its signer for both files again",
            file.display()
        )));
    }
    let wrong = |e| Failure::usage(format!("{}: {e}", file.display()));
    let pack = Pack::parse(&text).map_err(wrong)?;
    let clauses = pack.law().map_err(wrong)?.clauses().len();
    Ok(Vouched { pack, clauses })
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [CONTEXT, bytes].concat()
}

fn signature_of(pack: &Path) -> PathBuf {
    pack.with_extension("sig")
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|e| Failure::usage(format!("{} cannot be written: {e}", file.display())))
}

//! `law pack`, `law verify`: a version of the law in one file, signed with a node's key over its exact bytes.

use super::texts;
use crate::cli::{Exit, Failure, Printed};
use crate::config::Config;
use crate::exchange::keys::NodeKeys;
use crate::hex;
use crate::law_pack::{self, LawPackError};
use clap::Args;
use policy::law::pack::Pack;
use policy::time::Date;
use serde_json::json;
use std::path::PathBuf;

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
    /// The pack to write. Its first line is the signature.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Home of the node whose key signs it.
    #[arg(long, value_name = "HOME")]
    sign_with: PathBuf,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The pack.
    #[arg(value_name = "FILE")]
    pack: PathBuf,
    /// The key that has to have signed it, 64 hex digits, as its signer told it.
    #[arg(long, value_name = "KEY")]
    key: String,
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
    law_pack::write(&pack, &args.to, &keys).map_err(Failure::chain)?;
    let key = hex::encode(&keys.verify_key());
    let text = if as_json {
        json!({ "version": pack.version, "pack": args.to, "key": key }).to_string() + "\n"
    } else {
        format!(
            "law {} is packed and signed in {}\nits signer's key: {key}\n",
            pack.version,
            args.to.display(),
        )
    };
    Ok(Printed { text, exit: Exit::Done })
}

/// Checks, and says what it holds.
///
/// # Errors
/// When its texts are not those it names, do not load, or another key signed it, or none.
pub fn verify(args: &VerifyArgs, as_json: bool) -> Result<Printed, Failure> {
    let pack = law_pack::read(&args.pack, &args.key).map_err(|error| match error {
        LawPackError::NotSigned { .. } => Failure::refused(error.to_string()),
        other => Failure::chain(other),
    })?;
    let clauses = pack.law().map_err(Failure::chain)?.clauses().len();
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

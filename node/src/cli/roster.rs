//! `concord roster`: what a member sends to the coordinator, and what the coordinator signs.

use super::failure::Failure;
use super::session::Printed;
use crate::config::Config;
use crate::exchange::keys::NodeKeys;
use crate::exchange::roster::{Member, Roster};
use crate::hex;
use crate::tls::{SpiffeId, TlsMaterial, public_key_sha256};
use clap::Subcommand;
use policy::record::TeamRole;
use serde_json::json;
use std::path::PathBuf;

/// What to do with a roster.
#[derive(Debug, Subcommand)]
#[command(after_help = "A roster is a TOML file that the coordinator writes and signs:

  region = \"region.example\"              # trust domain of every member
  serial = 1                             # higher with each new roster
  issued_at = \"2026-11-21T00:00:00Z\"
  expires_at = \"2027-02-21T00:00:00Z\"
  [[agency]]                             # one for each member: what `concord roster entry` printed there
  ...

Give both files to every member. Whoever is left out of a newer roster is refused at once.

Examples:
  concord roster entry --dir /var/lib/concord --address node.hospital.example:7400 --role core
  concord roster sign --dir /var/lib/coordinator --file roster.toml     # writes roster.sig beside it
  concord roster key --dir /var/lib/coordinator                         # every member pins this key")]
pub enum RosterVerb {
    /// Print this node's entry for the coordinator.
    Entry {
        /// Home of the node, with its certificate in place.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Where other nodes can call it, HOST:PORT; leave out if it opens no port and fetches instead.
        #[arg(long, value_name = "HOST:PORT")]
        address: Vec<String>,
        /// Place in the arrangement: core, affiliate, community_partner, coordinator or none.
        #[arg(long, default_value = "none")]
        role: String,
    },
    /// Check a roster and write its signature beside it (coordinator).
    Sign {
        /// Home of the coordinator's node.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// The roster.
        #[arg(long, value_name = "ROSTER.toml")]
        file: PathBuf,
    },
    /// Print the key that members pin (coordinator).
    Key {
        /// Home of the coordinator's node.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Does it.
///
/// # Errors
/// [`Failure`] naming the file that is wrong, and what to do.
pub fn run(verb: &RosterVerb, as_json: bool) -> Result<Printed, Failure> {
    let (text, object) = match verb {
        RosterVerb::Entry { dir, address, role } => {
            let text = entry(dir, address, role)?;
            let object = json!({ "entry": text });
            (text, object)
        }
        RosterVerb::Sign { dir, file } => {
            let unreadable = |e| Failure::usage(format!("{} cannot be read: {e}", file.display()));
            let text = std::fs::read_to_string(file).map_err(unreadable)?;
            let (roster, signature) = Roster::sign(&text, &keys(dir)?.1).map_err(Failure::chain)?;
            let beside = file.with_extension("sig");
            let unwritable = |e| Failure::usage(format!("{} cannot be written: {e}", beside.display()));
            std::fs::write(&beside, &signature).map_err(unwritable)?;
            let (count, until) = (roster.members().len(), roster.expires_at());
            let said = format!(
                "roster {} of {count} agencies is signed until {until}: give {} and {} to every member\n",
                roster.serial(),
                file.display(),
                beside.display()
            );
            (
                said,
                json!({ "serial": roster.serial(), "agencies": count, "expires_at": until.to_string(), "signature": signature.trim() }),
            )
        }
        RosterVerb::Key { dir } => {
            let key = hex::encode(&keys(dir)?.1.verify_key());
            (format!("coordinator_key = \"{key}\"\n"), json!({ "coordinator_key": key }))
        }
    };
    let text = if as_json { format!("{object}\n") } else { text };
    Ok(Printed { text, ..Printed::default() })
}

fn keys(dir: &std::path::Path) -> Result<(Config, NodeKeys), Failure> {
    let config = Config::load(dir).map_err(Failure::chain)?;
    let keys = NodeKeys::read(&config.keys.signing, &config.keys.opening).map_err(Failure::chain)?;
    Ok((config, keys))
}

fn entry(dir: &std::path::Path, addresses: &[String], role: &str) -> Result<String, Failure> {
    let (config, keys) = keys(dir)?;
    let material = TlsMaterial::read(&crate::serve::tls_paths(&config)).map_err(Failure::chain)?;
    let own = material.chain.first().ok_or_else(|| Failure::usage("the certificate file is empty"))?;
    let team_role = TeamRole::from_word(role).ok_or_else(|| {
        Failure::usage(format!(
            "--role {role}: write core, affiliate, community_partner, coordinator or none"
        ))
    })?;
    let member = Member {
        id: config.agency.id.clone(),
        name: config.agency.name.clone(),
        spiffe: SpiffeId::parse(&config.agency.spiffe()).map_err(Failure::chain)?,
        tls_key_sha256: public_key_sha256(own).map_err(Failure::chain)?,
        verify_key: keys.verify_key(),
        hpke_key: keys.hpke_key(),
        addresses: addresses.to_vec(),
        sector: config.agency.sector,
        team_role,
        emergency_phone: config.agency.telephone.clone(),
    };
    Roster::entry(&member).map_err(Failure::chain)
}

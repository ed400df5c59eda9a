//! The roster: who belongs to the region, with which keys, at which addresses; signed by the coordinator.
//!
//! Callers: `serve` reads and reloads it; the courier asks it before every attempt; the listener asks it on every call.
//! The roster makes a peer reachable, not trusted. Deliberately absent: anything about what a peer may be told.
//!
//! The file is TOML, its detached signature 128 hexadecimal digits in a file of its own: Ed25519 by the coordinator's key over
//! the text `concord/roster/v1`, a zero byte, and the file's bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use policy::id::AgencyId;
use policy::record::{Capacities, Peer, Sector, TeamRole};
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};

use super::keys::{NodeKeys, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verifies};
use crate::hex;
use crate::tls::{PeerIdentity, SpiffeId};

/// Bytes in the largest roster file.
pub const ROSTER_BYTES_MAX: usize = 4 << 20;
/// Agencies in the largest roster.
pub const MEMBERS_MAX: usize = 2_000;
/// Addresses of one agency.
pub const ADDRESSES_MAX: usize = 8;

const CONTEXT: &[u8] = b"concord/roster/v1\0";

/// Why a roster, or an agency by it, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// A file cannot be read.
    #[error("cannot read the roster file {} ({why}): check the path in the node's configuration", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The coordinator's public key in the configuration is not one.
    #[error(
        "the coordinator's key in the configuration is not 64 hexadecimal digits: copy it again from the coordinator"
    )]
    CoordinatorKey,
    /// Not signed by the coordinator.
    #[error(
        "the roster's signature is not the coordinator's: fetch roster and signature again, and compare the pinned key by telephone"
    )]
    BadSignature,
    /// The file cannot be read as a roster.
    #[error("the roster cannot be read: {0}")]
    Malformed(String),
    /// Older than one seen before.
    #[error(
        "the roster has serial {serial}, but {seen} was seen before: an older roster is never taken, fetch the newest"
    )]
    Older {
        /// Its serial.
        serial: u64,
        /// The highest one seen.
        seen: u64,
    },
    /// Same serial, other content.
    #[error("two different rosters have serial {serial}: telephone the coordinator, nobody may sign two")]
    SerialReused {
        /// The serial.
        serial: u64,
    },
    /// Too old.
    #[error(
        "the roster expired at {expires_at}: sending stops until a newer one is fetched from the coordinator"
    )]
    Expired {
        /// When.
        expires_at: UtcTime,
    },
    /// Issued in the future.
    #[error("the roster is issued at {issued_at}, which is in the future: check this machine's clock")]
    NotYet {
        /// When.
        issued_at: UtcTime,
    },
    /// Not a member.
    #[error("{spiffe} is not in the roster: an agency that is not listed gets and gives nothing")]
    NotListed {
        /// Who.
        spiffe: String,
    },
    /// A member with another key.
    #[error(
        "{spiffe} shows a certificate with a key that the roster does not list: the agency must tell the coordinator its new key"
    )]
    KeyDiffers {
        /// Who.
        spiffe: String,
    },
    /// A person's certificate on the exchange.
    #[error("{spiffe} is a person: the exchange is for nodes, people use the staff port of their own agency")]
    Person {
        /// Who.
        spiffe: String,
    },
}

/// Which roster was seen last: what a later one is measured against. Kept by the store across restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSeen {
    /// The highest serial seen.
    pub serial: u64,
    /// SHA-256 of that file.
    pub sha256: [u8; 32],
}

/// A roster whose signature verified.
#[derive(Clone, Debug)]
pub struct Roster {
    region: String,
    serial: u64,
    issued_at: UtcTime,
    expires_at: UtcTime,
    sha256: [u8; 32],
    members: Vec<Member>,
    by_id: HashMap<AgencyId, usize>,
}

/// One agency of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Short name.
    pub id: AgencyId,
    /// Full name for people.
    pub name: String,
    /// SPIFFE URI of its node.
    pub spiffe: SpiffeId,
    /// SHA-256 of the public key in its TLS certificate (SubjectPublicKeyInfo, DER).
    pub tls_key_sha256: [u8; 32],
    /// Its Ed25519 public key.
    pub verify_key: [u8; PUBLIC_KEY_BYTES],
    /// Its X25519 public key for HPKE.
    pub hpke_key: [u8; PUBLIC_KEY_BYTES],
    /// Where it can be called, `HOST:PORT`, in order; none if it only calls.
    pub addresses: Vec<String>,
    /// What kind of body it is.
    pub sector: Sector,
    /// Its place in the arrangement.
    pub team_role: TeamRole,
    /// Telephone answered at any hour.
    pub emergency_phone: String,
}

impl Member {
    /// The member as the rules know a peer. The roster claims no capacities: those come from our own officer.
    pub fn as_peer(&self) -> Peer {
        Peer {
            id: self.id.clone(),
            name: self.name.clone(),
            sector: self.sector,
            team_role: self.team_role,
            capacities: Capacities::default(),
            confirmed: None,
            training_current_until: None,
        }
    }
}

impl Roster {
    /// Reads and checks a roster from its two files.
    ///
    /// # Errors
    /// As [`Roster::parse`], or when a file cannot be read.
    pub fn read(
        file: &Path,
        signature: &Path,
        coordinator_key: &str,
        last_seen: Option<LastSeen>,
    ) -> Result<Self, RosterError> {
        Self::parse(&read(file)?, &read(signature)?, coordinator_key, last_seen)
    }

    /// Checks the signature, then the content, then that it is no older than what was seen.
    ///
    /// # Errors
    /// [`RosterError`]: nothing of a refused roster is used.
    pub fn parse(
        bytes: &[u8],
        signature: &[u8],
        coordinator_key: &str,
        last_seen: Option<LastSeen>,
    ) -> Result<Self, RosterError> {
        let key: [u8; PUBLIC_KEY_BYTES] = hex_array(coordinator_key).ok_or(RosterError::CoordinatorKey)?;
        let signature: Option<[u8; SIGNATURE_BYTES]> =
            std::str::from_utf8(signature).ok().and_then(|text| hex_array(text.trim()));
        let signature = signature.ok_or(RosterError::BadSignature)?;
        // INVARIANT (signature first): nothing is parsed before the coordinator's signature holds.
        if bytes.len() > ROSTER_BYTES_MAX || !verifies(&key, &signed_message(bytes), &signature) {
            return Err(RosterError::BadSignature);
        }
        let roster = Self::unsigned(bytes)?;
        match last_seen {
            Some(seen) if roster.serial < seen.serial => {
                Err(RosterError::Older { serial: roster.serial, seen: seen.serial })
            }
            Some(seen) if roster.serial == seen.serial && roster.sha256 != seen.sha256 => {
                Err(RosterError::SerialReused { serial: roster.serial })
            }
            _ => Ok(roster),
        }
    }

    fn unsigned(bytes: &[u8]) -> Result<Self, RosterError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| RosterError::Malformed("it is not UTF-8 text".to_owned()))?;
        let file: RosterFile =
            toml::from_str(text).map_err(|error| RosterError::Malformed(error.to_string()))?;
        let (issued_at, expires_at) =
            (time("issued_at", &file.issued_at)?, time("expires_at", &file.expires_at)?);
        if expires_at <= issued_at {
            return Err(RosterError::Malformed("expires_at is not after issued_at".to_owned()));
        }
        if file.agency.is_empty() || file.agency.len() > MEMBERS_MAX {
            return Err(RosterError::Malformed(format!("it must list 1 to {MEMBERS_MAX} agencies")));
        }
        let members =
            file.agency.into_iter().map(|entry| entry.check(&file.region)).collect::<Result<Vec<_>, _>>()?;
        let mut by_id = HashMap::with_capacity(members.len());
        let (mut tls_keys, mut verify_keys, mut hpke_keys) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (at, member) in members.iter().enumerate() {
            let twice = by_id.insert(member.id.clone(), at).is_some()
                || tls_keys.insert(member.tls_key_sha256, at).is_some()
                || verify_keys.insert(member.verify_key, at).is_some()
                || hpke_keys.insert(member.hpke_key, at).is_some();
            if twice {
                return Err(RosterError::Malformed(format!(
                    "{} shares its id or a key with another agency",
                    member.id
                )));
            }
        }
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        Ok(Self { region: file.region, serial: file.serial, issued_at, expires_at, sha256, members, by_id })
    }

    /// Text and signature of a new roster: the coordinator's work.
    ///
    /// # Errors
    /// [`RosterError::Malformed`] when the result would be refused by its readers.
    pub fn issue(
        region: &str,
        serial: u64,
        issued_at: UtcTime,
        expires_at: UtcTime,
        members: &[Member],
        coordinator: &NodeKeys,
    ) -> Result<(String, String), RosterError> {
        let file = RosterFile {
            region: region.to_owned(),
            serial,
            issued_at: issued_at.to_string(),
            expires_at: expires_at.to_string(),
            agency: members.iter().map(Entry::from).collect(),
        };
        let text = toml::to_string(&file).map_err(|error| RosterError::Malformed(error.to_string()))?;
        let signature = hex::encode(&coordinator.sign(&signed_message(text.as_bytes())));
        Self::parse(text.as_bytes(), signature.as_bytes(), &hex::encode(&coordinator.verify_key()), None)?;
        Ok((text, format!("{signature}\n")))
    }

    /// The coordinator's signature of a roster that was written by hand, after it was checked as its readers will.
    ///
    /// # Errors
    /// [`RosterError::Malformed`] naming what is wrong.
    pub fn sign(text: &str, coordinator: &NodeKeys) -> Result<(Self, String), RosterError> {
        let signature = hex::encode(&coordinator.sign(&signed_message(text.as_bytes())));
        let key = hex::encode(&coordinator.verify_key());
        let roster = Self::parse(text.as_bytes(), signature.as_bytes(), &key, None)?;
        Ok((roster, format!("{signature}\n")))
    }

    /// One `[[agency]]` entry, as a member sends it to the coordinator.
    ///
    /// # Errors
    /// [`RosterError::Malformed`] when it cannot be written.
    pub fn entry(member: &Member) -> Result<String, RosterError> {
        let entry =
            toml::to_string(&Entry::from(member)).map_err(|e| RosterError::Malformed(e.to_string()))?;
        Ok(format!("[[agency]]\n{entry}"))
    }

    /// Whether it may be used for sending.
    ///
    /// # Errors
    /// [`RosterError::Expired`] or [`RosterError::NotYet`] (more than a day early; clocks differ).
    pub fn usable_at(&self, now: UtcTime) -> Result<(), RosterError> {
        if now >= self.expires_at {
            return Err(RosterError::Expired { expires_at: self.expires_at });
        }
        if now.plus_days(1) < self.issued_at {
            return Err(RosterError::NotYet { issued_at: self.issued_at });
        }
        Ok(())
    }

    /// The member with this short name.
    pub fn agency(&self, id: &AgencyId) -> Option<&Member> {
        self.by_id.get(id).and_then(|at| self.members.get(*at))
    }

    /// The member that a TLS peer is, by name *and* key. Asked on every call, so that leaving the roster revokes at once.
    /// An expired roster still says who is who: receiving goes on, sending stops ([`Roster::usable_at`]).
    ///
    /// # Errors
    /// [`RosterError::NotListed`], [`RosterError::KeyDiffers`] or [`RosterError::Person`].
    pub fn admits(&self, peer: &PeerIdentity) -> Result<&Member, RosterError> {
        let spiffe = || peer.id().to_string();
        if peer.id().is_staff() {
            return Err(RosterError::Person { spiffe: spiffe() });
        }
        let member = self
            .agency(&peer.agency())
            .filter(|member| member.spiffe == *peer.id())
            .ok_or_else(|| RosterError::NotListed { spiffe: spiffe() })?;
        if member.tls_key_sha256 != peer.public_key_sha256() {
            return Err(RosterError::KeyDiffers { spiffe: spiffe() });
        }
        Ok(member)
    }

    /// Every member, in the file's order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Agencies that are in this roster and not in `newer`, or there with another key: they have left.
    pub fn departed(&self, newer: &Self) -> Vec<AgencyId> {
        let stays = |member: &&Member| {
            newer
                .agency(&member.id)
                .is_none_or(|now| now.spiffe != member.spiffe || now.tls_key_sha256 != member.tls_key_sha256)
        };
        self.members.iter().filter(stays).map(|member| member.id.clone()).collect()
    }

    /// What to remember, so that nothing older is taken later.
    pub fn last_seen(&self) -> LastSeen {
        LastSeen { serial: self.serial, sha256: self.sha256 }
    }

    /// Trust domain of its members.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Its serial number; higher is newer.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// When it ends.
    pub fn expires_at(&self) -> UtcTime {
        self.expires_at
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RosterFile {
    region: String,
    serial: u64,
    issued_at: String,
    expires_at: String,
    agency: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    name: String,
    spiffe: String,
    sector: Sector,
    team_role: TeamRole,
    emergency_phone: String,
    addresses: Vec<String>,
    tls_key_sha256: String,
    verify_key: String,
    hpke_key: String,
}

impl Entry {
    fn check(self, region: &str) -> Result<Member, RosterError> {
        let wrong = |what: &str| RosterError::Malformed(format!("agency {}: {what}", short(&self.id)));
        let spiffe = SpiffeId::parse(&self.spiffe).map_err(|error| wrong(&error.to_string()))?;
        if spiffe.is_staff() || spiffe.domain() != region || spiffe.agency().as_str() != self.id {
            return Err(wrong("spiffe must be spiffe://REGION/agency/ID with this region and id"));
        }
        if self.name.is_empty() || self.name.len() > 256 {
            return Err(wrong("name must have 1 to 256 bytes"));
        }
        if !is_phone(&self.emergency_phone) {
            return Err(wrong("emergency_phone must be a telephone number of at most 32 characters"));
        }
        if self.addresses.len() > ADDRESSES_MAX || !self.addresses.iter().all(|address| is_address(address)) {
            return Err(wrong("addresses must be at most 8 of the form HOST:PORT"));
        }
        Ok(Member {
            tls_key_sha256: hex_array(&self.tls_key_sha256)
                .ok_or_else(|| wrong("tls_key_sha256 must be 64 hexadecimal digits"))?,
            verify_key: hex_array(&self.verify_key)
                .ok_or_else(|| wrong("verify_key must be 64 hexadecimal digits"))?,
            hpke_key: hex_array(&self.hpke_key)
                .ok_or_else(|| wrong("hpke_key must be 64 hexadecimal digits"))?,
            id: AgencyId(self.id),
            name: self.name,
            spiffe,
            addresses: self.addresses,
            sector: self.sector,
            team_role: self.team_role,
            emergency_phone: self.emergency_phone,
        })
    }
}

impl From<&Member> for Entry {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string(),
            name: member.name.clone(),
            spiffe: member.spiffe.to_string(),
            sector: member.sector,
            team_role: member.team_role,
            emergency_phone: member.emergency_phone.clone(),
            addresses: member.addresses.clone(),
            tls_key_sha256: hex::encode(&member.tls_key_sha256),
            verify_key: hex::encode(&member.verify_key),
            hpke_key: hex::encode(&member.hpke_key),
        }
    }
}

fn signed_message(bytes: &[u8]) -> Vec<u8> {
    [CONTEXT, bytes].concat()
}

fn hex_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text)?.try_into().ok()
}

fn time(field: &str, text: &str) -> Result<UtcTime, RosterError> {
    UtcTime::parse(text).map_err(|error| RosterError::Malformed(format!("{field}: {error}")))
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Whether a text can be dialled by a person: digits and `+() .-`, with a digit in it, at most 32 bytes.
pub(super) fn is_phone(text: &str) -> bool {
    text.len() <= 32
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+() .-".contains(&byte))
}

fn is_address(text: &str) -> bool {
    text.len() <= 260
        && text.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte))
                && port.parse::<u16>().is_ok_and(|port| port != 0)
        })
}

fn read(path: &Path) -> Result<Vec<u8>, RosterError> {
    let unreadable =
        |error: std::io::Error| RosterError::Unreadable { path: path.to_owned(), why: error.to_string() };
    let limit = u64::try_from(ROSTER_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;

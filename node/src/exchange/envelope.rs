//! Sealing and opening: one signed, padded envelope whose body only the recipient can read.
//!
//! Callers: `compose` seals; the desk and the courier open. AES-256-GCM under a key that HPKE (RFC 9180: X25519, HKDF-SHA256)
//! seals to the recipient, with the header as associated data, so that nobody can put another header on; Ed25519 over the
//! digests of all parts. Deliberately absent: replay (the store knows message ids) and any belief in what a header says
//! before `open` has proved it.

use aws_lc_rs::digest;
use policy::id::{Id, MessageId};
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::{Body, Envelope, Header, RefusalCode, body};
use zeroize::Zeroizing;

use super::content_key::{ENCAPSULATED_BYTES, TAG_BYTES};
use super::keys::{NodeKeys, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verifies};
use super::roster::Member;
use super::wire::{self, WireError};
use crate::tls::{SpiffeId, URI_BYTES_MAX};

/// Bytes in the largest envelope: the largest padded body, and room for the rest.
pub const ENVELOPE_BYTES_MAX: usize = 264 << 10;
/// Bytes in the longest header.
pub const HEADER_BYTES_MAX: usize = 1024;
/// Bytes of the smallest and the largest padded body; every power of two between is a size.
pub const PADDED_BYTES: (usize, usize) = (2 << 10, 256 << 10);
/// Bytes of the smallest padded answer, so that one with items and one without look alike.
pub const ANSWER_BYTES_MIN: usize = 32 << 10;
/// How far a sender's clock may be ahead, in milliseconds.
pub const CLOCK_AHEAD_MS_MAX: i64 = 10 * 60 * 1000;
/// How old an envelope may be, in days: longer than any courier tries.
pub const AGE_DAYS_MAX: i64 = 60;

const SUITE: &str = "hpke_x25519_sha256_aes_256_gcm_ed25519";
const SIGN_CONTEXT: &[u8] = b"concord/exchange/v1/envelope\0";
const ID_BYTES: usize = 16;
const KEY_ID_BYTES: usize = 16;
const LENGTH_BYTES: usize = 4;

/// Why an envelope cannot be made, or is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// A part is larger than it may be.
    #[error("{part} has {found} bytes, at most {max} are allowed: send fewer items at a time")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// How many bytes it has.
        found: usize,
        /// How many it may have.
        max: usize,
    },
    /// A part is not as it must be.
    #[error("the envelope's {part} is not as it must be: it was cut off, changed, or made by other software")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// Other algorithms.
    #[error("the envelope uses algorithms that this version does not speak: update the older side")]
    Suite,
    /// Addressed to someone else.
    #[error("the envelope is addressed to {to}, not to this agency: the sender must look at its roster")]
    WrongRecipient {
        /// The recipient it names.
        to: String,
    },
    /// The header names another sender than the connection proved.
    #[error(
        "the envelope says it is from {from}, but it came from {proved}: nothing a message says of its sender is believed"
    )]
    WrongSender {
        /// The sender it names.
        from: String,
        /// The sender that TLS proved.
        proved: String,
    },
    /// Signed with, or encrypted to, a key that the roster does not list now.
    #[error("the envelope uses an older key of {whose}: fetch the newest roster and send again")]
    OldKey {
        /// Whose key.
        whose: &'static str,
    },
    /// The signature is not the sender's.
    #[error("the signature is not the sender's: the envelope was changed on the way, or forged")]
    BadSignature,
    /// The sender's clock and ours differ, or the envelope is very old.
    #[error("the envelope is dated {created_at}, which is {how}: check the clocks on both sides")]
    Clock {
        /// When it says it was made.
        created_at: UtcTime,
        /// `in the future` or `too long ago`.
        how: &'static str,
    },
    /// Does not decrypt.
    #[error("the body does not open: it was changed on the way, or sealed for another key")]
    DoesNotOpen,
    /// The body is not one that may be sent.
    #[error(transparent)]
    Body(#[from] WireError),
    /// The cryptographic library failed.
    #[error(
        "the cryptographic library could not seal the body: is the recipient's key in the roster a real one?"
    )]
    Library,
}

impl EnvelopeError {
    /// The stable code for the sender.
    pub fn code(&self) -> RefusalCode {
        match self {
            Self::TooLarge { .. } => RefusalCode::TooLarge,
            Self::Malformed { .. } | Self::Body(_) | Self::Library => RefusalCode::Malformed,
            Self::Suite => RefusalCode::SuiteUnknown,
            Self::WrongRecipient { .. } => RefusalCode::WrongRecipient,
            Self::WrongSender { .. } | Self::BadSignature => RefusalCode::SenderNotProved,
            Self::OldKey { .. } => RefusalCode::KeyNotCurrent,
            Self::Clock { .. } => RefusalCode::Clock,
            Self::DoesNotOpen => RefusalCode::DoesNotOpen,
        }
    }
}

/// What goes on the outside of a new envelope.
#[derive(Clone, Debug)]
pub struct Sealing<'a> {
    /// The message's id: random, the same in every attempt.
    pub message: MessageId,
    /// Own SPIFFE URI.
    pub from: String,
    /// The recipient, as the roster lists it now.
    pub to: &'a Member,
    /// Now.
    pub created_at: UtcTime,
    /// A drill.
    pub exercise: bool,
}

/// An envelope that was proved to come from its sender, and its body.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The message's id.
    pub message: MessageId,
    /// The sender, as TLS and the roster prove it.
    pub from: SpiffeId,
    /// When the sender built it, by its own clock.
    pub created_at: UtcTime,
    /// A drill: must never enter a real case.
    pub exercise: bool,
    /// The checked body.
    pub body: Body,
    /// The bytes it was read from, which are its canonical ones.
    pub content: Zeroizing<Vec<u8>>,
    /// [`digest()`] of the envelope, for the receipt.
    pub digest: [u8; 32],
}

/// Checks, pads, encrypts and signs a body.
///
/// # Errors
/// When the body is not one that may be sent, or is too large.
pub fn seal(keys: &NodeKeys, sealing: &Sealing<'_>, body: &Body) -> Result<Envelope, EnvelopeError> {
    let content = Zeroizing::new(wire::encode(body)?);
    let smallest =
        if matches!(body.kind, Some(body::Kind::Answer(_))) { ANSWER_BYTES_MIN } else { PADDED_BYTES.0 };
    seal_content(keys, sealing, &content, smallest)
}

/// Seals bytes that nobody checked, as a peer with other software would. For tests: a release build has no such way out.
///
/// # Errors
/// When they are too large.
#[cfg(any(debug_assertions, feature = "faults"))]
pub fn seal_unchecked(
    keys: &NodeKeys,
    sealing: &Sealing<'_>,
    content: &[u8],
) -> Result<Envelope, EnvelopeError> {
    seal_content(keys, sealing, content, PADDED_BYTES.0)
}

fn seal_content(
    keys: &NodeKeys,
    sealing: &Sealing<'_>,
    content: &[u8],
    smallest: usize,
) -> Result<Envelope, EnvelopeError> {
    let padded = pad(content, smallest)?;
    let (recipient_key_id, sender_key_id) = (key_id(&sealing.to.hpke_key), key_id(&keys.verify_key()));
    let header = Header {
        message_id: sealing.message.0.to_bytes().to_vec(),
        from: sealing.from.clone(),
        to: sealing.to.spiffe.to_string(),
        created_at_ms: sealing.created_at.0,
        exercise: sealing.exercise,
        suite: SUITE.to_owned(),
        recipient_key_id: recipient_key_id.clone(),
        sender_key_id: sender_key_id.clone(),
    }
    .encode_to_vec();
    let between = [recipient_key_id, sender_key_id].concat();
    let (encapsulated_key, ciphertext) = keys
        .content_keys()
        .seal(&sealing.to.hpke_key, between, sealing.created_at, &header, padded)
        .map_err(|_| EnvelopeError::Library)?;
    let signature = keys.sign(&signed_message(&header, &encapsulated_key, &ciphertext)).to_vec();
    Ok(Envelope { header, encapsulated_key, ciphertext, signature })
}

/// Proves and opens an envelope. `sender` is the roster's member for the peer that TLS proved, never for what the header
/// says. Cheap checks come first, and nothing is decrypted before the signature holds.
///
/// # Errors
/// [`EnvelopeError`]; its code goes to the sender, its text to both.
pub fn open(
    keys: &NodeKeys,
    own: &str,
    sender: &Member,
    envelope: &Envelope,
    now: UtcTime,
) -> Result<Opened, EnvelopeError> {
    let header = read_header(envelope)?;
    if header.suite != SUITE {
        return Err(EnvelopeError::Suite);
    }
    if header.to != own {
        return Err(EnvelopeError::WrongRecipient { to: printable(&header.to) });
    }
    // INVARIANT (proved sender): the name in the header must be the one that the certificate proved.
    if header.from != sender.spiffe.as_str() {
        return Err(EnvelopeError::WrongSender {
            from: printable(&header.from),
            proved: sender.spiffe.to_string(),
        });
    }
    if header.sender_key_id != key_id(&sender.verify_key) {
        return Err(EnvelopeError::OldKey { whose: "the sender" });
    }
    if header.recipient_key_id != key_id(&keys.hpke_key()) {
        return Err(EnvelopeError::OldKey { whose: "the recipient" });
    }
    let Envelope { header: header_bytes, encapsulated_key, ciphertext, signature } = envelope;
    if !verifies(&sender.verify_key, &signed_message(header_bytes, encapsulated_key, ciphertext), signature) {
        return Err(EnvelopeError::BadSignature);
    }
    let created_at = UtcTime(header.created_at_ms);
    if created_at.0 > now.0.saturating_add(CLOCK_AHEAD_MS_MAX) {
        return Err(EnvelopeError::Clock { created_at, how: "in the future" });
    }
    if created_at.plus_days(AGE_DAYS_MAX) < now {
        return Err(EnvelopeError::Clock { created_at, how: "too long ago" });
    }
    let between = [header.recipient_key_id, header.sender_key_id].concat();
    let mut padded = keys
        .content_keys()
        .open(keys.opening(), between, header_bytes, encapsulated_key, ciphertext)
        .map_err(|_| EnvelopeError::DoesNotOpen)?;
    let content = unpad(&padded)?;
    let body = wire::decode(content)?;
    let length = content.len();
    padded.drain(..LENGTH_BYTES);
    padded.truncate(length);
    let message = Id::from_slice(&header.message_id).ok_or(EnvelopeError::Malformed { part: "header" })?;
    Ok(Opened {
        message: MessageId(message),
        from: sender.spiffe.clone(),
        created_at,
        exercise: header.exercise,
        body,
        content: padded,
        digest: digest(envelope),
    })
}

/// The id that an envelope's header claims, unproved: for naming it in an answer. Empty when it cannot be read.
pub fn claimed_message_id(envelope: &Envelope) -> Vec<u8> {
    read_header(envelope).map(|header| header.message_id).unwrap_or_default()
}

/// Which bytes arrived: SHA-256 of the signature, which covers all the rest.
pub fn digest(envelope: &Envelope) -> [u8; 32] {
    sha256(&envelope.signature)
}

/// Every length, then the header's structure. Nothing is proved yet.
fn read_header(envelope: &Envelope) -> Result<Header, EnvelopeError> {
    let Envelope { header: bytes, encapsulated_key, ciphertext, signature } = envelope;
    if bytes.len() > HEADER_BYTES_MAX {
        return Err(EnvelopeError::TooLarge { part: "header", found: bytes.len(), max: HEADER_BYTES_MAX });
    }
    let ciphertext_max = PADDED_BYTES.1 + TAG_BYTES;
    if ciphertext.len() > ciphertext_max {
        return Err(EnvelopeError::TooLarge { part: "body", found: ciphertext.len(), max: ciphertext_max });
    }
    let padded = ciphertext.len().checked_sub(TAG_BYTES).ok_or(EnvelopeError::Malformed { part: "body" })?;
    if !is_padded_size(padded) {
        return Err(EnvelopeError::Malformed { part: "body" });
    }
    if encapsulated_key.len() != ENCAPSULATED_BYTES {
        return Err(EnvelopeError::Malformed { part: "encapsulated key" });
    }
    if signature.len() != SIGNATURE_BYTES {
        return Err(EnvelopeError::Malformed { part: "signature" });
    }
    let malformed = EnvelopeError::Malformed { part: "header" };
    let header = Header::decode(bytes.as_slice()).map_err(|_| malformed.clone())?;
    let sound = header.message_id.len() == ID_BYTES
        && header.recipient_key_id.len() == KEY_ID_BYTES
        && header.sender_key_id.len() == KEY_ID_BYTES
        && (1..=URI_BYTES_MAX).contains(&header.from.len())
        && (1..=URI_BYTES_MAX).contains(&header.to.len())
        && header.created_at_ms > 0
        && header.encode_to_vec() == *bytes;
    if sound { Ok(header) } else { Err(malformed) }
}

fn signed_message(header: &[u8], encapsulated_key: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(SIGN_CONTEXT.len() + 3 * digest::SHA256_OUTPUT_LEN);
    message.extend_from_slice(SIGN_CONTEXT);
    for part in [header, encapsulated_key, ciphertext] {
        message.extend_from_slice(&sha256(part));
    }
    message
}

fn key_id(public_key: &[u8; PUBLIC_KEY_BYTES]) -> Vec<u8> {
    sha256(public_key).into_iter().take(KEY_ID_BYTES).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

fn is_padded_size(bytes: usize) -> bool {
    bytes.is_power_of_two() && (PADDED_BYTES.0..=PADDED_BYTES.1).contains(&bytes)
}

fn pad(content: &[u8], smallest: usize) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let too_large =
        EnvelopeError::TooLarge { part: "body", found: content.len(), max: PADDED_BYTES.1 - LENGTH_BYTES };
    let length = u32::try_from(content.len()).map_err(|_| too_large.clone())?;
    let size = (LENGTH_BYTES + content.len()).max(smallest).next_power_of_two();
    if !is_padded_size(size) {
        return Err(too_large);
    }
    let mut padded = Zeroizing::new(Vec::with_capacity(size));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Ok(padded)
}

fn unpad(padded: &[u8]) -> Result<&[u8], EnvelopeError> {
    let malformed = || EnvelopeError::Malformed { part: "padding" };
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>().ok_or_else(malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| malformed())?;
    let (content, zeros) = rest.split_at_checked(length).ok_or_else(malformed)?;
    if zeros.iter().any(|byte| *byte != 0) {
        return Err(malformed());
    }
    Ok(content)
}

/// A peer's text that may be shown: no control characters, not long.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).take(URI_BYTES_MAX).collect()
}

#[cfg(test)]
mod tests;

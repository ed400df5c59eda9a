//! What a body may be: bounds, closed vocabularies, forms that fit their values, commitments that fit their items.
//!
//! Callers: `envelope` checks every body on the way out and again on the way in; `compose` commits items; the desk asks
//! whether a commitment holds. Deliberately absent: whether something *should* be sent or admitted. That is policy's.

mod body;
mod check;
mod ground;
mod item;

use aws_lc_rs::digest;
use prost::{Message, encoding};
use proto::exchange::v1::{Body, Ground, ItemRelease};

pub use check::WireError;

/// Items in one body.
pub const ITEMS_MAX: usize = 64;
/// Bytes in a body before padding.
pub const BODY_BYTES_MAX: usize = (256 << 10) - 4;
/// Fields directly inside a body, counted before anything is allocated for them.
const FIELDS_MAX: usize = 2_048;

const ITEM_CONTEXT: &[u8] = b"concord/exchange/v1/item\0";
const GROUND_CONTEXT: &[u8] = b"concord/exchange/v1/ground\0";

/// Checks a body and gives its canonical bytes.
///
/// # Errors
/// [`WireError`] naming the field and what is wrong with it.
pub fn encode(body: &Body) -> Result<Vec<u8>, WireError> {
    body::check(body)?;
    let bytes = body.encode_to_vec();
    if bytes.len() > BODY_BYTES_MAX {
        return Err(WireError::too_large(bytes.len(), BODY_BYTES_MAX));
    }
    Ok(bytes)
}

/// Reads a body: bounds first, then structure, then that it is canonical, then every field.
///
/// # Errors
/// [`WireError`] naming the field and what is wrong with it.
pub fn decode(bytes: &[u8]) -> Result<Body, WireError> {
    if bytes.len() > BODY_BYTES_MAX {
        return Err(WireError::too_large(bytes.len(), BODY_BYTES_MAX));
    }
    check::count_fields(bytes, FIELDS_MAX)?;
    let body = Body::decode(bytes).map_err(|_| WireError::not_readable())?;
    // Unknown fields, fields given twice and long-winded encodings do not survive this.
    if body.encode_to_vec() != bytes {
        return Err(WireError::not_canonical());
    }
    body::check(&body)?;
    Ok(body)
}

/// The digest of a ground, which the commitment of every item on it takes in.
pub fn ground_digest(ground: &Ground) -> [u8; 32] {
    digest_of(&[GROUND_CONTEXT, &ground.encode_to_vec()])
}

/// The commitment to an item on the ground with this digest: salted, so that it tells nothing about a guess.
pub fn commitment(item: &ItemRelease, ground: &[u8; 32]) -> [u8; 32] {
    // Fields are encoded in the order of their numbers, and these three have the highest: without them is what is before.
    let place = if item.ground == 0 { 0 } else { encoding::uint32::encoded_len(16, &item.ground) };
    let bytes =
        |tag, field: &Vec<u8>| if field.is_empty() { 0 } else { encoding::bytes::encoded_len(tag, field) };
    let mut bare = item.encode_to_vec();
    bare.truncate(bare.len() - place - bytes(17, &item.salt) - bytes(18, &item.commitment));
    digest_of(&[ITEM_CONTEXT, &item.salt, ground, &bare])
}

/// Gives an item its salt and commitment; whatever was there is replaced.
pub fn commit(item: &mut ItemRelease, ground: &[u8; 32], salt: [u8; 32]) {
    item.salt = salt.to_vec();
    item.commitment = commitment(item, ground).to_vec();
}

/// Whether an item's commitment is the one of its content and ground.
pub fn commitment_holds(item: &ItemRelease, ground: &[u8; 32]) -> bool {
    item.commitment == commitment(item, ground)
}

fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

#[cfg(test)]
pub(crate) mod tests;

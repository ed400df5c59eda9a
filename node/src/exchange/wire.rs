//! What a body may be: bounds, closed vocabularies, forms that fit their values, commitments that fit their items.
//!
//! Callers: `envelope` checks every body on the way out and again on the way in; `compose` commits items; the desk asks
//! whether a commitment holds. Deliberately absent: whether something *should* be sent or admitted. That is policy's.

mod body;
mod check;
mod item;

use aws_lc_rs::digest;
use prost::Message;
use proto::exchange::v1::{Body, ItemRelease};

pub use check::WireError;

/// Items in one body.
pub const ITEMS_MAX: usize = 64;
/// Bytes in a body before padding.
pub const BODY_BYTES_MAX: usize = (256 << 10) - 4;
/// Fields directly inside a body, counted before anything is allocated for them.
const FIELDS_MAX: usize = 2_048;

const ITEM_CONTEXT: &[u8] = b"concord/exchange/v1/item\0";

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

/// The commitment to an item: salted, so that it tells nothing about a guess.
pub fn commitment(item: &ItemRelease) -> [u8; 32] {
    // Fields are encoded in the order of their numbers, and these two have the highest: without them is what is before them.
    let last = ItemRelease {
        salt: item.salt.clone(),
        commitment: item.commitment.clone(),
        ..ItemRelease::default()
    };
    let mut bare = item.encode_to_vec();
    bare.truncate(bare.len() - last.encoded_len());
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(ITEM_CONTEXT);
    context.update(&item.salt);
    context.update(&bare);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// Gives an item its salt and commitment; whatever was there is replaced.
pub fn commit(item: &mut ItemRelease, salt: [u8; 32]) {
    item.salt = salt.to_vec();
    item.commitment = commitment(item).to_vec();
}

/// Whether an item's commitment is the one of its content.
pub fn commitment_holds(item: &ItemRelease) -> bool {
    item.commitment == commitment(item)
}

#[cfg(test)]
pub(crate) mod tests;

//! The one place that draws randomness for ids, salts and nonces.
//!
//! Callers: whatever starts work draws here and hands the values down. Deliberately absent: keys. Signing, encryption and
//! TLS keys, and the ephemeral keys of HPKE, come from the cryptographic library's own generator, never from here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest;
use policy::id::Id;

/// Bytes in a commitment's salt.
pub const SALT_BYTES: usize = 32;

/// A source of random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh id.
    fn id(&self) -> Id {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        Id::from_bytes(bytes)
    }

    /// A fresh salt for one commitment.
    fn salt(&self) -> [u8; SALT_BYTES] {
        let mut bytes = [0; SALT_BYTES];
        self.fill(&mut bytes);
        bytes
    }
}

impl<E: Entropy + ?Sized> Entropy for Arc<E> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

/// The operating system's randomness. A node that cannot get any stops at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            tracing::error!("the operating system gives no randomness: stopping");
            std::process::abort();
        }
    }
}

/// The same bytes for the same seed and order of calls. For tests and simulation only; no configuration reaches it.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A source that starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
            let counter = self.drawn.fetch_add(1, Ordering::SeqCst);
            let mut input = [0; 16];
            input[..8].copy_from_slice(&self.seed.to_be_bytes());
            input[8..].copy_from_slice(&counter.to_be_bytes());
            let block = digest::digest(&digest::SHA256, &input);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_one_sequence() {
        let (a, b, c) = (SeededEntropy::new(1), SeededEntropy::new(1), SeededEntropy::new(2));
        let first = a.id();
        assert_eq!(first, b.id());
        assert_ne!(first, c.id());
        assert_ne!(first, a.id());
        let (mut long, mut same) = ([0; 100], [0; 100]);
        a.fill(&mut long);
        b.fill(&mut [0; 16]);
        b.fill(&mut same);
        assert_eq!(long, same);
    }

    #[test]
    fn the_system_repeats_nothing() {
        assert_ne!(OsEntropy.salt(), OsEntropy.salt());
    }
}

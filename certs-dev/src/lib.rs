//! A development authority: certificates for trying Concord out and for testing it. Not for real agencies.
//!
//! Callers: `concord demo`, `concord bench`, the tests, and the `certs-dev` command. What it makes: a private authority, node
//! and staff certificates, and every kind of bad certificate that a node must refuse (expired, not yet valid, revoked, wrong
//! name, unknown authority). Keys are ECDSA P-256. Every file is written with mode 0600 into a directory with mode 0700.
//!
//! Deliberately absent: any key that is reused or committed, and any use in production: the authority's key lies beside its
//! certificate with no protection but the file's mode.

mod authority;
mod files;

pub use authority::{Authority, Credentials, DAY_MS, Holder, Validity};
pub use files::write_private;

use std::path::PathBuf;

/// Why a certificate could not be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum CertsError {
    /// The trust domain, agency or staff name cannot be part of a SPIFFE URI.
    #[error("{what} `{name}` cannot be used: 1 to 64 of a-z, 0-9, `-`, `_` and `.` are allowed")]
    Name {
        /// Which name.
        what: &'static str,
        /// The name as given.
        name: String,
    },
    /// A time lies outside what a certificate can state.
    #[error("a certificate cannot state the time {millis} ms: use a time between the years 1950 and 9999")]
    Time {
        /// The time, in milliseconds since 1970.
        millis: i64,
    },
    /// The certificate library refused.
    #[error("the certificate could not be made")]
    Make(#[source] rcgen::Error),
    /// A file could not be read.
    #[error("cannot read {}: is the directory one that certs-dev made?", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: check that the directory exists and is yours", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

//! Mutual TLS: who is at the other end, proved in the handshake and checked again on every request.
//!
//! Callers: the exchange's listener and peer client, the staff listener, the command line. TLS 1.3 only; a client certificate
//! is always required; the identity is the one SPIFFE URI in the certificate. Whatever can change while the node runs
//! (certificate, authorities, revocation lists) is replaced whole, by [`Tls::reload`].
//!
//! Deliberately absent: session resumption (it would skip the check of a client certificate), names from DNS (an address
//! says where to call, never who answers), and any way to accept a peer without a certificate: on the intake's port alone
//! (`open`) somebody unknown may tell this node something, over connections that no other service takes.

mod accept;
mod connect;
mod identity;
mod material;
mod open;
mod state;
mod stream;
mod verify;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use accept::{Accept, AcceptLimits, incoming};
pub use connect::{CallError, CallFailure, ConnectError, Connector, Dial, TcpDial};
pub use identity::{NAME_BYTES_MAX, NotSpiffe, PeerIdentity, SpiffeId, URI_BYTES_MAX, public_key_sha256};
pub use material::{TlsMaterial, TlsPaths, read_authorities, read_private};
pub use open::{CallerAddress, OpenConnector, OpenIo, open_incoming};
pub use state::Tls;
pub use stream::{Direction, Tap, TlsIo};

use std::path::PathBuf;

/// Why TLS could not be set up, or why a peer was refused, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: check the path in the node's configuration", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A private file can be read by others.
    #[error("{} can be read or changed by others (mode {mode:04o}): run `chmod 600 {}`", path.display(), path.display())]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file does not contain what it should.
    #[error("{} contains no usable {what}: it must be PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// The certificate cannot be read as one.
    #[error("the certificate is not one that can be used")]
    BadCertificate(#[source] webpki::Error),
    /// A revocation list cannot be used.
    #[error("a revocation list cannot be used: fetch it again from the authority")]
    BadRevocationList(#[source] webpki::Error),
    /// The certificate and key do not work together, or rustls refuses them.
    #[error("the certificate and the private key cannot be used: check that they belong together")]
    BadKey(#[source] rustls::Error),
    /// The certificate names nobody, or several, or not as it should.
    #[error(
        "the certificate has {found}: it needs exactly one, spiffe://DOMAIN/agency/ID, or with /staff/NAME for a person"
    )]
    NoName {
        /// What was found.
        found: String,
    },
    /// The certificate has ended.
    #[error("the certificate has expired: its holder has to get a new one from the authority")]
    Expired,
    /// The certificate has not begun.
    #[error("the certificate is not valid yet: check the clocks on both sides")]
    NotYetValid,
    /// The certificate is on a revocation list.
    #[error("the certificate is revoked: its holder has to get a new one from the authority")]
    Revoked,
    /// No trusted authority signed the certificate.
    #[error(
        "the certificate was not issued by an authority that this node trusts: compare `authorities` on both sides"
    )]
    UnknownAuthority,
    /// The authority's revocation list is missing.
    #[error(
        "no revocation list covers the certificate's authority: add the authority's list to `revocation_lists`"
    )]
    NoRevocationList,
    /// The certificate is for another use.
    #[error(
        "the certificate is not meant for this use: a node's must allow server and client, a person's client"
    )]
    WrongUse,
    /// Someone else answered.
    #[error("the other end is {found}, not {expected}: check the address in the roster")]
    WrongName {
        /// Who was expected.
        expected: SpiffeId,
        /// Who answered.
        found: SpiffeId,
    },
    /// The right name with another key.
    #[error(
        "{id} answered with a key that the roster does not list: fetch the newest roster, or telephone the agency"
    )]
    WrongKey {
        /// Who answered.
        id: SpiffeId,
    },
    /// This node's own certificate is a person's.
    #[error("{found} is a person's certificate: a node needs spiffe://DOMAIN/agency/ID")]
    NotANode {
        /// What the certificate says.
        found: SpiffeId,
    },
}

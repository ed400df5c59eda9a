//! What TLS is at this moment; replaced whole when a certificate, an authority or a revocation list changes.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::server::NoServerSessionStorage;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use webpki::KeyUsage;

use super::verify::{AnyPeer, Expected, Server, Trust};
use super::{PeerIdentity, SpiffeId, TlsError, TlsMaterial};
use crate::clock::Clock;

/// The protocol that both ports speak inside TLS.
const ALPN: &[u8] = b"h2";

/// TLS of one node, or of one person at the command line.
#[derive(Debug)]
pub struct Tls {
    current: ArcSwap<Current>,
    time: Arc<ClockTime>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
struct Current {
    own: SpiffeId,
    public_key_sha256: [u8; 32],
    trust: Arc<Trust>,
    server: Arc<ServerConfig>,
    open_server: Arc<ServerConfig>,
    material: TlsMaterial,
}

impl Tls {
    /// Checks the material against itself and makes the first state.
    ///
    /// # Errors
    /// When own certificate is expired, revoked, not from a trusted authority, without a proper name, or does not fit
    /// its key: what no peer would accept is not served either.
    pub fn new(material: TlsMaterial, clock: Arc<dyn Clock>) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let time = Arc::new(ClockTime(clock));
        let current = Current::new(material, &provider, &time)?;
        Ok(Arc::new(Self { current: ArcSwap::from_pointee(current), time, provider }))
    }

    /// Replaces everything. New connections use the new state at once; open ones are measured against the new
    /// revocation lists with their next request.
    ///
    /// # Errors
    /// As [`Tls::new`]; the old state then stays.
    pub fn reload(&self, material: TlsMaterial) -> Result<(), TlsError> {
        self.current.store(Arc::new(Current::new(material, &self.provider, &self.time)?));
        Ok(())
    }

    /// Own SPIFFE URI.
    pub fn own(&self) -> SpiffeId {
        self.current.load().own.clone()
    }

    /// SHA-256 of own public key, as the roster must list it.
    pub fn own_public_key_sha256(&self) -> [u8; 32] {
        self.current.load().public_key_sha256
    }

    /// Whether the revocation list of our own authority is past its date, so that the operator can be told. It is used on.
    pub fn lists_out_of_date(&self) -> bool {
        let current = self.current.load();
        current.material.chain.split_first().is_some_and(|(own, intermediates)| {
            current.trust.list_out_of_date(own, intermediates, self.time.unix_time())
        })
    }

    /// Whether own certificate is a node's.
    ///
    /// # Errors
    /// [`TlsError::NotANode`] when it is a person's.
    pub fn must_be_node(&self) -> Result<(), TlsError> {
        let own = self.own();
        if own.is_staff() { Err(TlsError::NotANode { found: own }) } else { Ok(()) }
    }

    /// Asked on every request: has the peer's certificate been revoked since its handshake?
    ///
    /// # Errors
    /// [`TlsError::Revoked`].
    pub fn still_valid(&self, peer: &PeerIdentity) -> Result<(), TlsError> {
        if self.current.load().trust.is_revoked(peer) { Err(TlsError::Revoked) } else { Ok(()) }
    }

    /// The server's configuration for the next handshake.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.load().server)
    }

    /// The server's configuration for the next handshake with somebody who shows no certificate: the intake's alone.
    pub(super) fn open_server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.load().open_server)
    }

    /// A client's configuration for calling exactly `expected`, with exactly this key if a pin is given.
    pub(super) fn client(
        &self,
        expected: &SpiffeId,
        public_key_sha256: Option<[u8; 32]>,
    ) -> Result<Arc<ClientConfig>, TlsError> {
        let current = self.current.load();
        let verifier = Arc::new(Server {
            trust: Arc::clone(&current.trust),
            expected: Expected::This { id: expected.clone(), public_key_sha256 },
        });
        let mut config = ClientConfig::builder_with_details(
            Arc::clone(&self.provider),
            Arc::clone(&self.time) as Arc<dyn TimeProvider>,
        )
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::BadKey)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(current.material.chain.clone(), clone_key(&current.material.key))
        .map_err(TlsError::BadKey)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.resumption = Resumption::disabled();
        config.enable_sni = false;
        Ok(Arc::new(config))
    }
}

impl Current {
    fn new(
        material: TlsMaterial,
        provider: &Arc<CryptoProvider>,
        time: &Arc<ClockTime>,
    ) -> Result<Self, TlsError> {
        let algorithms = provider.signature_verification_algorithms;
        let trust = Arc::new(Trust::new(&material.authorities, &material.revocation_lists, algorithms)?);
        let (own_certificate, intermediates) =
            material.chain.split_first().ok_or(TlsError::UnknownAuthority)?;
        let now = time.unix_time();
        let own = trust.verify(own_certificate, intermediates, now, KeyUsage::client_auth())?;
        let public_key_sha256 = super::public_key_sha256(own_certificate)?;
        if !own.is_staff() {
            trust.verify(own_certificate, intermediates, now, KeyUsage::server_auth())?;
        }
        let mut server = ServerConfig::builder_with_details(
            Arc::clone(provider),
            Arc::clone(time) as Arc<dyn TimeProvider>,
        )
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::BadKey)?
        .with_client_cert_verifier(Arc::new(AnyPeer(Arc::clone(&trust))))
        .with_single_cert(material.chain.clone(), clone_key(&material.key))
        .map_err(TlsError::BadKey)?;
        let mut open_server = ServerConfig::builder_with_details(
            Arc::clone(provider),
            Arc::clone(time) as Arc<dyn TimeProvider>,
        )
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::BadKey)?
        .with_no_client_auth()
        .with_single_cert(material.chain.clone(), clone_key(&material.key))
        .map_err(TlsError::BadKey)?;
        for server in [&mut server, &mut open_server] {
            server.alpn_protocols = vec![ALPN.to_vec()];
            // INVARIANT (no resumption): a resumed session would skip the check of the client's certificate.
            server.session_storage = Arc::new(NoServerSessionStorage {});
            server.send_tls13_tickets = 0;
            server.max_early_data_size = 0;
        }
        let (server, open_server) = (Arc::new(server), Arc::new(open_server));
        Ok(Self { own, public_key_sha256, trust, server, open_server, material })
    }
}

/// The configuration of somebody without a certificate who calls a node of these authorities.
///
/// # Errors
/// When the authorities cannot be used.
pub(super) fn open_client(
    authorities: &[CertificateDer<'static>],
    expected: Option<SpiffeId>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let trust = Arc::new(Trust::new(authorities, &[], provider.signature_verification_algorithms)?);
    let expected = expected.map_or(Expected::AnyNode, |id| Expected::This { id, public_key_sha256: None });
    let time: Arc<dyn TimeProvider> = Arc::new(ClockTime(clock));
    let mut config = ClientConfig::builder_with_details(provider, time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::BadKey)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Server { trust, expected }))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(Arc::new(config))
}

fn clone_key(key: &PrivateKeyDer<'static>) -> PrivateKeyDer<'static> {
    key.clone_key()
}

/// rustls reads the time where the node does.
struct ClockTime(Arc<dyn Clock>);

impl ClockTime {
    fn unix_time(&self) -> UnixTime {
        let seconds = u64::try_from(self.0.now().0.div_euclid(1000)).unwrap_or(0);
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    }
}

impl std::fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClockTime")
    }
}

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.unix_time())
    }
}

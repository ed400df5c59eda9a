//! One check for both directions: chain, time, use, revocation, then the name.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, TrustAnchor, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, OwnedCertRevocationList,
    RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
};

use super::identity::spiffe_of;
use super::{PeerIdentity, SpiffeId, TlsError};

/// What certificates are judged by: authorities and revocation lists.
#[derive(Debug)]
pub(super) struct Trust {
    anchors: Vec<TrustAnchor<'static>>,
    lists: Vec<CertRevocationList<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Trust {
    pub(super) fn new(
        authorities: &[CertificateDer<'static>],
        revocation_lists: &[CertificateRevocationListDer<'static>],
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Result<Self, TlsError> {
        let anchors = authorities
            .iter()
            .map(|authority| {
                webpki::anchor_from_trusted_cert(authority)
                    .map(|anchor| anchor.to_owned())
                    .map_err(TlsError::BadCertificate)
            })
            .collect::<Result<_, _>>()?;
        let lists = revocation_lists
            .iter()
            .map(|list| {
                OwnedCertRevocationList::from_der(list)
                    .map(CertRevocationList::from)
                    .map_err(TlsError::BadRevocationList)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { anchors, lists, algorithms })
    }

    /// Chain, time, use and revocation. Who it is comes after, and only then means something.
    pub(super) fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        usage: KeyUsage,
    ) -> Result<SpiffeId, TlsError> {
        self.verify_with(end_entity, intermediates, now, usage, ExpirationPolicy::Ignore)
    }

    /// Whether the list that covers this (otherwise good) certificate is past its date.
    pub(super) fn list_out_of_date(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> bool {
        let usage = KeyUsage::client_auth();
        let strict = self.verify_with(end_entity, intermediates, now, usage, ExpirationPolicy::Enforce);
        matches!(strict, Err(TlsError::BadCertificate(webpki::Error::CrlExpired { .. })))
    }

    fn verify_with(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        usage: KeyUsage,
        expired_lists: ExpirationPolicy,
    ) -> Result<SpiffeId, TlsError> {
        let certificate = EndEntityCert::try_from(end_entity).map_err(TlsError::BadCertificate)?;
        let lists: Vec<&CertRevocationList<'_>> = self.lists.iter().collect();
        // A list past its date is used on: stopping all traffic when an authority is late would cost more than it
        // saves. `Tls::lists_out_of_date` tells the operator; leaving the roster revokes at once.
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::EndEntity)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(expired_lists)
                .build()
        });
        certificate
            .verify_for_usage(self.algorithms.all, &self.anchors, intermediates, now, usage, revocation, None)
            .map_err(in_our_words)?;
        spiffe_of(&certificate)
    }

    /// Whether a certificate that was good at the handshake has been revoked since.
    pub(super) fn is_revoked(&self, peer: &PeerIdentity) -> bool {
        self.lists
            .iter()
            .filter(|list| list.issuer() == peer.issuer())
            // What cannot be read counts as revoked.
            .any(|list| !matches!(list.find_serial(peer.serial()), Ok(None)))
    }
}

fn in_our_words(error: webpki::Error) -> TlsError {
    match error {
        webpki::Error::CertExpired { .. } | webpki::Error::InvalidCertValidity => TlsError::Expired,
        webpki::Error::CertNotValidYet { .. } => TlsError::NotYetValid,
        webpki::Error::CertRevoked => TlsError::Revoked,
        // An authority of the same name with another key fails at its signature: to us it is unknown all the same.
        webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => {
            TlsError::UnknownAuthority
        }
        webpki::Error::UnknownRevocationStatus => TlsError::NoRevocationList,
        webpki::Error::RequiredEkuNotFoundContext(_) => TlsError::WrongUse,
        other => TlsError::BadCertificate(other),
    }
}

/// What rustls puts into the alert. The other end reads no more than that, so the alert must be the right one.
fn as_rustls(error: TlsError) -> rustls::Error {
    rustls::Error::InvalidCertificate(match error {
        TlsError::Expired => CertificateError::Expired,
        TlsError::NotYetValid => CertificateError::NotValidYet,
        TlsError::Revoked => CertificateError::Revoked,
        TlsError::UnknownAuthority => CertificateError::UnknownIssuer,
        TlsError::WrongUse => CertificateError::InvalidPurpose,
        TlsError::BadCertificate(_) => CertificateError::BadEncoding,
        other => CertificateError::Other(OtherError(Arc::new(other))),
    })
}

/// The server's side: any node or person whom the authorities vouch for; what they may do is decided per request.
#[derive(Debug)]
pub(super) struct AnyPeer(pub(super) Arc<Trust>);

impl ClientCertVerifier for AnyPeer {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.0.verify(end_entity, intermediates, now, KeyUsage::client_auth()).map_err(as_rustls)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(only_tls13())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.algorithms.supported_schemes()
    }
}

/// Which node may answer. Never a person.
#[derive(Debug)]
pub(super) enum Expected {
    /// This one, and with a pin with this key alone.
    This {
        /// Its name.
        id: SpiffeId,
        /// SHA-256 of its public key, where it is known.
        public_key_sha256: Option<[u8; 32]>,
    },
    /// Whichever the authorities vouch for.
    AnyNode,
}

/// The client's side.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) trust: Arc<Trust>,
    pub(super) expected: Expected,
}

impl Server {
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let found = self.trust.verify(end_entity, intermediates, now, KeyUsage::server_auth())?;
        if let Expected::This { id, public_key_sha256 } = &self.expected {
            if found != *id {
                return Err(TlsError::WrongName { expected: id.clone(), found });
            }
            if let Some(pin) = public_key_sha256
                && super::public_key_sha256(end_entity)? != *pin
            {
                return Err(TlsError::WrongKey { id: found });
            }
        }
        if found.is_staff() { Err(TlsError::NotANode { found }) } else { Ok(()) }
    }
}

impl ServerCertVerifier for Server {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.judge(end_entity, intermediates, now).map_err(as_rustls)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(only_tls13())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.trust.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust.algorithms.supported_schemes()
    }
}

fn only_tls13() -> rustls::Error {
    rustls::Error::General("only TLS 1.3 is spoken".to_owned())
}

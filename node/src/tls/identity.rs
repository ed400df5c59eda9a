//! Who a certificate speaks for: its SPIFFE URI, read once, strictly.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use policy::id::{AgencyId, StaffId};
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::TlsError;

/// Bytes in the longest SPIFFE URI that is read.
pub const URI_BYTES_MAX: usize = 255;
/// Bytes in the longest agency or staff name within one.
pub const NAME_BYTES_MAX: usize = 64;

/// `spiffe://DOMAIN/agency/ID`, or `spiffe://DOMAIN/agency/ID/staff/NAME` for a person who works there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId {
    uri: Arc<str>,
    domain_end: usize,
    agency_end: usize,
}

/// A text that is not a SPIFFE URI of this shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not spiffe://DOMAIN/agency/ID or spiffe://DOMAIN/agency/ID/staff/NAME in lower case")]
pub struct NotSpiffe(pub String);

const SCHEME: &str = "spiffe://";

impl SpiffeId {
    /// Reads a URI. Nothing is normalised: another spelling is another name, or none.
    ///
    /// # Errors
    /// [`NotSpiffe`] when it has another shape, an upper-case letter, a percent sign, an empty or an over-long part.
    pub fn parse(uri: &str) -> Result<Self, NotSpiffe> {
        let refuse = || NotSpiffe(uri.chars().take(URI_BYTES_MAX).collect());
        if uri.len() > URI_BYTES_MAX {
            return Err(refuse());
        }
        let parts: Vec<&str> = uri.strip_prefix(SCHEME).ok_or_else(refuse)?.split('/').collect();
        let (domain, agency, staff) = match parts.as_slice() {
            [domain, "agency", agency] => (*domain, *agency, None),
            [domain, "agency", agency, "staff", name] => (*domain, *agency, Some(*name)),
            _ => return Err(refuse()),
        };
        if ![Some(domain), Some(agency), staff].into_iter().flatten().all(is_name) {
            return Err(refuse());
        }
        let domain_end = SCHEME.len() + domain.len();
        let agency_end = domain_end + "/agency/".len() + agency.len();
        Ok(Self { uri: uri.into(), domain_end, agency_end })
    }

    /// The whole URI.
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// The trust domain.
    pub fn domain(&self) -> &str {
        self.uri.get(SCHEME.len()..self.domain_end).unwrap_or_default()
    }

    /// The agency, for a node and for staff alike.
    pub fn agency(&self) -> AgencyId {
        AgencyId::from(self.uri.get(self.domain_end + "/agency/".len()..self.agency_end).unwrap_or_default())
    }

    /// The SPIFFE URI of the agency's node; the same URI for a node itself.
    pub fn agency_uri(&self) -> &str {
        self.uri.get(..self.agency_end).unwrap_or_default()
    }

    /// The staff member, if this names one.
    pub fn staff(&self) -> Option<StaffId> {
        self.is_staff().then(|| StaffId::from(self.as_str()))
    }

    /// Whether this names a person rather than a node.
    pub fn is_staff(&self) -> bool {
        self.agency_end < self.uri.len()
    }
}

fn is_name(part: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    (1..=NAME_BYTES_MAX).contains(&part.len()) && part.bytes().all(allowed) && part != "." && part != ".."
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri)
    }
}

impl fmt::Debug for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri)
    }
}

impl std::str::FromStr for SpiffeId {
    type Err = NotSpiffe;
    fn from_str(uri: &str) -> Result<Self, NotSpiffe> {
        Self::parse(uri)
    }
}

/// What the other end of a TLS connection proved. Made in the handshake only; a request carries it as an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerIdentity {
    id: SpiffeId,
    public_key_sha256: [u8; 32],
    serial: Arc<[u8]>,
    issuer: Arc<[u8]>,
}

impl PeerIdentity {
    /// Reads the identity out of a certificate *that the handshake has verified*.
    pub(super) fn of_verified(certificate: &CertificateDer<'_>) -> Result<Self, TlsError> {
        let parsed = EndEntityCert::try_from(certificate).map_err(TlsError::BadCertificate)?;
        Ok(Self {
            id: spiffe_of(&parsed)?,
            public_key_sha256: sha256(parsed.subject_public_key_info().as_ref()),
            serial: parsed.serial().into(),
            issuer: parsed.issuer().into(),
        })
    }

    /// The SPIFFE URI.
    pub fn id(&self) -> &SpiffeId {
        &self.id
    }

    /// The agency it belongs to.
    pub fn agency(&self) -> AgencyId {
        self.id.agency()
    }

    /// SHA-256 of the public key in the certificate (SubjectPublicKeyInfo, DER), which the roster pins.
    pub fn public_key_sha256(&self) -> [u8; 32] {
        self.public_key_sha256
    }

    /// The certificate's serial number.
    pub(super) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The issuer's name, DER.
    pub(super) fn issuer(&self) -> &[u8] {
        &self.issuer
    }
}

/// The one SPIFFE URI of a certificate. None or two is a refusal: nobody may choose which name counts.
pub(super) fn spiffe_of(certificate: &EndEntityCert<'_>) -> Result<SpiffeId, TlsError> {
    let mut uris = certificate.valid_uri_names();
    let uri = uris.next().ok_or_else(|| TlsError::NoName { found: "no URI name".to_owned() })?;
    if uris.next().is_some() {
        return Err(TlsError::NoName { found: "more than one URI name".to_owned() });
    }
    SpiffeId::parse(uri).map_err(|error| TlsError::NoName { found: error.to_string() })
}

/// SHA-256 of the public key in a certificate: what a roster pins.
///
/// # Errors
/// When the certificate cannot be read.
pub fn public_key_sha256(certificate: &CertificateDer<'_>) -> Result<[u8; 32], TlsError> {
    let parsed = EndEntityCert::try_from(certificate).map_err(TlsError::BadCertificate)?;
    Ok(sha256(parsed.subject_public_key_info().as_ref()))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_staff_are_told_apart() {
        let node = SpiffeId::parse("spiffe://region.example/agency/county-hospital").unwrap();
        assert_eq!((node.domain(), node.agency().as_str()), ("region.example", "county-hospital"));
        assert!(!node.is_staff() && node.staff().is_none());
        let staff = SpiffeId::parse("spiffe://region.example/agency/county-hospital/staff/ana").unwrap();
        assert!(staff.is_staff());
        assert_eq!(staff.agency(), node.agency());
        assert_eq!(staff.agency_uri(), node.as_str());
        assert_eq!(staff.staff().unwrap().as_str(), staff.as_str());
    }

    #[test]
    fn other_spellings_are_refused() {
        for uri in [
            "",
            "spiffe://",
            "spiffe://d/agency",
            "spiffe://d/agency/",
            "spiffe://d/agency/a/",
            "spiffe://d/agency/a/staff",
            "spiffe://d/agency/a/staff/",
            "spiffe://d/agency/a/staff/b/c",
            "spiffe://d/agency/../staff/b",
            "spiffe://d/agency/A",
            "SPIFFE://d/agency/a",
            "spiffe://d/agency/a%2e",
            "spiffe://d/agency/a?x",
            "spiffe://d:1/agency/a",
            "spiffe://d//agency/a",
            "https://d/agency/a",
            " spiffe://d/agency/a",
        ] {
            assert!(SpiffeId::parse(uri).is_err(), "{uri}");
        }
        assert!(SpiffeId::parse(&format!("spiffe://d/agency/{}", "a".repeat(65))).is_err());
    }
}

//! The authority and what it signs.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData,
    RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{CertsError, write_private};

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// From when until when a certificate or list is valid, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from_ms: i64,
    /// Last moment.
    pub until_ms: i64,
}

impl Validity {
    /// From one hour before `now_ms` (clocks differ) until `days` days after it.
    pub const fn days(now_ms: i64, days: i64) -> Self {
        Self { from_ms: now_ms - DAY_MS / 24, until_ms: now_ms + days * DAY_MS }
    }

    /// Over: ended an hour before `now_ms`.
    pub const fn expired(now_ms: i64) -> Self {
        Self { from_ms: now_ms - 30 * DAY_MS, until_ms: now_ms - DAY_MS / 24 }
    }

    /// Not begun: starts a day after `now_ms`.
    pub const fn future(now_ms: i64) -> Self {
        Self { from_ms: now_ms + DAY_MS, until_ms: now_ms + 30 * DAY_MS }
    }
}

/// Whom a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// An agency's node: server and client on the exchange, server for its own staff.
    Node {
        /// The agency's short name in the roster.
        agency: String,
    },
    /// A person who works for an agency: client of its staff API.
    Staff {
        /// The agency's short name in the roster.
        agency: String,
        /// The person's name in the certificate.
        name: String,
    },
}

impl Holder {
    /// An agency's node.
    pub fn node(agency: &str) -> Self {
        Self::Node { agency: agency.to_owned() }
    }

    /// A person who works for an agency.
    pub fn staff(agency: &str, name: &str) -> Self {
        Self::Staff { agency: agency.to_owned(), name: name.to_owned() }
    }

    /// The SPIFFE URI: `spiffe://DOMAIN/agency/ID` or `spiffe://DOMAIN/agency/ID/staff/NAME`.
    ///
    /// # Errors
    /// When a name cannot be part of one.
    pub fn uri(&self, trust_domain: &str) -> Result<String, CertsError> {
        named("trust domain", trust_domain)?;
        match self {
            Self::Node { agency } => {
                named("agency", agency)?;
                Ok(format!("spiffe://{trust_domain}/agency/{agency}"))
            }
            Self::Staff { agency, name } => {
                named("agency", agency)?;
                named("staff name", name)?;
                Ok(format!("spiffe://{trust_domain}/agency/{agency}/staff/{name}"))
            }
        }
    }

    fn common_name(&self) -> &str {
        match self {
            Self::Node { agency } => agency,
            Self::Staff { name, .. } => name,
        }
    }
}

/// A certificate and its key.
#[derive(Clone)]
pub struct Credentials {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// Its private key, PKCS #8 PEM.
    pub key_pem: Zeroizing<String>,
    /// The public key as it stands in the certificate (SubjectPublicKeyInfo, DER): what a roster pins by its SHA-256.
    pub public_key_der: Vec<u8>,
    serial: SerialNumber,
}

impl Credentials {
    /// Writes `DIR/NAME.pem` and `DIR/NAME.key`, and gives both paths.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, dir: &Path, name: &str) -> Result<(PathBuf, PathBuf), CertsError> {
        let (certificate, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
        write_private(&certificate, self.certificate_pem.as_bytes())?;
        write_private(&key, self.key_pem.as_bytes())?;
        Ok((certificate, key))
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("serial", &self.serial.to_string()).finish_non_exhaustive()
    }
}

/// A private certificate authority for development.
pub struct Authority {
    trust_domain: String,
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new authority with a fresh key.
    ///
    /// # Errors
    /// When the trust domain or the validity cannot be used.
    pub fn new(trust_domain: &str, validity: Validity) -> Result<Self, CertsError> {
        named("trust domain", trust_domain)?;
        let key = KeyPair::generate().map_err(CertsError::Make)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(&format!("{trust_domain} development authority"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut params, validity)?;
        let certificate = params.self_signed(&key).map_err(CertsError::Make)?;
        Ok(Self {
            trust_domain: trust_domain.to_owned(),
            certificate_pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// Writes `DIR/authority.pem` and `DIR/authority.key`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<PathBuf, CertsError> {
        let path = dir.join("authority.pem");
        write_private(&path, self.certificate_pem.as_bytes())?;
        let key = Zeroizing::new(self.issuer.key().serialize_pem());
        write_private(&dir.join("authority.key"), key.as_bytes())?;
        Ok(path)
    }

    /// Reads what [`Authority::write`] wrote.
    ///
    /// # Errors
    /// When the files are missing or not what they should be.
    pub fn read(dir: &Path, trust_domain: &str) -> Result<Self, CertsError> {
        named("trust domain", trust_domain)?;
        let read = |name: &str| {
            let path = dir.join(name);
            fs::read_to_string(&path).map_err(|source| CertsError::Read { path, source })
        };
        let certificate_pem = read("authority.pem")?;
        let key_pem = Zeroizing::new(read("authority.key")?);
        let key = KeyPair::from_pem(&key_pem).map_err(CertsError::Make)?;
        let issuer = Issuer::from_ca_cert_pem(&certificate_pem, key).map_err(CertsError::Make)?;
        Ok(Self { trust_domain: trust_domain.to_owned(), certificate_pem, issuer })
    }

    /// The authority's own certificate, PEM: what every node of the region trusts.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The trust domain of the SPIFFE URIs it issues.
    pub fn trust_domain(&self) -> &str {
        &self.trust_domain
    }

    /// A certificate for `holder`, with a fresh key. A node's also names `localhost`, `127.0.0.1` and `::1`.
    ///
    /// # Errors
    /// When a name or the validity cannot be used.
    pub fn issue(&self, holder: &Holder, validity: Validity) -> Result<Credentials, CertsError> {
        self.issue_uris(&[&holder.uri(&self.trust_domain)?], holder, validity)
    }

    /// A certificate whose URI names are exactly `uris`, for trying what a node must refuse: another's name, two names, none.
    ///
    /// # Errors
    /// When a name or the validity cannot be used.
    pub fn issue_uris(
        &self,
        uris: &[&str],
        holder: &Holder,
        validity: Validity,
    ) -> Result<Credentials, CertsError> {
        let key = KeyPair::generate().map_err(CertsError::Make)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(holder.common_name());
        for uri in uris {
            let name = Ia5String::try_from(*uri).map_err(CertsError::Make)?;
            params.subject_alt_names.push(SanType::URI(name));
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        if let Holder::Node { .. } = holder {
            let localhost = Ia5String::try_from("localhost").map_err(CertsError::Make)?;
            params.subject_alt_names.push(SanType::DnsName(localhost));
            params.subject_alt_names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
            params.subject_alt_names.push(SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()));
            params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let serial = serial_of(&key);
        params.serial_number = Some(serial.clone());
        set_validity(&mut params, validity)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(CertsError::Make)?;
        Ok(Credentials {
            certificate_pem: certificate.pem(),
            key_pem: Zeroizing::new(key.serialize_pem()),
            public_key_der: key.subject_public_key_info(),
            serial,
        })
    }

    /// The list of revoked certificates, PEM; valid as `validity` says, higher `number` is newer.
    ///
    /// # Errors
    /// When the validity cannot be used.
    pub fn revocation_list(
        &self,
        revoked: &[&Credentials],
        number: u64,
        validity: Validity,
    ) -> Result<String, CertsError> {
        let this_update = moment(validity.from_ms)?;
        let list = CertificateRevocationListParams {
            this_update,
            next_update: moment(validity.until_ms)?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|credentials| RevokedCertParams {
                    serial_number: credentials.serial.clone(),
                    revocation_time: this_update,
                    reason_code: Some(RevocationReason::KeyCompromise),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).and_then(|list| list.pem()).map_err(CertsError::Make)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("trust_domain", &self.trust_domain).finish_non_exhaustive()
    }
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn named(what: &'static str, name: &str) -> Result<(), CertsError> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) && name != "." && name != ".." {
        Ok(())
    } else {
        Err(CertsError::Name { what, name: name.to_owned() })
    }
}

fn moment(millis: i64) -> Result<OffsetDateTime, CertsError> {
    OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000))
        .ok()
        .filter(|time| (1950..=9999).contains(&time.year()))
        .ok_or(CertsError::Time { millis })
}

fn set_validity(params: &mut CertificateParams, validity: Validity) -> Result<(), CertsError> {
    params.not_before = moment(validity.from_ms)?;
    params.not_after = moment(validity.until_ms)?;
    Ok(())
}

/// Sixteen bytes of the fresh public key: as random and as unique as the key, and known before signing so that it can be
/// put on a revocation list.
fn serial_of(key: &KeyPair) -> SerialNumber {
    let point = key.public_key_raw();
    let mut serial: Vec<u8> = point.iter().rev().take(16).copied().collect();
    if let Some(first) = serial.first_mut() {
        // A serial is a positive integer: the top bit clear, no leading zero byte.
        *first = *first & 0x7f | 0x40;
    }
    SerialNumber::from(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_284_300_000;

    #[test]
    fn names_are_spiffe_uris() {
        let node = Holder::node("county-hospital");
        assert_eq!(node.uri("region.example").unwrap(), "spiffe://region.example/agency/county-hospital");
        let staff = Holder::staff("county-hospital", "ana.ruiz");
        assert_eq!(
            staff.uri("region.example").unwrap(),
            "spiffe://region.example/agency/county-hospital/staff/ana.ruiz"
        );
        for bad in ["", "a/b", "A", "..", "a b", "a%2f", "é"] {
            assert!(matches!(Holder::node(bad).uri("region.example"), Err(CertsError::Name { .. })), "{bad}");
            assert!(matches!(Holder::node("ok").uri(bad), Err(CertsError::Name { .. })), "{bad}");
        }
    }

    #[test]
    fn an_authority_read_back_signs_for_the_same_name() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new("region.example", Validity::days(NOW_MS, 30)).unwrap();
        authority.write(dir.path()).unwrap();
        let again = Authority::read(dir.path(), "region.example").unwrap();
        assert_eq!(again.certificate_pem(), authority.certificate_pem());
        let first = authority.issue(&Holder::node("a"), Validity::days(NOW_MS, 7)).unwrap();
        let second = again.issue(&Holder::node("a"), Validity::days(NOW_MS, 7)).unwrap();
        assert_ne!(first.serial, second.serial, "every certificate has a key and serial of its own");
    }

    #[test]
    fn keys_do_not_show_in_debug() {
        let authority = Authority::new("region.example", Validity::days(NOW_MS, 30)).unwrap();
        let credentials = authority.issue(&Holder::node("a"), Validity::days(NOW_MS, 7)).unwrap();
        assert!(!format!("{authority:?}{credentials:?}").contains("PRIVATE"));
        assert!(credentials.key_pem.contains("PRIVATE KEY"));
    }

    #[test]
    fn impossible_times_are_refused() {
        let validity = Validity { from_ms: i64::MIN, until_ms: 0 };
        assert!(matches!(Authority::new("region.example", validity), Err(CertsError::Time { .. })));
    }
}

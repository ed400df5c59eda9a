//! A development authority and TLS states from it, for tests of everything that speaks TLS.

pub(crate) use std::sync::Arc;

pub(crate) use certs_dev::{Authority, Credentials, DAY_MS, Holder, Validity};
pub(crate) use policy::time::UtcTime;
pub(crate) use rustls_pki_types::pem::PemObject;
pub(crate) use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::*;
pub(crate) use crate::clock::{Clock, ManualClock};

/// The moment at which tests happen.
pub(crate) const NOW_MS: i64 = 1_795_284_300_000;
/// The trust domain of tests.
pub(crate) const DOMAIN: &str = "region.example";

pub(crate) fn spiffe(agency: &str) -> SpiffeId {
    SpiffeId::parse(&format!("spiffe://{DOMAIN}/agency/{agency}")).unwrap()
}

/// An authority and a clock.
pub(crate) struct Region {
    pub(crate) authority: Authority,
    pub(crate) clock: ManualClock,
}

impl Region {
    pub(crate) fn new() -> Self {
        let authority = Authority::new(DOMAIN, Validity::days(NOW_MS, 365)).unwrap();
        Self { authority, clock: ManualClock::at(UtcTime(NOW_MS)) }
    }

    pub(crate) fn node(&self, agency: &str) -> Credentials {
        let validity = Validity { from_ms: NOW_MS - 60 * DAY_MS, until_ms: NOW_MS + 60 * DAY_MS };
        self.authority.issue(&Holder::node(agency), validity).unwrap()
    }

    pub(crate) fn list(&self, revoked: &[&Credentials]) -> String {
        self.authority.revocation_list(revoked, 1, Validity::days(NOW_MS, 30)).unwrap()
    }

    pub(crate) fn material(&self, own: &Credentials, lists: &[String]) -> TlsMaterial {
        TlsMaterial {
            chain: vec![CertificateDer::from_pem_slice(own.certificate_pem.as_bytes()).unwrap()],
            key: PrivateKeyDer::from_pem_slice(own.key_pem.as_bytes()).unwrap(),
            authorities: vec![
                CertificateDer::from_pem_slice(self.authority.certificate_pem().as_bytes()).unwrap(),
            ],
            revocation_lists: lists
                .iter()
                .map(|pem| CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).unwrap())
                .collect(),
        }
    }

    pub(crate) fn tls(&self, own: &Credentials, lists: &[String]) -> Arc<Tls> {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        Tls::new(self.material(own, lists), clock).unwrap()
    }

    /// TLS of a party whose own checks are out of the way: it believes to live at another time, without lists.
    pub(crate) fn tls_at(&self, own: &Credentials, now_ms: i64) -> Arc<Tls> {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(UtcTime(now_ms)));
        Tls::new(self.material(own, &[]), clock).unwrap()
    }
}

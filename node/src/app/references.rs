//! Names that are valid between two agencies only: case references and aliases, so that two recipients cannot join their
//! files (design invariant 6).

use super::{App, AppResult};
use crate::store::{Changes, Expected, Kind, Lookup, Put};
use aws_lc_rs::hmac;
use policy::id::{AgencyId, CaseId, Id, MessageId, PersonId};

/// Where the key is kept: a record of its own.
const KEY_ROW: Id = Id(4);

/// Derives references. The key is this node's own and never leaves it.
pub struct References(hmac::Key);

impl References {
    /// With this key; 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    fn derive(&self, what: &str, agency: &AgencyId, id: Id) -> [u8; 16] {
        let mut message = Vec::with_capacity(64);
        for part in [what.as_bytes(), agency.as_str().as_bytes()] {
            message.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            message.extend_from_slice(part);
        }
        message.extend_from_slice(&id.to_bytes());
        let tag = hmac::sign(&self.0, &message);
        let mut out = [0_u8; 16];
        out.copy_from_slice(&tag.as_ref()[..16]);
        out
    }

    /// The case between us and this agency.
    pub fn case(&self, agency: &AgencyId, case: CaseId) -> [u8; 16] {
        self.derive("case", agency, case.0)
    }

    /// What an answer calls the case: the same for a person we know and one we do not.
    pub fn answer(&self, agency: &AgencyId, request: MessageId) -> [u8; 16] {
        self.derive("answer", agency, request.0)
    }

    /// A person's name for this agency only.
    pub fn alias(&self, agency: &AgencyId, person: PersonId) -> String {
        let tag = self.derive("alias", agency, person.0);
        format!("P-{}", crate::hex::encode(&tag[..6]))
    }

    /// What a record of `place` is found by: a digest under a key of that place alone, so that without this node's key
    /// nobody can tell what it belongs to, and two places cannot be joined by what they are found by.
    pub fn found_by(&self, place: Place, parts: &[&[u8]]) -> Lookup {
        let own = hmac::sign(&self.0, format!("concord place {}", place.as_str()).as_bytes());
        let key = hmac::Key::new(hmac::HMAC_SHA256, own.as_ref());
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            context.update(part);
        }
        let mut out = [0_u8; 16];
        out.copy_from_slice(&context.sign().as_ref()[..16]);
        out
    }
}

/// Where records lie that no case list reaches: each place has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Who reported, who watches for a tripwire.
    Identity,
    /// What people said of themselves for the review of fairness.
    Equity,
    /// What an anonymous reporter comes back with.
    ReturnCode,
}

impl Place {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Equity => "equity",
            Self::ReturnCode => "return code",
        }
    }
}

impl App {
    /// Reads this node's reference key, or makes it on the first start.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load_references(
        store: &dyn crate::store::Store,
        clock: &dyn crate::clock::Clock,
        entropy: &dyn crate::entropy::Entropy,
    ) -> AppResult<References> {
        let r = Kind::Sequence.of(KEY_ROW);
        for _ in 0..2 {
            if let Some(row) = store.get(r).await? {
                let key: &[u8; 32] = row.body[..].try_into().map_err(|_| super::AppError::Unreadable(r))?;
                return Ok(References::new(key));
            }
            let mut key = zeroize::Zeroizing::new([0_u8; 32]);
            entropy.fill(key.as_mut());
            let event = crate::store::Event {
                at: clock.now(),
                actor: "node".into(),
                kind: "reference_key_made".into(),
                ids: vec![r],
            };
            let put = Put::new(r, key.to_vec()).expecting(Expected::Absent);
            let changes = Changes { puts: vec![put], events: vec![event], ..Changes::default() };
            let _made_or_there_already = store.commit(changes).await?;
        }
        Err(super::AppError::Unreadable(r))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_agencies_have_the_same_name_for_anything() {
        let r = References::new(&[7; 32]);
        let (a, b) = (AgencyId::from("a"), AgencyId::from("b"));
        let (case, person) = (CaseId(Id(1)), PersonId(Id(1)));
        assert_eq!(r.case(&a, case), r.case(&a, case));
        assert_ne!(r.case(&a, case), r.case(&b, case));
        assert_ne!(r.alias(&a, person), r.alias(&b, person));
        assert_ne!(r.case(&a, case), r.answer(&a, MessageId(Id(1))));
        assert_ne!(r.case(&a, case), References::new(&[8; 32]).case(&a, case));
    }

    #[test]
    fn no_two_places_and_no_two_splits_of_the_same_bytes_meet() {
        let r = References::new(&[7; 32]);
        let places = [Place::Identity, Place::Equity, Place::ReturnCode];
        let mut seen = std::collections::BTreeSet::new();
        for place in places {
            for parts in [&[&b"ab"[..], b"c"][..], &[b"a", b"bc"], &[b"abc"]] {
                assert_eq!(r.found_by(place, parts), r.found_by(place, parts));
                assert!(seen.insert(r.found_by(place, parts)));
            }
        }
        assert!(!seen.contains(&References::new(&[8; 32]).found_by(Place::Identity, &[b"abc"])));
    }
}

//! What strangers' bytes go into: the reader of facts, the reader of clause texts, the opener of envelopes.
//!
//! Each function takes any bytes and panics when something that must hold does not. Called by the fuzz targets here, without
//! end, and by `tests/tests/bounded_fuzz.rs`, bounded, in every test run.

#![allow(dead_code, reason = "each target calls one of them")]

use std::sync::OnceLock;

use node::exchange::envelope::{self, Sealing};
use node::exchange::keys::NodeKeys;
use node::exchange::roster::Member;
use node::exchange::wire;
use node::tls::SpiffeId;
use policy::facts::{Facts, contradictions, parse_facts, parse_recorded, parse_scenario, recorded};
use policy::id::{AgencyId, Id, MessageId};
use policy::law::Law;
use policy::record::{Sector, TeamRole};
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::Envelope;

/// Facts: an error with words, or facts on which the law answers, that read back as they were.
pub fn facts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = parse_facts(text);
    assert!(read.is_ok() || parse_scenario(text).is_err(), "a scenario is facts with a name");
    match read {
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty() && said.len() < 1500 && !said.contains('\u{0}'), "{said}");
        }
        Ok(facts) => {
            contradictions(&facts).iter().for_each(|found| assert!(!found.message.is_empty()));
            let law = Law::embedded();
            assert_eq!(law.explain(&facts).decision, law.decide(&facts));
            let written = recorded(&facts).to_string();
            assert_eq!(parse_recorded(&written).ok().as_ref(), Some(&facts), "{written}");
        }
    }
}

const REGIME: &str = "[regime]\nid = \"x\"\nname = \"X\"\ncitation = \"X\"\ngoverns = \"true\"\ndefault_deny = \"x-deny\"\n\n\
    [[clause]]\nid = \"x-deny\"\ncitation = \"X\"\nread = \"2026-11-21\"\neffect = \"default_deny\"\nsummary = \"No.\"\n";

/// Clause texts: a fault at a place of the text, or a law that answers.
pub fn clauses(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Law::parse(&[("law/x/regime.toml", REGIME), ("law/x/x.toml", text)]) {
        Err(error) => {
            let lines = text.lines().count().max(REGIME.lines().count()) + 1;
            assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error}");
            assert!(!error.message.is_empty());
        }
        Ok(law) => {
            let nothing = Facts::new();
            assert_eq!(law.explain(&nothing).decision, law.decide(&nothing));
        }
    }
}

struct Pair {
    keys: NodeKeys,
    member: Member,
}

/// One agency that talks to itself: sender and recipient.
fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| {
        let keys = NodeKeys::generate().expect("keys");
        let member = Member {
            id: AgencyId::from("clinic"),
            name: "Clinic".to_owned(),
            spiffe: SpiffeId::parse("spiffe://region.example/agency/clinic").expect("a name"),
            tls_key_sha256: [0; 32],
            verify_key: keys.verify_key(),
            hpke_key: keys.hpke_key(),
            addresses: Vec::new(),
            sector: Sector::Hospital,
            team_role: TeamRole::Core,
            emergency_phone: "+1 555 0100".to_owned(),
        };
        Pair { keys, member }
    })
}

/// Envelopes and what is in them: nothing that nobody signed opens; what decodes encodes to the same again; what a member
/// signed but nobody checked opens or is refused.
pub fn envelope(data: &[u8]) {
    let Pair { keys, member } = pair();
    let now = UtcTime::parse("2026-11-21T12:00:00Z").expect("a time");
    let own = member.spiffe.as_str();
    if let Ok(stranger) = Envelope::decode(data) {
        let _id = envelope::claimed_message_id(&stranger);
        assert!(
            envelope::open(keys, own, member, &stranger, now).is_err(),
            "an envelope that nobody sealed opened"
        );
    }
    if let Ok(body) = wire::decode(data) {
        let again = wire::encode(&body).expect("what was taken can be given");
        assert_eq!(wire::decode(&again).as_ref(), Ok(&body));
    }
    let sealing = Sealing {
        message: MessageId(Id::from_slice(&[7; 16]).expect("sixteen bytes")),
        from: own.to_owned(),
        to: member,
        created_at: now,
        exercise: true,
    };
    if let Ok(sealed) = envelope::seal_unchecked(keys, &sealing, data) {
        match envelope::open(keys, own, member, &sealed, now) {
            Ok(opened) => assert_eq!(Ok(opened.body), wire::decode(data)),
            Err(refused) => assert!(!refused.to_string().is_empty()),
        }
    }
}

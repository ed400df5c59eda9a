//! Who can seal, who can open, and that nothing changed on the way passes.

use std::sync::LazyLock;

use policy::id::AgencyId;
use policy::record::{Sector, TeamRole};
use proptest::prelude::*;
use proto::exchange::v1::Answer;

use super::*;
use crate::exchange::wire::tests::{body, golden};

const NOW: UtcTime = UtcTime(1_795_284_300_000);

struct Party {
    keys: NodeKeys,
    member: Member,
}

fn party(id: &str) -> Party {
    let keys = NodeKeys::generate().unwrap();
    let member = Member {
        id: AgencyId::from(id),
        name: id.to_owned(),
        spiffe: SpiffeId::parse(&format!("spiffe://region.example/agency/{id}")).unwrap(),
        tls_key_sha256: [0; 32],
        verify_key: keys.verify_key(),
        hpke_key: keys.hpke_key(),
        addresses: Vec::new(),
        sector: Sector::Hospital,
        team_role: TeamRole::Core,
        emergency_phone: "555 0100".to_owned(),
    };
    Party { keys, member }
}

struct Pair {
    from: Party,
    to: Party,
}

static PAIR: LazyLock<Pair> = LazyLock::new(|| Pair { from: party("hospital"), to: party("school") });

impl Pair {
    fn sealing(&self) -> Sealing<'_> {
        Sealing {
            message: MessageId(Id::from_bytes([7; 16])),
            from: self.from.member.spiffe.to_string(),
            to: &self.to.member,
            created_at: NOW,
            exercise: false,
        }
    }

    fn seal(&self, body: &Body) -> Envelope {
        seal(&self.from.keys, &self.sealing(), body).unwrap()
    }

    fn open(&self, envelope: &Envelope) -> Result<Opened, EnvelopeError> {
        open(&self.to.keys, self.to.member.spiffe.as_str(), &self.from.member, envelope, NOW)
    }

    /// An envelope around bytes that are no proper body, otherwise properly made.
    fn seal_raw(&self, padded: &[u8]) -> Envelope {
        let proper = self.seal(&body("seen_by_person"));
        let (to, from) = (&self.to.member.hpke_key, &self.from.member.verify_key);
        let between = [key_id(to), key_id(from)].concat();
        let padded = Zeroizing::new(padded.to_vec());
        let (encapsulated_key, ciphertext) =
            self.from.keys.content_keys().seal(to, between, NOW, &proper.header, padded).unwrap();
        self.sign(Envelope { header: proper.header, encapsulated_key, ciphertext, signature: Vec::new() })
    }

    fn sign(&self, mut envelope: Envelope) -> Envelope {
        let message = signed_message(&envelope.header, &envelope.encapsulated_key, &envelope.ciphertext);
        envelope.signature = self.from.keys.sign(&message).to_vec();
        envelope
    }

    /// The same envelope with a changed header, signed again by the sender.
    fn with_header(&self, change: impl FnOnce(&mut Header)) -> Envelope {
        let mut envelope = self.seal(&body("seen_by_person"));
        let mut header = Header::decode(envelope.header.as_slice()).unwrap();
        change(&mut header);
        envelope.header = header.encode_to_vec();
        self.sign(envelope)
    }
}

#[test]
fn every_kind_of_body_arrives_as_it_was_sent() {
    for (name, _) in golden() {
        let sent = body(name);
        let envelope = PAIR.seal(&sent);
        let opened = PAIR.open(&envelope).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(opened.body.encode_to_vec(), sent.encode_to_vec(), "{name}");
        assert_eq!(opened.message, MessageId(Id::from_bytes([7; 16])));
        assert_eq!((opened.from, opened.created_at), (PAIR.from.member.spiffe.clone(), NOW));
        assert_eq!(opened.digest, digest(&envelope));
        assert!(envelope.encode_to_vec().len() <= ENVELOPE_BYTES_MAX);
        assert_eq!(claimed_message_id(&envelope), [7; 16]);
    }
}

#[test]
fn an_exercise_says_so() {
    let sealing = Sealing { exercise: true, ..PAIR.sealing() };
    let envelope = seal(&PAIR.from.keys, &sealing, &body("summary")).unwrap();
    assert!(PAIR.open(&envelope).unwrap().exercise);
    assert!(!PAIR.open(&PAIR.seal(&body("summary"))).unwrap().exercise);
}

#[test]
fn answers_with_and_without_items_have_one_size() {
    let empty = body("answer");
    let Some(body::Kind::Summary(summary)) = body("summary").kind else { panic!("not a summary") };
    let Some(body::Kind::Answer(answer)) = empty.kind.clone() else { panic!("not an answer") };
    let full = Body {
        kind: Some(body::Kind::Answer(Answer {
            items: [summary.items.clone(), summary.items].concat(),
            grounds: summary.grounds,
            ..answer
        })),
    };
    assert_eq!(PAIR.seal(&empty).ciphertext.len(), PAIR.seal(&full).ciphertext.len());
    assert_eq!(PAIR.seal(&empty).encode_to_vec().len(), PAIR.seal(&full).encode_to_vec().len());
}

#[test]
fn sizes_are_powers_of_two_and_tell_no_more() {
    let sizes: Vec<usize> =
        golden().iter().map(|(name, _)| PAIR.seal(&body(name)).ciphertext.len() - TAG_BYTES).collect();
    assert!(sizes.iter().all(|size| is_padded_size(*size)), "{sizes:?}");
    assert_eq!(pad(&[1; (2 << 10) - 4], 0).unwrap().len(), 2 << 10);
    assert_eq!(pad(&[1; (2 << 10) - 3], 0).unwrap().len(), 4 << 10);
    assert_eq!(pad(&vec![1; wire::BODY_BYTES_MAX], 0).unwrap().len(), 256 << 10);
    assert!(matches!(pad(&vec![1; wire::BODY_BYTES_MAX + 1], 0), Err(EnvelopeError::TooLarge { .. })));
}

#[test]
fn the_sender_is_whom_the_connection_proved() {
    let mallory = party("mallory");
    let envelope = PAIR.seal(&body("summary"));
    // Mallory hands on an envelope that it got from the hospital.
    let error =
        open(&PAIR.to.keys, PAIR.to.member.spiffe.as_str(), &mallory.member, &envelope, NOW).unwrap_err();
    assert!(matches!(error, EnvelopeError::WrongSender { .. }), "{error}");
    assert_eq!(error.code(), RefusalCode::SenderNotProved);
    // Mallory says in the header that it is the hospital, signing with its own key.
    let forged = seal(&mallory.keys, &PAIR.sealing(), &body("summary")).unwrap();
    assert!(matches!(PAIR.open(&forged), Err(EnvelopeError::OldKey { whose: "the sender" })));
    let mut forged = forged;
    let mut header = Header::decode(forged.header.as_slice()).unwrap();
    header.sender_key_id = key_id(&PAIR.from.member.verify_key);
    forged.header = header.encode_to_vec();
    let message = signed_message(&forged.header, &forged.encapsulated_key, &forged.ciphertext);
    forged.signature = mallory.keys.sign(&message).to_vec();
    assert_eq!(PAIR.open(&forged).unwrap_err(), EnvelopeError::BadSignature);
    // Mallory puts its own header and signature on the hospital's ciphertext.
    let mut stolen = envelope;
    let mut header = Header::decode(stolen.header.as_slice()).unwrap();
    header.from = mallory.member.spiffe.to_string();
    header.sender_key_id = key_id(&mallory.member.verify_key);
    stolen.header = header.encode_to_vec();
    let message = signed_message(&stolen.header, &stolen.encapsulated_key, &stolen.ciphertext);
    stolen.signature = mallory.keys.sign(&message).to_vec();
    let error =
        open(&PAIR.to.keys, PAIR.to.member.spiffe.as_str(), &mallory.member, &stolen, NOW).unwrap_err();
    assert_eq!(error, EnvelopeError::DoesNotOpen);
}

#[test]
fn nobody_but_the_recipient_opens_it() {
    let envelope = PAIR.seal(&body("summary"));
    let other = party("other");
    let own = other.member.spiffe.as_str();
    let error = open(&other.keys, own, &PAIR.from.member, &envelope, NOW).unwrap_err();
    assert!(matches!(error, EnvelopeError::WrongRecipient { .. }), "{error}");
    // Even if it takes the recipient's name.
    let own = PAIR.to.member.spiffe.as_str();
    let error = open(&other.keys, own, &PAIR.from.member, &envelope, NOW).unwrap_err();
    assert_eq!(error, EnvelopeError::OldKey { whose: "the recipient" });
}

#[test]
fn signed_but_wrong_headers_are_refused() {
    for (envelope, code) in [
        (PAIR.with_header(|h| h.suite = "rot13".to_owned()), RefusalCode::SuiteUnknown),
        (
            PAIR.with_header(|h| h.to = "spiffe://region.example/agency/other".to_owned()),
            RefusalCode::WrongRecipient,
        ),
        (PAIR.with_header(|h| h.message_id.clear()), RefusalCode::Malformed),
        (PAIR.with_header(|h| h.message_id.push(1)), RefusalCode::Malformed),
        (PAIR.with_header(|h| h.from = "x".repeat(300)), RefusalCode::Malformed),
        (PAIR.with_header(|h| h.to = "x".repeat(2000)), RefusalCode::TooLarge),
        (PAIR.with_header(|h| h.created_at_ms = 0), RefusalCode::Malformed),
        (PAIR.with_header(|h| h.created_at_ms += CLOCK_AHEAD_MS_MAX + 1), RefusalCode::Clock),
        (PAIR.with_header(|h| h.created_at_ms -= (AGE_DAYS_MAX * 86_400_000) + 1), RefusalCode::Clock),
        // The header is bound to the body: even a signed change of it does not open.
        (PAIR.with_header(|h| h.exercise = true), RefusalCode::DoesNotOpen),
        (PAIR.with_header(|h| h.created_at_ms += 1), RefusalCode::DoesNotOpen),
    ] {
        let error = PAIR.open(&envelope).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    // An unknown field in the header.
    let mut envelope = PAIR.seal(&body("seen_by_person"));
    envelope.header.extend_from_slice(&[0x78, 0x01]);
    let envelope = PAIR.sign(envelope);
    assert_eq!(PAIR.open(&envelope).unwrap_err(), EnvelopeError::Malformed { part: "header" });
}

#[test]
fn padding_must_be_zeros_and_the_body_canonical() {
    let content = wire::encode(&body("seen_by_person")).unwrap();
    let good = pad(&content, PADDED_BYTES.0).unwrap();
    PAIR.open(&PAIR.seal_raw(&good)).unwrap();
    let mut dirty = good.to_vec();
    *dirty.last_mut().unwrap() = 1;
    assert_eq!(PAIR.open(&PAIR.seal_raw(&dirty)).unwrap_err(), EnvelopeError::Malformed { part: "padding" });
    let mut long = good.to_vec();
    long[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(PAIR.open(&PAIR.seal_raw(&long)).unwrap_err(), EnvelopeError::Malformed { part: "padding" });
    let mut short = good.to_vec();
    short[3] -= 1;
    assert!(PAIR.open(&PAIR.seal_raw(&short)).is_err());
    let odd = PAIR.seal_raw(&good[..1000]);
    assert_eq!(PAIR.open(&odd).unwrap_err(), EnvelopeError::Malformed { part: "body" });
    let huge = PAIR.seal_raw(&vec![0; 512 << 10]);
    assert!(matches!(PAIR.open(&huge), Err(EnvelopeError::TooLarge { part: "body", .. })));
    let empty = PAIR.seal_raw(&[0; 2 << 10]);
    assert_eq!(PAIR.open(&empty).unwrap_err().code(), RefusalCode::Malformed);
}

#[test]
fn a_body_that_may_not_be_sent_is_not_sealed() {
    let mut bad = body("summary");
    if let Some(body::Kind::Summary(summary)) = &mut bad.kind {
        summary.items[0].form = 77;
    }
    let error = seal(&PAIR.from.keys, &PAIR.sealing(), &bad).unwrap_err();
    assert_eq!(error.to_string(), "body.summary.items[0].form: value 77 is not known to this version");
}

fn parts(envelope: &mut Envelope) -> [&mut Vec<u8>; 4] {
    [&mut envelope.header, &mut envelope.encapsulated_key, &mut envelope.ciphertext, &mut envelope.signature]
}

static SEALED: LazyLock<Envelope> = LazyLock::new(|| PAIR.seal(&body("recall")));

#[test]
fn any_flipped_bit_of_the_small_parts_is_refused() {
    let mut envelope = SEALED.clone();
    PAIR.open(&envelope).unwrap();
    for part in [0, 1, 3] {
        for at in 0..parts(&mut envelope)[part].len() {
            for bit in 0..8 {
                parts(&mut envelope)[part][at] ^= 1 << bit;
                assert!(PAIR.open(&envelope).is_err(), "part {part}, byte {at}, bit {bit}");
                parts(&mut envelope)[part][at] ^= 1 << bit;
            }
        }
    }
    PAIR.open(&envelope).unwrap();
}

proptest! {
    #[test]
    fn any_flipped_bit_anywhere_is_refused(part in 0usize..4, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut envelope = SEALED.clone();
        let bytes = &mut parts(&mut envelope)[part];
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(PAIR.open(&envelope).is_err());
    }

    #[test]
    fn anything_cut_off_or_added_is_refused(part in 0usize..4, keep in any::<prop::sample::Index>(), more in 1usize..64) {
        let mut cut = SEALED.clone();
        let bytes = &mut parts(&mut cut)[part];
        let length = keep.index(bytes.len());
        bytes.truncate(length);
        prop_assert!(PAIR.open(&cut).is_err());
        let mut longer = SEALED.clone();
        let bytes = &mut parts(&mut longer)[part];
        let length = bytes.len() + more;
        bytes.resize(length, 0);
        prop_assert!(PAIR.open(&longer).is_err());
    }

    #[test]
    fn no_bytes_make_opening_panic(
        header in proptest::collection::vec(any::<u8>(), 0..200),
        ciphertext in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let envelope = Envelope { header, encapsulated_key: vec![1; 32], ciphertext, signature: vec![1; 64] };
        prop_assert!(PAIR.open(&envelope).is_err());
    }
}

/// `cargo test --release -p node --lib envelope_cost -- --ignored --nocapture` prints what an envelope costs.
#[test]
#[ignore = "a measurement"]
fn envelope_cost() {
    for name in ["seen_by_person", "summary", "answer"] {
        let body = body(name);
        let mut envelopes = Vec::new();
        let started = tokio::time::Instant::now();
        for _ in 0..2000 {
            envelopes.push(PAIR.seal(&body));
        }
        let sealed = started.elapsed() / 2000;
        let started = tokio::time::Instant::now();
        for envelope in &envelopes {
            PAIR.open(envelope).unwrap();
        }
        let opened = started.elapsed() / 2000;
        println!("{name}: {} bytes, seal {sealed:?}, open {opened:?}", envelopes[0].ciphertext.len());
    }
}

//! The golden bodies pass; whatever is bent about them is refused, naming the field.

use proptest::prelude::*;
use prost::Message;
use proto::exchange::v1::body::Kind;
use proto::exchange::v1::item_release::Value;
use proto::exchange::v1::{
    AttestationMade, Body, Contact, DeclineReason, Form, Ground, ItemRelease, LoneItem, Place, RecallDone,
    Receipt, Request, Summary, TravellingText,
};

use super::check::Problem;
use super::*;

/// Every golden body of `proto/tests/golden`.
pub(crate) fn golden() -> Vec<(&'static str, Vec<u8>)> {
    macro_rules! files {
        ($($name:literal),*) => {
            vec![$(($name, hex_file(include_str!(concat!("../../../../proto/tests/golden/", $name, ".hex"))))),*]
        };
    }
    files!(
        "vignette",
        "interest",
        "summary",
        "request",
        "answer",
        "referral",
        "referral_status",
        "recall",
        "correction",
        "receipt",
        "seen_by_person"
    )
}

fn hex_file(text: &str) -> Vec<u8> {
    crate::hex::decode(&text.split_whitespace().collect::<String>()).unwrap()
}

/// One golden body, read.
pub(crate) fn body(name: &str) -> Body {
    let (_, bytes) = golden().into_iter().find(|(found, _)| *found == name).unwrap();
    Body::decode(bytes.as_slice()).unwrap()
}

fn summary(change: impl FnOnce(&mut Summary)) -> Body {
    let mut body = body("summary");
    match &mut body.kind {
        Some(Kind::Summary(summary)) => change(summary),
        _ => panic!("not a summary"),
    }
    body
}

fn item(change: impl FnOnce(&mut ItemRelease)) -> Body {
    summary(|summary| change(&mut summary.items[3]))
}

fn ground(change: impl FnOnce(&mut Ground)) -> Body {
    summary(|summary| change(&mut summary.grounds[1]))
}

fn request(change: impl FnOnce(&mut Request)) -> Body {
    let mut body = body("request");
    match &mut body.kind {
        Some(Kind::Request(request)) => change(request),
        _ => panic!("not a request"),
    }
    body
}

fn correction(change: impl FnOnce(&mut LoneItem)) -> Body {
    let mut body = body("correction");
    match &mut body.kind {
        Some(Kind::Correction(correction)) => change(correction.items[0].replacement.as_mut().unwrap()),
        _ => panic!("not a correction"),
    }
    body
}

fn receipt(change: impl FnOnce(&mut Receipt)) -> Body {
    let mut body = body("receipt");
    match &mut body.kind {
        Some(Kind::Receipt(receipt)) => change(receipt),
        _ => panic!("not a receipt"),
    }
    body
}

#[test]
fn golden_bodies_are_read_and_written_alike() {
    for (name, bytes) in golden() {
        let body = decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(encode(&body).unwrap(), bytes, "{name}");
    }
}

#[test]
fn what_is_bent_is_refused_by_name() {
    let flood = || vec![ItemRelease::default(); ITEMS_MAX + 1];
    let unknown = |value: i32| Problem::UnknownValue(value.into());
    let cases: Vec<(Body, &str, Problem)> = vec![
        (Body { kind: None }, "body.kind", Problem::Missing),
        (summary(|s| s.case_ref.clear()), "body.summary.case_ref", Problem::Missing),
        (summary(|s| s.case_ref.push(0)), "body.summary.case_ref", Problem::Length(16)),
        (summary(|s| s.purpose = "curiosity".into()), "body.summary.purpose", Problem::UnknownWord),
        (summary(|s| s.recipient_class = "LE!".into()), "body.summary.recipient_class", Problem::NotAWord),
        (summary(|s| s.reply_by_ms = -1), "body.summary.reply_by_ms", Problem::Range),
        (summary(|s| s.items = flood()), "body.summary.items", Problem::Count { found: 65, min: 0, max: 64 }),
        (
            summary(|s| s.redisclosure_notice = "x".repeat(4097)),
            "body.summary.redisclosure_notice",
            Problem::TooLong { found: 4097, max: 4096 },
        ),
        (
            summary(|s| s.redisclosure_notice = "\u{1b}[2J".into()),
            "body.summary.redisclosure_notice",
            Problem::ControlCharacters,
        ),
        (
            summary(|s| s.contact = Some(Contact { name: "Desk".into(), phone: "ask Bob".into() })),
            "body.summary.contact.phone",
            Problem::NotAPhone,
        ),
        (item(|i| i.row = 0), "body.summary.items[3].row", Problem::Range),
        (item(|i| i.row = 41), "body.summary.items[3].row", Problem::Range),
        (item(|i| i.form = 0), "body.summary.items[3].form", Problem::Missing),
        (item(|i| i.form = 77), "body.summary.items[3].form", unknown(77)),
        (item(|i| i.form = -1), "body.summary.items[3].form", unknown(-1)),
        (item(|i| i.value = None), "body.summary.items[3].value", Problem::Missing),
        (item(|i| i.form = Form::YesNo.into()), "body.summary.items[3].value", Problem::DoesNotFitForm),
        (
            item(|i| i.value = Some(Value::Text("x".into()))),
            "body.summary.items[3].value",
            Problem::DoesNotFitForm,
        ),
        (
            item(|i| {
                i.form = Form::OwnPlace.into();
                i.value = Some(Value::Place(Place { name: "\u{202e}gate".into(), ..Place::default() }));
            }),
            "body.summary.items[3].place.name",
            Problem::ControlCharacters,
        ),
        (
            ground(|g| g.about.clear()),
            "body.summary.grounds[1].about",
            Problem::Count { found: 0, min: 1, max: 16 },
        ),
        (ground(|g| g.about[0].role = 9), "body.summary.grounds[1].about[0].role", unknown(9)),
        (
            summary(|s| s.grounds[0].about[0].permissions[0].kind = 12),
            "body.summary.grounds[0].about[0].permissions[0].kind",
            unknown(12),
        ),
        (item(|i| i.record_kind = "diary".into()), "body.summary.items[3].record_kind", Problem::UnknownWord),
        (
            item(|i| i.obtained_via = "found".into()),
            "body.summary.items[3].obtained_via",
            Problem::UnknownWord,
        ),
        (item(|i| i.elements[1] = "aura".into()), "body.summary.items[3].elements[1]", Problem::UnknownWord),
        (item(|i| i.labels[0] = "secret".into()), "body.summary.items[3].labels[0]", Problem::UnknownWord),
        (
            ground(|g| g.basis.clear()),
            "body.summary.grounds[1].basis",
            Problem::Count { found: 0, min: 1, max: 16 },
        ),
        (
            ground(|g| g.basis[0].citation.clear()),
            "body.summary.grounds[1].basis[0].citation",
            Problem::Missing,
        ),
        (
            ground(|g| g.obligations[1] = "Be nice".into()),
            "body.summary.grounds[1].obligations[1]",
            Problem::NotAWord,
        ),
        (item(|i| i.ground = 2), "body.summary.items[3].ground", Problem::Range),
        (summary(|s| s.items[0].ground = 1), "body.summary.items[0].ground", Problem::Range),
        (
            summary(|s| s.items.truncate(6)),
            "body.summary.grounds",
            Problem::Contradiction("every ground is that of an item"),
        ),
        (summary(|s| s.grounds.truncate(1)), "body.summary.items[6].ground", Problem::Range),
        (
            correction(|lone| lone.ground = None),
            "body.correction.items[0].replacement.ground",
            Problem::Missing,
        ),
        (item(|i| i.salt.truncate(31)), "body.summary.items[3].salt", Problem::Length(32)),
        (item(|i| i.commitment.clear()), "body.summary.items[3].commitment", Problem::Missing),
        (item(|i| i.expires_at_ms = i64::MAX), "body.summary.items[3].expires_at_ms", Problem::Range),
        (
            summary(|s| s.items[1].value = Some(Value::Date("2026-02-30".into()))),
            "body.summary.items[1].date",
            Problem::NotADate,
        ),
        (request(|r| r.rows.clear()), "body.request.rows", Problem::Count { found: 0, min: 1, max: 40 }),
        (request(|r| r.rows = vec![2, 41]), "body.request.rows", Problem::Range),
        (
            request(|r| r.rows = vec![5, 2]),
            "body.request.rows",
            Problem::Contradiction("rows must ascend without repetition"),
        ),
        (request(|r| r.legal_process = "whim".into()), "body.request.legal_process", Problem::UnknownWord),
        (
            request(|r| r.statements = None),
            "body.request.statements",
            Problem::Contradiction("statements belong to an administrative request, and to no other"),
        ),
        (receipt(|r| r.quarantined[0].reason = 99), "body.receipt.quarantined[0].reason", unknown(99)),
        (
            receipt(|r| r.commitments[0].pop().map_or((), drop)),
            "body.receipt.commitments[0]",
            Problem::Length(32),
        ),
        (
            receipt(|r| r.recall_outcomes[0].done = RecallDone::Sealed.into()),
            "body.receipt.recall_outcomes[0].kept_under",
            Problem::Contradiction("a rule is named exactly when the item is kept"),
        ),
    ];
    for (body, field, problem) in cases {
        let error = encode(&body).unwrap_err();
        assert_eq!((error.field.as_str(), &error.problem), (field, &problem));
        let error = decode(&body.encode_to_vec()).unwrap_err();
        if body.kind.is_some() {
            assert_eq!((error.field.as_str(), &error.problem), (field, &problem));
        }
        assert!(!error.to_string().contains("curiosity"), "content never shows: {error}");
    }
}

#[test]
fn every_enum_of_every_body_refuses_what_it_does_not_know() {
    fn refuses(change: impl FnOnce(&mut Kind), name: &str, field: &str) {
        let mut body = body(name);
        change(body.kind.as_mut().unwrap());
        let error = encode(&body).unwrap_err();
        assert_eq!((error.field.as_str(), error.problem), (field, Problem::UnknownValue(99)));
    }
    macro_rules! set {
        ($kind:ident . $($field:ident).+) => {
            |kind: &mut Kind| match kind {
                Kind::$kind(message) => message.$($field).+ = 99,
                _ => panic!("another kind"),
            }
        };
    }
    refuses(set!(Referral.urgency), "referral", "body.referral.urgency");
    refuses(set!(ReferralStatus.state), "referral_status", "body.referral_status.state");
    refuses(set!(ReferralStatus.next_actor), "referral_status", "body.referral_status.next_actor");
    refuses(
        set!(ReferralStatus.declined_because),
        "referral_status",
        "body.referral_status.declined_because",
    );
    refuses(set!(Recall.reason), "recall", "body.recall.reason");
    refuses(set!(Recall.ask), "recall", "body.recall.ask");
    let mut status = body("referral_status");
    if let Some(Kind::ReferralStatus(message)) = &mut status.kind {
        message.declined_because = DeclineReason::Unspecified.into();
    }
    assert_eq!(encode(&status).unwrap_err().field, "body.referral_status.declined_because");
}

#[test]
fn only_the_canonical_form_is_read() {
    for (name, bytes) in golden() {
        let twice = [bytes.as_slice(), bytes.as_slice()].concat();
        assert!(decode(&twice).is_err(), "{name}: two bodies in one");
        // Field 100 of the outer message, empty.
        let extended = [bytes.as_slice(), &[0xa2, 0x06, 0x00]].concat();
        let error = decode(&extended).unwrap_err();
        assert_eq!(error.problem, Problem::NotCanonical, "{name}");
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err(), "{name} cut to {cut} bytes");
        }
    }
    // An unknown field inside the message: seen_by_person with a field 4.
    let (_, seen) = golden().pop().unwrap();
    let mut inner = seen[2..].to_vec();
    inner.extend_from_slice(&[0x20, 0x01]);
    let mut grown = vec![seen[0], u8::try_from(inner.len()).unwrap()];
    grown.append(&mut inner);
    assert_eq!(decode(&grown).unwrap_err().problem, Problem::NotCanonical);
}

#[test]
fn a_flood_of_empty_items_is_counted_before_it_is_read() {
    let flood: Vec<u8> = std::iter::repeat_n([0x32, 0x00], 100_000).flatten().collect();
    let mut bytes = vec![0x1a];
    encoding::encode_varint(u64::try_from(flood.len()).unwrap(), &mut bytes);
    bytes.extend(flood);
    assert!(matches!(decode(&bytes).unwrap_err().problem, Problem::Count { .. }));
    assert!(matches!(decode(&vec![0; BODY_BYTES_MAX + 1]).unwrap_err().problem, Problem::TooLong { .. }));
}

#[test]
fn a_commitment_binds_everything_but_itself() {
    let Some(Kind::Summary(summary)) = body("summary").kind else { panic!("not a summary") };
    for mut item in summary.items {
        let ground = &summary.grounds[item.ground as usize];
        let digest = ground_digest(ground);
        commit(&mut item, &digest, [9; 32]);
        assert!(commitment_holds(&item, &digest));
        let changes: [fn(&mut ItemRelease); 5] = [
            |i| i.row += 1,
            |i| i.value = Some(Value::Text("other".into())),
            |i| i.labels.clear(),
            |i| i.expires_at_ms += 1,
            |i| i.salt[0] ^= 1,
        ];
        for change in changes {
            let mut changed = item.clone();
            change(&mut changed);
            assert!(!commitment_holds(&changed, &digest));
        }
        let changes: [fn(&mut Ground); 5] = [
            |g| g.about[0].alias.push('x'),
            |g| g.basis[0].clause_id.push('x'),
            |g| g.obligations.clear(),
            |g| g.attestations.push(AttestationMade::default()),
            |g| g.travels.push(TravellingText::default()),
        ];
        for change in changes {
            let mut changed = ground.clone();
            change(&mut changed);
            assert!(!commitment_holds(&item, &ground_digest(&changed)));
        }
        let mut resalted = item.clone();
        commit(&mut resalted, &digest, [8; 32]);
        assert_ne!(resalted.commitment, item.commitment, "the same content twice looks different");
        // Where a ground stands is the message's affair: an item that is set apart moves the others' grounds up.
        resalted.ground += 1;
        assert!(commitment_holds(&resalted, &digest));
    }
}

/// Kept by hand: both sides and any outsider must compute the same.
#[test]
fn a_commitment_has_its_bytes() {
    let Some(Kind::Summary(summary)) = body("summary").kind else { panic!("not a summary") };
    assert_eq!(
        crate::hex::encode(&commitment(&summary.items[0], &ground_digest(&summary.grounds[0]))),
        "918059fbd296b1cca7f0d87c83730a579f6f2ad271c447e888531a5087f9f85a"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_changed_byte_is_refused_or_read_as_another_body(at in 0usize..100_000, flip in 1u8..=255) {
        for (_, bytes) in golden() {
            let mut changed = bytes.clone();
            let at = at % changed.len();
            changed[at] ^= flip;
            if let Ok(body) = decode(&changed) {
                prop_assert_eq!(encode(&body).unwrap(), changed);
            }
        }
    }
}

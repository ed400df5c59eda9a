//! The bytes of version 1 do not change: every kind of body, and a header, encoded as they were when they were decided.
//!
//! A golden file changes by hand only, and only while no agency runs this version. On a difference the test prints the bytes
//! that it found.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use prost::Message;
use proto::exchange::v1::{
    AboutPerson, AboutRole, AdministrativeStatements, Answer, AttestationMade, Band, Basis, Body,
    ConcernBand, Contact, CorrectedItem, Correction, DeclineReason, Form, Ground, Header, Interest,
    ItemRelease, LoneItem, NextActor, PermissionKind, PermissionUsed, Place, QuarantineReason,
    QuarantinedItem, Recall, RecallAsk, RecallDone, RecallOutcome, RecallReason, RecallTarget, Receipt,
    Referral, ReferralState, ReferralStatus, Request, SeenByPerson, Statement, Summary, TravellingText,
    Urgency, Vignette, body::Kind, item_release::Value,
};

const AT_MS: i64 = 1_795_284_300_000;
const DAY_MS: i64 = 86_400_000;

fn item(row: u32, form: Form, value: Value) -> ItemRelease {
    ItemRelease {
        row,
        form: form.into(),
        value: Some(value),
        record_kind: "phi".to_owned(),
        obtained_via: "own".to_owned(),
        elements: vec!["general_condition".to_owned(), "patient_status".to_owned()],
        labels: vec!["health".to_owned()],
        expires_at_ms: AT_MS + 30 * DAY_MS,
        ground: 0,
        salt: vec![0x5a; 32],
        commitment: vec![0xc0; 32],
    }
}

fn ground() -> Ground {
    Ground {
        about: vec![AboutPerson {
            role: AboutRole::PersonOfConcern.into(),
            alias: "P-7Q2".to_owned(),
            regimes: vec!["hipaa".to_owned(), "part2".to_owned()],
            permissions: vec![PermissionUsed {
                kind: PermissionKind::Part2Consent.into(),
                scope: "for treatment by the named clinic".to_owned(),
                expires_at_ms: AT_MS + 90 * DAY_MS,
                all_future_tpo: false,
            }],
            record_kind: String::new(),
        }],
        basis: vec![Basis {
            regime: "hipaa".to_owned(),
            clause_id: "hipaa-512-j-1-i".to_owned(),
            citation: "45 CFR 164.512(j)(1)(i)".to_owned(),
            law_version: "0123456789ab".to_owned(),
        }],
        attestations: vec![AttestationMade {
            fact: "circumstances.imminent".to_owned(),
            by_role: "treating professional".to_owned(),
            at_ms: AT_MS - 60_000,
        }],
        obligations: vec!["no_secondary_use".to_owned(), "redisclosure_notice".to_owned()],
        travels: vec![TravellingText {
            id: "part2_notice_2_32".to_owned(),
            text: "42 CFR part 2 prohibits unauthorized use or disclosure of these records.".to_owned(),
        }],
    }
}

/// Another ground: somebody else, and no judgment.
fn second_ground() -> Ground {
    let target = AboutPerson {
        role: AboutRole::Target.into(),
        alias: "P-K4M".to_owned(),
        regimes: vec!["hipaa".to_owned()],
        permissions: Vec::new(),
        record_kind: "phi".to_owned(),
    };
    Ground { about: vec![target], attestations: Vec::new(), travels: Vec::new(), ..ground() }
}

fn contact() -> Option<Contact> {
    Some(Contact { name: "Duty desk".to_owned(), phone: "+1 555 0100".to_owned() })
}

/// One item of every kind of value; the last two go on the second ground.
fn items() -> Vec<ItemRelease> {
    let mut items = vec![
        item(12, Form::Whole, Value::Text("Said \u{201c}not again\u{201d} twice.".to_owned())),
        item(3, Form::Whole, Value::Date("1990-02-28".to_owned())),
        item(
            16,
            Form::Band,
            Value::Band(Band {
                model: "cstag 2".to_owned(),
                original: "serious substantive".to_owned(),
                band: ConcernBand::Moderate.into(),
                decided_at_ms: AT_MS - DAY_MS,
                valid_until_ms: AT_MS + 13 * DAY_MS,
            }),
        ),
        item(25, Form::StatusCode, Value::Code("engaged".to_owned())),
        item(40, Form::Count, Value::Count(0)),
        item(4, Form::YesNo, Value::Yes(false)),
        item(
            14,
            Form::OwnPlace,
            Value::Place(Place {
                setting_kind: "hospital".to_owned(),
                name: "North entrance".to_owned(),
                window: "Tuesday morning".to_owned(),
            }),
        ),
        item(
            20,
            Form::Statement,
            Value::Statement(Statement {
                text: "Recent losses; few people to turn to.".to_owned(),
                written_for: "aff".to_owned(),
                by_role: "member".to_owned(),
                written_at_ms: AT_MS - 3_600_000,
            }),
        ),
    ];
    items.iter_mut().skip(6).for_each(|item| item.ground = 1);
    items
}

fn bodies() -> Vec<(&'static str, Kind)> {
    let (id, other, case_ref) = (vec![0x11; 16], vec![0x22; 16], vec![0x33; 16]);
    let commitment = vec![0xc0; 32];
    vec![
        (
            "vignette",
            Kind::Vignette(Vignette {
                vignette_ref: other.clone(),
                purpose: "threat_assessment".to_owned(),
                help_sought: vec!["housing_assistance".to_owned()],
                items: vec![item(7, Form::SettingKind, Value::Code("school".to_owned()))],
                reply_by_ms: AT_MS + DAY_MS,
                contact: contact(),
                grounds: vec![ground()],
            }),
        ),
        (
            "interest",
            Kind::Interest(Interest {
                vignette_message_id: id.clone(),
                can_help: true,
                services: vec!["housing_assistance".to_owned()],
                contact: contact(),
            }),
        ),
        (
            "summary",
            Kind::Summary(Summary {
                case_ref: case_ref.clone(),
                purpose: "care_coordination".to_owned(),
                packet: "peer_co_management".to_owned(),
                recipient_class: "per".to_owned(),
                emergency: true,
                items: items(),
                redisclosure_notice: "Do not pass on without asking.".to_owned(),
                reply_by_ms: AT_MS + 2 * DAY_MS,
                contact: contact(),
                grounds: vec![ground(), second_ground()],
            }),
        ),
        (
            "request",
            Kind::Request(Request {
                case_ref: case_ref.clone(),
                purpose: "law_enforcement_investigation".to_owned(),
                legal_process: "administrative_request".to_owned(),
                statements: Some(AdministrativeStatements {
                    authorized_under_law: true,
                    relevant_and_material: true,
                    specific_and_limited: true,
                    deidentified_not_enough: true,
                    by_role: "detective".to_owned(),
                    at_ms: AT_MS,
                }),
                rows: vec![2, 5, 25],
                described_person: vec![item(2, Form::Whole, Value::Text("A. Sample".to_owned()))],
                redisclosure_notice: "For this request only.".to_owned(),
                reply_by_ms: AT_MS + 7 * DAY_MS,
                recipient_class: "prv".to_owned(),
                emergency: false,
                contact: contact(),
                grounds: vec![ground()],
            }),
        ),
        (
            "answer",
            Kind::Answer(Answer {
                in_reply_to: id.clone(),
                case_ref: case_ref.clone(),
                items: Vec::new(),
                redisclosure_notice: "Do not pass on without asking.".to_owned(),
                contact: contact(),
                grounds: Vec::new(),
            }),
        ),
        (
            "referral",
            Kind::Referral(Referral {
                case_ref: case_ref.clone(),
                purpose: "care_coordination".to_owned(),
                service_category: "housing_assistance".to_owned(),
                urgency: Urgency::Soon.into(),
                recipient_class: "cbo".to_owned(),
                items: vec![item(36, Form::Whole, Value::Text("Call after five.".to_owned()))],
                redisclosure_notice: "Do not pass on.".to_owned(),
                contact_by_ms: AT_MS + 2 * DAY_MS,
                contact: contact(),
                emergency: false,
                grounds: vec![ground()],
            }),
        ),
        (
            "referral_status",
            Kind::ReferralStatus(ReferralStatus {
                case_ref: case_ref.clone(),
                referral_message_id: id.clone(),
                state: ReferralState::DeclinedByService.into(),
                declined_because: DeclineReason::Waitlist.into(),
                next_actor: NextActor::Referrer.into(),
                next_step: "find_other_service".to_owned(),
                due_at_ms: AT_MS + DAY_MS,
                at_ms: AT_MS,
                items: Vec::new(),
                grounds: Vec::new(),
                redisclosure_notice: String::new(),
            }),
        ),
        (
            "recall",
            Kind::Recall(Recall {
                targets: vec![RecallTarget { message_id: id.clone(), commitments: vec![commitment.clone()] }],
                reason: RecallReason::Revoked.into(),
                ask: RecallAsk::Destroy.into(),
                by_ms: AT_MS + 7 * DAY_MS,
                contact: contact(),
            }),
        ),
        (
            "correction",
            Kind::Correction(Correction {
                message_id: id.clone(),
                case_ref,
                items: vec![CorrectedItem {
                    commitment: commitment.clone(),
                    replacement: Some(LoneItem {
                        item: Some(item(16, Form::Whole, Value::Code("low".to_owned()))),
                        ground: Some(ground()),
                    }),
                    statement_of_disagreement: "I was not there.".to_owned(),
                }],
                contact: contact(),
            }),
        ),
        (
            "receipt",
            Kind::Receipt(Receipt {
                message_id: id.clone(),
                stored_at_ms: AT_MS + 250,
                envelope_digest: vec![0xd1; 32],
                commitments: vec![commitment.clone()],
                obligations: vec!["no_secondary_use".to_owned()],
                quarantined: vec![QuarantinedItem {
                    commitment: vec![0xc1; 32],
                    reason: QuarantineReason::Cell.into(),
                }],
                recall_outcomes: vec![RecallOutcome {
                    commitment,
                    done: RecallDone::Kept.into(),
                    kept_under: "part2-2-16-a".to_owned(),
                }],
            }),
        ),
        (
            "seen_by_person",
            Kind::SeenByPerson(SeenByPerson {
                message_id: id,
                seen_at_ms: AT_MS + 90_000,
                by_role: "intake".to_owned(),
            }),
        ),
    ]
}

/// Hexadecimal digits, 64 to the line.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        line.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
        text.push('\n');
    }
    text
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.hex"));
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_kind_of_body_has_its_bytes() {
    let all = bodies();
    assert_eq!(all.len(), 11, "a new kind needs a golden file");
    for (name, kind) in all {
        let body = Body { kind: Some(kind) };
        let found = hex(&body.encode_to_vec());
        let kept = golden(name);
        assert!(found == kept, "tests/golden/{name}.hex differs; the bytes found are\n{found}");
        let read = Body::decode(unhex(&kept).as_slice()).unwrap();
        assert!(read == body, "{name} does not read back");
        assert_eq!(hex(&read.encode_to_vec()), kept, "{name} does not encode to the same bytes again");
    }
}

#[test]
fn a_header_has_its_bytes() {
    let header = Header {
        message_id: vec![0x11; 16],
        from: "spiffe://region.example/agency/county-hospital".to_owned(),
        to: "spiffe://region.example/agency/school-district".to_owned(),
        created_at_ms: AT_MS,
        exercise: true,
        suite: "hpke_x25519_sha256_aes_256_gcm_ed25519".to_owned(),
        recipient_key_id: vec![0xaa; 16],
        sender_key_id: vec![0xbb; 16],
    };
    let (found, kept) = (hex(&header.encode_to_vec()), golden("header"));
    assert!(found == kept, "tests/golden/header.hex differs; the bytes found are\n{found}");
    assert_eq!(Header::decode(unhex(&kept).as_slice()).unwrap(), header);
}

//! `Debug` for the exchange messages: ids, codes and counts, never text about a person.

use core::fmt;

use crate::exchange::v1::{
    AboutPerson, AdministrativeStatements, Answer, AttestationMade, Band, Basis, Body, CollectRequest,
    CollectResponse, Contact, CorrectedItem, Correction, DeliverRequest, DeliverResponse, DeliverResult,
    Envelope, Ground, Header, Interest, ItemRelease, LoneItem, PermissionUsed, Place, QuarantinedItem,
    Recall, RecallOutcome, RecallTarget, Receipt, Referral, ReferralStatus, Request, SeenByPerson, Statement,
    Summary, TravellingText, Vignette, body, item_release,
};

/// Bytes as hexadecimal digits, the first sixteen of them.
struct Hex<'a>(&'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(16).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        if self.0.len() > 16 { f.write_str("..") } else { Ok(()) }
    }
}

macro_rules! debug_ids {
    ($($message:ident { $($field:ident: $how:ident),* })*) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($message))$(.field(stringify!($field), &debug_ids!(@$how self.$field)))*
                    .finish_non_exhaustive()
            }
        }
    )*};
    (@hex $value:expr) => { Hex(&$value) };
    (@len $value:expr) => { $value.len() };
    (@show $value:expr) => { &$value };
}

debug_ids! {
    Envelope { header: len, encapsulated_key: len, ciphertext: len, signature: hex }
    Header { message_id: hex, from: show, to: show, created_at_ms: show, exercise: show, suite: show }
    DeliverRequest { envelopes: len }
    DeliverResponse { results: show }
    DeliverResult { message_id: hex, outcome: show, refusal: show, text: show }
    CollectRequest { envelopes_max: show, acknowledged: len }
    CollectResponse { envelopes: len, more: show }
    ItemRelease { row: show, form: show, ground: show, commitment: hex }
    Ground { about: len, basis: len }
    LoneItem { item: show }
    Band {}
    Place {}
    Statement {}
    AboutPerson { role: show, regimes: show }
    Basis { clause_id: show, law_version: show }
    PermissionUsed { kind: show }
    AttestationMade { fact: show, by_role: show }
    TravellingText { id: show }
    Contact {}
    Body { kind: show }
    Vignette { vignette_ref: hex, items: len }
    Interest { vignette_message_id: hex, can_help: show }
    Summary { case_ref: hex, recipient_class: show, emergency: show, items: len }
    Request { case_ref: hex, rows: show, described_person: len }
    AdministrativeStatements {}
    Answer { in_reply_to: hex }
    Referral { case_ref: hex, recipient_class: show, items: len }
    ReferralStatus { case_ref: hex, referral_message_id: hex, state: show }
    Recall { targets: show, reason: show, ask: show }
    RecallTarget { message_id: hex, commitments: len }
    Correction { message_id: hex, items: len }
    CorrectedItem { commitment: hex }
    Receipt { message_id: hex, stored_at_ms: show, commitments: len, quarantined: show, recall_outcomes: len }
    QuarantinedItem { commitment: hex, reason: show }
    RecallOutcome { commitment: hex, done: show }
    SeenByPerson { message_id: hex, seen_at_ms: show, by_role: show }
}

impl fmt::Debug for body::Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vignette(message) => message.fmt(f),
            Self::Interest(message) => message.fmt(f),
            Self::Summary(message) => message.fmt(f),
            Self::Request(message) => message.fmt(f),
            Self::Answer(message) => message.fmt(f),
            Self::Referral(message) => message.fmt(f),
            Self::ReferralStatus(message) => message.fmt(f),
            Self::Recall(message) => message.fmt(f),
            Self::Correction(message) => message.fmt(f),
            Self::Receipt(message) => message.fmt(f),
            Self::SeenByPerson(message) => message.fmt(f),
        }
    }
}

impl fmt::Debug for item_release::Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Date(_) => "Date(..)",
            Self::Band(_) => "Band(..)",
            Self::Code(_) => "Code(..)",
            Self::Count(_) => "Count(..)",
            Self::Yes(_) => "Yes(..)",
            Self::Place(_) => "Place(..)",
            Self::Statement(_) => "Statement(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_ids_and_no_content() {
        let item = ItemRelease {
            row: 2,
            value: Some(item_release::Value::Text("PLANTED".to_owned())),
            ..ItemRelease::default()
        };
        let ground = Ground {
            about: vec![AboutPerson { alias: "PLANTED".to_owned(), ..AboutPerson::default() }],
            travels: vec![TravellingText { id: "scope_statement".to_owned(), text: "PLANTED".to_owned() }],
            ..Ground::default()
        };
        let summary = Summary {
            case_ref: vec![7; 16],
            items: vec![item.clone()],
            grounds: vec![ground.clone()],
            redisclosure_notice: "PLANTED".to_owned(),
            contact: Some(Contact { name: "PLANTED".to_owned(), phone: "PLANTED".to_owned() }),
            ..Summary::default()
        };
        let body = Body { kind: Some(body::Kind::Summary(summary)) };
        let shown = format!("{body:?} {item:?} {ground:?} {:?} {:?}", item.value, ground.about);
        assert!(!shown.contains("PLANTED"), "{shown}");
        assert!(shown.contains("07070707070707070707070707070707"), "{shown}");
    }
}

//! A person takes consent back between approval and sending: the courier decides again, and nothing leaves.

use super::super::script::{
    Account, Approve, Entry, Expect, How, Item, Open, Permission, Person, Record, Revoke, Share, Step, Story,
    Target, Trace,
};
use super::{AMIR, CONDITION, ELENA, IDENTITY, RUTH, SAMUEL, items, says};

const TARA: &[(&str, &str)] = &[("tara", "")];

const ITEMS: &[Item] = &[
    says("name", 2, "phi", IDENTITY, TARA, "Tara Nolan"),
    says("phone", 5, "phi", IDENTITY, TARA, "555 0175"),
    says(
        "support",
        21,
        "phi",
        CONDITION,
        TARA,
        "Her church holds a room for her until the end of the month.",
    ),
    says("referral", 36, "phi", CONDITION, TARA, "Needs a room from next month; wants to be telephoned."),
];

/// The story.
pub fn story() -> Story {
    const AGREED: Expect = Expect::Whole("45 CFR 164.502(a)(1)(iv)");
    Story {
        name: "revoked_consent",
        title: "A consent revoked between approval and sending",
        about: "What was approved is decided again when it leaves. A consent that was taken back in between stops it, and the \
                trace says so.",
        steps: vec![
            Step::Open(Open { case: "room", by: RUTH, setting: "" }),
            Step::Record(Record {
                say: "The community team writes down what would help, and what she agreed to",
                case: "room",
                by: AMIR,
                entries: {
                    let mut entries = vec![Entry::Person(Person {
                        key: "tara",
                        roles: &["person_of_concern", "patient"],
                        names: &["Tara Nolan"],
                        born: "1984-12-01",
                        is_student: Some(false),
                        attends_postsecondary: Some(false),
                        is_patient: None,
                    })];
                    entries.extend(items(ITEMS));
                    entries.push(Entry::Permission(Permission {
                        key: "tara_agrees",
                        person: "tara",
                        kind: "hipaa_authorization",
                        given_by: "subject",
                        agencies: &["housing-nonprofit"],
                        contacts: &[],
                        record_kinds: &["phi"],
                        rows: &[2, 5, 21, 36],
                        purposes: &["care_coordination"],
                        days: 60,
                    }));
                    entries
                },
            }),
            Step::Share(Share {
                key: "room_referral",
                say: "The community referral is proposed",
                case: "room",
                by: AMIR,
                to: Target::Agency("housing-nonprofit"),
                purpose: "care_coordination",
                packet: "community_referral",
                items: &[],
                how: How::Propose,
                expect: vec![("name", AGREED), ("phone", AGREED), ("support", AGREED), ("referral", AGREED)],
                mandatory: &[],
            }),
            Step::RosterLapses {
                say: "The region's roster ends before the coordinator's new one has come: nodes send nothing",
            },
            Step::Approve(Approve {
                say: "The privacy officer says yes",
                share: "room_referral",
                by: SAMUEL,
                without: &[],
            }),
            Step::Trace(Trace {
                say: "The courier cannot send it yet",
                share: "room_referral",
                by: RUTH,
                says: &["roster", "expired"],
                attempts_min: 0,
            }),
            Step::Revoke(Revoke {
                say: "She rings up and takes her consent back",
                permission: "tara_agrees",
                case: "room",
                by: RUTH,
                stops: "room_referral",
            }),
            Step::RosterRenewed { say: "The coordinator's new roster is there, and the courier goes on" },
            Step::Trace(Trace {
                say: "It was never sent, and the trace says why",
                share: "room_referral",
                by: RUTH,
                says: &["revoked"],
                attempts_min: 0,
            }),
            Step::NotArrived {
                say: "Nothing has arrived at the housing partner",
                share: "room_referral",
                by: ELENA,
            },
            Step::Account(Account {
                say: "Nothing was disclosed, so the accounting is empty",
                case: "room",
                by: SAMUEL,
                view: "all",
                lists: &[],
                threat: "",
            }),
        ],
    }
}

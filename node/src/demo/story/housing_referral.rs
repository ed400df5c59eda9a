//! A referral to a housing partner with consent. Nothing in it says why a team exists.

use super::super::script::{
    Account, Approve, Entry, Expect, How, Item, Open, Permission, Person, Receive, Record, Share, Step,
    Story, Target, Value,
};
use super::{AMIR, ASSESSMENT, CONDITION, ELENA, IDENTITY, INCIDENT, RUTH, SAMUEL, STATEMENT, items, says};

const MINA: &[(&str, &str)] = &[("mina", "")];

const ITEMS: &[Item] = &[
    says("name", 2, "phi", IDENTITY, MINA, "Mina Duarte"),
    says("age", 4, "phi", IDENTITY, MINA, "Adult"),
    says("phone", 5, "phi", IDENTITY, MINA, "555 0199"),
    says("access", 9, "phi", CONDITION, MINA, "Spanish-speaking; telephone after 17:00."),
    says(
        "support",
        21,
        "phi",
        CONDITION,
        MINA,
        "Has strong family support; has held the same job for six years.",
    ),
    says("hearing", 22, "phi", INCIDENT, MINA, "A hearing about rent arrears on the 14th."),
    Item {
        own_of_agency: "housing-nonprofit",
        ..says(
            "task",
            35,
            "phi",
            CONDITION,
            MINA,
            "Please confirm contact within two days. Your contact: Ruth Castellan, +1 555 0120, day and night. Do not pass on.",
        )
    },
    says(
        "referral",
        36,
        "phi",
        CONDITION,
        MINA,
        "Advice on rent arrears; urgent; wants to be telephoned; agreed in writing.",
    ),
    says("words", 11, "phi", STATEMENT, MINA, "What she shouted at the desk."),
    says("why", 12, "phi", INCIDENT, MINA, "What happened at the desk."),
    Item {
        value: Value::Band("structured judgement 1", "low concern", "low", 30),
        ..says("level", 16, "phi", ASSESSMENT, MINA, "")
    },
];

/// The story.
pub fn story() -> Story {
    const AGREED: Expect = Expect::Whole("45 CFR 164.502(a)(1)(iv)");
    Story {
        name: "housing_referral",
        title: "A housing referral with consent",
        about: "What a partner needs to help before a hearing, and not a word of why: no level, no threat words, no facts.",
        steps: vec![
            Step::Open(Open { case: "rent", by: RUTH, setting: "" }),
            Step::Record(Record {
                say: "The community team writes down what would help, and what she agreed to",
                case: "rent",
                by: AMIR,
                entries: {
                    let mut entries = vec![Entry::Person(Person {
                        key: "mina",
                        roles: &["person_of_concern", "patient"],
                        names: &["Mina Duarte"],
                        born: "1990-06-04",
                        is_student: Some(false),
                        attends_postsecondary: Some(false),
                        is_patient: None,
                    })];
                    entries.extend(items(ITEMS));
                    entries.push(Entry::Permission(Permission {
                        key: "mina_agrees",
                        person: "mina",
                        kind: "hipaa_authorization",
                        given_by: "subject",
                        agencies: &["housing-nonprofit"],
                        contacts: &[],
                        record_kinds: &["phi"],
                        rows: &[2, 4, 5, 9, 21, 22, 35, 36],
                        purposes: &["care_coordination"],
                        days: 200,
                    }));
                    entries
                },
            }),
            Step::Share(Share {
                key: "to_housing",
                say: "The community referral, and for the sake of showing it, what must never go along",
                case: "rent",
                by: AMIR,
                to: Target::Agency("housing-nonprofit"),
                purpose: "care_coordination",
                packet: "community_referral",
                items: &["words", "why", "level"],
                how: How::Propose,
                expect: vec![
                    ("name", AGREED),
                    ("age", AGREED),
                    ("phone", AGREED),
                    ("access", AGREED),
                    ("support", AGREED),
                    ("hearing", AGREED),
                    ("task", AGREED),
                    ("referral", AGREED),
                    ("words", Expect::Withheld("")),
                    ("why", Expect::Withheld("")),
                    ("level", Expect::Withheld("")),
                ],
                mandatory: &[],
            }),
            Step::Approve(Approve {
                say: "The privacy officer says yes",
                share: "to_housing",
                by: SAMUEL,
                without: &[],
            }),
            Step::Open(Open { case: "tenant", by: ELENA, setting: "" }),
            Step::Receive(Receive {
                say: "The housing partner opens it and takes it up",
                what: "to_housing",
                by: ELENA,
                case: "tenant",
                people: &[],
                never: &["threat", "concern", "danger", "shouted", "police", "assess"],
            }),
            Step::Account(Account {
                say: "The accounting for the case",
                case: "rent",
                by: SAMUEL,
                view: "all",
                lists: &["to_housing"],
                threat: "",
            }),
        ],
    }
}

//! A patient threatens an identifiable person, in a state whose law then makes the provider warn.

use super::super::script::{
    Account, Approve, Attest, ConfirmState, Contact, Entry, Expect, How, Item, Open, Person, Receive, Record,
    Scope, Share, Step, Story, Target, Value,
};
use super::{
    AMIR, ASSESSMENT, CLINICAL, CONDITION, IDENTITY, INCIDENT, KIM, NOTES, ROY, RUTH, SAMUEL, STATEMENT,
    attest, items, says,
};

const RAFAEL: &[(&str, &str)] = &[("rafael", "")];

const ITEMS: &[Item] = &[
    says("name", 2, "phi", IDENTITY, RAFAEL, "Rafael Stone"),
    says(
        "words",
        11,
        "phi",
        STATEMENT,
        RAFAEL,
        "Said in session that he will make her sorry, that he will hurt her where she works.",
    ),
    says(
        "facts",
        12,
        "phi",
        INCIDENT,
        RAFAEL,
        "Said on the ninth, twice, calmly; a direct spoken threat against one person.",
    ),
    Item {
        value: Value::Place("workplace", "Harbor Street garden center", "", "at closing time"),
        ..says("place", 14, "phi", INCIDENT, RAFAEL, "")
    },
    says("means", 15, "phi", INCIDENT, RAFAEL, "Spoke of his car. Has no firearm that he told of."),
    Item {
        value: Value::Band("structured judgement 1", "moderate concern", "moderate", 14),
        ..says("level", 16, "phi", ASSESSMENT, RAFAEL, "")
    },
    says(
        "protective",
        21,
        "phi",
        CONDITION,
        RAFAEL,
        "Comes to every session; told of it himself; agreed to stay with his father this week.",
    ),
    says(
        "caveats",
        23,
        "phi",
        ASSESSMENT,
        RAFAEL,
        "Said to one clinician. No step toward it is known. This is no prediction.",
    ),
    Item {
        labels: &["health"],
        ..says("diagnosis", 24, "phi", CLINICAL, RAFAEL, "What he is in care for, and his medication.")
    },
    Item {
        labels: &["session_notes"],
        ..says("session", 26, "psychotherapy_notes", NOTES, RAFAEL, "Notes of the session of the ninth.")
    },
    Item {
        own_of_contact: "dana",
        ..says(
            "task_dana",
            35,
            "phi",
            INCIDENT,
            RAFAEL,
            "Leave by the front with a colleague; keep messages; ring us or 911 at any hour. An advocate can help, if you choose.",
        )
    },
    Item {
        own_of_agency: "sheriff",
        ..says(
            "task_sheriff",
            35,
            "phi",
            INCIDENT,
            RAFAEL,
            "Be near the garden center at closing time; ring his clinician before speaking to him.",
        )
    },
];

/// The story.
pub fn story() -> Story {
    Story {
        name: "duty_to_warn",
        title: "A patient threatens an identifiable person",
        about: "California Civil Code 43.92, as this agency's counsel confirmed it: the provider must warn the person threatened \
                and the police. Not the diagnosis, and not the notes.",
        steps: steps(),
    }
}

fn steps() -> Vec<Step> {
    const REQUIRED: Expect = Expect::Whole("45 CFR 164.512(a)");
    vec![
        Step::Open(Open { case: "session_case", by: RUTH, setting: "" }),
        Step::Record(Record {
            say: "The psychologist writes down what his patient said, and what holds the patient back",
            case: "session_case",
            by: AMIR,
            entries: {
                let mut entries = vec![
                    person("rafael", &["person_of_concern", "patient"], &["Rafael Stone"], "1979-08-21"),
                    person("dana_person", &["target"], &["Dana Whitfield"], ""),
                    Entry::Contact(Contact {
                        key: "dana",
                        sector: "target_of_threat",
                        person: "dana_person",
                        name: "Dana Whitfield",
                    }),
                ];
                entries.extend(items(ITEMS));
                entries.push(Entry::Statement {
                    item: "facts",
                    class: "TGT",
                    text: "A person known to you said that they would hurt you. Police are being told.",
                });
                entries
            },
        }),
        Step::Record(Record {
            say: "He attests what he was told; that it is imminent he does not say, and the duty does not ask it",
            case: "session_case",
            by: AMIR,
            entries: {
                let mut entries = attest(
                    "member",
                    "My patient told me himself, in earnest, whom he means and where.",
                    &[
                        ("circumstances.serious_threat", Scope::Case),
                        ("circumstances.good_faith_belief", Scope::Case),
                        ("circumstances.identifiable_victim", Scope::Case),
                        ("circumstances.threat_communicated_to_provider", Scope::Case),
                        ("recipient.able_to_prevent_threat", Scope::Contact("dana")),
                        ("recipient.able_to_prevent_threat", Scope::Agency("sheriff")),
                    ],
                );
                entries.push(Entry::Attest(Attest {
                    fact: "circumstances.imminent",
                    value: false,
                    scope: Scope::Case,
                    role: "member",
                    reasons: "No time was named and he agreed to stay with his father.",
                }));
                entries
            },
        }),
        Step::Share(Share {
            key: "before",
            say: "Before counsel has confirmed the state's row, the duty is not established and nothing may go",
            case: "session_case",
            by: AMIR,
            to: Target::Agency("sheriff"),
            purpose: "avert_serious_threat",
            packet: "",
            items: &["name", "words"],
            how: How::Preview,
            expect: vec![
                ("name", Expect::Withheld("45 CFR 164.5")),
                ("words", Expect::Withheld("45 CFR 164.5")),
            ],
            mandatory: &[],
        }),
        Step::ConfirmState(ConfirmState {
            say: "Counsel confirms the state's row",
            by: SAMUEL,
            state: "CA",
            logic: "mandatory",
            days: 365,
        }),
        Step::Share(Share {
            key: "look",
            say: "He looks what the person threatened may be told",
            case: "session_case",
            by: AMIR,
            to: Target::Contact("dana"),
            purpose: "avert_serious_threat",
            packet: "target_safety_notice",
            items: &["level", "diagnosis", "session"],
            how: How::Preview,
            expect: vec![
                ("name", REQUIRED),
                ("words", REQUIRED),
                ("facts", Expect::Form("statement", "45 CFR 164.512(a)")),
                ("place", REQUIRED),
                ("means", REQUIRED),
                ("task_dana", REQUIRED),
                ("task_sheriff", Expect::Withheld("own")),
                ("level", Expect::Withheld("")),
                ("diagnosis", Expect::Withheld("")),
                ("session", Expect::Withheld("")),
            ],
            mandatory: &["name", "words", "place", "means", "task_dana"],
        }),
        Step::Share(Share {
            key: "by_telephone",
            say: "He telephones her at once and records what he told",
            case: "session_case",
            by: AMIR,
            to: Target::Contact("dana"),
            purpose: "avert_serious_threat",
            packet: "",
            items: &["name", "words", "place", "means", "task_dana"],
            how: How::Told("telephone"),
            expect: vec![
                ("name", REQUIRED),
                ("words", REQUIRED),
                ("place", REQUIRED),
                ("means", REQUIRED),
                ("task_dana", REQUIRED),
            ],
            mandatory: &["words"],
        }),
        Step::Share(Share {
            key: "w_to_sheriff",
            say: "To the sheriff: what the duty asks, an event of its own",
            case: "session_case",
            by: AMIR,
            to: Target::Agency("sheriff"),
            purpose: "avert_serious_threat",
            packet: "le_referral",
            items: &["place", "diagnosis", "session"],
            how: How::Propose,
            expect: vec![
                ("name", REQUIRED),
                ("words", REQUIRED),
                ("facts", REQUIRED),
                ("place", REQUIRED),
                ("means", REQUIRED),
                ("protective", REQUIRED),
                ("caveats", REQUIRED),
                ("task_sheriff", REQUIRED),
                ("task_dana", Expect::Withheld("own")),
                ("diagnosis", Expect::Withheld("")),
                ("session", Expect::Withheld("")),
            ],
            mandatory: &["words"],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes",
            share: "w_to_sheriff",
            by: SAMUEL,
            without: &[],
        }),
        Step::Open(Open { case: "warning", by: ROY, setting: "" }),
        Step::Receive(Receive {
            say: "A detective opens it",
            what: "w_to_sheriff",
            by: KIM,
            case: "warning",
            people: &[],
            never: &[],
        }),
        Step::Account(Account {
            say: "The accounting names both: the telephone call and the message",
            case: "session_case",
            by: SAMUEL,
            view: "hipaa",
            lists: &["by_telephone", "w_to_sheriff"],
            threat: "",
        }),
    ]
}

fn person(
    key: &'static str,
    roles: &'static [&'static str],
    names: &'static [&'static str],
    born: &'static str,
) -> Entry {
    Entry::Person(Person {
        key,
        roles,
        names,
        born,
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient: None,
    })
}

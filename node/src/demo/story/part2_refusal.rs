//! Police ask a substance use disorder program for a patient's record, without consent or order: nothing goes, and the
//! answer looks like the one about somebody whom the program never saw.

use super::super::script::{
    Answer, Answers, Entry, Expect, Item, Open, Person, Receive, Record, Request, SameAnswers, Step, Story,
    Value,
};
use super::{HELENA, IDENTITY, INCIDENT, KIM, ROY, items, says};

const SEEN: &str = "personal_observation";
const NOAH: &[(&str, &str)] = &[("noah", "")];
const IRIS: &[(&str, &str)] = &[("iris", "")];
const PATIENT: &[(&str, &str)] = &[("noah_clinic", "")];

const SHERIFF_NOAH: &[Item] = &[
    says("n_name", 2, SEEN, IDENTITY, NOAH, "Noah Trent, 31 years"),
    says(
        "n_facts",
        12,
        SEEN,
        INCIDENT,
        NOAH,
        "Told a neighbor last night that he would settle it with his landlord today.",
    ),
];
const SHERIFF_IRIS: &[Item] = &[
    says("i_name", 2, SEEN, IDENTITY, IRIS, "Iris Calder, 27 years"),
    says(
        "i_facts",
        12,
        SEEN,
        INCIDENT,
        IRIS,
        "Told a friend last night that she would settle it with her landlord today.",
    ),
];
const CLINIC_ITEMS: &[Item] = &[
    Item {
        labels: &["part2"],
        ..says(
            "c_record",
            27,
            "sud_record",
            &["patient_status", "diagnosis_or_treatment"],
            PATIENT,
            "In the program since March; course of treatment.",
        )
    },
    Item {
        labels: &["part2"],
        value: Value::Code("attending"),
        ..says("c_attendance", 25, "sud_record", &["patient_status"], PATIENT, "")
    },
];

const ANSWERS: Answers = Answers {
    who_is_at_risk: "A landlord on Mill Street.",
    what_makes_it_imminent: "It was said for today.",
    known_first_hand: "A neighbor rang us this morning and told us the words.",
    who_can_prevent_it: "Whoever knows where the person is today and whom they listen to.",
    what_they_must_know: "Who the person is and what was said.",
};

/// The story.
pub fn story() -> Story {
    Story {
        name: "part2_refusal",
        title: "A request that must be refused",
        about: "42 CFR Part 2: not even a serious threat opens a program's record to police without consent or an order of a \
                court. Staff see why; the asker learns neither what is there nor whether anything is.",
        steps: steps(),
    }
}

fn steps() -> Vec<Step> {
    const SAID: Expect = Expect::Whole("");
    const STATED: Expect = Expect::Form("statement", "");
    vec![
        Step::Open(Open { case: "mill_street", by: ROY, setting: "" }),
        Step::Record(Record {
            say: "The sheriff's unit writes down what two callers said",
            case: "mill_street",
            by: KIM,
            entries: {
                let mut entries = vec![
                    person("noah", &["Noah Trent"], "1995-01-20"),
                    person("iris", &["Iris Calder"], "1999-04-02"),
                ];
                entries.extend(items(SHERIFF_NOAH));
                entries.extend(items(SHERIFF_IRIS));
                for item in ["n_facts", "i_facts"] {
                    entries.push(Entry::Statement {
                        item,
                        class: "AFF",
                        text: "Said last night to somebody who told us, that a quarrel would be settled today.",
                    });
                }
                entries
            },
        }),
        Step::Request(Request {
            key: "ask_noah",
            say: "A detective asks the clinic for one person's record; to describe the person is a disclosure of its own",
            case: "mill_street",
            by: KIM,
            to: "recovery-clinic",
            purpose: "avert_serious_threat",
            rows: &[25, 27],
            describing: &["n_name", "n_facts"],
            emergency: Some(ANSWERS),
            expect: vec![("n_name", SAID), ("n_facts", STATED)],
        }),
        Step::Request(Request {
            key: "ask_iris",
            say: "And for another's, whom the clinic has never seen",
            case: "mill_street",
            by: KIM,
            to: "recovery-clinic",
            purpose: "avert_serious_threat",
            rows: &[25, 27],
            describing: &["i_name", "i_facts"],
            emergency: Some(ANSWERS),
            expect: vec![("i_name", SAID), ("i_facts", STATED)],
        }),
        Step::Open(Open { case: "patient", by: HELENA, setting: "" }),
        Step::Record(Record {
            say: "The clinic has a record of the first",
            case: "patient",
            by: HELENA,
            entries: {
                let mut entries = vec![person("noah_clinic", &["Noah Trent"], "1995-01-20")];
                entries.extend(items(CLINIC_ITEMS));
                entries
            },
        }),
        Step::Receive(Receive {
            say: "The program director opens the first request and, by herself, says who it is",
            what: "ask_noah",
            by: HELENA,
            case: "patient",
            people: &[("person_of_concern", "noah_clinic")],
            never: &[],
        }),
        Step::Answer(Answer {
            say: "She looks what she may answer: nothing, and she sees what would have to be established",
            request: "ask_noah",
            by: HELENA,
            case: "patient",
            items: &["c_record", "c_attendance"],
            preview: true,
            expect: vec![
                ("c_record", Expect::Withheld("42 CFR 2.")),
                ("c_attendance", Expect::Withheld("42 CFR 2.")),
            ],
        }),
        Step::Answer(Answer {
            say: "So she answers with nothing",
            request: "ask_noah",
            by: HELENA,
            case: "",
            items: &[],
            preview: false,
            expect: vec![],
        }),
        Step::Open(Open { case: "nobody", by: HELENA, setting: "" }),
        Step::Receive(Receive {
            say: "She opens the second request; the clinic knows nobody of that name",
            what: "ask_iris",
            by: HELENA,
            case: "nobody",
            people: &[],
            never: &[],
        }),
        Step::Answer(Answer {
            say: "She answers that one with nothing, too",
            request: "ask_iris",
            by: HELENA,
            case: "",
            items: &[],
            preview: false,
            expect: vec![],
        }),
        Step::SameAnswers(SameAnswers {
            say: "The two answers leave at the time that arrival alone sets; the detective cannot tell one from the other",
            requests: ["ask_noah", "ask_iris"],
            by: KIM,
            case: "mill_street",
        }),
    ]
}

fn person(key: &'static str, names: &'static [&'static str], born: &'static str) -> Entry {
    Entry::Person(Person {
        key,
        roles: &["person_of_concern"],
        names,
        born,
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient: None,
    })
}

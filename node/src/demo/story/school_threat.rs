//! A student with an articulable and significant threat (34 CFR 99.36): police learn what they need, not the file.

use super::super::script::{
    Account, Answers, Entry, Expect, How, Item, Open, Person, Receive, Record, Review, Scope, Share, Step,
    Story, Target, Value,
};
use super::{
    ASSESSMENT, CLAIRE, CONDITION, HUGO, IDENTITY, INCIDENT, JAMAL, KIM, NOTES, ROY, STATEMENT, attest,
    items, says,
};

const JONAH: &[(&str, &str)] = &[("jonah", "")];
const RECORD: &str = "education_record";

const ITEMS: &[Item] = &[
    says("name", 2, RECORD, IDENTITY, JONAH, "Jonah Pell"),
    says(
        "words",
        11,
        RECORD,
        STATEMENT,
        JONAH,
        "Wrote to two classmates: Thursday after lunch, stay out of the east hall.",
    ),
    Item {
        value: Value::Place(
            "school",
            "Cedar Valley High School, east hall",
            "school-district",
            "Thursday from 12:30",
        ),
        ..says("place", 14, RECORD, INCIDENT, JONAH, "")
    },
    says(
        "means",
        15,
        RECORD,
        INCIDENT,
        JONAH,
        "Wrote that he knows where his uncle keeps a pistol; nobody has seen it.",
    ),
    says("imminent", 17, RECORD, INCIDENT, JONAH, "Thursday is tomorrow. The east hall will stay closed."),
    says("target", 13, RECORD, IDENTITY, &[("ava", "")], "Ava Lindgren, whom he named last week"),
    says(
        "protective",
        21,
        RECORD,
        CONDITION,
        JONAH,
        "Trusts his shop teacher and talked to him today; his mother answers at once and wants help.",
    ),
    says(
        "caveats",
        23,
        RECORD,
        ASSESSMENT,
        JONAH,
        "Two classmates showed the same messages. He has not been asked yet. This is no prediction.",
    ),
    Item {
        own_of_agency: "sheriff",
        ..says(
            "task",
            35,
            RECORD,
            INCIDENT,
            JONAH,
            "See to the pistol at his uncle's today; speak to him at home with his mother, not at school.",
        )
    },
    Item {
        labels: &["education"],
        ..says("grades", 29, RECORD, &["academic_history"], JONAH, "Marks of this term.")
    },
    Item {
        labels: &["education"],
        ..says(
            "discipline",
            29,
            RECORD,
            &["disciplinary_history"],
            JONAH,
            "Two days of suspension in spring.",
        )
    },
    Item {
        labels: &["education"],
        ..says(
            "file",
            29,
            RECORD,
            &["academic_history", "disciplinary_history", "entire_record"],
            JONAH,
            "The whole file since grade 1.",
        )
    },
    Item {
        labels: &["session_notes"],
        ..says("counselor", 26, RECORD, NOTES, JONAH, "The school counselor's notes.")
    },
];

const ANSWERS: Answers = Answers {
    who_is_at_risk: "Students and teachers in the east hall, one classmate above all.",
    what_makes_it_imminent: "He named tomorrow after lunch, and a way to get a pistol.",
    known_first_hand: "Two classmates showed me the messages.",
    who_can_prevent_it: "The sheriff can see to the pistol today and speak with him and his mother.",
    what_they_must_know: "Who he is, what he wrote, where and when, the pistol, and whom he named.",
};

/// The story.
pub fn story() -> Story {
    const EMERGENCY: Expect = Expect::Whole("34 CFR 99.3");
    Story {
        name: "school_threat",
        title: "A student's articulable and significant threat",
        about: "34 CFR 99.36: the sheriff learns what is needed to protect, in an emergency that the school can put into words. \
                Grades, discipline, the file and the counselor's notes stay.",
        steps: vec![
            Step::Open(Open { case: "hall", by: CLAIRE, setting: "Cedar Valley High School" }),
            Step::Record(Record {
                say: "The school's team writes down what two classmates showed",
                case: "hall",
                by: JAMAL,
                entries: {
                    let mut entries = vec![
                        student("jonah", &["person_of_concern"], &["Jonah Pell"], "2010-09-30"),
                        student("ava", &["target", "other_student"], &["Ava Lindgren"], "2011-02-11"),
                    ];
                    entries.extend(items(ITEMS));
                    entries
                },
            }),
            Step::Record(Record {
                say: "The chair attests the threat that the school can put into words, and that the emergency lasts",
                case: "hall",
                by: CLAIRE,
                entries: attest(
                    "chair",
                    "He named a day, a place and a way to a weapon in messages that two students showed independently.",
                    &[
                        ("circumstances.articulable_and_significant", Scope::Case),
                        ("circumstances.emergency_ongoing", Scope::Case),
                    ],
                ),
            }),
            Step::Share(Share {
                key: "to_sheriff",
                say: "The school psychologist sends the emergency packet to the sheriff, and asks whether the file may go too",
                case: "hall",
                by: JAMAL,
                to: Target::Agency("sheriff"),
                purpose: "avert_serious_threat",
                packet: "le_emergency",
                items: &["target", "file", "counselor"],
                how: How::Emergency(ANSWERS),
                expect: vec![
                    ("name", EMERGENCY),
                    ("words", EMERGENCY),
                    ("place", EMERGENCY),
                    ("means", EMERGENCY),
                    ("imminent", EMERGENCY),
                    ("target", EMERGENCY),
                    ("protective", EMERGENCY),
                    ("caveats", EMERGENCY),
                    ("task", EMERGENCY),
                    ("file", Expect::Withheld("34 CFR 99.3")),
                    ("counselor", Expect::Withheld("")),
                ],
                mandatory: &[],
            }),
            Step::Open(Open { case: "school_case", by: ROY, setting: "" }),
            Step::Receive(Receive {
                say: "A detective opens it and links it to a case of the unit",
                what: "to_sheriff",
                by: KIM,
                case: "school_case",
                people: &[],
                never: &[],
            }),
            Step::Review(Review {
                say: "The chair of the school's team reviews it the same day",
                share: "to_sheriff",
                by: CLAIRE,
                ok: true,
                note: "",
                refused: false,
            }),
            Step::Share(Share {
                key: "more",
                say: "A detective rings up for the rest. Staff look what the law says: without consent or process nothing more",
                case: "hall",
                by: CLAIRE,
                to: Target::Agency("sheriff"),
                purpose: "law_enforcement_investigation",
                packet: "",
                items: &["grades", "discipline"],
                how: How::Preview,
                expect: vec![
                    ("grades", Expect::Withheld("34 CFR 99.3")),
                    ("discipline", Expect::Withheld("34 CFR 99.3")),
                ],
                mandatory: &[],
            }),
            Step::Account(Account {
                say: "The school's record of disclosures (34 CFR 99.32), which his parent may see",
                case: "hall",
                by: HUGO,
                view: "ferpa",
                lists: &["to_sheriff"],
                threat: "He named a day",
            }),
        ],
    }
}

fn student(
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
        is_student: Some(true),
        attends_postsecondary: Some(false),
        is_patient: None,
    })
}

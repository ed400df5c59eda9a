//! An emergency that one person sends and a second reviews; the one who sent cannot be the second.

use super::super::script::{
    Account, Answers, Entry, Expect, How, Item, Open, Person, Receive, Record, Review, Share, Step, Story,
    Target,
};
use super::{CONDITION, DAVID, IDENTITY, INCIDENT, INES, KIM, MARA, ROY, STATEMENT, items, says};

const ELIAS: &[(&str, &str)] = &[("elias", "")];

const ITEMS: &[Item] = &[
    says("name", 2, "phi", IDENTITY, ELIAS, "Elias Ward"),
    says("contact", 5, "phi", IDENTITY, ELIAS, "Shares a flat at 9 Quarry Lane; drives a blue van."),
    says(
        "words",
        11,
        "phi",
        STATEMENT,
        ELIAS,
        "Said as he left: tonight I will end it, for me and for my roommate.",
    ),
    says("imminent", 17, "phi", INCIDENT, ELIAS, "He said tonight, and left before the doctor came."),
    says("self_harm", 28, "phi", CONDITION, ELIAS, "He may hurt himself as well."),
    says(
        "protective",
        21,
        "phi",
        CONDITION,
        ELIAS,
        "Came by himself to ask for help; wants his sister to know.",
    ),
    says(
        "caveats",
        23,
        "phi",
        CONDITION,
        ELIAS,
        "Heard by one nurse. He was in pain. This is no prediction.",
    ),
    Item {
        labels: &["health"],
        ..says(
            "chart",
            12,
            "phi",
            &["diagnosis_or_treatment", "entire_record"],
            ELIAS,
            "The whole chart of tonight.",
        )
    },
];

const ANSWERS: Answers = Answers {
    who_is_at_risk: "His roommate, and he himself.",
    what_makes_it_imminent: "He said tonight, and he has left.",
    known_first_hand: "I heard it myself at the door.",
    who_can_prevent_it: "A patrol with a crisis worker can be there in minutes.",
    what_they_must_know: "Who he is, where he lives, what he said, and that he may hurt himself.",
};

/// The story.
pub fn story() -> Story {
    const EMERGENCY: Expect = Expect::Whole("45 CFR 164.512(j)(1)(i)");
    Story {
        name: "emergency_review",
        title: "An emergency sent by one person and reviewed by a second",
        about: "Five answers are the attestation; one person sends and nothing waits. A second person reviews within a set time. \
                The whole chart stays even then.",
        steps: vec![
            Step::Open(Open { case: "night", by: DAVID, setting: "" }),
            Step::Record(Record {
                say: "A nurse writes down what she heard",
                case: "night",
                by: MARA,
                entries: {
                    let mut entries = vec![Entry::Person(Person {
                        key: "elias",
                        roles: &["person_of_concern", "patient"],
                        names: &["Elias Ward"],
                        born: "1998-02-17",
                        is_student: Some(false),
                        attends_postsecondary: Some(false),
                        is_patient: None,
                    })];
                    entries.extend(items(ITEMS));
                    entries
                },
            }),
            Step::Share(Share {
                key: "night_to_sheriff",
                say: "She sends it alone",
                case: "night",
                by: MARA,
                to: Target::Agency("sheriff"),
                purpose: "avert_serious_threat",
                packet: "le_emergency",
                items: &["chart"],
                how: How::Emergency(ANSWERS),
                expect: vec![
                    ("name", EMERGENCY),
                    ("contact", EMERGENCY),
                    ("words", EMERGENCY),
                    ("imminent", EMERGENCY),
                    ("self_harm", EMERGENCY),
                    ("protective", EMERGENCY),
                    ("caveats", EMERGENCY),
                    ("chart", Expect::Withheld("45 CFR 164.5")),
                ],
                mandatory: &[],
            }),
            Step::Open(Open { case: "quarry_lane", by: ROY, setting: "" }),
            Step::Receive(Receive {
                say: "The sheriff's detective opens it",
                what: "night_to_sheriff",
                by: KIM,
                case: "quarry_lane",
                people: &[],
                never: &[],
            }),
            Step::Review(Review {
                say: "The nurse cannot review what she sent herself",
                share: "night_to_sheriff",
                by: MARA,
                ok: true,
                note: "",
                refused: true,
            }),
            Step::Review(Review {
                say: "The privacy officer reviews it",
                share: "night_to_sheriff",
                by: INES,
                ok: true,
                note: "Heard first-hand; tonight; the chart stayed.",
                refused: false,
            }),
            Step::Account(Account {
                say: "The accounting names it as an emergency",
                case: "night",
                by: INES,
                view: "hipaa",
                lists: &["night_to_sheriff"],
                threat: "",
            }),
        ],
    }
}

//! Example 1: a threat at a place of care, a long history, and treatment instead of punishment.

use super::super::script::{
    Answers, Approve, Contact, Document, Entry, Expect, How, Item, Open, Permission, Person, Receive, Record,
    Review, Share, Step, Story, Target, Value,
};
use super::{
    AMIR, ASSESSMENT, CLINICAL, CONDITION, DAVID, FATIMA, GEORGE, IDENTITY, INCIDENT, INES, KIM, MARA, NOTES,
    ROY, RUTH, SAMUEL, STATEMENT, items, says,
};

const OWEN: &[(&str, &str)] = &[("owen", "")];

const HOSPITAL_ITEMS: &[Item] = &[
    says("name", 2, "phi", IDENTITY, OWEN, "Owen Marsh"),
    says("contact", 5, "phi", IDENTITY, OWEN, "14 Alder Court, apartment 3; mobile 555 0142"),
    says(
        "words",
        11,
        "phi",
        STATEMENT,
        OWEN,
        "Said at the front desk: he would come back with his rifle and nobody would be left to turn him away.",
    ),
    says(
        "facts",
        12,
        "phi",
        INCIDENT,
        OWEN,
        "Tuesday 14:10: struck the counter, shouted, left when asked to. A spoken, conditional threat.",
    ),
    says(
        "history",
        12,
        "phi",
        INCIDENT,
        OWEN,
        "2021 and 2023: shouted at coworkers and shoved one of them; lost both jobs.",
    ),
    Item {
        value: Value::Place(
            "other_health",
            "Riverside walk-in clinic, 2 River Road",
            "county-hospital",
            "weekdays from 8:00 to 18:00",
        ),
        ..says("place", 14, "phi", INCIDENT, OWEN, "")
    },
    says(
        "means",
        15,
        "phi",
        INCIDENT,
        OWEN,
        "Says that he owns a hunting rifle; his brother keeps the key of the cabinet.",
    ),
    Item {
        value: Value::Band("structured judgement 1", "high concern", "high", 14),
        ..says("level", 16, "phi", ASSESSMENT, OWEN, "")
    },
    says(
        "imminent",
        17,
        "phi",
        INCIDENT,
        OWEN,
        "Said that he will be back before the clinic closes tomorrow. The clinic has a guard at the door and keeps the side door shut.",
    ),
    says(
        "factors",
        20,
        "phi",
        CONDITION,
        OWEN,
        "Stopped sleeping; lost his job; feels turned away by everyone.",
    ),
    says(
        "protective",
        21,
        "phi",
        CONDITION,
        OWEN,
        "Keeps every appointment with his counselor; asked for help himself on Friday; his brother is close and wants to help.",
    ),
    says("events", 22, "phi", INCIDENT, OWEN, "A hearing on the pending charge is set for next month."),
    says(
        "caveats",
        23,
        "phi",
        ASSESSMENT,
        OWEN,
        "One witness, first-hand. His own account has not been heard. This is no prediction.",
    ),
    Item {
        labels: &["health"],
        ..says(
            "diagnosis",
            24,
            "phi",
            CLINICAL,
            OWEN,
            "A serious mental illness, in care since 2018; medication changed in May.",
        )
    },
    Item {
        labels: &["session_notes"],
        ..says(
            "session",
            26,
            "psychotherapy_notes",
            NOTES,
            OWEN,
            "Session of Friday: what he said about his father.",
        )
    },
    Item {
        labels: &["criminal_history"],
        ..says(
            "conviction",
            31,
            "phi",
            &["criminal_history_entries"],
            OWEN,
            "Told his counselor of a conviction in 2019.",
        )
    },
    says("plan", 34, "phi", CLINICAL, OWEN, "Goals, tasks and review dates of the whole team."),
    Item {
        own_of_agency: "sheriff",
        ..says(
            "task_sheriff",
            35,
            "phi",
            INCIDENT,
            OWEN,
            "Ask a deputy trained in crisis work to call with his brother; speak calmly, no surprise visit at night; ring his counselor first.",
        )
    },
    Item {
        own_of_agency: "community-team",
        ..says(
            "task_team",
            35,
            "phi",
            INCIDENT,
            OWEN,
            "Meet him with his counselor this week; he prefers mornings.",
        )
    },
];

const TREATMENT_ITEMS: &[Item] = &[
    Item {
        value: Value::Code("attending"),
        ..says("attendance", 25, "phi", CLINICAL, &[("owen_cc", "")], "")
    },
    Item {
        labels: &["health"],
        ..says("therapy", 24, "phi", CLINICAL, &[("owen_cc", "")], "Weekly therapy; medication tolerated.")
    },
    Item {
        labels: &["session_notes"],
        ..says(
            "therapy_notes",
            26,
            "psychotherapy_notes",
            NOTES,
            &[("owen_cc", "")],
            "What was said in the third session.",
        )
    },
];

const ANSWERS: Answers = Answers {
    who_is_at_risk: "The staff and patients of the walk-in clinic.",
    what_makes_it_imminent: "He said that he would be back before it closes tomorrow, and that he would bring his rifle.",
    known_first_hand: "The nurse at the desk heard it and told me within the hour.",
    who_can_prevent_it: "The sheriff can talk to him and to his brother today, and be near the clinic.",
    what_they_must_know: "Who he is, what he said, where and when, the rifle, and how to approach him safely.",
};

/// The story.
pub fn story() -> Story {
    Story {
        name: "example_1",
        title: "A threat at a clinic, a long history, and treatment instead of punishment",
        about: "Example 1 of the first source. The sheriff gets what an emergency opens, the community team what the man \
                himself agreed to, the state's attorney and his defender what a court ordered.",
        steps: steps(),
    }
}

fn steps() -> Vec<Step> {
    const EMERGENCY: Expect = Expect::Whole("45 CFR 164.512(j)(1)(i)");
    const AGREED: Expect = Expect::Whole("45 CFR 164.502(a)(1)(iv)");
    const ORDERED: Expect = Expect::Whole("45 CFR 164.512(");
    vec![
        Step::Open(Open { case: "clinic", by: DAVID, setting: "Riverside walk-in clinic" }),
        Step::Record(Record {
            say: "The hospital's team writes down what was seen and heard, and what speaks for the man",
            case: "clinic",
            by: MARA,
            entries: {
                let mut entries = vec![Entry::Person(Person {
                    key: "owen",
                    roles: &["person_of_concern", "patient"],
                    names: &["Owen Marsh"],
                    born: "1987-03-14",
                    is_student: Some(false),
                    attends_postsecondary: Some(false),
                    is_patient: None,
                })];
                entries.extend(items(HOSPITAL_ITEMS));
                entries
            },
        }),
        Step::Share(Share {
            key: "to_sheriff",
            say: "One nurse sends the emergency packet to the sheriff, alone and at once; what the matrix never allows stays",
            case: "clinic",
            by: MARA,
            to: Target::Agency("sheriff"),
            purpose: "avert_serious_threat",
            packet: "le_emergency",
            items: &["session", "conviction", "plan"],
            how: How::Emergency(ANSWERS),
            expect: vec![
                ("name", EMERGENCY),
                ("contact", EMERGENCY),
                ("words", EMERGENCY),
                ("place", EMERGENCY),
                ("means", EMERGENCY),
                ("imminent", EMERGENCY),
                ("protective", EMERGENCY),
                ("caveats", EMERGENCY),
                ("task_sheriff", EMERGENCY),
                ("task_team", Expect::Withheld("own")),
                ("session", Expect::Withheld("")),
                ("conviction", Expect::Withheld("")),
                ("plan", Expect::Withheld("")),
            ],
            mandatory: &[],
        }),
        Step::Open(Open { case: "unit", by: ROY, setting: "" }),
        Step::Receive(Receive {
            say: "A detective opens it within minutes and links it to a case of the unit",
            what: "to_sheriff",
            by: KIM,
            case: "unit",
            people: &[],
            never: &[],
        }),
        Step::Review(Review {
            say: "The chair reviews the emergency as the second person",
            share: "to_sheriff",
            by: DAVID,
            ok: true,
            note: "The nurse's account was first-hand and the date was tomorrow.",
            refused: false,
        }),
        Step::Record(Record {
            say: "The man agrees in writing that the community team may know what it needs to support him",
            case: "clinic",
            by: MARA,
            entries: vec![Entry::Permission(Permission {
                key: "agrees",
                person: "owen",
                kind: "hipaa_authorization",
                given_by: "subject",
                agencies: &["community-team"],
                contacts: &[],
                record_kinds: &["phi"],
                rows: &[],
                purposes: &["threat_assessment", "care_coordination"],
                days: 90,
            })],
        }),
        Step::Share(Share {
            key: "to_team",
            say: "The hospital proposes to manage the case together with the community team",
            case: "clinic",
            by: MARA,
            to: Target::Agency("community-team"),
            purpose: "threat_assessment",
            packet: "peer_co_management",
            items: &["diagnosis", "session"],
            how: How::Propose,
            expect: vec![
                ("name", AGREED),
                ("contact", AGREED),
                ("words", AGREED),
                ("facts", AGREED),
                ("history", AGREED),
                ("level", AGREED),
                ("factors", AGREED),
                ("protective", AGREED),
                ("events", AGREED),
                ("caveats", AGREED),
                ("diagnosis", AGREED),
                ("session", Expect::Withheld("")),
                ("task_sheriff", Expect::Withheld("own")),
                ("task_team", AGREED),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes, without the diagnosis: the team does not need it",
            share: "to_team",
            by: INES,
            without: &["diagnosis"],
        }),
        Step::Open(Open { case: "support", by: RUTH, setting: "" }),
        Step::Record(Record {
            say: "The community team opens its own case",
            case: "support",
            by: RUTH,
            entries: vec![Entry::Person(Person {
                key: "owen_cc",
                roles: &["person_of_concern", "patient"],
                names: &["Owen Marsh"],
                born: "1987-03-14",
                is_student: Some(false),
                attends_postsecondary: Some(false),
                is_patient: None,
            })],
        }),
        Step::Receive(Receive {
            say: "A psychologist of the community team opens it; a named member, not a machine, says who it is",
            what: "to_team",
            by: AMIR,
            case: "support",
            people: &[("person_of_concern", "owen_cc")],
            never: &[],
        }),
        Step::Record(Record {
            say: "The court orders the hospital to give three kinds of fact to both sides of the proceeding",
            case: "clinic",
            by: DAVID,
            entries: vec![
                Entry::Contact(Contact {
                    key: "defender",
                    sector: "attorney",
                    person: "",
                    name: "Julian Osei, public defender",
                }),
                Entry::Document(Document {
                    key: "order",
                    kind: "court_order",
                    rows: &[11, 12, 21],
                    days: 60,
                    agencies: &["states-attorney"],
                    contacts: &["defender"],
                }),
            ],
        }),
        Step::Share(Share {
            key: "to_attorney",
            say: "The state's attorney gets what the order names, what speaks for the man included, and no more",
            case: "clinic",
            by: DAVID,
            to: Target::Agency("states-attorney"),
            purpose: "legal_proceeding",
            packet: "",
            items: &["words", "facts", "history", "protective", "means", "diagnosis"],
            how: How::Propose,
            expect: vec![
                ("words", ORDERED),
                ("facts", ORDERED),
                ("history", ORDERED),
                ("protective", ORDERED),
                ("means", Expect::Withheld("45 CFR 164.5")),
                ("diagnosis", Expect::Withheld("45 CFR 164.5")),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes",
            share: "to_attorney",
            by: INES,
            without: &[],
        }),
        Step::Open(Open { case: "charge", by: GEORGE, setting: "" }),
        Step::Receive(Receive {
            say: "The state's attorney's office opens it",
            what: "to_attorney",
            by: GEORGE,
            case: "charge",
            people: &[],
            never: &[],
        }),
        Step::Share(Share {
            key: "to_defender",
            say: "The same facts are told to the public defender in a meeting, and recorded by the same decision",
            case: "clinic",
            by: DAVID,
            to: Target::Contact("defender"),
            purpose: "legal_proceeding",
            packet: "",
            items: &["facts", "protective"],
            how: How::Told("meeting"),
            expect: vec![("facts", ORDERED), ("protective", ORDERED)],
            mandatory: &[],
        }),
        Step::Tell(
            "Defender and state's attorney agree on treatment; the court orders it, and that attendance be reported.",
        ),
        Step::Record(Record {
            say: "Treatment begins; the man agrees that attendance, and nothing else, may be reported, as the court orders",
            case: "support",
            by: AMIR,
            entries: {
                let mut entries = items(TREATMENT_ITEMS);
                entries.push(Entry::Permission(Permission {
                    key: "monitoring",
                    person: "owen_cc",
                    kind: "hipaa_authorization",
                    given_by: "subject",
                    agencies: &["states-attorney"],
                    contacts: &[],
                    record_kinds: &["phi"],
                    rows: &[25],
                    purposes: &["monitoring_of_mandated_treatment"],
                    days: 180,
                }));
                entries.push(Entry::Document(Document {
                    key: "treatment_order",
                    kind: "court_order",
                    rows: &[25],
                    days: 180,
                    agencies: &["states-attorney"],
                    contacts: &[],
                }));
                entries
            },
        }),
        Step::Share(Share {
            key: "attendance",
            say: "The community team reports attendance, and nothing of what is said in treatment",
            case: "support",
            by: AMIR,
            to: Target::Agency("states-attorney"),
            purpose: "monitoring_of_mandated_treatment",
            packet: "",
            items: &["attendance", "therapy", "therapy_notes"],
            how: How::Propose,
            expect: vec![
                ("attendance", Expect::Whole("45 CFR 164.5")),
                ("therapy", Expect::Withheld("")),
                ("therapy_notes", Expect::Withheld("")),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "Its privacy officer says yes",
            share: "attendance",
            by: SAMUEL,
            without: &[],
        }),
        Step::Receive(Receive {
            say: "The state's attorney's office opens it",
            what: "attendance",
            by: GEORGE,
            case: "charge",
            people: &[],
            never: &[],
        }),
        Step::Share(Share {
            key: "to_coordinator",
            say: "The regional coordinator would get nothing about a person, whatever is asked",
            case: "support",
            by: RUTH,
            to: Target::Agency("coordinator"),
            purpose: "evaluation_metrics",
            packet: "",
            items: &["attendance", "therapy"],
            how: How::Preview,
            expect: vec![("attendance", Expect::Withheld("")), ("therapy", Expect::Withheld(""))],
            mandatory: &[],
        }),
        Step::Account(super::super::script::Account {
            say: "The hospital's accounting of disclosures for this man",
            case: "clinic",
            by: INES,
            view: "all",
            lists: &["to_sheriff", "to_team", "to_attorney", "to_defender"],
            threat: "",
        }),
        Step::Account(super::super::script::Account {
            say: "What the state's attorney's office received, as its own officer sees it",
            case: "charge",
            by: FATIMA,
            view: "all",
            lists: &["to_attorney", "attendance"],
            threat: "",
        }),
    ]
}

//! Example 2: a relative of a patient threatens hospital staff. What is known of the relative goes; the patient's own health
//! information does not go with it.

use super::super::script::{
    Account, Approve, Entry, Expect, How, Item, Open, Permission, Person, Receive, Record, Scope, Share,
    Step, Story, Target, Value,
};
use super::super::script_process::Act;
use super::{
    AMIR, ASSESSMENT, CLINICAL, CONDITION, DAVID, FATIMA, GEORGE, IDENTITY, INCIDENT, INES, KIM, MARA, NOTES,
    ROY, RUTH, SAMUEL, STATEMENT, attest, items, says,
};

const KARL: &[(&str, &str)] = &[("karl", "")];
const LENA: &[(&str, &str)] = &[("lena", "")];
const SEEN: &str = "personal_observation";
/// What would tell of the patient.
const PATIENT: &[&str] = &["Lena", "Hoffmann", "ward 4B", "illness", "treatment has stopped"];

const WARD_ITEMS: &[Item] = &[
    says("k_name", 2, SEEN, IDENTITY, KARL, "Karl Brandt, visitor"),
    says("k_words", 11, SEEN, STATEMENT, KARL, "Told two nurses: if she dies here, you die here."),
    says(
        "k_facts",
        12,
        SEEN,
        INCIDENT,
        KARL,
        "Third of the month, 10:40: blocked the door of the staff room for some minutes; left with a guard. A spoken threat.",
    ),
    Item {
        value: Value::Place(
            "hospital",
            "County Hospital, fourth floor",
            "county-hospital",
            "visiting hours, 14:00 to 19:00",
        ),
        ..says("k_place", 14, SEEN, INCIDENT, KARL, "")
    },
    says("k_means", 15, SEEN, INCIDENT, KARL, "No weapon was seen; carries a folding knife for work."),
    Item {
        value: Value::Band("structured judgement 1", "elevated", "high", 14),
        ..says("k_level", 16, SEEN, ASSESSMENT, KARL, "")
    },
    says(
        "k_factors",
        20,
        SEEN,
        INCIDENT,
        KARL,
        "Has not slept at home for days; argues with every change of staff; was charged after the threat.",
    ),
    says(
        "k_protective",
        21,
        SEEN,
        CONDITION,
        KARL,
        "Apologised to the nurse the next day; his sister calms him; has cared for a relative for years.",
    ),
    says(
        "k_events",
        22,
        SEEN,
        INCIDENT,
        KARL,
        "A hearing on the charge in three weeks; hard news about his family may come any day.",
    ),
    says(
        "k_caveats",
        23,
        SEEN,
        ASSESSMENT,
        KARL,
        "Said in grief, to the people in front of him. His own account was heard once. This is no prediction.",
    ),
    Item {
        own_of_agency: "sheriff",
        ..says(
            "k_task_sheriff",
            35,
            SEEN,
            INCIDENT,
            KARL,
            "Speak to him away from the ward; ask his sister to be there.",
        )
    },
    Item {
        own_of_agency: "community-team",
        ..says(
            "k_task_team",
            35,
            SEEN,
            INCIDENT,
            KARL,
            "Offer him somebody to talk to outside the hospital; do not call in visiting hours.",
        )
    },
    Item {
        labels: &["health"],
        ..says(
            "l_prognosis",
            24,
            "phi",
            CLINICAL,
            LENA,
            "Lena Hoffmann: advanced illness, treatment has stopped helping.",
        )
    },
    Item {
        labels: &["health"],
        ..says(
            "l_link",
            12,
            "phi",
            &["diagnosis_or_treatment", "incident_circumstances"],
            &[("lena", "phi"), ("karl", SEEN)],
            "Lena Hoffmann's family was told at 9:30 that treatment has stopped helping; an hour later Karl Brandt shouted.",
        )
    },
    says("l_room", 5, "phi", IDENTITY, LENA, "Lena Hoffmann, ward 4B, room 12"),
];

const SUPPORT_ITEMS: &[Item] = &[
    Item { value: Value::Code("engaged"), ..says("s_status", 25, "phi", CLINICAL, &[("karl_cc", "")], "") },
    says(
        "s_progress",
        21,
        "phi",
        CONDITION,
        &[("karl_cc", "")],
        "Comes every week; wrote to the nurses to say that he is sorry; sleeps at home again.",
    ),
    Item {
        labels: &["session_notes"],
        ..says(
            "s_notes",
            26,
            "psychotherapy_notes",
            NOTES,
            &[("karl_cc", "")],
            "What he said about the night of the third.",
        )
    },
];

/// The story.
pub fn story() -> Story {
    Story {
        name: "example_2",
        title: "A relative of a patient threatens hospital staff",
        about: "Example 2 of the first source: a month of lawful sharing between hospital, community team, sheriff and state's \
                attorney. The person of concern is a relative; the patient's health information never goes along.",
        steps: steps(),
    }
}

fn steps() -> Vec<Step> {
    const THREAT: Expect = Expect::Whole("45 CFR 160.103");
    const STAYS: Expect = Expect::Withheld("45 CFR 164.5");
    vec![
        Step::Open(Open { case: "ward", by: DAVID, setting: "County Hospital, fourth floor" }),
        Step::Record(Record {
            say: "Week 1. The hospital's team writes down what staff and security saw; what is the patient's is marked as hers",
            case: "ward",
            by: MARA,
            entries: {
                let mut entries = vec![
                    person("karl", &["person_of_concern", "family"], &["Karl Brandt"], "1961-05-02"),
                    person("lena", &["patient"], &["Lena Hoffmann"], "1963-11-19"),
                    person("sofia", &["target"], &["Sofia Reyes"], ""),
                ];
                entries.extend(items(WARD_ITEMS));
                entries.push(Entry::Statement {
                    item: "k_protective",
                    class: "PER",
                    text: "Apologised soon afterwards; a relative calms him; has cared for somebody seriously ill for years.",
                });
                entries
            },
        }),
        Step::Record(Record {
            say: "She attests, with reasons and for the relative alone, what the law asks a named person to judge",
            case: "ward",
            by: MARA,
            entries: attest(
                "member",
                "Two nurses heard the threat and told me the same hour; he said when, and he comes every day.",
                &[
                    ("circumstances.serious_threat", Scope::Person("karl")),
                    ("circumstances.imminent", Scope::Person("karl")),
                    ("circumstances.good_faith_belief", Scope::Person("karl")),
                    ("circumstances.crime_on_premises", Scope::Person("karl")),
                    ("circumstances.crime_against_personnel", Scope::Person("karl")),
                    ("recipient.able_to_prevent_threat", Scope::Agency("sheriff")),
                    ("recipient.able_to_prevent_threat", Scope::Agency("community-team")),
                ],
            ),
        }),
        Step::Act(Act {
            say: "Act first: the hospital's team declares an emergency, which asks for no form",
            key: "e_ward",
            case: "ward",
            by: MARA,
            act: serde_json::json!({"emergency": {}}),
            replaces: "",
            state: "reported",
            awaits: false,
        }),
        Step::Act(Act {
            say: "Then the five answers",
            key: "e_answers",
            case: "ward",
            by: MARA,
            act: serde_json::json!({"emergency_answers": {
                "who_is_at_risk": "The staff of one ward.",
                "what_makes_it_imminent": "He said that he would be back this evening.",
                "known_first_hand": "Two of the staff heard him say it.",
                "who_can_prevent": "Security at the door, and the sheriff.",
                "what_they_must_know": "Who he is, what he said, and when he may come.",
            }}),
            replaces: "",
            state: "reported",
            awaits: false,
        }),
        Step::Act(Act {
            say: "And a second person's review, within its time",
            key: "e_review",
            case: "ward",
            by: DAVID,
            act: serde_json::json!({"emergency_review": {
                "result": "justified",
                "reasons": "What was known was heard first-hand, and little was told.",
            }}),
            replaces: "",
            state: "reported",
            awaits: false,
        }),
        Step::Share(Share {
            key: "k_to_sheriff",
            say: "To the sheriff: what concerns the relative; whatever is about the patient stays",
            case: "ward",
            by: MARA,
            to: Target::Agency("sheriff"),
            purpose: "avert_serious_threat",
            packet: "le_emergency",
            items: &["k_facts", "l_prognosis", "l_link"],
            how: How::Propose,
            expect: vec![
                ("k_name", THREAT),
                ("k_words", THREAT),
                ("k_facts", THREAT),
                ("k_place", THREAT),
                ("k_means", THREAT),
                ("k_protective", THREAT),
                ("k_caveats", THREAT),
                ("k_task_sheriff", THREAT),
                ("k_task_team", Expect::Withheld("own")),
                ("l_prognosis", STAYS),
                ("l_link", STAYS),
                ("l_room", STAYS),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes",
            share: "k_to_sheriff",
            by: INES,
            without: &[],
        }),
        Step::Open(Open { case: "visitor", by: ROY, setting: "" }),
        Step::Receive(Receive {
            say: "A detective opens it",
            what: "k_to_sheriff",
            by: KIM,
            case: "visitor",
            people: &[],
            never: PATIENT,
        }),
        Step::Share(Share {
            key: "k_to_team",
            say: "To the community team: two teams manage one case; one fact goes as a statement that a member wrote",
            case: "ward",
            by: MARA,
            to: Target::Agency("community-team"),
            purpose: "threat_assessment",
            packet: "peer_co_management",
            items: &["l_prognosis"],
            how: How::Propose,
            expect: vec![
                ("k_name", THREAT),
                ("k_words", THREAT),
                ("k_facts", THREAT),
                ("k_level", THREAT),
                ("k_factors", THREAT),
                ("k_protective", Expect::Form("statement", "45 CFR 160.103")),
                ("k_events", THREAT),
                ("k_caveats", THREAT),
                ("k_task_team", THREAT),
                ("k_task_sheriff", Expect::Withheld("own")),
                ("l_prognosis", STAYS),
                ("l_link", STAYS),
                ("l_room", STAYS),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes",
            share: "k_to_team",
            by: INES,
            without: &[],
        }),
        Step::Open(Open { case: "relative", by: RUTH, setting: "" }),
        Step::Record(Record {
            say: "The community team opens its own case",
            case: "relative",
            by: RUTH,
            entries: vec![person(
                "karl_cc",
                &["person_of_concern", "patient"],
                &["Karl Brandt"],
                "1961-05-02",
            )],
        }),
        Step::Receive(Receive {
            say: "Its psychologist opens it and says who it is",
            what: "k_to_team",
            by: AMIR,
            case: "relative",
            people: &[("person_of_concern", "karl_cc")],
            never: PATIENT,
        }),
        Step::Record(Record {
            say: "Week 2. The man takes the offer; he agrees that the hospital may know that he comes, and how it goes",
            case: "relative",
            by: AMIR,
            entries: {
                let mut entries = items(SUPPORT_ITEMS);
                entries.push(Entry::Permission(Permission {
                    key: "karl_agrees",
                    person: "karl_cc",
                    kind: "hipaa_authorization",
                    given_by: "subject",
                    agencies: &["county-hospital"],
                    contacts: &[],
                    record_kinds: &["phi"],
                    rows: &[21, 25],
                    purposes: &["threat_assessment"],
                    days: 120,
                }));
                entries
            },
        }),
        Step::Share(Share {
            key: "s_to_hospital",
            say: "The community team tells the hospital that he comes, so that staff can feel safe; not what he says",
            case: "relative",
            by: AMIR,
            to: Target::Agency("county-hospital"),
            purpose: "threat_assessment",
            packet: "",
            items: &["s_status", "s_progress", "s_notes"],
            how: How::Propose,
            expect: vec![
                ("s_status", Expect::Whole("45 CFR 164.502(a)(1)(iv)")),
                ("s_progress", Expect::Whole("45 CFR 164.502(a)(1)(iv)")),
                ("s_notes", Expect::Withheld("")),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "Its privacy officer says yes",
            share: "s_to_hospital",
            by: SAMUEL,
            without: &[],
        }),
        Step::Receive(Receive {
            say: "The hospital opens it and links it to its own case",
            what: "s_to_hospital",
            by: MARA,
            case: "ward",
            people: &[("person_of_concern", "karl"), ("patient", "karl")],
            never: &[],
        }),
        Step::Share(Share {
            key: "k_to_attorney",
            say: "Week 3. To the state's attorney: what was said and done on the hospital's premises; again nothing of the patient's",
            case: "ward",
            by: DAVID,
            to: Target::Agency("states-attorney"),
            purpose: "crime_report",
            packet: "",
            items: &["k_words", "k_facts", "l_prognosis", "l_link"],
            how: How::Propose,
            expect: vec![("k_words", THREAT), ("k_facts", THREAT), ("l_prognosis", STAYS), ("l_link", STAYS)],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes",
            share: "k_to_attorney",
            by: INES,
            without: &[],
        }),
        Step::Open(Open { case: "plea", by: GEORGE, setting: "" }),
        Step::Receive(Receive {
            say: "The state's attorney's office opens it",
            what: "k_to_attorney",
            by: GEORGE,
            case: "plea",
            people: &[],
            never: PATIENT,
        }),
        Step::Tell(
            "Week 4. A plea to a misdemeanor; the court orders supervised treatment. Nobody was hurt.",
        ),
        Step::Record(Record {
            say: "The state's attorney's office writes down how it ended",
            case: "plea",
            by: GEORGE,
            entries: vec![
                person("karl_sa", &["person_of_concern"], &["Karl Brandt"], "1961-05-02"),
                Entry::Item(says(
                    "outcome",
                    39,
                    SEEN,
                    INCIDENT,
                    &[("karl_sa", "")],
                    "Closed: plea to a misdemeanor, supervised treatment ordered by the court.",
                )),
            ],
        }),
        Step::Share(Share {
            key: "o_to_hospital",
            say: "It tells the hospital the outcome, so that staff know",
            case: "plea",
            by: GEORGE,
            to: Target::Agency("county-hospital"),
            purpose: "crime_report",
            packet: "",
            items: &["outcome"],
            how: How::Propose,
            expect: vec![("outcome", Expect::Whole(""))],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "Its privacy officer says yes",
            share: "o_to_hospital",
            by: FATIMA,
            without: &[],
        }),
        Step::Receive(Receive {
            say: "The hospital opens it and links it",
            what: "o_to_hospital",
            by: MARA,
            case: "ward",
            people: &[("person_of_concern", "karl")],
            never: &[],
        }),
        Step::Account(Account {
            say: "The hospital's accounting: what went about the relative, what came, and nothing about the patient",
            case: "ward",
            by: INES,
            view: "all",
            lists: &["k_to_sheriff", "k_to_team", "k_to_attorney", "s_to_hospital", "o_to_hospital"],
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
    let is_patient = Some(roles.contains(&"patient"));
    Entry::Person(Person {
        key,
        roles,
        names,
        born,
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient,
    })
}

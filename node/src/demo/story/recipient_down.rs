//! The recipient's node is down: nothing is lost, nothing arrives twice, and the trace shows every attempt.

use super::super::script::{
    Account, Approve, Entry, Expect, How, Item, Open, Permission, Person, Receive, Record, Share, Step,
    Story, Target, Trace,
};
use super::{AMIR, CLAIRE, CONDITION, HUGO, IDENTITY, INCIDENT, JAMAL, NOTES, RUTH, items, says};

const LILY: &[(&str, &str)] = &[("lily", "")];
const RECORD: &str = "education_record";

const ITEMS: &[Item] = &[
    says("name", 2, RECORD, IDENTITY, LILY, "Lily Hart"),
    says(
        "facts",
        12,
        RECORD,
        INCIDENT,
        LILY,
        "Since September alone at breaks; wrote in an essay that nobody would miss anybody here.",
    ),
    Item {
        labels: &["education"],
        ..says("attendance", 29, RECORD, &["academic_history"], LILY, "Nine days missed this month.")
    },
    says(
        "protective",
        21,
        RECORD,
        CONDITION,
        LILY,
        "Plays in the band and never misses it; her father asked for help himself.",
    ),
    Item {
        labels: &["session_notes"],
        ..says("counselor", 26, RECORD, NOTES, LILY, "The school counselor's notes.")
    },
];

/// The story.
pub fn story() -> Story {
    const AGREED: Expect = Expect::Whole("34 CFR 99.3");
    Story {
        name: "recipient_down",
        title: "A recipient that is down and comes back",
        about: "With a parent's consent a school asks the community team for help while that team's node is down. It is \
                delivered once, when the node is back.",
        steps: vec![
            Step::Open(Open { case: "band", by: CLAIRE, setting: "" }),
            Step::Record(Record {
                say: "The school's team writes down what teachers saw; the father signs a consent",
                case: "band",
                by: JAMAL,
                entries: {
                    let mut entries = vec![Entry::Person(Person {
                        key: "lily",
                        roles: &["person_of_concern"],
                        names: &["Lily Hart"],
                        born: "2011-05-23",
                        is_student: Some(true),
                        attends_postsecondary: Some(false),
                        is_patient: None,
                    })];
                    entries.extend(items(ITEMS));
                    entries.push(Entry::Permission(Permission {
                        key: "father_agrees",
                        person: "lily",
                        kind: "ferpa_consent",
                        given_by: "parent",
                        agencies: &["community-team"],
                        contacts: &[],
                        record_kinds: &["education_record"],
                        rows: &[],
                        purposes: &["threat_assessment"],
                        days: 120,
                    }));
                    entries
                },
            }),
            Step::Kill { say: "The community team's node is killed", agency: "community-team" },
            Step::Share(Share {
                key: "to_support",
                say: "The school proposes what the father agreed to",
                case: "band",
                by: JAMAL,
                to: Target::Agency("community-team"),
                purpose: "threat_assessment",
                packet: "",
                items: &["name", "facts", "attendance", "protective", "counselor"],
                how: How::Propose,
                expect: vec![
                    ("name", AGREED),
                    ("facts", AGREED),
                    ("attendance", AGREED),
                    ("protective", AGREED),
                    ("counselor", Expect::Withheld("")),
                ],
                mandatory: &[],
            }),
            Step::Approve(Approve {
                say: "The records officer says yes",
                share: "to_support",
                by: HUGO,
                without: &[],
            }),
            Step::Trace(Trace {
                say: "Attempts are made and the trace names them",
                share: "to_support",
                by: CLAIRE,
                says: &["cannot reach"],
                attempts_min: 2,
            }),
            Step::Start { say: "The node is started again", agency: "community-team" },
            Step::Open(Open { case: "student", by: RUTH, setting: "" }),
            Step::Receive(Receive {
                say: "It arrives, once; a member opens it",
                what: "to_support",
                by: AMIR,
                case: "student",
                people: &[],
                never: &[],
            }),
            Step::Trace(Trace {
                say: "The trace shows attempts, delivery, and that a person saw it",
                share: "to_support",
                by: CLAIRE,
                says: &[],
                attempts_min: 2,
            }),
            Step::Account(Account {
                say: "One entry, not one for each attempt",
                case: "band",
                by: HUGO,
                view: "all",
                lists: &["to_support"],
                threat: "",
            }),
        ],
    }
}

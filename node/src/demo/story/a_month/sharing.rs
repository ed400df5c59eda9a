//! Day 2: the two teams. First without a name, then together; a referral with consent; the police as a step of its own.

use super::super::super::script::{
    Agenda, AnswerReferral, Approve, Entry, Expect, How, Open, Permission, Receive, Record, Scope, Share,
    Step, Target,
};
use super::super::{AMIR, DAVID, INES, KIM, MARA, ROY, attest};
use super::acts::seen;
use super::start::person;
use super::{CARE, NINA, TESSA, WARD, care, no, ward, ward_proposes};
use serde_json::json;

/// What would tell of the patient.
pub(super) const PATIENT: &[&str] = &["Lena", "Hoffmann", "treatment has stopped"];
/// And what would tell who it is.
const ANYBODY: &[&str] =
    &["Karl", "Brandt", "Lena", "Hoffmann", "Reyes", "fourth floor", "treatment has stopped"];

const GOES: Expect = Expect::Whole("45 CFR 160.103");
const SAID: Expect = Expect::Form("statement", "45 CFR 160.103");
const HERS: Expect = Expect::Withheld("45 CFR 164.5");
const UNSAID: Expect = Expect::Withheld("statement");

pub(super) fn steps() -> Vec<Step> {
    let mut steps = consultation();
    steps.extend(together());
    steps.extend(referral());
    steps.extend(police());
    steps
}

fn to_care(
    key: &'static str,
    say: &'static str,
    purpose: &'static str,
    packet: &'static str,
    items: &'static [&'static str],
    how: How,
    expect: Vec<(&'static str, Expect)>,
) -> Step {
    let to = Target::Agency("community-team");
    Step::Share(Share {
        key,
        say,
        case: WARD,
        by: MARA,
        to,
        purpose,
        packet,
        items,
        how,
        expect,
        mandatory: &[],
    })
}

pub(super) fn to_care_items(
    key: &'static str,
    say: &'static str,
    items: &'static [&'static str],
    expect: Vec<(&'static str, Expect)>,
) -> Step {
    to_care(key, say, "threat_assessment", "", items, How::Propose, expect)
}

pub(super) fn approved(share: &'static str) -> Step {
    Step::Approve(Approve { say: "The privacy officer says yes", share, by: INES, without: &[] })
}

pub(super) fn received(share: &'static str, say: &'static str, never: &'static [&'static str]) -> Step {
    let people: &[(&str, &str)] = &[("person_of_concern", "karl_cc")];
    Step::Receive(Receive { say, what: share, by: AMIR, case: CARE, people, never })
}

fn consultation() -> Vec<Step> {
    vec![
        Step::Days(1, "Day 2"),
        Step::Record(Record {
            say: "What another team may read of it without knowing of whom it is",
            case: WARD,
            by: MARA,
            entries: vec![
                Entry::Statement {
                    item: "o_door",
                    class: "PER",
                    text: "A visitor blocked a door for some minutes and left when asked.",
                },
                Entry::Statement {
                    item: "f_sleep",
                    class: "PER",
                    text: "Sleeps little; argues when staff change.",
                },
                Entry::Statement {
                    item: "f_sorry",
                    class: "PER",
                    text: "Apologised; a relative calms him; has cared for somebody for years.",
                },
                Entry::Statement { item: "ev", class: "PER", text: "A date at court lies ahead." },
            ],
        }),
        to_care(
            "s_ask",
            "The community team is asked for advice: no name, no place, no date; what nobody has put into neutral words stays",
            "threat_assessment",
            "consultation",
            &[],
            How::Propose,
            vec![
                ("karl/age", GOES),
                ("o_door", SAID),
                ("o_belief", UNSAID),
                ("o_link", HERS),
                ("a1", GOES),
                ("a1/gaps", GOES),
                ("f_sleep", SAID),
                ("f_sorry", SAID),
                ("ev", SAID),
            ],
        ),
        approved("s_ask"),
        care(
            "reported",
            "The community team opens a case of its own, from what an agency asks",
            "c_report",
            NINA,
            json!({"report": {"channel": "agency", "anonymity": "confidential", "weapon_mentioned": false, "target_named": true,
                "narrative": "A hospital's team asks for help with a visitor who spoke a threat."}}),
        ),
        Step::Receive(Receive {
            say: "They read it: nobody could say who it is",
            what: "s_ask",
            by: NINA,
            case: CARE,
            people: &[],
            never: ANYBODY,
        }),
        Step::Agenda(Agenda {
            say: "Nobody has looked at it yet: it is on their agenda at once",
            by: AMIR,
            case: CARE,
            days: 0,
            has: &[("triage", false)],
            has_not: &["first_assessment", "reassess"],
        }),
        care(
            "triage",
            "Two disciplines look at it there",
            "c_triage",
            NINA,
            json!({"triage": {"coordinator": "@staff community-team/nina.okoye", "second": "@staff community-team/amir.nazari"}}),
        ),
        care(
            "triage",
            "They write down what they were told",
            "c_told",
            AMIR,
            json!({"observe": seen("A visitor spoke a threat to staff of a hospital and left when asked.", "communication", "record", "message of another team")}),
        ),
        care(
            "inquiry",
            "Their chair opens an inquiry",
            "c_inquiry",
            super::super::RUTH,
            json!({"open_inquiry": {"observations": ["@id c_told"], "questions": "What can we offer?"}}),
        ),
        Step::Agenda(Agenda {
            say: "Their agenda: a first assessment within two weeks",
            by: AMIR,
            case: CARE,
            days: 14,
            has: &[("first_assessment", false)],
            has_not: &["triage"],
        }),
    ]
}

fn together() -> Vec<Step> {
    vec![
        to_care(
            "s_peer",
            "Now the two teams manage it together: who it is and what was said goes; what is the patient's does not",
            "threat_assessment",
            "peer_co_management",
            &[],
            How::Propose,
            vec![
                ("karl/name", GOES),
                ("karl/age", GOES),
                ("o_words", GOES),
                ("o_door", GOES),
                ("o_belief", GOES),
                ("o_link", HERS),
                ("a1", GOES),
                ("a1/gaps", GOES),
                ("f_sleep", GOES),
                ("f_sorry", SAID),
                ("ev", GOES),
            ],
        ),
        approved("s_peer"),
        Step::Record(Record {
            say: "The community team will offer him care, and says so in its own case",
            case: CARE,
            by: AMIR,
            entries: vec![Entry::Person(person(
                "karl_cc",
                &["person_of_concern", "patient"],
                &["Karl Brandt"],
                "1961-05-02",
            ))],
        }),
        received("s_peer", "Its psychologist opens it and says who it is", PATIENT),
    ]
}

fn referral() -> Vec<Step> {
    let refer = |permission: &str| {
        json!({"refer": {"category": "mental_behavioral_health", "agency": "community-team", "status": "consented",
            "permission": permission, "contact_by": "@at 5"}})
    };
    vec![
        no("consent_before_sending", "A referral without his consent is refused", MARA, refer("")),
        Step::Record(Record {
            say: "He agrees, in writing, to be rung by the community team",
            case: WARD,
            by: MARA,
            entries: vec![Entry::Permission(Permission {
                key: "karl_agrees",
                person: "karl",
                kind: "hipaa_authorization",
                given_by: "subject",
                agencies: &["community-team"],
                contacts: &[],
                record_kinds: &["personal_observation"],
                rows: &[2, 3, 21, 30],
                purposes: &["care_coordination", "threat_assessment"],
                days: 60,
            })],
        }),
        ward(
            "The referral to counseling is in the history, with his consent",
            "r1",
            MARA,
            refer("@id karl_agrees"),
        ),
        to_care(
            "s_refer",
            "It goes as a referral: to be rung within five days",
            "care_coordination",
            "",
            &["karl/name", "karl/age", "f_sorry"],
            How::Refer("mental_behavioral_health", "soon", 5),
            vec![
                ("karl/name", Expect::Whole("")),
                ("karl/age", Expect::Whole("")),
                ("f_sorry", Expect::Whole("")),
            ],
        ),
        approved("s_refer"),
        received("s_refer", "The psychologist opens the referral", PATIENT),
        Step::AnswerReferral(AnswerReferral {
            say: "He takes it on, and the hospital sees it",
            share: "s_refer",
            by: AMIR,
            state: "accepted",
            agreed_days: 0,
        }),
        Step::AnswerReferral(AnswerReferral {
            say: "They have spoken; the man agrees that the hospital may know how it stands",
            share: "s_refer",
            by: AMIR,
            state: "contacted",
            agreed_days: 60,
        }),
    ]
}

fn police() -> Vec<Step> {
    let refer = |alternatives: &str| json!({"police_referral": {"reason": "crime_reported_by_target", "observation": "@id o_words", "alternatives": alternatives}});
    vec![
        no(
            "alternatives_considered",
            "Telling the police without a word on what else was considered is refused",
            DAVID,
            refer(""),
        ),
        ward_proposes(
            "The nurses report a crime. The chair writes down what else was considered, and proposes",
            "le",
            DAVID,
            refer(
                "A talk with security and his sister: done, and not enough for the two nurses, who want it reported.",
            ),
        ),
        ward(
            "A second member, who is not of law enforcement, agrees",
            "le_yes",
            TESSA,
            json!({"concur": {"with": "@id le"}}),
        ),
        Step::Record(Record {
            say: "That the sheriff can prevent harm is attested too",
            case: WARD,
            by: MARA,
            entries: attest(
                "member",
                "The crime was on our premises, against our staff; deputies patrol here.",
                &[("recipient.able_to_prevent_threat", Scope::Agency("sheriff"))],
            ),
        }),
        Step::Share(Share {
            key: "s_police",
            say: "To the sheriff: the alleged crime alone. The level stays, what he believes stays, the patient's stays",
            case: WARD,
            by: DAVID,
            to: Target::Agency("sheriff"),
            purpose: "crime_report",
            packet: "le_referral",
            items: &["a1"],
            how: How::Propose,
            expect: vec![
                ("karl/name", GOES),
                ("o_words", GOES),
                ("o_door", GOES),
                ("o_belief", GOES),
                ("o_link", HERS),
                ("f_sorry", GOES),
                ("a1/gaps", GOES),
                ("a1", Expect::Withheld("")),
            ],
            mandatory: &[],
        }),
        Step::Approve(Approve {
            say: "The privacy officer says yes, and takes out what he said of his belief",
            share: "s_police",
            by: INES,
            without: &["o_belief"],
        }),
        Step::Open(Open { case: "report", by: ROY, setting: "" }),
        Step::Receive(Receive {
            say: "A detective opens it",
            what: "s_police",
            by: KIM,
            case: "report",
            people: &[],
            never: PATIENT,
        }),
    ]
}

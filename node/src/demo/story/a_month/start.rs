//! Days 0 and 1: report, emergency, triage, what was seen, judgment, plan.

use super::super::super::script::{
    Agenda, Contact, Entry, Expect, History, How, Person, Record, Scope, Share, Step, Target,
};
use super::super::{DAVID, MARA, attest};
use super::acts::{all_three, boundary, judgment, plan, seen, task, with};
use super::{TESSA, WARD, no, ward, ward_proposes, ward_to};
use serde_json::json;

pub(super) fn steps() -> Vec<Step> {
    let mut steps = report();
    steps.extend(observations());
    steps.extend(notice());
    steps.extend(judged());
    steps
}

fn report() -> Vec<Step> {
    vec![
        ward_to(
            "reported",
            "Day 0. A nurse telephones: a visitor said that staff will die. An intake coordinator writes it down",
            "report",
            MARA,
            json!({"report": {
                "channel": "telephone",
                "anonymity": "confidential",
                "narrative": "A visitor blocked the door of the staff room and said to two of us: if she dies here, you die here.",
                "place": "fourth floor",
                "at_risk_now": "two nurses of the day shift",
                "weapon_mentioned": false,
                "target_named": true,
                "possibly_imminent": true,
                "how_known": "She was there.",
                "may_come_back": true,
                "wants_outcome": true,
            }}),
        ),
        ward(
            "Danger first: an emergency is declared with no form at all",
            "emergency",
            MARA,
            json!({"emergency": {}}),
        ),
        ward(
            "A guard has walked him out; now the five questions are answered",
            "answers",
            MARA,
            json!({"emergency_answers": {
                "who_is_at_risk": "Two nurses of the day shift.",
                "what_makes_it_imminent": "He was at the door of the staff room and said it to their faces.",
                "known_first_hand": "Both nurses told me within the hour.",
                "who_can_prevent": "Hospital security, at the entrance and on the floor.",
                "what_they_must_know": "That he spoke a threat, and when he visits.",
            }}),
        ),
        Step::Agenda(Agenda {
            say: "The chair's agenda: the emergency waits for a second person's review, the report for triage",
            by: DAVID,
            case: WARD,
            days: 4,
            has: &[("emergency_review", false), ("triage", false), ("emergency_lapses", false)],
            has_not: &["emergency_answers"],
        }),
        no(
            "reviewed_by_another",
            "Who declared it cannot review it",
            MARA,
            json!({"emergency_review": {"result": "justified", "reasons": "It was."}}),
        ),
        ward(
            "A second person reviews it",
            "review",
            TESSA,
            json!({"emergency_review": {"result": "justified", "reasons": "A threat to their faces; nothing was told to anybody outside."}}),
        ),
        ward(
            "He has gone home with his sister: it is over",
            "over",
            MARA,
            json!({"emergency_end": {"because": "He left with his sister and the entrance is watched."}}),
        ),
        no(
            "second_of_another_discipline",
            "Triage by one discipline alone is refused",
            MARA,
            json!({"triage": {"coordinator": "@staff county-hospital/mara.ellison"}}),
        ),
        ward_to(
            "triage",
            "Two disciplines look at the report",
            "triage",
            MARA,
            json!({"triage": {"coordinator": "@staff county-hospital/mara.ellison", "second": "@staff county-hospital/tessa.morrow"}}),
        ),
        Step::Record(Record {
            say: "Who it is about, who is the patient, and who was threatened",
            case: WARD,
            by: MARA,
            entries: vec![
                Entry::Person(person(
                    "karl",
                    &["person_of_concern", "family"],
                    &["Karl Brandt"],
                    "1961-05-02",
                )),
                Entry::Person(person("lena", &["patient"], &["Lena Hoffmann"], "1963-11-19")),
                Entry::Person(person("sofia", &["target"], &["Sofia Reyes"], "")),
                Entry::Person(person("jonas", &["target"], &["Jonas Weber"], "")),
                Entry::Contact(Contact {
                    key: "sofia_home",
                    sector: "target_of_threat",
                    person: "sofia",
                    name: "Sofia Reyes",
                }),
            ],
        }),
    ]
}

fn observations() -> Vec<Step> {
    vec![
        ward(
            "What was said, in his own words",
            "o_words",
            MARA,
            json!({"observe": with(
                seen("If she dies here, you die here.", "communication", "direct_witness", "nurse of the day shift"),
                json!({"exact_words": true, "threat_type": "conditional", "threat_mode": "spoken", "indicator": "directly_communicated_threat"}),
            )}),
        ),
        ward(
            "What he did, as a guard saw it",
            "o_door",
            DAVID,
            json!({"observe": seen("Blocked the door of the staff room for some minutes and left with a guard.", "behavior", "direct_witness", "security officer")}),
        ),
        ward(
            "What is the patient's is marked as hers",
            "o_link",
            MARA,
            json!({"observe": with(
                seen("The patient's family was told that treatment has stopped helping; an hour later he shouted.", "circumstance", "record", "ward record"),
                json!({"as_record": {"record_kind": "phi", "elements": ["diagnosis_or_treatment"], "labels": ["health"], "about": ["@id lena", "@id karl"]}}),
            )}),
        ),
        ward_proposes(
            "Words that touch a belief wait for a second reader",
            "o_belief",
            MARA,
            json!({"observe": seen("Said that his religion has left him alone with this.", "communication", "second_hand", "his sister")}),
        ),
        no(
            "behavior_recorded",
            "No inquiry rests on what nobody has read a second time",
            DAVID,
            json!({"open_inquiry": {"observations": ["@id o_belief"], "questions": "What would help him?"}}),
        ),
        ward(
            "The second reader agrees: it is what he said of himself",
            "read",
            TESSA,
            json!({"concur": {"with": "@id o_belief"}}),
        ),
        ward_to(
            "inquiry",
            "The chair opens an inquiry, on what was done and said",
            "inquiry",
            DAVID,
            json!({"open_inquiry": {"observations": ["@id o_words", "@id o_door"], "questions": "How is he, who can reach him, and what do staff need?"}}),
        ),
    ]
}

fn notice() -> Vec<Step> {
    const TOLD: Expect = Expect::Whole("45 CFR 160.103");
    vec![
        Step::Record(Record {
            say: "What the law asks a named person to judge is attested, with reasons and for the relative alone",
            case: WARD,
            by: MARA,
            entries: {
                let mut entries = attest(
                    "member",
                    "Two nurses heard it and told me the same hour; he comes every day.",
                    &[
                        ("circumstances.serious_threat", Scope::Person("karl")),
                        ("circumstances.imminent", Scope::Person("karl")),
                        ("circumstances.good_faith_belief", Scope::Person("karl")),
                        ("circumstances.crime_on_premises", Scope::Person("karl")),
                        ("circumstances.crime_against_personnel", Scope::Person("karl")),
                        ("recipient.able_to_prevent_threat", Scope::Contact("sofia_home")),
                        ("recipient.able_to_prevent_threat", Scope::Agency("community-team")),
                    ],
                );
                entries.push(Entry::Statement {
                    item: "o_door",
                    class: "TGT",
                    text: "A visitor known to you said that staff of your floor would be hurt. Security watches the entrance.",
                });
                entries
            },
        }),
        Step::Share(Share {
            key: "n_sofia",
            say: "The nurse who was threatened is given a safety notice on paper: what was said, and nothing about the patient",
            case: WARD,
            by: MARA,
            to: Target::Contact("sofia_home"),
            purpose: "avert_serious_threat",
            packet: "",
            items: &["o_words", "o_door"],
            how: How::Told("paper"),
            expect: vec![("o_words", TOLD), ("o_door", Expect::Form("statement", "45 CFR 160.103"))],
            mandatory: &[],
        }),
        ward(
            "The notice is in the history, with the offer of an advocate",
            "notice",
            MARA,
            json!({"target_notice": {
                "target": "@id sofia", "told_at": "@at 0", "disclosure": "@id n_sofia", "advocate_offered": true,
                "wishes": "Wants to be told when he is in the building.",
            }}),
        ),
        ward(
            "Her colleague is away and is to be told within two days",
            "owed",
            MARA,
            json!({"target_notice": {"target": "@id jonas", "due": "@at 2"}}),
        ),
    ]
}

fn judged() -> Vec<Step> {
    let factors = json!(["@id f_sleep", "@id f_sorry"]);
    let both = json!(["@staff county-hospital/david.lindqvist", "@staff county-hospital/mara.ellison"]);
    let level = ["elevated", "high"];
    let because = "A threat to their faces, hardly any sleep, and hard news to come; he apologised and his sister reaches him.";
    let visits = task("treatment_link", "subject", "Offer him somebody to talk to outside the hospital.");
    let desk =
        task("environmental_change", "environment_system", "One named nurse speaks with him at each visit.");
    vec![
        Step::Days(1, "Day 1"),
        ward(
            "A factor that raises concern",
            "f_sleep",
            MARA,
            json!({"factor": {"polarity": "risk_enhancing", "category": "life_events_and_stressors", "dynamic": true,
                "text": "Has not slept at home for days; argues at every change of staff.", "observations": ["@id o_door"]}}),
        ),
        ward(
            "And one that protects",
            "f_sorry",
            TESSA,
            json!({"factor": {"polarity": "risk_mitigating", "category": "social_relationships", "dynamic": true,
                "text": "His sister calms him; he apologised the same evening; he has cared for a relative for years.", "observations": ["@id o_door"]}}),
        ),
        ward(
            "A date ahead: the first hearing on the charge",
            "ev",
            DAVID,
            json!({"event": {"tense": "anticipated", "kind": "legal_or_court", "text": "First hearing on the charge.", "on": "@on 19"}}),
        ),
        ward(
            "What he needs, also in his own words",
            "needs",
            MARA,
            json!({"needs": {"needs": [{"category": "mental_behavioral_health", "text": "Somebody to talk to who is not of the ward."}],
                "own_account": "I want to be told things by one person."}}),
        ),
        no(
            "quorum_met",
            "Two people are no meeting: the judgment is refused, and it says who is missing",
            DAVID,
            judgment(level, "@at 14", because, factors.clone(), both, json!([])),
        ),
        ward_to(
            "assessed",
            "Three disciplines meet and judge, with gaps and limits, until a day",
            "a1",
            DAVID,
            judgment(level, "@at 14", because, factors, all_three(), json!([])),
        ),
        no(
            "supportive_task",
            "A plan that only restricts is refused",
            DAVID,
            plan("Staff are safe.", json!([desk.clone()]), boundary(), "@at 14"),
        ),
        ward_to(
            "managing",
            "The plan: support, and a boundary that names what it rests on",
            "p1",
            DAVID,
            plan("He can visit, and staff are safe.", json!([visits, desk]), boundary(), "@at 14"),
        ),
        Step::History(History {
            say: "The chair looks where the case stands",
            case: WARD,
            by: DAVID,
            state: "managing",
            band: "high",
            stale: &[],
            levels: 1,
        }),
    ]
}

pub(super) fn person(
    key: &'static str,
    roles: &'static [&'static str],
    names: &'static [&'static str],
    born: &'static str,
) -> Person {
    Person {
        key,
        roles,
        names,
        born,
        is_student: Some(false),
        attends_postsecondary: Some(false),
        is_patient: Some(roles.contains(&"patient")),
    }
}

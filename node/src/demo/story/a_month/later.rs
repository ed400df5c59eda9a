//! Day 9 to day 30: a tripwire and what it sets off, a court's order, review, closing.

use super::super::super::script::{
    Agenda, AnswerReferral, Entry, Expect, History, Item, Outdated, Record, Step,
};
use super::super::{AMIR, DAVID, INCIDENT, MARA, RUTH, says};
use super::acts::{all_three, boundary, judgment, plan, seen, task};
use super::sharing::{PATIENT, approved, received, to_care_items};
use super::{CARE, TESSA, WARD, care, no, ward, ward_proposes, ward_replaces, ward_replaces_to, ward_to};
use serde_json::{Value, json};

const CLOSING: &[Item] = &[says(
    "closing",
    39,
    "personal_observation",
    INCIDENT,
    &[("karl", "")],
    "Active management ended: plea to a misdemeanor, supervised treatment. Nobody was hurt.",
)];

pub(super) fn steps() -> Vec<Step> {
    let mut steps = tripwire();
    steps.extend(community());
    steps.extend(order());
    steps.extend(closing());
    steps
}

fn wire(ended: bool) -> Value {
    json!({"tripwire": {"observable": "He comes to the ward outside visiting hours.", "tell": "The named nurse, then the chair.",
        "expires": "@at 30", "ended": ended}})
}

fn tripwire() -> Vec<Step> {
    let calls = task("treatment_link", "subject", "Keep up the weekly talk with the community team.");
    let desk = task("safety_planning", "target", "Walk the late shift to their cars.");
    vec![
        Step::Days(7, "Day 9"),
        ward(
            "What is to be told to whom, should it be seen: agreed, narrow, and with an end",
            "t1",
            MARA,
            wire(false),
        ),
        Step::Days(3, "Day 12"),
        ward(
            "He comes at night. The night shift writes down what it saw",
            "o_night",
            TESSA,
            json!({"observe": seen("Stood at the door of the ward after midnight and left when spoken to.", "behavior", "direct_witness", "night nurse")}),
        ),
        ward_to(
            "reassessing",
            "The tripwire is touched: the level is stale at once",
            "hit",
            MARA,
            json!({"tripwire_hit": {"tripwire": "@id t1", "observation": "@id o_night"}}),
        ),
        Step::History(History {
            say: "Whoever looks sees it",
            case: WARD,
            by: TESSA,
            state: "reassessing",
            band: "high",
            stale: &["tripwire"],
            levels: 1,
        }),
        Step::Outdated(Outdated {
            say: "The community team sees it too: the level it was told is marked",
            share: "s_peer",
            by: AMIR,
            rows: &[16],
            because: "stale",
        }),
        Step::Agenda(Agenda {
            say: "It is on the chair's agenda",
            by: DAVID,
            case: WARD,
            days: 3,
            has: &[("reassess", false), ("notice", true)],
            has_not: &["emergency_review"],
        }),
        no(
            "judged_again",
            "A new plan on the old judgment is refused",
            DAVID,
            plan(
                "He can visit, and staff are safe.",
                json!([calls.clone(), desk.clone()]),
                boundary(),
                "@at 15",
            ),
        ),
        ward_to(
            "reassessing",
            "The team judges again. One member sees it otherwise, and that stays beside it; the first level stays in the history",
            "a2",
            DAVID,
            judgment(
                ["guarded", "moderate"],
                "@at 40",
                "He came to be near her and left when spoken to; he keeps his talks. The date at court is ahead.",
                json!(["@id f_sleep", "@id f_sorry"]),
                all_three(),
                json!([{"by": "@staff county-hospital/tessa.morrow", "says": "I would leave it where it was until the date at court has passed."}]),
            ),
        ),
        ward_replaces_to(
            "p1",
            "managing",
            "And the plan follows the judgment",
            "p2",
            DAVID,
            plan("He can visit, and staff are safe.", json!([calls, desk]), boundary(), "@at 15"),
        ),
        Step::History(History {
            say: "Two levels, none overwritten",
            case: WARD,
            by: DAVID,
            state: "managing",
            band: "moderate",
            stale: &[],
            levels: 2,
        }),
    ]
}

fn community() -> Vec<Step> {
    let present = json!([
        "@staff community-team/ruth.castellan",
        "@staff community-team/amir.nazari",
        "@staff sheriff/kim.sato",
        "@staff housing-nonprofit/elena.soto",
    ]);
    vec![
        care(
            "assessed",
            "The community team meets too: social work, psychology, a detective, a community partner; nobody of the prosecution",
            "c_a1",
            RUTH,
            json!({"assess": {
                "level": {"model": "structured judgement", "model_version": "1", "original": "guarded", "band": "moderate", "valid_until": "@at 40"},
                "rationale": "What the hospital told, and how he is when he comes to talk.",
                "observations": ["@id c_told"], "single_source": true, "no_enhancing_found": true, "no_mitigating_found": true,
                "gaps": "Nothing is known from his home.", "caveats": "It rests on one source so far and is no prediction.",
                "meeting": {"present": present, "absent_because": "No school is concerned."},
            }}),
        ),
        care(
            "managing",
            "Its plan is support alone",
            "c_p1",
            RUTH,
            json!({"plan": {
                "owner": "@staff community-team/amir.nazari", "goals": ["He has somebody to talk to."], "review_at": "@at 30",
                "tasks": [task("treatment_link", "subject", "A talk each week."), task("family_support_education", "environment_system", "Invite his sister.")],
            }}),
        ),
        Step::Agenda(Agenda {
            say: "Their agenda: nothing waits; the plan's review and the level's end stand ahead",
            by: AMIR,
            case: CARE,
            days: 45,
            has: &[("review", false), ("task", false), ("level_ends", false)],
            has_not: &["first_assessment", "reassess"],
        }),
    ]
}

fn order() -> Vec<Step> {
    vec![
        Step::Days(8, "Day 20"),
        ward(
            "The court: a plea to a misdemeanor, and treatment under supervision. The order is in the history, with its end",
            "order",
            DAVID,
            json!({"order": {"court": "Superior Court", "kind": "supervised treatment",
                "conditions": "Treatment each week for a year; keeps to visiting hours.", "made_on": "@on 0", "until": "@at 365"}}),
        ),
        to_care_items(
            "s_order",
            "The community team is told the conditions, which its psychologist is to help him keep; he agreed to that",
            &["order"],
            vec![("order", Expect::Whole(""))],
        ),
        approved("s_order"),
        received("s_order", "The community team opens it", PATIENT),
    ]
}

fn closing() -> Vec<Step> {
    let rides = task("social_support", "subject", "A nurse he knows rings him once more.");
    let done = json!({"task": {"kind": "social_support", "orientation": "subject", "tier": "secondary",
        "text": "A nurse he knows rings him once more.", "state": "done"}});
    let close = |why: &str| {
        json!({"close": {"outcome": "plea_and_supervised_treatment", "why_it_lasts": why,
            "summary": "He is in treatment under supervision, visits as agreed, and wrote to the nurses."}})
    };
    let lasts = "Treatment is supervised for a year, his sister is with him, and he keeps the agreement.";
    vec![
        Step::Days(7, "Day 27"),
        Step::AnswerReferral(AnswerReferral {
            say: "The community team says that he takes part",
            share: "s_refer",
            by: AMIR,
            state: "engaged",
            agreed_days: 0,
        }),
        Step::Agenda(Agenda {
            say: "At the community team nothing is overdue: their review is still ahead",
            by: AMIR,
            case: CARE,
            days: 0,
            has: &[],
            has_not: &["review", "reassess", "level_ends"],
        }),
        Step::History(History {
            say: "The plan's review is due, and the level is shown so",
            case: WARD,
            by: DAVID,
            state: "reassessing",
            band: "moderate",
            stale: &["review_due"],
            levels: 2,
        }),
        Step::Agenda(Agenda {
            say: "The agenda says so too; a colleague is still owed a notice",
            by: DAVID,
            case: WARD,
            days: 7,
            has: &[("review", true), ("notice", true), ("reassess", false)],
            has_not: &["first_assessment"],
        }),
        ward_to(
            "reassessing",
            "The team looks again: low",
            "a3",
            DAVID,
            judgment(
                ["low", "low"],
                "@at 60",
                "He sleeps at home, keeps his talks and the visiting hours, and has a year of support ahead.",
                json!(["@id f_sleep", "@id f_sorry"]),
                all_three(),
                json!([]),
            ),
        ),
        ward_replaces_to(
            "p2",
            "managing",
            "The plan is small now",
            "p3",
            DAVID,
            plan("It stays as it is.", json!([rides]), json!([]), "@at 60"),
        ),
        Step::Days(3, "Day 30"),
        ward_to(
            "retiring",
            "The chair proposes to close",
            "retire",
            DAVID,
            json!({"retire": {"because": "Nothing in three weeks; others support him now, under the court's order."}}),
        ),
        no("nothing_open", "Closing is refused while something is open", DAVID, close(lasts)),
        Step::History(History {
            say: "What is open",
            case: WARD,
            by: DAVID,
            state: "retiring",
            band: "low",
            stale: &[],
            levels: 3,
        }),
        ward_replaces("task 1", "The call is made", "rung", MARA, done),
        ward_replaces("t1", "The tripwire is taken down", "t1_down", MARA, wire(true)),
        Step::AnswerReferral(AnswerReferral {
            say: "The referral has done what it was for",
            share: "s_refer",
            by: AMIR,
            state: "completed",
            agreed_days: 0,
        }),
        no("notices_given", "Closing is refused while a colleague is owed a notice", DAVID, close(lasts)),
        ward_replaces(
            "owed",
            "He is told, and offered an advocate",
            "told",
            MARA,
            json!({"target_notice": {"target": "@id jonas", "told_at": "@at 0", "advocate_offered": true}}),
        ),
        no(
            "says_why_it_lasts",
            "Closing without why it is expected to last is refused: the level was once high",
            DAVID,
            close(""),
        ),
        ward_proposes("The chair closes; it waits for another discipline", "close", DAVID, close(lasts)),
        no(
            "agreed_by_another",
            "The chair cannot be the second",
            DAVID,
            json!({"concur": {"with": "@id close"}}),
        ),
        ward_to(
            "closed",
            "Another discipline signs too: the case is closed",
            "signed",
            MARA,
            json!({"concur": {"with": "@id close"}}),
        ),
        Step::Record(Record {
            say: "What others may know of the end",
            case: WARD,
            by: MARA,
            entries: super::super::items(CLOSING).into_iter().collect::<Vec<Entry>>(),
        }),
        to_care_items(
            "s_close",
            "The community team is told that the hospital has closed",
            &["closing"],
            vec![("closing", Expect::Whole("45 CFR 160.103"))],
        ),
        approved("s_close"),
        received("s_close", "The community team opens it, and goes on with its own plan", PATIENT),
        Step::History(History {
            say: "The community team's own case goes on",
            case: CARE,
            by: AMIR,
            state: "managing",
            band: "moderate",
            stale: &[],
            levels: 1,
        }),
    ]
}

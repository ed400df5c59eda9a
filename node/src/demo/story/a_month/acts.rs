//! Acts that the month has more than once.

use serde_json::{Value, json};

/// A judgment of the hospital's team: the level, why, who met, and other views.
pub(super) fn judgment(
    level: [&str; 2],
    until: &str,
    because: &str,
    factors: Value,
    present: Value,
    dissent: Value,
) -> Value {
    let [original, band] = level;
    json!({"assess": {
        "level": {"model": "structured judgement", "model_version": "1", "original": original, "band": band, "valid_until": until},
        "rationale": because,
        "observations": ["@id o_words", "@id o_door"],
        "factors": factors,
        "gaps": "Nobody has spoken with him at home. What he does between visits is not known.",
        "caveats": "Said in grief, to the people in front of him. It holds until it ends and is no prediction.",
        "meeting": {
            "present": present,
            "absent_because": "Human resources, legal and risk were asked for their view in writing.",
        },
        "dissent": dissent,
    }})
}

/// Who meets at the hospital.
pub(super) fn all_three() -> Value {
    json!([
        "@staff county-hospital/david.lindqvist",
        "@staff county-hospital/mara.ellison",
        "@staff county-hospital/tessa.morrow",
    ])
}

/// A task of a plan.
pub(super) fn task(kind: &str, orientation: &str, text: &str) -> Value {
    json!({"kind": kind, "orientation": orientation, "tier": "secondary", "text": text, "state": "open"})
}

/// A plan of the hospital's team.
pub(super) fn plan(goal: &str, tasks: Value, restrictions: Value, review_at: &str) -> Value {
    json!({"plan": {
        "owner": "@staff county-hospital/mara.ellison",
        "goals": [goal],
        "own_voice": "He wants to be able to visit, and to be told things by one person and not by five.",
        "tasks": tasks,
        "restrictions": restrictions,
        "review_at": review_at,
    }})
}

/// The boundary that the hospital sets.
pub(super) fn boundary() -> Value {
    json!([{
        "kind": "boundary_setting",
        "text": "Visits from 14:00 to 19:00, with a word at the desk first.",
        "observation": "@id o_door",
        "until": "@at 45",
    }])
}

/// Something seen, told or written.
pub(super) fn seen(text: &str, nature: &str, source_type: &str, source: &str) -> Value {
    json!({
        "text": text,
        "happened_on": "@on 0",
        "learned_on": "@on 0",
        "basis": if source_type == "direct_witness" { "observed" } else { "reported" },
        "nature": nature,
        "source_type": source_type,
        "source": source,
        "directness": if source_type == "direct_witness" { "observed" } else { "reported_by_related_person" },
    })
}

/// The same with further fields.
pub(super) fn with(mut what: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (what.as_object_mut(), more) {
        fields.extend(more);
    }
    what
}

//! The summaries that are decided.

use policy::facts::{FactError, Facts, parse_scenario};

use crate::by_hand::Case;

/// A hospital's summary of 20 items for a mental health provider who is to help avert a danger: charts, notes, records of
/// a substance use program, and what nobody established enough for.
pub fn summary() -> Vec<Facts> {
    let kinds = ["phi", "phi", "psychotherapy_notes", "phi", "sud_record"];
    let elements = [
        "statement_of_threat_or_crime",
        "diagnosis_or_treatment",
        "identity_and_location",
        "general_condition",
    ];
    let mut items = Vec::new();
    for kind in kinds {
        for element in elements {
            items.push(item(kind, element, items.len()).unwrap_or_else(|error| panic!("{error}")));
        }
    }
    items
}

fn item(kind: &str, element: &str, place: usize) -> Result<Facts, FactError> {
    // One in four items rests on a danger whose nearness nobody attested.
    let imminent = if place % 4 == 3 { "" } else { r#", "imminent": true"# };
    let sud = kind == "sud_record";
    let line = format!(
        r#"{{"id": "item-{place}",
            "discloser": {{"sector": "hospital", "hipaa_covered": true, "ferpa_covered": false, "part2_program": {sud}}},
            "recipient": {{"sector": "mental_health_provider", "able_to_prevent_threat": true, "hipaa_covered": true}},
            "subject": {{"age": 34, "is_student": false}},
            "record": {{"kind": "{kind}", "obtained_via": "own", "elements": ["{element}"]}},
            "purpose": "avert_serious_threat",
            "circumstances": {{"serious_threat": true, "good_faith_belief": true{imminent}}}}}"#
    );
    parse_scenario(&line).map(|scenario| scenario.facts)
}

/// Twenty entries and observations of a police agency, for the rules written by hand.
pub fn intelligence_summary() -> Vec<Case> {
    // Seeds are scanned for a mix, so that neither side answers from one branch only.
    let (mut permitted, mut denied) = (Vec::new(), Vec::new());
    let mut seed = 0;
    while permitted.len() < 10 || denied.len() < 10 {
        let case = Case::random(seed);
        let side = if crate::by_hand::permits(&case) { &mut permitted } else { &mut denied };
        if side.len() < 10 {
            side.push(case);
        }
        seed += 1;
    }
    permitted.into_iter().zip(denied).flat_map(|(yes, no)| [yes, no]).collect()
}

//! Warnings: the gates in their order, whom a duty binds, when counsel is asked, and duties that meet prohibitions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[expect(dead_code, reason = "shared with the tests of the law")]
#[path = "law/cases.rs"]
mod cases;

use cases::{Rng, random};
use policy::facts::{FactId, Facts, parse_scenario};
use policy::law::state_tables::{Covered, Duty, duty_to_warn};
use policy::law::warning::{Gate, PART_2_PATHS, WITHOUT_SOFTWARE};
use policy::law::{FILES, Law, related};
use serde_json::{Value, json};

/// A threat told to a clinician, who would tell the target.
fn threat(state: &str, duty: Option<&str>) -> Value {
    let mut facts = json!({
        "id": "case",
        "discloser": {"sector": "mental_health_provider", "hipaa_covered": true, "ferpa_covered": false, "part2_program": false},
        "recipient": {"sector": "target_of_threat", "team_role": "none", "able_to_prevent_threat": true},
        "subject": {"age": 30, "is_student": false, "state": state},
        "record": {"kind": "phi", "obtained_via": "own", "elements": ["statement_of_threat_or_crime"]},
        "purpose": "avert_serious_threat",
        "circumstances": {
            "serious_threat": true, "imminent": true, "good_faith_belief": true, "identifiable_victim": true,
            "threat_communicated_to_provider": true
        }
    });
    if let Some(duty) = duty {
        facts["circumstances"]["duty_to_warn_state"] = json!(duty);
    }
    facts
}

fn facts(value: &Value) -> Facts {
    parse_scenario(&value.to_string()).unwrap_or_else(|error| panic!("{error}: {value}")).facts
}

fn cited(clauses: &[policy::law::ClauseRef], citation: &str) -> bool {
    clauses.iter().any(|clause| related(citation, &Law::embedded().at(*clause).citation))
}

#[test]
fn a_duty_that_counsel_confirmed_is_named_with_its_federal_ground() {
    let law = Law::embedded();
    let advice = law.warning(&facts(&threat("CA", Some("mandatory")))).unwrap();
    let Gate::RequiredByState { duties, federal } = &advice.gate else { panic!("{advice:?}") };
    assert!(cited(duties, "Cal. Civ. Code 43.92") && cited(federal, "45 CFR 164.512"));
    assert_eq!((advice.ask_counsel, advice.row.unwrap().code.as_str()), (None, "CA"));
    let text = advice.describe(law);
    for says in ["must warn or protect", "discharged by: warn victim and notify law enforcement", "call 911"]
    {
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[test]
fn what_counsel_has_not_confirmed_asks_counsel_and_prints_the_other_ways() {
    let law = Law::embedded();
    for row in duty_to_warn() {
        let advice = law.warning(&facts(&threat(&row.code, None))).unwrap();
        let why = advice.ask_counsel.unwrap_or_else(|| panic!("{}: nobody is asked", row.code));
        assert_eq!(why.contains("differ by profession"), row.duty == Duty::Mixed, "{}", row.code);
        assert!(
            !matches!(advice.gate, Gate::RequiredByState { .. } | Gate::Conflict(_)),
            "{}: unconfirmed",
            row.code
        );
        let text = advice.describe(law);
        assert!(WITHOUT_SOFTWARE.iter().all(|way| text.contains(way)), "{}", row.code);
    }
    let mut nowhere = threat("CA", None);
    nowhere["subject"].as_object_mut().unwrap().remove("state");
    assert!(law.warning(&facts(&nowhere)).unwrap().ask_counsel.unwrap().contains("no state is named"));
}

#[test]
fn a_duty_binds_the_professions_that_the_row_lists() {
    let law = Law::embedded();
    let mut of_nd = threat("ND", Some("mandatory"));
    of_nd["discloser"]["profession"] = json!("mft");
    let advice = law.warning(&facts(&of_nd)).unwrap();
    assert!(matches!(advice.gate, Gate::RequiredByState { .. }) && advice.covered == Some(Covered::Yes));
    of_nd["discloser"]["profession"] = json!("psychiatrist");
    let advice = law.warning(&facts(&of_nd)).unwrap();
    assert!(matches!(advice.gate, Gate::PermittedIfBoth { .. }), "leave, not duty: {advice:?}");
    assert_eq!(advice.covered, Some(Covered::No));
    assert!(advice.describe(law).contains("does not list this profession"));
    // Without imminence a duty opens HIPAA by 164.512(a), and only for those it binds.
    let mut of_ca = threat("CA", Some("mandatory"));
    of_ca["circumstances"]["imminent"] = json!(false);
    of_ca["discloser"]["profession"] = json!("psychologist");
    assert!(law.decide(&facts(&of_ca)).permit);
    of_ca["discloser"]["profession"] = json!("other");
    assert!(!law.decide(&facts(&of_ca)).permit, "no duty, not imminent");
}

#[test]
fn the_parent_of_a_threatened_minor_stands_in_where_the_state_says_so() {
    let law = Law::embedded();
    let to_parent = |state: &str| {
        let mut case = threat(state, Some("mandatory"));
        case["recipient"]["sector"] = json!("family_or_friend");
        case["recipient"]["guardian_of_threatened_minor"] = json!(true);
        law.warning(&facts(&case)).unwrap().gate
    };
    assert!(matches!(to_parent("ID"), Gate::RequiredByState { .. }));
    assert!(matches!(to_parent("AZ"), Gate::PermittedIfBoth { .. }), "leave by federal law alone");
    let mut closed = threat("MS", Some("permissive"));
    closed["recipient"]["sector"] = json!("family_or_friend");
    assert!(
        matches!(law.warning(&facts(&closed)).unwrap().gate, Gate::NotPermittedHere { .. }),
        "the list is closed"
    );
    closed["recipient"]["guardian_of_threatened_minor"] = json!(true);
    assert!(matches!(law.warning(&facts(&closed)).unwrap().gate, Gate::PermittedIfBoth { .. }));
}

#[test]
fn substance_use_law_comes_first_and_names_what_it_leaves() {
    let law = Law::embedded();
    let mut case = threat("CA", Some("mandatory"));
    case["discloser"] = json!({"sector": "sud_program", "hipaa_covered": true, "ferpa_covered": false, "part2_program": true});
    case["record"]["kind"] = json!("sud_record");
    let advice = law.warning(&facts(&case)).unwrap();
    let Gate::BlockedByPart2 { bars } = &advice.gate else { panic!("{advice:?}") };
    assert!(cited(bars, "42 CFR 2.20"));
    let text = advice.describe(law);
    assert!(PART_2_PATHS.iter().all(|path| text.contains(path)));
    // The duty is there all the same: both citations are shown.
    let conflict = law.conflict(&facts(&case)).unwrap();
    assert!(cited(&conflict.duties, "Cal. Civ. Code 43.92") && cited(&conflict.bars, "42 CFR 2.20"));
    let shown = conflict.describe(law);
    assert!(shown.contains("Cal. Civ. Code 43.92(b)") && shown.contains("42 CFR 2.20"));
}

#[test]
fn a_duty_that_meets_a_schools_prohibition_is_a_conflict_and_no_permit() {
    let law = Law::embedded();
    let mut case = threat("CA", Some("mandatory"));
    case["discloser"] = json!({"sector": "university", "hipaa_covered": false, "ferpa_covered": true, "part2_program": false});
    case["subject"] = json!({"age": 20, "is_student": true, "eligible_student": true, "state": "CA"});
    case["record"]["kind"] = json!("education_record");
    let Gate::Conflict(conflict) = law.warning(&facts(&case)).unwrap().gate else { panic!("no conflict") };
    assert!(cited(&conflict.bars, "34 CFR 99.30(a)") && !law.decide(&facts(&case)).permit);
    case["circumstances"]["articulable_and_significant"] = json!(true);
    case["circumstances"]["emergency_ongoing"] = json!(true);
    assert!(law.conflict(&facts(&case)).is_none(), "the school's own test opens it");
    assert!(matches!(law.warning(&facts(&case)).unwrap().gate, Gate::RequiredByState { .. }));
}

/// What random facts hardly ever give at once.
fn fit_for_intelligence(facts: &mut Facts) {
    for path in [
        "record.reasonable_suspicion",
        "record.lawfully_collected",
        "record.within_retention_period",
        "record.suspicion_established_by_project",
        "recipient.need_to_know",
        "recipient.right_to_know",
        "recipient.agrees_to_cfr23_procedures",
    ] {
        facts.set(path, true).unwrap();
    }
    for path in [
        "record.only_protected_expression",
        "circumstances.direct_remote_access",
        "circumstances.unapproved_system_change",
        "circumstances.interferes_with_lawful_political_activity",
    ] {
        facts.set(path, false).unwrap();
    }
    facts.set("recipient.sector", "law_enforcement").unwrap();
}

/// Whatever counsel says of a state's law, in whatever state, the answers of the federal regimes but HIPAA are the same,
/// and HIPAA's changes only where a statute leaves no way around telling this recipient (164.512(a)).
#[test]
fn no_word_of_counsel_on_state_law_switches_off_a_federal_gate() {
    let only = |regime: &str| {
        let prefix = format!("law/{regime}/");
        let files: Vec<(&str, &str)> =
            FILES.iter().copied().filter(|(name, _)| name.starts_with(&prefix)).collect();
        Law::parse(&files).unwrap_or_else(|error| panic!("{error}"))
    };
    let gates = [only("part2"), only("ferpa"), only("cfr23")];
    let whole = Law::embedded();
    let duty = FactId::of("circumstances.duty_to_warn_state").unwrap();
    let state = FactId::of("subject.state").unwrap();
    let mut rng = Rng(23);
    let mut opened = [0; 3];
    for _ in 0..3_000 {
        let mut base = random(&mut rng);
        let told = ["law_enforcement", "target_of_threat", "government_agency"][rng.below(3)];
        base.set("recipient.sector", told).unwrap();
        base.set("purpose", "avert_serious_threat").unwrap();
        base.forget(duty);
        base.forget(state);
        if rng.chance(20) {
            fit_for_intelligence(&mut base);
        }
        let before: Vec<bool> = gates.iter().map(|law| law.decide(&base).permit).collect();
        let code = duty_to_warn()[rng.below(duty_to_warn().len())].code.as_str();
        for word in ["mandatory", "permissive", "none"] {
            let mut said = base.clone();
            said.set_fact(duty, word.into()).unwrap();
            said.set_fact(state, code.into()).unwrap();
            let after: Vec<bool> = gates.iter().map(|law| law.decide(&said).permit).collect();
            assert_eq!(before, after, "{word} in {code}: {said:?}");
            // Nothing that a federal law shuts opens in the law as a whole, but by 164.512(a).
            if whole.decide(&said).permit && !whole.decide(&base).permit {
                let basis = whole.decide(&said).basis;
                assert!(cited(basis.as_slice(), "45 CFR 164.512(a)"), "{word} in {code}: {said:?}");
            }
        }
        before.iter().zip(&mut opened).for_each(|(open, count)| *count += usize::from(*open));
    }
    assert!(opened.iter().all(|count| *count > 0), "every gate is open now and then: {opened:?}");
}

//! Facts: contradictory, out of range, of the wrong type, unknown, twice, too many.

use std::fmt::Write;

use policy::facts::{
    AGE_MAX, Contradiction, FactId, FactValue, Facts, LINE_BYTES_MAX, PERMISSIONS_MAX, Permission,
    contradictions, parse_facts, parse_recorded, parse_scenario, recorded, vocabulary,
};

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

/// The error that a text gives; it must name all of `words`.
fn refused(text: &str, words: &[&str]) {
    let error = parse_facts(text).map(|facts| format!("{facts:?}")).unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
    assert!(error.len() < 600 && !error.contains('\u{7}'), "bounded and printable: {error}");
}

fn contradicted(text: &str, words: &[&str]) {
    let found: Vec<String> =
        contradictions(&parse_facts(text).unwrap()).iter().map(Contradiction::to_string).collect();
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    words.iter().for_each(|word| assert!(found[0].contains(word), "`{word}` is not in: {}", found[0]));
}

#[test]
fn what_cannot_be_so_together_is_named_with_the_remedy() {
    let pupil = r#"{"discloser":{"sector":"k12_school"},"subject":{"age":15,"is_student":true,"eligible_student":true}}"#;
    contradicted(pupil, &["subject.eligible_student", "subject.age is 15", "Correct the age"]);
    let no_type = r#"{"consent":{"signed":true,"given_by":"subject"}}"#;
    contradicted(no_type, &["consent.signed", "no type", "give the type"]);
    let never_signed =
        r#"{"consent":[{"type":"objection"},{"type":"part2_consent","signed":false,"expired":true}]}"#;
    contradicted(never_signed, &["consent[1].expired", "never signed", "correct the one"]);
    contradicted(r#"{"subject":{"age":900}}"#, &["subject.age", "900", "from 0 to 130"]);
    let both = r#"{"recipient":{"written_agreement":["none","business_associate_agreement"]}}"#;
    contradicted(both, &["recipient.written_agreement", "`none`", "leave out"]);
}

#[test]
fn what_is_possible_is_no_contradiction() {
    for text in [
        "{}",
        &format!(r#"{{"subject":{{"age":{AGE_MAX}}}}}"#),
        r#"{"subject":{"age":18,"is_student":true,"eligible_student":true}}"#,
        r#"{"discloser":{"sector":"university"},"subject":{"age":15,"eligible_student":true}}"#,
        r#"{"subject":{"age":15,"eligible_student":false}}"#,
        r#"{"consent":{"type":"oral_agreement","signed":false,"expired":true}}"#,
        r#"{"consent":{"signed":false}}"#,
        r#"{"recipient":{"written_agreement":["none"]}}"#,
    ] {
        assert_eq!(contradictions(&parse_facts(text).unwrap()), [], "{text}");
    }
    for line in PUBLISHED.lines() {
        assert_eq!(contradictions(&parse_scenario(line).unwrap().facts), [], "{line}");
    }
}

#[test]
fn dates_become_flags_and_must_fit_together() {
    let consent =
        |rest: &str| format!(r#"{{"as_of":"2026-11-21","consent":{{"type":"hipaa_authorization",{rest}}}}}"#);
    let flags = |rest: &str| parse_facts(&consent(rest)).unwrap();
    let signed = flags(r#""signed_on":"2026-01-05","expires_on":"2026-11-20""#);
    assert_eq!(signed, flags(r#""signed":true,"expired":true"#));
    assert_eq!(
        flags(r#""signed_on":"2026-01-05","expires_on":"2026-11-21""#),
        flags(r#""signed":true,"expired":false"#)
    );
    let undated =
        parse_facts(r#"{"consent":{"type":"hipaa_authorization","expires_on":"2026-01-05"}}"#).unwrap();
    let expired = FactId::of("consent.expired").unwrap();
    assert!(!undated.knows(expired), "without a day to compare with, whether it expired is not known");

    let early = consent(r#""signed_on":"2026-05-02","expires_on":"2026-05-01""#);
    refused(
        &early,
        &["consent:", "expired (2026-05-01) before it was signed (2026-05-02)", "correct the date"],
    );
    refused(&consent(r#""signed_on":"2026-12-01""#), &["consent:", "after as_of"]);
    refused(&consent(r#""signed_on":"2026-05-02","signed":false"#), &["signed_on", "signed is false"]);
    refused(&consent(r#""expires_on":"2026-05-02","expired":false"#), &["expires_on", "expired is false"]);
    for day in ["2026-02-30", "2026-13-01", "0099-01-01", "9999-01-01", "yesterday", "2026-1-1", ""] {
        refused(
            &consent(&format!(r#""signed_on":"{day}""#)),
            &["consent.signed_on", "a day of the calendar"],
        );
    }
    refused(&consent(r#""signed_on":20260101"#), &["consent.signed_on", "YYYY-MM-DD"]);
    refused(r#"{"as_of":"2026-11-31"}"#, &["as_of", "a day of the calendar"]);
}

#[test]
fn wrong_types_unknown_words_and_repeated_keys_are_placed() {
    refused(r#"{"circumstances":{"imminent":"yes"}}"#, &["circumstances.imminent", "true or false"]);
    refused(r#"{"subject":{"age":"15"}}"#, &["subject.age", "whole number"]);
    refused(r#"{"subject":{"age":-3}}"#, &["subject.age", "0 or more"]);
    refused(r#"{"subject":{"age":1e400}}"#, &["not JSON", "line 1"]);
    refused(r#"{"subject":[]}"#, &["subject", "an object"]);
    refused(r#"{"recipient":{"sector":["hospital"]}}"#, &["recipient.sector", "one value"]);
    refused(
        r#"{"recipient":{"sector":"hospitl"}}"#,
        &["recipient.sector", "`hospitl`", "perhaps `hospital`"],
    );
    refused(
        r#"{"circumstances":{"iminent":true}}"#,
        &["circumstances.iminent", "perhaps `circumstances.imminent`"],
    );
    refused(r#"{"purpose":"treatment","purpose":"research"}"#, &["purpose: given twice", "keep the one"]);
    refused(r#"{"consent":[{},{"signed":true,"signed":false}]}"#, &["consent[1].signed: given twice"]);
    refused(r#"{"consent":[{},{"type":"promise"}]}"#, &["consent[1]", "consent.type", "`promise`"]);
    refused(r#"{"record":{"elements":["dna\u0007"]}}"#, &["record.elements"]);
    let many = ["{}"; PERMISSIONS_MAX + 1].join(",");
    refused(&format!(r#"{{"consent":[{many}]}}"#), &["more than 8 permissions"]);
    let mut deep = "[".repeat(100_000);
    deep.push_str(&"]".repeat(100_000));
    refused(&format!(r#"{{"story":{deep}}}"#), &["not JSON", "column"]);
    refused("\u{feff}{}", &["not JSON", "line 1 column 1"]);
}

#[test]
fn ten_megabytes_are_not_read() {
    let mut text = String::from(r#"{"story":{"#);
    while text.len() < 10 * 1024 * 1024 {
        let _ = write!(text, r#""k{}":"{}","#, text.len(), "x".repeat(1000));
    }
    text.push_str(r#""end":1}}"#);
    refused(&text, &["10", "at most", &LINE_BYTES_MAX.to_string()]);
}

/// Facts of every kind, drawn from a seed: what is recorded reads back as the same.
#[test]
fn what_is_recorded_reads_back_as_the_same() {
    let mut state = 7u64;
    let mut next = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    for _ in 0..300 {
        let mut facts = Facts::new();
        let mut permissions = vec![Permission::new(); next(4)];
        for fact in vocabulary().facts() {
            let holders = if fact.row().of_permission() { permissions.len() } else { 1 };
            for holder in 0..holders {
                if next(3) == 0 {
                    continue;
                }
                let words: Vec<&str> = fact.row().kind.values().iter().map(|value| value.name).collect();
                let some: Vec<&str> = words.iter().copied().filter(|_| next(2) == 0).collect();
                let tries = [
                    FactValue::Flag(next(2) == 0),
                    FactValue::Count(i32::try_from(next(120)).unwrap()),
                    FactValue::Words(&some),
                    FactValue::Word(words.get(next(words.len().max(1))).copied().unwrap_or("none")),
                ];
                let taken = tries.into_iter().any(|value| match permissions.get_mut(holder) {
                    Some(permission) if fact.row().of_permission() => {
                        permission.set_fact(fact, value).is_ok()
                    }
                    _ => facts.set_fact(fact, value).is_ok(),
                });
                assert!(taken, "{} takes some value", fact.path());
            }
        }
        permissions.into_iter().for_each(|permission| facts.add_permission(permission).unwrap());
        let text = recorded(&facts).to_string();
        assert_eq!(parse_recorded(&text).unwrap(), facts, "{text}");
    }
    for line in PUBLISHED.lines() {
        let facts = parse_scenario(line).unwrap().facts;
        assert_eq!(parse_recorded(&recorded(&facts).to_string()).unwrap(), facts);
    }
}

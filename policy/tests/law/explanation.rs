//! Ways out of a refusal: whole, tried, in words, the shortest first.

use policy::facts::{Facts, parse_scenario, vocabulary};
use policy::law::{Law, WHOLE_WAYS_MAX};

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

fn regime(id: &str, permits: &[(&str, &str)]) -> String {
    let clause = |id: &str, effect: &str, rest: &str| {
        format!(
            "[[clause]]\nid = \"{id}\"\ncitation = \"Law {id}\"\nread = \"2026-11-21\"\neffect = \"{effect}\"\nsummary = \"x\"\n{rest}\n"
        )
    };
    let permits: String =
        permits.iter().map(|(id, when)| clause(id, "permit", &format!("when = \"{when}\""))).collect();
    let deny = clause(&format!("{id}-deny"), "default_deny", "");
    format!(
        "[regime]\nid = \"{id}\"\nname = \"{id}\"\ncitation = \"{id}\"\ngoverns = \"true\"\ndefault_deny = \"{id}-deny\"\n{deny}{permits}"
    )
}

#[test]
fn where_two_laws_refuse_a_way_mends_both_and_names_a_shared_need_once() {
    let one = regime(
        "one",
        &[
            ("one-near", "circumstances.serious_threat and circumstances.imminent"),
            ("one-signed", "consent.type = hipaa_authorization and consent.signed"),
        ],
    );
    let two = regime(
        "two",
        &[
            ("two-near", "circumstances.imminent"),
            ("two-signed", "consent.type = part2_consent and consent.signed"),
            ("two-never", "purpose = research"),
        ],
    );
    let law = Law::parse(&[("law/one/regime.toml", &one), ("law/two/regime.toml", &two)]).unwrap();
    let mut facts = Facts::new();
    facts.set("purpose", "treatment").unwrap();
    let ways = law.whole_ways(&facts);
    let told: Vec<(Vec<&str>, usize)> = ways
        .iter()
        .map(|way| (way.permits.iter().map(|clause| law.at(*clause).id.as_str()).collect(), way.needs.len()))
        .collect();
    let expected = [
        (vec!["one-near", "two-near"], 2),
        (vec!["one-signed", "two-near"], 2),
        (vec!["one-signed", "two-signed"], 2),
    ];
    for way in &expected {
        // where what mends the first law mends the second too, the second is not named
        let (permits, needs) = way;
        let found = told.iter().any(|(named, count)| {
            count == needs && permits.starts_with(named) && (named.len() == 2 || permits[1] == "two-near")
        });
        assert!(found, "{way:?} is not in {told:?}");
    }
    assert!(told.iter().all(|(permits, _)| !permits.contains(&"two-never")), "the purpose is what it is");
    facts.set("circumstances.imminent", true).unwrap();
    facts.set("circumstances.serious_threat", true).unwrap();
    assert!(law.decide(&facts).permit && law.whole_ways(&facts).is_empty());
}

/// What a record is, and nobody has said, is the last thing to name: not the first, for being short.
#[test]
fn what_nobody_can_bring_about_is_nearest_to_nothing() {
    let law = Law::embedded();
    let mut refusals = 0;
    for line in PUBLISHED.lines().filter(|line| line.contains("education_record")) {
        let explained = law.explain(&parse_scenario(line).unwrap().facts);
        let ferpa: Vec<&str> = explained
            .missing
            .iter()
            .filter(|way| way.regime == "ferpa")
            .map(|way| way.clause.as_str())
            .collect();
        for denial in explained.denials.iter().filter(|denial| denial.regime == "ferpa" && ferpa.len() > 1) {
            refusals += 1;
            let employee = law.find("ferpa-99-3-employee").unwrap();
            assert!(ferpa[0] != "ferpa-99-3-employee" && !denial.nearest.contains(&employee), "{ferpa:?}");
        }
    }
    assert!(refusals >= 5, "{refusals} refusals under FERPA");
}

#[test]
fn every_need_is_something_that_somebody_establishes() {
    let law = Law::embedded();
    let paths: Vec<&str> =
        vocabulary().rows().iter().map(|row| row.path).filter(|path| path.contains('.')).collect();
    let mut ways_told = 0;
    for line in PUBLISHED.lines() {
        let scenario = parse_scenario(line).unwrap();
        let ways = law.whole_ways(&scenario.facts);
        assert!(ways.is_empty() || !law.decide(&scenario.facts).permit, "{}", scenario.id);
        assert!(ways.len() <= WHOLE_WAYS_MAX);
        assert!(ways.is_sorted_by_key(|way| way.needs.len()), "{}: the shortest first", scenario.id);
        ways_told += ways.len();
        for need in ways.iter().flat_map(|way| &way.needs) {
            let by =
                need.text.strip_prefix("must be established by ").map(|rest| rest.split(':').next().unwrap());
            let narrower =
                ["must be limited to: ", "must be left out: "].iter().any(|s| need.text.starts_with(s));
            assert!(narrower || by.is_some_and(|by| by.len() > 3), "{}", need.text);
            assert_eq!(narrower, need.established_by.is_empty(), "{}", need.text);
            assert!(
                !paths.iter().any(|path| need.text.contains(path)),
                "a field's name, not a fact: {}",
                need.text
            );
            assert!(
                !need.text.contains("= true") && !need.text.contains("set to"),
                "what to enter: {}",
                need.text
            );
        }
    }
    assert!(ways_told > 500, "{ways_told}");
}

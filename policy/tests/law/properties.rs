//! Properties of every decision.

#[path = "../common/asked.rs"]
mod asked;

use policy::facts::{
    FactId, FactValue, Facts, Kind, PERMISSIONS_MAX, Permission, parse_scenario, vocabulary,
};
use policy::law::{CITATIONS_MAX, Clause, Effect, Law, MISSING_MAX};
use proptest::prelude::*;

use asked::asked_to_be_known;

use crate::cases::{Draft, Rng, random};

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

/// Facts near the ones that open something: a permit's condition met, the rest at random or unknown.
fn near(law: &Law, rng: &mut Rng) -> Facts {
    let permits: Vec<&Clause> =
        law.clauses().iter().filter(|clause| clause.effect == Effect::Permit).collect();
    let mut draft = Draft::default();
    for _ in 0..1 + rng.below(2) {
        let clause = permits[rng.below(permits.len())];
        if let Some(when) = &clause.when {
            let mut tried = draft.clone();
            if tried.ask(law, when, true, rng) {
                draft = tried;
            }
            for guard in law.bearing_on(law.find(&clause.id).unwrap()) {
                let guard = law.at(guard);
                let mut tried = draft.clone();
                let saved = guard.unless.as_ref().or(guard.must.as_ref());
                let met = match (saved, &guard.when) {
                    (Some(saved), _) if rng.chance(50) => tried.ask(law, saved, true, rng),
                    (_, Some(when)) => tried.ask(law, when, false, rng),
                    _ => false,
                };
                if met && rng.chance(95) {
                    draft = tried;
                }
            }
        }
    }
    for regime in law.regimes().iter().filter(|regime| !regime.fallback) {
        let mut tried = draft.clone();
        if rng.chance(70) && tried.ask(law, &regime.governs_expr, false, rng) {
            draft = tried;
        }
    }
    draft.facts(rng)
}

fn some_facts(law: &Law, seed: u64) -> (Facts, Rng) {
    let mut rng = Rng(seed);
    let facts = if rng.chance(80) { near(law, &mut rng) } else { random(&mut rng) };
    (facts, rng)
}

/// Establishes a fact of the case at random.
fn establish(facts: &mut Facts, fact: FactId, rng: &mut Rng) {
    let values = fact.row().kind.values();
    let words: Vec<&str> = values.iter().map(|value| value.name).filter(|_| rng.chance(30)).collect();
    let value = match fact.row().kind {
        Kind::Flag => FactValue::Flag(rng.chance(50)),
        Kind::One(_) => FactValue::Word(values[rng.below(values.len())].name),
        Kind::Some(_) | Kind::List(_) => FactValue::Words(&words),
        Kind::Count => FactValue::Count(rng.below(100) as i32),
    };
    facts.set_fact(fact, value).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A permit rests on nothing unknown: whatever the unknown facts turn out to be, it stands, as long as the same
    /// regimes govern.
    #[test]
    fn no_permit_rests_on_an_unknown(seed: u64) {
        let law = Law::embedded();
        let (facts, mut rng) = some_facts(law, seed);
        let decision = law.decide(&facts);
        if decision.permit {
            let known = asked_to_be_known(law);
            for _ in 0..4 {
                let mut completed = facts.clone();
                for fact in vocabulary().facts() {
                    if !fact.row().of_permission() && !completed.knows(fact) && !known.contains(&fact) {
                        establish(&mut completed, fact, &mut rng);
                    }
                }
                let completed = law.decide(&completed);
                if completed.regimes == decision.regimes {
                    prop_assert!(completed.permit);
                }
            }
        }
    }

    /// To forget a fact never turns a denial into a permit, as long as the same regimes govern.
    #[test]
    fn to_forget_never_permits(seed: u64) {
        let law = Law::embedded();
        let (facts, mut rng) = some_facts(law, seed);
        let before = law.decide(&facts);
        let known = asked_to_be_known(law);
        for fact in vocabulary().facts().filter(|fact| facts.knows(*fact) && !known.contains(fact)) {
            if rng.chance(50) {
                let mut less = facts.clone();
                less.forget(fact);
                let after = law.decide(&less);
                prop_assert!(before.permit || !after.permit || after.regimes != before.regimes, "{}", fact.path());
            }
        }
    }

    /// An objection or a worthless permission beside what is given never turns a denial into a permit.
    #[test]
    fn an_objection_never_permits(seed: u64) {
        let law = Law::embedded();
        let (facts, _) = some_facts(law, seed);
        if facts.permissions().len() < PERMISSIONS_MAX {
            let mut objection = Permission::new();
            for (path, value) in [("consent.type", FactValue::Word("objection")), ("consent.given_by", FactValue::Word("subject"))] {
                objection.set(path, value).unwrap();
            }
            for flag in ["consent.names_recipient", "consent.covers_record", "consent.covers_purpose", "consent.signed"] {
                objection.set(flag, true).unwrap();
            }
            let mut with = facts.clone();
            with.add_permission(objection).unwrap();
            prop_assert!(law.decide(&facts).permit || !law.decide(&with).permit);
        }
    }

    /// Adding a prohibition never permits, and removing a permit never does.
    #[test]
    fn fewer_permits_never_permit_and_fewer_prohibitions_never_deny(seed: u64) {
        let law = Law::embedded();
        let (facts, mut rng) = some_facts(law, seed);
        let before = law.decide(&facts);
        for clause in law.clauses().iter().filter(|_| rng.chance(10)) {
            let without = || law.decide_without(&facts, law.find(&clause.id).unwrap());
            match clause.effect {
                Effect::Permit => prop_assert!(before.permit || !without().permit, "{}", clause.id),
                Effect::Forbid | Effect::Limit => prop_assert!(!before.permit || without().permit, "{}", clause.id),
                Effect::Require => prop_assert_eq!(before.permit, without().permit, "{}", &clause.id),
                Effect::Define | Effect::DefaultDeny => {}
            }
        }
    }

    /// The explanation is of the decision, is bounded, and offers nothing that nobody can change.
    #[test]
    fn explanations_explain_the_decision(seed: u64) {
        let law = Law::embedded();
        let (facts, _) = some_facts(law, seed);
        let decision = law.decide(&facts);
        let explained = law.explain(&facts);
        prop_assert_eq!(explained.decision, decision);
        prop_assert!(!explained.basis.is_empty() && explained.basis.len() <= CITATIONS_MAX);
        prop_assert!(!decision.permit || !decision.ask_counsel);
        prop_assert!(decision.permit || !decision.mandatory);
        if decision.permit {
            prop_assert!(explained.missing.is_empty() && explained.denials.is_empty());
            for regime in decision.regimes.iter().filter(|regime| !law.regimes()[*regime].overlay) {
                let relied = decision.basis.as_slice();
                prop_assert!(relied.iter().any(|clause| usize::from(law.at(*clause).regime) == regime));
            }
        } else {
            prop_assert!(decision.obligations.is_empty() && decision.travels == 0);
            prop_assert!(!explained.denials.is_empty());
            prop_assert!(explained.missing.len() <= MISSING_MAX * law.regimes().len());
            prop_assert_eq!(explained.readings.is_empty(), !decision.ask_counsel);
        }
        for need in explained.missing.iter().flat_map(|way| &way.needs) {
            prop_assert!(need.text.starts_with("must be ") && !need.text.contains("true"), "{}", need.text);
            if need.path != "consent" {
                let fact = FactId::of(need.path).unwrap();
                let fixed = fact.row().change == policy::facts::Change::Fixed;
                prop_assert!(!fixed || !facts.knows(fact), "{}", need.path);
            }
        }
    }

    /// Any text is an expression or a fault, and never more.
    #[test]
    fn any_condition_is_read_or_refused(text in any_condition()) {
        let file = format!("[[clause]]\nid = \"x\"\ncitation = \"x\"\nread = \"2026-01-01\"\neffect = \"permit\"\nsummary = \"x\"\nwhen = '''{text}'''\n");
        let regime = "[regime]\nid = \"x\"\nname = \"x\"\ncitation = \"x\"\nfallback = true\ndefault_deny = \"d\"\n[[clause]]\nid = \"d\"\ncitation = \"x\"\nread = \"2026-01-01\"\neffect = \"default_deny\"\nsummary = \"x\"\n";
        match Law::parse(&[("law/x/regime.toml", regime), ("law/x/x.toml", &file)]) {
            Ok(law) => { law.explain(&Facts::new()); }
            Err(error) => prop_assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty()),
        }
    }

    /// Any text is a clause file or a fault.
    #[test]
    fn any_file_is_read_or_refused(text in ".{0,300}", cut in 0usize..4000) {
        let (name, whole) = policy::law::FILES[0];
        let cut = (0..=cut.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let _ = Law::parse(&[("law/x/x.toml", &text)]);
        let _ = Law::parse(&[(name, &format!("{}{text}", &whole[..cut]))]);
    }

    /// Any line is a scenario or an error that names what is wrong.
    #[test]
    fn any_line_is_read_or_refused(text in ".{0,200}", line in 0usize..126, at in 0usize..3000) {
        let _ = parse_scenario(&text);
        let line = PUBLISHED.lines().nth(line).unwrap();
        let at = (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let (front, back) = line.split_at(at);
        for changed in [format!("{front}{text}{back}"), front.to_owned(), format!("{front}{}", back.get(1..).unwrap_or(""))] {
            if let Err(error) = parse_scenario(&changed) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// Words of the language in any order, and anything else.
fn any_condition() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => prop::sample::select(vec![
            "and", "or", "not", "(", ")", "{", "}", ",", "=", "<", ">=", "in", "has", "within", "known", "any_consent",
            "consent.none", "@x", "@", "true", "false", "18", "99999999999", "purpose", "treatment", "research",
            "record.elements", "assessment_only", "subject.age", "circumstances.imminent", "consent.signed", "#", "\n",
        ]).prop_map(str::to_owned),
        1 => "[^']{0,4}",
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

//! What the clauses of regimes that do not govern cost: the same items and facts under one regime's texts alone, and under
//! the whole law, and under the whole law with every permit of the other regimes written twice. All must answer alike, by
//! the same clauses and with the same one regime governing.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use policy::facts::{FactId, Facts};
use policy::law::{Decision, FILES, Law};

const REGIMES: [&str; 4] = ["hipaa", "ferpa", "part2", "cfr23"];
/// What the whole law may take of the time that one regime's texts take. The rest is asking the others whether they
/// govern: so much a regime, however many clauses it has.
const RATIO_MAX: f64 = 1.6;
/// What the whole law may take of its own time when the others' permits are in it twice.
const GROWTH_MAX: f64 = 1.2;

/// Times both, prints the ratio, and stops where the whole law costs more than it may.
pub fn bench(criterion: &mut Criterion, whole: &Law, published: &[Facts]) {
    let mut group = criterion.benchmark_group("other regimes");
    for regime in REGIMES {
        let (alone, grown) = (alone(regime), grown(regime));
        let items: Vec<Facts> = published
            .iter()
            .map(|facts| settled(facts, regime))
            .filter(|facts| governing(whole, facts) == [regime])
            .collect();
        assert!(items.len() >= 5, "{regime} alone governs only {} published items", items.len());
        for facts in &items {
            assert_eq!(governing(&alone, facts), [regime]);
            let answer = told(whole, facts);
            assert_eq!(told(&alone, facts), answer, "{regime} answers otherwise by itself");
            assert_eq!(told(&grown, facts), answer, "{regime} answers otherwise among more");
        }
        let (ratio, growth) = (ratio(&alone, whole, &items), ratio(whole, &grown, &items));
        println!(
            "{regime}: {} items; {} clauses alone, {} in the whole law, which takes {ratio:.2} times as long; {} with the \
             others' permits twice, which takes {growth:.2} times as long as the whole law",
            items.len(),
            alone.clauses().len(),
            whole.clauses().len(),
            grown.clauses().len(),
        );
        assert!(ratio < RATIO_MAX && growth < GROWTH_MAX, "{regime}: decisions grow with others' clauses");
        group.throughput(Throughput::Elements(items.len() as u64));
        for (name, law) in [("alone", &alone), ("among the whole law", whole)] {
            group.bench_function(format!("{regime}, {name}"), |b| {
                b.iter(|| items.iter().filter(|facts| law.decide(black_box(facts)).permit).count());
            });
        }
    }
    group.finish();
}

/// The texts of one regime, with the definitions that it borrows from others.
fn alone(regime: &str) -> Law {
    let own = format!("law/{regime}/");
    let mut files: Vec<(&str, &str)> =
        FILES.iter().copied().filter(|(name, _)| name.starts_with(&own)).collect();
    let texts: String = files.iter().map(|(_, text)| *text).collect();
    let blocks = || FILES.iter().flat_map(|(_, text)| text.split("[[clause]]").skip(1));
    let defined = |name: &str| blocks().find(|block| block.contains(&format!("\nname = \"{name}\"\n")));
    let (mut open, mut borrowed, mut seen) = (names(&texts), String::new(), BTreeSet::new());
    while let Some(name) = open.pop() {
        let definition = format!("\nname = \"{name}\"\n");
        if texts.contains(&definition) || !seen.insert(name.clone()) {
            continue;
        }
        let block = defined(&name).unwrap_or_else(|| panic!("@{name} is defined nowhere"));
        borrowed.push_str("[[clause]]");
        borrowed.push_str(block);
        open.extend(names(block));
    }
    let place = format!("{own}borrowed.toml");
    files.push((&place, &borrowed));
    Law::parse(&files).unwrap_or_else(|error| panic!("{regime} alone: {error}"))
}

/// The whole law, with every permit of the regimes but this one in it a second time.
fn grown(regime: &str) -> Law {
    let mut again: Vec<(String, String)> = Vec::new();
    for (name, text) in FILES.iter().filter(|(name, _)| !name.starts_with(&format!("law/{regime}/"))) {
        let permits: String = text
            .split("[[clause]]")
            .skip(1)
            .filter(|block| block.contains("\neffect = \"permit\"\n"))
            .map(|block| format!("[[clause]]{}", block.replacen("\nid = \"", "\nid = \"again-", 1)))
            .collect();
        if !permits.is_empty() {
            again.push((name.replace(".toml", "_again.toml"), permits));
        }
    }
    let again = again.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let files: Vec<(&str, &str)> = FILES.iter().copied().chain(again).collect();
    Law::parse(&files).unwrap_or_else(|error| panic!("{regime} grown: {error}"))
}

/// The definitions that a text names, comments aside.
fn names(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.split('#').next());
    let after = lines.flat_map(|line| line.split('@').skip(1));
    let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
    after.filter_map(name).collect()
}

/// The same item, with what the regimes ask before they govern known: where nothing is said of it, it is not so. A program
/// of substance use care is taken to be nothing else.
fn settled(facts: &Facts, regime: &str) -> Facts {
    let mut facts = facts.clone();
    if regime == "part2" {
        ["discloser.hipaa_covered", "discloser.ferpa_covered"]
            .into_iter()
            .filter_map(FactId::of)
            .for_each(|fact| facts.forget(fact));
    }
    for path in [
        "discloser.hipaa_covered",
        "discloser.ferpa_covered",
        "discloser.part2_program",
        "discloser.cfr23_system",
        "subject.is_student",
        "record.victim_service_information",
        "circumstances.state_law_requires_report",
    ] {
        if FactId::of(path).is_some_and(|fact| !facts.knows(fact)) {
            facts.set(path, false).unwrap_or_else(|error| panic!("{error}"));
        }
    }
    facts
}

fn governing(law: &Law, facts: &Facts) -> Vec<String> {
    law.decide(facts).regimes.iter().map(|regime| law.regimes()[regime].id.clone()).collect()
}

/// An answer in words that do not depend on where a clause stands.
fn told(law: &Law, facts: &Facts) -> (bool, bool, bool, Vec<String>) {
    let Decision { permit, mandatory, ask_counsel, basis, .. } = law.decide(facts);
    (
        permit,
        mandatory,
        ask_counsel,
        basis.as_slice().iter().map(|clause| law.at(*clause).id.clone()).collect(),
    )
}

/// The least of many runs of each, taken in turn, so that other work on the machine meets both.
fn ratio(alone: &Law, whole: &Law, items: &[Facts]) -> f64 {
    let run = |law: &Law| {
        let start = Instant::now();
        for _ in 0..20 {
            black_box(items.iter().filter(|facts| law.decide(black_box(facts)).permit).count());
        }
        start.elapsed()
    };
    let mut least = [Duration::MAX; 2];
    for _ in 0..200 {
        least[0] = least[0].min(run(alone));
        least[1] = least[1].min(run(whole));
    }
    least[1].as_secs_f64() / least[0].as_secs_f64()
}

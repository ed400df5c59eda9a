//! How long the law takes: loading it, one decision, a summary of 20 items with and without reasons.
//!
//! With `--features rego` the same rules also run in a general engine (`regorus`), compiled.
//!
//! The floor is the same rules written by hand as Rust over a plain struct. It covers the regimes that are small enough
//! to write twice (28 CFR Part 23 and what lies outside every regime), runs against a law loaded from just those texts, and
//! is compared with it on every benched input, and on many more, before anything is timed.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench stops at the first difference and prints figures"
)]

mod alone;
mod by_hand;
mod items;
#[cfg(feature = "rego")]
mod rego;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use policy::facts::{Facts, parse_scenario};
use policy::law::{FILES, Law};

use by_hand::Case;

const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");
/// Generated cases on which the law and the hand-written rules are compared.
const COMPARED: u64 = 200_000;

fn main() {
    let law = Law::embedded();
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    whole_law(&mut criterion, law);
    alone::bench(&mut criterion, law, &published());
    same_rules_by_hand(&mut criterion);
    loading(&mut criterion);
    criterion.final_summary();
    reasons_of_denials(law);
}

fn whole_law(criterion: &mut Criterion, law: &Law) {
    let summary = items::summary();
    let denied = summary.iter().filter(|facts| !law.decide(facts).permit).count();
    assert!(denied >= 5 && denied < summary.len(), "{denied} of {} items denied", summary.len());

    let mut group = criterion.benchmark_group("whole law");
    group.bench_function("one decision", |b| b.iter(|| law.decide(black_box(&summary[0]))));
    group.bench_function("one decision, explained", |b| {
        b.iter(|| law.explain(black_box(&summary[0])).basis.len());
    });
    group.throughput(Throughput::Elements(summary.len() as u64));
    group.bench_function("20-item summary", |b| {
        b.iter(|| summary.iter().filter(|facts| law.decide(black_box(facts)).permit).count());
    });
    group.bench_function("20-item summary, explained", |b| {
        b.iter(|| summary.iter().map(|facts| law.explain(black_box(facts)).basis.len()).sum::<usize>());
    });
    let published = published();
    group.throughput(Throughput::Elements(published.len() as u64));
    group.bench_function("published cases", |b| {
        b.iter(|| published.iter().filter(|facts| law.decide(black_box(facts)).permit).count());
    });
    group.bench_function("published cases, explained", |b| {
        b.iter(|| published.iter().map(|facts| law.explain(black_box(facts)).basis.len()).sum::<usize>());
    });
    group.finish();
}

fn same_rules_by_hand(criterion: &mut Criterion) {
    let law = by_hand::same_rules();
    let summary: Vec<Case> = items::intelligence_summary();
    let facts: Vec<Facts> = summary.iter().map(Case::facts).collect();
    for case in &summary {
        assert_eq!(law.decide(&case.facts()).permit, by_hand::permits(case), "they differ on {case:?}");
    }
    let permits = by_hand::compare(&law, COMPARED);
    println!(
        "same rules by hand: {COMPARED} generated cases compared without a difference, {permits} permitted"
    );

    let mut group = criterion.benchmark_group("same rules");
    group.throughput(Throughput::Elements(summary.len() as u64));
    group.bench_function("20-item summary, law as text", |b| {
        b.iter(|| facts.iter().filter(|facts| law.decide(black_box(facts)).permit).count());
    });
    group.bench_function("20-item summary, by hand", |b| {
        b.iter(|| summary.iter().filter(|case| by_hand::permits(black_box(case))).count());
    });
    #[cfg(feature = "rego")]
    rego::bench(&mut group, &summary, COMPARED / 10);
    group.finish();
}

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole law");
    group.sample_size(10);
    group.bench_function("load", |b| b.iter(|| Law::parse(black_box(FILES)).is_ok()));
    group.finish();
}

/// Prints how long the reasons of one denial take: of each published denial the median of many runs (other work on the
/// machine makes single runs long), of these the median and the 99th percentile.
fn reasons_of_denials(law: &Law) {
    let denied: Vec<Facts> = published().into_iter().filter(|facts| !law.decide(facts).permit).collect();
    let mut times: Vec<Duration> = denied.iter().map(|facts| median_explaining(law, facts)).collect();
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "reasons of one denial ({} published denials): p50 {:?}, p99 {:?}, longest {:?}",
        times.len(),
        at(50),
        at(99),
        at(100)
    );
}

fn median_explaining(law: &Law, facts: &Facts) -> Duration {
    let mut times: Vec<Duration> = (0..201)
        .map(|_| {
            let start = Instant::now();
            black_box(law.explain(black_box(facts)));
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn published() -> Vec<Facts> {
    PUBLISHED.lines().filter_map(|line| parse_scenario(line).ok()).map(|scenario| scenario.facts).collect()
}

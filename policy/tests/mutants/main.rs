//! Is every word of the law noticed? Each is changed, one at a time, and somebody has to object: a case that people wrote, a
//! case that was recorded, or a proof.
//!
//! The ordinary run tries as many mutants as [`BUDGET`] allows, spread over the whole text by a fixed seed;
//! `CONCORD_TESTS_LONG=1` tries all and asks the proofs too (a minute or a few with `--release`). Both hold the share that is caught to [`CAUGHT_MIN_PERCENT`].
//! What nobody notices is in `survivors.txt`, by name and with the reason; nothing is left out of the count. With both
//! `CONCORD_TESTS_LONG=1` and `UPDATE_GOLDEN=1` a case is sought for each mutant that the cases miss, and both lists are
//! written anew. A recorded case has the answer of the text as it stood: it notices that the text changed, and people say
//! whether it may. How many the cases notice that people wrote is printed apart.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests; figures are printed"
)]

#[path = "../proof/atoms.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod atoms;
#[path = "../proof/circuit.rs"]
mod circuit;
#[path = "../proof/claims.rs"]
mod claims;
#[path = "../proof/more.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod more;
mod mutate;
#[path = "../proof/prover.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod prover;
#[path = "../proof/reading.rs"]
mod reading;
mod recorded;
mod seek;
mod written;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use policy::law::{Decision, Effect, Expr, Law};

use mutate::Mutant;
use recorded::{Recorded, answer};
use seek::Seeker;
use written::Question;

/// Time that the ordinary run takes.
const BUDGET: Duration = Duration::from_secs(25);
/// Of a hundred mutants, those that cases and proofs have to catch.
const CAUGHT_MIN_PERCENT: f64 = 95.0;
/// Any number: where in the text the ordinary run begins, and so which mutants it tries.
const SEED: usize = 20_261_121;

const SURVIVORS: &str = include_str!("survivors.txt");

/// Who noticed a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Caught {
    ByLoader,
    ByWrittenCase,
    ByRecordedCase,
    ByProof,
    Not,
}

/// The law as it stands, and every case that is asked of it.
struct Bench {
    law: &'static Law,
    questions: Vec<(Question, Decision)>,
    recorded: Vec<(Recorded, Decision)>,
    /// By clause, the regimes in which it can matter; nothing: in any.
    scope: Vec<Option<usize>>,
}

impl Bench {
    fn new() -> Self {
        let law = Law::embedded();
        let questions = written::questions(law)
            .into_iter()
            .map(|question| {
                let decision = law.decide(&question.facts);
                (question, decision)
            })
            .collect();
        let recorded = recorded::recorded()
            .into_iter()
            .map(|recorded| {
                let decision = law.decide(&recorded.facts);
                (recorded, decision)
            })
            .collect();
        Self { law, questions, recorded, scope: scope(law) }
    }

    /// Whether a case can notice a change of this clause: its regime governs.
    fn touches(&self, mutant: &Mutant, decision: &Decision) -> bool {
        match mutant.change {
            mutate::Change::Governs(_) => true,
            _ => self.scope[mutant.at].is_none_or(|regime| decision.regimes.contains(regime)),
        }
    }

    fn by_cases(&self, mutant: &Mutant, changed: &Law) -> Caught {
        let written = self
            .questions
            .iter()
            .filter(|(_, decision)| self.touches(mutant, decision))
            .any(|(question, _)| !question.is_met(changed, &changed.decide(&question.facts)));
        if written {
            return Caught::ByWrittenCase;
        }
        let (about, others): (Vec<_>, Vec<_>) =
            self.recorded.iter().partition(|(recorded, _)| recorded.about == mutant.of);
        let noticed = about
            .into_iter()
            .chain(others)
            .filter(|(_, decision)| self.touches(mutant, decision))
            .any(|(recorded, _)| answer(changed, &changed.decide(&recorded.facts)) != recorded.answer);
        if noticed { Caught::ByRecordedCase } else { Caught::Not }
    }
}

/// For each clause the regime to which its effect is confined. Definitions are used anywhere.
fn scope(law: &Law) -> Vec<Option<usize>> {
    law.clauses()
        .iter()
        .map(|clause| (clause.effect != Effect::Define).then_some(usize::from(clause.regime)))
        .collect()
}

fn listed() -> BTreeMap<&'static str, &'static str> {
    SURVIVORS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.rsplit_once(" | ").unwrap_or_else(|| panic!("survivors.txt: {line}")))
        .collect()
}

#[test]
fn the_recorded_answers_stand() {
    let law = Law::embedded();
    let mut all = recorded::recorded();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for recorded in &mut all {
            recorded.answer = answer(law, &law.decide(&recorded.facts));
        }
        recorded::write(all.iter());
        return;
    }
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|recorded| {
            let now = answer(law, &law.decide(&recorded.facts));
            let was = &recorded.answer;
            (now != *was)
                .then(|| format!("{}: {}\n  was {was}\n  is  {now}", recorded.about, recorded.scenario))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} answers changed; read them, then UPDATE_GOLDEN=1 records them:\n{}",
        wrong.len(),
        wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_word_of_the_law_is_noticed() {
    let long = std::env::var_os("CONCORD_TESTS_LONG").is_some();
    let update = long && std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut bench = Bench::new();
    let mutants = mutate::all(bench.law);
    let listed = listed();
    let start = Instant::now();
    let mut seeker = long.then(|| Seeker::new(bench.law));
    let mut caught: BTreeMap<Caught, usize> = BTreeMap::new();
    let mut survivors: Vec<(String, &'static str)> = Vec::new();
    // a step that shares no factor with their number comes by every one of them
    let step = (1..).map(|n| n * 2 + 1_000_003).find(|step| gcd(*step, mutants.len()) == 1).unwrap();
    let mut tried = 0_usize;
    for turn in 0..mutants.len() {
        if !long && start.elapsed() > BUDGET {
            break;
        }
        let mutant = &mutants[if long { turn } else { (SEED + turn * step) % mutants.len() }];
        tried += 1;
        if long && tried.is_multiple_of(250) {
            println!("{tried} of {}: {caught:?}, {:?}", mutants.len(), start.elapsed());
            if update {
                recorded::write(bench.recorded.iter().map(|(recorded, _)| recorded));
            }
        }
        let mut why = "";
        let by = match mutant.law(bench.law) {
            None => Caught::ByLoader,
            Some(changed) => {
                let mut by = bench.by_cases(mutant, &changed);
                if by == Caught::Not
                    && update
                    && let Some(seeker) = &mut seeker
                    && let Some(found) = sought(seeker, &bench, mutant, &changed)
                {
                    let decision = bench.law.decide(&found.facts);
                    bench.recorded.push((found, decision));
                    by = Caught::ByRecordedCase;
                }
                if by == Caught::Not
                    && let Some(seeker) = &mut seeker
                {
                    why = seeker.why(&changed);
                }
                // of a change that makes no difference nothing is to be proved
                if by == Caught::Not && long && !update && why != seek::NO_FACTS && is_refuted(&changed) {
                    by = Caught::ByProof;
                }
                by
            }
        };
        *caught.entry(by).or_default() += 1;
        if by == Caught::Not {
            survivors.push((mutant.name(), why));
        }
    }
    let share = 100.0 * (tried - survivors.len()) as f64 / tried as f64;
    println!(
        "{tried} of {} mutants tried in {:?}: {caught:?}; {share:.2} % caught",
        mutants.len(),
        start.elapsed()
    );
    if update {
        recorded::write(bench.recorded.iter().map(|(recorded, _)| recorded));
        let mut text = HEAD.to_owned();
        for (name, found) in &survivors {
            // what somebody wrote stands
            let why = listed.get(name.as_str()).filter(|why| !seek::FOUND.contains(why)).unwrap_or(found);
            text.push_str(&format!("{name} | {why}\n"));
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mutants/survivors.txt"), text).unwrap();
        return;
    }
    let unlisted: Vec<&String> =
        survivors.iter().map(|(name, _)| name).filter(|name| !listed.contains_key(name.as_str())).collect();
    let no_longer: Vec<&String> = survivors
        .iter()
        .filter(|(name, why)| {
            listed.get(name.as_str()).is_some_and(|was| seek::FOUND.contains(was) && was != why)
        })
        .map(|(name, _)| name)
        .collect();
    assert!(!long || no_longer.is_empty(), "the reason in survivors.txt is no longer so: {no_longer:#?}");
    // a part of the text cannot tell whether the list is complete: whether it is, is for the long run to say
    let missed = 100.0 * unlisted.len() as f64 / tried as f64;
    assert!(
        missed <= 100.0 - CAUGHT_MIN_PERCENT,
        "nobody notices, and survivors.txt does not name: {unlisted:#?}"
    );
    assert!(!long || unlisted.is_empty(), "nobody notices, and survivors.txt does not name: {unlisted:#?}");
    assert!(!long || share >= CAUGHT_MIN_PERCENT, "{share:.2} % are caught");
    assert!(tried >= if long { mutants.len() } else { 50 }, "{tried} are too few to say anything");
}

const HEAD: &str =
    "# What nobody notices: one change of the text a line, and why. Nothing else is left out of the count.\n";

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn is_refuted(changed: &Law) -> bool {
    !claims::refuted(changed).is_empty() || !more::rests_on_an_unknown(changed).is_empty()
}

/// A case that this change answers otherwise.
fn sought(seeker: &mut Seeker<'_>, bench: &Bench, mutant: &Mutant, changed: &Law) -> Option<Recorded> {
    seeker.difference(changed, mutant.clause(), |scenario| {
        let found = Recorded::new(bench.law, &mutant.of, scenario);
        (answer(changed, &changed.decide(&found.facts)) != found.answer).then_some(found)
    })
}

#[test]
fn mutants_are_what_they_say() {
    let law = Law::embedded();
    let mutants = mutate::all(law);
    let of = |id: &str| mutants.iter().filter(|mutant| mutant.of == id).count();
    assert!(
        law.clauses()
            .iter()
            .filter(|clause| clause.effect == Effect::Permit)
            .all(|clause| of(&clause.id) > 1)
    );
    let atoms =
        law.clauses().iter().flat_map(|clause| [&clause.when, &clause.unless, &clause.must]).flatten();
    let mut count = 0;
    atoms.for_each(|expr| {
        expr.walk(&mut |part| {
            count += usize::from(!matches!(part, Expr::Not(_) | Expr::And(_) | Expr::Or(_) | Expr::Const(_)));
        });
    });
    println!("{} mutants, {count} atoms in conditions", mutants.len());
    assert!(mutants.len() > count);
}

//! Every clause is live: there is a case in which it alone makes the answer what it is. The ones that are shadowed are
//! listed in `shadowed.txt`, each with the clauses that cover it, and why it stands there all the same.
//!
//! A permit is live if some case is permitted with it and not without it, or is permitted either way and has a duty from it
//! alone, that to disclose included; a forbid or limit if some case is denied with it and not without it; a require if some
//! permitted case has a duty from it alone. What covers a clause is a smallest set of others without which it would be
//! live, so that the list says what the clause is hidden by.
//! `UPDATE_GOLDEN=1` writes the list anew and keeps the reasons.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use policy::law::{Clause, ClauseRef, Effect, Law};

use crate::atoms::{Case, LANES};
use crate::circuit::{Circuit, Wire};
use crate::prover::Prover;
use crate::reading::Reading;

const SHADOWED: &str = include_str!("shadowed.txt");
const HEAD: &str =
    "# clause: what covers it (so that no case shows whether it is there) | why it is there all the same\n";
const OVERLAY: &str = "the overlay, which opens nothing";
const WHY_OVERLAY: &str = "leave that state law gives opens no federal gate; the answer names it";
const WHY: &str = "says in words of its own what others say too, so that a refusal or permit can name it";

/// For each clause that is shadowed, its cover.
pub fn shadowed(law: &Law) -> BTreeMap<String, String> {
    let mut circuit = Circuit::default();
    let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
    // a switch for each clause: those that cover another are found by what has to be switched on
    let switches: Vec<Wire> = law.clauses().iter().map(|_| circuit.var()).collect();
    let mut reading = Reading::new(&mut circuit, law, &case);
    let regimes = law.regimes().len();
    let governs: Vec<Wire> = (0..regimes).map(|regime| reading.governs(&mut circuit, regime)).collect();
    let opens: Vec<Wire> =
        (0..regimes).map(|regime| reading.regime_opens(&mut circuit, regime, &[])).collect();
    let decides = reading.decides(&mut circuit, &[]);
    let duties = Duties::new(&mut reading, &mut circuit, &governs);
    let mut prover = Prover::new(&circuit, &[&case]);
    let mut found = BTreeMap::new();
    for (at, clause) in law.clauses().iter().enumerate() {
        let this = law.find(&clause.id).unwrap();
        let regime = usize::from(clause.regime);
        let without = |reading: &mut Reading<'_>, circuit: &mut Circuit| {
            let mut all = Vec::new();
            for (other, governs) in governs.iter().enumerate() {
                let opens = if other == regime {
                    reading.regime_opens(circuit, regime, &[this])
                } else {
                    opens[other]
                };
                all.push(circuit.implies(*governs, opens));
            }
            circuit.and(all)
        };
        let live = match clause.effect {
            Effect::Permit => {
                let without = without(&mut reading, &mut circuit);
                prover.solvable(&circuit, &[&case], &[decides, !without]).is_some()
                    || duties.adds(&mut reading, &mut circuit, &mut prover, decides, this)
            }
            Effect::Forbid | Effect::Limit => {
                let without = without(&mut reading, &mut circuit);
                // some regime must govern that is no overlay: `decides` says so, `without` does not
                let body = some_body(law, &mut circuit, &governs);
                prover.solvable(&circuit, &[&case], &[without, body, !decides]).is_some()
            }
            Effect::Require => duties.adds(&mut reading, &mut circuit, &mut prover, decides, this),
            Effect::Define | Effect::DefaultDeny => true,
        };
        if !live {
            let cover = match clause.effect {
                Effect::Permit if law.regimes()[regime].overlay => OVERLAY.to_owned(),
                Effect::Require => "duties that others bring".to_owned(),
                _ => cover(&mut reading, &mut circuit, &mut prover, &switches, at),
            };
            found.insert(clause.id.clone(), cover);
        }
    }
    found
}

fn some_body(law: &Law, circuit: &mut Circuit, governs: &[Wire]) -> Wire {
    let bodies = law.regimes().iter().zip(governs).filter(|(regime, _)| !regime.overlay);
    circuit.or(bodies.map(|(_, governs)| *governs))
}

/// A smallest set of clauses of the same regime that hide a clause: with any of them switched off it would be live.
fn cover(
    reading: &mut Reading<'_>,
    circuit: &mut Circuit,
    prover: &mut Prover,
    switches: &[Wire],
    at: usize,
) -> String {
    let law = reading.law;
    let clause = &law.clauses()[at];
    let regime = usize::from(clause.regime);
    // the regime with a switch on every clause, this one on and off
    let mut versions = [true, false].map(|present| {
        let on: Vec<Wire> = switches
            .iter()
            .enumerate()
            .map(|(other, switch)| {
                if other != at {
                    *switch
                } else if present {
                    Wire::TRUE
                } else {
                    Wire::FALSE
                }
            })
            .collect();
        reading.regime_opens_with(circuit, regime, &on)
    });
    if clause.effect != Effect::Permit {
        versions.reverse();
    }
    let [opens, closed] = versions;
    let mine = |other: &Clause| {
        usize::from(other.regime) == regime
            && matches!(other.effect, Effect::Permit | Effect::Forbid | Effect::Limit)
    };
    let among: Vec<(Wire, &str)> = law
        .clauses()
        .iter()
        .enumerate()
        // permits hide permits and limits close what would show them; but what a limit closes is open only by permits
        .filter(|(other, row)| *other != at && mine(row))
        .map(|(other, row)| (switches[other], row.id.as_str()))
        .collect();
    let kept_on: Vec<Wire> = match clause.effect {
        // which permits there are is not what hides a forbid
        Effect::Forbid | Effect::Limit => law
            .clauses()
            .iter()
            .zip(switches)
            .filter(|(row, _)| mine(row) && row.effect == Effect::Permit)
            .map(|(_, switch)| *switch)
            .collect(),
        _ => Vec::new(),
    };
    let among: Vec<(Wire, &str)> = among.into_iter().filter(|(wire, _)| !kept_on.contains(wire)).collect();
    let wires: Vec<Wire> = among.iter().map(|(wire, _)| *wire).collect();
    let all: Vec<Wire> = [opens, !closed].into_iter().chain(kept_on).collect();
    match prover.core(circuit, &all, &wires) {
        Ok(core) if core.is_empty() && clause.effect == Effect::Permit => {
            "nothing: it never opens by its own words".to_owned()
        }
        Ok(core) if core.is_empty() => "nothing: no permit is open where it closes".to_owned(),
        Ok(core) => {
            let core: Vec<&str> =
                among.iter().filter(|(wire, _)| core.contains(wire)).map(|(_, id)| *id).collect();
            core.join(", ")
        }
        Err(_) => "what other regimes ask".to_owned(),
    }
}

/// Every way in which a clause brings duties.
struct Duties {
    /// The clause, the duty, and whether the clause brings it.
    sources: Vec<(ClauseRef, Duty, Wire)>,
}

impl Duties {
    fn new(reading: &mut Reading<'_>, circuit: &mut Circuit, governs: &[Wire]) -> Self {
        let law = reading.law;
        let mut sources: Vec<(ClauseRef, Duty, Wire)> = Vec::new();
        let mut bring = |from: ClauseRef, clause: &Clause, wire: Wire| {
            sources.extend(clause.obligations.iter().map(|duty| (from, Duty::Does(duty), wire)));
            sources.extend(clause.travels.iter().map(|thing| (from, Duty::Travels(thing.clone()), wire)));
        };
        let mut mandatory = Vec::new();
        for (regime, governs) in governs.iter().enumerate() {
            for permit in reading.of_regime(regime, &[Effect::Permit]) {
                let opens = reading.opens(circuit, permit, &[]);
                let relied = circuit.and([*governs, opens]);
                bring(permit, law.at(permit), relied);
                if let Some(must) = &law.at(permit).mandatory {
                    let must = reading.holds(circuit, must);
                    mandatory.push((permit, Duty::ToDisclose, circuit.and([relied, must])));
                }
                for require in law.bearing_on(permit) {
                    let row = law.at(require);
                    if row.effect == Effect::Require {
                        let fires = match &row.when {
                            Some(when) => reading.holds(circuit, when),
                            None => Wire::TRUE,
                        };
                        bring(require, row, circuit.and([relied, fires]));
                    }
                }
            }
        }
        sources.extend(mandatory);
        Self { sources }
    }

    /// Whether some permitted case has a duty from this clause alone.
    fn adds(
        &self,
        reading: &mut Reading<'_>,
        circuit: &mut Circuit,
        prover: &mut Prover,
        decides: Wire,
        this: ClauseRef,
    ) -> bool {
        let mut duties: Vec<&Duty> = Vec::new();
        for (_, duty, _) in self.sources.iter().filter(|(from, ..)| *from == this) {
            if !duties.contains(&duty) {
                duties.push(duty);
            }
        }
        duties.into_iter().any(|duty| {
            let (own, others): (Vec<_>, Vec<_>) = self
                .sources
                .iter()
                .filter(|(_, other, _)| other == duty)
                .partition(|(from, ..)| *from == this);
            let own = circuit.or(own.into_iter().map(|(.., wire)| *wire));
            let others = circuit.or(others.into_iter().map(|(.., wire)| *wire));
            prover.solvable(circuit, &[reading.case], &[decides, own, !others]).is_some()
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Duty {
    ToDisclose,
    Does(policy::law::Obligation),
    Travels(String),
}

fn listed() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    SHADOWED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let (id, rest) = line.split_once(": ").unwrap_or_else(|| panic!("shadowed.txt: {line}"));
            let (cover, why) = rest.split_once(" | ").unwrap_or_else(|| panic!("shadowed.txt: {line}"));
            (id, (cover, why))
        })
        .collect()
}

#[test]
fn every_clause_is_live_or_listed_with_its_cover() {
    let law = Law::embedded();
    let start = Instant::now();
    let found = shadowed(law);
    println!("{} clauses, {} shadowed, {:?}", law.clauses().len(), found.len(), start.elapsed());
    let listed = listed();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let mut text = HEAD.to_owned();
        for (id, covered_by) in &found {
            let usual = if covered_by.starts_with(OVERLAY) { WHY_OVERLAY } else { WHY };
            let why = listed.get(id.as_str()).map_or(usual, |(_, why)| why);
            writeln!(text, "{id}: {} | {why}", covered_by).unwrap();
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proof/shadowed.txt"), text).unwrap();
        return;
    }
    let mut wrong = Vec::new();
    for (id, covered_by) in &found {
        match listed.get(id.as_str()) {
            None => wrong.push(format!("{id} is shadowed by {}: list it, or let it count", covered_by)),
            Some((written, _)) if written != covered_by => {
                wrong.push(format!("{id} is shadowed by {}, not by {written}", covered_by));
            }
            Some(_) => {}
        }
    }
    for id in listed.keys().filter(|id| !found.contains_key(**id)) {
        wrong.push(format!("{id} is live: take it off the list"));
    }
    assert!(wrong.is_empty(), "shadowed.txt (UPDATE_GOLDEN=1 writes it anew):\n{}", wrong.join("\n"));
}

//! What never leaves, whatever else is so: the statements of `claims.toml`.

use std::time::Instant;

use policy::law::{Effect, Expr, Law};
use serde::Deserialize;

use crate::atoms::{Case, LANES};
use crate::circuit::{Circuit, Wire};
use crate::prover::{Prover, Valuation, shortened};
use crate::reading::Reading;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    claim: Vec<Claim>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    name: String,
    of: String,
    r#where: String,
    unless: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    citation: String,
    what: String,
    when: String,
}

/// What a refuted claim shows: the case, in the words of the vocabulary, and the permits that open.
pub fn witness(law: &Law, circuit: &Circuit, case: &Case, found: &Valuation) -> String {
    let facts = case.facts(circuit, found);
    let decision = law.decide(&facts);
    let basis: Vec<&str> =
        decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.as_str()).collect();
    let answer = if decision.permit { "permits" } else { "denies" };
    format!("{}\n    the engine {answer}, by {basis:?}", case.words(circuit, found))
}

/// The claims that this law refutes, and the exceptions that it does not need.
pub fn refuted(law: &Law) -> Vec<String> {
    let file: File = toml::from_str(include_str!("claims.toml")).unwrap();
    let mut wrong = Vec::new();
    for claim in &file.claim {
        let start = Instant::now();
        let mut circuit = Circuit::default();
        let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
        let mut reading = Reading::new(&mut circuit, law, &case);
        let condition = |text: &str| -> Expr {
            law.condition("claims.toml", text)
                .unwrap_or_else(|error| panic!("{}: {error}: {text}", claim.name))
        };
        let item = reading.holds(&mut circuit, &condition(&claim.r#where));
        let exceptions: Vec<Wire> = claim
            .unless
            .iter()
            .map(|exception| reading.holds(&mut circuit, &condition(&exception.when)))
            .collect();
        let regime = law.regimes().iter().position(|regime| regime.id == claim.of).unwrap();
        let permits: Vec<Wire> = reading
            .of_regime(regime, &[Effect::Permit])
            .into_iter()
            .map(|permit| reading.opens(&mut circuit, permit, &[]))
            .collect();
        let decides = reading.decides(&mut circuit, &[]);
        let mut prover = Prover::new(&circuit, &[&case]);
        println!("built in {:?}: {} nodes, {} atoms", start.elapsed(), circuit.nodes().len(), circuit.vars());

        // The regime by itself, permit by permit; what it leaves to others is asked of all of them together.
        let otherwise = |open: Wire| -> Vec<Wire> {
            [open, item].into_iter().chain(exceptions.iter().map(|exception| !*exception)).collect()
        };
        let alone =
            permits.iter().all(|open| prover.possible(&mut circuit, &[&case], &otherwise(*open)).is_none());
        if !alone && let Some(found) = prover.solvable(&circuit, &[&case], &otherwise(decides)) {
            let found = shortened(&circuit, &[&case], &otherwise(decides), &found);
            wrong.push(format!("{}: refuted\n{}", claim.name, witness(law, &circuit, &case, &found)));
        }
        for (exception, wire) in claim.unless.iter().zip(&exceptions) {
            let others = exceptions.iter().filter(|other| *other != wire).map(|other| !*other);
            let only: Vec<Wire> = [decides, item, *wire].into_iter().chain(others).collect();
            if prover.solvable(&circuit, &[&case], &only).is_none() {
                wrong.push(format!(
                    "{}: the exception of {} ({}) is not needed",
                    claim.name, exception.citation, exception.what
                ));
            }
        }
        println!(
            "{}: {} by diagram (at most {} nodes), {} by solver, {}, {:?}",
            claim.name,
            prover.by_diagram,
            prover.largest(),
            prover.by_solver,
            if alone { "one regime alone" } else { "all together" },
            start.elapsed()
        );
    }
    wrong
}

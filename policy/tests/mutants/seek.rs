//! A case that a change of the text answers otherwise, if there is one: found by the solver, over all facts.

use policy::law::{ClauseRef, Effect, Law};
use serde_json::Value;

use crate::atoms::{Case, LANES};
use crate::circuit::{Circuit, Wire};
use crate::prover::{Solver, shortened};
use crate::reading::Reading;

/// The law as it stands, over all facts.
pub struct Seeker<'l> {
    law: &'l Law,
    circuit: Circuit,
    case: Case,
    /// Facts as a scenario can state them.
    stated: Wire,
    decides: Wire,
    solver: Solver,
    asked: u32,
}

/// Questions to one solver, at most.
const ASKED_MAX: u32 = 30;

impl<'l> Seeker<'l> {
    pub fn new(law: &'l Law) -> Self {
        let mut circuit = Circuit::default();
        let case = Case::several(&mut circuit, law, LANES, 1).remove(0);
        let stated = case.said_as_scenarios_do(&mut circuit);
        let decides = Reading::new(&mut circuit, law, &case).decides(&mut circuit, &[]);
        let mut solver = Solver::default();
        case.lawful().iter().for_each(|wire| solver.require(&circuit, *wire));
        solver.require(&circuit, stated);
        Self { law, circuit, case, stated, decides, solver, asked: 0 }
    }

    /// The first case, of those in which the two may answer differently, that is taken: they may differ in whether it is
    /// permitted; in whether the changed clause is relied on; in whether it would be, but for what closes it.
    pub fn difference<T>(
        &mut self,
        changed: &Law,
        clause: Option<usize>,
        take: impl Fn(Value) -> Option<T>,
    ) -> Option<T> {
        // what was asked before burdens every later answer
        self.asked += 1;
        if self.asked.is_multiple_of(ASKED_MAX) {
            *self = Self::new(self.law);
        }
        let Self { law, circuit, case, stated, decides, solver, .. } = self;
        let mut other = Reading::new(circuit, changed, case);
        let decides_otherwise = other.decides(circuit, &[]);
        let mut questions: Vec<Vec<Wire>> =
            vec![vec![*decides, !decides_otherwise], vec![!*decides, decides_otherwise]];
        if let Some(at) = clause {
            let mut own = Reading::new(circuit, law, case);
            let this: ClauseRef = own.clauses[at];
            let row = law.at(this);
            let governs = own.governs(circuit, usize::from(row.regime));
            let both_open = [*decides, decides_otherwise, governs];
            let both_closed = [!*decides, !decides_otherwise, governs];
            if row.effect == Effect::Permit && changed.at(this).effect == Effect::Permit {
                let (a, b) = (own.opens(circuit, this, &[]), other.opens(circuit, this, &[]));
                questions.push([&both_open[..], &[a, !b]].concat());
                questions.push([&both_open[..], &[!a, b]].concat());
                if let (Some(from), Some(to)) = (&row.mandatory, &changed.at(this).mandatory) {
                    let (from, to) = (own.holds(circuit, from), other.holds(circuit, to));
                    let same = circuit.same(from, to);
                    questions.push([&both_open[..], &[a, !same]].concat());
                }
            }
            for (from, to) in [
                (&row.when, &changed.at(this).when),
                (&row.unless, &changed.at(this).unless),
                (&row.must, &changed.at(this).must),
            ] {
                if let (Some(from), Some(to)) = (from, to) {
                    let (from, to) = (own.holds(circuit, from), other.holds(circuit, to));
                    let same = circuit.same(from, to);
                    questions.push([&both_open[..], &[!same]].concat());
                    questions.push([&both_closed[..], &[!same]].concat());
                }
            }
            // the case that hangs on this clause, for its duties
            if matches!(row.effect, Effect::Permit) {
                let opens = own.opens(circuit, this, &[]);
                let mut alone = both_open.to_vec();
                alone.push(opens);
                for permit in own.of_regime(usize::from(row.regime), &[Effect::Permit]) {
                    if permit != this {
                        alone.push(!own.opens(circuit, permit, &[]));
                    }
                }
                questions.push(alone);
            }
        }
        questions.into_iter().find_map(|asked| {
            let valuation = solver.possible(circuit, &asked)?;
            let all: Vec<Wire> = asked.into_iter().chain([*stated]).collect();
            let less = shortened(circuit, &[&*case], &all, &valuation);
            take(case.scenario(circuit, &less))
        })
    }
}

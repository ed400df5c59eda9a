//! A case that a change of the text answers otherwise, if there is one: found by the solver, over all facts; or why none is.

use policy::law::{Clause, ClauseRef, Effect, Law, Obligation};
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

/// Why no case notices a change.
pub const NO_FACTS: &str = "proved: on all facts the same may go, by the same permits, with the same duties";
pub const NO_SCENARIO: &str = "proved: on all facts that a scenario can state the same may go, by the same permits, with the same duties";
pub const NOT_FOUND: &str = "a difference is possible, and the facts that were tried do not show it";

/// Reasons that the search itself gives.
pub const FOUND: [&str; 3] = [NO_FACTS, NO_SCENARIO, NOT_FOUND];

/// What a permit or require brings.
#[derive(Clone)]
enum Brings {
    Duty(Obligation),
    Thing(String),
    Must,
}

impl Brings {
    fn all_of(clause: &Clause) -> Vec<Self> {
        let duties = clause.obligations.iter().map(Self::Duty);
        let things = clause.travels.iter().cloned().map(Self::Thing);
        duties.chain(things).chain(clause.mandatory.is_some().then_some(Self::Must)).collect()
    }

    fn is_of(&self, clause: &Clause) -> bool {
        match self {
            Self::Duty(duty) => clause.obligations.iter().any(|other| other == *duty),
            Self::Thing(thing) => clause.travels.contains(thing),
            Self::Must => clause.mandatory.is_some(),
        }
    }

    /// Whether this clause brings it to a disclosure.
    fn by(&self, reading: &mut Reading<'_>, circuit: &mut Circuit, at: ClauseRef) -> Wire {
        let law = reading.law;
        let clause = law.at(at);
        if !self.is_of(clause) {
            return Wire::FALSE;
        }
        let own = match (self, &clause.mandatory, &clause.when) {
            (Self::Must, Some(mandatory), _) => reading.holds(circuit, mandatory),
            (_, _, Some(when)) if clause.effect == Effect::Require => reading.holds(circuit, when),
            _ => Wire::TRUE,
        };
        let through: Vec<ClauseRef> = match clause.effect {
            Effect::Permit => vec![at],
            Effect::Require => (0..law.regimes().len())
                .flat_map(|regime| reading.of_regime(regime, &[Effect::Permit]))
                .filter(|permit| law.bearing_on(*permit).contains(&at))
                .collect(),
            _ => Vec::new(),
        };
        let mut open = Vec::new();
        for permit in through {
            let governs = reading.governs(circuit, usize::from(law.at(permit).regime));
            let opens = reading.opens(circuit, permit, &[]);
            open.push(circuit.and([governs, opens]));
        }
        let open = circuit.or(open);
        circuit.and([own, open])
    }
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
        let mut questions = self.telling(changed);
        questions.extend(self.questions(changed, clause));
        let Self { circuit, case, stated, solver, .. } = self;
        questions.into_iter().find_map(|asked| {
            let valuation = solver.possible(circuit, &asked)?;
            let all: Vec<Wire> = asked.into_iter().chain([*stated]).collect();
            let less = shortened(circuit, &[&*case], &all, &valuation);
            take(case.scenario(circuit, &less))
        })
    }

    /// Why there is no case, after none was found.
    pub fn why(&mut self, changed: &Law) -> &'static str {
        let questions = self.telling(changed);
        if questions.iter().any(|asked| self.solver.possible(&self.circuit, asked).is_some()) {
            return NOT_FOUND;
        }
        let mut wide = Solver::default();
        self.case.lawful().iter().for_each(|wire| wide.require(&self.circuit, *wire));
        let some = questions.iter().any(|asked| wide.possible(&self.circuit, asked).is_some());
        if some { NO_SCENARIO } else { NO_FACTS }
    }

    /// What would be so of a case that is answered otherwise: whether it may go, by which permits, with which duties.
    fn telling(&mut self, changed: &Law) -> Vec<Vec<Wire>> {
        let Self { law, circuit, case, decides, .. } = self;
        let law: &Law = law;
        let mut own = Reading::new(circuit, law, case);
        let mut other = Reading::new(circuit, changed, case);
        let decides_otherwise = other.decides(circuit, &[]);
        let mut questions = vec![vec![*decides, !decides_otherwise], vec![!*decides, decides_otherwise]];
        let both = [*decides, decides_otherwise];
        let mut bringing = Vec::new();
        for at in own.clauses.clone() {
            let (before, after) = (law.at(at), changed.at(at));
            if before.effect == Effect::Permit && after.effect == Effect::Permit {
                let governs = own.governs(circuit, usize::from(before.regime));
                let governs_otherwise = other.governs(circuit, usize::from(before.regime));
                let (opens, opens_otherwise) = (own.opens(circuit, at, &[]), other.opens(circuit, at, &[]));
                let a = circuit.and([governs, opens]);
                let b = circuit.and([governs_otherwise, opens_otherwise]);
                if a != b {
                    questions.push([&both[..], &[a, !b]].concat());
                    questions.push([&both[..], &[!a, b]].concat());
                }
            }
            for brings in Brings::all_of(before) {
                let a = brings.by(&mut own, circuit, at);
                let b = brings.by(&mut other, circuit, at);
                if a != b {
                    bringing.push((brings, at, a, b));
                }
            }
        }
        // what a clause brings and nothing else does
        for (brings, at, a, b) in bringing {
            let mut hangs = both.to_vec();
            for clause in own.clauses.clone() {
                if clause != at {
                    hangs.push(!brings.by(&mut own, circuit, clause));
                }
            }
            questions.push([&hangs[..], &[a, !b]].concat());
            questions.push([&hangs[..], &[!a, b]].concat());
        }
        questions
    }

    /// What may be so of a case that is answered otherwise, one question after the other.
    fn questions(&mut self, changed: &Law, clause: Option<usize>) -> Vec<Vec<Wire>> {
        let Self { law, circuit, case, decides, .. } = self;
        let law: &Law = law;
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
        questions
    }
}

//! Two ways to find out whether something can be: decision diagrams, and above their bound a SAT solver.
//!
//! A question is a set of wires: can all of them be true at once, given what holds among the atoms? A diagram is built bottom
//! up; it is given up as soon as it has more than [`NODES_MAX`] nodes, or two diagrams would have to be joined of which the
//! product of sizes passes [`PAIRS_MAX`]. Then the solver is asked. Whatever is found possible is also evaluated in the
//! circuit, so that a wrong answer of either is noticed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use batsat::{BasicSolver, Lit, SolverInterface, lbool};
use biodivine_lib_bdd::{Bdd, BddVariable, BddVariableSet};

use crate::atoms::Case;
use crate::circuit::{Circuit, Node, Wire, value_of};

/// Nodes of one diagram, at most.
pub const NODES_MAX: usize = 200_000;
/// Pairs of nodes that joining two diagrams may have to look at.
pub const PAIRS_MAX: usize = 2_000_000_000;

/// The diagram would pass the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// A valuation: the value of each atom.
pub type Valuation = Vec<bool>;

/// Asks diagrams first, the solver above their bound.
pub struct Prover {
    diagrams: Diagrams,
    solver: Solver,
    pub by_diagram: usize,
    pub by_solver: usize,
}

impl Prover {
    /// For these cases; all atoms of the circuit exist by now.
    pub fn new(circuit: &Circuit, cases: &[&Case]) -> Self {
        let mut solver = Solver::default();
        for wire in cases.iter().flat_map(|case| case.lawful()) {
            solver.require(circuit, *wire);
        }
        Self { diagrams: Diagrams::new(circuit), solver, by_diagram: 0, by_solver: 0 }
    }

    /// A valuation in which all of these are true.
    pub fn possible(&mut self, circuit: &mut Circuit, cases: &[&Case], all: &[Wire]) -> Option<Valuation> {
        let found = match self.diagrams.possible(circuit, cases, all) {
            Ok(found) => {
                self.by_diagram += 1;
                found
            }
            Err(TooLarge) => {
                self.by_solver += 1;
                self.solver.possible(circuit, all)
            }
        };
        check(circuit, cases, all, found.as_deref());
        found
    }

    /// Nodes of the largest diagram so far.
    pub fn largest(&self) -> usize {
        self.diagrams.largest
    }

    /// The same by the solver alone.
    pub fn solvable(&mut self, circuit: &Circuit, cases: &[&Case], all: &[Wire]) -> Option<Valuation> {
        self.by_solver += 1;
        let found = self.solver.possible(circuit, all);
        check(circuit, cases, all, found.as_deref());
        found
    }

    /// Those of `among` that together make `all` impossible, or a valuation if nothing does.
    pub fn core(&mut self, circuit: &Circuit, all: &[Wire], among: &[Wire]) -> Result<Vec<Wire>, Valuation> {
        self.by_solver += 1;
        let asked: Vec<Wire> = all.iter().chain(among).copied().collect();
        match self.solver.possible(circuit, &asked) {
            Some(found) => Err(found),
            None => Ok(self.solver.smallest_core(circuit, all, among)),
        }
    }

    /// Requires something of every later question to the solver; diagrams do not know of it.
    pub fn require(&mut self, circuit: &Circuit, wire: Wire) {
        self.solver.require(circuit, wire);
    }
}

/// The same witness without what it need not say.
pub fn shortened(circuit: &Circuit, cases: &[&Case], all: &[Wire], found: &[bool]) -> Valuation {
    let mut found = found.to_vec();
    for statement in cases.iter().flat_map(|case| case.statements(circuit)) {
        let mut less = found.clone();
        statement.into_iter().for_each(|atom| less[atom] = false);
        if holds(circuit, cases, all, &less) {
            found = less;
        }
    }
    found
}

fn holds(circuit: &Circuit, cases: &[&Case], all: &[Wire], found: &[bool]) -> bool {
    let atoms: Vec<u64> = found.iter().map(|value| u64::from(*value)).collect();
    let values = circuit.evaluate(&atoms);
    let lawful = cases.iter().flat_map(|case| case.lawful());
    all.iter().chain(lawful).all(|wire| value_of(&values, *wire) & 1 == 1)
}

fn check(circuit: &Circuit, cases: &[&Case], all: &[Wire], found: Option<&[bool]>) {
    assert!(found.is_none_or(|found| holds(circuit, cases, all, found)), "not what was asked for");
}

/// Decision diagrams of the wires of a circuit.
pub struct Diagrams {
    set: BddVariableSet,
    vars: Vec<BddVariable>,
    /// Size of the largest that was built.
    largest: usize,
}

impl Diagrams {
    pub fn new(circuit: &Circuit) -> Self {
        let count = u16::try_from(circuit.vars()).unwrap();
        let set = BddVariableSet::new_anonymous(count);
        let vars = set.variables();
        Self { set, vars, largest: 0 }
    }

    fn wire(
        &mut self,
        circuit: &Circuit,
        wire: Wire,
        built: &mut HashMap<usize, Result<Bdd, TooLarge>>,
    ) -> Result<Bdd, TooLarge> {
        let node = wire.node();
        if !built.contains_key(&node) {
            let bdd = match &circuit.nodes()[node] {
                Node::True => Ok(self.set.mk_true()),
                Node::Var(var) => Ok(self.set.mk_var(self.vars[*var as usize])),
                Node::And(parts) => {
                    let parts: Result<Vec<Bdd>, TooLarge> =
                        parts.iter().map(|part| self.wire(circuit, *part, built)).collect();
                    parts.and_then(|parts| self.all(parts))
                }
            };
            built.insert(node, bdd);
        }
        let bdd = built[&node].clone()?;
        Ok(if wire.is_negated() { bdd.not() } else { bdd })
    }

    /// The conjunction, small ones first.
    fn all(&mut self, mut parts: Vec<Bdd>) -> Result<Bdd, TooLarge> {
        parts.sort_by_key(|part| std::cmp::Reverse(part.size()));
        let Some(mut all) = parts.pop() else { return Ok(self.set.mk_true()) };
        while let Some(next) = parts.pop() {
            if all.is_false() {
                return Ok(all);
            }
            if all.size() * next.size() > PAIRS_MAX {
                return Err(TooLarge);
            }
            all = all.and(&next);
            if all.size() > NODES_MAX {
                return Err(TooLarge);
            }
            self.largest = self.largest.max(all.size());
        }
        Ok(all)
    }

    fn possible(
        &mut self,
        circuit: &Circuit,
        cases: &[&Case],
        all: &[Wire],
    ) -> Result<Option<Valuation>, TooLarge> {
        let mut built = HashMap::new();
        let parts: Vec<Bdd> =
            all.iter().map(|wire| self.wire(circuit, *wire, &mut built)).collect::<Result<_, _>>()?;
        let joint = self.all(parts)?;
        // What holds among the atoms of a fact binds only where the question asks about that fact, or what holds of
        // another does: every other atom can be false, which is lawful.
        let mut open: Vec<usize> = joint.support_set().into_iter().map(BddVariable::to_index).collect();
        let mut seen = BTreeSet::new();
        let mut constraints: BTreeMap<usize, Bdd> = BTreeMap::new();
        while let Some(var) = open.pop() {
            if !seen.insert(var) {
                continue;
            }
            for wire in cases.iter().filter_map(|case| case.group(var)) {
                if let Entry::Vacant(place) = constraints.entry(wire.node()) {
                    let bdd = self.wire(circuit, wire, &mut built)?;
                    open.extend(bdd.support_set().into_iter().map(BddVariable::to_index));
                    place.insert(bdd);
                }
            }
        }
        let bdd = self.all([joint].into_iter().chain(constraints.into_values()).collect())?;
        Ok(bdd.sat_witness().map(|witness| {
            let mut found = vec![false; circuit.vars()];
            for var in bdd.support_set() {
                found[var.to_index()] = witness[var];
            }
            found
        }))
    }
}

/// A SAT solver that learns nodes as they are asked about.
#[derive(Default)]
pub struct Solver {
    solver: BasicSolver,
    lits: HashMap<usize, Lit>,
}

impl Solver {
    /// Requires a wire to be true from now on.
    pub fn require(&mut self, circuit: &Circuit, wire: Wire) {
        let lit = self.lit(circuit, wire);
        self.solver.add_clause_reuse(&mut vec![lit]);
    }

    pub fn possible(&mut self, circuit: &Circuit, all: &[Wire]) -> Option<Valuation> {
        let asked: Vec<Lit> = all.iter().map(|wire| self.lit(circuit, *wire)).collect();
        let answer = self.solver.solve_limited(&asked);
        assert!(answer != lbool::UNDEF, "the solver gave up");
        (answer == lbool::TRUE).then(|| {
            let mut found = vec![false; circuit.vars()];
            for (node, lit) in &self.lits {
                if let Node::Var(var) = circuit.nodes()[*node] {
                    found[var as usize] = self.solver.value_lit(*lit) == lbool::TRUE;
                }
            }
            found
        })
    }

    /// A subset of `among`, none of which can be left out, that makes `all` impossible.
    fn smallest_core(&mut self, circuit: &Circuit, all: &[Wire], among: &[Wire]) -> Vec<Wire> {
        let in_core = self.core_of(circuit, among);
        let mut kept = in_core;
        let mut at = 0;
        while at < kept.len() {
            let mut asked = all.to_vec();
            asked.extend(kept.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, wire)| *wire));
            if self.possible(circuit, &asked).is_none() {
                kept.remove(at);
            } else {
                at += 1;
            }
        }
        kept
    }

    fn core_of(&mut self, circuit: &Circuit, among: &[Wire]) -> Vec<Wire> {
        let core: BTreeSet<u32> = self.solver.unsat_core().iter().map(|lit| lit.var().idx()).collect();
        among.iter().copied().filter(|wire| core.contains(&self.lit(circuit, *wire).var().idx())).collect()
    }

    /// The literal of a wire; what it stands for is added first.
    fn lit(&mut self, circuit: &Circuit, wire: Wire) -> Lit {
        let mut open = vec![wire.node()];
        while let Some(node) = open.last().copied() {
            if self.lits.contains_key(&node) {
                open.pop();
                continue;
            }
            if let Node::And(parts) = &circuit.nodes()[node] {
                let unknown: Vec<usize> = parts
                    .iter()
                    .map(|part| part.node())
                    .filter(|part| !self.lits.contains_key(part))
                    .collect();
                if !unknown.is_empty() {
                    open.extend(unknown);
                    continue;
                }
            }
            let lit = Lit::new(self.solver.new_var_default(), true);
            match &circuit.nodes()[node] {
                Node::True => {
                    self.solver.add_clause_reuse(&mut vec![lit]);
                }
                Node::Var(_) => {}
                Node::And(parts) => {
                    let parts: Vec<Lit> = parts.iter().map(|part| self.signed(*part)).collect();
                    for part in &parts {
                        self.solver.add_clause_reuse(&mut vec![!lit, *part]);
                    }
                    let mut all: Vec<Lit> = parts.into_iter().map(|part| !part).collect();
                    all.push(lit);
                    self.solver.add_clause_reuse(&mut all);
                }
            }
            self.lits.insert(node, lit);
            open.pop();
        }
        self.signed(wire)
    }

    fn signed(&self, wire: Wire) -> Lit {
        let lit = self.lits[&wire.node()];
        if wire.is_negated() { !lit } else { lit }
    }
}

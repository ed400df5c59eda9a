//! The atoms of a case, and what must hold among them: the one place where both are stated.
//!
//! | fact | atoms | among them |
//! |---|---|---|
//! | flag | known true · known false | not both |
//! | one value | one for each value | at most one; none: unknown |
//! | several values | known · one for each value | values only of a fact that is known |
//! | number | known · one for each threshold that a clause names | of a number that is known, in order |
//!
//! A case has at most [`PERMISSIONS_MAX`] permissions, each with atoms of its own and one that says that it is given. With
//! none given the first stands for *no permission*, of which everything is known not to be so, as the engine has it.
//! `facts` reads a valuation back as facts, so that whatever is refuted is also shown to the engine.

use std::collections::{BTreeSet, HashMap};

use policy::facts::{FactId, FactValue, Facts, Kind, PERMISSIONS_MAX, Permission, vocabulary};
use policy::law::{Comparison, Expr, Law};

use crate::circuit::{Circuit, Wire};

/// Permissions in a model. A permit needs few to open: the one that it rests on, and one for each `any_consent` that has to
/// hold; one more closes. What is asked of *every* permission stays so of fewer, so that whatever can happen with many can
/// happen with those alone.
pub const LANES: usize = 3;

/// What is known, and what may be.
#[derive(Debug, Clone, Copy)]
pub struct Both {
    pub yes: Wire,
    pub maybe: Wire,
}

impl Both {
    pub const fn certain(value: bool) -> Self {
        if value {
            Self { yes: Wire::TRUE, maybe: Wire::TRUE }
        } else {
            Self { yes: Wire::FALSE, maybe: Wire::FALSE }
        }
    }
}

/// The atoms of one fact.
#[derive(Debug, Clone)]
enum Slot {
    Flag {
        yes: Wire,
        no: Wire,
    },
    One(Vec<Wire>),
    Many {
        known: Wire,
        has: Vec<Wire>,
    },
    /// From the least threshold up.
    Count {
        known: Wire,
        at_least: Vec<(i32, Wire)>,
    },
}

impl Slot {
    fn new(circuit: &mut Circuit, kind: Kind, thresholds: &[i32]) -> Self {
        match kind {
            Kind::Flag => Self::Flag { yes: circuit.var(), no: circuit.var() },
            Kind::One(values) => Self::One(values.iter().map(|_| circuit.var()).collect()),
            Kind::Some(values) | Kind::List(values) => {
                Self::Many { known: circuit.var(), has: values.iter().map(|_| circuit.var()).collect() }
            }
            Kind::Count => Self::Count {
                known: circuit.var(),
                at_least: thresholds.iter().map(|least| (*least, circuit.var())).collect(),
            },
        }
    }

    fn vars(&self) -> Vec<Wire> {
        match self {
            Self::Flag { yes, no } => vec![*yes, *no],
            Self::One(values) => values.clone(),
            Self::Many { known, has } => [*known].iter().chain(has).copied().collect(),
            Self::Count { known, at_least } => {
                [*known].into_iter().chain(at_least.iter().map(|(_, wire)| *wire)).collect()
            }
        }
    }

    /// What must hold among these atoms.
    fn lawful(&self, circuit: &mut Circuit) -> Wire {
        let mut all = Vec::new();
        match self {
            Self::Flag { yes, no } => all.push(circuit.or([!*yes, !*no])),
            Self::One(values) => {
                let mut earlier = Wire::FALSE;
                for value in values {
                    all.push(circuit.or([!*value, !earlier]));
                    earlier = circuit.or([earlier, *value]);
                }
            }
            Self::Many { known, has } => {
                has.iter().for_each(|value| all.push(circuit.implies(*value, *known)));
            }
            Self::Count { known, at_least } => {
                let mut lower = *known;
                for (_, wire) in at_least {
                    all.push(circuit.implies(*wire, lower));
                    lower = *wire;
                }
            }
        }
        circuit.and(all)
    }

    fn known(&self, circuit: &mut Circuit) -> Wire {
        match self {
            Self::Flag { yes, no } => circuit.or([*yes, *no]),
            Self::One(values) => circuit.or(values.iter().copied()),
            Self::Many { known, .. } | Self::Count { known, .. } => *known,
        }
    }

    /// Has any of these values.
    fn any(&self, circuit: &mut Circuit, values: u64) -> Both {
        let chosen = |all: &[Wire]| -> Vec<Wire> {
            all.iter().enumerate().filter(|(at, _)| values >> at & 1 == 1).map(|(_, wire)| *wire).collect()
        };
        match self {
            Self::Flag { yes, no } => Both { yes: *yes, maybe: !*no },
            Self::One(all) => {
                let (yes, known) = (circuit.or(chosen(all)), self.known(circuit));
                Both { yes, maybe: circuit.or([yes, !known]) }
            }
            Self::Many { known, has } => {
                let yes = circuit.or(chosen(has));
                Both { yes, maybe: circuit.or([yes, !*known]) }
            }
            Self::Count { .. } => Both::certain(false),
        }
    }

    /// Has nothing but these values.
    fn within(&self, circuit: &mut Circuit, values: u64) -> Both {
        match self {
            Self::Many { known, has } => {
                let outside: Vec<Wire> = has
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| values >> at & 1 == 0)
                    .map(|(_, w)| !*w)
                    .collect();
                let maybe = circuit.and(outside);
                Both { yes: circuit.and([*known, maybe]), maybe }
            }
            _ => Both::certain(false),
        }
    }

    fn compare(&self, circuit: &mut Circuit, comparison: Comparison, number: i32) -> Both {
        let Self::Count { known, at_least } = self else { return Both::certain(false) };
        // no number is below zero
        let from = |least: i32| {
            if least <= 0 { *known } else { at_least.iter().find(|(at, _)| *at == least).unwrap().1 }
        };
        let yes = match comparison {
            Comparison::Less => !from(number),
            Comparison::AtMost => !from(number + 1),
            Comparison::Equal => {
                let (low, high) = (from(number), from(number + 1));
                circuit.and([low, !high])
            }
            Comparison::More => from(number + 1),
            Comparison::AtLeast => from(number),
        };
        let yes = circuit.and([*known, yes]);
        Both { yes, maybe: circuit.or([yes, !*known]) }
    }

    /// The values of the atoms for what is known of a fact.
    fn assign(&self, (yes, no): (u64, u64), count: Option<i32>, mut set: impl FnMut(Wire, bool)) {
        let bit = |at: usize| yes >> at & 1 == 1;
        match self {
            Self::Flag { yes: t, no: f } => {
                set(*t, bit(0));
                set(*f, no & 1 == 1);
            }
            Self::One(values) => values.iter().enumerate().for_each(|(at, wire)| set(*wire, bit(at))),
            Self::Many { known, has } => {
                set(*known, yes | no != 0);
                has.iter().enumerate().for_each(|(at, wire)| set(*wire, bit(at)));
            }
            Self::Count { known, at_least } => {
                set(*known, count.is_some());
                for (least, wire) in at_least {
                    set(*wire, count.is_some_and(|count| count >= *least));
                }
            }
        }
    }

    /// The fact that a valuation states.
    fn read(&self, fact: FactId, value: impl Fn(Wire) -> bool) -> Option<Said> {
        let values = fact.row().kind.values();
        match self {
            Self::Flag { yes, no } => (value(*yes) || value(*no)).then(|| Said::Flag(value(*yes))),
            Self::One(all) => all.iter().position(|wire| value(*wire)).map(|at| Said::Word(values[at].name)),
            Self::Many { known, has } => value(*known).then(|| {
                let has = has.iter().enumerate().filter(|(_, wire)| value(**wire));
                Said::Words(has.map(|(at, _)| values[at].name).collect())
            }),
            Self::Count { known, at_least } => value(*known).then(|| {
                let reached = at_least.iter().filter(|(_, wire)| value(*wire)).map(|(least, _)| *least);
                let below = at_least.iter().find(|(_, wire)| !value(*wire)).map(|(least, _)| least - 1);
                Said::Count(reached.last().or(below).unwrap_or(0).max(0))
            }),
        }
    }
}

/// A fact as a witness states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Flag(bool),
    Word(&'static str),
    Words(Vec<&'static str>),
    Count(i32),
}

impl Said {
    fn json(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Word(word) => (*word).into(),
            Self::Words(words) => words.clone().into(),
            Self::Count(count) => (*count).into(),
        }
    }

    fn value(&self) -> FactValue<'_> {
        match self {
            Self::Flag(flag) => FactValue::Flag(*flag),
            Self::Word(word) => FactValue::Word(word),
            Self::Words(words) => FactValue::Words(words),
            Self::Count(count) => FactValue::Count(*count),
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => write!(f, "[{}]", words.join(", ")),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

/// The atoms of one whole case.
#[derive(Debug)]
pub struct Case {
    facts: HashMap<FactId, Slot>,
    lanes: Vec<HashMap<FactId, Slot>>,
    /// Of each lane, whether a permission is in it.
    given: Vec<Wire>,
    /// By atom, the constraint of the fact that it belongs to.
    groups: HashMap<usize, Wire>,
    lawful: Vec<Wire>,
}

impl Case {
    /// The atoms of several cases side by side, those of one fact together, so that diagrams that compare them stay small.
    pub fn several(circuit: &mut Circuit, law: &Law, lanes: usize, cases: usize) -> Vec<Self> {
        assert!((1..=PERMISSIONS_MAX).contains(&lanes));
        let thresholds = thresholds(law);
        let empty = || Self {
            facts: HashMap::new(),
            lanes: vec![HashMap::new(); lanes],
            given: Vec::new(),
            groups: HashMap::new(),
            lawful: Vec::new(),
        };
        let mut all: Vec<Self> = (0..cases).map(|_| empty()).collect();
        let (permission, own): (Vec<FactId>, Vec<FactId>) =
            vocabulary().facts().partition(|fact| fact.row().of_permission());
        for fact in own {
            for case in &mut all {
                let slot = Slot::new(circuit, fact.row().kind, &thresholds);
                case.constrain(circuit, &slot, Wire::TRUE);
                case.facts.insert(fact, slot);
            }
        }
        for lane in 0..lanes {
            for case in &mut all {
                let given = circuit.var();
                let before = case.given.last().copied().unwrap_or(Wire::TRUE);
                let in_order = circuit.implies(given, before);
                case.groups.insert(circuit.var_of(given), in_order);
                case.lawful.push(in_order);
                case.given.push(given);
            }
            for fact in &permission {
                for case in &mut all {
                    let slot = Slot::new(circuit, fact.row().kind, &[]);
                    // nothing is known of a permission that is not given
                    let given = case.given[lane];
                    case.constrain(circuit, &slot, given);
                    case.lanes[lane].insert(*fact, slot);
                }
            }
        }
        all
    }

    fn constrain(&mut self, circuit: &mut Circuit, slot: &Slot, given: Wire) {
        let lawful = slot.lawful(circuit);
        let only_if_given: Vec<Wire> = slot.vars().iter().map(|var| circuit.implies(*var, given)).collect();
        let lawful = circuit.and(only_if_given.into_iter().chain([lawful]));
        for var in slot.vars() {
            self.groups.insert(circuit.var_of(var), lawful);
        }
        self.lawful.push(lawful);
    }

    /// Everything that holds among the atoms of a case.
    pub fn lawful(&self) -> &[Wire] {
        &self.lawful
    }

    /// What holds among the atoms of the fact that this atom is of.
    pub fn group(&self, var: usize) -> Option<Wire> {
        self.groups.get(&var).copied()
    }

    pub fn lane_count(&self) -> usize {
        self.given.len()
    }

    /// Whether any permission is given.
    pub fn some_permission(&self) -> Wire {
        self.given[0]
    }

    /// Whether a permission is in this lane.
    pub fn is_given(&self, lane: usize) -> Wire {
        self.given[lane]
    }

    /// Whether a lane is looked at: one is always, or else "no permission" would never be.
    pub fn in_use(&self, lane: usize) -> Wire {
        if lane == 0 { Wire::TRUE } else { self.given[lane] }
    }

    pub fn any(&self, circuit: &mut Circuit, fact: FactId, values: u64, lane: usize) -> Both {
        match self.facts.get(&fact) {
            Some(slot) => slot.any(circuit, values),
            None => {
                let both = self.lanes[lane][&fact].any(circuit, values);
                Both { yes: both.yes, maybe: circuit.and([both.maybe, self.given[lane]]) }
            }
        }
    }

    pub fn within(&self, circuit: &mut Circuit, fact: FactId, values: u64) -> Both {
        self.facts.get(&fact).map_or(Both::certain(false), |slot| slot.within(circuit, values))
    }

    /// Whether a fact is established.
    pub fn known(&self, circuit: &mut Circuit, fact: FactId, lane: usize) -> Wire {
        match self.facts.get(&fact) {
            Some(slot) => slot.known(circuit),
            None => {
                let known = self.lanes[lane][&fact].known(circuit);
                circuit.or([known, !self.given[lane]])
            }
        }
    }

    pub fn compare(&self, circuit: &mut Circuit, fact: FactId, comparison: Comparison, number: i32) -> Both {
        self.facts.get(&fact).map_or(Both::certain(false), |slot| slot.compare(circuit, comparison, number))
    }

    /// The atoms that make one statement, and can all be false: those of each fact, and of each permission as a whole.
    pub fn statements(&self, circuit: &Circuit) -> Vec<Vec<usize>> {
        let atoms = |slots: &HashMap<FactId, Slot>| -> Vec<Vec<usize>> {
            slots.values().map(|slot| slot.vars().iter().map(|var| circuit.var_of(*var)).collect()).collect()
        };
        let mut all = atoms(&self.facts);
        for (lane, given) in self.lanes.iter().zip(&self.given) {
            let each = atoms(lane);
            all.push(each.iter().flatten().copied().chain([circuit.var_of(*given)]).collect());
            all.extend(each);
        }
        all
    }

    /// All atoms of a fact of the case, with those of the same fact in another case.
    pub fn paired(&self, other: &Self, fact: FactId) -> Vec<(Wire, Wire)> {
        match (self.facts.get(&fact), other.facts.get(&fact)) {
            (Some(own), Some(other)) => own.vars().into_iter().zip(other.vars()).collect(),
            _ => Vec::new(),
        }
    }

    /// All atoms of a fact of one lane, with those of the same fact in another case.
    pub fn paired_permission(&self, other: &Self, fact: FactId, lane: usize) -> Vec<(Wire, Wire)> {
        self.lanes[lane][&fact].vars().into_iter().zip(other.lanes[lane][&fact].vars()).collect()
    }

    /// Writes what facts establish into one of 64 valuations.
    pub fn assign(&self, circuit: &Circuit, facts: &Facts, atoms: &mut [u64], place: u32) {
        let mut set = |wire: Wire, value: bool| {
            let atom = &mut atoms[circuit.var_of(wire)];
            *atom = *atom & !(1 << place) | u64::from(value) << place;
        };
        for (fact, slot) in &self.facts {
            slot.assign(facts.bits(*fact), facts.count(*fact), &mut set);
        }
        let given = facts.permissions().len();
        assert!(given <= self.given.len(), "more permissions than this model has lanes");
        for (lane, slots) in self.lanes.iter().enumerate() {
            set(self.given[lane], lane < given);
            for (fact, slot) in slots {
                let bits = if lane < given { facts.permission_bits(*fact, lane) } else { (0, 0) };
                slot.assign(bits, None, &mut set);
            }
        }
    }

    fn said(&self, circuit: &Circuit, atoms: &[bool]) -> Vec<(Option<usize>, FactId, Said)> {
        let value = |wire: Wire| atoms[circuit.var_of(wire)];
        let mut said = Vec::new();
        for fact in vocabulary().facts() {
            if let Some(slot) = self.facts.get(&fact)
                && let Some(what) = slot.read(fact, value)
            {
                said.push((None, fact, what));
            }
        }
        for lane in (0..self.lanes.len()).filter(|lane| value(self.given[*lane])) {
            for fact in vocabulary().facts() {
                if let Some(what) = self.lanes[lane].get(&fact).and_then(|slot| slot.read(fact, value)) {
                    said.push((Some(lane), fact, what));
                }
            }
        }
        said
    }

    /// A valuation as facts.
    pub fn facts(&self, circuit: &Circuit, atoms: &[bool]) -> Facts {
        let mut facts = Facts::new();
        let given = self.given.iter().filter(|wire| atoms[circuit.var_of(**wire)]).count();
        let mut permissions = vec![Permission::new(); given];
        for (lane, fact, said) in self.said(circuit, atoms) {
            match lane {
                None => facts.set_fact(fact, said.value()).unwrap(),
                Some(lane) => permissions[lane].set_fact(fact, said.value()).unwrap(),
            }
        }
        permissions.into_iter().for_each(|permission| facts.add_permission(permission).unwrap());
        facts
    }

    /// Whether everything is said that a scenario says by not mentioning it.
    pub fn said_as_scenarios_do(&self, circuit: &mut Circuit) -> Wire {
        let adverse = |fact: &FactId| fact.row().false_unless_stated.is_some();
        let mut all = Vec::new();
        for (_, slot) in self.facts.iter().filter(|(fact, _)| adverse(fact)) {
            all.push(slot.known(circuit));
        }
        for (lane, given) in self.lanes.iter().zip(&self.given) {
            for (_, slot) in lane.iter().filter(|(fact, _)| adverse(fact)) {
                let known = slot.known(circuit);
                all.push(circuit.implies(*given, known));
            }
        }
        circuit.and(all)
    }

    /// A valuation as a scenario; what one says by not mentioning it is left out.
    pub fn scenario(&self, circuit: &Circuit, atoms: &[bool]) -> serde_json::Value {
        let mut sections = serde_json::Map::new();
        let given = self.given.iter().filter(|wire| atoms[circuit.var_of(**wire)]).count();
        let mut permissions = vec![serde_json::Map::new(); given];
        for (lane, fact, said) in self.said(circuit, atoms) {
            if fact.row().false_unless_stated.is_some() && said == Said::Flag(false) {
                continue;
            }
            let name = fact.path().split_once('.').map_or(fact.path(), |(_, name)| name).to_owned();
            match (lane, fact.path().split_once('.')) {
                (Some(lane), _) => {
                    permissions[lane].insert(name, said.json());
                }
                (None, Some((section, _))) => {
                    let section = sections.entry(section.to_owned()).or_insert(serde_json::json!({}));
                    section.as_object_mut().unwrap().insert(name, said.json());
                }
                (None, None) => {
                    sections.insert(name, said.json());
                }
            }
        }
        if given > 0 {
            let permissions = permissions.into_iter().map(serde_json::Value::Object).collect();
            sections.insert("consent".to_owned(), serde_json::Value::Array(permissions));
        }
        serde_json::Value::Object(sections)
    }

    /// A valuation in the words of the vocabulary.
    pub fn words(&self, circuit: &Circuit, atoms: &[bool]) -> String {
        let mut lines = Vec::new();
        for (lane, fact, said) in self.said(circuit, atoms) {
            let of = lane.map_or(String::new(), |lane| format!("permission {}: ", lane + 1));
            lines.push(format!("    {of}{} = {said}", fact.path()));
        }
        if lines.is_empty() { "    nothing is established".to_owned() } else { lines.join("\n") }
    }
}

/// The numbers from which on some comparison of the law has another answer.
fn thresholds(law: &Law) -> Vec<i32> {
    let mut found = BTreeSet::new();
    let mut visit = |expr: &Expr| {
        if let Expr::Compare(_, comparison, number) = expr {
            match comparison {
                Comparison::Less | Comparison::AtLeast => found.extend([*number]),
                Comparison::AtMost | Comparison::More => found.extend([number + 1]),
                Comparison::Equal => found.extend([*number, number + 1]),
            }
        }
    };
    for clause in law.clauses() {
        for expr in [&clause.when, &clause.unless, &clause.must, &clause.mandatory].into_iter().flatten() {
            expr.walk(&mut visit);
        }
    }
    law.regimes().iter().for_each(|regime| regime.governs_expr.walk(&mut visit));
    // ages that statements about the law may name
    found.extend([13, 14, 16, 18, 21]);
    // and one that nobody reaches
    found.insert(policy::facts::AGE_MAX + 1);
    // and one more or less, which a changed text may name
    let near: Vec<i32> = found.iter().flat_map(|least| [least - 1, *least, least + 1]).collect();
    let near: BTreeSet<i32> = near.into_iter().filter(|least| *least > 0).collect();
    near.into_iter().collect()
}

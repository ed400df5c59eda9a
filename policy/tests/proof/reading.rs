//! The law as a circuit over the atoms of one case: what each condition says, which permits open, what is decided.
//!
//! Written from `law/README.md` and the public view of a loaded law, not from the engine's compiled form; that the two agree
//! is tested on facts of every sort (`faithful.rs`).

use std::collections::HashMap;

use policy::facts::FactId;
use policy::law::{Clause, ClauseRef, Effect, Expr, Law};

use crate::atoms::{Both, Case};
use crate::circuit::{Circuit, Wire};

/// One law, read over the atoms of one case.
pub struct Reading<'a> {
    pub law: &'a Law,
    pub case: &'a Case,
    /// Every clause, in order.
    pub clauses: Vec<ClauseRef>,
    places: HashMap<ClauseRef, usize>,
    defines: HashMap<(String, usize), Both>,
    objections: Vec<Wire>,
    /// By permit, where its condition holds: in each lane.
    known_whens: HashMap<ClauseRef, Vec<Wire>>,
    /// By forbid or limit, whether it spares all, or the permission of each lane.
    known_spares: HashMap<(String, bool), Vec<Wire>>,
}

impl<'a> Reading<'a> {
    pub fn new(circuit: &mut Circuit, law: &'a Law, case: &'a Case) -> Self {
        let clauses: Vec<ClauseRef> =
            law.clauses().iter().map(|clause| law.find(&clause.id).unwrap()).collect();
        let mut reading = Self {
            law,
            case,
            places: clauses.iter().copied().zip(0..).collect(),
            clauses,
            defines: HashMap::new(),
            objections: Vec::new(),
            known_whens: HashMap::new(),
            known_spares: HashMap::new(),
        };
        let kind = FactId::of("consent.type").unwrap();
        let at = kind.row().kind.values().iter().position(|value| value.name == "objection").unwrap();
        reading.objections =
            (0..case.lane_count()).map(|lane| case.any(circuit, kind, 1 << at, lane).maybe).collect();
        reading
    }

    /// A condition with one permission in view.
    pub fn expr(&mut self, circuit: &mut Circuit, expr: &Expr, lane: usize) -> Both {
        match expr {
            Expr::Const(value) => Both::certain(*value),
            Expr::Any(fact, values) => self.case.any(circuit, *fact, *values, lane),
            Expr::Within(fact, values) => self.case.within(circuit, *fact, *values),
            Expr::Known(fact) => {
                let known = self.case.known(circuit, *fact, lane);
                Both { yes: known, maybe: known }
            }
            Expr::Compare(fact, comparison, number) => {
                self.case.compare(circuit, *fact, *comparison, *number)
            }
            Expr::NoPermission => {
                let none = !self.case.some_permission();
                Both { yes: none, maybe: none }
            }
            Expr::AnyPermission(inner) => {
                let lanes: Vec<Both> = self.in_lanes(circuit, inner);
                Both {
                    yes: circuit.or(lanes.iter().map(|both| both.yes)),
                    maybe: circuit.or(lanes.iter().map(|both| both.maybe)),
                }
            }
            Expr::Define(named) => {
                let key = (named.name.clone(), lane);
                if let Some(both) = self.defines.get(&key) {
                    return *both;
                }
                let when = self.law.define(named).unwrap();
                let both = self.expr(circuit, when, lane);
                self.defines.insert(key, both);
                both
            }
            Expr::Not(inner) => {
                let both = self.expr(circuit, inner, lane);
                Both { yes: !both.maybe, maybe: !both.yes }
            }
            Expr::And(parts) => {
                let parts: Vec<Both> = parts.iter().map(|part| self.expr(circuit, part, lane)).collect();
                Both {
                    yes: circuit.and(parts.iter().map(|both| both.yes)),
                    maybe: circuit.and(parts.iter().map(|both| both.maybe)),
                }
            }
            Expr::Or(parts) => {
                let parts: Vec<Both> = parts.iter().map(|part| self.expr(circuit, part, lane)).collect();
                Both {
                    yes: circuit.or(parts.iter().map(|both| both.yes)),
                    maybe: circuit.or(parts.iter().map(|both| both.maybe)),
                }
            }
        }
    }

    /// A condition with each permission in view, false where there is none.
    pub fn in_lanes(&mut self, circuit: &mut Circuit, expr: &Expr) -> Vec<Both> {
        (0..self.case.lane_count())
            .map(|lane| {
                let both = self.expr(circuit, expr, lane);
                let used = self.case.in_use(lane);
                Both { yes: circuit.and([used, both.yes]), maybe: circuit.and([used, both.maybe]) }
            })
            .collect()
    }

    /// Whether a condition is known true with some permission in view.
    pub fn holds(&mut self, circuit: &mut Circuit, expr: &Expr) -> Wire {
        let lanes = self.in_lanes(circuit, expr);
        circuit.or(lanes.iter().map(|both| both.yes))
    }

    /// Whether a condition is not known false with some permission in view.
    pub fn may_hold(&mut self, circuit: &mut Circuit, expr: &Expr) -> Wire {
        let lanes = self.in_lanes(circuit, expr);
        circuit.or(lanes.iter().map(|both| both.maybe))
    }

    /// Whether a regime governs: what is not known not to.
    pub fn governs(&mut self, circuit: &mut Circuit, regime: usize) -> Wire {
        let regimes = self.law.regimes();
        if !regimes[regime].fallback {
            return self.may_hold(circuit, &regimes[regime].governs_expr);
        }
        let others: Vec<Wire> = (0..regimes.len())
            .filter(|other| !regimes[*other].fallback && !regimes[*other].overlay && !regimes[*other].adds)
            .map(|other| !self.governs(circuit, other))
            .collect();
        circuit.and(others)
    }

    /// Whether a forbid or limit leaves a permit alone that rests on no permission in particular.
    pub fn spares_all(&mut self, circuit: &mut Circuit, guard: &Clause) -> Wire {
        let key = (guard.id.clone(), true);
        if let Some(known) = self.known_spares.get(&key) {
            return known[0];
        }
        let idle = !self.bites(circuit, guard);
        let saved = self.saved(circuit, guard);
        let spares = circuit.or([idle, saved]);
        self.known_spares.insert(key, vec![spares]);
        spares
    }

    fn bites(&mut self, circuit: &mut Circuit, guard: &Clause) -> Wire {
        match &guard.when {
            Some(when) => self.may_hold(circuit, when),
            None => Wire::TRUE,
        }
    }

    fn saved(&mut self, circuit: &mut Circuit, guard: &Clause) -> Wire {
        match guard.unless.as_ref().or(guard.must.as_ref()) {
            Some(saved) => self.holds(circuit, saved),
            None => Wire::FALSE,
        }
    }

    /// Whether a forbid or limit leaves a permit alone with the permission of each lane.
    pub fn spares_each(&mut self, circuit: &mut Circuit, guard: &Clause) -> Vec<Wire> {
        let key = (guard.id.clone(), false);
        if let Some(known) = self.known_spares.get(&key) {
            return known.clone();
        }
        let always = Expr::Const(true);
        let mut holds = Vec::new();
        for lane in 0..self.case.lane_count() {
            let when = self.expr(circuit, guard.when.as_ref().unwrap_or(&always), lane).maybe;
            let saved = guard.unless.as_ref().or(guard.must.as_ref());
            let saved = saved.map_or(Wire::FALSE, |saved| self.expr(circuit, saved, lane).yes);
            holds.push(circuit.or([!when, saved]));
        }
        if guard.effect == Effect::Forbid {
            // an objection speaks against the permit from wherever it stands
            let pairs = holds.iter().zip(&self.objections);
            let unopposed: Vec<Wire> =
                pairs.map(|(holds, objection)| circuit.implies(*objection, *holds)).collect();
            let unopposed = circuit.and(unopposed);
            holds.iter_mut().for_each(|holds| *holds = circuit.and([*holds, unopposed]));
        }
        self.known_spares.insert(key, holds.clone());
        holds
    }

    /// The forbids and limits that bear on a permit.
    pub fn guards_of(&self, permit: ClauseRef) -> Vec<ClauseRef> {
        self.law
            .bearing_on(permit)
            .into_iter()
            .filter(|bearing| matches!(self.law.at(*bearing).effect, Effect::Forbid | Effect::Limit))
            .collect()
    }

    /// Whether a permit opens, as if the clauses of `without` were not there.
    pub fn opens(&mut self, circuit: &mut Circuit, permit: ClauseRef, without: &[ClauseRef]) -> Wire {
        self.opens_with(circuit, permit, &|clause| {
            if without.contains(&clause) { Wire::FALSE } else { Wire::TRUE }
        })
    }

    /// Whether a permit opens, where `on` says of each clause whether it is there.
    fn opens_with(
        &mut self,
        circuit: &mut Circuit,
        permit: ClauseRef,
        on: &dyn Fn(ClauseRef) -> Wire,
    ) -> Wire {
        let law = self.law;
        let when = law.at(permit).when.as_ref().unwrap();
        let guards: Vec<(ClauseRef, Wire)> = self
            .guards_of(permit)
            .into_iter()
            .map(|guard| (guard, on(guard)))
            .filter(|(_, on)| *on != Wire::FALSE)
            .collect();
        if !self.known_whens.contains_key(&permit) {
            let lanes = self.in_lanes(circuit, when).iter().map(|both| both.yes).collect();
            self.known_whens.insert(permit, lanes);
        }
        let whens = &self.known_whens[&permit];
        let open = if reads_permission(law, when) {
            let mut lanes: Vec<Vec<Wire>> = whens.iter().map(|yes| vec![*yes]).collect();
            for (guard, on) in guards {
                let spares = self.spares_each(circuit, law.at(guard));
                for (lane, spares) in lanes.iter_mut().zip(spares) {
                    lane.push(circuit.implies(on, spares));
                }
            }
            let lanes: Vec<Wire> = lanes.into_iter().map(|lane| circuit.and(lane)).collect();
            circuit.or(lanes)
        } else {
            let mut all = vec![circuit.or(whens.iter().copied())];
            for (guard, on) in guards {
                let spares = self.spares_all(circuit, law.at(guard));
                all.push(circuit.implies(on, spares));
            }
            circuit.and(all)
        };
        circuit.and([on(permit), open])
    }

    /// Whether a regime opens, as if the clauses of `without` were not there.
    pub fn regime_opens(&mut self, circuit: &mut Circuit, regime: usize, without: &[ClauseRef]) -> Wire {
        let on: Vec<Wire> = self
            .clauses
            .iter()
            .map(|clause| if without.contains(clause) { Wire::FALSE } else { Wire::TRUE })
            .collect();
        self.regime_opens_with(circuit, regime, &on)
    }

    /// Whether a regime opens, where `on` says of each clause of the law, in order, whether it is there.
    pub fn regime_opens_with(&mut self, circuit: &mut Circuit, regime: usize, on: &[Wire]) -> Wire {
        let law = self.law;
        let places = self.places.clone();
        let on = |clause: ClauseRef| on[places[&clause]];
        if law.regimes()[regime].overlay {
            let whole = |clause: &Clause| clause.on.is_empty() || clause.on.iter().any(|on| on == "*");
            let guards = self.of_regime(regime, &[Effect::Forbid, Effect::Limit]);
            let mut spared = Vec::new();
            for guard in guards.into_iter().filter(|guard| whole(law.at(*guard))) {
                let spares = self.spares_all(circuit, law.at(guard));
                spared.push(circuit.implies(on(guard), spares));
            }
            circuit.and(spared)
        } else {
            let permits = self.of_regime(regime, &[Effect::Permit]);
            let open: Vec<Wire> =
                permits.into_iter().map(|permit| self.opens_with(circuit, permit, &on)).collect();
            circuit.or(open)
        }
    }

    /// The clauses of a regime with one of these effects.
    pub fn of_regime(&self, regime: usize, effects: &[Effect]) -> Vec<ClauseRef> {
        self.law
            .clauses()
            .iter()
            .zip(&self.clauses)
            .filter(|(clause, _)| usize::from(clause.regime) == regime && effects.contains(&clause.effect))
            .map(|(_, at)| *at)
            .collect()
    }

    /// The decision, as if the clauses of `without` were not there.
    pub fn decides(&mut self, circuit: &mut Circuit, without: &[ClauseRef]) -> Wire {
        let mut all = Vec::new();
        let mut governed = Vec::new();
        for (regime, row) in self.law.regimes().iter().enumerate() {
            let governs = self.governs(circuit, regime);
            let opens = self.regime_opens(circuit, regime, without);
            all.push(circuit.implies(governs, opens));
            if !row.overlay {
                governed.push(governs);
            }
        }
        all.push(circuit.or(governed));
        circuit.and(all)
    }
}

/// Whether a condition asks about the permission in view.
pub fn reads_permission(law: &Law, expr: &Expr) -> bool {
    match expr {
        Expr::Any(fact, _) | Expr::Known(fact) => fact.row().of_permission(),
        Expr::Not(inner) => reads_permission(law, inner),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| reads_permission(law, part)),
        Expr::Define(named) => law.define(named).is_some_and(|when| reads_permission(law, when)),
        _ => false,
    }
}

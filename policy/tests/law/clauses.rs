//! Every clause counts: each permit opens on facts that satisfy it and on none where a condition is dropped, and without
//! each clause some answer is another.

use policy::facts::{Facts, parse_scenario};
use policy::law::{Clause, ClauseRef, Decision, Effect, Expr, Law};

use crate::cases::{Draft, Rng};

const TRIES: u64 = 400;
const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

/// Permits that never open by themselves, each with the reason.
const NEVER_OPEN: &[(&str, &str)] = &[
    ("ferpa-guid-child-abuse-report", "not settled; its limit names both readings"),
    ("part2-2-61-b-1-process", "names the process that opens nothing, for the limit that says so"),
    ("part2-2-20-mandate", "names the mandate that opens nothing, for the limit that says so"),
    ("part2-2-51-received", "not settled; its limit names both readings"),
    ("part2-2-25", "not settled; its limit names both readings"),
];
/// Conditions that the rest of their permit implies, as `permit: condition`, each with the reason.
const IMPLIED: &[(&str, &str)] = &[
    (
        "general-team-criminal-history: subject.state in {VA}",
        "the exception of general-special-kinds; said where it permits",
    ),
    (
        "general-team-criminal-history: recipient.statutory_threat_assessment_team",
        "the exception of general-special-kinds; said where it permits",
    ),
];
/// Clauses whose removal changes no answer, each with the reason.
const CHANGE_NOTHING: &[(&str, &str)] = &[
    ("hipaa-512-f-1-i", "hipaa-512-a-1 opens the same; police reports have this paragraph of their own"),
    ("hipaa-512-f-2-ii", "the closed list of (f)(2)(i) leaves it out too; apart, so that a refusal names it"),
    ("ferpa-guid-child-abuse-report", "its limit closes it; it changes what is cited"),
    ("part2-2-61-b-1-process", "its limit closes it; it changes what is cited"),
    ("part2-2-20-mandate", "its limit closes it; it changes what is cited"),
    ("part2-2-63-a", "such an order is one of 2.64 or 2.65, which opens too; it changes what is cited"),
    ("part2-2-51-received", "its limit closes it; it changes whether counsel is asked"),
    ("part2-2-25", "its limit closes it; it changes whether counsel is asked"),
    ("states-dtw-*-may", "leave that state law gives opens nothing federal; it changes what is cited"),
    ("states-va-19-2-389-team", "leave that state law gives opens nothing federal; it changes what is cited"),
    ("states-va-32-1-127-team", "leave that state law gives opens nothing federal; it changes what is cited"),
];

/// The law's permits.
fn permits(law: &Law) -> impl Iterator<Item = (ClauseRef, &Clause)> {
    of(law, &[Effect::Permit])
}

fn of<'a>(law: &'a Law, effects: &'a [Effect]) -> impl Iterator<Item = (ClauseRef, &'a Clause)> {
    law.clauses()
        .iter()
        .filter(|clause| effects.contains(&clause.effect))
        .map(|clause| (law.find(&clause.id).unwrap(), clause))
}

/// Asks that a forbid or limit leaves its permits alone.
fn ask_harmless(law: &Law, guard: &Clause, draft: &mut Draft, rng: &mut Rng) -> bool {
    let saved = guard.unless.as_ref().or(guard.must.as_ref());
    let always = Expr::Const(true);
    let off = (guard.when.as_ref().unwrap_or(&always), false);
    let mut ways: Vec<(&Expr, bool)> = vec![off];
    ways.extend(saved.map(|saved| (saved, true)));
    let first = rng.below(ways.len());
    (0..ways.len()).any(|at| {
        let (expr, wanted) = ways[(first + at) % ways.len()];
        let mut tried = draft.clone();
        let taken = tried.ask(law, expr, wanted, rng);
        if taken {
            *draft = tried;
        }
        taken
    })
}

/// Asks that every forbid and limit but one leaves a permit alone.
fn ask_guards(
    law: &Law,
    permit: ClauseRef,
    but: Option<ClauseRef>,
    draft: &mut Draft,
    rng: &mut Rng,
) -> bool {
    law.bearing_on(permit)
        .into_iter()
        .filter(|bearing| Some(*bearing) != but)
        .map(|bearing| law.at(bearing))
        .filter(|clause| matches!(clause.effect, Effect::Forbid | Effect::Limit))
        .all(|guard| ask_harmless(law, guard, draft, rng))
}

/// Tries seeds until one gives what is looked for.
fn search<T>(mut attempt: impl FnMut(&mut Rng) -> Option<T>) -> Option<T> {
    (0..TRIES).find_map(|seed| attempt(&mut Rng(seed)))
}

/// The conditions of a permit that all have to hold.
fn conjuncts(when: &Expr) -> Vec<&Expr> {
    match when {
        Expr::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

#[test]
fn every_permit_opens_on_facts_that_satisfy_it() {
    let law = Law::embedded();
    let opens = |permit: ClauseRef, clause: &Clause| {
        search(|rng| {
            let mut draft = Draft::default();
            let asked = draft.ask(law, clause.when.as_ref()?, true, rng)
                && ask_guards(law, permit, None, &mut draft, rng);
            (asked && law.opens(permit, &draft.facts(rng))).then_some(())
        })
        .is_some()
    };
    let never: Vec<&str> = permits(law)
        .filter(|(permit, clause)| !opens(*permit, clause))
        .map(|(_, clause)| clause.id.as_str())
        .collect();
    assert_listed("permits that never open", &never, NEVER_OPEN);
}

#[test]
fn a_permit_does_not_open_with_a_condition_dropped() {
    let law = Law::embedded();
    let mut implied = Vec::new();
    for (permit, clause) in permits(law).filter(|(_, clause)| !is_listed(&clause.id, NEVER_OPEN)) {
        let conditions = conjuncts(clause.when.as_ref().unwrap());
        for (dropped, condition) in conditions.iter().enumerate() {
            let others_hold = |draft: &mut Draft, rng: &mut Rng| {
                conditions
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != dropped)
                    .all(|(_, other)| draft.ask(law, other, true, rng))
                    && ask_guards(law, permit, None, draft, rng)
            };
            let without = search(|rng| {
                let mut draft = Draft::default();
                let asked = others_hold(&mut draft, rng) && draft.ask(law, condition, false, rng);
                asked.then(|| draft.facts(rng))
            });
            match without {
                Some(facts) => {
                    assert!(!law.opens(permit, &facts), "{} opens without {condition}", clause.id);
                }
                None => implied.push(format!("{}: {condition}", clause.id)),
            }
        }
    }
    let implied: Vec<&str> = implied.iter().map(String::as_str).collect();
    assert_listed("conditions that the rest implies", &implied, IMPLIED);
}

#[test]
fn without_each_clause_some_answer_is_another() {
    let law = Law::embedded();
    let published: Vec<Facts> = PUBLISHED.lines().map(|line| parse_scenario(line).unwrap().facts).collect();
    let effects = [Effect::Permit, Effect::Forbid, Effect::Limit, Effect::Require];
    let inert: Vec<&str> = of(law, &effects)
        .filter(|(removed, clause)| {
            let changes = |facts: &Facts| differs(&law.decide(facts), &law.decide_without(facts, *removed));
            !published.iter().any(changes)
                && search(|rng| changes(&facts_about(law, *removed, clause, rng)?).then_some(())).is_none()
        })
        .map(|(_, clause)| clause.id.as_str())
        .collect();
    assert_listed("clauses whose removal changes nothing", &inert, CHANGE_NOTHING);
}

fn differs(with: &Decision, without: &Decision) -> bool {
    let answer = |d: &Decision| (d.permit, d.mandatory, d.ask_counsel, d.obligations, d.travels);
    answer(with) != answer(without)
}

/// Facts on which a clause should decide: its regime alone governs, and everything else leaves it the say.
fn facts_about(law: &Law, about: ClauseRef, clause: &Clause, rng: &mut Rng) -> Option<Facts> {
    let overlay = law.regimes()[usize::from(clause.regime)].overlay;
    let bitten: Vec<ClauseRef> = permits(law)
        .filter(|(permit, other)| match clause.effect {
            Effect::Permit => *permit == about,
            _ if overlay && law.bearing_on(*permit).is_empty() => other.regime != clause.regime,
            _ if overlay => law.bearing_on(*permit).contains(&about) || other.regime != clause.regime,
            _ => law.bearing_on(*permit).contains(&about),
        })
        .map(|(permit, _)| permit)
        .collect();
    // A forbid that is not settled also decides, where nothing else would open, whether counsel is asked.
    let alone = clause.effect == Effect::Forbid && !clause.unsettled.is_empty() && rng.below(2) == 0;
    let permit = if alone { about } else { *bitten.get(rng.below(bitten.len()))? };
    let mut draft = Draft::default();
    if !alone && !draft.ask(law, law.at(permit).when.as_ref()?, true, rng) {
        return None;
    }
    if clause.effect != Effect::Permit {
        if let Some(when) = &clause.when
            && !draft.ask(law, when, true, rng)
        {
            return None;
        }
        let saved = clause.unless.as_ref().or(clause.must.as_ref());
        if let Some(saved) = saved
            && !draft.ask(law, saved, false, rng)
        {
            return None;
        }
    }
    if !alone && !ask_guards(law, permit, Some(about), &mut draft, rng) {
        return None;
    }
    // Keep other regimes out where the facts leave that open.
    let own = [law.at(permit).regime, clause.regime].map(usize::from);
    for (index, regime) in law.regimes().iter().enumerate() {
        if !own.contains(&index) && !regime.fallback {
            let mut tried = draft.clone();
            if tried.ask(law, &regime.governs_expr, false, rng) {
                draft = tried;
            }
        }
    }
    Some(draft.facts(rng))
}

/// Whether an id is on a list, by name or by a pattern with one `*`.
fn is_listed(id: &str, listed: &[(&str, &str)]) -> bool {
    listed.iter().any(|(known, _)| match known.split_once('*') {
        Some((front, back)) => id.starts_with(front) && id.ends_with(back),
        None => *known == id,
    })
}

/// The list may only shrink: what is found must be listed with a reason, and what is listed must be found.
fn assert_listed(what: &str, found: &[&str], listed: &[(&str, &str)]) {
    let new: Vec<&&str> = found.iter().filter(|id| !is_listed(id, listed)).collect();
    let gone: Vec<&str> = listed
        .iter()
        .filter(|entry| !found.iter().any(|id| is_listed(id, &[**entry])))
        .map(|(known, _)| *known)
        .collect();
    assert!(new.is_empty(), "{what}, not listed: {new:#?}");
    assert!(gone.is_empty(), "{what}: take off the list, it is no longer so: {gone:#?}");
}

//! Who may take a step, and where: refused by `who` and `state`, and not without them.

use crate::common::DEPUTY;
use crate::common::stages::At;
use crate::guards::careful;
use policy::process::entry::TransferIn;
use policy::process::entry::{BYSTANDER, CLOCK};
use policy::process::table::Hand;
use policy::process::words::State;
use policy::process::{Act, Process};

/// Somebody who is the hand for nothing else.
fn only(hand: Option<Hand>) -> &'static str {
    match hand {
        Some(Hand::Bystander) => BYSTANDER,
        Some(Hand::Affiliate) => "pastor",
        Some(Hand::Intake | Hand::Chair) => DEPUTY,
        Some(Hand::Core) => "worker",
        Some(Hand::Clock) => CLOCK,
        None => "coordinator",
    }
}

#[test]
fn a_step_is_for_those_hands_that_the_table_names() {
    let process = Process::embedded().unwrap();
    let mut refused = 0;
    for step in &process.steps {
        let case = careful(&step.id);
        for hand in Hand::ALL.iter().copied().map(Some).chain([None]) {
            let mut case = case.clone();
            let who = only(hand);
            // The one core member who is chair and intake is made to be but one of them.
            if let Some(Hand::Intake | Hand::Chair) = hand {
                let deputy = case.at.story.member(DEPUTY);
                deputy.is_chair = hand == Some(Hand::Chair);
                deputy.is_intake = hand == Some(Hand::Intake);
            }
            let holds = match hand {
                None => false,
                // Chair and coordinator are core members here.
                Some(Hand::Intake | Hand::Chair) => {
                    step.who.contains(&Hand::Core) || hand.is_some_and(|h| step.who.contains(&h))
                }
                Some(hand) => step.who.contains(&hand),
            };
            let refusing = case.at.story.refusing(who, case.act.clone(), case.replaces);
            assert_eq!(refusing.contains(&"who"), !holds, "{} by {hand:?} ({who}): {refusing:?}", step.id);
            if holds {
                continue;
            }
            refused += 1;
            let mut without = process.clone();
            let of = without.steps.iter_mut().find(|s| s.id == step.id).unwrap();
            of.who = Hand::ALL.to_vec();
            let rest = match case.at.story.tries_with(&without, who, &case.act, case.replaces) {
                Ok(_) => Vec::new(),
                Err(refusal) => refusal.0.iter().map(|r| r.guard).collect(),
            };
            let none_of_the_team =
                hand.is_none_or(|h| matches!(h, Hand::Affiliate | Hand::Bystander | Hand::Clock));
            if none_of_the_team {
                // Even so, the process is entered by no back door: a coordinator is the hand for nothing.
                assert!(rest.iter().all(|g| !["state"].contains(g)), "{} by {hand:?}: {rest:?}", step.id);
            } else {
                let own = ["chair_accepts", "recusal_is_founded"];
                let rest: Vec<&str> = rest.into_iter().filter(|g| !own.contains(g)).collect();
                assert!(rest.is_empty(), "{} by {hand:?} needs more than `who`: {rest:?}", step.id);
            }
        }
    }
    assert!(refused > 150, "only {refused} hands were refused");
}

#[test]
fn an_act_is_taken_in_the_states_that_the_table_names_and_in_no_other() {
    let process = Process::embedded().unwrap();
    let mut refused = 0;
    for state in State::ALL {
        let at = At::state(*state);
        for act in Act::WORDS {
            let step = process.steps.iter().find(|s| s.act == *act).unwrap();
            let deed = careful(&step.id);
            let refusing = at.story.refusing(deed.who, deed.act.clone(), None);
            let named = process.step(act, Some(*state)).is_some();
            assert_eq!(refusing == ["state"], !named, "{act} in {state}: {refusing:?}");
            if named {
                continue;
            }
            refused += 1;
            let refusal = at.story.tries(deed.who, &deed.act, None).unwrap_err();
            let said = &refusal.0[0];
            assert!(said.why.contains(state.as_str()) && said.why.contains(act), "{refusal}");
            assert!(said.satisfy.contains("can be taken in") || said.satisfy.contains("begins a case"));
            let mut with = process.clone();
            with.steps.iter_mut().find(|s| s.id == step.id).unwrap().from.push(*state);
            let still = at.story.tries_with(&with, deed.who, &deed.act, None);
            let only_state = still.as_ref().is_err_and(|r| r.0.iter().any(|r| r.guard == "state"));
            assert!(!only_state, "{act} in {state} is refused by more than its place");
        }
    }
    assert!(refused > 200, "only {refused} places were refused");
}

#[test]
fn nothing_but_a_report_or_advice_begins_a_case() {
    let process = Process::embedded().unwrap();
    let nothing = At::none();
    for step in &process.steps {
        let deed = careful(&step.id);
        let begins = matches!(step.act.as_str(), "report" | "consult");
        assert_eq!(nothing.story.refusing(deed.who, deed.act, None) != ["state"], begins, "{}", step.id);
    }
}

#[test]
fn a_chair_takes_over_for_themselves_alone() {
    let mut at = At::triage();
    let act = TransferIn { from: "north-school".into(), accepted_by: crate::common::staff("chair") };
    assert_eq!(at.story.refusing(DEPUTY, act.clone(), None), ["chair_accepts"]);
    at.story.act("chair", act);
    assert_eq!(at.story.state(), State::Inquiry);
}

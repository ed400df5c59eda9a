//! What only a second member makes real: proposed by one, agreed to by another who qualifies, as things stand then.

use crate::common::Story;
use crate::common::acts::*;
use crate::common::stages::At;
use policy::id::EntryId;
use policy::process::entry::*;
use policy::process::words::*;
use policy::process::{Act, Process, decide};
use policy::record::Discipline;

struct Proposal {
    step: &'static str,
    at: At,
    act: Act,
    /// Where agreement leads; none: it stays where it is.
    to: Option<State>,
}

fn threatened(mut at: At) -> At {
    at.story.entries.iter_mut().for_each(|e| {
        if let Act::Report(r) = &mut e.act {
            r.weapon_mentioned = Some(true);
        }
    });
    at
}

fn lasts() -> Closing {
    Closing { why_it_lasts: "housing and treatment carry on".into(), ..close() }
}

fn proposals() -> Vec<Proposal> {
    let inquiry = At::inquiry();
    let now = inquiry.story.now;
    let once_moderate = {
        let mut at = At::assessed_as(LevelBand::Moderate);
        at.judges(LevelBand::Low);
        at
    };
    let about_a_belief =
        Observation { nature: Nature::TraitOrBelief, ..observation(now, "goes to a church", "neighbor") };
    let referral = police_referral(inquiry.seen[0]);
    let proposal = |step, at, act: Act, to| Proposal { step, at, act, to };
    vec![
        proposal("T3", threatened(At::triage()), screen_out().into(), Some(State::ScreenedOut)),
        proposal("T0", threatened(At::triage()), consult(now).into(), Some(State::Consultation)),
        proposal("R1", inquiry.clone(), about_a_belief.into(), None),
        proposal("T15", inquiry, referral.into(), None),
        proposal("T8", once_moderate, lasts().into(), Some(State::Closed)),
        proposal("T12", At::retiring_as(LevelBand::High), lasts().into(), Some(State::Closed)),
    ]
}

fn waits(story: &Story, entry: EntryId) -> bool {
    let case = story.standing();
    decide::awaits(&story.process, &case, case.entry(entry).unwrap())
}

#[test]
fn every_step_that_asks_for_a_second_member_waits_for_one() {
    let process = Process::embedded().unwrap();
    let asking: Vec<&str> =
        process.steps.iter().filter(|s| s.concurrence.is_some()).map(|s| s.id.as_str()).collect();
    let mut shown: Vec<&str> = proposals().iter().map(|p| p.step).collect();
    shown.sort_by_key(|step| asking.iter().position(|s| s == step));
    assert_eq!(shown, asking, "each step with a second member is shown here");

    for Proposal { step, mut at, act, to } in proposals() {
        let before = at.story.state();
        // Without the second member it is done at once.
        let mut alone = process.clone();
        alone.steps.iter_mut().find(|s| s.id == step).unwrap().concurrence = None;
        let allowed = at.story.tries_with(&alone, "chair", &act, None).unwrap();
        assert_eq!((allowed.moved_to, allowed.awaits), (to, None), "{step}");

        let (proposed, allowed) = at.story.does("chair", act, None).unwrap();
        assert!(allowed.awaits.is_some() && allowed.moved_to.is_none(), "{step}");
        assert!(waits(&at.story, proposed), "{step}");
        assert_eq!(at.story.state(), before, "{step} moves nothing yet");
        assert_eq!(at.story.refusing("chair", concur(proposed), None)[0], "agreed_by_another", "{step}");

        let (_, agreed) = at.story.does("clinician", concur(proposed), None).unwrap();
        assert_eq!(agreed.moved_to, to, "{step}");
        assert!(!waits(&at.story, proposed), "{step}");
        assert_eq!(at.story.state(), to.unwrap_or(before), "{step}");
        if to.is_none() {
            assert_eq!(at.story.refusing("worker", concur(proposed), None), ["something_waits"], "{step}");
        }
    }
}

#[test]
fn not_asked_is_not_no_when_a_report_is_screened_out_or_turned_into_advice() {
    for (weapon, target, alone) in [
        (Some(false), Some(false), true),
        (Some(false), None, false),
        (None, Some(false), false),
        (None, None, false),
        (Some(true), Some(false), false),
        (Some(false), Some(true), false),
    ] {
        let mut at = At::triage();
        at.story.entries.iter_mut().for_each(|e| {
            if let Act::Report(r) = &mut e.act {
                (r.weapon_mentioned, r.target_named) = (weapon, target);
            }
        });
        let now = at.story.now;
        for act in [Act::from(screen_out()), consult(now).into()] {
            let allowed = at.story.tries("chair", &act, None).unwrap();
            assert_eq!(allowed.awaits.is_none(), alone, "{weapon:?} {target:?}");
            assert_eq!(allowed.moved_to.is_some(), alone, "{weapon:?} {target:?}");
        }
    }
    // What was found out since counts as what was said at first.
    let mut at = At::triage();
    let now = at.story.now;
    let threat = Observation {
        threat_type: Some(ThreatType::Conditional),
        ..observation(now, "would come back if the claim fails", "desk clerk")
    };
    at.story.act("intake-1", threat);
    assert!(at.story.tries("chair", &screen_out().into(), None).unwrap().awaits.is_some());
}

#[test]
fn the_second_member_is_of_another_discipline_or_not_of_the_police_where_the_step_says_so() {
    let mut at = At::retiring_as(LevelBand::Moderate);
    let proposed = at.story.act("chair", lasts());
    at.story.member("worker").disciplines = vec![Discipline::Administration];
    assert_eq!(at.story.refusing("worker", concur(proposed), None), ["second_qualifies"]);
    assert!(at.story.refusing("officer", concur(proposed), None).is_empty(), "police may sign a closing");

    let mut at = At::inquiry();
    let seen = at.seen[0];
    let proposed = at.story.act("chair", police_referral(seen));
    assert_eq!(at.story.refusing("officer", concur(proposed), None), ["second_qualifies"]);
    assert!(at.story.refusing("worker", concur(proposed), None).is_empty());

    // A side in court takes no part, even where somebody made it a core member.
    let attorney = at.story.member("attorney");
    attorney.place = policy::process::team::Place::Core;
    assert_eq!(at.story.refusing("attorney", concur(proposed), None), ["second_qualifies"]);
}

#[test]
fn agreement_is_to_what_stands_now() {
    // What closing asks for is looked at again.
    let mut at = At::retiring_as(LevelBand::Moderate);
    let proposed = at.story.act("chair", lasts());
    at.story.act("chair", refer(policy::process::referral::State::Offered));
    assert_eq!(at.story.refusing("clinician", concur(proposed), None), ["nothing_open"]);

    // The fact was written anew.
    let mut at = At::inquiry();
    let seen = at.seen[0];
    let now = at.story.now;
    let proposed = at.story.act("chair", police_referral(seen));
    at.story.replace("clinician", observation(now, "shouted, and left", "desk clerk"), seen);
    assert_eq!(at.story.refusing("clinician", concur(proposed), None), ["police_fact"]);

    // The case went another way and came back: an old proposal to close closes nothing.
    let mut at = At::retiring_as(LevelBand::Moderate);
    let old = at.story.act("chair", lasts());
    let now = at.story.now;
    at.story.plan(plan(now, TaskState::Done));
    assert_eq!(at.story.refusing("clinician", concur(old), None), ["something_waits"]);
    at.story.act("chair", retire());
    assert_eq!(at.story.refusing("clinician", concur(old), None), ["something_waits"]);
    let new = at.story.act("chair", lasts());
    at.story.act("clinician", concur(new));
    assert_eq!(at.story.state(), State::Closed);

    // Things may have changed in a week.
    let mut at = At::inquiry();
    let seen = at.seen[0];
    let proposed = at.story.act("chair", police_referral(seen));
    at.story.pass_days(8);
    assert_eq!(at.story.refusing("clinician", concur(proposed), None), ["something_waits"]);
    let again = at.story.act("chair", police_referral(seen));
    at.story.act("clinician", concur(again));
}

#[test]
fn whoever_proposed_and_stands_aside_since_proposed_nothing() {
    let mut at = At::inquiry();
    let seen = at.seen[0];
    let proposed = at.story.act("chair", police_referral(seen));
    at.story.act("chair", recuse("chair"));
    assert_eq!(at.story.refusing("clinician", concur(proposed), None), ["not_recused"]);
}

#[test]
fn words_about_a_trait_wait_for_a_reader_and_are_no_ground_until_then() {
    let mut at = At::triage();
    let now = at.story.now;
    let (seen, allowed) =
        at.story.does("intake-1", observation(now, "a veteran shouted", "desk clerk"), None).unwrap();
    assert!(allowed.awaits.is_some());
    let open = OpenInquiry { observations: vec![seen], questions: String::new() };
    assert_eq!(at.story.refusing("chair", open.clone(), None), ["behavior_recorded"]);
    at.story.act("clinician", concur(seen));
    assert!(at.story.refusing("chair", open, None).is_empty());
    // A new version is read anew, and one without such words needs no reader.
    let again =
        at.story.replace("intake-1", observation(now, "a veteran shouted loudly", "desk clerk"), seen);
    assert!(waits(&at.story, again));
    let plain = at.story.replace("intake-1", observation(now, "shouted loudly", "desk clerk"), again);
    assert!(!waits(&at.story, plain) && !waits(&at.story, again));
}

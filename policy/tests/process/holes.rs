//! Ways around the process that somebody might try, each closed; and what must stay open.

use crate::common::acts::*;
use crate::common::stages::At;
use crate::common::{DEPUTY, Story, staff};
use policy::id::{Id, PersonId};
use policy::process::agenda::Duty;
use policy::process::entry::*;
use policy::process::referral::{DeclineReason, State as Status};
use policy::process::stale::StaleReason;
use policy::process::standing::task_id;
use policy::process::words::*;
use policy::process::{Act, Process};

fn duties(story: &Story) -> Vec<Duty> {
    story.process.agenda(&story.standing(), story.now).iter().map(|l| l.duty).collect()
}

#[test]
fn an_emergency_waits_for_nothing_in_any_state() {
    for state in State::ALL.iter().filter(|s| **s != State::Purged) {
        let mut at = At::state(*state);
        // no acknowledgement, the clock went back, recused
        at.story.member("worker").acknowledged = false;
        if state.is_open() && *state != State::Consultation {
            at.story.act("chair", recuse("worker"));
        }
        at.story.pass_minutes(-600);
        at.story.act("worker", Emergency::default());
        at.story.pass_minutes(1200);
        assert_eq!(at.story.state(), *state, "an emergency lies over the state");
        assert!(at.story.standing().emergency(at.story.now).is_some(), "{state}");
        at.story.member("worker").acknowledged = true;
        at.story.act("worker", answers());
        at.story.act("chair", review());
        at.story.act("chair", end_of_emergency());
        assert!(at.story.standing().emergency(at.story.now).is_none(), "{state}");
    }
    let purged = At::state(State::Purged);
    assert_eq!(purged.story.refusing("worker", Emergency::default(), None), ["state"]);
}

#[test]
fn an_emergency_lapses_is_renewed_and_every_one_of_them_is_reviewed_by_another() {
    let mut at = At::inquiry();
    at.story.act("worker", Emergency::default());
    assert_eq!(at.story.refusing("worker", renewal(), None), ["five_answers_given"]);
    at.story.act("worker", answers());
    at.story.pass_minutes(71 * 60);
    at.story.act("worker", renewal());
    at.story.pass_minutes(71 * 60);
    assert!(at.story.standing().emergency(at.story.now).is_some());
    at.story.pass_minutes(60);
    assert!(at.story.standing().emergency(at.story.now).is_none(), "lapsed 72 hours after the renewal");
    assert_eq!(at.story.refusing("worker", renewal(), None), ["emergency_stands"]);
    assert!(duties(&at.story).contains(&Duty::EmergencyReview), "lapsed is not reviewed");

    // A second one does not hide the first from review, and who declared the first reviews neither.
    at.story.act("guard", Emergency::default());
    assert_eq!(at.story.refusing("chair", review(), None), ["five_answers_given"]);
    at.story.act("guard", answers());
    for took_part in ["worker", "guard"] {
        assert_eq!(at.story.refusing(took_part, review(), None), ["reviewed_by_another"]);
    }
    at.story.act("chair", review());
    assert!(!duties(&at.story).contains(&Duty::EmergencyReview));
    // An end that is older than the declaration ends nothing.
    at.story.act("guard", end_of_emergency());
    at.story.act("worker", Emergency::default());
    assert!(at.story.standing().emergency(at.story.now).is_some());
}

#[test]
fn every_trigger_makes_a_level_stale_until_assessment_and_plan_follow() {
    type Trigger = (StaleReason, fn(&mut At));
    let triggers: &[Trigger] = &[
        (StaleReason::Factor, |at| {
            at.story.act("clinician", factor(Polarity::Enhancing, &at.seen.clone()));
        }),
        (StaleReason::Factor, |at| {
            at.story.act("clinician", factor(Polarity::Mitigating, &at.seen.clone()));
        }),
        (StaleReason::Event, |at| {
            let now = at.story.now;
            at.story.act("clinician", event(now));
        }),
        (StaleReason::Event, |at| {
            let now = at.story.now;
            let past = PrecipitatingEvent { tense: Tense::Past, on: None, ..event(now) };
            at.story.act("clinician", past);
        }),
        (StaleReason::Event, |at| {
            let now = at.story.now;
            let current = PrecipitatingEvent { tense: Tense::Current, on: None, ..event(now) };
            at.story.act("clinician", current);
        }),
        (StaleReason::Tripwire, |at| {
            let now = at.story.now;
            let up = at.story.act("clinician", tripwire(now));
            let hit = TripwireHit { tripwire: up, observation: at.seen[0] };
            at.story.act("clinician", hit);
        }),
        (StaleReason::Referral, |at| {
            let offered = at.story.act("worker", refer(Status::Offered));
            at.story.replace("worker", refer(Status::DeclinedByPerson), offered);
        }),
        (StaleReason::Referral, |at| {
            let mut last = at.story.act("worker", refer(Status::Consented));
            for status in [Status::Sent, Status::Received] {
                last = at.story.replace("worker", refer(status), last);
            }
            let declined = Referral {
                declined_because: Some(DeclineReason::Waitlist),
                ..refer(Status::DeclinedByService)
            };
            at.story.replace(CLOCK, declined, last);
        }),
        (StaleReason::Correction, |at| {
            let now = at.story.now;
            let ask = at.story.act("clinician", ask_correction(at.seen[0]));
            let noted = at.story.act("clinician", circumstance(now, "landlord"));
            let made = at.story.replace("clinician", circumstance(now, "the person"), noted);
            assert_eq!(
                at.story.refusing("chair", decide_correction(ask, Some(made)), None),
                ["correction_is_made"],
                "another entry's new version corrects nothing"
            );
            let made =
                at.story.replace("clinician", observation(now, "spoke loudly", "desk clerk"), at.seen[0]);
            at.seen[0] = made;
            at.story.act("chair", decide_correction(ask, Some(made)));
        }),
        (StaleReason::TransferIn, |at| {
            at.story.act("chair", transfer_in("chair"));
        }),
        (StaleReason::LevelEnded, |at| {
            // The review comes sooner: look at it, and let the level's own end pass.
            at.story.pass_days(29);
            at.plans(TaskState::Open);
            at.story.pass_days(29);
            at.plans(TaskState::Open);
            at.story.pass_days(3);
        }),
        (StaleReason::ReviewDue, |at| at.story.pass_days(31)),
    ];
    for (reason, pull) in triggers {
        let mut at = At::managing_as(LevelBand::Moderate, TaskState::Open);
        assert_eq!(at.story.state(), State::Managing);
        pull(&mut at);
        assert_eq!(at.story.state(), State::Reassessing, "{reason}");
        assert_eq!(at.story.standing().stale(at.story.now)[0].reason, *reason);
        assert!(duties(&at.story).contains(&Duty::Reassess), "{reason}");
        let now = at.story.now;
        assert_eq!(at.story.refusing_plan(plan(now, TaskState::Open)), ["judged_again"], "{reason}");
        at.judges(LevelBand::Low);
        assert_eq!(at.story.state(), State::Reassessing, "{reason}: the plan has to follow");
        at.plans(TaskState::Open);
        assert_eq!(at.story.state(), State::Managing, "{reason}");
    }
}

#[test]
fn a_proposal_to_close_is_none_any_more_once_something_changed() {
    let mut at = At::retiring_as(LevelBand::Low);
    assert!(at.story.refusing("chair", close(), None).is_empty());
    at.story.act("clinician", factor(Polarity::Enhancing, &at.seen.clone()));
    assert_eq!(at.story.state(), State::Reassessing);
    assert_eq!(at.story.refusing("chair", close(), None), ["state"]);
    at.judges(LevelBand::Low);
    assert_eq!(at.story.refusing("chair", close(), None), ["state"], "the plan has to follow");
    at.plans(TaskState::Done);
    assert_eq!(at.story.state(), State::Managing);
}

#[test]
fn what_the_level_rests_on_written_anew_makes_it_stale_and_other_observations_do_not() {
    let mut at = At::managing_as(LevelBand::Low, TaskState::Open);
    let now = at.story.now;
    let other = at.story.act("clinician", circumstance(now, "landlord"));
    at.story.replace("clinician", circumstance(now, "the person"), other);
    assert_eq!(at.story.state(), State::Managing);
    let seen = at.seen[1];
    at.story.replace("clinician", observation(now, "closed the door loudly", "ward nurse"), seen);
    assert_eq!(at.story.state(), State::Reassessing);
    assert_eq!(at.story.standing().stale(at.story.now)[0].reason, StaleReason::Correction);
}

#[test]
fn a_judgment_that_is_corrected_is_judged_again_and_never_written_over() {
    let mut at = At::managing_as(LevelBand::Moderate, TaskState::Open);
    let level = at.story.standing().level().unwrap().0.id;
    let ask = at.story.act("clinician", ask_correction(level));
    let now = at.story.now;
    at.story.act("clinician", event(now));
    let over = assess(at.story.now, LevelBand::None, &at.seen, &at.factors);
    assert_eq!(at.story.refusing("chair", over, Some(level)), ["newest_version"]);
    let again = at.judges(LevelBand::Low);
    at.story.act("chair", decide_correction(ask, Some(again)));
    assert_eq!(at.story.standing().levels().len(), 2);
}

#[test]
fn two_members_who_change_one_record_the_second_is_told() {
    let mut at = At::inquiry();
    let now = at.story.now;
    let seen = at.seen[0];
    let newer = at.story.replace("clinician", observation(now, "shouted and left", "desk clerk"), seen);
    let mine = observation(now, "shouted twice", "desk clerk");
    let refusal = at.story.tries("worker", &mine.clone().into(), Some(seen)).unwrap_err();
    let text = refusal.to_string();
    assert!(text.contains("newest_version") && text.contains(&newer.to_string()), "{text}");
    assert!(text.contains("clinician") && text.contains("nothing of theirs is lost"), "{text}");
    at.story.replace("worker", mine, newer);
    let texts: Vec<&str> = at
        .story
        .entries
        .iter()
        .filter_map(|e| if let Act::Observe(o) = &e.act { Some(o.text.as_str()) } else { None })
        .collect();
    assert_eq!(texts, ["shouted at the desk", "hit the door", "shouted and left", "shouted twice"]);
    // What comes back from another agency joins the newest version too, and forks nothing.
    let offered = at.story.act("worker", refer(Status::Consented));
    let sent = at.story.replace("worker", refer(Status::Sent), offered);
    assert_eq!(at.story.refusing(CLOCK, refer(Status::Sent), Some(offered)), ["newest_version"]);
    at.story.replace(CLOCK, refer(Status::Received), sent);
    assert_eq!(at.story.standing().referrals().len(), 1);
}

#[test]
fn a_task_of_the_plan_is_marked_by_its_own_id_and_by_one_member_at_a_time() {
    let mut at = At::managing_as(LevelBand::Low, TaskState::Open);
    let planned = at.story.standing().plan().unwrap().0.id;
    let id = task_id(planned, 0);
    let open = |s: &Story| s.standing().open_tasks().iter().map(|(id, ..)| *id).collect::<Vec<_>>();
    assert_eq!(open(&at.story), [id]);
    assert_eq!(
        at.story.refusing("worker", task(TaskState::Done), Some(task_id(planned, 1))),
        ["newest_version"]
    );
    let now = at.story.now;
    let other = observation(now, "was friendly", "desk clerk");
    assert_eq!(at.story.refusing("worker", other, Some(id)), ["newest_version"]);
    let later = PlanTask { due: Some(now.plus_days(3)), ..task(TaskState::Open) };
    let moved = at.story.replace("worker", later, id);
    assert_eq!(open(&at.story), [moved]);
    assert_eq!(at.story.refusing("chair", task(TaskState::Done), Some(id)), ["newest_version"]);
    at.story.replace("worker", task(TaskState::Done), moved);
    assert!(open(&at.story).is_empty());
    // A new version of the plan has tasks of its own.
    let again = at.plans(TaskState::Open);
    assert_eq!(open(&at.story), [task_id(again, 0)]);
    assert_eq!(at.story.refusing("worker", task(TaskState::Done), Some(id)), ["newest_version"]);
}

#[test]
fn the_target_and_the_reporter_stand_aside_when_they_are_members() {
    let mut story = Story::none("default");
    story.act("teacher", Report { reporting_member: Some(staff("teacher")), ..report() });
    story.act("intake-1", triage());
    let now = story.now;
    assert_eq!(story.refusing("teacher", needs(), None), ["state"]);
    let notice = TargetNotice { member: Some(staff("guard")), ..target_notice(now) };
    assert_eq!(story.refusing("teacher", notice.clone(), None), ["not_recused"]);
    story.act("worker", notice);
    assert_eq!(story.refusing("guard", target_notice(now), None), ["not_recused"]);
    assert_eq!(story.standing().recused(), [&staff("guard"), &staff("teacher")]);
    // They may still say what they saw, and cry for help.
    story.act("guard", observation(now, "came to my door", "the guard"));
    story.act("guard", Emergency::default());
    // Nobody sends a colleague away; the chair may ask it.
    assert_eq!(story.refusing("worker", recuse("clinician"), None), ["recusal_is_founded"]);
    story.act("chair", recuse("clinician"));
    let named = Triage { coordinator: staff("intake-1"), second: Some(staff("teacher")) };
    let mut early = Story::none("default");
    early.act("teacher", Report { reporting_member: Some(staff("teacher")), ..report() });
    assert_eq!(early.refusing("intake-1", named, None), ["second_of_another_discipline"]);
}

#[test]
fn a_coordinator_who_stands_aside_is_none() {
    let mut story = Story::none("default");
    story.act("intake-1", Report { reporting_member: Some(staff("intake-1")), ..report() });
    let refusing = story.refusing("chair", triage(), None);
    assert_eq!(refusing, ["coordinator_takes_reports"]);
}

#[test]
fn advice_has_no_identity_ends_and_is_no_way_out_of_triage() {
    let mut at = At::reported();
    let now = at.story.now;
    let with_name = Consultation { situation: "Jordan writes letters".into(), ..consult(now) };
    assert_eq!(at.story.refusing("chair", with_name, None), ["consultation_without_identity"]);
    at.story.act("chair", consult(now));
    at.story.pass_days(15);
    let now = at.story.now;
    // Advice does not move the end beyond thirty days from the beginning.
    let longer = Consultation { advice: "listen first".into(), ..consult(now) };
    assert_eq!(at.story.refusing("chair", longer.clone(), None), ["consultation_ends"]);
    at.story.act("chair", Consultation { until: Some(now.plus_days(10)), ..longer });
    at.story.pass_days(11);
    assert_eq!(at.story.state(), State::Closed, "it closes itself");
    let now = at.story.now;
    assert_eq!(at.story.refusing("chair", consult(now), None), ["state"]);
    let seen = at.story.act("chair", observation(now, "wrote again", "mail room"));
    assert_eq!(at.story.refusing("chair", reopen(seen), None), ["behavior_is_new"], "no case to open again");
    assert_eq!(at.story.refusing(CLOCK, purge(), None), ["retention_reached"]);
    at.story.pass_days(30);
    at.story.act(CLOCK, purge());

    // Asked without any report.
    let mut none = Story::none("default");
    let now = none.now;
    none.act(DEPUTY, consult(now));
    assert_eq!(none.state(), State::Consultation);
}

#[test]
fn an_order_holds_what_would_be_destroyed_whenever_it_comes() {
    for state in [State::ScreenedOut, State::Consultation, State::Closed, State::Transferred] {
        let mut at = At::state(state);
        let now = at.story.now;
        at.story.act("chair", CourtOrder { until: now.plus_days(2_000), ..order(now, "legal_hold") });
        at.story.pass_days(1_500);
        assert_eq!(at.story.refusing(CLOCK, purge(), None), ["no_legal_hold"], "{state}");
        at.story.pass_days(501);
        at.story.act(CLOCK, purge());
        assert_eq!(at.story.refusing("chair", message(), None), ["state"]);
    }
}

#[test]
fn content_goes_when_the_table_says_so() {
    for (state, days) in [(State::ScreenedOut, 30), (State::Transferred, 30), (State::Closed, 365)] {
        let mut at = At::state(state);
        let came = at.story.entries.last().unwrap().at;
        assert_eq!(at.story.process.kept_until(&at.story.standing()), Some(came.plus_days(days)), "{state}");
        at.story.now = came.plus_days(days).plus_minutes(-1);
        assert_eq!(at.story.refusing(CLOCK, purge(), None), ["retention_reached"]);
        at.story.pass_minutes(1);
        at.story.act(CLOCK, purge());
    }
    let open = At::inquiry();
    assert_eq!(open.story.process.kept_until(&open.story.standing()), None);
}

#[test]
fn a_transfer_opens_no_case_on_less_than_behavior() {
    let mut at = At::reported();
    at.story.act("intake-1", triage());
    assert_eq!(at.story.refusing("chair", transfer_in("chair"), None), ["behavior_recorded"]);
    let now = at.story.now;
    at.story.act("clinician", observation(now, "wrote a threat", "packet of the school"));
    at.story.act("chair", transfer_in("chair"));
    assert_eq!(at.story.state(), State::Inquiry);
    // Where there is a case already it stays what it is, and its level is stale.
    let mut at = At::assessed_as(LevelBand::Low);
    at.story.act("chair", transfer_in("chair"));
    assert_eq!((at.story.standing().moved_state(), at.story.state()), (State::Assessed, State::Reassessing));
}

#[test]
fn an_exclusion_waits_for_the_question_of_disability() {
    let at = At::assessed_as(LevelBand::Low);
    let now = at.story.now;
    let excluded = |considered: &str| Plan {
        restrictions: vec![Restriction {
            disability_considered: considered.into(),
            ..restriction(now, Intervention::Exclusion, at.seen[0])
        }],
        ..plan(now, TaskState::Open)
    };
    for (known, minor, must_ask) in [
        (None, None, true),
        (None, Some(true), true),
        (None, Some(false), false),
        (Some(true), Some(false), true),
        (Some(false), Some(true), false),
    ] {
        let mut at = at.clone();
        at.story.minor = minor;
        at.story.entries.iter_mut().for_each(|e| {
            if let Act::Assess(a) = &mut e.act {
                a.meeting.disability_known = known;
            }
        });
        let refused = at.story.refusing("chair", excluded(""), None) == ["disability_before_exclusion"];
        assert_eq!(refused, must_ask, "{known:?} {minor:?}");
        assert!(at.story.refusing("chair", excluded("none; hours were changed first"), None).is_empty());
    }
}

#[test]
fn a_refusal_names_every_guard_that_does_not_hold() {
    let at = At::assessed_as(LevelBand::None);
    let now = at.story.now;
    let empty = Plan { goals: Vec::new(), tasks: Vec::new(), review_at: now, ..plan(now, TaskState::Open) };
    let refusal = at.story.tries("worker", &empty.into(), None).unwrap_err();
    let guards: Vec<&str> = refusal.0.iter().map(|r| r.guard).collect();
    assert_eq!(
        guards,
        ["who", "level_needs_management", "plan_has_a_goal", "supportive_task", "review_lies_ahead"]
    );
    assert_eq!(refusal.to_string().lines().count(), 5);
}

#[test]
fn five_megabytes_are_no_report() {
    let huge = Report { narrative: "and then ".repeat(600_000), ..report() };
    let none = Story::none("default");
    assert_eq!(none.refusing(BYSTANDER, huge, None), ["within_bounds"]);
    let at = At::triage();
    let message = Message { text: "x".repeat(5 << 20), ..message() };
    assert_eq!(at.story.refusing(BYSTANDER, message, None), ["within_bounds"]);
    let forged = Message { from_reporter: false, text: "we have dealt with it".into() };
    assert_eq!(at.story.refusing(BYSTANDER, forged, None), ["message_says_something"]);
}

#[test]
fn a_task_without_a_day_is_on_the_agenda_all_the_same() {
    let at = At::managing_as(LevelBand::Low, TaskState::Open);
    let lines = at.story.process.agenda(&at.story.standing(), at.story.now);
    let review = at.story.standing().plan().unwrap().1.review_at;
    let task = lines.iter().find(|l| l.duty == Duty::Task).unwrap();
    assert_eq!((task.due, task.who.as_ref()), (review, Some(&staff("worker"))));
    assert!(
        Process::embedded().unwrap().agenda(&at.story.standing(), at.story.now).is_sorted_by_key(|l| l.due)
    );
}

#[test]
fn a_second_plan_is_the_next_version_of_the_first() {
    let mut at = At::managing_as(LevelBand::Low, TaskState::Open);
    let now = at.story.now;
    let first = at.story.standing().plan().unwrap().0.id;
    let refusal = at.story.tries("chair", &plan(now, TaskState::Open).into(), None).unwrap_err().to_string();
    assert!(refusal.contains("plan_replaces_the_plan") && refusal.contains(&first.to_string()), "{refusal}");
    let second = at.plans(TaskState::Open);
    assert_eq!(at.story.standing().current(|a| matches!(a, Act::Plan(_)).then_some(())).len(), 1);
    assert_eq!(at.story.standing().newest(first), second);
}

#[test]
fn no_case_is_closed_while_a_target_or_the_guardian_of_a_minor_was_forgotten() {
    let mut at = At::retiring_as(LevelBand::Low);
    let now = at.story.now;
    let (told, other) = (target_notice(now).target, PersonId(Id(18)));
    at.story.targets = vec![told, other];
    assert_eq!(at.story.refusing("chair", close(), None), ["notices_given"]);
    at.story.act("clinician", target_notice(now));
    assert_eq!(at.story.refusing("chair", close(), None), ["notices_given"], "the other one is forgotten");
    let reason = TargetNotice {
        target: other,
        told_at: None,
        not_told_because: "they left the country and cannot be reached".into(),
        ..target_notice(now)
    };
    at.story.act("clinician", reason);
    assert!(at.story.refusing("chair", close(), None).is_empty());
    for minor in [None, Some(false)] {
        at.story.minor = minor;
        assert!(at.story.refusing("chair", close(), None).is_empty());
    }
    at.story.minor = Some(true);
    assert_eq!(at.story.refusing("chair", close(), None), ["notices_given"]);
    let due = GuardianNotice { told_at: None, due: Some(now.plus_days(1)), ..guardian_notice(now) };
    let due = at.story.act("clinician", due);
    assert_eq!(at.story.refusing("chair", close(), None), ["notices_given"], "due is not told");
    at.story.replace("clinician", guardian_notice(now), due);
    assert!(at.story.refusing("chair", close(), None).is_empty());
}

#[test]
fn a_restriction_ends_or_somebody_keeps_it_when_the_team_is_done() {
    let mut at = At::managing_as(LevelBand::Low, TaskState::Done);
    let (now, seen) = (at.story.now, at.seen[0]);
    let bound = |kept_by: &str| Plan {
        restrictions: vec![Restriction {
            kept_by: kept_by.into(),
            ..restriction(now, Intervention::BoundarySetting, seen)
        }],
        ..plan(now, TaskState::Done)
    };
    at.story.plan(bound(""));
    at.story.act("chair", retire());
    assert_eq!(at.story.refusing("chair", close(), None), ["restrictions_ended_or_kept"]);
    let mut kept = at.clone();
    kept.story.plan(bound("head of security of the hospital"));
    kept.story.act("chair", retire());
    assert!(kept.story.refusing("chair", close(), None).is_empty());
    // It has run out, in a plan that was looked at since.
    let short = Restriction { until: now.plus_days(2), ..bound("").restrictions.remove(0) };
    at.story.plan(Plan { restrictions: vec![short], ..bound("") });
    at.story.pass_days(3);
    at.story.act("chair", retire());
    assert!(at.story.refusing("chair", close(), None).is_empty());
}

#[test]
fn what_came_of_a_referral_is_said_when_it_ends() {
    let mut at = At::inquiry();
    let outcome = Some(policy::process::referral::Outcome::NeedMet);
    let early = Referral { outcome, ..refer(Status::Offered) };
    assert_eq!(at.story.refusing("worker", early, None), ["referral_follows"]);
    let mut id = at.story.act("worker", refer(Status::Consented));
    let way = [Status::Sent, Status::Received, Status::Accepted, Status::Contacted, Status::Engaged];
    for status in way {
        assert!(!at.story.refusing("worker", Referral { outcome, ..refer(status) }, Some(id)).is_empty());
        id = at.story.replace("worker", refer(status), id);
    }
    at.story.replace("worker", Referral { outcome, ..refer(Status::Completed) }, id);
}

//! A whole good story, from a report to closing: the second example of the first source, told day by day.
//!
//! A relative of a patient threatened hospital staff. The hospital's team and a community team helped, a court ordered
//! supervised treatment in place of a felony, and it held. The days and words are ours.

use crate::common::acts::*;
use crate::common::stages::At;
use crate::common::{Story, staff};
use policy::process::agenda::Duty;
use policy::process::entry::*;
use policy::process::referral::{Category, State as Status};
use policy::process::stale::StaleReason;
use policy::process::words::*;

fn duties(story: &Story) -> Vec<Duty> {
    story.process.agenda(&story.standing(), story.now).iter().map(|l| l.duty).collect()
}

fn tell(quorum: &str) -> Story {
    let mut s = Story::none(quorum);
    let everybody: Vec<_> =
        ["chair", "intake-1", "intake-2", "clinician", "officer", "guard", "teacher", "worker"]
            .iter()
            .map(|name| staff(name))
            .collect();

    // Day 1: a nurse reports; two look at it; it was a threat, and a place and a target were named.
    let said = Report { weapon_mentioned: Some(false), target_named: Some(true), ..report() };
    s.act(BYSTANDER, said);
    assert_eq!(duties(&s), [Duty::Triage]);
    s.act("intake-1", triage());
    let now = s.now;
    let threat = Observation {
        nature: Nature::Communication,
        exact_words: true,
        threat_type: Some(ThreatType::Conditional),
        threat_mode: Some(ThreatMode::Spoken),
        indicator: Some(IndicatorKind::DirectThreat),
        ..observation(now, "If they let her die I will come back for all of you.", "charge nurse")
    };
    let threat = s.act("intake-1", threat);
    let shoved = s.act("clinician", observation(now, "shoved a chair against the desk", "desk clerk"));
    assert_eq!(s.tries("chair", &screen_out().into(), None).unwrap().moved_to, None, "a target was named");
    s.act("chair", OpenInquiry { observations: vec![threat, shoved], questions: "what helps".into() });
    assert_eq!(s.state(), State::Inquiry);
    s.act("worker", target_notice(now));

    // Day 3: what raises concern and what protects; what is coming; the team meets.
    s.pass_days(2);
    let now = s.now;
    let kept = Observation {
        nature: Nature::Circumstance,
        basis: Basis::Reported,
        source_type: SourceType::OwnAccount,
        directness: Directness::SelfReported,
        ..observation(now, "sleeps at a sister's, who visits with them", "the person")
    };
    let kept = s.act("worker", kept);
    let raises = s.act("clinician", factor(Polarity::Enhancing, &[threat, shoved]));
    let protects = s.act("worker", factor(Polarity::Mitigating, &[kept]));
    s.act("clinician", event(now));
    s.act("clinician", instrument(now));
    let judged = |s: &Story, band, factors: &[policy::id::EntryId]| {
        let mut a = assess(s.now, band, &[threat, shoved], factors);
        a.meeting.present.clone_from(&everybody);
        a.dissent = vec![Dissent { by: staff("officer"), says: "one band higher".into() }];
        a
    };
    s.act("chair", judged(&s, LevelBand::Moderate, &[raises, protects]));
    assert_eq!(s.state(), State::Assessed);

    // Day 4: the plan supports first; one restriction rests on what was seen.
    s.pass_days(1);
    let now = s.now;
    s.act("worker", needs());
    let bound = restriction(now, Intervention::BoundarySetting, shoved);
    let plan_of = |now, tasks| Plan { restrictions: vec![bound.clone()], ..plan(now, tasks) };
    let first_plan = s.plan(plan_of(now, TaskState::Open));
    assert_eq!(s.state(), State::Managing);
    let mut referral = s.act("worker", refer(Status::Offered));
    for status in [Status::Consented, Status::Sent, Status::Received, Status::Accepted] {
        referral = s.replace("worker", refer(status), referral);
    }
    let wire = s.act("guard", tripwire(now));
    assert!(duties(&s).contains(&Duty::Referral) && duties(&s).contains(&Duty::TripwireEnds));

    // Day 9: seen on the ward at night. The level is stale at once; assessment and plan follow.
    s.pass_days(5);
    let now = s.now;
    let night = s.act("guard", observation(now, "stood on the ward at night", "night guard"));
    s.act("guard", TripwireHit { tripwire: wire, observation: night });
    assert_eq!(s.state(), State::Reassessing);
    assert_eq!(s.standing().stale(s.now)[0].reason, StaleReason::Tripwire);
    assert_eq!(s.refusing_plan(plan_of(now, TaskState::Open)), ["judged_again"]);
    s.act("chair", judged(&s, LevelBand::High, &[raises, protects]));
    assert_eq!(s.state(), State::Reassessing, "the plan has to follow");
    assert_eq!(s.standing().stale(s.now)[0].reason, StaleReason::PlanOlder);
    let now = s.now;
    let second_plan = s.replace("chair", plan_of(now, TaskState::Open), first_plan);
    assert_eq!(s.state(), State::Managing);

    // The chair proposes to tell the police what happened; somebody who is not of them agrees.
    let told = s.act("chair", police_referral(night));
    assert_eq!(s.refusing("officer", concur(told), None), ["second_qualifies"]);
    s.act("clinician", concur(told));

    // Day 20: a court orders supervised treatment.
    s.pass_days(11);
    let now = s.now;
    s.act("officer", order(now, "supervised treatment"));
    let treatment = Referral { category: Category::MentalBehavioralHealth, ..refer(Status::Offered) };
    let mut care = s.act("clinician", treatment.clone());
    for status in [Status::Consented, Status::Sent, Status::Received, Status::Accepted, Status::Contacted] {
        let permission = refer(status).permission;
        care = s.replace("clinician", Referral { status, permission, ..treatment.clone() }, care);
    }
    for status in [Status::Contacted, Status::Engaged, Status::Completed] {
        referral = s.replace("worker", refer(status), referral);
    }

    // Day 28: it holds. What protects has grown: judged again, planned again, then done with, one by one.
    s.pass_days(8);
    let steady = s.act("worker", factor(Polarity::Mitigating, &[kept]));
    assert_eq!(s.state(), State::Reassessing);
    s.act("chair", judged(&s, LevelBand::Low, &[raises, protects, steady]));
    let now = s.now;
    let keeps = Restriction { kept_by: "head of security".into(), ..bound.clone() };
    let last = Plan { restrictions: vec![keeps], ..plan(now, TaskState::Open) };
    let third_plan = s.replace("chair", last, second_plan);
    for status in [Status::Engaged, Status::Completed] {
        let permission = refer(status).permission;
        care = s.replace("clinician", Referral { status, permission, ..treatment.clone() }, care);
    }
    s.act("chair", retire());
    let lasts = Closing {
        outcome: Outcome::PleaAndSupervisedTreatment,
        why_it_lasts: "treatment under the court, a home, a sister".into(),
        ..close()
    };
    assert_eq!(s.refusing("chair", lasts.clone(), None), ["nothing_open"]);
    s.replace("guard", Tripwire { ended: true, ..tripwire(now) }, wire);
    let open = s.standing().open_tasks()[0].0;
    assert_eq!(open, policy::process::standing::task_id(third_plan, 0));
    s.replace("worker", task(TaskState::Done), open);
    let closing = s.act("chair", lasts);
    assert_eq!(s.state(), State::Retiring, "high was once the level: two disciplines sign");
    s.act("clinician", concur(closing));
    assert_eq!(s.state(), State::Closed);

    let bands: Vec<LevelBand> = s.standing().levels().iter().map(|(_, a)| a.level.band).collect();
    assert_eq!(bands, [LevelBand::Moderate, LevelBand::High, LevelBand::Low], "no level is lost");

    // Three years are kept, then the clock destroys.
    assert_eq!(duties(&s), [Duty::Purge]);
    s.pass_days(3 * 365 - 1);
    assert_eq!(s.refusing(CLOCK, purge(), None), ["retention_reached"]);
    s.pass_days(2);
    s.act(CLOCK, purge());
    assert_eq!(s.state(), State::Purged);
    crate::invariants::hold(&s);
    s
}

#[test]
fn from_a_report_to_closing_under_each_quorum_policy() {
    let policies = policy::process::Process::embedded().unwrap().quorums;
    assert_eq!(policies.len(), 6);
    for policy in policies {
        tell(&policy.name);
    }
}

#[test]
fn new_behavior_opens_a_closed_case_and_old_facts_do_not() {
    let mut at = At::closed();
    at.story.pass_days(30);
    let now = at.story.now;
    let old = Observation {
        happened_on: now.plus_days(-90).date(),
        ..observation(now, "said so long ago too", "neighbor")
    };
    let old = at.story.act("clinician", old);
    assert_eq!(at.story.refusing("chair", reopen(old), None), ["behavior_is_new"]);
    let new = at.story.act("clinician", observation(now, "waited at the gate", "neighbor"));
    at.story.act("chair", reopen(new));
    assert_eq!(at.story.state(), State::Reassessing);
    let now = at.story.now;
    assert_eq!(at.story.refusing_plan(plan(now, TaskState::Open)), ["judged_again"]);
    at.judges(LevelBand::Low);
    assert_eq!(at.story.state(), State::Reassessing, "the plan has to follow");
    at.plans(TaskState::Open);
    assert_eq!(at.story.state(), State::Managing);
}

//! Who has to be at the table: each policy met, and what each of its lines refuses.

use crate::common::acts::*;
use crate::common::stages::At;
use crate::common::{Story, staff, team};
use policy::process::entry::*;
use policy::process::team::Place;
use policy::process::words::LevelBand;
use policy::process::{Process, Standing};
use policy::record::{Discipline, TrainingTopic};

fn meeting(names: &[&str]) -> Meeting {
    Meeting {
        present: names.iter().map(|n| staff(n)).collect(),
        knows_the_person: names.first().map(|n| staff(n)),
        absent_because: String::new(),
        disability_known: None,
    }
}

fn missing(quorum: &str, meeting: &Meeting, change: impl FnOnce(&mut Story)) -> Vec<String> {
    let mut story = Story::none(quorum);
    change(&mut story);
    let process = Process::embedded().unwrap();
    let standing = Standing::of(&story.entries);
    process.quorum(quorum).unwrap().missing(&story.team, &standing, meeting)
}

fn says(missing: &[String], part: &str) -> bool {
    missing.iter().any(|m| m.contains(part))
}

const SCHOOL: [&str; 4] = ["chair", "intake-1", "intake-2", "officer"];

#[test]
fn each_policy_is_met_by_its_least_meeting_and_by_nothing_less() {
    for (quorum, least) in [
        ("virginia_k12", &SCHOOL[..]),
        ("florida_k12", &SCHOOL),
        ("default", &["chair", "clinician", "worker"]),
    ] {
        assert!(missing(quorum, &meeting(least), |_| {}).is_empty(), "{quorum}");
        for leave_out in 0..least.len() {
            let mut fewer = least.to_vec();
            fewer.remove(leave_out);
            let missing = missing(quorum, &meeting(&fewer), |_| {});
            assert!(!missing.is_empty(), "{quorum} is met without {}", least[leave_out]);
        }
    }
    // Wanted to the extent practicable: absent with a reason.
    for (quorum, least) in [
        ("texas_k12", &["chair", "intake-1", "intake-2"][..]),
        ("hospital", &["chair", "guard", "clinician"]),
        ("community", &["chair", "clinician", "worker"]),
    ] {
        let mut who = meeting(least);
        assert!(says(&missing(quorum, &who, |_| {}), "absent_because"), "{quorum}");
        who.absent_because = "asked, could not come".into();
        assert!(missing(quorum, &who, |_| {}).is_empty(), "{quorum}");
    }
    let who = Meeting { knows_the_person: None, ..meeting(&SCHOOL) };
    assert!(says(&missing("florida_k12", &who, |_| {}), "knows the person"));
    assert!(missing("virginia_k12", &who, |_| {}).is_empty());
}

#[test]
fn who_may_not_count_is_named_with_what_to_do() {
    let usual = ["chair", "intake-1", "intake-2"];
    let with = |name: &'static str| [usual.as_slice(), &[name]].concat();
    let found = |quorum, names: &[&str]| missing(quorum, &meeting(names), |_| {});
    assert!(says(&found("default", &with("visitor")), "visitor is no member"));
    assert!(says(&found("default", &with("attorney")), "prosecution or defense"));
    assert!(says(&found("default", &with("housing")), "sees no case"));
    assert!(says(&found("default", &with("coordinator")), "sees no case"));
    assert!(
        found("default", &["chair", "clinician", "worker", "pastor"]).is_empty(),
        "an affiliate may advise"
    );
    assert!(!found("default", &["chair", "intake-1", "pastor"]).is_empty(), "and does not count");
    assert!(says(&found("default", &["chair", "chair", "chair"]), "1 may vote, 3 are needed"));

    let untrained = |s: &mut Story| s.member("intake-1").trained = vec![TrainingTopic::Ferpa];
    assert!(says(&missing("default", &meeting(&usual), untrained), "cannot vote"));
    let unsigned = |s: &mut Story| s.member("intake-1").acknowledged = false;
    assert!(says(&missing("default", &meeting(&usual), unsigned), "acknowledged confidentiality"));
    let invited = |s: &mut Story| s.member("intake-1").place = Place::Affiliate;
    assert!(says(&missing("default", &meeting(&usual), invited), "supporting discipline"));
    let no_chair = |s: &mut Story| s.member("chair").is_chair = false;
    assert!(says(&missing("default", &meeting(&usual), no_chair), "the chair is not there"));
    let all_police = |s: &mut Story| {
        s.team.members.iter_mut().for_each(|m| m.disciplines.push(Discipline::LawEnforcement));
    };
    assert!(says(&missing("default", &meeting(&usual), all_police), "law enforcement alone is no quorum"));
}

#[test]
fn no_agency_holds_a_majority_where_several_sit_together_and_one_agencys_own_team_meets() {
    let mut who = meeting(&["chair", "clinician", "worker"]);
    who.absent_because = "asked".into();
    let of_one = |names: &'static [&str]| {
        move |s: &mut Story| {
            for m in &mut s.team.members {
                let named = names.is_empty() || names.iter().any(|n| m.staff == staff(n));
                m.agency = if named { "one".into() } else { "other".into() };
            }
        }
    };
    for quorum in ["community", "default"] {
        let missing = |names| missing(quorum, &who, of_one(names));
        assert!(says(&missing(&["chair", "clinician"]), "one alone holds a majority"), "{quorum}");
        assert!(says(&missing(&["chair", "clinician", "worker"]), "one alone holds a majority"), "{quorum}");
        assert!(missing(&[]).is_empty(), "{quorum}: all of one agency");
    }
    // Who only advises, or serves, makes no second agency.
    let own_team = |s: &mut Story| {
        s.team.members.iter_mut().filter(|m| m.place == Place::Core).for_each(|m| m.agency = "one".into());
    };
    assert!(missing("default", &who, own_team).is_empty());
}

#[test]
fn a_known_disability_brings_somebody_competent_to_the_table() {
    let mut who = meeting(&["chair", "intake-1", "intake-2", "worker"]);
    who.disability_known = Some(true);
    assert!(says(&missing("default", &who, |_| {}), "known disability"));
    who.present.push(staff("teacher"));
    assert!(missing("default", &who, |_| {}).is_empty());
    who.present.pop();
    let trained = |s: &mut Story| s.member("intake-1").trained.push(TrainingTopic::Disability);
    assert!(missing("default", &who, trained).is_empty());
}

#[test]
fn whoever_stands_aside_makes_no_quorum() {
    let mut at = At::inquiry();
    at.story.act("chair", recuse("clinician"));
    at.factors.push(at.story.act("worker", factor(policy::process::words::Polarity::Enhancing, &at.seen)));
    at.factors.push(at.story.act("worker", factor(policy::process::words::Polarity::Mitigating, &at.seen)));
    let a = assess(at.story.now, LevelBand::Low, &at.seen, &at.factors);
    let refusal = at.story.tries("chair", &a.clone().into(), None).unwrap_err();
    assert!(refusal.to_string().contains("stands aside"), "{refusal}");
    // Another comes in their place, so that no agency holds a majority.
    let mut without = a;
    without.meeting.present.retain(|who| *who != staff("clinician"));
    without.meeting.present.push(staff("worker"));
    without.meeting.knows_the_person = None;
    assert!(at.story.refusing("chair", without, None).is_empty());
}

#[test]
fn a_team_of_an_unknown_policy_judges_nothing() {
    let mut at = At::reassessing();
    at.story.team.quorum = "as_we_like".into();
    let a = assess(at.story.now, LevelBand::Low, &at.seen, &at.factors);
    assert_eq!(at.story.refusing("chair", a, None), ["quorum_met"]);
    assert_eq!(team("default").quorum, "default");
}

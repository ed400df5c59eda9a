//! Each guard of each step: the careful deed goes through, the spoiled one is refused by exactly that guard, which says why
//! and what would satisfy it; and with the guard taken out of the table the spoiled deed goes through.

use crate::common::acts::*;
use crate::common::stages::At;
use crate::common::{DEPUTY, Story, staff};
use policy::id::EntryId;
use policy::process::decide::guards_of;
use policy::process::entry::*;
use policy::process::referral::{DeclineReason, State as Status};
use policy::process::team::Place;
use policy::process::words::*;
use policy::process::{Act, Guard, Process};
use policy::record::Discipline;

/// A deed in its place.
#[derive(Clone)]
pub struct Case {
    pub at: At,
    pub who: &'static str,
    pub act: Act,
    pub replaces: Option<EntryId>,
}

impl Case {
    fn new(at: At, act: impl Into<Act>) -> Self {
        Self { at, who: DEPUTY, act: act.into(), replaces: None }
    }
    fn with(&self, act: impl Into<Act>) -> Self {
        Self { act: act.into(), ..self.clone() }
    }
    fn story(&mut self) -> &mut Story {
        &mut self.at.story
    }
}

fn emergency(answered: bool) -> At {
    let mut at = At::inquiry();
    at.story.act("chair", Emergency::default());
    if answered {
        at.story.act("chair", answers());
    }
    at
}

fn tripwired() -> (At, EntryId) {
    let mut at = At::managing_as(LevelBand::Low, TaskState::Open);
    let now = at.story.now;
    let up = at.story.act("clinician", tripwire(now));
    (at, up)
}

fn proposed_by(who: &str) -> (At, EntryId) {
    let mut at = At::inquiry();
    let seen = at.seen[0];
    let proposed = at.story.act(who, police_referral(seen));
    (at, proposed)
}

fn asked() -> (At, EntryId) {
    let mut at = At::inquiry();
    let seen = at.seen[0];
    let ask = at.story.act("clinician", ask_correction(seen));
    (at, ask)
}

fn offered() -> (At, EntryId) {
    let mut at = At::inquiry();
    let offer = at.story.act("chair", offer_transfer());
    at.story.sent_to.push((PACKET, "north-school".into()));
    (at, offer)
}

fn judged_again() -> At {
    let mut at = At::reassessing();
    at.judges(LevelBand::Low);
    at
}

fn closed_with_news() -> (At, EntryId) {
    let mut at = At::closed();
    at.story.pass_days(40);
    let now = at.story.now;
    let seen = at.story.act("clinician", observation(now, "waited at the gate", "neighbor"));
    (at, seen)
}

/// A plan in place of the one that stands.
fn replanned(at: At) -> Case {
    let replaces = at.story.standing().plan().map(|(e, _)| e.id);
    let plan = plan(at.story.now, TaskState::Open);
    Case { replaces, ..Case::new(at, plan) }
}

/// The careful deed of a step.
pub fn careful(step: &str) -> Case {
    let mut at = At::inquiry();
    let now = at.story.now;
    let managing = || At::managing_as(LevelBand::Low, TaskState::Open);
    match step {
        "T1" => Case::new(At::none(), report()),
        "T1a" => Case::new(At::triage(), message()),
        "T2" => Case::new(At::reported(), triage()),
        "T3" => Case::new(At::triage(), screen_out()),
        "T4" => {
            let at = At::triage();
            let seen = at.seen.clone();
            Case::new(at, OpenInquiry { observations: seen, questions: "who else was there".into() })
        }
        "T0" => Case::new(At::reported(), consult(now)),
        "T0a" => Case::new(At::state(State::Consultation), consult(now)),
        "T0b" => Case::new(At::none(), consult(now)),
        "R1" => Case::new(at, observation(now, "wrote a letter", "mail room")),
        "R2" => {
            let f = factor(Polarity::Enhancing, &at.seen);
            Case::new(at, f)
        }
        "R3" => Case::new(at, event(now)),
        "R4" => Case::new(at, instrument(now)),
        "T6" => {
            at.factors.push(at.story.act("clinician", factor(Polarity::Enhancing, &at.seen)));
            at.factors.push(at.story.act("clinician", factor(Polarity::Mitigating, &at.seen)));
            let a = assess(at.story.now, LevelBand::Low, &at.seen, &at.factors);
            Case::new(at, a)
        }
        "T6a" => {
            let at = At::reassessing();
            let a = assess(at.story.now, LevelBand::Low, &at.seen, &at.factors);
            Case::new(at, a)
        }
        "R5" => Case::new(at, needs()),
        "T7" => Case::new(At::assessed_as(LevelBand::Low), plan(now, TaskState::Open)),
        "T7a" => replanned(managing()),
        "T10" => replanned(judged_again()),
        "T11a" => replanned(At::retiring_as(LevelBand::Low)),
        "T8" => Case::new(At::assessed_as(LevelBand::Low), close()),
        "T12" => Case::new(At::retiring_as(LevelBand::Low), close()),
        "M1" => Case::new(managing(), task(TaskState::Open)),
        "M2" => Case::new(at, refer(Status::Offered)),
        "M3" => Case::new(managing(), tripwire(now)),
        "M4" => {
            let (at, up) = tripwired();
            let observation = at.seen[0];
            Case::new(at, TripwireHit { tripwire: up, observation })
        }
        "M5" => Case::new(at, order(now, "supervised treatment")),
        "T5" => Case::new(at, Emergency { what: "is on the way".into() }),
        "T5a" => Case::new(emergency(false), answers()),
        "T5b" => Case::new(emergency(true), renewal()),
        "T5c" => Case::new(emergency(true), review()),
        "T5d" => Case::new(emergency(false), end_of_emergency()),
        "N1" => Case::new(at, target_notice(now)),
        "N2" => {
            let reason = "an order keeps them away".into();
            Case::new(at, GuardianNotice { told_at: None, not_told_because: reason, ..guardian_notice(now) })
        }
        "T15" => {
            let referral = police_referral(at.seen[0]);
            Case::new(at, referral)
        }
        "L1" => Case::new(at, police_request()),
        "R6" => {
            let (at, proposed) = proposed_by("chair");
            Case::new(at, concur(proposed))
        }
        "R7" => Case::new(at, recuse(DEPUTY)),
        "P1" => {
            let ask = ask_correction(at.seen[0]);
            Case::new(at, ask)
        }
        "P2" => {
            let (at, ask) = asked();
            Case::new(at, decide_correction(ask, None))
        }
        "P3" => {
            let statement = disagree(at.seen[0]);
            Case::new(at, statement)
        }
        "T14" => Case::new(at, offer_transfer()),
        "T14a" => {
            let (at, offer) = offered();
            Case::new(at, complete_transfer(offer))
        }
        "T14b" => Case::new(At::triage(), transfer_in(DEPUTY)),
        "T14c" => Case::new(managing(), transfer_in(DEPUTY)),
        "T11" => Case::new(At::managing_as(LevelBand::Low, TaskState::Done), retire()),
        "T13" => {
            let (at, seen) = closed_with_news();
            Case::new(at, reopen(seen))
        }
        "T16" => {
            let mut at = At::closed();
            at.story.pass_days(400);
            Case { who: CLOCK, ..Case::new(at, purge()) }
        }
        other => panic!("step {other} has no careful deed in this test: write one"),
    }
}

/// The deed with another content.
macro_rules! but {
    ($case:expr, $name:ident, |$content:ident| $change:expr) => {{
        let Act::$name(boxed) = &$case.act else { panic!("not a {}", stringify!($name)) };
        let mut $content = (**boxed).clone();
        $change;
        $case.with($content)
    }};
}

/// Guards that a step names, or that all ask, and that can never refuse there; each with its reason.
fn never_refuses(step: &str, guard: Guard) -> Option<&'static str> {
    let by_the_clock = step == "T16";
    match (step, guard) {
        (_, Guard::NewestVersion | Guard::WithinBounds) => None,
        _ if by_the_clock && is_of_all(guard) => Some("the clock is no member"),
        ("T5", Guard::ClockGoesOn | Guard::ConfidentialityAcknowledged) => Some("danger waits for no form"),
        ("T5" | "T5a" | "R1" | "T1a" | "R7", Guard::NotRecused) => {
            Some("whoever stands aside may still cry for help and say what they saw")
        }
        _ => None,
    }
    .or_else(|| {
        let wordless = ["T2", "T13", "M4"];
        (guard == Guard::WithinBounds && wordless.contains(&step))
            .then_some("it has no text that could be long")
    })
}

fn is_of_all(guard: Guard) -> bool {
    use Guard as G;
    [
        G::ClockGoesOn,
        G::InTheTeam,
        G::ConfidentialityAcknowledged,
        G::NotRecused,
        G::NewestVersion,
        G::WithinBounds,
    ]
    .contains(&guard)
}

/// The deed, spoiled so that exactly this guard refuses it.
fn spoiled(case: &Case, guard: Guard) -> Option<Case> {
    let mut case = case.clone();
    let now = case.at.story.now;
    let ahead = now.plus_days(400);
    Some(match guard {
        Guard::ClockGoesOn => {
            case.story().pass_minutes(-2);
            case
        }
        Guard::InTheTeam => {
            case.story().member(DEPUTY).place = Place::Affiliate;
            case
        }
        Guard::ConfidentialityAcknowledged => {
            case.story().member(DEPUTY).acknowledged = false;
            case
        }
        Guard::NotRecused => {
            let mut entry = case.at.story.entries[0].clone();
            entry.id = EntryId(policy::id::Id(99));
            entry.by = staff("chair");
            entry.act = recuse(DEPUTY).into();
            entry.moved_to = None;
            case.story().entries.insert(1, entry);
            case
        }
        Guard::NewestVersion => Case { replaces: Some(NOBODY), ..case },
        Guard::WithinBounds => return long(&case),

        Guard::ReportSaysSomething => but!(case, Report, |r| r.narrative = " ".into()),
        Guard::MessageSaysSomething => but!(case, Message, |m| m.text = "\n".into()),
        Guard::CoordinatorTakesReports => but!(case, Triage, |t| t.coordinator = staff("chair")),
        Guard::MoreThanOneCoordinator => {
            for name in ["intake-2", DEPUTY] {
                case.story().member(name).is_intake = false;
            }
            case
        }
        Guard::SecondOfAnotherDiscipline => but!(case, Triage, |t| t.second = None),
        Guard::SentenceWithoutNames => but!(case, ScreenOut, |s| s.sentence = "Jordan was joking.".into()),
        Guard::BehaviorRecorded => {
            let circumstance = circumstance(now, "landlord");
            if let Act::TransferIn(_) = case.act {
                case.at = At::reported();
                case.story().act("intake-1", triage());
                case.story().act("clinician", circumstance);
                case
            } else {
                let id = case.story().act("clinician", circumstance);
                but!(case, OpenInquiry, |o| o.observations = vec![id])
            }
        }
        Guard::ConsultationWithoutIdentity => {
            but!(case, Consult, |c| c.situation = "He lives at 4417 there.".into())
        }
        Guard::ConsultationEnds => but!(case, Consult, |c| c.until = Some(now.plus_days(31))),

        Guard::Dated => but!(case, Observe, |o| o.happened_on = now.plus_days(1).date()),
        Guard::Sourced => but!(case, Observe, |o| o.source = String::new()),
        Guard::SaysInNeutralWords => but!(case, Observe, |o| o.text = "the offender shouted".into()),
        Guard::RestsOnObservations => but!(case, Factor, |f| f.observations.clear()),
        Guard::ObservationsStand => but!(case, Event, |e| e.observations = vec![NOBODY]),
        Guard::HazardousCategoryCitesBehavior => {
            let id = case.story().act("clinician", circumstance(now, "landlord"));
            but!(case, Factor, |f| {
                f.category = FactorCategory::MediaInfluence;
                f.observations = vec![id];
            })
        }
        Guard::EventSaysWhen => but!(case, Event, |e| e.on = None),
        Guard::InstrumentNamed => but!(case, Instrument, |i| i.version = String::new()),
        Guard::AssessorQualified => {
            but!(case, Instrument, |i| i.qualified_until = now.plus_days(-1).date())
        }
        Guard::ResultIsAWord => but!(case, Instrument, |i| i.overall = "seven out of ten".into()),

        Guard::QuorumMet => but!(case, Assess, |a| a.meeting.present.truncate(2)),
        Guard::RestsOnTheTotality => but!(case, Assess, |a| a.observations.truncate(1)),
        Guard::NotOnTraitsAlone => {
            let one = case.story().act("clinician", circumstance(now, "landlord"));
            let two = case.story().act("clinician", circumstance(now, "bank"));
            but!(case, Assess, |a| a.observations = vec![one, two])
        }
        Guard::BothSidesConsidered => but!(case, Assess, |a| a.factors.truncate(1)),
        Guard::HazardousNotAlone => {
            let hazardous = Factor {
                category: FactorCategory::CulturalNorms,
                ..factor(Polarity::Enhancing, &case.at.seen)
            };
            let id = case.story().act("clinician", hazardous);
            but!(case, Assess, |a| a.factors[0] = id)
        }
        Guard::GapsStated => but!(case, Assess, |a| a.gaps = "  ".into()),
        Guard::CaveatsStated => but!(case, Assess, |a| a.caveats = String::new()),
        Guard::InstrumentIsAnInput => but!(case, Assess, |a| a.rationale = String::new()),
        Guard::LevelIsAWord => but!(case, Assess, |a| a.level.original = "level 3".into()),
        Guard::LevelEnds => but!(case, Assess, |a| a.level.valid_until = ahead),
        Guard::TravelsWithoutNames => but!(case, Assess, |a| a.caveats = "Vale may move".into()),
        Guard::DissentersWereThere => but!(case, Assess, |a| {
            a.dissent = vec![Dissent { by: staff("guard"), says: "lower".into() }];
        }),

        Guard::LevelNeedsManagement => {
            case.at = At::assessed_as(LevelBand::None);
            case
        }
        Guard::PlanHasAGoal => but!(case, Plan, |p| p.goals = vec![String::new()]),
        Guard::PlanReplacesThePlan => Case { replaces: None, ..case },
        Guard::SupportiveTask => {
            but!(case, Plan, |p| p.tasks[0].kind = Intervention::MonitoringCheckIn)
        }
        Guard::PlanHasAnOwner => but!(case, Plan, |p| p.owner = staff("nobody")),
        Guard::ReviewLiesAhead => but!(case, Plan, |p| p.review_at = ahead),
        Guard::RestrictionNamesItsObservation => but!(case, Plan, |p| {
            p.restrictions = vec![restriction(now, Intervention::BoundarySetting, NOBODY)];
        }),
        Guard::RestrictionEnds => {
            let seen = case.at.seen[0];
            but!(case, Plan, |p| {
                let open =
                    Restriction { until: ahead, ..restriction(now, Intervention::BoundarySetting, seen) };
                p.restrictions = vec![open];
            })
        }
        Guard::DisabilityBeforeExclusion => {
            let seen = case.at.seen[0];
            but!(case, Plan, |p| p.restrictions = vec![restriction(now, Intervention::Exclusion, seen)])
        }
        Guard::TaskSaysWhat => but!(case, Task, |t| t.text = String::new()),
        Guard::RestrictionOnlyInAPlan => but!(case, Task, |t| t.kind = Intervention::Exclusion),
        Guard::JudgedAgain => replanned(At::reassessing()),
        Guard::ReferralFollows => but!(case, Refer, |r| {
            r.status = Status::Engaged;
            r.permission = refer(Status::Engaged).permission;
        }),
        Guard::ConsentBeforeSending => but!(case, Refer, |r| r.status = Status::Consented),
        Guard::DeclineHasAReason => {
            but!(case, Refer, |r| r.declined_because = Some(DeclineReason::Waitlist))
        }
        Guard::TripwireEnds => but!(case, Tripwire, |t| t.expires = ahead),
        Guard::TripwireIsUp => but!(case, TripwireHit, |h| h.tripwire = NOBODY),
        Guard::HitWasObserved => but!(case, TripwireHit, |h| h.observation = NOBODY),
        Guard::OrderEnds => but!(case, Order, |o| o.until = now.plus_days(-1)),

        Guard::EmergencyWasDeclared => {
            case.at = At::inquiry();
            case
        }
        Guard::EmergencyStands => {
            let hours = policy::process::standing::EMERGENCY_HOURS + 1;
            case.story().pass_minutes(hours * 60);
            case
        }
        Guard::FiveAnswersWhole => but!(case, EmergencyAnswers, |a| a.who_can_prevent = String::new()),
        Guard::FiveAnswersGiven => {
            case.at = emergency(false);
            case
        }
        Guard::ReviewedByAnother => {
            case.at = At::inquiry();
            case.story().act(DEPUTY, Emergency::default());
            case.story().act("chair", answers());
            case
        }
        Guard::ToldOrReason => match case.act {
            Act::TargetNotice(_) => but!(case, TargetNotice, |n| n.told_at = None),
            _ => but!(case, GuardianNotice, |n| n.not_told_because.clear()),
        },
        Guard::AdvocateIsOffered => but!(case, TargetNotice, |n| n.advocate_offered = false),
        Guard::CustodyIsChecked => {
            case.with(GuardianNotice { custody_checked: false, ..guardian_notice(now) })
        }
        Guard::PoliceFact => but!(case, PoliceReferral, |p| p.observation = NOBODY),
        Guard::AlternativesConsidered => but!(case, PoliceReferral, |p| p.alternatives = String::new()),
        Guard::RequestFormWhole => {
            but!(case, PoliceRequest, |p| p.why_not_deidentified = String::new())
        }
        Guard::RecusalIsFounded => but!(case, Recuse, |r| r.because = "dislikes it".into()),
        Guard::SomethingWaits => {
            let seen = case.at.seen[1];
            but!(case, Concur, |c| c.with = seen)
        }
        Guard::AgreedByAnother => {
            let (at, proposed) = proposed_by(DEPUTY);
            case.at = at;
            case.with(concur(proposed))
        }
        Guard::SecondQualifies => {
            case.story().member(DEPUTY).disciplines.push(Discipline::LawEnforcement);
            case
        }

        Guard::EntryIsThere => match case.act {
            Act::AskCorrection(_) => but!(case, AskCorrection, |a| a.entry = NOBODY),
            _ => but!(case, Disagree, |d| d.entry = NOBODY),
        },
        Guard::CorrectionWasAsked => but!(case, DecideCorrection, |d| d.reasons = String::new()),
        Guard::CorrectionIsMade => {
            but!(case, DecideCorrection, |d| d.decision = CorrectionDecision::Accepted)
        }
        Guard::TransferHasAReason => but!(case, OfferTransfer, |o| o.because = String::new()),
        Guard::TransferWasOffered => {
            let Act::CompleteTransfer(done) = case.act.clone() else { return None };
            case.story().replace("chair", offer_transfer(), done.offer);
            case
        }
        Guard::PacketWent => {
            case.story().sent_to = vec![(PACKET, "another-agency".into())];
            case
        }
        Guard::AcceptedOverThere => but!(case, CompleteTransfer, |t| t.accepted_by = String::new()),
        Guard::ChairAccepts => but!(case, TransferIn, |t| t.accepted_by = staff("chair")),
        Guard::RetirementHasAReason => but!(case, Retire, |r| r.because = String::new()),
        Guard::LevelLowOrNone => {
            case.at = At::assessed_as(LevelBand::Moderate);
            but!(case, Close, |c| c.why_it_lasts = "support carries on".into())
        }
        Guard::NothingOpen => {
            case.story().act("chair", refer(Status::Offered));
            case
        }
        Guard::NoticesGiven => {
            let owed = TargetNotice { told_at: None, due: Some(now.plus_days(1)), ..target_notice(now) };
            case.story().act("chair", owed);
            case
        }
        Guard::RestrictionsEndedOrKept => {
            let seen = case.at.seen[0];
            let now = case.at.story.now;
            let bound = Plan {
                restrictions: vec![restriction(now, Intervention::BoundarySetting, seen)],
                ..plan(now, TaskState::Done)
            };
            case.story().plan(bound);
            case.story().act("chair", retire());
            case
        }
        Guard::SaysWhyItLasts => {
            if case.at.story.state() == State::Retiring {
                case.at = At::retiring_as(LevelBand::Moderate);
            } else {
                case.at = At::assessed_as(LevelBand::Moderate);
                case.at.judges(LevelBand::Low);
            }
            case
        }
        Guard::BehaviorIsNew => {
            let seen = case.at.seen[0];
            but!(case, Reopen, |r| r.observation = seen)
        }
        Guard::RetentionReached => {
            case.story().pass_days(-100);
            case
        }
        Guard::NoLegalHold => {
            let held = case.at.story.now.plus_days(100);
            case.at = At::closed();
            let now = case.at.story.now;
            case.story().act("chair", CourtOrder { until: held, ..order(now, "legal_hold") });
            case.story().pass_days(400);
            case
        }
    })
}

/// The deed with one text longer than any may be: the first text that only the bound minds.
fn long(case: &Case) -> Option<Case> {
    let whole = serde_json::to_value(&case.act).unwrap();
    let mut places = Vec::new();
    texts(&whole, &mut String::new(), &mut places);
    places.into_iter().find_map(|place| {
        let mut longer = whole.clone();
        let text = longer.pointer_mut(&place)?;
        *text = format!("{}{}", text.as_str()?, " and on".repeat(10_000)).into();
        let act: Act = serde_json::from_value(longer).ok()?;
        let refusing = case.at.story.refusing(case.who, act.clone(), case.replaces);
        (refusing == ["within_bounds"]).then(|| case.with(act))
    })
}

fn texts(value: &serde_json::Value, at: &mut String, found: &mut Vec<String>) {
    let mut inside = |key: &str, value: &serde_json::Value| {
        let length = at.len();
        at.push('/');
        at.push_str(key);
        texts(value, at, found);
        at.truncate(length);
    };
    match value {
        serde_json::Value::Object(fields) => fields.iter().for_each(|(key, value)| inside(key, value)),
        serde_json::Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, value)| inside(&place.to_string(), value));
        }
        serde_json::Value::String(_) => found.push(at.clone()),
        _ => {}
    }
}

/// Shows one pair; what is wrong with it otherwise.
fn show(process: &Process, step: &str, case: &Case, guard: Guard) -> Result<usize, String> {
    let spoiled = spoiled(case, guard);
    let refusal = |case: &Case| case.at.story.tries(case.who, &case.act, case.replaces).err();
    if let Some(reason) = never_refuses(step, guard) {
        let refuses =
            spoiled.as_ref().and_then(refusal).is_some_and(|r| r.0.iter().any(|r| r.guard == guard.as_str()));
        return if refuses { Err(format!("is said never to refuse ({reason}), and does")) } else { Ok(0) };
    }
    let spoiled = spoiled.ok_or("has no case in this test: write one")?;
    let refusal = refusal(&spoiled).ok_or("refuses nothing")?;
    let [said] = refusal.0.as_slice() else { return Err(format!("is not alone: {refusal}")) };
    if said.guard != guard.as_str() {
        return Err(format!("is not what refuses: {refusal}"));
    }
    let plain = |text: &str| {
        text.len() > 3
            && !text.ends_with('.')
            && text.trim_start_matches('`').starts_with(char::is_alphanumeric)
    };
    if said.why.len() < 11 || !plain(&said.why) || !plain(&said.satisfy) {
        return Err(format!("says too little: {refusal}"));
    }
    if !refusal.to_string().starts_with(&format!("{} {guard}: {}. ", said.step, said.why)) {
        return Err(format!("is not named: {refusal}"));
    }
    let without = process.without(step, guard);
    match spoiled.at.story.tries_with(&without, spoiled.who, &spoiled.act, spoiled.replaces) {
        Ok(_) => Ok(1),
        Err(refusal) => Err(format!("is taken out, and the deed is refused still: {refusal}")),
    }
}

#[test]
fn each_guard_refuses_what_only_it_would_and_without_it_that_goes_through() {
    let process = Process::embedded().unwrap();
    let (mut shown, mut wrong) = (0, Vec::new());
    for step in &process.steps {
        let case = careful(&step.id);
        match case.at.story.tries(case.who, &case.act, case.replaces) {
            // Who agrees takes the step that was proposed.
            Ok(allowed) if allowed.step == step.id || step.act == "concur" => {}
            Ok(allowed) => wrong.push(format!("the careful deed of {} takes {}", step.id, allowed.step)),
            Err(refusal) => wrong.push(format!("the careful deed is refused: {refusal}")),
        }
        let asked = |guard: &Guard| step.guards.contains(guard) || !step.from.is_empty();
        for guard in guards_of(&process, step).filter(asked) {
            match show(&process, &step.id, &case, guard) {
                Ok(pairs) => shown += pairs,
                Err(problem) => wrong.push(format!("{} {guard} {problem}", step.id)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(shown > 380, "only {shown} pairs were shown");
}

#[test]
fn every_guard_says_what_it_is_for() {
    for guard in Guard::ALL {
        assert!(guard.means().ends_with('.') && guard.means().len() > 12, "{guard}");
    }
}

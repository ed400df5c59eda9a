//! What holds of every history, said without the guards: plain predicates over the entries and the team.
//!
//! They are written from the field's rules (domain 1.2, 7.2), not from the code, and know nothing of steps or tables.

use crate::common::Story;
use policy::id::{EntryId, StaffId};
use policy::process::entry::{BYSTANDER, CLOCK};
use policy::process::referral::State as Status;
use policy::process::words::*;
use policy::process::{Act, Entry};
use policy::record::Discipline;
use policy::time::UtcTime;

/// Every invariant over every prefix.
pub fn hold(story: &Story) {
    for at in 0..story.entries.len() {
        entry_is_sound(story, at);
    }
}

/// Every invariant of the entry at this place, given those before it.
pub fn entry_is_sound(story: &Story, at: usize) {
    let past = Past { story, before: &story.entries[..at], entry: &story.entries[at] };
    past.order();
    past.versions();
    past.hands();
    past.levels();
    past.management();
    past.moves();
    past.police();
    past.ends();
    past.nothing_is_a_number();
}

struct Past<'a> {
    story: &'a Story,
    before: &'a [Entry],
    entry: &'a Entry,
}

impl<'a> Past<'a> {
    fn find(&self, id: EntryId) -> &'a Entry {
        self.before.iter().find(|e| e.id == id).expect("an entry that is named is there, and older")
    }

    fn moved(&self) -> Option<State> {
        self.before.iter().rev().find_map(|e| e.moved_to)
    }

    fn is_current(&self, id: EntryId) -> bool {
        !self.before.iter().any(|e| e.replaces == Some(id))
    }

    fn current(&self) -> impl Iterator<Item = &'a Entry> {
        self.before.iter().filter(|e| self.is_current(e.id))
    }

    fn disciplines(&self, staff: &StaffId) -> Vec<Discipline> {
        self.story.team.member(staff).map(|m| m.disciplines.clone()).unwrap_or_default()
    }

    fn is_behavior(&self, id: EntryId) -> bool {
        matches!(&self.find(id).act, Act::Observe(o)
            if matches!(o.nature, Nature::Behavior | Nature::Communication))
    }

    /// What was done by this entry: itself, or what it agrees to.
    fn done(&self) -> (&'a Entry, Option<&'a Entry>) {
        match &self.entry.act {
            Act::Concur(c) => (self.find(c.with), Some(self.entry)),
            _ => (self.entry, None),
        }
    }

    fn order(&self) {
        let last = self.before.iter().map(|e| e.at).max();
        // Danger waits for no clock, and what comes from outside is not lost because of one.
        let waits_for_no_clock = matches!(self.entry.act, Act::Emergency(_))
            || [BYSTANDER, CLOCK].contains(&self.entry.by.as_str());
        assert!(waits_for_no_clock || last.is_none_or(|last| last <= self.entry.at), "time went back");
        assert!(self.before.iter().all(|e| e.id != self.entry.id));
        assert!(self.moved() != Some(State::Purged), "something was written after the end");
    }

    fn versions(&self) {
        let Some(old) = self.entry.replaces else { return };
        assert!(self.is_current(old), "one record has two next versions");
        let Some(old) = self.before.iter().find(|e| e.id == old) else {
            assert!(matches!(self.entry.act, Act::Task(_)), "only a plan's task has no entry of its own");
            return;
        };
        assert_eq!(old.act.word(), self.entry.act.word());
        assert!(!matches!(old.act, Act::Assess(_) | Act::Report(_) | Act::Close(_) | Act::PoliceReferral(_)));
    }

    fn hands(&self) {
        let by = &self.entry.by;
        let outside = [BYSTANDER, CLOCK].contains(&by.as_str());
        match &self.entry.act {
            Act::Report(_) => {}
            Act::Message(_) | Act::Refer(_) | Act::Purge(_) if outside => {}
            _ => {
                let member = self.story.team.member(by).expect("nobody from outside works in a case");
                assert!(matches!(member.place, policy::process::team::Place::Core));
            }
        }
        let aside = self.before.iter().any(|e| match &e.act {
            Act::Recuse(r) => r.member == *by,
            Act::Report(r) => r.reporting_member.as_ref() == Some(by),
            Act::TargetNotice(n) => n.member.as_ref() == Some(by),
            _ => false,
        });
        let may_anyway = matches!(
            self.entry.act,
            Act::Emergency(_) | Act::EmergencyAnswers(_) | Act::Observe(_) | Act::Message(_) | Act::Recuse(_)
        );
        assert!(!aside || may_anyway, "{} stood aside and took `{}`", by, self.entry.act.word());
        if let Act::Concur(c) = &self.entry.act {
            assert_ne!(self.find(c.with).by, *by, "one person was two");
        }
    }

    fn levels(&self) {
        let Act::Assess(a) = &self.entry.act else { return };
        assert!(a.level.valid_until > self.entry.at, "a level that has ended before it began");
        assert!(a.level.valid_until <= self.entry.at.plus_days(180), "a level without a near end");
        assert!(a.level.band != LevelBand::Imminent || a.level.valid_until <= self.entry.at.plus_days(3));
        assert!(!a.level.original.trim().is_empty() && !a.level.original.chars().any(char::is_numeric));
        assert!(!a.gaps.trim().is_empty() && !a.caveats.trim().is_empty() && !a.rationale.trim().is_empty());
        assert!(a.observations.iter().any(|id| self.is_behavior(*id)), "judged on no behavior");
        assert!(a.single_source || a.observations.len() >= 2, "judged on one indicator");
        let raising = a.factors.iter().any(|id| {
            matches!(&self.find(*id).act,
            Act::Factor(f) if f.polarity == Polarity::Enhancing)
        });
        let protecting = a.factors.iter().any(|id| {
            matches!(&self.find(*id).act,
            Act::Factor(f) if f.polarity == Polarity::Mitigating)
        });
        assert!(raising != a.no_enhancing_found && protecting != a.no_mitigating_found, "a side left blank");
        let mut present = a.meeting.present.clone();
        present.sort();
        present.dedup();
        let members: Vec<_> = present.iter().filter_map(|who| self.story.team.member(who)).collect();
        let core = members.iter().filter(|m| m.place == policy::process::team::Place::Core).count();
        assert!(core >= 3, "fewer than three judged");
        assert!(members.iter().any(|m| m.is_chair && m.place == policy::process::team::Place::Core));
        assert!(members.iter().any(|m| m.disciplines.iter().any(|d| d.is_support())));
        assert!(!members.iter().any(|m| {
            m.disciplines.iter().any(|d| matches!(d, Discipline::Prosecution | Discipline::Defense))
        }));
    }

    fn management(&self) {
        let Act::Plan(plan) = &self.entry.act else { return };
        assert!(plan.tasks.iter().any(|t| t.kind.is_supportive()), "a plan that only restricts");
        assert!(plan.review_at > self.entry.at, "a plan that nobody looks at again");
        assert!(self.before.iter().any(|e| matches!(e.act, Act::Assess(_))), "a plan without a judgment");
        for restriction in &plan.restrictions {
            assert!(matches!(self.find(restriction.observation).act, Act::Observe(_)));
            assert!(restriction.until > self.entry.at);
        }
        let judged = self.before.iter().rposition(|e| matches!(e.act, Act::Assess(_))).unwrap_or(0);
        assert!(
            !self.before[judged..].iter().any(|e| is_trigger(e, &self.before[judged])),
            "a plan went on over something new that nobody judged"
        );
    }

    fn moves(&self) {
        let Some(to) = self.entry.moved_to else { return };
        let (done, agreed_by) = self.done();
        match (to, &done.act) {
            (State::Reported, Act::Report(_)) => assert!(self.before.is_empty()),
            (State::Triage, Act::Triage(t)) => {
                assert!(t.second.as_ref().is_some_and(|second| *second != t.coordinator));
            }
            (State::ScreenedOut, Act::ScreenOut(_)) | (State::Consultation, Act::Consult(_)) => {
                let harmless = self.before.iter().all(|e| match &e.act {
                    Act::Report(r) => r.weapon_mentioned == Some(false) && r.target_named == Some(false),
                    _ => true,
                });
                assert!(harmless || agreed_by.is_some(), "one person let a weapon or target go");
            }
            (State::Inquiry, Act::OpenInquiry(_) | Act::TransferIn(_)) => {
                assert!(self.before.iter().any(|e| self.is_behavior(e.id)), "a case opened on no behavior");
            }
            (State::Assessed, Act::Assess(_)) => assert_eq!(self.moved(), Some(State::Inquiry)),
            (State::Managing, Act::Plan(_)) => {}
            (State::Retiring, Act::Retire(_)) => assert_eq!(self.moved(), Some(State::Managing)),
            (State::Closed, Act::Close(_)) => self.closes(done, agreed_by),
            (State::Transferred, Act::CompleteTransfer(_)) => {}
            (State::Reassessing, Act::Reopen(r)) => {
                let closed = self.before.iter().rposition(|e| e.moved_to == Some(State::Closed)).unwrap();
                assert!(self.before[closed..].iter().any(|e| e.id == r.observation), "old facts read again");
                assert!(self.is_behavior(r.observation));
            }
            (State::Purged, Act::Purge(_)) => {
                assert_eq!(self.entry.by.as_str(), CLOCK);
                let moderate = self
                    .before
                    .iter()
                    .any(|e| matches!(&e.act, Act::Assess(a) if a.level.band >= LevelBand::Moderate));
                let days = match self.moved() {
                    Some(State::Closed) if moderate => 3 * 365,
                    Some(State::Closed) => 365,
                    _ => 30,
                };
                let moved = self.before.iter().rev().find(|e| e.moved_to.is_some()).unwrap();
                assert!(moved.at.plus_days(days) <= self.entry.at, "destroyed before its time");
            }
            (to, act) => panic!("`{}` moved a case to {to}", act.word()),
        }
    }

    fn closes(&self, done: &Entry, agreed_by: Option<&Entry>) {
        assert!(self.before.iter().any(|e| matches!(e.act, Act::Assess(_))), "closed and never judged");
        let moderate = self
            .before
            .iter()
            .any(|e| matches!(&e.act, Act::Assess(a) if a.level.band >= LevelBand::Moderate));
        let Act::Close(closing) = &done.act else { return };
        if moderate {
            let second = agreed_by.expect("one member closed a case that was once moderate");
            let first = self.disciplines(&done.by);
            assert!(
                self.disciplines(&second.by).iter().any(|d| !first.contains(d)),
                "one discipline closed it"
            );
            assert!(!closing.why_it_lasts.trim().is_empty());
        }
        for entry in self.current() {
            match &entry.act {
                Act::Task(t) => assert!(t.state != TaskState::Open, "closed over an open task"),
                Act::Refer(r) => {
                    assert!(r.status == Status::Draft || r.status.is_ended(), "closed over an open referral")
                }
                Act::Tripwire(t) => assert!(t.ended || t.expires <= self.entry.at, "closed over a tripwire"),
                Act::TargetNotice(n) => assert!(n.told_at.is_some() || !n.not_told_because.is_empty()),
                Act::GuardianNotice(n) => assert!(n.told_at.is_some() || !n.not_told_because.is_empty()),
                _ => {}
            }
        }
    }

    fn police(&self) {
        if let Act::PoliceReferral(r) = &self.entry.act {
            assert!(matches!(self.find(r.observation).act, Act::Observe(_)));
            assert!(r.reason == PoliceReason::Imminent || !r.alternatives.trim().is_empty());
            assert!(self.story.team.member(&self.entry.by).is_some_and(|m| m.is_chair));
        }
        if let (Act::PoliceReferral(_), Some(agreed)) = (&self.done().0.act, self.done().1) {
            let disciplines = self.disciplines(&agreed.by);
            assert!(!disciplines.contains(&Discipline::LawEnforcement), "police agreed to tell the police");
        }
    }

    fn ends(&self) {
        let ends: Option<(UtcTime, i64)> = match &self.entry.act {
            Act::Tripwire(t) if !t.ended => Some((t.expires, 90)),
            Act::Plan(p) => Some((p.review_at, 90)),
            _ => None,
        };
        if let Some((end, days)) = ends {
            assert!(end > self.entry.at && end <= self.entry.at.plus_days(days), "something has no near end");
        }
    }

    fn nothing_is_a_number(&self) {
        let json = serde_json::to_value(&self.entry.act).unwrap();
        assert_eq!(numbers(&json), 0, "`{}` has a number in it", self.entry.act.word());
        let words = ["/assess/level/original", "/instrument/overall"];
        for word in words.iter().filter_map(|at| json.pointer(at)).filter_map(|word| word.as_str()) {
            assert!(!word.chars().any(char::is_numeric), "a number was put on a person");
        }
    }
}

/// Numbers anywhere in a JSON value.
pub fn numbers(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Number(_) => 1,
        serde_json::Value::Array(all) => all.iter().map(numbers).sum(),
        serde_json::Value::Object(fields) => fields.values().map(numbers).sum(),
        _ => 0,
    }
}

/// What both sources say makes a level stale (domain 1.2 T9), given the judgment it is looked at from.
pub fn is_trigger(entry: &Entry, judged: &Entry) -> bool {
    let Act::Assess(level) = &judged.act else { return false };
    match &entry.act {
        Act::Factor(_) | Act::Event(_) | Act::TripwireHit(_) | Act::TransferIn(_) | Act::Reopen(_) => true,
        Act::Refer(r) => matches!(
            r.status,
            Status::DeclinedByPerson | Status::DeclinedByService | Status::NoContactMade | Status::Expired
        ),
        Act::DecideCorrection(d) => d.decision != CorrectionDecision::Denied,
        Act::Observe(_) => entry.replaces.is_some_and(|old| level.observations.contains(&old)),
        _ => false,
    }
}

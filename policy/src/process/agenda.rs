//! What is due in a case, for whom, by when: the lines of `concord agenda` (domain 6.2).
//!
//! Callers: the node, which keeps the next due moment beside the case's head so that an agenda reads nothing else. Pure.
//! Deliberately absent: any order by level. Lines are ordered by when they are due.

use super::decide::awaits;
use super::entry::{Act, Entry};
use super::referral::{self, State as Status};
use super::standing::Standing;
use super::table::Process;
use super::words::{LevelBand, State};
use crate::id::{EntryId, StaffId};
use crate::record::words::words;
use crate::time::{UtcTime, text};
use serde::{Deserialize, Serialize};

words! {
    /// What is due.
    Duty {
        /// Triage of a report, or its end.
        Triage = "triage",
        /// First assessment.
        FirstAssessment = "first_assessment",
        /// The level is stale.
        Reassess = "reassess",
        /// The level ends.
        LevelEnds = "level_ends",
        /// The plan's review.
        Review = "review",
        /// A task.
        Task = "task",
        /// A referral's next step.
        Referral = "referral",
        /// A tripwire ends: renew it or let it go.
        TripwireEnds = "tripwire_ends",
        /// An order ends.
        OrderEnds = "order_ends",
        /// A restriction ends.
        RestrictionEnds = "restriction_ends",
        /// The five questions of an emergency.
        EmergencyAnswers = "emergency_answers",
        /// The second person's review of an emergency.
        EmergencyReview = "emergency_review",
        /// An emergency lapses.
        EmergencyLapses = "emergency_lapses",
        /// Somebody is owed a notice.
        Notice = "notice",
        /// A second member's agreement.
        Agreement = "agreement",
        /// A request for correction.
        Correction = "correction",
        /// A transfer waits for the other team.
        Transfer = "transfer",
        /// A proposal to close.
        Closing = "closing",
        /// The consultation closes itself.
        ConsultationEnds = "consultation_ends",
        /// Content is to be destroyed.
        Purge = "purge",
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// What.
    pub duty: Duty,
    /// By when.
    #[serde(with = "text")]
    pub due: UtcTime,
    /// The member it waits for; none: the team, by its chair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<StaffId>,
    /// It waits for somebody else: a service, the person, another team, a second member.
    #[serde(default)]
    pub waits_for_another: bool,
    /// The entry it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// Somebody's hand is awaited since then: it is on the agenda from that moment, not only on the day it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::time::text_option")]
    pub awaited_since: Option<UtcTime>,
}

/// Hours for the five answers after an emergency.
const ANSWERS_HOURS: i64 = 24;
/// Hours for the review of an emergency (domain 1.1).
const REVIEW_HOURS: i64 = 72;
/// Hours for a second member's agreement.
const AGREEMENT_HOURS: i64 = 24;
/// Days for an answer to a request for correction.
const CORRECTION_DAYS: i64 = 30;
/// Days before a tripwire, order or restriction ends, when its end is put on the agenda.
const AHEAD_DAYS: i64 = 3;
/// Days for a task without a date of its own, where there is no plan to review.
const TASK_DAYS: i64 = 14;
/// Days for a referral without a date of its own.
const REFERRAL_DAYS: i64 = 7;
/// Days a closed case is kept where the level was ever moderate or higher.
const KEPT_DAYS_MODERATE: i64 = 3 * 365;
/// Days for a transfer.
const TRANSFER_DAYS: i64 = 7;

impl Process {
    /// Every duty of a case, soonest due first. `now` tells what has ended; what is due later is there too.
    pub fn agenda(&self, case: &Standing<'_>, now: UtcTime) -> Vec<Line> {
        let mut lines = Vec::new();
        self.of_state(case, now, &mut lines);
        of_emergency(case, now, &mut lines);
        if case.moved_state().is_open() {
            of_work(case, now, &mut lines);
            for entry in case.entries().iter().filter(|e| awaits(self, case, e)) {
                let due = entry.at.plus_minutes(AGREEMENT_HOURS * 60);
                lines.push(Line::of(Duty::Agreement, due).about(entry).for_another().awaited_since(entry.at));
            }
        }
        of_rights(case, &mut lines);
        lines.sort_by_key(|line| (line.due, line.duty));
        lines
    }

    fn of_state(&self, case: &Standing<'_>, now: UtcTime, lines: &mut Vec<Line>) {
        let moved = case.moved_state();
        let since = case.moved_at().unwrap_or(now);
        let hours = |state: State| self.state(state).and_then(|row| row.hours).unwrap_or(48);
        match moved {
            State::Reported | State::Triage => {
                let imminent =
                    case.entries().iter().any(|e| matches!(&e.act, Act::Report(r) if r.possibly_imminent));
                let hours = if imminent { 1 } else { hours(moved) };
                let line = Line::of(Duty::Triage, since.plus_minutes(hours * 60)).by(coordinator(case));
                lines.push(line.awaited_since(since));
            }
            State::Inquiry => {
                lines.push(Line::of(Duty::FirstAssessment, since.plus_minutes(hours(moved) * 60)));
            }
            State::Retiring => {
                lines.push(Line::of(Duty::Closing, since.plus_minutes(hours(moved) * 60)));
                if let Some(stale) = case.stale(now).first() {
                    let due = stale.since.plus_minutes(hours(State::Reassessing) * 60);
                    lines.push(Line::of(Duty::Reassess, due).awaited_since(stale.since));
                }
            }
            State::Consultation => {
                let until = case.last(|a| if let Act::Consult(c) = a { c.until } else { None });
                if let Some((entry, until)) = until.filter(|(_, until)| now < *until) {
                    lines.push(Line::of(Duty::ConsultationEnds, until).about(entry));
                }
            }
            State::ScreenedOut | State::Closed | State::Transferred | State::Purged => {}
            State::Assessed | State::Managing | State::Reassessing => {
                let reopened = moved == State::Reassessing;
                if let Some(since) = case.stale(now).first().map(|s| s.since).or(reopened.then_some(since)) {
                    let due = since.plus_minutes(hours(State::Reassessing) * 60);
                    lines.push(Line::of(Duty::Reassess, due).awaited_since(since));
                }
                if let Some((entry, a)) = case.level() {
                    lines.push(Line::of(Duty::LevelEnds, a.level.valid_until).about(entry));
                }
            }
        }
        if let Some(until) = self.kept_until(case) {
            lines.push(Line::of(Duty::Purge, until));
        }
    }

    /// Until when content of a case is kept that nobody works on any more; none: it is worked on, or gone.
    pub fn kept_until(&self, case: &Standing<'_>) -> Option<UtcTime> {
        let moved = case.moved_state();
        let days = self.state(moved)?.retention_days?;
        let moderate = moved == State::Closed && case.ever_at_least(LevelBand::Moderate);
        let days = if moderate { days.max(KEPT_DAYS_MODERATE) } else { days };
        let since = if moved == State::Consultation { case.consultation_until() } else { case.moved_at() };
        since.map(|since| since.plus_days(days))
    }
}

fn coordinator(case: &Standing<'_>) -> Option<StaffId> {
    case.last(|a| if let Act::Triage(t) = a { Some(&t.coordinator) } else { None })
        .map(|(_, who)| who.clone())
}

fn of_emergency(case: &Standing<'_>, now: UtcTime, lines: &mut Vec<Line>) {
    let Some(overlay) = case.last_emergency() else { return };
    let declared = overlay.declared;
    if !overlay.answered {
        let due = declared.at.plus_minutes(ANSWERS_HOURS * 60);
        let line = Line::of(Duty::EmergencyAnswers, due).about(declared).by(Some(declared.by.clone()));
        lines.push(line.awaited_since(declared.at));
    }
    if let Some(unreviewed) = case.unreviewed_emergency() {
        let due = unreviewed.at.plus_minutes(REVIEW_HOURS * 60);
        let line = Line::of(Duty::EmergencyReview, due).about(unreviewed).for_another();
        lines.push(line.awaited_since(unreviewed.at));
    }
    if case.emergency(now).is_some() {
        lines.push(Line::of(Duty::EmergencyLapses, overlay.lapses_at).about(declared));
    }
}

fn of_work(case: &Standing<'_>, now: UtcTime, lines: &mut Vec<Line>) {
    if let Some((entry, plan)) = case.plan() {
        lines.push(Line::of(Duty::Review, plan.review_at).about(entry).by(Some(plan.owner.clone())));
        for restriction in &plan.restrictions {
            lines
                .push(Line::of(Duty::RestrictionEnds, restriction.until.plus_days(-AHEAD_DAYS)).about(entry));
        }
    }
    // A task without a day of its own is looked at with the plan.
    let review = case.plan().map(|(_, plan)| plan.review_at);
    for (id, entry, task) in case.open_tasks() {
        let due = task.due.or(review).unwrap_or(entry.at.plus_days(TASK_DAYS));
        let line = Line::of(Duty::Task, due).by(task.owner.clone());
        lines.push(Line { entry: Some(id), waits_for_another: task.agency.is_some(), ..line });
    }
    for (entry, r) in case.referrals() {
        let definition = r.status.definition();
        if definition.ended || r.status == Status::Draft {
            continue;
        }
        let due = r.contact_by.unwrap_or(entry.at.plus_days(REFERRAL_DAYS));
        let due = if definition.reached { due.max(entry.at.plus_days(4 * REFERRAL_DAYS)) } else { due };
        let line = Line::of(Duty::Referral, due).about(entry);
        let ours = definition.next_actor == referral::NextActor::Referrer;
        lines.push(if ours { line } else { line.for_another() });
    }
    for (entry, tripwire) in case.tripwires(now) {
        lines.push(Line::of(Duty::TripwireEnds, tripwire.expires.plus_days(-AHEAD_DAYS)).about(entry));
    }
    for (entry, order) in case.current(|a| if let Act::Order(o) = a { Some(&**o) } else { None }) {
        if now < order.until {
            lines.push(Line::of(Duty::OrderEnds, order.until.plus_days(-AHEAD_DAYS)).about(entry));
        }
    }
    let owed = case.current(|a| match a {
        Act::TargetNotice(n) if n.told_at.is_none() => n.due,
        Act::GuardianNotice(n) if n.told_at.is_none() => n.due,
        _ => None,
    });
    for (entry, due) in owed {
        lines.push(Line::of(Duty::Notice, due).about(entry).awaited_since(entry.at));
    }
    let offers = case.current(|a| if let Act::OfferTransfer(_) = a { Some(()) } else { None });
    if let Some((entry, ())) = offers.last() {
        let line = Line::of(Duty::Transfer, entry.at.plus_days(TRANSFER_DAYS)).about(entry).for_another();
        lines.push(line.awaited_since(entry.at));
    }
}

fn of_rights(case: &Standing<'_>, lines: &mut Vec<Line>) {
    let decided: Vec<EntryId> = case
        .entries()
        .iter()
        .filter_map(|e| if let Act::DecideCorrection(d) = &e.act { Some(d.ask) } else { None })
        .collect();
    for entry in
        case.entries().iter().filter(|e| matches!(e.act, Act::AskCorrection(_)) && !decided.contains(&e.id))
    {
        let line = Line::of(Duty::Correction, entry.at.plus_days(CORRECTION_DAYS)).about(entry);
        lines.push(line.awaited_since(entry.at));
    }
}

impl Line {
    fn of(duty: Duty, due: UtcTime) -> Self {
        Self { duty, due, who: None, waits_for_another: false, entry: None, awaited_since: None }
    }
    fn about(self, entry: &Entry) -> Self {
        Self { entry: Some(entry.id), ..self }
    }
    fn by(self, who: Option<StaffId>) -> Self {
        Self { who, ..self }
    }
    fn for_another(self) -> Self {
        Self { waits_for_another: true, ..self }
    }
    fn awaited_since(self, since: UtcTime) -> Self {
        Self { awaited_since: Some(since.min(self.due)), ..self }
    }

    /// From when it is on the agenda: from the day it is due, or as long as somebody's hand is awaited.
    pub fn shown_from(&self) -> UtcTime {
        self.awaited_since.unwrap_or(self.due)
    }
}

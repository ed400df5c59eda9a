//! Rights, transfer, closing, reopening, the end of content.

use super::{Checked, Look, Unmet, is_behavior, is_blank, needs, of_act};
use crate::id::EntryId;
use crate::process::entry::Act;
use crate::process::referral::State as Status;
use crate::process::words::{CorrectionDecision, LevelBand, State};

/// The word of an order that holds records.
pub const LEGAL_HOLD: &str = "legal_hold";

fn there(look: &Look<'_>, entry: EntryId) -> Checked {
    needs(
        look.case.entry(entry).is_some(),
        "there is no such entry in this case",
        "check the id with `concord case history`",
    )
}

pub(super) fn entry_is_there(look: &Look<'_>) -> Checked {
    match look.deed.act {
        Act::AskCorrection(a) => {
            there(look, a.entry)?;
            needs(!is_blank(&a.says), "it does not say what should stand there", "write it (says)")
        }
        Act::Disagree(d) => {
            there(look, d.entry)?;
            needs(!is_blank(&d.text), "the statement says nothing", "write it in the person's own words")
        }
        other => Err(super::misplaced(other.word())),
    }
}

pub(super) fn correction_was_asked(look: &Look<'_>) -> Checked {
    let answer = of_act!(look, DecideCorrection);
    let asked = look.case.entry(answer.ask).is_some_and(|e| matches!(e.act, Act::AskCorrection(_)));
    let decided =
        look.case.entries().iter().any(|e| matches!(&e.act, Act::DecideCorrection(d) if d.ask == answer.ask));
    needs(
        asked && !decided,
        "there is no such request, or it was decided",
        "`concord agenda` lists those that wait",
    )?;
    needs(!is_blank(&answer.reasons), "the decision has no reasons", "give them: the person is told")
}

pub(super) fn correction_is_made(look: &Look<'_>) -> Checked {
    let answer = of_act!(look, DecideCorrection);
    if answer.decision == CorrectionDecision::Denied {
        return Ok(());
    }
    let disputed = look.case.entry(answer.ask).and_then(|e| match &e.act {
        Act::AskCorrection(a) => Some(a.entry),
        _ => None,
    });
    let made = answer.corrected_by.is_some_and(|by| disputed.is_some_and(|d| corrects(look, by, d)));
    needs(
        made,
        "the correction is accepted and not made",
        "write the new version of the disputed entry (--replaces), or, of a judgment or report, a new one or an observation \
         after the request, then name it (corrected_by)",
    )
}

/// Whether an entry corrects another. What is never replaced is corrected by a later judgment, or by an observation.
fn corrects(look: &Look<'_>, by: EntryId, disputed: EntryId) -> bool {
    let place = |id: EntryId| look.case.entries().iter().position(|e| e.id == id);
    let (Some(new), Some(old)) = (place(by), place(disputed)) else { return false };
    let (new_entry, old_entry) = (&look.case.entries()[new], &look.case.entries()[old]);
    if super::always::is_never_replaced(&old_entry.act) {
        let asked = of_ask(look).and_then(place);
        let same = new_entry.act.word() == old_entry.act.word() || matches!(new_entry.act, Act::Observe(_));
        return same && asked.is_some_and(|asked| new > asked);
    }
    new > old && look.case.newest(disputed) == look.case.newest(by)
}

fn of_ask(look: &Look<'_>) -> Option<EntryId> {
    if let Act::DecideCorrection(answer) = look.deed.act { Some(answer.ask) } else { None }
}

pub(super) fn transfer_has_a_reason(look: &Look<'_>) -> Checked {
    let offer = of_act!(look, OfferTransfer);
    needs(
        !is_blank(&offer.because) && !is_blank(offer.agency.as_str()),
        "the transfer names no agency or no reason",
        "give both",
    )
}

pub(super) fn transfer_was_offered(look: &Look<'_>) -> Checked {
    let done = of_act!(look, CompleteTransfer);
    needs(
        look.case
            .entry(done.offer)
            .is_some_and(|e| matches!(e.act, Act::OfferTransfer(_)) && !look.case.is_replaced(e.id)),
        "there is no such offer",
        "offer the transfer first",
    )
}

pub(super) fn packet_went(look: &Look<'_>) -> Checked {
    let done = of_act!(look, CompleteTransfer);
    needs(
        look.deed.sent_to.iter().any(|(disclosure, agency)| {
            *disclosure == done.disclosure
                && look
                    .case
                    .entry(done.offer)
                    .is_some_and(|e| matches!(&e.act, Act::OfferTransfer(o) if o.agency == *agency))
        }),
        "no disclosure of this case went to the agency that is to take it",
        "share the minimum packet with it first: `concord share --packet peer_co_management`",
    )
}

pub(super) fn accepted_over_there(look: &Look<'_>) -> Checked {
    let done = of_act!(look, CompleteTransfer);
    needs(
        !is_blank(&done.accepted_by),
        "nobody of the receiving team is named",
        "name by function who accepted",
    )
}

pub(super) fn chair_accepts(look: &Look<'_>) -> Checked {
    let taken = of_act!(look, TransferIn);
    needs(taken.accepted_by == *look.deed.by, "a chair accepts for themselves", "name yourself (accepted_by)")
}

pub(super) fn retirement_has_a_reason(look: &Look<'_>) -> Checked {
    let retirement = of_act!(look, Retire);
    needs(
        !is_blank(&retirement.because),
        "the proposal to close has no reason",
        "say why engagement is no longer justified",
    )
}

pub(super) fn level_low_or_none(look: &Look<'_>) -> Checked {
    needs(
        look.case.level().is_some_and(|(_, a)| a.level.band <= LevelBand::Low),
        "the level is above low",
        "make a plan; a case above low is managed before it is closed",
    )
}

pub(super) fn nothing_open(look: &Look<'_>) -> Checked {
    let tasks = look.case.open_tasks().len();
    let referrals = look.case.referrals().iter().filter(|(_, r)| is_open(r.status)).count();
    let tripwires = look.case.tripwires(look.deed.at).len();
    if tasks + referrals + tripwires == 0 {
        return Ok(());
    }
    Err(Unmet::new(
        format!("still open: {tasks} tasks, {referrals} referrals, {tripwires} tripwires"),
        "finish, hand over or drop each: `concord case history` lists them with their ids",
    ))
}

fn is_open(status: Status) -> bool {
    matches!(
        status,
        Status::Offered
            | Status::Consented
            | Status::Sent
            | Status::Received
            | Status::Accepted
            | Status::Contacted
            | Status::Engaged
    )
}

/// Who was told, or is not told for a reason, and how many others are still owed a notice, by those notices that stand.
fn settled<'a, T: PartialEq + 'a>(
    look: &Look<'a>,
    notice: impl Fn(&'a Act) -> Option<(&'a T, bool, &'a String)>,
) -> (Vec<&'a T>, usize) {
    let all = look.case.current(notice);
    let is_done = |told: bool, because: &str| told || !is_blank(because);
    let done: Vec<&T> = all
        .iter()
        .filter(|(_, (_, told, because))| is_done(*told, because))
        .map(|(_, (who, ..))| *who)
        .collect();
    let owed = all
        .iter()
        .filter(|(_, (who, told, because))| !is_done(*told, because) && !done.contains(who))
        .count();
    (done, owed)
}

pub(super) fn notices_given(look: &Look<'_>) -> Checked {
    let (targets, owed_targets) = settled(look, |a| match a {
        Act::TargetNotice(n) => Some((&n.target, n.told_at.is_some(), &n.not_told_because)),
        _ => None,
    });
    let (guardians, owed_guardians) = settled(look, |a| match a {
        Act::GuardianNotice(n) => Some((&n.guardian, n.told_at.is_some(), &n.not_told_because)),
        _ => None,
    });
    let owed = owed_targets + owed_guardians;
    needs(
        owed == 0,
        &format!("{owed} people are still owed a notice"),
        "tell them, or record the safety reason why not",
    )?;
    let forgotten: Vec<String> =
        look.deed.targets.iter().filter(|t| !targets.contains(t)).map(ToString::to_string).collect();
    needs(
        forgotten.is_empty(),
        &format!("nobody has told a target of the threat, or said why not: {}", forgotten.join(", ")),
        "`concord notice target` records that they were told, or the reason why not",
    )?;
    needs(
        look.deed.minor != Some(true) || !guardians.is_empty(),
        "the person is a minor, and nobody has told a parent or guardian, or said why not",
        "`concord notice guardian` records that they were told, or the safety reason why not",
    )
}

pub(super) fn restrictions_ended_or_kept(look: &Look<'_>) -> Checked {
    let in_force = look.case.plan().map_or(&[][..], |(_, plan)| &plan.restrictions);
    let left = in_force.iter().filter(|r| look.deed.at < r.until && is_blank(&r.kept_by)).count();
    needs(
        left == 0,
        &format!("{left} restrictions of the plan are in force, and nobody keeps them once the team is done"),
        "write a plan without them, or name in it who keeps each to its end (kept_by)",
    )
}

pub(super) fn says_why_it_lasts(look: &Look<'_>) -> Checked {
    let closing = of_act!(look, Close);
    needs(
        !look.case.ever_at_least(LevelBand::Moderate) || !is_blank(&closing.why_it_lasts),
        "the level was once moderate or higher, and nothing says why the change is expected to last",
        "say so (why_it_lasts)",
    )
}

pub(super) fn behavior_is_new(look: &Look<'_>) -> Checked {
    let reopening = of_act!(look, Reopen);
    look.all_stand(&[reopening.observation])?;
    let closed = look.case.came_into(State::Closed);
    let after = closed.map_or(&[][..], |at| &look.case.entries()[at + 1..]);
    let closed_on = closed.map(|at| look.case.entries()[at].at.date());
    let is_new = look.observation(reopening.observation).is_some_and(|(e, o)| {
        after.iter().any(|later| later.id == e.id)
            && closed_on.is_some_and(|closed| o.happened_on >= closed)
            && is_behavior(o)
    });
    needs(
        is_new,
        "the observation is no behavior after the closing: old facts read again open nothing",
        "cite behavior or communication that happened and was written down after the case was closed",
    )
}

pub(super) fn retention_reached(look: &Look<'_>) -> Checked {
    let until = look.process.kept_until(look.case);
    needs(
        until.is_some_and(|until| until <= look.deed.at),
        &match until {
            Some(until) => format!("the period of retention lasts until {until}"),
            None => "content of a case that is worked on is kept".into(),
        },
        "wait: content goes by itself",
    )
}

pub(super) fn no_legal_hold(look: &Look<'_>) -> Checked {
    let held = look
        .case
        .current(|a| if let Act::Order(o) = a { Some(&**o) } else { None })
        .iter()
        .any(|(_, o)| o.kind == LEGAL_HOLD && look.deed.at < o.until);
    needs(!held, "an order holds these records", "they stay until it ends")
}

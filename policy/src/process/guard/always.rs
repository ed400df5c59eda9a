//! Guards of every step that a member takes.

use super::{Checked, Look, Unmet, needs};
use crate::id::EntryId;
use crate::process::entry::Act;
use crate::process::team::Place;

pub(super) fn clock_goes_on(look: &Look<'_>) -> Checked {
    // Danger waits for no clock: the order of a history is the order in which it was written.
    if matches!(look.deed.act, Act::Emergency(_)) {
        return Ok(());
    }
    let Some(last) = look.case.last_at().filter(|last| look.deed.at < *last) else { return Ok(()) };
    Err(Unmet::new(
        format!(
            "the clock of this node stands at {}, before the last entry of the case at {last}",
            look.deed.at
        ),
        "set the clock of this machine: nothing is written behind what is there (an emergency may be declared all the same)",
    ))
}

pub(super) fn in_the_team(look: &Look<'_>) -> Checked {
    needs(
        look.hand().is_some_and(|m| m.place == Place::Core),
        "only core members of the team that owns the case work in it",
        "the chair adds you with `concord team add`",
    )
}

pub(super) fn confidentiality_acknowledged(look: &Look<'_>) -> Checked {
    needs(
        matches!(look.deed.act, Act::Emergency(_)) || look.hand().is_some_and(|m| m.acknowledged),
        "your written acknowledgement of confidentiality is not on file",
        "sign it, then the chair records it with `concord team add --confidentiality-acknowledged`",
    )
}

pub(super) fn not_recused(look: &Look<'_>) -> Checked {
    // Whoever stands aside may still cry for help, and may still say what they saw.
    let may_anyway = matches!(
        look.deed.act,
        Act::Emergency(_) | Act::EmergencyAnswers(_) | Act::Observe(_) | Act::Message(_) | Act::Recuse(_)
    );
    needs(
        may_anyway || !look.case.recused().contains(&look.deed.by),
        "you stand aside from this case as its target or reporter, or near to one",
        "another member takes this step; you may still add observations, and declare an emergency",
    )
}

/// Bytes of one act as it is kept: room for a long report, none for a file.
const ACT_BYTES_MAX: usize = 64 * 1024;

pub(super) fn within_bounds(look: &Look<'_>) -> Checked {
    let fits = serde_json::to_string(look.deed.act).is_ok_and(|text| text.len() <= ACT_BYTES_MAX);
    needs(
        fits,
        "it is longer than 64 KiB",
        "write what matters in words; keep the letter, file or recording where it is, and say where",
    )
}

pub(super) fn newest_version(look: &Look<'_>) -> Checked {
    let Some(replaces) = look.deed.replaces else { return Ok(()) };
    if look.case.planned_task(replaces).is_some() {
        return newest_task(look, replaces);
    }
    let Some(old) = look.case.entry(replaces) else {
        return Err(Unmet::new(
            format!("{replaces} is no entry of this case"),
            "check the id with `concord case history`",
        ));
    };
    if old.act.word() != look.deed.act.word() {
        return Err(Unmet::new(
            format!("{replaces} is a {}, not a {}", old.act.word(), look.deed.act.word()),
            "a new version is of the same kind",
        ));
    }
    if is_never_replaced(&old.act) {
        return Err(Unmet::new(
            format!("`{}` is never replaced", old.act.word()),
            "write a new one: what was judged and done stays in the history",
        ));
    }
    changed_meanwhile(look, replaces)
}

/// A task of the plan that stands: a task entry says how it stands.
fn newest_task(look: &Look<'_>, task: EntryId) -> Checked {
    needs(
        matches!(look.deed.act, Act::Task(_)),
        "that is the id of a task of the plan",
        "say how the task stands with `concord task`; the plan itself has another id",
    )?;
    changed_meanwhile(look, task)
}

/// What was judged, reported and done stays as it was written.
pub(super) fn is_never_replaced(act: &Act) -> bool {
    matches!(
        act,
        Act::Assess(_)
            | Act::Report(_)
            | Act::Message(_)
            | Act::Emergency(_)
            | Act::EmergencyAnswers(_)
            | Act::EmergencyReview(_)
            | Act::PoliceReferral(_)
            | Act::PoliceRequest(_)
            | Act::TripwireHit(_)
            | Act::Concur(_)
            | Act::Recuse(_)
            | Act::AskCorrection(_)
            | Act::DecideCorrection(_)
            | Act::TransferIn(_)
            | Act::CompleteTransfer(_)
            | Act::Close(_)
            | Act::Reopen(_)
            | Act::Purge(_)
    )
}

fn changed_meanwhile(look: &Look<'_>, replaces: EntryId) -> Checked {
    if look.case.is_replaced(replaces) {
        let newest = look.case.newest(replaces);
        let by = look.case.entry(newest).map(|e| format!(" by {} at {}", e.by, e.at)).unwrap_or_default();
        return Err(Unmet::new(
            format!(
                "{replaces} was changed meanwhile{by}: nothing of yours was written, nothing of theirs is lost"
            ),
            format!("read {newest}, join the two, and send it again with --replaces {newest}"),
        ));
    }
    Ok(())
}

//! T1 to T4, and advice without identity.

use super::{Checked, Look, Unmet, is_behavior, is_blank, needs, of_act};
use crate::process::wording;

/// Longest consultation.
const CONSULTATION_DAYS_MAX: i64 = 30;

pub(super) fn report_says_something(look: &Look<'_>) -> Checked {
    let report = of_act!(look, Report);
    needs(
        !is_blank(&report.narrative),
        "the report says nothing",
        "write what was seen or heard, facts first",
    )
}

pub(super) fn message_says_something(look: &Look<'_>) -> Checked {
    let message = of_act!(look, Message);
    needs(!is_blank(&message.text), "the message says nothing", "write it")
}

pub(super) fn coordinator_takes_reports(look: &Look<'_>) -> Checked {
    let triage = of_act!(look, Triage);
    needs(
        look.team.member(&triage.coordinator).is_some_and(|m| m.is_intake),
        "the coordinator named is no intake coordinator of this team",
        "name one: an administrator gives the role with `concord staff add --role intake`",
    )
}

pub(super) fn more_than_one_coordinator(look: &Look<'_>) -> Checked {
    let coordinators = look.team.members.iter().filter(|m| m.is_intake).count();
    needs(
        coordinators >= 2,
        "the team has fewer than two intake coordinators, so that one person alone would see every report",
        "add a second one to the team",
    )
}

pub(super) fn second_of_another_discipline(look: &Look<'_>) -> Checked {
    let triage = of_act!(look, Triage);
    let first = look.team.member(&triage.coordinator);
    let second = triage.second.as_ref().and_then(|s| look.team.member(s));
    let another = match (first, second) {
        (Some(first), Some(second)) => {
            first.staff != second.staff && second.disciplines.iter().any(|d| !first.disciplines.contains(d))
        }
        _ => false,
    };
    needs(
        another,
        "a member of another discipline than the coordinator's has to look at it too",
        "name one as `second`",
    )
}

pub(super) fn sentence_without_names(look: &Look<'_>) -> Checked {
    let screened = of_act!(look, ScreenOut);
    needs(
        !is_blank(&screened.sentence),
        "the reason has no sentence",
        "say in one sentence why, without names",
    )?;
    look.nameless(&screened.sentence, "the sentence, which stays when everything else goes,")
}

pub(super) fn behavior_recorded(look: &Look<'_>) -> Checked {
    let inquiry = of_act!(look, OpenInquiry);
    look.all_stand(&inquiry.observations)?;
    needs(
        look.cited(&inquiry.observations).iter().any(|(_, o)| is_behavior(o)),
        "no behavior or communication is recorded: a trait, belief, diagnosis, group or lawful speech alone opens no case",
        "record what was done or said with `concord observe --nature behavior`, or screen the report out",
    )
}

pub(super) fn consultation_without_identity(look: &Look<'_>) -> Checked {
    let consultation = of_act!(look, Consult);
    needs(
        !is_blank(&consultation.situation),
        "the situation is not described",
        "describe it without identity",
    )?;
    for text in [&consultation.situation, &consultation.advice] {
        look.nameless(text, "the consultation")?;
        if let Some(found) = wording::identifies(text) {
            return Err(Unmet::new(
                format!("the consultation contains {found}"),
                "write it without: a consultation has no identity in it",
            ));
        }
    }
    Ok(())
}

pub(super) fn consultation_ends(look: &Look<'_>) -> Checked {
    let consultation = of_act!(look, Consult);
    let ends = consultation
        .until
        .is_some_and(|until| look.deed.at < until && until <= look.deed.at.plus_days(CONSULTATION_DAYS_MAX));
    needs(ends, "a consultation ends within thirty days", "give an end (until) within thirty days")
}

//! T1 to T4, and advice without identity.

use super::{Checked, Look, Unmet, is_behavior, is_blank, needs, of_act};
use crate::id::StaffId;
use crate::process::entry::{Act, BYSTANDER};
use crate::process::team::{Member, Place};
use crate::process::wording;
use crate::process::words::State;

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
    needs(!is_blank(&message.text), "the message says nothing", "write it")?;
    needs(
        message.from_reporter || look.deed.by.as_str() != BYSTANDER,
        "a reporter speaks for the team",
        "send it as the reporter's own (from_reporter)",
    )
}

pub(super) fn coordinator_takes_reports(look: &Look<'_>) -> Checked {
    let triage = of_act!(look, Triage);
    needs(
        at_work(look, &triage.coordinator).is_some_and(|m| m.is_intake),
        "the coordinator named is no intake coordinator of this team, or stands aside from this case",
        "name one: an administrator gives the role with `concord staff add --role intake`",
    )
}

/// A core member who takes part in this case.
fn at_work<'a>(look: &Look<'a>, staff: &StaffId) -> Option<&'a Member> {
    let member = look.team.member(staff).filter(|m| m.place == Place::Core)?;
    (!look.case.recused().contains(&staff)).then_some(member)
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
    let second = triage.second.as_ref().and_then(|s| at_work(look, s));
    let another = match (first, second) {
        (Some(first), Some(second)) => {
            first.staff != second.staff && second.disciplines.iter().any(|d| !first.disciplines.contains(d))
        }
        _ => false,
    };
    needs(
        another,
        "a member of another discipline than the coordinator's has to look at it too",
        "name one as `second`: a core member who does not stand aside",
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
    // A case taken over starts from what is on record here: what the packet told, written down with its source.
    let recorded = match look.deed.act {
        Act::OpenInquiry(inquiry) => {
            look.all_stand(&inquiry.observations)?;
            look.cited(&inquiry.observations)
        }
        Act::TransferIn(_) => {
            let all: Vec<_> = look.case.entries().iter().map(|e| e.id).collect();
            look.cited(&all)
        }
        other => return Err(super::misplaced(other.word())),
    };
    needs(
        recorded.iter().any(|(_, o)| is_behavior(o)),
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
    // Thirty days from its beginning, however often advice is added.
    let began =
        look.case.came_into(State::Consultation).map_or(look.deed.at, |at| look.case.entries()[at].at);
    let last = began.plus_days(CONSULTATION_DAYS_MAX);
    let ends = consultation.until.is_some_and(|until| look.deed.at < until && until <= last);
    needs(
        ends,
        "a consultation ends within thirty days of its beginning",
        &format!("give an end (until) from now to {last}"),
    )
}

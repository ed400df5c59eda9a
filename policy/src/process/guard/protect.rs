//! The emergency overlay, notices, law enforcement, and the second member's agreement.

use super::{Checked, Look, Unmet, is_blank, needs, of_act};
use crate::process::decide::awaited;
use crate::process::entry::Act;
use crate::process::words::PoliceReason;
use crate::record::Discipline;

/// Why a member stands aside, as far as colleagues may know.
const RECUSAL_REASONS: [&str; 3] = ["target", "reporter", "near_to_one"];
/// After this many days what was proposed is proposed again.
const PROPOSAL_DAYS_MAX: i64 = 7;

pub(super) fn emergency_was_declared(look: &Look<'_>) -> Checked {
    needs(
        look.case.last_emergency().is_some(),
        "no emergency was declared",
        "declare it first: it asks for no form",
    )
}

pub(super) fn emergency_stands(look: &Look<'_>) -> Checked {
    needs(
        look.case.emergency(look.deed.at).is_some(),
        "no emergency stands: it ended, or lapsed 72 hours after it was declared or renewed",
        "declare it again if there is danger now",
    )
}

pub(super) fn five_answers_whole(look: &Look<'_>) -> Checked {
    let a = of_act!(look, EmergencyAnswers);
    let answers = [
        (&a.who_is_at_risk, "who is at risk"),
        (&a.what_makes_it_imminent, "what makes it imminent"),
        (&a.known_first_hand, "what you know first-hand"),
        (&a.who_can_prevent, "who can prevent it"),
        (&a.what_they_must_know, "what they must know"),
    ];
    let missing: Vec<&str> =
        answers.iter().filter(|(text, _)| is_blank(text)).map(|(_, what)| *what).collect();
    needs(
        missing.is_empty(),
        &format!("not answered: {}", missing.join("; ")),
        "answer all five, in a sentence each",
    )
}

pub(super) fn five_answers_given(look: &Look<'_>) -> Checked {
    needs(
        look.case.last_emergency().is_some_and(|o| o.answered),
        "the five questions of this emergency are not answered",
        "answer them with `concord emergency answer`",
    )
}

pub(super) fn reviewed_by_another(look: &Look<'_>) -> Checked {
    let took_part = look.case.since_emergency().iter().any(|e| {
        e.by == *look.deed.by
            && matches!(e.act, Act::Emergency(_) | Act::EmergencyAnswers(_) | Act::EmergencyRenewal(_))
    });
    needs(
        !took_part,
        "you declared, answered or renewed this emergency, or one before it that nobody has reviewed",
        "a second person reviews it",
    )
}

pub(super) fn told_or_reason(look: &Look<'_>) -> Checked {
    let (told, due, because) = match look.deed.act {
        Act::TargetNotice(n) => (n.told_at.is_some(), n.due.is_some(), !is_blank(&n.not_told_because)),
        Act::GuardianNotice(n) => (n.told_at.is_some(), n.due.is_some(), !is_blank(&n.not_told_because)),
        other => return Err(super::misplaced(other.word())),
    };
    needs(
        u8::from(told) + u8::from(because) + u8::from(due && !told && !because) == 1,
        "a notice was given, or is due on a day, or is not given for a reason: one of the three",
        "give told_at, or due, or not_told_because",
    )
}

pub(super) fn advocate_is_offered(look: &Look<'_>) -> Checked {
    let notice = of_act!(look, TargetNotice);
    needs(
        notice.told_at.is_none() || notice.advocate_offered,
        "the target was told and offered no advocate",
        "offer one; the target chooses (advocate_offered)",
    )
}

pub(super) fn custody_is_checked(look: &Look<'_>) -> Checked {
    let notice = of_act!(look, GuardianNotice);
    needs(
        notice.told_at.is_none() || notice.custody_checked,
        "nobody has checked custody before a parent was told",
        "check who has custody and whether an order forbids it (custody_checked)",
    )
}

pub(super) fn police_fact(look: &Look<'_>) -> Checked {
    let referral = of_act!(look, PoliceReferral);
    look.all_stand(&[referral.observation])
}

pub(super) fn alternatives_considered(look: &Look<'_>) -> Checked {
    let referral = of_act!(look, PoliceReferral);
    needs(
        referral.reason == PoliceReason::Imminent || !is_blank(&referral.alternatives),
        "no alternative to the police is named as considered",
        "say what else was considered and why it is not enough (alternatives)",
    )
}

pub(super) fn request_form_whole(look: &Look<'_>) -> Checked {
    let r = of_act!(look, PoliceRequest);
    let form = [
        (&r.agency, "the agency"),
        (&r.asks, "what is asked"),
        (&r.relevant_and_material, "how it is relevant and material to a legitimate inquiry"),
        (&r.specific_and_limited, "how it is specific and limited in scope"),
        (&r.why_not_deidentified, "why de-identified information would not do"),
        (&r.signed_by, "who signs"),
    ];
    let missing: Vec<&str> = form.iter().filter(|(text, _)| is_blank(text)).map(|(_, what)| *what).collect();
    needs(
        missing.is_empty(),
        &format!("the request does not say: {}", missing.join("; ")),
        "the agency that asks fills the form (45 CFR 164.512(f)(1)(ii)(C)); without it nothing is looked at",
    )
}

pub(super) fn something_waits(look: &Look<'_>) -> Checked {
    let concurrence = of_act!(look, Concur);
    let waits = look.case.entry(concurrence.with).and_then(|e| awaited(look.process, look.case, e)).is_some();
    needs(waits, "nothing here waits for a second member", "`concord agenda` lists what does")?;
    let lapsed = look.case.entry(concurrence.with).is_some_and(|e| {
        !matches!(e.act, Act::Observe(_)) && e.at.plus_days(PROPOSAL_DAYS_MAX) < look.deed.at
    });
    needs(
        !lapsed,
        "it was proposed more than seven days ago, and things may have changed",
        "whoever proposed it proposes it again, as things stand now",
    )
}

pub(super) fn recusal_is_founded(look: &Look<'_>) -> Checked {
    let recusal = of_act!(look, Recuse);
    needs(
        recusal.member == *look.deed.by || look.hand().is_some_and(|m| m.is_chair),
        "you send another member away from the case",
        "members stand aside themselves; the chair may ask it of another",
    )?;
    needs(
        RECUSAL_REASONS.contains(&recusal.because.as_str()),
        "it does not say why in one of the three words",
        &format!("give one of {} (because), and no more", RECUSAL_REASONS.join(", ")),
    )
}

pub(super) fn agreed_by_another(look: &Look<'_>) -> Checked {
    let concurrence = of_act!(look, Concur);
    needs(
        look.case.entry(concurrence.with).is_some_and(|e| e.by != *look.deed.by),
        "you proposed it yourself",
        "another member agrees to it",
    )
}

pub(super) fn second_qualifies(look: &Look<'_>) -> Checked {
    let concurrence = of_act!(look, Concur);
    let Some(entry) = look.case.entry(concurrence.with) else { return Ok(()) };
    let Some(second) = awaited(look.process, look.case, entry) else { return Ok(()) };
    let Some(member) = look.hand() else {
        return Err(Unmet::new("you are no member of the team", "a member agrees to it"));
    };
    needs(
        !second.not_police || !member.disciplines.contains(&Discipline::LawEnforcement),
        "a member of law enforcement cannot be the second person here",
        "a member who is not of law enforcement agrees to it, or does not",
    )?;
    needs(
        !member.disciplines.iter().any(|d| d.is_party()),
        "prosecution and defense take no part in the team's decisions",
        "a member of another discipline agrees to it, or does not",
    )?;
    let first = look.team.member(&entry.by);
    needs(
        !second.other_discipline
            || first.is_some_and(|first| member.disciplines.iter().any(|d| !first.disciplines.contains(d))),
        "you are of the same discipline as the member who proposed it",
        "a member of another discipline signs too",
    )
}

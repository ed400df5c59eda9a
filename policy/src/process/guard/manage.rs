//! T7, T10 and what a plan is made of.

use super::{Checked, Look, Unmet, is_blank, needs, of_act};
use crate::process::entry::{Act, CLOCK};
use crate::process::referral::{State as Status, may_follow};
use crate::process::stale::StaleReason;
use crate::process::words::{Intervention, LevelBand};

/// Latest review of a plan.
const REVIEW_DAYS_MAX: i64 = 90;
/// Longest restriction before it is looked at again.
const RESTRICTION_DAYS_MAX: i64 = 180;
/// Longest tripwire.
const TRIPWIRE_DAYS_MAX: i64 = 90;

pub(super) fn level_needs_management(look: &Look<'_>) -> Checked {
    needs(
        look.case.level().is_some_and(|(_, a)| a.level.band >= LevelBand::Low),
        "the level is none: there is nothing to manage",
        "close the case, or assess again",
    )
}

pub(super) fn plan_has_a_goal(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    needs(plan.goals.iter().any(|g| !is_blank(g)), "the plan has no goal", "say what it is to reach")
}

pub(super) fn plan_replaces_the_plan(look: &Look<'_>) -> Checked {
    let Some((standing, _)) = look.case.plan() else { return Ok(()) };
    needs(
        look.deed.replaces.is_some(),
        "a plan stands already, and of two plans nobody knows which holds",
        &format!("write it as the next version of the one that stands (--replaces {})", standing.id),
    )
}

pub(super) fn supportive_task(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    needs(
        plan.tasks.iter().any(|t| t.kind.is_supportive() && !is_blank(&t.text)),
        "the plan has no supportive task: it would only restrict",
        "add at least one, such as treatment_link, social_support, mentoring, conflict_resolution, skills_job",
    )
}

pub(super) fn plan_has_an_owner(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    needs(
        look.team.member(&plan.owner).is_some() && !look.case.recused().contains(&&plan.owner),
        "the plan's owner is no member of the team, or stands aside",
        "name a member who owns it",
    )
}

pub(super) fn review_lies_ahead(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    needs(
        look.deed.at < plan.review_at && plan.review_at <= look.deed.at.plus_days(REVIEW_DAYS_MAX),
        "the plan has no review ahead, or one too far away",
        "give a review (review_at) within ninety days",
    )
}

pub(super) fn restriction_names_its_observation(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    for restriction in &plan.restrictions {
        look.all_stand(&[restriction.observation])?;
    }
    needs(
        !plan.tasks.iter().any(|t| t.kind.is_restrictive()),
        "a restriction stands among the tasks, where it names no observation",
        "write it under restrictions, with the observation it rests on",
    )
}

pub(super) fn restriction_ends(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    let end = look.deed.at.plus_days(RESTRICTION_DAYS_MAX);
    needs(
        plan.restrictions.iter().all(|r| look.deed.at < r.until && r.until <= end),
        "a restriction does not end, or not within 180 days",
        "give each restriction an end (until); a later plan may renew it with its reason",
    )
}

pub(super) fn disability_before_exclusion(look: &Look<'_>) -> Checked {
    let plan = of_act!(look, Plan);
    let excludes = plan.restrictions.iter().filter(|r| r.kind == Intervention::Exclusion);
    let known = look.case.level().and_then(|(_, a)| a.meeting.disability_known);
    let must_ask = match known {
        Some(true) => true,
        Some(false) => false,
        None => look.deed.minor != Some(false),
    };
    for exclusion in excludes {
        needs(
            !must_ask || !is_blank(&exclusion.disability_considered),
            "an exclusion is recorded and nobody has asked about disability, which is known here, or not known of a minor",
            "ask, and write what came of it (disability_considered): manifestation, accommodation, alternatives",
        )?;
    }
    Ok(())
}

pub(super) fn task_says_what(look: &Look<'_>) -> Checked {
    let task = of_act!(look, Task);
    needs(!is_blank(&task.text), "the task does not say what is to be done", "write it (text)")?;
    needs(
        task.owner
            .as_ref()
            .is_none_or(|o| look.team.member(o).is_some() && !look.case.recused().contains(&o)),
        "the task's owner is no member of the team, or stands aside",
        "name a member who takes part, or leave the owner out",
    )
}

pub(super) fn restriction_only_in_a_plan(look: &Look<'_>) -> Checked {
    let task = of_act!(look, Task);
    needs(
        !task.kind.is_restrictive(),
        "a restriction is part of a plan, where it names the observation it rests on and ends",
        "write a new version of the plan",
    )
}

pub(super) fn judged_again(look: &Look<'_>) -> Checked {
    let Some((assessed, _)) = look.case.level() else {
        return Err(Unmet::new("there is no level", "the team assesses first"));
    };
    let open: Vec<&str> = look
        .case
        .stale(look.deed.at)
        .iter()
        .filter(|s| match s.reason {
            StaleReason::PlanOlder => false,
            // A due review is answered by an assessment at or after it, and then by this plan.
            StaleReason::ReviewDue => assessed.at < s.since,
            _ => true,
        })
        .map(|s| s.reason.as_str())
        .collect();
    let reopened = look.case.entries().iter().rposition(|e| matches!(e.act, Act::Reopen(_)));
    let judged = look.case.entries().iter().rposition(|e| matches!(e.act, Act::Assess(_)));
    needs(
        open.is_empty() && reopened.is_none_or(|r| judged.is_some_and(|j| j > r)),
        &format!("the level is stale ({}) and the team has not judged again", open.join(", ")),
        "record a new assessment first, then the plan that follows from it",
    )
}

pub(super) fn referral_follows(look: &Look<'_>) -> Checked {
    let referral = of_act!(look, Refer);
    needs(
        referral.outcome.is_none() || referral.status.is_ended(),
        "what came of the referral is said before it has ended",
        "say the outcome with the state in which it ends",
    )?;
    let before = look.deed.replaces.and_then(|id| look.case.entry(id)).and_then(|e| match &e.act {
        Act::Refer(r) => Some(&**r),
        _ => None,
    });
    match before {
        None => needs(
            matches!(referral.status, Status::Draft | Status::Offered | Status::Consented),
            "a referral begins as draft, offered or consented",
            "begin with one of these; later states are new versions (--replaces)",
        ),
        Some(before) => {
            needs(
                before.category == referral.category,
                "a referral's category does not change",
                "withdraw it and make another",
            )?;
            needs(
                before.status == referral.status
                    || may_follow(before.status, referral.status)
                    || (look.deed.by.as_str() == CLOCK && leads_to(before.status, referral.status)),
                &format!("{} may not follow {}", referral.status, before.status),
                "`concord process` prints which state follows which",
            )
        }
    }
}

/// Whether one state leads to another in steps: what comes back from a service may be some steps on.
fn leads_to(from: Status, to: Status) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(from) = reached.get(next).copied() {
        next += 1;
        for state in Status::ALL.iter().copied().filter(|state| may_follow(from, *state)) {
            if !reached.contains(&state) {
                reached.push(state);
            }
        }
    }
    reached.contains(&to)
}

pub(super) fn consent_before_sending(look: &Look<'_>) -> Checked {
    let referral = of_act!(look, Refer);
    let before_sending = matches!(
        referral.status,
        Status::Draft | Status::Offered | Status::DeclinedByPerson | Status::Withdrawn | Status::Expired
    );
    needs(
        before_sending || referral.permission.is_some(),
        "no permission of the person is named",
        "record it with `concord permission add`, then name it (permission)",
    )
}

pub(super) fn decline_has_a_reason(look: &Look<'_>) -> Checked {
    let referral = of_act!(look, Refer);
    needs(
        (referral.status == Status::DeclinedByService) == referral.declined_because.is_some(),
        "a service that declines says why, and nobody else does",
        "give declined_because: no_capacity, not_eligible, waitlist, out_of_area, safety, wrong_service",
    )
}

pub(super) fn tripwire_ends(look: &Look<'_>) -> Checked {
    let tripwire = of_act!(look, Tripwire);
    needs(
        !is_blank(&tripwire.observable) && !is_blank(&tripwire.tell),
        "the tripwire does not say what can be seen, or whom to tell",
        "give both",
    )?;
    needs(
        tripwire.ended
            || (look.deed.at < tripwire.expires
                && tripwire.expires <= look.deed.at.plus_days(TRIPWIRE_DAYS_MAX)),
        "the tripwire does not end within ninety days",
        "give an end (expires) within ninety days",
    )
}

pub(super) fn tripwire_is_up(look: &Look<'_>) -> Checked {
    let hit = of_act!(look, TripwireHit);
    needs(
        look.case.tripwires(look.deed.at).iter().any(|(e, _)| e.id == hit.tripwire),
        "there is no such tripwire up",
        "`concord case show` lists those that are; an observation alone may be a new factor or event",
    )
}

pub(super) fn hit_was_observed(look: &Look<'_>) -> Checked {
    let hit = of_act!(look, TripwireHit);
    look.all_stand(&[hit.observation])
}

pub(super) fn order_ends(look: &Look<'_>) -> Checked {
    let order = of_act!(look, Order);
    needs(
        !is_blank(&order.court) && !is_blank(&order.conditions),
        "the order has no court or no conditions",
        "give both, as the order says them",
    )?;
    needs(look.deed.at < order.until, "the order has ended, or does not end", "give its end (until)")
}

//! T6 and T10: the team's judgment.

use super::{Checked, Look, Unmet, is_behavior, is_blank, needs, of_act};
use crate::process::entry::{Act, Factor};
use crate::process::wording;
use crate::process::words::{Basis, LevelBand, Polarity};
use std::collections::BTreeSet;

/// Longest life of a level.
const LEVEL_DAYS_MAX: i64 = 180;
/// Longest life of a level that says imminent: after it, it lapses to ordinary rules (domain 3.6).
const IMMINENT_DAYS_MAX: i64 = 3;

pub(super) fn quorum_met(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    let Some(policy) = look.process.quorum(look.team.quorum.as_str()) else {
        return Err(Unmet::new(
            format!("the team keeps to a quorum policy that there is none of: {}", look.team.quorum),
            "choose one of those that `concord process` prints",
        ));
    };
    let missing = policy.missing(look.team, look.case, &a.meeting);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Unmet::new(
        format!("the meeting has no quorum by the policy `{}`: {}", policy.name, missing.join("; ")),
        "meet again with those who are missing; in danger declare an emergency, which waits for no meeting",
    ))
}

pub(super) fn rests_on_the_totality(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    look.all_stand(&a.observations)?;
    let cited = look.cited(&a.observations);
    needs(
        cited.iter().any(|(_, o)| o.basis != Basis::Inferred),
        "nothing it rests on was seen or told: conclusions alone are no ground",
        "cite at least one observation that was observed or reported",
    )?;
    let sources: BTreeSet<(&str, String)> =
        cited.iter().map(|(_, o)| (o.source_type.as_str(), o.source.trim().to_lowercase())).collect();
    needs(
        sources.len() >= 2 || (!cited.is_empty() && a.single_source),
        "it rests on fewer than two independent observations (one source told twice is one)",
        "cite two of different sources, or say knowingly that there is a single source (single_source)",
    )
}

pub(super) fn not_on_traits_alone(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    needs(
        look.cited(&a.observations).iter().any(|(_, o)| is_behavior(o)),
        "it rests on no behavior or communication: a trait, belief, diagnosis, group or lawful speech is no ground",
        "cite an observation of what was done or said",
    )
}

fn factors<'a>(look: &'a Look<'_>, polarity: Polarity) -> Vec<&'a Factor> {
    let Act::Assess(a) = look.deed.act else { return Vec::new() };
    a.factors
        .iter()
        .filter_map(|id| look.case.entry(*id).filter(|e| !look.case.is_replaced(e.id)))
        .filter_map(|e| if let Act::Factor(f) = &e.act { Some(&**f) } else { None })
        .filter(|f| f.polarity == polarity && !f.ended)
        .collect()
}

pub(super) fn both_sides_considered(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    let known: usize =
        [Polarity::Enhancing, Polarity::Mitigating].iter().map(|p| factors(look, *p).len()).sum();
    needs(
        known == a.factors.len(),
        "a factor that is cited is not a current factor of this case",
        "cite the newest versions: `concord case history` lists them",
    )?;
    for (polarity, none_found, what, flag) in [
        (Polarity::Enhancing, a.no_enhancing_found, "that raise concern", "no_enhancing_found"),
        (Polarity::Mitigating, a.no_mitigating_found, "that protect", "no_mitigating_found"),
    ] {
        let cited = !factors(look, polarity).is_empty();
        needs(
            cited != none_found,
            &format!("factors {what} are neither cited nor said to be looked for and not found, or both"),
            &format!("cite them, or say {flag}; blank is no answer"),
        )?;
    }
    Ok(())
}

pub(super) fn hazardous_not_alone(look: &Look<'_>) -> Checked {
    let enhancing = factors(look, Polarity::Enhancing);
    needs(
        enhancing.is_empty() || enhancing.iter().any(|f| !f.category.is_hazardous()),
        "culture, values or media are the only factors that raise concern",
        "cite another factor, or say that none was found",
    )
}

pub(super) fn gaps_stated(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    needs(
        !is_blank(&a.gaps),
        "gaps are not stated",
        "say what is not known; if nothing is missing, say so and why",
    )
}

pub(super) fn caveats_stated(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    needs(
        !is_blank(&a.caveats),
        "caveats are not stated",
        "say what this judgment is not and how long it holds",
    )
}

pub(super) fn instrument_is_an_input(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    for id in &a.instruments {
        needs(
            look.case.entry(*id).is_some_and(|e| matches!(e.act, Act::Instrument(_))),
            "an instrument result that is cited is not one of this case",
            "cite the entry of the result",
        )?;
    }
    needs(
        !is_blank(&a.rationale),
        "there are no reasons: a level is the team's judgment, never an instrument's output",
        "give the team's reasons (rationale)",
    )
}

pub(super) fn level_is_a_word(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    needs(
        !is_blank(&a.level.model) && !is_blank(&a.level.original),
        "the level has no model or no word",
        "give the model and the word it uses, such as `cstag` and `serious substantive`",
    )?;
    needs(
        !wording::has_number(&a.level.original),
        "the level has a number: no number is ever put on a person",
        "write the model's word",
    )
}

pub(super) fn level_ends(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    let days = if a.level.band == LevelBand::Imminent { IMMINENT_DAYS_MAX } else { LEVEL_DAYS_MAX };
    needs(
        look.deed.at < a.level.valid_until && a.level.valid_until <= look.deed.at.plus_days(days),
        "the level does not end, or not soon enough",
        &format!("give an end (valid_until) from now to {} ({days} days)", look.deed.at.plus_days(days)),
    )
}

pub(super) fn travels_without_names(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    look.nameless(&a.level.original, "the level's word")?;
    look.nameless(&a.gaps, "the gaps, which travel with the level,")?;
    look.nameless(&a.caveats, "the caveats, which travel with the level,")
}

pub(super) fn dissenters_were_there(look: &Look<'_>) -> Checked {
    let a = of_act!(look, Assess);
    for dissent in &a.dissent {
        needs(
            a.meeting.present.contains(&dissent.by) && !is_blank(&dissent.says),
            "a dissent is of somebody who was not there, or says nothing",
            "record the dissent of members who were present, in their words",
        )?;
    }
    Ok(())
}

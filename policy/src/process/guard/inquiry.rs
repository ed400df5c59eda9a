//! Observations, factors, events, instruments.

use super::{Checked, Look, Unmet, is_behavior, is_blank, needs, of_act};
use crate::process::entry::Act;
use crate::process::wording;
use crate::process::words::Tense;

/// Bytes of an instrument's overall result: a word or a sentence, no room for items.
const RESULT_BYTES_MAX: usize = 200;

pub(super) fn dated(look: &Look<'_>) -> Checked {
    let o = of_act!(look, Observe);
    needs(
        o.happened_on <= o.learned_on,
        "it was learned of before it happened",
        "check happened_on and learned_on; what may come is an anticipated event (`concord event`)",
    )?;
    needs(
        o.learned_on <= look.deed.at.plus_days(1).date(),
        "it was learned of on a day to come",
        "check learned_on",
    )
}

pub(super) fn sourced(look: &Look<'_>) -> Checked {
    let o = of_act!(look, Observe);
    needs(!is_blank(&o.text), "the observation says nothing", "write what was seen, heard or written")?;
    needs(
        !is_blank(&o.source),
        "the observation has no source",
        "say where it comes from, without a name: `charge nurse`",
    )?;
    look.nameless(&o.source, "the source")
}

pub(super) fn says_in_neutral_words(look: &Look<'_>) -> Checked {
    let o = of_act!(look, Observe);
    // The exact words of a threat are somebody else's words and stay as they are.
    let found = if o.exact_words { None } else { wording::loaded(&o.text) };
    match found {
        None => Ok(()),
        Some((word, instead)) => Err(Unmet::new(
            format!("`{word}` judges before anybody has assessed"),
            format!("write `{instead}`, or what the person did; quote others with exact_words"),
        )),
    }
}

pub(super) fn rests_on_observations(look: &Look<'_>) -> Checked {
    let f = of_act!(look, Factor);
    needs(!is_blank(&f.text), "the factor says nothing", "say in words what it is")?;
    needs(!f.observations.is_empty(), "the factor cites no observation", "cite at least one")?;
    look.all_stand(&f.observations)
}

pub(super) fn observations_stand(look: &Look<'_>) -> Checked {
    let event = of_act!(look, Event);
    look.all_stand(&event.observations)
}

pub(super) fn hazardous_category_cites_behavior(look: &Look<'_>) -> Checked {
    let f = of_act!(look, Factor);
    needs(
        !f.category.is_hazardous() || look.cited(&f.observations).iter().any(|(_, o)| is_behavior(o)),
        "a factor of culture, values or media cites no behavior: it would be a belief held against somebody",
        "cite an observation of behavior or communication, or leave the factor out",
    )
}

pub(super) fn event_says_when(look: &Look<'_>) -> Checked {
    let event = of_act!(look, Event);
    needs(!is_blank(&event.text), "the event says nothing", "say in words what it is")?;
    let today = look.deed.at.date();
    let window = event.until.or(event.on);
    needs(
        event.on.is_none_or(|on| event.until.is_none_or(|until| on <= until)),
        "the event's window ends before it begins",
        "check on and until",
    )?;
    match event.tense {
        Tense::Past => needs(
            event.on.is_none_or(|on| on <= look.deed.at.plus_days(1).date()),
            "a past event has a day to come",
            "check the day, or the tense",
        ),
        Tense::Current => Ok(()),
        Tense::Anticipated => needs(
            window.is_some_and(|last| last >= look.deed.at.plus_days(-1).date()),
            "an anticipated event has no day, or one that has passed",
            &format!("give the day or window it is expected in, from {today} on"),
        ),
    }
}

pub(super) fn instrument_named(look: &Look<'_>) -> Checked {
    let i = of_act!(look, Instrument);
    needs(
        !is_blank(&i.name) && !is_blank(&i.version),
        "the instrument has no name or no version",
        "give both, such as `WAVR-21` and `V3`",
    )
}

pub(super) fn assessor_qualified(look: &Look<'_>) -> Checked {
    let i = of_act!(look, Instrument);
    needs(
        i.on <= i.qualified_until,
        "the assessor's qualification had ended on that day",
        "a qualified assessor uses the instrument again",
    )?;
    needs(
        i.on <= look.deed.at.plus_days(1).date(),
        "the instrument was used on a day to come",
        "check the day (on)",
    )
}

pub(super) fn result_is_a_word(look: &Look<'_>) -> Checked {
    let Act::Instrument(i) = look.deed.act else { return Err(super::misplaced(look.deed.act.word())) };
    needs(!is_blank(&i.overall), "there is no overall result", "write the instrument's own overall word")?;
    needs(
        i.overall.len() <= RESULT_BYTES_MAX,
        "the overall result is too long for a word or a sentence",
        "the assessor keeps the workbook: write the overall result alone",
    )?;
    needs(
        !wording::has_number(&i.overall),
        "the overall result has a number: no number is ever put on a person",
        "write the instrument's word, without score, percentile or count",
    )
}

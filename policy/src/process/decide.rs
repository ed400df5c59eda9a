//! One deed: allowed, proposed until a second member agrees, or refused with every guard that does not hold.
//!
//! Callers: the node's one verb for casework. Pure: the history, the team, the deed and its time come in, a decision goes
//! out. Deliberately absent: a way to force a step.

use super::entry::{Act, Entry};
use super::guard::{Guard, Look, Unmet};
use super::standing::Standing;
use super::table::{Hand, Process, SecondPerson, Step, When};
use super::team::{Member, Place, TeamRules};
use super::wording;
use super::words::{IndicatorKind, LevelBand, State, ThreatType};
use crate::id::{AgencyId, DisclosureId, EntryId, PersonId, StaffId};
use crate::share::words::CaseWords;
use crate::time::UtcTime;
use std::fmt;

/// What somebody wants to do.
#[derive(Clone, Copy)]
pub struct Deed<'a> {
    /// What.
    pub act: &'a Act,
    /// Who; [`super::entry::BYSTANDER`] or [`super::entry::CLOCK`] where it is no member.
    pub by: &'a StaffId,
    /// When.
    pub at: UtcTime,
    /// The entry of which it is the next version.
    pub replaces: Option<EntryId>,
    /// Names, dates and numbers of the case, which some texts must not have.
    pub names: &'a CaseWords,
    /// Whether the person of concern is a minor; none: not known.
    pub minor: Option<bool>,
    /// People of the case who are targets of a threat.
    pub targets: &'a [PersonId],
    /// Disclosures of the case that went, and to which agency.
    pub sent_to: &'a [(DisclosureId, AgencyId)],
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The step's id.
    pub step: String,
    /// The state it leads to; none: it stays.
    pub moved_to: Option<State>,
    /// It is only proposed: a second member has to agree.
    pub awaits: Option<SecondPerson>,
}

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The step's id; empty: no step takes this act here.
    pub step: String,
    /// The guard's word; for the place and the hand: `state`, `who`.
    pub guard: &'static str,
    /// Why.
    pub why: String,
    /// What would satisfy it.
    pub satisfy: String,
}

/// Everything that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal(pub Vec<Refused>);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, r) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            let step = if r.step.is_empty() { String::new() } else { format!("{} ", r.step) };
            write!(f, "{step}{}: {}. {}", r.guard, r.why, sentence(&r.satisfy))?;
        }
        Ok(())
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Process {
    /// Decides a deed in a case; `None`: there is no case yet.
    ///
    /// # Errors
    /// [`Refusal`] with every guard that does not hold.
    pub fn decide(
        &self,
        case: Option<&Standing<'_>>,
        team: &TeamRules,
        deed: &Deed<'_>,
    ) -> Result<Allowed, Refusal> {
        let nothing = Standing::of(&[]);
        let state = case.map(|case| case.state(deed.at));
        let case = case.unwrap_or(&nothing);
        let Some(step) = self.step(deed.act.word(), state) else {
            return Err(self.no_step(deed.act, state));
        };
        let mut refused: Vec<Refused> = Vec::new();
        let hands = hands(team.member(deed.by), deed.by);
        if !step.who.iter().any(|hand| hands.contains(hand)) {
            let who: Vec<&str> = step.who.iter().map(|w| w.as_str()).collect();
            refused.push(Refused {
                step: step.id.clone(),
                guard: "who",
                why: format!("this step is for {}", who.join(", ")),
                satisfy: "ask one of them".into(),
            });
        }
        let look = Look { case, state: state.unwrap_or(State::Reported), team, deed, step, process: self };
        let always = self.always.iter().filter(|guard| state.is_some() && asks(**guard, &hands));
        for guard in always.chain(&step.guards) {
            if let Err(Unmet { why, satisfy }) = guard.check(&look) {
                refused.push(Refused { step: step.id.clone(), guard: guard.as_str(), why, satisfy });
            }
        }
        if !refused.is_empty() {
            return Err(Refusal(refused));
        }
        if let Act::Concur(concurrence) = deed.act {
            return self.agreed(case, team, deed, step, concurrence.with);
        }
        let awaits = step.concurrence.filter(|second| applies(second.when, case, deed.act));
        let moved_to = if awaits.is_some() { None } else { step.to };
        Ok(Allowed { step: step.id.clone(), moved_to, awaits })
    }

    /// A second member agrees: what was proposed is looked at once more, as things stand now.
    fn agreed(
        &self,
        case: &Standing<'_>,
        team: &TeamRules,
        deed: &Deed<'_>,
        step: &Step,
        with: EntryId,
    ) -> Result<Allowed, Refusal> {
        let stays = Allowed { step: step.id.clone(), moved_to: None, awaits: None };
        let Some(proposed) = case.entry(with) else { return Ok(stays) };
        let proposal = Deed { act: &proposed.act, by: &proposed.by, replaces: None, ..*deed };
        match proposed.act {
            // What was seen does not change by being read again.
            Act::Observe(_) => Ok(stays),
            _ => {
                let allowed = self.decide(Some(case), team, &proposal)?;
                let moved_to = self.step(proposed.act.word(), Some(case.state(deed.at))).and_then(|s| s.to);
                Ok(Allowed { moved_to, awaits: None, ..allowed })
            }
        }
    }

    fn no_step(&self, act: &Act, state: Option<State>) -> Refusal {
        let from: Vec<&str> = self
            .steps
            .iter()
            .filter(|s| s.act == act.word())
            .flat_map(|s| s.from.iter().map(|state| state.as_str()))
            .collect();
        let now = state.map_or("not there yet", State::as_str);
        Refusal(vec![Refused {
            step: String::new(),
            guard: "state",
            why: format!("the case is {now}, where there is no step `{}`", act.word()),
            satisfy: match from.is_empty() {
                true => "it begins a case: leave the case out".into(),
                false => format!("it can be taken in: {}", from.join(", ")),
            },
        }])
    }
}

/// What a person may be the hand for.
fn hands(member: Option<&Member>, by: &StaffId) -> Vec<Hand> {
    let Some(member) = member else {
        return match by.as_str() {
            super::entry::CLOCK => vec![Hand::Clock],
            super::entry::BYSTANDER => vec![Hand::Bystander],
            _ => Vec::new(),
        };
    };
    let mut hands = Vec::new();
    match member.place {
        Place::Core => hands.push(Hand::Core),
        Place::Affiliate => hands.push(Hand::Affiliate),
        Place::Partner | Place::Coordinator => {}
    }
    if member.is_chair {
        hands.push(Hand::Chair);
    }
    if member.is_intake {
        hands.push(Hand::Intake);
    }
    hands
}

/// Whether a guard of every step is asked of this hand. What comes from outside is nobody's of the team, and is not lost
/// because a clock went wrong; but it joins a history as anybody does.
fn asks(guard: Guard, hands: &[Hand]) -> bool {
    let is_member = !hands.contains(&Hand::Clock) && !hands.contains(&Hand::Bystander);
    is_member || matches!(guard, Guard::NewestVersion | Guard::WithinBounds)
}

/// Whether a weapon or a target may be named. Not asked is not no.
fn names_weapon_or_target(case: &Standing<'_>) -> bool {
    let mut asked = false;
    for entry in case.entries() {
        let named = match &entry.act {
            Act::Report(r) => {
                asked = true;
                r.weapon_mentioned != Some(false) || r.target_named != Some(false)
            }
            Act::Observe(o) => {
                o.threat_type.is_some_and(|t| t != ThreatType::NoneExpressed)
                    || matches!(o.indicator, Some(IndicatorKind::Means | IndicatorKind::DirectThreat))
            }
            Act::TargetNotice(_) | Act::Emergency(_) => true,
            _ => false,
        };
        if named {
            return true;
        }
    }
    !asked
}

fn applies(when: When, case: &Standing<'_>, act: &Act) -> bool {
    match when {
        When::Always => true,
        When::WeaponOrTarget => names_weapon_or_target(case),
        When::EverModerate => case.ever_at_least(LevelBand::Moderate),
        When::TraitWords => wording::needs_reader(act),
    }
}

/// Whose agreement an entry waits for, if it waits for one.
pub fn awaited(process: &Process, case: &Standing<'_>, entry: &Entry) -> Option<SecondPerson> {
    // Most acts never wait: they are told apart before the history is read.
    let asks = process.steps.iter().any(|s| s.concurrence.is_some() && s.act == entry.act.word());
    if !asks || case.is_replaced(entry.id) || entry.moved_to.is_some() {
        return None;
    }
    if !case.concurrences(entry.id).is_empty() {
        return None;
    }
    let before = case.entries().iter().rev().skip_while(|e| e.id != entry.id).skip(1);
    let was = before.into_iter().find_map(|e| e.moved_to).unwrap_or(State::Reported);
    let step = process.step(entry.act.word(), Some(was))?;
    // What was to move the case is no proposal any more once the case has moved another way, or another was made since.
    let since = case.entries().iter().rev().take_while(|e| e.id != entry.id);
    if step.to.is_some()
        && since.into_iter().any(|e| e.moved_to.is_some() || e.act.word() == entry.act.word())
    {
        return None;
    }
    let second = step.concurrence?;
    applies(second.when, case, &entry.act).then_some(second)
}

/// Whether an entry waits for a second member's agreement.
pub fn awaits(process: &Process, case: &Standing<'_>, entry: &Entry) -> bool {
    awaited(process, case, entry).is_some()
}

/// Which guards a step asks for, in the order of the table: for printing and tests.
pub fn guards_of<'p>(process: &'p Process, step: &'p Step) -> impl Iterator<Item = Guard> + 'p {
    process.always.iter().chain(&step.guards).copied()
}

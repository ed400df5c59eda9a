//! A case at each of its states, with the ids that acts there need.

use super::acts::*;
use super::{DEPUTY, Story};
use policy::id::EntryId;
use policy::process::entry::{BYSTANDER, CLOCK};
use policy::process::words::{LevelBand, Polarity, State, TaskState};

/// A story and what it has so far.
#[derive(Clone)]
pub struct At {
    pub story: Story,
    /// Two observations of behavior, of two sources.
    pub seen: Vec<EntryId>,
    /// One factor of each polarity.
    pub factors: Vec<EntryId>,
}

impl At {
    pub fn none() -> Self {
        Self { story: Story::none("default"), seen: Vec::new(), factors: Vec::new() }
    }

    pub fn reported() -> Self {
        let mut at = Self::none();
        at.story.act(BYSTANDER, report());
        at
    }

    pub fn triage() -> Self {
        let mut at = Self::reported();
        at.story.act("intake-1", triage());
        let now = at.story.now;
        at.seen.push(at.story.act("intake-1", observation(now, "shouted at the desk", "desk clerk")));
        at.seen.push(at.story.act("clinician", observation(now, "hit the door", "ward nurse")));
        at
    }

    pub fn inquiry() -> Self {
        let mut at = Self::triage();
        let seen = at.seen.clone();
        at.story.act(
            "chair",
            policy::process::entry::OpenInquiry { observations: seen, questions: String::new() },
        );
        at
    }

    pub fn assessed_as(band: LevelBand) -> Self {
        let mut at = Self::inquiry();
        at.factors.push(at.story.act("clinician", factor(Polarity::Enhancing, &at.seen)));
        at.factors.push(at.story.act("clinician", factor(Polarity::Mitigating, &at.seen)));
        at.judges(band);
        at
    }

    /// The team assesses.
    pub fn judges(&mut self, band: LevelBand) -> EntryId {
        let now = self.story.now;
        self.story.act("chair", assess(now, band, &self.seen, &self.factors))
    }

    /// The chair writes a plan.
    pub fn plans(&mut self, tasks: TaskState) -> EntryId {
        let now = self.story.now;
        self.story.plan(plan(now, tasks))
    }

    pub fn managing_as(band: LevelBand, tasks: TaskState) -> Self {
        let mut at = Self::assessed_as(band);
        at.plans(tasks);
        at
    }

    pub fn reassessing() -> Self {
        let mut at = Self::managing_as(LevelBand::Low, TaskState::Open);
        let now = at.story.now;
        at.story.act("clinician", event(now));
        at
    }

    pub fn retiring_as(band: LevelBand) -> Self {
        let mut at = Self::managing_as(band, TaskState::Done);
        at.story.act("chair", retire());
        at
    }

    pub fn closed() -> Self {
        let mut at = Self::retiring_as(LevelBand::Low);
        at.story.act("chair", close());
        at
    }

    /// A story in this state.
    pub fn state(state: State) -> Self {
        let at = match state {
            State::Reported => Self::reported(),
            State::Triage => Self::triage(),
            State::ScreenedOut => {
                let mut at = Self::triage();
                at.story.act("chair", screen_out());
                at
            }
            State::Consultation => {
                let mut at = Self::reported();
                let now = at.story.now;
                at.story.act("chair", consult(now));
                at
            }
            State::Inquiry => Self::inquiry(),
            State::Assessed => Self::assessed_as(LevelBand::Low),
            State::Managing => Self::managing_as(LevelBand::Low, TaskState::Open),
            State::Reassessing => Self::reassessing(),
            State::Transferred => {
                let mut at = Self::inquiry();
                let offer = at.story.act("chair", offer_transfer());
                at.story.sent_to.push((PACKET, "north-school".into()));
                at.story.act(DEPUTY, complete_transfer(offer));
                at
            }
            State::Retiring => Self::retiring_as(LevelBand::Low),
            State::Closed => Self::closed(),
            State::Purged => {
                let mut at = Self::closed();
                at.story.pass_days(400);
                at.story.act(CLOCK, purge());
                at
            }
        };
        assert_eq!(at.story.state(), state);
        at
    }
}

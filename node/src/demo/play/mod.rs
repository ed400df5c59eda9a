//! Playing a story: each step done over the staff API by the person it names, and checked against what must come of it.
//!
//! Called by `run`. A check that does not hold is noted and the story goes on; a call that fails ends the story, because what
//! follows would rest on it. Deliberately absent: sleeping for a fixed time; what has to come is looked for until it is there.

mod arrivals;
mod process;
mod requests;
mod shares;
mod write;

use super::DemoError;
use super::cast::Who;
use super::region::{LONG_ROSTER, LOOK_AGAIN, Region};
use super::report::{StepReport, StoryReport};
use super::script::{Key, Step, Story, Target};
use super::setup::Teams;
use super::staff::Staff;
use policy::time::UtcTime;
use proto::agency::v1 as api;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Longest wait for something that has to come soon.
const SOON_SECONDS: u64 = 30;
/// How long a roster lasts that is to end while somebody watches: longer than nodes take to notice it.
const SHORT_ROSTER: Duration = Duration::from_secs(4);
/// The longest such roster.
const LONGEST_SHORT_ROSTER: Duration = Duration::from_secs(32);
/// Longest wait for an answer that leaves at its due time.
const ANSWER_SECONDS: u64 = 90;

/// A case of some agency.
#[derive(Clone, Debug)]
pub struct CaseOpened {
    /// The agency.
    pub agency: &'static str,
    /// Who opened it, and may read its accounting.
    pub by: Who,
    /// Its identifier at that agency's node.
    pub id: String,
}

/// What was sent, or is to be sent.
#[derive(Clone, Debug, Default)]
struct Sent {
    /// The case it is from.
    case: Key,
    /// Who asked for it.
    by: Option<Who>,
    /// The proposal; of a request, the request.
    proposal: String,
    /// The message, once it is known; of something told outside, the disclosure.
    message: String,
    /// The decision.
    view: api::ShareView,
    /// Items taken out by the approver.
    without: Vec<String>,
}

/// The player.
pub struct Player<'r> {
    region: &'r mut Region,
    teams: &'r Teams,
    staff: BTreeMap<Who, Staff>,
    cases_opened: Vec<CaseOpened>,
    scene: Scene,
}

/// What one story has made so far.
#[derive(Default)]
struct Scene {
    story: &'static str,
    cases: BTreeMap<Key, CaseOpened>,
    ids: BTreeMap<(Key, Key), String>,
    /// Where each case stood last.
    states: BTreeMap<Key, String>,
    sent: BTreeMap<Key, Sent>,
}

impl<'r> Player<'r> {
    /// A player in this region.
    pub fn new(region: &'r mut Region, teams: &'r Teams) -> Self {
        Self { region, teams, staff: BTreeMap::new(), cases_opened: Vec::new(), scene: Scene::default() }
    }

    /// Every case that was opened in any story.
    pub fn cases_opened(&self) -> &[CaseOpened] {
        &self.cases_opened
    }

    /// The region.
    pub fn region(&mut self) -> &mut Region {
        self.region
    }

    /// Plays one story. `tell` is given each step as soon as it is done.
    pub async fn play(&mut self, story: &Story, mut tell: impl FnMut(&StepReport)) -> StoryReport {
        self.scene = Scene { story: story.name, ..Scene::default() };
        let mut report = StoryReport {
            name: story.name.to_owned(),
            title: story.title.to_owned(),
            about: story.about.to_owned(),
            ok: true,
            steps: Vec::new(),
        };
        for (at, step) in story.steps.iter().enumerate() {
            let mut done = StepReport { number: at + 1, ..describe(step) };
            let ended = self.step(step, &mut done).await;
            if let Err(error) = &ended {
                done.check("the step can be done", false, error.to_string());
            }
            done.ok = done.checks.iter().all(|check| check.ok);
            report.ok &= done.ok;
            tell(&done);
            report.steps.push(done);
            if ended.is_err() {
                break;
            }
        }
        report
    }

    async fn step(&mut self, step: &Step, done: &mut StepReport) -> Result<(), DemoError> {
        match step {
            Step::Tell(_) => Ok(()),
            Step::Open(open) => self.open(open).await,
            Step::Record(record) => self.record(record, done).await,
            Step::ConfirmState(confirm) => self.confirm_state(confirm).await,
            Step::Share(share) => self.share(share, done).await,
            Step::Approve(approve) => self.approve(approve, done).await,
            Step::Review(review) => self.review(review, done).await,
            Step::Revoke(revoke) => self.revoke(revoke, done).await,
            Step::Receive(receive) => self.receive(receive, done).await,
            Step::NotArrived { share, by, .. } => self.not_arrived(share, *by, done).await,
            Step::Request(request) => self.request(request, done).await,
            Step::Answer(answer) => self.answer(answer, done).await,
            Step::SameAnswers(same) => self.same_answers(same, done).await,
            Step::Trace(trace) => self.trace(trace, done).await,
            Step::Account(account) => self.account(account, done).await,
            Step::Act(act) => self.act(act, done).await,
            Step::Refused(refused) => self.refused(refused, done).await,
            Step::Days(days, _) => self.days_pass(*days, done).await,
            Step::Agenda(agenda) => self.agenda(agenda, done).await,
            Step::History(history) => self.history(history, done).await,
            Step::Outdated(outdated) => self.outdated(outdated, done).await,
            Step::AnswerReferral(answer) => self.answer_referral(answer, done).await,
            Step::Kill { agency, .. } => self.region.kill(agency).await,
            Step::Start { agency, .. } => self.region.start(agency).await,
            Step::RosterLapses { .. } => self.roster_lapses().await,
            Step::RosterRenewed { .. } => self.roster_renewed().await,
        }
    }

    /// A roster that ends in a moment reaches every node, and ends. On a busy machine a node may notice it too late, and
    /// refuses it then: the next one lasts longer.
    async fn roster_lapses(&mut self) -> Result<(), DemoError> {
        let mut lasts = SHORT_ROSTER;
        loop {
            let ends = self.region.publish_roster(lasts)?;
            let taken_up = self.roster_taken_up(lasts.as_secs()).await;
            if let Err(DemoError::InVain { .. }) = taken_up
                && lasts < LONGEST_SHORT_ROSTER
            {
                lasts *= 2;
                continue;
            }
            taken_up?;
            return wait_for("the roster to end", LONGEST_SHORT_ROSTER.as_secs(), async || {
                Ok((self.region.now() > ends).then_some(()))
            })
            .await;
        }
    }

    async fn roster_renewed(&mut self) -> Result<(), DemoError> {
        self.region.publish_roster(LONG_ROSTER)?;
        self.roster_taken_up(SOON_SECONDS).await
    }

    async fn roster_taken_up(&mut self, seconds: u64) -> Result<(), DemoError> {
        let serial = self.region.roster_serial();
        for spec in self.region.spec.agencies {
            let administrator = self.staff(spec.administrator())?;
            wait_for("a node to take up the new roster", seconds, async || {
                let status = administrator.node_status(api::NodeStatusRequest {}).await?;
                Ok((status.roster_serial >= serial).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    fn staff(&mut self, who: Who) -> Result<Staff, DemoError> {
        if let Some(staff) = self.staff.get(&who) {
            return Ok(staff.clone());
        }
        let staff = self.region.staff(who)?;
        self.staff.insert(who, staff.clone());
        Ok(staff)
    }

    /// The time as every node has it.
    fn now(&self) -> UtcTime {
        self.region.now()
    }

    fn in_days(&self, days: i64) -> String {
        self.now().plus_days(days).to_string()
    }

    fn missing(&self, what: &'static str, key: &str) -> DemoError {
        DemoError::Script { story: self.scene.story, what, key: key.to_owned() }
    }

    fn case(&self, key: Key) -> Result<CaseOpened, DemoError> {
        self.scene.cases.get(key).cloned().ok_or_else(|| self.missing("case", key))
    }

    /// What the story calls so; `KEY/PART` is the part of what KEY became, such as an assessment's `gaps`.
    fn id(&self, case: Key, key: Key) -> Result<String, DemoError> {
        if let Some((whole, part)) = key.split_once('/') {
            let found = self.scene.ids.iter().find(|((of, named), _)| *of == case && *named == whole);
            let id = found.and_then(|(_, id)| id.parse::<policy::id::Id>().ok());
            let id = id.ok_or_else(|| self.missing("record", key))?;
            return Ok(crate::derived_beside(id, part).to_string());
        }
        self.scene.ids.get(&(case, key)).cloned().ok_or_else(|| self.missing("record", key))
    }

    fn ids(&self, case: Key, keys: &[Key]) -> Result<Vec<String>, DemoError> {
        keys.iter().map(|key| self.id(case, key)).collect()
    }

    /// The name that the story gives to what has this identifier.
    fn key_of(&self, case: Key, id: &str) -> String {
        self.scene
            .ids
            .iter()
            .find(|((of, _), found)| *of == case && found.as_str() == id)
            .map_or_else(|| id.to_owned(), |((_, key), _)| (*key).to_owned())
    }

    fn sent(&self, key: Key) -> Result<Sent, DemoError> {
        self.scene.sent.get(key).cloned().ok_or_else(|| self.missing("share or request", key))
    }

    fn to(&self, case: Key, target: Target) -> Result<api::To, DemoError> {
        Ok(match target {
            Target::Agency(agency) => api::To { agency: agency.to_owned(), contact: String::new() },
            Target::Contact(key) => api::To { agency: String::new(), contact: self.id(case, key)? },
        })
    }
}

/// Looks until it is there.
async fn wait_for<T>(
    what: &str,
    seconds: u64,
    mut look: impl AsyncFnMut() -> Result<Option<T>, DemoError>,
) -> Result<T, DemoError> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if begun.elapsed() > Duration::from_secs(seconds) {
            return Err(DemoError::InVain { what: what.to_owned(), seconds });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// What a step is, before it is done.
fn describe(step: &Step) -> StepReport {
    let by = |kind: &'static str, what: &str, who: Who| StepReport {
        kind,
        what: what.to_owned(),
        by: who.name.to_owned(),
        agency: who.agency.to_owned(),
        ..StepReport::default()
    };
    let nobody = |kind, what: &str| StepReport { kind, what: what.to_owned(), ..StepReport::default() };
    match step {
        Step::Tell(what) => nobody("tell", what),
        Step::Open(s) => by("open", "A case is opened", s.by),
        Step::Record(s) => by("record", s.say, s.by),
        Step::ConfirmState(s) => by("confirm_state", s.say, s.by),
        Step::Share(s) => {
            let to = match s.to {
                Target::Agency(agency) => agency.to_owned(),
                Target::Contact(key) => format!("contact {key}"),
            };
            StepReport { to, ..by("share", s.say, s.by) }
        }
        Step::Approve(s) => by("approve", s.say, s.by),
        Step::Review(s) => by("review", s.say, s.by),
        Step::Revoke(s) => by("revoke", s.say, s.by),
        Step::Receive(s) => by("receive", s.say, s.by),
        Step::NotArrived { say, by: who, .. } => by("not_arrived", say, *who),
        Step::Request(s) => StepReport { to: s.to.to_owned(), ..by("request", s.say, s.by) },
        Step::Answer(s) => by("answer", s.say, s.by),
        Step::SameAnswers(s) => by("same_answers", s.say, s.by),
        Step::Trace(s) => by("trace", s.say, s.by),
        Step::Account(s) => by("account", s.say, s.by),
        Step::Act(s) => by("act", s.say, s.by),
        Step::Refused(s) => by("refused", s.say, s.by),
        Step::Days(_, say) => nobody("days", say),
        Step::Agenda(s) => by("agenda", s.say, s.by),
        Step::History(s) => by("history", s.say, s.by),
        Step::Outdated(s) => by("outdated", s.say, s.by),
        Step::AnswerReferral(s) => by("answer_referral", s.say, s.by),
        Step::Kill { say, .. } => nobody("kill", say),
        Step::Start { say, .. } => nobody("start", say),
        Step::RosterLapses { say } | Step::RosterRenewed { say } => nobody("roster", say),
    }
}

//! `plan`, `task add | done | drop`, `tripwire add | hit | end`, `order`.

use super::super::{Failure, Printed, Session};
use super::act::{self, AsRecordArgs, Given, act, put, put_text, replace};
use clap::{Args, Subcommand};
use proto::agency::v1::{CourtOrder, Plan, PlanTask, Tripwire, TripwireHit};
use std::path::PathBuf;

/// The plan.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord plan 7a..3b --from plan.json\n  concord plan 7a..3b --from plan.json --review-at 2026-12-15T18:00:00Z --own-voice-file wishes.txt\n\nplan.json has the fields of Plan in acts.proto:\n  {\"owner\": \"spiffe://..\", \"goals\": [\"..\"], \"review_at\": \"2026-12-15T18:00:00Z\",\n   \"tasks\": [{\"kind\": \"mentoring\", \"orientation\": \"subject\", \"tier\": \"secondary\", \"text\": \"..\", \"state\": \"open\"}],\n   \"restrictions\": [{\"kind\": \"boundary_setting\", \"text\": \"..\", \"observation\": \"1c..90\", \"until\": \"2027-01-31T00:00:00Z\",\n     \"kept_by\": \"head of security\"}]}"
)]
pub struct PlanArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Who owns it; default: me.
    #[arg(long, value_name = "STAFF")]
    owner: Option<String>,
    /// Files with a goal each.
    #[arg(long = "goal-file", value_name = "FILE")]
    goal_files: Vec<PathBuf>,
    /// File with the person's own account and wishes.
    #[arg(long, value_name = "FILE")]
    own_voice_file: Option<PathBuf>,
    /// When it is looked at again.
    #[arg(long, value_name = "TIME")]
    review_at: Option<String>,
}

impl PlanArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut plan: Plan = self.given.read()?;
        put(&mut plan.owner, self.owner);
        if plan.owner.is_empty() {
            plan.owner = act::me(s).await?;
        }
        let mut goals = Vec::new();
        for file in self.goal_files {
            let mut goal = String::new();
            put_text(&mut goal, Some(file))?;
            goals.push(goal);
        }
        replace(&mut plan.goals, goals);
        put_text(&mut plan.own_voice, self.own_voice_file)?;
        put(&mut plan.review_at, self.review_at);
        for task in plan.tasks.iter_mut().filter(|task| task.state.is_empty()) {
            task.state = "open".to_owned();
        }
        self.given.send(s, act!(plan: plan)).await
    }
}

/// Tasks.
#[derive(Debug, Subcommand)]
pub enum TaskVerb {
    /// Add a task.
    #[command(
        after_help = "Example:\n  concord task add 7a..3b --kind mentoring --orientation subject --tier secondary --text-file - \\\n    --due 2026-12-01T18:00:00Z"
    )]
    Add(Box<TaskArgs>),
    /// Say that a task is done.
    #[command(after_help = "Example:\n  concord task done 7a..3b 1c..91")]
    Done {
        /// The case.
        case: String,
        /// The task, as `concord case history` and `concord agenda` name it.
        task: String,
    },
    /// Say that a task is not to be done any more.
    #[command(after_help = "Example:\n  concord task drop 7a..3b 1c..91")]
    Drop {
        /// The case.
        case: String,
        /// The task, as `concord case history` and `concord agenda` name it.
        task: String,
    },
}

/// A task.
#[derive(Debug, Args)]
pub struct TaskArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Kind of intervention, such as `mentoring`.
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// `subject`, `target`, `environment_system` or `precipitating_event`.
    #[arg(long, value_name = "WORD")]
    orientation: Option<String>,
    /// `primordial`, `primary`, `secondary` or `tertiary`.
    #[arg(long, value_name = "WORD")]
    tier: Option<String>,
    /// File with what is to be done.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// The agency that does it; default: this one.
    #[arg(long, value_name = "AGENCY")]
    agency: Option<String>,
    /// The member who does it.
    #[arg(long, value_name = "STAFF")]
    owner: Option<String>,
    /// By when.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,
    /// File with how to approach safely.
    #[arg(long, value_name = "FILE")]
    contact_safety_file: Option<PathBuf>,
}

impl TaskVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add(args) => {
                let mut task: PlanTask = args.given.read()?;
                put(&mut task.kind, args.kind);
                put(&mut task.orientation, args.orientation);
                put(&mut task.tier, args.tier);
                put_text(&mut task.text, args.text_file)?;
                put(&mut task.agency, args.agency);
                put(&mut task.owner, args.owner);
                put(&mut task.due, args.due);
                put_text(&mut task.contact_safety, args.contact_safety_file)?;
                if task.state.is_empty() {
                    task.state = "open".to_owned();
                }
                args.given.send(s, act!(task: task)).await
            }
            Self::Done { case, task } => stands(s, case, task, "done").await,
            Self::Drop { case, task } => stands(s, case, task, "dropped").await,
        }
    }
}

/// The next version of a task: the same, standing otherwise.
async fn stands(s: &mut Session, case: String, id: String, state: &str) -> Result<Printed, Failure> {
    let open = act::history(s, &case).await?.open_tasks;
    let task = open.into_iter().find(|open| open.id == id).and_then(|open| open.task);
    let task = task.ok_or_else(|| {
        Failure::usage(format!("{id} is no open task of this case: see `concord case history {case}`"))
    })?;
    act::send(s, case, id, act!(task: PlanTask { state: state.to_owned(), ..task })).await
}

/// Tripwires.
#[derive(Debug, Subcommand)]
pub enum TripwireVerb {
    /// Put up a tripwire: what can be seen, whom to tell, until when.
    #[command(
        after_help = "Example:\n  concord tripwire add 7a..3b --observable-file seen.txt --tell-file whom.txt --expires 2027-01-15T00:00:00Z"
    )]
    Add {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// File with what can be seen.
        #[arg(long, value_name = "FILE")]
        observable_file: Option<PathBuf>,
        /// File with whom to tell.
        #[arg(long, value_name = "FILE")]
        tell_file: Option<PathBuf>,
        /// When it ends.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// Somebody agreed to watch; who they are is kept apart, sealed.
        #[arg(long)]
        watcher: bool,
    },
    /// Record that a tripwire was touched: the level of concern is stale from now on.
    #[command(after_help = "Example:\n  concord tripwire hit 7a..3b 2d..11 --observation 1c..90")]
    Hit {
        /// The case.
        case: String,
        /// The tripwire.
        tripwire: String,
        /// The observation of it.
        #[arg(long, value_name = "ENTRY")]
        observation: String,
    },
    /// Take a tripwire down.
    #[command(after_help = "Example:\n  concord tripwire end 7a..3b 2d..11")]
    End {
        /// The case.
        case: String,
        /// The tripwire.
        tripwire: String,
    },
}

impl TripwireVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Add { given, observable_file, tell_file, expires, watcher } => {
                let mut tripwire: Tripwire = given.read()?;
                put_text(&mut tripwire.observable, observable_file)?;
                put_text(&mut tripwire.tell, tell_file)?;
                put(&mut tripwire.expires, expires);
                tripwire.has_watcher |= watcher;
                given.send(s, act!(tripwire: tripwire)).await
            }
            Self::Hit { case, tripwire, observation } => {
                act::send(s, case, String::new(), act!(tripwire_hit: TripwireHit { tripwire, observation }))
                    .await
            }
            Self::End { case, tripwire: id } => {
                let up = act::act_of(s, &case, &id).await?.tripwire;
                let up = up.ok_or_else(|| act::no_entry(&id, &case))?;
                act::send(s, case, id, act!(tripwire: Tripwire { ended: true, ..up })).await
            }
        }
    }
}

/// A court's order.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord order 7a..3b --court-file court.txt --kind \"supervised treatment\" --conditions-file conditions.txt \\\n    --made-on 2026-11-20 --until 2027-05-20T00:00:00Z"
)]
pub struct OrderArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// File with the court.
    #[arg(long, value_name = "FILE")]
    court_file: Option<PathBuf>,
    /// Kind, such as "supervised treatment".
    #[arg(long, value_name = "WORDS")]
    kind: Option<String>,
    /// File with its conditions.
    #[arg(long, value_name = "FILE")]
    conditions_file: Option<PathBuf>,
    /// The day it was made.
    #[arg(long, value_name = "DATE")]
    made_on: Option<String>,
    /// When it ends.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl OrderArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut order: CourtOrder = self.given.read()?;
        put_text(&mut order.court, self.court_file)?;
        put(&mut order.kind, self.kind);
        put_text(&mut order.conditions, self.conditions_file)?;
        put(&mut order.made_on, self.made_on);
        put(&mut order.until, self.until);
        self.as_record.add_to(&mut order.as_record);
        self.given.send(s, act!(order: order)).await
    }
}

//! One member at work, one thing after another, each beside its floor.
//!
//! Cases are taken in an order that leaps over the whole home, each once a turn, so that none is answered from what an
//! earlier one left in a cache. Those of one purpose are never those of another.

use super::TURNS;
use super::history::{self, ENTRIES};
use super::load::{BLOCK_CASES, Population};
use super::story::{CaseIds, is_open, member, told};
use crate::app::casework::{AgendaAsk, NewDeed};
use crate::app::{Actor, App};
use crate::bench::BenchError;
use crate::bench::figures::Timed;
use crate::store::{Changes, Kind, Outcome, Put, Row};
use policy::id::{CaseId, TeamId};
use policy::process::words::{LevelBand, State};
use policy::process::{Act, Standing};
use std::time::{Duration, Instant};

/// Cases that an agenda looks at: in each size each team has as many due.
pub const AGENDA_CASES: u32 = 200;
/// Things done before any is timed.
const WARM_UP: usize = 4;
/// Purposes that cases are taken for.
const PURPOSES: usize = 4;
/// Leap from one case to the next, far from any fraction of a round size; prime, so that none comes twice.
const LEAP: usize = 611_953;

/// What is timed.
#[derive(Clone, Copy)]
pub enum What {
    /// Opening a case.
    Open,
    /// Opening a case right after a start, with nothing of the home in the machine's memory.
    FirstOpen,
    /// A team's agenda.
    Agenda,
    /// The first look at a team's agenda after such a start.
    FirstAgenda,
    /// Report and triage.
    Triage,
    /// An assessment.
    Assessment,
}

/// Times of each, verb and floor.
#[derive(Default)]
pub struct Measured {
    each: [(Timed, Timed); 6],
    /// How long each start took, with nothing of the home in memory.
    pub starts: Vec<Duration>,
}

impl Measured {
    /// The middle one of the starts, in seconds.
    pub fn start_seconds(&self) -> f64 {
        let mut starts = self.starts.clone();
        starts.sort_unstable();
        starts.get(starts.len() / 2).map_or(0.0, Duration::as_secs_f64)
    }

    /// The verb's times and the floor's.
    pub fn of(&self, what: What) -> (&Timed, &Timed) {
        let (verb, floor) = &self.each[what as usize];
        (verb, floor)
    }

    fn add(&mut self, what: What, from: Instant) {
        self.each[what as usize].0.each.push(from.elapsed());
    }

    fn add_floor(&mut self, what: What, from: Instant) {
        self.each[what as usize].1.each.push(from.elapsed());
    }
}

/// Why a case is taken.
#[derive(Clone, Copy)]
enum Purpose {
    Opened,
    OpenedByFloor,
    Judged,
    JudgedByFloor,
}

/// One turn in one home.
pub struct Turn<'a> {
    /// Its node.
    pub app: &'a App,
    /// Its cases.
    pub of: &'a Population,
    /// Which turn, from 0.
    pub turn: usize,
    /// How often each thing is done.
    pub times: usize,
}

impl Turn<'_> {
    /// Reads from the medium what a member looks at first, and its floor.
    ///
    /// # Errors
    /// When a verb does not do what it is measured at.
    pub async fn begin(&self, into: &mut Measured) -> Result<(), BenchError> {
        self.open(What::FirstOpen, into).await?;
        self.look(What::FirstAgenda, into).await
    }

    /// Does each thing, and its floor as often.
    ///
    /// # Errors
    /// When a verb does not do what it is measured at.
    pub async fn run(&self, into: &mut Measured) -> Result<(), BenchError> {
        self.open(What::Open, into).await?;
        // Each of the connections that answer in turn has its first look before any is timed.
        let mut untimed = Measured::default();
        for _ in 0..WARM_UP {
            self.look(What::Agenda, &mut untimed).await?;
        }
        for _ in 0..self.times {
            self.look(What::Agenda, into).await?;
        }
        self.triage(into).await?;
        self.assess(into).await
    }

    fn team(&self) -> TeamId {
        self.of.teams[self.turn * 7 % self.of.teams.len()]
    }

    fn numbers(&self, purpose: Purpose) -> impl Iterator<Item = usize> + Clone + '_ {
        (0..self.of.cases / PURPOSES).map(move |n| (n * PURPOSES + purpose as usize) * LEAP % self.of.cases)
    }

    fn ids(&self, number: usize) -> CaseIds {
        self.of.ids(number / BLOCK_CASES).swap_remove(number % BLOCK_CASES)
    }

    /// Cases to be read: where there are few, those of an earlier turn come again, which no cache remembers.
    fn to_read(&self, purpose: Purpose) -> Vec<CaseIds> {
        let count = (self.times + WARM_UP).min(self.of.cases / PURPOSES);
        let numbers = self.numbers(purpose).cycle().skip(self.turn * count).take(count);
        numbers.map(|number| self.ids(number)).collect()
    }

    /// Open cases to be judged, each in one turn only.
    fn to_judge(&self, purpose: Purpose) -> Vec<CaseIds> {
        let open = self.numbers(purpose).filter(|number| is_open(*number));
        let share = open.clone().count() / TURNS;
        let mine = open.skip(self.turn * share).take(share.min(self.times + WARM_UP));
        mine.map(|number| self.ids(number)).collect()
    }

    async fn open(&self, what: What, into: &mut Measured) -> Result<(), BenchError> {
        let store = &self.app.store;
        let actor = member("chair", &self.of.teams);
        let (opened, read) = (self.to_read(Purpose::Opened), self.to_read(Purpose::OpenedByFloor));
        for (done, (ids, other)) in opened.iter().zip(&read).enumerate() {
            let from = Instant::now();
            let history = self.app.history(&actor, ids.case).await?;
            let state = Standing::of(&history.entries).state(self.app.now());
            if done >= WARM_UP {
                into.add(what, from);
            }
            if history.entries.len() != ENTRIES || state == State::Reported {
                return Err(off(ids.case, "has another history than it was given"));
            }
            let from = Instant::now();
            let rows = store.case_snapshot(other.case.0, &[Kind::Case, Kind::Entry]).await?;
            if done >= WARM_UP {
                into.add_floor(what, from);
            }
            if rows.len() != 1 + ENTRIES {
                return Err(off(other.case, "has other rows than it was given"));
            }
        }
        Ok(())
    }

    async fn look(&self, what: What, into: &mut Measured) -> Result<(), BenchError> {
        let team = self.team();
        let actor = member("chair", &[team]);
        let until = self.app.now().plus_days(1);
        let ask = AgendaAsk { team: Some(team), mine_only: false, until };
        let from = Instant::now();
        let agenda = self.app.agenda(&actor, &ask).await?;
        into.add(what, from);
        if !agenda.more || agenda.lines.len() < AGENDA_CASES as usize {
            return Err(BenchError::Off(format!("team {team} has only {} lines due", agenda.lines.len())));
        }
        let from = Instant::now();
        self.app.store.due_children(Kind::Case, team.0, until, AGENDA_CASES).await?;
        into.add_floor(what, from);
        Ok(())
    }

    async fn triage(&self, into: &mut Measured) -> Result<(), BenchError> {
        let team = self.team();
        let actor = member("chair", &[team]);
        for done in 0..self.times + WARM_UP {
            let from = Instant::now();
            let begins = NewDeed {
                case: None,
                team: Some(team),
                act: history::report(done as u64).into(),
                replaces: None,
                exercise: false,
            };
            let case = self.app.act(&actor, begins).await?.case;
            let triaged = self.app.act(&actor, deed(case, history::triage().into())).await?;
            if done >= WARM_UP {
                into.add(What::Triage, from);
            }
            if triaged.state != State::Triage {
                return Err(off(case, "was not taken into triage"));
            }
            let rows = self.app.store.case_snapshot(case.0, &[Kind::Case, Kind::Entry]).await?;
            let (reported, triaged) = self.twins(&actor, rows)?;
            let from = Instant::now();
            self.floor_commit(reported).await?;
            self.floor_commit(triaged).await?;
            if done >= WARM_UP {
                into.add_floor(What::Triage, from);
            }
        }
        Ok(())
    }

    /// Two sets with the rows of a report and of its triage, under other ids.
    fn twins(&self, actor: &Actor, rows: Vec<Row>) -> Result<(Changes, Changes), BenchError> {
        let case = Kind::Case.of(self.app.new_id());
        let (mut heads, mut entries) = (Vec::new(), Vec::new());
        for row in rows {
            let kind = row.r.kind;
            if kind == Kind::Case { heads.push(row) } else { entries.push(row) }
        }
        let ([head], [report, triage]) = (heads.as_slice(), entries.as_slice()) else {
            return Err(BenchError::Off("a report and its triage are not one case with two entries".into()));
        };
        let twin =
            |row: &Row, r| Put { parent: row.parent, due_at: row.due_at, ..Put::new(r, row.body.clone()) };
        let entry = |row: &Row| {
            let put = twin(row, Kind::Entry.of(self.app.new_id()));
            put.under(case.id).sharing_key_of(case)
        };
        // What tells the team of a new report.
        let told = Put::new(Kind::Notification.of(self.app.new_id()), vec![b' '; NOTIFICATION_BYTES]);
        let first = Row { r: case, version: 1, ..head.clone() };
        let next = Put::update(&first, head.body.clone());
        let event = |kind| vec![self.app.event(actor.staff.as_str(), kind, vec![case])];
        Ok((
            Changes {
                puts: vec![entry(report), told, twin(head, case)],
                events: event("floor_report"),
                ..Changes::default()
            },
            Changes { puts: vec![entry(triage), next], events: event("floor_triage"), ..Changes::default() },
        ))
    }

    async fn assess(&self, into: &mut Measured) -> Result<(), BenchError> {
        const KINDS: &[Kind] = &[Kind::Case, Kind::Entry, Kind::Item];
        let (judged, floor) = (self.to_judge(Purpose::Judged), self.to_judge(Purpose::JudgedByFloor));
        let actor = member("chair", &self.of.teams);
        for (done, (ids, other)) in judged.iter().zip(&floor).enumerate() {
            let assessment = told(self.of.now, ids).assessment(LevelBand::Moderate, self.app.now());
            let from = Instant::now();
            let made = self.app.act(&actor, deed(ids.case, assessment.into())).await?;
            if done >= WARM_UP {
                into.add(What::Assessment, from);
            }
            let entry = Kind::Entry.of(made.entry.id);
            let rows = self.app.store.case_snapshot(ids.case.0, KINDS).await?;
            let others = self.app.store.case_snapshot(other.case.0, KINDS).await?;
            let set = self.twin_of_judgment(&actor, entry.id, &rows, &others)?;
            let from = Instant::now();
            self.floor_commit(set).await?;
            if done >= WARM_UP {
                into.add_floor(What::Assessment, from);
            }
        }
        Ok(())
    }

    /// A set with the rows that a judgment wrote in one case, for another one: its entry and new items, the items that it
    /// took the place of, and the head.
    fn twin_of_judgment(
        &self,
        actor: &Actor,
        entry: policy::id::Id,
        rows: &[Row],
        others: &[Row],
    ) -> Result<Changes, BenchError> {
        let missing = || BenchError::Off("a judgment left no entry and no head".into());
        let from = rows.iter().find(|row| row.r.id == entry).ok_or_else(missing)?.position;
        let case = others.iter().find(|row| row.r.kind == Kind::Case).ok_or_else(missing)?.r;
        let mut puts = Vec::new();
        for row in rows.iter().filter(|row| row.position >= from) {
            let put = Put::new(row.r.kind.of(self.app.new_id()), row.body.clone());
            puts.push(put.under(case.id).sharing_key_of(case));
        }
        let changed = rows.iter().zip(others).filter(|(row, _)| row.position < from && row.version > 1);
        puts.extend(changed.map(|(row, other)| Put::update(other, row.body.clone())));
        if puts.len() < 3 {
            return Err(BenchError::Off(format!("a judgment wrote {} rows only", puts.len())));
        }
        let events = vec![self.app.event(actor.staff.as_str(), "floor_assess", vec![case])];
        Ok(Changes { puts, events, ..Changes::default() })
    }

    async fn floor_commit(&self, changes: Changes) -> Result<(), BenchError> {
        match self.app.store.commit(changes).await? {
            Outcome::Committed { .. } => Ok(()),
            other => Err(BenchError::Off(format!("the floor could not commit: {other:?}"))),
        }
    }
}

/// Bytes of what tells a team of something new.
const NOTIFICATION_BYTES: usize = 250;

fn deed(case: CaseId, act: Act) -> NewDeed {
    NewDeed { case: Some(case), team: None, act, replaces: None, exercise: false }
}

fn off(case: CaseId, what: &str) -> BenchError {
    BenchError::Off(format!("case {case} {what}"))
}

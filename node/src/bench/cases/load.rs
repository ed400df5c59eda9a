//! Fills a home with cases through the store that a node uses: every body sealed, every case under a key of its own.
//!
//! Cases are written in blocks, many blocks at once. The store keeps the records of a case side by side whenever they are
//! written, so a block's cases are written one after another. [`Order::InRounds`] writes the first record of each case, then
//! the second of each, and so on, as over months: slower, and there to show that the measured times are the same. Ids come
//! from the node's own source, seeded by the block: the measurement finds any case again without reading a list of them.

use super::history::ENTRIES;
use super::story::{CaseIds, RECORDS, rows_of};
use crate::app::{App, IdSource};
use crate::bench::BenchError;
use crate::entropy::SeededEntropy;
use crate::store::{Changes, Event, Outcome, Put};
use policy::id::{CaseId, EntryId, Id, PersonId, TeamId};
use policy::time::UtcTime;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Cases of one block: as many puts as one set may well have.
pub const BLOCK_CASES: usize = 1_000;
/// Cases of one set when they are written one after another.
const SET_CASES: usize = 40;
/// Blocks being written at once.
const BLOCKS_AT_ONCE: usize = 16;
/// How often a long load says how far it is.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// Which cases a home has, and whose they are.
#[derive(Clone)]
pub struct Population {
    /// How many.
    pub cases: usize,
    /// Their teams; cases go round.
    pub teams: Arc<[TeamId]>,
    /// The moment that the histories end at.
    pub now: UtcTime,
}

/// In which order the records of a block's cases are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All of one case, then all of the next.
    CaseByCase,
    /// The first of each case, then the second of each.
    InRounds,
}

impl Population {
    fn blocks(&self) -> usize {
        self.cases.div_ceil(BLOCK_CASES)
    }

    /// The ids of a block's cases, the same whenever asked.
    pub fn ids(&self, block: usize) -> Vec<CaseIds> {
        let count = BLOCK_CASES.min(self.cases - block * BLOCK_CASES);
        let (source, entropy) = (IdSource::default(), SeededEntropy::new(block as u64));
        // Round by round, as they are written: ids made together lie together in the index.
        let draw = || (0..count).map(|_| source.own(&entropy)).collect::<Vec<Id>>();
        let (cases, people) = (draw(), draw());
        let rounds: Vec<Vec<Id>> = (0..ENTRIES).map(|_| draw()).collect();
        let ids = |place: usize| CaseIds {
            number: block * BLOCK_CASES + place,
            case: CaseId(cases[place]),
            person: PersonId(people[place]),
            entries: rounds.iter().map(|round| EntryId(round[place])).collect(),
        };
        (0..count).map(ids).collect()
    }

    /// The team of a case.
    pub fn team(&self, number: usize) -> TeamId {
        self.teams[number % self.teams.len()]
    }

    /// Writes all of it, and answers how long that took.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, app: &Arc<App>, order: Order) -> Result<Duration, BenchError> {
        let begun = Instant::now();
        let mut said = begun;
        let (mut next, mut done) = (0, 0);
        let mut writing = JoinSet::new();
        while done < self.blocks() {
            while next < self.blocks() && writing.len() < BLOCKS_AT_ONCE {
                writing.spawn(write_block(Arc::clone(app), self.clone(), next, order));
                next += 1;
            }
            if let Some(ended) = writing.join_next().await {
                ended.map_err(|e| BenchError::Off(e.to_string()))??;
                done += 1;
            }
            if said.elapsed() >= SAY_EVERY {
                said = Instant::now();
                let cases = (done * BLOCK_CASES).min(self.cases);
                say(&format!(
                    "loading: {cases} of {} cases, {:.0} records a second",
                    self.cases,
                    (cases * (RECORDS + 1)) as f64 / begun.elapsed().as_secs_f64()
                ));
            }
        }
        Ok(begun.elapsed())
    }
}

/// A line for whoever waits.
pub fn say(line: &str) {
    use std::io::Write;
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes a block.
async fn write_block(app: Arc<App>, of: Population, block: usize, order: Order) -> Result<(), BenchError> {
    let ids = of.ids(block);
    let at_once = if order == Order::CaseByCase { SET_CASES } else { BLOCK_CASES };
    for some in ids.chunks(at_once) {
        let mut cases = Vec::with_capacity(some.len());
        for ids in some {
            cases.push(rows_of(&app, &of, ids).await?.into_iter());
        }
        match order {
            Order::CaseByCase => write_set(&app, &of, cases.into_iter().flatten()).await?,
            Order::InRounds => {
                while cases.iter().any(|rows| rows.len() > 0) {
                    write_set(&app, &of, cases.iter_mut().filter_map(Iterator::next)).await?;
                }
            }
        }
    }
    Ok(())
}

async fn write_set(
    app: &App,
    of: &Population,
    rows: impl Iterator<Item = (Put, Option<Event>)>,
) -> Result<(), BenchError> {
    let mut changes = Changes::default();
    for (put, event) in rows {
        changes.puts.push(put);
        changes.events.extend(event);
    }
    if changes.events.is_empty() {
        let kind = "bench_loaded".into();
        changes.events.push(Event { at: of.now, actor: "bench".to_owned(), kind, ids: Vec::new() });
    }
    match app.store.commit(changes).await? {
        Outcome::Committed { .. } => Ok(()),
        other => Err(BenchError::Off(format!("a block was not committed: {other:?}"))),
    }
}

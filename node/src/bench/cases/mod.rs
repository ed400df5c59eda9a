//! `concord bench cases`: how long a member waits, and how that grows with the number of cases.
//!
//! A home of each size is filled by [`load`] with what [`story`] tells, opened anew, and measured by [`measure`], the sizes
//! taking turns. Every figure stands beside a floor of the same run: what the bare store takes for the same rows.
//! Deliberately absent: a load through the verbs. A million histories of twenty acts, each its own durable commit, would
//! take days, and leave the same rows.

mod history;
mod load;
mod measure;
mod medium;
mod prose;
mod story;

use super::BenchError;
use super::figures::Timed;
use super::share::Directory;
use crate::demo::cast::{AgencySpec, RegionSpec, StaffSpec};
use crate::demo::region::Region;
use crate::serve::{Options, Running, start};
use clap::Args;
use load::{Order, Population, say};
use measure::{Measured, Turn, What};
use policy::id::{StaffId, TeamId};
use policy::record::Discipline;
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Instant;

const AGENCY: &str = "bench-team";
/// The size that others are compared with.
const SMALL: usize = 1_000;
/// Cases that one team has at least, while there are fewer than [`TEAMS_MAX`].
const CASES_PER_TEAM: usize = 1_000;
/// Teams at most: a home with more cases has more of them in each team.
const TEAMS_MAX: usize = 50;
/// Sizes take turns, so that a machine that is slower for a while is slower for each.
const TURNS: usize = 8;

const REGION: RegionSpec = RegionSpec {
    trust_domain: "bench.example",
    state: "CA",
    agencies: &[AgencySpec {
        id: AGENCY,
        name: "Bench Team",
        sector: "mental_health_provider",
        team_role: "core",
        telephone: "+1 555 0100",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: "Bench team",
        staff: &[StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] }],
    }],
    agreements: &[],
};

/// Who sits in every team; the first presides.
const MEMBERS: [(&str, Discipline); 3] = [
    ("chair", Discipline::MentalHealth),
    ("counselor", Discipline::Counseling),
    ("guard", Discipline::Security),
];

/// How to measure.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "A node's home of each size: SQLite with full sync, every body sealed. A case is a head and 20
records under one key: the person of concern, a history of 10 entries, the 9 items that may be
shared of them. They are loaded straight into the store with their events, in sets of 840 records
and up to 16 sets a commit, case by case; with --in-rounds the first record of 1,000 cases, then
the second of each, as if written over months. One team for 1,000 cases, 50 teams at most; every
second case is open. Then come 8 turns, the sizes taking turns. The node is started with nothing of
the home in the machine's memory (Linux), and one member looks:

  first open  a case: its head and history read from the medium, opened and folded
  first look  at the agenda of a team: the lines of the 200 cases due soonest

The node is started again, and one member works, one thing after another:

  open        the same cases, of which the node holds nothing and the machine's file cache what it read
  agenda      of a team, again and again
  triage      a report and its triage: two acts, each durable
  assessment  one act, durable, with its items and the case's new head

  p50_ms p99_ms              of the verb, in milliseconds
  floor_p50_ms floor_p99_ms  of the bare store: rows read alike, or of the same sizes committed
  growth                     the last size's figure over the first's

One size alone is measured beside 1,000. A directory that an earlier run filled is measured again
without loading.

Examples:
  concord bench cases
  concord bench cases --cases 1000000 --dir /var/tmp/bench --json"
)]
pub struct CasesArgs {
    /// Cases in the home; several sizes are compared.
    #[arg(long, default_value = "1000,20000", value_delimiter = ',', value_name = "N,..")]
    pub cases: Vec<usize>,
    /// Times each thing is done, in each size.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub samples: usize,
    /// Load the cases' records in rounds, as written over months: slower.
    #[arg(long)]
    pub in_rounds: bool,
    /// Directory for the homes, kept afterwards. Default: a temporary one.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// All that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Of each size.
    pub sizes: Vec<Size>,
    /// How the last size's figures stand to the first's.
    pub growth: Option<Growth>,
}

/// One home.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    /// How it was filled.
    #[serde(flatten)]
    pub loaded: Loaded,
    /// Seconds that the node took to start, in the middle one of the turns, with nothing of the home in memory.
    pub start_seconds: f64,
    /// Opening a case from the medium.
    pub first_open: Figure,
    /// The first look at a team's agenda from the medium.
    pub first_agenda: Figure,
    /// Opening a case.
    pub open: Figure,
    /// A team's agenda.
    pub agenda: Figure,
    /// A report and its triage.
    pub triage: Figure,
    /// An assessment.
    pub assessment: Figure,
}

/// What is in a home, and how it came there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Loaded {
    /// Cases.
    pub cases: usize,
    /// Teams that they belong to.
    pub teams: usize,
    /// Records of each case, beside its head.
    pub records_per_case: usize,
    /// Seconds that loading took.
    pub load_seconds: f64,
    /// Records a second, heads included.
    pub load_records_per_s: f64,
    /// Bytes on disk of the database of records, its log included.
    pub records_bytes: u64,
    /// Bytes on disk of the database of keys, its log included.
    pub keys_bytes: u64,
    /// Bytes of both for each case.
    pub bytes_per_case: u64,
}

/// Times of one thing, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Median.
    pub p50_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// Median of the bare store.
    pub floor_p50_ms: f64,
    /// 99th percentile of the bare store.
    pub floor_p99_ms: f64,
    /// How often it was done.
    pub samples: usize,
}

/// The last size's medians and 99th percentiles over the first's.
#[derive(Clone, Debug, Serialize)]
pub struct Growth {
    /// Opening a case from the medium.
    pub first_open: [f64; 2],
    /// The first look at an agenda from the medium.
    pub first_agenda: [f64; 2],
    /// Opening a case.
    pub open: [f64; 2],
    /// The agenda.
    pub agenda: [f64; 2],
    /// Report and triage.
    pub triage: [f64; 2],
    /// An assessment.
    pub assessment: [f64; 2],
}

impl Figure {
    fn of(measured: &Measured, what: What) -> Self {
        let (verb, floor): (&Timed, &Timed) = measured.of(what);
        Self {
            p50_ms: verb.percentile_ms(50),
            p99_ms: verb.percentile_ms(99),
            floor_p50_ms: floor.percentile_ms(50),
            floor_p99_ms: floor.percentile_ms(99),
            samples: verb.each.len(),
        }
    }

    fn over(&self, first: &Self) -> [f64; 2] {
        [self.p50_ms / first.p50_ms, self.p99_ms / first.p99_ms]
    }
}

impl Report {
    fn new(sizes: Vec<Size>) -> Self {
        let growth = match sizes.as_slice() {
            [first, .., last] => Some(Growth {
                first_open: last.first_open.over(&first.first_open),
                first_agenda: last.first_agenda.over(&first.first_agenda),
                open: last.open.over(&first.open),
                agenda: last.agenda.over(&first.agenda),
                triage: last.triage.over(&first.triage),
                assessment: last.assessment.over(&first.assessment),
            }),
            _ => None,
        };
        Self { sizes, growth }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for size in &self.sizes {
            let l = &size.loaded;
            lines.push(format!(
                "{} cases of {} records in {} teams: loaded in {:.0} s ({:.0} records/s), {} bytes a case; starts in {:.1} s",
                l.cases, l.records_per_case, l.teams, l.load_seconds, l.load_records_per_s, l.bytes_per_case, size.start_seconds
            ));
            for (name, f) in size.figures() {
                lines.push(format!(
                    "  {name:<10}  p50 {:>8.3} ms, p99 {:>8.3} ms   floor p50 {:>8.3} ms, p99 {:>8.3} ms   ({} times)",
                    f.p50_ms, f.p99_ms, f.floor_p50_ms, f.floor_p99_ms, f.samples
                ));
            }
        }
        if let Some(growth) = &self.growth {
            lines.push("growth from the first size to the last".to_owned());
            for (name, [p50, p99]) in growth.figures() {
                lines.push(format!("  {name:<10}  p50 {p50:>8.2} x,  p99 {p99:>8.2} x"));
            }
        }
        lines.join("\n") + "\n"
    }
}

impl Size {
    fn figures(&self) -> [(&'static str, &Figure); 6] {
        [
            ("first open", &self.first_open),
            ("first look", &self.first_agenda),
            ("open", &self.open),
            ("agenda", &self.agenda),
            ("triage", &self.triage),
            ("assessment", &self.assessment),
        ]
    }
}

impl Growth {
    fn figures(&self) -> [(&'static str, [f64; 2]); 6] {
        [
            ("first open", self.first_open),
            ("first look", self.first_agenda),
            ("open", self.open),
            ("agenda", self.agenda),
            ("triage", self.triage),
            ("assessment", self.assessment),
        ]
    }
}

/// Fills homes and measures them.
///
/// # Errors
/// When a home cannot be made or filled, or a verb does not do what it is measured at.
pub async fn run(args: &CasesArgs) -> Result<Report, BenchError> {
    let dir = Directory::of(args.dir.as_deref())?;
    let sizes = match args.cases.as_slice() {
        [] => return Err(BenchError::Off("name a number of cases".into())),
        [one] if *one != SMALL => vec![SMALL, *one],
        several => several.to_vec(),
    };
    if let Some(few) = sizes.iter().find(|cases| **cases < SMALL) {
        return Err(BenchError::Off(format!(
            "{few} cases are too few to measure each once: name {SMALL} or more"
        )));
    }
    let order = if args.in_rounds { Order::InRounds } else { Order::CaseByCase };
    let mut homes = Vec::new();
    for cases in sizes {
        homes.push(Filled::of(&dir.path.join(format!("cases-{cases}")), cases, order).await?);
    }
    let mut measured: Vec<Measured> = homes.iter().map(|_| Measured::default()).collect();
    for turn in 0..TURNS {
        say(&format!("measuring: turn {} of {TURNS}", turn + 1));
        let share = |n: usize| n / TURNS + usize::from(turn < n % TURNS);
        for (home, into) in homes.iter().zip(&mut measured) {
            let (of, times) = (&home.population, share(args.samples));
            medium::forget(&home.home)?;
            let from = Instant::now();
            let running = home.start().await?;
            into.starts.push(from.elapsed());
            Turn { app: &running.app, of, turn, times }.begin(into).await?;
            running.stop().await?;
            let running = home.start().await?;
            Turn { app: &running.app, of, turn, times }.run(into).await?;
            running.stop().await?;
        }
    }
    let size = |(home, measured): (Filled, Measured)| Size {
        loaded: home.loaded,
        start_seconds: measured.start_seconds(),
        first_open: Figure::of(&measured, What::FirstOpen),
        first_agenda: Figure::of(&measured, What::FirstAgenda),
        open: Figure::of(&measured, What::Open),
        agenda: Figure::of(&measured, What::Agenda),
        triage: Figure::of(&measured, What::Triage),
        assessment: Figure::of(&measured, What::Assessment),
    };
    Ok(Report::new(homes.into_iter().zip(measured).map(size).collect()))
}

/// A home with its cases in it.
struct Filled {
    home: PathBuf,
    population: Population,
    loaded: Loaded,
}

impl Filled {
    /// The home of a directory, filled now unless it was before.
    async fn of(dir: &Path, cases: usize, order: Order) -> Result<Self, BenchError> {
        let (home, mark) = (dir.join(AGENCY), dir.join("loaded.json"));
        if mark.exists() {
            let text = std::fs::read(&mark).map_err(|e| io(&mark, e))?;
            let Mark { loaded, now, teams } = serde_json::from_slice(&text)
                .map_err(|e| BenchError::Off(format!("{} cannot be read ({e})", mark.display())))?;
            say(&format!("{} holds {} cases already", home.display(), loaded.cases));
            return Ok(Self { home, population: Population { cases, teams: teams.into(), now }, loaded });
        }
        let program = std::env::current_exe().map_err(|e| io(Path::new("this program"), e))?;
        Region::create(REGION, dir, program).await?;
        let running = start(&home, Options { background: false, ..Options::default() }).await?;
        let teams = story::first_day(&running.app, (cases / CASES_PER_TEAM).clamp(1, TEAMS_MAX)).await?;
        let population = Population { cases, teams: teams.clone().into(), now: running.app.now() };
        let took = population.load(&running.app, order).await?.as_secs_f64();
        running.stop().await?;
        let size = |name: &str| -> Result<u64, BenchError> {
            let file = home.join(name);
            let bytes = std::fs::metadata(&file).map_err(|e| io(&file, e))?.len();
            // What its log holds is not in the file yet.
            let log = std::fs::metadata(home.join(format!("{name}-wal"))).map_or(0, |m| m.len());
            Ok(bytes + log)
        };
        let (records_bytes, keys_bytes) = (size("concord.db")?, size("keys.db")?);
        let loaded = Loaded {
            cases,
            teams: teams.len(),
            records_per_case: story::RECORDS,
            load_seconds: took,
            load_records_per_s: (cases * (story::RECORDS + 1)) as f64 / took,
            records_bytes,
            keys_bytes,
            bytes_per_case: (records_bytes + keys_bytes) / cases as u64,
        };
        let marked = Mark { loaded: loaded.clone(), now: population.now, teams };
        let text = serde_json::to_vec(&marked).map_err(|e| BenchError::Off(e.to_string()))?;
        std::fs::write(&mark, text).map_err(|e| io(&mark, e))?;
        Ok(Self { home, population, loaded })
    }

    /// The node of it, with nothing in its caches.
    async fn start(&self) -> Result<Running, BenchError> {
        Ok(start(&self.home, Options { background: false, ..Options::default() }).await?)
    }
}

/// What a filled home is remembered by.
#[derive(Serialize, Deserialize)]
struct Mark {
    loaded: Loaded,
    now: UtcTime,
    teams: Vec<TeamId>,
}

fn staff(name: &str) -> StaffId {
    StaffId(format!("spiffe://{}/agency/{AGENCY}/staff/{name}", REGION.trust_domain))
}

fn io(file: &Path, source: std::io::Error) -> BenchError {
    BenchError::Io { what: format!("{} cannot be read or written", file.display()), source }
}

//! A small region whose nodes run in this process: real TLS, real SQLite, real files, and a clock that stands until a test
//! moves it. Nothing happens by itself: couriers and bells run when a test says so.
//!
//! Callers: the tests. Files, certificates and roster are those of `node::demo::region`, so that what is tested is what
//! the demo runs. Deliberately absent: processes to kill (`node::demo::region` has them).

use crate::tape::Tape;
use node::app::{Actor, App, Read, Work, rows, work_state};
use node::clock::{Clock, ManualClock, SystemClock};
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec, Who};
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::demo::staff::Staff;
use node::entropy::{Entropy, OsEntropy, SeededEntropy};
use node::serve::{self, Options, Running};
use node::store::{Kind, Page, Row};
use node::work::notify;
use policy::id::{StaffId, TeamId};
use policy::share::Matrix;
use policy::time::UtcTime;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A hospital: HIPAA covered entity.
pub const HOSPITAL: &str = "hospital";
/// A school district: federal education funds.
pub const SCHOOL: &str = "school";
/// A sheriff's office.
pub const SHERIFF: &str = "sheriff";

/// Its people, at each agency: `admin`, `officer`, `chair`, `member`, `auditor`.
pub const STAFF: &[StaffSpec] = &[
    StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
    StaffSpec { name: "officer", display: "Officer", roles: &["privacy_officer", "approver"] },
    StaffSpec { name: "chair", display: "Chair", roles: &["chair", "member"] },
    StaffSpec { name: "member", display: "Member", roles: &["member", "intake"] },
    StaffSpec { name: "auditor", display: "Auditor", roles: &["auditor"] },
];

/// An agency with the people of [`STAFF`] and no capacities.
pub const fn agency(id: &'static str, sector: &'static str) -> AgencySpec {
    AgencySpec {
        id,
        name: id,
        sector,
        team_role: "core",
        telephone: "+1 555 0100",
        hipaa_covered: false,
        ferpa_covered: false,
        part2_program: false,
        team: "Threat assessment team",
        staff: STAFF,
    }
}

/// Hospital, school and sheriff, with agreements between each two.
pub const THREE: RegionSpec = RegionSpec {
    trust_domain: "world.example",
    state: "CA",
    agencies: &[
        AgencySpec { hipaa_covered: true, ..agency(HOSPITAL, "hospital") },
        AgencySpec { ferpa_covered: true, ..agency(SCHOOL, "k12_school") },
        agency(SHERIFF, "law_enforcement"),
    ],
    agreements: &[
        AgreementSpec { between: [HOSPITAL, SCHOOL], purposes: PURPOSES },
        AgreementSpec { between: [HOSPITAL, SHERIFF], purposes: PURPOSES },
        AgreementSpec { between: [SCHOOL, SHERIFF], purposes: PURPOSES },
    ],
};

/// What the agreements of [`THREE`] cover.
pub const PURPOSES: &[&str] =
    &["threat_assessment", "avert_serious_threat", "care_coordination", "school_safety"];

/// Rounds of couriers after which a world that is not quiet never will be.
const ROUNDS_MAX: usize = 1_000;

/// What listens to one node.
#[derive(Clone, Default)]
pub struct Taps {
    /// The exchange: what other nodes send here, and what this node sends to them.
    pub exchange: Tape,
    /// The staff port.
    pub staff: Tape,
}

/// A region in this process.
pub struct World {
    /// Its files; no processes are started through it, unless a test does.
    pub region: Region,
    /// The time of every node.
    pub clock: ManualClock,
    /// Each agency's team, after [`World::first_day`].
    pub teams: Teams,
    /// The matrix of the nodes that start from now on; `None`: this build's.
    pub matrix: Option<Matrix>,
    seed: Option<u64>,
    running: BTreeMap<&'static str, Running>,
    taps: BTreeMap<&'static str, Taps>,
    people: BTreeMap<Who, Staff>,
    dir: tempfile::TempDir,
}

impl World {
    /// Writes the files of a region. Nothing runs yet, so a test can change a configuration.
    pub async fn files(spec: RegionSpec) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().join("region");
        let region = Region::create(spec, &root, PathBuf::from("concord")).await.expect("the region's files");
        let now = SystemClock.now();
        let taps = spec.agencies.iter().map(|agency| (agency.id, Taps::default())).collect();
        Self {
            region,
            clock: ManualClock::at(now),
            teams: Teams::new(),
            matrix: None,
            seed: None,
            running: BTreeMap::new(),
            taps,
            people: BTreeMap::new(),
            dir,
        }
    }

    /// A region whose nodes run, set up as on its first day.
    pub async fn ready(spec: RegionSpec) -> Self {
        let mut world = Self::files(spec).await;
        world.start_all().await;
        world.first_day().await;
        world
    }

    /// The same world, with ids and salts drawn from a seed. Call it before anything starts.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Adds lines to the end of a node's `concord.toml`, which ends in the table `[times]`.
    pub fn configure(&self, agency: &str, more: &str) {
        let file = self.region.home(agency).join("concord.toml");
        let text = std::fs::read_to_string(&file).expect("the configuration");
        std::fs::write(&file, format!("{text}{more}\n")).expect("the configuration can be written");
    }

    /// Starts one node, and says why when it does not.
    ///
    /// # Errors
    /// What the node said.
    pub async fn try_start(&mut self, agency: &str) -> Result<(), serve::ServeError> {
        let spec = self.region.spec.agency(agency).expect("an agency of this world");
        let taps = self.taps(agency);
        let entropy: Arc<dyn Entropy> = match self.seed {
            Some(seed) => {
                Arc::new(SeededEntropy::new(seed ^ self.clock.now().0.unsigned_abs() ^ hash(agency)))
            }
            None => Arc::new(OsEntropy),
        };
        let options = Options {
            clock: Arc::new(self.clock.clone()),
            entropy,
            exchange_tap: Some(Arc::new(taps.exchange)),
            staff_tap: Some(Arc::new(taps.staff)),
            background: false,
            matrix: self.matrix.clone(),
        };
        let running = serve::start(&self.region.home(agency), options).await?;
        self.running.insert(spec.id, running);
        Ok(())
    }

    /// Starts one node.
    pub async fn start(&mut self, agency: &str) {
        self.try_start(agency).await.expect("the node starts");
    }

    /// Starts every node that does not run.
    pub async fn start_all(&mut self) {
        for agency in self.region.spec.agencies {
            if !self.running.contains_key(agency.id) {
                self.start(agency.id).await;
            }
        }
    }

    /// Stops one node in order. Its connections to staff are forgotten.
    pub async fn stop(&mut self, agency: &str) {
        self.people.retain(|who, _| who.agency != agency);
        if let Some(running) = self.running.remove(agency) {
            running.stop().await.expect("the node stops in order");
        }
    }

    /// Staff, teams, capacities and agreements, made through the staff API as on a region's first day.
    pub async fn first_day(&mut self) {
        self.teams = setup::first_day(&self.region).await.expect("the first day");
    }

    /// A node that runs.
    pub fn node(&self, agency: &str) -> &Running {
        self.running.get(agency).expect("the node runs")
    }

    /// The verbs of a node that runs.
    pub fn app(&self, agency: &str) -> &Arc<App> {
        &self.node(agency).app
    }

    /// What listens to a node, also after a restart.
    pub fn taps(&self, agency: &str) -> Taps {
        self.taps.get(agency).cloned().expect("an agency of this world")
    }

    /// The team that an agency's first day made.
    pub fn team(&self, agency: &str) -> TeamId {
        self.teams.get(agency).and_then(|id| id.parse().ok()).expect("the agency's team")
    }

    /// A person's certificate name.
    pub fn staff_id(&self, agency: &str, name: &str) -> StaffId {
        StaffId(format!("spiffe://{}/agency/{agency}/staff/{name}", self.region.spec.trust_domain))
    }

    /// A person, as their node's own records know them: for calling verbs without the staff port.
    pub async fn actor(&self, agency: &str, name: &str) -> Actor {
        self.app(agency).actor(&self.staff_id(agency, name)).await.expect("a person of the agency")
    }

    /// A person, as a client of their node's staff port. Calls of one person share one connection.
    pub fn staff(&mut self, agency: &'static str, name: &'static str) -> Staff {
        let who = Who { agency, name };
        let region = &self.region;
        self.people.entry(who).or_insert_with(|| region.staff(who).expect("a staff directory")).clone()
    }

    /// Moves every node's clock.
    pub fn pass_minutes(&self, minutes: i64) -> UtcTime {
        self.clock.advance_ms(minutes * 60_000)
    }

    /// Runs one round of a node's courier. Returns how many tasks were due.
    pub async fn step(&self, agency: &str) -> usize {
        self.node(agency).courier.run_once(self.clock.now()).await.expect("the courier works")
    }

    /// Runs every courier until nothing is due anywhere. Returns how many tasks ran.
    pub async fn until_quiet(&self) -> usize {
        let mut ran = 0;
        for _ in 0..ROUNDS_MAX {
            let mut round = 0;
            for agency in self.running.keys() {
                round += self.step(agency).await;
            }
            if round == 0 {
                return ran;
            }
            ran += round;
        }
        assert!(ran == 0, "the couriers never become quiet");
        ran
    }

    /// Rings a node's bells once. Returns how many rang.
    pub async fn ring(&self, agency: &str) -> usize {
        notify::run_once(self.app(agency), self.clock.now()).await.expect("the bells ring")
    }

    /// Tasks of a node's outbox in a state of [`work_state`].
    pub async fn outbox(&self, agency: &str, state: u16) -> Vec<Read<Work>> {
        let rows =
            self.app(agency).store.by_state(Kind::Work, state, None, u32::MAX).await.expect("the outbox");
        rows.into_iter().map(|row| rows::read(row).expect("a task")).collect()
    }

    /// Tasks that stopped, each with its reason.
    pub async fn stopped(&self, agency: &str) -> Vec<String> {
        let stopped = self.outbox(agency, work_state::STOPPED).await;
        stopped.into_iter().filter_map(|work| work.record.stopped_by).collect()
    }

    /// Every row of every kind, opened.
    pub async fn rows(&self, agency: &str) -> Vec<Row> {
        let mut all = Vec::new();
        for kind in Kind::ALL {
            all.extend(self.rows_of(agency, *kind).await);
        }
        all
    }

    /// Every row of one kind, opened.
    pub async fn rows_of(&self, agency: &str, kind: Kind) -> Vec<Row> {
        let store = &self.app(agency).store;
        let mut all = Vec::new();
        let mut page = Page::first(u32::MAX);
        loop {
            let rows = store.list(kind, page).await.expect("the store reads");
            let Some(last) = rows.last() else { return all };
            page.after = last.position;
            all.extend(rows);
        }
    }

    /// Every file below a directory of this world, with its content.
    pub fn every_file(&self, below: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut waiting = vec![below.to_owned()];
        while let Some(dir) = waiting.pop() {
            for entry in std::fs::read_dir(&dir).expect("a directory of this world").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    waiting.push(path);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    found.push((path, bytes));
                }
            }
        }
        found
    }

    /// The directory of everything.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Stops every node in order.
    pub async fn stop_all(&mut self) {
        let agencies: Vec<&'static str> = self.running.keys().copied().collect();
        for agency in agencies {
            self.stop(agency).await;
        }
    }
}

/// A number from a name, the same in every run.
fn hash(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

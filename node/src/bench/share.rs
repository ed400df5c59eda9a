//! Two nodes, each its own process; the sender is this one, so that each share's time can be taken from inside.

use super::figures::Timed;
use super::{BenchError, Figures, ShareArgs, floor};
use crate::app::{Actor, App, Becomes, Read, ShareAsk, To, Work, rows, work_state};
use crate::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec};
use crate::demo::region::Region;
use crate::demo::setup;
use crate::exchange::courier::Courier;
use crate::serve::{Options, Running, start};
use crate::staff::roles::Role;
use crate::store::{Changes, Kind, Page};
use policy::door::Outcome;
use policy::id::{AgencyId, CaseId, ItemId, PersonId, ProposalId, StaffId, TeamId};
use policy::record::{
    About, Attestation, AttestationScope, Case, Element, Item, ItemValue, Label, ObtainedVia, Person,
    PersonRole, Provenance, Purpose, RecordKind, Row,
};
use policy::time::{Date, UtcTime};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const SENDER: &str = "bench-hospital";
const RECEIVER: &str = "bench-team";
/// Shares and floor take turns, so that a machine that is slower for a while is slower for both.
const TURNS: usize = 8;
/// Shares asked for and approved side by side before the clock runs.
const SEEDING_AT_ONCE: usize = 64;

const fn agency(id: &'static str, name: &'static str, sector: &'static str) -> AgencySpec {
    AgencySpec {
        id,
        name,
        sector,
        team_role: "core",
        telephone: "+1 555 0100",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: "Bench team",
        staff: &[
            StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
            StaffSpec { name: "officer", display: "Officer", roles: &["privacy_officer", "approver"] },
            StaffSpec { name: "chair", display: "Chair", roles: &["chair", "member"] },
        ],
    }
}

const REGION: RegionSpec = RegionSpec {
    trust_domain: "bench.example",
    state: "CA",
    agencies: &[
        agency(SENDER, "Bench Hospital", "hospital"),
        agency(RECEIVER, "Bench Team", "mental_health_provider"),
    ],
    agreements: &[AgreementSpec {
        between: [SENDER, RECEIVER],
        purposes: &["avert_serious_threat", "threat_assessment"],
    }],
};

/// Measures every number in flight.
///
/// # Errors
/// When a node does not start, a share does not go, or the rows do not fit.
pub async fn run(args: &ShareArgs) -> Result<Vec<Figures>, BenchError> {
    let io = |what: &'static str| move |source| BenchError::Io { what: what.into(), source };
    let program = std::env::current_exe().map_err(io("this program's own path is not known"))?;
    let dir = Directory::of(args.dir.as_deref())?;
    let mut region = Region::create(REGION, &dir.path.join("region"), program.clone()).await?;
    region.start_all().await?;
    setup::first_day(&region).await?;
    region.stop(SENDER).await?;
    let sender = start(&region.home(SENDER), Options { background: false, ..Options::default() }).await?;
    let mut all = Vec::new();
    let mut made = 0;
    for (round, in_flight) in args.in_flight.iter().copied().enumerate() {
        let seeded = Seeded::new(&sender.app, round).await?;
        seeded.warm_up(&sender).await?;
        made += args.shares + 1;
        let (bytes, receipt_bytes) = seeded.bytes(&sender.app).await?;
        let under = Floor::start(&program, &region, &dir.path, round, (bytes, receipt_bytes)).await?;
        let (mut timed, mut floor) = (Timed::default(), Timed::default());
        for turn in 0..TURNS {
            let count = args.shares / TURNS + usize::from(turn < args.shares % TURNS);
            seeded.approve_many(&sender.app, count).await?;
            timed.add(drain(&sender, in_flight.max(1)).await?);
            floor.add(under.sender.run(count, in_flight.max(1)).await?);
        }
        under.stop().await?;
        if timed.each.len() != args.shares {
            return Err(BenchError::Off(format!(
                "{} shares were timed, not {}",
                timed.each.len(),
                args.shares
            )));
        }
        all.push(Figures {
            in_flight,
            share_per_s: timed.per_second(),
            floor_per_s: floor.per_second(),
            ratio: timed.per_second() / floor.per_second(),
            p50_ms: timed.percentile_ms(50),
            p99_ms: timed.percentile_ms(99),
            shares: args.shares,
            items_sent: seeded.goes,
            items_withheld: seeded.stays,
            envelope_bytes: bytes,
            rows: None,
        });
    }
    let sent = sender.app.store.count(Kind::Disclosure).await?;
    sender.stop().await?;
    region.stop(RECEIVER).await?;
    let receiver = start(&region.home(RECEIVER), Options { background: false, ..Options::default() }).await?;
    let received = receiver.app.store.count(Kind::Inbound).await?;
    receiver.stop().await?;
    if let Some(last) = all.last_mut() {
        last.rows = Some([sent, received]);
        let expected = u64::try_from(made).unwrap_or(u64::MAX);
        if [sent, received] != [expected; 2] {
            return Err(BenchError::Off(format!(
                "{expected} shares were made; the sender has {sent} disclosures and the receiver {received} messages"
            )));
        }
    }
    Ok(all)
}

/// A case of twenty items, ready to be shared.
#[derive(Clone)]
struct Seeded {
    case: CaseId,
    items: Vec<ItemId>,
    asks: Actor,
    approves: Actor,
    goes: usize,
    stays: usize,
}

impl Seeded {
    async fn new(app: &Arc<App>, round: usize) -> Result<Self, BenchError> {
        let team = app
            .store
            .list(Kind::Team, Page::first(1))
            .await?
            .first()
            .map_or(TeamId::default(), |r| TeamId(r.r.id));
        let who =
            |name: &str| StaffId(format!("spiffe://{}/agency/{SENDER}/staff/{name}", REGION.trust_domain));
        let asks = Actor {
            staff: who("chair"),
            roles: vec![Role::Member],
            teams: Vec::new(),
            qualifications: Vec::new(),
        };
        let approves = Actor {
            staff: who("officer"),
            roles: vec![Role::Approver],
            teams: Vec::new(),
            qualifications: Vec::new(),
        };
        let now = app.now();
        let case = CaseId(app.new_id());
        let person = Person {
            id: PersonId(app.new_id()),
            case,
            roles: vec![PersonRole::PersonOfConcern],
            names: vec![format!("Robin Benchmark {round}")],
            date_of_birth: Date::parse("1984-05-01").ok(),
            is_student: Some(false),
            is_patient: Some(true),
            attends_postsecondary: None,
            consented_to_own_care: None,
            law_enforcement_status: None,
            state: None,
        };
        let mut changes = Changes::default();
        let head = Case {
            id: case,
            team,
            opened_at: now,
            opened_by: asks.staff.clone(),
            exercise: false,
            setting: None,
            process: None,
        };
        changes.puts.push(rows::put_new(Kind::Case.of(case), &head, &[])?);
        changes.puts.push(rows::put_new(Kind::Person.of(person.id), &person, &[])?.under(case));
        for made in judgments(app, case, &asks.staff, now) {
            changes.puts.push(rows::put_new(Kind::Attestation.of(made.id), &made, &[])?.under(case));
        }
        let mut items = Vec::new();
        for n in 0..20_u8 {
            let item = item(ItemId(app.new_id()), case, person.id, n, &asks.staff, now)?;
            items.push(item.id);
            changes.puts.push(rows::put_new(Kind::Item.of(item.id), &item, &[])?.under(case));
        }
        changes.events.push(app.event("bench", "case_seeded", vec![Kind::Case.of(case)]));
        app.commit(changes).await?;
        let mut seeded = Self { case, items, asks, approves, goes: 0, stays: 0 };
        let view = app.preview_share(&seeded.asks, &seeded.ask()).await?;
        seeded.stays = view.items.iter().filter(|i| i.explanation.outcome == Outcome::Withheld).count();
        seeded.goes = view.items.len() - seeded.stays;
        if seeded.stays < 5 || seeded.goes < 5 || !view.stops.is_empty() {
            let why: Vec<_> =
                view.items.iter().flat_map(|i| i.explanation.reasons.clone()).chain(view.stops).collect();
            return Err(BenchError::Off(format!(
                "{} items go and {} stay, at least 5 of each are measured: {}",
                seeded.goes,
                seeded.stays,
                why.join("; ")
            )));
        }
        Ok(seeded)
    }

    fn ask(&self) -> ShareAsk {
        ShareAsk {
            case: self.case,
            to: To::Agency(AgencyId::from(RECEIVER)),
            purpose: Purpose::AvertSeriousThreat,
            packet: None,
            items: self.items.clone(),
            emergency: None,
            becomes: Becomes::Summary,
        }
    }

    async fn approve_one(&self, app: &App) -> Result<ProposalId, BenchError> {
        let view = app.share(&self.asks, &self.ask()).await?;
        let proposal = view.proposal.ok_or_else(|| BenchError::Off("a share was not proposed".into()))?;
        app.approve(&self.approves, proposal, crate::app::Answer::Yes(Vec::new())).await?;
        Ok(proposal)
    }

    async fn warm_up(&self, sender: &Running) -> Result<(), BenchError> {
        self.approve_one(&sender.app).await?;
        drain(sender, 1).await.map(|_| ())
    }

    async fn approve_many(&self, app: &Arc<App>, count: usize) -> Result<(), BenchError> {
        let mut workers = JoinSet::new();
        for worker in 0..SEEDING_AT_ONCE {
            let (app, seeded) = (Arc::clone(app), self.clone());
            let mine = count / SEEDING_AT_ONCE + usize::from(worker < count % SEEDING_AT_ONCE);
            workers.spawn(async move {
                for _ in 0..mine {
                    seeded.approve_one(&app).await?;
                }
                Ok::<_, BenchError>(())
            });
        }
        while let Some(worker) = workers.join_next().await {
            worker.map_err(|e| BenchError::Off(e.to_string()))??;
        }
        Ok(())
    }

    /// Bytes of one envelope, and of the receipt that came back.
    async fn bytes(&self, app: &App) -> Result<(usize, usize), BenchError> {
        let rows = app.store.children(Kind::Disclosure, self.case.0, Page::first(1)).await?;
        let row = rows.into_iter().next().ok_or_else(|| BenchError::Off("nothing was disclosed".into()))?;
        let receipt = Kind::Receipt.of(row.r.id);
        let disclosure: Read<crate::app::Disclosure> = rows::read(row)?;
        let receipt = app.store.get(receipt).await?;
        let receipt = receipt.ok_or_else(|| BenchError::Off("no receipt came back".into()))?;
        let receipt: Read<crate::app::ReceiptRecord> = rows::read(receipt)?;
        Ok((disclosure.bytes.len(), receipt.bytes.len()))
    }
}

/// Six rows that the receiver's column never opens, fourteen that this basis does.
fn item(
    id: ItemId,
    case: CaseId,
    person: PersonId,
    n: u8,
    by: &StaffId,
    now: UtcTime,
) -> Result<Item, BenchError> {
    const ROWS: [u8; 20] = [4, 2, 5, 11, 12, 15, 17, 23, 28, 30, 8, 3, 20, 22, 19, 26, 31, 33, 38, 10];
    let number = ROWS[usize::from(n)];
    let row = Row::new(number).map_err(|e| BenchError::Off(e.to_string()))?;
    Ok(Item {
        id,
        case,
        row,
        labels: if number == 26 { vec![Label::SessionNotes] } else { Vec::new() },
        record_kind: Some(RecordKind::Phi),
        obtained_via: ObtainedVia::Own,
        elements: vec![Element::StatementOfThreatOrCrime],
        about: vec![About { person, record_kind: None }],
        value: ItemValue::Text(format!(
            "Entry {n}: {}",
            "said and seen on the ward, as written down that day. ".repeat(2)
        )),
        own_of: Vec::new(),
        statements: Vec::new(),
        provenance: Provenance {
            recorded_by: by.clone(),
            recorded_at: now,
            source: None,
            received: None,
            purposes: Vec::new(),
            obligations: Vec::new(),
            expires_at: None,
        },
        superseded_by: None,
        sealed_at: None,
        stale: None,
        commitment: None,
    })
}

/// What a treating professional judged: the serious and imminent threat of 45 CFR 164.512(j)(1)(i).
fn judgments(app: &App, case: CaseId, by: &StaffId, now: UtcTime) -> Vec<Attestation> {
    [
        "circumstances.serious_threat",
        "circumstances.imminent",
        "circumstances.emergency_ongoing",
        "circumstances.good_faith_belief",
        "recipient.able_to_prevent_threat",
    ]
    .into_iter()
    .map(|fact| Attestation {
        id: policy::id::AttestationId(app.new_id()),
        case,
        fact: fact.to_owned(),
        value: true,
        scope: AttestationScope::Case,
        reasons: "said so to the charge nurse".to_owned(),
        by: by.clone(),
        role: "treating_professional".to_owned(),
        at: now,
        until: now.plus_days(2),
    })
    .collect()
}

/// Does everything that is due, `in_flight` at once, and takes each share's time.
async fn drain(sender: &Running, in_flight: usize) -> Result<Timed, BenchError> {
    let begun = Instant::now();
    let mut each = Vec::new();
    loop {
        let due = sender.app.store.by_state(Kind::Work, work_state::DUE, None, u32::MAX).await?;
        if due.is_empty() {
            break;
        }
        let due = due.into_iter().map(rows::read).collect::<Result<Vec<Read<Work>>, _>>()?;
        sender.courier.read_together(&due).await;
        let mut running: JoinSet<Result<Duration, BenchError>> = JoinSet::new();
        for work in due {
            if running.len() >= in_flight
                && let Some(done) = running.join_next().await
            {
                each.push(done.map_err(|e| BenchError::Off(e.to_string()))??);
            }
            let courier: Arc<Courier> = Arc::clone(&sender.courier);
            running.spawn(async move {
                let at = Instant::now();
                courier.step(work).await?;
                Ok(at.elapsed())
            });
        }
        while let Some(done) = running.join_next().await {
            each.push(done.map_err(|e| BenchError::Off(e.to_string()))??);
        }
    }
    Ok(Timed { wall: begun.elapsed(), each })
}

/// The floor's two halves: its own process, and the sender here.
struct Floor {
    child: tokio::process::Child,
    sender: floor::Sender,
}

impl Floor {
    async fn start(
        program: &Path,
        region: &Region,
        dir: &Path,
        round: usize,
        (bytes, receipt_bytes): (usize, usize),
    ) -> Result<Self, BenchError> {
        let io = |what: &'static str| move |source| BenchError::Io { what: what.into(), source };
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr());
        let address: SocketAddr = free.map_err(io("no port of the loopback is free"))?;
        let rows = |side: &str| dir.join(format!("floor-{side}-{round}"));
        for side in ["in", "out"] {
            std::fs::create_dir_all(rows(side)).map_err(io("the floor's directory cannot be made"))?;
        }
        let child = tokio::process::Command::new(program)
            .args(["bench", "floor-serve", "--dir"])
            .arg(region.home(RECEIVER))
            .arg("--rows")
            .arg(rows("in"))
            .args(["--receipt-bytes", &receipt_bytes.to_string()])
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(io("the floor's process cannot be started"))?;
        let mut tries = 200;
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tries -= 1;
            if tries == 0 {
                return Err(BenchError::Off("the floor's process does not listen".into()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let sender = floor::Sender::new(&region.home(SENDER), &rows("out"), address, bytes).await?;
        Ok(Self { child, sender })
    }

    async fn stop(mut self) -> Result<(), BenchError> {
        self.sender.close().await?;
        let io = |source| BenchError::Io { what: "the floor's process cannot be stopped".into(), source };
        self.child.kill().await.map_err(io)
    }
}

/// A directory that is removed afterwards, unless it was named.
pub(super) struct Directory {
    pub(super) path: std::path::PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Directory {
    pub(super) fn of(named: Option<&Path>) -> Result<Self, BenchError> {
        let io = |source| BenchError::Io { what: "no temporary directory can be made".into(), source };
        match named {
            Some(path) => Ok(Self { path: path.to_owned(), _temporary: None }),
            None => {
                let temporary = tempfile::tempdir().map_err(io)?;
                Ok(Self { path: temporary.path().to_owned(), _temporary: Some(temporary) })
            }
        }
    }
}

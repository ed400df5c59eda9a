//! `concord bench`: figures that a user can measure on their own machine, beside a floor measured in the same run.
//!
//! `share` times the courier's real path between two nodes, each its own process: load, decide, minimize, encrypt, sign,
//! commit, send, admit, commit, receipt, commit. `cases` times the casework of one member in homes of several sizes. `floor` sends the same bytes over the same TLS with the same grouped durable
//! commits and signatures, and nothing else. Deliberately absent: figures without a ratio; machines differ.

mod cases;
mod figures;
mod floor;
mod share;

use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum BenchVerb {
    /// Disclosures a second between two nodes, and the floor beside it.
    Share(ShareArgs),
    /// How long a member waits, and how that grows from a thousand cases to a million.
    Cases(cases::CasesArgs),
    /// The receiving half of the floor: started by `bench share` in a process of its own.
    #[command(hide = true)]
    FloorServe(FloorArgs),
}

/// How to measure.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Two nodes on this machine, SQLite with full sync on both sides, 20-item cases of which 6 items are
withheld. A share is: work item read, records loaded, decided again, minimized, encrypted, signed, committed, sent, opened,
admitted, committed, receipted, receipt checked and committed. The floor: the same bytes signed,
committed, sent over the same mutual TLS, verified, committed, answered with as many bytes as a receipt has, verified,
committed; one row each time, where a share also has accounting, work and notification.
Both take turns, so that a machine that is slower for a while is slower for both.

  share_per_s   disclosures a second
  floor_per_s   the floor's messages a second
  ratio         share_per_s / floor_per_s
  p50_ms p99_ms time of one share from being taken up to its receipt being durable, in milliseconds

With --json: one line, the figures of the last number in flight, and under `runs` those of each.

Exit code 1 when disclosures, envelopes sent and rows in both databases are not the same number.

Example:
  concord bench share --json"
)]
pub struct ShareArgs {
    /// Shares for each number in flight.
    #[arg(long, default_value_t = 4_000, value_name = "N")]
    pub shares: usize,
    /// Shares under way at once, each measured in turn.
    #[arg(long, default_value = "1,64", value_delimiter = ',', value_name = "N,..")]
    pub in_flight: Vec<usize>,
    /// Directory for the two nodes; must be empty or not exist. Default: a temporary one.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Where the floor's receiver lives.
#[derive(Clone, Debug, Args)]
pub struct FloorArgs {
    /// A node's home; its certificates and roster are used, its records are not.
    #[arg(long)]
    pub dir: PathBuf,
    /// Directory for the floor's own rows.
    #[arg(long)]
    pub rows: PathBuf,
    /// Bytes of a receipt.
    #[arg(long)]
    pub receipt_bytes: usize,
    /// Where to listen.
    #[arg(long)]
    pub listen: std::net::SocketAddr,
}

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The region.
    #[error(transparent)]
    Region(#[from] crate::demo::DemoError),
    /// A node.
    #[error(transparent)]
    Serve(#[from] crate::serve::ServeError),
    /// A verb.
    #[error(transparent)]
    App(#[from] crate::app::AppError),
    /// Rows.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// What was measured is not what was promised.
    #[error("{0}")]
    Off(String),
    /// A file or process.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Figures of one number in flight.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Shares under way at once.
    pub in_flight: usize,
    /// Disclosures a second.
    pub share_per_s: f64,
    /// The floor's messages a second.
    pub floor_per_s: f64,
    /// The first over the second.
    pub ratio: f64,
    /// Median time of one share, milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, milliseconds.
    pub p99_ms: f64,
    /// Shares measured.
    pub shares: usize,
    /// Items that went with each.
    pub items_sent: usize,
    /// Items withheld from each.
    pub items_withheld: usize,
    /// Bytes of one envelope.
    pub envelope_bytes: usize,
    /// Disclosures in the sender's database, and messages in the receiver's: counted once, behind the last number in flight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<[u64; 2]>,
}

/// All that was measured, as one line of JSON.
#[derive(Serialize)]
struct Report<'a> {
    /// The figures of the last number in flight.
    #[serde(flatten)]
    last: &'a Figures,
    /// Those of each.
    runs: &'a [Figures],
}

/// Measures and prints.
///
/// # Errors
/// [`BenchError`].
pub async fn run(verb: &BenchVerb, json: bool) -> Result<String, BenchError> {
    match verb {
        BenchVerb::FloorServe(args) => floor::serve(args).await.map(|()| String::new()),
        BenchVerb::Cases(args) => {
            let report = cases::run(args).await?;
            if !json {
                return Ok(report.text());
            }
            serde_json::to_string(&report).map(|line| line + "\n").map_err(|e| BenchError::Off(e.to_string()))
        }
        BenchVerb::Share(args) => {
            let all = share::run(args).await?;
            if json {
                let report = all.last().map(|last| Report { last, runs: &all });
                let line = serde_json::to_string(&report).map_err(|e| BenchError::Off(e.to_string()))?;
                return Ok(line + "\n");
            }
            let line = |f: &Figures| {
                format!(
                    "{:>3} in flight: {:>7.0} shares/s, floor {:>7.0}/s, ratio {:.2}, p50 {:.2} ms, p99 {:.2} ms\n",
                    f.in_flight, f.share_per_s, f.floor_per_s, f.ratio, f.p50_ms, f.p99_ms
                )
            };
            Ok(all.iter().map(line).collect())
        }
    }
}

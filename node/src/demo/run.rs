//! The demo from beginning to end: make the region, play, compare, say.

use super::play::Player;
use super::region::Region;
use super::report::{AgencyReport, Report, SHAPE};
use super::{DemoError, accounting_check, cast, keep, setup, story};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments of `concord demo`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "Example:\n  concord demo\n  concord demo --keep --dir /tmp/region", after_long_help = long_help())]
pub struct DemoArgs {
    /// Leave the region running in the foreground afterwards, and print commands to try. Ctrl-C stops it.
    #[arg(long)]
    pub keep: bool,
    /// Directory for the region; must be empty or not exist. Default: a new directory that is removed afterwards.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Play only this story; may be repeated. Default: every story.
    #[arg(long, value_name = "NAME")]
    pub story: Vec<String>,
}

fn long_help() -> String {
    format!(
        "Example:\n  concord demo\n  concord demo --keep --dir /tmp/region\n  concord demo --json > report.json\n\n\
         Exit code 0: everything came as it should. 1: something did not; the text marks it OFF.\n\n{SHAPE}"
    )
}

/// Plays. `program` is the executable whose `serve` the nodes run. Gives the report; text has been printed unless `json`.
///
/// # Errors
/// When the region cannot be made or a node does not start.
pub async fn run(args: &DemoArgs, json: bool, program: &Path) -> Result<Report, DemoError> {
    let begun = Instant::now();
    let progress = |text: &str| {
        let _ = writeln!(std::io::stderr(), "[{:6.2} s] {text}", begun.elapsed().as_secs_f64());
    };
    let say = |text: &str| {
        if !json {
            let _ = std::io::stdout().write_all(text.as_bytes());
            let _ = std::io::stdout().flush();
        }
    };
    let stories = chosen(&args.story)?;
    let home = Home::new(args.dir.as_deref())?;
    progress("writing certificates, roster and eight homes");
    let mut region = Region::create(cast::REGION, &home.dir, program.to_owned()).await?;
    progress("starting eight nodes");
    region.start_all().await?;
    progress("the first day: staff, teams, capacities, agreements");
    let teams = setup::first_day(&region).await?;
    let mut report = Report::default();
    describe(&region, &mut report);
    say(&opening(&region));
    let mut player = Player::new(&mut region, &teams);
    for story in &stories {
        progress(&format!("{}: {}", story.name, story.title));
        say(&format!("\n{}\n{}\n", story.title, wrapped(story.about)));
        let played = player.play(story, |step| say(&step.text())).await;
        report.stories.push(played);
    }
    progress("comparing both sides' accounting");
    let cases = player.cases_opened().to_vec();
    // a story that broke off may have left a node down
    region.start_missing().await?;
    report.accounting = accounting_check::compare(&region, &cases).await?;
    report.seconds = begun.elapsed().as_secs_f64();
    report.finish();
    say(&report.closing_text());
    if args.keep {
        let text = keep::commands(&region, program);
        let _ = std::io::stderr().write_all(text.as_bytes());
        // either way the nodes are stopped
        let _ = tokio::signal::ctrl_c().await;
    }
    progress("stopping the nodes");
    region.stop_all().await?;
    Ok(report)
}

fn chosen(names: &[String]) -> Result<Vec<super::script::Story>, DemoError> {
    let all = story::all();
    let known: Vec<&str> = all.iter().map(|story| story.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(DemoError::Spec(format!("there is no story {unknown}; there are {}", known.join(", "))));
    }
    Ok(all.into_iter().filter(|story| names.is_empty() || names.iter().any(|n| n == story.name)).collect())
}

fn describe(region: &Region, report: &mut Report) {
    report.region.dir = region.dir().display().to_string();
    for agency in region.spec.agencies {
        let (staff, exchange) = region
            .addresses(agency.id)
            .map_or_else(Default::default, |(staff, exchange)| (staff.to_string(), exchange.to_string()));
        report.region.agencies.push(AgencyReport {
            id: agency.id.to_owned(),
            name: agency.name.to_owned(),
            sector: agency.sector.to_owned(),
            staff_address: staff,
            exchange_address: exchange,
        });
    }
}

fn opening(region: &Region) -> String {
    let mut out = String::from(
        "A region of eight agencies, each with its own node, database, keys and ports. Every person is invented.\n",
    );
    for agency in region.spec.agencies {
        let process = region.process_id(agency.id).map(|id| format!("process {id}")).unwrap_or_default();
        out.push_str(&format!("  {:<18} {} ({}), {process}\n", agency.id, agency.name, agency.sector));
    }
    out
}

fn wrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the region lies. A directory of our own is removed at the end.
struct Home {
    dir: PathBuf,
    ours: bool,
}

impl Home {
    fn new(dir: Option<&Path>) -> Result<Self, DemoError> {
        if let Some(dir) = dir {
            return Ok(Self { dir: dir.to_owned(), ours: false });
        }
        let dir = std::env::temp_dir().join(format!("concord-demo-{}", std::process::id()));
        Ok(Self { dir, ours: true })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.ours {
            // nothing depends on it; what cannot be removed lies in the temporary directory
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

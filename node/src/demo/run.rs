//! The demo from beginning to end: make the region, play, compare, say.

use super::play::{CaseOpened, Player};
use super::region::Region;
use super::report::{AgencyReport, Report, SHAPE};
use super::script::Story;
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
/// When the region cannot be made, a node does not start, or somebody presses Ctrl-C. The nodes are stopped all the same.
pub async fn run(args: &DemoArgs, json: bool, program: &Path) -> Result<Report, DemoError> {
    let stories = chosen(&args.story)?;
    let mut home = Home::new(args.dir.as_deref());
    let talk = Talk { begun: Instant::now(), json };
    let played = tokio::select! {
        played = play(&stories, &home.dir, program, &talk) => played,
        _ = tokio::signal::ctrl_c() => Err(DemoError::Interrupted),
    };
    let worth_a_look = match &played {
        Ok((report, ..)) => !report.ok,
        Err(error) => !matches!(error, DemoError::DirectoryInUse(_) | DemoError::Interrupted),
    };
    if worth_a_look {
        home.ours = false;
        talk.progress(&format!("the region's files and logs are kept in {}", home.dir.display()));
    }
    let (report, mut region, cases) = played?;
    if args.keep {
        let _ = std::io::stderr()
            .write_all(keep::commands(&region, program, &cases, &report.accounting.pairs).as_bytes());
        let _ = tokio::signal::ctrl_c().await;
    }
    talk.progress("stopping the nodes");
    region.stop_all().await?;
    Ok(report)
}

/// What the demo says while it goes on: progress beside the report.
struct Talk {
    begun: Instant,
    json: bool,
}

impl Talk {
    fn progress(&self, text: &str) {
        // nobody listening is no reason to stop
        let _ = writeln!(std::io::stderr(), "[{:6.2} s] {text}", self.begun.elapsed().as_secs_f64());
    }

    fn say(&self, text: &str) {
        if !self.json {
            let mut out = std::io::stdout();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
    }
}

async fn play(
    stories: &[Story],
    dir: &Path,
    program: &Path,
    talk: &Talk,
) -> Result<(Report, Region, Vec<CaseOpened>), DemoError> {
    talk.progress("writing certificates, roster and eight homes");
    let mut region = Region::create(cast::REGION, dir, program.to_owned()).await?;
    talk.progress("starting eight nodes");
    region.start_all().await?;
    talk.progress("the first day: staff, teams, capacities, agreements");
    let teams = setup::first_day(&region).await?;
    let mut report = Report::default();
    describe(&region, &mut report);
    talk.say(&opening(&region));
    let mut player = Player::new(&mut region, &teams);
    for story in stories {
        talk.progress(&format!("{}: {}", story.name, story.title));
        talk.say(&format!("\n{}\n{}\n", story.title, wrapped(story.about)));
        let played = player.play(story, |step| talk.say(&step.text())).await;
        report.stories.push(played);
    }
    talk.progress("comparing both sides' accounting");
    let cases = player.cases_opened().to_vec();
    // a story that broke off may have left a node down
    region.start_missing().await?;
    report.accounting = accounting_check::compare(&region, &cases).await?;
    report.seconds = talk.begun.elapsed().as_secs_f64();
    report.finish();
    talk.say(&report.closing_text());
    Ok((report, region, cases))
}

fn chosen(names: &[String]) -> Result<Vec<Story>, DemoError> {
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
    fn new(dir: Option<&Path>) -> Self {
        if let Some(dir) = dir {
            return Self { dir: dir.to_owned(), ours: false };
        }
        // what an earlier run left under this process id is not ours to remove
        let named =
            |number: u32| std::env::temp_dir().join(format!("concord-demo-{}-{number}", std::process::id()));
        let dir = (0..).map(named).find(|dir| !dir.exists()).unwrap_or_default();
        Self { dir, ours: true }
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

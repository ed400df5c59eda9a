//! `reporter`, `watcher`, `equity`: what lies apart from every case.

use super::input::read_text;
use super::page::Page;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    EquityCount, EquityCountsRequest, OpenIdentityRequest, OpenIdentityResponse, RecordEquityRequest,
    SealIdentityRequest,
};
use std::path::PathBuf;

/// What to do with who reported.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  concord reporter seal 7a..3b --identity-file who.txt --how 'asked that only the chair knows'
  concord reporter open 7a..3b --reason-file why.txt

The identity file has the name in its first line and where to reach them in the second. Nothing
shows what is sealed but `open`, and of that the privacy officers, the team's chair and whoever
sealed it are told.")]
pub enum ReporterVerb {
    /// Seal who reported (intake, chair).
    Seal(SealArgs),
    /// Open who reported, with a reason; others are told (chair, privacy officer of the team).
    Open(OpenArgs),
}

/// What to do with who watches for a tripwire.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  concord watcher seal 7a..3b --tripwire 90..c4 --identity-file who.txt
  concord watcher open 7a..3b --tripwire 90..c4 --reason-file why.txt")]
pub enum WatcherVerb {
    /// Seal who watches (intake, chair).
    Seal(SealWatcherArgs),
    /// Open who watches, with a reason; others are told (chair, privacy officer of the team).
    Open(OpenWatcherArgs),
}

/// Arguments of `reporter seal`.
#[derive(Debug, Args)]
pub struct SealArgs {
    /// The case.
    case: String,
    /// File with the name in the first line and the contact in the second; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    identity_file: PathBuf,
    /// How they came to be known, or what was promised to them.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    how: String,
}

/// Arguments of `watcher seal`.
#[derive(Debug, Args)]
pub struct SealWatcherArgs {
    /// Who, of which case.
    #[command(flatten)]
    seal: SealArgs,
    /// The entry that set the tripwire.
    #[arg(long, value_name = "ENTRY")]
    tripwire: String,
}

/// Arguments of `reporter open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The case.
    case: String,
    /// File with the reason, 20 characters at least; `-` reads standard input. It stays on record.
    #[arg(long, value_name = "FILE")]
    reason_file: PathBuf,
    /// Which one, where several are sealed.
    #[arg(long, value_name = "SEALED", default_value = "", hide_default_value = true)]
    sealed: String,
}

/// Arguments of `watcher open`.
#[derive(Debug, Args)]
pub struct OpenWatcherArgs {
    /// Who, of which case.
    #[command(flatten)]
    open: OpenArgs,
    /// The entry that set the tripwire.
    #[arg(long, value_name = "ENTRY")]
    tripwire: String,
}

impl ReporterVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Seal(args) => args.run(s, "reporter", String::new()).await,
            Self::Open(args) => args.run(s, "reporter", String::new()).await,
        }
    }
}

impl WatcherVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Seal(args) => args.seal.run(s, "watcher", args.tripwire).await,
            Self::Open(args) => args.open.run(s, "watcher", args.tripwire).await,
        }
    }
}

/// A name in the first line, where to reach them in the second.
pub(super) fn identity(text: &str) -> Result<(String, String), Failure> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let name = lines.next().ok_or_else(|| {
        Failure::usage(
            "the identity file is empty: the name in the first line, where to reach them in the second",
        )
    })?;
    let contact = lines.next().unwrap_or_default();
    if lines.next().is_some() {
        return Err(Failure::usage(
            "the identity file has more than two lines: name, then where to reach them",
        ));
    }
    Ok((name.to_owned(), contact.to_owned()))
}

impl SealArgs {
    async fn run(self, s: &mut Session, whose: &str, tripwire_id: String) -> Result<Printed, Failure> {
        let (name, contact) = identity(&read_text(&self.identity_file)?)?;
        let (whose, how) = (whose.to_owned(), self.how);
        let request = SealIdentityRequest { case_id: self.case, whose, tripwire_id, name, contact, how };
        let sealed = s.client.seal_identity(request).await?.into_inner();
        s.print(&sealed, |sealed, page| page.line(format_args!("sealed {}", sealed.sealed_id)))
    }
}

impl OpenArgs {
    async fn run(self, s: &mut Session, whose: &str, tripwire_id: String) -> Result<Printed, Failure> {
        let reason = read_text(&self.reason_file)?.trim().to_owned();
        let request = OpenIdentityRequest {
            case_id: self.case,
            whose: whose.to_owned(),
            tripwire_id,
            sealed_id: self.sealed,
            reason,
        };
        let opened = s.client.open_identity(request).await?.into_inner();
        s.print(&opened, identity_page)
    }
}

fn identity_page(who: &OpenIdentityResponse, page: &mut Page) {
    page.field("name", &who.name);
    page.field("contact", &who.contact);
    page.field("how", &who.how);
    page.field("sealed", format_args!("{} by {}", who.sealed_at, who.sealed_by));
    for o in &who.openings {
        page.field("opened", format_args!("{} by {}: {}", o.at, o.by, o.reason));
    }
    page.line("The privacy officers, the team's chair and whoever sealed it have been told.");
}

/// What to do with what people said of themselves.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  concord equity record 7a..3b --race-ethnicity asian --race-ethnicity white --age-band 18_25 --sex declined
  concord equity counts 2026 3

Every answer is voluntary, is the person's own, and is kept apart from the case: nobody on the team
can read it back. Counts are of quarters that have ended; those of 1 to 10 are hidden.")]
pub enum EquityVerb {
    /// Record what a person said of themselves; what was recorded before is replaced.
    Record(EquityRecordArgs),
    /// Counts of a quarter that has ended (privacy officer).
    Counts(EquityCountsArgs),
}

/// Arguments of `equity record`.
#[derive(Debug, Args)]
pub struct EquityRecordArgs {
    /// The case.
    case: String,
    /// american_indian_alaska_native, asian, black_african_american, hispanic_latino, middle_eastern_north_african,
    /// native_hawaiian_pacific_islander, white, other, or declined; several are allowed.
    #[arg(long, value_name = "CODE")]
    race_ethnicity: Vec<String>,
    /// female, male, other or declined.
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    sex: String,
    /// under_12, 12_17, 18_25, 26_39, 40_64, 65_over or declined.
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    age_band: String,
    /// none, 504_plan, special_education, disability or declined.
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    disability: String,
    /// Three letters of ISO 639-3 such as spa, or declined.
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    language: String,
}

/// Arguments of `equity counts`.
#[derive(Debug, Args)]
pub struct EquityCountsArgs {
    /// Such as 2026.
    year: u32,
    /// 1 to 4.
    quarter: u32,
}

impl EquityVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Record(args) => {
                let request = RecordEquityRequest {
                    case_id: args.case,
                    race_ethnicity: args.race_ethnicity,
                    sex: args.sex,
                    age_band: args.age_band,
                    disability: args.disability,
                    language: args.language,
                };
                let done = s.client.record_equity(request).await?.into_inner();
                s.print(&done, |_, page| page.line("recorded, apart from the case; it cannot be read back"))
            }
            Self::Counts(args) => {
                let request = EquityCountsRequest { year: args.year, quarter: args.quarter };
                let counts = s.client.equity_counts(request).await?.into_inner();
                s.print(&counts, |all, page| {
                    let row = |c: &EquityCount| {
                        let shown = c.count.map_or_else(|| "hidden".to_owned(), |n| n.to_string());
                        vec![c.question.clone(), c.code.clone(), shown]
                    };
                    page.table(
                        &["question", "code", "people"],
                        &all.counts.iter().map(row).collect::<Vec<_>>(),
                    );
                    page.line(format_args!(
                        "hidden: from 1 to {}, or so that another cannot be worked out",
                        all.shown_from.saturating_sub(1)
                    ));
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_two_lines() {
        assert_eq!(
            identity("Kim Example\n+1 555 0101\n").unwrap(),
            ("Kim Example".into(), "+1 555 0101".into())
        );
        assert_eq!(identity("Kim Example").unwrap().1, "");
        assert!(identity(" \n").is_err() && identity("a\nb\nc").is_err());
    }
}

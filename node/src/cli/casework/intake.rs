//! `report take | message | show`, `triage`, `screen-out`, `inquiry open`, `consult`.

use super::super::input::parse_yes_no;
use super::super::{Failure, Printed, Session};
use super::act::{self, Given, RecordFile, act, put, put_text, replace};
use super::history;
use clap::{Args, Subcommand};
use proto::agency::v1::{ActRequest, Consultation, OpenInquiry, Report, ReporterMessage, ScreenOut, Triage};
use std::path::PathBuf;

/// Reports.
#[derive(Debug, Subcommand)]
pub enum ReportVerb {
    /// Take a report: it begins a case.
    #[command(
        after_help = "Example:\n  concord report take --team 4f..e2 --channel telephone --narrative-file - --weapon no --target yes\n  concord report take --team 4f..e2 --anonymous --may-come-back --from report.json"
    )]
    Take(Box<TakeArgs>),
    /// Write to the reporter, or write down what the reporter says.
    #[command(
        after_help = "Example:\n  concord report message 7a..3b --text-file question.txt\n  concord report message 7a..3b --from-reporter --text-file -"
    )]
    Message {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// The reporter says it; default: the team does.
        #[arg(long)]
        from_reporter: bool,
        /// File with the words; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        text_file: Option<PathBuf>,
    },
    /// Show what was reported in a case, and what was said since.
    #[command(after_help = "Example:\n  concord report show 7a..3b")]
    Show {
        /// The case.
        case: String,
    },
}

/// A report.
#[derive(Debug, Args)]
pub struct TakeArgs {
    /// The team that takes it.
    #[arg(long)]
    team: String,
    /// A drill.
    #[arg(long)]
    exercise: bool,
    /// What it starts from.
    #[command(flatten)]
    record: RecordFile,
    /// How it came: `in_person`, `telephone`, `letter`, `staff`, `agency`.
    #[arg(long, value_name = "WORD")]
    channel: Option<String>,
    /// The reporter wants no name kept; default: their name is kept apart, sealed.
    #[arg(long)]
    anonymous: bool,
    /// File with what was seen or heard, 48 KiB at most; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    narrative_file: Option<PathBuf>,
    /// File with where it happened.
    #[arg(long, value_name = "FILE")]
    place_file: Option<PathBuf>,
    /// File with when it happened, in words.
    #[arg(long, value_name = "FILE")]
    happened_file: Option<PathBuf>,
    /// File with who is at risk now.
    #[arg(long, value_name = "FILE")]
    at_risk_file: Option<PathBuf>,
    /// File with how the reporter knows.
    #[arg(long, value_name = "FILE")]
    how_known_file: Option<PathBuf>,
    /// Whether a weapon was mentioned; leave it out where nobody asked.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    weapon: Option<bool>,
    /// Whether a target was named; leave it out where nobody asked.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    target: Option<bool>,
    /// Somebody may be in danger now.
    #[arg(long)]
    imminent: bool,
    /// We may come back to the reporter.
    #[arg(long)]
    may_come_back: bool,
    /// The reporter wants to be told that it was dealt with.
    #[arg(long)]
    wants_outcome: bool,
    /// The member of the team who reports, by SPIFFE URI: stands aside from judging.
    #[arg(long, value_name = "STAFF")]
    reporting_member: Option<String>,
}

impl TakeArgs {
    async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut report: Report = self.record.read()?;
        put(&mut report.channel, self.channel);
        if self.anonymous {
            report.anonymity = "anonymous".to_owned();
        } else if report.anonymity.is_empty() {
            report.anonymity = "confidential".to_owned();
        }
        if report.channel.is_empty() {
            report.channel = "staff".to_owned();
        }
        put_text(&mut report.narrative, self.narrative_file)?;
        put_text(&mut report.place, self.place_file)?;
        put_text(&mut report.happened, self.happened_file)?;
        put_text(&mut report.at_risk_now, self.at_risk_file)?;
        put_text(&mut report.how_known, self.how_known_file)?;
        report.weapon_mentioned = self.weapon.or(report.weapon_mentioned);
        report.target_named = self.target.or(report.target_named);
        report.possibly_imminent |= self.imminent;
        report.may_come_back |= self.may_come_back;
        report.wants_outcome |= self.wants_outcome;
        put(&mut report.reporting_member, self.reporting_member);
        let request = ActRequest {
            team_id: self.team,
            act: Some(act!(report: report)),
            replaces: self.record.replaces,
            exercise: self.exercise,
            ..ActRequest::default()
        };
        act::request(s, request).await
    }
}

impl ReportVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Take(args) => args.run(s).await,
            Self::Message { given, from_reporter, text_file } => {
                let mut message: ReporterMessage = given.read()?;
                message.from_reporter |= from_reporter;
                put_text(&mut message.text, text_file)?;
                given.send(s, act!(message: message)).await
            }
            Self::Show { case } => {
                let mut shown = act::history(s, &case).await?;
                let is_of_report = |word: &str| matches!(word, "report" | "message");
                shown.entries.retain(|e| is_of_report(&e.word));
                s.print(&shown, |shown, page| {
                    shown.entries.iter().for_each(|entry| history::entry(entry, "", page));
                })
            }
        }
    }
}

/// Triage.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord triage 7a..3b --second spiffe://region.example/agency/school/staff/lee"
)]
pub struct TriageArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// The intake coordinator; default: me.
    #[arg(long, value_name = "STAFF")]
    coordinator: Option<String>,
    /// The member of another discipline who looks at it too.
    #[arg(long, value_name = "STAFF")]
    second: Option<String>,
}

impl TriageArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut triage: Triage = self.given.read()?;
        put(&mut triage.coordinator, self.coordinator);
        put(&mut triage.second, self.second);
        if triage.coordinator.is_empty() {
            triage.coordinator = act::me(s).await?;
        }
        self.given.send(s, act!(triage: triage)).await
    }
}

/// Screening out.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord screen-out 7a..3b --reason plainly_innocuous --sentence-file why.txt"
)]
pub struct ScreenOutArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Why: `not_a_btam_matter`, `plainly_innocuous`, `nothing_to_act_on`, `duplicate`, `belongs_elsewhere`.
    #[arg(long, value_name = "WORD")]
    reason: Option<String>,
    /// File with why, in a sentence without names.
    #[arg(long, value_name = "FILE")]
    sentence_file: Option<PathBuf>,
}

impl ScreenOutArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut screened: ScreenOut = self.given.read()?;
        put(&mut screened.reason, self.reason);
        put_text(&mut screened.sentence, self.sentence_file)?;
        self.given.send(s, act!(screen_out: screened)).await
    }
}

/// Inquiries.
#[derive(Debug, Subcommand)]
pub enum InquiryVerb {
    /// Open an inquiry on observations of behavior.
    #[command(after_help = "Example:\n  concord inquiry open 7a..3b --observation 1c..90")]
    Open {
        /// Where and what from.
        #[command(flatten)]
        given: Given,
        /// Observations it starts from.
        #[arg(long = "observation", value_name = "ENTRY")]
        observations: Vec<String>,
        /// File with what is to be found out.
        #[arg(long, value_name = "FILE")]
        questions_file: Option<PathBuf>,
    },
}

impl InquiryVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Self::Open { given, observations, questions_file } = self;
        let mut inquiry: OpenInquiry = given.read()?;
        replace(&mut inquiry.observations, observations);
        put_text(&mut inquiry.questions, questions_file)?;
        given.send(s, act!(open_inquiry: inquiry)).await
    }
}

/// Advice.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord consult --team 4f..e2 --situation-file - --until 2026-12-05T18:00:00Z\n  concord consult --case 7a..3b --replaces 1c..90 --from consultation.json"
)]
pub struct ConsultArgs {
    /// The team, where it begins.
    #[arg(long, required_unless_present = "case", conflicts_with = "case")]
    team: Option<String>,
    /// The case, where it goes on, or where a report turns out to be a question.
    #[arg(long)]
    case: Option<String>,
    /// A drill.
    #[arg(long)]
    exercise: bool,
    /// What it starts from.
    #[command(flatten)]
    record: RecordFile,
    /// File with the situation, without names, places, dates or numbers.
    #[arg(long, value_name = "FILE")]
    situation_file: Option<PathBuf>,
    /// File with the advice, likewise.
    #[arg(long, value_name = "FILE")]
    advice_file: Option<PathBuf>,
    /// When it closes itself.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl ConsultArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut consultation: Consultation = self.record.read()?;
        put_text(&mut consultation.situation, self.situation_file)?;
        put_text(&mut consultation.advice, self.advice_file)?;
        put(&mut consultation.until, self.until);
        let request = ActRequest {
            case_id: self.case.unwrap_or_default(),
            team_id: self.team.unwrap_or_default(),
            act: Some(act!(consult: consultation)),
            replaces: self.record.replaces,
            exercise: self.exercise,
        };
        act::request(s, request).await
    }
}

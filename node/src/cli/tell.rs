//! `tell`: what somebody who saw or heard something tells a team, and how they come back. A client of the intake alone: no
//! certificate, no staff directory.

use super::input::{TextInput, parse_yes_no, read_text};
use super::page::Page;
use super::vault::identity;
use super::{Failure, Global, Printed, Session};
use crate::clock::SystemClock;
use crate::tls::{CallError, CallFailure, OpenConnector, SpiffeId, read_authorities};
use clap::{Args, Subcommand};
use hyper::Uri;
use proto::intake::v1::intake_client::IntakeClient;
use proto::intake::v1::{
    ComeBackRequest, ComeBackResponse, Confidential, ReportRequest, ReportResponse, SayRequest, SayResponse,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// Longest wait for an answer: one about a code can be slow on purpose.
const CALL_SECONDS_MAX: u64 = 60;

/// Arguments of `tell`.
#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  concord tell --node intake.example:7402 --ca ca.pem --text-file - < what-i-saw.txt
  concord tell --node intake.example:7402 --ca ca.pem --text-file note.txt --weapon yes --imminent
  concord tell back 7KQ2-M9XD-4TRB-0HNE-W3ZA --node intake.example:7402 --ca ca.pem
  concord tell more - --node intake.example:7402 --ca ca.pem --text-file more.txt < code.txt

--node is the address of an agency's intake, and --ca its authority's certificate; you need neither
a certificate nor an account. Nobody is told who you are, unless you say so with --identity-file.
If somebody is in danger now: telephone 911 first.")]
pub struct TellArgs {
    /// Certificates of the authorities, PEM.
    #[arg(long, value_name = "FILE", global = true)]
    ca: Option<PathBuf>,
    /// The one node that has to answer: its SPIFFE URI.
    #[arg(long, value_name = "URI", global = true)]
    answers: Option<String>,
    /// Come back, or say more.
    #[command(subcommand)]
    verb: Option<TellVerb>,
    /// What was seen or heard.
    #[command(flatten)]
    report: ReportArgs,
}

/// Come back, or say more.
#[derive(Debug, Subcommand)]
pub enum TellVerb {
    /// Read what the team said since.
    Back {
        /// The code of your report; `-` reads it from standard input.
        code: String,
    },
    /// Say more.
    More {
        /// The code of your report; `-` reads it from standard input.
        code: String,
        /// What to say.
        #[command(flatten)]
        text: TextInput,
    },
}

/// A report, facts first.
#[derive(Debug, Args)]
struct ReportArgs {
    /// What you saw or heard.
    #[command(flatten)]
    text: TextInput,
    /// Where.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    place: String,
    /// When it happened.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    happened: String,
    /// Who is at risk now.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    at_risk: String,
    /// Whether a weapon was mentioned: yes or no.
    #[arg(long, value_name = "YES|NO", value_parser = parse_yes_no)]
    weapon: Option<bool>,
    /// Whether somebody was named as a target: yes or no.
    #[arg(long, value_name = "YES|NO", value_parser = parse_yes_no)]
    target: Option<bool>,
    /// Somebody may be in danger now: telephone first.
    #[arg(long)]
    imminent: bool,
    /// How you know.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    how_known: String,
    /// The team may ask you something, through the code.
    #[arg(long)]
    may_come_back: bool,
    /// You want to be told that it was dealt with.
    #[arg(long)]
    wants_outcome: bool,
    /// The team to tell, by its public name; without it the agency's own choice.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    team: String,
    /// File with your name in the first line and how to reach you in the second: it is sealed apart from the report.
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,
}

impl TellArgs {
    /// Runs it.
    pub async fn run(self, global: &Global) -> Result<Printed, Failure> {
        let node = global.node.as_deref().unwrap_or_default();
        let mut client = client(global.node.as_deref(), self.ca.as_deref(), self.answers.as_deref())?;
        match self.verb {
            None => {
                let told =
                    client.report(self.report.request()?).await.map_err(|e| failed(node, &e))?.into_inner();
                print(global, &told, report_page)
            }
            Some(TellVerb::Back { code }) => {
                let request = ComeBackRequest { return_code: code_of(code)? };
                let news = client.come_back(request).await.map_err(|e| failed(node, &e))?.into_inner();
                print(global, &news, news_page)
            }
            Some(TellVerb::More { code, text }) => {
                let request = SayRequest { return_code: code_of(code)?, text: text.required("what to say")? };
                let said = client.say(request).await.map_err(|e| failed(node, &e))?.into_inner();
                print(global, &said, |said: &SayResponse, page| {
                    page.line(&said.what_happens_next);
                    page.line(&said.if_someone_is_in_danger);
                })
            }
        }
    }
}

impl ReportArgs {
    fn request(self) -> Result<ReportRequest, Failure> {
        let confidential = match &self.identity_file {
            Some(file) => {
                let (name, contact) = identity(&read_text(file)?)?;
                Some(Confidential { name, contact })
            }
            None => None,
        };
        Ok(ReportRequest {
            narrative: self.text.required("what you saw or heard")?,
            place: self.place,
            happened: self.happened,
            at_risk_now: self.at_risk,
            weapon_mentioned: self.weapon,
            target_named: self.target,
            possibly_imminent: self.imminent,
            how_known: self.how_known,
            may_come_back: self.may_come_back,
            wants_outcome: self.wants_outcome,
            team: self.team,
            confidential,
        })
    }
}

fn code_of(code: String) -> Result<String, Failure> {
    if code == "-" { read_text(Path::new("-")).map(|text| text.trim().to_owned()) } else { Ok(code) }
}

fn client(
    node: Option<&str>,
    ca: Option<&Path>,
    answers: Option<&str>,
) -> Result<IntakeClient<Channel>, Failure> {
    let address = node.ok_or_else(|| Failure::usage("name the agency's intake with --node HOST:PORT"))?;
    let ca = ca.ok_or_else(|| Failure::usage("name the authority's certificate with --ca FILE"))?;
    let expected = answers.map(SpiffeId::parse).transpose();
    let expected = expected.map_err(|e| Failure::usage(format!("--answers: {e}")))?;
    let authorities = read_authorities(ca).map_err(Failure::chain)?;
    let connector = OpenConnector::new(address.to_owned(), &authorities, expected, Arc::new(SystemClock));
    let endpoint = Endpoint::from(Uri::from_static("http://node.invalid"))
        .timeout(Duration::from_secs(CALL_SECONDS_MAX));
    Ok(IntakeClient::new(endpoint.connect_with_connector_lazy(connector.map_err(Failure::chain)?)))
}

/// A call that came to nothing, for somebody who knows nothing of nodes. What the intake itself says is said as it is.
fn failed(node: &str, status: &Status) -> Failure {
    let what = match CallError::of(status).kind {
        CallFailure::Unreachable if status.code() != Code::Cancelled => {
            format!("{node} cannot be reached, or does not answer")
        }
        CallFailure::WeRefused => {
            format!("what answers at {node} is not the agency that --ca and --answers speak of")
        }
        CallFailure::Status(code) if code != Code::Unimplemented => {
            return Failure::from(status.clone());
        }
        _ => format!("what answers at {node} takes no reports: it is another port, or it is stopping"),
    };
    Failure::unreachable(format!(
        "{what}. Nothing was told: compare the address with what the agency gave out, or telephone them. \
         If somebody is in danger now: telephone 911"
    ))
}

fn print<T: Serialize>(
    global: &Global,
    answer: &T,
    page: impl FnOnce(&T, &mut Page),
) -> Result<Printed, Failure> {
    Session::print_as(global.json, answer, page)
}

fn report_page(told: &ReportResponse, page: &mut Page) {
    page.line(&told.if_someone_is_in_danger);
    page.heading(format_args!("Your return code: {}", told.return_code));
    page.line(&told.what_happens_next);
}

fn news_page(news: &ComeBackResponse, page: &mut Page) {
    page.line(&news.state_in_words);
    for message in &news.messages {
        page.heading(format_args!("The team, on {}:", message.day));
        page.line(&message.text);
    }
    page.heading(&news.if_someone_is_in_danger);
}

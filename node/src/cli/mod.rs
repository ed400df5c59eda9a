//! The command line: parse arguments, make one call, print, exit code. No rules live here.
//!
//! Caller: `main`. Most verbs are clients of the staff API, as any other program could be; `init` and `decide` need no
//! node. Deliberately absent: a way around the staff API, and personal data in arguments where a file or standard
//! input will do.

mod attest;
mod capacity;
mod case;
mod casework;
mod connect;
mod contact;
mod decide;
mod demo;
mod document;
mod failure;
mod hat;
mod inbox;
mod init;
mod input;
mod item;
mod law;
mod oversight;
mod page;
mod permission;
mod person;
mod process;
mod referral;
mod release;
mod request;
mod roster;
mod search;
mod serve;
mod session;
mod share;
mod show;
mod staff;
mod tell;
mod training;
mod vault;

pub use connect::{CONNECTION_FILE, Connection, Place};
pub use failure::{Exit, Failure};
pub use session::{Printed, Session};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  refused or denied: a rule says no, or nothing of it may go
  2  usage or bad input: an argument, a file or a field
  3  the node cannot be reached
  4  not permitted: the role does not allow it, or nothing with this id is open to you

--json prints one JSON object on one line, with the field names of the staff API
(proto/schema/concord/agency/v1), or {\"error\": \"..\", \"exit\": n}.

A staff directory holds staff.pem (your certificate), staff.key (its key, chmod 600), ca.pem (the
authorities) and connection.toml with two lines:
  address = \"127.0.0.1:7401\"
  node = \"spiffe://region.example/agency/county-hospital\"

Personal data: write it into a file or pipe it (`--text-file -`), so that it stays out of the
shell's history and the list of processes.

This program does not give legal advice. If someone is in danger now: telephone 911.";

/// Consented, minimal case information between agencies that keep their own records.
#[derive(Debug, Parser)]
#[command(name = "concord", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    /// Options of every verb.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every verb.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Address of the node's staff port, HOST:PORT, in place of the one in the staff directory; or a staff directory.
    #[arg(long, global = true, value_name = "HOST:PORT|DIR")]
    pub node: Option<String>,
    /// Staff directory: who you are and where the node is (see below).
    #[arg(long, global = true, value_name = "DIR", env = "CONCORD_STAFF", hide_env_values = true)]
    pub staff: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Ask the law alone: facts in, decision out. Needs no node.
    Decide(decide::DecideArgs),
    /// The law book, its facts, and other versions of it. Needs no node.
    Law(law::LawArgs),
    /// How a case goes: states, steps, guards, who has to be at the table. Needs no node.
    Process(process::ProcessArgs),
    /// Play a region of eight agencies on this machine: what went, what stayed, and why.
    Demo(crate::demo::DemoArgs),
    /// Make the home of a new node.
    Init(init::InitArgs),
    /// Run the node of a home.
    Serve(serve::ServeArgs),
    /// A member's roster entry; the coordinator's signature.
    #[command(subcommand)]
    Roster(roster::RosterVerb),
    /// Measure this machine, each figure beside a floor of the same run.
    #[command(subcommand)]
    Bench(crate::bench::BenchVerb),

    /// Tell a team what you saw or heard, and come back with a code. Needs no certificate.
    Tell(tell::TellArgs),

    /// Who I am to the node.
    Whoami,
    /// Add and list staff (administrator).
    #[command(subcommand)]
    Staff(staff::StaffVerb),
    /// Create teams, add people to them.
    #[command(subcommand)]
    Team(staff::TeamVerb),
    /// Record and list trainings of members.
    #[command(subcommand)]
    Training(training::TrainingVerb),
    /// Put on one of two hats, for a member who is police.
    #[command(subcommand)]
    Session(hat::SessionVerb),

    /// Open, list and show cases.
    #[command(subcommand)]
    Case(case::CaseVerb),
    /// Work in cases.
    #[command(flatten)]
    Casework(Box<casework::CaseworkVerb>),
    /// Look for a name among the people of one own team's cases.
    Search(search::SearchArgs),
    /// Add a person to a case.
    #[command(subcommand)]
    Person(person::PersonVerb),
    /// Add somebody outside any node who may be told something.
    #[command(subcommand)]
    Contact(contact::ContactVerb),
    /// Add, correct, label and list items of information.
    #[command(subcommand)]
    Item(item::ItemVerb),
    /// Record and list what people signed or said.
    #[command(subcommand)]
    Permission(permission::PermissionVerb),
    /// Record that a person revoked a permission.
    Revoke(permission::RevokeArgs),
    /// Record and list judgments of named people.
    #[command(subcommand)]
    Attest(attest::AttestVerb),
    /// Record and list legal instruments.
    #[command(subcommand)]
    Document(document::DocumentVerb),

    /// Seal and open who reported.
    #[command(subcommand)]
    Reporter(vault::ReporterVerb),
    /// Seal and open who watches for a tripwire.
    #[command(subcommand)]
    Watcher(vault::WatcherVerb),
    /// Record and count what people said of themselves, apart from every case.
    #[command(subcommand)]
    Equity(vault::EquityVerb),

    /// Sign what this agency is under the law; confirm state rows (privacy officer).
    #[command(subcommand)]
    Capacity(capacity::CapacityVerb),
    /// Countersign, end and list agreements with other agencies.
    #[command(subcommand)]
    Agreement(capacity::AgreementVerb),

    /// Preview or ask for a share; in an emergency send at once.
    Share(share::ShareArgs),
    /// Approve, narrow or deny a share; without an id list what waits.
    Approve(release::ApproveArgs),
    /// Review an emergency that another person sent.
    Review(release::ReviewArgs),
    /// Ask another agency for information; without a case list requests.
    Request(request::RequestArgs),
    /// Answer a request, with items or with nothing.
    Answer(request::AnswerArgs),

    /// Referrals: how they stand, answering one that came, taking one back.
    #[command(subcommand)]
    Referral(referral::ReferralVerb),

    /// List what arrived; with an id open it.
    Inbox(inbox::InboxArgs),
    /// Link a message to a case.
    Link(inbox::LinkArgs),
    /// List what was not admitted (privacy officer).
    Quarantine(inbox::QuarantineArgs),
    /// Record what was told outside the node.
    RecordDisclosure(release::RecordDisclosureArgs),

    /// Accounting of disclosures of a case or person.
    Accounting(oversight::AccountingArgs),
    /// Record that an agency or official asks that the person not be told for a time (privacy officer).
    SuspendAccounting(oversight::SuspendAccountingArgs),
    /// Where a message, disclosure or proposal is, and what stopped it.
    Trace(oversight::TraceArgs),
    /// List what waits for a person; take one.
    Notifications(oversight::NotificationsArgs),
    /// Who did what, by ids and kinds (auditor).
    Events(oversight::EventsArgs),
    /// Counts and warnings of the node.
    Status,
}

/// Runs one verb of the staff API, or a verb that needs no node.
///
/// # Errors
/// [`Failure`] with its exit code and a plain sentence.
pub async fn run(cli: Cli) -> Result<Printed, Failure> {
    match cli.verb {
        Verb::Decide(args) => decide::run(&args.with_json(cli.global.json)),
        Verb::Law(args) => law::run(&args, cli.global.json).await,
        Verb::Process(args) => process::run(&args, cli.global.json),
        Verb::Demo(args) => demo::run(&args, cli.global.json).await,
        Verb::Init(args) => init::run(&args, cli.global.json).await,
        Verb::Serve(args) => serve::run(&args).await,
        Verb::Tell(args) => args.run(&cli.global).await,
        Verb::Roster(verb) => roster::run(&verb, cli.global.json),
        Verb::Bench(verb) => {
            let text = crate::bench::run(&verb, cli.global.json).await.map_err(Failure::chain)?;
            Ok(Printed { text, ..Printed::default() })
        }
        verb => {
            let mut session = Session::open(&cli.global).await?;
            run_with(&mut session, verb).await
        }
    }
}

/// Runs one verb of the staff API over an open session.
///
/// # Errors
/// As [`run`].
pub async fn run_with(s: &mut Session, verb: Verb) -> Result<Printed, Failure> {
    match verb {
        Verb::Decide(_)
        | Verb::Law(_)
        | Verb::Process(_)
        | Verb::Demo(_)
        | Verb::Init(_)
        | Verb::Serve(_)
        | Verb::Tell(_)
        | Verb::Roster(_)
        | Verb::Bench(_) => Err(Failure::usage("this verb needs no node")),
        Verb::Whoami => staff::whoami(s).await,
        Verb::Staff(verb) => verb.run(s).await,
        Verb::Team(verb) => verb.run(s).await,
        Verb::Training(verb) => verb.run(s).await,
        Verb::Session(verb) => verb.run(s).await,
        Verb::Search(args) => args.run(s).await,
        Verb::Case(verb) => verb.run(s).await,
        Verb::Casework(verb) => Box::pin(verb.run(s)).await,
        Verb::Person(verb) => verb.run(s).await,
        Verb::Contact(verb) => verb.run(s).await,
        Verb::Item(verb) => verb.run(s).await,
        Verb::Permission(verb) => verb.run(s).await,
        Verb::Revoke(args) => args.run(s).await,
        Verb::Attest(verb) => verb.run(s).await,
        Verb::Document(verb) => verb.run(s).await,
        Verb::Reporter(verb) => verb.run(s).await,
        Verb::Watcher(verb) => verb.run(s).await,
        Verb::Equity(verb) => verb.run(s).await,
        Verb::Capacity(verb) => verb.run(s).await,
        Verb::Agreement(verb) => verb.run(s).await,
        Verb::Share(args) => args.run(s).await,
        Verb::Approve(args) => args.run(s).await,
        Verb::Review(args) => args.run(s).await,
        Verb::Request(args) => args.run(s).await,
        Verb::Answer(args) => args.run(s).await,
        Verb::Referral(verb) => verb.run(s).await,
        Verb::Inbox(args) => args.run(s).await,
        Verb::Link(args) => args.run(s).await,
        Verb::Quarantine(args) => inbox::quarantine(s, args).await,
        Verb::RecordDisclosure(args) => args.run(s).await,
        Verb::Accounting(args) => args.run(s).await,
        Verb::SuspendAccounting(args) => args.run(s).await,
        Verb::Trace(args) => args.run(s).await,
        Verb::Notifications(args) => args.run(s).await,
        Verb::Events(args) => args.run(s).await,
        Verb::Status => oversight::status(s).await,
    }
}

#[cfg(test)]
mod tests;

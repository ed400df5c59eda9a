//! Verbs of casework: one for each act of the process, the case's history, the agenda.
//!
//! Callers: `cli`. Every act is one call (`Act`), and every verb is options over its message: `--from FILE` gives the whole
//! record as JSON, options add to it. What people are said to have done comes from files or standard input, so that it stays
//! out of the shell's history. Deliberately absent: any rule of the process. The node refuses, guard by guard, and says what
//! would satisfy each.

mod act;
mod agenda;
mod assess;
mod emergency;
mod ending;
mod history;
mod inquiry;
mod intake;
mod notice;
mod plan;
mod print_notice;
mod referral;
mod rights;
#[cfg(test)]
mod tests;

pub use act::spoken;
pub use history::HistoryArgs;
pub use referral::CaseReferralVerb;

use super::{Failure, Printed, Session};
use clap::Subcommand;

/// Casework.
#[derive(Debug, Subcommand)]
pub enum CaseworkVerb {
    /// What is due, overdue, stale, or waits for somebody.
    Agenda(agenda::AgendaArgs),

    /// Take a report, write to the reporter, show what was reported.
    #[command(subcommand)]
    Report(intake::ReportVerb),
    /// Take a report for triage, with a member of another discipline.
    Triage(intake::TriageArgs),
    /// Screen a report out.
    ScreenOut(intake::ScreenOutArgs),
    /// Begin to gather facts.
    #[command(subcommand)]
    Inquiry(intake::InquiryVerb),
    /// Advice about a situation without anybody's identity.
    Consult(intake::ConsultArgs),

    /// Add a dated, sourced observation.
    Observe(inquiry::ObserveArgs),
    /// Add a factor: one that raises concern, or one that protects.
    Factor(inquiry::FactorArgs),
    /// Add a precipitating event: past, current or anticipated.
    Event(inquiry::EventArgs),
    /// Add the overall result of an instrument, without items or scores.
    Instrument(inquiry::InstrumentArgs),
    /// Record the team's assessment with its level, which ends.
    Assess(assess::AssessArgs),
    /// Record what the person needs.
    Needs(assess::NeedsArgs),

    /// Record the plan.
    Plan(plan::PlanArgs),
    /// Add a task, or say how one stands.
    #[command(subcommand)]
    Task(plan::TaskVerb),
    /// Put up, touch and take down tripwires.
    #[command(subcommand)]
    Tripwire(plan::TripwireVerb),
    /// Record a court's order.
    Order(plan::OrderArgs),

    /// Danger: act first, answer afterwards.
    #[command(subcommand)]
    Emergency(emergency::EmergencyVerb),
    /// Record that a target, parent or guardian was told, or why not.
    #[command(subcommand)]
    Notice(notice::NoticeVerb),
    /// Refer to law enforcement, or record what they ask: an event of its own.
    #[command(subcommand)]
    Police(notice::PoliceVerb),

    /// Agree to what another member proposed.
    Concur(rights::ConcurArgs),
    /// Stand aside from a case.
    Recuse(rights::RecuseArgs),
    /// Ask for a correction, or decide one.
    #[command(subcommand)]
    Correction(rights::CorrectionVerb),
    /// Attach the person's own statement to an entry.
    Disagree(rights::DisagreeArgs),

    /// Offer a case to another team, complete it, take one over.
    #[command(subcommand)]
    Transfer(ending::TransferVerb),
    /// Propose to close.
    Retire(ending::RetireArgs),
    /// Close a case.
    Close(ending::CloseArgs),
    /// Reopen a closed case on new behavior.
    Reopen(ending::ReopenArgs),
}

impl CaseworkVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Agenda(args) => args.run(s).await,
            Self::Report(verb) => verb.run(s).await,
            Self::Triage(args) => args.run(s).await,
            Self::ScreenOut(args) => args.run(s).await,
            Self::Inquiry(verb) => verb.run(s).await,
            Self::Consult(args) => args.run(s).await,
            Self::Observe(args) => args.run(s).await,
            Self::Factor(args) => args.run(s).await,
            Self::Event(args) => args.run(s).await,
            Self::Instrument(args) => args.run(s).await,
            Self::Assess(args) => args.run(s).await,
            Self::Needs(args) => args.run(s).await,
            Self::Plan(args) => args.run(s).await,
            Self::Task(verb) => verb.run(s).await,
            Self::Tripwire(verb) => verb.run(s).await,
            Self::Order(args) => args.run(s).await,
            Self::Emergency(verb) => verb.run(s).await,
            Self::Notice(verb) => verb.run(s).await,
            Self::Police(verb) => verb.run(s).await,
            Self::Concur(args) => args.run(s).await,
            Self::Recuse(args) => args.run(s).await,
            Self::Correction(verb) => verb.run(s).await,
            Self::Disagree(args) => args.run(s).await,
            Self::Transfer(verb) => verb.run(s).await,
            Self::Retire(args) => args.run(s).await,
            Self::Close(args) => args.run(s).await,
            Self::Reopen(args) => args.run(s).await,
        }
    }
}

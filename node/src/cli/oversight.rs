//! `accounting`, `trace`, `notifications`, `events`, `status`.

use super::input::PartArgs;
use super::page::{Page, count};
use super::share::ToArgs;
use super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{
    AccountingEntry, AccountingRequest, AccountingSuspension, EventsRequest, ListNotificationsRequest,
    NodeStatusRequest, Notification, SuspendAccountingRequest, TakeNotificationRequest, TraceRequest,
};

/// Arguments of `accounting`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("whose").required(true)))]
#[command(after_help = "\
Examples:
  concord accounting --case 7a..3b
  concord accounting --person 55..9e --view hipaa
  concord accounting --unlinked")]
pub struct AccountingArgs {
    /// Every disclosure of a case, sent and received.
    #[arg(long, group = "whose", default_value = "", hide_default_value = true)]
    case: String,
    /// Every disclosure about one person of a case.
    #[arg(long, group = "whose", default_value = "", hide_default_value = true)]
    person: String,
    /// What arrived and no member has linked to a case yet (privacy officer).
    #[arg(long, group = "whose")]
    unlinked: bool,
    /// hipaa (45 CFR 164.528), ferpa (34 CFR 99.32), part2 (42 CFR 2.25) or all.
    #[arg(long, default_value = "all")]
    view: String,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

impl AccountingArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = AccountingRequest {
            case_id: self.case,
            person_id: self.person,
            view: self.view,
            unlinked: self.unlinked,
            limit: self.part.limit,
            after: self.part.after,
        };
        let all = s.client.accounting(request).await?.into_inner();
        s.print(&all, |all, page| {
            page.line(format_args!(
                "accounting of disclosures, view {}: {}",
                all.view,
                count(all.entries.len(), "entry")
            ));
            all.entries.iter().for_each(|e| entry(e, page));
            page.more(&all.next);
            if !all.suspended.is_empty() {
                page.heading("For your own staff only: nothing below may be told to the person");
                all.suspended.iter().for_each(|s| suspended(s, page));
            }
        })
    }
}

fn suspended(s: &AccountingSuspension, page: &mut Page) {
    let to = if s.agency.is_empty() { format!("contact {}", s.contact_id) } else { s.agency.clone() };
    let how = if s.written { "in writing" } else { "orally" };
    page.heading(format_args!("{to}: suspended until {}, as stated {how} at {}", s.until, s.stated_at));
    page.field("suspension", &s.id);
    page.field("stated by", &s.official);
    page.field("statement", &s.statement);
    page.field("recorded", format_args!("{} by {}", s.recorded_at, s.recorded_by));
    if s.left_out_count > 0 {
        page.field("left out", count(s.left_out_count as usize, "item"));
    }
    if s.stay_count > 0 {
        let items = count(s.stay_count as usize, "item");
        let why = "not under 45 CFR 164.512(d) or (f) alone, and 164.528(a)(2) names no other ground";
        page.field("stay", format_args!("{items}: {why}; ask counsel before the accounting is given"));
    }
}

/// Arguments of `suspend-accounting`.
#[derive(Debug, Args)]
#[command(after_help = "\
For a health oversight agency or law enforcement official who states that telling the individual of
what went to it would be reasonably likely to impede its activities (45 CFR 164.528(a)(2)). While it
is in force `concord accounting --view hipaa` leaves out what went to this recipient under 45 CFR
164.512(d) or (f) and nothing else, and says so to staff only. It ends by itself. A statement made
orally counts for 30 days from the day it was first made; one in writing takes the place of earlier
ones of the same recipient, so that a later date lengthens and an earlier date ends it.

Examples:
  concord suspend-accounting 7a..3b --to sheriff --official 'Sgt. Diaz, county sheriff' --oral \\
    --stated-at 2026-11-21T18:05:00Z --statement 'telephone: a warrant is being sought'
  concord suspend-accounting 7a..3b --to sheriff --official 'Sgt. Diaz, county sheriff' --written \\
    --stated-at 2026-11-24T09:00:00Z --until 2027-02-24T00:00:00Z --statement 'letter of 24 November, file 12'")]
pub struct SuspendAccountingArgs {
    /// The case.
    case: String,
    /// Whom the disclosures went to.
    #[command(flatten)]
    to: ToArgs,
    /// The agency or official who made the statement: name and office.
    #[arg(long, value_name = "TEXT")]
    official: String,
    /// It was made in writing.
    #[arg(long, required_unless_present = "oral", requires = "until")]
    written: bool,
    /// It was made orally; this documents it.
    #[arg(long, conflicts_with = "written")]
    oral: bool,
    /// When it was made.
    #[arg(long, value_name = "TIME")]
    stated_at: String,
    /// Until when they ask for it; without it, an oral statement counts for 30 days.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    until: String,
    /// What was stated, and where the paper is.
    #[arg(long, value_name = "TEXT")]
    statement: String,
}

impl SuspendAccountingArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let suspension = AccountingSuspension {
            case_id: self.case,
            agency: self.to.to.unwrap_or_default(),
            contact_id: self.to.to_contact.unwrap_or_default(),
            official: self.official,
            written: self.written,
            statement: self.statement,
            stated_at: self.stated_at,
            until: self.until,
            ..AccountingSuspension::default()
        };
        let request = SuspendAccountingRequest { suspension: Some(suspension) };
        let kept = s.client.suspend_accounting(request).await?.into_inner();
        s.print(&kept, suspended)
    }
}

fn entry(e: &AccountingEntry, page: &mut Page) {
    let way = if e.direction == "out" { "to" } else { "from" };
    page.heading(format_args!("{}  {way} {}  {} by {}", e.at, e.party, e.state, e.how));
    page.field("disclosure", &e.disclosure_id);
    page.field("message", &e.message_id);
    page.field("owed to", &e.person_id);
    page.field("purpose", &e.purpose);
    page.field("emergency", if e.emergency { "yes" } else { "" });
    for i in &e.items {
        page.field(
            "what",
            format_args!("row {} {} ({}): {}", i.row, i.row_name, i.form, i.citations.join("; ")),
        );
        page.field("commitment", &i.commitment);
    }
    page.field("disclosed by", &e.disclosed_by);
    for t in &e.threats {
        page.field(
            if t.regime == "part2" { "nature of the emergency" } else { "threat" },
            format_args!("{} (judged by {}, {}, {})", t.nature, t.by, t.role, t.at),
        );
    }
    page.list("remarks", &e.remarks);
    page.field("note", &e.note);
}

/// Arguments of `trace`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord trace c0..1d")]
pub struct TraceArgs {
    /// A message, disclosure or proposal.
    id: String,
}

impl TraceArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let trace = s.client.trace(TraceRequest { id: self.id }).await?.into_inner();
        s.print(&trace, |t, page| {
            for line in &t.lines {
                page.line(format_args!("{}  {}", line.at, line.what));
            }
        })
    }
}

/// Arguments of `notifications`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  concord notifications\n  concord notifications --take a9..34")]
pub struct NotificationsArgs {
    /// Take care of this one: it is not repeated any more.
    #[arg(long, value_name = "NOTIFICATION")]
    take: Option<String>,
    /// List taken ones too.
    #[arg(long, conflicts_with = "take")]
    all: bool,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

impl NotificationsArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        if let Some(notification_id) = self.take {
            let taken =
                s.client.take_notification(TakeNotificationRequest { notification_id }).await?.into_inner();
            return s.print(&taken, |n, page| notifications(std::slice::from_ref(n), page));
        }
        let PartArgs { limit, after } = self.part;
        let request = ListNotificationsRequest { waiting_only: !self.all, limit, after };
        let all = s.client.list_notifications(request).await?.into_inner();
        s.print(&all, |all, page| {
            notifications(&all.notifications, page);
            page.more(&all.next);
        })
    }
}

fn notifications(all: &[Notification], page: &mut Page) {
    let rows: Vec<_> = all
        .iter()
        .map(|n| {
            let state = match n.taken_by.as_str() {
                "" if n.next_at.is_empty() => "telephone".to_owned(),
                "" => format!("told {}, again {}", count(n.repeats as usize, "time"), n.next_at),
                who => format!("taken by {who}"),
            };
            let kind = if n.urgent { format!("{} (urgent)", n.kind) } else { n.kind.clone() };
            vec![n.id.clone(), kind, n.about.clone(), n.raised_at.clone(), state]
        })
        .collect();
    page.table(&["notification", "kind", "about", "raised", ""], &rows);
    for n in all.iter().filter(|n| !n.why.is_empty()) {
        page.heading(format_args!("{} {}: {}", n.kind, n.about, n.why));
        page.list("concerns", &n.concerns);
    }
}

/// Arguments of `events`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  concord events --after 1200 --limit 100
  concord events --case 7a..3b
  concord events --by spiffe://region.example/agency/county-hospital/staff/kim

Each look at a case, its items, papers, accounting, an arrival or a trace is an event (case_read, items_read ..), and so is
each call that was not allowed (case_read_refused ..). Events name kinds and ids, never what was read.")]
pub struct EventsArgs {
    /// Events after this number.
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// How many at most.
    #[arg(long, default_value_t = 200)]
    limit: u32,
    /// Only those about this case or a record of it.
    #[arg(long, value_name = "CASE", default_value = "", hide_default_value = true)]
    case: String,
    /// Only those of this staff member.
    #[arg(long, value_name = "STAFF", default_value = "", hide_default_value = true)]
    by: String,
}

impl EventsArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request =
            EventsRequest { after: self.after, limit: self.limit, case_id: self.case, staff_id: self.by };
        let all = s.client.events(request).await?.into_inner();
        s.print(&all, |all, page| {
            let rows: Vec<_> = all
                .events
                .iter()
                .map(|e| {
                    vec![
                        e.sequence.to_string(),
                        e.at.clone(),
                        e.kind.clone(),
                        e.actor.clone(),
                        e.ids.join(" "),
                    ]
                })
                .collect();
            page.table(&["number", "at", "kind", "who", "records"], &rows);
            if all.next_after > 0 {
                page.line(format_args!("more: --after {}", all.next_after));
            }
        })
    }
}

/// `concord status`.
pub async fn status(s: &mut Session) -> Result<Printed, Failure> {
    let status = s.client.node_status(NodeStatusRequest {}).await?.into_inner();
    s.print(&status, |n, page| {
        page.line(format_args!("{}  concord {}", n.agency_id, n.version));
        page.field("law", &n.law_version);
        page.field("roster", format_args!("serial {}, expires {}", n.roster_serial, n.roster_expires_at));
        page.field("to send", n.outbox_count);
        page.field("arrived, waiting", n.inbox_count);
        page.field("in quarantine", n.quarantine_count);
        page.field("notifications", n.notification_count);
        page.field("members", n.members.join(", "));
        page.field("records", n.record_counts.join(", "));
        page.list("attention", &n.warnings);
    })
}

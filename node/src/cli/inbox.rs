//! `inbox`, `link`, `quarantine`.

use super::input::PartArgs;
use super::page::{Page, count};
use super::referral::referral;
use super::show;
use super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{
    InboxMessage, LinkInboxRequest, ListInboxRequest, ListQuarantineRequest, OpenInboxRequest,
    OpenInboxResponse, PersonLink, ReceivedItem, ReferralTerms,
};

/// Arguments of `inbox`.
#[derive(Debug, Args)]
#[command(after_help = "\
Opening a message tells its sender, signed, that a person has seen it.

Examples:
  concord inbox              what nobody has opened or linked yet
  concord inbox --all
  concord inbox e7..15       open it")]
pub struct InboxArgs {
    /// The message; left out: list.
    message: Option<String>,
    /// List everything that arrived.
    #[arg(long, conflicts_with = "message")]
    all: bool,
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

impl InboxArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Some(message_id) = self.message else {
            let PartArgs { limit, after } = self.part;
            let request = ListInboxRequest { waiting_only: !self.all, limit, after };
            let all = s.client.list_inbox(request).await?.into_inner();
            return s.print(&all, |all, page| {
                list(&all.messages, page);
                page.more(&all.next);
            });
        };
        let opened = s.client.open_inbox(OpenInboxRequest { message_id }).await?.into_inner();
        s.print(&opened, message)
    }
}

fn list(all: &[InboxMessage], page: &mut Page) {
    let rows: Vec<_> = all
        .iter()
        .map(|m| {
            let mut notes = vec![count(m.item_count as usize, "item")];
            if m.quarantined_count > 0 {
                notes.push(format!("{} not admitted", m.quarantined_count));
            }
            for (shown, note) in [
                (m.emergency, "emergency".to_owned()),
                (m.exercise, "drill".to_owned()),
                (m.opened_at.is_empty(), "not opened".to_owned()),
                (!m.linked_case_id.is_empty(), format!("case {}", m.linked_case_id)),
                (!m.reply_due.is_empty(), format!("answer leaves {}", m.reply_due)),
                (m.referral.is_some(), m.referral.as_ref().map(asks).unwrap_or_default()),
                (!m.referral_state.is_empty(), m.referral_state.clone()),
                (m.stale_count > 0, format!("{} no longer current", m.stale_count)),
            ] {
                if shown {
                    notes.push(note);
                }
            }
            vec![m.message_id.clone(), m.kind.clone(), m.from.clone(), m.stored_at.clone(), notes.join(", ")]
        })
        .collect();
    page.table(&["message", "kind", "from", "stored", ""], &rows);
}

fn asks(terms: &ReferralTerms) -> String {
    format!("{}, {}, contact by {}", terms.service_category, terms.urgency, terms.contact_by)
}

fn message(opened: &OpenInboxResponse, page: &mut Page) {
    if let Some(m) = &opened.message {
        page.heading(format_args!("{} {} from {}", m.kind, m.message_id, m.from));
        page.field("stored", &m.stored_at);
        page.field("emergency", if m.emergency { "yes" } else { "" });
        page.field("drill", if m.exercise { "yes" } else { "" });
        page.field("case", &m.linked_case_id);
        page.field(
            "not admitted",
            if m.quarantined_count == 0 { String::new() } else { m.quarantined_count.to_string() },
        );
    }
    page.field("purpose", &opened.purpose);
    page.field("recalled because", &opened.recall_reason);
    page.field("request", &opened.request_id);
    page.field("notice", &opened.redisclosure_notice);
    page.field("telephone", &opened.contact_phone);
    if let Some(r) = &opened.referral {
        referral(r, page);
    }
    for p in &opened.people {
        page.heading(format_args!("person \"{}\"  {}", p.alias, p.role));
    }
    opened.items.iter().for_each(|i| item(i, page));
}

fn item(i: &ReceivedItem, page: &mut Page) {
    let form = if i.form.is_empty() { String::new() } else { format!(" ({})", i.form) };
    page.heading(format_args!("{}. row {} {}{form}", i.index, i.row, i.row_name));
    page.field("says", i.value.as_ref().map(show::value).unwrap_or_default());
    page.field("from you", &i.withheld);
    page.field("about", i.about.join(", "));
    page.list("basis", &i.basis.iter().map(show::basis).collect::<Vec<_>>());
    page.field("obligations", i.obligations.join(", "));
    page.field("labels", i.labels.join(", "));
    page.list("permissions", &i.permissions);
    page.list("notices", &i.notices);
    page.field("hold until", &i.expires_at);
    page.field("not current since", show::because(&i.stale_since, &i.stale_because));
}

/// Arguments of `link`.
#[derive(Debug, Args)]
#[command(after_help = "\
A person of the message who is not named becomes a new person of the case.

Example:
  concord link e7..15 --case 7a..3b --person 'P1=55..9e'")]
pub struct LinkArgs {
    /// The message.
    message: String,
    /// The case.
    #[arg(long)]
    case: String,
    /// Which person of the case an alias is.
    #[arg(long = "person", value_name = "ALIAS=PERSON", value_parser = person_link)]
    people: Vec<PersonLink>,
}

fn person_link(text: &str) -> Result<PersonLink, String> {
    let (alias, person) = text.rsplit_once('=').ok_or("write ALIAS=PERSON")?;
    Ok(PersonLink { alias: alias.to_owned(), person_id: person.to_owned() })
}

impl LinkArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let request = LinkInboxRequest { message_id: self.message, case_id: self.case, people: self.people };
        let linked = s.client.link_inbox(request).await?.into_inner();
        s.print(&linked, |l, page| {
            page.line(format_args!("linked to case {}: {}", l.case_id, count(l.item_ids.len(), "item")));
            page.list("items", &l.item_ids);
        })
    }
}

/// Arguments of `quarantine`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  concord quarantine")]
pub struct QuarantineArgs {
    /// Which part of the list.
    #[command(flatten)]
    part: PartArgs,
}

/// `concord quarantine`.
pub async fn quarantine(s: &mut Session, args: QuarantineArgs) -> Result<Printed, Failure> {
    let PartArgs { limit, after } = args.part;
    let all = s.client.list_quarantine(ListQuarantineRequest { limit, after }).await?.into_inner();
    s.print(&all, |all, page| {
        if all.items.is_empty() {
            page.line("nothing is in quarantine");
        }
        for i in &all.items {
            page.heading(format_args!("item {}  row {} from {}", i.id, i.row, i.from));
            page.field("message", &i.message_id);
            page.field("at", &i.at);
            page.list("why", &i.reasons);
        }
        page.more(&all.next);
    })
}

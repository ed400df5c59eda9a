//! Views for those who answer for the node: accounting lines with what became of each, what is set apart, counts, warnings.

use super::accounting::View;
use super::rows::Read;
use super::{
    AccountingEntry, App, AppResult, Direction, Disclosure, InForce, Inbound, Notification, Proposal,
    Quarantined, RequestRecord, ThreatEntry, To, disclosure_state, inbound_state, notification_state,
    work_state,
};
use crate::store::Kind;
use policy::id::{CaseId, DisclosureId, MessageId, PersonId, StaffId};
use policy::record::Contact;
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::{Body, body};

/// Days before an end that staff are warned of it.
const WARN_DAYS: i64 = 30;
/// Days before the roster's end that staff are warned of it.
const ROSTER_WARN_DAYS: i64 = 3;

/// An accounting line with what became of its disclosure.
pub struct Line {
    /// The line, as it was written.
    pub entry: Read<AccountingEntry>,
    /// The other party: an agency's short name, or what a contact is called (content). Whoever is told of a disclosure is told
    /// to whom it went (45 CFR 164.528(b)(2)(ii)).
    pub party: String,
    /// Where it stands, a word of the staff API.
    pub state: &'static str,
    /// The message that carried it; none: outside the node.
    pub message: Option<MessageId>,
    /// What has to be said beside it.
    pub remarks: Vec<String>,
    /// The note of whoever told it outside the node (content).
    pub note: String,
    /// Who released it; in an emergency, who sent. None: received, or not known any more.
    pub disclosed_by: Option<StaffId>,
    /// The threat or medical emergency that must be on record beside it (content).
    pub threats: Vec<ThreatEntry>,
}

/// How the node is.
pub struct NodeStatus {
    /// Serial number of the roster in use.
    pub roster_serial: u64,
    /// When it expires.
    pub roster_expires_at: UtcTime,
    /// Agencies in it.
    pub members: Vec<String>,
    /// Messages that wait to be sent.
    pub to_send: u64,
    /// Messages that wait for a person.
    pub arrived: u64,
    /// Items set apart.
    pub set_apart: u64,
    /// Notifications that nobody took.
    pub notifications: u64,
    /// What needs attention.
    pub warnings: Vec<String>,
    /// Records by kind.
    pub records: Vec<(&'static str, u64)>,
}

/// What a request asks.
#[derive(Default)]
pub struct Asked {
    /// Legal instrument, a word; `none`.
    pub legal_process: String,
    /// Rows asked for.
    pub rows: Vec<u32>,
}

impl App {
    /// Lines of a case or person, oldest first, each with what became of it; and for own staff the statements that keep some
    /// of it from the person.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn accounting_lines(
        &self,
        case: CaseId,
        person: Option<PersonId>,
        view: View,
    ) -> AppResult<(Vec<Line>, Vec<InForce>)> {
        let owed = self.accounting(case, person, view).await?;
        let mut lines = Vec::new();
        for owed in owed.lines {
            let mut line = self.line(owed.entry).await?;
            // What one law wants on record is no part of what another gives the person.
            line.threats.retain(|threat| view.is_of(&threat.regime));
            if let Some(until) = owed.not_told_until {
                line.remarks
                    .push(format!("not to be told to the person before {until} (45 CFR 164.528(a)(2))"));
            }
            lines.push(line);
        }
        Ok((lines, owed.suspended))
    }

    /// Lines of what arrived and is not linked to a case, oldest first, each with what became of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn accounting_lines_unlinked(&self, view: View) -> AppResult<Vec<Line>> {
        let mut lines = Vec::new();
        for entry in self.accounting_unlinked(view).await? {
            lines.push(self.line(entry).await?);
        }
        Ok(lines)
    }

    async fn line(&self, entry: Read<AccountingEntry>) -> AppResult<Line> {
        let id = entry.record.disclosure;
        let mut line = Line {
            party: entry.record.party.clone(),
            state: "received",
            message: Some(MessageId(id.0)),
            remarks: Vec::new(),
            note: String::new(),
            disclosed_by: None,
            threats: Vec::new(),
            entry,
        };
        if line.entry.record.direction == Direction::Received {
            let inbound: Option<Read<Inbound>> = self.find(Kind::Inbound.of(id)).await?;
            if inbound.is_some_and(|i| i.row.state == inbound_state::RECALLED) {
                line.state = "recalled";
            }
            return Ok(line);
        }
        let Some(d) = self.find::<Disclosure>(Kind::Disclosure.of(id)).await? else { return Ok(line) };
        if let To::Contact(contact) = d.record.to
            && let Some(contact) = self.find::<Contact>(Kind::Contact.of(contact)).await?
        {
            line.party = contact.record.name;
        }
        line.state = match d.row.state {
            disclosure_state::ATTEMPTED if !d.record.seen.is_empty() => "seen",
            disclosure_state::ATTEMPTED if self.is_receipted(id).await? => "delivered",
            disclosure_state::ATTEMPTED => "attempted",
            disclosure_state::RECALLED => "recalled",
            disclosure_state::OUTSIDE => "told",
            _ => "not_sent",
        };
        line.disclosed_by = Some(d.record.approved_by.clone().unwrap_or_else(|| d.record.by.clone()));
        let owed_to = line.entry.record.person;
        let of_person = |t: &&ThreatEntry| owed_to.is_none_or(|person| t.about.contains(&person));
        line.threats = d.record.threats.iter().filter(of_person).cloned().collect();
        if d.row.state == disclosure_state::OUTSIDE {
            line.message = None;
            line.note = String::from_utf8_lossy(&d.bytes).into_owned();
        }
        if d.record.decided_afterwards.as_deref() == Some("deny") {
            line.remarks
                .push("told before it was decided; the decision afterwards was no for some of it".to_owned());
        }
        if let Some(review) = &d.record.review {
            let word = if review.in_order { "in order" } else { "not in order" };
            line.remarks.push(format!("emergency reviewed at {}: {word}", review.at));
        }
        Ok(line)
    }

    /// Whether the recipient's signed receipt for a disclosure is here.
    pub(super) async fn is_receipted(&self, disclosure: DisclosureId) -> AppResult<bool> {
        Ok(self.store.get(Kind::Receipt.of(disclosure)).await?.is_some())
    }

    /// Items that were not admitted, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn quarantine(&self) -> AppResult<Vec<Read<Quarantined>>> {
        let mut all: Vec<Read<Quarantined>> = self.list(Kind::Quarantine).await?;
        all.sort_by_key(|q| std::cmp::Reverse((q.record.at, q.row.position)));
        Ok(all)
    }

    /// Notifications that somebody took, oldest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn taken_notifications(&self) -> AppResult<Vec<Read<Notification>>> {
        let mut all: Vec<Read<Notification>> =
            self.in_state(Kind::Notification, notification_state::TAKEN).await?;
        all.sort_by_key(|n| n.record.raised_at);
        Ok(all)
    }

    /// When the answer to a message leaves, if it is a request.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn answer_due(&self, message: MessageId) -> AppResult<Option<UtcTime>> {
        let request: Option<Read<RequestRecord>> = self.find(Kind::Request.of(message)).await?;
        Ok(request.map(|r| r.record.answer_due))
    }

    /// What a request asks: of one that came, from its body; of ours, from the proposal that it was.
    ///
    /// # Errors
    /// When storage fails or a body is damaged.
    pub async fn request_terms(&self, request: &RequestRecord) -> AppResult<Asked> {
        let none = || "none".to_owned();
        if request.direction == Direction::Received {
            let kept: Read<RequestRecord> = self.load(Kind::Request.of(request.message)).await?;
            let body = Body::decode(kept.bytes.as_slice());
            let body = body.map_err(|_| super::AppError::Unreadable(kept.row.r))?;
            return Ok(match body.kind {
                Some(body::Kind::Request(r)) => Asked {
                    legal_process: if r.legal_process.is_empty() { none() } else { r.legal_process },
                    rows: r.rows,
                },
                _ => Asked { legal_process: none(), rows: Vec::new() },
            });
        }
        let Some(case) = request.case else { return Ok(Asked { legal_process: none(), rows: Vec::new() }) };
        let proposals: Vec<Read<Proposal>> = self.children(Kind::Proposal, case.0).await?;
        let terms =
            proposals.iter().find(|p| p.record.message == request.message).and_then(|p| p.record.terms());
        Ok(terms.map_or_else(
            || Asked { legal_process: none(), rows: Vec::new() },
            |t| Asked {
                legal_process: t.legal_process.map_or_else(none, |p| p.to_string()),
                rows: t.rows.iter().map(|r| u32::from(r.number())).collect(),
            },
        ))
    }

    /// How the node is, for whoever keeps it running. No content.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn node_status(&self) -> AppResult<NodeStatus> {
        let count =
            async |kind, state| -> AppResult<u64> { Ok(self.store.count_in_state(kind, state).await?) };
        let mut records = Vec::new();
        for kind in Kind::ALL {
            records.push((kind.as_str(), self.store.count(*kind).await?));
        }
        let roster = self.roster.load();
        let exhausted = count(Kind::Notification, notification_state::EXHAUSTED).await?;
        Ok(NodeStatus {
            roster_serial: roster.serial(),
            roster_expires_at: roster.expires_at(),
            members: roster.members().iter().map(|m| m.id.to_string()).collect(),
            to_send: count(Kind::Work, work_state::DUE).await?,
            arrived: count(Kind::Inbound, inbound_state::UNSEEN).await?,
            set_apart: self.store.count(Kind::Quarantine).await?,
            notifications: exhausted + count(Kind::Notification, notification_state::WAITING).await?,
            warnings: self.warnings(exhausted).await?,
            records,
        })
    }

    async fn warnings(&self, exhausted: u64) -> AppResult<Vec<String>> {
        let now = self.now();
        let soon = now.plus_days(WARN_DAYS);
        let mut warnings = Vec::new();
        let ahead = self.clock.days_ahead();
        if ahead > 0 {
            warnings.push(format!("the clock of this node is {ahead} days ahead: it is a demo"));
        }
        if exhausted > 0 {
            warnings.push(format!(
                "{exhausted} notification(s) reached nobody: telephone {} and see `concord notifications`",
                self.config.notify.telephone
            ));
        }
        if self.declared_agency().await?.signed_by.is_none() {
            warnings.push(
                "capacities are not declared: the privacy officer runs `concord capacity declare`".to_owned(),
            );
        }
        let roster = self.roster.load();
        if roster.usable_at(now).is_err() {
            warnings.push(
                "the roster cannot be used now, so nothing is sent: fetch the newest from the coordinator"
                    .to_owned(),
            );
        } else if roster.expires_at() < now.plus_days(ROSTER_WARN_DAYS) {
            warnings.push(format!("the roster expires at {}: fetch the next one", roster.expires_at()));
        }
        for a in self.agreements().await?.iter().filter(|a| a.in_force(now) && a.until < soon) {
            warnings.push(format!("the agreement with {} ends at {}: renew it", a.with, a.until));
        }
        for r in self.state_rows().await?.iter().filter(|r| r.until < soon) {
            warnings.push(format!("counsel's confirmation of {} ends at {}: renew it", r.state, r.until));
        }
        Ok(warnings)
    }
}

//! What this node writes about disclosures: from a share asked for to the receipt, and what others sent us.
//!
//! Each struct is the head of a sealed body (`app::rows`); the row's `state` and `due_at` columns carry what a loop
//! must find. Exact bytes (an envelope, a received body, a receipt) stand behind the head, unencoded.

use super::referrals::ReferralTerms;
use policy::door::ShareDecision;
use policy::facts::{Facts, Recorded};
use policy::id::{
    AgencyId, CaseId, DisclosureId, Id, ItemId, MessageId, PermissionId, PersonId, ProposalId, StaffId,
};
use policy::record::{LegalProcess, Purpose, Row, Stale};
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// A share that a member asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Proposal {
    /// Identifier.
    pub id: ProposalId,
    /// The case.
    pub case: CaseId,
    /// To whom.
    pub to: To,
    /// Why.
    pub purpose: Purpose,
    /// Packet it was assembled from, if one was named.
    pub packet: Option<String>,
    /// Items asked for.
    pub items: Vec<ItemId>,
    /// Who asked.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
    /// What it becomes when approved.
    pub becomes: Becomes,
    /// Sent by one person before approval, to be reviewed by a second (domain 3.6).
    #[serde(default)]
    pub emergency: bool,
    /// Law version under which it was previewed.
    pub law_version: String,
    /// The message, and disclosure, that it becomes: drawn when it is asked for, so that it can only happen once.
    pub message: MessageId,
    /// Why an approver denied it.
    #[serde(default)]
    pub denied_because: Option<String>,
    /// Who denied it, and when.
    #[serde(default)]
    pub denied_by: Option<(StaffId, UtcTime)>,
}

impl Proposal {
    /// The terms of the request that it is, if it is one.
    pub fn terms(&self) -> Option<&RequestTerms> {
        match &self.becomes {
            Becomes::Request(terms) => Some(terms),
            Becomes::Summary | Becomes::Answer(_) | Becomes::Referral(_) => None,
        }
    }

    /// What the referral that it is asks, if it is one.
    pub fn referral(&self) -> Option<&ReferralTerms> {
        match &self.becomes {
            Becomes::Referral(terms) => Some(terms),
            Becomes::Summary | Becomes::Answer(_) | Becomes::Request(_) => None,
        }
    }
}

/// What an approved proposal becomes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// A case summary.
    Summary,
    /// The answer to a request; it leaves at the request's own time.
    Answer(MessageId),
    /// A request: describing a person is itself a disclosure.
    Request(RequestTerms),
    /// A referral: asks the recipient to act for a person.
    Referral(ReferralTerms),
}

/// What a request asks, beside the items that describe the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct RequestTerms {
    /// Legal instrument, if one stands behind it.
    pub legal_process: Option<LegalProcess>,
    /// An administrative subpoena or summons, a civil or authorized investigative demand, or similar process authorized under
    /// law: 45 CFR 164.512(f)(1)(ii)(C), read 2026-11.
    #[serde(default)]
    pub authorized_under_law: bool,
    /// Who asks, by role.
    #[serde(default)]
    pub by_role: String,
    /// When it was represented.
    #[serde(default)]
    pub at: UtcTime,
    /// Relevant and material to a legitimate inquiry.
    pub relevant_and_material: bool,
    /// Specific and limited in scope.
    pub specific_and_limited: bool,
    /// De-identified information could not reasonably be used.
    pub needs_identity: bool,
    /// The authority the asker names.
    pub authority: String,
    /// Rows asked for.
    pub rows: Vec<Row>,
    /// When an answer is needed.
    pub reply_due: UtcTime,
}

/// To whom something goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// Another agency's node.
    Agency(AgencyId),
    /// Someone outside any node.
    Contact(policy::id::ContactId),
}

/// States of a proposal.
pub mod proposal_state {
    /// Waits for an approver.
    pub const ASKED: u16 = 0;
    /// Approved; a work item exists.
    pub const APPROVED: u16 = 1;
    /// Denied by the approver.
    pub const DENIED: u16 = 2;
}

/// Something the courier has to do. Its row has the id of the proposal, request or message it is about, so that no
/// task can be queued twice.
#[derive(Clone, Serialize, Deserialize)]
pub struct Work {
    /// What.
    pub task: Task,
    /// To which agency.
    pub to: AgencyId,
    /// The case, where there is one.
    pub case: Option<CaseId>,
    /// Deliveries begun.
    pub attempts: u32,
    /// When the last began.
    pub last_attempt_at: Option<UtcTime>,
    /// When the first attempt that did not succeed was.
    #[serde(default)]
    pub first_due: Option<UtcTime>,
    /// What stopped the last, in plain language.
    pub stopped_by: Option<String>,
    /// The disclosure or message whose bytes exist, once there is one.
    pub message: Option<MessageId>,
    /// What it sends is a referral: its receipt moves that referral on.
    #[serde(default)]
    pub referral: bool,
}

impl Work {
    /// A task not yet begun.
    pub fn new(task: Task, to: &AgencyId, case: Option<CaseId>) -> Self {
        Self {
            task,
            to: to.clone(),
            case,
            attempts: 0,
            last_attempt_at: None,
            first_due: None,
            stopped_by: None,
            message: None,
            referral: false,
        }
    }
}

/// The courier's tasks.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Decide, build and send what an approval covers.
    Share(ProposalId),
    /// Answer a request at its due time, whatever the answer holds.
    Answer(MessageId),
    /// Tell a recipient that something it holds must no longer be used.
    Recall {
        /// The disclosure concerned.
        disclosure: DisclosureId,
        /// Why: `revoked`, `expired`, `corrected`, `expelled`, `mistake`; `stale`, `superseded`.
        reason: String,
        /// The one item that is meant, where it is not all of them.
        #[serde(default)]
        item: Option<ItemId>,
    },
    /// Tell the other agency how a referral between us stands.
    ReferralStatus {
        /// The message that carried the referral.
        referral: MessageId,
        /// Which of its steps.
        step: usize,
    },
    /// Tell a sender that a person has seen what it sent.
    Seen {
        /// The message.
        message: MessageId,
        /// The reader's role; never a name.
        by_role: String,
        /// When.
        at: UtcTime,
    },
}

/// States of a work item.
pub mod work_state {
    /// Due at `due_at`.
    pub const DUE: u16 = 0;
    /// Done: receipted.
    pub const DONE: u16 = 1;
    /// Stopped for good; `stopped_by` says why.
    pub const STOPPED: u16 = 2;
}

/// One item as it left, without its content.
#[derive(Clone, Serialize, Deserialize)]
pub struct DisclosedItem {
    /// Our item.
    pub item: ItemId,
    /// Row.
    pub row: Row,
    /// Form it went in (`whole`, `band` ..).
    pub form: String,
    /// On which ground it went: a place in the disclosure's list.
    pub ground: usize,
    /// Salted commitment, hex of SHA-256.
    pub commitment: String,
}

/// Why items went, about whom, and under which duties. Most items of a disclosure share one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisclosedGround {
    /// Legal basis: clause ids.
    pub clauses: Vec<String>,
    /// Legal basis: citations for people.
    pub basis: Vec<String>,
    /// Every duty of the law that came with them.
    pub obligations: Vec<String>,
    /// Permissions they relied on.
    pub permissions: Vec<PermissionId>,
    /// Whom they are about.
    pub about: Vec<PersonId>,
}

/// A threat or medical emergency as it was judged when something was disclosed because of it (content).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreatEntry {
    /// The regime whose record must hold it: `ferpa`, `part2`.
    pub regime: String,
    /// What it was, in the words of who judged it.
    pub nature: String,
    /// Who judged it.
    pub by: StaffId,
    /// In which role.
    pub role: String,
    /// When.
    pub at: UtcTime,
    /// Whom what was disclosed on it is about: it stands in their accountings.
    pub about: Vec<PersonId>,
}

/// How information left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An envelope between nodes.
    Node,
    /// Told by telephone.
    Telephone,
    /// Told in a meeting.
    Meeting,
    /// Handed over or mailed.
    Paper,
    /// Told to the emergency number.
    Emergency911,
}

/// Information about a person that left this node, or was told outside it. One that went by node has the id of its
/// message; the exact envelope stands behind the head. Behind that of one told outside the node stands the teller's note.
#[derive(Clone, Serialize, Deserialize)]
pub struct Disclosure {
    /// Identifier.
    pub id: DisclosureId,
    /// The case, where there is one.
    pub case: Option<CaseId>,
    /// To whom.
    pub to: To,
    /// How.
    pub channel: Channel,
    /// What kind of body: `summary`, `answer`, `request`, `referral`, `referral_status`, `recall`, `notice`.
    pub body: String,
    /// Why.
    pub purpose: Purpose,
    /// Items.
    pub items: Vec<DisclosedItem>,
    /// The grounds that they went on.
    pub grounds: Vec<DisclosedGround>,
    /// What the law wants written down of the threat or emergency.
    #[serde(default)]
    pub threats: Vec<ThreatEntry>,
    /// Who proposed it.
    pub by: StaffId,
    /// Who approved it; in an emergency the one who sent.
    pub approved_by: Option<StaffId>,
    /// Moment of disclosure.
    pub at: UtcTime,
    /// Law version that decided.
    pub law_version: String,
    /// An emergency, to be reviewed by a second person.
    pub emergency: bool,
    /// Signed notices that a person has seen it: when, and in which role.
    #[serde(default)]
    pub seen: Vec<(UtcTime, String)>,
    /// The review: who, when, in order or not, note.
    #[serde(default)]
    pub review: Option<Review>,
    /// For telephone, paper and meetings: the law's answer afterwards (`permit` or `deny` with reasons).
    #[serde(default)]
    pub decided_afterwards: Option<String>,
    /// What was established when it was decided, so that it can be decided again under another version of the law.
    #[serde(default)]
    pub decided: Vec<Decided>,
}

/// One answer of the law, and the facts it was given on: of one person, and the items that were alike to it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Decided {
    /// The items.
    pub items: Vec<ItemId>,
    /// Whom they are about.
    pub person: PersonId,
    /// Whether the law permitted it.
    pub permit: bool,
    /// What was known, in the words of the vocabulary.
    pub facts: Box<RawValue>,
}

impl Disclosure {
    /// Each item with the ground it went on.
    pub fn grounded(&self) -> impl Iterator<Item = (&DisclosedItem, &DisclosedGround)> {
        self.items.iter().filter_map(|item| Some((item, self.grounds.get(item.ground)?)))
    }
}

impl Decided {
    /// What was established for each item that was asked for.
    pub fn of(decision: &ShareDecision<'_>) -> Vec<Self> {
        let mut kept: Vec<(&Facts, Self)> = Vec::new();
        for item in decision.items() {
            for one in &item.people {
                let (person, facts, permit) = (one.person, one.facts.as_ref(), one.law.permit);
                let alike = |known: &Facts| std::ptr::eq(known, facts) || known == facts;
                match kept.iter_mut().find(|(known, decided)| decided.person == person && alike(known)) {
                    Some((_, decided)) => decided.items.push(item.item),
                    None => {
                        let facts_written = to_raw_value(&Recorded(facts)).unwrap_or_default();
                        kept.push((
                            facts,
                            Self { items: vec![item.item], person, permit, facts: facts_written },
                        ));
                    }
                }
            }
        }
        kept.into_iter().map(|(_, decided)| decided).collect()
    }
}

/// A second person's look at an emergency.
#[derive(Clone, Serialize, Deserialize)]
pub struct Review {
    /// Who reviewed.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
    /// In order?
    pub in_order: bool,
    /// Note (content).
    pub note: String,
}

/// States of a disclosure.
pub mod disclosure_state {
    /// Bytes exist; a delivery may have begun. Whether it arrived, the receipt of the same id says.
    pub const ATTEMPTED: u16 = 0;
    /// Recalled.
    pub const RECALLED: u16 = 2;
    /// Made outside the node.
    pub const OUTSIDE: u16 = 3;
    /// Never left: stopped before any attempt began.
    pub const NOT_SENT: u16 = 4;
}

/// The record owed to a person: one line for each person a disclosure is about (45 CFR 164.528, 34 CFR 99.32). What became
/// of it is the disclosure's state, not the line's: a line is written once.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccountingEntry {
    /// The disclosure; one that went by node has the id of its message.
    pub disclosure: DisclosureId,
    /// The person the line is owed to; on the receiver's side nobody.
    pub person: Option<PersonId>,
    /// `sent` or `received`.
    pub direction: Direction,
    /// The other party: an agency's short name, or a contact.
    pub party: String,
    /// When.
    pub at: UtcTime,
    /// Why.
    pub purpose: Option<Purpose>,
    /// Items: row, form, basis, commitment.
    pub accounted: Accounted,
    /// Views that must show it: `hipaa`, `ferpa`, `part2`.
    pub views: Vec<String>,
    /// An emergency.
    pub emergency: bool,
    /// How it went.
    pub channel: Channel,
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Left this node.
    Sent,
    /// Came to this node.
    Received,
}

/// The items of an accounting line, each basis written once.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Accounted {
    /// The items.
    pub items: Vec<AccountedItem>,
    /// Citations, a list for each basis that items share.
    pub bases: Vec<Vec<String>>,
}

impl Accounted {
    /// Adds an item.
    pub fn add<'a>(
        &mut self,
        row: u8,
        form: &str,
        basis: impl Iterator<Item = &'a str> + Clone,
        commitment: String,
    ) {
        let known = self.bases.iter().position(|b| basis.clone().eq(b.iter().map(String::as_str)));
        let basis = known.unwrap_or_else(|| {
            self.bases.push(basis.map(str::to_owned).collect());
            self.bases.len() - 1
        });
        self.items.push(AccountedItem { row, form: form.to_owned(), basis, commitment });
    }

    /// Leaves out items by what they are and rest on.
    pub fn retain(&mut self, mut stays: impl FnMut(&AccountedItem, &[String]) -> bool) {
        let bases = &self.bases;
        self.items.retain(|item| stays(item, bases.get(item.basis).map_or(&[][..], Vec::as_slice)));
    }

    /// Each item with its citations.
    pub fn iter(&self) -> impl Iterator<Item = (&AccountedItem, &[String])> {
        self.items.iter().map(|i| (i, self.bases.get(i.basis).map_or(&[][..], Vec::as_slice)))
    }
}

/// One item in an accounting line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct AccountedItem {
    /// Row number.
    pub row: u8,
    /// Form.
    pub form: String,
    /// Which list of citations it rests on.
    pub basis: usize,
    /// Hex of the salted commitment: the same on both sides.
    pub commitment: String,
}

/// What another agency sent us and we admitted. Behind the head stand the body, items set apart taken out, and our signed
/// receipt, to be returned again when the message comes again.
#[derive(Clone, Serialize, Deserialize)]
pub struct Inbound {
    /// Message id.
    pub message: MessageId,
    /// Sender.
    pub from: AgencyId,
    /// When it was stored.
    pub received_at: UtcTime,
    /// Body kind: `summary`, `request`, `answer`, `recall`, ...
    pub kind: String,
    /// A drill.
    pub exercise: bool,
    /// Which bytes arrived: hex of the envelope's digest.
    pub envelope_digest: String,
    /// Where in the bytes behind the head the body ends and our signed receipt begins.
    pub receipt_at: usize,
    /// An emergency.
    pub emergency: bool,
    /// Items admitted.
    pub admitted: u32,
    /// Items set apart.
    pub set_apart: u32,
    /// Who opened it first, and when.
    pub seen: Option<(StaffId, UtcTime)>,
    /// Case it was linked to, by whom.
    pub linked: Option<(CaseId, StaffId)>,
    /// Items that its sender marked as no longer current: hex of the commitment, since when and why.
    #[serde(default)]
    pub stale: Vec<(String, Stale)>,
}

/// States of an inbound message.
pub mod inbound_state {
    /// Nobody has opened it.
    pub const UNSEEN: u16 = 0;
    /// A person has opened it.
    pub const SEEN: u16 = 1;
    /// Linked to a case by a named member.
    pub const LINKED: u16 = 2;
    /// Recalled by its sender.
    pub const RECALLED: u16 = 3;
    /// Needs nobody (a receipt of ours was enough).
    pub const FILED: u16 = 4;
}

/// A peer's signed receipt for one of our messages; the envelope it came in stands behind the head.
#[derive(Clone, Serialize, Deserialize)]
pub struct ReceiptRecord {
    /// Our message.
    pub message: MessageId,
    /// Who receipted it.
    pub from: AgencyId,
    /// When it became durable there, by the peer's clock.
    pub stored_at: UtcTime,
    /// Items admitted.
    pub admitted: u32,
    /// Items set apart.
    pub set_apart: u32,
    /// Why, by code.
    pub reasons: Vec<String>,
}

/// An item we should not have got: kept apart, shown to the privacy officer only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Quarantined {
    /// The message.
    pub message: MessageId,
    /// Sender.
    pub from: AgencyId,
    /// When.
    pub at: UtcTime,
    /// Why, one plain sentence each.
    pub reasons: Vec<String>,
    /// Row number claimed.
    pub row: u8,
}

/// Somebody has to look.
#[derive(Clone, Serialize, Deserialize)]
pub struct Notification {
    /// What for: `inbox`, `emergency_review`, `proposal`, `recall`, `quarantine`, `conflict`, `not_sent`, `answer_empty`,
    /// `stale_level`, `referral_status`, `report`, `reporter_wrote`, `reporter_opened`, `watcher_opened`.
    pub what: String,
    /// The record concerned, as kind and id; never content.
    pub about: String,
    /// When it arose.
    pub raised_at: UtcTime,
    /// Times the hook ran.
    pub rung: u32,
    /// Who took it, and when.
    pub taken: Option<(StaffId, UtcTime)>,
    /// What the last hook run said, in plain language.
    pub last_result: Option<String>,
    /// Urgent: minutes, not hours.
    pub urgent: bool,
    /// Why, in plain words without content, where the record itself does not say.
    #[serde(default)]
    pub why: Option<String>,
    /// The staff members whom it concerns before others; anybody with the role may take it.
    #[serde(default)]
    pub concerns: Vec<StaffId>,
}

/// States of a notification.
pub mod notification_state {
    /// To be rung at `due_at`.
    pub const WAITING: u16 = 0;
    /// A person took it.
    pub const TAKEN: u16 = 1;
    /// Rung to the end of the list: telephone.
    pub const EXHAUSTED: u16 = 2;
}

/// A request this agency made or received; its row has the id of its message.
#[derive(Clone, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Message id.
    pub message: MessageId,
    /// Ours or theirs.
    pub direction: Direction,
    /// The other agency.
    pub with: AgencyId,
    /// Case it belongs to (ours), if any.
    pub case: Option<CaseId>,
    /// The disclosure that the describing of a person is, if a person is described.
    pub disclosure: Option<DisclosureId>,
    /// Who asked (ours) or nobody.
    pub by: Option<StaffId>,
    /// When it was made or arrived.
    pub at: UtcTime,
    /// Why they ask.
    pub purpose: Purpose,
    /// A drill.
    #[serde(default)]
    pub exercise: bool,
    /// When the answer leaves: computed from arrival alone.
    pub answer_due: UtcTime,
    /// Whether an answer to ours came.
    #[serde(default)]
    pub answered: bool,
    /// The proposal approved as answer, if a member made one.
    pub answer: Option<ProposalId>,
}

/// Parent of what arrived and is not linked to a case yet.
pub const UNLINKED: Id = Id(2);

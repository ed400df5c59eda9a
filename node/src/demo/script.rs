//! What a story is made of: data that says what staff do, and what must come of it.
//!
//! `play` does it over the staff API of running nodes; `rehearsal` (tests) asks policy alone what it would decide. Records
//! and steps are named by short keys; identifiers are the node's business. Deliberately absent: any way into a store.

pub use super::script_process::{Act, Agenda, AnswerReferral, History, Outdated, Refused};

use super::cast::Who;

/// A name within one story.
pub type Key = &'static str;

/// One story.
pub struct Story {
    /// Short name, such as `example_1`.
    pub name: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What it shows, in a sentence or two.
    pub about: &'static str,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens.
pub enum Step {
    /// A sentence for whoever reads along.
    Tell(&'static str),
    /// A team opens a case.
    Open(Open),
    /// Staff write things into a case.
    Record(Record),
    /// Staff ask to share, or look what a share would be.
    Share(Share),
    /// Somebody decides a share that waits.
    Approve(Approve),
    /// The recipient's staff find, open and link what came.
    Receive(Receive),
    /// A second person reviews an emergency.
    Review(Review),
    /// A person takes a permission back.
    Revoke(Revoke),
    /// Counsel confirms what a state's law asks.
    ConfirmState(ConfirmState),
    /// Staff ask another agency.
    Request(Request),
    /// The agency asked answers.
    Answer(Answer),
    /// The asker opens two answers, which must look the same.
    SameAnswers(SameAnswers),
    /// Staff look where something is.
    Trace(Trace),
    /// Nothing of a share has arrived at its recipient.
    NotArrived {
        /// Sentence for the reader.
        say: &'static str,
        /// The share.
        share: Key,
        /// Who looks, at the recipient's node.
        by: Who,
    },
    /// Staff ask for the accounting of a case.
    Account(Account),
    /// A node's process is killed.
    Kill {
        /// Sentence for the reader.
        say: &'static str,
        /// The agency.
        agency: &'static str,
    },
    /// The node is started again.
    Start {
        /// Sentence for the reader.
        say: &'static str,
        /// The agency.
        agency: &'static str,
    },
    /// Staff do something in a case by the process.
    Act(Act),
    /// Staff try something that the process refuses.
    Refused(Refused),
    /// Days pass, at every node.
    Days(u32, &'static str),
    /// Somebody looks what is due.
    Agenda(Agenda),
    /// Somebody looks where a case stands.
    History(History),
    /// The recipient's staff look at an item that its sender no longer stands by.
    Outdated(Outdated),
    /// The service says how a referral stands, and the referring agency sees it.
    AnswerReferral(AnswerReferral),
    /// The coordinator's roster ends before a new one has come: sending stops everywhere.
    RosterLapses {
        /// Sentence for the reader.
        say: &'static str,
    },
    /// The coordinator's new roster reaches every node.
    RosterRenewed {
        /// Sentence for the reader.
        say: &'static str,
    },
}

/// Opens a case.
pub struct Open {
    /// The case.
    pub case: Key,
    /// Who opens it.
    pub by: Who,
    /// Name of the case's own place; empty: none.
    pub setting: &'static str,
}

/// Writes things into a case.
pub struct Record {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The case.
    pub case: Key,
    /// Who writes.
    pub by: Who,
    /// What.
    pub entries: Vec<Entry>,
}

/// One thing written into a case.
pub enum Entry {
    /// A person of the case.
    Person(Person),
    /// Somebody outside any node.
    Contact(Contact),
    /// An item.
    Item(Item),
    /// A text for one class of recipient.
    Statement {
        /// The item.
        item: Key,
        /// Class code.
        class: &'static str,
        /// The words.
        text: &'static str,
    },
    /// What a person signed.
    Permission(Permission),
    /// The writer's own judgment on one fact.
    Attest(Attest),
    /// A legal instrument.
    Document(Document),
}

/// A person of a case.
#[derive(Clone, Copy, Default)]
pub struct Person {
    /// The person.
    pub key: Key,
    /// Words of PersonRole.
    pub roles: &'static [&'static str],
    /// Names.
    pub names: &'static [&'static str],
    /// Date of birth; empty: unknown.
    pub born: &'static str,
    /// A student.
    pub is_student: Option<bool>,
    /// At college.
    pub attends_postsecondary: Option<bool>,
    /// Is or was under this agency's health care; the role `patient` says so too.
    pub is_patient: Option<bool>,
}

/// Somebody outside any node.
#[derive(Clone, Copy, Default)]
pub struct Contact {
    /// The contact.
    pub key: Key,
    /// Word of Sector.
    pub sector: &'static str,
    /// The person of the case who is the same human; empty: none.
    pub person: Key,
    /// Name.
    pub name: &'static str,
}

/// The content of an item.
#[derive(Clone, Copy, Default)]
pub enum Value {
    /// Words.
    Text(&'static str),
    /// A level of concern: model, the team's word, band, days until it lapses.
    Band(&'static str, &'static str, &'static str, i64),
    /// A place: kind of setting, name, agency whose own place it is, time window.
    Place(&'static str, &'static str, &'static str, &'static str),
    /// A code.
    Code(&'static str),
    /// A count.
    Count(u32),
    /// Yes or no.
    #[default]
    Nothing,
}

/// An item of information.
#[derive(Clone, Copy, Default)]
pub struct Item {
    /// The item.
    pub key: Key,
    /// Row of the matrix.
    pub row: u8,
    /// Words of Label.
    pub labels: &'static [&'static str],
    /// Word of RecordKind.
    pub kind: &'static str,
    /// Words of Element.
    pub elements: &'static [&'static str],
    /// Whom it is about, with the kind of record as to that person where it differs (empty: the item's own).
    pub about: &'static [(Key, &'static str)],
    /// Content.
    pub value: Value,
    /// Whose own place, service or task it is: agency; empty: nobody's outside.
    pub own_of_agency: &'static str,
    /// The same for a contact of the case.
    pub own_of_contact: Key,
}

/// What a person signed.
#[derive(Clone, Copy, Default)]
pub struct Permission {
    /// The permission.
    pub key: Key,
    /// Whose information it releases.
    pub person: Key,
    /// Word of PermissionKind.
    pub kind: &'static str,
    /// `subject` or `parent`.
    pub given_by: &'static str,
    /// Agencies that it names.
    pub agencies: &'static [&'static str],
    /// Contacts that it names.
    pub contacts: &'static [Key],
    /// Words of RecordKind.
    pub record_kinds: &'static [&'static str],
    /// Rows; empty: every row of those kinds.
    pub rows: &'static [u8],
    /// Words of Purpose.
    pub purposes: &'static [&'static str],
    /// Days until it ends.
    pub days: i64,
}

/// The writer's own judgment.
#[derive(Clone, Copy, Default)]
pub struct Attest {
    /// The fact by its path.
    pub fact: &'static str,
    /// What was found.
    pub value: bool,
    /// How far it reaches.
    pub scope: Scope,
    /// In which role.
    pub role: &'static str,
    /// Why.
    pub reasons: &'static str,
}

/// How far a judgment reaches.
#[derive(Clone, Copy, Default)]
pub enum Scope {
    /// The whole case.
    #[default]
    Case,
    /// One person.
    Person(Key),
    /// One item.
    Item(Key),
    /// One agency as recipient.
    Agency(&'static str),
    /// One contact as recipient.
    Contact(Key),
}

/// A legal instrument.
#[derive(Clone, Copy, Default)]
pub struct Document {
    /// The document.
    pub key: Key,
    /// Word of LegalProcess.
    pub kind: &'static str,
    /// Rows its terms reach.
    pub rows: &'static [u8],
    /// Days until it ends.
    pub days: i64,
    /// Agencies it speaks of.
    pub agencies: &'static [&'static str],
    /// Contacts it speaks of.
    pub contacts: &'static [Key],
}

/// Who would receive.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Another agency's node.
    Agency(&'static str),
    /// A contact of the case.
    Contact(Key),
}

/// The five answers of an emergency.
#[derive(Clone, Copy, Debug)]
pub struct Answers {
    /// Who is at risk.
    pub who_is_at_risk: &'static str,
    /// What makes it imminent.
    pub what_makes_it_imminent: &'static str,
    /// What the caller knows first-hand, or from whom.
    pub known_first_hand: &'static str,
    /// Who can prevent or lessen it.
    pub who_can_prevent_it: &'static str,
    /// What they must know for that.
    pub what_they_must_know: &'static str,
}

/// How a share is made.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// Only shown.
    Preview,
    /// Asked for; somebody else approves in a step of its own.
    Propose,
    /// Asked for as a referral: category, urgency, days until contact is asked.
    Refer(&'static str, &'static str, i64),
    /// An emergency: it goes at once.
    Emergency(Answers),
    /// Told outside the node (`telephone`, `meeting`, `paper`, `emergency_911`), recorded afterwards.
    Told(&'static str),
}

/// What must come of one item.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// It goes whole, on a basis whose citation begins like this.
    Whole(&'static str),
    /// It goes in this form, on such a basis.
    Form(&'static str, &'static str),
    /// It stays, and its reasons, citations or what is missing say this.
    Withheld(&'static str),
}

/// A share.
pub struct Share {
    /// The share.
    pub key: Key,
    /// Sentence for the reader.
    pub say: &'static str,
    /// The case.
    pub case: Key,
    /// Who asks.
    pub by: Who,
    /// Who would receive.
    pub to: Target,
    /// Word of Purpose.
    pub purpose: &'static str,
    /// Default packet; empty: none.
    pub packet: &'static str,
    /// Items asked for besides.
    pub items: &'static [Key],
    /// How.
    pub how: How,
    /// What must come of every item: no other item may appear.
    pub expect: Vec<(Key, Expect)>,
    /// Items that the law says must be disclosed.
    pub mandatory: &'static [Key],
}

/// A decision on a share that waits.
pub struct Approve {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share.
    pub share: Key,
    /// Who decides.
    pub by: Who,
    /// Items to take out of it.
    pub without: &'static [Key],
}

/// What the recipient's staff do.
pub struct Receive {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share, or the request, that arrived.
    pub what: Key,
    /// Who opens it.
    pub by: Who,
    /// Case of the recipient to link it to; empty: it is not linked.
    pub case: Key,
    /// People of that case by the role that the sender gave; others become new people.
    pub people: &'static [(&'static str, Key)],
    /// Words that nothing in the message may contain, in any case.
    pub never: &'static [&'static str],
}

/// A second person's review.
pub struct Review {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share.
    pub share: Key,
    /// Who reviews.
    pub by: Who,
    /// Whether it was right.
    pub ok: bool,
    /// Note.
    pub note: &'static str,
    /// The review must be refused (the one who sent cannot be the second person).
    pub refused: bool,
}

/// A person takes a permission back.
pub struct Revoke {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The permission.
    pub permission: Key,
    /// The case.
    pub case: Key,
    /// Who records it.
    pub by: Who,
    /// Share that must be stopped before it leaves; empty: none.
    pub stops: Key,
}

/// Counsel's confirmation of a state's row.
pub struct ConfirmState {
    /// Sentence for the reader.
    pub say: &'static str,
    /// Who confirms.
    pub by: Who,
    /// Postal code.
    pub state: &'static str,
    /// Word of DutyLogic.
    pub logic: &'static str,
    /// Days until the confirmation ends.
    pub days: i64,
}

/// Asking another agency.
pub struct Request {
    /// The request.
    pub key: Key,
    /// Sentence for the reader.
    pub say: &'static str,
    /// The asker's case.
    pub case: Key,
    /// Who asks.
    pub by: Who,
    /// Agency asked.
    pub to: &'static str,
    /// Word of Purpose.
    pub purpose: &'static str,
    /// Rows asked for.
    pub rows: &'static [u32],
    /// Items that describe the person.
    pub describing: &'static [Key],
    /// Emergency of the asker.
    pub emergency: Option<Answers>,
    /// What must come of the describing items.
    pub expect: Vec<(Key, Expect)>,
}

/// Answering.
pub struct Answer {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The request.
    pub request: Key,
    /// Who answers.
    pub by: Who,
    /// The case the items are from; empty with no items.
    pub case: Key,
    /// Items.
    pub items: &'static [Key],
    /// Only shown.
    pub preview: bool,
    /// What must come of each item.
    pub expect: Vec<(Key, Expect)>,
}

/// Comparing two answers.
pub struct SameAnswers {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The two requests.
    pub requests: [Key; 2],
    /// Who opens the answers.
    pub by: Who,
    /// The asker's case they are linked to.
    pub case: Key,
}

/// Looking where something is.
pub struct Trace {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The share.
    pub share: Key,
    /// Who looks.
    pub by: Who,
    /// Words that the lines must contain, each somewhere.
    pub says: &'static [&'static str],
    /// At least this many attempts to send have been made before the step is done.
    pub attempts_min: u32,
}

/// Asking for an accounting.
pub struct Account {
    /// Sentence for the reader.
    pub say: &'static str,
    /// The case.
    pub case: Key,
    /// Who asks.
    pub by: Who,
    /// `hipaa`, `ferpa`, `part2` or `all`.
    pub view: &'static str,
    /// Shares that must be listed, and no others.
    pub lists: &'static [Key],
    /// Words of the threat that must be on record beside each; empty: none has to be.
    pub threat: &'static str,
}

//! Why an item, or part of it, does not go. For one's own staff only; a peer never sees these.

use crate::id::PersonId;
use crate::record::{Form, Row, StaleReason};
use crate::share::Class;
use crate::share::forms::FormError;
use crate::share::matrix::{Closed, Matrix, Note};
use crate::share::packets::PacketName;

/// One reason to withhold or reduce. Every one that applies is listed, not the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The law does not permit it for this person; `ShareDecision::explain` says what would have to be established.
    Law {
        /// Whose information it is.
        person: PersonId,
        /// The law is not settled: counsel decides.
        ask_counsel: bool,
    },
    /// What is recorded of this person cannot be so together: the law's answer to it is none.
    Contradiction {
        /// Whose information it is.
        person: PersonId,
        /// The fact to look at.
        place: String,
    },
    /// The recipient is in no column: the network carries nothing to it for this purpose.
    NoClass,
    /// A cell of the matrix is closed.
    Cell {
        /// The row that was judged: the item's own, one that a label names, or that of somebody the text names.
        row: Row,
        /// The column.
        class: Class,
        /// Why it is closed.
        closed: Closed,
    },
    /// Two rows ask for two forms that cannot both be kept.
    TwoForms,
    /// The form could not be made.
    Form(FormError),
    /// The text names a person of the case whom the item does not list.
    NamesSomebodyElse(PersonId),
    /// The text names a person, and this recipient may not have that name as it stands.
    NamesPerson {
        /// Who is named.
        person: PersonId,
        /// The row that holds such names.
        row: Row,
    },
    /// The packet must not hold it.
    Packet(PacketName),
    /// It arrived for other purposes.
    OtherPurpose,
    /// The leave to hold it has ended.
    LeaveEnded,
    /// Its sender recalled it.
    Recalled,
    /// A correction took its place.
    Superseded,
    /// It is no longer current: its sender, or this agency's own team, marked it so.
    Stale {
        /// It was received, and its sender said so.
        by_sender: bool,
        /// Why.
        because: StaleReason,
    },
    /// It lists nobody, or a person who is not of this case.
    AboutUnknown,
    /// This agency or the item is under victim-service confidentiality, and the person's own release does not cover it.
    VictimServiceRelease(PersonId),
    /// No agreement in force covers its row.
    RowNotAgreed(Row),
    /// The approver did not approve it.
    NotApproved,
    /// It changed after the approval.
    ChangedSinceApproval,
    /// The share is an emergency, and the emergency test is not established for this person.
    NotPartOfEmergency(PersonId),
    /// A text that the law sends along is not in this build.
    TextMissing(String),
    /// Not one of the items of the case that was given.
    NotInCase,
}

impl Reason {
    /// The reason in a sentence that says what to do.
    pub fn text(&self, matrix: &Matrix) -> String {
        match self {
            Self::Law { ask_counsel: true, .. } => "the law is not settled here: ask counsel".into(),
            Self::Law { .. } => "the law does not permit it as proposed".into(),
            Self::Contradiction { place, .. } => {
                format!("what is recorded about {place} cannot be so together with the rest: correct it, then ask again")
            }
            Self::NoClass => "this recipient is in no class for this purpose: nothing goes".into(),
            Self::Cell { row, class, closed } => {
                format!("row {row} ({}) for {class}: {}", matrix.name(*row), closed_text(*closed))
            }
            Self::TwoForms => "two rows ask for different forms of it: record the parts as separate items".into(),
            Self::Form(error) => error.to_string(),
            Self::NamesSomebodyElse(_) => {
                "the text names a person of the case whom the item does not list: list whom it is about, or write it without"
                    .into()
            }
            Self::NamesPerson { row, .. } => format!(
                "the text names a person, and row {row} ({}) is closed to this recipient: write a statement without the name",
                matrix.name(*row)
            ),
            Self::Packet(name) => format!("packet {name} must not hold it"),
            Self::OtherPurpose => "it was received for other purposes: a new basis is needed from its sender".into(),
            Self::LeaveEnded => "the leave to hold it has ended".into(),
            Self::Recalled => "its sender recalled it".into(),
            Self::Superseded => "a correction took its place: share that".into(),
            Self::Stale { by_sender: true, because: StaleReason::Stale } => {
                "the sender marked this level stale: ask them for the present one".into()
            }
            Self::Stale { by_sender: true, because: StaleReason::Superseded } => {
                "the sender marked this level stale: they reassessed, ask them for the present one".into()
            }
            Self::Stale { by_sender: false, because: StaleReason::Stale } => {
                "this level is stale: the team reassesses first".into()
            }
            Self::Stale { by_sender: false, because: StaleReason::Superseded } => {
                "the team reassessed: share the present level".into()
            }
            Self::AboutUnknown => "it does not say whom it is about: list the persons of this case".into(),
            Self::VictimServiceRelease(_) => {
                "victim-service confidentiality: the person's own written release, in date, has to name this recipient".into()
            }
            Self::RowNotAgreed(row) => format!("no agreement in force covers row {row} ({})", matrix.name(*row)),
            Self::NotApproved => "the approver did not approve it".into(),
            Self::ChangedSinceApproval => "it changed after it was approved: approve again".into(),
            Self::NotPartOfEmergency(_) => {
                "a serious and imminent danger is not established for it: share it in the ordinary way".into()
            }
            Self::TextMissing(id) => format!("the text `{id}` that must travel with it is not in this build"),
            Self::NotInCase => "there is no such current item in this case".into(),
        }
    }
}

fn closed_text(closed: Closed) -> String {
    match closed {
        Closed::Never => "never, and an emergency does not open it".into(),
        Closed::Note(note) => match note {
            Note::OwnPlace => "only where it is the recipient's own place".into(),
            Note::OwnService => "only the status of the recipient's own service".into(),
            Note::OwnTask => "only the recipient's own task".into(),
            Note::Itself => "only what is about the recipient alone".into(),
            Note::OwnInformation => "only the asker's own information".into(),
            Note::OwnSchool => "only the school's own team".into(),
            Note::MedicalEmergency => "only medical personnel in a bona fide medical emergency".into(),
            Note::OrderNamesRow => "only on an order that names it".into(),
            Note::VawaRelease => "only with the person's own written, time-limited release".into(),
        },
        Closed::Needs { consent, emergency, process } => {
            let mut needs = Vec::new();
            if consent {
                needs.push("consent of the right person or a named authority in its place");
            }
            if emergency {
                needs.push("the emergency test of each governing law");
            }
            if process {
                needs.push("legal process, or a duty or permission that names this kind of recipient");
            }
            format!("needs {}", needs.join(", or "))
        }
    }
}

/// A duty that the law puts on this agency meets a closed cell: never silent, always the privacy officer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose information it is.
    pub person: PersonId,
    /// The row that is closed.
    pub row: Row,
    /// Why it is closed.
    pub closed: Closed,
    /// Citations of the duty.
    pub duty: Vec<String>,
}

impl Conflict {
    /// Both reasons in one sentence.
    pub fn text(&self, matrix: &Matrix) -> String {
        format!(
            "the law says it must be disclosed ({}), and the matrix keeps row {} ({}) back: {}. The privacy officer decides.",
            self.duty.join("; "),
            self.row,
            matrix.name(self.row),
            closed_text(self.closed)
        )
    }
}

/// Whether less than the whole was approved, and what.
pub(super) fn narrower(now: Option<Form>, approved: Option<Form>) -> Result<Option<Form>, Reason> {
    match (now, approved) {
        (now, None) => Ok(now),
        (None, Some(approved)) => Ok(Some(approved)),
        (Some(now), Some(approved)) if now == approved => Ok(Some(now)),
        _ => Err(Reason::ChangedSinceApproval),
    }
}

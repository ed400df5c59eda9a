//! What a case's history is made of: one entry for each thing somebody reported, saw, judged, planned or did.
//!
//! Callers: `standing` folds entries, `guard` looks at them, the node keeps each in a sealed row. An entry is never changed:
//! a newer version is another entry that names the older one (`replaces`). Times and words are written as the staff API
//! writes them, so that the two are one JSON. Deliberately absent: a number on a person, an instrument's items, the
//! reporter's identity and demographics (both are kept apart, by the node).

mod ending;
mod inquiry;
mod intake;
mod manage;
mod protect;
mod rights;

pub use ending::*;
pub use inquiry::*;
pub use intake::*;
pub use manage::*;
pub use protect::*;
pub use rights::*;

use super::words::State;
use crate::id::{EntryId, StaffId};
use crate::time::{UtcTime, text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who wrote what an anonymous reporter said, and what time itself brings about.
pub const BYSTANDER: &str = "bystander";
/// This node's clock.
pub const CLOCK: &str = "clock";

/// One entry of a case's history.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Identifier.
    pub id: EntryId,
    /// When, by the node's clock.
    #[serde(with = "text")]
    pub at: UtcTime,
    /// Who.
    pub by: StaffId,
    /// What.
    pub act: Act,
    /// The entry of which this is the next version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EntryId>,
    /// The state that the case came into by it, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<State>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).field("act", &self.act.word()).finish_non_exhaustive()
    }
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($content:ty) = $word:literal,)*) => {
        /// What somebody does in a case. The word is the same in the tables, the staff API and the command line.
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Act { $($(#[$doc])* #[serde(rename = $word)] $name(Box<$content>)),* }

        impl Act {
            /// Every act's word.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Its word.
            pub const fn word(&self) -> &'static str {
                match self { $(Self::$name(_) => $word),* }
            }
        }

        $(impl From<$content> for Act {
            fn from(content: $content) -> Self { Self::$name(Box::new(content)) }
        })*
    };
}

acts! {
    /// A concern arrives (T1).
    Report(Report) = "report",
    /// A word between the reporter and the team, both ways.
    Message(Message) = "message",
    /// An intake coordinator takes it (T2).
    Triage(Triage) = "triage",
    /// It is no matter for the team (T3).
    ScreenOut(ScreenOut) = "screen_out",
    /// Facts are to be gathered (T4).
    OpenInquiry(OpenInquiry) = "open_inquiry",
    /// Advice about a situation without identity.
    Consult(Consultation) = "consult",
    /// Something seen, heard or written.
    Observe(Observation) = "observe",
    /// A factor on the grid.
    Factor(Factor) = "factor",
    /// A precipitating event.
    Event(PrecipitatingEvent) = "event",
    /// What an instrument came to, in a word.
    Instrument(InstrumentResult) = "instrument",
    /// The team's judgment (T6, T10).
    Assess(Assessment) = "assess",
    /// What the person needs.
    Needs(NeedsAssessment) = "needs",
    /// The plan (T7, T10).
    Plan(Plan) = "plan",
    /// A task, or how it stands.
    Task(PlanTask) = "task",
    /// A referral, or how it stands.
    Refer(Referral) = "refer",
    /// What to tell whom, until when.
    Tripwire(Tripwire) = "tripwire",
    /// A tripwire was touched.
    TripwireHit(TripwireHit) = "tripwire_hit",
    /// A court's order and its conditions.
    Order(CourtOrder) = "order",
    /// Danger: act first (T5).
    Emergency(Emergency) = "emergency",
    /// The five answers, after the act.
    EmergencyAnswers(EmergencyAnswers) = "emergency_answers",
    /// It still stands.
    EmergencyRenewal(EmergencyRenewal) = "emergency_renewal",
    /// A second person's review.
    EmergencyReview(EmergencyReview) = "emergency_review",
    /// The emergency is over.
    EmergencyEnd(EmergencyEnd) = "emergency_end",
    /// The target is told, or why not.
    TargetNotice(TargetNotice) = "target_notice",
    /// A parent or guardian is told, or why not.
    GuardianNotice(GuardianNotice) = "guardian_notice",
    /// Police are told (T15).
    PoliceReferral(PoliceReferral) = "police_referral",
    /// Police ask.
    PoliceRequest(PoliceRequest) = "police_request",
    /// A second member agrees to what another proposed.
    Concur(Concurrence) = "concur",
    /// A member stands aside.
    Recuse(Recusal) = "recuse",
    /// Somebody asks for a correction.
    AskCorrection(CorrectionAsk) = "ask_correction",
    /// The answer to it.
    DecideCorrection(CorrectionAnswer) = "decide_correction",
    /// The person's statement of disagreement.
    Disagree(Disagreement) = "disagree",
    /// The case is offered to another team (T14).
    OfferTransfer(TransferOffer) = "offer_transfer",
    /// The other team accepted (T14).
    CompleteTransfer(TransferAccepted) = "complete_transfer",
    /// A case taken over from another team.
    TransferIn(TransferIn) = "transfer_in",
    /// The team proposes to close (T11).
    Retire(Retirement) = "retire",
    /// Closing (T8, T12).
    Close(Closing) = "close",
    /// New behavior in a closed case (T13).
    Reopen(Reopening) = "reopen",
    /// Content destroyed (T16).
    Purge(Purge) = "purge",
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.word())
    }
}

/// Content prints nothing of itself.
macro_rules! without_content {
    ($($name:ident),* $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
use without_content;

//! One file per verb: read a snapshot, ask policy, return `Changes`.
//!
//! Callers: the staff service (people), the desk (peers) and the courier (time). Nothing here opens a socket, and
//! nothing here decides what the law says: that is `policy`. An answer is given only after the commit.

mod accounting;
pub mod accounts;
mod agreements;
mod approve;
mod attestations;
mod capacities;
mod cases;
pub mod casework;
mod contacts;
mod deciding;
mod documents;
mod equity;
pub mod establish;
mod events;
mod fields;
mod hats;
mod identities;
mod ids;
mod inbox;
mod items;
mod ledger;
mod notifications;
mod oversight;
mod part;
mod people;
mod permissions;
mod proposals;
mod recall;
mod record_disclosure;
mod references;
mod referral_words;
mod referrals;
mod requests;
mod return_codes;
pub mod rows;
mod search;
mod share;
mod snapshot;
mod staff_members;
mod state_rows;
mod suspensions;
mod teams;
mod trace;
mod training;

pub use accounting::{Owed, OwedLine, View};
pub use agreements::NewAgreement;
pub use approve::Answer;
pub use attestations::NewAttestation;
pub(crate) use deciding::Deciding;
pub use equity::{Answers, Counted, K as EQUITY_COUNTS_FROM};
pub use events::Which;
pub use fields::invalid;
pub use hats::{Hat, HatSession, HatView, Wears};
pub use identities::{Identity, NewIdentity, Opening, Whose};
pub use ids::IdSource;
pub use inbox::{Opened, purpose_of};
pub(crate) use inbox::{role as received_role, value as received_value};
pub use ledger::*;
pub use oversight::{Asked, Line, NodeStatus};
pub use part::Part;
pub use permissions::Revoked;
pub use proposals::ProposalView;
pub use recall::{Cause, Recalls};
pub use record_disclosure::Told;
pub use references::References;
pub use referral_words::Agreed;
pub(crate) use referral_words::withheld;
pub use referrals::{
    Answered, ReferralRecord, ReferralStep, ReferralTerms, ReferralView, referral_state, referral_work,
};
pub(crate) use referrals::{Came, NoSuchReferral};
pub use requests::{RequestAsk, RequestView};
pub use return_codes::Code;
pub use rows::Read;
pub use search::Found;
pub use share::{ITEMS_MAX, ItemView, ShareAsk, ShareView};
pub use snapshot::{
    CaseSnapshot, OWN_AGENCY, Parties, Snapshot, SnapshotCache, derived_beside, derived_id, peer_ref,
};
pub use staff_members::{StaffMember, check_administrator, first_administrator, staff_ref};
pub use suspensions::{InForce, NewSuspension, Suspension};
pub use teams::{Membership, NewMembership, NewTeam, TeamChange, TeamView};
pub use trace::{Trace, TraceLine};
pub use training::{JointTraining, NewTraining, Sight, Training, TrainingsAsked, joint_trainings};

use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::exchange::{keys::NodeKeys, roster::Roster};
use crate::staff::roles::{Role, Tier};
use crate::store::{Changes, Event, Kind, Outcome, RecordRef, Store, StoreError};
use arc_swap::ArcSwap;
use policy::door::Door;
use policy::id::{AgencyId, Id, MessageId, StaffId, TeamId};
use policy::time::UtcTime;
use std::sync::Arc;
use tokio::sync::Notify;

/// How often a verb decides again when records changed under it, before it gives up.
pub const DECIDE_AGAIN_MAX: usize = 8;

/// Everything a verb may touch.
pub struct App {
    /// Where rows live.
    pub store: Arc<dyn Store>,
    /// The one place that reads time.
    pub clock: Arc<dyn Clock>,
    /// The one place that reads randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Law and matrix in force: the one door out.
    pub door: Arc<Door>,
    /// Names valid between two agencies only.
    pub references: References,
    /// Who is reachable.
    pub roster: Arc<ArcSwap<Roster>>,
    /// This agency's short name.
    pub own: AgencyId,
    /// What the administrator configured.
    pub config: Arc<Config>,
    /// Signing and opening keys.
    pub keys: Arc<NodeKeys>,
    /// Where new ids come from.
    pub ids: IdSource,
    /// Snapshots kept between two decisions.
    pub snapshots: SnapshotCache,
    /// Rung when there is something to send.
    pub courier_bell: Notify,
    /// Rung when there is someone to notify.
    pub notify_bell: Notify,
}

/// A staff member as their certificate and this node's records know them.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The SPIFFE URI of their certificate.
    pub staff: StaffId,
    /// Roles an administrator gave them.
    pub roles: Vec<Role>,
    /// Teams they are a member of now, with their tier.
    pub teams: Vec<(TeamId, Tier)>,
    /// Professional standing in which they may attest, such as `treating_professional`.
    pub qualifications: Vec<String>,
}

impl Actor {
    /// The word for this person's role that may travel: the one that most qualifies them, never a name. A person of another
    /// agency in a hosted team is a member like any other.
    pub fn role_word(&self) -> &'static str {
        const MOST_QUALIFIED_FIRST: [Role; 5] =
            [Role::Chair, Role::Member, Role::Intake, Role::PrivacyOfficer, Role::Approver];
        let held = MOST_QUALIFIED_FIRST.into_iter().find(|role| self.roles.contains(role));
        held.unwrap_or(Role::Member).as_str()
    }
}

/// Why a verb did nothing. Messages carry ids, never personal data.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such record, or it is not the caller's to know: both look the same.
    #[error("nothing with this id is open to you: check the id, or ask the chair of its team to add you")]
    NotFound,
    /// The caller's role does not allow this call.
    #[error("{0}")]
    NotAllowed(String),
    /// A rule of the process refuses; the text says which, why, and what would satisfy it.
    #[error("{0}")]
    Refused(String),
    /// Guards of the process do not hold: each with its step, why, and what would satisfy it.
    #[error("{0}")]
    Guarded(#[from] policy::process::Refusal),
    /// A field cannot be read.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field's name in the API.
        field: &'static str,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// Somebody changed the records while this was being decided.
    #[error("the records changed while this was being decided: look again and repeat")]
    Stale,
    /// Storage failed; nothing was done.
    #[error("the records could not be read or written; nothing was done")]
    Store(#[from] StoreError),
    /// A stored body cannot be read back.
    #[error("record {0} cannot be read: it was written by another version of concord, or is damaged")]
    Unreadable(RecordRef),
    /// Its content was destroyed.
    #[error("the content of {0} was destroyed on schedule or by a person's right: only its id is left")]
    Erased(RecordRef),
}

/// What a verb returns.
pub type AppResult<T> = Result<T, AppError>;

impl App {
    /// The time now.
    pub fn now(&self) -> UtcTime {
        self.clock.now()
    }

    /// A fresh random identifier.
    pub fn new_id(&self) -> Id {
        self.ids.own(self.entropy.as_ref())
    }

    /// A fresh id for something that `to` will see.
    pub fn new_message_id(&self, to: &To) -> MessageId {
        MessageId(match to {
            To::Agency(agency) => self.ids.for_peer(agency, self.entropy.as_ref()),
            To::Contact(_) => self.new_id(),
        })
    }

    /// An event for the append-only log of who did what, when, to which ids.
    pub fn event(&self, actor: &str, kind: &'static str, ids: Vec<RecordRef>) -> Event {
        Event { at: self.now(), actor: actor.to_owned(), kind: kind.into(), ids }
    }

    /// Commits, and turns the writer's outcome into ours.
    ///
    /// # Errors
    /// [`AppError::Stale`] when something this relied on has changed, [`AppError::Store`] when nothing was written.
    pub async fn commit(&self, mut changes: Changes) -> AppResult<u64> {
        self.mark_changed(&mut changes);
        let touches_decisions = changes.puts.iter().any(|p| p.r.kind == Kind::Sequence);
        let outcome = self.store.commit(changes).await;
        if touches_decisions || !matches!(outcome, Ok(Outcome::Committed { .. })) {
            self.snapshots_changed();
        }
        match outcome? {
            Outcome::Committed { sequence } => Ok(sequence),
            Outcome::Stale(r) => {
                tracing::debug!(record = %r, "a commit was stale: something was written in between");
                Err(AppError::Stale)
            }
            Outcome::Refused(reason) => Err(AppError::Refused(reason.to_string())),
        }
    }
}

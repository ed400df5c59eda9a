//! The desk: what comes in from other nodes is checked, admitted or set apart, made durable, and receipted.
//!
//! Callers: the exchange listener, with the identity that the TLS session proved. One commit stores the admitted items,
//! the items set apart, the accounting line, the notification and our signed receipt, which returns only then. A message
//! that came before gets the first receipt again. Deliberately absent: linking (a named member does that) and any answer
//! that depends on whom a message is about.

use super::envelope::{self, Opened};
use super::listen::Inbox;
use super::wire;
use crate::app::rows::{put_new, read};
use crate::app::{
    AccountedItem, AccountingEntry, App, AppError, Direction, Inbound, Quarantined, Read, RequestRecord, Task, UNLINKED,
    Work, derived_id, inbound_state, work_state,
};
use crate::faults;
use crate::store::{Changes, Kind, Outcome};
use crate::tls::PeerIdentity;
use policy::id::{AgencyId, MessageId};
use policy::record::Purpose;
use policy::share::{Admission, AdmitContext};
use policy::time::UtcTime;
use prost::Message;
use proto::exchange::v1::{
    Body, CollectRequest, CollectResponse, DeliverOutcome, DeliverResult, Envelope, ItemRelease, QuarantineReason,
    QuarantinedItem, Receipt, RefusalCode, body,
};
use std::sync::Arc;

/// The receiving side of this node.
pub struct Desk {
    app: Arc<App>,
}

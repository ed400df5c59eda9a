//! Fetching instead of being called: for agencies whose network opens no port, on either side of it.
//!
//! `hand_out` gives a peer what waits for it, decided at that moment; `fetch_once` asks every peer for what waits for us.
//! The same envelopes, receipts and accounting as when the courier calls.

use super::desk::Desk;
use super::peer::Peers;
use super::roster::Member;
use crate::app::rows::{Read, read};
use crate::app::{App, AppResult, RequestRecord, Task, Work, work_state};
use crate::faults;
use crate::store::Kind;
use crate::tls::PeerIdentity;
use policy::id::{AgencyId, Id, MessageId};
use policy::time::UtcTime;
use proto::exchange::v1::{CollectRequest, CollectResponse, DeliverResult, Envelope};
use std::collections::HashMap;
use std::sync::Arc;

/// Envelopes handed out in one call.
pub const HANDED_OUT_MAX: usize = 32;
/// Work items looked through for one call.
const LOOKED_THROUGH_MAX: u32 = 1_000;

impl App {
    /// Takes the caller's acknowledgements, then hands out what waits for it, oldest first.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn hand_out(
        &self,
        peer: &PeerIdentity,
        request: CollectRequest,
    ) -> AppResult<CollectResponse> {
        let agency = peer.agency();
        for result in request.acknowledged.into_iter().take(HANDED_OUT_MAX) {
            self.acknowledged(&agency, result).await?;
        }
        let wanted =
            usize::try_from(request.envelopes_max).unwrap_or(HANDED_OUT_MAX).clamp(1, HANDED_OUT_MAX);
        let mut response = CollectResponse { envelopes: Vec::new(), more: false };
        for mut work in self.waiting_for(&agency).await? {
            if response.envelopes.len() >= wanted {
                response.more = true;
                break;
            }
            faults::reached("collect.before_hand_out");
            if let Some((_, envelope)) = self.ready(&mut work).await? {
                faults::reached("collect.after_hand_out");
                response.envelopes.push(envelope);
            }
        }
        Ok(response)
    }

    async fn waiting_for(&self, agency: &AgencyId) -> AppResult<Vec<Read<Work>>> {
        if self.roster_stops(agency).is_some() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut waiting = Vec::new();
        for row in self.store.by_state(Kind::Work, work_state::DUE, None, LOOKED_THROUGH_MAX).await? {
            let work: Read<Work> = read(row)?;
            if work.record.to == *agency && self.may_leave(&work, now).await? {
                waiting.push(work);
            }
        }
        Ok(waiting)
    }

    /// An answer leaves at its own time, whoever fetches it.
    async fn may_leave(&self, work: &Read<Work>, now: UtcTime) -> AppResult<bool> {
        let Task::Answer(request) = work.record.task else { return Ok(true) };
        let request: Option<Read<RequestRecord>> = self.find(Kind::Request.of(request)).await?;
        Ok(request.is_some_and(|r| r.record.answer_due <= now))
    }

    async fn acknowledged(&self, agency: &AgencyId, result: DeliverResult) -> AppResult<()> {
        let Some(message) = Id::from_slice(&result.message_id).map(MessageId) else { return Ok(()) };
        let found = self.waiting_for(agency).await?.into_iter().find(|w| w.record.message == Some(message));
        let Some(mut work) = found else { return Ok(()) };
        if let Some((_, envelope)) = self.ready(&mut work).await? {
            faults::reached("collect.before_settle");
            self.settle(work, message, &envelope, result).await?;
            faults::reached("collect.after_settle");
        }
        Ok(())
    }
}

/// What was fetched from each peer and is to be acknowledged in the next call.
#[derive(Default)]
pub struct Fetcher {
    acknowledge: HashMap<AgencyId, Vec<DeliverResult>>,
}

impl Fetcher {
    /// Asks every peer that can be called for what waits for us. Returns how many envelopes came.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that fetches; it sends acknowledgements only"
    )]
    pub async fn fetch_once(&mut self, app: &Arc<App>, peers: &Peers) -> usize {
        let roster = app.roster.load_full();
        let desk = Desk::new(Arc::clone(app));
        let mut came = 0;
        for member in roster.members().iter().filter(|m| m.id != app.own && !m.addresses.is_empty()) {
            let acknowledged = self.acknowledge.remove(&member.id).unwrap_or_default();
            let request = CollectRequest { envelopes_max: 32, acknowledged: acknowledged.clone() };
            match peers.collect(member, request).await {
                Err(error) => {
                    tracing::info!(peer = %member.id, why = error.kind.as_str(), "nothing could be fetched");
                    self.acknowledge.insert(member.id.clone(), acknowledged);
                }
                Ok(response) => {
                    let mut results = Vec::new();
                    for envelope in response.envelopes {
                        came += 1;
                        faults::reached("collect.after_fetch");
                        if let Some(result) = take_logged(&desk, member, envelope).await {
                            faults::reached("collect.before_acknowledge");
                            results.push(result);
                        }
                    }
                    self.acknowledge.insert(member.id.clone(), results);
                }
            }
        }
        came
    }
}

async fn take_logged(desk: &Desk, sender: &Member, envelope: Envelope) -> Option<DeliverResult> {
    match desk.take(sender, envelope).await {
        Ok(result) => Some(result),
        Err(error) => {
            tracing::error!(%error, peer = %sender.id, "a fetched envelope could not be stored; it will come again");
            None
        }
    }
}

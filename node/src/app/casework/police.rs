//! Law enforcement is one option, and a step of its own (T15, T5): what a share with it needs from the process.
//!
//! Caller: `share`, before anything is asked for or shown as possible, and again before it is approved. The law is asked as
//! well, by `policy::door`; this only ever stops. Deliberately absent: a stop for an answer to a request, which carries the
//! asker's own form, for the items that a court or another legal instrument in date compels, and for those of which the law
//! itself says that they must be told: a duty to warn waits for no second member, and takes nothing else with it.

use super::super::{App, AppResult, Becomes, Proposal, Snapshot};
use policy::door::{ItemDecision, Outcome, ShareDecision};
use policy::id::ItemId;
use policy::process::Standing;
use policy::share::Class;
use policy::share::packets::PacketName;

/// What stops a share, and the command that mends it.
pub(crate) struct ProcessStop {
    /// Which guard, and why.
    pub(crate) why: String,
    /// What to run.
    pub(crate) command: String,
}

/// What of a decided share would go, and whether the law says of it that it must.
pub(crate) fn going(decision: &ShareDecision<'_>) -> Vec<(ItemId, bool)> {
    let goes = |i: &&ItemDecision| i.outcome != Outcome::Withheld;
    decision.items().iter().filter(goes).map(|i| (i.item, i.mandatory())).collect()
}

impl App {
    /// What the process wants before this share, where it is one with law enforcement; none: nothing. `going`: what would go,
    /// and whether the law says of it that it must.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(crate) async fn process_stop(
        &self,
        snapshot: &Snapshot,
        share: &Proposal,
        class: Option<Class>,
        going: Vec<(ItemId, bool)>,
    ) -> AppResult<Option<ProcessStop>> {
        if class != Some(Class::Le) || share.emergency || matches!(share.becomes, Becomes::Answer(_)) {
            return Ok(None);
        }
        let packet = share.packet.as_deref().and_then(PacketName::from_word);
        let is_referral = packet == Some(PacketName::LawEnforcementReferral);
        let compelled = if is_referral { Vec::new() } else { snapshot.compelled(share.purpose, self.now()) };
        let beside_a_duty: Vec<&ItemId> = going
            .iter()
            .filter(|(item, must)| !must && !compelled.contains(item))
            .map(|(item, _)| item)
            .collect();
        if beside_a_duty.is_empty() {
            return Ok(None);
        }
        let entries = self.entries_of(share.case).await?;
        let case = Standing::of(&entries);
        let now = self.now();
        if case.emergency(now).is_some() {
            return Ok(None);
        }
        if packet == Some(PacketName::LawEnforcementEmergency) {
            return Ok(Some(ProcessStop {
                why: "T5 emergency_stands: this packet goes while an emergency stands, and none does".into(),
                command: format!("concord emergency declare {}", share.case),
            }));
        }
        let may_go =
            case.police_referral(now).is_some() || (!is_referral && case.police_request(now).is_some());
        if may_go {
            return Ok(None);
        }
        let mut why = "T15 police_referral: law enforcement is told by a step of its own, never by the way: the chair \
                       records why and what else was considered, and a second member who is not of law enforcement \
                       agrees; or they asked by their own form (L1)"
            .to_owned();
        if beside_a_duty.len() < going.len() {
            let beside: Vec<String> = beside_a_duty.iter().map(ToString::to_string).collect();
            why.push_str(&format!(
                ". What the law or an instrument says must be told goes alone: leave out {}",
                beside.join(", ")
            ));
        }
        Ok(Some(ProcessStop { why, command: format!("concord police refer {}", share.case) }))
    }
}

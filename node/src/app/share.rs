//! A member asks for a share: shown item by item, and, unless it is a preview, kept for a named approver. In an emergency
//! one person's five answers are the attestation and the approval: it goes at once, and a second person reviews it.

use super::approve::agency_of;
use super::casework::going;
use super::establish;
use super::rows::put_new;
use super::{
    Actor, App, AppError, AppResult, Becomes, DECIDE_AGAIN_MAX, Deciding, Proposal, Snapshot, Task, To, Work,
    proposal_state, work_state,
};
use crate::store::{Changes, Kind};
use policy::door::{Conflict, Emergency, ItemDecision, ItemExplanation, Outcome, ShareDecision};
use policy::id::{AttestationId, CaseId, DisclosureId, ItemId, ProposalId};
use policy::record::{
    Approval, ApprovedItem, ApprovedRecipient, Attestation, ItemValue, Purpose, Recipient, TrainingTopic,
};
use policy::share::Class;
use policy::share::gate::Stop;
use policy::share::packets::{PacketName, packet};
use policy::time::UtcTime;

/// Items in one share.
pub const ITEMS_MAX: usize = 64;

/// What a member asks for.
#[derive(Clone, Debug)]
pub struct ShareAsk {
    /// The case.
    pub case: CaseId,
    /// To whom.
    pub to: To,
    /// Why.
    pub purpose: Purpose,
    /// Default packet to start from.
    pub packet: Option<PacketName>,
    /// Items, beside the packet's.
    pub items: Vec<ItemId>,
    /// Present: an emergency.
    pub emergency: Option<Emergency>,
    /// What it becomes when approved.
    pub becomes: Becomes,
}

/// What a share comes to. For one's own staff only.
#[derive(Debug)]
pub struct ShareView {
    /// The proposal that now waits, or went.
    pub proposal: Option<ProposalId>,
    /// The disclosure it becomes, or is.
    pub disclosure: Option<DisclosureId>,
    /// The case.
    pub case: CaseId,
    /// To whom.
    pub to: To,
    /// The recipient's name for people.
    pub recipient_name: String,
    /// The recipient's column, where it is one.
    pub class: Option<Class>,
    /// Why.
    pub purpose: Purpose,
    /// An emergency.
    pub emergency: bool,
    /// A drill.
    pub exercise: bool,
    /// Item by item.
    pub items: Vec<ItemView>,
    /// What stops all of it.
    pub stops: Vec<String>,
    /// For each of these, the command that mends it; empty: none does.
    pub stop_commands: Vec<String>,
    /// Where it stands, a word of the staff API.
    pub state: &'static str,
    /// The law that decided.
    pub law_version: String,
}

/// What one item comes to.
#[derive(Debug)]
pub struct ItemView {
    /// Why, row, form, law, duties.
    pub explanation: ItemExplanation,
    /// The value as the recipient will see it.
    pub value: Option<ItemValue>,
    /// The law says that it must be disclosed.
    pub mandatory: bool,
    /// The law is not settled.
    pub ask_counsel: bool,
    /// Duties that met closed cells.
    pub conflicts: Vec<Conflict>,
    /// Trainings that have to be current for somebody here to see it.
    pub needs: Vec<TrainingTopic>,
}

impl App {
    /// Shows what a share comes to; nothing is kept or sent.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what is not there, [`AppError::Invalid`] for what cannot be read.
    pub async fn preview_share(&self, actor: &Actor, ask: &ShareAsk) -> AppResult<ShareView> {
        let (snapshot, proposal, _) = self.prepare(actor, ask).await?;
        let mut view = self.view(&snapshot, &proposal, "preview");
        self.stop_by_process(&snapshot, &proposal, &mut view).await?;
        Ok(view)
    }

    /// Asks for a share. It waits for an approver; an emergency goes at once.
    ///
    /// # Errors
    /// As [`App::preview_share`]; [`AppError::Refused`] when the recipient has no node, or nothing of it may go.
    pub async fn share(&self, actor: &Actor, ask: &ShareAsk) -> AppResult<ShareView> {
        let agency = agency_of(&ask.to)?.clone();
        for _ in 0..DECIDE_AGAIN_MAX {
            let (snapshot, mut proposal, answers) = self.prepare(actor, ask).await?;
            let mut view = self.view(&snapshot, &proposal, "nothing_to_send");
            self.stop_by_process(&snapshot, &proposal, &mut view).await?;
            let goes = view.items.iter().any(|i| i.explanation.outcome != Outcome::Withheld);
            let empty_is_fine = matches!(ask.becomes, Becomes::Request(_)) && ask.items.is_empty();
            if !(goes || empty_is_fine) || !view.stops.is_empty() {
                return Ok(view);
            }
            proposal.items = view
                .items
                .iter()
                .filter(|i| i.explanation.outcome != Outcome::Withheld)
                .map(|i| i.explanation.item)
                .collect();
            let mut changes = Changes { relied_on: snapshot.relied_on.clone(), ..Changes::default() };
            let now = proposal.at;
            let r = Kind::Proposal.of(proposal.id);
            let mut state = proposal_state::ASKED;
            if proposal.emergency {
                state = proposal_state::APPROVED;
                for made in &answers {
                    changes
                        .puts
                        .push(put_new(Kind::Attestation.of(made.id), made, &[])?.under(proposal.case));
                }
                let work = Work::new(Task::Share(proposal.id), &agency, Some(proposal.case));
                changes.puts.push(
                    put_new(Kind::Work.of(proposal.id), &work, &[])?.in_state(work_state::DUE).due(now),
                );
            } else {
                changes.puts.push(self.raise("proposal", r, false, now, now)?);
            }
            changes.puts.push(put_new(r, &proposal, &[])?.under(proposal.case).in_state(state).due(now));
            let event = if proposal.emergency { "emergency_share" } else { "share_proposed" };
            changes.events.push(self.event(
                actor.staff.as_str(),
                event,
                vec![r, Kind::Case.of(proposal.case)],
            ));
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
                Ok(_) => {
                    self.courier_bell.notify_one();
                    self.notify_bell.notify_one();
                    view.proposal = Some(proposal.id);
                    view.disclosure = Some(DisclosureId(proposal.message.0));
                    view.state = if proposal.emergency { "sent" } else { "proposed" };
                    return Ok(view);
                }
            }
        }
        Err(AppError::Stale)
    }

    /// Adds what the process of the case wants before this share.
    async fn stop_by_process(
        &self,
        snapshot: &Snapshot,
        proposal: &Proposal,
        view: &mut ShareView,
    ) -> AppResult<()> {
        let goes = |i: &&ItemView| i.explanation.outcome != Outcome::Withheld;
        let going = view.items.iter().filter(goes).map(|i| (i.explanation.item, i.mandatory)).collect();
        if let Some(stop) = self.process_stop(snapshot, proposal, view.class, going).await? {
            view.stops.push(stop.why);
            view.stop_commands.push(stop.command);
        }
        Ok(())
    }

    /// The present decision of a proposal that was kept.
    ///
    /// # Errors
    /// When its case cannot be read.
    pub async fn view_proposal(&self, proposal: &Proposal) -> AppResult<ShareView> {
        let snapshot = self.snapshot(proposal.case, &proposal.to).await?;
        Ok(self.view(&snapshot, proposal, "proposed"))
    }

    /// What an approver says yes to now: the items of the proposal that still go, each with the most that may be said.
    pub(super) async fn approvable(
        &self,
        proposal: &Proposal,
        keep: &[ItemId],
        by: &Actor,
        at: UtcTime,
    ) -> AppResult<(Approval, Vec<(crate::store::RecordRef, u64)>)> {
        let snapshot = self.snapshot(proposal.case, &proposal.to).await?;
        let deciding = Deciding::of(self, &snapshot, proposal, keep, None);
        let decision = deciding.decide(self);
        if let Some(stop) = stops(&decision).next() {
            return Err(AppError::Refused(format!("this may not go now: {stop}")));
        }
        let items: Vec<ApprovedItem> = decision.to_approve();
        let (class, going) = (decision.class(), going(&decision));
        if let Some(stop) = self.process_stop(&snapshot, proposal, class, going).await? {
            return Err(AppError::Refused(format!("this may not go now: {}", stop.why)));
        }
        if let Some(gone) = keep.iter().find(|k| !items.iter().any(|i| i.item == **k)) {
            return Err(AppError::Refused(format!(
                "item {gone} may not go any more: `concord share --preview` tells why; approve the others with --keep"
            )));
        }
        let approval = Approval {
            proposal: proposal.id,
            by: by.staff.clone(),
            at,
            until: None,
            recipient: ApprovedRecipient::of(&snapshot.recipient),
            purpose: proposal.purpose,
            items,
        };
        Ok((approval, snapshot.relied_on.clone()))
    }

    /// The snapshot, the proposal as it would be kept, and the attestations that five answers are.
    async fn prepare(
        &self,
        actor: &Actor,
        ask: &ShareAsk,
    ) -> AppResult<(Snapshot, Proposal, Vec<Attestation>)> {
        let mut snapshot = self.snapshot(ask.case, &ask.to).await?;
        let now = self.now();
        let mut items: Vec<ItemId> = ask.items.clone();
        let (mut packet_name, mut starts_from) = (ask.packet, ask.packet);
        if let Becomes::Referral(terms) = &ask.becomes {
            let own = self.referral_packet(terms, &snapshot.recipient, ask.purpose, ask.packet)?;
            packet_name = Some(own);
            starts_from = ask.packet.or(items.is_empty().then_some(own));
        }
        if let Some(name) = starts_from {
            for item in packet(name).select(&snapshot.case.items) {
                if !items.contains(&item.id) {
                    items.push(item.id);
                }
            }
        }
        if items.len() > ITEMS_MAX {
            let problem = format!("{} items asked for; at most {ITEMS_MAX} in one share", items.len());
            return Err(AppError::Invalid { field: "item_ids", problem });
        }
        if let Some(unknown) = items.iter().find(|i| !snapshot.case.items.iter().any(|known| known.id == **i))
        {
            let problem = format!("no item {unknown} in this case, or it was superseded or recalled");
            return Err(AppError::Invalid { field: "item_ids", problem });
        }
        let row = |id: &ItemId| snapshot.case.items.iter().find(|i| i.id == *id).map(|i| i.row);
        items.sort_by_key(row);
        let mut answers = Vec::new();
        if let Some(emergency) = &ask.emergency {
            answers = emergency
                .attestations(ask.case, &snapshot.recipient, &actor.staff, actor.role_word(), now, || {
                    AttestationId(self.new_id())
                })
                .map_err(|e| AppError::Invalid { field: "emergency", problem: e.to_string() })?;
            snapshot.add_attestations(&answers);
        }
        let proposal = Proposal {
            id: ProposalId(self.new_id()),
            case: ask.case,
            to: ask.to.clone(),
            purpose: ask.purpose,
            packet: packet_name.map(|p| p.as_str().to_owned()),
            items,
            by: actor.staff.clone(),
            at: now,
            becomes: ask.becomes.clone(),
            emergency: ask.emergency.is_some(),
            law_version: self.door.law().version().to_owned(),
            message: self.new_message_id(&ask.to),
            denied_because: None,
            denied_by: None,
        };
        Ok((snapshot, proposal, answers))
    }

    fn view(&self, snapshot: &Snapshot, proposal: &Proposal, state: &'static str) -> ShareView {
        let deciding = Deciding::of(self, snapshot, proposal, &proposal.items, None);
        let decision = deciding.decide(self);
        self.view_of(snapshot, proposal, &decision, state)
    }

    pub(super) fn view_of(
        &self,
        snapshot: &Snapshot,
        proposal: &Proposal,
        decision: &ShareDecision<'_>,
        state: &'static str,
    ) -> ShareView {
        let needs = |item: ItemId| {
            let known = snapshot.case.items.iter().find(|known| known.id == item);
            known.map(|item| self.training_needed_for(item)).unwrap_or_default()
        };
        let item = |i: &ItemDecision| ItemView {
            explanation: decision.explain_item(i),
            value: decision.value(i),
            mandatory: i.mandatory(),
            ask_counsel: i.ask_counsel(),
            conflicts: i.conflicts.clone(),
            needs: needs(i.item),
        };
        ShareView {
            proposal: None,
            disclosure: None,
            case: proposal.case,
            to: proposal.to.clone(),
            recipient_name: match &snapshot.recipient {
                Recipient::Node(peer) => peer.name.clone(),
                Recipient::Contact(contact) => contact.name.clone(),
                Recipient::OwnTeam => "own team".to_owned(),
            },
            class: decision.class(),
            purpose: proposal.purpose,
            emergency: proposal.emergency,
            exercise: snapshot.case.case.exercise,
            items: decision.items().iter().map(item).collect(),
            stops: stops(decision).map(ToString::to_string).collect(),
            stop_commands: stops(decision).map(establish::command_for_stop).collect(),
            state,
            law_version: proposal.law_version.clone(),
        }
    }
}

/// What stops a share besides that nobody has approved it yet.
fn stops<'d>(decision: &'d ShareDecision<'_>) -> impl Iterator<Item = &'d Stop> {
    decision.stops().iter().filter(|s| !matches!(s, Stop::NotApproved))
}

//! Proposals as staff see them: what waits for an approver, and what became of the others.

use super::rows::Read;
use super::{
    Actor, App, AppResult, Becomes, Disclosure, Part, Proposal, ShareView, Work, derived_id,
    disclosure_state, proposal_state, work_state,
};
use crate::staff::roles::{Call, Scope};
use crate::store::Kind;
use policy::id::{CaseId, DisclosureId, ItemId, MessageId, ProposalId, StaffId};
use policy::record::Approval;
use policy::time::UtcTime;

/// Proposals shown at once.
pub const PROPOSALS_SHOWN_MAX: usize = 200;

/// A proposal and what became of it.
pub struct ProposalView {
    /// The proposal.
    pub proposal: Read<Proposal>,
    /// Where it stands, a word of the staff API.
    pub state: &'static str,
    /// Who approved or denied it, and when.
    pub decided: Option<(StaffId, UtcTime)>,
    /// What was approved.
    pub approved_items: Vec<ItemId>,
    /// Why it was denied, or what stopped it.
    pub reason: Option<String>,
    /// When a second person reviewed an emergency.
    pub reviewed_at: Option<UtcTime>,
    /// The disclosure, once it was made.
    pub disclosure: Option<DisclosureId>,
    /// What it comes to now, while it waits.
    pub view: Option<ShareView>,
}

impl App {
    /// A part of the proposals of a case, or of every case that the caller may see, oldest first, and where to go on.
    ///
    /// # Errors
    /// When storage fails, or the part begins after what is not there.
    pub async fn proposals(
        &self,
        actor: &Actor,
        case: Option<CaseId>,
        waiting_only: bool,
        part: &Part,
    ) -> AppResult<(Vec<ProposalView>, String)> {
        let found: Vec<Read<Proposal>> = match case {
            Some(case) => self.children(Kind::Proposal, case.0).await?,
            None if waiting_only => self.in_state(Kind::Proposal, proposal_state::ASKED).await?,
            None => self.list(Kind::Proposal).await?,
        };
        let sees_all = actor.roles.iter().any(|r| Call::ListProposals.open_to(*r, Scope::Other));
        let mut open = Vec::new();
        for proposal in found {
            if waiting_only && proposal.row.state != proposal_state::ASKED {
                continue;
            }
            if !sees_all && !self.is_own_case(actor, proposal.record.case).await? {
                continue;
            }
            open.push(proposal);
        }
        open.sort_by_key(|p| (p.record.at, p.record.id));
        let (open, next) = part.of(open, PROPOSALS_SHOWN_MAX, |p| p.record.id.to_string())?;
        let mut views = Vec::with_capacity(open.len());
        for proposal in open {
            views.push(self.proposal_view(proposal).await?);
        }
        Ok((views, next))
    }

    /// One proposal as it stands.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] when there is none.
    pub async fn proposal(&self, proposal: ProposalId) -> AppResult<ProposalView> {
        let found = self.load(Kind::Proposal.of(proposal)).await?;
        self.proposal_view(found).await
    }

    async fn proposal_view(&self, proposal: Read<Proposal>) -> AppResult<ProposalView> {
        let p = &proposal.record;
        let mut v = ProposalView {
            state: "proposed",
            decided: p.denied_by.clone(),
            approved_items: Vec::new(),
            reason: p.denied_because.clone(),
            reviewed_at: None,
            disclosure: None,
            view: None,
            proposal: proposal.clone(),
        };
        match proposal.row.state {
            proposal_state::ASKED => v.view = Some(self.view_proposal(p).await?),
            proposal_state::DENIED => v.state = "denied",
            _ => self.what_became_of(p, &mut v).await?,
        }
        Ok(v)
    }

    async fn what_became_of(&self, p: &Proposal, v: &mut ProposalView) -> AppResult<()> {
        v.state = "approved";
        if let Some(approval) = self.find::<Approval>(Kind::Approval.of(p.id)).await? {
            v.decided = Some((approval.record.by, approval.record.at));
            v.approved_items = approval.record.items.iter().map(|i| i.item).collect();
        }
        let work = match &p.becomes {
            Becomes::Answer(request) => Kind::Work.of(*request),
            Becomes::Summary | Becomes::Request(_) | Becomes::Referral(_) => Kind::Work.of(p.id),
        };
        if let Some(work) = self.find::<Work>(work).await? {
            v.reason = work.record.stopped_by;
            if work.row.state == work_state::STOPPED {
                v.state = "not_sent";
            }
        }
        let message = match &p.becomes {
            Becomes::Answer(request) => MessageId(derived_id("answer", &request.to_string())),
            Becomes::Summary | Becomes::Request(_) | Becomes::Referral(_) => p.message,
        };
        if let Some((_, why)) = self.why_answer_was_empty(p.id).await? {
            v.state = "not_sent";
            v.reason = Some(format!("the empty answer went in its place: {why}"));
            return Ok(());
        }
        if let Some(d) = self.find::<Disclosure>(Kind::Disclosure.of(message)).await? {
            v.disclosure = Some(d.record.id);
            v.reviewed_at = d.record.review.as_ref().map(|r| r.at);
            v.state = match d.row.state {
                disclosure_state::ATTEMPTED if self.is_receipted(d.record.id).await? => "delivered",
                disclosure_state::ATTEMPTED => "sent",
                disclosure_state::RECALLED => "recalled",
                _ => "not_sent",
            };
        }
        Ok(())
    }

    /// Whether a case is of one of the caller's own teams now.
    ///
    /// # Errors
    /// When storage fails, or there is no such case.
    pub async fn is_own_case(&self, actor: &Actor, case: CaseId) -> AppResult<bool> {
        Ok(actor.is_core_of(self.case(case).await?.record.team))
    }
}

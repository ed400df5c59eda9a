//! The gate that every call passes: who calls, whether they may make this call at all, and whether they may make it there.
//!
//! INVARIANT (one gate): `service.rs` hands no request to a verb before [`Gate::enter`] has let it through, and a request
//! type without [`Aim`] does not compile.

use super::access;
use super::decode::{id, needed, optional_id};
use super::roles::{Call, Scope, admit, admit_anywhere};
use crate::app::{
    Actor, App, AppError, AppResult, Disclosure, Hat, Inbound, Proposal, RequestRecord, Wears, invalid,
};
use crate::respond;
use crate::store::{Kind, RecordRef};
use crate::tls::{PeerIdentity, Tls};
use policy::id::{CaseId, DisclosureId, Id, MessageId, PersonId, ProposalId, TeamId};
use policy::record::Purpose;
use proto::agency::v1;
use std::sync::Arc;
use tonic::{Request, Status};

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// No team or case.
    Node,
    /// A team.
    Team(TeamId),
    /// A case.
    Case(CaseId),
}

/// A request that can say what it is about, before anything else of it is read.
pub trait Aim {
    /// What it is about.
    fn aim(&self, app: &App) -> impl Future<Output = AppResult<Target>> + Send;

    /// The records that it names, whether or not they exist.
    fn names(&self) -> Vec<RecordRef> {
        Vec::new()
    }

    /// It asks to see what something would come to, and changes nothing.
    fn is_preview(&self) -> bool {
        false
    }

    /// Why, where the call reads what was written about people.
    fn purpose(&self) -> Option<&'static str> {
        None
    }
}

/// A call that was let through.
pub struct Entered {
    /// Who makes it.
    pub actor: Actor,
    /// The records it names, and the case it is about.
    pub about: Vec<RecordRef>,
    /// It changes nothing.
    pub is_preview: bool,
    /// Why, where the call reads what was written about people.
    pub purpose: Option<&'static str>,
    /// The caller wears the officer's hat: whatever the call lists is not there for them.
    pub shows_nothing: bool,
}

/// The record of this kind with this id, where it is one.
fn one(kind: Kind, text: &str) -> Vec<RecordRef> {
    text.parse::<Id>().map(|id| kind.of(id)).into_iter().collect()
}

/// Lets calls through or not.
pub struct Gate {
    tls: Arc<Tls>,
}

impl Gate {
    /// A gate that measures certificates against the present TLS state.
    pub fn new(tls: Arc<Tls>) -> Self {
        Self { tls }
    }

    /// Lets one call through, or refuses it.
    ///
    /// # Errors
    /// A status for the caller: no or a revoked certificate, nobody this node knows, a role that does not allow it, or a
    /// record of another team, which looks like none.
    pub async fn enter<R: Aim>(
        &self,
        app: &App,
        call: Call,
        request: Request<R>,
    ) -> Result<(Entered, R), Status> {
        let peer = request.extensions().get::<PeerIdentity>();
        let peer = peer.ok_or_else(|| Status::unauthenticated("a client certificate is needed"))?;
        self.tls.still_valid(peer).map_err(|e| Status::unauthenticated(e.to_string()))?;
        let staff = peer.id().staff().ok_or_else(|| {
            Status::unauthenticated(format!(
                "{} is a node's certificate: the staff port is for people; nodes use the exchange port",
                peer.id()
            ))
        })?;
        let request = request.into_inner();
        let (mut about, is_preview) = (request.names(), request.is_preview());
        let mut shows_nothing = false;
        let entered = async {
            let (actor, wears) = app.entering(&staff).await?;
            admit_anywhere(&actor, call)?;
            match wears {
                _ if call.is_apart_from_cases() => {}
                Wears::NoneNeeded | Wears::One(Hat::Member) => {}
                Wears::NoneYet => return Err(Wears::refusal()),
                Wears::One(Hat::Officer) => {
                    shows_nothing = officer_may_ask(app, call, &request).await?;
                    return Ok(actor);
                }
            }
            let target = request.aim(app).await?;
            if let Target::Case(case) = target {
                about.push(Kind::Case.of(case));
            }
            let scope = scope(app, &actor, target).await?;
            admit(&actor, call, scope)?;
            Ok(actor)
        };
        match entered.await {
            Ok(actor) => {
                let purpose = request.purpose();
                Ok((Entered { actor, about, is_preview, purpose, shows_nothing }, request))
            }
            Err(error) => {
                if matches!(error, AppError::NotAllowed(_) | AppError::NotFound) {
                    tracing::info!(staff = %staff, call = call.as_str(), "refused a call");
                    access::keep_refused(app, call, is_preview, &staff, about).await;
                }
                Err(respond::status(error))
            }
        }
    }
}

/// To somebody in the officer's hat no team, case or message is there: lists are empty, and whatever is named is answered as
/// if there were none.
async fn officer_may_ask<R: Aim>(app: &App, call: Call, request: &R) -> AppResult<bool> {
    match request.aim(app).await {
        Err(mistake @ AppError::Invalid { .. }) => Err(mistake),
        Ok(Target::Node) if call.lists_what_is_open() => Ok(true),
        _ => Err(AppError::NotFound),
    }
}

async fn scope(app: &App, actor: &Actor, target: Target) -> AppResult<Scope> {
    Ok(match target {
        Target::Node => Scope::Node,
        Target::Team(team) => actor.scope_of(team),
        Target::Case(case) => actor.scope_of(app.case(case).await?.record.team),
    })
}

macro_rules! at_node {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { Ok(Target::Node) }
        }
    )*};
}
at_node! {
    WhoAmIRequest AddStaffRequest ListStaffRequest CreateTeamRequest ListTeamsRequest ListCasesRequest
    DeclareCapacitiesRequest ShowAgencyRequest CountersignAgreementRequest EndAgreementRequest ListAgreementsRequest
    ConfirmStateRowRequest ListStateRowsRequest ListRequestsRequest ListInboxRequest ListQuarantineRequest
    StartHatSessionRequest EndHatSessionRequest ShowHatSessionRequest
    ListNotificationsRequest TakeNotificationRequest EventsRequest NodeStatusRequest EquityCountsRequest AgendaRequest
}

macro_rules! at_case {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { id("case_id", &self.case_id).map(Target::Case) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Case, &self.case_id) }
        }
    )*};
}
at_case! {
    AddStatementRequest AddLabelsRequest RevokePermissionRequest ListPermissionsRequest
    AttestRequest ListAttestationsRequest ListDocumentsRequest LinkInboxRequest RecordDisclosureRequest
    SealIdentityRequest OpenIdentityRequest RecordEquityRequest
    WithdrawReferralRequest
}

/// Why somebody reads: each read has a purpose, and to work on the case is the one that goes without saying. What came in for
/// other purposes is shown for it too, so that it is no word of [`Purpose`].
fn read_for(word: &str) -> Option<&'static str> {
    if word.is_empty() { Some(CASE_WORK) } else { stated(word) }
}

/// To work on the case, as it is kept with a read.
const CASE_WORK: &str = "case_work";

fn stated(word: &str) -> Option<&'static str> {
    Purpose::from_word(word).map(|purpose| purpose.as_str())
}

macro_rules! at_case_for {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { id("case_id", &self.case_id).map(Target::Case) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Case, &self.case_id) }
            fn purpose(&self) -> Option<&'static str> { read_for(&self.purpose) }
        }
    )*};
}
at_case_for! { ShowCaseRequest ListItemsRequest ShowHistoryRequest }

macro_rules! at_case_or_preview {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { id("case_id", &self.case_id).map(Target::Case) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Case, &self.case_id) }
            fn is_preview(&self) -> bool { self.preview }
        }
    )*};
}
at_case_or_preview! { ShareRequest RequestInformationRequest }

macro_rules! at_case_of {
    ($($request:ident.$field:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> {
                id("case_id", &needed(stringify!($field), self.$field.as_ref())?.case_id).map(Target::Case)
            }
            fn names(&self) -> Vec<RecordRef> {
                self.$field.as_ref().map(|named| one(Kind::Case, &named.case_id)).unwrap_or_default()
            }
        }
    )*};
}
at_case_of! {
    AddPersonRequest.person AddContactRequest.contact AddItemRequest.item RecordPermissionRequest.permission
    AddDocumentRequest.document SuspendAccountingRequest.suspension
}

macro_rules! at_team {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { id("team_id", &self.team_id).map(Target::Team) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Team, &self.team_id) }
        }
    )*};
}
at_team! { OpenCaseRequest AddMembershipRequest UpdateTeamRequest }

macro_rules! at_team_for {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { id("team_id", &self.team_id).map(Target::Team) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Team, &self.team_id) }
            fn purpose(&self) -> Option<&'static str> { stated(&self.purpose) }
        }
    )*};
}
at_team_for! { SearchCasesRequest }

macro_rules! at_team_or_node {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> { team_or_node(&self.team_id) }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Team, &self.team_id) }
        }
    )*};
}
at_team_or_node! { ListTrainingRequest }

macro_rules! at_case_or_node {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            async fn aim(&self, _app: &App) -> AppResult<Target> {
                optional_id("case_id", &self.case_id).map(|case| case.map_or(Target::Node, Target::Case))
            }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Case, &self.case_id) }
        }
    )*};
}
at_case_or_node! { ListProposalsRequest ListReferralsRequest }

macro_rules! at_inbound {
    ($($request:ident)*) => {$(
        impl Aim for v1::$request {
            /// The case that the message is linked to, if it is.
            async fn aim(&self, app: &App) -> AppResult<Target> {
                let message: MessageId = id("message_id", &self.message_id)?;
                let found = app.load::<Inbound>(Kind::Inbound.of(message)).await?;
                Ok(found.record.linked.map_or(Target::Node, |(case, _)| Target::Case(case)))
            }
            fn names(&self) -> Vec<RecordRef> { one(Kind::Inbound, &self.message_id) }
        }
    )*};
}
at_inbound! { OpenInboxRequest AnswerReferralRequest }

/// A team, where one is named.
fn team_or_node(team: &str) -> AppResult<Target> {
    optional_id("team_id", team).map(|team| team.map_or(Target::Node, Target::Team))
}

impl Aim for v1::RecordTrainingRequest {
    async fn aim(&self, _app: &App) -> AppResult<Target> {
        team_or_node(&needed("training", self.training.as_ref())?.team_id)
    }

    fn names(&self) -> Vec<RecordRef> {
        self.training.as_ref().map(|t| one(Kind::Team, &t.team_id)).unwrap_or_default()
    }
}

impl Aim for v1::ActRequest {
    /// The case; where one begins, its team.
    async fn aim(&self, _app: &App) -> AppResult<Target> {
        if self.case_id.is_empty() {
            id("team_id", &self.team_id).map(Target::Team)
        } else {
            id("case_id", &self.case_id).map(Target::Case)
        }
    }

    fn names(&self) -> Vec<RecordRef> {
        [one(Kind::Case, &self.case_id), one(Kind::Team, &self.team_id)].concat()
    }
}

impl Aim for v1::EndMembershipRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        let membership: Id = id("membership_id", &self.membership_id)?;
        app.team_of_membership(membership).await.map(Target::Team)
    }

    fn names(&self) -> Vec<RecordRef> {
        one(Kind::Membership, &self.membership_id)
    }
}

impl Aim for v1::ApproveRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        let proposal: ProposalId = id("proposal_id", &self.proposal_id)?;
        Ok(Target::Case(app.load::<Proposal>(Kind::Proposal.of(proposal)).await?.record.case))
    }

    fn names(&self) -> Vec<RecordRef> {
        one(Kind::Proposal, &self.proposal_id)
    }
}

impl Aim for v1::ReviewEmergencyRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        let disclosure: DisclosureId = id("disclosure_id", &self.disclosure_id)?;
        let found = app.load::<Disclosure>(Kind::Disclosure.of(disclosure)).await?;
        found.record.case.map(Target::Case).ok_or(AppError::NotFound)
    }

    fn names(&self) -> Vec<RecordRef> {
        one(Kind::Disclosure, &self.disclosure_id)
    }
}

impl Aim for v1::AnswerRequestRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        if !self.case_id.is_empty() {
            return id("case_id", &self.case_id).map(Target::Case);
        }
        if !self.item_ids.is_empty() {
            return Err(invalid("case_id", "is needed with items: the case they are from"));
        }
        let request: MessageId = id("request_id", &self.request_id)?;
        let found = app.load::<RequestRecord>(Kind::Request.of(request)).await?;
        Ok(found.record.case.map_or(Target::Node, Target::Case))
    }

    fn names(&self) -> Vec<RecordRef> {
        [one(Kind::Request, &self.request_id), one(Kind::Case, &self.case_id)].concat()
    }

    fn is_preview(&self) -> bool {
        self.preview
    }
}

impl Aim for v1::AccountingRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        match (self.case_id.as_str(), self.person_id.as_str(), self.unlinked) {
            ("", "", true) => Ok(Target::Node),
            (case, "", false) if !case.is_empty() => id("case_id", case).map(Target::Case),
            ("", person, false) if !person.is_empty() => {
                let person: PersonId = id("person_id", person)?;
                app.case_of_person(person).await.map(Target::Case)
            }
            _ => Err(invalid("case_id", "name a case or a person, or what is not linked: one of the three")),
        }
    }

    fn names(&self) -> Vec<RecordRef> {
        [one(Kind::Case, &self.case_id), one(Kind::Person, &self.person_id)].concat()
    }
}

impl Aim for v1::TraceRequest {
    async fn aim(&self, app: &App) -> AppResult<Target> {
        Ok(app.trace(id("id", &self.id)?).await?.case.map_or(Target::Node, Target::Case))
    }

    /// Of whichever kind it is, it is what the outbox would know it by.
    fn names(&self) -> Vec<RecordRef> {
        one(Kind::Work, &self.id)
    }
}

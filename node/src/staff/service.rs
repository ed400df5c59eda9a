//! The service of `concord.agency.v1`: each call passes the gate, is decoded, makes one verb, is encoded;
//! what it showed is kept before it is answered (`access`).
//!
//! Caller: the staff listener. The nouns' files hold the decoding and encoding; this one only joins them.

use super::gate::Gate;
use super::roles::Call;
use super::{
    access, agencies, cases, casework, inbox, oversight, people, permissions, referrals, requests, shares,
    training, vault,
};
use crate::app::App;
use crate::respond;
use crate::tls::Tls;
use proto::agency::v1::agency_server::Agency;
use proto::agency::v1::*;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The staff service of one node.
pub struct StaffService {
    app: Arc<App>,
    gate: Gate,
}

impl StaffService {
    /// A service over the app's verbs.
    pub fn new(app: Arc<App>, tls: Arc<Tls>) -> Self {
        Self { app, gate: Gate::new(tls) }
    }
}

macro_rules! service {
    ($($rpc:ident: $call:ident($request:ident) -> $response:ident = $verb:path;)*) => {
        #[tonic::async_trait]
        impl Agency for StaffService {$(
            async fn $rpc(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                let (entered, ask) = self.gate.enter(&self.app, Call::$call, request).await?;
                let answer = if entered.shows_nothing {
                    Ok($response::default())
                } else {
                    $verb(&self.app, &entered.actor, ask).await
                };
                let answer = access::keep(&self.app, Call::$call, &entered, answer).await;
                answer.map(Response::new).map_err(respond::status)
            }
        )*}
    };
}

service! {
    who_am_i: WhoAmI(WhoAmIRequest) -> WhoAmIResponse = people::who_am_i;
    add_staff: AddStaff(AddStaffRequest) -> StaffMember = people::add_staff;
    list_staff: ListStaff(ListStaffRequest) -> ListStaffResponse = people::list_staff;
    create_team: CreateTeam(CreateTeamRequest) -> Team = people::create_team;
    update_team: UpdateTeam(UpdateTeamRequest) -> Team = people::update_team;
    list_teams: ListTeams(ListTeamsRequest) -> ListTeamsResponse = people::list_teams;
    add_membership: AddMembership(AddMembershipRequest) -> Membership = people::add_membership;
    end_membership: EndMembership(EndMembershipRequest) -> Membership = people::end_membership;

    record_training: RecordTraining(RecordTrainingRequest) -> Training = training::record;
    list_training: ListTraining(ListTrainingRequest) -> ListTrainingResponse = training::list;
    start_hat_session: StartHatSession(StartHatSessionRequest) -> HatSession = training::start_hat;
    end_hat_session: EndHatSession(EndHatSessionRequest) -> HatSession = training::end_hat;
    show_hat_session: ShowHatSession(ShowHatSessionRequest) -> HatSession = training::show_hat;

    open_case: OpenCase(OpenCaseRequest) -> Case = cases::open;
    list_cases: ListCases(ListCasesRequest) -> ListCasesResponse = cases::list;
    search_cases: SearchCases(SearchCasesRequest) -> SearchCasesResponse = cases::search;
    show_case: ShowCase(ShowCaseRequest) -> ShowCaseResponse = cases::show;
    add_person: AddPerson(AddPersonRequest) -> Person = cases::add_person;
    add_contact: AddContact(AddContactRequest) -> Contact = cases::add_contact;
    add_item: AddItem(AddItemRequest) -> Item = cases::add_item;
    add_statement: AddStatement(AddStatementRequest) -> Item = cases::add_statement;
    add_labels: AddLabels(AddLabelsRequest) -> Item = cases::add_labels;
    list_items: ListItems(ListItemsRequest) -> ListItemsResponse = cases::list_items;

    seal_identity: SealIdentity(SealIdentityRequest) -> SealIdentityResponse = vault::seal_identity;
    open_identity: OpenIdentity(OpenIdentityRequest) -> OpenIdentityResponse = vault::open_identity;
    record_equity: RecordEquity(RecordEquityRequest) -> RecordEquityResponse = vault::record_equity;
    equity_counts: EquityCounts(EquityCountsRequest) -> EquityCountsResponse = vault::equity_counts;

    act: Act(ActRequest) -> ActResponse = casework::act;
    show_history: ShowHistory(ShowHistoryRequest) -> History = casework::history;
    agenda: Agenda(AgendaRequest) -> AgendaResponse = casework::agenda;

    record_permission: RecordPermission(RecordPermissionRequest) -> Permission = permissions::record;
    revoke_permission: RevokePermission(RevokePermissionRequest) -> RevokePermissionResponse = permissions::revoke;
    list_permissions: ListPermissions(ListPermissionsRequest) -> ListPermissionsResponse = permissions::list;
    attest: Attest(AttestRequest) -> Attestation = permissions::attest;
    list_attestations: ListAttestations(ListAttestationsRequest) -> ListAttestationsResponse = permissions::list_attestations;
    add_document: AddDocument(AddDocumentRequest) -> Document = permissions::add_document;
    list_documents: ListDocuments(ListDocumentsRequest) -> ListDocumentsResponse = permissions::list_documents;

    declare_capacities: DeclareCapacities(DeclareCapacitiesRequest) -> OwnAgency = agencies::declare;
    show_agency: ShowAgency(ShowAgencyRequest) -> OwnAgency = agencies::show;
    countersign_agreement: CountersignAgreement(CountersignAgreementRequest) -> Agreement = agencies::countersign;
    end_agreement: EndAgreement(EndAgreementRequest) -> Agreement = agencies::end;
    list_agreements: ListAgreements(ListAgreementsRequest) -> ListAgreementsResponse = agencies::list;
    confirm_state_row: ConfirmStateRow(ConfirmStateRowRequest) -> StateRow = agencies::confirm_state_row;
    list_state_rows: ListStateRows(ListStateRowsRequest) -> ListStateRowsResponse = agencies::list_state_rows;

    share: Share(ShareRequest) -> ShareView = shares::share;
    list_proposals: ListProposals(ListProposalsRequest) -> ListProposalsResponse = shares::list;
    approve: Approve(ApproveRequest) -> Proposal = shares::approve;
    review_emergency: ReviewEmergency(ReviewEmergencyRequest) -> ReviewEmergencyResponse = shares::review;
    record_disclosure: RecordDisclosure(RecordDisclosureRequest) -> ShareView = shares::record_disclosure;

    request_information: RequestInformation(RequestInformationRequest) -> RequestInformationResponse = requests::request;
    list_requests: ListRequests(ListRequestsRequest) -> ListRequestsResponse = requests::list;
    answer_request: AnswerRequest(AnswerRequestRequest) -> AnswerRequestResponse = requests::answer;

    list_referrals: ListReferrals(ListReferralsRequest) -> ListReferralsResponse = referrals::list;
    answer_referral: AnswerReferral(AnswerReferralRequest) -> Referral = referrals::answer;
    withdraw_referral: WithdrawReferral(WithdrawReferralRequest) -> Referral = referrals::withdraw;

    list_inbox: ListInbox(ListInboxRequest) -> ListInboxResponse = inbox::list;
    open_inbox: OpenInbox(OpenInboxRequest) -> OpenInboxResponse = inbox::open;
    link_inbox: LinkInbox(LinkInboxRequest) -> LinkInboxResponse = inbox::link;
    list_quarantine: ListQuarantine(ListQuarantineRequest) -> ListQuarantineResponse = inbox::list_quarantine;

    accounting: Accounting(AccountingRequest) -> AccountingResponse = oversight::accounting;
    suspend_accounting: SuspendAccounting(SuspendAccountingRequest) -> AccountingSuspension = oversight::suspend_accounting;
    trace: Trace(TraceRequest) -> TraceResponse = oversight::trace;
    list_notifications: ListNotifications(ListNotificationsRequest) -> ListNotificationsResponse = oversight::list_notifications;
    take_notification: TakeNotification(TakeNotificationRequest) -> Notification = oversight::take_notification;
    events: Events(EventsRequest) -> EventsResponse = oversight::events;
    node_status: NodeStatus(NodeStatusRequest) -> NodeStatusResponse = oversight::status;
}

//! The staff of the region as clients of their nodes: one person, one certificate, one connection.
//!
//! Used by `setup`, `play` and `accounting_check`. Calls go through the same staff directory and the same connection as
//! `concord`'s own verbs. Deliberately absent: any other way into a node.

use super::DemoError;
use super::cast::Who;
use crate::cli::Connection;
use crate::tls::CallError;
use proto::agency::v1::agency_client::AgencyClient;
use proto::agency::v1::{self as api};
use std::path::Path;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

/// One person at their node.
#[derive(Clone)]
pub struct Staff {
    /// Who.
    pub who: Who,
    client: AgencyClient<Channel>,
}

macro_rules! calls {
    ($($(#[$doc:meta])* $call:ident($request:ty) -> $answer:ty;)*) => {
        impl Staff {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// What the node said, or why it could not be reached.
                pub async fn $call(&self, request: $request) -> Result<$answer, DemoError> {
                    let answer = self.client.clone().$call(request).await;
                    self.said(stringify!($call), answer)
                }
            )*
        }
    };
}

calls! {
    /// Who the caller is to the node.
    who_am_i(api::WhoAmIRequest) -> api::WhoAmIResponse;
    /// Adds a staff member.
    add_staff(api::AddStaffRequest) -> api::StaffMember;
    /// Creates a team.
    create_team(api::CreateTeamRequest) -> api::Team;
    /// Adds a member to a team.
    add_membership(api::AddMembershipRequest) -> api::Membership;
    /// Records a training.
    record_training(api::RecordTrainingRequest) -> api::Training;
    /// Puts a hat on.
    start_hat_session(api::StartHatSessionRequest) -> api::HatSession;
    /// Signs what the agency is.
    declare_capacities(api::DeclareCapacitiesRequest) -> api::OwnAgency;
    /// Countersigns an agreement.
    countersign_agreement(api::CountersignAgreementRequest) -> api::Agreement;
    /// Confirms a state's row.
    confirm_state_row(api::ConfirmStateRowRequest) -> api::StateRow;
    /// Opens a case.
    open_case(api::OpenCaseRequest) -> api::Case;
    /// Adds a person.
    add_person(api::AddPersonRequest) -> api::Person;
    /// Adds a contact.
    add_contact(api::AddContactRequest) -> api::Contact;
    /// Adds an item.
    add_item(api::AddItemRequest) -> api::Item;
    /// Lists items.
    list_items(api::ListItemsRequest) -> api::ListItemsResponse;
    /// Adds a text for one class.
    add_statement(api::AddStatementRequest) -> api::Item;
    /// Records what a person signed.
    record_permission(api::RecordPermissionRequest) -> api::Permission;
    /// Records that a person took it back.
    revoke_permission(api::RevokePermissionRequest) -> api::RevokePermissionResponse;
    /// Records a judgment.
    attest(api::AttestRequest) -> api::Attestation;
    /// Records a legal instrument.
    add_document(api::AddDocumentRequest) -> api::Document;
    /// Previews or asks for a share.
    share(api::ShareRequest) -> api::ShareView;
    /// Lists proposals.
    list_proposals(api::ListProposalsRequest) -> api::ListProposalsResponse;
    /// Decides a proposal.
    approve(api::ApproveRequest) -> api::Proposal;
    /// Reviews an emergency.
    review_emergency(api::ReviewEmergencyRequest) -> api::ReviewEmergencyResponse;
    /// Asks another agency.
    request_information(api::RequestInformationRequest) -> api::RequestInformationResponse;
    /// Lists requests.
    list_requests(api::ListRequestsRequest) -> api::ListRequestsResponse;
    /// Answers a request.
    answer_request(api::AnswerRequestRequest) -> api::AnswerRequestResponse;
    /// Lists referrals.
    list_referrals(api::ListReferralsRequest) -> api::ListReferralsResponse;
    /// Says how a referral that came stands.
    answer_referral(api::AnswerReferralRequest) -> api::Referral;
    /// Takes a referral back.
    withdraw_referral(api::WithdrawReferralRequest) -> api::Referral;
    /// Does something in a case by the process.
    act(api::ActRequest) -> api::ActResponse;
    /// A case's history.
    show_history(api::ShowHistoryRequest) -> api::History;
    /// What is due.
    agenda(api::AgendaRequest) -> api::AgendaResponse;
    /// Lists what arrived.
    list_inbox(api::ListInboxRequest) -> api::ListInboxResponse;
    /// Opens a message.
    open_inbox(api::OpenInboxRequest) -> api::OpenInboxResponse;
    /// Links a message to a case.
    link_inbox(api::LinkInboxRequest) -> api::LinkInboxResponse;
    /// Lists what was set apart.
    list_quarantine(api::ListQuarantineRequest) -> api::ListQuarantineResponse;
    /// Lists what waits for a person.
    list_notifications(api::ListNotificationsRequest) -> api::ListNotificationsResponse;
    /// Records what was told outside the node.
    record_disclosure(api::RecordDisclosureRequest) -> api::ShareView;
    /// Accounting of disclosures.
    accounting(api::AccountingRequest) -> api::AccountingResponse;
    /// Records that a recipient asks that the person not be told for a time.
    suspend_accounting(api::SuspendAccountingRequest) -> api::AccountingSuspension;
    /// Where something is.
    trace(api::TraceRequest) -> api::TraceResponse;
    /// The node's state.
    node_status(api::NodeStatusRequest) -> api::NodeStatusResponse;
}

impl Staff {
    /// The person whose staff directory this is. Connects with the first call.
    ///
    /// # Errors
    /// When the directory or certificate cannot be used.
    pub fn of_directory(who: Who, dir: &Path) -> Result<Self, DemoError> {
        let client = Connection::of_directory(dir)
            .and_then(|connection| connection.client())
            .map_err(|failure| DemoError::StaffDirectory { who, problem: failure.message })?;
        Ok(Self { who, client })
    }

    fn said<T>(&self, call: &'static str, answer: Result<Response<T>, Status>) -> Result<T, DemoError> {
        answer.map(Response::into_inner).map_err(|status| DemoError::Call {
            who: self.who,
            call,
            code: status.code(),
            text: CallError::of(&status).text,
        })
    }
}

/// Whether the node refused the call by a rule, rather than failing or being out of reach.
pub fn is_refusal(error: &DemoError) -> bool {
    matches!(
        error,
        DemoError::Call {
            code: Code::PermissionDenied | Code::FailedPrecondition | Code::NotFound | Code::InvalidArgument,
            ..
        }
    )
}

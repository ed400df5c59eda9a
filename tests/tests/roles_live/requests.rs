//! A valid request for each call.

use super::Client;
use super::bench::{Bench, CENTER, PARTNER, Things, VISITOR, WORKER};
use proto::agency::v1::*;
use tonic::Status;

pub fn about(person: &str) -> Vec<About> {
    vec![About { person_id: person.into(), ..Default::default() }]
}

pub fn item(case: &str, person: &str) -> Item {
    Item {
        case_id: case.into(),
        row: 9,
        about: about(person),
        value: Some(ItemValue { text: Some("a plain sentence".into()), ..Default::default() }),
        ..Default::default()
    }
}

pub fn contact(case: &str, person: &str) -> Contact {
    Contact {
        case_id: case.into(),
        sector: "family_or_friend".into(),
        person_id: person.into(),
        name: "Somebody".into(),
        ..Default::default()
    }
}

pub fn objection(case: &str, person: &str) -> Permission {
    Permission {
        case_id: case.into(),
        person_id: person.into(),
        kind: "objection".into(),
        given_by: "subject".into(),
        // of a kind that no item here is: it stops nothing that other calls need
        record_kinds: vec!["education_record".into()],
        ..Default::default()
    }
}

pub fn sealing(case: &str) -> SealIdentityRequest {
    SealIdentityRequest {
        case_id: case.into(),
        whose: "reporter".into(),
        name: "Avery Fenwick".into(),
        contact: "+1 555 0177".into(),
        ..Default::default()
    }
}

pub fn to_partner() -> Option<To> {
    Some(To { agency: PARTNER.into(), ..Default::default() })
}

pub fn emergency() -> EmergencyAnswers {
    EmergencyAnswers {
        who_is_at_risk: "two people at the clinic".into(),
        what_makes_it_imminent: "said it would be today".into(),
        known_first_hand: "heard on the telephone".into(),
        who_can_prevent_it: "the agency called".into(),
        what_they_must_know: "where and when".into(),
    }
}

pub fn share(t: &Things, preview: bool) -> ShareRequest {
    ShareRequest {
        case_id: t.case.clone(),
        to: to_partner(),
        purpose: "threat_assessment".into(),
        item_ids: vec![t.item.clone()],
        preview,
        ..Default::default()
    }
}

pub fn no_capacities() -> Capacities {
    Capacities {
        hipaa_covered: Some(false),
        ferpa_covered: Some(false),
        part2_program: Some(false),
        cfr23_system: Some(false),
        ..Default::default()
    }
}

impl Bench {
    /// Makes one call about these things. `None` where there is no request for a call of this name.
    pub async fn make(
        &self,
        call: &str,
        c: &mut Client,
        role: &str,
        t: &Things,
        node: bool,
    ) -> Option<Result<(), Status>> {
        let case_id = t.case.clone();
        let (item_id, none) = (t.item.clone(), String::new);
        macro_rules! ask {
            ($rpc:ident, $request:expr) => {
                c.$rpc($request).await.map(drop)
            };
        }
        Some(match call {
            "WhoAmI" => ask!(who_am_i, WhoAmIRequest {}),
            "AddStaff" => ask!(
                add_staff,
                AddStaffRequest {
                    staff_id: self.world.staff_id(CENTER, &self.name("new")).to_string(),
                    display_name: "New".into(),
                    roles: vec!["member".into()],
                    ..Default::default()
                }
            ),
            "ListStaff" => ask!(list_staff, ListStaffRequest::default()),
            "CreateTeam" => {
                ask!(create_team, CreateTeamRequest { name: self.name("team"), ..Default::default() })
            }
            "UpdateTeam" => {
                let (team_id, kind) = (t.team.clone(), "community".into());
                ask!(update_team, UpdateTeamRequest { team_id, kind, ..Default::default() })
            }
            "ListTeams" => ask!(list_teams, ListTeamsRequest::default()),
            "AddMembership" => ask!(add_membership, self.membership(t)),
            "EndMembership" => {
                ask!(end_membership, EndMembershipRequest { membership_id: t.membership.clone() })
            }
            "RecordTraining" => {
                let team_id = if node { none() } else { t.team.clone() };
                let training = Training {
                    staff_id: self.world.staff_id(CENTER, WORKER).to_string(),
                    team_id,
                    topic: "ferpa".into(),
                    provider: "County".into(),
                    course: "Records".into(),
                    completed_at: self.days(-1),
                    expires_at: self.days(10),
                    ..Default::default()
                };
                ask!(record_training, RecordTrainingRequest { training: Some(training) })
            }
            "ListTraining" => {
                let team_id = if node { none() } else { t.team.clone() };
                ask!(list_training, ListTrainingRequest { team_id, ..Default::default() })
            }
            "StartHatSession" => {
                let _worn_or_not = c.end_hat_session(EndHatSessionRequest {}).await;
                ask!(start_hat_session, StartHatSessionRequest { hat: "member".into(), minutes: 5 })
            }
            "EndHatSession" => {
                let start = StartHatSessionRequest { hat: "member".into(), minutes: 5 };
                let _worn_or_not = c.start_hat_session(start).await;
                ask!(end_hat_session, EndHatSessionRequest {})
            }
            "ShowHatSession" => ask!(show_hat_session, ShowHatSessionRequest {}),
            "OpenCase" => ask!(open_case, OpenCaseRequest { team_id: t.team.clone(), ..Default::default() }),
            "ListCases" => ask!(list_cases, ListCasesRequest::default()),
            "SearchCases" => ask!(
                search_cases,
                SearchCasesRequest {
                    team_id: t.team.clone(),
                    name: "jordan".into(),
                    purpose: "threat_assessment".into()
                }
            ),
            "ShowCase" => ask!(show_case, ShowCaseRequest { case_id, ..Default::default() }),
            "AddPerson" => {
                let person = Person { case_id, roles: vec!["reporter".into()], ..Default::default() };
                ask!(add_person, AddPersonRequest { person: Some(person) })
            }
            "AddContact" => {
                ask!(add_contact, AddContactRequest { contact: Some(contact(&case_id, &t.person)) })
            }
            "AddItem" => {
                let item = Some(item(&case_id, &t.person));
                ask!(add_item, AddItemRequest { item, ..Default::default() })
            }
            "AddStatement" => {
                let (class, text) = ("AFF".into(), "what they need to know".into());
                ask!(add_statement, AddStatementRequest { case_id, item_id, class, text })
            }
            "AddLabels" => {
                ask!(add_labels, AddLabelsRequest { case_id, item_id, labels: vec!["health".into()] })
            }
            "ListItems" => ask!(list_items, ListItemsRequest { case_id, ..Default::default() }),
            "Act" => {
                let act = Act { emergency: Some(EmergencyDeclaration::default()), ..Act::default() };
                ask!(act, ActRequest { case_id, act: Some(act), ..Default::default() })
            }
            "ShowHistory" => ask!(show_history, ShowHistoryRequest { case_id, ..Default::default() }),
            "Agenda" => ask!(agenda, AgendaRequest::default()),
            "RecordPermission" => {
                let permission = Some(objection(&case_id, &t.person));
                ask!(record_permission, RecordPermissionRequest { permission })
            }
            "RevokePermission" => {
                let permission_id = t.permission.clone();
                ask!(revoke_permission, RevokePermissionRequest { case_id, permission_id })
            }
            "ListPermissions" => {
                ask!(list_permissions, ListPermissionsRequest { case_id, ..Default::default() })
            }
            "Attest" => ask!(
                attest,
                AttestRequest {
                    case_id,
                    fact: "circumstances.identifiable_victim".into(),
                    value: false,
                    reasons: "nobody was named".into(),
                    // a visitor judges in the standing that the chair checked
                    role: if role == VISITOR { "law_enforcement_official" } else { role }.into(),
                    ..Default::default()
                }
            ),
            "ListAttestations" => {
                ask!(list_attestations, ListAttestationsRequest { case_id, ..Default::default() })
            }
            "AddDocument" => {
                let document = Document {
                    case_id,
                    kind: "court_order".into(),
                    issued_at: self.days(-1),
                    rows: vec![12],
                    ..Default::default()
                };
                ask!(add_document, AddDocumentRequest { document: Some(document) })
            }
            "ListDocuments" => ask!(list_documents, ListDocumentsRequest { case_id, ..Default::default() }),
            "DeclareCapacities" => {
                ask!(
                    declare_capacities,
                    DeclareCapacitiesRequest { capacities: Some(no_capacities()), ..Default::default() }
                )
            }
            "ShowAgency" => ask!(show_agency, ShowAgencyRequest {}),
            "CountersignAgreement" => ask!(countersign_agreement, self.agreement()),
            "EndAgreement" => {
                ask!(end_agreement, EndAgreementRequest { agreement_id: t.agreement.clone() })
            }
            "ListAgreements" => ask!(list_agreements, ListAgreementsRequest::default()),
            "ConfirmStateRow" => ask!(
                confirm_state_row,
                ConfirmStateRowRequest {
                    state: "WY".into(),
                    logic: "none".into(),
                    until: self.days(30),
                    as_counsel: true,
                    ..Default::default()
                }
            ),
            "ListStateRows" => ask!(list_state_rows, ListStateRowsRequest::default()),
            "Share" => ask!(share, share(t, true)),
            "ListProposals" => {
                let case_id = if node { none() } else { case_id };
                ask!(list_proposals, ListProposalsRequest { case_id, ..Default::default() })
            }
            "Approve" => {
                ask!(approve, ApproveRequest { proposal_id: t.proposal.clone(), ..Default::default() })
            }
            "ReviewEmergency" => {
                let disclosure_id = t.disclosure.clone();
                ask!(
                    review_emergency,
                    ReviewEmergencyRequest { disclosure_id, ok: true, ..Default::default() }
                )
            }
            "RequestInformation" => ask!(
                request_information,
                RequestInformationRequest {
                    case_id,
                    to_agency: PARTNER.into(),
                    purpose: "threat_assessment".into(),
                    rows: vec![9],
                    describing_item_ids: vec![item_id],
                    reply_due: self.days(10),
                    preview: true,
                    ..Default::default()
                }
            ),
            "ListRequests" => ask!(list_requests, ListRequestsRequest::default()),
            "AnswerRequest" => {
                let (case_id, item_ids) = if node { (none(), Vec::new()) } else { (case_id, vec![item_id]) };
                let request_id = t.request.clone();
                ask!(answer_request, AnswerRequestRequest { request_id, case_id, item_ids, preview: true })
            }
            "ListReferrals" => {
                let case_id = if node { none() } else { case_id };
                ask!(list_referrals, ListReferralsRequest { case_id, ..Default::default() })
            }
            "AnswerReferral" => {
                let message_id = if node { t.loose_referral.clone() } else { t.referral.clone() };
                let state = "accepted".into();
                ask!(answer_referral, AnswerReferralRequest { message_id, state, ..Default::default() })
            }
            "WithdrawReferral" => {
                let referral_id = t.sent_referral.clone();
                ask!(withdraw_referral, WithdrawReferralRequest { case_id, referral_id, expired: false })
            }
            "ListInbox" => ask!(list_inbox, ListInboxRequest::default()),
            "OpenInbox" => {
                let message_id = if node { t.loose.clone() } else { t.message.clone() };
                ask!(open_inbox, OpenInboxRequest { message_id })
            }
            "LinkInbox" => {
                let link = LinkInboxRequest { message_id: t.loose.clone(), case_id, people: Vec::new() };
                ask!(link_inbox, link)
            }
            "ListQuarantine" => ask!(list_quarantine, ListQuarantineRequest::default()),
            "RecordDisclosure" => ask!(record_disclosure, self.told(t)),
            "Accounting" if node => {
                ask!(accounting, AccountingRequest { unlinked: true, ..Default::default() })
            }
            "Accounting" => ask!(accounting, AccountingRequest { case_id, ..Default::default() }),
            "SealIdentity" => ask!(seal_identity, sealing(&t.case)),
            "OpenIdentity" => ask!(
                open_identity,
                OpenIdentityRequest {
                    case_id,
                    whose: "reporter".into(),
                    sealed_id: t.sealed.clone(),
                    reason: "asked to be called back about a danger".into(),
                    ..Default::default()
                }
            ),
            "RecordEquity" => {
                ask!(
                    record_equity,
                    RecordEquityRequest { case_id, sex: "declined".into(), ..Default::default() }
                )
            }
            "EquityCounts" => ask!(equity_counts, EquityCountsRequest { year: 2020, quarter: 4 }),
            "SuspendAccounting" => {
                let suspension = AccountingSuspension {
                    case_id,
                    agency: PARTNER.into(),
                    official: "Sgt. Diaz, county sheriff".into(),
                    statement: "telling him would make him leave".into(),
                    stated_at: self.days(-1),
                    until: self.days(10),
                    written: true,
                    ..Default::default()
                };
                ask!(suspend_accounting, SuspendAccountingRequest { suspension: Some(suspension) })
            }
            "Trace" => {
                let id = if node { t.loose.clone() } else { t.proposal.clone() };
                ask!(trace, TraceRequest { id })
            }
            "ListNotifications" => ask!(list_notifications, ListNotificationsRequest::default()),
            "TakeNotification" => {
                let notification_id = t.notification.clone();
                ask!(take_notification, TakeNotificationRequest { notification_id })
            }
            "Events" => ask!(events, EventsRequest::default()),
            "NodeStatus" => ask!(node_status, NodeStatusRequest {}),
            _ => return None,
        })
    }
}

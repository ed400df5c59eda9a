//! Every call by every role at every scope, asked of a node over real TLS: what the table says is what happens.

use super::roles::{Call, Role, Scope};
use super::testing::*;
use crate::app::rows::put_new;
use crate::app::{
    Becomes, Channel, Direction, Disclosure, Inbound, Proposal as ProposalRecord, RequestRecord,
    To as Recipient, UNLINKED, disclosure_state, inbound_state,
};
use crate::store::{Changes, Event as StoreEvent, Kind, Put};
use policy::id::{AgencyId, CaseId, DisclosureId, Id, MessageId, ProposalId, StaffId};
use policy::record::Purpose;
use prost::Message;
use proto::agency::v1::*;
use std::fmt::Write;
use tonic::{Code, Status};

/// The things of one team that calls can be about.
#[derive(Clone, Default)]
struct Things {
    team: String,
    case: String,
    person: String,
    item: String,
    permission: String,
    membership: String,
    proposal: String,
    disclosure: String,
    linked: String,
    request: String,
}

/// Things of no team.
struct Loose {
    unlinked: String,
    request: String,
}

fn id_of(text: &str) -> Id {
    text.parse().unwrap()
}

fn inbound(message: Id, linked: Option<CaseId>) -> Put {
    let record = Inbound {
        message: MessageId(message),
        from: AgencyId::from(OTHER),
        received_at: policy::time::UtcTime(crate::tls::testing::NOW_MS),
        kind: "summary".into(),
        exercise: false,
        receipt_at: 0,
        envelope_digest: Default::default(),
        emergency: false,
        admitted: 0,
        set_apart: 0,
        seen: None,
        linked: linked.map(|case| (case, StaffId::from("x"))),
        stale: Vec::new(),
    };
    let state = if linked.is_some() { inbound_state::LINKED } else { inbound_state::UNSEEN };
    let put = put_new(Kind::Inbound.of(message), &record, &[]).unwrap().in_state(state);
    put.under(linked.map_or(UNLINKED, |case| case.0))
}

fn request(message: Id, case: Option<CaseId>) -> Put {
    let now = policy::time::UtcTime(crate::tls::testing::NOW_MS);
    let record = RequestRecord {
        message: MessageId(message),
        direction: Direction::Received,
        with: AgencyId::from(OTHER),
        case,
        disclosure: None,
        by: None,
        at: now,
        purpose: Purpose::ThreatAssessment,
        exercise: false,
        answer_due: now.plus_days(1),
        answered: false,
        answer: None,
    };
    let body = proto::exchange::v1::Body::default().encode_to_vec();
    put_new(Kind::Request.of(message), &record, &body).unwrap()
}

async fn commit(world: &World, puts: Vec<Put>) {
    let event =
        StoreEvent { at: world.app.now(), actor: "test".into(), kind: "made".into(), ids: Vec::new() };
    world.app.commit(Changes { puts, events: vec![event], ..Changes::default() }).await.unwrap();
}

/// One thing of each kind in a team, made by its chair, or put where only another node or the courier could.
async fn things(world: &World, chair: &str, n: u128) -> Things {
    let mut client = world.staff(chair);
    let team = world.team(&format!("Team of {chair}"), chair).await;
    let open = OpenCaseRequest { team_id: team.id.clone(), ..OpenCaseRequest::default() };
    let case = client.open_case(open).await.unwrap().into_inner().id;
    let person = Person {
        case_id: case.clone(),
        roles: vec!["person_of_concern".into()],
        names: vec!["Alex Example".into()],
        ..Person::default()
    };
    let person = client.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().into_inner().id;
    let item = Item {
        case_id: case.clone(),
        row: 12,
        about: vec![About { person_id: person.clone(), ..About::default() }],
        value: Some(ItemValue { text: Some("x".into()), ..ItemValue::default() }),
        ..Item::default()
    };
    let item = AddItemRequest { item: Some(item), corrects: String::new() };
    let item = client.add_item(item).await.unwrap().into_inner().id;
    let objection = Permission {
        case_id: case.clone(),
        person_id: person.clone(),
        kind: "objection".into(),
        given_by: "subject".into(),
        ..Permission::default()
    };
    let permission = RecordPermissionRequest { permission: Some(objection) };
    let permission = client.record_permission(permission).await.unwrap().into_inner().id;
    let membership = world.join(&team.id, uri(OTHER, "nobody")).await.id;
    let case_id = CaseId(id_of(&case));
    let (proposal, disclosure, linked, asked) = (Id(n + 1), Id(n + 2), Id(n + 3), Id(n + 4));
    let to = Recipient::Agency(AgencyId::from(OTHER));
    let at = world.app.now();
    let proposed = ProposalRecord {
        id: ProposalId(proposal),
        case: case_id,
        to: to.clone(),
        purpose: Purpose::ThreatAssessment,
        packet: None,
        items: vec![policy::id::ItemId(id_of(&item))],
        by: StaffId::from("x"),
        at,
        becomes: Becomes::Summary,
        emergency: false,
        law_version: String::new(),
        message: MessageId(Id(n + 5)),
        denied_because: None,
        denied_by: None,
    };
    let disclosed = Disclosure {
        id: DisclosureId(disclosure),
        case: Some(case_id),
        to,
        channel: Channel::Node,
        body: "summary".into(),
        purpose: Purpose::ThreatAssessment,
        items: Vec::new(),
        grounds: Vec::new(),
        threats: Vec::new(),
        by: StaffId::from("x"),
        approved_by: None,
        at,
        law_version: String::new(),
        emergency: true,
        seen: Vec::new(),
        review: None,
        decided_afterwards: None,
        decided: Vec::new(),
    };
    let r = Kind::Disclosure.of(disclosure);
    let puts = vec![
        put_new(Kind::Proposal.of(proposal), &proposed, &[]).unwrap().under(case_id),
        put_new(r, &disclosed, &[]).unwrap().under(case_id).in_state(disclosure_state::OUTSIDE),
        inbound(linked, Some(case_id)),
        request(asked, Some(case_id)),
    ];
    commit(world, puts).await;
    Things {
        team: team.id,
        case,
        person,
        item,
        permission,
        membership,
        proposal: proposal.to_string(),
        disclosure: disclosure.to_string(),
        linked: linked.to_string(),
        request: asked.to_string(),
    }
}

macro_rules! ask {
    ($client:ident.$rpc:ident($request:ident { $($field:ident: $value:expr),* $(,)? })) => {
        $client.$rpc($request { $($field: $value,)* ..Default::default() }).await.map(|answer| answer.into_inner().encode_to_vec())
    };
}

/// Makes one call. What it asks is well enough formed to pass the gate; what the verb then says does not matter here.
#[expect(clippy::needless_update, reason = "some requests have no fields, or all of them given")]
async fn make(
    call: Call,
    c: &mut Client,
    t: &Things,
    loose: &Loose,
    scope: Scope,
) -> Result<Vec<u8>, Status> {
    let node = scope == Scope::Node;
    let case_or_none = || if node { String::new() } else { t.case.clone() };
    let (case, person, item) = (|| t.case.clone(), || t.person.clone(), || t.item.clone());
    match call {
        Call::WhoAmI => ask!(c.who_am_i(WhoAmIRequest {})),
        Call::AddStaff => ask!(c.add_staff(AddStaffRequest { staff_id: "x".into() })),
        Call::ListStaff => ask!(c.list_staff(ListStaffRequest {})),
        Call::CreateTeam => ask!(c.create_team(CreateTeamRequest {})),
        Call::UpdateTeam => ask!(c.update_team(UpdateTeamRequest { team_id: t.team.clone() })),
        Call::ListTeams => ask!(c.list_teams(ListTeamsRequest {})),
        Call::AddMembership => ask!(c.add_membership(AddMembershipRequest { team_id: t.team.clone() })),
        Call::EndMembership => {
            ask!(c.end_membership(EndMembershipRequest { membership_id: t.membership.clone() }))
        }
        Call::RecordTraining => {
            let team_id = if node { String::new() } else { t.team.clone() };
            let training = Some(Training { team_id, ..Training::default() });
            ask!(c.record_training(RecordTrainingRequest { training: training }))
        }
        Call::ListTraining => {
            let team_id = if node { String::new() } else { t.team.clone() };
            ask!(c.list_training(ListTrainingRequest { team_id: team_id }))
        }
        Call::StartHatSession => {
            ask!(c.start_hat_session(StartHatSessionRequest { hat: "member".into() }))
        }
        Call::EndHatSession => {
            let ended = ask!(c.end_hat_session(EndHatSessionRequest {}));
            // the visitor is police, and goes on in the member's hat
            ask!(c.start_hat_session(StartHatSessionRequest { hat: "member".into() })).unwrap();
            ended
        }
        Call::ShowHatSession => ask!(c.show_hat_session(ShowHatSessionRequest {})),
        Call::OpenCase => ask!(c.open_case(OpenCaseRequest { team_id: t.team.clone(), exercise: true })),
        Call::ListCases => ask!(c.list_cases(ListCasesRequest {})),
        Call::SearchCases => {
            let (name, purpose) = ("Alex".into(), "threat_assessment".into());
            ask!(c.search_cases(SearchCasesRequest { team_id: t.team.clone(), name: name, purpose: purpose }))
        }
        Call::ShowCase => ask!(c.show_case(ShowCaseRequest { case_id: case() })),
        Call::AddPerson => {
            let person = Some(Person { case_id: case(), ..Person::default() });
            ask!(c.add_person(AddPersonRequest { person: person }))
        }
        Call::AddContact => {
            let contact = Some(Contact { case_id: case(), ..Contact::default() });
            ask!(c.add_contact(AddContactRequest { contact: contact }))
        }
        Call::AddItem => {
            let item = Some(Item { case_id: case(), ..Item::default() });
            ask!(c.add_item(AddItemRequest { item: item }))
        }
        Call::AddStatement => {
            ask!(c.add_statement(AddStatementRequest {
                case_id: case(),
                item_id: item(),
                class: "AFF".into()
            }))
        }
        Call::AddLabels => ask!(c.add_labels(AddLabelsRequest { case_id: case(), item_id: item() })),
        Call::ListItems => ask!(c.list_items(ListItemsRequest { case_id: case() })),
        Call::SealIdentity => {
            ask!(c.seal_identity(SealIdentityRequest { case_id: case(), whose: "x".into() }))
        }
        Call::OpenIdentity => {
            ask!(c.open_identity(OpenIdentityRequest { case_id: case(), whose: "x".into() }))
        }
        Call::RecordEquity => ask!(c.record_equity(RecordEquityRequest { case_id: case() })),
        Call::EquityCounts => ask!(c.equity_counts(EquityCountsRequest {})),

        Call::Act => {
            let act = Act { emergency: Some(EmergencyDeclaration::default()), ..Act::default() };
            ask!(c.act(ActRequest { case_id: case(), act: Some(act) }))
        }
        Call::ShowHistory => ask!(c.show_history(ShowHistoryRequest { case_id: case() })),
        Call::Agenda => ask!(c.agenda(AgendaRequest {})),
        Call::RecordPermission => {
            let permission = Some(Permission { case_id: case(), ..Permission::default() });
            ask!(c.record_permission(RecordPermissionRequest { permission: permission }))
        }
        Call::RevokePermission => {
            let permission_id = t.permission.clone();
            ask!(
                c.revoke_permission(RevokePermissionRequest {
                    case_id: case(),
                    permission_id: permission_id
                })
            )
        }
        Call::ListPermissions => ask!(c.list_permissions(ListPermissionsRequest { case_id: case() })),
        Call::Attest => {
            // As a privacy officer, whom the verb takes for this fact; others are told by the verb which role they lack.
            ask!(c.attest(AttestRequest { case_id: case(), fact: "consent.revoked".into() }))
        }
        Call::ListAttestations => ask!(c.list_attestations(ListAttestationsRequest { case_id: case() })),
        Call::AddDocument => {
            let document = Some(Document { case_id: case(), ..Document::default() });
            ask!(c.add_document(AddDocumentRequest { document: document }))
        }
        Call::ListDocuments => ask!(c.list_documents(ListDocumentsRequest { case_id: case() })),
        Call::DeclareCapacities => ask!(c.declare_capacities(DeclareCapacitiesRequest {})),
        Call::ShowAgency => ask!(c.show_agency(ShowAgencyRequest {})),
        Call::CountersignAgreement => ask!(c.countersign_agreement(CountersignAgreementRequest {})),
        Call::EndAgreement => ask!(c.end_agreement(EndAgreementRequest { agreement_id: "x".into() })),
        Call::ListAgreements => ask!(c.list_agreements(ListAgreementsRequest {})),
        Call::ConfirmStateRow => ask!(c.confirm_state_row(ConfirmStateRowRequest {})),
        Call::ListStateRows => ask!(c.list_state_rows(ListStateRowsRequest {})),
        Call::Share => ask!(c.share(ShareRequest { case_id: case(), preview: true })),
        Call::ListProposals => ask!(c.list_proposals(ListProposalsRequest { case_id: case_or_none() })),
        Call::Approve => {
            let keep = vec![Id(99).to_string()];
            ask!(c.approve(ApproveRequest { proposal_id: t.proposal.clone(), keep_item_ids: keep }))
        }
        Call::ReviewEmergency => {
            ask!(
                c.review_emergency(ReviewEmergencyRequest { disclosure_id: t.disclosure.clone(), ok: false })
            )
        }
        Call::RequestInformation => {
            ask!(c.request_information(RequestInformationRequest { case_id: case(), preview: true }))
        }
        Call::ListRequests => ask!(c.list_requests(ListRequestsRequest {})),
        Call::AnswerRequest => {
            let request_id = if node { loose.request.clone() } else { t.request.clone() };
            ask!(c.answer_request(AnswerRequestRequest { request_id: request_id, preview: true }))
        }
        Call::ListReferrals => ask!(c.list_referrals(ListReferralsRequest { case_id: case_or_none() })),
        Call::AnswerReferral => {
            let message_id = if node { loose.unlinked.clone() } else { t.linked.clone() };
            ask!(
                c.answer_referral(AnswerReferralRequest { message_id: message_id, state: "accepted".into() })
            )
        }
        Call::WithdrawReferral => {
            ask!(c.withdraw_referral(WithdrawReferralRequest { case_id: case(), referral_id: "x".into() }))
        }
        Call::ListInbox => ask!(c.list_inbox(ListInboxRequest {})),
        Call::OpenInbox => {
            let message_id = if node { loose.unlinked.clone() } else { t.linked.clone() };
            ask!(c.open_inbox(OpenInboxRequest { message_id: message_id }))
        }
        Call::LinkInbox => {
            ask!(c.link_inbox(LinkInboxRequest { message_id: loose.unlinked.clone(), case_id: case() }))
        }
        Call::ListQuarantine => ask!(c.list_quarantine(ListQuarantineRequest {})),
        Call::RecordDisclosure => ask!(c.record_disclosure(RecordDisclosureRequest { case_id: case() })),
        Call::Accounting if node => ask!(c.accounting(AccountingRequest { unlinked: true })),
        Call::Accounting => ask!(c.accounting(AccountingRequest { person_id: person() })),
        Call::SuspendAccounting => {
            let suspension =
                Some(AccountingSuspension { case_id: case(), ..AccountingSuspension::default() });
            ask!(c.suspend_accounting(SuspendAccountingRequest { suspension: suspension }))
        }
        Call::Trace => {
            let id = if node { loose.unlinked.clone() } else { t.proposal.clone() };
            ask!(c.trace(TraceRequest { id: id }))
        }
        Call::ListNotifications => ask!(c.list_notifications(ListNotificationsRequest {})),
        Call::TakeNotification => {
            ask!(c.take_notification(TakeNotificationRequest { notification_id: "x".into() }))
        }
        Call::Events => ask!(c.events(EventsRequest {})),
        Call::NodeStatus => ask!(c.node_status(NodeStatusRequest {})),
    }
}

/// What lies apart from every case, and that no call here may show to anybody: who reported, and what a person said of
/// themselves.
const SEALED: [&str; 4] =
    ["Zebulon Quackenbush", "+1 555 0173", "native_hawaiian_pacific_islander", "504_plan"];

async fn seal(world: &World, case: &str) {
    let mut chair = world.staff("own.chair");
    let reporter = SealIdentityRequest {
        case_id: case.into(),
        whose: "reporter".into(),
        name: SEALED[0].into(),
        contact: SEALED[1].into(),
        ..Default::default()
    };
    chair.seal_identity(reporter).await.unwrap();
    let equity = RecordEquityRequest {
        case_id: case.into(),
        race_ethnicity: vec![SEALED[2].into()],
        disability: SEALED[3].into(),
        ..Default::default()
    };
    chair.record_equity(equity).await.unwrap();
}

fn holds(bytes: &[u8], told: &[u8]) -> bool {
    bytes.windows(told.len()).any(|window| window == told)
}

/// What the gate answered: `allowed`, `role` (told who may) or `none` (as if there were no such record).
fn answer(result: &Result<Vec<u8>, Status>) -> &'static str {
    match result.as_ref().map(drop).map_err(|s| (s.code(), s.message())) {
        Err((Code::PermissionDenied, text)) if text.contains("is for these roles") => "role",
        Err((Code::NotFound, text)) if text.contains("nothing with this id is open to you") => "none",
        Err((Code::Unauthenticated, _)) => "unknown",
        _ => "allowed",
    }
}

/// What the table promises.
fn promised(call: Call, role: Role, scope: Scope) -> &'static str {
    let somewhere = Scope::ALL.iter().any(|s| call.open_to(role, *s));
    match (call.open_to(role, scope), somewhere, scope) {
        (true, ..) => "allowed",
        (false, true, Scope::Other) => "none",
        _ => "role",
    }
}

/// Kinds of the events since `cursor`, which moves to the last.
async fn kinds_since(world: &World, cursor: &mut u64) -> Vec<String> {
    let mut kinds = Vec::new();
    loop {
        let part = world.app.store.events(*cursor, 1_000).await.unwrap();
        let Some(last) = part.last() else { return kinds };
        *cursor = last.sequence;
        kinds.extend(part.iter().map(|e| e.event.kind.to_string()));
    }
}

/// Why the events that a call left are not those it has to leave, if they are not.
fn wrongly_kept(
    call: Call,
    answered: &str,
    result: &Result<Vec<u8>, Status>,
    kinds: &[String],
) -> Option<String> {
    let is_preview = matches!(call, Call::Share | Call::RequestInformation | Call::AnswerRequest);
    let word = call.reading(is_preview);
    let code = result.as_ref().err().map(Status::code);
    let is_right = match (answered, word, code) {
        ("allowed", _, Some(Code::InvalidArgument)) => kinds.is_empty(),
        ("allowed", Some(word), None) => {
            let reads_a_case = matches!(call, Call::ShowCase | Call::ListItems | Call::ShowHistory);
            let word = if reads_a_case { format!("{word}/case_work") } else { word.to_owned() };
            kinds == [word]
                || call == Call::OpenInbox && kinds == ["inbox_opened"]
                || call == Call::SearchCases && kinds == ["cases_searched/threat_assessment"]
        }
        ("allowed", Some(word), Some(_)) => kinds == [format!("{word}_refused")],
        ("allowed", None, _) => true,
        (_, Some(word), _) => kinds == [format!("{word}_refused")],
        (_, None, _) => kinds.len() == 1 && kinds[0].ends_with("_refused"),
    };
    (!is_right).then(|| format!("{} ({answered}) left {kinds:?}", call.as_str()))
}

#[tokio::test]
async fn every_call_answers_every_role_as_the_table_says_and_each_look_is_kept() {
    let world = World::new().await;
    for chair in ["own.chair", "other.chair"] {
        world.added(chair, &["chair"]).await;
    }
    let own = things(&world, "own.chair", 1_000).await;
    let other = things(&world, "other.chair", 2_000).await;
    let loose = Loose { unlinked: Id(3_001).to_string(), request: Id(3_002).to_string() };
    commit(&world, vec![inbound(Id(3_001), None), request(Id(3_002), None)]).await;

    let mut wrong = String::new();
    let (mut made, mut cursor) = (0, 0);
    seal(&world, &own.case).await;
    for role in Role::ALL {
        let mut client = match role {
            Role::Visitor => {
                world.join(&own.team, uri(OTHER, "lee")).await;
                let mut lee = world.connect(&world.credentials(OTHER, "lee"));
                world.put_on(&mut lee, "member").await;
                lee
            }
            role => {
                let client = world.added(role.as_str(), &[role.as_str()]).await;
                world.join(&own.team, uri(OWN, role.as_str())).await;
                client
            }
        };
        for call in Call::ALL {
            for scope in Scope::ALL.iter().filter(|scope| call.has_scope(**scope)) {
                let about = if *scope == Scope::Other { &other } else { &own };
                kinds_since(&world, &mut cursor).await;
                let result = make(*call, &mut client, about, &loose, *scope).await;
                let kept = kinds_since(&world, &mut cursor).await;
                if let Ok(bytes) = &result
                    && let Some(told) = SEALED.iter().find(|told| holds(bytes, told.as_bytes()))
                {
                    writeln!(wrong, "{} by {role} shows {told}", call.as_str()).unwrap();
                }
                let (answered, promised) = (answer(&result), promised(*call, *role, *scope));
                made += 1;
                if let Some(why) = wrongly_kept(*call, answered, &result, &kept) {
                    writeln!(wrong, "by {role} at {}: {why}: {result:?}", scope.as_str()).unwrap();
                }
                if answered != promised {
                    let call = call.as_str();
                    writeln!(
                        wrong,
                        "{call} by {role} at {}: {answered}, not {promised}: {result:?}",
                        scope.as_str()
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(made > 500, "{made} calls");
    assert!(wrong.is_empty(), "{wrong}");
}

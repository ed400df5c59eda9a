//! Who may make which call, live: every call of the schema by every role in every scope, over mutual TLS to a running node
//! with real records, each request valid. What the golden table allows must succeed; what it does not must be refused; and
//! another team's record must be refused exactly as one that does not exist.

use node::app::rows::put_new;
use node::app::{
    AppError, Direction, Inbound, ReferralRecord, ReferralStep, ReferralTerms, UNLINKED, inbound_state,
};
use node::cli::Connection;
use node::clock::Clock as _;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec, Who};
use node::store::{Changes, Kind};
use policy::id::{CaseId, MessageId};
use policy::process::referral::{Category, State, Urgency};
use policy::record::Purpose;
use proto::agency::v1::agency_client::AgencyClient;
use proto::agency::v1::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use system_tests::world::{World, agency};
use tonic::transport::Channel;
use tonic::{Code, Status};

const TABLE: &str = include_str!("../../node/tests/golden/roles.txt");
const SCHEMA: &str = include_str!("../../proto/schema/concord/agency/v1/agency.proto");

type Client = AgencyClient<Channel>;

/// The node that is asked.
const CENTER: &str = "center";
/// Another agency: it sends messages, and one of its people visits a team.
const PARTNER: &str = "partner";
/// Makes what the others ask about; chairs both teams, and is a member of the one that the chair leads.
const WORKER: &str = "worker";
/// The role that people of other agencies have.
const VISITOR: &str = "visitor";

const fn only(name: &'static str, roles: &'static [&'static str]) -> StaffSpec {
    StaffSpec { name, display: name, roles }
}

/// One person for each role, named after it, beside the worker and the first administrator.
const PEOPLE: &[StaffSpec] = &[
    only("root", &["administrator"]),
    only(WORKER, &["chair", "member", "intake"]),
    only("privacy_officer", &["privacy_officer"]),
    only("intake", &["intake"]),
    only("chair", &["chair"]),
    only("member", &["member"]),
    only("approver", &["approver"]),
    only("auditor", &["auditor"]),
    only("administrator", &["administrator"]),
];

const REGION: RegionSpec = RegionSpec {
    trust_domain: "roles.example",
    state: "WY",
    agencies: &[
        AgencySpec { staff: PEOPLE, ..agency(CENTER, "threat_assessment_team") },
        agency(PARTNER, "threat_assessment_team"),
    ],
    agreements: &[AgreementSpec { between: [CENTER, PARTNER], purposes: &["threat_assessment"] }],
};

/// The golden table: call, scope and role to whether it is allowed.
struct Golden {
    roles: Vec<String>,
    rows: BTreeMap<(String, String), Vec<bool>>,
}

impl Golden {
    fn read() -> Self {
        let mut lines = TABLE.lines().skip_while(|l| !l.starts_with("call ")).filter(|l| !l.is_empty());
        let words = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
        let roles = words(lines.next().unwrap())[2..].to_vec();
        let mut rows = BTreeMap::new();
        for line in lines {
            let cells = words(line);
            let allowed: Vec<bool> = cells[2..].iter().map(|cell| cell == "yes").collect();
            assert_eq!(allowed.len(), roles.len(), "{line}");
            assert!(rows.insert((cells[0].clone(), cells[1].clone()), allowed).is_none(), "{line}");
        }
        Self { roles, rows }
    }
    fn allows(&self, call: &str, scope: &str, role: &str) -> bool {
        let at = self.roles.iter().position(|r| r == role).unwrap();
        self.rows.get(&(call.to_owned(), scope.to_owned())).is_some_and(|row| row[at])
    }
    fn allows_somewhere(&self, call: &str, role: &str) -> bool {
        ["own", "other", "node"].iter().any(|scope| self.allows(call, scope, role))
    }
}

/// Every call of the schema.
fn calls() -> BTreeSet<String> {
    let names =
        SCHEMA.lines().filter_map(|l| l.trim().strip_prefix("rpc ")).filter_map(|l| l.split_once('('));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// What calls can be about: the records of one team, or ids that are nobody's.
#[derive(Clone, Default)]
struct Things {
    team: String,
    case: String,
    person: String,
    item: String,
    permission: String,
    membership: String,
    agreement: String,
    proposal: String,
    disclosure: String,
    /// A message linked to the case; of no case: one that nobody has linked.
    message: String,
    /// A message that nobody has linked, for linking it.
    loose: String,
    request: String,
    notification: String,
    sealed: String,
    /// A referral that came: linked to the case, or to none.
    referral: String,
    loose_referral: String,
    /// A referral of the case that was sent.
    sent_referral: String,
}

/// The node with its people, and whoever is needed to make new records.
struct Bench {
    world: World,
    worker: Client,
    root: Client,
    officer: Client,
    own: Things,
    /// Of a team that the person with the role of a chair leads: a case with somebody sealed.
    led: Things,
    other: Things,
    /// Messages that nobody has linked.
    loose: Vec<String>,
    made: AtomicU64,
}

fn client(world: &World, from: &'static str, name: &'static str) -> Client {
    let dir = |agency, name| world.region.staff_dir(Who { agency, name });
    let mut connection = Connection::of_directory(&dir(from, name)).unwrap();
    // a visitor's certificate is another agency's; the node is ours
    connection.place = Connection::of_directory(&dir(CENTER, "root")).unwrap().place;
    connection.client().unwrap()
}

fn about(person: &str) -> Vec<About> {
    vec![About { person_id: person.into(), ..Default::default() }]
}

fn item(case: &str, person: &str) -> Item {
    Item {
        case_id: case.into(),
        row: 9,
        about: about(person),
        value: Some(ItemValue { text: Some("a plain sentence".into()), ..Default::default() }),
        ..Default::default()
    }
}

fn contact(case: &str, person: &str) -> Contact {
    Contact {
        case_id: case.into(),
        sector: "family_or_friend".into(),
        person_id: person.into(),
        name: "Somebody".into(),
        ..Default::default()
    }
}

fn objection(case: &str, person: &str) -> Permission {
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

fn sealing(case: &str) -> SealIdentityRequest {
    SealIdentityRequest {
        case_id: case.into(),
        whose: "reporter".into(),
        name: "Avery Fenwick".into(),
        contact: "+1 555 0177".into(),
        ..Default::default()
    }
}

fn to_partner() -> Option<To> {
    Some(To { agency: PARTNER.into(), ..Default::default() })
}

fn emergency() -> EmergencyAnswers {
    EmergencyAnswers {
        who_is_at_risk: "two people at the clinic".into(),
        what_makes_it_imminent: "said it would be today".into(),
        known_first_hand: "heard on the telephone".into(),
        who_can_prevent_it: "the agency called".into(),
        what_they_must_know: "where and when".into(),
    }
}

impl Bench {
    async fn new() -> Self {
        let mut world = World::ready(REGION).await;
        let team = world.team(CENTER).to_string();
        let (worker, root) = (client(&world, CENTER, WORKER), client(&world, CENTER, "root"));
        let officer = client(&world, CENTER, "privacy_officer");
        // team `own`: everybody; team `other`: the worker alone
        for person in PEOPLE.iter().filter(|p| p.name != WORKER && p.name != "root" && p.name != "member") {
            join(&world, &root, &team, CENTER, person.name).await;
        }
        join(&world, &root, &team, PARTNER, "member").await;
        let chair_until = world.clock.now().plus_days(100).to_string();
        let other = root
            .clone()
            .create_team(CreateTeamRequest {
                name: "Another team".into(),
                chair: world.staff_id(CENTER, WORKER).to_string(),
                chair_until: chair_until.clone(),
                confidentiality_acknowledged: true,
                ..Default::default()
            })
            .await
            .unwrap()
            .into_inner()
            .id;
        let (mut loose, request) = messages(&mut world, 6).await;
        let made = AtomicU64::new(0);
        let (own_message, other_message) = (loose.pop().unwrap(), loose.pop().unwrap());
        let mut bench = Self {
            world,
            worker,
            root,
            officer,
            own: Things::default(),
            led: Things::default(),
            other: Things::default(),
            loose,
            made,
        };
        bench.led = bench.of_a_team_of_the_chair(chair_until).await;
        bench.own = bench.things(&team, own_message, &request).await;
        bench.other = bench.things(&other, other_message, &request).await;
        bench
    }

    fn days(&self, days: i64) -> String {
        self.world.clock.now().plus_days(days).to_string()
    }

    /// A case with somebody sealed, of a team whose own chair the person with the role is: a chair of another team who is a
    /// member opens nothing.
    async fn of_a_team_of_the_chair(&self, chair_until: String) -> Things {
        let team = CreateTeamRequest {
            name: "A team of the chair".into(),
            chair: self.world.staff_id(CENTER, "chair").to_string(),
            chair_until,
            confidentiality_acknowledged: true,
            ..Default::default()
        };
        let team = self.root.clone().create_team(team).await.unwrap().into_inner().id;
        join(&self.world, &self.root, &team, CENTER, WORKER).await;
        let mut c = self.worker.clone();
        let open = OpenCaseRequest { team_id: team.clone(), ..Default::default() };
        let case = c.open_case(open).await.unwrap().into_inner().id;
        let sealed = c.seal_identity(sealing(&case)).await.unwrap().into_inner().sealed_id;
        Things { team, case, sealed, ..Default::default() }
    }

    /// A case of this team with one of everything.
    async fn things(&self, team: &str, message: String, request: &str) -> Things {
        let mut c = self.worker.clone();
        let open = OpenCaseRequest { team_id: team.into(), ..Default::default() };
        let case = c.open_case(open).await.unwrap().into_inner().id;
        let person = Person {
            case_id: case.clone(),
            roles: vec!["person_of_concern".into()],
            names: vec!["Jordan Quillfeather".into()],
            ..Default::default()
        };
        let person = c.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().into_inner().id;
        let mut t = Things { team: team.into(), case, person, message, ..Default::default() };
        t.request = request.into();
        t.loose.clone_from(&self.loose[0]);
        let link =
            LinkInboxRequest { message_id: t.message.clone(), case_id: t.case.clone(), people: Vec::new() };
        c.link_inbox(link).await.unwrap();
        t.item = self.new_item(&t).await;
        t.permission = self.new_permission(&t).await;
        t.membership = self.new_membership(&t).await;
        t.agreement = self.new_agreement().await;
        t.proposal = self.new_proposal(&t).await;
        t.disclosure = self.new_emergency(&t).await;
        t.notification = self.waiting_notification().await;
        t.sealed = c.seal_identity(sealing(&t.case)).await.unwrap().into_inner().sealed_id;
        t.referral = self.new_referral(&t, Direction::Received, true).await;
        t.loose_referral = self.new_referral(&t, Direction::Received, false).await;
        t.sent_referral = self.new_referral(&t, Direction::Sent, true).await;
        t
    }

    /// A referral as the exchange leaves it, put where only the desk and the courier could.
    async fn new_referral(&self, t: &Things, direction: Direction, linked: bool) -> String {
        let (app, message) = (self.world.app(CENTER), MessageId(self.world.app(CENTER).new_id()));
        let (now, case) = (app.now(), linked.then(|| CaseId(t.case.parse().unwrap())));
        let record = ReferralRecord {
            message,
            direction,
            with: PARTNER.into(),
            case_ref: [7; 16],
            purpose: Purpose::ThreatAssessment,
            exercise: false,
            terms: ReferralTerms {
                service_category: Category::Food,
                urgency: Urgency::Soon,
                contact_by: now.plus_days(9),
            },
            steps: vec![ReferralStep { state: State::Received, because: None, at: now, by: None }],
            proposal: None,
            agreed: None,
        };
        let inbound = Inbound {
            message,
            from: PARTNER.into(),
            received_at: now,
            kind: "referral".into(),
            exercise: false,
            envelope_digest: String::new(),
            receipt_at: 0,
            emergency: false,
            admitted: 0,
            set_apart: 0,
            seen: None,
            linked: case.map(|case| (case, self.world.staff_id(CENTER, WORKER))),
            stale: Vec::new(),
        };
        let parent = case.map_or(UNLINKED, |case| case.0);
        let mut changes = Changes::default();
        changes.puts.push(put_new(Kind::Referral.of(message), &record, &[]).unwrap().under(parent));
        if direction == Direction::Received {
            let put = put_new(Kind::Inbound.of(message), &inbound, &[]).unwrap().under(parent);
            changes.puts.push(put.in_state(inbound_state::SEEN));
        }
        changes.events.push(app.event("test", "referral_made", Vec::new()));
        app.commit(changes).await.unwrap();
        message.to_string()
    }

    /// Ids that are nobody's, where `t` has those of records.
    fn unknown(&self, t: &Things) -> Things {
        let id = || format!("{:032x}", 0xabcd_0000_u64 + self.made.fetch_add(1, Ordering::Relaxed));
        Things {
            team: id(),
            case: id(),
            person: id(),
            item: id(),
            permission: id(),
            membership: id(),
            agreement: id(),
            proposal: id(),
            disclosure: id(),
            message: id(),
            loose: t.loose.clone(),
            request: t.request.clone(),
            notification: id(),
            sealed: id(),
            referral: id(),
            loose_referral: t.loose_referral.clone(),
            sent_referral: id(),
        }
    }

    async fn new_item(&self, t: &Things) -> String {
        let add = AddItemRequest { item: Some(item(&t.case, &t.person)), ..Default::default() };
        self.worker.clone().add_item(add).await.unwrap().into_inner().id
    }

    async fn new_permission(&self, t: &Things) -> String {
        let record = RecordPermissionRequest { permission: Some(objection(&t.case, &t.person)) };
        self.worker.clone().record_permission(record).await.unwrap().into_inner().id
    }

    async fn new_membership(&self, t: &Things) -> String {
        self.root.clone().add_membership(self.membership(t)).await.unwrap().into_inner().id
    }

    fn membership(&self, t: &Things) -> AddMembershipRequest {
        AddMembershipRequest {
            team_id: t.team.clone(),
            staff_id: self.world.staff_id(PARTNER, &self.name("guest")).to_string(),
            display_name: "A guest".into(),
            until: self.days(30),
            tier: "affiliate".into(),
            confidentiality_acknowledged: true,
            ..Default::default()
        }
    }

    /// A name that nobody had before.
    fn name(&self, what: &str) -> String {
        format!("{what}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    async fn new_agreement(&self) -> String {
        self.officer.clone().countersign_agreement(self.agreement()).await.unwrap().into_inner().id
    }

    fn agreement(&self) -> CountersignAgreementRequest {
        CountersignAgreementRequest {
            with: PARTNER.into(),
            purposes: vec!["threat_assessment".into()],
            until: self.days(300),
            training_current_until: self.days(300),
            peer_capacities: Some(no_capacities()),
            ..Default::default()
        }
    }

    async fn new_proposal(&self, t: &Things) -> String {
        // an item of its own, so that nothing that another call did stands in its way
        let t = &Things { item: self.new_item(t).await, ..t.clone() };
        let view = self.worker.clone().share(share(t, false)).await.unwrap().into_inner();
        assert_eq!(view.state, "proposed", "{:?} {:?}", view.stops, view.items[0].reasons);
        view.proposal_id
    }

    async fn new_emergency(&self, t: &Things) -> String {
        let told = RecordDisclosureRequest { emergency: Some(emergency()), ..self.told(t) };
        self.worker.clone().record_disclosure(told).await.unwrap().into_inner().disclosure_id
    }

    fn told(&self, t: &Things) -> RecordDisclosureRequest {
        RecordDisclosureRequest {
            case_id: t.case.clone(),
            to: to_partner(),
            purpose: "threat_assessment".into(),
            how: "telephone".into(),
            told_at: self.days(0),
            item_ids: vec![t.item.clone()],
            ..Default::default()
        }
    }

    async fn waiting_notification(&self) -> String {
        let waiting = ListNotificationsRequest { waiting_only: true, ..Default::default() };
        let all = self.worker.clone().list_notifications(waiting).await.unwrap().into_inner();
        // what tells of an opened seal is taken by the one it tells
        all.notifications.iter().find(|n| !n.kind.ends_with("_opened")).unwrap().id.clone()
    }

    /// The same things, with a new one of what this call uses up.
    async fn fresh(&mut self, call: &str, t: &Things) -> Things {
        let mut t = t.clone();
        match call {
            "AddStatement" | "AddLabels" => t.item = self.new_item(&t).await,
            "RevokePermission" => t.permission = self.new_permission(&t).await,
            "EndMembership" => t.membership = self.new_membership(&t).await,
            "EndAgreement" => t.agreement = self.new_agreement().await,
            "Approve" => t.proposal = self.new_proposal(&t).await,
            "ReviewEmergency" => t.disclosure = self.new_emergency(&t).await,
            "TakeNotification" => t.notification = self.waiting_notification().await,
            "LinkInbox" => t.loose = self.loose.pop().unwrap(),
            "AnswerReferral" => {
                t.referral = self.new_referral(&t, Direction::Received, true).await;
                t.loose_referral = self.new_referral(&t, Direction::Received, false).await;
            }
            "WithdrawReferral" => t.sent_referral = self.new_referral(&t, Direction::Sent, true).await,
            _ => {}
        }
        t
    }

    /// Makes one call about these things. `None` where there is no request for a call of this name.
    async fn make(
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

fn share(t: &Things, preview: bool) -> ShareRequest {
    ShareRequest {
        case_id: t.case.clone(),
        to: to_partner(),
        purpose: "threat_assessment".into(),
        item_ids: vec![t.item.clone()],
        preview,
        ..Default::default()
    }
}

fn no_capacities() -> Capacities {
    Capacities {
        hipaa_covered: Some(false),
        ferpa_covered: Some(false),
        part2_program: Some(false),
        cfr23_system: Some(false),
        ..Default::default()
    }
}

async fn join(world: &World, root: &Client, team: &str, agency: &str, name: &str) {
    let member = AddMembershipRequest {
        team_id: team.into(),
        staff_id: world.staff_id(agency, name).to_string(),
        display_name: name.into(),
        until: world.clock.now().plus_days(100).to_string(),
        tier: "core".into(),
        confidentiality_acknowledged: true,
        qualifications: if agency == CENTER { Vec::new() } else { vec!["law_enforcement_official".into()] },
        ..Default::default()
    };
    root.clone().add_membership(member).await.unwrap();
}

/// Lets the partner send this many summaries and one request. Returns the summaries' ids, as the center has them, and the
/// request's.
async fn messages(world: &mut World, count: usize) -> (Vec<String>, String) {
    let (chair, officer) = (world.staff(PARTNER, "chair"), world.staff(PARTNER, "officer"));
    let team_id = world.team(PARTNER).to_string();
    let case = chair.open_case(OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
    let person =
        Person { case_id: case.clone(), roles: vec!["person_of_concern".into()], ..Default::default() };
    let person = chair.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().id;
    let add = AddItemRequest { item: Some(item(&case, &person)), ..Default::default() };
    let item = chair.add_item(add).await.unwrap().id;
    let to = Some(To { agency: CENTER.into(), ..Default::default() });
    let mut proposals = Vec::new();
    for _ in 0..count {
        let things = Things { case: case.clone(), item: item.clone(), ..Default::default() };
        let view = chair.share(ShareRequest { to: to.clone(), ..share(&things, false) }).await.unwrap();
        proposals.push(view.proposal_id);
    }
    let ask = RequestInformationRequest {
        case_id: case,
        to_agency: CENTER.into(),
        purpose: "threat_assessment".into(),
        rows: vec![9],
        describing_item_ids: vec![item],
        reply_due: world.clock.now().plus_days(20).to_string(),
        ..Default::default()
    };
    proposals.push(chair.request_information(ask).await.unwrap().view.unwrap().proposal_id);
    for proposal_id in proposals {
        officer.approve(ApproveRequest { proposal_id, ..Default::default() }).await.unwrap();
    }
    world.until_quiet().await;
    let worker = world.staff(CENTER, WORKER);
    let arrived = worker.list_inbox(ListInboxRequest::default()).await.unwrap().messages;
    let summaries: Vec<String> =
        arrived.iter().filter(|m| m.kind == "summary").map(|m| m.message_id.clone()).collect();
    assert_eq!(summaries.len(), count, "summaries arrived");
    let requests = worker.list_requests(ListRequestsRequest::default()).await.unwrap().requests;
    (summaries, requests.iter().find(|r| r.direction == "received").unwrap().id.clone())
}

/// A refusal as the caller gets it, but for ids the caller named.
fn refusal(status: &Status, named: &Things) -> (Code, String, Vec<u8>, Vec<String>) {
    let mut text = status.message().to_owned();
    for id in [&named.case, &named.person, &named.item, &named.permission, &named.message, &named.referral] {
        if !id.is_empty() {
            text = text.replace(id.as_str(), "ID");
        }
    }
    let headers = status.metadata().clone().into_headers();
    let mut said: Vec<String> = headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    said.sort();
    (status.code(), text, status.details().to_vec(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_by_each_role_in_each_scope_is_answered_as_the_table_says() {
    let golden = Golden::read();
    let in_table: BTreeSet<String> = golden.rows.keys().map(|(call, _)| call.clone()).collect();
    assert_eq!(in_table, calls(), "every call of the schema has its lines in the table");
    let mut bench = Bench::new().await;
    let (mut made, mut allowed, mut wrong) = (0, 0, Vec::new());
    for role in golden.roles.clone() {
        let mut caller = match PEOPLE.iter().find(|p| p.name == role) {
            Some(person) => client(&bench.world, CENTER, person.name),
            None => {
                assert_eq!(role, VISITOR);
                client(&bench.world, PARTNER, "member")
            }
        };
        for (call, scope) in golden.rows.keys() {
            let may = golden.allows(call, scope, &role);
            let of_team = match (call.as_str(), scope.as_str(), role.as_str()) {
                ("OpenIdentity" | "UpdateTeam", "own", "chair") => bench.led.clone(),
                (_, "other", _) => bench.other.clone(),
                _ => bench.own.clone(),
            };
            let things = if may { bench.fresh(call, &of_team).await } else { of_team };
            let node = scope == "node";
            let answer = bench.make(call, &mut caller, &role, &things, node).await;
            let answer = answer.unwrap_or_else(|| panic!("write a request for the new call {call}"));
            made += 1;
            allowed += usize::from(may);
            let right = match (&answer, may) {
                (Ok(()), true) => true,
                (Err(status), false) => {
                    let hidden = scope == "other" && golden.allows_somewhere(call, &role);
                    status.code() == if hidden { Code::NotFound } else { Code::PermissionDenied }
                }
                _ => false,
            };
            if !right {
                let promised = if may { "allowed" } else { "refused" };
                wrong.push(format!("{call} {scope} by {role}: {promised} by the table, answered {answer:?}"));
            }
            if scope != "other" {
                continue;
            }
            // a record that does not exist
            let unknown = bench.unknown(&things);
            let nothing = bench.make(call, &mut caller, &role, &unknown, node).await.unwrap();
            let Err(nothing) = nothing else {
                wrong.push(format!("{call} by {role}: succeeded on ids that are nobody's"));
                continue;
            };
            if let Err(status) = &answer
                && refusal(status, &things) != refusal(&nothing, &unknown)
            {
                wrong.push(format!("{call} by {role}: another team's {status:?}, nobody's {nothing:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {made}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(made > 450 && allowed > 150 && made - allowed > 150, "{allowed} of {made} allowed");
}

/// In a case of one's own, a record of another team's case is the same as none: no call tells that it exists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_teams_record_named_within_an_own_case_is_answered_as_none() {
    let bench = Bench::new().await;
    let mut c = client(&bench.world, CENTER, "member");
    let (own, other) = (bench.own.clone(), bench.other.clone());
    let unknown = bench.unknown(&other);
    for call in [
        "AddContact",
        "AddItem",
        "AddStatement",
        "AddLabels",
        "RecordPermission",
        "RevokePermission",
        "Share",
        "RequestInformation",
        "AnswerRequest",
        "RecordDisclosure",
    ] {
        let within = |theirs: &Things| Things {
            person: theirs.person.clone(),
            item: theirs.item.clone(),
            permission: theirs.permission.clone(),
            ..own.clone()
        };
        let theirs = bench.make(call, &mut c, "member", &within(&other), false).await.unwrap().unwrap_err();
        let nobodys =
            bench.make(call, &mut c, "member", &within(&unknown), false).await.unwrap().unwrap_err();
        assert_eq!(refusal(&theirs, &other), refusal(&nobodys, &unknown), "{call}");
        assert!(matches!(theirs.code(), Code::NotFound | Code::InvalidArgument), "{call}: {theirs:?}");
    }
    let not_found = bench.make("ShowCase", &mut c, "member", &unknown, false).await.unwrap().unwrap_err();
    assert_eq!(not_found.message(), AppError::NotFound.to_string());
}

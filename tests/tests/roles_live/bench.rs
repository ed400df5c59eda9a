//! The node with its people, one team's records and another's, and what makes new ones.

use super::Client;
use super::requests::{emergency, item, no_capacities, objection, sealing, share, to_partner};
use node::app::rows::put_new;
use node::app::{Direction, Inbound, ReferralRecord, ReferralStep, ReferralTerms, UNLINKED, inbound_state};
use node::cli::Connection;
use node::clock::Clock as _;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec, Who};
use node::store::{Changes, Kind};
use policy::id::{CaseId, MessageId};
use policy::process::referral::{Category, State, Urgency};
use policy::record::Purpose;
use proto::agency::v1::*;
use std::sync::atomic::{AtomicU64, Ordering};
use system_tests::world::{World, agency};

/// The node that is asked.
pub const CENTER: &str = "center";
/// Another agency: it sends messages, and one of its people visits a team.
pub const PARTNER: &str = "partner";
/// Makes what the others ask about; chairs both teams, and is a member of the one that the chair leads.
pub const WORKER: &str = "worker";
/// The role that people of other agencies have.
pub const VISITOR: &str = "visitor";

pub const fn only(name: &'static str, roles: &'static [&'static str]) -> StaffSpec {
    StaffSpec { name, display: name, roles }
}

/// One person for each role, named after it, beside the worker and the first administrator.
pub const PEOPLE: &[StaffSpec] = &[
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

pub const REGION: RegionSpec = RegionSpec {
    trust_domain: "roles.example",
    state: "WY",
    agencies: &[
        AgencySpec { staff: PEOPLE, ..agency(CENTER, "threat_assessment_team") },
        agency(PARTNER, "threat_assessment_team"),
    ],
    agreements: &[AgreementSpec { between: [CENTER, PARTNER], purposes: &["threat_assessment"] }],
};

/// What calls can be about: the records of one team, or ids that are nobody's.
#[derive(Clone, Default)]
pub struct Things {
    pub team: String,
    pub case: String,
    pub person: String,
    pub item: String,
    pub permission: String,
    pub membership: String,
    pub agreement: String,
    pub proposal: String,
    pub disclosure: String,
    /// A message linked to the case; of no case: one that nobody has linked.
    pub message: String,
    /// A message that nobody has linked, for linking it.
    pub loose: String,
    pub request: String,
    pub notification: String,
    pub sealed: String,
    /// A referral that came: linked to the case, or to none.
    pub referral: String,
    pub loose_referral: String,
    /// A referral of the case that was sent.
    pub sent_referral: String,
}

/// The node with its people, and whoever is needed to make new records.
pub struct Bench {
    pub world: World,
    pub worker: Client,
    pub root: Client,
    pub officer: Client,
    pub own: Things,
    /// Of a team that the person with the role of a chair leads: a case with somebody sealed.
    pub led: Things,
    pub other: Things,
    /// Messages that nobody has linked.
    pub loose: Vec<String>,
    pub made: AtomicU64,
}

pub fn client(world: &World, from: &'static str, name: &'static str) -> Client {
    let dir = |agency, name| world.region.staff_dir(Who { agency, name });
    let mut connection = Connection::of_directory(&dir(from, name)).unwrap();
    // a visitor's certificate is another agency's; the node is ours
    connection.place = Connection::of_directory(&dir(CENTER, "root")).unwrap().place;
    connection.client().unwrap()
}

impl Bench {
    pub async fn new() -> Self {
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

    pub fn days(&self, days: i64) -> String {
        self.world.clock.now().plus_days(days).to_string()
    }

    /// A case with somebody sealed, of a team whose own chair the person with the role is: a chair of another team who is a
    /// member opens nothing.
    pub async fn of_a_team_of_the_chair(&self, chair_until: String) -> Things {
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
    pub async fn things(&self, team: &str, message: String, request: &str) -> Things {
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
    pub async fn new_referral(&self, t: &Things, direction: Direction, linked: bool) -> String {
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
    pub fn unknown(&self, t: &Things) -> Things {
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

    pub async fn new_item(&self, t: &Things) -> String {
        let add = AddItemRequest { item: Some(item(&t.case, &t.person)), ..Default::default() };
        self.worker.clone().add_item(add).await.unwrap().into_inner().id
    }

    pub async fn new_permission(&self, t: &Things) -> String {
        let record = RecordPermissionRequest { permission: Some(objection(&t.case, &t.person)) };
        self.worker.clone().record_permission(record).await.unwrap().into_inner().id
    }

    pub async fn new_membership(&self, t: &Things) -> String {
        self.root.clone().add_membership(self.membership(t)).await.unwrap().into_inner().id
    }

    pub fn membership(&self, t: &Things) -> AddMembershipRequest {
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
    pub fn name(&self, what: &str) -> String {
        format!("{what}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    pub async fn new_agreement(&self) -> String {
        self.officer.clone().countersign_agreement(self.agreement()).await.unwrap().into_inner().id
    }

    pub fn agreement(&self) -> CountersignAgreementRequest {
        CountersignAgreementRequest {
            with: PARTNER.into(),
            purposes: vec!["threat_assessment".into()],
            until: self.days(300),
            training_current_until: self.days(300),
            peer_capacities: Some(no_capacities()),
            ..Default::default()
        }
    }

    pub async fn new_proposal(&self, t: &Things) -> String {
        // an item of its own, so that nothing that another call did stands in its way
        let t = &Things { item: self.new_item(t).await, ..t.clone() };
        let view = self.worker.clone().share(share(t, false)).await.unwrap().into_inner();
        assert_eq!(view.state, "proposed", "{:?} {:?}", view.stops, view.items[0].reasons);
        view.proposal_id
    }

    pub async fn new_emergency(&self, t: &Things) -> String {
        let told = RecordDisclosureRequest { emergency: Some(emergency()), ..self.told(t) };
        self.worker.clone().record_disclosure(told).await.unwrap().into_inner().disclosure_id
    }

    pub fn told(&self, t: &Things) -> RecordDisclosureRequest {
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

    pub async fn waiting_notification(&self) -> String {
        let waiting = ListNotificationsRequest { waiting_only: true, ..Default::default() };
        let all = self.worker.clone().list_notifications(waiting).await.unwrap().into_inner();
        // what tells of an opened seal is taken by the one it tells
        all.notifications.iter().find(|n| !n.kind.ends_with("_opened")).unwrap().id.clone()
    }

    /// The same things, with a new one of what this call uses up.
    pub async fn fresh(&mut self, call: &str, t: &Things) -> Things {
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

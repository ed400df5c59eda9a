//! A staff listener over real TLS on a node that keeps its records in memory, for tests of what staff may ask.

use crate::app::{App, IdSource, References, SnapshotCache, first_administrator};
use crate::config::Config;
use crate::entropy::{Entropy, SeededEntropy};
use crate::exchange::keys::NodeKeys;
use crate::exchange::listen::ListenLimits;
use crate::exchange::roster::{Member, Roster};
use crate::store::{MemoryDisk, NodeStore, Store};
use crate::tls::testing::{Credentials, DOMAIN, Holder, NOW_MS, Region, UtcTime, Validity, spiffe};
use crate::tls::{Connector, SpiffeId, TcpDial, Tls};
use arc_swap::ArcSwap;
use hyper::Uri;
use policy::door::Door;
use policy::id::AgencyId;
use policy::law::Law;
use policy::record::{Sector, TeamRole};
use policy::share::Matrix;
use proto::agency::v1::agency_client::AgencyClient;
use proto::agency::v1::*;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// The node's own agency.
pub(crate) const OWN: &str = "county-hospital";
/// Another agency of the roster.
pub(crate) const OTHER: &str = "sheriff";

pub(crate) const CONFIG: &str = r#"
    [agency]
    id = "county-hospital"
    name = "County Hospital"
    sector = "hospital"
    state = "VA"
    telephone = "+1 555 0100"
    trust_domain = "region.example"
    [exchange]
    listen = "127.0.0.1:0"
    [staff]
    listen = "127.0.0.1:0"
    [tls]
    authorities = "ca.pem"
    certificate = "node.pem"
    key = "node.key"
    [keys]
    signing = "sign.key"
    opening = "hpke.key"
    [roster]
    file = "roster.toml"
    signature = "roster.sig"
    coordinator_key = "0000000000000000000000000000000000000000000000000000000000000000"
    [notify]
    telephone = "+1 555 0100"
"#;

/// A client of the node.
pub(crate) type Client = AgencyClient<Channel>;

/// One node with its staff listener.
pub(crate) struct World {
    pub(crate) region: Region,
    pub(crate) app: Arc<App>,
    pub(crate) tls: Arc<Tls>,
    pub(crate) address: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// The same, with more in its configuration.
    pub(crate) async fn with(more: &str) -> Self {
        let config = format!("{CONFIG}{more}");
        let region = Region::new();
        let clock: Arc<dyn crate::clock::Clock> = Arc::new(region.clock.clone());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store: Arc<dyn Store> = Arc::new(NodeStore::in_memory(&MemoryDisk::default()).await.unwrap());
        first_administrator(store.as_ref(), clock.as_ref(), &uri(OWN, "root"), "Root, systems")
            .await
            .unwrap();
        let coordinator = NodeKeys::generate().unwrap();
        let now = UtcTime(NOW_MS);
        let members = [member(OWN, Sector::Hospital, 1), member(OTHER, Sector::LawEnforcement, 2)];
        let (text, signature) =
            Roster::issue(DOMAIN, 1, now, now.plus_days(30), &members, &coordinator).unwrap();
        let key = crate::hex::encode(&coordinator.verify_key());
        let roster = Roster::parse(text.as_bytes(), signature.as_bytes(), &key, None).unwrap();
        let app = Arc::new(App {
            store,
            clock,
            entropy,
            door: Arc::new(Door::new(
                Arc::new(Law::parse(policy::law::FILES).unwrap()),
                Arc::new(Matrix::embedded().clone()),
            )),
            references: References::new(&[7; 32]),
            roster: Arc::new(ArcSwap::from_pointee(roster)),
            own: AgencyId::from(OWN),
            config: Arc::new(
                Config::parse(Path::new("/nowhere"), Path::new("concord.toml"), &config).unwrap(),
            ),
            keys: Arc::new(NodeKeys::generate().unwrap()),
            ids: IdSource::default(),
            snapshots: SnapshotCache::default(),
            courier_bell: Notify::new(),
            notify_bell: Notify::new(),
        });
        let tls = region.tls(&region.node(OWN), &[]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serving = super::listen::serve(
            listener,
            Arc::clone(&tls),
            Arc::clone(&app),
            ListenLimits::default(),
            None,
            std::future::pending(),
        );
        tokio::spawn(serving);
        Self { region, app, tls, address }
    }

    /// A person's certificate.
    pub(crate) fn credentials(&self, agency: &str, name: &str) -> Credentials {
        self.region.authority.issue(&Holder::staff(agency, name), Validity::days(NOW_MS, 30)).unwrap()
    }

    /// A client with these credentials.
    pub(crate) fn connect(&self, credentials: &Credentials) -> Client {
        let tls = self.region.tls(credentials, &[]);
        let connector = Connector::new(TcpDial, tls, vec![self.address.clone()], spiffe(OWN), None, None);
        let endpoint = Endpoint::from(Uri::from_static("http://node.invalid"));
        AgencyClient::new(endpoint.connect_with_connector_lazy(connector))
    }

    /// A client of a person of this agency.
    pub(crate) fn staff(&self, name: &str) -> Client {
        self.connect(&self.credentials(OWN, name))
    }

    /// The same, once an administrator has added the person with these roles.
    pub(crate) async fn added(&self, name: &str, roles: &[&str]) -> Client {
        let request = AddStaffRequest {
            staff_id: uri(OWN, name),
            display_name: format!("{name}, {}", roles.join(" and ")),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            qualifications: vec!["treating_professional".into()],
            ..Default::default()
        };
        self.staff("root").add_staff(request).await.unwrap();
        self.staff(name)
    }

    /// A team whose chair is this member of staff.
    pub(crate) async fn team(&self, name: &str, chair: &str) -> Team {
        let request = CreateTeamRequest {
            name: name.into(),
            chair: uri(OWN, chair),
            chair_until: self.later(300),
            confidentiality_acknowledged: true,
            ..CreateTeamRequest::default()
        };
        self.staff("root").create_team(request).await.unwrap().into_inner()
    }

    /// Adds somebody to a team as the administrator.
    pub(crate) async fn join(&self, team: &str, staff_id: String) -> Membership {
        let request = AddMembershipRequest {
            team_id: team.into(),
            staff_id,
            display_name: "Visiting, deputy".into(),
            until: self.later(300),
            tier: "core".into(),
            confidentiality_acknowledged: true,
            ..AddMembershipRequest::default()
        };
        self.staff("root").add_membership(request).await.unwrap().into_inner()
    }

    /// Somebody puts a hat on, and takes off what they wear.
    pub(crate) async fn put_on(&self, client: &mut Client, hat: &str) {
        let _worn_or_not = client.end_hat_session(EndHatSessionRequest {}).await;
        let request = StartHatSessionRequest { hat: hat.into(), minutes: 0 };
        client.start_hat_session(request).await.unwrap();
    }

    /// Records a training that is current for some days, as the administrator.
    pub(crate) async fn train(&self, staff_id: String, topic: &str, days: i64) -> Training {
        let training = Training {
            staff_id,
            topic: topic.into(),
            provider: "County".into(),
            course: "Records".into(),
            completed_at: self.later(0),
            expires_at: self.later(days),
            ..Training::default()
        };
        let request = RecordTrainingRequest { training: Some(training) };
        self.staff("root").record_training(request).await.unwrap().into_inner()
    }

    /// A time some days ahead, as the API writes it.
    pub(crate) fn later(&self, days: i64) -> String {
        self.app.now().plus_days(days).to_string()
    }
}

/// A person's SPIFFE URI.
pub(crate) fn uri(agency: &str, name: &str) -> String {
    format!("spiffe://{DOMAIN}/agency/{agency}/staff/{name}")
}

fn member(id: &str, sector: Sector, key: u8) -> Member {
    Member {
        id: AgencyId::from(id),
        name: format!("The {id}"),
        spiffe: SpiffeId::parse(&format!("spiffe://{DOMAIN}/agency/{id}")).unwrap(),
        tls_key_sha256: [key; 32],
        verify_key: [key; 32],
        hpke_key: [key; 32],
        addresses: Vec::new(),
        sector,
        team_role: TeamRole::Core,
        emergency_phone: "+1 555 0100".to_owned(),
    }
}

/// A node with a chair, a member, a team and a case.
pub(crate) struct Busy {
    pub(crate) world: World,
    pub(crate) chair: Client,
    pub(crate) team: Team,
    pub(crate) case: Case,
}

pub(crate) async fn busy() -> Busy {
    let world = World::new().await;
    let mut chair = world.added("ana", &["chair"]).await;
    let team = world.team("Community team", "ana").await;
    let request = OpenCaseRequest { team_id: team.id.clone(), ..OpenCaseRequest::default() };
    let case = chair.open_case(request).await.unwrap().into_inner();
    Busy { world, chair, team, case }
}

impl Busy {
    pub(crate) async fn person(&mut self, role: &str, name: &str) -> Person {
        let person = Person {
            case_id: self.case.id.clone(),
            roles: vec![role.into()],
            names: vec![name.into()],
            ..Person::default()
        };
        self.chair.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().into_inner()
    }

    pub(crate) fn item(&self, about: &Person, text: &str) -> Item {
        Item {
            case_id: self.case.id.clone(),
            row: 12,
            record_kind: "personal_observation".into(),
            about: vec![About { person_id: about.id.clone(), ..About::default() }],
            value: Some(ItemValue { text: Some(text.into()), ..ItemValue::default() }),
            ..Item::default()
        }
    }

    pub(crate) async fn add(&mut self, item: Item) -> Result<Item, Status> {
        let request = AddItemRequest { item: Some(item), corrects: String::new() };
        Ok(self.chair.add_item(request).await?.into_inner())
    }

    /// A case in which California's duty to warn is due, as far as its facts go: the privacy officer, and the item of the threat.
    pub(crate) async fn duty_to_warn(&mut self) -> (Client, String) {
        let mut officer = self.world.added("pat", &["privacy_officer"]).await;
        let capacities = Some(Capacities {
            hipaa_covered: Some(true),
            ferpa_covered: Some(false),
            part2_program: Some(false),
            cfr23_system: Some(false),
            ..Capacities::default()
        });
        let declare = DeclareCapacitiesRequest { capacities, ..Default::default() };
        officer.declare_capacities(declare).await.unwrap();
        let row = ConfirmStateRowRequest {
            state: "CA".into(),
            logic: "mandatory".into(),
            until: self.world.later(100),
            as_counsel: true,
            ..ConfirmStateRowRequest::default()
        };
        officer.confirm_state_row(row).await.unwrap();
        let person = Person {
            case_id: self.case.id.clone(),
            roles: vec!["person_of_concern".into(), "patient".into()],
            names: vec!["Alex Example".into()],
            state: "CA".into(),
            ..Person::default()
        };
        let person =
            self.chair.add_person(AddPersonRequest { person: Some(person) }).await.unwrap().into_inner();
        let mut item = self.item(&person, "said that it would happen");
        item.record_kind = "phi".into();
        item.elements = vec!["statement_of_threat_or_crime".into()];
        let item = self.add(item).await.unwrap().id;
        for fact in [
            "circumstances.serious_threat",
            "circumstances.imminent",
            "circumstances.good_faith_belief",
            "circumstances.threat_communicated_to_provider",
            "circumstances.identifiable_victim",
            "recipient.able_to_prevent_threat",
        ] {
            let attest = AttestRequest {
                case_id: self.case.id.clone(),
                fact: fact.into(),
                value: true,
                reasons: "said so in my presence".into(),
                role: "treating_professional".into(),
                ..AttestRequest::default()
            };
            self.chair.attest(attest).await.unwrap();
        }
        (officer, item)
    }
}

/// That a refusal is of this kind and says these words.
pub(crate) fn says(status: &Status, code: Code, words: &[&str]) {
    assert_eq!(status.code(), code, "{status}");
    for word in words {
        assert!(status.message().contains(word), "`{word}` is not in: {}", status.message());
    }
}

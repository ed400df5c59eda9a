//! One engine, two ways in. Each published case is recorded at a running node of the discloser, through the staff API and
//! by the people whose business it is: capacities signed by the officer, agreements countersigned, a person with a birthday,
//! an item, a consent form with dates, a legal instrument, attestations. `Share{preview}` must then give the law's answer
//! that `concord decide` gives for the scenario itself.
//!
//! One node for each kind of discloser; recipients are other agencies of the roster, or contacts of the case.

use clap::Parser;
use node::cli::{self, Cli, Exit};
use node::clock::Clock as _;
use node::demo::cast::{AgencySpec, RegionSpec, StaffSpec};
use node::demo::staff::Staff;
use policy::facts::{FactId, attestable_fact, parse_scenario, vocabulary};
use policy::law::{Effect, Law};
use policy::time::{Date, UtcTime};
use proto::agency::v1 as api;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use system_tests::world::World;
use tokio::task::JoinSet;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/published.jsonl");

/// Cases that no records can say, each with the reason. Every other case is compared.
const NOT_STATABLE: &[(&str, &str)] = &[];

/// Fewest cases that have to be compared, and fewest of each answer.
const COMPARED_MIN: usize = 120;
const OF_EACH_ANSWER_MIN: usize = 40;
/// Fewest cases of each body of law.
const REGIMES_MIN: &[(&str, usize)] =
    &[("hipaa", 60), ("ferpa", 40), ("part2", 20), ("cfr23", 8), ("duty_to_warn", 7), ("state_tat", 3)];

/// A state of which no clause speaks, so that naming it establishes nothing.
const SILENT_STATE: &str = "WY";
/// An agency that no scenario has, for forms that name somebody else.
const SOMEBODY_ELSE: &str = "somebody-else";
/// The people of an agency that discloses, the administrator first.
const STAFF: &[StaffSpec] = &[
    StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
    StaffSpec { name: "officer", display: "Privacy officer", roles: &["privacy_officer"] },
    StaffSpec { name: "chair", display: "Chair, school official", roles: &["chair", "member"] },
    StaffSpec { name: "member", display: "Member, clinician", roles: &["member", "intake"] },
];
/// In which standing the member may judge, beside being a member. Checked by the administrator.
const STANDING: &[&str] =
    &["treating_professional", "program_director", "records_keeper", "law_enforcement_official"];

/// Kinds of recipients that have no node.
const WITHOUT_NODE: &[&str] = &[
    "parent",
    "family_or_friend",
    "target_of_threat",
    "crime_victim",
    "general_public",
    "media",
    "employer",
];

/// What `concord decide` prints for each scenario, by id.
async fn decided() -> BTreeMap<String, Value> {
    let cli = Cli::try_parse_from(["concord", "decide", "--scenarios", PUBLISHED]).unwrap();
    let printed = cli::run(cli).await.unwrap();
    assert_eq!(printed.exit, Exit::Done, "every scenario is understood");
    let answers = printed.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    answers.map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer)).collect()
}

/// One published case.
struct Published(Value);

impl Published {
    fn all() -> Vec<Self> {
        let text = std::fs::read_to_string(PUBLISHED).unwrap();
        text.lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| Self(serde_json::from_str(l).unwrap()))
            .collect()
    }
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }
    fn word(&self, section: &str, name: &str) -> String {
        self.0[section][name].as_str().unwrap_or_default().to_owned()
    }
    fn flag(&self, section: &str, name: &str) -> Option<bool> {
        self.0[section][name].as_bool()
    }
    fn words(&self, section: &str, name: &str) -> Vec<String> {
        let list = self.0[section][name].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|w| w.as_str().unwrap().to_owned()).collect()
    }
    fn purpose(&self) -> String {
        self.0["purpose"].as_str().unwrap().to_owned()
    }
    /// Capacities of the discloser or recipient as the scenario states them.
    fn capacities(&self, of: &str) -> api::Capacities {
        api::Capacities {
            hipaa_covered: self.flag(of, "hipaa_covered"),
            ferpa_covered: self.flag(of, "ferpa_covered"),
            part2_program: self.flag(of, "part2_program"),
            cfr23_system: self.flag(of, "cfr23_system"),
            state_designated_nics_reporter: self.flag(of, "state_designated_nics_reporter"),
            statutory_threat_assessment_team: self.flag(of, "statutory_threat_assessment_team"),
            victim_service: None,
            interjurisdictional_project: self.flag(of, "interjurisdictional_project"),
            business_associate: self.flag(of, "business_associate"),
        }
    }
    /// Name of an agency with exactly the discloser's sector and capacities.
    fn discloser(&self) -> String {
        let capacities = self.capacities("discloser");
        named("from", &self.word("discloser", "sector"), &[], &capacities)
    }
    /// Name of an agency like the recipient; `None` where such a recipient has no node.
    fn recipient(&self) -> Option<String> {
        let sector = self.word("recipient", "sector");
        let agreement = self.word("recipient", "written_agreement");
        let role = self.word("recipient", "team_role");
        (!WITHOUT_NODE.contains(&sector.as_str()))
            .then(|| named("to", &sector, &[&role, &agreement], &self.capacities("recipient")))
    }
    fn confirms_state_row(&self) -> bool {
        !self.word("circumstances", "duty_to_warn_state").is_empty()
    }
}

/// A roster name that is the same for agencies that are alike.
fn named(way: &str, sector: &str, words: &[&str], c: &api::Capacities) -> String {
    let flags = [
        ("h", c.hipaa_covered),
        ("f", c.ferpa_covered),
        ("p", c.part2_program),
        ("c", c.cfr23_system),
        ("n", c.state_designated_nics_reporter),
        ("t", c.statutory_threat_assessment_team),
    ];
    let mut name = format!("{way}-{sector}");
    for word in words.iter().filter(|w| !w.is_empty()) {
        name.push('-');
        name.push_str(word);
    }
    for (letter, value) in flags {
        if let Some(value) = value {
            name.push_str(&format!("-{letter}{}", u8::from(value)));
        }
    }
    name.replace('_', "-")
}

/// A region with an agency for each kind of discloser and recipient.
fn region(cases: &[Published]) -> RegionSpec {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let agency = |id: String, sector: String, role: String, staff| {
        let id = leak(id);
        AgencySpec {
            id,
            name: id,
            sector: leak(sector),
            team_role: if role.is_empty() { "none" } else { leak(role) },
            telephone: "+1 555 0100",
            hipaa_covered: false,
            ferpa_covered: false,
            part2_program: false,
            team: "Team",
            staff,
        }
    };
    let mut agencies: BTreeMap<String, AgencySpec> = BTreeMap::new();
    let other = agency(SOMEBODY_ELSE.into(), "community_org".into(), String::new(), &STAFF[..1]);
    agencies.insert(SOMEBODY_ELSE.into(), other);
    for case in cases {
        let id = case.discloser();
        agencies
            .entry(id.clone())
            .or_insert_with(|| agency(id, case.word("discloser", "sector"), "core".into(), STAFF));
        if let Some(id) = case.recipient() {
            let (sector, role) = (case.word("recipient", "sector"), case.word("recipient", "team_role"));
            agencies.entry(id.clone()).or_insert_with(|| agency(id, sector, role, &STAFF[..1]));
        }
    }
    let agencies: Vec<AgencySpec> = agencies.into_values().collect();
    RegionSpec {
        trust_domain: "cases.example",
        state: SILENT_STATE,
        agencies: Box::leak(agencies.into_boxed_slice()),
        agreements: &[],
    }
}

/// The people of a discloser's node, and its team.
#[derive(Clone)]
struct Desk {
    officer: Staff,
    chair: Staff,
    member: Staff,
    team: String,
    now: UtcTime,
}

impl Desk {
    /// The first day: staff, team, capacities.
    async fn open(world: &mut World, agency: &'static str, capacities: api::Capacities) -> Self {
        let now = world.clock.now();
        let admin = world.staff(agency, "admin");
        for person in &STAFF[1..] {
            let standing = if person.name == "member" { STANDING } else { &[] };
            let standing = if person.name == "chair" { &["school_official"] } else { standing };
            admin
                .add_staff(api::AddStaffRequest {
                    staff_id: world.staff_id(agency, person.name).to_string(),
                    display_name: person.display.into(),
                    roles: person.roles.iter().map(|r| (*r).to_owned()).collect(),
                    qualifications: standing.iter().map(|q| (*q).to_owned()).collect(),
                    ..Default::default()
                })
                .await
                .unwrap();
        }
        let until = now.plus_days(300).to_string();
        let team = admin
            .create_team(api::CreateTeamRequest {
                name: "Team".into(),
                chair: world.staff_id(agency, "chair").to_string(),
                chair_until: until.clone(),
                confidentiality_acknowledged: true,
                ..Default::default()
            })
            .await
            .unwrap()
            .id;
        let chair = world.staff(agency, "chair");
        chair
            .add_membership(api::AddMembershipRequest {
                team_id: team.clone(),
                staff_id: world.staff_id(agency, "member").to_string(),
                until,
                tier: "core".into(),
                confidentiality_acknowledged: true,
                ..Default::default()
            })
            .await
            .unwrap();
        let officer = world.staff(agency, "officer");
        officer
            .declare_capacities(api::DeclareCapacitiesRequest {
                capacities: Some(capacities),
                ..Default::default()
            })
            .await
            .unwrap();
        let member = world.staff(agency, "member");
        Self { officer, chair, member, team, now }
    }

    fn days(&self, days: i64) -> String {
        self.now.plus_days(days).to_string()
    }

    /// An agreement with each recipient of these cases that has a node.
    async fn agree(&self, cases: &[Published]) {
        let mut known = BTreeSet::new();
        for case in cases {
            let Some(with) = case.recipient().filter(|with| known.insert(with.clone())) else { continue };
            let mut kinds = vec!["participation".to_owned()];
            let stated = case.word("recipient", "written_agreement");
            if !stated.is_empty() && stated != "none" {
                kinds.push(stated);
            }
            self.officer
                .countersign_agreement(api::CountersignAgreementRequest {
                    with,
                    kinds,
                    purposes: vec!["threat_assessment".into()],
                    until: self.days(300),
                    training_current_until: self.days(300),
                    peer_capacities: Some(case.capacities("recipient")),
                    ..Default::default()
                })
                .await
                .unwrap();
        }
    }

    /// Who attests in this role.
    fn attester(&self, role: &str) -> &Staff {
        match role {
            "privacy_officer" => &self.officer,
            "school_official" | "chair" => &self.chair,
            _ => &self.member,
        }
    }

    async fn attest(&self, case_id: &str, fact: &str, value: bool) {
        let may = attestable_fact(fact).unwrap().roles;
        // questions of law are the privacy officer's here: the agency employs no counsel
        let role = may.iter().find(|r| **r != "counsel").unwrap();
        self.attester(role)
            .attest(api::AttestRequest {
                case_id: case_id.into(),
                fact: fact.into(),
                value,
                reasons: "as the published case tells it".into(),
                role: (*role).into(),
                ..Default::default()
            })
            .await
            .unwrap();
    }

    /// Records the case and asks what would go to its recipient.
    async fn preview(&self, published: &Published) -> api::ShareView {
        let case = api::OpenCaseRequest { team_id: self.team.clone(), ..Default::default() };
        let case = self.chair.open_case(case).await.unwrap().id;
        let person = self.person(&case, published).await;
        let to = self.recipient(&case, published).await;
        let item = self.item(&case, &person, published).await;
        self.consent(&case, &person, &to, published).await;
        self.process(&case, published).await;
        self.attestations(&case, published).await;
        let share = api::ShareRequest {
            case_id: case,
            to: Some(to),
            purpose: published.purpose(),
            item_ids: vec![item],
            preview: true,
            ..Default::default()
        };
        self.member.share(share).await.unwrap()
    }

    async fn person(&self, case: &str, published: &Published) -> String {
        let today = self.now.date();
        let born = |age: i64| Date { year: today.year - i32::try_from(age).unwrap(), ..today };
        let flag = |name| published.flag("subject", name);
        let age = published.0["subject"]["age"].as_i64();
        let state = published.word("subject", "state");
        let person = api::Person {
            case_id: case.into(),
            roles: vec!["person_of_concern".into()],
            names: vec!["Jordan Quillfeather".into()],
            date_of_birth: age.map(|age| born(age).to_string()).unwrap_or_default(),
            is_student: flag("is_student"),
            is_patient: flag("is_patient"),
            attends_postsecondary: flag("eligible_student"),
            consented_to_own_care: flag("consented_to_own_care"),
            law_enforcement_status: published.word("subject", "law_enforcement_status"),
            state: if state.is_empty() { SILENT_STATE.into() } else { state },
            ..Default::default()
        };
        self.chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap().id
    }

    async fn recipient(&self, case: &str, published: &Published) -> api::To {
        if let Some(agency) = published.recipient() {
            return api::To { agency, ..Default::default() };
        }
        let contact = api::Contact {
            case_id: case.into(),
            sector: published.word("recipient", "sector"),
            team_role: published.word("recipient", "team_role"),
            capacities: Some(published.capacities("recipient")),
            name: "Somebody".into(),
            ..Default::default()
        };
        let contact =
            self.chair.add_contact(api::AddContactRequest { contact: Some(contact) }).await.unwrap().id;
        api::To { contact, ..Default::default() }
    }

    async fn item(&self, case: &str, person: &str, published: &Published) -> String {
        let item = api::Item {
            case_id: case.into(),
            row: 12,
            record_kind: published.word("record", "kind"),
            obtained_via: published.word("record", "obtained_via"),
            elements: published.words("record", "elements"),
            about: vec![api::About { person_id: person.into(), ..Default::default() }],
            value: Some(api::ItemValue { text: Some("what was seen".into()), ..Default::default() }),
            ..Default::default()
        };
        let added = api::AddItemRequest { item: Some(item), ..Default::default() };
        self.member.add_item(added).await.unwrap().id
    }

    /// The form as it was signed, with dates and terms; revoked where the scenario says so.
    async fn consent(&self, case: &str, person: &str, to: &api::To, published: &Published) {
        let kind = published.word("consent", "type");
        if kind.is_empty() || kind == "none" {
            return;
        }
        let yes = |name| published.flag("consent", name) == Some(true);
        let named = match (yes("names_recipient"), to.contact.is_empty()) {
            (true, true) => api::PermittedRecipient { agency: to.agency.clone(), ..Default::default() },
            (true, false) => api::PermittedRecipient { contact: to.contact.clone(), ..Default::default() },
            (false, _) => api::PermittedRecipient { agency: SOMEBODY_ELSE.into(), ..Default::default() },
        };
        let covered =
            if yes("covers_record") { published.word("record", "kind") } else { "limited_data_set".into() };
        let purpose = if yes("covers_purpose") { published.purpose() } else { "press_inquiry".into() };
        let permission = api::Permission {
            case_id: case.into(),
            person_id: person.into(),
            kind,
            given_by: published.word("consent", "given_by"),
            signed_at: if yes("signed") { self.days(-50) } else { String::new() },
            given_at: self.days(-50),
            expires_at: self.days(if yes("expired") { -1 } else { 300 }),
            recipients: vec![named],
            record_kinds: vec![covered],
            purposes: vec![purpose],
            stands_alone: published.flag("consent", "stands_alone"),
            tpo_all_future: published.flag("consent", "tpo_all_future"),
            evidence: "filing cabinet 3".into(),
            ..Default::default()
        };
        let recorded = api::RecordPermissionRequest { permission: Some(permission) };
        let permission_id = self.chair.record_permission(recorded).await.unwrap().id;
        if yes("revoked") {
            let revoke = api::RevokePermissionRequest { case_id: case.into(), permission_id };
            self.officer.revoke_permission(revoke).await.unwrap();
        }
    }

    async fn process(&self, case: &str, published: &Published) {
        let kind = published.word("circumstances", "legal_process");
        if kind.is_empty() || kind == "none" {
            return;
        }
        let sector = published.word("recipient", "sector");
        let document = api::Document {
            case_id: case.into(),
            kind,
            issued_at: self.days(-10),
            rows: vec![12],
            recipients: vec![api::PermittedRecipient { sector, ..Default::default() }],
            accompanying_subpoena: published.flag("circumstances", "accompanying_subpoena"),
            forbids_notice: published.flag("circumstances", "court_forbids_notice"),
            ..Default::default()
        };
        self.chair.add_document(api::AddDocumentRequest { document: Some(document) }).await.unwrap();
    }

    /// Every judgment the scenario states; and what a scenario need not say, somebody has looked into and found not so.
    async fn attestations(&self, case: &str, published: &Published) {
        let mut made = JoinSet::new();
        let rows = vocabulary().facts().map(FactId::row);
        for row in rows.filter(|row| attestable_fact(row.path).is_some()) {
            let (section, name) = row.path.split_once('.').unwrap_or((row.path, ""));
            let silent = published.0[section][name].is_null();
            let found = match published.flag(section, name) {
                None if silent && row.false_unless_stated.is_some() && !row.exception => Some(false),
                stated => stated,
            };
            let Some(value) = found else { continue };
            let (desk, case) = (self.clone(), case.to_owned());
            made.spawn(async move { desk.attest(&case, row.path, value).await });
        }
        made.join_all().await;
    }

    /// The state's row of the duty to warn, as counsel confirmed it.
    async fn state_row(&self, published: &Published) {
        if !published.confirms_state_row() {
            return;
        }
        let state = published.word("subject", "state");
        let closed = published.words("circumstances", "state_warning_recipients");
        let sector = |w: &String| if w == "law_enforcement" { "law_enforcement" } else { "hospital" };
        let row = api::ConfirmStateRowRequest {
            state: if state.is_empty() { SILENT_STATE.into() } else { state },
            logic: published.word("circumstances", "duty_to_warn_state"),
            closed_recipients: closed.iter().map(|w| sector(w).to_owned()).collect(),
            until: self.days(100),
            as_counsel: true,
        };
        self.officer.confirm_state_row(row).await.unwrap();
    }
}

fn joined(all: &BTreeSet<&str>) -> String {
    all.iter().copied().collect::<Vec<_>>().join(", ")
}

fn is_permit(clause: &str) -> bool {
    Law::embedded().clause(clause).unwrap().effect == Effect::Permit
}

/// What denies the scenario itself: clauses that close, and the rules that deny by default.
fn closing_clauses(published: &Published) -> BTreeSet<&'static str> {
    let law = Law::embedded();
    let explained = law.explain(&parse_scenario(&published.0.to_string()).unwrap().facts);
    let denials = explained.denials.iter();
    let clauses = denials.flat_map(|d| d.closed_by.iter().chain([&d.default_deny]).copied());
    clauses.map(|c| law.at(c).id.as_str()).collect()
}

/// What differs between the answer to the scenario and the law's answer in the preview; empty where nothing does.
fn differences(published: &Published, said: &Value, view: &api::ShareView) -> Vec<String> {
    let mut wrong = Vec::new();
    let [item] = &view.items[..] else { return vec![format!("{} items", view.items.len())] };
    let [law] = &item.law[..] else { return vec![format!("the law's answer for {} people", item.law.len())] };
    let mut differ = |what: &str, scenario: String, records: String| {
        if scenario != records {
            wrong.push(format!("{what}: scenario {scenario}, records {records}"));
        }
    };
    let decision = if law.permits { "permit" } else { "deny" };
    differ("decision", said["decision"].as_str().unwrap().into(), decision.into());
    differ("mandatory", said["mandatory"].to_string(), law.mandatory.to_string());
    differ("ask_counsel", said["ask_counsel"].to_string(), law.ask_counsel.to_string());
    let listed = |list: &Value| -> String {
        let mut all: Vec<&str> = list.as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        all.sort_unstable();
        all.join(", ")
    };
    let sorted = |list: &[String]| {
        let mut all = list.to_vec();
        all.sort_unstable();
        all.join(", ")
    };
    differ("obligations", listed(&said["obligations"]), sorted(&law.obligations));
    let clauses: BTreeSet<&str> = item.basis.iter().map(|b| b.clause_id.as_str()).collect();
    if law.permits {
        differ("basis", listed(&said["basis"]), sorted(&law.basis));
    } else {
        // which permits come nearest depends on how much is known besides; what denies does not
        let closing: BTreeSet<&str> = clauses.iter().copied().filter(|c| !is_permit(c)).collect();
        differ("what denies", joined(&closing_clauses(published)), joined(&closing));
        differ("outcome where the law denies", "withheld".into(), item.outcome.clone());
        let can_change = !said["missing"].as_array().unwrap().is_empty();
        differ(
            "whether something could be established",
            can_change.to_string(),
            (!item.missing.is_empty()).to_string(),
        );
    }
    // what the view says besides has to agree with it
    differ("mandatory of the item", law.mandatory.to_string(), item.mandatory.to_string());
    differ("unsettled, of the item", law.ask_counsel.to_string(), item.ask_counsel.to_string());
    let clauses = clauses.iter().map(|id| Law::embedded().clause(id).unwrap());
    let named: BTreeSet<&String> = clauses.flat_map(|c| c.also.iter().chain([&c.citation])).collect();
    let unnamed: Vec<String> = law.basis.iter().filter(|c| !named.contains(c)).cloned().collect();
    differ("citations of no clause that the item names", String::new(), unnamed.join(", "));
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn published_cases_recorded_at_a_node_get_the_answer_that_decide_gives() {
    let said = decided().await;
    let mut cases = Published::all();
    cases.retain(|c| !NOT_STATABLE.iter().any(|(id, _)| *id == c.id()));
    let mut world = World::files(region(&cases)).await;
    let mut by_discloser: BTreeMap<String, Vec<Published>> = BTreeMap::new();
    for case in cases {
        by_discloser.entry(case.discloser()).or_default().push(case);
    }
    let (mut compared, mut permitted, mut wrong) = (0, 0, Vec::new());
    let mut of_regime: BTreeMap<String, usize> = BTreeMap::new();
    for (agency, mut cases) in by_discloser {
        let agency = world.region.spec.agency(&agency).unwrap().id;
        world.start(agency).await;
        let desk = Desk::open(&mut world, agency, cases[0].capacities("discloser")).await;
        desk.agree(&cases).await;
        // a confirmed row of a state stays: it would speak in the cases after it
        cases.sort_by_key(Published::confirms_state_row);
        for case in &cases {
            desk.state_row(case).await;
            let view = desk.preview(case).await;
            let answer = &said[case.id()];
            let differ = differences(case, answer, &view);
            if !differ.is_empty() {
                wrong.push(format!("{}:\n    {}", case.id(), differ.join("\n    ")));
            }
            compared += 1;
            permitted += usize::from(answer["decision"] == "permit");
            for regime in case.0["regimes"].as_array().unwrap() {
                *of_regime.entry(regime.as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        world.stop(agency).await;
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= COMPARED_MIN, "{compared} compared");
    assert!(
        permitted >= OF_EACH_ANSWER_MIN && compared - permitted >= OF_EACH_ANSWER_MIN,
        "{permitted} permitted"
    );
    for (regime, least) in REGIMES_MIN {
        let found = of_regime.get(*regime).copied().unwrap_or_default();
        assert!(found >= *least, "{regime}: {found} cases, {least} at least");
    }
}

#[test]
fn what_is_not_stated_is_a_published_case_with_a_reason() {
    let ids: BTreeSet<String> = Published::all().iter().map(|c| c.id().to_owned()).collect();
    for (id, reason) in NOT_STATABLE {
        assert!(ids.contains(*id) && !reason.is_empty(), "{id}");
    }
}

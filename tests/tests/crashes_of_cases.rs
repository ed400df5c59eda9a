//! Nodes killed (SIGKILL) while a case is worked on: an act is there with its items, the case's head and the level that went
//! stale, or nothing of it is; who was answered finds what they wrote; a reporter's code and the team's answer hold; and a
//! referral's word comes home once. Real processes.
//!
//! Crash points are compiled into debug builds only, and so is this test.
#![cfg(debug_assertions)]
use node::clock::{Clock, SystemClock};
use node::demo::DemoError;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, Who};
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::faults::POINTS;
use node::tls::{OpenConnector, read_authorities};
use proto::agency::v1 as api;
use proto::intake::v1::intake_client::IntakeClient;
use proto::intake::v1::{ComeBackRequest, ReportRequest, SayRequest};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use system_tests::clinic::{CHAIR, CLINIC, CLINICIAN, COUNSELOR, clinic, uri};
use system_tests::pair::wait_for;
use system_tests::program::concord;
use system_tests::world::{HOSPITAL, agency};
use tonic::transport::{Channel, Endpoint, Uri};

const SIGKILL: i32 = 9;
/// Longest wait for anything here; the machine may be busy.
const SECONDS_MAX: u64 = 90;

fn points(sides: &[&str]) -> Vec<&'static str> {
    let of_side = |point: &&&str| sides.iter().any(|side| point.starts_with(side));
    POINTS.iter().filter(of_side).copied().collect()
}

/// Starts a node so that it dies at the point, once the file is there.
async fn start_armed(region: &mut Region, dir: &Path, agency: &str, point: &str, at: usize) -> PathBuf {
    let (log, from) = (dir.join(format!("reached-{at}")), dir.join(format!("armed-{at}")));
    let env = [
        ("CONCORD_CRASH_AT", point),
        ("CONCORD_CRASH_LOG", log.to_str().unwrap()),
        ("CONCORD_CRASH_FROM", from.to_str().unwrap()),
    ];
    region.start_with(agency, &env).await.unwrap();
    from
}

/// Waits until it died there, and starts it again for good.
async fn died(region: &mut Region, agency: &str, point: &str) {
    let ended = region.ended(agency, Duration::from_secs(SECONDS_MAX)).await.unwrap();
    let ended = ended.unwrap_or_else(|| panic!("{point}: the node never came to the point"));
    assert_eq!(ended.signal(), Some(SIGKILL), "{point}: {ended}");
    region.start(agency).await.unwrap();
}

struct Clinic {
    region: Region,
    teams: Teams,
    intake: String,
    dir: tempfile::TempDir,
}

impl Clinic {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut region, intake) = clinic(dir.path()).await.unwrap();
        region.start_all().await.unwrap();
        let teams = setup::first_day(&region).await.unwrap();
        Self { region, teams, intake, dir }
    }

    fn outside(&self) -> IntakeClient<Channel> {
        let authorities = read_authorities(&self.region.home(CLINIC).join("ca.pem")).unwrap();
        let connector = OpenConnector::new(self.intake.clone(), &authorities, None, Arc::new(SystemClock));
        let endpoint = Endpoint::from(Uri::from_static("http://node.invalid"));
        IntakeClient::new(endpoint.connect_with_connector_lazy(connector.unwrap()))
    }

    async fn tells(&self) -> Result<String, tonic::Status> {
        let report = ReportRequest { narrative: "He drew the hall.".into(), ..Default::default() };
        self.outside().report(report).await.map(|told| told.into_inner().return_code)
    }

    async fn act(&self, case: &str, act: api::Act) -> Result<api::ActResponse, DemoError> {
        let team_id = if case.is_empty() { self.teams[CLINIC].clone() } else { String::new() };
        let request =
            api::ActRequest { case_id: case.to_owned(), team_id, act: Some(act), ..Default::default() };
        self.region.staff(CHAIR)?.act(request).await
    }

    async fn wrote(&self, case: &str, act: api::Act) -> String {
        self.act(case, act).await.unwrap().entry.unwrap().id
    }

    async fn history(&self, case: &str) -> api::History {
        let request = api::ShowHistoryRequest { case_id: case.to_owned(), ..Default::default() };
        self.region.staff(CHAIR).unwrap().show_history(request).await.unwrap()
    }

    async fn items(&self, case: &str) -> Vec<api::Item> {
        let request = api::ListItemsRequest { case_id: case.to_owned(), ..Default::default() };
        self.region.staff(CHAIR).unwrap().list_items(request).await.unwrap().items
    }

    async fn on_agenda(&self, case: &str, duty: &str) -> bool {
        let agenda = self.region.staff(CHAIR).unwrap().agenda(api::AgendaRequest::default()).await.unwrap();
        agenda.lines.iter().any(|line| line.case_id == case && line.duty == duty)
    }

    async fn bells(&self, what: &str) -> usize {
        let request = api::ListNotificationsRequest { waiting_only: true, ..Default::default() };
        let all = self.region.staff(CHAIR).unwrap().list_notifications(request).await.unwrap();
        all.notifications.iter().filter(|bell| bell.kind == what).count()
    }

    /// A case whose level was judged and that is managed; its items are there.
    async fn managed(&self) -> String {
        let report = api::Report {
            channel: "staff".into(),
            anonymity: "anonymous".into(),
            narrative: "He drew the hall.".into(),
            ..Default::default()
        };
        let begun = self.act("", api::Act { report: Some(report), ..Default::default() }).await.unwrap();
        let case = begun.case_id;
        let triage = api::Triage { coordinator: uri(CHAIR), second: uri(CLINICIAN) };
        self.wrote(&case, api::Act { triage: Some(triage), ..Default::default() }).await;
        let person = api::Person {
            case_id: case.clone(),
            roles: vec!["person_of_concern".into()],
            names: vec!["Jordan Vale".into()],
            is_patient: Some(false),
            is_student: Some(false),
            ..Default::default()
        };
        let add = api::AddPersonRequest { person: Some(person) };
        self.region.staff(CHAIR).unwrap().add_person(add).await.unwrap();
        let mut seen = Vec::new();
        for source in ["charge nurse", "a visitor"] {
            let observation = self.observation(source);
            seen.push(self.wrote(&case, api::Act { observe: Some(observation), ..Default::default() }).await);
        }
        let inquiry = api::OpenInquiry { observations: seen.clone(), ..Default::default() };
        self.wrote(&case, api::Act { open_inquiry: Some(inquiry), ..Default::default() }).await;
        let now = SystemClock.now();
        let level = api::Level {
            model: "local".into(),
            model_version: "1".into(),
            original: "moderate".into(),
            band: "moderate".into(),
            valid_until: now.plus_days(30).to_string(),
        };
        let present = vec![uri(CHAIR), uri(CLINICIAN), uri(COUNSELOR)];
        let assessment = api::Assessment {
            level: Some(level),
            rationale: "He returns.".into(),
            observations: seen,
            no_enhancing_found: true,
            no_mitigating_found: true,
            gaps: "Whether he has means is not known.".into(),
            caveats: "Two days only.".into(),
            meeting: Some(api::Meeting { present, ..Default::default() }),
            ..Default::default()
        };
        self.wrote(&case, api::Act { assess: Some(assessment), ..Default::default() }).await;
        let task = api::PlanTask {
            kind: "mentoring".into(),
            orientation: "subject".into(),
            tier: "secondary".into(),
            text: "Calls each week.".into(),
            state: "open".into(),
            ..Default::default()
        };
        let plan = api::Plan {
            owner: uri(CHAIR),
            goals: vec!["He has an answer.".into()],
            review_at: now.plus_days(20).to_string(),
            tasks: vec![task],
            ..Default::default()
        };
        self.wrote(&case, api::Act { plan: Some(plan), ..Default::default() }).await;
        case
    }

    fn observation(&self, source: &str) -> api::Observation {
        let today = SystemClock.now().date().to_string();
        api::Observation {
            text: format!("He came back after closing, said {source}."),
            happened_on: today.clone(),
            learned_on: today,
            basis: "observed".into(),
            nature: "behavior".into(),
            source_type: "direct_witness".into(),
            source: source.into(),
            directness: "observed".into(),
            ..Default::default()
        }
    }

    async fn cases(&self) -> usize {
        let admin = self.region.staff(Who { agency: CLINIC, name: "admin" }).unwrap();
        let counts = admin.node_status(api::NodeStatusRequest {}).await.unwrap().record_counts;
        counts.iter().find_map(|count| count.strip_prefix("case=")?.parse().ok()).unwrap_or_default()
    }
}

#[tokio::test]
async fn an_act_is_there_with_all_that_follows_from_it_or_not_at_all() {
    let mut clinic = Clinic::new().await;
    let mut lost = 0;
    for (at, point) in points(&["store."]).into_iter().enumerate() {
        let case = clinic.managed().await;
        assert!(!clinic.on_agenda(&case, "reassess").await, "{point}");
        let before = clinic.history(&case).await.entries.len();
        clinic.region.kill(CLINIC).await.unwrap();
        let armed = start_armed(&mut clinic.region, clinic.dir.path(), CLINIC, point, at).await;
        // What makes a level stale: an entry, its item, the level's item, the case's head, and a bell.
        let event = api::PrecipitatingEvent {
            tense: "anticipated".into(),
            kind: "legal_or_court".into(),
            text: "a hearing".into(),
            on: SystemClock.now().plus_days(9).date().to_string(),
            ..Default::default()
        };
        let act = api::Act { event: Some(event), ..Default::default() };
        std::fs::write(armed, b"").unwrap();
        let answered = clinic.act(&case, act.clone()).await.is_ok();
        died(&mut clinic.region, CLINIC, point).await;
        let history = clinic.history(&case).await;
        let is_there = history.entries.len() == before + 1;
        assert!(is_there || history.entries.len() == before, "{point}");
        assert!(is_there || !answered, "{point}: what was answered is lost");
        check(&clinic, &case, point, is_there).await;
        if !is_there {
            lost += 1;
            clinic.act(&case, act).await.unwrap();
            check(&clinic, &case, point, true).await;
        }
    }
    assert!(lost >= 3, "{lost}: what dies before the commit leaves nothing");
    clinic.region.stop_all().await.unwrap();
}

async fn check(clinic: &Clinic, case: &str, point: &str, is_there: bool) {
    let history = clinic.history(case).await;
    assert_eq!(history.state == "reassessing", is_there, "{point}: the state");
    assert_eq!(clinic.on_agenda(case, "reassess").await, is_there, "{point}: the head");
    let items = clinic.items(case).await;
    let of_event = items.iter().filter(|item| item.row == 22).count();
    assert_eq!(of_event, usize::from(is_there), "{point}: the item of the event");
    let levels: Vec<_> = items.iter().filter(|item| item.row == 16).collect();
    assert_eq!(levels.len(), 1, "{point}");
    assert_eq!(!levels[0].stale_since.is_empty(), is_there, "{point}: the level's item");
}

#[tokio::test]
async fn a_code_that_was_given_leads_to_its_report_and_what_is_said_with_it_is_kept() {
    let mut clinic = Clinic::new().await;
    let dir = clinic.dir.path().to_owned();
    for (at, point) in points(&["store."]).into_iter().enumerate() {
        // a report
        clinic.region.kill(CLINIC).await.unwrap();
        let armed = start_armed(&mut clinic.region, &dir, CLINIC, point, 3 * at).await;
        let before = clinic.cases().await;
        std::fs::write(armed, b"").unwrap();
        let told = clinic.tells().await;
        died(&mut clinic.region, CLINIC, point).await;
        let after = clinic.cases().await;
        assert!(
            after == before + 1 || (after == before && told.is_err()),
            "{point}: {before} {after} {told:?}"
        );
        let code = match told {
            Ok(code) => code,
            Err(_) => clinic.tells().await.unwrap(),
        };
        assert_eq!(seen(&clinic, &code).await, Vec::<String>::new(), "{point}");

        // more from the reporter
        let bells = clinic.bells("reporter_wrote").await;
        clinic.region.kill(CLINIC).await.unwrap();
        let armed = start_armed(&mut clinic.region, &dir, CLINIC, point, 3 * at + 1).await;
        std::fs::write(armed, b"").unwrap();
        let more = SayRequest { return_code: code.clone(), text: "By the canteen.".into() };
        let said = clinic.outside().say(more.clone()).await.is_ok();
        died(&mut clinic.region, CLINIC, point).await;
        let rang = clinic.bells("reporter_wrote").await - bells;
        assert!(rang == 1 || !said, "{point}: what was taken rings");
        if rang == 0 {
            clinic.outside().say(more).await.unwrap();
        }
        let case = newest_case(&clinic).await;
        let kept = clinic.history(&case).await.entries;
        let words: Vec<&str> = kept.iter().map(|entry| entry.word.as_str()).collect();
        assert_eq!(words, ["report", "message"], "{point}: once, and with its bell");

        // the team's answer
        clinic.region.kill(CLINIC).await.unwrap();
        let armed = start_armed(&mut clinic.region, &dir, CLINIC, point, 3 * at + 2).await;
        std::fs::write(armed, b"").unwrap();
        let message = api::ReporterMessage { text: "Which hall?".into(), ..Default::default() };
        let act = api::Act { message: Some(message), ..Default::default() };
        let answered = clinic.act(&case, act.clone()).await.is_ok();
        died(&mut clinic.region, CLINIC, point).await;
        let read = seen(&clinic, &code).await;
        assert!(read.len() == 1 || (read.is_empty() && !answered), "{point}: {read:?}");
        if read.is_empty() {
            clinic.act(&case, act).await.unwrap();
        }
        assert_eq!(seen(&clinic, &code).await, ["Which hall?"], "{point}");
    }
    clinic.region.stop_all().await.unwrap();
}

/// What the reporter reads with the code.
async fn seen(clinic: &Clinic, code: &str) -> Vec<String> {
    let request = ComeBackRequest { return_code: code.to_owned() };
    let news = clinic.outside().come_back(request).await.unwrap().into_inner();
    assert!(!news.state.is_empty(), "the code leads somewhere");
    news.messages.into_iter().map(|message| message.text).collect()
}

async fn newest_case(clinic: &Clinic) -> String {
    let staff = clinic.region.staff_dir(CHAIR);
    let listed = system_tests::clinic::run(clinic.dir.path(), Some(&staff), &["case", "list", "--json"], "");
    let all: api::ListCasesResponse = serde_json::from_slice(&listed.stdout).unwrap();
    all.cases[0].id.clone()
}

/// A community partner: what it says of a person is a disclosure of its own.
const HOUSING: &str = "housing";
const PURPOSES: &[&str] = &["care_coordination"];
const REFERS: Who = Who { agency: HOSPITAL, name: "chair" };
const SAYS_YES: Who = Who { agency: HOSPITAL, name: "officer" };
const SERVES: Who = Who { agency: HOUSING, name: "member" };
const TWO: RegionSpec = RegionSpec {
    trust_domain: "two.example",
    state: "CA",
    agencies: &[
        AgencySpec { hipaa_covered: true, ..agency(HOSPITAL, "hospital") },
        AgencySpec { team_role: "community_partner", ..agency(HOUSING, "community_org") },
    ],
    agreements: &[AgreementSpec { between: [HOSPITAL, HOUSING], purposes: PURPOSES }],
};

struct Refers {
    region: Region,
    case: String,
    dir: tempfile::TempDir,
}

impl Refers {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut region = Region::create(TWO, &dir.path().join("region"), concord().clone()).await.unwrap();
        region.start_all().await.unwrap();
        let teams = setup::first_day(&region).await.unwrap();
        let chair = region.staff(REFERS).unwrap();
        let team_id = teams[HOSPITAL].clone();
        let case = chair.open_case(api::OpenCaseRequest { team_id, ..Default::default() }).await.unwrap().id;
        let person = api::Person {
            case_id: case.clone(),
            roles: vec!["person_of_concern".into(), "patient".into()],
            names: vec!["Mina Duarte".into()],
            date_of_birth: "1990-06-04".into(),
            is_patient: Some(true),
            is_student: Some(false),
            ..Default::default()
        };
        let person = chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap().id;
        let now = SystemClock.now();
        let permission = api::Permission {
            case_id: case.clone(),
            person_id: person.clone(),
            kind: "hipaa_authorization".into(),
            given_by: "subject".into(),
            signed_at: now.plus_minutes(-5).to_string(),
            expires_at: now.plus_days(20).to_string(),
            recipients: vec![api::PermittedRecipient { agency: HOUSING.into(), ..Default::default() }],
            record_kinds: vec!["phi".into()],
            rows: vec![2, 36],
            purposes: PURPOSES.iter().map(|p| (*p).to_owned()).collect(),
            evidence: "paper form in the file".into(),
            ..Default::default()
        };
        chair.record_permission(api::RecordPermissionRequest { permission: Some(permission) }).await.unwrap();
        for (row, element, words) in
            [(2, "identity_and_location", "Mina Duarte"), (36, "general_condition", "advice on rent arrears")]
        {
            let item = api::Item {
                case_id: case.clone(),
                row,
                record_kind: "phi".into(),
                elements: vec![element.into()],
                about: vec![api::About { person_id: person.clone(), ..Default::default() }],
                value: Some(api::ItemValue { text: Some(words.into()), ..Default::default() }),
                ..Default::default()
            };
            chair.add_item(api::AddItemRequest { item: Some(item), ..Default::default() }).await.unwrap();
        }
        Self { region, case, dir }
    }

    /// A referral that the service has accepted.
    async fn accepted(&self) -> String {
        let ask = api::ShareRequest {
            case_id: self.case.clone(),
            to: Some(api::To { agency: HOUSING.into(), ..Default::default() }),
            purpose: PURPOSES[0].into(),
            referral: Some(api::ReferralTerms {
                service_category: "housing_assistance".into(),
                urgency: "soon".into(),
                contact_by: SystemClock.now().plus_days(2).to_string(),
            }),
            ..Default::default()
        };
        let view = self.region.staff(REFERS).unwrap().share(ask).await.unwrap();
        assert!(!view.proposal_id.is_empty(), "{:?} {:?}", view.stops, view.items);
        let yes = api::ApproveRequest { proposal_id: view.proposal_id, ..Default::default() };
        self.region.staff(SAYS_YES).unwrap().approve(yes).await.unwrap();
        let id = view.disclosure_id;
        self.at_home(&id, "received").await;
        self.says(&id, "accepted").await.unwrap();
        self.at_home(&id, "accepted").await;
        id
    }

    async fn says(&self, id: &str, state: &str) -> Result<api::Referral, DemoError> {
        let request =
            api::AnswerReferralRequest { message_id: id.into(), state: state.into(), ..Default::default() };
        self.region.staff(SERVES)?.answer_referral(request).await
    }

    async fn home(&self, id: &str) -> Result<Option<api::Referral>, DemoError> {
        let request = api::ListReferralsRequest { case_id: self.case.clone(), ..Default::default() };
        let all = self.region.staff(REFERS)?.list_referrals(request).await?.referrals;
        Ok(all.into_iter().find(|referral| referral.id == id))
    }

    async fn at_home(&self, id: &str, state: &str) -> api::Referral {
        let what = format!("{state} to come home");
        wait_for(&what, SECONDS_MAX, async || Ok(self.home(id).await?.filter(|r| r.state == state)))
            .await
            .unwrap()
    }

    /// Lines about how somebody fares, with their commitments, of one side.
    async fn lines(&self, by: Who, unlinked: bool) -> Vec<String> {
        let case_id = if unlinked { String::new() } else { self.case.clone() };
        let request = api::AccountingRequest { case_id, unlinked, ..Default::default() };
        let kept = self.region.staff(by).unwrap().accounting(request).await.unwrap().entries;
        let of_status = kept.into_iter().flat_map(|entry| entry.items).filter(|item| item.row == 25);
        of_status.map(|item| format!("{:?}", item.commitment)).collect()
    }
}

async fn a_word_comes_home_once(victim: &'static str, sides: &[&str]) {
    let mut stage = Refers::new().await;
    let dir = stage.dir.path().to_owned();
    for (at, point) in points(sides).into_iter().enumerate() {
        let id = stage.accepted().await;
        stage.region.kill(victim).await.unwrap();
        let armed = start_armed(&mut stage.region, &dir, victim, point, at).await;
        std::fs::write(armed, b"").unwrap();
        let answered = stage.says(&id, "contacted").await.is_ok();
        died(&mut stage.region, victim, point).await;
        if !answered {
            // Whoever was not answered says it again: either it is kept already, or it is now.
            let again = stage.says(&id, "contacted").await;
            let said = again.as_ref().err().map(ToString::to_string).unwrap_or_default();
            assert!(again.is_ok() || said.contains("contacted"), "{point}: {said}");
        }
        let home = stage.at_home(&id, "contacted").await;
        let steps: Vec<&str> = home.steps.iter().map(|step| step.state.as_str()).collect();
        assert_eq!(steps, ["sent", "received", "accepted", "contacted"], "{point}");
        let went = stage.lines(Who { agency: HOUSING, name: "officer" }, true).await;
        let came = stage.lines(SAYS_YES, false).await;
        assert_eq!((went.len(), came.len()), (at + 1, at + 1), "{point}: a line on each side for each word");
        assert!(came.iter().all(|line| went.contains(line)), "{point}: the same commitments");
    }
    stage.region.stop_all().await.unwrap();
}

#[tokio::test]
async fn a_service_killed_while_it_says_how_a_referral_stands_is_heard_once() {
    a_word_comes_home_once(HOUSING, &["store.", "courier."]).await;
}

#[tokio::test]
async fn whoever_referred_killed_while_the_word_arrives_hears_it_once() {
    a_word_comes_home_once(HOSPITAL, &["store.", "desk."]).await;
}

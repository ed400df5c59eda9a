//! The intake as somebody outside meets it: `concord tell` and a client of their own against a node that `concord serve` runs.
use node::clock::SystemClock;
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::tls::{OpenConnector, read_authorities};
use proto::agency::v1 as api;
use proto::intake::v1::intake_client::IntakeClient;
use proto::intake::v1::{ComeBackRequest, ReportRequest};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use system_tests::clinic::{CHAIR, CLINIC, clinic, run, said};
use tonic::Code;
use tonic::transport::{Channel, Endpoint, Uri};

const TELEPHONE: &str = "+1 555 0188";
const FIVE_MEGABYTES: usize = 5 * 1024 * 1024;
/// Reports that one address may send at once.
const REPORTS_AT_ONCE: usize = 5;

struct Outside {
    region: Region,
    teams: Teams,
    address: String,
    dir: tempfile::TempDir,
}

impl Outside {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut region, address) = clinic(dir.path()).await.unwrap();
        region.start_all().await.unwrap();
        let teams = setup::first_day(&region).await.unwrap();
        Self { region, teams, address, dir }
    }

    fn ca(&self) -> PathBuf {
        self.region.home(CLINIC).join("ca.pem")
    }

    /// `concord tell`, without a staff directory.
    fn tell(&self, arguments: &[&str], input: &str) -> Output {
        let ca = self.ca();
        let whom = ["--node", &self.address, "--ca", ca.to_str().unwrap()];
        run(self.dir.path(), None, &[&["tell"], arguments, &whom].concat(), input)
    }

    fn told(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.tell(&[arguments, &["--json"]].concat(), input);
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn client(&self) -> IntakeClient<Channel> {
        let authorities = read_authorities(&self.ca()).unwrap();
        let connector = OpenConnector::new(self.address.clone(), &authorities, None, Arc::new(SystemClock));
        let endpoint = Endpoint::from(Uri::from_static("http://node.invalid"));
        IntakeClient::new(endpoint.connect_with_connector_lazy(connector.unwrap()))
    }

    async fn act(&self, case: &str, act: api::Act) -> api::ActResponse {
        let team_id = if case.is_empty() { self.teams[CLINIC].clone() } else { String::new() };
        let request =
            api::ActRequest { case_id: case.to_owned(), team_id, act: Some(act), ..Default::default() };
        self.region.staff(CHAIR).unwrap().act(request).await.unwrap()
    }

    async fn answer(&self, case: &str, text: &str) {
        let message = api::ReporterMessage { text: text.to_owned(), ..Default::default() };
        self.act(case, api::Act { message: Some(message), ..Default::default() }).await;
    }

    fn cases(&self) -> Vec<api::Case> {
        let staff = self.region.staff_dir(CHAIR);
        let output = run(self.dir.path(), Some(&staff), &["case", "list", "--json"], "");
        let all: api::ListCasesResponse = serde_json::from_slice(&output.stdout).unwrap();
        all.cases
    }

    async fn history(&self, case: &str) -> Vec<api::Entry> {
        let request = api::ShowHistoryRequest { case_id: case.to_owned(), ..Default::default() };
        self.region.staff(CHAIR).unwrap().show_history(request).await.unwrap().entries
    }
}

#[tokio::test]
async fn somebody_tells_comes_back_with_the_code_and_reads_what_the_team_answered() {
    let at = Outside::new().await;
    let told = at.told(&["--text-file", "-", "--may-come-back", "--weapon", "no"], "He drew the hall.\n");
    let code = told["return_code"].as_str().unwrap().to_owned();
    assert!(told["if_someone_is_in_danger"].as_str().unwrap().contains(TELEPHONE));
    let [case] = at.cases().try_into().unwrap();
    assert_eq!((case.state.as_str(), case.opened_by.as_str()), ("reported", "bystander"));
    assert!(at.told(&["back", &code], "")["messages"].as_array().unwrap().is_empty());

    at.answer(&case.id, "Which hall was it?").await;
    let news = at.told(&["back", &code], "");
    assert_eq!(news["messages"][0]["text"], "Which hall was it?");
    at.told(&["more", "-", "--text-file", &write(&at, "more.txt", "The one by the canteen.")], &code);
    let words: Vec<String> = at.history(&case.id).await.iter().map(|e| e.word.clone()).collect();
    assert_eq!(words, ["report", "message", "message"]);

    // A code of nobody's is answered as one that was closed, and by no error that would tell them apart.
    let other = Outside::new().await;
    let elsewhere = other.told(&["back", &code], "");
    assert!(elsewhere["messages"].as_array().unwrap().is_empty(), "{elsewhere}");
}

#[tokio::test]
async fn the_code_of_a_telephone_report_is_good_from_outside() {
    let at = Outside::new().await;
    let report = api::Report {
        channel: "telephone".into(),
        anonymity: "anonymous".into(),
        narrative: "A caller heard him name a day.".into(),
        may_come_back: true,
        ..Default::default()
    };
    let taken = at.act("", api::Act { report: Some(report), ..Default::default() }).await;
    assert!(!taken.return_code.is_empty());
    at.answer(&taken.case_id, "Please say which day.").await;
    let mut client = at.client();
    let request = ComeBackRequest { return_code: taken.return_code.clone() };
    let news = client.come_back(request).await.unwrap().into_inner();
    assert_eq!(news.messages[0].text, "Please say which day.");
    // as they wrote it down on the telephone
    let spoken = taken.return_code.to_lowercase().replace('-', " ");
    assert_eq!(at.told(&["back", &spoken], "")["messages"][0]["text"], "Please say which day.");
    let mut region = at.region;
    region.stop_all().await.unwrap();
    // What a stopped node leaves knows the code no more than it knows the caller.
    let home = region.home(CLINIC);
    let code = taken.return_code.replace('-', "");
    for file in std::fs::read_dir(home).unwrap().map(|f| f.unwrap().path()).filter(|f| f.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        for form in [taken.return_code.as_bytes(), code.as_bytes()] {
            assert!(!bytes.windows(form.len()).any(|part| part == form), "{}", file.display());
        }
    }
}

#[tokio::test]
async fn five_megabytes_are_refused_in_a_sentence_and_the_next_report_is_taken() {
    let at = Outside::new().await;
    let mut client = at.client();
    let narrative = "x".repeat(FIVE_MEGABYTES);
    let status = client.report(ReportRequest { narrative, ..Default::default() }).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    assert!(status.message().contains("tell what matters most first"), "{status:?}");
    let file = write(&at, "long.txt", &"x".repeat(FIVE_MEGABYTES));
    let output = at.tell(&["--text-file", &file], "");
    assert!(
        output.status.code() == Some(2) && said(&output).contains("write what matters"),
        "{}",
        said(&output)
    );
    let long = write(&at, "too-long.txt", &"x".repeat(16_385));
    let output = at.tell(&["--text-file", &long], "");
    assert!(output.status.code() == Some(2) && said(&output).contains("narrative"), "{}", said(&output));
    assert!(at.cases().is_empty());
    at.told(&["--text-file", "-"], "He drew the hall.");
    assert_eq!(at.cases().len(), 1);
}

#[tokio::test]
async fn too_many_reports_of_one_address_are_told_when_to_come_again_and_whom_to_call() {
    let at = Outside::new().await;
    for _ in 0..REPORTS_AT_ONCE {
        at.told(&["--text-file", "-"], "He drew the hall.");
    }
    let output = at.tell(&["--text-file", "-"], "He drew the hall.");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for says in ["try again in 2 minutes", "911", TELEPHONE] {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert_eq!(at.cases().len(), REPORTS_AT_ONCE);
}

fn write(at: &Outside, name: &str, text: &str) -> String {
    let file = at.dir.path().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

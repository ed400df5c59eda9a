//! 45 CFR 164.528(a)(2): what went to law enforcement is left out of the accounting that the person gets for as long as the
//! official asks, and staff are told so; no line leaves the log, and a statement in speech lapses after 30 days.

use node::app::{Line, View};
use node::clock::Clock;
use node::demo::DemoError;
use policy::id::CaseId;
use policy::time::UtcTime;
use proto::agency::v1 as api;
use system_tests::world::{HOSPITAL, SCHOOL, SHERIFF, THREE, World};

const DAY_MS: i64 = 24 * 60 * 60_000;

struct Told {
    world: World,
    case: String,
    begun: UtcTime,
}

impl Told {
    /// Police were told an item under a court order, and the school, for which there is none.
    async fn new() -> Self {
        let mut world = World::ready(THREE).await;
        let begun = world.clock.now();
        let chair = world.staff(HOSPITAL, "chair");
        let request =
            api::OpenCaseRequest { team_id: world.team(HOSPITAL).to_string(), ..Default::default() };
        let case = chair.open_case(request).await.unwrap().id;
        let person = api::Person {
            case_id: case.clone(),
            roles: vec!["person_of_concern".into(), "patient".into()],
            names: vec!["Robin Doe".into()],
            is_patient: Some(true),
            ..Default::default()
        };
        let person = chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap().id;
        let item = api::Item {
            case_id: case.clone(),
            row: 12,
            record_kind: "phi".into(),
            elements: vec!["incident_circumstances".into()],
            about: vec![api::About { person_id: person, ..Default::default() }],
            value: Some(api::ItemValue { text: Some("left at nine".into()), ..Default::default() }),
            ..Default::default()
        };
        let request = api::AddItemRequest { item: Some(item), ..Default::default() };
        let item = chair.add_item(request).await.unwrap().id;
        let document = api::Document {
            case_id: case.clone(),
            kind: "court_order".into(),
            issued_at: begun.plus_minutes(-60).to_string(),
            rows: vec![12],
            recipients: vec![api::PermittedRecipient { agency: SHERIFF.into(), ..Default::default() }],
            ..Default::default()
        };
        chair.add_document(api::AddDocumentRequest { document: Some(document) }).await.unwrap();
        let mut told = Self { world, case, begun };
        for (to, purpose) in [(SHERIFF, "law_enforcement_investigation"), (SCHOOL, "legal_proceeding")] {
            told.tell(to, purpose, &item).await;
            told.world.pass_minutes(1);
        }
        told.begun = told.world.clock.now();
        told
    }

    async fn tell(&self, to: &str, purpose: &str, item: &str) {
        let request = api::RecordDisclosureRequest {
            case_id: self.case.clone(),
            to: Some(api::To { agency: to.into(), ..Default::default() }),
            purpose: purpose.into(),
            how: "telephone".into(),
            told_at: self.world.clock.now().to_string(),
            item_ids: vec![item.into()],
            ..Default::default()
        };
        let who = node::demo::cast::Who { agency: HOSPITAL, name: "chair" };
        self.world.region.staff(who).unwrap().record_disclosure(request).await.unwrap();
    }

    async fn suspend(
        &mut self,
        written: bool,
        until: Option<UtcTime>,
    ) -> Result<api::AccountingSuspension, DemoError> {
        let suspension = api::AccountingSuspension {
            case_id: self.case.clone(),
            agency: SHERIFF.into(),
            official: "Sgt. Diaz, county sheriff".into(),
            written,
            statement: "a warrant is being sought".into(),
            stated_at: self.world.clock.now().to_string(),
            until: until.map(|at| at.to_string()).unwrap_or_default(),
            ..Default::default()
        };
        let request = api::SuspendAccountingRequest { suspension: Some(suspension) };
        self.world.staff(HOSPITAL, "officer").suspend_accounting(request).await
    }

    async fn seen(&self, view: View) -> (Vec<Line>, Vec<(u32, u32)>) {
        let case = CaseId(self.case.parse().unwrap());
        let (lines, suspended) = self.world.app(HOSPITAL).accounting_lines(case, None, view).await.unwrap();
        (lines, suspended.iter().map(|s| (s.left_out, s.stay)).collect())
    }

    /// Whom the lines of the person's own accounting name.
    async fn owed(&self) -> Vec<String> {
        self.seen(View::Hipaa).await.0.into_iter().map(|l| l.entry.record.party).collect()
    }

    fn days(&self, days: i64) -> UtcTime {
        self.begun.plus_days(days)
    }

    /// The clock of the node, at this day.
    fn at(&self, days: i64) {
        let passed_ms = self.world.clock.now().0 - self.begun.0;
        self.world.clock.advance_ms(days * DAY_MS - passed_ms);
    }
}

#[tokio::test]
async fn what_went_to_police_is_left_out_for_as_long_as_they_ask_and_staff_are_told() {
    let mut told = Told::new().await;
    let line = &told.seen(View::Hipaa).await.0[0];
    let (_, basis) = line.entry.record.accounted.iter().next().unwrap();
    assert!(basis.contains(&"45 CFR 164.512(f)(1)(ii)(A)".to_owned()));
    assert_eq!(told.owed().await, [SHERIFF, SCHOOL]);

    // not in writing: 30 days, and not by anybody but the privacy officer
    let late = told.suspend(false, Some(told.days(31))).await.unwrap_err().to_string();
    assert!(late.contains("30 days (45 CFR 164.528(a)(2)(ii))") && late.contains("in writing"), "{late}");
    let unspecified = told.suspend(true, None).await.unwrap_err().to_string();
    assert!(unspecified.contains("until: is needed"), "{unspecified}");
    let kept = told.suspend(false, None).await.unwrap();
    assert_eq!(kept.until, told.world.clock.now().plus_days(30).to_string());
    assert_eq!(told.owed().await, [SCHOOL]);
    let again = told.suspend(false, None).await.unwrap_err().to_string();
    assert!(again.contains("only one in writing can change that"), "{again}");

    // what staff see: every line, and beside the person's view why one is missing there
    let (all, counted) = told.seen(View::All).await;
    assert_eq!((all.len(), counted), (2, vec![(1, 0)]));
    assert!(all[0].remarks.iter().any(|r| r.contains("not to be told to the person before")));
    assert!(!all[1].remarks.iter().any(|r| r.contains("not to be told")));
    let request =
        api::AccountingRequest { case_id: told.case.clone(), view: "hipaa".into(), ..Default::default() };
    let answer = told.world.staff(HOSPITAL, "officer").accounting(request).await.unwrap();
    let [entry] = answer.entries.as_slice() else { panic!("{} entries", answer.entries.len()) };
    assert!(entry.party == SCHOOL && !entry.remarks.iter().any(|r| r.contains("not to be told")));
    let [suspended] = answer.suspended.as_slice() else { panic!("{}", answer.suspended.len()) };
    assert_eq!((suspended.agency.as_str(), suspended.left_out_count), (SHERIFF, 1));
    assert_eq!(suspended.official, "Sgt. Diaz, county sheriff");

    // in writing: as long as they say; a later paper with an earlier day ends it
    told.suspend(true, Some(told.days(60))).await.unwrap();
    told.at(20);
    assert_eq!(told.owed().await, [SCHOOL]);
    told.suspend(true, Some(told.days(25))).await.unwrap();
    told.at(26);
    assert_eq!(told.owed().await, [SHERIFF, SCHOOL]);
    assert_eq!(told.seen(View::Hipaa).await.1, []);
    told.world.stop_all().await;
}

#[tokio::test]
async fn a_statement_in_speech_lapses_and_saying_it_again_does_not_renew_it() {
    let mut told = Told::new().await;
    told.suspend(false, Some(told.days(5))).await.unwrap();
    told.at(6);
    assert_eq!(told.owed().await, [SHERIFF, SCHOOL]);
    // again, for the rest of the 30 days from the first time
    let late = told.suspend(false, Some(told.days(31))).await.unwrap_err().to_string();
    assert!(late.contains(&told.days(30).to_string()), "{late}");
    told.suspend(false, None).await.unwrap();
    assert_eq!(told.owed().await, [SCHOOL]);
    told.at(30);
    assert_eq!(told.owed().await, [SHERIFF, SCHOOL]);
    told.world.stop_all().await;
}

//! Casework over the real staff port: a report, triage, refusals with their guards, a history, an agenda, and requests that
//! are too large.

use super::testing::*;
use proto::agency::v1::*;
use tonic::Code;

fn report(narrative: String) -> Act {
    let report = Report {
        channel: "telephone".into(),
        anonymity: "anonymous".into(),
        narrative,
        weapon_mentioned: Some(false),
        target_named: Some(false),
        ..Report::default()
    };
    Act { report: Some(report), ..Act::default() }
}

fn observation() -> Act {
    let observation = Observation {
        text: "Said twice at the counter that the office would be sorry.".into(),
        happened_on: "2026-11-01".into(),
        learned_on: "2026-11-01".into(),
        basis: "reported".into(),
        nature: "communication".into(),
        source_type: "direct_witness".into(),
        source: "clerk at the counter".into(),
        directness: "observed".into(),
        ..Observation::default()
    };
    Act { observe: Some(observation), ..Act::default() }
}

async fn act(client: &mut Client, case: &str, act: Act) -> Result<ActResponse, tonic::Status> {
    let request = ActRequest { case_id: case.into(), act: Some(act), ..ActRequest::default() };
    client.act(request).await.map(tonic::Response::into_inner)
}

/// A chair with a team and a case that begins with a report.
async fn reported(world: &World) -> (Client, Team, ActResponse) {
    let mut chair = world.added("chair", &["chair", "intake"]).await;
    let team = world.team("Team", "chair").await;
    let request = ActRequest {
        team_id: team.id.clone(),
        act: Some(report("Somebody worries about a colleague.".into())),
        ..ActRequest::default()
    };
    let taken = chair.act(request).await.unwrap().into_inner();
    (chair, team, taken)
}

#[tokio::test]
async fn an_education_entry_is_shown_while_training_in_ferpa_is_current_and_its_case_stands_where_it_did() {
    let world = World::new().await;
    let (mut chair, _, taken) = reported(&world).await;
    let mut education = observation();
    education.observe.as_mut().unwrap().as_record =
        Some(AsRecord { labels: vec!["education".into()], ..AsRecord::default() });
    let written = act(&mut chair, &taken.case_id, education).await.unwrap().entry.unwrap().id;
    let ask = ShowHistoryRequest { case_id: taken.case_id.clone(), ..Default::default() };
    let mut seen = Vec::new();
    world.train(uri(OWN, "chair"), "ferpa", 1).await;
    for _ in 0..2 {
        let history = chair.show_history(ask.clone()).await.unwrap().into_inner();
        let entry = history.entries.iter().find(|e| e.id == written).unwrap();
        let shown = serde_json::to_string(&history).unwrap().contains("would be sorry");
        assert_eq!((entry.act.is_some(), entry.withheld.is_empty()), (shown, shown));
        seen.push((shown, history.withheld, history.state.clone(), history.entries.len()));
        world.region.clock.advance_ms(24 * 3_600_000);
    }
    assert_eq!(seen, [(true, 0, "reported".to_owned(), 2), (false, 1, "reported".to_owned(), 2)]);
}

#[tokio::test]
async fn a_report_begins_a_case_and_its_history_and_agenda_follow() {
    let world = World::new().await;
    let (mut chair, team, taken) = reported(&world).await;
    assert_eq!((taken.step.as_str(), taken.state.as_str()), ("T1", "reported"));
    assert!(taken.return_code.len() > 16, "an anonymous reporter can come back");
    let observed = act(&mut chair, &taken.case_id, observation()).await.unwrap();
    let history = chair
        .show_history(ShowHistoryRequest { case_id: taken.case_id.clone(), ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((history.team_id, history.state.as_str()), (team.id.clone(), "reported"));
    let ids: Vec<&str> = history.entries.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(ids, [taken.entry.unwrap().id, observed.entry.unwrap().id]);
    assert!(history.entries[1].act.as_ref().unwrap().observe == observation().observe);
    assert!(history.level.is_none() && history.emergency.is_none() && !history.agenda.is_empty());

    // It is due tomorrow, and on the agenda from now on: somebody told the team something, and nobody has looked yet.
    let ask = AgendaRequest::default();
    let agenda = chair.agenda(ask.clone()).await.unwrap().into_inner();
    assert_eq!(agenda.lines.iter().map(|l| l.duty.as_str()).collect::<Vec<_>>(), ["triage"]);
    assert_eq!(agenda.lines[0].case_id, taken.case_id);
    let other = AgendaRequest { team_id: policy::id::Id(5).to_string(), ..ask };
    assert_eq!(chair.agenda(other).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_refusal_names_each_guard_and_what_would_satisfy_it() {
    let world = World::new().await;
    let (mut chair, _, taken) = reported(&world).await;
    let early = Act { retire: Some(Retirement { because: "x".into() }), ..Act::default() };
    let status = act(&mut chair, &taken.case_id, early).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    let refused = <Refusal as prost::Message>::decode(status.details()).unwrap().refused;
    assert_eq!(refused[0].guard, "state");
    assert!(
        status.message().contains(&refused[0].why) && refused[0].satisfy.contains("managing"),
        "{status}"
    );

    let mut vague = observation();
    let content = vague.observe.as_mut().unwrap();
    (content.text, content.source) = (String::new(), String::new());
    let status = act(&mut chair, &taken.case_id, vague).await.unwrap_err();
    let refused = <Refusal as prost::Message>::decode(status.details()).unwrap().refused;
    assert!(!refused.is_empty() && refused.iter().all(|r| r.step == "R1" && !r.satisfy.is_empty()));
}

#[tokio::test]
async fn what_begins_a_case_names_a_team_and_nothing_else_does() {
    let world = World::new().await;
    let (mut chair, team, taken) = reported(&world).await;
    let mut ask = async |case_id: &str, team_id: &str, act: Act, exercise| {
        let (case_id, team_id) = (case_id.to_owned(), team_id.to_owned());
        let request = ActRequest { case_id, team_id, act: Some(act), exercise, ..ActRequest::default() };
        let status = chair.act(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        status.message().to_owned()
    };
    let case = taken.case_id;
    assert!(ask("", &team.id, observation(), false).await.starts_with("case_id: is needed"));
    assert!(ask(&case, &team.id, observation(), false).await.starts_with("team_id: is for an act"));
    assert!(ask(&case, "", observation(), true).await.starts_with("exercise: is decided"));
    assert!(ask("", "", report("x".into()), false).await.starts_with("team_id: "));
}

#[tokio::test]
async fn a_report_of_five_megabytes_is_refused_in_a_sentence() {
    let world = World::new().await;
    let (mut chair, team, _) = reported(&world).await;
    let mut ask = async |bytes: usize| {
        let act = Some(report("x".repeat(bytes)));
        let request = ActRequest { team_id: team.id.clone(), act, ..ActRequest::default() };
        chair.act(request).await.unwrap_err()
    };
    let status = ask(5 * 1024 * 1024).await;
    assert_eq!(status.code(), Code::OutOfRange);
    let status = ask(100 * 1024).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(
        status.message().starts_with("act: report.narrative: is 102400 bytes long; 49152 at most"),
        "{status}"
    );
}

#[tokio::test]
async fn what_a_training_opens_is_withheld_from_a_history_until_it_is_current() {
    let world = World::new().await;
    let (mut chair, _, taken) = reported(&world).await;
    let mut of_school = observation();
    let as_record = AsRecord { labels: vec!["education".into()], ..AsRecord::default() };
    of_school.observe.as_mut().unwrap().as_record = Some(as_record);
    let words = of_school.observe.as_ref().unwrap().text.clone();
    act(&mut chair, &taken.case_id, of_school).await.unwrap();
    let ask = ShowHistoryRequest { case_id: taken.case_id.clone(), ..ShowHistoryRequest::default() };

    let untrained = chair.show_history(ask.clone()).await.unwrap().into_inner();
    let entry = &untrained.entries[1];
    assert_eq!((entry.word.as_str(), untrained.withheld), ("observe", 1));
    assert_eq!(entry.withheld, "withheld: needs current FERPA training");
    assert!(!serde_json::to_string(&untrained).unwrap().contains(&words));
    assert!(untrained.entries[0].act.is_some() && untrained.entries[0].withheld.is_empty());

    world.train(uri(OWN, "chair"), "ferpa", 30).await;
    let trained = chair.show_history(ask).await.unwrap().into_inner();
    assert_eq!(trained.withheld, 0);
    assert!(serde_json::to_string(&trained).unwrap().contains(&words));
}

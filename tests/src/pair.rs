//! Two agencies, a hospital and a community team, and a patient who agreed in writing that the one may tell the other.
//!
//! Callers: the tests that break things: crashes, bad input, bad peers, bells that nobody hears. Everything goes through the
//! staff API. Deliberately absent: starting nodes; each test runs them as it needs them.

use node::clock::{Clock, SystemClock};
use node::demo::DemoError;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec, Who};
use node::demo::region::{LOOK_AGAIN, Region};
use node::demo::setup::Teams;
use proto::agency::v1 as api;
use std::time::{Duration, Instant};

/// The agency that tells.
pub const HOSPITAL: &str = "pair-hospital";
/// The agency that is told.
pub const TEAM: &str = "pair-team";
/// Opens cases and asks, at the hospital.
pub const NURSE: Who = Who { agency: HOSPITAL, name: "chair" };
/// Approves, at the hospital.
pub const OFFICER: Who = Who { agency: HOSPITAL, name: "officer" };
/// Reads, at the team.
pub const READER: Who = Who { agency: TEAM, name: "chair" };
/// Privacy officer, at the team.
pub const TEAM_OFFICER: Who = Who { agency: TEAM, name: "officer" };
/// Administrator, at the team.
pub const TEAM_ADMIN: Who = Who { agency: TEAM, name: "admin" };
/// The number that ends every escalation.
pub const TELEPHONE: &str = "+1 555 0177";
/// Why the hospital tells.
pub const PURPOSE: &str = "threat_assessment";
/// The law that lets what the patient agreed to go.
pub const AGREED: &str = "45 CFR 164.502(a)(1)(iv)";
/// Items of a case that go; a fifth stays.
pub const GOES: usize = 3;

const fn agency(id: &'static str, name: &'static str, sector: &'static str) -> AgencySpec {
    AgencySpec {
        id,
        name,
        sector,
        team_role: "core",
        telephone: TELEPHONE,
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: "Threat assessment team",
        staff: &[
            StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
            StaffSpec { name: "officer", display: "Officer", roles: &["privacy_officer", "approver"] },
            StaffSpec { name: "chair", display: "Chair", roles: &["chair", "member"] },
        ],
    }
}

/// The two agencies.
pub const PAIR: RegionSpec = RegionSpec {
    trust_domain: "pair.example",
    state: "CA",
    agencies: &[
        agency(HOSPITAL, "Hospital", "hospital"),
        agency(TEAM, "Community Team", "mental_health_provider"),
    ],
    agreements: &[AgreementSpec { between: [HOSPITAL, TEAM], purposes: &[PURPOSE] }],
};

/// A share that waits for approval, and what it rests on.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The hospital's case.
    pub case: String,
    /// What the patient signed.
    pub permission: String,
    /// The proposal.
    pub proposal: String,
}

/// Opens a case at an agency.
///
/// # Errors
/// When the node refuses.
pub async fn open_case(region: &Region, teams: &Teams, by: Who) -> Result<String, DemoError> {
    let team_id = teams.get(by.agency).cloned().unwrap_or_default();
    let request = api::OpenCaseRequest { team_id, ..Default::default() };
    Ok(region.staff(by)?.open_case(request).await?.id)
}

/// A patient's case with four items, three of which the patient agreed that the team may have, and a share of all four that
/// waits for approval. Every text holds the marker.
///
/// # Errors
/// When the node refuses any of it.
pub async fn ask(region: &Region, teams: &Teams, marker: &str) -> Result<Asked, DemoError> {
    let nurse = region.staff(NURSE)?;
    let case = open_case(region, teams, NURSE).await?;
    let person = api::Person {
        case_id: case.clone(),
        roles: vec!["person_of_concern".into(), "patient".into()],
        names: vec![format!("Robin {marker}")],
        date_of_birth: "1984-05-01".into(),
        is_student: Some(false),
        is_patient: Some(true),
        ..Default::default()
    };
    let person = nurse.add_person(api::AddPersonRequest { person: Some(person) }).await?.id;
    let mut item_ids = Vec::new();
    for (row, element, label) in [
        (2, "identity_and_location", None),
        (12, "incident_circumstances", None),
        (21, "general_condition", None),
        (26, "counseling_notes", Some("session_notes")),
    ] {
        let item = api::Item {
            case_id: case.clone(),
            row,
            labels: label.map(str::to_owned).into_iter().collect(),
            record_kind: "phi".into(),
            elements: vec![element.into()],
            about: vec![api::About { person_id: person.clone(), ..Default::default() }],
            value: Some(api::ItemValue {
                text: Some(format!("{marker} of row {row}")),
                ..Default::default()
            }),
            ..Default::default()
        };
        let added = nurse.add_item(api::AddItemRequest { item: Some(item), ..Default::default() }).await?;
        item_ids.push(added.id);
    }
    let now = SystemClock.now();
    let permission = api::Permission {
        case_id: case.clone(),
        person_id: person,
        kind: "hipaa_authorization".into(),
        given_by: "subject".into(),
        signed_at: now.plus_minutes(-5).to_string(),
        expires_at: now.plus_days(20).to_string(),
        recipients: vec![api::PermittedRecipient { agency: TEAM.into(), ..Default::default() }],
        record_kinds: vec!["phi".into()],
        rows: vec![2, 12, 21],
        purposes: vec![PURPOSE.into()],
        evidence: "paper form in the file".into(),
        ..Default::default()
    };
    let permission =
        nurse.record_permission(api::RecordPermissionRequest { permission: Some(permission) }).await?.id;
    let request = api::ShareRequest {
        case_id: case.clone(),
        to: Some(api::To { agency: TEAM.into(), ..Default::default() }),
        purpose: PURPOSE.into(),
        item_ids,
        ..Default::default()
    };
    let view = nurse.share(request).await?;
    let goes = view.items.iter().filter(|i| i.outcome != "withheld").count();
    if goes != GOES || view.proposal_id.is_empty() {
        return Err(DemoError::Spec(format!("{goes} items go, not {GOES}: {:?}", view.stops)));
    }
    Ok(Asked { case, permission, proposal: view.proposal_id })
}

/// Says yes to a share.
///
/// # Errors
/// When the node refuses, or dies of it.
pub async fn approve(region: &Region, asked: &Asked) -> Result<(), DemoError> {
    let request = api::ApproveRequest { proposal_id: asked.proposal.clone(), ..Default::default() };
    region.staff(OFFICER)?.approve(request).await.map(drop)
}

/// Where a share stands, in the words that the hospital's staff see.
///
/// # Errors
/// When the node refuses.
pub async fn trace(region: &Region, asked: &Asked) -> Result<String, DemoError> {
    let answer = region.staff(NURSE)?.trace(api::TraceRequest { id: asked.proposal.clone() }).await?;
    Ok(answer.lines.into_iter().map(|line| line.what).collect::<Vec<_>>().join("\n"))
}

/// What the team received, newest first.
///
/// # Errors
/// When the node refuses.
pub async fn inbox(region: &Region) -> Result<Vec<api::InboxMessage>, DemoError> {
    let request = api::ListInboxRequest { waiting_only: false, ..Default::default() };
    Ok(region.staff(READER)?.list_inbox(request).await?.messages)
}

/// Looks for something until it is there.
///
/// # Errors
/// When it does not come, or cannot be looked for.
pub async fn wait_for<T>(
    what: &str,
    seconds: u64,
    mut look: impl AsyncFnMut() -> Result<Option<T>, DemoError>,
) -> Result<T, DemoError> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if begun.elapsed() > Duration::from_secs(seconds) {
            return Err(DemoError::InVain { what: what.to_owned(), seconds });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

//! One case's rows: its head, its person of concern, its history and the items of it, as the verbs would have left them.

use super::history::{ENTRIES, Told, chair};
use super::load::Population;
use super::{MEMBERS, staff};
use crate::app::casework::{History, process};
use crate::app::{Actor, App, NewMembership, NewTeam, NewTraining, Read, rows};
use crate::bench::BenchError;
use crate::staff::roles::{Role, Tier};
use crate::store::{Event, Kind, Put};
use policy::id::{CaseId, EntryId, PersonId, TeamId};
use policy::process::{Entry, Head, Standing};
use policy::record::{Capacities, Case, TrainingTopic};
use policy::time::UtcTime;

/// Records of a case beside its head: the person of concern, the history, and the items that may be shared of them.
pub const RECORDS: usize = 20;
/// Open cases are reviewed between so many days ago ...
const REVIEW_DAYS_AGO: i64 = 45;
/// ... and so many days ahead.
const REVIEW_DAYS_AHEAD: i64 = 45;
/// Days since the last entry of an open case.
const QUIET_DAYS: i64 = 46;
/// Days since the closing of the others.
const CLOSED_DAYS: i64 = 100;

/// Whether a case is open: every second.
pub const fn is_open(number: usize) -> bool {
    // By the hundred, so that each team has as many of both.
    (number / 100).is_multiple_of(2)
}

/// The ids of one case.
pub struct CaseIds {
    /// Its number in the home.
    pub number: usize,
    /// The case.
    pub case: CaseId,
    /// The person of concern.
    pub person: PersonId,
    /// Its history.
    pub entries: Vec<EntryId>,
}

/// A case's story.
pub fn told<'a>(now: UtcTime, ids: &'a CaseIds) -> Told<'a> {
    let minutes = (REVIEW_DAYS_AGO + REVIEW_DAYS_AHEAD) * 24 * 60;
    let spread = i64::try_from(ids.number).unwrap_or(0).wrapping_mul(7_919).rem_euclid(minutes);
    let review_at = now.plus_minutes(spread - REVIEW_DAYS_AGO * 24 * 60);
    let quiet = if is_open(ids.number) { QUIET_DAYS } else { CLOSED_DAYS };
    Told {
        case: ids.case,
        entries: &ids.entries,
        person: ids.person,
        until: now.plus_days(-quiet),
        review_at: is_open(ids.number).then_some(review_at),
    }
}

/// Every row of a case, each with the event that its verb leaves; its head first.
pub async fn rows_of(
    app: &App,
    of: &Population,
    ids: &CaseIds,
) -> Result<Vec<(Put, Option<Event>)>, BenchError> {
    let told = told(of.now, ids);
    let entries: Vec<Entry> = (0..ENTRIES).map(|place| told.entry(place)).collect();
    let standing = Standing::of(&entries);
    let agenda = process()?.agenda(&standing, of.now);
    let head = Head { state: standing.moved_state(), agenda };
    let due = head.shown_from();
    let case = Case {
        id: ids.case,
        team: of.team(ids.number),
        opened_at: entries[0].at,
        opened_by: chair(),
        exercise: false,
        setting: None,
        process: Some(Box::new(head)),
    };
    let case_ref = Kind::Case.of(ids.case);
    let history = History {
        head: Read::unsaved(case_ref, case),
        entries,
        people: vec![told.person(ids.number)],
        items: Vec::new(),
    };
    let case = &history.head.record;
    let event = |kind: &'static str, put: &Put| {
        let ids = if put.r == case_ref { vec![put.r] } else { vec![put.r, case_ref] };
        Some(Event { at: of.now, actor: chair().as_str().to_owned(), kind: kind.into(), ids })
    };
    let mut all = Vec::with_capacity(1 + RECORDS);
    let put = rows::put_new(case_ref, case, &[])?.under(case.team).due(due);
    all.push((put, None));
    for person in &history.people {
        let put = rows::put_new(Kind::Person.of(person.id), person, &[])?;
        let event = event("person_added", &put);
        all.push((put.under(ids.case).sharing_key_of(case_ref), event));
    }
    for entry in &history.entries {
        let put = rows::put_new(Kind::Entry.of(entry.id), entry, &[])?;
        let event = event("case_acted", &put);
        all.push((put.under(ids.case).sharing_key_of(case_ref), event));
    }
    all.extend(app.items_of(&history).await?.into_iter().map(|put| (put, None)));
    if all.len() != 1 + RECORDS {
        return Err(BenchError::Off(format!(
            "case {} has {} records, not {RECORDS}",
            ids.number,
            all.len() - 1
        )));
    }
    Ok(all)
}

fn administrator() -> Actor {
    Actor {
        staff: staff("admin"),
        roles: vec![Role::Administrator],
        teams: Vec::new(),
        qualifications: Vec::new(),
    }
}

/// A member of all teams, as the gate would have made them.
pub fn member(name: &str, teams: &[TeamId]) -> Actor {
    Actor {
        staff: staff(name),
        roles: roles(name),
        teams: teams.iter().map(|team| (*team, Tier::Core)).collect(),
        qualifications: Vec::new(),
    }
}

fn roles(name: &str) -> Vec<Role> {
    match name {
        "chair" => vec![Role::Chair, Role::Intake, Role::Member],
        // More than one takes reports.
        "counselor" => vec![Role::Intake, Role::Member],
        _ => vec![Role::Member],
    }
}

/// Capacities, staff, training and so many teams of the same members, by the verbs; answers the teams.
///
/// # Errors
/// When a verb refuses.
pub async fn first_day(app: &App, teams: usize) -> Result<Vec<TeamId>, BenchError> {
    let (admin, now) = (administrator(), app.now());
    let capacities = Capacities { hipaa_covered: Some(true), ..Capacities::default() };
    app.declare_capacities(&admin, capacities).await?;
    for (name, _) in MEMBERS {
        let id = staff(name);
        app.add_staff(&admin, id.as_str(), name, roles(name), Vec::new(), None).await?;
        let training = NewTraining {
            staff_id: id.as_str().to_owned(),
            team: None,
            topic: TrainingTopic::ThreatAssessmentProcess,
            provider: "the state's center".to_owned(),
            course: "threat assessment".to_owned(),
            completed_at: now.plus_days(-10),
            expires_at: now.plus_days(300),
            certificate_of: String::new(),
            with_agencies: Vec::new(),
        };
        app.record_training(&admin, training).await?;
    }
    let new = |name: &str, discipline| NewMembership {
        staff_id: staff(name).as_str().to_owned(),
        display_name: name.to_owned(),
        from: None,
        until: now.plus_days(300),
        tier: Tier::Core,
        confidentiality_acknowledged: true,
        qualifications: Vec::new(),
        disciplines: vec![discipline],
        agreement: None,
    };
    let mut made = Vec::with_capacity(teams);
    for number in 1..=teams {
        let [(chair, discipline), others @ ..] = MEMBERS;
        let team = NewTeam { name: format!("Team {number}"), ..NewTeam::default() };
        let team = app.create_team(&admin, team, Some(new(chair, discipline))).await?.team.id;
        for (name, discipline) in others {
            app.add_membership(&admin, team, new(name, discipline)).await?;
        }
        made.push(team);
    }
    Ok(made)
}

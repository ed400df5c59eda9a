//! The first day of a region: administrators add staff, chairs get teams, officers sign what their agency is and countersign.

use super::DemoError;
use super::cast::{AgencySpec, RegionSpec, Who, disciplines_of, guests_of, kind_and_quorum};
use super::region::Region;
use crate::clock::{Clock, SystemClock};
use policy::time::UtcTime;
use proto::agency::v1 as api;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

/// Days of memberships and agreements.
const TERM_DAYS: i64 = 300;

/// What the first day made: each agency's team.
pub type Teams = BTreeMap<&'static str, String>;

/// Sets every agency up, side by side.
///
/// # Errors
/// When a node refuses something.
pub async fn first_day(region: &Region) -> Result<Teams, DemoError> {
    let mut tasks = JoinSet::new();
    for agency in region.spec.agencies {
        let mut people = BTreeMap::new();
        for person in agency.staff {
            let who = Who { agency: agency.id, name: person.name };
            people.insert(person.name, region.staff(who)?);
        }
        let day = Day { spec: region.spec, agency, people, now: SystemClock.now() };
        tasks.spawn(async move { day.run().await.map(|team| (agency.id, team)) });
    }
    let mut teams = Teams::new();
    while let Some(done) = tasks.join_next().await {
        let (agency, team) = done.map_err(|e| DemoError::Spec(e.to_string()))??;
        teams.insert(agency, team);
    }
    Ok(teams)
}

struct Day {
    spec: RegionSpec,
    agency: &'static AgencySpec,
    people: BTreeMap<&'static str, super::staff::Staff>,
    now: UtcTime,
}

impl Day {
    async fn run(&self) -> Result<String, DemoError> {
        self.add_staff().await?;
        let team = self.make_team().await?;
        self.train().await?;
        let agreements = self.sign().await?;
        self.invite(&team, &agreements).await?;
        Ok(team)
    }

    fn by(&self, who: Who) -> Result<&super::staff::Staff, DemoError> {
        self.people
            .get(who.name)
            .ok_or_else(|| DemoError::Spec(format!("{} does not work at {}", who.name, who.agency)))
    }

    fn with_role(&self, role: &str) -> Result<Who, DemoError> {
        self.agency
            .first_with(role)
            .ok_or_else(|| DemoError::Spec(format!("{} has nobody with the role {role}", self.agency.id)))
    }

    fn uri(&self, name: &str) -> String {
        format!("spiffe://{}/agency/{}/staff/{name}", self.spec.trust_domain, self.agency.id)
    }

    async fn add_staff(&self) -> Result<(), DemoError> {
        let administrator = self.by(self.agency.administrator())?;
        for person in self.agency.staff.iter().skip(1) {
            administrator
                .add_staff(api::AddStaffRequest {
                    staff_id: self.uri(person.name),
                    display_name: person.display.to_owned(),
                    roles: person.roles.iter().map(|role| (*role).to_owned()).collect(),
                    ..Default::default()
                })
                .await?;
        }
        Ok(())
    }

    async fn make_team(&self) -> Result<String, DemoError> {
        let administrator = self.by(self.agency.administrator())?;
        let chair = self.with_role("chair")?;
        let until = self.now.plus_days(TERM_DAYS).to_string();
        let (kind, quorum_policy) = kind_and_quorum(self.agency.team);
        let team = administrator
            .create_team(api::CreateTeamRequest {
                kind: kind.to_owned(),
                quorum_policy: quorum_policy.to_owned(),
                chair_disciplines: words(disciplines_of(chair.name)),
                name: self.agency.team.to_owned(),
                chair: self.uri(chair.name),
                chair_until: until.clone(),
                confidentiality_acknowledged: true,
                ..Default::default()
            })
            .await?;
        let members =
            self.agency.staff.iter().filter(|p| p.roles.contains(&"member") && p.name != chair.name);
        for person in members {
            self.by(chair)?
                .add_membership(api::AddMembershipRequest {
                    team_id: team.id.clone(),
                    staff_id: self.uri(person.name),
                    display_name: person.display.to_owned(),
                    until: until.clone(),
                    tier: "core".to_owned(),
                    confidentiality_acknowledged: true,
                    disciplines: words(disciplines_of(person.name)),
                    ..Default::default()
                })
                .await?;
        }
        Ok(team.id)
    }

    /// People of other agencies join the team, each under the agreement with theirs, and are trained with it.
    async fn invite(&self, team: &str, agreements: &BTreeMap<String, String>) -> Result<(), DemoError> {
        for guest in guests_of(self.agency.team) {
            let missing =
                || DemoError::Spec(format!("{} has no agreement with {}", self.agency.id, guest.agency));
            let spec = self.spec.agency(guest.agency).ok_or_else(missing)?;
            let person = spec.staff.iter().find(|p| p.name == guest.name).ok_or_else(missing)?;
            let staff_id =
                format!("spiffe://{}/agency/{}/staff/{}", self.spec.trust_domain, guest.agency, guest.name);
            self.by(self.with_role("chair")?)?
                .add_membership(api::AddMembershipRequest {
                    team_id: team.to_owned(),
                    staff_id: staff_id.clone(),
                    display_name: person.display.to_owned(),
                    until: self.now.plus_days(TERM_DAYS).to_string(),
                    tier: "core".to_owned(),
                    confidentiality_acknowledged: true,
                    disciplines: words(disciplines_of(guest.name)),
                    agreement_id: agreements.get(guest.agency).cloned().ok_or_else(missing)?,
                    ..Default::default()
                })
                .await?;
            self.train_in(staff_id, "threat_assessment_process").await?;
        }
        Ok(())
    }

    /// Everybody but the administrator, who reads nothing, is trained in the process and in what items of schools and of Part 2
    /// programs ask for.
    async fn train(&self) -> Result<(), DemoError> {
        for person in self.agency.staff.iter().skip(1) {
            for topic in ["threat_assessment_process", "ferpa", "part2"] {
                self.train_in(self.uri(person.name), topic).await?;
            }
        }
        Ok(())
    }

    async fn train_in(&self, staff_id: String, topic: &str) -> Result<(), DemoError> {
        let training = api::Training {
            staff_id,
            topic: topic.to_owned(),
            provider: "Regional training center".to_owned(),
            course: "Records in threat assessment".to_owned(),
            completed_at: self.now.plus_days(-1).to_string(),
            expires_at: self.now.plus_days(TERM_DAYS).to_string(),
            ..Default::default()
        };
        let request = api::RecordTrainingRequest { training: Some(training) };
        self.by(self.agency.administrator())?.record_training(request).await.map(drop)
    }

    /// Gives the agreements by the other agency.
    async fn sign(&self) -> Result<BTreeMap<String, String>, DemoError> {
        let mut agreements = BTreeMap::new();
        let officer = self.by(self.with_role("privacy_officer")?)?;
        let own = Some(capacities(self.agency));
        officer
            .declare_capacities(api::DeclareCapacitiesRequest { capacities: own, ..Default::default() })
            .await?;
        for agreement in self.spec.agreements.iter().filter(|a| a.between.contains(&self.agency.id)) {
            let Some(other) = agreement.between.iter().find(|id| **id != self.agency.id) else { continue };
            let peer = self.spec.agency(other).ok_or_else(|| DemoError::NoSuchAgency((*other).to_owned()))?;
            let signed = officer
                .countersign_agreement(api::CountersignAgreementRequest {
                    with: peer.id.to_owned(),
                    purposes: agreement.purposes.iter().map(|p| (*p).to_owned()).collect(),
                    until: self.now.plus_days(TERM_DAYS).to_string(),
                    training_current_until: self.now.plus_days(TERM_DAYS).to_string(),
                    peer_capacities: Some(capacities(peer)),
                    ..Default::default()
                })
                .await?;
            agreements.insert(peer.id.to_owned(), signed.id);
        }
        Ok(agreements)
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn capacities(agency: &AgencySpec) -> api::Capacities {
    api::Capacities {
        hipaa_covered: Some(agency.hipaa_covered),
        ferpa_covered: Some(agency.ferpa_covered),
        part2_program: Some(agency.part2_program),
        cfr23_system: Some(false),
        state_designated_nics_reporter: Some(false),
        statutory_threat_assessment_team: Some(false),
        victim_service: Some(false),
        ..Default::default()
    }
}

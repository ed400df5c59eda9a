//! Trainings of the people who work here, and what somebody is not shown for want of one.
//!
//! Callers: the staff service, wherever it shows an item; the process, for who may vote. Every training ends. Deliberately
//! absent: recording one's own, and any message to another node: joint trainings are each agency's own record.

use super::fields::{self, invalid};
use super::rows::{put_new, read};
use super::staff_members::{StaffMember, staff_ref};
use super::teams::Membership;
use super::{Actor, App, AppError, AppResult, Read};
use crate::staff::roles::Role;
use crate::store::{Changes, Kind};
use policy::id::{AgencyId, Id, StaffId, TeamId};
use policy::process::entry::AsRecord;
use policy::record::{Item, Label, Purpose, Row, TrainingTopic};
use policy::time::UtcTime;
use policy::training::TrainingTable;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Agencies trained together.
const WITH_AGENCIES_MAX: usize = 16;
/// Longest time that a training is current.
const TRAINING_DAYS_MAX: i64 = 5 * 366;

/// One training of one person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Training {
    /// Identifier.
    pub id: Id,
    /// Who was trained.
    pub staff: StaffId,
    /// The team whose chair recorded it.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// What it was about.
    pub topic: TrainingTopic,
    /// Who gave it.
    pub provider: String,
    /// The course.
    pub course: String,
    /// When it was completed.
    pub completed_at: UtcTime,
    /// When it is current no longer (guardrail G22).
    pub expires_at: UtcTime,
    /// The body whose certificate it is.
    #[serde(default)]
    pub certificate_of: Option<String>,
    /// Agencies whose people were trained together with them.
    #[serde(default)]
    pub with_agencies: Vec<AgencyId>,
    /// Who recorded it.
    pub recorded_by: StaffId,
    /// When.
    pub recorded_at: UtcTime,
}

impl Training {
    /// Whether it is current at `now`.
    pub fn is_current(&self, now: UtcTime) -> bool {
        self.completed_at <= now && now < self.expires_at
    }
}

/// A training to be recorded.
pub struct NewTraining {
    /// SPIFFE URI of who was trained.
    pub staff_id: String,
    /// The team whose chair records it.
    pub team: Option<TeamId>,
    /// What it was about.
    pub topic: TrainingTopic,
    /// Who gave it.
    pub provider: String,
    /// The course.
    pub course: String,
    /// When it was completed.
    pub completed_at: UtcTime,
    /// When it is current no longer.
    pub expires_at: UtcTime,
    /// The body whose certificate it is; empty: none.
    pub certificate_of: String,
    /// Agencies trained together.
    pub with_agencies: Vec<AgencyId>,
}

/// One course that people here took together with another agency's.
pub struct JointTraining {
    /// The other agency.
    pub agency: AgencyId,
    /// What it was about.
    pub topic: TrainingTopic,
    /// The course.
    pub course: String,
    /// When it was completed.
    pub completed_at: UtcTime,
    /// When the last of the people here is current no longer.
    pub expires_at: UtcTime,
    /// How many people here took it.
    pub people: BTreeSet<StaffId>,
}

/// Which agencies trained together, by each agency's own record: by agency and topic, the latest end first.
pub fn joint_trainings(all: &[Training]) -> Vec<JointTraining> {
    let mut joint: BTreeMap<(&AgencyId, TrainingTopic, &str, UtcTime), JointTraining> = BTreeMap::new();
    for t in all {
        for agency in &t.with_agencies {
            let one =
                joint.entry((agency, t.topic, &t.course, t.completed_at)).or_insert_with(|| JointTraining {
                    agency: agency.clone(),
                    topic: t.topic,
                    course: t.course.clone(),
                    completed_at: t.completed_at,
                    expires_at: t.expires_at,
                    people: BTreeSet::new(),
                });
            one.expires_at = one.expires_at.max(t.expires_at);
            one.people.insert(t.staff.clone());
        }
    }
    let mut joint: Vec<JointTraining> = joint.into_values().collect();
    joint.sort_by(|a, b| {
        (&a.agency, a.topic, Reverse(a.expires_at)).cmp(&(&b.agency, b.topic, Reverse(b.expires_at)))
    });
    joint
}

/// Which trainings somebody asks for.
#[derive(Clone, Default)]
pub struct TrainingsAsked {
    /// Of the members of this team.
    pub team: Option<TeamId>,
    /// Of this person.
    pub staff: Option<StaffId>,
    /// Given together with this agency.
    pub with: Option<AgencyId>,
    /// Only current ones.
    pub current_only: bool,
}

/// What somebody may be shown now: their current trainings against the table of what needs which.
pub struct Sight {
    current: Vec<TrainingTopic>,
    also: Vec<TrainingTopic>,
}

impl Sight {
    /// Why something that needs these trainings is withheld; `None`: it is shown.
    pub fn withheld_for(&self, needed: &[TrainingTopic]) -> Option<String> {
        let lacking: Vec<&str> =
            needed.iter().filter(|topic| !self.current.contains(topic)).map(|topic| topic.title()).collect();
        (!lacking.is_empty()).then(|| format!("withheld: needs current {} training", lacking.join(" and ")))
    }

    /// Why an item is withheld; `None`: it is shown.
    pub fn withheld(&self, item: &Item) -> Option<String> {
        self.withheld_for(&TrainingTable::embedded().needed_for(item, &self.also))
    }

    /// Why an item is withheld from somebody who reads it for a purpose: one that came in for other purposes is not shown for
    /// this one. No purpose: work on the case.
    pub fn withheld_for_purpose(&self, item: &Item, purpose: Option<Purpose>) -> Option<String> {
        let allowed = &item.provenance.purposes;
        match purpose {
            Some(purpose) if !allowed.is_empty() && !allowed.contains(&purpose) => {
                let allowed: Vec<&str> = allowed.iter().map(|p| p.as_str()).collect();
                Some(format!("withheld: its sender allowed it for {} alone", allowed.join(", ")))
            }
            _ => self.withheld(item),
        }
    }

    /// Nothing is withheld from them for want of a training.
    pub fn sees_everything(&self) -> bool {
        let mut enforced =
            TrainingTable::embedded().blocks().iter().filter(|o| o.enforced || self.also.contains(&o.topic));
        enforced.all(|o| self.current.contains(&o.topic))
    }

    /// Why something that is no item yet is withheld, by what it says of itself; `None`: it is shown.
    pub fn withheld_record(&self, record: &AsRecord) -> Option<String> {
        let kinds: Vec<_> = record.record_kind.into_iter().collect();
        self.withheld_for(&TrainingTable::embedded().needed(None, &record.labels, &kinds, &self.also))
    }

    /// Why something with this row and these labels is withheld; `None`: it is shown.
    pub fn withheld_row(&self, row: Option<Row>, labels: &[Label]) -> Option<String> {
        self.withheld_for(&TrainingTable::embedded().needed(row, labels, &[], &self.also))
    }
}

impl App {
    /// The topics somebody is currently trained in.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn training_of(&self, staff: &StaffId) -> AppResult<Vec<TrainingTopic>> {
        let all = self.current_trainings(staff, self.now()).await?;
        let current: BTreeSet<_> = all.iter().map(|t| t.record.topic).collect();
        Ok(current.into_iter().collect())
    }

    /// Somebody's trainings that are current.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn current_trainings(
        &self,
        staff: &StaffId,
        now: UtcTime,
    ) -> AppResult<Vec<Read<Training>>> {
        let mut all = self.trainings_of(staff).await?;
        all.retain(|t| t.record.is_current(now));
        Ok(all)
    }

    /// What somebody may be shown now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sight_of(&self, actor: &Actor) -> AppResult<Sight> {
        let current = self.training_of(&actor.staff).await?;
        Ok(Sight { current, also: self.config.training_also_enforced.clone() })
    }

    /// The trainings that have to be current for somebody here to see an item.
    pub fn training_needed_for(&self, item: &Item) -> Vec<TrainingTopic> {
        TrainingTable::embedded().needed_for(item, &self.config.training_also_enforced)
    }

    /// Records a training of somebody else.
    ///
    /// # Errors
    /// [`AppError::Refused`] for one's own training or somebody not known here; [`AppError::Invalid`] for a missing word, a time
    /// that cannot be, or an agency that is not in the roster; [`AppError::NotFound`] for an unknown team.
    pub async fn record_training(&self, actor: &Actor, new: NewTraining) -> AppResult<Training> {
        let now = self.now();
        let (_, staff) = fields::staff_id("staff_id", &new.staff_id)?;
        let mut changes = Changes::default();
        if let Some(team) = new.team {
            let team = self.team(team).await?;
            changes.relied_on.push(team.relied_on());
            let members: Vec<Read<Membership>> = self.children(Kind::Membership, team.record.id.0).await?;
            if !members.iter().any(|m| m.record.staff == staff) {
                return Err(invalid("staff_id", "is no member of this team: `concord team list` shows them"));
            }
        }
        if staff == actor.staff {
            let why = "nobody records their own training: ask the administrator, the privacy officer or another chair";
            return Err(AppError::Refused(why.into()));
        }
        if self.find::<StaffMember>(staff_ref(&staff)).await?.is_none() {
            return Err(invalid("staff_id", "is not known here: `concord staff list` shows who is"));
        }
        fields::past("completed_at", new.completed_at, now)?;
        let latest = new.completed_at.plus_days(TRAINING_DAYS_MAX);
        if new.expires_at <= new.completed_at || new.expires_at > latest {
            let problem = format!("must be after completed_at, {latest} at the latest: every training ends");
            return Err(invalid("expires_at", problem));
        }
        fields::at_most("with_agencies", &new.with_agencies, WITH_AGENCIES_MAX)?;
        let is_joint = |agency: &AgencyId| *agency != self.own && self.knows_agency(agency);
        if let Some(unknown) = new.with_agencies.iter().find(|agency| !is_joint(agency)) {
            return Err(invalid("with_agencies", format!("{unknown} is no other agency of the roster")));
        }
        let training = Training {
            id: self.new_id(),
            staff,
            team: new.team,
            topic: new.topic,
            provider: fields::text("provider", &new.provider, fields::NAME_BYTES_MAX)?,
            course: fields::text("course", &new.course, fields::NAME_BYTES_MAX)?,
            completed_at: new.completed_at,
            expires_at: new.expires_at,
            certificate_of: fields::optional_text(
                "certificate_of",
                &new.certificate_of,
                fields::NAME_BYTES_MAX,
            )?,
            with_agencies: new.with_agencies,
            recorded_by: actor.staff.clone(),
            recorded_at: now,
        };
        let (r, person) = (Kind::Training.of(training.id), staff_ref(&training.staff));
        let mut put = put_new(r, &training, &[])?.found_by(person.id.to_bytes());
        if let Some(team) = training.team {
            put = put.under(team);
        }
        changes.puts.push(put);
        changes.events.push(self.event(actor.staff.as_str(), "training_recorded", vec![r, person]));
        self.commit(changes).await?;
        Ok(training)
    }

    /// Trainings by person and topic, the latest end first. Who is no administrator, privacy officer or auditor sees those of
    /// the team they ask for (which the gate has let them), or their own.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] for another person's, [`AppError::NotFound`] for an unknown team.
    pub async fn trainings(&self, actor: &Actor, asked: &TrainingsAsked) -> AppResult<Vec<Training>> {
        let oversees =
            |role: &Role| matches!(role, Role::Administrator | Role::PrivacyOfficer | Role::Auditor);
        let sees_all = actor.roles.iter().any(oversees);
        let mut all = if let Some(team) = asked.team {
            let team = self.team(team).await?;
            let members: Vec<Read<Membership>> = self.children(Kind::Membership, team.record.id.0).await?;
            let staff: BTreeSet<StaffId> = members.into_iter().map(|m| m.record.staff).collect();
            let mut all = Vec::new();
            for member in staff {
                all.extend(self.trainings_of(&member).await?.into_iter().map(|t| t.record));
            }
            all
        } else if sees_all && asked.staff.is_none() {
            let all: Vec<Read<Training>> = self.list(Kind::Training).await?;
            all.into_iter().map(|t| t.record).collect()
        } else {
            let staff = asked.staff.as_ref().unwrap_or(&actor.staff);
            if *staff != actor.staff && !sees_all {
                return Err(AppError::NotAllowed(
                    "another person's training is for their chair (name the team), the privacy officer, the auditor or an \
                     administrator"
                        .into(),
                ));
            }
            self.trainings_of(staff).await?.into_iter().map(|t| t.record).collect()
        };
        let now = self.now();
        all.retain(|t| {
            asked.staff.as_ref().is_none_or(|staff| t.staff == *staff)
                && asked.with.as_ref().is_none_or(|agency| t.with_agencies.contains(agency))
                && (!asked.current_only || t.is_current(now))
        });
        all.sort_by(|a, b| {
            let key = |t: &Training| (t.topic, Reverse(t.expires_at), t.id);
            a.staff.cmp(&b.staff).then_with(|| key(a).cmp(&key(b)))
        });
        Ok(all)
    }

    async fn trainings_of(&self, staff: &StaffId) -> AppResult<Vec<Read<Training>>> {
        let rows = self.store.by_lookup(Kind::Training, staff_ref(staff).id.to_bytes()).await?;
        rows.into_iter().filter(|row| !row.erased).map(read).collect()
    }
}

//! Who is at the table, and whether that is enough: quorum policies as data (`policy/process/quorum.toml`, domain 1.3).

use super::entry::Meeting;
use super::standing::Standing;
use crate::id::{AgencyId, StaffId};
use crate::record::{Discipline, TrainingTopic};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How near a member is to the team's cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Core team.
    Core,
    /// Called in for a task: advises, does not vote.
    Affiliate,
    /// Serves: sees its referral alone.
    Partner,
    /// Links teams: counts alone.
    Coordinator,
}

/// A member as a decision needs to know them.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub staff: StaffId,
    /// Whose.
    pub agency: AgencyId,
    /// How near.
    pub place: Place,
    /// Presides.
    pub is_chair: bool,
    /// May take reports.
    pub is_intake: bool,
    /// Disciplines.
    pub disciplines: Vec<Discipline>,
    /// Topics of current training.
    pub trained: Vec<TrainingTopic>,
    /// The written acknowledgement of confidentiality is on file.
    pub acknowledged: bool,
}

/// A team as a decision needs to know it.
#[derive(Clone, Debug)]
pub struct TeamRules {
    /// Name of its quorum policy.
    pub quorum: String,
    /// Its members now.
    pub members: Vec<Member>,
}

impl TeamRules {
    /// Whether core members of two agencies or more sit in it.
    pub fn is_of_several_agencies(&self) -> bool {
        let mut core = self.members.iter().filter(|m| m.place == Place::Core).map(|m| &m.agency);
        core.next().is_some_and(|first| core.any(|other| other != first))
    }

    /// The member with this certificate.
    pub fn member(&self, staff: &StaffId) -> Option<&Member> {
        self.members.iter().find(|m| m.staff == *staff)
    }
}

/// One quorum policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuorumPolicy {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Fewest people.
    pub people_min: usize,
    /// Fewest disciplines.
    pub disciplines_min: usize,
    /// Disciplines that must be there; each line is met by any one of its words.
    #[serde(default)]
    pub required: Vec<Vec<Discipline>>,
    /// Disciplines wanted to the extent practicable: absent ones are allowed with a reason.
    #[serde(default)]
    pub wanted: Vec<Vec<Discipline>>,
    /// A support discipline has to be there.
    #[serde(default)]
    pub support: bool,
    /// No agency may hold a majority. Counted where several agencies have core members: a team of one agency's own people
    /// would else never meet.
    #[serde(default)]
    pub no_agency_majority: bool,
    /// The chair has to be there.
    #[serde(default)]
    pub chair: bool,
    /// Somebody who knows the person has to be there.
    #[serde(default)]
    pub knows_the_person: bool,
    /// What counsel or the team should confirm.
    #[serde(default)]
    pub note: String,
}

/// Topics without which nobody votes.
pub const TO_VOTE: TrainingTopic = TrainingTopic::ThreatAssessmentProcess;

impl QuorumPolicy {
    /// What is missing for these people to decide, in words; empty: nothing is.
    pub fn missing(&self, team: &TeamRules, case: &Standing<'_>, meeting: &Meeting) -> Vec<String> {
        let recused = case.recused();
        let mut missing = Vec::new();
        let mut voting: BTreeMap<&StaffId, &Member> = BTreeMap::new();
        for staff in &meeting.present {
            match team.member(staff) {
                None => missing.push(format!("{staff} is no member of the team: add them, or leave them out")),
                Some(_) if recused.contains(&staff) => {
                    missing.push(format!("{staff} stands aside from this case: leave them out"));
                }
                Some(m) if m.disciplines.iter().any(|d| d.is_party()) => missing.push(format!(
                    "{staff} is of prosecution or defense, who take no part in a deliberation: leave them out"
                )),
                Some(m) if matches!(m.place, Place::Partner | Place::Coordinator) => missing.push(format!(
                    "{staff} serves or links teams and sees no case: leave them out"
                )),
                Some(m) if m.place == Place::Affiliate => {} // advises, does not count
                Some(m) if !m.acknowledged => {
                    missing.push(format!("{staff} has not acknowledged confidentiality in writing"));
                }
                Some(m) if !m.trained.contains(&TO_VOTE) => missing.push(format!(
                    "{staff} has no current training in {TO_VOTE} and cannot vote: record it with `concord training add`"
                )),
                Some(m) => {
                    voting.insert(staff, m);
                }
            }
        }
        let voting: Vec<&Member> = voting.into_values().collect();
        if voting.len() < self.people_min {
            missing.push(format!("{} may vote, {} are needed", voting.len(), self.people_min));
        }
        let there: BTreeSet<Discipline> = voting.iter().flat_map(|m| m.disciplines.iter().copied()).collect();
        if there.len() < self.disciplines_min {
            missing.push(format!(
                "{} disciplines are there, {} are needed",
                there.len(),
                self.disciplines_min
            ));
        }
        let one_of = |any: &[Discipline]| any.iter().any(|d| there.contains(d));
        let words = |any: &[Discipline]| any.iter().map(|d| d.as_str()).collect::<Vec<_>>().join(" or ");
        for any in self.required.iter().filter(|any| !one_of(any)) {
            missing.push(format!("nobody there is of {}", words(any)));
        }
        let absent: Vec<String> =
            self.wanted.iter().filter(|any| !one_of(any)).map(|any| words(any)).collect();
        if !absent.is_empty() && meeting.absent_because.trim().is_empty() {
            missing.push(format!(
                "wanted to the extent practicable and not there: {}; say why (absent_because)",
                absent.join("; ")
            ));
        }
        if self.support && !there.iter().any(|d| d.is_support()) {
            missing
                .push("nobody there is of a supporting discipline (clinical, counseling or social)".into());
        }
        if !voting.is_empty() && voting.iter().all(|m| m.disciplines.contains(&Discipline::LawEnforcement)) {
            missing.push("law enforcement alone is no quorum".into());
        }
        if self.no_agency_majority && team.is_of_several_agencies() {
            let mut by_agency: BTreeMap<&AgencyId, usize> = BTreeMap::new();
            for m in &voting {
                *by_agency.entry(&m.agency).or_default() += 1;
            }
            if let Some((agency, _)) = by_agency.iter().find(|(_, n)| **n * 2 > voting.len()) {
                missing.push(format!("{agency} alone holds a majority"));
            }
        }
        if self.chair && !voting.iter().any(|m| m.is_chair) {
            missing.push("the chair is not there".into());
        }
        if self.knows_the_person
            && meeting.knows_the_person.as_ref().is_none_or(|k| !meeting.present.contains(k))
        {
            missing.push("nobody there is named as one who knows the person (knows_the_person)".into());
        }
        if meeting.disability_known == Some(true)
            && !voting.iter().any(|m| {
                m.disciplines.contains(&Discipline::SpecialEducation)
                    || m.trained.contains(&TrainingTopic::Disability)
            })
        {
            missing.push(
                "the person has a known disability: somebody competent in it has to be there (special education, or \
                 training in disability)"
                    .into(),
            );
        }
        missing
    }
}

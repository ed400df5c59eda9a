//! Cases, teams and the people of a case.

use super::team_words::{QuorumSetting, TeamKind, TeamModel};
use super::words::{LawEnforcementStatus, UsState, words};
use crate::id::{CaseId, PersonId, StaffId, TeamId};
use crate::time::{Date, UtcTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A team hosted on this node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// Name for people.
    pub name: String,
    /// The member who presides.
    pub chair: Option<StaffId>,
    /// What kind of team it is; none: not said.
    #[serde(default)]
    pub kind: Option<TeamKind>,
    /// Which table of quorum it keeps to.
    #[serde(default)]
    pub quorum_policy: QuorumSetting,
    /// The model whose words it uses for the level of concern; none: not said.
    #[serde(default)]
    pub model: Option<TeamModel>,
}

/// One team's management of one person of concern.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Identifier.
    pub id: CaseId,
    /// The team that owns it.
    pub team: TeamId,
    /// When it was opened.
    pub opened_at: UtcTime,
    /// Who opened it.
    pub opened_by: StaffId,
    /// A drill: may never exchange with a real case.
    #[serde(default)]
    pub exercise: bool,
    /// Name of the place this case concerns, if it has one of its own (content; row 14 asks whether it is the recipient's).
    #[serde(default)]
    pub setting: Option<String>,
    /// Where its process stands; none: nothing has been written in its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Box<crate::process::Head>>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("id", &self.id).field("team", &self.team).finish_non_exhaustive()
    }
}

words! {
    /// What a person is to a case. One person may be several.
    PersonRole {
        /// The person the case is about.
        PersonOfConcern = "person_of_concern",
        /// Somebody under care whose information is held.
        Patient = "patient",
        /// Somebody a threat is about.
        Target = "target",
        /// Who reported or watches.
        Reporter = "reporter",
        /// Another student who appears in a record.
        OtherStudent = "other_student",
        /// Relative or guardian of the person of concern.
        Family = "family",
        /// Anybody else.
        Other = "other",
    }
}

/// A person as one case knows them. Local only: there is no identifier that two nodes share.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identifier.
    pub id: PersonId,
    /// The case.
    pub case: CaseId,
    /// What they are to it.
    pub roles: Vec<PersonRole>,
    /// Names they are known by; the first is printed (content).
    pub names: Vec<String>,
    /// Date of birth (content). Ages are derived from it on the day of the decision.
    #[serde(default)]
    pub date_of_birth: Option<Date>,
    /// A student of a school or college.
    #[serde(default)]
    pub is_student: Option<bool>,
    /// Attends an institution of postsecondary education (34 CFR 99.3 "eligible student").
    #[serde(default)]
    pub attends_postsecondary: Option<bool>,
    /// Is or was under this agency's health care; the role `patient` says so too.
    #[serde(default)]
    pub is_patient: Option<bool>,
    /// Agreed, or may lawfully agree, alone to this care under state law.
    #[serde(default)]
    pub consented_to_own_care: Option<bool>,
    /// How law enforcement regards them.
    #[serde(default)]
    pub law_enforcement_status: Option<LawEnforcementStatus>,
    /// State whose law governs, where it matters.
    #[serde(default)]
    pub state: Option<UsState>,
}
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

//! Agencies and people outside them: who discloses, who receives, under which written terms.

use super::words::{DutyLogic, Profession, Purpose, Sector, UsState};
use super::{Row, words::words};
use crate::id::{AgencyId, AgreementId, CaseId, ContactId, PersonId, StaffId};
use crate::time::UtcTime;
use serde::{Deserialize, Serialize};

words! {
    /// Place in the community's threat assessment arrangement (vocabulary: `recipient.team_role`). Decides no law; it chooses a column.
    TeamRole {
        /// Standing member of a threat assessment team.
        Core = "core",
        /// Agency called in case by case.
        Affiliate = "affiliate",
        /// Community or faith partner without official function.
        CommunityPartner = "community_partner",
        /// Coordinates the network and handles no cases itself.
        Coordinator = "coordinator",
        /// No place in it.
        None = "none",
    }
}

words! {
    /// Written contract between two agencies, as a law names it.
    AgreementKind {
        /// Participation terms of the network: purposes, rows, obligations.
        Participation = "participation",
        /// 45 CFR 164.504(e).
        BusinessAssociate = "business_associate_agreement",
        /// 45 CFR 164.514(e)(4).
        DataUse = "data_use_agreement",
        /// 42 CFR 2.11.
        QualifiedServiceOrganization = "qualified_service_organization_agreement",
    }
}

/// What an agency is under the law, as its own officer signed it. `None`: nobody has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capacities {
    /// HIPAA covered entity or business associate (45 CFR 160.103).
    pub hipaa_covered: Option<bool>,
    /// Receives funds of the US Department of Education (34 CFR 99.1).
    pub ferpa_covered: Option<bool>,
    /// Federally assisted substance use disorder program (42 CFR 2.11).
    pub part2_program: Option<bool>,
    /// Operates a criminal intelligence system (28 CFR 23.3).
    pub cfr23_system: Option<bool>,
    /// Named by the state to report to the firearm background check system (45 CFR 164.512(k)(7)).
    pub state_designated_nics_reporter: Option<bool>,
    /// A team set up under the state's threat assessment statute.
    pub statutory_threat_assessment_team: Option<bool>,
    /// Victim-service provider under VAWA, VOCA or FVPSA.
    pub victim_service: Option<bool>,
    /// Operates its criminal intelligence system for agencies of different governments (28 CFR 23.3(b)(2)).
    pub interjurisdictional_project: Option<bool>,
    /// Holds what it holds as business associate of another, under contract (45 CFR 160.103).
    pub business_associate: Option<bool>,
    /// Profession in which the agency as such would warn, where the member who asks has none on record.
    pub profession: Option<Profession>,
}

/// This node's own agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Short name in the roster.
    pub id: AgencyId,
    /// Full name for people.
    pub name: String,
    /// What kind of body it is.
    pub sector: Sector,
    /// State whose law governs it.
    pub state: Option<UsState>,
    /// What it is under the law.
    pub capacities: Capacities,
    /// Officer who signed the capacities.
    pub signed_by: Option<StaffId>,
    /// When they were signed.
    pub signed_at: Option<UtcTime>,
    /// Telephone answered at any hour, printed where a machine cannot help.
    pub telephone: String,
}

/// Another agency as the roster and this agency's own officer know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Short name in the roster.
    pub id: AgencyId,
    /// Full name for people.
    pub name: String,
    /// What kind of body it is, as the roster says.
    pub sector: Sector,
    /// Its place in the arrangement, as the roster says.
    pub team_role: TeamRole,
    /// Capacities it claims. Where it and our officer differ, the stricter wins.
    #[serde(default)]
    pub capacities: Capacities,
    /// What this agency's own officer found when the agreement was countersigned; a claim alone proves nothing.
    #[serde(default)]
    pub confirmed: Option<Confirmed>,
    /// Date until which its staff's training is current, as its officer stated in the agreement.
    #[serde(default)]
    pub training_current_until: Option<UtcTime>,
}

/// What this agency's own officer found about another agency, to set beside what the roster says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// What kind of body it is.
    pub sector: Sector,
    /// What it is under the law.
    pub capacities: Capacities,
    /// Officer of this agency.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
}

/// Somebody outside any node: a parent, a target, an employer, a police desk reached by telephone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Identifier.
    pub id: ContactId,
    /// Case in which they may be told something.
    pub case: CaseId,
    /// Which kind of body or person.
    pub sector: Sector,
    /// Place in the arrangement.
    #[serde(default = "no_role")]
    pub team_role: TeamRole,
    /// The person record of the same human, where they are one of the case's people.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// Whose parent, relative or representative they are; `None`: the person of concern's.
    #[serde(default)]
    pub of: Option<PersonId>,
    /// Capacities where the contact is a body known to have them.
    #[serde(default)]
    pub capacities: Capacities,
    /// Name (content).
    pub name: String,
}
fn no_role() -> TeamRole {
    TeamRole::None
}
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Who would receive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipient {
    /// Another agency's node.
    Node(Peer),
    /// Someone reached outside the node: telephone, paper, meeting.
    Contact(Contact),
    /// A member of this agency's own core team, working in this node.
    OwnTeam,
}

/// Written terms between this agency and another, in force once our officer has countersigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Identifier.
    pub id: AgreementId,
    /// The other agency.
    pub with: AgencyId,
    /// What the contract is, as a law names it; participation terms may be one of several.
    pub kinds: Vec<AgreementKind>,
    /// Purposes it covers.
    pub purposes: Vec<Purpose>,
    /// Rows of the matrix it covers; empty: every row.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// First moment of its term.
    pub from: UtcTime,
    /// Last moment of its term. There is no agreement without an end (guardrail G22).
    pub until: UtcTime,
    /// Officer of this agency who countersigned.
    pub countersigned_by: Option<StaffId>,
    /// When.
    pub countersigned_at: Option<UtcTime>,
    /// When it was ended before its term.
    #[serde(default)]
    pub ended_at: Option<UtcTime>,
}
impl Agreement {
    /// Whether the agreement is countersigned and within its term at `now`.
    pub fn in_force(&self, now: UtcTime) -> bool {
        self.countersigned_at.is_some_and(|t| t <= now)
            && self.countersigned_by.is_some()
            && self.from <= now
            && now < self.until
            && self.ended_at.is_none_or(|t| now < t)
    }
}

/// A state's duty-to-warn row as this agency's counsel confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRow {
    /// The jurisdiction.
    pub state: UsState,
    /// What its law asks.
    pub logic: DutyLogic,
    /// Closed list of recipients the law allows (`medical_personnel`, `law_enforcement`); empty: no closed list.
    #[serde(default)]
    pub closed_recipients: Vec<Sector>,
    /// Counsel who confirmed it.
    pub confirmed_by: StaffId,
    /// When.
    pub confirmed_at: UtcTime,
    /// When the confirmation ends.
    pub until: UtcTime,
    /// Version of the table's row that counsel read.
    pub row: String,
    /// The law that counsel relies on where the answer is not the row's own.
    #[serde(default)]
    pub authority: String,
}

//! Which column of the matrix a recipient is: a total function of what it is, its role, the purpose, and what it is
//! to the person the item is about. No class means that nothing goes.
//!
//! Called by `door`. Decides no law and reads no content. Absent on purpose: any way to name a class by hand.

use crate::record::words::words;
use crate::record::{Purpose, Recipient, Sector, TeamRole};

words! {
    /// A column of the matrix.
    Class {
        /// This agency's own core team.
        Cor = "COR",
        /// Another organisation's core team.
        Per = "PER",
        /// Affiliate invited to this case.
        Aff = "AFF",
        /// Clinician or clinic receiving a referral.
        Prv = "PRV",
        /// Community, faith, social-service, housing or job partner.
        Cbo = "CBO",
        /// Law enforcement, whatever its role on a team.
        Le = "LE",
        /// Target of a threat, or victim.
        Tgt = "TGT",
        /// Parent or guardian of a minor.
        Par = "PAR",
        /// Regional coordinator: counts only.
        Crd = "CRD",
        /// The person, or their representative, using a right.
        Sub = "SUB",
        /// Court, prosecutor, defense, probation, parole, corrections.
        Crt = "CRT",
        /// Child or adult protective services and health authorities.
        Aut = "AUT",
        /// Family or friend involved in care.
        Fam = "FAM",
    }
}

impl Class {
    /// How many columns there are.
    pub const COUNT: usize = Self::ALL.len();
    /// Its place in the matrix, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }
}

words! {
    /// What a recipient outside any node is to the person an item is about.
    Relation {
        /// The same human.
        Themself = "themself",
        /// Has authority under law to decide for that person.
        Representative = "representative",
        /// Parent or guardian of a person known to be a minor.
        ParentOfMinor = "parent_of_minor",
        /// A person of the case whom the threat is about.
        Target = "target",
        /// Anything else, or not known.
        Other = "other",
    }
}

/// What the class depends on about the party that would receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// A member of this agency's own core team, in this node.
    OwnTeam,
    /// Another agency's node.
    Node(Sector, TeamRole),
    /// Someone outside any node, and what they are to the person concerned.
    Contact(Sector, TeamRole, Relation),
}

impl Party {
    /// The party that this recipient is, to a person to whom it has this relation.
    /// `None` where the roster and this agency's own officer disagree about what kind of body it is.
    pub fn of(recipient: &Recipient, relation: Relation) -> Option<Self> {
        match recipient {
            Recipient::OwnTeam => Some(Self::OwnTeam),
            Recipient::Node(peer) => match &peer.confirmed {
                Some(found) if found.sector != peer.sector => None,
                _ => Some(Self::Node(peer.sector, peer.team_role)),
            },
            Recipient::Contact(contact) => Some(Self::Contact(contact.sector, contact.team_role, relation)),
        }
    }
}

/// The column for this party and purpose, or `None`: no column, nothing goes.
pub fn class(party: Party, purpose: Purpose) -> Option<Class> {
    let (sector, role) = match party {
        Party::OwnTeam => return Some(Class::Cor),
        Party::Node(sector, role) => (sector, role),
        Party::Contact(sector, role, relation) => {
            match person_class(sector, relation, purpose) {
                Column::Is(class) => return class,
                Column::ByBody => {}
            }
            (sector, role)
        }
    };
    // a person's own right is the person's, or their representative's: no body has it
    if is_no_purpose_of_ours(purpose) || purpose == Purpose::PersonalAccess {
        return None;
    }
    body_class(sector, role, purpose)
}

enum Column {
    Is(Option<Class>),
    ByBody,
}

/// People have classes of their own; bodies that happen to be outside any node are classed as bodies.
fn person_class(sector: Sector, relation: Relation, purpose: Purpose) -> Column {
    use Relation as R;
    let uses_a_right =
        purpose == Purpose::PersonalAccess && matches!(relation, R::Themself | R::Representative);
    // somebody told about themself; a relative or target told for another reason stays in the column of that reason
    if uses_a_right || (relation == R::Themself && matches!(sector, Sector::GeneralPublic | Sector::Subject))
    {
        return Column::Is(Some(Class::Sub));
    }
    if is_no_purpose_of_ours(purpose) {
        return Column::Is(None);
    }
    let safety = matches!(
        purpose,
        Purpose::AvertSeriousThreat | Purpose::HealthOrSafetyEmergency | Purpose::VictimNotification
    );
    Column::Is(match (sector, relation) {
        (Sector::TargetOfThreat | Sector::CrimeVictim, _) => Some(Class::Tgt),
        (Sector::Parent | Sector::FamilyOrFriend | Sector::GeneralPublic, R::Target) if safety => {
            Some(Class::Tgt)
        }
        // a parent of an adult, or of somebody whose age nobody knows, is family
        (Sector::Parent, R::ParentOfMinor) => Some(Class::Par),
        (Sector::Parent | Sector::FamilyOrFriend, _) => Some(Class::Fam),
        (Sector::GeneralPublic | Sector::Media | Sector::Subject, _) => None,
        _ => return Column::ByBody,
    })
}

fn body_class(sector: Sector, role: TeamRole, purpose: Purpose) -> Option<Class> {
    use Sector as S;
    let referral =
        matches!(purpose, Purpose::Treatment | Purpose::CareCoordination | Purpose::HealthOrSafetyEmergency);
    match sector {
        // whatever their role on a team: police are police, a court is a court
        S::LawEnforcement | S::IntelligenceProject | S::SchoolLawEnforcementUnit => Some(Class::Le),
        S::Court | S::Prosecutor | S::Attorney | S::ProbationParole | S::Corrections => Some(Class::Crt),
        S::ChildProtectiveServices
        | S::AdultProtectiveServices
        | S::PublicHealthAuthority
        | S::HealthOversightAgency
        | S::HhsSecretary => Some(Class::Aut),
        // nobody here works on cases, and a person has no node
        S::FirearmBackgroundCheckSystem
        | S::HealthPlan
        | S::Coroner
        | S::Subject
        | S::Researcher
        | S::Media
        | S::GeneralPublic
        | S::Parent
        | S::FamilyOrFriend
        | S::TargetOfThreat
        | S::CrimeVictim => None,
        S::Coordinator => Some(Class::Crd),
        _ if role == TeamRole::Coordinator => Some(Class::Crd),
        S::ThreatAssessmentTeam if role == TeamRole::Affiliate => Some(Class::Aff),
        S::ThreatAssessmentTeam => Some(Class::Per),
        S::Hospital
        | S::MentalHealthProvider
        | S::PhysicianPractice
        | S::SudProgram
        | S::UniversityClinic
        | S::Laboratory
        | S::Pharmacy
        | S::NursingHome
        | S::Ems => Some(match role {
            TeamRole::Core if !referral => Class::Per,
            TeamRole::Affiliate if !referral => Class::Aff,
            _ => Class::Prv,
        }),
        S::K12School | S::University => Some(match role {
            TeamRole::Core => Class::Per,
            _ if purpose == Purpose::SchoolTransfer => Class::Per,
            _ => Class::Aff,
        }),
        S::SocialServices => Some(match role {
            TeamRole::Core if !referral => Class::Per,
            TeamRole::Affiliate if !referral => Class::Aff,
            _ => Class::Cbo,
        }),
        S::GovernmentAgency => match role {
            TeamRole::Core => Some(Class::Per),
            TeamRole::Affiliate => Some(Class::Aff),
            TeamRole::CommunityPartner => Some(Class::Cbo),
            _ => None,
        },
        S::Faith | S::CommunityOrg => Some(match role {
            TeamRole::Core | TeamRole::Affiliate if !referral => Class::Aff,
            _ => Class::Cbo,
        }),
        S::Employer => match role {
            TeamRole::Core | TeamRole::Affiliate => Some(Class::Aff),
            TeamRole::CommunityPartner => Some(Class::Cbo),
            _ if purpose == Purpose::AvertSeriousThreat => Some(Class::Aff),
            _ => None,
        },
    }
}

/// Purposes for which this network carries nothing to anybody, whatever the law would allow elsewhere.
const fn is_no_purpose_of_ours(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Directory
            | Purpose::Research
            | Purpose::FirearmBackgroundCheck
            | Purpose::EligibilityOrEmploymentDecision
            | Purpose::PressInquiry
            | Purpose::PersonalDispute
            | Purpose::BurialOrDonation
            | Purpose::MilitaryMission
            | Purpose::BenefitsAdministration
            | Purpose::WorkersCompensation
    )
}

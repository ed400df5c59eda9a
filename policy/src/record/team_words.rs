//! The words of teams: who sits in them, what kind of team it is, what its members are trained in.

use super::words::words;

words! {
    /// What a member of a team brings to it, as the quorum counts it.
    Discipline {
        /// Counseling of students, employees or others.
        Counseling = "counseling",
        /// Teaching.
        Instruction = "instruction",
        /// Running the school, campus or house.
        Administration = "administration",
        /// Police, sheriff, school resource officer.
        LawEnforcement = "law_enforcement",
        /// Mental health care.
        MentalHealth = "mental_health",
        /// Care for substance use disorders.
        SubstanceUse = "substance_use",
        /// Behavior management.
        Behavior = "behavior",
        /// Special education and disability.
        SpecialEducation = "special_education",
        /// School or workplace safety.
        Safety = "safety",
        /// Emergency management.
        EmergencyManagement = "emergency_management",
        /// Security of a house or campus.
        Security = "security",
        /// Human resources.
        HumanResources = "human_resources",
        /// Legal counsel of the agency.
        Legal = "legal",
        /// Risk management.
        Risk = "risk",
        /// Front-line supervision.
        Supervision = "supervision",
        /// Social work and social services.
        SocialServices = "social_services",
        /// Medicine and nursing.
        Medical = "medical",
        /// Fire service.
        Fire = "fire",
        /// Emergency medical service.
        Ems = "ems",
        /// Education as a field, where teams of a community name it so.
        Education = "education",
        /// Faith community.
        Faith = "faith",
        /// Prosecution: never in a deliberation.
        Prosecution = "prosecution",
        /// Defense: never in a deliberation.
        Defense = "defense",
        /// Community organizations and advocates.
        Community = "community",
        /// Another field.
        Other = "other",
    }
}

impl Discipline {
    /// Whether it is a party's side in court: never in a deliberation (the first source's examples).
    pub const fn is_party(self) -> bool {
        matches!(self, Self::Prosecution | Self::Defense)
    }
    /// Whether it is one of those that support a person: clinical, counseling or social. A quorum has at least one.
    pub const fn is_support(self) -> bool {
        matches!(
            self,
            Self::Counseling | Self::MentalHealth | Self::SubstanceUse | Self::SocialServices | Self::Medical
        )
    }
}

words! {
    /// What a training is about.
    TrainingTopic {
        /// A state's duty to warn.
        DutyToWarn = "duty_to_warn",
        /// A state's duty to protect.
        DutyToProtect = "duty_to_protect",
        /// HIPAA.
        Hipaa = "hipaa",
        /// FERPA.
        Ferpa = "ferpa",
        /// The process of threat assessment and management.
        ThreatAssessmentProcess = "threat_assessment_process",
        /// Awareness of violent extremism.
        ViolentExtremismAwareness = "violent_extremism_awareness",
        /// What bystanders see and how they report.
        BystanderReporting = "bystander_reporting",
        /// Privacy, civil rights and civil liberties.
        PrivacyCivilRightsCivilLiberties = "privacy_civil_rights_civil_liberties",
        /// The model the team works by, such as CSTAG or Florida's own by role.
        ModelSpecific = "model_specific",
        /// Qualification to use an instrument.
        InstrumentQualification = "instrument_qualification",
        /// Certified Threat Manager.
        Ctm = "ctm",
        /// Certified master trainer of the national threat evaluation and reporting program.
        NterMasterTrainer = "nter_master_trainer",
        /// A course of the federal law enforcement training centers.
        FletcCourse = "fletc_course",
        /// Agencies trained together.
        CrossTraining = "cross_training",
        /// 42 CFR Part 2.
        Part2 = "part2",
        /// Disability and special education.
        Disability = "disability",
    }
}

impl TrainingTopic {
    /// The topic for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DutyToWarn => "duty to warn",
            Self::DutyToProtect => "duty to protect",
            Self::Hipaa => "HIPAA",
            Self::Ferpa => "FERPA",
            Self::ThreatAssessmentProcess => "threat assessment process",
            Self::ViolentExtremismAwareness => "violent extremism awareness",
            Self::BystanderReporting => "bystander reporting",
            Self::PrivacyCivilRightsCivilLiberties => "privacy, civil rights and civil liberties",
            Self::ModelSpecific => "model-specific",
            Self::InstrumentQualification => "instrument qualification",
            Self::Ctm => "Certified Threat Manager",
            Self::NterMasterTrainer => "NTER master trainer",
            Self::FletcCourse => "FLETC course",
            Self::CrossTraining => "cross-training",
            Self::Part2 => "42 CFR Part 2",
            Self::Disability => "disability",
        }
    }
}

words! {
    /// What kind of team it is.
    TeamKind {
        /// Of a school or district.
        School = "school",
        /// Of a college or university.
        Campus = "campus",
        /// Of a workplace.
        Workplace = "workplace",
        /// Of a hospital.
        Hospital = "hospital",
        /// Of a community.
        Community = "community",
        /// A unit of a law enforcement agency.
        LawEnforcementUnit = "law_enforcement_unit",
    }
}

words! {
    /// Which table of quorum a team keeps to.
    QuorumSetting {
        /// Virginia's schools.
        VirginiaK12 = "virginia_k12",
        /// Florida's schools.
        FloridaK12 = "florida_k12",
        /// Texas' schools.
        TexasK12 = "texas_k12",
        /// Hospitals.
        Hospital = "hospital",
        /// Teams of a community.
        Community = "community",
        /// The least that any team keeps to.
        Default = "default",
    }
}

#[expect(clippy::derivable_impls, reason = "the words macro writes the enum")]
impl Default for QuorumSetting {
    fn default() -> Self {
        Self::Default
    }
}

words! {
    /// The model whose words a team uses for the level of concern.
    TeamModel {
        /// Comprehensive School Threat Assessment Guidelines.
        Cstag = "cstag",
        /// The guides of the National Threat Assessment Center.
        Ntac = "ntac",
        /// Virginia's.
        Dcjs = "dcjs",
        /// Florida's.
        Florida = "florida",
        /// The National Association for Behavioral Intervention and Threat Assessment's.
        Nabita = "nabita",
        /// The team's own.
        Local = "local",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_is_clinical_counseling_or_social_and_never_police_or_a_court() {
        let support: Vec<&str> =
            Discipline::ALL.iter().filter(|d| d.is_support()).map(|d| d.as_str()).collect();
        assert_eq!(support, ["counseling", "mental_health", "substance_use", "social_services", "medical"]);
    }

    #[test]
    fn every_word_reads_back_and_there_is_no_number_among_them() {
        for word in Discipline::ALL.iter().map(|w| w.as_str()) {
            assert_eq!(Discipline::from_word(word).map(Discipline::as_str), Some(word));
        }
        for word in TrainingTopic::ALL.iter().map(|w| w.as_str()) {
            assert_eq!(TrainingTopic::from_word(word).map(TrainingTopic::as_str), Some(word));
        }
        assert_eq!(Discipline::from_word("police"), None);
        assert_eq!(TrainingTopic::from_word("FERPA"), None, "words are lower-case");
    }
}

//! The fixed words of casework (domain 1.1, 2.2, 2.3), spelled as the staff API and the tables spell them.

use crate::record::words::words;

words! {
    /// Where a case stands (domain 1.1).
    State {
        /// A concern arrived; there is only the report.
        Reported = "reported",
        /// An intake coordinator and one other discipline look at it.
        Triage = "triage",
        /// Not a matter for the team, or plainly innocuous.
        ScreenedOut = "screened_out",
        /// Advice about a situation without identity.
        Consultation = "consultation",
        /// Facts are gathered.
        Inquiry = "inquiry",
        /// The team recorded a level of concern.
        Assessed = "assessed",
        /// A plan is at work.
        Managing = "managing",
        /// Something changed: the level is stale.
        Reassessing = "reassessing",
        /// Another team owns it.
        Transferred = "transferred",
        /// The team proposes to close.
        Retiring = "retiring",
        /// No active management.
        Closed = "closed",
        /// Content destroyed.
        Purged = "purged",
    }
}

impl State {
    /// Whether the team still works on it.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::ScreenedOut | Self::Transferred | Self::Closed | Self::Purged)
    }
}

words! {
    /// The common band of a level of concern (domain 2.2). It orders urgency of work, never people.
    LevelBand {
        /// None, or unfounded.
        None = "none",
        /// Low.
        Low = "low",
        /// Moderate.
        Moderate = "moderate",
        /// High.
        High = "high",
        /// Imminent.
        Imminent = "imminent",
    }
}

words! {
    /// How a report came.
    ReportChannel {
        /// In person.
        InPerson = "in_person",
        /// By telephone.
        Telephone = "telephone",
        /// Through the intake port.
        Intake = "intake",
        /// By letter or e-mail.
        Letter = "letter",
        /// A member of staff saw it.
        Staff = "staff",
        /// From another agency.
        Agency = "agency",
    }
}

words! {
    /// What the reporter lets us know of themselves.
    Anonymity {
        /// Nothing: only a return code.
        Anonymous = "anonymous",
        /// Their name, sealed.
        Confidential = "confidential",
    }
}

words! {
    /// Whether somebody saw it, somebody said it, or we conclude it.
    Basis {
        /// Seen or heard by the one who writes.
        Observed = "observed",
        /// Told by somebody.
        Reported = "reported",
        /// Concluded.
        Inferred = "inferred",
    }
}

words! {
    /// Where an observation comes from (domain 2.3).
    SourceType {
        /// The person themselves.
        OwnAccount = "self",
        /// Somebody who was there.
        DirectWitness = "direct_witness",
        /// Somebody who heard of it.
        SecondHand = "second_hand",
        /// A document.
        Document = "document",
        /// Published online.
        OnlinePublic = "online_public",
        /// A record of an agency.
        Record = "record",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// How direct a source is (the words of the Gravity exchange).
    Directness {
        /// Self-reported.
        SelfReported = "self_reported",
        /// Reported by a related person.
        ReportedByRelatedPerson = "reported_by_related_person",
        /// Observed.
        Observed = "observed",
        /// From administration.
        Administrative = "administrative",
        /// Derived.
        Derived = "derived",
    }
}

words! {
    /// What an observation is of. Only the first two can open an inquiry (guard `behavior_recorded`).
    Nature {
        /// Something done.
        Behavior = "behavior",
        /// Something said, written or shown that threatens or worries.
        Communication = "communication",
        /// A circumstance.
        Circumstance = "circumstance",
        /// A trait, belief, diagnosis or group.
        TraitOrBelief = "trait_or_belief",
        /// Lawful speech.
        LawfulSpeech = "lawful_speech",
    }
}

words! {
    /// Kinds of indicator, at the level of the concept: no checklist, no scoring (domain 2.3).
    IndicatorKind {
        /// Pathway behavior.
        Pathway = "pathway_behavior",
        /// Leakage.
        Leakage = "leakage",
        /// Fixation.
        Fixation = "fixation",
        /// Identification.
        Identification = "identification",
        /// Novel aggression.
        NovelAggression = "novel_aggression",
        /// Energy burst.
        EnergyBurst = "energy_burst",
        /// Last resort.
        LastResort = "last_resort",
        /// Directly communicated threat.
        DirectThreat = "directly_communicated_threat",
        /// Acquisition of means.
        Means = "acquisition_of_means",
        /// Farewell or legacy act.
        Farewell = "farewell_or_legacy_act",
        /// A concerning change.
        ConcerningChange = "concerning_change",
    }
}

words! {
    /// Kind of threat.
    ThreatType {
        /// Direct.
        Direct = "direct",
        /// Indirect.
        Indirect = "indirect",
        /// Veiled.
        Veiled = "veiled",
        /// Conditional.
        Conditional = "conditional",
        /// None was expressed.
        NoneExpressed = "none_expressed",
    }
}

words! {
    /// How it was expressed.
    ThreatMode {
        /// Spoken.
        Spoken = "spoken",
        /// Written.
        Written = "written",
        /// A gesture.
        Gesture = "gesture",
        /// An image.
        Image = "image",
        /// Online, for everybody.
        OnlinePublic = "online_public",
        /// Online, in private.
        OnlinePrivate = "online_private",
        /// Told by a third party.
        ThirdPartyLeak = "third_party_leak",
        /// Behavior only.
        BehaviorOnly = "behavior_only",
    }
}

words! {
    /// Which way a factor works. Both use the same grid.
    Polarity {
        /// Raises concern.
        Enhancing = "risk_enhancing",
        /// Protects.
        Mitigating = "risk_mitigating",
    }
}

words! {
    /// Domains of the first source's table of factors.
    FactorDomain {
        /// Social or environmental.
        SocialEnvironmental = "social_environmental",
        /// Situational.
        Situational = "situational",
        /// Individual.
        Individual = "individual",
    }
}

words! {
    /// The nine categories of the first source's table.
    FactorCategory {
        /// Cultural norms and values (must cite behavior).
        CulturalNorms = "cultural_norms_and_values",
        /// Social integration and cohesion.
        SocialIntegration = "social_integration_and_cohesion",
        /// Media and information influence (must cite behavior).
        MediaInfluence = "media_and_information_influence",
        /// Environmental influences.
        Environmental = "environmental_influences",
        /// Life events and stressors.
        LifeEvents = "life_events_and_stressors",
        /// Mental wellness and psychological state.
        MentalWellness = "mental_wellness_and_psychological_state",
        /// Personality traits and behaviors.
        Personality = "personality_traits_and_behaviors",
        /// History of violence or aggression.
        ViolenceHistory = "history_of_violence_or_aggression",
        /// Social relationships.
        SocialRelationships = "social_relationships",
    }
}

impl FactorCategory {
    /// Its column.
    pub const fn domain(self) -> FactorDomain {
        match self {
            Self::CulturalNorms | Self::SocialIntegration | Self::MediaInfluence => {
                FactorDomain::SocialEnvironmental
            }
            Self::Environmental | Self::LifeEvents => FactorDomain::Situational,
            Self::MentalWellness | Self::Personality | Self::ViolenceHistory | Self::SocialRelationships => {
                FactorDomain::Individual
            }
        }
    }
    /// Whether it invites profiling of belief, so that it must cite behavior and can never stand alone (domain 2.3).
    pub const fn is_hazardous(self) -> bool {
        matches!(self, Self::CulturalNorms | Self::MediaInfluence)
    }
}

words! {
    /// When a precipitating event is.
    Tense {
        /// It happened.
        Past = "past",
        /// It is happening.
        Current = "current",
        /// It may come.
        Anticipated = "anticipated",
    }
}

words! {
    /// Kinds of precipitating event (domain 2.3).
    EventKind {
        /// Loss.
        Loss = "loss",
        /// Humiliation.
        Humiliation = "humiliation",
        /// Discipline or termination.
        Discipline = "discipline_or_termination",
        /// Eviction or money.
        Eviction = "eviction_or_financial",
        /// Law or court.
        Legal = "legal_or_court",
        /// Relationship.
        Relationship = "relationship",
        /// Health.
        Health = "health",
        /// Anniversary or public event.
        Anniversary = "anniversary_or_public_event",
        /// Release or return.
        Release = "release_or_return",
        /// Denial of service.
        DenialOfService = "denial_of_service",
        /// Another.
        Other = "other",
    }
}

words! {
    /// At whom or what an intervention works (Virginia's chapters).
    Orientation {
        /// The person of concern.
        Subject = "subject",
        /// The target.
        Target = "target",
        /// Surroundings and systems.
        Environment = "environment_system",
        /// A precipitating event.
        Event = "precipitating_event",
    }
}

words! {
    /// Public-health tier.
    PlanTier {
        /// Conditions of life.
        Primordial = "primordial",
        /// Before any concern.
        Primary = "primary",
        /// At first signs.
        Secondary = "secondary",
        /// After harm.
        Tertiary = "tertiary",
    }
}

words! {
    /// Kinds of intervention (the second source, and the first one's two examples).
    Intervention {
        /// Conflict resolution.
        ConflictResolution = "conflict_resolution",
        /// Empathy training.
        EmpathyTraining = "empathy_training",
        /// Alternative solutions.
        AlternativeSolutions = "alternative_solutions",
        /// A way to bring a grievance.
        GrievanceProcess = "grievance_process",
        /// Needs assessment.
        NeedsAssessment = "needs_assessment",
        /// Support and education of the family.
        FamilySupport = "family_support_education",
        /// Mentoring.
        Mentoring = "mentoring",
        /// A way to treatment.
        TreatmentLink = "treatment_link",
        /// Social support.
        SocialSupport = "social_support",
        /// Skills or work.
        SkillsJob = "skills_job",
        /// Safety planning.
        SafetyPlanning = "safety_planning",
        /// Safety of means.
        MeansSafety = "means_safety",
        /// Setting boundaries.
        BoundarySetting = "boundary_setting",
        /// Checking in.
        MonitoringCheckIn = "monitoring_checkin",
        /// A change of the surroundings.
        EnvironmentalChange = "environmental_change",
        /// Treatment under a court's supervision.
        CourtSupervisedTreatment = "court_supervised_treatment",
        /// Diversion or plea.
        DiversionPlea = "diversion_plea",
        /// Protective order.
        ProtectiveOrder = "protective_order",
        /// Exclusion: flagged, never without the question of disability.
        Exclusion = "exclusion",
    }
}

impl Intervention {
    /// Whether it supports, so that a plan which has it is more than a restriction (guardrail G19).
    pub const fn is_supportive(self) -> bool {
        matches!(
            self,
            Self::ConflictResolution
                | Self::EmpathyTraining
                | Self::AlternativeSolutions
                | Self::GrievanceProcess
                | Self::FamilySupport
                | Self::Mentoring
                | Self::TreatmentLink
                | Self::SocialSupport
                | Self::SkillsJob
                | Self::CourtSupervisedTreatment
                | Self::SafetyPlanning
        )
    }
    /// Whether it restricts.
    pub const fn is_restrictive(self) -> bool {
        matches!(self, Self::BoundarySetting | Self::ProtectiveOrder | Self::Exclusion)
    }
}

words! {
    /// How a task stands.
    TaskState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// Not to be done any more.
        Dropped = "dropped",
    }
}

words! {
    /// Why a report was screened out.
    ScreenReason {
        /// Not a matter of threat or concerning behavior.
        NotBtam = "not_a_btam_matter",
        /// Plainly innocuous.
        Innocuous = "plainly_innocuous",
        /// Nothing to act on.
        TooThin = "nothing_to_act_on",
        /// Known already, in another case.
        Duplicate = "duplicate",
        /// Belongs to somebody else.
        OtherService = "belongs_elsewhere",
    }
}

words! {
    /// What a threat is against (domain 2.3).
    TargetKind {
        /// A person, by name.
        NamedPerson = "named_person",
        /// Whoever holds an office.
        Role = "role",
        /// A group.
        Group = "group",
        /// A place.
        Place = "place",
        /// Not said.
        Unspecified = "unspecified",
    }
}

words! {
    /// Why police are told (domain 1.5). Each needs a written fact.
    PoliceReason {
        /// Danger is imminent.
        Imminent = "imminent",
        /// A weapon or other means.
        WeaponOrMeans = "weapon_or_means",
        /// The target reports a crime.
        CrimeReportedByTarget = "crime_reported_by_target",
        /// A mandated report.
        MandatedReport = "mandated_report",
        /// A court's order.
        CourtOrder = "court_order",
        /// The team's own threshold is met.
        ThresholdMet = "threshold_met",
    }
}

words! {
    /// What became of a request for correction.
    CorrectionDecision {
        /// Accepted.
        Accepted = "accepted",
        /// Accepted in part.
        Partly = "partly",
        /// Not accepted: the person may attach a disagreement.
        Denied = "denied",
    }
}

words! {
    /// How a case ended, without judging anybody.
    Outcome {
        /// Connected to support, and that carries on.
        ConnectedToSupport = "connected_to_support",
        /// The situation changed.
        SituationChanged = "situation_changed",
        /// No management was needed.
        NoManagementNeeded = "no_management_needed",
        /// A charge was reduced and treatment supervised.
        PleaAndSupervisedTreatment = "plea_and_supervised_treatment",
        /// A court ordered treatment.
        CourtOrderedTreatment = "court_ordered_treatment",
        /// The person moved away.
        MovedAway = "moved_away",
        /// Another end.
        Other = "other",
    }
}

words! {
    /// What an emergency's review found.
    ReviewResult {
        /// It was one, and was kept small.
        Justified = "justified",
        /// It was one, and more was told than needed.
        TooWide = "too_wide",
        /// It was none.
        NotJustified = "not_justified",
    }
}

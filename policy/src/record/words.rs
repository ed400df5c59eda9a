//! The field's fixed words: enums whose spelling is the scenario vocabulary's, so that a record and a
//! scenario say the same thing with the same word.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }
        impl $name {
            /// Every value, in the vocabulary's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The vocabulary's spelling.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),* } }
            /// The value with this spelling, if there is one.
            pub fn from_word(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)* _ => None } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}
pub(crate) use words;

words! {
    /// Profession of a member of staff, or of an agency as such (vocabulary: `discloser.profession`).
    Profession {
        /// Psychiatrist.
        Psychiatrist = "psychiatrist",
        /// Psychologist.
        Psychologist = "psychologist",
        /// Licensed counselor.
        LicensedCounselor = "licensed_counselor",
        /// Social worker.
        SocialWorker = "social_worker",
        /// Marriage and family therapist.
        Mft = "mft",
        /// Physician.
        Physician = "physician",
        /// Nurse.
        Nurse = "nurse",
        /// Mental health facility as such.
        MentalHealthFacility = "mental_health_facility",
        /// Another profession, or none.
        Other = "other",
    }
}

words! {
    /// What kind of body or person holds or receives an item.
    Sector {
        /// General or psychiatric hospital.
        Hospital = "hospital",
        /// Clinic or practitioner of mental health care.
        MentalHealthProvider = "mental_health_provider",
        /// Other medical practice.
        PhysicianPractice = "physician_practice",
        /// Substance use disorder program.
        SudProgram = "sud_program",
        /// Clinical or testing laboratory.
        Laboratory = "laboratory",
        /// Ambulance or paramedics.
        Ems = "ems",
        /// Elementary or secondary school or its district.
        K12School = "k12_school",
        /// College or university, or its staff.
        University = "university",
        /// Health or counseling service run by a college or university.
        UniversityClinic = "university_clinic",
        /// Police or security unit of a school or college.
        SchoolLawEnforcementUnit = "school_law_enforcement_unit",
        /// Multidisciplinary threat assessment team as such.
        ThreatAssessmentTeam = "threat_assessment_team",
        /// Police, sheriff or other law enforcement agency or officer.
        LawEnforcement = "law_enforcement",
        /// Operator of a criminal intelligence system.
        IntelligenceProject = "intelligence_project",
        /// Prosecuting office.
        Prosecutor = "prosecutor",
        /// Probation or parole office, juvenile included.
        ProbationParole = "probation_parole",
        /// Jail or prison.
        Corrections = "corrections",
        /// Court or judge.
        Court = "court",
        /// Lawyer for a party.
        Attorney = "attorney",
        /// Public or private social service agency.
        SocialServices = "social_services",
        /// Child welfare authority.
        ChildProtectiveServices = "child_protective_services",
        /// Authority for abused or neglected adults.
        AdultProtectiveServices = "adult_protective_services",
        /// Health department.
        PublicHealthAuthority = "public_health_authority",
        /// Other government body.
        GovernmentAgency = "government_agency",
        /// National Instant Criminal Background Check System.
        FirearmBackgroundCheckSystem = "firearm_background_check_system",
        /// Clergy or faith community.
        Faith = "faith",
        /// Other community organization, charity or private business.
        CommunityOrg = "community_org",
        /// The subject's present or future employer.
        Employer = "employer",
        /// Regional coordination office of the information-sharing network.
        Coordinator = "coordinator",
        /// Research body.
        Researcher = "researcher",
        /// Press or broadcaster.
        Media = "media",
        /// Any other person.
        GeneralPublic = "general_public",
        /// The subject's parent or guardian.
        Parent = "parent",
        /// Other relative, partner, roommate or friend.
        FamilyOrFriend = "family_or_friend",
        /// Person whom the subject threatens.
        TargetOfThreat = "target_of_threat",
        /// (alleged) victim of the subject's act.
        CrimeVictim = "crime_victim",
        /// The person whom the record is about.
        Subject = "subject",
        /// Pharmacy.
        Pharmacy = "pharmacy",
        /// Nursing home or other residential care.
        NursingHome = "nursing_home",
        /// Health insurer or health benefit program.
        HealthPlan = "health_plan",
        /// Agency that oversees the health care system or health benefits.
        HealthOversightAgency = "health_oversight_agency",
        /// Secretary of Health and Human Services.
        HhsSecretary = "hhs_secretary",
        /// Coroner or medical examiner.
        Coroner = "coroner",
    }
}

words! {
    /// Class of an item as its holder has it.
    RecordKind {
        /// Individually identifiable health information outside the special kinds below.
        Phi = "phi",
        /// Session notes kept apart from the rest of the record (45 CFR 164.501).
        PsychotherapyNotes = "psychotherapy_notes",
        /// Information from a Part 2 program that identifies a patient.
        SudRecord = "sud_record",
        /// Counseling session notes kept apart (42 CFR 2.11).
        SudCounselingNotes = "sud_counseling_notes",
        /// Directly related to a student and kept by or for the school.
        EducationRecord = "education_record",
        /// Eligible student's treatment record, so far open only to those treating the student.
        FerpaTreatmentRecord = "ferpa_treatment_record",
        /// Made by a school law enforcement unit, for a law enforcement purpose, and kept by it.
        LawEnforcementUnitRecord = "law_enforcement_unit_record",
        /// Item of a type usually not harmful if disclosed, kept by a school.
        DirectoryInformation = "directory_information",
        /// What a person saw or heard and that comes from no record.
        PersonalObservation = "personal_observation",
        /// Entry of a criminal intelligence system.
        CriminalIntelligence = "criminal_intelligence",
        /// Criminal history record information.
        CriminalHistory = "criminal_history",
        /// Stripped so that nobody can be identified, by the standard of the regime.
        Deidentified = "deidentified",
        /// Direct identifiers removed (45 CFR 164.514(e)(2)).
        LimitedDataSet = "limited_data_set",
        /// Of none of these classes, made or collected by a holder that no federal regime binds.
        PlainRecord = "plain_record",
    }
}

words! {
    /// How the holder came to hold an item.
    ObtainedVia {
        /// Made or collected by the discloser.
        Own = "own",
        /// Received from a school as a school official.
        FerpaSchoolOfficial = "ferpa_school_official",
        /// Received from a school in a health or safety emergency.
        FerpaEmergency = "ferpa_emergency",
        /// Received from a Part 2 program under a consent for treatment, payment and operations.
        Part2TpoConsent = "part2_tpo_consent",
        /// Received from a criminal intelligence project.
        Cfr23Dissemination = "cfr23_dissemination",
        /// Received under a state threat assessment team statute.
        ThreatTeamStatute = "threat_team_statute",
        /// Received from a Part 2 program under another consent, with the notice of 42 CFR 2.32.
        Part2Consent = "part2_consent",
        /// Received from a Part 2 program under a consent of 42 CFR 2.35.
        Part2JusticeConsent = "part2_justice_consent",
        /// Received from a Part 2 program in a medical emergency.
        Part2Emergency = "part2_emergency",
        /// Received from a Part 2 program for audit or evaluation.
        Part2Audit = "part2_audit",
    }
}

words! {
    /// What an item contains, in the law's terms.
    Element {
        /// Name, address, date and place of birth, description, last known whereabouts.
        IdentityAndLocation = "identity_and_location",
        /// Social security number.
        SocialSecurityNumber = "social_security_number",
        /// General condition in plain words.
        GeneralCondition = "general_condition",
        /// Date and time of treatment, admission or discharge.
        AdmissionAndDischargeDates = "admission_and_discharge_dates",
        /// Presence, room and general condition as listed for callers.
        FacilityDirectoryEntry = "facility_directory_entry",
        /// Religion.
        ReligiousAffiliation = "religious_affiliation",
        /// That the person is a patient of the program.
        PatientStatus = "patient_status",
        /// Diagnosis, medicines, course or attendance of treatment.
        DiagnosisOrTreatment = "diagnosis_or_treatment",
        /// Health facts in a school's file.
        HealthInformation = "health_information",
        /// School counselor's file.
        CounselingNotes = "counseling_notes",
        /// Grades, attendance, enrollment.
        AcademicHistory = "academic_history",
        /// Discipline records.
        DisciplinaryHistory = "disciplinary_history",
        /// Name, violation and sanction only.
        DisciplinaryFinalResults = "disciplinary_final_results",
        /// What the subject said or wrote about a threat or crime.
        StatementOfThreatOrCrime = "statement_of_threat_or_crime",
        /// What happened in an incident.
        IncidentCircumstances = "incident_circumstances",
        /// DNA, dental or tissue data.
        DnaDentalOrTissue = "dna_dental_or_tissue",
        /// Arrests, charges, dispositions.
        CriminalHistoryEntries = "criminal_history_entries",
        /// An assessment or conclusion without the underlying entry.
        AssessmentOnly = "assessment_only",
        /// The whole file, including what the purpose does not need.
        EntireRecord = "entire_record",
        /// ABO blood type and Rh factor.
        BloodType = "blood_type",
        /// Type of injury.
        TypeOfInjury = "type_of_injury",
        /// Date and time of death.
        DateOfDeath = "date_of_death",
        /// Proof of immunization.
        ImmunizationProof = "immunization_proof",
        /// Eligibility for or enrollment in a public benefit program.
        BenefitEligibility = "benefit_eligibility",
    }
}

words! {
    /// Why something would be disclosed.
    Purpose {
        /// Health care by the recipient.
        Treatment = "treatment",
        /// Arranging or managing care and services.
        CareCoordination = "care_coordination",
        /// Quality review and similar operations of the discloser.
        HealthCareOperations = "health_care_operations",
        /// Service that the recipient performs for the discloser.
        ServiceToDiscloser = "service_to_discloser",
        /// Care and safety in custody.
        CustodyCare = "custody_care",
        /// Informing or involving family or friends.
        FamilyInvolvement = "family_involvement",
        /// Subject or representative asks for the record.
        PersonalAccess = "personal_access",
        /// Answering callers, visitors or requests for listed facts.
        Directory = "directory",
        /// Preventing or lessening a danger of violence or self-harm.
        AvertSeriousThreat = "avert_serious_threat",
        /// Meeting another emergency (illness, outbreak, disaster).
        HealthOrSafetyEmergency = "health_or_safety_emergency",
        /// Assessing or managing a possible threat.
        ThreatAssessment = "threat_assessment",
        /// Order and safety at a school or college.
        SchoolSafety = "school_safety",
        /// Enrollment at another school.
        SchoolTransfer = "school_transfer",
        /// Serving a student in the juvenile justice system.
        JuvenileJusticeServices = "juvenile_justice_services",
        /// Telling a victim of an outcome.
        VictimNotification = "victim_notification",
        /// Reporting an offense or incident to law enforcement.
        CrimeReport = "crime_report",
        /// Reporting suspected abuse or neglect.
        AbuseReport = "abuse_report",
        /// Helping a law enforcement inquiry.
        LawEnforcementInvestigation = "law_enforcement_investigation",
        /// Finding, identifying or apprehending somebody.
        LocateOrIdentifyPerson = "locate_or_identify_person",
        /// Use in a court or administrative proceeding.
        LegalProceeding = "legal_proceeding",
        /// Use in a civil, criminal, administrative or legislative proceeding against the subject.
        ProceedingAgainstSubject = "proceeding_against_subject",
        /// Following court-mandated treatment.
        MonitoringOfMandatedTreatment = "monitoring_of_mandated_treatment",
        /// Reporting to the background check system.
        FirearmBackgroundCheck = "firearm_background_check",
        /// Public health surveillance or reporting.
        PublicHealth = "public_health",
        /// Statistics and evaluation of the program.
        EvaluationMetrics = "evaluation_metrics",
        /// Research.
        Research = "research",
        /// Decision on a job, tenancy, place or benefit.
        EligibilityOrEmploymentDecision = "eligibility_or_employment_decision",
        /// Answering the press.
        PressInquiry = "press_inquiry",
        /// Private interest of the person who asks.
        PersonalDispute = "personal_dispute",
        /// Payment for health care.
        Payment = "payment",
        /// Defense of the discloser in an action that the subject brought.
        OwnLegalDefense = "own_legal_defense",
        /// Oversight of the health care system or health benefits.
        HealthOversight = "health_oversight",
        /// Review whether the discloser keeps the HIPAA rules.
        HipaaComplianceReview = "hipaa_compliance_review",
        /// Identifying a dead person, finding the cause of death.
        DeathInvestigation = "death_investigation",
        /// Intelligence and national security work authorized by law.
        NationalSecurity = "national_security",
        /// Protection of the President and others whom federal law protects.
        ProtectiveServices = "protective_services",
        /// Burial, or donation of organs, eyes or tissue.
        BurialOrDonation = "burial_or_donation",
        /// Proper execution of a military mission.
        MilitaryMission = "military_mission",
        /// Running or coordinating public benefit programs.
        BenefitsAdministration = "benefits_administration",
        /// Compensation of workers for injury or illness at work.
        WorkersCompensation = "workers_compensation",
    }
}

words! {
    /// Legal instrument that demands or authorizes a disclosure.
    LegalProcess {
        /// No instrument, at most a letter or call.
        None = "none",
        /// Order of a court or administrative tribunal, or warrant, signed by a judge.
        CourtOrder = "court_order",
        /// Grand jury subpoena.
        GrandJurySubpoena = "grand_jury_subpoena",
        /// Lawful subpoena issued by a clerk or lawyer.
        SubpoenaWithoutJudge = "subpoena_without_judge",
        /// Administrative subpoena, summons or investigative demand.
        AdministrativeRequest = "administrative_request",
        /// Authorizing order under 42 CFR Part 2 Subpart E.
        Part2Order = "part2_order",
        /// Subpoena or summons issued by a judge or other judicial officer.
        JudicialSubpoena = "judicial_subpoena",
        /// Discovery request or other process of a party to a proceeding.
        DiscoveryRequest = "discovery_request",
    }
}

words! {
    /// How law enforcement regards a person.
    LawEnforcementStatus {
        /// Of no particular interest.
        None = "none",
        /// Suspect.
        Suspect = "suspect",
        /// Fugitive.
        Fugitive = "fugitive",
        /// Material witness.
        MaterialWitness = "material_witness",
        /// Reported missing.
        MissingPerson = "missing_person",
        /// Victim or presumed victim of a crime.
        CrimeVictim = "crime_victim",
    }
}

words! {
    /// What a state's duty-to-warn law asks of a provider where its conditions are met.
    DutyLogic {
        /// Provider must warn or protect where the statute's or case law's conditions are met.
        Mandatory = "mandatory",
        /// Provider may, but need not.
        Permissive = "permissive",
        /// State has neither statute nor case law on it.
        None = "none",
    }
}

words! {
    /// State, district or territory whose law governs, by postal code.
    UsState {
        /// `AL`.
        Al = "AL",
        /// `AK`.
        Ak = "AK",
        /// `AZ`.
        Az = "AZ",
        /// `AR`.
        Ar = "AR",
        /// `CA`.
        Ca = "CA",
        /// `CO`.
        Co = "CO",
        /// `CT`.
        Ct = "CT",
        /// `DE`.
        De = "DE",
        /// `DC`.
        Dc = "DC",
        /// `FL`.
        Fl = "FL",
        /// `GA`.
        Ga = "GA",
        /// `HI`.
        Hi = "HI",
        /// `ID`.
        Id = "ID",
        /// `IL`.
        Il = "IL",
        /// `IN`.
        In = "IN",
        /// `IA`.
        Ia = "IA",
        /// `KS`.
        Ks = "KS",
        /// `KY`.
        Ky = "KY",
        /// `LA`.
        La = "LA",
        /// `ME`.
        Me = "ME",
        /// `MD`.
        Md = "MD",
        /// `MA`.
        Ma = "MA",
        /// `MI`.
        Mi = "MI",
        /// `MN`.
        Mn = "MN",
        /// `MS`.
        Ms = "MS",
        /// `MO`.
        Mo = "MO",
        /// `MT`.
        Mt = "MT",
        /// `NE`.
        Ne = "NE",
        /// `NV`.
        Nv = "NV",
        /// `NH`.
        Nh = "NH",
        /// `NJ`.
        Nj = "NJ",
        /// `NM`.
        Nm = "NM",
        /// `NY`.
        Ny = "NY",
        /// `NC`.
        Nc = "NC",
        /// `ND`.
        Nd = "ND",
        /// `OH`.
        Oh = "OH",
        /// `OK`.
        Ok = "OK",
        /// `OR`.
        Or = "OR",
        /// `PA`.
        Pa = "PA",
        /// `PR`.
        Pr = "PR",
        /// `RI`.
        Ri = "RI",
        /// `SC`.
        Sc = "SC",
        /// `SD`.
        Sd = "SD",
        /// `TN`.
        Tn = "TN",
        /// `TX`.
        Tx = "TX",
        /// `UT`.
        Ut = "UT",
        /// `VT`.
        Vt = "VT",
        /// `VA`.
        Va = "VA",
        /// `GU`.
        Gu = "GU",
        /// `WA`.
        Wa = "WA",
        /// `WV`.
        Wv = "WV",
        /// `WI`.
        Wi = "WI",
        /// `WY`.
        Wy = "WY",
    }
}

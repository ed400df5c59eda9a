//! The closed lists of values that enumerated facts can take.
//!
//! One constant a list, in the order of the published vocabulary. A new value is one row here.
//! Lists are bounded by 64 values ([`super::vocabulary`] checks it when it compiles).

use super::vocabulary::{ValueRow, value};

/// Values of `discloser.sector` and `recipient.sector`.
pub(super) const SECTORS: &[ValueRow] = &[
    value("hospital", "general or psychiatric hospital"),
    value("mental_health_provider", "clinic or practitioner of mental health care"),
    value("physician_practice", "other medical practice"),
    value("sud_program", "substance use disorder program"),
    value("laboratory", "clinical or testing laboratory"),
    value("ems", "ambulance or paramedics"),
    value("k12_school", "elementary or secondary school or its district"),
    value("university", "college or university, or its staff"),
    value("university_clinic", "health or counseling service run by a college or university"),
    value("school_law_enforcement_unit", "police or security unit of a school or college"),
    value("threat_assessment_team", "multidisciplinary threat assessment team as such"),
    value("law_enforcement", "police, sheriff or other law enforcement agency or officer"),
    value("intelligence_project", "operator of a criminal intelligence system"),
    value("prosecutor", "prosecuting office"),
    value("probation_parole", "probation or parole office, juvenile included"),
    value("corrections", "jail or prison"),
    value("court", "court or judge"),
    value("attorney", "lawyer for a party"),
    value("social_services", "public or private social service agency"),
    value("child_protective_services", "child welfare authority"),
    value("adult_protective_services", "authority for abused or neglected adults"),
    value("public_health_authority", "health department"),
    value("government_agency", "other government body"),
    value("firearm_background_check_system", "National Instant Criminal Background Check System"),
    value("faith", "clergy or faith community"),
    value("community_org", "other community organization, charity or private business"),
    value("employer", "the subject's present or future employer"),
    value("coordinator", "regional coordination office of the information-sharing network"),
    value("researcher", "research body"),
    value("media", "press or broadcaster"),
    value("general_public", "any other person"),
    value("parent", "the subject's parent or guardian"),
    value("family_or_friend", "other relative, partner, roommate or friend"),
    value("target_of_threat", "person whom the subject threatens"),
    value("crime_victim", "(alleged) victim of the subject's act"),
    // Beyond the published vocabulary.
    value("subject", "the person whom the record is about"),
    value("pharmacy", "pharmacy"),
    value("nursing_home", "nursing home or other residential care"),
    value("health_plan", "health insurer or health benefit program"),
    value("health_oversight_agency", "agency that oversees the health care system or health benefits"),
    value("hhs_secretary", "Secretary of Health and Human Services"),
    value("coroner", "coroner or medical examiner"),
];

/// Values of `discloser.profession`.
pub(super) const PROFESSIONS: &[ValueRow] = &[
    value("psychiatrist", "psychiatrist"),
    value("psychologist", "psychologist"),
    value("licensed_counselor", "licensed counselor"),
    value("social_worker", "social worker"),
    value("mft", "marriage and family therapist"),
    value("physician", "physician"),
    value("nurse", "nurse"),
    value("mental_health_facility", "mental health facility as such"),
    value("other", "another profession, or none"),
];

/// Values of `recipient.team_role`.
pub(super) const RECIPIENT_TEAM_ROLE: &[ValueRow] = &[
    value("core", "standing member of the threat assessment team"),
    value("affiliate", "agency called in case by case"),
    value("community_partner", "community or faith partner without official function"),
    value("coordinator", "coordinates the network and handles no cases itself"),
    value("none", "no place in it"),
];

/// Values of `recipient.written_agreement`.
pub(super) const RECIPIENT_WRITTEN_AGREEMENT: &[ValueRow] = &[
    value("none", "no agreement"),
    value("business_associate_agreement", "45 CFR 164.504(e)"),
    value("data_use_agreement", "45 CFR 164.514(e)(4)"),
    value("qualified_service_organization_agreement", "42 CFR 2.11"),
    value("government_memorandum", "memorandum between government bodies, 45 CFR 164.504(e)(3)(i)"),
];

/// Values of `subject.state`.
pub(super) const SUBJECT_STATE: &[ValueRow] = &[
    value("AL", "Alabama"),
    value("CA", "California"),
    value("NC", "North Carolina"),
    value("ND", "North Dakota"),
    value("TX", "Texas"),
    value("VA", "Virginia"),
    value("AK", "Alaska"),
    value("AR", "Arkansas"),
    value("AZ", "Arizona"),
    value("CO", "Colorado"),
    value("CT", "Connecticut"),
    value("DC", "District of Columbia"),
    value("DE", "Delaware"),
    value("FL", "Florida"),
    value("GA", "Georgia"),
    value("GU", "Guam"),
    value("HI", "Hawaii"),
    value("IA", "Iowa"),
    value("ID", "Idaho"),
    value("IL", "Illinois"),
    value("IN", "Indiana"),
    value("KS", "Kansas"),
    value("KY", "Kentucky"),
    value("LA", "Louisiana"),
    value("MA", "Massachusetts"),
    value("MD", "Maryland"),
    value("ME", "Maine"),
    value("MI", "Michigan"),
    value("MN", "Minnesota"),
    value("MO", "Missouri"),
    value("MS", "Mississippi"),
    value("MT", "Montana"),
    value("NE", "Nebraska"),
    value("NH", "New Hampshire"),
    value("NJ", "New Jersey"),
    value("NM", "New Mexico"),
    value("NV", "Nevada"),
    value("NY", "New York"),
    value("OH", "Ohio"),
    value("OK", "Oklahoma"),
    value("OR", "Oregon"),
    value("PA", "Pennsylvania"),
    value("PR", "Puerto Rico"),
    value("RI", "Rhode Island"),
    value("SC", "South Carolina"),
    value("SD", "South Dakota"),
    value("TN", "Tennessee"),
    value("UT", "Utah"),
    value("VT", "Vermont"),
    value("WA", "Washington"),
    value("WI", "Wisconsin"),
    value("WV", "West Virginia"),
    value("WY", "Wyoming"),
];

/// Values of `subject.law_enforcement_status`.
pub(super) const SUBJECT_LAW_ENFORCEMENT_STATUS: &[ValueRow] = &[
    value("none", "of no particular interest"),
    value("suspect", "suspect"),
    value("fugitive", "fugitive"),
    value("material_witness", "material witness"),
    value("missing_person", "reported missing"),
    value("crime_victim", "victim or presumed victim of a crime"),
];

/// Values of `record.kind`.
pub(super) const RECORD_KIND: &[ValueRow] = &[
    value("phi", "individually identifiable health information outside the special kinds below"),
    value("psychotherapy_notes", "session notes kept apart from the rest of the record (45 CFR 164.501)"),
    value("sud_record", "information from a Part 2 program that identifies a patient"),
    value("sud_counseling_notes", "counseling session notes kept apart (42 CFR 2.11)"),
    value("education_record", "directly related to a student and kept by or for the school"),
    value(
        "ferpa_treatment_record",
        "eligible student's treatment record, so far open only to those treating the student",
    ),
    value(
        "law_enforcement_unit_record",
        "made by a school law enforcement unit, for a law enforcement purpose, and kept by it",
    ),
    value("directory_information", "item of a type usually not harmful if disclosed, kept by a school"),
    value("personal_observation", "what a person saw or heard and that comes from no record"),
    value("criminal_intelligence", "entry of a criminal intelligence system"),
    value("criminal_history", "criminal history record information"),
    value("deidentified", "stripped so that nobody can be identified, by the standard of the regime"),
    value("limited_data_set", "direct identifiers removed (45 CFR 164.514(e)(2))"),
    value(
        "plain_record",
        "of none of these classes, made or collected by a holder that no federal regime binds",
    ),
];

/// Values of `record.obtained_via`.
pub(super) const RECORD_OBTAINED_VIA: &[ValueRow] = &[
    value("own", "made or collected by the discloser"),
    value("ferpa_school_official", "received from a school as a school official"),
    value("ferpa_emergency", "received from a school in a health or safety emergency"),
    value(
        "part2_tpo_consent",
        "received from a Part 2 program under a consent for treatment, payment and operations",
    ),
    value("cfr23_dissemination", "received from a criminal intelligence project"),
    value("threat_team_statute", "received under a state threat assessment team statute"),
    value(
        "part2_consent",
        "received from a Part 2 program under another consent, with the notice of 42 CFR 2.32",
    ),
    value("part2_justice_consent", "received from a Part 2 program under a consent of 42 CFR 2.35"),
    value("part2_emergency", "received from a Part 2 program in a medical emergency"),
    value("part2_audit", "received from a Part 2 program for audit or evaluation"),
];

/// Values of `record.elements`.
pub(super) const RECORD_ELEMENTS: &[ValueRow] = &[
    value(
        "identity_and_location",
        "name, address, date and place of birth, description, last known whereabouts",
    ),
    value("social_security_number", "social security number"),
    value("general_condition", "general condition in plain words"),
    value("admission_and_discharge_dates", "date and time of treatment, admission or discharge"),
    value("facility_directory_entry", "presence, room and general condition as listed for callers"),
    value("religious_affiliation", "religion"),
    value("patient_status", "that the person is a patient of the program"),
    value("diagnosis_or_treatment", "diagnosis, medicines, course or attendance of treatment"),
    value("health_information", "health facts in a school's file"),
    value("counseling_notes", "school counselor's file"),
    value("academic_history", "grades, attendance, enrollment"),
    value("disciplinary_history", "discipline records"),
    value("disciplinary_final_results", "name, violation and sanction only"),
    value("statement_of_threat_or_crime", "what the subject said or wrote about a threat or crime"),
    value("incident_circumstances", "what happened in an incident"),
    value("dna_dental_or_tissue", "DNA, dental or tissue data"),
    value("criminal_history_entries", "arrests, charges, dispositions"),
    value("assessment_only", "an assessment or conclusion without the underlying entry"),
    value("entire_record", "the whole file, including what the purpose does not need"),
    // Beyond the published vocabulary.
    value("blood_type", "ABO blood type and Rh factor"),
    value("type_of_injury", "type of injury"),
    value("date_of_death", "date and time of death"),
    value("immunization_proof", "proof of immunization"),
    value("benefit_eligibility", "eligibility for or enrollment in a public benefit program"),
];

/// Values of `purpose`.
pub(super) const PURPOSE: &[ValueRow] = &[
    value("treatment", "health care by the recipient"),
    value("care_coordination", "arranging or managing care and services"),
    value("health_care_operations", "quality review and similar operations of the discloser"),
    value("service_to_discloser", "service that the recipient performs for the discloser"),
    value("custody_care", "care and safety in custody"),
    value("family_involvement", "informing or involving family or friends"),
    value("personal_access", "subject or representative asks for the record"),
    value("directory", "answering callers, visitors or requests for listed facts"),
    value("avert_serious_threat", "preventing or lessening a danger of violence or self-harm"),
    value("health_or_safety_emergency", "meeting another emergency (illness, outbreak, disaster)"),
    value("threat_assessment", "assessing or managing a possible threat"),
    value("school_safety", "order and safety at a school or college"),
    value("school_transfer", "enrollment at another school"),
    value("juvenile_justice_services", "serving a student in the juvenile justice system"),
    value("victim_notification", "telling a victim of an outcome"),
    value("crime_report", "reporting an offense or incident to law enforcement"),
    value("abuse_report", "reporting suspected abuse or neglect"),
    value("law_enforcement_investigation", "helping a law enforcement inquiry"),
    value("locate_or_identify_person", "finding, identifying or apprehending somebody"),
    value("legal_proceeding", "use in a court or administrative proceeding"),
    value(
        "proceeding_against_subject",
        "use in a civil, criminal, administrative or legislative proceeding against the subject",
    ),
    value("monitoring_of_mandated_treatment", "following court-mandated treatment"),
    value("firearm_background_check", "reporting to the background check system"),
    value("public_health", "public health surveillance or reporting"),
    value("evaluation_metrics", "statistics and evaluation of the program"),
    value("research", "research"),
    value("eligibility_or_employment_decision", "decision on a job, tenancy, place or benefit"),
    value("press_inquiry", "answering the press"),
    value("personal_dispute", "private interest of the person who asks"),
    // Beyond the published vocabulary.
    value("payment", "payment for health care"),
    value("own_legal_defense", "defense of the discloser in an action that the subject brought"),
    value("health_oversight", "oversight of the health care system or health benefits"),
    value("hipaa_compliance_review", "review whether the discloser keeps the HIPAA rules"),
    value("death_investigation", "identifying a dead person, finding the cause of death"),
    value("national_security", "intelligence and national security work authorized by law"),
    value("protective_services", "protection of the President and others whom federal law protects"),
    value("burial_or_donation", "burial, or donation of organs, eyes or tissue"),
    value("military_mission", "proper execution of a military mission"),
    value("benefits_administration", "running or coordinating public benefit programs"),
    value("workers_compensation", "compensation of workers for injury or illness at work"),
];

/// Values of `consent.type`.
pub(super) const CONSENT_TYPE: &[ValueRow] = &[
    value("hipaa_authorization", "authorization under 45 CFR 164.508"),
    value("ferpa_consent", "consent under 34 CFR 99.30"),
    value("part2_consent", "consent under 42 CFR 2.31"),
    value("oral_agreement", "spoken agreement"),
    value("objection", "refusal or request not to share"),
    // Beyond the published vocabulary.
    value("vawa_release", "informed, written, reasonably time-limited release under 34 USC 12291(b)(2)"),
];

/// Values of `consent.given_by`.
pub(super) const CONSENT_GIVEN_BY: &[ValueRow] = &[
    value("subject", "the person whom the record is about"),
    value("parent", "parent or guardian"),
    // Beyond the published vocabulary.
    value("representative", "another who has authority under law to act for the subject, with proof of it"),
];

/// Values of `circumstances.legal_process`.
pub(super) const CIRCUMSTANCES_LEGAL_PROCESS: &[ValueRow] = &[
    value("none", "no instrument, at most a letter or call"),
    value("court_order", "order of a court or administrative tribunal, or warrant, signed by a judge"),
    value("grand_jury_subpoena", "grand jury subpoena"),
    value("subpoena_without_judge", "lawful subpoena issued by a clerk or lawyer"),
    value("administrative_request", "administrative subpoena, summons or investigative demand"),
    value("part2_order", "authorizing order under 42 CFR Part 2 Subpart E"),
    // Beyond the published vocabulary.
    value("judicial_subpoena", "subpoena or summons issued by a judge or other judicial officer"),
    value("discovery_request", "discovery request or other process of a party to a proceeding"),
];

/// Values of `circumstances.duty_to_warn_state`.
pub(super) const CIRCUMSTANCES_DUTY_TO_WARN_STATE: &[ValueRow] = &[
    value("mandatory", "provider must warn or protect where the statute's or case law's conditions are met"),
    value("permissive", "provider may, but need not"),
    value("none", "state has neither statute nor case law on it"),
];

/// Values of `circumstances.state_warning_recipients`.
pub(super) const CIRCUMSTANCES_STATE_WARNING_RECIPIENTS: &[ValueRow] = &[
    value("medical_personnel", "medical personnel"),
    value("law_enforcement", "law enforcement personnel"),
    // Beyond the published vocabulary.
    value("target_of_threat", "the person threatened, or the parent or guardian of a threatened minor"),
    value("family", "the subject's parents, guardian, family or friends"),
    value("government_agency", "a government body that the law names"),
];

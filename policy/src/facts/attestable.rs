//! Which facts a named person may attest, in which roles, and for how long a judgment stands.
//!
//! Used by `from_records` (an attestation outside this table counts for nothing) and by the node, which refuses to record
//! one. Derived facts, such as ages, signed capacities or what a permission covers, are deliberately not here.

use super::vocabulary;
use super::{FactId, Kind};
use std::sync::OnceLock;

/// A fact that somebody may attest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestable {
    /// The fact.
    pub fact: FactId,
    /// Roles that may attest it.
    pub roles: &'static [&'static str],
    /// Hours for which a judgment stands unless it is renewed; none stands longer.
    pub hours: i64,
    /// It is about one person (the subject, or what the recipient is to the subject): where an attestation names nobody,
    /// it speaks of the person of concern alone.
    pub of_person: bool,
}

/// Whoever works on the case and saw, heard or was told it.
const TEAM: &[&str] = &[
    "member",
    "chair",
    "intake",
    "approver",
    "treating_professional",
    "program_director",
    "school_official",
    "law_enforcement_official",
    "privacy_officer",
];
/// Who treats people.
const CLINICAL: &[&str] = &["treating_professional", "program_director"];
/// Who decides for a school.
const SCHOOL: &[&str] = &["school_official", "chair", "privacy_officer"];
/// Who keeps the record or answers for it.
const RECORDS: &[&str] =
    &["records_keeper", "treating_professional", "school_official", "privacy_officer", "chair"];
/// Who answers what the law of a state, an order or a contract says.
const LEGAL: &[&str] = &["counsel", "privacy_officer"];
/// Who may speak for the police.
const POLICE: &[&str] = &["law_enforcement_official", "privacy_officer"];

const HOURS_OF_A_DAY: i64 = 24;
/// Domain 3.6: imminence older than 72 hours lapses to ordinary rules.
const IMMINENT_HOURS: i64 = 72;
const MEDICAL_HOURS: i64 = 24;
const MONTH_HOURS: i64 = 30 * HOURS_OF_A_DAY;
const HALF_YEAR_HOURS: i64 = 182 * HOURS_OF_A_DAY;
const YEAR_HOURS: i64 = 365 * HOURS_OF_A_DAY;

/// Facts that follow from records, and that nobody's word can replace.
const DERIVED: &[&str] = &[
    "recipient.hipaa_covered",
    "recipient.statutory_threat_assessment_team",
    "subject.is_student",
    "subject.is_patient",
    "subject.eligible_student",
    "subject.consented_to_own_care",
    "record.includes_other_students",
    "record.victim_service_information",
    "circumstances.accompanying_subpoena",
    "circumstances.court_forbids_notice",
];

/// Facts about the discloser that are questions about one disclosure, and no capacity of the agency.
const OF_THIS_DISCLOSURE: &[&str] =
    &["discloser.contract_permits_disclosure", "discloser.notice_excludes_disclosure"];

/// Who may attest what, where it is not [`LEGAL`] for a year.
const ROWS: &[(&str, &[&str], i64)] = &[
    ("circumstances.serious_threat", TEAM, MONTH_HOURS),
    ("circumstances.imminent", TEAM, IMMINENT_HOURS),
    ("circumstances.good_faith_belief", TEAM, MONTH_HOURS),
    ("circumstances.credible_third_party_report", TEAM, MONTH_HOURS),
    ("circumstances.identifiable_victim", TEAM, MONTH_HOURS),
    ("circumstances.threat_communicated_to_provider", TEAM, HALF_YEAR_HOURS),
    ("circumstances.articulable_and_significant", TEAM, MONTH_HOURS),
    ("circumstances.emergency_ongoing", TEAM, IMMINENT_HOURS),
    ("circumstances.medical_emergency", TEAM, MEDICAL_HOURS),
    ("circumstances.consent_unobtainable", TEAM, MEDICAL_HOURS),
    ("circumstances.professional_judgment_best_interest", CLINICAL, MONTH_HOURS),
    ("circumstances.opportunity_to_object_given", TEAM, MONTH_HOURS),
    ("circumstances.law_enforcement_request", RECORDS, MONTH_HOURS),
    ("circumstances.crime_on_premises", TEAM, YEAR_HOURS),
    ("circumstances.crime_against_personnel", TEAM, YEAR_HOURS),
    ("circumstances.admitted_violent_crime", CLINICAL, YEAR_HOURS),
    ("circumstances.serious_physical_harm_to_victim", TEAM, YEAR_HOURS),
    ("circumstances.learned_in_therapy_for_that_conduct", CLINICAL, YEAR_HOURS),
    ("circumstances.program_director_found_minor_lacks_capacity", &["program_director"], MONTH_HOURS),
    ("circumstances.team_preliminary_determination", &["chair", "member", "school_official"], MONTH_HOURS),
    ("circumstances.notice_to_parent_or_student_attempted", SCHOOL, MONTH_HOURS),
    ("circumstances.directory_notice_given", SCHOOL, YEAR_HOURS),
    ("circumstances.directory_opt_out", SCHOOL, YEAR_HOURS),
    ("circumstances.disciplined_for_significant_risk_conduct", SCHOOL, YEAR_HOURS),
    ("circumstances.crime_of_violence_alleged", SCHOOL, YEAR_HOURS),
    ("circumstances.alcohol_or_drug_violation_found", SCHOOL, YEAR_HOURS),
    ("circumstances.before_adjudication", RECORDS, MONTH_HOURS),
    ("circumstances.recipient_certified_no_redisclosure", RECORDS, YEAR_HOURS),
    ("recipient.able_to_prevent_threat", TEAM, MONTH_HOURS),
    ("recipient.treats_subject", TEAM, HALF_YEAR_HOURS),
    ("recipient.medical_personnel", TEAM, HALF_YEAR_HOURS),
    ("recipient.involved_in_care", CLINICAL, HALF_YEAR_HOURS),
    ("recipient.coordinates_subject_care", CLINICAL, HALF_YEAR_HOURS),
    ("recipient.personal_representative", RECORDS, HALF_YEAR_HOURS),
    ("recipient.designated_school_official", SCHOOL, YEAR_HOURS),
    ("recipient.legitimate_educational_interest", SCHOOL, HALF_YEAR_HOURS),
    ("recipient.school_of_enrollment_or_transfer", SCHOOL, HALF_YEAR_HOURS),
    ("recipient.has_lawful_custody_of_subject", RECORDS, MONTH_HOURS),
    ("recipient.monitors_mandated_treatment", RECORDS, HALF_YEAR_HOURS),
    ("recipient.need_to_know", POLICE, MONTH_HOURS),
    ("recipient.right_to_know", POLICE, HALF_YEAR_HOURS),
    ("recipient.agrees_to_cfr23_procedures", POLICE, YEAR_HOURS),
    ("recipient.family_member", TEAM, HALF_YEAR_HOURS),
    ("recipient.law_enforcement_official", RECORDS, HALF_YEAR_HOURS),
    ("recipient.source_of_record", RECORDS, HALF_YEAR_HOURS),
    ("circumstances.danger_to_property", TEAM, MONTH_HOURS),
    ("circumstances.inferred_no_objection", CLINICAL, MONTH_HOURS),
    ("circumstances.necessary_to_prevent_serious_harm", CLINICAL, MONTH_HOURS),
    ("circumstances.official_represents_not_against_subject", RECORDS, MONTH_HOURS),
    ("circumstances.official_represents_delay_would_harm", RECORDS, MONTH_HOURS),
    ("circumstances.child_abuse_suspected", TEAM, MONTH_HOURS),
    ("circumstances.learned_in_counseling_or_therapy", CLINICAL, YEAR_HOURS),
    ("circumstances.learned_through_request_for_treatment", CLINICAL, YEAR_HOURS),
    ("circumstances.crime_seen_in_emergency_care", TEAM, MONTH_HOURS),
    ("circumstances.access_may_endanger", CLINICAL, MONTH_HOURS),
    ("circumstances.representative_may_endanger_subject", CLINICAL, HALF_YEAR_HOURS),
    ("circumstances.notice_risks_serious_harm", CLINICAL, MONTH_HOURS),
    ("circumstances.emergency_due_to_abuse_of_subject", CLINICAL, MONTH_HOURS),
    ("circumstances.rules_violation_found", SCHOOL, YEAR_HOURS),
    ("circumstances.professional_ethics_forbid", CLINICAL, MONTH_HOURS),
    ("circumstances.asking_would_hinder_relief", CLINICAL, MEDICAL_HOURS),
    ("circumstances.recipient_states_need", RECORDS, MONTH_HOURS),
    ("circumstances.statement_of_legal_authority", RECORDS, MONTH_HOURS),
    ("circumstances.outside_representation", RECORDS, HALF_YEAR_HOURS),
    ("circumstances.not_asked_by_name", RECORDS, MEDICAL_HOURS),
    ("circumstances.quality_or_fraud_operations", RECORDS, HALF_YEAR_HOURS),
    ("record.amount_in_doubt", RECORDS, MONTH_HOURS),
    ("record.employment_record", RECORDS, YEAR_HOURS),
    ("record.from_own_health_component", RECORDS, YEAR_HOURS),
    ("recipient.official_identity_shown", RECORDS, HALF_YEAR_HOURS),
    ("recipient.executor_of_estate", RECORDS, HALF_YEAR_HOURS),
    ("recipient.had_relationship_with_subject", RECORDS, HALF_YEAR_HOURS),
    ("recipient.exposed_to_disease", CLINICAL, MONTH_HOURS),
    ("recipient.funeral_director", RECORDS, HALF_YEAR_HOURS),
    ("recipient.organ_procurement_organization", RECORDS, HALF_YEAR_HOURS),
    ("subject.unavailable", TEAM, MEDICAL_HOURS),
    ("subject.lacks_capacity", CLINICAL, MEDICAL_HOURS),
    ("subject.escaped_from_custody", TEAM, MONTH_HOURS),
    ("record.omits_sud_identification", RECORDS, HALF_YEAR_HOURS),
    ("record.learned_in_official_determination", RECORDS, YEAR_HOURS),
    ("record.recipient_could_identify", RECORDS, YEAR_HOURS),
    ("record.reasonable_suspicion", POLICE, HALF_YEAR_HOURS),
    ("record.lawfully_collected", POLICE, YEAR_HOURS),
    ("record.within_retention_period", POLICE, HALF_YEAR_HOURS),
    ("record.only_protected_expression", RECORDS, YEAR_HOURS),
];

/// Facts about one person that do not begin with `subject.`.
const OF_PERSON: &[&str] = &[
    "recipient.treats_subject",
    "recipient.involved_in_care",
    "recipient.coordinates_subject_care",
    "recipient.personal_representative",
    "recipient.family_member",
    "recipient.legitimate_educational_interest",
    "recipient.school_of_enrollment_or_transfer",
    "recipient.legally_responsible_for_subject_care",
    "recipient.has_lawful_custody_of_subject",
    "recipient.monitors_mandated_treatment",
    "recipient.source_of_record",
    "circumstances.consent_unobtainable",
    "circumstances.professional_judgment_best_interest",
    "circumstances.opportunity_to_object_given",
    "circumstances.inferred_no_objection",
    "circumstances.admitted_violent_crime",
    "circumstances.program_director_found_minor_lacks_capacity",
    "circumstances.directory_notice_given",
    "circumstances.treatment_is_condition_of_disposition",
    "circumstances.representative_may_endanger_subject",
    "recipient.executor_of_estate",
    "recipient.had_relationship_with_subject",
    "recipient.exposed_to_disease",
    "recipient.military_command_authority",
    "circumstances.court_or_other_consented_to_care",
    "circumstances.outside_representation",
    "circumstances.notice_sent_to_subject",
    "circumstances.time_to_object_passed",
    "circumstances.paid_in_full_restriction",
    "circumstances.subject_told_of_report",
    "circumstances.parent_assented_to_confidentiality",
    "circumstances.state_law_allows_parent_disclosure",
];

/// Every fact that may be attested, in the order of the vocabulary.
///
/// A flag of the vocabulary that no row above names is a question of law: counsel or the privacy officer attests it.
pub fn attestable() -> &'static [Attestable] {
    static TABLE: OnceLock<Vec<Attestable>> = OnceLock::new();
    TABLE.get_or_init(|| {
        vocabulary()
            .facts()
            .filter_map(|fact| {
                let row = fact.row();
                let of_agency = row.path.starts_with("discloser.") && !OF_THIS_DISCLOSURE.contains(&row.path);
                let derived = DERIVED.contains(&row.path) || of_agency;
                if row.kind != Kind::Flag || row.of_permission() || derived {
                    return None;
                }
                let (roles, hours) = ROWS
                    .iter()
                    .find(|(path, ..)| *path == row.path)
                    .map_or((LEGAL, YEAR_HOURS), |(_, roles, hours)| (*roles, *hours));
                let of_person = row.path.starts_with("subject.") || OF_PERSON.contains(&row.path);
                Some(Attestable { fact, roles, hours, of_person })
            })
            .collect()
    })
}

/// The row of one fact, if it may be attested at all.
pub fn attestable_fact(path: &str) -> Option<&'static Attestable> {
    attestable_row(FactId::of(path)?)
}

pub(crate) fn attestable_row(fact: FactId) -> Option<&'static Attestable> {
    let table = attestable();
    table.binary_search_by_key(&fact, |row| row.fact).ok().map(|at| &table[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_a_flag_that_is_not_derived() {
        for path in OF_PERSON {
            assert!(attestable_fact(path).is_some_and(|row| row.of_person), "{path}");
        }
        for (path, roles, hours) in ROWS {
            let row = attestable_fact(path).unwrap_or_else(|| panic!("{path} cannot be attested"));
            assert_eq!((row.roles, row.hours), (*roles, *hours));
        }
    }

    #[test]
    fn what_follows_from_records_is_nobodys_word() {
        for path in DERIVED.iter().chain(&[
            "consent.revoked",
            "discloser.hipaa_covered",
            "subject.age",
            "record.kind",
            "purpose",
        ]) {
            assert!(FactId::of(path).is_some(), "{path}");
            assert_eq!(attestable_fact(path), None, "{path}");
        }
    }
}

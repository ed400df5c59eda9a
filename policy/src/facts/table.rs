//! The facts themselves: one row for each thing the law can ask about.
//!
//! This is the one place to add a fact. A row gives its path, its type, its values and what it means;
//! the parser of clauses, the reader of scenarios and `concord law vocabulary` all follow it. Paths, values and
//! meanings of the published scenario vocabulary are kept exactly.
//!
//! Marks, to be used sparingly:
//! - `.fixed()`: where this is known, nobody's finding, permission or document can change it (who the recipient
//!   is, what kind of record it is), so it is never offered as a way to make a disclosure lawful;
//! - `.judgment()`: a named, qualified person judges it and gives reasons; no count or score can;
//! - `.narrowable()`: the sender can meet the condition by proposing less;
//! - `.false_unless_stated(reason)`: a scenario that does not mention it says that it is not so. Only for adverse
//!   legal facts, and only at the way in: evaluation itself never closes the world.

use super::values::*;
use super::vocabulary::{FactRow, count, flag, list_of, one_of, some_of};

/// Every fact, in the order of the published vocabulary, ours after it within each section.
pub(super) const TABLE: &[FactRow] = &[
    // discloser
    one_of("discloser.sector", SECTORS, "what kind of body or person holds the item and would disclose it").fixed(),
    flag("discloser.hipaa_covered", "a HIPAA covered entity or business associate in respect of this activity").fixed(),
    flag("discloser.ferpa_covered", "receives funds of a program of the US Department of Education, or acts for such a body").fixed(),
    flag("discloser.part2_program", "a federally assisted program (or identified unit) that holds itself out as providing, and provides, substance use disorder care").fixed(),
    flag("discloser.cfr23_system", "operates a criminal intelligence system subject to 28 CFR Part 23").fixed(),
    flag("discloser.state_designated_nics_reporter", "named by the state to report to the firearm background check system, or made the commitment or adjudication").fixed(),
    flag("discloser.interjurisdictional_project", "operates its criminal intelligence system for agencies of different governments").fixed().false_unless_stated("a scenario that does not say so speaks of one agency's own system"),
    // recipient
    one_of("recipient.sector", SECTORS, "what kind of body or person would receive it").fixed(),
    one_of("recipient.team_role", RECIPIENT_TEAM_ROLE, "place in the community's threat assessment arrangement").fixed(),
    flag("recipient.able_to_prevent_threat", "in a position to prevent or lessen the danger or to protect somebody from it, so that knowing helps").fixed().judgment(),
    flag("recipient.treats_subject", "provides health care to the subject now").fixed(),
    flag("recipient.medical_personnel", "a person trained and engaged to give medical care").fixed(),
    flag("recipient.hipaa_covered", "a HIPAA covered entity or business associate").fixed(),
    flag("recipient.involved_in_care", "family, friend or other person involved in the subject's care or its payment").fixed(),
    flag("recipient.coordinates_subject_care", "a third party that manages or arranges services within the subject's care plan"),
    flag("recipient.personal_representative", "has authority under law to make health care (or education record) decisions for the subject").fixed(),
    flag("recipient.designated_school_official", "meets the criteria for school officials in the school's annual notice; for outsiders also: does a job that the school would use employees for, under its direct control as to records"),
    flag("recipient.legitimate_educational_interest", "needs this record to fulfil a professional responsibility for the school (or, at another school, a responsibility for the student's behavior)").judgment(),
    flag("recipient.school_of_enrollment_or_transfer", "a school where the student is enrolled, or seeks or intends to enroll").fixed(),
    flag("recipient.legally_responsible_for_subject_care", "child welfare body with the right to the case plan and legal responsibility for the child's care and protection").fixed(),
    flag("recipient.has_lawful_custody_of_subject", "correctional or law enforcement custody exists now (not parole, probation or release)").fixed(),
    flag("recipient.monitors_mandated_treatment", "justice official whose duty is to monitor the subject's court-mandated treatment").fixed(),
    flag("recipient.need_to_know", "needs the information in the performance of a law enforcement activity").judgment(),
    flag("recipient.right_to_know", "has the official authority to receive criminal intelligence"),
    flag("recipient.agrees_to_cfr23_procedures", "has agreed to handling procedures consistent with 28 CFR Part 23"),
    flag("recipient.statutory_threat_assessment_team", "a team set up under the state's threat assessment statute").fixed(),
    some_of("recipient.written_agreement", RECIPIENT_WRITTEN_AGREEMENT, "contract in force between discloser and recipient"),
    // subject
    count("subject.age", "age in years; null if no single person or not known").fixed(),
    flag("subject.is_student", "a student of a school or college").fixed(),
    flag("subject.eligible_student", "student who is 18 or older or attends a postsecondary institution").fixed(),
    one_of("subject.state", SUBJECT_STATE, "state whose law governs; given only where it matters").fixed(),
    flag("subject.lacks_capacity", "cannot now agree or object (unconscious, acute psychosis, intoxication)").judgment(),
    flag("subject.consented_to_own_care", "minor who lawfully agreed (or may lawfully agree) alone to this care under state law").fixed(),
    one_of("subject.law_enforcement_status", SUBJECT_LAW_ENFORCEMENT_STATUS, "how law enforcement regards the subject").fixed(),
    flag("subject.escaped_from_custody", "appears from the circumstances to have escaped from lawful custody").fixed(),
    flag("subject.federal_mental_health_prohibitor", "subject to the federal mental health firearm prohibitor, 18 U.S.C. 922(g)(4)").fixed(),
    flag("subject.tax_dependent_of_recipient", "dependent of the recipient for federal income tax").fixed(),
    // record
    one_of("record.kind", RECORD_KIND, "class of the item as the holder has it").fixed(),
    one_of("record.obtained_via", RECORD_OBTAINED_VIA, "how the discloser came to hold it").fixed(),
    list_of("record.elements", RECORD_ELEMENTS, "what the item as proposed contains").narrowable(),
    flag("record.omits_sud_identification", "as proposed, nothing in it or in who sends it shows that anybody is a substance use disorder patient"),
    flag("record.learned_in_official_determination", "known to the speaker because of an official decision of his own that is kept in an education record").fixed(),
    flag("record.reasonable_suspicion", "entry rests on reasonable suspicion of involvement in criminal activity").judgment(),
    flag("record.lawfully_collected", "not obtained in violation of law").fixed(),
    flag("record.within_retention_period", "validated within the retention period (at most five years)"),
    flag("record.only_protected_expression", "concerns only political, religious or social views, association or activities without direct link to criminal conduct").fixed(),
    flag("record.suspicion_established_by_project", "the project examined the facts behind the suspicion, or delegated that to a trained agency which it inspects and audits"),
    // purpose
    one_of("purpose", PURPOSE, "why it would be disclosed").fixed(),
    // consent
    one_of("consent.type", CONSENT_TYPE, "form of the subject's (or parent's) expression of will"),
    one_of("consent.given_by", CONSENT_GIVEN_BY, "who gave it"),
    flag("consent.signed", "in writing, signed and dated by that person"),
    flag("consent.expired", "its expiration date or event has passed"),
    flag("consent.revoked", "withdrawn, and the discloser knows"),
    flag("consent.names_recipient", "names the recipient or a class that the recipient belongs to (for an objection: is directed at this recipient)"),
    flag("consent.covers_record", "describes this information (for an objection: is directed at it)"),
    flag("consent.covers_purpose", "covers this purpose"),
    flag("consent.stands_alone", "concerns this kind of record or use only, not combined with another permission"),
    flag("consent.tpo_all_future", "single Part 2 consent for all future treatment, payment and health care operations"),
    // circumstances
    flag("circumstances.serious_threat", "danger to health or safety of a person or the public that is serious in the discloser's judgment").judgment(),
    flag("circumstances.imminent", "the danger is near in time").judgment(),
    flag("circumstances.good_faith_belief", "discloser honestly believes what it relies on (that disclosure is needed; or that the record shows a crime)").judgment(),
    flag("circumstances.credible_third_party_report", "belief rests on a credible account by somebody with apparent knowledge").judgment(),
    flag("circumstances.identifiable_victim", "threat is against an identified or reasonably identifiable person or persons").judgment(),
    flag("circumstances.threat_communicated_to_provider", "patient (or close family for the therapy) told the provider of the threat"),
    flag("circumstances.articulable_and_significant", "discloser can state, on what it now knows, a significant threat to the health or safety of the student or others").judgment(),
    flag("circumstances.emergency_ongoing", "the emergency is actual, impending or imminent at the time of disclosure").judgment(),
    flag("circumstances.medical_emergency", "bona fide medical emergency of some person").judgment(),
    flag("circumstances.consent_unobtainable", "patient's prior written consent cannot be obtained").judgment(),
    flag("circumstances.professional_judgment_best_interest", "a professional judges sharing to be in the patient's best interest").judgment(),
    flag("circumstances.opportunity_to_object_given", "patient had the chance to agree or object"),
    flag("circumstances.law_enforcement_request", "made in answer to a law enforcement official's request"),
    one_of("circumstances.legal_process", CIRCUMSTANCES_LEGAL_PROCESS, "legal instrument that demands or authorizes disclosure"),
    flag("circumstances.request_material_specific_and_needs_identity", "administrative request is relevant and material, specific and limited, and cannot be met with de-identified data").judgment(),
    flag("circumstances.satisfactory_assurance", "party serving the subpoena showed reasonable efforts to notify the subject or to get a qualified protective order"),
    flag("circumstances.accompanying_subpoena", "valid subpoena or other compulsory process comes with the order"),
    flag("circumstances.notice_to_parent_or_student_attempted", "reasonable effort made in advance to notify parent or eligible student"),
    flag("circumstances.court_forbids_notice", "court ordered that existence or contents of the process be kept secret"),
    flag("circumstances.crime_on_premises", "crime, or threat of one, on the discloser's premises").fixed(),
    flag("circumstances.crime_against_personnel", "crime, or threat of one, against the discloser's staff").fixed(),
    flag("circumstances.admitted_violent_crime", "subject stated that he or she took part in a violent crime").fixed(),
    flag("circumstances.serious_physical_harm_to_victim", "discloser reasonably believes that the crime seriously hurt its victim").judgment(),
    flag("circumstances.learned_in_therapy_for_that_conduct", "learned in treatment, counseling or therapy aimed at the propensity to that conduct").fixed(),
    flag("circumstances.state_law_requires_report", "a state law obliges the discloser to report this to this kind of authority").fixed(),
    flag("circumstances.state_law_bars_parent_disclosure", "a state law forbids telling the parent without the minor's leave").fixed().false_unless_stated("where no state fact is given, state law adds nothing"),
    flag("circumstances.state_requires_parental_consent_to_care", "state law requires a parent's consent to the minor's treatment").fixed().false_unless_stated("where no state fact is given, state law adds nothing"),
    flag("circumstances.program_director_found_minor_lacks_capacity", "Part 2 program director judged that the minor cannot decide rationally on telling the parent").judgment(),
    one_of("circumstances.duty_to_warn_state", CIRCUMSTANCES_DUTY_TO_WARN_STATE, "what the state's law asks of the provider where its conditions are met").fixed(),
    list_of("circumstances.state_warning_recipients", CIRCUMSTANCES_STATE_WARNING_RECIPIENTS, "closed list of recipients to whom state law allows a warning; absent if there is no such list").fixed(),
    flag("circumstances.state_juvenile_justice_statute", "a state statute allows reporting to the juvenile justice system to serve the student").fixed(),
    flag("circumstances.before_adjudication", "student has not been adjudicated").fixed(),
    flag("circumstances.recipient_certified_no_redisclosure", "recipient certified in writing that it will not pass the record on without consent"),
    flag("circumstances.directory_notice_given", "school gave public notice of its directory information and of the right to opt out"),
    flag("circumstances.directory_opt_out", "parent or eligible student opted out").fixed().false_unless_stated("no objection exists other than those given"),
    flag("circumstances.disciplined_for_significant_risk_conduct", "student was disciplined for conduct that posed a significant risk to safety or well-being").fixed(),
    flag("circumstances.crime_of_violence_alleged", "disciplinary charge is a crime of violence or non-forcible sex offense").fixed(),
    flag("circumstances.alcohol_or_drug_violation_found", "institution found that the student broke its alcohol or drug rules").fixed(),
    flag("circumstances.treatment_is_condition_of_disposition", "treatment was made a condition of the criminal case's disposition or of release").fixed(),
    flag("circumstances.team_preliminary_determination", "threat assessment team has preliminarily determined that the person poses a threat").judgment(),
    flag("circumstances.danger_to_property", "danger to property that is serious in the discloser's judgment").judgment(),
    flag("circumstances.direct_remote_access", "given by direct remote access to a criminal intelligence system, an answer of hit or no hit included").fixed().false_unless_stated("a scenario proposes that a person sends an item unless it says otherwise"),
    flag("circumstances.remote_access_approved", "the Office of Justice Programs specifically approved the remote access"),
];

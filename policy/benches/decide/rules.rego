# The rules of law/cfr23 and law/general/outside.toml for the Rego engine, condition by condition as in by_hand.rs.
# A fact that is not in the input is unknown: no rule is satisfied by it, and what may be intelligence is treated so.
package law

default permit := false

permit if {
	intelligence
	part_23
}

permit if {
	not intelligence
	input.elements
	outside
}

intelligence if input.kind == "criminal_intelligence"
intelligence if input.via == "cfr23_dissemination"
intelligence if not input.kind
intelligence if not input.via

suspected if input.reasonable_suspicion == true

suspected if {
	input.noncriminal_identifying == true
	input.no_connotation_marked == true
	input.suspect_qualifies == true
}

fit_to_keep if {
	suspected
	input.only_protected_expression == false
	input.lawfully_collected == true
	input.within_retention == true
	project_in_order
}

project_in_order if input.interjurisdictional == false
project_in_order if input.suspicion_by_project == true

sent_by_hand if input.remote_access == false
sent_by_hand if input.remote_access_approved == true

assessment if input.elements == ["assessment_only"]

need_and_right if {
	input.need_to_know == true
	input.right_to_know == true
	input.purpose in {"law_enforcement_investigation", "avert_serious_threat", "threat_assessment"}
}

part_23 if {
	fit_to_keep
	sent_by_hand
	input.unapproved_change == false
	input.political_interference == false
	destination
}

destination if {
	need_and_right
	input.agrees_to_procedures == true
	input.recipient in {"law_enforcement", "intelligence_project", "prosecutor"}
}

destination if {
	assessment
	danger
	input.imminent == true
	input.able_to_prevent == true
}

danger if input.serious_threat == true

# danger to property alone is counsel's question where need and right are not shown
danger if {
	input.danger_to_property == true
	need_and_right
}

own if input.via == "own"
no_program if input.part2_program == false

no_care if {
	input.hipaa_covered == false
	no_program
}

unbound if {
	no_care
	input.ferpa_covered == false
	own
}

no_patient if input.hipaa_covered == false
no_patient if input.is_patient == false

no_determination if input.ferpa_covered == false
no_determination if input.official_determination == false

outside if {
	input.kind == "personal_observation"
	own
	no_program
	no_patient
	no_determination
}

outside if {
	input.kind == "plain_record"
	unbound
	input.cfr23_system == false
}

outside if {
	input.kind == "law_enforcement_unit_record"
	own
	no_care
	input.taken_from_education_records == false
}

outside if {
	input.kind == "phi"
	unbound
}

no_health if {
	input.elements
	not "entire_record" in input.elements
}

school_may if input.hipaa_covered == false
school_may if no_health

outside if {
	input.kind == "education_record"
	own
	input.ferpa_covered == false
	no_program
	school_may
}

//! The floor: the rules of `law/cfr23` and `law/general/outside.toml` as a person would write them in Rust, over a plain
//! struct. A test of the law compares the two, so that a change of the texts is made here too.

use policy::facts::Facts;
use policy::law::{FILES, Law};

/// A flag that may be unknown.
type Flag = Option<bool>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sector {
    LawEnforcement,
    IntelligenceProject,
    Prosecutor,
    Hospital,
    TargetOfThreat,
    CommunityOrg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    CriminalIntelligence,
    PersonalObservation,
    LawEnforcementUnitRecord,
    Phi,
    EducationRecord,
    PlainRecord,
    CriminalHistory,
    PsychotherapyNotes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Own,
    Cfr23Dissemination,
    FerpaEmergency,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    LawEnforcementInvestigation,
    AvertSeriousThreat,
    ThreatAssessment,
    CareCoordination,
    PressInquiry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elements {
    AssessmentOnly,
    AssessmentAndMore,
    EntireRecord,
    Nothing,
}

/// What the rules of both regimes ask about.
#[derive(Debug, Clone)]
pub struct Case {
    pub recipient: Option<Sector>,
    pub kind: Option<Kind>,
    pub via: Option<Via>,
    pub purpose: Option<Purpose>,
    pub elements: Option<Elements>,
    pub hipaa_covered: Flag,
    pub ferpa_covered: Flag,
    pub part2_program: Flag,
    pub cfr23_system: Flag,
    pub is_patient: Flag,
    pub interjurisdictional: Flag,
    pub agrees_to_procedures: Flag,
    pub need_to_know: Flag,
    pub right_to_know: Flag,
    pub able_to_prevent: Flag,
    pub reasonable_suspicion: Flag,
    pub lawfully_collected: Flag,
    pub within_retention: Flag,
    pub only_protected_expression: Flag,
    pub suspicion_by_project: Flag,
    pub official_determination: Flag,
    pub serious_threat: Flag,
    pub danger_to_property: Flag,
    pub imminent: Flag,
    pub remote_access: Flag,
    pub remote_access_approved: Flag,
    pub from_education_records: Flag,
    pub noncriminal_identifying: Flag,
    pub no_connotation_marked: Flag,
    pub suspect_qualifies: Flag,
    pub unapproved_change: Flag,
    pub political_interference: Flag,
}

const YES: Flag = Some(true);
const NO: Flag = Some(false);

/// Whether the item may go.
pub fn permits(case: &Case) -> bool {
    let intelligence = match (case.kind, case.via) {
        (Some(Kind::CriminalIntelligence), _) | (_, Some(Via::Cfr23Dissemination)) => true,
        // What may be intelligence is treated as intelligence.
        (None, _) | (_, None) => true,
        _ => false,
    };
    if intelligence { part_23(case) } else { outside(case) }
}

fn part_23(case: &Case) -> bool {
    let named_beside_suspect = case.noncriminal_identifying == YES
        && case.no_connotation_marked == YES
        && case.suspect_qualifies == YES;
    let fit_to_keep = (case.reasonable_suspicion == YES || named_beside_suspect)
        && case.only_protected_expression == NO
        && case.lawfully_collected == YES
        && case.within_retention == YES
        && (case.interjurisdictional == NO || case.suspicion_by_project == YES);
    let sent_by_hand = case.remote_access == NO || case.remote_access_approved == YES;
    let sound_operation = case.unapproved_change == NO && case.political_interference == NO;
    if !fit_to_keep || !sent_by_hand || !sound_operation {
        return false;
    }
    let assessment = case.elements == Some(Elements::AssessmentOnly);
    let law_enforcement_activity = matches!(
        case.purpose,
        Some(Purpose::LawEnforcementInvestigation | Purpose::AvertSeriousThreat | Purpose::ThreatAssessment)
    );
    let need_and_right = case.need_to_know == YES && case.right_to_know == YES && law_enforcement_activity;
    let to_authority = need_and_right
        && case.agrees_to_procedures == YES
        && matches!(
            case.recipient,
            Some(Sector::LawEnforcement | Sector::IntelligenceProject | Sector::Prosecutor)
        );
    // Danger to property alone is counsel's question where need and right are not shown.
    let to_avert = assessment
        && (case.serious_threat == YES || case.danger_to_property == YES && need_and_right)
        && case.imminent == YES
        && case.able_to_prevent == YES;
    to_authority || to_avert
}

fn outside(case: &Case) -> bool {
    let own = case.via == Some(Via::Own);
    let no_program = case.part2_program == NO;
    let no_care = case.hipaa_covered == NO && no_program;
    let unbound = no_care && case.ferpa_covered == NO && own;
    // Arrests and charges may be in what is not listed.
    if case.elements.is_none() {
        return false;
    }
    match case.kind {
        Some(Kind::PersonalObservation) => {
            let no_patient = case.hipaa_covered == NO || case.is_patient == NO;
            let no_determination = case.ferpa_covered == NO || case.official_determination == NO;
            own && no_program && no_patient && no_determination
        }
        Some(Kind::PlainRecord) => unbound && case.cfr23_system == NO,
        Some(Kind::LawEnforcementUnitRecord) => own && no_care && case.from_education_records == NO,
        Some(Kind::Phi) => unbound,
        Some(Kind::EducationRecord) => {
            let health = case.elements.is_none_or(|elements| elements == Elements::EntireRecord);
            own && case.ferpa_covered == NO && no_program && (case.hipaa_covered == NO || !health)
        }
        Some(Kind::CriminalIntelligence | Kind::CriminalHistory | Kind::PsychotherapyNotes) | None => false,
    }
}

/// The law as text, of just the rules that are written by hand here.
pub fn same_rules() -> Law {
    let by_hand = ["law/general/regime.toml", "law/general/outside.toml"];
    let files: Vec<(&str, &str)> = FILES
        .iter()
        .copied()
        .filter(|(name, _)| name.starts_with("law/cfr23/") || by_hand.contains(name))
        .collect();
    Law::parse(&files).unwrap_or_else(|error| panic!("{error}"))
}

/// Compares both on generated cases; how many of them are permitted.
///
/// # Panics
/// Where they differ, and where so few cases are permitted that the comparison says little.
pub fn compare(law: &Law, cases: u64) -> usize {
    let permits = (0..cases)
        .map(Case::random)
        .filter(|case| {
            let by_hand = permits(case);
            assert_eq!(
                law.decide(&case.facts()).permit,
                by_hand,
                "the texts and by_hand.rs differ on {case:?}"
            );
            by_hand
        })
        .count();
    assert!(permits as u64 > cases / 100, "only {permits} of {cases} cases are permitted");
    permits
}

impl Case {
    /// A case from a seed: most facts known, more often so that something opens.
    pub fn random(seed: u64) -> Self {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let mut flag = |yes: u64| match next() % 100 {
            roll if roll < yes => YES,
            roll if roll < 95 => NO,
            _ => None,
        };
        let (hipaa_covered, ferpa_covered, part2_program) = (flag(15), flag(15), flag(10));
        let (cfr23_system, is_patient) = (flag(20), flag(30));
        let (interjurisdictional, agrees_to_procedures) = (flag(20), flag(70));
        let (need_to_know, right_to_know, able_to_prevent) = (flag(80), flag(80), flag(70));
        let (reasonable_suspicion, lawfully_collected, within_retention) = (flag(90), flag(90), flag(90));
        let (only_protected_expression, suspicion_by_project) = (flag(5), flag(70));
        let (official_determination, serious_threat, danger_to_property) = (flag(20), flag(60), flag(20));
        let (imminent, remote_access, remote_access_approved) = (flag(60), flag(10), flag(40));
        let (from_education_records, unapproved_change, political_interference) =
            (flag(20), flag(5), flag(5));
        let (noncriminal_identifying, no_connotation_marked, suspect_qualifies) =
            (flag(40), flag(70), flag(70));
        fn pick<T: Copy>(roll: u64, all: &[T]) -> Option<T> {
            all.get((roll % (all.len() as u64 * 20 + 1)) as usize / 20).copied()
        }
        use {Elements as E, Kind as K, Purpose as P, Sector as S};
        Self {
            recipient: pick(
                next(),
                &[
                    S::LawEnforcement,
                    S::IntelligenceProject,
                    S::Prosecutor,
                    S::Hospital,
                    S::TargetOfThreat,
                    S::CommunityOrg,
                ],
            ),
            kind: pick(
                next(),
                &[
                    K::CriminalIntelligence,
                    K::CriminalIntelligence,
                    K::PersonalObservation,
                    K::LawEnforcementUnitRecord,
                    K::Phi,
                    K::EducationRecord,
                    K::PlainRecord,
                    K::CriminalHistory,
                    K::PsychotherapyNotes,
                ],
            ),
            via: pick(next(), &[Via::Own, Via::Own, Via::Cfr23Dissemination, Via::FerpaEmergency]),
            purpose: pick(
                next(),
                &[
                    P::LawEnforcementInvestigation,
                    P::AvertSeriousThreat,
                    P::ThreatAssessment,
                    P::CareCoordination,
                    P::PressInquiry,
                ],
            ),
            elements: pick(
                next(),
                &[E::AssessmentOnly, E::AssessmentOnly, E::AssessmentAndMore, E::EntireRecord, E::Nothing],
            ),
            hipaa_covered,
            ferpa_covered,
            part2_program,
            cfr23_system,
            is_patient,
            interjurisdictional,
            agrees_to_procedures,
            need_to_know,
            right_to_know,
            able_to_prevent,
            reasonable_suspicion,
            lawfully_collected,
            within_retention,
            only_protected_expression,
            suspicion_by_project,
            official_determination,
            serious_threat,
            danger_to_property,
            imminent,
            remote_access,
            remote_access_approved,
            from_education_records,
            noncriminal_identifying,
            no_connotation_marked,
            suspect_qualifies,
            unapproved_change,
            political_interference,
        }
    }

    /// The same case as facts.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        let mut word = |path: &str, word: Option<&str>| {
            if let Some(word) = word {
                facts.set(path, word).unwrap_or_else(|error| panic!("{error}"));
            }
        };
        word(
            "recipient.sector",
            self.recipient.map(|sector| match sector {
                Sector::LawEnforcement => "law_enforcement",
                Sector::IntelligenceProject => "intelligence_project",
                Sector::Prosecutor => "prosecutor",
                Sector::Hospital => "hospital",
                Sector::TargetOfThreat => "target_of_threat",
                Sector::CommunityOrg => "community_org",
            }),
        );
        word(
            "record.kind",
            self.kind.map(|kind| match kind {
                Kind::CriminalIntelligence => "criminal_intelligence",
                Kind::PersonalObservation => "personal_observation",
                Kind::LawEnforcementUnitRecord => "law_enforcement_unit_record",
                Kind::Phi => "phi",
                Kind::EducationRecord => "education_record",
                Kind::PlainRecord => "plain_record",
                Kind::CriminalHistory => "criminal_history",
                Kind::PsychotherapyNotes => "psychotherapy_notes",
            }),
        );
        word(
            "record.obtained_via",
            self.via.map(|via| match via {
                Via::Own => "own",
                Via::Cfr23Dissemination => "cfr23_dissemination",
                Via::FerpaEmergency => "ferpa_emergency",
            }),
        );
        word(
            "purpose",
            self.purpose.map(|purpose| match purpose {
                Purpose::LawEnforcementInvestigation => "law_enforcement_investigation",
                Purpose::AvertSeriousThreat => "avert_serious_threat",
                Purpose::ThreatAssessment => "threat_assessment",
                Purpose::CareCoordination => "care_coordination",
                Purpose::PressInquiry => "press_inquiry",
            }),
        );
        let elements: Option<&[&str]> = self.elements.map(|elements| match elements {
            Elements::AssessmentOnly => &["assessment_only"] as &[&str],
            Elements::AssessmentAndMore => &["assessment_only", "incident_circumstances"],
            Elements::EntireRecord => &["entire_record"],
            Elements::Nothing => &[],
        });
        if let Some(elements) = elements {
            facts.set("record.elements", elements).unwrap_or_else(|error| panic!("{error}"));
        }
        for (path, flag) in [
            ("discloser.hipaa_covered", self.hipaa_covered),
            ("discloser.ferpa_covered", self.ferpa_covered),
            ("discloser.part2_program", self.part2_program),
            ("discloser.cfr23_system", self.cfr23_system),
            ("subject.is_patient", self.is_patient),
            ("discloser.interjurisdictional_project", self.interjurisdictional),
            ("recipient.agrees_to_cfr23_procedures", self.agrees_to_procedures),
            ("recipient.need_to_know", self.need_to_know),
            ("recipient.right_to_know", self.right_to_know),
            ("recipient.able_to_prevent_threat", self.able_to_prevent),
            ("record.reasonable_suspicion", self.reasonable_suspicion),
            ("record.lawfully_collected", self.lawfully_collected),
            ("record.within_retention_period", self.within_retention),
            ("record.only_protected_expression", self.only_protected_expression),
            ("record.suspicion_established_by_project", self.suspicion_by_project),
            ("record.learned_in_official_determination", self.official_determination),
            ("circumstances.serious_threat", self.serious_threat),
            ("circumstances.danger_to_property", self.danger_to_property),
            ("circumstances.imminent", self.imminent),
            ("circumstances.direct_remote_access", self.remote_access),
            ("circumstances.remote_access_approved", self.remote_access_approved),
            ("record.taken_from_education_records", self.from_education_records),
            ("record.noncriminal_identifying", self.noncriminal_identifying),
            ("record.no_criminal_connotation_marked", self.no_connotation_marked),
            ("record.suspect_entry_qualifies", self.suspect_qualifies),
            ("circumstances.unapproved_system_change", self.unapproved_change),
            ("circumstances.interferes_with_lawful_political_activity", self.political_interference),
        ] {
            if let Some(flag) = flag {
                facts.set(path, flag).unwrap_or_else(|error| panic!("{error}"));
            }
        }
        facts
    }
}

//! Who plays: eight invented agencies, their people and what they agreed. Plain data.
//!
//! Used by `region` (files, certificates, roster), by `setup` (what staff do on the first day) and by the stories.
//! Every name is invented. Deliberately absent: any record about a person of concern; those are in `story`.

/// A staff member of an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Who {
    /// The agency's short name in the roster.
    pub agency: &'static str,
    /// The name in the person's certificate.
    pub name: &'static str,
}

/// One person who works in a node.
#[derive(Clone, Copy, Debug)]
pub struct StaffSpec {
    /// The name in the certificate.
    pub name: &'static str,
    /// Name and function for colleagues.
    pub display: &'static str,
    /// Roles of the staff API.
    pub roles: &'static [&'static str],
}

/// One agency.
#[derive(Clone, Copy, Debug)]
pub struct AgencySpec {
    /// Short name in the roster.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Word of Sector.
    pub sector: &'static str,
    /// Word of TeamRole.
    pub team_role: &'static str,
    /// Telephone answered at any hour.
    pub telephone: &'static str,
    /// HIPAA covered entity.
    pub hipaa_covered: bool,
    /// Federal education funds.
    pub ferpa_covered: bool,
    /// Part 2 program.
    pub part2_program: bool,
    /// Name of the team it hosts.
    pub team: &'static str,
    /// People; the first is the administrator whom `concord init` knows.
    pub staff: &'static [StaffSpec],
}

/// Written terms between two agencies; each side's officer countersigns.
#[derive(Clone, Copy, Debug)]
pub struct AgreementSpec {
    /// The two agencies.
    pub between: [&'static str; 2],
    /// Purposes covered.
    pub purposes: &'static [&'static str],
}

/// Everything a region is made from.
#[derive(Clone, Copy, Debug)]
pub struct RegionSpec {
    /// Trust domain of the certificates.
    pub trust_domain: &'static str,
    /// State whose law governs every agency, by postal code.
    pub state: &'static str,
    /// The agencies.
    pub agencies: &'static [AgencySpec],
    /// What they agreed.
    pub agreements: &'static [AgreementSpec],
}

impl RegionSpec {
    /// The agency with this short name.
    pub fn agency(&self, id: &str) -> Option<&'static AgencySpec> {
        self.agencies.iter().find(|agency| agency.id == id)
    }
}

impl AgencySpec {
    /// The first of its people with this role.
    pub fn first_with(&self, role: &str) -> Option<Who> {
        let name = self.staff.iter().find(|person| person.roles.contains(&role))?.name;
        Some(Who { agency: self.id, name })
    }
}

const ADMINISTRATOR: &[&str] = &["administrator"];
const OFFICER: &[&str] = &["privacy_officer", "approver"];
const CHAIR: &[&str] = &["chair", "member"];
const MEMBER: &[&str] = &["member", "intake"];
const AUDITOR: &[&str] = &["auditor"];

const fn person(name: &'static str, display: &'static str, roles: &'static [&'static str]) -> StaffSpec {
    StaffSpec { name, display, roles }
}

/// The eight agencies of `concord demo`.
pub const REGION: RegionSpec = RegionSpec {
    trust_domain: "cedar-valley.example",
    state: "CA",
    agencies: AGENCIES,
    agreements: AGREEMENTS,
};

const AGENCIES: &[AgencySpec] = &[
    AgencySpec {
        id: "county-hospital",
        name: "Cedar Valley County Hospital",
        sector: "hospital",
        team_role: "core",
        telephone: "+1 555 0110",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: "Hospital threat assessment team",
        staff: &[
            person("noor.haddad", "Noor Haddad, systems administrator", ADMINISTRATOR),
            person("ines.okafor", "Ines Okafor, privacy officer", OFFICER),
            person("david.lindqvist", "David Lindqvist, chair of the team, hospital safety", CHAIR),
            person("mara.ellison", "Mara Ellison, nurse, behavioral health", MEMBER),
            person("tessa.morrow", "Tessa Morrow, charge nurse, supervisor", MEMBER),
        ],
    },
    AgencySpec {
        id: "community-team",
        name: "Cedar Valley Community Care, host of the community team",
        sector: "mental_health_provider",
        team_role: "core",
        telephone: "+1 555 0120",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: "Community threat assessment and support team",
        staff: &[
            person("lucia.ferro", "Lucia Ferro, systems administrator", ADMINISTRATOR),
            person("samuel.adeyemi", "Samuel Adeyemi, privacy officer and counsel", OFFICER),
            person("ruth.castellan", "Ruth Castellan, chair of the team, social work", CHAIR),
            person("amir.nazari", "Amir Nazari, psychologist", MEMBER),
            person("nina.okoye", "Nina Okoye, case manager", MEMBER),
        ],
    },
    AgencySpec {
        id: "recovery-clinic",
        name: "Willow Bend Recovery Clinic",
        sector: "sud_program",
        team_role: "affiliate",
        telephone: "+1 555 0130",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: true,
        team: "Clinic safety group",
        staff: &[
            person("peter.hollis", "Peter Hollis, systems administrator", ADMINISTRATOR),
            person("grace.odum", "Grace Odum, privacy officer", OFFICER),
            person("helena.voss", "Helena Voss, program director", CHAIR),
            person("tomas.reyes", "Tomas Reyes, counselor", MEMBER),
        ],
    },
    AgencySpec {
        id: "school-district",
        name: "Cedar Valley Unified School District",
        sector: "k12_school",
        team_role: "core",
        telephone: "+1 555 0140",
        hipaa_covered: false,
        ferpa_covered: true,
        part2_program: false,
        team: "School threat assessment team",
        staff: &[
            person("bea.whitlock", "Bea Whitlock, systems administrator", ADMINISTRATOR),
            person("hugo.tanaka", "Hugo Tanaka, records and privacy officer", OFFICER),
            person("claire.dumont", "Claire Dumont, chair of the team, assistant principal", CHAIR),
            person("jamal.price", "Jamal Price, school psychologist", MEMBER),
        ],
    },
    AgencySpec {
        id: "sheriff",
        name: "Cedar Valley Sheriff's Office",
        sector: "law_enforcement",
        team_role: "core",
        telephone: "+1 555 0150",
        hipaa_covered: false,
        ferpa_covered: false,
        part2_program: false,
        team: "Threat management unit",
        staff: &[
            person("dale.murray", "Dale Murray, systems administrator", ADMINISTRATOR),
            person("anna.kowalski", "Anna Kowalski, records and privacy officer", OFFICER),
            person("roy.delgado", "Roy Delgado, lieutenant, head of the unit", CHAIR),
            person("kim.sato", "Kim Sato, detective", MEMBER),
        ],
    },
    AgencySpec {
        id: "states-attorney",
        name: "Office of the State's Attorney, Cedar Valley",
        sector: "prosecutor",
        team_role: "affiliate",
        telephone: "+1 555 0160",
        hipaa_covered: false,
        ferpa_covered: false,
        part2_program: false,
        team: "Diversion and treatment desk",
        staff: &[
            person("owen.leary", "Owen Leary, systems administrator", ADMINISTRATOR),
            person("fatima.rahal", "Fatima Rahal, privacy officer", OFFICER),
            person("george.mbeki", "George Mbeki, assistant state's attorney", CHAIR),
            person("lena.fischer", "Lena Fischer, paralegal", MEMBER),
        ],
    },
    AgencySpec {
        id: "housing-nonprofit",
        name: "Open Door Housing",
        sector: "community_org",
        team_role: "community_partner",
        telephone: "+1 555 0170",
        hipaa_covered: false,
        ferpa_covered: false,
        part2_program: false,
        team: "Tenancy support",
        staff: &[
            person("ivy.chen", "Ivy Chen, systems administrator", ADMINISTRATOR),
            person("marcus.bell", "Marcus Bell, director and privacy officer", OFFICER),
            person("elena.soto", "Elena Soto, head of tenancy support", CHAIR),
            person("joe.abbott", "Joe Abbott, housing navigator", MEMBER),
        ],
    },
    AgencySpec {
        id: "coordinator",
        name: "Cedar Valley Regional Prevention Coordination",
        sector: "coordinator",
        team_role: "coordinator",
        telephone: "+1 555 0180",
        hipaa_covered: false,
        ferpa_covered: false,
        part2_program: false,
        team: "Coordination office",
        staff: &[
            person("paula.grant", "Paula Grant, systems administrator", ADMINISTRATOR),
            person("victor.hale", "Victor Hale, privacy officer", OFFICER),
            person("sonja.berg", "Sonja Berg, regional coordinator", CHAIR),
            person("eli.moran", "Eli Moran, auditor", AUDITOR),
        ],
    },
];

/// What somebody brings to a team: the quorum counts it.
pub fn disciplines_of(name: &str) -> &'static [&'static str] {
    match name {
        "david.lindqvist" => &["security", "safety"],
        "mara.ellison" => &["mental_health"],
        "tessa.morrow" => &["medical", "supervision"],
        "ruth.castellan" => &["social_services"],
        "amir.nazari" => &["mental_health"],
        "nina.okoye" => &["counseling"],
        "kim.sato" => &["law_enforcement"],
        "elena.soto" => &["community"],
        _ => &[],
    }
}

/// The kind of a team, and which table of quorum it keeps to.
pub fn kind_and_quorum(team: &str) -> (&'static str, &'static str) {
    match team {
        "Hospital threat assessment team" => ("hospital", "hospital"),
        "Community threat assessment and support team" => ("community", "community"),
        _ => ("", ""),
    }
}

/// People of other agencies who sit in the team of an agency, under its agreement with theirs.
pub fn guests_of(team: &str) -> &'static [Who] {
    match team {
        "Community threat assessment and support team" => &[
            Who { agency: "sheriff", name: "kim.sato" },
            Who { agency: "housing-nonprofit", name: "elena.soto" },
        ],
        _ => &[],
    }
}

const SAFETY: &[&str] = &["threat_assessment", "avert_serious_threat", "health_or_safety_emergency"];
const CARE: &[&str] = &["treatment", "care_coordination"];

const AGREEMENTS: &[AgreementSpec] = &[
    AgreementSpec {
        between: ["county-hospital", "community-team"],
        purposes: &["threat_assessment", "avert_serious_threat", "treatment", "care_coordination"],
    },
    AgreementSpec {
        between: ["county-hospital", "sheriff"],
        purposes: &[
            "threat_assessment",
            "avert_serious_threat",
            "crime_report",
            "law_enforcement_investigation",
        ],
    },
    AgreementSpec {
        between: ["county-hospital", "states-attorney"],
        purposes: &["legal_proceeding", "crime_report", "monitoring_of_mandated_treatment"],
    },
    AgreementSpec {
        between: ["community-team", "states-attorney"],
        purposes: &["legal_proceeding", "monitoring_of_mandated_treatment"],
    },
    AgreementSpec { between: ["community-team", "housing-nonprofit"], purposes: CARE },
    AgreementSpec { between: ["community-team", "recovery-clinic"], purposes: CARE },
    AgreementSpec { between: ["community-team", "sheriff"], purposes: SAFETY },
    AgreementSpec {
        between: ["recovery-clinic", "sheriff"],
        purposes: &["threat_assessment", "avert_serious_threat", "law_enforcement_investigation"],
    },
    AgreementSpec {
        between: ["school-district", "sheriff"],
        purposes: &[
            "threat_assessment",
            "avert_serious_threat",
            "school_safety",
            "law_enforcement_investigation",
        ],
    },
    AgreementSpec {
        between: ["school-district", "community-team"],
        purposes: &["threat_assessment", "treatment", "care_coordination"],
    },
    AgreementSpec { between: ["community-team", "coordinator"], purposes: &["evaluation_metrics"] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use policy::record::{Purpose, Sector, TeamRole, UsState};
    use std::collections::BTreeSet;

    #[test]
    fn the_region_speaks_the_vocabulary_and_every_office_is_held_by_somebody() {
        assert_eq!(REGION.agencies.len(), 8);
        assert!(UsState::from_word(REGION.state).is_some());
        let mut names = BTreeSet::new();
        for agency in REGION.agencies {
            assert!(Sector::from_word(agency.sector).is_some(), "{}", agency.id);
            assert!(TeamRole::from_word(agency.team_role).is_some(), "{}", agency.id);
            assert_eq!(agency.staff[0].roles, ADMINISTRATOR, "{}", agency.id);
            assert!(agency.first_with("privacy_officer").is_some() && agency.first_with("chair").is_some());
            for person in agency.staff {
                assert!(names.insert(person.name), "{} works twice", person.name);
            }
        }
        for agreement in REGION.agreements {
            assert!(agreement.between.iter().all(|id| REGION.agency(id).is_some()));
            assert!(agreement.purposes.iter().all(|purpose| Purpose::from_word(purpose).is_some()));
        }
    }
}

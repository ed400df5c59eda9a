//! The second way in: facts from an agency's own records.
//!
//! Everything that a record can establish is derived here, once, on the day of the decision: ages from birthdays, what a
//! permission covers from its dates and terms, who the parties are from what officers signed. Judgments come from
//! attestations in date, the narrowest first. What no record establishes stays unknown. Called by `door`.
//! Absent on purpose: any default that would help to permit but for the few rare exceptions that the vocabulary marks and
//! that an agency would have on record; and any reading of free text.

use super::attestable::{Attestable, attestable_fact};
use super::setting::{Setting, covers, expired, signed};
use super::{FactId, FactValue, Facts, PERMISSIONS_MAX, Permission as PermissionFacts};
use crate::id::{ItemId, PersonId};
use crate::law::state_tables::standing;
use crate::record::{
    About, AgreementKind, Attestation, AttestationScope, Capacities, Contact, Item, Label, LegalProcess,
    ObtainedVia, Permission, PermissionKind, Person, PersonRole, Recipient, RecordKind, Sector, TeamRole,
    UsState,
};
use crate::time::UtcTime;
use std::sync::OnceLock;

#[expect(clippy::expect_used, reason = "paths are the vocabulary's; every test of this module loads them")]
fn known(path: &str) -> FactId {
    FactId::of(path).expect("a path of the vocabulary")
}

macro_rules! fact_ids {
    ($($name:ident = $path:literal),* $(,)?) => {
        struct Ids { $($name: FactId),* }
        impl Ids {
            // INVARIANT (paths exist): a path that the vocabulary lacks would fail every test of this module.
            fn load() -> Self { Self { $($name: known($path)),* } }
        }
    };
}
fact_ids! {
    discloser_sector = "discloser.sector", discloser_hipaa = "discloser.hipaa_covered",
    discloser_ferpa = "discloser.ferpa_covered", discloser_part2 = "discloser.part2_program",
    discloser_cfr23 = "discloser.cfr23_system", discloser_nics = "discloser.state_designated_nics_reporter",
    discloser_profession = "discloser.profession", discloser_project = "discloser.interjurisdictional_project",
    discloser_associate = "discloser.business_associate",
    recipient_sector = "recipient.sector", recipient_role = "recipient.team_role",
    recipient_hipaa = "recipient.hipaa_covered", recipient_team = "recipient.statutory_threat_assessment_team",
    written_agreement = "recipient.written_agreement",
    age = "subject.age", is_patient = "subject.is_patient", is_student = "subject.is_student", eligible_student = "subject.eligible_student",
    state = "subject.state", own_care = "subject.consented_to_own_care", le_status = "subject.law_enforcement_status",
    kind = "record.kind", obtained_via = "record.obtained_via", elements = "record.elements",
    other_students = "record.includes_other_students", only_protected = "record.only_protected_expression", victim_service = "record.victim_service_information", purpose = "purpose",
    legal_process = "circumstances.legal_process", accompanying = "circumstances.accompanying_subpoena",
    forbids_notice = "circumstances.court_forbids_notice", duty_state = "circumstances.duty_to_warn_state",
    warning_recipients = "circumstances.state_warning_recipients",
    c_type = "consent.type", c_given_by = "consent.given_by", c_signed = "consent.signed", c_expired = "consent.expired",
    c_revoked = "consent.revoked", c_names = "consent.names_recipient", c_covers = "consent.covers_record",
    c_purpose = "consent.covers_purpose", c_alone = "consent.stands_alone", c_tpo = "consent.tpo_all_future",
}
fn ids() -> &'static Ids {
    static IDS: OnceLock<Ids> = OnceLock::new();
    IDS.get_or_init(Ids::load)
}

/// A value that the vocabulary does not have (a state beyond those the clauses speak of) stays unknown.
fn put<'v>(facts: &mut Facts, fact: FactId, value: impl Into<FactValue<'v>>) {
    let _unknown_to_the_vocabulary = facts.set_fact(fact, value.into());
}
fn put_if(facts: &mut Facts, fact: FactId, value: Option<bool>) {
    if let Some(value) = value {
        put(facts, fact, value);
    }
}

/// One attestation that counts now, and how narrow it is.
#[derive(Clone, Copy)]
struct Finding<'a> {
    fact: FactId,
    rank: u8,
    person: Option<PersonId>,
    item: Option<ItemId>,
    of_person: bool,
    made: &'a Attestation,
    until: UtcTime,
}

/// Derives facts for the items of one setting; what does not depend on the item is derived once.
pub struct Reader<'a> {
    setting: Setting<'a>,
    findings: Vec<Finding<'a>>,
    bases: Vec<(Option<PersonId>, Facts)>,
    consents: Vec<(&'a Permission, PermissionFacts)>,
    bound_by_none: bool,
}

impl<'a> Reader<'a> {
    /// Reads what holds for every item.
    pub fn new(setting: Setting<'a>) -> Self {
        let mut findings: Vec<Finding<'a>> =
            setting.attestations.iter().filter_map(|a| finding(a, &setting)).collect();
        // narrowest last, so that it replaces what was found before it
        findings.sort_by_key(|f| (f.fact, f.rank));
        let none = |of: fn(&Capacities) -> Option<bool>| setting.own_capacity(of) == Some(false);
        let bound_by_none = none(|c| c.hipaa_covered)
            && none(|c| c.ferpa_covered)
            && none(|c| c.part2_program)
            && none(|c| c.cfr23_system);
        let mut reader = Self { setting, findings, bases: Vec::new(), consents: Vec::new(), bound_by_none };
        let shared = reader.shared();
        for person in setting.people {
            let mut facts = shared.clone();
            reader.of_person(person, &mut facts);
            reader.attested(&mut facts, Some(person.id), None);
            reader.bases.push((Some(person.id), facts));
        }
        let mut nobody = shared;
        reader.attested(&mut nobody, None, None);
        reader.bases.push((None, nobody));
        // objections first, then what is still in force: a bound must never drop what speaks against
        let mut permissions: Vec<&Permission> =
            setting.permissions.iter().filter(|p| p.given_at <= setting.now).collect();
        permissions.sort_by_key(|p| {
            let against = p.kind == PermissionKind::Objection;
            let names = p.recipients.iter().any(|r| r.names(setting.recipient));
            let lapsed =
                p.revoked_at.is_some_and(|at| at <= setting.now) || expired(p, setting.now) != Some(false);
            (!against, !names, lapsed, std::cmp::Reverse(p.given_at))
        });
        reader.consents =
            permissions.into_iter().filter_map(|p| Some((p, consent_facts(p, &setting)?))).collect();
        reader
    }

    /// The setting it reads.
    pub fn setting(&self) -> &Setting<'a> {
        &self.setting
    }

    /// The facts for one item as a record about one person.
    pub fn facts(&self, item: &Item, about: &About) -> Facts {
        let ids = ids();
        let base = self.bases.iter().find(|(p, _)| *p == Some(about.person)).or(self.bases.last());
        let mut facts = base.map_or_else(Facts::new, |(_, f)| f.clone());
        // who receives may be the very person: a fact about this item, whatever the contact is to the case
        if let Recipient::Contact(contact) = self.setting.recipient {
            let of_somebody_else = matches!(contact.sector, Sector::Parent | Sector::FamilyOrFriend)
                && !self.is_subject(about.person);
            if contact.person == Some(about.person) {
                put(&mut facts, ids.recipient_sector, Sector::Subject.as_str());
            } else if contact.sector == Sector::Subject || of_somebody_else {
                // nobody's parent but their own child's
                put(&mut facts, ids.recipient_sector, Sector::GeneralPublic.as_str());
            }
        }
        match about.record_kind.or(item.record_kind) {
            Some(kind) => put(&mut facts, ids.kind, kind.as_str()),
            None if self.bound_by_none && item.obtained_via == ObtainedVia::Own => {
                put(&mut facts, ids.kind, RecordKind::PlainRecord.as_str());
            }
            // whoever some regime binds has to say what the record is: unknown, and so denied
            None => {}
        }
        put(&mut facts, ids.obtained_via, item.obtained_via.as_str());
        let mut elements = [""; 32];
        let count = item.elements.len().min(elements.len());
        for (slot, element) in elements.iter_mut().zip(&item.elements) {
            *slot = element.as_str();
        }
        if item.elements.len() <= elements.len() {
            put(&mut facts, ids.elements, &elements[..count]);
        }
        let student = |p: &Person| p.roles.contains(&PersonRole::OtherStudent) || p.is_student == Some(true);
        let another = item
            .about
            .iter()
            .filter(|a| a.person != about.person)
            .any(|a| self.setting.people.iter().find(|p| p.id == a.person).is_none_or(student));
        put(&mut facts, ids.other_students, another);
        if item.labels.contains(&Label::ProtectedTrait) {
            put(&mut facts, ids.only_protected, true);
        }
        // what another holds of it is kept by its label alone: the statute binds the program
        if item.labels.contains(&Label::VictimService) && item.obtained_via == ObtainedVia::Own {
            put(&mut facts, ids.victim_service, true);
        }
        self.process(&mut facts, item, about);
        if self.names(item) {
            self.attested(&mut facts, Some(about.person), Some(item));
        }
        for (permission, consent) in
            self.consents.iter().filter(|(p, _)| p.person == about.person).take(PERMISSIONS_MAX)
        {
            let mut consent = *consent;
            let _always_a_flag = consent.set_fact(ids.c_covers, covers(permission, item, about).into());
            let _bounded_above = facts.add_permission(consent);
        }
        facts.close_exceptions();
        facts
    }

    /// Whether some judgment names this very item.
    pub fn names(&self, item: &Item) -> bool {
        self.findings.iter().any(|f| f.item == Some(item.id))
    }

    /// The attestations that speak to a fact for one item and person, if they agree.
    pub fn attestations_on(
        &self,
        fact: FactId,
        person: PersonId,
        item: &Item,
    ) -> Vec<(&'a Attestation, UtcTime)> {
        let (_, found) = self.narrowest(fact, Some(person), Some(item));
        found.into_iter().map(|f| (f.made, f.until)).collect()
    }

    /// Whether a judgment about *the subject* that names nobody is about this person: the one whose parent, relative or
    /// representative the contact is, or the person of concern.
    fn is_subject(&self, person: PersonId) -> bool {
        if let Recipient::Contact(Contact { of: Some(of), .. }) = self.setting.recipient {
            return *of == person;
        }
        self.setting.is_of_concern(person)
    }

    fn shared(&self) -> Facts {
        let (ids, s) = (ids(), &self.setting);
        let mut facts = Facts::new();
        put(&mut facts, ids.purpose, s.purpose.as_str());
        put(&mut facts, ids.discloser_sector, s.own.sector.as_str());
        put_if(&mut facts, ids.discloser_hipaa, s.own_capacity(|c| c.hipaa_covered));
        put_if(&mut facts, ids.discloser_ferpa, s.own_capacity(|c| c.ferpa_covered));
        put_if(&mut facts, ids.discloser_part2, s.own_capacity(|c| c.part2_program));
        put_if(&mut facts, ids.discloser_cfr23, s.own_capacity(|c| c.cfr23_system));
        put_if(&mut facts, ids.discloser_nics, s.own_capacity(|c| c.state_designated_nics_reporter));
        put_if(&mut facts, ids.discloser_project, s.own_capacity(|c| c.interjurisdictional_project));
        put_if(&mut facts, ids.discloser_associate, s.own_capacity(|c| c.business_associate));
        if let Some(profession) = s.profession.or_else(|| s.own_capacity(|c| c.profession)) {
            put(&mut facts, ids.discloser_profession, profession.as_str());
        }
        let (sector, role) = match s.recipient {
            Recipient::OwnTeam => (Some(Sector::ThreatAssessmentTeam), TeamRole::Core),
            // claim and officer disagree about what it is: nobody knows
            Recipient::Node(peer) if peer.confirmed.as_ref().is_some_and(|c| c.sector != peer.sector) => {
                (None, peer.team_role)
            }
            Recipient::Node(peer) => (Some(peer.sector), peer.team_role),
            Recipient::Contact(contact) => (Some(contact.sector), contact.team_role),
        };
        if let Some(sector) = sector {
            put(&mut facts, ids.recipient_sector, sector.as_str());
        }
        put(&mut facts, ids.recipient_role, role.as_str());
        put_if(&mut facts, ids.recipient_hipaa, s.recipient_capacity(|c| c.hipaa_covered));
        put_if(&mut facts, ids.recipient_team, s.recipient_capacity(|c| c.statutory_threat_assessment_team));
        let mut kinds: Vec<&str> = s
            .agreements_in_force()
            .flat_map(|a| &a.kinds)
            .filter(|k| **k != AgreementKind::Participation)
            .map(|k| k.as_str())
            .collect();
        if kinds.is_empty() {
            kinds.push("none");
        }
        put(&mut facts, ids.written_agreement, kinds.as_slice());
        facts
    }

    fn of_person(&self, person: &Person, facts: &mut Facts) {
        let (ids, s) = (ids(), &self.setting);
        let age = person.date_of_birth.and_then(|born| born.full_years_until(s.now.date()));
        if let Some(age) = age {
            put(facts, ids.age, i32::from(age));
        }
        put_if(facts, ids.is_student, person.is_student);
        let patient = person.roles.contains(&PersonRole::Patient);
        put_if(facts, ids.is_patient, if patient { Some(true) } else { person.is_patient });
        let of_age_or_college = match (age.map(|a| a >= 18), person.attends_postsecondary) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            // 34 CFR 99.3: nobody in elementary or secondary school is postsecondary unless somebody says so
            _ => None,
        };
        put_if(
            facts,
            ids.eligible_student,
            match (person.is_student, of_age_or_college) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), of_age) => of_age,
                (None, _) => None,
            },
        );
        put_if(facts, ids.own_care, person.consented_to_own_care);
        if let Some(status) = person.law_enforcement_status {
            put(facts, ids.le_status, status.as_str());
        }
        if let Some(state) = person.state.or(s.own.state) {
            put(facts, ids.state, state.as_str());
            self.duty_to_warn(state, facts);
        }
    }

    /// Only a row that counsel confirmed, in date, says anything about a state's duty to warn.
    fn duty_to_warn(&self, state: UsState, facts: &mut Facts) {
        let ids = ids();
        let Some(row) = standing(self.setting.state_rows, state.as_str(), self.setting.now).in_force() else {
            return;
        };
        put(facts, ids.duty_state, row.logic.as_str());
        if !row.closed_recipients.is_empty() {
            let mut allowed: Vec<&str> = row
                .closed_recipients
                .iter()
                .filter_map(|sector| match sector {
                    Sector::LawEnforcement => Some("law_enforcement"),
                    Sector::TargetOfThreat => Some("target_of_threat"),
                    Sector::Parent | Sector::FamilyOrFriend => Some("family"),
                    Sector::GovernmentAgency => Some("government_agency"),
                    Sector::Hospital
                    | Sector::MentalHealthProvider
                    | Sector::PhysicianPractice
                    | Sector::SudProgram
                    | Sector::Ems
                    | Sector::UniversityClinic
                    | Sector::NursingHome => Some("medical_personnel"),
                    // whom the words of the vocabulary do not name is not on the list
                    _ => None,
                })
                .collect();
            allowed.sort_unstable();
            allowed.dedup();
            put(facts, ids.warning_recipients, allowed.as_slice());
        }
    }

    fn process(&self, facts: &mut Facts, item: &Item, about: &About) {
        let ids = ids();
        let part2 = matches!(
            about.record_kind.or(item.record_kind),
            Some(RecordKind::SudRecord | RecordKind::SudCounselingNotes)
        ) || item.labels.contains(&Label::Part2);
        let strength = |kind: LegalProcess| match kind {
            LegalProcess::Part2Order if part2 => 8,
            LegalProcess::CourtOrder => 7,
            LegalProcess::Part2Order => 6,
            LegalProcess::JudicialSubpoena => 5,
            LegalProcess::GrandJurySubpoena => 4,
            LegalProcess::SubpoenaWithoutJudge => 3,
            LegalProcess::AdministrativeRequest => 2,
            LegalProcess::DiscoveryRequest => 1,
            LegalProcess::None => 0,
        };
        let strongest = self
            .setting
            .documents_for(item.row, about.person)
            .max_by_key(|d| (strength(d.kind), d.issued_at));
        let kind = strongest.map_or(LegalProcess::None, |d| d.kind);
        put(facts, ids.legal_process, kind.as_str());
        if let Some(document) = strongest {
            let other_process = self.setting.documents_for(item.row, about.person).any(|d| {
                matches!(
                    d.kind,
                    LegalProcess::GrandJurySubpoena
                        | LegalProcess::SubpoenaWithoutJudge
                        | LegalProcess::JudicialSubpoena
                ) && d.id != document.id
            });
            put_if(
                facts,
                ids.accompanying,
                if other_process { Some(true) } else { document.accompanying_subpoena },
            );
            put_if(facts, ids.forbids_notice, document.forbids_notice);
        } else {
            // no instrument, so none that forbids notice
            put(facts, ids.forbids_notice, false);
        }
    }

    /// Sets what was attested: for each fact the narrowest scope, and nothing where that scope disagrees with itself.
    fn attested(&self, facts: &mut Facts, person: Option<PersonId>, item: Option<&Item>) {
        let mut at = 0;
        while let Some(first) = self.findings.get(at) {
            let fact = first.fact;
            let next = self.findings[at..]
                .iter()
                .position(|f| f.fact != fact)
                .map_or(self.findings.len(), |n| at + n);
            // a second pass, for an item, only revisits facts that were attested for it
            if item.is_none_or(|i| self.findings[at..next].iter().any(|f| f.item == Some(i.id))) {
                match self.narrowest(fact, person, item) {
                    (Some(value), _) => put(facts, fact, value),
                    (None, found) if !found.is_empty() => facts.forget(fact),
                    (None, _) => {}
                }
            }
            at = next;
        }
    }

    fn narrowest(
        &self,
        fact: FactId,
        person: Option<PersonId>,
        item: Option<&Item>,
    ) -> (Option<bool>, Vec<Finding<'a>>) {
        // INVARIANT (one person's fact is nobody else's): what is judged of *the subject* counts for somebody else only
        // where it names them, or an item that is about them alone
        let of_this_person = |f: &Finding<'a>| {
            f.person.is_some()
                || !f.of_person
                || person.is_some_and(|p| self.is_subject(p))
                || (f.item.is_some() && item.is_some_and(|i| i.about.len() == 1))
        };
        let speaks = |f: &&Finding<'a>| {
            f.fact == fact
                && f.person.is_none_or(|p| Some(p) == person)
                && f.item.is_none_or(|id| item.is_some_and(|i| i.id == id))
                && of_this_person(f)
        };
        let Some(rank) = self.findings.iter().filter(speaks).map(|f| f.rank).max() else {
            return (None, Vec::new());
        };
        let all: Vec<Finding<'a>> =
            self.findings.iter().filter(speaks).filter(|f| f.rank == rank).copied().collect();
        // who judges again replaces their own earlier judgment, never somebody else's
        let latest: Vec<Finding<'a>> = all
            .iter()
            .filter(|f| {
                !all.iter().any(|g| g.made.by == f.made.by && (g.made.at, g.made.id) > (f.made.at, f.made.id))
            })
            .copied()
            .collect();
        let value =
            latest.first().map(|f| f.made.value).filter(|v| latest.iter().all(|f| f.made.value == *v));
        (value, latest)
    }
}

/// The facts for one item as a record about one person: see [`Reader`] for many items.
pub fn facts_for(setting: &Setting<'_>, item: &Item, about: &About) -> Facts {
    Reader::new(*setting).facts(item, about)
}

fn finding<'a>(made: &'a Attestation, setting: &Setting<'a>) -> Option<Finding<'a>> {
    let row: &Attestable = attestable_fact(&made.fact)?;
    let until = attestation_until(made)?;
    let in_date = made.at <= setting.now && setting.now < until;
    if !in_date || made.case != setting.case.id {
        return None;
    }
    let (rank, person, item) = match &made.scope {
        AttestationScope::Case => (1, None, None),
        AttestationScope::Person(person) => (2, Some(*person), None),
        AttestationScope::Item(item) => (3, None, Some(*item)),
        AttestationScope::Agency(id) => match setting.recipient {
            Recipient::Node(peer) if peer.id == *id => (2, None, None),
            _ => return None,
        },
        AttestationScope::Contact(id) => match setting.recipient {
            Recipient::Contact(contact) if contact.id == *id => (2, None, None),
            _ => return None,
        },
    };
    Some(Finding { fact: row.fact, rank, person, item, of_person: row.of_person, made, until })
}

/// When an attestation lapses: as it says, but never later than its fact allows. `None`: it counts for nothing, because the
/// fact is not attestable or not in that role.
pub fn attestation_until(made: &Attestation) -> Option<UtcTime> {
    let row = attestable_fact(&made.fact)?;
    row.roles
        .contains(&made.role.as_str())
        .then(|| made.until.min(made.at.plus_minutes(row.hours.saturating_mul(60))))
}

/// The `consent.*` facts that do not depend on the item. `None`: the vocabulary has no such form.
fn consent_facts(permission: &Permission, setting: &Setting<'_>) -> Option<PermissionFacts> {
    let (ids, now) = (ids(), setting.now);
    // who objects without naming whom or what for, objects to all
    let objection = permission.kind == PermissionKind::Objection;
    let (to_all, for_all) =
        (objection && permission.recipients.is_empty(), objection && permission.purposes.is_empty());
    let mut facts = PermissionFacts::new();
    facts.set_fact(ids.c_type, permission.kind.as_str().into()).ok()?;
    let mut flag =
        |fact: FactId, value: Option<bool>| value.is_none_or(|v| facts.set_fact(fact, v.into()).is_ok());
    let all_fit = flag(ids.c_signed, Some(signed(permission, now)))
        && flag(ids.c_expired, expired(permission, now))
        && flag(ids.c_revoked, Some(permission.revoked_at.is_some_and(|at| at <= now)))
        && flag(
            ids.c_names,
            Some(to_all || permission.recipients.iter().any(|r| r.names(setting.recipient))),
        )
        && flag(ids.c_purpose, Some(for_all || permission.purposes.contains(&setting.purpose)))
        && flag(ids.c_alone, permission.stands_alone)
        && flag(ids.c_tpo, permission.tpo_all_future);
    facts.set_fact(ids.c_given_by, permission.given_by.as_str().into()).ok()?;
    all_fit.then_some(facts)
}

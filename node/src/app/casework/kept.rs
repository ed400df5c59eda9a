//! How this agency keeps what is written: the class that follows from who it is, of whom it is, and where it comes from.
//! Whoever writes may say that it is of that class or of a stricter one, never of a laxer one, and a new version is never
//! laxer than the one before.
//!
//! Callers: `act`, which refuses a laxer class; `items`, which keeps to the stricter one whatever an entry says. Deliberately
//! absent: what the law makes of a class, which is `policy::law`.

use super::super::{App, AppResult, OWN_AGENCY};
use super::{History, invalid};
use policy::process::Act;
use policy::process::entry::{AsRecord, Entry};
use policy::process::words::{Basis, SourceType};
use policy::record::{Agency, Label, ObtainedVia, Person, PersonRole, RecordKind, Sector};

/// What an entry says that it is as a record.
pub(super) fn as_record(act: &Act) -> Option<&AsRecord> {
    match act {
        Act::Observe(o) => o.as_record.as_ref(),
        Act::Factor(f) => f.as_record.as_ref(),
        Act::Event(e) => e.as_record.as_ref(),
        Act::Instrument(i) => i.as_record.as_ref(),
        Act::Assess(a) => a.as_record.as_ref(),
        Act::Order(o) => o.as_record.as_ref(),
        _ => None,
    }
}

/// How one entry is kept.
pub(super) struct Kept {
    /// Its class.
    pub(super) kind: RecordKind,
    /// How this agency came to hold it.
    pub(super) via: ObtainedVia,
    /// Its labels: what a version had, those after it have.
    pub(super) labels: Vec<Label>,
}

impl Kept {
    /// How the newest of these versions is kept, oldest first; whom it is about as far as anybody is known.
    pub(super) fn of(own: &Agency, about: &[&Person], versions: &[&Act]) -> Self {
        let says = || versions.iter().filter_map(|act| as_record(act));
        let via = says().rev().find_map(|r| r.obtained_via).unwrap_or(ObtainedVia::Own);
        let mut labels: Vec<Label> = says().flat_map(|r| r.labels.iter().copied()).collect();
        labels.sort_unstable();
        labels.dedup();
        let mut kind: Option<RecordKind> = None;
        for act in versions {
            let follows = follows(own, about, act, via);
            let before = match kind {
                Some(before) if !may_be(own, before, follows, act, via) => before,
                _ => follows,
            };
            let wanted = as_record(act).and_then(|r| r.record_kind).unwrap_or(before);
            kind = Some(if may_be(own, before, wanted, act, via) { wanted } else { before });
        }
        Self { kind: kind.unwrap_or(RecordKind::PlainRecord), via, labels }
    }
}

/// An entry's versions, oldest first, itself the last.
pub(super) fn versions<'e>(entry: &'e Entry, entries: &'e [Entry]) -> Vec<&'e Act> {
    let mut all = vec![&entry.act];
    let mut older = entry.replaces;
    // entries only ever name older ones, so this ends
    while let Some(before) = older.and_then(|id| entries.iter().find(|e| e.id == id)) {
        all.push(&before.act);
        older = before.replaces;
    }
    all.reverse();
    all
}

/// Class of what this agency writes about one person, where nobody said otherwise: the strict reading.
pub(super) fn kept_as(own: &Agency, person: Option<&Person>, from_a_record: bool) -> RecordKind {
    let capacities = &own.capacities;
    let cared_for = from_a_record
        || person.is_none_or(|p| p.roles.contains(&PersonRole::Patient) || p.is_patient != Some(false));
    if capacities.part2_program == Some(true) && cared_for {
        return RecordKind::SudRecord;
    }
    if capacities.hipaa_covered == Some(true) && cared_for {
        return RecordKind::Phi;
    }
    if capacities.ferpa_covered == Some(true)
        && (from_a_record || person.is_none_or(|p| p.is_student != Some(false)))
    {
        return RecordKind::EducationRecord;
    }
    // What a provider's people saw of a visitor, and made of it, is no health information (45 CFR 160.103).
    if capacities.hipaa_covered == Some(true) {
        return RecordKind::PersonalObservation;
    }
    match own.sector {
        Sector::SchoolLawEnforcementUnit => RecordKind::LawEnforcementUnitRecord,
        _ => RecordKind::PlainRecord,
    }
}

/// Class that follows from who this agency is, whom it is about, and where it comes from.
fn follows(own: &Agency, about: &[&Person], act: &Act, via: ObtainedVia) -> RecordKind {
    if is_of_part2(via) {
        return RecordKind::SudRecord;
    }
    let from_a_record = matches!(act, Act::Observe(o) if o.source_type == SourceType::Record);
    let each = about.iter().map(|person| kept_as(own, Some(person), from_a_record));
    each.min_by_key(|kind| laxity(*kind)).unwrap_or_else(|| kept_as(own, None, from_a_record))
}

/// Order of the classes that [`kept_as`] gives, the strictest first.
const fn laxity(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::SudRecord => 0,
        RecordKind::Phi => 1,
        RecordKind::EducationRecord => 2,
        _ => 3,
    }
}

/// Whether something of which this class follows may be said to be of that one: the same, or a stricter one.
fn may_be(own: &Agency, follows: RecordKind, said: RecordKind, act: &Act, via: ObtainedVia) -> bool {
    use RecordKind as K;
    if said == follows {
        return true;
    }
    match said {
        // It is about a person, and nobody has looked at it as these classes ask.
        K::Deidentified | K::LimitedDataSet | K::DirectoryInformation => false,
        K::SudRecord | K::SudCounselingNotes => {
            follows != K::SudCounselingNotes
                && (said == K::SudCounselingNotes || follows != K::PsychotherapyNotes)
        }
        K::PsychotherapyNotes => follows == K::Phi || is_open(follows),
        K::EducationRecord | K::FerpaTreatmentRecord if is_of_school(via) => {
            !matches!(follows, K::SudRecord | K::SudCounselingNotes | K::PsychotherapyNotes)
        }
        K::FerpaTreatmentRecord => follows == K::EducationRecord || is_open(follows),
        K::CriminalIntelligence => via == ObtainedVia::Cfr23Dissemination || is_open(follows),
        K::CriminalHistory | K::EducationRecord | K::Phi => is_open(follows),
        K::PersonalObservation => match follows {
            K::PlainRecord => matches!(act, Act::Observe(_)),
            // What somebody saw themselves is no education record (34 CFR 99.3), as long as nobody took it from one.
            K::EducationRecord => own.capacities.hipaa_covered != Some(true) && is_seen(act, via),
            _ => false,
        },
        K::PlainRecord | K::LawEnforcementUnitRecord => false,
    }
}

/// Classes that no federal rule closes by themselves.
const fn is_open(kind: RecordKind) -> bool {
    matches!(
        kind,
        RecordKind::PlainRecord | RecordKind::PersonalObservation | RecordKind::LawEnforcementUnitRecord
    )
}

fn is_seen(act: &Act, via: ObtainedVia) -> bool {
    via == ObtainedVia::Own
        && matches!(act, Act::Observe(o)
            if o.basis == Basis::Observed && o.source_type == SourceType::DirectWitness)
}

const fn is_of_school(via: ObtainedVia) -> bool {
    matches!(via, ObtainedVia::FerpaSchoolOfficial | ObtainedVia::FerpaEmergency)
}

const fn is_of_part2(via: ObtainedVia) -> bool {
    use ObtainedVia as V;
    matches!(
        via,
        V::Part2TpoConsent | V::Part2Consent | V::Part2JusticeConsent | V::Part2Emergency | V::Part2Audit
    )
}

impl App {
    /// Refuses an entry that says of itself what this agency cannot keep it as. `entries` ends with it.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] for a laxer class, or for somebody who is nobody of the case.
    pub(super) async fn check_as_record(&self, history: &History, entries: &[Entry]) -> AppResult<()> {
        let Some((entry, said)) = entries.last().and_then(|e| Some((e, as_record(&e.act)?))) else {
            return Ok(());
        };
        let known = |id| history.people.iter().find(move |p| p.id == id);
        if let Some(unknown) = said.about.iter().find(|id| known(**id).is_none()) {
            return Err(invalid(
                "as_record.about",
                format!("names {unknown}, who is nobody of this case: `concord case show` lists its people"),
            ));
        }
        let (Some(kind), Some(own)) = (said.record_kind, self.find::<Agency>(OWN_AGENCY).await?) else {
            return Ok(());
        };
        let mut about: Vec<&Person> = said.about.iter().filter_map(|id| known(*id)).collect();
        if about.is_empty() {
            about.extend(history.person_of_concern());
        }
        let kept = Kept::of(&own.record, &about, &versions(entry, entries));
        if kept.kind == kind {
            return Ok(());
        }
        Err(invalid(
            "as_record.record_kind",
            format!(
                "{kind} is laxer than {}, as this agency keeps it: leave it out. It follows from what the agency is, from \
                 whom it is about (say of the person whether they are a patient or student), from where it comes \
                 (source_type, obtained_via), and from the version before",
                kept.kind
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordKind as K;
    use policy::id::{AgencyId, Id, PersonId};
    use policy::process::entry::Observation;
    use policy::process::words::{Directness, Nature};
    use policy::record::Capacities;
    use policy::time::Date;

    fn agency(hipaa: bool, ferpa: bool, part2: bool) -> Agency {
        let capacities = Capacities {
            hipaa_covered: Some(hipaa),
            ferpa_covered: Some(ferpa),
            part2_program: Some(part2),
            ..Capacities::default()
        };
        Agency {
            id: AgencyId::from("here"),
            name: "Here".into(),
            sector: Sector::Hospital,
            state: None,
            capacities,
            signed_by: None,
            signed_at: None,
            telephone: String::new(),
        }
    }

    fn person(is_patient: Option<bool>) -> Person {
        Person {
            id: PersonId(Id(7)),
            case: policy::id::CaseId(Id(1)),
            roles: vec![PersonRole::PersonOfConcern],
            names: Vec::new(),
            date_of_birth: None,
            is_student: None,
            attends_postsecondary: None,
            is_patient,
            consented_to_own_care: None,
            law_enforcement_status: None,
            state: None,
        }
    }

    fn observed(source_type: SourceType, said: AsRecord) -> Act {
        let day = Date { year: 2026, month: 3, day: 2 };
        Observation {
            text: "shouted".into(),
            happened_on: day,
            learned_on: day,
            basis: Basis::Observed,
            nature: Nature::Behavior,
            source_type,
            source: "desk clerk".into(),
            directness: Directness::Observed,
            indicator: None,
            threat_type: None,
            threat_mode: None,
            exact_words: false,
            as_record: Some(said),
        }
        .into()
    }

    fn said(kind: Option<K>) -> AsRecord {
        AsRecord { record_kind: kind, ..AsRecord::default() }
    }

    fn kept(own: &Agency, is_patient: Option<bool>, source: SourceType, kind: Option<K>) -> K {
        Kept::of(own, &[&person(is_patient)], &[&observed(source, said(kind))]).kind
    }

    #[test]
    fn what_is_of_treatment_is_called_nobodys_own_observation() {
        use SourceType::{DirectWitness as Seen, Record};
        let hospital = agency(true, false, false);
        for is_patient in [None, Some(true)] {
            assert_eq!(kept(&hospital, is_patient, Seen, Some(K::PersonalObservation)), K::Phi);
            assert_eq!(kept(&hospital, is_patient, Seen, Some(K::PlainRecord)), K::Phi);
            assert_eq!(kept(&hospital, is_patient, Seen, Some(K::PsychotherapyNotes)), K::PsychotherapyNotes);
        }
        assert_eq!(kept(&hospital, Some(false), Seen, None), K::PersonalObservation, "of a visitor");
        assert_eq!(
            kept(&hospital, Some(false), Record, Some(K::PersonalObservation)),
            K::Phi,
            "out of a record"
        );
        let program = agency(true, false, true);
        assert_eq!(kept(&program, Some(true), Seen, Some(K::Phi)), K::SudRecord);
        let school = agency(false, true, false);
        assert_eq!(kept(&school, None, Seen, None), K::EducationRecord);
        assert_eq!(
            kept(&school, None, Seen, Some(K::PersonalObservation)),
            K::PersonalObservation,
            "seen oneself"
        );
        for source in [Record, SourceType::SecondHand, SourceType::Document] {
            assert_eq!(kept(&school, None, source, Some(K::PersonalObservation)), K::EducationRecord);
        }
    }

    #[test]
    fn several_people_are_kept_as_strictly_as_the_strictest() {
        let act = observed(SourceType::DirectWitness, said(None));
        let (visitor, patient) = (person(Some(false)), person(Some(true)));
        let kept = Kept::of(&agency(true, false, false), &[&visitor, &patient], &[&act]);
        assert_eq!(kept.kind, K::Phi);
    }

    #[test]
    fn a_new_version_is_never_laxer_and_keeps_labels_and_the_way_it_came() {
        let first = AsRecord {
            obtained_via: Some(ObtainedVia::Part2Consent),
            labels: vec![Label::ALL[0]],
            ..said(Some(K::SudCounselingNotes))
        };
        let [first, again] = [first, said(Some(K::Phi))].map(|r| observed(SourceType::DirectWitness, r));
        let kept = Kept::of(&agency(true, false, false), &[&person(Some(false))], &[&first, &again]);
        assert_eq!((kept.kind, kept.via), (K::SudCounselingNotes, ObtainedVia::Part2Consent));
        assert_eq!(kept.labels, [Label::ALL[0]]);
    }

    #[test]
    fn of_two_classes_at_most_one_is_the_stricter() {
        let act = observed(SourceType::Record, said(None));
        let own = agency(true, true, true);
        for a in K::ALL {
            for b in K::ALL.iter().filter(|b| *b != a) {
                let both = may_be(&own, *a, *b, &act, ObtainedVia::Own)
                    && may_be(&own, *b, *a, &act, ObtainedVia::Own);
                assert!(!both, "{a} and {b}");
                let lax = matches!(b, K::Deidentified | K::LimitedDataSet | K::DirectoryInformation);
                assert!(!(lax && may_be(&own, *a, *b, &act, ObtainedVia::Own)), "{b}");
            }
        }
    }
}

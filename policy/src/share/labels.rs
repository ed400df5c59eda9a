//! Which rows judge an item: its own, and every row that a label of its content names. Labels only grow.
//!
//! Called by `door` (sender) and `admit` (receiver), who derive the same labels from the same words.

use crate::record::{Element, Item, Label, ObtainedVia, PersonRole, RecordKind, Row};

/// The labels that a record of this kind, obtained this way, with these elements, has whether or not somebody set them.
pub fn demanded(
    row: Row,
    kind: Option<RecordKind>,
    via: ObtainedVia,
    elements: &[Element],
) -> impl Iterator<Item = Label> {
    // row 25 says by a status code whether somebody attends, and is judged as that
    let attendance_only = row == STATUS;
    let of_kind = match kind {
        Some(RecordKind::SudRecord) => Some(Label::Part2),
        Some(RecordKind::PsychotherapyNotes | RecordKind::SudCounselingNotes) => Some(Label::SessionNotes),
        Some(RecordKind::CriminalHistory) => Some(Label::CriminalHistory),
        _ => None,
    };
    let of_program = (kind == Some(RecordKind::SudCounselingNotes)).then_some(Label::Part2);
    let of_way = matches!(
        via,
        ObtainedVia::Part2TpoConsent
            | ObtainedVia::Part2Consent
            | ObtainedVia::Part2JusticeConsent
            | ObtainedVia::Part2Emergency
            | ObtainedVia::Part2Audit
    )
    .then_some(Label::Part2);
    let of_elements = elements.iter().filter_map(move |e| match e {
        Element::DiagnosisOrTreatment if attendance_only => None,
        Element::DiagnosisOrTreatment | Element::HealthInformation => Some(Label::Health),
        Element::AcademicHistory
        | Element::DisciplinaryHistory
        | Element::DisciplinaryFinalResults
        | Element::CounselingNotes => Some(Label::Education),
        Element::CriminalHistoryEntries => Some(Label::CriminalHistory),
        Element::ReligiousAffiliation => Some(Label::ProtectedTrait),
        _ => None,
    });
    of_kind.into_iter().chain(of_program).chain(of_way).chain(of_elements)
}

/// Every label of the item: those set, and those that its kinds and elements demand.
pub fn all(item: &Item) -> Vec<Label> {
    let mut labels = item.labels.clone();
    let kinds = item.about.iter().map(|a| a.record_kind).chain([item.record_kind]);
    for kind in kinds {
        labels.extend(demanded(item.row, kind, item.obtained_via, &item.elements));
    }
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// The rows that judge it, its own first.
pub fn rows(item: &Item) -> Vec<Row> {
    let mut rows = vec![item.row];
    for row in all(item).into_iter().map(Label::row) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// The row that holds the name of somebody in this role.
pub const fn row_of_name(role: PersonRole) -> Row {
    match role {
        PersonRole::PersonOfConcern | PersonRole::Patient => NAME,
        PersonRole::Target => TARGET,
        PersonRole::Family => GUARDIAN,
        PersonRole::Reporter | PersonRole::OtherStudent | PersonRole::Other => BYSTANDER,
    }
}

const NAME: Row = row(2);
const GUARDIAN: Row = row(8);
const BYSTANDER: Row = row(10);
const TARGET: Row = row(13);
const STATUS: Row = row(25);

const fn row(number: u8) -> Row {
    match Row::new(number) {
        Ok(row) => row,
        Err(_) => unreachable!(),
    }
}

//! Minimum necessary as data: forty rows by thirteen columns, and how one cell is judged.
//!
//! The table is `law/matrix.toml`, embedded; tests and counsel can put another beside it. Called by `door` (sender) and
//! `admit` (receiver). A cell alone authorizes nothing: the law has decided before, approval and gate come after.
//! Absent on purpose: any cell that an emergency opens although the table says X.

use super::class::Class;
use crate::record::words::words;
use crate::record::{Form, Row};
use std::sync::OnceLock;

/// How a cell opens without anything further being shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Plain {
    /// Not at all.
    #[default]
    Closed,
    /// In its form (code D).
    Derived,
    /// Whole (code N).
    Whole,
}

/// What opens a cell, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Opening {
    /// Without more than a legal basis.
    pub plain: Plain,
    /// With consent, or another named authority in its place (code C).
    pub consent: bool,
    /// In an emergency (code E).
    pub emergency: bool,
    /// On legal process, duty or permission naming this kind of recipient (code L).
    pub process: bool,
    /// With `plain = Derived`: the form until something opens the whole. Otherwise: the most that C, E or L open.
    pub form: Option<Form>,
}

impl Opening {
    /// Never (code X).
    pub const NEVER: Self =
        Self { plain: Plain::Closed, consent: false, emergency: false, process: false, form: None };
    /// Whether nothing opens it.
    pub fn is_never(self) -> bool {
        self == Self::NEVER
    }
}

words! {
    /// A footnote that a cell depends on.
    Note {
        /// The recipient's own place or time.
        OwnPlace = "own_place",
        /// Status of the recipient's own service.
        OwnService = "own_service",
        /// The recipient's own task.
        OwnTask = "own_task",
        /// About the recipient alone.
        Itself = "self",
        /// About the person who asks (or is represented), and nobody else.
        OwnInformation = "own_information",
        /// The school's own team.
        OwnSchool = "own_school",
        /// Medical personnel in a bona fide medical emergency only.
        MedicalEmergency = "medical_emergency",
        /// An order in force that names this row.
        OrderNamesRow = "order_names_row",
        /// A written, time-limited release by the person.
        VawaRelease = "vawa_release",
    }
}

/// One cell: a row for a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Cell {
    /// What opens it (where the footnote is met, if it has one).
    pub main: Opening,
    /// The footnote.
    pub note: Option<Note>,
    /// What opens it where the footnote is not met.
    pub otherwise: Opening,
}

impl Cell {
    /// Never, and an emergency does not open it.
    pub const NEVER: Self = Self { main: Opening::NEVER, note: None, otherwise: Opening::NEVER };
    /// Whether nothing opens it, footnote or not.
    pub fn is_never(self) -> bool {
        self.main.is_never() && self.otherwise.is_never()
    }
    /// Whether a released item of this row could have this form (`None`: whole) for this class at all.
    pub fn could_release(self, form: Option<Form>) -> bool {
        [self.main, self.otherwise].into_iter().any(|o| match (o.plain, form) {
            (Plain::Whole, _) => true,
            (Plain::Derived, None) => o.consent || o.emergency || o.process,
            (Plain::Derived, Some(f)) => o.form == Some(f),
            (Plain::Closed, f) if o.consent || o.emergency || o.process => o.form.is_none() || o.form == f,
            (Plain::Closed, _) => false,
        })
    }
    /// Parses the notation of `law/matrix.toml`, such as `DCE:statement` or `N@own_school/CE`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (main, otherwise) = text.split_once('/').map_or((text, None), |(m, o)| (m, Some(o)));
        let (codes, note) = main.split_once('@').map_or((main, None), |(c, n)| (c, Some(n)));
        let note = note
            .map(|n| Note::from_word(n).ok_or_else(|| format!("there is no footnote named `{n}`")))
            .transpose()?;
        if note.is_none() && otherwise.is_some() {
            return Err(format!("`{text}`: what follows `/` needs a footnote before it"));
        }
        let otherwise = otherwise.map_or(Ok(Opening::NEVER), parse_opening)?;
        Ok(Self { main: parse_opening(codes)?, note, otherwise })
    }
}

impl std::fmt::Display for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.plain {
            Plain::Closed if self.is_never() => return f.write_str("X"),
            Plain::Closed => {}
            Plain::Derived => f.write_str("D")?,
            Plain::Whole => f.write_str("N")?,
        }
        for (code, on) in [("C", self.consent), ("E", self.emergency), ("L", self.process)] {
            if on {
                f.write_str(code)?;
            }
        }
        self.form.map_or(Ok(()), |form| write!(f, ":{form}"))
    }
}

/// The notation of `law/matrix.toml`; it parses back to the same cell.
impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.main)?;
        if let Some(note) = self.note {
            write!(f, "@{note}")?;
        }
        if self.otherwise.is_never() { Ok(()) } else { write!(f, "/{}", self.otherwise) }
    }
}

fn parse_opening(text: &str) -> Result<Opening, String> {
    let (codes, form) = text.split_once(':').map_or((text, None), |(c, f)| (c, Some(f)));
    let form = form
        .map(|f| Form::from_word(f).ok_or_else(|| format!("there is no form named `{f}`")))
        .transpose()?;
    let mut opening = Opening { form, ..Opening::NEVER };
    if codes == "X" && form.is_none() {
        return Ok(opening);
    }
    for code in codes.chars() {
        let taken = match code {
            'N' if codes == "N" => std::mem::replace(&mut opening.plain, Plain::Whole) != Plain::Closed,
            'D' => std::mem::replace(&mut opening.plain, Plain::Derived) != Plain::Closed,
            'C' => std::mem::replace(&mut opening.consent, true),
            'E' => std::mem::replace(&mut opening.emergency, true),
            'L' => std::mem::replace(&mut opening.process, true),
            _ => return Err(format!("`{text}`: codes are N, X, or some of D C E L")),
        };
        if taken {
            return Err(format!("`{text}`: `{code}` is written twice"));
        }
    }
    match (opening.plain, form) {
        (Plain::Derived, None) => Err(format!("`{text}`: D needs a form, as in D:statement")),
        (Plain::Whole, Some(_)) => Err(format!("`{text}`: N is whole and takes no form")),
        _ if opening.is_never() => Err(format!("`{text}`: an empty cell is written X")),
        _ => Ok(opening),
    }
}

/// The whole table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    cells: Box<[[Cell; Class::COUNT]; Row::COUNT as usize]>,
    names: Box<[String]>,
}

/// The matrix file could not be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("matrix: {0}")]
pub struct MatrixMalformed(pub String);

impl Matrix {
    /// The matrix that is part of this build.
    #[expect(clippy::expect_used, reason = "the embedded file is parsed by a test of this module")]
    pub fn embedded() -> &'static Self {
        static MATRIX: OnceLock<Matrix> = OnceLock::new();
        MATRIX.get_or_init(|| Self::parse(include_str!("../../law/matrix.toml")).expect("embedded matrix"))
    }

    /// Parses the format of `law/matrix.toml`.
    ///
    /// # Errors
    /// [`MatrixMalformed`] says which row and column cannot be read; every row and column has to be there.
    pub fn parse(text: &str) -> Result<Self, MatrixMalformed> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            columns: String,
            rows: std::collections::BTreeMap<String, String>,
            names: std::collections::BTreeMap<String, String>,
        }
        let bad = |m: String| MatrixMalformed(m);
        let file: File = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        let columns: Vec<Class> = file
            .columns
            .split_whitespace()
            .map(|c| Class::from_word(c).ok_or_else(|| bad(format!("there is no column `{c}`"))))
            .collect::<Result<_, _>>()?;
        if columns.len() != Class::COUNT || Class::ALL.iter().any(|c| !columns.contains(c)) {
            return Err(bad(format!("name each of the {} columns once", Class::COUNT)));
        }
        if file.rows.len() != usize::from(Row::COUNT) || file.names.len() != usize::from(Row::COUNT) {
            return Err(bad(format!("there are {} rows, each with a name", Row::COUNT)));
        }
        let mut cells = Box::new([[Cell::NEVER; Class::COUNT]; Row::COUNT as usize]);
        let mut names = Vec::with_capacity(usize::from(Row::COUNT));
        for (row, line) in Row::all().zip(cells.iter_mut()) {
            let key = row.to_string();
            let (Some(text), Some(name)) = (file.rows.get(&key), file.names.get(&key)) else {
                return Err(bad(format!("row {row} is missing")));
            };
            let codes: Vec<&str> = text.split_whitespace().collect();
            if codes.len() != columns.len() {
                return Err(bad(format!("row {row} has {} cells, not {}", codes.len(), columns.len())));
            }
            for (class, code) in columns.iter().zip(codes) {
                line[class.index()] =
                    Cell::parse(code).map_err(|e| bad(format!("row {row}, column {class}: {e}")))?;
            }
            names.push(name.clone());
        }
        Ok(Self { cells, names: names.into() })
    }

    /// The cell of this row for this class.
    pub fn cell(&self, row: Row, class: Class) -> Cell {
        self.cells[usize::from(row.number()) - 1][class.index()]
    }

    /// What the row holds, in words.
    pub fn name(&self, row: Row) -> &str {
        &self.names[usize::from(row.number()) - 1]
    }

    /// The same matrix with one cell replaced: for tests and for comparing proposals.
    #[must_use]
    pub fn with_cell(mut self, row: Row, class: Class, cell: Cell) -> Self {
        self.cells[usize::from(row.number()) - 1][class.index()] = cell;
        self
    }
}

/// What kinds of authority a regime's permitting clauses are (`law/gates.toml` says which clause is which).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Gates(u8);

impl Gates {
    /// Consent of the right person.
    pub const CONSENT: Self = Self(1);
    /// Another named authority in its place: school official, treatment, contractor.
    pub const AUTHORITY: Self = Self(2);
    /// The regime's emergency test.
    pub const EMERGENCY: Self = Self(4);
    /// Legal process, or a duty or permission that names this kind of recipient.
    pub const PROCESS: Self = Self(8);
    /// The order of a court.
    pub const ORDER: Self = Self(16);
    /// An ordinary permission that is none of these.
    pub const GENERAL: Self = Self(32);
    /// Names, in the spelling of `law/gates.toml`.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("consent", Self::CONSENT),
        ("authority", Self::AUTHORITY),
        ("emergency", Self::EMERGENCY),
        ("process", Self::PROCESS),
        ("order", Self::ORDER),
        ("general", Self::GENERAL),
    ];
    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// Whether some kind is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    /// No kind at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What is known about one item, one person it is about, and one recipient, when its cells are judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellFacts {
    /// For each governing regime, the kinds of its satisfied permissions. Empty: the law has not permitted.
    pub regimes: Vec<Gates>,
    /// The recipient's own place, service status or task.
    pub own: bool,
    /// About the recipient alone (or whom they represent).
    pub itself: bool,
    /// This agency is a school and the recipient its own team.
    pub own_school: bool,
    /// The recipient is medical personnel and there is a bona fide medical emergency.
    pub medical_emergency: bool,
    /// A written release by the person (VAWA) is in force for this recipient and item.
    pub vawa_release: bool,
    /// Rows that an order in force names: bit n for row n.
    pub order_rows: u64,
}

/// Why a cell stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Never for this class; no emergency and no consent opens it.
    Never,
    /// A footnote is not met.
    Note(Note),
    /// One of these would open it; none is established for each governing regime.
    Needs {
        /// Consent of the right person or a named authority in its place.
        consent: bool,
        /// The emergency test.
        emergency: bool,
        /// Process, or a duty or permission naming this kind of recipient.
        process: bool,
    },
}

/// What a cell lets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellOutcome {
    /// The whole item.
    Whole,
    /// The item in this form.
    Form(Form),
    /// Nothing.
    No(Closed),
}

/// Judges one cell of `row`.
// INVARIANT (X holds): no field of CellFacts leads from Opening::NEVER to anything but Closed.
pub fn judge(row: Row, cell: Cell, facts: &CellFacts) -> CellOutcome {
    let met = cell.note.is_none_or(|note| note_met(note, row, facts));
    let opening = if met { cell.main } else { cell.otherwise };
    if opening.is_never() {
        return CellOutcome::No(match cell.note {
            Some(note) if !met && !cell.main.is_never() => Closed::Note(note),
            _ => Closed::Never,
        });
    }
    if met && cell.note == Some(Note::MedicalEmergency) {
        // the footnote is itself the authority that the C asks for
        return CellOutcome::Whole;
    }
    let allowed = allowed_gates(opening);
    let opened = !facts.regimes.is_empty() && facts.regimes.iter().all(|regime| regime.meets(allowed));
    match (opening.plain, opening.form) {
        // an own place leaves only through the form that checks whose place it is
        (Plain::Whole, _) if cell.note == Some(Note::OwnPlace) => CellOutcome::Form(Form::OwnPlace),
        (Plain::Whole, _) => CellOutcome::Whole,
        (Plain::Derived, _) if opened => CellOutcome::Whole,
        (Plain::Closed, None) if opened => CellOutcome::Whole,
        (Plain::Derived, Some(form)) => CellOutcome::Form(form),
        (Plain::Closed, Some(form)) if opened => CellOutcome::Form(form),
        _ => CellOutcome::No(Closed::Needs {
            consent: opening.consent,
            emergency: opening.emergency,
            process: opening.process,
        }),
    }
}

fn allowed_gates(opening: Opening) -> Gates {
    let mut allowed = Gates::default();
    if opening.consent {
        allowed = allowed.and(Gates::CONSENT).and(Gates::AUTHORITY).and(Gates::ORDER);
    }
    if opening.emergency {
        allowed = allowed.and(Gates::EMERGENCY);
    }
    if opening.process {
        allowed = allowed.and(Gates::PROCESS).and(Gates::ORDER);
    }
    allowed
}

fn note_met(note: Note, row: Row, facts: &CellFacts) -> bool {
    match note {
        Note::OwnPlace | Note::OwnService | Note::OwnTask => facts.own,
        Note::Itself | Note::OwnInformation => facts.itself,
        Note::OwnSchool => facts.own_school,
        Note::MedicalEmergency => facts.medical_emergency,
        Note::OrderNamesRow => facts.order_rows & (1 << row.number()) != 0,
        Note::VawaRelease => facts.vawa_release,
    }
}

/// The stricter of two outcomes for the same item. Two different forms of one item cannot both be kept.
pub fn stricter(a: CellOutcome, b: CellOutcome) -> Option<CellOutcome> {
    use CellOutcome as O;
    Some(match (a, b) {
        (O::No(Closed::Never), _) | (_, O::No(Closed::Never)) => O::No(Closed::Never),
        (O::No(why), _) | (_, O::No(why)) => O::No(why),
        (O::Whole, other) | (other, O::Whole) => other,
        (O::Form(x), O::Form(y)) if x == y => O::Form(x),
        _ => return None,
    })
}

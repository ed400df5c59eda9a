//! Tables of state law: data for people and for the node, beside the clauses that follow from them.
//!
//! A node establishes `circumstances.duty_to_warn_state` and the like from a row only after counsel of its agency has
//! confirmed (or replaced) that row; here every row is unconfirmed. The clauses on duties to warn are written out from
//! the rows by [`duty_to_warn_clauses`], and a test keeps the file of clauses the same. Deliberately absent: any
//! evaluation of a trigger, which a named clinician finds met or not.

mod discharge;
mod reports;
mod standing;
mod written_out;

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::Deserialize;

pub use crate::record::Profession;
pub use discharge::{Act, Acts, Discharge, Logic, Taken};
pub use reports::{Gate, MandatoryReport, mandatory_reports};
pub use standing::{Standing, standing};
pub use written_out::duty_to_warn_clauses;

use super::LawError;
use crate::record::words::words;

const DUTY_TO_WARN: &str = include_str!("../../../law/states/duty_to_warn.toml");
const THREAT_TEAMS: &str = include_str!("../../../law/states/threat_teams.toml");

words! {
    /// What a state's law asks of a provider.
    Duty {
        /// A statute makes the duty, or takes the shield from liability away once its trigger is met.
        Mandatory = "mandatory",
        /// Only, or mainly, courts have made it.
        CommonLawMandatory = "common_law_mandatory",
        /// The provider may warn; no duty was found.
        Permissive = "permissive",
        /// It depends on the profession or on which duty is meant, or the sources conflict: a person must be asked.
        Mixed = "mixed",
    }
}

impl Duty {
    /// Whether some provider of the state is under a duty.
    pub const fn binds_some(self) -> bool {
        !matches!(self, Self::Permissive)
    }

    /// Whether counsel must be asked before anything rests on the row, confirmed or not.
    pub const fn asks_counsel(self) -> bool {
        matches!(self, Self::Mixed)
    }
}

words! {
    /// Whether the threat has to be against somebody identifiable.
    Victim {
        /// Always.
        Needed = "needed",
        /// But for telling police.
        UnlessPolice = "unless_police",
        /// Never.
        NotNeeded = "not_needed",
    }
}

/// Whether a profession is under a row's duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// The row lists it.
    Yes,
    /// The row lists others, and no open class.
    No,
    /// The row has an open class: the law itself has to be read.
    SeeLaw,
}

/// The duty to warn or protect of one jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyToWarn {
    /// Postal code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What the law asks.
    pub duty: Duty,
    /// How the acts that discharge it combine.
    pub logic: Logic,
    /// The acts, where there is a duty and its list is known.
    #[serde(default)]
    pub discharged_by: Option<Acts>,
    /// The acts where nobody identifiable is threatened, if they are others.
    #[serde(default)]
    pub without_victim: Option<Acts>,
    /// The same in the words of the source table.
    pub logic_says: String,
    /// Short citations; the first leads.
    pub cite: Vec<String>,
    /// The statute or leading case in full.
    pub authority: String,
    /// Professions covered.
    pub professions: Vec<Profession>,
    /// What sets the duty off, in our words.
    pub trigger: String,
    /// Whether the source asks for imminence: yes, no or unclear.
    pub imminence_required: String,
    /// Whether the source asks for an identifiable victim.
    pub identifiable_victim_required: String,
    /// Acts that count.
    pub discharge_methods: Vec<Act>,
    /// Recipients to whom a disclosure counts toward the duty.
    pub must_tell: Vec<String>,
    /// Recipients whom the law names or leaves open for a warning.
    pub may_tell: Vec<String>,
    /// Recipients that the law leaves no way around telling.
    pub compels: Vec<String>,
    /// Whether our rule asks for an imminent threat.
    pub imminence: bool,
    /// Whether our rule asks for an identifiable victim.
    pub victim: Victim,
    /// Whether `may_tell` is all there is.
    pub closed_list: bool,
    /// Whether the parent or guardian of a threatened minor stands in for, or is told beside, the minor.
    pub guardian_of_minor_victim: bool,
    /// Whether the law read shields from liability: yes or unclear. Never a reason to disclose.
    pub immunity: String,
    /// The copy that was read.
    pub source: String,
    /// What kind of text was read: `statute_text` or `secondary_source`.
    pub verified: String,
    /// Whether only part of the text was read.
    pub partial: bool,
    /// What was read, in words.
    pub read: String,
    /// Whether counsel has confirmed the row.
    pub confirmed: bool,
    /// Caveats.
    pub notes: String,
}

impl DutyToWarn {
    /// Whether an answer may rest on the row without asking counsel.
    pub fn may_be_relied_on(&self) -> bool {
        self.confirmed && !self.duty.asks_counsel()
    }

    /// Whether the row's duty is this profession's. A member of a team who is not covered may still be under another law.
    pub fn covers(&self, profession: Profession) -> Covered {
        let open = self.professions.contains(&Profession::Other);
        match profession {
            Profession::Other if open => Covered::SeeLaw,
            Profession::Other => Covered::No,
            listed if self.professions.contains(&listed) => Covered::Yes,
            _ if open => Covered::SeeLaw,
            _ => Covered::No,
        }
    }

    /// How far what people did discharges the duty, and what would.
    pub fn discharge(&self, taken: &Taken, identifiable_victim: bool) -> Discharge {
        let without = self.without_victim.as_ref().filter(|_| !identifiable_victim);
        match (self.logic, without.or(self.discharged_by.as_ref())) {
            (Logic::May, _) => Discharge::NoDuty,
            (Logic::ReasonableCare | Logic::Uncertain, _) | (_, None) => Discharge::AskCounsel,
            (_, Some(acts)) if acts.met_by(taken) => Discharge::Met,
            (_, Some(acts)) => Discharge::Lacks(acts.ways(taken)),
        }
    }

    /// A short name for exactly what the row says, which a confirmation by counsel repeats. Not a proof of origin.
    pub fn version(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{}|{}|{}|{:?}|{:?}|{:?}|{:?}|{}|{}|{:?}|{:?}|{:?}|{}|{}",
            self.code,
            self.duty,
            self.logic,
            self.discharged_by.as_ref().map(Acts::to_string),
            self.without_victim.as_ref().map(Acts::to_string),
            self.cite,
            self.professions.iter().map(|who| who.as_str()).collect::<Vec<_>>(),
            self.imminence,
            self.victim,
            self.must_tell,
            self.may_tell,
            self.compels,
            self.closed_list,
            self.guardian_of_minor_victim,
        );
        // FNV-1a
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// The row of a jurisdiction, by postal code.
pub fn duty_to_warn_of(code: &str) -> Option<&'static DutyToWarn> {
    duty_to_warn().iter().find(|row| row.code == code)
}

/// One threat assessment team statute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreatTeams {
    /// Postal code.
    pub code: String,
    /// Name of the state.
    pub name: String,
    /// What the teams serve.
    pub serves: String,
    /// Citations; the first leads.
    pub cite: Vec<String>,
    /// Who sets teams up.
    pub set_up_by: String,
    /// What must be found before records may be obtained.
    pub opens: String,
    /// Kinds of record that the team may then obtain.
    pub may_obtain: Vec<String>,
    /// What may not go on.
    pub redisclosure: String,
    /// Who must be told.
    pub must_notify: Vec<String>,
    /// What may be done at once, whatever else.
    pub urgent_action: String,
    /// What kind of text was read.
    pub verified: String,
    /// What was read, in words.
    pub read: String,
    /// The copy that was read.
    pub source: String,
    /// Whether counsel has confirmed the row.
    pub confirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<Row> {
    row: Vec<Row>,
}

/// The duty to warn of every jurisdiction, in the order of the table.
///
/// # Panics
/// If the embedded table does not load; a test of this crate loads it.
pub fn duty_to_warn() -> &'static [DutyToWarn] {
    static ROWS: OnceLock<Vec<DutyToWarn>> = OnceLock::new();
    ROWS.get_or_init(|| embedded("duty_to_warn.toml", DUTY_TO_WARN))
}

/// The threat assessment team statutes that were read.
///
/// # Panics
/// If the embedded table does not load; a test of this crate loads it.
pub fn threat_teams() -> &'static [ThreatTeams] {
    static ROWS: OnceLock<Vec<ThreatTeams>> = OnceLock::new();
    ROWS.get_or_init(|| embedded("threat_teams.toml", THREAT_TEAMS))
}

#[expect(clippy::panic, reason = "the tables are part of the program; a test loads them")]
fn embedded<Row: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Vec<Row> {
    read_rows(file, text).unwrap_or_else(|error| panic!("the embedded table: {error}"))
}

fn read_rows<Row: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<Vec<Row>, LawError> {
    let table: Table<Row> = toml::from_str(text).map_err(|error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        LawError {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().map_or(0, str::len) + 1,
            message: error.message().trim().to_owned(),
        }
    })?;
    Ok(table.row)
}

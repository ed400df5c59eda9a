//! The accounting of disclosures: what is owed to a person (45 CFR 164.528, 34 CFR 99.32, 42 CFR 2.25), as views of one log.

use super::rows::Read;
use super::suspensions::{InForce, leave_out};
use super::{AccountingEntry, App, AppResult};
use crate::store::Kind;
use policy::id::{CaseId, PersonId};
use policy::time::UtcTime;

/// Which law's accounting is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Every line.
    All,
    /// 45 CFR 164.528.
    Hipaa,
    /// 34 CFR 99.32.
    Ferpa,
    /// 42 CFR 2.25.
    Part2,
}

impl View {
    /// The view with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "" | "all" => Some(Self::All),
            "hipaa" => Some(Self::Hipaa),
            "ferpa" => Some(Self::Ferpa),
            "part2" => Some(Self::Part2),
            _ => None,
        }
    }
    /// Whether it shows what the record of this regime holds.
    pub fn is_of(self, regime: &str) -> bool {
        match self {
            Self::All => true,
            Self::Hipaa => regime == "hipaa",
            Self::Ferpa => regime == "ferpa",
            Self::Part2 => regime == "part2",
        }
    }
    fn shows(self, entry: &AccountingEntry) -> bool {
        self == Self::All || entry.views.iter().any(|view| self.is_of(view))
    }
}

/// One line, and until when some of it may not be told to the person.
pub struct OwedLine {
    /// The line, as the view shows it.
    pub entry: Read<AccountingEntry>,
    /// Present only in the view of every line, which shows it whole.
    pub not_told_until: Option<UtcTime>,
}

/// Lines of one view, and for own staff what stands in their way.
pub struct Owed {
    /// Oldest first.
    pub lines: Vec<OwedLine>,
    /// Statements in force that suspend the person's right, for what this view is about.
    pub suspended: Vec<InForce>,
}

impl App {
    /// Lines of a case, or of one of its people, oldest first.
    ///
    /// # Errors
    /// When storage fails.
    ///
    /// # Law
    /// 45 CFR 164.528(a)(2) and (b), 34 CFR 99.32(a), 42 CFR 2.25 (not yet in force), read 2026-11.
    pub async fn accounting(&self, case: CaseId, person: Option<PersonId>, view: View) -> AppResult<Owed> {
        let mut all: Vec<Read<AccountingEntry>> = self.children(Kind::Accounting, case.0).await?;
        all.retain(|l| view.shows(&l.record) && person.is_none_or(|p| l.record.person == Some(p)));
        all.sort_by_key(|l| (l.record.at, l.row.r.id));
        let mut suspended = match view {
            View::All | View::Hipaa => self.suspensions_in_force(case).await?,
            View::Ferpa | View::Part2 => Vec::new(),
        };
        let mut lines = Vec::new();
        for mut entry in all {
            let mut told = entry.record.clone();
            let until = if View::Hipaa.shows(&told) { leave_out(&mut told, &mut suspended) } else { None };
            if view == View::All {
                lines.push(OwedLine { entry, not_told_until: until });
            } else if until.is_none() || !told.accounted.items.is_empty() {
                entry.record = told;
                lines.push(OwedLine { entry, not_told_until: None });
            }
        }
        Ok(Owed { lines, suspended })
    }

    /// Lines of what other agencies sent that no member has linked to a case yet, oldest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn accounting_unlinked(&self, view: View) -> AppResult<Vec<Read<AccountingEntry>>> {
        let mut lines: Vec<Read<AccountingEntry>> = self.children(Kind::Accounting, super::UNLINKED).await?;
        lines.retain(|l| view.shows(&l.record));
        lines.sort_by_key(|l| (l.record.at, l.row.r.id));
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_shows_what_its_own_regime_keeps_and_the_whole_view_all() {
        for regime in ["hipaa", "ferpa", "part2"] {
            let of: Vec<_> = [View::Hipaa, View::Ferpa, View::Part2]
                .into_iter()
                .filter(|view| view.is_of(regime))
                .collect();
            assert_eq!(of, [View::from_word(regime).unwrap()]);
            assert!(View::All.is_of(regime));
        }
    }
}

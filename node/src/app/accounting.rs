//! The accounting of disclosures: what is owed to a person (45 CFR 164.528, 34 CFR 99.32, 42 CFR 2.25), as views of one log.

use super::rows::Read;
use super::{AccountingEntry, App, AppResult};
use crate::store::Kind;
use policy::id::{CaseId, PersonId};

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
    fn shows(self, entry: &AccountingEntry) -> bool {
        let name = match self {
            Self::All => return true,
            Self::Hipaa => "hipaa",
            Self::Ferpa => "ferpa",
            Self::Part2 => "part2",
        };
        entry.views.iter().any(|v| v == name)
    }
}

impl App {
    /// Lines of a case, or of one of its people, oldest first.
    ///
    /// # Errors
    /// When storage fails.
    ///
    /// # Law
    /// 45 CFR 164.528(b), 34 CFR 99.32(a), 42 CFR 2.25 (not yet in force), read 2026-11.
    pub async fn accounting(
        &self,
        case: CaseId,
        person: Option<PersonId>,
        view: View,
    ) -> AppResult<Vec<Read<AccountingEntry>>> {
        let mut lines: Vec<Read<AccountingEntry>> = self.children(Kind::Accounting, case.0).await?;
        lines.retain(|l| view.shows(&l.record) && person.is_none_or(|p| l.record.person == Some(p)));
        lines.sort_by_key(|l| (l.record.at, l.row.r.id));
        Ok(lines)
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

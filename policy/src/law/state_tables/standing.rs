//! What stands between a row of the table and an answer that rests on it: this agency's counsel.
//!
//! Counsel confirms a row or puts something else in its place; either is signed, dated and ends. Nothing here reads
//! federal law, and nothing here could switch it off: a confirmed row only sets what a state asks of a provider
//! (`circumstances.duty_to_warn_state` and the closed list). Called by `facts::from_records` and by whoever shows a row.

use super::{Duty, DutyToWarn, duty_to_warn_of};
use crate::record::{DutyLogic, StateRow};
use crate::time::UtcTime;

/// Whether anything may rest on what a state's law is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Counsel confirmed the row as it is, and the confirmation is in date.
    Confirmed(&'a StateRow),
    /// Counsel put another answer in the row's place, in date.
    Overridden(&'a StateRow),
    /// Counsel confirmed another text of the row: it has to be read again.
    Outdated(&'a StateRow),
    /// Every confirmation has ended.
    Ended(&'a StateRow),
    /// Counsel has said nothing.
    Unconfirmed,
}

impl<'a> Standing<'a> {
    /// What counsel said, where it counts.
    pub fn in_force(self) -> Option<&'a StateRow> {
        match self {
            Self::Confirmed(row) | Self::Overridden(row) => Some(row),
            Self::Outdated(_) | Self::Ended(_) | Self::Unconfirmed => None,
        }
    }

    /// Why counsel has to be asked; nothing where an answer may rest on the row.
    pub const fn asks_counsel(self) -> Option<&'static str> {
        match self {
            Self::Confirmed(_) | Self::Overridden(_) => None,
            Self::Outdated(_) => Some("the row has changed since counsel confirmed it"),
            Self::Ended(_) => Some("counsel's confirmation has ended"),
            Self::Unconfirmed => Some("counsel of this agency has not confirmed the row"),
        }
    }
}

/// Where a jurisdiction stands at a moment: the newest confirmation in date wins.
pub fn standing<'a>(rows: &'a [StateRow], code: &str, now: UtcTime) -> Standing<'a> {
    let of_state = || rows.iter().filter(|row| row.state.as_str() == code && row.confirmed_at <= now);
    if let Some(row) = of_state().filter(|row| now < row.until).max_by_key(|row| row.confirmed_at) {
        let base = duty_to_warn_of(code);
        let read_this = base.is_some_and(|base| base.version() == row.row);
        return match base {
            _ if !read_this => Standing::Outdated(row),
            Some(base) if says_the_same(base, row) => Standing::Confirmed(row),
            _ => Standing::Overridden(row),
        };
    }
    of_state().max_by_key(|row| row.until).map_or(Standing::Unconfirmed, Standing::Ended)
}

fn says_the_same(base: &DutyToWarn, row: &StateRow) -> bool {
    let duty = match row.logic {
        DutyLogic::Mandatory => matches!(base.duty, Duty::Mandatory | Duty::CommonLawMandatory),
        DutyLogic::Permissive => base.duty == Duty::Permissive,
        DutyLogic::None => false,
    };
    duty && base.closed_list != row.closed_recipients.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::StaffId;
    use crate::record::UsState;

    fn at(day: &str) -> UtcTime {
        UtcTime::parse(&format!("{day}T00:00:00Z")).unwrap()
    }

    fn row(logic: DutyLogic, confirmed: &str, until: &str, version: &str) -> StateRow {
        StateRow {
            state: UsState::from_word("VA").unwrap(),
            logic,
            closed_recipients: Vec::new(),
            confirmed_by: StaffId::from("spiffe://region/agency/staff/counsel"),
            confirmed_at: at(confirmed),
            until: at(until),
            row: version.to_owned(),
            authority: String::new(),
        }
    }

    #[test]
    fn only_what_counsel_confirmed_in_date_and_as_it_is_counts() {
        let version = duty_to_warn_of("VA").unwrap().version();
        let rows = [row(DutyLogic::Mandatory, "2026-01-01", "2027-01-01", &version)];
        assert!(matches!(standing(&rows, "VA", at("2026-06-01")), Standing::Confirmed(_)));
        assert_eq!(standing(&rows, "VA", at("2025-06-01")), Standing::Unconfirmed, "not yet");
        assert!(matches!(standing(&rows, "VA", at("2027-01-01")), Standing::Ended(_)));
        assert_eq!(standing(&rows, "MD", at("2026-06-01")), Standing::Unconfirmed, "another state");
        let other_text = [row(DutyLogic::Mandatory, "2026-01-01", "2027-01-01", "0000000000000000")];
        let outdated = standing(&other_text, "VA", at("2026-06-01"));
        assert!(matches!(outdated, Standing::Outdated(_)) && outdated.in_force().is_none());
        assert!(outdated.asks_counsel().is_some());
        let names_none = [row(DutyLogic::Mandatory, "2026-01-01", "2027-01-01", "")];
        assert!(matches!(standing(&names_none, "VA", at("2026-06-01")), Standing::Outdated(_)));
    }

    #[test]
    fn the_newest_in_date_wins_and_another_answer_is_an_override() {
        let version = duty_to_warn_of("VA").unwrap().version();
        let rows = [
            row(DutyLogic::Mandatory, "2026-01-01", "2027-01-01", &version),
            row(DutyLogic::None, "2026-03-01", "2026-05-01", &version),
        ];
        assert!(matches!(standing(&rows, "VA", at("2026-04-01")), Standing::Overridden(_)));
        assert!(
            matches!(standing(&rows, "VA", at("2026-06-01")), Standing::Confirmed(_)),
            "the newer has ended"
        );
    }
}

//! The code with which somebody who told this node something comes back without saying who they are.
//!
//! Callers: whatever takes a report (`casework::report`, and a member who takes one by telephone). The code is shown once;
//! a keyed digest of it is kept. Deliberately absent: a way to read a code again, and any list of codes.

use super::references::Place;
use super::rows::{put_new, read};
use super::{App, AppError, AppResult};
use crate::store::{Changes, Kind, Lookup};
use policy::id::CaseId;
use serde::{Deserialize, Serialize};

/// Digits and letters that cannot be taken for one another, read aloud or by hand: no I, L, O and U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random symbols, of five bits each.
const RANDOM: usize = 19;
/// Symbols in one group.
const GROUP: usize = 4;

/// What a code leads to. The row is found by a digest; the code itself is nowhere.
#[derive(Serialize, Deserialize)]
struct ReturnCode {
    case: CaseId,
}

/// A code as somebody typed it, with its last symbol checked.
pub struct Code([u8; RANDOM + 1]);

impl Code {
    /// Reads what was typed: lower case, blanks and hyphens do not matter, O is 0, I and L are 1. `None`: a slip of the pen,
    /// or no code at all. This is worked out from the text alone and tells nothing of which codes there are.
    pub fn parse(text: &str) -> Option<Self> {
        let mut values = [0_u8; RANDOM + 1];
        let mut symbols = text.chars().filter(|c| !matches!(c, '-' | ' ' | '\t' | '\r' | '\n'));
        for value in &mut values {
            let symbol = match symbols.next()?.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let place = SYMBOLS.iter().position(|known| char::from(*known) == symbol)?;
            *value = u8::try_from(place).ok()?;
        }
        let code = Self(values);
        (symbols.next().is_none() && code.0[RANDOM] == code.check()).then_some(code)
    }

    fn random(bytes: &[u8; RANDOM]) -> Self {
        let mut values = [0_u8; RANDOM + 1];
        for (value, byte) in values.iter_mut().zip(bytes) {
            *value = byte & 31;
        }
        let mut code = Self(values);
        code.0[RANDOM] = code.check();
        code
    }

    /// Odd weights: any one wrong symbol changes it.
    fn check(&self) -> u8 {
        let weighed =
            self.0[..RANDOM].iter().zip((1_u32..).step_by(2)).map(|(v, weight)| u32::from(*v) * weight);
        u8::try_from(weighed.sum::<u32>() % 32).unwrap_or(0)
    }

    /// The code in groups, to be written down or read aloud.
    fn shown(&self) -> String {
        let symbol = |value: &u8| SYMBOLS.get(usize::from(*value)).map_or('0', |s| char::from(*s));
        let groups: Vec<String> =
            self.0.chunks(GROUP).map(|group| group.iter().map(symbol).collect()).collect();
        groups.join("-")
    }
}

impl App {
    /// A new code for the reporter of a case, to be shown once. The put goes into the set that writes the case's report, and
    /// lies under the case's key: what destroys the case destroys the way back to it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new_return_code(&self, case: CaseId, changes: &mut Changes) -> AppResult<String> {
        let mut bytes = [0_u8; RANDOM];
        self.entropy.fill(&mut bytes);
        let code = Code::random(&bytes);
        let put = put_new(Kind::ReturnCode.of(self.entropy.id()), &ReturnCode { case }, &[])?;
        let put = put.under(case).found_by(self.digest(&code)).sharing_key_of(Kind::Case.of(case));
        changes.puts.push(put);
        Ok(code.shown())
    }

    /// The case that a code leads to; `None` when it leads to none, or no longer. Nothing is compared with the code: a digest
    /// is looked up.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn case_of_code(&self, code: &Code) -> AppResult<Option<CaseId>> {
        let rows = self.store.by_lookup(Kind::ReturnCode, self.digest(code)).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        match read::<ReturnCode>(row) {
            Ok(found) => Ok(Some(found.record.case)),
            Err(AppError::Erased(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn digest(&self, code: &Code) -> Lookup {
        self.references.found_by(Place::ReturnCode, &[&code.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed_and_every_single_slip_is_seen() {
        let code = Code::random(&std::array::from_fn(|at| u8::try_from(at * 37 % 256).unwrap()));
        let shown = code.shown();
        assert_eq!(shown.len(), 24, "{shown}");
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4; 5]);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "o")] {
            assert_eq!(Code::parse(&typed).map(|c| c.0), Some(code.0), "{typed}");
        }
        let symbols: Vec<char> = shown.chars().filter(|c| *c != '-').collect();
        for at in 0..symbols.len() {
            for other in SYMBOLS.iter().map(|s| char::from(*s)).filter(|s| *s != symbols[at]) {
                let mut wrong = symbols.clone();
                wrong[at] = other;
                assert!(Code::parse(&wrong.iter().collect::<String>()).is_none(), "{at} {other}");
            }
        }
        for wrong in ["", "7KQ2", "not a code", &format!("{shown}0"), &shown[..23]] {
            assert!(Code::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(RANDOM * 5, 95, "bits that have to be guessed");
    }
}

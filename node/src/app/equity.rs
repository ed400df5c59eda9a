//! What people said of themselves, of their own will, for the review of fairness (guardrail G23): kept apart from cases,
//! written by the team, read by nobody, counted for the privacy officer.
//!
//! Callers: the staff service. A row has a key of its own, no parent, the day alone, no author, and is found by a keyed
//! digest of a place of its own. Deliberately absent: a call that shows a row, a count that names a case, and counts of a
//! quarter that has not ended (two of them a day apart would tell of one person).
//!
//! INVARIANT (not joinable): no answer holds an id of a row, and no event names one.

use super::fields::{self, invalid};
use super::references::Place;
use super::rows::{Read, put_new, read};
use super::{Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX};
use crate::store::{Changes, Kind, PAGE_ROWS_MAX, Page};
use policy::id::CaseId;
use policy::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts below this are not shown: 1 to 10.
pub const K: u32 = 11;
/// Answers to a question that allows several.
const ANSWERS_MAX: usize = 6;
/// The person would rather not say.
pub const DECLINED: &str = "declined";
/// Nothing was asked or answered.
pub const NOT_ANSWERED: &str = "not_answered";

/// Questions and their codes. Languages are codes of ISO 639-3: any three letters.
pub const QUESTIONS: &[(&str, &[&str])] = &[
    (
        "race_ethnicity",
        &[
            "american_indian_alaska_native",
            "asian",
            "black_african_american",
            "hispanic_latino",
            "middle_eastern_north_african",
            "native_hawaiian_pacific_islander",
            "white",
            "other",
        ],
    ),
    ("sex", &["female", "male", "other"]),
    ("age_band", &["under_12", "12_17", "18_25", "26_39", "40_64", "65_over"]),
    ("disability", &["none", "504_plan", "special_education", "disability"]),
    ("language", &[]),
];

/// Answers by question. Every one is voluntary.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers(BTreeMap<String, Vec<String>>);

impl Answers {
    /// Checks answers against the questions.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with the codes there are; nothing that was written is repeated.
    pub fn parse(given: impl IntoIterator<Item = (&'static str, Vec<String>)>) -> AppResult<Self> {
        let mut all = BTreeMap::new();
        for (question, codes) in given {
            let known = QUESTIONS.iter().find(|(name, _)| *name == question).map(|(_, codes)| *codes);
            let known = known.ok_or_else(|| invalid("question", "is no question of the equity record"))?;
            fields::at_most(question, &codes, ANSWERS_MAX)?;
            let is_code = |code: &String| match known {
                _ if code == DECLINED => true,
                [] => code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()),
                known => known.contains(&code.as_str()),
            };
            if !codes.iter().all(is_code) {
                let list = if known.is_empty() {
                    "three lower-case letters of ISO 639-3".into()
                } else {
                    known.join(", ")
                };
                return Err(invalid(question, format!("use these codes: {list}, {DECLINED}")));
            }
            if codes.len() > 1 && (question != "race_ethnicity" || codes.iter().any(|c| c == DECLINED)) {
                return Err(invalid(question, "takes one answer (several only of race and ethnicity)"));
            }
            let mut codes = codes;
            codes.sort_unstable();
            codes.dedup();
            if !codes.is_empty() {
                all.insert(question.to_owned(), codes);
            }
        }
        if all.is_empty() {
            return Err(invalid("answers", "are all empty: there is nothing to record"));
        }
        Ok(Self(all))
    }
}

/// A kept row. `Debug` is absent.
#[derive(Serialize, Deserialize)]
struct Equity {
    /// The day of the first answers; a correction leaves it.
    #[serde(with = "day_text")]
    day: Date,
    answers: Answers,
}

mod day_text {
    use policy::time::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(day: &Date, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        Date::parse(&String::deserialize(d)?).map_err(D::Error::custom)
    }
}

/// How many people of a quarter gave one answer; `None`: 1 to 10, or hidden so that another cannot be worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The question.
    pub question: String,
    /// The code.
    pub code: String,
    /// How many.
    pub count: Option<u32>,
}

impl App {
    /// Records answers about the person of a case; answers that were recorded before are replaced. Nothing can be read back.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown case.
    pub async fn record_equity(&self, actor: &Actor, case: CaseId, answers: Answers) -> AppResult<()> {
        let case = self.case(case).await?.row.r;
        let lookup = self.references.found_by(Place::Equity, &[&case.id.to_bytes()]);
        for _ in 0..DECIDE_AGAIN_MAX {
            let there = self.store.by_lookup(Kind::Equity, lookup).await?;
            let put = match there.into_iter().find(|row| !row.erased) {
                Some(row) => {
                    let mut row: Read<Equity> = read(row)?;
                    row.record.answers = answers.clone();
                    row.put()?
                }
                None => {
                    let equity = Equity { day: self.now().date(), answers: answers.clone() };
                    // not of the sequence of ids that the case's records share
                    put_new(Kind::Equity.of(self.entropy.id()), &equity, &[])?.found_by(lookup)
                }
            };
            let mut changes = Changes::default();
            changes.puts.push(put);
            changes.events.push(self.event(actor.staff.as_str(), "equity_recorded", vec![case]));
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                other => return other.map(drop),
            }
        }
        Err(AppError::Stale)
    }

    /// Counts of a quarter that has ended.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for no quarter, [`AppError::Refused`] for one that has not ended.
    pub async fn equity_counts(&self, actor: &Actor, year: u32, quarter: u32) -> AppResult<Vec<Counted>> {
        let asked = i32::try_from(year).ok().filter(|y| (2000..=9998).contains(y));
        let asked = asked.ok_or_else(|| invalid("year", "is a year such as 2026"))?;
        let quarter = u8::try_from(quarter).ok().filter(|q| (1..=4).contains(q));
        let quarter = quarter.ok_or_else(|| invalid("quarter", "is 1, 2, 3 or 4"))?;
        let today = self.now().date();
        if (asked, quarter) >= (today.year, quarter_of(today)) {
            let ends = if quarter == 4 { (asked + 1, 1) } else { (asked, quarter * 3 + 1) };
            return Err(AppError::Refused(format!(
                "this quarter has not ended, and counts that grow day by day would tell of single people: ask from \
                 {:04}-{:02}-01 on",
                ends.0, ends.1
            )));
        }
        let mut kept: Vec<Answers> = Vec::new();
        let mut page = Page::first(PAGE_ROWS_MAX);
        loop {
            let rows = self.store.list(Kind::Equity, page).await?;
            let last = rows.last().map(|row| row.position);
            let is_last = rows.len() < usize::try_from(PAGE_ROWS_MAX).unwrap_or(usize::MAX);
            for row in rows.into_iter().filter(|row| !row.erased) {
                let row: Read<Equity> = read(row)?;
                if row.record.day.year == asked && quarter_of(row.record.day) == quarter {
                    kept.push(row.record.answers);
                }
            }
            match last {
                Some(position) if !is_last => page.after = position,
                _ => break,
            }
        }
        let event = self.event(actor.staff.as_str(), "equity_counted", Vec::new());
        self.commit(Changes { events: vec![event], ..Changes::default() }).await?;
        Ok(counted(&kept))
    }
}

const fn quarter_of(day: Date) -> u8 {
    (day.month - 1) / 3 + 1
}

/// Every code of every question, also those that nobody gave.
fn counted(kept: &[Answers]) -> Vec<Counted> {
    let mut all = Vec::new();
    for (question, codes) in QUESTIONS {
        let mut counts: BTreeMap<&str, u32> = codes.iter().map(|code| (*code, 0)).collect();
        counts.insert(DECLINED, 0);
        counts.insert(NOT_ANSWERED, 0);
        for answers in kept {
            match answers.0.get(*question) {
                None => *counts.entry(NOT_ANSWERED).or_default() += 1,
                Some(given) => {
                    for code in given {
                        *counts.entry(code.as_str()).or_default() += 1;
                    }
                }
            }
        }
        let hidden = hidden(&counts);
        all.extend(counts.into_iter().map(|(code, count)| Counted {
            question: (*question).to_owned(),
            code: code.to_owned(),
            count: (!hidden.contains(&code)).then_some(count),
        }));
    }
    all
}

/// Codes whose counts are not shown: 1 to 10; and where that is one code alone, the smallest other one that anybody gave,
/// because how many people there are can be added up from another question.
fn hidden<'c>(counts: &BTreeMap<&'c str, u32>) -> Vec<&'c str> {
    let mut hidden: Vec<&str> =
        counts.iter().filter(|(_, n)| (1..K).contains(n)).map(|(code, _)| *code).collect();
    if hidden.len() == 1 {
        let next = counts.iter().filter(|(_, n)| **n >= K).min_by_key(|(_, n)| **n);
        hidden.extend(next.map(|(code, _)| *code));
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(question: &'static str, code: &str) -> Answers {
        Answers::parse([(question, vec![code.to_owned()])]).unwrap()
    }

    fn of(all: &[Counted], question: &str, code: &str) -> Option<u32> {
        all.iter().find(|c| c.question == question && c.code == code).unwrap().count
    }

    #[test]
    fn one_to_ten_are_hidden_and_no_single_hidden_count_can_be_worked_out() {
        for few in 1..K {
            let mut kept = vec![said("sex", "female"); 40];
            kept.extend(vec![said("sex", "male"); 25]);
            kept.extend(vec![said("sex", "other"); few as usize]);
            let all = counted(&kept);
            assert_eq!(of(&all, "sex", "other"), None, "{few}");
            assert_eq!(of(&all, "sex", "male"), None, "the next smallest hides it");
            assert_eq!(of(&all, "sex", "female"), Some(40));
            assert_eq!(of(&all, "sex", DECLINED), Some(0));
        }
        let all = counted(&vec![said("sex", "female"); K as usize]);
        assert_eq!(of(&all, "sex", "female"), Some(K));
        assert_eq!(of(&all, "age_band", NOT_ANSWERED), Some(K));
    }

    #[test]
    fn no_shown_counts_of_any_mix_leave_a_small_one_to_be_worked_out() {
        // every split of up to 14 people over three codes
        for a in 0..15_u32 {
            for b in 0..15 - a {
                for c in 0..15 - a - b {
                    let counts = BTreeMap::from([("a", a), ("b", b), ("c", c)]);
                    let hidden = hidden(&counts);
                    let small = counts.values().filter(|n| (1..K).contains(n)).count();
                    assert!(counts.iter().all(|(code, n)| !(1..K).contains(n) || hidden.contains(code)));
                    let others = counts.values().filter(|n| **n >= K).count();
                    assert!(small == 0 || hidden.len() >= 2 || others == 0, "{counts:?} {hidden:?}");
                }
            }
        }
    }

    #[test]
    fn answers_are_codes_and_what_was_written_is_not_repeated() {
        let two = ["asian", "white"].map(str::to_owned).to_vec();
        assert!(Answers::parse([("race_ethnicity", two)]).is_ok());
        for (question, codes) in [
            ("sex", vec!["female", "male"]),
            ("sex", vec!["Xavier"]),
            ("language", vec!["Spanish"]),
            ("race_ethnicity", vec!["asian", DECLINED]),
            ("race_ethnicity", vec![]),
        ] {
            let codes = codes.into_iter().map(str::to_owned).collect();
            let error = Answers::parse([(question, codes)]).err().unwrap().to_string();
            assert!(!error.contains("Xavier") && !error.contains("Spanish"), "{error}");
        }
        assert!(
            Answers::parse([("language", vec!["spa".to_owned()]), ("sex", vec![DECLINED.to_owned()])])
                .is_ok()
        );
    }
}

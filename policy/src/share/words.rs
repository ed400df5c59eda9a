//! Finding a case's names, dates and numbers in a text, however they are written.
//!
//! Called by `forms` before a statement or a whole text may leave, and by `door` to see whom a text names. Absent on
//! purpose: any guess about meaning; it compares words, dates and runs of digits.

use crate::id::PersonId;
use crate::record::{Item, ItemValue, Person};
use crate::time::Date;

/// The kind of thing that a text must not contain. Never the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifying {
    /// A name or part of a name of a person of the case.
    Name,
    /// A date of the case, such as a birthday.
    Date,
    /// A telephone, house or file number of the case.
    Number,
}
impl std::fmt::Display for Identifying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Name => "a name of a person of this case",
            Self::Date => "a date of this case",
            Self::Number => "a number of this case, such as a telephone or house number",
        })
    }
}

/// Digits of a number that are worth protecting, at least.
const NUMBER_DIGITS_MIN: usize = 3;
/// Digits of a part of a number that is protected by itself, at least.
const NUMBER_PART_DIGITS_MIN: usize = 4;
/// Last digits of a long number by which it is recognized when prefixes are left off.
const NUMBER_TAIL_DIGITS: usize = 7;
/// A name part of this many letters or fewer counts only when written with a capital, for `an` is a word and `An` a name.
const SHORT_NAME_LETTERS: usize = 3;

/// Names of one person as folded words.
#[derive(Clone)]
struct Known {
    person: PersonId,
    /// Folded part, and whether it counts only with a capital.
    parts: Vec<(String, bool)>,
}

impl Known {
    fn has(&self, word: &Word) -> bool {
        self.parts.iter().any(|(part, short)| *part == word.folded && (!short || word.capital))
    }
}

/// A word of a text as names are compared.
struct Word {
    folded: String,
    capital: bool,
}

impl Word {
    fn of(token: &str) -> Self {
        Self { folded: fold(token), capital: token.chars().next().is_some_and(char::is_uppercase) }
    }
}

/// What stands between two words of a text.
fn between<'t>(text: &'t str, left: &str, right: &str) -> Option<&'t str> {
    let begin = text.as_ptr() as usize;
    text.get(left.as_ptr() as usize + left.len() - begin..right.as_ptr() as usize - begin)
}

/// What is known about a case's people, prepared once for many texts.
#[derive(Clone, Default)]
pub struct CaseWords {
    people: Vec<Known>,
    /// First bytes of name parts, to pass over most words quickly.
    first: [bool; 32],
    dates: Vec<Date>,
    numbers: Vec<String>,
}
impl std::fmt::Debug for CaseWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseWords(..)")
    }
}

impl CaseWords {
    /// Collects names and birthdays of the people.
    pub fn of_people(people: &[Person]) -> Self {
        let mut words = Self::default();
        for person in people {
            let mut parts: Vec<(String, bool)> = Vec::new();
            for part in person.names.iter().flat_map(|n| tokens(n)) {
                let short = part.chars().count() <= SHORT_NAME_LETTERS;
                let part = fold(part);
                let is_initial = part.chars().count() < 2;
                if !is_initial
                    && !part.bytes().all(|b| b.is_ascii_digit())
                    && !parts.contains(&(part.clone(), short))
                {
                    words.first[bucket(&part)] = true;
                    parts.push((part, short));
                }
            }
            words.people.push(Known { person: person.id, parts });
            words.dates.extend(person.date_of_birth);
        }
        words
    }

    /// Adds dates and numbers that the case's items hold, so that no statement repeats them.
    #[must_use]
    pub fn with_items<'a>(mut self, items: impl IntoIterator<Item = &'a Item>) -> Self {
        for item in items {
            match &item.value {
                ItemValue::Date(date) => self.dates.push(*date),
                // rows that locate or identify somebody: contact, appearance, guardian
                ItemValue::Text(text) if matches!(item.row.number(), 2 | 3 | 5 | 6 | 8 | 10 | 13) => {
                    self.numbers.extend(known_numbers(text));
                }
                _ => {}
            }
        }
        self.numbers.sort_unstable();
        self.numbers.dedup();
        self
    }

    /// The people whom the text names by any part of a name.
    pub fn named_in(&self, text: &str) -> Vec<PersonId> {
        let mut found = Vec::new();
        self.each_name(text, |person| {
            if !found.contains(&person) {
                found.push(person);
            }
        });
        found
    }

    /// Everything identifying that the text contains, by kind; empty when it may leave as a statement.
    pub fn identifying(&self, text: &str) -> Vec<Identifying> {
        let mut found = Vec::new();
        let mut named = false;
        self.each_name(text, |_| named = true);
        if named {
            found.push(Identifying::Name);
        }
        if !self.dates.is_empty() && self.has_date(text) {
            found.push(Identifying::Date);
        }
        if !self.numbers.is_empty() && self.has_number(text) {
            found.push(Identifying::Number);
        }
        found
    }

    fn each_name(&self, text: &str, mut hit: impl FnMut(PersonId)) {
        let cleaned = visible(text);
        let mut before: Option<&str> = None;
        let mut rest = tokens(&cleaned).peekable();
        while let Some(token) = rest.next() {
            let left = before.replace(token);
            // most words start with a letter that no name of the case starts with
            if token.is_ascii() && !self.first[bucket_byte(token.as_bytes()[0].to_ascii_lowercase())] {
                continue;
            }
            let word = Word::of(token);
            if !self.people.iter().any(|known| known.has(&word)) {
                continue;
            }
            let apart = |a, b, by: &[&str]| between(&cleaned, a, b).is_some_and(|text| by.contains(&text));
            let left = left.filter(|left| apart(*left, token, &[" "])).map(Word::of);
            let right = rest.peek().copied().filter(|right| apart(token, *right, &[" ", ", "])).map(Word::of);
            for known in self.people.iter().filter(|known| known.has(&word)) {
                // Relatives share a surname: `Robin Vale` is Robin alone, `Vale` is each of them. Written the other way round
                // it is Robin alone where the text is nothing but the name: `told Mrs Vale, Robin left` is of two people.
                let of_another = self.people.iter().any(|other| {
                    let tells = |near: &Option<Word>| {
                        near.as_ref().is_some_and(|near| other.has(near) && !known.has(near))
                    };
                    let alone = || tokens(&cleaned).all(|token| other.has(&Word::of(token)));
                    other.has(&word) && (tells(&left) || (tells(&right) && alone()))
                });
                if !of_another {
                    hit(known.person);
                }
            }
        }
    }

    fn has_date(&self, text: &str) -> bool {
        let folded = fold(&visible(text));
        let words: Vec<&str> = tokens(&folded).filter(|w| !matches!(*w, "of" | "the")).collect();
        self.dates.iter().any(|date| {
            words.windows(3).any(|w| spells(w, *date, true))
                || words.windows(2).any(|w| spells(w, *date, false))
        }) || {
            // 20080229 and 02292008
            number_runs(&folded).iter().any(|run| {
                self.dates.iter().any(|d| {
                    let (y, m, day) =
                        (format!("{:04}", d.year), format!("{:02}", d.month), format!("{:02}", d.day));
                    [[&y, &m, &day], [&m, &day, &y], [&day, &m, &y]]
                        .iter()
                        .any(|p| *run == p.map(String::as_str).concat())
                })
            })
        }
    }

    fn has_number(&self, text: &str) -> bool {
        let runs = number_runs(&visible(text));
        runs.iter().any(|run| {
            self.numbers.iter().any(|known| {
                run == known
                    || (run.len().min(known.len()) >= NUMBER_TAIL_DIGITS
                        && (run.ends_with(known.as_str()) || known.ends_with(run.as_str())))
            })
        })
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether these words spell the date: three words with the year, two words (a month by name and a day) without.
fn spells(words: &[&str], date: Date, with_year: bool) -> bool {
    let number = |w: &str| w.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<i32>().ok();
    let day = |w: &str| w.starts_with(|c: char| c.is_ascii_digit()) && number(w) == Some(i32::from(date.day));
    let year = |w: &str| {
        let w = w.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        w.parse() == Ok(date.year) || (w.len() == 2 && w.parse() == Ok(date.year.rem_euclid(100)))
    };
    let name = MONTHS[usize::from(date.month.clamp(1, 12)) - 1];
    let month_name = |w: &str| w.len() >= 3 && name.starts_with(w);
    let month = |w: &str| month_name(w) || w.parse() == Ok(i32::from(date.month));
    match words {
        [a, b, c] if with_year => {
            (year(a) && month(b) && day(c))
                || (month(a) && day(b) && year(c))
                || (day(a) && month(b) && year(c))
        }
        [a, b] if !with_year => (month_name(a) && day(b)) || (day(a) && month_name(b)),
        _ => false,
    }
}

/// Numbers worth protecting: whole telephone numbers and the like, and their parts where these are long enough to tell.
fn known_numbers(text: &str) -> impl Iterator<Item = String> {
    let (joined, single) = digit_runs(text);
    joined.into_iter().chain(single.into_iter().filter(|run| run.len() >= NUMBER_PART_DIGITS_MIN))
}

/// Every run of digits in a text that is checked, joined or not.
fn number_runs(text: &str) -> Vec<String> {
    let (mut joined, single) = digit_runs(text);
    joined.extend(single);
    joined
}

/// Runs of three digits or more: joined over the usual separators of telephone numbers, and each by itself.
fn digit_runs(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut joined, mut single) = (Vec::new(), Vec::new());
    let (mut long, mut short) = (String::new(), String::new());
    let keep = |run: &mut String, runs: &mut Vec<String>| {
        if run.len() >= NUMBER_DIGITS_MIN {
            runs.push(run.clone());
        }
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() {
            long.push(c);
            short.push(c);
        } else {
            keep(&mut short, &mut single);
            if !matches!(c, '-' | '.' | ' ' | '(' | ')' | '/' | '+' | '\u{2010}'..='\u{2015}') {
                keep(&mut long, &mut joined);
            }
        }
    }
    keep(&mut short, &mut single);
    keep(&mut long, &mut joined);
    (joined, single)
}

/// The text without characters that cannot be seen, so that none hides a name.
fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    const fn hidden(c: char) -> bool {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
    }
    if text.is_ascii() || !text.chars().any(hidden) {
        text.into()
    } else {
        text.chars().filter(|c| !hidden(*c)).collect::<String>().into()
    }
}

/// Words: runs of letters and digits.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\u{300}'..='\u{36f}'))
        .filter(|t| !t.is_empty())
}

fn bucket(folded: &str) -> usize {
    folded.bytes().next().map_or(0, bucket_byte)
}
const fn bucket_byte(byte: u8) -> usize {
    (byte & 31) as usize
}

/// Lower case, without the diacritics of Latin letters.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => out.push('c'),
            'ď' | 'đ' | 'ð' => out.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => out.push('g'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => out.push('i'),
            'ł' | 'ĺ' | 'ļ' | 'ľ' => out.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => out.push('o'),
            'ŕ' | 'ŗ' | 'ř' => out.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => out.push('s'),
            'ţ' | 'ť' | 'ŧ' | 'ț' => out.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'þ' => out.push_str("th"),
            _ => out.push(c),
        }
    }
    out
}

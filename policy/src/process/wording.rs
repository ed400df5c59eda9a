//! Words: neutral ones for people, none that are numbers, and those about traits, which a second member reads.
//!
//! Lists, not guesses: a word is in a list or it is not, compared whole and without case. Callers: guards. The lists
//! err on the side of a second reader; they never refuse what somebody else said (exact words of a threat).

use super::entry::{Act, Observation};

/// Loaded words, and what to write instead (domain 0, vocabulary).
const LOADED: &[(&str, &str)] = &[
    ("offender", "person of concern"),
    ("offenders", "persons of concern"),
    ("suspect", "person of concern"),
    ("suspects", "persons of concern"),
    ("perpetrator", "person of concern"),
    ("perpetrators", "persons of concern"),
    ("perp", "person of concern"),
    ("assailant", "person of concern"),
    ("psycho", "person of concern"),
    ("lunatic", "person of concern"),
    ("maniac", "person of concern"),
    ("thug", "person of concern"),
];

/// Words about traits, beliefs, diagnoses and groups (guardrail G4): not forbidden, but never alone and never unread.
const TRAITS: &[&str] = &[
    "muslim",
    "islamic",
    "islam",
    "christian",
    "catholic",
    "jewish",
    "jew",
    "hindu",
    "sikh",
    "buddhist",
    "atheist",
    "religion",
    "religious",
    "mosque",
    "church",
    "synagogue",
    "temple",
    "black",
    "white",
    "hispanic",
    "latino",
    "latina",
    "asian",
    "arab",
    "african",
    "immigrant",
    "refugee",
    "undocumented",
    "foreigner",
    "race",
    "racial",
    "ethnic",
    "ethnicity",
    "nationality",
    "gay",
    "lesbian",
    "bisexual",
    "transgender",
    "trans",
    "queer",
    "homosexual",
    "republican",
    "democrat",
    "conservative",
    "liberal",
    "communist",
    "anarchist",
    "socialist",
    "antifa",
    "maga",
    "autistic",
    "autism",
    "adhd",
    "schizophrenia",
    "schizophrenic",
    "bipolar",
    "psychotic",
    "borderline",
    "retarded",
    "disabled",
    "disability",
    "depressed",
    "depression",
    "ptsd",
    "veteran",
    "homeless",
    "gang",
];

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase)
}

/// Words before `suspect` that make a person of it; after others it is what somebody does: `neighbors suspect that ..`.
const BEFORE_A_NOUN: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "our", "your", "his", "her", "their", "any", "one",
    "another", "main", "prime", "possible", "likely", "known", "alleged", "said", "of", "with", "male",
    "female", "as",
];

/// The first loaded word, and what to write instead.
pub fn loaded(text: &str) -> Option<(&'static str, &'static str)> {
    let mut before = String::new();
    for word in words(text) {
        if let Some(found) = LOADED.iter().find(|(loaded, _)| *loaded == word) {
            let is_verb = matches!(found.0, "suspect" | "suspects")
                && !before.is_empty()
                && !BEFORE_A_NOUN.contains(&before.as_str());
            if !is_verb {
                return Some(*found);
            }
        }
        before = word;
    }
    None
}

/// Whether a text has words about a trait, belief, diagnosis or group.
pub fn about_traits(text: &str) -> bool {
    words(text).any(|word| TRAITS.contains(&word.as_str()))
}

/// Whether an observation needs a second reader: its words, or what it says it is.
pub fn needs_reader(act: &Act) -> bool {
    let Act::Observe(o) = act else { return false };
    let Observation { text, nature, .. } = &**o;
    about_traits(text)
        || matches!(nature, super::words::Nature::TraitOrBelief | super::words::Nature::LawfulSpeech)
}

/// Whether a text has a number in it: digits, or a share written as one.
pub fn has_number(text: &str) -> bool {
    const SPELLED: &[&str] =
        &["percent", "percentage", "percentile", "probability", "score", "scored", "scores", "scoring"];
    const NUMBERS: &[&str] = &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred",
    ];
    // `seven points`, `seven out of ten`; `no one points at ..` is no number
    const COUNTED: &[&str] = &["points", "out", "stars"];
    let all: Vec<String> = words(text).collect();
    text.chars().any(|c| c.is_numeric() || c == '%')
        || all.iter().any(|w| SPELLED.contains(&w.as_str()))
        || all
            .windows(2)
            .any(|pair| NUMBERS[1..].contains(&pair[0].as_str()) && COUNTED.contains(&pair[1].as_str()))
        || all.windows(3).any(|three| {
            NUMBERS.contains(&three[0].as_str()) && three[1] == "of" && NUMBERS.contains(&three[2].as_str())
        })
}

/// What in a text identifies somebody, as far as a form tells: an address, a long number, a day, a title with a name.
pub fn identifies(text: &str) -> Option<&'static str> {
    const TITLES: &[&str] =
        &["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Officer", "Deputy", "Sgt", "Coach", "Principal"];
    if text.contains('@') {
        return Some("an e-mail address or handle");
    }
    let mut run = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => run += 1,
            '-' | ' ' | '.' | '(' | ')' | '/' if run > 0 => {}
            _ => run = 0,
        }
        if run >= 4 {
            return Some("a long number, such as a telephone number, a year or a file number");
        }
    }
    let all: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let capital = |w: &str| w.chars().next().is_some_and(char::is_uppercase);
    if all.windows(2).any(|pair| TITLES.contains(&pair[0]) && capital(pair[1])) {
        return Some("a title with a name");
    }
    // Two capitalized words next to each other, none of which begins a sentence, are most often a name or a place.
    let mut begins = true;
    let mut before = false;
    for piece in text.split_whitespace() {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = !begins && word.len() > 1 && capital(word) && word.chars().any(char::is_lowercase);
        if is_name && before {
            return Some("what looks like a name or a place");
        }
        before = is_name;
        begins = piece.ends_with(['.', '!', '?', ':']);
    }
    None
}

//! Words: a corpus of sentences that must pass, that must not, and that wait for a reader (guardrail G4, domain 6.4).

use crate::common::acts::*;
use crate::common::stages::At;
use policy::process::wording::{about_traits, has_number, identifies, loaded};

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

const NEUTRAL: &str = include_str!("wording/neutral.txt");
const LOADED: &str = include_str!("wording/loaded.txt");
const TRAITS: &str = include_str!("wording/traits.txt");

#[test]
fn neutral_sentences_pass_and_need_no_reader() {
    let at = At::inquiry();
    for line in lines(NEUTRAL) {
        assert_eq!(loaded(line), None, "{line}");
        assert!(!about_traits(line), "{line}");
        let seen = observation(at.story.now, line, "desk clerk");
        let allowed = at.story.tries("clinician", &seen.into(), None).unwrap();
        assert!(allowed.awaits.is_none(), "{line}");
    }
}

#[test]
fn sentences_that_judge_are_refused_with_a_word_instead_unless_quoted() {
    let at = At::inquiry();
    for line in lines(LOADED) {
        let (word, sentence) = line.split_once('|').unwrap();
        let (found, instead) = loaded(sentence).unwrap_or_else(|| panic!("passes: {sentence}"));
        assert_eq!(found, word.trim().to_lowercase());
        assert!(instead.starts_with("person"), "{instead}");
        let seen = observation(at.story.now, sentence, "desk clerk");
        let refusal = at.story.tries("clinician", &seen.clone().into(), None).unwrap_err();
        assert_eq!(refusal.0[0].guard, "says_in_neutral_words");
        assert!(refusal.to_string().contains(instead), "{refusal}");
        let quoted = policy::process::entry::Observation { exact_words: true, ..seen };
        assert!(at.story.tries("clinician", &quoted.into(), None).is_ok(), "{sentence}");
    }
}

#[test]
fn words_about_a_trait_are_allowed_and_wait_for_a_reader() {
    let at = At::inquiry();
    for line in lines(TRAITS) {
        assert!(about_traits(line), "{line}");
        let seen = observation(at.story.now, line, "desk clerk");
        let allowed = at.story.tries("clinician", &seen.into(), None).unwrap();
        assert!(allowed.awaits.is_some(), "{line}");
    }
}

#[test]
fn the_corpus_is_large_enough_to_mean_something() {
    let count = lines(NEUTRAL).count() + lines(LOADED).count() + lines(TRAITS).count();
    assert!(count >= 60, "{count}");
}

#[test]
fn a_number_is_one_however_it_is_written() {
    for text in [
        "level 3",
        "7/10",
        "80%",
        "eighty percent",
        "a score of concern",
        "٣",
        "seven out of ten",
        "twelve points",
        "three of five",
        "Ⅳ",
    ] {
        assert!(has_number(text), "{text}");
    }
    for text in [
        "serious substantive",
        "moderate concern",
        "elevated",
        "no one points at anything",
        "one thing at a time",
        "very serious substantive",
        "two views were held",
    ] {
        assert!(!has_number(text), "{text}");
    }
}

#[test]
fn what_identifies_somebody_is_seen_by_its_form() {
    for text in [
        "Write to a.person@example.org.",
        "Call 555 0132 at night.",
        "Born in 1987, they say.",
        "He lives at 4417 there.",
        "The file is 12-345-6.",
        "She spoke to Dr Miller.",
        "Then Mr. Brown came.",
        "At night Jordan Vale came back.",
        "He went to Lincoln High on Monday.",
        "posts as @nightowl",
    ] {
        assert!(identifies(text).is_some(), "{text}");
    }
    for text in [
        "Somebody writes letters that worry a colleague.",
        "An adult has twice come to the desk at night. What helps?",
        "The visitor said: You will see.",
        "A student in grade 9 drew a plan with 3 doors.",
        "It began 2 weeks ago. There are 11 letters.",
        "Their counselor is away on Monday. Nobody else knows.",
        "I think I should ask. May I?",
    ] {
        assert_eq!(identifies(text), None, "{text}");
    }
}

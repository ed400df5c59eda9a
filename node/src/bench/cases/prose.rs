//! Text of the length and variety that members write, drawn from common words: a database of one sentence a million times
//! would be smaller than any real one.
//!
//! Caller: `history`. The same seed gives the same text.

/// Words of an entry as a member writes it; none that the wording rules ask a second reader about.
const WORDS: &str = "the a to of and in on at by for with from after before during when while then again later earlier once \
twice near behind beside outside inside through across until since about toward away door desk corridor entrance office \
waiting room parking lot elevator stairs hall kitchen window phone letter message note email call voice shift morning \
afternoon evening night monday tuesday wednesday thursday friday week month hour minute day yesterday today nurse guard \
colleague supervisor manager teacher counselor neighbor sister brother friend visitor driver clerk receptionist said told \
asked answered wrote read heard saw came left stood walked waited turned returned stayed spoke called rang knocked sat \
looked stopped started closed opened followed helped agreed refused offered explained repeated remembered described \
noticed reported calmed apologised smiled nodded argued complained worried hoped planned promised borrowed paid lost found \
kept missed moved slept ate worked rested quiet loud calm tired angry upset sad polite brief long short first second third \
last next same other several few many some every each all both alone together already still never often sometimes rarely \
quickly slowly clearly plainly firmly rent bill hearing court date form paper key car bus bag coat chair table lunch coffee \
water medicine appointment treatment ward clinic school shop street house apartment job money debt family children mother \
father aunt cousin plan visit talk question answer reason change problem help support trouble news decision meeting";

/// So many words about something, by a seed.
pub fn prose(about: &str, words: usize, seed: u64) -> String {
    let known: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = about.bytes().fold(seed, |state, byte| mixed(state ^ u64::from(byte)));
    let mut text = format!("{about}:");
    for place in 0..words {
        state = mixed(state);
        text.push(' ');
        text.push_str(known[(state % known.len() as u64) as usize]);
        if place % 11 == 10 {
            text.push('.');
        }
    }
    text
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough to choose words by.
const fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_or_another_thing_is_another_text_and_the_same_is_the_same() {
        let text = prose("in the corridor", 55, 7);
        assert_eq!(text, prose("in the corridor", 55, 7));
        assert_ne!(text, prose("in the corridor", 55, 8));
        assert_ne!(text[20..], prose("at the corridor", 55, 7)[20..]);
        assert_eq!(text.split_whitespace().count(), 3 + 55);
        assert!((250..450).contains(&text.len()), "{}", text.len());
    }
}

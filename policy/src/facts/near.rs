//! What may have been meant by a word that is not known. Called by the readers of facts and of conditions.

/// A hint at what may have been meant: the entry that shares the most letters at both ends. Empty where none comes near.
pub(crate) fn near<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> String {
    let shared = |other: &str| {
        let front = word.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        let back = word.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count();
        front + back
    };
    match among.map(|other| (shared(other), other)).max() {
        Some((letters, other)) if letters * 3 >= word.len() * 2 => format!("; perhaps `{other}`"),
        _ => String::new(),
    }
}

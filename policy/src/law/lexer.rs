//! Words and signs of the expression language.

use super::error::Fault;

/// One word or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a path, a value or the name of a definition.
    Word(&'a str),
    /// A whole number.
    Number(i32),
    /// `( ) { } , @ = < <= > >=`
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Token<'_> {
    /// The token as an error names it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Number(number) => format!("`{number}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// A token and the byte where it starts.
pub(super) type Placed<'a> = (Token<'a>, usize);

const SIGNS: [&str; 11] = ["<=", ">=", "(", ")", "{", "}", ",", "@", "=", "<", ">"];

/// Splits a text into tokens; the last is always [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, Fault> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.as_bytes()[0];
        if first.is_ascii_whitespace() {
            at += 1;
        } else if first == b'#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            out.push((Token::Sign(sign), at));
            at += sign.len();
        } else if first.is_ascii_alphanumeric() || first == b'_' {
            let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
            out.push((word_or_number(&rest[..end], at)?, at));
            at += end;
        } else {
            let sign = rest.chars().next().unwrap_or_default();
            return Err(Fault::new(at, format!("`{}` has no meaning here", sign.escape_default())));
        }
    }
    out.push((Token::End, text.len()));
    Ok(out)
}

fn word_or_number(text: &str, at: usize) -> Result<Token<'_>, Fault> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Token::Word(text));
    }
    text.parse().map(Token::Number).map_err(|_| Fault::new(at, format!("`{text}` is not a whole number")))
}

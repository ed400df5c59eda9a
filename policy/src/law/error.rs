//! What can be wrong with a clause text, and where.

/// A clause text that cannot be loaded. Nothing of it is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct LawError {
    /// The file, as named to the loader.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A complaint about a place in a text, given in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// The same complaint, counted from the start of a file that holds the text from byte `start` on.
    pub(super) fn shifted(mut self, start: usize) -> Self {
        self.at += start;
        self
    }

    pub(super) fn in_file(self, file: &str, text: &str) -> LawError {
        let (line, column) = position(text, self.at);
        LawError { file: file.to_owned(), line, column, message: self.message }
    }
}

/// Line and column, both from 1, of a byte of a text.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

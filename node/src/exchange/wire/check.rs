//! Small checks, each naming the field that failed.

use std::fmt;

use crate::exchange::roster::is_phone;

/// Why a message is refused: which field, and what is wrong with it. No content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct WireError {
    /// The field's path, such as `body.summary.items[3].form`.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A required field is empty or absent.
    #[error("is missing")]
    Missing,
    /// A value of an enum that this version does not know.
    #[error("value {0} is not known to this version")]
    UnknownValue(i64),
    /// A word that this version does not know.
    #[error("holds a word that is not known to this version")]
    UnknownWord,
    /// Not a word at all.
    #[error("must be a word of 1 to 64 characters a-z, 0-9 and _")]
    NotAWord,
    /// Too long.
    #[error("has {found} bytes, at most {max} are allowed")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many may be.
        max: usize,
    },
    /// Another number of entries than allowed.
    #[error("has {found} entries, {min} to {max} are allowed")]
    Count {
        /// How many there are.
        found: usize,
        /// How many must be.
        min: usize,
        /// How many may be.
        max: usize,
    },
    /// A fixed-length field of another length.
    #[error("must have exactly {0} bytes")]
    Length(usize),
    /// Out of range.
    #[error("is out of range")]
    Range,
    /// Characters that could deceive or disturb whoever reads it.
    #[error("contains control or direction-changing characters")]
    ControlCharacters,
    /// Not a telephone number.
    #[error("must be a telephone number of at most 32 characters")]
    NotAPhone,
    /// Not a date.
    #[error("must be a date such as 2026-11-21")]
    NotADate,
    /// The value does not suit the form.
    #[error("does not fit the form of the item")]
    DoesNotFitForm,
    /// Two fields contradict each other.
    #[error("contradicts another field: {0}")]
    Contradiction(&'static str),
    /// Not decodable.
    #[error("cannot be read")]
    NotReadable,
    /// Not the one encoding that a message has.
    #[error("is not in canonical form, or has fields that this version does not know")]
    NotCanonical,
}

impl WireError {
    pub(super) fn too_large(found: usize, max: usize) -> Self {
        Self { field: "body".to_owned(), problem: Problem::TooLong { found, max } }
    }

    pub(super) fn not_readable() -> Self {
        Self { field: "body".to_owned(), problem: Problem::NotReadable }
    }

    pub(super) fn not_canonical() -> Self {
        Self { field: "body".to_owned(), problem: Problem::NotCanonical }
    }
}

pub(super) type Checked = Result<(), WireError>;

/// Where in a message we are; written out only when something is wrong.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'static str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("body"),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Index(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}

impl<'a> Path<'a> {
    pub(super) fn field(&'a self, name: &'static str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(super) fn wrong(&self, name: &'static str, problem: Problem) -> WireError {
        WireError { field: self.field(name).to_string(), problem }
    }

    /// Between `min` and `max` entries, each checked.
    pub(super) fn each<T>(
        &self,
        name: &'static str,
        entries: &[T],
        (min, max): (usize, usize),
        check: impl Fn(&Path<'_>, &T) -> Checked,
    ) -> Checked {
        let found = entries.len();
        if found < min || found > max {
            return Err(self.wrong(name, Problem::Count { found, min, max }));
        }
        let list = self.field(name);
        entries.iter().enumerate().try_for_each(|(at, entry)| check(&Path::Index(&list, at), entry))
    }

    /// A message that may be there.
    pub(super) fn maybe<T>(
        &self,
        name: &'static str,
        message: Option<&T>,
        check: impl Fn(&Path<'_>, &T) -> Checked,
    ) -> Checked {
        message.map_or(Ok(()), |message| check(&self.field(name), message))
    }

    pub(super) fn bytes(&self, name: &'static str, bytes: &[u8], length: usize) -> Checked {
        if bytes.is_empty() {
            Err(self.wrong(name, Problem::Missing))
        } else if bytes.len() != length {
            Err(self.wrong(name, Problem::Length(length)))
        } else {
            Ok(())
        }
    }

    pub(super) fn maybe_bytes(&self, name: &'static str, bytes: &[u8], length: usize) -> Checked {
        if bytes.is_empty() { Ok(()) } else { self.bytes(name, bytes, length) }
    }

    /// Text for people, 0 to `max` bytes.
    pub(super) fn text(&self, name: &'static str, text: &str, max: usize) -> Checked {
        if text.len() > max {
            return Err(self.wrong(name, Problem::TooLong { found: text.len(), max }));
        }
        let plain = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\t');
        if !text.bytes().all(plain) && text.chars().any(deceives) {
            return Err(self.wrong(name, Problem::ControlCharacters));
        }
        Ok(())
    }

    /// Text for people, 1 to `max` bytes.
    pub(super) fn some_text(&self, name: &'static str, text: &str, max: usize) -> Checked {
        if text.is_empty() {
            return Err(self.wrong(name, Problem::Missing));
        }
        self.text(name, text, max)
    }

    /// A word of a vocabulary that is checked elsewhere.
    pub(super) fn word(&self, name: &'static str, word: &str) -> Checked {
        if word.is_empty() {
            Err(self.wrong(name, Problem::Missing))
        } else if is_word(word) {
            Ok(())
        } else {
            Err(self.wrong(name, Problem::NotAWord))
        }
    }

    pub(super) fn words(&self, name: &'static str, words: &[String], bounds: (usize, usize)) -> Checked {
        self.each(name, words, bounds, |path, word| {
            if is_word(word) {
                Ok(())
            } else {
                Err(WireError { field: path.to_string(), problem: Problem::NotAWord })
            }
        })
    }

    /// A word of a closed list.
    pub(super) fn known<T>(
        &self,
        name: &'static str,
        word: &str,
        from_word: fn(&str) -> Option<T>,
    ) -> Checked {
        if word.is_empty() {
            return Err(self.wrong(name, Problem::Missing));
        }
        from_word(word).map(|_| ()).ok_or_else(|| self.wrong(name, Problem::UnknownWord))
    }

    pub(super) fn all_known<T>(
        &self,
        name: &'static str,
        words: &[String],
        max: usize,
        from_word: fn(&str) -> Option<T>,
    ) -> Checked {
        self.each(name, words, (0, max), |path, word| {
            from_word(word)
                .map(|_| ())
                .ok_or_else(|| WireError { field: path.to_string(), problem: Problem::UnknownWord })
        })
    }

    /// A time that must be given.
    pub(super) fn time(&self, name: &'static str, millis: i64) -> Checked {
        if millis == 0 { Err(self.wrong(name, Problem::Missing)) } else { self.maybe_time(name, millis) }
    }

    /// A time, or 0.
    pub(super) fn maybe_time(&self, name: &'static str, millis: i64) -> Checked {
        // The last moment of the year 9999.
        if (0..=253_402_300_799_999).contains(&millis) {
            Ok(())
        } else {
            Err(self.wrong(name, Problem::Range))
        }
    }

    /// A known value of an enum, other than "not set".
    pub(super) fn value<E: TryFrom<i32>>(&self, name: &'static str, value: i32) -> Checked {
        if value == 0 { Err(self.wrong(name, Problem::Missing)) } else { self.maybe_value::<E>(name, value) }
    }

    /// A known value of an enum.
    pub(super) fn maybe_value<E: TryFrom<i32>>(&self, name: &'static str, value: i32) -> Checked {
        E::try_from(value).map(|_| ()).map_err(|_| self.wrong(name, Problem::UnknownValue(value.into())))
    }

    pub(super) fn phone(&self, name: &'static str, text: &str) -> Checked {
        if is_phone(text) { Ok(()) } else { Err(self.wrong(name, Problem::NotAPhone)) }
    }
}

fn is_word(word: &str) -> bool {
    (1..=64).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Characters that move a terminal's cursor or turn the reading direction: no text for people needs them.
fn deceives(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Counts the fields of the one message inside a body, so that nothing is allocated for a flood of empty ones.
pub(super) fn count_fields(bytes: &[u8], max: usize) -> Checked {
    let mut outer = Fields(bytes);
    let Some((_, Some(message))) = outer.next().transpose()? else {
        return Err(WireError::not_readable());
    };
    let mut found = 0usize;
    for field in Fields(message) {
        field?;
        found += 1;
        if found > max {
            let problem = Problem::Count { found, min: 0, max };
            return Err(WireError { field: "body".to_owned(), problem });
        }
    }
    Ok(())
}

/// The fields of an encoded message: number, and content if it has a length.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Option<&'a [u8]>)> {
        let key = self.varint()?;
        let content = match key & 7 {
            0 => self.varint().map(|_| None),
            1 => self.take(8).map(|_| None),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length).map(Some)
            }
            5 => self.take(4).map(|_| None),
            _ => None,
        }?;
        Some((key >> 3, content))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Option<&'a [u8]>), WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field().ok_or_else(WireError::not_readable);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

//! A law pack: all clause texts of one version in one file, with the day it was made. The node signs and checks it.
//!
//! The format is TOML: `title`, `made`, `version` (SHA-256 of the texts, see [`Law::version`](super::Law::version)) and a
//! `[[file]]` for each text. Called by `concord law pack`, `verify` and `replay`, and by a node that is told to decide by a
//! pack. Absent on purpose: signatures, which need a crypto library; the node's stands before the pack, over its exact bytes.

use serde::{Deserialize, Serialize};

use super::compile::version;
use super::{Law, LawError};
use crate::time::Date;

/// Bytes of one pack, at most.
pub const PACK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Texts of one pack, at most.
const FILES_MAX: usize = 256;

/// Why a pack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// It is not a pack.
    #[error("not a law pack: {0}")]
    Malformed(String),
    /// Its texts are not those that its version names.
    #[error("the texts are version {found}, the pack says {stated}; make the pack again from its texts")]
    Version {
        /// As computed.
        found: String,
        /// As the pack says.
        stated: String,
    },
    /// Its texts do not load.
    #[error("{0}")]
    Law(#[from] LawError),
}

/// A version of the law, to be carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// What it is, for people.
    pub title: String,
    /// The day it was made.
    pub made: Date,
    /// SHA-256 of the texts.
    pub version: String,
    /// The clause texts, in order.
    #[serde(rename = "file")]
    files: Vec<Text>,
}

/// One clause text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    text: String,
}

impl Pack {
    /// Packs clause texts that load.
    ///
    /// # Errors
    /// The first fault of the texts.
    pub fn of(files: &[(&str, &str)], title: &str, made: Date) -> Result<Self, LawError> {
        let law = Law::parse(files)?;
        let text = |(name, text): &(&str, &str)| Text { name: (*name).to_owned(), text: (*text).to_owned() };
        Ok(Self {
            title: title.to_owned(),
            made,
            version: law.version().to_owned(),
            files: files.iter().map(text).collect(),
        })
    }

    /// The pack as it is written and signed.
    ///
    /// # Errors
    /// [`PackError::Malformed`] when it cannot be written.
    pub fn to_text(&self) -> Result<String, PackError> {
        toml::to_string_pretty(self).map_err(|error| PackError::Malformed(error.to_string()))
    }

    /// Reads a pack and checks that its texts are those it names. Whether they load, [`Pack::law`] says.
    ///
    /// # Errors
    /// [`PackError::Malformed`] or [`PackError::Version`].
    pub fn parse(text: &str) -> Result<Self, PackError> {
        if text.len() > PACK_BYTES_MAX {
            let message = format!("{} bytes long; at most {PACK_BYTES_MAX} are read", text.len());
            return Err(PackError::Malformed(message));
        }
        let pack: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            PackError::Malformed(format!("line {line}: {}", error.message().trim()))
        })?;
        if pack.files.len() > FILES_MAX {
            return Err(PackError::Malformed(format!("more than {FILES_MAX} texts")));
        }
        let found = version(&pack.files());
        if found != pack.version {
            return Err(PackError::Version { found, stated: pack.version });
        }
        Ok(pack)
    }

    /// Name and text of every clause file.
    pub fn files(&self) -> Vec<(&str, &str)> {
        self.files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect()
    }

    /// The law it holds.
    ///
    /// # Errors
    /// The first fault of its texts.
    pub fn law(&self) -> Result<Law, PackError> {
        Ok(Law::parse(&self.files())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::FILES;

    #[test]
    fn a_pack_reads_back_as_the_same_law_and_no_text_can_be_changed_in_it() {
        let made = Date { year: 2026, month: 11, day: 21 };
        let pack = Pack::of(FILES, "as built", made).unwrap();
        let text = pack.to_text().unwrap();
        let again = Pack::parse(&text).unwrap();
        assert_eq!(again, pack);
        assert_eq!(again.law().unwrap().version(), Law::embedded().version());
        let changed = text.replacen("effect = \"forbid\"", "effect = \"permit\"", 1);
        assert_ne!(changed, text);
        assert!(matches!(Pack::parse(&changed), Err(PackError::Version { .. })));
        assert!(
            matches!(Pack::parse("title = 1"), Err(PackError::Malformed(what)) if what.contains("line 1"))
        );
        assert!(Pack::parse(&" ".repeat(PACK_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn texts_that_do_not_load_are_not_packed() {
        let made = Date { year: 2026, month: 11, day: 21 };
        assert!(Pack::of(&[("law/x/x.toml", "[[clause]]")], "x", made).is_err());
    }
}

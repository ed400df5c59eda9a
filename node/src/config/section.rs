//! Reading one table of the file key by key, so that everything wrong with it is found at once.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What may stand there, for people.
pub(super) fn words<'a>(all: impl Iterator<Item = &'a str>) -> String {
    format!("one of {}", all.collect::<Vec<_>>().join(", "))
}

/// One table of the file, emptied as keys are read; what is left at the end is unknown.
pub(crate) struct Section {
    name: String,
    table: Table,
    problems: Vec<String>,
}

impl Section {
    /// The whole file.
    pub(crate) fn root(table: Table) -> Self {
        Self { name: String::new(), table, problems: Vec::new() }
    }

    /// Everything wrong, unknown keys included.
    pub(crate) fn finish(mut self) -> Vec<String> {
        for key in self.table.keys() {
            self.problems.push(format!("{}: unknown key; remove it or correct its spelling", self.full(key)));
        }
        self.problems
    }

    pub(super) fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    pub(super) fn problem(&mut self, key: &str, what: impl fmt::Display) {
        self.problems.push(format!("{}: {what}", self.full(key)));
    }

    pub(super) fn sub<T>(
        &mut self,
        name: &str,
        table: Table,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let mut section = Self { name: self.full(name), table, problems: Vec::new() };
        let value = read(&mut section);
        self.problems.extend(section.finish());
        value
    }

    /// A section. When it is not there, each of its needed keys is reported missing.
    pub(crate) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        match self.table.remove(name) {
            None => self.sub(name, Table::new(), read),
            Some(Value::Table(table)) => self.sub(name, table, read),
            Some(_) => {
                self.problem(name, "must be a section, written [name]");
                None
            }
        }
    }

    /// A section that may be absent: the outer option is `None` only after a problem.
    pub(crate) fn optional_within<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.table.contains_key(name) { self.within(name, read).map(Some) } else { Some(None) }
    }

    /// A text that must be there and say something.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.table.remove(key) {
            None => {
                self.problem(key, "missing");
                None
            }
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.problem(key, "must be a text in quotes, and not empty");
                None
            }
        }
    }

    /// A text that may be absent: the outer option is `None` only after a problem.
    pub(super) fn optional_text(&mut self, key: &str) -> Option<Option<String>> {
        if self.table.contains_key(key) { self.text(key).map(Some) } else { Some(None) }
    }

    pub(super) fn path(&mut self, home: &Path, key: &str) -> Option<PathBuf> {
        self.text(key).map(|p| home.join(p))
    }

    pub(super) fn optional_path(&mut self, home: &Path, key: &str) -> Option<Option<PathBuf>> {
        self.optional_text(key).map(|p| p.map(|p| home.join(p)))
    }

    pub(crate) fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let text = self.text(key)?;
        let address = text.parse().ok();
        if address.is_none() {
            self.problem(key, "must be an IP address and port, such as \"127.0.0.1:7400\"");
        }
        address
    }

    pub(super) fn word<T>(
        &mut self,
        key: &str,
        from: impl FnOnce(&str) -> Option<T>,
        allowed: impl FnOnce() -> String,
    ) -> Option<T> {
        let text = self.text(key)?;
        let word = from(&text);
        if word.is_none() {
            self.problem(key, format_args!("`{text}` is not known; write {}", allowed()));
        }
        word
    }

    pub(super) fn optional_word<T>(
        &mut self,
        key: &str,
        from: impl FnOnce(&str) -> Option<T>,
        allowed: impl FnOnce() -> String,
    ) -> Option<Option<T>> {
        if self.table.contains_key(key) { self.word(key, from, allowed).map(Some) } else { Some(None) }
    }

    pub(super) fn number(
        &mut self,
        key: &str,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let Some(value) = self.table.remove(key) else { return Some(default) };
        let number = value.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
        if number.is_none() {
            self.problem(
                key,
                format_args!("must be a whole number from {} to {}", range.start(), range.end()),
            );
        }
        number
    }

    pub(super) fn list(&mut self, key: &str) -> Option<Vec<String>> {
        let Some(value) = self.table.remove(key) else { return Some(Vec::new()) };
        let list = value
            .as_array()
            .and_then(|all| all.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        if list.is_none() {
            self.problem(key, "must be a list of texts, such as [\"a\", \"b\"]");
        }
        list
    }

    pub(crate) fn check_short_name(&mut self, key: &str, name: String) -> Option<String> {
        let good = name.len() <= 64
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !good {
            self.problem(key, "must be lower-case letters, digits and hyphens, such as county-hospital");
        }
        good.then_some(name)
    }

    pub(crate) fn check_domain(&mut self, key: &str, name: String) -> Option<String> {
        let good = name.len() <= 128
            && !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_'));
        if !good {
            self.problem(key, "must be a trust domain such as region.example, without spiffe://");
        }
        good.then_some(name)
    }

    pub(super) fn check_key(&mut self, key: String) -> Option<String> {
        let good = key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit());
        if !good {
            self.problem(
                "coordinator_key",
                "must be the coordinator's Ed25519 public key, 64 hex digits, as the coordinator gave it to you",
            );
        }
        good.then(|| key.to_ascii_lowercase())
    }
}

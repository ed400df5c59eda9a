//! Text for people: sections, fields and tables, without colour.

use std::fmt::{Display, Write};

/// A page being written.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// The finished text.
    pub fn finish(self) -> String {
        self.text
    }

    /// One line.
    pub fn line(&mut self, text: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{text}");
    }

    /// An empty line and a heading.
    pub fn heading(&mut self, text: impl Display) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(text);
    }

    /// A named value; nothing when it is empty. Further lines of a value stand under the first.
    pub fn field(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        if value.is_empty() {
            return;
        }
        for (at, part) in value.lines().enumerate() {
            let name = if at == 0 { name } else { "" };
            self.line(format_args!("  {name:<18} {part}"));
        }
    }

    /// A named list; nothing when it is empty.
    pub fn list<S: AsRef<str>>(&mut self, name: &str, values: &[S]) {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.field(name, values.join("\n"));
    }

    /// That a list goes on, and how to read on; nothing at its end.
    pub fn more(&mut self, next: &str) {
        if !next.is_empty() {
            self.heading(format_args!("more: repeat with --after {next}"));
        }
    }

    /// Columns with a heading each. Trailing blanks are left out.
    pub fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.chain(headings.get(at).map(|h| h.chars().count())).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..headings.len()).map(width).collect();
        let mut write = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for (cell, width) in cells.zip(&widths) {
                let _ = write!(line, "{cell:<width$}  ");
            }
            self.line(line.trim_end());
        };
        write(&mut headings.iter().copied());
        for row in rows {
            write(&mut row.iter().map(String::as_str));
        }
    }
}

/// "1 item", "2 items".
pub fn count(n: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if n == 1 => format!("1 {noun}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies"),
        _ => format!("{n} {noun}s"),
    }
}

/// "yes", "no" or "not established".
pub fn yes_no(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not established",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_nouns_are_spelled_as_people_spell_them() {
        let all = [count(1, "way"), count(2, "way"), count(0, "entry"), count(1, "entry"), count(3, "item")];
        assert_eq!(all, ["1 way", "2 ways", "0 entries", "1 entry", "3 items"]);
    }

    #[test]
    fn a_table_is_as_wide_as_its_widest_cell_and_ends_without_blanks() {
        let mut page = Page::default();
        page.table(
            &["id", "what"],
            &[vec!["1".into(), "long word".into()], vec!["100".into(), String::new()]],
        );
        assert_eq!(page.finish(), "id   what\n1    long word\n100\n");
    }

    #[test]
    fn empty_fields_are_left_out_and_long_ones_hang() {
        let mut page = Page::default();
        page.field("a", "");
        page.list("why", &["one", "two"]);
        assert_eq!(page.finish(), format!("  {:<18} one\n  {:<18} two\n", "why", ""));
    }
}

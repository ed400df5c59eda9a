//! What a member of staff sees only while a training is current: the table `process/training.toml`, read once.
//!
//! Called by the node wherever it shows an item to its own staff. Deliberately absent: what may leave the node (the gate of
//! `share` asks for the *recipient's* training), and voting, which the process asks for.

use crate::record::{Item, Label, RecordKind, Row, TrainingTopic};
use std::sync::OnceLock;

/// The table cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the table of training cannot be read: {0}")]
pub struct TrainingMalformed(String);

/// What one topic opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opens {
    /// The topic.
    pub topic: TrainingTopic,
    /// Rows of the matrix.
    pub rows: Vec<Row>,
    /// Labels.
    pub labels: Vec<Label>,
    /// Kinds of record.
    pub record_kinds: Vec<RecordKind>,
    /// Whether every agency keeps to it; otherwise one that says so.
    pub enforced: bool,
    /// What it rests on.
    pub source: String,
}

impl Opens {
    fn covers(&self, row: Option<Row>, labels: &[Label], kinds: &[RecordKind]) -> bool {
        row.is_some_and(|row| self.rows.contains(&row))
            || labels.iter().any(|l| self.labels.contains(l) || self.rows.contains(&l.row()))
            || kinds.iter().any(|k| self.record_kinds.contains(k))
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingTable(Vec<Opens>);

impl TrainingTable {
    /// The table of this build.
    #[expect(clippy::expect_used, reason = "the embedded file is parsed by a test of this module")]
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<TrainingTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::parse(include_str!("../process/training.toml")).expect("embedded table of training")
        })
    }

    /// Parses the format of `process/training.toml`.
    ///
    /// # Errors
    /// [`TrainingMalformed`] for an unknown word or key, a topic named twice, one that opens nothing, or one without a source.
    pub fn parse(text: &str) -> Result<Self, TrainingMalformed> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            opens: Vec<Block>,
        }
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Block {
            topic: TrainingTopic,
            rows: Vec<Row>,
            labels: Vec<Label>,
            record_kinds: Vec<RecordKind>,
            enforced: bool,
            source: String,
        }
        let file: File = toml::from_str(text).map_err(|e| TrainingMalformed(e.to_string()))?;
        let mut table: Vec<Opens> = Vec::with_capacity(file.opens.len());
        for Block { topic, rows, labels, record_kinds, enforced, source } in file.opens {
            if table.iter().any(|known| known.topic == topic) {
                return Err(TrainingMalformed(format!("{topic} is named twice")));
            }
            if rows.is_empty() && labels.is_empty() && record_kinds.is_empty() {
                return Err(TrainingMalformed(format!("{topic} opens nothing: leave it out")));
            }
            if source.trim().is_empty() {
                return Err(TrainingMalformed(format!("{topic} has no source")));
            }
            table.push(Opens { topic, rows, labels, record_kinds, enforced, source });
        }
        Ok(Self(table))
    }

    /// Every block.
    pub fn blocks(&self) -> &[Opens] {
        &self.0
    }

    /// The topics that have to be current for somebody to see what has this row, these labels and these record kinds, in the
    /// table's order. `also`: topics that the agency enforces beside those that all do.
    pub fn needed(
        &self,
        row: Option<Row>,
        labels: &[Label],
        kinds: &[RecordKind],
        also: &[TrainingTopic],
    ) -> Vec<TrainingTopic> {
        let counts = |o: &&Opens| o.enforced || also.contains(&o.topic);
        self.0.iter().filter(counts).filter(|o| o.covers(row, labels, kinds)).map(|o| o.topic).collect()
    }

    /// The topics that have to be current for somebody to see an item.
    pub fn needed_for(&self, item: &Item, also: &[TrainingTopic]) -> Vec<TrainingTopic> {
        let kinds: Vec<RecordKind> =
            item.record_kind.into_iter().chain(item.about.iter().filter_map(|a| a.record_kind)).collect();
        self.needed(Some(item.row), &item.labels, &kinds, also)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(row: u8, labels: &[Label], kinds: &[RecordKind], also: &[TrainingTopic]) -> Vec<TrainingTopic> {
        TrainingTable::embedded().needed(Row::new(row).ok(), labels, kinds, also)
    }

    #[test]
    fn an_education_item_needs_ferpa_by_row_by_label_and_by_kind() {
        let ferpa = vec![TrainingTopic::Ferpa];
        assert_eq!(needed(29, &[], &[], &[]), ferpa);
        assert_eq!(needed(12, &[Label::Education], &[], &[]), ferpa);
        assert_eq!(needed(12, &[], &[RecordKind::EducationRecord], &[]), ferpa);
        assert_eq!(needed(12, &[], &[RecordKind::FerpaTreatmentRecord], &[]), ferpa);
        assert!(
            needed(12, &[], &[RecordKind::PersonalObservation, RecordKind::DirectoryInformation], &[])
                .is_empty()
        );
    }

    #[test]
    fn every_topic_that_a_record_needs_is_named() {
        let both = needed(29, &[Label::Part2], &[], &[]);
        assert_eq!(both, [TrainingTopic::Ferpa, TrainingTopic::Part2]);
    }

    #[test]
    fn hipaa_counts_only_where_the_agency_says_so() {
        assert!(needed(24, &[Label::Health], &[RecordKind::Phi], &[]).is_empty());
        for (row, labels, kinds) in
            [(24, &[][..], &[][..]), (12, &[Label::Health], &[]), (12, &[], &[RecordKind::Phi])]
        {
            let asked = needed(row, labels, kinds, &[TrainingTopic::Hipaa]);
            assert_eq!(asked, [TrainingTopic::Hipaa]);
        }
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        let block = |topic: &str, rows: &str, source: &str| {
            format!(
                "[[opens]]\ntopic = \"{topic}\"\nrows = [{rows}]\nlabels = []\nrecord_kinds = []\nenforced = true\nsource = \"{source}\"\n"
            )
        };
        assert!(TrainingTable::parse(&block("ferpa", "29", "x")).is_ok());
        let twice = block("ferpa", "29", "x") + &block("ferpa", "27", "x");
        for (text, says) in [
            (twice, "twice"),
            (block("ferpa", "", "x"), "opens nothing"),
            (block("ferpa", "29", " "), "no source"),
            (block("wizardry", "29", "x"), "wizardry"),
            (block("ferpa", "41", "x"), "41"),
        ] {
            let error = TrainingTable::parse(&text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

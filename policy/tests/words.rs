//! Records and scenarios say the same thing with the same word: every word of the vocabulary is a word of the records.

use policy::facts::vocabulary;
use policy::record::{Element, LegalProcess, ObtainedVia, Purpose, RecordKind, Sector};

#[test]
fn every_word_of_the_vocabulary_is_one_of_the_records() {
    type Known = fn(&str) -> bool;
    let enums: [(&str, Known); 6] = [
        ("discloser.sector", |w| Sector::from_word(w).is_some()),
        ("record.kind", |w| RecordKind::from_word(w).is_some()),
        ("record.obtained_via", |w| ObtainedVia::from_word(w).is_some()),
        ("record.elements", |w| Element::from_word(w).is_some()),
        ("purpose", |w| Purpose::from_word(w).is_some()),
        ("circumstances.legal_process", |w| LegalProcess::from_word(w).is_some()),
    ];
    for (path, known) in enums {
        let row = vocabulary()
            .rows()
            .iter()
            .find(|row| row.path == path)
            .unwrap_or_else(|| panic!("no row {path}"));
        let values = row.kind.values();
        assert!(!values.is_empty(), "{path} has no words");
        for value in values {
            assert!(known(value.name), "{path}: the records have no word `{}`", value.name);
        }
    }
}

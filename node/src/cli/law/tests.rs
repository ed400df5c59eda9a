//! The book, packs and versions of the law.

use super::*;
use crate::law_pack::{self, LawPackError};
use policy::facts::vocabulary as facts;
use policy::law::Law;
use std::path::Path;

const TEXTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/law");

#[test]
fn facts_say_who_attests_them_and_clauses_what_they_ask() {
    let text = vocabulary::run("circumstances.imminent", false).unwrap().text;
    assert!(text.contains("(bool)") && text.contains("72 hours") && text.contains("chair"), "{text}");
    let all: serde_json::Value = serde_json::from_str(&vocabulary::run("", true).unwrap().text).unwrap();
    assert_eq!(all["facts"].as_array().unwrap().len(), facts().rows().len());
    let one = book::show("hipaa-512-j-1-i", false).unwrap().text;
    for says in ["45 CFR 164.512(j)(1)(i)", "when", "read", "attested by", "cases", "narrowed by"] {
        assert!(one.contains(says), "{says}: {one}");
    }
    assert!(book::clauses("part2", "", false).unwrap().text.contains("42 CFR 2."));
    let failure = book::clauses("canon", "", false).unwrap_err();
    assert!(failure.exit == Exit::BadInput && failure.message.contains("hipaa"), "{failure}");
    assert_eq!(book::show("nowhere", false).unwrap_err().exit, Exit::BadInput);
}

#[test]
fn the_book_has_every_clause_and_every_provision_with_its_place() {
    let law = Law::embedded();
    let whole: serde_json::Value = serde_json::from_str(&book::whole(false, true).unwrap().text).unwrap();
    assert_eq!(whole["version"], law.version());
    assert_eq!(whole["clauses"].as_array().unwrap().len(), law.clauses().len());
    let provisions = whole["provisions"].as_array().unwrap();
    assert_eq!(provisions.len(), 522);
    for p in provisions {
        let text = |key: &str| p[key].as_str().is_some_and(|text| !text.is_empty());
        assert!(text("id") && text("citation") && text("regime"), "{p}");
        let kept = match p["disposition"].as_str().unwrap() {
            "executable" => p["clauses"].as_array().is_some_and(|clauses| !clauses.is_empty()),
            "attestation" => text("fact") && text("attested_by"),
            "duty" => text("kept"),
            "out_of_scope" => text("reason"),
            _ => false,
        };
        assert!(kept, "{p}");
    }
    let markdown = book::whole(true, false).unwrap().text;
    let text = book::whole(false, false).unwrap().text;
    for clause in law.clauses() {
        assert!(markdown.contains(&format!("### `{}`", clause.id)), "{}", clause.id);
        assert!(text.contains(&clause.citation), "{}", clause.id);
    }
}

#[test]
fn a_provision_that_is_no_clause_is_shown_with_the_clauses_that_decide_it() {
    let text = book::show("hipaa-160-103-phi", false).unwrap().text;
    assert!(text.contains("governs:hipaa") && text.contains("45 CFR 160.103"), "{text}");
}

#[test]
fn a_directory_of_texts_is_the_version_it_was_built_from() {
    assert_eq!(texts::law(Path::new(TEXTS)).unwrap().version(), Law::embedded().version());
    assert_eq!(texts::law(Path::new("embedded")).unwrap().version(), Law::embedded().version());
    let empty = tempfile::tempdir().unwrap();
    assert!(texts::law(empty.path()).unwrap_err().message.contains("regime.toml"));
    assert_eq!(texts::law(Path::new("/nowhere/at/all")).unwrap_err().exit, Exit::BadInput);
}

/// Signed by one key over exact bytes: another key, another byte or another signature is refused.
#[test]
fn a_pack_holds_only_under_its_signers_key() {
    let dir = tempfile::tempdir().unwrap();
    let keys = crate::exchange::keys::NodeKeys::generate().unwrap();
    let file = dir.path().join("x.law");
    law_pack::write(&packed("as built"), &file, &keys).unwrap();
    let key = crate::hex::encode(&keys.verify_key());
    let good = law_pack::read(&file, &key).unwrap();
    assert_eq!(good.version, Law::embedded().version());
    assert_eq!(texts::law(&file).unwrap().version(), Law::embedded().version());

    let other = crate::hex::encode(&crate::exchange::keys::NodeKeys::generate().unwrap().verify_key());
    let refused = |key: &str| law_pack::read(&file, key).unwrap_err();
    assert!(matches!(refused(&other), LawPackError::NotSigned { .. }));
    assert!(matches!(refused("12"), LawPackError::Key));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("as built", "as built.", 1)).unwrap();
    assert!(refused(&key).to_string().contains("changed since"));
    let (signature, unsigned) = text.split_once('\n').unwrap();
    for without in [unsigned.to_owned(), format!("# signed ed25519 zz\n{unsigned}"), signature.to_owned()] {
        std::fs::write(&file, without).unwrap();
        assert!(refused(&key).to_string().contains("is not signed"));
    }
    std::fs::remove_file(&file).unwrap();
    assert!(refused(&key).to_string().contains("cannot be read"));
}

/// Whoever reads while a pack is replaced sees the one or the other, whole; what a writer that was killed left is in nobody's way.
#[test]
fn a_pack_is_replaced_in_one_step() {
    let dir = tempfile::tempdir().unwrap();
    let keys = crate::exchange::keys::NodeKeys::generate().unwrap();
    let key = crate::hex::encode(&keys.verify_key());
    let file = dir.path().join("x.law");
    let packs = ["one", "other"].map(packed);
    std::fs::write(dir.path().join("x.law.new"), "# signed ed2").unwrap();
    law_pack::write(&packs[0], &file, &keys).unwrap();
    let writing = std::sync::atomic::AtomicBool::new(true);
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while writing.load(std::sync::atomic::Ordering::Relaxed) || seen.is_empty() {
                seen.insert(law_pack::read(&file, &key).unwrap().title);
            }
            seen
        });
        for at in 0..200 {
            law_pack::write(&packs[at % 2], &file, &keys).unwrap();
        }
        writing.store(false, std::sync::atomic::Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(seen.iter().all(|title| ["one", "other"].contains(&title.as_str())), "{seen:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

fn packed(title: &str) -> policy::law::pack::Pack {
    let made = policy::time::Date { year: 2026, month: 11, day: 21 };
    policy::law::pack::Pack::of(policy::law::FILES, title, made).unwrap()
}

//! What the loader refuses, and where it says the fault is.

use policy::law::{FILES, Law, LawError};

const REGIME: &str = r#"[regime]
id = "x"
name = "X"
citation = "X"
governs = "true"
default_deny = "x-deny"

[[clause]]
id = "x-deny"
citation = "X"
read = "2026-11-21"
effect = "default_deny"
summary = "No."
"#;

fn clause(id: &str, effect: &str, rest: &str) -> String {
    format!(
        "[[clause]]\nid = \"{id}\"\ncitation = \"X\"\nread = \"2026-11-21\"\neffect = \"{effect}\"\nsummary = \"x\"\n{rest}\n"
    )
}

fn refused(clauses: &str) -> LawError {
    Law::parse(&[("law/x/regime.toml", REGIME), ("law/x/x.toml", clauses)]).unwrap_err()
}

fn says(error: &LawError, line: usize, column: usize, words: &str) {
    assert!(error.message.contains(words), "{error}");
    assert_eq!((error.file.as_str(), error.line, error.column), ("law/x/x.toml", line, column), "{error}");
}

#[test]
fn faults_between_clauses_are_placed() {
    let permit = clause("x-1", "permit", "when = \"true\"");
    says(&refused(&format!("{permit}{permit}")), 9, 6, "used twice");
    says(
        &refused(&clause("x-1", "permit", "when = \"true and @nowhere\"")),
        7,
        18,
        "nothing defines `@nowhere`",
    );
    let limit = clause("x-2", "limit", "must = \"true\"\nbites_on = [\n  \"x-1\",\n  \"x-3\",\n]");
    says(&refused(&format!("{permit}{limit}")), 17, 3, "names no permit");
    let spares = clause("x-2", "forbid", "when = \"true\"\nspares = [\"x-9\"]");
    says(&refused(&format!("{permit}{spares}")), 15, 11, "names no permit");
    let define = |name: &str, when: &str| {
        clause(&format!("x-{name}"), "define", &format!("name = \"{name}\"\nwhen = \"{when}\""))
    };
    let twice = format!("{}{}", define("a", "true"), define("a", "true").replace("x-a", "x-b"));
    says(&refused(&twice), 15, 8, "defined twice");
    let circle = format!("{}{}", define("a", "true or @b"), define("b", "not @a"));
    says(&refused(&circle), 8, 17, "defined by itself");
}

#[test]
fn faults_of_regimes_are_named() {
    let of = |regime: &str| Law::parse(&[("law/x/regime.toml", regime)]).unwrap_err().to_string();
    assert!(
        of(&REGIME.replace("id = \"x\"", "id = \"y\""))
            .contains("law/x/regime.toml:2:6: the file lies in `x`")
    );
    assert!(of(&REGIME.replace("\"x-deny\"\n\n", "\"x-none\"\n\n")).contains("no default_deny clause"));
    assert!(of(&REGIME.replace("governs = \"true\"", "")).contains("`governs`, or `fallback = true`"));
    for other in ["overlay", "fallback"] {
        let both = REGIME.replace("governs = \"true\"", &format!("adds = true\n{other} = true"));
        let both = if other == "overlay" { both.replace("adds", "governs = \"true\"\nadds") } else { both };
        assert!(of(&both).contains("leave out `fallback` and `overlay`"), "{other}");
    }
    let stray = clause("z-1", "permit", "when = \"true\"");
    let error = Law::parse(&[("law/x/regime.toml", REGIME), ("law/z/z.toml", &stray)]).unwrap_err();
    assert!(error.to_string().contains("law/z/z.toml:2:6: no file describes the regime `z`"), "{error}");
    let twice = Law::parse(&[("law/x/regime.toml", REGIME), ("law/x/again.toml", REGIME)]).unwrap_err();
    assert!(twice.message.contains("twice"), "{twice}");
}

#[test]
fn definitions_within_definitions_are_bounded() {
    let mut texts = clause("x-d0", "define", "name = \"d0\"\nwhen = \"circumstances.imminent\"");
    for at in 1..450 {
        let rest = format!("name = \"d{at}\"\nwhen = \"not @d{}\"", at - 1);
        texts.push_str(&clause(&format!("x-d{at}"), "define", &rest));
    }
    assert!(refused(&texts).message.contains("too deep"));
}

#[test]
fn the_version_is_of_the_texts() {
    let law = Law::embedded();
    assert!(law.version().len() == 64 && law.version().bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(Law::parse(FILES).unwrap().version(), law.version());
    let mut files = FILES.to_vec();
    let changed = format!("{}\n# read again\n", files[0].1);
    files[0].1 = &changed;
    assert_ne!(Law::parse(&files).unwrap().version(), law.version());
}

#[test]
fn the_book_has_every_clause_with_its_conditions() {
    let law = Law::embedded();
    let entries: Vec<_> = policy::law::book(law).collect();
    assert_eq!(entries.len(), law.clauses().len());
    for (entry, clause) in entries.iter().zip(law.clauses()) {
        assert_eq!(entry.id, clause.id);
        assert_eq!(law.regimes()[usize::from(clause.regime)].id, entry.regime);
        let when = entry.conditions.iter().find(|(word, _)| *word == "when").map(|(_, text)| *text);
        assert_eq!(when, clause.when_text.as_deref(), "{}", clause.id);
    }
}

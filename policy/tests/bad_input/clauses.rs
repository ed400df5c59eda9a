//! Clause texts: cycles, nesting, length, twisted TOML. Always an error with file, line and column.

use policy::law::{Law, LawError};

const REGIME: &str = "[regime]\nid = \"x\"\nname = \"X\"\ncitation = \"X\"\ngoverns = \"true\"\ndefault_deny = \"x-deny\"\n\n\
    [[clause]]\nid = \"x-deny\"\ncitation = \"X\"\nread = \"2026-11-21\"\neffect = \"default_deny\"\nsummary = \"No.\"\n";

fn permit(id: &str, when: &str) -> String {
    format!(
        "[[clause]]\nid = \"{id}\"\ncitation = \"X\"\nread = \"2026-11-21\"\neffect = \"permit\"\nsummary = \"x\"\nwhen = \"{when}\"\n"
    )
}

fn define(name: &str, when: &str) -> String {
    permit(&format!("x-{name}"), when).replace("\"permit\"", &format!("\"define\"\nname = \"{name}\""))
}

fn load(clauses: &str) -> Result<Law, LawError> {
    Law::parse(&[("law/x/regime.toml", REGIME), ("law/x/x.toml", clauses)])
}

fn refused(clauses: &str, line: usize, words: &[&str]) {
    let error = load(clauses).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("law/x/x.toml", line), "{error}");
    assert!(error.column >= 1);
    words.iter().for_each(|word| assert!(error.message.contains(word), "`{word}` is not in: {error}"));
}

#[test]
fn a_cycle_is_refused_where_it_is_named() {
    refused(&define("a", "@a"), 8, &["`@a` is defined by itself"]);
    let three = [define("a", "@b"), define("b", "true and @c"), define("c", "not @a")].concat();
    refused(&three, 8, &["in `@b`", "in `@c`", "defined by itself"]);
    refused(&permit("x-1", "true and @nowhere"), 7, &["nothing defines `@nowhere`"]);
}

#[test]
fn ten_thousand_parentheses_are_refused() {
    let deep = |open: &str, close: &str| format!("{}true{}", open.repeat(10_000), close.repeat(10_000));
    refused(&permit("x-1", &deep("(", ")")), 7, &["longer than", "split it into definitions"]);
    refused(&permit("x-1", &"(".repeat(10_000)), 7, &["nested more than", "use definitions"]);
    refused(&permit("x-1", &deep("not ", "")), 7, &["longer than"]);
    refused(&permit("x-1", &deep("any_consent(", ")")), 7, &["longer than"]);
    refused(&permit("x-1", &"not ".repeat(3_000)), 7, &["nested more than"]);
}

#[test]
fn texts_that_grow_without_end_are_refused() {
    // each definition names the one before twice: written out, 2^40 conditions
    let mut texts = define("d0", "circumstances.imminent");
    for at in 1..=40 {
        texts.push_str(&define(&format!("d{at}"), &format!("not @d{} or not @d{}", at - 1, at - 1)));
    }
    let error = load(&format!("{texts}{}", permit("x-1", "@d40"))).unwrap_err();
    assert!(error.message.contains("too large: more than"), "{error}");
    // each definition nests the one after it 40 deep, the first one met first
    let nested: String = (0..400)
        .map(|at| define(&format!("e{at}"), &format!("{}@e{}{}", "not (".repeat(20), at + 1, ")".repeat(20))))
        .collect();
    refused(&format!("{nested}{}", define("e400", "true")), 8, &["too deep"]);
    let long = format!("# {}\n", "x".repeat(2 * 1024 * 1024));
    refused(&long, 1, &["longer than", "split the file"]);
    let many: String = (0..1100).map(|at| permit(&format!("x-{at}"), "true")).collect();
    assert!(load(&many).unwrap_err().message.contains("clauses"));
}

#[test]
fn dates_types_and_keys_are_placed() {
    let good = permit("x-1", "true");
    for day in ["2026-02-30", "2026-00-10", "0026-01-01", "26-1-1", "2026-11-21T00:00:00Z"] {
        refused(&good.replace("2026-11-21", day), 4, &["date read as YYYY-MM-DD"]);
    }
    refused(&format!("{good}when = \"true\"\n"), 8, &["duplicate key"]);
    refused(&format!("{good}id = 7\n"), 8, &["duplicate key"]);
    refused(&good.replace("\"true\"", "true"), 7, &["string"]);
    refused(&good.replace("\"permit\"", "\"allow\""), 5, &["allow"]);
    refused(&good.replace("true", "circumstances.iminent"), 7, &["perhaps `circumstances.imminent`"]);
    refused(&good.replace("true", "purpose = fun"), 7, &["`fun` is no value of `purpose`"]);
    refused(&good.replace("true", "subject.age < 99999999999"), 7, &["not a whole number"]);
    refused("\u{0}", 1, &[]);
}

//! Dependencies point one way, between the crates and inside `node`.
//!
//! Between crates `cargo metadata` is asked; inside, the sources are read. What stands under `#[cfg(test)]` is left out.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const OURS: [&str; 6] = ["policy", "proto", "certs-dev", "node", "marker-search", "system-tests"];

/// Dependencies of each crate of ours: name to kinds (`normal`, `dev`, `build`).
fn dependencies() -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut ask = Command::new(env!("CARGO"));
    ask.args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked", "--manifest-path"]);
    let answer = ask.arg(Path::new(ROOT).join("Cargo.toml")).output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let metadata: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap().to_owned();
            let kind = dependency["kind"].as_str().unwrap_or("normal").to_owned();
            of.entry(name).or_default().insert(kind);
        }
        all.insert(package["name"].as_str().unwrap().to_owned(), of);
    }
    all
}

fn ours(of: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&str> {
    of.keys().map(String::as_str).filter(|name| OURS.contains(name)).collect()
}

#[test]
fn crates_depend_one_way() {
    let all = dependencies();
    let names: BTreeSet<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(OURS), "a crate was added or renamed: say here whom it may depend on");
    for (of, may) in [
        ("policy", &[][..]),
        ("proto", &[][..]),
        ("certs-dev", &[][..]),
        ("node", &["policy", "proto", "certs-dev"][..]),
        ("marker-search", &[][..]),
        ("system-tests", &["policy", "proto", "certs-dev", "node", "marker-search"][..]),
    ] {
        let found = ours(&all[of]);
        let allowed: BTreeSet<&str> = may.iter().copied().collect();
        assert!(found.is_subset(&allowed), "{of} depends on {found:?}, it may on {allowed:?}");
    }
}

#[test]
fn policy_has_no_runtime_and_no_way_out() {
    let all = dependencies();
    let normal: BTreeSet<&str> = all["policy"]
        .iter()
        .filter(|(_, kinds)| kinds.contains("normal") || kinds.contains("build"))
        .map(|(name, _)| name.as_str())
        .collect();
    // regorus is optional, for a bench alone: `the_other_engine_is_off_by_default`
    let allowed = BTreeSet::from(["regorus", "serde", "serde_json", "sha2", "thiserror", "time", "toml"]);
    assert!(normal.is_subset(&allowed), "policy depends on {normal:?}: it may read texts and nothing else");
    let banned = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::io",
        "std::time",
        "async fn",
        "tokio",
        "SystemTime",
        "Instant::now",
        "now_utc",
        "now_local",
        "rand::",
        "println!",
        "eprintln!",
        "dbg!",
    ];
    let offends = offenders("policy/src", |_| true, &banned);
    assert!(offends.is_empty(), "policy is pure:\n{}", offends.join("\n"));
}

#[test]
fn the_other_engine_is_off_by_default() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("policy/Cargo.toml")).unwrap();
    let manifest: toml::Value = toml::from_str(&manifest).unwrap();
    assert_eq!(manifest["dependencies"]["regorus"]["optional"].as_bool(), Some(true));
    assert!(manifest["features"].get("default").is_none(), "policy has no default features");
    let offends = offenders("policy/src", |_| true, &["regorus"]);
    assert!(offends.is_empty(), "only a bench uses the other engine:\n{}", offends.join("\n"));
}

#[test]
fn inside_the_node_nothing_calls_up() {
    let rules: [(&str, &[&str]); 5] = [
        // the lowest layer knows records, nobody who uses them
        (
            "node/src/store",
            &[
                "crate::app",
                "crate::staff",
                "crate::exchange",
                "crate::cli",
                "crate::serve",
                "crate::demo",
                "crate::bench",
                "crate::work",
            ],
        ),
        (
            "node/src/tls",
            &[
                "crate::app",
                "crate::staff",
                "crate::exchange",
                "crate::store",
                "crate::cli",
                "crate::serve",
                "crate::demo",
            ],
        ),
        ("node/src/app", &["crate::cli", "crate::serve", "crate::demo", "crate::bench", "tonic::transport"]),
        ("node/src/exchange", &["crate::cli", "crate::serve", "crate::demo", "crate::bench"]),
        (
            "node/src/staff",
            &["crate::cli", "crate::serve", "crate::demo", "crate::bench", "crate::exchange::courier"],
        ),
    ];
    for (dir, banned) in rules {
        let offends = offenders(dir, |_| true, banned);
        assert!(offends.is_empty(), "{dir} reaches up:\n{}", offends.join("\n"));
    }
}

#[test]
fn the_command_line_is_a_client_of_the_staff_api() {
    // these need no node, or are one
    let local = ["serve.rs", "init.rs", "demo.rs", "bench.rs", "decide.rs", "law.rs", "roster.rs"];
    let local_dirs = ["node/src/cli/law", "node/src/cli/decide"];
    let client = |path: &Path| {
        !local.iter().any(|name| path.ends_with(name)) && !local_dirs.iter().any(|dir| under(path, dir))
    };
    let banned = ["crate::app", "crate::store", "crate::exchange", "policy::door", "policy::law"];
    let offends = offenders("node/src/cli", client, &banned);
    assert!(offends.is_empty(), "a verb goes round the staff API:\n{}", offends.join("\n"));
    let stories = |path: &Path| !path.ends_with("region.rs") && !path.ends_with("demo/mod.rs");
    let offends = offenders(
        "node/src/demo",
        stories,
        &["crate::app", "crate::store", "crate::exchange", "policy::door"],
    );
    assert!(offends.is_empty(), "the demo goes round the staff API:\n{}", offends.join("\n"));
}

#[test]
fn development_certificates_are_for_demo_and_bench_alone() {
    let real = |path: &Path| !under(path, "node/src/demo") && !under(path, "node/src/bench");
    let offends = offenders("node/src", real, &["certs_dev"]);
    assert!(offends.is_empty(), "a real node would carry a development authority:\n{}", offends.join("\n"));
}

#[test]
fn only_the_couriers_files_can_send_to_a_peer() {
    let elsewhere = |path: &Path| !under(path, "node/src/exchange/peer.rs");
    let offends = offenders("node/src", elsewhere, &["ExchangeClient", "exchange_client"]);
    assert!(offends.is_empty(), "the generated client is held elsewhere:\n{}", offends.join("\n"));
    // `serve` makes the connections and hands them down; lanes and collecting are the courier's hands
    let users = ["peer.rs", "lanes.rs", "courier.rs", "collect.rs"];
    let elsewhere = |path: &Path| {
        let a_user = under(path, "node/src/exchange") && users.iter().any(|name| path.ends_with(name));
        !(a_user || under(path, "node/src/serve.rs") || under(path, "node/src/bench"))
    };
    let offends = offenders("node/src", elsewhere, &["exchange::peer", "super::peer"]);
    assert!(offends.is_empty(), "somebody besides the courier calls peers:\n{}", offends.join("\n"));
}

fn under(path: &Path, part: &str) -> bool {
    path.strip_prefix(ROOT).is_ok_and(|inside| inside.starts_with(part))
}

/// Lines outside tests that contain one of the words, as `file:line: text`.
fn offenders(dir: &str, applies: impl Fn(&Path) -> bool, words: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    sources(&Path::new(ROOT).join(dir), &mut files);
    assert!(!files.is_empty() || !Path::new(ROOT).join(dir).exists(), "{dir} holds no sources");
    let mut found = Vec::new();
    for path in files.into_iter().filter(|path| applies(path)) {
        let text = fs::read_to_string(&path).unwrap();
        for (at, line) in shipped(&text) {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{at}: {}", path.display(), line.trim()));
            }
        }
    }
    found
}

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test_file(&path) {
            into.push(path);
        }
    }
}

/// Files that are modules under `#[cfg(test)]`: declared so where they are declared.
fn is_test_file(path: &Path) -> bool {
    let (Some(stem), Some(dir)) = (path.file_stem().and_then(|s| s.to_str()), path.parent()) else {
        return false;
    };
    let parents = [dir.join("mod.rs"), dir.join("lib.rs"), dir.with_extension("rs")];
    parents.iter().filter(|parent| *parent != path).filter_map(|parent| fs::read_to_string(parent).ok()).any(
        |text| {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let declares = |line: &str| {
                let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
                line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) == Some(stem)
            };
            lines.iter().position(|line| declares(line)).is_some_and(|at| {
                lines[..at]
                    .iter()
                    .rev()
                    .take_while(|line| line.starts_with("#["))
                    .any(|line| is_for_tests(line))
            })
        },
    )
}

/// `#[cfg(test)]`, also together with a feature.
fn is_for_tests(line: &str) -> bool {
    line.starts_with("#[cfg(test") || line.starts_with("#[cfg(all(test")
}

/// Lines with their numbers, without comments and without what stands under `#[cfg(test)]`.
fn shipped(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut all = text.lines().enumerate().peekable();
    while let Some((at, line)) = all.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if is_for_tests(line) {
            // to the closing brace in the first column, or to the end of a one-line item
            for (_, skipped) in all.by_ref() {
                if skipped.starts_with('}') || skipped.ends_with(';') && !skipped.starts_with(' ') {
                    break;
                }
            }
            continue;
        }
        lines.push((at + 1, line));
    }
    lines
}

#[test]
fn test_modules_are_left_out_and_nothing_else() {
    let text = "use a::b;\n// crate::app\n#[cfg(test)]\nmod tests;\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use x;\n}\nfn g() {}\n";
    let lines: Vec<&str> = shipped(text).into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, ["use a::b;", "fn f() {}", "fn g() {}"]);
}

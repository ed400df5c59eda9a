//! The README's "The way of one case", typed as it stands there, by the program itself against a node of its own.
use node::demo::setup;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use system_tests::clinic::{CHAIR, CLINIC, CLINICIAN, COUNSELOR, clinic, run, said, uri};
use system_tests::program::concord;

const README: &str = include_str!("../../README.md");

/// The commands of the section, each on one line.
fn commands() -> Vec<String> {
    let section = README.split("## The way of one case").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.replace("\\\n", " ").lines().map(str::to_owned).collect()
}

/// The first id after a word.
fn id_after(word: &str, text: &str) -> String {
    let at = text.find(&format!("{word} ")).unwrap_or_else(|| panic!("no {word}: {text}")) + word.len();
    text[at..].split_whitespace().next().unwrap().to_owned()
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

#[tokio::test]
async fn the_way_of_one_case_is_walked_as_the_readme_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut region, _) = clinic(dir.path()).await.unwrap();
    region.start_all().await.unwrap();
    let teams = setup::first_day(&region).await.unwrap();
    let at = dir.path();
    write(at, "report.txt", "He said at the desk that they would be sorry.");
    write(at, "name.txt", "Jordan Vale\n");
    write(at, "seen.txt", "He came back twice after closing and tried the side door.");
    write(at, "factor.txt", "A sister who drives him home and answers the telephone.");
    let told = json!({
        "text": "He told a visitor that he would not leave again without an answer.",
        "happened_on": "2026-11-20", "learned_on": "2026-11-20", "basis": "reported", "nature": "communication",
        "source_type": "direct_witness", "source": "a visitor", "directness": "reported_by_related_person",
    });
    write(at, "told.json", &told.to_string());

    let mut names = BTreeMap::from([("TEAM", teams[CLINIC].clone()), ("STAFF", uri(CLINICIAN))]);
    let mut entries = Vec::new();
    let commands = commands();
    assert!(commands.len() > 10 && commands.iter().all(|c| c.starts_with("concord ")), "{commands:?}");
    for command in &commands {
        if command.contains("assessment.json") {
            let now = region.now();
            let assessment = json!({
                "level": {
                    "model": "local", "model_version": "1", "original": "moderate", "band": "moderate",
                    "valid_until": now.plus_days(30).to_string(),
                },
                "rationale": "He returns, and says that he will; a sister holds him.",
                "observations": [entries[2], entries[3]], "factors": [entries[5]], "no_enhancing_found": true,
                "gaps": "Whether he has means is not known.", "caveats": "Two days only.",
                "meeting": { "present": [uri(CHAIR), uri(CLINICIAN), uri(COUNSELOR)] },
            });
            write(at, "assessment.json", &assessment.to_string());
            let plan = json!({
                "owner": uri(CHAIR), "goals": ["He has an answer and somebody to ask."],
                "review_at": now.plus_days(20).to_string(),
                "tasks": [{
                    "kind": "mentoring", "orientation": "subject", "tier": "secondary",
                    "text": "The advocate calls him each week.", "state": "open",
                }],
                "restrictions": [{
                    "kind": "boundary_setting", "text": "He comes in office hours.", "observation": entries[2],
                    "until": now.plus_days(40).to_string(), "kept_by": "head of security",
                }],
            });
            write(at, "plan.json", &plan.to_string());
        }
        let line = names
            .iter()
            .fold(command.clone(), |line, (name, is)| line.replace(&format!(" {name}"), &format!(" {is}")));
        let output = Command::new("/bin/sh")
            .args(["-c", &line.replacen("concord", "\"$CONCORD\"", 1)])
            .current_dir(at)
            .env("CONCORD", concord())
            .env("CONCORD_STAFF", region.staff_dir(CHAIR))
            .output()
            .unwrap();
        let text = said(&output);
        assert!(output.status.success(), "{line}\n{text}");
        if text.starts_with("entry ") {
            entries.push(id_after("entry", &text));
            names.entry("CASE").or_insert_with(|| id_after("case", &text));
        }
        if command.starts_with("concord observe") {
            names.entry("SEEN").or_insert_with(|| id_after("entry", &text));
        }
        if command.starts_with("concord agenda") {
            assert!(text.contains("review") && text.contains(&names["CASE"]), "{text}");
        }
        if command.starts_with("concord case history") {
            assert!(text.contains("managing") && text.contains("tried the side door"), "{text}");
            let (_, restrictions) = text.split_once("Restrictions\n").unwrap_or_else(|| panic!("{text}"));
            let first = restrictions.lines().next().unwrap();
            assert!(
                first.starts_with("- boundary setting until ") && first.contains("kept by head of"),
                "{first}"
            );
        }
    }
    // What a listing shows, it shows as one JSON object too, and a mistake likewise.
    let staff = region.staff_dir(CHAIR);
    let case = &names["CASE"];
    for arguments in [
        &["case", "show", case][..],
        &["case", "history", case],
        &["report", "show", case],
        &["agenda"],
        &["item", "list", case],
        &["accounting", "--case", case],
        &["case", "show", "--nothing"],
        &["observe", case, "--from", "told.json", "--basis", "guessed"],
    ] {
        let output = run(at, Some(&staff), &[arguments, &["--json"]].concat(), "");
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(object.is_object() && output.stderr.is_empty(), "{arguments:?}: {}", said(&output));
        assert_eq!(output.status.success(), object.get("error").is_none(), "{object}");
    }
    region.stop_all().await.unwrap();
}

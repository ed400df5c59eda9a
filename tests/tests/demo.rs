//! `concord demo --json`: eight processes, every story, both sides' accounting. And that they end with it.

use node::demo::cast::REGION;
use node::store::NodeStore;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use system_tests::pair::wait_for;
use system_tests::program::concord;

#[test]
fn the_demo_plays_every_story_and_both_accountings_match() {
    let played = Command::new(concord()).args(["demo", "--json"]).output().unwrap();
    let progress = String::from_utf8_lossy(&played.stderr);
    let report: Value =
        serde_json::from_slice(&played.stdout).unwrap_or_else(|e| panic!("no JSON ({e}):\n{progress}"));
    let off = off(&report);
    assert!(played.status.success() && off.is_empty(), "{}\n{progress}", off.join("\n"));
    assert_eq!(report["ok"], true);

    let names: BTreeSet<&str> =
        list(&report["stories"]).iter().map(|s| s["name"].as_str().unwrap()).collect();
    let told = BTreeSet::from([
        "part2_refusal",
        "example_1",
        "example_2",
        "school_threat",
        "duty_to_warn",
        "housing_referral",
        "revoked_consent",
        "emergency_review",
        "recipient_down",
        "a_month",
    ]);
    assert_eq!(names, told);
    assert_eq!(list(&report["region"]["agencies"]).len(), 8);

    let items: Vec<&Value> = list(&report["stories"])
        .iter()
        .flat_map(|story| list(&story["steps"]))
        .flat_map(|step| list(&step["items"]))
        .collect();
    let with = |outcome: &str| items.iter().filter(|item| item["outcome"] == outcome).count();
    assert!(with("whole") > 40 && with("form") > 1 && with("withheld") > 30, "too little was decided");
    for item in &items {
        let (basis, reasons) = (list(&item["basis"]).len(), list(&item["reasons"]).len());
        if item["outcome"] == "withheld" {
            assert!(reasons > 0 && item["value"] == "", "withheld without a reason, or with a value: {item}");
        } else {
            assert!(basis > 0 && item["value"] != "", "went without a basis: {item}");
        }
    }
    let pairs = list(&report["accounting"]["pairs"]);
    assert!(pairs.len() >= 10, "{} disclosures", pairs.len());
    assert!(pairs.iter().all(|pair| pair["commitments_match"] == true && pair["items"].as_u64() > Some(0)));
    assert!(list(&report["accounting"]["outside"]).len() >= 2);
    assert!(list(&report["accounting"]["unmatched"]).is_empty());
}

/// Whatever kills the demo, its nodes end too: each home can be opened again.
#[tokio::test]
async fn nodes_do_not_outlive_a_demo_that_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let region = dir.path().join("region");
    let mut demo = Command::new(concord());
    demo.args(["demo", "--keep", "--story", "part2_refusal", "--dir"]).arg(&region);
    let mut demo = demo.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // once the stories begin every node runs
    let said = BufReader::new(demo.stdout.take().unwrap()).lines();
    let begun = said.map_while(Result::ok).any(|line| line.contains("process "));
    let homes: Vec<_> = REGION.agencies.iter().map(|agency| region.join(agency.id)).collect();
    let held = async |home: &Path| match NodeStore::open(home).await {
        Ok(_) => false,
        Err(error) => format!("{error:?}").contains("Locked"),
    };
    let mut running = 0;
    for home in &homes {
        running += usize::from(held(home).await);
    }
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(begun && running == homes.len(), "{running} nodes ran");
    for home in &homes {
        wait_for("a node of a killed demo to end", 60, async || Ok((!held(home).await).then_some(())))
            .await
            .unwrap();
    }
}

#[test]
fn a_directory_in_use_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let refused = Command::new(concord()).args(["demo", "--dir"]).arg(dir.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("not empty") && said.contains("empty directory"), "{said}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Every check that did not hold, in words.
fn off(report: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for story in list(&report["stories"]) {
        for step in list(&story["steps"]) {
            for check in list(&step["checks"]).iter().filter(|check| check["ok"] != true) {
                all.push(format!(
                    "{} {}: {} ({})",
                    story["name"], step["number"], check["what"], check["found"]
                ));
            }
        }
    }
    all.extend(list(&report["accounting"]["unmatched"]).iter().map(ToString::to_string));
    all
}

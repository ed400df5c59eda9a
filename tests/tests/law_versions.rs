//! A version of the law from counsel's desk to a decision and back: packed and signed, taken up by a node, recorded with what
//! it decided, and tried against the next version. Real processes, one agency for each side; what was decided is read by
//! `concord law replay --home` alone, which prints no facts of anybody.

use node::app::Disclosure;
use node::app::rows::read;
use node::demo::region::Region;
use node::demo::setup;
use node::store::{Kind, NodeStore, Store};
use policy::id::DisclosureId;
use policy::law::{FILES, Law};
use proto::agency::v1 as api;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use system_tests::pair::{GOES, HOSPITAL, OFFICER, PAIR, READER, approve, ask, inbox, wait_for};
use system_tests::program::concord;

const MARKER: &str = "planted5b1c77";
/// The clause by which the items of a [`PAIR`] go.
const AGREED: &str = "id = \"hipaa-502-a-1-iv\"";
/// Longest wait; the machine may be busy.
const SECONDS_MAX: u64 = 60;

/// Writes this build's clause texts below `dir`, changed.
fn texts(dir: &Path, change: impl Fn(&str) -> String) {
    for (name, text) in FILES {
        let file = dir.join(name.strip_prefix("law/").unwrap());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, change(text)).unwrap();
    }
}

/// The same clauses, each read a day later: another version that decides alike.
fn reviewed(text: &str) -> String {
    text.replace("read = \"2026-11-21\"", "read = \"2026-11-22\"")
}

/// The reviewed clauses, an authorization asking for good faith too, which nobody attests here.
fn stricter(text: &str) -> String {
    let text = reviewed(text);
    let Some((before, clause)) = text.split_once(AGREED) else { return text };
    let clause = clause.replacen("when = \"", "when = \"circumstances.good_faith_belief and ", 1);
    format!("{before}{AGREED}{clause}")
}

fn law(arguments: &[&str]) -> Output {
    Command::new(concord()).arg("law").args(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_signed_version_decides_is_recorded_and_is_tried_again_by_ids_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (made, next) = (dir.path().join("reviewed"), dir.path().join("stricter"));
    texts(&made, reviewed);
    texts(&next, stricter);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let mut region = Region::create(PAIR, &dir.path().join("region"), concord().clone()).await.unwrap();
    let home = region.home(HOSPITAL);

    // counsel packs and signs; the node is told the signer's key
    let pack = home.join("2027.law");
    let packed = law(&[
        "--json",
        "pack",
        "--texts",
        &text(&made),
        "--title",
        "2027 review",
        "--made",
        "2027-01-04",
        "--to",
        &text(&pack),
        "--sign-with",
        &text(&home),
    ]);
    let packed: Value = serde_json::from_str(&printed(&packed)).unwrap();
    let (version, key) = (packed["version"].as_str().unwrap(), packed["key"].as_str().unwrap());
    assert_ne!(version, Law::embedded().version());
    printed(&law(&["verify", &text(&pack), "--key", key]));
    let file = home.join("concord.toml");
    let config = fs::read_to_string(&file).unwrap();
    let told = |key: &str| format!("{config}[law]\npack = \"2027.law\"\npack_key = \"{key}\"\n");
    fs::write(&file, told(&"0".repeat(64))).unwrap();
    let refused = region.start_all().await.unwrap_err().to_string();
    assert!(refused.contains("was not signed by this key"), "{refused}");
    region.stop_all().await.unwrap();
    fs::write(&file, told(key)).unwrap();
    region.start_all().await.unwrap();

    // one disclosure under it
    let teams = setup::first_day(&region).await.unwrap();
    let asked = ask(&region, &teams, MARKER).await.unwrap();
    approve(&region, &asked).await.unwrap();
    let arrived =
        wait_for("the summary", SECONDS_MAX, async || Ok(inbox(&region).await?.pop())).await.unwrap();
    let opened = api::OpenInboxRequest { message_id: arrived.message_id.clone() };
    let opened = region.staff(READER).unwrap().open_inbox(opened).await.unwrap();
    assert_eq!(opened.items.len(), GOES);

    // while it runs its home is its own
    let replay = |to: &str, as_json: bool| {
        let mut arguments = vec!["replay", "--from", pack.to_str().unwrap(), "--to", to];
        arguments.extend(["--home", home.to_str().unwrap()]);
        arguments.extend(as_json.then_some("--json"));
        law(&arguments)
    };
    let refused = replay("embedded", false);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && refused.stdout.is_empty(), "{said}");
    assert!(said.contains("another concord runs") && said.contains("stop it first"), "{said}");
    let request = api::AccountingRequest { case_id: asked.case.clone(), ..Default::default() };
    let entry = region.staff(OFFICER).unwrap().accounting(request).await.unwrap().entries.remove(0);
    let disclosure = entry.message_id;
    region.stop_all().await.unwrap();

    // decided alike by what was read earlier; refused by the stricter text, which the ids say and no fact
    let alike: Value = serde_json::from_str(&printed(&replay("embedded", true))).unwrap();
    assert_eq!((&alike["from"], &alike["of_other_versions"]), (&Value::from(version), &Value::from(0)));
    assert!(alike["decisions"].as_u64().unwrap() > 0, "{alike}");
    for empty in ["changed", "not_reproduced", "errors"] {
        assert_eq!(alike[empty], Value::Array(Vec::new()), "{empty}: {alike}");
    }
    let whole = printed(&replay(&text(&next), true));
    let report: Value = serde_json::from_str(&whole).unwrap();
    let changed = report["changed"].as_array().unwrap();
    assert!(!changed.is_empty(), "{report}");
    for change in changed {
        assert_eq!((&change["before"], &change["after"]), (&Value::from("permit"), &Value::from("deny")));
        assert!(change["id"].as_str().unwrap().starts_with(&format!("{disclosure}/")), "{change}");
        assert_eq!(change["clauses_dropped"], Value::from(vec!["hipaa-502-a-1-iv"]));
    }
    let read_by_people = printed(&replay(&text(&next), false));
    assert!(read_by_people.contains("permit -> deny") && read_by_people.contains(&disclosure));
    for text in [&whole, &read_by_people] {
        for fact in [MARKER, "Robin", "1984", "subject", "circumstances", "recipient", "record.", "facts"] {
            assert!(!text.contains(fact), "{fact} is printed:\n{text}");
        }
    }

    // the disclosure names its version; each of the three looks is in the home's log, the one that was refused saw nothing
    let store = NodeStore::open(&home).await.unwrap();
    let row = store.get(Kind::Disclosure.of(disclosure.parse::<DisclosureId>().unwrap())).await.unwrap();
    assert_eq!(read::<Disclosure>(row.unwrap()).unwrap().record.law_version, version);
    let events = store.events(0, u32::MAX).await.unwrap();
    let looks: Vec<_> = events.iter().filter(|e| e.event.kind == "decisions_replayed").collect();
    assert_eq!(looks.len(), 3);
    assert!(looks.iter().all(|look| look.event.actor == "host"));
    store.close().await.unwrap();
}

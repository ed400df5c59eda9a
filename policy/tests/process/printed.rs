//! The process as it is printed: golden, so that a change of the process is a change that somebody reads.
//!
//! `UPDATE_GOLDEN=1` writes the files anew; read the difference before it lands.

use policy::process::{Guard, Process};
use std::path::Path;

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs: read the change, then run with UPDATE_GOLDEN=1");
}

#[test]
fn the_process_as_text_is_as_reviewed() {
    golden("process.txt", &Process::embedded().unwrap().text());
}

#[test]
fn the_process_as_a_diagram_is_as_reviewed() {
    let mermaid = Process::embedded().unwrap().mermaid();
    golden("process.mmd", &mermaid);
    // Each line is one that a Mermaid state diagram knows: a step, or a note.
    let mut lines = mermaid.lines();
    assert_eq!(lines.next(), Some("stateDiagram-v2"));
    for line in lines {
        let step = line.trim().split_once(" --> ").is_some_and(|(from, rest)| {
            let to = rest.split(": ").next().unwrap_or_default();
            [from, to]
                .iter()
                .all(|s| *s == "[*]" || policy::process::words::State::from_word(s.trim()).is_some())
        });
        let note = line.trim().starts_with("note right of ") || line.trim().starts_with("note left of ");
        assert!(step || note, "{line}");
        assert!(!line.contains(';') && line.matches(':').count() <= 1, "{line}");
    }
}

#[test]
fn every_guard_explains_itself_and_names_its_steps() {
    let process = Process::embedded().unwrap();
    for guard in Guard::ALL {
        let text = process.explain(*guard);
        assert!(text.contains(guard.as_str()) && text.contains(guard.means()), "{text}");
        let asked = process.always.contains(guard) || text.contains("asked by");
        assert!(asked, "{text}");
    }
    golden("guard.txt", &process.explain(Guard::SupportiveTask));
}

#[test]
fn the_process_as_json_is_whole() {
    let process = Process::embedded().unwrap();
    let json = process.json();
    assert_eq!(json["steps"].as_array().unwrap().len(), process.steps.len());
    assert_eq!(json["states"].as_array().unwrap().len(), 12);
    assert_eq!(json["guards"].as_array().unwrap().len(), Guard::ALL.len());
    assert_eq!(json["quorum_policies"].as_array().unwrap().len(), 6);
    let t7 = json["steps"].as_array().unwrap().iter().find(|s| s["id"] == "T7").unwrap();
    assert_eq!(t7["to"], "managing");
    assert!(t7["guards"].as_array().unwrap().contains(&"supportive_task".into()));
}

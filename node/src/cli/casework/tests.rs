//! How a history and an agenda look.

use super::super::page::Page;
use super::{act, agenda, history};
use proto::agency::v1::*;

fn text(print: impl FnOnce(&mut Page)) -> String {
    let mut page = Page::default();
    print(&mut page);
    page.finish()
}

fn entry(id: &str, at: &str, act: Act) -> Entry {
    let word = serde_json::to_value(&act)
        .unwrap()
        .as_object()
        .unwrap()
        .iter()
        .find(|(_, of)| !of.is_null())
        .unwrap()
        .0
        .clone();
    Entry {
        word,
        id: id.into(),
        at: at.into(),
        by: "spiffe://x/agency/a/staff/kim".into(),
        act: Some(act),
        ..Entry::default()
    }
}

fn assessed(id: &str, at: &str, until: &str) -> Entry {
    let level = Level {
        model: "cstag".into(),
        model_version: "2".into(),
        original: "substantive".into(),
        band: "moderate".into(),
        valid_until: until.into(),
    };
    entry(id, at, act::act!(assess: Assessment { level: Some(level), ..Assessment::default() }))
}

fn factor(id: &str, polarity: &str, says: &str) -> Entry {
    let factor = Factor {
        polarity: polarity.into(),
        category: "social_relationships".into(),
        text: says.into(),
        ..Factor::default()
    };
    entry(id, "2026-11-20T10:00:00Z", act::act!(factor: factor))
}

fn observation(id: &str, basis: &str) -> Entry {
    let o = Observation { basis: basis.into(), text: format!("words {basis}"), ..Observation::default() };
    entry(id, "2026-11-19T10:00:00Z", act::act!(observe: o))
}

fn shown() -> String {
    let newest = assessed("e5", "2026-11-21T10:00:00Z", "2026-12-21T10:00:00Z");
    let stale = StaleReason {
        reason: "tripwire".into(),
        since: "2026-11-22T08:00:00Z".into(),
        entry_id: "e9".into(),
    };
    let level = StandingLevel {
        entry_id: "e5".into(),
        level: newest.act.as_ref().unwrap().assess.as_ref().unwrap().level.clone(),
        decided_at: newest.at.clone(),
        stale: vec![stale],
    };
    let history = History {
        case_id: "c".into(),
        state: "reassessing".into(),
        moved_state: "managing".into(),
        level: Some(level),
        entries: vec![
            observation("e1", "observed"),
            observation("e2", "reported"),
            observation("e3", "inferred"),
            factor(
                "f1",
                "risk_enhancing",
                "lost the work that gave the days their shape and has not found any other since",
            ),
            factor("f2", "risk_mitigating", "a sister who calls every evening"),
            assessed("e4", "2026-11-20T12:00:00Z", "2026-12-20T10:00:00Z"),
            newest,
        ],
        ..History::default()
    };
    text(|page| history::print(&history, page))
}

#[test]
fn every_level_stands_with_its_date_its_end_and_stale_with_the_reason() {
    let shown = shown();
    let at_level: Vec<&str> = shown.lines().filter(|line| line.contains("moderate")).collect();
    assert_eq!(at_level.len(), 3, "{shown}");
    for line in at_level {
        assert!(line.contains("decided 2026-11-2") && line.contains("valid until 2026-12-2"), "{line}");
    }
    assert_eq!(shown.matches("STALE").count(), 3, "{shown}");
    assert!(shown.contains("a tripwire was touched since 2026-11-22T08:00:00Z (entry e9)"), "{shown}");
}

#[test]
fn what_raises_concern_and_what_protects_stand_side_by_side() {
    let shown = shown();
    let lines: Vec<&str> = shown.lines().collect();
    let title = lines.iter().position(|l| l.starts_with("What raises concern")).unwrap();
    let column = lines[title].find("What protects").unwrap();
    assert_eq!(column, 48);
    assert!(lines[title + 1].starts_with("- lost the work"), "{shown}");
    assert_eq!(&lines[title + 1][column..], "- a sister who calls every evening");
    let left = lines[title + 1..].iter().take_while(|l| !l.is_empty());
    assert!(left.clone().count() >= 4, "{shown}");
    assert!(left.into_iter().all(|line| line.chars().take(column).skip(46).all(|c| c == ' ')), "{shown}");
}

#[test]
fn facts_and_inferences_look_different() {
    let shown = shown();
    for (mark, basis) in [("[=]", "observed"), ("[\"]", "reported"), ("[?]", "inferred")] {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{mark} {basis}"))), "{shown}");
        assert!(shown.contains(&format!("  {mark} observe  [")), "{shown}");
    }
}

#[test]
fn an_agenda_is_grouped_and_ordered_by_when_it_is_due_alone() {
    let line = |duty: &str, due: &str, overdue: bool, waits: bool| AgendaLine {
        case_id: "c".into(),
        duty: duty.into(),
        due: due.into(),
        overdue,
        waits_for_another: waits,
        who: "spiffe://x/agency/a/staff/kim".into(),
        state: "managing".into(),
        ..AgendaLine::default()
    };
    let lines = vec![
        line("task", "2026-11-20T10:00:00Z", true, false),
        line("emergency_review", "2026-11-21T10:00:00Z", true, true),
        line("reassess", "2026-11-21T11:00:00Z", true, false),
        line("referral", "2026-11-22T09:00:00Z", false, true),
        line("review", "2026-11-22T18:00:00Z", false, false),
        line("order_ends", "2026-11-24T18:00:00Z", false, false),
    ];
    let agenda = AgendaResponse { lines, now: "2026-11-22T08:00:00Z".into(), ..AgendaResponse::default() };
    let shown = text(|page| agenda::print(&agenda, page));
    let titles = ["Emergencies", "Stale", "Waiting for", "Overdue", "Due today", "Later"];
    let places: Vec<usize> = titles.iter().map(|t| shown.find(t).unwrap()).collect();
    assert!(places.is_sorted(), "{shown}");
    for (title, duty) in
        titles.iter().zip(["emergency review", "reassess", "referral", "task", "review", "order ends"])
    {
        let of = shown[shown.find(title).unwrap()..].lines().nth(2).unwrap();
        assert!(of.contains(duty) && of.ends_with("kim"), "{title}: {of}");
    }
    for word in ["moderate", "high", "imminent", "low"] {
        assert!(!shown.contains(word), "{shown}");
    }
    assert_eq!(
        text(|page| agenda::print(&AgendaResponse::default(), page)),
        "nothing is due today, and nothing waits for an answer; --days 7 shows the week ahead\n"
    );
}

//! The process as people read it: text, a diagram (Mermaid), JSON, one guard explained.
//!
//! Caller: `concord process`. Everything printed comes from the tables, so that it cannot differ from what is enforced.

use super::guard::Guard;
use super::stale::StaleReason;
use super::table::{Process, SecondPerson, Step, When};
use crate::record::Discipline;
use serde_json::{Value, json};
use std::fmt::Write;

/// States that become `reassessing` by themselves (T9), as [`Standing::state`](super::Standing::state) reads them.
const BY_ITSELF: [&str; 3] = ["assessed", "managing", "retiring"];

/// What [`QuorumPolicy::missing`](super::team::QuorumPolicy::missing) asks under every policy.
const EVERY_MEETING: &str = "
QUORUM POLICIES
  every meeting: core members alone count, each with current training in the process and a signed
                acknowledgement; nobody who stands aside, serves or links teams, or is of prosecution or defense;
                somebody competent in a disability that is known; law enforcement alone is no quorum
";

impl Process {
    /// States, steps with guards, quorum policies, as text.
    pub fn text(&self) -> String {
        let mut out = format!("The process, version {}\n\nSTATES\n", self.version);
        for row in &self.states {
            let _ = writeln!(out, "  {:<14}{}", row.name.as_str(), row.title);
            if !row.clock.is_empty() {
                let _ = writeln!(out, "  {:<14}clock: {}", "", row.clock);
            }
        }
        let always: Vec<&str> = self.always.iter().map(|g| g.as_str()).collect();
        let _ = write!(out, "\nEVERY STEP OF A MEMBER ASKS FOR\n  {}\n\nSTEPS\n", always.join(", "));
        for step in &self.steps {
            let from: Vec<&str> = step.from.iter().map(|s| s.as_str()).collect();
            let who: Vec<&str> = step.who.iter().map(|h| h.as_str()).collect();
            let to = step.to.map_or("stays", |s| s.as_str());
            let from = if step.from.is_empty() { "(no case yet)".to_owned() } else { from.join(", ") };
            let _ = writeln!(out, "  {:<5}{:<18}-> {to}", step.id, step.act);
            let _ = writeln!(out, "       in:     {from}");
            let _ = writeln!(out, "       who:    {}", who.join(", "));
            let own: Vec<&str> = step.guards.iter().map(|g| g.as_str()).collect();
            if !own.is_empty() {
                let _ = writeln!(out, "       guards: {}", own.join(", "));
            }
            if let Some(second) = step.concurrence {
                let _ = writeln!(out, "       second: {}", second_in_words(second));
            }
            let _ = writeln!(out, "       source: {}", step.source);
        }
        let triggers: Vec<&str> = StaleReason::ALL.iter().map(|r| r.as_str()).collect();
        let _ = writeln!(out, "  {:<5}{:<18}-> reassessing", "T9", "(by itself)");
        let _ = writeln!(out, "       in:     {}", BY_ITSELF.join(", "));
        let _ = writeln!(out, "       when:   {}", triggers.join(", "));
        let _ =
            writeln!(out, "       source: S1, S2: something new asks for a new assessment and a new plan");
        out.push_str(EVERY_MEETING);
        for policy in &self.quorums {
            let _ = writeln!(
                out,
                "  {:<14}{}: {} people, {} disciplines ({})",
                policy.name, policy.title, policy.people_min, policy.disciplines_min, policy.source
            );
            let rules = [
                (policy.support, "somebody of a supporting discipline"),
                (policy.chair, "the chair"),
                (policy.knows_the_person, "somebody who knows the person"),
                (policy.no_agency_majority, "no agency with a majority, where several sit together"),
            ];
            let rules: Vec<&str> = rules.iter().filter(|(asked, _)| *asked).map(|(_, rule)| *rule).collect();
            if !rules.is_empty() {
                let _ = writeln!(out, "  {:<14}and: {}", "", rules.join("; "));
            }
            if !policy.note.is_empty() {
                let _ = writeln!(out, "  {:<14}note: {}", "", policy.note);
            }
            for (label, lines) in [("required", &policy.required), ("wanted", &policy.wanted)] {
                for any in lines {
                    let words: Vec<&str> = any.iter().map(|d| d.as_str()).collect();
                    let _ = writeln!(out, "  {:<14}{label}: {}", "", words.join(" or "));
                }
            }
        }
        out
    }

    /// The states and the steps between them, as a Mermaid diagram.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("stateDiagram-v2\n");
        for step in &self.steps {
            let Some(to) = step.to else { continue };
            if step.from.is_empty() {
                let _ = writeln!(out, "    [*] --> {to}: {} {}", step.id, step.act);
            }
            for from in step.from.iter().filter(|from| **from != to) {
                let _ = writeln!(out, "    {from} --> {to}: {} {}", step.id, step.act);
            }
        }
        let triggers: Vec<&str> = StaleReason::ALL.iter().map(|r| r.as_str()).collect();
        for from in BY_ITSELF {
            let _ = writeln!(out, "    {from} --> reassessing: T9 by itself");
        }
        let _ = writeln!(out, "    note right of reassessing: {}", triggers.join(", "));
        let _ =
            writeln!(out, "    note left of reported: an emergency may lie over any state but purged (T5)");
        out.push_str("    purged --> [*]\n");
        out
    }
}

impl Process {
    /// One guard: what it is for, and the steps that ask for it.
    pub fn explain(&self, guard: Guard) -> String {
        let mut out = format!("{guard}\n  {}\n", guard.means());
        if self.always.contains(&guard) {
            out.push_str("  asked by every step that a member takes in a case\n");
        }
        for step in self.steps.iter().filter(|s| s.guards.contains(&guard)) {
            let _ = writeln!(out, "  asked by {:<5}{:<18}({})", step.id, step.act, step.source);
        }
        out.push_str("  When it refuses it says why, and what would satisfy it.\n");
        out
    }

    /// Everything, for other programs.
    pub fn json(&self) -> Value {
        let step = |s: &Step| {
            json!({
                "id": s.id, "act": s.act, "from": s.from, "to": s.to, "who": s.who, "guards": s.guards,
                "second_person": s.concurrence.map(second_in_words), "overlay": s.overlay, "source": s.source,
            })
        };
        let words = |lines: &[Vec<Discipline>]| -> Vec<Vec<&str>> {
            lines.iter().map(|any| any.iter().map(|d| d.as_str()).collect()).collect()
        };
        json!({
            "version": self.version,
            "always": self.always,
            "states": self.states.iter().map(|s| json!({
                "name": s.name, "title": s.title, "clock": s.clock, "hours": s.hours, "retention_days": s.retention_days,
            })).collect::<Vec<_>>(),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "guards": Guard::ALL.iter().map(|g| json!({ "name": g, "means": g.means() })).collect::<Vec<_>>(),
            "quorum_policies": self.quorums.iter().map(|q| json!({
                "name": q.name, "title": q.title, "source": q.source, "people_min": q.people_min,
                "disciplines_min": q.disciplines_min, "required": words(&q.required), "wanted": words(&q.wanted),
                "support": q.support, "chair": q.chair, "no_agency_majority": q.no_agency_majority,
                "knows_the_person": q.knows_the_person, "note": q.note,
            })).collect::<Vec<_>>(),
        })
    }
}

fn second_in_words(second: SecondPerson) -> String {
    let when = match second.when {
        When::Always => "always",
        When::WeaponOrTarget => "unless the report was asked and names neither weapon nor target",
        When::EverModerate => "where the level was ever moderate or higher",
        When::TraitWords => "where the words are about a trait, belief, diagnosis or group",
    };
    let mut who = String::from("another member");
    if second.not_police {
        who.push_str(" who is not of law enforcement");
    }
    if second.other_discipline {
        who.push_str(" of another discipline");
    }
    format!("{who}, {when}")
}

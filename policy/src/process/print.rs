//! The process as people read it: text, and a diagram (Mermaid).
//!
//! Caller: `concord process`. Everything printed comes from the tables, so that it cannot differ from what is enforced.

use super::decide::guards_of;
use super::table::{Process, SecondPerson, When};
use std::fmt::Write;

impl Process {
    /// States, steps with guards, quorum policies, as text.
    pub fn text(&self) -> String {
        let mut out = format!("The process, version {}\n\nSTATES\n", self.version);
        for row in &self.states {
            let _ = writeln!(out, "  {:<14}{}", row.name, row.title);
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
            let own: Vec<&str> =
                guards_of(self, step).filter(|g| !self.always.contains(g)).map(|g| g.as_str()).collect();
            if !own.is_empty() {
                let _ = writeln!(out, "       guards: {}", own.join(", "));
            }
            if let Some(second) = step.concurrence {
                let _ = writeln!(out, "       second: {}", second_in_words(second));
            }
            let _ = writeln!(out, "       source: {}", step.source);
        }
        out.push_str("\nQUORUM POLICIES\n");
        for policy in &self.quorums {
            let _ = writeln!(
                out,
                "  {:<14}{}: {} people, {} disciplines ({})",
                policy.name, policy.title, policy.people_min, policy.disciplines_min, policy.source
            );
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
        let triggers: Vec<&str> = super::stale::StaleReason::ALL.iter().map(|r| r.as_str()).collect();
        for from in ["assessed", "managing"] {
            let _ = writeln!(out, "    {from} --> reassessing: T9 by itself");
        }
        let _ = writeln!(out, "    note right of reassessing: {}", triggers.join(", "));
        let _ =
            writeln!(out, "    note left of reported: an emergency may lie over any state but purged (T5)");
        out.push_str("    purged --> [*]\n");
        out
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

//! `process`: states, steps, guards and quorum policies, as they are enforced. Needs no node.
//!
//! Everything printed comes from the tables that the node decides by. No rules live here.

use super::{Failure, Printed};
use clap::{Args, Subcommand};
use policy::process::{Guard, Process};
use serde_json::json;

/// Arguments of `process`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints how a case goes, from a bystander's report to closing: each state with its clock, each step
with where it may be taken, by whom, what must hold (its guards), whether a second member has to
agree, and the source it comes from; then who has to be at the table.

A refused step names its guard: `concord process guard NAME` says what that guard is for.

With --json: {\"version\", \"always\": [..], \"states\": [..], \"steps\": [{\"id\", \"act\", \"from\", \"to\",
\"who\", \"guards\", \"second_person\", \"overlay\", \"source\"}], \"guards\": [{\"name\", \"means\"}],
\"quorum_policies\": [..]}

Examples:
  concord process
  concord process --mermaid > process.mmd     a diagram of the states
  concord process --json
  concord process guard supportive_task
  concord process guards                      every guard, a line each")]
pub struct ProcessArgs {
    /// Print the states and steps as a Mermaid diagram.
    #[arg(long)]
    mermaid: bool,
    #[command(subcommand)]
    verb: Option<ProcessVerb>,
}

/// What of the process.
#[derive(Debug, Subcommand)]
enum ProcessVerb {
    /// One guard: what it is for, and which steps ask for it.
    Guard {
        /// Its name, as a refusal has it.
        name: String,
    },
    /// Every guard, a line each.
    Guards,
}

/// Prints the process, or a guard of it.
///
/// # Errors
/// [`Failure`] for a guard that there is none of.
pub fn run(args: &ProcessArgs, json: bool) -> Result<Printed, Failure> {
    let process = Process::embedded().map_err(Failure::chain)?;
    let text = match &args.verb {
        None if json => line(&process.json()),
        None if args.mermaid => process.mermaid(),
        None => process.text(),
        Some(ProcessVerb::Guard { name }) => guard(&process, name, json)?,
        Some(ProcessVerb::Guards) if json => line(&process.json()["guards"]),
        Some(ProcessVerb::Guards) => {
            Guard::ALL.iter().map(|g| format!("{:<36}{}\n", g.as_str(), g.means())).collect()
        }
    };
    Ok(Printed { text, ..Printed::default() })
}

fn guard(process: &Process, name: &str, json: bool) -> Result<String, Failure> {
    let Some(guard) = Guard::from_word(name) else {
        return Err(Failure::usage(format!(
            "there is no guard `{name}`: `concord process guards` lists them"
        )));
    };
    if !json {
        return Ok(process.explain(guard));
    }
    let steps: Vec<&str> =
        process.steps.iter().filter(|s| s.guards.contains(&guard)).map(|s| s.id.as_str()).collect();
    let of_every_step = process.always.contains(&guard);
    Ok(line(
        &json!({ "name": guard, "means": guard.means(), "of_every_step": of_every_step, "steps": steps }),
    ))
}

fn line(value: &serde_json::Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(verb: Option<ProcessVerb>, mermaid: bool, json: bool) -> Result<String, Failure> {
        run(&ProcessArgs { mermaid, verb }, json).map(|printed| printed.text)
    }

    #[test]
    fn it_prints_text_a_diagram_and_json() {
        assert!(said(None, false, false).unwrap().contains("T7   plan"));
        assert!(said(None, true, false).unwrap().starts_with("stateDiagram-v2\n"));
        let json: serde_json::Value = serde_json::from_str(&said(None, false, true).unwrap()).unwrap();
        assert_eq!(json["states"][0]["name"], "reported");
        assert_eq!(said(Some(ProcessVerb::Guards), false, false).unwrap().lines().count(), Guard::ALL.len());
    }

    #[test]
    fn a_guard_is_explained_and_one_that_is_none_is_said_so() {
        let guard = |name: &str| Some(ProcessVerb::Guard { name: name.into() });
        let text = said(guard("quorum_met"), false, false).unwrap();
        assert!(text.contains("T6 ") && text.contains("T6a"), "{text}");
        let json: serde_json::Value =
            serde_json::from_str(&said(guard("newest_version"), false, true).unwrap()).unwrap();
        assert_eq!(json["of_every_step"], true);
        let none = said(guard("quorum_meet"), false, false).unwrap_err();
        assert!(none.message.contains("concord process guards"), "{}", none.message);
    }
}

//! `concord demo`: a region of eight agencies on this machine, played through.

use super::{Exit, Failure, Printed};
use crate::demo::{self, DemoArgs};

/// Plays, prints what happened while it happens (with `--json`: one object at the end).
///
/// # Errors
/// When the region cannot be made or a node does not start.
pub async fn run(args: &DemoArgs, json: bool) -> Result<Printed, Failure> {
    let program = std::env::current_exe()
        .map_err(|e| Failure::refused(format!("this program's own file cannot be found: {e}")))?;
    let report = demo::run(args, json, &program).await.map_err(|error| match error {
        demo::DemoError::DirectoryInUse(_) | demo::DemoError::Spec(_) => Failure::usage(error.to_string()),
        other => Failure::refused(other.to_string()),
    })?;
    let exit = if report.ok { Exit::Done } else { Exit::Refused };
    let mut text = String::new();
    if json {
        text = serde_json::to_string(&report).map_err(|e| Failure::refused(e.to_string()))?;
        text.push('\n');
    }
    Ok(Printed { text, exit })
}

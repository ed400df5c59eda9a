//! `--keep`: the region goes on running in the foreground, with commands to try.

use super::cast::{RegionSpec, Who};
use super::region::Region;
use std::fmt::Write as _;
use std::path::Path;

/// Commands that a newcomer can paste.
pub fn commands(region: &Region, program: &Path) -> String {
    let spec: &RegionSpec = &region.spec;
    let mut out = String::from("\nThe region goes on running. In another terminal:\n\n");
    let program = program.display();
    for (agency, role, try_this) in [
        ("county-hospital", "chair", &["whoami", "case list", "notifications"][..]),
        ("sheriff", "member", &["inbox", "case list"][..]),
        ("recovery-clinic", "privacy_officer", &["capacity show", "agreement list", "quarantine"][..]),
        ("coordinator", "auditor", &["events", "status"][..]),
    ] {
        let who = spec.agency(agency).and_then(|found| found.first_with(role));
        let Some(who): Option<Who> = who else { continue };
        let _ = writeln!(out, "  # {} of {}", who.name, who.agency);
        let _ = writeln!(out, "  export CONCORD_STAFF='{}'", region.staff_dir(who).display());
        for command in try_this {
            let _ = writeln!(out, "  {program} {command}");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Every person has a staff directory below {}/staff.", region.dir().display());
    out.push_str("Ctrl-C stops every node.\n");
    out
}

//! `--keep`: the region goes on running in the foreground, with commands to try.

use super::cast::Who;
use super::play::CaseOpened;
use super::region::Region;
use super::report::PairReport;
use std::fmt::Write as _;
use std::path::Path;

/// Commands that a newcomer can paste: about cases and messages that are there.
pub fn commands(region: &Region, program: &Path, cases: &[CaseOpened], pairs: &[PairReport]) -> String {
    let mut out = String::from("\nThe region goes on running. In another terminal:\n");
    let days = region.days_ahead();
    if days > 0 {
        let _ = writeln!(
            out,
            "\n  (A story moved the clocks of these nodes {days} days ahead: there they stay.)"
        );
    }
    let case = |agency: &str| cases.iter().find(|case| case.agency == agency);
    let mut as_whom = |who: Who, verbs: &[String]| {
        let _ = writeln!(out, "\n  # {} of {}", who.name, who.agency);
        let _ = writeln!(out, "  export CONCORD_STAFF='{}'", region.staff_dir(who).display());
        for verb in verbs {
            let _ = writeln!(out, "  {} {verb}", program.display());
        }
    };
    if let Some(case) = case("county-hospital") {
        let sent = pairs.iter().find(|pair| pair.from == case.agency);
        let mut verbs = vec![
            "case list".to_owned(),
            format!("item list {}", case.id),
            format!(
                "share {} --to community-team --purpose threat_assessment --packet consultation --preview",
                case.id
            ),
            format!("accounting --case {}", case.id),
        ];
        verbs.extend(sent.map(|pair| format!("trace {}", pair.message_id)));
        as_whom(case.by, &verbs);
    }
    if let Some(case) = case("sheriff") {
        as_whom(case.by, &["inbox --all".to_owned(), format!("item list {}", case.id)]);
    }
    let others = [
        ("recovery-clinic", "privacy_officer", ["capacity show", "agreement list"]),
        ("coordinator", "auditor", ["status", "events"]),
    ];
    for (agency, role, verbs) in others {
        if let Some(who) = region.spec.agency(agency).and_then(|found| found.first_with(role)) {
            as_whom(who, &verbs.map(str::to_owned));
        }
    }
    let _ = writeln!(out, "\nEvery person has a staff directory below {}/staff.", region.dir().display());
    out.push_str("Ctrl-C stops every node.\n");
    out
}

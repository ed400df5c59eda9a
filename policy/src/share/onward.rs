//! How a recipient holds what it received: the label that decides what it may do with it later.
//!
//! Called when a named member links a received item to a case. Taken from the basis the sender named, never from what the
//! message claims about itself; where several apply, the one that binds hardest. A label is never lost on the way: what
//! the sender itself had received stays as it was.

use crate::record::{Label, ObtainedVia};

/// Clauses under which nothing is received that 99.33(a) binds: what is outside the Act, and the list of 99.33(c).
const FERPA_UNBOUND: &[&str] = &[
    "ferpa-guid-personal-knowledge",
    "ferpa-99-8-d",
    "ferpa-99-3-employee",
    "ferpa-99-3-post-attendance",
    "ferpa-99-31-b-1",
    "ferpa-99-31-a-8",
    "ferpa-99-31-a-9-",
    "ferpa-99-31-a-11",
    "ferpa-99-31-a-12",
    "ferpa-99-31-a-14",
    "ferpa-99-31-a-15",
    "ferpa-99-31-a-16",
    "ferpa-99-10",
    "ferpa-stat-b-2-b",
];

/// How the receiver holds an item whose sender held it `as_sent`, by the ids of the clauses it went under.
///
/// # Law: 34 CFR 99.33(a), 42 CFR 2.32 and 2.12(d), 28 CFR 23.20(e), read 2026-11-21.
pub fn obtained_via<'a>(
    as_sent: ObtainedVia,
    clauses: impl IntoIterator<Item = &'a str>,
    labels: &[Label],
    all_future_tpo: bool,
) -> ObtainedVia {
    let mut found: Vec<ObtainedVia> = Vec::new();
    let mut part2 = labels.contains(&Label::Part2).then_some(ObtainedVia::Part2Consent);
    for clause in clauses {
        if clause.starts_with("part2-2-51") {
            part2 = Some(ObtainedVia::Part2Emergency);
        } else if clause == "part2-2-53" {
            part2 = Some(ObtainedVia::Part2Audit);
        } else if clause.starts_with("part2-2-35") {
            part2 = Some(ObtainedVia::Part2JusticeConsent);
        } else if clause.starts_with("part2-") && clause != "part2-nonidentifying-report" && part2.is_none() {
            part2 = Some(ObtainedVia::Part2Consent);
        } else if clause.starts_with("cfr23-") {
            found.push(ObtainedVia::Cfr23Dissemination);
        } else if clause.starts_with("ferpa-99-31-a-1-") {
            found.push(ObtainedVia::FerpaSchoolOfficial);
        } else if clause.starts_with("ferpa-") && !FERPA_UNBOUND.iter().any(|free| clause.starts_with(free)) {
            // 99.33(a) binds whoever received under any other exception as it binds after an emergency
            found.push(ObtainedVia::FerpaEmergency);
        }
    }
    if part2 == Some(ObtainedVia::Part2Consent) && all_future_tpo {
        part2 = Some(ObtainedVia::Part2TpoConsent);
    }
    if let Some(part2) = part2 {
        return part2;
    }
    if as_sent != ObtainedVia::Own {
        return as_sent;
    }
    found.into_iter().max_by_key(|v| *v == ObtainedVia::Cfr23Dissemination).unwrap_or(ObtainedVia::Own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ObtainedVia as V;

    #[test]
    fn the_basis_says_how_it_is_held() {
        let via = |clauses: &[&str], labels: &[Label], tpo| {
            obtained_via(V::Own, clauses.iter().copied(), labels, tpo)
        };
        assert_eq!(via(&["hipaa-512-j-1-i"], &[], false), V::Own);
        assert_eq!(via(&["ferpa-99-36-c"], &[Label::Education], false), V::FerpaEmergency);
        assert_eq!(via(&["ferpa-99-31-a-1-i-b"], &[], false), V::FerpaSchoolOfficial);
        assert_eq!(via(&["part2-2-33-a-1", "hipaa-508-a-1"], &[Label::Part2], false), V::Part2Consent);
        assert_eq!(via(&["part2-2-33-a-1"], &[Label::Part2], true), V::Part2TpoConsent);
        assert_eq!(via(&["part2-2-51-a"], &[Label::Part2], false), V::Part2Emergency);
        assert_eq!(via(&["cfr23-20-e"], &[], false), V::Cfr23Dissemination);
        assert_eq!(via(&["part2-2-53"], &[Label::Part2], false), V::Part2Audit);
        assert_eq!(via(&["part2-nonidentifying-report", "hipaa-512-j-1-i"], &[], false), V::Own);
        assert_eq!(via(&["ferpa-guid-personal-knowledge"], &[], false), V::Own, "no record of a school");
        assert_eq!(via(&["ferpa-99-31-a-9-i"], &[], false), V::Own, "99.33(c)");
        assert_eq!(via(&[], &[Label::Part2], false), V::Part2Consent, "the label alone binds");
    }

    #[test]
    fn what_was_received_stays_received() {
        assert_eq!(obtained_via(V::FerpaEmergency, ["hipaa-512-j-1-i"], &[], false), V::FerpaEmergency);
        assert_eq!(obtained_via(V::ThreatTeamStatute, [], &[], false), V::ThreatTeamStatute);
    }
}

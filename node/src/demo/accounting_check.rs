//! Both sides' accounting of disclosures, laid side by side: every message that one agency says it disclosed, the other says
//! it received, with the same salted commitments, one to one.
//!
//! Called at the end of the demo. It asks each node through its staff API, as an officer would.

use super::DemoError;
use super::play::CaseOpened;
use super::region::Region;
use super::report::{AccountingReport, OutsideReport, PairReport};
use proto::agency::v1 as api;
use std::collections::BTreeMap;

/// One disclosure as one agency has it: a line for each person it is about, put together.
#[derive(Debug, Default)]
struct Side {
    agency: String,
    party: String,
    how: String,
    state: String,
    lines: usize,
    commitments: Vec<String>,
}

/// Asks every node and compares.
///
/// # Errors
/// When a node cannot be asked.
pub async fn compare(region: &Region, cases: &[CaseOpened]) -> Result<AccountingReport, DemoError> {
    let (mut sent, mut received) = (BTreeMap::new(), BTreeMap::new());
    for case in cases {
        let staff = region.staff(case.by)?;
        let request = api::AccountingRequest { case_id: case.id.clone(), ..Default::default() };
        for entry in staff.accounting(request).await?.entries {
            let side = if entry.direction == "in" { &mut received } else { &mut sent };
            add(side, case.agency, entry);
        }
    }
    Ok(matched(sent, received))
}

fn add(sides: &mut BTreeMap<String, Side>, agency: &str, entry: api::AccountingEntry) {
    let outside = entry.message_id.is_empty();
    let id = if outside { entry.disclosure_id } else { entry.message_id };
    let side = sides.entry(id).or_default();
    side.agency = agency.to_owned();
    side.party = entry.party;
    side.how = entry.how;
    side.state = entry.state;
    side.lines += 1;
    side.commitments.extend(entry.items.into_iter().map(|item| item.commitment));
    // an item about two people has two lines; it is one item
    side.commitments.sort();
    side.commitments.dedup();
}

fn matched(sent: BTreeMap<String, Side>, mut received: BTreeMap<String, Side>) -> AccountingReport {
    let mut report = AccountingReport::default();
    for (id, out) in sent {
        if out.how != "node" {
            let items = out.lines;
            report.outside.push(OutsideReport { from: out.agency, to: out.party, how: out.how, items });
            continue;
        }
        match received.remove(&id) {
            Some(came) => {
                let same =
                    out.commitments == came.commitments && out.commitments.iter().all(|c| c.len() == 64);
                report.pairs.push(PairReport {
                    message_id: id,
                    from: out.agency,
                    to: came.agency,
                    out_state: out.state,
                    in_state: came.state,
                    items: out.commitments.len(),
                    commitments_match: same,
                });
            }
            None => report
                .unmatched
                .push(format!("{} disclosed {id} to {}, which has no entry for it", out.agency, out.party)),
        }
    }
    for (id, came) in received {
        report
            .unmatched
            .push(format!("{} received {id} from {}, which has no entry for it", came.agency, came.party));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(direction: &str, message: &str, commitments: &[&str]) -> api::AccountingEntry {
        api::AccountingEntry {
            direction: direction.to_owned(),
            message_id: message.to_owned(),
            how: "node".to_owned(),
            items: commitments
                .iter()
                .map(|c| api::AccountedItem { commitment: c.repeat(64), ..Default::default() })
                .collect(),
            ..Default::default()
        }
    }

    fn sides(entries: Vec<api::AccountingEntry>) -> BTreeMap<String, Side> {
        let mut all = BTreeMap::new();
        entries.into_iter().for_each(|entry| add(&mut all, "a", entry));
        all
    }

    #[test]
    fn lines_of_several_people_are_one_disclosure_and_each_side_must_have_it() {
        let out =
            sides(vec![entry("out", "1", &["a", "b"]), entry("out", "1", &["b"]), entry("out", "2", &["c"])]);
        let came = sides(vec![entry("in", "1", &["b", "a"]), entry("in", "3", &["d"])]);
        let report = matched(out, came);
        assert_eq!(report.pairs.len(), 1);
        assert!(report.pairs[0].commitments_match && report.pairs[0].items == 2);
        assert_eq!(report.unmatched.len(), 2, "{:?}", report.unmatched);
    }

    #[test]
    fn other_commitments_do_not_match() {
        let report = matched(sides(vec![entry("out", "1", &["a"])]), sides(vec![entry("in", "1", &["b"])]));
        assert!(!report.pairs[0].commitments_match);
    }
}

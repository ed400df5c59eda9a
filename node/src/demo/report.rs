//! What the demo says: one structure, printed as text while it grows and as JSON at the end.
//!
//! The field names below are the shape of `concord demo --json`; `SHAPE` describes them for `--help`. Values that were
//! released are printed: every person in the demo is invented.

use proto::agency::v1 as api;
use serde::Serialize;
use std::fmt::Write as _;

/// The shape of `--json`, for `--help`.
pub const SHAPE: &str = "\
JSON (--json): one object.
  ok            everything came as it should
  seconds       how long it took
  region        {dir, agencies: [{id, name, sector, staff_address, exchange_address}]}
  stories       [{name, title, about, ok, steps: [step]}]
    step        {number, kind, what, by, agency, to, ok, items: [item], checks: [check], lines: [text], stops: [text],
                 conflicts: [text]}
                kind: open record share approve receive review revoke confirm_state request answer same_answers trace
                not_arrived account kill start roster tell act refused
                days agenda history outdated answer_referral
    item        {key, row, row_name, outcome: whole|form|withheld, form, value, cell, basis: [{regime, clause_id, citation,
                 summary}], obligations: [text], travels: [text], reasons: [text], missing: [{regime, citation, needs:
                 [text]}], mandatory, ask_counsel, expires_at}
                reasons and missing are for the agency's own staff; no other agency sees them
    check       {what, ok, found}
  accounting    {pairs: [{message_id, from, to, out_state, in_state, items, commitments_match}], outside: [{from, to, how,
                 items}], unmatched: [text]}
  counts        {stories, steps, checks, checks_failed, shares, items_whole, items_form, items_withheld, disclosures,
                 outside_disclosures}";

/// The whole report.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Everything came as it should.
    pub ok: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What was started.
    pub region: RegionReport,
    /// What was played.
    pub stories: Vec<StoryReport>,
    /// Both sides' accounting, matched.
    pub accounting: AccountingReport,
    /// Totals.
    pub counts: Counts,
}

/// What was started.
#[derive(Debug, Default, Serialize)]
pub struct RegionReport {
    /// Directory that holds everything.
    pub dir: String,
    /// The nodes.
    pub agencies: Vec<AgencyReport>,
}

/// One node.
#[derive(Debug, Serialize)]
pub struct AgencyReport {
    /// Short name in the roster.
    pub id: String,
    /// Full name.
    pub name: String,
    /// What kind of body it is.
    pub sector: String,
    /// Where staff call.
    pub staff_address: String,
    /// Where other nodes call.
    pub exchange_address: String,
}

/// One story as it went.
#[derive(Debug, Serialize)]
pub struct StoryReport {
    /// Short name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// What it shows.
    pub about: String,
    /// Every check of it held.
    pub ok: bool,
    /// What happened.
    pub steps: Vec<StepReport>,
}

/// One step as it went.
#[derive(Debug, Default, Serialize)]
pub struct StepReport {
    /// Place in the story, from 1.
    pub number: usize,
    /// What kind of step.
    pub kind: &'static str,
    /// What happened, in a sentence.
    pub what: String,
    /// Name of who did it; empty: nobody of an agency.
    pub by: String,
    /// Their agency.
    pub agency: String,
    /// The recipient; empty: none.
    pub to: String,
    /// Every check held.
    pub ok: bool,
    /// What became of each item.
    pub items: Vec<ItemReport>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// Lines worth reading, such as a trace.
    pub lines: Vec<String>,
    /// What stops a share as a whole.
    pub stops: Vec<String>,
    /// Duties that met closed cells.
    pub conflicts: Vec<String>,
}

/// What became of one item.
#[derive(Debug, Serialize)]
pub struct ItemReport {
    /// Its name in the story.
    pub key: String,
    /// Row of the matrix.
    pub row: u32,
    /// The row's name.
    pub row_name: String,
    /// `whole`, `form` or `withheld`.
    pub outcome: String,
    /// Word of Form; empty unless `form`.
    pub form: String,
    /// What the recipient sees; empty when withheld.
    pub value: String,
    /// Cell of the matrix that governs.
    pub cell: String,
    /// Clauses.
    pub basis: Vec<BasisReport>,
    /// Obligations.
    pub obligations: Vec<String>,
    /// Notices that travel with it.
    pub travels: Vec<String>,
    /// Why it is withheld or reduced.
    pub reasons: Vec<String>,
    /// What would have to be established.
    pub missing: Vec<MissingReport>,
    /// The law says that it must be disclosed.
    pub mandatory: bool,
    /// Counsel decides.
    pub ask_counsel: bool,
    /// When the recipient's leave to hold it ends; empty: none is set.
    pub expires_at: String,
}

/// A clause that decides.
#[derive(Debug, Serialize)]
pub struct BasisReport {
    /// Body of law.
    pub regime: String,
    /// Clause.
    pub clause_id: String,
    /// Citation.
    pub citation: String,
    /// What it says.
    pub summary: String,
}

/// One way an item could become lawful.
#[derive(Debug, Serialize)]
pub struct MissingReport {
    /// Body of law.
    pub regime: String,
    /// Citation.
    pub citation: String,
    /// What must be established, and by whom.
    pub needs: Vec<String>,
}

/// One thing that was checked.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What must be so.
    pub what: String,
    /// Whether it is.
    pub ok: bool,
    /// What was found, where it is not.
    pub found: String,
}

/// Both sides' accounting.
#[derive(Debug, Default, Serialize)]
pub struct AccountingReport {
    /// Disclosures between nodes, each seen from both sides.
    pub pairs: Vec<PairReport>,
    /// Disclosures told outside the nodes.
    pub outside: Vec<OutsideReport>,
    /// What one side has and the other has not, in sentences; empty when all is well.
    pub unmatched: Vec<String>,
}

/// One disclosure from both sides.
#[derive(Debug, Serialize)]
pub struct PairReport {
    /// The message.
    pub message_id: String,
    /// Who disclosed.
    pub from: String,
    /// Who received.
    pub to: String,
    /// State at the sender.
    pub out_state: String,
    /// State at the recipient.
    pub in_state: String,
    /// How many items.
    pub items: usize,
    /// The salted commitments of both sides are the same, one to one.
    pub commitments_match: bool,
}

/// One disclosure outside the nodes.
#[derive(Debug, Serialize)]
pub struct OutsideReport {
    /// Who disclosed.
    pub from: String,
    /// Who was told.
    pub to: String,
    /// `telephone`, `meeting`, `paper` or `emergency_911`.
    pub how: String,
    /// How many items.
    pub items: usize,
}

/// Totals.
#[derive(Debug, Default, Serialize)]
pub struct Counts {
    /// Stories played.
    pub stories: usize,
    /// Steps.
    pub steps: usize,
    /// Checks made.
    pub checks: usize,
    /// Checks that did not hold.
    pub checks_failed: usize,
    /// Shares and requests decided, previews included.
    pub shares: usize,
    /// Items that went, or would go, whole.
    pub items_whole: usize,
    /// Items in a form.
    pub items_form: usize,
    /// Items withheld.
    pub items_withheld: usize,
    /// Disclosures between nodes.
    pub disclosures: usize,
    /// Disclosures outside the nodes.
    pub outside_disclosures: usize,
}

impl StepReport {
    /// Notes a check.
    pub fn check(&mut self, what: impl Into<String>, ok: bool, found: impl Into<String>) {
        let found = if ok { String::new() } else { found.into() };
        self.checks.push(Check { what: what.into(), ok, found });
    }

    /// The step as text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let _ = write!(out, "\n  {:>2}. {}", self.number, self.what);
        if !self.by.is_empty() {
            let _ = write!(out, "\n      {} ({})", self.by, self.agency);
            if !self.to.is_empty() {
                let _ = write!(out, " → {}", self.to);
            }
        }
        out.push('\n');
        let (goes, stays): (Vec<_>, Vec<_>) = self.items.iter().partition(|item| item.outcome != "withheld");
        let mut notices: Vec<&str> = goes.iter().flat_map(|item| &item.travels).map(String::as_str).collect();
        notices.sort_unstable();
        notices.dedup();
        if !goes.is_empty() {
            out.push_str("      goes:\n");
            goes.iter().for_each(|item| item.going(&notices, &mut out));
        }
        for (at, notice) in notices.iter().enumerate() {
            let _ = writeln!(out, "      notice {}: {notice}", at + 1);
        }
        if !stays.is_empty() {
            out.push_str("      stays (the reasons are for own staff alone):\n");
            stays.iter().for_each(|item| item.staying(&mut out));
        }
        for stop in &self.stops {
            let _ = writeln!(out, "      stopped: {stop}");
        }
        for conflict in &self.conflicts {
            let _ = writeln!(out, "      for the privacy officer: {conflict}");
        }
        for line in &self.lines {
            let _ = writeln!(out, "      {line}");
        }
        for check in self.checks.iter().filter(|check| !check.ok) {
            let _ = writeln!(out, "      OFF: {}: {}", check.what, check.found);
        }
        out
    }
}

impl ItemReport {
    /// From the staff API's answer.
    pub fn of(key: String, item: &api::ItemOutcome) -> Self {
        Self {
            key,
            row: item.row,
            row_name: item.row_name.clone(),
            outcome: item.outcome.clone(),
            form: item.form.clone(),
            value: item.released.as_ref().map(value_text).unwrap_or_default(),
            cell: item.cells.join("; "),
            basis: item
                .basis
                .iter()
                .map(|b| BasisReport {
                    regime: b.regime.clone(),
                    clause_id: b.clause_id.clone(),
                    citation: b.citation.clone(),
                    summary: b.summary.clone(),
                })
                .collect(),
            obligations: item.obligations.clone(),
            travels: item.travels.clone(),
            reasons: item.reasons.clone(),
            missing: item
                .missing
                .iter()
                .map(|m| MissingReport {
                    regime: m.regime.clone(),
                    citation: m.citation.clone(),
                    needs: m.needs.clone(),
                })
                .collect(),
            mandatory: item.mandatory,
            ask_counsel: item.ask_counsel,
            expires_at: item.expires_at.clone(),
        }
    }

    /// For each law that keeps it, the shortest way in which it could permit. All of them would have to.
    fn shortest_ways(&self) -> Vec<&MissingReport> {
        let mut ways: Vec<&MissingReport> = Vec::new();
        for missing in &self.missing {
            if !ways.iter().any(|w| w.regime == missing.regime) {
                ways.push(missing);
            }
        }
        ways
    }

    /// Everything that is said about why, in one text, for looking a word up in it.
    pub fn said(&self) -> String {
        let mut all = self.reasons.join("; ");
        for basis in &self.basis {
            let _ = write!(all, "; {} {}", basis.citation, basis.summary);
        }
        for missing in &self.missing {
            let _ = write!(all, "; {} {}", missing.citation, missing.needs.join(", "));
        }
        all
    }

    fn going(&self, notices: &[&str], out: &mut String) {
        let form = if self.form.is_empty() { "whole" } else { &self.form };
        let must = if self.mandatory { ", must be disclosed" } else { "" };
        let _ = writeln!(out, "        + row {} {} [{}, {form}{must}]", self.row, self.row_name, self.cell);
        let _ = writeln!(out, "            \"{}\"", self.value);
        let citations: Vec<&str> = self.basis.iter().map(|b| b.citation.as_str()).collect();
        let _ = writeln!(out, "            on {}", citations.join("; "));
        let mut with = self.obligations.clone();
        let number = |text: &String| notices.iter().position(|notice| notice == text).map(|at| at + 1);
        with.extend(self.travels.iter().filter_map(number).map(|number| format!("notice {number}")));
        with.extend((!self.expires_at.is_empty()).then(|| format!("until {}", self.expires_at)));
        if !with.is_empty() {
            let _ = writeln!(out, "            with {}", with.join(", "));
        }
    }

    fn staying(&self, out: &mut String) {
        let _ = writeln!(out, "        - row {} {} [{}]", self.row, self.row_name, self.cell);
        for reason in &self.reasons {
            let _ = writeln!(out, "            {reason}");
        }
        if self.ask_counsel {
            let _ = writeln!(out, "            the law is not settled: ask counsel");
        }
        for (at, missing) in self.shortest_ways().into_iter().enumerate() {
            let _ = writeln!(
                out,
                "            {} under {}: {}",
                if at == 0 { "could be lawful" } else { "and that law too has to permit it:" },
                missing.citation,
                missing.needs.join("; ")
            );
        }
    }
}

/// The value of an item in one line.
pub fn value_text(value: &api::ItemValue) -> String {
    if let Some(text) = &value.text {
        return text.clone();
    }
    if let Some(band) = &value.band {
        return format!("{} ({}), until {}", band.band, band.original, band.valid_until);
    }
    if let Some(place) = &value.place {
        return [&place.setting_kind, &place.name, &place.window]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
    }
    if let Some(count) = value.count {
        return count.to_string();
    }
    if let Some(yes) = value.yes_no {
        return if yes { "yes" } else { "no" }.to_owned();
    }
    value.code.clone().or_else(|| value.date.clone()).unwrap_or_default()
}

impl Report {
    /// Counts everything and says whether all is well.
    pub fn finish(&mut self) {
        let mut counts = Counts { stories: self.stories.len(), ..Counts::default() };
        for story in &mut self.stories {
            for step in &mut story.steps {
                step.ok = step.checks.iter().all(|check| check.ok);
                counts.steps += 1;
                counts.checks += step.checks.len();
                counts.checks_failed += step.checks.iter().filter(|check| !check.ok).count();
                if !step.items.is_empty() {
                    counts.shares += 1;
                }
                for item in &step.items {
                    match item.outcome.as_str() {
                        "whole" => counts.items_whole += 1,
                        "form" => counts.items_form += 1,
                        _ => counts.items_withheld += 1,
                    }
                }
            }
            story.ok = story.steps.iter().all(|step| step.ok);
        }
        counts.disclosures = self.accounting.pairs.len();
        counts.outside_disclosures = self.accounting.outside.len();
        let matched = self.accounting.unmatched.is_empty()
            && self.accounting.pairs.iter().all(|pair| pair.commitments_match);
        self.ok = counts.checks_failed == 0 && matched && counts.stories > 0;
        self.counts = counts;
    }

    /// Accounting and totals as text.
    pub fn closing_text(&self) -> String {
        let mut out = String::from("\nAccounting of disclosures, both sides\n");
        for pair in &self.accounting.pairs {
            let sign = if pair.commitments_match { "=" } else { "≠" };
            let _ = writeln!(
                out,
                "  {:<18} {sign} {:<18} {:>2} items  {} / {}  {}",
                pair.from, pair.to, pair.items, pair.out_state, pair.in_state, pair.message_id
            );
        }
        for outside in &self.accounting.outside {
            let _ = writeln!(
                out,
                "  {:<18} → {} by {}, {} items",
                outside.from, outside.to, outside.how, outside.items
            );
        }
        for line in &self.accounting.unmatched {
            let _ = writeln!(out, "  OFF: {line}");
        }
        let c = &self.counts;
        let _ = writeln!(
            out,
            "\n{} stories, {} steps, {} checks of which {} off; {} items whole, {} in a form, {} withheld; {} disclosures \
             between nodes and {} outside, in {:.1} s",
            c.stories,
            c.steps,
            c.checks,
            c.checks_failed,
            c.items_whole,
            c.items_form,
            c.items_withheld,
            c.disclosures,
            c.outside_disclosures,
            self.seconds
        );
        if self.ok {
            out.push_str("Everything came as it should, and both sides' accounting matches one to one.\n");
        } else {
            out.push_str("Not everything came as it should: see OFF above.\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(check: bool, unmatched: &[&str], commitments_match: bool) -> Report {
        let mut step = StepReport { number: 1, kind: "share", ..StepReport::default() };
        step.check("it goes", check, "it stays");
        let story = StoryReport {
            name: "one".into(),
            title: String::new(),
            about: String::new(),
            ok: true,
            steps: vec![step],
        };
        let pair = PairReport {
            message_id: "1".into(),
            from: "a".into(),
            to: "b".into(),
            out_state: "seen".into(),
            in_state: "received".into(),
            items: 1,
            commitments_match,
        };
        let mut report = Report { stories: vec![story], ..Report::default() };
        report.accounting.pairs.push(pair);
        report.accounting.unmatched = unmatched.iter().map(|line| (*line).to_owned()).collect();
        report.finish();
        report
    }

    #[test]
    fn all_is_well_only_when_every_check_and_every_pair_holds() {
        assert!(report(true, &[], true).ok);
        let off = report(false, &[], true);
        assert!(!off.ok && !off.stories[0].ok && off.counts.checks_failed == 1);
        assert!(off.stories[0].steps[0].text().contains("OFF: it goes: it stays"));
        assert!(!report(true, &["a has one that b has not"], true).ok);
        assert!(!report(true, &[], false).ok);
        let mut nothing = Report::default();
        nothing.finish();
        assert!(!nothing.ok, "nothing played is not well");
    }
}

//! Asking to share, deciding, reviewing, revoking, tracing and accounting.

use super::{Player, SOON_SECONDS, Sent, wait_for};
use crate::demo::DemoError;
use crate::demo::report::{ItemReport, StepReport};
use crate::demo::script::{Account, Answers, Approve, Expect, How, Key, Review, Revoke, Share, Trace};
use crate::demo::staff::is_refusal;
use proto::agency::v1 as api;
use std::collections::BTreeSet;

impl Player<'_> {
    pub(super) async fn share(&mut self, share: &Share, done: &mut StepReport) -> Result<(), DemoError> {
        let case = self.case(share.case)?;
        let staff = self.staff(share.by)?;
        let to = Some(self.to(share.case, share.to)?);
        let item_ids = self.ids(share.case, share.items)?;
        let (case_id, purpose) = (case.id, share.purpose.to_owned());
        let view = match share.how {
            How::Told(how) => {
                let (how, told_at) = (how.to_owned(), self.now().to_string());
                let request = api::RecordDisclosureRequest {
                    case_id,
                    to,
                    purpose,
                    how,
                    told_at,
                    item_ids,
                    ..Default::default()
                };
                staff.record_disclosure(request).await?
            }
            How::Preview | How::Propose | How::Refer(..) | How::Emergency(_) => {
                let emergency = match share.how {
                    How::Emergency(answers) => Some(five_answers(answers)),
                    _ => None,
                };
                let referral = match share.how {
                    How::Refer(category, urgency, days) => Some(api::ReferralTerms {
                        service_category: category.to_owned(),
                        urgency: urgency.to_owned(),
                        contact_by: self.in_days(days),
                    }),
                    _ => None,
                };
                let preview = matches!(share.how, How::Preview);
                let packet = share.packet.to_owned();
                staff
                    .share(api::ShareRequest {
                        case_id,
                        to,
                        purpose,
                        packet,
                        item_ids,
                        preview,
                        emergency,
                        referral,
                    })
                    .await?
            }
        };
        self.look_at(share.case, &view, &share.expect, done);
        for key in share.mandatory {
            let id = self.id(share.case, key)?;
            let must = view.items.iter().any(|item| item.item_id == id && item.mandatory);
            done.check(
                format!("the law says that {key} must be disclosed"),
                must,
                "it is not marked mandatory",
            );
        }
        let state = match share.how {
            How::Preview => "preview",
            How::Propose | How::Refer(..) => "proposed",
            How::Emergency(_) => "sent",
            How::Told(_) => "recorded",
        };
        let near = view.state == state || (state == "sent" && view.state == "approved");
        done.check(format!("the share is {state}"), near, view.state.clone());
        let told = matches!(share.how, How::Told(_));
        let message = if told { view.disclosure_id.clone() } else { String::new() };
        let proposal = view.proposal_id.clone();
        let (case, by) = (share.case, Some(share.by));
        let sent = Sent { case, by, proposal, message, view, without: Vec::new() };
        self.scene.sent.insert(share.key, sent);
        Ok(())
    }

    /// Puts the decision into the report and checks it item by item.
    pub(super) fn look_at(
        &self,
        case: Key,
        view: &api::ShareView,
        expect: &[(Key, Expect)],
        done: &mut StepReport,
    ) {
        done.stops.extend(view.stops.iter().cloned());
        done.conflicts.extend(view.conflicts.iter().map(|c| format!("{}; {}", c.duty, c.prohibition)));
        done.lines.extend(view.other_paths.iter().map(|path| format!("also: {path}")));
        for outcome in &view.items {
            let expected = expect.iter().map(|(key, _)| *key);
            let named =
                expected.into_iter().find(|key| self.id(case, key).is_ok_and(|id| id == outcome.item_id));
            let key = named.map_or_else(|| self.key_of(case, &outcome.item_id), str::to_owned);
            let item = ItemReport::of(key.clone(), outcome);
            match expect.iter().find(|(k, _)| *k == key) {
                Some((_, expected)) => {
                    let (what, ok) = compare(&item, *expected);
                    done.check(
                        format!("{key}: {what}"),
                        ok,
                        format!("{} {}: {}", item.outcome, item.form, item.said()),
                    );
                }
                None => done.check("no other item is in it", false, format!("{key} (row {})", item.row)),
            }
            done.items.push(item);
        }
        for (key, _) in expect {
            let there = done.items.iter().any(|item| item.key == *key);
            done.check(format!("{key} is among the items"), there, "it is not");
        }
    }

    pub(super) async fn approve(
        &mut self,
        approve: &Approve,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let sent = self.sent(approve.share)?;
        let without = self.ids(sent.case, approve.without)?;
        let keep = if without.is_empty() {
            Vec::new()
        } else {
            let goes = sent.view.items.iter().filter(|item| item.outcome != "withheld");
            goes.map(|item| item.item_id.clone()).filter(|id| !without.contains(id)).collect()
        };
        let proposal_id = sent.proposal.clone();
        let request = api::ApproveRequest { proposal_id, keep_item_ids: keep, ..Default::default() };
        let proposal = self.staff(approve.by)?.approve(request).await?;
        let approved = !matches!(proposal.state.as_str(), "proposed" | "denied");
        done.check("the share is approved", approved, proposal.state.clone());
        for key in approve.without {
            done.lines.push(format!("taken out: {key}"));
        }
        if let Some(sent) = self.scene.sent.get_mut(approve.share) {
            sent.without = without;
        }
        Ok(())
    }

    pub(super) async fn review(&mut self, review: &Review, done: &mut StepReport) -> Result<(), DemoError> {
        let disclosure_id = self.message_of(review.share).await?;
        let (ok, note) = (review.ok, review.note.to_owned());
        let request = api::ReviewEmergencyRequest { disclosure_id, ok, note };
        let answer = self.staff(review.by)?.review_emergency(request).await;
        match answer {
            Ok(reviewed) => {
                done.check("the review is refused", !review.refused, "it was accepted");
                done.lines.push(format!("reviewed at {} by {}", reviewed.reviewed_at, reviewed.reviewed_by));
            }
            Err(error) if review.refused && is_refusal(&error) => {
                done.check("the review is refused", true, "");
                done.lines.push(format!("refused: {error}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    pub(super) async fn revoke(&mut self, revoke: &Revoke, done: &mut StepReport) -> Result<(), DemoError> {
        let case_id = self.case(revoke.case)?.id;
        let permission_id = self.id(revoke.case, revoke.permission)?;
        let request = api::RevokePermissionRequest { case_id, permission_id };
        let answer = self.staff(revoke.by)?.revoke_permission(request).await?;
        let revoked = answer.permission.is_some_and(|p| !p.revoked_at.is_empty());
        done.check("the permission is revoked", revoked, "it has no time of revocation");
        Ok(())
    }

    /// The message that carries a share, once it has left.
    pub(super) async fn message_of(&mut self, key: Key) -> Result<String, DemoError> {
        let sent = self.sent(key)?;
        if !sent.message.is_empty() {
            return Ok(sent.message);
        }
        let by = sent.by.ok_or_else(|| self.missing("sender of", key))?;
        let (staff, case_id) = (self.staff(by)?, self.case(sent.case)?.id);
        let message = wait_for("a share to leave", SOON_SECONDS, async || {
            let request = api::ListProposalsRequest {
                case_id: case_id.clone(),
                waiting_only: false,
                ..Default::default()
            };
            let all = staff.list_proposals(request).await?.proposals;
            let found = all.into_iter().find(|p| p.id == sent.proposal);
            Ok(found.map(|p| p.disclosure_id).filter(|id| !id.is_empty()))
        })
        .await?;
        if let Some(sent) = self.scene.sent.get_mut(key) {
            sent.message.clone_from(&message);
        }
        Ok(message)
    }

    pub(super) async fn trace(&mut self, trace: &Trace, done: &mut StepReport) -> Result<(), DemoError> {
        let sent = self.sent(trace.share)?;
        let staff = self.staff(trace.by)?;
        let found = wait_for("the trace to say what it must", SOON_SECONDS, async || {
            let answer = staff.trace(api::TraceRequest { id: sent.proposal.clone() }).await?;
            let text = lines(&answer).join("\n").to_lowercase();
            let says = trace.says.iter().all(|word| text.contains(&word.to_lowercase()));
            Ok((says && attempts(&text) >= trace.attempts_min).then_some(answer))
        })
        .await;
        let answer = match found {
            Ok(answer) => answer,
            Err(DemoError::InVain { .. }) => {
                let answer = staff.trace(api::TraceRequest { id: sent.proposal.clone() }).await?;
                let missing = format!("{:?}, {} attempts", trace.says, trace.attempts_min);
                done.check(format!("the trace says {missing}"), false, lines(&answer).join(" | "));
                answer
            }
            Err(error) => return Err(error),
        };
        done.check("the trace is there", !answer.lines.is_empty(), "it has no lines");
        done.lines.extend(lines(&answer));
        Ok(())
    }

    pub(super) async fn account(
        &mut self,
        account: &Account,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let case_id = self.case(account.case)?.id;
        let mut expected = BTreeSet::new();
        for key in account.lists {
            expected.insert((*key, self.message_of(key).await?));
        }
        let view = account.view.to_owned();
        let request = api::AccountingRequest { case_id, view, ..Default::default() };
        let answer = self.staff(account.by)?.accounting(request).await?;
        let listed: BTreeSet<&String> = answer.entries.iter().map(entry_id).collect();
        for (key, message) in &expected {
            done.check(format!("the accounting lists {key}"), listed.contains(message), "it does not");
        }
        let others = listed.iter().filter(|id| !expected.iter().any(|(_, message)| message == **id)).count();
        done.check("the accounting lists nothing else", others == 0, format!("{others} more"));
        let on_record =
            |e: &api::AccountingEntry| e.threats.iter().any(|t| t.nature.contains(account.threat));
        if !account.threat.is_empty() {
            let there = answer.entries.iter().all(on_record);
            done.check("the threat is on record beside what was told of it", there, "it is not");
        }
        for entry in &answer.entries {
            let rows: Vec<String> =
                entry.items.iter().map(|item| format!("{} {}", item.row, item.form)).collect();
            let arrow = if entry.direction == "in" { "from" } else { "to" };
            let emergency = if entry.emergency { ", emergency" } else { "" };
            done.lines.push(format!(
                "{} {arrow} {} by {}{emergency}, {}: rows {}",
                entry.at,
                entry.party,
                entry.how,
                entry.state,
                rows.join(", ")
            ));
            let threats =
                entry.threats.iter().map(|t| format!("  threat: {} ({}, {})", t.nature, t.role, t.at));
            done.lines.extend(threats);
            done.lines.extend(entry.remarks.iter().map(|remark| format!("  remark: {remark}")));
        }
        Ok(())
    }
}

/// What an entry is about, the same on both sides where a message carried it.
pub(super) fn entry_id(entry: &api::AccountingEntry) -> &String {
    if entry.message_id.is_empty() { &entry.disclosure_id } else { &entry.message_id }
}

pub(super) fn five_answers(a: Answers) -> api::EmergencyAnswers {
    api::EmergencyAnswers {
        who_is_at_risk: a.who_is_at_risk.to_owned(),
        what_makes_it_imminent: a.what_makes_it_imminent.to_owned(),
        known_first_hand: a.known_first_hand.to_owned(),
        who_can_prevent_it: a.who_can_prevent_it.to_owned(),
        what_they_must_know: a.what_they_must_know.to_owned(),
    }
}

fn lines(answer: &api::TraceResponse) -> Vec<String> {
    answer.lines.iter().map(|line| format!("{} {}", line.at, line.what)).collect()
}

/// The highest number of attempts that a trace names: "attempt 3 to", "after 3 attempt(s)".
fn attempts(text: &str) -> u32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u32>().ok());
    let named = words.iter().enumerate().filter(|(_, word)| word.starts_with("attempt"));
    named.filter_map(|(at, _)| number(at + 1).or_else(|| number(at.checked_sub(1)?))).max().unwrap_or(0)
}

fn compare(item: &ItemReport, expected: Expect) -> (String, bool) {
    let cites = |basis: &str| basis.is_empty() || item.basis.iter().any(|b| b.citation.starts_with(basis));
    match expected {
        Expect::Whole(basis) => (format!("goes whole on {basis}"), item.outcome == "whole" && cites(basis)),
        Expect::Form(form, basis) => (
            format!("goes as {form} on {basis}"),
            item.outcome == "form" && item.form == form && cites(basis),
        ),
        Expect::Withheld(because) => {
            let said = item.said().to_lowercase().contains(&because.to_lowercase());
            (format!("stays ({because})"), item.outcome == "withheld" && said && item.value.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expect, attempts, compare};
    use crate::demo::report::ItemReport;
    use proto::agency::v1 as api;

    #[test]
    fn an_item_must_come_to_what_was_expected_and_for_that_reason() {
        let item = |outcome: &str, form: &str, citation: &str, reason: &str| {
            let basis = api::Basis { citation: citation.to_owned(), ..Default::default() };
            let outcome = api::ItemOutcome {
                outcome: outcome.to_owned(),
                form: form.to_owned(),
                basis: vec![basis],
                reasons: vec![reason.to_owned()],
                ..Default::default()
            };
            ItemReport::of("k".to_owned(), &outcome)
        };
        let whole = item("whole", "", "34 CFR 99.36(c)", "");
        assert!(compare(&whole, Expect::Whole("34 CFR 99.3")).1);
        assert!(!compare(&whole, Expect::Whole("45 CFR")).1);
        assert!(!compare(&whole, Expect::Withheld("")).1);
        let form = item("form", "statement", "34 CFR 99.36(c)", "");
        assert!(compare(&form, Expect::Form("statement", "")).1);
        assert!(!compare(&form, Expect::Form("band", "")).1 && !compare(&form, Expect::Whole("")).1);
        let stays = item("withheld", "", "42 CFR 2.13(a)", "Only its own task");
        assert!(
            compare(&stays, Expect::Withheld("own task")).1
                && compare(&stays, Expect::Withheld("42 CFR 2.")).1
        );
        assert!(!compare(&stays, Expect::Withheld("emergency")).1 && !compare(&stays, Expect::Whole("")).1);
    }

    #[test]
    fn attempts_are_read_from_either_wording() {
        assert_eq!(attempts("attempt 2 to x did not succeed: attempt 3 to x"), 3);
        assert_eq!(attempts("delivered to x after 4 attempt(s)"), 4);
        assert_eq!(attempts("leaves for x"), 0);
    }
}

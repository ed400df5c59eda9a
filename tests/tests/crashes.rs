//! Nodes killed (SIGKILL) at every named point of a share, on the sending and on the receiving side, and started again: what
//! went had effect once, both accountings match, nothing unapproved went, and nothing that was revoked meanwhile was sent
//! again. Real processes, two agencies for each side. The same where the recipient opens no port and fetches.
//!
//! Crash points are compiled into debug builds only, and so is this test.
#![cfg(debug_assertions)]
use node::demo::DemoError;
use node::demo::accounting_check;
use node::demo::cast::Who;
use node::demo::play::CaseOpened;
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::faults::POINTS;
use proto::agency::v1 as api;
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::Duration;
use system_tests::pair::{
    AGREED, Asked, GOES, HOSPITAL, NURSE, OFFICER, PAIR, READER, TEAM, TEAM_ADMIN, approve, ask, inbox,
    open_case, trace, wait_for,
};
use system_tests::program::concord;

const SIGKILL: i32 = 9;
/// Longest wait for anything here; the machine may be busy.
const SECONDS_MAX: u64 = 90;

/// One crash.
#[derive(Clone, Copy, Debug)]
struct Round {
    point: &'static str,
    /// For the how manieth time the point is reached, counted from just before the approval.
    time: u32,
    /// The patient takes the permission back before the two nodes can talk again.
    revoked: bool,
    /// Whether the recipient had stored it before the crash, where the point says so.
    stored: Option<bool>,
}

const fn round(point: &'static str, time: u32, revoked: bool, stored: Option<bool>) -> Round {
    Round { point, time, revoked, stored }
}

/// Every point that the side named comes by in a share that the recipient fetches.
fn rounds_of_fetching(victim: &str) -> Vec<Round> {
    let sends = ["before_hand_out", "after_hand_out", "before_settle", "after_settle"];
    let of_collecting = POINTS.iter().filter_map(|point| Some((*point, point.strip_prefix("collect.")?)));
    let of_side = of_collecting.filter(|(_, name)| sends.contains(name) == (victim == HOSPITAL));
    of_side.map(|(point, _)| round(point, 1, false, None)).collect()
}

/// Every point that the side named comes by in a share, with and without a revocation.
fn rounds(victim: &str) -> Vec<Round> {
    let mut all = Vec::new();
    for point in POINTS {
        let stored = match *point {
            "courier.before_decide"
            | "courier.before_disclosure"
            | "courier.after_disclosure"
            | "courier.before_send"
            | "desk.before_store" => Some(false),
            "courier.after_send"
            | "courier.before_receipt"
            | "courier.after_receipt"
            | "desk.after_store"
            | "desk.before_answer" => Some(true),
            _ => None,
        };
        match (point.split('.').next(), victim) {
            // the approval's own commit, then the courier's
            (Some("store"), HOSPITAL) => {
                all.extend([round(point, 1, false, None), round(point, 2, false, None)])
            }
            (Some("store"), _) | (Some("courier"), HOSPITAL) | (Some("desk"), TEAM) => {
                all.extend([round(point, 1, false, stored), round(point, 1, true, stored)]);
            }
            _ => {}
        }
    }
    all
}

struct Stage {
    region: Region,
    teams: Teams,
    dir: tempfile::TempDir,
    victim: &'static str,
    rounds: Vec<Round>,
}

impl Stage {
    async fn new(victim: &'static str, fetches: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut region = Region::create(PAIR, &dir.path().join("region"), concord().clone()).await.unwrap();
        if fetches {
            region.open_no_port(TEAM).unwrap();
        }
        region.start_all().await.unwrap();
        let teams = setup::first_day(&region).await.unwrap();
        let rounds = if fetches { rounds_of_fetching(victim) } else { rounds(victim) };
        Self { region, teams, dir, victim, rounds }
    }

    fn file(&self, what: &str, at: usize) -> PathBuf {
        self.dir.path().join(format!("{what}-{at}"))
    }

    /// Starts the victim so that it will die in this round, once [`Stage::arm`] says so; after the last round, for good.
    async fn start_victim(&mut self, at: usize) {
        let Some(round) = self.rounds.get(at) else { return self.region.start(self.victim).await.unwrap() };
        let point = format!("{}:{}", round.point, round.time);
        let (log, from) = (self.file("reached", at), self.file("armed", at));
        let env = [
            ("CONCORD_CRASH_AT", point.as_str()),
            ("CONCORD_CRASH_LOG", log.to_str().unwrap()),
            ("CONCORD_CRASH_FROM", from.to_str().unwrap()),
        ];
        self.region.start_with(self.victim, &env).await.unwrap();
    }

    fn arm(&self, at: usize) {
        std::fs::write(self.file("armed", at), b"").unwrap();
    }

    /// The process died at the point of this round and of nothing else.
    async fn died(&mut self, at: usize) {
        let round = self.rounds[at];
        let ended = self.region.ended(self.victim, Duration::from_secs(SECONDS_MAX)).await.unwrap();
        let ended = ended.unwrap_or_else(|| panic!("{round:?}: the node never came to the point"));
        assert_eq!(ended.signal(), Some(SIGKILL), "{round:?}: {ended}");
        let reached = std::fs::read_to_string(self.file("reached", at)).unwrap();
        assert_eq!(reached, format!("reached {}\n", round.point));
    }

    async fn proposal(&self, asked: &Asked) -> api::Proposal {
        let request = api::ListProposalsRequest {
            case_id: asked.case.clone(),
            waiting_only: false,
            ..Default::default()
        };
        let all = self.region.staff(NURSE).unwrap().list_proposals(request).await.unwrap().proposals;
        all.into_iter().find(|p| p.id == asked.proposal).unwrap()
    }

    /// Nothing is left to send on either side.
    async fn quiet(&self) -> Result<(), DemoError> {
        wait_for("both outboxes to be empty", SECONDS_MAX, async || {
            for who in [NURSE, TEAM_ADMIN] {
                let status = self.region.staff(who)?.node_status(api::NodeStatusRequest {}).await?;
                if status.outbox_count > 0 {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
        .await
    }

    async fn accounting(&self, asked: &Asked) -> Vec<api::AccountingEntry> {
        let request = api::AccountingRequest { case_id: asked.case.clone(), ..Default::default() };
        self.region.staff(OFFICER).unwrap().accounting(request).await.unwrap().entries
    }

    async fn revoke(&self, asked: &Asked) {
        let request = api::RevokePermissionRequest {
            case_id: asked.case.clone(),
            permission_id: asked.permission.clone(),
        };
        let answer = self.region.staff(NURSE).unwrap().revoke_permission(request).await.unwrap();
        assert!(answer.permission.is_some_and(|p| !p.revoked_at.is_empty()));
    }

    /// One share, one crash, one recovery. Returns the message that stays with the recipient, if one does.
    async fn play(&mut self, at: usize) -> Option<(Asked, String)> {
        let round = self.rounds[at];
        let asked = ask(&self.region, &self.teams, &format!("marker{at}x")).await.unwrap();
        let before = messages(&inbox(&self.region).await.unwrap());
        self.arm(at);
        // where the approval itself is cut off, its caller is told nothing or an error
        let _may_break_off = approve(&self.region, &asked).await;
        self.died(at).await;
        if !round.revoked {
            self.start_victim(at + 1).await;
        } else if self.victim == HOSPITAL {
            self.region.kill(TEAM).await.unwrap();
            self.start_victim(at + 1).await;
            self.revoke(&asked).await;
            self.region.start(TEAM).await.unwrap();
        } else {
            self.revoke(&asked).await;
            self.start_victim(at + 1).await;
        }
        if self.proposal(&asked).await.state == "proposed" {
            // the approval was not durable, so nothing may have gone; it is given again
            assert!(
                round.time == 1 && self.victim == HOSPITAL,
                "{round:?} lost an approval that was answered"
            );
            assert_eq!(messages(&inbox(&self.region).await.unwrap()), before, "{round:?}");
            assert!(self.accounting(&asked).await.is_empty(), "{round:?}: disclosed without an approval");
            approve(&self.region, &asked).await.unwrap();
        }
        self.quiet().await.unwrap();
        let came = inbox(&self.region).await.unwrap();
        let new: Vec<_> = came.iter().filter(|m| !before.contains(&m.message_id)).collect();
        let entries = self.accounting(&asked).await;
        let said = trace(&self.region, &asked).await.unwrap();
        if round.revoked {
            self.recalled(round, &new, &entries, &said).await;
            None
        } else {
            delivered(round, asked, &new, &entries, &said)
        }
    }

    /// What was revoked meanwhile was not sent again, and what had arrived is closed.
    async fn recalled(
        &self,
        round: Round,
        new: &[&api::InboxMessage],
        entries: &[api::AccountingEntry],
        said: &str,
    ) {
        let summaries: Vec<_> = new.iter().filter(|m| m.kind == "summary").collect();
        let recalls = new.iter().filter(|m| m.kind == "recall").count();
        assert!(summaries.len() <= 1 && summaries.len() + recalls == new.len(), "{round:?}: {new:?}");
        if let Some(stored) = round.stored {
            assert_eq!(
                summaries.len(),
                usize::from(stored),
                "{round:?}: sent after the permission was revoked\n{said}"
            );
        }
        let disclosed = entries.iter().filter(|e| e.items.len() == GOES).count();
        assert!(disclosed <= 1, "{round:?}: {entries:?}");
        assert_eq!(recalls, disclosed, "{round:?}: a disclosure that began is recalled, once\n{said}");
        assert!(summaries.len() <= disclosed, "{round:?}: arrived without an accounting entry");
        for entry in entries.iter().filter(|e| e.items.len() == GOES) {
            assert_eq!(entry.state, "recalled", "{round:?}\n{said}");
        }
        let team_case = open_case(&self.region, &self.teams, READER).await.unwrap();
        for summary in summaries {
            let message_id = summary.message_id.clone();
            assert_eq!(Some(&message_id), entries.iter().map(|e| &e.message_id).next(), "{round:?}");
            let request =
                api::LinkInboxRequest { message_id, case_id: team_case.clone(), ..Default::default() };
            let refused =
                self.region.staff(READER).unwrap().link_inbox(request).await.unwrap_err().to_string();
            assert!(
                refused.contains("its sender recalled this message: it may not be used any more"),
                "{refused}"
            );
        }
    }
}

/// It had effect exactly once.
fn delivered(
    round: Round,
    asked: Asked,
    new: &[&api::InboxMessage],
    entries: &[api::AccountingEntry],
    said: &str,
) -> Option<(Asked, String)> {
    let [message] = new else { panic!("{round:?}: {} messages came, not one: {new:?}\n{said}", new.len()) };
    assert_eq!(
        (message.kind.as_str(), message.item_count),
        ("summary", u32::try_from(GOES).unwrap()),
        "{round:?}"
    );
    assert_eq!(message.quarantined_count, 0, "{round:?}");
    let [entry] = entries else { panic!("{round:?}: {} accounting lines, not one", entries.len()) };
    assert_eq!(entry.message_id, message.message_id, "{round:?}");
    assert_eq!((entry.state.as_str(), entry.items.len()), ("delivered", GOES), "{round:?}\n{said}");
    assert!(said.contains("delivered to"), "{round:?}\n{said}");
    Some((asked, message.message_id.clone()))
}

fn messages(inbox: &[api::InboxMessage]) -> BTreeSet<String> {
    inbox.iter().map(|m| m.message_id.clone()).collect()
}

/// Reads and links what arrived, then lays both accountings side by side.
async fn compare(stage: &Stage, arrived: &[(Asked, String)]) {
    let team_case = open_case(&stage.region, &stage.teams, READER).await.unwrap();
    let reader = stage.region.staff(READER).unwrap();
    for (at, (_, message)) in arrived.iter().enumerate() {
        let opened = reader.open_inbox(api::OpenInboxRequest { message_id: message.clone() }).await.unwrap();
        let mut rows: Vec<u32> = opened.items.iter().map(|i| i.row).collect();
        rows.sort_unstable();
        assert_eq!(rows, [2, 12, 21], "message {at}");
        for item in &opened.items {
            let text = item.value.as_ref().and_then(|v| v.text.clone()).unwrap_or_default();
            assert!(text.contains(&format!("x of row {}", item.row)), "{text}");
            assert!(item.basis.iter().any(|b| b.citation.starts_with(AGREED)), "{:?}", item.basis);
        }
        let request = api::LinkInboxRequest {
            message_id: message.clone(),
            case_id: team_case.clone(),
            ..Default::default()
        };
        assert_eq!(reader.link_inbox(request).await.unwrap().item_ids.len(), GOES);
    }
    let opened = |by: Who, id: &String| CaseOpened { agency: by.agency, by, id: id.clone() };
    let mut cases: Vec<_> = arrived.iter().map(|(asked, _)| opened(NURSE, &asked.case)).collect();
    cases.push(opened(READER, &team_case));
    let report = accounting_check::compare(&stage.region, &cases).await.unwrap();
    assert!(report.unmatched.is_empty(), "{:?}", report.unmatched);
    assert_eq!(report.pairs.len(), arrived.len());
    for pair in &report.pairs {
        assert!(pair.commitments_match && pair.items == GOES, "{pair:?}");
    }
}

async fn crash_at_every_point(victim: &'static str, fetches: bool) {
    let mut stage = Stage::new(victim, fetches).await;
    let never = ask(&stage.region, &stage.teams, "never").await.unwrap();
    stage.region.stop(victim).await.unwrap();
    stage.start_victim(0).await;
    let mut arrived = Vec::new();
    for at in 0..stage.rounds.len() {
        arrived.extend(stage.play(at).await);
    }
    let plain = stage.rounds.iter().filter(|r| !r.revoked).count();
    assert_eq!(arrived.len(), plain);
    let unapproved = stage.proposal(&never).await;
    assert_eq!((unapproved.state.as_str(), unapproved.disclosure_id.as_str()), ("proposed", ""));
    assert!(stage.accounting(&never).await.is_empty());
    compare(&stage, &arrived).await;
    stage.region.stop_all().await.unwrap();
}

#[tokio::test]
async fn a_sender_killed_at_every_point_sends_once() {
    crash_at_every_point(HOSPITAL, false).await;
}

#[tokio::test]
async fn a_recipient_killed_at_every_point_stores_once() {
    crash_at_every_point(TEAM, false).await;
}

#[tokio::test]
async fn a_sender_killed_while_it_hands_out_discloses_once() {
    crash_at_every_point(HOSPITAL, true).await;
}

#[tokio::test]
async fn a_recipient_killed_while_it_fetches_stores_once() {
    crash_at_every_point(TEAM, true).await;
}

#[test]
fn every_point_is_played() {
    let of_side = |side: &&str| rounds(side).into_iter().chain(rounds_of_fetching(side));
    let played: BTreeSet<_> = [HOSPITAL, TEAM].iter().flat_map(of_side).map(|r| r.point).collect();
    assert_eq!(played, POINTS.iter().copied().collect());
}

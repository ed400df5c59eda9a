//! Who may make which call, live: every call of the schema by every role in every scope, over mutual TLS to a running node
//! with real records, each request valid. What the golden table allows must succeed; what it does not must be refused; and
//! another team's record must be refused exactly as one that does not exist.
mod bench;
mod requests;

use bench::{Bench, CENTER, PARTNER, PEOPLE, Things, VISITOR, client};
use node::app::AppError;
use proto::agency::v1::agency_client::AgencyClient;
use std::collections::{BTreeMap, BTreeSet};
use tonic::transport::Channel;
use tonic::{Code, Status};

const TABLE: &str = include_str!("../../../node/tests/golden/roles.txt");
const SCHEMA: &str = include_str!("../../../proto/schema/concord/agency/v1/agency.proto");

type Client = AgencyClient<Channel>;

/// The golden table: call, scope and role to whether it is allowed.
struct Golden {
    roles: Vec<String>,
    rows: BTreeMap<(String, String), Vec<bool>>,
}

impl Golden {
    fn read() -> Self {
        let mut lines = TABLE.lines().skip_while(|l| !l.starts_with("call ")).filter(|l| !l.is_empty());
        let words = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
        let roles = words(lines.next().unwrap())[2..].to_vec();
        let mut rows = BTreeMap::new();
        for line in lines {
            let cells = words(line);
            let allowed: Vec<bool> = cells[2..].iter().map(|cell| cell == "yes").collect();
            assert_eq!(allowed.len(), roles.len(), "{line}");
            assert!(rows.insert((cells[0].clone(), cells[1].clone()), allowed).is_none(), "{line}");
        }
        Self { roles, rows }
    }
    fn allows(&self, call: &str, scope: &str, role: &str) -> bool {
        let at = self.roles.iter().position(|r| r == role).unwrap();
        self.rows.get(&(call.to_owned(), scope.to_owned())).is_some_and(|row| row[at])
    }
    fn allows_somewhere(&self, call: &str, role: &str) -> bool {
        ["own", "other", "node"].iter().any(|scope| self.allows(call, scope, role))
    }
}

/// Every call of the schema.
fn calls() -> BTreeSet<String> {
    let names =
        SCHEMA.lines().filter_map(|l| l.trim().strip_prefix("rpc ")).filter_map(|l| l.split_once('('));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// A refusal as the caller gets it, but for ids the caller named.
fn refusal(status: &Status, named: &Things) -> (Code, String, Vec<u8>, Vec<String>) {
    let mut text = status.message().to_owned();
    for id in [&named.case, &named.person, &named.item, &named.permission, &named.message, &named.referral] {
        if !id.is_empty() {
            text = text.replace(id.as_str(), "ID");
        }
    }
    let headers = status.metadata().clone().into_headers();
    let mut said: Vec<String> = headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    said.sort();
    (status.code(), text, status.details().to_vec(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_by_each_role_in_each_scope_is_answered_as_the_table_says() {
    let golden = Golden::read();
    let in_table: BTreeSet<String> = golden.rows.keys().map(|(call, _)| call.clone()).collect();
    assert_eq!(in_table, calls(), "every call of the schema has its lines in the table");
    let mut bench = Bench::new().await;
    let (mut made, mut allowed, mut wrong) = (0, 0, Vec::new());
    for role in golden.roles.clone() {
        let mut caller = match PEOPLE.iter().find(|p| p.name == role) {
            Some(person) => client(&bench.world, CENTER, person.name),
            None => {
                assert_eq!(role, VISITOR);
                client(&bench.world, PARTNER, "member")
            }
        };
        for (call, scope) in golden.rows.keys() {
            let may = golden.allows(call, scope, &role);
            let of_team = match (call.as_str(), scope.as_str(), role.as_str()) {
                ("OpenIdentity" | "UpdateTeam", "own", "chair") => bench.led.clone(),
                (_, "other", _) => bench.other.clone(),
                _ => bench.own.clone(),
            };
            let things = if may { bench.fresh(call, &of_team).await } else { of_team };
            let node = scope == "node";
            let answer = bench.make(call, &mut caller, &role, &things, node).await;
            let answer = answer.unwrap_or_else(|| panic!("write a request for the new call {call}"));
            made += 1;
            allowed += usize::from(may);
            let right = match (&answer, may) {
                (Ok(()), true) => true,
                (Err(status), false) => {
                    let hidden = scope == "other" && golden.allows_somewhere(call, &role);
                    status.code() == if hidden { Code::NotFound } else { Code::PermissionDenied }
                }
                _ => false,
            };
            if !right {
                let promised = if may { "allowed" } else { "refused" };
                wrong.push(format!("{call} {scope} by {role}: {promised} by the table, answered {answer:?}"));
            }
            if scope != "other" {
                continue;
            }
            // a record that does not exist
            let unknown = bench.unknown(&things);
            let nothing = bench.make(call, &mut caller, &role, &unknown, node).await.unwrap();
            let Err(nothing) = nothing else {
                wrong.push(format!("{call} by {role}: succeeded on ids that are nobody's"));
                continue;
            };
            if let Err(status) = &answer
                && refusal(status, &things) != refusal(&nothing, &unknown)
            {
                wrong.push(format!("{call} by {role}: another team's {status:?}, nobody's {nothing:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {made}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(made > 450 && allowed > 150 && made - allowed > 150, "{allowed} of {made} allowed");
}

/// In a case of one's own, a record of another team's case is the same as none: no call tells that it exists.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_teams_record_named_within_an_own_case_is_answered_as_none() {
    let bench = Bench::new().await;
    let mut c = client(&bench.world, CENTER, "member");
    let (own, other) = (bench.own.clone(), bench.other.clone());
    let unknown = bench.unknown(&other);
    for call in [
        "AddContact",
        "AddItem",
        "AddStatement",
        "AddLabels",
        "RecordPermission",
        "RevokePermission",
        "Share",
        "RequestInformation",
        "AnswerRequest",
        "RecordDisclosure",
    ] {
        let within = |theirs: &Things| Things {
            person: theirs.person.clone(),
            item: theirs.item.clone(),
            permission: theirs.permission.clone(),
            ..own.clone()
        };
        let theirs = bench.make(call, &mut c, "member", &within(&other), false).await.unwrap().unwrap_err();
        let nobodys =
            bench.make(call, &mut c, "member", &within(&unknown), false).await.unwrap().unwrap_err();
        assert_eq!(refusal(&theirs, &other), refusal(&nobodys, &unknown), "{call}");
        assert!(matches!(theirs.code(), Code::NotFound | Code::InvalidArgument), "{call}: {theirs:?}");
    }
    let not_found = bench.make("ShowCase", &mut c, "member", &unknown, false).await.unwrap().unwrap_err();
    assert_eq!(not_found.message(), AppError::NotFound.to_string());
}

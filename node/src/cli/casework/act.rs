//! One act: the record from a file and options, the call, and what came of it in words.

use super::super::input::{read_message, read_text};
use super::super::page::Page;
use super::super::{Failure, Printed, Session};
use clap::Args;
use proto::agency::v1::{
    Act, ActRequest, ActResponse, AsRecord, Entry, History, ShowHistoryRequest, StaleReason, WhoAmIRequest,
};
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// An act with one field set.
macro_rules! act {
    ($word:ident: $content:expr) => {
        proto::agency::v1::Act { $word: Some($content), ..proto::agency::v1::Act::default() }
    };
}
pub(super) use act;

/// Where an act is done, and what it starts from.
#[derive(Clone, Debug, Default, Args)]
pub struct Given {
    /// The case.
    pub case: String,
    /// What it starts from.
    #[command(flatten)]
    pub record: RecordFile,
}

/// A record to start from.
#[derive(Clone, Debug, Default, Args)]
pub struct RecordFile {
    /// File with the record as JSON (acts.proto has its fields); options add to it; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// The entry of which this is the next version.
    #[arg(long, value_name = "ENTRY", default_value = "", hide_default_value = true)]
    pub replaces: String,
}

impl RecordFile {
    /// The record of the file, or an empty one.
    pub fn read<T: DeserializeOwned + Default>(&self) -> Result<T, Failure> {
        self.from.as_deref().map_or_else(|| Ok(T::default()), read_message)
    }
}

impl Given {
    /// The record of the file, or an empty one.
    pub fn read<T: DeserializeOwned + Default>(&self) -> Result<T, Failure> {
        self.record.read()
    }

    /// Does it, and prints what came of it.
    pub async fn send(self, s: &mut Session, act: Act) -> Result<Printed, Failure> {
        send(s, self.case, self.record.replaces, act).await
    }
}

/// What something is as a record, where that is not as this agency keeps records.
#[derive(Clone, Debug, Default, Args)]
pub struct AsRecordArgs {
    /// Class of the record in the law's terms; default: as this agency keeps records.
    #[arg(long, value_name = "WORD")]
    record_kind: Option<String>,
    /// How this agency came to hold it; default: its own.
    #[arg(long, value_name = "WORD")]
    obtained_via: Option<String>,
    /// What it contains in the law's terms.
    #[arg(long = "element", value_name = "WORD")]
    elements: Vec<String>,
    /// Labels, each adding a row of the matrix.
    #[arg(long = "label", value_name = "WORD")]
    labels: Vec<String>,
    /// People of the case it is about; default: the person of concern.
    #[arg(long, value_name = "PERSON")]
    about: Vec<String>,
}

impl AsRecordArgs {
    /// Adds what was given.
    pub fn add_to(self, record: &mut Option<AsRecord>) {
        let lists = [&self.elements, &self.labels, &self.about];
        if self.record_kind.is_none() && self.obtained_via.is_none() && lists.iter().all(|l| l.is_empty()) {
            return;
        }
        let record = record.get_or_insert_default();
        put(&mut record.record_kind, self.record_kind);
        put(&mut record.obtained_via, self.obtained_via);
        replace(&mut record.elements, self.elements);
        replace(&mut record.labels, self.labels);
        replace(&mut record.about, self.about);
    }
}

/// Takes a word that was given.
pub fn put(field: &mut String, given: Option<String>) {
    if let Some(given) = given {
        *field = given;
    }
}

/// Takes a list that was given.
pub fn replace(field: &mut Vec<String>, given: Vec<String>) {
    if !given.is_empty() {
        *field = given;
    }
}

/// Takes the text of a file that was given.
pub fn put_text(field: &mut String, file: Option<PathBuf>) -> Result<(), Failure> {
    if let Some(file) = file {
        *field = read_text(&file)?.trim_end_matches(['\n', '\r']).to_owned();
    }
    Ok(())
}

/// Who the caller is.
pub async fn me(s: &mut Session) -> Result<String, Failure> {
    Ok(s.client.who_am_i(WhoAmIRequest {}).await?.into_inner().staff_id)
}

/// A case's history, to change one record of it.
pub async fn history(s: &mut Session, case: &str) -> Result<History, Failure> {
    let request = ShowHistoryRequest { case_id: case.to_owned(), ..ShowHistoryRequest::default() };
    Ok(s.client.show_history(request).await?.into_inner())
}

/// The act of an entry, to write its next version.
pub async fn act_of(s: &mut Session, case: &str, entry: &str) -> Result<Act, Failure> {
    let found = history(s, case).await?.entries.into_iter().find(|e| e.id == entry).and_then(|e| e.act);
    found.ok_or_else(|| no_entry(entry, case))
}

/// There is no such entry, or it is of another kind.
pub fn no_entry(entry: &str, case: &str) -> Failure {
    Failure::usage(format!("{entry} is no such entry of this case: see `concord case history {case}`"))
}

/// Does an act in a case, and prints what came of it.
pub async fn send(s: &mut Session, case: String, replaces: String, act: Act) -> Result<Printed, Failure> {
    request(s, ActRequest { case_id: case, act: Some(act), replaces, ..ActRequest::default() }).await
}

/// Makes the call, and prints what came of it.
pub async fn request(s: &mut Session, request: ActRequest) -> Result<Printed, Failure> {
    let done = s.client.act(request).await?.into_inner();
    s.print(&done, came_of)
}

fn came_of(done: &ActResponse, page: &mut Page) {
    let nothing = Entry::default();
    let entry = done.entry.as_ref().unwrap_or(&nothing);
    page.line(format_args!("entry {}  {} {}", entry.id, done.step, spoken(&entry.word)));
    page.field("case", &done.case_id);
    page.field("written", format_args!("{} by {}", entry.at, entry.by));
    page.field("case stands at", spoken(&done.state));
    page.field("waits for", &done.awaits);
    if !done.stale.is_empty() {
        page.field("level of concern", "STALE until the team has reassessed");
        page.list("because", &reasons(&done.stale));
    }
    page.field("return code", &done.return_code);
    if !done.return_code.is_empty() {
        page.field("", "read it out to the reporter now: it is shown this once");
    }
    page.list("note", &done.warnings);
}

/// What an entry holds; none: it is withheld.
pub fn content(entry: &Entry) -> Option<serde_json::Value> {
    let act = serde_json::to_value(entry.act.as_ref()?).ok()?;
    act.get(&entry.word).cloned()
}

/// Why a level is stale, in words.
pub fn reasons(stale: &[StaleReason]) -> Vec<String> {
    let one = |r: &StaleReason| {
        let what = match r.reason.as_str() {
            "factor" => "a factor was added, changed or ended",
            "event" => "a precipitating event was added or changed",
            "tripwire" => "a tripwire was touched",
            "referral" => "a referral was declined, failed or ran out",
            "correction" => "a correction was accepted",
            "transfer_in" => "the case came from another team",
            "reopened" => "the case was reopened",
            "level_ended" => "its own end has passed",
            "review_due" => "the plan's review is due",
            "plan_older_than_level" => "the plan is older than the level",
            other => other,
        };
        let entry = if r.entry_id.is_empty() { String::new() } else { format!(" (entry {})", r.entry_id) };
        format!("{what} since {}{entry}", r.since)
    };
    stale.iter().map(one).collect()
}

/// A word of the vocabulary as people write it.
pub fn spoken(word: &str) -> String {
    word.replace('_', " ")
}

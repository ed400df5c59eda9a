//! `observe`, `factor`, `event`, `instrument`.

use super::super::{Failure, Printed, Session};
use super::act::{self, AsRecordArgs, Given, act, put, put_text, replace};
use clap::Args;
use proto::agency::v1::{Factor, InstrumentResult, Observation, PrecipitatingEvent};
use std::path::PathBuf;

/// An observation.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord observe 7a..3b --text-file - --happened 2026-11-18 --learned 2026-11-19 --basis reported \\\n    --nature communication --source-type direct_witness --source \"charge nurse\" --directness observed\n  concord observe 7a..3b --from observation.json"
)]
pub struct ObserveArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// File with what was seen, heard or written, in neutral words; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// The day it happened.
    #[arg(long, value_name = "DATE")]
    happened: Option<String>,
    /// The day we learned of it.
    #[arg(long, value_name = "DATE")]
    learned: Option<String>,
    /// `observed`, `reported` or `inferred`.
    #[arg(long, value_name = "WORD")]
    basis: Option<String>,
    /// `behavior`, `communication`, `circumstance`, `trait_or_belief` or `lawful_speech`.
    #[arg(long, value_name = "WORD")]
    nature: Option<String>,
    /// `self`, `direct_witness`, `second_hand`, `document`, `online_public`, `record` or `unknown`.
    #[arg(long, value_name = "WORD")]
    source_type: Option<String>,
    /// The source in words without names, such as "charge nurse".
    #[arg(long, value_name = "WORDS")]
    source: Option<String>,
    /// `self_reported`, `reported_by_related_person`, `observed`, `administrative` or `derived`.
    #[arg(long, value_name = "WORD")]
    directness: Option<String>,
    /// Kind of indicator, such as `leakage`.
    #[arg(long, value_name = "WORD")]
    indicator: Option<String>,
    /// Kind of threat, such as `conditional`.
    #[arg(long, value_name = "WORD")]
    threat_type: Option<String>,
    /// How it was expressed, such as `written`.
    #[arg(long, value_name = "WORD")]
    threat_mode: Option<String>,
    /// These are the exact words of a threat.
    #[arg(long)]
    exact_words: bool,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl ObserveArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut o: Observation = self.given.read()?;
        put_text(&mut o.text, self.text_file)?;
        put(&mut o.happened_on, self.happened);
        put(&mut o.learned_on, self.learned);
        put(&mut o.basis, self.basis);
        put(&mut o.nature, self.nature);
        put(&mut o.source_type, self.source_type);
        put(&mut o.source, self.source);
        put(&mut o.directness, self.directness);
        put(&mut o.indicator, self.indicator);
        put(&mut o.threat_type, self.threat_type);
        put(&mut o.threat_mode, self.threat_mode);
        o.exact_words |= self.exact_words;
        self.as_record.add_to(&mut o.as_record);
        self.given.send(s, act!(observe: o)).await
    }
}

/// A factor.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord factor 7a..3b --protective --category social_relationships --text-file - --observation 1c..90\n  concord factor 7a..3b --risk --category life_events_and_stressors --dynamic --text-file - --observation 1c..90"
)]
pub struct FactorArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// It raises concern.
    #[arg(long, conflicts_with = "protective")]
    risk: bool,
    /// It protects.
    #[arg(long)]
    protective: bool,
    /// Its cell of the grid, such as `life_events_and_stressors`.
    #[arg(long, value_name = "WORD")]
    category: Option<String>,
    /// File with what it is, in words.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// It can change.
    #[arg(long)]
    dynamic: bool,
    /// It no longer holds.
    #[arg(long)]
    ended: bool,
    /// Observations it rests on.
    #[arg(long = "observation", value_name = "ENTRY")]
    observations: Vec<String>,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl FactorArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut f: Factor = self.given.read()?;
        match (self.risk, self.protective) {
            (true, _) => f.polarity = "risk_enhancing".to_owned(),
            (_, true) => f.polarity = "risk_mitigating".to_owned(),
            _ => {}
        }
        put(&mut f.category, self.category);
        put_text(&mut f.text, self.text_file)?;
        f.dynamic |= self.dynamic;
        f.ended |= self.ended;
        replace(&mut f.observations, self.observations);
        self.as_record.add_to(&mut f.as_record);
        self.given.send(s, act!(factor: f)).await
    }
}

/// A precipitating event.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord event 7a..3b --tense anticipated --kind legal_or_court --on 2026-12-01 --text-file -"
)]
pub struct EventArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// `past`, `current` or `anticipated`.
    #[arg(long, value_name = "WORD")]
    tense: Option<String>,
    /// Kind, such as `loss` or `release_or_return`.
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// File with what it is, in words.
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// The day, or the first of a window.
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// The last day of the window.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Observations it rests on.
    #[arg(long = "observation", value_name = "ENTRY")]
    observations: Vec<String>,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl EventArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut e: PrecipitatingEvent = self.given.read()?;
        put(&mut e.tense, self.tense);
        put(&mut e.kind, self.kind);
        put_text(&mut e.text, self.text_file)?;
        put(&mut e.on, self.on);
        put(&mut e.until, self.until);
        replace(&mut e.observations, self.observations);
        self.as_record.add_to(&mut e.as_record);
        self.given.send(s, act!(event: e)).await
    }
}

/// The result of an instrument.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord instrument 7a..3b --name WAVR-21 --edition V3 --on 2026-11-20 --qualified-until 2027-06-30 \\\n    --overall-file -"
)]
pub struct InstrumentArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Its name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its version.
    #[arg(long, value_name = "VERSION")]
    edition: Option<String>,
    /// Who used it; default: me.
    #[arg(long, value_name = "STAFF")]
    assessor: Option<String>,
    /// Until when the assessor is qualified.
    #[arg(long, value_name = "DATE")]
    qualified_until: Option<String>,
    /// The day.
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// File with the overall result in the instrument's own words, without numbers.
    #[arg(long, value_name = "FILE")]
    overall_file: Option<PathBuf>,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl InstrumentArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut i: InstrumentResult = self.given.read()?;
        put(&mut i.name, self.name);
        put(&mut i.version, self.edition);
        put(&mut i.assessor, self.assessor);
        if i.assessor.is_empty() {
            i.assessor = act::me(s).await?;
        }
        put(&mut i.qualified_until, self.qualified_until);
        put(&mut i.on, self.on);
        put_text(&mut i.overall, self.overall_file)?;
        self.as_record.add_to(&mut i.as_record);
        self.given.send(s, act!(instrument: i)).await
    }
}

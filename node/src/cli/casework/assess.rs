//! `assess`, `needs`.

use super::super::{Failure, Printed, Session};
use super::act::{AsRecordArgs, Given, act, put, put_text, replace};
use clap::Args;
use proto::agency::v1::{Assessment, NeedsAssessment};
use std::path::PathBuf;

/// An assessment.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord assess 7a..3b --from assessment.json\n  concord assess 7a..3b --from assessment.json --band moderate --valid-until 2026-12-20T18:00:00Z\n\nassessment.json has the fields of Assessment in acts.proto:\n  {\"level\": {\"model\": \"cstag\", \"model_version\": \"2\", \"original\": \"substantive\", \"band\": \"moderate\",\n    \"valid_until\": \"2026-12-20T18:00:00Z\"}, \"rationale\": \"..\", \"observations\": [\"..\"], \"factors\": [\"..\"],\n   \"gaps\": \"..\", \"caveats\": \"..\", \"meeting\": {\"present\": [\"spiffe://..\"]}}"
)]
pub struct AssessArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// Model of the level, such as `cstag`.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Its version.
    #[arg(long, value_name = "VERSION")]
    model_version: Option<String>,
    /// The model's own word.
    #[arg(long, value_name = "WORD")]
    original: Option<String>,
    /// The common band, as the team judges it: `none`, `low`, `moderate`, `high`, `imminent`.
    #[arg(long, value_name = "WORD")]
    band: Option<String>,
    /// When the level ends.
    #[arg(long, value_name = "TIME")]
    valid_until: Option<String>,
    /// File with why.
    #[arg(long, value_name = "FILE")]
    rationale_file: Option<PathBuf>,
    /// Observations it rests on.
    #[arg(long = "observation", value_name = "ENTRY")]
    observations: Vec<String>,
    /// Factors considered.
    #[arg(long = "factor", value_name = "ENTRY")]
    factors: Vec<String>,
    /// Instrument results considered.
    #[arg(long = "instrument", value_name = "ENTRY")]
    instruments: Vec<String>,
    /// Factors that raise concern were looked for and none was found.
    #[arg(long)]
    no_risk_found: bool,
    /// Protective factors were looked for and none was found.
    #[arg(long)]
    no_protective_found: bool,
    /// It rests on one source, knowingly.
    #[arg(long)]
    single_source: bool,
    /// File with what is not known, without names.
    #[arg(long, value_name = "FILE")]
    gaps_file: Option<PathBuf>,
    /// File with the limits of the judgment, without names.
    #[arg(long, value_name = "FILE")]
    caveats_file: Option<PathBuf>,
    /// Members who met, by SPIFFE URI.
    #[arg(long, value_name = "STAFF")]
    present: Vec<String>,
    /// What it is as a record.
    #[command(flatten)]
    as_record: AsRecordArgs,
}

impl AssessArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut a: Assessment = self.given.read()?;
        let of_level = [&self.model, &self.model_version, &self.original, &self.band, &self.valid_until];
        if of_level.iter().any(|given| given.is_some()) {
            let level = a.level.get_or_insert_default();
            put(&mut level.model, self.model);
            put(&mut level.model_version, self.model_version);
            put(&mut level.original, self.original);
            put(&mut level.band, self.band);
            put(&mut level.valid_until, self.valid_until);
        }
        put_text(&mut a.rationale, self.rationale_file)?;
        replace(&mut a.observations, self.observations);
        replace(&mut a.factors, self.factors);
        replace(&mut a.instruments, self.instruments);
        a.no_enhancing_found |= self.no_risk_found;
        a.no_mitigating_found |= self.no_protective_found;
        a.single_source |= self.single_source;
        put_text(&mut a.gaps, self.gaps_file)?;
        put_text(&mut a.caveats, self.caveats_file)?;
        replace(&mut a.meeting.get_or_insert_default().present, self.present);
        self.as_record.add_to(&mut a.as_record);
        self.given.send(s, act!(assess: a)).await
    }
}

/// What the person needs.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  concord needs 7a..3b --from needs.json --own-account-file own.txt\n\nneeds.json: {\"needs\": [{\"category\": \"housing_assistance\", \"text\": \"..\"}]}"
)]
pub struct NeedsArgs {
    /// Where and what from.
    #[command(flatten)]
    given: Given,
    /// File with the person's own words.
    #[arg(long, value_name = "FILE")]
    own_account_file: Option<PathBuf>,
}

impl NeedsArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let mut needs: NeedsAssessment = self.given.read()?;
        put_text(&mut needs.own_account, self.own_account_file)?;
        self.given.send(s, act!(needs: needs)).await
    }
}

//! `item add | statement | label | list`.

use super::input::{PartArgs, RecipientArgs, TextInput, parse_yes_no, read_message};
use super::page::Page;
use super::show;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    About, AddItemRequest, AddLabelsRequest, AddStatementRequest, Item, ItemValue, ListItemsRequest,
};
use std::path::PathBuf;

/// Items of information.
#[derive(Debug, Subcommand)]
pub enum ItemVerb {
    /// Add an item, or correct one by a new one.
    #[command(
        after_help = "Examples:\n  concord item add 7a..3b --row 12 --about 55..9e --kind personal_observation \\\n    --element incident_circumstances --text-file fact.txt\n  concord item add 7a..3b --from item.json\n  concord item add 7a..3b --corrects 91..aa --from item.json"
    )]
    Add(Box<AddArgs>),
    /// Write a text for one class of recipient, which stands in for the item.
    #[command(
        after_help = "Example:\n  echo 'Asked twice for help with rent.' | concord item statement 7a..3b 91..aa --class AFF --text-file -"
    )]
    Statement {
        /// The case.
        case: String,
        /// The item.
        item: String,
        /// Recipient class: PER AFF PRV CBO LE TGT PAR CRD SUB CRT AUT FAM.
        #[arg(long)]
        class: String,
        /// The words, without the case's names, dates and numbers.
        #[command(flatten)]
        text: TextInput,
    },
    /// Add labels. Labels are never taken away.
    #[command(after_help = "Example:\n  concord item label 7a..3b 91..aa --label health")]
    Label {
        /// The case.
        case: String,
        /// The item.
        item: String,
        /// health, session_notes, part2, education, criminal_history, victim_service, protected_trait.
        #[arg(long = "label", value_name = "LABEL", required = true)]
        labels: Vec<String>,
    },
    /// List the items of a case with their content.
    #[command(after_help = "Example:\n  concord item list 7a..3b --json")]
    List {
        /// The case.
        case: String,
        /// Why: word of Purpose; default: to work on the case. What came in for other purposes is not shown for this one.
        #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
        purpose: String,
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `item add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The case.
    case: String,
    /// Row of the matrix, 1 to 40.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    row: u32,
    /// Whom it is about: a person of the case, or PERSON:RECORD_KIND where it is another kind of record about them.
    #[arg(long, value_name = "PERSON[:KIND]")]
    about: Vec<String>,
    /// Agency whose own place, service status or task this is (rows 14, 25, 35).
    #[arg(long, value_name = "AGENCY")]
    own_of: Vec<String>,
    /// Contact of the case whose own it is.
    #[arg(long, value_name = "CONTACT")]
    own_of_contact: Vec<String>,
    /// Class of the item as this agency has it: phi, sud_record, education_record ... None: no federal row classifies it.
    #[arg(long, value_name = "KIND", default_value = "")]
    kind: String,
    /// How this agency came to hold it.
    #[arg(long, value_name = "WORD", default_value = "own")]
    obtained_via: String,
    /// What it contains in the law's terms.
    #[arg(long = "element", value_name = "ELEMENT")]
    elements: Vec<String>,
    /// Labels, each adding a row.
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Words. Or one of --date, --code, --yes-no, --count; a level or a place comes with --from.
    #[command(flatten)]
    text: TextInput,
    /// A calendar date.
    #[arg(long)]
    date: Option<String>,
    /// A code from a closed list.
    #[arg(long)]
    code: Option<String>,
    /// Yes or no.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    yes_no: Option<bool>,
    /// A count for a period.
    #[arg(long)]
    count: Option<u32>,
    /// Where it comes from, in words without names.
    #[arg(long, default_value = "")]
    source: String,
    /// The item that this one corrects.
    #[arg(long, value_name = "ITEM", default_value = "")]
    corrects: String,
    /// File with the whole item as JSON of the staff API, in place of the options above; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["row", "about", "text", "text_file"])]
    from: Option<PathBuf>,
}

impl AddArgs {
    fn request(self) -> Result<AddItemRequest, Failure> {
        let item = match &self.from {
            Some(file) => Item { case_id: self.case, ..read_message(file)? },
            None => Item {
                case_id: self.case,
                row: self.row,
                labels: self.labels,
                record_kind: self.kind,
                obtained_via: self.obtained_via,
                elements: self.elements,
                about: self.about.iter().map(|a| about(a)).collect(),
                value: Some(ItemValue {
                    text: self.text.read()?,
                    date: self.date,
                    code: self.code,
                    yes_no: self.yes_no,
                    count: self.count,
                    ..ItemValue::default()
                }),
                source: self.source,
                own_of: RecipientArgs {
                    agencies: self.own_of,
                    contacts: self.own_of_contact,
                    sectors: Vec::new(),
                }
                .list(),
                ..Item::default()
            },
        };
        Ok(AddItemRequest { item: Some(item), corrects: self.corrects })
    }
}

fn about(text: &str) -> About {
    let (person, kind) = text.split_once(':').unwrap_or((text, ""));
    About { person_id: person.to_owned(), record_kind: kind.to_owned() }
}

impl ItemVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let item = match self {
            Self::Add(args) => s.client.add_item(args.request()?).await?,
            Self::Statement { case, item, class, text } => {
                let text = text.required("the statement")?;
                s.client
                    .add_statement(AddStatementRequest { case_id: case, item_id: item, class, text })
                    .await?
            }
            Self::Label { case, item, labels } => {
                s.client.add_labels(AddLabelsRequest { case_id: case, item_id: item, labels }).await?
            }
            Self::List { case, purpose, part: PartArgs { limit, after } } => {
                let all = s
                    .client
                    .list_items(ListItemsRequest { case_id: case, limit, after, purpose })
                    .await?
                    .into_inner();
                return s.print(&all, |all, page| {
                    all.items.iter().for_each(|i| show::item(i, page));
                    page.more(&all.next);
                });
            }
        };
        s.print(&item.into_inner(), |item: &Item, page: &mut Page| show::item(item, page))
    }
}

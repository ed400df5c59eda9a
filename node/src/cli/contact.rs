//! `contact add`.

use super::input::{read_message, read_text};
use super::show;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{AddContactRequest, Contact};
use std::path::PathBuf;

/// People and bodies outside any node.
#[derive(Debug, Subcommand)]
pub enum ContactVerb {
    /// Add a contact to a case.
    #[command(
        after_help = "Example:\n  concord contact add 7a..3b --sector target_of_threat --person 55..9e --name-file name.txt"
    )]
    Add(AddArgs),
}

/// Arguments of `contact add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The case.
    case: String,
    /// Which kind of body or person: parent, target_of_threat, employer, law_enforcement ...
    #[arg(long, value_name = "SECTOR", default_value = "")]
    sector: String,
    /// Place in the arrangement: core, affiliate, community_partner, coordinator, none.
    #[arg(long, default_value = "")]
    team_role: String,
    /// The person of the case who is the same human.
    #[arg(long, default_value = "")]
    person: String,
    /// Whose parent, relative or representative they are; default: the person of concern's.
    #[arg(long = "of", value_name = "PERSON", default_value = "", hide_default_value = true)]
    of_person: String,
    /// File with the name; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    name_file: Option<PathBuf>,
    /// File with the whole contact as JSON of the staff API, in place of the options above.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sector", "person", "name_file"])]
    from: Option<PathBuf>,
}

impl ContactVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Self::Add(args) = self;
        let contact = match &args.from {
            Some(file) => Contact { case_id: args.case, ..read_message(file)? },
            None => Contact {
                case_id: args.case,
                sector: args.sector,
                team_role: args.team_role,
                person_id: args.person,
                of_person_id: args.of_person,
                name: args
                    .name_file
                    .as_deref()
                    .map(read_text)
                    .transpose()?
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
                ..Contact::default()
            },
        };
        let added = s.client.add_contact(AddContactRequest { contact: Some(contact) }).await?.into_inner();
        s.print(&added, show::contact)
    }
}

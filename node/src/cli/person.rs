//! `person add`.

use super::input::{parse_yes_no, read_message, read_text};
use super::show;
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{AddPersonRequest, Person};
use std::path::PathBuf;

/// People of a case.
#[derive(Debug, Subcommand)]
pub enum PersonVerb {
    /// Add a person to a case.
    #[command(
        after_help = "Examples:\n  concord person add 7a..3b --role person_of_concern --name-file name.txt --born-file born.txt\n  concord person add 7a..3b --from person.json"
    )]
    Add(Box<AddArgs>),
}

/// Arguments of `person add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The case.
    case: String,
    /// What they are to the case: person_of_concern, patient, target, reporter, other_student, family, other.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// File with their names, one a line, the usual one first; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    name_file: Option<PathBuf>,
    /// File with the date of birth, such as 2008-02-29.
    #[arg(long, value_name = "FILE")]
    born_file: Option<PathBuf>,
    /// Student of a school or college.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    student: Option<bool>,
    /// Attends an institution of postsecondary education.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    postsecondary: Option<bool>,
    /// Is or was under this agency's health care.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    patient: Option<bool>,
    /// Agreed, or may lawfully agree, alone to this care.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    consented_to_own_care: Option<bool>,
    /// How law enforcement regards them.
    #[arg(long, value_name = "WORD", default_value = "")]
    law_enforcement_status: String,
    /// State whose law governs.
    #[arg(long, default_value = "")]
    state: String,
    /// File with the whole person as JSON of the staff API, in place of the options above; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["roles", "name_file", "born_file"])]
    from: Option<PathBuf>,
}

impl PersonVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        let Self::Add(args) = self;
        let person = match &args.from {
            Some(file) => Person { case_id: args.case, ..read_message(file)? },
            None => {
                let names = args.name_file.as_deref().map(read_text).transpose()?.unwrap_or_default();
                let born = args.born_file.as_deref().map(read_text).transpose()?.unwrap_or_default();
                Person {
                    id: String::new(),
                    case_id: args.case,
                    roles: args.roles,
                    names: names
                        .lines()
                        .map(str::trim)
                        .filter(|n| !n.is_empty())
                        .map(str::to_owned)
                        .collect(),
                    date_of_birth: born.trim().to_owned(),
                    is_student: args.student,
                    attends_postsecondary: args.postsecondary,
                    consented_to_own_care: args.consented_to_own_care,
                    law_enforcement_status: args.law_enforcement_status,
                    state: args.state,
                    is_patient: args.patient,
                }
            }
        };
        let added = s.client.add_person(AddPersonRequest { person: Some(person) }).await?.into_inner();
        s.print(&added, show::person)
    }
}

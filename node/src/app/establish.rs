//! Which command of this program lets a named person put on record what a refusal says is not established.
//!
//! Callers: the view of a share. It names the command with what is known of the case, and leaves to the person who judges,
//! signs or was told what they found: no value is filled in, and where nothing but the sender's proposing less helps, or
//! only another body can act, there is no command.

use super::To;
use policy::facts::attestable_fact;
use policy::id::{AgencyId, CaseId, ItemId, PersonId};
use policy::law::Need;
use policy::share::gate::Stop;

/// For what a command would be given.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The case.
    pub case: CaseId,
    /// Who would receive.
    pub to: &'a To,
    /// The person whose information it is.
    pub person: PersonId,
    /// The item.
    pub item: ItemId,
}

/// The command for one need of a refusal; empty: none of this program.
pub fn command(need: &Need, around: Around<'_>) -> String {
    let Around { case, to, person, item } = around;
    if let Some(row) = attestable_fact(need.path) {
        let scope = match (need.path.split_once('.').map(|(section, _)| section), to) {
            _ if row.of_person => format!(" --person {person}"),
            (Some("record"), _) => format!(" --item {item}"),
            (Some("recipient"), To::Agency(agency)) => format!(" --agency {agency}"),
            (Some("recipient"), To::Contact(contact)) => format!(" --contact {contact}"),
            _ => String::new(),
        };
        let roles = row.roles.join("|");
        return format!(
            "concord attest record {case} {} yes|no --role {roles}{scope} --text-file REASONS",
            need.path
        );
    }
    let names = match to {
        To::Agency(agency) => format!("--agency {agency}"),
        To::Contact(contact) => format!("--contact {contact}"),
    };
    match (need.path, to) {
        ("consent", _) => format!(
            "concord permission record {case} --person {person} {names} --kind KIND --record-kind KIND --purpose PURPOSE \
             --signed-at TIME --expires-at TIME --evidence WHERE"
        ),
        ("recipient.written_agreement", To::Agency(agency)) => {
            format!("{} --kind KIND", countersign(agency))
        }
        ("recipient.hipaa_covered", To::Agency(agency)) => {
            format!("{} --peer-hipaa-covered yes|no", countersign(agency))
        }
        ("recipient.statutory_threat_assessment_team", To::Agency(agency)) => {
            format!("{} --peer-statutory-threat-assessment-team yes|no", countersign(agency))
        }
        ("circumstances.legal_process", _) => document(case, &names, "--kind KIND"),
        ("circumstances.accompanying_subpoena", _) => {
            document(case, &names, "--kind KIND --accompanying-subpoena yes|no")
        }
        ("circumstances.court_forbids_notice", _) => {
            document(case, &names, "--kind KIND --forbids-notice yes|no")
        }
        ("circumstances.duty_to_warn_state" | "circumstances.state_warning_recipients", _) => {
            "concord capacity confirm-state STATE --logic LOGIC --until TIME --as-counsel".to_owned()
        }
        _ => String::new(),
    }
}

/// The command that mends what stops a whole share; empty: none of this program.
pub fn command_for_stop(stop: &Stop) -> String {
    match stop {
        Stop::CapacitiesUnsigned => "concord capacity declare".to_owned(),
        Stop::NoAgreement(agency) | Stop::PurposeNotAgreed(agency) => countersign(agency),
        Stop::TrainingLapsed(agency) => format!("{} --training-until TIME", countersign(agency)),
        Stop::NotApproved
        | Stop::ApprovedForOther
        | Stop::ApprovalLapsed
        | Stop::NoteIdentifies(_)
        | Stop::PacketForOther(_) => String::new(),
    }
}

fn countersign(agency: &AgencyId) -> String {
    format!("concord agreement countersign {agency} --purpose PURPOSE --until TIME")
}

fn document(case: CaseId, names: &str, what: &str) -> String {
    format!("concord document add {case} {what} --issued-at TIME --row ROW {names}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;
    use policy::facts::vocabulary;
    use policy::id::Id;

    fn need(path: &'static str) -> Need {
        Need { path, text: String::new(), established_by: String::new() }
    }

    /// The command as somebody would type it, each word to be filled in filled in.
    fn typed(command: &str) -> Vec<String> {
        let filled = |word: &str| match word {
            "TIME" => "2026-11-21T18:05:00Z".to_owned(),
            "ROW" => "12".to_owned(),
            "STATE" => "CA".to_owned(),
            _ => word.split('|').next().unwrap_or_default().to_owned(),
        };
        command.split_whitespace().map(filled).collect()
    }

    #[test]
    fn every_command_that_a_refusal_names_is_one_that_this_program_takes() {
        let (mut named, mut kinds) = (0, std::collections::BTreeSet::new());
        for to in [To::Agency(AgencyId::from("sheriff")), To::Contact(Id(9).into())] {
            let around = Around { case: Id(1).into(), to: &to, person: Id(2).into(), item: Id(3).into() };
            let paths = vocabulary().rows().iter().map(|row| row.path).chain(["consent"]);
            for command in paths.map(|path| command(&need(path), around)).filter(|c| !c.is_empty()) {
                named += 1;
                let words = typed(&command);
                kinds.insert(words[1].clone());
                if let Err(error) = Cli::try_parse_from(&words) {
                    panic!("{command}: {error}");
                }
                assert!(!command.contains("true") && !command.contains(" yes "), "{command}");
            }
        }
        for stop in [
            Stop::CapacitiesUnsigned,
            Stop::NoAgreement(AgencyId::from("a")),
            Stop::TrainingLapsed(AgencyId::from("a")),
        ] {
            Cli::try_parse_from(typed(&command_for_stop(&stop))).unwrap();
        }
        assert!(named > 200, "{named} commands");
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["agreement", "attest", "capacity", "document", "permission"]
        );
    }

    #[test]
    fn an_attestation_names_its_roles_and_reaches_only_whom_it_is_about() {
        let to = To::Agency(AgencyId::from("sheriff"));
        let around = Around { case: Id(1).into(), to: &to, person: Id(2).into(), item: Id(3).into() };
        let said = command(&need("circumstances.professional_judgment_best_interest"), around);
        assert!(said.contains("--role treating_professional|program_director"), "{said}");
        assert!(said.ends_with(&format!("--person {} --text-file REASONS", Id(2))), "{said}");
        let said = command(&need("recipient.able_to_prevent_threat"), around);
        assert!(said.contains(" yes|no ") && said.contains("--agency sheriff"), "{said}");
        assert_eq!(command(&need("purpose"), around), "", "proposing less is no command");
    }
}

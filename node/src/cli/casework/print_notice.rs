//! `notice print`: what a target, a parent or a guardian may be told, on paper, decided and logged before it is printed.
//!
//! Three calls of the staff API, in an order that loses nothing: the preview says what may be told; recording the
//! disclosure commits it and its line in the accounting; the act writes into the case that they were told. Only then is
//! anything printed. Deliberately absent: the reasons of the law on the page itself, and whatever was withheld.

use super::super::show;
use super::super::{Failure, Printed, Session};
use super::act::act;
use clap::{Args, ValueEnum};
use policy::share::obligations::LAWFUL_CONDUCT_WARNING;
use proto::agency::v1::{
    Act, ActRequest, EmergencyAnswers, GuardianNotice, RecordDisclosureRequest, ShareRequest, ShareView,
    TargetNotice, To,
};
use std::fmt::Write;
use std::path::PathBuf;

/// To whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The target of a threat.
    Target,
    /// A parent or guardian.
    Guardian,
}

/// Arguments of `notice print`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is printed before it is recorded as a disclosure on paper. Exit code 1 when nothing may be told.

Examples:
  concord notice print 7a..3b --kind target --to-contact 88..02 --person c4..5d \\
    --purpose avert_serious_threat --advocate-offered --out notice.txt
  concord notice print 7a..3b --kind guardian --to-contact 91..0a --person a0..17 \\
    --purpose avert_serious_threat --custody-checked")]
pub struct PrintArgs {
    /// The case.
    case: String,
    /// To whom.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The contact of the case who receives it.
    #[arg(long, value_name = "CONTACT")]
    to_contact: String,
    /// The person of the case who that is.
    #[arg(long, value_name = "PERSON")]
    person: String,
    /// Why.
    #[arg(long, value_name = "PURPOSE")]
    purpose: String,
    /// The target was offered an advocate of victim services.
    #[arg(long)]
    advocate_offered: bool,
    /// Custody was checked.
    #[arg(long)]
    custody_checked: bool,
    /// An emergency: file with the five answers.
    #[arg(long, value_name = "FILE")]
    emergency: Option<PathBuf>,
    /// File for the notice, which must not exist; without it the notice is printed here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl PrintArgs {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        self.check()?;
        let emergency = super::super::share::emergency(self.emergency.as_ref())?;
        let to = To { contact: self.to_contact.clone(), ..To::default() };
        let packet = match self.kind {
            Kind::Target => "target_safety_notice",
            Kind::Guardian => "parent_guardian",
        };
        let preview = ShareRequest {
            case_id: self.case.clone(),
            to: Some(to.clone()),
            purpose: self.purpose.clone(),
            packet: packet.into(),
            preview: true,
            emergency: emergency.clone(),
            ..ShareRequest::default()
        };
        let shown = s.client.share(preview).await?.into_inner();
        let may: Vec<String> =
            shown.items.iter().filter(|i| i.outcome != "withheld").map(|i| i.item_id.clone()).collect();
        if may.is_empty() || !shown.stops.is_empty() {
            let printed = s.print(&shown, show::share)?;
            return Ok(Printed { exit: super::super::Exit::Refused, ..printed });
        }
        let told = self.record(s, to, may, emergency).await?;
        self.write_down(s, &told).await?;
        let text = notice(self.kind, &told);
        match &self.out {
            None => s.print(&told, |_, page| text.lines().for_each(|line| page.line(line))),
            Some(file) => {
                super::super::input::write_new(file, text.as_bytes())?;
                s.print(&told, |told, page| {
                    page.field("written to", file.display());
                    page.field("disclosure", &told.disclosure_id);
                })
            }
        }
    }

    /// What cannot be right is said before anything is recorded.
    fn check(&self) -> Result<(), Failure> {
        match self.kind {
            Kind::Target if !self.advocate_offered => {
                Err(Failure::usage("offer the target an advocate first; then add --advocate-offered"))
            }
            Kind::Guardian if !self.custody_checked => Err(Failure::usage(
                "check who has custody and whether an order forbids it first; then add --custody-checked",
            )),
            _ => match &self.out {
                Some(file) if file.exists() => {
                    Err(Failure::usage(format!("{} is there already: name a new file", file.display())))
                }
                _ => Ok(()),
            },
        }
    }

    async fn record(
        &self,
        s: &mut Session,
        to: To,
        items: Vec<String>,
        emergency: Option<EmergencyAnswers>,
    ) -> Result<ShareView, Failure> {
        let request = RecordDisclosureRequest {
            case_id: self.case.clone(),
            to: Some(to),
            purpose: self.purpose.clone(),
            how: "paper".into(),
            told_at: String::new(),
            item_ids: items,
            emergency,
            note: String::new(),
        };
        Ok(s.client.record_disclosure(request).await?.into_inner())
    }

    async fn write_down(&self, s: &mut Session, told: &ShareView) -> Result<(), Failure> {
        let (told_at, disclosure) = (told.recorded_at.clone(), told.disclosure_id.clone());
        let act: Act = match self.kind {
            Kind::Target => act!(target_notice: TargetNotice {
                target: self.person.clone(),
                told_at,
                disclosure,
                advocate_offered: true,
                ..TargetNotice::default()
            }),
            Kind::Guardian => act!(guardian_notice: GuardianNotice {
                guardian: self.person.clone(),
                told_at,
                disclosure,
                custody_checked: true,
                ..GuardianNotice::default()
            }),
        };
        let request = ActRequest { case_id: self.case.clone(), act: Some(act), ..ActRequest::default() };
        s.client.act(request).await?;
        Ok(())
    }
}

/// The page as the recipient reads it.
fn notice(kind: Kind, told: &ShareView) -> String {
    let mut page = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(page, "{text}");
    };
    line(match kind {
        Kind::Target => "SAFETY NOTICE",
        Kind::Guardian => "NOTICE TO A PARENT OR GUARDIAN",
    });
    line(&format!("For {} only. {}", told.recipient_name, told.recorded_at));
    line("");
    for item in told.items.iter().filter(|i| i.outcome != "withheld") {
        let says = item.released.as_ref().map(show::value).unwrap_or_default();
        line(&format!("{}: {says}", item.row_name));
    }
    line("");
    line("If somebody is in danger now, telephone 911.");
    for path in &told.other_paths {
        line(path);
    }
    match kind {
        Kind::Target => {
            line("An advocate can help you. You choose whether, and it costs nothing.");
            line("We cannot discuss anybody's health or history.");
        }
        Kind::Guardian => {
            line(
                "Your rights: ask what is held about your child and who has seen it; ask for a correction; attach a",
            );
            line(
                "statement of your own that goes wherever the record goes; speak with a person; agree in parts, and take",
            );
            line("it back. Refusing costs no service.");
        }
    }
    line("");
    line(LAWFUL_CONDUCT_WARNING);
    let mut travels: Vec<&str> =
        told.items.iter().flat_map(|i| i.travels.iter().map(String::as_str)).collect();
    travels.sort_unstable();
    travels.dedup();
    travels.into_iter().for_each(line);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::agency::v1::{ItemOutcome, ItemValue};

    #[test]
    fn the_page_has_what_may_be_told_and_nothing_else() {
        let item = |outcome: &str, text: &str| ItemOutcome {
            outcome: outcome.into(),
            row_name: "facts".into(),
            released: (outcome != "withheld")
                .then(|| ItemValue { text: Some(text.into()), ..ItemValue::default() }),
            reasons: vec!["the reason stays here".into()],
            ..ItemOutcome::default()
        };
        let told = ShareView {
            recipient_name: "A. Target".into(),
            recorded_at: "2026-11-21T18:00:00Z".into(),
            items: vec![item("form", "said they would hurt you"), item("withheld", "diagnosis")],
            ..ShareView::default()
        };
        let page = notice(Kind::Target, &told);
        assert!(
            page.contains("said they would hurt you") && page.contains("911") && page.contains("advocate")
        );
        assert!(!page.contains("diagnosis") && !page.contains("stays here"), "{page}");
        assert!(notice(Kind::Guardian, &told).contains("Your rights"));
    }
}

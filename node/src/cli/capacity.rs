//! `capacity declare | show | confirm-state | states`, `agreement countersign | end | list`.

use super::input::{PartArgs, parse_yes_no};
use super::page::{Page, yes_no};
use super::{Failure, Printed, Session};
use clap::{Args, Subcommand};
use proto::agency::v1::{
    Agreement, Capacities, ConfirmStateRowRequest, CountersignAgreementRequest, DeclareCapacitiesRequest,
    EndAgreementRequest, ListAgreementsRequest, ListStateRowsRequest, OwnAgency, ShowAgencyRequest, StateRow,
};

/// What a body is under the law. Left out: not established, which denies what needs it.
#[derive(Debug, Args)]
pub struct CapacityFlags {
    /// HIPAA covered entity or business associate (45 CFR 160.103).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    hipaa_covered: Option<bool>,
    /// Receives funds of the US Department of Education (34 CFR 99.1).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    ferpa_covered: Option<bool>,
    /// Federally assisted substance use disorder program (42 CFR 2.11).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    part2_program: Option<bool>,
    /// Operates a criminal intelligence system (28 CFR 23.3).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    cfr23_system: Option<bool>,
    /// Named by the state to report to the firearm background check system (45 CFR 164.512(k)(7)).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    state_designated_nics_reporter: Option<bool>,
    /// A team set up under the state's threat assessment statute.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    statutory_threat_assessment_team: Option<bool>,
    /// Victim-service provider under VAWA, VOCA or FVPSA.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    victim_service: Option<bool>,
    /// Operates its criminal intelligence system for agencies of different governments (28 CFR 23.3(b)(2)).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    interjurisdictional_project: Option<bool>,
    /// Holds what it holds as business associate of another, under contract (45 CFR 160.103).
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    business_associate: Option<bool>,
}

/// Arguments of `capacity declare`.
#[derive(Debug, Args)]
pub struct DeclareArgs {
    /// What this agency is.
    #[command(flatten)]
    capacities: CapacityFlags,
    /// Profession in which the agency as such would warn, where the member who asks has none on record: psychiatrist,
    /// psychologist, licensed_counselor, social_worker, mft, physician, nurse, mental_health_facility, other.
    #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
    profession: String,
}

impl From<CapacityFlags> for Capacities {
    fn from(f: CapacityFlags) -> Self {
        Self {
            hipaa_covered: f.hipaa_covered,
            ferpa_covered: f.ferpa_covered,
            part2_program: f.part2_program,
            cfr23_system: f.cfr23_system,
            state_designated_nics_reporter: f.state_designated_nics_reporter,
            statutory_threat_assessment_team: f.statutory_threat_assessment_team,
            victim_service: f.victim_service,
            interjurisdictional_project: f.interjurisdictional_project,
            business_associate: f.business_associate,
        }
    }
}

/// This agency under the law.
#[derive(Debug, Subcommand)]
pub enum CapacityVerb {
    /// Sign what this agency is. Replaces what was signed before.
    #[command(
        after_help = "Example (a hospital):\n  concord capacity declare --hipaa-covered yes --ferpa-covered no --part2-program no --cfr23-system no \\\n    --victim-service no --statutory-threat-assessment-team no --state-designated-nics-reporter no"
    )]
    Declare(DeclareArgs),
    /// Show this agency.
    #[command(after_help = "Example:\n  concord capacity show")]
    Show,
    /// Confirm, as counsel, what a state's duty-to-warn law asks.
    #[command(
        after_help = "Example:\n  concord capacity confirm-state VA --logic mandatory --until 2027-11-21T00:00:00Z --as-counsel"
    )]
    ConfirmState {
        /// Postal code.
        state: String,
        /// mandatory, permissive or none.
        #[arg(long)]
        logic: String,
        /// Recipients the law allows, where its list is closed.
        #[arg(long = "closed-recipient", value_name = "SECTOR")]
        closed_recipients: Vec<String>,
        /// When the confirmation ends.
        #[arg(long, value_name = "TIME")]
        until: String,
        /// I confirm this as counsel or on counsel's written advice.
        #[arg(long)]
        as_counsel: bool,
    },
    /// List confirmed state rows.
    #[command(after_help = "Example:\n  concord capacity states")]
    States {
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

impl CapacityVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Declare(DeclareArgs { capacities, profession }) => {
                let request = DeclareCapacitiesRequest { capacities: Some(capacities.into()), profession };
                let agency = s.client.declare_capacities(request).await?.into_inner();
                s.print(&agency, own)
            }
            Self::Show => {
                let agency = s.client.show_agency(ShowAgencyRequest {}).await?.into_inner();
                s.print(&agency, own)
            }
            Self::ConfirmState { state, logic, closed_recipients, until, as_counsel } => {
                let request = ConfirmStateRowRequest { state, logic, closed_recipients, until, as_counsel };
                let row = s.client.confirm_state_row(request).await?.into_inner();
                s.print(&row, |row, page| states(std::slice::from_ref(row), page))
            }
            Self::States { part: PartArgs { limit, after } } => {
                let all = s.client.list_state_rows(ListStateRowsRequest { limit, after }).await?.into_inner();
                s.print(&all, |all, page| {
                    states(&all.state_rows, page);
                    page.more(&all.next);
                })
            }
        }
    }
}

fn own(a: &OwnAgency, page: &mut Page) {
    page.line(format_args!("{} ({}), {}", a.name, a.id, a.sector));
    page.field("state", &a.state);
    page.field("telephone", &a.telephone);
    let c = a.capacities.unwrap_or_default();
    page.field("HIPAA", yes_no(c.hipaa_covered));
    page.field("FERPA", yes_no(c.ferpa_covered));
    page.field("42 CFR Part 2", yes_no(c.part2_program));
    page.field("28 CFR Part 23", yes_no(c.cfr23_system));
    page.field("NICS reporter", yes_no(c.state_designated_nics_reporter));
    page.field("statutory team", yes_no(c.statutory_threat_assessment_team));
    page.field("victim service", yes_no(c.victim_service));
    page.field("interjurisdictional", yes_no(c.interjurisdictional_project));
    page.field("business associate", yes_no(c.business_associate));
    page.field("profession", &a.profession);
    if a.signed_by.is_empty() {
        page.line("nobody has signed this: the privacy officer runs `concord capacity declare`");
    } else {
        page.field("signed", format_args!("{} by {}", a.signed_at, a.signed_by));
    }
}

fn states(all: &[StateRow], page: &mut Page) {
    let rows: Vec<_> = all
        .iter()
        .map(|r| {
            let closed = r.closed_recipients.join(", ");
            vec![r.state.clone(), r.logic.clone(), closed, r.until.clone(), r.confirmed_by.clone()]
        })
        .collect();
    page.table(&["state", "duty to warn", "closed list", "until", "confirmed by"], &rows);
}

/// Agreements with other agencies.
#[derive(Debug, Subcommand)]
pub enum AgreementVerb {
    /// Countersign an agreement. Outside an emergency nothing goes to an agency before.
    #[command(
        after_help = "Example:\n  concord agreement countersign county-hospital --purpose threat_assessment --purpose care_coordination \\\n    --until 2027-11-21T00:00:00Z --training-until 2027-06-30T00:00:00Z --peer-hipaa-covered yes"
    )]
    Countersign(Box<CountersignArgs>),
    /// End an agreement now.
    #[command(after_help = "Example:\n  concord agreement end 3e..10")]
    End {
        /// The agreement.
        agreement: String,
    },
    /// List agreements.
    #[command(after_help = "Example:\n  concord agreement list")]
    List {
        /// Which part.
        #[command(flatten)]
        part: PartArgs,
    },
}

/// Arguments of `agreement countersign`.
#[derive(Debug, Args)]
pub struct CountersignArgs {
    /// The other agency, by its short name in the roster.
    with: String,
    /// participation, business_associate_agreement, data_use_agreement, qualified_service_organization_agreement.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Purposes it covers.
    #[arg(long = "purpose", value_name = "PURPOSE", required = true)]
    purposes: Vec<String>,
    /// Rows it covers; none: every row.
    #[arg(long = "row", value_name = "ROW")]
    rows: Vec<u32>,
    /// First moment; default now.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    from: String,
    /// Last moment.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Date until which the other agency's staff training is current, as its officer stated.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    training_until: String,
    /// What kind of body it is, as our officer found; default: as the roster says.
    #[arg(long, value_name = "SECTOR", default_value = "", hide_default_value = true)]
    peer_sector: String,
    /// What our officer knows the other agency to be.
    #[command(flatten)]
    peer: PeerFlags,
}

/// What our officer knows the other agency to be.
#[derive(Debug, Args)]
pub struct PeerFlags {
    /// The other agency is a HIPAA covered entity or business associate.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_hipaa_covered: Option<bool>,
    /// It receives funds of the US Department of Education.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_ferpa_covered: Option<bool>,
    /// It is a federally assisted substance use disorder program.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_part2_program: Option<bool>,
    /// It operates a criminal intelligence system.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_cfr23_system: Option<bool>,
    /// It is a team set up under the state's threat assessment statute.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_statutory_threat_assessment_team: Option<bool>,
    /// It is a victim-service provider.
    #[arg(long, value_name = "yes|no", value_parser = parse_yes_no)]
    peer_victim_service: Option<bool>,
}

impl AgreementVerb {
    /// Runs it.
    pub async fn run(self, s: &mut Session) -> Result<Printed, Failure> {
        match self {
            Self::Countersign(args) => {
                let peer = args.peer;
                let request = CountersignAgreementRequest {
                    with: args.with,
                    kinds: args.kinds,
                    purposes: args.purposes,
                    rows: args.rows,
                    from: args.from,
                    until: args.until,
                    training_current_until: args.training_until,
                    peer_sector: args.peer_sector,
                    peer_capacities: Some(Capacities {
                        hipaa_covered: peer.peer_hipaa_covered,
                        ferpa_covered: peer.peer_ferpa_covered,
                        part2_program: peer.peer_part2_program,
                        cfr23_system: peer.peer_cfr23_system,
                        state_designated_nics_reporter: None,
                        statutory_threat_assessment_team: peer.peer_statutory_threat_assessment_team,
                        victim_service: peer.peer_victim_service,
                        ..Capacities::default()
                    }),
                };
                let signed = s.client.countersign_agreement(request).await?.into_inner();
                s.print(&signed, agreement)
            }
            Self::End { agreement: id } => {
                let ended =
                    s.client.end_agreement(EndAgreementRequest { agreement_id: id }).await?.into_inner();
                s.print(&ended, agreement)
            }
            Self::List { part: PartArgs { limit, after } } => {
                let all =
                    s.client.list_agreements(ListAgreementsRequest { limit, after }).await?.into_inner();
                s.print(&all, |all, page| {
                    all.agreements.iter().for_each(|a| agreement(a, page));
                    page.more(&all.next);
                })
            }
        }
    }
}

fn agreement(a: &Agreement, page: &mut Page) {
    let state = if a.in_force { "in force" } else { "not in force" };
    page.heading(format_args!("agreement {} with {}  {state}", a.id, a.with));
    page.field("kinds", a.kinds.join(", "));
    page.field("purposes", a.purposes.join(", "));
    let rows = a.rows.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    page.field("rows", if rows.is_empty() { "every row".to_owned() } else { rows });
    page.field("from", &a.from);
    page.field("until", &a.until);
    page.field("ended", &a.ended_at);
    page.field("countersigned", format_args!("{} by {}", a.countersigned_at, a.countersigned_by));
}

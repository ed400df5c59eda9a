//! One agency, its team of three disciplines, and its intake.
//!
//! Callers: the tests of cases and of the intake on real processes. Deliberately absent: other agencies, and starting the
//! node; each test runs it as it needs it.

use crate::program::concord;
use node::demo::DemoError;
use node::demo::cast::{AgencySpec, RegionSpec, StaffSpec, Who};
use node::demo::region::Region;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The agency.
pub const CLINIC: &str = "one-clinic";
/// Chairs the team, of the social services.
pub const CHAIR: Who = Who { agency: CLINIC, name: "ruth.castellan" };
/// A member, of mental health.
pub const CLINICIAN: Who = Who { agency: CLINIC, name: "amir.nazari" };
/// A member, a counselor.
pub const COUNSELOR: Who = Who { agency: CLINIC, name: "nina.okoye" };
/// Its privacy officer.
pub const CLINIC_OFFICER: Who = Who { agency: CLINIC, name: "officer" };
/// The team's name, as the intake's configuration has it too.
pub const CLINIC_TEAM: &str = "Threat assessment team";

/// The region of this one agency.
pub const ALONE: RegionSpec = RegionSpec {
    trust_domain: "alone.example",
    state: "CA",
    agencies: &[AgencySpec {
        id: CLINIC,
        name: "Clinic",
        sector: "hospital",
        team_role: "core",
        telephone: "+1 555 0188",
        hipaa_covered: true,
        ferpa_covered: false,
        part2_program: false,
        team: CLINIC_TEAM,
        staff: &[
            StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
            StaffSpec { name: "officer", display: "Officer", roles: &["privacy_officer", "approver"] },
            StaffSpec { name: "ruth.castellan", display: "Chair", roles: &["chair", "member", "intake"] },
            StaffSpec { name: "amir.nazari", display: "Clinician", roles: &["member", "intake"] },
            StaffSpec { name: "nina.okoye", display: "Counselor", roles: &["member"] },
        ],
    }],
    agreements: &[],
};

/// The SPIFFE URI of somebody here.
pub fn uri(who: Who) -> String {
    format!("spiffe://{}/agency/{}/staff/{}", ALONE.trust_domain, who.agency, who.name)
}

/// Makes the agency's home, with an intake; gives the intake's address. Starts nothing.
///
/// # Errors
/// When a file cannot be written.
///
/// # Panics
/// When this machine has no free port.
pub async fn clinic(dir: &Path) -> Result<(Region, String), DemoError> {
    let region = Region::create(ALONE, &dir.join("region"), concord().clone()).await?;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = free.local_addr().expect("a bound port has an address").to_string();
    let file = region.home(CLINIC).join("concord.toml");
    let failed = |source| DemoError::File { path: file.clone(), source };
    let config = fs::read_to_string(&file).map_err(failed)?;
    let intake = format!("{config}\n[intake]\nlisten = \"{address}\"\nteams = [\"{CLINIC_TEAM}\"]\n");
    fs::write(&file, intake).map_err(failed)?;
    Ok((region, address))
}

/// Runs the program as somebody would: arguments, standard input, and what came of it.
///
/// # Panics
/// When it cannot be run.
pub fn run(dir: &Path, staff: Option<&Path>, arguments: &[&str], input: &str) -> Output {
    use std::io::Write;
    let mut command = Command::new(concord());
    command.args(arguments).current_dir(dir).env_remove("CONCORD_STAFF");
    command.envs(staff.map(|staff| ("CONCORD_STAFF", staff)));
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program runs");
    let mut pipe = child.stdin.take().expect("it was piped");
    // Whoever asks for nothing may have ended already.
    let _may_be_closed = pipe.write_all(input.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("the program ends")
}

/// What was printed, of either kind.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

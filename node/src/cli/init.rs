//! `concord init`: makes the home of a new node.

use super::failure::Failure;
use super::session::Printed;
use crate::clock::SystemClock;
use crate::{hex, init};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// What `concord init` needs.
#[derive(Debug, Args)]
#[command(after_help = "AGENCY.toml is the node's configuration; it becomes DIR/concord.toml:

  [agency]
  id = \"county-hospital\"            # short name in the roster
  name = \"County Hospital\"
  sector = \"hospital\"               # a word of discloser.sector in the vocabulary
  state = \"CA\"                      # optional
  telephone = \"+1 555 0100\"         # answered at any hour
  trust_domain = \"region.example\"
  [exchange]
  listen = \"0.0.0.0:7400\"           # other nodes
  [staff]
  listen = \"127.0.0.1:7401\"         # your own people
  [tls]                             # from your authority; the key readable by its owner alone
  authorities = \"ca.pem\"
  certificate = \"node.pem\"
  key = \"node.key\"
  [keys]                            # made by this command
  signing = \"sign.key\"
  opening = \"hpke.key\"
  [roster]                          # from the coordinator
  file = \"roster.toml\"
  signature = \"roster.sig\"
  coordinator_key = \"64 hex digits\"  # what `concord roster key` printed at the coordinator
  [intake]                          # optional: where people tell a team something, without certificate
  listen = \"0.0.0.0:7402\"
  teams = [\"Threat assessment team\"] # names of teams; the first where none is named
  [notify]                          # reaches a human; told no content
  command = [\"/usr/local/bin/page-on-call\"]
  escalation = [\"on-call\", \"deputy\"]
  telephone = \"+1 555 0100\"

Paths are relative to DIR. Every missing or unknown key is named.

Example:
  concord init --dir /var/lib/concord --agency agency.toml \\
      --administrator spiffe://region.example/agency/county-hospital/staff/a.admin --name 'A. Admin'")]
pub struct InitArgs {
    /// Directory to make.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Configuration of the agency's node.
    #[arg(long, value_name = "AGENCY.toml")]
    pub agency: PathBuf,
    /// SPIFFE URI in the first administrator's certificate.
    #[arg(long, value_name = "URI")]
    pub administrator: String,
    /// The administrator's name for people.
    #[arg(long, value_name = "NAME")]
    pub name: String,
}

/// Makes the home and says what remains to be done.
///
/// # Errors
/// [`Failure`] with everything that is wrong.
pub async fn run(args: &InitArgs, as_json: bool) -> Result<Printed, Failure> {
    let text = std::fs::read_to_string(&args.agency)
        .map_err(|e| Failure::usage(format!("{} cannot be read: {e}", args.agency.display())))?;
    init::check(&args.dir, &args.agency, &text, &args.administrator, &args.name).map_err(Failure::chain)?;
    let config = init::write_config(&args.dir, &text).map_err(Failure::chain)?;
    let keys = init::write_keys(&config).map_err(Failure::chain)?;
    init::make_records(&args.dir, &SystemClock, &args.administrator, &args.name)
        .await
        .map_err(Failure::chain)?;
    let (verify, hpke) = (hex::encode(&keys.verify_key()), hex::encode(&keys.hpke_key()));
    if as_json {
        let made = json!({ "home": args.dir, "agency": config.agency.id.as_str(), "verify_key": verify, "hpke_key": hpke });
        return Ok(Printed { text: format!("{made}\n"), ..Printed::default() });
    }
    let tls = &config.tls;
    let text = format!(
        "{} is made.\n\nFor the coordinator's roster, tell them by a way you trust:\n  verify_key = \"{verify}\"\n  hpke_key   = \"{hpke}\"\n\n\
         Still needed before `concord serve --dir {}`:\n  {}\n  {}   (chmod 600)\n  {}\n  {}\n  {}\n",
        args.dir.display(),
        args.dir.display(),
        tls.certificate.display(),
        tls.key.display(),
        tls.authorities.display(),
        config.roster.file.display(),
        config.roster.signature.display(),
    );
    Ok(Printed { text, ..Printed::default() })
}

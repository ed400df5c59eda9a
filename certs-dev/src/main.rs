//! `certs-dev`: make a development authority, certificates for nodes and staff, and bad ones to try refusals with.

use std::path::PathBuf;
use std::process::ExitCode;

use certs_dev::{Authority, CertsError, Credentials, Holder, Validity, write_private};
use clap::Parser;

/// Makes certificates for development and tests. Never use them for real records.
///
/// Writes DIR/authority.{pem,key}, DIR/revoked.crl, and for every --agency and --staff a certificate and a key. An authority
/// that is already in DIR is used again.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Directory to write to; made with mode 0700 if missing.
    #[arg(long)]
    dir: PathBuf,
    /// Trust domain of the SPIFFE names.
    #[arg(long, default_value = "region.example")]
    trust_domain: String,
    /// A node's agency, by its short name in the roster; may be repeated. Writes DIR/AGENCY.{pem,key}.
    #[arg(long = "agency")]
    agencies: Vec<String>,
    /// A staff member as AGENCY/NAME; may be repeated. Writes DIR/AGENCY.staff.NAME.{pem,key}.
    #[arg(long = "staff", value_parser = agency_and_name)]
    staff: Vec<(String, String)>,
    /// Days that the certificates are valid.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=825))]
    days: i64,
    /// Also make certificates that a node must refuse, under DIR/bad.
    #[arg(long)]
    bad: bool,
}

fn agency_and_name(text: &str) -> Result<(String, String), String> {
    text.split_once('/')
        .map(|(agency, name)| (agency.to_owned(), name.to_owned()))
        .ok_or_else(|| "write AGENCY/NAME".to_owned())
}

#[expect(clippy::print_stderr, reason = "a command's place to say what went wrong")]
fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            eprintln!("certs-dev: {text}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command's answer: the files it wrote")]
fn run(arguments: &Arguments) -> Result<(), CertsError> {
    let now_ms = now_ms();
    let dir = &arguments.dir;
    let validity = Validity::days(now_ms, arguments.days);
    let authority = if dir.join("authority.key").exists() {
        Authority::read(dir, &arguments.trust_domain)?
    } else {
        let authority = Authority::new(&arguments.trust_domain, Validity::days(now_ms, 825))?;
        authority.write(dir)?;
        authority
    };
    println!("{}", dir.join("authority.pem").display());
    let write = |credentials: &Credentials, name: &str| -> Result<(), CertsError> {
        let (certificate, key) = credentials.write(dir, name)?;
        println!("{}\n{}", certificate.display(), key.display());
        Ok(())
    };
    for agency in &arguments.agencies {
        write(&authority.issue(&Holder::node(agency), validity)?, agency)?;
    }
    for (agency, name) in &arguments.staff {
        write(&authority.issue(&Holder::staff(agency, name), validity)?, &format!("{agency}.staff.{name}"))?;
    }
    let mut revoked = Vec::new();
    if arguments.bad {
        let holder = Holder::node("bad-peer");
        let other = Authority::new(&arguments.trust_domain, Validity::days(now_ms, 825))?;
        write(&authority.issue(&holder, Validity::expired(now_ms))?, "bad/expired")?;
        write(&authority.issue(&holder, Validity::future(now_ms))?, "bad/not-yet-valid")?;
        write(&authority.issue_uris(&["https://bad-peer.example"], &holder, validity)?, "bad/wrong-name")?;
        write(&authority.issue_uris(&[], &holder, validity)?, "bad/no-name")?;
        write(&other.issue(&holder, validity)?, "bad/unknown-authority")?;
        let credentials = authority.issue(&holder, validity)?;
        write(&credentials, "bad/revoked")?;
        revoked.push(credentials);
    }
    let list = dir.join("revoked.crl");
    if arguments.bad || !list.exists() {
        let pem = authority.revocation_list(
            &revoked.iter().collect::<Vec<_>>(),
            u64::try_from(now_ms).unwrap_or(0),
            validity,
        )?;
        write_private(&list, pem.as_bytes())?;
    }
    println!("{}", list.display());
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a command: the one place here that reads the time")]
fn now_ms() -> i64 {
    i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

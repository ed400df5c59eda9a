//! `concord`: one binary, one node. Arguments in, text and exit code out; everything else is in the library.

use clap::Parser;
use node::cli::{self, Cli, Failure};
use std::io::Write;
use std::process::ExitCode;

// A message is thousands of short-lived strings, and the system's allocator spends a third of a share's time on them
// (`concord bench share`: 653 a second with glibc's, 804 with this one).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Help and the version as they are; an argument that is none, as JSON where that was asked for.
fn not_understood(wrong: &clap::Error) -> ExitCode {
    let as_json = wrong.use_stderr() && std::env::args_os().any(|argument| argument == "--json");
    if as_json {
        let said = wrong.render().to_string();
        let said = said.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let failure = Failure::usage(said.split_whitespace().collect::<Vec<_>>().join(" "));
        let _ = writeln!(std::io::stdout(), "{}", failure.json());
    } else {
        let _ = wrong.print();
    }
    u8::try_from(wrong.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) => return not_understood(&wrong),
    };
    let json = cli.global.json;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(cli::run(cli)),
        Err(e) => Err(Failure::refused(format!("this machine starts no threads: {e}"))),
    };
    // A closed pipe (`| head`) is not an error of ours.
    match done {
        Ok(printed) => {
            let _ = std::io::stdout().write_all(printed.text.as_bytes());
            printed.exit.into()
        }
        Err(failure) => {
            let _ = if json {
                writeln!(std::io::stdout(), "{}", failure.json())
            } else {
                writeln!(std::io::stderr(), "{failure}")
            };
            failure.exit.into()
        }
    }
}

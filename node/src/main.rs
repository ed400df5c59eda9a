//! `concord`: one binary, one node. Arguments in, text and exit code out; everything else is in the library.

use clap::Parser;
use node::cli::{self, Cli, Failure};
use std::io::Write;
use std::process::ExitCode;

// A message is thousands of short-lived strings, and the system's allocator spends a third of a share's time on them
// (`concord bench share`: 653 a second with glibc's, 804 with this one).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
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

//! `concord demo`: a region of eight agencies on this machine, each its own process, and stories played through their staff
//! API exactly as staff would.
//!
//! Callers: the command line; `bench` and the system tests use [`region`], [`setup`] and [`staff`] for their own regions.
//! [`cast`] says who plays, [`story`] what happens and what must come of it, [`play`] does it, [`accounting_check`] compares
//! both sides afterwards, [`report`] says it. Deliberately absent: any way into a node but its staff API.

pub mod accounting_check;
pub mod cast;
pub mod play;
pub mod region;
pub mod report;
pub mod script;
pub mod script_process;
pub mod setup;
pub mod staff;
pub mod story;

mod keep;
#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod rehearsal_process;
mod run;

pub use run::{DemoArgs, run};

use self::cast::Who;
use std::path::PathBuf;

/// Why the demo could not go on. What came otherwise than it should is no error but a failed check in the report.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The directory has something in it.
    #[error("{} is not empty: name an empty directory, or one that does not exist", .0.display())]
    DirectoryInUse(PathBuf),
    /// A file cannot be read or written.
    #[error("{} cannot be read or written ({source}): check that the directory is yours", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No port of the loopback is free.
    #[error("no free port on 127.0.0.1 ({0})")]
    Port(std::io::Error),
    /// Certificates could not be made.
    #[error("certificates could not be made: {0}")]
    Certificates(#[from] certs_dev::CertsError),
    /// Keys could not be made.
    #[error("keys could not be made: {0}")]
    Keys(#[from] crate::exchange::keys::KeyError),
    /// A node's records could not be made.
    #[error("a node's records could not be made: {0}")]
    Records(#[from] crate::init::InitError),
    /// The roster could not be made.
    #[error("the roster could not be made: {0}")]
    Roster(#[from] crate::exchange::roster::RosterError),
    /// The description of the region does not hold together.
    #[error("the region's description is wrong: {0}")]
    Spec(String),
    /// There is no such agency.
    #[error("there is no agency {0} in this region")]
    NoSuchAgency(String),
    /// A process could not be started or waited for.
    #[error("the process of {agency} could not be started or waited for ({source})")]
    Process {
        /// The agency.
        agency: String,
        /// Why.
        source: std::io::Error,
    },
    /// A node does not answer.
    #[error("the node of {agency} does not answer: {why}\nthe end of {}:\n{log_end}", log.display())]
    NotReady {
        /// The agency.
        agency: String,
        /// What the last call met.
        why: String,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        log_end: String,
    },
    /// A staff directory cannot be used.
    #[error("the staff directory of {} at {} cannot be used: {problem}", who.name, who.agency)]
    StaffDirectory {
        /// Whose.
        who: Who,
        /// What is wrong.
        problem: String,
    },
    /// A call did not succeed.
    #[error("{call} by {} at {}: {text}", who.name, who.agency)]
    Call {
        /// Who called.
        who: Who,
        /// The call.
        call: &'static str,
        /// gRPC status.
        code: tonic::Code,
        /// What the node said.
        text: String,
    },
    /// Somebody pressed Ctrl-C.
    #[error("stopped by Ctrl-C before everything was played")]
    Interrupted,
    /// Something that was waited for did not come.
    #[error("waited {seconds} s in vain for {what}")]
    InVain {
        /// What.
        what: String,
        /// How long.
        seconds: u64,
    },
    /// A story speaks of something that it has not made.
    #[error("story {story}: there is no {what} `{key}`")]
    Script {
        /// The story.
        story: &'static str,
        /// Kind of thing.
        what: &'static str,
        /// Its key.
        key: String,
    },
}

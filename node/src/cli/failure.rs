//! Why a command did not do what was asked, and the exit code that says so.

use std::process::ExitCode;
use tonic::{Code, Status};

/// Exit codes, as `concord --help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A rule says no, or nothing of it may go.
    Refused = 1,
    /// An argument, a file or a field is wrong.
    BadInput = 2,
    /// The node cannot be reached.
    Unreachable = 3,
    /// The role does not allow it, or nothing with this id is open to the caller.
    NotPermitted = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Failure {
    /// What to exit with.
    pub exit: Exit,
    /// A plain sentence that says what to do.
    pub message: String,
}

impl Failure {
    /// A rule says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, message: message.into() }
    }

    /// Something else failed: the whole chain of reasons, each once, in one line.
    pub fn chain(error: impl std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let said = cause.to_string();
            if !message.contains(&said) {
                message.push_str(": ");
                message.push_str(&said);
            }
            source = cause.source();
        }
        Self { exit: Exit::BadInput, message }
    }

    /// An argument or a file is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::BadInput, message: message.into() }
    }

    /// The node cannot be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unreachable, message: message.into() }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let exit = match status.code() {
            Code::InvalidArgument | Code::OutOfRange => Exit::BadInput,
            Code::PermissionDenied | Code::Unauthenticated | Code::NotFound => Exit::NotPermitted,
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Exit::Unreachable,
            // A broken connection or handshake reaches us as `Unknown`, with the reason in the chain of sources.
            // Another service answers there, which has no words for it: the exchange port, or older software.
            Code::Unknown | Code::Unimplemented => {
                return Self::unreachable(super::connect::in_our_words(&status));
            }
            _ => Exit::Refused,
        };
        if exit == Exit::Unreachable {
            return Self::unreachable(super::connect::in_our_words(&status));
        }
        Self { exit, message: status.message().to_owned() }
    }
}

//! Why a command did not do what was asked, and the exit code that says so.

use crate::staff::listen::REQUEST_BYTES_MAX;
use prost::Message;
use proto::agency::v1::{Refusal, Refused};
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
    /// Where the process refuses: each guard that does not hold.
    pub refused: Vec<Refused>,
}

impl Failure {
    fn with(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), refused: Vec::new() }
    }

    /// One JSON object, as `--json` prints it.
    pub fn json(&self) -> serde_json::Value {
        let mut object = serde_json::json!({ "error": self.message, "exit": self.exit as u8 });
        if !self.refused.is_empty() {
            object["refused"] = serde_json::json!(self.refused);
        }
        object
    }

    /// A rule says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::with(Exit::Refused, message)
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
        Self::with(Exit::BadInput, message)
    }

    /// An argument or a file is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::with(Exit::BadInput, message)
    }

    /// The node cannot be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::with(Exit::Unreachable, message)
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
        if status.code() == Code::OutOfRange {
            return Self::usage(format!(
                "this is more than the {} KiB that a request may have: write what matters, and keep the rest where it is",
                REQUEST_BYTES_MAX / 1024
            ));
        }
        let refused = match status.code() {
            Code::FailedPrecondition => {
                Refusal::decode(status.details()).map(|r| r.refused).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Self { exit, message: status.message().to_owned(), refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_process_prints_its_guards() {
        let refused = Refused {
            step: "T7".into(),
            guard: "supportive_task".into(),
            why: "none".into(),
            satisfy: "add one".into(),
        };
        let details = Refusal { refused: vec![refused] }.encode_to_vec();
        let status = Status::with_details(Code::FailedPrecondition, "no", details.into());
        assert_eq!(
            Failure::from(status).json().to_string(),
            r#"{"error":"no","exit":1,"refused":[{"guard":"supportive_task","satisfy":"add one","step":"T7","why":"none"}]}"#
        );
        let plain = Failure::from(Status::failed_precondition("no"));
        assert_eq!(plain.json().to_string(), r#"{"error":"no","exit":1}"#);
    }

    #[test]
    fn too_much_is_said_in_our_words() {
        let failure = Failure::from(Status::out_of_range("decoded message length too large"));
        assert_eq!(failure.exit, Exit::BadInput);
        assert!(failure.message.contains("1024 KiB"), "{failure}");
    }
}

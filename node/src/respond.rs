//! The only map from our errors to gRPC status. An edge says what the error says, once; the chain of causes goes to this
//! node's own log, where it names no person.

use crate::app::AppError;
use prost::Message;
use proto::agency::v1;
use std::error::Error;
use tonic::{Code, Status};

/// What a caller of the staff API is told.
pub fn status(error: AppError) -> Status {
    let code = match &error {
        AppError::NotFound => Code::NotFound,
        AppError::NotAllowed(_) => Code::PermissionDenied,
        AppError::Refused(_) | AppError::Guarded(_) => Code::FailedPrecondition,
        AppError::Invalid { .. } => Code::InvalidArgument,
        AppError::Stale => Code::Aborted,
        AppError::Erased(_) => Code::FailedPrecondition,
        AppError::Store(_) => Code::Internal,
        AppError::Unreadable(_) => Code::DataLoss,
    };
    if matches!(code, Code::Internal | Code::DataLoss) {
        let mut causes = String::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            next = cause.source();
        }
        tracing::error!("a call failed: {error}{causes}");
    }
    let details = match &error {
        AppError::Guarded(refusal) => details(refusal),
        _ => Vec::new(),
    };
    Status::with_details(code, error.to_string(), details.into())
}

/// Bytes of details, which travel in a header: past it the sentence alone is told.
const DETAILS_BYTES_MAX: usize = 6 * 1024;

/// A refusal of the process, guard by guard, for programs: a `Refusal` of the staff API.
fn details(refusal: &policy::process::Refusal) -> Vec<u8> {
    let one = |r: &policy::process::Refused| v1::Refused {
        step: r.step.clone(),
        guard: r.guard.to_owned(),
        why: r.why.clone(),
        satisfy: r.satisfy.clone(),
    };
    let bytes = v1::Refusal { refused: refusal.0.iter().map(one).collect() }.encode_to_vec();
    if bytes.len() > DETAILS_BYTES_MAX { Vec::new() } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Kind, StoreError};
    use policy::id::Id;

    #[test]
    fn each_error_has_its_code_and_says_itself_once() {
        let r = Kind::Item.of(Id(1));
        for (error, code) in [
            (AppError::NotFound, Code::NotFound),
            (AppError::NotAllowed("ask the chair".into()), Code::PermissionDenied),
            (AppError::Refused("no".into()), Code::FailedPrecondition),
            (AppError::Invalid { field: "row", problem: "rows are 1 to 40".into() }, Code::InvalidArgument),
            (AppError::Stale, Code::Aborted),
            (AppError::Erased(r), Code::FailedPrecondition),
            (AppError::Unreadable(r), Code::DataLoss),
            (AppError::Store(StoreError::Closed), Code::Internal),
        ] {
            let text = error.to_string();
            let status = status(error);
            assert_eq!((status.code(), status.message()), (code, text.as_str()));
            assert!(status.details().is_empty());
        }
    }

    #[test]
    fn a_refusal_of_the_process_is_told_guard_by_guard() {
        let refused = |why: &str| policy::process::Refused {
            step: "T7".into(),
            guard: "supportive_task",
            why: why.into(),
            satisfy: "add one".into(),
        };
        let refusal = policy::process::Refusal(vec![refused("no task supports"), refused("again")]);
        let status = status(refusal.into());
        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(
            status.message(),
            "T7 supportive_task: no task supports. Add one\nT7 supportive_task: again. Add one"
        );
        let told = v1::Refusal::decode(status.details()).unwrap();
        assert_eq!(
            (told.refused[1].guard.as_str(), told.refused[1].why.as_str()),
            ("supportive_task", "again")
        );
        let long = policy::process::Refusal(vec![refused(&"x".repeat(DETAILS_BYTES_MAX))]);
        assert!(super::status(long.into()).details().is_empty());
    }
}

//! The only map from our errors to gRPC status. An edge says what the error says, once; the chain of causes goes to this
//! node's own log, where it names no person.

use crate::app::AppError;
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
    Status::new(code, error.to_string())
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
        }
    }
}

//! The staff listener: the same mutual TLS as the exchange's, on a port of its own.

use super::service::StaffService;
use crate::app::App;
use crate::exchange::listen::{ListenLimits, server};
use crate::tls::{Accept, Tap, Tls, incoming};
use proto::agency::v1::agency_server::AgencyServer;
use std::future::Future;
use std::sync::Arc;

/// Bytes of the largest request of staff.
pub const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of the largest answer.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Serves staff until `stop` ends, then finishes calls under way.
///
/// # Errors
/// When the server cannot run at all.
pub async fn serve<A: Accept>(
    listener: A,
    tls: Arc<Tls>,
    app: Arc<App>,
    limits: ListenLimits,
    tap: Option<Arc<dyn Tap>>,
    stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let service = AgencyServer::new(StaffService::new(app, Arc::clone(&tls)))
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let connections = incoming(listener, tls, limits.accept, tap);
    server(&limits).serve_with_incoming_shutdown(service, connections, stop).await
}

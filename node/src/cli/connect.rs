//! Where the node is and who I am: the staff directory.
//!
//! A staff directory holds `staff.pem` (certificate), `staff.key` (its key, mode 0600), `ca.pem` (authorities) and
//! `connection.toml`:
//!
//! ```toml
//! address = "127.0.0.1:7401"
//! node = "spiffe://region.example/agency/county-hospital"
//! ```

use super::{Failure, Global};
use crate::clock::SystemClock;
use crate::staff::listen::REQUEST_BYTES_MAX;
use crate::tls::{CallError, Connector, SpiffeId, TcpDial, Tls, TlsMaterial, TlsPaths};
use hyper::Uri;
use proto::agency::v1::agency_client::AgencyClient;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// Name of the file that says where the node is.
pub const CONNECTION_FILE: &str = "connection.toml";
/// Longest wait for an answer.
const CALL_SECONDS_MAX: u64 = 60;
/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What `connection.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Staff port, HOST:PORT.
    pub address: String,
    /// SPIFFE URI of the node, which has to answer there.
    pub node: String,
}

/// Everything that a call needs.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Certificate, key, authorities.
    pub tls: TlsPaths,
    /// Where, and who has to answer.
    pub place: Place,
}

impl Connection {
    /// The connection that a staff directory describes.
    ///
    /// # Errors
    /// When it has no readable `connection.toml`.
    pub fn of_directory(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(CONNECTION_FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Failure::usage(format!(
                "{} cannot be read ({e}): name a staff directory with --staff or CONCORD_STAFF. It holds staff.pem, \
                 staff.key, ca.pem and {CONNECTION_FILE} with the lines\n  address = \"HOST:PORT\"\n  \
                 node = \"spiffe://DOMAIN/agency/ID\"",
                path.display()
            ))
        })?;
        let place = toml::from_str(&text)
            .map_err(|e| Failure::usage(format!("{}: {}", path.display(), e.message())))?;
        let tls = TlsPaths {
            certificate: dir.join("staff.pem"),
            key: dir.join("staff.key"),
            authorities: dir.join("ca.pem"),
            revocation_lists: Vec::new(),
        };
        Ok(Self { tls, place })
    }

    /// The connection that the options name.
    ///
    /// # Errors
    /// When no staff directory is named, or it cannot be read.
    pub fn of_options(global: &Global) -> Result<Self, Failure> {
        let node_is_directory = global.node.as_ref().map(PathBuf::from).filter(|p| p.is_dir());
        let dir = node_is_directory.as_ref().or(global.staff.as_ref()).ok_or_else(|| {
            Failure::usage(
                "name your staff directory with --staff DIR, or in the environment as CONCORD_STAFF",
            )
        })?;
        let mut connection = Self::of_directory(dir)?;
        if let (Some(address), None) = (&global.node, &node_is_directory) {
            let address = address.strip_prefix("https://").unwrap_or(address).trim_end_matches('/');
            connection.place.address = address.to_owned();
        }
        Ok(connection)
    }

    /// A client of the node's staff API. Connects with the first call.
    ///
    /// # Errors
    /// When the certificate or key cannot be used.
    pub fn client(&self) -> Result<AgencyClient<Channel>, Failure> {
        let material = TlsMaterial::read(&self.tls).map_err(|e| Failure::usage(e.to_string()))?;
        let tls = Tls::new(material, Arc::new(SystemClock))
            .map_err(|e| Failure::usage(format!("your certificate: {e}")))?;
        let node = SpiffeId::parse(&self.place.node)
            .map_err(|e| Failure::usage(format!("{CONNECTION_FILE}: node: {e}")))?;
        let connector = Connector::new(TcpDial, tls, vec![self.place.address.clone()], node, None, None);
        let endpoint = Endpoint::from(Uri::from_static("http://node.invalid"))
            .timeout(Duration::from_secs(CALL_SECONDS_MAX));
        let channel = endpoint.connect_with_connector_lazy(connector);
        Ok(AgencyClient::new(channel)
            .max_decoding_message_size(ANSWER_BYTES_MAX)
            .max_encoding_message_size(REQUEST_BYTES_MAX))
    }
}

/// What a broken connection or a refused handshake means, in our words.
pub fn in_our_words(status: &Status) -> String {
    CallError::of(status).text
}

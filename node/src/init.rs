//! A new node's home: directory, configuration, keys, empty records, first administrator.
//!
//! Callers: `concord init`, and the demo and bench for each of their agencies. Deliberately absent: certificates, which an
//! authority issues, and the roster, which the coordinator signs.

use crate::app::{AppError, check_administrator, first_administrator};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, FILE_NAME};
use crate::exchange::keys::{KeyError, NodeKeys};
use crate::store::{NodeStore, Store, StoreError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why a home could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is something at that place.
    #[error("{} has a {FILE_NAME} already: choose another directory, or remove what is there", .0.display())]
    Exists(PathBuf),
    /// A file or directory cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The records.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first administrator.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Looks at everything that a person gave, before anything is written: what is refused leaves nothing behind.
///
/// # Errors
/// [`InitError::Config`] with everything that is wrong in `text`; [`InitError::App`] when the administrator is named wrongly
/// or is of another agency.
pub fn check(home: &Path, from: &Path, text: &str, staff_id: &str, name: &str) -> Result<(), InitError> {
    let config = Config::parse(home, from, text)?;
    Ok(check_administrator(&config.agency.spiffe(), staff_id, name)?)
}

/// Makes the directory, for its owner alone, and writes the configuration into it.
///
/// # Errors
/// [`InitError::Exists`] when there is a home already; [`InitError::Config`] with everything that is wrong in `text`.
pub fn write_config(home: &Path, text: &str) -> Result<Config, InitError> {
    let path = home.join(FILE_NAME);
    if path.exists() {
        return Err(InitError::Exists(home.to_owned()));
    }
    let config = Config::parse(home, &path, text)?;
    let write = |path: &Path, source| InitError::Write { path: path.to_owned(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(home).map_err(|e| write(home, e))?;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|e| write(&path, e))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| write(&path, e))?;
    Ok(config)
}

/// Makes the keys that the configuration names. Never over old ones.
///
/// # Errors
/// When a key is there or cannot be written.
pub fn write_keys(config: &Config) -> Result<NodeKeys, InitError> {
    let keys = NodeKeys::generate()?;
    keys.write(&config.keys.signing, &config.keys.opening)?;
    Ok(keys)
}

/// Makes the empty records and the first administrator, who adds everybody else.
///
/// # Errors
/// When there are records already, or the administrator's name is not a SPIFFE URI of a person.
pub async fn make_records(
    home: &Path,
    clock: &dyn Clock,
    staff_id: &str,
    name: &str,
) -> Result<(), InitError> {
    let store = NodeStore::create(home).await?;
    let added = first_administrator(&store, clock, staff_id, name).await;
    store.close().await?;
    Ok(added?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_is_a_person_of_this_agency() {
        let text = crate::staff::TEST_CONFIG;
        let home = Path::new("/nowhere");
        let of = |agency: &str| format!("spiffe://region.example/agency/{agency}/staff/root");
        assert!(check(home, home, text, &of("county-hospital"), "Root").is_ok());
        let other = check(home, home, text, &of("sheriff"), "Root").unwrap_err().to_string();
        assert!(other.contains("another agency") && other.contains("county-hospital"), "{other}");
        let node =
            check(home, home, text, "spiffe://region.example/agency/county-hospital", "Root").unwrap_err();
        assert!(node.to_string().contains("names a node"), "{node}");
        assert!(check(home, home, text, &of("county-hospital"), " ").is_err());
    }
}

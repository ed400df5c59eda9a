//! What the machine's file cache holds of a home, given back, so that a home of any size is then read from the medium.
//!
//! Caller: the turns. A small home fits into whatever memory a machine has left and a large one does not: without this, the two
//! would be measured in different states.

use super::io;
use crate::bench::BenchError;
use std::path::Path;

/// Gives back what the file cache holds of a stopped node's databases. Only Linux can be asked to.
///
/// # Errors
/// When a file cannot be opened or its bytes cannot be put on the medium.
pub fn forget(home: &Path) -> Result<(), BenchError> {
    for name in ["concord.db", "keys.db"] {
        let path = home.join(name);
        let file = std::fs::File::open(&path).map_err(|e| io(&path, e))?;
        // What is not on the medium yet stays.
        file.sync_all().map_err(|e| io(&path, e))?;
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).map_err(|e| io(&path, e.into()))?;
    }
    Ok(())
}

//! A node's home directory: which files it holds, that one process uses it, and that secrets are private.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// Bytes of the largest private file that is read whole.
const PRIVATE_FILE_BYTES_MAX: u64 = 64 * 1024;

/// Why a home cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HomeError {
    /// Another process has it.
    #[error("another concord runs on {}: stop it first, or give this one a home of its own", .home.display())]
    Locked {
        /// The home.
        home: PathBuf,
    },
    /// There is no node in it.
    #[error("{} holds no node (no {}): make one with `concord init`", .home.display(), .file)]
    Missing {
        /// The home.
        home: PathBuf,
        /// The file looked for.
        file: &'static str,
    },
    /// There is a node in it already.
    #[error("{} already holds a node: choose another directory", .home.display())]
    Exists {
        /// The home.
        home: PathBuf,
    },
    /// Others on this machine can read a secret.
    #[error("{} can be read by others: run `chmod 600 {}`", .file.display(), .file.display())]
    NotPrivate {
        /// The file.
        file: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{} cannot be {doing}", .file.display())]
    File {
        /// The file or directory.
        file: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        cause: Arc<io::Error>,
    },
}

impl HomeError {
    fn file(file: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |cause| Self::File { file, doing, cause: Arc::new(cause) }
    }
}

/// A home directory held by this process; let go when dropped.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Takes a home, making the directory (mode 0700) when there is none.
    ///
    /// # Errors
    /// [`HomeError::Locked`] when another process holds it.
    pub fn take(path: &Path) -> Result<Self, HomeError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(HomeError::file(path, "made"))?;
        let file = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&file)
            .map_err(HomeError::file(&file, "opened"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(HomeError::Locked { home: path.to_owned() }),
            Err(TryLockError::Error(cause)) => Err(HomeError::file(&file, "locked")(cause)),
        }
    }

    /// Makes sure that a path is a directory, so that a mistyped one is not made.
    ///
    /// # Errors
    /// [`HomeError::Missing`] when it is not.
    pub fn exists(path: &Path) -> Result<(), HomeError> {
        if path.is_dir() {
            return Ok(());
        }
        Err(HomeError::Missing { home: path.to_owned(), file: "such directory" })
    }

    /// Makes sure that a file is there.
    ///
    /// # Errors
    /// [`HomeError::Missing`] when it is not.
    pub fn require(&self, file: &'static str) -> Result<(), HomeError> {
        if self.path.join(file).exists() {
            return Ok(());
        }
        Err(HomeError::Missing { home: self.path.clone(), file })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database of sealed records.
    pub fn records_file(&self) -> PathBuf {
        self.path.join("concord.db")
    }

    /// The database of wrapped record keys.
    pub fn keys_file(&self) -> PathBuf {
        self.path.join("keys.db")
    }

    /// The file of key-encryption keys.
    pub fn kek_file(&self) -> PathBuf {
        self.path.join("kek.key")
    }
}

/// Makes a new private file (mode 0600) and its directory entry durable.
///
/// # Errors
/// When it exists, or cannot be written.
pub fn write_private(file: &Path, content: &[u8]) -> Result<(), HomeError> {
    let mut out = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .map_err(HomeError::file(file, "made"))?;
    out.write_all(content).and_then(|()| out.sync_all()).map_err(HomeError::file(file, "written"))?;
    sync_directory_of(file)
}

/// Replaces a private file in one step: whoever reads sees the old content or the new.
///
/// # Errors
/// When the new content cannot be written beside it.
pub fn replace_private(file: &Path, content: &[u8]) -> Result<(), HomeError> {
    let beside = file.with_extension("new");
    match fs::remove_file(&beside) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(HomeError::file(&beside, "removed")(cause));
        }
        _ => {}
    }
    write_private(&beside, content)?;
    fs::rename(&beside, file).map_err(HomeError::file(file, "replaced"))?;
    sync_directory_of(file)
}

/// Reads a private file, wiped when dropped.
///
/// # Errors
/// [`HomeError::NotPrivate`] when group or others may read or write it.
pub fn read_private(file: &Path) -> Result<Zeroizing<Vec<u8>>, HomeError> {
    let input = File::open(file).map_err(HomeError::file(file, "read"))?;
    let meta = input.metadata().map_err(HomeError::file(file, "read"))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(HomeError::NotPrivate { file: file.to_owned() });
    }
    // Sized at once, so that growing leaves no copies behind.
    let size = meta.len().min(PRIVATE_FILE_BYTES_MAX);
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
    input.take(size).read_to_end(&mut content).map_err(HomeError::file(file, "read"))?;
    Ok(content)
}

fn sync_directory_of(file: &Path) -> Result<(), HomeError> {
    let directory = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|d| d.sync_all()).map_err(HomeError::file(directory, "synced"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_held_by_one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("home");
        let held = Home::take(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let refused = Home::take(&path).unwrap_err();
        assert!(matches!(refused, HomeError::Locked { .. }));
        let message = refused.to_string();
        assert!(message.contains("another concord runs on") && message.contains(path.to_str().unwrap()));
        drop(held);
        Home::take(&path).unwrap();
    }

    #[test]
    fn a_private_file_is_private_or_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kek.key");
        write_private(&file, b"secret").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write_private(&file, b"again").is_err(), "never overwritten");
        replace_private(&file, b"newer").unwrap();
        assert_eq!(**read_private(&file).unwrap(), *b"newer");
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let message = read_private(&file).unwrap_err().to_string();
            assert!(message.contains("chmod 600") && message.contains("kek.key"), "{message}");
        }
    }
}

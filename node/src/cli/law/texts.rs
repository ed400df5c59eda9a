//! A version of the law as an argument names it: `embedded`, a directory of clause texts, or a pack.

use crate::cli::Failure;
use policy::law::pack::{PACK_BYTES_MAX, Pack};
use policy::law::{FILES, Law};
use std::path::{Path, PathBuf};

/// Bytes of one clause text, at most; the reader of texts has the same bound.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;
/// Clause texts of one directory, at most.
const TEXTS_MAX: usize = 256;

/// Names and texts of the clause files of one version, in order.
pub type Texts = Vec<(String, String)>;

/// The texts of a version.
///
/// # Errors
/// When there is no such file or directory, or it holds no law.
pub fn read(version: &Path) -> Result<Texts, Failure> {
    if version == Path::new("embedded") {
        return Ok(FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    }
    if version.is_dir() {
        return directory(version);
    }
    let pack = Pack::parse(&text(version, PACK_BYTES_MAX as u64)?)
        .map_err(|e| Failure::usage(format!("{}: {e}", version.display())))?;
    Ok(pack.files().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
}

/// The texts as `policy` takes them.
pub fn files(texts: &Texts) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

/// The law of a version.
///
/// # Errors
/// As [`read`], or the first fault of the texts, with file, line and column.
pub fn law(version: &Path) -> Result<Law, Failure> {
    let texts = read(version)?;
    Law::parse(&files(&texts)).map_err(|e| Failure::usage(format!("{}: {e}", version.display())))
}

/// A text file, of so many bytes at most.
///
/// # Errors
/// When it cannot be read, is larger, or is not text.
pub fn text(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    let unreadable = |e| Failure::usage(format!("{} cannot be read: {e}", path.display()));
    if std::fs::metadata(path).map_err(unreadable)?.len() > bytes_max {
        return Err(Failure::usage(format!("{} is larger than {bytes_max} bytes", path.display())));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// `DIR/<regime>/*.toml` of each directory that has a `regime.toml`; those of the program's own names in its own order,
/// the others after them. A file without a clause or a regime is a table of its own, and no clause text.
fn directory(dir: &Path) -> Result<Texts, Failure> {
    let mut texts: Texts = Vec::new();
    for regime in listed(dir)?.into_iter().filter(|path| path.join("regime.toml").is_file()) {
        for file in listed(&regime)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "toml"))
        {
            let text = text(&file, TEXT_BYTES_MAX)?;
            let begins = |block: &str| text.lines().any(|line| line.trim_end() == block);
            if begins("[[clause]]") || begins("[regime]") {
                let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                texts.push((format!("law/{}/{}", name(&regime), name(&file)), text));
            }
        }
    }
    if texts.is_empty() || texts.len() > TEXTS_MAX {
        let found = texts.len();
        return Err(Failure::usage(format!(
            "{}: {found} clause texts; a version has 1 to {TEXTS_MAX}, as REGIME/*.toml beside REGIME/regime.toml",
            dir.display()
        )));
    }
    let place = |name: &str| FILES.iter().position(|(known, _)| *known == name).unwrap_or(FILES.len());
    texts.sort_by(|(a, _), (b, _)| (place(a), a).cmp(&(place(b), b)));
    Ok(texts)
}

fn listed(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |e| Failure::usage(format!("{} cannot be read: {e}", dir.display()));
    let entries: Result<Vec<_>, _> = std::fs::read_dir(dir).map_err(unreadable)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(unreadable)?.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    Ok(paths)
}

//! Values from arguments, files and standard input.

use super::Failure;
use clap::Args;
use proto::agency::v1::PermittedRecipient;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file or standard input that is read for one value.
pub const INPUT_BYTES_MAX: u64 = 1024 * 1024;

/// Which part of a long list.
#[derive(Clone, Debug, Default, Args)]
pub struct PartArgs {
    /// How many at most; default: as many as one answer holds.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub limit: u32,
    /// Go on after this entry, as the part before said.
    #[arg(long, value_name = "ENTRY", default_value = "", hide_default_value = true)]
    pub after: String,
}

/// A text given in an argument or, better, in a file.
#[derive(Clone, Debug, Default, Args)]
pub struct TextInput {
    /// The text. Personal data is better in a file.
    #[arg(long, value_name = "TEXT", conflicts_with = "text_file")]
    pub text: Option<String>,
    /// File with the text; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub text_file: Option<PathBuf>,
}

impl TextInput {
    /// The text, or `None` when none was given.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self) -> Result<Option<String>, Failure> {
        match (&self.text, &self.text_file) {
            (Some(text), _) => Ok(Some(text.clone())),
            (None, Some(file)) => read_text(file).map(|t| Some(t.trim_end_matches(['\n', '\r']).to_owned())),
            (None, None) => Ok(None),
        }
    }

    /// The text, which has to be given.
    ///
    /// # Errors
    /// When there is none or the file cannot be read.
    pub fn required(&self, what: &str) -> Result<String, Failure> {
        self.read()?.ok_or_else(|| {
            Failure::usage(format!("{what} is needed: --text-file FILE, or - for standard input"))
        })
    }
}

/// Recipients that a permission or an order names.
#[derive(Clone, Debug, Default, Args)]
pub struct RecipientArgs {
    /// Agencies it names.
    #[arg(long = "agency", value_name = "AGENCY")]
    pub agencies: Vec<String>,
    /// Contacts of the case it names.
    #[arg(long = "contact", value_name = "CONTACT")]
    pub contacts: Vec<String>,
    /// Kinds of body it names.
    #[arg(long = "sector", value_name = "SECTOR")]
    pub sectors: Vec<String>,
}

impl RecipientArgs {
    /// As the staff API lists them.
    pub fn list(self) -> Vec<PermittedRecipient> {
        let agency = |agency| PermittedRecipient { agency, ..PermittedRecipient::default() };
        let contact = |contact| PermittedRecipient { contact, ..PermittedRecipient::default() };
        let sector = |sector| PermittedRecipient { sector, ..PermittedRecipient::default() };
        let bodies = self.agencies.into_iter().map(agency).chain(self.contacts.into_iter().map(contact));
        bodies.chain(self.sectors.into_iter().map(sector)).collect()
    }
}

fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// When it cannot be read, is too large, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let name = name_of(path);
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(INPUT_BYTES_MAX + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text))
    };
    read.map_err(|e| Failure::usage(format!("{name} cannot be read: {e}")))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > INPUT_BYTES_MAX {
        return Err(Failure::usage(format!(
            "{name} is larger than {} KiB, and a request may have no more: write what matters, and keep the rest where it is",
            INPUT_BYTES_MAX / 1024
        )));
    }
    Ok(text)
}

/// Reads a message of the staff API as JSON, or as TOML when the file's name ends in `.toml`.
///
/// # Errors
/// When it cannot be read or has an unknown field.
pub fn read_message<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = read_text(path)?;
    let problem = |e: String| Failure::usage(format!("{}: {e}", name_of(path)));
    if path.extension().is_some_and(|e| e == "toml") {
        toml::from_str(&text).map_err(|e| problem(e.message().to_owned()))
    } else {
        serde_json::from_str(&text).map_err(|e| problem(without_content(&e)))
    }
}

/// What a JSON error says without repeating what it read.
fn without_content(e: &serde_json::Error) -> String {
    let text = e.to_string();
    let what = if text.starts_with("unknown field") || text.starts_with("missing field") {
        // where it is stands in front already
        text.split(" at line ").next().unwrap_or_default().to_owned()
    } else {
        "not the JSON of this message: see its fields in proto/schema/concord/agency/v1".to_owned()
    };
    format!("line {}, column {}: {what}", e.line(), e.column())
}

/// Writes a new file that only its owner can read: it may say something about people.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|e| Failure::usage(format!("{} cannot be written: {e}", path.display())))
}

/// `yes` or `no`.
///
/// # Errors
/// Anything else.
pub fn parse_yes_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::agency::v1::EmergencyAnswers;

    #[test]
    fn a_message_reads_from_json_and_toml_and_an_unknown_field_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let json: EmergencyAnswers = read_message(&file("a.json", r#"{"who_is_at_risk": "x"}"#)).unwrap();
        let toml: EmergencyAnswers = read_message(&file("a.toml", "who_is_at_risk = 'x'")).unwrap();
        assert!(json == toml && json.who_is_at_risk == "x");
        let bad = read_message::<EmergencyAnswers>(&file("b.json", r#"{"who": "x"}"#)).unwrap_err();
        assert!(bad.message.contains("unknown field `who`"), "{bad}");
        let secret =
            read_message::<EmergencyAnswers>(&file("c.json", r#"{"who_is_at_risk": 7131}"#)).unwrap_err();
        assert!(!secret.message.contains("7131"), "{secret}");
    }

    #[test]
    fn text_comes_from_a_file_without_its_last_line_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let input = TextInput { text: None, text_file: Some(path) };
        assert_eq!(input.required("text").unwrap(), "one\ntwo");
        assert!(TextInput::default().required("the reason").unwrap_err().message.contains("the reason"));
    }
}

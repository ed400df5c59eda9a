//! The node's configuration file, `concord.toml` in its home directory.
//!
//! Callers: `concord serve` and `concord init`. Every missing key, unknown key and unreadable value is reported at
//! once, by name, so that nobody repairs a file one error at a time. Paths are relative to the home directory.
//! There are no secrets in the file: keys stay in files of their own.

mod section;

pub(crate) use section::Section;
use section::words;

use policy::id::AgencyId;
use policy::record::{Sector, TrainingTopic, UsState};
use policy::training::TrainingTable;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::Table;

/// Name of the file in a node's home directory.
pub const FILE_NAME: &str = "concord.toml";
/// Largest configuration file that is read.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;

/// What the administrator configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The home directory that paths are relative to.
    pub home: PathBuf,
    /// Who this node is.
    pub agency: AgencyConfig,
    /// Where other nodes call.
    pub exchange_listen: SocketAddr,
    /// Where staff call.
    pub staff_listen: SocketAddr,
    /// Certificates.
    pub tls: TlsConfig,
    /// Signing and opening keys.
    pub keys: KeysConfig,
    /// Who is reachable.
    pub roster: RosterConfig,
    /// How a person is told that something waits.
    pub notify: NotifyConfig,
    /// How long the courier tries.
    pub courier: CourierConfig,
    /// Times that the process keeps.
    pub times: TimesConfig,
    /// Topics of training that have to be current here, beside those that every agency keeps to.
    pub training_also_enforced: Vec<TrainingTopic>,
    /// Searches by name that one person may make in an hour, 1 to 200.
    pub searches_per_hour: u32,
    /// Where people who are unknown to this node can tell a team something; none: nowhere.
    pub intake: Option<IntakeConfig>,
    /// Rules of this agency: further prohibitions.
    pub local_rules: Option<PathBuf>,
    /// Another version of the law than this build's.
    pub law_pack: Option<LawPackConfig>,
}

/// Where people can tell a team something without being known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeConfig {
    /// The port, which asks for no certificate.
    pub listen: SocketAddr,
    /// Names of the teams that can be told something; the first where none is named.
    pub teams: Vec<String>,
}

/// A version of the law to decide by, and whose signature has to stand over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawPackConfig {
    /// The pack; its signature is beside it, as `.sig`.
    pub file: PathBuf,
    /// The signer's Ed25519 public key, 64 hex digits.
    pub key: String,
}

/// Who this node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyConfig {
    /// Short name in the roster.
    pub id: AgencyId,
    /// Full name.
    pub name: String,
    /// What kind of body it is.
    pub sector: Sector,
    /// State whose law governs it.
    pub state: Option<UsState>,
    /// Telephone answered at any hour.
    pub telephone: String,
    /// Trust domain of its SPIFFE URIs.
    pub trust_domain: String,
}

impl AgencyConfig {
    /// The node's own SPIFFE URI.
    pub fn spiffe(&self) -> String {
        format!("spiffe://{}/agency/{}", self.trust_domain, self.id)
    }
}

/// Certificates of the two listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// Certificates of the authorities that are trusted, PEM.
    pub authorities: PathBuf,
    /// Revocation lists, PEM; none: nothing is revoked but by leaving the roster.
    pub revocation_lists: Vec<PathBuf>,
    /// This node's certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM, readable by its owner alone.
    pub key: PathBuf,
}

/// Key files beside the TLS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysConfig {
    /// Ed25519 key that signs envelopes.
    pub signing: PathBuf,
    /// HPKE key that opens envelopes.
    pub opening: PathBuf,
}

/// The coordinator's list of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterConfig {
    /// The roster file.
    pub file: PathBuf,
    /// Its detached signature.
    pub signature: PathBuf,
    /// The coordinator's Ed25519 public key, 64 hex digits.
    pub coordinator_key: String,
}

/// How a person learns that something waits. The hook is told no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifyConfig {
    /// Program and arguments to run; empty: none.
    pub command: Vec<String>,
    /// Address to post to; none: none.
    pub webhook: Option<String>,
    /// Minutes between repeats, 1 to 1440.
    pub repeat_minutes: u32,
    /// Whom to tell, in order: names that the hook understands.
    pub escalation: Vec<String>,
    /// Number to telephone when the list is at its end.
    pub telephone: String,
}

/// How long the courier tries to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourierConfig {
    /// Seconds before the second attempt, 1 to 3600; doubles with each.
    pub retry_first_seconds: u32,
    /// Longest wait between attempts in seconds, 1 to 86400.
    pub retry_longest_seconds: u32,
    /// Hours after which delivery is given up, 1 to 720.
    pub give_up_hours: u32,
    /// Seconds between two looks at what waits elsewhere, for an agency that opens no port, 1 to 3600.
    pub fetch_seconds: u32,
}

/// Times that the process keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimesConfig {
    /// Hours within which a second person reviews an emergency, 1 to 168.
    pub emergency_review_hours: u32,
    /// Days after which record keys are wrapped under a new key and the old one is destroyed, 1 to 365.
    pub key_rotation_days: u32,
    /// Seconds from a request's arrival to its answer, 1 to 2,592,000.
    pub answer_after_seconds: u32,
}

/// What is wrong with a configuration file: everything at once.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: `concord init` writes one, or name the home with --dir")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than a configuration can be.
    #[error("{path} is larger than {FILE_BYTES_MAX} bytes: this is not a configuration file")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not TOML.
    #[error("{path} is not TOML: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser said, with line and column.
        message: String,
    },
    /// Keys are missing, unknown or wrong.
    #[error("{path} has {} to repair:\n{problems}", count(.problems.0.len()))]
    Keys {
        /// The file.
        path: PathBuf,
        /// Each by name.
        problems: Problems,
    },
}

fn count(n: usize) -> String {
    if n == 1 { "1 key".to_owned() } else { format!("{n} keys") }
}

/// Problems, one a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "  {problem}")?;
        }
        Ok(())
    }
}

impl Config {
    /// Reads `concord.toml` in `home`.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn load(home: &Path) -> Result<Self, ConfigError> {
        let path = home.join(FILE_NAME);
        let unreadable = |source| ConfigError::Unreadable { path: path.clone(), source };
        if std::fs::metadata(&path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(ConfigError::TooLarge { path });
        }
        let text = std::fs::read_to_string(&path).map_err(unreadable)?;
        Self::parse(home, &path, &text)
    }

    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn parse(home: &Path, path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table: Table = text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax {
            path: path.to_owned(),
            message: e.to_string(),
        })?;
        let mut root = Section::root(table);
        let config = Self::read(home, &mut root);
        let problems = root.finish();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError::Keys { path: path.to_owned(), problems: Problems(problems) }),
        }
    }

    /// Reads every section even after a problem, so that all are reported; `None` when a needed key is bad.
    fn read(home: &Path, root: &mut Section) -> Option<Self> {
        let agency = root.within("agency", AgencyConfig::read);
        let exchange_listen = root.within("exchange", |s| s.address("listen"));
        let staff_listen = root.within("staff", |s| s.address("listen"));
        let tls = root.within("tls", |s| {
            let authorities = s.path(home, "authorities");
            let lists = s.list("revocation_lists");
            let (certificate, key) = (s.path(home, "certificate"), s.path(home, "key"));
            let revocation_lists = lists?.into_iter().map(|p| home.join(p)).collect();
            Some(TlsConfig {
                authorities: authorities?,
                revocation_lists,
                certificate: certificate?,
                key: key?,
            })
        });
        let keys = root.within("keys", |s| {
            let (signing, opening) = (s.path(home, "signing"), s.path(home, "opening"));
            Some(KeysConfig { signing: signing?, opening: opening? })
        });
        let roster = root.within("roster", |s| {
            let (file, signature) = (s.path(home, "file"), s.path(home, "signature"));
            let coordinator_key = s.text("coordinator_key").and_then(|key| s.check_key(key));
            Some(RosterConfig { file: file?, signature: signature?, coordinator_key: coordinator_key? })
        });
        let notify = root.within("notify", NotifyConfig::read);
        let courier = root.within("courier", |s| {
            let first = s.number("retry_first_seconds", 2, 1..=3_600);
            let longest = s.number("retry_longest_seconds", 300, 1..=86_400);
            let give_up = s.number("give_up_hours", 72, 1..=720);
            let fetch = s.number("fetch_seconds", 5, 1..=3_600);
            Some(CourierConfig {
                retry_first_seconds: first?,
                retry_longest_seconds: longest?,
                give_up_hours: give_up?,
                fetch_seconds: fetch?,
            })
        });
        let times = root.within("times", |s| {
            let review = s.number("emergency_review_hours", 24, 1..=168);
            let rotation = s.number("key_rotation_days", 30, 1..=365);
            let answer = s.number("answer_after_seconds", 86_400, 1..=2_592_000);
            Some(TimesConfig {
                emergency_review_hours: review?,
                key_rotation_days: rotation?,
                answer_after_seconds: answer?,
            })
        });
        let training_also_enforced = root.within("training", |s| {
            let mut topics = Vec::new();
            for word in s.list("also_enforce")? {
                let opens = |topic: &TrainingTopic| {
                    TrainingTable::embedded().blocks().iter().any(|b| b.topic == *topic)
                };
                match TrainingTopic::from_word(&word).filter(opens) {
                    Some(topic) => topics.push(topic),
                    None => {
                        let known = TrainingTable::embedded().blocks().iter().map(|b| b.topic.as_str());
                        s.problem("also_enforce", format!("use {}", words(known)));
                        return None;
                    }
                }
            }
            Some(topics)
        });
        let searches_per_hour = root.within("search", |s| s.number("per_hour", 20, 1..=200));
        let intake = root.optional_within("intake", |s| {
            let (listen, teams) = (s.address("listen"), s.list("teams"));
            let teams = teams?;
            if teams.is_empty() || teams.iter().any(|team| team.trim().is_empty()) {
                s.problem(
                    "teams",
                    "name the teams that can be told something, such as [\"Threat assessment team\"]",
                );
                return None;
            }
            Some(IntakeConfig { listen: listen?, teams })
        });
        let law = root.within("law", |s| {
            let (rules, file) = (s.optional_path(home, "local_rules"), s.optional_path(home, "pack"));
            let key = s.optional_text("pack_key");
            let pack = match (file?, key?) {
                (None, None) => None,
                (Some(file), Some(key)) => Some(LawPackConfig { file, key }),
                (Some(_), None) => {
                    s.problem("pack_key", "missing: the key that has to have signed the pack");
                    return None;
                }
                (None, Some(_)) => {
                    s.problem("pack", "missing: the pack that pack_key is for");
                    return None;
                }
            };
            Some((rules?, pack))
        });
        let (local_rules, law_pack) = law?;
        Some(Self {
            home: home.to_owned(),
            agency: agency?,
            exchange_listen: exchange_listen?,
            staff_listen: staff_listen?,
            tls: tls?,
            keys: keys?,
            roster: roster?,
            notify: notify?,
            courier: courier?,
            times: times?,
            training_also_enforced: training_also_enforced?,
            searches_per_hour: searches_per_hour?,
            intake: intake?,
            local_rules,
            law_pack,
        })
    }
}

impl AgencyConfig {
    /// Reads the section `[agency]`.
    fn read(s: &mut Section) -> Option<Self> {
        let id = s.text("id").and_then(|id| s.check_short_name("id", id));
        let name = s.text("name");
        let sector = s.word("sector", Sector::from_word, || words(Sector::ALL.iter().map(|w| w.as_str())));
        let state = s.optional_word("state", UsState::from_word, || "a postal code such as VA".to_owned());
        let telephone = s.text("telephone");
        let trust_domain = s.text("trust_domain").and_then(|d| s.check_domain("trust_domain", d));
        Some(Self {
            id: AgencyId(id?),
            name: name?,
            sector: sector?,
            state: state?,
            telephone: telephone?,
            trust_domain: trust_domain?,
        })
    }
}

impl NotifyConfig {
    /// Reads the section `[notify]`.
    fn read(s: &mut Section) -> Option<Self> {
        let command = s.list("command");
        let webhook = s.optional_text("webhook");
        let repeat_minutes = s.number("repeat_minutes", 10, 1..=1_440);
        let escalation = s.list("escalation");
        let telephone = s.text("telephone");
        Some(Self {
            command: command?,
            webhook: webhook?,
            repeat_minutes: repeat_minutes?,
            escalation: escalation?,
            telephone: telephone?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [agency]
        id = "county-hospital"
        name = "County Hospital"
        sector = "hospital"
        state = "VA"
        telephone = "+1 555 0100"
        trust_domain = "region.example"
        [exchange]
        listen = "127.0.0.1:7400"
        [staff]
        listen = "127.0.0.1:7401"
        [tls]
        authorities = "tls/ca.pem"
        certificate = "tls/node.pem"
        key = "keys/node.key"
        [keys]
        signing = "keys/sign.key"
        opening = "keys/hpke.key"
        [roster]
        file = "roster.toml"
        signature = "roster.sig"
        coordinator_key = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
        [notify]
        telephone = "+1 555 0100"
    "#;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("/home/x"), Path::new("/home/x/concord.toml"), text)
    }

    fn problems(text: &str) -> Vec<String> {
        match parse(text) {
            Err(ConfigError::Keys { problems, .. }) => problems.0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_file_reads_with_its_defaults_and_paths_from_home() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.tls.key, Path::new("/home/x/keys/node.key"));
        assert_eq!(config.agency.spiffe(), "spiffe://region.example/agency/county-hospital");
        assert_eq!(config.courier.retry_first_seconds, 2);
        assert_eq!(config.times.emergency_review_hours, 24);
        assert_eq!(config.notify.repeat_minutes, 10);
        assert_eq!((config.searches_per_hour, config.training_also_enforced), (20, Vec::new()));
        assert!(config.roster.coordinator_key.ends_with("ddeeff"));
        assert!(config.tls.revocation_lists.is_empty());
    }

    #[test]
    fn an_intake_is_there_only_when_it_says_where_and_for_which_teams() {
        assert_eq!(parse(GOOD).unwrap().intake, None);
        let intake = |lines: &str| format!("{GOOD}[intake]\n{lines}\n");
        let config = parse(&intake("listen = \"127.0.0.1:7402\"\nteams = [\"Threat team\"]")).unwrap();
        assert_eq!(config.intake.unwrap().teams, ["Threat team"]);
        assert!(problems(&intake("listen = \"127.0.0.1:7402\""))[0].starts_with("intake.teams: name"));
        assert!(problems(&intake("teams = [\"Threat team\"]"))[0].starts_with("intake.listen: missing"));
    }

    #[test]
    fn a_law_pack_comes_with_the_key_that_has_to_have_signed_it() {
        let law = |lines: &str| format!("{GOOD}[law]\n{lines}\n");
        let pack = parse(&law("pack = \"next.law\"\npack_key = \"00\"")).unwrap().law_pack.unwrap();
        assert_eq!((pack.file.as_path(), pack.key.as_str()), (Path::new("/home/x/next.law"), "00"));
        assert!(parse(GOOD).unwrap().law_pack.is_none());
        assert!(problems(&law("pack = \"next.law\""))[0].starts_with("law.pack_key: missing"));
        assert!(problems(&law("pack_key = \"00\""))[0].starts_with("law.pack: missing"));
    }

    #[test]
    fn an_agency_may_enforce_more_training_and_fewer_searches() {
        let more = format!("{GOOD}[training]\nalso_enforce = [\"hipaa\"]\n[search]\nper_hour = 5\n");
        let config = parse(&more).unwrap();
        assert_eq!(
            (config.searches_per_hour, config.training_also_enforced),
            (5, vec![TrainingTopic::Hipaa])
        );
        let wrong = format!("{GOOD}[training]\nalso_enforce = [\"disability\"]\n");
        assert!(problems(&wrong)[0].contains("ferpa, part2, hipaa"), "a topic that opens nothing");
    }

    #[test]
    fn an_empty_file_names_every_key_that_is_needed() {
        let found = problems("");
        let needed = [
            "agency.id",
            "agency.name",
            "agency.sector",
            "agency.telephone",
            "agency.trust_domain",
            "exchange.listen",
            "staff.listen",
            "tls.authorities",
            "tls.certificate",
            "tls.key",
            "keys.signing",
            "keys.opening",
            "roster.file",
            "roster.signature",
            "roster.coordinator_key",
            "notify.telephone",
        ];
        let expected: Vec<_> = needed.iter().map(|key| format!("{key}: missing")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn all_mistakes_come_at_once_each_by_its_name() {
        let text = GOOD
            .replace("listen = \"127.0.0.1:7400\"", "listen = \"localhost\"\nlisten_adress = \"x\"")
            .replace("\"hospital\"", "\"clinic\"")
            .replace("id = \"county-hospital\"", "id = \"County Hospital\"")
            .replace("coordinator_key = \"0011", "coordinator_key = \"zz11")
            .replace("telephone = \"+1 555 0100\"\n    ", "repeat_minutes = 0\ncommand = \"ring\"\n");
        let text = format!("extra = 1\n{text}[courier]\ngive_up_hours = 100000\n");
        let found = problems(&text).join("\n");
        for key in [
            "exchange.listen: must be an IP address",
            "exchange.listen_adress: unknown key",
            "agency.sector: `clinic` is not known; write one of hospital,",
            "agency.id: must be lower-case",
            "roster.coordinator_key: must be",
            "notify.repeat_minutes: must be a whole number from 1 to 1440",
            "notify.command: must be a list",
            "notify.telephone: missing",
            "courier.give_up_hours: must be",
            "extra: unknown key",
        ] {
            assert!(found.contains(key), "{key} not in:\n{found}");
        }
    }

    #[test]
    fn what_is_not_toml_says_where() {
        let error = parse("[agency\nid = 1").unwrap_err().to_string();
        assert!(error.contains("is not TOML") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn a_missing_file_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let error = Config::load(dir.path()).unwrap_err().to_string();
        assert!(error.contains("concord init") && error.contains("concord.toml"), "{error}");
    }
}

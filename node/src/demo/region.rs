//! A region on this machine: certificates, roster, homes, and one `concord serve` process for each agency.
//!
//! Callers: `concord demo`, `concord bench`, the system tests. Everything lies below one directory; ports are free ones of the
//! loopback. Processes are killed when the region is dropped, and stop by themselves when this process ends in any other way.
//! Deliberately absent: anything a real agency would keep; the authority's key lies beside the certificates.

use super::DemoError;
use super::cast::{AgencySpec, RegionSpec, Who};
use super::staff::Staff;
use crate::cli::Place;
use crate::clock::{Clock, OffsetClock, SystemClock};
use crate::exchange::keys::NodeKeys;
use crate::exchange::roster::{Member, Roster};
use crate::init;
use crate::tls::SpiffeId;
use aws_lc_rs::digest;
use certs_dev::{Authority, Holder, Validity, write_private};
use policy::id::AgencyId;
use policy::record::{Sector, TeamRole};
use policy::time::UtcTime;
use proto::agency::v1::{NodeStatusRequest, WhoAmIRequest};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};

/// Days that certificates and roster are valid: longer than the longest story.
const VALID_DAYS: i64 = 62;
/// How long a roster lasts.
pub const LONG_ROSTER: Duration = Duration::from_secs(VALID_DAYS.unsigned_abs() * 24 * 60 * 60);
/// Longest wait for a node to answer after its start.
const READY_SECONDS_MAX: u64 = 60;
/// Longest wait for a node to stop when it is asked to.
const STOP_SECONDS_MAX: u64 = 10;
/// How often something that is waited for is looked at.
pub const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Lines of a node's log that are shown when it does not start.
const LOG_LINES_SHOWN: usize = 12;

/// A region: its files and its processes.
pub struct Region {
    /// What it was made from.
    pub spec: RegionSpec,
    dir: PathBuf,
    program: PathBuf,
    nodes: BTreeMap<&'static str, Node>,
    coordinator: NodeKeys,
    serial: u64,
    members: Vec<Member>,
    clock: OffsetClock,
}

struct Node {
    spec: &'static AgencySpec,
    exchange: SocketAddr,
    staff: SocketAddr,
    child: Option<Child>,
    /// What the process reads: it stops when this ends, and so with this process, however that goes.
    held: Option<ChildStdin>,
}

impl Region {
    /// Writes every file of a new region below `dir`, which must be empty or not exist. Starts nothing.
    ///
    /// # Errors
    /// When the directory is in use or a file cannot be written.
    pub async fn create(spec: RegionSpec, dir: &Path, program: PathBuf) -> Result<Self, DemoError> {
        let dir = fresh(dir)?;
        let now = SystemClock.now();
        let authority = Authority::new(spec.trust_domain, Validity::days(now.0, VALID_DAYS))?;
        authority.write(&dir.join("authority"))?;
        let coordinator = NodeKeys::generate()?;
        let mut ports = FreePorts::default();
        let (mut nodes, mut members) = (BTreeMap::new(), Vec::new());
        for agency in spec.agencies {
            let node =
                Node { spec: agency, exchange: ports.take()?, staff: ports.take()?, child: None, held: None };
            members.push(write_home(&spec, &dir, &authority, &coordinator, &node)?);
            let administrator = agency.administrator();
            let uri = Holder::staff(agency.id, administrator.name).uri(spec.trust_domain)?;
            let display = agency.staff.first().map_or("Administrator", |person| person.display);
            init::make_records(&dir.join(agency.id), &SystemClock, &uri, display).await?;
            nodes.insert(agency.id, node);
        }
        let clock = OffsetClock::default();
        let mut region = Self { spec, dir, program, nodes, coordinator, serial: 0, members, clock };
        region.publish_roster(LONG_ROSTER)?;
        Ok(region)
    }

    /// The time as every node has it.
    pub fn now(&self) -> UtcTime {
        self.clock.now()
    }

    /// Days that the clocks of all nodes are ahead.
    pub fn days_ahead(&self) -> u32 {
        self.clock.days_ahead()
    }

    /// Moves the clocks of all nodes ahead by so many days, and waits until each says so.
    ///
    /// # Errors
    /// When a node cannot be told, or does not follow.
    pub async fn pass_days(&mut self, days: u32) -> Result<(), DemoError> {
        self.clock.move_ahead(self.clock.days_ahead() + days);
        let agencies: Vec<&'static str> = self.nodes.keys().copied().collect();
        for agency in &agencies {
            self.tell_days(agency).await?;
        }
        let says = format!("is {} days ahead", self.clock.days_ahead());
        for agency in &agencies {
            let Some(node) = self.nodes.get(agency) else { continue };
            let administrator = self.staff(node.spec.administrator())?;
            let mut tries_left = READY_SECONDS_MAX * 1000 / LOOK_AGAIN.as_millis() as u64;
            loop {
                let status = administrator.node_status(NodeStatusRequest {}).await?;
                if status.warnings.iter().any(|warning| warning.contains(&says)) {
                    break;
                }
                if tries_left == 0 {
                    let what = format!("the clock of {agency} to move");
                    return Err(DemoError::InVain { what, seconds: READY_SECONDS_MAX });
                }
                tries_left -= 1;
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
        Ok(())
    }

    /// Tells one node's process how far ahead the clock is.
    async fn tell_days(&mut self, agency: &str) -> Result<(), DemoError> {
        let line = format!("ahead {}\n", self.clock.days_ahead());
        let held = self.nodes.get_mut(agency).and_then(|node| node.held.as_mut());
        let Some(held) = held else { return Ok(()) };
        let failed = |source| DemoError::Process { agency: agency.to_owned(), source };
        held.write_all(line.as_bytes()).await.map_err(failed)?;
        held.flush().await.map_err(failed)
    }

    /// The directory that holds everything.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Home of one agency's node.
    pub fn home(&self, agency: &str) -> PathBuf {
        self.dir.join(agency)
    }

    /// Serial number of the roster last published.
    pub fn roster_serial(&self) -> u64 {
        self.serial
    }

    /// Log of one agency's node.
    pub fn log(&self, agency: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{agency}.log"))
    }

    /// Staff directory of one person: what `CONCORD_STAFF` names.
    pub fn staff_dir(&self, who: Who) -> PathBuf {
        staff_dir(&self.dir, who)
    }

    /// Where staff and other nodes call: (staff port, exchange port).
    pub fn addresses(&self, agency: &str) -> Option<(SocketAddr, SocketAddr)> {
        self.nodes.get(agency).map(|node| (node.staff, node.exchange))
    }

    /// Process of a running node.
    pub fn process_id(&self, agency: &str) -> Option<u32> {
        self.nodes.get(agency)?.child.as_ref()?.id()
    }

    /// One person at their node.
    ///
    /// # Errors
    /// When the staff directory cannot be used.
    pub fn staff(&self, who: Who) -> Result<Staff, DemoError> {
        Staff::of_directory(who, &self.staff_dir(who))
    }

    /// Signs a new roster that lasts this long and gives it to every node. Returns when it ends.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn publish_roster(&mut self, lasts: Duration) -> Result<UtcTime, DemoError> {
        self.serial += 1;
        let now = self.clock.now();
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        let until = UtcTime(now.0.saturating_add(lasts_ms));
        let (region, members) = (self.spec.trust_domain, &self.members);
        let (text, signature) = Roster::issue(region, self.serial, now, until, members, &self.coordinator)?;
        for agency in self.nodes.keys() {
            let home = self.home(agency);
            // the signature first: a reader that meets the new one beside the old text refuses both and looks again
            write_private(&home.join("roster.sig"), signature.as_bytes())?;
            write_private(&home.join("roster.toml"), text.as_bytes())?;
        }
        Ok(until)
    }

    /// Takes an agency's addresses out of the roster, as of one whose network opens no port: from now on it fetches.
    ///
    /// # Errors
    /// When the roster cannot be written.
    pub fn open_no_port(&mut self, agency: &str) -> Result<(), DemoError> {
        self.members.iter_mut().filter(|m| m.id.as_str() == agency).for_each(|m| m.addresses.clear());
        self.publish_roster(LONG_ROSTER).map(drop)
    }

    /// Starts every node and waits until each answers.
    ///
    /// # Errors
    /// When one does not, with the last lines of its log.
    pub async fn start_all(&mut self) -> Result<(), DemoError> {
        let agencies: Vec<&'static str> = self.nodes.keys().copied().collect();
        for agency in &agencies {
            self.spawn(agency, &[])?;
        }
        for agency in &agencies {
            self.ready(agency).await?;
        }
        Ok(())
    }

    /// Starts one node and waits until it answers.
    ///
    /// # Errors
    /// When it does not, with the last lines of its log.
    pub async fn start(&mut self, agency: &str) -> Result<(), DemoError> {
        self.start_with(agency, &[]).await
    }

    /// Starts one node with further environment variables (tests arm crash points with them) and waits until it answers.
    ///
    /// # Errors
    /// When it does not, with the last lines of its log.
    pub async fn start_with(&mut self, agency: &str, env: &[(&str, &str)]) -> Result<(), DemoError> {
        self.spawn(agency, env)?;
        if self.clock.days_ahead() > 0 {
            self.tell_days(agency).await?;
        }
        self.ready(agency).await
    }

    /// Starts every node that does not run.
    ///
    /// # Errors
    /// When one does not answer, with the last lines of its log.
    pub async fn start_missing(&mut self) -> Result<(), DemoError> {
        let agencies: Vec<&'static str> = self.nodes.keys().copied().collect();
        for agency in agencies {
            if self.has_ended(agency) {
                self.start(agency).await?;
            }
        }
        Ok(())
    }

    /// Waits at most this long for a node's process to end by itself; how it ended, or nothing when it still runs.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn ended(&mut self, agency: &str, within: Duration) -> Result<Option<ExitStatus>, DemoError> {
        let node = self.nodes.get_mut(agency).ok_or_else(|| DemoError::NoSuchAgency(agency.to_owned()))?;
        let Some(child) = node.child.as_mut() else { return Ok(None) };
        match tokio::time::timeout(within, child.wait()).await {
            Err(_) => Ok(None),
            Ok(Ok(status)) => {
                node.child = None;
                Ok(Some(status))
            }
            Ok(Err(source)) => Err(DemoError::Process { agency: agency.to_owned(), source }),
        }
    }

    /// Kills one node's process (SIGKILL) and waits for its end.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn kill(&mut self, agency: &str) -> Result<(), DemoError> {
        if let Some(mut child) = self.take_child(agency)? {
            child.kill().await.map_err(|source| DemoError::Process { agency: agency.to_owned(), source })?;
        }
        Ok(())
    }

    /// Asks one node to stop (SIGTERM), waits, and kills it when it takes too long.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn stop(&mut self, agency: &str) -> Result<(), DemoError> {
        let Some(mut child) = self.take_child(agency)? else { return Ok(()) };
        let failed = |source| DemoError::Process { agency: agency.to_owned(), source };
        signal(&child, "TERM").await.map_err(failed)?;
        if tokio::time::timeout(Duration::from_secs(STOP_SECONDS_MAX), child.wait()).await.is_err() {
            child.kill().await.map_err(failed)?;
        }
        Ok(())
    }

    /// Asks every node to stop.
    ///
    /// # Errors
    /// When a process cannot be waited for.
    pub async fn stop_all(&mut self) -> Result<(), DemoError> {
        for node in self.nodes.values() {
            if let Some(child) = &node.child {
                // one that has gone already is no problem
                let _ = signal(child, "TERM").await;
            }
        }
        let agencies: Vec<&'static str> = self.nodes.keys().copied().collect();
        for agency in agencies {
            self.stop(agency).await?;
        }
        Ok(())
    }

    fn take_child(&mut self, agency: &str) -> Result<Option<Child>, DemoError> {
        self.nodes
            .get_mut(agency)
            .map(|node| node.child.take())
            .ok_or_else(|| DemoError::NoSuchAgency(agency.to_owned()))
    }

    fn spawn(&mut self, agency: &str, env: &[(&str, &str)]) -> Result<(), DemoError> {
        let log = self.log(agency);
        let opened = fs::OpenOptions::new().create(true).append(true).open(&log);
        let out = opened.map_err(|source| DemoError::File { path: log, source })?;
        let home = self.home(agency);
        let (program, node) = (&self.program, self.nodes.get_mut(agency));
        let node = node.ok_or_else(|| DemoError::NoSuchAgency(agency.to_owned()))?;
        let mut child = Command::new(program)
            .args(["serve", "--stop-with-stdin", "--clock-from-stdin", "--dir"])
            .arg(&home)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| DemoError::Process { agency: agency.to_owned(), source })?;
        // taken, for waiting for a child closes what is left with it
        node.held = child.stdin.take();
        node.child = Some(child);
        Ok(())
    }

    async fn ready(&mut self, agency: &str) -> Result<(), DemoError> {
        let log = self.log(agency);
        let node = self.nodes.get(agency).ok_or_else(|| DemoError::NoSuchAgency(agency.to_owned()))?;
        let who = node.spec.administrator();
        let mut tries_left = READY_SECONDS_MAX * 1000 / LOOK_AGAIN.as_millis() as u64;
        loop {
            // a connection that was refused once is not tried again by itself: ask with a new one
            let answer = self.staff(who)?.who_am_i(WhoAmIRequest {}).await;
            match answer {
                Ok(_) => return Ok(()),
                Err(error) if tries_left == 0 || self.has_ended(agency) => {
                    return Err(DemoError::NotReady {
                        agency: agency.to_owned(),
                        why: error.to_string(),
                        log_end: last_lines(&log),
                        log,
                    });
                }
                Err(_) => tries_left -= 1,
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn has_ended(&mut self, agency: &str) -> bool {
        self.nodes
            .get_mut(agency)
            .and_then(|node| node.child.as_mut())
            .is_none_or(|child| matches!(child.try_wait(), Ok(Some(_))))
    }
}

impl AgencySpec {
    /// The person whom `concord init` makes the first administrator.
    pub fn administrator(&self) -> Who {
        let name = self.staff.first().map_or("administrator", |person| person.name);
        Who { agency: self.id, name }
    }
}

/// Sends a signal. The standard library can only kill; the shell's own `kill` needs no further package.
async fn signal(child: &Child, name: &str) -> std::io::Result<()> {
    let Some(id) = child.id() else { return Ok(()) };
    let script = format!("kill -{name} {id}");
    Command::new("/bin/sh").arg("-c").arg(script).stderr(Stdio::null()).status().await.map(drop)
}

fn last_lines(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}

fn fresh(dir: &Path) -> Result<PathBuf, DemoError> {
    let failed = |source| DemoError::File { path: dir.to_owned(), source };
    match fs::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(DemoError::DirectoryInUse(dir.to_owned()));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    fs::create_dir_all(dir.join("logs")).map_err(failed)?;
    fs::canonicalize(dir).map_err(failed)
}

fn staff_dir(dir: &Path, who: Who) -> PathBuf {
    dir.join("staff").join(who.agency).join(who.name)
}

/// Ports that were free a moment ago; each is held until all are chosen, so that none is given twice.
#[derive(Default)]
struct FreePorts(Vec<TcpListener>);

impl FreePorts {
    fn take(&mut self) -> Result<SocketAddr, DemoError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(DemoError::Port)?;
        let address = listener.local_addr().map_err(DemoError::Port)?;
        self.0.push(listener);
        Ok(address)
    }
}

fn write_home(
    region: &RegionSpec,
    dir: &Path,
    authority: &Authority,
    coordinator: &NodeKeys,
    node: &Node,
) -> Result<Member, DemoError> {
    let spec = node.spec;
    let home = dir.join(spec.id);
    let validity = Validity::days(SystemClock.now().0, VALID_DAYS);
    let credentials = authority.issue(&Holder::node(spec.id), validity)?;
    credentials.write(&home, "node")?;
    write_private(&home.join("ca.pem"), authority.certificate_pem().as_bytes())?;
    let keys = NodeKeys::generate()?;
    keys.write(&home.join("sign.key"), &home.join("hpke.key"))?;
    write_private(&home.join("concord.toml"), config(region, node, coordinator).as_bytes())?;
    let uri = Holder::node(spec.id).uri(region.trust_domain)?;
    for person in spec.staff {
        let who = Who { agency: spec.id, name: person.name };
        let at = staff_dir(dir, who);
        authority.issue(&Holder::staff(spec.id, person.name), validity)?.write(&at, "staff")?;
        write_private(&at.join("ca.pem"), authority.certificate_pem().as_bytes())?;
        let place = Place { address: node.staff.to_string(), node: uri.clone() };
        let text = toml::to_string(&place).map_err(|e| DemoError::Spec(e.to_string()))?;
        write_private(&at.join(crate::cli::CONNECTION_FILE), text.as_bytes())?;
    }
    let mut tls_key_sha256 = [0; 32];
    tls_key_sha256.copy_from_slice(digest::digest(&digest::SHA256, &credentials.public_key_der).as_ref());
    let word = |what: &str, found: &str| DemoError::Spec(format!("{}: {found} is no {what}", spec.id));
    Ok(Member {
        id: AgencyId(spec.id.to_owned()),
        name: spec.name.to_owned(),
        spiffe: SpiffeId::parse(&uri).map_err(|e| DemoError::Spec(e.to_string()))?,
        tls_key_sha256,
        verify_key: keys.verify_key(),
        hpke_key: keys.hpke_key(),
        addresses: vec![node.exchange.to_string()],
        sector: Sector::from_word(spec.sector).ok_or_else(|| word("sector", spec.sector))?,
        team_role: TeamRole::from_word(spec.team_role).ok_or_else(|| word("role", spec.team_role))?,
        emergency_phone: spec.telephone.to_owned(),
    })
}

/// The node's `concord.toml`, with times that suit a demonstration.
fn config(region: &RegionSpec, node: &Node, coordinator: &NodeKeys) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let spec = node.spec;
    let mut text = String::new();
    let mut section = |name: &str, keys: &[(&str, String)]| {
        let _ = writeln!(text, "[{name}]");
        for (key, value) in keys {
            let _ = writeln!(text, "{key} = {value}");
        }
    };
    section(
        "agency",
        &[
            ("id", quoted(spec.id)),
            ("name", quoted(spec.name)),
            ("sector", quoted(spec.sector)),
            ("state", quoted(region.state)),
            ("telephone", quoted(spec.telephone)),
            ("trust_domain", quoted(region.trust_domain)),
        ],
    );
    section("exchange", &[("listen", quoted(&node.exchange.to_string()))]);
    section("staff", &[("listen", quoted(&node.staff.to_string()))]);
    section(
        "tls",
        &[
            ("authorities", quoted("ca.pem")),
            ("certificate", quoted("node.pem")),
            ("key", quoted("node.key")),
        ],
    );
    section("keys", &[("signing", quoted("sign.key")), ("opening", quoted("hpke.key"))]);
    let coordinator_key = coordinator.verify_key().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    section(
        "roster",
        &[
            ("file", quoted("roster.toml")),
            ("signature", quoted("roster.sig")),
            ("coordinator_key", quoted(&coordinator_key)),
        ],
    );
    section("notify", &[("telephone", quoted(spec.telephone))]);
    section(
        "courier",
        &[
            ("retry_first_seconds", "1".to_owned()),
            ("retry_longest_seconds", "1".to_owned()),
            ("fetch_seconds", "1".to_owned()),
        ],
    );
    section("times", &[("answer_after_seconds", "12".to_owned())]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::demo::cast::REGION;

    #[tokio::test]
    async fn a_region_is_written_whole_and_never_over_something() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("region");
        let region = Region::create(REGION, &root, PathBuf::from("concord")).await.unwrap();
        for agency in REGION.agencies {
            let config = Config::load(&region.home(agency.id)).unwrap();
            assert_eq!(config.agency.id.as_str(), agency.id);
            assert_eq!(
                config.agency.spiffe(),
                format!("spiffe://{}/agency/{}", REGION.trust_domain, agency.id)
            );
            let coordinator = &config.roster.coordinator_key;
            let signature = fs::read_to_string(&config.roster.signature).unwrap();
            assert!(!coordinator.is_empty() && signature.trim().len() == 128);
            NodeKeys::read(&config.keys.signing, &config.keys.opening).unwrap();
            for person in agency.staff {
                let who = Who { agency: agency.id, name: person.name };
                region.staff(who).unwrap();
            }
        }
        let again = Region::create(REGION, &root, PathBuf::from("concord")).await;
        let error = again.err().unwrap();
        assert!(matches!(&error, DemoError::DirectoryInUse(_)), "{error}");
        assert!(error.to_string().contains("empty"), "{error}");
    }
}

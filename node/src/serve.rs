//! One running node: its listeners, its courier, its bells, until it is told to stop.
//!
//! Callers: `concord serve`, the bench and the system tests, which hand in clock, randomness and a tap. Order of starting:
//! configuration, keys, store (which takes the home's lock), certificates, roster, then the ports. Order of stopping: no new
//! calls, the courier finishes what is in flight, the store closes.

use crate::app::{App, AppError, IdSource, References, SnapshotCache};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError, LawPackConfig};
use crate::entropy::{Entropy, OsEntropy};
use crate::exchange::collect::Fetcher;
use crate::exchange::courier::Courier;
use crate::exchange::desk::Desk;
use crate::exchange::keys::{KeyError, NodeKeys};
use crate::exchange::lanes::Lanes;
use crate::exchange::listen::{self, ListenLimits};
use crate::exchange::peer::{PeerLimits, Peers};
use crate::exchange::roster::{LastSeen, Roster, RosterError};
use crate::intake;
use crate::law_pack::{self, LawPackError};
use crate::staff;
use crate::store::{Changes, Event, Expected, Kind, NodeStore, Put, Store, StoreError};
use crate::tls::{Tap, TcpDial, Tls, TlsError, TlsMaterial, TlsPaths};
use crate::work::notify;
use arc_swap::ArcSwap;
use policy::door::Door;
use policy::id::Id;
use policy::law::pack::Pack;
use policy::law::{FILES, Law};
use policy::share::Matrix;
use policy::share::local::{LocalRulesRefused, law_over};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// Where the roster that was seen last is remembered.
const ROSTER_ROW: Id = Id(5);
/// How often roster and certificates are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often the bells are looked at when nothing rings.
const BELL_TICK: Duration = Duration::from_secs(2);
/// How often it is asked whether the key-encryption key is due.
const KEYS_LOOKED_AT_EVERY: Duration = Duration::from_secs(60 * 60);
/// What arrives within this time rings once.
const BELL_GATHERS: Duration = Duration::from_millis(250);

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A certificate, authority or revocation list.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The roster.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The law texts.
    #[error(transparent)]
    Law(#[from] policy::law::LawError),
    /// This agency's own rules do not load, or would widen something.
    #[error(transparent)]
    LocalRulesRefused(#[from] LocalRulesRefused),
    /// The file of this agency's own rules cannot be read.
    #[error("cannot read {} (law.local_rules)", path.display())]
    LocalRules {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The law pack (law.pack).
    #[error(transparent)]
    LawPack(#[from] LawPackError),
    /// The records.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first writes.
    #[error(transparent)]
    App(#[from] AppError),
    /// A port.
    #[error("cannot listen on {address} ({key}): choose a free port, or stop what uses this one")]
    Port {
        /// The address.
        address: SocketAddr,
        /// Where it is configured.
        key: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// What a test may hand in; a real node takes the defaults.
pub struct Options {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Sees the plaintext of the exchange port.
    pub exchange_tap: Option<Arc<dyn Tap>>,
    /// Sees the plaintext of the staff port.
    pub staff_tap: Option<Arc<dyn Tap>>,
    /// Whether the courier, the bells and the fetcher run by themselves; tests call them one step at a time.
    pub background: bool,
    /// Another matrix than this build's.
    pub matrix: Option<Matrix>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            exchange_tap: None,
            staff_tap: None,
            background: true,
            matrix: None,
        }
    }
}

/// A node that runs.
pub struct Running {
    /// Its verbs.
    pub app: Arc<App>,
    /// Its courier, for tests that step.
    pub courier: Arc<Courier>,
    /// Its certificates, to be replaced without a restart.
    pub tls: Arc<Tls>,
    /// Where other nodes call.
    pub exchange: SocketAddr,
    /// Where staff call.
    pub staff: SocketAddr,
    /// Where people who are unknown to this node tell it something, if it has an intake.
    pub intake: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    paths: TlsPaths,
}

impl Running {
    /// Reads certificates, authorities and revocation lists again. On a mistake the old ones stay.
    ///
    /// # Errors
    /// What is wrong with the new files.
    pub fn reload_certificates(&self) -> Result<(), TlsError> {
        self.tls.reload(TlsMaterial::read(&self.paths)?)
    }

    /// Stops: no new calls, what is in flight ends, the store closes.
    ///
    /// # Errors
    /// When the store cannot be closed in order.
    pub async fn stop(mut self) -> Result<(), StoreError> {
        let _nobody_left = self.stop.send(true);
        self.app.courier_bell.notify_waiters();
        self.app.notify_bell.notify_waiters();
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the node ended badly");
            }
        }
        self.app.store.close().await
    }
}

/// Starts the node of a home.
///
/// # Errors
/// [`ServeError`] naming the file or key that is wrong, and what to do.
pub async fn start(home: &Path, options: Options) -> Result<Running, ServeError> {
    let config = Arc::new(Config::load(home)?);
    let Options { clock, entropy, exchange_tap, staff_tap, background, matrix } = options;
    let keys = Arc::new(NodeKeys::read(&config.keys.signing, &config.keys.opening)?);
    let records = Arc::new(NodeStore::open(home).await?);
    let store: Arc<dyn Store> = Arc::clone(&records) as Arc<dyn Store>;
    let paths = tls_paths(&config);
    let tls = Tls::new(TlsMaterial::read(&paths)?, Arc::clone(&clock))?;
    tls.must_be_node()?;
    let last_seen = read_last_seen(store.as_ref()).await?;
    let first = read_roster(&config, last_seen)?;
    remember(store.as_ref(), clock.as_ref(), &first).await?;
    let roster = Arc::new(ArcSwap::from_pointee(first));
    let references: References =
        App::load_references(store.as_ref(), clock.as_ref(), entropy.as_ref()).await?;
    let app = Arc::new(App {
        store,
        clock,
        entropy,
        door: door(&config, matrix)?,
        references,
        roster: Arc::clone(&roster),
        own: config.agency.id.clone(),
        config: Arc::clone(&config),
        keys,
        ids: IdSource::default(),
        snapshots: SnapshotCache::default(),
        courier_bell: Notify::new(),
        notify_bell: Notify::new(),
    });
    let (exchange_port, exchange) = bind(config.exchange_listen, "exchange.listen").await?;
    let (staff_port, staff_address) = bind(config.staff_listen, "staff.listen").await?;
    let intake_port = match &config.intake {
        Some(intake) => Some(bind(intake.listen, "intake.listen").await?),
        None => None,
    };
    let (stop, stopped) = watch::channel(false);
    let peers = Arc::new(Peers::new(TcpDial, Arc::clone(&tls), PeerLimits::default(), exchange_tap.clone()));
    let courier = Arc::new(Courier::new(Arc::clone(&app), Lanes::new(Arc::clone(&app), Arc::clone(&peers))));
    let desk = Arc::new(Desk::new(Arc::clone(&app)));
    let mut tasks = Vec::new();
    {
        let (tls, ended) = (Arc::clone(&tls), until(stopped.clone()));
        tasks.push(tokio::spawn(async move {
            let limits = ListenLimits::default();
            let served = listen::serve(exchange_port, tls, roster, desk, limits, exchange_tap, ended).await;
            log_end("exchange", served);
        }));
    }
    {
        let (tls, app, ended) = (Arc::clone(&tls), Arc::clone(&app), until(stopped.clone()));
        tasks.push(tokio::spawn(async move {
            let limits = ListenLimits::default();
            log_end("staff", staff::listen::serve(staff_port, tls, app, limits, staff_tap, ended).await);
        }));
    }
    let intake_address = intake_port.as_ref().map(|(_, address)| *address);
    if let Some((port, _)) = intake_port {
        let (tls, app, ended) = (Arc::clone(&tls), Arc::clone(&app), until(stopped.clone()));
        tasks.push(tokio::spawn(async move {
            log_end("intake", intake::serve(port, tls, app, intake::Limits::default(), ended).await);
        }));
    }
    if background {
        tasks.push(tokio::spawn(Arc::clone(&courier).run(stopped.clone())));
        tasks.push(tokio::spawn(ring_bells(Arc::clone(&app), stopped.clone())));
        tasks.push(tokio::spawn(fetch(Arc::clone(&app), peers, stopped.clone())));
        tasks.push(tokio::spawn(rotate_keys(records, Arc::clone(&app), stopped.clone())));
        tasks.push(tokio::spawn(watch_files(Arc::clone(&app), Arc::clone(&tls), paths.clone(), stopped)));
    }
    let intake = intake_address.map_or_else(|| "none".to_owned(), |address| address.to_string());
    let law = app.door.law().version();
    tracing::info!(agency = %app.own, %exchange, staff = %staff_address, %intake, law, "serving");
    Ok(Running {
        app,
        courier,
        tls,
        exchange,
        staff: staff_address,
        intake: intake_address,
        stop,
        tasks,
        paths,
    })
}

/// Where a configuration says that the TLS files are.
pub fn tls_paths(config: &Config) -> TlsPaths {
    TlsPaths {
        certificate: config.tls.certificate.clone(),
        key: config.tls.key.clone(),
        authorities: config.tls.authorities.clone(),
        revocation_lists: config.tls.revocation_lists.clone(),
    }
}

/// The law of this build or of a signed pack, with this agency's own rules on top.
///
/// # Errors
/// When the pack is not its signer's, or the texts or rules do not load.
fn law(pack: Option<&LawPackConfig>, rules: Option<&Path>) -> Result<Law, ServeError> {
    let pack = pack.map(|pack| law_pack::read(&pack.file, &pack.key)).transpose()?;
    let texts = pack.as_ref().map_or_else(|| FILES.to_vec(), Pack::files);
    let Some(path) = rules else { return Ok(Law::parse(&texts)?) };
    let unreadable = |source| ServeError::LocalRules { path: path.to_owned(), source };
    Ok(law_over(&texts, &std::fs::read_to_string(path).map_err(unreadable)?)?)
}

/// Law and matrix of this build, or a signed pack's law, or another matrix, with this agency's own rules on top: they can only restrict.
///
/// # Errors
/// When the agency's own rules do not load.
fn door(config: &Config, matrix: Option<Matrix>) -> Result<Arc<Door>, ServeError> {
    let law = law(config.law_pack.as_ref(), config.local_rules.as_deref())?;
    let matrix = matrix.unwrap_or_else(|| Matrix::embedded().clone());
    Ok(Arc::new(Door::new(Arc::new(law), Arc::new(matrix))))
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<(TcpListener, SocketAddr), ServeError> {
    let port = |source| ServeError::Port { address, key, source };
    let listener = TcpListener::bind(address).await.map_err(port)?;
    let bound = listener.local_addr().map_err(port)?;
    Ok((listener, bound))
}

fn log_end(which: &'static str, served: Result<(), tonic::transport::Error>) {
    match served {
        Ok(()) => tracing::info!(which, "listener closed"),
        Err(error) => tracing::error!(which, %error, "listener failed"),
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}

async fn read_last_seen(store: &dyn Store) -> Result<Option<LastSeen>, ServeError> {
    let r = Kind::Sequence.of(ROSTER_ROW);
    let Some(row) = store.get(r).await? else { return Ok(None) };
    serde_json::from_slice(&row.body).map(Some).map_err(|_| AppError::Unreadable(r).into())
}

fn read_roster(config: &Config, last_seen: Option<LastSeen>) -> Result<Roster, RosterError> {
    let r = &config.roster;
    Roster::read(&r.file, &r.signature, &r.coordinator_key, last_seen)
}

/// Remembers which roster was seen last, so that nothing older is taken after a restart.
async fn remember(store: &dyn Store, clock: &dyn Clock, roster: &Roster) -> Result<(), ServeError> {
    let r = Kind::Sequence.of(ROSTER_ROW);
    let body = serde_json::to_vec(&roster.last_seen()).map_err(|_| AppError::Unreadable(r))?;
    let event = Event { at: clock.now(), actor: "node".into(), kind: "roster_taken".into(), ids: vec![r] };
    let put = Put::new(r, body).expecting(Expected::Any);
    let outcome =
        store.commit(Changes { puts: vec![put], events: vec![event], ..Changes::default() }).await?;
    tracing::debug!(?outcome, serial = roster.serial(), "roster taken");
    Ok(())
}

/// Looks at the roster and the certificate files again and again: who left is refused at once, new certificates need no
/// restart. What is wrong with a new file is said once and the old one stays.
async fn watch_files(app: Arc<App>, tls: Arc<Tls>, paths: TlsPaths, stopped: watch::Receiver<bool>) {
    let mut said: Option<String> = None;
    let mut seen = fingerprint(&app.config, &paths);
    while pause(LOOK_AGAIN, &stopped).await {
        let now = fingerprint(&app.config, &paths);
        if now == seen && said.is_none() {
            continue;
        }
        seen = now;
        let current = app.roster.load().last_seen();
        let mut problem = None;
        match read_roster(&app.config, Some(current)) {
            Ok(newer) if newer.serial() > current.serial => {
                for left in app.roster.load().departed(&newer) {
                    tracing::warn!(agency = %left, "left the roster: refused from now on");
                }
                match remember(app.store.as_ref(), app.clock.as_ref(), &newer).await {
                    Ok(()) => {
                        app.roster.store(Arc::new(newer));
                        app.snapshots_changed();
                        app.courier_bell.notify_one();
                    }
                    Err(error) => problem = Some(error.to_string()),
                }
            }
            Ok(_) => {}
            Err(error) => problem = Some(error.to_string()),
        }
        if let Err(error) = TlsMaterial::read(&paths).and_then(|material| tls.reload(material)) {
            problem = Some(error.to_string());
        }
        if problem != said {
            if let Some(problem) = &problem {
                tracing::error!(problem, "a new roster or certificate cannot be used; the old one stays");
            }
            said = problem;
        }
    }
}

/// When roster and certificate files were last written, and how long they are.
fn fingerprint(config: &Config, paths: &TlsPaths) -> Vec<Option<(std::time::SystemTime, u64)>> {
    let mut files: Vec<&PathBuf> = vec![
        &config.roster.file,
        &config.roster.signature,
        &paths.certificate,
        &paths.key,
        &paths.authorities,
    ];
    files.extend(&paths.revocation_lists);
    files
        .into_iter()
        .map(|file| std::fs::metadata(file).ok().and_then(|m| Some((m.modified().ok()?, m.len()))))
        .collect()
}

async fn ring_bells(app: Arc<App>, stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = notify::run_once(&app, app.now()).await {
            tracing::error!(%error, "notifications could not be rung");
        }
        tokio::select! {
            () = app.notify_bell.notified() => tokio::time::sleep(BELL_GATHERS).await,
            () = tokio::time::sleep(BELL_TICK) => {}
        }
    }
}

/// Wraps the record keys under a new key every so many days, so that what was purged is gone from old copies too.
async fn rotate_keys(records: Arc<NodeStore>, app: Arc<App>, stopped: watch::Receiver<bool>) {
    let days = i64::from(app.config.times.key_rotation_days);
    loop {
        let now = app.now();
        match records.kek_rotated_at().await {
            Ok(Some(last)) if now < last.plus_days(days) => {}
            Ok(_) => match records.rotate_kek(now).await {
                Ok(wrapped) => tracing::info!(wrapped, "record keys wrapped under a new key"),
                Err(error) => tracing::error!(%error, "record keys could not be wrapped under a new key"),
            },
            Err(error) => tracing::error!(%error, "when keys were last rotated cannot be read"),
        }
        if !pause(KEYS_LOOKED_AT_EVERY, &stopped).await {
            return;
        }
    }
}

/// An agency that opens no port fetches; the others are called.
async fn fetch(app: Arc<App>, peers: Arc<Peers>, stopped: watch::Receiver<bool>) {
    let mut fetcher = Fetcher::default();
    let every = Duration::from_secs(u64::from(app.config.courier.fetch_seconds));
    while pause(every, &stopped).await {
        if !app.roster.load().agency(&app.own).is_some_and(|own| own.addresses.is_empty()) {
            continue;
        }
        fetcher.fetch_once(&app, &peers).await;
    }
}

/// Waits; false when the node stops meanwhile.
async fn pause(time: Duration, stopped: &watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => !*stopped.borrow(),
        () = until(stopped.clone()) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_decides_by_the_pack_that_its_signer_signed_and_by_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("next.law");
        let keys = NodeKeys::generate().unwrap();
        let mut texts = FILES.to_vec();
        let next = format!("{}\n# read again\n", texts[0].1);
        texts[0].1 = &next;
        let made = policy::time::Date { year: 2026, month: 11, day: 21 };
        law_pack::write(&Pack::of(&texts, "next", made).unwrap(), &file, &keys).unwrap();
        let by = |keys: &NodeKeys| LawPackConfig {
            file: file.clone(),
            key: crate::hex::encode(&keys.verify_key()),
        };
        let packed = law(Some(&by(&keys)), None).unwrap();
        assert_eq!(packed.version(), Law::parse(&texts).unwrap().version());
        assert_ne!(packed.version(), law(None, None).unwrap().version());
        let other = NodeKeys::generate().unwrap();
        let refused = law(Some(&by(&other)), None).unwrap_err();
        assert!(matches!(refused, ServeError::LawPack(LawPackError::NotSigned { .. })), "{refused}");
        let rules = dir.path().join("rules.toml");
        std::fs::write(&rules, "[[clause]]\nid = \"local-no\"\ncitation = \"x\"\nread = \"2026-11-21\"\neffect = \"forbid\"\nsummary = \"x\"\nwhen = \"true\"\n").unwrap();
        let both = law(Some(&by(&keys)), Some(&rules)).unwrap();
        assert!(both.clause("local-no").is_some() && both.clauses().len() > packed.clauses().len());
    }
}

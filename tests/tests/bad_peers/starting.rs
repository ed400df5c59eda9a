//! What keeps a node from starting: `concord serve` ends at once, and its last words name the file and the remedy.

use certs_dev::{Authority, Holder, Validity};
use node::clock::{Clock, SystemClock};
use node::demo::region::Region;
use sqlx::Connection;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use system_tests::pair::{HOSPITAL, PAIR};
use system_tests::program::concord;
use tokio::process::Command;

/// What `concord serve` said before it gave up. A node that starts is a failed test.
async fn refusal(home: &Path) -> String {
    let mut serve = Command::new(concord());
    serve.arg("serve").arg("--dir").arg(home).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_secs(60), serve.output()).await;
    let output = ended.expect("the node started and serves").unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

/// Every word is in the refusal.
async fn refused(home: &Path, words: &[&str]) {
    let said = refusal(home).await;
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

fn mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A fresh copy of a home that would start.
struct Homes {
    region: Region,
    dir: tempfile::TempDir,
    made: usize,
}

impl Homes {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let region = Region::create(PAIR, &dir.path().join("region"), concord().clone()).await.unwrap();
        Self { region, dir, made: 0 }
    }

    fn fresh(&mut self) -> PathBuf {
        self.made += 1;
        let home = self.dir.path().join(format!("home-{}", self.made));
        copy(&self.region.home(HOSPITAL), &home);
        home
    }

    /// A copy whose configuration was changed.
    fn with(&mut self, old: &str, new: &str) -> PathBuf {
        let home = self.fresh();
        let file = home.join("concord.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{text}");
        fs::write(&file, text.replacen(old, new, 1)).unwrap();
        home
    }
}

#[tokio::test]
async fn a_configuration_that_is_wrong_is_named_key_by_key() {
    let mut homes = Homes::new().await;
    let home = homes.with("name = \"Hospital\"\nsector = \"hospital\"\n", "sektor = \"hospital\"\n");
    let names = [
        "concord.toml has 3 keys to repair",
        "agency.name: missing",
        "agency.sector: missing",
        "agency.sektor: unknown key",
    ];
    refused(&home, &names).await;
    let home = homes.with("[exchange]\nlisten = \"127.0.0.1:", "[exchange]\nlisten = \"here:");
    refused(&home, &["exchange.listen: must be an IP address and port, such as"]).await;
    let home = homes.with("[agency]", "[agency");
    refused(&home, &["concord.toml is not TOML", "line 1"]).await;
    let empty = homes.dir.path().join("nothing");
    fs::create_dir(&empty).unwrap();
    refused(&empty, &["concord.toml cannot be read: `concord init` writes one"]).await;
}

#[tokio::test]
async fn key_files_must_be_there_be_keys_and_be_private() {
    let mut homes = Homes::new().await;
    for file in ["node.key", "sign.key", "hpke.key", "kek.key"] {
        let home = homes.fresh();
        mode(&home.join(file), 0o644);
        refused(&home, &[file, "can be read", "by others", "chmod 600"]).await;
        let home = homes.fresh();
        fs::remove_file(home.join(file)).unwrap();
        refused(&home, &[file]).await;
    }
    for file in ["node.key", "sign.key"] {
        // there, and yet not to be read as a file
        let home = homes.fresh();
        fs::remove_file(home.join(file)).unwrap();
        fs::create_dir(home.join(file)).unwrap();
        mode(&home.join(file), 0o700);
        refused(&home, &["cannot read", file, "check the path in the node's configuration"]).await;
    }
    let home = homes.fresh();
    fs::write(home.join("sign.key"), "not a key").unwrap();
    mode(&home.join("sign.key"), 0o600);
    refused(&home, &["sign.key is not a private key of kind ed25519", "openssl genpkey"]).await;
}

#[tokio::test]
async fn a_certificate_that_no_peer_would_accept_is_not_served() {
    let mut homes = Homes::new().await;
    let now = SystemClock.now().0;
    let authority = Authority::read(&homes.region.dir().join("authority"), PAIR.trust_domain).unwrap();
    let stranger = Authority::new(PAIR.trust_domain, Validity::days(now, 9)).unwrap();
    let node = Holder::node(HOSPITAL);
    for (credentials, words) in [
        (
            authority.issue(&node, Validity::expired(now)),
            "the certificate has expired: its holder has to get a new one",
        ),
        (authority.issue(&node, Validity::future(now)), "the certificate is not valid yet: check the clocks"),
        (
            stranger.issue(&node, Validity::days(now, 9)),
            "not issued by an authority that this node trusts: compare `authorities`",
        ),
        (
            authority.issue(&Holder::staff(HOSPITAL, "ana"), Validity::days(now, 9)),
            "is a person's certificate: a node needs spiffe://DOMAIN/agency/ID",
        ),
    ] {
        let home = homes.fresh();
        credentials.unwrap().write(&home, "node").unwrap();
        refused(&home, &[words]).await;
    }
    let home = homes.fresh();
    let other = authority.issue(&node, Validity::days(now, 9)).unwrap();
    fs::write(home.join("node.pem"), other.certificate_pem).unwrap();
    refused(&home, &["the certificate and the private key cannot be used: check that they belong together"])
        .await;
}

#[tokio::test]
async fn rosters_that_are_older_altered_or_of_another_coordinator_are_not_taken() {
    let mut homes = Homes::new().await;
    let older = homes.fresh();
    homes.region.publish_roster(Duration::from_secs(86_400)).unwrap();
    // the node has seen the second roster; somebody puts the first one back
    homes.region.start(HOSPITAL).await.unwrap();
    homes.region.stop(HOSPITAL).await.unwrap();
    let home = homes.region.home(HOSPITAL);
    for file in ["roster.toml", "roster.sig"] {
        fs::copy(older.join(file), home.join(file)).unwrap();
    }
    refused(
        &home,
        &["the roster has serial 1, but 2 was seen before: an older roster is never taken, fetch the newest"],
    )
    .await;

    let altered = "the roster's signature is not the coordinator's: fetch roster and signature again";
    let home = homes.fresh();
    let text = fs::read_to_string(home.join("roster.toml")).unwrap();
    fs::write(home.join("roster.toml"), text.replacen("127.0.0.1", "127.0.0.2", 1)).unwrap();
    refused(&home, &[altered]).await;
    let key = node::exchange::keys::NodeKeys::generate().unwrap().verify_key();
    let hex = key.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let home = homes.fresh();
    let file = home.join("concord.toml");
    let lines: Vec<String> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|l| {
            if l.starts_with("coordinator_key") {
                format!("coordinator_key = \"{hex}\"")
            } else {
                l.to_owned()
            }
        })
        .collect();
    fs::write(&file, lines.join("\n")).unwrap();
    refused(&home, &[altered, "compare the pinned key by telephone"]).await;
}

#[tokio::test]
async fn a_home_is_for_one_node_and_a_port_too() {
    let mut homes = Homes::new().await;
    let copied = homes.fresh();
    homes.region.start(HOSPITAL).await.unwrap();
    let home = homes.region.home(HOSPITAL);
    let path = home.display().to_string();
    refused(&home, &["another concord runs on", &path, "stop it first, or give this one a home of its own"])
        .await;
    // a copy of the home has the same ports
    refused(
        &copied,
        &["cannot listen on 127.0.0.1:", "(exchange.listen): choose a free port, or stop what uses this one"],
    )
    .await;
    // and the first one was not disturbed
    let admin = homes.region.staff(PAIR.agencies[0].administrator()).unwrap();
    admin.who_am_i(proto::agency::v1::WhoAmIRequest {}).await.unwrap();
    homes.region.stop_all().await.unwrap();
}

#[tokio::test]
async fn records_of_a_newer_version_are_left_alone() {
    let mut homes = Homes::new().await;
    for name in ["concord.db", "keys.db"] {
        let home = homes.fresh();
        let file = home.join(name);
        let mut raw = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'from the future', 1, x'00', 0)",
        )
        .execute(&mut raw)
        .await
        .unwrap();
        raw.close().await.unwrap();
        let before = fs::read(&file).unwrap();
        refused(&home, &[name, "has schema version 9000", "install the concord that wrote it"]).await;
        assert_eq!(fs::read(&file).unwrap(), before, "{name} was changed");
    }
    refused(&homes.dir.path().join("mistyped"), &["cannot be read: `concord init` writes one"]).await;
}

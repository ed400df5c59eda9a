//! Certificates, rosters and ports that are wrong while nodes run. One approved share waits through all of it: each time the
//! sender's staff read in its trace what is wrong and what to do, nothing arrives, and in the end it arrives once.

use certs_dev::{Authority, Credentials, Holder, Validity, write_private};
use node::clock::{Clock, ManualClock, SystemClock};
use node::config::Config;
use node::demo::region::Region;
use node::demo::setup::{self, Teams};
use node::exchange::keys::NodeKeys;
use node::exchange::roster::{Member, Roster};
use node::serve::{Options, Running, start};
use policy::time::UtcTime;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use system_tests::pair::{
    Asked, GOES, HOSPITAL, PAIR, TEAM, TEAM_ADMIN, approve, ask, inbox, trace, wait_for,
};
use system_tests::program::concord;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

const MINUTE_MS: i64 = 60_000;

/// Two nodes in this process, whose files the test changes between attempts.
struct Wire {
    region: Region,
    teams: Teams,
    authority: Authority,
    coordinator: NodeKeys,
    serial: u64,
    now: UtcTime,
    members: Vec<Member>,
    team: Option<Running>,
    /// Files to put back after each case.
    good: Vec<(PathBuf, Vec<u8>)>,
    _dir: tempfile::TempDir,
}

impl Wire {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let region = Region::create(PAIR, &dir.path().join("region"), concord().clone()).await.unwrap();
        let authority = Authority::read(&region.dir().join("authority"), PAIR.trust_domain).unwrap();
        let coordinator = NodeKeys::generate().unwrap();
        let key =
            coordinator.verify_key().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let now = SystemClock.now();
        let list = authority.revocation_list(&[], 1, Validity::days(now.0, 20)).unwrap();
        let first = Config::load(&region.home(TEAM)).unwrap().roster;
        let members = Roster::read(&first.file, &first.signature, &first.coordinator_key, None).unwrap();
        for agency in [HOSPITAL, TEAM] {
            let home = region.home(agency);
            let file = home.join("concord.toml");
            let lines: Vec<String> = fs::read_to_string(&file)
                .unwrap()
                .lines()
                .map(|line| match line {
                    "[tls]" => "[tls]\nrevocation_lists = [\"revoked.crl\"]".to_owned(),
                    l if l.starts_with("coordinator_key") => format!("coordinator_key = \"{key}\""),
                    l => l.to_owned(),
                })
                .collect();
            fs::write(&file, lines.join("\n")).unwrap();
            write_private(&home.join("revoked.crl"), list.as_bytes()).unwrap();
        }
        let mut wire = Self {
            teams: Teams::new(),
            members: members.members().to_vec(),
            region,
            authority,
            coordinator,
            serial: 1,
            now,
            team: None,
            good: Vec::new(),
            _dir: dir,
        };
        for agency in [HOSPITAL, TEAM] {
            for name in ["node.pem", "node.key", "ca.pem", "revoked.crl"] {
                let file = wire.region.home(agency).join(name);
                wire.good.push((file.clone(), fs::read(file).unwrap()));
            }
        }
        wire.roster(&[HOSPITAL, TEAM], now.plus_days(20), |_| {});
        wire.start_team().await;
        let hospital = wire.hospital(now).await;
        wire.teams = setup::first_day(&wire.region).await.unwrap();
        hospital.stop().await.unwrap();
        wire
    }

    /// A new roster in the homes of these agencies.
    fn roster(&mut self, at: &[&str], until: UtcTime, change: impl Fn(&mut Vec<Member>)) {
        self.serial += 1;
        let mut members = self.members.clone();
        change(&mut members);
        let from = self.now.plus_days(-5);
        let (text, signature) =
            Roster::issue(PAIR.trust_domain, self.serial, from, until, &members, &self.coordinator).unwrap();
        for agency in at {
            let home = self.region.home(agency);
            write_private(&home.join("roster.sig"), signature.as_bytes()).unwrap();
            write_private(&home.join("roster.toml"), text.as_bytes()).unwrap();
        }
    }

    async fn hospital(&self, now: UtcTime) -> Running {
        self.start(HOSPITAL, now).await
    }

    /// Starts a node whose home is free again: a program that another test starts in this moment holds a copy of every open
    /// file, the home's lock included, until it is loaded.
    async fn start(&self, agency: &str, now: UtcTime) -> Running {
        let home = self.region.home(agency);
        wait_for("the home to be free", 10, async || {
            let clock = Arc::new(ManualClock::at(now));
            match start(&home, Options { clock, background: false, ..Options::default() }).await {
                Err(error) if format!("{error:?}").contains("Locked") => Ok(None),
                other => Ok(Some(other.unwrap())),
            }
        })
        .await
        .unwrap()
    }

    async fn start_team(&mut self) {
        self.start_team_at(self.now).await;
    }

    async fn start_team_at(&mut self, now: UtcTime) {
        if let Some(team) = self.team.take() {
            team.stop().await.unwrap();
        }
        self.team = Some(self.start(TEAM, now).await);
    }

    fn issue(&self, agency: &str) -> Credentials {
        self.authority.issue(&Holder::node(agency), Validity::days(self.now.0, 9)).unwrap()
    }

    /// Another certificate in a home.
    fn give(&self, agency: &str, credentials: &Credentials) {
        credentials.write(&self.region.home(agency), "node").unwrap();
    }

    fn revoke(&self, at: &str, revoked: &Credentials) {
        let list = self.authority.revocation_list(&[revoked], 2, Validity::days(self.now.0, 20)).unwrap();
        write_private(&self.region.home(at).join("revoked.crl"), list.as_bytes()).unwrap();
    }

    /// One attempt of the hospital: what its trace says afterwards.
    async fn attempt(&self, asked: &Asked) -> String {
        let hospital = self.hospital(self.now).await;
        let begun = hospital.courier.run_once(UtcTime(self.now.0 + MINUTE_MS)).await.unwrap();
        assert_eq!(begun, 1, "the share is still to be sent");
        hospital.stop().await.unwrap();
        // its staff would not talk to a node with a wrong certificate either: they read it once their node is in order
        let home = self.region.home(HOSPITAL);
        self.put_back(&home);
        let hospital = self.hospital(self.now).await;
        let said = trace(&self.region, asked).await.unwrap();
        hospital.stop().await.unwrap();
        said
    }

    fn put_back(&self, below: &Path) {
        for (file, bytes) in self.good.iter().filter(|(file, _)| file.starts_with(below)) {
            write_private(file, bytes).unwrap();
        }
    }

    /// An attempt that must fail with these words; then everything is put back.
    async fn fails(&mut self, asked: &Asked, says: &[&str]) {
        let said = self.attempt(asked).await;
        for words in says {
            assert!(said.contains(words), "`{words}` is not in:\n{said}");
        }
        assert!(said.contains("did not succeed") && said.contains("next attempt"), "{said}");
        assert!(!said.contains("planted"), "{said}");
        let everywhere = self.region.dir().to_owned();
        self.put_back(&everywhere);
        self.roster(&[HOSPITAL, TEAM], self.now.plus_days(20), |_| {});
        self.start_team().await;
        assert!(inbox(&self.region).await.unwrap().is_empty(), "it arrived all the same:\n{said}");
    }
}

fn address_of_team(members: &mut [Member], address: &str) {
    for member in members.iter_mut().filter(|m| m.id.as_str() == TEAM) {
        member.addresses = vec![address.to_owned()];
    }
}

#[tokio::test]
async fn what_keeps_a_share_from_arriving_is_said_and_repaired() {
    let mut wire = Wire::new().await;
    let hospital = wire.hospital(wire.now).await;
    let asked = ask(&wire.region, &wire.teams, "planted").await.unwrap();
    approve(&wire.region, &asked).await.unwrap();
    hospital.stop().await.unwrap();
    let until = wire.now.plus_days(20);

    // our certificate, as the other side sees it
    let credentials = wire.issue(HOSPITAL);
    wire.give(HOSPITAL, &credentials);
    wire.revoke(TEAM, &credentials);
    wire.start_team().await;
    wire.fails(
        &asked,
        &["the peer refused us: our certificate is revoked: get a new one from the authority"],
    )
    .await;

    // it ends between the hospital's time and the team's
    let ends = Validity { from_ms: wire.now.0 - 90 * MINUTE_MS, until_ms: wire.now.0 + 3 * MINUTE_MS };
    wire.give(HOSPITAL, &wire.authority.issue(&Holder::node(HOSPITAL), ends).unwrap());
    wire.start_team_at(UtcTime(wire.now.0 + 6 * MINUTE_MS)).await;
    wire.fails(
        &asked,
        &["our certificate has expired or is not valid yet: get a new one", "check both clocks"],
    )
    .await;

    let days = Validity::days(wire.now.0, 9);
    let stranger = Authority::new("elsewhere.example", days).unwrap();
    let home = wire.region.home(HOSPITAL);
    let name = Holder::node(HOSPITAL).uri(PAIR.trust_domain).unwrap();
    wire.give(HOSPITAL, &stranger.issue_uris(&[name.as_str()], &Holder::node(HOSPITAL), days).unwrap());
    let both = format!("{}{}", wire.authority.certificate_pem(), stranger.certificate_pem());
    let lists = [&wire.authority, &stranger].map(|a| a.revocation_list(&[], 1, days).unwrap());
    write_private(&home.join("ca.pem"), both.as_bytes()).unwrap();
    write_private(&home.join("revoked.crl"), lists.concat().as_bytes()).unwrap();
    wire.fails(
        &asked,
        &["it does not trust the authority of our certificate: compare `authorities` on both sides"],
    )
    .await;

    // a good certificate, but of a name or with a key that the roster does not list
    wire.give(HOSPITAL, &wire.issue("somebody"));
    wire.fails(
        &asked,
        &["spiffe://pair.example/agency/somebody is not in the roster", "gets and gives nothing"],
    )
    .await;
    wire.give(HOSPITAL, &wire.issue(HOSPITAL));
    wire.fails(&asked, &["a key that the roster does not list", "must tell the coordinator its new key"])
        .await;
    wire.roster(&[TEAM], until, |members| members.retain(|m| m.id.as_str() == TEAM));
    wire.start_team().await;
    wire.fails(&asked, &["spiffe://pair.example/agency/pair-hospital is not in the roster"]).await;

    // the other side's certificate, as we see it
    let credentials = wire.issue(TEAM);
    wire.give(TEAM, &credentials);
    wire.revoke(HOSPITAL, &credentials);
    wire.start_team().await;
    wire.fails(&asked, &["refused to talk to the peer: the certificate is revoked"]).await;
    wire.give(TEAM, &wire.issue("somebody"));
    wire.start_team().await;
    wire.fails(
        &asked,
        &["the other end is spiffe://pair.example/agency/somebody, not", "check the address in the roster"],
    )
    .await;
    wire.give(TEAM, &wire.issue(TEAM));
    wire.start_team().await;
    wire.fails(
        &asked,
        &["answered with a key that the roster does not list: fetch the newest roster, or telephone"],
    )
    .await;

    // our roster
    wire.roster(&[HOSPITAL], wire.now.plus_days(-1), |_| {});
    wire.fails(
        &asked,
        &["the roster expired at", "sending stops until a newer one is fetched from the coordinator"],
    )
    .await;
    wire.roster(&[HOSPITAL], until, |members| members.retain(|m| m.id.as_str() == HOSPITAL));
    wire.fails(&asked, &["pair-team is not in the roster any more"]).await;

    // the wrong port: the staff's, one that speaks something else, one that nobody listens on
    let (staff, _) = wire.region.addresses(TEAM).unwrap();
    wire.roster(&[HOSPITAL], until, |members| address_of_team(members, &staff.to_string()));
    wire.fails(
        &asked,
        &["that port answers but not to this call: are the staff port and the exchange port mixed up"],
    )
    .await;
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap().to_string();
    let web = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    wire.roster(&[HOSPITAL], until, |members| address_of_team(members, &address));
    wire.fails(&asked, &[&address, "does not speak TLS: is it the right port?"]).await;
    web.abort();
    let _ended = web.await;
    wire.roster(&[HOSPITAL], until, |members| address_of_team(members, &address));
    wire.fails(
        &asked,
        &[&format!("cannot reach {address}"), "is the node running there, and is the network open?"],
    )
    .await;

    // all repaired
    let said = wire.attempt(&asked).await;
    assert!(said.contains("delivered to pair-team"), "{said}");
    let [message] = inbox(&wire.region).await.unwrap().try_into().unwrap();
    assert_eq!(message.item_count, u32::try_from(GOES).unwrap());
}

#[tokio::test]
async fn staff_and_web_browsers_at_the_wrong_port_are_told_and_disturb_nobody() {
    let mut wire = Wire::new().await;
    let (staff, exchange) = wire.region.addresses(TEAM).unwrap();
    let whoami = async |node: &str| {
        let mut call = Command::new(concord());
        call.arg("--staff").arg(wire.region.staff_dir(TEAM_ADMIN)).args(["--node", node, "whoami"]);
        let output = call.output().await.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = whoami(&exchange.to_string()).await;
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("that port answers but not to this call: are the staff port and the exchange port"),
        "{said}"
    );
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let (code, said) = whoami(&address).await;
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("does not speak TLS: is it the right port?"), "{said}");

    // plain HTTP at both ports: no word of HTTP comes back, and the node goes on
    for port in [staff, exchange] {
        let mut browser = TcpStream::connect(port).await.unwrap();
        browser.write_all(b"GET / HTTP/1.1\r\nHost: node\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _reset = browser.read_to_end(&mut answer).await;
        assert!(!answer.windows(4).any(|w| w == b"HTTP"), "{answer:?}");
    }
    let (code, said) = whoami(&staff.to_string()).await;
    assert_eq!(code, Some(0), "{said}");

    // a member's staff at another agency's node, and a node at the staff port of its own
    let hospital = wire.hospital(wire.now).await;
    let (other, _) = wire.region.addresses(HOSPITAL).unwrap();
    let (code, said) = whoami(&other.to_string()).await;
    assert_ne!(code, Some(0));
    assert!(said.contains("the other end is spiffe://pair.example/agency/pair-hospital, not"), "{said}");
    hospital.stop().await.unwrap();
    if let Some(team) = wire.team.take() {
        team.stop().await.unwrap();
    }
    let (code, said) = whoami(&staff.to_string()).await;
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("cannot reach") && said.contains("is the node running there"), "{said}");
}

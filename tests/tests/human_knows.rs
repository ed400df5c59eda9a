//! A human knows: what arrives rings the agency's own hook, again and again, then the deputy, and ends in a telephone number.
//! The hook learns nothing of what arrived. Opening the message tells its sender that a person has seen it.
use node::clock::{Clock, ManualClock, SystemClock};
use node::demo::region::Region;
use node::demo::setup;
use node::serve::{Options, Running, start};
use node::work::notify;
use proto::agency::v1 as api;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use system_tests::pair::{
    HOSPITAL, NURSE, PAIR, READER, TEAM, TEAM_ADMIN, TELEPHONE, approve, ask, inbox, trace, wait_for,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const MARKER: &str = "planted7f3a91";
const REPEAT_MINUTES: i64 = 10;

/// A web server that keeps what it is sent.
async fn webhook() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/ring", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !request.ends_with(b"}") {
                match stream.read(&mut part).await {
                    Ok(0) | Err(_) => break,
                    Ok(n) => request.extend_from_slice(&part[..n]),
                }
            }
            keep.lock().unwrap().push(String::from_utf8(request).unwrap());
            let _gone = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        }
    });
    (address, kept)
}

/// A program that writes down everything it can learn: arguments, environment, and the command line as others see it.
fn hook(dir: &Path) -> (PathBuf, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let (program, log) = (dir.join("hook.sh"), dir.join("hook.log"));
    let text = format!(
        "#!/bin/sh\nexec >> '{}'\necho \"ring $CONCORD_RING of $CONCORD_WHAT for $CONCORD_TELL $CONCORD_TELEPHONE\"\n\
         echo \"arguments: $*\"\nenv | grep CONCORD\ntr '\\0' ' ' < /proc/$$/cmdline\necho\n",
        log.display()
    );
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    (program, log)
}

struct World {
    region: Region,
    clock: ManualClock,
    hospital: Running,
    team: Running,
    log: PathBuf,
    posted: Arc<Mutex<Vec<String>>>,
    dir: tempfile::TempDir,
}

impl World {
    async fn new() -> (Self, setup::Teams) {
        let dir = tempfile::tempdir().unwrap();
        let region =
            Region::create(PAIR, &dir.path().join("region"), PathBuf::from("concord")).await.unwrap();
        let (program, log) = hook(dir.path());
        let (address, posted) = webhook().await;
        let file = region.home(TEAM).join("concord.toml");
        let config = fs::read_to_string(&file).unwrap();
        let more = format!(
            "[notify]\ncommand = [\"{}\", \"--page\"]\nwebhook = \"{address}\"\nrepeat_minutes = {REPEAT_MINUTES}\n\
             escalation = [\"duty\", \"deputy\"]\n",
            program.display()
        );
        assert!(config.contains("[notify]\n"));
        fs::write(&file, config.replace("[notify]\n", &more)).unwrap();
        let clock = ManualClock::at(SystemClock.now());
        // nothing happens by itself: couriers and bells run when the test says so
        let options = || Options { clock: Arc::new(clock.clone()), background: false, ..Options::default() };
        let hospital = start(&region.home(HOSPITAL), options()).await.unwrap();
        let team = start(&region.home(TEAM), options()).await.unwrap();
        let teams = setup::first_day(&region).await.unwrap();
        (Self { region, clock, hospital, team, log, posted, dir }, teams)
    }

    async fn ring(&self) {
        notify::run_once(&self.team.app, self.clock.now()).await.unwrap();
    }

    /// What the hook was told of messages that arrived, ring by ring.
    fn rings(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines()
            .filter(|l| l.starts_with("ring ") && l.contains(" of inbox "))
            .map(|l| l.trim().to_owned())
            .collect()
    }

    async fn waiting(&self) -> Vec<api::Notification> {
        let request = api::ListNotificationsRequest { waiting_only: true, ..Default::default() };
        let all = self.region.staff(READER).unwrap().list_notifications(request).await.unwrap().notifications;
        all.into_iter().filter(|n| n.kind == "inbox").collect()
    }
}

#[tokio::test]
async fn somebody_is_told_again_and_again_and_the_sender_learns_who_saw_it() {
    let (world, teams) = World::new().await;
    let region = &world.region;
    let asked = ask(region, &teams, MARKER).await.unwrap();
    approve(region, &asked).await.unwrap();
    assert_eq!(world.hospital.courier.run_once(world.clock.now()).await.unwrap(), 1);
    let [message] = inbox(region).await.unwrap().try_into().unwrap();
    let [raised] = world.waiting().await.try_into().unwrap();
    assert_eq!((raised.repeats, raised.taken_by.as_str()), (0, ""));
    assert!(!trace(region, &asked).await.unwrap().contains("seen by a person"));

    // at once; not again before its time; then again, the deputy, and the telephone
    world.ring().await;
    world.ring().await;
    assert_eq!(world.rings(), ["ring 1 of inbox for duty"]);
    for _ in 0..5 {
        world.clock.advance_ms((REPEAT_MINUTES * 60 - 1) * 1000);
        let before = world.rings().len();
        world.ring().await;
        assert_eq!(world.rings().len(), before, "rang before its time");
        world.clock.advance_ms(1000);
        world.ring().await;
    }
    let told = [
        "ring 1 of inbox for duty".to_owned(),
        "ring 2 of inbox for duty".to_owned(),
        "ring 3 of inbox for deputy".to_owned(),
        "ring 4 of inbox for deputy".to_owned(),
        format!("ring 5 of inbox for telephone {TELEPHONE}"),
    ];
    assert_eq!(world.rings(), told);
    let [exhausted] = world.waiting().await.try_into().unwrap();
    assert!(
        exhausted.last_result.contains(&format!("nobody has taken this: telephone {TELEPHONE}")),
        "{exhausted:?}"
    );
    let status = region.staff(TEAM_ADMIN).unwrap().node_status(api::NodeStatusRequest {}).await.unwrap();
    let warned =
        status.warnings.iter().any(|w| w.contains(&format!("reached nobody: telephone {TELEPHONE}")));
    assert!(warned, "{:?}", status.warnings);

    content_free(&world, &[&message.message_id, &asked.case, &asked.proposal, &raised.about]);

    // opening it: the bell stops, and the sender's staff read who saw it
    let opened = region
        .staff(READER)
        .unwrap()
        .open_inbox(api::OpenInboxRequest { message_id: message.message_id.clone() })
        .await
        .unwrap();
    assert!(opened.items.iter().any(|i| i.value.as_ref().is_some_and(|v| v.text().contains(MARKER))));
    assert!(world.waiting().await.is_empty());
    assert_eq!(world.team.courier.run_once(world.clock.now()).await.unwrap(), 1);
    let said = trace(region, &asked).await.unwrap();
    assert!(said.contains("seen by a person at the recipient (chair)"), "{said}");
    let request = api::AccountingRequest { case_id: asked.case.clone(), ..Default::default() };
    let entries = region.staff(NURSE).unwrap().accounting(request).await.unwrap().entries;
    assert_eq!(entries.iter().map(|e| e.state.as_str()).collect::<Vec<_>>(), ["seen"]);

    // what is opened before anybody was rung for rings nobody
    let second = ask(region, &teams, MARKER).await.unwrap();
    approve(region, &second).await.unwrap();
    world.hospital.courier.run_once(world.clock.now()).await.unwrap();
    let newest = wait_for("the second message", 30, async || {
        Ok(inbox(region).await?.into_iter().find(|m| m.opened_at.is_empty()))
    })
    .await
    .unwrap();
    let request = api::OpenInboxRequest { message_id: newest.message_id };
    region.staff(READER).unwrap().open_inbox(request).await.unwrap();
    world.clock.advance_ms(24 * 3_600_000);
    world.ring().await;
    assert_eq!(world.rings(), told);
    world.hospital.stop().await.unwrap();
    world.team.stop().await.unwrap();
    drop(world.dir);
}

/// Neither the command nor the web server learned anything of what arrived, nor from whom, nor about whom.
fn content_free(world: &World, ids: &[&str]) {
    let log = fs::read_to_string(&world.log).unwrap();
    let posted = world.posted.lock().unwrap().join("\n");
    // the search would find it: these are there
    assert!(log.contains("arguments: --page") && log.contains("CONCORD_AGENCY=pair-team"), "{log}");
    assert!(posted.contains(r#""tell":"deputy""#) && posted.contains(TELEPHONE), "{posted}");
    for heard in [&log, &posted] {
        let heard = heard.to_lowercase();
        for id in ids {
            assert!(!heard.contains(&id.to_lowercase()), "an id is told: {id}\n{heard}");
        }
        for word in [MARKER, "Robin", HOSPITAL, "of row", "threat"] {
            assert!(!heard.contains(&word.to_lowercase()), "`{word}` is told:\n{heard}");
        }
    }
}

//! The store's process is killed (SIGKILL) at each of its named points, and what it had answered must be there.
//!
//! The parent runs this test binary again as the child: `child` is not a test by itself.

use crate::{
    faults,
    store::{Changes, Event, Expected, Kind, NodeStore, Outcome, Put, Store},
};
use policy::{id::Id, time::UtcTime};
use std::{
    env, fs,
    io::Write,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
};

const HOME: &str = "CONCORD_TEST_CRASH_HOME";
/// Commits that the child tries; each writes a new record and raises the counter.
const COMMITS: u128 = 30;
const SIGKILL: i32 = 9;

fn step(n: u128) -> Changes {
    let counter = Kind::Sequence.of(Id(0));
    let expected =
        if n == 1 { Expected::Absent } else { Expected::Version(u64::try_from(n - 1).unwrap_or_default()) };
    let new = Kind::Item.of(Id(n));
    let mut set = Changes {
        puts: vec![
            Put::new(counter, n.to_string()).expecting(expected),
            Put::new(new, format!("item {n}")),
            Put::new(Kind::Accounting.of(Id(n)), "line".to_owned()).sharing_key_of(new),
        ],
        events: vec![Event { at: UtcTime(1), actor: "test".into(), kind: "step".into(), ids: vec![new] }],
        ..Changes::default()
    };
    // Every third step also erases the item of the step before.
    if n.is_multiple_of(3) {
        set.erase.push(Kind::Item.of(Id(n - 1)));
    }
    set
}

#[tokio::test]
#[ignore = "run by the test below, as a process of its own"]
async fn child() {
    let Ok(home) = env::var(HOME) else { return };
    let store = NodeStore::open(Path::new(&home)).await.unwrap();
    for n in 1..=COMMITS {
        assert!(matches!(store.commit(step(n)).await.unwrap(), Outcome::Committed { .. }));
        // Unbuffered: what the parent reads was answered.
        std::io::stderr().write_all(format!("answered {n}\n").as_bytes()).unwrap();
    }
}

#[tokio::test]
async fn what_was_answered_is_there_and_nothing_is_there_by_half() {
    let points: Vec<_> = faults::POINTS.iter().filter(|point| point.starts_with("store.")).collect();
    assert_eq!(points.len(), 5);
    for point in points {
        let dir = tempfile::tempdir().unwrap();
        let (home, log) = (dir.path().join("home"), dir.path().join("crash.log"));
        NodeStore::create(&home).await.unwrap().close().await.unwrap();
        let run = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::sqlite::crash_tests::child", "--ignored", "--nocapture"])
            .env(HOME, &home)
            .env("CONCORD_CRASH_AT", format!("{point}:12"))
            .env("CONCORD_CRASH_LOG", &log)
            .stdout(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(run.status.signal(), Some(SIGKILL), "{point}: {}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(fs::read_to_string(&log).unwrap(), format!("reached {point}\n"));
        let answered =
            String::from_utf8(run.stderr).unwrap().lines().filter(|l| l.starts_with("answered")).count();
        assert_eq!(answered, 11, "{point}");

        let store = NodeStore::open(&home).await.unwrap();
        let counter = store.get(Kind::Sequence.of(Id(0))).await.unwrap().unwrap();
        let committed: usize = std::str::from_utf8(&counter.body).unwrap().parse().unwrap();
        let durable = matches!(*point, "store.after_commit" | "store.before_answer");
        assert_eq!(committed, if durable { 12 } else { 11 }, "{point}");
        for n in 1..=COMMITS {
            let there = n <= committed as u128;
            let item = store.get(Kind::Item.of(Id(n))).await.unwrap();
            let line = store.get(Kind::Accounting.of(Id(n))).await.unwrap();
            assert_eq!((item.is_some(), line.is_some()), (there, there), "{point}: step {n}");
            let (Some(item), Some(line)) = (item, line) else { continue };
            // Erased with its key, also when the crash came between the two databases.
            let erased = n % 3 == 2 && n < committed as u128;
            assert_eq!((item.erased, line.erased), (erased, erased), "{point}: step {n}");
            assert!(erased || *item.body == *format!("item {n}").as_bytes());
        }
        assert_eq!(store.events(0, 1000).await.unwrap().len(), committed, "{point}");
        // And it goes on from there.
        let next = step(committed as u128 + 1);
        assert!(matches!(store.commit(next).await.unwrap(), Outcome::Committed { .. }));
    }
}

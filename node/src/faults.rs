//! Named points at which a test kills this process, to prove what survives.
//!
//! Callers: the store, the courier, the desk and both sides of collecting, each just before and after something becomes durable. With
//! `CONCORD_CRASH_AT=point[:n]` the process kills itself (SIGKILL: no destructor, no flush) when it comes to that
//! point for the n-th time, having first written `reached <point>` to the file named by `CONCORD_CRASH_LOG`, so that
//! a test can tell a crash at the point from one that never came to it. With `CONCORD_CRASH_FROM=file` nothing counts before
//! that file is there, so that a node starts and is set up as usual. Compiled into debug builds and with the feature `faults`
//! only: a release build has no such switch.

/// Every point, in the order in which a disclosure comes by them.
pub const POINTS: &[&str] = &[
    "store.before_keys",
    "store.before_rows",
    "store.before_commit",
    "store.after_commit",
    "store.before_answer",
    "courier.before_decide",
    "courier.before_disclosure",
    "courier.after_disclosure",
    "courier.before_send",
    "courier.after_send",
    "courier.before_receipt",
    "courier.after_receipt",
    "desk.before_store",
    "desk.after_store",
    "desk.before_answer",
    "collect.before_hand_out",
    "collect.after_hand_out",
    "collect.after_fetch",
    "collect.before_acknowledge",
    "collect.before_settle",
    "collect.after_settle",
];

/// Says that the process has come to a point of [`POINTS`].
#[cfg(any(debug_assertions, feature = "faults"))]
pub fn reached(point: &'static str) {
    debug_assert!(POINTS.contains(&point), "{point} is not in faults::POINTS");
    armed::reached(point);
}

/// Says that the process has come to a point of [`POINTS`]: nothing happens in this build.
#[cfg(not(any(debug_assertions, feature = "faults")))]
#[inline(always)]
pub fn reached(_point: &'static str) {}

#[cfg(any(debug_assertions, feature = "faults"))]
mod armed {
    use std::{
        env,
        fs::File,
        io::Write,
        path::PathBuf,
        process::{self, Command},
        sync::OnceLock,
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    struct Crash {
        point: String,
        left: AtomicU64,
        log: Option<String>,
        from: Option<PathBuf>,
    }

    static CRASH: OnceLock<Option<Crash>> = OnceLock::new();

    pub(super) fn reached(point: &'static str) {
        let Some(crash) = CRASH.get_or_init(read) else { return };
        let counts = || crash.from.as_ref().is_none_or(|file| file.exists());
        if crash.point == point && counts() && crash.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            die(point, crash.log.as_deref());
        }
    }

    fn read() -> Option<Crash> {
        let (point, left) = parse(&env::var("CONCORD_CRASH_AT").ok()?);
        let from = env::var_os("CONCORD_CRASH_FROM").map(PathBuf::from);
        Some(Crash { point, left: AtomicU64::new(left), log: env::var("CONCORD_CRASH_LOG").ok(), from })
    }

    /// `point` or `point:n`, n from 1.
    pub(super) fn parse(text: &str) -> (String, u64) {
        match text.rsplit_once(':').map(|(point, n)| (point, n.parse())) {
            Some((point, Ok(n))) => (point.to_owned(), n),
            _ => (text.to_owned(), 1),
        }
    }

    fn die(point: &str, log: Option<&str>) -> ! {
        if let Some(path) = log {
            // Whether the note could be written or not, the process must die: the test then misses the note.
            let _ = File::options()
                .create(true)
                .append(true)
                .open(path)
                .and_then(|mut file| writeln!(file, "reached {point}").and_then(|()| file.sync_all()));
        }
        let _ = Command::new("kill").args(["-9", &process::id().to_string()]).status();
        loop {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_unique() {
        let unique: std::collections::BTreeSet<_> = POINTS.iter().collect();
        assert_eq!(unique.len(), POINTS.len());
    }

    #[cfg(any(debug_assertions, feature = "faults"))]
    #[test]
    fn a_count_may_follow_the_point() {
        assert_eq!(armed::parse("store.before_commit:3"), ("store.before_commit".into(), 3));
        assert_eq!(armed::parse("store.before_commit"), ("store.before_commit".into(), 1));
    }
}

//! The one place that reads the time.
//!
//! Callers: whatever starts work draws `now` here and hands the value down. Deliberately absent: sleeping and timers;
//! work that is due is found by asking the store, so that a test moves the clock and runs the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use policy::time::UtcTime;

/// Something that knows the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> UtcTime;

    /// Whole days that it is ahead of the machine's clock, because a demo moved it.
    fn days_ahead(&self) -> u32 {
        0
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UtcTime {
        (**self).now()
    }

    fn days_ahead(&self) -> u32 {
        (**self).days_ahead()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    fn now(&self) -> UtcTime {
        let millis = match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        UtcTime(millis)
    }
}

/// The machine's clock, moved ahead by whole days and never back: a demo plays a month in a minute. Clones share one time.
#[derive(Clone, Debug, Default)]
pub struct OffsetClock(Arc<AtomicU32>);

/// Most days that a demo moves a clock ahead.
const DAYS_AHEAD_MAX: u32 = 366;

impl OffsetClock {
    /// Moves the clock to so many days ahead of the machine's. Fewer than before leave it where it is, and there is an end.
    pub fn move_ahead(&self, days: u32) {
        self.0.fetch_max(days.min(DAYS_AHEAD_MAX), Ordering::SeqCst);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> UtcTime {
        SystemClock.now().plus_days(i64::from(self.days_ahead()))
    }

    fn days_ahead(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A clock that stands until it is moved. For tests and simulation; clones share one time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: UtcTime) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// Moves the clock by this many milliseconds, backwards if negative, and gives the new time.
    pub fn advance_ms(&self, millis: i64) -> UtcTime {
        UtcTime(self.0.fetch_add(millis, Ordering::SeqCst).wrapping_add(millis))
    }

    /// Sets the clock.
    pub fn set(&self, time: UtcTime) {
        self.0.store(time.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UtcTime {
        UtcTime(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_and_its_clones_move_with_it() {
        let clock = ManualClock::at(UtcTime(1000));
        let other = clock.clone();
        assert_eq!(clock.now(), clock.now());
        assert_eq!(other.advance_ms(500), UtcTime(1500));
        assert_eq!(clock.now(), UtcTime(1500));
        clock.set(UtcTime(7));
        assert_eq!(other.now(), UtcTime(7));
    }

    #[test]
    fn an_offset_clock_goes_on_by_whole_days_and_never_back() {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let clock = OffsetClock::default();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        assert_eq!((shared.days_ahead(), SystemClock.days_ahead()), (0, 0));
        clock.move_ahead(9);
        clock.move_ahead(2);
        let ahead = shared.now().0 - SystemClock.now().0;
        assert!((9 * DAY_MS - 1000..=9 * DAY_MS).contains(&ahead), "{ahead}");
        clock.move_ahead(u32::MAX);
        assert_eq!(shared.days_ahead(), DAYS_AHEAD_MAX);
    }

    #[test]
    fn the_system_clock_is_past_the_day_this_was_written() {
        assert!(SystemClock.now() > UtcTime::parse("2024-01-01T00:00:00Z").unwrap());
    }
}

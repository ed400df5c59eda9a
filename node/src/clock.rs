//! The one place that reads the time.
//!
//! Callers: whatever starts work draws `now` here and hands the value down. Deliberately absent: sleeping and timers;
//! work that is due is found by asking the store, so that a test moves the clock and runs the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use policy::time::UtcTime;

/// Something that knows the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> UtcTime;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UtcTime {
        (**self).now()
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
    fn the_system_clock_is_past_the_day_this_was_written() {
        assert!(SystemClock.now() > UtcTime::parse("2024-01-01T00:00:00Z").unwrap());
    }
}

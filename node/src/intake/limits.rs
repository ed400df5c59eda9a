//! How often the intake can be used: by one address, and by all together. In memory alone, and bounded.
//!
//! An address is kept as a digest under a key that is drawn when the node starts and is nowhere else: neither a log, a
//! record nor a dump of memory after the end tells who called. Deliberately absent: anything that outlives the process.

use crate::entropy::Entropy;
use aws_lc_rs::hmac;
use policy::time::UtcTime;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many at once, and one more after each interval.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// Milliseconds after which there is room for one more.
    pub each_ms: u32,
}

impl Rate {
    const fn full_ms(self) -> i64 {
        self.each_ms as i64 * self.burst as i64
    }
}

/// Bounds of the intake.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Reports of one address.
    pub reports_of_one: Rate,
    /// Reports of all.
    pub reports_of_all: Rate,
    /// Codes shown by one address.
    pub codes_of_one: Rate,
    /// Codes shown by all.
    pub codes_of_all: Rate,
    /// Codes of one address that lead nowhere before each further one waits.
    pub misses_free: u32,
    /// Longest wait.
    pub wait_max: Duration,
    /// Time from a request's arrival to its answer, so that it tells nothing of what was looked up.
    pub answer_after: Duration,
    /// Addresses kept at once.
    pub addresses_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reports_of_one: Rate { burst: 5, each_ms: 120_000 },
            reports_of_all: Rate { burst: 200, each_ms: 2_000 },
            codes_of_one: Rate { burst: 20, each_ms: 5_000 },
            codes_of_all: Rate { burst: 500, each_ms: 50 },
            misses_free: 3,
            wait_max: Duration::from_secs(20),
            answer_after: Duration::from_millis(300),
            addresses_max: 20_000,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A report.
    Report,
    /// A code is shown.
    Code,
}

/// There is no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Seconds after which there is room again.
    pub wait_seconds: i64,
}

/// An address that cannot be read back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller([u8; 16]);

/// A bucket as the moment at which it will be empty again.
#[derive(Clone, Copy, Default)]
struct Bucket(i64);

impl Bucket {
    /// When there is room for one more; now or earlier: there is.
    fn room_at(self, rate: Rate, now: i64) -> i64 {
        // a clock that went back fills no bucket beyond its brim
        self.0.min(now + rate.full_ms()) + i64::from(rate.each_ms) - rate.full_ms()
    }

    fn add(&mut self, rate: Rate, now: i64) {
        self.0 = self.0.min(now + rate.full_ms()).max(now) + i64::from(rate.each_ms);
    }
}

#[derive(Clone, Copy, Default)]
struct One {
    reports: Bucket,
    codes: Bucket,
    misses: u32,
    seen: i64,
}

#[derive(Default)]
struct Counts {
    reports: Bucket,
    codes: Bucket,
    each: HashMap<Caller, One>,
}

/// Milliseconds after which an address that did nothing is forgotten, with its misses.
const FORGOTTEN_AFTER_MS: i64 = 60 * 60_000;

/// Counts what the intake is used for.
pub struct Counter {
    key: hmac::Key,
    limits: Limits,
    counts: Mutex<Counts>,
}

impl Counter {
    /// A counter that has counted nothing.
    pub fn new(limits: Limits, entropy: &dyn Entropy) -> Self {
        let mut key = zeroize::Zeroizing::new([0_u8; 32]);
        entropy.fill(key.as_mut());
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        Self { key, limits, counts: Mutex::default() }
    }

    /// An address as it is counted: of a longer one the network that one household or company has.
    pub fn caller(&self, address: IpAddr) -> Caller {
        let mut bytes = [0_u8; 8];
        match address.to_canonical() {
            IpAddr::V4(v4) => bytes[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => bytes.copy_from_slice(&v6.octets()[..8]),
        }
        let mut caller = [0_u8; 16];
        caller.copy_from_slice(&hmac::sign(&self.key, &bytes).as_ref()[..16]);
        Caller(caller)
    }

    /// Counts one use, if there is room. What is refused is not counted.
    ///
    /// # Errors
    /// [`TooMany`] with the seconds to wait.
    pub fn count(&self, caller: Caller, of: Use, now: UtcTime) -> Result<(), TooMany> {
        let (now, limits) = (now.0, &self.limits);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { reports, codes, each } = &mut *counts;
        if !each.contains_key(&caller) && each.len() >= limits.addresses_max {
            make_room(each, now);
        }
        let one = each.entry(caller).or_default();
        let (own, own_rate, all, all_rate) = match of {
            Use::Report => (&mut one.reports, limits.reports_of_one, reports, limits.reports_of_all),
            Use::Code => (&mut one.codes, limits.codes_of_one, codes, limits.codes_of_all),
        };
        let room_at = own.room_at(own_rate, now).max(all.room_at(all_rate, now));
        one.seen = now;
        if room_at > now {
            return Err(TooMany { wait_seconds: (room_at - now + 999).div_euclid(1_000) });
        }
        own.add(own_rate, now);
        all.add(all_rate, now);
        Ok(())
    }

    /// How long an answer about a code waits, whatever the code: longer the more codes of this address led nowhere.
    pub fn wait(&self, caller: Caller) -> Duration {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let misses = counts.each.get(&caller).map_or(0, |one| one.misses);
        let over = misses.saturating_sub(self.limits.misses_free).min(20);
        let longer = if over == 0 { Duration::ZERO } else { Duration::from_millis(500 << (over - 1)) };
        self.limits.answer_after + longer.min(self.limits.wait_max)
    }

    /// Keeps that a code led nowhere.
    pub fn missed(&self, caller: Caller) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = counts.each.get_mut(&caller) {
            one.misses = one.misses.saturating_add(1);
        }
    }
}

/// Forgets addresses that did nothing for long; if that is not enough, the half that was seen longest ago.
fn make_room(each: &mut HashMap<Caller, One>, now: i64) {
    let most = each.len();
    each.retain(|_, one| now - one.seen < FORGOTTEN_AFTER_MS);
    if each.len() < most {
        return;
    }
    let mut seen: Vec<i64> = each.values().map(|one| one.seen).collect();
    let middle = seen.len() / 2;
    let (_, middle, _) = seen.select_nth_unstable(middle);
    let (middle, mut left) = (*middle, most / 2 + 1);
    each.retain(|_, one| {
        let forget = one.seen <= middle && left > 0;
        left -= usize::from(forget);
        !forget
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOW: UtcTime = UtcTime(1_000_000_000_000);

    fn counter(addresses_max: usize) -> Counter {
        let limits = Limits {
            reports_of_one: Rate { burst: 2, each_ms: 60_000 },
            reports_of_all: Rate { burst: 5, each_ms: 1_000 },
            addresses_max,
            ..Limits::default()
        };
        Counter::new(limits, &SeededEntropy::new(1))
    }

    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_address_and_all_together_have_room_again_after_a_while() {
        let c = counter(100);
        let (a, b) = (c.caller(v4(1)), c.caller(v4(2)));
        assert!(c.count(a, Use::Report, NOW).is_ok() && c.count(a, Use::Report, NOW).is_ok());
        let refused = c.count(a, Use::Report, NOW).unwrap_err();
        assert_eq!(refused.wait_seconds, 60);
        assert!(c.count(a, Use::Code, NOW).is_ok(), "codes are counted apart");
        assert!(c.count(b, Use::Report, NOW).is_ok());
        assert!(c.count(a, Use::Report, NOW.plus_minutes(1)).is_ok());
        assert!(c.count(a, Use::Report, NOW.plus_minutes(1)).is_err());
        for last in 10..15 {
            let _ = c.count(c.caller(v4(last)), Use::Report, NOW.plus_minutes(1));
        }
        assert!(c.count(c.caller(v4(99)), Use::Report, NOW.plus_minutes(1)).is_err(), "all together");
        assert!(c.count(c.caller(v4(99)), Use::Report, NOW.plus_minutes(2)).is_ok());
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out_for_long() {
        let c = counter(100);
        let a = c.caller(v4(1));
        c.count(a, Use::Report, NOW.plus_days(400)).unwrap();
        c.count(a, Use::Report, NOW.plus_days(400)).unwrap();
        let wait = c.count(a, Use::Report, NOW).unwrap_err().wait_seconds;
        assert!(wait <= 121, "{wait}");
    }

    #[test]
    fn the_map_is_bounded_and_the_newest_stay() {
        let c = counter(64);
        for n in 0..1_000_u32 {
            let _ =
                c.count(c.caller(IpAddr::from(n.to_be_bytes())), Use::Code, UtcTime(NOW.0 + i64::from(n)));
            assert!(c.counts.lock().unwrap().each.len() <= 64);
        }
        let newest = c.caller(IpAddr::from(999_u32.to_be_bytes()));
        assert!(c.counts.lock().unwrap().each.contains_key(&newest));
        for n in 0..1_000_u32 {
            let _ = c.count(c.caller(IpAddr::from((n + 5_000).to_be_bytes())), Use::Code, NOW);
            assert!(c.counts.lock().unwrap().each.len() <= 64, "also when all came in the same moment");
        }
    }

    #[test]
    fn wrong_codes_wait_longer_and_longer_up_to_a_bound() {
        let c = counter(100);
        let a = c.caller(v4(1));
        c.count(a, Use::Code, NOW).unwrap();
        let mut waits = Vec::new();
        for _ in 0..40 {
            waits.push(c.wait(a));
            c.missed(a);
        }
        assert!(waits[..4].iter().all(|w| *w == c.limits.answer_after), "{waits:?}");
        assert!(waits[3..9].windows(2).all(|w| w[0] < w[1]), "{waits:?}");
        assert_eq!(waits[39], c.limits.answer_after + c.limits.wait_max);
        assert_eq!(c.wait(c.caller(v4(2))), c.limits.answer_after);
    }

    #[test]
    fn a_longer_address_counts_by_its_network_and_none_can_be_read_back() {
        let c = counter(100);
        let v6 = |last: u16, net: u16| IpAddr::from([0x2001, 0xdb8, 0, net, 0, 0, 0, last]);
        assert!(c.caller(v6(1, 1)) == c.caller(v6(2, 1)) && c.caller(v6(1, 1)) != c.caller(v6(1, 2)));
        assert!(c.caller(v4(1)) == c.caller("::ffff:192.0.2.1".parse().unwrap()));
        let other = Counter::new(Limits::default(), &SeededEntropy::new(2));
        assert!(c.caller(v4(1)) != other.caller(v4(1)));
    }
}

//! Rates and percentiles.

use std::time::Duration;

/// Times of many like operations that ran side by side.
#[derive(Default)]
pub struct Timed {
    /// From the first beginning to the last end.
    pub wall: Duration,
    /// Each one's own time.
    pub each: Vec<Duration>,
}

impl Timed {
    /// Takes another turn's times in.
    pub fn add(&mut self, turn: Self) {
        self.wall += turn.wall;
        self.each.extend(turn.each);
    }

    /// Operations a second.
    pub fn per_second(&self) -> f64 {
        let seconds = self.wall.as_secs_f64();
        if seconds > 0.0 { self.each.len() as f64 / seconds } else { 0.0 }
    }

    /// The time that this share of operations did not exceed, in milliseconds; 0 of nothing.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.each.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(at).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let timed = Timed {
            wall: Duration::from_secs(2),
            each: (1..=100).rev().map(Duration::from_millis).collect(),
        };
        assert!((timed.per_second() - 50.0).abs() < 1e-9);
        assert!((timed.percentile_ms(50) - 50.0).abs() < 1e-9);
        assert!((timed.percentile_ms(99) - 99.0).abs() < 1e-9);
        assert_eq!(Timed { wall: Duration::ZERO, each: Vec::new() }.percentile_ms(50), 0.0);
    }
}

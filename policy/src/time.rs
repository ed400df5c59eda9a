//! Points in time and calendar dates. Passed in, never read: policy has no clock.

use ::time::{OffsetDateTime, format_description::well_known::Rfc3339};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UtcTime(pub i64);

/// The text was not a time such as `2026-11-21T18:00:00Z` or a date such as `2026-11-21`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a time: write 2026-11-21T18:00:00Z, or a date as 2026-11-21")]
pub struct TimeMalformed;

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 24 * 60 * MS_PER_MINUTE;

impl UtcTime {
    /// Parses RFC 3339 with an offset, for example `2026-11-21T18:00:00Z`.
    ///
    /// # Errors
    /// [`TimeMalformed`] when the text is anything else.
    pub fn parse(text: &str) -> Result<Self, TimeMalformed> {
        let t = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimeMalformed)?;
        i64::try_from(t.unix_timestamp_nanos() / 1_000_000).map(Self).map_err(|_| TimeMalformed)
    }
    /// This time plus a number of minutes (saturating).
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(MS_PER_MINUTE)))
    }
    /// This time plus a number of days (saturating).
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(MS_PER_DAY)))
    }
    /// The UTC calendar date of this time.
    pub fn date(self) -> Date {
        let days = self.0.div_euclid(MS_PER_DAY);
        let julian = i32::try_from(days).unwrap_or(i32::MAX / 2).saturating_add(2_440_588);
        ::time::Date::from_julian_day(julian).map_or(Date { year: 9999, month: 12, day: 31 }, Date::from)
    }
}
impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0) * 1_000_000;
        let text =
            OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|t| t.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("out of range"))
    }
}
impl fmt::Debug for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for UtcTime {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_i64(self.0)
    }
}
impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        i64::deserialize(d).map(Self)
    }
}

/// A calendar date without a time zone, written `2026-11-21`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year, 1 to 9999.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// Parses `2026-11-21`.
    ///
    /// # Errors
    /// [`TimeMalformed`] when the text is not a date of the calendar.
    pub fn parse(text: &str) -> Result<Self, TimeMalformed> {
        let mut parts = text.splitn(3, '-');
        let mut next = |width: usize| {
            parts
                .next()
                .filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))
                .ok_or(TimeMalformed)
        };
        let (y, m, d) = (next(4)?, next(2)?, next(2)?);
        let year: i32 = y.parse().map_err(|_| TimeMalformed)?;
        let month: u8 = m.parse().map_err(|_| TimeMalformed)?;
        let day: u8 = d.parse().map_err(|_| TimeMalformed)?;
        let month = ::time::Month::try_from(month).map_err(|_| TimeMalformed)?;
        ::time::Date::from_calendar_date(year, month, day).map(Self::from).map_err(|_| TimeMalformed)
    }
    /// Full years from this date (a birthday) to `on`; `None` when `on` is before it.
    /// Someone born on 29 February has the birthday on 1 March in common years.
    pub fn full_years_until(self, on: Self) -> Option<u16> {
        if on < self {
            return None;
        }
        let had_birthday = (on.month, on.day) >= (self.month, self.day);
        u16::try_from(on.year - self.year - i32::from(!had_birthday)).ok()
    }
}
impl From<::time::Date> for Date {
    fn from(d: ::time::Date) -> Self {
        Self { year: d.year(), month: u8::from(d.month()), day: d.day() }
    }
}
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A point in time as text (RFC 3339), for records that people and the staff API also read: `#[serde(with = "text")]`.
pub mod text {
    use super::UtcTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    /// Writes the time as text.
    ///
    /// # Errors
    /// When the serializer fails.
    pub fn serialize<S: Serializer>(at: &UtcTime, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(at)
    }
    /// Reads the time from text.
    ///
    /// # Errors
    /// When the text is no time.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<UtcTime, D::Error> {
        UtcTime::parse(&Cow::<'de, str>::deserialize(d)?).map_err(Error::custom)
    }
}

/// As [`text`], where there may be no time: empty text.
pub mod text_option {
    use super::UtcTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    /// Writes the time as text.
    ///
    /// # Errors
    /// When the serializer fails.
    pub fn serialize<S: Serializer>(at: &Option<UtcTime>, s: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => s.collect_str(at),
            None => s.serialize_str(""),
        }
    }
    /// Reads the time from text.
    ///
    /// # Errors
    /// When the text is no time.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<UtcTime>, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        if text.is_empty() { Ok(None) } else { UtcTime::parse(&text).map(Some).map_err(Error::custom) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_turns_on_the_birthday_and_leap_days_wait_for_march() {
        let born = Date::parse("2008-02-29").unwrap();
        assert_eq!(born.full_years_until(Date::parse("2026-02-28").unwrap()), Some(17));
        assert_eq!(born.full_years_until(Date::parse("2026-03-01").unwrap()), Some(18));
        assert_eq!(born.full_years_until(Date::parse("2008-02-28").unwrap()), None);
    }

    #[test]
    fn times_print_as_they_parse_and_nonsense_is_refused() {
        for text in ["2026-11-21T18:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(UtcTime::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "2026-13-01", "2026-02-30", "26-1-1", "2026-11-21T18:00", "+026-01-01"] {
            assert!(UtcTime::parse(text).is_err() && Date::parse(text).is_err(), "{text}");
        }
        assert_eq!(UtcTime(-1).date(), Date::parse("1969-12-31").unwrap());
    }
}

//! Bounds and checks of what people type, each by its name and each saying what to write instead.
//!
//! Callers: the record verbs. A text's own words never appear in a message: it may be about a person.

use super::{AppError, AppResult};
use crate::tls::SpiffeId;
use policy::id::StaffId;
use policy::time::UtcTime;

/// Bytes of a name for people: a staff member, a team, a contact, a place.
pub const NAME_BYTES_MAX: usize = 200;
/// Bytes of an item's text.
pub const ITEM_TEXT_BYTES_MAX: usize = 8_192;
/// Bytes of a statement for one class of recipient.
pub const STATEMENT_BYTES_MAX: usize = 2_000;
/// Bytes of the reasons of an attestation.
pub const REASONS_BYTES_MAX: usize = 4_000;
/// Bytes of an item's source in words, and of where evidence is kept.
pub const SOURCE_BYTES_MAX: usize = 500;
/// Bytes of a code from a closed list.
pub const CODE_BYTES_MAX: usize = 64;
/// People an item may be about.
pub const ABOUT_MAX: usize = 16;
/// Names of one person.
pub const PERSON_NAMES_MAX: usize = 8;
/// Statements of one item.
pub const STATEMENTS_MAX: usize = 24;
/// Recipients, kinds, elements, rows or purposes of one permission, agreement or order.
pub const LIST_MAX: usize = 64;
/// Longest membership.
pub const MEMBERSHIP_DAYS_MAX: i64 = 731;
/// Longest agreement.
pub const AGREEMENT_DAYS_MAX: i64 = 5 * 366;
/// Longest confirmation of a state row.
pub const STATE_ROW_DAYS_MAX: i64 = 731;
/// Longest permission.
pub const PERMISSION_DAYS_MAX: i64 = 10 * 366;
/// How far ahead of this node's clock a time of something past may lie, for clocks that differ.
pub const CLOCK_SLACK_MINUTES: i64 = 5;

/// A field that cannot be used, with what to write instead.
pub fn invalid(field: &'static str, problem: impl Into<String>) -> AppError {
    AppError::Invalid { field, problem: problem.into() }
}

/// A text that has to say something, without blanks around it.
///
/// # Errors
/// [`AppError::Invalid`] when it is empty or over `max` bytes.
pub fn text(field: &'static str, value: &str, max: usize) -> AppResult<String> {
    optional_text(field, value, max)?.ok_or_else(|| invalid(field, "is needed"))
}

/// A text that may be empty.
///
/// # Errors
/// [`AppError::Invalid`] when it is over `max` bytes.
pub fn optional_text(field: &'static str, value: &str, max: usize) -> AppResult<Option<String>> {
    let value = value.trim();
    if value.len() > max {
        return Err(invalid(field, format!("is {} bytes long; {max} at most", value.len())));
    }
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

/// A list that is not longer than its bound.
///
/// # Errors
/// [`AppError::Invalid`] otherwise.
pub fn at_most<T>(field: &'static str, list: &[T], max: usize) -> AppResult<()> {
    if list.len() > max {
        Err(invalid(field, format!("has {} entries; {max} at most", list.len())))
    } else {
        Ok(())
    }
}

/// A list with something in it and not longer than its bound.
///
/// # Errors
/// [`AppError::Invalid`] otherwise.
pub fn some<T>(field: &'static str, list: &[T], max: usize) -> AppResult<()> {
    if list.is_empty() { Err(invalid(field, "name one at least")) } else { at_most(field, list, max) }
}

/// A moment that has passed.
///
/// # Errors
/// [`AppError::Invalid`] when it lies ahead.
pub fn past(field: &'static str, at: UtcTime, now: UtcTime) -> AppResult<()> {
    if at > now.plus_minutes(CLOCK_SLACK_MINUTES) {
        return Err(invalid(field, format!("lies ahead of now ({now})")));
    }
    Ok(())
}

/// The end of something that has to end: after `from` and now, and not later than `days_max` from now.
///
/// # Errors
/// [`AppError::Invalid`] otherwise.
pub fn end(field: &'static str, until: UtcTime, from: UtcTime, now: UtcTime, days_max: i64) -> AppResult<()> {
    let longest = now.plus_days(days_max);
    if until <= from || until <= now {
        return Err(invalid(field, format!("must be after its beginning ({from}) and after now ({now})")));
    }
    if until > longest {
        return Err(invalid(field, format!("is too far ahead: {longest} at the latest; renew it then")));
    }
    Ok(())
}

/// A person's SPIFFE URI.
///
/// # Errors
/// [`AppError::Invalid`] when it is no such URI, or a node's.
pub fn staff_id(field: &'static str, uri: &str) -> AppResult<(SpiffeId, StaffId)> {
    let shape =
        "write spiffe://DOMAIN/agency/AGENCY/staff/NAME in lower case, as in the person's certificate";
    let id = SpiffeId::parse(uri.trim()).map_err(|_| invalid(field, shape))?;
    let staff = id.staff().ok_or_else(|| invalid(field, format!("names a node, not a person: {shape}")))?;
    Ok((id, staff))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcTime = UtcTime(1_000_000_000_000);

    #[test]
    fn messages_name_the_field_and_never_the_text() {
        let error = text("reasons", "  ", 10).unwrap_err().to_string();
        assert_eq!(error, "reasons: is needed");
        let error = text("reasons", "secret words", 10).unwrap_err().to_string();
        assert!(
            error.contains("12 bytes") && error.contains("10 at most") && !error.contains("secret"),
            "{error}"
        );
        assert_eq!(text("reasons", " said so\n", 10).unwrap(), "said so");
    }

    #[test]
    fn everything_ends_and_not_too_late() {
        let ok = |until| end("until", until, NOW, NOW, 10);
        assert!(ok(NOW.plus_days(10)).is_ok());
        for wrong in [NOW, NOW.plus_days(-1), NOW.plus_days(11)] {
            assert!(ok(wrong).is_err());
        }
        assert!(end("until", NOW.plus_days(1), NOW.plus_days(2), NOW, 10).is_err());
        assert!(past("told_at", NOW.plus_minutes(5), NOW).is_ok());
        assert!(past("told_at", NOW.plus_minutes(6), NOW).is_err());
    }

    #[test]
    fn a_person_is_named_by_a_uri_that_is_a_persons() {
        assert!(staff_id("staff_id", "spiffe://region.example/agency/a/staff/kim").is_ok());
        for wrong in
            ["spiffe://region.example/agency/a", "kim", "spiffe://region.example/agency/A/staff/Kim", ""]
        {
            assert!(staff_id("staff_id", wrong).unwrap_err().to_string().contains("/staff/NAME"), "{wrong}");
        }
    }
}

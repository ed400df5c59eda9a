//! One item: bounds, words, and a value that fits the form.

use policy::record::{Element, Label, ObtainedVia, RecordKind, Row};
use policy::time::Date;
use proto::exchange::v1::{Band, ConcernBand, Form, ItemRelease, Place, Statement, item_release::Value};

use super::check::{Checked, Path, Problem};

/// Bytes in the longest text of an item.
const TEXT_BYTES_MAX: usize = 16 << 10;

pub(super) fn check(at: &Path<'_>, item: &ItemRelease) -> Checked {
    row(at, "row", item.row)?;
    at.value::<Form>("form", item.form)?;
    value(at, item)?;
    if !item.record_kind.is_empty() {
        at.known("record_kind", &item.record_kind, RecordKind::from_word)?;
    }
    if !item.obtained_via.is_empty() {
        at.known("obtained_via", &item.obtained_via, ObtainedVia::from_word)?;
    }
    at.all_known("elements", &item.elements, 32, Element::from_word)?;
    at.all_known("labels", &item.labels, 32, Label::from_word)?;
    at.maybe_time("expires_at_ms", item.expires_at_ms)?;
    at.bytes("salt", &item.salt, 32)?;
    at.bytes("commitment", &item.commitment, 32)
}

/// A row of the matrix.
pub(super) fn row(at: &Path<'_>, name: &'static str, row: u32) -> Checked {
    if (1..=u32::from(Row::COUNT)).contains(&row) { Ok(()) } else { Err(at.wrong(name, Problem::Range)) }
}

fn value(at: &Path<'_>, item: &ItemRelease) -> Checked {
    let form = item.form();
    let (fits, checked) = match &item.value {
        None => return Err(at.wrong("value", Problem::Missing)),
        Some(Value::Text(text)) => {
            (matches!(form, Form::Whole | Form::Alias), at.some_text("text", text, TEXT_BYTES_MAX))
        }
        Some(Value::Date(date)) => {
            let is_date = date.len() <= 16 && Date::parse(date).is_ok();
            (form == Form::Whole, if is_date { Ok(()) } else { Err(at.wrong("date", Problem::NotADate)) })
        }
        Some(Value::Band(level)) => {
            (matches!(form, Form::Whole | Form::Band), band(&at.field("band"), level))
        }
        Some(Value::Code(code)) => (
            matches!(form, Form::Whole | Form::Band | Form::SettingKind | Form::Alias | Form::StatusCode),
            at.some_text("code", code, 256),
        ),
        Some(Value::Count(_)) => (matches!(form, Form::Whole | Form::Count), Ok(())),
        Some(Value::Yes(_)) => (matches!(form, Form::Whole | Form::YesNo), Ok(())),
        Some(Value::Place(where_)) => {
            (matches!(form, Form::Whole | Form::OwnPlace), place(&at.field("place"), where_))
        }
        Some(Value::Statement(words)) => (form == Form::Statement, statement(&at.field("statement"), words)),
    };
    if !fits {
        return Err(at.wrong("value", Problem::DoesNotFitForm));
    }
    checked
}

fn band(at: &Path<'_>, band: &Band) -> Checked {
    at.text("model", &band.model, 64)?;
    at.some_text("original", &band.original, 64)?;
    at.value::<ConcernBand>("band", band.band)?;
    at.time("decided_at_ms", band.decided_at_ms)?;
    at.time("valid_until_ms", band.valid_until_ms)
}

fn place(at: &Path<'_>, place: &Place) -> Checked {
    at.text("setting_kind", &place.setting_kind, 64)?;
    at.some_text("name", &place.name, 1024)?;
    at.text("window", &place.window, 256)
}

fn statement(at: &Path<'_>, statement: &Statement) -> Checked {
    at.some_text("text", &statement.text, TEXT_BYTES_MAX)?;
    at.word("written_for", &statement.written_for)?;
    at.some_text("by_role", &statement.by_role, 64)?;
    at.time("written_at_ms", statement.written_at_ms)
}

//! Items of information: added, corrected by new ones, given texts for classes of recipients, labelled. Never edited.

use super::fields::{self, invalid};
use super::recall::Cause;
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, CaseSnapshot};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, ItemId};
use policy::record::{Band, Item, ItemValue, Label, PermittedRecipient, Place, Provenance, Statement};
use policy::share::Class;
use policy::share::words::CaseWords;

/// Words of a level of concern's band, from least to most.
pub const BANDS: &[&str] = &["none", "low", "moderate", "high", "imminent"];
/// Kinds of setting (domain 2.3).
pub const SETTING_KINDS: &[&str] = &[
    "school",
    "campus",
    "hospital",
    "other_health",
    "workplace",
    "house_of_worship",
    "public_official",
    "public_place",
    "home",
    "online",
    "other",
];
/// The row of the level of concern, whose value has to be a band with an end.
const LEVEL_OF_CONCERN: u8 = 16;

impl App {
    /// Adds an item, or corrects one by a new one: the old one's labels carry over, and whoever got the old one is
    /// told. Identifier, provenance and statements are set here.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an item about nobody or about somebody of no or another case, or for a value that its row
    /// or its bound does not allow; [`AppError::Refused`] when the item to correct was corrected already.
    pub async fn add_item(&self, actor: &Actor, new: Item, corrects: Option<ItemId>) -> AppResult<Item> {
        let snapshot = self.case_snapshot(new.case).await?;
        fields::some("about", &new.about, fields::ABOUT_MAX)?;
        fields::at_most("elements", &new.elements, fields::LIST_MAX)?;
        check_people(&snapshot, &new)?;
        check_recipients("own_of", &new.own_of, &snapshot, |agency| self.knows_agency(agency))?;
        let value = check_value(new.row.number(), new.value.clone())?;
        let source = new.provenance.source.as_deref().unwrap_or_default();
        let now = self.now();
        let mut item = Item {
            id: ItemId(self.new_id()),
            value,
            statements: Vec::new(),
            provenance: Provenance {
                recorded_by: actor.staff.clone(),
                recorded_at: now,
                source: fields::optional_text("source", source, fields::SOURCE_BYTES_MAX)?,
                received: None,
                purposes: Vec::new(),
                obligations: Vec::new(),
                expires_at: None,
            },
            superseded_by: None,
            sealed_at: None,
            stale: None,
            commitment: None,
            ..new
        };
        let mut changes = Changes::default();
        if let Some(old) = corrects {
            let mut old = self.item_of(item.case, old).await?;
            if old.record.superseded_by.is_some() {
                return Err(AppError::Refused(
                    "this item was corrected already: correct the newer one".into(),
                ));
            }
            if old.record.provenance.received.is_some() {
                return Err(AppError::Refused(
                    "this item came from another agency: ask that agency to correct it, or add an observation of your \
                     own"
                    .into(),
                ));
            }
            item.labels.extend(old.record.labels.iter().copied());
            old.record.superseded_by = Some(item.id);
            changes.puts.push(old.put()?);
            self.queue_recalls(item.case, &Cause::Corrected(old.record.id), now, &mut changes).await?;
            changes.events.push(self.event(actor.staff.as_str(), "item_corrected", vec![old.row.r]));
        }
        item.labels.sort_unstable();
        item.labels.dedup();
        let r = Kind::Item.of(item.id);
        changes.puts.push(put_new(r, &item, &[])?.under(item.case));
        changes.events.push(self.event(
            actor.staff.as_str(),
            "item_added",
            vec![r, Kind::Case.of(item.case)],
        ));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(item)
    }

    /// Adds a text that stands in for the item for one class of recipient.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the text has a name, date or number of the case in it, or when there is a text of this
    /// class that an approver may have seen.
    pub async fn add_statement(
        &self,
        actor: &Actor,
        case: CaseId,
        item: ItemId,
        class: Class,
        text: &str,
    ) -> AppResult<Item> {
        let text = fields::text("text", text, fields::STATEMENT_BYTES_MAX)?;
        let snapshot = self.case_snapshot(case).await?;
        let mut item = self.item_of(case, item).await?;
        fields::at_most("statements", &item.record.statements, fields::STATEMENTS_MAX - 1)?;
        let found = CaseWords::of_people(&snapshot.people).with_items(&snapshot.items).identifying(&text);
        if !found.is_empty() {
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            return Err(AppError::Refused(format!(
                "the text contains {}: write it without",
                found.join(", and ")
            )));
        }
        let now = self.now();
        item.record.statements.push(Statement {
            class: class.as_str().to_owned(),
            text,
            by: actor.staff.clone(),
            at: now,
        });
        self.update_item(actor, item, "statement_added").await
    }

    /// Adds labels. Those that are there stay.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without any, [`AppError::NotFound`] for an unknown item.
    pub async fn add_labels(
        &self,
        actor: &Actor,
        case: CaseId,
        item: ItemId,
        labels: &[Label],
    ) -> AppResult<Item> {
        fields::some("labels", labels, fields::LIST_MAX)?;
        let mut item = self.item_of(case, item).await?;
        item.record.labels.extend_from_slice(labels);
        item.record.labels.sort_unstable();
        item.record.labels.dedup();
        self.update_item(actor, item, "labels_added").await
    }

    /// Items of a case by row, corrected and recalled ones included.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn items(&self, case: CaseId) -> AppResult<Vec<Item>> {
        let all: Vec<Read<Item>> = self.children(Kind::Item, case.0).await?;
        let mut all: Vec<Item> = all.into_iter().map(|i| i.record).collect();
        all.sort_by_key(|i| (i.row, i.provenance.recorded_at, i.id));
        Ok(all)
    }

    async fn item_of(&self, case: CaseId, item: ItemId) -> AppResult<Read<Item>> {
        let item: Read<Item> = self.load(Kind::Item.of(item)).await?;
        if item.record.case == case { Ok(item) } else { Err(AppError::NotFound) }
    }

    async fn update_item(&self, actor: &Actor, item: Read<Item>, event: &'static str) -> AppResult<Item> {
        let mut changes = Changes::default();
        changes.puts.push(item.put()?);
        changes.events.push(self.event(actor.staff.as_str(), event, vec![item.row.r]));
        self.commit(changes).await?;
        Ok(item.record)
    }

    /// Whether an agency of this name can be meant: one of the roster, or this one.
    pub(super) fn knows_agency(&self, agency: &policy::id::AgencyId) -> bool {
        *agency == self.own || self.roster.load().agency(agency).is_some()
    }
}

fn check_people(snapshot: &CaseSnapshot, item: &Item) -> AppResult<()> {
    for (at, about) in item.about.iter().enumerate() {
        if !snapshot.people.iter().any(|p| p.id == about.person) {
            return Err(invalid("about", "names nobody of this case: `concord case show` lists its people"));
        }
        if item.about[..at].iter().any(|other| other.person == about.person) {
            return Err(invalid("about", "names one person twice"));
        }
    }
    Ok(())
}

/// Recipients that a record names must be there to be meant.
pub(super) fn check_recipients(
    field: &'static str,
    all: &[PermittedRecipient],
    snapshot: &CaseSnapshot,
    knows_agency: impl Fn(&policy::id::AgencyId) -> bool,
) -> AppResult<()> {
    fields::at_most(field, all, fields::LIST_MAX)?;
    for one in all {
        match one {
            PermittedRecipient::Agency(agency) if !knows_agency(agency) => {
                let problem = format!(
                    "{agency} is not in the roster: name a body outside it as a contact or by its sector"
                );
                return Err(invalid(field, problem));
            }
            PermittedRecipient::Contact(contact) if !snapshot.contacts.iter().any(|c| c.id == *contact) => {
                return Err(invalid(
                    field,
                    "names a contact that is not of this case: `concord case show` lists them",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// An item's value within its bounds and as its row wants it.
///
/// # Errors
/// [`AppError::Invalid`] with what to write instead.
pub(super) fn check_value(row: u8, value: ItemValue) -> AppResult<ItemValue> {
    let value = match value {
        ItemValue::Text(t) => ItemValue::Text(fields::text("value.text", &t, fields::ITEM_TEXT_BYTES_MAX)?),
        ItemValue::Code(c) => ItemValue::Code(fields::text("value.code", &c, fields::CODE_BYTES_MAX)?),
        ItemValue::Band(b) => ItemValue::Band(check_band(b)?),
        ItemValue::Place(p) => ItemValue::Place(check_place(p)?),
        other @ (ItemValue::Date(_) | ItemValue::YesNo(_) | ItemValue::Count(_)) => other,
    };
    if row == LEVEL_OF_CONCERN && !matches!(value, ItemValue::Band(_)) {
        return Err(invalid(
            "value",
            "row 16 is a level of concern: give `band` with model, original word, decided_at and valid_until",
        ));
    }
    Ok(value)
}

fn check_band(band: Band) -> AppResult<Band> {
    if !BANDS.contains(&band.band.as_str()) {
        return Err(invalid("value.band.band", format!("use one of {}", BANDS.join(", "))));
    }
    if band.valid_until <= band.decided_at {
        return Err(invalid(
            "value.band.valid_until",
            "must be after decided_at: every level of concern ends",
        ));
    }
    Ok(Band {
        model: fields::text("value.band.model", &band.model, fields::NAME_BYTES_MAX)?,
        original: fields::text("value.band.original", &band.original, fields::NAME_BYTES_MAX)?,
        ..band
    })
}

fn check_place(place: Place) -> AppResult<Place> {
    if !SETTING_KINDS.contains(&place.setting_kind.as_str()) {
        return Err(invalid("value.place.setting_kind", format!("use one of {}", SETTING_KINDS.join(", "))));
    }
    let window = place.window.as_deref().unwrap_or_default();
    Ok(Place {
        name: fields::optional_text("value.place.name", &place.name, fields::NAME_BYTES_MAX)?
            .unwrap_or_default(),
        window: fields::optional_text("value.place.window", window, fields::NAME_BYTES_MAX)?,
        ..place
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::time::UtcTime;

    fn band(word: &str, until: i64) -> ItemValue {
        ItemValue::Band(Band {
            model: "cstag 2".into(),
            original: "substantive".into(),
            band: word.into(),
            decided_at: UtcTime(10),
            valid_until: UtcTime(until),
        })
    }

    #[test]
    fn a_level_of_concern_is_a_word_with_an_end() {
        assert!(check_value(16, band("high", 20)).is_ok());
        for (row, wrong, says) in [
            (16, band("7", 20), "none, low"),
            (16, band("high", 10), "ends"),
            (16, ItemValue::Text("high".into()), "row 16"),
            (16, ItemValue::Count(7), "row 16"),
            (12, band("high", 9), "ends"),
        ] {
            let error = check_value(row, wrong).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn values_have_bounds() {
        let long = |n| "x".repeat(n);
        assert!(check_value(12, ItemValue::Text(long(fields::ITEM_TEXT_BYTES_MAX))).is_ok());
        assert!(check_value(12, ItemValue::Text(long(fields::ITEM_TEXT_BYTES_MAX + 1))).is_err());
        assert!(check_value(12, ItemValue::Text("  ".into())).is_err());
        assert!(check_value(25, ItemValue::Code(long(fields::CODE_BYTES_MAX + 1))).is_err());
        let place = |kind: &str| {
            ItemValue::Place(Place {
                setting_kind: kind.into(),
                name: String::new(),
                owned_by: None,
                window: None,
            })
        };
        assert!(check_value(14, place("hospital")).is_ok());
        assert!(check_value(14, place("castle")).unwrap_err().to_string().contains("house_of_worship"));
    }
}

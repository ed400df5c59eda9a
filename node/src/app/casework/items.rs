//! What may be shared of an entry: items, each in its row of the matrix, written in the same commit and under the same id.
//!
//! Nothing here decides what goes to whom. An entry that says nothing shareable makes no item; instruments give a word,
//! never their items; the reporter is in no row. What an item is as a record follows from what this agency is, on the strict
//! side (`kept`); whoever wrote the entry may say that it is of a stricter class (`as_record`).

use super::super::items::check_value;
use super::super::{App, AppResult, Read, derived_beside, fields};
use super::kept::{self, Kept};
use super::{History, is_of_concern};
use crate::store::{Changes, Kind};
use policy::id::{Id, ItemId, PersonId};
use policy::process::Act;
use policy::process::entry::{CLOCK, Entry, Plan};
use policy::process::words::{Polarity, ThreatType};
use policy::record::{
    About, Agency, Band, Element, Item, ItemValue, ObtainedVia, PermittedRecipient, Person, Provenance, Row,
};
use policy::share::obligations::LAWFUL_CONDUCT_WARNING;
use policy::time::UtcTime;

/// One item to be made of an entry.
struct Draft {
    /// Distinguishes several items of one entry; empty: the entry's own id.
    part: &'static str,
    row: u8,
    value: ItemValue,
    elements: Vec<Element>,
    own_of: Vec<PermittedRecipient>,
    source: Option<String>,
}

impl Draft {
    fn text(row: u8, text: String) -> Self {
        Self {
            part: "",
            row,
            value: ItemValue::Text(text),
            elements: Vec::new(),
            own_of: Vec::new(),
            source: None,
        }
    }
    fn with(self, element: Element) -> Self {
        Self { elements: vec![element], ..self }
    }
    fn part(self, part: &'static str) -> Self {
        Self { part, ..self }
    }
}

/// Which item an entry's part becomes.
pub(super) fn item_id(entry: &Entry, part: &str) -> ItemId {
    item_id_of(entry.id.0, part)
}

fn item_id_of(entry: Id, part: &str) -> ItemId {
    ItemId(if part.is_empty() { entry } else { derived_beside(entry, part) })
}

/// Parts of an assessment beside the level.
const GAPS: &str = "gaps";
const DELIBERATION: &str = "deliberation";
/// Parts of an entry, for finding what it became.
pub(super) const PARTS: [&str; 3] = ["", GAPS, DELIBERATION];

fn drafts(entry: &Entry, history: &[Entry]) -> Vec<Draft> {
    match &entry.act {
        Act::Observe(o) => {
            let threatens = o.exact_words || o.threat_type.is_some_and(|t| t != ThreatType::NoneExpressed);
            let element =
                if threatens { Element::StatementOfThreatOrCrime } else { Element::IncidentCircumstances };
            let text = format!("{} ({}): {}", o.happened_on, o.basis, o.text);
            let draft = Draft::text(if o.exact_words { 11 } else { 12 }, text).with(element);
            vec![Draft { source: Some(o.source.clone()), ..draft }]
        }
        Act::Factor(f) if !f.ended => {
            let row = if f.polarity == Polarity::Enhancing { 20 } else { 21 };
            vec![Draft::text(row, f.text.clone()).with(Element::AssessmentOnly)]
        }
        Act::Event(e) => {
            let when = e.on.map(|on| format!(", {on}")).unwrap_or_default();
            vec![Draft::text(22, format!("{}{when}: {}", e.tense, e.text))]
        }
        Act::Instrument(i) => {
            let text = format!("{} {}: {} ({})", i.name, i.version, i.overall, i.on);
            vec![Draft::text(18, text).with(Element::AssessmentOnly)]
        }
        Act::Assess(a) => {
            let level = Draft {
                value: ItemValue::Band(Band {
                    model: format!("{} {}", a.level.model, a.level.model_version).trim().to_owned(),
                    original: a.level.original.clone(),
                    band: a.level.band.as_str().to_owned(),
                    decided_at: entry.at,
                    valid_until: a.level.valid_until,
                }),
                ..Draft::text(16, String::new()).with(Element::AssessmentOnly)
            };
            let gaps = format!(
                "Not known: {}\nLimits: {}\n{LAWFUL_CONDUCT_WARNING} This is no prediction.",
                a.gaps, a.caveats
            );
            let mut deliberation = a.rationale.clone();
            for dissent in &a.dissent {
                deliberation.push_str("\nDissent: ");
                deliberation.push_str(&dissent.says);
            }
            vec![
                level,
                Draft::text(23, gaps).with(Element::AssessmentOnly).part(GAPS),
                Draft::text(38, deliberation).with(Element::AssessmentOnly).part(DELIBERATION),
            ]
        }
        Act::Plan(plan) => vec![Draft::text(34, plan_text(plan))],
        Act::Task(task) => {
            let contact = if task.contact_safety.is_empty() {
                String::new()
            } else {
                format!("\nHow to approach safely: {}", task.contact_safety)
            };
            let own_of = task.agency.iter().cloned().map(PermittedRecipient::Agency).collect();
            vec![Draft { own_of, ..Draft::text(35, format!("{}{contact}", task.text)) }]
        }
        Act::Refer(r) => {
            let own_of: Vec<_> = r.agency.iter().cloned().map(PermittedRecipient::Agency).collect();
            vec![Draft {
                value: ItemValue::Code(r.status.as_str().to_owned()),
                own_of,
                ..Draft::text(25, String::new())
            }]
        }
        Act::Tripwire(t) if !t.ended => {
            vec![Draft::text(37, format!("If {}: tell {}, until {}", t.observable, t.tell, t.expires))]
        }
        Act::Order(o) => {
            let text =
                format!("{}, {} of {}: {}, until {}", o.court, o.kind, o.made_on, o.conditions, o.until);
            vec![Draft::text(30, text)]
        }
        Act::Close(c) if took_effect(entry, history) => {
            vec![Draft::text(39, format!("Active management ended on {}: {}.", entry.at.date(), c.outcome))]
        }
        // It goes where what it disputes goes: in the same row, of the same class, about the same people (domain 7.3).
        Act::Disagree(d) => {
            let disputed = history.iter().find(|e| e.id == d.entry).filter(|e| !is_disagreement(e));
            let of_text = |draft: &Draft| matches!(draft.value, ItemValue::Text(_));
            let beside = disputed.and_then(|e| drafts(e, history).into_iter().find(of_text));
            let statement = format!("Statement of disagreement by the person: {}", d.text);
            let said = |draft| Draft { part: "", value: ItemValue::Text(statement), source: None, ..draft };
            beside.map(said).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn is_disagreement(entry: &Entry) -> bool {
    matches!(entry.act, Act::Disagree(_))
}

/// The entry that says what an entry's items are as records: itself, or what it disputes.
fn told_of<'e>(entry: &'e Entry, history: &'e [Entry]) -> &'e Entry {
    match &entry.act {
        Act::Disagree(d) => history.iter().find(|e| e.id == d.entry).unwrap_or(entry),
        _ => entry,
    }
}

/// Whether a closing closed the case, by itself or with a second member's agreement.
fn took_effect(closing: &Entry, history: &[Entry]) -> bool {
    closing.moved_to.is_some()
        || history.iter().any(|e| {
            e.moved_to.is_some() && matches!(&e.act, Act::Concur(agreed) if agreed.with == closing.id)
        })
}

fn plan_text(plan: &Plan) -> String {
    let mut text = format!("Goals: {}", plan.goals.join("; "));
    for task in &plan.tasks {
        text.push_str(&format!("\n{} ({}): {}", task.kind, task.state, task.text));
    }
    for restriction in &plan.restrictions {
        text.push_str(&format!("\n{} until {}: {}", restriction.kind, restriction.until, restriction.text));
    }
    text
}

/// Refuses an entry of which no item could be made, now or once there is a person whom it is about: the bounds of what is
/// written are those of what may be shared of it. `entries` ends with it.
///
/// # Errors
/// [`super::AppError::Invalid`] with the bound.
pub(super) fn check_texts(entries: &[Entry]) -> AppResult<()> {
    let Some(entry) = entries.last() else { return Ok(()) };
    for draft in drafts(entry, entries) {
        if let ItemValue::Text(text) = &draft.value
            && text.trim().len() > fields::ITEM_TEXT_BYTES_MAX
        {
            let problem = format!(
                "what may be shared of it would be {} bytes long; {} at most: write what matters in words, and keep the \
                 letter, file or recording where it is",
                text.trim().len(),
                fields::ITEM_TEXT_BYTES_MAX
            );
            return Err(super::invalid(entry.act.word(), problem));
        }
        fields::optional_text(
            "source",
            draft.source.as_deref().unwrap_or_default(),
            fields::SOURCE_BYTES_MAX,
        )?;
        check_value(draft.row, draft.value)?;
    }
    Ok(())
}

impl App {
    /// The rows of the items that a history makes: for `bench`, which lays whole cases down at once.
    ///
    /// # Errors
    /// As [`App::act`].
    pub(crate) async fn items_of(&self, history: &History) -> AppResult<Vec<crate::store::Put>> {
        let items = self.items_to_make(history, &history.entries).await?;
        items.iter().map(put_item).collect()
    }

    /// The items that the current entries of a case should have and have not: of a new entry, and of older ones once
    /// there is a person whom they are about.
    ///
    /// # Errors
    /// When this agency's capacities cannot be read, or a text is too long for an item.
    pub(super) async fn items_to_make(&self, history: &History, entries: &[Entry]) -> AppResult<Vec<Item>> {
        let Some(person) = history.person_of_concern() else { return Ok(Vec::new()) };
        let own = match self.find::<Agency>(super::super::OWN_AGENCY).await? {
            Some(own) => own.record,
            // Without capacities nothing can be shared yet; items are made when they are declared and somebody acts.
            None => return Ok(Vec::new()),
        };
        let replaced = policy::process::Standing::of(entries);
        let mut items = Vec::new();
        // What an older assessment said stands no more, also where it never became an item.
        let newest = entries.iter().rfind(|e| matches!(e.act, Act::Assess(_))).map(|e| e.id);
        let stands = |e: &&Entry| {
            !replaced.is_replaced(e.id) && (!matches!(e.act, Act::Assess(_)) || Some(e.id) == newest)
        };
        for entry in entries.iter().filter(stands) {
            for draft in drafts(entry, entries) {
                let id = item_id(entry, draft.part);
                if !history.items.iter().any(|i| i.record.id == id) {
                    items.push(item(id, entry, entries, draft, history, person, &own)?);
                }
            }
        }
        items.extend(of_person(person, history, &own, self.now())?);
        Ok(items)
    }

    /// Adds to `changes` the items that a case with a history has once this person is in it, who is added with them.
    ///
    /// # Errors
    /// As [`App::act`].
    pub(in crate::app) async fn items_with_person(
        &self,
        person: &Person,
        changes: &mut Changes,
    ) -> AppResult<()> {
        if !is_of_concern(&person.roles) {
            return Ok(());
        }
        let mut history = self.whole_history(person.case).await?;
        history.people.push(person.clone());
        if history.entries.is_empty() {
            return Ok(());
        }
        let items = self.items_to_make(&history, &history.entries).await?;
        if items.is_empty() {
            return Ok(());
        }
        // The head too: what is being decided in this case at the same moment has not seen this person, and decides again.
        changes.puts.push(history.head.put()?);
        let ids = items.iter().map(|i| Kind::Item.of(i.id)).collect();
        changes.events.push(self.event(CLOCK, "items_made", ids));
        for item in &items {
            changes.puts.push(put_item(item)?);
        }
        Ok(())
    }
}

/// What an older assessment said beside its level gives way to what the new one says: a packet has one of each.
pub(super) fn superseded_by_judgment(history: &History, judged: &Entry) -> Vec<Read<Item>> {
    if !matches!(judged.act, Act::Assess(_)) {
        return Vec::new();
    }
    // The one that it replaces gives way as every entry that is replaced does.
    let older = |e: &&Entry| matches!(e.act, Act::Assess(_)) && Some(e.id) != judged.replaces;
    let mut superseded = Vec::new();
    for entry in history.entries.iter().filter(older) {
        for part in [GAPS, DELIBERATION] {
            let id = item_id(entry, part);
            let stands = |i: &&Read<Item>| i.record.id == id && i.record.superseded_by.is_none();
            if let Some(mut old) = history.items.iter().find(stands).cloned() {
                old.record.superseded_by = Some(item_id(judged, part));
                superseded.push(old);
            }
        }
    }
    superseded
}

/// The put of an item made of an entry: under the key of its case, with which it goes.
pub(super) fn put_item(item: &Item) -> AppResult<crate::store::Put> {
    let put = super::put_new(Kind::Item.of(item.id), item, &[])?;
    Ok(put.under(item.case).sharing_key_of(Kind::Case.of(item.case)))
}

fn item(
    id: ItemId,
    entry: &Entry,
    entries: &[Entry],
    draft: Draft,
    history: &History,
    person: &Person,
    own: &Agency,
) -> AppResult<Item> {
    let of = told_of(entry, entries);
    let said = kept::as_record(&of.act);
    let mut about: Vec<&Person> = Vec::new();
    for id in said.iter().flat_map(|r| &r.about) {
        about.extend(history.people.iter().find(|p| p.id == *id));
    }
    if about.is_empty() {
        about.push(person);
    }
    let kept = Kept::of(own, &about, &kept::versions(of, entries));
    let mut elements = said.map(|r| r.elements.clone()).unwrap_or_default();
    elements.extend(draft.elements);
    elements.sort_unstable();
    elements.dedup();
    let value = check_value(draft.row, draft.value)?;
    let about = about.iter().map(|p| p.id).collect();
    Ok(Item {
        record_kind: Some(kept.kind),
        obtained_via: kept.via,
        labels: kept.labels,
        own_of: draft.own_of,
        elements,
        ..blank_item(id, history, draft.row, about, value, entry, draft.source)?
    })
}

fn blank_item(
    id: ItemId,
    history: &History,
    row: u8,
    about: Vec<PersonId>,
    value: ItemValue,
    entry: &Entry,
    source: Option<String>,
) -> AppResult<Item> {
    Ok(Item {
        id,
        case: history.head.record.id,
        row: Row::new(row).map_err(|e| super::invalid("row", e.to_string()))?,
        labels: Vec::new(),
        record_kind: None,
        obtained_via: ObtainedVia::Own,
        elements: Vec::new(),
        about: about.into_iter().map(|person| About { person, record_kind: None }).collect(),
        value,
        own_of: Vec::new(),
        statements: Vec::new(),
        provenance: Provenance {
            recorded_by: entry.by.clone(),
            recorded_at: entry.at,
            source,
            received: None,
            purposes: Vec::new(),
            obligations: Vec::new(),
            expires_at: None,
        },
        superseded_by: None,
        sealed_at: None,
        stale: None,
        commitment: None,
    })
}

/// Rows 2, 3 and 4 of the person of concern, made once in a case that a report began.
fn of_person(person: &Person, history: &History, own: &Agency, now: UtcTime) -> AppResult<Vec<Item>> {
    let has = |row: u8| history.items.iter().any(|i| i.record.row.number() == row);
    // A case that was opened by hand has these items by hand too.
    let Some(first) = history.entries.first().filter(|e| matches!(e.act, Act::Report(_) | Act::Consult(_)))
    else {
        return Ok(Vec::new());
    };
    let rows = [
        (2, "name", person.names.first().cloned().map(ItemValue::Text)),
        (3, "born", person.date_of_birth.map(ItemValue::Date)),
        (4, "age", is_minor(person, now).map(|is_minor| ItemValue::Code(age_word(is_minor).to_owned()))),
    ];
    rows.into_iter()
        .filter(|(row, ..)| !has(*row))
        .filter_map(|(row, part, value)| Some((row, item_id_of(person.id.0, part), value?)))
        .map(|(row, id, value)| identity_item(id, row, value, person, history, own, first))
        .collect()
}

fn identity_item(
    id: ItemId,
    row: u8,
    value: ItemValue,
    person: &Person,
    history: &History,
    own: &Agency,
    entry: &Entry,
) -> AppResult<Item> {
    let item = blank_item(id, history, row, vec![person.id], value, entry, None)?;
    let record_kind = Some(kept::kept_as(own, Some(person), false));
    Ok(Item { elements: vec![Element::IdentityAndLocation], record_kind, ..item })
}

/// Whether somebody is a minor; none: not known.
pub(super) fn is_minor(person: &Person, now: UtcTime) -> Option<bool> {
    Some(person.date_of_birth?.full_years_until(now.date())? < 18)
}

const fn age_word(is_minor: bool) -> &'static str {
    if is_minor { "minor" } else { "adult" }
}

/// Parts of an assessment beside the level: the age, where the person came of age since it was written.
const AGE: &str = "age";

impl App {
    /// What row 4 says of somebody who came of age since: with a judgment it is looked at again. The item as it was, and the
    /// one that stands in its place.
    ///
    /// # Errors
    /// When this agency's capacities cannot be read.
    pub(super) async fn came_of_age<'h>(
        &self,
        history: &'h History,
        judgment: &Entry,
    ) -> AppResult<Option<(&'h Read<Item>, Item)>> {
        let Some(person) = history.person_of_concern() else { return Ok(None) };
        let said = history.items.iter().map(|i| (i, &i.record)).find(|(_, i)| {
            i.row.number() == 4
                && i.superseded_by.is_none()
                && i.provenance.received.is_none()
                && i.about.iter().map(|a| a.person).eq([person.id])
                && matches!(&i.value, ItemValue::Code(word) if word == age_word(true))
        });
        let Some((old, _)) = said.filter(|_| is_minor(person, judgment.at) == Some(false)) else {
            return Ok(None);
        };
        let Some(own) = self.find::<Agency>(super::super::OWN_AGENCY).await? else { return Ok(None) };
        let value = ItemValue::Code(age_word(false).to_owned());
        let id = item_id(judgment, AGE);
        let new = identity_item(id, 4, value, person, history, &own.record, judgment)?;
        Ok(Some((old, new)))
    }
}

/// Whether an item is the level of a case.
pub(super) fn is_level(item: &Item) -> bool {
    item.row.number() == 16 && item.provenance.received.is_none()
}

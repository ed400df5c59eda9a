//! Deriving less than the whole: each form is typed, computed from typed content or written by a named member.
//!
//! Called by `door` alone. Absent on purpose: paraphrase by machine, truncation, and any fallback from one form to another.

use super::class::Class;
use super::words::{CaseWords, Identifying};
use crate::id::{AgencyId, PersonId};
use crate::record::{Band, Form, Item, ItemValue, PersonRole, Place, Recipient, Row};
use crate::time::UtcTime;

/// A count below this is suppressed for anybody outside the team (domain 4.3; zero may be shown).
pub const COUNT_SHOWN_MIN: u32 = 11;

/// What a form needs to know besides the item.
#[derive(Clone, Copy)]
pub struct FormContext<'a> {
    /// Who would receive.
    pub recipient: &'a Recipient,
    /// Its column.
    pub class: Class,
    /// Names, dates and numbers of the case.
    pub words: &'a CaseWords,
    /// Names valid for this recipient only, one for each person.
    pub aliases: &'a [(PersonId, String)],
    /// What each person is to the case.
    pub roles: &'a dyn Fn(PersonId) -> PersonRole,
    /// When it was approved: no statement written later may leave. `None`: not approved yet.
    pub approved_at: Option<UtcTime>,
}

/// Why a form could not be made: the item is withheld.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Nobody wrote the statement.
    #[error("a member must write a statement for class {0}")]
    StatementMissing(Class),
    /// It was written after the approval.
    #[error("the statement for class {0} was written after the approval: approve again")]
    StatementNotApproved(Class),
    /// It would identify somebody.
    #[error("the statement for class {class} contains {}: write it without", list(.found))]
    StatementIdentifies {
        /// The class it was written for.
        class: Class,
        /// What kinds of thing were found in it.
        found: Vec<Identifying>,
    },
    /// The content has no such form.
    #[error(
        "form {0} cannot be made from what was recorded: record the item in a type that has it, or write a statement"
    )]
    NotOfThisKind(Form),
    /// The recipient has no name for the person yet.
    #[error("no alias for this recipient has been drawn")]
    AliasMissing,
    /// Somebody else's place.
    #[error("the place is not the recipient's own")]
    PlaceNotTheirs,
    /// Too small to show.
    #[error("counts from 1 to 10 are suppressed")]
    CountSuppressed,
}

fn list(found: &[Identifying]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether the item may go as it was recorded.
///
/// # Errors
/// [`FormError::CountSuppressed`] for small counts that leave the team.
pub fn may_go_whole(item: &Item, class: Class) -> Result<(), FormError> {
    match item.value {
        ItemValue::Count(count) if class != Class::Cor => shown(count).map(|_| ()),
        _ => Ok(()),
    }
}

/// The whole item, as it was recorded.
///
/// # Errors
/// As [`may_go_whole`].
pub fn whole(item: &Item, class: Class) -> Result<ItemValue, FormError> {
    may_go_whole(item, class).map(|()| item.value.clone())
}

/// The item in one form.
///
/// # Errors
/// [`FormError`] says why it cannot be made; then the item is withheld.
pub fn apply(form: Form, item: &Item, context: &FormContext<'_>) -> Result<ItemValue, FormError> {
    let not_of_this_kind = Err(FormError::NotOfThisKind(form));
    match (form, &item.value) {
        (Form::Statement, _) => statement(item, context),
        (Form::Alias, _) => alias(item, context),
        (Form::Band, ItemValue::Band(band)) => Ok(ItemValue::Band(Band {
            model: String::new(),
            original: band.band.clone(),
            band: band.band.clone(),
            decided_at: band.decided_at,
            valid_until: band.valid_until,
        })),
        (Form::YesNo, ItemValue::YesNo(yes)) => Ok(ItemValue::YesNo(*yes)),
        // that there is such a thing, and nothing of what it says
        (Form::YesNo, ItemValue::Text(_) | ItemValue::Code(_) | ItemValue::Date(_)) => {
            Ok(ItemValue::YesNo(true))
        }
        (Form::Count, ItemValue::Count(count)) => shown(*count).map(ItemValue::Count),
        (Form::SettingKind, ItemValue::Place(place)) if !place.setting_kind.is_empty() => {
            Ok(ItemValue::Code(place.setting_kind.clone()))
        }
        (Form::StatusCode, ItemValue::Code(code)) => Ok(ItemValue::Code(code.clone())),
        (Form::OwnPlace, ItemValue::Place(place)) => own_place(item, place, context.recipient),
        _ => not_of_this_kind,
    }
}

fn shown(count: u32) -> Result<u32, FormError> {
    if (1..COUNT_SHOWN_MIN).contains(&count) { Err(FormError::CountSuppressed) } else { Ok(count) }
}

fn statement(item: &Item, context: &FormContext<'_>) -> Result<ItemValue, FormError> {
    let class = context.class;
    let mut written = item.statements.iter().filter(|s| s.class == class.as_str()).peekable();
    if written.peek().is_none() {
        return Err(FormError::StatementMissing(class));
    }
    // the newest of those that the approver could see
    let statement = written
        .filter(|s| context.approved_at.is_none_or(|approved| s.at <= approved))
        .max_by_key(|s| s.at)
        .ok_or(FormError::StatementNotApproved(class))?;
    let found = context.words.identifying(&statement.text);
    if found.is_empty() {
        Ok(ItemValue::Text(statement.text.clone()))
    } else {
        Err(FormError::StatementIdentifies { class, found })
    }
}

/// Row 1 is the reference itself; other rows say who is meant by a name that only this recipient knows.
fn alias(item: &Item, context: &FormContext<'_>) -> Result<ItemValue, FormError> {
    let mut said = String::new();
    for about in &item.about {
        let (_, alias) =
            context.aliases.iter().find(|(p, _)| *p == about.person).ok_or(FormError::AliasMissing)?;
        if !said.is_empty() {
            said.push_str(", ");
        }
        if item.row != ENVELOPE {
            said.push_str(role_word((context.roles)(about.person)));
            said.push(' ');
        }
        said.push_str(alias);
    }
    Ok(ItemValue::Code(said))
}

const ENVELOPE: Row = match Row::new(1) {
    Ok(row) => row,
    Err(_) => unreachable!(),
};

/// The neutral word for somebody who goes unnamed.
pub const fn role_word(role: PersonRole) -> &'static str {
    match role {
        PersonRole::PersonOfConcern => "person",
        PersonRole::Patient => "patient",
        PersonRole::Target => "person who may be at risk",
        PersonRole::Reporter => "reporter",
        PersonRole::OtherStudent => "another student",
        PersonRole::Family => "family member",
        PersonRole::Other => "another person",
    }
}

fn own_place(item: &Item, place: &Place, recipient: &Recipient) -> Result<ItemValue, FormError> {
    if is_own(item, recipient) {
        // whose place it is need not be said to those whose place it is
        Ok(ItemValue::Place(Place { owned_by: None, ..place.clone() }))
    } else {
        Err(FormError::PlaceNotTheirs)
    }
}

/// Whether the item is the recipient's own place, service status or task.
pub fn is_own(item: &Item, recipient: &Recipient) -> bool {
    let owner: Option<&AgencyId> = match &item.value {
        ItemValue::Place(place) => place.owned_by.as_ref(),
        _ => None,
    };
    let theirs = matches!(recipient, Recipient::Node(peer) if owner == Some(&peer.id));
    theirs || item.own_of.iter().any(|o| o.names(recipient))
}

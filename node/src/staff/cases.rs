//! Cases, their people, contacts and items.

use super::decode::{self, optional_word, word, words};
use super::encode;
use crate::app::{Actor, App, AppResult, Part};
use policy::record::{Label, Purpose};
use policy::share::Class;
use proto::agency::v1;

/// Items shown at once.
const ITEMS_SHOWN_MAX: usize = 500;

/// `OpenCase`.
pub async fn open(app: &App, actor: &Actor, ask: v1::OpenCaseRequest) -> AppResult<v1::Case> {
    let team = decode::id("team_id", &ask.team_id)?;
    Ok(encode::case(&app.open_case(actor, team, ask.exercise, &ask.setting).await?, app.now()))
}

/// `ListCases`.
pub async fn list(app: &App, actor: &Actor, ask: v1::ListCasesRequest) -> AppResult<v1::ListCasesResponse> {
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = app.own_cases(actor, &part).await?;
    Ok(v1::ListCasesResponse { cases: some.iter().map(|c| encode::case(c, app.now())).collect(), next })
}

/// `SearchCases`.
pub async fn search(
    app: &App,
    actor: &Actor,
    ask: v1::SearchCasesRequest,
) -> AppResult<v1::SearchCasesResponse> {
    let team = decode::id("team_id", &ask.team_id)?;
    let purpose = word!(Purpose, "purpose", &ask.purpose)?;
    let found = app.search_cases(actor, team, &ask.name, purpose).await?;
    Ok(v1::SearchCasesResponse {
        case_ids: encode::texts(&found.cases),
        looked_at_count: encode::count(found.looked_at),
        not_all: found.not_all,
    })
}

/// `ShowCase`.
pub async fn show(app: &App, _actor: &Actor, ask: v1::ShowCaseRequest) -> AppResult<v1::ShowCaseResponse> {
    optional_word!(Purpose, "purpose", &ask.purpose)?;
    let case = app.case_snapshot(decode::id("case_id", &ask.case_id)?).await?;
    Ok(v1::ShowCaseResponse {
        case: Some(encode::case(&case.case, app.now())),
        people: case.people.iter().map(encode::person).collect(),
        contacts: case.contacts.iter().map(encode::contact).collect(),
        item_count: encode::count(case.items.len()),
    })
}

/// `AddPerson`.
pub async fn add_person(app: &App, actor: &Actor, ask: v1::AddPersonRequest) -> AppResult<v1::Person> {
    let new = decode::person(decode::needed("person", ask.person)?)?;
    Ok(encode::person(&app.add_person(actor, new).await?))
}

/// `AddContact`.
pub async fn add_contact(app: &App, actor: &Actor, ask: v1::AddContactRequest) -> AppResult<v1::Contact> {
    let new = decode::contact(decode::needed("contact", ask.contact)?)?;
    Ok(encode::contact(&app.add_contact(actor, new).await?))
}

/// `AddItem`.
pub async fn add_item(app: &App, actor: &Actor, ask: v1::AddItemRequest) -> AppResult<v1::Item> {
    let new = decode::item(decode::needed("item", ask.item)?)?;
    let corrects = decode::optional_id("corrects", &ask.corrects)?;
    Ok(encode::item(&app.add_item(actor, new, corrects).await?, app.door.matrix()))
}

/// `AddStatement`.
pub async fn add_statement(app: &App, actor: &Actor, ask: v1::AddStatementRequest) -> AppResult<v1::Item> {
    let (case, item) = (decode::id("case_id", &ask.case_id)?, decode::id("item_id", &ask.item_id)?);
    let class = word!(Class, "class", &ask.class)?;
    let item = app.add_statement(actor, case, item, class, &ask.text).await?;
    let withheld = app.sight_of(actor).await?.withheld(&item);
    Ok(encode::item_or_row(&item, app.door.matrix(), withheld))
}

/// `AddLabels`.
pub async fn add_labels(app: &App, actor: &Actor, ask: v1::AddLabelsRequest) -> AppResult<v1::Item> {
    let (case, item) = (decode::id("case_id", &ask.case_id)?, decode::id("item_id", &ask.item_id)?);
    let labels = words!(Label, "labels", ask.labels)?;
    let item = app.add_labels(actor, case, item, &labels).await?;
    let withheld = app.sight_of(actor).await?.withheld(&item);
    Ok(encode::item_or_row(&item, app.door.matrix(), withheld))
}

/// `ListItems`.
pub async fn list_items(
    app: &App,
    actor: &Actor,
    ask: v1::ListItemsRequest,
) -> AppResult<v1::ListItemsResponse> {
    let purpose = optional_word!(Purpose, "purpose", &ask.purpose)?;
    let sight = app.sight_of(actor).await?;
    let part = Part { limit: ask.limit, after: ask.after };
    let items = app.items(decode::id("case_id", &ask.case_id)?).await?;
    let (some, next) = part.of(items, ITEMS_SHOWN_MAX, |i| i.id.to_string())?;
    Ok(v1::ListItemsResponse {
        items: some
            .iter()
            .map(|i| encode::item_or_row(i, app.door.matrix(), sight.withheld_for_purpose(i, purpose)))
            .collect(),
        next,
    })
}

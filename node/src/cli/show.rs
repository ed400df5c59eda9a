//! How people, items and shares look on a terminal: neutral words, times in UTC, protective information beside risk
//! (rows are printed in the matrix's order, which puts 20 and 21 together), no colour.

use super::page::{Page, count, yes_no};
use proto::agency::v1::{
    Basis, Contact, Item, ItemOutcome, ItemValue, LawAnswer, PermittedRecipient, Person, ShareView, To,
};

/// A person of a case.
pub fn person(p: &Person, page: &mut Page) {
    page.heading(format_args!("person {}  {}", p.id, p.roles.join(", ")));
    page.list("names", &p.names);
    page.field("born", &p.date_of_birth);
    page.field("student", yes_no(p.is_student));
    page.field("patient", yes_no(p.is_patient));
    page.field("postsecondary", yes_no(p.attends_postsecondary));
    page.field("consents to own care", yes_no(p.consented_to_own_care));
    page.field("law enforcement", &p.law_enforcement_status);
    page.field("state", &p.state);
}

/// Somebody outside any node.
pub fn contact(c: &Contact, page: &mut Page) {
    page.heading(format_args!("contact {}  {}", c.id, c.sector));
    page.field("name", &c.name);
    page.field("same human as", &c.person_id);
    page.field("of", &c.of_person_id);
    page.field("place", &c.team_role);
}

/// The content of an item in words.
pub fn value(v: &ItemValue) -> String {
    if let Some(band) = &v.band {
        let original =
            if band.original.is_empty() { String::new() } else { format!("\"{}\" ", band.original) };
        let model = if band.model.is_empty() { String::new() } else { format!(" by {}", band.model) };
        return format!(
            "{original}({}){model}, decided {}, valid until {}",
            band.band, band.decided_at, band.valid_until
        );
    }
    if let Some(place) = &v.place {
        let parts = [&place.setting_kind, &place.name, &place.window];
        return parts.iter().filter(|p| !p.is_empty()).map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
    }
    let yes_no = v.yes_no.map(|y| if y { "yes" } else { "no" }.to_owned());
    let words = v.text.clone().or_else(|| v.date.clone()).or_else(|| v.code.clone());
    words.or(yes_no).or_else(|| v.count.map(|n| n.to_string())).unwrap_or_default()
}

/// An item of a case.
pub fn item(i: &Item, page: &mut Page) {
    page.heading(format_args!("item {}  row {} {}", i.id, i.row, i.row_name));
    if !i.withheld.is_empty() {
        page.line(format_args!("  {}", i.withheld));
        return;
    }
    page.field("says", i.value.as_ref().map(value).unwrap_or_default());
    let about: Vec<String> = i
        .about
        .iter()
        .map(|a| {
            if a.record_kind.is_empty() {
                a.person_id.clone()
            } else {
                format!("{} ({})", a.person_id, a.record_kind)
            }
        })
        .collect();
    page.list("about", &about);
    page.list("own of", &recipients(&i.own_of));
    page.field("kind", &i.record_kind);
    page.field("obtained", &i.obtained_via);
    page.field("elements", i.elements.join(", "));
    page.field("labels", i.labels.join(", "));
    for s in &i.statements {
        page.field(&format!("for {}", s.class), &s.text);
    }
    page.field("source", &i.source);
    page.field("received from", &i.received_from);
    page.field("obligations", i.obligations.join(", "));
    page.field("hold until", &i.expires_at);
    page.field("recorded", format_args!("{} by {}", i.recorded_at, i.recorded_by));
    page.field("corrected by", &i.superseded_by);
    page.field("not current since", because(&i.stale_since, &i.stale_because));
    page.field("recalled", &i.recalled_at);
}

/// Recipients that a permission, an order or an item names.
pub fn recipients(all: &[PermittedRecipient]) -> Vec<String> {
    let one = |r: &PermittedRecipient| match (r.agency.as_str(), r.contact.as_str()) {
        ("", "") => format!("every {}", r.sector),
        ("", contact) => format!("contact {contact}"),
        (agency, _) => format!("agency {agency}"),
    };
    all.iter().map(one).collect()
}

/// Who receives.
pub fn to(to: Option<&To>) -> String {
    match to {
        Some(To { agency, .. }) if !agency.is_empty() => agency.clone(),
        Some(To { contact, .. }) => format!("contact {contact}"),
        None => String::new(),
    }
}

/// A share: what goes as the recipient sees it, then what stays and why.
pub fn share(v: &ShareView, page: &mut Page) {
    let name = if v.recipient_name.is_empty() { to(v.to.as_ref()) } else { v.recipient_name.clone() };
    let class = if v.recipient_class.is_empty() { "no class: nothing may go" } else { &v.recipient_class };
    page.heading(format_args!("share ({}) to {name} ({class})", v.state));
    page.field("case", &v.case_id);
    page.field("purpose", &v.purpose);
    page.field("proposal", &v.proposal_id);
    page.field("disclosure", &v.disclosure_id);
    page.field("emergency", if v.emergency { "yes: a second person reviews it" } else { "" });
    page.field("drill", if v.exercise { "yes" } else { "" });
    page.field("law", &v.law_version);
    page.list("stopped by", &v.stops);
    page.list("mended with", &said(&v.stop_commands));
    let (stay, go): (Vec<_>, Vec<_>) = v.items.iter().partition(|i| i.outcome == "withheld");
    page.heading(format_args!(
        "Goes: {} ({} whole, {} in a form)",
        count(go.len(), "item"),
        v.whole_count,
        v.form_count
    ));
    go.into_iter().for_each(|i| outcome(i, page));
    page.heading(format_args!("Stays: {}", count(stay.len(), "item")));
    stay.into_iter().for_each(|i| outcome(i, page));
    for c in &v.conflicts {
        page.heading(format_args!("Conflict for the privacy officer: item {}", c.item_id));
        page.field("must", &c.duty);
        page.field("must not", &c.prohibition);
    }
    if !v.other_paths.is_empty() {
        page.heading("Ways that need no software");
        v.other_paths.iter().for_each(|p| page.line(format_args!("  {p}")));
    }
}

fn outcome(i: &ItemOutcome, page: &mut Page) {
    let form = if i.form.is_empty() { String::new() } else { format!(" as {}", i.form) };
    page.line(format_args!("- row {} {}: {}{form}  [item {}]", i.row, i.row_name, i.outcome, i.item_id));
    page.field("says", i.released.as_ref().map(value).unwrap_or_default());
    page.field("from you", &i.withheld);
    page.list("basis", &i.basis.iter().map(basis).collect::<Vec<_>>());
    page.list("the law alone", &i.law.iter().map(law).collect::<Vec<_>>());
    page.field("must", if i.mandatory { "the law says that it is to be disclosed" } else { "" });
    page.field("obligations", i.obligations.join(", "));
    page.list("travels with", &i.travels);
    page.field("until", &i.expires_at);
    page.list("cells", &i.cells);
    page.list("why", &i.reasons);
    page.field("unsettled", if i.ask_counsel { "ask counsel" } else { "" });
    let mut laws: Vec<&str> = i.missing.iter().map(|m| m.regime.as_str()).collect();
    laws.dedup();
    if laws.len() > 1 {
        page.field("would need", format_args!("every one of these laws to permit it: {}", laws.join(", ")));
    }
    for m in &i.missing {
        page.field("would need", format_args!("{} ({})\n- {}", m.citation, m.regime, m.needs.join("\n- ")));
        let commands: Vec<String> = m.establish.iter().map(|n| n.command.clone()).collect();
        page.list("on record with", &said(&commands));
    }
}

/// Each command once, none that is empty.
fn said(commands: &[String]) -> Vec<&str> {
    let mut once: Vec<&str> = Vec::new();
    for command in commands.iter().filter(|c| !c.is_empty()) {
        if !once.contains(&command.as_str()) {
            once.push(command);
        }
    }
    once
}

/// The law's own answer for one person, whatever matrix and approval say.
fn law(l: &LawAnswer) -> String {
    let word = if l.permits { "permits" } else { "denies" };
    format!("{word} for person {}: {}", l.person_id, l.basis.join(", "))
}

/// A clause in one line.
pub fn basis(b: &Basis) -> String {
    if b.summary.is_empty() { b.citation.clone() } else { format!("{}: {}", b.citation, b.summary) }
}

/// Since when something is no longer current, and why; empty: it is.
pub fn because(since: &str, because: &str) -> String {
    match because {
        "" => since.to_owned(),
        "superseded" => format!("{since} (reassessed)"),
        _ => format!("{since} ({because})"),
    }
}

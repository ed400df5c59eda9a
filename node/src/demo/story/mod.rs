//! The stories that the demo plays, one file each, and short ways to write them.
//!
//! Every person, place and number is invented. Protective factors stand beside risk, and nobody is called by a label.

mod a_month;
mod duty_to_warn;
mod emergency_review;
mod example_1;
mod example_2;
mod housing_referral;
mod part2_refusal;
mod recipient_down;
mod revoked_consent;
mod school_threat;

use super::cast::Who;
use super::script::{Attest, Entry, Item, Key, Scope, Story, Value};

/// Every story, in the order of playing.
pub fn all() -> Vec<Story> {
    vec![
        part2_refusal::story(),
        example_1::story(),
        example_2::story(),
        school_threat::story(),
        duty_to_warn::story(),
        housing_referral::story(),
        revoked_consent::story(),
        emergency_review::story(),
        recipient_down::story(),
        // last: it leaves every clock a month ahead
        a_month::story(),
    ]
}

const fn at(agency: &'static str, name: &'static str) -> Who {
    Who { agency, name }
}

const DAVID: Who = at("county-hospital", "david.lindqvist");
const MARA: Who = at("county-hospital", "mara.ellison");
const INES: Who = at("county-hospital", "ines.okafor");
const RUTH: Who = at("community-team", "ruth.castellan");
const AMIR: Who = at("community-team", "amir.nazari");
const SAMUEL: Who = at("community-team", "samuel.adeyemi");
const HELENA: Who = at("recovery-clinic", "helena.voss");
const CLAIRE: Who = at("school-district", "claire.dumont");
const JAMAL: Who = at("school-district", "jamal.price");
const HUGO: Who = at("school-district", "hugo.tanaka");
const ROY: Who = at("sheriff", "roy.delgado");
const KIM: Who = at("sheriff", "kim.sato");
const GEORGE: Who = at("states-attorney", "george.mbeki");
const FATIMA: Who = at("states-attorney", "fatima.rahal");
const ELENA: Who = at("housing-nonprofit", "elena.soto");

const IDENTITY: &[&str] = &["identity_and_location"];
const STATEMENT: &[&str] = &["statement_of_threat_or_crime"];
const INCIDENT: &[&str] = &["incident_circumstances"];
const CONDITION: &[&str] = &["general_condition"];
const CLINICAL: &[&str] = &["diagnosis_or_treatment"];
const NOTES: &[&str] = &["counseling_notes"];
const ASSESSMENT: &[&str] = &["assessment_only"];

/// An item with words in it.
const fn says(
    key: Key,
    row: u8,
    kind: &'static str,
    elements: &'static [&'static str],
    about: &'static [(Key, &'static str)],
    text: &'static str,
) -> Item {
    Item {
        key,
        row,
        labels: &[],
        kind,
        elements,
        about,
        value: Value::Text(text),
        own_of_agency: "",
        own_of_contact: "",
    }
}

fn items(all: &[Item]) -> Vec<Entry> {
    all.iter().copied().map(Entry::Item).collect()
}

/// The writer's judgments that hold, each with the same reasons.
fn attest(role: &'static str, reasons: &'static str, facts: &[(&'static str, Scope)]) -> Vec<Entry> {
    facts
        .iter()
        .map(|(fact, scope)| Entry::Attest(Attest { fact, value: true, scope: *scope, role, reasons }))
        .collect()
}

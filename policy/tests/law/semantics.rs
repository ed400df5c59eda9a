//! What each effect means, on laws of a few clauses.

use policy::facts::{FactValue, Facts, Permission};
use policy::law::{Decision, Law, Obligation};

/// A regime `x` that governs where the purpose is not press inquiry, with these clauses.
fn law(clauses: &str) -> Law {
    two_regimes(clauses, "")
}

/// The same beside a regime `y` that governs from the age of 18 on.
fn two_regimes(x: &str, y: &str) -> Law {
    let x = format!("{}\n{x}", regime("x", "not purpose = press_inquiry", ""));
    let y = format!("{}\n{y}", regime("y", "subject.age >= 18", ""));
    let y =
        if y.contains("[[clause]]\nid = \"y-") { vec![("law/y/regime.toml", y.as_str())] } else { vec![] };
    Law::parse(&[vec![("law/x/regime.toml", x.as_str())], y].concat())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn regime(id: &str, governs: &str, more: &str) -> String {
    let governs = if governs.is_empty() { String::new() } else { format!("governs = \"{governs}\"") };
    format!(
        "[regime]\nid = \"{id}\"\nname = \"{id}\"\ncitation = \"{id}\"\n{governs}\n{more}\ndefault_deny = \"d-{id}\"\n{}",
        clause(&format!("d-{id}"), "default_deny", "")
    )
}

fn clause(id: &str, effect: &str, rest: &str) -> String {
    format!(
        "[[clause]]\nid = \"{id}\"\ncitation = \"Law {id}\"\nread = \"2026-11-21\"\neffect = \"{effect}\"\nsummary = \"{id}\"\n{rest}\n"
    )
}

fn permit(id: &str, when: &str) -> String {
    clause(id, "permit", &format!("when = \"{when}\""))
}

fn facts(given: &[(&str, FactValue<'_>)]) -> Facts {
    let mut facts = Facts::new();
    facts.set("purpose", "treatment").unwrap();
    for (path, value) in given {
        facts.set(path, *value).unwrap();
    }
    facts
}

fn permission(given: &[(&str, FactValue<'_>)]) -> Permission {
    let mut permission = Permission::new();
    for (path, value) in given {
        permission.set(path, *value).unwrap();
    }
    permission
}

fn with_permissions(permissions: &[Permission]) -> Facts {
    let mut facts = facts(&[]);
    permissions.iter().for_each(|permission| facts.add_permission(*permission).unwrap());
    facts
}

fn cited(law: &Law, decision: &Decision) -> Vec<String> {
    decision.basis.as_slice().iter().map(|clause| law.at(*clause).id.clone()).collect()
}

const YES: FactValue<'_> = FactValue::Flag(true);
const NO: FactValue<'_> = FactValue::Flag(false);
const THREAT: &str = "circumstances.serious_threat";
const NEAR: &str = "circumstances.imminent";

#[test]
fn a_permit_opens_on_what_is_known_true_and_on_nothing_else() {
    let law = law(&permit("x-1", "circumstances.serious_threat and not circumstances.imminent"));
    let permits = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given)).permit;
    assert!(permits(&[(THREAT, YES), (NEAR, NO)]));
    assert!(!permits(&[(THREAT, YES)]), "unknown is not false either");
    assert!(!permits(&[(NEAR, NO)]) && !permits(&[(THREAT, NO), (NEAR, NO)]) && !permits(&[]));
}

#[test]
fn a_forbid_that_cannot_be_evaluated_closes_and_its_exception_has_to_be_known() {
    let law = law(&[
        permit("x-1", "true"),
        permit("x-2", "circumstances.medical_emergency"),
        clause(
            "x-3",
            "forbid",
            "when = \"circumstances.serious_threat\"\nunless = \"circumstances.imminent\"\ndefeats = [\"x-1\"]",
        ),
    ]
    .concat());
    let decide = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given));
    assert!(decide(&[(THREAT, NO)]).permit);
    assert!(!decide(&[(THREAT, YES)]).permit && !decide(&[]).permit, "true and unknown close");
    assert!(decide(&[(THREAT, YES), (NEAR, YES)]).permit && !decide(&[(THREAT, YES), (NEAR, NO)]).permit);
    assert_eq!(cited(&law, &decide(&[])), ["x-3", "d-x"]);
    // Only what it names is closed.
    let other = decide(&[("circumstances.medical_emergency", YES)]);
    assert!(other.permit);
    assert_eq!(cited(&law, &other), ["x-2"]);
}

#[test]
fn a_limit_closes_unless_what_it_demands_is_known() {
    let law = law(&[
        permit("x-1", "true"),
        clause(
            "x-2",
            "limit",
            "when = \"circumstances.serious_threat\"\nmust = \"circumstances.imminent\"\nbites_on = [\"x-*\"]",
        ),
    ]
    .concat());
    let permits = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given)).permit;
    assert!(permits(&[(THREAT, NO)]) && permits(&[(NEAR, YES)]));
    assert!(!permits(&[]) && !permits(&[(THREAT, YES)]) && !permits(&[(THREAT, YES), (NEAR, NO)]));
}

#[test]
fn every_regime_that_governs_or_might_has_to_open() {
    let law = two_regimes(&permit("x-1", "true"), &permit("y-1", "circumstances.serious_threat"));
    let decide = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given));
    let age = |age| ("subject.age", FactValue::Count(age));
    assert!(decide(&[age(17)]).permit);
    assert!(!decide(&[age(18)]).permit && !decide(&[]).permit, "governs, and may govern");
    let both = decide(&[age(18), (THREAT, YES)]);
    assert!(both.permit);
    assert_eq!(cited(&law, &both), ["x-1", "y-1"]);
}

#[test]
fn an_overlay_narrows_and_a_fallback_governs_alone() {
    let overlay = format!(
        "{}{}{}",
        regime("o", "known(subject.state)", "overlay = true"),
        clause("o-1", "forbid", "when = \"circumstances.serious_threat\""),
        clause("o-2", "permit", "when = \"circumstances.imminent\"\nmandatory = \"true\""),
    );
    let fallback = format!(
        "{}{}",
        regime("f", "", "fallback = true"),
        permit("f-1", "not circumstances.medical_emergency")
    );
    let law = Law::parse(&[("law/o/regime.toml", &overlay), ("law/f/regime.toml", &fallback)]).unwrap();
    let state = ("subject.state", FactValue::Word("VA"));
    let calm = ("circumstances.medical_emergency", NO);
    let decide = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given));
    assert!(decide(&[calm]).permit, "the fallback alone");
    assert!(!decide(&[calm, state]).permit, "the overlay's forbid is not known false");
    let quiet = decide(&[calm, state, (THREAT, NO)]);
    assert!(quiet.permit && !quiet.mandatory);
    let due = decide(&[calm, state, (THREAT, NO), (NEAR, YES)]);
    assert!(due.permit && due.mandatory);
    assert_eq!(cited(&law, &due), ["o-2", "f-1"]);
    assert!(!decide(&[state, (THREAT, NO)]).permit, "an overlay opens nothing by itself");
}

#[test]
fn what_comes_on_top_takes_nobodys_place() {
    let top = format!(
        "{}{}",
        regime("t", "known(subject.state)", "adds = true"),
        permit("t-1", "circumstances.serious_threat")
    );
    let fallback =
        format!("{}{}", regime("f", "", "fallback = true"), permit("f-1", "circumstances.imminent"));
    let law = Law::parse(&[("law/t/regime.toml", &top), ("law/f/regime.toml", &fallback)]).unwrap();
    let state = ("subject.state", FactValue::Word("VA"));
    let permits = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given)).permit;
    assert!(permits(&[(NEAR, YES)]), "the fallback alone");
    assert!(!permits(&[state, (NEAR, YES)]), "what comes on top has to open as well");
    assert!(!permits(&[state, (THREAT, YES)]), "and does not open in place of the fallback");
    assert!(permits(&[state, (THREAT, YES), (NEAR, YES)]));
}

#[test]
fn one_permission_carries_a_permit_and_its_limits() {
    let law = law(&[
        permit("x-1", "consent.type = part2_consent and consent.names_recipient"),
        clause("x-2", "limit", "must = \"consent.signed\""),
        clause("x-3", "forbid", "when = \"consent.expired\""),
    ]
    .concat());
    let kind = ("consent.type", FactValue::Word("part2_consent"));
    let names = ("consent.names_recipient", YES);
    let whole = permission(&[kind, names, ("consent.signed", YES), ("consent.expired", NO)]);
    let unsigned = permission(&[kind, names, ("consent.signed", NO), ("consent.expired", NO)]);
    let stranger = permission(&[
        ("consent.type", FactValue::Word("oral_agreement")),
        ("consent.signed", YES),
        ("consent.expired", YES),
    ]);
    let permits = |permissions: &[Permission]| law.decide(&with_permissions(permissions)).permit;
    assert!(permits(&[whole]) && permits(&[stranger, whole]), "another's defects do not infect it");
    assert!(!permits(&[unsigned]) && !permits(&[unsigned, stranger]), "another's signature does not mend it");
    assert!(!permits(&[]));
}

#[test]
fn an_objection_speaks_wherever_it_stands() {
    let law = law(&[
        permit("x-1", "consent.type = part2_consent"),
        permit("x-2", "circumstances.serious_threat"),
        clause("x-3", "forbid", "when = \"consent.type = objection and consent.names_recipient\""),
    ]
    .concat());
    let consent =
        permission(&[("consent.type", FactValue::Word("part2_consent")), ("consent.names_recipient", YES)]);
    let objection = |names| {
        permission(&[("consent.type", FactValue::Word("objection")), ("consent.names_recipient", names)])
    };
    let permits = |permissions: &[Permission]| law.decide(&with_permissions(permissions)).permit;
    assert!(permits(&[consent]) && permits(&[consent, objection(NO)]));
    assert!(!permits(&[consent, objection(YES)]) && !permits(&[objection(YES), consent]));
    let mut threat = with_permissions(&[objection(YES)]);
    threat.set(THREAT, true).unwrap();
    assert!(!law.decide(&threat).permit, "it closes permits that rest on no permission too");
}

#[test]
fn two_signatures_can_be_asked_for() {
    let by = |who: &'static str| {
        permission(&[("consent.given_by", FactValue::Word(who)), ("consent.signed", YES)])
    };
    let law = law(&permit(
        "x-1",
        "any_consent(consent.given_by = subject and consent.signed) and any_consent(consent.given_by = parent and consent.signed)",
    ));
    let permits = |permissions: &[Permission]| law.decide(&with_permissions(permissions)).permit;
    assert!(permits(&[by("subject"), by("parent")]));
    assert!(!permits(&[by("subject")]) && !permits(&[by("parent")]) && !permits(&[]));
}

#[test]
fn duties_and_mandates_are_those_of_what_is_relied_on() {
    let law = law(&[
        clause(
            "x-1",
            "permit",
            "when = \"circumstances.serious_threat\"\nobligations = [\"log_disclosure\"]\ntravels = [\"scope\"]",
        ),
        clause(
            "x-2",
            "permit",
            "when = \"circumstances.imminent\"\nmandatory = \"subject.age < 18\"\nobligations = [\"notify_subject\"]",
        ),
        clause(
            "x-3",
            "require",
            "when = \"subject.age < 18\"\nobligations = [\"minimum_necessary\"]\nbites_on = [\"x-2\"]",
        ),
    ]
    .concat());
    let decide = |given: &[(&str, FactValue<'_>)]| law.decide(&facts(given));
    let duties = |decision: &Decision| decision.obligations.iter().collect::<Vec<_>>();
    let threat = decide(&[(THREAT, YES)]);
    assert_eq!(duties(&threat), [Obligation::LogDisclosure]);
    assert_eq!(law.travels(threat.travels).collect::<Vec<_>>(), ["scope"]);
    let minor = decide(&[(NEAR, YES), ("subject.age", FactValue::Count(12))]);
    assert!(minor.mandatory && minor.travels == 0);
    assert_eq!(duties(&minor), [Obligation::MinimumNecessary, Obligation::NotifySubject]);
    let unknown_age = decide(&[(NEAR, YES)]);
    assert!(unknown_age.permit && !unknown_age.mandatory, "a duty that is not known is not claimed");
    assert_eq!(duties(&unknown_age), [Obligation::NotifySubject]);
}

#[test]
fn unsettled_law_denies_asks_counsel_and_gives_both_readings() {
    let readings = "unsettled = [\"One reading.\", \"Another.\"]";
    let law = law(&[
        permit("x-1", "circumstances.serious_threat"),
        clause("x-2", "forbid", &format!("when = \"true\"\ndefeats = [\"x-1\"]\n{readings}")),
        clause("x-3", "forbid", "when = \"circumstances.imminent\""),
    ]
    .concat());
    let explain = |given: &[(&str, FactValue<'_>)]| law.explain(&facts(given));
    let open_but_for_it = explain(&[(THREAT, YES), (NEAR, NO)]);
    assert!(!open_but_for_it.decision.permit && open_but_for_it.decision.ask_counsel);
    assert_eq!(open_but_for_it.readings[0].readings, ["One reading.", "Another."]);
    assert_eq!(open_but_for_it.basis[0], "Law x-2");
    let closed_anyway = explain(&[(THREAT, YES), (NEAR, YES)]);
    assert!(!closed_anyway.decision.ask_counsel, "counsel cannot open what settled law closes");
    let not_open = explain(&[(THREAT, NO), (NEAR, NO)]);
    assert!(!not_open.decision.ask_counsel, "nor what no reading opens");
}

#[test]
fn what_is_missing_is_said_as_something_to_establish() {
    let law = law(&[
        clause(
            "x-1",
            "permit",
            "when = \"circumstances.serious_threat and circumstances.imminent\"\nattested_by = \"treating professional\"",
        ),
        permit("x-2", "purpose = research and circumstances.good_faith_belief"),
        permit("x-3", "consent.type = hipaa_authorization and consent.signed"),
        clause("x-4", "limit", "must = \"record.elements within {general_condition}\"\nbites_on = [\"x-1\"]"),
    ]
    .concat());
    let mut facts = facts(&[(THREAT, YES)]);
    facts.set("record.elements", &["general_condition", "diagnosis_or_treatment"]).unwrap();
    let missing = law.explain(&facts).missing;
    let of = |clause: &str| missing.iter().find(|way| way.clause == clause);
    let threat = of("x-1").unwrap();
    let needs: Vec<&str> = threat.needs.iter().map(|need| need.text.as_str()).collect();
    assert_eq!(
        needs,
        [
            "must be established by treating professional: the danger is near in time",
            "must be limited to: general condition in plain words"
        ]
    );
    assert!(of("x-2").is_none(), "the purpose is what it is");
    let permission = of("x-3").unwrap();
    assert_eq!(permission.needs.len(), 1, "one permission is one need");
    assert!(permission.needs[0].text.contains("45 CFR 164.508"), "{:?}", permission.needs);
}

#[test]
fn a_clause_can_be_taken_away_to_see_what_it_changes() {
    let law =
        law(&[permit("x-1", "true"), clause("x-2", "forbid", "when = \"circumstances.serious_threat\"")]
            .concat());
    let facts = facts(&[(THREAT, YES)]);
    assert!(!law.decide(&facts).permit);
    assert!(law.decide_without(&facts, law.find("x-2").unwrap()).permit);
    assert!(!law.opens(law.find("x-1").unwrap(), &facts) && !law.opens(law.find("x-2").unwrap(), &facts));
}

//! State law: the tables load and are whole, and the clauses written out from them are the same as the tables say.

mod runner;

use policy::law::state_tables::{Duty, duty_to_warn, duty_to_warn_clauses, threat_teams};

use runner::Suite;

const SUITE: Suite =
    Suite { files: &[("states", include_str!("cases/states/states.toml"))], ordinary: r#"{"id": "case"}"# };
const CLAUSES: &str = include_str!("../law/states/duty_to_warn_clauses.toml");

#[test]
fn the_clauses_on_duties_to_warn_are_what_the_table_says() {
    let text = duty_to_warn_clauses(duty_to_warn());
    if std::env::var_os("UPDATE_LAW").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/law/states/duty_to_warn_clauses.toml");
        std::fs::write(path, &text).unwrap();
        return;
    }
    assert!(
        text == CLAUSES,
        "run `UPDATE_LAW=1 cargo test -p policy --test law_states` and read what changed"
    );
}

#[test]
fn the_tables_are_whole() {
    let rows = duty_to_warn();
    assert_eq!(rows.len(), 53);
    assert!(rows.iter().all(|row| !row.may_be_relied_on()), "counsel confirms rows, not this repository");
    for row in rows {
        let code = &row.code;
        assert!(!row.cite.is_empty() && row.source.starts_with("http"), "{code}");
        assert!(row.duty.binds_some() || row.must_tell.is_empty(), "{code}: a duty without a duty");
        assert!(row.must_tell.iter().all(|who| row.may_tell.contains(who)), "{code}: must tell, but may not");
        assert!(
            row.compels.iter().all(|who| row.must_tell.contains(who)),
            "{code}: compels one whom telling does not count"
        );
        assert!(
            row.compels.is_empty() || row.duty != Duty::CommonLawMandatory,
            "{code}: only courts have spoken"
        );
        let asked = |source: &str| source != "no";
        assert_eq!(row.imminence, asked(&row.imminence_required), "{code}: in doubt, ask for imminence");
    }
    assert!(threat_teams().iter().all(|row| !row.confirmed && !row.cite.is_empty()));
}

#[test]
fn state_law_narrows_names_duties_and_opens_no_federal_gate() {
    let asked = SUITE.ask();
    assert!(asked.chosen || asked.questions > 60, "only {} questions were asked", asked.questions);
}

/// The rules on Virginia's teams each have a case that rests on them.
#[test]
fn every_rule_on_teams_has_a_case() {
    assert_eq!(SUITE.without_a_case("states-va-", &[]), Vec::<&str>::new());
}

//! State law: the tables load and are whole, and the clauses written out from them are the same as the tables say.

mod runner;

use policy::law::state_tables::{
    Act, Acts, Covered, Discharge, Duty, Gate, Logic, Profession, Taken, duty_to_warn, duty_to_warn_clauses,
    duty_to_warn_of, mandatory_reports, threat_teams,
};
use policy::law::{Effect, Law};

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
    for state in ["states-va-", "states-fl-", "states-tx-"] {
        assert_eq!(SUITE.without_a_case(state, &[]), Vec::<&str>::new());
    }
}

/// The column `logic`, row by row, agrees with the acts and the expression beside it.
#[test]
fn how_acts_combine_is_a_column_of_its_own() {
    for row in duty_to_warn() {
        let (code, acts) = (&row.code, row.discharged_by.as_ref());
        let listed = |acts: &Acts| acts.named().iter().all(|act| row.discharge_methods.contains(act));
        assert!(acts.is_none_or(listed), "{code}: an act that the row does not list");
        assert!(row.without_victim.as_ref().is_none_or(listed), "{code}");
        match row.logic {
            Logic::May => assert_eq!((row.duty, acts), (Duty::Permissive, None), "{code}"),
            Logic::ReasonableCare | Logic::Uncertain => assert_eq!(acts, None, "{code}"),
            Logic::All | Logic::SafeHarborAll => {
                assert!(matches!(acts, Some(Acts::All(_) | Acts::One(_))), "{code}");
            }
            Logic::AnyOne => assert!(matches!(acts, Some(Acts::Any(_))), "{code}"),
            Logic::Sequential => assert!(matches!(acts, Some(Acts::Then(_))), "{code}"),
            Logic::Expression => assert!(acts.is_some(), "{code}"),
        }
        let asks = row.discharge(&Taken::default(), true) == Discharge::AskCounsel;
        assert_eq!(asks, matches!(row.logic, Logic::ReasonableCare | Logic::Uncertain), "{code}");
        let guardian = row.discharge_methods.contains(&Act::NotifyParentOrGuardian);
        assert!(guardian || !row.guardian_of_minor_victim, "{code}: whose guardian?");
    }
}

/// A wrong `any` would do too little, a wrong `all` would tell too much: the states that are easy to get wrong.
#[test]
fn what_discharges_a_duty_is_what_the_table_says() {
    use Act::*;
    let met = |code: &str, acts: &[Act]| {
        duty_to_warn_of(code).unwrap().discharge(&Taken::done(acts), true) == Discharge::Met
    };
    for code in ["AL", "AZ", "CA", "ID", "LA", "MT", "NE", "ND", "UT", "WA"] {
        assert!(met(code, &[WarnVictim, NotifyLawEnforcement]), "{code}");
        assert!(!met(code, &[WarnVictim]) && !met(code, &[NotifyLawEnforcement]), "{code}: both");
    }
    for code in ["IN", "MA", "ME", "NH", "VA"] {
        assert!(met(code, &[WarnVictim]) && met(code, &[NotifyLawEnforcement]), "{code}: either");
    }
    for code in ["MD", "OH"] {
        assert!(met(code, &[TreatmentPlan]) && met(code, &[NotifyLawEnforcement]), "{code}");
        assert!(!met(code, &[WarnVictim]), "{code}: the victim is told beside police, not instead");
    }
    for code in ["FL", "IA"] {
        assert!(met(code, &[NotifyLawEnforcement]) && !met(code, &[WarnVictim]), "{code}: police");
    }
    assert!(met("PA", &[WarnVictim]) && !met("PA", &[NotifyLawEnforcement]));
    assert!(met("IL", &[HospitalizeInvoluntary]) && !met("IL", &[WarnVictim]));
    assert!(met("TN", &[HospitalizeVoluntary, NotifyLawEnforcement]) && !met("TN", &[HospitalizeVoluntary]));
    assert!(met("NJ", &[WarnVictim, ReportIdentity]) && !met("NJ", &[WarnVictim]), "the report is apart");
    assert!(met("NY", &[ReportToCounty]) && !met("NY", &[WarnVictim]));
    let kentucky = duty_to_warn_of("KY").unwrap();
    let police = Taken::done(&[NotifyLawEnforcement]);
    assert_eq!(kentucky.discharge(&police, false), Discharge::Met, "nobody identifiable: police");
    assert_eq!(
        kentucky.discharge(&police, true),
        Discharge::Lacks(vec![vec![WarnVictim], vec![HospitalizeInvoluntary]])
    );
    let minnesota = duty_to_warn_of("MN").unwrap();
    assert_eq!(minnesota.discharge(&police, true), Discharge::Lacks(vec![vec![WarnVictim]]));
    let in_vain = Taken { done: vec![NotifyLawEnforcement], tried: vec![WarnVictim] };
    assert_eq!(minnesota.discharge(&in_vain, true), Discharge::Met);
    assert_eq!(duty_to_warn_of("TX").unwrap().discharge(&police, true), Discharge::NoDuty);
}

/// Who is covered is the row's to say, and an open class sends people to the law.
#[test]
fn a_duty_is_of_the_professions_that_the_row_lists() {
    let of = |code: &str, who| duty_to_warn_of(code).unwrap().covers(who);
    assert_eq!(of("ND", Profession::Mft), Covered::Yes);
    assert_eq!(of("ND", Profession::Psychologist), Covered::No);
    assert_eq!(of("MN", Profession::Psychiatrist), Covered::SeeLaw);
    assert_eq!(of("AL", Profession::Other), Covered::No);
    assert_eq!(of("CA", Profession::Other), Covered::SeeLaw);
}

#[test]
fn the_reports_name_permits_that_exist_and_part_2_has_no_exception_but_two() {
    let law = Law::embedded();
    let mut ids = Vec::new();
    for row in mandatory_reports() {
        assert!(!ids.contains(&&row.id), "{}: twice", row.id);
        ids.push(&row.id);
        assert!(!row.cite.is_empty() && !row.to.is_empty() && !row.confirmed, "{}", row.id);
        for gate in [Gate::Hipaa, Gate::Part2, Gate::Ferpa] {
            for permit in row.through(gate) {
                let clause = law.clause(permit).unwrap_or_else(|| panic!("{}: no clause {permit}", row.id));
                assert_eq!(clause.effect, Effect::Permit, "{}: {permit}", row.id);
            }
        }
        assert!(!row.discharges_duty_to_warn, "{}: no report read here does", row.id);
        assert!(
            row.jurisdictions.iter().all(|code| code == "*" || duty_to_warn_of(code).is_some()),
            "{}",
            row.id
        );
    }
    let excepted: Vec<&str> =
        mandatory_reports().iter().filter(|row| !row.part2.is_empty()).map(|row| row.id.as_str()).collect();
    assert_eq!(excepted, ["child_abuse", "wounds", "extreme_risk_order"]);
    let in_texas: Vec<&str> =
        mandatory_reports().iter().filter(|row| row.applies_in("TX")).map(|row| row.id.as_str()).collect();
    assert_eq!(
        in_texas,
        ["child_abuse", "child_abuse_federal", "vulnerable_adult", "facility_crime", "wounds"]
    );
}

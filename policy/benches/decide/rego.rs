//! The same rules in Rego, compiled by `regorus` to its virtual machine: how much a general engine would cost.
//!
//! Behind the feature `rego`, which is off by default: the engine is large, and nothing but this bench uses it.

use std::hint::black_box;

use criterion::{BenchmarkGroup, measurement::WallTime};
use policy::facts::recorded;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use serde_json::{Map, Value as Json, json};

use crate::by_hand::{self, Case};

const RULES: &str = include_str!("rules.rego");
const ENTRY: &str = "data.law.permit";

/// The rules, compiled once.
pub struct Rego {
    machine: RegoVM,
}

impl Rego {
    pub fn compiled() -> Self {
        let mut engine = Engine::new();
        let added = engine.add_policy("rules.rego".to_owned(), RULES.to_owned());
        added.unwrap_or_else(|error| panic!("rules.rego: {error}"));
        let policy = engine.compile_with_entrypoint(&ENTRY.into());
        let policy = policy.unwrap_or_else(|error| panic!("rules.rego: {error}"));
        let program = Compiler::compile_from_policy(&policy, &[ENTRY]);
        let mut machine = RegoVM::new();
        machine.load_program(program.unwrap_or_else(|error| panic!("rules.rego: {error}")));
        Self { machine }
    }

    pub fn permits(&mut self, input: &Value) -> bool {
        self.machine.set_input(input.clone());
        let answer = self.machine.execute().unwrap_or_else(|error| panic!("rules.rego: {error}"));
        answer == Value::Bool(true)
    }
}

/// A case as the engine takes it: the facts of the law under their short names, unknown ones left out.
pub fn input(case: &Case) -> Value {
    let facts = recorded(&case.facts());
    let mut input = Map::new();
    for (section, values) in facts.as_object().into_iter().flatten() {
        match values {
            Json::Object(values) => values.iter().for_each(|(name, value)| {
                input.insert(short(section, name).to_owned(), value.clone());
            }),
            value => {
                input.insert(section.clone(), value.clone());
            }
        }
    }
    Value::from_json_str(&json!(input).to_string()).unwrap_or_else(|error| panic!("{error}"))
}

fn short<'a>(section: &str, name: &'a str) -> &'a str {
    match (section, name) {
        ("recipient", "sector") => "recipient",
        (_, "obtained_via") => "via",
        (_, "interjurisdictional_project") => "interjurisdictional",
        (_, "agrees_to_cfr23_procedures") => "agrees_to_procedures",
        (_, "able_to_prevent_threat") => "able_to_prevent",
        (_, "within_retention_period") => "within_retention",
        (_, "suspicion_established_by_project") => "suspicion_by_project",
        (_, "learned_in_official_determination") => "official_determination",
        (_, "direct_remote_access") => "remote_access",
        (_, "no_criminal_connotation_marked") => "no_connotation_marked",
        (_, "suspect_entry_qualifies") => "suspect_qualifies",
        (_, "unapproved_system_change") => "unapproved_change",
        (_, "interferes_with_lawful_political_activity") => "political_interference",
        _ => name,
    }
}

/// Compares the engine with the rules by hand on generated cases, then measures the summary.
pub fn bench(group: &mut BenchmarkGroup<'_, WallTime>, summary: &[Case], compared: u64) {
    let mut rego = Rego::compiled();
    for case in (0..compared).map(Case::random) {
        let by_hand = by_hand::permits(&case);
        assert_eq!(rego.permits(&input(&case)), by_hand, "rules.rego and by_hand.rs differ on {case:?}");
    }
    let inputs: Vec<Value> = summary.iter().map(input).collect();
    group.bench_function("20-item summary, Rego compiled", |b| {
        b.iter(|| inputs.iter().filter(|input| rego.permits(black_box(input))).count());
    });
}

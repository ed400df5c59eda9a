//! `decide`: the law alone. Facts in, decision out; no node, no records.

mod words;

use super::{Exit, Failure, Printed};
use clap::Args;
use policy::facts::{Facts, LINE_BYTES_MAX, contradictions, parse_facts, parse_scenario};
use policy::law::{Explained, Law};
use serde::Serialize;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Arguments of `decide`.
#[derive(Debug, Args)]
#[command(after_help = "\
Scenarios are JSON, one object a line, in the words of the fact vocabulary; `regimes`, `source`,
`derived*`, `story` and `expect` are not read. For each line one line is printed:
  {\"id\", \"decision\": \"permit\"|\"deny\", \"ask_counsel\", \"mandatory\", \"basis\": [citations, 6 at most],
   \"obligations\": [..], \"missing\": [{\"regime\", \"citation\", \"needs\": [..]}]}
A line that is not understood, or whose facts contradict each other, gives {\"line\", \"id\", \"error\"}
with the name of the fact or value and what to do; the other lines are still answered, and the exit
code is then 2. Otherwise it is 0, whatever the answers are.

`--facts` reads one object of the same shape (an id is not needed) and explains the answer: the
provisions that decide, the duties that come with it, and of a refusal every way in which it could
become lawful, those with the fewest needs first: what must be established, and by whom. With
--json it adds \"law\", \"governing\", \"because\", \"travels\" and \"ways\" to the object above. It also takes
facts that no scenario can state.

`consent` is one permission or a list of them, `recipient.written_agreement` one agreement or a list.
A permission may give dates in place of flags, \"signed_on\" and \"expires_on\", with \"as_of\" beside
\"consent\": the day to compare them with.

A fact that is not given is not established, and never helps to permit. `concord law vocabulary`
lists the facts and their words.

Examples:
  concord decide --scenarios published.jsonl
  concord decide --facts facts.json
  echo '{\"record\": {\"kind\": \"phi\"}}' | concord decide --facts - --json")]
pub struct DecideArgs {
    #[command(flatten)]
    from: From,
    /// Print the answer to `--facts` as JSON.
    #[arg(skip)]
    json: bool,
}

/// Where facts come from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct From {
    /// File of scenarios, one a line; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    scenarios: Option<PathBuf>,
    /// File with one object of facts; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
}

impl DecideArgs {
    /// The same, printing JSON or not.
    pub fn with_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }
}

/// The answer to one scenario.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    decision: &'static str,
    ask_counsel: bool,
    mandatory: bool,
    basis: &'a [String],
    obligations: Vec<&'static str>,
    missing: Vec<Missing<'a>>,
}

/// One way in which it could become lawful.
#[derive(Serialize)]
struct Missing<'a> {
    regime: &'a str,
    citation: &'a str,
    needs: Vec<String>,
}

/// A line that was not understood.
#[derive(Serialize)]
struct NotUnderstood {
    line: usize,
    id: Option<String>,
    error: String,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read. A line that is not understood is an answer, not an error.
pub fn run(args: &DecideArgs) -> Result<Printed, Failure> {
    let law = Law::embedded();
    match (&args.from.scenarios, &args.from.facts) {
        (Some(file), _) => scenarios(law, file, open(file)?),
        (None, Some(file)) => facts(law, &super::input::read_text(file)?, args.json),
        (None, None) => Err(Failure::usage("say what to decide: --scenarios FILE or --facts FILE")),
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file = std::fs::File::open(path)
        .map_err(|e| Failure::usage(format!("{} cannot be read: {e}", path.display())))?;
    Ok(Box::new(BufReader::new(file)))
}

fn scenarios(law: &Law, path: &Path, mut lines: Box<dyn BufRead>) -> Result<Printed, Failure> {
    let mut printed = Printed::default();
    let mut number = 0;
    while let Some(line) = next_line(&mut lines)
        .map_err(|e| Failure::usage(format!("{} cannot be read: {e}", path.display())))?
    {
        number += 1;
        let answer = match &line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => scenario(line).map_err(|e| (id_of(line), e)),
            Err(problem) => Err((None, (*problem).to_owned())),
        };
        let text = match answer {
            Ok((id, facts)) => to_json(&answer_to(law, &id, &law.explain(&facts))),
            Err((id, error)) => {
                printed.exit = Exit::BadInput;
                to_json(&NotUnderstood { line: number, id, error })
            }
        };
        printed.text.push_str(&text);
        printed.text.push('\n');
    }
    Ok(printed)
}

/// One scenario whose facts can be so together.
fn scenario(line: &str) -> Result<(String, Facts), String> {
    let scenario = parse_scenario(line).map_err(|e| e.to_string())?;
    possible(&scenario.facts)?;
    Ok((scenario.id, scenario.facts))
}

/// Refuses facts that cannot be so together, naming all that is wrong.
pub(super) fn possible(facts: &Facts) -> Result<(), String> {
    let found: Vec<String> = contradictions(facts).iter().map(ToString::to_string).collect();
    if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
}

/// The next line without its end; `Ok(None)` at the end of the file. A line longer than a scenario can be, or one that
/// is not text, is skipped whole and answered with what is wrong.
fn next_line(lines: &mut dyn BufRead) -> std::io::Result<Option<Result<String, &'static str>>> {
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if lines.take(limit + 2).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') && bytes.len() > LINE_BYTES_MAX {
        lines.skip_until(b'\n')?;
        return Ok(Some(Err("the line is longer than a scenario can be")));
    }
    Ok(Some(String::from_utf8(bytes).map_err(|_| "the line is not UTF-8 text")))
}

/// The scenario's name, if the line has one in spite of being wrong elsewhere.
fn id_of(line: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    value.get("id")?.as_str().map(|id| id.chars().take(200).collect())
}

fn answer_to<'a>(law: &'a Law, id: &'a str, explained: &'a Explained) -> Answer<'a> {
    let decision = &explained.decision;
    let needs = |m: &'a policy::law::Missing| Missing {
        regime: &m.regime,
        citation: &m.citation,
        needs: m.needs.iter().map(|n| n.text.clone()).collect(),
    };
    let readings = explained.readings.iter().map(|r| Missing {
        regime: law
            .clause(&r.clause)
            .and_then(|c| law.regimes().get(usize::from(c.regime)))
            .map_or("", |regime| regime.id.as_str()),
        citation: &r.citation,
        needs: vec![format!(
            "counsel's answer, as the law is read in more than one way: {}",
            r.readings.join(" / ")
        )],
    });
    Answer {
        id,
        decision: if decision.permit { "permit" } else { "deny" },
        ask_counsel: decision.ask_counsel,
        mandatory: decision.mandatory,
        basis: &explained.basis,
        obligations: explained.obligations.iter().map(|o| o.as_str()).collect(),
        missing: readings.chain(explained.missing.iter().map(needs)).collect(),
    }
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{\"error\":\"cannot be written as JSON\"}".to_owned())
}

fn facts(law: &Law, text: &str, json: bool) -> Result<Printed, Failure> {
    let facts = parse_facts(text).map_err(|e| Failure::usage(e.to_string()))?;
    possible(&facts).map_err(Failure::usage)?;
    let explained = law.explain(&facts);
    let text = if json {
        let id = id_of(text).unwrap_or_else(|| "facts".to_owned());
        let answer = answer_to(law, &id, &explained);
        to_json(&words::in_full(law, &facts, &explained, answer)) + "\n"
    } else {
        words::page(law, &facts, &explained)
    };
    Ok(Printed { text, exit: Exit::Done })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(text: &str) -> (Vec<serde_json::Value>, Exit) {
        let reader: Box<dyn BufRead> = Box::new(BufReader::new(std::io::Cursor::new(text.to_owned())));
        let printed = scenarios(Law::embedded(), Path::new("x"), reader).unwrap();
        let lines = printed.text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        (lines, printed.exit)
    }

    const GOOD: &str = r#"{"id":"a","discloser":{"sector":"hospital","hipaa_covered":true},"recipient":{"sector":"law_enforcement"},"subject":{"age":40},"record":{"kind":"phi","obtained_via":"own","elements":["diagnosis_or_treatment"]},"purpose":"avert_serious_threat","consent":null,"circumstances":{},"expect":{"decision":"permit"},"story":"x"}"#;

    #[test]
    fn each_line_is_answered_in_the_published_shape() {
        let (lines, exit) = decide(&format!("{GOOD}\n\n{}\n", GOOD.replace("\"a\"", "\"b\"")));
        assert_eq!((lines.len(), exit), (2, Exit::Done));
        let keys: Vec<_> = lines[0].as_object().unwrap().keys().cloned().collect();
        let mut expected = ["id", "decision", "ask_counsel", "mandatory", "basis", "obligations", "missing"]
            .map(String::from);
        expected.sort();
        let mut found = keys;
        found.sort();
        assert_eq!(found, expected);
        assert_eq!((&lines[0]["id"], &lines[0]["decision"]), (&"a".into(), &"deny".into()));
        let basis = lines[0]["basis"].as_array().unwrap();
        assert!((1..=6).contains(&basis.len()));
        assert!(!lines[0]["missing"].as_array().unwrap().is_empty());
    }

    #[test]
    fn a_line_not_understood_names_what_and_the_others_are_answered() {
        let unknown_fact = GOOD.replace("\"age\"", "\"shoe_size\"").replace("\"a\"", "\"b\"");
        let unknown_value = GOOD.replace("\"law_enforcement\"", "\"wizard\"").replace("\"a\"", "\"c\"");
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(LINE_BYTES_MAX));
        let (lines, exit) = decide(&format!("{unknown_fact}\n{unknown_value}\nnot json\n{long}\n{GOOD}"));
        assert_eq!(exit, Exit::BadInput);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0]["id"], "b");
        assert!(lines[0]["error"].as_str().unwrap().contains("subject.shoe_size"), "{}", lines[0]);
        assert!(lines[1]["error"].as_str().unwrap().contains("wizard"), "{}", lines[1]);
        assert_eq!(lines[2]["line"], 3);
        assert!(lines[3]["error"].as_str().unwrap().contains("longer"), "{}", lines[3]);
        assert_eq!(lines[4]["id"], "a");
    }

    #[test]
    fn facts_need_no_name_and_are_explained() {
        let law = Law::embedded();
        assert!(facts(law, "{}", true).unwrap().text.contains("\"id\":\"facts\""));
        let text = facts(law, &GOOD.replace("\"id\":\"a\",", ""), false).unwrap().text;
        let says = ["deny: ", "HIPAA", "could become lawful", "must be established by "];
        says.iter().for_each(|words| assert!(text.contains(words), "{words}: {text}"));
        let failure = facts(law, r#"{"record": {"kind": "gossip"}}"#, false).unwrap_err();
        assert_eq!(failure.exit, Exit::BadInput);
        assert!(failure.message.contains("gossip"), "{failure}");
    }

    #[test]
    fn facts_that_contradict_each_other_get_no_decision() {
        let text = GOOD.replace("\"age\":40", "\"age\":15,\"eligible_student\":true");
        let failure = facts(Law::embedded(), &text, true).unwrap_err();
        assert!(failure.exit == Exit::BadInput && failure.message.contains("eligible_student"), "{failure}");
        let (lines, exit) = decide(&format!("{text}\n{GOOD}\n"));
        assert_eq!((lines.len(), exit), (2, Exit::BadInput));
        assert!(lines[0]["error"].as_str().unwrap().contains("Correct the age"), "{}", lines[0]);
        assert_eq!((&lines[0]["id"], lines[0].get("decision")), (&"a".into(), None));
    }

    /// One object and a list of one are the same; of several each is seen.
    #[test]
    fn several_permissions_and_agreements_are_read() {
        let law = Law::embedded();
        let with = |consent: &str, agreement: &str| {
            let health_care_alone = "\"hipaa_covered\":true,\"ferpa_covered\":false,\"part2_program\":false";
            let text = GOOD.replace("\"hipaa_covered\":true", health_care_alone);
            let text = text.replace("\"consent\":null", &format!("\"consent\":{consent}"));
            let text = text.replace(
                "{\"sector\":\"law_enforcement\"}",
                &format!("{{\"sector\":\"law_enforcement\",\"written_agreement\":{agreement}}}"),
            );
            facts(law, &text, true).unwrap().text
        };
        let one = r#"{"type":"objection","given_by":"subject"}"#;
        let none = "\"none\"";
        assert_eq!(with(one, none), with(&format!("[{one}]"), "[\"none\"]"));
        let signed = r#"{"type":"hipaa_authorization","given_by":"subject","signed":true,"expired":false,"revoked":false,"names_recipient":true,"covers_record":true,"covers_purpose":true,"stands_alone":true}"#;
        assert!(with(signed, none).contains("\"decision\":\"permit\""), "{}", with(signed, none));
        let other = r#"{"type":"part2_consent","signed":false}"#;
        assert!(with(&format!("[{other},{signed}]"), none).contains("\"decision\":\"permit\""));
    }

    #[test]
    fn every_way_out_of_a_refusal_is_told_the_shortest_first() {
        let text = facts(Law::embedded(), GOOD, true).unwrap().text;
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        let ways = answer["ways"].as_array().unwrap();
        let needs: Vec<usize> = ways.iter().map(|way| way["needs"].as_array().unwrap().len()).collect();
        assert!(needs.len() > 5 && needs.is_sorted() && needs[0] >= 1, "{needs:?}");
        assert!(!text.contains("= true") && !text.contains("set "), "never what to enter: {text}");
        let threat = ways.iter().find(|way| way["permits"][0]["id"] == "hipaa-512-j-1-i").unwrap();
        assert!(threat["needs"].to_string().contains("the danger is near in time"), "{threat}");
    }
}

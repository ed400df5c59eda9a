//! An agency's own rules: further prohibitions over the same facts, in the same language as the law.
//!
//! `[[clause]]` blocks with effect forbid, limit or require, as in `law/*/*.toml`; they become a regime of their own that
//! governs always and only narrows. Used by the node when it loads its law. Absent on purpose: permissions. A permit in
//! local rules is a load error, and so is a file that tries to be a regime.

use crate::law::{Effect, FILES, Law, LawError};

/// Short name of the regime that local rules become.
pub const LOCAL_REGIME: &str = "local";

const HEAD: &str = r#"[regime]
id = "local"
name = "This agency's own rules"
citation = "local rules"
overlay = true
default_deny = "local-default-deny"
governs = "true"

[[clause]]
id = "local-default-deny"
citation = "local rules"
read = "2026-11-21"
effect = "default_deny"
summary = "This agency's own rules forbid it."
"#;

/// The local rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalRulesRefused {
    /// They do not load; file, line and column say where.
    #[error("local rules: {0}")]
    Malformed(#[from] LawError),
    /// They try to permit something.
    #[error(
        "local rules: clause `{0}` would permit or define; an agency can add prohibitions, limits and duties only"
    )]
    NotARestriction(String),
    /// They try to bite on a regime of the law by a head of their own.
    #[error("local rules: write [[clause]] blocks only; the regime is this agency's own")]
    Regime,
}

/// The law that is part of this build, with these local rules on top.
///
/// # Errors
/// [`LocalRulesRefused`] when they do not load, or would widen anything.
pub fn law_with(rules: &str) -> Result<Law, LocalRulesRefused> {
    if rules.lines().any(|line| line.trim_start().starts_with("[regime]")) {
        return Err(LocalRulesRefused::Regime);
    }
    let mut files: Vec<(&str, &str)> = FILES.to_vec();
    files.push(("law/local/regime.toml", HEAD));
    files.push(("law/local/rules.toml", rules));
    let law = Law::parse(&files)?;
    let widens = law.clauses().iter().find(|c| {
        law.regimes()[usize::from(c.regime)].id == LOCAL_REGIME
            && !matches!(c.effect, Effect::Forbid | Effect::Limit | Effect::Require | Effect::DefaultDeny)
    });
    match widens {
        Some(clause) => Err(LocalRulesRefused::NotARestriction(clause.id.clone())),
        None => Ok(law),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::parse_scenario;

    const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

    fn clause(id: &str, effect: &str, rest: &str) -> String {
        format!(
            "[[clause]]\nid = \"{id}\"\ncitation = \"house rule 1\"\nread = \"2026-11-21\"\neffect = \"{effect}\"\n\
             summary = \"A rule of the house.\"\n{rest}\n"
        )
    }

    #[test]
    fn local_rules_narrow_and_never_widen() {
        let rules =
            clause("local-no-employers", "forbid", "when = \"recipient.sector in {law_enforcement}\"");
        let (law, stricter) = (Law::embedded(), law_with(&rules).unwrap());
        let (mut same, mut closed) = (0, 0);
        for line in PUBLISHED.lines().filter(|l| !l.trim().is_empty()) {
            let facts = parse_scenario(line).unwrap().facts;
            let (before, after) = (law.decide(&facts), stricter.decide(&facts));
            assert!(before.permit || !after.permit, "{line}");
            let to_police = line.contains(r#""recipient": {"sector": "law_enforcement""#);
            assert!(!(after.permit && to_police), "{line}");
            same += usize::from(after.permit && before.permit);
            closed += usize::from(before.permit && !after.permit);
        }
        assert!(same > 10 && closed > 5, "{same} stay, {closed} closed");
    }

    #[test]
    fn a_permit_a_definition_or_a_regime_in_local_rules_is_a_load_error() {
        for (rules, says) in [
            (clause("local-open", "permit", "when = \"true\""), "`local-open` would permit"),
            (clause("local-name", "define", "name = \"mine\"\nwhen = \"true\""), "`local-name` would permit"),
            ("[regime]\nid = \"mine\"".into(), "write [[clause]] blocks only"),
            (clause("local-odd", "forbid", "when = \"recipient.colour = red\""), "rules.toml"),
        ] {
            let error = law_with(&rules).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

//! A law with some of its clauses changed, without its files: to see what depends on a word of it.
//!
//! Used by the tests that change every word of the texts and look whether anybody notices. The changed conditions are
//! compiled like those that were read. Deliberately absent: the index, which only saves time, and any way to load such a law
//! into a node, which reads files.

use super::compile::{Source, compile};
use super::file::{ClauseText, Condition, RegimeText, Word};
use super::index::Index;
use super::{Clause, Expr, Law, LawError, Regime};

impl Law {
    /// This law as it would be if `alter` had been done to its texts. Of a clause, its effect, conditions, permits named,
    /// duties and readings count; of a regime, when it governs.
    ///
    /// # Errors
    /// What is left does not compile: a definition that names itself, a name of permits that names none.
    pub fn altered(&self, alter: impl FnOnce(&mut [Clause], &mut [Regime])) -> Result<Self, LawError> {
        let (mut clauses, mut regimes) = (self.clauses.clone(), self.regimes.clone());
        alter(&mut clauses, &mut regimes);
        let source = Source { name: "altered", text: "" };
        let regimes: Vec<(Source<'_>, RegimeText)> =
            regimes.iter().map(|regime| (source, self.regime_text(regime))).collect();
        let clauses: Vec<(Source<'_>, &str, ClauseText)> = clauses
            .iter()
            .map(|clause| (source, self.regimes[usize::from(clause.regime)].id.as_str(), clause_text(clause)))
            .collect();
        let mut law = compile(format!("{}-altered", self.version), &regimes, &clauses)?;
        law.index = Index::default();
        Ok(law)
    }

    fn regime_text(&self, regime: &Regime) -> RegimeText {
        RegimeText {
            id: word(&regime.id),
            name: regime.name.clone(),
            citation: regime.citation.clone(),
            governs: (!regime.fallback).then(|| condition(&regime.governs_expr)),
            default_deny: word(&self.at(regime.default_deny).id),
            overlay: regime.overlay,
            adds: regime.adds,
            fallback: regime.fallback,
        }
    }
}

fn clause_text(clause: &Clause) -> ClauseText {
    let words = |names: &[String]| names.iter().map(|name| word(name)).collect();
    ClauseText {
        id: word(&clause.id),
        citation: clause.citation.clone(),
        read: clause.read.clone(),
        effect: clause.effect,
        summary: clause.summary.clone(),
        name: clause.name.as_deref().map(word),
        when: clause.when.as_ref().map(condition),
        unless: clause.unless.as_ref().map(condition),
        must: clause.must.as_ref().map(condition),
        mandatory: clause.mandatory.as_ref().map(condition),
        on: words(&clause.on),
        spares: words(&clause.spares),
        obligations: clause.obligations,
        attested_by: clause.attested_by.clone(),
        travels: clause.travels.clone(),
        also: clause.also.clone(),
        unsettled: clause.unsettled.clone(),
    }
}

fn word(text: &str) -> Word {
    Word { text: text.to_owned(), at: 0 }
}

fn condition(expr: &Expr) -> Condition {
    Condition { expr: expr.clone(), text: String::new(), at: 0 }
}

#[cfg(test)]
mod tests {
    use crate::facts::parse_scenario;
    use crate::law::{Effect, Law};

    const PUBLISHED: &str = include_str!("../../../tests/published.jsonl");

    #[test]
    fn a_law_altered_in_nothing_answers_the_same_and_a_turned_one_does_not() {
        let law = Law::embedded();
        let same = law.altered(|_, _| {}).unwrap();
        let turned = law
            .altered(|clauses, _| {
                for clause in clauses.iter_mut().filter(|clause| clause.effect == Effect::Permit) {
                    clause.effect = Effect::Forbid;
                }
            })
            .map(|law| (law.clauses().len(), law));
        let mut permits = 0;
        for line in PUBLISHED.lines() {
            let facts = parse_scenario(line).unwrap().facts;
            assert_eq!(law.decide(&facts), same.decide(&facts));
            permits += u32::from(law.decide(&facts).permit);
        }
        assert!(permits > 30);
        // names of permits name none any more: said, and not passed over
        assert!(turned.is_err());
    }
}

//! The catalog of provisions, held against the clauses and the vocabulary.

use std::collections::HashSet;

use policy::facts::FactId;
use policy::law::catalog::{Catalog, Disposition, Provision, Relevance};
use policy::law::{Effect, Law};

/// How many provisions of each regime there are.
const COUNTS: &[(&str, usize)] = &[("hipaa", 244), ("ferpa", 119), ("part2", 117), ("cfr23", 42)];

fn provisions() -> &'static [Provision] {
    Catalog::embedded().entries()
}

#[test]
fn every_provision_is_there_once() {
    for (regime, count) in COUNTS {
        let found = provisions().iter().filter(|provision| provision.regime == *regime).count();
        assert_eq!(found, *count, "{regime}");
    }
    assert_eq!(provisions().len(), COUNTS.iter().map(|(_, count)| count).sum::<usize>());
    let ids: HashSet<&str> = provisions().iter().map(|provision| provision.id.as_str()).collect();
    assert_eq!(ids.len(), provisions().len());
}

#[test]
fn what_the_catalog_names_exists() {
    let law = Law::embedded();
    for provision in provisions() {
        assert_eq!(provision.unknown(law), Vec::<&str>::new(), "{}", provision.id);
        if let Disposition::Attestation { fact, .. } = &provision.disposition {
            assert!(FactId::of(fact).is_some(), "{}: no such fact {fact}", provision.id);
        }
    }
}

/// Whether a provision names this very clause, and not only the beginning of many.
fn names(provision: &Provision, clause: &str) -> bool {
    matches!(&provision.disposition, Disposition::Executable { by } if by.iter().any(|name| name == clause))
}

#[test]
fn every_clause_of_these_regimes_has_its_provision() {
    let law = Law::embedded();
    let regimes: Vec<usize> = COUNTS
        .iter()
        .map(|(regime, _)| law.regimes().iter().position(|other| other.id == *regime).unwrap())
        .collect();
    let nowhere: Vec<&str> = law
        .clauses()
        .iter()
        .filter(|clause| regimes.contains(&usize::from(clause.regime)) && clause.effect != Effect::Define)
        .map(|clause| clause.id.as_str())
        .filter(|id| !provisions().iter().any(|provision| names(provision, id)))
        .collect();
    assert_eq!(nowhere, Vec::<&str>::new(), "clauses that no provision names");
}

#[test]
fn what_opens_closes_or_narrows_is_executable() {
    let open: Vec<&str> = provisions()
        .iter()
        .filter(|provision| provision.norm.decides() && provision.relevance >= Relevance::Medium)
        .filter(|provision| !matches!(provision.disposition, Disposition::Executable { .. }))
        .map(|provision| provision.id.as_str())
        .collect();
    assert_eq!(open, Vec::<&str>::new(), "must be executable");
}

/// A vacated provision is never executable, and says why it is left out.
#[test]
fn vacated_words_stay_out() {
    const VACATED: &[&str] = &[
        "hipaa-160-103-2024-definitions",
        "hipaa-502-a-5-iii",
        "hipaa-509",
        "hipaa-512-c-3",
        "hipaa-520-vacated",
    ];
    for id in VACATED {
        match &Catalog::embedded().entry(id).unwrap().disposition {
            Disposition::OutOfScope { reason } => assert!(reason.contains("vacated"), "{id}"),
            other => panic!("{id}: {other:?}"),
        }
    }
    for clause in Law::embedded().clauses() {
        for vacated in ["164.502(a)(5)(iii)", "164.509", "164.512(c)(3)"] {
            assert!(
                !clause.citation.contains(vacated) && !clause.also.iter().any(|c| c.contains(vacated)),
                "{}",
                clause.id
            );
        }
    }
}

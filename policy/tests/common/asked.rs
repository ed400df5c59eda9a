//! What clauses ask to be known: to learn such a fact is itself an event.

use std::collections::BTreeSet;

use policy::facts::FactId;
use policy::law::{Expr, Law};

/// The facts that some clause asks to be known.
pub fn asked_to_be_known(law: &Law) -> BTreeSet<FactId> {
    let mut found = BTreeSet::new();
    let conditions = law
        .clauses()
        .iter()
        .flat_map(|clause| [&clause.when, &clause.unless, &clause.must, &clause.mandatory])
        .flatten()
        .chain(law.regimes().iter().map(|regime| &regime.governs_expr));
    for condition in conditions {
        condition.walk(&mut |expr| {
            if let Expr::Known(fact) = expr {
                found.insert(*fact);
            }
        });
    }
    found
}

//! Compiled conditions and their three-valued evaluation.
//!
//! A condition is evaluated for all permissions of a case at once: bit *n* of a [`Truth`] is the answer with the *n*th
//! permission in view. Strict Kleene logic: unknown is neither true nor false and nothing here makes it either.

use super::expr::Comparison;
use crate::facts::Facts;

/// An answer with each permission in view: known true, and not known false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Truth {
    /// Known true, by permission.
    pub yes: u8,
    /// Not known false, by permission.
    pub maybe: u8,
}

impl Truth {
    const YES: Self = Self { yes: 0xFF, maybe: 0xFF };
    const NO: Self = Self { yes: 0, maybe: 0 };

    fn of(yes: bool, no: bool) -> Self {
        Self { yes: if yes { 0xFF } else { 0 }, maybe: if no { 0 } else { 0xFF } }
    }

    fn not(self) -> Self {
        Self { yes: !self.maybe, maybe: !self.yes }
    }
}

/// A compiled condition, by its place among all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeRef(pub u32);

/// One step of a compiled condition. Masks are over the atoms of one machine word.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Const(bool),
    /// Any of the atoms.
    CaseAny {
        word: u8,
        mask: u64,
    },
    /// All of the atoms.
    CaseAll {
        word: u8,
        mask: u64,
    },
    /// None of the atoms, of a list that is known.
    CaseNone {
        word: u8,
        mask: u64,
    },
    /// All of the atoms known, either way.
    CaseKnown {
        word: u8,
        mask: u64,
    },
    PermissionAny {
        mask: u64,
    },
    PermissionKnown {
        mask: u64,
    },
    Compare {
        slot: u8,
        comparison: Comparison,
        number: i32,
    },
    CountKnown {
        slot: u8,
    },
    NoPermission,
    AnyPermission(NodeRef),
    Not(NodeRef),
    /// All of the nodes in this range of [`Nodes::links`].
    And {
        start: u32,
        end: u32,
    },
    /// Any of the nodes in this range of [`Nodes::links`].
    Or {
        start: u32,
        end: u32,
    },
}

/// Every compiled condition of a law.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub all: Vec<Node>,
    pub links: Vec<NodeRef>,
}

impl Nodes {
    /// Evaluates a condition. Bits of permissions that are not given mean nothing.
    #[inline]
    pub fn eval(&self, node: NodeRef, facts: &Facts) -> Truth {
        self.eval_as::<false>(node, facts)
    }

    /// Evaluates a condition on facts to which more may come: whether one that is not known will be is open too.
    pub fn eval_so_far(&self, node: NodeRef, facts: &Facts) -> Truth {
        self.eval_as::<true>(node, facts)
    }

    #[inline]
    fn eval_as<const SO_FAR: bool>(&self, node: NodeRef, facts: &Facts) -> Truth {
        match &self.all[node.0 as usize] {
            Node::CaseAll { word, mask } => {
                let (yes, no) = (facts.yes[usize::from(*word)], facts.no[usize::from(*word)]);
                Truth::of(yes & mask == *mask, no & mask != 0)
            }
            Node::CaseAny { word, mask } => {
                let (yes, no) = (facts.yes[usize::from(*word)], facts.no[usize::from(*word)]);
                Truth::of(yes & mask != 0, no & mask == *mask)
            }
            Node::And { start, end } => {
                let mut truth = Truth::YES;
                for part in &self.links[*start as usize..*end as usize] {
                    let next = self.eval_as::<SO_FAR>(*part, facts);
                    truth = Truth { yes: truth.yes & next.yes, maybe: truth.maybe & next.maybe };
                    if truth == Truth::NO {
                        break;
                    }
                }
                truth
            }
            Node::Or { start, end } => {
                let mut truth = Truth::NO;
                for part in &self.links[*start as usize..*end as usize] {
                    let next = self.eval_as::<SO_FAR>(*part, facts);
                    truth = Truth { yes: truth.yes | next.yes, maybe: truth.maybe | next.maybe };
                    if truth == Truth::YES {
                        break;
                    }
                }
                truth
            }
            Node::Not(inner) => self.eval_as::<SO_FAR>(*inner, facts).not(),
            Node::Const(true) => Truth::YES,
            Node::Const(false) => Truth::NO,
            Node::CaseNone { word, mask } => {
                let (yes, no) = (facts.yes[usize::from(*word)], facts.no[usize::from(*word)]);
                Truth::of(no & mask == *mask, yes & mask != 0)
            }
            Node::CaseKnown { word, mask } => {
                let known = (facts.yes[usize::from(*word)] | facts.no[usize::from(*word)]) & mask == *mask;
                Truth::of(known, !known && !SO_FAR)
            }
            Node::PermissionAny { mask } => {
                let mut truth = Truth { yes: 0, maybe: 0 };
                for atom in bits(*mask) {
                    truth.yes |= facts.permissions_yes[atom];
                    truth.maybe |= !facts.permissions_no[atom];
                }
                truth
            }
            Node::PermissionKnown { mask } => {
                let known = bits(*mask)
                    .map(|atom| facts.permissions_yes[atom] | facts.permissions_no[atom])
                    .fold(0xFF, |all, known| all & known);
                Truth { yes: known, maybe: if SO_FAR { 0xFF } else { known } }
            }
            Node::Compare { slot, comparison, number } => match facts.counts[usize::from(*slot)] {
                Some(count) => {
                    let holds = comparison.holds(count, *number);
                    Truth::of(holds, !holds)
                }
                None => Truth::of(false, false),
            },
            Node::CountKnown { slot } => {
                let known = facts.counts[usize::from(*slot)].is_some();
                Truth::of(known, !known && !SO_FAR)
            }
            Node::NoPermission => Truth::of(facts.permissions == 0, facts.permissions != 0),
            Node::AnyPermission(inner) => {
                let truth = self.eval_as::<SO_FAR>(*inner, facts);
                Truth::of(truth.yes & facts.lanes() != 0, truth.maybe & facts.lanes() == 0)
            }
        }
    }
}

/// The places of the bits that are set.
pub(super) fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (mask != 0).then(|| {
            let at = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            at
        })
    })
}

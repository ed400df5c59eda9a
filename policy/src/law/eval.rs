//! Compiled conditions and their three-valued evaluation.
//!
//! A condition is evaluated for all permissions of a case at once: bit *n* of an answer is the one with the *n*th
//! permission in view. Strict Kleene logic: unknown is neither true nor false and nothing here makes it either.

use super::expr::Comparison;
use crate::facts::Facts;

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
    /// With which permissions a condition is known true. Bits of permissions that are not given mean nothing.
    #[inline]
    pub fn yes(&self, node: NodeRef, facts: &Facts) -> u8 {
        self.side::<true, false>(node, facts)
    }

    /// With which permissions a condition is not known false. Bits of permissions that are not given mean nothing.
    #[inline]
    pub fn maybe(&self, node: NodeRef, facts: &Facts) -> u8 {
        self.side::<false, false>(node, facts)
    }

    /// The same on facts to which more may come: whether one that is not known will be is open too.
    pub fn maybe_so_far(&self, node: NodeRef, facts: &Facts) -> u8 {
        self.side::<false, true>(node, facts)
    }

    /// One side of the answer: known true (`YES`), or not known false. Asking for one side lets `and` stop at the first
    /// part that fails it.
    fn side<const YES: bool, const SO_FAR: bool>(&self, node: NodeRef, facts: &Facts) -> u8 {
        let case = |word: u8| (facts.yes[usize::from(word)], facts.no[usize::from(word)]);
        match &self.all[node.0 as usize] {
            Node::CaseAll { word, mask } => {
                let (yes, no) = case(*word);
                spread(if YES { yes & mask == *mask } else { no & mask == 0 })
            }
            Node::CaseAny { word, mask } => {
                let (yes, no) = case(*word);
                spread(if YES { yes & mask != 0 } else { no & mask != *mask })
            }
            Node::CaseNone { word, mask } => {
                let (yes, no) = case(*word);
                spread(if YES { no & mask == *mask } else { yes & mask == 0 })
            }
            Node::And { start, end } => {
                let mut all = 0xFF;
                for part in &self.links[*start as usize..*end as usize] {
                    all &= self.side::<YES, SO_FAR>(*part, facts);
                    if all == 0 {
                        break;
                    }
                }
                all
            }
            Node::Or { start, end } => {
                let mut any = 0;
                for part in &self.links[*start as usize..*end as usize] {
                    any |= self.side::<YES, SO_FAR>(*part, facts);
                    if any == 0xFF {
                        break;
                    }
                }
                any
            }
            Node::Not(inner) if YES => !self.side::<false, SO_FAR>(*inner, facts),
            Node::Not(inner) => !self.side::<true, SO_FAR>(*inner, facts),
            Node::Const(value) => spread(*value),
            Node::CaseKnown { word, mask } => {
                let (yes, no) = case(*word);
                spread(!YES && SO_FAR || (yes | no) & mask == *mask)
            }
            Node::PermissionAny { mask } if YES => {
                bits(*mask).fold(0, |any, atom| any | facts.permissions_yes[atom])
            }
            Node::PermissionAny { mask } => {
                bits(*mask).fold(0, |any, atom| any | !facts.permissions_no[atom])
            }
            Node::PermissionKnown { mask } => bits(*mask)
                .map(|atom| facts.permissions_yes[atom] | facts.permissions_no[atom])
                .fold(0xFF, |all, known| if !YES && SO_FAR { 0xFF } else { all & known }),
            Node::Compare { slot, comparison, number } => match facts.counts[usize::from(*slot)] {
                Some(count) => spread(comparison.holds(count, *number)),
                None => spread(!YES),
            },
            Node::CountKnown { slot } => spread(!YES && SO_FAR || facts.counts[usize::from(*slot)].is_some()),
            Node::NoPermission => spread(facts.permissions == 0),
            Node::AnyPermission(inner) => {
                spread(self.side::<YES, SO_FAR>(*inner, facts) & facts.lanes() != 0)
            }
        }
    }
}

/// The same answer with every permission.
#[inline]
fn spread(answer: bool) -> u8 {
    if answer { 0xFF } else { 0 }
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

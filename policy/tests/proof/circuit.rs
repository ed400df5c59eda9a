//! Formulas as a circuit of `and` and `not`: one translation of the law that every way of proving starts from.
//!
//! Equal parts are one part. Nodes only refer to earlier nodes, so that going through them in order evaluates all of them,
//! 64 cases at a time.

use std::collections::HashMap;

/// A node, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wire(u32);

impl Wire {
    pub const TRUE: Self = Self(0);
    pub const FALSE: Self = Self(1);

    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }
}

impl std::ops::Not for Wire {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    True,
    Var(u32),
    And(Box<[Wire]>),
}

/// All formulas of one model.
#[derive(Debug)]
pub struct Circuit {
    nodes: Vec<Node>,
    known: HashMap<Node, Wire>,
    vars: u32,
}

impl Default for Circuit {
    fn default() -> Self {
        Self { nodes: vec![Node::True], known: HashMap::from([(Node::True, Wire::TRUE)]), vars: 0 }
    }
}

impl Circuit {
    /// A new atom.
    pub fn var(&mut self) -> Wire {
        self.vars += 1;
        self.put(Node::Var(self.vars - 1))
    }

    pub fn vars(&self) -> usize {
        self.vars as usize
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The number of the atom that a wire is.
    pub fn var_of(&self, wire: Wire) -> usize {
        match self.nodes[wire.node()] {
            Node::Var(var) if !wire.is_negated() => var as usize,
            _ => panic!("not an atom"),
        }
    }

    pub fn and(&mut self, parts: impl IntoIterator<Item = Wire>) -> Wire {
        let mut parts: Vec<Wire> = parts.into_iter().filter(|part| *part != Wire::TRUE).collect();
        parts.sort_unstable();
        parts.dedup();
        let contradicts = parts.windows(2).any(|pair| pair[0] == !pair[1]);
        if contradicts || parts.contains(&Wire::FALSE) {
            return Wire::FALSE;
        }
        match parts[..] {
            [] => Wire::TRUE,
            [only] => only,
            _ => self.put(Node::And(parts.into())),
        }
    }

    pub fn or(&mut self, parts: impl IntoIterator<Item = Wire>) -> Wire {
        let parts: Vec<Wire> = parts.into_iter().map(|part| !part).collect();
        !self.and(parts)
    }

    pub fn implies(&mut self, a: Wire, b: Wire) -> Wire {
        self.or([!a, b])
    }

    pub fn same(&mut self, a: Wire, b: Wire) -> Wire {
        let both = [self.implies(a, b), self.implies(b, a)];
        self.and(both)
    }

    fn put(&mut self, node: Node) -> Wire {
        let next = Wire((self.nodes.len() as u32) << 1);
        *self.known.entry(node).or_insert_with_key(|node| {
            self.nodes.push(node.clone());
            next
        })
    }

    /// The value of every node, in 64 cases at once: bit *n* of an atom is its value in the *n*th.
    pub fn evaluate(&self, atoms: &[u64]) -> Vec<u64> {
        let mut values: Vec<u64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let value = match node {
                Node::True => u64::MAX,
                Node::Var(var) => atoms[*var as usize],
                Node::And(parts) => parts.iter().fold(u64::MAX, |all, part| all & value_of(&values, *part)),
            };
            values.push(value);
        }
        values
    }
}

/// The value of a wire among the values of all nodes.
pub fn value_of(values: &[u64], wire: Wire) -> u64 {
    let value = values[wire.node()];
    if wire.is_negated() { !value } else { value }
}

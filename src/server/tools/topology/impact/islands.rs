//! Which devices hang together when some fail: sets of nodes that are joined as links are found.

use std::collections::HashMap;

use crate::server::tools::topology::graph::Node;

/// Disjoint sets of nodes.
#[derive(Debug, Default)]
pub(super) struct Islands {
    parents: HashMap<Node, Node>,
}

impl Islands {
    /// Adds a node by itself. Returns whether it was not known.
    pub(super) fn add(&mut self, node: Node) -> bool {
        if self.parents.contains_key(&node) {
            return false;
        }
        self.parents.insert(node, node);
        true
    }

    /// The node that stands for the set of this one.
    pub(super) fn of(&mut self, node: Node) -> Node {
        let mut root = node;
        while let Some(parent) = self.parents.get(&root).copied()
            && parent != root
        {
            root = parent;
        }
        let mut at = node;
        while at != root {
            let Some(parent) = self.parents.insert(at, root) else { break };
            at = parent;
        }
        root
    }

    /// Joins the sets of two nodes.
    pub(super) fn join(&mut self, one: Node, other: Node) {
        let (one, other) = (self.of(one), self.of(other));
        if one != other {
            self.parents.insert(other, one);
        }
    }

    /// The sets, each sorted.
    pub(super) fn sets(&mut self) -> Vec<Vec<Node>> {
        let nodes: Vec<Node> = self.parents.keys().copied().collect();
        let mut sets: HashMap<Node, Vec<Node>> = HashMap::new();
        for node in nodes {
            sets.entry(self.of(node)).or_default().push(node);
        }
        let mut sets: Vec<Vec<Node>> = sets.into_values().collect();
        for set in &mut sets {
            set.sort_unstable();
        }
        sets.sort_unstable();
        sets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against labels that are spread until nothing changes.
        #[test]
        fn sets_are_those_that_hang_together(links in prop::collection::vec((0_u64..20, 0_u64..20), 0..25)) {
            let mut islands = Islands::default();
            for node in 0..20 {
                islands.add(Node::Device(node));
            }
            for (one, other) in &links {
                islands.join(Node::Device(*one), Node::Device(*other));
            }
            let mut labels: Vec<u64> = (0..20).collect();
            let at = |id: u64| usize::try_from(id).unwrap();
            for _ in 0..20 {
                for (one, other) in &links {
                    let least = labels[at(*one)].min(labels[at(*other)]);
                    labels[at(*one)] = least;
                    labels[at(*other)] = least;
                }
            }
            for set in islands.sets() {
                let own: Vec<u64> = set.iter().map(|node| if let Node::Device(id) = node { labels[at(*id)] } else { 99 }).collect();
                prop_assert!(own.windows(2).all(|pair| pair[0] == pair[1]));
            }
            let distinct: std::collections::BTreeSet<u64> = labels.iter().copied().collect();
            prop_assert_eq!(islands.sets().len(), distinct.len());
        }
    }
}

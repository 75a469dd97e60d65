//! Something kept by entry ID, in order: the nodes of a stream, and pending entries.
//!
//! Pages of bounded size behind an `Rc`: after a checkpoint one change copies one page. Redis keeps these in radix trees;
//! how many nodes such a tree has is counted along, as XINFO shows it and MEMORY USAGE weighs it.

use std::rc::Rc;

use super::id::StreamId;

/// Entries of a full page.
const PAGE: usize = 64;
/// Bytes of an ID: the depth of every leaf of the radix tree.
const KEY_LEN: u32 = 16;

/// A map by entry ID.
#[derive(Clone, Debug)]
pub struct IdMap<V> {
    /// None is empty.
    pages: Vec<Rc<Vec<(StreamId, V)>>>,
    len: usize,
    tree_nodes: usize,
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0, tree_nodes: 1 }
    }
}

impl<V: Clone> IdMap<V> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Nodes of Redis's radix tree of these IDs.
    pub fn tree_nodes(&self) -> usize {
        self.tree_nodes
    }

    /// What Redis estimates that tree to weigh, in bytes: 16 a key and 244 a node.
    pub fn tree_memory(&self) -> usize {
        self.len * 16 + self.tree_nodes * 244
    }

    /// Where an ID is, or belongs.
    fn locate(&self, id: StreamId) -> (usize, Result<usize, usize>) {
        let page = self.pages.partition_point(|page| page.last().is_some_and(|(last, _)| *last < id));
        let within = self.pages.get(page).map_or(Err(0), |page| page.binary_search_by(|(other, _)| other.cmp(&id)));
        (page, within)
    }

    /// The value of an ID.
    pub fn get(&self, id: StreamId) -> Option<&V> {
        match self.locate(id) {
            (page, Ok(at)) => Some(&self.pages[page][at].1),
            _ => None,
        }
    }

    /// The value of an ID, to change.
    pub fn get_mut(&mut self, id: StreamId) -> Option<&mut V> {
        match self.locate(id) {
            (page, Ok(at)) => Some(&mut Rc::make_mut(&mut self.pages[page])[at].1),
            _ => None,
        }
    }

    /// The first entry with this ID or a greater one.
    pub fn at_or_after(&self, id: StreamId) -> Option<(StreamId, &V)> {
        let (page, Ok(at) | Err(at)) = self.locate(id);
        self.pages.get(page)?.get(at).map(|(id, value)| (*id, value))
    }

    /// The last entry with this ID or a smaller one.
    pub fn at_or_before(&self, id: StreamId) -> Option<(StreamId, &V)> {
        let item = match self.locate(id) {
            (page, Ok(at)) => self.pages[page].get(at),
            (page, Err(at)) if at > 0 => self.pages[page].get(at - 1),
            (page, _) => self.pages.get(page.checked_sub(1)?)?.last(),
        };
        item.map(|(id, value)| (*id, value))
    }

    /// The first entry.
    pub fn first(&self) -> Option<(StreamId, &V)> {
        self.at_or_after(StreamId::MIN)
    }

    /// The last entry.
    pub fn last(&self) -> Option<(StreamId, &V)> {
        self.at_or_before(StreamId::MAX)
    }

    /// All of it, in order.
    pub fn iter(&self) -> impl Iterator<Item = (StreamId, &V)> {
        self.pages.iter().flat_map(|page| page.iter()).map(|(id, value)| (*id, value))
    }

    /// Puts a value under an ID, whatever was there. Answers whether the ID is new.
    pub fn insert(&mut self, id: StreamId, value: V) -> bool {
        let (page, within) = self.locate(id);
        let at = match within {
            Ok(at) => {
                Rc::make_mut(&mut self.pages[page])[at].1 = value;
                return false;
            }
            Err(at) => at,
        };
        self.tree_nodes += self.tree_growth(id);
        self.len += 1;
        if page == self.pages.len() {
            match self.pages.last_mut().filter(|last| last.len() < PAGE) {
                Some(last) => Rc::make_mut(last).push((id, value)),
                None => self.pages.push(Rc::new(vec![(id, value)])),
            }
            return true;
        }
        let items = Rc::make_mut(&mut self.pages[page]);
        items.insert(at, (id, value));
        if items.len() > PAGE {
            let upper = items.split_off(PAGE / 2);
            self.pages.insert(page + 1, Rc::new(upper));
        }
        true
    }

    /// Takes an ID out.
    pub fn remove(&mut self, id: StreamId) -> Option<V> {
        let (page, Ok(at)) = self.locate(id) else {
            return None;
        };
        let items = Rc::make_mut(&mut self.pages[page]);
        let (_, value) = items.remove(at);
        if items.is_empty() {
            self.pages.remove(page);
        }
        self.len -= 1;
        self.tree_nodes -= self.tree_growth(id);
        Some(value)
    }

    /// Nodes that an ID which is not in it adds to the radix tree.
    fn tree_growth(&self, id: StreamId) -> usize {
        tree_growth(
            id.as_number(),
            &|key| self.at_or_before(StreamId::from_number(key)).map(|(id, _)| id.as_number()),
            &|key| self.at_or_after(StreamId::from_number(key)).map(|(id, _)| id.as_number()),
        )
    }
}

/// How many leading bytes two keys share.
fn shared(one: u128, other: u128) -> u32 {
    (one ^ other).leading_zeros() / 8
}

/// Nodes that a new key of sixteen bytes adds to a radix tree with compressed chains.
///
/// All keys being of one length, the tree is a matter of its keys alone: a leaf for every key, a node where keys part, and
/// one node for each chain of bytes between these (`rax.c` of Redis; its deletion joins what its insertion split).
/// `before` and `after` find the nearest key at or below, at or above.
fn tree_growth(key: u128, before: &dyn Fn(u128) -> Option<u128>, after: &dyn Fn(u128) -> Option<u128>) -> usize {
    let lower = |key: u128| key.checked_sub(1).and_then(before);
    let upper = |key: u128| key.checked_add(1).and_then(after);
    let depth_beside = |lower: Option<u128>, upper: Option<u128>, one: u128, other: u128| {
        let below = lower.map(|neighbour| shared(neighbour, one));
        let above = upper.map(|neighbour| shared(neighbour, other));
        below.max(above)
    };
    // Where the key leaves the others' path.
    let Some(parting) = depth_beside(lower(key), upper(key), key, key) else {
        return 1;
    };
    let leaf = 1 + usize::from(parting + 1 < KEY_LEN);
    // Keys that share the path up to there: are they parted there already?
    let rest = u128::MAX >> (parting * 8);
    let (Some(first), Some(last)) = (after(key & !rest), before(key | rest)) else {
        return leaf;
    };
    let below = if first == last { KEY_LEN } else { shared(first, last) };
    if below == parting {
        return leaf;
    }
    // A chain ran through: it becomes what is left above, a node where the key leaves it, and what is left below.
    let start = depth_beside(lower(first), upper(last), first, last).map_or(0, |parent| parent + 1);
    leaf + usize::from(parting > start) + usize::from(below > parting + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// The nodes of a tree, counted from its keys.
    fn count(keys: &[u128], depth: u32) -> usize {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
            return 1;
        };
        let end = if first == last { KEY_LEN } else { shared(*first, *last) };
        let mut nodes = 1 + usize::from(end > depth);
        if first != last {
            let byte = |key: u128| (key >> (8 * (15 - end))) as u8;
            let bytes: BTreeSet<u8> = keys.iter().map(|key| byte(*key)).collect();
            for one in bytes {
                let part: Vec<u128> = keys.iter().copied().filter(|key| byte(*key) == one).collect();
                nodes += count(&part, end + 1);
            }
        }
        nodes
    }

    proptest! {
        #[test]
        fn is_a_map_and_counts_the_nodes_of_a_radix_tree(
            steps in prop::collection::vec((any::<bool>(), 0u64..3, prop::sample::select(&[0u64, 1, 2, 255, 256, 257,
                1 << 20, (1 << 20) + 1, 1 << 40, u64::MAX][..]), 0u64..90), 1..400),
        ) {
            let mut map = IdMap::default();
            let mut model = BTreeMap::new();
            for (n, (add, ms, seq, more)) in steps.into_iter().enumerate() {
                let id = StreamId { ms: ms << 30, seq: seq.saturating_add(more) };
                if add {
                    prop_assert_eq!(map.insert(id, n), model.insert(id, n).is_none());
                } else {
                    prop_assert_eq!(map.remove(id), model.remove(&id));
                }
                prop_assert_eq!(map.len(), model.len());
                prop_assert_eq!(map.at_or_after(id), model.range(id..).next().map(|(id, v)| (*id, v)));
                prop_assert_eq!(map.at_or_before(id), model.range(..=id).next_back().map(|(id, v)| (*id, v)));
                prop_assert_eq!(map.get(id), model.get(&id));
            }
            prop_assert!(map.iter().eq(model.iter().map(|(id, v)| (*id, v))));
            let keys: Vec<u128> = model.keys().map(|id| id.as_number()).collect();
            prop_assert_eq!(map.tree_nodes(), count(&keys, 0));
        }
    }
}

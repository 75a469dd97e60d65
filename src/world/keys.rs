//! The keys of a lane to be looked at: a page of them, and one value. Made only when asked for, and without a trace in
//! the run: no key expires by it, none counts as used, nothing is counted.

use super::lane::{Lane, RUN_EPOCH_US};
use crate::cluster::{Liveness, NodeIndex};
use crate::engine::{KeyFacts, KeyFilter, Keyspace, Preview, Slot};
use crate::resp::Bytes;

/// Keys looked at for one page at most: a filter that lets few pass is gone on with from there.
const LOOKED_MAX: usize = 20_000;

/// Where a page of keys begins: behind a key of a slot, or at the slot's first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPlace {
    /// The slot.
    pub slot: u16,
    /// The last key of the page before, where that ended within the slot.
    pub after: Option<Bytes>,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeysQuery {
    /// The lane.
    pub lane: usize,
    /// The node, in the order of deployment; without one each slot is read from its owner.
    pub node: Option<usize>,
    /// Which keys.
    pub filter: KeyFilter,
    /// Where the page begins.
    pub from: KeyPlace,
    /// Keys on a page.
    pub limit: usize,
    /// The key whose value is read.
    pub key: Option<Bytes>,
    /// How its value is shown: a place in [`Preview::aspects`].
    pub aspect: usize,
    /// Where the window into the value begins.
    pub value_from: usize,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeysView {
    /// The present, in Unix milliseconds: what a time to live counts down to.
    pub now_ms: i64,
    /// Keys of the node, or of all owners, filtered or not.
    pub total: usize,
    /// The page, by slot and then by name, each with the node that was read.
    pub rows: Vec<(usize, KeyFacts)>,
    /// Where the next page begins, if there is one.
    pub next: Option<KeyPlace>,
    /// How many keys were looked at for this page.
    pub looked: usize,
    /// Of the chosen key: the node that was read, what is known of it, and its value. None while there is no such key.
    pub value: Option<(usize, KeyFacts, Preview)>,
}

impl Lane {
    /// Answers a query.
    pub(super) fn keys(&self, query: &KeysQuery) -> KeysView {
        let now_ms = ((RUN_EPOCH_US + self.now().as_micros()) / 1_000) as i64;
        let mut view = KeysView { now_ms, ..KeysView::default() };
        let witness = self.witness();
        let source = |slot: Slot| match query.node {
            Some(node) => Some(NodeIndex(node as u16)),
            None => self.cluster.slot_owner(witness?, slot.number()),
        };
        view.total = match query.node {
            Some(node) => self.keyspace(NodeIndex(node as u16)).map_or(0, Keyspace::len),
            None => (0..Slot::COUNT)
                .filter_map(Slot::new)
                .filter_map(|slot| Some(self.keyspace(source(slot)?)?.count_in_slot(slot)))
                .sum(),
        };
        let mut after = query.from.after.as_deref();
        for slot in (query.from.slot..Slot::COUNT).filter_map(Slot::new) {
            let after = after.take();
            let Some((node, keyspace)) = source(slot).and_then(|node| Some((node, self.keyspace(node)?))) else {
                continue;
            };
            if keyspace.count_in_slot(slot) == 0 {
                continue;
            }
            if view.rows.len() >= query.limit || view.looked >= LOOKED_MAX {
                view.next = Some(KeyPlace { slot: slot.number(), after: None });
                break;
            }
            let (room, mut found) = (query.limit - view.rows.len(), Vec::new());
            view.looked += keyspace.list_slot(slot, after, &query.filter, room.saturating_add(1), &mut found);
            let more = found.len() > room;
            found.truncate(room);
            view.rows.extend(found.into_iter().map(|facts| (usize::from(node.0), facts)));
            if more {
                let after = view.rows.last().map(|(_, facts)| facts.key.clone());
                view.next = Some(KeyPlace { slot: slot.number(), after });
                break;
            }
        }
        view.value = query.key.as_ref().and_then(|key| {
            let node = source(Slot::of_key(key))?;
            let keyspace = self.keyspace(node)?;
            let preview = keyspace.preview(key, query.aspect, query.value_from, now_ms)?;
            Some((usize::from(node.0), keyspace.facts_of(key)?, preview))
        });
        view
    }

    /// The keys of a node whose machine is there.
    fn keyspace(&self, node: NodeIndex) -> Option<&Keyspace> {
        let there = usize::from(node.0) < self.cluster.len() && self.cluster.liveness(node) != Liveness::Dead;
        there.then(|| self.cluster.engine(node).keyspace())
    }
}

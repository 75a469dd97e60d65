//! Streams: entries by ID in nodes of bounded size, consumer groups, pending entries.
//!
//! Start with [`Log::append`] and [`Log::range`]; groups are in [`groups`].

mod groups;
mod id;
mod id_map;
mod node;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use groups::{Group, Groups, Nack};
pub use id::{GivenId, StreamId, c_text};
pub use id_map::IdMap;
pub use node::{Entry, Node, NodeLimits};

use crate::engine::memory;
use crate::resp::Bytes;

/// Bytes of Redis's `stream` structure.
const STREAM: usize = 80;

/// A stream value.
#[derive(Clone, Debug, Default)]
pub struct StreamValue {
    /// Its entries.
    pub log: Log,
    /// Its consumer groups.
    pub groups: Groups,
}

/// The entries of a stream and what is remembered of those that went.
#[derive(Clone, Debug, Default)]
pub struct Log {
    nodes: IdMap<Rc<Node>>,
    nodes_memory: usize,
    /// Entries not deleted.
    pub len: u64,
    /// The greatest ID ever given.
    pub last_id: StreamId,
    /// The first entry's ID; 0-0 if there is none.
    pub first_id: StreamId,
    /// The greatest ID deleted by XDEL.
    pub max_deleted_id: StreamId,
    /// Entries ever added.
    pub added: u64,
}

/// What XADD and XTRIM trim to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// So many entries.
    Len(u64),
    /// Entries with this ID or a greater one.
    From(StreamId),
}

/// How a stream is trimmed.
#[derive(Clone, Copy, Debug)]
pub struct Trim {
    /// What is to be left.
    pub keep: Keep,
    /// Whole nodes only.
    pub approximate: bool,
    /// Most entries deleted; 0: no limit.
    pub limit: i64,
}

/// A logical read counter that is not known.
pub const UNKNOWN: i64 = -1;

impl StreamValue {
    /// As OBJECT ENCODING prints it.
    #[allow(clippy::unused_self)]
    pub fn encoding(&self) -> &'static str {
        "stream"
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        memory::OBJECT + STREAM + self.log.nodes.tree_memory() + self.log.nodes_memory + self.groups.memory()
    }

    /// How much work it is to free it, in allocations.
    pub fn free_effort(&self) -> usize {
        self.log.nodes.tree_nodes() + self.groups.free_effort()
    }
}

impl Log {
    /// The nodes, by their first entry's ID.
    pub fn nodes(&self) -> &IdMap<Rc<Node>> {
        &self.nodes
    }

    /// The ID the server chooses for an entry added now; `None` after the last possible.
    pub fn next_id(&self, now_ms: u64) -> Option<StreamId> {
        if now_ms > self.last_id.ms { Some(StreamId { ms: now_ms, seq: 0 }) } else { self.last_id.next() }
    }

    /// Adds an entry; its ID is greater than any before.
    pub fn append(&mut self, id: StreamId, fields: &[Bytes], limits: NodeLimits) {
        let text = fields.iter().map(|text| text.len()).sum();
        let last = self.nodes.last().map(|(key, _)| key);
        let room = match last.and_then(|key| self.nodes.get_mut(key)) {
            Some(node) if node.is_full(text, limits) => {
                if node.allocated != memory::allocated(node.bytes()) {
                    let before = node.allocated;
                    Rc::make_mut(node).shrink();
                    self.nodes_memory = self.nodes_memory - before + node.allocated;
                }
                None
            }
            other => other,
        };
        if let Some(node) = room {
            let before = node.allocated;
            let node = Rc::make_mut(node);
            node.push(id, fields);
            self.nodes_memory = self.nodes_memory - before + node.allocated;
        } else {
            let node = Node::new(id, fields, limits);
            self.nodes_memory += node.allocated;
            self.nodes.insert(id, Rc::new(node));
        }
        self.len += 1;
        self.added += 1;
        self.last_id = id;
        if self.len == 1 {
            self.first_id = id;
        }
    }

    /// The node an ID is in, if it is anywhere, and its place there.
    fn place(&self, id: StreamId) -> Option<(StreamId, usize)> {
        let (key, node) = self.nodes.at_or_before(id)?;
        let at = node.entries.binary_search_by(|entry| entry.id.cmp(&id)).ok()?;
        (!node.entries[at].deleted).then_some((key, at))
    }

    /// An entry that is not deleted.
    pub fn get(&self, id: StreamId) -> Option<&Entry> {
        let (key, at) = self.place(id)?;
        self.nodes.get(key)?.entries.get(at)
    }

    /// Deletes an entry; answers whether it was there.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Some((key, at)) = self.place(id) else {
            return false;
        };
        let Some(node) = self.nodes.get_mut(key) else {
            return false;
        };
        let before = node.allocated;
        let after = if node.live == 1 {
            self.nodes.remove(key);
            0
        } else {
            let node = Rc::make_mut(node);
            node.delete(at);
            node.allocated
        };
        self.nodes_memory = self.nodes_memory - before + after;
        self.len -= 1;
        if id > self.max_deleted_id {
            self.max_deleted_id = id;
        }
        if self.len == 0 || id == self.first_id {
            self.find_first();
        }
        true
    }

    /// Adds a node that was kept elsewhere; answers whether none begins with the same ID.
    pub fn add_node(&mut self, node: Node) -> bool {
        let Some(first) = node.entries.first().map(|entry| entry.id) else {
            return false;
        };
        self.len += node.live as u64;
        self.nodes_memory += node.allocated;
        self.nodes.insert(first, Rc::new(node))
    }

    /// Whether every node ends before the next begins, and the last not after the greatest ID given.
    pub fn is_in_order(&self) -> bool {
        let mut last = None;
        for (key, node) in self.nodes.iter() {
            if last.is_some_and(|last| last >= key) {
                return false;
            }
            last = Some(node.last_id());
        }
        last.is_none_or(|last| last <= self.last_id)
    }

    /// Looks up which entry is the first.
    pub fn find_first(&mut self) {
        self.first_id = self.edge(false).unwrap_or(StreamId::MIN);
    }

    /// The first or last entry that is not deleted.
    pub fn edge(&self, last: bool) -> Option<StreamId> {
        let mut found = None;
        self.range(StreamId::MIN, StreamId::MAX, last, &mut |entry| {
            found = Some(entry.id);
            false
        });
        found
    }

    /// The first entry, deleted or not.
    pub fn first_place(&self) -> Option<StreamId> {
        self.nodes.first().map(|(key, _)| key)
    }

    /// Visits the entries from `start` to `end`, both included, until told to stop: from the last if `reverse`.
    pub fn range(&self, start: StreamId, end: StreamId, reverse: bool, visit: &mut dyn FnMut(&Entry) -> bool) {
        let mut node = if reverse {
            self.nodes.at_or_before(end)
        } else {
            self.nodes.at_or_before(start).or_else(|| self.nodes.first())
        };
        while let Some((key, entries)) = node.map(|(key, node)| (key, &node.entries)) {
            let from = entries.partition_point(|entry| entry.id < start);
            let to = entries.partition_point(|entry| entry.id <= end);
            let mut visit = |entry: &Entry| entry.deleted || visit(entry);
            let inside = entries.get(from..to).unwrap_or_default();
            let goes_on = if reverse { inside.iter().rev().all(&mut visit) } else { inside.iter().all(&mut visit) };
            if !goes_on || (if reverse { key <= start } else { to < entries.len() }) {
                return;
            }
            node = if reverse {
                key.previous().and_then(|id| self.nodes.at_or_before(id))
            } else {
                key.next().and_then(|id| self.nodes.at_or_after(id))
            };
        }
    }

    /// Deletes the oldest entries; answers how many.
    pub fn trim(&mut self, trim: Trim) -> u64 {
        let before = self.len;
        while let Some((key, node)) = self.nodes.first() {
            let (live, gone) = (node.live as u64, before - self.len);
            if matches!(trim.keep, Keep::Len(max) if self.len <= max) {
                break;
            }
            if trim.limit > 0 && gone + live > trim.limit as u64 {
                break;
            }
            let whole = match trim.keep {
                Keep::Len(max) => self.len - live >= max,
                Keep::From(id) => node.last_id() < id,
            };
            if whole {
                self.nodes_memory -= node.allocated;
                self.nodes.remove(key);
                self.len -= live;
                continue;
            }
            if !trim.approximate {
                self.trim_within(key, trim.keep);
            }
            break;
        }
        let deleted = before - self.len;
        if deleted > 0 || self.len == 0 {
            self.find_first();
        }
        deleted
    }

    fn trim_within(&mut self, key: StreamId, keep: Keep) {
        let Some(node) = self.nodes.get_mut(key) else {
            return;
        };
        let count = node.entries.len();
        let is_kept = |len: u64, id: StreamId| match keep {
            Keep::Len(max) => len <= max,
            Keep::From(first) => id >= first,
        };
        if node.entries.first().is_none_or(|entry| is_kept(self.len, entry.id)) {
            return;
        }
        let node = Rc::make_mut(node);
        let before = node.allocated;
        for at in 0..count {
            if is_kept(self.len, node.entries[at].id) {
                break;
            }
            if node.delete(at) {
                self.len -= 1;
            }
        }
        self.nodes_memory = self.nodes_memory - before + node.allocated;
    }

    /// Whether XDEL may have left a gap at or after an ID, up to the end.
    pub fn has_gap_from(&self, start: StreamId) -> bool {
        self.len > 0
            && self.max_deleted_id != StreamId::MIN
            && self.first_id <= self.max_deleted_id
            && start <= self.max_deleted_id
    }

    /// How many entries were ever added up to and including an ID, or [`UNKNOWN`].
    pub fn count_up_to(&self, id: StreamId) -> i64 {
        let (added, len) = (self.added as i64, self.len as i64);
        if added == 0 {
            return 0;
        }
        if id == self.last_id || (len == 0 && id < self.last_id) {
            return added;
        }
        if id > self.last_id {
            return UNKNOWN;
        }
        let unbroken = self.max_deleted_id == StreamId::MIN || self.max_deleted_id < self.first_id;
        match id.cmp(&self.first_id) {
            std::cmp::Ordering::Less if unbroken => added - len,
            std::cmp::Ordering::Equal if unbroken => added - len + 1,
            _ => UNKNOWN,
        }
    }

    /// How many entries a group has not been given yet, if that can be known.
    pub fn lag(&self, group: &Group) -> Option<i64> {
        let added = self.added as i64;
        if added == 0 {
            return Some(0);
        }
        let read = if group.entries_read != UNKNOWN && !self.has_gap_from(group.last_id) {
            group.entries_read
        } else {
            Some(self.count_up_to(group.last_id)).filter(|read| *read != UNKNOWN)?
        };
        Some(added.wrapping_sub(read))
    }
}

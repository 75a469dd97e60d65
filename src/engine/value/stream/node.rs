//! A macro node: neighbouring entries that Redis keeps in one listpack, deleted ones included.

use std::rc::Rc;

use super::id::StreamId;
use crate::engine::memory;
use crate::engine::value::listpack;
use crate::resp::Bytes;

/// Bytes a new node's listpack is given at once.
const PREALLOCATED: usize = 4_096;
/// Most bytes of one listpack.
const LARGEST: usize = 1 << 30;

/// What bounds a node: stream-node-max-bytes and stream-node-max-entries; 0: no bound of its own.
#[derive(Clone, Copy, Debug)]
pub struct NodeLimits {
    /// Bytes.
    pub bytes: u64,
    /// Entries, deleted ones included.
    pub entries: u64,
}

impl NodeLimits {
    fn bytes(self) -> usize {
        usize::try_from(self.bytes).ok().filter(|bytes| (1..=LARGEST).contains(bytes)).unwrap_or(LARGEST)
    }
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its ID.
    pub id: StreamId,
    /// Field, value, field, value.
    pub fields: Rc<[Bytes]>,
    /// Only its place is left.
    pub deleted: bool,
    /// Its fields are those of the node's first entry: they are not stored again.
    pub same_fields: bool,
}

/// Entries that share a listpack. Never empty.
#[derive(Clone, Debug)]
pub struct Node {
    /// By ID; deleted ones stay.
    pub entries: Vec<Entry>,
    /// Those not deleted.
    pub live: usize,
    /// Bytes of the listpack but for its two counters.
    body: usize,
    /// Bytes the allocator gave for it.
    pub allocated: usize,
}

fn integer(n: u64) -> usize {
    listpack::integer_entry(n as i64)
}

impl Node {
    /// A node that begins with this entry.
    pub fn new(id: StreamId, fields: &[Bytes], limits: NodeLimits) -> Self {
        let names: usize = fields.iter().step_by(2).map(|name| listpack::entry(name)).sum();
        let body = listpack::EMPTY + integer(fields.len() as u64 / 2) + names + integer(0);
        let allocated = memory::allocated(PREALLOCATED.min(limits.bytes()));
        let mut node = Self { entries: Vec::new(), live: 0, body, allocated };
        node.push(id, fields);
        node
    }

    /// Whether an entry of this many bytes of text belongs into the next node.
    pub fn is_full(&self, text: usize, limits: NodeLimits) -> bool {
        self.bytes() + text >= limits.bytes() || (limits.entries > 0 && self.entries.len() as u64 >= limits.entries)
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, id: StreamId, fields: &[Bytes]) {
        let first = self.entries.first();
        let same_fields = first.is_none_or(|first| {
            first.fields.len() == fields.len()
                && first.fields.iter().zip(fields).step_by(2).all(|(one, two)| one == two)
        });
        let fields: Rc<[Bytes]> = match first {
            // One copy of the names will do.
            Some(first) if same_fields => {
                let both = first.fields.iter().zip(fields).enumerate();
                both.map(|(at, (known, new))| if at % 2 == 0 { known.clone() } else { new.clone() }).collect()
            }
            _ => fields.into(),
        };
        let base = first.map_or(id, |first| first.id);
        let pairs = fields.len() as u64 / 2;
        let flags = 0;
        let values: usize = fields.iter().skip(1).step_by(2).map(|value| listpack::entry(value)).sum();
        self.body += integer(flags) + integer(id.ms.wrapping_sub(base.ms)) + integer(id.seq.wrapping_sub(base.seq));
        self.body += values;
        self.body += if same_fields {
            integer(pairs + 3)
        } else {
            let names: usize = fields.iter().step_by(2).map(|name| listpack::entry(name)).sum();
            integer(pairs) + names + integer(pairs * 2 + 4)
        };
        self.entries.push(Entry { id, fields, deleted: false, same_fields });
        self.live += 1;
        self.allocated = self.allocated.max(memory::allocated(self.bytes()));
    }

    /// Bytes of its listpack.
    pub fn bytes(&self) -> usize {
        self.body + integer(self.live as u64) + integer((self.entries.len() - self.live) as u64)
    }

    /// Gives back what was allocated for entries that will not come.
    pub fn shrink(&mut self) {
        self.allocated = memory::allocated(self.bytes());
    }

    /// Marks the entry at this place deleted; answers whether it was not.
    pub fn delete(&mut self, at: usize) -> bool {
        let before = self.bytes();
        let Some(entry) = self.entries.get_mut(at).filter(|entry| !entry.deleted) else {
            return false;
        };
        entry.deleted = true;
        self.live -= 1;
        let after = self.bytes();
        // The counters' own width may change; a listpack that shrinks gives back all it does not need.
        let fitting = memory::allocated(after);
        self.allocated = if after < before { fitting } else { self.allocated.max(fitting) };
        true
    }

    /// Its last entry's ID, deleted or not.
    pub fn last_id(&self) -> StreamId {
        self.entries.last().map_or(StreamId::MIN, |entry| entry.id)
    }
}

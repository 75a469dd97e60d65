//! All databases of one engine: keys and values, expiry, memory accounting and, in cluster mode, the keys of each slot.

use super::Slot;
use crate::resp::Bytes;

/// All databases of one engine, with expiry, memory accounting and, in cluster mode, the keys of each slot.
#[derive(Clone, Debug, Default)]
pub struct Keyspace {}

impl Keyspace {
    /// How many keys a slot holds (cluster mode only).
    pub fn count_in_slot(&self, _slot: Slot) -> usize {
        unimplemented!()
    }
    /// Up to `count` keys of a slot, newest first, as Redis 7.0's list of a slot's entries stands.
    pub fn keys_in_slot(&self, _slot: Slot, _count: usize) -> Vec<Bytes> {
        unimplemented!()
    }
    /// Deletes every key of a slot; answers how many there were.
    pub fn delete_slot(&mut self, _slot: Slot) -> usize {
        unimplemented!()
    }
    /// Whether `key` exists in database 0, logically expired keys included: no side effect.
    pub fn contains(&self, _key: &[u8]) -> bool {
        unimplemented!()
    }
    /// Keys in database 0.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether database 0 is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Bytes in use by the data and its indexes, after Redis's own sizes.
    pub fn used_memory(&self) -> u64 {
        unimplemented!()
    }
    /// How many databases there are.
    pub fn databases(&self) -> u32 {
        unimplemented!()
    }
    /// Keys in a database.
    pub fn len_of(&self, _db: u32) -> usize {
        unimplemented!()
    }
    /// Keys with a time to live in a database.
    pub fn volatile_len_of(&self, _db: u32) -> usize {
        unimplemented!()
    }
    /// Buckets of a database's main table and of its table of expiries, both halves while they grow.
    pub fn buckets_of(&self, _db: u32) -> (usize, usize) {
        unimplemented!()
    }
    /// Mean time to live in milliseconds, as the active expiry cycle last estimated it (INFO keyspace, `avg_ttl`).
    pub fn average_ttl_of(&self, _db: u32) -> i64 {
        unimplemented!()
    }
}

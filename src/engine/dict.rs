//! A hash table that behaves like Redis's `dict`: power-of-two tables, growth in small steps with two tables alive, SCAN
//! by reverse-binary cursor, random keys and neighbouring samples.
//!
//! What is observable of Redis's table is observable here: the guarantees of SCAN across growth, the bias of sampling, the
//! memory of two tables while one moves into the other. Entries live in an arena and are named by index; an entry keeps its
//! index as long as it lives. The hash is fixed, so the same commands leave the same order everywhere.

use super::memory;
use super::paged::Paged;
use crate::resp::{Bytes, first_word};

/// No entry.
pub const NIL: u32 = u32::MAX;
/// Buckets of the smallest table.
const SMALLEST: usize = 4;
/// Empty buckets passed over per bucket moved.
const EMPTY_VISITS: usize = 10;

/// Entries per thousand buckets above which a table grows even if memory is short (1.618 each).
const LOAD_WITHOUT_MEMORY: usize = 1_618;
/// Bytes of the structure itself (`dict`), both tables' headers included.
const HEADER: usize = 56;
/// Random buckets tried for a random entry before the search becomes a walk.
const RANDOM_TRIES: usize = 1_000;

/// A key's hash: eight bytes at a time, multiply and shift (after Austin Appleby's `MurmurHash64A`, public domain). The same
/// on every machine; no secret in it.
#[inline]
pub fn hash(key: &Bytes) -> u32 {
    let len = key.len();
    let Some(words) = key.short_words() else {
        return hash_of_text(key);
    };
    let mut hash = begin(len);
    for word in &words[..len / 8] {
        hash = mix(hash, *word);
    }
    end(hash, if len.is_multiple_of(8) { None } else { Some(words[len / 8]) })
}

/// The same of any text.
fn hash_of_text(text: &[u8]) -> u32 {
    let mut hash = begin(text.len());
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    end(hash, (!rest.is_empty()).then(|| first_word(rest)))
}

fn begin(len: usize) -> u64 {
    0x5105_c0de ^ (len as u64).wrapping_mul(M)
}

const M: u64 = 0xc6a4_a793_5bd1_e995;

#[inline(always)]
fn mix(hash: u64, word: u64) -> u64 {
    let word = word.wrapping_mul(M);
    (hash ^ (word ^ (word >> 47)).wrapping_mul(M)).wrapping_mul(M)
}

#[inline(always)]
fn end(mut hash: u64, rest: Option<u64>) -> u32 {
    if let Some(rest) = rest {
        hash = (hash ^ rest).wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 47)).wrapping_mul(M);
    (hash ^ (hash >> 47)) as u32
}

#[derive(Clone, Debug)]
struct Entry<V> {
    key: Bytes,
    hash: u32,
    next: u32,
    value: V,
}

#[derive(Clone, Debug)]
enum Place<V> {
    Vacant { next: u32 },
    Taken(Entry<V>),
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// Heads of chains.
    buckets: Paged<u32, 1024>,
    /// 0 or a power of two.
    size: usize,
    used: usize,
}

impl Table {
    fn new(size: usize) -> Self {
        Self { buckets: Paged::filled(size, &NIL), size, used: 0 }
    }
}

/// A hash table from strings to `V`.
#[derive(Clone, Debug)]
pub struct Dict<V> {
    arena: Paged<Place<V>, 64>,
    arena_len: u32,
    vacant: u32,
    /// The second is empty unless the first is being moved into it.
    tables: [Table; 2],
    /// While moving: buckets of the first table below this one are empty.
    moving: Option<usize>,
}

impl<V> Default for Dict<V> {
    fn default() -> Self {
        Self {
            arena: Paged::default(),
            arena_len: 0,
            vacant: NIL,
            tables: [Table::default(), Table::default()],
            moving: None,
        }
    }
}

impl<V: Clone> Dict<V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.tables[0].used + self.tables[1].used
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Buckets of both tables.
    pub fn buckets(&self) -> usize {
        self.tables[0].size + self.tables[1].size
    }

    /// Bytes it weighs in Redis by itself: structure, buckets of both tables, entries; not keys and values.
    pub fn memory(&self) -> usize {
        HEADER + self.buckets() * memory::BUCKET + self.len() * memory::DICT_ENTRY
    }

    /// An empty table with buckets for `len` entries, as a value has that becomes a table.
    pub fn with_room(len: usize) -> Self {
        let mut dict = Self::default();
        dict.tables[0] = Table::new(len.next_power_of_two().max(SMALLEST));
        dict
    }

    #[inline]
    fn entry(&self, id: u32) -> &Entry<V> {
        match self.arena.get(id as usize) {
            Place::Taken(entry) => entry,
            Place::Vacant { .. } => unreachable!("an entry's index outlived it"),
        }
    }

    #[inline]
    fn entry_mut(&mut self, id: u32) -> &mut Entry<V> {
        match self.arena.get_mut(id as usize) {
            Place::Taken(entry) => entry,
            Place::Vacant { .. } => unreachable!("an entry's index outlived it"),
        }
    }

    /// An entry's key.
    #[inline]
    pub fn key(&self, id: u32) -> &Bytes {
        &self.entry(id).key
    }

    /// An entry's value.
    #[inline]
    pub fn value(&self, id: u32) -> &V {
        &self.entry(id).value
    }

    /// An entry's value, to change.
    #[inline]
    pub fn value_mut(&mut self, id: u32) -> &mut V {
        &mut self.entry_mut(id).value
    }

    /// The entry of a key.
    #[inline(always)]
    pub fn find(&self, key: &Bytes) -> Option<u32> {
        self.find_value(key).map(|(id, _)| id)
    }

    /// The entry of a key and its value.
    #[inline(always)]
    pub fn find_value(&self, key: &Bytes) -> Option<(u32, &V)> {
        if self.is_empty() { None } else { self.find_hashed(key, hash(key)) }
    }

    #[inline(always)]
    fn find_hashed(&self, key: &Bytes, hash: u32) -> Option<(u32, &V)> {
        let found = self.find_in_table(&self.tables[0], key, hash);
        if found.is_none() && self.moving.is_some() { self.find_in_second_table(key, hash) } else { found }
    }

    fn find_in_second_table(&self, key: &Bytes, hash: u32) -> Option<(u32, &V)> {
        self.find_in_table(&self.tables[1], key, hash)
    }

    #[inline(always)]
    fn find_in_table(&self, table: &Table, key: &Bytes, hash: u32) -> Option<(u32, &V)> {
        if table.size == 0 {
            return None;
        }
        let mut id = *table.buckets.get(hash as usize & (table.size - 1));
        while id != NIL {
            let entry = self.entry(id);
            if entry.hash == hash && entry.key == *key {
                return Some((id, &entry.value));
            }
            id = entry.next;
        }
        None
    }

    /// Adds a key that is not there yet. Answers its index.
    pub fn insert(&mut self, key: Bytes, value: V) -> u32 {
        self.insert_within(key, value, u64::MAX)
    }

    /// The same with only so many bytes left: a full table that would grow beyond them waits until its chains are long.
    pub fn insert_within(&mut self, key: Bytes, value: V, bytes_left: u64) -> u32 {
        self.step();
        self.grow_if_full(bytes_left);
        let hash = hash(&key);
        self.push(key, hash, value)
    }

    /// Adds a key unless it is there. Answers whether it was not. A full table grows either way, as in Redis.
    pub fn add(&mut self, key: &Bytes, value: V) -> bool {
        self.step();
        self.grow_if_full(u64::MAX);
        let hash = hash(key);
        if self.find_hashed(key, hash).is_some() {
            return false;
        }
        self.push(key.clone(), hash, value);
        true
    }

    /// Gives a key a value. Answers the value it had.
    pub fn set(&mut self, key: &Bytes, value: V) -> Option<V> {
        self.step();
        let hash = hash(key);
        if let Some((id, _)) = self.find_hashed(key, hash) {
            return Some(std::mem::replace(self.value_mut(id), value));
        }
        self.step();
        self.grow_if_full(u64::MAX);
        self.push(key.clone(), hash, value);
        None
    }

    fn push(&mut self, key: Bytes, hash: u32, value: V) -> u32 {
        let which = usize::from(self.moving.is_some());
        let bucket = hash as usize & (self.tables[which].size - 1);
        let next = *self.tables[which].buckets.get(bucket);
        let id = self.take_place(Entry { key, hash, next, value });
        *self.tables[which].buckets.get_mut(bucket) = id;
        self.tables[which].used += 1;
        id
    }

    fn take_place(&mut self, entry: Entry<V>) -> u32 {
        let id = self.vacant;
        if id == NIL {
            let id = self.arena_len;
            self.arena_len += 1;
            self.arena.grow(self.arena_len as usize, &Place::Vacant { next: NIL });
            *self.arena.get_mut(id as usize) = Place::Taken(entry);
            return id;
        }
        let place = self.arena.get_mut(id as usize);
        if let Place::Vacant { next } = *place {
            self.vacant = next;
        }
        *place = Place::Taken(entry);
        id
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &Bytes) -> Option<(Bytes, V)> {
        if self.is_empty() {
            return None;
        }
        self.step();
        let hash = hash(key);
        for which in 0..2 {
            if self.tables[which].size == 0 {
                break;
            }
            let bucket = hash as usize & (self.tables[which].size - 1);
            let mut previous = NIL;
            let mut id = *self.tables[which].buckets.get(bucket);
            while id != NIL {
                let entry = self.entry(id);
                let next = entry.next;
                if entry.hash == hash && entry.key == *key {
                    if previous == NIL {
                        *self.tables[which].buckets.get_mut(bucket) = next;
                    } else {
                        self.entry_mut(previous).next = next;
                    }
                    self.tables[which].used -= 1;
                    let vacated = Place::Vacant { next: self.vacant };
                    self.vacant = id;
                    return match std::mem::replace(self.arena.get_mut(id as usize), vacated) {
                        Place::Taken(entry) => Some((entry.key, entry.value)),
                        Place::Vacant { .. } => None,
                    };
                }
                previous = id;
                id = next;
            }
        }
        None
    }

    /// One step of moving the old table into the new one; Redis takes one with every look-up, addition and removal.
    #[inline]
    pub fn step(&mut self) {
        if self.moving.is_some() {
            self.rehash(1);
        }
    }

    /// Moves up to `buckets` chains, passing over at most ten times as many empty ones. Answers whether more is left.
    pub fn rehash(&mut self, buckets: usize) -> bool {
        let Some(mut at) = self.moving else {
            return false;
        };
        let mut empty_visits = buckets * EMPTY_VISITS;
        for _ in 0..buckets {
            if self.tables[0].used == 0 {
                break;
            }
            while *self.tables[0].buckets.get(at) == NIL {
                at += 1;
                empty_visits -= 1;
                if empty_visits == 0 {
                    self.moving = Some(at);
                    return true;
                }
            }
            let mut id = *self.tables[0].buckets.get(at);
            let mask = self.tables[1].size - 1;
            while id != NIL {
                let bucket = self.entry(id).hash as usize & mask;
                let head = *self.tables[1].buckets.get(bucket);
                let next = std::mem::replace(&mut self.entry_mut(id).next, head);
                *self.tables[1].buckets.get_mut(bucket) = id;
                self.tables[0].used -= 1;
                self.tables[1].used += 1;
                id = next;
            }
            *self.tables[0].buckets.get_mut(at) = NIL;
            at += 1;
        }
        if self.tables[0].used == 0 {
            self.tables[0] = std::mem::take(&mut self.tables[1]);
            self.moving = None;
            return false;
        }
        self.moving = Some(at);
        true
    }

    fn grow_if_full(&mut self, bytes_left: u64) {
        let Table { size, used, .. } = self.tables[0];
        if self.moving.is_some() || used < size {
            return;
        }
        if size == 0 {
            self.tables[0] = Table::new(SMALLEST);
            return;
        }
        let wanted = (used + 1).next_power_of_two();
        let fits = (wanted * memory::BUCKET) as u64 <= bytes_left;
        if fits || used * 1_000 / size > LOAD_WITHOUT_MEMORY {
            self.resize(wanted);
        }
    }

    fn resize(&mut self, size: usize) {
        let size = size.max(SMALLEST);
        if self.moving.is_some() || size == self.tables[0].size {
            return;
        }
        if self.tables[0].used == 0 {
            self.tables[0] = Table::new(size);
            return;
        }
        self.tables[1] = Table::new(size);
        self.moving = Some(0);
    }

    /// Starts to shrink a table that is less than a tenth full.
    pub fn shrink_if_sparse(&mut self) {
        let size = self.buckets();
        if size > SMALLEST && self.len() * 100 / size < 10 {
            self.resize(self.len().next_power_of_two());
        }
    }

    /// Visits the buckets of one cursor position and answers the next cursor; 0 ends the walk. Every entry that is there
    /// from beginning to end is visited at least once, whatever the table's size becomes in between: the cursor counts in
    /// reversed bits (Redis's `dictScan`, after Pieter Noordhuis).
    pub fn scan(&self, cursor: u64, mut visit: impl FnMut(u32)) -> u64 {
        if self.is_empty() {
            return 0;
        }
        let mut v = cursor;
        let (small, large) = match self.moving {
            None => (&self.tables[0], None),
            Some(_) if self.tables[0].size <= self.tables[1].size => (&self.tables[0], Some(&self.tables[1])),
            Some(_) => (&self.tables[1], Some(&self.tables[0])),
        };
        let small_mask = (small.size - 1) as u64;
        self.visit_chain(small, (v & small_mask) as usize, &mut visit);
        let Some(large) = large else {
            return next_cursor(v, small_mask);
        };
        let large_mask = (large.size - 1) as u64;
        loop {
            self.visit_chain(large, (v & large_mask) as usize, &mut visit);
            v = next_cursor(v, large_mask);
            if v & (small_mask ^ large_mask) == 0 {
                return v;
            }
        }
    }

    fn visit_chain(&self, table: &Table, bucket: usize, visit: &mut impl FnMut(u32)) {
        let mut id = *table.buckets.get(bucket);
        while id != NIL {
            let next = self.entry(id).next;
            visit(id);
            id = next;
        }
    }

    /// Every entry, in order of buckets.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.tables.iter().flat_map(move |table| {
            (0..table.size).flat_map(move |bucket| {
                let first = *table.buckets.get(bucket);
                std::iter::successors((first != NIL).then_some(first), move |id| {
                    let next = self.entry(*id).next;
                    (next != NIL).then_some(next)
                })
            })
        })
    }

    /// The entries of one bucket of the first or second table, as active expiry walks them.
    pub fn bucket_entries(&self, table: usize, bucket: usize, into: &mut Vec<u32>) {
        if bucket < self.tables[table].size {
            self.visit_chain(&self.tables[table], bucket, &mut |id| into.push(id));
        }
    }

    /// Buckets of the first or second table.
    pub fn table_size(&self, table: usize) -> usize {
        self.tables[table].size
    }

    /// A random entry: a random bucket that is not empty, then a random entry of its chain (so entries in long chains are
    /// less likely). `None` when empty.
    pub fn random(&mut self, random: &mut dyn FnMut() -> u64) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        self.step();
        let (first, all) = (self.tables[0].size, self.buckets());
        let moved = self.moving.unwrap_or(0);
        let head = |at: usize| {
            if at >= first { *self.tables[1].buckets.get(at - first) } else { *self.tables[0].buckets.get(at) }
        };
        let mut at = 0;
        for _ in 0..RANDOM_TRIES {
            at = moved + (random() % (all - moved) as u64) as usize;
            if head(at) != NIL {
                break;
            }
        }
        // In a table this empty the next bucket that holds something must do.
        while head(at) == NIL {
            at = if at + 1 < all { at + 1 } else { moved };
        }
        let head = head(at);
        let length =
            std::iter::successors(Some(head), |id| Some(self.entry(*id).next).filter(|next| *next != NIL)).count();
        let mut id = head;
        for _ in 0..random() % length as u64 {
            id = self.entry(id).next;
        }
        Some(id)
    }

    /// A random entry with less bias: one of up to fifteen neighbours (RANDOMKEY).
    pub fn fair_random(&mut self, random: &mut dyn FnMut() -> u64) -> Option<u32> {
        let mut some = Vec::with_capacity(15);
        self.neighbours(15, true, random, &mut some);
        if some.is_empty() {
            return self.random(random);
        }
        Some(some[(random() % some.len() as u64) as usize])
    }

    /// Up to `count` entries from neighbouring buckets: quick and not quite random, for eviction. (It stops in the middle of
    /// a chain, where 7.0.15 would look at all of it: published runs have evicted so.)
    pub fn sample(&mut self, count: usize, random: &mut dyn FnMut() -> u64, into: &mut Vec<u32>) {
        self.neighbours(count, false, random, into);
    }

    /// Up to `count` entries from neighbouring buckets (Redis's `dictGetSomeKeys`). Of the last chain, if it is looked at to
    /// its end, each entry has its chance (reservoir sampling).
    fn neighbours(
        &mut self,
        count: usize,
        to_end_of_chain: bool,
        random: &mut dyn FnMut() -> u64,
        into: &mut Vec<u32>,
    ) {
        let count = count.min(self.len());
        if count == 0 {
            return;
        }
        for _ in 0..count {
            self.step();
        }
        let (tables, moved) = match self.moving {
            Some(moved) => (2, moved),
            None => (1, 0),
        };
        let largest = self.tables[0].size.max(self.tables[1].size);
        let mut at = (random() & (largest as u64 - 1)) as usize;
        let mut empty_in_a_row = 0;
        let mut steps = count * 10;
        let mut seen = 0;
        while seen < count && steps > 0 {
            steps -= 1;
            for which in 0..tables {
                // Buckets of the first table below `moved` are empty: if the second is no larger there is nothing there.
                if tables == 2 && which == 0 && at < moved {
                    if at >= self.tables[1].size {
                        at = moved;
                    } else {
                        continue;
                    }
                }
                if at >= self.tables[which].size {
                    continue;
                }
                let mut id = *self.tables[which].buckets.get(at);
                if id == NIL {
                    empty_in_a_row += 1;
                    if empty_in_a_row >= 5 && empty_in_a_row > count {
                        at = (random() & (largest as u64 - 1)) as usize;
                        empty_in_a_row = 0;
                    }
                    continue;
                }
                empty_in_a_row = 0;
                while id != NIL {
                    if seen < count {
                        into.push(id);
                    } else {
                        let chosen = random() % (seen as u64 + 1);
                        if chosen < count as u64 {
                            into[chosen as usize] = id;
                        }
                    }
                    seen += 1;
                    if seen == count && !to_end_of_chain {
                        return;
                    }
                    id = self.entry(id).next;
                }
                if seen >= count {
                    return;
                }
            }
            at = (at + 1) & (largest - 1);
        }
    }
}

/// Adds one to the reversed low bits of a cursor.
fn next_cursor(cursor: u64, mask: u64) -> u64 {
    (cursor | !mask).reverse_bits().wrapping_add(1).reverse_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn key(n: usize) -> Bytes {
        Bytes::from(format!("key:{n}"))
    }

    fn filled(n: usize) -> Dict<usize> {
        let mut dict = Dict::default();
        for i in 0..n {
            dict.insert(key(i), i);
        }
        dict
    }

    #[test]
    fn what_was_put_in_is_found_and_what_was_taken_out_is_not() {
        let mut dict = filled(1_000);
        for i in (0..1_000).step_by(3) {
            assert_eq!(dict.remove(&key(i)).map(|(_, v)| v), Some(i));
        }
        for i in 0..1_000 {
            assert_eq!(dict.find(&key(i)).map(|id| *dict.value(id)), (i % 3 != 0).then_some(i));
        }
        assert_eq!(dict.len(), 666);
    }

    #[test]
    fn it_grows_by_doubling_with_both_tables_alive() {
        let mut dict = filled(4);
        assert_eq!(dict.buckets(), 4);
        dict.insert(key(4), 4);
        assert_eq!(dict.buckets(), 12);
        while dict.rehash(1) {}
        assert_eq!(dict.buckets(), 8);
    }

    #[test]
    fn it_waits_to_grow_while_memory_is_short_but_not_forever() {
        let mut dict = filled(4);
        for i in 4..7 {
            dict.insert_within(key(i), i, 63);
            assert_eq!(dict.buckets(), 4, "{i}");
        }
        dict.insert_within(key(7), 7, 63);
        assert_eq!(dict.buckets(), 4 + 8);
    }

    #[test]
    fn it_shrinks_when_less_than_a_tenth_full() {
        let mut dict = filled(1_024);
        while dict.rehash(100) {}
        for i in 60..1_024 {
            dict.remove(&key(i));
        }
        dict.shrink_if_sparse();
        while dict.rehash(100) {}
        assert_eq!((dict.buckets(), dict.len()), (64, 60));
    }

    #[test]
    fn a_scan_visits_all_entries_that_stay_while_the_table_grows_and_shrinks() {
        let mut dict = filled(300);
        let mut seen: BTreeMap<usize, u32> = BTreeMap::new();
        let mut cursor = 0;
        let mut turn = 0;
        loop {
            cursor = dict.scan(cursor, |id| *seen.entry(*dict.value(id)).or_default() += 1);
            if cursor == 0 {
                break;
            }
            turn += 1;
            match turn {
                10 => (300..3_000).for_each(|i| {
                    dict.insert(key(i), i);
                }),
                40 => {
                    (300..3_000).for_each(|i| {
                        dict.remove(&key(i));
                    });
                    dict.shrink_if_sparse();
                }
                _ => dict.step(),
            }
        }
        assert!((0..300).all(|i| seen.contains_key(&i)));
    }

    #[test]
    fn samples_are_of_the_size_asked_for_and_random_entries_exist() {
        let mut dict = filled(500);
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 16
        };
        for _ in 0..200 {
            let mut some = Vec::new();
            dict.sample(5, &mut random, &mut some);
            assert_eq!(some.len(), 5);
            assert!(dict.random(&mut random).is_some());
            assert!(dict.fair_random(&mut random).is_some());
        }
    }

    #[test]
    fn the_hash_is_the_same_everywhere() {
        let of = |key: &str| hash(&Bytes::from(key));
        let hashes = [of(""), of("a"), of("key:123456789"), of("eight by"), of("a key of more than twenty-two bytes")];
        expect_test::expect!["[c42003fa, 6aa27cd9, 974a4c14, 4de4580c, fb36f05e]"].assert_eq(&format!("{hashes:08x?}"));
        assert_ne!(of("a"), of("a\0"));
        let text: Vec<u8> = (1..=40).collect();
        for len in 0..=text.len() {
            assert_eq!(hash(&Bytes::from(&text[..len])), hash_of_text(&text[..len]), "{len}");
        }
    }
}

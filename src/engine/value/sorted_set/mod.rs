//! Sorted sets: few short members in one block (`listpack`), or ordered with a table (`skiplist`).
//!
//! Both forms keep their members in an [`Order`]; the `skiplist` form has a table from member to score besides. Which one
//! it is shows in OBJECT ENCODING, in the memory, and in what becomes of a score of −0.

mod order;
mod range;

use super::listpack;
use crate::engine::config::Config;
use crate::engine::dict::Dict;
use crate::engine::memory;
use crate::resp::{Bytes, format_double};

use order::Order;
pub use order::{Item, Walk};
pub use range::{Bounds, LexBound, ScoreRange};

/// Up to which size a sorted set stays a `listpack`.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// zset-max-listpack-entries.
    pub entries: u64,
    /// zset-max-listpack-value, in bytes.
    pub value: u64,
}

impl Limits {
    /// As configured.
    pub fn of(config: &Config) -> Self {
        Self { entries: config.zset_max_listpack_entries, value: config.zset_max_listpack_value }
    }
}

/// A sorted set value.
#[derive(Clone, Debug, Default)]
pub struct SortedSetValue {
    order: Order,
    /// Scores by member, in the `skiplist` form.
    table: Option<Dict<f64>>,
    /// `listpack`: bytes of members and scores in it. `skiplist`: bytes of the members' strings.
    bytes: usize,
}

/// Largest block that is built of small elements.
const LARGEST_LISTPACK: usize = 1 << 30;

/// The integer as which a listpack keeps a score: if it is one, within half of 64 bits.
fn as_integer(score: f64) -> Option<i64> {
    const HALF: f64 = (i64::MAX / 2) as f64;
    let whole = score as i64;
    ((-HALF..=HALF).contains(&score) && whole as f64 - score == 0.0).then_some(whole)
}

/// Bytes a score takes in a listpack.
fn score_entry(score: f64) -> usize {
    match as_integer(score) {
        Some(whole) => listpack::integer_entry(whole),
        None => listpack::entry(format_double(score).as_bytes()),
    }
}

impl SortedSetValue {
    /// An empty one, in the form that a first member of this length gets.
    pub fn for_member(limits: Limits, member: usize) -> Self {
        let mut new = Self::default();
        if limits.entries == 0 || limits.value < member as u64 {
            new.unpack();
        }
        new
    }

    /// One of a table from member to score, none of them NaN, in the `skiplist` form.
    pub fn from_table(table: Dict<f64>) -> Self {
        let mut new = Self::default();
        let mut items: Vec<Item> =
            table.iter().map(|id| Item { score: *table.value(id), member: table.key(id).clone() }).collect();
        items.sort_unstable_by(|one, other| one.compare(other.score, &other.member));
        new.bytes = items.iter().map(|item| memory::string(item.member.len())).sum();
        for item in items {
            new.order.insert(item);
        }
        new.table = Some(table);
        new
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether it has none: then its key is to go.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is in the `listpack` form.
    pub fn is_packed(&self) -> bool {
        self.table.is_none()
    }

    /// The table from member to score of the `skiplist` form.
    pub fn table(&self) -> Option<&Dict<f64>> {
        self.table.as_ref()
    }

    /// The score of a member.
    pub fn score(&self, member: &Bytes) -> Option<f64> {
        if let Some(table) = &self.table {
            return table.find(member).map(|id| *table.value(id));
        }
        let mut items = self.order.parts(0).flatten();
        items.find(|item| item.member == *member).map(|item| item.score)
    }

    /// A score as the `listpack` form keeps it, which ZSCAN answers.
    pub fn packed_score(score: f64) -> Bytes {
        as_integer(score).map_or_else(|| Bytes::from(format_double(score)), Bytes::from_int)
    }

    /// Adds a member that is not there. Score: not NaN.
    pub fn insert(&mut self, member: &Bytes, score: f64, limits: Limits) {
        if self.is_packed()
            && (self.len() as u64 >= limits.entries
                || member.len() as u64 > limits.value
                || self.bytes + member.len() > LARGEST_LISTPACK)
        {
            self.unpack();
        }
        self.push(member, score);
    }

    /// The same without a look at the limits.
    fn push(&mut self, member: &Bytes, score: f64) {
        let mut score = score;
        match &mut self.table {
            None => {
                // There −0 is the integer 0.
                score += 0.0;
                self.bytes += listpack::entry(member) + score_entry(score);
            }
            Some(table) => {
                self.bytes += memory::string(member.len());
                table.insert_within(member.clone(), score, u64::MAX);
            }
        }
        self.order.insert(Item { score, member: member.clone() });
    }

    /// Gives a member another score (not NaN). Both must be as they say.
    pub fn update(&mut self, member: &Bytes, old: f64, new: f64) {
        let mut new = new;
        match &mut self.table {
            None => {
                new += 0.0;
                self.bytes = self.bytes + score_entry(new) - score_entry(old);
            }
            Some(table) => {
                if let Some(id) = table.find(member) {
                    *table.value_mut(id) = new;
                }
            }
        }
        self.order.update(old, member, new);
    }

    /// Takes a member out; answers its score.
    pub fn remove(&mut self, member: &Bytes) -> Option<f64> {
        let score = self.score(member)?;
        let item = self.order.remove(score, member)?;
        self.forget(&item);
        self.shrink();
        Some(score)
    }

    /// Takes the member of a rank out.
    pub fn remove_at(&mut self, rank: usize) -> Option<Item> {
        let item = self.order.remove_at(rank)?;
        self.forget(&item);
        self.shrink();
        Some(item)
    }

    /// Takes `count` members out from a rank on.
    pub fn remove_range(&mut self, rank: usize, count: usize) {
        for _ in 0..count {
            let Some(item) = self.order.remove_at(rank) else {
                break;
            };
            self.forget(&item);
        }
        self.shrink();
    }

    fn forget(&mut self, item: &Item) {
        match &mut self.table {
            None => self.bytes -= listpack::entry(&item.member) + score_entry(item.score),
            Some(table) => {
                self.bytes -= memory::string(item.member.len());
                table.remove(&item.member);
            }
        }
    }

    fn shrink(&mut self) {
        if let Some(table) = &mut self.table {
            table.shrink_if_sparse();
        }
    }

    /// How many members stand before this one.
    pub fn rank(&self, member: &Bytes) -> Option<usize> {
        self.order.rank(self.score(member)?, member)
    }

    /// The member of a rank, counted from 0 at the lowest score.
    pub fn by_rank(&self, rank: usize) -> Option<&Item> {
        self.order.get(rank)
    }

    /// The members from a rank on, up or down; no end but the set's.
    pub fn walk(&self, rank: usize, down: bool) -> Walk<'_> {
        self.order.walk(rank, down)
    }

    /// The members from a rank on upwards, as many at a time as lie side by side.
    pub fn parts(&self, rank: usize) -> impl Iterator<Item = &[Item]> {
        self.order.parts(rank)
    }

    /// All members in order.
    pub fn iter_items(&self) -> Walk<'_> {
        self.walk(0, false)
    }

    /// All members in order, with their scores.
    pub fn iter(&self) -> impl Iterator<Item = (Bytes, f64)> + '_ {
        self.iter_items().map(|item| (item.member.clone(), item.score))
    }

    /// How many members there are before the first for which `before` no longer holds, where it holds for the lower ones.
    pub fn partition_point(&self, before: &dyn Fn(&Item) -> bool) -> usize {
        self.order.partition_point(before)
    }

    /// Turns it into the `skiplist` form for good.
    pub fn unpack(&mut self) {
        if !self.is_packed() {
            return;
        }
        let mut table = Dict::default();
        self.bytes = 0;
        for item in self.order.walk(0, false) {
            self.bytes += memory::string(item.member.len());
            table.insert_within(item.member.clone(), item.score, u64::MAX);
        }
        self.table = Some(table);
    }

    /// Turns it into the `listpack` form if it is small enough: what a command has just made starts out in the smaller form.
    pub fn pack_if_small(&mut self, limits: Limits) {
        if self.is_packed()
            || self.len() as u64 > limits.entries
            || self.iter_items().any(|item| item.member.len() as u64 > limits.value)
        {
            return;
        }
        let items = std::mem::take(self);
        for item in items.iter_items() {
            self.push(&item.member, item.score);
        }
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        if self.is_packed() { "listpack" } else { "skiplist" }
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        /// `zset`, `zskiplist`, `dict`, and the skip list's header node of 32 levels as allocated.
        const FIXED: usize = 16 + 32 + 56 + 640;
        /// A skip list node as allocated, by the average of its levels (24 + 16 a level; each further with one in four).
        const NODE: usize = 46;
        let body = match &self.table {
            None => memory::allocated(listpack::EMPTY + self.bytes),
            Some(table) => {
                FIXED + table.buckets() * memory::BUCKET + table.len() * (NODE + memory::DICT_ENTRY) + self.bytes
            }
        };
        memory::OBJECT + body
    }

    /// How much work it is to free it, in allocations.
    pub fn free_effort(&self) -> usize {
        if self.is_packed() { 1 } else { self.len() }
    }
}

#[cfg(test)]
mod tests;

//! Members in order of score, then of bytes, with their ranks: sorted chunks of bounded size, each shared until written,
//! and counts of them. Where a skip list keeps widths of its links, this keeps sums of counts.
//!
//! Start with [`Order::find`], [`Order::insert`] and [`Order::partition_point`].

use std::cmp::Ordering;
use std::rc::Rc;

use crate::resp::Bytes;

/// A member with its score, which is never NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its score.
    pub score: f64,
    /// Its bytes.
    pub member: Bytes,
}

impl Item {
    /// Where it stands beside another.
    pub fn compare(&self, score: f64, member: &[u8]) -> Ordering {
        if self.score < score {
            Ordering::Less
        } else if self.score > score {
            Ordering::Greater
        } else {
            (*self.member).cmp(member)
        }
    }
}

/// Most items of a chunk: what a write after a checkpoint copies.
const CHUNK: usize = 128;
/// A chunk left with fewer joins a neighbour, if both fit.
const SPARSE: usize = CHUNK / 4;
/// Two chunks join if they have no more together: there is room for more before they part again.
const JOINED: usize = CHUNK * 3 / 4;
/// Chunks to a sum.
const GROUP: usize = 64;

/// A chunk; never empty.
#[derive(Clone, Debug)]
struct Chunk {
    /// Score of the first item: most searches look no further.
    low: f64,
    /// How many items there are, for those who count without looking at them.
    count: u32,
    items: Rc<Vec<Item>>,
}

/// Where an item is: its chunk, and its place there.
type Place = (usize, usize);

/// Items in order.
#[derive(Clone, Debug, Default)]
pub struct Order {
    chunks: Vec<Chunk>,
    /// Items in each [`GROUP`] of chunks.
    sums: Vec<u32>,
    len: usize,
}

impl Order {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Where an item is, or would be.
    fn find(&self, score: f64, member: &[u8]) -> Result<Place, Place> {
        let after = self
            .chunks
            .partition_point(|chunk| chunk.low < score || (chunk.low <= score && chunk.items[0].member[..] <= *member));
        let chunk = after.saturating_sub(1);
        let Some(found) = self.chunks.get(chunk) else {
            return Err((0, 0));
        };
        match found.items.binary_search_by(|item| item.compare(score, member)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }

    /// Items before a chunk.
    fn before(&self, chunk: usize) -> usize {
        let group = chunk / GROUP;
        let groups: u32 = self.sums.iter().take(group).sum();
        let chunks: u32 = self.chunks.iter().take(chunk).skip(group * GROUP).map(|chunk| chunk.count).sum();
        (groups + chunks) as usize
    }

    /// Where the item of a rank is; behind the last chunk if there is none.
    fn place(&self, rank: usize) -> Place {
        if let Some(last) = self.chunks.last()
            && rank + 1 == self.len
        {
            return (self.chunks.len() - 1, last.items.len() - 1);
        }
        let (mut chunk, mut rest) = (0, rank);
        for sum in &self.sums {
            if rest < *sum as usize {
                break;
            }
            rest -= *sum as usize;
            chunk += GROUP;
        }
        while let Some(found) = self.chunks.get(chunk)
            && rest >= found.count as usize
        {
            rest -= found.count as usize;
            chunk += 1;
        }
        (chunk, rest)
    }

    /// The rank of an item: how many stand before it.
    pub fn rank(&self, score: f64, member: &[u8]) -> Option<usize> {
        let (chunk, at) = self.find(score, member).ok()?;
        Some(self.before(chunk) + at)
    }

    /// The item of a rank.
    pub fn get(&self, rank: usize) -> Option<&Item> {
        let (chunk, at) = self.place(rank);
        self.chunks.get(chunk)?.items.get(at)
    }

    /// How many items there are before the first for which `before` no longer holds.
    pub fn partition_point(&self, before: &dyn Fn(&Item) -> bool) -> usize {
        let chunk = self.chunks.partition_point(|chunk| before(&chunk.items[0])).saturating_sub(1);
        let Some(found) = self.chunks.get(chunk) else {
            return 0;
        };
        self.before(chunk) + found.items.partition_point(before)
    }

    /// Adds an item that is not there.
    pub fn insert(&mut self, item: Item) {
        let (Ok((mut chunk, mut at)) | Err((mut chunk, mut at))) = self.find(item.score, &item.member);
        if self.chunks.get(chunk).is_none_or(|found| found.count as usize >= CHUNK) {
            (chunk, at) = self.make_room(chunk, at);
        }
        let found = &mut self.chunks[chunk];
        if at == 0 {
            found.low = item.score;
        }
        found.count += 1;
        Rc::make_mut(&mut found.items).insert(at, item);
        self.sums[chunk / GROUP] += 1;
        self.len += 1;
    }

    /// Parts a full chunk (or makes the first one) so that an item can come to a place. Answers where that is now. The chunk
    /// it answers may be empty.
    fn make_room(&mut self, chunk: usize, at: usize) -> Place {
        // Members that come in order leave full chunks behind.
        let keep = if at == CHUNK { CHUNK } else { CHUNK / 2 };
        let mut right = Vec::new();
        let mut low = 0.0;
        if let Some(full) = self.chunks.get_mut(chunk) {
            right.reserve_exact(CHUNK);
            right.extend(Rc::make_mut(&mut full.items).drain(keep..));
            full.count = full.items.len() as u32;
            low = right.first().map_or(0.0, |item: &Item| item.score);
        }
        let count = right.len() as u32;
        let part = Chunk { low, count, items: Rc::new(right) };
        if self.chunks.is_empty() {
            self.chunks.push(part);
            self.sum_up(0);
            return (0, 0);
        }
        self.chunks.insert(chunk + 1, part);
        self.sum_up(chunk);
        if at >= keep { (chunk + 1, at - keep) } else { (chunk, at) }
    }

    /// Counts the groups anew from a chunk's on.
    fn sum_up(&mut self, chunk: usize) {
        let group = chunk / GROUP;
        self.sums.truncate(group);
        for chunks in self.chunks.chunks(GROUP).skip(group) {
            self.sums.push(chunks.iter().map(|chunk| chunk.count).sum());
        }
    }

    /// Takes an item out.
    pub fn remove(&mut self, score: f64, member: &[u8]) -> Option<Item> {
        let place = self.find(score, member).ok()?;
        Some(self.take(place))
    }

    /// Takes the item of a rank out.
    pub fn remove_at(&mut self, rank: usize) -> Option<Item> {
        (rank < self.len).then(|| self.take(self.place(rank)))
    }

    fn take(&mut self, (chunk, at): Place) -> Item {
        let found = &mut self.chunks[chunk];
        let items = Rc::make_mut(&mut found.items);
        let item = items.remove(at);
        self.len -= 1;
        self.sums[chunk / GROUP] -= 1;
        let left = items.len();
        found.count -= 1;
        if let Some(first) = items.first() {
            found.low = first.score;
        }
        if left < SPARSE {
            self.join(chunk, left);
        }
        item
    }

    /// Joins a chunk of `left` items with a neighbour if it may; an empty one goes.
    fn join(&mut self, chunk: usize, left: usize) {
        if left == 0 {
            self.chunks.remove(chunk);
            self.sum_up(chunk);
            return;
        }
        let fits = |other: usize| self.chunks.get(other).is_some_and(|other| other.count as usize + left <= JOINED);
        let first = if fits(chunk + 1) {
            chunk
        } else if chunk > 0 && fits(chunk - 1) {
            chunk - 1
        } else {
            return;
        };
        let second = self.chunks.remove(first + 1);
        let first_chunk = &mut self.chunks[first];
        Rc::make_mut(&mut first_chunk.items).extend_from_slice(&second.items);
        first_chunk.count += second.count;
        self.sum_up(first);
    }

    /// Gives an item another score.
    pub fn update(&mut self, old: f64, member: &[u8], new: f64) {
        let Ok((chunk, at)) = self.find(old, member) else {
            return;
        };
        let items = &self.chunks[chunk].items;
        let stays = at > 0
            && at + 1 < items.len()
            && items[at - 1].compare(new, member) == Ordering::Less
            && items[at + 1].compare(new, member) == Ordering::Greater;
        if stays {
            Rc::make_mut(&mut self.chunks[chunk].items)[at].score = new;
            return;
        }
        let mut item = self.take((chunk, at));
        item.score = new;
        self.insert(item);
    }

    /// The items from a rank on upwards, as many at a time as lie side by side.
    pub fn parts(&self, rank: usize) -> impl Iterator<Item = &[Item]> {
        let (chunk, at) = self.place(rank);
        let mut skipped = at;
        self.chunks
            .iter()
            .skip(chunk)
            .map(move |chunk| &chunk.items[std::mem::take(&mut skipped).min(chunk.items.len())..])
    }

    /// The items from a rank on, up or down.
    pub fn walk(&self, rank: usize, down: bool) -> Walk<'_> {
        let (chunk, at) = self.place(rank);
        Walk { order: self, chunk, at, down }
    }
}

/// A walk through items in order, upwards or downwards.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    order: &'a Order,
    chunk: usize,
    at: usize,
    down: bool,
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Item;
    fn next(&mut self) -> Option<&'a Item> {
        let items = &self.order.chunks.get(self.chunk)?.items;
        let item = items.get(self.at)?;
        if !self.down {
            self.at += 1;
            if self.at == items.len() {
                (self.chunk, self.at) = (self.chunk + 1, 0);
            }
        } else if self.at > 0 {
            self.at -= 1;
        } else {
            // Below the first chunk there is none: that ends the walk as the one behind the last does.
            self.chunk = self.chunk.wrapping_sub(1);
            self.at = self.order.chunks.get(self.chunk).map_or(0, |chunk| chunk.items.len() - 1);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// What can be done to an order; scores are few, so that many are equal.
    #[derive(Clone, Debug)]
    enum Step {
        Insert(i8, u16),
        Remove(u16),
        RemoveAt(u16),
        Update(u16, i8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (any::<i8>(), any::<u16>()).prop_map(|(score, name)| Step::Insert(score / 8, name)),
            1 => any::<u16>().prop_map(Step::Remove),
            1 => any::<u16>().prop_map(Step::RemoveAt),
            1 => (any::<u16>(), any::<i8>()).prop_map(|(at, score)| Step::Update(at, score / 8)),
        ]
    }

    fn name(n: u16) -> Bytes {
        Bytes::from(n.to_string())
    }

    fn pair(item: &Item) -> (i64, Bytes) {
        (item.score as i64, item.member.clone())
    }

    impl Order {
        fn audit(&self) {
            assert_eq!(self.sums.len(), self.chunks.len().div_ceil(GROUP));
            assert_eq!(self.sums.iter().sum::<u32>() as usize, self.len);
            for chunk in &self.chunks {
                assert!((1..=CHUNK).contains(&chunk.items.len()));
                assert_eq!(chunk.count as usize, chunk.items.len());
                assert!(chunk.low.total_cmp(&chunk.items[0].score).is_eq());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn it_does_what_an_ordered_set_does(
            steps in prop::collection::vec(step(), 1..1_500),
            drained in any::<bool>(),
            looked_at in prop::collection::vec((any::<u16>(), any::<i8>()), 20),
        ) {
            let mut order = Order::default();
            let mut model: BTreeSet<(i64, Bytes)> = BTreeSet::new();
            let nth = |model: &BTreeSet<(i64, Bytes)>, n: u16| model.iter().nth(usize::from(n) % model.len().max(1)).cloned();
            for step in steps {
                match step {
                    Step::Insert(score, n) => if model.insert((i64::from(score), name(n))) {
                        order.insert(Item { score: f64::from(score), member: name(n) });
                    },
                    Step::Remove(n) => if let Some(one) = nth(&model, n) {
                        model.remove(&one);
                        prop_assert_eq!(order.remove(one.0 as f64, &one.1).as_ref().map(pair), Some(one));
                    },
                    Step::RemoveAt(n) => {
                        let at = usize::from(n) % model.len().max(1);
                        let one = nth(&model, n);
                        one.as_ref().map(|one| model.remove(one));
                        prop_assert_eq!(order.remove_at(at).as_ref().map(pair), one);
                    }
                    Step::Update(n, score) => if let Some(one) = nth(&model, n)
                        && !model.contains(&(i64::from(score), one.1.clone()))
                    {
                        model.remove(&one);
                        order.update(one.0 as f64, &one.1, f64::from(score));
                        model.insert((i64::from(score), one.1));
                    },
                }
            }
            let frozen = order.clone();
            let before: Vec<_> = model.iter().cloned().collect();
            while drained && model.len() > 10 {
                let first = model.pop_first();
                prop_assert_eq!(order.remove_at(0).as_ref().map(pair), first);
            }
            order.audit();
            frozen.audit();
            let all: Vec<_> = model.iter().cloned().collect();
            prop_assert_eq!(order.len(), all.len());
            prop_assert_eq!(&order.walk(0, false).map(pair).collect::<Vec<_>>(), &all);
            let mut down = order.walk(all.len().saturating_sub(1), true).map(pair).collect::<Vec<_>>();
            down.reverse();
            prop_assert_eq!(&down, &all);
            prop_assert_eq!(frozen.walk(0, false).map(pair).collect::<Vec<_>>(), before);
            for (n, score) in looked_at {
                let rank = usize::from(n) % (all.len() + 2);
                prop_assert_eq!(order.get(rank).map(pair), all.get(rank).cloned());
                prop_assert_eq!(order.walk(rank, false).next().map(pair), all.get(rank).cloned());
                if let Some((score, member)) = all.get(rank) {
                    prop_assert_eq!(order.rank(*score as f64, member), Some(rank));
                }
                let below = all.iter().filter(|one| one.0 < i64::from(score / 8)).count();
                prop_assert_eq!(order.partition_point(&|item| item.score < f64::from(score / 8)), below);
            }
        }
    }

    #[test]
    fn a_write_after_a_copy_copies_one_chunk() {
        let mut order = Order::default();
        for n in 0..10_000u16 {
            order.insert(Item { score: f64::from(n % 1_000), member: name(n) });
        }
        let copy = order.clone();
        order.remove_at(5_000);
        let shared =
            order.chunks.iter().filter(|chunk| copy.chunks.iter().any(|old| Rc::ptr_eq(&old.items, &chunk.items)));
        assert_eq!(shared.count() + 1, copy.chunks.len());
    }
}

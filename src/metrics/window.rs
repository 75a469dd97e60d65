//! What happened in the last second.

use super::Histogram;

/// Something that adds up: a count, a histogram.
pub trait Tally: Clone + Default {
    /// Back to nothing.
    fn clear(&mut self);
    /// Takes another one in.
    fn add(&mut self, other: &Self);
}

impl Tally for u64 {
    fn clear(&mut self) {
        *self = 0;
    }
    fn add(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }
}

impl Tally for Histogram {
    fn clear(&mut self) {
        Self::clear(self);
    }
    fn add(&mut self, other: &Self) {
        self.merge(other);
    }
}

/// A part of a whole: hits of reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many were.
    pub part: u64,
    /// How many there were.
    pub whole: u64,
}

impl Share {
    /// Counts one that was, or was not.
    pub fn count(&mut self, was: bool) {
        self.part += u64::from(was);
        self.whole += 1;
    }

    /// The part of the whole, 0 to 1; none of nothing.
    pub fn ratio(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

impl Tally for Share {
    fn clear(&mut self) {
        *self = Self::default();
    }
    fn add(&mut self, other: &Self) {
        self.part += other.part;
        self.whole += other.whole;
    }
}

/// Buckets of 100 ms: the ten that make up the last second, and the one under way.
const BUCKETS: u64 = 11;

/// A tally over the last second, sliding on in steps of 100 ms.
///
/// The last second is the ten *complete* buckets before the present, so that it is always one second long (shorter only
/// in a run's first second) and a rate does not flutter with the moment at which it is read.
#[derive(Clone, Debug, Default)]
pub struct Window<T> {
    buckets: Vec<(u64, T)>,
}

impl<T: Tally> Window<T> {
    /// Width of a bucket, in nanoseconds.
    pub const BUCKET_NS: u64 = 100_000_000;

    /// The bucket of `now_ns`, to count in. Times must not run backwards.
    pub fn at(&mut self, now_ns: u64) -> &mut T {
        let number = now_ns / Self::BUCKET_NS;
        if self.buckets.is_empty() {
            // u64::MAX is the number of no bucket.
            self.buckets = vec![(u64::MAX, T::default()); BUCKETS as usize];
        }
        let (holds, tally) = &mut self.buckets[(number % BUCKETS) as usize];
        if *holds != number {
            *holds = number;
            tally.clear();
        }
        tally
    }

    /// Everything counted in the last second before the bucket of `now_ns`.
    pub fn last_second(&self, now_ns: u64) -> T {
        let mut sum = T::default();
        self.each_of_last(now_ns, 10, |tally| sum.add(tally));
        sum
    }

    /// Everything counted in the last complete bucket alone.
    pub fn last_bucket(&self, now_ns: u64) -> T {
        let mut sum = T::default();
        self.each_of_last(now_ns, 1, |tally| sum.add(tally));
        sum
    }

    fn each_of_last(&self, now_ns: u64, count: u64, mut take: impl FnMut(&T)) {
        let present = now_ns / Self::BUCKET_NS;
        for (number, tally) in &self.buckets {
            if *number < present && present - *number <= count {
                take(tally);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_count_is_seen_for_exactly_one_second_once_its_bucket_is_complete() {
        let mut window = Window::<u64>::default();
        *window.at(250 * MS) += 3;
        let table = [(0, 0), (250, 0), (299, 0), (300, 3), (1_299, 3), (1_300, 0), (60_000, 0)];
        for (ms, expected) in table {
            assert_eq!(window.last_second(ms * MS), expected, "at {ms} ms");
        }
    }

    #[test]
    fn a_steady_rate_reads_steadily() {
        let mut window = Window::<u64>::default();
        for ms in 0..5_000 {
            *window.at(ms * MS) += 2;
            if ms >= 1_000 {
                assert_eq!(window.last_second(ms * MS), 2_000);
                assert_eq!(window.last_bucket(ms * MS), 200);
            }
        }
    }

    #[test]
    fn a_bucket_taken_again_starts_from_nothing() {
        let mut window = Window::<Histogram>::default();
        window.at(0).record(5);
        window.at(1_100 * MS).record(7);
        let second = window.last_second(1_200 * MS);
        assert_eq!((second.count(), second.quantile(500)), (1, Some(7)));
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        let mut share = Share::default();
        assert_eq!(share.ratio(), None);
        share.count(true);
        share.count(false);
        assert_eq!(share.ratio(), Some(0.5));
    }
}

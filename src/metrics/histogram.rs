//! A histogram of whole numbers (latencies, mostly) that answers quantiles to within two percent.

/// Each octave is cut into 2^5 = 32 buckets of equal width, so a bucket is at most 1/32 of its values wide and its middle
/// is at most 1/64 (1.6 %) off.
const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;

/// Log-linear buckets (as in `HdrHistogram` by Gil Tene, public domain): exact below 32, then to within 1.6 %. Integer
/// arithmetic only. Values above [`Histogram::LARGEST`] count as that.
///
/// Grows to the highest bucket in use: a histogram of latencies below a second, in microseconds, is 2 KB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// The largest value told apart: 2^40 - 1 (12 days in microseconds).
    pub const LARGEST: u64 = (1 << 40) - 1;

    /// Counts `value` once.
    pub fn record(&mut self, value: u64) {
        let index = bucket(value);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        let count = &mut self.counts[index];
        if *count < u32::MAX {
            *count += 1;
            self.total += 1;
        }
    }

    /// How many values have been counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// Whether nothing has been counted.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The value that `permille` thousandths of all values do not exceed (500 is the median, 990 the 99th percentile),
    /// as the middle of its bucket; none of an empty histogram.
    ///
    /// The nearest-rank definition: the value at rank `ceil(count * permille / 1000)`, at least the first.
    pub fn quantile(&self, permille: u32) -> Option<u64> {
        if self.total == 0 {
            return None;
        }
        // In two steps, so that no product overflows.
        let permille = u64::from(permille.min(1_000));
        let wanted = (self.total / 1_000 * permille + (self.total % 1_000 * permille).div_ceil(1_000)).max(1);
        let mut seen = 0_u64;
        for (index, count) in self.counts.iter().enumerate() {
            seen = seen.saturating_add(u64::from(*count));
            if seen >= wanted {
                return Some(middle(index));
            }
        }
        None
    }

    /// Counts everything that `other` has counted as well.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            let sum = mine.saturating_add(*theirs);
            self.total += u64::from(sum - *mine);
            *mine = sum;
        }
    }

    /// Takes away what `other`, an earlier copy of this one, had counted already.
    pub fn subtract(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            let rest = mine.saturating_sub(*theirs);
            self.total -= u64::from(*mine - rest);
            *mine = rest;
        }
    }

    /// Forgets everything, and keeps its room.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }
}

fn bucket(value: u64) -> usize {
    let value = value.min(Histogram::LARGEST);
    if value < SUB {
        return value as usize;
    }
    let shift = value.ilog2() - SUB_BITS;
    ((u64::from(shift) + 1) * SUB + ((value >> shift) - SUB)) as usize
}

fn middle(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB {
        return index;
    }
    let shift = index / SUB - 1;
    let low = (SUB + index % SUB) << shift;
    low + ((1 << shift) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(500), None);
    }

    #[test]
    fn small_values_are_exact() {
        let mut histogram = Histogram::default();
        for value in 1..=20 {
            histogram.record(value);
        }
        let table = [(0, 1), (50, 1), (51, 2), (500, 10), (501, 11), (950, 19), (990, 20), (1_000, 20), (5_000, 20)];
        for (permille, expected) in table {
            assert_eq!(histogram.quantile(permille), Some(expected), "at {permille}");
        }
    }

    #[test]
    fn every_bucket_holds_its_own_middle_and_buckets_ascend() {
        let last = bucket(u64::MAX);
        for index in 0..=last {
            assert_eq!(bucket(middle(index)), index);
            assert!(index == 0 || middle(index) > middle(index - 1));
        }
        assert_eq!(last, bucket(Histogram::LARGEST));
    }

    proptest! {
        #[test]
        fn a_value_comes_back_to_within_two_percent(value in 0..=Histogram::LARGEST) {
            let mut histogram = Histogram::default();
            histogram.record(value);
            let back = histogram.quantile(500).unwrap();
            prop_assert!(back.abs_diff(value) * 50 <= value);
        }

        #[test]
        fn quantiles_agree_with_sorting(mut values in prop::collection::vec(0_u64..10_000_000, 1..300), permille in 1_u32..=1_000) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.record(*value);
            }
            values.sort_unstable();
            let rank = (values.len() * permille as usize).div_ceil(1_000).max(1);
            let exact = values[rank - 1];
            prop_assert!(histogram.quantile(permille).unwrap().abs_diff(exact) * 50 <= exact);
        }

        #[test]
        fn what_is_merged_can_be_subtracted(
            ours in prop::collection::vec(0_u64..1_000_000, 0..100),
            theirs in prop::collection::vec(0_u64..1_000_000, 0..100),
        ) {
            let (mut a, mut b, mut both) = (Histogram::default(), Histogram::default(), Histogram::default());
            for value in &ours {
                a.record(*value);
                both.record(*value);
            }
            for value in &theirs {
                b.record(*value);
                both.record(*value);
            }
            let mut merged = a.clone();
            merged.merge(&b);
            prop_assert_eq!(&merged, &both);
            merged.subtract(&b);
            prop_assert_eq!(merged.count(), a.count());
            prop_assert_eq!(merged.quantile(990), a.quantile(990));
        }
    }
}

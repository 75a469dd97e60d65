//! A time series over a whole run, of any length, in bounded room.

/// How several samples become one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinning {
    /// Their mean: for ratios, rates, latencies.
    Mean,
    /// The last of them: for totals so far and for levels (bytes in use).
    Last,
    /// The largest: where a peak must not vanish.
    Max,
}

/// Samples at a fixed base interval. When there are more than [`Series::POINTS_MAX`] points, neighbours are joined in
/// pairs and the interval doubles, so that a run of any length fits into a few kilobytes.
///
/// A point joins the samples that are there; it is none only where all its samples are. A mean of means weighs both halves
/// alike, however many samples were missing in each.
#[derive(Clone, Debug)]
pub struct Series {
    thinning: Thinning,
    base_interval_ns: u64,
    /// Samples to a point: a power of two.
    per_point: u64,
    points: Vec<Option<f32>>,
    /// The point under way: its sum (or last, or largest), how many samples of it were there, how many were taken.
    value: f64,
    present: u64,
    taken: u64,
}

impl Series {
    /// Where thinning begins.
    pub const POINTS_MAX: usize = 600;

    /// An empty series of samples taken every `base_interval_ns` nanoseconds.
    pub fn new(base_interval_ns: u64, thinning: Thinning) -> Self {
        Self { thinning, base_interval_ns, per_point: 1, points: Vec::new(), value: 0.0, present: 0, taken: 0 }
    }

    /// The next sample; none where there was nothing to measure.
    pub fn push(&mut self, sample: Option<f32>) {
        if let Some(sample) = sample {
            let sample = f64::from(sample);
            self.value = match self.thinning {
                Thinning::Mean => self.value + sample,
                Thinning::Last => sample,
                Thinning::Max if self.present == 0 => sample,
                Thinning::Max => self.value.max(sample),
            };
            self.present += 1;
        }
        self.taken += 1;
        if self.taken == self.per_point {
            let point = self.partial();
            (self.value, self.present, self.taken) = (0.0, 0, 0);
            self.points.push(point);
            if self.points.len() > Self::POINTS_MAX {
                self.thin();
            }
        }
    }

    /// Time between points, in nanoseconds.
    pub fn interval_ns(&self) -> u64 {
        self.base_interval_ns.saturating_mul(self.per_point)
    }

    /// The complete points: point `i` covers the interval that ends at `(i + 1) * interval_ns`.
    pub fn points(&self) -> &[Option<f32>] {
        &self.points
    }

    /// The point under way, of the samples after the last complete point.
    pub fn partial(&self) -> Option<f32> {
        if self.present == 0 {
            return None;
        }
        Some(match self.thinning {
            Thinning::Mean => (self.value / self.present as f64) as f32,
            Thinning::Last | Thinning::Max => self.value as f32,
        })
    }

    /// Joins pairs. A last point without a partner becomes the point under way.
    fn thin(&mut self) {
        let odd = if self.points.len() % 2 == 1 { self.points.pop() } else { None };
        let joined = self.points.chunks_exact(2).map(|pair| self.join(pair[0], pair[1])).collect();
        self.points = joined;
        if let Some(point) = odd {
            self.taken = self.per_point;
            if let Some(value) = point {
                self.present = self.per_point;
                self.value = match self.thinning {
                    Thinning::Mean => f64::from(value) * self.per_point as f64,
                    Thinning::Last | Thinning::Max => f64::from(value),
                };
            }
        }
        self.per_point *= 2;
    }

    fn join(&self, first: Option<f32>, second: Option<f32>) -> Option<f32> {
        match (first, second) {
            (Some(a), Some(b)) => Some(match self.thinning {
                Thinning::Mean => f32::midpoint(a, b),
                Thinning::Last => b,
                Thinning::Max => a.max(b),
            }),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(thinning: Thinning, samples: u32) -> Series {
        let mut series = Series::new(100, thinning);
        (0..samples).for_each(|i| series.push(Some(i as f32)));
        series
    }

    #[test]
    fn a_short_series_keeps_every_sample() {
        let series = filled(Thinning::Mean, 600);
        assert_eq!((series.interval_ns(), series.points().len(), series.points()[599]), (100, 600, Some(599.0)));
    }

    #[test]
    fn the_sample_too_many_doubles_the_interval() {
        let table = [(Thinning::Mean, 0.5), (Thinning::Last, 1.0), (Thinning::Max, 1.0)];
        for (thinning, first) in table {
            let series = filled(thinning, 601);
            assert_eq!((series.interval_ns(), series.points().len()), (200, 300));
            assert_eq!((series.points()[0], series.partial()), (Some(first), Some(600.0)));
        }
    }

    #[test]
    fn a_point_is_none_only_where_all_its_samples_are() {
        let mut series = Series::new(1, Thinning::Mean);
        for i in 0..601 {
            series.push(if i < 4 { None } else { (i % 2 == 0).then_some(8.0) });
        }
        assert_eq!(series.points()[..4], [None, None, Some(8.0), Some(8.0)]);
    }

    #[test]
    fn negative_samples_have_a_largest_too() {
        let mut series = Series::new(1, Thinning::Max);
        series.push(Some(-3.0));
        assert_eq!(series.points(), [Some(-3.0)]);
    }

    proptest! {
        #[test]
        fn a_run_of_any_length_fits_and_keeps_its_mean(samples in 1_u32..20_000) {
            let series = filled(Thinning::Mean, samples);
            let per_point = series.interval_ns() / 100;
            prop_assert!(series.points().len() <= Series::POINTS_MAX);
            prop_assert_eq!(series.points().len() as u64, u64::from(samples) / per_point);
            for (i, point) in series.points().iter().enumerate() {
                // The samples are 0, 1, 2, …: the mean of a point's samples is known.
                let expected = i as f64 * per_point as f64 + (per_point - 1) as f64 / 2.0;
                prop_assert!((f64::from(point.unwrap()) - expected).abs() < 0.01);
            }
        }
    }
}

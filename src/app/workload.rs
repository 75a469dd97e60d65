//! Who wants what, and when: an open loop of users.
//!
//! Everything about operation `n` is a keyed draw over `n` alone. Whatever the system does, and whichever strategy it
//! runs, operation 812 is the same user asking the same app server for the same row at the same moment (common random
//! numbers), so that what differs between two lanes differs for a reason.

use super::AppIndex;
use crate::scenario::Load;
use crate::sim::{Nanos, Zipf, draw, exponential};

// What a draw is for; these numbers are part of every run ever linked.
const INTERVAL: u64 = 0x6170_7001;
const APP: u64 = 0x6170_7002;
const ROW: u64 = 0x6170_7003;
const READ: u64 = 0x6170_7004;

/// Users come only once the app servers have had time to learn the cluster's slots.
const OPENING: Nanos = Nanos::from_millis(20);
/// How often to look again where the rate is zero.
const IDLE: Nanos = Nanos::from_millis(100);

/// What one user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub app: AppIndex,
    pub row: u32,
    pub write: bool,
}

/// The stream of users.
#[derive(Clone, Debug)]
pub(super) struct Workload {
    seed: u64,
    apps: u8,
    load: Load,
    zipf: Zipf,
}

impl Workload {
    pub(super) fn new(seed: u64, load: Load) -> Self {
        let apps = load.apps.max(1);
        let zipf = zipf_of(&load);
        Self { seed, apps, load, zipf }
    }

    pub(super) fn load(&self) -> &Load {
        &self.load
    }

    /// Changes the traffic from the next arrival on. The number of app servers stays as it was deployed.
    pub(super) fn set_load(&mut self, load: Load) {
        let apps = self.load.apps;
        self.zipf = zipf_of(&load);
        self.load = Load { apps, ..load };
    }

    /// When the first user comes.
    pub(super) fn first(&self) -> Nanos {
        OPENING + self.interval(1).unwrap_or(IDLE)
    }

    /// How long after operation `n - 1` operation `n` comes: exponentially distributed, so that arrivals are a Poisson
    /// process. None where nobody comes.
    pub(super) fn interval(&self, n: u64) -> Option<Nanos> {
        if self.load.requests_per_second == 0 {
            return None;
        }
        let mean = 1e9 / f64::from(self.load.requests_per_second);
        Some(Nanos(exponential(draw(self.seed, &[INTERVAL, n]), mean) as u64))
    }

    /// When to look again for users while the rate is zero.
    pub(super) fn idle() -> Nanos {
        IDLE
    }

    /// What operation `n` is.
    pub(super) fn wish(&self, n: u64) -> Wish {
        let rank = self.zipf.sample(|round| draw(self.seed, &[ROW, n, round]));
        Wish {
            app: AppIndex(below(draw(self.seed, &[APP, n]), u64::from(self.apps)) as u8),
            row: scatter(rank as u32, self.load.rows.max(1)),
            write: below(draw(self.seed, &[READ, n]), 1_000) >= u64::from(self.load.read_permille),
        }
    }
}

fn zipf_of(load: &Load) -> Zipf {
    Zipf::new(u64::from(load.rows), f64::from(load.zipf_theta_milli) / 1_000.0)
}

/// A random word as a number in `0..n` (Lemire's multiplication).
fn below(word: u64, n: u64) -> u64 {
    ((u128::from(word) * u128::from(n)) >> 64) as u64
}

/// Which row has popularity rank `rank` of `rows`: a fixed bijection, so that the popular rows are not the ones with
/// small numbers and do not neighbour one another.
///
/// A bijection on the next power of two (multiplication by an odd number and xor-shift are), applied until it falls inside
/// (cycle walking): the walk returns to its start at the latest, which is inside.
fn scatter(rank: u32, rows: u32) -> u32 {
    if rows <= 2 {
        return rank.min(rows.saturating_sub(1));
    }
    let bits = u32::BITS - (rows - 1).leading_zeros();
    let mask = u64::MAX >> (u64::BITS - bits);
    let mut x = u64::from(rank.min(rows - 1));
    loop {
        for multiplier in [0x9e37_79b1, 0x85eb_ca6b] {
            x = (x.wrapping_mul(multiplier) + 0x5bd1) & mask;
            x ^= x >> bits.div_ceil(2);
        }
        if x < u64::from(rows) {
            return x as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattering_is_a_bijection() {
        for rows in [1, 2, 3, 4, 5, 7, 8, 100, 1_000, 40_000, 65_537] {
            let mut seen = vec![false; rows as usize];
            for rank in 0..rows {
                let row = scatter(rank, rows) as usize;
                assert!(!seen[row], "row {row} of {rows} twice");
                seen[row] = true;
            }
        }
        assert!(scatter(9_999_999, 10_000_000) < 10_000_000);
    }

    #[test]
    fn popular_rows_stand_apart() {
        let rows: Vec<u32> = (0..8).map(|rank| scatter(rank, 40_000)).collect();
        for pair in rows.windows(2) {
            assert!(pair[0].abs_diff(pair[1]) > 100, "{rows:?}");
        }
    }

    #[test]
    fn rate_and_read_share_are_as_asked() {
        let workload = Workload::new(7, Load { requests_per_second: 2_000, ..Load::default() });
        let count = 20_000;
        let total: u64 = (1..=count).map(|n| workload.interval(n).unwrap().0).sum();
        let per_second = count as f64 / (total as f64 / 1e9);
        assert!((per_second - 2_000.0).abs() < 50.0, "{per_second}");
        let writes = (1..=count).filter(|n| workload.wish(*n).write).count();
        assert!(writes.abs_diff(2_000) < 150, "{writes}");
        for app in 0..3 {
            let share = (1..=count).filter(|n| workload.wish(*n).app == AppIndex(app)).count();
            assert!(share.abs_diff(6_667) < 250, "app {app}: {share}");
        }
    }

    #[test]
    fn an_operation_keeps_its_app_row_and_kind_when_the_rate_changes() {
        let mut workload = Workload::new(7, Load::default());
        let before: Vec<Wish> = (1..100).map(|n| workload.wish(n)).collect();
        workload.set_load(Load { requests_per_second: 5, value_bytes: 9, apps: 11, ..Load::default() });
        assert_eq!(before, (1..100).map(|n| workload.wish(n)).collect::<Vec<_>>());
        assert_eq!(workload.load().apps, 3);
    }

    #[test]
    fn nobody_comes_at_rate_zero() {
        let workload = Workload::new(7, Load { requests_per_second: 0, ..Load::default() });
        assert_eq!(workload.interval(1), None);
    }

    #[test]
    fn shares_of_nothing_and_of_everything() {
        for (read_permille, writes) in [(0, 1_000), (1_000, 0)] {
            let workload = Workload::new(1, Load { read_permille, ..Load::default() });
            assert_eq!((0..1_000).filter(|n| workload.wish(*n).write).count(), writes);
        }
    }
}

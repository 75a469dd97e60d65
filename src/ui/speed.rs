//! The speeds of the run, and what is said of each.

/// A speed: simulated time over real time, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Simulated.
    pub simulated: u32,
    /// Real.
    pub real: u32,
}

const fn slower(by: u32) -> Speed {
    Speed { simulated: 1, real: by }
}

const fn faster(by: u32) -> Speed {
    Speed { simulated: by, real: 1 }
}

/// All speeds, slowest first.
pub const SPEEDS: [Speed; 16] = [
    slower(1_000),
    slower(500),
    slower(200),
    slower(100),
    slower(50),
    slower(20),
    slower(10),
    slower(5),
    slower(2),
    faster(1),
    faster(2),
    faster(5),
    faster(10),
    faster(20),
    faster(50),
    faster(100),
];

/// Where the page starts: a request can be seen to travel.
pub const OPENING: usize = 2;

/// The place of real time.
pub const REAL_TIME: usize = 9;

impl Speed {
    /// Simulated nanoseconds in one real millisecond.
    pub fn nanos_per_ms(self) -> f64 {
        1e6 * f64::from(self.simulated) / f64::from(self.real)
    }

    /// `1/50×`, `1×`, `10×`.
    pub fn name(self) -> String {
        if self.real > 1 { format!("1/{}×", self.real) } else { format!("{}×", self.simulated) }
    }

    /// What it means, in words.
    pub fn words(self) -> String {
        match (self.simulated, self.real) {
            (1, 1) => "real time".to_owned(),
            (1, 1_000) => "slow motion: 1 ms lasts 1 s".to_owned(),
            (1, real) => format!("slow motion: 1 ms lasts {real} ms"),
            (simulated, _) => format!("{simulated} s a second"),
        }
    }

    /// In thousandths of real time, as links carry it.
    pub fn permille(self) -> u32 {
        (self.simulated * 1_000 / self.real).max(1)
    }

    /// The place in [`SPEEDS`] that is nearest to so many thousandths.
    pub fn nearest(permille: u32) -> usize {
        (0..SPEEDS.len()).min_by_key(|place| SPEEDS[*place].permille().abs_diff(permille)).unwrap_or(OPENING)
    }
}

//! All chance in a run: named streams, and keyed draws.
//!
//! Two kinds, for two needs. A [`Rng`] is a stream of its own for one component, derived from the run's seed and
//! the component's name, so that adding a component disturbs no other. A [`draw`] is a stateless number that
//! depends only on what it is for ("the second hop of request 812"): two lanes with different strategies then see
//! the *same* luck wherever they do the same thing (common random numbers), and every difference is causal.
//!
//! Samplers use `libm`: the standard library's logarithm and powers differ between native code and WebAssembly.

/// SplitMix64's output function (Steele, Lea, Flood 2014; public domain reference by Vigna): a bijection that
/// spreads every input bit over the word.
pub(super) fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number that is a pure function of `seed` and `key`. Keys name the purpose first, then the instance.
pub fn draw(seed: u64, key: &[u64]) -> u64 {
    let mut state = scramble(seed.wrapping_add(GOLDEN_GAMMA));
    for &word in key {
        state = scramble(state.wrapping_add(GOLDEN_GAMMA) ^ word.wrapping_mul(GOLDEN_GAMMA));
    }
    scramble(state.wrapping_add(GOLDEN_GAMMA))
}

/// A random word as a number in `0 ..= 1 - 2^-53`.
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// An exponentially distributed length with the given mean, from one random word.
pub fn exponential(word: u64, mean: f64) -> f64 {
    -libm::log(1.0 - unit(word)) * mean
}

/// A log-normally distributed length with the given median and shape (`sigma` of the underlying normal), from one
/// random word (Box–Muller over its two halves).
pub fn log_normal(word: u64, median: f64, sigma: f64) -> f64 {
    let u1 = ((word >> 32) as f64 + 1.0) / 4_294_967_297.0;
    let u2 = (word & 0xffff_ffff) as f64 / 4_294_967_296.0;
    let normal = libm::sqrt(-2.0 * libm::log(u1)) * libm::cos(std::f64::consts::TAU * u2);
    median * libm::exp(sigma * normal)
}

/// A stream of random words: xoshiro256** (Blackman, Vigna 2018; public domain).
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The stream of the component called `name` in the run with this `seed`.
    pub fn named(seed: u64, name: &str) -> Self {
        let words: Vec<u64> = name.bytes().map(u64::from).collect();
        let mut z = draw(seed, &words);
        let state = std::array::from_fn(|_| {
            z = z.wrapping_add(GOLDEN_GAMMA);
            scramble(z)
        });
        Self { state }
    }

    /// The next word.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `0..n`, each equally likely to within 2^-64 (Lemire's multiplication). `n` = 0 gives 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `0 ..= 1 - 2^-53`.
    pub fn unit(&mut self) -> f64 {
        unit(self.next_u64())
    }
}

/// Zipf-distributed ranks: rank `k` of `n` is drawn with a weight of `1 / (k + 1)^theta`.
///
/// By inversion of a continuous envelope with rejection (Hörmann, Derflinger 1996), so it needs no table and serves any
/// `n`; `theta` = 0 is uniform.
#[derive(Clone, Debug)]
pub struct Zipf {
    n: u64,
    theta: f64,
    h_x1: f64,
    h_n: f64,
    s: f64,
}

impl Zipf {
    /// Ranks `0..n` (at least one) with exponent `theta` (0 to 10).
    pub fn new(n: u64, theta: f64) -> Self {
        let n = n.max(1);
        let theta = theta.clamp(0.0, 10.0);
        let mut zipf = Self {
            n,
            theta,
            h_x1: 0.0,
            h_n: 0.0,
            s: 0.0,
        };
        zipf.h_x1 = zipf.h_integral(1.5) - 1.0;
        zipf.h_n = zipf.h_integral(n as f64 + 0.5);
        zipf.s = 2.0 - zipf.h_integral_inverse(zipf.h_integral(2.5) - zipf.h(2.0));
        zipf
    }

    /// A rank in `0..n`; `word(i)` gives the i-th random word of this draw.
    pub fn sample(&self, mut word: impl FnMut(u64) -> u64) -> u64 {
        // Accepts within a few rounds; the bound only keeps a broken source from hanging the run.
        for round in 0..64 {
            let u = self.h_n + unit(word(round)) * (self.h_x1 - self.h_n);
            let x = self.h_integral_inverse(u);
            let k = libm::floor(x + 0.5).clamp(1.0, self.n as f64);
            if k - x <= self.s || u >= self.h_integral(k + 0.5) - self.h(k) {
                return k as u64 - 1;
            }
        }
        0
    }

    fn h(&self, x: f64) -> f64 {
        libm::exp(-self.theta * libm::log(x))
    }

    fn h_integral(&self, x: f64) -> f64 {
        let log_x = libm::log(x);
        expm1_over_x((1.0 - self.theta) * log_x) * log_x
    }

    fn h_integral_inverse(&self, x: f64) -> f64 {
        let t = (x * (1.0 - self.theta)).max(-1.0);
        libm::exp(log1p_over_x(t) * x)
    }
}

fn expm1_over_x(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::expm1(x) / x
    } else {
        1.0 + x * 0.5
    }
}

fn log1p_over_x(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::log1p(x) / x
    } else {
        1.0 - x * 0.5
    }
}

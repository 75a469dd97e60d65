//! All chance in a run: named streams, and keyed draws.
//!
//! Two kinds, for two needs. A [`Rng`] is a stream of its own for one component, derived from the run's seed and
//! the component's name, so that adding a component disturbs no other. A [`draw`] is a stateless number that
//! depends only on what it is for ("the second hop of request 812"): two lanes with different strategies then see
//! the *same* luck wherever they do the same thing (common random numbers), and every difference is causal.
//!
//! Samplers use `libm`: the standard library's logarithm and powers differ between native code and WebAssembly.

/// `SplitMix64`'s output function (Steele, Lea, Flood 2014; public domain reference by Vigna): a bijection that
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
        let mut zipf = Self { n, theta, h_x1: 0.0, h_n: 0.0, s: 0.0 };
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
    if x.abs() > 1e-8 { libm::expm1(x) / x } else { 1.0 + x * 0.5 }
}

fn log1p_over_x(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::log1p(x) / x } else { 1.0 - x * 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert, proptest};
    use std::fmt::Write as _;

    #[test]
    fn the_output_function_is_splitmix64s() {
        // The first outputs of the public-domain reference from seed 1234567.
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (step, expected) in (1..).zip(expected) {
            assert_eq!(scramble(GOLDEN_GAMMA.wrapping_mul(step).wrapping_add(1_234_567)), expected);
        }
    }

    #[test]
    fn the_stream_is_xoshiro256_starstar() {
        // The first outputs of the public-domain reference from state 1, 2, 3, 4.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        for expected in [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360] {
            assert_eq!(rng.next_u64(), expected);
        }
    }

    /// A link replays the run that was sent only while these stay as they are.
    #[test]
    fn golden_values() {
        let mut lines = String::new();
        let mut rng = Rng::named(7, "gossip");
        let words: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        writeln!(lines, "named {words:016x?}").unwrap();
        let drawn = [draw(0, &[]), draw(7, &[1]), draw(7, &[1, 0]), draw(7, &[0, 1]), draw(8, &[1])];
        writeln!(lines, "draw {drawn:016x?}").unwrap();
        let below: Vec<u64> = (0..8).map(|_| rng.below(10)).collect();
        writeln!(lines, "below {below:?}").unwrap();
        for word in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX / 2, u64::MAX] {
            let bits = [unit(word), exponential(word, 1e6), log_normal(word, 75_000.0, 0.473)].map(f64::to_bits);
            writeln!(lines, "samplers {word:016x} {bits:016x?}").unwrap();
        }
        for theta in [0.0, 0.5, 0.99, 1.0, 1.2, 3.0] {
            let zipf = Zipf::new(40_000, theta);
            let ranks: Vec<u64> = (0..10).map(|n| zipf.sample(|round| draw(7, &[n, round]))).collect();
            writeln!(lines, "zipf {theta} {ranks:?}").unwrap();
        }
        expect_test::expect![[r"
            named [fd91811469093d98, 1acbb00883199144, e10f030f6c978201]
            draw [a706dd2f4d197e6f, d4b5961c4c3e94e2, 6b5740483a3e986f, 7aeda635ebd2e4f2, 2256e2d7ab308df3]
            below [2, 6, 9, 7, 5, 2, 6, 5]
            samplers 0000000000000000 [0000000000000000, 8000000000000000, 413ab761b050a605]
            samplers 0000000000000001 [0000000000000000, 8000000000000000, 413ab761b050a605]
            samplers 0123456789abcdef [3f723456789abc80, 40b16659b07f3a1e, 40d0213b44afdd00]
            samplers 7fffffffffffffff [3fdffffffffffffe, 412527365c725a66, 40fff4ffdf914047]
            samplers ffffffffffffffff [3fefffffffffffff, 41818479048eb2de, 40f24f8c3f97b6f4]
            zipf 0 [33130, 23227, 4792, 7983, 33011, 24150, 11499, 10326, 33566, 7706]
            zipf 0.5 [27481, 13558, 604, 1639, 27285, 14650, 3365, 2721, 28206, 1529]
            zipf 0.99 [6382, 425, 1, 5, 6181, 549, 15, 10, 7177, 4]
            zipf 1 [5852, 366, 1, 4, 5660, 474, 13, 9, 6610, 4]
            zipf 1.2 [469, 21, 0, 0, 445, 26, 1, 1, 567, 0]
            zipf 3 [0, 0, 0, 0, 3, 0, 0, 0, 1, 0]
        "]]
        .assert_eq(&lines);
    }

    #[test]
    fn zipf_ranks_come_as_often_as_they_should() {
        const DRAWS: u64 = 200_000;
        for (n, theta) in [(10, 0.0), (10, 0.5), (100, 0.99), (100, 1.0), (40_000, 0.99), (1_000, 1.5), (50, 3.0)] {
            let zipf = Zipf::new(n, theta);
            let mut counts = vec![0_u64; n as usize];
            for i in 0..DRAWS {
                counts[zipf.sample(|round| draw(3, &[i, round])) as usize] += 1;
            }
            let weights: Vec<f64> = (1..=n).map(|k| libm::pow(k as f64, -theta)).collect();
            let sum: f64 = weights.iter().sum();
            for rank in [0, 1, 2, 4, 9] {
                let expected = weights[rank] / sum * DRAWS as f64;
                // Five standard deviations of a binomial count.
                let tolerance = 5.0 * libm::sqrt(expected) + 1.0;
                let count = counts[rank] as f64;
                assert!((count - expected).abs() < tolerance, "n {n} theta {theta} rank {rank}: {count} of {expected}");
            }
        }
    }

    #[test]
    fn lengths_have_the_mean_the_median_and_the_spread_asked_for() {
        let words: Vec<u64> = (0..100_000).map(|n| draw(1, &[n])).collect();
        let mean = words.iter().map(|word| exponential(*word, 500.0)).sum::<f64>() / words.len() as f64;
        assert!((mean - 500.0).abs() < 8.0, "{mean}");
        let mut lengths: Vec<f64> = words.iter().map(|word| log_normal(*word, 75.0, 0.473)).collect();
        lengths.sort_unstable_by(f64::total_cmp);
        let (median, p99) = (lengths[50_000], lengths[99_000]);
        assert!((median - 75.0).abs() < 1.0, "{median}");
        assert!((p99 / median - 3.0).abs() < 0.1, "{p99}");
    }

    #[test]
    fn streams_of_other_names_or_seeds_are_others() {
        let first = |seed, name: &str| Rng::named(seed, name).next_u64();
        let all = [first(7, "a"), first(7, "b"), first(8, "a"), first(7, "ab"), first(7, "ba"), first(7, "")];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn every_bit_of_a_draw_is_fair() {
        for bit in 0..64 {
            let ones = (0..10_000).filter(|n| draw(9, &[5, *n]) >> bit & 1 == 1).count();
            assert!(ones.abs_diff(5_000) < 250, "bit {bit}: {ones}");
        }
    }

    proptest! {
        #[test]
        fn nothing_falls_out_of_range(word in any::<u64>(), n in 1_u64..20_000_000, theta in 0.0_f64..3.0, seed in any::<u64>()) {
            prop_assert!((0.0..1.0).contains(&unit(word)));
            prop_assert!(exponential(word, 1e9) >= 0.0 && exponential(word, 1e9) < 40e9);
            let length = log_normal(word, 75_000.0, 0.473);
            prop_assert!(length > 0.0 && length < 75_000.0 * 25.0);
            prop_assert!(Zipf::new(n, theta).sample(|round| draw(seed, &[round])) < n);
            prop_assert!(Rng::named(seed, "x").below(n) < n);
        }
    }
}

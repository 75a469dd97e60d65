//! The 24 bits each key remembers of its use: the LRU clock of its last, or (LFU) minutes and a logarithmic counter.

use super::config::Config;

/// Bits of the LRU clock, which counts seconds and wraps after 194 days.
const CLOCK_MASK: u64 = 0x00ff_ffff;
/// Where the LFU counter of a new key starts.
const LFU_INITIAL: u32 = 5;

/// The LRU clock: seconds, 24 bits.
pub fn lru_clock(now_ms: i64) -> u32 {
    ((now_ms as u64 / 1_000) & CLOCK_MASK) as u32
}

/// Seconds since the last use, given the clock then and now.
pub fn idle_seconds(then: u32, now_ms: i64) -> u64 {
    let (now, then) = (u64::from(lru_clock(now_ms)), u64::from(then));
    // A second is lost where the clock wrapped: Redis takes its greatest value for the number of its values.
    if now >= then { now - then } else { now + CLOCK_MASK - then }
}

/// The clock of a last use so many seconds ago (RESTORE IDLETIME). Absurd times wrap as they do in C.
pub fn lru_clock_before(idle_seconds: i64, now_ms: i64) -> u32 {
    let ago = idle_seconds.wrapping_mul(1_000) / 1_000;
    let then = i64::from(lru_clock(now_ms)).wrapping_sub(ago);
    let then = if then < 0 { then + CLOCK_MASK as i64 } else { then };
    (then as u64 & CLOCK_MASK) as u32
}

/// Minutes as LFU keeps them: 16 bits.
fn lfu_minutes(now_ms: i64) -> u32 {
    ((now_ms as u64 / 60_000) & 0xffff) as u32
}

/// What a new key starts with.
pub fn initial(config: &Config, now_ms: i64) -> u32 {
    if config.maxmemory_policy.is_lfu() { (lfu_minutes(now_ms) << 8) | LFU_INITIAL } else { lru_clock(now_ms) }
}

/// A key with this LFU counter, looked at now (RESTORE … FREQ).
pub fn with_counter(counter: u32, now_ms: i64) -> u32 {
    (lfu_minutes(now_ms) << 8) | counter.min(255)
}

/// The LFU counter now: one less for each `lfu-decay-time` minutes since it was last looked at.
pub fn lfu_counter(config: &Config, usage: u32, now_ms: i64) -> u32 {
    let elapsed = lfu_minutes(now_ms).wrapping_sub(usage >> 8) & 0xffff;
    let periods = elapsed.checked_div(config.lfu_decay_time).unwrap_or(0);
    (usage & 0xff).saturating_sub(periods)
}

/// What a key remembers after being used now.
#[inline]
pub fn after_use(config: &Config, usage: u32, now_ms: i64, random: &mut dyn FnMut() -> u64) -> u32 {
    if !config.maxmemory_policy.is_lfu() {
        return lru_clock(now_ms);
    }
    after_counted_use(config, usage, now_ms, random)
}

fn after_counted_use(config: &Config, usage: u32, now_ms: i64, random: &mut dyn FnMut() -> u64) -> u32 {
    let mut counter = lfu_counter(config, usage, now_ms);
    if counter < 255 {
        // Probability 1 / (above the start · log factor + 1), decided by an integer division: no rounding to differ.
        let odds = u64::from(counter.saturating_sub(LFU_INITIAL)) * u64::from(config.lfu_log_factor) + 1;
        if random().is_multiple_of(odds) {
            counter += 1;
        }
    }
    (lfu_minutes(now_ms) << 8) | counter
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::config::MaxmemoryPolicy;

    #[test]
    fn the_lru_clock_survives_its_wrap() {
        let last_second = 0x00ff_ffff * 1_000;
        let then = lru_clock(last_second);
        // One second less than passed, as in Redis.
        assert_eq!(idle_seconds(then, last_second + 5_000), 4);
        assert_eq!(lru_clock_before(5, last_second + 5_000), 0x00ff_fffe);
    }

    #[test]
    fn the_lfu_counter_loses_one_a_minute() {
        let config = Config { maxmemory_policy: MaxmemoryPolicy::AllKeysLfu, ..Config::default() };
        let fresh = initial(&config, 600_000);
        assert_eq!(lfu_counter(&config, fresh, 600_000), 5);
        assert_eq!(lfu_counter(&config, fresh, 600_000 + 180_000), 2);
        assert_eq!(lfu_counter(&config, fresh, 600_000 + 6_000_000), 0);
    }
}

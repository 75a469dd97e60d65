//! The active expiry cycle: looks for keys whose time has run out, little and often.
//!
//! Source: Redis 7.0 expire.c. Only the slow cycle (each tick of `cron`) is modelled; its time limit is counted in keys
//! looked at, as the run's clock stands still meanwhile.

use super::keyspace::EntryId;
use super::{Engine, Host, UnixMicros, server};

/// Keys looked at in one loop, at effort 1, and what each further point adds.
const KEYS_PER_LOOP: u64 = 20;
const KEYS_PER_EFFORT: u64 = 5;
/// Per cent of keys found expired above which a database gets another loop, at effort 1.
const ACCEPTABLE_STALE: u64 = 10;
/// Buckets visited per key wanted.
const BUCKETS_PER_KEY: u64 = 20;
/// Databases visited in one cycle.
const DATABASES_PER_CALL: u32 = 16;
/// How long looking into one bucket, at one key, or deleting one, takes in nanoseconds: turns the time limit into a count (an estimate).
const BUCKET_NS: u64 = 10;
const LOOK_NS: u64 = 100;
const DELETE_NS: u64 = 1_000;
/// Freeing one more element of a value (measured: a set of a million takes a tenth of a second).
pub const FREE_NS: u64 = 100;

/// Where the cycle goes on.
#[derive(Clone, Debug, Default)]
pub struct Cycle {
    next_db: u32,
    /// Estimated share of keys that are expired and still there, in parts of a million (INFO `expired_stale_perc`).
    pub stale_per_million: u64,
    /// CPU time of all cycles (INFO `expire_cycle_cpu_milliseconds`).
    pub spent_ns: u64,
    /// Cycles that hit their time limit (INFO `expired_time_cap_reached_count`).
    pub time_cap_reached: u64,
}

impl Cycle {
    /// CONFIG RESETSTAT.
    pub fn forget_stats(&mut self) {
        self.spent_ns = 0;
        self.time_cap_reached = 0;
        self.stale_per_million = 0;
    }
}

/// One slow cycle. A replica has none: it waits for its primary's deletions.
pub fn active_cycle(engine: &mut Engine, host: &mut dyn Host, now: UnixMicros) {
    if host.is_replica() || !engine.config.active_expire_enabled {
        return;
    }
    let effort = u64::from(engine.config.active_expire_effort.clamp(1, 10)) - 1;
    let keys_per_loop = KEYS_PER_LOOP + KEYS_PER_EFFORT * effort;
    let acceptable = ACCEPTABLE_STALE - effort;
    // 25 % of a tick's time at effort 1, 2 % more for each further point.
    let limit_ns = (25 + 2 * effort) * 10_000_000 / u64::from(engine.config.hz.max(1));
    let now_ms = now.millis() as i64;
    let mut spent_ns = 0;
    let (mut total_sampled, mut total_expired) = (0, 0);
    let mut bucket = Vec::new();

    let databases = engine.keyspace.databases();
    for _ in 0..DATABASES_PER_CALL.min(databases) {
        if spent_ns > limit_ns {
            break;
        }
        let db = engine.expire_cycle.next_db % databases;
        engine.expire_cycle.next_db = engine.expire_cycle.next_db.wrapping_add(1);
        loop {
            let (keys, buckets) = engine.keyspace.expires_fill(db);
            // A table that is almost empty will soon be shrunk: looking through it now is a waste.
            if keys == 0 || (buckets > 4 && keys * 100 / buckets < 1) {
                break;
            }
            let wanted = keys_per_loop.min(keys as u64);
            let (mut sampled, mut expired, mut visited) = (0, 0, 0);
            let (mut ttl_sum, mut ttl_count) = (0i64, 0i64);
            while sampled < wanted && visited < wanted * BUCKETS_PER_KEY {
                visited += 1;
                bucket.clear();
                engine.keyspace.next_expires_bucket(db, &mut bucket);
                for &id in &bucket {
                    sampled += 1;
                    if let Some(ttl) = remaining(engine, db, id, now_ms) {
                        ttl_sum = ttl_sum.saturating_add(ttl);
                        ttl_count += 1;
                    } else {
                        let key = engine.keyspace.key(db, id).clone();
                        if !engine.config.lazyfree_lazy_expire {
                            spent_ns += engine.keyspace.data(db, id).free_effort() as u64 * FREE_NS;
                        }
                        engine.delete_expired(db, &key);
                        engine.flush_pending(false);
                        expired += 1;
                    }
                }
            }
            total_sampled += sampled;
            total_expired += expired;
            spent_ns += visited * BUCKET_NS + sampled * LOOK_NS + expired * DELETE_NS;
            if ttl_count > 0 {
                engine.keyspace.note_average_ttl(db, ttl_sum / ttl_count);
            }
            if spent_ns > limit_ns {
                engine.expire_cycle.time_cap_reached += 1;
                break;
            }
            // A stretch of empty buckets tells nothing: try the next.
            if sampled > 0 && expired * 100 / sampled <= acceptable {
                break;
            }
        }
    }
    let current = (total_expired * 1_000_000u64).checked_div(total_sampled).unwrap_or(0);
    server::latency::note_event(engine, "expire-cycle", spent_ns, now);
    let cycle = &mut engine.expire_cycle;
    cycle.spent_ns += spent_ns;
    cycle.stale_per_million = (current * 5 + cycle.stale_per_million * 95) / 100;
}

/// Milliseconds a key still has, or `None` if its time has run out.
fn remaining(engine: &Engine, db: u32, id: EntryId, now_ms: i64) -> Option<i64> {
    let at = engine.keyspace.expire_at(db, id)?;
    (at >= now_ms).then(|| at - now_ms)
}

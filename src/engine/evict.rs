//! What happens when memory runs out: keys are chosen by the policy and deleted until it is enough.
//!
//! Source: Redis 7.0 evict.c. A pool of the best candidates seen is kept from call to call; each round adds a few sampled
//! keys and takes the best.

use super::config::MaxmemoryPolicy;
use super::expire::FREE_NS;
use super::server::latency;
use super::{Engine, EventClass, Host, Notice, UnixMicros, usage};
use crate::resp::Bytes;

/// Candidates kept.
const POOL_SIZE: usize = 16;
/// Evictions between looks at the clock.
const CLOCK_EVERY: u64 = 16;
/// How long one eviction takes, in nanoseconds, for the time limit: the run's clock stands still in a command.
const EVICTION_NS: u64 = 1_500;

/// A candidate: the higher its score, the sooner it goes.
#[derive(Clone, Debug)]
pub struct Candidate {
    score: u64,
    db: u32,
    key: Bytes,
}

/// The best candidates so far, worst first.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    candidates: Vec<Candidate>,
    /// Where random policies go on among the databases.
    next_db: u32,
}

impl Pool {
    /// Takes a candidate in if there is room or it is better than the worst.
    fn offer(&mut self, candidate: Candidate) {
        let at = self.candidates.partition_point(|known| known.score < candidate.score);
        if self.candidates.len() < POOL_SIZE {
            self.candidates.insert(at, candidate);
        } else if at > 0 {
            self.candidates.remove(0);
            self.candidates.insert(at - 1, candidate);
        }
    }
}

/// What an attempt to free memory came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is enough.
    Ok,
    /// There is not yet, but the time for one command is up: more will follow.
    Running,
    /// There is not, and nothing may be evicted.
    Fail,
}

/// Evicts until used memory is below maxmemory or the time for one command is up.
pub fn perform_evictions(engine: &mut Engine, host: &mut dyn Host, now: UnixMicros) -> Verdict {
    let limit = engine.config.maxmemory;
    if limit == 0 || (host.is_replica() && engine.config.replica_ignore_maxmemory) {
        return Verdict::Ok;
    }
    if engine.used_memory() <= limit {
        return Verdict::Ok;
    }
    if engine.config.maxmemory_policy == MaxmemoryPolicy::NoEviction {
        return Verdict::Fail;
    }
    let time_limit = time_limit_ns(engine.config.maxmemory_eviction_tenacity);
    let (mut evicted, mut spent_ns) = (0, 0);
    let verdict = loop {
        if engine.used_memory() <= limit {
            break Verdict::Ok;
        }
        let Some((db, key)) = choose(engine, host, now) else {
            break Verdict::Fail;
        };
        let freeing_ns = evict(engine, db, &key);
        latency::note_event(engine, "eviction-del", freeing_ns, now);
        evicted += 1;
        spent_ns += EVICTION_NS + freeing_ns;
        if evicted % CLOCK_EVERY == 0 && spent_ns > time_limit {
            break if engine.used_memory() > limit { Verdict::Running } else { Verdict::Ok };
        }
    };
    latency::note_event(engine, "eviction-cycle", spent_ns, now);
    verdict
}

/// Deletes a key for want of memory. Answers the nanoseconds its value takes to be freed.
fn evict(engine: &mut Engine, db: u32, key: &Bytes) -> u64 {
    let gone = engine.keyspace.remove(db, key);
    let effort = gone.as_ref().map_or(0, |object| object.data.free_effort());
    if let Some(object) = gone.filter(|_| engine.config.lazyfree_lazy_eviction) {
        engine.note_lazy_free(&object);
    }
    engine.keyspace.touch_watched(db, key);
    engine.notify(EventClass::EVICTED, "evicted", key, db);
    engine.stats.evicted_keys += 1;
    engine.push_notice(Notice::Evicted(key.clone()));
    let word = if engine.config.lazyfree_lazy_eviction { "UNLINK" } else { "DEL" };
    engine.pending.push((db, vec![Bytes::from(word), key.clone()]));
    // Evictions are not part of the command that had to wait for them.
    engine.flush_pending(false);
    if engine.config.lazyfree_lazy_eviction { 0 } else { effort as u64 * FREE_NS }
}

/// 50 µs per point up to 10, then 15 % more per point; at 100 no limit.
fn time_limit_ns(tenacity: u32) -> u64 {
    match tenacity {
        0..=10 => 50_000 * u64::from(tenacity),
        11..=99 => (500_000.0 * libm::pow(1.15, f64::from(tenacity) - 10.0)) as u64,
        _ => u64::MAX,
    }
}

fn choose(engine: &mut Engine, host: &mut dyn Host, now: UnixMicros) -> Option<(u32, Bytes)> {
    let policy = engine.config.maxmemory_policy;
    let volatile = !policy.is_all_keys();
    if matches!(policy, MaxmemoryPolicy::AllKeysRandom | MaxmemoryPolicy::VolatileRandom) {
        return choose_random(engine, host, volatile);
    }
    loop {
        let mut candidates = 0;
        for db in 0..engine.keyspace.databases() {
            let keys = if volatile { engine.keyspace.volatile_len_of(db) } else { engine.keyspace.len_of(db) };
            if keys > 0 {
                populate(engine, host, db, volatile, now);
                candidates += keys;
            }
        }
        if candidates == 0 {
            return None;
        }
        while let Some(Candidate { db, key, .. }) = engine.pool.candidates.pop() {
            // A candidate may have gone, or lost its time to live, since it was seen.
            let found = (db < engine.keyspace.databases()).then(|| engine.keyspace.find(db, &key)).flatten();
            if found.is_some_and(|id| !volatile || engine.keyspace.expire_at(db, id).is_some()) {
                return Some((db, key));
            }
        }
    }
}

fn choose_random(engine: &mut Engine, host: &mut dyn Host, volatile: bool) -> Option<(u32, Bytes)> {
    let databases = engine.keyspace.databases();
    for _ in 0..databases {
        engine.pool.next_db = (engine.pool.next_db + 1) % databases;
        let db = engine.pool.next_db;
        if let Some(id) = engine.keyspace.random_victim(db, volatile, &mut || host.random()) {
            return Some((db, engine.keyspace.key(db, id).clone()));
        }
    }
    None
}

/// Offers a few sampled keys of one database to the pool.
fn populate(engine: &mut Engine, host: &mut dyn Host, db: u32, volatile: bool, now: UnixMicros) {
    let config = &engine.config;
    let now_ms = now.millis() as i64;
    let sampled = engine.keyspace.sample(db, volatile, config.maxmemory_samples as usize, &mut || host.random());
    for id in sampled {
        let object = engine.keyspace.object(db, id);
        let score = match config.maxmemory_policy {
            MaxmemoryPolicy::VolatileTtl => {
                u64::MAX - engine.keyspace.expire_at(db, id).unwrap_or(i64::MAX).max(0) as u64
            }
            policy if policy.is_lfu() => 255 - u64::from(usage::lfu_counter(config, object.usage, now_ms)),
            _ => usage::idle_seconds(object.usage, now_ms),
        };
        let key = engine.keyspace.key(db, id).clone();
        engine.pool.offer(Candidate { score, db, key });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_keeps_the_sixteen_best() {
        let mut pool = Pool::default();
        for score in [5u64, 1, 9, 3, 7].into_iter().cycle().take(40).chain([100, 0]) {
            pool.offer(Candidate { score, db: 0, key: Bytes::from("k") });
        }
        let scores: Vec<_> = pool.candidates.iter().map(|candidate| candidate.score).collect();
        assert_eq!(scores.len(), POOL_SIZE);
        assert!(scores.is_sorted());
        assert_eq!((scores[15], scores[0]), (100, 7));
    }

    #[test]
    fn patience_grows_with_tenacity() {
        assert_eq!([time_limit_ns(0), time_limit_ns(10), time_limit_ns(100)], [0, 500_000, u64::MAX]);
        assert_eq!(time_limit_ns(11), 575_000);
    }
}

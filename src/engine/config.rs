//! The configuration parameters the engine itself acts on, typed and ready to read on every command.
//!
//! CONFIG GET and SET, names, texts and parameters that only print live in `server/config.rs`, which writes these.

use super::output_limits::OutputLimits;

/// What to do when memory runs out (`maxmemory-policy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxmemoryPolicy {
    /// Refuse commands that may use more memory.
    #[default]
    NoEviction,
    /// Least recently used, any key.
    AllKeysLru,
    /// Least frequently used, any key.
    AllKeysLfu,
    /// Any key.
    AllKeysRandom,
    /// Least recently used of those with a time to live.
    VolatileLru,
    /// Least frequently used of those with a time to live.
    VolatileLfu,
    /// Any of those with a time to live.
    VolatileRandom,
    /// The one that expires soonest.
    VolatileTtl,
}

impl MaxmemoryPolicy {
    /// All, in the order redis.conf explains them, with their names.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::VolatileLru, "volatile-lru"),
        (Self::VolatileLfu, "volatile-lfu"),
        (Self::VolatileRandom, "volatile-random"),
        (Self::VolatileTtl, "volatile-ttl"),
        (Self::AllKeysLru, "allkeys-lru"),
        (Self::AllKeysLfu, "allkeys-lfu"),
        (Self::AllKeysRandom, "allkeys-random"),
        (Self::NoEviction, "noeviction"),
    ];

    /// Its name in CONFIG.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(policy, _)| *policy == self).map_or("noeviction", |(_, name)| name)
    }

    /// The policy of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(policy, _)| *policy)
    }

    /// Whether the 24 bits of a key count its uses rather than remember its last.
    pub fn is_lfu(self) -> bool {
        matches!(self, Self::AllKeysLfu | Self::VolatileLfu)
    }

    /// Whether it looks at the last use.
    pub fn is_lru(self) -> bool {
        matches!(self, Self::AllKeysLru | Self::VolatileLru)
    }

    /// Whether each value must remember its own use, so that small integers cannot be shared.
    pub fn needs_own_usage(self) -> bool {
        self.is_lfu() || self.is_lru()
    }

    /// Whether keys without a time to live may be evicted.
    pub fn is_all_keys(self) -> bool {
        matches!(self, Self::AllKeysLru | Self::AllKeysLfu | Self::AllKeysRandom)
    }
}

/// Parameters with their defaults in Redis 7.0. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct Config {
    /// 0: no limit.
    pub maxmemory: u64,
    /// See [`MaxmemoryPolicy`].
    pub maxmemory_policy: MaxmemoryPolicy,
    /// Keys looked at for each eviction.
    pub maxmemory_samples: u32,
    /// 0 to 100: how long one command may spend on eviction.
    pub maxmemory_eviction_tenacity: u32,
    /// Whether a replica leaves eviction to its primary.
    pub replica_ignore_maxmemory: bool,
    /// Saturation of the LFU counter: higher takes more hits.
    pub lfu_log_factor: u32,
    /// Minutes after which the LFU counter loses one.
    pub lfu_decay_time: u32,
    /// 1 to 10.
    pub active_expire_effort: u32,
    /// DEBUG SET-ACTIVE-EXPIRE.
    pub active_expire_enabled: bool,
    /// Ticks of `cron` a second.
    pub hz: u32,
    /// Number of databases outside cluster mode.
    pub databases: u32,
    /// Longest string.
    pub proto_max_bulk_len: u64,
    /// What clients may leave unread.
    pub output_limits: OutputLimits,
    /// Seconds of silence after which a client is disconnected; 0: never.
    pub timeout: u64,
    /// Password of the default user; empty: none.
    pub requirepass: String,
    /// Whether DEBUG may be used.
    pub enable_debug_command: bool,
    /// Whether MODULE LOAD, LOADEX and UNLOAD are allowed.
    pub enable_module_command: bool,
    /// Replicas needed for a write; 0: none.
    pub min_replicas_to_write: u32,
    /// `repl-backlog-size`: bytes of the replication stream that are kept.
    pub repl_backlog_size: u64,
    /// Whether replicas refuse writes.
    pub replica_read_only: bool,
    /// DEL frees in the background: propagates UNLINK.
    pub lazyfree_lazy_expire: bool,
    /// Likewise for eviction.
    pub lazyfree_lazy_eviction: bool,
    /// Likewise for implicit deletions.
    pub lazyfree_lazy_server_del: bool,
    /// Likewise for DEL itself.
    pub lazyfree_lazy_user_del: bool,
    /// Likewise for FLUSHALL and FLUSHDB.
    pub lazyfree_lazy_user_flush: bool,
    /// notify-keyspace-events as a set of [`super::EventClass`] bits.
    pub notify_keyspace_events: u32,
    /// hash-max-listpack-entries.
    pub hash_max_listpack_entries: u64,
    /// hash-max-listpack-value.
    pub hash_max_listpack_value: u64,
    /// list-max-listpack-size.
    pub list_max_listpack_size: i64,
    /// list-compress-depth.
    pub list_compress_depth: u64,
    /// Elements of so many bytes have a node of a list to themselves (DEBUG QUICKLIST-PACKED-THRESHOLD).
    pub list_packed_threshold: u64,
    /// set-max-intset-entries.
    pub set_max_intset_entries: u64,
    /// zset-max-listpack-entries.
    pub zset_max_listpack_entries: u64,
    /// zset-max-listpack-value.
    pub zset_max_listpack_value: u64,
    /// RESTORE takes any checksum (DEBUG SET-SKIP-CHECKSUM-VALIDATION).
    pub skip_checksum: bool,
    /// hll-sparse-max-bytes.
    pub hll_sparse_max_bytes: u64,
    /// stream-node-max-bytes.
    pub stream_node_max_bytes: u64,
    /// stream-node-max-entries.
    pub stream_node_max_entries: u64,
    /// Microseconds from which on a command is slow; −1: none is.
    pub slowlog_log_slower_than: i64,
    /// Slow commands kept.
    pub slowlog_max_len: u64,
    /// Milliseconds from which on what the server does is a latency event; 0: nothing is.
    pub latency_monitor_threshold: u64,
    /// Whether each command's times are counted.
    pub latency_tracking: bool,
    /// What CONFIG GET prints of parameters that are not at their default.
    pub changed: std::collections::BTreeMap<&'static str, String>,
}

impl Config {
    /// rdbcompression: whether long strings are compressed in payloads.
    pub fn compresses_payloads(&self) -> bool {
        self.changed.get("rdbcompression").is_none_or(|value| value != "no")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            maxmemory: 0,
            maxmemory_policy: MaxmemoryPolicy::NoEviction,
            maxmemory_samples: 5,
            maxmemory_eviction_tenacity: 10,
            replica_ignore_maxmemory: true,
            lfu_log_factor: 10,
            lfu_decay_time: 1,
            active_expire_effort: 1,
            active_expire_enabled: true,
            hz: 10,
            databases: 16,
            proto_max_bulk_len: 512 << 20,
            output_limits: OutputLimits::default(),
            timeout: 0,
            requirepass: String::new(),
            enable_debug_command: false,
            enable_module_command: false,
            min_replicas_to_write: 0,
            repl_backlog_size: 1 << 20,
            replica_read_only: true,
            lazyfree_lazy_expire: false,
            lazyfree_lazy_eviction: false,
            lazyfree_lazy_server_del: false,
            lazyfree_lazy_user_del: false,
            lazyfree_lazy_user_flush: false,
            notify_keyspace_events: 0,
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            list_packed_threshold: super::value::LIST_ELEMENT_LARGE,
            skip_checksum: false,
            set_max_intset_entries: 512,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            hll_sparse_max_bytes: 3_000,
            stream_node_max_bytes: 4_096,
            stream_node_max_entries: 100,
            slowlog_log_slower_than: 10_000,
            slowlog_max_len: 128,
            latency_monitor_threshold: 0,
            latency_tracking: true,
            changed: std::collections::BTreeMap::new(),
        }
    }
}

//! What a run is made of, as plain data: deployment, load, database, strategies, and the time line of console lines.
//!
//! May know: nothing of ours. A [`Scenario`] and its [`Action`]s are all that a run depends on; the link carries
//! exactly these.
//!
//! Start with [`Scenario`]; [`Scenario::default`] is the page's opening scene. `validate.rs` says what is allowed,
//! `text.rs` how a scenario is written by hand, `gallery.rs` which ones the page offers.

mod gallery;
mod setting;
mod text;
mod validate;

pub use gallery::{Exhibit, exhibit, gallery};
pub use setting::Setting;
pub(crate) use setting::{decimal, format_decimal};
pub use text::{TextError, TextProblem, format_seconds, parse_console, parse_lanes, parse_seconds};
pub use validate::{
    ACTIONS_MAX, LINE_BYTES_MAX, MOMENT_NS_MAX, ScenarioError, TITLE_BYTES_MAX, check_actions, check_moment,
    check_title,
};

/// Everything a run starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What the page calls it: one line, 1 to 200 bytes.
    pub title: String,
    /// All chance in the run derives from this.
    pub seed: u64,
    /// The cluster.
    pub deployment: Deployment,
    /// The traffic.
    pub load: Load,
    /// The database behind the cache.
    pub database: Database,
    /// The strategies that run side by side, one a lane (one or two).
    pub lanes: Vec<Strategy>,
    /// Console lines that happen by themselves, in order of time: at most 5 000.
    pub timeline: Vec<Action>,
}

/// The cluster as deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Shards: 1 to 90.
    pub shards: u16,
    /// Replicas of each shard: 0 to 5.
    pub replicas: u8,
    /// Availability zones: 1 to 3. Node `j` of shard `i` stands in zone `(i + j) mod zones`.
    pub zones: u8,
    /// `maxmemory` of every node, in bytes, up to 1 TiB; 0 is no limit.
    pub maxmemory: u64,
    /// What a full node does.
    pub policy: EvictionPolicy,
    /// `cluster-node-timeout`, in milliseconds: 100 to 60 000.
    pub node_timeout_ms: u32,
    /// `cluster-require-full-coverage`; `ElastiCache` runs without.
    pub require_full_coverage: bool,
}

/// `maxmemory-policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvictionPolicy {
    /// Writes are refused.
    NoEviction,
    /// Least recently used of all keys.
    AllKeysLru,
    /// Least frequently used of all keys.
    AllKeysLfu,
    /// Any key.
    AllKeysRandom,
    /// Least recently used of the keys with a time to live.
    VolatileLru,
    /// Least frequently used of the keys with a time to live.
    VolatileLfu,
    /// Any key with a time to live.
    VolatileRandom,
    /// The key with the shortest time to live.
    VolatileTtl,
}

impl EvictionPolicy {
    /// All of them, in the order of their link numbers, which never changes.
    pub const ALL: [Self; 8] = [
        Self::NoEviction,
        Self::AllKeysLru,
        Self::AllKeysLfu,
        Self::AllKeysRandom,
        Self::VolatileLru,
        Self::VolatileLfu,
        Self::VolatileRandom,
        Self::VolatileTtl,
    ];

    /// Redis's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoEviction => "noeviction",
            Self::AllKeysLru => "allkeys-lru",
            Self::AllKeysLfu => "allkeys-lfu",
            Self::AllKeysRandom => "allkeys-random",
            Self::VolatileLru => "volatile-lru",
            Self::VolatileLfu => "volatile-lfu",
            Self::VolatileRandom => "volatile-random",
            Self::VolatileTtl => "volatile-ttl",
        }
    }
}

/// The traffic: an open loop, so that a slow cache does not hide behind fewer requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// App servers, spread over the zones: 1 to 12.
    pub apps: u8,
    /// Requests a second, all app servers together: 1 to 100 000.
    pub requests_per_second: u32,
    /// Rows that requests ask for: 1 to 10 000 000.
    pub rows: u32,
    /// Skew of their popularity: Zipf's exponent in thousandths, 0 (uniform) to 3000.
    pub zipf_theta_milli: u16,
    /// Share of reads, in thousandths: 0 to 1000.
    pub read_permille: u16,
    /// Size of a cached value, in bytes: 1 to 1 000 000.
    pub value_bytes: u32,
    /// Time to live of what is cached, in seconds, up to a year; 0 is none.
    pub ttl_seconds: u32,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Median time of a read query, in microseconds: 1 to 10 000 000. A write takes twice that.
    pub query_median_us: u32,
    /// Connections: 1 to 10 000; a query beyond them waits.
    pub connections: u16,
}

/// How an app server uses cache and database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Read: cache, then database on a miss, then fill the cache. Write: database, then DEL.
    CacheAside,
    /// Read: as cache-aside. Write: database and cache together.
    WriteThrough,
}

impl Strategy {
    /// All of them, in the order of their link numbers, which never changes.
    pub const ALL: [Self; 2] = [Self::CacheAside, Self::WriteThrough];

    /// What the page calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CacheAside => "Cache-aside",
            Self::WriteThrough => "Write-through",
        }
    }

    /// What it does, in one line.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::CacheAside => "read: cache, then database on a miss; write: database, then DEL",
            Self::WriteThrough => "write: database and cache together; read: cache",
        }
    }
}

/// Which console a line is typed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Console {
    /// The cache itself.
    Redis,
    /// The control plane.
    Aws,
    /// Faults, time, traffic.
    Sim,
}

impl Console {
    /// All of them, in the order of their link numbers, which never changes.
    pub const ALL: [Self; 3] = [Self::Redis, Self::Aws, Self::Sim];

    /// Its prompt, without the `> `.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Aws => "aws",
            Self::Sim => "sim",
        }
    }
}

/// One console line at one moment. It happens in every lane, so that the lanes stay comparable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// When, in nanoseconds since the run began: up to one hour.
    pub at_ns: u64,
    /// Where it was typed.
    pub console: Console,
    /// What was typed: one line, not blank, at most 4 096 bytes.
    pub line: String,
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            shards: 3,
            replicas: 1,
            zones: 3,
            maxmemory: 0,
            policy: EvictionPolicy::VolatileLru,
            node_timeout_ms: 2_000,
            require_full_coverage: false,
        }
    }
}

impl Default for Load {
    fn default() -> Self {
        Self {
            apps: 3,
            requests_per_second: 6_000,
            rows: 40_000,
            zipf_theta_milli: 990,
            read_permille: 900,
            value_bytes: 200,
            ttl_seconds: 300,
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { query_median_us: 2_500, connections: 100 }
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            title: "Cache-aside or write-through?".to_owned(),
            seed: 7,
            deployment: Deployment { maxmemory: 2_520_000, ..Deployment::default() },
            load: Load::default(),
            database: Database::default(),
            lanes: vec![Strategy::CacheAside, Strategy::WriteThrough],
            timeline: Vec::new(),
        }
    }
}

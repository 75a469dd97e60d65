//! What can be seen of a run: plain data for the page and the JavaScript API, derived from the state when asked.

use crate::scenario::{Console, Load, Strategy};
use crate::sim::Nanos;

/// A reading of the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The present.
    pub now: Nanos,
    /// The run's fingerprint.
    pub fingerprint: u64,
    /// Events handled.
    pub events: u64,
    /// The traffic as it is now, the same in every lane.
    pub load: Load,
    /// The lanes, A then B.
    pub lanes: Vec<LaneView>,
}

/// A reading of one lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneView {
    /// What its app servers do.
    pub strategy: Strategy,
    /// Its figures.
    pub figures: Figures,
    /// Its app servers.
    pub apps: Vec<AppView>,
    /// Its cache nodes, in the order of deployment (shard by shard, the first of each its first primary).
    pub nodes: Vec<NodeView>,
    /// Its database.
    pub database: DatabaseView,
    /// The cluster in words, one sentence a fact: what a screen reader is told.
    pub in_words: Vec<String>,
}

/// The figures of a lane. Ratios and latencies are over the last second of simulated time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Reads answered from the cache, of all reads; none where nothing was read.
    pub hit_ratio: Option<f64>,
    /// Median latency of an operation, in microseconds.
    pub p50_us: Option<u64>,
    /// 95th percentile.
    pub p95_us: Option<u64>,
    /// 99th percentile.
    pub p99_us: Option<u64>,
    /// Operations finished in the last second.
    pub operations_per_second: u64,
    /// Database queries in the last second.
    pub database_per_second: u64,
    /// Reads so far that returned an older version than the database held.
    pub stale_reads: u64,
    /// Keys evicted so far, by all nodes.
    pub evictions: u64,
    /// Keys expired so far, by all nodes.
    pub expired: u64,
    /// Operations so far that failed.
    pub errors: u64,
    /// Redirections (MOVED, ASK) that clients followed so far.
    pub redirections: u64,
}

/// An app server.
#[derive(Clone, Debug, PartialEq)]
pub struct AppView {
    /// "app 1".
    pub name: String,
    /// Its zone, from 0.
    pub zone: u8,
    /// Operations begun in the last second.
    pub operations_per_second: u64,
    /// Operations under way.
    pub in_flight: usize,
}

/// The database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatabaseView {
    /// Its zone, from 0.
    pub zone: u8,
    /// Connections in use.
    pub busy: usize,
    /// Connections there are.
    pub connections: usize,
    /// Queries that wait for one.
    pub waiting: usize,
    /// Queries in the last second.
    pub queries_per_second: u64,
}

/// How a node fares, in the eyes of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It serves.
    Online,
    /// Its process hangs.
    Paused,
    /// Its machine is gone.
    Dead,
    /// It loads a snapshot.
    Loading,
}

/// A cache node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// `0002-001`.
    pub name: String,
    /// Its 40-digit node id.
    pub id: String,
    /// "10.0.1.12".
    pub ip: String,
    /// Its zone, from 0.
    pub zone: u8,
    /// The shard it was deployed in, from 0: its column and its colour.
    pub shard: u16,
    /// Whether it believes itself a primary.
    pub primary: bool,
    /// Of which node it is a replica: a place in [`LaneView::nodes`].
    pub replica_of: Option<usize>,
    /// How it fares.
    pub health: Health,
    /// How many peers mark it PFAIL.
    pub suspected_by: usize,
    /// Whether a peer marks it FAIL.
    pub failed: bool,
    /// Keys.
    pub keys: usize,
    /// Bytes in use.
    pub used_memory: u64,
    /// Its limit in bytes; 0 is none.
    pub maxmemory: u64,
    /// Its policy.
    pub policy: String,
    /// CPU in the last second, in thousandths of its core.
    pub cpu_permille: u32,
    /// Commands in the last second.
    pub commands_per_second: u64,
    /// Requests waiting or being served.
    pub queue: usize,
    /// Replication offset.
    pub offset: u64,
    /// A replica: bytes behind its primary, and how long it takes to hear of a write, in microseconds.
    pub lag_bytes: u64,
    /// Slots owned, as inclusive ranges, in its own view; none of a dead node.
    pub slots: Vec<(u16, u16)>,
    /// Keys evicted so far.
    pub evicted: u64,
    /// Keys expired so far.
    pub expired: u64,
    /// `keyspace_hits`.
    pub hits: u64,
    /// `keyspace_misses`.
    pub misses: u64,
    /// Its config epoch.
    pub config_epoch: u64,
    /// `cluster_current_epoch` in its own view.
    pub current_epoch: u64,
    /// `cluster_state:ok` in its own view.
    pub cluster_ok: bool,
    /// A replica: whether its link to the primary is up.
    pub link_up: bool,
}

/// Something that stands on the stage: the ends of a flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// App server i.
    App(u8),
    /// Node i of [`LaneView::nodes`].
    Node(u16),
    /// The database.
    Database,
    /// The visitor's console.
    Console,
}

/// What travels; each kind has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlightKind {
    /// A read request: triangle pointing its way.
    Read,
    /// A write request: square.
    Write,
    /// A reply with the value, or OK: filled circle.
    Hit,
    /// A reply without: hollow circle.
    Miss,
    /// MOVED or ASK: bent arrow.
    Redirect,
    /// An error reply: cross.
    Error,
    /// A query: diamond.
    Query,
    /// The database's answer: diamond.
    QueryAnswer,
    /// Replication stream: short bar.
    Replication,
    /// A snapshot: thick band that drains.
    FullSync,
    /// Gossip: point.
    Gossip,
    /// FAIL, a request for votes, a vote: ring.
    Vote,
}

/// One message on the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flight {
    /// What it is.
    pub kind: FlightKind,
    /// The shard that gives it its colour; none for ink.
    pub shard: Option<u16>,
    /// Where from.
    pub from: Place,
    /// Where to.
    pub to: Place,
    /// When it was sent.
    pub sent: Nanos,
    /// When it arrives, or would have.
    pub arrives: Nanos,
    /// It is lost on the way: it fades where it dies, half way.
    pub lost: bool,
    /// The operation it belongs to, 0 for none: what the request tab follows.
    pub operation: u64,
}

/// How a console line is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineStyle {
    /// What was typed, prompt included.
    Input,
    /// A reply.
    Reply,
    /// A redirection.
    Redirect,
    /// An error.
    Error,
    /// A remark of ours.
    Remark,
}

/// A line on a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    /// When it appeared.
    pub at: Nanos,
    /// On which console.
    pub console: Console,
    /// How to read it.
    pub style: LineStyle,
    /// What it says (may hold line breaks).
    pub text: String,
}

/// How a mark on the time line is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It is said.
    Info,
    /// Things are better now.
    Good,
    /// Look.
    Warning,
    /// Something broke.
    Bad,
}

/// An event on the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Nanos,
    /// In which lane; none for both (an action).
    pub lane: Option<usize>,
    /// How to take it.
    pub severity: Severity,
    /// A few words: "kill 0002-001", "0002-002 elected, epoch 7".
    pub text: String,
}

/// Which operation the request tab shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceKind {
    /// The latest hit.
    Hit,
    /// The latest miss.
    Miss,
    /// The latest write.
    Write,
    /// The latest that was redirected, timed out or failed.
    Trouble,
}

/// One operation, hop by hop.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestTrace {
    /// Its number, the same in both lanes.
    pub operation: u64,
    /// "GET row:88213 from app 2".
    pub title: String,
    /// When it began.
    pub began: Nanos,
    /// How long it took.
    pub took: Nanos,
    /// Its hops in order of time.
    pub hops: Vec<Hop>,
    /// A sentence on what it cost and why.
    pub lesson: String,
}

/// One hop of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// "app 2 → 0003-001", "0003-001 queue", "0003-001 GET".
    pub what: String,
    /// "read, other zone", "2 requests ahead", "miss: nil".
    pub note: String,
    /// The shard that gives it its colour; none for ink.
    pub shard: Option<u16>,
    /// When it began.
    pub began: Nanos,
    /// When it ended.
    pub ended: Nanos,
}

/// What a chart is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Hit ratio, 0 to 100 %.
    HitRatio,
    /// 99th percentile of latency, in milliseconds.
    Latency,
    /// Database queries a second.
    Database,
    /// Bytes in use, all nodes.
    Memory,
    /// CPU of the busiest node, in percent.
    Cpu,
    /// Stale reads so far.
    Stale,
    /// Evictions so far.
    Evictions,
}

impl Topic {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 7] =
        [Self::HitRatio, Self::Latency, Self::Database, Self::Memory, Self::Cpu, Self::Stale, Self::Evictions];

    /// What the page calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HitRatio => "hit ratio",
            Self::Latency => "latency",
            Self::Database => "database",
            Self::Memory => "memory",
            Self::Cpu => "CPU",
            Self::Stale => "stale",
            Self::Evictions => "evictions",
        }
    }
}

/// A series over the whole run so far, thinned to at most a few hundred points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Time between points.
    pub interval: Nanos,
    /// The value at `(i + 1) * interval`; none where there was nothing to measure.
    pub points: Vec<Option<f32>>,
}

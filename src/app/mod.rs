//! Who uses the cache: app servers with cluster-aware clients, caching strategies, the database, the workload.
//!
//! May know: `cluster`, `memcached`, `sim`, `metrics`, `scenario` (and `resp`, whose values it reads). Like the cluster,
//! a state machine without a network: events in, [`Output`]s out.
//!
//! ```text
//!   Workload ── Arrival ──► Fleet ── what now? ──► strategy
//!   (who wants what)          │  ◄── do this ────┘
//!                             ├── ToNode ──────► (world carries) ──► Reply
//!                             │     Client: slot map, redirections, time-outs, circuit
//!                             ├── ToDatabase ──► DatabaseServer ───► FromDatabase
//!                             └── Done
//! ```
//!
//! Start with [`Fleet::handle`]; `strategy` is what it is all about.

mod client;
mod console_client;
mod database;
mod deadlines;
mod fleet;
mod operation;
mod payload;
mod strategy;
#[cfg(test)]
mod tests;
mod workload;

pub use client::{
    CIRCUIT_OPEN, REDIRECTIONS_MAX, REFRESH_PAUSE, REFRESH_PERIOD, REQUEST_TIMEOUT, RETRIES_MAX, RETRY_DELAY,
    STRIKES_MAX,
};
pub use console_client::{ConsoleClient, ConsoleOutput};
pub use database::DatabaseServer;
pub use fleet::{Counters, Fleet, IN_FLIGHT_MAX, QUERY_TIMEOUT};

use crate::cluster::{Caller, Reply, RequestId};
use crate::resp::Bytes;
use crate::sim::Nanos;

/// An app server, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppIndex(pub u8);

/// One operation that a user wants of an app server ("read row 7"), numbered in order of arrival: the same operations
/// with the same numbers in every lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u64);

/// What comes due, at a time that the driver keeps.
#[derive(Clone, Debug)]
pub enum Event {
    /// The next user arrives somewhere.
    Arrival,
    /// A node's reply has reached the app server.
    Reply(Reply),
    /// A request has been out too long, if it still is.
    RequestTimeout(RequestId),
    /// A query has been out too long, if it still is.
    QueryTimeout(OperationId),
    /// A client tries a command again after a pause.
    Retry(OperationId),
    /// A client renews its slot map: because it is time (and again a period later), or because of some trouble.
    Refresh {
        /// Whose client.
        app: AppIndex,
        /// Whether it is merely time.
        periodic: bool,
    },
    /// A query has reached the database.
    QueryArrives(Query),
    /// The database is done with a query: a write commits now, before its answer travels.
    QueryDone(Query),
    /// The database's answer has reached the app server.
    QueryAnswered(Query),
}

/// A query on its way to, in, or from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// For which operation.
    pub operation: OperationId,
    /// From which app server.
    pub app: AppIndex,
    /// Which row.
    pub row: u32,
    /// Whether it writes.
    pub write: bool,
    /// The row's version: what a read found, what a write makes.
    pub version: u64,
    /// The database turned it away: too many wait already.
    pub refused: bool,
    /// When it was sent, for the trace.
    pub sent: Nanos,
    /// When the database began with it: later than its arrival where connections were short.
    pub started: Nanos,
}

/// What the app servers want of the world.
#[derive(Clone, Debug)]
pub enum Output {
    /// Call [`Fleet::handle`] with `event` at `at`.
    Schedule {
        /// When.
        at: Nanos,
        /// What.
        event: Event,
    },
    /// Carry a command to the node at an address, and its reply back as [`Event::Reply`]. Either may be lost.
    ToNode {
        /// Who sends it.
        app: AppIndex,
        /// The node's address or host name, as the client has learnt it.
        ip: String,
        /// The request's number: 64 times the operation's number plus 1 to 63, so that the n-th request of an operation has
        /// the same luck in every lane; from 2^62 for requests that belong to no operation.
        id: RequestId,
        /// For which operation; number 0 for none.
        operation: OperationId,
        /// The app server's connections: its own number.
        caller: Caller,
        /// The command.
        argv: Vec<Bytes>,
        /// ASKING goes before it.
        asking: bool,
        /// What it is to its operation.
        kind: RequestKind,
    },
    /// Carry a query to the database: [`Event::QueryArrives`].
    ToDatabase(Query),
    /// Carry the database's answer back: [`Event::QueryAnswered`].
    FromDatabase(Query),
    /// An operation is over.
    Done(Finished),
}

/// What a request is to its operation: what shape it has in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// GET.
    Read,
    /// SET or DEL on behalf of a user's write.
    Write,
    /// SET after a miss.
    Fill,
    /// CLUSTER SLOTS: the client renews its slot map.
    Topology,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A read answered from the cache.
    Hit,
    /// A read answered from the database.
    Miss,
    /// A write done.
    Written,
    /// A read answered from the database because the cache failed.
    Degraded,
    /// The user got an error.
    Failed,
}

/// An operation that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Which.
    pub operation: OperationId,
    /// Where.
    pub app: AppIndex,
    /// Which row.
    pub row: u32,
    /// Whether it was a write.
    pub write: bool,
    /// When the user asked.
    pub began: Nanos,
    /// How it ended.
    pub ending: Ending,
    /// A read that returned an older version than the database held when the read began.
    pub stale: bool,
    /// Redirections followed.
    pub redirections: u32,
    /// Time-outs met.
    pub timeouts: u32,
}

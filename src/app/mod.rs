//! Who uses the cache: app servers with cluster-aware clients, caching strategies, the database, the workload.
//!
//! May know: `cluster`, `memcached`, `sim`, `metrics`, `scenario` (and `resp`, whose values it reads). Like the cluster,
//! a state machine without a network: events in, [`Output`]s out.
//!
//! Start with [`Fleet::handle`].

use crate::cluster::{Caller, Reply, RequestId};
use crate::resp::Bytes;
use crate::scenario::Scenario;
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
    /// A client tries again, or renews its slot map.
    Retry(OperationId),
    /// A query has reached the database.
    QueryArrives(Query),
    /// The database is done with a query.
    QueryDone(Query),
    /// The database's answer has reached the app server.
    QueryAnswered(Query),
    /// A database write commits.
    Commit(Query),
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
    /// The row's version: what a read found, what a write made.
    pub version: u64,
    /// When it was sent, for the trace.
    pub sent: Nanos,
    /// When the database began with it: later than its arrival where connections were short.
    pub started: Nanos,
}

/// What the app servers want of the world.
#[derive(Clone, Debug)]
pub enum Output {
    /// Call [`Fleet::handle`] with `event` at `at`.
    Schedule { at: Nanos, event: Event },
    /// Carry a command to the node at an address; `note` is what the request tab says of it.
    ToNode { app: AppIndex, ip: String, id: RequestId, operation: OperationId, caller: Caller, argv: Vec<Bytes>, asking: bool, kind: RequestKind },
    /// Carry a query to the database.
    ToDatabase(Query),
    /// Carry the database's answer back.
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

/// All app servers of one lane, with their clients and their database.
#[derive(Clone, Debug)]
pub struct Fleet {}

impl Fleet {
    /// App servers for lane `lane` of a scenario. `seeds` are the addresses that clients start from (ip without port).
    pub fn new(_scenario: &Scenario, _lane: usize, _seeds: &[String], _out: &mut Vec<Output>) -> Self {
        unimplemented!()
    }
    /// Something scheduled or carried has come due.
    pub fn handle(&mut self, _now: Nanos, _event: Event, _out: &mut Vec<Output>) {}
}

//! Nodes made of engines: slots, gossip on the bus, failure detection, elections, replication, redirections.
//!
//! May know: `engine`, `sim`, `resp`. A node is a pure state machine: events come in with their time, [`Output`]s go
//! out, and whoever drives the cluster (see `world`) carries messages over the simulated network. Nobody here looks at
//! another node's state: what a node knows of the others it has learnt from messages.
//!
//! Start with [`Cluster::handle`].

use crate::engine::{Engine, Notice};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use std::rc::Rc;

/// The place of a node in [`Cluster::nodes`]: fixed for the whole run, dead or alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub u16);

/// What one node is deployed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    /// `0002-001`: shard, then node in the shard, as ElastiCache numbers them.
    pub name: String,
    /// Its address, "10.0.1.12"; every node listens on 6379, the bus on 16379.
    pub ip: String,
    /// The shard (from 0) it is deployed in.
    pub shard: u16,
    /// The primary it starts as a replica of, or none for a primary.
    pub replica_of: Option<NodeIndex>,
}

/// What a cluster is made of. It starts formed, as `redis-cli --cluster create` leaves it: slots dealt evenly, config
/// epochs 1 to n, replicas attached and in step, everybody known to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSpec {
    /// The nodes; primaries may stand anywhere in the list.
    pub nodes: Vec<NodeSpec>,
    /// Configuration parameters set on every node: `("maxmemory", "2000000")`, `("cluster-node-timeout", "2000")`.
    pub config: Vec<(String, String)>,
    /// Unix time at which the run begins, in microseconds.
    pub epoch_us: u64,
}

/// A request's number, unique in a lane, chosen by the sender. It names the request's luck on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Who talks to the nodes: an app server's client or a console. Each has one connection to each node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller(pub u16);

/// A command on its way to a node.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// Who sent it.
    pub caller: Caller,
    /// The command.
    pub argv: Vec<Bytes>,
    /// An ASKING goes before it, in the same packet.
    pub asking: bool,
}

/// What happens inside the cluster, at a time that the driver keeps.
#[derive(Clone, Debug)]
pub enum Event {
    /// A node's 100 ms tick. `incarnation` is that of the process it was set for: a restarted node ignores older ones.
    Cron { node: NodeIndex, incarnation: u32 },
    /// The command a node is working on is done: reply, and take the next.
    Served { node: NodeIndex, incarnation: u32 },
    /// A message on the cluster bus has arrived.
    Bus { from: NodeIndex, to: NodeIndex, message: Rc<BusMessage> },
    /// A message on a replication link has arrived.
    Replication { from: NodeIndex, to: NodeIndex, message: Rc<ReplicationMessage> },
    /// Something a node wanted to be woken for (a full resynchronisation to begin, a load to end).
    Timer { node: NodeIndex, incarnation: u32, timer: Timer },
}

/// Why a node wanted to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// `repl-diskless-sync-delay` is over: send the snapshot to the replicas that wait.
    BeginFullSync,
    /// The snapshot has been loaded.
    Loaded,
}

/// A message on the cluster bus. (To be filled: header and gossip section, FAIL, AUTH_REQUEST, AUTH_ACK, UPDATE, …)
#[derive(Clone, Debug)]
pub enum BusMessage {}

/// A message on the replication link. (To be filled: PSYNC, its answers, the stream by offset, REPLCONF ACK.)
#[derive(Clone, Debug)]
pub enum ReplicationMessage {}

/// What kind of message travels, for the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Traffic {
    /// PING, PONG, MEET, UPDATE.
    Gossip,
    /// FAIL: a node is declared failed.
    Fail,
    /// A replica asks for votes.
    VoteRequest,
    /// A primary votes.
    Vote,
    /// The replication stream.
    Replication,
    /// REPLCONF ACK, PSYNC and its answers.
    ReplicationControl,
    /// A snapshot.
    FullSync,
}

/// What a node wants of the world.
#[derive(Clone, Debug)]
pub enum Output {
    /// Call [`Cluster::handle`] with `event` at `at`.
    Schedule { at: Nanos, event: Event },
    /// Carry `event` over the network from one node to another and hand it in on arrival, in order per pair and
    /// traffic class; it may be lost.
    Send { from: NodeIndex, to: NodeIndex, bytes: u64, traffic: Traffic, event: Event },
    /// Carry a reply to a caller.
    Reply(Reply),
    /// A key went by itself.
    Key { node: NodeIndex, notice: Notice },
    /// Something for the time line.
    Note { node: NodeIndex, note: Note },
}

/// An answered request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Which request.
    pub id: RequestId,
    /// Whose.
    pub caller: Caller,
    /// Who answers.
    pub node: NodeIndex,
    /// The answer.
    pub value: Value,
    /// Its length on the wire.
    pub bytes: u64,
    /// When the request arrived at the node, and when the node began with it.
    pub arrived: Nanos,
    /// When the node began with it.
    pub started: Nanos,
    /// When the node had finished.
    pub finished: Nanos,
    /// Requests ahead of it on arrival.
    pub ahead: u32,
}

/// What the time line tells of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// This node finds `peer` unreachable (PFAIL in its own view).
    SuspectsFailure { peer: NodeIndex },
    /// This node has seen a quorum of primaries agree that `peer` failed.
    DeclaresFailure { peer: NodeIndex },
    /// This replica asks for votes in `epoch`.
    AsksForVotes { epoch: u64 },
    /// This replica won and is a primary now.
    Promoted { epoch: u64 },
    /// This primary found itself outvoted and is a replica of `of` now.
    Demoted { of: NodeIndex },
    /// This node no longer holds a failed mark against `peer`.
    ClearsFailure { peer: NodeIndex },
    /// `cluster_state` of this node changed.
    StateChanged { ok: bool },
    /// A full resynchronisation of this replica has begun / ended.
    FullSyncBegan { bytes: u64 },
    /// A full resynchronisation of this replica has ended.
    FullSyncEnded,
    /// This replica continued from the backlog.
    PartialSync { bytes: u64 },
}

/// Whether a node's process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It runs.
    Up,
    /// It hangs: nothing is handled, nothing is lost but time.
    Paused,
    /// The machine is gone: what is sent to it vanishes.
    Dead,
}

/// What a node believes itself to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It owns slots, or could.
    Primary,
    /// It copies another node.
    Replica {
        /// Which.
        of: NodeIndex,
    },
}

/// A reading of one node, from its own point of view.
#[derive(Clone, Debug)]
pub struct NodeStatus {
    /// Whether its process runs.
    pub liveness: Liveness,
    /// What it believes itself to be.
    pub role: Role,
    /// Whether it is loading a snapshot.
    pub loading: bool,
    /// A replica: whether its link to the primary is up. A primary: true.
    pub link_up: bool,
    /// `cluster_state:ok`, in its own view.
    pub cluster_ok: bool,
    /// `cluster_current_epoch`.
    pub current_epoch: u64,
    /// Its own config epoch.
    pub config_epoch: u64,
    /// Replication offset.
    pub offset: u64,
    /// Slots it believes to own, as inclusive ranges.
    pub slots: Vec<(u16, u16)>,
    /// Requests waiting or being served.
    pub queue: usize,
    /// CPU time used since the run began.
    pub busy: Nanos,
    /// Peers it marks PFAIL.
    pub suspects: Vec<NodeIndex>,
    /// Peers it marks FAIL.
    pub failed: Vec<NodeIndex>,
}

/// All nodes of one cluster.
#[derive(Clone, Debug)]
pub struct Cluster {}

impl Cluster {
    /// A formed cluster at time zero. `seed` is that of the run; what is to be scheduled first is pushed to `out`.
    pub fn new(_spec: &ClusterSpec, _seed: u64, _out: &mut Vec<Output>) -> Self {
        unimplemented!()
    }
    /// Something scheduled or carried has come due.
    pub fn handle(&mut self, _now: Nanos, _event: Event, _out: &mut Vec<Output>) {}
    /// A client's command has arrived at a node. A dead node swallows it; a paused one keeps it.
    pub fn request(&mut self, _now: Nanos, _to: NodeIndex, _request: Request, _out: &mut Vec<Output>) {}
    /// The machine of a node is gone, its memory with it.
    pub fn kill(&mut self, _now: Nanos, _node: NodeIndex, _out: &mut Vec<Output>) {}
    /// A dead node comes back, empty, with its `nodes.conf` (identity, epochs and what it knew of the others).
    pub fn restart(&mut self, _now: Nanos, _node: NodeIndex, _out: &mut Vec<Output>) {}
    /// A node hangs (SIGSTOP).
    pub fn pause(&mut self, _now: Nanos, _node: NodeIndex) {}
    /// A hanging node goes on (SIGCONT): what arrived meanwhile is handled now.
    pub fn resume(&mut self, _now: Nanos, _node: NodeIndex, _out: &mut Vec<Output>) {}
    /// How many nodes were deployed.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// What a node was deployed as.
    pub fn spec(&self, _node: NodeIndex) -> &NodeSpec {
        unimplemented!()
    }
    /// A node's own view of itself.
    pub fn status(&self, _node: NodeIndex) -> NodeStatus {
        unimplemented!()
    }
    /// A node's engine, for reading.
    pub fn engine(&self, _node: NodeIndex) -> &Engine {
        unimplemented!()
    }
    /// A node's engine, for CONFIG from outside.
    pub fn engine_mut(&mut self, _node: NodeIndex) -> &mut Engine {
        unimplemented!()
    }
    /// Who serves a slot, in the eyes of a node.
    pub fn slot_owner(&self, _seen_by: NodeIndex, _slot: u16) -> Option<NodeIndex> {
        unimplemented!()
    }
    /// The node at an address, "10.0.1.12".
    pub fn node_at(&self, _ip: &str) -> Option<NodeIndex> {
        unimplemented!()
    }
}

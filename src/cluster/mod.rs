//! Nodes made of engines: slots, gossip on the bus, failure detection, elections, replication, redirections.
//!
//! May know: `engine`, `sim`, `resp`. A node is a pure state machine: events come in with their time, [`Output`]s go
//! out, and whoever drives the cluster (see `world`) carries messages over the simulated network. Nobody here looks at
//! another node's state: what a node knows of the others it has learnt from messages.
//!
//! ```text
//!   request ─► service (queue, one core) ─► engine ◄─► redirect (MOVED, ASK, CLUSTERDOWN) ─► commands (CLUSTER …)
//!                                             │ effects
//!                                             ▼
//!                                        replication ─► the replicas' streams
//!   bus (heartbeats, gossip) ─► view (who is who, who owns what) ─► failure (PFAIL, FAIL) ─► election
//! ```
//!
//! Start with [`Cluster::handle`]; a node's insides begin at `node`, what it knows of the others at `view`.

mod bus;
mod bus_message;
mod commands;
mod door;
mod election;
mod failure;
mod formation;
mod key_migration;
mod migration;
mod node;
mod redirect;
mod replication;
mod replication_message;
mod service;
mod settings;
mod view;
mod wire;

#[cfg(test)]
mod tests;

pub use bus_message::{BusBody, BusMessage, Gossip, Header};
pub use key_migration::KeyMigrationMessage;
pub use replication_message::{ReplicationMessage, StreamCommand};
pub use view::SlotSet;

pub use crate::engine::Slot;
use crate::engine::{Engine, Notice};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use node::{Ctx, Node};
use std::rc::Rc;
use view::Roster;

/// The port a node with an address of its own listens on for clients.
pub const PORT: u16 = 6_379;
/// How far above its port for clients a node's port for its peers is.
const BUS_OFFSET: u32 = 10_000;

/// The place of a node in [`Cluster::nodes`]: fixed for the whole run, dead or alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub u16);

/// What one node is deployed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpec {
    /// `0002-001`: shard, then node in the shard, as `ElastiCache` numbers them.
    pub name: String,
    /// Its address, "10.0.1.12".
    pub ip: String,
    /// Where it listens for clients: [`PORT`], unless several nodes share an address. The bus is 10,000 above.
    pub port: u16,
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
    Cron {
        /// Whose.
        node: NodeIndex,
        /// Of which of its processes.
        incarnation: u32,
    },
    /// The command a node is working on is done: reply, and take the next.
    Served {
        /// Whose.
        node: NodeIndex,
        /// Of which of its processes.
        incarnation: u32,
    },
    /// A message on the cluster bus has arrived.
    Bus {
        /// The sender.
        from: NodeIndex,
        /// The receiver.
        to: NodeIndex,
        /// What it says.
        message: Rc<BusMessage>,
    },
    /// A message on a replication link has arrived.
    Replication {
        /// The sender.
        from: NodeIndex,
        /// The receiver.
        to: NodeIndex,
        /// What it says.
        message: Rc<ReplicationMessage>,
    },
    /// A message on a connection for MIGRATE has arrived.
    KeyMigration {
        /// The sender.
        from: NodeIndex,
        /// The receiver.
        to: NodeIndex,
        /// What it says.
        message: Rc<KeyMigrationMessage>,
    },
    /// Something a node wanted to be woken for (a full resynchronisation to begin, a load to end).
    Timer {
        /// Who wanted it.
        node: NodeIndex,
        /// Which of its processes.
        incarnation: u32,
        /// Why.
        timer: Timer,
    },
}

/// Why a node wanted to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// `repl-diskless-sync-delay` is over: send the snapshot to the replicas that wait.
    BeginFullSync,
    /// The snapshot has been loaded.
    Loaded,
    /// A client's wait, or a pause, is over.
    Clients,
    /// A MIGRATE has waited for the other node's next reply.
    KeyMigration {
        /// Which MIGRATE of the node.
        serial: u64,
    },
}

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
    /// Keys that MIGRATE moves, and the replies.
    KeyMigration,
}

/// What a node wants of the world.
#[derive(Clone, Debug)]
pub enum Output {
    /// Call [`Cluster::handle`] with `event` at `at`.
    Schedule {
        /// When.
        at: Nanos,
        /// With what.
        event: Event,
    },
    /// Carry `event` over the network from one node to another and hand it in on arrival, in order per pair and
    /// traffic class; it may be lost.
    Send {
        /// The sender.
        from: NodeIndex,
        /// The receiver.
        to: NodeIndex,
        /// Its length on the wire.
        bytes: u64,
        /// What kind of message it is.
        traffic: Traffic,
        /// What to hand in.
        event: Event,
    },
    /// Carry a reply to a caller.
    Reply(Reply),
    /// Carry a message to a caller, in order with replies on the same connection.
    Push(Push),
    /// Close the connection to a caller, behind what was sent on it before.
    HungUp {
        /// By whom.
        node: NodeIndex,
        /// To whom.
        caller: Caller,
        /// Its number among what the node has sent unasked.
        number: u64,
    },
    /// A key went by itself.
    Key {
        /// Where.
        node: NodeIndex,
        /// Which, and why.
        notice: Notice,
    },
    /// Something for the time line.
    Note {
        /// Who tells it.
        node: NodeIndex,
        /// What happened.
        note: Note,
    },
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

/// Something a node sends to a caller without being asked, or before the reply: a message of pub/sub, a line of MONITOR.
#[derive(Clone, Debug)]
pub struct Push {
    /// To whom.
    pub caller: Caller,
    /// From whom.
    pub node: NodeIndex,
    /// Its number among what the node has sent unasked.
    pub number: u64,
    /// What it says.
    pub value: Value,
    /// Its length on the wire.
    pub bytes: u64,
}

/// What the time line tells of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// This node finds `peer` unreachable (PFAIL in its own view).
    SuspectsFailure {
        /// Which node.
        peer: NodeIndex,
    },
    /// This node has seen a quorum of primaries agree that `peer` failed.
    DeclaresFailure {
        /// Which node.
        peer: NodeIndex,
    },
    /// This replica asks for votes in `epoch`.
    AsksForVotes {
        /// The epoch.
        epoch: u64,
    },
    /// This replica won and is a primary now.
    Promoted {
        /// The epoch.
        epoch: u64,
    },
    /// This primary found itself outvoted and is a replica of `of` now.
    Demoted {
        /// Of which primary.
        of: NodeIndex,
    },
    /// This node no longer holds a failed mark against `peer`.
    ClearsFailure {
        /// Which node.
        peer: NodeIndex,
    },
    /// `cluster_state` of this node changed.
    StateChanged {
        /// `cluster_state:ok`.
        ok: bool,
    },
    /// A full resynchronisation of this replica has begun / ended.
    FullSyncBegan {
        /// Bytes on the way.
        bytes: u64,
    },
    /// A full resynchronisation of this replica has ended.
    FullSyncEnded,
    /// This node's process has ended by itself (SHUTDOWN).
    ShutDown,
    /// This replica continued from the backlog.
    PartialSync {
        /// Bytes on the way.
        bytes: u64,
    },
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
pub struct Cluster {
    roster: Rc<Roster>,
    nodes: Vec<Node>,
}

impl Cluster {
    /// A formed cluster at time zero. `seed` is that of the run; what is to be scheduled first is pushed to `out`.
    pub fn new(spec: &ClusterSpec, seed: u64, out: &mut Vec<Output>) -> Self {
        let roster = Rc::new(Roster::new(spec, seed));
        let nodes = formation::formed_nodes(&roster, seed);
        for node in &nodes {
            node.schedule_first_tick(Nanos::ZERO, out);
        }
        Self { roster, nodes }
    }

    /// Something scheduled or carried has come due.
    pub fn handle(&mut self, now: Nanos, event: Event, out: &mut Vec<Output>) {
        let index = match &event {
            Event::Cron { node, .. } | Event::Served { node, .. } | Event::Timer { node, .. } => *node,
            Event::Bus { to, .. } | Event::Replication { to, .. } | Event::KeyMigration { to, .. } => *to,
        };
        if let Some((node, mut ctx)) = self.enter(now, index, out) {
            node.handle(&mut ctx, event);
        }
    }

    /// A client's command has arrived at a node. A dead node swallows it; a paused one keeps it.
    pub fn request(&mut self, now: Nanos, to: NodeIndex, request: Request, out: &mut Vec<Output>) {
        if let Some((node, mut ctx)) = self.enter(now, to, out) {
            node.accept(&mut ctx, request);
        }
    }

    /// The machine of a node is gone, its memory with it.
    pub fn kill(&mut self, _now: Nanos, node: NodeIndex, _out: &mut Vec<Output>) {
        if let Some(node) = self.nodes.get_mut(usize::from(node.0)) {
            node.kill();
        }
    }

    /// A dead node comes back, empty, with its `nodes.conf` (identity, epochs and what it knew of the others).
    pub fn restart(&mut self, now: Nanos, node: NodeIndex, out: &mut Vec<Output>) {
        if let Some((node, mut ctx)) = self.enter(now, node, out) {
            node.restart(&mut ctx);
        }
    }

    /// A node hangs (SIGSTOP).
    pub fn pause(&mut self, _now: Nanos, node: NodeIndex) {
        if let Some(node) = self.nodes.get_mut(usize::from(node.0)) {
            node.pause();
        }
    }

    /// A hanging node goes on (SIGCONT): what arrived meanwhile is handled now.
    pub fn resume(&mut self, now: Nanos, node: NodeIndex, out: &mut Vec<Output>) {
        if let Some((node, mut ctx)) = self.enter(now, node, out) {
            node.resume(&mut ctx);
        }
    }

    /// How many nodes were deployed.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a node was deployed as.
    pub fn spec(&self, node: NodeIndex) -> &NodeSpec {
        self.roster.spec(node)
    }

    /// A node's own view of itself.
    pub fn status(&self, node: NodeIndex) -> NodeStatus {
        self.node(node).status()
    }

    /// A node's engine, for reading.
    pub fn engine(&self, node: NodeIndex) -> &Engine {
        &self.node(node).engine
    }

    /// A node's engine, for CONFIG from outside.
    pub fn engine_mut(&mut self, node: NodeIndex) -> &mut Engine {
        &mut self.nodes[usize::from(node.0)].engine
    }

    /// Who serves a slot, in the eyes of a node.
    pub fn slot_owner(&self, seen_by: NodeIndex, slot: u16) -> Option<NodeIndex> {
        self.node(seen_by).state.view.owner(slot)
    }

    /// The node at an address, "10.0.1.12".
    pub fn node_at(&self, ip: &str) -> Option<NodeIndex> {
        self.roster.at_ip(ip)
    }

    /// The node with a name, "0002-001", as redirections give it.
    pub fn node_named(&self, name: &str) -> Option<NodeIndex> {
        self.roster.nodes.iter().position(|node| node.name == name).map(|index| NodeIndex(index as u16))
    }

    /// Whether a node's process runs.
    pub fn liveness(&self, node: NodeIndex) -> Liveness {
        self.nodes[usize::from(node.0)].liveness
    }
    /// CPU time a node has used since the run began.
    pub fn busy(&self, node: NodeIndex) -> Nanos {
        self.nodes[usize::from(node.0)].service.busy
    }
    /// A caller has closed its connection to a node: what hung on it (MULTI, WATCH) is gone.
    pub fn hang_up(&mut self, node: NodeIndex, caller: Caller) {
        self.nodes[usize::from(node.0)].hang_up(caller);
    }
    /// A node's identity: 40 hexadecimal digits.
    pub fn node_id(&self, node: NodeIndex) -> &str {
        self.roster.id(node)
    }

    fn node(&self, node: NodeIndex) -> &Node {
        &self.nodes[usize::from(node.0)]
    }

    fn enter<'a>(
        &'a mut self,
        now: Nanos,
        node: NodeIndex,
        out: &'a mut Vec<Output>,
    ) -> Option<(&'a mut Node, Ctx<'a>)> {
        let node = self.nodes.get_mut(usize::from(node.0))?;
        let ctx = Ctx::new(now, self.roster.epoch_us, node.incarnation, out);
        Some((node, ctx))
    }
}

//! What travels on the cluster bus: a header that every message opens with, and what follows it.

use super::view::SlotSet;
use super::{NodeIndex, Traffic};
use crate::resp::Bytes;
use std::rc::Rc;

/// Length of a message's header, slot bitmap included (sizeof of Redis 7.0's `clusterMsg` without its data).
const HEADER_BYTES: u64 = 2_256;
/// Length of one entry of gossip.
const GOSSIP_BYTES: u64 = 104;
/// What FAIL and UPDATE carry beyond the header.
const FAIL_BYTES: u64 = 40;
const UPDATE_BYTES: u64 = 2_096;
/// What PUBLISH carries beyond the header, channel and message: their lengths.
const PUBLISH_BYTES: u64 = 8;
/// A message on the cluster bus.
#[derive(Clone, Debug)]
pub struct BusMessage {
    /// Who sends it, and what it claims.
    pub header: Header,
    /// What it says.
    pub body: BusBody,
}

/// What every message on the bus opens with.
#[derive(Clone, Debug)]
pub struct Header {
    /// The sender.
    pub sender: NodeIndex,
    /// The highest epoch it has heard of.
    pub current_epoch: u64,
    /// The epoch of its slot configuration; of its primary's, for a replica.
    pub config_epoch: u64,
    /// Its replication offset.
    pub offset: u64,
    /// The slots it serves; its primary's, for a replica.
    pub slots: Rc<SlotSet>,
    /// The primary it copies.
    pub replica_of: Option<NodeIndex>,
    /// It will not stand for election.
    pub no_failover: bool,
    /// It is a primary that holds its clients back for a manual failover.
    pub paused: bool,
    /// A vote is asked for although the primary is alive (manual failover).
    pub force_ack: bool,
}

/// What a bus message says beyond its header.
#[derive(Clone, Debug)]
pub enum BusBody {
    /// A heartbeat, to be answered with a PONG.
    Ping {
        /// It asks a stranger to make the sender's acquaintance.
        meet: bool,
        /// About others.
        gossip: Vec<Gossip>,
    },
    /// A heartbeat that is not answered.
    Pong {
        /// It answers a PING (others are broadcast to spread news).
        answer: bool,
        /// About others.
        gossip: Vec<Gossip>,
    },
    /// A node is declared failed.
    Fail(NodeIndex),
    /// A replica asks for votes in the header's epoch.
    AuthRequest,
    /// A primary gives its vote.
    AuthAck,
    /// The receiver's idea of who owns some slots is out of date.
    Update {
        /// The rightful owner.
        node: NodeIndex,
        /// The epoch of its configuration.
        config_epoch: u64,
        /// All its slots.
        slots: Rc<SlotSet>,
    },
    /// A replica asks its primary to hold its clients back (manual failover).
    ManualFailoverStart,
    /// PUBLISH on the sender; SPUBLISH, if `sharded`: to the nodes of its shard alone.
    Publish {
        /// The channel.
        channel: Bytes,
        /// The message.
        message: Bytes,
        /// The channel is a shard channel.
        sharded: bool,
    },
}

impl BusMessage {
    /// Its place in the counters of CLUSTER INFO.
    pub(super) fn kind(&self) -> Kind {
        match &self.body {
            BusBody::Ping { meet: false, .. } => Kind::Ping,
            BusBody::Ping { meet: true, .. } => Kind::Meet,
            BusBody::Pong { .. } => Kind::Pong,
            BusBody::Fail(_) => Kind::Fail,
            BusBody::AuthRequest => Kind::AuthRequest,
            BusBody::AuthAck => Kind::AuthAck,
            BusBody::Update { .. } => Kind::Update,
            BusBody::ManualFailoverStart => Kind::ManualFailoverStart,
            BusBody::Publish { sharded: false, .. } => Kind::Publish,
            BusBody::Publish { sharded: true, .. } => Kind::PublishShard,
        }
    }

    /// Its length on the wire, in bytes.
    pub fn wire_len(&self) -> u64 {
        HEADER_BYTES
            + match &self.body {
                BusBody::Ping { gossip, .. } | BusBody::Pong { gossip, .. } => GOSSIP_BYTES * gossip.len() as u64,
                BusBody::Fail(_) => FAIL_BYTES,
                BusBody::Update { .. } => UPDATE_BYTES,
                BusBody::Publish { channel, message, .. } => PUBLISH_BYTES + (channel.len() + message.len()) as u64,
                _ => 0,
            }
    }

    /// What it is in the picture.
    pub(super) fn traffic(&self) -> Traffic {
        match &self.body {
            BusBody::Fail(_) => Traffic::Fail,
            BusBody::AuthRequest => Traffic::VoteRequest,
            BusBody::AuthAck => Traffic::Vote,
            _ => Traffic::Gossip,
        }
    }
}

/// One entry of gossip: what the sender knows of a third node.
#[derive(Clone, Debug)]
pub struct Gossip {
    /// The node spoken of.
    pub node: NodeIndex,
    /// When its last PONG came, in seconds.
    pub pong_received_s: u64,
    /// It is a primary.
    pub is_primary: bool,
    /// The sender alone finds it unreachable.
    pub pfail: bool,
    /// A quorum found it unreachable.
    pub fail: bool,
}

/// Kinds of bus message, as CLUSTER INFO counts and names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ping,
    Pong,
    Meet,
    Fail,
    Publish,
    AuthRequest,
    AuthAck,
    Update,
    ManualFailoverStart,
    PublishShard,
}

impl Kind {
    /// All of them, in the order in which CLUSTER INFO prints them, with their names there.
    pub const NAMED: [(Self, &'static str); 10] = [
        (Self::Ping, "ping"),
        (Self::Pong, "pong"),
        (Self::Meet, "meet"),
        (Self::Fail, "fail"),
        (Self::Publish, "publish"),
        (Self::AuthRequest, "auth-req"),
        (Self::AuthAck, "auth-ack"),
        (Self::Update, "update"),
        (Self::ManualFailoverStart, "mfstart"),
        (Self::PublishShard, "publishshard"),
    ];
}

/// Bus messages sent and received since the process started, by [`Kind`].
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    pub sent: [u64; 10],
    pub received: [u64; 10],
}

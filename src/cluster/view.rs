//! What one node knows of the cluster: the table of nodes, who owns which slot, the epochs.
//!
//! Pure data and the rules that keep it consistent with itself; nothing here sends a message. A node's view is its own:
//! two nodes may hold different views, and the protocol in `bus`, `failure` and `election` is what makes them agree.
//! Redis keeps the same things in `server.cluster` (`clusterState`, `clusterNode` in cluster.h).
//!
//! Start with [`View`], then [`Peer`].

use super::{ClusterSpec, NodeIndex, NodeSpec};
use crate::engine::Slot;
use crate::sim::draw;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

/// Unix time in milliseconds, as Redis's `mstime()`. Zero means "never".
pub(super) type Ms = u64;

/// How long a node that was forgotten is not learnt again from gossip.
pub(super) const BLACKLIST_TTL_MS: Ms = 60_000;

/// The deployment, the same for all nodes and never changed: who has which address, name and identity.
#[derive(Debug)]
pub(super) struct Roster {
    /// What each node was deployed as.
    pub nodes: Vec<NodeSpec>,
    /// Each node's identity: 40 hexadecimal digits.
    pub ids: Vec<Rc<str>>,
    /// Configuration that every process starts with.
    pub config: Vec<(String, String)>,
    /// Unix time at which the run begins, in microseconds.
    pub epoch_us: u64,
}

impl Roster {
    /// The deployment of `spec`, with identities drawn from the run's seed.
    pub fn new(spec: &ClusterSpec, seed: u64) -> Self {
        let ids = (0..spec.nodes.len()).map(|index| hex_id(seed, &[0x6e6f_6465, index as u64])).collect();
        Self { nodes: spec.nodes.clone(), ids, config: spec.config.clone(), epoch_us: spec.epoch_us }
    }

    /// What a node was deployed as.
    pub fn spec(&self, node: NodeIndex) -> &NodeSpec {
        &self.nodes[usize::from(node.0)]
    }

    /// A node's identity.
    pub fn id(&self, node: NodeIndex) -> &Rc<str> {
        &self.ids[usize::from(node.0)]
    }

    /// The node that listens there for clients.
    pub fn at_address(&self, ip: &str, port: u16) -> Option<NodeIndex> {
        let is = |node: &NodeSpec| node.ip == ip && node.port == port;
        self.nodes.iter().position(is).map(|index| NodeIndex(index as u16))
    }

    /// The node at an address.
    pub fn at_ip(&self, ip: &str) -> Option<NodeIndex> {
        self.nodes.iter().position(|node| node.ip == ip).map(|index| NodeIndex(index as u16))
    }
}

/// 40 hexadecimal digits that depend on `seed` and `key` alone: node and replication identities.
pub(super) fn hex_id(seed: u64, key: &[u64]) -> Rc<str> {
    let mut words = key.to_vec();
    words.push(0);
    let mut text = String::with_capacity(48);
    for part in 0..3 {
        if let Some(last) = words.last_mut() {
            *last = part;
        }
        let _ = write!(text, "{:016x}", draw(seed, &words));
    }
    text.truncate(40);
    Rc::from(text)
}

/// A set of hash slots: the bitmap that every bus message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSet {
    words: [u64; 256],
    count: u16,
}

impl Default for SlotSet {
    fn default() -> Self {
        Self { words: [0; 256], count: 0 }
    }
}

impl SlotSet {
    /// Whether `slot` is in it.
    pub fn contains(&self, slot: u16) -> bool {
        self.words[usize::from(slot >> 6)] >> (slot & 63) & 1 == 1
    }

    /// How many slots are in it.
    pub fn len(&self) -> u16 {
        self.count
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts `slot` in; whether it was not there before.
    pub fn insert(&mut self, slot: u16) -> bool {
        let fresh = !self.contains(slot);
        self.words[usize::from(slot >> 6)] |= 1 << (slot & 63);
        self.count += u16::from(fresh);
        fresh
    }

    /// Takes `slot` out; whether it was there.
    pub fn remove(&mut self, slot: u16) -> bool {
        let found = self.contains(slot);
        self.words[usize::from(slot >> 6)] &= !(1 << (slot & 63));
        self.count -= u16::from(found);
        found
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().zip((0_u16..).step_by(64)).flat_map(|(word, first)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as u16)?;
                left &= left - 1;
                Some(first + bit)
            })
        })
    }

    /// The slots as inclusive ranges, ascending.
    pub fn ranges(&self) -> Vec<(u16, u16)> {
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for slot in self.iter() {
            match ranges.last_mut() {
                Some(range) if range.1 + 1 == slot => range.1 = slot,
                _ => ranges.push((slot, slot)),
            }
        }
        ranges
    }
}

/// What a node knows of one node of the cluster, itself included (`clusterNode`).
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// Its identity.
    pub id: Rc<str>,
    /// When this entry was made.
    pub created: Ms,
    /// Whether it says it is a primary.
    pub is_primary: bool,
    /// The primary it says it copies.
    pub replica_of: Option<NodeIndex>,
    /// Found unreachable by this node alone.
    pub pfail: bool,
    /// Found unreachable by a quorum.
    pub fail: bool,
    /// Met, but not yet heard of: its real identity is unknown.
    pub handshake: bool,
    /// It is a primary that has, or had, replicas: worth migrating one to.
    pub migrate_to: bool,
    /// Since when it is without working replicas; 0: it is not.
    pub orphaned_since: Ms,
    /// The next ping is to be a MEET.
    pub meet: bool,
    /// It will not stand for election.
    pub no_failover: bool,
    /// The epoch of its slot configuration (of its primary's, for a replica).
    pub config_epoch: u64,
    /// The slots it serves in this node's eyes.
    pub slots: Rc<SlotSet>,
    /// When the ping went out that is not answered yet; 0: none is out.
    pub ping_sent: Ms,
    /// When a PING last went out, answered or not.
    pub ping_tried: Ms,
    /// When its last PONG came.
    pub pong_received: Ms,
    /// When its last message of any kind came.
    pub data_received: Ms,
    /// When it was marked FAIL.
    pub fail_time: Ms,
    /// When this node last voted for one of its replicas.
    pub voted_time: Ms,
    /// Its replication offset, as last heard.
    pub repl_offset: u64,
    /// Since when the link to it is open, if it is.
    pub link: Option<Ms>,
    /// Since when its link to this node is open.
    pub inbound: Option<Ms>,
    /// The primaries that report it as failing, and when each last did.
    pub reports: Vec<(NodeIndex, Ms)>,
}

impl Peer {
    /// An entry about which nothing is known yet.
    pub fn new(id: Rc<str>, created: Ms) -> Self {
        Self {
            id,
            created,
            is_primary: true,
            replica_of: None,
            pfail: false,
            fail: false,
            handshake: false,
            migrate_to: false,
            orphaned_since: 0,
            meet: false,
            no_failover: false,
            config_epoch: 0,
            slots: Rc::default(),
            ping_sent: 0,
            ping_tried: 0,
            pong_received: 0,
            data_received: 0,
            fail_time: 0,
            voted_time: 0,
            repl_offset: 0,
            link: None,
            inbound: None,
            reports: Vec::new(),
        }
    }

    /// Whether it is a primary that serves slots: those are the ones that vote and count.
    pub fn serves(&self) -> bool {
        self.is_primary && !self.slots.is_empty()
    }
}

const NOBODY: u16 = u16::MAX;

/// A node's own view of the cluster (`clusterState`).
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Whose view this is.
    pub me: NodeIndex,
    /// The nodes known, by their place in the deployment.
    pub peers: Vec<Option<Peer>>,
    /// Who serves each slot.
    owners: Rc<Vec<u16>>,
    /// Slots that their owner has stopped claiming: free to be taken by whoever claims them next.
    unclaimed: Rc<SlotSet>,
    /// Slots being handed to another node.
    pub migrating: BTreeMap<u16, NodeIndex>,
    /// Slots being taken over from another node.
    pub importing: BTreeMap<u16, NodeIndex>,
    /// The highest epoch heard of.
    pub current_epoch: u64,
    /// The epoch in which this node last voted.
    pub last_vote_epoch: u64,
    /// `cluster_state:ok`.
    pub ok: bool,
    /// Primaries with slots, as counted when the state was last computed.
    pub size: usize,
    /// When this node last found itself among a minority.
    pub minority_at: Ms,
    /// When the state was first computed by this process; 0: not yet.
    pub first_update: Ms,
    /// Nodes not to be learnt again before that time (CLUSTER FORGET).
    pub blacklist: BTreeMap<NodeIndex, Ms>,
}

impl View {
    /// A node that knows of itself alone.
    pub fn alone(me: NodeIndex, roster: &Roster, now: Ms) -> Self {
        let mut view = Self::unconnected(me);
        view.peers = vec![None; roster.nodes.len()];
        view.peers[usize::from(me.0)] = Some(Peer::new(roster.id(me).clone(), now));
        view
    }

    /// An empty view, to be filled before it is used.
    pub fn unconnected(me: NodeIndex) -> Self {
        Self {
            me,
            peers: Vec::new(),
            owners: Rc::new(vec![NOBODY; usize::from(Slot::COUNT)]),
            unclaimed: Rc::default(),
            migrating: BTreeMap::new(),
            importing: BTreeMap::new(),
            current_epoch: 0,
            last_vote_epoch: 0,
            ok: false,
            size: 0,
            minority_at: 0,
            first_update: 0,
            blacklist: BTreeMap::new(),
        }
    }

    /// The entry of a node, where it is known.
    pub fn peer(&self, node: NodeIndex) -> Option<&Peer> {
        self.peers.get(usize::from(node.0))?.as_ref()
    }

    /// The entry of a node, where it is known.
    pub fn peer_mut(&mut self, node: NodeIndex) -> Option<&mut Peer> {
        self.peers.get_mut(usize::from(node.0))?.as_mut()
    }

    /// This node's own entry.
    pub fn myself(&self) -> &Peer {
        self.peer(self.me).expect("a node always knows itself")
    }

    /// This node's own entry.
    pub fn myself_mut(&mut self) -> &mut Peer {
        self.peer_mut(self.me).expect("a node always knows itself")
    }

    /// All nodes known, in order of deployment.
    pub fn known(&self) -> impl Iterator<Item = (NodeIndex, &Peer)> {
        self.peers.iter().enumerate().filter_map(|(index, peer)| Some((NodeIndex(index as u16), peer.as_ref()?)))
    }

    /// The places of all nodes known but this one.
    pub fn others(&self) -> Vec<NodeIndex> {
        self.known().map(|(index, _)| index).filter(|index| *index != self.me).collect()
    }

    /// Whether this node believes to be a primary.
    pub fn am_primary(&self) -> bool {
        self.myself().is_primary
    }

    /// The primary whose slots this node stands for: itself, or the one it copies.
    pub fn my_primary(&self) -> Option<NodeIndex> {
        if self.am_primary() { Some(self.me) } else { self.myself().replica_of }
    }

    /// Who serves a slot.
    pub fn owner(&self, slot: u16) -> Option<NodeIndex> {
        self.owners.get(usize::from(slot)).filter(|owner| **owner != NOBODY).map(|owner| NodeIndex(*owner))
    }

    /// Whether nobody owns a slot, or its owner no longer claims it.
    pub fn is_unclaimed(&self, slot: u16) -> bool {
        self.owner(slot).is_none() || self.unclaimed.contains(slot)
    }

    /// Notes that the owner of a slot has stopped claiming it.
    pub fn mark_unclaimed(&mut self, slot: u16) {
        if !self.unclaimed.contains(slot) {
            Rc::make_mut(&mut self.unclaimed).insert(slot);
        }
    }

    /// Gives a slot to a known node, taking it from whoever had it.
    pub fn bind(&mut self, slot: u16, owner: NodeIndex) {
        self.unbind(slot);
        let Some(peer) = self.peer_mut(owner) else { return };
        Rc::make_mut(&mut peer.slots).insert(slot);
        Rc::make_mut(&mut self.owners)[usize::from(slot)] = owner.0;
    }

    /// Leaves a slot without an owner; whether it had one.
    pub fn unbind(&mut self, slot: u16) -> bool {
        let Some(owner) = self.owner(slot) else { return false };
        if let Some(peer) = self.peer_mut(owner) {
            Rc::make_mut(&mut peer.slots).remove(slot);
        }
        Rc::make_mut(&mut self.owners)[usize::from(slot)] = NOBODY;
        if self.unclaimed.contains(slot) {
            Rc::make_mut(&mut self.unclaimed).remove(slot);
        }
        true
    }

    /// Takes every slot from a node; how many it had.
    pub fn unbind_all(&mut self, owner: NodeIndex) -> usize {
        let Some(peer) = self.peer(owner) else { return 0 };
        let slots = peer.slots.clone();
        for slot in slots.iter() {
            self.unbind(slot);
        }
        usize::from(slots.len())
    }

    /// The config epoch of a slot's owner.
    pub fn owner_epoch(&self, slot: u16) -> Option<u64> {
        self.owner(slot).and_then(|owner| self.peer(owner)).map(|peer| peer.config_epoch)
    }

    /// The known replicas of a primary, in order of deployment.
    pub fn replicas_of(&self, primary: NodeIndex) -> Vec<NodeIndex> {
        self.known().filter(|(_, peer)| !peer.is_primary && peer.replica_of == Some(primary)).map(|(i, _)| i).collect()
    }

    /// A known node by its identity.
    pub fn by_id(&self, id: &[u8]) -> Option<NodeIndex> {
        self.known().find(|(_, peer)| peer.id.as_bytes() == id).map(|(index, _)| index)
    }

    /// How many primaries must agree for anything to be decided.
    pub fn quorum(&self) -> usize {
        self.size / 2 + 1
    }

    /// The highest config epoch of any node known, and the current epoch.
    pub fn max_epoch(&self) -> u64 {
        self.known().map(|(_, peer)| peer.config_epoch).fold(self.current_epoch, u64::max)
    }

    /// Forgets a node: its slots, its reports, and that others copy it.
    pub fn remove(&mut self, node: NodeIndex) {
        self.unbind_all(node);
        for peer in self.peers.iter_mut().flatten() {
            peer.reports.retain(|(reporter, _)| *reporter != node);
            if peer.replica_of == Some(node) {
                peer.replica_of = None;
            }
        }
        self.migrating.retain(|_, other| *other != node);
        self.importing.retain(|_, other| *other != node);
        if let Some(entry) = self.peers.get_mut(usize::from(node.0)) {
            *entry = None;
        }
    }

    /// Turns a node into a primary in this view; whether it was none before.
    pub fn set_as_primary(&mut self, node: NodeIndex) -> bool {
        let is_me = node == self.me;
        match self.peer_mut(node) {
            Some(peer) if !peer.is_primary => {
                peer.is_primary = true;
                let left = peer.replica_of.take();
                peer.migrate_to = !is_me;
                self.replica_left(left);
                true
            }
            _ => false,
        }
    }

    /// Turns a node into a replica of `primary`, where that is known, in this view.
    pub fn set_as_replica(&mut self, node: NodeIndex, primary: Option<NodeIndex>) {
        let Some(peer) = self.peer_mut(node) else { return };
        if peer.is_primary {
            peer.is_primary = false;
            peer.migrate_to = false;
        }
        if primary.is_none() || peer.replica_of == primary {
            return;
        }
        let left = std::mem::replace(&mut peer.replica_of, primary);
        self.replica_left(left);
        if let Some(gains) = primary.and_then(|primary| self.peer_mut(primary)) {
            gains.migrate_to = true;
        }
    }

    /// A replica of `primary` has gone elsewhere: a primary whose last one left on its own accord gets no other.
    fn replica_left(&mut self, primary: Option<NodeIndex>) {
        if let Some(primary) = primary
            && self.replicas_of(primary).is_empty()
            && let Some(peer) = self.peer_mut(primary)
        {
            peer.migrate_to = false;
        }
    }
}

/// The slots of each of `primaries`, dealt as `redis-cli --cluster create` does: a running single-precision cursor,
/// rounded half away from zero; the last one takes the rest.
pub(super) fn deal_slots(primaries: usize) -> Vec<(u16, u16)> {
    let last_slot = Slot::COUNT - 1;
    let share = f32::from(Slot::COUNT) / primaries.max(1) as f32;
    let mut cursor = 0.0_f32;
    let mut first = 0_u16;
    let mut ranges = Vec::with_capacity(primaries);
    for index in 0..primaries {
        let mut last = (cursor + share - 1.0).round() as u16;
        if last > last_slot || index + 1 == primaries {
            last = last_slot;
        }
        let last = last.max(first);
        ranges.push((first.min(last_slot), last));
        first = last.saturating_add(1);
        cursor += share;
    }
    ranges
}

//! How a cluster starts: formed, as `redis-cli --cluster create` leaves it.
//!
//! Slots dealt evenly, a config epoch for each node, replicas attached and in step, everybody known to everybody.

use super::NodeIndex;
use super::node::Node;
use super::view::{Peer, Roster, View, deal_slots};
use crate::resp::Bytes;
use crate::sim::draw;
use std::rc::Rc;

/// Bytes of the stream when a formed cluster starts: one PING, as after `redis-cli --cluster create`.
const FORMED_STREAM: &str = "PING";

/// The nodes of a cluster that has formed, at time zero.
pub(super) fn formed_nodes(roster: &Rc<Roster>, seed: u64) -> Vec<Node> {
    let now = roster.epoch_us / 1_000;
    let mut nodes: Vec<Node> =
        (0..roster.nodes.len()).map(|index| Node::new(NodeIndex(index as u16), roster, seed, now)).collect();
    let formed = formed_view(roster, now);
    for node in &mut nodes {
        form(node, &formed, seed, now);
    }
    form_replication(&mut nodes, roster, now);
    nodes
}

/// The table of nodes that everybody holds when the cluster has formed. As `redis-cli --cluster create` leaves it, every
/// node was given its own config epoch, primaries first.
fn formed_table(roster: &Roster, now: u64) -> Vec<Peer> {
    let mut table: Vec<Peer> = roster.ids.iter().map(|id| Peer::new(id.clone(), now)).collect();
    let mut epoch = 0;
    for wants_replica in [false, true] {
        for (peer, spec) in table.iter_mut().zip(&roster.nodes) {
            if spec.replica_of.is_some() == wants_replica {
                epoch += 1;
                peer.config_epoch = epoch;
                peer.is_primary = !wants_replica;
                peer.replica_of = spec.replica_of;
            }
        }
    }
    let with_replicas: Vec<usize> =
        roster.nodes.iter().filter_map(|spec| spec.replica_of).map(|primary| usize::from(primary.0)).collect();
    for primary in with_replicas {
        if let Some(peer) = table.get_mut(primary) {
            peer.migrate_to = true;
        }
    }
    let primary_epochs: Vec<u64> = table.iter().map(|peer| peer.config_epoch).collect();
    for peer in &mut table {
        if let Some(primary) = peer.replica_of {
            peer.config_epoch = primary_epochs.get(usize::from(primary.0)).copied().unwrap_or_default();
        }
    }
    table
}

/// The view of a cluster that has formed, but for what differs from node to node.
fn formed_view(roster: &Roster, now: u64) -> View {
    let table = formed_table(roster, now);
    let primaries: Vec<usize> = (0..table.len()).filter(|index| table[*index].is_primary).collect();
    let mut view = View::unconnected(NodeIndex(0));
    view.current_epoch = table.len() as u64;
    view.first_update = 1;
    view.ok = !primaries.is_empty();
    view.size = primaries.len();
    view.peers = table.into_iter().map(Some).collect();
    for (primary, (first, last)) in primaries.iter().zip(deal_slots(primaries.len())) {
        for slot in first..=last {
            view.bind(slot, NodeIndex(*primary as u16));
        }
    }
    view
}

/// Gives one node its view of the formed cluster. When it last heard of each peer is drawn, so that heartbeats do not
/// all fall at once.
fn form(node: &mut Node, formed: &View, seed: u64, now: u64) {
    let timeout = node.state.settings.node_timeout_ms;
    let me = node.state.me;
    let mut view = formed.clone();
    view.me = me;
    for (other, peer) in view.peers.iter_mut().flatten().enumerate() {
        if other != usize::from(me.0) {
            let age = draw(seed, &[0x6c69_6e6b, u64::from(me.0), other as u64]) % (timeout / 2).max(1);
            peer.pong_received = now.saturating_sub(age);
            peer.data_received = peer.pong_received;
            peer.link = Some(now);
            peer.inbound = Some(now);
        }
    }
    node.state.view = view;
}

/// Puts replicas in step with their primaries.
fn form_replication(nodes: &mut [Node], roster: &Roster, now: u64) {
    for (index, spec) in roster.nodes.iter().enumerate() {
        let Some(primary) = spec.replica_of else { continue };
        let Some(source) = nodes.get_mut(usize::from(primary.0)) else { continue };
        let replication = &mut source.state.replication;
        if !replication.backlog_active {
            replication.backlog_active = true;
            replication.feed(vec![Bytes::from(FORMED_STREAM)], 1 << 20);
        }
        let mut copy = replication.clone();
        replication.form_replica_link(NodeIndex(index as u16), now);
        copy.replicas.clear();
        copy.form_primary_link(primary, now);
        nodes[index].state.replication = copy;
    }
    for node in &mut *nodes {
        let offset = node.state.advertised_offset();
        node.state.view.myself_mut().repl_offset = offset;
    }
    let offsets: Vec<u64> = nodes.iter().map(|node| node.state.advertised_offset()).collect();
    for node in nodes {
        for (peer, offset) in node.state.view.peers.iter_mut().flatten().zip(&offsets) {
            peer.repl_offset = *offset;
        }
    }
}

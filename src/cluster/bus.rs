//! The cluster bus: what travels between nodes, the heartbeat that sends it, and what a node learns from it.
//!
//! Every message opens with the same [`Header`]: who sends, its epochs, its slots. Heartbeats (PING, PONG) add a few
//! entries of gossip about others. After Redis 7.0's cluster.c: `clusterCron`, `clusterSendPing`,
//! `clusterProcessPacket`. What follows from a message for failure detection is in `failure`, for elections in
//! `election`.
//!
//! A bus link here is only a moment: since when this node holds a connection to the peer open. Messages travel while
//! the sender holds a link (answers always do); the driver may lose them, as a partition does.
//!
//! Start with [`NodeState::cluster_cron`], then [`NodeState::receive_bus`].

use super::bus_message::{BusBody, BusMessage, Gossip, Header};
use super::node::{Ctx, NodeState};
use super::view::{BLACKLIST_TTL_MS, Ms, Peer, SlotSet};
use super::{Event, NodeIndex, Note, Output};
use crate::engine::{Keyspace, Slot};
use crate::resp::Bytes;
use std::rc::Rc;

/// Nodes looked at each second in search of the one that was silent longest.
const PING_SAMPLES: usize = 5;
/// A node that was met must answer within this time, or within the node timeout where that is longer.
const HANDSHAKE_TIMEOUT_MIN_MS: Ms = 1_000;
/// How far into the future a gossiped PONG time may lie.
const GOSSIP_AHEAD_MS: Ms = 500;
/// A ping to a peer that is heard but has not answered goes out again after this long: where the model lost it, a
/// real connection would have retransmitted it.
const RETRANSMIT_MS: Ms = 500;

/// Whom a PONG that spreads news is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody.
    All,
    /// The replicas of this node's primary.
    Siblings,
}

impl NodeState {
    /// The 100 ms tick of the cluster: links, heartbeats, suspicion.
    pub fn cluster_cron(&mut self, ctx: &mut Ctx<'_>) {
        self.cron_ticks += 1;
        let timeout = self.settings.node_timeout_ms;
        self.drop_stale_handshakes(ctx.ms);
        for node in self.view.others() {
            if self.view.peer(node).is_some_and(|peer| peer.link.is_none()) {
                self.open_link(ctx, node);
            }
        }
        if self.cron_ticks.is_multiple_of(10) {
            self.ping_the_most_silent(ctx);
        }
        let mut suspected = false;
        for node in self.view.others() {
            let Some(peer) = self.view.peer_mut(node) else { continue };
            if peer.handshake {
                continue;
            }
            let waiting = ctx.ms.saturating_sub(peer.ping_sent);
            let silent = ctx.ms.saturating_sub(peer.data_received);
            if let Some(since) = peer.link
                && ctx.ms.saturating_sub(since) > timeout
                && peer.ping_sent != 0
                && peer.pong_received < peer.ping_sent
                && waiting > timeout / 2
                && silent > timeout / 2
            {
                peer.link = None; // Opened anew on the next tick.
            }
            let unpinged_for = ctx.ms.saturating_sub(peer.pong_received);
            if peer.link.is_some() && peer.ping_sent == 0 && unpinged_for > timeout / 2 {
                self.send_ping(ctx, node);
                continue;
            }
            if peer.link.is_some() && self.manual.end != 0 && self.manual.replica == Some(node) {
                self.send_ping(ctx, node);
                continue;
            }
            let heard_since = peer.data_received > peer.ping_tried;
            if peer.link.is_some()
                && peer.ping_sent != 0
                && heard_since
                && ctx.ms.saturating_sub(peer.ping_tried) > RETRANSMIT_MS
            {
                let waiting_since = peer.ping_sent;
                self.send_ping(ctx, node);
                if let Some(peer) = self.view.peer_mut(node) {
                    peer.ping_sent = waiting_since;
                }
                continue;
            }
            if peer.ping_sent != 0 && waiting.min(silent) > timeout && !peer.pfail && !peer.fail {
                peer.pfail = true;
                suspected = true;
                ctx.note(self.me, Note::SuspectsFailure { peer: node });
            }
        }
        self.ensure_replication_target(ctx);
        self.manual_failover_check_timeout(ctx);
        if !self.view.am_primary() {
            self.manual_failover_progress(ctx);
            self.election_step(ctx);
            self.consider_migration(ctx);
        }
        if suspected || !self.view.ok {
            self.update_cluster_state(ctx);
        }
    }

    fn drop_stale_handshakes(&mut self, now: Ms) {
        let patience = self.settings.node_timeout_ms.max(HANDSHAKE_TIMEOUT_MIN_MS);
        for node in self.view.others() {
            if self.view.peer(node).is_some_and(|peer| peer.handshake && now.saturating_sub(peer.created) > patience) {
                self.view.remove(node);
            }
        }
    }

    /// Opens the link to a peer and sends a PING (or MEET) at once. A ping that was out before stays the one waited for.
    fn open_link(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex) {
        let Some(peer) = self.view.peer_mut(node) else { return };
        peer.link = Some(ctx.ms);
        let waiting_since = peer.ping_sent;
        let meet = std::mem::take(&mut peer.meet);
        if meet {
            let gossip = self.gossip_about(node);
            self.send_bus(ctx, node, BusBody::Ping { meet: true, gossip });
        } else {
            self.send_ping(ctx, node);
        }
        if waiting_since != 0
            && let Some(peer) = self.view.peer_mut(node)
        {
            peer.ping_sent = waiting_since;
        }
    }

    /// Of a few nodes taken at random, pings the one whose last PONG is oldest.
    fn ping_the_most_silent(&mut self, ctx: &mut Ctx<'_>) {
        let known: Vec<NodeIndex> = self.view.known().map(|(node, _)| node).collect();
        let mut chosen: Option<(Ms, NodeIndex)> = None;
        for _ in 0..PING_SAMPLES {
            let node = known[self.rng.below(known.len() as u64) as usize];
            let Some(peer) = self.view.peer(node) else { continue };
            if node == self.me || peer.handshake || peer.link.is_none() || peer.ping_sent != 0 {
                continue;
            }
            if chosen.is_none_or(|(oldest, _)| peer.pong_received < oldest) {
                chosen = Some((peer.pong_received, node));
            }
        }
        if let Some((_, node)) = chosen {
            self.send_ping(ctx, node);
        }
    }

    /// Sends a PING and begins to wait for its PONG.
    fn send_ping(&mut self, ctx: &mut Ctx<'_>, to: NodeIndex) {
        if let Some(peer) = self.view.peer_mut(to) {
            peer.ping_sent = ctx.ms;
            peer.ping_tried = ctx.ms;
        }
        let gossip = self.gossip_about(to);
        self.send_bus(ctx, to, BusBody::Ping { meet: false, gossip });
    }

    /// A PONG that nobody asked for, so that news of this node travels at once.
    pub fn broadcast_pong(&mut self, ctx: &mut Ctx<'_>, audience: Audience) {
        let primary = self.view.my_primary();
        for node in self.view.others() {
            let Some(peer) = self.view.peer(node) else { continue };
            if peer.link.is_none() || peer.handshake {
                continue;
            }
            if audience == Audience::Siblings && (peer.is_primary || peer.replica_of != primary) {
                continue;
            }
            let gossip = self.gossip_about(node);
            self.send_bus(ctx, node, BusBody::Pong { answer: false, gossip });
        }
    }

    /// Sends the same message to everybody there is a link to.
    pub fn broadcast(&mut self, ctx: &mut Ctx<'_>, body: BusBody, force_ack: bool) {
        let mut header = self.header();
        header.force_ack = force_ack;
        let message = Rc::new(BusMessage { header, body });
        for node in self.view.others() {
            if self.view.peer(node).is_some_and(|peer| peer.link.is_some() && !peer.handshake) {
                self.post(ctx, node, message.clone());
            }
        }
    }

    /// PUBLISH goes to everybody, SPUBLISH to the nodes of this shard.
    pub fn publish(&mut self, ctx: &mut Ctx<'_>, channel: &Bytes, message: &Bytes, sharded: bool) {
        let body = BusBody::Publish { channel: channel.clone(), message: message.clone(), sharded };
        if !sharded {
            self.broadcast(ctx, body, false);
            return;
        }
        let primary = self.view.my_primary();
        let message = Rc::new(BusMessage { header: self.header(), body });
        for node in self.view.others() {
            let is_sibling = |peer: &Peer| {
                peer.link.is_some() && !peer.handshake && (Some(node) == primary || peer.replica_of == primary)
            };
            if self.view.peer(node).is_some_and(is_sibling) {
                self.post(ctx, node, message.clone());
            }
        }
    }

    /// Sends one message, if there is a link (or if it is an answer, which goes back on the sender's own).
    pub fn send_bus(&mut self, ctx: &mut Ctx<'_>, to: NodeIndex, body: BusBody) {
        let is_answer = matches!(body, BusBody::Pong { answer: true, .. });
        if is_answer || self.view.peer(to).is_some_and(|peer| peer.link.is_some()) {
            let message = Rc::new(BusMessage { header: self.header(), body });
            self.post(ctx, to, message);
        }
    }

    fn post(&mut self, ctx: &mut Ctx<'_>, to: NodeIndex, message: Rc<BusMessage>) {
        self.counters.sent[message.kind() as usize] += 1;
        let (bytes, traffic) = (message.wire_len(), message.traffic());
        let event = Event::Bus { from: self.me, to, message };
        ctx.out.push(Output::Send { from: self.me, to, bytes, traffic, event });
    }

    fn header(&self) -> Header {
        let myself = self.view.myself();
        let stands_for = self.view.my_primary().and_then(|node| self.view.peer(node)).unwrap_or(myself);
        Header {
            sender: self.me,
            current_epoch: self.view.current_epoch,
            config_epoch: stands_for.config_epoch,
            offset: self.advertised_offset(),
            slots: stands_for.slots.clone(),
            replica_of: if myself.is_primary { None } else { myself.replica_of },
            no_failover: self.settings.no_failover,
            paused: myself.is_primary && self.manual.end != 0,
            force_ack: false,
        }
    }

    /// A tenth of the nodes known (at least 3), at random, and every node that this one suspects.
    fn gossip_about(&mut self, receiver: NodeIndex) -> Vec<Gossip> {
        let known: Vec<NodeIndex> = self.view.known().map(|(node, _)| node).collect();
        let mut fresh = known.len().saturating_sub(2);
        let wanted = (known.len() / 10).max(3).min(fresh);
        let mut chosen: Vec<NodeIndex> = Vec::with_capacity(wanted);
        for _ in 0..wanted * 3 {
            if fresh == 0 || chosen.len() >= wanted {
                break;
            }
            let node = known[self.rng.below(known.len() as u64) as usize];
            let Some(peer) = self.view.peer(node) else { continue };
            if node == self.me || peer.pfail || chosen.contains(&node) {
                continue;
            }
            if peer.handshake || (peer.link.is_none() && peer.slots.is_empty()) {
                fresh -= 1;
                continue;
            }
            chosen.push(node);
            fresh -= 1;
        }
        let suspects = self.view.known().filter(|(_, peer)| peer.pfail && !peer.handshake).map(|(node, _)| node);
        chosen.extend(suspects);
        let _ = receiver; // Redis does not leave the receiver out either.
        chosen
            .into_iter()
            .filter_map(|node| {
                let peer = self.view.peer(node)?;
                Some(Gossip {
                    node,
                    pong_received_s: peer.pong_received / 1_000,
                    is_primary: peer.is_primary,
                    pfail: peer.pfail,
                    fail: peer.fail,
                })
            })
            .collect()
    }

    /// A message has arrived.
    pub fn receive_bus(&mut self, ctx: &mut Ctx<'_>, keyspace: &mut Keyspace, from: NodeIndex, message: &BusMessage) {
        self.counters.received[message.kind() as usize] += 1;
        let header = &message.header;
        let known = self.view.peer(from).is_some_and(|peer| !peer.handshake);
        if known {
            self.learn_from_header(ctx, from, header);
        }
        match &message.body {
            BusBody::Ping { meet, gossip } => {
                if !known && *meet {
                    if self.view.peer(from).is_none() {
                        self.begin_handshake(ctx, from, false);
                    }
                    self.learn_gossip(ctx, from, false, gossip);
                }
                let gossip_back = self.gossip_about(from);
                self.send_bus(ctx, from, BusBody::Pong { answer: true, gossip: gossip_back });
                if known {
                    self.learn_role_and_slots(ctx, keyspace, from, header);
                    self.learn_gossip(ctx, from, true, gossip);
                }
            }
            BusBody::Pong { answer, gossip } => {
                if !known && *answer && self.view.peer(from).is_some() {
                    self.finish_handshake(ctx, from, header);
                }
                if self.view.peer(from).is_none() {
                    return;
                }
                if *answer {
                    self.pong_answered(ctx, from);
                }
                if known {
                    self.learn_role_and_slots(ctx, keyspace, from, header);
                    self.learn_gossip(ctx, from, true, gossip);
                }
            }
            BusBody::Fail(node) if known => self.learn_failure(ctx, *node),
            BusBody::AuthRequest if known => self.consider_vote(ctx, from, header),
            BusBody::AuthAck if known => self.count_vote(from, header.current_epoch),
            BusBody::Update { node, config_epoch, slots } if known => {
                self.learn_update(ctx, keyspace, *node, *config_epoch, slots);
            }
            BusBody::ManualFailoverStart if known => self.manual_failover_requested(ctx, from),
            _ => {}
        }
    }

    fn learn_from_header(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, header: &Header) {
        self.view.current_epoch = self.view.current_epoch.max(header.current_epoch);
        let Some(peer) = self.view.peer_mut(from) else { return };
        peer.data_received = ctx.ms;
        peer.inbound.get_or_insert(ctx.ms);
        peer.config_epoch = peer.config_epoch.max(header.config_epoch);
        peer.repl_offset = header.offset;
        peer.no_failover = header.no_failover;
        self.manual_failover_offset(from, header);
    }

    /// Puts a node of unknown identity on the list; `meet` asks it to do the same.
    pub fn begin_handshake(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex, meet: bool) {
        let id = super::view::hex_id(self.rng.next_u64(), &[0x6861_6e64]);
        let mut peer = Peer::new(id, ctx.ms);
        peer.handshake = true;
        peer.meet = meet;
        if let Some(entry) = self.view.peers.get_mut(usize::from(node.0)) {
            *entry = Some(peer);
        }
    }

    fn finish_handshake(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex, header: &Header) {
        let id = self.roster.id(node).clone();
        if let Some(peer) = self.view.peer_mut(node) {
            peer.id = id;
            peer.handshake = false;
            peer.is_primary = header.replica_of.is_none();
            peer.data_received = ctx.ms;
        }
    }

    /// A ping of ours was answered.
    fn pong_answered(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex) {
        let Some(peer) = self.view.peer_mut(from) else { return };
        peer.pong_received = ctx.ms;
        peer.ping_sent = 0;
        if peer.pfail {
            peer.pfail = false;
            ctx.note(self.me, Note::ClearsFailure { peer: from });
            self.todo.update_state = true;
        } else if peer.fail {
            self.clear_failure_if_allowed(ctx, from);
        }
    }

    /// Whether the sender is primary or replica, and which slots it claims.
    fn learn_role_and_slots(&mut self, ctx: &mut Ctx<'_>, keyspace: &mut Keyspace, from: NodeIndex, header: &Header) {
        match header.replica_of {
            None => {
                if self.view.set_as_primary(from) {
                    self.todo.update_state = true;
                }
            }
            Some(primary) => {
                if self.view.peer(from).is_some_and(|peer| peer.is_primary) {
                    self.view.unbind_all(from);
                    self.todo.update_state = true;
                }
                let primary_known = self.view.peer(primary).is_some();
                self.view.set_as_replica(from, primary_known.then_some(primary));
            }
        }
        let Some(sender) = self.view.peer(from) else { return };
        let sender_is_primary = sender.is_primary;
        let stands_for = if sender_is_primary { Some(from) } else { sender.replica_of };
        let Some(claimer) = stands_for.and_then(|node| self.view.peer(node)) else { return };
        let differs = !Rc::ptr_eq(&claimer.slots, &header.slots) && claimer.slots != header.slots;
        if differs {
            if sender_is_primary {
                self.learn_slots(ctx, keyspace, from, header.config_epoch, &header.slots);
            }
            self.correct_stale_claim(ctx, from, header);
        }
        if sender_is_primary && let Some(peer) = self.view.peer_mut(from) {
            // Equal sets become one shared set, so that the next comparison is one of addresses.
            if peer.slots == header.slots {
                peer.slots = header.slots.clone();
            }
        }
        self.resolve_epoch_collision(from);
    }

    /// Tells a sender that claims somebody else's slots who owns them.
    fn correct_stale_claim(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, header: &Header) {
        let stale = header.slots.iter().find_map(|slot| {
            let owner = self.view.owner(slot).filter(|owner| *owner != from)?;
            (self.view.peer(owner)?.config_epoch > header.config_epoch).then_some(owner)
        });
        if let Some(node) = stale
            && let Some(owner) = self.view.peer(node)
        {
            let body = BusBody::Update { node, config_epoch: owner.config_epoch, slots: owner.slots.clone() };
            self.send_bus(ctx, from, body);
        }
    }

    fn learn_update(
        &mut self,
        ctx: &mut Ctx<'_>,
        keyspace: &mut Keyspace,
        node: NodeIndex,
        config_epoch: u64,
        slots: &SlotSet,
    ) {
        let Some(peer) = self.view.peer(node) else { return };
        if peer.config_epoch >= config_epoch {
            return;
        }
        if self.view.set_as_primary(node) {
            self.todo.update_state = true;
        }
        if let Some(peer) = self.view.peer_mut(node) {
            peer.config_epoch = config_epoch;
        }
        self.learn_slots(ctx, keyspace, node, config_epoch, slots);
    }

    /// A primary claims slots in `config_epoch`: the greater epoch wins each slot. Whoever loses its last slot this way
    /// becomes a replica of the winner; whoever loses some deletes their keys.
    fn learn_slots(
        &mut self,
        ctx: &mut Ctx<'_>,
        keyspace: &mut Keyspace,
        sender: NodeIndex,
        config_epoch: u64,
        claimed: &SlotSet,
    ) {
        if sender == self.me {
            return;
        }
        let mine = self.view.my_primary();
        let mut taken_from_mine = 0_u16;
        let mut dirty: Vec<Slot> = Vec::new();
        for number in 0..Slot::COUNT {
            let owner = self.view.owner(number);
            if claimed.contains(number) {
                if owner == Some(sender) || self.view.importing.contains_key(&number) {
                    continue;
                }
                let newer = self.view.owner_epoch(number).is_none_or(|epoch| epoch < config_epoch);
                if !newer && !self.view.is_unclaimed(number) {
                    continue;
                }
                if let Some(slot) = Slot::new(number)
                    && owner == Some(self.me)
                    && keyspace.count_in_slot(slot) > 0
                {
                    dirty.push(slot);
                }
                taken_from_mine += u16::from(owner.is_some() && owner == mine);
                self.view.bind(number, sender);
                self.todo.update_state = true;
            } else if owner == Some(sender) {
                self.view.mark_unclaimed(number);
            }
        }
        let lost_all =
            taken_from_mine > 0 && mine.and_then(|node| self.view.peer(node)).is_some_and(|peer| peer.slots.is_empty());
        if lost_all && (self.settings.allow_replica_migration || claimed.len() == taken_from_mine) {
            self.become_replica_of(ctx, sender);
        } else if let Some(grandprimary) = self.grandprimary() {
            // A primary that lost its last slot may have become a replica before this node heard who took the slots.
            self.become_replica_of(ctx, grandprimary);
        } else {
            for slot in dirty {
                keyspace.delete_slot(slot);
            }
        }
    }

    /// Whom this replica's primary copies, where it has become a replica itself.
    fn grandprimary(&self) -> Option<NodeIndex> {
        let primary = self.view.my_primary().filter(|node| *node != self.me)?;
        self.view.peer(primary)?.replica_of.filter(|node| *node != self.me)
    }

    /// Two primaries with one config epoch: the one whose identity sorts first takes a new epoch.
    fn resolve_epoch_collision(&mut self, from: NodeIndex) {
        let Some(sender) = self.view.peer(from) else { return };
        let myself = self.view.myself();
        if !sender.is_primary || !myself.is_primary || sender.config_epoch != myself.config_epoch {
            return;
        }
        if sender.id <= myself.id {
            return;
        }
        self.view.current_epoch += 1;
        let epoch = self.view.current_epoch;
        self.view.myself_mut().config_epoch = epoch;
    }

    /// What a sender says of third nodes.
    fn learn_gossip(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, known: bool, gossip: &[Gossip]) {
        let sender_votes = known && self.view.peer(from).is_some_and(|peer| peer.is_primary);
        for entry in gossip {
            if self.view.peer(entry.node).is_none() {
                self.learn_node(ctx.ms, known, entry);
                continue;
            }
            if sender_votes && entry.node != self.me {
                if entry.fail || entry.pfail {
                    self.add_failure_report(ctx.ms, entry.node, from);
                    self.mark_failing_if_agreed(ctx, entry.node);
                } else {
                    self.remove_failure_report(entry.node, from);
                }
            }
            let reports = self.failure_reports(ctx.ms, entry.node);
            let Some(peer) = self.view.peer_mut(entry.node) else { continue };
            if !entry.fail && !entry.pfail && peer.ping_sent == 0 && reports == 0 {
                let pong_received = entry.pong_received_s * 1_000;
                if pong_received <= ctx.ms + GOSSIP_AHEAD_MS && pong_received > peer.pong_received {
                    peer.pong_received = pong_received;
                }
            }
        }
    }

    /// A node heard of for the first time, from somebody trusted.
    fn learn_node(&mut self, now: Ms, trusted: bool, entry: &Gossip) {
        self.view.blacklist.retain(|_, until| *until > now);
        if !trusted || entry.node == self.me || self.view.blacklist.contains_key(&entry.node) {
            return;
        }
        let mut peer = Peer::new(self.roster.id(entry.node).clone(), now);
        peer.is_primary = entry.is_primary;
        peer.pfail = false;
        if let Some(place) = self.view.peers.get_mut(usize::from(entry.node.0)) {
            *place = Some(peer);
        }
    }

    /// Does not learn `node` again for a minute.
    pub fn blacklist(&mut self, now: Ms, node: NodeIndex) {
        self.view.blacklist.insert(node, now + BLACKLIST_TTL_MS);
    }
}

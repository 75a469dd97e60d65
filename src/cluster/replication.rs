//! Replication by offset: the primary's stream and backlog, the replica's link, partial and full resynchronisation.
//!
//! Every write's effects become commands in one stream; the offset counts its bytes. A replica that knows the stream's
//! identity and its own offset continues from the backlog where that still reaches back far enough (`+CONTINUE`), and
//! otherwise gets a snapshot (`+FULLRESYNC`). After Redis 7.0's replication.c.
//!
//! A link is named by a number that the replica chose ([`ReplicationMessage`]'s `link`): what belongs to a link that is
//! gone is ignored, as bytes on a closed connection are. Where a real connection would retransmit after a partition, the
//! model loses the message: the replica notices the gap in offsets and asks to continue from the backlog.
//!
//! Start with [`Replication`], then [`Node::receive_replication`].

use super::node::{Ctx, Node, NodeState};
use super::redirect::NodeHost;
use super::replication_message::{ReplicationMessage, StreamCommand};
use super::view::{Ms, hex_id};
use super::wire;
use super::{Event, NodeIndex, Note, Output, Timer, Traffic};
use crate::engine::Keyspace;
use crate::resp::Bytes;
use crate::sim::Nanos;
use std::collections::VecDeque;
use std::rc::Rc;

/// How fast a replica loads a snapshot, in bytes a second: an estimate within the 100 to 300 MB/s seen in the field.
const LOAD_BYTES_PER_SECOND: u64 = 200_000_000;
/// A replica that waits for a snapshot on its way gives up this long after it should have come, at this rate.
const TRANSFER_GRACE_MS: Ms = 5_000;
const TRANSFER_BYTES_PER_MS: u64 = 100_000;
/// A replica asks again when nobody has answered for this long (a lost SYN is sent again after a second).
const CONNECT_RETRY_MS: Ms = 1_000;
/// Length of PSYNC and its answers on the wire, handshake included.
const HANDSHAKE_BYTES: u64 = 320;
/// A replica that lags this far behind is cut off (`client-output-buffer-limit replica`, its hard limit).
const OUTPUT_BUFFER_MAX: u64 = 256 << 20;
/// CPU time of applying one command of the stream, for the account of time used.
const APPLY_NS: u64 = 1_000;

/// How far a replica's link to its primary has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    /// To be opened on the next occasion.
    Connect,
    /// PSYNC is out.
    Handshake,
    /// The primary has said that a snapshot will be made.
    Waiting,
    /// The snapshot is on its way; given up after that time.
    Transfer { until: Ms },
    /// The snapshot is being loaded.
    Loading,
    /// In step.
    Connected,
}

/// A replica's side of the link.
#[derive(Clone, Debug)]
pub(super) struct PrimaryLink {
    /// The primary.
    pub of: NodeIndex,
    /// The connection's number.
    pub link: u64,
    /// How far it has come.
    pub state: LinkState,
    /// Whether there is a history to continue from.
    pub has_history: bool,
    /// When PSYNC was last sent.
    pub attempted: Ms,
    /// When the primary was last heard.
    pub last_io: Ms,
    /// Since when the link is not in step.
    pub down_since: Ms,
    /// Expected length of the snapshot.
    pub sync_bytes: u64,
}

/// A snapshot being loaded.
#[derive(Clone, Debug)]
struct Loading {
    link: u64,
    due: Nanos,
    replid: Rc<str>,
    offset: u64,
    keyspace: Rc<Keyspace>,
}

/// How far a primary has got with one replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplicaState {
    /// It will get a snapshot when the delay is over.
    Waiting,
    /// It has been sent a snapshot.
    Loading,
    /// It gets the stream.
    Online,
}

/// A primary's side of the link.
#[derive(Clone, Debug)]
pub(super) struct ReplicaLink {
    /// The replica.
    pub peer: NodeIndex,
    /// The connection's number.
    pub link: u64,
    /// How far it has come.
    pub state: ReplicaState,
    /// The stream has been sent up to here.
    pub cursor: u64,
    /// The replica has it up to here.
    pub acknowledged: u64,
    /// When it last said so.
    pub acknowledged_at: Ms,
    /// What had been sent when it last said so.
    sent_by_then: u64,
    /// When it was sent a snapshot.
    sync_began: Ms,
}

/// A command in the backlog and the offset before it.
#[derive(Clone, Debug)]
struct Entry {
    start: u64,
    command: StreamCommand,
}

/// One node's part in replication.
#[derive(Clone, Debug)]
pub(super) struct Replication {
    /// Identity of the stream this node's data is a state of.
    pub replid: Rc<str>,
    /// The identity before that ...
    pub replid2: Rc<str>,
    /// ... and the offset up to which both are the same stream, plus one; -1: there is none.
    pub second_offset: i64,
    /// Length of the stream so far.
    pub offset: u64,
    /// Whether a backlog is kept.
    pub backlog_active: bool,
    backlog: VecDeque<Entry>,
    /// The replicas, in order of attachment.
    pub replicas: Vec<ReplicaLink>,
    /// How many replicas were online and not lagging when that was last counted, once a second.
    pub good_replicas: u32,
    /// The link to the primary, on a replica.
    pub primary: Option<PrimaryLink>,
    loading: Option<Loading>,
    /// Whether the stream has said SELECT 0 since the last snapshot.
    selected: bool,
    sync_scheduled: bool,
    /// Since when there are no replicas.
    lonely_since: Ms,
    next_link: u64,
    cron_ticks: u64,
}

const NO_REPLID: &str = "0000000000000000000000000000000000000000";

impl Replication {
    /// A fresh process's: no history, no replicas. `next_link` goes on counting where the last process stopped.
    pub fn new(replid: Rc<str>, next_link: u64) -> Self {
        Self {
            replid,
            replid2: Rc::from(NO_REPLID),
            second_offset: -1,
            offset: 0,
            backlog_active: false,
            backlog: VecDeque::new(),
            replicas: Vec::new(),
            good_replicas: 0,
            primary: None,
            loading: None,
            selected: false,
            sync_scheduled: false,
            lonely_since: 0,
            next_link,
            cron_ticks: 0,
        }
    }

    /// The number to give to the next connection.
    pub fn next_link(&self) -> u64 {
        self.next_link
    }

    /// The state of a link that has just come into step, as a formed cluster starts with.
    pub fn form_primary_link(&mut self, of: NodeIndex, now: Ms) {
        self.primary = Some(PrimaryLink {
            of,
            link: 0,
            state: LinkState::Connected,
            has_history: true,
            attempted: now,
            last_io: now,
            down_since: 0,
            sync_bytes: 0,
        });
        self.next_link = self.next_link.max(1);
    }

    /// The primary's side of the same.
    pub fn form_replica_link(&mut self, replica: NodeIndex, now: Ms) {
        let state = ReplicaState::Online;
        let (cursor, acknowledged) = (self.offset, self.offset);
        self.replicas.push(ReplicaLink {
            peer: replica,
            link: 0,
            state,
            cursor,
            acknowledged,
            acknowledged_at: now,
            sent_by_then: 0,
            sync_began: 0,
        });
        self.good_replicas += 1;
    }

    /// The first byte of the stream that the backlog still has (counted from 1); 0 without a backlog.
    pub fn backlog_first_byte(&self) -> u64 {
        if self.backlog_active { self.backlog_start() + 1 } else { 0 }
    }

    /// The offset before the first command of the backlog.
    pub fn backlog_start(&self) -> u64 {
        self.backlog.front().map_or(self.offset, |entry| entry.start)
    }

    /// Whether a snapshot is being loaded.
    pub fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// How far the link to the primary has come, on a replica that has one.
    pub fn primary_state(&self) -> Option<LinkState> {
        self.primary.as_ref().map(|link| link.state)
    }

    /// Whether this replica is in step with its primary; true on a primary.
    pub fn link_up(&self) -> bool {
        self.primary.as_ref().is_none_or(|link| link.state == LinkState::Connected)
    }

    /// How old this replica's data is at worst, in milliseconds (whole seconds, as Redis counts).
    pub fn data_age_ms(&self, now: Ms) -> Ms {
        let Some(link) = &self.primary else { return 0 };
        let since = if link.state == LinkState::Connected { link.last_io } else { link.down_since };
        (now / 1_000).saturating_sub(since / 1_000) * 1_000
    }

    /// Puts a command into the stream, as a primary does. Without replicas and backlog there is no stream.
    pub fn feed(&mut self, argv: Vec<Bytes>, backlog_bytes_max: u64) {
        if !self.backlog_active && self.replicas.is_empty() {
            return;
        }
        let command = StreamCommand::new(argv);
        if !self.selected && !command.is_internal() {
            self.selected = true;
            let select = StreamCommand::new(vec![Bytes::from("SELECT"), Bytes::from("0")]);
            self.append(select, backlog_bytes_max);
        }
        self.append(command, backlog_bytes_max);
    }

    fn append(&mut self, command: StreamCommand, backlog_bytes_max: u64) {
        let start = self.offset;
        self.offset += command.bytes;
        self.backlog.push_back(Entry { start, command });
        let needed = self.replicas.iter().filter(|replica| replica.state != ReplicaState::Waiting);
        let needed = needed.map(|replica| replica.cursor).min().unwrap_or(u64::MAX);
        while let Some(first) = self.backlog.front() {
            let end = first.start + first.command.bytes;
            if self.offset - first.start <= backlog_bytes_max.max(16_384) || end > needed {
                break;
            }
            self.backlog.pop_front();
        }
    }

    /// Whether a replica at `offset` of history `replid` can continue from the backlog.
    fn can_continue(&self, replid: &str, offset: u64) -> bool {
        let same_history = replid == &*self.replid
            || (replid == &*self.replid2 && i64::try_from(offset).is_ok_and(|o| o < self.second_offset));
        same_history
            && self.backlog_active
            && offset >= self.backlog_start()
            && offset <= self.offset
            && self.place_of(offset).is_some()
    }

    /// Where in the backlog the command after `offset` stands.
    fn place_of(&self, offset: u64) -> Option<usize> {
        if offset == self.offset {
            return Some(self.backlog.len());
        }
        let place = self.backlog.partition_point(|entry| entry.start < offset);
        self.backlog.get(place).is_some_and(|entry| entry.start == offset).then_some(place)
    }

    /// Begins a new history under a new identity; the old one remains good up to here.
    fn shift_identity(&mut self, replid: Rc<str>) {
        self.replid2 = std::mem::replace(&mut self.replid, replid);
        self.second_offset = self.offset as i64 + 1;
    }

    fn new_history(&mut self, replid: Rc<str>) {
        self.replid = replid;
        self.replid2 = Rc::from(NO_REPLID);
        self.second_offset = -1;
    }

    fn replica_mut(&mut self, peer: NodeIndex, link: u64) -> Option<&mut ReplicaLink> {
        self.replicas.iter_mut().find(|replica| replica.peer == peer && replica.link == link)
    }
}

impl NodeState {
    /// The offset that bus messages carry: what a primary has written, what a replica has received of a history it
    /// can continue.
    pub fn advertised_offset(&self) -> u64 {
        match &self.replication.primary {
            Some(link) if !link.has_history => 0,
            _ => self.replication.offset,
        }
    }

    fn send_replication(
        &self,
        ctx: &mut Ctx<'_>,
        to: NodeIndex,
        bytes: u64,
        traffic: Traffic,
        message: ReplicationMessage,
    ) {
        let event = Event::Replication { from: self.me, to, message: Rc::new(message) };
        ctx.out.push(Output::Send { from: self.me, to, bytes, traffic, event });
    }

    fn control(&self, ctx: &mut Ctx<'_>, to: NodeIndex, message: ReplicationMessage) {
        self.send_replication(ctx, to, HANDSHAKE_BYTES, Traffic::ReplicationControl, message);
    }

    fn fresh_replid(&mut self) -> Rc<str> {
        hex_id(self.rng.next_u64(), &[0x7265_706c])
    }

    /// Sends every replica that is in step what it has not been sent.
    pub fn flush_stream(&mut self, ctx: &mut Ctx<'_>) {
        let end = self.replication.offset;
        for index in 0..self.replication.replicas.len() {
            let replica = &self.replication.replicas[index];
            if replica.state != ReplicaState::Online || replica.cursor == end {
                continue;
            }
            let (peer, link, offset) = (replica.peer, replica.link, replica.cursor);
            let Some(place) = self.replication.place_of(offset) else { continue };
            let commands: Vec<StreamCommand> =
                self.replication.backlog.range(place..).map(|entry| entry.command.clone()).collect();
            self.replication.replicas[index].cursor = end;
            let message = ReplicationMessage::Stream { link, offset, commands };
            self.send_replication(ctx, peer, end - offset, Traffic::Replication, message);
        }
    }

    /// This node follows `primary` from now on. A primary steps down; its data stays until the new primary has spoken.
    pub fn become_replica_of(&mut self, ctx: &mut Ctx<'_>, primary: NodeIndex) {
        let was_primary = self.view.am_primary();
        if was_primary {
            self.view.migrating.clear();
            self.view.importing.clear();
        }
        self.view.set_as_replica(self.me, Some(primary));
        if was_primary {
            ctx.note(self.me, Note::Demoted { of: primary });
        }
        self.todo.update_state = true;
        self.manual = super::election::ManualFailover::default();
        self.replicate_from(ctx, primary, was_primary);
    }

    /// Opens the replication link. A primary that steps down offers its own history; a replica the one it followed.
    pub fn replicate_from(&mut self, ctx: &mut Ctx<'_>, primary: NodeIndex, was_primary: bool) {
        let had_history = self.replication.primary.as_ref().is_none_or(|link| link.has_history);
        let has_history = had_history && (self.replication.backlog_active || was_primary);
        self.replication.loading = None;
        self.close_replica_links(ctx);
        self.replication.primary = Some(PrimaryLink {
            of: primary,
            link: 0,
            state: LinkState::Connect,
            has_history,
            attempted: 0,
            last_io: ctx.ms,
            down_since: ctx.ms,
            sync_bytes: 0,
        });
        self.connect_to_primary(ctx);
    }

    fn close_replica_links(&mut self, ctx: &mut Ctx<'_>) {
        for replica in std::mem::take(&mut self.replication.replicas) {
            self.control(ctx, replica.peer, ReplicationMessage::Closed { link: replica.link });
        }
        self.replication.lonely_since = ctx.ms;
        self.replication.good_replicas = 0;
    }

    /// Sends PSYNC over a new connection.
    fn connect_to_primary(&mut self, ctx: &mut Ctx<'_>) {
        let number = self.replication.next_link;
        let position = (self.replication.replid.clone(), self.replication.offset);
        let Some(link) = &mut self.replication.primary else { return };
        self.replication.next_link += 1;
        link.link = number;
        link.state = LinkState::Handshake;
        link.attempted = ctx.ms;
        let (of, position) = (link.of, link.has_history.then_some(position));
        self.control(ctx, of, ReplicationMessage::Psync { link: number, position });
    }

    /// The link to the primary is gone: opened anew at once, unless that was just tried.
    fn primary_link_lost(&mut self, ctx: &mut Ctx<'_>) {
        self.replication.loading = None;
        let Some(link) = &mut self.replication.primary else { return };
        if link.state == LinkState::Connected {
            link.down_since = ctx.ms;
        }
        link.state = LinkState::Connect;
        if ctx.ms.saturating_sub(link.attempted) >= CONNECT_RETRY_MS {
            self.connect_to_primary(ctx);
        }
    }

    /// This replica is a primary now: a new history begins that continues the old.
    pub fn replication_promote(&mut self, ctx: &mut Ctx<'_>) {
        let replid = self.fresh_replid();
        self.replication.shift_identity(replid);
        self.replication.primary = None;
        self.replication.loading = None;
        self.replication.selected = false;
        self.close_replica_links(ctx);
    }

    /// A replica that knows its primary but does not follow it (after a restart, say) begins to.
    pub fn ensure_replication_target(&mut self, ctx: &mut Ctx<'_>) {
        if self.view.am_primary() || self.replication.primary.is_some() {
            return;
        }
        if let Some(primary) = self.view.my_primary()
            && self.view.peer(primary).is_some()
        {
            self.replicate_from(ctx, primary, false);
        }
    }

    /// The 1 s tick of replication: acknowledgements, heartbeats, time-outs.
    pub fn replication_cron(&mut self, ctx: &mut Ctx<'_>) {
        self.replication.cron_ticks += 1;
        let timeout = self.settings.repl_timeout_s * 1_000;
        if let Some(link) = self.replication.primary.clone() {
            let silent = ctx.ms.saturating_sub(link.last_io) > timeout;
            let unanswered = ctx.ms.saturating_sub(link.attempted) >= CONNECT_RETRY_MS;
            match link.state {
                LinkState::Connect => self.connect_to_primary(ctx),
                LinkState::Handshake if unanswered => self.connect_to_primary(ctx),
                LinkState::Transfer { until } if ctx.ms > until => self.primary_link_lost(ctx),
                LinkState::Waiting | LinkState::Connected if silent => self.primary_link_lost(ctx),
                LinkState::Waiting | LinkState::Connected => self.acknowledge(ctx),
                _ => {}
            }
        }
        let before = self.replication.replicas.len();
        self.replication.replicas.retain(|replica| ctx.ms.saturating_sub(replica.acknowledged_at) <= timeout);
        let (end, cut) = (self.replication.offset, OUTPUT_BUFFER_MAX);
        self.replication.replicas.retain(|r| r.state == ReplicaState::Waiting || end - r.cursor <= cut);
        if self.replication.replicas.is_empty() && before > 0 {
            self.replication.lonely_since = ctx.ms;
        }
        let period = self.settings.repl_ping_period_s.max(1);
        let paused = self.manual.pause_until > ctx.ms;
        let heartbeat = self.replication.cron_ticks.is_multiple_of(period);
        if self.view.am_primary() && heartbeat && !paused && !self.replication.replicas.is_empty() {
            self.replication.feed(vec![Bytes::from("PING")], self.settings.backlog_bytes);
        }
        self.drop_unused_backlog(ctx);
        self.count_good_replicas(ctx.ms);
        self.flush_stream(ctx);
    }

    fn count_good_replicas(&mut self, now: Ms) {
        let max_lag_s = self.settings.max_lag_s;
        let good = |replica: &&ReplicaLink| {
            let lag_s = now.saturating_sub(replica.acknowledged_at) / 1_000;
            replica.state == ReplicaState::Online && lag_s <= max_lag_s
        };
        self.replication.good_replicas = self.replication.replicas.iter().filter(good).count() as u32;
    }

    /// A primary without replicas for `repl-backlog-ttl` frees its backlog: its history is over.
    fn drop_unused_backlog(&mut self, ctx: &mut Ctx<'_>) {
        let ttl = self.settings.backlog_ttl_s * 1_000;
        let lonely = self.replication.replicas.is_empty() && self.view.am_primary();
        if lonely
            && ttl != 0
            && self.replication.backlog_active
            && ctx.ms.saturating_sub(self.replication.lonely_since) > ttl
        {
            let replid = self.fresh_replid();
            self.replication.new_history(replid);
            self.replication.backlog_active = false;
            self.replication.backlog.clear();
        }
    }

    fn acknowledge(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(link) = &self.replication.primary {
            let offset = self.replication.offset;
            let reached = (link.state == LinkState::Connected).then_some(offset);
            let message = ReplicationMessage::Ack { link: link.link, offset: reached };
            let bytes =
                wire::command_len(&[Bytes::from("REPLCONF"), Bytes::from("ACK"), Bytes::from_int(offset as i64)]);
            self.send_replication(ctx, link.of, bytes, Traffic::ReplicationControl, message);
        }
    }

    /// A replica says how far it has got.
    fn acknowledged(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, link: u64, offset: Option<u64>) {
        let Some(replica) = self.replication.replica_mut(from, link) else {
            self.control(ctx, from, ReplicationMessage::Closed { link });
            return;
        };
        let since_last = ctx.ms.saturating_sub(replica.acknowledged_at);
        replica.acknowledged_at = ctx.ms;
        let cursor = replica.cursor;
        let Some(offset) = offset else {
            // It still waits although its snapshot was sent more than an acknowledgement ago: that was lost.
            let since_sync = ctx.ms.saturating_sub(replica.sync_began);
            if replica.state == ReplicaState::Loading && since_sync > since_last.max(CONNECT_RETRY_MS) {
                self.replication.replicas.retain(|replica| replica.peer != from);
                self.control(ctx, from, ReplicationMessage::Closed { link });
            }
            return;
        };
        replica.acknowledged = replica.acknowledged.max(offset);
        let lost = replica.state == ReplicaState::Online && offset < replica.sent_by_then;
        replica.sent_by_then = cursor;
        if replica.state == ReplicaState::Loading {
            replica.state = ReplicaState::Online;
            self.count_good_replicas(ctx.ms);
            self.flush_stream(ctx);
        } else if lost {
            // What was out before its last word has not arrived: an empty message shows it the gap.
            let message = ReplicationMessage::Stream { link, offset: cursor, commands: Vec::new() };
            self.send_replication(ctx, from, 0, Traffic::Replication, message);
        }
    }

    /// A node wants to follow this one.
    fn psync_requested(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, link: u64, position: Option<&(Rc<str>, u64)>) {
        self.replication.replicas.retain(|replica| replica.peer != from);
        if !self.replication.link_up() || self.replication.is_loading() {
            self.control(ctx, from, ReplicationMessage::Refused { link });
            return;
        }
        let now = ctx.ms;
        if let Some((replid, offset)) = position
            && self.replication.can_continue(replid, *offset)
        {
            let replid = self.replication.replid.clone();
            let bytes = self.replication.offset - offset;
            let (state, cursor) = (ReplicaState::Online, *offset);
            let replica = ReplicaLink {
                peer: from,
                link,
                state,
                cursor,
                acknowledged: cursor,
                acknowledged_at: now,
                sent_by_then: 0,
                sync_began: 0,
            };
            self.replication.replicas.push(replica);
            self.count_good_replicas(now);
            // Travels with the stream, so that nothing of the stream overtakes it.
            let message = ReplicationMessage::Continue { link, replid, bytes };
            self.send_replication(ctx, from, HANDSHAKE_BYTES, Traffic::Replication, message);
            self.flush_stream(ctx);
            return;
        }
        if !self.replication.backlog_active {
            let replid = self.fresh_replid();
            self.replication.new_history(replid);
            self.replication.backlog_active = true;
        }
        let state = ReplicaState::Waiting;
        self.replication.replicas.push(ReplicaLink {
            peer: from,
            link,
            state,
            cursor: self.replication.offset,
            acknowledged: 0,
            acknowledged_at: now,
            sent_by_then: 0,
            sync_began: 0,
        });
        self.control(ctx, from, ReplicationMessage::Waiting { link });
        if !self.replication.sync_scheduled {
            self.replication.sync_scheduled = true;
            let at = ctx.now + Nanos::from_secs(self.settings.diskless_delay_s);
            ctx.timer(self.me, at, Timer::BeginFullSync);
        }
    }

    /// Sends the data as it is now to every replica that waits for it.
    pub fn begin_full_sync(&mut self, ctx: &mut Ctx<'_>, keyspace: &Keyspace) {
        self.replication.sync_scheduled = false;
        if !self.replication.replicas.iter().any(|replica| replica.state == ReplicaState::Waiting) {
            return;
        }
        let snapshot = Rc::new(keyspace.clone());
        let bytes = keyspace.used_memory();
        let (replid, offset) = (self.replication.replid.clone(), self.replication.offset);
        self.replication.selected = false;
        for index in 0..self.replication.replicas.len() {
            let replica = &mut self.replication.replicas[index];
            if replica.state != ReplicaState::Waiting {
                continue;
            }
            replica.state = ReplicaState::Loading;
            replica.cursor = offset;
            replica.sync_began = ctx.ms;
            let (peer, link) = (replica.peer, replica.link);
            let begin = ReplicationMessage::FullResync { link, replid: replid.clone(), bytes };
            self.control(ctx, peer, begin);
            let keyspace = snapshot.clone();
            let message = ReplicationMessage::Snapshot { link, replid: replid.clone(), offset, keyspace, bytes };
            self.send_replication(ctx, peer, bytes, Traffic::FullSync, message);
        }
    }
}

impl Node {
    /// A message on the replication link has arrived.
    pub fn receive_replication(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, message: &ReplicationMessage) {
        let state = &mut self.state;
        match message {
            ReplicationMessage::Psync { link, position } => state.psync_requested(ctx, from, *link, position.as_ref()),
            ReplicationMessage::Ack { link, offset } => {
                state.acknowledged(ctx, from, *link, *offset);
                self.engine.acknowledged(&mut NodeHost { state: &mut self.state, ctx });
            }
            ReplicationMessage::Closed { link }
            | ReplicationMessage::Refused { link }
            | ReplicationMessage::Waiting { link }
            | ReplicationMessage::Continue { link, .. }
            | ReplicationMessage::FullResync { link, .. }
            | ReplicationMessage::Snapshot { link, .. }
            | ReplicationMessage::Stream { link, .. } => {
                let expected = state.replication.primary.as_mut().filter(|up| up.of == from && up.link == *link);
                let Some(up) = expected.filter(|up| up.state != LinkState::Connect) else { return };
                up.last_io = ctx.ms;
                self.receive_from_primary(ctx, message);
            }
        }
    }

    fn receive_from_primary(&mut self, ctx: &mut Ctx<'_>, message: &ReplicationMessage) {
        let state = &mut self.state;
        let me = state.me;
        let Some(up) = &mut state.replication.primary else { return };
        match message {
            ReplicationMessage::Refused { .. } => up.state = LinkState::Connect,
            ReplicationMessage::Closed { .. } => state.primary_link_lost(ctx),
            ReplicationMessage::Waiting { .. } => up.state = LinkState::Waiting,
            ReplicationMessage::Continue { replid, bytes, .. } => {
                up.state = LinkState::Connected;
                up.down_since = 0;
                if *replid != state.replication.replid {
                    state.replication.shift_identity(replid.clone());
                    state.close_replica_links(ctx);
                }
                ctx.note(me, Note::PartialSync { bytes: *bytes });
            }
            ReplicationMessage::FullResync { bytes, .. } => {
                // A small snapshot may have overtaken this.
                if matches!(up.state, LinkState::Waiting | LinkState::Handshake) {
                    let until = ctx.ms + TRANSFER_GRACE_MS + bytes / TRANSFER_BYTES_PER_MS;
                    up.state = LinkState::Transfer { until };
                    up.has_history = false;
                    up.sync_bytes = *bytes;
                    ctx.note(me, Note::FullSyncBegan { bytes: *bytes });
                }
            }
            ReplicationMessage::Snapshot { link, replid, offset, keyspace, bytes } => {
                if !matches!(up.state, LinkState::Transfer { .. }) {
                    ctx.note(me, Note::FullSyncBegan { bytes: *bytes });
                }
                up.state = LinkState::Loading;
                up.has_history = false;
                up.sync_bytes = *bytes;
                let due = ctx.now + Nanos(bytes.saturating_mul(1_000_000_000) / LOAD_BYTES_PER_SECOND);
                state.replication.loading = Some(Loading {
                    link: *link,
                    due,
                    replid: replid.clone(),
                    offset: *offset,
                    keyspace: keyspace.clone(),
                });
                state.close_replica_links(ctx);
                ctx.timer(me, due, Timer::Loaded);
            }
            ReplicationMessage::Stream { offset, commands, .. } => {
                if up.state == LinkState::Connected {
                    self.apply_stream(ctx, *offset, commands);
                }
            }
            ReplicationMessage::Psync { .. } | ReplicationMessage::Ack { .. } => {}
        }
    }

    /// Applies what continues this replica's offset; a gap means that something was lost, and the link with it.
    fn apply_stream(&mut self, ctx: &mut Ctx<'_>, offset: u64, commands: &[StreamCommand]) {
        if offset > self.state.replication.offset {
            self.state.primary_link_lost(ctx);
            return;
        }
        let mut start = offset;
        let mut asked = false;
        for command in commands {
            if start == self.state.replication.offset {
                if !command.is_internal() {
                    self.apply(ctx, &command.argv);
                    self.service.busy += Nanos(APPLY_NS);
                }
                asked |= command.asks_for_acknowledgement();
                let backlog_bytes = self.state.settings.backlog_bytes;
                self.state.replication.append(command.clone(), backlog_bytes);
            }
            start += command.bytes;
        }
        self.state.flush_stream(ctx);
        if asked {
            self.state.acknowledge(ctx);
        }
    }

    /// The snapshot has been loaded: the replica has the primary's data as of the snapshot's offset.
    pub fn snapshot_loaded(&mut self, ctx: &mut Ctx<'_>) {
        let due = self.state.replication.loading.as_ref().is_some_and(|loading| loading.due <= ctx.now);
        if !due {
            return; // The timer of a load that was given up.
        }
        let Some(loading) = self.state.replication.loading.take() else { return };
        self.engine.load((*loading.keyspace).clone());
        let replication = &mut self.state.replication;
        replication.new_history(loading.replid);
        replication.offset = loading.offset;
        replication.backlog.clear();
        replication.backlog_active = true;
        if let Some(up) = &mut replication.primary
            && up.link == loading.link
        {
            up.state = LinkState::Connected;
            up.has_history = true;
            up.down_since = 0;
            up.last_io = ctx.ms;
        }
        ctx.note(self.state.me, Note::FullSyncEnded);
        self.state.acknowledge(ctx);
    }
}

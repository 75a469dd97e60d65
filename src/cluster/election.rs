//! Elections: how a replica of a failed primary takes its place, and how primaries vote.
//!
//! Every tick a replica asks itself whether its primary has failed and whether its own data is fresh enough; if so it
//! waits a moment (longer the more of its siblings are ahead of it in the replication stream), raises the epoch, and
//! asks every primary for its vote. A majority of the primaries that serve slots, within twice the node timeout, makes
//! it the owner of the slots under the new epoch. After Redis 7.0's cluster.c: `clusterHandleSlaveFailover`,
//! `clusterSendFailoverAuthIfNeeded`; manual failover after `CLUSTER FAILOVER` there.
//!
//! Start with [`NodeState::election_step`].

use super::bus::Audience;
use super::bus_message::{BusBody, Header};
use super::node::{Ctx, NodeState};
use super::view::Ms;
use super::{NodeIndex, Note};

/// A replica waits this long before it asks for votes, so that FAIL can spread ...
const DELAY_FIXED_MS: u64 = 500;
/// ... and up to this much more, so that two seldom ask at once ...
const DELAY_RANDOM_MS: u64 = 500;
/// ... and this much for each sibling that is ahead of it.
const DELAY_PER_RANK_MS: i64 = 1_000;
/// An election lasts twice the node timeout, but at least this.
const AUTH_TIMEOUT_MIN_MS: Ms = 2_000;
/// A manual failover must be over within this time.
pub(super) const MANUAL_TIMEOUT_MS: Ms = 5_000;
/// How many manual time-outs the primary holds its clients back for.
const MANUAL_PAUSE: Ms = 2;

/// A replica's candidature, past or present.
#[derive(Clone, Debug, Default)]
pub(super) struct Election {
    /// When votes are, or were, asked for.
    auth_time: i64,
    /// Whether they were asked for.
    sent: bool,
    /// Votes so far.
    votes: usize,
    /// The epoch they are for.
    epoch: u64,
    /// How many siblings were ahead.
    rank: i64,
}

/// A manual failover under way, on either side of it.
#[derive(Clone, Debug, Default)]
pub(super) struct ManualFailover {
    /// When it is given up; 0: none is under way.
    pub end: Ms,
    /// On the primary: the replica that is to take over.
    pub replica: Option<NodeIndex>,
    /// On the replica: the offset at which the primary stopped.
    pub primary_offset: Option<u64>,
    /// On the replica: it has caught up (or was told not to wait) and may stand for election.
    pub can_start: bool,
    /// On the primary: clients are held back until then.
    pub pause_until: Ms,
}

impl NodeState {
    /// One step of a replica's candidature, where there is reason for one.
    pub fn election_step(&mut self, ctx: &mut Ctx<'_>) {
        self.todo.election_step = false;
        let manual = self.manual.end != 0 && self.manual.can_start;
        if !self.may_stand(ctx.ms, manual) {
            return;
        }
        let now = ctx.ms as i64;
        let auth_timeout = (self.settings.node_timeout_ms * 2).max(AUTH_TIMEOUT_MIN_MS) as i64;
        let auth_age = now - self.election.auth_time;
        if auth_age > auth_timeout * 2 {
            self.schedule_election(ctx, now);
            return;
        }
        if !self.election.sent && self.manual.end == 0 {
            let rank = self.rank();
            if rank > self.election.rank {
                self.election.auth_time += (rank - self.election.rank) * DELAY_PER_RANK_MS;
                self.election.rank = rank;
            }
        }
        if now < self.election.auth_time || auth_age > auth_timeout {
            return;
        }
        if !self.election.sent {
            self.view.current_epoch += 1;
            self.election.epoch = self.view.current_epoch;
            self.election.sent = true;
            ctx.note(self.me, Note::AsksForVotes { epoch: self.election.epoch });
            self.broadcast(ctx, BusBody::AuthRequest, manual);
            return;
        }
        if self.election.votes >= self.view.quorum() {
            let epoch = self.election.epoch;
            let myself = self.view.myself_mut();
            myself.config_epoch = myself.config_epoch.max(epoch);
            self.take_over(ctx);
        }
    }

    /// Whether this replica's primary is gone (or asked to be relieved), and its own data fresh enough.
    fn may_stand(&self, now: Ms, manual: bool) -> bool {
        if self.view.am_primary() || (self.settings.no_failover && !manual) {
            return false;
        }
        let Some(primary) = self.view.my_primary().and_then(|node| self.view.peer(node)) else { return false };
        if primary.slots.is_empty() || (!primary.fail && !manual) {
            return false;
        }
        let timeout = self.settings.node_timeout_ms;
        let mut data_age = self.replication.data_age_ms(now);
        if data_age > timeout {
            data_age -= timeout;
        }
        let factor = self.settings.validity_factor;
        let too_old = factor != 0 && data_age > self.settings.repl_ping_period_s * 1_000 + timeout * factor;
        manual || !too_old
    }

    fn schedule_election(&mut self, ctx: &mut Ctx<'_>, now: i64) {
        let rank = self.rank();
        let delay = (DELAY_FIXED_MS + self.rng.below(DELAY_RANDOM_MS)) as i64 + rank * DELAY_PER_RANK_MS;
        let epoch = self.election.epoch;
        self.election = Election { auth_time: now + delay, sent: false, votes: 0, epoch, rank };
        if self.manual.end != 0 {
            self.election.auth_time = now;
            self.election.rank = 0;
            self.todo.election_step = true;
        }
        self.broadcast_pong(ctx, Audience::Siblings);
    }

    /// How many siblings are ahead of this replica in the replication stream.
    fn rank(&self) -> i64 {
        let Some(primary) = self.view.my_primary() else { return 0 };
        let mine = self.advertised_offset();
        self.view
            .replicas_of(primary)
            .into_iter()
            .filter(|node| *node != self.me)
            .filter_map(|node| self.view.peer(node))
            .filter(|peer| !peer.no_failover && peer.repl_offset > mine)
            .count() as i64
    }

    /// Counts a vote, where it comes from somebody entitled and is for the present candidature.
    pub fn count_vote(&mut self, from: NodeIndex, epoch: u64) {
        let entitled = self.view.peer(from).is_some_and(super::view::Peer::serves);
        if entitled && self.election.sent && epoch >= self.election.epoch {
            self.election.votes += 1;
            self.todo.election_step = true;
        }
    }

    /// This replica becomes the primary: it takes the slots, whoever agrees, and tells everybody.
    pub fn take_over(&mut self, ctx: &mut Ctx<'_>) {
        let Some(old) = self.view.my_primary().filter(|node| *node != self.me) else { return };
        self.view.set_as_primary(self.me);
        let slots = self.view.peer(old).map(|peer| peer.slots.clone()).unwrap_or_default();
        for slot in slots.iter() {
            self.view.bind(slot, self.me);
        }
        self.replication_promote(ctx);
        self.manual = ManualFailover::default();
        self.update_cluster_state(ctx);
        let epoch = self.view.myself().config_epoch;
        ctx.note(self.me, Note::Promoted { epoch });
        self.broadcast_pong(ctx, Audience::All);
    }

    /// A replica asks for this node's vote.
    pub fn consider_vote(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, request: &Header) {
        if !self.view.myself().serves()
            || request.current_epoch < self.view.current_epoch
            || self.view.last_vote_epoch == self.view.current_epoch
        {
            return;
        }
        let Some(candidate) = self.view.peer(from).filter(|peer| !peer.is_primary) else { return };
        let Some(primary) = candidate.replica_of else { return };
        let Some(failed) = self.view.peer(primary) else { return };
        if !failed.fail && !request.force_ack {
            return;
        }
        if ctx.ms.saturating_sub(failed.voted_time) < self.settings.node_timeout_ms * 2 {
            return;
        }
        let outdated =
            request.slots.iter().any(|slot| self.view.owner_epoch(slot).is_some_and(|e| e > request.config_epoch));
        if outdated {
            return;
        }
        if let Some(failed) = self.view.peer_mut(primary) {
            failed.voted_time = ctx.ms;
        }
        self.view.last_vote_epoch = self.view.current_epoch;
        self.send_bus(ctx, from, BusBody::AuthAck);
    }

    /// On the primary: a replica wants to take over. Clients are held back until it has.
    pub fn manual_failover_requested(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex) {
        let is_mine = self.view.peer(from).is_some_and(|peer| !peer.is_primary && peer.replica_of == Some(self.me));
        if !self.view.am_primary() || !is_mine {
            return;
        }
        self.manual = ManualFailover {
            end: ctx.ms + MANUAL_TIMEOUT_MS,
            replica: Some(from),
            pause_until: ctx.ms + MANUAL_TIMEOUT_MS * MANUAL_PAUSE,
            ..ManualFailover::default()
        };
    }

    /// On the replica: the paused primary's heartbeat tells the offset to reach.
    pub fn manual_failover_offset(&mut self, from: NodeIndex, header: &Header) {
        let waits = self.manual.end != 0 && self.manual.primary_offset.is_none() && !self.view.am_primary();
        if waits && header.paused && self.view.my_primary() == Some(from) {
            self.manual.primary_offset = Some(header.offset);
            self.todo.election_step = true;
        }
    }

    /// On the replica: may the election start?
    pub fn manual_failover_progress(&mut self, _ctx: &mut Ctx<'_>) {
        if self.manual.end != 0
            && !self.manual.can_start
            && self.manual.primary_offset == Some(self.advertised_offset())
        {
            self.manual.can_start = true;
            self.todo.election_step = true;
        }
    }

    /// Gives a manual failover up that takes too long.
    pub fn manual_failover_check_timeout(&mut self, ctx: &mut Ctx<'_>) {
        if self.manual.end != 0 && self.manual.end < ctx.ms {
            self.manual = ManualFailover::default();
        }
    }

    /// Forgets all candidatures, as a fresh process has none.
    pub fn election_reset(&mut self) {
        self.election = Election::default();
        self.manual = ManualFailover::default();
    }
}

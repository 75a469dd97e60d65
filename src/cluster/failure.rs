//! Failure detection: from one node's suspicion (PFAIL) to the quorum's verdict (FAIL) and back, and what that makes of
//! `cluster_state`.
//!
//! A node suspects a peer by itself (see `bus`). Suspicions travel as gossip; when a majority of the primaries that
//! serve slots report the same node within twice the node timeout, whoever notices first declares it failed and tells
//! everybody. After Redis 7.0's cluster.c: `markNodeAsFailingIfNeeded`, `clearNodeFailureIfNeeded`,
//! `clusterUpdateState`.

use super::bus_message::BusBody;
use super::node::{Ctx, NodeState};
use super::view::Ms;
use super::{NodeIndex, Note};
use crate::engine::Slot;

/// A failure report counts for this many node timeouts.
const REPORT_VALIDITY: Ms = 2;
/// A failed primary that still owns slots is pardoned after this many node timeouts.
const FAIL_UNDO: Ms = 2;
/// How long a primary that rejoins the majority still refuses requests: the node timeout within these bounds.
const REJOIN_DELAY_MS: (Ms, Ms) = (500, 5_000);
/// How long a primary refuses requests after it has started.
const WRITABLE_DELAY_MS: Ms = 2_000;

impl NodeState {
    /// `reporter` says that `node` fails.
    pub fn add_failure_report(&mut self, now: Ms, node: NodeIndex, reporter: NodeIndex) {
        let Some(peer) = self.view.peer_mut(node) else { return };
        match peer.reports.iter_mut().find(|(who, _)| *who == reporter) {
            Some(report) => report.1 = now,
            None => peer.reports.push((reporter, now)),
        }
    }

    /// `reporter` does not say (any more) that `node` fails.
    pub fn remove_failure_report(&mut self, node: NodeIndex, reporter: NodeIndex) {
        if let Some(peer) = self.view.peer_mut(node) {
            peer.reports.retain(|(who, _)| *who != reporter);
        }
    }

    /// How many reports against `node` still count.
    pub fn failure_reports(&mut self, now: Ms, node: NodeIndex) -> usize {
        let validity = self.settings.node_timeout_ms * REPORT_VALIDITY;
        let Some(peer) = self.view.peer_mut(node) else { return 0 };
        peer.reports.retain(|(_, at)| now.saturating_sub(*at) <= validity);
        peer.reports.len()
    }

    /// Declares `node` failed if this node suspects it too and a quorum of primaries agrees.
    pub fn mark_failing_if_agreed(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex) {
        if !self.view.peer(node).is_some_and(|peer| peer.pfail && !peer.fail) {
            return;
        }
        let agreeing = self.failure_reports(ctx.ms, node) + usize::from(self.view.am_primary());
        if agreeing < self.view.quorum() {
            return;
        }
        self.set_failed(ctx.ms, node);
        ctx.note(self.me, Note::DeclaresFailure { peer: node });
        self.broadcast(ctx, BusBody::Fail(node), false);
    }

    /// Somebody declares `node` failed: that is taken on trust.
    pub fn learn_failure(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex) {
        if node != self.me && self.view.peer(node).is_some_and(|peer| !peer.fail) {
            self.set_failed(ctx.ms, node);
        }
    }

    fn set_failed(&mut self, now: Ms, node: NodeIndex) {
        if let Some(peer) = self.view.peer_mut(node) {
            peer.pfail = false;
            peer.fail = true;
            peer.fail_time = now;
        }
        self.todo.update_state = true;
    }

    /// A failed node answers again. A replica, or a primary without slots, is well at once; a primary with slots only
    /// after a while in which nobody replaced it.
    pub fn clear_failure_if_allowed(&mut self, ctx: &mut Ctx<'_>, node: NodeIndex) {
        let undo_after = self.settings.node_timeout_ms * FAIL_UNDO;
        let Some(peer) = self.view.peer_mut(node) else { return };
        if !peer.serves() || ctx.ms.saturating_sub(peer.fail_time) > undo_after {
            peer.fail = false;
            ctx.note(self.me, Note::ClearsFailure { peer: node });
            self.todo.update_state = true;
        }
    }

    /// Computes `cluster_state` anew.
    pub fn update_cluster_state(&mut self, ctx: &mut Ctx<'_>) {
        self.todo.update_state = false;
        if self.view.first_update == 0 {
            self.view.first_update = ctx.ms;
        }
        self.count_size();
        let young = ctx.ms.saturating_sub(self.view.first_update) < WRITABLE_DELAY_MS;
        if self.view.am_primary() && !self.view.ok && young {
            return; // The tick comes back to it.
        }
        let mut ok = true;
        if self.settings.require_full_coverage {
            ok = (0..Slot::COUNT).all(|slot| {
                self.view.owner(slot).and_then(|owner| self.view.peer(owner)).is_some_and(|owner| !owner.fail)
            });
        }
        let reachable = self.view.known().filter(|(_, peer)| peer.serves() && !peer.fail && !peer.pfail).count();
        if reachable < self.view.quorum() {
            ok = false;
            self.view.minority_at = ctx.ms;
        }
        if ok == self.view.ok {
            return;
        }
        let rejoin_delay = self.settings.node_timeout_ms.clamp(REJOIN_DELAY_MS.0, REJOIN_DELAY_MS.1);
        let too_soon = ctx.ms.saturating_sub(self.view.minority_at) < rejoin_delay;
        if ok && self.view.am_primary() && too_soon {
            return;
        }
        self.view.ok = ok;
        ctx.note(self.me, Note::StateChanged { ok });
    }

    /// Counts the primaries that serve slots: the size that a quorum refers to.
    pub fn count_size(&mut self) {
        self.view.size = self.view.known().filter(|(_, peer)| peer.serves()).count();
    }
}

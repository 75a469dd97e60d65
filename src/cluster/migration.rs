//! Replica migration: a primary that has lost all its replicas gets one from a shard that has several.
//!
//! After Redis 7.0's `clusterHandleSlaveMigration`. Every replica looks for itself, each tick, and all come to the same
//! answer without talking: of the replicas in the shards with the most working replicas, the one whose identity sorts
//! first moves, once the primary has been alone for five seconds.

use super::NodeIndex;
use super::node::{Ctx, NodeState};
use super::view::{Ms, Peer};

/// How long a primary must have been without replicas.
const MIGRATION_DELAY_MS: Ms = 5_000;

impl NodeState {
    /// Moves this replica to a primary that has none, if it is the one to go.
    pub fn consider_migration(&mut self, ctx: &mut Ctx<'_>) {
        let Some(mine) = self.view.my_primary().filter(|node| *node != self.me) else { return };
        let alone = self.note_orphans(ctx.ms);
        if alone.is_empty() || !self.settings.allow_replica_migration || !self.view.ok {
            return;
        }
        let living = |peer: &Peer| peer.is_primary && !peer.fail;
        let primaries: Vec<NodeIndex> = self.view.known().filter(|(_, peer)| living(peer)).map(|(n, _)| n).collect();
        let most = primaries.iter().map(|node| self.working_replicas(*node)).max().unwrap_or(0);
        if most < 2 || self.working_replicas(mine) != most {
            return;
        }
        let sure = |node: &NodeIndex| self.view.peer(*node).is_some_and(|peer| !peer.fail && !peer.pfail);
        let left_sure = self.view.replicas_of(mine).iter().filter(|node| sure(node)).count() as u64;
        if left_sure <= self.settings.migration_barrier {
            return;
        }
        let full = primaries.iter().filter(|node| self.working_replicas(**node) == most);
        let candidates = full.flat_map(|node| self.view.replicas_of(*node));
        let first = candidates.filter(|node| self.view.peer(*node).is_some_and(|peer| !peer.fail));
        let first = first.min_by_key(|node| self.roster.id(*node).clone());
        let target = alone.into_iter().find(|node| self.view.peer(*node).is_some_and(Peer::serves));
        if first == Some(self.me)
            && let Some(target) = target
            && let Some(peer) = self.view.peer(target)
            && ctx.ms.saturating_sub(peer.orphaned_since) > MIGRATION_DELAY_MS
        {
            self.become_replica_of(ctx, target);
        }
    }

    /// The living primaries that once had replicas and have none that works; remembers since when.
    fn note_orphans(&mut self, now: Ms) -> Vec<NodeIndex> {
        let mut alone = Vec::new();
        for node in self.view.others() {
            let replicas = self.working_replicas(node);
            let Some(peer) = self.view.peer_mut(node) else { continue };
            if peer.is_primary && !peer.fail && peer.migrate_to && replicas == 0 {
                if peer.orphaned_since == 0 {
                    peer.orphaned_since = now;
                }
                alone.push(node);
            } else {
                peer.orphaned_since = 0;
            }
        }
        alone
    }

    /// How many replicas of a primary are not marked FAIL.
    fn working_replicas(&self, primary: NodeIndex) -> usize {
        let replicas = self.view.replicas_of(primary).into_iter();
        replicas.filter(|node| self.view.peer(*node).is_some_and(|peer| !peer.fail)).count()
    }
}

//! Readings of a lane: plain data for the page, taken from the state at the time they are asked for.

use super::lane::{Lane, database_zone};
use super::sim_console::zone_name;
use super::view::{AppView, DatabaseView, Health, LaneView, NodeView};
use crate::app::AppIndex;
use crate::cluster::{Liveness, NodeIndex, NodeStatus, Role};
use crate::engine::Slot;
use crate::scenario::Scenario;

/// In [`Lane::slot_map`]: nobody serves the slot.
const NOBODY: u8 = 255;

impl Lane {
    /// A reading of the whole lane.
    pub fn view(&self, scenario: &Scenario, index: usize) -> LaneView {
        let nodes = self.node_views(scenario);
        let apps = (0..self.places.apps)
            .map(|app| AppView {
                name: format!("app {}", app + 1),
                zone: self.network.zone(self.places.app(AppIndex(app))).0,
                operations_per_second: self.measurements.app_per_second(app),
                in_flight: self.fleet.in_flight(AppIndex(app)),
            })
            .collect();
        let database = DatabaseView {
            zone: database_zone(scenario.deployment.zones.max(1)),
            busy: self.fleet.database().busy(),
            connections: self.fleet.database().connections(),
            waiting: self.fleet.database().waiting(),
            queries_per_second: self.measurements.queries_per_second(),
        };
        let figures = self.measurements.figures(&nodes);
        let in_words = in_words(&nodes);
        LaneView { strategy: scenario.lanes[index], figures, apps, nodes, database, in_words }
    }

    /// A reading of every node.
    pub fn node_views(&self, scenario: &Scenario) -> Vec<NodeView> {
        let statuses: Vec<NodeStatus> =
            (0..self.cluster.len()).map(|node| self.cluster.status(NodeIndex(node as u16))).collect();
        statuses.iter().enumerate().map(|(node, _)| self.node_view(scenario, node, &statuses)).collect()
    }

    fn node_view(&self, scenario: &Scenario, node: usize, statuses: &[NodeStatus]) -> NodeView {
        let place = NodeIndex(node as u16);
        let status = &statuses[node];
        let spec = self.cluster.spec(place);
        let engine = self.cluster.engine(place);
        let stats = engine.stats();
        let alive = |status: &&NodeStatus| status.liveness == Liveness::Up;
        let maxmemory =
            engine.config("maxmemory").and_then(|text| text.parse().ok()).unwrap_or(scenario.deployment.maxmemory);
        let replica_of = match status.role {
            Role::Primary => None,
            Role::Replica { of } => Some(of),
        };
        let dead = status.liveness == Liveness::Dead;
        NodeView {
            name: spec.name.clone(),
            id: self.cluster.node_id(place).to_owned(),
            ip: spec.ip.clone(),
            zone: self.network.zone(self.places.node(place)).0,
            shard: spec.shard,
            primary: replica_of.is_none(),
            replica_of: replica_of.map(|of| usize::from(of.0)),
            health: match status.liveness {
                Liveness::Dead => Health::Dead,
                Liveness::Paused => Health::Paused,
                Liveness::Up if status.loading => Health::Loading,
                Liveness::Up => Health::Online,
            },
            suspected_by: statuses.iter().filter(alive).filter(|other| other.suspects.contains(&place)).count(),
            failed: statuses.iter().filter(alive).any(|other| other.failed.contains(&place)),
            keys: if dead { 0 } else { engine.keyspace().len() },
            used_memory: if dead { 0 } else { engine.used_memory() },
            maxmemory,
            policy: engine.config("maxmemory-policy").unwrap_or_default(),
            cpu_permille: self.measurements.cpu_permille(node),
            commands_per_second: self.measurements.commands_per_second(node),
            queue: status.queue,
            offset: status.offset,
            lag_bytes: replica_of.map_or(0, |of| statuses[usize::from(of.0)].offset.saturating_sub(status.offset)),
            // What a dead machine believed died with it.
            slots: if dead { Vec::new() } else { status.slots.clone() },
            evicted: stats.evicted_keys,
            expired: stats.expired_keys,
            hits: stats.keyspace_hits,
            misses: stats.keyspace_misses,
            config_epoch: status.config_epoch,
            current_epoch: status.current_epoch,
            cluster_ok: status.cluster_ok,
            link_up: status.link_up,
        }
    }

    /// Whose view of the slots is shown: that of the living node with the highest epoch; after a failover it is the one
    /// that knows.
    pub fn witness(&self) -> Option<NodeIndex> {
        (0..self.cluster.len())
            .map(|node| NodeIndex(node as u16))
            .filter(|node| self.cluster.liveness(*node) == Liveness::Up)
            .max_by_key(|node| (self.cluster.status(*node).current_epoch, std::cmp::Reverse(*node)))
    }

    /// The shard (column) of each slot's owner, 255 for none, and whether any key lives there, as the witness sees it.
    pub fn slot_map(&self) -> Vec<(u8, bool)> {
        let Some(witness) = self.witness() else { return vec![(NOBODY, false); usize::from(Slot::COUNT)] };
        (0..Slot::COUNT)
            .map(|number| {
                let owner = self.cluster.slot_owner(witness, number);
                let shard = owner.map_or(NOBODY, |owner| self.cluster.spec(owner).shard.min(254) as u8);
                let keys = owner
                    .zip(Slot::new(number))
                    .is_some_and(|(owner, slot)| self.cluster.engine(owner).keyspace().count_in_slot(slot) > 0);
                (shard, keys)
            })
            .collect()
    }
}

/// The cluster in words: what the picture shows, for those who do not see it.
fn in_words(nodes: &[NodeView]) -> Vec<String> {
    nodes
        .iter()
        .map(|node| {
            let zone = zone_name(node.zone);
            let health = match node.health {
                Health::Online => "",
                Health::Paused => " It hangs.",
                Health::Dead => " Its machine is gone.",
                Health::Loading => " It is loading a snapshot.",
            };
            let doubt = match (node.failed, node.suspected_by) {
                (true, _) => " The others have declared it failed.".to_owned(),
                (false, 0) => String::new(),
                (false, n) => format!(" Suspected by {n} of the others."),
            };
            let slots: u32 = node.slots.iter().map(|(first, last)| u32::from(last - first) + 1).sum();
            let what = match node.replica_of.and_then(|of| nodes.get(of)) {
                None => format!("primary, serves {slots} slots, {} keys", node.keys),
                Some(of) => format!("replica of {}, {} bytes behind", of.name, node.lag_bytes),
            };
            format!("{} in {zone}: {what}.{health}{doubt}", node.name)
        })
        .collect()
}

//! What the engine asks of its node while it executes a command: may this be served here, and if not, where?
//!
//! The order of the checks in [`NodeHost::route`] is that of Redis 7.0's `getNodeByQuery`; tests depend on it.

use super::NodeIndex;
use super::commands;
use super::node::{Ctx, NodeState};
use super::replication::{LinkState, ReplicaState};
use super::settings::Endpoint;
use super::view::Ms;
use crate::engine::{ClientId, Host, Keyspace, Migrated, Migration, Route, Slot, SyncRequest, UnixMicros};
use crate::resp::{Bytes, Value};

/// A node as its engine sees it.
pub(super) struct NodeHost<'a, 'b> {
    pub state: &'a mut NodeState,
    pub ctx: &'a mut Ctx<'b>,
}

impl Host for NodeHost<'_, '_> {
    fn now(&self) -> UnixMicros {
        UnixMicros(self.ctx.unix_us)
    }

    fn random(&mut self) -> u64 {
        self.state.engine_rng.next_u64()
    }

    fn route(&mut self, route: &Route<'_>, keyspace: &Keyspace) -> Result<(), Value> {
        self.state.route(route, keyspace)
    }

    fn cluster_enabled(&self) -> bool {
        true
    }

    fn is_replica(&self) -> bool {
        !self.state.view.am_primary()
    }

    fn is_loading(&self) -> bool {
        self.state.replication.is_loading()
    }

    fn good_replicas(&self) -> u32 {
        self.state.replication.good_replicas
    }

    fn cluster(&mut self, argv: &[Bytes], keyspace: &mut Keyspace) -> Value {
        commands::execute(self.state, self.ctx, argv, keyspace)
    }

    fn info_replication(&self) -> Vec<(String, String)> {
        self.state.info_replication(self.ctx.ms)
    }

    fn role(&self) -> Value {
        self.state.role()
    }

    fn feed(&mut self, client: ClientId, request: SyncRequest) -> bool {
        // What a real replica asks for (PSYNC) goes on from a history; the simulated one is no stream of bytes.
        let Some(to_be_fed) = self.state.to_be_fed.as_mut().filter(|_| request == SyncRequest::Everything) else {
            return false;
        };
        to_be_fed.push(client);
        true
    }

    fn request_acknowledgements(&mut self) {
        self.state.todo.ask_for_acknowledgements = true;
    }

    fn is_cut_off(&self) -> bool {
        !self.state.view.am_primary() && self.state.replication.primary_state() != Some(LinkState::Connected)
    }

    fn migrate(&mut self, migration: Migration, may_wait: bool) -> Migrated {
        self.state.begin_key_migration(self.ctx, migration, may_wait)
    }

    fn kept_migration_links(&self) -> usize {
        self.state.key_migrations.kept()
    }

    fn has_lagging_replicas(&self) -> bool {
        let replication = &self.state.replication;
        replication.replicas.iter().any(|replica| replica.acknowledged != replication.offset)
    }

    fn publish(&mut self, channel: &Bytes, message: &Bytes, sharded: bool) {
        self.state.publish(self.ctx, channel, message, sharded);
    }

    fn acknowledged_replicas(&self, offset: u64) -> i64 {
        let replication = &self.state.replication;
        let reached = |replica: &&super::replication::ReplicaLink| {
            replica.state == ReplicaState::Online && replica.acknowledged >= offset
        };
        replication.replicas.iter().filter(reached).count() as i64
    }
}

impl NodeState {
    /// Whether this node may serve a command with these keys; the redirection or refusal if not.
    fn route(&self, route: &Route<'_>, keyspace: &Keyspace) -> Result<(), Value> {
        let Some(first) = route.keys.first() else { return Ok(()) };
        let slot = Slot::of_key(first).number();
        let Some(owner) = self.view.owner(slot) else {
            return Err(Value::error("CLUSTERDOWN Hash slot not served"));
        };
        let migrating = self.view.migrating.get(&slot).copied().filter(|_| owner == self.me);
        let importing = migrating.is_none() && self.view.importing.contains_key(&slot);
        let (mut missing, mut existing, mut several) = (0, 0, false);
        for key in route.keys {
            if key != first {
                if Slot::of_key(key).number() != slot {
                    return Err(Value::error("CROSSSLOT Keys in request don't hash to the same slot"));
                }
                several = true;
            }
            if (migrating.is_some() || importing) && !route.is_shard_channel {
                let counter = if keyspace.contains(key) { &mut existing } else { &mut missing };
                *counter += 1;
            }
        }
        if !self.view.ok {
            if route.is_shard_channel {
                if !self.settings.allow_shard_channels_when_down {
                    return Err(Value::error("CLUSTERDOWN The cluster is down"));
                }
            } else if !self.settings.allow_reads_when_down {
                return Err(Value::error("CLUSTERDOWN The cluster is down"));
            }
            if route.is_write && !route.is_shard_channel {
                return Err(Value::error("CLUSTERDOWN The cluster is down and only accepts read commands"));
            }
        }
        if (migrating.is_some() || importing) && route.is_migrate {
            return Ok(());
        }
        let try_again = || Value::error("TRYAGAIN Multiple keys request during rehashing of slot");
        if let Some(target) = migrating
            && missing > 0
        {
            return Err(if existing > 0 { try_again() } else { self.redirection("ASK", slot, target) });
        }
        if importing && route.asking {
            return if several && missing > 0 { Err(try_again()) } else { Ok(()) };
        }
        let reads_of_primary = (route.client_readonly || route.is_shard_channel)
            && !route.is_write
            && !self.view.am_primary()
            && self.view.my_primary() == Some(owner);
        if owner == self.me || reads_of_primary {
            return Ok(());
        }
        Err(self.redirection("MOVED", slot, owner))
    }

    fn redirection(&self, kind: &str, slot: u16, to: NodeIndex) -> Value {
        Value::error(format!("{kind} {slot} {}:{}", self.endpoint(to), self.roster.spec(to).port))
    }

    /// What clients are told to connect to: address, name, or nothing.
    pub fn endpoint(&self, node: NodeIndex) -> &str {
        match self.settings.endpoint {
            Endpoint::Ip => &self.roster.spec(node).ip,
            Endpoint::Hostname if self.roster.spec(node).name.is_empty() => "?",
            Endpoint::Hostname => &self.roster.spec(node).name,
            Endpoint::Unknown => "",
        }
    }

    /// ROLE.
    fn role(&self) -> Value {
        let address = |node: NodeIndex| self.roster.spec(node).ip.as_str();
        if self.view.am_primary() {
            let online = self.replication.replicas.iter().filter(|replica| replica.state == ReplicaState::Online);
            let replicas = online
                .map(|replica| {
                    Value::Array(vec![
                        Value::bulk(address(replica.peer)),
                        Value::bulk(self.roster.spec(replica.peer).port.to_string()),
                        Value::bulk(replica.acknowledged.to_string()),
                    ])
                })
                .collect();
            let offset = Value::Int(self.replication.offset as i64);
            return Value::Array(vec![Value::bulk("master"), offset, Value::Array(replicas)]);
        }
        let (state, connected) = match self.replication.primary_state() {
            None | Some(LinkState::Connect) => ("connect", false),
            Some(LinkState::Handshake | LinkState::Waiting) => ("handshake", false),
            Some(LinkState::Transfer { .. } | LinkState::Loading) => ("sync", false),
            Some(LinkState::Connected) => ("connected", true),
        };
        let primary = self.view.my_primary().map_or("", address);
        let port = self.view.my_primary().map_or(0, |node| self.roster.spec(node).port);
        Value::Array(vec![
            Value::bulk("slave"),
            Value::bulk(primary),
            Value::Int(i64::from(port)),
            Value::bulk(state),
            Value::Int(if connected { self.replication.offset as i64 } else { -1 }),
        ])
    }

    /// The `# Replication` section of INFO.
    fn info_replication(&self, now: Ms) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::with_capacity(24);
        let mut put = |name: &str, value: String| fields.push((name.to_owned(), value));
        let replication = &self.replication;
        let is_primary = self.view.am_primary();
        put("role", if is_primary { "master" } else { "slave" }.to_owned());
        if !is_primary {
            let link = replication.primary.as_ref();
            let up = replication.primary_state() == Some(LinkState::Connected);
            let transferring =
                matches!(replication.primary_state(), Some(LinkState::Transfer { .. } | LinkState::Loading));
            let seconds_since = |at: Ms| (now.saturating_sub(at) / 1_000).to_string();
            let last_io = link.map_or(0, |link| link.last_io);
            let offset = if link.is_some_and(|link| link.has_history) { replication.offset } else { 0 };
            let host = self.view.my_primary().map_or(String::new(), |node| self.roster.spec(node).ip.clone());
            put("master_host", host);
            let port = self.view.my_primary().map_or(0, |node| self.roster.spec(node).port);
            put("master_port", port.to_string());
            put("master_link_status", if up { "up" } else { "down" }.to_owned());
            put("master_last_io_seconds_ago", if up { seconds_since(last_io) } else { "-1".to_owned() });
            put("master_sync_in_progress", u8::from(transferring).to_string());
            put("slave_read_repl_offset", offset.to_string());
            put("slave_repl_offset", offset.to_string());
            if transferring {
                let total = link.map_or(0, |link| link.sync_bytes);
                let read = if replication.is_loading() { total } else { 0 };
                put("master_sync_total_bytes", total.to_string());
                put("master_sync_read_bytes", read.to_string());
                put("master_sync_left_bytes", (total - read).to_string());
                put("master_sync_perc", if read == 0 { "0.00" } else { "100.00" }.to_owned());
                put("master_sync_last_io_seconds_ago", seconds_since(last_io));
            }
            if !up {
                let down_since = link.map_or(0, |link| link.down_since);
                put("master_link_down_since_seconds", seconds_since(down_since));
            }
            put("slave_priority", "100".to_owned());
            put("slave_read_only", "1".to_owned());
            put("replica_announced", "1".to_owned());
        }
        put("connected_slaves", replication.replicas.len().to_string());
        if self.settings.min_replicas > 0 && self.settings.max_lag_s > 0 {
            put("min_slaves_good_slaves", replication.good_replicas.to_string());
        }
        for (index, replica) in replication.replicas.iter().enumerate() {
            let super::NodeSpec { ip, port, .. } = self.roster.spec(replica.peer);
            let online = replica.state == ReplicaState::Online;
            let state = if online { "online" } else { "wait_bgsave" };
            let lag = if online { now.saturating_sub(replica.acknowledged_at) / 1_000 } else { 0 };
            let offset = replica.acknowledged;
            let text = format!("ip={ip},port={port},state={state},offset={offset},lag={lag}");
            put(&format!("slave{index}"), text);
        }
        put("master_failover_state", "no-failover".to_owned());
        put("master_replid", replication.replid.to_string());
        put("master_replid2", replication.replid2.to_string());
        put("master_repl_offset", replication.offset.to_string());
        put("second_repl_offset", replication.second_offset.to_string());
        put("repl_backlog_active", u8::from(replication.backlog_active).to_string());
        put("repl_backlog_size", self.settings.backlog_bytes.to_string());
        put("repl_backlog_first_byte_offset", replication.backlog_first_byte().to_string());
        let held = if replication.backlog_active { replication.offset - replication.backlog_start() } else { 0 };
        put("repl_backlog_histlen", held.to_string());
        fields
    }
}

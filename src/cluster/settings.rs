//! The configuration parameters that the cluster and replication go by, read from the engine's CONFIG.

use crate::engine::Engine;

/// What clients are told to connect to (`cluster-preferred-endpoint-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// The address.
    Ip,
    /// The name.
    Hostname,
    /// Nothing: the client uses the address it already has.
    Unknown,
}

/// Parameters, with Redis 7.0's defaults. Read anew each tick, so CONFIG SET takes effect within 100 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// `cluster-node-timeout`, milliseconds.
    pub node_timeout_ms: u64,
    /// `cluster-replica-validity-factor`.
    pub validity_factor: u64,
    /// `cluster-require-full-coverage`.
    pub require_full_coverage: bool,
    /// `cluster-replica-no-failover`.
    pub no_failover: bool,
    /// `cluster-allow-reads-when-down`.
    pub allow_reads_when_down: bool,
    /// `cluster-allow-pubsubshard-when-down`.
    pub allow_shard_channels_when_down: bool,
    /// `cluster-allow-replica-migration`.
    pub allow_replica_migration: bool,
    /// `cluster-migration-barrier`.
    pub migration_barrier: u64,
    /// `cluster-preferred-endpoint-type`.
    pub endpoint: Endpoint,
    /// `repl-ping-replica-period`, seconds.
    pub repl_ping_period_s: u64,
    /// `repl-timeout`, seconds.
    pub repl_timeout_s: u64,
    /// `repl-backlog-size`, bytes.
    pub backlog_bytes: u64,
    /// `repl-backlog-ttl`, seconds.
    pub backlog_ttl_s: u64,
    /// `min-replicas-to-write`.
    pub min_replicas: u64,
    /// `min-replicas-max-lag`, seconds.
    pub max_lag_s: u64,
    /// `repl-diskless-sync-delay`, seconds.
    pub diskless_delay_s: u64,
}

impl Settings {
    /// What the engine says, then what the deployment says, then the default.
    pub fn read(engine: &Engine, deployed: &[(String, String)]) -> Self {
        let text = |name: &str| {
            engine.config(name).or_else(|| {
                deployed.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
            })
        };
        let number = |name: &str, default: u64| text(name).and_then(|value| value.parse().ok()).unwrap_or(default);
        let flag = |name: &str, default: bool| text(name).map_or(default, |value| value.eq_ignore_ascii_case("yes"));
        Self {
            node_timeout_ms: number("cluster-node-timeout", 15_000).max(1),
            validity_factor: number("cluster-replica-validity-factor", 10),
            require_full_coverage: flag("cluster-require-full-coverage", true),
            no_failover: flag("cluster-replica-no-failover", false),
            allow_reads_when_down: flag("cluster-allow-reads-when-down", false),
            allow_shard_channels_when_down: flag("cluster-allow-pubsubshard-when-down", true),
            allow_replica_migration: flag("cluster-allow-replica-migration", true),
            migration_barrier: number("cluster-migration-barrier", 1),
            endpoint: match text("cluster-preferred-endpoint-type").as_deref() {
                Some("hostname") => Endpoint::Hostname,
                Some("unknown-endpoint") => Endpoint::Unknown,
                _ => Endpoint::Ip,
            },
            repl_ping_period_s: number("repl-ping-replica-period", 10),
            repl_timeout_s: number("repl-timeout", 60),
            backlog_bytes: number("repl-backlog-size", 1 << 20),
            backlog_ttl_s: number("repl-backlog-ttl", 3_600),
            min_replicas: number("min-replicas-to-write", 0),
            max_lag_s: number("min-replicas-max-lag", 10),
            diskless_delay_s: number("repl-diskless-sync-delay", 5),
        }
    }
}

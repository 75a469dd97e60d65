//! INFO: the server in numbers.
//!
//! Every field of Redis 7.0.15 is there, in its order. What the simulation has no counterpart for (child processes,
//! defragmentation, the disk) reads as on a server that has done none of it; memory beyond what is in use (resident
//! size, the allocator's figures) is estimated from it, see [`Memory`].

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::connection::REDIS_VERSION;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::pubsub::Space;
use crate::engine::{CLIENT_MEMORY, CommandStat, STARTUP_MEMORY, UnixMicros, command, memory, usage};
use crate::resp::{Bytes, Value, parse_double};

/// Commands a second: the mean of the last samples, each the time since the one before.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    last: Option<(UnixMicros, u64)>,
    samples: VecDeque<u64>,
}

impl Rate {
    /// Samples kept, and the least distance between them (Redis: 16, 100 ms).
    const SAMPLES: usize = 16;
    const EVERY_MICROS: u64 = 100_000;

    /// Notes the total at a time.
    pub fn sample(&mut self, now: UnixMicros, total: u64) {
        let Some((then, before)) = self.last else {
            self.last = Some((now, total));
            return;
        };
        let micros = now.0.saturating_sub(then.0);
        if micros < Self::EVERY_MICROS {
            return;
        }
        self.samples.push_back(total.saturating_sub(before).saturating_mul(1_000_000) / micros);
        if self.samples.len() > Self::SAMPLES {
            self.samples.pop_front();
        }
        self.last = Some((now, total));
    }

    /// The mean; samples not yet taken count as none.
    pub fn per_second(&self) -> u64 {
        self.samples.iter().sum::<u64>() / Self::SAMPLES as u64
    }
}

/// What INFO says of memory.
pub(super) struct Memory {
    pub used: u64,
    pub peak: u64,
    /// What is not data: the empty server, tables and entries, clients.
    pub overhead: u64,
    /// An estimate: 3 % more than is in use, and 6 MB of code and stacks.
    pub resident: u64,
    /// What the allocator holds for it, an estimate.
    pub active: u64,
}

impl Memory {
    pub fn of(call: &Call<'_>) -> Self {
        let engine = &*call.engine;
        let used = engine.used_memory();
        let tables: u64 = (0..engine.keyspace.databases())
            .map(|db| {
                let (main, expires) = engine.keyspace.buckets_of(db);
                let (keys, volatile) = (engine.keyspace.len_of(db), engine.keyspace.volatile_len_of(db));
                let entries = keys * (memory::DICT_ENTRY + memory::OBJECT) + volatile * memory::DICT_ENTRY;
                ((main + expires) * memory::BUCKET + entries) as u64
            })
            .sum();
        let clients = engine.clients.len() as u64 * CLIENT_MEMORY;
        Self {
            used,
            peak: engine.server.peak_memory.max(used),
            overhead: (STARTUP_MEMORY + tables + clients).min(used),
            resident: used + used / 33 + 6_000_000,
            active: used + used / 50 + 65_536,
        }
    }
}

/// 1.50M, as `redis-cli` shows sizes.
fn human(bytes: u64) -> String {
    const UNITS: [(u32, char); 4] = [(10, 'K'), (20, 'M'), (30, 'G'), (40, 'T')];
    match UNITS.iter().rev().find(|(shift, _)| bytes >> shift > 0) {
        Some((shift, unit)) => format!("{:.2}{unit}", bytes as f64 / (1_u64 << shift) as f64),
        None => format!("{bytes}B"),
    }
}

/// A section: its name as asked for, its heading, whether a plain INFO has it, and what writes it.
struct Section {
    name: &'static str,
    heading: &'static str,
    is_default: bool,
    write: fn(&mut String, &mut Call<'_>),
}

const SECTIONS: [Section; 13] = [
    Section { name: "server", heading: "Server", is_default: true, write: server },
    Section { name: "clients", heading: "Clients", is_default: true, write: clients },
    Section { name: "memory", heading: "Memory", is_default: true, write: memory_section },
    Section { name: "persistence", heading: "Persistence", is_default: true, write: persistence },
    Section { name: "stats", heading: "Stats", is_default: true, write: stats },
    Section { name: "replication", heading: "Replication", is_default: true, write: replication },
    Section { name: "cpu", heading: "CPU", is_default: true, write: cpu },
    Section { name: "modules", heading: "Modules", is_default: true, write: |_, _| {} },
    Section { name: "commandstats", heading: "Commandstats", is_default: false, write: commandstats },
    Section { name: "errorstats", heading: "Errorstats", is_default: true, write: errorstats },
    Section { name: "latencystats", heading: "Latencystats", is_default: false, write: latencystats },
    Section { name: "cluster", heading: "Cluster", is_default: true, write: cluster },
    Section { name: "keyspace", heading: "Keyspace", is_default: true, write: keyspace },
];

/// `INFO [section …]`
pub fn info(call: &mut Call<'_>) -> Result<Value, Error> {
    let asked = &call.argv[1..];
    let is_asked = |word: &str| asked.iter().any(|section| section.eq_ignore_ascii_case(word.as_bytes()));
    let all = is_asked("all") || is_asked("everything");
    let default = asked.is_empty() || is_asked("default");
    let mut text = String::new();
    for section in SECTIONS {
        let by_other_name = section.name == "modules" && is_asked("module_list");
        if !(all || (default && section.is_default) || is_asked(section.name) || by_other_name) {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\r\n");
        }
        let _ = write!(text, "# {}\r\n", section.heading);
        (section.write)(&mut text, call);
    }
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

/// Writes `name:value` lines, with one format for all of them: one for each would be several times the code.
macro_rules! fields {
    ($text:expr; $($name:literal: $value:expr,)*) => {
        let _ = write!($text, concat!($($name, ":{}\r\n"),*), $($value),*);
    };
}

fn server(text: &mut String, call: &mut Call<'_>) {
    let now = call.now;
    let uptime = now.0.saturating_sub(call.engine.server.start(now).0) / 1_000_000;
    let engine = &*call.engine;
    let config = |name: &str| engine.config(name).unwrap_or_default();
    fields! { text;
        "redis_version": REDIS_VERSION,
        "redis_git_sha1": "00000000",
        "redis_git_dirty": 0,
        "redis_build_id": "0",
        "redis_mode": if engine.cluster_enabled { "cluster" } else { "standalone" },
        "os": "Slotscope (simulated)",
        "arch_bits": 64,
        "monotonic_clock": "simulated",
        "multiplexing_api": "simulated",
        "atomicvar_api": "simulated",
        "gcc_version": "0.0.0",
        "process_id": 1,
        "process_supervised": "no",
        "run_id": run_id(call),
        "tcp_port": config("port"),
        "server_time_usec": now.0,
        "uptime_in_seconds": uptime,
        "uptime_in_days": uptime / 86_400,
        "hz": config("hz"),
        "configured_hz": config("hz"),
        "lru_clock": usage::lru_clock(now.millis() as i64),
        "executable": "/usr/bin/redis-server",
        "config_file": "",
        "io_threads_active": 0,
    }
    if let Some(shutdown) = &call.engine.server.shutdown {
        fields! { text; "shutdown_in_milliseconds": shutdown.millis_left(now), }
    }
}

/// 40 hexadecimal digits, different for every node and start: made from when it started and where it listens.
fn run_id(call: &Call<'_>) -> String {
    hex_id(call, 0)
}

fn hex_id(call: &Call<'_>, number: u64) -> String {
    let engine = &*call.engine;
    let started = engine.server.started_at.unwrap_or_default().0;
    let address = ["cluster-announce-ip", "port"].map(|name| engine.config(name).unwrap_or_default()).concat();
    let seed = started ^ 0x9e37_79b9_7f4a_7c15 ^ number.rotate_left(32);
    let mut word =
        address.bytes().fold(seed, |word, byte| (word ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut id = String::new();
    while id.len() < 40 {
        // SplitMix64's step.
        word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let _ = write!(id, "{:016x}", mixed ^ (mixed >> 27));
    }
    id.truncate(40);
    id
}

fn clients(text: &mut String, call: &mut Call<'_>) {
    let engine = &*call.engine;
    fields! { text;
        "connected_clients": engine.clients.iter().filter(|client| !client.is_replica).count(),
        "cluster_connections": 0,
        "maxclients": engine.config("maxclients").unwrap_or_default(),
        "client_recent_max_input_buffer": 20_480,
        "client_recent_max_output_buffer": 0,
        "blocked_clients": engine.blocked.len() + engine.pause.waiting(),
        "tracking_clients": 0,
        "clients_in_timeout_table": engine.blocked.with_deadline(),
    }
}

fn memory_section(text: &mut String, call: &mut Call<'_>) {
    let Memory { used, peak, overhead, resident, active } = Memory::of(call);
    call.engine.server.peak_memory = peak;
    let engine = &*call.engine;
    let dataset = used - overhead;
    let percent = |part: u64, whole: u64| format!("{:.2}%", part as f64 * 100.0 / whole.max(1) as f64);
    let ratio = |part: u64, whole: u64| format!("{:.2}", part as f64 / whole.max(1) as f64);
    // A machine with 16 GiB.
    let system = 16_u64 << 30;
    let clients = engine.clients.len() as u64 * CLIENT_MEMORY;
    fields! { text;
        "used_memory": used,
        "used_memory_human": human(used),
        "used_memory_rss": resident,
        "used_memory_rss_human": human(resident),
        "used_memory_peak": peak,
        "used_memory_peak_human": human(peak),
        "used_memory_peak_perc": percent(used, peak),
        "used_memory_overhead": overhead,
        "used_memory_startup": STARTUP_MEMORY,
        "used_memory_dataset": dataset,
        "used_memory_dataset_perc": percent(dataset, used.saturating_sub(STARTUP_MEMORY)),
        "allocator_allocated": used,
        "allocator_active": active,
        "allocator_resident": resident,
        "total_system_memory": system,
        "total_system_memory_human": human(system),
        "used_memory_lua": 31_744,
        "used_memory_vm_eval": 31_744,
        "used_memory_lua_human": human(31_744),
        "used_memory_scripts_eval": 0,
        "number_of_cached_scripts": 0,
        "number_of_functions": 0,
        "number_of_libraries": 0,
        "used_memory_vm_functions": 32_768,
        "used_memory_vm_total": 64_512,
        "used_memory_vm_total_human": human(64_512),
        "used_memory_functions": 184,
        "used_memory_scripts": 184,
        "used_memory_scripts_human": human(184),
        "maxmemory": engine.config.maxmemory,
        "maxmemory_human": human(engine.config.maxmemory),
        "maxmemory_policy": engine.config.maxmemory_policy.name(),
        "allocator_frag_ratio": ratio(active, used),
        "allocator_frag_bytes": active - used,
        "allocator_rss_ratio": ratio(resident, active),
        "allocator_rss_bytes": resident.saturating_sub(active),
        "rss_overhead_ratio": "1.00",
        "rss_overhead_bytes": 0,
        "mem_fragmentation_ratio": ratio(resident, used),
        "mem_fragmentation_bytes": resident - used,
        "mem_not_counted_for_evict": 0,
        "mem_replication_backlog": 0,
        "mem_total_replication_buffers": 0,
        "mem_clients_slaves": 0,
        "mem_clients_normal": clients,
        "mem_cluster_links": 0,
        "mem_aof_buffer": 0,
        "mem_allocator": "jemalloc-5.2.1",
        "active_defrag_running": 0,
        "lazyfree_pending_objects": 0,
        "lazyfreed_objects": engine.stats.lazyfreed_objects,
    }
}

fn persistence(text: &mut String, call: &mut Call<'_>) {
    let started = call.engine.server.start(call.now).seconds();
    fields! { text;
        "loading": 0,
        "async_loading": 0,
        "current_cow_peak": 0,
        "current_cow_size": 0,
        "current_cow_size_age": 0,
        "current_fork_perc": "0.00",
        "current_save_keys_processed": 0,
        "current_save_keys_total": 0,
        "rdb_changes_since_last_save": call.engine.dirty,
        "rdb_bgsave_in_progress": 0,
        "rdb_last_save_time": started,
        "rdb_last_bgsave_status": "ok",
        "rdb_last_bgsave_time_sec": -1,
        "rdb_current_bgsave_time_sec": -1,
        "rdb_saves": 0,
        "rdb_last_cow_size": 0,
        "rdb_last_load_keys_expired": 0,
        "rdb_last_load_keys_loaded": 0,
        "aof_enabled": 0,
        "aof_rewrite_in_progress": 0,
        "aof_rewrite_scheduled": 0,
        "aof_last_rewrite_time_sec": -1,
        "aof_current_rewrite_time_sec": -1,
        "aof_last_bgrewrite_status": "ok",
        "aof_rewrites": 0,
        "aof_rewrites_consecutive_failures": 0,
        "aof_last_write_status": "ok",
        "aof_last_cow_size": 0,
        "module_fork_in_progress": 0,
        "module_fork_last_cow_size": 0,
    }
}

fn stats(text: &mut String, call: &mut Call<'_>) {
    let (kept_links, syncs) = (call.host.kept_migration_links(), call.host.sync_counts());
    let engine = &*call.engine;
    let stats = engine.stats;
    fields! { text;
        "total_connections_received": engine.clients.last_id() - engine.server.connections_before,
        "total_commands_processed": stats.commands,
        "instantaneous_ops_per_sec": engine.server.ops.per_second(),
        "total_net_input_bytes": engine.server.net_input_bytes,
        "total_net_output_bytes": engine.server.net_output_bytes,
        "total_net_repl_input_bytes": 0,
        "total_net_repl_output_bytes": 0,
        "instantaneous_input_kbps": "0.00",
        "instantaneous_output_kbps": "0.00",
        "instantaneous_input_repl_kbps": "0.00",
        "instantaneous_output_repl_kbps": "0.00",
        "rejected_connections": 0,
        "sync_full": syncs.full - engine.server.syncs_before.full,
        "sync_partial_ok": syncs.partial - engine.server.syncs_before.partial,
        "sync_partial_err": syncs.partial_refused - engine.server.syncs_before.partial_refused,
        "expired_keys": stats.expired_keys,
        "expired_stale_perc": format!("{:.2}", engine.expire_cycle.stale_per_million as f64 / 10_000.0),
        "expired_time_cap_reached_count": engine.expire_cycle.time_cap_reached,
        "expire_cycle_cpu_milliseconds": engine.expire_cycle.spent_ns / 1_000_000,
        "evicted_keys": stats.evicted_keys,
        "evicted_clients": 0,
        "total_eviction_exceeded_time": 0,
        "current_eviction_exceeded_time": 0,
        "keyspace_hits": stats.keyspace_hits,
        "keyspace_misses": stats.keyspace_misses,
        "pubsub_channels": engine.pubsub.names(Space::Channel).len(),
        "pubsub_patterns": engine.pubsub.names(Space::Pattern).len(),
        "pubsubshard_channels": engine.pubsub.names(Space::Shard).len(),
        "latest_fork_usec": 0,
        "total_forks": 0,
        "migrate_cached_sockets": kept_links,
        "slave_expires_tracked_keys": 0,
        "active_defrag_hits": 0,
        "active_defrag_misses": 0,
        "active_defrag_key_hits": 0,
        "active_defrag_key_misses": 0,
        "total_active_defrag_time": 0,
        "current_active_defrag_time": 0,
        "tracking_total_keys": 0,
        "tracking_total_items": 0,
        "tracking_total_prefixes": 0,
        "unexpected_error_replies": 0,
        "total_error_replies": engine.error_stats.values().sum::<u64>(),
        "dump_payload_sanitizations": 0,
        "total_reads_processed": stats.commands,
        "total_writes_processed": stats.commands,
        "io_threaded_reads_processed": 0,
        "io_threaded_writes_processed": 0,
        "reply_buffer_shrinks": engine.server.reply_buffers.shrinks,
        "reply_buffer_expands": engine.server.reply_buffers.expands,
    }
}

fn replication(text: &mut String, call: &mut Call<'_>) {
    let lines = call.host.info_replication();
    if lines.is_empty() {
        // A server by itself.
        let backlog = call.engine.config("repl-backlog-size").unwrap_or_default();
        fields! { text;
            "role": "master",
            "connected_slaves": 0,
            "master_failover_state": "no-failover",
            "master_replid": hex_id(call, call.engine.server.replid_changes),
            "master_replid2": "0".repeat(40),
            "master_repl_offset": 0,
            "second_repl_offset": -1,
            "repl_backlog_active": 0,
            "repl_backlog_size": backlog,
            "repl_backlog_first_byte_offset": 0,
            "repl_backlog_histlen": 0,
        }
    }
    let config = |name: &str| call.engine.config(name).unwrap_or_default();
    let switch = |name: &str| u8::from(config(name) == "yes").to_string();
    let says_good_replicas = lines.iter().any(|(name, _)| name == "min_slaves_good_slaves")
        || call.engine.config.min_replicas_to_write == 0
        || config("min-replicas-max-lag") == "0";
    for (name, value) in lines {
        let value = match name.as_str() {
            "slave_priority" => config("replica-priority"),
            "slave_read_only" => switch("replica-read-only"),
            "replica_announced" => switch("replica-announced"),
            _ => value,
        };
        let _ = write!(text, "{name}:{value}\r\n");
        if name == "connected_slaves" && !says_good_replicas {
            let _ = write!(text, "min_slaves_good_slaves:{}\r\n", call.host.good_replicas());
        }
    }
}

/// All of the estimated CPU time counts as the user's.
fn cpu(text: &mut String, call: &mut Call<'_>) {
    // What ran inside a transaction is counted by itself.
    let of = |(id, _): (command::CommandId, _)| {
        call.engine.command_stats.get(usize::from(id.0)).map_or(0, |stat| stat.nanos)
    };
    let nanos: u64 = command::all().filter(|(_, spec)| spec.name != "exec").map(of).sum();
    let seconds = format!("{}.{:06}", nanos / 1_000_000_000, nanos / 1_000 % 1_000_000);
    fields! { text;
        "used_cpu_sys": "0.000000",
        "used_cpu_user": seconds,
        "used_cpu_sys_children": "0.000000",
        "used_cpu_user_children": "0.000000",
        "used_cpu_sys_main_thread": "0.000000",
        "used_cpu_user_main_thread": seconds,
    }
}

fn commandstats(text: &mut String, call: &mut Call<'_>) {
    for (id, spec) in command::all() {
        let Some(stat) = call.engine.command_stats.get(usize::from(id.0)) else {
            continue;
        };
        let CommandStat { calls, nanos, rejected, failed } = *stat;
        if calls + rejected + failed == 0 {
            continue;
        }
        let mean = if calls == 0 { 0.0 } else { nanos as f64 / 1_000.0 / calls as f64 };
        let _ = write!(
            text,
            "cmdstat_{}:calls={calls},usec={},usec_per_call={mean:.2},rejected_calls={rejected},failed_calls={failed}\r\n",
            spec.name,
            nanos / 1_000,
        );
    }
}

fn errorstats(text: &mut String, call: &mut Call<'_>) {
    for (code, count) in &call.engine.error_stats {
        let _ = write!(text, "errorstat_{code}:count={count}\r\n");
    }
}

fn latencystats(text: &mut String, call: &mut Call<'_>) {
    let percentiles = call.engine.config("latency-tracking-info-percentiles").unwrap_or_default();
    for (id, spec) in command::all() {
        let Some(histogram) = call.engine.server.latency.histogram(id) else {
            continue;
        };
        let _ = write!(text, "latency_percentiles_usec_{}:", spec.name);
        for (at, percent) in percentiles.split(' ').enumerate() {
            let nanos = histogram.percentile(parse_double(percent.as_bytes()).unwrap_or(0.0));
            let comma = if at > 0 { "," } else { "" };
            let _ = write!(text, "{comma}p{percent}={}.{:03}", nanos / 1_000, nanos % 1_000);
        }
        text.push_str("\r\n");
    }
}

fn cluster(text: &mut String, call: &mut Call<'_>) {
    fields! { text; "cluster_enabled": i32::from(call.engine.cluster_enabled), }
}

fn keyspace(text: &mut String, call: &mut Call<'_>) {
    let keyspace = &call.engine.keyspace;
    for db in 0..keyspace.databases() {
        let (keys, expires) = (keyspace.len_of(db), keyspace.volatile_len_of(db));
        if keys > 0 {
            let _ = write!(text, "db{db}:keys={keys},expires={expires},avg_ttl={}\r\n", keyspace.average_ttl_of(db));
        }
    }
}

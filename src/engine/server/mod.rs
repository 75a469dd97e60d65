//! The server's own commands: CONFIG, INFO, COMMAND, CLIENT, the connection's, and debugging.
//!
//! [`State`] is what they remember beside configuration and clients.

// A handler answers a Result, whether or not its command can fail.
#![allow(clippy::unnecessary_wraps)]

pub mod client;
pub mod cluster;
pub mod command;
pub mod config;
pub mod connection;
pub mod debug;
mod digest;
pub mod help;
pub mod info;
pub mod latency;
pub mod lolwut;
pub mod memory;
pub mod module;
mod parameters;
mod reload;
pub mod replication;
pub mod shutdown;
pub mod slowlog;
pub mod status;
mod table_stats;

use super::client::Client;
use super::command::{CommandId, CommandSpec, Flags};
use super::{ClientId, Engine, SyncCounts, UnixMicros};
use crate::resp::Bytes;

/// What the server's own commands remember.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// When the server was first spoken to.
    pub started_at: Option<UnixMicros>,
    /// The most memory seen in use by the periodic check or by INFO.
    pub peak_memory: u64,
    /// Commands a second, smoothed.
    pub ops: info::Rate,
    /// Connections before CONFIG RESETSTAT.
    pub connections_before: u64,
    /// Bytes of requests.
    pub net_input_bytes: u64,
    /// Bytes of replies.
    pub net_output_bytes: u64,
    /// What DEBUG SLEEP asked for in the command being run.
    pub sleep_ns: u64,
    /// What the clock said when there was something to do last.
    pub clock: UnixMicros,
    /// DEBUG PAUSE-CRON: the periodic work is not done.
    pub cron_paused: bool,
    /// How often DEBUG CHANGE-REPL-ID gave a new replication ID.
    pub replid_changes: u64,
    /// How often replicas had been fed at CONFIG RESETSTAT.
    pub syncs_before: SyncCounts,
    /// What DEBUG LOG wrote and nobody has read yet.
    pub log: Vec<String>,
    /// DEBUG REPLYBUFFER.
    pub reply_buffers: ReplyBuffers,
    /// How long commands took, and what took too long.
    pub latency: latency::Latency,
    /// Commands that took long.
    pub slowlog: slowlog::Slowlog,
    /// The shutdown that is under way.
    pub shutdown: Option<shutdown::Shutdown>,
    /// SHUTDOWN has ended the server.
    pub has_ended: bool,
}

/// How reply buffers are looked after.
#[derive(Clone, Debug)]
pub struct ReplyBuffers {
    /// Milliseconds after which a client's peak is forgotten; negative: never.
    pub peak_memory_ms: i64,
    /// They are not: DEBUG REPLYBUFFER RESIZING 0.
    pub stay: bool,
    /// How many shrank.
    pub shrinks: u64,
    /// How many grew.
    pub expands: u64,
    /// Who is looked at next.
    next: usize,
}

impl ReplyBuffers {
    /// Redis's default.
    pub const PEAK_MEMORY_MS: i64 = 5_000;
}

impl Default for ReplyBuffers {
    fn default() -> Self {
        Self { peak_memory_ms: Self::PEAK_MEMORY_MS, stay: false, shrinks: 0, expands: 0, next: 0 }
    }
}

/// Looks after the buffers of some clients, in turn.
fn tend_reply_buffers(engine: &mut Engine, now: UnixMicros) {
    /// Clients looked at in one tick, at least.
    const LEAST: usize = 5;
    let buffers = &mut engine.server.reply_buffers;
    let count = engine.clients.len();
    if buffers.stay || count == 0 {
        return;
    }
    let turns = (count / engine.config.hz.max(1) as usize).max(LEAST).min(count);
    let first = buffers.next % count;
    buffers.next = first + turns;
    for (n, client) in engine.clients.iter_mut().enumerate() {
        if (n + count - first) % count < turns {
            match client.reply_buffer.tend(now, buffers.peak_memory_ms) {
                -1 => buffers.shrinks += 1,
                1 => buffers.expands += 1,
                _ => {}
            }
        }
    }
}

/// Disconnects clients that were silent for longer than `timeout` says, but none that waits, listens or is a monitor
/// (7.0's `clientsCronHandleTimeout`, which counts whole seconds of the clock).
fn close_idle_clients(engine: &mut Engine, now: UnixMicros) {
    if engine.config.timeout == 0 {
        return;
    }
    let is_idle = |client: &Client| {
        now.seconds().saturating_sub(client.last_interaction.seconds()) > engine.config.timeout
            && client.subscriptions.is_empty()
            && !client.is_follower()
            && !engine.is_blocked(client.id)
            && !engine.outbox.iter().any(|(to, _)| *to == client.id)
    };
    let idle: Vec<ClientId> = engine.clients.iter().filter(|client| is_idle(client)).map(|client| client.id).collect();
    for client in idle {
        engine.hang_up(client);
    }
}

impl State {
    /// When the server started; `now`, if this is the first that is heard of it.
    pub fn start(&mut self, now: UnixMicros) -> UnixMicros {
        *self.started_at.get_or_insert(now)
    }
}

/// What the periodic work adds: the peak of memory and the rate of commands.
pub fn cron(engine: &mut Engine, now: UnixMicros) {
    engine.server.start(now);
    engine.server.peak_memory = engine.server.peak_memory.max(engine.used_memory());
    engine.server.ops.sample(now, engine.stats.commands);
    close_idle_clients(engine, now);
    tend_reply_buffers(engine, now);
}

/// What is noted after each command that ran, those of a transaction included, and those that waited when they are served.
#[inline(always)]
pub fn after_command(
    engine: &mut Engine,
    client: ClientId,
    (id, spec): (CommandId, &'static CommandSpec),
    argv: &[Bytes],
    nanos: u64,
    now: UnixMicros,
) {
    // A command that waits is not over.
    if engine.blocked.contains(client) {
        return;
    }
    if engine.config.latency_tracking {
        engine.server.latency.note_command(id, nanos);
    }
    let event = if spec.flags.has(Flags::FAST) { "fast-command" } else { "command" };
    latency::note_event(engine, event, nanos, now);
    let threshold = engine.config.slowlog_log_slower_than;
    if threshold >= 0
        && nanos >= (threshold as u64).min(u64::MAX / 1_000) * 1_000
        && !spec.flags.has(Flags::SKIP_SLOWLOG)
    {
        slowlog::note(engine, client, spec, argv, nanos / 1_000, now);
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::command;
    use crate::engine::testing::Server;
    use crate::resp::Value;

    fn error(server: &mut Server, line: &str) -> String {
        match server.value(line) {
            Value::Error(text) => String::from_utf8_lossy(&text).into_owned(),
            other => panic!("{line} answers {other:?}"),
        }
    }

    #[test]
    fn what_is_not_built_says_so() {
        let mut server = Server::new(false);
        server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
        for (_, spec) in command::all().filter(|(_, spec)| !spec.implemented && spec.subcommands.is_empty()) {
            let words = spec.name.replace('|', " ");
            let mut line = words.clone();
            while line.split(' ').count() < spec.arity.unsigned_abs() as usize {
                line.push_str(" 1");
            }
            let expected = format!("ERR Slotscope does not implement '{}' yet", words.to_ascii_uppercase());
            assert_eq!(error(&mut server, &line), expected);
        }
        for (line, expected) in [
            ("debug loadaof", "ERR Slotscope does not implement 'DEBUG LOADAOF' yet"),
            ("replicaof 10.0.0.1 6379", "ERR Slotscope does not implement 'REPLICAOF' yet"),
            ("slaveof 10.0.0.1 6379", "ERR Slotscope does not implement 'SLAVEOF' yet"),
            ("client tracking on", "ERR Slotscope does not implement 'CLIENT TRACKING' yet"),
        ] {
            assert_eq!(error(&mut server, line), expected);
        }
    }

    #[test]
    fn debug_and_modules_need_permission() {
        let mut server = Server::new(false);
        for (line, top) in [
            ("debug sleep 0", "debug"),
            ("module load /m.so", "module"),
            ("module loadex /m.so", "module"),
            ("module unload m", "module"),
        ] {
            let expected = format!(
                "ERR {} command not allowed. If the enable-{top}-command option is set to \"local\", you can run it from a \
                 local connection, otherwise you need to set this option in the configuration file, and then restart the \
                 server.",
                top.to_ascii_uppercase()
            );
            assert_eq!(error(&mut server, line), expected);
        }
        assert_eq!(server.value("module list"), Value::Array(Vec::new()));
        for parameter in ["enable-debug-command", "enable-module-command"] {
            server.engine.configure(parameter, "local").expect("a parameter of Redis");
        }
        assert_eq!(server.value("debug sleep 0"), Value::ok());
        let expected = "ERR Error loading the extension. Please check the server logs.";
        assert_eq!(error(&mut server, "module load /m.so"), expected);
        let expected = "ERR Error unloading module: no such module with that name";
        assert_eq!(error(&mut server, "module unload m"), expected);
    }

    #[test]
    fn help_lists_the_subcommands() {
        let mut server = Server::new(false);
        let Value::Array(lines) = server.value("memory help") else {
            panic!("HELP answers lines");
        };
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[11], Value::simple("USAGE key [SAMPLES count]"));
        assert_eq!(lines[12], Value::simple("    Estimate the bytes a key takes."));
    }

    #[test]
    fn slow_commands_are_logged_by_their_estimated_time() {
        let mut server = Server::new(false);
        server.run("config set enable-debug-command yes");
        server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
        server.run("slowlog reset");
        server.run("get k");
        server.run("debug sleep 0.5");
        let Value::Array(entries) = server.value("slowlog get") else {
            panic!("SLOWLOG GET answers entries");
        };
        let [Value::Array(entry)] = entries.as_slice() else {
            panic!("one slow command, not {entries:?}");
        };
        let Value::Int(micros @ 500_000..501_000) = entry[2] else {
            panic!("half a second, not {:?}", entry[2]);
        };
        assert!(micros > 0);
        assert_eq!(entry[3], Value::Array(vec![Value::bulk("debug"), Value::bulk("sleep"), Value::bulk("0.5")]));
        server.run("config set slowlog-log-slower-than -1");
        server.run("debug sleep 1");
        assert_eq!(server.value("slowlog len"), Value::Int(1));
    }

    #[test]
    fn info_shows_sections_asked_for() {
        let mut server = Server::new(false);
        server.run("set k v ex 100");
        let Value::Verbatim(_, text) = server.value("info keyspace cluster") else {
            panic!("INFO answers text");
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(text, "# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=1,avg_ttl=0\r\n");
    }

    #[test]
    fn a_password_is_asked_for_once_it_is_set() {
        let mut server = Server::new(false);
        server.run("config set requirepass secret");
        // Who is there stays.
        server.run("get k");
        let late = server.engine.connect(server.host.now, "127.0.0.1:50001");
        server.client = late;
        assert_eq!(error(&mut server, "get k"), "NOAUTH Authentication required.");
        assert_eq!(error(&mut server, "auth wrong"), "WRONGPASS invalid username-password pair or user is disabled.");
        assert_eq!(server.value("auth secret"), Value::ok());
        assert_eq!(server.value("get k"), Value::Null);
    }

    #[test]
    fn a_killed_client_is_gone() {
        let mut server = Server::new(false);
        let other = server.engine.connect(server.host.now, "10.0.1.7:40312");
        assert_eq!(server.value("client kill addr 10.0.1.7:40312"), Value::Int(1));
        server.client = other;
        assert!(server.outcome("ping").close);
    }
}

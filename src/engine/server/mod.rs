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
pub mod help;
pub mod info;
mod parameters;
pub mod slowlog;
pub mod status;

use super::{ClientId, Engine, Outcome, UnixMicros};
use crate::resp::{Bytes, reply_len, wire_len};

/// What the server's own commands remember.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// When the server was first spoken to.
    pub started_at: Option<UnixMicros>,
    /// The most memory seen in use by the periodic check or by INFO.
    pub peak_memory: u64,
    /// Commands a second, smoothed.
    pub ops: info::Rate,
    /// Bytes of requests.
    pub net_input_bytes: u64,
    /// Bytes of replies.
    pub net_output_bytes: u64,
    /// Commands that took long.
    pub slowlog: slowlog::Slowlog,
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
}

/// What is noted after each call.
pub fn after_call(
    engine: &mut Engine,
    client: ClientId,
    argv: &[Bytes],
    outcome: &Outcome,
    now: UnixMicros,
) {
    engine.server.net_input_bytes += wire_len(argv) as u64;
    if let Some(reply) = &outcome.reply {
        engine.server.net_output_bytes += reply_len(reply, engine.protocol(client)) as u64;
    }
    let threshold = engine.config.slowlog_log_slower_than;
    let micros = outcome.cost_ns / 1_000;
    if threshold >= 0 && micros >= threshold as u64 {
        slowlog::note(engine, client, argv, micros, now);
    }
}

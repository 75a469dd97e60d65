//! MONITOR: every command that is run, as a line, to those who asked for it.

use std::fmt::Write as _;

use super::client::ReplyMode;
use super::command::{CommandSpec, Flags};
use super::{ClientId, Engine, UnixMicros};
use crate::resp::human::quote;
use crate::resp::{Bytes, Value};

impl Engine {
    /// Sends a command that was just run to the monitors. Commands of administration are not shown, nor are those flagged
    /// `skip_monitor`; passwords are blotted out.
    #[inline]
    pub(super) fn feed_monitors(&mut self, client: ClientId, spec: &CommandSpec, argv: &[Bytes], now: UnixMicros) {
        if !self.monitors.is_empty() {
            self.show_monitors(client, spec, argv, now);
        }
    }

    #[cold]
    fn show_monitors(&mut self, client: ClientId, spec: &CommandSpec, argv: &[Bytes], now: UnixMicros) {
        if spec.flags.has_any(Flags::SKIP_MONITOR.or(Flags::ADMIN)) {
            return;
        }
        let Some(state) = self.clients.get(client) else {
            return;
        };
        let mut line = String::new();
        let (seconds, micros) = (now.seconds(), now.0 % 1_000_000);
        let _ = write!(line, "{seconds}.{micros:06} [{} {}]", state.db, state.addr);
        for (at, arg) in argv.iter().enumerate() {
            line.push(' ');
            line.push_str(&quote(if is_secret(spec, argv, at) { b"(redacted)" } else { arg }));
        }
        let told = Value::Simple(Bytes::from(line));
        let Self { monitors, outbox, clients, .. } = self;
        let is_told = |monitor: &&ClientId| {
            // Who says QUIT is sent no more than its reply; and this is a reply like others to who wants none.
            !(**monitor == client && spec.name == "quit")
                && clients
                    .get(**monitor)
                    .is_some_and(|state| !matches!(state.reply_mode, ReplyMode::Off | ReplyMode::SkipThis))
        };
        outbox.extend(monitors.iter().filter(is_told).map(|monitor| (*monitor, told.clone())));
    }
}

/// Whether an argument is a user's name or password.
fn is_secret(spec: &CommandSpec, argv: &[Bytes], at: usize) -> bool {
    // How far behind one of these words a secret may stand.
    let follows = |start: usize, word: &str, reach: usize| {
        (start..at).any(|place| at - place <= reach && argv[place].eq_ignore_ascii_case(word.as_bytes()))
    };
    match spec.name {
        "auth" => at > 0,
        "hello" => follows(2, "auth", 2),
        "migrate" => follows(6, "auth", 1) || follows(6, "auth2", 2),
        _ => false,
    }
}

//! SLOWLOG: commands whose estimated CPU time reached slowlog-log-slower-than.

use std::collections::VecDeque;

use crate::engine::call::Call;
use crate::engine::command::CommandSpec;
use crate::engine::error::Error;
use crate::engine::{ClientId, Engine, UnixMicros, number};
use crate::resp::{Bytes, Value};

/// Arguments kept of one command, and bytes of each.
const ARGUMENTS_MAX: usize = 32;
const ARGUMENT_BYTES_MAX: usize = 128;

/// A slow command.
#[derive(Clone, Debug)]
struct Entry {
    id: i64,
    at: UnixMicros,
    micros: u64,
    argv: Vec<Bytes>,
    addr: String,
    name: Bytes,
}

/// The slow commands kept, newest first.
#[derive(Clone, Debug, Default)]
pub struct Slowlog {
    entries: VecDeque<Entry>,
    next_id: i64,
}

/// Adds a command, and drops the oldest beyond slowlog-max-len.
#[cold]
pub fn note(engine: &mut Engine, client: ClientId, spec: &CommandSpec, argv: &[Bytes], micros: u64, now: UnixMicros) {
    let (addr, name) =
        engine.clients.get(client).map_or_else(Default::default, |client| (client.addr.clone(), client.name.clone()));
    let log = &mut engine.server.slowlog;
    log.entries.push_front(Entry { id: log.next_id, at: now, micros, argv: shortened(spec, argv), addr, name });
    log.next_id += 1;
    log.entries.truncate(usize::try_from(engine.config.slowlog_max_len).unwrap_or(usize::MAX));
}

/// Whether the argument at `at` is a secret.
fn is_secret(spec: &CommandSpec, argv: &[Bytes], at: usize) -> bool {
    let is = |at: usize, word: &str| argv.get(at).is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
    let behind = |word: &str, by: usize, first: usize| at >= first + by && is(at - by, word);
    match spec.name {
        "acl|setuser" => at >= 2,
        "config|set" => ["masterauth", "masteruser", "requirepass", "tls-key-file-pass", "tls-client-key-file-pass"]
            .iter()
            .any(|name| at % 2 == 1 && at > 2 && is(at - 1, name)),
        "hello" => behind("auth", 1, 2) || behind("auth", 2, 2),
        "migrate" => behind("auth", 1, 6) || behind("auth2", 1, 6) || behind("auth2", 2, 6),
        _ => false,
    }
}

fn shortened(spec: &CommandSpec, argv: &[Bytes]) -> Vec<Bytes> {
    let kept = if argv.len() > ARGUMENTS_MAX { ARGUMENTS_MAX - 1 } else { argv.len() };
    let mut words: Vec<Bytes> = argv[..kept]
        .iter()
        .enumerate()
        .map(|(at, arg)| {
            if is_secret(spec, argv, at) {
                return Bytes::from("(redacted)");
            }
            if arg.len() <= ARGUMENT_BYTES_MAX {
                return arg.clone();
            }
            let mut text = arg[..ARGUMENT_BYTES_MAX].to_vec();
            text.extend_from_slice(format!("... ({} more bytes)", arg.len() - ARGUMENT_BYTES_MAX).as_bytes());
            Bytes::from(text)
        })
        .collect();
    if kept < argv.len() {
        words.push(Bytes::from(format!("... ({} more arguments)", argv.len() - kept)));
    }
    words
}

/// `SLOWLOG GET [count]`
pub fn slowlog_get(call: &mut Call<'_>) -> Result<Value, Error> {
    let count = match call.argv.get(2) {
        None => 10,
        Some(said) => number::parse_i64(said)
            .filter(|count| *count >= -1)
            .ok_or(Error::Text("ERR count should be greater than or equal to -1"))?,
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let entry = |entry: &Entry| {
        Value::Array(vec![
            Value::Int(entry.id),
            Value::Int(entry.at.seconds() as i64),
            Value::Int(entry.micros as i64),
            Value::Array(entry.argv.iter().cloned().map(Value::Bulk).collect()),
            Value::bulk(entry.addr.as_str()),
            Value::bulk(entry.name.clone()),
        ])
    };
    Ok(Value::Array(call.engine.server.slowlog.entries.iter().take(count).map(entry).collect()))
}

/// `SLOWLOG LEN`
pub fn slowlog_len(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(call.engine.server.slowlog.entries.len() as i64))
}

/// `SLOWLOG RESET`
pub fn slowlog_reset(call: &mut Call<'_>) -> Result<Value, Error> {
    call.engine.server.slowlog.entries.clear();
    Ok(Value::ok())
}

//! XINFO: streams, groups and consumers, looked at.

use super::groups::{no_such_group, subcommand_syntax};
use super::{entry_reply, id_reply, range_reply, stream};
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::value::stream::{Group, Log, StreamId, StreamValue, UNKNOWN};
use crate::resp::{Bytes, Value};

/// The stream of argument 2.
fn find<'c>(call: &'c mut Call<'_>) -> Result<&'c StreamValue, Error> {
    let key = call.arg(2);
    stream(call.lookup_read(key).ok_or(Error::NoSuchKey)?)
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect())
}

fn name(name: &Bytes) -> Value {
    Value::Bulk(name.clone())
}

fn number(n: usize) -> Value {
    Value::Int(n as i64)
}

fn entries_read(group: &Group) -> Value {
    if group.entries_read == UNKNOWN { Value::Null } else { Value::Int(group.entries_read) }
}

fn lag(log: &Log, group: &Group) -> Value {
    log.lag(group).map_or(Value::Null, Value::Int)
}

/// `XINFO CONSUMERS key group`
pub fn consumers(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, group_name, now_ms) = (call.arg(2), call.arg(3), call.now_ms());
    let group = find(call)?.groups.get(group_name).ok_or_else(|| no_such_group(key, group_name))?;
    let rows: Vec<Value> = group
        .consumers()
        .iter()
        .map(|consumer| {
            map([
                ("name", name(&consumer.name)),
                ("pending", number(consumer.pending.len())),
                ("idle", Value::Int(now_ms.wrapping_sub(consumer.seen_ms).max(0))),
            ])
        })
        .collect();
    call.work += rows.len() as u64;
    Ok(Value::Array(rows))
}

/// `XINFO GROUPS key`
pub fn groups(call: &mut Call<'_>) -> Result<Value, Error> {
    let StreamValue { log, groups } = find(call)?;
    let rows: Vec<Value> = groups
        .iter()
        .map(|group| {
            map([
                ("name", name(&group.name)),
                ("consumers", number(group.consumers().len())),
                ("pending", number(group.pending().len())),
                ("last-delivered-id", id_reply(group.last_id)),
                ("entries-read", entries_read(group)),
                ("lag", lag(log, group)),
            ])
        })
        .collect();
    call.work += rows.len() as u64;
    Ok(Value::Array(rows))
}

/// `XINFO STREAM key [FULL [COUNT count]]`
pub fn of_stream(call: &mut Call<'_>) -> Result<Value, Error> {
    /// What is shown of each list without COUNT.
    const COUNT: usize = 10;
    let argv = call.argv;
    let syntax = subcommand_syntax(call);
    let value = find(call)?;
    let is = |at: usize, word: &[u8]| argv.get(at).is_some_and(|arg| arg.eq_ignore_ascii_case(word));
    let count = match argv.len() {
        3 => None,
        4 if is(3, b"full") => Some(COUNT),
        6 if is(3, b"full") && is(4, b"count") => {
            let count = crate::engine::number::parse_i64(&argv[5]).ok_or(Error::NotInteger)?;
            Some(usize::try_from(count).unwrap_or(COUNT))
        }
        _ => return Err(syntax),
    };
    let StreamValue { log, groups } = value;
    let mut fields = vec![
        ("length", Value::Int(log.len as i64)),
        ("radix-tree-keys", number(log.nodes().len())),
        ("radix-tree-nodes", number(log.nodes().tree_nodes())),
        ("last-generated-id", id_reply(log.last_id)),
        ("max-deleted-entry-id", id_reply(log.max_deleted_id)),
        ("entries-added", Value::Int(log.added as i64)),
        ("recorded-first-entry-id", id_reply(log.first_id)),
    ];
    let mut work = 0;
    match count {
        None => {
            let edge = |last: bool| log.edge(last).and_then(|id| log.get(id)).map_or(Value::Null, entry_reply);
            fields.push(("groups", number(groups.len())));
            fields.push(("first-entry", edge(false)));
            fields.push(("last-entry", edge(true)));
        }
        Some(count) => {
            let entries = range_reply(log, StreamId::MIN, StreamId::MAX, false, count);
            work += entries.len() as u64;
            fields.push(("entries", Value::Array(entries)));
            fields.push(("groups", Value::Array(groups.iter().map(|group| full_group(log, group, count)).collect())));
        }
    }
    call.work += work;
    Ok(Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect()))
}

/// A group with up to `count` (0: all) of what is pending.
fn full_group(log: &Log, group: &Group, count: usize) -> Value {
    let most = if count == 0 { usize::MAX } else { count };
    let pending = group.pending().iter().take(most).map(|(id, nack)| {
        Value::Array(vec![
            id_reply(id),
            name(&nack.consumer),
            Value::Int(nack.delivered_ms),
            Value::Int(nack.deliveries),
        ])
    });
    let consumers = group.consumers().iter().map(|consumer| {
        let own = consumer.pending.iter().take(most).filter_map(|(id, ())| {
            let nack = group.pending().get(id)?;
            Some(Value::Array(vec![id_reply(id), Value::Int(nack.delivered_ms), Value::Int(nack.deliveries)]))
        });
        map([
            ("name", name(&consumer.name)),
            ("seen-time", Value::Int(consumer.seen_ms)),
            ("pel-count", number(consumer.pending.len())),
            ("pending", Value::Array(own.collect())),
        ])
    });
    map([
        ("name", name(&group.name)),
        ("last-delivered-id", id_reply(group.last_id)),
        ("entries-read", entries_read(group)),
        ("lag", lag(log, group)),
        ("pel-count", number(group.pending().len())),
        ("pending", Value::Array(pending.collect())),
        ("consumers", Value::Array(consumers.collect())),
    ])
}

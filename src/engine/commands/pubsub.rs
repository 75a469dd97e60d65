//! The pub/sub group: SUBSCRIBE, PUBLISH and their kin.
//!
//! A command that takes several names answers a message for each: all but the last go to the outbox, the last is the
//! reply. Who listens to what is the business of `engine::pubsub`.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::glob;
use crate::engine::pubsub::Space;
use crate::resp::{Bytes, Value};

/// Answers all these messages.
fn answer_all(call: &mut Call<'_>, mut messages: Vec<Value>) -> Value {
    let last = messages.pop().unwrap_or(Value::Null);
    for message in messages {
        call.engine.answer_later(call.client, message);
    }
    last
}

fn subscribe_to(call: &mut Call<'_>, space: Space) -> Value {
    let (argv, client) = (call.argv, call.client);
    let told = argv[1..].iter().map(|name| call.engine.subscribe(client, space, name)).collect();
    answer_all(call, told)
}

fn unsubscribe_from(call: &mut Call<'_>, space: Space) -> Value {
    let (argv, client) = (call.argv, call.client);
    let told = if argv.len() == 1 {
        call.engine.unsubscribe_all(client, space)
    } else {
        argv[1..].iter().map(|name| call.engine.unsubscribe(client, space, name)).collect()
    };
    answer_all(call, told)
}

/// `SUBSCRIBE channel [channel …]`
pub fn subscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(subscribe_to(call, Space::Channel))
}

/// `PSUBSCRIBE pattern [pattern …]`
pub fn psubscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(subscribe_to(call, Space::Pattern))
}

/// `SSUBSCRIBE shardchannel [shardchannel …]`
pub fn ssubscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.nested {
        return Err(Error::Text("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    Ok(subscribe_to(call, Space::Shard))
}

/// `UNSUBSCRIBE [channel …]`
pub fn unsubscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(unsubscribe_from(call, Space::Channel))
}

/// `PUNSUBSCRIBE [pattern …]`
pub fn punsubscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(unsubscribe_from(call, Space::Pattern))
}

/// `SUNSUBSCRIBE [shardchannel …]`
pub fn sunsubscribe(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(unsubscribe_from(call, Space::Shard))
}

/// A message for those who listen here, and for the other nodes: by the cluster's bus where there is a cluster, else
/// with the replication stream.
fn send(call: &mut Call<'_>, sharded: bool) -> Value {
    let [_, channel, message] = call.argv else {
        return Value::Int(0);
    };
    let receivers = call.engine.publish(channel, message, sharded);
    call.work += receivers as u64;
    if call.engine.cluster_enabled {
        call.host.publish(channel, message, sharded);
    } else if !call.from_primary && !call.host.is_replica() {
        call.engine.pending.push((call.db, call.argv.to_vec()));
    }
    Value::Int(receivers)
}

/// `PUBLISH channel message`
pub fn publish(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(send(call, false))
}

/// `SPUBLISH shardchannel message`
pub fn spublish(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(send(call, true))
}

/// The names somebody listens to, those that match the pattern if there is one.
fn names(call: &mut Call<'_>, space: Space) -> Result<Value, Error> {
    let pattern = match call.argv {
        [_, _] => None,
        [_, _, pattern] => Some(pattern),
        _ => return Err(subcommand_syntax(call)),
    };
    let listened = call.engine.pubsub.names(space);
    call.work += listened.len() as u64;
    let chosen = listened.keys().filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name, false)));
    Ok(Value::Array(chosen.map(|name| Value::Bulk(name.clone())).collect()))
}

/// Each name with the number of its listeners.
fn counts(call: &Call<'_>, space: Space) -> Value {
    let count = |name: &Bytes| Value::Int(call.engine.pubsub.count(space, name) as i64);
    Value::Array(call.argv[2..].iter().flat_map(|name| [Value::Bulk(name.clone()), count(name)]).collect())
}

fn subcommand_syntax(call: &Call<'_>) -> Error {
    let said = String::from_utf8_lossy(&call.argv[1]).into_owned();
    Error::SubcommandSyntax(said, "PUBSUB".to_owned())
}

/// `PUBSUB CHANNELS [pattern]`
pub fn channels(call: &mut Call<'_>) -> Result<Value, Error> {
    names(call, Space::Channel)
}

/// `PUBSUB SHARDCHANNELS [pattern]`
pub fn shard_channels(call: &mut Call<'_>) -> Result<Value, Error> {
    names(call, Space::Shard)
}

/// `PUBSUB NUMSUB [channel …]`
pub fn numsub(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(counts(call, Space::Channel))
}

/// `PUBSUB SHARDNUMSUB [shardchannel …]`
pub fn shard_numsub(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(counts(call, Space::Shard))
}

/// `PUBSUB NUMPAT`: patterns that somebody listens to, each once.
pub fn numpat(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(call.engine.pubsub.names(Space::Pattern).len() as i64))
}

//! The hash group: HSET, HGET and their kin.

use std::rc::Rc;

use super::set_random::{MOST_REPETITIONS, TOO_MANY, signed_count, thin_out};
use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::commands::scan;
use crate::engine::dict::Dict;
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::long_double::LongDouble;
use crate::engine::number;
use crate::engine::value::{Data, HashLimits, HashValue};
use crate::resp::{Bytes, Value};

/// The hash behind a value, or WRONGTYPE.
fn hash(data: &Data) -> Result<&HashValue, Error> {
    match data {
        Data::Hash(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

fn hash_mut(data: &mut Data) -> Result<&mut HashValue, Error> {
    match data {
        Data::Hash(value) => Ok(Rc::make_mut(value)),
        _ => Err(Error::WrongType),
    }
}

/// The entry of a key that holds a hash. `None`: no such key.
fn find_hash(call: &mut Call<'_>, key: &Bytes, why: Lookup) -> Result<Option<EntryId>, Error> {
    let found = call.find(key, why);
    if let Some(id) = found {
        hash(call.engine.keyspace.data(call.db, id))?;
    }
    Ok(found)
}

/// The hash under a key, to read.
fn read<'c>(call: &'c mut Call<'_>, key: &Bytes) -> Result<Option<&'c HashValue>, Error> {
    call.lookup_read(key).map(hash).transpose()
}

/// The value of a field of the hash of an entry.
fn field<'c>(call: &'c Call<'_>, id: Option<EntryId>, name: &Bytes) -> Option<&'c Bytes> {
    hash(call.engine.keyspace.data(call.db, id?)).ok()?.get(name)
}

/// Writes fields of a hash, the words being names and values in turn; makes the hash if there is none. `ready`: no word is
/// written before the length of all is looked at. Answers how many fields are new.
fn write(call: &mut Call<'_>, id: Option<EntryId>, words: &[Bytes], ready: bool) -> Result<usize, Error> {
    let (key, db, config) = (call.arg(1), call.db, &call.engine.config);
    let limits = HashLimits { entries: config.hash_max_listpack_entries, value: config.hash_max_listpack_value };
    let write = |hash: &mut HashValue| {
        if ready {
            hash.make_ready_for(words, limits);
        }
        words.chunks_exact(2).filter(|pair| hash.set(&pair[0], &pair[1], limits)).count()
    };
    if let Some(id) = id {
        return Ok(write(hash_mut(&mut call.keyspace().edit(db, id))?));
    }
    let mut fresh = HashValue::default();
    let new = write(&mut fresh);
    call.add_key(key, Data::Hash(Rc::new(fresh)));
    Ok(new)
}

/// Says that the hash under argument 1 has changed.
fn say(call: &mut Call<'_>, event: &'static str, changes: usize) {
    let key = call.arg(1);
    call.touched(key);
    call.notify(EventClass::HASH, event, key);
    call.dirty += changes as u64;
}

/// `HSET key field value [field value …]`
pub fn hset(call: &mut Call<'_>) -> Result<Value, Error> {
    set_all(call).map(|new| Value::Int(new as i64))
}

/// `HMSET key field value [field value …]`: HSET's old form.
pub fn hmset(call: &mut Call<'_>) -> Result<Value, Error> {
    set_all(call).map(|_| Value::ok())
}

fn set_all(call: &mut Call<'_>) -> Result<usize, Error> {
    let words = &call.argv[2..];
    if !words.len().is_multiple_of(2) {
        return Err(call.arity_error());
    }
    let id = find_hash(call, call.arg(1), Lookup::Write)?;
    let new = write(call, id, words, true)?;
    let fields = words.len() / 2;
    call.replies_here();
    say(call, "hset", fields);
    call.work += fields as u64 - 1;
    Ok(new)
}

/// `HSETNX key field value`
pub fn hsetnx(call: &mut Call<'_>) -> Result<Value, Error> {
    let id = find_hash(call, call.arg(1), Lookup::Write)?;
    if field(call, id, call.arg(2)).is_some() {
        return Ok(Value::Int(0));
    }
    write(call, id, &call.argv[2..4], true)?;
    call.replies_here();
    say(call, "hset", 1);
    Ok(Value::Int(1))
}

/// `HINCRBY key field increment`
pub fn hincrby(call: &mut Call<'_>) -> Result<Value, Error> {
    let by = call.int(3)?;
    let id = find_hash(call, call.arg(1), Lookup::Write)?;
    let old = match field(call, id, call.arg(2)) {
        Some(value) => number::parse_i64(value).ok_or(Error::Text("ERR hash value is not an integer"))?,
        None => 0,
    };
    let sum = old.checked_add(by).ok_or(Error::Text("ERR increment or decrement would overflow"))?;
    write(call, id, &[call.arg(2).clone(), Bytes::from_int(sum)], false)?;
    call.replies_here();
    say(call, "hincrby", 1);
    Ok(Value::Int(sum))
}

/// `HINCRBYFLOAT key field increment`
pub fn hincrbyfloat(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name) = (call.arg(1), call.arg(2));
    let by = LongDouble::parse(call.arg(3)).ok_or(Error::NotFloat)?;
    if !by.is_finite() {
        return Err(Error::Text("ERR value is NaN or Infinity"));
    }
    let id = find_hash(call, key, Lookup::Write)?;
    let old = match field(call, id, name) {
        Some(value) => LongDouble::parse(value).ok_or(Error::Text("ERR hash value is not a float"))?,
        None => LongDouble::ZERO,
    };
    let sum = old.add(by).filter(LongDouble::is_finite);
    let sum = sum.ok_or(Error::Text("ERR increment would produce NaN or Infinity"))?;
    let text = Bytes::from(sum.to_string());
    write(call, id, &[name.clone(), text.clone()], false)?;
    call.replies_here();
    say(call, "hincrbyfloat", 1);
    // Replicas store the sum: their floats might round differently.
    call.propagate_as(&[b"HSET", key, name, &text]);
    Ok(Value::Bulk(text))
}

fn bulk_or_nil(value: Option<&Bytes>) -> Value {
    value.map_or(Value::Null, |value| Value::Bulk(value.clone()))
}

/// `HGET key field`
pub fn hget(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name) = (call.arg(1), call.arg(2));
    Ok(bulk_or_nil(read(call, key)?.and_then(|hash| hash.get(name))))
}

/// `HMGET key field [field …]`
pub fn hmget(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let names = &call.argv[2..];
    let hash = read(call, key)?;
    let values = names.iter().map(|name| bulk_or_nil(hash.and_then(|hash| hash.get(name)))).collect();
    call.work += names.len() as u64 - 1;
    Ok(Value::Array(values))
}

/// `HDEL key field [field …]`
pub fn hdel(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let names = &call.argv[2..];
    let Some(id) = find_hash(call, key, Lookup::Write)? else {
        return Ok(Value::Int(0));
    };
    let (deleted, is_empty) = {
        let mut data = call.keyspace().edit(db, id);
        let hash = hash_mut(&mut data)?;
        (names.iter().filter(|name| hash.remove(name)).count(), hash.is_empty())
    };
    if deleted > 0 {
        if is_empty {
            call.delete_key(key);
        }
        say(call, "hdel", deleted);
        if is_empty {
            call.notify(EventClass::GENERIC, "del", key);
        }
    }
    call.work += names.len() as u64 - 1;
    Ok(Value::Int(deleted as i64))
}

/// `HLEN key`
pub fn hlen(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    Ok(Value::Int(read(call, key)?.map_or(0, HashValue::len) as i64))
}

/// `HSTRLEN key field`
pub fn hstrlen(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name) = (call.arg(1), call.arg(2));
    let len = read(call, key)?.and_then(|hash| hash.get(name)).map_or(0, |value| value.len());
    Ok(Value::Int(len as i64))
}

/// `HEXISTS key field`
pub fn hexists(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name) = (call.arg(1), call.arg(2));
    let exists = read(call, key)?.is_some_and(|hash| hash.get(name).is_some());
    Ok(Value::Int(i64::from(exists)))
}

/// Calls `take` with every field and value of the hash under argument 1.
fn for_each(call: &mut Call<'_>, take: &mut dyn FnMut(&Bytes, &Bytes)) -> Result<(), Error> {
    let key = call.arg(1);
    if let Some(hash) = read(call, key)? {
        let len = hash.len() as u64;
        hash.iter().for_each(|(name, value)| take(name, value));
        call.work += len;
    }
    Ok(())
}

/// `HGETALL key`
pub fn hgetall(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut pairs = Vec::new();
    for_each(call, &mut |name, value| pairs.push((Value::Bulk(name.clone()), Value::Bulk(value.clone()))))?;
    Ok(Value::Map(pairs))
}

/// `HKEYS key`
pub fn hkeys(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut names = Vec::new();
    for_each(call, &mut |name, _| names.push(name.clone()))?;
    Ok(Value::Strings(names))
}

/// `HVALS key`
pub fn hvals(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut values = Vec::new();
    for_each(call, &mut |_, value| values.push(value.clone()))?;
    Ok(Value::Strings(values))
}

/// `HSCAN key cursor [MATCH pattern] [COUNT count]`
pub fn hscan(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, argv) = (call.arg(1), call.argv);
    let cursor = scan::cursor(call, 2)?;
    let Some(hash) = read(call, key)? else {
        return Ok(scan::reply(0, Vec::new()));
    };
    let options = scan::Options::parse(argv, 3, false)?;
    let mut found = Vec::new();
    let mut take = |name: &Bytes, value: &Bytes| {
        if options.matches(name) {
            found.extend([Value::Bulk(name.clone()), Value::Bulk(value.clone())]);
        }
    };
    let (mut next, mut seen) = (0, hash.len());
    if let Some(dict) = hash.as_table() {
        seen = 0;
        next = scan::walk(cursor, options.count, 20, &mut |at| {
            let next = dict.scan(at, |id| {
                seen += 1;
                take(dict.key(id), dict.value(id));
            });
            (next, seen)
        });
    } else {
        hash.iter().for_each(|(name, value)| take(name, value));
    }
    call.work += seen as u64;
    Ok(scan::reply(next, found))
}

/// A random field with its value.
fn pick(call: &mut Call<'_>, id: EntryId) -> Option<(Bytes, Bytes)> {
    let host = &mut *call.host;
    let mut data = call.engine.keyspace.edit(call.db, id);
    hash_mut(&mut data).ok()?.random(&mut || host.random())
}

/// `HRANDFIELD key [count [WITHVALUES]]`
pub fn hrandfield(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    if call.argv.len() == 2 {
        let found = find_hash(call, key, Lookup::Read)?;
        return Ok(found.and_then(|id| pick(call, id)).map_or(Value::Null, |(name, _)| Value::Bulk(name)));
    }
    let (count, repeated) = signed_count(call, 2)?;
    let with_values = call.argv.len() == 4 && call.is_word(3, "withvalues");
    if call.argv.len() > 3 && !with_values {
        return Err(Error::Syntax);
    }
    if with_values && count > i64::MAX as u64 / 2 {
        return Err(Error::Text("ERR value is out of range"));
    }
    let Some(id) = find_hash(call, key, Lookup::Read)? else {
        return Ok(Value::Array(Vec::new()));
    };
    let chosen = choose(call, id, count, repeated)?;
    call.work += chosen.len() as u64;
    let nested = call.protocol() > 2;
    let mut reply = Vec::with_capacity(chosen.len());
    for (name, value) in chosen {
        let (name, value) = (Value::Bulk(name), Value::Bulk(value));
        match (with_values, nested) {
            (false, _) => reply.push(name),
            (true, true) => reply.push(Value::Array(vec![name, value])),
            (true, false) => reply.extend([name, value]),
        }
    }
    Ok(Value::Array(reply))
}

/// Random fields of a hash: `count` of them, each once or not at all unless they may be `repeated`.
fn choose(call: &mut Call<'_>, id: EntryId, count: u64, repeated: bool) -> Result<Vec<(Bytes, Bytes)>, Error> {
    let hash = hash(call.engine.keyspace.data(call.db, id))?;
    let (size, is_table) = (hash.len() as u64, hash.as_table().is_some());
    let mut chosen = Vec::new();
    if repeated || count == 1 {
        if count > MOST_REPETITIONS {
            return Err(TOO_MANY);
        }
        for _ in 0..count {
            chosen.extend(pick(call, id));
        }
    } else if is_table && count.saturating_mul(3) <= size {
        let mut seen = Dict::default();
        while (chosen.len() as u64) < count {
            let Some(pair) = pick(call, id) else { break };
            if seen.add(&pair.0, ()) {
                chosen.push(pair);
            }
        }
    } else if count > 0 {
        // Nearly all, or a few of a short hash: some are left out.
        chosen.extend(hash.iter().map(|(name, value)| (name.clone(), value.clone())));
        let host = &mut *call.host;
        thin_out(&mut chosen, count, &mut || host.random());
    }
    Ok(chosen)
}

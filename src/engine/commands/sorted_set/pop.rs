//! Taking members out from the lowest or the highest score on: ZPOPMIN, ZMPOP and those that wait.

use std::rc::Rc;

use super::{delete_empty, sorted_set, sorted_set_mut};
use crate::engine::EventClass;
use crate::engine::blocked::{Serve, Wait};
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::number;
use crate::engine::value::{Awaited, Item};
use crate::resp::{Bytes, Value};

/// The end members are taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Lowest,
    Highest,
}

/// The entry of a key; WRONGTYPE if it is no sorted set.
fn locate(call: &mut Call<'_>, key: &Bytes) -> Result<Option<EntryId>, Error> {
    let found = call.find(key, Lookup::Write);
    if let Some(id) = found {
        sorted_set(call.engine.keyspace.data(call.db, id))?;
    }
    Ok(found)
}

/// Takes up to `count` members out of a sorted set, at least one, and tells everybody.
fn take(call: &mut Call<'_>, key: &Bytes, id: EntryId, end: End, count: usize) -> Result<Vec<Item>, Error> {
    let mut edit = call.engine.keyspace.edit(call.db, id);
    let set = Rc::make_mut(sorted_set_mut(&mut edit)?);
    let count = count.min(set.len());
    let mut items = Vec::with_capacity(count);
    for _ in 0..count {
        let rank = if end == End::Lowest { 0 } else { set.len() - 1 };
        items.extend(set.remove_at(rank));
    }
    let is_empty = set.is_empty();
    drop(edit);
    call.dirty += count as u64;
    call.work += count as u64 - 1;
    call.notify(EventClass::ZSET, if end == End::Lowest { "zpopmin" } else { "zpopmax" }, key);
    call.touched(key);
    // Redis tells of what was taken even earlier, inside the reply, where no client expects a message.
    call.replies_here();
    if is_empty {
        delete_empty(call, key);
    }
    Ok(items)
}

/// Replicas are told what was taken from which key.
fn propagate(call: &mut Call<'_>, key: &Bytes, end: End, count: Option<usize>) {
    let name: &[u8] = if end == End::Lowest { b"ZPOPMIN" } else { b"ZPOPMAX" };
    match count {
        Some(count) => call.propagate_as(&[name, key, &Bytes::from_int(count as i64)]),
        None => call.propagate_as(&[name, key]),
    }
}

fn pair(item: Item) -> [Value; 2] {
    [Value::Bulk(item.member), Value::Double(item.score)]
}

fn pairs(items: Vec<Item>) -> Value {
    Value::Array(items.into_iter().map(|item| Value::Array(pair(item).into())).collect())
}

/// `ZPOPMIN key [count]`
pub fn zpopmin(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Lowest)
}

/// `ZPOPMAX key [count]`
pub fn zpopmax(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Highest)
}

fn pop(call: &mut Call<'_>, end: End) -> Result<Value, Error> {
    if call.argv.len() > 3 {
        return Err(Error::Syntax);
    }
    let count = match call.argv.get(2) {
        // The same words for what is no integer at all.
        Some(count) => {
            let count = number::parse_i64(count).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(Error::NotPositive)?)
        }
        None => None,
    };
    let key = call.arg(1);
    let Some(id) = locate(call, key)?.filter(|_| count != Some(0)) else {
        return Ok(Value::Array(Vec::new()));
    };
    let items = take(call, key, id, end, count.unwrap_or(1))?;
    if count.is_some() && call.protocol() > 2 {
        return Ok(pairs(items));
    }
    Ok(Value::Array(items.into_iter().flat_map(pair).collect()))
}

/// `BZPOPMIN key [key ...] timeout`
pub fn bzpopmin(call: &mut Call<'_>) -> Result<Value, Error> {
    pop_or_wait(call, serve_lowest)
}

/// `BZPOPMAX key [key ...] timeout`
pub fn bzpopmax(call: &mut Call<'_>) -> Result<Value, Error> {
    pop_or_wait(call, serve_highest)
}

fn pop_or_wait(call: &mut Call<'_>, serve: Serve) -> Result<Value, Error> {
    let argv = call.argv;
    let last = argv.len() - 1;
    first_or_wait(call, &argv[1..last], last, serve)
}

/// Serves the client from the first key that holds something, or puts it off.
fn first_or_wait(call: &mut Call<'_>, keys: &[Bytes], timeout: usize, serve: Serve) -> Result<Value, Error> {
    let deadline = call.deadline(timeout)?;
    for key in keys {
        if locate(call, key)?.is_some()
            && let Some(reply) = serve(call, key)
        {
            return reply;
        }
    }
    let mut once: Vec<Bytes> = Vec::with_capacity(keys.len());
    for key in keys {
        if !once.contains(key) {
            once.push(key.clone());
        }
    }
    Ok(call.block(Wait { keys: once, kind: Some(Awaited::SortedSet), deadline, on_timeout: Value::NullArray, serve }))
}

fn serve_lowest(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    serve_one(call, key, End::Lowest)
}

fn serve_highest(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    serve_one(call, key, End::Highest)
}

fn serve_one(call: &mut Call<'_>, key: &Bytes, end: End) -> Option<Result<Value, Error>> {
    // What is no sorted set serves nobody who waits for one.
    let id = locate(call, key).ok()??;
    Some(take(call, key, id, end, 1).map(|items| {
        propagate(call, key, end, None);
        let mut reply = vec![Value::Bulk(key.clone())];
        reply.extend(items.into_iter().flat_map(pair));
        Value::Array(reply)
    }))
}

/// The arguments of ZMPOP and BZMPOP.
struct Many<'a> {
    keys: &'a [Bytes],
    end: End,
    count: usize,
}

impl<'a> Many<'a> {
    /// Parses them from the number of keys at `at` on.
    fn parse(argv: &'a [Bytes], at: usize) -> Result<Self, Error> {
        let positive = |text: &[u8], otherwise| {
            let value = number::parse_i64(text).filter(|value| *value > 0);
            value.and_then(|value| usize::try_from(value).ok()).ok_or(Error::Text(otherwise))
        };
        let keys = positive(&argv[at], "ERR numkeys should be greater than 0")?;
        let rest = &argv[at + 1..];
        let (keys, words) = rest.split_at_checked(keys).ok_or(Error::Syntax)?;
        let end = match words.first() {
            Some(word) if word.eq_ignore_ascii_case(b"min") => End::Lowest,
            Some(word) if word.eq_ignore_ascii_case(b"max") => End::Highest,
            _ => return Err(Error::Syntax),
        };
        let mut count = None;
        let mut words = words[1..].iter();
        while let Some(word) = words.next() {
            let given = words.next().filter(|_| count.is_none() && word.eq_ignore_ascii_case(b"count"));
            count = Some(positive(given.ok_or(Error::Syntax)?, "ERR count should be greater than 0")?);
        }
        Ok(Self { keys, end, count: count.unwrap_or(1) })
    }

    /// Takes from a key that holds something.
    fn take(&self, call: &mut Call<'_>, key: &Bytes, id: EntryId) -> Result<Value, Error> {
        let items = take(call, key, id, self.end, self.count)?;
        propagate(call, key, self.end, Some(items.len()));
        Ok(Value::Array(vec![Value::Bulk(key.clone()), pairs(items)]))
    }
}

/// `ZMPOP numkeys key [key ...] <MIN | MAX> [COUNT count]`
pub fn zmpop(call: &mut Call<'_>) -> Result<Value, Error> {
    let many = Many::parse(call.argv, 1)?;
    for key in many.keys {
        if let Some(id) = locate(call, key)? {
            return many.take(call, key, id);
        }
    }
    Ok(Value::NullArray)
}

/// `BZMPOP timeout numkeys key [key ...] <MIN | MAX> [COUNT count]`
pub fn bzmpop(call: &mut Call<'_>) -> Result<Value, Error> {
    let many = Many::parse(call.argv, 2)?;
    first_or_wait(call, many.keys, 1, serve_many)
}

fn serve_many(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    let id = locate(call, key).ok()??;
    Some(Many::parse(call.argv, 2).and_then(|many| many.take(call, key, id)))
}

//! The list group: LPUSH, LRANGE and their kin. Commands that wait are in [`blocking`].

pub mod blocking;

use std::rc::Rc;

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::value::{Data, End, ListValue};
use crate::resp::{Bytes, Value};

/// The list behind a value, or WRONGTYPE.
fn list(data: &Data) -> Result<&ListValue, Error> {
    match data {
        Data::List(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

/// Looks a list up to read it.
fn read<'c>(call: &'c mut Call<'_>, key: &Bytes) -> Result<Option<&'c ListValue>, Error> {
    call.lookup_read(key).map(list).transpose()
}

/// Changes the list under a key, if there is one.
fn edit<R>(call: &mut Call<'_>, key: &Bytes, change: impl FnOnce(&mut ListValue) -> R) -> Result<Option<R>, Error> {
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok(None);
    };
    let engine = &mut *call.engine;
    match &mut *engine.keyspace.edit(call.db, id) {
        Data::List(value) => {
            let list = Rc::make_mut(value);
            list.follow(&engine.config);
            Ok(Some(change(list)))
        }
        _ => Err(Error::WrongType),
    }
}

/// Whether there is a list under a key, to be changed.
fn exists(call: &mut Call<'_>, key: &Bytes) -> Result<bool, Error> {
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok(false);
    };
    list(call.engine.keyspace.data(call.db, id)).map(|_| true)
}

/// Puts a new list of these elements, pushed one after another, under a key that is not there. Answers its length.
fn add(call: &mut Call<'_>, key: &Bytes, end: End, elements: &[Bytes]) -> usize {
    let mut list = ListValue::new(&call.engine.config);
    for element in elements {
        list.push(end, element.clone());
    }
    call.add_key(key, Data::List(Rc::new(list)));
    elements.len()
}

/// LEFT or RIGHT.
fn end_named(call: &Call<'_>, at: usize) -> Result<End, Error> {
    if call.is_word(at, "left") {
        Ok(End::Head)
    } else if call.is_word(at, "right") {
        Ok(End::Tail)
    } else {
        Err(Error::Syntax)
    }
}

fn push_event(end: End) -> &'static str {
    if end == End::Head { "lpush" } else { "rpush" }
}

fn pop_event(end: End) -> &'static str {
    if end == End::Head { "lpop" } else { "rpop" }
}

/// The name of the plain command that pops there.
fn pop_command(end: End) -> &'static [u8] {
    if end == End::Head { b"LPOP" } else { b"RPOP" }
}

/// A whole number from `least` on, or this error whatever is wrong with it.
fn at_least(call: &Call<'_>, at: usize, least: i64, error: &'static str) -> Result<i64, Error> {
    number::parse_i64(call.arg(at)).filter(|n| *n >= least).ok_or(Error::Text(error))
}

/// `LPUSH key element [element …]`
pub fn lpush(call: &mut Call<'_>) -> Result<Value, Error> {
    push(call, End::Head, false)
}

/// `RPUSH key element [element …]`
pub fn rpush(call: &mut Call<'_>) -> Result<Value, Error> {
    push(call, End::Tail, false)
}

/// `LPUSHX key element [element …]`
pub fn lpushx(call: &mut Call<'_>) -> Result<Value, Error> {
    push(call, End::Head, true)
}

/// `RPUSHX key element [element …]`
pub fn rpushx(call: &mut Call<'_>) -> Result<Value, Error> {
    push(call, End::Tail, true)
}

fn push(call: &mut Call<'_>, end: End, only_if_there: bool) -> Result<Value, Error> {
    let key = call.arg(1);
    let elements = &call.argv[2..];
    let length = edit(call, key, |list| {
        for element in elements {
            list.push(end, element.clone());
        }
        list.len()
    })?;
    let length = match length {
        Some(length) => length,
        None if only_if_there => return Ok(Value::Int(0)),
        None => add(call, key, end, elements),
    };
    call.dirty += elements.len() as u64;
    call.work += elements.len() as u64 - 1;
    call.touched(key);
    call.replies_here();
    call.notify(EventClass::LIST, push_event(end), key);
    Ok(Value::Int(length as i64))
}

/// Takes up to `count` elements from an end of a list.
fn take(list: &mut ListValue, end: End, count: usize) -> Vec<Value> {
    let count = count.min(list.len());
    let mut taken = Vec::with_capacity(count);
    taken.extend((0..count).map_while(|_| list.pop(end)).map(Value::Bulk));
    taken
}

/// Deletes a list that has become empty. Answers whether it had.
fn delete_if_empty(call: &mut Call<'_>, key: &Bytes) {
    let keyspace = &call.engine.keyspace;
    let is_empty = keyspace
        .find(call.db, key)
        .is_some_and(|id| matches!(keyspace.data(call.db, id), Data::List(list) if list.is_empty()));
    if is_empty {
        call.delete_key(key);
        call.notify(EventClass::GENERIC, "del", key);
    }
}

/// Says that elements were popped, and deletes the list if it has become empty.
fn popped(call: &mut Call<'_>, key: &Bytes, end: End, count: usize) {
    call.replies_here();
    call.notify(EventClass::LIST, pop_event(end), key);
    delete_if_empty(call, key);
    call.touched(key);
    call.dirty += count as u64;
    call.work += count as u64 - 1;
}

/// `LPOP key [count]`
pub fn lpop(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Head)
}

/// `RPOP key [count]`
pub fn rpop(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Tail)
}

fn pop(call: &mut Call<'_>, end: End) -> Result<Value, Error> {
    let (key, has_count) = (call.arg(1), call.argv.len() == 3);
    if call.argv.len() > 3 {
        return Err(call.arity_error());
    }
    let count = if has_count { at_least(call, 2, 0, "ERR value is out of range, must be positive")? } else { 1 };
    if count == 0 {
        return Ok(if exists(call, key)? { Value::Array(Vec::new()) } else { Value::NullArray });
    }
    let Some(mut taken) = edit(call, key, |list| take(list, end, count as usize))? else {
        return Ok(if has_count { Value::NullArray } else { Value::Null });
    };
    popped(call, key, end, taken.len());
    Ok(if has_count { Value::Array(taken) } else { taken.pop().unwrap_or(Value::Null) })
}

/// The words of LMPOP and BLMPOP from `numkeys` on.
struct MultiPop<'a> {
    keys: &'a [Bytes],
    end: End,
    count: usize,
}

impl<'a> MultiPop<'a> {
    fn parse(call: &Call<'a>, numkeys_at: usize) -> Result<Self, Error> {
        let argv = call.argv;
        let numkeys = at_least(call, numkeys_at, 1, "ERR numkeys should be greater than 0")? as usize;
        let first = numkeys_at + 1;
        let end_at = first.saturating_add(numkeys);
        if end_at >= argv.len() {
            return Err(Error::Syntax);
        }
        let end = end_named(call, end_at)?;
        let mut count = None;
        let mut at = end_at + 1;
        while at < argv.len() {
            if count.is_some() || !call.is_word(at, "count") || at + 1 == argv.len() {
                return Err(Error::Syntax);
            }
            count = Some(at_least(call, at + 1, 1, "ERR count should be greater than 0")?);
            at += 2;
        }
        Ok(Self { keys: &argv[first..end_at], end, count: count.unwrap_or(1) as usize })
    }

    /// Pops from a key, says so, and replicates it as a plain pop. `None`: there is no list.
    fn pop(&self, call: &mut Call<'_>, key: &Bytes) -> Result<Option<Value>, Error> {
        let Some(taken) = edit(call, key, |list| take(list, self.end, self.count))? else {
            return Ok(None);
        };
        popped(call, key, self.end, taken.len());
        let count = number::Decimal::new(taken.len() as i64);
        call.propagate_as(&[pop_command(self.end), key, count.as_bytes()]);
        Ok(Some(Value::Array(vec![Value::Bulk(key.clone()), Value::Array(taken)])))
    }

    /// Pops from the first key that holds a list.
    fn pop_first(&self, call: &mut Call<'_>) -> Result<Option<Value>, Error> {
        for key in self.keys {
            if let Some(reply) = self.pop(call, key)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }
}

/// `LMPOP numkeys key [key …] LEFT | RIGHT [COUNT count]`
pub fn lmpop(call: &mut Call<'_>) -> Result<Value, Error> {
    let pop = MultiPop::parse(call, 1)?;
    Ok(pop.pop_first(call)?.unwrap_or(Value::NullArray))
}

/// `LLEN key`
pub fn llen(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(read(call, call.arg(1))?.map_or(0, ListValue::len) as i64))
}

/// A position as it is given, from the tail if it is negative, as one from the head.
fn position(index: i64, len: usize) -> Option<usize> {
    let from_head = if index < 0 { index + len as i64 } else { index };
    usize::try_from(from_head).ok().filter(|at| *at < len)
}

/// `LINDEX key index`
pub fn lindex(call: &mut Call<'_>) -> Result<Value, Error> {
    let index = call.int(2);
    let Some(list) = read(call, call.arg(1))? else {
        return Ok(Value::Null);
    };
    let at = position(index?, list.len());
    Ok(at.and_then(|at| list.get(at)).map_or(Value::Null, |element| Value::Bulk(element.clone())))
}

/// A range as it is given, as the first position and the number of elements.
fn range(start: i64, stop: i64, len: usize) -> (usize, usize) {
    let len = len as i64;
    let start = (if start < 0 { start + len } else { start }).max(0);
    let stop = (if stop < 0 { stop + len } else { stop }).min(len - 1);
    if start > stop { (0, 0) } else { (start as usize, (stop - start + 1) as usize) }
}

/// `LRANGE key start stop`
pub fn lrange(call: &mut Call<'_>) -> Result<Value, Error> {
    let (start, stop) = (call.int(2)?, call.int(3)?);
    let Some(list) = read(call, call.arg(1))? else {
        return Ok(Value::Strings(Vec::new()));
    };
    let (first, count) = range(start, stop, list.len());
    let mut elements = Vec::with_capacity(count);
    list.visit_range(first, count, |part| elements.extend_from_slice(part));
    call.work += count.saturating_sub(1) as u64;
    Ok(Value::Strings(elements))
}

/// `LTRIM key start stop`
pub fn ltrim(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, start, stop) = (call.arg(1), call.int(2)?, call.int(3)?);
    let removed = edit(call, key, |list| {
        let (first, count) = range(start, stop, list.len());
        let removed = list.len() - count;
        list.remove_range(0, if count == 0 { list.len() } else { first });
        list.remove_range(count, list.len());
        removed
    })?;
    if let Some(removed) = removed {
        call.notify(EventClass::LIST, "ltrim", key);
        delete_if_empty(call, key);
        call.touched(key);
        call.dirty += removed as u64;
        call.work += removed as u64;
    }
    Ok(Value::ok())
}

/// `LSET key index element`
pub fn lset(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, index, element) = (call.arg(1), call.int(2), call.arg(3));
    let replaced = edit(call, key, |list| -> Result<bool, Error> {
        let at = position(index?, list.len());
        Ok(at.is_some_and(|at| list.replace(at, element.clone())))
    })?;
    if !replaced.ok_or(Error::NoSuchKey)?? {
        return Err(Error::IndexOutOfRange);
    }
    call.touched(key);
    call.replies_here();
    call.notify(EventClass::LIST, "lset", key);
    call.dirty += 1;
    Ok(Value::ok())
}

/// `LINSERT key BEFORE | AFTER pivot element`
pub fn linsert(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, pivot, element) = (call.arg(1), call.arg(3), call.arg(4));
    let after = call.is_word(2, "after");
    if !after && !call.is_word(2, "before") {
        return Err(Error::Syntax);
    }
    let inserted = edit(call, key, |list| {
        let at = list.iter().position(|other| other == pivot);
        if let Some(at) = at {
            list.insert(at, after, element.clone());
        }
        (at, list.len())
    })?;
    let (at, length) = match inserted {
        None => return Ok(Value::Int(0)),
        Some((None, length)) => {
            call.work += length as u64;
            return Ok(Value::Int(-1));
        }
        Some((Some(at), length)) => (at, length),
    };
    call.work += at as u64;
    call.touched(key);
    call.notify(EventClass::LIST, "linsert", key);
    call.dirty += 1;
    Ok(Value::Int(length as i64))
}

/// `LREM key count element`
pub fn lrem(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, count, element) = (call.arg(1), call.int(2)?, call.arg(3));
    let from = if count < 0 { End::Tail } else { End::Head };
    let most = if count == 0 { usize::MAX } else { usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) };
    let removed = edit(call, key, |list| (list.remove_equal(element, most, from), list.len()))?;
    let Some((removed, left)) = removed else {
        return Ok(Value::Int(0));
    };
    call.work += (removed + left) as u64;
    call.dirty += removed as u64;
    if removed > 0 {
        call.touched(key);
        call.notify(EventClass::LIST, "lrem", key);
    }
    delete_if_empty(call, key);
    Ok(Value::Int(removed as i64))
}

/// `LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]`
pub fn lpos(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, element, argv) = (call.arg(1), call.arg(2), call.argv);
    let (mut rank, mut count, mut most) = (1, None, 0);
    let mut at = 3;
    while at < argv.len() {
        if at + 1 == argv.len() {
            return Err(Error::Syntax);
        }
        if call.is_word(at, "rank") {
            rank = call.int(at + 1)?;
            if rank == 0 {
                return Err(Error::Text(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
                     negative to start from the end of the list",
                ));
            }
        } else if call.is_word(at, "count") {
            count = Some(at_least(call, at + 1, 0, "ERR COUNT can't be negative")? as usize);
        } else if call.is_word(at, "maxlen") {
            most = at_least(call, at + 1, 0, "ERR MAXLEN can't be negative")? as usize;
        } else {
            return Err(Error::Syntax);
        }
        at += 2;
    }
    let Some(list) = read(call, key)? else {
        return Ok(if count.is_some() { Value::Array(Vec::new()) } else { Value::Null });
    };
    let len = list.len();
    let most = if most == 0 { len } else { most.min(len) };
    let wanted = match count {
        None => 1,
        Some(0) => usize::MAX,
        Some(count) => count,
    };
    // The smallest number has no opposite, and stays below every count of matches.
    let mut to_skip = rank.checked_abs().map_or(0, |rank| rank - 1);
    let mut matches = Vec::new();
    let mut looked_at = 0;
    let mut look = |other: &Bytes| {
        if other == element {
            if to_skip > 0 {
                to_skip -= 1;
            } else {
                let at = if rank < 0 { len - 1 - looked_at } else { looked_at };
                matches.push(Value::Int(at as i64));
            }
        }
        looked_at += 1;
        matches.len() < wanted
    };
    if rank < 0 {
        list.iter().rev().take(most).all(&mut look);
    } else {
        list.iter().take(most).all(&mut look);
    }
    call.work += looked_at as u64;
    Ok(if count.is_some() { Value::Array(matches) } else { matches.pop().unwrap_or(Value::Null) })
}

/// Moves an element from an end of one list to an end of another, which may be new or the same one, and says so but for
/// the change of the source. `None`: there is no source.
fn move_element(
    call: &mut Call<'_>,
    (source, from): (&Bytes, End),
    (target, to): (&Bytes, End),
) -> Result<Option<Bytes>, Error> {
    if !exists(call, source)? {
        return Ok(None);
    }
    let has_target = exists(call, target)?;
    let Some(element) = edit(call, source, |list| list.pop(from))?.flatten() else {
        return Ok(None);
    };
    if has_target {
        edit(call, target, |list| list.push(to, element.clone()))?;
    } else {
        add(call, target, to, std::slice::from_ref(&element));
    }
    call.touched(target);
    call.notify(EventClass::LIST, push_event(to), target);
    call.replies_here();
    call.notify(EventClass::LIST, pop_event(from), source);
    delete_if_empty(call, source);
    Ok(Some(element))
}

/// LMOVE and its kin, when there is no need to wait. `None`: there is no source.
fn move_now(call: &mut Call<'_>, from: End, to: End) -> Result<Option<Value>, Error> {
    let (source, target) = (call.arg(1), call.arg(2));
    let Some(element) = move_element(call, (source, from), (target, to))? else {
        return Ok(None);
    };
    call.touched(source);
    call.dirty += 1;
    Ok(Some(Value::Bulk(element)))
}

/// `LMOVE source destination LEFT | RIGHT LEFT | RIGHT`
pub fn lmove(call: &mut Call<'_>) -> Result<Value, Error> {
    let (from, to) = (end_named(call, 3)?, end_named(call, 4)?);
    Ok(move_now(call, from, to)?.unwrap_or(Value::Null))
}

/// `RPOPLPUSH source destination`
pub fn rpoplpush(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(move_now(call, End::Tail, End::Head)?.unwrap_or(Value::Null))
}

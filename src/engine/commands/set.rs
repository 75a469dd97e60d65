//! The set group: members of one set, and SINTER, SUNION, SDIFF and their kin across several. Random members are in
//! `set_random.rs`.

use std::rc::Rc;

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::commands::scan;
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::number;
use crate::engine::value::{Data, Member, SetValue};
use crate::resp::{Bytes, Value};

/// The set behind a value, or WRONGTYPE.
pub(super) fn set(data: &Data) -> Result<&SetValue, Error> {
    match data {
        Data::Set(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

pub(super) fn set_mut(data: &mut Data) -> Result<&mut SetValue, Error> {
    match data {
        Data::Set(value) => Ok(Rc::make_mut(value)),
        _ => Err(Error::WrongType),
    }
}

/// The entry of a key that holds a set. `None`: no such key.
pub(super) fn find_set(call: &mut Call<'_>, key: &Bytes, why: Lookup) -> Result<Option<EntryId>, Error> {
    let found = call.find(key, why);
    if let Some(id) = found {
        set(call.engine.keyspace.data(call.db, id))?;
    }
    Ok(found)
}

/// The set under a key, to read.
fn read<'c>(call: &'c mut Call<'_>, key: &Bytes) -> Result<Option<&'c SetValue>, Error> {
    call.lookup_read(key).map(set).transpose()
}

/// `SADD key member [member …]`
pub fn sadd(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db, max) = (call.arg(1), call.db, call.engine.config.set_max_intset_entries);
    let members = &call.argv[2..];
    let add = |set: &mut SetValue| members.iter().filter(|member| set.add(member, max)).count();
    let added = if let Some(id) = find_set(call, key, Lookup::Write)? {
        add(set_mut(&mut call.keyspace().edit(db, id))?)
    } else {
        let mut fresh = SetValue::for_member(&members[0]);
        let added = add(&mut fresh);
        call.add_key(key, Data::Set(Rc::new(fresh)));
        added
    };
    if added > 0 {
        call.touched(key);
        call.notify(EventClass::SET, "sadd", key);
    }
    call.dirty += added as u64;
    call.work += members.len() as u64 - 1;
    Ok(Value::Int(added as i64))
}

/// Deletes a key whose set has become empty.
pub(super) fn delete_if_empty(call: &mut Call<'_>, key: &Bytes, id: EntryId) {
    if set(call.engine.keyspace.data(call.db, id)).is_ok_and(SetValue::is_empty) {
        call.delete_key(key);
        call.notify(EventClass::GENERIC, "del", key);
    }
}

/// `SREM key member [member …]`
pub fn srem(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let members = &call.argv[2..];
    let Some(id) = find_set(call, key, Lookup::Write)? else {
        return Ok(Value::Int(0));
    };
    let removed = {
        let mut data = call.keyspace().edit(db, id);
        let set = set_mut(&mut data)?;
        members.iter().filter(|member| set.remove(member)).count()
    };
    if removed > 0 {
        call.touched(key);
        call.notify(EventClass::SET, "srem", key);
        delete_if_empty(call, key, id);
    }
    call.dirty += removed as u64;
    call.work += members.len() as u64 - 1;
    Ok(Value::Int(removed as i64))
}

/// `SMOVE source destination member`
pub fn smove(call: &mut Call<'_>) -> Result<Value, Error> {
    let (from, to, member, db) = (call.arg(1), call.arg(2), call.arg(3), call.db);
    let max = call.engine.config.set_max_intset_entries;
    let source = call.find(from, Lookup::Write);
    let destination = call.find(to, Lookup::Write);
    let Some(source) = source else {
        return Ok(Value::Int(0));
    };
    let held = set(call.engine.keyspace.data(db, source))?.contains(member);
    if let Some(id) = destination {
        set(call.engine.keyspace.data(db, id))?;
    }
    if !held || destination == Some(source) {
        return Ok(Value::Int(i64::from(held)));
    }
    set_mut(&mut call.keyspace().edit(db, source))?.remove(member);
    call.notify(EventClass::SET, "srem", from);
    delete_if_empty(call, from, source);
    call.touched(from);
    call.dirty += 1;
    let is_new = if let Some(id) = destination {
        set_mut(&mut call.keyspace().edit(db, id))?.add(member, max)
    } else {
        let mut fresh = SetValue::for_member(member);
        fresh.add(member, max);
        call.add_key(to, Data::Set(Rc::new(fresh)));
        true
    };
    if is_new {
        call.dirty += 1;
        call.touched(to);
        call.notify(EventClass::SET, "sadd", to);
    }
    Ok(Value::Int(1))
}

/// `SISMEMBER key member`
pub fn sismember(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, member) = (call.arg(1), call.arg(2));
    let held = read(call, key)?.is_some_and(|set| set.contains(member));
    Ok(Value::Int(i64::from(held)))
}

/// `SMISMEMBER key member [member …]`
pub fn smismember(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let members = &call.argv[2..];
    let set = read(call, key)?;
    let held = |member: &Bytes| set.is_some_and(|set| set.contains(member));
    let reply = members.iter().map(|member| Value::Int(i64::from(held(member)))).collect();
    call.work += members.len() as u64 - 1;
    Ok(Value::Array(reply))
}

/// `SCARD key`
pub fn scard(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    Ok(Value::Int(read(call, key)?.map_or(0, SetValue::len) as i64))
}

/// `SMEMBERS key`
pub fn smembers(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let members = read(call, key)?.map(all).unwrap_or_default();
    call.work += members.len() as u64;
    Ok(Value::Set(members))
}

/// All members, as a reply lists them.
pub(super) fn all(set: &SetValue) -> Vec<Value> {
    let mut members = Vec::with_capacity(set.len());
    members.extend(set.members().map(|member| Value::Bulk(member.bytes())));
    members
}

/// `SSCAN key cursor [MATCH pattern] [COUNT count]`
pub fn sscan(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, argv) = (call.arg(1), call.argv);
    let cursor = scan::cursor(call, 2)?;
    let Some(set) = read(call, key)? else {
        return Ok(scan::reply(0, Vec::new()));
    };
    let options = scan::Options::parse(argv, 3, false)?;
    let mut found = Vec::new();
    let (mut next, mut seen) = (0, set.len());
    if let Some(dict) = set.as_table() {
        seen = 0;
        next = scan::walk(cursor, options.count, 10, &mut |at| {
            let next = dict.scan(at, |id| {
                seen += 1;
                if options.matches(dict.key(id)) {
                    found.push(Value::Bulk(dict.key(id).clone()));
                }
            });
            (next, seen)
        });
    } else {
        let members = set.iter().filter(|member| options.matches(member));
        found.extend(members.map(Value::Bulk));
    }
    call.work += seen as u64;
    Ok(scan::reply(next, found))
}

/// The sets under some keys, `None` where there is no such key. All are looked up before anything else is checked.
fn find_sets(call: &mut Call<'_>, keys: &[Bytes]) -> Result<Vec<Option<EntryId>>, Error> {
    keys.iter().map(|key| find_set(call, key, Lookup::Read)).collect()
}

/// The set of an entry that was found to be one.
fn at<'c>(call: &'c Call<'_>, id: EntryId) -> &'c SetValue {
    match call.engine.keyspace.data(call.db, id) {
        Data::Set(value) => value,
        _ => unreachable!("its type was looked at"),
    }
}

/// Stores a result under argument 1, or deletes that key if there is none.
fn store(call: &mut Call<'_>, result: SetValue, event: &'static str) -> Value {
    let key = call.arg(1);
    let len = result.len();
    if len > 0 {
        call.set_key(key, Data::Set(Rc::new(result)), false);
        call.replies_here();
        call.notify(EventClass::SET, event, key);
        call.dirty += 1;
    } else if call.delete_key(key) {
        call.touched(key);
        call.replies_here();
        call.notify(EventClass::GENERIC, "del", key);
        call.dirty += 1;
    }
    Value::Int(len as i64)
}

/// Calls `take` with each member that all sets have, until it answers false. Answers how many members were looked at.
fn intersect(sets: &mut [&SetValue], take: &mut dyn FnMut(Member<'_>) -> bool) -> u64 {
    sets.sort_unstable_by_key(|set| set.len());
    let Some((smallest, others)) = sets.split_first() else {
        return 0;
    };
    let mut work = 0;
    for member in smallest.members() {
        work += 1;
        let in_all = others.iter().all(|set| {
            work += 1;
            set.contains_member(member)
        });
        if in_all && !take(member) {
            break;
        }
    }
    work
}

/// Intersects the sets under some keys: with a set that is not there nothing is in common.
/// Answers whether all are there.
fn intersect_keys(
    call: &mut Call<'_>,
    keys: &[Bytes],
    take: &mut dyn FnMut(Member<'_>) -> bool,
) -> Result<bool, Error> {
    let found = find_sets(call, keys)?;
    let Some(ids) = found.into_iter().collect::<Option<Vec<EntryId>>>() else {
        return Ok(false);
    };
    let mut sets: Vec<&SetValue> = ids.iter().map(|id| at(call, *id)).collect();
    call.work += intersect(&mut sets, take);
    Ok(true)
}

/// `SINTER key [key …]`
pub fn sinter(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut common = Vec::new();
    intersect_keys(call, &call.argv[1..], &mut |member| {
        common.push(Value::Bulk(member.bytes()));
        true
    })?;
    Ok(Value::Set(common))
}

/// `SINTERSTORE destination key [key …]`
pub fn sinterstore(call: &mut Call<'_>) -> Result<Value, Error> {
    let max = call.engine.config.set_max_intset_entries;
    let mut common = SetValue::new();
    let all_are_there = intersect_keys(call, &call.argv[2..], &mut |member| {
        common.add_member(member, max);
        true
    })?;
    let reply = store(call, common, "sinterstore");
    if !all_are_there {
        // Redis knows that early, and then replies last.
        call.engine.reply_place = None;
    }
    Ok(reply)
}

/// `SINTERCARD numkeys key [key …] [LIMIT limit]`
pub fn sintercard(call: &mut Call<'_>) -> Result<Value, Error> {
    let numkeys = number::parse_i64(call.arg(1)).filter(|number| *number > 0);
    let numkeys = numkeys.ok_or(Error::Text("ERR numkeys should be greater than 0"))? as u64;
    if numkeys > call.argv.len() as u64 - 2 {
        return Err(Error::Text("ERR Number of keys can't be greater than number of args"));
    }
    let end = 2 + numkeys as usize;
    let (mut limit, mut at) = (0, end);
    while at < call.argv.len() {
        if !call.is_word(at, "limit") || at + 1 == call.argv.len() {
            return Err(Error::Syntax);
        }
        let given = number::parse_i64(call.arg(at + 1)).filter(|limit| *limit >= 0);
        limit = given.ok_or(Error::Text("ERR LIMIT can't be negative"))?;
        at += 2;
    }
    let mut count = 0;
    intersect_keys(call, &call.argv[2..end], &mut |_| {
        count += 1;
        count != limit
    })?;
    Ok(Value::Int(count))
}

/// The union of the sets under some keys.
fn union(call: &mut Call<'_>, keys: &[Bytes]) -> Result<SetValue, Error> {
    let max = call.engine.config.set_max_intset_entries;
    let found = find_sets(call, keys)?;
    let mut result = SetValue::new();
    for id in found.into_iter().flatten() {
        let set = at(call, id);
        for member in set.members() {
            result.add_member(member, max);
        }
        call.work += set.len() as u64;
    }
    Ok(result)
}

/// What of the set under the first key is in no set under another.
fn difference(call: &mut Call<'_>, keys: &[Bytes]) -> Result<SetValue, Error> {
    let max = call.engine.config.set_max_intset_entries;
    let found = find_sets(call, keys)?;
    let mut result = SetValue::new();
    let Some((Some(first), others)) = found.split_first() else {
        return Ok(result);
    };
    if others.contains(&Some(*first)) {
        return Ok(result);
    }
    let first = at(call, *first);
    let mut others: Vec<&SetValue> = others.iter().flatten().map(|id| at(call, *id)).collect();
    let look_ups = first.len().saturating_mul(others.len() + 1);
    let total = first.len() + others.iter().map(|set| set.len()).sum::<usize>();
    let work = if look_ups / 2 <= total {
        // Few look-ups: each member is looked for in the others, where it is most likely first.
        others.sort_unstable_by_key(|set| std::cmp::Reverse(set.len()));
        for member in first.members() {
            if !others.iter().any(|set| set.contains_member(member)) {
                result.add_member(member, max);
            }
        }
        look_ups
    } else {
        // Many small sets: what they hold is taken out of a copy.
        for member in first.members() {
            result.add_member(member, max);
        }
        for member in others.iter().flat_map(|set| set.members()) {
            result.remove_member(member);
        }
        total
    };
    call.work += work as u64;
    Ok(result)
}

/// `SUNION key [key …]`
pub fn sunion(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Set(all(&union(call, &call.argv[1..])?)))
}

/// `SUNIONSTORE destination key [key …]`
pub fn sunionstore(call: &mut Call<'_>) -> Result<Value, Error> {
    let result = union(call, &call.argv[2..])?;
    Ok(store(call, result, "sunionstore"))
}

/// `SDIFF key [key …]`
pub fn sdiff(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Set(all(&difference(call, &call.argv[1..])?)))
}

/// `SDIFFSTORE destination key [key …]`
pub fn sdiffstore(call: &mut Call<'_>) -> Result<Value, Error> {
    let result = difference(call, &call.argv[2..])?;
    Ok(store(call, result, "sdiffstore"))
}

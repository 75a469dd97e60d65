//! Random members of sets: SRANDMEMBER, and SPOP, which takes them out.
//!
//! How members are chosen follows Redis 7.0 in what a test of distribution can tell.

use std::rc::Rc;

use super::set::{all, delete_if_empty, find_set, set, set_mut};
use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::dict::Dict;
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::number;
use crate::engine::value::{Data, SetValue};
use crate::resp::{Bytes, Value};

/// Most elements of a random choice with repetitions. Redis has no bound: it goes on until memory, or the client's output
/// buffer, runs out.
pub(super) const MOST_REPETITIONS: u64 = 1 << 20;

/// The error in place of a reply with more than that.
pub(super) const TOO_MANY: Error = Error::Text("ERR Insufficient memory, the reply would have too many elements");

/// A count that may be negative: then elements may come more than once. Answers its size and whether they may.
pub(super) fn signed_count(call: &Call<'_>, at: usize) -> Result<(u64, bool), Error> {
    let count = call.int(at)?;
    if count == i64::MIN {
        return Err(Error::Text(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ));
    }
    Ok((count.unsigned_abs(), count < 0))
}

/// A random member of the set of an entry.
fn pick(call: &mut Call<'_>, id: EntryId) -> Option<Bytes> {
    let host = &mut *call.host;
    let mut data = call.engine.keyspace.edit(call.db, id);
    set_mut(&mut data).ok()?.random(&mut || host.random())
}

/// Takes random elements out of a list until `count` are left.
pub(super) fn thin_out<T>(elements: &mut Vec<T>, count: u64, random: &mut dyn FnMut() -> u64) {
    while elements.len() as u64 > count {
        let at = random() % elements.len() as u64;
        elements.swap_remove(at as usize);
    }
}

/// `SRANDMEMBER key [count]`
pub fn srandmember(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    if call.argv.len() > 3 {
        return Err(Error::Syntax);
    }
    if call.argv.len() == 2 {
        let found = find_set(call, key, Lookup::Read)?;
        return Ok(found.and_then(|id| pick(call, id)).map_or(Value::Null, Value::Bulk));
    }
    let (count, repeated) = signed_count(call, 2)?;
    let Some(id) = find_set(call, key, Lookup::Read)? else {
        return Ok(Value::Array(Vec::new()));
    };
    let members = set(call.engine.keyspace.data(call.db, id))?;
    let size = members.len() as u64;
    let mut chosen = Vec::new();
    if repeated || count == 1 {
        if count > MOST_REPETITIONS {
            return Err(TOO_MANY);
        }
        for _ in 0..count {
            chosen.extend(pick(call, id).map(Value::Bulk));
        }
    } else if count.saturating_mul(3) > size {
        // Nearly all: some are left out.
        chosen = all(members);
        let host = &mut *call.host;
        thin_out(&mut chosen, count, &mut || host.random());
    } else {
        let mut seen = Dict::default();
        while (chosen.len() as u64) < count {
            let Some(member) = pick(call, id) else { break };
            if seen.add(&member, ()) {
                chosen.push(Value::Bulk(member));
            }
        }
    }
    call.work += count.min(size.max(chosen.len() as u64));
    Ok(Value::Array(chosen))
}

/// `SPOP key [count]`
pub fn spop(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    match call.argv.len() {
        2 => {}
        3 => return spop_count(call),
        _ => return Err(Error::Syntax),
    }
    let Some(id) = find_set(call, key, Lookup::Write)? else {
        return Ok(Value::Null);
    };
    let Some(member) = pop(call, id)? else {
        return Ok(Value::Null);
    };
    call.notify(EventClass::SET, "spop", key);
    call.propagate_as(&[b"SREM", key, &member]);
    if set(call.engine.keyspace.data(db, id))?.is_empty() {
        call.replies_here();
        delete_if_empty(call, key, id);
    }
    call.touched(key);
    call.dirty += 1;
    Ok(Value::Bulk(member))
}

/// Takes a random member out.
fn pop(call: &mut Call<'_>, id: EntryId) -> Result<Option<Bytes>, Error> {
    let host = &mut *call.host;
    let mut data = call.engine.keyspace.edit(call.db, id);
    let set = set_mut(&mut data)?;
    let member = set.random(&mut || host.random());
    if let Some(member) = &member {
        set.remove(member);
    }
    Ok(member)
}

fn spop_count(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let count = number::parse_i64(call.arg(2)).and_then(|count| u64::try_from(count).ok());
    let count = count.ok_or(Error::NotPositive)?;
    let Some(id) = find_set(call, key, Lookup::Write)? else {
        return Ok(Value::Set(Vec::new()));
    };
    if count == 0 {
        return Ok(Value::Set(Vec::new()));
    }
    let members = set(call.engine.keyspace.data(db, id))?;
    let size = members.len() as u64;
    if count >= size {
        let popped = all(members);
        call.notify(EventClass::SET, "spop", key);
        call.dirty += size;
        call.work += size;
        call.delete_key(key);
        call.replies_here();
        call.notify(EventClass::GENERIC, "del", key);
        call.propagate_as(&[b"DEL", key]);
        call.touched(key);
        return Ok(Value::Set(popped));
    }
    call.notify(EventClass::SET, "spop", key);
    call.dirty += count;
    call.work += count;
    let remaining = size - count;
    let mut popped = Vec::new();
    if remaining * 5 > count {
        for _ in 0..count {
            popped.extend(pop(call, id)?);
        }
    } else {
        // Nearly all: what is to stay moves into a set of its own.
        let max = call.engine.config.set_max_intset_entries;
        let mut kept: Option<SetValue> = None;
        for _ in 0..remaining {
            if let Some(member) = pop(call, id)? {
                kept.get_or_insert_with(|| SetValue::for_member(&member)).add(&member, max);
            }
        }
        popped.extend(set(call.engine.keyspace.data(db, id))?.iter());
        call.replace(id, Data::Set(Rc::new(kept.unwrap_or_default())));
    }
    // Replicas are told which members went, one by one.
    let removals = popped.iter().map(|member| vec![Bytes::from("SREM"), key.clone(), member.clone()]).collect();
    call.propagate_instead(removals);
    call.touched(key);
    Ok(Value::Set(popped.into_iter().map(Value::Bulk).collect()))
}

//! Entries delivered and not acknowledged: XACK, XPENDING, XCLAIM, XAUTOCLAIM.

use super::read::{claim_effect, last_id_effect, no_group};
use super::{count_of, entry_reply, find_stream, id_reply, ids, stream, stream_mut};
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::value::stream::{Group, Log, Nack, StreamId, StreamValue, c_text};
use crate::engine::{EventClass, number};
use crate::resp::{Bytes, Value};

/// `XACK key group id [id …]`
pub fn xack(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, db) = (call.arg(1), call.arg(2), call.db);
    let Some(entry) = find_stream(call, key, Lookup::Read)? else {
        return Ok(Value::Int(0));
    };
    if stream(call.engine.keyspace.data(db, entry))?.groups.get(name).is_none() {
        return Ok(Value::Int(0));
    }
    let ids = ids(call.argv, 3)?;
    let mut edit = call.engine.keyspace.edit(db, entry);
    let group = stream_mut(&mut edit)?.groups.edit(name);
    let acknowledged =
        group.map_or(0, |mut group| ids.iter().filter(|id| group.acknowledge(**id).is_some()).count() as u64);
    drop(edit);
    call.dirty += acknowledged;
    call.work += ids.len() as u64 - 1;
    Ok(Value::Int(acknowledged as i64))
}

fn nobody(key: &Bytes, group: &Bytes) -> Error {
    no_group(&[b"NOGROUP No such key '", c_text(key), b"' or consumer group '", c_text(group), b"'"])
}

/// The stream of argument 1 if it has the group of argument 2.
fn find_with_group(call: &mut Call<'_>) -> Result<EntryId, Error> {
    let entry = find_stream(call, call.arg(1), Lookup::Read)?;
    has_group(call, entry)
}

fn has_group(call: &Call<'_>, entry: Option<EntryId>) -> Result<EntryId, Error> {
    let missing = || nobody(call.arg(1), call.arg(2));
    let entry = entry.ok_or_else(missing)?;
    let value = stream(call.engine.keyspace.data(call.db, entry))?;
    value.groups.get(call.arg(2)).map(|_| entry).ok_or_else(missing)
}

/// `XPENDING key group [[IDLE min-idle-time] start end count [consumer]]`
pub fn xpending(call: &mut Call<'_>) -> Result<Value, Error> {
    let len = call.argv.len();
    if len == 3 {
        let entry = find_with_group(call)?;
        let groups = &stream(call.engine.keyspace.data(call.db, entry))?.groups;
        return Ok(groups.get(call.arg(2)).map_or(Value::NullArray, summary));
    }
    if !(6..=9).contains(&len) {
        return Err(Error::Syntax);
    }
    let (mut at, mut min_idle) = (3, 0);
    if call.is_word(3, "idle") {
        min_idle = call.int(4)?;
        if len < 8 {
            return Err(Error::Syntax);
        }
        at = 5;
    }
    let count = count_of(call.int(at + 2)?);
    let start = StreamId::parse_start(call.arg(at))?;
    let end = StreamId::parse_end(call.arg(at + 1))?;
    let consumer = call.argv.get(at + 3);
    let entry = find_with_group(call)?;
    let now_ms = call.now_ms();
    let mut rows = Vec::new();
    let mut looked_at = 0;
    if let Some(group) = stream(call.engine.keyspace.data(call.db, entry))?.groups.get(call.arg(2)) {
        let own = consumer.map(|name| group.consumer(name));
        let mut next = Some(start).filter(|_| own.is_none_or(|own| own.is_some()));
        while rows.len() < count {
            let id = next.and_then(|id| match own.flatten() {
                Some(consumer) => consumer.pending.at_or_after(id).map(|(id, ())| id),
                None => group.pending().at_or_after(id).map(|(id, _)| id),
            });
            let Some(id) = id.filter(|id| *id <= end) else {
                break;
            };
            next = id.next();
            looked_at += 1;
            let Some(nack) = group.pending().get(id) else {
                continue;
            };
            let idle = now_ms.wrapping_sub(nack.delivered_ms);
            if min_idle != 0 && idle < min_idle {
                continue;
            }
            rows.push(Value::Array(vec![
                id_reply(id),
                Value::Bulk(nack.consumer.clone()),
                Value::Int(idle.max(0)),
                Value::Int(nack.deliveries),
            ]));
        }
    }
    call.work += looked_at;
    Ok(Value::Array(rows))
}

fn summary(group: &Group) -> Value {
    let pending = group.pending();
    let (Some((first, _)), Some((last, _))) = (pending.first(), pending.last()) else {
        return Value::Array(vec![Value::Int(0), Value::Null, Value::Null, Value::NullArray]);
    };
    let consumers = group.consumers().iter().filter(|consumer| consumer.pending.len() > 0);
    let consumers = consumers.map(|consumer| {
        let count = Bytes::from_int(consumer.pending.len() as i64);
        Value::Array(vec![Value::Bulk(consumer.name.clone()), Value::Bulk(count)])
    });
    Value::Array(vec![
        Value::Int(pending.len() as i64),
        id_reply(first),
        id_reply(last),
        Value::Array(consumers.collect()),
    ])
}

/// A claim under way.
struct Claim<'a> {
    key: &'a Bytes,
    consumer: &'a Bytes,
    now_ms: i64,
    just_id: bool,
    /// The new time of delivery.
    delivered_ms: i64,
    /// The new number of deliveries, if given.
    deliveries: Option<i64>,
    effects: Vec<Vec<Bytes>>,
    replies: Vec<Value>,
    consumer_is_new: bool,
}

impl Claim<'_> {
    /// Drops a pending entry that is no longer in the stream.
    fn forget(&mut self, group: &mut Group, id: StreamId, said: &Bytes) -> bool {
        let Some(nack) = group.acknowledge(id) else {
            return false;
        };
        self.effects.push(claim_effect(self.key, group, said, &nack));
        true
    }

    /// Makes the consumer the owner of an entry.
    fn take(&mut self, group: &mut Group, log: &Log, id: StreamId, said: &Bytes, old_deliveries: i64) {
        self.consumer_is_new |= group.see(self.consumer, self.now_ms);
        let deliveries = self.deliveries.unwrap_or(old_deliveries.wrapping_add(i64::from(!self.just_id)));
        let nack = Nack { consumer: self.consumer.clone(), delivered_ms: self.delivered_ms, deliveries };
        self.effects.push(claim_effect(self.key, group, said, &nack));
        group.assign(id, nack);
        self.replies.push(match log.get(id) {
            Some(entry) if !self.just_id => entry_reply(entry),
            _ => id_reply(id),
        });
    }

    /// Says what was done.
    fn conclude(self, call: &mut Call<'_>) -> Value {
        if self.consumer_is_new {
            call.dirty += 1;
            call.notify(EventClass::STREAM, "xgroup-createconsumer", self.key);
        }
        call.dirty += self.effects.len() as u64;
        call.propagate_instead(self.effects);
        Value::Array(self.replies)
    }
}

/// The options of XCLAIM.
#[derive(Default)]
struct Options {
    delivered_ms: Option<i64>,
    deliveries: Option<i64>,
    force: bool,
    just_id: bool,
    last_id: StreamId,
}

impl Options {
    fn parse(call: &Call<'_>, start: usize) -> Result<Self, Error> {
        let mut options = Self::default();
        let int = |at: usize, text: &'static str| number::parse_i64(call.arg(at)).ok_or(Error::Text(text));
        let mut at = start;
        while at < call.argv.len() {
            let more = at + 1 < call.argv.len();
            if call.is_word(at, "force") {
                options.force = true;
            } else if call.is_word(at, "justid") {
                options.just_id = true;
            } else if more && call.is_word(at, "idle") {
                let idle = int(at + 1, "ERR Invalid IDLE option argument for XCLAIM")?;
                options.delivered_ms = Some(call.now_ms().wrapping_sub(idle));
                at += 1;
            } else if more && call.is_word(at, "time") {
                options.delivered_ms = Some(int(at + 1, "ERR Invalid TIME option argument for XCLAIM")?);
                at += 1;
            } else if more && call.is_word(at, "retrycount") {
                let count = int(at + 1, "ERR Invalid RETRYCOUNT option argument for XCLAIM")?;
                options.deliveries = (count >= 0).then_some(count);
                at += 1;
            } else if more && call.is_word(at, "lastid") {
                options.last_id = StreamId::parse(call.arg(at + 1))?;
                at += 1;
            } else {
                return Err(Error::quoting("ERR Unrecognized XCLAIM option '", call.arg(at), "'"));
            }
            at += 1;
        }
        Ok(options)
    }
}

/// `XCLAIM key group consumer min-idle-time id [id …] [IDLE ms] [TIME unix-ms] [RETRYCOUNT count] [FORCE] [JUSTID]
/// [LASTID id]`
pub fn xclaim(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, db) = (call.arg(1), call.arg(2), call.db);
    let entry = find_with_group(call)?;
    let min_idle =
        number::parse_i64(call.arg(4)).ok_or(Error::Text("ERR Invalid min-idle-time argument for XCLAIM"))?;
    let ids: Vec<StreamId> = call.argv[5..].iter().map_while(|arg| StreamId::parse(arg).ok()).collect();
    let options = Options::parse(call, 5 + ids.len())?;
    let now_ms = call.now_ms();
    let mut claim = Claim {
        key,
        consumer: call.arg(3),
        now_ms,
        just_id: options.just_id,
        // A moment that makes no sense is now.
        delivered_ms: options.delivered_ms.filter(|at| (0..=now_ms).contains(at)).unwrap_or(now_ms),
        deliveries: options.deliveries,
        effects: Vec::new(),
        replies: Vec::new(),
        consumer_is_new: false,
    };
    let mut edit = call.engine.keyspace.edit(db, entry);
    let StreamValue { log, groups } = stream_mut(&mut edit)?;
    let mut group = groups.edit(name).ok_or_else(|| nobody(key, name))?;
    let moved = options.last_id > group.last_id;
    if moved {
        group.last_id = options.last_id;
    }
    for (id, said) in ids.iter().zip(&call.argv[5..]) {
        if log.get(*id).is_none() {
            claim.forget(&mut group, *id, said);
            continue;
        }
        match group.pending().get(*id) {
            Some(nack) if min_idle > 0 && now_ms.wrapping_sub(nack.delivered_ms) < min_idle => {}
            Some(nack) => {
                let deliveries = nack.deliveries;
                claim.take(&mut group, log, *id, said, deliveries);
            }
            None if options.force => claim.take(&mut group, log, *id, said, 1),
            None => {}
        }
    }
    if moved && claim.effects.is_empty() {
        claim.effects.push(last_id_effect(key, &group));
    }
    drop(group);
    drop(edit);
    call.work += ids.len().saturating_sub(1) as u64;
    Ok(claim.conclude(call))
}

/// `XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]`
pub fn xautoclaim(call: &mut Call<'_>) -> Result<Value, Error> {
    /// Pending entries looked at for each that is asked for.
    const ATTEMPTS: u64 = 10;
    /// Redis keeps its count of IDs of 16 bytes within a C long,
    const COUNT_MAX: i64 = i64::MAX / 16;
    /// and has to allocate room for them: about what a machine can address.
    const COUNT_ALLOCATED: i64 = 1 << 43;
    let (key, name, db) = (call.arg(1), call.arg(2), call.db);
    let found = call.find(key, Lookup::Read);
    let min_idle =
        number::parse_i64(call.arg(4)).ok_or(Error::Text("ERR Invalid min-idle-time argument for XAUTOCLAIM"))?;
    let start = StreamId::parse_start(call.arg(5))?;
    let (mut count, mut just_id) = (100, false);
    let mut at = 6;
    while at < call.argv.len() {
        if call.is_word(at, "count") && at + 1 < call.argv.len() {
            count = number::parse_i64(call.arg(at + 1))
                .filter(|count| (1..=COUNT_MAX).contains(count))
                .ok_or(Error::Text("ERR COUNT must be > 0"))?;
            at += 1;
        } else if call.is_word(at, "justid") {
            just_id = true;
        } else {
            return Err(Error::Syntax);
        }
        at += 1;
    }
    let entry = has_group(call, found)?;
    if count > COUNT_ALLOCATED {
        return Err(Error::Text("ERR Insufficient memory, failed allocating transient memory, COUNT too high."));
    }
    let now_ms = call.now_ms();
    let mut claim = Claim {
        key,
        consumer: call.arg(3),
        now_ms,
        just_id,
        delivered_ms: now_ms,
        deliveries: None,
        effects: Vec::new(),
        replies: Vec::new(),
        consumer_is_new: false,
    };
    let mut edit = call.engine.keyspace.edit(db, entry);
    let StreamValue { log, groups } = stream_mut(&mut edit)?;
    let mut group = groups.edit(name).ok_or_else(|| nobody(key, name))?;
    let (mut left, mut attempts) = (count as u64, count as u64 * ATTEMPTS);
    let (mut next, mut deleted, mut looked_at) = (Some(start), Vec::new(), 0);
    while left > 0 && attempts > 0 {
        let Some((id, nack)) = next.and_then(|id| group.pending().at_or_after(id)) else {
            next = None;
            break;
        };
        let (idle, deliveries) = (now_ms.wrapping_sub(nack.delivered_ms), nack.deliveries);
        next = id.next();
        attempts -= 1;
        looked_at += 1;
        if log.get(id).is_none() {
            claim.forget(&mut group, id, &id.text());
            deleted.push(id_reply(id));
        } else if min_idle > 0 && idle < min_idle {
            continue;
        } else {
            claim.take(&mut group, log, id, &id.text(), deliveries);
        }
        left -= 1;
    }
    let cursor = next.and_then(|id| group.pending().at_or_after(id)).map_or(StreamId::MIN, |(id, _)| id);
    drop(group);
    drop(edit);
    call.work += looked_at;
    let claimed = claim.conclude(call);
    Ok(Value::Array(vec![id_reply(cursor), claimed, Value::Array(deleted)]))
}

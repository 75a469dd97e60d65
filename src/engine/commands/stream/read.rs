//! XREAD and XREADGROUP: new entries of several streams, now or when they come.

use super::{count_of, entry_reply, id_reply, stream, stream_mut};
use crate::engine::blocked::Wait;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::value::Awaited;
use crate::engine::value::stream::{Group, Log, Nack, StreamId, StreamValue, UNKNOWN, c_text};
use crate::engine::{EventClass, number};
use crate::resp::{Bytes, Value};

/// Entries given to a client that waited without saying how many it wants.
const COUNT_AFTER_WAIT: usize = 1_000;

/// What was asked.
#[derive(Default)]
struct Request<'a> {
    /// How long to wait, in milliseconds; 0: for ever.
    block_ms: Option<i64>,
    /// 0: all.
    count: usize,
    group: Option<Membership<'a>>,
    keys: &'a [Bytes],
    ids: &'a [Bytes],
}

/// As whom XREADGROUP reads.
#[derive(Clone, Copy)]
struct Membership<'a> {
    group: &'a Bytes,
    consumer: &'a Bytes,
    no_ack: bool,
}

/// What one stream is to give.
struct Delivery {
    start: StreamId,
    count: usize,
    /// What the consumer has pending, rather than what is new.
    history: bool,
}

impl<'a> Request<'a> {
    fn parse(call: &Call<'a>) -> Result<Self, Error> {
        let is_group = call.spec.name == "xreadgroup";
        let mut request = Self::default();
        let (mut group, mut no_ack) = (None, false);
        let len = call.argv.len();
        let mut streams = None;
        let mut at = 1;
        while at < len {
            let more = len - at - 1;
            if more > 0 && call.is_word(at, "block") {
                at += 1;
                let millis = number::parse_i64(call.arg(at))
                    .ok_or(Error::Text("ERR timeout is not an integer or out of range"))?;
                if millis < 0 {
                    return Err(Error::Text("ERR timeout is negative"));
                }
                request.block_ms = Some(millis);
            } else if more > 0 && call.is_word(at, "count") {
                at += 1;
                request.count = count_of(call.int(at)?);
            } else if more > 0 && call.is_word(at, "streams") {
                let words = &call.argv[at + 1..];
                if !words.len().is_multiple_of(2) {
                    return Err(Error::Text(
                        "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
                    ));
                }
                streams = Some(words.split_at(words.len() / 2));
                break;
            } else if more > 1 && call.is_word(at, "group") {
                if !is_group {
                    return Err(Error::Text(
                        "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
                    ));
                }
                group = Some((call.arg(at + 1), call.arg(at + 2)));
                at += 2;
            } else if call.is_word(at, "noack") {
                if !is_group {
                    return Err(Error::Text(
                        "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
                    ));
                }
                no_ack = true;
            } else {
                return Err(Error::Syntax);
            }
            at += 1;
        }
        (request.keys, request.ids) = streams.ok_or(Error::Syntax)?;
        request.group = group.map(|(group, consumer)| Membership { group, consumer, no_ack });
        if is_group && request.group.is_none() {
            return Err(Error::Text("ERR Missing GROUP option for XREADGROUP"));
        }
        Ok(request)
    }

    /// After which ID each stream is read; `None`: after the last its group was given (`>`).
    fn starts(&self, call: &mut Call<'_>) -> Result<Vec<Option<StreamId>>, Error> {
        let mut starts = Vec::with_capacity(self.keys.len());
        for (key, said) in self.keys.iter().zip(self.ids) {
            let found = call.lookup_read(key).map(stream).transpose()?;
            if let Some(member) = &self.group
                && found.is_none_or(|stream| stream.groups.get(member.group).is_none())
            {
                return Err(no_group(&[
                    b"NOGROUP No such key '",
                    c_text(key),
                    b"' or consumer group '",
                    c_text(member.group),
                    b"' in XREADGROUP with GROUP option",
                ]));
            }
            let start = match c_text(said) {
                b"$" if self.group.is_some() => {
                    return Err(Error::Text(
                        "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this \
                         consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just \
                         return an empty result set.",
                    ));
                }
                b"$" => Some(found.map_or(StreamId::MIN, |stream| stream.log.last_id)),
                b">" if self.group.is_none() => {
                    return Err(Error::Text(
                        "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> \
                         option.",
                    ));
                }
                b">" => None,
                // The greatest ID is how Redis remembers `>`.
                _ => Some(StreamId::parse(said)?).filter(|id| self.group.is_none() || *id != StreamId::MAX),
            };
            starts.push(start);
        }
        Ok(starts)
    }

    /// What a stream has for this request at once.
    fn delivery(&self, stream: &StreamValue, start: Option<StreamId>) -> Option<Delivery> {
        let after = |id: StreamId, history| {
            // After the last possible ID counting begins anew at none: Redis leaves the ID as it is.
            Delivery { start: id.next().unwrap_or(id), count: self.count, history }
        };
        match (&self.group, start) {
            (Some(_), Some(id)) => Some(after(id, true)),
            (Some(member), None) => {
                let last = stream.groups.get(member.group)?.last_id;
                (stream.log.edge(true)? > last).then(|| after(last, false))
            }
            (None, id) => {
                let id = id.unwrap_or(StreamId::MAX);
                (stream.log.edge(true)? > id).then(|| after(id, false))
            }
        }
    }
}

/// An error that quotes names.
pub(super) fn no_group(parts: &[&[u8]]) -> Error {
    Error::bytes(parts.concat())
}

/// `XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key …] id [id …]`
pub fn xread(call: &mut Call<'_>) -> Result<Value, Error> {
    read(call)
}

/// `XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key …] id [id …]`
pub fn xreadgroup(call: &mut Call<'_>) -> Result<Value, Error> {
    read(call)
}

fn read(call: &mut Call<'_>) -> Result<Value, Error> {
    let request = Request::parse(call)?;
    let starts = request.starts(call)?;
    let (mut streams, mut effects) = (Vec::new(), Vec::new());
    for (key, start) in request.keys.iter().zip(&starts) {
        let Some(entry) = call.find(key, Lookup::Read) else {
            continue;
        };
        let Some(delivery) = request.delivery(stream(call.engine.keyspace.data(call.db, entry))?, *start) else {
            continue;
        };
        let entries = deliver(call, &request, (key, entry), &delivery, &mut effects)?;
        streams.push((Value::Bulk(key.clone()), Value::Array(entries)));
    }
    call.propagate_instead(effects);
    if !streams.is_empty() {
        return Ok(streams_reply(call, streams));
    }
    let Some(millis) = request.block_ms else {
        return Ok(Value::NullArray);
    };
    // What `$` means now is remembered.
    let mut argv = call.argv.to_vec();
    let first_id = argv.len() - request.ids.len();
    for (word, start) in argv[first_id..].iter_mut().zip(&starts) {
        if let Some(start) = start {
            *word = start.text();
        }
    }
    let mut keys: Vec<Bytes> = Vec::new();
    for key in request.keys {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    let deadline = (millis > 0).then(|| call.in_millis(millis as u64));
    Ok(call.block_as(Wait { keys, kind: Some(Awaited::Stream), deadline, on_timeout: Value::NullArray, serve }, argv))
}

/// Streams and their entries, as the client's protocol has it.
fn streams_reply(call: &Call<'_>, streams: Vec<(Value, Value)>) -> Value {
    if call.protocol() == 3 {
        return Value::Map(streams);
    }
    Value::Array(streams.into_iter().map(|(key, entries)| Value::Array(vec![key, entries])).collect())
}

/// Gives a waiting client what came into a stream, or the news that it waits in vain.
fn serve(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    let request = Request::parse(call).ok()?;
    call.drop_if_expired(key);
    let found = call.engine.keyspace.find(call.db, key);
    let found = found.and_then(|entry| Some((entry, stream(call.engine.keyspace.data(call.db, entry)).ok()?)));
    let Some((entry, value)) = found else {
        let gone = Error::Text("UNBLOCKED the stream key no longer exists");
        return request.group.is_some().then_some(Err(gone));
    };
    let start = if let Some(member) = &request.group {
        let Some(group) = value.groups.get(member.group) else {
            let text = "NOGROUP the consumer group this client was blocked on no longer exists";
            return Some(Err(Error::Text(text)));
        };
        group.last_id
    } else {
        let at = request.keys.iter().position(|other| other == key)?;
        StreamId::parse(request.ids.get(at)?).ok()?
    };
    if value.log.last_id <= start {
        return None;
    }
    let count = if request.count == 0 { COUNT_AFTER_WAIT } else { request.count };
    let delivery = Delivery { start: start.next()?, count, history: false };
    let mut effects = Vec::new();
    let entries = deliver(call, &request, (key, entry), &delivery, &mut effects);
    call.propagate_instead(effects);
    Some(entries.map(|entries| streams_reply(call, vec![(Value::Bulk(key.clone()), Value::Array(entries))])))
}

/// Takes entries out of a stream for a request, with all that this means for its group.
fn deliver(
    call: &mut Call<'_>,
    request: &Request<'_>,
    (key, entry): (&Bytes, EntryId),
    delivery: &Delivery,
    effects: &mut Vec<Vec<Bytes>>,
) -> Result<Vec<Value>, Error> {
    let (db, now_ms) = (call.db, call.now_ms());
    let Some(member) = &request.group else {
        let log = &stream(call.engine.keyspace.data(db, entry))?.log;
        let entries = super::range_reply(log, delivery.start, StreamId::MAX, false, delivery.count);
        call.work += entries.len() as u64;
        return Ok(entries);
    };
    let mut edit = call.engine.keyspace.edit(db, entry);
    let StreamValue { log, groups } = stream_mut(&mut edit)?;
    let Some(mut group) = groups.edit(member.group) else {
        return Ok(Vec::new());
    };
    let is_new = group.see(member.consumer, now_ms);
    if is_new && member.no_ack {
        let words: [&[u8]; 5] = [b"XGROUP", b"CREATECONSUMER", key, member.group, member.consumer];
        effects.push(words.iter().map(|word| Bytes::from(*word)).collect());
    }
    let entries = if delivery.history {
        history(&mut group, log, member, delivery, now_ms)
    } else {
        news(&mut group, log, (key, member), delivery, now_ms, effects)
    };
    drop(group);
    drop(edit);
    if is_new {
        call.dirty += 1;
        call.notify(EventClass::STREAM, "xgroup-createconsumer", key);
    }
    call.dirty += 1;
    call.work += entries.len() as u64;
    Ok(entries)
}

/// What a consumer has pending, once more. Of what was deleted since only the ID is left.
fn history(group: &mut Group, log: &Log, member: &Membership<'_>, delivery: &Delivery, now_ms: i64) -> Vec<Value> {
    let mut ids = Vec::new();
    let mut next = Some(delivery.start);
    if let Some(consumer) = group.consumer(member.consumer) {
        while let Some((id, ())) = next.and_then(|id| consumer.pending.at_or_after(id)) {
            ids.push(id);
            next = id.next().filter(|_| ids.len() != delivery.count);
        }
    }
    ids.into_iter()
        .map(|id| match log.get(id) {
            Some(entry) => {
                group.deliver_again(id, now_ms);
                entry_reply(entry)
            }
            None => Value::Array(vec![id_reply(id), Value::NullArray]),
        })
        .collect()
}

/// What a group was not given yet.
fn news(
    group: &mut Group,
    log: &Log,
    (key, member): (&Bytes, &Membership<'_>),
    delivery: &Delivery,
    now_ms: i64,
    effects: &mut Vec<Vec<Bytes>>,
) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut moved = false;
    log.range(delivery.start, StreamId::MAX, false, &mut |entry| {
        let id = entry.id;
        if id > group.last_id {
            group.entries_read = if group.entries_read != UNKNOWN && !log.has_gap_from(id) {
                group.entries_read.wrapping_add(1)
            } else if log.added > 0 {
                log.count_up_to(id)
            } else {
                group.entries_read
            };
            group.last_id = id;
            moved = true;
        }
        entries.push(entry_reply(entry));
        if !member.no_ack {
            let nack = Nack { consumer: member.consumer.clone(), delivered_ms: now_ms, deliveries: 1 };
            effects.push(claim_effect(key, group, &id.text(), &nack));
            group.assign(id, nack);
        }
        entries.len() != delivery.count
    });
    if moved && member.no_ack {
        effects.push(last_id_effect(key, group));
    }
    entries
}

/// What makes a replica's pending entry what it is here.
pub(super) fn claim_effect(key: &Bytes, group: &Group, id: &Bytes, nack: &Nack) -> Vec<Bytes> {
    vec![
        Bytes::from("XCLAIM"),
        key.clone(),
        group.name.clone(),
        nack.consumer.clone(),
        Bytes::from("0"),
        id.clone(),
        Bytes::from("TIME"),
        Bytes::from_int(nack.delivered_ms),
        Bytes::from("RETRYCOUNT"),
        Bytes::from_int(nack.deliveries),
        Bytes::from("FORCE"),
        Bytes::from("JUSTID"),
        Bytes::from("LASTID"),
        group.last_id.text(),
    ]
}

/// What makes a replica's group have been given what it was given here.
pub(super) fn last_id_effect(key: &Bytes, group: &Group) -> Vec<Bytes> {
    vec![
        Bytes::from("XGROUP"),
        Bytes::from("SETID"),
        key.clone(),
        group.name.clone(),
        group.last_id.text(),
        Bytes::from("ENTRIESREAD"),
        Bytes::from_int(group.entries_read),
    ]
}

//! The stream group: XADD, XRANGE and their kin. Reading with a wait is in [`read`], consumer groups in [`groups`] and
//! [`pending`], XINFO in [`info`].

pub mod groups;
pub mod info;
pub mod pending;
pub mod read;

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::value::stream::{Entry, GivenId, Keep, Log, NodeLimits, StreamId, StreamValue, Trim, c_text};
use crate::engine::value::{Awaited, Data};
use crate::resp::{Bytes, Value};
use std::rc::Rc;

/// The stream behind a value, or WRONGTYPE.
fn stream(data: &Data) -> Result<&StreamValue, Error> {
    match data {
        Data::Stream(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

fn stream_mut(data: &mut Data) -> Result<&mut StreamValue, Error> {
    match data {
        Data::Stream(value) => Ok(Rc::make_mut(value)),
        _ => Err(Error::WrongType),
    }
}

/// The entry of a key that holds a stream; `None` if there is no such key.
fn find_stream(call: &mut Call<'_>, key: &Bytes, why: Lookup) -> Result<Option<EntryId>, Error> {
    let id = call.find(key, why);
    if let Some(id) = id {
        stream(call.engine.keyspace.data(call.db, id))?;
    }
    Ok(id)
}

/// The IDs from argument `start` on.
fn ids(argv: &[Bytes], start: usize) -> Result<Vec<StreamId>, Error> {
    argv.get(start..).unwrap_or_default().iter().map(|arg| StreamId::parse(arg)).collect()
}

fn id_reply(id: StreamId) -> Value {
    Value::Bulk(id.text())
}

/// An entry as an array of its ID and an array of fields and values.
fn entry_reply(entry: &Entry) -> Value {
    let fields = entry.fields.iter().cloned().map(Value::Bulk).collect();
    Value::Array(vec![id_reply(entry.id), Value::Array(fields)])
}

/// Up to `count` entries (0: all) as an array.
fn range_reply(log: &Log, start: StreamId, end: StreamId, reverse: bool, count: usize) -> Vec<Value> {
    let mut entries = Vec::new();
    log.range(start, end, reverse, &mut |entry| {
        entries.push(entry_reply(entry));
        entries.len() != count
    });
    entries
}

/// A count that is not less than nothing.
fn count_of(n: i64) -> usize {
    usize::try_from(n.max(0)).unwrap_or(usize::MAX)
}

/// The options of XADD and XTRIM.
#[derive(Default)]
struct Options {
    /// XADD's ID and where it stands; `None`: `*`.
    id: Option<GivenId>,
    id_at: usize,
    no_create: bool,
    keep: Option<Keep>,
    /// Where the threshold stands.
    keep_at: usize,
    approximate: bool,
    limit: i64,
}

impl Options {
    fn parse(call: &Call<'_>, is_add: bool) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut limit_given = false;
        let len = call.argv.len();
        let mut at = 2;
        while at < len {
            let more = len - 1 - at;
            let by_len = call.is_word(at, "maxlen");
            if is_add && c_text(call.arg(at)) == b"*" {
                break;
            } else if more > 0 && (by_len || call.is_word(at, "minid")) {
                at = options.parse_keep(call, at, by_len)?;
            } else if more > 0 && call.is_word(at, "limit") {
                options.limit = call.int(at + 1)?;
                if options.limit < 0 {
                    return Err(Error::Text("ERR The LIMIT argument must be >= 0."));
                }
                limit_given = true;
                at += 1;
            } else if is_add && call.is_word(at, "nomkstream") {
                options.no_create = true;
            } else if is_add {
                options.id = Some(StreamId::parse_given(call.arg(at))?);
                break;
            } else {
                return Err(Error::Syntax);
            }
            at += 1;
        }
        options.id_at = at;
        if options.limit > 0 && options.keep.is_none() {
            return Err(Error::Text("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"));
        }
        if !is_add && options.keep.is_none() {
            return Err(Error::Text("ERR syntax error, XTRIM must be called with a trimming strategy"));
        }
        if call.from_primary {
            // What the primary says is exact.
            options.limit = 0;
        } else if limit_given && !options.approximate {
            return Err(Error::Text("ERR syntax error, LIMIT cannot be used without the special ~ option"));
        } else if !limit_given && options.approximate {
            let nodes = call.engine.config.stream_node_max_entries as i64;
            let limit = nodes.wrapping_mul(100);
            options.limit = if limit <= 0 { 10_000 } else { limit.min(1_000_000) };
        }
        Ok(options)
    }

    /// MAXLEN or MINID at argument `at`; answers where its threshold stands.
    fn parse_keep(&mut self, call: &Call<'_>, at: usize, by_len: bool) -> Result<usize, Error> {
        if self.keep.is_some() {
            return Err(Error::Text("ERR syntax error, MAXLEN and MINID options at the same time are not compatible"));
        }
        let operator = call.argv.get(at + 1).filter(|_| at + 2 < call.argv.len()).map_or(&b""[..], |arg| c_text(arg));
        self.approximate = operator == b"~";
        let at = if matches!(operator, b"~" | b"=") { at + 2 } else { at + 1 };
        self.keep_at = at;
        self.keep = Some(if by_len {
            let len = call.int(at)?;
            Keep::Len(u64::try_from(len).map_err(|_| Error::Text("ERR The MAXLEN argument must be >= 0."))?)
        } else {
            Keep::From(StreamId::parse(call.arg(at))?)
        });
        Ok(at)
    }

    fn trim(&self, log: &mut Log) -> u64 {
        self.keep.map_or(0, |keep| log.trim(Trim { keep, approximate: self.approximate, limit: self.limit }))
    }

    /// Replicas trim to exactly what is left here.
    fn make_exact(&self, log: &Log, argv: &mut [Bytes]) {
        if !self.approximate {
            return;
        }
        argv[self.keep_at - 1] = Bytes::from("=");
        argv[self.keep_at] = match self.keep {
            Some(Keep::Len(_)) => Bytes::from_int(log.len as i64),
            _ => log.first_place().unwrap_or(StreamId::MAX).text(),
        };
    }
}

/// `XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value [field value …]`
pub fn xadd(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let options = Options::parse(call, true)?;
    let fields = call.argv.get(options.id_at + 1..).unwrap_or_default();
    if fields.is_empty() || !fields.len().is_multiple_of(2) {
        return Err(call.arity_error());
    }
    if options.id == Some(GivenId { id: StreamId::MIN, has_seq: true }) {
        return Err(Error::Text("ERR The ID specified in XADD must be greater than 0-0"));
    }
    let found = find_stream(call, key, Lookup::Write)?;
    if found.is_none() && options.no_create {
        return Ok(Value::Null);
    }
    let entry = found.unwrap_or_else(|| call.add_key(key, Data::Stream(Rc::default())));
    let now_ms = call.now.millis();
    let config = &call.engine.config;
    let limits = NodeLimits { bytes: config.stream_node_max_bytes, entries: config.stream_node_max_entries };
    let mut edit = call.engine.keyspace.edit(db, entry);
    let log = &mut stream_mut(&mut edit)?.log;
    if log.last_id == StreamId::MAX {
        return Err(Error::Text("ERR The stream has exhausted the last possible ID, unable to add more items"));
    }
    let id = match options.id {
        None => log.next_id(now_ms).unwrap_or(StreamId::MIN),
        Some(given) if given.has_seq || given.id.ms != log.last_id.ms => given.id,
        // Redis has no text of its own for a millisecond that is used up.
        Some(_) if log.last_id.seq == u64::MAX => {
            return Err(Error::Text("ERR Elements are too large to be stored"));
        }
        Some(_) => StreamId { seq: log.last_id.seq + 1, ..log.last_id },
    };
    if id <= log.last_id {
        let text = "ERR The ID specified in XADD is equal or smaller than the target stream top item";
        return Err(Error::Text(text));
    }
    log.append(id, fields, limits);
    let trimmed = options.trim(log);
    let mut argv = call.argv.to_vec();
    options.make_exact(log, &mut argv);
    drop(edit);
    let text = id.text();
    if options.id.is_none_or(|given| !given.has_seq) {
        argv[options.id_at] = text.clone();
    }
    call.touched(key);
    call.replies_here();
    call.notify(EventClass::STREAM, "xadd", key);
    if trimmed > 0 {
        call.notify(EventClass::STREAM, "xtrim", key);
    }
    call.dirty += 1;
    call.work += trimmed;
    call.propagate_instead(vec![argv]);
    call.engine.blocked.signal(db, key, Awaited::Stream);
    Ok(Value::Bulk(text))
}

/// `XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT count]`
pub fn xtrim(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let options = Options::parse(call, false)?;
    let Some(entry) = find_stream(call, key, Lookup::Write)? else {
        return Ok(Value::Int(0));
    };
    let mut edit = call.engine.keyspace.edit(db, entry);
    let log = &mut stream_mut(&mut edit)?.log;
    let deleted = options.trim(log);
    let mut argv = call.argv.to_vec();
    options.make_exact(log, &mut argv);
    drop(edit);
    if deleted > 0 {
        call.notify(EventClass::STREAM, "xtrim", key);
        call.propagate_instead(vec![argv]);
        call.touched(key);
        call.dirty += deleted;
        call.work += deleted;
    }
    Ok(Value::Int(deleted as i64))
}

/// `XDEL key id [id …]`
pub fn xdel(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let Some(entry) = find_stream(call, key, Lookup::Write)? else {
        return Ok(Value::Int(0));
    };
    let ids = ids(call.argv, 2)?;
    let mut edit = call.engine.keyspace.edit(db, entry);
    let log = &mut stream_mut(&mut edit)?.log;
    let deleted = ids.iter().filter(|id| log.delete(**id)).count() as u64;
    drop(edit);
    if deleted > 0 {
        call.touched(key);
        call.notify(EventClass::STREAM, "xdel", key);
        call.dirty += deleted;
    }
    call.work += ids.len() as u64 - 1;
    Ok(Value::Int(deleted as i64))
}

/// `XLEN key`
pub fn xlen(call: &mut Call<'_>) -> Result<Value, Error> {
    match call.lookup_read(call.arg(1)) {
        Some(data) => Ok(Value::Int(stream(data)?.log.len as i64)),
        None => Ok(Value::Int(0)),
    }
}

fn range(call: &mut Call<'_>, start: usize, end: usize, reverse: bool) -> Result<Value, Error> {
    let start = StreamId::parse_start(call.arg(start))?;
    let end = StreamId::parse_end(call.arg(end))?;
    let mut count = None;
    let mut at = 4;
    while at < call.argv.len() {
        if !call.is_word(at, "count") || at + 1 == call.argv.len() {
            return Err(Error::Syntax);
        }
        count = Some(count_of(call.int(at + 1)?));
        at += 2;
    }
    let Some(data) = call.lookup_read(call.arg(1)) else {
        return Ok(Value::Array(Vec::new()));
    };
    let log = &stream(data)?.log;
    if count == Some(0) {
        return Ok(Value::NullArray);
    }
    let entries = range_reply(log, start, end, reverse, count.unwrap_or(0));
    call.work += (entries.len() as u64).saturating_sub(1);
    Ok(Value::Array(entries))
}

/// `XRANGE key start end [COUNT count]`
pub fn xrange(call: &mut Call<'_>) -> Result<Value, Error> {
    range(call, 2, 3, false)
}

/// `XREVRANGE key end start [COUNT count]`
pub fn xrevrange(call: &mut Call<'_>) -> Result<Value, Error> {
    range(call, 3, 2, true)
}

/// `XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]`
pub fn xsetid(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let id = StreamId::parse(call.arg(2))?;
    let (mut added, mut max_deleted) = (None, StreamId::MIN);
    let mut at = 3;
    while at < call.argv.len() {
        let more = at + 1 < call.argv.len();
        if more && call.is_word(at, "entriesadded") {
            let said = call.int(at + 1)?;
            added = Some(u64::try_from(said).map_err(|_| Error::Text("ERR entries_added must be positive"))?);
        } else if more && call.is_word(at, "maxdeletedid") {
            max_deleted = StreamId::parse(call.arg(at + 1))?;
            if id < max_deleted {
                let text = "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id";
                return Err(Error::Text(text));
            }
        } else {
            return Err(Error::Syntax);
        }
        at += 2;
    }
    let entry = find_stream(call, key, Lookup::Write)?.ok_or(Error::NoSuchKey)?;
    let mut edit = call.engine.keyspace.edit(db, entry);
    let log = &mut stream_mut(&mut edit)?.log;
    if log.edge(true).is_some_and(|last| id < last) {
        return Err(Error::Text("ERR The ID specified in XSETID is smaller than the target stream top item"));
    }
    if log.len > 0 && added.is_some_and(|added| log.len > added) {
        return Err(Error::Text("ERR The entries_added specified in XSETID is smaller than the target stream length"));
    }
    log.last_id = id;
    log.added = added.unwrap_or(log.added);
    if max_deleted != StreamId::MIN {
        log.max_deleted_id = max_deleted;
    }
    drop(edit);
    call.dirty += 1;
    call.replies_here();
    call.notify(EventClass::STREAM, "xsetid", key);
    Ok(Value::ok())
}

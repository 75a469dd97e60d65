//! XGROUP: consumer groups made, moved and removed.

use super::read::no_group;
use super::{find_stream, stream, stream_mut};
use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::value::stream::{StreamId, UNKNOWN, c_text};
use crate::engine::value::{Awaited, Data};
use crate::resp::{Bytes, Value};
use std::rc::Rc;

/// The error of containers that check their arguments themselves.
pub(super) fn subcommand_syntax(call: &Call<'_>) -> Error {
    /// Redis quotes no more.
    const QUOTED: usize = 128;
    let said = c_text(call.arg(1));
    let container = call.arg(0).to_ascii_uppercase();
    no_group(&[
        b"ERR unknown subcommand or wrong number of arguments for '",
        &said[..said.len().min(QUOTED)],
        b"'. Try ",
        c_text(&container),
        b" HELP.",
    ])
}

pub(super) fn no_such_group(key: &Bytes, group: &Bytes) -> Error {
    no_group(&[b"NOGROUP No such consumer group '", c_text(group), b"' for key name '", c_text(key), b"'"])
}

/// The stream a subcommand works on.
fn find(call: &mut Call<'_>) -> Result<EntryId, Error> {
    find_stream(call, call.arg(2), Lookup::Write)?.ok_or(Error::Text(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option \
         to create an empty stream automatically.",
    ))
}

/// The same with the group there too.
fn find_with_group(call: &mut Call<'_>) -> Result<EntryId, Error> {
    let entry = find(call)?;
    let (key, group) = (call.arg(2), call.arg(3));
    let found = stream(call.engine.keyspace.data(call.db, entry))?.groups.get(group).is_some();
    if found { Ok(entry) } else { Err(no_such_group(key, group)) }
}

/// MKSTREAM and ENTRIESREAD.
fn options(call: &Call<'_>, is_create: bool) -> Result<(bool, i64), Error> {
    let (mut create, mut entries_read) = (false, UNKNOWN);
    let mut at = 5;
    while at < call.argv.len() {
        if is_create && call.is_word(at, "mkstream") {
            create = true;
        } else if call.is_word(at, "entriesread") && at + 1 < call.argv.len() {
            entries_read = call.int(at + 1)?;
            if entries_read < UNKNOWN {
                return Err(Error::Text("ERR value for ENTRIESREAD must be positive or -1"));
            }
            at += 1;
        } else {
            return Err(subcommand_syntax(call));
        }
        at += 1;
    }
    Ok((create, entries_read))
}

/// `XGROUP CREATE key group id | $ [MKSTREAM] [ENTRIESREAD entries-read]`
pub fn create(call: &mut Call<'_>) -> Result<Value, Error> {
    /// Options beyond these are refused, repeated as they must be.
    const MOST: usize = 8;
    let (key, name, db) = (call.arg(2), call.arg(3), call.db);
    let (make, entries_read) = options(call, true)?;
    let found = if make { find_stream(call, key, Lookup::Write)? } else { Some(find(call)?) };
    if call.argv.len() > MOST {
        return Err(subcommand_syntax(call));
    }
    let id = match (c_text(call.arg(4)), found) {
        (b"$", Some(entry)) => stream(call.engine.keyspace.data(db, entry))?.log.last_id,
        (b"$", None) => StreamId::MIN,
        _ => StreamId::parse(call.arg(4))?,
    };
    let entry = found.unwrap_or_else(|| {
        let entry = call.add_key(key, Data::Stream(Rc::default()));
        call.touched(key);
        entry
    });
    let mut edit = call.engine.keyspace.edit(db, entry);
    if !stream_mut(&mut edit)?.groups.create(name, id, entries_read) {
        return Err(Error::Text("BUSYGROUP Consumer Group name already exists"));
    }
    drop(edit);
    call.dirty += 1;
    call.replies_here();
    call.notify(EventClass::STREAM, "xgroup-create", key);
    Ok(Value::ok())
}

/// `XGROUP SETID key group id | $ [ENTRIESREAD entries-read]`
pub fn setid(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, db) = (call.arg(2), call.arg(3), call.db);
    let (_, entries_read) = options(call, false)?;
    let entry = find_with_group(call)?;
    if !matches!(call.argv.len(), 5 | 7) {
        return Err(subcommand_syntax(call));
    }
    let mut edit = call.engine.keyspace.edit(db, entry);
    let value = stream_mut(&mut edit)?;
    let id = match c_text(call.argv[4].as_ref()) {
        b"$" => value.log.last_id,
        _ => StreamId::parse_with_signs(&call.argv[4])?,
    };
    if let Some(mut group) = value.groups.edit(name) {
        group.last_id = id;
        group.entries_read = entries_read;
    }
    drop(edit);
    call.dirty += 1;
    call.replies_here();
    call.notify(EventClass::STREAM, "xgroup-setid", key);
    Ok(Value::ok())
}

/// `XGROUP DESTROY key group`
pub fn destroy(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, db) = (call.arg(2), call.arg(3), call.db);
    let entry = find(call)?;
    let mut edit = call.engine.keyspace.edit(db, entry);
    if !stream_mut(&mut edit)?.groups.destroy(name) {
        return Ok(Value::Int(0));
    }
    drop(edit);
    call.dirty += 1;
    call.replies_here();
    call.notify(EventClass::STREAM, "xgroup-destroy", key);
    // Those who wait as its members are to hear of it.
    call.engine.blocked.signal(db, key, Awaited::Stream);
    Ok(Value::Int(1))
}

/// `XGROUP CREATECONSUMER key group consumer`
pub fn createconsumer(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, consumer, db) = (call.arg(2), call.arg(3), call.arg(4), call.db);
    let entry = find_with_group(call)?;
    let now_ms = call.now_ms();
    let known = stream(call.engine.keyspace.data(db, entry))?.groups.get(name);
    if known.is_some_and(|group| group.consumer(consumer).is_some()) {
        return Ok(Value::Int(0));
    }
    let mut edit = call.engine.keyspace.edit(db, entry);
    if let Some(mut group) = stream_mut(&mut edit)?.groups.edit(name) {
        group.see(consumer, now_ms);
    }
    drop(edit);
    call.dirty += 1;
    call.notify(EventClass::STREAM, "xgroup-createconsumer", key);
    Ok(Value::Int(1))
}

/// `XGROUP DELCONSUMER key group consumer`
pub fn delconsumer(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, name, consumer, db) = (call.arg(2), call.arg(3), call.arg(4), call.db);
    let entry = find_with_group(call)?;
    let mut edit = call.engine.keyspace.edit(db, entry);
    let gone = stream_mut(&mut edit)?.groups.edit(name).and_then(|mut group| group.delete_consumer(consumer));
    drop(edit);
    let Some(pending) = gone else {
        return Ok(Value::Int(0));
    };
    call.dirty += 1;
    call.work += pending as u64;
    call.notify(EventClass::STREAM, "xgroup-delconsumer", key);
    Ok(Value::Int(pending as i64))
}

//! The generic group: what can be done with a key whatever its type.

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::{glob, usage};
use crate::resp::{Bytes, Value};

/// `DEL key [key …]`
pub fn del(call: &mut Call<'_>) -> Result<Value, Error> {
    let lazy = call.engine.config.lazyfree_lazy_user_del;
    delete(call, lazy)
}

fn delete(call: &mut Call<'_>, lazy: bool) -> Result<Value, Error> {
    let argv = call.argv;
    let mut deleted = 0;
    for key in &argv[1..] {
        // What has expired is deleted as expired, and does not count.
        call.drop_if_expired(key);
        if if lazy { call.unlink_key(key) } else { call.delete_key(key) } {
            call.touched(key);
            call.notify(EventClass::GENERIC, "del", key);
            call.dirty += 1;
            deleted += 1;
        }
    }
    call.work += argv.len() as u64 - 2;
    Ok(Value::Int(deleted))
}

/// `UNLINK key [key …]`
pub fn unlink(call: &mut Call<'_>) -> Result<Value, Error> {
    delete(call, true)
}

/// `EXISTS key [key …]`
pub fn exists(call: &mut Call<'_>) -> Result<Value, Error> {
    count(call, Lookup::Peek)
}

/// `TOUCH key [key …]`
pub fn touch(call: &mut Call<'_>) -> Result<Value, Error> {
    count(call, Lookup::Read)
}

fn count(call: &mut Call<'_>, why: Lookup) -> Result<Value, Error> {
    let argv = call.argv;
    let found = argv[1..].iter().filter(|key| call.find(key, why).is_some()).count();
    call.work += argv.len() as u64 - 2;
    Ok(Value::Int(found as i64))
}

/// `TYPE key`
pub fn type_(call: &mut Call<'_>) -> Result<Value, Error> {
    let found = call.find(call.arg(1), Lookup::Peek);
    let name = found.map_or("none", |id| call.engine.keyspace.data(call.db, id).type_name());
    Ok(Value::simple(name))
}

/// When a time to live is counted from, and in what.
#[derive(Clone, Copy)]
struct Clock {
    seconds: bool,
    absolute: bool,
}

/// `EXPIRE key seconds [NX | XX | GT | LT]`
pub fn expire(call: &mut Call<'_>) -> Result<Value, Error> {
    set_expiry(call, Clock { seconds: true, absolute: false })
}

/// `PEXPIRE key milliseconds [NX | XX | GT | LT]`
pub fn pexpire(call: &mut Call<'_>) -> Result<Value, Error> {
    set_expiry(call, Clock { seconds: false, absolute: false })
}

/// `EXPIREAT key unix-time-seconds [NX | XX | GT | LT]`
pub fn expireat(call: &mut Call<'_>) -> Result<Value, Error> {
    set_expiry(call, Clock { seconds: true, absolute: true })
}

/// `PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT]`
pub fn pexpireat(call: &mut Call<'_>) -> Result<Value, Error> {
    set_expiry(call, Clock { seconds: false, absolute: true })
}

#[derive(Default)]
struct ExpireCondition {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
}

impl ExpireCondition {
    fn parse(words: &[Bytes]) -> Result<Self, Error> {
        let mut condition = Self::default();
        for word in words {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" => condition.nx = true,
                b"xx" => condition.xx = true,
                b"gt" => condition.gt = true,
                b"lt" => condition.lt = true,
                _ => return Err(Error::quoting("ERR Unsupported option ", word, "")),
            }
        }
        if condition.nx && (condition.xx || condition.gt || condition.lt) {
            return Err(Error::Text("ERR NX and XX, GT or LT options at the same time are not compatible"));
        }
        if condition.gt && condition.lt {
            return Err(Error::Text("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(condition)
    }

    /// Whether a key with this end of life may get that one; no end counts as infinitely late.
    fn allows(&self, old: Option<i64>, new: i64) -> bool {
        !(self.nx && old.is_some()
            || self.xx && old.is_none()
            || self.gt && old.is_none_or(|old| new <= old)
            || self.lt && old.is_some_and(|old| new >= old))
    }
}

fn set_expiry(call: &mut Call<'_>, clock: Clock) -> Result<Value, Error> {
    let (key, argv, db) = (call.arg(1), call.argv, call.db);
    let condition = ExpireCondition::parse(&argv[3..])?;
    let given = call.int(2)?;
    let millis = if clock.seconds { given.checked_mul(1_000) } else { Some(given) };
    let base = if clock.absolute { 0 } else { call.now_ms() };
    let at = millis
        .and_then(|millis| millis.checked_add(base))
        .ok_or(Error::InvalidExpire(call.spec.name))?
        // The last millisecond stands for never.
        .min(i64::MAX - 1);
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok(Value::Int(0));
    };
    if !condition.allows(call.engine.keyspace.expire_at(db, id), at) {
        return Ok(Value::Int(0));
    }
    if at <= call.now_ms() && !call.from_primary && !call.host.is_replica() {
        call.delete_key(key);
        let word: &[u8] = if call.engine.config.lazyfree_lazy_expire { b"UNLINK" } else { b"DEL" };
        call.propagate_as(&[word, key]);
        call.notify(EventClass::GENERIC, "del", key);
    } else {
        call.keyspace().set_expire(db, id, Some(at));
        if call.replicates() {
            let mut words = vec![Bytes::from("PEXPIREAT"), key.clone(), Bytes::from_int(at)];
            words.extend_from_slice(&argv[3..]);
            call.propagate_instead(vec![words]);
        }
        call.replies_here();
        call.notify(EventClass::GENERIC, "expire", key);
    }
    call.touched(key);
    call.dirty += 1;
    Ok(Value::Int(1))
}

/// `TTL key`
pub fn ttl(call: &mut Call<'_>) -> Result<Value, Error> {
    life(call, Clock { seconds: true, absolute: false })
}

/// `PTTL key`
pub fn pttl(call: &mut Call<'_>) -> Result<Value, Error> {
    life(call, Clock { seconds: false, absolute: false })
}

/// `EXPIRETIME key`
pub fn expiretime(call: &mut Call<'_>) -> Result<Value, Error> {
    life(call, Clock { seconds: true, absolute: true })
}

/// `PEXPIRETIME key`
pub fn pexpiretime(call: &mut Call<'_>) -> Result<Value, Error> {
    life(call, Clock { seconds: false, absolute: true })
}

/// −2: no key; −1: no end. Seconds are rounded to the nearest.
fn life(call: &mut Call<'_>, clock: Clock) -> Result<Value, Error> {
    let Some(id) = call.find(call.arg(1), Lookup::Peek) else {
        return Ok(Value::Int(-2));
    };
    let Some(at) = call.engine.keyspace.expire_at(call.db, id) else {
        return Ok(Value::Int(-1));
    };
    let millis = if clock.absolute { at } else { at.saturating_sub(call.now_ms()).max(0) };
    Ok(Value::Int(if clock.seconds { millis.saturating_add(500) / 1_000 } else { millis }))
}

/// `PERSIST key`
pub fn persist(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, db) = (call.arg(1), call.db);
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok(Value::Int(0));
    };
    if !call.keyspace().set_expire(db, id, None) {
        return Ok(Value::Int(0));
    }
    call.touched(key);
    call.notify(EventClass::GENERIC, "persist", key);
    call.dirty += 1;
    Ok(Value::Int(1))
}

/// `RENAME key newkey`
pub fn rename(call: &mut Call<'_>) -> Result<Value, Error> {
    do_rename(call, false).map(|_| Value::ok())
}

/// `RENAMENX key newkey`
pub fn renamenx(call: &mut Call<'_>) -> Result<Value, Error> {
    do_rename(call, true).map(|done| Value::Int(i64::from(done)))
}

fn do_rename(call: &mut Call<'_>, only_new: bool) -> Result<bool, Error> {
    let (from, to, db) = (call.arg(1), call.arg(2), call.db);
    let id = call.find(from, Lookup::Write).ok_or(Error::NoSuchKey)?;
    if from == to {
        return Ok(false);
    }
    if call.find(to, Lookup::Write).is_some() {
        if only_new {
            return Ok(false);
        }
        call.delete_key(to);
    }
    let expire = call.engine.keyspace.expire_at(db, id);
    if let Some(object) = call.keyspace().remove(db, from) {
        let id = call.add_key_in(db, to, object.data, object.usage);
        call.keyspace().set_expire(db, id, expire);
    }
    call.touched(from);
    call.touched(to);
    call.notify(EventClass::GENERIC, "rename_from", from);
    call.notify(EventClass::GENERIC, "rename_to", to);
    call.dirty += 1;
    Ok(true)
}

/// A database number of this server.
fn database(call: &Call<'_>, at: usize) -> Result<u32, Error> {
    // In cluster mode there is one database, but the numbers of the others are no error by themselves.
    let count = call.engine.config.databases.max(call.engine.keyspace.databases());
    let number = call.narrow_int(at)?;
    u32::try_from(number).ok().filter(|number| *number < count).ok_or(Error::DbIndex)
}

/// `MOVE key db`
pub fn move_(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, from) = (call.arg(1), call.db);
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR MOVE is not allowed in cluster mode"));
    }
    let to = database(call, 2)?;
    if from == to {
        return Err(Error::SameObject);
    }
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok(Value::Int(0));
    };
    let expire = call.engine.keyspace.expire_at(from, id);
    if call.find_in(to, key, Lookup::Write).is_some() {
        return Ok(Value::Int(0));
    }
    if let Some(object) = call.keyspace().remove(from, key) {
        let id = call.add_key_in(to, key, object.data, object.usage);
        call.keyspace().set_expire(to, id, expire);
    }
    call.touched(key);
    call.keyspace().touch_watched(to, key);
    call.notify(EventClass::GENERIC, "move_from", key);
    call.engine.notify(EventClass::GENERIC, "move_to", key, to);
    call.dirty += 1;
    Ok(Value::Int(1))
}

/// `COPY source destination [DB db] [REPLACE]`
pub fn copy(call: &mut Call<'_>) -> Result<Value, Error> {
    let (from, to) = (call.arg(1), call.arg(2));
    let (mut db, mut replace) = (call.db, false);
    let mut at = 3;
    while at < call.argv.len() {
        if call.is_word(at, "replace") {
            replace = true;
        } else if call.is_word(at, "db") && at + 1 < call.argv.len() {
            db = database(call, at + 1)?;
            at += 1;
        } else {
            return Err(Error::Syntax);
        }
        at += 1;
    }
    if call.engine.cluster_enabled && db != 0 {
        return Err(Error::Text("ERR Copying to another database is not allowed in cluster mode"));
    }
    if db == call.db && from == to {
        return Err(Error::SameObject);
    }
    let Some(id) = call.find(from, Lookup::Read) else {
        return Ok(Value::Int(0));
    };
    let expire = call.engine.keyspace.expire_at(call.db, id);
    let data = call.engine.keyspace.data(call.db, id).clone();
    if call.find_in(db, to, Lookup::Write).is_some() {
        if !replace {
            return Ok(Value::Int(0));
        }
        call.keyspace().remove(db, to);
    }
    let initial = usage::initial(&call.engine.config, call.now_ms());
    let id = call.add_key_in(db, to, data, initial);
    call.keyspace().set_expire(db, id, expire);
    call.keyspace().touch_watched(db, to);
    call.engine.notify(EventClass::GENERIC, "copy_to", to, db);
    call.dirty += 1;
    Ok(Value::Int(1))
}

/// `KEYS pattern`
pub fn keys(call: &mut Call<'_>) -> Result<Value, Error> {
    let (pattern, now_ms, db) = (call.arg(1), call.now_ms(), call.db);
    let keyspace = &call.engine.keyspace;
    call.work += keyspace.len_of(db) as u64;
    let found = keyspace
        .iter(db)
        .filter(|id| !keyspace.is_expired(db, *id, now_ms))
        .map(|id| keyspace.key(db, id))
        .filter(|key| glob::selects(pattern, key))
        .cloned()
        .collect();
    Ok(Value::Strings(found))
}

/// `RANDOMKEY`
pub fn randomkey(call: &mut Call<'_>) -> Result<Value, Error> {
    /// Tries on a replica whose keys may all be expired and must stay.
    const TRIES: u32 = 100;
    let (db, now_ms) = (call.db, call.now_ms());
    let mut tries = TRIES;
    loop {
        let host = &mut *call.host;
        let Some(id) = call.engine.keyspace.random(db, &mut || host.random()) else {
            return Ok(Value::Null);
        };
        let key = call.engine.keyspace.key(db, id).clone();
        if !call.engine.keyspace.is_expired(db, id, now_ms) {
            return Ok(Value::Bulk(key));
        }
        tries -= 1;
        call.drop_if_expired(&key);
        if tries == 0 {
            return Ok(if call.engine.keyspace.find(db, &key).is_some() { Value::Bulk(key) } else { Value::Null });
        }
    }
}

/// `OBJECT ENCODING key`
pub fn object_encoding(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(id) = call.find(call.arg(2), Lookup::Peek) else {
        return Ok(Value::Null);
    };
    Ok(Value::bulk(call.engine.keyspace.data(call.db, id).encoding()))
}

/// `OBJECT REFCOUNT key`
pub fn object_refcount(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(id) = call.find(call.arg(2), Lookup::Peek) else {
        return Ok(Value::Null);
    };
    let shared = call.engine.keyspace.data(call.db, id).is_shared_integer()
        && (call.engine.config.maxmemory == 0 || !call.engine.config.maxmemory_policy.needs_own_usage());
    Ok(Value::Int(if shared { i64::from(i32::MAX) } else { 1 }))
}

/// `OBJECT IDLETIME key`
pub fn object_idletime(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(id) = call.find(call.arg(2), Lookup::Peek) else {
        return Ok(Value::Null);
    };
    if call.engine.config.maxmemory_policy.is_lfu() {
        return Err(Error::Text(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between \
             policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    let usage = call.engine.keyspace.object(call.db, id).usage;
    Ok(Value::Int(usage::idle_seconds(usage, call.now_ms()) as i64))
}

/// `OBJECT FREQ key`
pub fn object_freq(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(id) = call.find(call.arg(2), Lookup::Peek) else {
        return Ok(Value::Null);
    };
    if !call.engine.config.maxmemory_policy.is_lfu() {
        return Err(Error::Text(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching \
             between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    let usage = call.engine.keyspace.object(call.db, id).usage;
    Ok(Value::Int(i64::from(usage::lfu_counter(&call.engine.config, usage, call.now_ms()))))
}

/// `OBJECT HELP`
pub fn object_help(_call: &mut Call<'_>) -> Result<Value, Error> {
    let lines = [
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    How the value is kept in memory.",
        "FREQ <key>",
        "    The logarithmic counter of recent uses (LFU policies only).",
        "IDLETIME <key>",
        "    Seconds since the last use, roughly.",
        "REFCOUNT <key>",
        "    How many references there are to the value.",
        "HELP",
        "    This text.",
    ];
    Ok(Value::Array(lines.iter().map(|line| Value::simple(line)).collect()))
}

/// `WAIT numreplicas timeout`: how many replicas have what this client wrote last.
pub fn wait(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.host.is_replica() {
        return Err(Error::Text(
            "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is \
             configured to be writable (which is not the default) writes to replicas are just local and are not \
             propagated.",
        ));
    }
    let replicas = call.int(1)?;
    let deadline = call.deadline_in_whole_ms(2)?;
    let offset = call.client().write_offset;
    Ok(call.block_for_replicas(offset, replicas, deadline))
}

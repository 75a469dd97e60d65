//! DUMP and RESTORE: values as bytes.

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::rdb::{self, Damage};
use crate::engine::usage;
use crate::resp::{Bytes, Value};

/// `DUMP key`
pub fn dump(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(data) = call.lookup_read(call.arg(1)) else {
        return Ok(Value::Null);
    };
    let data = data.clone();
    call.work += data.free_effort() as u64;
    Ok(Value::bulk(rdb::dump(&data, call.engine.config.compresses_payloads())))
}

#[derive(Default)]
struct Options {
    replace: bool,
    absolute: bool,
    idle_seconds: Option<i64>,
    frequency: Option<i64>,
}

impl Options {
    fn parse(call: &Call<'_>) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut at = 4;
        while at < call.argv.len() {
            let has_value = at + 1 < call.argv.len();
            if call.is_word(at, "replace") {
                options.replace = true;
            } else if call.is_word(at, "absttl") {
                options.absolute = true;
            } else if call.is_word(at, "idletime") && has_value && options.frequency.is_none() {
                let idle = call.int(at + 1)?;
                if idle < 0 {
                    return Err(Error::Text("ERR Invalid IDLETIME value, must be >= 0"));
                }
                options.idle_seconds = Some(idle);
                at += 1;
            } else if call.is_word(at, "freq") && has_value && options.idle_seconds.is_none() {
                let frequency = call.int(at + 1)?;
                if !(0..=255).contains(&frequency) {
                    return Err(Error::Text("ERR Invalid FREQ value, must be >= 0 and <= 255"));
                }
                options.frequency = Some(frequency);
                at += 1;
            } else {
                return Err(Error::Syntax);
            }
            at += 1;
        }
        Ok(options)
    }
}

/// `RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]`
pub fn restore(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, payload, db) = (call.arg(1), call.arg(3), call.db);
    let options = Options::parse(call)?;
    if !options.replace && call.find(key, Lookup::Write).is_some() {
        return Err(Error::BusyKey);
    }
    let ttl = call.int(2)?;
    if ttl < 0 {
        return Err(Error::Text("ERR Invalid TTL value, must be >= 0"));
    }
    let damaged = |damage| match damage {
        Damage::Checksum => Error::Text("ERR DUMP payload version or checksum are wrong"),
        Damage::Format => Error::Text("ERR Bad data format"),
    };
    rdb::verify(payload, !call.engine.config.skip_checksum).map_err(damaged)?;
    let data = rdb::restore(payload, &call.engine.config).map_err(damaged)?;
    let deleted = options.replace && call.delete_key(key);
    let base = if options.absolute { 0 } else { call.now_ms() };
    // Too long a time wraps round into the past, as it does in C.
    let expire = (ttl > 0).then(|| ttl.wrapping_add(base));
    if expire.is_some_and(|at| at <= call.now_ms()) && !call.from_primary && !call.host.is_replica() {
        // It would be gone at once: what remains is the deletion of what was there.
        if deleted {
            call.propagate_as(&[b"DEL", key]);
            call.touched(key);
            call.notify(EventClass::GENERIC, "del", key);
            call.dirty += 1;
        }
        return Ok(Value::ok());
    }
    let id = call.add_key(key, data);
    if let Some(at) = expire {
        call.keyspace().set_expire(db, id, Some(at));
        if !options.absolute {
            let mut words = call.argv.to_vec();
            words[2] = Bytes::from_int(at);
            words.push(Bytes::from("ABSTTL"));
            call.propagate_instead(vec![words]);
        }
    }
    let (config, now_ms) = (&call.engine.config, call.now_ms());
    let restored = if config.maxmemory_policy.is_lfu() {
        options.frequency.map(|frequency| usage::with_counter(frequency as u32, now_ms))
    } else {
        options.idle_seconds.map(|idle| usage::lru_clock_before(idle, now_ms))
    };
    if let Some(restored) = restored {
        call.keyspace().set_usage(db, id, restored);
    }
    call.touched(key);
    call.notify(EventClass::GENERIC, "restore", key);
    call.dirty += 1;
    Ok(Value::ok())
}

/// `RESTORE-ASKING …`: RESTORE into a slot that is being imported.
pub fn restore_asking(call: &mut Call<'_>) -> Result<Value, Error> {
    restore(call)
}

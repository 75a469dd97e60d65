//! `DEBUG RELOAD`: every value becomes the bytes that a snapshot would hold, and is read back from them.
//!
//! A real server writes these bytes into a file; here they stay in memory, and nothing is left for a later start.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::rdb;
use crate::engine::usage;
use crate::resp::{Bytes, Value};

/// A key as a snapshot has it.
struct Saved {
    key: Bytes,
    expire_at: Option<i64>,
    usage: u32,
    payload: Vec<u8>,
}

/// `DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]`
pub fn reload(call: &mut Call<'_>) -> Result<Value, Error> {
    for at in 2..call.argv.len() {
        if call.is_word(at, "nosave") || call.is_word(at, "noflush") {
            // There is no file from before, and a key that is there already ends a real server.
            return Err(Error::Text("ERR Error trying to load the RDB dump, check server logs."));
        }
        if !call.is_word(at, "merge") {
            return Err(Error::Text("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."));
        }
    }
    let compress = call.engine.config.compresses_payloads();
    let now_ms = call.now_ms();
    let keeps_counter = call.engine.config.maxmemory_policy.is_lfu();
    for db in 0..call.engine.keyspace.databases() {
        let keyspace = &call.engine.keyspace;
        let saved: Vec<Saved> = keyspace
            .iter(db)
            .map(|id| Saved {
                key: keyspace.key(db, id).clone(),
                expire_at: keyspace.expire_at(db, id),
                usage: keyspace.object(db, id).usage,
                payload: rdb::dump(keyspace.data(db, id), compress),
            })
            .collect();
        call.work += saved.len() as u64;
        call.engine.keyspace.clear(db);
        for Saved { key, expire_at, usage, payload } in saved {
            // What has run out is not worth loading, but for a replica, which waits for its primary's word.
            if expire_at.is_some_and(|at| at < now_ms) && !call.host.is_replica() {
                continue;
            }
            let Ok(data) = rdb::restore(&payload, &call.engine.config) else {
                return Err(Error::Text("ERR Error trying to load the RDB dump, check server logs."));
            };
            let usage = if keeps_counter { usage } else { usage::initial(&call.engine.config, now_ms) };
            let id = call.engine.keyspace.insert(db, &key, data, usage);
            call.engine.keyspace.set_expire(db, id, expire_at);
        }
    }
    // What a snapshot holds is no change any more.
    call.engine.dirty = 0;
    Ok(Value::ok())
}

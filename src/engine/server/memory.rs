//! MEMORY STATS and advice. MEMORY USAGE is with the commands that look at keys, in `status.rs`.

use super::info::Memory;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::{CLIENT_MEMORY, memory};
use crate::resp::{Bytes, Value};

/// A percentage or quotient as Redis computes one: in single precision.
fn quotient(part: u64, whole: u64) -> Value {
    Value::Double(f64::from(part as f32 / whole.max(1) as f32))
}

fn percentage(part: u64, whole: u64) -> Value {
    Value::Double(f64::from(part as f32 * 100.0 / whole.max(1) as f32))
}

/// `MEMORY STATS`: what the simulation has no counterpart for is 0, what the allocator holds is estimated, as in INFO.
pub fn memory_stats(call: &mut Call<'_>) -> Result<Value, Error> {
    let Memory { used, peak, overhead, resident, active } = Memory::of(call);
    let engine = &*call.engine;
    let keyspace = &engine.keyspace;
    let startup = engine.startup_memory();
    let int = |n: u64| Value::Int(n as i64);
    let mut fields: Vec<(Value, Value)> = Vec::new();
    let mut add = |name: &str, value: Value| fields.push((Value::bulk(name), value));
    add("peak.allocated", int(peak));
    add("total.allocated", int(used));
    add("startup.allocated", int(startup));
    for name in ["replication.backlog", "clients.slaves"] {
        add(name, int(0));
    }
    add("clients.normal", int(engine.clients.len() as u64 * CLIENT_MEMORY));
    for name in ["cluster.links", "aof.buffer", "lua.caches"] {
        add(name, int(0));
    }
    add("functions.caches", int(184));
    let mut keys = 0;
    for db in 0..keyspace.databases() {
        let (len, volatile) = (keyspace.len_of(db), keyspace.volatile_len_of(db));
        if len == 0 {
            continue;
        }
        keys += len as u64;
        let (main, expires) = keyspace.buckets_of(db);
        let main = main * memory::BUCKET + len * (memory::DICT_ENTRY + memory::OBJECT);
        let expires = expires * memory::BUCKET + volatile * memory::DICT_ENTRY;
        let links = if engine.cluster_enabled { len * memory::SLOT_LINKS } else { 0 };
        let table = [("main", main), ("expires", expires), ("slot-to-keys", links)];
        let table = table.map(|(name, bytes)| (Value::bulk(format!("overhead.hashtable.{name}")), int(bytes as u64)));
        add(&format!("db.{db}"), Value::Map(table.into()));
    }
    let dataset = used - overhead;
    let data = used.saturating_sub(startup);
    add("overhead.total", int(overhead));
    add("keys.count", int(keys));
    add("keys.bytes-per-key", int(data.checked_div(keys).unwrap_or(0)));
    add("dataset.bytes", int(dataset));
    add("dataset.percentage", percentage(dataset, data));
    add("peak.percentage", percentage(used, peak));
    add("allocator.allocated", int(used));
    add("allocator.active", int(active));
    add("allocator.resident", int(resident));
    add("allocator-fragmentation.ratio", quotient(active, used));
    add("allocator-fragmentation.bytes", int(active - used));
    add("allocator-rss.ratio", quotient(resident, active));
    add("allocator-rss.bytes", int(resident.saturating_sub(active)));
    add("rss-overhead.ratio", quotient(1, 1));
    add("rss-overhead.bytes", int(0));
    add("fragmentation", quotient(resident, used));
    add("fragmentation.bytes", int(resident - used));
    Ok(Value::Map(fields))
}

/// `MEMORY DOCTOR`: the one trouble that memory which is only simulated can have is to have been more.
pub fn memory_doctor(call: &mut Call<'_>) -> Result<Value, Error> {
    /// Below this much there is nothing to be told (Redis: 5 MB), and a peak above 150 % is worth a word.
    const LITTLE: u64 = 5 << 20;
    let Memory { used, peak, .. } = Memory::of(call);
    let text = if used < LITTLE {
        "There is too little data here to say anything of it.\n".to_owned()
    } else if peak / 3 > used / 2 {
        format!(
            "At its peak the data took {peak} bytes, now it is {used}: an allocator may keep what it was once given.\n"
        )
    } else {
        "No memory issue was found.\n".to_owned()
    };
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

/// `MEMORY MALLOC-STATS`: there is no allocator to ask.
pub fn memory_malloc_stats(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Verbatim(*b"txt", Bytes::from("Stats not supported for the current allocator")))
}

/// `MEMORY PURGE`: nothing is kept back.
pub fn memory_purge(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::ok())
}

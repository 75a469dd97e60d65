//! DBSIZE, FLUSHALL, FLUSHDB, SWAPDB.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::number;
use crate::resp::Value;

/// `DBSIZE`: keys, those that have expired unnoticed included.
pub fn dbsize(call: &mut Call<'_>) -> Result<Value, Error> {
    let db = call.db;
    Ok(Value::Int(call.keyspace().len_of(db) as i64))
}

/// ASYNC and SYNC make no difference here: nobody waits for memory to be given back.
fn flush_options(call: &Call<'_>) -> Result<(), Error> {
    let fits = call.argv.len() == 1 || (call.argv.len() == 2 && (call.is_word(1, "async") || call.is_word(1, "sync")));
    if fits { Ok(()) } else { Err(Error::Syntax) }
}

fn flush(call: &mut Call<'_>, db: u32) {
    let now_ms = call.now_ms();
    call.keyspace().touch_all_watched(db, None, now_ms);
    let gone = call.keyspace().clear(db) as u64;
    call.work += gone;
    // Replicated in any case.
    call.dirty += gone.max(1);
}

/// `FLUSHDB [ASYNC|SYNC]`
pub fn flushdb(call: &mut Call<'_>) -> Result<Value, Error> {
    flush_options(call)?;
    flush(call, call.db);
    Ok(Value::ok())
}

/// `FLUSHALL [ASYNC|SYNC]`
pub fn flushall(call: &mut Call<'_>) -> Result<Value, Error> {
    flush_options(call)?;
    for db in 0..call.keyspace().databases() {
        flush(call, db);
    }
    Ok(Value::ok())
}

/// `SWAPDB index1 index2`
pub fn swapdb(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR SWAPDB is not allowed in cluster mode"));
    }
    let index = |at: usize, wrong: &'static str| {
        number::parse_i64(&call.argv[at]).filter(|index| i32::try_from(*index).is_ok()).ok_or(Error::Text(wrong))
    };
    let one = index(1, "ERR invalid first DB index")?;
    let other = index(2, "ERR invalid second DB index")?;
    let databases = call.keyspace().databases();
    let inside = |index: i64| u32::try_from(index).ok().filter(|db| *db < databases).ok_or(Error::DbIndex);
    let (one, other) = (inside(one)?, inside(other)?);
    if one != other {
        let now_ms = call.now_ms();
        let keyspace = call.keyspace();
        keyspace.touch_all_watched(one, Some(other), now_ms);
        keyspace.touch_all_watched(other, Some(one), now_ms);
        keyspace.swap(one, other);
    }
    call.dirty += 1;
    Ok(Value::ok())
}

//! Whole databases: FLUSHALL, FLUSHDB, DBSIZE, SWAPDB.

use crate::engine::blocked;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::value::Awaited;
use crate::resp::Value;

/// Whether the data is to be freed in the background. The estimate of time is that of ASYNC either way.
fn is_lazy(call: &Call<'_>) -> Result<bool, Error> {
    match call.argv.len() {
        1 => Ok(call.engine.config.lazyfree_lazy_user_flush),
        2 if call.is_word(1, "async") => Ok(true),
        2 if call.is_word(1, "sync") => Ok(false),
        _ => Err(Error::Syntax),
    }
}

fn flush(call: &mut Call<'_>, db: u32, lazy: bool) -> u64 {
    if lazy {
        call.engine.stats.lazyfreed_objects += call.engine.keyspace.len_of(db) as u64;
    }
    let now_ms = call.now_ms();
    call.keyspace().touch_all_watched(db, None, now_ms);
    blocked::signal_all(call.engine, db, db, Some(Awaited::Stream));
    call.keyspace().clear(db) as u64
}

/// `FLUSHDB [ASYNC | SYNC]`
pub fn flushdb(call: &mut Call<'_>) -> Result<Value, Error> {
    let lazy = is_lazy(call)?;
    // Replicated even if there was nothing to delete: the replica may hold something.
    let gone = flush(call, call.db, lazy);
    call.work += gone;
    call.dirty += gone + 1;
    Ok(Value::ok())
}

/// `FLUSHALL [ASYNC | SYNC]`
pub fn flushall(call: &mut Call<'_>) -> Result<Value, Error> {
    let lazy = is_lazy(call)?;
    for db in 0..call.engine.keyspace.databases() {
        let gone = flush(call, db, lazy);
        call.work += gone;
        call.dirty += gone;
    }
    call.dirty += 1;
    Ok(Value::ok())
}

/// `DBSIZE`
pub fn dbsize(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(call.engine.keyspace.len_of(call.db) as i64))
}

/// `SWAPDB index1 index2`
pub fn swapdb(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR SWAPDB is not allowed in cluster mode"));
    }
    let int = |at: usize| number::parse_i64(call.arg(at)).filter(|n| i32::try_from(*n).is_ok());
    let one = int(1).ok_or(Error::Text("ERR invalid first DB index"))?;
    let other = int(2).ok_or(Error::Text("ERR invalid second DB index"))?;
    let databases = call.engine.keyspace.databases();
    let check = |n: i64| u32::try_from(n).ok().filter(|n| *n < databases).ok_or(Error::DbIndex);
    let (one, other) = (check(one)?, check(other)?);
    if one != other {
        let now_ms = call.now_ms();
        call.keyspace().touch_all_watched(one, Some(other), now_ms);
        call.keyspace().touch_all_watched(other, Some(one), now_ms);
        call.keyspace().swap(one, other);
        // What has come, and streams that have gone: who waits as a member of a group is to hear of it.
        for (db, before) in [(one, other), (other, one)] {
            blocked::signal_all(call.engine, db, db, None);
            blocked::signal_all(call.engine, db, before, Some(Awaited::Stream));
        }
    }
    call.dirty += 1;
    Ok(Value::ok())
}

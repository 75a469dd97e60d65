//! TIME, LASTSAVE, MEMORY USAGE, FUNCTION FLUSH.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::resp::{Bytes, Value};

/// `TIME`: seconds, and microseconds of the second.
pub fn time(call: &mut Call<'_>) -> Result<Value, Error> {
    let part = |n: u64| Value::bulk(Bytes::from_int(n as i64));
    Ok(Value::Array(vec![part(call.now.seconds()), part(call.now.0 % 1_000_000)]))
}

/// `LASTSAVE`: as nothing is saved yet, when the server started.
pub fn lastsave(call: &mut Call<'_>) -> Result<Value, Error> {
    let started_at = call.engine.server.start(call.now);
    Ok(Value::Int(started_at.seconds() as i64))
}

/// `MEMORY USAGE key [SAMPLES count]`: all of a value is weighed, whatever SAMPLES says.
pub fn memory_usage(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut at = 3;
    while at < call.argv.len() {
        if !call.is_word(at, "samples") || at + 1 >= call.argv.len() {
            return Err(Error::Syntax);
        }
        if call.int(at + 1)? < 0 {
            return Err(Error::Syntax);
        }
        at += 2;
    }
    let key = call.arg(2);
    // Looked at without being used, and without counting as hit or miss.
    let (db, now_ms) = (call.db, call.now_ms());
    let keyspace = call.keyspace();
    Ok(match keyspace.find(db, key).filter(|id| !keyspace.is_expired(db, *id, now_ms)) {
        Some(id) => Value::Int(keyspace.memory_of(db, id) as i64),
        None => Value::Null,
    })
}

/// `FUNCTION FLUSH [ASYNC | SYNC]`: no library can be loaded yet, so there is none to delete.
pub fn function_flush(call: &mut Call<'_>) -> Result<Value, Error> {
    match call.argv.len() {
        2 => {}
        3 if call.is_word(2, "sync") || call.is_word(2, "async") => {}
        3 => return Err(Error::Text("ERR FUNCTION FLUSH only supports SYNC|ASYNC option")),
        _ => {
            let after = "'. Try FUNCTION HELP.";
            return Err(Error::quoting(
                "ERR unknown subcommand or wrong number of arguments for '",
                call.arg(1),
                after,
            ));
        }
    }
    // Replicated all the same.
    call.dirty += 1;
    Ok(Value::ok())
}

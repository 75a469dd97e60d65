//! TIME, LASTSAVE, ROLE, MEMORY USAGE, FUNCTION FLUSH.

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

/// `ROLE`
pub fn role(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(call.host.role())
}

/// `REPLICAOF host port | NO ONE`: in a cluster it is CLUSTER REPLICATE that does this, and outside of one nobody can be
/// followed yet.
pub fn replicaof(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR REPLICAOF not allowed in cluster mode."));
    }
    if call.is_word(1, "no") && call.is_word(2, "one") {
        return Ok(Value::ok());
    }
    match call.int(2) {
        Ok(0..=65_535) => Err(Error::NotImplemented(call.spec.name)),
        _ => Err(Error::Text("ERR Invalid master port")),
    }
}

/// `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]`: hands over to a replica, and outside of a cluster
/// there is none.
pub fn failover(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR FAILOVER not allowed in cluster mode."));
    }
    let (mut has_target, mut has_timeout, mut is_forced, mut is_abort) = (false, false, false, false);
    let mut at = 1;
    while at < call.argv.len() {
        let left = call.argv.len() - at - 1;
        if call.is_word(at, "timeout") && left >= 1 && !has_timeout {
            if call.int(at + 1)? <= 0 {
                return Err(Error::Text("ERR FAILOVER timeout must be greater than 0"));
            }
            has_timeout = true;
            at += 1;
        } else if call.is_word(at, "abort") && call.argv.len() == 2 {
            is_abort = true;
        } else if call.is_word(at, "to") && left >= 2 && !has_target {
            // The port only has to be a number.
            call.int(at + 2)?;
            has_target = true;
            at += 2;
        } else if call.is_word(at, "force") && !is_forced {
            is_forced = true;
        } else {
            return Err(Error::Syntax);
        }
        at += 1;
    }
    Err(Error::Text(if is_abort {
        "ERR No failover in progress."
    } else {
        "ERR FAILOVER requires connected replicas."
    }))
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

#[cfg(test)]
mod tests {
    use crate::engine::testing::Server;

    #[test]
    fn whom_to_follow_is_said_as_the_real_server_wants_it() {
        let (mut lone, mut node) = (Server::new(false), Server::new(true));
        for (line, expected) in [
            ("replicaof no one", "+OK"),
            ("slaveof NO ONE", "+OK"),
            ("replicaof no onee", "-ERR Invalid master port"),
            ("slaveof 10.0.0.1 65536", "-ERR Invalid master port"),
        ] {
            assert_eq!(lone.run(line), expected, "{line}");
            assert_eq!(node.run(line), "-ERR REPLICAOF not allowed in cluster mode.", "{line}");
        }
    }
}

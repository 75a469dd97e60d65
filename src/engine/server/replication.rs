//! Replication outside of a cluster: ROLE, REPLICAOF and FAILOVER, and what replicas say to their primary (REPLCONF, SYNC,
//! PSYNC).
//!
//! The engine checks what is said and answers; streams, connections and offsets are its [`Host`]'s, which may have none:
//! then these commands are refused as not built. In a cluster it is CLUSTER REPLICATE that says who follows whom.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::number;
use crate::resp::{Bytes, Value};

/// Where a replica wants its copy to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncRequest {
    /// With all data, without a word before it (SYNC).
    Everything,
    /// Behind what it has of a history, if that is known here (PSYNC); else with all data.
    Behind {
        /// The history; `?`: none.
        replid: Bytes,
        /// The first byte of the stream that it lacks.
        offset: i64,
    },
}

/// How often replicas were sent the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncCounts {
    /// From all data on.
    pub full: u64,
    /// From where they had got to.
    pub partial: u64,
    /// From where they had got to, had that been possible.
    pub partial_refused: u64,
}

/// What a replica says of itself (REPLCONF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaWord {
    /// Where it listens, as its primary is to show it.
    ListeningPort(i64),
    /// The address that its primary is to show.
    Address(Bytes),
    /// It understands that a history goes on under another name (`capa psync2`).
    SpeaksPsync2,
    /// It wants nothing but functions in its snapshot (`rdb-filter-only functions`), or all of it again.
    WithoutData(bool),
    /// So much of the stream has arrived.
    Acknowledged(u64),
}

/// Whom a server is to follow (REPLICAOF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryAddress {
    /// Name or IP address.
    pub host: Bytes,
    /// TCP port.
    pub port: u16,
}

/// What comes of REPLICAOF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// This server cannot follow any other.
    NotBuilt,
    /// It does already.
    Already,
    /// It will from now on.
    Begins,
}

/// `ROLE`
pub fn role(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(call.host.role())
}

/// `REPLICAOF host port | NO ONE`
pub fn replicaof(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.engine.cluster_enabled {
        return Err(Error::Text("ERR REPLICAOF not allowed in cluster mode."));
    }
    if call.is_word(1, "no") && call.is_word(2, "one") {
        if call.host.is_replica() {
            call.host.follow_nobody();
            // Those who go on with this server's stream may be in any database by now, and are told of its new name when
            // they come back.
            call.engine.effects_db = None;
            call.engine.hang_up_replicas();
            note_primary(call, "");
        }
        return Ok(Value::ok());
    }
    if call.client().is_follower() {
        return Err(Error::Text("ERR Command is not valid when client is a replica."));
    }
    let Some(port) = call.int(2).ok().and_then(|port| u16::try_from(port).ok()) else {
        return Err(Error::Text("ERR Invalid master port"));
    };
    let address = PrimaryAddress { host: call.arg(1).clone(), port };
    match call.host.follow(&address) {
        Followed::NotBuilt => Err(Error::NotImplemented(call.spec.name)),
        Followed::Already => Ok(Value::simple("OK Already connected to specified master")),
        Followed::Begins => {
            let host = String::from_utf8_lossy(&address.host).into_owned();
            note_primary(call, &format!("{host} {port}"));
            call.engine.name_primary(&host, port);
            // A replica has nothing to tell, not even what the transaction has changed so far that this is part of.
            call.engine.pending.clear();
            call.engine.became_replica();
            Ok(Value::ok())
        }
    }
}

/// What CONFIG GET replicaof says from now on.
fn note_primary(call: &mut Call<'_>, primary: &str) {
    // A parameter of every engine; any text will do.
    let _ = call.engine.configure("replicaof", primary);
}

/// `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]`: outside of a cluster nothing is handed over, and
/// mostly there is nobody to take over either.
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
    if call.host.is_replica() && !is_abort {
        return Err(Error::Text("ERR FAILOVER is not valid when server is a replica."));
    }
    if !is_abort && call.engine.clients.iter().any(|client| client.is_replica) {
        return Err(Error::NotImplemented(call.spec.name));
    }
    Err(Error::Text(if is_abort {
        "ERR No failover in progress."
    } else {
        "ERR FAILOVER requires connected replicas."
    }))
}

/// `SYNC`
pub fn sync(call: &mut Call<'_>) -> Result<Value, Error> {
    begin_stream(call, |_| Ok(SyncRequest::Everything))
}

/// `PSYNC replicationid offset [FAILOVER]`
pub fn psync(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len() > 3 && call.is_word(3, "failover") && !call.client().is_follower() {
        if !call.host.is_replica() {
            return Err(Error::Text("ERR PSYNC FAILOVER can't be sent to a master."));
        }
        if call.host.replication_id().is_none_or(|replid| **call.arg(1) != *replid.as_bytes()) {
            return Err(Error::Text("ERR PSYNC FAILOVER replid must match my replid."));
        }
        return Err(Error::NotImplemented(call.spec.name));
    }
    begin_stream(call, |call| Ok(SyncRequest::Behind { replid: call.arg(1).clone(), offset: call.int(2)? }))
}

/// Begins to send a client the stream: what it is sent first comes from the host too.
fn begin_stream(
    call: &mut Call<'_>,
    request: impl FnOnce(&Call<'_>) -> Result<SyncRequest, Error>,
) -> Result<Value, Error> {
    if call.client().is_follower() {
        call.no_reply = true;
        return Ok(Value::Null);
    }
    if call.host.is_cut_off() {
        return Err(Error::Text("NOMASTERLINK Can't SYNC while not connected with my master"));
    }
    let request = request(call)?;
    if !call.host.feed(call.client, request) {
        return Err(Error::NotImplemented(call.spec.name));
    }
    call.client_mut().is_replica = true;
    call.no_reply = true;
    Ok(Value::Null)
}

/// `REPLCONF [option value …]`
pub fn replconf(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    let client = call.client;
    for at in (1..call.argv.len()).step_by(2) {
        let value = call.arg(at + 1);
        if call.is_word(at, "listening-port") {
            let port = call.int(at + 1)?;
            call.host.replica_says(client, ReplicaWord::ListeningPort(port));
        } else if call.is_word(at, "ip-address") {
            /// Room for an IPv6 address as text, and its end.
            const ADDRESS_MAX: usize = 46;
            if value.len() >= ADDRESS_MAX {
                return Err(Error::Owned(format!(
                    "ERR REPLCONF ip-address provided by replica instance is too long: {} bytes",
                    value.len()
                )));
            }
            call.host.replica_says(client, ReplicaWord::Address(value.clone()));
        } else if call.is_word(at, "capa") {
            if call.is_word(at + 1, "psync2") {
                call.host.replica_says(client, ReplicaWord::SpeaksPsync2);
            }
        } else if call.is_word(at, "ack") {
            // Never answered.
            call.no_reply = true;
            if let Some(offset) = number::parse_i64(value).and_then(|offset| u64::try_from(offset).ok())
                && call.client().is_replica
            {
                call.host.replica_says(client, ReplicaWord::Acknowledged(offset));
            }
            return Ok(Value::Null);
        } else if call.is_word(at, "getack") {
            // What a primary asks in its stream; there is no answer to it here.
            call.no_reply = true;
            return Ok(Value::Null);
        } else if call.is_word(at, "rdb-only") {
            // Such a client closes when it has its snapshot.
            if !(0..=1).contains(&call.int(at + 1)?) {
                return Err(Error::Text("ERR value is out of range, value must between 0 and 1"));
            }
        } else if call.is_word(at, "rdb-filter-only") {
            let mut without_data = false;
            for part in value.split(|byte| *byte == b' ').filter(|part| !part.is_empty()) {
                if !part.eq_ignore_ascii_case(b"functions") {
                    return Err(Error::quoting("ERR Unsupported rdb-filter-only option: ", part, ""));
                }
                without_data = true;
            }
            call.host.replica_says(client, ReplicaWord::WithoutData(without_data));
        } else {
            return Err(Error::quoting("ERR Unrecognized REPLCONF option: ", call.arg(at), ""));
        }
    }
    Ok(Value::ok())
}

#[cfg(test)]
mod tests {
    use crate::engine::testing::Server;

    #[test]
    fn a_replica_introduces_itself_in_the_real_servers_words() {
        let mut server = Server::new(false);
        server.check(&[
            ("replconf", "+OK"),
            ("replconf x", "-ERR syntax error"),
            ("replconf x y", "-ERR Unrecognized REPLCONF option: x"),
            ("replconf listening-port x", "-ERR value is not an integer or out of range"),
            ("replconf listening-port 7001 capa eof CAPA psync2", "+OK"),
            ("replconf ip-address 10.0.0.1", "+OK"),
            ("replconf rdb-only x", "-ERR value is not an integer or out of range"),
            ("replconf rdb-only 5", "-ERR value is out of range, value must between 0 and 1"),
            ("replconf rdb-only 1", "+OK"),
            ("replconf rdb-filter-only x", "-ERR Unsupported rdb-filter-only option: x"),
            ("replconf rdb-filter-only functions", "+OK"),
            ("psync ?", "-ERR wrong number of arguments for 'psync' command"),
            ("psync ? x", "-ERR value is not an integer or out of range"),
            ("psync ? -1 failover", "-ERR PSYNC FAILOVER can't be sent to a master."),
            // Nobody carries a stream away from here.
            ("sync", "-ERR Slotscope does not implement 'SYNC' yet"),
            ("psync ? -1", "-ERR Slotscope does not implement 'PSYNC' yet"),
            ("role", "[\"master\", :0, []]"),
        ]);
    }

    #[test]
    fn what_a_snapshot_holds_is_what_was_there() {
        let (mut one, mut other) = (Server::new(false), Server::new(false));
        for line in [
            "set a 1",
            "set b hello PX 100000",
            "rpush l 1 2 x",
            "hset h f v",
            "zadd z 1.5 m",
            "sadd s 1 2 3",
            "xadd x 1-1 f v",
            "select 9",
            "set a 9",
        ] {
            one.run(line);
        }
        other.run("set old 1");
        let (bytes, now) = (one.engine.snapshot(one.host.now), one.host.now);
        other.host.now = now;
        assert_eq!(other.engine.load_snapshot(&mut other.host, &bytes), Ok(()));
        assert_eq!(one.run("debug digest"), other.run("debug digest"));
        // A byte that is not as it was, or an end that is missing.
        let mut spoiled = bytes.clone();
        spoiled[40] ^= 1;
        for damaged in [&spoiled[..], &bytes[..bytes.len() - 9]] {
            assert!(other.engine.load_snapshot(&mut other.host, damaged).is_err());
            assert_eq!(one.run("debug digest"), other.run("debug digest"));
        }
    }

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

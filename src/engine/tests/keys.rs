//! The generic group. Replies were taken from a real 7.0.15.

use std::collections::BTreeSet;

use crate::engine::testing::Server;
use crate::resp::Value;

#[test]
fn renaming_moves_value_and_time_to_live() {
    Server::new(false).check(&[
        ("RENAME a b", "-ERR no such key"),
        ("SET a 1 EX 100", "+OK"),
        ("SET b 2", "+OK"),
        ("RENAMENX a b", ":0"),
        ("RENAME a b", "+OK"),
        ("MGET a b", "[nil, \"1\"]"),
        ("TTL b", ":100"),
        ("RENAME b b", "+OK"),
        ("RENAMENX b b", ":0"),
    ]);
}

#[test]
fn copies_and_moves_go_to_other_databases_outside_cluster_mode() {
    Server::new(false).check(&[
        ("SET a 1 EX 100", "+OK"),
        ("COPY a a", "-ERR source and destination objects are the same"),
        ("COPY a b", ":1"),
        ("COPY a b", ":0"),
        ("COPY a b REPLACE", ":1"),
        ("COPY a a DB 1", ":1"),
        ("COPY a a DB 16", "-ERR DB index is out of range"),
        ("MOVE a 1", ":0"),
        ("MOVE b 1", ":1"),
        ("MOVE b 0", "-ERR source and destination objects are the same"),
        ("SELECT 1", "+OK"),
        ("TTL b", ":100"),
        ("DBSIZE", ":2"),
        ("SWAPDB 0 1", "+OK"),
        ("DBSIZE", ":1"),
        ("FLUSHALL", "+OK"),
        ("DBSIZE", ":0"),
    ]);
    Server::new(true).check(&[
        ("COPY a b DB 1", "-ERR Copying to another database is not allowed in cluster mode"),
        ("MOVE a 1", "-ERR MOVE is not allowed in cluster mode"),
        ("SELECT 1", "-ERR SELECT is not allowed in cluster mode"),
        ("SELECT 0", "+OK"),
    ]);
}

/// Walks the keyspace with SCAN.
fn scan(server: &mut Server, options: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut cursor = "0".to_owned();
    loop {
        let Value::Array(reply) = server.value(&format!("SCAN {cursor} {options}")) else { panic!("no array") };
        let [Value::Bulk(next), Value::Array(keys)] = &reply[..] else { panic!("not two parts") };
        found.extend(keys.iter().map(|key| match key {
            Value::Bulk(key) => String::from_utf8_lossy(key).into_owned(),
            other => panic!("{other:?}"),
        }));
        cursor = String::from_utf8_lossy(next).into_owned();
        if cursor == "0" {
            return found;
        }
    }
}

#[test]
fn scan_finds_every_key_once_or_more_and_filters() {
    let mut server = Server::new(false);
    for i in 0..500 {
        server.run(&format!("SET key:{i} v"));
    }
    assert_eq!(scan(&mut server, "").len(), 500);
    assert_eq!(scan(&mut server, "COUNT 7 MATCH key:?").len(), 10);
    assert_eq!(scan(&mut server, "TYPE STRING COUNT 100").len(), 500);
    assert_eq!(scan(&mut server, "TYPE list").len(), 0);
    assert_eq!(server.run("KEYS key:49?").matches("key:").count(), 10);
    server.check(&[
        ("SCAN abc", "-ERR invalid cursor"),
        ("SCAN 0 COUNT 0", "-ERR syntax error"),
        ("SCAN 0 COUNT", "-ERR syntax error"),
        ("SCAN 0 COUNT x", "-ERR value is not an integer or out of range"),
    ]);
}

#[test]
fn object_tells_encoding_idle_time_and_references() {
    let mut server = Server::new(false);
    server.check(&[
        ("SET k 12", "+OK"),
        ("OBJECT ENCODING missing", "nil"),
        ("OBJECT REFCOUNT k", ":2147483647"),
        ("SET k 10000", "+OK"),
        ("OBJECT REFCOUNT k", ":1"),
    ]);
    server.advance_ms(5_000);
    server.check(&[
        ("TTL k", ":-1"),
        ("TYPE k", "+string"),
        ("EXISTS k", ":1"),
        ("OBJECT IDLETIME k", ":5"),
        ("TOUCH k missing", ":1"),
        ("OBJECT IDLETIME k", ":0"),
        ("OBJECT FOO k", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP."),
    ]);
    server.engine.configure("maxmemory-policy", "allkeys-lfu").expect("a known policy");
    server.run("SET fresh v");
    assert_eq!(server.run("OBJECT FREQ fresh"), ":5");
}

#[test]
fn sort_of_nothing_is_nothing_and_of_a_string_is_refused() {
    Server::new(false).check(&[
        ("SORT missing BY w_* LIMIT 0 5 GET # GET o_* DESC ALPHA", "[]"),
        ("SET d v", "+OK"),
        ("SORT d", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("SORT missing STORE d", ":0"),
        ("EXISTS d", ":0"),
        ("SORT_RO missing STORE d", "-ERR syntax error"),
        ("SORT missing LIMIT 0", "-ERR syntax error"),
    ]);
    Server::new(true).check(&[
        ("SORT missing BY w_*", "-ERR BY option of SORT denied in Cluster mode."),
        ("SORT missing GET #", "-ERR GET option of SORT denied in Cluster mode."),
    ]);
}

#[test]
fn a_random_key_exists_and_there_is_none_in_an_empty_database() {
    let mut server = Server::new(false);
    server.check(&[("RANDOMKEY", "nil"), ("SET only v", "+OK"), ("RANDOMKEY", "\"only\"")]);
}

//! Times to live: how they are set, when they end, who deletes what.

use crate::engine::Notice;
use crate::engine::testing::Server;
use crate::resp::Bytes;

#[test]
fn conditions_compare_with_the_present_end() {
    Server::new(false).check(&[
        ("EXPIRE k 10", ":0"),
        ("SET k v", "+OK"),
        ("EXPIRE k 100 GT", ":0"),
        ("EXPIRE k 100 LT", ":1"),
        ("EXPIRE k 50 NX", ":0"),
        ("EXPIRE k 50 GT", ":0"),
        ("EXPIRE k 200 GT", ":1"),
        ("EXPIRE k 300 XX", ":1"),
        ("TTL k", ":300"),
        ("PERSIST k", ":1"),
        ("PERSIST k", ":0"),
        ("EXPIRE k 10 XX", ":0"),
        ("EXPIRE k 10 NX XX", "-ERR NX and XX, GT or LT options at the same time are not compatible"),
        ("EXPIRE k 10 GT LT", "-ERR GT and LT options at the same time are not compatible"),
        ("EXPIRE k 10 foo", "-ERR Unsupported option foo"),
        ("EXPIRE k 99999999999999999", "-ERR invalid expire time in 'expire' command"),
        ("PEXPIRE k 9223372036854775807", "-ERR invalid expire time in 'pexpire' command"),
        ("EXPIREAT k 1700000100", ":1"),
        ("EXPIRETIME k", ":1700000100"),
        ("PEXPIRETIME k", ":1700000100000"),
        ("EXPIRE k -1", ":1"),
        ("EXISTS k", ":0"),
    ]);
}

#[test]
fn a_key_lives_through_its_last_millisecond_and_seconds_are_rounded() {
    let mut server = Server::new(false);
    server.run("SET k v PX 1500");
    server.check(&[("TTL k", ":2"), ("PTTL k", ":1500")]);
    server.advance_ms(1_001);
    server.check(&[("TTL k", ":0"), ("PTTL k", ":499")]);
    server.advance_ms(499);
    assert_eq!(server.run("GET k"), "\"v\"");
    server.advance_ms(1);
    server.check(&[("GET k", "nil"), ("TTL k", ":-2")]);
    assert_eq!(server.engine.take_notices(), [Notice::Expired(Bytes::from("k"))]);
}

#[test]
fn an_expired_key_is_deleted_when_found_and_the_replicas_are_told() {
    let mut server = Server::new(false);
    server.run("SET k v PX 10");
    server.effects();
    server.advance_ms(11);
    assert_eq!(server.engine.keyspace().len(), 1);
    assert_eq!(server.run("INCR k"), ":1");
    assert_eq!(server.effects(), ["MULTI", "DEL k", "INCR k", "EXEC"]);
    assert_eq!(server.engine.stats().expired_keys, 1);
}

#[test]
fn a_replica_hides_expired_keys_and_keeps_them_until_told() {
    let mut server = Server::new(false);
    server.run("SET k v PX 10");
    server.host.replica = true;
    server.advance_ms(11);
    server.check(&[("GET k", "nil"), ("EXISTS k", ":0"), ("DBSIZE", ":1"), ("KEYS *", "[]")]);
    assert!(matches!(server.run("SCAN 0").as_str(), "[\"0\", []]"));
    server.engine.cron(&mut server.host);
    assert_eq!(server.engine.keyspace().len(), 1);
    server.engine.apply(&mut server.host, &[Bytes::from("DEL"), Bytes::from("k")]);
    assert_eq!(server.engine.keyspace().len(), 0);
}

#[test]
fn the_active_cycle_finds_what_nobody_asks_for() {
    let mut server = Server::new(false);
    for i in 0..1_000 {
        server.run(&format!("SET short:{i} v PX 100"));
        server.run(&format!("SET long:{i} v EX 1000"));
    }
    server.effects();
    server.advance_ms(200);
    let mut ticks = 0;
    while server.engine.keyspace().len() > 1_000 + 100 && ticks < 100 {
        server.engine.cron(&mut server.host);
        ticks += 1;
    }
    assert!(ticks < 50, "{ticks} ticks");
    let effects = server.effects();
    assert!(effects.len() >= 900 && effects.iter().all(|effect| effect.starts_with("DEL short:")));
    assert_eq!(server.engine.take_notices().len(), effects.len());
}

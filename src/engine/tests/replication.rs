//! What a primary sends to its replicas. Compared with the append-only file of a real 7.0.15.

use crate::engine::testing::Server;
use crate::engine::{Engine, Slot};
use crate::resp::split_args;

fn effects_of(lines: &[&str]) -> Vec<String> {
    let mut server = Server::new(false);
    for line in lines {
        server.run(line);
    }
    server.effects()
}

#[test]
fn times_to_live_travel_as_moments() {
    let sets = ["SET k v EX 1", "SET k v PX 1000", "SETEX k 1 v", "PSETEX k 1000 v", "SET k v EXAT 1700000001"];
    for line in sets {
        assert_eq!(effects_of(&[line]), ["SET k v PXAT 1700000001000"], "{line}");
    }
    let expires =
        ["EXPIRE k 1", "PEXPIRE k 1000", "EXPIREAT k 1700000001", "PEXPIREAT k 1700000001000", "GETEX k EX 1"];
    for line in expires {
        assert_eq!(effects_of(&["SET k v", line]), ["SET k v", "PEXPIREAT k 1700000001000"], "{line}");
    }
    for line in ["EXPIRE k -1", "PEXPIREAT k 1", "GETEX k PXAT 1", "GETDEL k"] {
        assert_eq!(effects_of(&["SET k v", line]), ["SET k v", "DEL k"], "{line}");
    }
    assert_eq!(effects_of(&["SET k v EX 1", "GETEX k PERSIST"])[1], "PERSIST k");
}

#[test]
fn results_travel_where_replicas_might_calculate_differently() {
    assert_eq!(effects_of(&["INCRBYFLOAT k 0.1"]), ["SET k 0.1 KEEPTTL"]);
    assert_eq!(effects_of(&["GETSET k v"]), ["SET k v"]);
    assert_eq!(effects_of(&["SET k v GET XX", "SET k v GET NX"]), ["SET k v NX"]);
}

#[test]
fn what_changed_nothing_does_not_travel() {
    let nothing = ["GET k", "DEL k", "SET k v XX", "EXPIRE k 1", "PERSIST k", "GETDEL k", "SETRANGE k 0 ''", "INCR"];
    assert_eq!(effects_of(&nothing), [""; 0]);
}

#[test]
fn a_transaction_travels_as_one_if_it_wrote_more_than_once() {
    assert_eq!(effects_of(&["MULTI", "SET a 1", "GET a", "EXEC"]), ["SET a 1"]);
    assert_eq!(effects_of(&["MULTI", "SET a 1", "SET b 1", "EXEC"]), ["MULTI", "SET a 1", "SET b 1", "EXEC"]);
}

#[test]
fn other_databases_are_selected_first() {
    assert_eq!(
        effects_of(&["SET a 1", "SELECT 3", "SET a 1", "SET b 1", "SELECT 0", "SET a 1"]),
        ["SET a 1", "SELECT 3", "SET a 1", "SET b 1", "SELECT 0", "SET a 1"]
    );
}

#[test]
fn a_replica_that_applies_the_stream_holds_the_same() {
    let mut server = Server::new(false);
    let mut replica = Server::new(false);
    replica.host.replica = true;
    for line in [
        "SET a 1 EX 10",
        "INCR a",
        "APPEND s xyz",
        "SETRANGE s 5 q",
        "MULTI",
        "SET m 1",
        "SELECT 2",
        "SET n 2",
        "EXEC",
        "RENAME n o",
        "COPY o p DB 0",
        "SWAPDB 0 2",
        "INCRBYFLOAT f 3.3",
        "GETEX a PERSIST",
        "FLUSHDB",
        "SET last 1",
    ] {
        server.run(line);
        for effect in server.effects() {
            let argv = split_args(effect.as_bytes()).expect("words");
            replica.engine.apply(&mut replica.host, &argv);
        }
    }
    assert_eq!(replica.effects(), [""; 0]);
    let everything = |engine: &Engine| {
        let keys = engine.keyspace();
        (0..keys.databases())
            .flat_map(|db| keys.iter(db).map(move |id| (db, keys.key(db, id).clone())))
            .collect::<Vec<_>>()
    };
    assert_eq!(everything(&server.engine), everything(&replica.engine));
    assert!(!everything(&server.engine).is_empty());
    assert_eq!(server.engine.keyspace().used_memory(), replica.engine.keyspace().used_memory());
}

#[test]
fn deleting_a_slot_travels_too() {
    let mut server = Server::new(true);
    server.run("SET {a}1 v");
    server.run("SET b v");
    server.effects();
    assert_eq!(server.engine.keyspace_mut().delete_slot(Slot::of_key(b"a")), 1);
    assert_eq!(server.effects(), ["DEL {a}1"]);
}

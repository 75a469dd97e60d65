//! The order of checks before a command runs, and what is counted.

use crate::engine::testing::Server;
use crate::resp::Value;

#[test]
fn unknown_commands_are_quoted_briefly() {
    let long = "x".repeat(100);
    Server::new(false).check(&[
        ("foo a b", "-ERR unknown command 'foo', with args beginning with: 'a' 'b' "),
        (
            &format!("foo {long} {long} z"),
            &format!("-ERR unknown command 'foo', with args beginning with: '{long}' '{}' ", "x".repeat(25)),
        ),
        ("get", "-ERR wrong number of arguments for 'get' command"),
        ("object", "-ERR wrong number of arguments for 'object' command"),
        ("object encoding", "-ERR wrong number of arguments for 'object|encoding' command"),
    ]);
}

#[test]
fn a_redirection_comes_before_memory_and_read_only() {
    let mut server = Server::new(true);
    server.engine.configure("maxmemory", "1").expect("a number");
    server.host.replica = true;
    server.host.redirect = Some(Value::error("MOVED 1 127.0.0.1:7000"));
    server.check(&[("SET k v", "-MOVED 1 127.0.0.1:7000"), ("DBSIZE", ":0")]);
    server.host.redirect = None;
    assert_eq!(server.run("SET k v"), "-READONLY You can't write against a read only replica.");
    server.host.replica = false;
    assert_eq!(server.run("SET k v"), "-OOM command not allowed when used memory > 'maxmemory'.");
}

#[test]
fn a_redirection_spoils_a_transaction_and_at_exec_ends_it() {
    let mut server = Server::new(true);
    let moved = Some(Value::error("MOVED 1 127.0.0.1:7000"));
    server.run("MULTI");
    server.host.redirect.clone_from(&moved);
    assert_eq!(server.run("SET k v"), "-MOVED 1 127.0.0.1:7000");
    server.host.redirect = None;
    assert_eq!(server.run("EXEC"), "-EXECABORT Transaction discarded because of previous errors.");
    server.check(&[("MULTI", "+OK"), ("SET k v", "+QUEUED")]);
    server.host.redirect = moved;
    server.check(&[("EXEC", "-MOVED 1 127.0.0.1:7000"), ("EXEC", "-ERR EXEC without MULTI")]);
}

#[test]
fn writes_want_their_replicas_and_everything_wants_data() {
    let mut server = Server::new(false);
    server.engine.config.min_replicas_to_write = 1;
    server.check(&[("SET k v", "-NOREPLICAS Not enough good replicas to write."), ("GET k", "nil")]);
    server.host.good_replicas = 1;
    assert_eq!(server.run("SET k v"), "+OK");
    server.host.loading = true;
    server.check(&[("GET k", "-LOADING Redis is loading the dataset in memory"), ("MULTI", "+OK")]);
}

#[test]
fn hits_misses_and_commands_are_counted() {
    let mut server = Server::new(false);
    for line in ["SET a 1", "GET a", "GET b", "TTL a", "EXISTS a b", "INCR a", "DEL a"] {
        server.run(line);
    }
    let stats = server.engine.stats();
    assert_eq!((stats.commands, stats.keyspace_hits, stats.keyspace_misses), (7, 3, 2));
}

#[test]
fn a_copy_of_an_engine_goes_its_own_way() {
    let mut server = Server::new(false);
    for i in 0..1_000 {
        server.run(&format!("SET k{i} v"));
    }
    let mut copy = server.clone();
    copy.run("SET k1 changed");
    copy.run("APPEND k2 more");
    copy.run("DEL k3");
    server.check(&[("GET k1", "\"v\""), ("GET k2", "\"v\""), ("GET k3", "\"v\"")]);
    copy.check(&[("GET k1", "\"changed\""), ("GET k2", "\"vmore\""), ("DBSIZE", ":999")]);
}

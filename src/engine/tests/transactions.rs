//! MULTI, EXEC, DISCARD, WATCH.

use crate::engine::testing::Server;

#[test]
fn queued_commands_run_together_and_errors_at_run_time_stop_nothing() {
    let mut server = Server::new(false);
    server.check(&[
        ("EXEC", "-ERR EXEC without MULTI"),
        ("DISCARD", "-ERR DISCARD without MULTI"),
        ("MULTI", "+OK"),
        ("SET a x", "+QUEUED"),
        ("INCR a", "+QUEUED"),
        ("GET a", "+QUEUED"),
        ("MULTI", "-ERR MULTI calls can not be nested"),
        ("WATCH a", "-ERR WATCH inside MULTI is not allowed"),
        ("EXEC", "[+OK, -ERR value is not an integer or out of range, \"x\"]"),
        ("MULTI", "+OK"),
        ("SET a y", "+QUEUED"),
        ("DISCARD", "+OK"),
        ("GET a", "\"x\""),
    ]);
}

#[test]
fn a_refused_command_aborts_the_transaction() {
    let mut server = Server::new(false);
    server.check(&[
        ("MULTI", "+OK"),
        ("SET a x", "+QUEUED"),
        ("FOO", "-ERR unknown command 'FOO', with args beginning with: "),
        ("EXEC", "-EXECABORT Transaction discarded because of previous errors."),
        ("EXISTS a", ":0"),
        ("MULTI", "+OK"),
        ("GET", "-ERR wrong number of arguments for 'get' command"),
        ("EXEC", "-EXECABORT Transaction discarded because of previous errors."),
    ]);
}

#[test]
fn a_watched_key_that_changes_makes_exec_answer_nothing() {
    let other_does = |commands: &[&str], reply: &str| {
        let mut server = Server::new(false);
        let other = server.engine.connect(server.host.now, "127.0.0.1:50001");
        server.check(&[("SET a 1", "+OK"), ("WATCH a b", "+OK")]);
        for command in commands {
            server.run_as(other, command);
        }
        server.check(&[("MULTI", "+OK"), ("PING", "+QUEUED")]);
        assert_eq!(server.run("EXEC").replace("[+PONG]", "ran"), reply, "{commands:?}");
        server.check(&[("MULTI", "+OK"), ("GET a", "+QUEUED")]);
        assert!(server.run("EXEC").starts_with('['), "the watch is over: {commands:?}");
    };
    let ran = if Server::new(false).run("PING") == "+PONG" {
        "ran"
    } else {
        return;
    };
    other_does(&[], ran);
    other_does(&["SET c 1"], ran);
    other_does(&["SET a 1"], "nil-array");
    other_does(&["SET b 1"], "nil-array");
    other_does(&["EXPIRE a 100"], "nil-array");
    other_does(&["DEL a"], "nil-array");
    other_does(&["DEL b"], ran);
    other_does(&["FLUSHALL"], "nil-array");
    other_does(&["SWAPDB 0 1"], "nil-array");
    other_does(&["RENAME a c"], "nil-array");
}

#[test]
fn a_watched_key_that_expires_makes_exec_answer_nothing() {
    let mut server = Server::new(false);
    server.check(&[("SET a 1 PX 10", "+OK"), ("WATCH a", "+OK")]);
    server.advance_ms(11);
    server.check(&[("MULTI", "+OK"), ("GET b", "+QUEUED"), ("EXEC", "nil-array")]);
    // Already expired when the watch began: nothing changes any more.
    server.host.replica = true;
    server.check(&[("WATCH a", "+OK"), ("MULTI", "+OK"), ("GET b", "+QUEUED"), ("EXEC", "[nil]")]);
}

#[test]
fn own_changes_and_unwatch_count_too() {
    let mut server = Server::new(false);
    server.check(&[
        ("WATCH a", "+OK"),
        ("SET a 1", "+OK"),
        ("MULTI", "+OK"),
        ("GET a", "+QUEUED"),
        ("EXEC", "nil-array"),
        ("WATCH a", "+OK"),
        ("SET a 2", "+OK"),
        ("UNWATCH", "+OK"),
        ("MULTI", "+OK"),
        ("GET a", "+QUEUED"),
        ("EXEC", "[\"2\"]"),
    ]);
}

#[test]
fn out_of_memory_queues_nothing_but_the_end() {
    let mut server = Server::new(false);
    server.engine.configure("maxmemory", "1").expect("a number");
    let oom = "-OOM command not allowed when used memory > 'maxmemory'.";
    server.check(&[
        ("MULTI", "+OK"),
        ("GET a", oom),
        ("EXEC", "-EXECABORT Transaction discarded because of previous errors."),
        ("MULTI", "+OK"),
        ("DISCARD", "+OK"),
    ]);
}

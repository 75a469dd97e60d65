//! Clients that wait: for replicas, and for the end of a pause.
//!
//! Expected replies are those of redis-server 7.0.15.

use crate::engine::testing::Server;
use crate::engine::{ClientId, Notice};

/// A server with its first client and two more.
fn three() -> (Server, [ClientId; 3]) {
    let mut server = Server::new(false);
    let clients = [server.client, server.connect(2), server.connect(2)];
    (server, clients)
}

/// Lets time pass, as a driver does that wakes the engine when it wants to be woken; what is sent meanwhile.
fn pass(server: &mut Server, ms: u64) -> String {
    let end = server.host.now.0 + ms * 1_000;
    while let Some(at) = server.engine.next_deadline().filter(|at| at.0 <= end) {
        server.host.now = at;
        server.engine.tick(&mut server.host);
    }
    server.host.now.0 = end;
    server.sent()
}

#[test]
fn wait_is_answered_when_enough_replicas_have_acknowledged() {
    let (mut server, [one, two, three]) = three();
    server.host.acknowledged = vec![10, 10];
    server.talk(one, "SET a 1");
    server.engine.note_offset(one, 20);
    server.converse(&[
        (one, "WAIT 0 0", ":0"),
        (two, "WAIT 2 0", ":2"),
        (two, "WAIT -1 0", ":2"),
        (one, "WAIT 1 0", ""),
        (two, "WAIT 3 100", ""),
    ]);
    assert_eq!(server.host.acknowledgements_requested, 2);
    assert!(server.engine.is_blocked(one) && server.engine.is_blocked(two) && !server.engine.is_blocked(three));
    server.engine.acknowledged(&mut server.host);
    assert_eq!(server.sent(), "");
    server.host.acknowledged[1] = 20;
    server.engine.acknowledged(&mut server.host);
    assert_eq!(server.sent(), "#1 :1");
    assert_eq!(pass(&mut server, 100), "");
    assert_eq!(pass(&mut server, 1), "#2 :2");
    assert_eq!(server.engine.next_deadline(), None);
    server.converse(&[
        (one, "WAIT x 1", "-ERR value is not an integer or out of range"),
        (one, "WAIT 1 x", "-ERR timeout is not an integer or out of range"),
        (one, "WAIT 1 1.5", "-ERR timeout is not an integer or out of range"),
        (one, "WAIT 1 -1", "-ERR timeout is negative"),
        // Nobody waits inside a transaction.
        (one, "MULTI", "+OK"),
        (one, "WAIT 2 0", "+QUEUED"),
        (one, "EXEC", "[:1]"),
    ]);
}

#[test]
fn a_client_waits_for_one_thing_at_a_time() {
    let (mut server, [one, two, _]) = three();
    // A driver holds back who waits; one that does not has the former wait forgotten, its deadline and its places too.
    server.converse(&[
        (one, "BLPOP a b 1", ""),
        (one, "WAIT 1 2", ""),
        (one, "BLPOP b c 3", ""),
        (two, "RPUSH a 1", ":1"),
        (two, "RPUSH b 2", "#1 [\"b\", \"2\"] | :1"),
    ]);
    assert_eq!(pass(&mut server, 5_000), "");
    assert_eq!(server.engine.next_deadline(), None);
    server.engine.acknowledged(&mut server.host);
    assert_eq!(server.sent(), "");
}

#[test]
fn a_client_that_waits_can_be_woken() {
    let (mut server, [one, two, three]) = three();
    server.converse(&[
        (two, "WAIT 1 0", ""),
        (three, "WAIT 1 0", ""),
        (one, "CLIENT UNBLOCK 2", "#2 :0 | :1"),
        (one, "CLIENT UNBLOCK 3 ERROR", "#3 -UNBLOCKED client unblocked via CLIENT UNBLOCK | :1"),
        (one, "CLIENT UNBLOCK 3", ":0"),
        (one, "CLIENT UNBLOCK 99", ":0"),
        (one, "CLIENT UNBLOCK x", "-ERR value is not an integer or out of range"),
        (one, "CLIENT UNBLOCK x foo", "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"),
        (
            one,
            "CLIENT UNBLOCK 1 error x",
            "-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.",
        ),
        (two, "WAIT 1 0", ""),
        (one, "CLIENT UNBLOCK 2 TIMEOUT", "#2 :0 | :1"),
    ]);
}

#[test]
fn who_waits_on_a_primary_that_becomes_a_replica_is_told_and_disconnected() {
    let (mut server, [one, two, _]) = three();
    server.converse(&[(two, "WAIT 1 0", "")]);
    server.engine.became_replica();
    assert_eq!(
        server.sent(),
        "#2 -UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?) | #2 closed"
    );
    assert_eq!(server.talk(one, "PING"), "+PONG");
}

#[test]
fn a_pause_of_writes_holds_back_what_may_replicate() {
    let (mut server, [one, two, three]) = three();
    server.converse(&[
        (one, "CLIENT PAUSE 1000 WRITE", "+OK"),
        (two, "GET a", "nil"),
        (two, "SET a 1", ""),
        (three, "MULTI", "+OK"),
        (three, "GET a", "+QUEUED"),
        (three, "SET b 2", ""),
        (one, "GET a", "nil"),
    ]);
    assert!(server.engine.is_blocked(two));
    assert!(server.run("INFO clients").contains("blocked_clients:2"));
    // Who is held back is not to be unblocked.
    assert_eq!(server.talk(one, "CLIENT UNBLOCK 2"), ":0");
    assert_eq!(pass(&mut server, 1_000), "");
    assert_eq!(pass(&mut server, 1), "#2 +OK | #3 +QUEUED");
    server.converse(&[(three, "EXEC", r#"["1", +OK]"#)]);
    for line in ["PUBLISH a b", "SPUBLISH a b", "FLUSHALL"] {
        server.talk(one, "CLIENT PAUSE 1000 WRITE");
        assert_eq!(server.talk(two, line), "", "{line}");
        assert!(server.talk(one, "CLIENT UNPAUSE").starts_with("#2 "), "{line}");
    }
}

#[test]
fn what_was_held_back_goes_on_in_its_order() {
    let (mut server, [one, two, three]) = three();
    let four = server.connect(2);
    server.converse(&[
        (one, "CLIENT PAUSE 1000 ALL", "+OK"),
        (three, "SET k three", ""),
        (two, "GET k", ""),
        (four, "QUIT", ""),
        (one, "PING", ""),
    ]);
    // Who has gone is not waited for.
    server.engine.disconnect(one);
    assert_eq!(pass(&mut server, 1_001), r#"#3 +OK | #2 "three" | #4 +OK | #4 closed"#);
}

#[test]
fn a_pause_is_never_shortened_or_weakened_but_by_unpause() {
    let (mut server, [one, two, _]) = three();
    server.converse(&[
        (one, "CLIENT PAUSE 1000 WRITE", "+OK"),
        (one, "CLIENT PAUSE 100 WRITE", "+OK"),
        (two, "SET a 1", ""),
    ]);
    assert_eq!(pass(&mut server, 500), "");
    server.converse(&[(one, "CLIENT UNPAUSE", "#2 +OK | +OK"), (two, "SET a 2", "+OK")]);
    server.converse(&[
        (one, "CLIENT PAUSE 1000 WRITE", "+OK"),
        (one, "CLIENT PAUSE 100 ALL", "+OK"),
        (two, "GET a", ""),
    ]);
    assert_eq!(pass(&mut server, 1_000), "");
    assert_eq!(pass(&mut server, 1), r#"#2 "2""#);
    server.converse(&[
        (one, "CLIENT PAUSE", "-ERR wrong number of arguments for 'client|pause' command"),
        (one, "CLIENT PAUSE x foo", "-ERR CLIENT PAUSE mode must be WRITE or ALL"),
        (one, "CLIENT PAUSE x", "-ERR timeout is not an integer or out of range"),
        (one, "CLIENT PAUSE -1", "-ERR timeout is negative"),
        (
            one,
            "CLIENT PAUSE 1 ALL x",
            "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
        ),
        (one, "CLIENT PAUSE 0", "+OK"),
        (one, "GET a", "\"2\""),
    ]);
}

#[test]
fn a_transaction_that_began_to_run_is_not_held_back_by_its_own_pause() {
    let (mut server, [one, two, _]) = three();
    server.converse(&[
        (two, "MULTI", "+OK"),
        (two, "SET a b", "+QUEUED"),
        (two, "CLIENT PAUSE 100000 WRITE", "+QUEUED"),
        (two, "SET c d", "+QUEUED"),
        (two, "EXEC", "[+OK, +OK, +OK]"),
        (two, "SET x y", ""),
        (one, "CLIENT UNPAUSE", "#2 +OK | +OK"),
    ]);
}

#[test]
fn nothing_expires_or_is_evicted_during_a_pause() {
    let (mut server, [one, two, _]) = three();
    server.talk(one, "SET a 1 PX 10");
    server.talk(one, "SET b 1 PX 10");
    server.talk(one, "CLIENT PAUSE 1000 WRITE");
    server.advance_ms(500);
    server.engine.cron(&mut server.host);
    // It counts as gone, and is still there.
    server.converse(&[(two, "GET a", "nil"), (two, "DBSIZE", ":2")]);
    assert_eq!(server.engine.take_notices(), []);
    server.talk(one, "CLIENT UNPAUSE");
    server.engine.cron(&mut server.host);
    assert_eq!(server.talk(two, "DBSIZE"), ":0");
    server.talk(one, "SET a 1");
    server.talk(one, "CONFIG SET maxmemory-policy allkeys-random");
    server.talk(one, "CLIENT PAUSE 1000 WRITE");
    server.talk(one, "CONFIG SET maxmemory 1");
    server.engine.take_notices();
    server.talk(two, "GET a");
    assert_eq!(server.engine.take_notices(), []);
    server.talk(one, "CLIENT UNPAUSE");
    server.talk(two, "GET a");
    assert_eq!(server.engine.take_notices(), [Notice::Evicted("a".into())]);
}

#[test]
fn a_replica_cut_off_from_its_primary_may_refuse_to_answer() {
    let (mut server, [one, ..]) = three();
    server.host.cut_off = true;
    server.converse(&[(one, "GET a", "nil"), (one, "CONFIG SET replica-serve-stale-data no", "+OK")]);
    let down = "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    server.converse(&[(one, "GET a", down), (one, "SELECT 1", "+OK"), (one, "PING", down)]);
}

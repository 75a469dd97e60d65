//! Clients among each other: CLIENT, MONITOR, HELLO.
//!
//! Expected replies are those of redis-server 7.0.15.

use crate::engine::ClientId;
use crate::engine::testing::Server;
use crate::resp::Value;

/// A server with its first client and two more.
fn three() -> (Server, [ClientId; 3]) {
    let mut server = Server::new(false);
    let clients = [server.client, server.connect(2), server.connect(2)];
    (server, clients)
}

/// The value of a field of CLIENT LIST for one client.
fn field(server: &mut Server, client: ClientId, name: &str) -> String {
    let Value::Verbatim(_, text) = server.value(&format!("CLIENT LIST ID {}", client.0)) else {
        panic!("CLIENT LIST answers text");
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let found = text.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().to_owned()
}

#[test]
fn silent_clients_are_disconnected_after_the_timeout() {
    let (mut server, [one, two, three]) = three();
    let (listener, monitor) = (server.connect(2), server.connect(2));
    server.talk(two, "BLPOP list 104");
    server.talk(listener, "SUBSCRIBE news");
    server.talk(monitor, "MONITOR");
    let mut later = |seconds: u64, line: &str| {
        server.host.now.0 += seconds * 1_000_000;
        let told = if line.is_empty() { String::new() } else { server.talk(one, line) };
        server.engine.tick(&mut server.host);
        server.engine.cron(&mut server.host);
        let sent = server.sent();
        (told.split(" | ").last().unwrap_or_default().to_owned(), sent)
    };
    assert_eq!(later(100, "CONFIG SET timeout 2").1, format!("#{} closed", three.0));
    assert_eq!(later(2, "PUBLISH news x").1, "");
    // A reply that comes late counts as a sign of life.
    assert_eq!(later(3, "PING").1, format!("#{} nil-array", two.0));
    assert_eq!(later(2, "").1, "");
    assert_eq!(later(1, "").1, format!("#{} closed | #{} closed", one.0, two.0));
    assert_eq!(later(100, "").1, "");
}

#[test]
fn monitors_see_every_command_that_runs() {
    let (mut server, [one, two, three]) = three();
    server.talk(three, "MONITOR");
    for (said, seen) in [
        ("GET a", r#"0 "GET" "a""#),
        ("GET", ""),
        ("NOSUCH", ""),
        (r#"set "a\x00\n\"" "\\""#, r#"0 "set" "a\x00\n\"" "\\""#),
        ("SELECT 3", r#"3 "SELECT" "3""#),
        ("CONFIG GET port", ""),
        ("CLIENT LIST", ""),
        ("CLIENT GETNAME", r#"3 "CLIENT" "GETNAME""#),
        ("AUTH foo bar", r#"3 "AUTH" "(redacted)" "(redacted)""#),
        ("AUTH bar", r#"3 "AUTH" "(redacted)""#),
        ("HELLO 3 setname me AUTH a b", r#"3 "HELLO" "3" "setname" "me" "AUTH" "(redacted)" "(redacted)""#),
        ("WAIT 1 1", r#"3 "WAIT" "1" "1""#),
        ("MULTI", r#"3 "MULTI""#),
        ("PING", ""),
        ("CLIENT ID", ""),
        ("EXEC", r#"3 "PING"; 3 "CLIENT" "ID"; 3 "EXEC""#),
    ] {
        let told = server.talk(two, said);
        let seen_now: Vec<String> = told
            .split(" | ")
            .filter_map(|line| line.strip_prefix("#3 +1700000000.000000 ["))
            .map(|line| line.replacen(" 127.0.0.1:50001]", "", 1))
            .collect();
        assert_eq!(seen_now.join("; "), seen, "{said}");
        if said.starts_with("WAIT") {
            server.run("CLIENT UNBLOCK 2");
            server.sent();
        }
    }
    server.converse(&[
        (three, "MONITOR", ""),
        // Its own commands too, behind their replies; but it keeps out of the data.
        (three, "PING", r#"+PONG | +1700000000.000000 [0 127.0.0.1:50002] "PING""#),
        (three, "GET a", "-ERR Replica can't interact with the keyspace"),
        (three, "SET a 1", "-ERR Replica can't interact with the keyspace"),
        (three, "PUBLISH a 1", "-ERR Replica can't interact with the keyspace"),
    ]);
    assert_eq!(field(&mut server, three, "flags"), "O");
    server.converse(&[
        (three, "RESET", "+RESET"),
        (one, "PING", "+PONG"),
        (three, "GET a", "nil"),
        (three, "MULTI", "+OK"),
        (three, "MONITOR", "+QUEUED"),
        (three, "EXEC", "[-ERR MONITOR isn't allowed for DENY BLOCKING client]"),
    ]);
}

#[test]
fn a_monitor_is_not_held_back() {
    let (mut server, [one, two, _]) = three();
    server.converse(&[
        (two, "MONITOR", "+OK"),
        (one, "CLIENT PAUSE 1000 ALL", "+OK"),
        (two, "PING", r#"+PONG | +1700000000.000000 [0 127.0.0.1:50001] "PING""#),
        (two, "CLIENT UNPAUSE", "+OK"),
    ]);
}

#[test]
fn flags_tell_what_a_client_is_about() {
    let (mut server, [one, two, _]) = three();
    for (lines, flags) in [
        (&[][..], "N"),
        (&["MULTI"][..], "x"),
        (&["DISCARD", "WATCH k"], "N"),
        (&["SUBSCRIBE a"], "P"),
        (&["RESET"], "N"),
        (&["CLIENT NO-EVICT ON"], "e"),
        (&["CLIENT NO-EVICT OFF", "WAIT 1 0"], "b"),
    ] {
        for line in lines {
            server.talk(two, line);
        }
        assert_eq!(field(&mut server, two, "flags"), flags, "{lines:?}");
    }
    let three = server.connect(3);
    server.talk(three, "WATCH k");
    server.talk(three, "MULTI");
    server.talk(one, "SET k 1");
    assert_eq!(field(&mut server, three, "flags"), "xd");
    server.talk(three, "DISCARD");
    server.talk(three, "SUBSCRIBE a b c");
    server.talk(three, "PSUBSCRIBE a b");
    server.talk(three, "SSUBSCRIBE a");
    for (name, value) in
        [("sub", "3"), ("psub", "2"), ("ssub", "1"), ("resp", "3"), ("cmd", "ssubscribe"), ("flags", "P")]
    {
        assert_eq!(field(&mut server, three, name), value, "{name}");
    }
}

#[test]
fn clients_are_killed_by_what_they_are() {
    let (mut server, [one, two, three]) = three();
    server.talk(three, "SUBSCRIBE a");
    server.converse(&[
        (one, "CLIENT KILL 127.0.0.1:1", "-ERR No such client"),
        (one, "CLIENT KILL ID", "-ERR No such client"),
        (one, "CLIENT KILL ID 0", "-ERR client-id should be greater than 0"),
        (one, "CLIENT KILL ID 99", ":0"),
        (one, "CLIENT KILL TYPE x", "-ERR Unknown client type 'x'"),
        (one, "CLIENT KILL TYPE replica", ":0"),
        (one, "CLIENT KILL USER x", "-ERR No such user 'x'"),
        (one, "CLIENT KILL ID 1 SKIPME", "-ERR syntax error"),
        (one, "CLIENT KILL FOO bar", "-ERR syntax error"),
        (one, "CLIENT KILL USER default TYPE pubsub SKIPME yes", "#3 closed | :1"),
        (one, "CLIENT KILL 127.0.0.1:50001", "#2 closed | +OK"),
        (one, "CLIENT KILL TYPE normal", ":0"),
    ]);
    assert_eq!(server.talk(two, "PING"), "closed");
    let four = server.connect(2);
    server.converse(&[
        (four, "CLIENT KILL LADDR 127.0.0.1:6379 SKIPME yes", "#1 closed | :1"),
        (four, "CLIENT KILL TYPE normal SKIPME no", ":1 | closed"),
    ]);
}

#[test]
fn hello_does_all_or_nothing() {
    let (mut server, [one, two, _]) = three();
    server.talk(one, "CONFIG SET requirepass secret");
    let late = server.connect(2);
    let noauth = "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
                  <user> <pass> option can be used to authenticate the client and select the RESP protocol version at \
                  the same time";
    server.converse(&[
        (late, "HELLO", noauth),
        (late, "HELLO 3", noauth),
        (late, "HELLO x", "-ERR Protocol version is not an integer or out of range"),
        (late, "HELLO 4", "-NOPROTO unsupported protocol version"),
        (late, "HELLO 3 AUTH a", "-ERR Syntax error in HELLO option 'AUTH'"),
        (late, "HELLO 3 foo", "-ERR Syntax error in HELLO option 'foo'"),
        (
            late,
            "HELLO 3 SETNAME \"a b\" AUTH default secret",
            "-ERR Client names cannot contain spaces, newlines or special characters.",
        ),
        (late, "PING", "-NOAUTH Authentication required."),
        (
            late,
            "HELLO 3 SETNAME me AUTH default wrong",
            "-WRONGPASS invalid username-password pair or user is disabled.",
        ),
        (two, "CLIENT GETNAME", "nil"),
    ]);
    assert!(server.talk(late, "HELLO 3 SETNAME me AUTH default secret").contains("\"proto\": :3"));
    server.converse(&[(late, "CLIENT GETNAME", "\"me\""), (late, "RESET", "+RESET")]);
    assert_eq!(server.talk(late, "PING"), "-NOAUTH Authentication required.");
}

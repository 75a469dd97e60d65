//! Streams and consumer groups. Replies, events and effects were compared with a real 7.0.15.

use crate::engine::ClientId;
use crate::engine::testing::{Server, show};

fn client(server: &mut Server) -> ClientId {
    server.engine.connect(server.host.now, "127.0.0.1:50001")
}

/// What waiting clients were answered since the last call.
fn answers(server: &mut Server) -> Vec<(ClientId, String)> {
    server.engine.take_messages().iter().map(|(client, value)| (*client, show(value))).collect()
}

/// Has a client begin to wait.
fn wait(server: &mut Server, line: &str) -> ClientId {
    let who = client(server);
    let own = std::mem::replace(&mut server.client, who);
    assert_eq!(server.outcome(line).reply, None, "{line}");
    assert!(server.engine.is_blocked(who));
    server.client = own;
    who
}

#[test]
fn entries_are_added_read_and_deleted() {
    let mut server = Server::new(false);
    server.check(&[
        ("XADD s 1-1 a 1", "\"1-1\""),
        ("XADD s 1-* b 2", "\"1-2\""),
        ("XADD s 5 c 3 d 4", "\"5-0\""),
        ("XADD s 5 c 3", "-ERR The ID specified in XADD is equal or smaller than the target stream top item"),
        ("XADD s 0-0 c 3", "-ERR The ID specified in XADD must be greater than 0-0"),
        ("XADD s * c", "-ERR wrong number of arguments for 'xadd' command"),
        ("XADD s x c 3", "-ERR Invalid stream ID specified as stream command argument"),
        ("XADD nosuch NOMKSTREAM * c 3", "nil"),
        ("XLEN s", ":3"),
        ("XRANGE s - +", "[[\"1-1\", [\"a\", \"1\"]], [\"1-2\", [\"b\", \"2\"]], [\"5-0\", [\"c\", \"3\", \"d\", \"4\"]]]"),
        ("XRANGE s (1-1 1", "[[\"1-2\", [\"b\", \"2\"]]]"),
        ("XREVRANGE s + - COUNT 1", "[[\"5-0\", [\"c\", \"3\", \"d\", \"4\"]]]"),
        ("XRANGE s - + COUNT 0", "nil-array"),
        ("XRANGE nosuch - + COUNT 0", "[]"),
        ("XDEL s 1-2 9-9", ":1"),
        ("XRANGE s - + COUNT 2", "[[\"1-1\", [\"a\", \"1\"]], [\"5-0\", [\"c\", \"3\", \"d\", \"4\"]]]"),
        ("XDEL s 1-1 5", ":2"),
        ("EXISTS s", ":1"),
        ("XADD s 5 a b", "-ERR The ID specified in XADD is equal or smaller than the target stream top item"),
        ("XADD s * now 1", "\"1700000000000-0\""),
        ("XADD s * now 2", "\"1700000000000-1\""),
        ("XADD s 18446744073709551615-18446744073709551615 e 1", "\"18446744073709551615-18446744073709551615\""),
        ("XADD s * e 1", "-ERR The stream has exhausted the last possible ID, unable to add more items"),
        ("TYPE s", "+stream"),
        ("OBJECT ENCODING s", "\"stream\""),
    ]);
}

#[test]
fn trimming_by_length_and_by_id() {
    let mut server = Server::new(false);
    server.run("CONFIG SET stream-node-max-entries 10");
    for n in 1..=35 {
        server.run(&format!("XADD s {n} a b"));
    }
    server.effects();
    server.check(&[
        ("XTRIM s MAXLEN ~ 25", ":10"),
        ("XTRIM s MAXLEN ~ 24", ":0"),
        ("XTRIM s MAXLEN 24", ":1"),
        ("XTRIM s MINID ~ 22", ":9"),
        ("XTRIM s MINID 23", ":2"),
        ("XTRIM s MAXLEN ~ 0 LIMIT 9", ":8"),
        ("XTRIM s MAXLEN ~ 0 LIMIT 4", ":0"),
        ("XTRIM s MAXLEN 3 LIMIT 4", "-ERR syntax error, LIMIT cannot be used without the special ~ option"),
        ("XTRIM s LIMIT 4", "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"),
        ("XTRIM s MAXLEN 3 MINID 4", "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible"),
        ("XTRIM s = 3 x", "-ERR syntax error"),
        ("XADD s MAXLEN ~ 2 * a b", "\"1700000000000-0\""),
        ("XADD s MINID ~ 36 LIMIT 10 50 a b", "-ERR The ID specified in XADD is equal or smaller than the target stream top item"),
        ("XLEN s", ":6"),
    ]);
    assert_eq!(
        server.effects(),
        [
            "XTRIM s MAXLEN = 25",
            "XTRIM s MAXLEN 24",
            "XTRIM s MINID = 21-0",
            "XTRIM s MINID 23",
            "XTRIM s MAXLEN = 5 LIMIT 9",
            "XADD s MAXLEN = 6 1700000000000-0 a b",
        ]
    );
}

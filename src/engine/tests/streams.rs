//! Streams and consumer groups. Replies, events and effects were compared with a real 7.0.15.

use crate::engine::ClientId;
use crate::engine::testing::{Server, show};
use crate::resp::Bytes;

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
        (
            "XRANGE s - +",
            "[[\"1-1\", [\"a\", \"1\"]], [\"1-2\", [\"b\", \"2\"]], [\"5-0\", [\"c\", \"3\", \"d\", \"4\"]]]",
        ),
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
        (
            "XADD s MINID ~ 36 LIMIT 10 50 a b",
            "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
        ),
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

#[test]
fn a_group_hands_entries_out_once_and_remembers_who_has_them() {
    let mut server = Server::new(false);
    for n in 1..=4 {
        server.run(&format!("XADD s {n} f v{n}"));
    }
    server.check(&[
        (
            "XREADGROUP GROUP g a STREAMS s >",
            "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option",
        ),
        ("XGROUP CREATE s g 1", "+OK"),
        ("XGROUP CREATE s g 1", "-BUSYGROUP Consumer Group name already exists"),
        ("XGROUP SETID s nosuch 1", "-NOGROUP No such consumer group 'nosuch' for key name 's'"),
        (
            "XREADGROUP GROUP g a COUNT 2 STREAMS s >",
            "[[\"s\", [[\"2-0\", [\"f\", \"v2\"]], [\"3-0\", [\"f\", \"v3\"]]]]]",
        ),
        ("XREADGROUP GROUP g b STREAMS s >", "[[\"s\", [[\"4-0\", [\"f\", \"v4\"]]]]]"),
        ("XREADGROUP GROUP g b STREAMS s >", "nil-array"),
        ("XREADGROUP GROUP g b STREAMS s 0", "[[\"s\", [[\"4-0\", [\"f\", \"v4\"]]]]]"),
        ("XREADGROUP GROUP g b STREAMS s 4", "[[\"s\", []]]"),
        ("XPENDING s g", "[:3, \"2-0\", \"4-0\", [[\"a\", \"2\"], [\"b\", \"1\"]]]"),
        ("XDEL s 3", ":1"),
        ("XREADGROUP GROUP g a STREAMS s 0", "[[\"s\", [[\"2-0\", [\"f\", \"v2\"]], [\"3-0\", nil-array]]]]"),
    ]);
    server.advance_ms(50);
    server.check(&[
        ("XPENDING s g IDLE 50 - + 10", "[[\"2-0\", \"a\", :50, :2], [\"3-0\", \"a\", :50, :1], [\"4-0\", \"b\", :50, :2]]"),
        ("XPENDING s g IDLE 51 - + 10 a", "[]"),
        ("XPENDING s g - + 10 nosuch", "[]"),
        ("XCLAIM s g b 51 2", "[]"),
        ("XCLAIM s g b 50 2 3 9 FORCE", "[[\"2-0\", [\"f\", \"v2\"]]]"),
        ("XCLAIM s g b 0 1 FORCE JUSTID RETRYCOUNT 7 IDLE 5", "[\"1-0\"]"),
        ("XPENDING s g - + 10", "[[\"1-0\", \"b\", :5, :7], [\"2-0\", \"b\", :0, :3], [\"4-0\", \"b\", :50, :2]]"),
        ("XDEL s 2", ":1"),
        ("XAUTOCLAIM s g c 0 - COUNT 2", "[\"4-0\", [[\"1-0\", [\"f\", \"v1\"]]], [\"2-0\"]]"),
        ("XAUTOCLAIM s g c 0 (1 JUSTID", "[\"0-0\", [\"4-0\"], []]"),
        ("XAUTOCLAIM s g c 0 - COUNT 0", "-ERR COUNT must be > 0"),
        ("XACK s g 1 4 9", ":2"),
        ("XPENDING s g", "[:0, nil, nil, nil-array]"),
        ("XINFO CONSUMERS s nosuch", "-NOGROUP No such consumer group 'nosuch' for key name 's'"),
        ("XGROUP DELCONSUMER s g a", ":0"),
        ("XGROUP CREATECONSUMER s g a", ":1"),
        ("XGROUP CREATECONSUMER s g a", ":0"),
        ("XGROUP DESTROY s g", ":1"),
        ("XGROUP DESTROY s g", ":0"),
        ("XGROUP CREATE nosuch g 0", "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."),
        ("XGROUP CREATE s h 0 NOSUCH", "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP."),
    ]);
}

#[test]
fn the_lag_is_known_while_nothing_in_between_was_deleted() {
    let mut server = Server::new(false);
    server.run("XGROUP CREATE s g $ MKSTREAM");
    let lag = |server: &mut Server| {
        let groups = server.run("XINFO GROUPS s");
        groups.split_once("\"entries-read\": ").expect("a group").1.trim_end_matches("}]").to_owned()
    };
    assert_eq!(lag(&mut server), "nil, \"lag\": :0");
    for n in 1..=5 {
        server.run(&format!("XADD s {n} a b"));
    }
    assert_eq!(lag(&mut server), "nil, \"lag\": :5");
    server.run("XREADGROUP GROUP g c COUNT 1 STREAMS s >");
    assert_eq!(lag(&mut server), ":1, \"lag\": :4");
    server.run("XREADGROUP GROUP g c COUNT 1 STREAMS s >");
    server.run("XDEL s 4");
    assert_eq!(lag(&mut server), ":2, \"lag\": nil");
    server.run("XREADGROUP GROUP g c STREAMS s >");
    assert_eq!(lag(&mut server), ":5, \"lag\": :0");
    server.run("XGROUP SETID s g 0 ENTRIESREAD 1");
    assert_eq!(lag(&mut server), ":1, \"lag\": nil");
}

#[test]
fn groups_travel_as_what_became_of_them() {
    let mut server = Server::new(false);
    server.run("XADD s 1 a b");
    server.run("XADD s 2 a b");
    server.run("XGROUP CREATE s g 0");
    server.effects();
    let mut effects = |line: &str| {
        server.run(line);
        server.effects()
    };
    let claim = |id: u64, who: &str, count: u64, last: u64| {
        format!("XCLAIM s g {who} 0 {id}-0 TIME 1700000000000 RETRYCOUNT {count} FORCE JUSTID LASTID {last}-0")
    };
    assert_eq!(effects("XREADGROUP GROUP g c COUNT 1 STREAMS s >"), [claim(1, "c", 1, 1)]);
    assert_eq!(effects("XREADGROUP GROUP g c STREAMS s 0"), [""; 0]);
    assert_eq!(
        effects("XREADGROUP GROUP g d NOACK STREAMS s >"),
        ["MULTI", "XGROUP CREATECONSUMER s g d", "XGROUP SETID s g 2-0 ENTRIESREAD 2", "EXEC"]
    );
    assert_eq!(effects("XCLAIM s g e 0 1-0"), [claim(1, "e", 3, 2)]);
    assert_eq!(effects("XCLAIM s g e 0 9 LASTID 5"), ["XGROUP SETID s g 5-0 ENTRIESREAD 2"]);
    assert_eq!(effects("XAUTOCLAIM s g d 0 0 JUSTID"), [claim(1, "d", 3, 5)]);
    assert_eq!(effects("XDEL s 1"), ["XDEL s 1"]);
    assert_eq!(effects("XAUTOCLAIM s g e 0 0"), [claim(1, "d", 3, 5)]);
    assert_eq!(effects("XACK s g 1"), [""; 0]);
    assert_eq!(effects("XGROUP CREATECONSUMER s g z"), ["XGROUP CREATECONSUMER s g z"]);
    assert_eq!(effects("XADD s 3-* a b"), ["XADD s 3-0 a b"]);
}

#[test]
fn every_reader_that_waits_is_served() {
    let mut server = Server::new(false);
    server.run("XADD s 1 a 1");
    let new = wait(&mut server, "XREAD BLOCK 0 STREAMS nosuch s $ $");
    let known = wait(&mut server, "XREAD BLOCK 0 COUNT 1 STREAMS s 1");
    let ahead = wait(&mut server, "XREAD BLOCK 0 STREAMS s 5");
    server.run("XADD s 2 a 2");
    let got = "[[\"s\", [[\"2-0\", [\"a\", \"2\"]]]]]".to_owned();
    assert_eq!(answers(&mut server), [(new, got.clone()), (known, got)]);
    server.run("MULTI");
    server.run("XADD s 6 a 6");
    server.run("XDEL s 6");
    server.run("EXEC");
    assert_eq!(answers(&mut server), [(ahead, "[[\"s\", []]]".to_owned())]);
    // A key that comes into being is read from its beginning.
    let first = wait(&mut server, "XREAD BLOCK 10 STREAMS new $");
    server.run("XADD new 7 a 7");
    assert_eq!(answers(&mut server), [(first, "[[\"new\", [[\"7-0\", [\"a\", \"7\"]]]]]".to_owned())]);
    let late = wait(&mut server, "XREAD BLOCK 10 STREAMS s $");
    server.advance_ms(11);
    server.engine.tick(&mut server.host);
    assert_eq!(answers(&mut server), [(late, "nil-array".to_owned())]);
    server.check(&[
        ("XREAD BLOCK -1 STREAMS s $", "-ERR timeout is negative"),
        ("XREAD BLOCK x STREAMS s $", "-ERR timeout is not an integer or out of range"),
        ("MULTI", "+OK"),
        ("XREAD BLOCK 0 STREAMS s $", "+QUEUED"),
        ("EXEC", "[nil-array]"),
    ]);
}

#[test]
fn members_that_wait_share_what_comes() {
    let mut server = Server::new(false);
    server.run("XGROUP CREATE s g $ MKSTREAM");
    let one = wait(&mut server, "XREADGROUP GROUP g one BLOCK 0 STREAMS s >");
    let two = wait(&mut server, "XREADGROUP GROUP g two BLOCK 0 STREAMS s >");
    server.effects();
    server.run("XADD s 1 a 1");
    assert_eq!(answers(&mut server), [(one, "[[\"s\", [[\"1-0\", [\"a\", \"1\"]]]]]".to_owned())]);
    let claim = "XCLAIM s g one 0 1-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0";
    assert_eq!(server.effects(), ["XADD s 1 a 1", claim]);
    assert!(server.engine.is_blocked(two));
    server.run("XGROUP DESTROY s g");
    let gone = "-NOGROUP the consumer group this client was blocked on no longer exists";
    assert_eq!(answers(&mut server), [(two, gone.to_owned())]);
    // What is pending never makes a client wait.
    server.run("XGROUP CREATE s g $");
    server.check(&[("XREADGROUP GROUP g one BLOCK 0 STREAMS s 0", "[[\"s\", []]]")]);
}

#[test]
fn members_hear_that_their_stream_is_gone() {
    for how in
        ["DEL s", "SET s x", "UNLINK s", "FLUSHALL", "FLUSHDB", "RENAME s t", "SWAPDB 0 1", "MOVE s 1", "RENAME o s"]
    {
        let mut server = Server::new(false);
        server.run("SET o x");
        server.run("XGROUP CREATE s g $ MKSTREAM");
        let member = wait(&mut server, "XREADGROUP GROUP g one BLOCK 0 STREAMS s >");
        let reader = wait(&mut server, "XREAD BLOCK 0 STREAMS s $");
        server.run(how);
        let told = answers(&mut server);
        assert_eq!(told, [(member, "-UNBLOCKED the stream key no longer exists".to_owned())], "{how}");
        assert!(server.engine.is_blocked(reader), "{how}");
    }
    let mut server = Server::new(false);
    server.run("XGROUP CREATE s g $ MKSTREAM");
    let member = wait(&mut server, "XREADGROUP GROUP g one BLOCK 0 STREAMS s >");
    server.run("PEXPIRE s 5");
    server.advance_ms(10);
    server.engine.cron(&mut server.host);
    assert_eq!(answers(&mut server), [(member, "-UNBLOCKED the stream key no longer exists".to_owned())]);
}

#[test]
fn maps_are_maps_in_resp3() {
    let mut server = Server::new(false);
    server.run("HELLO 3");
    server.check(&[
        ("XADD s 1 a 1", "\"1-0\""),
        ("XREAD STREAMS s 0", "{\"s\": [[\"1-0\", [\"a\", \"1\"]]]}"),
        ("XREAD STREAMS s 1", "nil-array"),
        (
            "XINFO STREAM s",
            "{\"length\": :1, \"radix-tree-keys\": :1, \"radix-tree-nodes\": :2, \"last-generated-id\": \"1-0\", \
             \"max-deleted-entry-id\": \"0-0\", \"entries-added\": :1, \"recorded-first-entry-id\": \"1-0\", \
             \"groups\": :0, \"first-entry\": [\"1-0\", [\"a\", \"1\"]], \"last-entry\": [\"1-0\", [\"a\", \"1\"]]}",
        ),
    ]);
}

#[test]
fn memory_is_what_memory_usage_says() {
    let mut server = Server::new(false);
    let mut weigh = |line: &str| {
        server.run(line);
        let keyspace = server.engine.keyspace();
        keyspace.find(0, &Bytes::from("s")).map_or(0, |id| keyspace.data(0, id).memory())
    };
    // MEMORY USAGE of a real server less its key and table entry (32 bytes).
    assert_eq!(weigh("XADD s 1 a b"), 4_728 - 32);
    assert_eq!(weigh("XGROUP CREATE s g 0"), 5_012 - 32);
    assert_eq!(weigh("XREADGROUP GROUP g c STREAMS s >"), 5_825 - 32);
    assert_eq!(weigh("XDEL s 1"), 1_469 - 32);
}

//! Publish and subscribe, and the events of keys.
//!
//! Expected messages and their order are those of redis-server 7.0.15.

use crate::engine::testing::{Server, show};
use crate::engine::{ClientId, Slot};
use crate::resp::Value;

/// A server with its first client, two of RESP2 and one of RESP3.
fn four() -> (Server, [ClientId; 4]) {
    let mut server = Server::new(false);
    let clients = [server.client, server.connect(2), server.connect(2), server.connect(3)];
    (server, clients)
}

#[test]
fn each_name_is_confirmed_with_the_count() {
    let (mut server, [_, two, ..]) = four();
    server.converse(&[
        (two, "SUBSCRIBE a b a", r#">["subscribe", "a", :1] | >["subscribe", "b", :2] | >["subscribe", "a", :2]"#),
        (two, "PSUBSCRIBE p*", r#">["psubscribe", "p*", :3]"#),
        (two, "SSUBSCRIBE s t", r#">["ssubscribe", "s", :1] | >["ssubscribe", "t", :2]"#),
        (two, "UNSUBSCRIBE b no", r#">["unsubscribe", "b", :2] | >["unsubscribe", "no", :2]"#),
        (two, "PUNSUBSCRIBE", r#">["punsubscribe", "p*", :1]"#),
        (two, "PUNSUBSCRIBE", r#">["punsubscribe", nil, :1]"#),
        (two, "SUNSUBSCRIBE", r#">["sunsubscribe", "s", :1] | >["sunsubscribe", "t", :0]"#),
        (two, "SUNSUBSCRIBE s", r#">["sunsubscribe", "s", :0]"#),
        (two, "UNSUBSCRIBE", r#">["unsubscribe", "a", :0]"#),
        (two, "UNSUBSCRIBE", r#">["unsubscribe", nil, :0]"#),
    ]);
}

#[test]
fn a_message_goes_to_the_channel_in_order_of_arrival_then_to_patterns() {
    let (mut server, [one, two, three, four]) = four();
    server.converse(&[
        (three, "PSUBSCRIBE n* *s", r#">["psubscribe", "n*", :1] | >["psubscribe", "*s", :2]"#),
        (three, "SUBSCRIBE news", r#">["subscribe", "news", :3]"#),
        (two, "SUBSCRIBE news", r#">["subscribe", "news", :1]"#),
        (four, "SUBSCRIBE other", r#">["subscribe", "other", :1]"#),
        (
            one,
            "PUBLISH news hi",
            r#"#3 >["message", "news", "hi"] | #2 >["message", "news", "hi"] | #3 >["pmessage", "*s", "news", "hi"] | #3 >["pmessage", "n*", "news", "hi"] | :4"#,
        ),
        (one, "PUBLISH who hi", ":0"),
        // Only RESP3 can publish while it listens: to itself, before the reply.
        (four, "PUBLISH other x", r#">["message", "other", "x"] | :1"#),
        // Shard channels are names of their own.
        (two, "SSUBSCRIBE news", r#">["ssubscribe", "news", :1]"#),
        (one, "SPUBLISH news x", r#"#2 >["smessage", "news", "x"] | :1"#),
    ]);
    server.engine.disconnect(three);
    server.converse(&[(one, "PUBLISH news hi", r#"#2 >["message", "news", "hi"] | :1"#)]);
}

#[test]
fn a_subscriber_of_resp2_may_say_little_else() {
    let (mut server, [_, two, _, four]) = four();
    let refused = |name: &str| {
        format!(
            "-ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
        )
    };
    for subscribe in ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"] {
        server.talk(two, &format!("{subscribe} a"));
        assert_eq!(server.talk(two, "get k"), refused("get"));
        assert_eq!(server.talk(two, "CLIENT INFO"), refused("client|info"));
        assert_eq!(server.talk(two, "MULTI"), refused("multi"));
        server.converse(&[
            (two, "PING", r#"["pong", ""]"#),
            (two, "PING hi", r#"["pong", "hi"]"#),
            (two, "PING a b", "-ERR wrong number of arguments for 'ping' command"),
            (two, "RESET", "+RESET"),
            (two, "PING", "+PONG"),
            (two, "GET k", "nil"),
        ]);
    }
    server.converse(&[
        (four, "SUBSCRIBE a", r#">["subscribe", "a", :1]"#),
        (four, "PING", "+PONG"),
        (four, "GET k", "nil"),
        (two, "SUBSCRIBE a", r#">["subscribe", "a", :1]"#),
        (two, "QUIT", "+OK | closed"),
    ]);
    assert_eq!(server.talk(four, "PUBSUB NUMSUB a"), r#"["a", :1]"#);
    // Back in RESP2 it is held to the rule.
    server.talk(four, "HELLO 2");
    assert_eq!(server.talk(four, "GET k"), refused("get"));
}

#[test]
fn confirmations_are_sent_whatever_client_reply_says() {
    let (mut server, [one, two, ..]) = four();
    server.converse(&[
        (two, "CLIENT REPLY OFF", ""),
        (two, "SUBSCRIBE x", r#">["subscribe", "x", :1]"#),
        (two, "PING", ""),
        (one, "PUBLISH x 1", r#"#2 >["message", "x", "1"] | :1"#),
    ]);
}

#[test]
fn messages_of_a_transaction_come_among_its_replies() {
    let (mut server, [one, two, _, four]) = four();
    server.converse(&[
        (four, "SUBSCRIBE a", r#">["subscribe", "a", :1]"#),
        (four, "MULTI", "+OK"),
        (four, "SUBSCRIBE c d", "+QUEUED"),
        (four, "PUBLISH a q", "+QUEUED"),
        (four, "GET k", "+QUEUED"),
        // The array has the length of the transaction, and what is too much comes behind it.
        (four, "EXEC", r#"[>["subscribe", "c", :2], >["subscribe", "d", :3], >["message", "a", "q"]] | :1 | nil"#),
        (two, "MULTI", "+OK"),
        (two, "SUBSCRIBE r", "+QUEUED"),
        (two, "PING", "+QUEUED"),
        (two, "UNSUBSCRIBE", "+QUEUED"),
        (two, "EXEC", r#"[>["subscribe", "r", :1], ["pong", ""], >["unsubscribe", "r", :0]]"#),
        (two, "GET k", "nil"),
        (two, "MULTI", "+OK"),
        (two, "SSUBSCRIBE r", "+QUEUED"),
        (two, "EXEC", "[-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client]"),
        (one, "MULTI", "+OK"),
        (one, "PUBLISH c 1", "+QUEUED"),
        (one, "EXEC", r#"#4 >["message", "c", "1"] | [:1]"#),
    ]);
}

#[test]
fn pubsub_tells_who_listens() {
    let (mut server, [one, two, three, _]) = four();
    server.talk(two, "SUBSCRIBE news sport");
    server.talk(three, "SUBSCRIBE news");
    server.talk(three, "PSUBSCRIBE n* s*");
    server.talk(two, "PSUBSCRIBE n*");
    server.talk(two, "SSUBSCRIBE shard");
    server.converse(&[
        (one, "PUBSUB CHANNELS", r#"["news", "sport"]"#),
        (one, "PUBSUB CHANNELS s*", r#"["sport"]"#),
        (one, "PUBSUB NUMSUB", "[]"),
        (one, "PUBSUB NUMSUB sport none news", r#"["sport", :1, "none", :0, "news", :2]"#),
        (one, "PUBSUB NUMPAT", ":2"),
        (one, "PUBSUB SHARDCHANNELS", r#"["shard"]"#),
        (one, "PUBSUB SHARDCHANNELS x*", "[]"),
        (one, "PUBSUB SHARDNUMSUB shard news", r#"["shard", :1, "news", :0]"#),
        (
            one,
            "PUBSUB CHANNELS a b",
            "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
        ),
        (one, "PUBSUB NUMPAT x", "-ERR wrong number of arguments for 'pubsub|numpat' command"),
        (one, "PUBSUB what", "-ERR unknown subcommand 'what'. Try PUBSUB HELP."),
    ]);
    let Value::Verbatim(_, text) = server.value("INFO stats") else { panic!("INFO answers text") };
    let text = String::from_utf8_lossy(&text).into_owned();
    for line in ["pubsub_channels:2\r\n", "pubsub_patterns:2\r\n", "pubsubshard_channels:1\r\n"] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn a_message_goes_to_replicas_where_there_is_no_cluster() {
    let (mut server, [one, ..]) = four();
    server.talk(one, "PUBLISH a b");
    server.talk(one, "SPUBLISH a b");
    assert_eq!(server.effects(), ["PUBLISH a b", "SPUBLISH a b"]);
}

#[test]
fn who_listens_to_a_slot_that_leaves_is_told() {
    let mut server = Server::new(true);
    let (two, three) = (server.connect(2), server.connect(3));
    server.talk(two, "SSUBSCRIBE {a}1 {a}2");
    server.talk(three, "SSUBSCRIBE {a}2 b");
    assert_eq!(server.engine.shard_channel_slots(), [Slot::of_key(b"b"), Slot::of_key(b"a")]);
    server.engine.leave_slot(Slot::of_key(b"a"));
    assert_eq!(
        server.sent(),
        r#"#2 >["sunsubscribe", "{a}1", :1] | #2 >["sunsubscribe", "{a}2", :0] | #3 >["sunsubscribe", "{a}2", :1]"#
    );
    assert_eq!(server.talk(two, "PING"), "+PONG");
    assert_eq!(server.engine.shard_channel_slots(), [Slot::of_key(b"b")]);
}

/// What a server tells of its keys because of a line, without the part that all names share.
fn events(server: &mut Server, line: &str) -> String {
    server.run(line);
    let told = server.engine.take_messages();
    let told = told.iter().map(|(_, message)| match message {
        Value::Push(words) => match words.as_slice() {
            [_, _, channel, message] => {
                let (channel, message) = (show(channel), show(message));
                format!("{} {}", channel.trim_matches('"').replacen("__key", "", 1), message.trim_matches('"'))
            }
            _ => show(message),
        },
        other => show(other),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn commands_tell_what_happened_to_keys() {
    let mut server = Server::new(false);
    let listener = server.connect(3);
    server.talk(listener, "PSUBSCRIBE __key*__:*");
    assert_eq!(events(&mut server, "SET a 0"), "");
    server.run("DEL a");
    server.run("CONFIG SET notify-keyspace-events EAmn");
    for (line, expected) in [
        ("OBJECT ENCODING zz", ""),
        ("OBJECT FREQ zz", ""),
        ("EXISTS zz", "event@0__:keymiss zz"),
        ("TTL zz", "event@0__:keymiss zz"),
        ("TYPE zz", "event@0__:keymiss zz"),
        ("GET zz", "event@0__:keymiss zz"),
        ("STRLEN zz", "event@0__:keymiss zz"),
        ("SET a b", "event@0__:new a, event@0__:set a"),
        ("MEMORY USAGE zz", ""),
        ("DUMP zz", "event@0__:keymiss zz"),
        ("TOUCH zz", "event@0__:keymiss zz"),
        ("RENAME zz yy", ""),
        ("COPY zz yy", "event@0__:keymiss zz"),
        ("SET a c EX 100", "event@0__:set a, event@0__:expire a"),
        ("SETEX a 100 d", "event@0__:set a, event@0__:expire a"),
        ("GETSET a 1", "event@0__:set a"),
        ("GETDEL a", "event@0__:del a"),
        ("GETEX zz EX 10", "event@0__:keymiss zz"),
        ("INCR n", "event@0__:new n, event@0__:incrby n"),
        ("APPEND n 1", "event@0__:append n"),
        ("EXPIRE n -1", "event@0__:del n"),
        ("EXPIRE zz 10", ""),
        ("MSET a 1 b 2", "event@0__:new a, event@0__:set a, event@0__:new b, event@0__:set b"),
        ("MSETNX c 1 d 2", "event@0__:new c, event@0__:set c, event@0__:new d, event@0__:set d"),
        ("MOVE a 3", "event@3__:new a, event@0__:move_from a, event@3__:move_to a"),
        ("COPY b bb", "event@0__:new bb, event@0__:copy_to bb"),
        ("RENAME b b2", "event@0__:new b2, event@0__:rename_from b, event@0__:rename_to b2"),
        ("SETRANGE q 0 ab", "event@0__:new q, event@0__:setrange q"),
        ("GETRANGE zz 0 1", "event@0__:keymiss zz"),
        ("MGET zz b2 yy", "event@0__:keymiss zz, event@0__:keymiss yy"),
        ("PERSIST q", ""),
        ("SETNX s 1", "event@0__:new s, event@0__:set s"),
        ("SETNX s 2", ""),
        ("SET s 1 XX GET", "event@0__:set s"),
        ("SET nk 1 XX", ""),
        ("UNLINK s", "event@0__:del s"),
        ("DEL s", ""),
        ("FLUSHALL", ""),
    ] {
        assert_eq!(events(&mut server, line), expected, "{line}");
    }
    // Each channel and class by itself.
    server.run("CONFIG SET notify-keyspace-events Kg$");
    assert_eq!(events(&mut server, "SET a 1"), "space@0__:a set");
    server.run("CONFIG SET notify-keyspace-events Ex");
    assert_eq!(events(&mut server, "SET a 1 PX 10"), "");
    server.advance_ms(11);
    assert_eq!(events(&mut server, "GET a"), "event@0__:expired a");
    server.run("CONFIG SET notify-keyspace-events KEx");
    server.run("SET a 1 PX 10");
    server.advance_ms(200);
    server.engine.cron(&mut server.host);
    assert_eq!(events(&mut server, "PING"), "space@0__:a expired, event@0__:expired a");
    server.run("CONFIG SET notify-keyspace-events Ee maxmemory-policy allkeys-random");
    server.run("SET victim 1");
    server.run("CONFIG SET maxmemory 1");
    assert_eq!(events(&mut server, "PING"), "event@0__:evicted victim");
}

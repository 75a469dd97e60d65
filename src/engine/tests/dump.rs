//! DUMP, RESTORE and what DEBUG says of serialised values. Payloads, digests and encodings are those of a real 7.0.15;
//! `tests/differential/payloads.rs` compares many more.

use crate::engine::testing::Server;
use crate::resp::Value;

struct Row {
    made_by: &'static [&'static str],
    key: &'static str,
    encoding: &'static str,
    digest: &'static str,
    payload: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        made_by: &["RPUSH l a 1 -300 70000 -9000000 5000000000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
        key: "l",
        encoding: "quicklist",
        digest: "b5e3d659e8db01ce881356f2679775f886451215",
        payload: concat!(
            r"\x12\x01\x02\xc3,@D\x1eD\x00\x00\x00\x07\x00\x81a\x02\x01\x01\xde\xd4\x02\xf2p\x11\x01\x04",
            r"\xf3\xc0\xabv\xff\x05\xf4\x00\xf2\x05*\x01 \x1d\x02\t\x9ea\xe0\x14\x00\x01\x1f\xff\n\x00\xc4",
            r"\x03\xf8\xca\xf8e\x84\xc2",
        ),
    },
    Row {
        made_by: &["DEBUG QUICKLIST-PACKED-THRESHOLD 3b", "RPUSH p a large b", "DEBUG QUICKLIST-PACKED-THRESHOLD 0"],
        key: "p",
        encoding: "quicklist",
        digest: "5189b84e7b14ee8adc32b3f0496b41043f63c4bd",
        payload: concat!(
            r"\x12\x03\x02\n\n\x00\x00\x00\x01\x00\x81a\x02\xff\x01\x05large\x02\n\n\x00\x00\x00\x01\x00",
            r"\x81b\x02\xff\n\x00\xb8x\xa0,\x9c\xf4\x87:",
        ),
    },
    Row {
        made_by: &["SADD i 1 -2 70000"],
        key: "i",
        encoding: "intset",
        digest: "4e4dbbfb8df8c7eeb0fc04e3a47096b848355db6",
        payload: concat!(
            r"\x0b\x14\x04\x00\x00\x00\x03\x00\x00\x00\xfe\xff\xff\xff\x01\x00\x00\x00p\x11\x01\x00\n\x000",
            r"R}\xf8\xcc1\x1f;",
        ),
    },
    Row {
        made_by: &["SADD s a"],
        key: "s",
        encoding: "hashtable",
        digest: "344e2dce84032272e136053b2083009290148e5e",
        payload: r"\x02\x01\x01a\n\x00b\x96\xe9~D\xd2\x1am",
    },
    Row {
        made_by: &["ZADD z 1 a 2.5 b inf c"],
        key: "z",
        encoding: "listpack",
        digest: "692ab70d673d8bf452c3a17fb4be02bfcdf437bc",
        payload: concat!(
            r"\x11\x1c\x1c\x00\x00\x00\x06\x00\x81a\x02\x01\x01\x81b\x02\x832.5\x04\x81c\x02\x83inf\x04",
            r"\xff\n\x00k\x1d\xde\xdc\xe8\xe2\xc3\x99",
        ),
    },
    Row {
        made_by: &["CONFIG SET zset-max-listpack-entries 1", "ZADD zz 1 a 2.5 b -inf c"],
        key: "zz",
        encoding: "skiplist",
        digest: "f2ad7cda97b68291b8199d655f83d19f6e41e93c",
        payload: concat!(
            r"\x05\x03\x01b\x00\x00\x00\x00\x00\x00\x04@\x01a\x00\x00\x00\x00\x00\x00\xf0?\x01c\x00\x00",
            r"\x00\x00\x00\x00\xf0\xff\n\x00\x9a$\xca\x8f\xdc\xb1\xd0\x8c",
        ),
    },
    Row {
        made_by: &["HSET h f v g 12"],
        key: "h",
        encoding: "listpack",
        digest: "8530acc75d5274eb0fc0da86f28ed5533274a6d4",
        payload: concat!(
            r"\x10\x12\x12\x00\x00\x00\x04\x00\x81f\x02\x81v\x02\x81g\x02\x0c\x01\xff\n\x00\xde\x139\x93",
            r"\xf7\x83\x81~",
        ),
    },
    Row {
        made_by: &["CONFIG SET hash-max-listpack-value 1", "HSET hh f vv"],
        key: "hh",
        encoding: "hashtable",
        digest: "a68a467cc6af5473b44e37c5900e658f88b87ed9",
        payload: r"\x04\x01\x01f\x02vv\n\x00\x85G\xadc\xc7\x9a\x8f\xd0",
    },
    Row {
        made_by: &[
            "XADD x 5-1 a 1",
            "XADD x 5-2 b 2 c 3",
            "XADD x 6-0 a x",
            "XDEL x 5-2",
            "XGROUP CREATE x g 5-2 ENTRIESREAD 2",
        ],
        key: "x",
        encoding: "stream",
        digest: "14072532621fa309eed8da0cc5698475489d3c3e",
        payload: concat!(
            r"\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01<<\x00\x00\x00",
            r"\x18\x00\x02\x01\x01\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x01\x01\x04\x01",
            r"\x01\x01\x00\x01\x01\x01\x02\x01\x81b\x02\x02\x01\x81c\x02\x03\x01\x08\x01\x02\x01\x01\x01",
            r"\xdf\xff\x02\x81x\x02\x04\x01\xff\x02\x06\x00\x05\x01\x05\x02\x03\x01\x01g\x05\x02\x02\x00",
            r"\x00\n\x00\x10\x83\x9aw\xb6\xdc\xae\xc5",
        ),
    },
];

fn server() -> Server {
    let mut server = Server::new(false);
    server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
    server
}

#[test]
fn payloads_are_those_of_a_real_server() {
    for row in ROWS {
        let mut server = server();
        for line in row.made_by {
            server.run(line);
        }
        let (key, payload) = (row.key, format!("\"{}\"", row.payload));
        assert_eq!(server.run(&format!("DUMP {key}")), payload, "{key}");
        assert_eq!(server.run(&format!("RESTORE k 0 {payload}")), "+OK", "{key}");
        for key in [key, "k"] {
            assert_eq!(server.run(&format!("OBJECT ENCODING {key}")), format!("\"{}\"", row.encoding), "{key}");
            assert_eq!(server.run(&format!("DEBUG DIGEST-VALUE {key}")), format!("[+{}]", row.digest), "{key}");
            assert_eq!(server.run(&format!("DUMP {key}")), payload, "{key}");
        }
        // What is not type, version and checksum.
        let Value::Bulk(bytes) = server.value("DUMP k") else { panic!("no payload") };
        let object = server.run("DEBUG OBJECT k");
        assert!(object.contains(&format!(" serializedlength:{} ", bytes.len() - 11)), "{object}");
    }
}

#[test]
fn values_of_older_servers_are_restored() {
    let rows = [
        ("list, element by element", r"\x01\x03\x01a\xc0\x07\x02bc", "LRANGE k 0 -1", r#"["a", "7", "bc"]"#),
        (
            "list, one ziplist",
            concat!(
                r"\n,,\x00\x00\x00!\x00\x00\x00\x07\x00\x00\x01a\x03\xfd\x02\xfe\xfe\x03\xc0,\x01\x04\xf0",
                r"\x90\xee\xfe\x05\xd0@T\x89\x00\x06\xe0\x00\xf2\x05*\x01\x00\x00\x00\xff",
            ),
            "LRANGE k 0 -1",
            r#"["a", "12", "-2", "300", "-70000", "9000000", "5000000000"]"#,
        ),
        (
            "list of ziplists",
            concat!(
                r"\x0e\x02\x10\x10\x00\x00\x00\r\x00\x00\x00\x02\x00\x00\x01a\x03\xf2\xff\x0e\x0e\x00\x00",
                r"\x00\n\x00\x00\x00\x01\x00\x00\x01b\xff",
            ),
            "LRANGE k 0 -1",
            r#"["a", "1", "b"]"#,
        ),
        (
            "sorted set, scores as text",
            r"\x03\x03\x01a\x031.5\x01b\xfe\x01c\xff",
            "ZRANGE k 0 -1 WITHSCORES",
            r#"["c", Double(-inf), "a", Double(1.5), "b", Double(inf)]"#,
        ),
        (
            "sorted set, ziplist",
            r"\x0c\x18\x18\x00\x00\x00\x12\x00\x00\x00\x04\x00\x00\x01a\x03\xf2\x02\x01b\x03\x032.5\xff",
            "ZRANGE k 0 -1 WITHSCORES",
            r#"["a", Double(1.0), "b", Double(2.5)]"#,
        ),
        ("hash, zipmap", r"\t\x0f\x02\x01f\x01\x02v??\x01g\x02\x00vv\xff", "HGETALL k", r#"{"f": "v", "g": "vv"}"#),
        (
            "hash, ziplist",
            r"\r\x16\x16\x00\x00\x00\x13\x00\x00\x00\x04\x00\x00\x01f\x03\x01v\x03\x01g\x03\xfd\xff",
            "HGETALL k",
            r#"{"f": "v", "g": "12"}"#,
        ),
    ];
    for (what, value, line, reply) in rows {
        let mut server = server();
        server.run("DEBUG SET-SKIP-CHECKSUM-VALIDATION 1");
        assert_eq!(server.run(&format!("RESTORE k 0 \"{value}\\n\\x00????????\"")), "+OK", "{what}");
        assert_eq!(server.run(line), reply, "{what}");
        // It is written as servers write it now.
        assert_eq!(server.run("COPY k other"), ":1");
        let Value::Bulk(now) = server.value("DUMP k") else { panic!("no payload") };
        assert!(matches!(now[0], 16..=18), "{what}: {}", now[0]);
    }
}

#[test]
fn limits_decide_how_a_restored_value_is_stored() {
    for (made_by, set, encoding) in [
        ("SADD v 1 2 3", "set-max-intset-entries 2", "hashtable"),
        ("HSET v a 1 b 2 c 3", "hash-max-listpack-entries 2", "hashtable"),
        ("ZADD v 1 a 2 b 3 c", "zset-max-listpack-entries 2", "skiplist"),
        // Nobody looks how long the words of a block are.
        ("HSET v a long", "hash-max-listpack-value 2", "listpack"),
        ("ZADD v 1 long", "zset-max-listpack-value 2", "listpack"),
    ] {
        let mut server = server();
        server.run(made_by);
        let payload = server.run("DUMP v");
        server.run(&format!("CONFIG SET {set}"));
        server.run(&format!("RESTORE k 0 {payload}"));
        assert_eq!(server.run("OBJECT ENCODING k"), format!("\"{encoding}\""), "{made_by}");
    }
}

#[test]
fn damage_is_refused() {
    let damaged = [
        ("a set with a member twice", r"\x02\x02\x01a\x01a"),
        ("a set of no members", r"\x02\x00"),
        ("more members than there are bytes", r"\x02\x81\x00\x00\x00\xff\xff\xff\xff\xff"),
        ("integers out of order", r"\x0b\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x02\x00\x01\x00"),
        ("integers of a strange width", r"\x0b\x0b\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00"),
        ("a hash with a field twice", r"\x04\x02\x01f\x01v\x01f\x01w"),
        ("a block with a field twice", r"\x10\x13\x13\x00\x00\x00\x04\x00\x81f\x02\x81v\x02\x81f\x02\x81w\x02\xff"),
        ("a field without a value", r"\x10\x0a\x0a\x00\x00\x00\x01\x00\x81f\x02\xff"),
        ("a block that is shorter than it says", r"\x10\x0a\x0b\x00\x00\x00\x01\x00\x81f\x02\xff"),
        ("a block of more elements than it says", r"\x12\x01\x02\x0a\x0a\x00\x00\x00\x00\x00\x81f\x02\xff"),
        ("an element that reaches too far", r"\x12\x01\x02\x0a\x0a\x00\x00\x00\x01\x00\x85f\x02\xff"),
        ("a node of an unknown kind", r"\x12\x01\x03\x01a"),
        ("a list of an empty node", r"\x12\x01\x02\x07\x07\x00\x00\x00\x00\x00\xff"),
        ("a score that is no number", r"\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x7f"),
        ("a stream without its end", r"\x13\x00\x00"),
        ("an unknown type", r"\x14\x00"),
        ("the type of a module", r"\x07\x00"),
        ("nothing", r""),
    ];
    let mut server = server();
    server.run("DEBUG SET-SKIP-CHECKSUM-VALIDATION 1");
    for (what, value) in damaged {
        // What follows is version and checksum, in which no length is to be found.
        let reply = server.run(&format!(r#"RESTORE k 0 "{value}\x0a\x00\xff\xff\xff\xff\xff\xff\xff\xff""#));
        assert_eq!(reply, "-ERR Bad data format", "{what}");
    }
    server.check(&[
        ("RESTORE k 0 \"\\x00\\x01a\\x0b\\x00????????\"", "-ERR DUMP payload version or checksum are wrong"),
        ("RESTORE k 0 \"\\x00\\x01a\\x0a\\x00????????\"", "+OK"),
        ("DEBUG SET-SKIP-CHECKSUM-VALIDATION 0", "+OK"),
        ("RESTORE k 0 \"\\x00\\x01a\\x0a\\x00????????\" REPLACE", "-ERR DUMP payload version or checksum are wrong"),
        ("GET k", "\"a\""),
    ]);
}

#[test]
fn a_stream_keeps_its_groups() {
    let mut server = server();
    server.check(&[
        ("XADD s 1-1 a 1", "\"1-1\""),
        ("XADD s 1-2 a 2", "\"1-2\""),
        ("XGROUP CREATE s g 0", "+OK"),
        ("XREADGROUP GROUP g one COUNT 1 STREAMS s >", "[[\"s\", [[\"1-1\", [\"a\", \"1\"]]]]]"),
        ("XREADGROUP GROUP g two STREAMS s >", "[[\"s\", [[\"1-2\", [\"a\", \"2\"]]]]]"),
        ("XDEL s 1-1", ":1"),
    ]);
    let payload = server.run("DUMP s");
    let full = server.run("XINFO STREAM s FULL");
    assert_eq!(server.run(&format!("RESTORE t 0 {payload}")), "+OK");
    assert_eq!(server.run("XINFO STREAM t FULL"), full);
    server.check(&[
        ("XACK t g 1-1", ":1"),
        ("XPENDING t g", "[:1, \"1-2\", \"1-2\", [[\"two\", \"1\"]]]"),
        ("XADD t 1-3 a 3", "\"1-3\""),
    ]);
}

#[test]
fn compression_is_as_configured() {
    let mut server = server();
    server.run("SET k aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (said, bytes) in [("yes", 12), ("no", 31)] {
        server.run(&format!("CONFIG SET rdbcompression {said}"));
        let object = server.run("DEBUG OBJECT k");
        assert!(object.contains(&format!("serializedlength:{bytes} ")), "{object}");
        let Value::Bulk(payload) = server.value("DUMP k") else { panic!("no payload") };
        assert_eq!(payload.len(), bytes + 11);
    }
}

#[test]
fn a_reload_leaves_every_value_as_it_was() {
    let mut server = Server::new(false);
    server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
    for line in [
        "SET s text EX 100",
        "RPUSH l a 1 b",
        "SADD i 1 2 3",
        "SADD t a b c",
        "ZADD z 1 a 2.5 b",
        "HSET h f v",
        "XADD x 1-1 f v",
        "XGROUP CREATE x g 0",
        "XREADGROUP GROUP g c STREAMS x >",
        "SET gone soon PX 1",
    ] {
        server.run(line);
    }
    server.advance_ms(5);
    let digest = server.run("DEBUG DIGEST-VALUE s l i t z h x");
    server.check(&[("DEBUG RELOAD", "+OK"), ("DBSIZE", ":7"), ("TTL s", ":100"), ("OBJECT ENCODING i", "\"intset\"")]);
    assert_eq!(server.run("DEBUG DIGEST-VALUE s l i t z h x"), digest);
    assert_eq!(server.run("XPENDING x g"), "[:1, \"1-1\", \"1-1\", [[\"c\", \"1\"]]]");
    assert!(server.run("DEBUG RELOAD NOSAVE").starts_with("-ERR Error trying to load the RDB dump"));
}

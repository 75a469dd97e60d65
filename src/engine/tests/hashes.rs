//! The hash group. Replies were taken from a real 7.0.15.

use std::collections::BTreeSet;

use crate::engine::testing::Server;
use crate::resp::Value;

const WRONG_TYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";

#[test]
fn fields_are_written_and_read() {
    Server::new(false).check(&[
        ("HSET h a 1 b 2 a 3", ":2"),
        ("HGET h a", "\"3\""),
        ("HGET h x", "nil"),
        ("HGET missing a", "nil"),
        ("HMGET h a x b", "[\"3\", nil, \"2\"]"),
        ("HMGET missing a b", "[nil, nil]"),
        ("HSETNX h a 9", ":0"),
        ("HSETNX h c 9", ":1"),
        ("HLEN h", ":3"),
        ("HSTRLEN h c", ":1"),
        ("HSTRLEN h x", ":0"),
        ("HEXISTS h a", ":1"),
        ("HEXISTS missing a", ":0"),
        ("HGETALL h", "{\"a\": \"3\", \"b\": \"2\", \"c\": \"9\"}"),
        ("HKEYS h", "[\"a\", \"b\", \"c\"]"),
        ("HVALS h", "[\"3\", \"2\", \"9\"]"),
        ("HGETALL missing", "{}"),
        ("HKEYS missing", "[]"),
        ("HDEL h a x b", ":2"),
        ("HDEL h c c", ":1"),
        ("EXISTS h", ":0"),
        ("HDEL h c", ":0"),
        ("HMSET h a 1", "+OK"),
        ("HSET h a", "-ERR wrong number of arguments for 'hset' command"),
        ("HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command"),
        ("HMSET h a 1 b", "-ERR wrong number of arguments for 'hmset' command"),
    ]);
}

#[test]
fn amounts_are_added_as_integers_or_as_long_doubles() {
    Server::new(false).check(&[
        ("HINCRBY h n 2", ":2"),
        ("HINCRBY h n -5", ":-3"),
        ("HINCRBY h n x", "-ERR value is not an integer or out of range"),
        ("HSET h word x space ' 1' most 9223372036854775807 large inf", ":4"),
        ("HINCRBY h word 1", "-ERR hash value is not an integer"),
        ("HINCRBY h space 1", "-ERR hash value is not an integer"),
        ("HINCRBY h most 1", "-ERR increment or decrement would overflow"),
        ("HINCRBYFLOAT h n 0.1", "\"-2.9\""),
        ("HINCRBYFLOAT h f 1e3", "\"1000\""),
        ("HINCRBYFLOAT h f x", "-ERR value is not a valid float"),
        ("HINCRBYFLOAT h f inf", "-ERR value is NaN or Infinity"),
        ("HINCRBYFLOAT h word 1", "-ERR hash value is not a float"),
        ("HINCRBYFLOAT h large 1", "-ERR increment would produce NaN or Infinity"),
        ("HINCRBYFLOAT h most 1", "\"9223372036854775808\""),
        ("SET s v", "+OK"),
        ("HINCRBY s n x", "-ERR value is not an integer or out of range"),
        ("HINCRBY s n 1", WRONG_TYPE),
        ("HINCRBYFLOAT s n 1", WRONG_TYPE),
    ]);
}

#[test]
fn another_type_is_refused_by_all() {
    let mut server = Server::new(false);
    server.run("SET s v");
    for line in [
        "HSET s a 1",
        "HMSET s a 1",
        "HSETNX s a 1",
        "HGET s a",
        "HMGET s a",
        "HDEL s a",
        "HLEN s",
        "HSTRLEN s a",
        "HEXISTS s a",
        "HGETALL s",
        "HKEYS s",
        "HVALS s",
        "HSCAN s 0 COUNT x",
        "HRANDFIELD s",
        "HRANDFIELD s 2 WITHVALUES",
    ] {
        assert_eq!(server.run(line), WRONG_TYPE, "{line}");
    }
}

#[test]
fn a_long_word_or_one_field_too_many_make_a_table_for_good() {
    let mut server = Server::new(false);
    server.check(&[
        ("CONFIG SET hash-max-listpack-entries 2 hash-max-ziplist-value 5", "+OK"),
        ("HSET h a 12345", ":1"),
        ("OBJECT ENCODING h", "\"listpack\""),
        ("HSET h a 123456", ":0"),
        ("OBJECT ENCODING h", "\"hashtable\""),
        ("HSET h a 1", ":0"),
        ("OBJECT ENCODING h", "\"hashtable\""),
        ("HSET few a 1 b 2", ":2"),
        ("OBJECT ENCODING few", "\"listpack\""),
        ("HSETNX few c 3", ":1"),
        ("OBJECT ENCODING few", "\"hashtable\""),
        // The field that is there already keeps the hash as it is, however long the value that is not stored.
        ("HSET kept a 1", ":1"),
        ("HSETNX kept a 123456", ":0"),
        ("OBJECT ENCODING kept", "\"listpack\""),
        ("HINCRBYFLOAT kept a 0.00001", "\"1.00001\""),
        ("OBJECT ENCODING kept", "\"hashtable\""),
    ]);
}

#[test]
fn sums_of_floats_travel_as_values() {
    let mut server = Server::new(false);
    for line in ["HINCRBYFLOAT h f 0.1", "HINCRBY h n 1", "HSETNX h n 2", "HDEL h x"] {
        server.run(line);
    }
    assert_eq!(server.effects(), ["HSET h f 0.1", "HINCRBY h n 1"]);
}

#[test]
fn random_fields_come_in_the_protocols_shape() {
    let mut server = Server::new(false);
    server.check(&[
        ("HSET h a 1", ":1"),
        ("HRANDFIELD h", "\"a\""),
        ("HRANDFIELD missing", "nil"),
        ("HRANDFIELD missing 3", "[]"),
        ("HRANDFIELD h 0", "[]"),
        ("HRANDFIELD h 5", "[\"a\"]"),
        ("HRANDFIELD h -3", "[\"a\", \"a\", \"a\"]"),
        ("HRANDFIELD h 5 WITHVALUES", "[\"a\", \"1\"]"),
        ("HRANDFIELD h -2 withvalues", "[\"a\", \"1\", \"a\", \"1\"]"),
        ("HRANDFIELD h 1 VALUES", "-ERR syntax error"),
        ("HRANDFIELD h 1 WITHVALUES x", "-ERR syntax error"),
        ("HRANDFIELD h x", "-ERR value is not an integer or out of range"),
        (
            "HRANDFIELD h -9223372036854775808",
            "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ),
        ("HRANDFIELD h -9223372036854770000 WITHVALUES", "-ERR value is out of range"),
    ]);
    server.run("HELLO 3");
    server.check(&[
        ("HRANDFIELD h -2 WITHVALUES", "[[\"a\", \"1\"], [\"a\", \"1\"]]"),
        ("HRANDFIELD h 2 WITHVALUES", "[[\"a\", \"1\"]]"),
    ]);
}

/// The fields of a reply.
fn fields(value: Value) -> Vec<String> {
    let Value::Array(items) = value else { panic!("no array: {value:?}") };
    items.iter().map(crate::engine::testing::show).collect()
}

#[test]
fn each_of_many_random_fields_is_another_until_all_are_there() {
    for entries in [512, 0] {
        let mut server = Server::new(false);
        server.run(&format!("CONFIG SET hash-max-listpack-entries {entries}"));
        for n in 0..100 {
            server.run(&format!("HSET h {n} v"));
        }
        for count in [2, 20, 34, 90, 99, 100, 101] {
            let chosen = fields(server.value(&format!("HRANDFIELD h {count}")));
            let distinct: BTreeSet<&String> = chosen.iter().collect();
            assert_eq!((chosen.len(), distinct.len()), (count.min(100), count.min(100)));
        }
        let repeated = fields(server.value("HRANDFIELD h -1000"));
        assert!(repeated.len() == 1_000 && repeated.iter().collect::<BTreeSet<_>>().len() > 90);
    }
}

#[test]
fn a_walk_finds_every_field_with_its_value() {
    let mut server = Server::new(false);
    for n in 0..700 {
        server.run(&format!("HSET h f:{n} v:{n}"));
    }
    let (mut cursor, mut found, mut turns) = ("0".to_owned(), BTreeSet::new(), 0);
    loop {
        let Value::Array(parts) = server.value(&format!("HSCAN h {cursor} COUNT 50")) else { panic!("no array") };
        let flat = fields(parts[1].clone());
        for pair in flat.chunks_exact(2) {
            assert_eq!(pair[0].replace('f', "v"), pair[1]);
            found.insert(pair[0].clone());
        }
        turns += 1;
        cursor = crate::engine::testing::show(&parts[0]).trim_matches('"').to_owned();
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(found.len(), 700);
    assert!(turns > 10, "{turns} turns");
    server.check(&[
        ("HSET few a 1 b 2 ab 3", ":3"),
        ("HSCAN few 77 COUNT 1", "[\"0\", [\"a\", \"1\", \"b\", \"2\", \"ab\", \"3\"]]"),
        ("HSCAN few 0 MATCH a*", "[\"0\", [\"a\", \"1\", \"ab\", \"3\"]]"),
        ("HSCAN missing x", "-ERR invalid cursor"),
        ("HSCAN missing 0 COUNT x", "[\"0\", []]"),
        ("HSCAN few 0 COUNT 0", "-ERR syntax error"),
        ("HSCAN few 0 TYPE hash", "-ERR syntax error"),
    ]);
}

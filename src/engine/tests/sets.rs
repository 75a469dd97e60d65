//! The set group. Replies were taken from a real 7.0.15.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::testing::{Server, show};
use crate::resp::Value;

const WRONG_TYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";

/// The members of a reply.
fn members(value: &Value) -> Vec<String> {
    match value {
        Value::Set(items) | Value::Array(items) => items.iter().map(show).collect(),
        Value::Bulk(_) => vec![show(value)],
        other => panic!("no members: {other:?}"),
    }
}

/// A server with a set of so many integers, or of words.
fn filled(count: usize, prefix: &str) -> Server {
    let mut server = Server::new(false);
    for n in 0..count {
        server.run(&format!("SADD s {prefix}{n}"));
    }
    server.effects();
    server
}

#[test]
fn members_are_added_looked_for_and_removed() {
    Server::new(false).check(&[
        ("SADD s 3 1 2 1", ":3"),
        ("SADD s 1", ":0"),
        ("SMEMBERS s", "[\"1\", \"2\", \"3\"]"),
        ("SCARD s", ":3"),
        ("SISMEMBER s 2", ":1"),
        ("SISMEMBER s 02", ":0"),
        ("SMISMEMBER s 1 x 3", "[:1, :0, :1]"),
        ("SMISMEMBER missing 1 x", "[:0, :0]"),
        ("SREM s 1 x 2", ":2"),
        ("SREM s 3 3 3", ":1"),
        ("EXISTS s", ":0"),
        ("SREM s 3", ":0"),
        ("SMEMBERS s", "[]"),
        ("SCARD s", ":0"),
        ("SISMEMBER s 3", ":0"),
    ]);
}

#[test]
fn integers_stay_in_order_until_a_word_or_one_too_many_comes() {
    Server::new(false).check(&[
        ("CONFIG SET set-max-intset-entries 3", "+OK"),
        ("SADD s 9223372036854775807 -9223372036854775808 0", ":3"),
        ("OBJECT ENCODING s", "\"intset\""),
        ("SMEMBERS s", "[\"-9223372036854775808\", \"0\", \"9223372036854775807\"]"),
        ("SADD s 1", ":1"),
        ("OBJECT ENCODING s", "\"hashtable\""),
        ("SREM s 1 0", ":2"),
        ("OBJECT ENCODING s", "\"hashtable\""),
        ("SADD t 1", ":1"),
        ("SADD t 9223372036854775808", ":1"),
        ("OBJECT ENCODING t", "\"hashtable\""),
        ("SADD word a", ":1"),
        ("OBJECT ENCODING word", "\"hashtable\""),
        // What is stored anew takes the form it needs.
        ("SINTERSTORE t t t t", ":2"),
        ("SREM t 9223372036854775808", ":1"),
        ("SUNIONSTORE t t", ":1"),
        ("OBJECT ENCODING t", "\"intset\""),
    ]);
}

#[test]
fn another_type_is_refused_by_all_even_beside_missing_keys() {
    let mut server = Server::new(false);
    server.run("SET x v");
    server.run("SADD s 1");
    for line in [
        "SADD x 1",
        "SREM x 1",
        "SCARD x",
        "SISMEMBER x 1",
        "SMISMEMBER x 1",
        "SMEMBERS x",
        "SRANDMEMBER x",
        "SRANDMEMBER x 1",
        "SPOP x",
        "SPOP x 0",
        "SSCAN x 0 COUNT x",
        "SINTER missing x",
        "SINTER x missing",
        "SINTERSTORE d missing x",
        "SINTERCARD 2 missing x",
        "SUNION missing x",
        "SUNIONSTORE d s x",
        "SDIFF missing x",
        "SDIFFSTORE d s x",
        "SMOVE x s 1",
        "SMOVE s x nosuch",
    ] {
        assert_eq!(server.run(line), WRONG_TYPE, "{line}");
    }
    server.check(&[("SMOVE missing x 1", ":0"), ("EXISTS d", ":0")]);
}

#[test]
fn a_member_moves_from_one_set_to_another() {
    let mut server = Server::new(false);
    server.check(&[
        ("SADD a 1 2 x", ":3"),
        ("SADD b 2", ":1"),
        ("SMOVE a b nosuch", ":0"),
        ("SMOVE a a 1", ":1"),
        ("SMOVE a a nosuch", ":0"),
        ("SMOVE a b 1", ":1"),
        ("SMOVE a b 2", ":1"),
        ("SMEMBERS b", "[\"1\", \"2\"]"),
        ("OBJECT ENCODING b", "\"intset\""),
        ("SMOVE a b x", ":1"),
        ("EXISTS a", ":0"),
        ("OBJECT ENCODING b", "\"hashtable\""),
        ("SMOVE b a 1", ":1"),
        ("OBJECT ENCODING a", "\"intset\""),
    ]);
}

#[test]
fn sets_are_combined_and_stored() {
    let mut server = Server::new(false);
    server.check(&[
        ("SADD a 1 2 3 4", ":4"),
        ("SADD b 3 4 5", ":3"),
        ("SADD c 4", ":1"),
        ("SINTER a b", "[\"3\", \"4\"]"),
        ("SINTER a b missing", "[]"),
        ("SUNION a b c missing", "[\"1\", \"2\", \"3\", \"4\", \"5\"]"),
        ("SDIFF a c", "[\"1\", \"2\", \"3\"]"),
        ("SDIFF a b missing c", "[\"1\", \"2\"]"),
        ("SDIFF a c a", "[]"),
        ("SDIFF missing a", "[]"),
        ("SDIFF a c c c c c c c c c", "[\"1\", \"2\", \"3\"]"),
        ("SINTERSTORE d a b", ":2"),
        ("SUNIONSTORE a a b", ":5"),
        ("SDIFFSTORE d a b", ":2"),
        ("SMEMBERS d", "[\"1\", \"2\"]"),
        ("SET d v EX 100", "+OK"),
        ("SINTERSTORE d a", ":5"),
        ("TTL d", ":-1"),
        ("SDIFFSTORE d a a", ":0"),
        ("EXISTS d", ":0"),
        ("SINTERCARD 2 a b", ":3"),
        ("SINTERCARD 2 a b LIMIT 2", ":2"),
        ("SINTERCARD 2 a b LIMIT 0 limit 9", ":3"),
        ("SINTERCARD 2 a missing", ":0"),
        ("SINTERCARD 0 a", "-ERR numkeys should be greater than 0"),
        ("SINTERCARD x a", "-ERR numkeys should be greater than 0"),
        ("SINTERCARD 2 a", "-ERR Number of keys can't be greater than number of args"),
        ("SINTERCARD 1 a b", "-ERR syntax error"),
        ("SINTERCARD 1 a LIMIT", "-ERR syntax error"),
        ("SINTERCARD 1 a LIMIT -1", "-ERR LIMIT can't be negative"),
        ("SINTERCARD 1 a LIMIT x", "-ERR LIMIT can't be negative"),
    ]);
}

#[test]
fn random_members_are_chosen_with_and_without_repetition() {
    for prefix in ["", "member:"] {
        let mut server = filled(100, prefix);
        for count in [1, 2, 20, 34, 90, 99, 100, 1_000] {
            let chosen = members(&server.value(&format!("SRANDMEMBER s {count}")));
            let distinct: BTreeSet<&String> = chosen.iter().collect();
            assert_eq!((chosen.len(), distinct.len()), (count.min(100), count.min(100)));
        }
        assert_eq!(members(&server.value("SRANDMEMBER s -300")).len(), 300);
        assert_eq!(server.run("SCARD s"), ":100");
    }
    Server::new(false).check(&[
        ("SRANDMEMBER missing", "nil"),
        ("SRANDMEMBER missing 2", "[]"),
        ("SADD s a", ":1"),
        ("SRANDMEMBER s 0", "[]"),
        ("SRANDMEMBER s -3", "[\"a\", \"a\", \"a\"]"),
        ("SRANDMEMBER s 1 2", "-ERR syntax error"),
        ("SRANDMEMBER s x", "-ERR value is not an integer or out of range"),
        (
            "SRANDMEMBER s -9223372036854775808",
            "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ),
        ("SPOP missing", "nil"),
        ("SPOP missing 2", "[]"),
        ("SPOP s -1", "-ERR value is out of range, must be positive"),
        ("SPOP s x", "-ERR value is out of range, must be positive"),
        ("SPOP s 1 2", "-ERR syntax error"),
        ("SPOP s 0", "[]"),
        ("SPOP s", "\"a\""),
        ("EXISTS s", ":0"),
    ]);
}

#[test]
fn every_member_has_the_same_chance() {
    // Of larger tables some members are likelier than others, as in Redis: it chooses among fifteen neighbours.
    for prefix in ["", "member:"] {
        let mut server = filled(10, prefix);
        for line in ["SRANDMEMBER s -1000", "SRANDMEMBER s 2", "SRANDMEMBER s 8", "SRANDMEMBER s 1"] {
            let mut times: BTreeMap<String, f64> = BTreeMap::new();
            let mut total = 0.0;
            while total < 20_000.0 {
                for member in members(&server.value(line)) {
                    *times.entry(member).or_default() += 1.0;
                    total += 1.0;
                }
            }
            let expected = total / 10.0;
            let chi_square: f64 = times.values().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
            assert!(times.len() == 10 && chi_square < 40.0, "{line} of {prefix}*: {chi_square}");
        }
    }
}

#[test]
fn what_was_popped_travels_as_removals() {
    for prefix in ["", "member:"] {
        // Few, nearly all, all.
        for count in [1, 10, 95, 99] {
            let mut server = filled(100, prefix);
            let popped = members(&server.value(&format!("SPOP s {count}")));
            assert_eq!(popped.iter().collect::<BTreeSet<_>>().len(), count);
            assert_eq!(server.run("SCARD s"), format!(":{}", 100 - count));
            let left = members(&server.value("SMEMBERS s"));
            assert!(left.iter().all(|member| !popped.contains(member)));
            let mut removals: Vec<String> =
                popped.iter().map(|member| format!("SREM s {}", member.trim_matches('"'))).collect();
            if count > 1 {
                removals.insert(0, "MULTI".to_owned());
                removals.push("EXEC".to_owned());
            }
            assert_eq!(server.effects(), removals);
        }
    }
    let mut server = filled(3, "");
    for line in ["SPOP s 0", "SPOP s 3", "SADD s 7", "SPOP s", "SPOP s"] {
        server.run(line);
    }
    assert_eq!(server.effects(), ["DEL s", "SADD s 7", "SREM s 7"]);
}

#[test]
fn a_walk_finds_all_members_that_stay_while_the_table_shrinks() {
    let mut server = filled(800, "member:");
    let (mut cursor, mut found, mut turn) = ("0".to_owned(), BTreeSet::new(), 0);
    loop {
        let Value::Array(parts) = server.value(&format!("SSCAN s {cursor}")) else { panic!("no array") };
        found.extend(members(&parts[1]));
        cursor = show(&parts[0]).trim_matches('"').to_owned();
        if cursor == "0" {
            break;
        }
        turn += 1;
        if turn == 5 {
            for n in 20..800 {
                server.run(&format!("SREM s member:{n}"));
            }
        }
    }
    assert!((0..20).all(|n| found.contains(&format!("\"member:{n}\""))));
    server.check(&[
        ("SADD few 1 2 12", ":3"),
        ("SSCAN few 9 COUNT 1", "[\"0\", [\"1\", \"2\", \"12\"]]"),
        ("SSCAN few 0 MATCH 1*", "[\"0\", [\"1\", \"12\"]]"),
        ("SSCAN missing x", "-ERR invalid cursor"),
        ("SSCAN few ' 0'", "-ERR invalid cursor"),
        ("SSCAN missing 0 COUNT", "[\"0\", []]"),
        ("SSCAN few 0 COUNT", "-ERR syntax error"),
        ("SSCAN few 0 COUNT -1", "-ERR syntax error"),
        ("SSCAN few 0 COUNT x", "-ERR value is not an integer or out of range"),
    ]);
}

#[test]
fn memory_is_accounted_whatever_is_done() {
    let mut server = filled(700, "");
    for line in ["SPOP s 650", "SMOVE s t 1", "SPOP s 49", "SUNIONSTORE u s t", "SDIFFSTORE s u t", "SPOP u 3"] {
        server.run(line);
        server.engine.keyspace.audit();
    }
    for n in 0..600 {
        server.run(&format!("HSET h field:{n} value"));
    }
    for line in ["HINCRBYFLOAT h x 0.5", "HDEL h field:1 field:2", "HSET h field:3 other"] {
        server.run(line);
        server.engine.keyspace.audit();
    }
    server.run("SADD s v w");
    server.run("SPOP s 9");
    server.run("DEL s t u h");
    server.engine.keyspace.audit();
    assert_eq!(server.engine.keyspace.len(), 0);
}

#[test]
fn debug_tells_of_tables_and_digests() {
    let mut server = filled(3, "");
    let no_table = "-ERR The value stored at the specified key is not represented using an hash table";
    server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
    server.check(&[
        ("DEBUG HTSTATS-KEY s", no_table),
        ("DEBUG HTSTATS-KEY missing", "-ERR no such key"),
        ("DEBUG LISTPACK s", "-ERR Not a listpack encoded object."),
        ("SET str x", "+OK"),
        ("SADD hs a b 1 2 3 4 5 6", ":8"),
        // Measured on 7.0.15.
        (
            "DEBUG DIGEST-VALUE str nosuch hs",
            "[+e1c099d36d86ec50b7f83540e7e59065055be33d, +0000000000000000000000000000000000000000, \
             +33e92367180eb633ce2ad31c4627ce76b9c656a0]",
        ),
    ]);
    let stats = server.run("DEBUG HTSTATS-KEY hs");
    assert!(stats.contains("number of elements: 8"), "{stats}");
}

//! The sorted set group. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;

const NAN: &str = "-ERR resulting score is not a number (NaN)";

#[test]
fn zadd_adds_and_changes_under_conditions() {
    Server::new(false).check(&[
        ("ZADD z 1 a 2 b", ":2"),
        ("ZADD z 1 a 3 b 4 c", ":1"),
        ("ZADD z CH 1 a 5 b 6 d", ":2"),
        ("ZADD z NX 9 a 7 e", ":1"),
        ("ZADD z XX CH 8 a 7 f", ":1"),
        ("ZADD z GT CH 7 a 6 b", ":1"),
        ("ZADD z LT CH 9 a 5 b", ":1"),
        ("ZADD z XX GT INCR 1 b", "Double(6.0)"),
        ("ZADD z XX LT INCR 1 b", "nil"),
        ("ZADD z NX INCR 1 b", "nil"),
        ("ZADD z INCR 1.5 g", "Double(1.5)"),
        ("ZADD missing XX INCR 1 a", "nil"),
        ("ZADD missing XX 1 a", ":0"),
        ("EXISTS missing", ":0"),
        ("ZADD z 1", "-ERR wrong number of arguments for 'zadd' command"),
        ("ZADD z 1 a 2", "-ERR syntax error"),
        ("ZADD z NX XX", "-ERR syntax error"),
        ("ZADD z NX XX 1 a", "-ERR XX and NX options at the same time are not compatible"),
        ("ZADD z NX GT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"),
        ("ZADD z GT LT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"),
        ("ZADD z INCR 1 a 2 b", "-ERR INCR option supports a single increment-element pair"),
        ("ZADD z x a", "-ERR value is not a valid float"),
        ("ZADD z nan a", "-ERR value is not a valid float"),
        ("ZADD z 1 h 1e400 a", "-ERR value is not a valid float"),
        ("ZSCORE z h", "nil"),
        ("ZADD z 0x10 h", ":1"),
        ("ZSCORE z h", "Double(16.0)"),
        ("ZADD z inf i", ":1"),
        ("ZINCRBY z -inf i", NAN),
        ("ZINCRBY z 1 new", "Double(1.0)"),
        ("ZINCRBY z nx new", "-ERR syntax error"),
        ("SET s v", "+OK"),
        ("ZADD s 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
    ]);
}

#[test]
fn a_key_goes_with_its_last_member() {
    let mut server = Server::new(false);
    server.check(&[
        ("ZADD z 1 a 2 b 3 c 4 d", ":4"),
        ("ZREM z a x", ":1"),
        ("ZREMRANGEBYRANK z 0 0", ":1"),
        ("ZREMRANGEBYSCORE z 3 (4", ":1"),
        ("ZREMRANGEBYLEX z - +", ":1"),
        ("EXISTS z", ":0"),
        ("ZREMRANGEBYRANK z 0 x", "-ERR value is not an integer or out of range"),
        ("ZREMRANGEBYSCORE z 0 x", "-ERR min or max is not a float"),
        ("ZREMRANGEBYLEX z 0 x", "-ERR min or max not valid string range item"),
        ("ZADD z 1 a", ":1"),
        ("ZPOPMIN z", "[\"a\", Double(1.0)]"),
        ("EXISTS z", ":0"),
    ]);
}

#[test]
fn ranges_are_taken_by_rank_score_and_bytes_up_and_down() {
    Server::new(false).check(&[
        ("ZADD z 1 a 2 b 3 c 4 d", ":4"),
        ("ZRANGE z 0 -1", "[\"a\", \"b\", \"c\", \"d\"]"),
        ("ZRANGE z 1 2 WITHSCORES", "[\"b\", Double(2.0), \"c\", Double(3.0)]"),
        ("ZRANGE z 0 1 REV", "[\"d\", \"c\"]"),
        ("ZREVRANGE z -2 -1", "[\"b\", \"a\"]"),
        ("ZRANGE z (1 3 BYSCORE", "[\"b\", \"c\"]"),
        ("ZRANGE z 3 (1 BYSCORE REV", "[\"c\", \"b\"]"),
        ("ZRANGE z -inf +inf BYSCORE LIMIT 1 2", "[\"b\", \"c\"]"),
        ("ZRANGE z -inf +inf BYSCORE LIMIT 1 -1", "[\"b\", \"c\", \"d\"]"),
        ("ZRANGE z -inf +inf BYSCORE LIMIT -1 2", "[]"),
        ("ZRANGE z [b (d BYLEX", "[\"b\", \"c\"]"),
        ("ZRANGE z + [c BYLEX REV", "[\"d\", \"c\"]"),
        ("ZRANGEBYLEX z - + LIMIT 3 5", "[\"d\"]"),
        ("ZREVRANGEBYLEX z (c -", "[\"b\", \"a\"]"),
        ("ZRANGEBYSCORE z 2 9 WITHSCORES LIMIT 0 1", "[\"b\", Double(2.0)]"),
        ("ZREVRANGEBYSCORE z 9 3", "[\"d\", \"c\"]"),
        ("ZCOUNT z (1 +inf", ":3"),
        ("ZCOUNT z \"\" \" 2\"", ":2"),
        ("ZLEXCOUNT z [b +", ":3"),
        (
            "ZRANGE z 0 1 LIMIT 0 1",
            "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
        ),
        ("ZRANGE z - + BYLEX WITHSCORES", "-ERR syntax error, WITHSCORES not supported in combination with BYLEX"),
        ("ZRANGE z 0 1 BYSCORE BYLEX", "-ERR syntax error"),
        ("ZRANGE z a b BYSCORE", "-ERR min or max is not a float"),
        ("ZRANGE z a b BYLEX", "-ERR min or max not valid string range item"),
        ("ZREVRANGE z 0 1 BYSCORE", "-ERR syntax error"),
        ("ZRANGESTORE d z 1 2", ":2"),
        ("ZRANGE d 0 -1 WITHSCORES", "[\"b\", Double(2.0), \"c\", Double(3.0)]"),
        ("ZRANGESTORE d z 5 6", ":0"),
        ("EXISTS d", ":0"),
        ("ZRANGESTORE d z 5 6 WITHSCORES", "-ERR syntax error"),
        ("ZRANK z c", ":2"),
        ("ZREVRANK z c", ":1"),
        ("ZRANK z x", "nil"),
        ("ZMSCORE z a x", "[Double(1.0), nil]"),
    ]);
}

#[test]
fn unions_and_their_kin_weigh_and_aggregate() {
    Server::new(false).check(&[
        ("ZADD one 1 a 2 b 3 c", ":3"),
        ("ZADD two 10 b 20 c 30 d", ":3"),
        ("SADD set c d e", ":3"),
        (
            "ZUNION 2 one two WITHSCORES",
            "[\"a\", Double(1.0), \"b\", Double(12.0), \"c\", Double(23.0), \"d\", Double(30.0)]",
        ),
        ("ZINTER 2 one two WEIGHTS 10 1 AGGREGATE MAX WITHSCORES", "[\"b\", Double(20.0), \"c\", Double(30.0)]"),
        ("ZINTER 2 one set WITHSCORES", "[\"c\", Double(4.0)]"),
        ("ZDIFF 2 one two WITHSCORES", "[\"a\", Double(1.0)]"),
        ("ZINTERCARD 2 one two", ":2"),
        ("ZINTERCARD 2 one two LIMIT 1", ":1"),
        ("ZINTERCARD 2 one two LIMIT -1", "-ERR LIMIT can't be negative"),
        ("ZUNIONSTORE out 3 one set missing AGGREGATE MIN", ":5"),
        (
            "ZRANGE out 0 -1 WITHSCORES",
            "[\"a\", Double(1.0), \"c\", Double(1.0), \"d\", Double(1.0), \"e\", Double(1.0), \"b\", Double(2.0)]",
        ),
        ("OBJECT ENCODING out", "\"listpack\""),
        ("ZINTERSTORE one 1 one WEIGHTS 2", ":3"),
        ("ZSCORE one c", "Double(6.0)"),
        ("ZDIFFSTORE out 2 one one", ":0"),
        ("EXISTS out", ":0"),
        ("ZUNION 0 one", "-ERR at least 1 input key is needed for 'zunion' command"),
        ("ZUNION 2 one", "-ERR syntax error"),
        ("ZUNION x one", "-ERR value is not an integer or out of range"),
        ("ZUNION 1 one WEIGHTS x", "-ERR weight value is not a float"),
        ("ZUNION 1 one AGGREGATE x", "-ERR syntax error"),
        ("ZDIFF 1 one WEIGHTS 1", "-ERR syntax error"),
        ("ZUNIONSTORE out 1 one WITHSCORES", "-ERR syntax error"),
        ("ZADD inf inf a", ":1"),
        ("ZUNION 2 inf inf WEIGHTS 1 -1 WITHSCORES", "[\"a\", Double(0.0)]"),
        ("ZUNION 1 inf WEIGHTS 0 WITHSCORES", "[\"a\", Double(0.0)]"),
        ("SET s v", "+OK"),
        ("ZUNION 2 one s WEIGHTS", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
    ]);
}

#[test]
fn pops_take_from_either_end_and_answer_by_protocol() {
    let mut server = Server::new(false);
    server.check(&[
        ("ZADD z 1 a 2 b 3 c 4 d 5 e", ":5"),
        ("ZPOPMIN z", "[\"a\", Double(1.0)]"),
        ("ZPOPMAX z 2", "[\"e\", Double(5.0), \"d\", Double(4.0)]"),
        ("ZPOPMAX z 0", "[]"),
        ("ZPOPMAX z -1", "-ERR value is out of range, must be positive"),
        ("ZPOPMAX z x", "-ERR value is out of range, must be positive"),
        ("ZPOPMAX z 1 2", "-ERR syntax error"),
        ("ZMPOP 2 missing z MIN", "[\"z\", [[\"b\", Double(2.0)]]]"),
        ("ZMPOP 2 missing z MAX COUNT 10", "[\"z\", [[\"c\", Double(3.0)]]]"),
        ("ZMPOP 2 missing z MAX", "nil-array"),
        ("ZMPOP 0 z MIN", "-ERR numkeys should be greater than 0"),
        ("ZMPOP 1 z MID", "-ERR syntax error"),
        ("ZMPOP 1 z MIN COUNT 0", "-ERR count should be greater than 0"),
        ("ZMPOP 1 z MIN COUNT 1 COUNT 2", "-ERR syntax error"),
        ("ZPOPMIN missing 5", "[]"),
        ("ZADD z 1 a 2 b 3 c", ":3"),
    ]);
    server.run("HELLO 3");
    server.check(&[
        ("ZPOPMIN z 2", "[[\"a\", Double(1.0)], [\"b\", Double(2.0)]]"),
        ("ZRANGE z 0 -1 WITHSCORES", "[[\"c\", Double(3.0)]]"),
        ("ZPOPMIN z", "[\"c\", Double(3.0)]"),
    ]);
}

#[test]
fn replicas_are_told_what_was_popped() {
    let mut server = Server::new(false);
    server.run("ZADD z 1 a 2 b 3 c 4 d");
    server.effects();
    for (line, effects) in [
        ("ZMPOP 2 missing z MIN COUNT 2", &["ZPOPMIN z 2"][..]),
        ("BZPOPMAX z 0", &["ZPOPMAX z"]),
        ("BZMPOP 0 1 z MAX COUNT 7", &["ZPOPMAX z 1"]),
        ("ZMPOP 1 z MIN", &[]),
        ("ZADD z XX 1 a", &[]),
        ("ZADD z 1 a", &["SELECT 0", "ZADD z 1 a"]),
        ("ZADD z 1 a", &[]),
        ("ZUNIONSTORE d 1 z", &["ZUNIONSTORE d 1 z"]),
    ] {
        server.run(line);
        let mut told = server.effects();
        told.retain(|line| effects.contains(&line.as_str()) || line != "SELECT 0");
        let effects: Vec<&str> = effects.iter().copied().filter(|line| *line != "SELECT 0").collect();
        told.retain(|line| line != "SELECT 0");
        assert_eq!(told, effects, "{line}");
    }
}

#[test]
fn a_client_that_waits_is_served_when_a_member_comes() {
    let mut server = Server::new(false);
    let (one, two) = (server.engine.connect(server.host.now, "a"), server.engine.connect(server.host.now, "b"));
    let own = std::mem::replace(&mut server.client, one);
    assert!(server.outcome("BZPOPMIN z other 0").reply.is_none());
    server.client = two;
    assert!(server.outcome("BZMPOP 0 2 z other MAX COUNT 2").reply.is_none());
    server.client = own;
    server.effects();
    server.check(&[("SADD other x", ":1"), ("DEL other", ":1"), ("ZADD z 1 a 2 b 3 c 4 d", ":4"), ("ZCARD z", ":1")]);
    let effects = server.effects();
    assert_eq!(
        effects.iter().filter(|line| line.starts_with("ZPOP")).collect::<Vec<_>>(),
        ["ZPOPMIN z", "ZPOPMAX z 2"]
    );
    server.check(&[
        ("MULTI", "+OK"),
        ("BZPOPMIN missing 0", "+QUEUED"),
        ("BZMPOP 0 1 missing MIN", "+QUEUED"),
        ("EXEC", "[nil-array, nil-array]"),
        ("BZPOPMIN z -1", "-ERR timeout is negative"),
        ("BZPOPMIN z x", "-ERR timeout is not a float or out of range"),
    ]);
}

#[test]
fn random_members_are_as_many_as_asked_for() {
    let mut server = Server::new(false);
    server.check(&[
        ("ZRANDMEMBER z", "nil"),
        ("ZRANDMEMBER z 1", "[]"),
        ("ZADD z 1 a", ":1"),
        ("ZRANDMEMBER z", "\"a\""),
        ("ZRANDMEMBER z -3", "[\"a\", \"a\", \"a\"]"),
        ("ZRANDMEMBER z 3 WITHSCORES", "[\"a\", Double(1.0)]"),
        ("ZRANDMEMBER z 0", "[]"),
        ("ZRANDMEMBER z 1 x", "-ERR syntax error"),
        ("ZRANDMEMBER z -9223372036854775807 WITHSCORES", "-ERR value is out of range"),
        (
            "ZRANDMEMBER z -9223372036854775808",
            "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ),
    ]);
    for i in 0..300 {
        server.run(&format!("ZADD z {i} member:{i}"));
    }
    for count in [1, 10, 100, 150, 300] {
        let crate::resp::Value::Strings(mut members) = server.value(&format!("ZRANDMEMBER z {count}")) else {
            panic!("strings");
        };
        members.sort();
        members.dedup();
        assert_eq!(members.len(), count);
    }
}

#[test]
fn zscan_walks_either_form() {
    let mut server = Server::new(false);
    server.check(&[
        ("ZSCAN z 0", "[\"0\", []]"),
        ("ZADD z 1 a 1e17 b 1e19 c", ":3"),
        ("ZSCAN z 0", "[\"0\", [\"a\", \"1\", \"b\", \"100000000000000000\", \"c\", \"1e+19\"]]"),
        ("ZSCAN z 0 MATCH b", "[\"0\", [\"b\", \"100000000000000000\"]]"),
        ("ZSCAN z x", "-ERR invalid cursor"),
        ("CONFIG SET zset-max-ziplist-entries 3", "+OK"),
        ("ZADD z 4 d", ":1"),
        ("OBJECT ENCODING z", "\"skiplist\""),
        ("ZSCAN z 0 MATCH b", "[\"0\", [\"b\", \"1e+17\"]]"),
    ]);
}

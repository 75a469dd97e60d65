//! The list group. Replies, and what travels to replicas, were taken from a real 7.0.15.

use crate::engine::ClientId;
use crate::engine::testing::{Server, show};
use crate::resp::split_args;

#[test]
fn elements_are_pushed_and_popped_at_both_ends() {
    Server::new(false).check(&[
        ("RPUSH l a b", ":2"),
        ("LPUSH l 1 2", ":4"),
        ("LRANGE l 0 -1", r#"["2", "1", "a", "b"]"#),
        ("RPUSHX l c", ":5"),
        ("LPUSHX missing c", ":0"),
        ("EXISTS missing", ":0"),
        ("LPOP l", "\"2\""),
        ("RPOP l 2", r#"["c", "b"]"#),
        ("LPOP l 0", "[]"),
        ("LPOP l 10", r#"["1", "a"]"#),
        ("EXISTS l", ":0"),
        ("LPOP l", "nil"),
        ("LPOP l 0", "nil-array"),
        ("RPOP l 1", "nil-array"),
        ("LPOP l -1", "-ERR value is out of range, must be positive"),
        ("LPOP l x", "-ERR value is out of range, must be positive"),
        ("LPOP l 1 1", "-ERR wrong number of arguments for 'lpop' command"),
    ]);
}

#[test]
fn positions_count_from_either_end() {
    Server::new(false).check(&[
        ("RPUSH l a b c d e", ":5"),
        ("OBJECT ENCODING l", "\"quicklist\""),
        ("LINDEX l 0", "\"a\""),
        ("LINDEX l -1", "\"e\""),
        ("LINDEX l 5", "nil"),
        ("LINDEX l -6", "nil"),
        ("LINDEX l x", "-ERR value is not an integer or out of range"),
        ("LINDEX missing x", "nil"),
        ("LRANGE l 1 2", r#"["b", "c"]"#),
        ("LRANGE l -2 100", r#"["d", "e"]"#),
        ("LRANGE l -100 0", r#"["a"]"#),
        ("LRANGE l 3 1", "[]"),
        ("LRANGE l 9223372036854775807 -9223372036854775808", "[]"),
        ("LRANGE missing x 0", "-ERR value is not an integer or out of range"),
        ("LSET l -2 D", "+OK"),
        ("LSET l 5 x", "-ERR index out of range"),
        ("LSET l x x", "-ERR value is not an integer or out of range"),
        ("LSET missing x x", "-ERR no such key"),
        ("LTRIM l 1 -2", "+OK"),
        ("LRANGE l 0 -1", r#"["b", "c", "D"]"#),
        ("LLEN l", ":3"),
        ("LTRIM l 5 1", "+OK"),
        ("EXISTS l", ":0"),
        ("LLEN l", ":0"),
    ]);
}

#[test]
fn elements_are_found_by_what_they_are() {
    Server::new(false).check(&[
        ("RPUSH l a b c 1 2 3 c c", ":8"),
        ("LPOS l c", ":2"),
        ("LPOS l c RANK -1", ":7"),
        ("LPOS l c COUNT 0 RANK 2", "[:6, :7]"),
        ("LPOS l c COUNT 2 RANK -1", "[:7, :6]"),
        ("LPOS l c COUNT 0 MAXLEN 3", "[:2]"),
        ("LPOS l c COUNT 0 MAXLEN 7 RANK 2", "[:6]"),
        ("LPOS l x", "nil"),
        ("LPOS l x COUNT 1", "[]"),
        ("LPOS missing x COUNT 1", "[]"),
        ("LPOS l c RANK -9223372036854775808", ":7"),
        ("LPOS l c COUNT -1", "-ERR COUNT can't be negative"),
        ("LPOS l c MAXLEN x", "-ERR MAXLEN can't be negative"),
        ("LPOS l c RANK", "-ERR syntax error"),
        ("LINSERT l BEFORE b x", ":9"),
        ("LINSERT l after 3 y", ":10"),
        ("LINSERT l AFTER nowhere y", ":-1"),
        ("LINSERT missing AFTER x y", ":0"),
        ("LINSERT missing nearby x y", "-ERR syntax error"),
        ("LRANGE l 0 -1", r#"["a", "x", "b", "c", "1", "2", "3", "y", "c", "c"]"#),
        ("LREM l -2 c", ":2"),
        ("LREM l 0 1", ":1"),
        ("LREM l 1 nowhere", ":0"),
        ("LRANGE l 0 -1", r#"["a", "x", "b", "c", "2", "3", "y"]"#),
        ("DEL l", ":1"),
        ("RPUSH l a a", ":2"),
        ("LREM l 0 a", ":2"),
        ("EXISTS l", ":0"),
    ]);
}

#[test]
fn elements_move_between_lists_and_within_one() {
    Server::new(false).check(&[
        ("RPUSH l a b c", ":3"),
        ("LMOVE l l LEFT RIGHT", "\"a\""),
        ("RPOPLPUSH l m", "\"a\""),
        ("LMOVE l m right right", "\"c\""),
        ("LRANGE m 0 -1", r#"["a", "c"]"#),
        ("LMOVE l m LEFT nowhere", "-ERR syntax error"),
        ("SET s x", "+OK"),
        ("LMOVE l s LEFT LEFT", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("LMOVE missing s LEFT LEFT", "nil"),
        ("LRANGE l 0 -1", r#"["b"]"#),
        ("LMOVE l l LEFT LEFT", "\"b\""),
        ("LMPOP 3 missing l m LEFT COUNT 5", r#"["l", ["b"]]"#),
        ("LMPOP 2 l m RIGHT", r#"["m", ["c"]]"#),
        ("LMPOP 2 l s RIGHT", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("LMPOP 1 l LEFT", "nil-array"),
        ("LMPOP 0 l LEFT", "-ERR numkeys should be greater than 0"),
        ("LMPOP 2 l LEFT", "-ERR syntax error"),
        ("LMPOP 1 l LEFT COUNT 0", "-ERR count should be greater than 0"),
        ("LMPOP 1 l LEFT COUNT 1 COUNT 1", "-ERR syntax error"),
    ]);
}

#[test]
fn a_list_tells_how_its_nodes_are_laid_out() {
    let mut server = Server::new(false);
    server.engine.config.enable_debug_command = true;
    let mut layout = |line: &str| {
        server.run(line);
        let text = server.run("DEBUG OBJECT l");
        text.split_once("ql_").map(|(_, layout)| layout.to_owned()).unwrap_or_default()
    };
    let small = "nodes:1 ql_avg_node:3.00 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:14";
    assert_eq!(layout("RPUSH l a 1 70"), small);
    // 7 bytes of a listpack, 7 of 3 elements, 304 of the long one.
    let long = "nodes:1 ql_avg_node:4.00 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:318";
    assert_eq!(layout(&format!("RPUSH l {}", "x".repeat(300))), long);
    layout("DEBUG QUICKLIST-PACKED-THRESHOLD 10b");
    let plain = "nodes:3 ql_avg_node:1.67 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:335";
    assert_eq!(layout("LINSERT l AFTER 1 0123456789"), plain);
}

#[test]
fn memory_is_that_of_nodes_and_listpacks() {
    let mut server = Server::new(false);
    let mut after = |elements: usize, line: &str| {
        server.run("DEL l");
        for n in 0..elements {
            server.run(&format!("RPUSH l element:{n}"));
        }
        server.run(line);
        server.engine.keyspace.audit();
        server.run("MEMORY USAGE l")
    };
    // Measured on 7.0.15.
    assert_eq!(after(10, "PING"), ":256");
    assert_eq!(after(1_000, "PING"), ":13480");
    // One node, 18 bytes of a listpack.
    assert_eq!(after(1_000, "LTRIM l 5 5"), ":152");
}

#[test]
fn what_waits_or_chooses_travels_as_what_it_did() {
    let mut server = Server::new(false);
    let mut effects = |line: &str| {
        server.run("DEL l m");
        server.run("RPUSH l a b c");
        server.effects();
        server.run(line);
        server.effects().join("; ")
    };
    for (line, effect) in [
        ("BLPOP missing l 0", "LPOP l"),
        ("BRPOP l 0", "RPOP l"),
        ("LMPOP 2 missing l LEFT COUNT 2", "LPOP l 2"),
        ("BLMPOP 0 2 missing l RIGHT COUNT 20", "RPOP l 3"),
        ("BLMOVE l m LEFT right 0", "LMOVE l m LEFT right"),
        ("BRPOPLPUSH l m 0", "RPOPLPUSH l m"),
        ("LPOP l 0", ""),
        ("LTRIM l 0 -1", ""),
        ("LREM l 0 x", ""),
        ("LINSERT l BEFORE x y", ""),
    ] {
        assert_eq!(effects(line), effect, "{line}");
    }
}

/// A server with clients that wait.
struct Waiters {
    server: Server,
    clients: Vec<ClientId>,
}

impl Waiters {
    /// Each line by a client of its own, in order.
    fn new(lines: &[&str]) -> Self {
        let mut server = Server::new(false);
        let clients = lines
            .iter()
            .map(|line| {
                let client = server.engine.connect(server.host.now, "127.0.0.1:1");
                let argv = split_args(line.as_bytes()).expect("balanced quotes");
                let outcome = server.engine.execute(&mut server.host, client, &argv);
                assert_eq!(outcome.reply, None, "{line}");
                client
            })
            .collect();
        server.effects();
        Self { server, clients }
    }

    /// What was answered since: who (from 0), and what.
    fn answers(&mut self) -> Vec<String> {
        let clients = &self.clients;
        let number = |client| clients.iter().position(|other| *other == client).expect("one of ours");
        let answers = self.server.engine.take_messages();
        answers.iter().map(|(client, reply)| format!("{}: {}", number(*client), show(reply))).collect()
    }
}

#[test]
fn who_waits_longest_is_served_first() {
    let mut waiters = Waiters::new(&["BLPOP k other 0", "BRPOP k 0", "BLPOP k 0"]);
    waiters.server.run("RPUSH k a b");
    assert_eq!(waiters.answers(), [r#"0: ["k", "a"]"#, r#"1: ["k", "b"]"#]);
    assert_eq!(waiters.server.effects(), ["RPUSH k a b", "LPOP k", "RPOP k"]);
    waiters.server.run("LPUSH other x");
    assert_eq!(waiters.answers(), [""; 0]);
    waiters.server.run("LPUSH k c d");
    assert_eq!(waiters.answers(), [r#"2: ["k", "d"]"#]);
    assert_eq!(waiters.server.run("LRANGE k 0 -1"), r#"["c"]"#);
}

#[test]
fn keys_are_served_in_the_order_they_were_filled_after_the_whole_transaction() {
    let mut waiters = Waiters::new(&[
        "BLMPOP 0 2 k m LEFT COUNT 1",
        "BLMPOP 0 2 k m RIGHT COUNT 10",
        "BLMPOP 0 2 k m LEFT COUNT 10",
        "BLMPOP 0 2 k m RIGHT",
    ]);
    for line in ["MULTI", "LPUSH k a b c", "LPUSH m 1 2 3", "EXEC"] {
        waiters.server.run(line);
    }
    assert_eq!(waiters.answers(), [r#"0: ["k", ["c"]]"#, r#"1: ["k", ["a", "b"]]"#, r#"2: ["m", ["3", "2", "1"]]"#]);
    let effects = waiters.server.effects();
    assert_eq!(effects, ["MULTI", "LPUSH k a b c", "LPUSH m 1 2 3", "EXEC", "LPOP k 1", "RPOP k 2", "LPOP m 3"]);
    for line in ["MULTI", "LPUSH k a", "DEL k", "SET k x", "EXEC", "DEL k", "LPUSH m 1"] {
        waiters.server.run(line);
    }
    assert_eq!(waiters.answers(), [r#"3: ["m", ["1"]]"#]);
}

#[test]
fn what_is_moved_wakes_who_waits_for_it() {
    let mut waiters =
        Waiters::new(&["BLMOVE b c RIGHT LEFT 0", "BLMOVE a b LEFT RIGHT 0", "BRPOPLPUSH c a 0", "BLPOP a 0"]);
    waiters.server.run("RPUSH a x");
    assert_eq!(waiters.answers(), [r#"1: "x""#, r#"0: "x""#, r#"2: "x""#, r#"3: ["a", "x"]"#]);
    let effects = ["RPUSH a x", "LMOVE a b left right", "LMOVE b c right left", "RPOPLPUSH c a", "LPOP a"];
    assert_eq!(waiters.server.effects(), effects);
    assert_eq!(waiters.server.run("KEYS *"), "[]");

    let mut itself = Waiters::new(&["BRPOPLPUSH k k 0"]);
    itself.server.run("RPUSH k x y");
    assert_eq!(itself.answers(), [r#"0: "y""#]);
    assert_eq!(itself.server.run("LRANGE k 0 -1"), r#"["y", "x"]"#);
}

#[test]
fn a_destination_of_another_type_ends_the_wait_and_leaves_the_element() {
    let mut waiters = Waiters::new(&["BRPOPLPUSH k s 0", "BLMOVE k t LEFT LEFT 0"]);
    waiters.server.run("SET s x");
    waiters.server.run("RPUSH k a");
    let wrong = "0: -WRONGTYPE Operation against a key holding the wrong kind of value";
    assert_eq!(waiters.answers(), [wrong, r#"1: "a""#]);
    assert_eq!(waiters.server.run("LRANGE t 0 -1"), r#"["a"]"#);
}

#[test]
fn lists_that_come_from_elsewhere_are_served_too() {
    for lines in [
        ["RPUSH b x", "RENAME b k"],
        ["RPUSH b x", "COPY b k"],
        ["RPUSH b x", "SORT b ALPHA STORE k"],
        ["RPUSH b x", "LMOVE b k LEFT LEFT"],
    ] {
        let mut waiters = Waiters::new(&["BLPOP k 0"]);
        for line in lines {
            waiters.server.run(line);
        }
        assert_eq!(waiters.answers(), [r#"0: ["k", "x"]"#], "{lines:?}");
    }
    let mut waiters = Waiters::new(&["BLPOP k 0"]);
    for line in ["SELECT 1", "RPUSH k x", "SWAPDB 0 1"] {
        waiters.server.run(line);
    }
    assert_eq!(waiters.answers(), [r#"0: ["k", "x"]"#]);
}

#[test]
fn waits_end_and_are_checked_beforehand() {
    let mut waiters = Waiters::new(&["BLPOP k 0.5", "BLMOVE k l LEFT LEFT 1", "BRPOP k 0"]);
    waiters.server.advance_ms(600);
    let Server { engine, host, .. } = &mut waiters.server;
    engine.tick(host);
    assert_eq!(waiters.answers(), ["0: nil-array"]);
    waiters.server.advance_ms(600);
    let Server { engine, host, .. } = &mut waiters.server;
    engine.tick(host);
    assert_eq!(waiters.answers(), ["1: nil-array"]);

    Server::new(false).check(&[
        ("BLPOP k -1", "-ERR timeout is negative"),
        ("BLPOP k x", "-ERR timeout is not a float or out of range"),
        ("BLPOP k nan", "-ERR timeout is not a float or out of range"),
        ("BLPOP k 1e30", "-ERR timeout is negative"),
        ("BLPOP k inf", "-ERR timeout is negative"),
        ("BLMOVE k l LEFT x y", "-ERR syntax error"),
        ("BLMPOP x 0 k LEFT", "-ERR numkeys should be greater than 0"),
        ("BLMPOP x 1 k LEFT", "-ERR timeout is not a float or out of range"),
        ("SET s x", "+OK"),
        ("BLPOP k s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("BLMOVE s k LEFT LEFT 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("MULTI", "+OK"),
        ("BLPOP k 0", "+QUEUED"),
        ("BLMPOP 0 1 k LEFT", "+QUEUED"),
        ("BLMOVE k l LEFT LEFT 0", "+QUEUED"),
        ("EXEC", "[nil-array, nil-array, nil]"),
    ]);
}

#[test]
fn a_copy_is_not_touched_by_what_happens_to_the_list() {
    let mut server = Server::new(false);
    for n in 0..2_000 {
        server.run(&format!("RPUSH l {n}"));
    }
    let copy = server.clone();
    for line in ["LPUSH l x", "RPOP l 500", "LSET l 700 y", "LINSERT l BEFORE 800 z", "LREM l 0 900", "LTRIM l 3 -3"] {
        server.run(line);
        server.engine.keyspace.audit();
    }
    let mut copy = copy;
    let all: Vec<String> = (0..2_000).map(|n| format!("\"{n}\"")).collect();
    assert_eq!(copy.run("LRANGE l 0 -1"), format!("[{}]", all.join(", ")));
    copy.engine.keyspace.audit();
}

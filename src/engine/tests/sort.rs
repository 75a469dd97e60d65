//! SORT and `SORT_RO`. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;

const NOT_A_NUMBER: &str = "-ERR One or more scores can't be converted into double";

#[test]
fn elements_are_sorted_as_numbers_or_as_texts() {
    Server::new(false).check(&[
        ("RPUSH l 10 9 -1 2.5 1e2", ":5"),
        ("SORT l", r#"["-1", "2.5", "9", "10", "1e2"]"#),
        ("SORT l DESC", r#"["1e2", "10", "9", "2.5", "-1"]"#),
        ("SORT l ALPHA", r#"["-1", "10", "1e2", "2.5", "9"]"#),
        ("SORT l LIMIT 1 2", r#"["2.5", "9"]"#),
        ("SORT l LIMIT -5 2", r#"["-1", "2.5"]"#),
        ("SORT l LIMIT 3 -1", r#"["10", "1e2"]"#),
        ("SORT l LIMIT 5 1", "[]"),
        ("SORT l LIMIT 0 0", "[]"),
        ("SORT l LIMIT 0 x", "-ERR value is not an integer or out of range"),
        ("SORT l LIMIT 0", "-ERR syntax error"),
        ("SORT missing", "[]"),
        ("SADD s 3 1 2", ":3"),
        ("SORT s DESC", r#"["3", "2", "1"]"#),
        ("SET t x", "+OK"),
        ("SORT t", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("SORT_RO l STORE x", "-ERR syntax error"),
        ("SORT_RO l BY", "-ERR syntax error"),
    ]);
}

#[test]
fn what_counts_as_a_number_is_up_to_c() {
    let mut server = Server::new(false);
    for (text, sorted) in [
        ("", r#"["", "3"]"#),
        (" 1", r#"[" 1", "3"]"#),
        ("1 ", NOT_A_NUMBER),
        ("inf", r#"["3", "inf"]"#),
        ("-inf", r#"["-inf", "3"]"#),
        ("nan", NOT_A_NUMBER),
        ("1e400", NOT_A_NUMBER),
        ("1e-400", NOT_A_NUMBER),
        ("5e-324", NOT_A_NUMBER),
        ("0x10", r#"["3", "0x10"]"#),
        ("1\\x002", r#"["1\x002", "3"]"#),
    ] {
        server.run("DEL l");
        server.run(&format!("RPUSH l \"{text}\" 3"));
        assert_eq!(server.run("SORT l"), sorted, "{text}");
    }
}

#[test]
fn weights_and_replies_come_from_other_keys() {
    Server::new(false).check(&[
        ("RPUSH l a b c", ":3"),
        ("MSET w_a 3 w_b 1 w_c 2", "+OK"),
        ("HSET h_a name Ann age 30", ":2"),
        ("HSET h_c name Cid age 20", ":2"),
        ("SORT l BY w_*", r#"["b", "c", "a"]"#),
        ("SORT l BY w_* LIMIT 0 1", r#"["b"]"#),
        ("SORT l BY w_* GET # GET w_* GET h_*->name", r#"["b", "1", nil, "c", "2", "Cid", "a", "3", "Ann"]"#),
        ("SORT l BY h_*->age", r#"["b", "c", "a"]"#),
        ("SORT l BY h_*->name ALPHA DESC", r#"["c", "a", "b"]"#),
        ("SORT l BY h_*->name", NOT_A_NUMBER),
        // Weights that are missing or of another type count as 0, and equals are sorted by themselves.
        ("SORT l BY h_* DESC", r#"["c", "b", "a"]"#),
        ("SORT l BY nosort DESC", r#"["c", "b", "a"]"#),
        ("SORT l BY nosort GET x", "[nil, nil, nil]"),
        ("SET a-> 100", "+OK"),
        ("SORT l BY nosort LIMIT 0 1 GET *->", r#"["100"]"#),
    ]);
}

#[test]
fn what_has_an_order_keeps_it_unless_told_otherwise() {
    Server::new(false).check(&[
        ("RPUSH l 5 3 4", ":3"),
        ("SORT l BY nosort", r#"["5", "3", "4"]"#),
        ("SORT l BY nosort DESC LIMIT 0 2", r#"["4", "3"]"#),
        ("ZADD z 1 c 2 a 3 b", ":3"),
        ("OBJECT ENCODING z", "\"listpack\""),
        ("SORT z ALPHA", r#"["a", "b", "c"]"#),
        ("OBJECT ENCODING z", "\"skiplist\""),
        ("SORT z BY nosort", r#"["c", "a", "b"]"#),
        ("SORT z BY nosort DESC LIMIT 0 2", r#"["b", "a"]"#),
        ("SORT z BY nosort LIMIT 3 10", "[]"),
        ("SORT z BY nosort LIMIT -10 100", r#"["c", "a", "b"]"#),
        ("SADD s d c b a", ":4"),
        ("SORT s BY nosort STORE l", ":4"),
        ("LRANGE l 0 -1", r#"["a", "b", "c", "d"]"#),
    ]);
}

#[test]
fn equals_of_which_a_part_is_wanted_stand_as_redis_leaves_them() {
    let mut server = Server::new(false);
    let words: Vec<String> = (0..50).map(|n| format!("e{n:02}")).collect();
    server.run(&format!("RPUSH l {}", words.join(" ")));
    // Nobody has a weight: all are equal.
    let all: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    assert_eq!(server.run("SORT l BY w_* ALPHA"), format!("[{}]", all.join(", ")));
    assert_eq!(server.run("SORT l BY w_* ALPHA LIMIT 0 4"), r#"["e49", "e01", "e02", "e03"]"#);
}

#[test]
fn results_are_stored_as_a_list() {
    let mut server = Server::new(false);
    server.check(&[
        ("RPUSH l 2 1", ":2"),
        ("SET d x EX 100", "+OK"),
        ("SORT l STORE d", ":2"),
        ("LRANGE d 0 -1", r#"["1", "2"]"#),
        ("TTL d", ":-1"),
        ("SORT l BY nosort GET w_* GET # STORE l", ":4"),
        ("LRANGE l 0 -1", r#"["", "2", "", "1"]"#),
        ("SORT l LIMIT 9 1 STORE d", ":0"),
        ("EXISTS d", ":0"),
        ("SORT missing STORE d", ":0"),
    ]);
    let stored = ["SORT l STORE d", "SORT l BY nosort GET w_* GET # STORE l", "SORT l LIMIT 9 1 STORE d"];
    assert_eq!(server.effects()[2..], stored);
}

#[test]
fn a_cluster_has_no_patterns() {
    let mut server = Server::new(true);
    server.run("RPUSH l 2 1");
    server.check(&[
        ("SORT l BY w_*", "-ERR BY option of SORT denied in Cluster mode."),
        ("SORT l BY nosort", r#"["2", "1"]"#),
        ("SORT_RO l GET #", "-ERR GET option of SORT denied in Cluster mode."),
    ]);
}

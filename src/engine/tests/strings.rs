//! The string group. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;

#[test]
fn set_takes_its_options_in_any_order_but_not_in_any_company() {
    Server::new(false).check(&[
        ("SET k v", "+OK"),
        ("SET k w NX", "nil"),
        ("SET k w NX GET", "\"v\""),
        ("SET k w GET XX", "\"v\""),
        ("SET missing w XX", "nil"),
        ("SET missing w XX GET", "nil"),
        ("SET k v NX XX", "-ERR syntax error"),
        ("SET k v EX 10 KEEPTTL", "-ERR syntax error"),
        ("SET k v EX 10 PX 10", "-ERR syntax error"),
        ("SET k v EX", "-ERR syntax error"),
        ("SET k v PERSIST", "-ERR syntax error"),
        ("SET k v EX 0", "-ERR invalid expire time in 'set' command"),
        ("SET k v EX 9223372036854775807", "-ERR invalid expire time in 'set' command"),
        ("SET k v PX abc", "-ERR value is not an integer or out of range"),
        ("SETEX k -1 v", "-ERR invalid expire time in 'setex' command"),
        ("PSETEX k 0 v", "-ERR invalid expire time in 'psetex' command"),
        ("SET k v EX 10", "+OK"),
        ("SET k w KEEPTTL", "+OK"),
        ("TTL k", ":10"),
        ("SET k w", "+OK"),
        ("TTL k", ":-1"),
    ]);
}

#[test]
fn getex_and_getdel_change_what_they_read() {
    Server::new(false).check(&[
        ("GETEX k EX 10", "nil"),
        ("SET k v", "+OK"),
        ("GETEX k EX 10", "\"v\""),
        ("TTL k", ":10"),
        ("GETEX k", "\"v\""),
        ("TTL k", ":10"),
        ("GETEX k PERSIST", "\"v\""),
        ("TTL k", ":-1"),
        ("GETEX k EX 0", "-ERR invalid expire time in 'getex' command"),
        ("GETEX k NX", "-ERR syntax error"),
        ("GETEX k EXAT 1", "\"v\""),
        ("EXISTS k", ":0"),
        ("SET k v", "+OK"),
        ("GETDEL k", "\"v\""),
        ("GETDEL k", "nil"),
    ]);
}

#[test]
fn counters_stay_within_64_bits() {
    Server::new(false).check(&[
        ("INCR n", ":1"),
        ("OBJECT ENCODING n", "\"int\""),
        ("SET n 9223372036854775807", "+OK"),
        ("INCR n", "-ERR increment or decrement would overflow"),
        ("DECRBY n -9223372036854775808", "-ERR decrement would overflow"),
        ("DECRBY n 1", ":9223372036854775806"),
        ("SET n ' 11'", "+OK"),
        ("INCR n", "-ERR value is not an integer or out of range"),
        ("SET n 10", "+OK"),
        ("INCRBYFLOAT n 0.1", "\"10.1\""),
        ("INCRBYFLOAT n 5.0e3", "\"5010.10000000000000009\""),
        ("INCRBYFLOAT n inf", "-ERR increment would produce NaN or Infinity"),
        ("INCRBYFLOAT n abc", "-ERR value is not a valid float"),
        ("OBJECT ENCODING n", "\"embstr\""),
    ]);
}

#[test]
fn writing_into_a_string_makes_it_raw() {
    Server::new(false).check(&[
        ("SETRANGE k 0 ''", ":0"),
        ("EXISTS k", ":0"),
        ("SETRANGE k 3 x", ":4"),
        ("GET k", "\"\\x00\\x00\\x00x\""),
        ("OBJECT ENCODING k", "\"raw\""),
        ("APPEND n 12", ":2"),
        ("OBJECT ENCODING n", "\"int\""),
        ("APPEND n 3", ":3"),
        ("OBJECT ENCODING n", "\"raw\""),
        ("INCR n", ":124"),
        ("OBJECT ENCODING n", "\"int\""),
        ("SETRANGE k -1 x", "-ERR offset is out of range"),
        ("SETRANGE k 536870912 x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"),
        ("STRLEN k", ":4"),
        ("STRLEN missing", ":0"),
    ]);
}

#[test]
fn ranges_count_from_either_end() {
    let mut server = Server::new(false);
    server.run("SET k 'Hello World'");
    server.check(&[
        ("GETRANGE k 0 4", "\"Hello\""),
        ("GETRANGE k -5 -1", "\"World\""),
        ("GETRANGE k -1 -5", "\"\""),
        ("GETRANGE k 0 -1", "\"Hello World\""),
        ("GETRANGE k 5 100", "\" World\""),
        ("GETRANGE k -9223372036854775808 9223372036854775807", "\"Hello World\""),
        ("SUBSTR k 0 1", "\"He\""),
        ("GETRANGE missing 0 1", "\"\""),
    ]);
}

#[test]
fn several_keys_are_set_together_or_not_at_all() {
    Server::new(false).check(&[
        ("MSET a 1 b 2", "+OK"),
        ("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"),
        ("MSETNX c 3 a 4", ":0"),
        ("EXISTS c", ":0"),
        ("MSETNX c 3 d 4", ":1"),
        ("MGET a missing d", "[\"1\", nil, \"4\"]"),
    ]);
}

#[test]
fn lcs_finds_the_text_its_length_or_where_it_is() {
    let mut server = Server::new(false);
    server.run("MSET key1 ohmytext key2 mynewtext");
    server.check(&[
        ("LCS key1 key2", "\"mytext\""),
        ("LCS key1 key2 LEN", ":6"),
        ("LCS key1 key2 IDX", "{\"matches\": [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], \"len\": :6}"),
        ("LCS key1 key2 IDX MINMATCHLEN 4 WITHMATCHLEN", "{\"matches\": [[[:4, :7], [:5, :8], :4]], \"len\": :6}"),
        ("LCS key1 missing", "\"\""),
        ("LCS key1 key2 IDX LEN", "-ERR If you want both the length and indexes, please just use IDX."),
        ("LCS key1 key2 FOO", "-ERR syntax error"),
    ]);
}

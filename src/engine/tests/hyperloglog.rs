//! The `HyperLogLog` group. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;

#[test]
fn the_string_has_the_real_servers_bytes() {
    Server::new(false).check(&[
        ("PFADD h", ":1"),
        ("GET h", "\"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x7f\\xff\""),
        ("PFADD h", ":0"),
        ("PFADD h a b c", ":1"),
        ("PFADD h a b c", ":0"),
        ("PFDEBUG DECODE h", "\"Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603\""),
        ("STRLEN h", ":27"),
        ("PFCOUNT h", ":3"),
        (
            "GET h",
            "\"HYLL\\x01\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00`\\xf3\\x80P\\xb1\\x84K\\xfb\\x80BZ\"",
        ),
        ("PFDEBUG ENCODING h", "+sparse"),
        ("OBJECT ENCODING h", "\"raw\""),
        ("PFDEBUG TODENSE h", ":1"),
        ("PFDEBUG TODENSE h", ":0"),
        ("PFDEBUG ENCODING h", "+dense"),
        ("PFDEBUG DECODE h", "-ERR HLL encoding is not sparse"),
        ("STRLEN h", ":12304"),
        ("PFCOUNT h", ":3"),
        ("PFADD h a d", ":1"),
        ("PFCOUNT h missing", ":4"),
    ]);
}

#[test]
fn merging_takes_the_larger_registers_and_the_dense_form_where_there_is_one() {
    Server::new(false).check(&[
        ("PFADD a 1 2 3", ":1"),
        ("PFADD b 3 4", ":1"),
        ("PFMERGE c a b missing", "+OK"),
        ("PFCOUNT c", ":4"),
        ("PFCOUNT a b", ":4"),
        ("PFDEBUG ENCODING c", "+sparse"),
        ("PFDEBUG TODENSE a", ":1"),
        ("PFMERGE c a", "+OK"),
        ("PFDEBUG ENCODING c", "+dense"),
        ("PFMERGE fresh", "+OK"),
        ("PFCOUNT fresh", ":0"),
        ("PFCOUNT missing", ":0"),
        ("PFSELFTEST", "+OK"),
    ]);
}

#[test]
fn what_is_not_one_is_refused() {
    const INVALID: &str = "-WRONGTYPE Key is not a valid HyperLogLog string value.";
    const CORRUPTED: &str = "-INVALIDOBJ Corrupted HLL object detected";
    Server::new(false).check(&[
        ("SET s hello", "+OK"),
        ("PFADD s a", INVALID),
        ("PFCOUNT s", INVALID),
        ("PFMERGE d s", INVALID),
        ("SET s 12", "+OK"),
        ("PFADD s a", INVALID),
        ("PFADD h a", ":1"),
        ("SETRANGE h 4 \"\\x02\"", ":21"),
        ("PFCOUNT h", INVALID),
        ("SETRANGE h 4 \"\\x00\"", ":21"),
        ("PFCOUNT h", INVALID),
        ("DEL h", ":1"),
        ("PFADD h a b c", ":1"),
        ("SETRANGE h 16 \"\\x7f\\xff\"", ":27"),
        ("PFCOUNT h", CORRUPTED),
        ("PFCOUNT h d", CORRUPTED),
        ("PFMERGE d h", CORRUPTED),
        ("PFDEBUG GETREG h", CORRUPTED),
        ("PFDEBUG ENCODING missing", "-ERR The specified key does not exist"),
        ("PFDEBUG NOSUCH h", "-ERR Unknown PFDEBUG subcommand 'NOSUCH'"),
        ("SET short \"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"", "+OK"),
        ("PFADD short a", CORRUPTED),
    ]);
}

#[test]
fn estimates_stay_near_and_the_sparse_form_gives_way_in_time() {
    let mut server = Server::new(false);
    for n in 0..20_000 {
        server.run(&format!("PFADD h element:{n}"));
        if n == 500 {
            assert_eq!(server.run("PFDEBUG ENCODING h"), "+sparse");
        }
    }
    assert_eq!(server.run("PFDEBUG ENCODING h"), "+dense");
    server.engine.keyspace.audit();
    // The real server's own estimate.
    assert_eq!(server.run("PFCOUNT h"), ":19986");
}

#[test]
fn a_count_that_is_kept_is_told_to_replicas() {
    let mut server = Server::new(false);
    server.run("PFADD h a");
    server.effects();
    server.run("PFCOUNT h");
    assert_eq!(server.effects(), ["PFCOUNT h"]);
    server.run("PFCOUNT h");
    server.run("PFCOUNT h h");
    server.run("PFADD h a");
    assert!(server.effects().is_empty());
}

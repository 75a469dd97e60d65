//! The bitmap group. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;

#[test]
fn bits_are_numbered_from_the_highest_of_the_first_byte() {
    Server::new(false).check(&[
        ("SETBIT k 7 1", ":0"),
        ("GET k", "\"\\x01\""),
        ("SETBIT k 0 1", ":0"),
        ("SETBIT k 0 0", ":1"),
        ("GETBIT k 7", ":1"),
        ("GETBIT k 8", ":0"),
        ("GETBIT k 100", ":0"),
        ("SET n 1", "+OK"),
        ("GETBIT n 3", ":1"),
        ("SETBIT n 6 1", ":0"),
        ("GET n", "\"3\""),
        ("OBJECT ENCODING n", "\"raw\""),
        ("SETBIT k 0 2", "-ERR bit is not an integer or out of range"),
        ("SETBIT k 0 x", "-ERR bit is not an integer or out of range"),
        ("SETBIT k -1 x", "-ERR bit offset is not an integer or out of range"),
        ("SETBIT k 4294967296 1", "-ERR bit offset is not an integer or out of range"),
        ("GETBIT k 4294967296", "-ERR bit offset is not an integer or out of range"),
        ("GETBIT k 4294967295", ":0"),
        ("CONFIG SET proto-max-bulk-len 1048576", "+OK"),
        ("SETBIT k 8388608 1", "-ERR bit offset is not an integer or out of range"),
        ("SETBIT k 8388607 1", ":0"),
        ("STRLEN k", ":1048576"),
    ]);
}

#[test]
fn bitcount_counts_ranges_of_bytes_and_of_bits() {
    Server::new(false).check(&[
        ("SET k foobar", "+OK"),
        ("BITCOUNT k", ":26"),
        ("BITCOUNT k 0 0", ":4"),
        ("BITCOUNT k 1 1 BYTE", ":6"),
        ("BITCOUNT k 5 30 BIT", ":17"),
        ("BITCOUNT k -100 100", ":26"),
        ("BITCOUNT k 3 2", ":0"),
        ("BITCOUNT k -2 -3 nonsense", ":0"),
        ("BITCOUNT k 0 -1 nonsense", "-ERR syntax error"),
        ("BITCOUNT k 0", "-ERR syntax error"),
        ("BITCOUNT k 0 x", "-ERR value is not an integer or out of range"),
        ("BITCOUNT missing 0 x", ":0"),
    ]);
}

#[test]
fn a_clear_bit_is_found_behind_a_string_whose_end_is_not_named() {
    Server::new(false).check(&[
        ("SET ones \"\\xff\\xff\"", "+OK"),
        ("BITPOS ones 0", ":16"),
        ("BITPOS ones 0 1", ":16"),
        ("BITPOS ones 0 0 -1", ":-1"),
        ("BITPOS ones 0 0 100", ":-1"),
        ("BITPOS ones 0 2", ":-1"),
        ("BITPOS ones 1 1", ":8"),
        ("BITPOS ones 1 3 -1 BIT", ":3"),
        ("BITPOS ones 0 3 9 BIT", ":-1"),
        ("SET zeroes \"\\x00\\x00\"", "+OK"),
        ("BITPOS zeroes 1", ":-1"),
        ("BITPOS zeroes 0 9 15 BIT", ":9"),
        ("BITPOS missing 0", ":0"),
        ("BITPOS missing 1", ":-1"),
        ("BITPOS missing 2", "-ERR The bit argument must be 1 or 0."),
        ("BITPOS ones 0 0 x nonsense", "-ERR syntax error"),
    ]);
}

#[test]
fn bitop_fills_short_strings_with_zeroes_and_deletes_its_target_for_nothing() {
    let mut server = Server::new(false);
    server.check(&[
        ("SET a \"\\xff\\x0f\\xf0\"", "+OK"),
        ("SET b \"\\xf0\"", "+OK"),
        ("BITOP AND t a b", ":3"),
        ("GET t", "\"\\xf0\\x00\\x00\""),
        ("BITOP or t b missing a", ":3"),
        ("GET t", "\"\\xff\\x0f\\xf0\""),
        ("BITOP XOR t a b a", ":3"),
        ("GET t", "\"\\xf0\\x00\\x00\""),
        ("BITOP NOT t a", ":3"),
        ("GET t", "\"\\x00\\xf0\\x0f\""),
        ("BITOP AND t a missing", ":3"),
        ("GET t", "\"\\x00\\x00\\x00\""),
        ("BITOP NOT t a b", "-ERR BITOP NOT must be called with a single source key."),
        ("BITOP NAND t a b", "-ERR syntax error"),
        ("BITOP OR t missing", ":0"),
        ("EXISTS t", ":0"),
    ]);
}

#[test]
fn bitfield_wraps_saturates_or_fails() {
    Server::new(false).check(&[
        ("BITFIELD k SET u8 #1 200 GET u8 8 GET i8 #1", "[:0, :200, :-56]"),
        ("BITFIELD k INCRBY u8 #1 100", "[:44]"),
        ("BITFIELD k OVERFLOW SAT INCRBY u8 #1 300 INCRBY u8 #1 -400", "[:255, :0]"),
        ("BITFIELD k OVERFLOW FAIL INCRBY u8 #1 -1 GET u8 #1", "[nil, :0]"),
        ("BITFIELD k SET i8 0 -129 GET i8 0", "[:0, :127]"),
        ("BITFIELD k OVERFLOW SAT SET i8 0 -9223372036854775808 GET i8 0", "[:127, :127]"),
        ("BITFIELD k OVERFLOW SAT SET i8 0 -9223372036854775680 GET i8 0", "[:127, :-128]"),
        ("BITFIELD k OVERFLOW SAT SET u8 0 -1 GET u8 0", "[:128, :255]"),
        ("BITFIELD k SET i64 3 -2 GET i64 3 GET u63 4", "[:-576460752303423488, :-2, :9223372036854775806]"),
        ("BITFIELD k OVERFLOW SAT INCRBY i64 3 -9223372036854775808", "[:-9223372036854775808]"),
        ("BITFIELD k", "[]"),
        ("BITFIELD k GET u64 0", BAD_TYPE),
        ("BITFIELD k GET i65 0", BAD_TYPE),
        ("BITFIELD k GET x8 0", BAD_TYPE),
        ("BITFIELD k GET u8 -1", "-ERR bit offset is not an integer or out of range"),
        ("BITFIELD k OVERFLOW NO", "-ERR Invalid OVERFLOW type specified"),
        ("BITFIELD k SET u8 0", "-ERR syntax error"),
        ("BITFIELD k SET u8 0 x", "-ERR value is not an integer or out of range"),
        ("BITFIELD_RO k SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand"),
        ("BITFIELD_RO missing GET u8 0 GET i3 #7", "[:0, :0]"),
        ("EXISTS missing", ":0"),
    ]);
}

const BAD_TYPE: &str =
    "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";

#[test]
fn only_changes_are_replicated() {
    let mut server = Server::new(false);
    let lines = [
        ("SETBIT k 3 0", true),
        ("SETBIT k 3 0", false),
        ("SETBIT k 8 0", true),
        ("SETBIT k 3 1", true),
        ("BITFIELD k GET u8 0", false),
        ("BITFIELD k SET u8 0 16", false),
        ("BITFIELD k SET u8 0 17", true),
        ("BITFIELD k OVERFLOW FAIL INCRBY u8 0 500", false),
        ("BITFIELD k SET u8 80 0", true),
        ("BITOP OR t missing", false),
    ];
    for (line, replicated) in lines {
        server.run(line);
        assert_eq!(!server.effects().is_empty(), replicated, "{line}");
    }
}

#[test]
fn other_types_are_refused() {
    const WRONG: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    Server::new(false).check(&[
        ("RPUSH l x", ":1"),
        ("SETBIT l 0 1", WRONG),
        ("GETBIT l 0", WRONG),
        ("BITCOUNT l", WRONG),
        ("BITPOS l 0", WRONG),
        ("BITOP OR t l", WRONG),
        ("BITFIELD l SET u8 0 1", WRONG),
        ("BITFIELD l GET u8 0", WRONG),
    ]);
}

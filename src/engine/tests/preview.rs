//! Looking at keys and values from outside: what is shown, and that it leaves no trace.

use crate::engine::testing::{START_MS, Server};
use crate::engine::{KeyFacts, KeyFilter, Preview, Slot};
use crate::resp::Bytes;

/// A window of a value, as lines.
fn shown(server: &Server, key: &str, aspect: usize, from: usize) -> Vec<String> {
    let Some(preview) = server.engine.keyspace().preview(&Bytes::from(key), aspect, from, START_MS as i64) else {
        return Vec::new();
    };
    let Preview { aspects, aspect, lines, rows, from, next, total, unit, note, .. } = preview;
    let next = next.map_or_else(String::new, |next| format!(", next {next}"));
    let mut all = vec![format!("{} of {}: {from} of {total} {unit}{next}", aspects[aspect], aspects.join("|"))];
    all.extend(lines.into_iter().map(|line| format!("> {line}")));
    all.extend(rows.into_iter().map(|row| row.join(" | ")));
    all.extend(Some(note).filter(|note| !note.is_empty()));
    all
}

fn listed(server: &Server, slot: Slot, after: Option<&str>, filter: &KeyFilter, limit: usize) -> Vec<String> {
    let mut found: Vec<KeyFacts> = Vec::new();
    server.engine.keyspace().list_slot(slot, after.map(str::as_bytes), filter, limit, &mut found);
    found.iter().map(|facts| String::from_utf8_lossy(&facts.key).into_owned()).collect()
}

#[test]
fn a_string_is_text_or_hexadecimal_or_bits() {
    let mut server = Server::new(false);
    server.check(&[("SET k Hello", "+OK"), ("SET \"a b\" \"\\x00\\xff\"", "+OK")]);
    let name = "text|hex|bits";
    assert_eq!(shown(&server, "k", 0, 0), [&format!("text of {name}: 0 of 5 bytes"), "> GET k", "Hello"]);
    assert_eq!(
        shown(&server, "k", 1, 0),
        [&format!("hex of {name}: 0 of 5 bytes"), "> GETRANGE k 0 4", "0 | 48 65 6c 6c 6f | Hello"]
    );
    assert_eq!(
        shown(&server, "k", 2, 0),
        [
            &format!("bits of {name}: 0 of 5 bytes"),
            "> BITCOUNT k 0 4",
            "> GETRANGE k 0 4",
            "0 | 01001000 01100101 01101100 01101100",
            "32 | 01101111",
            "20 of these 40 bits are 1."
        ]
    );
    assert_eq!(
        shown(&server, "a b", 0, 0),
        [&format!("text of {name}: 0 of 2 bytes"), "> GET \"a b\"", "\"\\x00\\xff\""]
    );
    assert_eq!(shown(&server, "nosuch", 0, 0), [""; 0]);
}

#[test]
fn a_long_string_is_shown_a_window_at_a_time() {
    let mut server = Server::new(false);
    server.check(&[("SETRANGE k 4999 x", ":5000")]);
    let head = |from| shown(&server, "k", 0, from)[..2].to_vec();
    assert_eq!(head(0), ["text of text|hex|bits: 0 of 5000 bytes, next 2000", "> GETRANGE k 0 1999"]);
    assert_eq!(head(4_000), ["text of text|hex|bits: 4000 of 5000 bytes", "> GETRANGE k 4000 4999"]);
    // A value that has become shorter, and an aspect that it does not have.
    assert_eq!(head(9_000), head(0));
    assert_eq!(shown(&server, "k", 7, 0)[0], head(0)[0]);
}

#[test]
fn a_slot_lists_its_keys_by_name() {
    let mut server = Server::new(true);
    for key in ["{s}b", "{s}a", "{s}d", "{s}c"] {
        assert_eq!(server.run(&format!("SET {key} v")), "+OK");
    }
    let (slot, all) = (Slot::of_key(b"s"), KeyFilter::default());
    assert_eq!(listed(&server, slot, None, &all, 3), ["{s}a", "{s}b", "{s}c"]);
    assert_eq!(listed(&server, slot, Some("{s}c"), &all, 3), ["{s}d"]);
    let pattern = |pattern: &str| KeyFilter { pattern: pattern.to_owned(), ..KeyFilter::default() };
    assert_eq!(listed(&server, slot, None, &pattern("*[bd]"), 3), ["{s}b", "{s}d"]);
    let kind = |kind| KeyFilter { kind: Some(kind), ..KeyFilter::default() };
    assert_eq!(listed(&server, slot, None, &kind("string"), 9).len(), 4);
    assert!(listed(&server, slot, None, &kind("list"), 9).is_empty());
}

#[test]
fn looking_leaves_no_trace() {
    let mut server = Server::new(true);
    server.check(&[("SET k v PX 1000", "+OK")]);
    server.advance_ms(500_000);
    let before = format!("{:?}", server.engine);
    let facts = server.engine.keyspace().facts_of(&Bytes::from("k")).expect("it is expired, but there");
    assert_eq!(
        (facts.kind, facts.encoding, facts.expire_at, facts.slot),
        ("string", "embstr", Some(START_MS as i64 + 1_000), Slot::of_key(b"k").number())
    );
    shown(&server, "k", 0, 0);
    listed(&server, Slot::of_key(b"k"), None, &KeyFilter::default(), 9);
    assert_eq!(format!("{:?}", server.engine), before);
    assert_eq!(server.run("GET k"), "nil");
    assert_eq!(server.engine.keyspace().facts_of(&Bytes::from("k")), None);
}

#[test]
fn a_list_is_shown_with_its_indexes_a_window_at_a_time() {
    let mut server = Server::new(false);
    let words: Vec<String> = (0..150).map(|n| format!("e{n}")).collect();
    assert_eq!(server.run(&format!("RPUSH l {}", words.join(" "))), ":150");
    let first = shown(&server, "l", 0, 0);
    assert_eq!(
        first[..3],
        ["elements of elements: 0 of 150 elements, next 100", "> LRANGE l 0 99", "0 | e0"],
        "{first:?}"
    );
    assert_eq!(first[101..], ["99 | e99", "Nodes of the quicklist: 1."]);
    let second = shown(&server, "l", 0, 100);
    assert_eq!(
        (second.len(), &second[..3]),
        (53, &["elements of elements: 100 of 150 elements", "> LRANGE l 100 149", "100 | e100"].map(String::from)[..])
    );
}

#[test]
fn sets_and_hashes_are_whole_or_scanned() {
    let mut server = Server::new(false);
    server.check(&[("SADD s 3 1 2", ":3"), ("HSET h name Ada born 1815", ":2")]);
    assert_eq!(shown(&server, "s", 0, 0), ["members of members: 0 of 3 members", "> SMEMBERS s", "1", "2", "3"]);
    assert_eq!(
        shown(&server, "h", 0, 0),
        ["fields of fields: 0 of 2 fields", "> HGETALL h", "name | Ada", "born | 1815"]
    );
    let fields: Vec<String> = (0..101).map(|n| format!("f{n} v")).collect();
    server.run(&format!("HSET big {}", fields.join(" ")));
    assert_eq!(shown(&server, "big", 0, 0)[1], "> HSCAN big 0 COUNT 100");
    assert_eq!(shown(&server, "big", 0, 100).len(), 3);
}

#[test]
fn a_sorted_set_is_a_ranked_table_from_either_end() {
    let mut server = Server::new(false);
    server.check(&[("ZADD z 1 one 2.5 two 10 ten", ":3")]);
    let name = "lowest first|highest first";
    assert_eq!(
        shown(&server, "z", 0, 0),
        [
            &format!("lowest first of {name}: 0 of 3 members"),
            "> ZRANGE z 0 2 WITHSCORES",
            "0 | one | 1",
            "1 | two | 2.5",
            "2 | ten | 10"
        ]
    );
    assert_eq!(
        shown(&server, "z", 1, 1)[1..],
        ["> ZRANGE z 1 2 REV WITHSCORES", "1 | two | 2.5", "2 | one | 1"].map(String::from)
    );
}

#[test]
fn a_hyperloglog_is_its_estimate_and_its_encoding() {
    let mut server = Server::new(false);
    server.check(&[("PFADD p a b c", ":1")]);
    assert_eq!(
        shown(&server, "p", 0, 0)[1..],
        [
            "> PFCOUNT p",
            "> PFDEBUG ENCODING p",
            "estimated members | 3",
            "encoding | sparse",
            "registers in use | 3 of 16384"
        ]
        .map(String::from)
    );
    // What only looks like one says so.
    server.run("SETRANGE p 16 \"\\xff\\xff\\xff\\xff\"");
    assert!(shown(&server, "p", 0, 0)[3].starts_with("estimated members | none"));
}

#[test]
fn long_elements_are_cut_between_characters_and_say_so() {
    let mut server = Server::new(false);
    server.run(&format!("RPUSH l {} {}é{}", "x".repeat(200), "x".repeat(199), "y".repeat(100)));
    let lines = shown(&server, "l", 0, 0);
    assert_eq!(lines[2], format!("0 | {}", "x".repeat(200)));
    assert_eq!(lines[3], format!("1 | {}… (301 bytes)", "x".repeat(199)));
}

#[test]
fn a_stream_shows_entries() {
    let mut server = Server::new(false);
    server.check(&[("XADD x 5-1 temp 21 hum 40", "\"5-1\""), ("XADD x 6-0 temp 22", "\"6-0\"")]);
    assert_eq!(
        shown(&server, "x", 0, 0),
        [
            "entries of entries: 0 of 2 entries",
            "> XRANGE x - + COUNT 100",
            "5-1 | temp: 21, hum: 40",
            "6-0 | temp: 22",
            "Last ID 6-0."
        ]
    );
    assert_eq!(shown(&server, "x", 0, 1)[1], "> XRANGE x 6-0 + COUNT 100");
}

#[test]
fn members_with_places_for_scores_can_be_shown_as_places() {
    let mut server = Server::new(false);
    server.check(&[("GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2")]);
    assert_eq!(
        shown(&server, "Sicily", 2, 0)[1..],
        ["> GEOPOS Sicily Palermo Catania", "Palermo | 13.361389 | 38.115556", "Catania | 15.087267 | 37.502668"]
            .map(String::from)
    );
    server.check(&[("ZADD Sicily 3 count", ":1")]);
    assert!(shown(&server, "Sicily", 2, 0)[0].starts_with("lowest first of lowest first|highest first:"));
}

#[test]
fn a_stream_shows_groups_consumers_and_what_is_pending() {
    let mut server = Server::new(false);
    server.check(&[("XADD x 5-1 a b", "\"5-1\""), ("XADD x 6-0 a c", "\"6-0\""), ("XGROUP CREATE x g 0", "+OK")]);
    server.run("XREADGROUP GROUP g worker COUNT 1 STREAMS x >");
    server.advance_ms(2_500);
    let later = |server: &Server, aspect| {
        let now = START_MS as i64 + 2_500;
        let preview = server.engine.keyspace().preview(&Bytes::from("x"), aspect, 0, now).expect("it is there");
        let rows: Vec<String> = preview.rows.iter().map(|row| row.join(" | ")).collect();
        (preview.aspects[preview.aspect], preview.lines.join(", "), rows)
    };
    for (aspect, name, line, row) in [
        (1, "groups", "XINFO GROUPS x", "g | 1 | 1 | 5-1 | 1"),
        (2, "consumers", "XINFO CONSUMERS x g", "g | worker | 1 | 2.5 s"),
        (3, "pending", "XPENDING x g - + 100", "5-1 | g | worker | 2.5 s | 1"),
    ] {
        assert_eq!(later(&server, aspect), (name, line.to_owned(), vec![row.to_owned()]));
    }
}

//! DUMP and RESTORE beside a real server: random values of every type, their payloads, and each restored at the other.

use slotscope::resp::{Value, decode};

use crate::compare;
use crate::generate::Random;
use crate::ours::Ours;
use crate::real::{Connection, RealServer};

/// A word: an integer of any width, a short text, or a longer one that is worth compressing or is not.
fn word(random: &mut Random) -> Vec<u8> {
    let n = random.below(100) as i64;
    match random.below(14) {
        0 => (n - 50).to_string(),
        1 => (n * 311 - 9_000).to_string(),
        2 => (n * 40_000_007 - 900_000_007).to_string(),
        3 => (n * 91_000_000_000_000_003 - 4_000_000_000_000_000_000).to_string(),
        4 => (n * 83_000 - 4_000_000).to_string(),
        5 => format!("0{n}"),
        6 => "r".repeat(random.below(700)),
        7 => format!("{n} and again {n} and again {n}"),
        8 if random.one_in(20) => return (0..random.below(9_000)).map(|_| random.below(256) as u8).collect(),
        8 => return (0..random.below(90)).map(|_| random.below(256) as u8).collect(),
        9 => String::new(),
        _ => format!("word:{}", random.below(400)),
    }
    .into_bytes()
}

fn score(random: &mut Random) -> &'static str {
    const SCORES: [&str; 14] = [
        "0",
        "-0",
        "1",
        "-1",
        "3.5",
        "0.1",
        "1e20",
        "-4611686018427387904",
        "4611686018427387904",
        "inf",
        "-inf",
        "12345678901234567",
        "5e-324",
        "-70000",
    ];
    SCORES[random.below(SCORES.len())]
}

fn words(line: &str) -> Vec<Vec<u8>> {
    line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
}

/// Commands that make a value at `v`, and whether its payload says when that was.
fn value(random: &mut Random) -> (Vec<Vec<Vec<u8>>>, bool) {
    let size = 1 + if random.one_in(4) { random.below(700) } else { random.below(20) };
    let mut commands = Vec::new();
    let mut timed = false;
    match random.below(6) {
        0 => commands.push([words("set v"), vec![word(random)]].concat()),
        1 => {
            for _ in 0..size {
                let push = ["rpush v", "rpush v", "lpush v"][random.below(3)];
                commands.push([words(push), vec![word(random)]].concat());
            }
        }
        2 => {
            let integers = random.one_in(2);
            for _ in 0..size {
                let member =
                    if integers { (random.below(100_000) as i64 - 50_000).to_string().into() } else { word(random) };
                commands.push([words("sadd v"), vec![member]].concat());
            }
        }
        3 => {
            for _ in 0..size {
                commands.push([words("zadd v"), vec![score(random).into(), word(random)]].concat());
            }
        }
        4 => {
            for _ in 0..size {
                commands.push([words("hset v"), vec![word(random), word(random)]].concat());
            }
        }
        _ => {
            for n in 0..size {
                let id = format!("{}-{}", 5 + n / 3 * 700, n % 3 + 1);
                let mut line = [words("xadd v"), vec![id.into_bytes()]].concat();
                for field in 0..=random.below(3) {
                    let name = if random.one_in(5) { word(random) } else { format!("f{field}").into_bytes() };
                    line.extend([name, word(random)]);
                }
                commands.push(line);
                if random.one_in(4) {
                    let other = random.below(n + 1);
                    commands.push(words(&format!("xdel v {}-{}", 5 + other / 3 * 700, other % 3 + 1)));
                }
            }
            timed = random.one_in(2);
            for group in 0..if timed { 1 + random.below(3) } else { random.below(2) } {
                commands.push(words(&format!(
                    "xgroup create v g{group} {} entriesread {}",
                    ["0", "$", "5-1"][group],
                    group + 3
                )));
                for consumer in 0..if timed { random.below(4) } else { 0 } {
                    commands.push(words(&format!("xgroup createconsumer v g{group} c{consumer}")));
                    commands.push(words(&format!(
                        "xreadgroup group g{group} c{consumer} count {} streams v >",
                        random.below(9) + 1
                    )));
                    commands.push(words(&format!("xack v g{group} 5-1 705-2")));
                }
            }
            match random.below(5) {
                0 => commands.push(words("xtrim v maxlen 3")),
                1 => commands.push(words("xsetid v 999999999-7 entriesadded 9000 maxdeletedid 5-2")),
                _ => {}
            }
        }
    }
    (commands, timed)
}

struct Both {
    real: Connection,
    ours: Ours,
}

impl Both {
    /// Both answers, which must be the same.
    fn same(&mut self, argv: &[Vec<u8>]) -> Vec<u8> {
        let (there, here) = (self.real.call(argv), self.ours.call(0, argv));
        if let Some(difference) = compare::difference(argv, &[], &there, &here) {
            let argv: Vec<String> = argv.iter().map(|arg| arg.escape_ascii().to_string()).collect();
            panic!("{argv:?}\n{difference}");
        }
        here
    }

    fn line(&mut self, line: &str) -> Vec<u8> {
        self.same(&words(line))
    }
}

fn bulk(reply: &[u8]) -> Vec<u8> {
    match decode(reply) {
        Some((Value::Bulk(bytes), _)) => bytes.to_vec(),
        _ => panic!("{}", reply.escape_ascii()),
    }
}

/// `serializedlength:…` of DEBUG OBJECT.
fn length(reply: &[u8]) -> String {
    let reply = String::from_utf8_lossy(reply);
    let found = reply.split_whitespace().find(|word| word.starts_with("serializedlength"));
    found.map_or_else(|| reply.to_string(), str::to_owned)
}

#[test]
fn what_one_dumps_the_other_restores() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let mut both = Both { real: server.connect(), ours: Ours::new(1) };
    let mut random = Random(11);
    let soak: usize = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    for round in 0..400 * soak {
        both.line("flushall");
        for (name, values) in [
            ("rdbcompression", ["yes", "yes", "no"]),
            ("list-max-listpack-size", ["-2", "-1", "5"]),
            ("hash-max-listpack-entries", ["512", "512", "4"]),
            ("hash-max-listpack-value", ["64", "800", "8"]),
            ("zset-max-listpack-entries", ["128", "600", "4"]),
            ("set-max-intset-entries", ["512", "512", "4"]),
            ("stream-node-max-entries", ["100", "4", "7"]),
        ] {
            both.line(&format!("config set {name} {}", values[random.below(3)]));
        }
        both.line(["debug quicklist-packed-threshold 0", "debug quicklist-packed-threshold 300b"][random.below(2)]);
        let (commands, timed) = value(&mut random);
        for argv in &commands {
            both.same(argv);
        }
        let encoding = both.line("object encoding v");
        let dump = words("dump v");
        let (there, here) = (bulk(&both.real.call(&dump)), bulk(&both.ours.call(0, &dump)));
        assert_eq!(there.len(), here.len(), "round {round}: {commands:.300?}");
        if !timed && !encoding.ends_with(b"hashtable\r\n") {
            assert_eq!(there.escape_ascii().to_string(), here.escape_ascii().to_string(), "round {round}");
        }
        let object = words("debug object v");
        assert_eq!(length(&both.real.call(&object)), length(&both.ours.call(0, &object)), "round {round}");
        // What they are restored as may be stored otherwise than what was dumped.
        for (name, values) in [
            ("hash-max-listpack-entries", ["512", "3"]),
            ("hash-max-listpack-value", ["64", "2"]),
            ("zset-max-listpack-entries", ["128", "3"]),
            ("zset-max-listpack-value", ["64", "2"]),
            ("set-max-intset-entries", ["512", "3"]),
        ] {
            both.line(&format!("config set {name} {}", values[random.below(2)]));
        }
        for (key, payload) in [("there", there), ("here", here)] {
            both.same(&[b"restore".to_vec(), key.into(), b"0".to_vec(), payload]);
            both.line(&format!("debug digest-value {key}"));
            both.line(&format!("object encoding {key}"));
            both.line(&format!("lrange {key} 0 -1"));
            both.line(&format!("xinfo stream {key} full count 0"));
            let object = words(&format!("debug object {key}"));
            assert_eq!(length(&both.real.call(&object)), length(&both.ours.call(0, &object)), "round {round}");
        }
        both.line("debug digest");
    }
}

/// A string within a payload, of less than 16 384 bytes.
fn text(bytes: &[u8]) -> Vec<u8> {
    [&[0x40 | (bytes.len() >> 8) as u8, bytes.len() as u8], bytes].concat()
}

/// A ziplist: texts, and integers in the narrowest form.
fn ziplist(elements: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    let (mut previous, mut last) = (0, 0);
    for element in elements {
        last = body.len();
        if previous < 254 {
            body.push(previous as u8);
        } else {
            body.push(254);
            body.extend_from_slice(&(previous as u32).to_le_bytes());
        }
        match element.parse::<i64>() {
            Ok(n @ 0..=12) => body.push(0xf1 + n as u8),
            Ok(n @ -128..=127) => body.extend_from_slice(&[0xfe, n as u8]),
            Ok(n @ -32_768..=32_767) => body.extend([&[0xc0], &n.to_le_bytes()[..2]].concat()),
            Ok(n @ -8_388_608..=8_388_607) => body.extend([&[0xf0], &n.to_le_bytes()[..3]].concat()),
            Ok(n @ -2_147_483_648..=2_147_483_647) => body.extend([&[0xd0], &n.to_le_bytes()[..4]].concat()),
            Ok(n) => body.extend([&[0xe0], &n.to_le_bytes()[..]].concat()),
            Err(_) if element.len() < 64 => body.extend([&[element.len() as u8], element.as_bytes()].concat()),
            Err(_) => body.extend(text(element.as_bytes())),
        }
        previous = body.len() - last;
    }
    let total = (body.len() + 11) as u32;
    let tail = last as u32 + 10;
    let count = elements.len() as u16;
    [&total.to_le_bytes()[..], &tail.to_le_bytes(), &count.to_le_bytes(), &body, b"\xff"].concat()
}

/// A zipmap of short fields and values.
fn zipmap(words: &[&str]) -> Vec<u8> {
    let mut map = vec![words.len() as u8 / 2];
    for pair in words.chunks(2) {
        map.push(pair[0].len() as u8);
        map.extend_from_slice(pair[0].as_bytes());
        map.extend_from_slice(&[pair[1].len() as u8, 2]);
        map.extend([pair[1].as_bytes(), b"??"].concat());
    }
    map.push(255);
    map
}

/// Type and value as older servers wrote them, of every type that 7.0 reads and no longer writes.
fn old_values() -> Vec<Vec<u8>> {
    let long = "long".repeat(90);
    let words =
        ["a", "1", "bc", "-2", long.as_str(), "300", "def", "-70000", "x", "3000000000", "y", "-9000000", "z", "13"];
    let map = ["name", "value", "n", "12", "", "", "other", "with a space"];
    let stream =
        b"\x0f\x01\x10\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01\x1d\x1d\0\0\0\x0a\0\x01\x01\0\x01\x01\x01\x81a\x02\0\x01\
        \x02\x01\0\x01\0\x01\x811\x02\x04\x01\xff";
    let group = b"\x01\x05\x01\x01\x02g1\x05\x01\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01\x64\0\0\0\0\0\0\0\x02\
        \x01\x01c\x65\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01";
    vec![
        b"\x01\x03\x01a\xc0\x07\x02bc".to_vec(),
        b"\x03\x04\x01a\x031.5\x01b\xfe\x01c\xff\x01d\x04-1e3".to_vec(),
        [b"\x09".to_vec(), text(&zipmap(&map))].concat(),
        [b"\x09".to_vec(), text(&zipmap(&["f", &"v".repeat(200)]))].concat(),
        [b"\x0a".to_vec(), text(&ziplist(&words))].concat(),
        [b"\x0c".to_vec(), text(&ziplist(&words[..4])), vec![]].concat(),
        [b"\x0d".to_vec(), text(&ziplist(&words))].concat(),
        [b"\x0e\x02".to_vec(), text(&ziplist(&words)), text(&ziplist(&words[1..5]))].concat(),
        [b"\x0e\x02".to_vec(), text(&ziplist(&[])), text(&ziplist(&["1"]))].concat(),
        [&stream[..], group].concat(),
    ]
}

/// Whether both restore it alike, or both do not. Values that are the same are looked at in all ways.
fn restored_alike(both: &mut Both, value: &[u8]) -> Result<bool, String> {
    let payload = [value, b"\x0a\0????????"].concat();
    let argv = [b"restore".to_vec(), b"k".to_vec(), b"0".to_vec(), payload, b"replace".to_vec()];
    let (there, here) = (both.real.call(&argv), both.ours.call(0, &argv));
    // Entries that are not in order, or whose number is not the one said, are refused; a real server takes what it can
    // live with.
    if matches!(value[0], 15 | 19) && there == b"+OK\r\n" && here == b"-ERR Bad data format\r\n" {
        return Ok(false);
    }
    if there != here {
        let shown = (value.escape_ascii(), there.escape_ascii(), here.escape_ascii());
        return Err(format!("{}\nredis {}\nours  {}", shown.0, shown.1, shown.2));
    }
    if there != b"+OK\r\n" {
        return Ok(false);
    }
    for line in ["debug digest-value k", "object encoding k", "type k", "xinfo stream k full"] {
        let argv = words(line);
        let (there, here) = (both.real.call(&argv), both.ours.call(0, &argv));
        if let Some(difference) = compare::difference(&argv, &[], &there, &here) {
            return Err(format!("{}\n{line}\n{difference}", value.escape_ascii()));
        }
    }
    Ok(true)
}

#[test]
fn old_values_are_restored_and_damaged_ones_are_not() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let mut both = Both { real: server.connect(), ours: Ours::new(1) };
    both.line("debug set-skip-checksum-validation 1");
    both.line("config set sanitize-dump-payload yes");
    let mut random = Random(5);
    let mut values = old_values();
    for value in &values {
        assert_eq!(restored_alike(&mut both, value), Ok(true), "{}", value.escape_ascii());
    }
    both.line("config set rdbcompression no");
    for _ in 0..40 {
        both.line("del v");
        let (commands, _) = value(&mut random);
        for argv in &commands {
            both.same(argv);
        }
        let payload = bulk(&both.ours.call(0, &words("dump v")));
        if payload.len() < 3_000 {
            values.push(payload[..payload.len() - 10].to_vec());
        }
    }
    let soak: usize = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut refused = 0;
    for _ in 0..3_000 * soak {
        let mut value = values[random.below(values.len())].clone();
        for _ in 0..=random.below(2) {
            let at = random.below(value.len());
            match random.below(4) {
                0 => value[at] = random.below(256) as u8,
                1 => value[at] = value[at].wrapping_add(1),
                2 => value[at] ^= 1 << random.below(8),
                _ => drop(value.drain(at..(at + 1 + random.below(3)).min(value.len()))),
            }
            if value.is_empty() {
                value.push(4);
            }
        }
        match restored_alike(&mut both, &value) {
            Ok(restored) => refused += usize::from(!restored),
            Err(difference) => panic!("{difference}"),
        }
    }
    assert!(refused > 0);
}

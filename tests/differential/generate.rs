//! Random commands, made from what the real server says of their arguments (COMMAND DOCS).

use slotscope::engine::command;
use slotscope::resp::{Value, decode};

use crate::real::Connection;
use crate::steps::{Call, Step};

/// An argument of COMMAND DOCS.
#[derive(Debug)]
struct Argument {
    name: String,
    kind: String,
    token: Option<String>,
    optional: bool,
    multiple: bool,
    multiple_token: bool,
    parts: Vec<Argument>,
}

/// What there is to call.
pub struct Grammar {
    commands: Vec<(Vec<String>, Vec<Argument>)>,
}

/// Groups whose commands are compared. A new group of handlers is added here.
const GROUPS: &[&str] = &[
    "string",
    "bitmap",
    "hash",
    "list",
    "set",
    "sorted-set",
    "hyperloglog",
    "geo",
    "stream",
    "generic",
    "transactions",
    "pubsub",
    "connection",
    "server",
];

/// Commands that are not called at random: their replies are the server's own business, they wait, they end things, or
/// (RANDOMKEY) they delete whichever expired key they come across.
const NOT_AT_RANDOM: &[&str] = &[
    "auth",
    "client",
    "command",
    "config",
    "debug",
    "hello",
    "info",
    "lastsave",
    "lolwut",
    "memory",
    "quit",
    "role",
    "slowlog",
    "time",
    "wait",
    "monitor",
    "shutdown",
    "sync",
    "psync",
    "replconf",
    "replicaof",
    "slaveof",
    "save",
    "bgsave",
    "bgrewriteaof",
    "acl",
    "latency",
    "module",
    "migrate",
    "scan",
    "select",
    "randomkey",
    "pfselftest",
    // Answered with several messages.
    "subscribe",
    "psubscribe",
    "ssubscribe",
    "unsubscribe",
    "punsubscribe",
    "sunsubscribe",
];

impl Grammar {
    /// Asks the real server.
    pub fn of(server: &mut Connection) -> Self {
        let reply = server.call(&["COMMAND", "DOCS"]);
        let (docs, _) = decode(&reply).expect("COMMAND DOCS");
        Self::from_docs(&docs, NOT_AT_RANDOM)
    }

    /// Reads what COMMAND DOCS answered, but for some commands.
    pub fn from_docs(docs: &Value, without: &[&str]) -> Self {
        let mut commands = Vec::new();
        for (name, fields) in pairs(docs) {
            let name = text(name);
            if without.contains(&name.as_str()) {
                continue;
            }
            let group = field(fields, "group").map(text).unwrap_or_default();
            if !GROUPS.contains(&group.as_str()) || !is_wanted(&group) {
                continue;
            }
            match field(fields, "subcommands") {
                None if is_ours(&[&name]) => commands.push((vec![name], arguments(fields))),
                None => {}
                Some(subcommands) => {
                    for (full, fields) in pairs(subcommands) {
                        let full = text(full);
                        let words: Vec<&str> = full.split('|').collect();
                        if is_ours(&words) && words[1] != "help" {
                            commands.push((words.iter().map(ToString::to_string).collect(), arguments(fields)));
                        }
                    }
                }
            }
        }
        // Strings make up most of what is there to be seen by the others.
        commands.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(commands.len() > 30, "too few commands to compare: {commands:?}");
        Self { commands }
    }

    /// The step of a seed, where the clock can be turned: mostly a command, one with times that run out among them.
    pub fn step(&self, seed: u64) -> Step {
        let mut random = Random(seed);
        match random.below(40) {
            0 | 1 => Step::Wait([0, 1, 2, 5, 20, 1_000, 1_001, 4_000][random.below(8)]),
            2..5 => Step::Call(Call { client: random.below(2), argv: random.short_lived() }),
            5 => Step::Call(Call { client: 0, argv: vec![b"randomkey".to_vec()] }),
            _ => Step::Call(self.call(random.next())),
        }
    }

    /// The command of a seed.
    pub fn call(&self, seed: u64) -> Call {
        let mut random = Random(seed);
        let client = usize::from(random.one_in(5));
        let mut argv: Vec<Vec<u8>> = Vec::new();
        match random.below(40) {
            0 => argv.extend([b"hello".to_vec(), if random.one_in(2) { b"2".to_vec() } else { b"3".to_vec() }]),
            1 => argv.extend([b"select".to_vec(), random.pick(&["0", "1", "1", "15", "16", "-1", "x", "3000000000"])]),
            2 => argv.extend([b"scan".to_vec(), b"0".to_vec(), b"count".to_vec(), b"1000".to_vec()]),
            3 => argv.push(random.pick(&["nosuch", "get|x", "object", "config", "\n", ""])),
            _ => {}
        }
        if argv.first().is_some_and(|name| name == b"scan") && random.one_in(2) {
            let more: &[&str] = if random.one_in(2) { &["match", "*k*"] } else { &["type", "string"] };
            argv.extend(more.iter().map(|word| word.as_bytes().to_vec()));
        }
        if argv.is_empty() {
            let (name, arguments) = &self.commands[random.below(self.commands.len())];
            argv.extend(name.iter().map(|word| random.any_case(word)));
            random.arguments(arguments, &mut argv);
        }
        if random.one_in(12) {
            random.spoil(&mut argv);
        }
        // So do IDs that come from the clock.
        if argv[0].eq_ignore_ascii_case(b"xadd") {
            for word in argv.iter_mut().filter(|word| *word == b"*") {
                *word = random.pick(&["3-*", "7-*", "9-*", "30-*"]);
            }
        }
        // What goes by chance leaves the two servers different: SPOP is to take nothing or all.
        if argv[0].eq_ignore_ascii_case(b"spop") && argv.len() < 4 {
            argv.truncate(2);
            argv.push(random.pick(&["0", "1000", "9223372036854775807", "-1", "x", "-9223372036854775808"]));
        }
        // Members of equal weight are stored in an order that is each server's own.
        let has = |word: &[u8]| argv.iter().any(|arg| arg.eq_ignore_ascii_case(word));
        if argv[0].eq_ignore_ascii_case(b"sort") && has(b"store") {
            argv.retain(|arg| !arg.eq_ignore_ascii_case(b"alpha"));
        }
        // FLUSHALL too often leaves nothing to look at.
        if argv[0].to_ascii_lowercase().starts_with(b"flush") && !random.one_in(6) {
            argv = vec![b"dbsize".to_vec()];
        }
        Call { client, argv }
    }
}

/// Whether a group is among those that `SLOTSCOPE_GROUPS` names (`stream,generic,transactions`); without it all are.
fn is_wanted(group: &str) -> bool {
    std::env::var("SLOTSCOPE_GROUPS").ok().is_none_or(|groups| groups.split(',').any(|wanted| wanted == group))
}

/// Whether a command has a handler here.
fn is_ours(words: &[&str]) -> bool {
    let argv: Vec<_> = words.iter().map(|word| slotscope::resp::Bytes::from(*word)).collect();
    command::lookup(&argv).is_some_and(|(_, spec)| spec.implemented)
}

/// A map's pairs, also where RESP2 made an array of it.
pub fn pairs(value: &Value) -> Vec<(&Value, &Value)> {
    match value {
        Value::Map(pairs) => pairs.iter().map(|(name, value)| (name, value)).collect(),
        Value::Array(items) => items.chunks(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?))).collect(),
        _ => Vec::new(),
    }
}

pub fn text(value: &Value) -> String {
    match value {
        Value::Bulk(bytes) | Value::Simple(bytes) | Value::Verbatim(_, bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        other => format!("{other:?}"),
    }
}

fn field<'a>(fields: &'a Value, name: &str) -> Option<&'a Value> {
    pairs(fields).into_iter().find(|(found, _)| text(found) == name).map(|(_, value)| value)
}

fn arguments(fields: &Value) -> Vec<Argument> {
    let Some(Value::Array(list)) = field(fields, "arguments") else {
        return Vec::new();
    };
    list.iter()
        .map(|argument| {
            let flags = match field(argument, "flags") {
                Some(Value::Array(flags) | Value::Set(flags)) => flags.iter().map(text).collect(),
                _ => Vec::new(),
            };
            let is = |flag: &str| flags.iter().any(|known| known == flag);
            Argument {
                name: field(argument, "name").map(text).unwrap_or_default(),
                kind: field(argument, "type").map(text).unwrap_or_default(),
                token: field(argument, "token").map(text),
                optional: is("optional"),
                multiple: is("multiple"),
                multiple_token: is("multiple_token"),
                parts: arguments(argument),
            }
        })
        .collect()
}

/// The generator `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick(&mut self, words: &[&str]) -> Vec<u8> {
        words[self.below(words.len())].as_bytes().to_vec()
    }

    /// How many are wanted; of repetitions never so many that either server runs out of memory.
    fn count(&mut self) -> Vec<u8> {
        self.pick(&[
            "0",
            "1",
            "1",
            "2",
            "3",
            "5",
            "10",
            "1000",
            "9223372036854775807",
            "-1",
            "-2",
            "-20",
            "-9223372036854775808",
            "x",
            "1.5",
            "",
        ])
    }

    fn any_case(&mut self, word: &str) -> Vec<u8> {
        match self.below(3) {
            0 => word.to_ascii_uppercase().into_bytes(),
            _ => word.to_ascii_lowercase().into_bytes(),
        }
    }

    fn arguments(&mut self, list: &[Argument], argv: &mut Vec<Vec<u8>>) {
        // As many keys and weights as are announced, but for a wrong number now and then.
        let mut announced = None;
        for argument in list {
            if argument.optional && !self.one_in(3) {
                continue;
            }
            if argument.name == "streams" {
                self.streams(argv);
                continue;
            }
            let mut times = if argument.multiple { 1 + self.below(3) } else { 1 };
            match (argument.name.as_str(), announced) {
                ("numkeys", _) if !self.one_in(12) => {
                    announced = Some(1 + self.below(3));
                    argv.push(announced.unwrap_or(1).to_string().into_bytes());
                    continue;
                }
                ("key" | "weight", Some(count)) if argument.multiple => times = count,
                _ => {}
            }
            for time in 0..times {
                if let Some(token) = &argument.token
                    && (time == 0 || argument.multiple_token)
                {
                    argv.push(self.any_case(token));
                }
                self.value(argument, argv);
            }
        }
    }

    fn value(&mut self, argument: &Argument, argv: &mut Vec<Vec<u8>>) {
        let name = argument.name.as_str();
        let value = match argument.kind.as_str() {
            "pure-token" => return,
            "block" => return self.arguments(&argument.parts, argv),
            "oneof" => {
                let part = self.below(argument.parts.len());
                return self.arguments_required(&argument.parts[part], argv);
            }
            "key" => self.key(),
            "string" if name == "serialized-value" => self.payload(),
            "string" if name == "encoding" => self.pick(&[
                "u1", "u4", "u8", "i8", "i5", "u31", "i32", "i64", "u63", "i1", "u64", "i0", "x8", "U8", "i", "",
            ]),
            "string" if name == "subcommand" => self.pick(&["getreg", "DECODE", "encoding", "todense", "nosuch"]),
            "string" if name == "operation" => self.pick(&["and", "OR", "Xor", "not", "not", "nand"]),
            "double" if name == "longitude" => self.pick(&[
                "13.361389",
                "15.087269",
                "2.349",
                "-0.1277",
                "180",
                "-180",
                "181",
                "-179.99",
                "0",
                "x",
                "1e400",
            ]),
            "double" if name == "latitude" => self.pick(&[
                "38.115556",
                "37.502669",
                "48.86",
                "51.5",
                "85.05112878",
                "-85.05112878",
                "86",
                "-0.5",
                "x",
            ]),
            "double" if matches!(name, "radius" | "width" | "height") => {
                self.pick(&["0", "1", "100", "200", "5000", "20000", "1e8", "-1", "x", "0.5"])
            }
            "integer" if name == "count" && self.one_in(2) => self.pick(&["1", "2", "3", "10", "0", "-1"]),
            "integer" if name == "bit" => self.pick(&["0", "1", "0", "1", "2", "x"]),
            "integer" if name == "value" && self.one_in(2) => self.pick(&["0", "1"]),
            "integer" if name == "offset" && self.one_in(2) => {
                self.pick(&["#0", "#1", "#7", "7", "8", "9", "63", "100", "1001", "#", "#-1", "4294967296"])
            }
            "pattern" => self.pick(&["*", "k*", "?1", "[k-l]?", "*2", "nosuch", "", "#", "k->f"]),
            "double" | "string" if name == "min" || name == "max" => self.bound(),
            "string" if name == "stop" || (name == "start" && self.one_in(2)) => self.bound(),
            "double" if name == "score" => self.score(),
            "integer" if name == "weight" => self.score(),
            "double" => self.number(),
            "unix-time" => self.unix_time(name.contains("milliseconds")),
            "integer" if name.contains("seconds") || name == "ttl" => {
                self.time_to_live(name.contains("milliseconds") || name == "ttl")
            }
            "integer" if name == "index" => self.pick(&["0", "1", "2", "3", "-1", "-2", "-7", "100", "x"]),
            "integer" if name.ends_with("db") || name.starts_with("index") => {
                self.pick(&["0", "1", "1", "2", "15", "16", "-1", "x", "4294967296"])
            }
            "integer" if name == "offset" || name == "start" || name == "stop" || name == "end" => {
                self.pick(&["0", "1", "-1", "3", "-100", "100", "9223372036854775807", "-9223372036854775808", "1000"])
            }
            "integer" if name == "numkeys" => self.pick(&["1", "1", "2", "2", "3", "0", "-1", "x"]),
            "integer" if name == "cursor" => {
                self.pick(&["0", "0", "0", "0", "1", "-1", "00", "x", " 0", "0 ", "+", ""])
            }
            "integer" if ["count", "limit", "rank", "num-matches", "len"].contains(&name) => self.count(),
            "string" if name == "group" || name == "groupname" => self.pick(&["g1", "g1", "g1", "g2", "g", ""]),
            "string" if name == "consumer" || name == "consumername" => self.pick(&["c1", "c1", "c2", "c3", "c"]),
            "string" if name == "min-idle-time" => self.pick(&["0", "0", "0", "50000", "5000000", "-1", "x"]),
            "integer" if name == "ms" || name == "min-idle-time" => {
                self.pick(&["0", "100000", "10000000", "-1", "9223372036854775807", "x"])
            }
            "integer" if name.starts_with("entries") => self.pick(&["-1", "0", "1", "3", "5", "10", "100", "-2", "x"]),
            "string" if name == "threshold" && self.one_in(2) => self.pick(&["0", "1", "2", "3", "5", "10", "-1"]),
            "string" if name == "start" || name == "end" => self.interval_id(),
            "string" if name.ends_with("id") || name == "threshold" => self.entry_id(),
            "string" if ["field", "member", "element", "pivot"].contains(&name) && self.one_in(2) => {
                self.pick(&["1", "2", "3", "4", "70000", "-5000000000", "a", "b", "c"])
            }
            _ => self.string(),
        };
        argv.push(value);
    }

    fn arguments_required(&mut self, argument: &Argument, argv: &mut Vec<Vec<u8>>) {
        if let Some(token) = &argument.token {
            argv.push(self.any_case(token));
        }
        self.value(argument, argv);
    }

    fn key(&mut self) -> Vec<u8> {
        match self.below(30) {
            0 => Vec::new(),
            1 => b"\x00\xff\r\n".to_vec(),
            2 => vec![b'k'; 300],
            n => format!("k{}", n % 6).into_bytes(),
        }
    }

    /// STREAMS, keys, and mostly as many IDs.
    fn streams(&mut self, argv: &mut Vec<Vec<u8>>) {
        argv.push(self.any_case("streams"));
        let count = 1 + self.below(3);
        for _ in 0..count {
            argv.push(self.key());
        }
        for _ in 0..count + usize::from(self.one_in(15)) {
            let id = if self.one_in(2) { self.pick(&[">", ">", ">", "$", "0", "0-0"]) } else { self.entry_id() };
            argv.push(id);
        }
    }

    /// An ID of an entry, from few enough that they meet.
    fn entry_id(&mut self) -> Vec<u8> {
        match self.below(30) {
            0 => self.pick(&["0", "0-0", "-", "+", "$", "*", ">", "", "x", "1-", "-1", "1-x", "1--1", "1--01", " 1-1"]),
            1 => self.pick(&[
                "18446744073709551615",
                "18446744073709551615-18446744073709551615",
                "18446744073709551616-0",
                "3-18446744073709551615",
                "255-256",
                "65536-1",
            ]),
            2..8 => self.pick(&["1-*", "3-*", "7-*", "30-*"]),
            8..14 => format!("{}", 1 + self.below(40)).into_bytes(),
            _ => format!("{}-{}", 1 + self.below(40), self.below(3)).into_bytes(),
        }
    }

    /// One end of an interval of IDs.
    fn interval_id(&mut self) -> Vec<u8> {
        if self.one_in(2) {
            return self.pick(&[
                "-",
                "+",
                "-",
                "+",
                "0",
                "(0-0",
                "(",
                "(-",
                "(18446744073709551615-18446744073709551615",
            ]);
        }
        let mut id = self.entry_id();
        if self.one_in(3) {
            id.insert(0, b'(');
        }
        id
    }

    /// Mostly few scores, so that some are the same.
    fn score(&mut self) -> Vec<u8> {
        if self.one_in(12) {
            return self.number();
        }
        self.pick(&["0", "1", "1", "2", "2", "3", "-1", "0.5", "1e3", "-0", "inf", "-inf", "0x1p-3", "1e17", "5e-324"])
    }

    /// One end of a range of ranks, scores or members.
    fn bound(&mut self) -> Vec<u8> {
        match self.below(16) {
            0 => self.number(),
            1..6 => self.pick(&["0", "1", "2", "3", "-1", "-2", "-3", "100"]),
            6..11 => {
                self.pick(&["-inf", "+inf", "inf", "0", "1", "(1", "2", "(2", "3", "(", " 1", "(0.5", "1e3", "(nan"])
            }
            _ => self
                .pick(&["-", "+", "[a", "(a", "[b", "(b", "[c", "(1", "[2", "[", "(", "[hello", "a", "+x", "[\u{0}"]),
        }
    }

    fn number(&mut self) -> Vec<u8> {
        self.pick(&[
            "0",
            "1",
            "-1",
            "2",
            "10",
            "100",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "-9223372036854775809",
            "4611686018427387904",
            "0.1",
            "-0.5",
            "3.0",
            "1e3",
            "1e400",
            "-1e-5",
            "inf",
            "-inf",
            "nan",
            "0x10",
            " 1",
            "1 ",
            "01",
            "+1",
            "",
            "-",
            "-0",
            "1.7976931348623157e308",
            "3.14159265358979323846264338",
            "10000000000000000000000",
            "0.30000000000000004",
            "123456789012345.678",
            "1e17",
            "1e-17",
            "5e-324",
            "abc",
        ])
    }

    fn string(&mut self) -> Vec<u8> {
        match self.below(12) {
            0 => Vec::new(),
            1 => b"\x00binary\r\n\xff".to_vec(),
            2 => vec![b'x'; 44],
            3 => vec![b'y'; 45],
            4 => (0..self.below(600)).map(|n| (n * 7) as u8).collect(),
            5 | 6 => self.pick(&["hello", "Hello World", "abcabcabc", "ohmytext", "mynewtext"]),
            _ => self.number(),
        }
    }

    /// What DUMP answered for strings and for a value of every type and encoding; now and then with an error in it.
    fn payload(&mut self) -> Vec<u8> {
        let payloads: [&[u8]; 14] = [
            b"\x00\x05\x68\x65\x6c\x6c\x6f\x0a\x00\x63\x72\xdf\x76\x65\x34\x20\x0a",
            b"\x00\xc0\x7b\x0a\x00\x48\xe2\x53\xe1\x00\x7a\x67\xb9",
            b"\x00\xc2\x90\xee\xfe\xff\x0a\x00\x28\x75\xde\x7b\x13\xeb\x28\x00",
            b"\x00\xc3\x09\x40\xc8\x01\x61\x61\xe0\xbb\x00\x01\x61\x61\x0a\x00\x1f\x99\xf7\x2e\x01\xb2\x0d\xe3",
            b"\x00\x00\x0a\x00\x5d\x9b\x5c\x40\x0f\x7f\xa2\xda",
            b"\x12\x01\x02\xc3,@D\x1eD\0\0\0\x07\0\x81a\x02\x01\x01\xde\xd4\x02\xf2p\x11\x01\x04\xf3\xc0\xabv\xff\
                \x05\xf4\0\xf2\x05*\x01 \x1d\x02\x09\x9ea\xe0\x14\0\x01\x1f\xff\x0a\0\xc4\x03\xf8\xca\xf8e\x84\xc2",
            b"\x12\x03\x02\x0a\x0a\0\0\0\x01\0\x81a\x02\xff\x01\x05large\x02\x0a\x0a\0\0\0\x01\0\x81b\x02\xff\x0a\
                \0\xb8x\xa0,\x9c\xf4\x87:",
            b"\x0b\x14\x04\0\0\0\x03\0\0\0\xfe\xff\xff\xff\x01\0\0\0p\x11\x01\0\x0a\x00R}\xf8\xcc1\x1f;",
            b"\x02\x01\x01a\x0a\0b\x96\xe9~D\xd2\x1am",
            b"\x11\x1c\x1c\0\0\0\x06\0\x81a\x02\x01\x01\x81b\x02\x832.5\x04\x81c\x02\x83inf\x04\xff\x0a\0k\x1d\xde\
                \xdc\xe8\xe2\xc3\x99",
            b"\x05\x03\x01b\0\0\0\0\0\0\x04@\x01a\0\0\0\0\0\0\xf0?\x01c\0\0\0\0\0\0\xf0\xff\x0a\0\x9a$\xca\x8f\xdc\
                \xb1\xd0\x8c",
            b"\x10\x12\x12\0\0\0\x04\0\x81f\x02\x81v\x02\x81g\x02\x0c\x01\xff\x0a\0\xde\x139\x93\xf7\x83\x81~",
            b"\x04\x01\x01f\x02vv\x0a\0\x85G\xadc\xc7\x9a\x8f\xd0",
            b"\x13\x01\x10\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01<<\0\0\0\x18\0\x02\x01\x01\x01\x01\x01\x81a\x02\0\
                \x01\x02\x01\0\x01\0\x01\x01\x01\x04\x01\x01\x01\0\x01\x01\x01\x02\x01\x81b\x02\x02\x01\x81c\x02\x03\
                \x01\x08\x01\x02\x01\x01\x01\xdf\xff\x02\x81x\x02\x04\x01\xff\x02\x06\0\x05\x01\x05\x02\x03\x01\x01g\
                \x05\x02\x02\0\0\x0a\0\x10\x83\x9aw\xb6\xdc\xae\xc5",
        ];
        let mut payload = payloads[self.below(payloads.len())].to_vec();
        if self.one_in(6) {
            let at = self.below(payload.len());
            payload[at] ^= 1;
        }
        payload
    }

    /// Nothing that runs out while the test does.
    fn time_to_live(&mut self, millis: bool) -> Vec<u8> {
        if self.one_in(3) {
            return self.pick(&[
                "0",
                "-1",
                "-1000",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775",
                "9223372036854776",
                "9223370336854775807",
                "x",
                "1.5",
                "",
            ]);
        }
        let seconds = 100 + self.below(1_000_000) as u64;
        (if millis { seconds * 1_000 + self.below(1_000) as u64 } else { seconds }).to_string().into_bytes()
    }

    /// A command that has a key live a few milliseconds or seconds, or a bit longer, or for ever, or that asks.
    fn short_lived(&mut self) -> Vec<Vec<u8>> {
        let key = String::from_utf8(self.key()).unwrap_or_else(|_| "k1".to_owned());
        let (millis, seconds) = (self.below(25) as i64, self.below(4) as i64);
        let word = ["nx", "xx", "gt", "lt", "NX GT", "gt lt", "gt XX"][self.below(7)];
        let lines = [
            format!("set {{}} v px {millis}"),
            format!("set {{}} v ex {seconds}"),
            "set {} w keepttl get".to_owned(),
            format!("set {{}} 7 xx get px {millis}"),
            format!("psetex {{}} {millis} v"),
            format!("setex {{}} {seconds} v"),
            format!("getex {{}} px {millis}"),
            "getex {} persist".to_owned(),
            format!("pexpire {{}} {millis}"),
            format!("pexpire {{}} {millis}"),
            format!("pexpire {{}} {millis} {word}"),
            format!("expire {{}} {seconds} {word}"),
            format!("expire {{}} {seconds}"),
            format!("pexpireat {{}} {}", 1_893_456_000_123 + self.below(10_000)),
            format!("expireat {{}} {} {word}", 1_893_456_000 + self.below(10)),
            "persist {}".to_owned(),
            "pttl {}".to_owned(),
            "ttl {}".to_owned(),
            "pexpiretime {}".to_owned(),
            "watch {}".to_owned(),
            "touch {} {}".to_owned(),
            "exists {} {}".to_owned(),
            "copy {} k5 replace".to_owned(),
            "rename {} k4".to_owned(),
            "incr {}".to_owned(),
            "append {} x".to_owned(),
            "lpush {} a".to_owned(),
            "sadd {} a".to_owned(),
            "hset {} f v".to_owned(),
            "zadd {} 1 a".to_owned(),
            "xadd {} * f v".to_owned(),
            "dbsize".to_owned(),
            "time".to_owned(),
            "keys *".to_owned(),
            "scan 0 count 1000".to_owned(),
        ];
        let line = &lines[self.below(lines.len())];
        line.split(' ').map(|word| if word == "{}" { key.clone() } else { word.to_owned() }.into_bytes()).collect()
    }

    fn unix_time(&mut self, millis: bool) -> Vec<u8> {
        if self.one_in(3) {
            return self.pick(&[
                "0",
                "1",
                "-1",
                "9223372036854775807",
                "9223372036854775",
                "9223372036854776",
                "x",
                "1000000000",
            ]);
        }
        let seconds = 5_000_000_000 + self.below(1_000_000_000) as u64;
        (if millis { seconds * 1_000 + self.below(1_000) as u64 } else { seconds }).to_string().into_bytes()
    }

    /// Wrong numbers of arguments, arguments in wrong places.
    fn spoil(&mut self, argv: &mut Vec<Vec<u8>>) {
        let at = self.below(argv.len());
        match self.below(5) {
            0 if argv.len() > 1 => drop(argv.pop()),
            1 => argv.push(self.string()),
            2 if at > 0 => drop(argv.remove(at)),
            3 if at > 0 => argv.swap(at, 0),
            _ => {
                let option = self
                    .pick(&["NX", "XX", "GT", "LT", "GET", "EX", "KEEPTTL", "COUNT", "REPLACE", "DB", "LEN", "ABSTTL"]);
                argv.push(option);
            }
        }
    }
}

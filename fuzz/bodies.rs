//! What every parser of the product does with any bytes: one function a parser, which must return.
//!
//! `cargo fuzz run requests` and its kin call these with bytes that libFuzzer grows; `tests/fuzz.rs` calls them with seeded
//! bytes in each ordinary run.

use slotscope::engine::{Engine, Host, UnixMicros, complete, help, hint};
use slotscope::link;
use slotscope::resp::{Bytes, RequestParser, Value, decode, encode, human, split_args};
use slotscope::scenario::Scenario;

/// A host whose clock moves by itself.
struct Lone(u64);

impl Host for Lone {
    fn now(&self) -> UnixMicros {
        UnixMicros(1_700_000_000_000_000 + self.0 % 1_000_000_000)
    }
    fn random(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }
}

/// An engine with little memory to give.
fn engine() -> Engine {
    let mut engine = Engine::new(false);
    for (name, value) in [("maxmemory", "16mb"), ("proto-max-bulk-len", "1mb"), ("enable-debug-command", "yes")] {
        let _ = engine.configure(name, value);
    }
    engine
}

/// Requests off the wire, in pieces whose size the first byte says.
pub fn requests(data: &[u8]) {
    let Some((size, rest)) = data.split_first() else { return };
    let mut parser = RequestParser::default();
    for piece in rest.chunks(usize::from(*size).max(1)) {
        parser.feed(piece);
        loop {
            match parser.next_request() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

/// What one connection sends, executed, and the replies printed in both protocols.
pub fn commands(data: &[u8]) {
    let mut parser = RequestParser::default();
    parser.feed(data);
    let mut host = Lone(data.len() as u64);
    let mut engine = engine();
    let client = engine.connect(host.now(), "127.0.0.1:50000");
    let mut wire = Vec::new();
    while let Ok(Some(argv)) = parser.next_request() {
        if engine.is_blocked(client) {
            return;
        }
        let outcome = engine.execute(&mut host, client, &argv);
        wire.clear();
        if let Some(reply) = &outcome.reply {
            encode(reply, 2, &mut wire);
            encode(reply, 3, &mut wire);
        }
        engine.take_effects();
        engine.take_notices();
        engine.take_messages();
        engine.take_hung_up();
        engine.tick(&mut host);
        if outcome.close {
            return;
        }
    }
}

/// A line at the console: hints while it is typed, then the words of it.
pub fn console_lines(data: &[u8]) {
    let line = String::from_utf8_lossy(data);
    let _ = (hint(&line), complete(&line), help(&line));
    for line in data.split(|byte| *byte == b'\n') {
        if let Some(words) = split_args(line) {
            commands_of(&words);
        }
    }
}

fn commands_of(words: &[Bytes]) {
    let mut host = Lone(1);
    let mut engine = engine();
    let client = engine.connect(host.now(), "127.0.0.1:50000");
    let outcome = engine.execute(&mut host, client, words);
    let _ = human::format(&outcome.reply.unwrap_or(Value::Null));
}

/// A reply off the wire, printed for people.
pub fn replies(data: &[u8]) {
    if let Some((value, used)) = decode(data) {
        assert!(used <= data.len());
        let _ = human::format(&value);
    }
}

/// A payload of RESTORE, with a checksum that is right: the one thing a stranger would not get right by chance.
pub fn dumps(data: &[u8]) {
    let mut host = Lone(1);
    let mut engine = engine();
    let client = engine.connect(host.now(), "127.0.0.1:50000");
    let words = [&b"DEBUG"[..], b"SET-SKIP-CHECKSUM-VALIDATION", b"1"];
    let _ = engine.execute(&mut host, client, &words.map(Bytes::from));
    let payload = [data, b"\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00"].concat();
    for payload in [data, &payload] {
        let words = [&b"RESTORE"[..], b"k", b"0", payload, b"REPLACE"];
        let _ = engine.execute(&mut host, client, &words.map(Bytes::from));
        let _ = engine.execute(&mut host, client, &[Bytes::from("DUMP"), Bytes::from("k")]);
    }
}

/// A snapshot of all data, as a primary would send it: what is loaded can be written and loaded again; what is refused leaves
/// the data as it was.
pub fn snapshots(data: &[u8]) {
    let mut host = Lone(1);
    let mut engine = engine();
    for bytes in [data, &[b"REDIS0010", data].concat()] {
        let before = engine.snapshot(host.now());
        if engine.load_snapshot(&mut host, bytes).is_ok() {
            let written = engine.snapshot(host.now());
            assert_eq!(engine.load_snapshot(&mut host, &written), Ok(()));
        } else {
            assert_eq!(engine.snapshot(host.now()), before);
        }
    }
}

/// A link.
pub fn links(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(read) = link::decode(&text) {
        assert!(read.validate().is_ok());
    }
}

/// A scenario's settings as text, a `key value` a line.
pub fn scenarios(data: &[u8]) {
    let mut scenario = Scenario::default();
    for line in String::from_utf8_lossy(data).lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let _ = scenario.set_text(key, value);
    }
    let _ = scenario.validate();
}

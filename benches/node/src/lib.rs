//! The command engine alone, for Node: one server, called by single commands or by batches.
//!
//! Built by `cargo xtask bench node`, which races it; the page does not contain it.
#![cfg(target_arch = "wasm32")]
// The clock here is the visitor's; the rule against it is the simulation's.
#![allow(clippy::disallowed_methods)]

use std::mem::take;

use slotscope::engine::{ClientId, Engine, Host, UnixMicros};
use slotscope::resp::{Bytes, Value};
use wasm_bindgen::prelude::*;

/// What surrounds the engine: the machine's time, and chance from a fixed seed.
struct Lone {
    now: UnixMicros,
    state: u64,
}

impl Host for Lone {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 16
    }
}

/// One server with one client.
///
/// `server.mjs` writes requests into [`Self::heads`] and [`Self::text`], calls [`Self::run`], and reads the replies from
/// where that says: numbers and text cross over in bulk, as handing them over one by one costs more than most commands.
#[wasm_bindgen]
pub struct Server {
    engine: Engine,
    host: Lone,
    client: ClientId,
    /// The words of the command being run.
    argv: Vec<Bytes>,
    calls: u32,
    /// For each command the number of its words, then the length of each.
    heads: Vec<u32>,
    /// All words, one behind the other.
    text: Vec<u8>,
    replies: Replies,
    /// Where the replies' numbers are, where their text, and how long it is: negative if it is not all ASCII.
    found: [i32; 3],
}

impl Default for Server {
    fn default() -> Self {
        let host = Lone { now: machine_time(), state: 1 };
        let mut engine = Engine::new(false);
        // There are no replicas.
        engine.end_stream();
        let client = engine.connect(host.now, "127.0.0.1:50000");
        let (heads, text, replies) = (Vec::new(), Vec::new(), Replies::default());
        Self { engine, host, client, argv: Vec::new(), calls: 0, heads, text, replies, found: [0; 3] }
    }
}

/// All memory of this program: where requests are written and replies are read.
#[wasm_bindgen]
pub fn all_memory() -> JsValue {
    wasm_bindgen::memory()
}

fn machine_time() -> UnixMicros {
    UnixMicros((js_sys::Date::now() * 1_000.0) as u64)
}

#[wasm_bindgen]
impl Server {
    /// An empty server.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for requests of so many numbers and so much text.
    pub fn make_room(&mut self, heads: usize, text: usize) {
        self.heads.resize(heads, 0);
        self.text.resize(text, 0);
    }

    /// Where the numbers of the requests go.
    pub fn heads(&self) -> *const u32 {
        self.heads.as_ptr()
    }

    /// Where the text of the requests goes.
    pub fn text(&self) -> *const u8 {
        self.text.as_ptr()
    }

    /// Runs the commands that the first `heads` numbers tell of. Answers where three numbers are: the addresses of the
    /// replies' numbers (see `Replies`) and of their text, and the length of the text, negative if it is not all ASCII.
    pub fn run(&mut self, heads: usize) -> *const i32 {
        self.replies.clear();
        // They are in nobody else's way while they are out here, and need not be looked up for each word.
        let (said, text, mut argv) = (take(&mut self.heads), take(&mut self.text), take(&mut self.argv));
        let mut lengths = said.iter().take(heads).map(|number| *number as usize);
        let mut rest = &text[..];
        while let Some(count) = lengths.next() {
            argv.clear();
            argv.extend(lengths.by_ref().take(count).map(|length| {
                let word = Bytes::first(rest, length);
                rest = rest.get(length..).unwrap_or_default();
                word
            }));
            self.turn_the_clock();
            let outcome = self.engine.execute(&mut self.host, self.client, &argv);
            self.replies.add(outcome.reply.as_ref().unwrap_or(&Value::Null));
        }
        (self.heads, self.text, self.argv) = (said, text, argv);
        let Replies { heads, text } = &self.replies;
        let len = text.len() as i32;
        self.found = [heads.as_ptr() as i32, text.as_ptr() as i32, if text.is_ascii() { len } else { -len }];
        self.found.as_ptr()
    }

    /// Nanoseconds that `n` GETs and SETs take in here, without JavaScript in between.
    pub fn alone(&mut self, n: u32) -> f64 {
        let keys: Vec<Bytes> = (0..10_000).map(|n| Bytes::from(format!("row:{n}"))).collect();
        let (get, set, value) = (Bytes::from("GET"), Bytes::from("SET"), Bytes::from("v".repeat(100)));
        let begin = js_sys::Date::now();
        for turn in 0..n {
            let key = keys[(turn.wrapping_mul(2_654_435_761) >> 8) as usize % keys.len()].clone();
            if turn % 2 == 0 {
                self.engine.execute(&mut self.host, self.client, &[set.clone(), key, value.clone()]);
            } else {
                self.engine.execute(&mut self.host, self.client, &[get.clone(), key]);
            }
        }
        (js_sys::Date::now() - begin) * 1e6 / f64::from(n)
    }

    /// Adds `n` small string keys; answers how many there are.
    pub fn fill(&mut self, n: u32) -> u32 {
        let set = Bytes::from("SET");
        for turn in 0..n {
            let key = Bytes::from(format!("key:{turn:012}"));
            let value = Bytes::from(format!("value:{turn}"));
            self.engine.execute(&mut self.host, self.client, &[set.clone(), key, value]);
        }
        self.engine.keyspace().len() as u32
    }

    /// Bytes of memory this program has taken.
    pub fn memory(&self) -> u32 {
        (core::arch::wasm32::memory_size(0) * 65_536) as u32
    }

    /// The time need not be asked for at every call: nothing here is finer than a millisecond.
    fn turn_the_clock(&mut self) {
        self.calls = self.calls.wrapping_add(1);
        if self.calls % 64 == 1 {
            self.host.now = machine_time();
        }
    }
}

/// Replies as numbers and text.
#[derive(Default)]
struct Replies {
    /// For each reply, and each element behind its array: eight times a number, plus its kind. The number is a length of
    /// text, an integer, or how many elements follow.
    heads: Vec<i32>,
    text: Vec<u8>,
}

/// What a reply is, as its number says.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Integer,
    /// A number that the text spells out.
    Number,
    Null,
    Array,
    Error,
}

impl Replies {
    fn clear(&mut self) {
        self.heads.clear();
        self.text.clear();
    }

    fn head(&mut self, kind: Kind, number: usize) {
        self.heads.push((number as i32) << 3 | kind as i32);
    }

    /// Text of any bytes: what is no UTF-8 is for JavaScript to replace.
    fn say(&mut self, kind: Kind, text: &Bytes) {
        self.head(kind, text.len());
        text.append_to(&mut self.text);
    }

    fn add(&mut self, value: &Value) {
        /// Integers that a head has room for.
        const SMALL: std::ops::Range<i64> = -(1 << 28)..1 << 28;
        match value {
            Value::Error(text) => self.say(Kind::Error, text),
            Value::Simple(text) | Value::Bulk(text) | Value::Verbatim(_, text) | Value::BigNumber(text) => {
                self.say(Kind::Text, text);
            }
            Value::DoubleText(text) => self.say(Kind::Number, text),
            Value::Int(n) if SMALL.contains(n) => self.heads.push((*n as i32) << 3 | Kind::Integer as i32),
            Value::Int(n) => self.say(Kind::Number, &Bytes::from_int(*n)),
            Value::Double(n) => self.say(Kind::Number, &Bytes::from(n.to_string())),
            Value::Bool(is) => self.head(Kind::Integer, usize::from(*is)),
            Value::Null | Value::NullArray => self.head(Kind::Null, 0),
            Value::Attributed(both) => self.add(&both.1),
            Value::Printed(_, value) => self.add(value),
            Value::Array(items) | Value::Set(items) | Value::Push(items) | Value::CutShort(_, items) => {
                self.head(Kind::Array, items.len());
                items.iter().for_each(|item| self.add(item));
            }
            Value::Strings(items) => {
                self.head(Kind::Array, items.len());
                for item in items {
                    self.say(Kind::Text, item);
                }
            }
            Value::Map(pairs) => {
                self.head(Kind::Array, pairs.len() * 2);
                for (key, value) in pairs {
                    self.add(key);
                    self.add(value);
                }
            }
        }
    }
}

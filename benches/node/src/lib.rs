//! The command engine alone, for Node: one server, called by single commands or by batches.
//!
//! Built by `cargo xtask bench node`, which races it; the page does not contain it.
#![cfg(target_arch = "wasm32")]
// The clock here is the visitor's; the rule against it is the simulation's.
#![allow(clippy::disallowed_methods)]

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
#[wasm_bindgen]
pub struct Server {
    engine: Engine,
    host: Lone,
    client: ClientId,
    /// The words of the command being run.
    argv: Vec<Bytes>,
    calls: u32,
}

impl Default for Server {
    fn default() -> Self {
        let host = Lone { now: machine_time(), state: 1 };
        let mut engine = Engine::new(false);
        // There are no replicas.
        engine.end_stream();
        let client = engine.connect(host.now, "127.0.0.1:50000");
        Self { engine, host, client, argv: Vec::new(), calls: 0 }
    }
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

    /// Runs commands: for each the number of its words and the words, all joined by zero bytes. Answers the replies in
    /// one text, which `server.mjs` reads: crossing over to JavaScript costs more than most commands.
    pub fn run(&mut self, text: &str) -> String {
        let mut replies = String::with_capacity(text.len());
        let mut words = text.split('\0');
        while let Some(count) = words.next().and_then(|count| count.parse().ok()) {
            self.argv.clear();
            self.argv.extend(words.by_ref().take(count).map(Bytes::from));
            self.turn_the_clock();
            let reply = self.engine.execute(&mut self.host, self.client, &self.argv).reply;
            write(&reply.unwrap_or(Value::Null), &mut replies);
        }
        replies
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

/// A reply as text: a letter for its kind and what it says, each ended by a zero byte.
fn write(value: &Value, into: &mut String) {
    let mut line = |kind: char, text: &str| {
        into.push(kind);
        into.push_str(text);
        into.push('\0');
    };
    match value {
        Value::Error(text) => line('-', &String::from_utf8_lossy(text)),
        Value::Simple(text) | Value::Bulk(text) | Value::Verbatim(_, text) | Value::BigNumber(text) => {
            line('$', &String::from_utf8_lossy(text));
        }
        Value::DoubleText(text) => line(':', &String::from_utf8_lossy(text)),
        Value::Int(n) => line(':', &n.to_string()),
        Value::Double(n) => line(':', &n.to_string()),
        Value::Bool(is) => line(':', if *is { "1" } else { "0" }),
        Value::Null | Value::NullArray => line('_', ""),
        Value::Attributed(both) => write(&both.1, into),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            line('*', &items.len().to_string());
            items.iter().for_each(|item| write(item, into));
        }
        Value::Map(pairs) => {
            line('*', &(pairs.len() * 2).to_string());
            for (key, value) in pairs {
                write(key, into);
                write(value, into);
            }
        }
    }
}

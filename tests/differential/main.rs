//! The engine beside a real redis-server 7.0: the same commands, the same replies, byte for byte.
//!
//! Random sequences are made from what the real server says of its commands' arguments; a sequence that tells the two
//! apart is shrunk to the fewest commands and arguments, and is kept in regressions.txt, which every run begins with. The
//! real server's clock is turned by the tests (clock.rs), so that keys expire at the same moment on both. Set `SLOTSCOPE_SOAK` to a number to run that many times more, from a seed of
//! the day; `SLOTSCOPE_GROUPS` has only some groups' commands called (`sorted-set,generic`). Without a redis-server on PATH the
//! tests say so and pass, except in CI.

mod clock;
mod compare;
mod conversations;
mod estimates;
mod generate;
mod lists;
mod migrate;
mod notified;
mod ours;
#[path = "../../examples/gateway/outbound.rs"]
mod outbound;
mod payloads;
mod places;
mod real;
mod replicas;
mod shown;
mod steps;
mod surface;
mod tables;

use std::alloc::System;
use std::cell::{Cell, RefCell};

use cap::Cap;
use clock::Clock;
use generate::Grammar;
use ours::Ours;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use real::{Connection, RealServer};
use steps::{Call, Step, Steps};

/// Counts what is allocated: one of the tests here has a budget.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Random sequences in each protocol, and the longest of them.
const SEQUENCES: u32 = 2_600;
const LONGEST: usize = 90;
const CLIENTS: usize = 2;

/// Sequences that once told the two apart.
const REGRESSIONS: &str = include_str!("regressions.txt");

/// Both servers, and what of a transaction each client has queued.
struct Pair<'a> {
    real: &'a mut [Connection],
    /// A connection apart, in a database apart.
    cleaner: &'a mut Connection,
    ours: Ours,
    clock: &'a mut Clock,
    queued: [Vec<Vec<Vec<u8>>>; CLIENTS],
    in_multi: [bool; CLIENTS],
    commands: u64,
}

/// Commands that may wait: outside a transaction they would, for ever.
const WAITING: &[&str] = &["blmove", "blmpop", "blpop", "brpop", "brpoplpush", "bzmpop", "bzpopmax", "bzpopmin"];

impl Pair<'_> {
    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let call = match step {
            Step::Wait(millis) => {
                self.clock.turn(millis * 1_000 + 7);
                self.ours.turn_to(self.clock.now());
                return Ok(());
            }
            Step::Call(call) => call,
        };
        let is_randomkey = call.argv.len() == 1 && call.argv[0].eq_ignore_ascii_case(b"randomkey");
        if is_randomkey && self.in_multi[call.client] {
            return Ok(());
        }
        self.step(call)?;
        if is_randomkey {
            // It deletes the expired keys that it comes across: now all are.
            self.words(call.client, &[b"scan", b"0", b"count", b"1000"])?;
        }
        Ok(())
    }

    /// Has both run it; answers the real reply.
    fn step(&mut self, call: &Call) -> Result<Vec<u8>, TestCaseError> {
        let Call { client, argv } = call;
        let is = |name: &&str| argv[0].eq_ignore_ascii_case(name.as_bytes());
        let says = |word: &str| argv.iter().any(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
        let waits = WAITING.iter().any(is) || (["xread", "xreadgroup"].iter().any(is) && says("block"));
        if !self.in_multi[*client] && waits {
            return Ok(Vec::new());
        }
        self.commands += 1;
        if is(&"sort") || is(&"sort_ro") || is(&"exec") {
            // A score that overflowed in an earlier command makes SORT fail (it looks at what C's strtod left behind there):
            // this clears it.
            self.cleaner.call(&["INCRBYFLOAT", "no such key", "x"]);
        }
        let real = self.real[*client].call(argv);
        let ours = self.ours.call(*client, argv);
        let queued = &mut self.queued[*client];
        if let Some(difference) = compare::difference(argv, queued, &real, &ours) {
            return Err(TestCaseError::fail(format!("{call:?}\n{difference}")));
        }
        if real == b"+QUEUED\r\n" {
            queued.push(argv.clone());
        } else if ["exec", "discard", "reset"].iter().any(is) {
            queued.clear();
            self.in_multi[*client] = false;
        } else if is(&"multi") && real == b"+OK\r\n" {
            self.in_multi[*client] = true;
        }
        Ok(real)
    }

    fn words(&mut self, client: usize, words: &[&[u8]]) -> Result<Vec<u8>, TestCaseError> {
        let argv: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
        self.step(&Call { client, argv })
    }

    /// Compares what a sequence left behind: every key of every database.
    fn compare_all(&mut self) -> Result<(), TestCaseError> {
        self.words(0, &[b"reset"])?;
        self.words(0, &[b"debug", b"digest"])?;
        for db in 0..16 {
            self.words(0, &[b"select", db.to_string().as_bytes()])?;
            let size = self.words(0, &[b"dbsize"])?;
            if size == b":0\r\n" {
                continue;
            }
            let reply = self.words(0, &[b"keys", b"*"])?;
            let Some((slotscope::resp::Value::Array(keys), _)) = slotscope::resp::decode(&reply) else {
                return Err(TestCaseError::fail("KEYS answers no array"));
            };
            for key in keys {
                let slotscope::resp::Value::Bulk(key) = key else {
                    continue;
                };
                self.words(0, &[b"get", &key])?;
                self.words(0, &[b"lrange", &key, b"0", b"-1"])?;
                self.words(0, &[b"debug", b"digest-value", &key])?;
                self.words(0, &[b"hgetall", &key])?;
                self.words(0, &[b"zrange", &key, b"0", b"-1", b"withscores"])?;
                self.words(0, &[b"smembers", &key])?;
                self.words(0, &[b"xinfo", b"stream", &key, b"full", b"count", b"0"])?;
                self.words(0, &[b"pttl", &key])?;
                self.words(0, &[b"object", b"encoding", &key])?;
            }
        }
        Ok(())
    }
}

/// How many times more is asked for.
pub fn soak() -> u32 {
    std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(0)
}

/// The runner of so many random sequences: the same ones in every run, or others in a soak.
pub fn runner(sequences: u32, seed: u64) -> TestRunner {
    TestRunner::new(Config {
        cases: sequences * soak().max(1),
        failure_persistence: None,
        max_shrink_iters: 5_000,
        rng_seed: if soak() == 0 { RngSeed::Fixed(seed) } else { RngSeed::Random },
        ..Config::default()
    })
}

/// Panics with what was found, and with what to add to a file of regressions.
pub fn report(error: TestError<Vec<Step>>, file: &str, compare: impl Fn(&[Step]) -> Result<(), TestCaseError>) -> ! {
    match error {
        TestError::Fail(why, steps) => {
            let steps = steps::without_needless(steps, |steps| compare(steps).is_err());
            let why = compare(&steps).err().map_or_else(|| why.to_string(), |why| why.to_string());
            panic!("{why}\n\nWhen it is mended, add this to tests/differential/{file}:\n\n{}", steps::block(&steps))
        }
        TestError::Abort(why) => panic!("{why}"),
    }
}

fn compare_random_sequences(protocol: &[u8], seed: u64) {
    let Some(clock) = Clock::new() else { return };
    let Some(server) = RealServer::start_at(&clock) else { return };
    let mut connections: Vec<Connection> = (0..CLIENTS).map(|_| server.connect()).collect();
    // Keys that have expired are to stay until they are looked at: when else they go is a matter of chance.
    connections[0].call(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    let grammar = Grammar::of(&mut connections[0]);
    let cleaner = server.connect();
    let both = RefCell::new((connections, clock, cleaner));
    let (random, total) = (Cell::new(0), Cell::new(0));
    let compare = |steps: &[Step]| {
        let mut both = both.borrow_mut();
        let (real, clock, cleaner) = &mut *both;
        for connection in real.iter_mut() {
            connection.call(&["RESET"]);
            connection.call(&["FLUSHALL"]);
        }
        let ours = Ours::at(clock.now(), CLIENTS);
        let mut pair =
            Pair { real, cleaner, ours, clock, queued: Default::default(), in_multi: [false; CLIENTS], commands: 0 };
        for client in 0..CLIENTS {
            pair.words(client, &[b"hello", protocol])?;
        }
        pair.words(0, &[b"debug", b"set-active-expire", b"0"])?;
        // Streams of several nodes.
        pair.words(0, &[b"config", b"set", b"stream-node-max-entries", b"4"])?;
        let outcome = steps.iter().try_for_each(|step| pair.take(step));
        random.set(random.get() + pair.commands);
        let outcome = outcome.and_then(|()| pair.compare_all());
        total.set(total.get() + pair.commands);
        outcome
    };
    for steps in steps::parse(REGRESSIONS) {
        compare(&steps).unwrap_or_else(|why| panic!("an old fault is back: {why}\n{}", steps::block(&steps)));
    }
    let sequences = prop::collection::vec(Steps { grammar: &grammar, make: Grammar::step }, 1..LONGEST);
    let result = runner(SEQUENCES, seed).run(&sequences, |steps| compare(&steps));
    if let Err(error) = result {
        report(error, "regressions.txt", compare);
    }
    println!("{} random commands compared; with the looks at what they left: {}", random.get(), total.get());
    assert!(random.get() >= 100_000, "only {} commands", random.get());
}

#[test]
fn random_sequences_get_the_same_replies_in_resp2() {
    compare_random_sequences(b"2", 0x5107_5c0b);
}

#[test]
fn random_sequences_get_the_same_replies_in_resp3() {
    compare_random_sequences(b"3", 0x5107_5c0c);
}

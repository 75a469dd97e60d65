//! The engine beside a real redis-server 7.0: the same commands, the same replies, byte for byte.
//!
//! Random sequences are made from what the real server says of its commands' arguments; a sequence that tells the two
//! apart is shrunk to the fewest commands. Set `SLOTSCOPE_SOAK` to a number to run that many times more, from a seed of
//! the day; `SLOTSCOPE_GROUPS` has only some groups' commands called (`sorted-set,generic`). Without a redis-server on PATH the
//! tests say so and pass, except in CI.

mod compare;
mod estimates;
mod generate;
mod lists;
mod ours;
mod payloads;
mod places;
mod real;
mod surface;
mod tables;

use std::alloc::System;
use std::cell::{Cell, RefCell};

use cap::Cap;
use generate::{Call, Grammar};
use ours::Ours;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use real::{Connection, RealServer};

/// Counts what is allocated: one of the tests here has a budget.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Sequences, and the longest of them. Together with the look at what they left these are well over 20 000 commands.
const SEQUENCES: u32 = 600;
const LONGEST: usize = 90;
const CLIENTS: usize = 2;

/// Both servers, and what of a transaction each client has queued.
struct Pair<'a> {
    real: &'a mut [Connection],
    ours: Ours,
    queued: [Vec<Vec<Vec<u8>>>; CLIENTS],
    in_multi: [bool; CLIENTS],
    commands: u64,
}

/// Commands that may wait: outside a transaction they would, for ever.
const WAITING: &[&str] = &["blmove", "blmpop", "blpop", "brpop", "brpoplpush", "bzmpop", "bzpopmax", "bzpopmin"];

impl Pair<'_> {
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

#[test]
fn random_sequences_get_the_same_replies() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let connections: Vec<Connection> = (0..CLIENTS).map(|_| server.connect()).collect();
    let connections = RefCell::new(connections);
    // Keys that have expired are to stay until they are looked at: when else they go is a matter of time.
    connections.borrow_mut()[0].call(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    let grammar = Grammar::of(&mut connections.borrow_mut()[0]);
    let soak: u32 = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(0);
    let config = Config {
        cases: SEQUENCES * soak.max(1),
        failure_persistence: None,
        max_shrink_iters: 3_000,
        rng_seed: if soak == 0 { RngSeed::Fixed(0x5107_5c0b) } else { RngSeed::Random },
        ..Config::default()
    };
    let total = Cell::new(0);
    let calls = prop::collection::vec(any::<u64>().no_shrink(), 1..LONGEST)
        .prop_map(|seeds| seeds.into_iter().map(|seed| grammar.call(seed)).collect::<Vec<_>>());
    let result = TestRunner::new(config).run(&(any::<bool>(), calls), |(resp3, calls)| {
        let mut real = connections.borrow_mut();
        for connection in real.iter_mut() {
            connection.call(&["RESET"]);
            connection.call(&["FLUSHALL"]);
        }
        let mut pair = Pair {
            real: &mut real,
            ours: Ours::new(CLIENTS),
            queued: Default::default(),
            in_multi: [false; CLIENTS],
            commands: 0,
        };
        for client in 0..CLIENTS {
            pair.words(client, &[b"hello", if resp3 { b"3" } else { b"2" }])?;
        }
        // Streams of several nodes.
        pair.words(0, &[b"config", b"set", b"stream-node-max-entries", b"4"])?;
        let outcome = calls.iter().try_for_each(|call| pair.step(call).map(drop)).and_then(|()| pair.compare_all());
        total.set(total.get() + pair.commands);
        outcome
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!("{} commands compared", total.get());
    assert!(total.get() >= 20_000, "only {} commands", total.get());
}

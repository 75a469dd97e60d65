//! How fast the parts are: `cargo bench`. Each line gives the time of one operation and its ratio to a yardstick measured in
//! the same run, because a ratio means the same on a fast and on a slow machine.
//!
//! A bench is a name, a yardstick and a closure that does its operation `n` times and returns something the compiler must make.

// The clock here times the benches; the rule against it is the simulation's.
#![allow(clippy::disallowed_methods)]

use slotscope::engine::{Engine, Host, UnixMicros};
use slotscope::resp::Bytes;
use slotscope::scenario::Scenario;
use slotscope::sim::{Fingerprint, Nanos, Rng, Schedule};
use slotscope::world::World;
use std::cell::LazyCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let filter = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    // The yardstick: one step of a multiply-and-rotate chain, the smallest thing that depends on the step before.
    let yardstick = nanoseconds(&mut |n| {
        (0..n).fold(1_u64, |word, step| (word ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
    });
    println!("{:<44} {:>10.1} ns", "yardstick: multiply, rotate", yardstick);
    let bench = |name: &str, operation: &mut dyn FnMut(u64) -> u64| {
        if name.contains(&filter) {
            let time = nanoseconds(operation);
            println!("{name:<44} {time:>10.1} ns   {:>8.1} yardsticks", time / yardstick);
        }
    };

    let mut rng = Rng::named(1, "bench");
    bench("sim: draw a random number", &mut |n| (0..n).fold(0, |sum, _| sum ^ rng.next_u64()));

    let mut fingerprint = Fingerprint::default();
    bench("sim: mix a word into the fingerprint", &mut |n| {
        (0..n).for_each(|word| fingerprint.mix(word));
        fingerprint.value()
    });

    let mut schedule = Schedule::default();
    let mut delays = Rng::named(1, "delays");
    for event in 0..10_000_u64 {
        schedule.at(Nanos(delays.below(1_000_000)), event);
    }
    bench("sim: take and put an event among 10,000", &mut |n| {
        let mut sum = 0;
        for _ in 0..n {
            if let Some((_, event)) = schedule.pop_until(Nanos(u64::MAX)) {
                sum ^= event;
                schedule.after(Nanos(delays.below(1_000_000)), event);
            }
        }
        sum
    });

    let mut lone = Lone(Rng::named(1, "host"));
    let mut engine = Engine::new(false);
    let client = engine.connect(lone.now(), "127.0.0.1:1");
    let keys: Vec<Bytes> = (0..10_000).map(|n| Bytes::from(format!("row:{n}"))).collect();
    let (get, set) = (Bytes::from("GET"), Bytes::from("SET"));
    let value = Bytes::from("v".repeat(100));
    let mut pick = Rng::named(1, "keys");
    bench("engine: SET among 10,000 keys, replicated", &mut |n| {
        for _ in 0..n {
            let key = keys[pick.below(10_000) as usize].clone();
            engine.execute(&mut lone, client, &[set.clone(), key, value.clone()]);
            engine.take_effects();
        }
        engine.stats().commands
    });
    engine.end_stream();
    bench("engine: SET among 10,000 keys", &mut |n| {
        for _ in 0..n {
            let key = keys[pick.below(10_000) as usize].clone();
            engine.execute(&mut lone, client, &[set.clone(), key, value.clone()]);
        }
        engine.stats().commands
    });
    bench("engine: GET among 10,000 keys", &mut |n| {
        for _ in 0..n {
            let key = keys[pick.below(10_000) as usize].clone();
            engine.execute(&mut lone, client, &[get.clone(), key]);
        }
        engine.stats().keyspace_hits
    });

    // What benches/node does inside the engine.
    let mut turn = 0_u32;
    bench("engine: GET and SET by halves", &mut |n| {
        for _ in 0..n {
            turn = turn.wrapping_add(1);
            let key = keys[(turn.wrapping_mul(2_654_435_761) >> 8) as usize % keys.len()].clone();
            if turn.is_multiple_of(2) {
                engine.execute(&mut lone, client, &[set.clone(), key, value.clone()]);
            } else {
                engine.execute(&mut lone, client, &[get.clone(), key]);
            }
        }
        engine.stats().commands
    });

    let warm = LazyCell::new(|| {
        World::replay(&Scenario::default(), &[], Nanos::from_secs(5)).expect("the opening scene is valid")
    });
    bench("world: one event of the opening scene", &mut |n| {
        // From the same moment every time: the scene gets busier as it fills its memory.
        let mut world = warm.clone();
        let until = world.events() + n;
        while world.events() < until {
            world.advance(world.now() + Nanos::from_millis(1));
        }
        world.fingerprint()
    });
    bench("world: a checkpoint of the opening scene", &mut |n| (0..n).map(|_| warm.clone().events()).sum());
}

/// A lone server's surroundings.
struct Lone(Rng);

impl Host for Lone {
    fn now(&self) -> UnixMicros {
        UnixMicros(1_767_225_600_000_000)
    }
    fn random(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// The time of one operation: the least of several runs, each long enough for the clock.
fn nanoseconds(operation: &mut dyn FnMut(u64) -> u64) -> f64 {
    let mut n = 1_000;
    loop {
        let begin = Instant::now();
        black_box(operation(black_box(n)));
        if begin.elapsed() > Duration::from_millis(20) {
            break;
        }
        n *= 2;
    }
    let times = (0..7).map(|_| {
        let begin = Instant::now();
        black_box(operation(black_box(n)));
        begin.elapsed().as_secs_f64() * 1e9 / n as f64
    });
    times.fold(f64::INFINITY, f64::min)
}

//! One engine, by itself.

use super::backend::{Backend, Node};
use super::clock::Clock;
use super::options::Options;
use super::outbound::Outbound;
use slotscope::engine::{ClientId, Engine, Host, Migrated, Migration, Outcome, UnixMicros};
use slotscope::resp::{Bytes, RequestLimits, Value};
use slotscope::sim::Rng;
use std::time::{Duration, Instant};

/// What surrounds the engine.
struct Surroundings {
    now: UnixMicros,
    rng: Rng,
    outbound: Outbound,
    is_real: bool,
}

impl Host for Surroundings {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.rng.next_u64()
    }
    fn migrate(&mut self, migration: Migration, _may_wait: bool) -> Migrated {
        let began = Instant::now();
        let replies = self.outbound.migrate(&migration, self.now);
        // A clock that moves in steps has not moved.
        Migrated::Answered(replies.after(if self.is_real { began.elapsed().as_nanos() as u64 } else { 0 }))
    }
    fn kept_migration_links(&self) -> usize {
        self.outbound.kept()
    }
}

/// An engine with its clock.
pub struct Lone {
    engine: Engine,
    host: Surroundings,
    clock: Clock,
    next_cron: UnixMicros,
    keeps_effects: bool,
    /// Commands that are told the same time before the machine's clock is read again.
    unhurried: u32,
}

/// Commands that came together are told the same time, so many at most, and none after one that took long.
const UNHURRIED_MAX: u32 = 16;
const LONG_NS: u64 = 20_000;

impl Lone {
    /// An engine with these settings.
    pub fn new(options: &Options, clock: Clock) -> Result<Self, String> {
        let mut engine = Engine::new(false);
        for (name, value) in &options.settings {
            engine.configure(name, value).map_err(|why| format!("--{name} {value:?}: {why}"))?;
        }
        engine.end_stream();
        let rng = Rng::named(options.seed, "gateway");
        let host = Surroundings { now: clock.now(), rng, outbound: Outbound::default(), is_real: clock.is_real() };
        Ok(Self { engine, next_cron: host.now, host, clock, keeps_effects: false, unhurried: 0 })
    }

    fn hz(&self) -> u64 {
        self.engine.config("hz").and_then(|hz| hz.parse().ok()).unwrap_or(10).clamp(1, 500)
    }

    /// Nobody watches keys go.
    fn drop_notices(&mut self) {
        self.engine.take_notices();
    }
}

/// Prints what is for the server's log.
pub fn print_log(lines: Vec<String>) {
    for line in lines {
        println!("{line}");
    }
}

impl Backend for Lone {
    fn nodes(&self) -> usize {
        1
    }

    fn config(&self, _node: Node, name: &str) -> String {
        self.engine.config(name).unwrap_or_default()
    }

    fn announce_port(&mut self, _node: Node, port: u16) {
        // A parameter of every engine; it cannot fail.
        let _ = self.engine.configure("port", &port.to_string());
    }

    fn has_ended(&self) -> bool {
        self.engine.has_ended()
    }

    fn connect(&mut self, _node: Node, addr: &str) -> ClientId {
        self.engine.connect(self.clock.now(), addr)
    }

    fn disconnect(&mut self, _node: Node, client: ClientId) {
        self.engine.disconnect(client);
    }

    fn execute(&mut self, _node: Node, client: ClientId, argv: &[Bytes]) -> Outcome {
        if self.unhurried == 0 || !self.clock.is_real() {
            self.host.now = self.clock.next_command();
            self.unhurried = UNHURRIED_MAX;
        }
        self.unhurried -= 1;
        let outcome = self.engine.execute(&mut self.host, client, argv);
        if outcome.cost_ns > LONG_NS {
            self.unhurried = 0;
        }
        self.drop_notices();
        print_log(self.engine.take_log());
        self.clock.sleep(Duration::from_nanos(self.engine.take_sleep()));
        outcome
    }

    fn protocol(&self, _node: Node, client: ClientId) -> u8 {
        self.engine.protocol(client)
    }

    fn is_blocked(&self, _node: Node, client: ClientId) -> bool {
        self.engine.is_blocked(client)
    }

    fn limits(&self, _node: Node, client: ClientId) -> RequestLimits {
        self.engine.request_limits(client)
    }

    fn leaves_too_much_unread(&mut self, _node: Node, client: ClientId, is_follower: bool, unread: u64) -> bool {
        self.engine.leaves_too_much_unread(client, is_follower, unread, self.clock.now())
    }

    fn take_messages(&mut self, _node: Node) -> Vec<(ClientId, Value)> {
        self.engine.take_messages()
    }

    fn take_hung_up(&mut self, _node: Node) -> Vec<ClientId> {
        self.engine.take_hung_up()
    }

    fn keep_effects(&mut self, _node: Node, keep: bool) {
        self.keeps_effects = keep;
        if keep {
            self.engine.begin_stream();
        } else {
            self.engine.end_stream();
        }
    }

    fn take_effects(&mut self, _node: Node) -> Vec<Vec<Bytes>> {
        if self.keeps_effects { self.engine.take_effects() } else { Vec::new() }
    }

    fn idle_for(&mut self) -> Option<Duration> {
        if !self.clock.is_real() {
            return None;
        }
        // A wait has run out only after its last microsecond.
        let deadline = self.engine.next_deadline().map(|at| UnixMicros(at.0.saturating_add(1)));
        let next = deadline.map_or(self.next_cron, |at| at.min(self.next_cron));
        Some(Duration::from_micros(next.0.saturating_sub(self.clock.now().0)))
    }

    fn work(&mut self) {
        self.unhurried = 0;
        let now = self.clock.now();
        let waits_out = self.engine.next_deadline().is_some_and(|at| at < now);
        if !waits_out && now < self.next_cron {
            return;
        }
        self.host.now = now;
        if waits_out {
            self.engine.tick(&mut self.host);
        }
        if now >= self.next_cron {
            self.engine.cron(&mut self.host);
            self.host.outbound.close_idle(now);
            let period = 1_000_000 / self.hz();
            // What was missed is not made up for.
            self.next_cron = UnixMicros((self.next_cron.0 + period).max(now.0));
        }
        self.drop_notices();
    }

    fn control(&mut self, words: &[Bytes]) -> Result<String, String> {
        match words {
            [word, millis] if word.eq_ignore_ascii_case(b"step") => {
                super::options::step(&mut self.clock, millis)?;
                Ok(self.clock.now().0.to_string())
            }
            _ => Err("this server knows STEP <milliseconds>".to_string()),
        }
    }
}

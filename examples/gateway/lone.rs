//! One engine, by itself.

use super::backend::{Backend, Listening, Node};
use super::clock::Clock;
use super::follow::Inbox;
use super::options::Options;
use super::outbound::Outbound;
use super::replication::Replication;
use super::server::listen;
use mio::Waker;
use slotscope::engine::{
    ClientId, Engine, Followed, Host, Migrated, Migration, Outcome, PrimaryAddress, ReplicaWord, SyncCounts,
    SyncRequest, UnixMicros,
};
use slotscope::resp::{Bytes, RequestLimits, Value, encode_command};
use slotscope::sim::Rng;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What surrounds the engine.
pub(super) struct Surroundings {
    pub(super) now: UnixMicros,
    rng: Rng,
    outbound: Outbound,
    pub(super) replication: Replication,
    /// What CONFIG SET port has come to, until the event loop takes it.
    listener: Option<Listening>,
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
    fn listen_on(&mut self, port: u16) -> bool {
        let listening = match port {
            0 => Listening::Nowhere,
            _ => match listen(port) {
                Ok((listener, _)) => Listening::On(listener),
                Err(_) => return false,
            },
        };
        self.listener = Some(listening);
        true
    }
    fn kept_migration_links(&self) -> usize {
        self.outbound.kept()
    }
    fn is_replica(&self) -> bool {
        self.replication.is_replica()
    }
    fn is_cut_off(&self) -> bool {
        self.replication.is_cut_off()
    }
    fn good_replicas(&self) -> u32 {
        self.replication.good_replicas()
    }
    fn acknowledged_replicas(&self, offset: u64) -> i64 {
        self.replication.acknowledged(offset)
    }
    fn has_lagging_replicas(&self) -> bool {
        self.replication.has_lagging()
    }
    fn request_acknowledgements(&mut self) {
        self.replication.wants_acknowledgements = true;
    }
    fn info_replication(&self) -> Vec<(String, String)> {
        self.replication.info(self.now)
    }
    fn role(&self) -> Value {
        self.replication.role()
    }
    fn follow(&mut self, primary: &PrimaryAddress) -> Followed {
        self.replication.follow(primary, self.now)
    }
    fn follow_nobody(&mut self) {
        self.replication.follow_nobody();
    }
    fn feed(&mut self, client: ClientId, request: SyncRequest) -> bool {
        self.replication.feed(client, request);
        true
    }
    fn sync_counts(&self) -> SyncCounts {
        self.replication.counts
    }
    fn replica_says(&mut self, client: ClientId, word: ReplicaWord) {
        self.replication.hear(client, word, self.now);
    }
    fn replication_id(&self) -> Option<&str> {
        Some(&self.replication.history.replid)
    }
    fn change_replication_id(&mut self) {
        self.replication.history.change_name();
    }
}

/// An engine with its clock.
pub struct Lone {
    pub(super) engine: Engine,
    pub(super) host: Surroundings,
    pub(super) clock: Clock,
    next_cron: UnixMicros,
    pub(super) waker: Option<Arc<Waker>>,
    /// What has come from the primary and is not a whole command yet.
    pub(super) inbox: Inbox,
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
        let replication = Replication::new(Rng::named(options.seed ^ clock.now().0, "replication"));
        let outbound = Outbound::default();
        let mut host =
            Surroundings { now: clock.now(), rng, outbound, replication, listener: None, is_real: clock.is_real() };
        let replicaof = engine.config("replicaof").unwrap_or_default();
        if let Some((name, port)) = replicaof.split_once(' ') {
            let port = port.trim().parse().map_err(|_| format!("--replicaof {replicaof}: Invalid master port"))?;
            host.follow(&PrimaryAddress { host: Bytes::from(name), port });
        }
        Ok(Self { engine, next_cron: host.now, host, clock, waker: None, inbox: Inbox::default(), unhurried: 0 })
    }

    fn hz(&self) -> u64 {
        self.engine.config("hz").and_then(|hz| hz.parse().ok()).unwrap_or(10).clamp(1, 500)
    }

    /// Nobody watches keys go.
    fn drop_notices(&mut self) {
        self.engine.take_notices();
    }

    /// Puts into the stream what has happened, where it is kept; `by`: what this client did.
    fn replicate(&mut self, by: Option<ClientId>) {
        let replication = &mut self.host.replication;
        if !replication.history.is_kept() {
            replication.wants_acknowledgements = false;
            return;
        }
        if replication.is_replica() {
            // Its own changes are nobody's business.
            self.engine.take_effects();
            return;
        }
        let mut bytes = Vec::new();
        for argv in self.engine.take_effects() {
            encode_command(&argv, &mut bytes);
        }
        replication.append(&bytes);
        if let Some(client) = by {
            self.engine.note_offset(client, replication.history.offset);
        }
        replication.ask_for_acknowledgements();
        if std::mem::take(&mut replication.has_news_of_replicas) {
            self.engine.acknowledged(&mut self.host);
        }
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

    fn take_listener(&mut self) -> Option<Listening> {
        self.host.listener.take()
    }

    fn connect(&mut self, _node: Node, addr: &str) -> ClientId {
        self.engine.connect(self.clock.now(), addr)
    }

    fn disconnect(&mut self, _node: Node, client: ClientId) {
        self.engine.disconnect(client);
        self.host.replication.forget(client);
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
        if self.host.replication.history.is_kept() {
            self.replicate(Some(client));
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

    fn take_replicas(&mut self, _node: Node) -> Vec<(ClientId, Vec<u8>)> {
        self.host.replication.take_asked(&mut self.engine, self.host.now)
    }

    fn take_stream(&mut self, _node: Node) -> Vec<u8> {
        self.host.replication.take_out()
    }

    fn set_waker(&mut self, waker: Arc<Waker>) {
        self.waker = Some(waker);
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
        self.hear_primary();
        let now = self.clock.now();
        self.host.now = now;
        self.tend_link();
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
            self.host.replication.cron(&mut self.engine, now);
            let period = 1_000_000 / self.hz();
            // What was missed is not made up for.
            self.next_cron = UnixMicros((self.next_cron.0 + period).max(now.0));
        }
        self.replicate(None);
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

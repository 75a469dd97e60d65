//! Our engine, spoken to as if it were a server.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::outbound::Outbound;
use slotscope::engine::{ClientId, Engine, Host, Migrated, Migration, UnixMicros};
use slotscope::resp::{Bytes, encode};

/// A lone server whose clock is the machine's: it is compared with one that has no other.
pub struct Ours {
    pub engine: Engine,
    host: LoneHost,
    clients: Vec<ClientId>,
    /// What each client was sent and did not take yet.
    sent: Vec<Vec<u8>>,
    gone: Vec<bool>,
}

struct LoneHost {
    now: UnixMicros,
    state: u64,
    /// The time is what the test says; otherwise the machine's.
    is_turned: bool,
    outbound: Outbound,
}

impl Host for LoneHost {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 16
    }
    fn migrate(&mut self, migration: Migration, _may_wait: bool) -> Migrated {
        Migrated::Answered(self.outbound.migrate(&migration, self.now))
    }
    fn kept_migration_links(&self) -> usize {
        self.outbound.kept()
    }
}

impl Ours {
    pub fn new(clients: usize) -> Self {
        Self::start(clients, None)
    }

    /// One whose clock is turned by [`Ours::turn_to`].
    pub fn at(micros: u64, clients: usize) -> Self {
        Self::start(clients, Some(micros))
    }

    fn start(clients: usize, turned: Option<u64>) -> Self {
        let mut engine = Engine::new(false);
        engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
        let now = turned.map_or_else(machine_time, UnixMicros);
        let host = LoneHost { now, state: 1, is_turned: turned.is_some(), outbound: Outbound::default() };
        let sent = vec![Vec::new(); clients];
        let gone = vec![false; clients];
        let clients = (0..clients).map(|n| engine.connect(host.now, &format!("127.0.0.1:{}", 50_000 + n))).collect();
        Self { engine, host, clients, sent, gone }
    }

    /// The reply on the wire.
    pub fn call(&mut self, client: usize, argv: &[impl AsRef<[u8]>]) -> Vec<u8> {
        if !self.host.is_turned {
            self.host.now = machine_time();
        }
        let argv: Vec<Bytes> = argv.iter().map(|arg| Bytes::from(arg.as_ref())).collect();
        let client = self.clients[client];
        let outcome = self.engine.execute(&mut self.host, client, &argv);
        let mut wire = Vec::new();
        if let Some(reply) = outcome.reply {
            encode(&reply, self.engine.protocol(client), &mut wire);
        }
        wire
    }
}

impl Ours {
    /// It is so late now, in microseconds since 1970.
    pub fn turn_to(&mut self, micros: u64) {
        self.host.now = UnixMicros(micros);
        self.engine.tick(&mut self.host);
    }

    /// Does the periodic work.
    pub fn work(&mut self) {
        self.host.outbound.close_idle(self.host.now);
        self.engine.cron(&mut self.host);
    }

    /// Runs a client's command, to be followed by [`Ours::take`] for each client.
    pub fn tell(&mut self, client: usize, argv: &[Vec<u8>]) {
        let argv: Vec<Bytes> = argv.iter().map(|arg| Bytes::from(arg.as_slice())).collect();
        let outcome = self.engine.execute(&mut self.host, self.clients[client], &argv);
        self.collect();
        if let Some(reply) = outcome.reply {
            encode(&reply, self.engine.protocol(self.clients[client]), &mut self.sent[client]);
        }
        if outcome.close {
            self.engine.disconnect(self.clients[client]);
            self.gone[client] = true;
        }
    }

    /// The number of a client.
    pub fn id(&self, client: usize) -> Vec<u8> {
        self.clients[client].0.to_string().into_bytes()
    }

    /// Whether a client waits for the answer to its last command.
    pub fn is_blocked(&self, client: usize) -> bool {
        self.engine.is_blocked(self.clients[client])
    }

    /// What a client was sent since it was last asked, and whether it has been disconnected.
    pub fn take(&mut self, client: usize) -> (Vec<u8>, bool) {
        self.collect();
        (std::mem::take(&mut self.sent[client]), self.gone[client])
    }

    fn collect(&mut self) {
        for (id, message) in self.engine.take_messages() {
            if let Some(client) = self.clients.iter().position(|known| *known == id) {
                encode(&message, self.engine.protocol(id), &mut self.sent[client]);
            }
        }
        for id in self.engine.take_hung_up() {
            if let Some(client) = self.clients.iter().position(|known| *known == id) {
                self.gone[client] = true;
            }
        }
    }
}

#[allow(clippy::disallowed_methods)]
fn machine_time() -> UnixMicros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    UnixMicros(since.as_micros() as u64)
}

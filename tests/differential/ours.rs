//! Our engine, spoken to as if it were a server.

use std::time::{SystemTime, UNIX_EPOCH};

use slotscope::engine::{ClientId, Engine, Host, UnixMicros};
use slotscope::resp::{Bytes, encode};

/// A lone server whose clock is the machine's: it is compared with one that has no other.
pub struct Ours {
    pub engine: Engine,
    host: LoneHost,
    clients: Vec<ClientId>,
}

struct LoneHost {
    now: UnixMicros,
    state: u64,
}

impl Host for LoneHost {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 16
    }
}

impl Ours {
    pub fn new(clients: usize) -> Self {
        let mut engine = Engine::new(false);
        engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
        let mut host = LoneHost { now: UnixMicros(0), state: 1 };
        host.now = machine_time();
        let clients = (0..clients).map(|n| engine.connect(host.now, &format!("127.0.0.1:{}", 50_000 + n))).collect();
        Self { engine, host, clients }
    }

    /// The reply on the wire.
    pub fn call(&mut self, client: usize, argv: &[impl AsRef<[u8]>]) -> Vec<u8> {
        self.host.now = machine_time();
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

#[allow(clippy::disallowed_methods)]
fn machine_time() -> UnixMicros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    UnixMicros(since.as_micros() as u64)
}

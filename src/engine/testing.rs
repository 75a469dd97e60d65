//! A server for tests: an engine, a host with a clock to turn, and one client.

use super::{ClientId, Engine, Host, Keyspace, Outcome, Route, UnixMicros};
use crate::resp::{Bytes, Value, split_args};

/// A host whose clock stands still until told otherwise.
#[derive(Clone, Debug)]
pub struct TestHost {
    pub now: UnixMicros,
    pub state: u64,
    pub replica: bool,
    pub redirect: Option<Value>,
    pub loading: bool,
    pub good_replicas: u32,
    /// Offsets that replicas have acknowledged.
    pub acknowledged: Vec<u64>,
    pub acknowledgements_requested: u32,
    pub cut_off: bool,
    /// Replicas have not acknowledged everything.
    pub lagging: bool,
}

impl Host for TestHost {
    fn now(&self) -> UnixMicros {
        self.now
    }
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 20
    }
    fn is_replica(&self) -> bool {
        self.replica
    }
    fn is_loading(&self) -> bool {
        self.loading
    }
    fn good_replicas(&self) -> u32 {
        self.good_replicas
    }
    fn acknowledged_replicas(&self, offset: u64) -> i64 {
        self.acknowledged.iter().filter(|acknowledged| **acknowledged >= offset).count() as i64
    }
    fn request_acknowledgements(&mut self) {
        self.acknowledgements_requested += 1;
    }
    fn is_cut_off(&self) -> bool {
        self.cut_off
    }
    fn has_lagging_replicas(&self) -> bool {
        self.lagging
    }
    fn route(&mut self, _route: &Route<'_>, _keyspace: &Keyspace) -> Result<(), Value> {
        self.redirect.clone().map_or(Ok(()), Err)
    }
}

/// An engine with its host and a client.
#[derive(Clone, Debug)]
pub struct Server {
    pub engine: Engine,
    pub host: TestHost,
    pub client: ClientId,
}

/// When the tests' clock starts: a whole second of Unix time, in milliseconds.
pub const START_MS: u64 = 1_700_000_000_000;

impl Server {
    pub fn new(cluster_enabled: bool) -> Self {
        let mut engine = Engine::new(cluster_enabled);
        let now = UnixMicros(START_MS * 1_000);
        let client = engine.connect(now, "127.0.0.1:50000");
        Self {
            engine,
            host: TestHost {
                now,
                state: 1,
                replica: false,
                redirect: None,
                loading: false,
                good_replicas: 0,
                acknowledged: Vec::new(),
                acknowledgements_requested: 0,
                cut_off: false,
                lagging: false,
            },
            client,
        }
    }

    pub fn outcome(&mut self, line: &str) -> Outcome {
        let argv = split_args(line.as_bytes()).expect("balanced quotes");
        self.engine.execute(&mut self.host, self.client, &argv)
    }

    pub fn value(&mut self, line: &str) -> Value {
        self.outcome(line).reply.expect("a reply")
    }

    /// The reply as one line.
    pub fn run(&mut self, line: &str) -> String {
        show(&self.value(line))
    }

    pub fn run_as(&mut self, client: ClientId, line: &str) -> String {
        let own = std::mem::replace(&mut self.client, client);
        let reply = self.run(line);
        self.client = own;
        reply
    }

    pub fn connect(&mut self, protocol: u8) -> ClientId {
        let addr = format!("127.0.0.1:{}", 50_000 + self.engine.clients.last_id());
        let client = self.engine.connect(self.host.now, &addr);
        if let Some(state) = self.engine.clients.get_mut(client) {
            state.protocol = protocol;
        }
        client
    }

    /// What clients were sent since the last look: `#2 +OK | #3 >["message", "a", "b"] | #4 closed`.
    pub fn sent(&mut self) -> String {
        let messages = self.engine.take_messages();
        let messages = messages.into_iter().map(|(client, message)| format!("#{} {}", client.0, show(&message)));
        let closed = self.engine.take_hung_up().into_iter().map(|client| format!("#{} closed", client.0));
        messages.chain(closed).collect::<Vec<_>>().join(" | ")
    }

    /// Runs a line and answers everything that is sent to anybody because of it: what is meant for the client itself
    /// without its number, its reply last.
    pub fn talk(&mut self, client: ClientId, line: &str) -> String {
        let argv = split_args(line.as_bytes()).expect("balanced quotes");
        let outcome = self.engine.execute(&mut self.host, client, &argv);
        let me = format!("#{} ", client.0);
        let mut lines: Vec<String> =
            self.sent().split(" | ").filter(|line| !line.is_empty()).map(str::to_owned).collect();
        for line in &mut lines {
            if let Some(own) = line.strip_prefix(&me) {
                *line = own.to_owned();
            }
        }
        lines.extend(outcome.reply.as_ref().map(show));
        if outcome.close {
            self.engine.disconnect(client);
            lines.push("closed".to_owned());
        }
        lines.join(" | ")
    }

    /// Lets each client say a line and compares everything that is sent to anybody because of it.
    pub fn converse(&mut self, table: &[(ClientId, &str, &str)]) {
        for (client, line, expected) in table {
            assert_eq!(self.talk(*client, line), *expected, "#{} {line}", client.0);
        }
    }

    pub fn advance_ms(&mut self, ms: u64) {
        self.host.now.0 += ms * 1_000;
    }

    /// What was to be replicated since the last call, a line each.
    pub fn effects(&mut self) -> Vec<String> {
        self.engine.take_effects().iter().map(|argv| words(argv)).collect()
    }

    /// Runs lines and compares replies.
    pub fn check(&mut self, table: &[(&str, &str)]) {
        for (line, reply) in table {
            assert_eq!(self.run(line), *reply, "{line}");
        }
    }
}

fn words(argv: &[Bytes]) -> String {
    argv.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
}

/// A reply in one line: `+OK`, `-ERR …`, `:1`, `"text"`, `nil`, `[…]`.
pub fn show(value: &Value) -> String {
    match value {
        Value::Simple(text) => format!("+{}", String::from_utf8_lossy(text)),
        Value::Error(text) => format!("-{}", String::from_utf8_lossy(text)),
        Value::Int(n) => format!(":{n}"),
        Value::Bulk(text) => format!("\"{}\"", text.escape_ascii()),
        Value::Null => "nil".to_owned(),
        Value::NullArray => "nil-array".to_owned(),
        Value::Array(items) | Value::Set(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        Value::Strings(_) => show(&value.to_resp2()),
        Value::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Push(items) => format!(">[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

//! The console's client: `redis-cli -c`, as a state machine.
//!
//! One connection at a time. A redirection is told in redis-cli's words, the connection moves there, and the command is
//! sent again. Where redis-cli would hang until TCP gives up, this client gives up after [`ConsoleClient::TIMEOUT`], and
//! tries other nodes at the next command, where redis-cli would insist on the same one.
//!
//! SUBSCRIBE and its kin, and MONITOR, show what comes in until they are interrupted, as redis-cli 7.0 does.
//!
//! Redirections, the `(TX)` prompt and what ends it are as typed into redis-cli 7.0.15 against three cluster nodes.
//!
//! Start with [`ConsoleClient::send`].

use super::client::redirection;
use crate::cluster::{Caller, RequestId};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;

/// The console's requests are numbered from here.
const CONSOLE: u64 = 1 << 63;
/// redis-cli follows redirections without end; this many are enough to see that they lead nowhere.
const REDIRECTIONS_MAX: u32 = 16;
/// Nodes tried by one command while there is no connection.
const CONNECTS_MAX: u32 = 3;
const PORT: u16 = 6379;

/// Commands that wait for something other than the node, and so are not given up on. `BLOCK` makes two more of them.
const BLOCKING: [&str; 16] = [
    "BLPOP",
    "BRPOP",
    "BLMOVE",
    "BRPOPLPUSH",
    "BLMPOP",
    "BZPOPMIN",
    "BZPOPMAX",
    "BZMPOP",
    "WAIT",
    "SUBSCRIBE",
    "PSUBSCRIBE",
    "SSUBSCRIBE",
    "MONITOR",
    "DEBUG",
    "MIGRATE",
    "SHUTDOWN",
];

/// What the console wants of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum ConsoleOutput {
    /// Carry a command to the node at an address, and its reply back to [`ConsoleClient::reply`]. Either may be lost.
    ToNode {
        /// The node's address or host name.
        ip: String,
        /// The request's number, from 2^63.
        id: RequestId,
        /// The console's connections.
        caller: Caller,
        /// The command.
        argv: Vec<Bytes>,
        /// ASKING goes before it.
        asking: bool,
    },
    /// The connection to this node is closed: what hangs on it (MULTI, WATCH, subscriptions) is gone.
    HangUp {
        /// The node's address or host name.
        ip: String,
        /// The console's connections.
        caller: Caller,
    },
    /// Call [`ConsoleClient::timeout`] then.
    Schedule {
        /// When.
        at: Nanos,
        /// With this.
        id: RequestId,
    },
    /// `-> Redirected to slot [12182] located at 10.0.1.12:6379`.
    Redirected(String),
    /// `Could not connect to Redis at 10.0.1.12:6379: Connection timed out`.
    NotConnected(String),
    /// `Reading messages... (press Ctrl-C to quit)`.
    Remark(&'static str),
    /// The command is answered, or a message has come that the console listens for.
    Reply(Value),
}

/// The command that waits for its answer.
#[derive(Clone, Debug)]
struct Pending {
    id: RequestId,
    argv: Vec<Bytes>,
    redirections: u32,
    /// Sent without a connection: how many nodes have been tried.
    connects: u32,
    /// It only tries a new connection: nobody wants to read the answer.
    is_trial: bool,
}

/// redis-cli's side of one console.
#[derive(Clone, Debug)]
pub struct ConsoleClient {
    caller: Caller,
    seeds: Vec<String>,
    /// The seed tried last.
    seed: usize,
    host: String,
    port: u16,
    connected: bool,
    transaction: bool,
    requests: u64,
    pending: Option<Pending>,
    /// It shows what comes in, until it is interrupted.
    listening: bool,
    /// What comes in are messages: of channels, and not of MONITOR.
    subscribed: bool,
}

impl ConsoleClient {
    /// How long a command waits for its answer.
    pub const TIMEOUT: Nanos = Nanos::from_secs(2);

    /// A console connected to the first of `seeds` (addresses without port).
    pub fn new(seeds: &[String], caller: Caller) -> Self {
        Self {
            caller,
            seeds: seeds.to_vec(),
            seed: 0,
            host: seeds.first().cloned().unwrap_or_default(),
            port: PORT,
            connected: !seeds.is_empty(),
            transaction: false,
            requests: 0,
            pending: None,
            listening: false,
            subscribed: false,
        }
    }

    /// The host it is connected to, or was last.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a command waits for its answer, or what comes in is shown: nothing can be sent then.
    pub fn busy(&self) -> bool {
        self.pending.is_some() || self.listening
    }

    /// What redis-cli would prompt with: `10.0.1.12:6379> `, `10.0.1.12:6379(TX)> `, `not connected> `. Where it would show
    /// no prompt while it reads messages, this shows `10.0.1.12:6379(subscribed mode)> `, as later versions do.
    pub fn prompt(&self) -> String {
        if !self.connected {
            return "not connected> ".to_owned();
        }
        let mode = match (self.listening && self.subscribed, self.transaction) {
            (true, _) => "(subscribed mode)",
            (_, true) => "(TX)",
            _ => "",
        };
        format!("{}:{}{mode}> ", self.host, self.port)
    }

    /// Sends a command. False where it cannot: another one still waits, or there are no words in it.
    pub fn send(&mut self, now: Nanos, argv: Vec<Bytes>, out: &mut Vec<ConsoleOutput>) -> bool {
        if self.busy() || argv.is_empty() {
            return false;
        }
        let connects = u32::from(!self.connected);
        self.pending = Some(Pending { id: RequestId(0), argv, redirections: 0, connects, is_trial: false });
        self.put_out(now, false, out);
        true
    }

    /// redis-cli's own `connect HOST PORT`: another node, or nowhere.
    pub fn connect(&mut self, now: Nanos, host: &str, port: u16, out: &mut Vec<ConsoleOutput>) {
        self.lose_connection(out);
        if port != PORT {
            let line = format!("Could not connect to Redis at {host}:{port}: Connection refused");
            out.push(ConsoleOutput::NotConnected(line));
            return;
        }
        host.clone_into(&mut self.host);
        self.port = port;
        let argv = vec![Bytes::from("PING")];
        // Nobody else is tried instead.
        let connects = CONNECTS_MAX;
        self.pending = Some(Pending { id: RequestId(0), argv, redirections: 0, connects, is_trial: true });
        self.put_out(now, false, out);
    }

    /// A node has answered. An answer that is not waited for any more is dropped.
    pub fn reply(&mut self, now: Nanos, id: RequestId, value: Value, out: &mut Vec<ConsoleOutput>) {
        if self.pending.as_ref().is_none_or(|pending| pending.id != id) {
            return;
        }
        self.connected = true;
        if let (Value::Error(text), Some(pending)) = (&value, &mut self.pending)
            && let Some(to) = redirection(text)
            && pending.redirections < REDIRECTIONS_MAX
        {
            pending.redirections += 1;
            // The connection is a new one, even where it leads to the same host.
            out.push(ConsoleOutput::HangUp { ip: self.host.clone(), caller: self.caller });
            self.transaction = false;
            if !to.host.is_empty() {
                to.host.clone_into(&mut self.host);
            }
            self.port = to.port;
            let line = format!("-> Redirected to slot [{}] located at {}:{}", to.slot, self.host, self.port);
            out.push(ConsoleOutput::Redirected(line));
            self.put_out(now, to.ask, out);
            return;
        }
        if let Some(pending) = self.pending.take() {
            if pending.is_trial {
                return;
            }
            self.follow_transaction(&pending.argv, value.is_error());
            self.listening = !value.is_error() && begins_to_listen(&pending.argv);
            self.subscribed = self.listening && is_subscription(&pending.argv);
        }
        out.push(ConsoleOutput::Reply(value));
    }

    /// The node has sent something that is no reply. It is shown while the console listens, or is about to.
    pub fn push(&mut self, value: Value, out: &mut Vec<ConsoleOutput>) {
        let is_asked_for = self.pending.as_ref().is_some_and(|pending| is_pubsub(&pending.argv));
        if self.listening || is_asked_for {
            out.push(ConsoleOutput::Reply(value));
        }
    }

    /// The node has closed the connection. redis-cli connects anew at the next command, without a word unless it waits
    /// for something.
    pub fn hung_up(&mut self, out: &mut Vec<ConsoleOutput>) {
        self.transaction = false;
        if self.pending.as_ref().is_some_and(|pending| is_shutdown(&pending.argv)) {
            // Just what was asked for.
            (self.pending, self.connected) = (None, false);
        } else if self.busy() {
            (self.pending, self.listening) = (None, false);
            out.push(ConsoleOutput::NotConnected("Error: Server closed the connection".to_owned()));
        }
    }

    /// A command has been out too long, if it still is.
    pub fn timeout(&mut self, now: Nanos, id: RequestId, out: &mut Vec<ConsoleOutput>) {
        if self.pending.as_ref().is_some_and(|pending| pending.id == id) {
            self.not_reached(now, "Connection timed out", out);
        }
    }

    /// There is nobody of the name that the last command was sent to.
    pub fn no_such_host(&mut self, now: Nanos, out: &mut Vec<ConsoleOutput>) {
        self.not_reached(now, "Name or service not known", out);
    }

    fn not_reached(&mut self, now: Nanos, why: &str, out: &mut Vec<ConsoleOutput>) {
        self.lose_connection(out);
        let line = format!("Could not connect to Redis at {}:{}: {why}", self.host, self.port);
        out.push(ConsoleOutput::NotConnected(line));
        let Some(pending) = &mut self.pending else { return };
        // A command lost with its connection may have been carried out: only one that never had one goes to the next node.
        if (1..CONNECTS_MAX).contains(&pending.connects) && self.seeds.len() > 1 {
            pending.connects += 1;
            self.seed = (self.seed + 1) % self.seeds.len();
            if self.seeds[self.seed] == self.host {
                self.seed = (self.seed + 1) % self.seeds.len();
            }
            self.host.clone_from(&self.seeds[self.seed]);
            self.port = PORT;
            self.put_out(now, false, out);
        } else {
            self.pending = None;
        }
    }

    /// Ctrl-C: stops waiting, which costs the connection. After listening redis-cli has a new one at once.
    pub fn interrupt(&mut self, out: &mut Vec<ConsoleOutput>) {
        if std::mem::take(&mut self.listening) {
            self.lose_connection(out);
            self.connected = true;
        }
        if self.pending.take().is_some() {
            self.lose_connection(out);
        }
    }

    fn lose_connection(&mut self, out: &mut Vec<ConsoleOutput>) {
        (self.connected, self.transaction) = (false, false);
        out.push(ConsoleOutput::HangUp { ip: self.host.clone(), caller: self.caller });
    }

    fn put_out(&mut self, now: Nanos, asking: bool, out: &mut Vec<ConsoleOutput>) {
        self.requests += 1;
        let id = RequestId(CONSOLE + self.requests);
        let Some(pending) = &mut self.pending else { return };
        pending.id = id;
        let argv = pending.argv.clone();
        // A blocking command has no limit once there is a connection; without one, it is the connection that is waited for.
        if pending.connects > 0 || !may_block(&argv) {
            out.push(ConsoleOutput::Schedule { at: now + Self::TIMEOUT, id });
        }
        let listens = is_subscription(&argv);
        out.push(ConsoleOutput::ToNode { ip: self.host.clone(), id, caller: self.caller, argv, asking });
        if listens {
            out.push(ConsoleOutput::Remark("Reading messages... (press Ctrl-C to quit)"));
        }
    }

    /// redis-cli knows of a transaction from the commands it sent: MULTI opens one, EXEC, DISCARD and RESET end it.
    fn follow_transaction(&mut self, argv: &[Bytes], failed: bool) {
        let [command] = argv else { return };
        if command.eq_ignore_ascii_case(b"MULTI") && !failed {
            self.transaction = true;
        } else if command.eq_ignore_ascii_case(b"EXEC")
            || (!failed && (command.eq_ignore_ascii_case(b"DISCARD") || command.eq_ignore_ascii_case(b"RESET")))
        {
            self.transaction = false;
        }
    }
}

/// SUBSCRIBE and its kin.
fn is_subscription(argv: &[Bytes]) -> bool {
    argv.first().is_some_and(|name| {
        [&b"SUBSCRIBE"[..], b"PSUBSCRIBE", b"SSUBSCRIBE"].iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

fn is_shutdown(argv: &[Bytes]) -> bool {
    argv.first().is_some_and(|name| name.eq_ignore_ascii_case(b"SHUTDOWN"))
}

/// Commands after which messages come without being asked for.
fn begins_to_listen(argv: &[Bytes]) -> bool {
    is_subscription(argv) || argv.first().is_some_and(|name| name.eq_ignore_ascii_case(b"MONITOR"))
}

/// Commands that answer a message for each name.
fn is_pubsub(argv: &[Bytes]) -> bool {
    argv.first().is_some_and(|name| name.to_ascii_uppercase().ends_with(b"SUBSCRIBE"))
}

fn may_block(argv: &[Bytes]) -> bool {
    let Some((name, arguments)) = argv.split_first() else { return false };
    let reads_streams = name.eq_ignore_ascii_case(b"XREAD") || name.eq_ignore_ascii_case(b"XREADGROUP");
    BLOCKING.iter().any(|blocking| name.eq_ignore_ascii_case(blocking.as_bytes()))
        || (reads_streams && arguments.iter().any(|word| word.eq_ignore_ascii_case(b"BLOCK")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::fmt::Write as _;

    /// A console, its clock, and a transcript of what it wants.
    struct Bench {
        client: ConsoleClient,
        now: Nanos,
        last: RequestId,
        transcript: String,
    }

    impl Bench {
        fn new() -> Self {
            let seeds = ["10.0.1.1", "10.0.2.1", "10.0.3.1"].map(str::to_owned);
            let client = ConsoleClient::new(&seeds, Caller(99));
            Self { client, now: Nanos::ZERO, last: RequestId(0), transcript: String::new() }
        }

        fn note(&mut self, out: Vec<ConsoleOutput>) {
            for output in out {
                let line = match output {
                    ConsoleOutput::ToNode { ip, id, argv, asking, .. } => {
                        self.last = id;
                        let words: Vec<_> = argv.iter().map(|word| String::from_utf8_lossy(word)).collect();
                        format!("to {ip}: {}{}", if asking { "ASKING, " } else { "" }, words.join(" "))
                    }
                    ConsoleOutput::HangUp { ip, .. } => format!("hang up {ip}"),
                    ConsoleOutput::Schedule { at, .. } => format!("alarm at {at}"),
                    ConsoleOutput::Redirected(line) | ConsoleOutput::NotConnected(line) => line,
                    ConsoleOutput::Remark(line) => line.to_owned(),
                    ConsoleOutput::Reply(value) => format!("{value:?}"),
                };
                writeln!(self.transcript, "  {line}").unwrap();
            }
            writeln!(self.transcript, "{}", self.client.prompt()).unwrap();
        }

        fn send(&mut self, line: &str) -> &mut Self {
            self.transcript.pop();
            writeln!(self.transcript, "{line}").unwrap();
            let mut out = Vec::new();
            assert!(self.client.send(self.now, line.split(' ').map(Bytes::from).collect(), &mut out));
            self.note(out);
            self
        }

        fn reply(&mut self, value: Value) -> &mut Self {
            let mut out = Vec::new();
            self.client.reply(self.now, self.last, value, &mut out);
            self.note(out);
            self
        }

        fn push(&mut self, value: Value) -> &mut Self {
            let mut out = Vec::new();
            self.client.push(value, &mut out);
            self.note(out);
            self
        }

        fn interrupt(&mut self) -> &mut Self {
            let mut out = Vec::new();
            self.client.interrupt(&mut out);
            self.note(out);
            self
        }

        fn silence(&mut self) -> &mut Self {
            self.now += ConsoleClient::TIMEOUT;
            let mut out = Vec::new();
            self.client.timeout(self.now, self.last, &mut out);
            self.note(out);
            self
        }

        fn check(&self, expected: Expect) {
            expected.assert_eq(&self.transcript);
        }
    }

    #[test]
    fn a_redirection_moves_the_connection_and_sends_again() {
        let mut bench = Bench::new();
        bench.send("GET foo").reply(Value::error("MOVED 12182 10.0.3.1:6379")).reply(Value::bulk("bar"));
        bench.check(expect![[r#"
            GET foo
              alarm at 0:02.000
              to 10.0.1.1: GET foo
            10.0.1.1:6379> 
              hang up 10.0.1.1
              -> Redirected to slot [12182] located at 10.0.3.1:6379
              alarm at 0:02.000
              to 10.0.3.1: GET foo
            10.0.3.1:6379> 
              Bulk("bar")
            10.0.3.1:6379> 
        "#]]);
    }

    #[test]
    fn ask_is_followed_with_asking() {
        let mut bench = Bench::new();
        bench.send("GET foo").reply(Value::error("ASK 12182 10.0.3.1:6379")).reply(Value::Null);
        bench.check(expect![[r"
            GET foo
              alarm at 0:02.000
              to 10.0.1.1: GET foo
            10.0.1.1:6379> 
              hang up 10.0.1.1
              -> Redirected to slot [12182] located at 10.0.3.1:6379
              alarm at 0:02.000
              to 10.0.3.1: ASKING, GET foo
            10.0.3.1:6379> 
              Null
            10.0.3.1:6379> 
        "]]);
    }

    #[test]
    fn a_transaction_shows_in_the_prompt_and_a_redirection_loses_it() {
        let mut bench = Bench::new();
        bench.send("MULTI").reply(Value::ok()).send("SET a 1").reply(Value::simple("QUEUED"));
        bench.send("exec").reply(Value::Array(vec![Value::ok()]));
        bench.send("multi").reply(Value::ok()).send("SET foo 1");
        bench.reply(Value::error("MOVED 12182 10.0.3.1:6379")).reply(Value::ok());
        bench.check(expect![[r#"
            MULTI
              alarm at 0:02.000
              to 10.0.1.1: MULTI
            10.0.1.1:6379> 
              Simple("OK")
            10.0.1.1:6379(TX)> SET a 1
              alarm at 0:02.000
              to 10.0.1.1: SET a 1
            10.0.1.1:6379(TX)> 
              Simple("QUEUED")
            10.0.1.1:6379(TX)> exec
              alarm at 0:02.000
              to 10.0.1.1: exec
            10.0.1.1:6379(TX)> 
              Array([Simple("OK")])
            10.0.1.1:6379> multi
              alarm at 0:02.000
              to 10.0.1.1: multi
            10.0.1.1:6379> 
              Simple("OK")
            10.0.1.1:6379(TX)> SET foo 1
              alarm at 0:02.000
              to 10.0.1.1: SET foo 1
            10.0.1.1:6379(TX)> 
              hang up 10.0.1.1
              -> Redirected to slot [12182] located at 10.0.3.1:6379
              alarm at 0:02.000
              to 10.0.3.1: SET foo 1
            10.0.3.1:6379> 
              Simple("OK")
            10.0.3.1:6379> 
        "#]]);
    }

    #[test]
    fn a_silent_node_is_tried_once_more_then_another() {
        let mut bench = Bench::new();
        bench.send("PING").silence().send("PING").silence().reply(Value::simple("PONG"));
        bench.check(expect![[r#"
            PING
              alarm at 0:02.000
              to 10.0.1.1: PING
            10.0.1.1:6379> 
              hang up 10.0.1.1
              Could not connect to Redis at 10.0.1.1:6379: Connection timed out
            not connected> PING
              alarm at 0:04.000
              to 10.0.1.1: PING
            not connected> 
              hang up 10.0.1.1
              Could not connect to Redis at 10.0.1.1:6379: Connection timed out
              alarm at 0:06.000
              to 10.0.2.1: PING
            not connected> 
              Simple("PONG")
            10.0.2.1:6379> 
        "#]]);
    }

    #[test]
    fn after_three_silent_nodes_the_command_is_over() {
        let mut bench = Bench::new();
        bench.send("PING").silence().send("PING").silence().silence().silence();
        assert!(!bench.client.busy());
        bench.check(expect![[r"
            PING
              alarm at 0:02.000
              to 10.0.1.1: PING
            10.0.1.1:6379> 
              hang up 10.0.1.1
              Could not connect to Redis at 10.0.1.1:6379: Connection timed out
            not connected> PING
              alarm at 0:04.000
              to 10.0.1.1: PING
            not connected> 
              hang up 10.0.1.1
              Could not connect to Redis at 10.0.1.1:6379: Connection timed out
              alarm at 0:06.000
              to 10.0.2.1: PING
            not connected> 
              hang up 10.0.2.1
              Could not connect to Redis at 10.0.2.1:6379: Connection timed out
              alarm at 0:08.000
              to 10.0.3.1: PING
            not connected> 
              hang up 10.0.3.1
              Could not connect to Redis at 10.0.3.1:6379: Connection timed out
            not connected> 
        "]]);
    }

    #[test]
    fn redirections_in_a_circle_end() {
        let mut bench = Bench::new();
        bench.send("GET foo");
        for _ in 0..=REDIRECTIONS_MAX {
            assert!(bench.client.busy());
            bench.reply(Value::error("MOVED 12182 10.0.3.1:6379"));
        }
        assert!(!bench.client.busy());
    }

    #[test]
    fn a_late_reply_is_dropped() {
        let mut bench = Bench::new();
        bench.send("PING").silence().reply(Value::simple("PONG"));
        assert!(!bench.client.connected);
    }

    #[test]
    fn a_blocking_command_waits_until_it_is_interrupted() {
        for line in ["BLPOP q 0", "xread COUNT 1 block 0 STREAMS s $", "SUBSCRIBE news"] {
            let mut bench = Bench::new();
            bench.send(line);
            assert!(!bench.transcript.contains("alarm"), "{line}");
            bench.client.interrupt(&mut Vec::new());
            assert!(!bench.client.busy() && bench.client.prompt() == "not connected> ");
        }
    }

    #[test]
    fn who_subscribes_reads_until_interrupted() {
        let mut bench = Bench::new();
        let message = |words: &[&str]| Value::Push(words.iter().map(|word| Value::bulk(*word)).collect());
        bench.push(message(&["not", "asked", "for"]));
        bench.send("SUBSCRIBE a b").push(message(&["subscribe", "a"])).reply(message(&["subscribe", "b"]));
        bench.push(message(&["message", "a", "hi"]));
        assert!(!bench.client.send(Nanos::ZERO, vec![Bytes::from("PING")], &mut Vec::new()));
        bench.interrupt().push(message(&["message", "a", "late"]));
        bench.send("SUBSCRIBE").reply(Value::error("ERR wrong number of arguments for 'subscribe' command"));
        bench.send("MONITOR").reply(Value::ok()).push(Value::simple("1 \"ping\""));
        bench.interrupt();
        bench.check(expect![[r#"
            10.0.1.1:6379> SUBSCRIBE a b
              to 10.0.1.1: SUBSCRIBE a b
              Reading messages... (press Ctrl-C to quit)
            10.0.1.1:6379> 
              Push([Bulk("subscribe"), Bulk("a")])
            10.0.1.1:6379> 
              Push([Bulk("subscribe"), Bulk("b")])
            10.0.1.1:6379(subscribed mode)> 
              Push([Bulk("message"), Bulk("a"), Bulk("hi")])
            10.0.1.1:6379(subscribed mode)> 
              hang up 10.0.1.1
            10.0.1.1:6379> 
            10.0.1.1:6379> SUBSCRIBE
              to 10.0.1.1: SUBSCRIBE
              Reading messages... (press Ctrl-C to quit)
            10.0.1.1:6379> 
              Error("ERR wrong number of arguments for \'subscribe\' command")
            10.0.1.1:6379> MONITOR
              to 10.0.1.1: MONITOR
            10.0.1.1:6379> 
              Simple("OK")
            10.0.1.1:6379> 
              Simple("1 \"ping\"")
            10.0.1.1:6379> 
              hang up 10.0.1.1
            10.0.1.1:6379> 
        "#]]);
    }

    #[test]
    fn a_connection_that_the_server_closes_ends_what_waits() {
        for line in ["SUBSCRIBE news", "BLPOP q 0", "PING"] {
            let mut bench = Bench::new();
            bench.send(line);
            let mut out = Vec::new();
            bench.client.hung_up(&mut out);
            assert_eq!(out, [ConsoleOutput::NotConnected("Error: Server closed the connection".to_owned())], "{line}");
            assert!(!bench.client.busy());
            out.clear();
            bench.client.hung_up(&mut out);
            assert_eq!(out, []);
        }
    }

    #[test]
    fn one_command_at_a_time() {
        let mut bench = Bench::new();
        bench.send("PING");
        assert!(!bench.client.send(Nanos::ZERO, vec![Bytes::from("PING")], &mut Vec::new()));
        assert!(!Bench::new().client.send(Nanos::ZERO, Vec::new(), &mut Vec::new()));
    }
}

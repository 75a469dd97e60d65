//! The operator at a console: `redis-cli -c` on the first app server, one line after another, and
//! `redis-cli --cluster call` for the `sim>` console.
//!
//! How redis-cli behaves is [`ConsoleClient`]'s business; here lines wait for the one before them.

use super::view::LineStyle;
use crate::app::{ConsoleClient, ConsoleOutput};
use crate::cluster::{Caller, Reply, RequestId};
use crate::engine::command::{self, Flags};
use crate::resp::{Bytes, Value, human};
use crate::scenario::Console;
use crate::sim::Nanos;
use std::collections::{BTreeMap, VecDeque};

/// Lines that wait for the one before them, at most.
const QUEUE_MAX: usize = 1_000;
/// Times that a line may say it is to be run.
const TIMES_MAX: i64 = 100;
/// What has not been answered by now waits for something.
const SLOW: Nanos = Nanos::from_millis(20);
/// Commands to every node are numbered from here, apart from everybody else's.
const BROADCASTS: u64 = 1 << 61;

/// What is to be done for the operator.
#[derive(Clone, Debug)]
pub(super) enum Do {
    Print(Console, LineStyle, String),
    Client(ConsoleOutput),
}

/// A line that waits for the one before it, with what is shown of it: nothing of those that repeat one.
#[derive(Clone, Debug)]
struct Line {
    task: Task,
    echo: Option<String>,
}

/// What a line asks for.
#[derive(Clone, Debug)]
enum Task {
    /// A command to the server.
    Send(Vec<Bytes>),
    /// `connect HOST PORT`.
    Connect(String, u16),
    /// Nothing: it makes no sense.
    Refuse(String),
}

/// The operator's two tools.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    client: ConsoleClient,
    /// When the line that waits was sent or anything came in last, and whether the line may wait for longer than the network takes.
    since: Nanos,
    may_block: bool,
    /// Whether the connection speaks RESP3, as the last HELLO said.
    speaks_resp3: bool,
    queue: VecDeque<Line>,
    /// Commands to every node that wait for their replies: which node each was sent to.
    broadcasts: BTreeMap<RequestId, String>,
    next_broadcast: u64,
}

impl Operator {
    /// Who the operator is to the nodes.
    pub const CALLER: Caller = Caller(u16::MAX);
    /// Who the operator's other tool is: commands to every node have connections of their own.
    pub const EVERYWHERE: Caller = Caller(u16::MAX - 1);
    /// How long a command to every node is waited for.
    pub const TIMEOUT: Nanos = ConsoleClient::TIMEOUT;

    /// An operator who knows these endpoints, and is connected to the first.
    pub fn new(seeds: &[String]) -> Self {
        Self {
            client: ConsoleClient::new(seeds, Self::CALLER),
            since: Nanos::ZERO,
            may_block: false,
            speaks_resp3: false,
            queue: VecDeque::new(),
            broadcasts: BTreeMap::new(),
            next_broadcast: BROADCASTS,
        }
    }

    /// redis-cli's prompt.
    pub fn prompt(&self) -> String {
        self.client.prompt()
    }

    /// Whether a line still waits for its reply.
    pub fn is_busy(&self) -> bool {
        self.client.busy() || !self.queue.is_empty() || !self.broadcasts.is_empty()
    }

    /// Whether a line has waited for longer than an answer takes on a network that works.
    pub fn waits(&self, now: Nanos) -> bool {
        self.client.busy() && now - self.since >= SLOW
    }

    /// Whether what waits may go on waiting for ever (BLPOP and its kin).
    pub fn is_blocked(&self, now: Nanos) -> bool {
        self.may_block && self.waits(now) && self.broadcasts.is_empty()
    }

    /// Ctrl-C: gives up the line that waits. None where no line does.
    pub fn interrupt(&mut self) -> Option<Vec<Do>> {
        if !self.client.busy() {
            return None;
        }
        let mut wanted = Vec::new();
        self.client.interrupt(&mut wanted);
        // What the line was still to repeat is given up with it.
        while self.queue.front().is_some_and(|line| line.echo.is_none()) {
            self.queue.pop_front();
        }
        let ended = Do::Print(Console::Redis, LineStyle::Remark, "^C".to_owned());
        Some(std::iter::once(ended).chain(self.tell(wanted)).collect())
    }

    /// A line to be run after those before it. Some words are redis-cli's own: `3 PING`, `connect HOST PORT`, `exit`.
    pub fn enqueue(&mut self, argv: Vec<Bytes>, text: String) {
        let is = |word: &[u8], name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        let (times, task) = match argv.as_slice() {
            [first, rest @ ..] if !rest.is_empty() && is_number(first) => match times(first) {
                Ok(times) => (times, Task::Send(rest.to_vec())),
                Err(why) => (1, Task::Refuse(why)),
            },
            [first, host, port] if is(first, "connect") => {
                let text = |word: &Bytes| String::from_utf8_lossy(word).into_owned();
                (1, Task::Connect(text(host), text(port).parse().unwrap_or(0)))
            }
            [first] if is(first, "exit") => (1, Task::Send(vec![Bytes::from("QUIT")])),
            _ => (1, Task::Send(argv)),
        };
        let mut echo = Some(text);
        for _ in 0..times {
            if self.queue.len() < QUEUE_MAX {
                self.queue.push_back(Line { task: task.clone(), echo: echo.take() });
            }
        }
    }

    /// A number for a command to the node called `name`, whose reply is shown with that name.
    pub fn broadcast_id(&mut self, name: String) -> RequestId {
        self.next_broadcast += 1;
        let id = RequestId(self.next_broadcast);
        self.broadcasts.insert(id, name);
        id
    }

    /// Begins with the next line, if the one before is done.
    pub fn next(&mut self, now: Nanos) -> Vec<Do> {
        if self.client.busy() {
            return Vec::new();
        }
        let Some(Line { task, echo }) = self.queue.pop_front() else { return Vec::new() };
        let print = |style, text| Do::Print(Console::Redis, style, text);
        let mut all = Vec::new();
        all.extend(echo.map(|text| print(LineStyle::Input, format!("{}{text}", self.client.prompt()))));
        let mut wanted = Vec::new();
        (self.since, self.may_block) = (now, false);
        match task {
            Task::Send(argv) => {
                self.may_block = argv.first().is_some_and(|name| may_block(name));
                self.client.send(now, argv, &mut wanted);
            }
            Task::Connect(host, port) => self.client.connect(now, &host, port, &mut wanted),
            Task::Refuse(why) => all.push(print(LineStyle::Error, why)),
        }
        all.extend(self.tell(wanted));
        all
    }

    /// There is nobody of the name that the last command was sent to.
    pub fn no_such_host(&mut self, now: Nanos) -> Vec<Do> {
        let mut wanted = Vec::new();
        self.client.no_such_host(now, &mut wanted);
        self.tell(wanted)
    }

    /// A reply has come.
    pub fn reply(&mut self, now: Nanos, reply: Reply) -> Vec<Do> {
        self.since = now;
        if let Some(name) = self.broadcasts.remove(&reply.id) {
            let style = if reply.value.is_error() { LineStyle::Error } else { LineStyle::Reply };
            return vec![Do::Print(
                Console::Sim,
                style,
                format!("{name}:6379: {}", human::format(&reply.value.to_resp2())),
            )];
        }
        let mut wanted = Vec::new();
        self.client.reply(now, reply.id, reply.value, &mut wanted);
        self.tell(wanted)
    }

    /// The endpoint it is connected to, or was last.
    pub fn host(&self) -> &str {
        self.client.host()
    }

    /// The node it is connected to has sent something unasked.
    pub fn push(&mut self, value: Value) -> Vec<Do> {
        let mut wanted = Vec::new();
        self.client.push(value, &mut wanted);
        self.tell(wanted)
    }

    /// The node it is connected to has closed the connection.
    pub fn hung_up(&mut self) -> Vec<Do> {
        let mut wanted = Vec::new();
        self.client.hung_up(&mut wanted);
        self.speaks_resp3 = false;
        self.tell(wanted)
    }

    /// A request has been out long enough.
    pub fn timeout(&mut self, now: Nanos, id: RequestId) -> Vec<Do> {
        if let Some(name) = self.broadcasts.remove(&id) {
            let text = format!("Could not connect to Redis at {name}:6379: Connection timed out");
            return vec![Do::Print(Console::Sim, LineStyle::Error, text)];
        }
        let mut wanted = Vec::new();
        self.client.timeout(now, id, &mut wanted);
        self.tell(wanted)
    }

    /// A reply as redis-cli prints it.
    fn shown(&self, value: &Value) -> String {
        match value {
            // INFO, CLIENT LIST, CLUSTER NODES and their kin are texts in either protocol.
            Value::Verbatim(_, text) => String::from_utf8_lossy(text).replace("\r\n", "\n").trim_end().to_owned(),
            value if self.speaks_resp3 => human::format(value),
            value => human::format(&value.to_resp2()),
        }
    }

    /// What the client tells is printed; what else it wants is carried out.
    fn tell(&mut self, wanted: Vec<ConsoleOutput>) -> Vec<Do> {
        wanted
            .into_iter()
            .map(|output| match output {
                ConsoleOutput::Redirected(line) => Do::Print(Console::Redis, LineStyle::Redirect, line),
                ConsoleOutput::Remark(line) => Do::Print(Console::Redis, LineStyle::Remark, line.to_owned()),
                ConsoleOutput::NotConnected(line) => Do::Print(Console::Redis, LineStyle::Error, line),
                ConsoleOutput::Reply(value) => {
                    let style = if value.is_error() { LineStyle::Error } else { LineStyle::Reply };
                    if let Some(protocol) = protocol_of(&value) {
                        self.speaks_resp3 = protocol == 3;
                    }
                    Do::Print(Console::Redis, style, self.shown(&value))
                }
                other => {
                    // A new connection speaks RESP2.
                    self.speaks_resp3 &= !matches!(other, ConsoleOutput::HangUp { .. });
                    Do::Client(other)
                }
            })
            .collect()
    }
}

/// Whether a line's first word says how often the rest is to be run.
fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// How often that is, or what is wrong with it.
fn times(word: &[u8]) -> Result<i64, String> {
    match std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()) {
        Some(times @ 1..=TIMES_MAX) => Ok(times),
        Some(1..) => Err(format!("A line is run {TIMES_MAX} times at most.")),
        _ => Err("Invalid redis-cli repeat command option value.".to_owned()),
    }
}

fn may_block(name: &[u8]) -> bool {
    const PATIENT: [&str; 5] = ["subscribe", "psubscribe", "ssubscribe", "monitor", "migrate"];
    command::lookup_top(name).is_some_and(|(_, spec)| spec.flags.has(Flags::BLOCKING) || PATIENT.contains(&spec.name))
}

/// The version of the protocol that a reply to HELLO tells, which may be one of a transaction's.
fn protocol_of(reply: &Value) -> Option<i64> {
    match reply {
        // Nothing but HELLO has a number under this name.
        Value::Map(pairs) => pairs.iter().find_map(|(key, value)| match (key, value) {
            (Value::Bulk(key), Value::Int(version)) if &**key == b"proto" => Some(*version),
            _ => None,
        }),
        Value::Array(replies) => replies.iter().rev().find_map(protocol_of),
        Value::Printed(_, reply) => protocol_of(reply),
        _ => None,
    }
}

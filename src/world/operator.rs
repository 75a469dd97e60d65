//! The operator at a console: `redis-cli -c` on the first app server, one line after another, and
//! `redis-cli --cluster call` for the `sim>` console.
//!
//! How redis-cli behaves is [`ConsoleClient`]'s business; here lines wait for the one before them.

use super::view::LineStyle;
use crate::app::{ConsoleClient, ConsoleOutput};
use crate::cluster::{Caller, Reply, RequestId};
use crate::engine::command::{self, Flags};
use crate::resp::{Bytes, human};
use crate::scenario::Console;
use crate::sim::Nanos;
use std::collections::{BTreeMap, VecDeque};

/// Lines that wait for the one before them, at most.
const QUEUE_MAX: usize = 1_000;
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

/// The operator's two tools.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    client: ConsoleClient,
    /// When the line that waits was sent, and whether it may wait for longer than the network takes.
    since: Nanos,
    may_block: bool,
    queue: VecDeque<(Vec<Bytes>, String)>,
    /// Commands to every node that wait for their replies: which node each was sent to.
    broadcasts: BTreeMap<RequestId, String>,
    next_broadcast: u64,
}

impl Operator {
    /// Who the operator is to the nodes.
    pub const CALLER: Caller = Caller(u16::MAX);
    /// How long a command to every node is waited for.
    pub const TIMEOUT: Nanos = ConsoleClient::TIMEOUT;

    /// An operator who knows these endpoints, and is connected to the first.
    pub fn new(seeds: &[String]) -> Self {
        Self {
            client: ConsoleClient::new(seeds, Self::CALLER),
            since: Nanos::ZERO,
            may_block: false,
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
        self.may_block && self.waits(now)
    }

    /// Ctrl-C: gives up the line that waits. None where no line does.
    pub fn interrupt(&mut self) -> Option<Vec<Do>> {
        if !self.client.busy() {
            return None;
        }
        let mut wanted = Vec::new();
        self.client.interrupt(&mut wanted);
        let ended = Do::Print(Console::Redis, LineStyle::Remark, "^C".to_owned());
        Some(std::iter::once(ended).chain(wanted.into_iter().map(told)).collect())
    }

    /// A line to be run after those before it.
    pub fn enqueue(&mut self, argv: Vec<Bytes>, text: String) {
        if self.queue.len() < QUEUE_MAX {
            self.queue.push_back((argv, text));
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
        let Some((argv, text)) = self.queue.pop_front() else { return Vec::new() };
        let input = Do::Print(Console::Redis, LineStyle::Input, format!("{}{text}", self.client.prompt()));
        let mut wanted = Vec::new();
        (self.since, self.may_block) = (now, argv.first().is_some_and(|name| may_block(name)));
        self.client.send(now, argv, &mut wanted);
        std::iter::once(input).chain(wanted.into_iter().map(told)).collect()
    }

    /// A reply has come.
    pub fn reply(&mut self, now: Nanos, reply: Reply) -> Vec<Do> {
        if let Some(name) = self.broadcasts.remove(&reply.id) {
            let style = if reply.value.is_error() { LineStyle::Error } else { LineStyle::Reply };
            return vec![Do::Print(Console::Sim, style, format!("{name}:6379: {}", human::format(&reply.value)))];
        }
        let mut wanted = Vec::new();
        self.client.reply(now, reply.id, reply.value, &mut wanted);
        wanted.into_iter().map(told).collect()
    }

    /// A request has been out long enough.
    pub fn timeout(&mut self, now: Nanos, id: RequestId) -> Vec<Do> {
        if let Some(name) = self.broadcasts.remove(&id) {
            let text = format!("Could not connect to Redis at {name}:6379: Connection timed out");
            return vec![Do::Print(Console::Sim, LineStyle::Error, text)];
        }
        let mut wanted = Vec::new();
        self.client.timeout(now, id, &mut wanted);
        wanted.into_iter().map(told).collect()
    }
}

fn may_block(name: &[u8]) -> bool {
    command::lookup_top(name).is_some_and(|(_, spec)| spec.flags.has(Flags::BLOCKING))
}

/// What the client tells is printed; what else it wants is carried out.
fn told(output: ConsoleOutput) -> Do {
    match output {
        ConsoleOutput::Redirected(line) => Do::Print(Console::Redis, LineStyle::Redirect, line),
        ConsoleOutput::NotConnected(line) => Do::Print(Console::Redis, LineStyle::Error, line),
        ConsoleOutput::Reply(value) => {
            let style = if value.is_error() { LineStyle::Error } else { LineStyle::Reply };
            Do::Print(Console::Redis, style, human::format(&value))
        }
        other => Do::Client(other),
    }
}

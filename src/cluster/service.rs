//! The node as a server: requests wait in one queue and one core serves them one at a time. This is what saturates.
//!
//! A command takes effect when its service begins; its reply, and what it wrote into the replication stream, leave when
//! the service ends.
//!
//! Start with [`Node::accept`], then [`Node::serve_next`].

use super::node::{Ctx, Node};
use super::redirect::NodeHost;
use super::wire;
use super::{Caller, Event, Liveness, Output, Reply, Request};
use crate::engine::{ClientId, UnixMicros};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use std::collections::{BTreeMap, VecDeque};

/// CPU time around one unpipelined request beyond the command itself: poll, read, parse, write. Measured on a real
/// redis-server, 8 to 15 µs.
const SYSCALLS: Nanos = Nanos::from_micros(10);
/// Requests a node lets wait. What comes beyond finds its connection dropped: no reply.
const QUEUE_MAX: usize = 10_000;

#[derive(Clone, Debug)]
struct Pending {
    request: Request,
    arrived: Nanos,
    ahead: u32,
}

/// The queue of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    waiting: VecDeque<Pending>,
    /// What to answer when the request being served is done.
    answer: Option<Reply>,
    is_serving: bool,
    clients: BTreeMap<Caller, ClientId>,
    /// CPU time used since the run began.
    pub busy: Nanos,
}

impl Service {
    /// Requests waiting or being served.
    pub fn depth(&self) -> usize {
        self.waiting.len() + usize::from(self.is_serving)
    }

    /// The process is gone: so are its queue and its connections.
    pub fn crash(&mut self) {
        self.waiting.clear();
        self.answer = None;
        self.is_serving = false;
        self.clients.clear();
    }
}

impl Node {
    /// A client's command has arrived.
    pub fn accept(&mut self, ctx: &mut Ctx<'_>, request: Request) {
        if self.liveness == Liveness::Dead || self.service.depth() >= QUEUE_MAX {
            return;
        }
        let ahead = self.service.depth() as u32;
        self.service.waiting.push_back(Pending { request, arrived: ctx.now, ahead });
        if self.liveness == Liveness::Up {
            self.before_sleep(ctx);
        }
    }

    /// Takes the next request, if the core is free and clients are not held back by a manual failover.
    ///
    /// Redis holds back only writes then; the model holds back everything for the few milliseconds it takes.
    pub fn serve_next(&mut self, ctx: &mut Ctx<'_>) {
        if self.service.is_serving || self.state.manual.pause_until > ctx.ms {
            return;
        }
        let Some(Pending { request, arrived, ahead }) = self.service.waiting.pop_front() else { return };
        let (value, cost) = self.execute(ctx, &request);
        let service = Nanos(cost) + SYSCALLS;
        let finished = ctx.now + service;
        self.service.busy += service;
        self.service.is_serving = true;
        self.service.answer = value.map(|value| Reply {
            id: request.id,
            caller: request.caller,
            node: self.state.me,
            bytes: wire::reply_len(&value),
            value,
            arrived,
            started: ctx.now,
            finished,
            ahead,
        });
        let event = Event::Served { node: self.state.me, incarnation: self.incarnation };
        ctx.out.push(Output::Schedule { at: finished, event });
    }

    /// Executes a request; answers the reply and its CPU time in nanoseconds.
    fn execute(&mut self, ctx: &mut Ctx<'_>, request: &Request) -> (Option<Value>, u64) {
        let known = self.service.clients.get(&request.caller).copied();
        let client = known.unwrap_or_else(|| {
            let addr = format!("10.0.0.{}:{}", request.caller.0 % 250 + 1, 40_000 + request.caller.0 % 20_000);
            let client = self.engine.connect(UnixMicros(ctx.unix_us), &addr);
            self.service.clients.insert(request.caller, client);
            client
        });
        let Self { engine, state, .. } = self;
        let mut host = NodeHost { state, ctx };
        if request.asking {
            engine.execute(&mut host, client, &[Bytes::from("ASKING")]);
        }
        let outcome = engine.execute(&mut host, client, &request.argv);
        if outcome.close {
            self.engine.disconnect(client);
            self.service.clients.remove(&request.caller);
        }
        self.propagate();
        self.report_notices(ctx);
        (outcome.reply, outcome.cost_ns)
    }

    /// A caller has closed its connection.
    pub fn hang_up(&mut self, caller: Caller) {
        if let Some(client) = self.service.clients.remove(&caller) {
            self.engine.disconnect(client);
        }
    }

    /// The request in service is done.
    pub fn served(&mut self, ctx: &mut Ctx<'_>) {
        self.service.is_serving = false;
        self.state.flush_stream(ctx);
        if let Some(mut reply) = self.service.answer.take() {
            reply.finished = ctx.now;
            ctx.out.push(Output::Reply(reply));
        }
    }
}

//! The node as a server: requests wait in one queue and one core serves them one at a time. This is what saturates.
//!
//! A command takes effect when its service begins; its reply, and what it wrote into the replication stream, leave when
//! the service ends.
//!
//! A client may wait for its reply, in a blocking command or because CLIENT PAUSE holds it back: what it asks next waits
//! behind, and the reply leaves when it comes about. Messages that nobody asked for leave as soon as they arise, or with
//! the reply of the request being served.
//!
//! Start with [`Node::accept`], then [`Node::serve_next`]; what concerns clients without a request begins at
//! [`Node::tend_clients`].

use super::node::{Ctx, Node};
use super::redirect::NodeHost;
use super::wire;
use super::{Caller, Event, Liveness, NodeIndex, Output, Push, Reply, Request, RequestId, Timer};
use crate::engine::{ClientId, Slot, UnixMicros};
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

/// A request that has been run and not been answered.
#[derive(Clone, Copy, Debug)]
struct Asked {
    id: RequestId,
    caller: Caller,
    arrived: Nanos,
    started: Nanos,
    ahead: u32,
}

/// The queue of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    waiting: VecDeque<Pending>,
    /// Requests of clients that wait for the reply to an earlier one.
    stalled: VecDeque<Pending>,
    /// Requests that have been run and not been answered.
    asked: BTreeMap<ClientId, Asked>,
    /// What leaves when the request being served is done.
    leaving: Vec<Output>,
    is_serving: bool,
    clients: BTreeMap<Caller, ClientId>,
    /// What was sent unasked, for its luck on the network.
    pushes: u64,
    /// The moment for which a timer is set.
    alarm: Option<UnixMicros>,
    /// Who owned the slots of the shard channels that clients of this node listen to.
    channel_owners: BTreeMap<Slot, NodeIndex>,
    was_primary: bool,
    /// CPU time used since the run began.
    pub busy: Nanos,
}

impl Service {
    /// Requests waiting or being served.
    pub fn depth(&self) -> usize {
        self.waiting.len() + usize::from(self.is_serving)
    }

    /// Whether a caller has asked something that has not been begun with.
    pub fn has_waiting(&self, caller: Caller) -> bool {
        self.waiting.iter().chain(&self.stalled).any(|pending| pending.request.caller == caller)
    }

    /// The process is gone: so are its queue and its connections.
    pub fn crash(&mut self) {
        *self = Self { busy: self.busy, pushes: self.pushes, ..Self::default() };
    }

    fn caller_of(&self, client: ClientId) -> Option<Caller> {
        self.clients.iter().find(|(_, known)| **known == client).map(|(caller, _)| *caller)
    }
}

impl Node {
    /// A client's command has arrived.
    pub fn accept(&mut self, ctx: &mut Ctx<'_>, request: Request) {
        self.enqueue(ctx.now, request);
        if self.liveness == Liveness::Up {
            self.before_sleep(ctx);
        }
    }

    /// Puts a command behind those that wait.
    pub fn enqueue(&mut self, now: Nanos, request: Request) {
        let Service { stalled, .. } = &self.service;
        if self.liveness == Liveness::Dead || self.service.depth() + stalled.len() >= QUEUE_MAX {
            return;
        }
        let ahead = self.service.depth() as u32;
        self.service.waiting.push_back(Pending { request, arrived: now, ahead });
    }

    /// Takes the next request, if the core is free and clients are not held back by a manual failover.
    ///
    /// Redis holds back only writes then; the model holds back everything for the few milliseconds it takes.
    pub fn serve_next(&mut self, ctx: &mut Ctx<'_>) {
        if self.service.is_serving || self.state.manual.pause_until > ctx.ms {
            return;
        }
        let Some(Pending { request, arrived, ahead }) = self.next_request() else { return };
        let asked = Asked { id: request.id, caller: request.caller, arrived, started: ctx.now, ahead };
        self.service.is_serving = true;
        let cost = self.execute(ctx, &request, asked);
        let service = Nanos(cost) + SYSCALLS;
        let finished = ctx.now + service;
        self.service.busy += service;
        let event = Event::Served { node: self.state.me, incarnation: self.incarnation };
        ctx.out.push(Output::Schedule { at: finished, event });
    }

    /// The next request of a client that does not wait for the reply to an earlier one.
    fn next_request(&mut self) -> Option<Pending> {
        let Self { service: Service { waiting, stalled, clients, .. }, engine, .. } = self;
        let is_blocked =
            |pending: &Pending| clients.get(&pending.request.caller).is_some_and(|client| engine.is_blocked(*client));
        if !stalled.is_empty() {
            let (still, free): (Vec<_>, Vec<_>) = stalled.drain(..).partition(is_blocked);
            stalled.extend(still);
            // They were there before all that waits.
            for pending in free.into_iter().rev() {
                waiting.push_front(pending);
            }
        }
        while let Some(pending) = waiting.pop_front() {
            if !is_blocked(&pending) {
                return Some(pending);
            }
            stalled.push_back(pending);
        }
        None
    }

    /// Executes a request, and notes its reply and what else it sends to be carried away at the end of the service;
    /// answers its CPU time in nanoseconds.
    fn execute(&mut self, ctx: &mut Ctx<'_>, request: &Request, asked: Asked) -> u64 {
        let known = self.service.clients.get(&request.caller).copied();
        let client = known.unwrap_or_else(|| {
            let ip = match request.caller.peer() {
                Some(peer) => self.state.roster.spec(peer).ip.clone(),
                None => format!("10.0.0.{}", request.caller.0 % 250 + 1),
            };
            let addr = format!("{ip}:{}", 40_000 + request.caller.0 % 20_000);
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
        self.propagate();
        self.engine.note_offset(client, self.state.replication.offset);
        if outcome.reply.is_none() {
            // It comes later, or with the messages, or not at all.
            self.service.asked.insert(client, asked);
        }
        self.deliver(ctx);
        if let Some(value) = outcome.reply {
            let value = in_protocol(value, self.engine.protocol(client));
            self.answer(ctx, asked, value);
        } else if !self.engine.is_blocked(client) {
            self.service.asked.remove(&client);
        }
        if outcome.close {
            self.engine.disconnect(client);
            self.service.clients.remove(&request.caller);
        }
        if let Some(peer) = request.caller.peer() {
            self.drop_peer(peer);
        }
        self.report_notices(ctx);
        outcome.cost_ns
    }

    fn answer(&mut self, ctx: &mut Ctx<'_>, asked: Asked, value: Value) {
        if let Some(peer) = asked.caller.peer() {
            if let Some(reply) = self.state.reply_to_peer(peer, value) {
                self.send_off(ctx, reply);
            }
            return;
        }
        let reply = Reply {
            id: asked.id,
            caller: asked.caller,
            node: self.state.me,
            bytes: wire::reply_len(&value),
            value,
            arrived: asked.arrived,
            started: asked.started,
            finished: ctx.now,
            ahead: asked.ahead,
        };
        self.send_off(ctx, Output::Reply(reply));
    }

    /// Sends something to a caller now, or behind the service that is going on.
    fn send_off(&mut self, ctx: &mut Ctx<'_>, output: Output) {
        if self.service.is_serving {
            self.service.leaving.push(output);
        } else {
            ctx.out.push(output);
        }
    }

    /// Hands on what the engine has for callers: late replies, messages, and the news that a connection was closed.
    pub fn deliver(&mut self, ctx: &mut Ctx<'_>) {
        let Self { engine, service, .. } = self;
        // Clients that did not come over the simulated network are served elsewhere (see `door`).
        let is_known = |client: ClientId| service.caller_of(client).is_some();
        let messages = engine.take_messages_for(&is_known);
        let hung_up = engine.take_hung_up_for(&is_known);
        for (at, (client, value)) in messages.iter().enumerate() {
            let Some(caller) = self.service.caller_of(*client) else { continue };
            let value = in_protocol(value.clone(), self.engine.protocol(*client));
            if self.service.asked.contains_key(client)
                && !self.engine.is_blocked(*client)
                && answer_among(&messages, *client) == Some(at)
                && let Some(asked) = self.service.asked.remove(client)
            {
                self.engine.note_offset(*client, self.state.replication.offset);
                self.answer(ctx, asked, value);
                continue;
            }
            self.service.pushes += 1;
            let bytes = wire::reply_len(&value);
            let (node, number) = (self.state.me, self.service.pushes);
            self.send_off(ctx, Output::Push(Push { caller, node, number, value, bytes }));
        }
        for client in hung_up {
            let Some(caller) = self.service.caller_of(client) else { continue };
            self.forget(caller);
            self.tell_hung_up(ctx, caller);
        }
    }

    /// Tells a caller that its connection is closed.
    fn tell_hung_up(&mut self, ctx: &mut Ctx<'_>, caller: Caller) {
        if let Some(peer) = caller.peer() {
            self.state.reset_link(ctx, peer);
            return;
        }
        self.service.pushes += 1;
        let (node, number) = (self.state.me, self.service.pushes);
        self.send_off(ctx, Output::HungUp { node, caller, number });
    }

    /// What is to be done for clients after whatever has happened.
    pub fn tend_clients(&mut self, ctx: &mut Ctx<'_>) {
        let am_primary = self.state.view.am_primary();
        if self.service.was_primary && !am_primary {
            self.engine.became_replica();
        }
        self.service.was_primary = am_primary;
        self.leave_channels();
        if !self.service.clients.is_empty() {
            self.deliver(ctx);
        }
    }

    /// Ends subscriptions to shard channels whose slot has gone to another node. A replica that takes its primary's
    /// place keeps its listeners.
    fn leave_channels(&mut self) {
        let owners = std::mem::take(&mut self.service.channel_owners);
        for slot in self.engine.shard_channel_slots() {
            let view = &self.state.view;
            let owner = view.owner(slot.number());
            let stayed = owners.get(&slot).is_none_or(|known| Some(*known) == owner);
            match owner.filter(|owner| *owner == view.me || (stayed && view.my_primary() == Some(*owner))) {
                Some(owner) => {
                    self.service.channel_owners.insert(slot, owner);
                }
                None => self.engine.leave_slot(slot),
            }
        }
    }

    /// Asks to be woken when the next client's wait is over.
    pub fn set_alarm(&mut self, ctx: &mut Ctx<'_>) {
        let Some(at) = self.engine.next_deadline().filter(|_| !self.service.clients.is_empty()) else { return };
        if self.service.alarm.is_some_and(|set| set <= at) {
            return;
        }
        self.service.alarm = Some(at);
        let wait = at.0.saturating_sub(ctx.unix_us).checked_mul(1_000);
        // A whole microsecond must have passed. What is too far off for the clock never comes.
        if let Some(due) = wait.and_then(|wait| ctx.now.0.checked_add(wait)) {
            ctx.timer(self.state.me, Nanos(due), Timer::Clients);
        }
    }

    /// A client's wait, or a pause, is over.
    pub fn clients_due(&mut self, ctx: &mut Ctx<'_>) {
        self.service.alarm = None;
        let Self { engine, state, .. } = self;
        engine.tick(&mut NodeHost { state, ctx });
        self.propagate();
        self.state.flush_stream(ctx);
        self.report_notices(ctx);
    }

    /// Closes the connections to all callers, now: nothing that is being served leaves any more.
    pub fn hang_up_all(&mut self, ctx: &mut Ctx<'_>) {
        self.service.is_serving = false;
        for caller in std::mem::take(&mut self.service.clients).into_keys() {
            self.tell_hung_up(ctx, caller);
        }
    }

    /// A caller has closed its connection.
    pub fn hang_up(&mut self, caller: Caller) {
        if let Some(client) = self.forget(caller) {
            self.engine.disconnect(client);
        }
    }

    /// Forgets a connection and what waits on it.
    fn forget(&mut self, caller: Caller) -> Option<ClientId> {
        let client = self.service.clients.remove(&caller)?;
        self.service.asked.remove(&client);
        self.service.stalled.retain(|pending| pending.request.caller != caller);
        Some(client)
    }

    /// Whether a request is being served: what is to be sent leaves when that is done.
    pub fn is_serving(&self) -> bool {
        self.service.is_serving
    }

    /// The request in service is done.
    pub fn served(&mut self, ctx: &mut Ctx<'_>) {
        self.service.is_serving = false;
        self.state.flush_stream(ctx);
        for mut output in std::mem::take(&mut self.service.leaving) {
            if let Output::Reply(reply) = &mut output {
                reply.finished = ctx.now;
            }
            ctx.out.push(output);
        }
    }
}

/// A message as its client reads it: RESP2 knows no pushes, only arrays.
fn in_protocol(value: Value, protocol: u8) -> Value {
    match value {
        Value::Push(items) if protocol == 2 => Value::Array(items),
        other => other,
    }
}

/// Which of these messages answers a client's request: the first that is no push, or else the last.
fn answer_among(messages: &[(ClientId, Value)], client: ClientId) -> Option<usize> {
    let own = |(to, _): &(ClientId, Value)| *to == client;
    let is_answer = |message: &(ClientId, Value)| own(message) && !matches!(message.1, Value::Push(_));
    messages.iter().position(is_answer).or_else(|| messages.iter().rposition(own))
}

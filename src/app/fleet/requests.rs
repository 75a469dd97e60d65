//! The clients' requests: sent to where the slot map points, followed through redirections, tried again, given up on.

use super::Fleet;
use crate::app::client::{self, Client, EndpointId};
use crate::app::deadlines::Due;
use crate::app::operation::{CommandKind, Operation, REQUESTS_PER_OPERATION};
use crate::app::strategy::Happened;
use crate::app::{AppIndex, Event, OperationId, Output, RequestKind};
use crate::cluster::{Caller, RequestId};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use rustc_hash::FxHashMap;

/// Requests for the slot map are numbered from here: this, the app server in bits 40 to 47, and its own count.
const TOPOLOGY: u64 = 1 << 62;

impl Fleet {
    /// Sends an operation's command to where the map points.
    pub(super) fn attempt(&mut self, now: Nanos, operation: &mut Operation, out: &mut Vec<Output>) -> Option<Happened> {
        match self.clients[usize::from(operation.app.0)].route(operation.slot) {
            Some(to) => self.send(now, operation, to, false, out),
            None => Some(self.give_up(operation)),
        }
    }

    /// Follows a redirection.
    pub(super) fn redirect(
        &mut self,
        now: Nanos,
        operation: &mut Operation,
        to: Option<EndpointId>,
        asking: bool,
        out: &mut Vec<Output>,
    ) -> Option<Happened> {
        let command = operation.command.as_mut()?;
        match to {
            Some(to) if command.redirections < client::REDIRECTIONS_MAX => {
                command.redirections += 1;
                operation.redirections += 1;
                self.counters.redirections += 1;
                self.send(now, operation, to, asking, out)
            }
            _ => Some(self.give_up(operation)),
        }
    }

    /// Sends an operation's command to a node. Answers what happened where it could not.
    fn send(
        &mut self,
        now: Nanos,
        operation: &mut Operation,
        to: EndpointId,
        asking: bool,
        out: &mut Vec<Output>,
    ) -> Option<Happened> {
        let app = operation.app;
        if !self.clients[usize::from(app.0)].admits(now, to) {
            self.refresh_soon(now, app, out);
            return self.set_back(now, operation, false, out);
        }
        let Some(id) = operation.next_request() else { return Some(self.give_up(operation)) };
        let command = operation.command.as_mut()?;
        command.out = Some((id, to));
        let (words, key) = (&self.words, operation.key.clone());
        let argv = match command.kind {
            CommandKind::Get => vec![words.get.clone(), key],
            CommandKind::Invalidate => vec![words.del.clone(), key],
            CommandKind::Fill | CommandKind::Store => {
                let value = self.payloads.of(operation.version);
                match &words.ttl {
                    Some(ttl) => vec![words.set.clone(), key, value, words.ex.clone(), ttl.clone()],
                    None => vec![words.set.clone(), key, value],
                }
            }
        };
        let kind = command.kind.request_kind();
        self.carry(now, app, to, id, operation.id, argv, asking, kind, out);
        None
    }

    #[expect(clippy::too_many_arguments, reason = "they are the fields of Output::ToNode")]
    fn carry(
        &mut self,
        now: Nanos,
        app: AppIndex,
        to: EndpointId,
        id: RequestId,
        operation: OperationId,
        argv: Vec<Bytes>,
        asking: bool,
        kind: RequestKind,
        out: &mut Vec<Output>,
    ) {
        if let Some(at) = self.request_deadlines.push(now, id) {
            out.push(Output::Schedule { at, event: Event::RequestTimeout(id) });
        }
        let ip = self.clients[usize::from(app.0)].host(to).to_owned();
        out.push(Output::ToNode { app, ip, id, operation, caller: Caller(u16::from(app.0)), argv, asking, kind });
    }

    /// A command has not gone through. What a user's write wants of the cache is worth another try, and so is everything
    /// that fails for a moment only (`passing`); a silent node is no reason to keep a reader waiting.
    pub(super) fn set_back(
        &mut self,
        now: Nanos,
        operation: &mut Operation,
        passing: bool,
        out: &mut Vec<Output>,
    ) -> Option<Happened> {
        let command = operation.command.as_mut()?;
        let worth_it = match command.kind {
            CommandKind::Get => passing,
            CommandKind::Fill => false,
            CommandKind::Store | CommandKind::Invalidate => true,
        };
        if !worth_it || command.retries >= client::RETRIES_MAX {
            return Some(self.give_up(operation));
        }
        command.retries += 1;
        out.push(Output::Schedule { at: now + client::RETRY_DELAY, event: Event::Retry(operation.id) });
        None
    }

    pub(super) fn give_up(&mut self, operation: &mut Operation) -> Happened {
        self.counters.given_up += 1;
        self.counters.lost_writes += u64::from(operation.write);
        operation.command = None;
        Happened::CacheFailed
    }

    pub(super) fn refresh_event(&mut self, now: Nanos, app: AppIndex, periodic: bool, out: &mut Vec<Output>) {
        let Some(client) = self.clients.get_mut(usize::from(app.0)) else { return };
        if periodic {
            let event = Event::Refresh { app, periodic };
            out.push(Output::Schedule { at: now + client::REFRESH_PERIOD, event });
        } else {
            client.refresh_scheduled = false;
        }
        if client.refresh_due().is_some_and(|due| due <= now) {
            self.refresh(now, app, out);
        }
    }

    /// Renews a client's slot map now, or when the pause after the last time is over.
    pub(super) fn refresh_soon(&mut self, now: Nanos, app: AppIndex, out: &mut Vec<Output>) {
        let client = &mut self.clients[usize::from(app.0)];
        match client.refresh_due() {
            None => {}
            Some(due) if due <= now => self.refresh(now, app, out),
            Some(_) if client.refresh_scheduled => {}
            Some(at) => {
                client.refresh_scheduled = true;
                out.push(Output::Schedule { at, event: Event::Refresh { app, periodic: false } });
            }
        }
    }

    fn refresh(&mut self, now: Nanos, app: AppIndex, out: &mut Vec<Output>) {
        let Some((to, number)) = self.clients[usize::from(app.0)].begin_refresh(now) else { return };
        let id = RequestId(TOPOLOGY | u64::from(app.0) << 40 | number);
        let argv = vec![self.words.cluster.clone(), self.words.slots.clone()];
        self.carry(now, app, to, id, OperationId(0), argv, false, RequestKind::Topology, out);
    }

    pub(super) fn topology_answered(
        &mut self,
        now: Nanos,
        app: AppIndex,
        number: u64,
        reply: &Value,
        out: &mut Vec<Output>,
    ) {
        if let Some(client) = self.clients.get_mut(usize::from(app.0))
            && let Some(asked) = client.end_refresh(number)
        {
            client.answered(asked);
            if !client.install(asked, reply) {
                self.refresh_soon(now, app, out);
            }
        }
    }

    /// The time-out alarm has rung.
    pub(super) fn request_timeouts(&mut self, now: Nanos, out: &mut Vec<Output>) {
        loop {
            let (operations, clients) = (&self.operations, &self.clients);
            match self.request_deadlines.due(now, |id| is_out(operations, clients, id)) {
                Due::Now(id) => self.request_timed_out(now, id, out),
                Due::At(at, id) => {
                    out.push(Output::Schedule { at, event: Event::RequestTimeout(id) });
                    return;
                }
                Due::Nothing => return,
            }
        }
    }

    fn request_timed_out(&mut self, now: Nanos, id: RequestId, out: &mut Vec<Output>) {
        self.counters.timeouts += 1;
        if let Some((app, number)) = topology_of(id) {
            if let Some(client) = self.clients.get_mut(usize::from(app.0))
                && let Some(asked) = client.end_refresh(number)
            {
                client.timed_out(now, asked);
                self.refresh_soon(now, app, out);
            }
        } else if let Some(mut operation) = self.take_waiting(id) {
            operation.timeouts += 1;
            if let Some((_, to)) = operation.command.as_mut().and_then(|command| command.out.take()) {
                self.clients[usize::from(operation.app.0)].timed_out(now, to);
            }
            self.refresh_soon(now, operation.app, out);
            let happened = self.set_back(now, &mut operation, false, out);
            let ending = happened.and_then(|happened| self.happen(now, &mut operation, happened, out));
            self.put_back(operation, ending, out);
        }
    }
}

/// The app server and the count in the number of a request for the slot map; none of any other request.
pub(super) fn topology_of(id: RequestId) -> Option<(AppIndex, u64)> {
    (id.0 >> 48 == TOPOLOGY >> 48).then_some((AppIndex((id.0 >> 40) as u8), id.0 & ((1 << 40) - 1)))
}

fn is_out(operations: &FxHashMap<u64, Operation>, clients: &[Client], id: RequestId) -> bool {
    if let Some((app, number)) = topology_of(id) {
        clients.get(usize::from(app.0)).is_some_and(|client| client.is_refreshing(number))
    } else {
        operations.get(&(id.0 / REQUESTS_PER_OPERATION)).is_some_and(|operation| operation.waits_for(id))
    }
}

//! The app servers of one lane at work: users come, strategies decide, clients talk to the cluster and the database.
//!
//! A strategy (see `strategy`) says *what* to do next; here it is done. How a command gets to the cache and back is in
//! `requests`. Start with [`Fleet::handle`].

mod requests;

use self::requests::topology_of;
use crate::app::client::{self, Answer, Client};
use crate::app::database::DatabaseServer;
use crate::app::deadlines::{Deadlines, Due};
use crate::app::operation::{Command, CommandKind, Operation, REQUESTS_PER_OPERATION};
use crate::app::payload::{self, Payloads};
use crate::app::strategy::{self, Happened, Progress, Side, Step};
use crate::app::workload::{Wish, Workload};
use crate::app::{AppIndex, Ending, Event, Finished, OperationId, Output, Query};
use crate::cluster::{Reply, RequestId};
use crate::resp::{Bytes, Value};
use crate::scenario::{self, Load, Scenario, Strategy};
use crate::sim::{Nanos, draw};
use rustc_hash::FxHashMap;

/// Operations that one app server can have under way: its worker threads. One more is turned away at once.
pub const IN_FLIGHT_MAX: usize = 5_000;
/// A query that has been out for as long is given up on.
pub const QUERY_TIMEOUT: Nanos = Nanos::from_secs(5);
/// App server i fetches its first slot map i times as long after the start of the run.
const STAGGER: Nanos = Nanos::from_micros(500);
const CLIENT: u64 = 0x6170_7006;

/// What the clients of a lane have been through so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// MOVED and ASK followed.
    pub redirections: u64,
    /// Requests to nodes that were not answered in time.
    pub timeouts: u64,
    /// Commands to the cache that were given up on.
    pub given_up: u64,
    /// Of these, DEL and SET on behalf of a user's write: the cache may hold an old value now.
    pub lost_writes: u64,
    /// Operations turned away because the app server had too many under way.
    pub turned_away: u64,
}

/// Words of commands, made once.
#[derive(Clone, Debug)]
struct Words {
    get: Bytes,
    set: Bytes,
    ex: Bytes,
    del: Bytes,
    cluster: Bytes,
    slots: Bytes,
    /// The time to live of what is cached; none for ever.
    ttl: Option<Bytes>,
}

/// All app servers of one lane, with their clients and their database.
#[derive(Clone, Debug)]
pub struct Fleet {
    workload: Workload,
    strategy: Strategy,
    clients: Vec<Client>,
    in_flight: Vec<usize>,
    operations: FxHashMap<u64, Operation>,
    arrivals: u64,
    database: DatabaseServer,
    payloads: Payloads,
    words: Words,
    request_deadlines: Deadlines<RequestId>,
    query_deadlines: Deadlines<OperationId>,
    counters: Counters,
}

impl Fleet {
    /// App servers for lane `lane` of a scenario. `seeds` are the addresses that clients start from (ip without port).
    pub fn new(scenario: &Scenario, lane: usize, seeds: &[String], out: &mut Vec<Output>) -> Self {
        let load = scenario.load.clone();
        let apps = load.apps.max(1);
        let workload = Workload::new(scenario.seed, load);
        let clients = (0..apps).map(|app| Client::new(draw(scenario.seed, &[CLIENT, u64::from(app)]), seeds)).collect();
        for app in 0..apps {
            let at = Nanos(STAGGER.0 * u64::from(app));
            out.push(Output::Schedule { at, event: Event::Refresh { app: AppIndex(app), periodic: true } });
        }
        out.push(Output::Schedule { at: workload.first(), event: Event::Arrival });
        Self {
            strategy: scenario.lanes.get(lane).copied().unwrap_or(Strategy::CacheAside),
            clients,
            in_flight: vec![0; usize::from(apps)],
            operations: FxHashMap::default(),
            arrivals: 0,
            database: DatabaseServer::new(scenario.seed, scenario.database.clone()),
            payloads: Payloads::new(scenario.load.value_bytes),
            words: Words {
                get: Bytes::from("GET"),
                set: Bytes::from("SET"),
                ex: Bytes::from("EX"),
                del: Bytes::from("DEL"),
                cluster: Bytes::from("CLUSTER"),
                slots: Bytes::from("SLOTS"),
                ttl: ttl_word(&scenario.load),
            },
            request_deadlines: Deadlines::new(client::REQUEST_TIMEOUT),
            query_deadlines: Deadlines::new(QUERY_TIMEOUT),
            counters: Counters::default(),
            workload,
        }
    }

    /// Something scheduled or carried has come due.
    pub fn handle(&mut self, now: Nanos, event: Event, out: &mut Vec<Output>) {
        match event {
            Event::Arrival => self.arrival(now, out),
            Event::Reply(reply) => self.reply(now, &reply, out),
            Event::RequestTimeout(_) => self.request_timeouts(now, out),
            Event::QueryTimeout(_) => self.query_timeouts(now, out),
            Event::Retry(operation) => self.retry(now, operation, out),
            Event::Refresh { app, periodic } => self.refresh_event(now, app, periodic, out),
            Event::QueryArrives(query) => self.database.arrive(now, query, out),
            Event::QueryDone(query) => self.database.done(now, query, out),
            Event::QueryAnswered(query) => self.query_answered(now, query, out),
        }
    }

    /// The traffic.
    pub fn load(&self) -> &Load {
        self.workload.load()
    }

    /// Changes the traffic from the next arrival on; at rate 0 nobody comes. The number of app servers cannot change.
    /// Another number of rows deals their popularity anew.
    pub fn set_load(&mut self, load: Load) {
        if load.value_bytes != self.load().value_bytes {
            self.payloads = Payloads::new(load.value_bytes);
        }
        self.words.ttl = ttl_word(&load);
        self.workload.set_load(load);
    }

    /// What the app servers do.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Changes what they do; operations under way end as they began.
    pub fn set_strategy(&mut self, strategy: Strategy) {
        self.strategy = strategy;
    }

    /// The database.
    pub fn database(&self) -> &DatabaseServer {
        &self.database
    }

    /// Changes the database's speed and connections from the next query on.
    pub fn set_database(&mut self, spec: scenario::Database) {
        self.database.set_spec(spec);
    }

    /// How many app servers there are.
    pub fn apps(&self) -> usize {
        self.clients.len()
    }

    /// Operations under way at an app server; 0 where there is no such.
    pub fn in_flight(&self, app: AppIndex) -> usize {
        self.in_flight.get(usize::from(app.0)).copied().unwrap_or(0)
    }

    /// What the clients have been through so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Slot maps asked for so far, by all clients.
    pub fn refreshes(&self) -> u64 {
        self.clients.iter().map(Client::refreshes).sum()
    }

    /// The next user.
    fn arrival(&mut self, now: Nanos, out: &mut Vec<Output>) {
        if self.workload.interval(self.arrivals + 1).is_none() {
            out.push(Output::Schedule { at: now + Workload::idle(), event: Event::Arrival });
            return;
        }
        self.arrivals += 1;
        let n = self.arrivals;
        let Wish { app, row, write } = self.workload.wish(n);
        let next = self.workload.interval(n + 1).unwrap_or_else(Workload::idle);
        out.push(Output::Schedule { at: now + next, event: Event::Arrival });
        let key = Bytes::from(format!("row:{row}"));
        let mut operation = Operation {
            id: OperationId(n),
            app,
            strategy: self.strategy,
            row,
            write,
            slot: client::slot_of(&key),
            key,
            began: now,
            committed: self.database.version(row),
            version: 0,
            stale: false,
            progress: Progress::default(),
            command: None,
            querying: false,
            requests: 0,
            redirections: 0,
            timeouts: 0,
        };
        let in_flight = &mut self.in_flight[usize::from(app.0)];
        *in_flight += 1;
        let ending = if *in_flight > IN_FLIGHT_MAX {
            self.counters.turned_away += 1;
            Some(Ending::Failed)
        } else {
            self.happen(now, &mut operation, Happened::Began, out)
        };
        self.put_back(operation, ending, out);
    }

    /// A node has answered.
    fn reply(&mut self, now: Nanos, reply: &Reply, out: &mut Vec<Output>) {
        if let Some((app, number)) = topology_of(reply.id) {
            self.topology_answered(now, app, number, &reply.value, out);
        } else if let Some(mut operation) = self.take_waiting(reply.id) {
            let ending = self.answered(now, &mut operation, &reply.value, out);
            self.put_back(operation, ending, out);
        }
    }

    /// The node that an operation waits for has answered.
    fn answered(
        &mut self,
        now: Nanos,
        operation: &mut Operation,
        value: &Value,
        out: &mut Vec<Output>,
    ) -> Option<Ending> {
        let command = operation.command.as_mut()?;
        let (_, from) = command.out.take()?;
        let client = &mut self.clients[usize::from(operation.app.0)];
        client.answered(from);
        let happened = match client::answer(value) {
            Answer::Value(value) => {
                let kind = command.kind;
                operation.command = None;
                Some(match (kind, value) {
                    (CommandKind::Get, Value::Bulk(found)) => {
                        // A value that somebody else wrote (at the console, say) has no version, and is not held to be old.
                        operation.stale = payload::version_of(found).is_some_and(|found| found < operation.committed);
                        Happened::Hit
                    }
                    (CommandKind::Get, _) => Happened::Nil,
                    (CommandKind::Fill | CommandKind::Store | CommandKind::Invalidate, _) => Happened::Acknowledged,
                })
            }
            Answer::Moved { slot, host } => {
                let to = if host.is_empty() { Some(from) } else { client.intern(host) };
                if let Some(to) = to {
                    client.learn(slot, to);
                }
                self.refresh_soon(now, operation.app, out);
                self.redirect(now, operation, to, false, out)
            }
            Answer::Ask { host } => {
                let to = if host.is_empty() { Some(from) } else { client.intern(host) };
                self.redirect(now, operation, to, true, out)
            }
            Answer::Later => {
                self.refresh_soon(now, operation.app, out);
                self.set_back(now, operation, true, out)
            }
            Answer::Error => Some(self.give_up(operation)),
        };
        self.happen(now, operation, happened?, out)
    }

    /// A pause before another try is over.
    fn retry(&mut self, now: Nanos, id: OperationId, out: &mut Vec<Output>) {
        let pauses = |operation: &Operation| operation.command.is_some_and(|command| command.out.is_none());
        if self.operations.get(&id.0).is_some_and(pauses)
            && let Some(mut operation) = self.operations.remove(&id.0)
        {
            let happened = self.attempt(now, &mut operation, out);
            let ending = happened.and_then(|happened| self.happen(now, &mut operation, happened, out));
            self.put_back(operation, ending, out);
        }
    }

    /// The database has answered.
    fn query_answered(&mut self, now: Nanos, query: Query, out: &mut Vec<Output>) {
        let happened = if query.refused { Happened::QueryFailed } else { Happened::QueryAnswered };
        self.query_over(now, query.operation, Some(query.version), happened, out);
    }

    fn query_timeouts(&mut self, now: Nanos, out: &mut Vec<Output>) {
        loop {
            let operations = &self.operations;
            let waits = |id: OperationId| operations.get(&id.0).is_some_and(|operation| operation.querying);
            match self.query_deadlines.due(now, waits) {
                Due::Now(id) => self.query_over(now, id, None, Happened::QueryFailed, out),
                Due::At(at, id) => {
                    out.push(Output::Schedule { at, event: Event::QueryTimeout(id) });
                    return;
                }
                Due::Nothing => return,
            }
        }
    }

    fn query_over(
        &mut self,
        now: Nanos,
        id: OperationId,
        version: Option<u64>,
        happened: Happened,
        out: &mut Vec<Output>,
    ) {
        if self.operations.get(&id.0).is_some_and(|operation| operation.querying)
            && let Some(mut operation) = self.operations.remove(&id.0)
        {
            operation.querying = false;
            operation.version = version.unwrap_or(operation.version);
            let ending = self.happen(now, &mut operation, happened, out);
            self.put_back(operation, ending, out);
        }
    }

    /// Lets the strategy decide what follows, and does it. Answers how the operation ended, if it has.
    fn happen(
        &mut self,
        now: Nanos,
        operation: &mut Operation,
        happened: Happened,
        out: &mut Vec<Output>,
    ) -> Option<Ending> {
        match happened {
            Happened::Began => {}
            Happened::Hit | Happened::Nil | Happened::Acknowledged => operation.progress.cache = Side::Done,
            Happened::CacheFailed => operation.progress.cache = Side::Failed,
            Happened::QueryAnswered => operation.progress.database = Side::Done,
            Happened::QueryFailed => operation.progress.database = Side::Failed,
        }
        for step in strategy::next(operation.strategy, operation.write, happened, operation.progress) {
            let kind = match step {
                Step::Finish(ending) => return Some(*ending),
                Step::Query => {
                    self.query(now, operation, out);
                    continue;
                }
                Step::Get => CommandKind::Get,
                Step::Fill => CommandKind::Fill,
                Step::Store => CommandKind::Store,
                Step::Invalidate => CommandKind::Invalidate,
            };
            operation.progress.cache = Side::Open;
            operation.command = Some(Command { kind, out: None, redirections: 0, retries: 0 });
            // A command that fails at once (no node to send it to) is something that has happened, too.
            if let Some(failed) = self.attempt(now, operation, out)
                && let Some(ending) = self.happen(now, operation, failed, out)
            {
                return Some(ending);
            }
        }
        None
    }

    fn query(&mut self, now: Nanos, operation: &mut Operation, out: &mut Vec<Output>) {
        operation.querying = true;
        if operation.write {
            operation.version = self.database.take_version(operation.row);
        }
        if let Some(at) = self.query_deadlines.push(now, operation.id) {
            out.push(Output::Schedule { at, event: Event::QueryTimeout(operation.id) });
        }
        out.push(Output::ToDatabase(Query {
            operation: operation.id,
            app: operation.app,
            row: operation.row,
            write: operation.write,
            version: operation.version,
            refused: false,
            sent: now,
            started: now,
        }));
    }

    /// Takes the operation out that waits for this request.
    fn take_waiting(&mut self, request: RequestId) -> Option<Operation> {
        let n = request.0 / REQUESTS_PER_OPERATION;
        if !self.operations.get(&n)?.waits_for(request) {
            return None;
        }
        self.operations.remove(&n)
    }

    /// Puts an operation back, or ends it.
    fn put_back(&mut self, operation: Operation, ending: Option<Ending>, out: &mut Vec<Output>) {
        match ending {
            None => {
                self.operations.insert(operation.id.0, operation);
            }
            Some(ending) => {
                self.in_flight[usize::from(operation.app.0)] -= 1;
                let finished: Finished = operation.finished(ending);
                out.push(Output::Done(finished));
            }
        }
    }
}

fn ttl_word(load: &Load) -> Option<Bytes> {
    (load.ttl_seconds > 0).then(|| Bytes::from_int(i64::from(load.ttl_seconds)))
}

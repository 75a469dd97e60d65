//! One lane: a cluster, its app servers, database and network, on a schedule of its own.
//!
//! The lane is the only place where a message meets the network: cluster and fleet say what they want to send, the lane
//! asks the network when it arrives, draws it as a flight, and hands it in when it comes due.

use super::measure::Measurements;
use super::operator::{Do, Operator};
use super::trace::Tracer;
use super::view::{ConsoleLine, Flight, FlightKind, LineStyle, Mark, Place, Severity};
use crate::app::{self, AppIndex, ConsoleOutput, Fleet, Query, RequestKind};
use crate::cluster::{
    self, Caller, Cluster, ClusterSpec, NodeIndex, NodeSpec, Note, Push, Reply, Request, RequestId, Traffic,
};
use crate::engine::Notice;
use crate::resp::{Bytes, Value};
use crate::scenario::{Console, Load, Scenario};
use crate::sim::{Delivery, Fingerprint, HostId, Loss, Nanos, Network, NetworkSpec, Schedule, ZoneId, draw};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Unix time at which every run begins: 2026-01-01T00:00:00Z, in microseconds.
pub(super) const RUN_EPOCH_US: u64 = 1_767_225_600_000_000;
/// Between two readings of the lane's gauges.
pub(super) const SAMPLE_EVERY: Nanos = Nanos::from_millis(100);
/// First retransmission time-out of TCP on Linux, for messages lost by chance; doubles with every loss.
const RETRANSMIT_AFTER: Nanos = Nanos::from_millis(200);
/// After that many losses in a row a message is given up.
const RETRANSMISSIONS_MAX: u32 = 6;
/// Flights drawn at most; at a speed at which more are in the air, single messages cannot be told apart.
const FLIGHTS_MAX: usize = 4_096;
/// Traffic class of what nodes send to clients unasked, and of the replies behind it.
const UNASKED: u8 = 2;
/// Lines a transcript keeps at most.
const TRANSCRIPT_MAX: usize = 5_000;

/// Whose luck a message has on the network: what it is, then its number among its like.
#[derive(Clone, Copy)]
enum Luck {
    Request(RequestId),
    Reply(RequestId),
    Query(u64),
    Answer(u64),
    Bus(u64),
    Push(u64),
}

/// What comes due in a lane.
#[derive(Clone, Debug)]
enum Event {
    Cluster(cluster::Event),
    Fleet(app::Event),
    /// A command reaches a node.
    Request {
        to: NodeIndex,
        request: Request,
    },
    /// A reply reaches the operator's console.
    OperatorReply(Reply),
    /// A message that nobody asked for reaches the operator's console.
    OperatorPush(Push),
    /// A node has closed its connection to the operator's console.
    OperatorHungUp(NodeIndex),
    /// The operator has waited long enough.
    OperatorTimeout(RequestId),
    /// Gauges are read.
    Sample,
}

/// Where everything stands: nodes first, then app servers, then the database.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub nodes: u16,
    pub apps: u8,
}

impl Places {
    #[expect(clippy::unused_self, reason = "it reads like its sisters")]
    pub fn node(&self, node: NodeIndex) -> HostId {
        HostId(node.0)
    }
    pub fn app(&self, app: AppIndex) -> HostId {
        HostId(self.nodes + u16::from(app.0))
    }
    pub fn database(&self) -> HostId {
        HostId(self.nodes + u16::from(self.apps))
    }
    /// The operator's console runs on the first app server.
    pub fn console(&self) -> HostId {
        self.app(AppIndex(0))
    }
    /// Everything but the cache nodes.
    pub fn others(&self) -> impl Iterator<Item = HostId> {
        (self.nodes..=self.nodes + u16::from(self.apps)).map(HostId)
    }
}

/// One lane of a run.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub index: usize,
    schedule: Schedule<Event>,
    pub network: Network,
    pub cluster: Cluster,
    pub fleet: Fleet,
    pub operator: Operator,
    pub places: Places,
    pub measurements: Measurements,
    pub tracer: Tracer,
    pub transcript: Vec<ConsoleLine>,
    /// Lines that were before its first one.
    pub forgotten_lines: usize,
    pub marks: Vec<Mark>,
    flights: VecDeque<Flight>,
    fingerprint: Fingerprint,
    events: u64,
    /// The latest arrival per pair of hosts and traffic class: TCP keeps order.
    in_order: FxHashMap<(HostId, HostId, u8), Nanos>,
    bus_messages: u64,
    cluster_out: Vec<cluster::Output>,
    fleet_out: Vec<app::Output>,
}

impl Lane {
    pub fn new(scenario: &Scenario, index: usize) -> Self {
        let deployment = &scenario.deployment;
        let mut network = Network::new(scenario.seed, NetworkSpec::default());
        let spec = cluster_spec(scenario);
        let zones = deployment.zones.max(1);
        for shard in 0..deployment.shards {
            for node in 0..=u16::from(deployment.replicas) {
                network.add_host(ZoneId(zone_of_node(shard, node, zones)));
            }
        }
        for app in 0..scenario.load.apps {
            network.add_host(ZoneId(app % zones));
        }
        network.add_host(ZoneId(database_zone(zones)));
        let places = Places { nodes: spec.nodes.len() as u16, apps: scenario.load.apps };

        // Clients know the primaries' names, as from a configuration endpoint; they learn the rest.
        let seeds: Vec<String> =
            spec.nodes.iter().filter(|node| node.replica_of.is_none()).map(|node| node.name.clone()).collect();
        let (mut cluster_out, mut fleet_out) = (Vec::new(), Vec::new());
        let mut lane = Self {
            index,
            schedule: Schedule::default(),
            network,
            cluster: Cluster::new(&spec, scenario.seed, &mut cluster_out),
            fleet: Fleet::new(scenario, index, &seeds, &mut fleet_out),
            operator: Operator::new(&seeds),
            measurements: Measurements::new(places.nodes, places.apps),
            places,
            tracer: Tracer::default(),
            transcript: Vec::new(),
            forgotten_lines: 0,
            marks: Vec::new(),
            flights: VecDeque::new(),
            fingerprint: Fingerprint::default(),
            events: 0,
            in_order: FxHashMap::default(),
            bus_messages: 0,
            cluster_out,
            fleet_out,
        };
        lane.carry_out();
        lane.schedule.at(SAMPLE_EVERY, Event::Sample);
        lane
    }

    /// Handles every event up to `until`.
    pub fn advance(&mut self, until: Nanos) {
        while let Some((now, event)) = self.schedule.pop_until(until) {
            self.handle(now, event);
        }
        self.schedule.rest(until);
        while self.flights.front().is_some_and(|flight| flight.arrives < until) {
            self.flights.pop_front();
        }
    }

    pub fn next_at(&self) -> Option<Nanos> {
        self.schedule.next_at()
    }

    pub fn now(&self) -> Nanos {
        self.schedule.now()
    }

    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.value()
    }

    pub fn events(&self) -> u64 {
        self.events
    }

    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        let now = self.now();
        self.flights.iter().filter(move |flight| flight.sent <= now && now <= flight.arrives)
    }

    /// What an action changed outside the schedule becomes part of the fingerprint.
    pub fn mark_action(&mut self, line: &str) {
        self.fingerprint.mix(self.now().0);
        self.fingerprint.mix_bytes(line.as_bytes());
    }

    pub fn mark(&mut self, severity: Severity, text: String) {
        self.marks.push(Mark { at: self.now(), lane: Some(self.index), severity, text });
    }

    /// Marks what was not marked within the last ten seconds.
    fn mark_once(&mut self, severity: Severity, text: String) {
        let recent = self.now() - Nanos::from_secs(10);
        if !self.marks.iter().rev().take_while(|mark| mark.at >= recent).any(|mark| mark.text == text) {
            self.mark(severity, text);
        }
    }

    pub fn print(&mut self, console: Console, style: LineStyle, text: impl Into<String>) {
        if self.transcript.len() >= TRANSCRIPT_MAX {
            self.transcript.drain(..TRANSCRIPT_MAX / 2);
            self.forgotten_lines += TRANSCRIPT_MAX / 2;
        }
        self.transcript.push(ConsoleLine { at: self.now(), console, style, text: text.into() });
    }

    fn handle(&mut self, now: Nanos, event: Event) {
        self.events += 1;
        self.fingerprint.mix(now.0);
        match event {
            Event::Cluster(event) => {
                self.fingerprint.mix(cluster_event_word(&event));
                self.cluster.handle(now, event, &mut self.cluster_out);
            }
            Event::Fleet(event) => {
                self.fingerprint.mix(fleet_event_word(&event));
                self.fleet.handle(now, event, &mut self.fleet_out);
            }
            Event::Request { to, request } => {
                self.fingerprint.mix(3 << 56 | u64::from(to.0) << 48 ^ request.id.0);
                self.cluster.request(now, to, request, &mut self.cluster_out);
            }
            Event::OperatorReply(reply) => {
                self.fingerprint.mix(4 << 56 ^ reply.id.0);
                self.operator_reply(reply);
            }
            Event::OperatorPush(push) => {
                self.fingerprint.mix(8 << 56 | u64::from(push.node.0) << 40 ^ push.number);
                if self.node_called(self.operator.host()) == Some(push.node) {
                    let wanted = self.operator.push(push.value);
                    self.operator_do(wanted);
                }
            }
            Event::OperatorHungUp(node) => {
                self.fingerprint.mix(9 << 56 | u64::from(node.0));
                if self.node_called(self.operator.host()) == Some(node) {
                    let wanted = self.operator.hung_up();
                    self.operator_do(wanted);
                    self.operator_next();
                }
            }
            Event::OperatorTimeout(id) => {
                self.fingerprint.mix(5 << 56 ^ id.0);
                self.operator_timeout(id);
            }
            Event::Sample => self.sample(),
        }
        self.carry_out();
    }

    /// Carries out what cluster and fleet have asked for, until they ask for nothing more.
    pub fn carry_out(&mut self) {
        loop {
            let mut idle = true;
            if !self.cluster_out.is_empty() {
                idle = false;
                let mut out = std::mem::take(&mut self.cluster_out);
                for output in out.drain(..) {
                    self.carry_cluster(output);
                }
                // Nothing in `carry_cluster` calls the cluster, so the emptied list is still the only one.
                if self.cluster_out.is_empty() {
                    self.cluster_out = out;
                }
            }
            if !self.fleet_out.is_empty() {
                idle = false;
                let mut out = std::mem::take(&mut self.fleet_out);
                for output in out.drain(..) {
                    self.carry_fleet(output);
                }
                if self.fleet_out.is_empty() {
                    self.fleet_out = out;
                }
            }
            if idle {
                return;
            }
        }
    }

    fn carry_cluster(&mut self, output: cluster::Output) {
        match output {
            cluster::Output::Schedule { at, event } => self.schedule.at(at, Event::Cluster(event)),
            cluster::Output::Send { from, to, bytes, traffic, event } => {
                self.bus_messages += 1;
                let luck = Luck::Bus(self.bus_messages);
                let (kind, class) = match traffic {
                    Traffic::Gossip => (FlightKind::Gossip, 0),
                    Traffic::Fail | Traffic::VoteRequest | Traffic::Vote => (FlightKind::Vote, 0),
                    Traffic::Replication | Traffic::ReplicationControl => (FlightKind::Replication, 1),
                    Traffic::FullSync => (FlightKind::FullSync, 1),
                    Traffic::KeyMigration => (FlightKind::Replication, 2),
                };
                let (from_host, to_host) = (self.places.node(from), self.places.node(to));
                let mut arrives = self.travel(from_host, to_host, bytes, luck);
                if let Some(at) = &mut arrives {
                    let last = self.in_order.entry((from_host, to_host, class)).or_default();
                    *at = (*at).max(*last + Nanos(1));
                    *last = *at;
                }
                let shard = Some(self.cluster.spec(from).shard);
                self.fly(kind, shard, Place::Node(from.0), Place::Node(to.0), arrives, 0);
                if let Some(at) = arrives {
                    self.schedule.at(at, Event::Cluster(event));
                }
            }
            cluster::Output::Reply(reply) => self.carry_reply(reply),
            cluster::Output::Push(push) => {
                let (caller, node, number, bytes) = (push.caller, push.node, push.number, push.bytes);
                if let Some(at) = self.carry_unasked(caller, node, number, bytes) {
                    self.schedule.at(at, Event::OperatorPush(push));
                }
            }
            cluster::Output::HungUp { node, caller, number } => {
                if let Some(at) = self.carry_unasked(caller, node, number, 0) {
                    self.schedule.at(at, Event::OperatorHungUp(node));
                }
            }
            cluster::Output::Key { node, notice } => {
                let (key, evicted) = match notice {
                    Notice::Evicted(key) => (key, true),
                    Notice::Expired(key) => (key, false),
                };
                self.tracer.key_gone(&key, evicted);
                self.fingerprint.mix(6 << 56 | u64::from(node.0));
                self.fingerprint.mix_bytes(&key);
            }
            cluster::Output::Note { node, note } => self.note(node, note),
        }
    }

    /// Who a caller is: the host, and its place in the picture.
    fn caller_place(&self, caller: Caller) -> (HostId, Place) {
        if caller == Operator::CALLER || caller == Operator::EVERYWHERE {
            (self.places.console(), Place::App(0))
        } else {
            let app = AppIndex(caller.0 as u8);
            (self.places.app(app), Place::App(app.0))
        }
    }

    /// Sends a caller something unasked. The time of its arrival, if it arrives and if it is for the console: the app
    /// servers' clients listen to nothing, and find out at the next request that a connection is closed.
    fn carry_unasked(&mut self, caller: Caller, node: NodeIndex, number: u64, bytes: u64) -> Option<Nanos> {
        let (to_host, to_place) = self.caller_place(caller);
        let from_host = self.places.node(node);
        let luck = Luck::Push(u64::from(node.0) << 40 | number);
        let mut arrives = self.travel(from_host, to_host, bytes, luck);
        if let Some(at) = &mut arrives {
            let last = self.in_order.entry((from_host, to_host, UNASKED)).or_default();
            *at = (*at).max(*last + Nanos(1));
            *last = *at;
        }
        let shard = Some(self.cluster.spec(node).shard);
        self.fly(FlightKind::Hit, shard, Place::Node(node.0), to_place, arrives, 0);
        arrives.filter(|_| caller == Operator::CALLER)
    }

    fn carry_reply(&mut self, reply: Reply) {
        let to_console = reply.caller == Operator::CALLER || reply.caller == Operator::EVERYWHERE;
        let (to_host, to_place) = self.caller_place(reply.caller);
        let from_host = self.places.node(reply.node);
        let mut arrives = self.travel(from_host, to_host, reply.bytes, Luck::Reply(reply.id));
        if let (Some(at), Some(last)) = (&mut arrives, self.in_order.get_mut(&(from_host, to_host, UNASKED))) {
            *at = (*at).max(*last + Nanos(1));
            *last = *at;
        }
        let kind = match &reply.value {
            Value::Error(text) if text.starts_with(b"MOVED ") || text.starts_with(b"ASK ") => FlightKind::Redirect,
            Value::Error(_) => FlightKind::Error,
            Value::Null | Value::NullArray => FlightKind::Miss,
            _ => FlightKind::Hit,
        };
        let shard = Some(self.cluster.spec(reply.node).shard);
        let operation = self.tracer.replied(&reply, arrives);
        self.fly(kind, shard, Place::Node(reply.node.0), to_place, arrives, operation);
        if let Some(at) = arrives {
            let event = if to_console { Event::OperatorReply(reply) } else { Event::Fleet(app::Event::Reply(reply)) };
            self.schedule.at(at, event);
        }
    }

    fn carry_fleet(&mut self, output: app::Output) {
        let now = self.schedule.now();
        match output {
            app::Output::Schedule { at, event } => self.schedule.at(at, Event::Fleet(event)),
            app::Output::ToNode { app, ip, id, operation, caller, argv, asking, kind } => {
                let request = Request { id, caller, argv, asking };
                self.tracer.sent(operation, app, id, kind, &request.argv, now);
                let shape = if kind == RequestKind::Write || kind == RequestKind::Fill {
                    FlightKind::Write
                } else {
                    FlightKind::Read
                };
                self.send_request(self.places.app(app), Place::App(app.0), &ip, request, shape, operation.0);
            }
            app::Output::ToDatabase(query) => {
                let luck = Luck::Query(query_luck(&query));
                let bytes = if query.write { 400 } else { 120 };
                let arrives = self.travel(self.places.app(query.app), self.places.database(), bytes, luck);
                self.measurements.query_sent(now);
                self.fly(FlightKind::Query, None, Place::App(query.app.0), Place::Database, arrives, query.operation.0);
                if let Some(at) = arrives {
                    self.schedule.at(at, Event::Fleet(app::Event::QueryArrives(query)));
                }
            }
            app::Output::FromDatabase(query) => {
                let luck = Luck::Answer(query_luck(&query));
                let arrives = self.travel(self.places.database(), self.places.app(query.app), 400, luck);
                self.tracer.answered(&query, arrives, now);
                let place = Place::App(query.app.0);
                self.fly(FlightKind::QueryAnswer, None, Place::Database, place, arrives, query.operation.0);
                if let Some(at) = arrives {
                    self.schedule.at(at, Event::Fleet(app::Event::QueryAnswered(query)));
                }
            }
            app::Output::Done(finished) => {
                self.fingerprint.mix(7 << 56 ^ finished.operation.0 << 4 ^ finished.ending as u64);
                self.measurements.finished(now, &finished);
                self.tracer.finished(&finished, now);
            }
        }
    }

    /// Sends a command to the node called `endpoint`, where there is one.
    pub fn send_request(
        &mut self,
        from: HostId,
        place: Place,
        endpoint: &str,
        request: Request,
        kind: FlightKind,
        operation: u64,
    ) {
        let Some(to) = self.node_called(endpoint) else { return };
        let bytes = crate::resp::wire_len(&request.argv) as u64;
        let arrives = self.travel(from, self.places.node(to), bytes, Luck::Request(request.id));
        let shard = Some(self.cluster.spec(to).shard);
        self.tracer.addressed(
            request.id,
            to,
            arrives,
            self.network.zone(from) != self.network.zone(self.places.node(to)),
        );
        self.fly(kind, shard, place, Place::Node(to.0), arrives, operation);
        if let Some(at) = arrives {
            self.schedule.at(at, Event::Request { to, request });
        }
    }

    /// When a message sent now arrives, if it does. Loss by chance costs a retransmission, as TCP does it.
    fn travel(&self, from: HostId, to: HostId, bytes: u64, luck: Luck) -> Option<Nanos> {
        let (what, number) = match luck {
            Luck::Request(id) => (1, id.0),
            Luck::Reply(id) => (2, id.0),
            Luck::Query(number) => (3, number),
            Luck::Answer(number) => (4, number),
            Luck::Bus(number) => (5, number),
            Luck::Push(number) => (6, number),
        };
        let mut at = self.schedule.now();
        let mut wait = RETRANSMIT_AFTER;
        for attempt in 0..RETRANSMISSIONS_MAX {
            // The attempt is part of the luck: a message is not lost for ever because it was lost once.
            match self.network.send(at, from, to, bytes, draw(what, &[number, u64::from(attempt)])) {
                Delivery::Arrives(arrival) => return Some(arrival),
                Delivery::Lost(Loss::Chance) => {
                    at += wait;
                    wait = wait + wait;
                }
                Delivery::Lost(Loss::Partition | Loss::Firewall) => return None,
            }
        }
        None
    }

    fn fly(
        &mut self,
        kind: FlightKind,
        shard: Option<u16>,
        from: Place,
        to: Place,
        arrives: Option<Nanos>,
        operation: u64,
    ) {
        if self.flights.len() >= FLIGHTS_MAX {
            self.flights.pop_front();
        }
        let sent = self.schedule.now();
        let lost = arrives.is_none() || matches!(to, Place::Node(n) if !self.is_reachable(NodeIndex(n)));
        let arrives = arrives.unwrap_or(sent + Nanos::from_millis(1));
        self.flights.push_back(Flight { kind, shard, from, to, sent, arrives, lost, operation });
    }

    /// The node that an endpoint means, by its announced name or its address.
    fn node_called(&self, endpoint: &str) -> Option<NodeIndex> {
        self.cluster.node_named(endpoint).or_else(|| self.cluster.node_at(endpoint))
    }

    fn is_reachable(&self, node: NodeIndex) -> bool {
        self.cluster.liveness(node) != cluster::Liveness::Dead
    }

    // The operator's console.

    /// A `redis>` line: queued behind the one that still waits for its reply.
    pub fn operator_line(&mut self, argv: Vec<Bytes>, text: &str) {
        self.operator.enqueue(argv, text.to_owned());
        self.operator_next();
    }

    /// `call`: one command to every node, on connections of its own.
    pub fn operator_broadcast(&mut self, argv: &[Bytes]) {
        for node in 0..self.cluster.len() {
            let name = self.cluster.spec(NodeIndex(node as u16)).name.clone();
            let id = self.operator.broadcast_id(name.clone());
            // Each time it is run the tool connects anew: what an earlier one left waiting is gone.
            self.cluster.hang_up(NodeIndex(node as u16), Operator::EVERYWHERE);
            let request = Request { id, caller: Operator::EVERYWHERE, argv: argv.to_vec(), asking: false };
            self.send_request(self.places.console(), Place::App(0), &name, request, FlightKind::Write, 0);
            self.schedule.after(Operator::TIMEOUT, Event::OperatorTimeout(id));
        }
    }

    /// Begins with the lines that wait, up to one that has to be waited for itself.
    fn operator_next(&mut self) {
        loop {
            let wanted = self.operator.next(self.now());
            if wanted.is_empty() {
                return;
            }
            self.operator_do(wanted);
        }
    }

    fn operator_reply(&mut self, reply: Reply) {
        let wanted = self.operator.reply(self.now(), reply);
        self.operator_do(wanted);
        self.operator_next();
    }

    fn operator_timeout(&mut self, id: RequestId) {
        let wanted = self.operator.timeout(self.now(), id);
        self.operator_do(wanted);
        self.operator_next();
    }

    /// Ctrl-C at the `redis>` console. Answers whether anything was waiting.
    pub fn operator_interrupt(&mut self) -> bool {
        let Some(wanted) = self.operator.interrupt() else { return false };
        self.operator_do(wanted);
        self.operator_next();
        true
    }

    fn operator_do(&mut self, wanted: Vec<Do>) {
        for wish in wanted {
            match wish {
                Do::Print(console, style, text) => self.print(console, style, text),
                Do::Client(ConsoleOutput::ToNode { ip, .. })
                    if self.node_called(&ip).is_none() && ip.parse::<IpAddr>().is_err() =>
                {
                    let wanted = self.operator.no_such_host(self.now());
                    self.operator_do(wanted);
                }
                Do::Client(ConsoleOutput::ToNode { ip, id, caller, argv, asking }) => {
                    let request = Request { id, caller, argv, asking };
                    self.send_request(self.places.console(), Place::App(0), &ip, request, FlightKind::Write, 0);
                }
                Do::Client(ConsoleOutput::Schedule { at, id }) => self.schedule.at(at, Event::OperatorTimeout(id)),
                Do::Client(ConsoleOutput::HangUp { ip, caller }) => {
                    if let Some(node) = self.node_called(&ip) {
                        self.cluster.hang_up(node, caller);
                    }
                }
                Do::Client(_) => {}
            }
        }
    }

    // Faults.

    pub fn kill(&mut self, node: NodeIndex) {
        let now = self.now();
        self.cluster.kill(now, node, &mut self.cluster_out);
        self.carry_out();
    }

    pub fn restart(&mut self, node: NodeIndex) {
        let now = self.now();
        self.cluster.restart(now, node, &mut self.cluster_out);
        self.carry_out();
    }

    pub fn pause(&mut self, node: NodeIndex) {
        self.cluster.pause(self.now(), node);
    }

    pub fn resume(&mut self, node: NodeIndex) {
        let now = self.now();
        self.cluster.resume(now, node, &mut self.cluster_out);
        self.carry_out();
    }

    fn note(&mut self, node: NodeIndex, note: Note) {
        let name = self.cluster.spec(node).name.clone();
        let peer_name = |peer: NodeIndex| self.cluster.spec(peer).name.clone();
        match note {
            // Every node sees the quorum for itself; the time line tells it once.
            Note::DeclaresFailure { peer } => {
                let text = format!("{} FAIL by quorum", peer_name(peer));
                self.mark_once(Severity::Warning, text);
            }
            Note::SuspectsFailure { peer } => {
                let text = format!("{} suspected", peer_name(peer));
                self.mark_once(Severity::Info, text);
            }
            Note::Promoted { epoch } => self.mark(Severity::Good, format!("{name} elected, epoch {epoch}")),
            Note::Demoted { of } => {
                let text = format!("{name} is a replica of {} now", peer_name(of));
                self.mark(Severity::Info, text);
            }
            Note::FullSyncBegan { .. } => self.mark(Severity::Info, format!("{name} full resync")),
            Note::FullSyncEnded => self.mark(Severity::Good, format!("{name} in step")),
            Note::PartialSync { .. } => self.mark(Severity::Good, format!("{name} continued from the backlog")),
            Note::ShutDown => self.mark(Severity::Warning, format!("{name} shut down")),
            Note::AsksForVotes { .. } | Note::ClearsFailure { .. } | Note::StateChanged { .. } => {}
        }
    }

    fn sample(&mut self) {
        let now = self.now();
        self.schedule.after(SAMPLE_EVERY, Event::Sample);
        self.measurements.sample(now, &self.cluster);
        // The state itself, not only the events: an engine that answers alike but stores otherwise is found out here.
        for node in 0..self.cluster.len() {
            let engine = self.cluster.engine(NodeIndex(node as u16));
            let (keyspace, stats) = (engine.keyspace(), engine.stats());
            for word in [
                keyspace.len() as u64,
                keyspace.used_memory(),
                stats.commands,
                stats.keyspace_hits,
                stats.evicted_keys,
                stats.expired_keys,
            ] {
                self.fingerprint.mix(word);
            }
        }
    }
}

impl Lane {
    /// Closes or opens port 6379 of every node to every app server.
    pub fn firewall(&mut self, blocked: bool) {
        for app in 0..self.places.apps {
            for node in 0..self.places.nodes {
                let (from, to) = (self.places.app(AppIndex(app)), self.places.node(NodeIndex(node)));
                self.network.firewall(from, to, blocked);
            }
        }
    }

    /// Changes the traffic from now on.
    pub fn set_load(&mut self, load: Load) {
        self.fleet.set_load(load);
    }
}

fn query_luck(query: &Query) -> u64 {
    query.operation.0 << 1 | u64::from(query.write)
}

/// The zone of node `node` of shard `shard`: a shard's nodes stand in different zones, and primaries are spread.
pub(super) fn zone_of_node(shard: u16, node: u16, zones: u8) -> u8 {
    ((shard + node) % u16::from(zones)) as u8
}

/// The database stands in the middle zone.
pub(super) fn database_zone(zones: u8) -> u8 {
    zones / 2
}

fn cluster_spec(scenario: &Scenario) -> ClusterSpec {
    let deployment = &scenario.deployment;
    let zones = deployment.zones.max(1);
    let mut nodes = Vec::new();
    for shard in 0..deployment.shards {
        let primary = NodeIndex(nodes.len() as u16);
        for node in 0..=u16::from(deployment.replicas) {
            let zone = zone_of_node(shard, node, zones);
            nodes.push(NodeSpec {
                port: cluster::PORT,
                name: format!("{:04}-{:03}", shard + 1, node + 1),
                ip: format!("10.0.{}.{}", zone + 1, nodes.len() + 10),
                shard,
                replica_of: (node > 0).then_some(primary),
            });
        }
    }
    let coverage = if deployment.require_full_coverage { "yes" } else { "no" };
    let config = [
        // What a tab, on a telephone too, can spare for one string; Redis's default would be 512 MB.
        ("proto-max-bulk-len", (32 << 20).to_string()),
        // Whoever opens the page may look into the servers.
        ("enable-debug-command", "yes".to_owned()),
        ("maxmemory", deployment.maxmemory.to_string()),
        ("maxmemory-policy", deployment.policy.name().to_owned()),
        ("cluster-node-timeout", deployment.node_timeout_ms.to_string()),
        ("cluster-require-full-coverage", coverage.to_owned()),
        ("cluster-preferred-endpoint-type", "hostname".to_owned()),
    ];
    let config = config.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    ClusterSpec { nodes, config, epoch_us: RUN_EPOCH_US }
}

fn cluster_event_word(event: &cluster::Event) -> u64 {
    let (kind, a, b) = match event {
        cluster::Event::Cron { node, incarnation } => (1, node.0, *incarnation as u16),
        cluster::Event::Served { node, incarnation } => (2, node.0, *incarnation as u16),
        cluster::Event::Bus { from, to, .. } => (3, from.0, to.0),
        cluster::Event::Replication { from, to, .. } => (4, from.0, to.0),
        cluster::Event::Timer { node, incarnation, .. } => (5, node.0, *incarnation as u16),
        cluster::Event::KeyMigration { from, to, .. } => (6, from.0, to.0),
    };
    1 << 56 | kind << 32 | u64::from(a) << 16 | u64::from(b)
}

fn fleet_event_word(event: &app::Event) -> u64 {
    let (kind, id): (u64, u64) = match event {
        app::Event::Arrival => (1, 0),
        app::Event::Reply(reply) => (2, reply.id.0),
        app::Event::RequestTimeout(id) => (3, id.0),
        app::Event::Retry(id) => (4, id.0),
        app::Event::QueryTimeout(id) => (8, id.0),
        app::Event::Refresh { app, .. } => (9, u64::from(app.0)),
        app::Event::QueryArrives(query) => (5, query.operation.0),
        app::Event::QueryDone(query) => (6, query.operation.0),
        app::Event::QueryAnswered(query) => (7, query.operation.0),
    };
    2 << 56 | kind << 48 ^ id
}

//! A simulated cluster in the pace of the clock: its nodes talk over the simulated network, its clients over this
//! machine's.

use super::backend::{Backend, Node};
use super::clock::Clock;
use super::lone::print_log;
use super::options::Options;
use rustc_hash::FxHashMap;
use slotscope::cluster::{self, Cluster, ClusterSpec, Liveness, NodeIndex, NodeSpec, Output, Traffic};
use slotscope::engine::{ClientId, Outcome, UnixMicros};
use slotscope::resp::{Bytes, RequestLimits, Value, encode_command};
use slotscope::sim::{Delivery, HostId, Nanos, Network, NetworkSpec, Schedule, ZoneId};
use std::time::Duration;

/// Availability zones that shards spread over.
const ZONES: u16 = 3;

/// The nodes, their network, and what is to come.
pub struct Nodes {
    cluster: Cluster,
    network: Network,
    schedule: Schedule<cluster::Event>,
    clock: Clock,
    epoch: UnixMicros,
    messages: u64,
    /// The latest arrival per pair of nodes and class of traffic: TCP keeps order.
    in_order: FxHashMap<(HostId, HostId, bool), Nanos>,
    out: Vec<Output>,
}

impl Nodes {
    /// A formed cluster; or, with `--cluster-enabled`, one node that owns nothing.
    pub fn new(options: &Options, clock: Clock) -> Result<Self, String> {
        if options.port == 0 {
            return Err("a cluster's nodes tell each other's ports: --port says the first.".to_string());
        }
        let epoch = clock.now();
        let (primaries, replicas) = (options.cluster_nodes.max(1), options.replicas);
        let mut network = Network::new(options.seed, NetworkSpec::default());
        let mut nodes = Vec::new();
        for round in 0..=replicas {
            for shard in 0..primaries {
                let port = usize::from(options.port) + nodes.len();
                nodes.push(NodeSpec {
                    name: String::new(),
                    ip: "127.0.0.1".to_string(),
                    port: u16::try_from(port).map_err(|_| format!("there is no port {port}"))?,
                    shard,
                    replica_of: (round > 0).then_some(NodeIndex(shard)),
                });
                network.add_host(ZoneId(((shard + round) % ZONES) as u8));
            }
        }
        let spec = ClusterSpec { nodes, config: Vec::new(), epoch_us: epoch.0 };
        let mut out = Vec::new();
        let cluster = Cluster::new(&spec, options.seed, &mut out);
        let schedule = Schedule::default();
        let in_order = FxHashMap::default();
        let mut nodes = Self { cluster, network, schedule, clock, epoch, messages: 0, in_order, out };
        for node in 0..nodes.cluster.len() {
            let engine = nodes.cluster.engine_mut(index(node));
            for (name, value) in &options.settings {
                engine.configure(name, value).map_err(|why| format!("--{name} {value:?}: {why}"))?;
            }
        }
        for node in 0..nodes.cluster.len() {
            nodes.cluster.offer_stream(index(node));
        }
        nodes.carry_out();
        if options.cluster_nodes == 0 {
            nodes.forget_slots();
        }
        Ok(nodes)
    }

    /// A lone node starts without slots, as a redis-server does.
    fn forget_slots(&mut self) {
        let node = index(0);
        let client = self.cluster.connect(self.now(), node, "127.0.0.1:0");
        let argv = ["CLUSTER", "FLUSHSLOTS"].map(Bytes::from);
        self.cluster.serve(self.now(), node, client, &argv, &mut self.out);
        self.cluster.engine_mut(node).disconnect(client);
        self.carry_out();
    }

    /// Time since the cluster began.
    fn now(&self) -> Nanos {
        Nanos::from_micros(self.clock.now().0.saturating_sub(self.epoch.0))
    }

    /// Carries out what nodes have asked for.
    fn carry_out(&mut self) {
        let mut out = std::mem::take(&mut self.out);
        for output in out.drain(..) {
            match output {
                Output::Schedule { at, event } => self.schedule.at(at, event),
                Output::Send { from, to, bytes, traffic, event } => {
                    let (from, to) = (HostId(from.0), HostId(to.0));
                    self.messages += 1;
                    let now = self.schedule.now();
                    if let Delivery::Arrives(at) = self.network.send(now, from, to, bytes, self.messages) {
                        let is_bus =
                            matches!(traffic, Traffic::Gossip | Traffic::Fail | Traffic::VoteRequest | Traffic::Vote);
                        let last = self.in_order.entry((from, to, is_bus)).or_default();
                        *last = at.max(*last + Nanos(1));
                        self.schedule.at(*last, event);
                    }
                }
                // Clients are served at the door; nobody watches keys and the time line.
                Output::Reply(_)
                | Output::Push(_)
                | Output::HungUp { .. }
                | Output::Key { .. }
                | Output::Note { .. } => {}
            }
        }
        self.out = out;
    }

    /// Lets the cluster live up to the present.
    fn catch_up(&mut self) {
        let now = self.now();
        while let Some((at, event)) = self.schedule.pop_until(now) {
            self.cluster.handle(at, event, &mut self.out);
            self.carry_out();
        }
        self.schedule.rest(now);
    }

    /// The next moment at which a client's wait ends, of those whose node lives.
    fn next_deadline(&self) -> Option<Nanos> {
        let living = (0..self.cluster.len()).map(index).filter(|node| self.cluster.liveness(*node) == Liveness::Up);
        let deadlines = living.filter_map(|node| self.cluster.engine(node).next_deadline());
        deadlines.min().map(|at| Nanos::from_micros(at.0.saturating_add(1).saturating_sub(self.epoch.0)))
    }
}

fn index(node: Node) -> NodeIndex {
    NodeIndex(node as u16)
}

impl Backend for Nodes {
    fn nodes(&self) -> usize {
        self.cluster.len()
    }

    fn config(&self, node: Node, name: &str) -> String {
        self.cluster.engine(index(node)).config(name).unwrap_or_default()
    }

    fn announce_port(&mut self, _node: Node, _port: u16) {}

    fn is_up(&self, node: Node) -> bool {
        self.cluster.liveness(index(node)) != Liveness::Dead
    }

    fn connect(&mut self, node: Node, addr: &str) -> ClientId {
        self.cluster.connect(self.now(), index(node), addr)
    }

    fn disconnect(&mut self, node: Node, client: ClientId) {
        self.cluster.engine_mut(index(node)).disconnect(client);
    }

    fn execute(&mut self, node: Node, client: ClientId, argv: &[Bytes]) -> Outcome {
        let node = index(node);
        self.clock.next_command();
        self.catch_up();
        let outcome = self.cluster.serve(self.now(), node, client, argv, &mut self.out);
        self.carry_out();
        print_log(self.cluster.engine_mut(node).take_log());
        let sleep = Duration::from_nanos(self.cluster.engine_mut(node).take_sleep());
        self.clock.sleep(sleep);
        outcome.unwrap_or(Outcome { reply: None, cost_ns: 0, close: true })
    }

    fn protocol(&self, node: Node, client: ClientId) -> u8 {
        self.cluster.engine(index(node)).protocol(client)
    }

    fn is_blocked(&self, node: Node, client: ClientId) -> bool {
        let node = index(node);
        self.cluster.engine(node).is_blocked(client) || self.cluster.holds_clients(self.now(), node)
    }

    fn limits(&self, node: Node, client: ClientId) -> RequestLimits {
        self.cluster.engine(index(node)).request_limits(client)
    }

    fn leaves_too_much_unread(&mut self, node: Node, client: ClientId, is_follower: bool, unread: u64) -> bool {
        let now = self.clock.now();
        self.cluster.engine_mut(index(node)).leaves_too_much_unread(client, is_follower, unread, now)
    }

    fn take_messages(&mut self, node: Node) -> Vec<(ClientId, Value)> {
        self.cluster.engine_mut(index(node)).take_messages()
    }

    fn take_hung_up(&mut self, node: Node) -> Vec<ClientId> {
        self.cluster.engine_mut(index(node)).take_hung_up()
    }

    fn take_replicas(&mut self, node: Node) -> Vec<(ClientId, Vec<u8>)> {
        let node = index(node);
        let asked = self.cluster.take_to_be_fed(node);
        if asked.is_empty() {
            return Vec::new();
        }
        self.cluster.tap(node);
        let snapshot = self.cluster.engine(node).snapshot(self.clock.now());
        let mut first = format!("${}\r\n", snapshot.len()).into_bytes();
        first.extend_from_slice(&snapshot);
        asked.into_iter().map(|client| (client, first.clone())).collect()
    }

    fn nobody_follows(&mut self, node: Node) {
        self.cluster.untap(index(node));
    }

    fn take_stream(&mut self, node: Node) -> Vec<u8> {
        let mut stream = Vec::new();
        for argv in self.cluster.take_replicated(index(node)) {
            encode_command(&argv, &mut stream);
        }
        stream
    }

    fn idle_for(&mut self) -> Option<Duration> {
        if !self.clock.is_real() {
            return None;
        }
        let next = [self.schedule.next_at(), self.next_deadline()].into_iter().flatten().min()?;
        Some(Duration::from_nanos((next - self.now()).0))
    }

    fn work(&mut self) {
        self.catch_up();
        let now = self.now();
        for node in 0..self.cluster.len() {
            let node = index(node);
            let over = |at: UnixMicros| at.0 < self.epoch.0 + now.as_micros();
            if self.cluster.engine(node).next_deadline().is_some_and(over) && !self.cluster.holds_clients(now, node) {
                self.cluster.end_waits(now, node, &mut self.out);
            }
        }
        self.carry_out();
    }

    fn control(&mut self, words: &[Bytes]) -> Result<String, String> {
        let [word, number] = words else {
            return Err("this cluster knows STEP <milliseconds> and KILL, RESTART, PAUSE, RESUME <node>".to_string());
        };
        if word.eq_ignore_ascii_case(b"step") {
            super::options::step(&mut self.clock, number)?;
            return Ok(self.clock.now().0.to_string());
        }
        let node: Option<Node> = String::from_utf8_lossy(number).parse().ok();
        let Some(node) = node.filter(|node| *node < self.cluster.len()).map(index) else {
            return Err(format!("nodes are numbered from 0 to {}", self.cluster.len() - 1));
        };
        self.catch_up();
        let now = self.now();
        match word.to_ascii_lowercase().as_slice() {
            b"kill" => self.cluster.kill(now, node, &mut self.out),
            b"restart" => self.cluster.restart(now, node, &mut self.out),
            b"pause" => self.cluster.pause(now, node),
            b"resume" => self.cluster.resume(now, node, &mut self.out),
            _ => return Err(format!("there is no order '{}'", String::from_utf8_lossy(word))),
        }
        self.carry_out();
        Ok("OK".to_string())
    }
}

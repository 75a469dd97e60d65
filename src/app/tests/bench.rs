//! A fleet with a fake cluster and a simple network around it, and a transcript of what happens.

use crate::app::*;
use crate::cluster::NodeIndex;
use crate::resp::Value;
use crate::scenario::{Load, Scenario, Strategy};
use crate::sim::{Fingerprint, Schedule, draw};
use expect_test::Expect;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

pub(super) const HOP: Nanos = Nanos::from_micros(100);

/// A node of the fake cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct FakeNode {
    pub(super) keys: BTreeMap<Bytes, Bytes>,
    pub(super) dead: bool,
    /// Said instead of what is true, in order, to commands on keys.
    pub(super) lines: VecDeque<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Fleet(Event),
    Node { ip: String, id: RequestId, caller: Caller, argv: Vec<Bytes>, asking: bool },
}

/// A fleet, a fake cluster of two nodes (`a` has the lower half of the slots, `b` the upper), and a network on which
/// every hop takes 100 microseconds.
#[derive(Clone, Debug)]
pub(super) struct Bench {
    pub(super) fleet: Fleet,
    pub(super) schedule: Schedule<Item>,
    pub(super) nodes: BTreeMap<String, FakeNode>,
    /// Slots from here on belong to `b`.
    pub(super) split: u16,
    pub(super) database_dead: bool,
    pub(super) lost_permille: u64,
    /// What happened, for operations (and the slot map, where `with_topology`).
    pub(super) transcript: String,
    pub(super) with_topology: bool,
    pub(super) finished: Vec<Finished>,
    pub(super) requests: u64,
    pub(super) refresh_times: Vec<Nanos>,
    pub(super) digest: Fingerprint,
}

pub(super) fn quiet(strategy: Strategy) -> Scenario {
    // The one row is row 0, of slot 5548: node a's.
    let load = Load { apps: 1, requests_per_second: 0, rows: 1, value_bytes: 4, ..Load::default() };
    Scenario { load, lanes: vec![strategy], ..Scenario::default() }
}

impl Bench {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut out = Vec::new();
        let fleet = Fleet::new(scenario, 0, &["a".to_owned(), "b".to_owned()], &mut out);
        let nodes = ["a", "b", "c"].map(|name| (name.to_owned(), FakeNode::default()));
        let mut bench = Self {
            fleet,
            schedule: Schedule::default(),
            nodes: nodes.into_iter().collect(),
            split: 8_192,
            database_dead: false,
            lost_permille: 0,
            transcript: String::new(),
            with_topology: false,
            finished: Vec::new(),
            requests: 0,
            refresh_times: Vec::new(),
            digest: Fingerprint::default(),
        };
        bench.carry(out);
        bench
    }

    /// A bench on which nothing happens but what is asked for, its slot map fetched.
    pub(super) fn settled(strategy: Strategy) -> Self {
        let mut bench = Self::new(&quiet(strategy));
        bench.run(Nanos::from_millis(10));
        bench
    }

    pub(super) fn node(&mut self, ip: &str) -> &mut FakeNode {
        self.nodes.get_mut(ip).unwrap()
    }

    /// One user comes now, and everything is handled that follows within the next second and a half.
    pub(super) fn user(&mut self, write: bool) -> Finished {
        self.arrive(write);
        let before = self.finished.len();
        self.run(self.schedule.now() + Nanos::from_millis(1_500));
        assert_eq!(self.finished.len(), before + 1);
        self.finished[before]
    }

    pub(super) fn arrive(&mut self, write: bool) {
        let load = self.fleet.load().clone();
        let read_permille = if write { 0 } else { 1_000 };
        self.fleet.set_load(Load { requests_per_second: 1, read_permille, ..load.clone() });
        let mut out = Vec::new();
        self.fleet.handle(self.schedule.now(), Event::Arrival, &mut out);
        out.retain(|output| !matches!(output, Output::Schedule { event: Event::Arrival, .. }));
        self.fleet.set_load(Load { requests_per_second: 0, ..load });
        self.carry(out);
    }

    pub(super) fn run(&mut self, until: Nanos) {
        while let Some((now, item)) = self.schedule.pop_until(until) {
            let mut out = Vec::new();
            match item {
                Item::Fleet(event) => self.fleet.handle(now, event, &mut out),
                Item::Node { ip, id, caller, argv, asking } => self.serve(now, &ip, id, caller, &argv, asking),
            }
            self.carry(out);
        }
        self.schedule.rest(until);
    }

    pub(super) fn lost(&self, key: u64) -> bool {
        draw(5, &[key, self.schedule.now().0]) % 1_000 < self.lost_permille
    }

    pub(super) fn carry(&mut self, out: Vec<Output>) {
        for output in out {
            self.digest.mix_bytes(format!("{output:?}").as_bytes());
            match output {
                Output::Schedule { at, event } => self.schedule.at(at, Item::Fleet(event)),
                Output::ToNode { ip, id, operation, caller, argv, asking, kind, app: _ } => {
                    self.requests += 1;
                    if kind == RequestKind::Topology {
                        self.refresh_times.push(self.schedule.now());
                    } else {
                        assert_eq!(id.0 / 64, operation.0);
                    }
                    if kind != RequestKind::Topology || self.with_topology {
                        let words: Vec<_> = argv.iter().map(|word| String::from_utf8_lossy(word)).collect();
                        let asking_first = if asking { "ASKING " } else { "" };
                        self.tell(&format!("{asking_first}{} to {ip}", words.join(" ")));
                    }
                    if !self.lost(id.0) {
                        self.schedule.after(HOP, Item::Node { ip, id, caller, argv, asking });
                    }
                }
                Output::ToDatabase(query) => {
                    self.tell(if query.write { "write in the database" } else { "read from the database" });
                    if !self.database_dead && !self.lost(query.operation.0) {
                        self.schedule.after(HOP, Item::Fleet(Event::QueryArrives(query)));
                    }
                }
                Output::FromDatabase(query) => {
                    self.tell(&format!("version {} from the database", query.version));
                    self.schedule.after(HOP, Item::Fleet(Event::QueryAnswered(query)));
                }
                Output::Done(finished) => {
                    let Finished { ending, stale, redirections, timeouts, .. } = finished;
                    let mut line = format!("{ending:?}");
                    for (count, what) in
                        [(redirections, "redirected"), (timeouts, "timed out"), (stale.into(), "stale")]
                    {
                        if count > 0 {
                            write!(line, ", {what} {count}").unwrap();
                        }
                    }
                    self.tell(&line);
                    self.finished.push(finished);
                }
            }
        }
    }

    pub(super) fn serve(&mut self, now: Nanos, ip: &str, id: RequestId, caller: Caller, argv: &[Bytes], asking: bool) {
        let split = self.split;
        let node = self.nodes.get_mut(ip).unwrap();
        if node.dead {
            return;
        }
        let value = match &*argv[0] {
            b"CLUSTER" => {
                let host = |host: &str| Value::Array(vec![Value::bulk(host), Value::Int(6379), Value::bulk("id")]);
                Value::Array(vec![
                    Value::Array(vec![Value::Int(0), Value::Int(i64::from(split) - 1), host("a"), host("c")]),
                    Value::Array(vec![Value::Int(i64::from(split)), Value::Int(16_383), host("b")]),
                ])
            }
            _ if !node.lines.is_empty() => Value::error(node.lines.pop_front().unwrap()),
            _ if !asking && (client::slot_of(&argv[1]) < split) != (ip == "a") => {
                let owner = if ip == "a" { "b" } else { "a" };
                Value::error(format!("MOVED {} {owner}:6379", client::slot_of(&argv[1])))
            }
            b"GET" => node.keys.get(&argv[1]).map_or(Value::Null, |value| Value::Bulk(value.clone())),
            b"SET" => {
                node.keys.insert(argv[1].clone(), argv[2].clone());
                Value::ok()
            }
            b"DEL" => Value::Int(node.keys.remove(&argv[1]).is_some().into()),
            other => panic!("{other:?}"),
        };
        if (&*argv[0] != b"CLUSTER" || self.with_topology) && value.is_error() {
            self.tell(&format!("{value:?} from {ip}"));
        }
        if !self.lost(!id.0) {
            self.schedule.after(HOP, Item::Fleet(Event::Reply(reply(id, caller, value, now))));
        }
    }

    pub(super) fn tell(&mut self, line: &str) {
        writeln!(self.transcript, "{line}").unwrap();
    }

    pub(super) fn check(&self, expected: Expect) {
        expected.assert_eq(&self.transcript);
    }
}

pub(super) fn reply(id: RequestId, caller: Caller, value: Value, now: Nanos) -> Reply {
    Reply { id, caller, node: NodeIndex(0), value, bytes: 0, arrived: now, started: now, finished: now, ahead: 0 }
}

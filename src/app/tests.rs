//! The app servers against a scripted cluster: what they send, in which order, and what they make of the answers.

use super::*;
use crate::cluster::NodeIndex;
use crate::resp::Value;
use crate::scenario::{Load, Scenario, Strategy};
use crate::sim::{Fingerprint, Schedule, draw};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

const HOP: Nanos = Nanos::from_micros(100);

/// A node of the fake cluster.
#[derive(Clone, Debug, Default)]
struct FakeNode {
    keys: BTreeMap<Bytes, Bytes>,
    dead: bool,
    /// Said instead of what is true, in order, to commands on keys.
    lines: VecDeque<&'static str>,
}

#[derive(Clone, Debug)]
enum Item {
    Fleet(Event),
    Node { ip: String, id: RequestId, caller: Caller, argv: Vec<Bytes>, asking: bool },
}

/// A fleet, a fake cluster of two nodes (`a` has the lower half of the slots, `b` the upper), and a network on which
/// every hop takes 100 microseconds.
#[derive(Clone, Debug)]
struct Bench {
    fleet: Fleet,
    schedule: Schedule<Item>,
    nodes: BTreeMap<String, FakeNode>,
    /// Slots from here on belong to `b`.
    split: u16,
    database_dead: bool,
    lost_permille: u64,
    /// What happened, for operations (and the slot map, where `with_topology`).
    transcript: String,
    with_topology: bool,
    finished: Vec<Finished>,
    requests: u64,
    refresh_times: Vec<Nanos>,
    digest: Fingerprint,
}

fn quiet(strategy: Strategy) -> Scenario {
    // The one row is row 0, of slot 5548: node a's.
    let load = Load { apps: 1, requests_per_second: 0, rows: 1, value_bytes: 4, ..Load::default() };
    Scenario { load, lanes: vec![strategy], ..Scenario::default() }
}

impl Bench {
    fn new(scenario: &Scenario) -> Self {
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
    fn settled(strategy: Strategy) -> Self {
        let mut bench = Self::new(&quiet(strategy));
        bench.run(Nanos::from_millis(10));
        bench
    }

    fn node(&mut self, ip: &str) -> &mut FakeNode {
        self.nodes.get_mut(ip).unwrap()
    }

    /// One user comes now, and everything is handled that follows within the next second and a half.
    fn user(&mut self, write: bool) -> Finished {
        self.arrive(write);
        let before = self.finished.len();
        self.run(self.schedule.now() + Nanos::from_millis(1_500));
        assert_eq!(self.finished.len(), before + 1);
        self.finished[before]
    }

    fn arrive(&mut self, write: bool) {
        let load = self.fleet.load().clone();
        let read_permille = if write { 0 } else { 1_000 };
        self.fleet.set_load(Load { requests_per_second: 1, read_permille, ..load.clone() });
        let mut out = Vec::new();
        self.fleet.handle(self.schedule.now(), Event::Arrival, &mut out);
        out.retain(|output| !matches!(output, Output::Schedule { event: Event::Arrival, .. }));
        self.fleet.set_load(Load { requests_per_second: 0, ..load });
        self.carry(out);
    }

    fn run(&mut self, until: Nanos) {
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

    fn lost(&self, key: u64) -> bool {
        draw(5, &[key, self.schedule.now().0]) % 1_000 < self.lost_permille
    }

    fn carry(&mut self, out: Vec<Output>) {
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

    fn serve(&mut self, now: Nanos, ip: &str, id: RequestId, caller: Caller, argv: &[Bytes], asking: bool) {
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

    fn tell(&mut self, line: &str) {
        writeln!(self.transcript, "{line}").unwrap();
    }

    fn check(&self, expected: Expect) {
        expected.assert_eq(&self.transcript);
    }
}

fn reply(id: RequestId, caller: Caller, value: Value, now: Nanos) -> Reply {
    Reply { id, caller, node: NodeIndex(0), value, bytes: 0, arrived: now, started: now, finished: now, ahead: 0 }
}

#[test]
fn cache_aside_reads_in_three_trips_then_in_one_and_deletes_what_it_writes() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    for write in [false, false, true, false] {
        bench.user(write);
    }
    bench.check(expect![[r"
        GET row:0 to a
        read from the database
        version 1 from the database
        SET row:0 v1:x EX 300 to a
        Miss
        GET row:0 to a
        Hit
        write in the database
        version 2 from the database
        DEL row:0 to a
        Written
        GET row:0 to a
        read from the database
        version 2 from the database
        SET row:0 v2:x EX 300 to a
        Miss
    "]]);
}

#[test]
fn write_through_writes_to_database_and_cache_at_once_and_reads_as_cache_aside() {
    let mut bench = Bench::settled(Strategy::WriteThrough);
    for write in [true, false] {
        bench.user(write);
    }
    bench.check(expect![[r"
        write in the database
        SET row:0 v2:x EX 300 to a
        version 2 from the database
        Written
        GET row:0 to a
        Hit
    "]]);
}

#[test]
fn without_a_time_to_live_set_carries_none() {
    let mut scenario = quiet(Strategy::WriteThrough);
    scenario.load.ttl_seconds = 0;
    let mut bench = Bench::new(&scenario);
    bench.run(Nanos::from_millis(10));
    bench.user(true);
    assert!(bench.transcript.contains("SET row:0 v2:x to a\n"));
}

#[test]
fn moved_is_followed_at_once_and_renews_the_slot_map() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.with_topology = true;
    bench.split = 5_000;
    bench.run(Nanos::from_millis(300));
    let finished = bench.user(false);
    assert_eq!((finished.ending, finished.redirections), (Ending::Miss, 1));
    bench.user(false);
    bench.check(expect![[r#"
        GET row:0 to a
        Error("MOVED 5548 b:6379") from a
        CLUSTER SLOTS to b
        GET row:0 to b
        read from the database
        version 1 from the database
        SET row:0 v1:x EX 300 to b
        Miss, redirected 1
        GET row:0 to b
        Hit
    "#]]);
}

#[test]
fn ask_is_followed_once_with_asking_and_changes_no_map() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.node("a").lines.push_back("ASK 5548 b:6379");
    bench.user(false);
    bench.check(expect![[r#"
        GET row:0 to a
        Error("ASK 5548 b:6379") from a
        ASKING GET row:0 to b
        read from the database
        version 1 from the database
        SET row:0 v1:x EX 300 to a
        Miss, redirected 1
    "#]]);
    assert_eq!(bench.fleet.refreshes(), 1);
}

#[test]
fn redirections_in_a_circle_end_at_the_database() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    for node in ["a", "b"] {
        let elsewhere = if node == "a" { "ASK 5548 b:6379" } else { "ASK 5548 a:6379" };
        bench.node(node).lines.extend([elsewhere; 20]);
    }
    let finished = bench.user(false);
    assert_eq!((finished.ending, finished.redirections), (Ending::Degraded, REDIRECTIONS_MAX));
}

#[test]
fn what_may_pass_is_tried_again_after_a_pause() {
    for line in ["CLUSTERDOWN The cluster is down", "LOADING Redis is loading the dataset in memory", "TRYAGAIN x"] {
        let mut bench = Bench::settled(Strategy::CacheAside);
        bench.node("a").lines.extend([line; 2]);
        let finished = bench.user(false);
        assert_eq!(finished.ending, Ending::Miss);
        let gets = bench.transcript.matches("GET row:0").count();
        assert_eq!(gets, 3, "{line}");
        bench.node("a").lines.extend([line; 3]);
        assert_eq!(bench.user(false).ending, Ending::Degraded, "{line}");
    }
}

#[test]
fn a_fill_that_is_refused_does_not_matter_to_the_user() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.arrive(false);
    bench.run(bench.schedule.now() + HOP + HOP);
    bench.node("a").lines.push_back("OOM command not allowed when used memory > 'maxmemory'.");
    bench.run(bench.schedule.now() + Nanos::from_secs(1));
    assert_eq!(bench.finished[0].ending, Ending::Miss);
    assert!(bench.node("a").keys.is_empty());
}

#[test]
fn an_error_on_get_degrades_to_the_database_without_a_fill() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.node("a").lines.push_back("WRONGTYPE Operation against a key holding the wrong kind of value");
    bench.user(false);
    bench.check(expect![[r#"
        GET row:0 to a
        Error("WRONGTYPE Operation against a key holding the wrong kind of value") from a
        read from the database
        version 1 from the database
        Degraded
    "#]]);
}

#[test]
fn a_read_from_a_silent_node_is_answered_from_the_database_and_later_ones_do_not_wait() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.node("a").dead = true;
    for _ in 0..STRIKES_MAX {
        bench.arrive(false);
    }
    bench.run(bench.schedule.now() + REQUEST_TIMEOUT + Nanos::from_millis(20));
    assert!(bench.finished.iter().all(|finished| finished.ending == Ending::Degraded && finished.timeouts == 1));
    let requests = bench.transcript.matches("GET").count();
    bench.arrive(false);
    bench.run(bench.schedule.now() + Nanos::from_millis(50));
    assert_eq!((bench.finished.len(), bench.finished[3].timeouts), (4, 0));
    assert_eq!(bench.transcript.matches("GET").count(), requests);
}

#[test]
fn a_delete_that_is_lost_leaves_a_stale_value_behind() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.user(false);
    bench.node("a").dead = true;
    let write = bench.user(true);
    assert_eq!((write.ending, write.timeouts), (Ending::Written, 1 + RETRIES_MAX));
    assert_eq!(bench.fleet.counters().lost_writes, 1);
    bench.node("a").dead = false;
    bench.run(bench.schedule.now() + Nanos::from_secs(1));
    let read = bench.user(false);
    assert_eq!((read.ending, read.stale), (Ending::Hit, true));
}

#[test]
fn the_database_out_of_reach_fails_what_needs_it_and_nothing_else() {
    let mut bench = Bench::settled(Strategy::CacheAside);
    bench.user(false);
    bench.database_dead = true;
    assert_eq!(bench.user(false).ending, Ending::Hit);
    bench.arrive(true);
    bench.run(bench.schedule.now() + QUERY_TIMEOUT + HOP);
    assert_eq!(bench.finished.last().unwrap().ending, Ending::Failed);
}

/// Drives a fleet by hand, one answer at a time.
struct ByHand {
    fleet: Fleet,
    now: Nanos,
}

impl ByHand {
    fn new(strategy: Strategy) -> Self {
        let mut scenario = quiet(strategy);
        scenario.load.requests_per_second = 1;
        let mut out = Vec::new();
        Self { fleet: Fleet::new(&scenario, 0, &["a".to_owned()], &mut out), now: Nanos::ZERO }
    }

    fn handle(&mut self, event: Event) -> Vec<Output> {
        self.now += Nanos(1);
        let mut out = Vec::new();
        self.fleet.handle(self.now, event, &mut out);
        out
    }

    fn arrive(&mut self, write: bool) -> Vec<Output> {
        let read_permille = if write { 0 } else { 1_000 };
        self.fleet.set_load(Load { read_permille, ..self.fleet.load().clone() });
        self.handle(Event::Arrival)
    }

    fn reply(&mut self, to: &[Output], value: Value) -> Vec<Output> {
        let id = to.iter().find_map(|output| match output {
            Output::ToNode { id, .. } => Some(*id),
            _ => None,
        });
        self.handle(Event::Reply(reply(id.unwrap(), Caller(0), value, self.now)))
    }

    /// The query in `to` runs, and its answer arrives.
    fn query(&mut self, to: &[Output]) -> Vec<Output> {
        let sent = to.iter().find_map(|output| match output {
            Output::ToDatabase(query) => Some(*query),
            _ => None,
        });
        let started = self.handle(Event::QueryArrives(sent.unwrap()));
        let Some(Output::Schedule { event: done, .. }) = started.into_iter().next() else { panic!("the query waits") };
        match self.handle(done).first() {
            Some(Output::FromDatabase(query)) => self.handle(Event::QueryAnswered(*query)),
            other => panic!("{other:?}"),
        }
    }
}

fn value_set(outputs: &[Output]) -> Bytes {
    let argv = outputs.iter().find_map(|output| match output {
        Output::ToNode { argv, .. } if &*argv[0] == b"SET" => Some(argv),
        _ => None,
    });
    argv.unwrap()[2].clone()
}

fn done(outputs: &[Output]) -> Finished {
    let finished = outputs.iter().find_map(|output| match output {
        Output::Done(finished) => Some(*finished),
        _ => None,
    });
    finished.unwrap()
}

#[test]
fn a_fill_that_overtakes_no_delete_makes_reads_stale() {
    let mut hand = ByHand::new(Strategy::CacheAside);
    // A reader finds nothing, reads version 1 from the database, and its fill is slow.
    let get = hand.arrive(false);
    let query = hand.reply(&get, Value::Null);
    let fill = hand.query(&query);
    // Meanwhile a writer commits version 2 and deletes the key, in vain: there is nothing yet.
    let query = hand.arrive(true);
    let delete = hand.query(&query);
    assert_eq!(done(&hand.reply(&delete, Value::Int(0))).ending, Ending::Written);
    // The fill arrives: version 1 is in the cache, for its whole time to live.
    let in_cache = value_set(&fill);
    let miss = done(&hand.reply(&fill, Value::ok()));
    assert_eq!((miss.ending, miss.stale), (Ending::Miss, false));
    let get = hand.arrive(false);
    let hit = done(&hand.reply(&get, Value::Bulk(in_cache)));
    assert_eq!((hit.ending, hit.stale), (Ending::Hit, true));
}

#[test]
fn two_sets_in_the_wrong_order_make_write_through_stale() {
    let mut hand = ByHand::new(Strategy::WriteThrough);
    let (first, second) = (hand.arrive(true), hand.arrive(true));
    hand.query(&first);
    hand.query(&second);
    // The cache sees the second write first, and keeps the first.
    hand.reply(&second, Value::ok());
    let in_cache = value_set(&first);
    assert_eq!(done(&hand.reply(&first, Value::ok())).ending, Ending::Written);
    let get = hand.arrive(false);
    assert!(done(&hand.reply(&get, Value::Bulk(in_cache))).stale);
}

#[test]
fn a_read_is_measured_against_the_moment_at_which_it_began() {
    let mut hand = ByHand::new(Strategy::CacheAside);
    let get = hand.arrive(false);
    let query = hand.arrive(true);
    hand.query(&query);
    // The write committed while the read was on its way: the old value was right when the user asked.
    assert!(!done(&hand.reply(&get, Value::bulk("v1:"))).stale);
    let get = hand.arrive(false);
    assert!(done(&hand.reply(&get, Value::bulk("v1:"))).stale);
    let get = hand.arrive(false);
    assert!(!done(&hand.reply(&get, Value::bulk("what somebody typed"))).stale);
}

#[test]
fn an_older_write_that_commits_last_does_not_undo_a_newer_one() {
    let mut hand = ByHand::new(Strategy::CacheAside);
    let (first, second) = (hand.arrive(true), hand.arrive(true));
    hand.query(&second);
    hand.query(&first);
    assert_eq!(hand.fleet.database().version(0), 3);
}

#[test]
fn a_write_through_is_done_when_both_have_answered_in_either_order() {
    for cache_first in [true, false] {
        let mut hand = ByHand::new(Strategy::WriteThrough);
        let out = hand.arrive(true);
        let (early, late) = if cache_first {
            (hand.reply(&out, Value::ok()), hand.query(&out))
        } else {
            (hand.query(&out), hand.reply(&out, Value::ok()))
        };
        assert!(early.is_empty(), "{early:?}");
        assert_eq!(done(&late).ending, Ending::Written);
    }
}

#[test]
fn a_second_reply_to_the_same_request_is_dropped() {
    let mut hand = ByHand::new(Strategy::CacheAside);
    let get = hand.arrive(false);
    assert_eq!(hand.reply(&get, Value::bulk("v1:")).len(), 1);
    assert!(hand.reply(&get, Value::bulk("v1:")).is_empty());
}

#[test]
fn queries_beyond_the_connections_wait_and_beyond_the_queue_are_refused() {
    let mut out = Vec::new();
    let spec = crate::scenario::Database { query_median_us: 1_000, connections: 2 };
    let mut database = DatabaseServer::new(1, spec);
    let query = |n: u64| Query {
        operation: OperationId(n),
        app: AppIndex(0),
        row: 0,
        write: n.is_multiple_of(2),
        version: 1,
        refused: false,
        sent: Nanos::ZERO,
        started: Nanos::ZERO,
    };
    for n in 1..=5 {
        database.arrive(Nanos::ZERO, query(n), &mut out);
    }
    assert_eq!((database.busy(), database.waiting(), out.len()), (2, 3, 2));
    // First come, first served, as connections come free.
    let mut schedule = Schedule::default();
    let mut order = Vec::new();
    loop {
        for output in out.drain(..) {
            match output {
                Output::Schedule { at, event: Event::QueryDone(query) } => schedule.at(at, query),
                Output::FromDatabase(query) => order.push((query.operation.0, query.started)),
                other => panic!("{other:?}"),
            }
        }
        let Some((now, query)) = schedule.pop_until(Nanos::MAX) else { break };
        database.done(now, query, &mut out);
    }
    order.sort_unstable();
    assert!(order.is_sorted_by_key(|(_, started)| *started) && order[2].1 > Nanos::ZERO, "{order:?}");
    assert_eq!((database.busy(), database.waiting(), database.queries()), (0, 0, 5));
    for n in 0..=DatabaseServer::WAITING_MAX as u64 + 2 {
        database.arrive(Nanos::ZERO, query(n), &mut out);
    }
    assert!(matches!(out.last(), Some(Output::FromDatabase(Query { refused: true, .. }))));
    assert_eq!((database.waiting(), database.refused()), (DatabaseServer::WAITING_MAX, 1));
}

#[test]
fn an_app_server_turns_users_away_when_too_many_wait() {
    let mut hand = ByHand::new(Strategy::CacheAside);
    for _ in 0..IN_FLIGHT_MAX {
        hand.arrive(false);
    }
    assert_eq!(hand.fleet.in_flight(AppIndex(0)), IN_FLIGHT_MAX);
    assert_eq!(done(&hand.arrive(false)).ending, Ending::Failed);
    assert_eq!((hand.fleet.in_flight(AppIndex(0)), hand.fleet.counters().turned_away), (IN_FLIGHT_MAX, 1));
}

#[test]
fn without_any_node_everything_comes_from_the_database() {
    let mut scenario = quiet(Strategy::CacheAside);
    scenario.load.requests_per_second = 1;
    let mut out = Vec::new();
    let fleet = Fleet::new(&scenario, 0, &[], &mut out);
    let mut hand = ByHand { fleet, now: Nanos::ZERO };
    let query = hand.arrive(false);
    assert_eq!(done(&hand.query(&query)).ending, Ending::Degraded);
}

#[test]
fn clients_fetch_their_map_one_after_the_other_and_again_every_ten_seconds() {
    let mut scenario = quiet(Strategy::CacheAside);
    scenario.load.apps = 3;
    let mut bench = Bench::new(&scenario);
    bench.run(Nanos::from_secs(11));
    let expected: Vec<Nanos> = [0, 500, 1_000, 10_000_000, 10_000_500, 10_001_000].map(Nanos::from_micros).to_vec();
    assert_eq!(bench.refresh_times, expected);
}

#[test]
fn trouble_renews_the_map_at_most_every_200_ms() {
    let mut bench = Bench::new(&Scenario { lanes: vec![Strategy::CacheAside], ..Scenario::default() });
    bench.run(Nanos::from_secs(1));
    bench.node("a").dead = true;
    bench.run(Nanos::from_secs(4));
    // Three clients, three seconds: no more than fifteen each.
    let renewals = bench.refresh_times.iter().filter(|at| **at > Nanos::from_secs(1)).count();
    assert!((20..=45).contains(&renewals), "{renewals}");
}

#[test]
fn a_node_that_comes_back_is_used_again_within_a_second() {
    let mut bench = Bench::new(&Scenario { lanes: vec![Strategy::CacheAside], ..Scenario::default() });
    bench.run(Nanos::from_secs(1));
    bench.node("a").dead = true;
    bench.run(Nanos::from_secs(4));
    bench.node("a").dead = false;
    bench.run(Nanos::from_secs(5));
    bench.finished.clear();
    bench.run(Nanos::from_secs(6));
    assert!(bench.finished.len() > 1_800);
    assert!(bench.finished.iter().all(|finished| finished.ending != Ending::Degraded));
}

fn stream(bench: &Bench, count: u64) -> Vec<(u64, AppIndex, u32, bool, Nanos)> {
    let mut stream: Vec<_> = bench
        .finished
        .iter()
        .map(|f| (f.operation.0, f.app, f.row, f.write, f.began))
        .filter(|(n, ..)| *n <= count)
        .collect();
    stream.sort_unstable();
    stream
}

#[test]
fn both_lanes_see_the_same_users_whatever_happens_to_them() {
    let scenario = Scenario::default();
    let aside = Scenario { lanes: vec![Strategy::CacheAside], ..scenario.clone() };
    let through = Scenario { lanes: vec![Strategy::WriteThrough], ..scenario };
    let (mut one, mut other) = (Bench::new(&aside), Bench::new(&through));
    other.node("a").dead = true;
    for bench in [&mut one, &mut other] {
        bench.run(Nanos::from_secs(2));
        let load = bench.fleet.load().clone();
        bench.fleet.set_load(Load { requests_per_second: 500, read_permille: 500, ..load });
        bench.run(Nanos::from_secs(6));
    }
    let users = stream(&one, 5_000);
    assert_eq!(users.len(), 5_000);
    assert_eq!(users, stream(&other, 5_000));
}

#[test]
fn the_first_users_of_the_opening_scene_are_these() {
    let workload = workload::Workload::new(7, Load::default());
    let mut at = workload.first();
    let mut lines = String::new();
    for n in 1..=8 {
        let workload::Wish { app, row, write } = workload.wish(n);
        writeln!(lines, "{} ns: app {} {} row {row}", at.0, app.0, if write { "writes" } else { "reads" }).unwrap();
        at += workload.interval(n + 1).unwrap();
    }
    expect![[r"
        20137032 ns: app 1 reads row 33533
        20466661 ns: app 2 reads row 33533
        21226697 ns: app 2 reads row 14766
        21502361 ns: app 1 reads row 37913
        21629170 ns: app 2 reads row 11198
        21745531 ns: app 0 reads row 28150
        22558948 ns: app 2 reads row 27033
        23089108 ns: app 2 reads row 33533
    "]]
    .assert_eq(&lines);
}

/// Something that goes wrong, or right again, in a property test.
#[derive(Clone, Copy, Debug)]
enum Upset {
    Kill(bool),
    Revive(bool),
    Lose(u64),
    Database(bool),
    Move(u16),
    Rate(u32),
    Switch(Strategy),
    Connections(u16),
}

fn upset() -> impl proptest::strategy::Strategy<Value = Upset> {
    prop_oneof![
        any::<bool>().prop_map(Upset::Kill),
        any::<bool>().prop_map(Upset::Revive),
        (0_u64..300).prop_map(Upset::Lose),
        any::<bool>().prop_map(Upset::Database),
        (1_u16..16_383).prop_map(Upset::Move),
        (0_u32..3_000).prop_map(Upset::Rate),
        prop_oneof![Just(Upset::Switch(Strategy::CacheAside)), Just(Upset::Switch(Strategy::WriteThrough))],
        (0_u16..4).prop_map(Upset::Connections),
    ]
}

fn apply(bench: &mut Bench, upset: Upset) {
    let name = |first: bool| if first { "a" } else { "b" };
    match upset {
        Upset::Kill(first) => bench.node(name(first)).dead = true,
        Upset::Revive(first) => bench.node(name(first)).dead = false,
        Upset::Lose(permille) => bench.lost_permille = permille,
        Upset::Database(dead) => bench.database_dead = dead,
        Upset::Move(split) => bench.split = split,
        Upset::Rate(requests_per_second) => {
            let load = bench.fleet.load().clone();
            bench.fleet.set_load(Load { requests_per_second, ..load });
        }
        Upset::Switch(strategy) => bench.fleet.set_strategy(strategy),
        Upset::Connections(connections) => {
            bench.fleet.set_database(crate::scenario::Database { query_median_us: 2_500, connections });
        }
    }
}

fn busy(seed: u64) -> Scenario {
    let load = Load { requests_per_second: 300, rows: 50, ..Load::default() };
    Scenario { seed, load, lanes: vec![Strategy::CacheAside], ..Scenario::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_operation_ends_whatever_goes_wrong(seed: u64, upsets in prop::collection::vec((1_u64..700, upset()), 0..12)) {
        let mut bench = Bench::new(&busy(seed));
        for (ms, upset) in upsets {
            bench.run(bench.schedule.now() + Nanos::from_millis(ms));
            apply(&mut bench, upset);
        }
        apply(&mut bench, Upset::Rate(0));
        bench.run(bench.schedule.now() + Nanos::from_secs(12));
        for app in 0..3 {
            prop_assert_eq!(bench.fleet.in_flight(AppIndex(app)), 0);
        }
        let mut numbers: Vec<u64> = bench.finished.iter().map(|finished| finished.operation.0).collect();
        numbers.sort_unstable();
        prop_assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "each exactly once");
        prop_assert!(!bench.finished.iter().any(|f| f.stale && (f.write || f.ending != Ending::Hit)));
    }

    #[test]
    fn the_same_inputs_make_the_same_run(seed: u64, upsets in prop::collection::vec((1_u64..700, upset()), 1..8)) {
        let run = || {
            let mut bench = Bench::new(&busy(seed));
            for (ms, upset) in &upsets {
                bench.run(bench.schedule.now() + Nanos::from_millis(*ms));
                apply(&mut bench, *upset);
            }
            (bench.digest, bench.transcript)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn a_copy_goes_on_as_the_original_does(seed: u64, upsets in prop::collection::vec((1_u64..700, upset()), 1..8)) {
        let mut bench = Bench::new(&busy(seed));
        for (ms, upset) in upsets {
            bench.run(bench.schedule.now() + Nanos::from_millis(ms));
            apply(&mut bench, upset);
        }
        let mut copy = bench.clone();
        let until = bench.schedule.now() + Nanos::from_secs(1);
        bench.run(until);
        copy.run(until);
        prop_assert_eq!(bench.digest, copy.digest);
    }
}

//! Races and limits, one answer at a time.

use super::bench::{quiet, reply};
use crate::app::*;
use crate::resp::Value;
use crate::scenario::{Load, Strategy};
use crate::sim::Schedule;

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

//! What strategies and clients do, hop by hop.

use super::bench::{Bench, HOP, quiet};
use crate::app::*;
use crate::scenario::{Scenario, Strategy};
use expect_test::expect;

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

//! What holds whatever happens.

use super::bench::Bench;
use crate::app::*;
use crate::scenario::{Load, Scenario, Strategy};
use expect_test::expect;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use std::fmt::Write as _;

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
        20045677 ns: app 1 reads row 33533
        20155553 ns: app 2 reads row 33533
        20408898 ns: app 2 reads row 14766
        20500786 ns: app 1 reads row 37913
        20543055 ns: app 2 reads row 11198
        20581842 ns: app 0 reads row 28150
        20852981 ns: app 2 reads row 27033
        21029701 ns: app 2 reads row 33533
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

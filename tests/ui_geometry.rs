//! The geometry of the picture, without a browser: where things stand, how messages travel, what charts are ruled with.
//!
//! The page is compiled for browsers alone, so its pure files are taken in here one by one.
#![allow(dead_code, missing_docs)]

#[path = "../src/ui/stage/bins.rs"]
mod bins;
#[path = "../src/ui/stage/layout.rs"]
mod layout;
#[path = "../src/ui/stage/motion.rs"]
mod motion;
#[path = "../src/ui/stage/path.rs"]
mod path;
#[path = "../src/ui/stage/routes.rs"]
mod routes;
#[path = "../src/ui/charts/ticks.rs"]
mod ticks;
#[path = "../src/ui/stage/wording.rs"]
mod wording;

use layout::{Detail, Layout, Rect};
use motion::{INK, Stage, flying, progress, sampled};
use path::Path;
use slotscope::scenario::Strategy;
use slotscope::sim::Nanos;
use slotscope::world::{
    AppView, DatabaseView, Figures, Flight, FlightKind, Health, LaneView, Mark, NodeView, Place, Severity, Topic,
};

fn node(shard: u16, number: usize, zone: u8, replica_of: Option<usize>) -> NodeView {
    NodeView {
        name: format!("{:04}-{number:03}", shard + 1),
        id: String::new(),
        ip: String::new(),
        zone,
        shard,
        primary: replica_of.is_none(),
        replica_of,
        health: Health::Online,
        suspected_by: 0,
        failed: false,
        keys: 10,
        used_memory: 10,
        maxmemory: 100,
        policy: String::new(),
        cpu_permille: 0,
        commands_per_second: 0,
        queue: 0,
        offset: 0,
        lag_bytes: 0,
        slots: Vec::new(),
        evicted: 0,
        expired: 0,
        hits: 0,
        misses: 0,
        config_epoch: 0,
        current_epoch: 0,
        cluster_ok: true,
        link_up: true,
    }
}

fn lane(shards: u16, replicas: usize, zones: u8, apps: u8) -> LaneView {
    let mut nodes = Vec::new();
    for shard in 0..shards {
        let primary = nodes.len();
        for i in 0..=replicas {
            let zone = ((usize::from(shard) + i) % usize::from(zones)) as u8;
            nodes.push(node(shard, i + 1, zone, (i > 0).then_some(primary)));
        }
    }
    let app =
        |i: u8| AppView { name: format!("app {}", i + 1), zone: i % zones, operations_per_second: 0, in_flight: 0 };
    LaneView {
        strategy: Strategy::CacheAside,
        figures: Figures::default(),
        apps: (0..apps).map(app).collect(),
        nodes,
        database: DatabaseView { zone: zones - 1, busy: 0, connections: 10, waiting: 0, queries_per_second: 0 },
        in_words: Vec::new(),
    }
}

fn places(lane: &LaneView) -> Vec<Place> {
    let nodes = (0..lane.nodes.len()).map(|i| Place::Node(i as u16));
    nodes.chain((0..lane.apps.len()).map(|i| Place::App(i as u8))).chain([Place::Database, Place::Console]).collect()
}

const SIZES: [(f64, f64); 5] = [(490.0, 370.0), (340.0, 300.0), (360.0, 240.0), (990.0, 560.0), (490.0, 200.0)];

#[test]
fn nothing_on_the_stage_overlaps_or_leaves_it_at_any_size() {
    let deployments = [
        (1, 0, 1, 1),
        (3, 1, 3, 3),
        (3, 5, 3, 3),
        (6, 2, 3, 6),
        (12, 2, 3, 3),
        (13, 1, 3, 3),
        (40, 1, 2, 2),
        (90, 4, 3, 3),
    ];
    for (width, height) in SIZES {
        for (shards, replicas, zones, apps) in deployments {
            let lane = lane(shards, replicas, zones, apps);
            let layout = Layout::new(width, height, &lane);
            let rects: Vec<Rect> = places(&lane).iter().map(|&p| layout.frame(p)).collect();
            for (i, a) in rects.iter().enumerate() {
                let what = format!("{width}x{height}, {shards} shards of {}: {a:?}", replicas + 1);
                assert!(a.w > 0.0 && a.h > 0.0, "{what} has no area");
                assert!(
                    a.x >= 0.0 && a.right() <= width && a.y >= 0.0 && a.bottom() <= height,
                    "{what} is off the stage"
                );
                for b in &rects[i + 1..] {
                    assert!(!a.overlaps(*b), "{what} overlaps {b:?}");
                }
            }
        }
    }
}

#[test]
fn a_primary_and_its_replica_stand_in_one_column_and_two_rows() {
    let layout = Layout::new(490.0, 370.0, &lane(3, 1, 3, 3));
    let (primary, replica) = (layout.frame(Place::Node(0)), layout.frame(Place::Node(1)));
    assert!((primary.mid_x() - replica.mid_x()).abs() < 0.01);
    assert!(replica.y > primary.bottom());
}

#[test]
fn detail_falls_with_the_number_of_shards_and_the_room() {
    let detail = |width, shards| Layout::new(width, 370.0, &lane(shards, 1, 3, 3)).detail;
    let table = [
        (490.0, 3, Detail::Full),
        (340.0, 3, Detail::Narrow),
        (490.0, 6, Detail::Narrow),
        (990.0, 6, Detail::Full),
        (490.0, 12, Detail::Glyph),
        (490.0, 40, Detail::Glyph),
        (490.0, 41, Detail::Tile),
    ];
    for (width, shards, expected) in table {
        assert_eq!(detail(width, shards), expected, "{shards} shards at {width}");
    }
}

#[test]
fn a_click_finds_what_it_is_on_and_nothing_on_empty_ground() {
    for (width, height) in SIZES {
        for shards in [1, 3, 12, 24, 90] {
            let lane = lane(shards, 1, 3, 3);
            let layout = Layout::new(width, height, &lane);
            for place in places(&lane) {
                let rect = layout.frame(place);
                assert_eq!(layout.hit(rect.mid_x(), rect.mid_y()), Some(place), "{shards} shards at {width}x{height}");
            }
        }
    }
    let layout = Layout::new(490.0, 370.0, &lane(3, 1, 3, 3));
    assert_eq!(layout.hit(300.0, 2.0), None);
    assert_eq!(layout.hit(-50.0, -50.0), None);
}

#[test]
fn a_place_that_is_not_there_has_no_area_and_no_messages() {
    let lane = lane(3, 1, 3, 3);
    let layout = Layout::new(490.0, 370.0, &lane);
    assert_eq!(layout.rect(Place::Node(99)), (0.0, 0.0, 0.0, 0.0));
    let mut lost = message(FlightKind::Read, Place::App(0), Place::Node(99), 0, 100);
    lost.operation = 7;
    let mut stage = Stage::default();
    stage.remember(Nanos(50), &lane, &[lost], Nanos(1_000));
    assert!(flying(&layout, &stage, &[lost], true, Some(7)).marks.is_empty());
}

#[test]
fn an_empty_lane_and_a_tiny_stage_are_survived() {
    let mut nothing = lane(1, 0, 1, 1);
    nothing.nodes.clear();
    nothing.apps.clear();
    for (width, height) in [(0.0, 0.0), (1.0, 500.0), (490.0, 370.0)] {
        let layout = Layout::new(width, height, &nothing);
        assert_eq!(layout.shards, 0);
        let _ = layout.route(Place::App(0), Place::Database).at(0.5);
        let _ = Layout::new(width, height, &lane(90, 5, 3, 3));
    }
}

#[test]
fn ways_lead_from_edge_to_edge_and_replies_take_the_same_way_back() {
    for shards in [3, 12, 24] {
        let lane = lane(shards, 2, 3, 3);
        let layout = Layout::new(490.0, 370.0, &lane);
        for from in places(&lane) {
            let caller = |p: Place| matches!(p, Place::App(_) | Place::Console);
            for to in places(&lane).into_iter().filter(|&to| to != from && !(caller(from) && caller(to))) {
                let way = layout.route(from, to);
                let (start, end) = (way.at(0.0), way.at(1.0));
                assert!(
                    layout.frame(from).grown(1.0).contains(start.x, start.y),
                    "{from:?} to {to:?} starts at {start:?}"
                );
                assert!(layout.frame(to).grown(1.0).contains(end.x, end.y), "{from:?} to {to:?} ends at {end:?}");
                let (there, back) = (way.at(0.25), layout.route(to, from).at(0.75));
                assert!((there.x - back.x).hypot(there.y - back.y) < 0.5, "{from:?} to {to:?}: {there:?}, {back:?}");
            }
        }
    }
}

#[test]
fn traffic_passes_behind_no_node_but_its_own() {
    let lane = lane(6, 2, 3, 3);
    let layout = Layout::new(490.0, 370.0, &lane);
    for app in 0..3_u8 {
        for target in 0..lane.nodes.len() {
            let way = layout.route(Place::App(app), Place::Node(target as u16));
            for step in 0..=200 {
                let at = way.at(f64::from(step) / 200.0);
                let met = (0..lane.nodes.len())
                    .find(|&i| i != target && layout.frame(Place::Node(i as u16)).grown(-2.0).contains(at.x, at.y));
                assert_eq!(met, None, "app {app} to {target} at {at:?}");
            }
        }
    }
}

#[test]
fn a_path_is_walked_at_an_even_pace() {
    let path = Path::level((0.0, 0.0), (100.0, 80.0), 20.0).then_line((100.0, 80.0), (220.0, 80.0));
    let steps: Vec<_> = (0..=100).map(|i| path.at(f64::from(i) / 100.0)).collect();
    let length = path.length() / 100.0;
    for pair in steps.windows(2) {
        let step = (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y);
        assert!((step - length).abs() < length * 0.1, "{step} in place of {length}");
        assert!((pair[0].dx.hypot(pair[0].dy) - 1.0).abs() < 1e-9);
    }
}

fn message(kind: FlightKind, from: Place, to: Place, sent: u64, arrives: u64) -> Flight {
    Flight { kind, shard: Some(9), from, to, sent: Nanos(sent), arrives: Nanos(arrives), lost: false, operation: 0 }
}

#[test]
fn a_lost_message_stops_half_way_and_fades_there() {
    let mut flight = message(FlightKind::Read, Place::App(0), Place::Node(0), 100, 300);
    let table = [(0, false, (0.0, 1.0)), (150, false, (0.25, 1.0)), (900, false, (1.0, 1.0))];
    for (now, lost, expected) in
        table.into_iter().chain([(150, true, (0.25, 1.0)), (250, true, (0.5, 0.5)), (300, true, (0.5, 0.0))])
    {
        flight.lost = lost;
        assert_eq!(progress(&flight, Nanos(now)), expected, "at {now}, lost: {lost}");
    }
}

#[test]
fn a_crowd_is_sampled_and_the_followed_operation_is_always_shown() {
    let lane = lane(3, 1, 3, 3);
    let layout = Layout::new(490.0, 370.0, &lane);
    let crowd: Vec<Flight> = (0..5_000)
        .map(|i| Flight { operation: i + 1, ..message(FlightKind::Read, Place::App(0), Place::Node(0), 0, 1_000) })
        .collect();
    let mut stage = Stage::default();
    stage.remember(Nanos(500), &lane, &crowd, Nanos(1_000));
    let air = flying(&layout, &stage, &crowd, false, Some(4_321));
    assert!(air.crowd && (20..300).contains(&air.marks.len()), "{} drawn", air.marks.len());
    assert_eq!(air.marks.iter().filter(|m| m.followed).count(), 1);
    // Who is drawn of the larger crowd is drawn of the smaller one.
    assert!(crowd.iter().filter(|f| sampled(f, 16)).all(|f| sampled(f, 8)));
}

#[test]
fn gossip_is_drawn_only_when_asked_for_and_queries_are_ink() {
    let lane = lane(3, 1, 3, 3);
    let layout = Layout::new(490.0, 370.0, &lane);
    let flights = [
        message(FlightKind::Gossip, Place::Node(0), Place::Node(2), 0, 100),
        message(FlightKind::Query, Place::App(0), Place::Database, 0, 100),
        message(FlightKind::Hit, Place::Node(0), Place::App(0), 0, 100),
    ];
    let mut stage = Stage::default();
    stage.remember(Nanos(50), &lane, &flights, Nanos(1_000));
    let hues = |gossip| {
        flying(&layout, &stage, &flights, gossip, None).marks.iter().map(|m| (m.kind, m.hue)).collect::<Vec<_>>()
    };
    assert_eq!(hues(false), [(FlightKind::Hit, 1), (FlightKind::Query, INK)]);
    assert_eq!(hues(true).len(), 3);
}

#[test]
fn evictions_throw_sparks_that_hold_still_in_a_pause_and_are_gone_after_a_jump() {
    let mut lane = lane(1, 0, 1, 1);
    let mut stage = Stage::default();
    let jump = Nanos(1_000);
    stage.remember(Nanos(100), &lane, &[], jump);
    lane.nodes[0].evicted = 2;
    stage.remember(Nanos(200), &lane, &[], jump);
    assert_eq!(stage.sparks().len(), 2);
    let before = stage.sparks().to_vec();
    stage.remember(Nanos(200), &lane, &[], jump);
    assert_eq!(stage.sparks(), before);
    stage.remember(Nanos(300), &lane, &[], jump);
    assert_ne!(stage.sparks(), before);
    stage.remember(Nanos(50), &lane, &[], jump);
    assert!(stage.sparks().is_empty(), "a jump back");
    lane.nodes[0].evicted = 1_000_000;
    stage.remember(Nanos(60), &lane, &[], jump);
    assert!(stage.sparks().len() <= 4, "a flood is a handful");
    stage.remember(Nanos(5_000), &lane, &[], jump);
    assert!(stage.sparks().is_empty(), "a jump ahead");
}

#[test]
fn the_strip_joins_what_looks_alike_and_tells_owners_apart() {
    let slots: Vec<(u8, bool)> = (0..16_384_u32).map(|i| (u8::from(i >= 8_192), i < 4_096)).collect();
    let runs = bins::strip(&slots, 512);
    let seen: Vec<_> = runs.iter().map(|r| (r.owner, r.level, r.start, r.len)).collect();
    assert_eq!(seen, [(0, bins::LEVELS, 0, 128), (0, 0, 128, 128), (1, 0, 256, 256)]);
    assert_eq!(bins::strip(&slots, 473).iter().map(|r| r.len).sum::<usize>(), 473);
    assert!(bins::strip(&[], 100).is_empty());
    assert!(bins::map(&slots).iter().all(|r| r.start / bins::MAP_SIDE == (r.start + r.len - 1) / bins::MAP_SIDE));
}

#[test]
fn a_point_on_the_map_is_a_slot() {
    let table = [
        (0.0, 0.0, Some(0)),
        (255.9, 255.9, Some(16_383)),
        (3.0, 2.0, Some(129)),
        (-1.0, 0.0, None),
        (256.0, 0.0, None),
    ];
    for (x, y, slot) in table {
        assert_eq!(bins::slot_at(x, y, 256.0), slot, "{x}, {y}");
    }
}

#[test]
fn gridlines_are_round_and_say_their_unit() {
    let said = |topic, max| ticks::Scale::new(topic, max).ticks.into_iter().map(|t| t.1).collect::<Vec<_>>().join(", ");
    let table = [
        (Topic::HitRatio, 12.0, "0 %, 25 %, 50 %, 75 %, 100 %"),
        (Topic::Latency, 7.8, "0 ms, 2 ms, 4 ms, 6 ms, 8 ms"),
        (Topic::Latency, 0.31, "0 µs, 100 µs, 200 µs, 300 µs, 400 µs"),
        (Topic::Latency, 0.0, "0 ms, 0.25 ms, 0.5 ms, 0.75 ms, 1 ms"),
        (Topic::Database, 412.0, "0 q/s, 200 q/s, 400 q/s, 600 q/s"),
        (Topic::Memory, 33.0e6, "0 MB, 10 MB, 20 MB, 30 MB, 40 MB"),
        (Topic::Cpu, 31.0, "0 %, 25 %, 50 %, 75 %, 100 %"),
        (Topic::Evictions, 0.0, "0, 1, 2, 3, 4"),
        (Topic::Evictions, 90_000.0, "0, 25 k, 50 k, 75 k, 100 k"),
    ];
    for (topic, max, expected) in table {
        assert_eq!(said(topic, max), expected, "{topic:?} up to {max}");
    }
    for max in [0.0, 1e-9, 0.003, 1.0, 99.0, 1e6, 3.7e12, f64::NAN, f64::INFINITY] {
        for topic in Topic::ALL {
            let scale = ticks::Scale::new(topic, max);
            assert!(scale.top > 0.0 && (2..=6).contains(&scale.ticks.len()), "{topic:?} up to {max}");
            assert!(!max.is_finite() || scale.top >= max * 0.999 || topic == Topic::HitRatio, "{topic:?} holds {max}");
        }
    }
}

#[test]
fn labels_of_marks_never_touch_and_trouble_goes_first() {
    let mark = |ms, severity| Mark { at: Nanos::from_millis(ms), lane: None, severity, text: String::new() };
    let end = Nanos::from_secs(10);
    let marks = [
        mark(5_000, Severity::Info),
        mark(5_010, Severity::Bad),
        mark(5_020, Severity::Info),
        mark(9_990, Severity::Good),
    ];
    let labels = ticks::place_labels(&marks, &[700.0; 4], 800.0, end, 1, &[]);
    assert_eq!(labels.iter().map(|l| l.mark).collect::<Vec<_>>(), [1], "one row, room for one");
    let labels = ticks::place_labels(&marks, &[90.0; 4], 800.0, end, 2, &[(1, 0.0, 34.0), (1, 766.0, 800.0)]);
    for (i, a) in labels.iter().enumerate() {
        assert!(a.x >= 0.0 && a.x + 90.0 <= 800.0);
        for b in &labels[i + 1..] {
            assert!(a.row != b.row || a.x + 90.0 <= b.x || b.x + 90.0 <= a.x, "{a:?} touches {b:?}");
        }
    }
    assert_eq!(ticks::time_at(400.0, 800.0, end), Nanos::from_secs(5));
}

#[test]
fn numbers_are_short_and_grouped() {
    let counts =
        [(0, "0"), (999, "999"), (4_018, "4\u{2009}018"), (123_456, "123\u{2009}k"), (1_250_000, "1.2\u{2009}M")];
    for (n, said) in counts {
        assert_eq!(wording::count(n), said);
    }
    let sizes = [(0, "0\u{2009}B"), (1_023, "1023\u{2009}B"), (1_434, "1.4\u{2009}KB"), (40_000_000, "38\u{2009}MB")];
    for (n, said) in sizes {
        assert_eq!(wording::bytes(n), said);
    }
}

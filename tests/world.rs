//! The run as a whole: determinism, failover, the lanes' shared luck, rewind, the consoles.

#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use slotscope::link::{self, Link};
use slotscope::scenario::{Action, Console, Scenario};
use slotscope::sim::Nanos;
use slotscope::world::{Health, History, LineStyle, World};

fn secs(s: u64) -> Nanos {
    Nanos::from_secs(s)
}

fn scene() -> Scenario {
    Scenario::default()
}

fn transcript(world: &World, lane: usize, console: Console) -> Vec<String> {
    world.transcript(lane, 0).iter().filter(|line| line.console == console).map(|line| line.text.clone()).collect()
}

/// Types a line and waits for its answer: what the lane shows of it.
fn answer(world: &mut World, line: &str) -> Vec<String> {
    let shown = world.transcript(0, 0).len();
    world.act(Console::Redis, line).expect("the line is understood");
    for _ in 0..10_000 {
        if !world.console_busy() {
            break;
        }
        world.advance(world.now() + Nanos::from_millis(1));
    }
    world.transcript(0, shown).iter().map(|line| line.text.clone()).collect()
}

#[test]
fn the_same_inputs_end_with_the_same_fingerprint() {
    let run = || World::replay(&scene(), &[], secs(3)).expect("the default scene is valid").fingerprint();
    assert_eq!(run(), run());
}

#[test]
fn another_seed_ends_with_another_fingerprint() {
    let run = |seed| World::replay(&Scenario { seed, ..scene() }, &[], secs(1)).expect("valid").fingerprint();
    assert_ne!(run(1), run(2));
}

#[test]
fn many_small_advances_are_one_large_one() {
    let whole = World::replay(&scene(), &[], secs(2)).expect("valid");
    let mut sliced = World::new(&scene()).expect("valid");
    let mut slice = 1;
    while sliced.now() < secs(2) {
        slice = slice * 7 % 1_000_003;
        sliced.advance((sliced.now() + Nanos(slice * 10)).min(secs(2)));
    }
    assert_eq!((whole.fingerprint(), whole.events()), (sliced.fingerprint(), sliced.events()));
}

#[test]
fn a_replay_of_the_log_is_the_run() {
    let mut live = World::new(&scene()).expect("valid");
    live.advance(Nanos(1_234_567_891));
    live.act(Console::Redis, "SET user:123 pro EX 60").expect("understood");
    live.advance(secs(2));
    live.act(Console::Sim, "kill 0002-001").expect("understood");
    live.act(Console::Redis, "GET user:123").expect("understood");
    live.advance(secs(9));
    let replayed = World::replay(&scene(), live.log(), secs(9)).expect("valid");
    assert_eq!(live.fingerprint(), replayed.fingerprint());
    assert_eq!(live.transcript(0, 0), replayed.transcript(0, 0));
    assert_eq!(live.view(), replayed.view());
}

#[test]
fn rewinding_and_playing_again_is_the_same_run() {
    let mut history = History::new(&scene(), &[]).expect("valid");
    history.advance(secs(5));
    history.act(Console::Sim, "kill 0001-001").expect("understood");
    history.advance(secs(12));
    let end = history.world().fingerprint();
    history.rewind(secs(4));
    assert!(history.world().now() <= secs(4));
    assert_eq!(history.end(), secs(12), "the future is kept");
    history.advance(secs(4));
    assert_eq!(history.world().log().len(), 0, "the line has not been typed yet");
    history.advance(secs(12));
    assert_eq!(history.world().fingerprint(), end);
    assert_eq!(history.world().log().len(), 1);
}

#[test]
fn acting_in_the_past_takes_another_turn() {
    let mut history = History::new(&scene(), &[]).expect("valid");
    history.advance(secs(3));
    history.act(Console::Sim, "kill 0001-001").expect("understood");
    history.advance(secs(8));
    history.rewind(secs(2));
    history.advance(secs(2));
    history.act(Console::Sim, "kill 0003-001").expect("understood");
    assert_eq!(history.end(), secs(2), "what was to come is gone");
    history.advance(secs(8));
    let lines: Vec<&str> = history.world().log().iter().map(|action| action.line.as_str()).collect();
    assert_eq!(lines, ["kill 0003-001"]);
    let log = [Action { at_ns: secs(2).0, console: Console::Sim, line: "kill 0003-001".to_owned() }];
    let fresh = World::replay(&scene(), &log, secs(8)).expect("valid");
    assert_eq!(history.world().fingerprint(), fresh.fingerprint());
}

#[test]
fn a_killed_primary_is_replaced_by_its_replica_in_both_lanes() {
    let mut world = World::replay(&scene(), &[], secs(4)).expect("valid");
    world.act(Console::Sim, "kill 0002-001").expect("understood");
    world.advance(secs(12));
    for lane in &world.view().lanes {
        let node = |name: &str| lane.nodes.iter().find(|node| node.name == name).expect("deployed");
        assert_eq!(node("0002-001").health, Health::Dead);
        assert!(node("0002-002").primary, "the replica was promoted");
        assert_eq!(node("0002-002").slots, [(5461, 10922)]);
        assert!(node("0001-001").failed.eq(&false) && node("0001-001").cluster_ok);
    }
    let marks: Vec<String> = world.marks().into_iter().map(|mark| mark.text).collect();
    assert!(marks.iter().any(|text| text == "kill 0002-001"), "{marks:?}");
    assert!(marks.iter().any(|text| text.starts_with("0002-002 elected")), "{marks:?}");
    world.act(Console::Sim, "restart 0002-001").expect("understood");
    world.advance(secs(25));
    for lane in &world.view().lanes {
        let old = lane.nodes.iter().find(|node| node.name == "0002-001").expect("deployed");
        assert!(!old.primary && old.link_up && old.keys > 0, "the old primary came back as a replica in step");
    }
}

#[test]
fn both_lanes_serve_the_same_users() {
    let world = World::replay(&scene(), &[], secs(5)).expect("valid");
    let view = world.view();
    let [a, b] = view.lanes.as_slice() else { panic!("two lanes") };
    let (a, b) = (a.figures, b.figures);
    assert!(a.operations_per_second.abs_diff(b.operations_per_second) < 180, "{a:?} {b:?}");
    assert!(a.operations_per_second > 5_100, "{a:?}");
    assert!(a.hit_ratio.expect("reads") > 0.3, "{a:?}");
    assert!(b.hit_ratio.expect("reads") >= a.hit_ratio.expect("reads"), "writes fill the cache: {a:?} {b:?}");
    assert_eq!((a.errors, b.errors), (0, 0));
}

#[test]
fn a_console_line_is_answered_as_redis_cli_answers() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    assert_eq!(
        answer(&mut world, "SET user:123 '{\"plan\":\"pro\"}' EX 3600"),
        [
            "0001-001:6379> SET user:123 '{\"plan\":\"pro\"}' EX 3600",
            "-> Redirected to slot [12893] located at 0003-001:6379",
            "OK",
        ]
    );
    assert_eq!(answer(&mut world, "TTL user:123")[1..], ["(integer) 3600"]);
    assert_eq!(answer(&mut world, "GET user:123")[1..], ["\"{\\\"plan\\\":\\\"pro\\\"}\""]);
    assert_eq!(answer(&mut world, "INCR user:123")[1..], ["(error) ERR value is not an integer or out of range"]);
    assert_eq!(answer(&mut world, "CLUSTER KEYSLOT user:123")[1..], ["(integer) 12893"]);
    assert_eq!(
        answer(&mut world, "MSET a 1 b 2")[1..],
        ["(error) CROSSSLOT Keys in request don't hash to the same slot"]
    );
}

#[test]
fn a_console_shows_maps_once_hello_has_said_so_in_a_transaction_too() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut said = |line: &str| answer(&mut world, line).pop().unwrap_or_default();
    said("HSET {row}h f v");
    assert_eq!(said("HGETALL {row}h"), "1) \"f\"\n2) \"v\"");
    for line in ["MULTI", "HELLO 3", "EXEC"] {
        said(line);
    }
    assert_eq!(said("HGETALL {row}h"), "1# \"f\" => \"v\"");
    said("HELLO 2");
    assert_eq!(said("HGETALL {row}h"), "1) \"f\"\n2) \"v\"");
}

#[test]
fn a_console_prints_texts_as_they_are() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut said = |line: &str| answer(&mut world, line).pop().unwrap_or_default();
    let keyspace = said("INFO keyspace");
    assert!(keyspace.starts_with("# Keyspace\ndb0:keys=") && !keyspace.contains('\r'), "{keyspace}");
    assert_eq!(said("CLUSTER NODES").lines().count(), 6);
    assert_eq!(said("CLUSTER INFO").lines().next(), Some("cluster_state:ok"));
    // Inside an array they are strings like others, as redis-cli has it.
    said("MULTI");
    said("CLUSTER INFO");
    assert!(said("EXEC").starts_with("1) \"cluster_state:ok\\r\\n"));
}

#[test]
fn a_console_runs_a_line_as_often_as_it_says() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut said = |line: &str| answer(&mut world, line)[1..].to_vec();
    assert_eq!(said("3 INCR bar"), ["(integer) 1", "(integer) 2", "(integer) 3"]);
    let wrong = "Invalid redis-cli repeat command option value.";
    for line in ["0 PING", "-1 PING", "99999999999999999999 PING"] {
        assert_eq!(said(line), [wrong], "{line}");
    }
    assert_eq!(said("101 PING"), ["A line is run 100 times at most."]);
    assert_eq!(said("3"), ["(error) ERR unknown command '3', with args beginning with: "]);
    // Ctrl-C ends all of it.
    world.act(Console::Redis, "5 BLPOP {bar}l 0").expect("understood");
    world.advance(secs(2));
    world.act(Console::Sim, "interrupt").expect("understood");
    assert_eq!(answer(&mut world, "PING"), ["not connected> PING", "PONG"]);
}

#[test]
fn a_console_goes_to_the_node_that_it_is_told() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut said = |line: &str| answer(&mut world, line)[1..].to_vec();
    // A key of the first shard, read at its replica.
    said("SET bar 1");
    assert_eq!(said("CONNECT 0001-002 6379"), Vec::<String>::new());
    assert_eq!(said("READONLY"), ["OK"]);
    assert_eq!(said("GET bar"), ["\"1\""], "no redirection");
    let nobody = "Could not connect to Redis at nowhere:6379: Name or service not known";
    assert_eq!(said("connect nowhere 6379"), [nobody]);
    assert_eq!(said("PING"), [nobody, "PONG"], "and then it tries another one");
    assert_eq!(said("connect 0002-001 7000"), ["Could not connect to Redis at 0002-001:7000: Connection refused"]);
    assert_eq!(said("exit"), ["OK"]);
}

#[test]
fn many_lines_that_wait_are_all_answered_once_they_may_run() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    world.act(Console::Redis, "BLPOP bar 0").expect("understood");
    for _ in 0..500 {
        world.act(Console::Redis, "connect nowhere 6379").expect("understood");
    }
    world.act(Console::Sim, "interrupt").expect("understood");
    let nobody = "Could not connect to Redis at nowhere:6379: Name or service not known";
    assert_eq!(transcript(&world, 0, Console::Redis).iter().filter(|line| *line == nobody).count(), 500);
}

#[test]
fn a_key_is_moved_from_node_to_node_at_the_console() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut said = |line: &str| answer(&mut world, line).pop().unwrap_or_default();
    // Slot 12182 is the third shard's.
    assert_eq!(said("SET foo bar EX 100"), "OK");
    let source = said("CLUSTER MYID").trim_matches('"').to_owned();
    // Slot 5061 is the first's: the console goes there.
    said("GET bar");
    let target = said("CLUSTER MYID").trim_matches('"').to_owned();
    assert_eq!(said(&format!("CLUSTER SETSLOT 12182 IMPORTING {source}")), "OK");
    said("GET foo");
    assert_eq!(said(&format!("CLUSTER SETSLOT 12182 MIGRATING {target}")), "OK");
    assert_eq!(said("MIGRATE 0001-001 6379 foo 0 1000"), "OK");
    assert_eq!(said("GET foo"), "\"bar\"", "by way of ASK");
    said("SET bar 1");
    assert_eq!(said("MIGRATE 0001-001 6380 bar 0 1000"), "(error) IOERR error or timeout writing to target instance");
}

#[test]
fn a_dead_node_times_the_console_out() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    world.act(Console::Sim, "kill 0001-001").expect("understood");
    assert_eq!(answer(&mut world, "PING")[1..], ["Could not connect to Redis at 0001-001:6379: Connection timed out"]);
    assert_eq!(world.prompt(0, Console::Redis), "not connected> ");
    // Like redis-cli it tries the same node once more; unlike redis-cli it then goes to another one.
    let again = "Could not connect to Redis at 0001-001:6379: Connection timed out";
    assert_eq!(answer(&mut world, "PING"), ["not connected> PING", again, "PONG"]);
}

#[test]
fn a_node_that_is_shut_down_at_the_console_is_gone_without_a_word() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    assert_eq!(answer(&mut world, "SHUTDOWN ABORT")[1..], ["(error) ERR No shutdown in progress."]);
    assert_eq!(answer(&mut world, "SHUTDOWN NOSAVE"), ["0001-001:6379> SHUTDOWN NOSAVE"]);
    assert_eq!(world.prompt(0, Console::Redis), "not connected> ");
    let again = "Could not connect to Redis at 0001-001:6379: Connection timed out";
    assert_eq!(answer(&mut world, "PING"), ["not connected> PING", again, "PONG"]);
}

#[test]
fn a_console_that_was_silent_for_too_long_goes_on_with_a_new_connection() {
    let mut world = World::new(&scene()).expect("valid");
    world.advance(secs(1));
    let mut said = |at: u64, line: &str| {
        world.advance(secs(at));
        answer(&mut world, line).pop()
    };
    assert_eq!(said(1, "CONFIG SET timeout 2").as_deref(), Some("OK"));
    let first = said(1, "CLIENT ID");
    let second = said(10, "CLIENT ID");
    assert_ne!(first, second);
    assert_eq!(said(10, "CLIENT ID"), second);
}

#[test]
fn a_small_maxmemory_evicts_on_every_node() {
    let mut world = World::replay(&scene(), &[], secs(3)).expect("valid");
    world.act(Console::Sim, "call CONFIG SET maxmemory 1900kb").expect("understood");
    world.act(Console::Sim, "call CONFIG SET maxmemory-policy allkeys-lru").expect("understood");
    world.advance(secs(8));
    for lane in &world.view().lanes {
        assert!(lane.figures.evictions > 100, "{:?}", lane.figures);
        for node in lane.nodes.iter().filter(|node| node.primary) {
            assert_eq!((node.maxmemory, node.policy.as_str()), (1900 * 1024, "allkeys-lru"));
            assert!(node.used_memory <= node.maxmemory + 2_000, "{} uses {}", node.name, node.used_memory);
        }
    }
    let answers = transcript(&world, 0, Console::Sim);
    assert!(answers.iter().any(|text| text == "0001-001:6379: OK"), "{answers:?}");
}

#[test]
fn what_cannot_be_understood_is_answered_and_changes_nothing() {
    let mut world = World::replay(&scene(), &[], secs(1)).expect("valid");
    let mut twin = world.clone();
    for (console, line) in [
        (Console::Sim, "kill"),
        (Console::Sim, "kill 9999-001"),
        (Console::Sim, "frobnicate"),
        (Console::Sim, "load rate -1"),
        (Console::Sim, "load rate 99999999999999999999"),
        (Console::Sim, "loss 101"),
        (Console::Sim, "loss \"2"),
        (Console::Sim, ""),
        (Console::Aws, "aws elasticache describe-cache-clusters"),
        (Console::Redis, "SET \"unbalanced"),
    ] {
        let error = world.act(console, line).expect_err(line);
        assert!(error.0.len() > 10, "{line:?} gets a sentence: {error:?}");
        assert!(
            world.transcript(0, 0).last().is_some_and(|last| last.style == LineStyle::Error && last.text == error.0)
        );
    }
    assert!(world.log().is_empty());
    world.advance(secs(2));
    twin.advance(secs(2));
    assert_eq!(world.fingerprint(), twin.fingerprint());
}

#[test]
fn a_closed_firewall_cuts_the_app_servers_off_and_the_database_serves() {
    let mut world = World::replay(&scene(), &[], secs(3)).expect("valid");
    world.act(Console::Sim, "firewall block").expect("understood");
    world.advance(secs(6));
    let cut = world.view().lanes[0].figures;
    assert!(cut.hit_ratio.unwrap_or_default() < 0.05, "{cut:?}");
    world.act(Console::Sim, "heal").expect("understood");
    world.advance(secs(10));
    let healed = world.view().lanes[0].figures;
    assert!(healed.hit_ratio.unwrap_or_default() > 0.3, "{healed:?}");
}

#[test]
fn a_minority_of_primaries_stops_serving_and_serves_again() {
    let mut world = World::replay(&scene(), &[], secs(2)).expect("valid");
    world.act(Console::Sim, "partition 0001-001").expect("understood");
    world.advance(secs(9));
    let lane = &world.view().lanes[0];
    assert!(!lane.nodes[0].cluster_ok, "cut off alone, it finds itself in the minority");
    assert!(lane.nodes[1].primary, "its replica was elected by the majority");
    world.act(Console::Sim, "heal").expect("understood");
    world.advance(secs(25));
    let lane = &world.view().lanes[0];
    assert!(!lane.nodes[0].primary && lane.nodes[0].link_up, "it has stepped down");
    assert!(lane.nodes.iter().all(|node| node.cluster_ok));
}

/// A console line of words that mean something, in an order that mostly does not, with some bytes that mean nothing.
fn any_line() -> impl Strategy<Value = (Console, String)> {
    let sim = [
        "kill",
        "restart",
        "pause",
        "resume",
        "partition",
        "heal",
        "interrupt",
        "firewall",
        "loss",
        "latency",
        "load",
        "call",
        "help",
        "0001-001",
        "0002-002",
        "0003-001",
        "us-east-1a",
        "us-east-1c",
        "block",
        "allow",
        "rate",
        "reads",
        "ttl",
        "skew",
        "size",
        "0",
        "5",
        "50%",
        "99.9",
        "4000",
        "-1",
        "18446744073709551616",
        "CONFIG SET maxmemory 1700kb",
        "PING",
        "CLUSTER FAILOVER",
        "MIGRATE 0001-001 6379 row:1 0 400",
        "FLUSHALL",
        "\"",
    ];
    let redis = [
        "SET",
        "GET",
        "DEL",
        "INCR",
        "APPEND",
        "EXPIRE",
        "MULTI",
        "EXEC",
        "DISCARD",
        "WATCH",
        "RENAME",
        "MSET",
        "MGET",
        "SCAN",
        "OBJECT",
        "ENCODING",
        "CLUSTER",
        "SLOTS",
        "NODES",
        "SHARDS",
        "FAILOVER",
        "TAKEOVER",
        "FORCE",
        "RESET",
        "COUNTKEYSINSLOT",
        "SETSLOT",
        "MIGRATING",
        "INFO",
        "CONFIG",
        "CLIENT",
        "KILL",
        "LIST",
        "HELLO",
        "3",
        "RESTORE",
        "DUMP",
        "MIGRATE",
        "SHUTDOWN",
        "NOSAVE",
        "0002-001",
        "6379",
        "DEBUG",
        "SLEEP",
        "k",
        "{k}a",
        "{k}b",
        "row:1",
        "0",
        "-1",
        "9223372036854775807",
        "EX",
        "NX",
        "100",
        "\"\\x00\\xff\"",
        "''",
        "LPUSH",
        "EVAL",
        "FLUSHALL",
        "SWAPDB",
        "WAIT",
        "QUIT",
        "help",
        "HELP @string",
        "connect",
        "exit",
        "2",
    ];
    let words = |words: Vec<&'static str>| {
        prop::collection::vec(prop::sample::select(words), 1..6).prop_map(|words| words.join(" "))
    };
    prop_oneof![
        4 => words(sim.to_vec()).prop_map(|line| (Console::Sim, line)),
        4 => words(redis.to_vec()).prop_map(|line| (Console::Redis, line)),
        1 => "\\PC{0,40}".prop_map(|line| (Console::Redis, line)),
        1 => "\\PC{0,40}".prop_map(|line| (Console::Sim, line)),
        1 => "\\PC{0,40}".prop_map(|line| (Console::Aws, line)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_nothing_panics_and_the_log_replays_to_the_same_run(
        lines in prop::collection::vec((any_line(), 0..600_000_000_u64), 1..25),
        seed in any::<u64>(),
    ) {
        let mut scenario = Scenario { seed, ..scene() };
        scenario.load.requests_per_second = 300;
        let mut live = World::new(&scenario).expect("valid");
        for ((console, line), pause) in lines {
            let _ = live.act(console, &line);
            live.advance(live.now() + Nanos(pause));
        }
        live.view();
        live.advance(live.now() + secs(3));
        let replayed = World::replay(&scenario, live.log(), live.now()).expect("what was typed can be repeated");
        prop_assert_eq!(live.fingerprint(), replayed.fingerprint(), "{:?}", live.log());
        prop_assert_eq!(live.view(), replayed.view());
        let mut link = Link::new(scenario);
        link.log = live.log().to_vec();
        link.moment_ns = live.now().0;
        prop_assert_eq!(link::decode(&link::encode(&link).expect("a short run fits")), Ok(link));
    }
}

#[test]
fn a_console_that_listens_shows_what_comes_in() {
    let mut world = World::new(&scene()).expect("valid");
    world.advance(secs(1));
    answer(&mut world, "CONFIG SET notify-keyspace-events E$");
    world.act(Console::Redis, "PSUBSCRIBE __key*").expect("understood");
    world.advance(secs(2));
    assert!(world.console_busy());
    let lines = transcript(&world, 0, Console::Redis);
    let start = lines.iter().position(|line| line.ends_with("PSUBSCRIBE __key*")).expect("it was typed");
    assert_eq!(lines[start + 1], "Reading messages... (press Ctrl-C to quit)");
    assert_eq!(lines[start + 2], "1) \"psubscribe\"\n2) \"__key*\"\n3) (integer) 1");
    // The app servers fill this node's cache all the time.
    assert!(lines.len() > start + 10);
    for line in &lines[start + 3..] {
        assert!(line.starts_with("1) \"pmessage\"\n2) \"__key*\"\n3) \"__keyevent@0__:set\"\n4) \"row:"), "{line}");
    }
    // What it shows belongs to the run.
    let again = World::replay(&scene(), world.log(), secs(2)).expect("valid");
    assert_eq!((again.fingerprint(), transcript(&again, 0, Console::Redis)), (world.fingerprint(), lines));
}

//! The keys of a run to be looked at: pages by slot and name, one value, and no trace in the run.

#![cfg(not(target_arch = "wasm32"))]

use slotscope::scenario::{Console, Scenario};
use slotscope::sim::Nanos;
use slotscope::world::{KeyFacts, KeyPlace, KeysQuery, World};

fn run_at(seconds: u64) -> World {
    World::replay(&Scenario::default(), &[], Nanos::from_secs(seconds)).expect("the default scene is valid")
}

fn query(limit: usize) -> KeysQuery {
    KeysQuery { limit, ..KeysQuery::default() }
}

/// Every page, one after the other.
fn all_pages(world: &World, mut query: KeysQuery) -> Vec<(usize, KeyFacts)> {
    let mut all = Vec::new();
    loop {
        let page = world.keys(&query);
        assert!(page.rows.len() <= query.limit);
        all.extend(page.rows);
        match page.next {
            Some(next) => query.from = next,
            None => return all,
        }
    }
}

#[test]
fn pages_of_any_size_show_every_key_once_by_slot_and_name() {
    let world = run_at(6);
    let whole = all_pages(&world, query(usize::MAX));
    assert!(whole.len() > 100, "{}", whole.len());
    assert_eq!(whole.len(), world.keys(&query(1)).total);
    assert!(whole.is_sorted_by(|(_, one), (_, other)| (one.slot, &one.key) < (other.slot, &other.key)));
    for limit in [1, 7, 50] {
        assert_eq!(all_pages(&world, query(limit)), whole);
    }
    let owned: usize = world.view().lanes[0].nodes.iter().filter(|node| node.primary).map(|node| node.keys).sum();
    assert_eq!(whole.len(), owned);
}

#[test]
fn a_node_a_slot_a_pattern_and_a_type_narrow_the_list() {
    let mut world = run_at(4);
    for line in ["SET {x}1 a", "SET {x}2 b", "SET other c"] {
        world.act(Console::Redis, line).expect("a line");
        world.advance(world.now() + Nanos::from_millis(50));
    }
    let names = |query: KeysQuery| -> Vec<String> {
        let rows = all_pages(&world, query);
        rows.iter().map(|(_, facts)| String::from_utf8_lossy(&facts.key).into_owned()).collect()
    };
    let mut wanted = query(10);
    wanted.filter.pattern = "{x}*".to_owned();
    assert_eq!(names(wanted.clone()), ["{x}1", "{x}2"]);
    wanted.filter.kind = Some("list");
    assert!(names(wanted.clone()).is_empty());
    wanted.filter.kind = None;
    wanted.from = KeyPlace { slot: slotscope::world::Slot::of_key(b"x").number() + 1, after: None };
    assert!(names(wanted).is_empty());
    for node in 0..world.view().lanes[0].nodes.len() {
        let keys = world.view().lanes[0].nodes[node].keys;
        assert_eq!(names(KeysQuery { node: Some(node), ..query(9) }).len(), keys, "node {node}");
    }
    assert!(names(KeysQuery { node: Some(999), ..query(9) }).is_empty());
    assert!(names(KeysQuery { lane: 9, ..query(9) }).is_empty());
}

#[test]
fn a_value_is_read_from_the_owner_of_its_slot_and_nothing_changes() {
    let mut world = run_at(4);
    world.act(Console::Redis, "SET looked:at value EX 100").expect("a line");
    world.advance(world.now() + Nanos::from_millis(100));
    let mut looked_at = world.clone();
    let mut wanted = query(50);
    let view = looked_at.keys(&wanted);
    wanted.key = view.rows.first().map(|(_, facts)| facts.key.clone());
    assert!(looked_at.keys(&wanted).value.is_some());
    wanted.filter.pattern = "looked:*".to_owned();
    let (node, facts) = looked_at.keys(&wanted).rows.remove(0);
    wanted.key = Some(facts.key.clone());
    let view = looked_at.keys(&wanted);
    let (at, known, preview) = view.value.expect("it is there");
    assert_eq!((at, &known), (node, &facts));
    assert_eq!(preview.rows, [["value"]]);
    let left = facts.expire_at.expect("it has a time to live") - view.now_ms;
    assert!((99_000..100_000).contains(&left), "{left}");
    for world in [&mut world, &mut looked_at] {
        world.advance(world.now() + Nanos::from_secs(1));
    }
    assert_eq!(world.fingerprint(), looked_at.fingerprint());
    assert_eq!(world.view(), looked_at.view());
}

#[test]
fn an_interrupt_is_a_line_of_the_log_and_replays() {
    let mut world = run_at(4);
    world.act(Console::Sim, "interrupt").expect("a line");
    world.act(Console::Redis, "BLPOP nothing:here 0").expect("a line");
    world.advance(world.now() + Nanos::from_secs(5));
    assert!(world.console_waits() && world.console_rests());
    world.act(Console::Sim, "interrupt").expect("a line");
    assert!(!world.console_waits() && !world.console_busy());
    world.act(Console::Redis, "PING").expect("a line");
    world.advance(world.now() + Nanos::from_secs(1));
    let said: Vec<&str> = world
        .transcript(0, 0)
        .iter()
        .filter(|line| line.console == Console::Redis)
        .map(|line| line.text.as_str())
        .collect();
    assert!(said.ends_with(&["^C", "not connected> PING", "PONG"]), "{said:?}");
    let replayed = World::replay(&Scenario::default(), world.log(), world.now()).expect("valid");
    assert_eq!(world.fingerprint(), replayed.fingerprint());
}

#[test]
fn the_console_prints_what_its_protocol_has() {
    let mut world = run_at(4);
    let mut ask = |line: &str| -> Vec<String> {
        let shown = world.transcript(0, 0).len();
        world.act(Console::Redis, line).expect("a line");
        world.advance(world.now() + Nanos::from_millis(50));
        world.transcript(0, shown).iter().skip(1).map(|line| line.text.clone()).collect()
    };
    ask("HSET {user:1}h a 1");
    ask("ZADD {user:1}z 1.5 m");
    assert_eq!(ask("HGETALL {user:1}h"), ["1) \"a\"\n2) \"1\""]);
    assert_eq!(ask("ZSCORE {user:1}z m"), ["\"1.5\""]);
    assert!(ask("HELLO 3")[0].starts_with("1# \"server\" => \"redis\""));
    assert_eq!(ask("HGETALL {user:1}h"), ["1# \"a\" => \"1\""]);
    assert_eq!(ask("ZSCORE {user:1}z m"), ["(double) 1.5"]);
    // A redirection is a new connection.
    ask("SET other v");
    ask("HSET {user:1}h a 1");
    assert_eq!(ask("ZSCORE {user:1}z m"), ["\"1.5\""]);
}

#[test]
fn another_clients_push_serves_who_waits() {
    let mut world = run_at(4);
    world.act(Console::Redis, "BLPOP queue 0").expect("a line");
    world.advance(world.now() + Nanos::from_secs(1));
    assert!(world.console_rests());
    world.act(Console::Sim, "call RPUSH queue job").expect("a line");
    while !world.console_rests() {
        world.step();
    }
    assert!(!world.console_busy());
    let said = world.transcript(0, 0).iter().rfind(|line| line.console == Console::Redis).map(|line| &*line.text);
    assert_eq!(said, Some("1) \"queue\"\n2) \"job\""));
}

//! maxmemory: who has to go, and what happens when nobody may.

use crate::engine::Notice;
use crate::engine::testing::Server;

/// A server filled with 2000 keys of 100 bytes, limited to what it uses now.
fn full(policy: &str, set: impl Fn(u32) -> String) -> Server {
    let mut server = Server::new(false);
    server.engine.configure("maxmemory-policy", policy).expect("a known policy");
    for i in 0..2_000 {
        server.run(&set(i));
        server.advance_ms(1_000);
    }
    server.engine.cron(&mut server.host);
    let used = server.engine.used_memory();
    server.engine.configure("maxmemory", &used.to_string()).expect("a number");
    server.effects();
    server.engine.take_notices();
    server
}

fn plain(i: u32) -> String {
    format!("SET key:{i} {}", "x".repeat(100))
}

fn evicted(server: &mut Server) -> Vec<u32> {
    let number = |key: &[u8]| std::str::from_utf8(&key[4..]).expect("text").parse().expect("a number");
    let notices = server.engine.take_notices();
    notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Evicted(key) if key.starts_with(b"key:") => Some(number(key)),
            _ => None,
        })
        .collect()
}

#[test]
fn without_a_policy_growing_commands_are_refused() {
    let mut server = full("noeviction", plain);
    // Exactly at the limit is not above it.
    assert_eq!(server.run("SET new v"), "+OK");
    let oom = "-OOM command not allowed when used memory > 'maxmemory'.";
    server.check(&[
        ("SET newer v", oom),
        ("GET key:1", &format!("\"{}\"", "x".repeat(100))),
        ("DEL key:1", ":1"),
        ("SET newer v", "+OK"),
    ]);
}

#[test]
fn volatile_policies_fail_when_no_key_has_a_time_to_live() {
    for policy in ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] {
        let mut server = full(policy, plain);
        server.run("SET new v");
        assert_eq!(server.run("SET newer v"), "-OOM command not allowed when used memory > 'maxmemory'.", "{policy}");
    }
}

#[test]
fn least_recently_used_keys_go_first_more_or_less() {
    let mut server = full("allkeys-lru", plain);
    for i in 0..1_000 {
        server.run(&format!("GET key:{i}"));
    }
    for i in 0..300 {
        assert_eq!(server.run(&format!("SET new:{i} {}", "y".repeat(100))), "+OK");
        server.advance_ms(10);
    }
    let gone = evicted(&mut server);
    assert!((280..330).contains(&gone.len()), "{}", gone.len());
    let old = gone.iter().filter(|i| **i >= 1_000).count();
    assert!(old * 100 / gone.len() > 95, "{old} of {}", gone.len());
}

#[test]
fn least_frequently_used_keys_go_first_more_or_less() {
    let mut server = full("allkeys-lfu", plain);
    for _ in 0..30 {
        for i in 0..500 {
            server.run(&format!("GET key:{i}"));
        }
    }
    for i in 0..300 {
        server.run(&format!("SET new:{i} {}", "y".repeat(100)));
    }
    let gone = evicted(&mut server);
    let frequent = gone.iter().filter(|i| **i < 500).count();
    assert!(frequent * 20 < gone.len() + 20, "{frequent} of {}", gone.len());
}

#[test]
fn keys_that_expire_soonest_go_first_and_others_never() {
    let mut server =
        full("volatile-ttl", |i| if i % 2 == 0 { plain(i) } else { format!("{} EX {}", plain(i), 1_000_000 - 2 * i) });
    for i in 0..200 {
        assert_eq!(server.run(&format!("SET new:{i} {}", "y".repeat(100))), "+OK");
    }
    let gone = evicted(&mut server);
    assert!(gone.len() >= 100 && gone.iter().all(|i| i % 2 == 1));
    let late = gone.iter().filter(|i| **i > 1_000).count();
    assert!(late * 100 / gone.len() > 90, "{late} of {}", gone.len());
}

#[test]
fn random_policies_take_whoever() {
    for (policy, set) in [("allkeys-random", ""), ("volatile-random", " EX 100000")] {
        let mut server = full(policy, |i| plain(i) + set);
        for i in 0..100 {
            assert_eq!(server.run(&format!("SET new:{i} {}", "y".repeat(100))), "+OK");
        }
        assert!(evicted(&mut server).len() > 50, "{policy}");
    }
}

#[test]
fn evictions_are_replicated_as_deletions_before_the_command_and_counted() {
    let mut server = full("allkeys-random", plain);
    server.run("SET a 1");
    server.effects();
    server.run("SET b 1");
    let effects = server.effects();
    assert!(effects.len() >= 2 && effects[..effects.len() - 1].iter().all(|effect| effect.starts_with("DEL ")));
    assert_eq!(effects.last().map(String::as_str), Some("SET b 1"));
    assert!(server.engine.stats().evicted_keys > 0);
}

#[test]
fn lowering_the_limit_evicts_in_time_boxes() {
    let mut server = full("allkeys-lru", plain);
    server.engine.configure("maxmemory", "1").expect("a number");
    let cost = server.outcome("GET key:1").cost_ns;
    let gone = evicted(&mut server).len();
    assert!((300..400).contains(&gone), "{gone}");
    assert!((400_000..600_000).contains(&cost), "{cost}");
}

#[test]
fn a_replica_evicts_nothing() {
    let mut server = full("allkeys-lru", plain);
    server.host.replica = true;
    server.engine.configure("maxmemory", "1").expect("a number");
    server.run("GET key:1");
    server.engine.cron(&mut server.host);
    assert_eq!(evicted(&mut server), []);
}

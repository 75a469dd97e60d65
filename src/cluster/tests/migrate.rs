//! MIGRATE between nodes. What is said, and when, is as two nodes of redis-server 7.0.15 were seen to do it.

use super::*;

/// Slot 12182 (`foo`, `{foo}…`) belongs to node 4; its keys are to go to node 0.
const SLOT: u16 = 12_182;

fn begin_resharding(lab: &mut Lab) {
    let (source, target) = (id(lab, 4), id(lab, 0));
    assert_eq!(lab.say(0, &format!("CLUSTER SETSLOT {SLOT} IMPORTING {source}")), "OK");
    assert_eq!(lab.say(4, &format!("CLUSTER SETSLOT {SLOT} MIGRATING {target}")), "OK");
}

fn id(lab: &Lab, node: u16) -> String {
    lab.cluster.node_id(NodeIndex(node)).to_owned()
}

fn cached(lab: &mut Lab, node: u16) -> String {
    let stats = lab.say(node, "INFO stats");
    let line = stats.lines().find(|line| line.starts_with("migrate_cached_sockets")).expect("a field of INFO");
    line.trim_end().to_owned()
}

#[test]
fn a_slot_moves_key_by_key_with_its_times_to_live_and_replicas_follow() {
    let mut lab = Lab::three_by_two(1);
    lab.run(1_000);
    for n in 0..20 {
        assert_eq!(lab.say(4, &format!("RPUSH {{foo}}{n} a b {n}")), "3");
    }
    assert_eq!(lab.say(4, "EXPIRE {foo}7 100"), "1");
    begin_resharding(&mut lab);
    let some = lab.say(4, &format!("CLUSTER GETKEYSINSLOT {SLOT} 10")).replace('\n', " ");
    assert_eq!(lab.say(4, &format!("MIGRATE 0001-001 6379 \"\" 0 1000 KEYS {some}")), "OK");
    let rest = lab.say(4, &format!("CLUSTER GETKEYSINSLOT {SLOT} 100"));
    assert_eq!(rest.lines().count(), 10);
    for key in rest.lines() {
        assert_eq!(lab.say(4, &format!("MIGRATE 0001-001 6379 {key} 0 1000")), "OK");
    }
    assert_eq!(lab.say(4, &format!("CLUSTER COUNTKEYSINSLOT {SLOT}")), "0");
    for node in [0, 4, 2] {
        let owner = id(&lab, 0);
        assert_eq!(lab.say(node, &format!("CLUSTER SETSLOT {SLOT} NODE {owner}")), "OK");
    }
    assert_eq!(lab.say(0, "LRANGE {foo}12 0 -1"), "a\nb\n12");
    assert_eq!(lab.say(0, "TTL {foo}7"), "100");
    assert_eq!(lab.say(0, "TTL {foo}8"), "-1");
    lab.run(2_000);
    assert_eq!((lab.keys(0), lab.keys(1), lab.keys(4), lab.keys(5)), (20, 20, 0, 0), "replicas have followed");
    assert_eq!(lab.dataset(0), lab.dataset(1));
}

#[test]
fn only_keys_that_have_arrived_are_deleted() {
    let mut lab = Lab::three_by_two(2);
    lab.run(1_000);
    lab.say(4, "SET {foo}a 1");
    lab.say(4, "SET {foo}b 1");
    begin_resharding(&mut lab);
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}a 0 1000 COPY"), "OK");
    let answer = lab.say(4, "MIGRATE 0001-001 6379 {foo}a 0 1000");
    assert_eq!(answer, "ERR Target instance replied with error: BUSYKEY Target key name already exists.");
    assert_eq!(lab.keys(4), 2);
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}a 0 1000 REPLACE"), "OK");
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}a 0 1000 REPLACE"), "NOKEY");
    assert_eq!(lab.keys(4), 1);
    // A node that does not import the slot.
    let answer = lab.say(4, "MIGRATE 0002-001 6379 {foo}b 0 1000");
    assert_eq!(answer, "ERR Target instance replied with error: MOVED 12182 0003-001:6379");
    let answer = lab.say(4, "MIGRATE 0001-001 6379 {foo}b 1 1000");
    assert_eq!(answer, "ERR Target instance replied with error: ERR SELECT is not allowed in cluster mode");
    let answer = lab.say(4, "MIGRATE 0001-001 6379 {foo}b 0 1000 AUTH2 somebody secret");
    assert!(answer.starts_with("ERR Target instance replied with error: WRONGPASS "), "{answer}");
    assert_eq!(lab.say(4, "GET {foo}b"), "1");
}

#[test]
fn where_nobody_is_to_be_reached_that_is_said_at_once_or_when_the_time_is_up() {
    let mut lab = Lab::three_by_two(3);
    lab.run(1_000);
    lab.say(4, "SET foo 1");
    lab.kill(2);
    for (to, answer, ms) in [
        ("0001-001 6380", "IOERR error or timeout writing to target instance", 0),
        ("0001-001 none", "IOERR error or timeout writing to target instance", 0),
        ("nowhere 6379", "IOERR error or timeout connecting to the client", 0),
        ("10.0.9.9 6379", "IOERR error or timeout connecting to the client", 300),
        ("0002-001 6379", "IOERR error or timeout connecting to the client", 300),
        ("0003-001 6379", "IOERR error or timeout reading to target instance", 300),
    ] {
        let began = lab.now();
        assert_eq!(lab.say(4, &format!("MIGRATE {to} foo 0 300")), answer, "to {to}");
        let took = lab.now().saturating_sub(began).as_millis();
        assert!((ms..ms + 20).contains(&took), "to {to}: {took} ms");
    }
    assert_eq!(lab.say(4, "GET foo"), "1");
}

#[test]
fn a_node_that_waits_for_another_does_nothing_else() {
    let mut lab = Lab::three_by_two(4);
    lab.run(1_000);
    lab.say(4, "SET foo 1");
    begin_resharding(&mut lab);
    lab.pause(0);
    let migrate = lab.post(4, false, "MIGRATE 0001-001 6379 foo 0 700");
    lab.run(10);
    let ping = lab.post_as(2, 4, false, "PING");
    lab.run(600);
    assert_eq!((lab.answer(migrate), lab.answer(ping)), (None, None));
    lab.run(200);
    let answer = |lab: &Lab, id| lab.answer(id).expect("answered");
    assert_eq!(answer(&lab, migrate), "IOERR error or timeout reading to target instance");
    assert_eq!(answer(&lab, ping), "PONG");
    assert_eq!(lab.say(4, "GET foo"), "1", "a key that may not have arrived stays");
    lab.resume(0);
    lab.run(100);
    assert_eq!(lab.ask_with(0, true, "GET foo"), Value::bulk("1"), "it has arrived all the same");
    assert_eq!(lab.say(0, "CLIENT LIST").lines().count(), 1, "whoever brought it has hung up");
}

#[test]
fn a_node_that_waits_too_long_is_declared_failed() {
    let mut lab = Lab::three_by_two(5);
    lab.run(1_000);
    lab.say(4, "SET foo 1");
    lab.pause(0);
    let migrate = lab.post(4, false, "MIGRATE 0001-001 6379 foo 0 20000");
    // Node 0 hangs, and node 4 waits for it: both are missed. Their replicas are voted for by node 2 alone: too few.
    lab.run(6_000);
    assert!(lab.noted(2, |note| *note == Note::SuspectsFailure { peer: NodeIndex(4) }));
    lab.resume(0);
    lab.run(100);
    assert_eq!(lab.answer(migrate).as_deref(), {
        Some("ERR Target instance replied with error: MOVED 12182 0003-001:6379")
    });
}

#[test]
fn connections_are_kept_for_a_while_and_made_anew_when_the_other_process_has_ended() {
    let mut lab = Lab::three_by_two(6);
    lab.run(1_000);
    for key in ["{foo}a", "{foo}b", "{foo}c"] {
        lab.say(4, &format!("SET {key} 1"));
    }
    begin_resharding(&mut lab);
    assert_eq!(cached(&mut lab, 4), "migrate_cached_sockets:0");
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}a 0 1000"), "OK");
    assert_eq!(cached(&mut lab, 4), "migrate_cached_sockets:1");
    let visitor = lab.say(0, "CLIENT LIST");
    assert!(visitor.contains("cmd=restore-asking"), "{visitor}");
    // The other side hangs up, and the next MIGRATE does not mind.
    let address = visitor.split_whitespace().find(|word| word.starts_with("addr=10.0.3.")).expect("the peer's");
    assert_eq!(lab.say(0, &format!("CLIENT KILL {}", &address[5..])), "OK");
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}b 0 1000"), "OK");
    assert_eq!(cached(&mut lab, 4), "migrate_cached_sockets:1");
    lab.kill(0);
    lab.restart(0);
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 {foo}c 0 1000"), {
        "ERR Target instance replied with error: CLUSTERDOWN The cluster is down"
    });
    lab.run(12_000);
    assert_eq!(cached(&mut lab, 4), "migrate_cached_sockets:0");
    assert!(!lab.say(0, "CLIENT LIST").contains("restore-asking"));
}

#[test]
fn a_node_cannot_migrate_to_itself_nor_inside_a_transaction() {
    let mut lab = Lab::three_by_two(7);
    lab.run(1_000);
    lab.say(4, "SET foo 1");
    assert_eq!(lab.say(4, "MIGRATE 0003-001 6379 foo 0 200 COPY"), "IOERR error or timeout reading to target instance");
    lab.run(100);
    assert_eq!(lab.say(4, "GET foo"), "1");
    assert_eq!(lab.say(4, "MULTI"), "OK");
    assert_eq!(lab.say(4, "MIGRATE 0001-001 6379 foo 0 200"), "QUEUED");
    assert_eq!(lab.say(4, "EXEC"), {
        "ERR Slotscope does not implement 'MIGRATE' inside a transaction on a cluster node yet"
    });
}

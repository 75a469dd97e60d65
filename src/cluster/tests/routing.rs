//! Which node serves which key, and what the others answer.

use super::*;
use crate::engine::Slot;

#[test]
fn keys_hash_to_the_slots_that_redis_gives_them() {
    for (key, slot) in [
        ("foo", 12_182),
        ("123456789", 0x31C3),
        ("user:1000", 1_649),
        ("{user1000}.following", 3_443),
        ("user1000", 3_443),
        ("foo{}{bar}", 8_363),
        ("foo{bar}{zap}", 5_061),
        ("bar", 5_061),
    ] {
        assert_eq!(Slot::of_key(key.as_bytes()).number(), slot, "{key}");
    }
}

#[test]
fn a_key_is_served_by_its_owner_and_redirected_by_name_elsewhere() {
    let mut lab = Lab::three_by_two(1);
    assert_eq!(lab.say(4, "SET foo bar"), "OK");
    assert_eq!(lab.say(4, "GET foo"), "bar");
    assert_eq!(lab.say(0, "GET foo"), "MOVED 12182 0003-001:6379");
    assert_eq!(lab.say(5, "GET foo"), "MOVED 12182 0003-001:6379", "a replica redirects too");
    assert_eq!(lab.say(5, "READONLY"), "OK");
    lab.run(10);
    assert_eq!(lab.say(5, "GET foo"), "bar", "unless the client accepts stale reads");
    assert_eq!(lab.say(5, "SET foo baz"), "MOVED 12182 0003-001:6379");
    assert_eq!(lab.say(5, "GET hello"), "MOVED 866 0001-001:6379");
    assert_eq!(lab.say(4, "PING"), "PONG");
}

#[test]
fn keys_in_two_slots_are_refused_wherever_they_are() {
    let mut lab = Lab::three_by_two(1);
    assert_eq!(lab.say(0, "MGET foo bar"), "CROSSSLOT Keys in request don't hash to the same slot");
    assert_eq!(lab.say(4, "MSET {foo}a 1 {foo}b 2"), "OK");
    assert_eq!(lab.say(4, "MGET {foo}a {foo}b"), "1\n2");
}

#[test]
fn an_unserved_slot_is_named_before_a_cross_slot_request() {
    let mut lab = Lab::three_by_two(1);
    assert_eq!(lab.say(4, "CLUSTER DELSLOTS 12182"), "OK");
    assert_eq!(lab.say(4, "MGET foo bar"), "CLUSTERDOWN Hash slot not served");
    assert_eq!(lab.say(4, "MGET bar foo"), "CROSSSLOT Keys in request don't hash to the same slot");
}

#[test]
fn a_cluster_that_is_down_says_so() {
    let mut lab = Lab::three_by_two(11);
    lab.run(1_000);
    lab.kill(0);
    lab.kill(2);
    lab.run(6_000);
    assert_eq!(lab.say(4, "GET foo"), "CLUSTERDOWN The cluster is down");
    assert_eq!(lab.say(4, "CONFIG SET cluster-allow-reads-when-down yes"), "OK");
    lab.run(200);
    assert_eq!(lab.say(4, "GET foo"), "(nil)");
    assert_eq!(lab.say(4, "SET foo 1"), "CLUSTERDOWN The cluster is down and only accepts read commands");
}

#[test]
fn a_slot_on_the_move_is_asked_for_at_both_ends() {
    let mut lab = Lab::three_by_two(2);
    let id = |lab: &Lab, node: u16| lab.cluster.node_id(NodeIndex(node)).to_owned();
    let (source, target) = (id(&lab, 4), id(&lab, 0));
    assert_eq!(lab.say(4, "MSET {foo}a 1 {foo}b 2"), "OK");
    assert_eq!(lab.say(0, &format!("CLUSTER SETSLOT 12182 IMPORTING {source}")), "OK");
    assert_eq!(lab.say(4, &format!("CLUSTER SETSLOT 12182 MIGRATING {target}")), "OK");
    assert_eq!(lab.say(4, "GET {foo}a"), "1", "what is still there is served");
    assert_eq!(lab.say(4, "GET foo"), "ASK 12182 0001-001:6379");
    assert_eq!(lab.say(4, "MGET {foo}a foo"), "TRYAGAIN Multiple keys request during rehashing of slot");
    assert_eq!(lab.say(0, "GET foo"), "MOVED 12182 0003-001:6379", "without ASKING");
    assert_eq!(show(&lab.ask_with(0, true, "SET foo new")), "OK");
    assert_eq!(lab.say(0, "GET foo"), "MOVED 12182 0003-001:6379", "ASKING holds for one command");
    assert_eq!(
        show(&lab.ask_with(0, true, "MGET foo {foo}z")),
        "TRYAGAIN Multiple keys request during rehashing of slot"
    );
    let still = "ERR Can't assign hashslot 12182 to a different node while I still hold keys for this hash slot.";
    assert_eq!(lab.say(4, &format!("CLUSTER SETSLOT 12182 NODE {target}")), still);
    lab.say(4, "DEL {foo}a {foo}b");
    assert_eq!(lab.say(0, &format!("CLUSTER SETSLOT 12182 NODE {target}")), "OK");
    assert_eq!(lab.say(4, &format!("CLUSTER SETSLOT 12182 NODE {target}")), "OK");
    lab.run(3_000);
    assert_eq!(lab.say(0, "GET foo"), "new");
    for witness in 0..6 {
        assert_eq!(lab.cluster.slot_owner(NodeIndex(witness), 12_182), Some(NodeIndex(0)), "node {witness}");
    }
    assert_eq!(lab.status(0).config_epoch, 7, "the importing node took a new epoch");
}

#[test]
fn a_busy_node_serves_one_request_after_another() {
    let mut lab = Lab::three_by_two(1);
    for _ in 0..100 {
        lab.post(4, false, "GET foo");
    }
    lab.run(10);
    assert_eq!(lab.replies.len(), 100);
    for pair in lab.replies.windows(2) {
        assert!(pair[1].started >= pair[0].finished);
        assert_eq!(pair[1].ahead, pair[0].ahead + 1);
    }
    let last = &lab.replies[99];
    assert!(last.finished > last.arrived + Nanos::from_micros(1_000), "a hundred times more than 10 µs");
    assert_eq!(lab.status(4).queue, 0);
}

#[test]
fn the_dead_do_not_answer_and_the_hanging_answer_late() {
    let mut lab = Lab::three_by_two(1);
    lab.kill(0);
    lab.post(0, false, "PING");
    lab.pause(2);
    lab.post(2, false, "PING");
    lab.run(500);
    assert!(lab.replies.is_empty());
    lab.resume(2);
    lab.run(1);
    assert_eq!(lab.replies.len(), 1);
    assert!(lab.replies[0].finished.saturating_sub(lab.replies[0].arrived) >= Nanos::from_millis(499));
}

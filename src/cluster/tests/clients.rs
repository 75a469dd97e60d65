//! Clients of the simulated network that wait, listen, or are held back, and the cluster's part in pub/sub.

use super::*;

fn pushed(expected: &[(u16, &str)]) -> Vec<(u16, String)> {
    expected.iter().map(|(caller, text)| (*caller, (*text).to_owned())).collect()
}

/// The bus messages of a kind that a node has sent and received.
fn counted(lab: &mut Lab, node: u16, kind: &str) -> [u64; 2] {
    let info = lab.say(node, "CLUSTER INFO");
    ["sent", "received"].map(|way| {
        let name = format!("cluster_stats_messages_{kind}_{way}:");
        info.lines().find_map(|line| line.strip_prefix(&name)?.trim().parse().ok()).unwrap_or_default()
    })
}

#[test]
fn a_message_reaches_every_node_and_a_shard_message_its_shard() {
    let mut lab = Lab::three_by_two(1);
    lab.run(500);
    for (caller, node) in [(10, 0), (11, 1), (12, 2), (13, 5)] {
        lab.post_as(caller, node, false, "SUBSCRIBE news");
    }
    // The slot of foo is node 4's; node 5 copies it, and serves its shard channels too.
    lab.post_as(14, 4, false, "SSUBSCRIBE foo");
    lab.post_as(15, 5, false, "SSUBSCRIBE foo");
    lab.run(10);
    assert_eq!(lab.take_pushes(), []);
    assert_eq!(lab.say(3, "PUBLISH news hi"), "0");
    lab.run(10);
    let mut seen = lab.take_pushes();
    seen.sort();
    assert_eq!(seen, pushed(&[10, 11, 12, 13].map(|caller| (caller, "message news hi"))));
    assert_eq!(lab.say(4, "SPUBLISH foo hi"), "1");
    assert_eq!(lab.say(5, "SPUBLISH foo ho"), "1");
    lab.run(10);
    let mut seen = lab.take_pushes();
    seen.sort();
    let expected = [(14, "smessage foo hi"), (14, "smessage foo ho"), (15, "smessage foo hi"), (15, "smessage foo ho")];
    assert_eq!(seen, pushed(&expected));
    assert_eq!(counted(&mut lab, 3, "publish"), [5, 0]);
    assert_eq!(counted(&mut lab, 0, "publish"), [0, 1]);
    assert_eq!(counted(&mut lab, 5, "publishshard"), [1, 1]);
    assert_eq!(counted(&mut lab, 0, "publishshard"), [0, 0]);
    assert_eq!(lab.say(0, "SSUBSCRIBE foo"), "MOVED 12182 0003-001:6379");
    assert_eq!(lab.say(0, "SPUBLISH foo 1"), "MOVED 12182 0003-001:6379");
    assert_eq!(lab.say(0, "SSUBSCRIBE foo bar"), "CROSSSLOT Keys in request don't hash to the same slot");
}

#[test]
fn several_confirmations_leave_together_in_order() {
    let mut lab = Lab::three_by_two(2);
    let id = lab.post_as(10, 0, false, "SUBSCRIBE a b c");
    lab.run(5);
    assert_eq!(lab.take_pushes(), pushed(&[(10, "subscribe a 1"), (10, "subscribe b 2")]));
    assert_eq!(lab.answer(id).as_deref(), Some("subscribe c 3"));
    let id = lab.post_as(11, 0, false, "MONITOR");
    lab.run(5);
    assert_eq!(lab.answer(id).as_deref(), Some("OK"));
    let id = lab.post_as(11, 0, false, "PING");
    lab.run(5);
    assert_eq!(lab.answer(id).as_deref(), Some("PONG"));
    assert!(matches!(&lab.take_pushes()[..], [(11, line)] if line.ends_with("\"PING\"")));
}

#[test]
fn who_listens_to_a_slot_that_goes_is_told_by_the_node_it_leaves() {
    let mut lab = Lab::three_by_two(3);
    lab.run(500);
    lab.post_as(10, 4, false, "SSUBSCRIBE foo");
    lab.post_as(11, 5, false, "SSUBSCRIBE foo");
    lab.run(10);
    assert_eq!(lab.take_pushes(), []);
    lab.say(5, "CLUSTER FAILOVER");
    lab.run(3_000);
    assert!(lab.is_primary(5) && !lab.is_primary(4));
    // The old primary's listeners are told; those of the replica that took its place stay.
    assert_eq!(lab.take_pushes(), pushed(&[(10, "sunsubscribe foo 0")]));
    lab.say(5, "SPUBLISH foo hi");
    lab.run(10);
    assert_eq!(lab.take_pushes(), pushed(&[(11, "smessage foo hi")]));
}

#[test]
fn events_of_keys_stay_with_the_node_that_has_them() {
    let mut lab =
        Lab::new(&spec(3, 1, &[("cluster-require-full-coverage", "no"), ("notify-keyspace-events", "Eg$x")]), 4);
    lab.run(500);
    for (caller, node) in [(10, 4), (11, 5), (12, 0)] {
        lab.post_as(caller, node, false, "PSUBSCRIBE __key*");
    }
    lab.run(10);
    lab.say(4, "SET foo 1 PX 100");
    lab.run(20);
    // A replica has events of its own, of the commands it applies.
    let mut seen = lab.take_pushes();
    seen.sort();
    let told = |caller, event: &str| (caller, format!("pmessage __key* __keyevent@0__:{event} foo"));
    assert_eq!(seen, [told(10, "expire"), told(10, "set"), told(11, "expire"), told(11, "set")]);
    // It has none for a key whose time is up, but for the deletion that its primary then sends.
    lab.run(300);
    assert_eq!(lab.take_pushes(), [told(10, "expired"), told(11, "del")]);
}

#[test]
fn wait_ends_with_the_replicas_acknowledgement() {
    let mut lab = Lab::new(&spec(1, 2, &[]), 5);
    lab.run(500);
    lab.say(0, "SET a 1");
    let id = lab.post(0, false, "WAIT 2 0");
    let next = lab.post(0, false, "PING");
    lab.run(10);
    // They are asked at once: it takes a round trip, not the second between two acknowledgements.
    assert_eq!(lab.answer(id).as_deref(), Some("2"));
    assert_eq!(lab.answer(next).as_deref(), Some("PONG"));
    lab.isolate(&[2]);
    lab.say(0, "SET a 2");
    let id = lab.post(0, false, "WAIT 2 300");
    let next = lab.post(0, false, "PING");
    let other = lab.post_as(2, 0, false, "PING");
    lab.run(290);
    assert_eq!((lab.answer(id), lab.answer(next)), (None, None));
    assert_eq!(lab.answer(other).as_deref(), Some("PONG"));
    lab.run(20);
    assert_eq!(lab.answer(id).as_deref(), Some("1"));
    assert_eq!(lab.answer(next).as_deref(), Some("PONG"));
    let reply = lab.replies.iter().find(|reply| reply.id == id).expect("it was answered");
    // The last millisecond of the node's clock has to be over.
    assert!((300..=301).contains(&(reply.finished - reply.started).as_millis()));
    assert_eq!(lab.say(1, "WAIT 0 0").split(' ').take(2).collect::<Vec<_>>(), ["ERR", "WAIT"]);
}

#[test]
fn a_pause_holds_requests_back_in_their_order() {
    let mut lab = Lab::new(&spec(1, 1, &[]), 6);
    lab.run(500);
    assert_eq!(lab.say(0, "CLIENT PAUSE 400 WRITE"), "OK");
    let ids = ["GET a", "SET a 1", "GET a", "INCR a", "GET a"].map(|line| lab.post(0, false, line));
    let other = lab.post_as(2, 0, false, "GET a");
    lab.run(100);
    let so_far: Vec<_> = ids.iter().map(|id| lab.answer(*id)).collect();
    assert_eq!(so_far, [Some("(nil)".to_owned()), None, None, None, None]);
    assert_eq!(lab.answer(other).as_deref(), Some("(nil)"));
    lab.run(350);
    let all: Vec<_> = ids.iter().filter_map(|id| lab.answer(*id)).collect();
    assert_eq!(all, ["(nil)", "OK", "1", "2", "2"]);
    lab.run(100);
    assert_eq!(lab.dataset(0), lab.dataset(1));
}

#[test]
fn who_is_killed_or_waits_on_a_demoted_primary_is_hung_up_on() {
    let mut lab = Lab::three_by_two(7);
    lab.run(500);
    lab.post_as(10, 4, false, "SUBSCRIBE a");
    lab.run(5);
    assert_eq!(lab.say(4, "CLIENT KILL TYPE pubsub"), "1");
    assert_eq!(lab.take_pushes(), pushed(&[(10, "closed")]));
    let id = lab.post_as(11, 4, false, "WAIT 9 0");
    lab.run(5);
    assert_eq!(lab.answer(id), None);
    lab.say(5, "CLUSTER FAILOVER");
    lab.run(3_000);
    assert!(lab.answer(id).is_some_and(|text| text.starts_with("UNBLOCKED ")));
    assert_eq!(lab.take_pushes(), pushed(&[(11, "closed")]));
    // The next request comes over a new connection.
    let id = lab.post_as(11, 4, false, "PING");
    lab.run(5);
    assert_eq!(lab.answer(id).as_deref(), Some("PONG"));
}

#[test]
fn a_closed_connection_takes_what_waits_on_it_along() {
    let mut lab = Lab::three_by_two(8);
    lab.run(500);
    let ids = ["WAIT 9 0", "PING"].map(|line| lab.post_as(10, 0, false, line));
    lab.run(5);
    lab.cluster.hang_up(NodeIndex(0), Caller(10));
    lab.run(200);
    assert_eq!(ids.map(|id| lab.answer(id)), [None, None]);
    let id = lab.post_as(10, 0, false, "PING");
    lab.run(5);
    assert_eq!(lab.answer(id).as_deref(), Some("PONG"));
}

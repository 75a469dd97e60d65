//! CLUSTER's replies, as the real server prints them.

use super::*;
use expect_test::expect;

#[test]
fn the_cluster_describes_itself() {
    let mut lab = Lab::three_by_two(7);
    lab.run(2_000);
    expect![[r"
        a75e804d6ccb641cf73eb095318e60d96de3fe6c 10.0.1.10:6379@16379,0001-001 myself,master - 0 1700000001000 1 connected 0-5460
        31b1eb7bf13e0a2c9a6a86ff9856f8f668952062 10.0.2.11:6379@16379,0001-002 slave a75e804d6ccb641cf73eb095318e60d96de3fe6c 0 1700000001011 1 connected
        095461ab9b22488f6d70ea7196e5f278f8bdebf3 10.0.2.12:6379@16379,0002-001 master - 0 1700000001310 2 connected 5461-10922
        f095e08f392817260b59c38e4fb29b7b8f7a11e4 10.0.3.13:6379@16379,0002-002 slave 095461ab9b22488f6d70ea7196e5f278f8bdebf3 0 1700000001000 2 connected
        3ae421c65bceea0354fec286a9de2df9cbeacba2 10.0.3.14:6379@16379,0003-001 master - 0 1700000001911 3 connected 10923-16383
        88b4c6256f53fc0939248c228ebf1cae9434919a 10.0.1.15:6379@16379,0003-002 slave 3ae421c65bceea0354fec286a9de2df9cbeacba2 0 1700000001610 3 connected
    "]].assert_eq(&lab.say(0, "CLUSTER NODES"));
    expect![[r"
        0
        5460
        0001-001
        6379
        a75e804d6ccb641cf73eb095318e60d96de3fe6c
        ip
        10.0.1.10
        0001-002
        6379
        31b1eb7bf13e0a2c9a6a86ff9856f8f668952062
        ip
        10.0.2.11
        5461
        10922
        0002-001
        6379
        095461ab9b22488f6d70ea7196e5f278f8bdebf3
        ip
        10.0.2.12
        0002-002
        6379
        f095e08f392817260b59c38e4fb29b7b8f7a11e4
        ip
        10.0.3.13
        10923
        16383
        0003-001
        6379
        3ae421c65bceea0354fec286a9de2df9cbeacba2
        ip
        10.0.3.14
        0003-002
        6379
        88b4c6256f53fc0939248c228ebf1cae9434919a
        ip
        10.0.1.15"]]
    .assert_eq(&lab.say(0, "CLUSTER SLOTS"));
    expect![[r"
        cluster_state:ok
        cluster_slots_assigned:16384
        cluster_slots_ok:16384
        cluster_slots_pfail:0
        cluster_slots_fail:0
        cluster_known_nodes:6
        cluster_size:3
        cluster_current_epoch:6
        cluster_my_epoch:1
        cluster_stats_messages_ping_sent:8
        cluster_stats_messages_pong_sent:9
        cluster_stats_messages_sent:17
        cluster_stats_messages_ping_received:9
        cluster_stats_messages_pong_received:8
        cluster_stats_messages_received:17
        total_cluster_links_buffer_limit_exceeded:0
    "]]
    .assert_eq(&lab.say(0, "CLUSTER INFO").replace('\r', ""));
    let shards = lab.say(0, "CLUSTER SHARDS");
    expect![[r"
        slots
        0
        5460
        nodes
        id
        a75e804d6ccb641cf73eb095318e60d96de3fe6c
        port
        6379
        ip
        10.0.1.10
        endpoint
        0001-001
        hostname
        0001-001
        role
        master
        replication-offset
        14
        health
        online
        id
        31b1eb7bf13e0a2c9a6a86ff9856f8f668952062
        port
        6379
        ip
        10.0.2.11
        endpoint
        0001-002
        hostname
        0001-002
        role
        replica
        replication-offset
        14
        health
        online"]]
    .assert_eq(&shards.lines().take(36).collect::<Vec<_>>().join("\n"));
    let links = lab.say(0, "CLUSTER LINKS");
    assert_eq!(links.lines().filter(|line| *line == "direction").count(), 10, "two with each of five peers");
    expect![[r"
        direction
        to
        node
        31b1eb7bf13e0a2c9a6a86ff9856f8f668952062
        create-time
        1700000000000
        events
        r
        send-buffer-allocated
        0
        send-buffer-used
        0"]]
    .assert_eq(&links.lines().take(12).collect::<Vec<_>>().join("\n"));
}

#[test]
fn with_addresses_preferred_the_names_move_into_the_metadata() {
    let config = [("cluster-preferred-endpoint-type", "ip")];
    let mut lab = Lab::new(&spec(3, 0, &config), 7);
    expect![[r"
        0
        5460
        10.0.1.10
        6379
        a75e804d6ccb641cf73eb095318e60d96de3fe6c
        hostname
        0001-001
        5461"]]
    .assert_eq(&lab.say(0, "CLUSTER SLOTS").lines().take(8).collect::<Vec<_>>().join("\n"));
    assert_eq!(lab.say(0, "GET foo"), "MOVED 12182 10.0.3.12:6379");
}

#[test]
fn questions_about_keys_and_nodes_are_answered() {
    let mut lab = Lab::three_by_two(7);
    let id = lab.cluster.node_id(NodeIndex(4)).to_owned();
    assert_eq!(id.len(), 40);
    lab.say(4, "MSET {foo}a 1 {foo}b 2 foo 3");
    for (line, reply) in [
        ("CLUSTER KEYSLOT foo", "12182"),
        ("CLUSTER COUNTKEYSINSLOT 12182", "3"),
        ("CLUSTER COUNTKEYSINSLOT 0", "0"),
        ("CLUSTER GETKEYSINSLOT 12182 2", "foo\n{foo}b"),
        ("CLUSTER GETKEYSINSLOT 12182 100", "foo\n{foo}b\n{foo}a"),
        ("CLUSTER MYID", &id),
        (&format!("CLUSTER COUNT-FAILURE-REPORTS {id}"), "0"),
        ("CLUSTER SAVECONFIG", "OK"),
        ("CLUSTER BUMPEPOCH", "BUMPED 7"),
        ("CLUSTER BUMPEPOCH", "STILL 7"),
    ] {
        assert_eq!(lab.say(4, line), reply, "{line}");
    }
    assert_eq!(lab.say(0, &format!("CLUSTER REPLICAS {id}")).lines().count(), 1);
}

/// Recorded from redis-server 7.0.15.
#[test]
fn mistakes_get_redis_own_words() {
    let mut lab = Lab::three_by_two(7);
    let replica = lab.cluster.node_id(NodeIndex(1)).to_owned();
    let me = lab.cluster.node_id(NodeIndex(0)).to_owned();
    for (line, reply) in [
        ("CLUSTER COUNTKEYSINSLOT 16384", "ERR Invalid slot"),
        ("CLUSTER COUNTKEYSINSLOT abc", "ERR value is not an integer or out of range"),
        ("CLUSTER GETKEYSINSLOT 1 -1", "ERR Invalid slot or number of keys"),
        ("CLUSTER REPLICAS abc", "ERR Unknown node abc"),
        (&format!("CLUSTER REPLICAS {replica}"), "ERR The specified node is not a master"),
        ("CLUSTER COUNT-FAILURE-REPORTS abc", "ERR Unknown node abc"),
        ("CLUSTER FAILOVER", "ERR You should send CLUSTER FAILOVER to a replica"),
        ("CLUSTER FAILOVER foo", "ERR syntax error"),
        (&format!("CLUSTER REPLICATE {me}"), "ERR Can't replicate myself"),
        (&format!("CLUSTER REPLICATE {replica}"), "ERR I can only replicate a master, not a replica."),
        (&format!("CLUSTER FORGET {me}"), "ERR I tried hard but I can't forget myself..."),
        ("CLUSTER SETSLOT 1 foo", "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP"),
        ("CLUSTER SETSLOT 1 MIGRATING abc", "ERR I don't know about node abc"),
        (&format!("CLUSTER SETSLOT 1 MIGRATING {replica}"), "ERR Target node is not a master"),
        ("CLUSTER SETSLOT 1 IMPORTING abc", "ERR I'm already the owner of hash slot 1"),
        ("CLUSTER SETSLOT 9999 MIGRATING abc", "ERR I'm not the owner of hash slot 9999"),
        ("CLUSTER SETSLOT 1 NODE abc", "ERR Unknown node abc"),
        ("CLUSTER ADDSLOTS 1", "ERR Slot 1 is already busy"),
        ("CLUSTER ADDSLOTS 99999", "ERR Invalid or out of range slot"),
        ("CLUSTER DELSLOTS 1 1", "ERR Slot 1 specified multiple times"),
        ("CLUSTER ADDSLOTSRANGE 5 4", "ERR start slot number 5 is greater than end slot number 4"),
        ("CLUSTER ADDSLOTSRANGE 1 2 3", "ERR wrong number of arguments for 'cluster|addslotsrange' command"),
        (
            "CLUSTER SET-CONFIG-EPOCH 4",
            "ERR The user can assign a config epoch only when the node does not know any other node.",
        ),
        ("CLUSTER SET-CONFIG-EPOCH -1", "ERR Invalid config epoch specified: -1"),
        ("CLUSTER MEET 1.2.3.4 abc", "ERR Invalid TCP base port specified: abc"),
        ("CLUSTER MEET 1.2.3.400 6379", "ERR Invalid node address specified: 1.2.3.400:6379"),
        ("CLUSTER MEET 127.0.0.1 70000", "ERR Invalid node address specified: 127.0.0.1:70000"),
        ("CLUSTER RESET foo", "ERR syntax error"),
        ("CLUSTER RESET HARD", "ERR CLUSTER RESET HARD is not implemented in this simulation"),
        ("CLUSTER FOO", "ERR unknown subcommand 'FOO'. Try CLUSTER HELP."),
    ] {
        assert_eq!(lab.say(0, line), reply, "{line}");
    }
    assert_eq!(lab.say(1, "CLUSTER SETSLOT 1 STABLE"), "ERR Please use SETSLOT only with masters.");
    assert_eq!(lab.say(1, &format!("CLUSTER FORGET {me}")), "ERR Can't forget my master!");
}

#[test]
fn a_node_can_leave_and_be_met_again() {
    let mut lab = Lab::three_by_two(7);
    lab.run(1_000);
    let id = lab.cluster.node_id(NodeIndex(5)).to_owned();
    assert_eq!(lab.say(5, "CLUSTER RESET"), "OK");
    for node in 0..5 {
        assert_eq!(lab.say(node, &format!("CLUSTER FORGET {id}")), "OK");
    }
    lab.run(2_000);
    assert!((0..5).all(|node| lab.say(node, "CLUSTER NODES").lines().count() == 5));
    assert_eq!(lab.say(5, "CLUSTER NODES").lines().count(), 1);
    lab.run(60_000);
    assert_eq!(lab.say(5, "CLUSTER MEET 10.0.1.10 6379"), "OK");
    lab.run(5_000);
    for node in 0..6 {
        assert_eq!(lab.say(node, "CLUSTER NODES").lines().count(), 6, "node {node}");
    }
    let primary = lab.cluster.node_id(NodeIndex(4)).to_owned();
    assert_eq!(lab.say(5, &format!("CLUSTER REPLICATE {primary}")), "OK");
    lab.run(8_000);
    assert!(lab.status(5).link_up);
}

#[test]
fn help_has_the_lines_of_the_real_server() {
    let mut lab = Lab::three_by_two(7);
    let mut out = Vec::new();
    let (node, mut ctx) = lab.cluster.enter(Nanos::ZERO, NodeIndex(0), &mut out).unwrap();
    let argv = ["CLUSTER", "HELP"].map(Bytes::from);
    let help = show(&super::super::commands::execute(&mut node.state, &mut ctx, &argv, node.engine.keyspace_mut()));
    assert_eq!(help.lines().count(), 56);
    assert!(help.starts_with("CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
    assert!(help.ends_with("HELP\n    Prints this help."));
}

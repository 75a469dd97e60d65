//! The replication stream, partial and full resynchronisation.

use super::*;

/// Writes `count` keys of slot 12182 (node 4's) and deletes some.
fn write(lab: &mut Lab, node: u16, from: u32, count: u32) {
    for n in from..from + count {
        lab.post(node, false, &format!("SET {{foo}}{n} {n}"));
        if n % 7 == 0 {
            lab.post(node, false, &format!("DEL {{foo}}{}", n / 2));
        }
        lab.run(1);
    }
}

fn same_data(lab: &mut Lab, one: u16, other: u16) {
    assert_eq!(lab.dataset(one), lab.dataset(other));
    assert_eq!(lab.status(one).offset, lab.status(other).offset);
}

#[test]
fn a_replica_converges_to_its_primary_when_traffic_stops() {
    let mut lab = Lab::three_by_two(1);
    lab.run(1_000);
    write(&mut lab, 4, 0, 300);
    lab.run(20);
    assert!(lab.keys(4) > 200);
    same_data(&mut lab, 4, 5);
    lab.run(25_000);
    same_data(&mut lab, 4, 5);
    assert_eq!(lab.notes, []);
}

#[test]
fn what_a_partition_swallowed_comes_from_the_backlog() {
    let mut lab = Lab::three_by_two(2);
    lab.run(1_000);
    write(&mut lab, 4, 0, 50);
    lab.isolate(&[5]);
    write(&mut lab, 4, 50, 100);
    lab.heal();
    lab.run(4_000);
    same_data(&mut lab, 4, 5);
    assert!(lab.noted(5, |note| matches!(note, Note::PartialSync { bytes } if *bytes > 1_000)));
    assert!(!lab.noted(5, |note| *note == Note::FullSyncEnded));
}

#[test]
fn what_the_backlog_no_longer_holds_takes_a_full_resynchronisation() {
    let config = [("repl-backlog-size", "16384"), ("cluster-require-full-coverage", "no")];
    let mut lab = Lab::new(&spec(3, 1, &config), 3);
    lab.run(1_000);
    lab.isolate(&[5]);
    write(&mut lab, 4, 0, 1_000);
    lab.heal();
    write(&mut lab, 4, 1_000, 10);
    let took = lab.run_until(9_000, |lab| lab.noted(5, |note| *note == Note::FullSyncEnded));
    assert!(took >= 4_500, "the diskless delay: {took} ms");
    lab.run(1_000);
    same_data(&mut lab, 4, 5);
    write(&mut lab, 4, 2_000, 10);
    lab.run(1_000);
    same_data(&mut lab, 4, 5);
}

#[test]
fn writes_during_a_full_resynchronisation_arrive_after_it() {
    let mut lab = Lab::three_by_two(4);
    lab.run(1_000);
    write(&mut lab, 4, 0, 100);
    lab.kill(5);
    lab.run(500);
    lab.restart(5);
    for round in 0..8 {
        write(&mut lab, 4, 1_000 + round * 100, 50);
        lab.run(900);
    }
    lab.run(2_000);
    assert!(lab.status(5).link_up);
    same_data(&mut lab, 4, 5);
}

#[test]
fn a_promoted_replica_has_all_that_was_replicated_and_the_old_primary_ends_up_the_same() {
    let mut lab = Lab::three_by_two(5);
    lab.run(1_000);
    write(&mut lab, 4, 0, 200);
    lab.run(20);
    let before = lab.dataset(4);
    lab.kill(4);
    assert_eq!(lab.keys(4), 0, "memory is gone with the machine");
    lab.run(7_000);
    assert!(lab.is_primary(5));
    assert_eq!(lab.dataset(5), before);
    write(&mut lab, 5, 500, 50);
    lab.restart(4);
    lab.run(12_000);
    assert_eq!(lab.status(4).role, Role::Replica { of: NodeIndex(5) });
    same_data(&mut lab, 4, 5);
}

#[test]
fn what_a_cut_off_primary_accepted_is_lost_when_it_rejoins() {
    let mut lab = Lab::three_by_two(6);
    lab.run(1_000);
    write(&mut lab, 4, 0, 20);
    lab.isolate(&[4]);
    assert_eq!(lab.say(4, "SET {foo}lost 1"), "OK", "it does not know yet");
    lab.run(8_000);
    assert!(lab.is_primary(5));
    lab.heal();
    lab.run(15_000);
    assert_eq!(lab.status(4).role, Role::Replica { of: NodeIndex(5) });
    assert!(lab.noted(4, |note| *note == Note::FullSyncEnded), "its history had run ahead");
    same_data(&mut lab, 4, 5);
    assert_eq!(lab.say(5, "EXISTS {foo}lost"), "0");
}

#[test]
fn a_fresh_process_of_an_unreplaced_primary_takes_its_replicas_data_with_it() {
    let mut lab = Lab::three_by_two(7);
    lab.run(1_000);
    write(&mut lab, 4, 0, 20);
    lab.kill(4);
    lab.run(300);
    lab.restart(4);
    lab.run(12_000);
    assert_eq!((lab.keys(4), lab.keys(5)), (0, 0));
}

#[test]
fn writes_are_refused_without_enough_replicas_in_reach() {
    let config = [("min-replicas-to-write", "1"), ("cluster-require-full-coverage", "no")];
    let mut lab = Lab::new(&spec(3, 1, &config), 9);
    assert_eq!(lab.say(4, "SET foo 1"), "OK");
    lab.kill(5);
    assert_eq!(lab.say(4, "SET foo 2"), "OK", "nobody knows yet");
    lab.run(12_500);
    assert_eq!(lab.say(4, "SET foo 3"), "NOREPLICAS Not enough good replicas to write.");
    lab.restart(5);
    lab.run(8_000);
    assert_eq!(lab.say(4, "SET foo 4"), "OK");
}

#[test]
fn a_replica_that_loads_a_snapshot_says_so() {
    let mut lab = Lab::three_by_two(10);
    lab.run(1_000);
    write(&mut lab, 4, 0, 2_000);
    lab.kill(5);
    lab.run(100);
    lab.restart(5);
    lab.run_until(10_000, |lab| lab.status(5).cluster_ok);
    while !lab.status(5).loading {
        lab.run_us(50);
    }
    lab.post(5, false, "RANDOMKEY");
    lab.run_us(20);
    assert_eq!(show(&lab.replies.last().unwrap().value), "LOADING Redis is loading the dataset in memory");
    lab.run(100);
    assert_eq!(lab.say(5, "GET foo"), "MOVED 12182 0003-001:6379");
}

#[test]
fn role_and_info_tell_the_state_of_the_link() {
    let mut lab = Lab::three_by_two(8);
    lab.run(3_500);
    let role = |lab: &Lab, node: u16| show(&on_host(lab, node, |host| crate::engine::Host::role(host)));
    expect_test::expect![[r"
        master
        14
        10.0.1.15
        6379
        14"]]
    .assert_eq(&role(&lab, 4));
    expect_test::expect![[r"
        slave
        10.0.3.14
        6379
        connected
        14"]]
    .assert_eq(&role(&lab, 5));
    let info = |lab: &Lab, node: u16| {
        let fields = on_host(lab, node, |host| crate::engine::Host::info_replication(host));
        fields.into_iter().fold(String::new(), |text, (name, value)| text + &format!("{name}:{value}\n"))
    };
    expect_test::expect![[r"
        role:slave
        master_host:10.0.3.14
        master_port:6379
        master_link_status:up
        master_last_io_seconds_ago:3
        master_sync_in_progress:0
        slave_read_repl_offset:14
        slave_repl_offset:14
        slave_priority:100
        slave_read_only:1
        replica_announced:1
        connected_slaves:0
        master_failover_state:no-failover
        master_replid:bce510d82a3d523fb8db0f58b8c529d0867fbe3f
        master_replid2:0000000000000000000000000000000000000000
        master_repl_offset:14
        second_repl_offset:-1
        repl_backlog_active:1
        repl_backlog_size:1048576
        repl_backlog_first_byte_offset:1
        repl_backlog_histlen:14
    "]]
    .assert_eq(&info(&lab, 5));
    expect_test::expect![[r"
        role:master
        connected_slaves:1
        slave0:ip=10.0.1.15,port=6379,state=online,offset=14,lag=0
        master_failover_state:no-failover
        master_replid:bce510d82a3d523fb8db0f58b8c529d0867fbe3f
        master_replid2:0000000000000000000000000000000000000000
        master_repl_offset:14
        second_repl_offset:-1
        repl_backlog_active:1
        repl_backlog_size:1048576
        repl_backlog_first_byte_offset:1
        repl_backlog_histlen:14
    "]]
    .assert_eq(&info(&lab, 4));
}

/// What a node tells its engine.
fn on_host<T>(lab: &Lab, node: u16, ask: impl Fn(&redirect::NodeHost<'_, '_>) -> T) -> T {
    let mut out = Vec::new();
    let mut copy = lab.cluster.clone();
    let (node, mut ctx) = copy.enter(lab.now(), NodeIndex(node), &mut out).unwrap();
    ask(&redirect::NodeHost { state: &mut node.state, ctx: &mut ctx })
}

//! SHUTDOWN of a node: what its replica lacks is waited for, and then it is gone.

use super::*;

#[test]
fn a_primary_that_shuts_down_leaves_its_replica_everything() {
    let mut lab = Lab::three_by_two(1);
    lab.run(1_050);
    for n in 0..50 {
        lab.post(4, false, &format!("SET {{foo}}{n} value"));
    }
    let shutdown = lab.post_as(2, 4, false, "SHUTDOWN NOSAVE");
    lab.run(5);
    let late = lab.post_as(3, 4, false, "SET {foo}late value");
    lab.run(5);
    assert_eq!(lab.status(4).liveness, Liveness::Up, "the replica has not acknowledged everything");
    assert!(lab.say(4, "INFO server").contains("shutdown_in_milliseconds:"));
    lab.run_until(2_000, |lab| lab.status(4).liveness == Liveness::Dead);
    assert_eq!((lab.answer(shutdown), lab.answer(late)), (None, None));
    let gone: Vec<u16> = lab.take_pushes().into_iter().filter(|(_, what)| what == "closed").map(|(to, _)| to).collect();
    assert_eq!(gone, [1, 2, 3], "every connection is closed");
    assert!(lab.noted(4, |note| *note == Note::ShutDown));
    lab.run_until(6_000, |lab| lab.is_primary(5));
    assert_eq!(lab.keys(5), 50);
    lab.restart(4);
    lab.run_until(6_000, |lab| !lab.is_primary(4) && lab.status(4).link_up);
    lab.run(1_000);
    assert_eq!(lab.dataset(4), lab.dataset(5));
}

#[test]
fn a_node_nobody_copies_and_one_in_a_hurry_end_at_once() {
    let mut lab = Lab::three_by_two(2);
    lab.run(1_050);
    lab.say(4, "SET foo bar");
    lab.post(5, false, "SHUTDOWN NOSAVE");
    lab.post(4, false, "SHUTDOWN NOSAVE NOW");
    lab.run(1);
    assert_eq!((lab.status(4).liveness, lab.status(5).liveness), (Liveness::Dead, Liveness::Dead));
}

//! What the values and orders of sorted sets do, as tables and against a model.

use super::*;
use crate::resp::Bytes;

const LIMITS: Limits = Limits { entries: 128, value: 64 };

fn filled(n: usize) -> SortedSetValue {
    let mut set = SortedSetValue::for_member(LIMITS, 1);
    for i in 0..n {
        set.insert(&Bytes::from(format!("member:{i}")), i as f64, LIMITS);
    }
    set
}

#[test]
fn many_or_long_members_make_it_a_skip_list_for_good() {
    let mut set = filled(128);
    assert_eq!(set.encoding(), "listpack");
    set.insert(&Bytes::from("one more"), 1.0, LIMITS);
    assert_eq!((set.encoding(), set.len()), ("skiplist", 129));
    set.remove_range(0, 128);
    assert_eq!((set.encoding(), set.len()), ("skiplist", 1));
    set.pack_if_small(LIMITS);
    assert_eq!(set.encoding(), "listpack");
    set.insert(&Bytes::from("x".repeat(65)), 1.0, LIMITS);
    assert_eq!(set.encoding(), "skiplist");
    assert_eq!(SortedSetValue::for_member(LIMITS, 65).encoding(), "skiplist");
    assert_eq!(SortedSetValue::for_member(Limits { entries: 0, value: 64 }, 1).encoding(), "skiplist");
}

#[test]
fn a_score_of_minus_zero_lasts_in_a_skip_list_only() {
    let mut set = filled(1);
    set.insert(&Bytes::from("a"), -0.0, LIMITS);
    assert!(set.score(&Bytes::from("a")).is_some_and(f64::is_sign_positive));
    set.unpack();
    set.insert(&Bytes::from("b"), -0.0, LIMITS);
    assert!(set.score(&Bytes::from("b")).is_some_and(f64::is_sign_negative));
    assert_eq!(set.rank(&Bytes::from("b")), Some(1));
}

#[test]
fn memory_goes_up_and_down_with_the_members() {
    for n in [1, 100, 1_000] {
        let mut set = filled(n);
        set.update(&Bytes::from("member:0"), 0.0, 0.5);
        set.update(&Bytes::from("member:0"), 0.5, 1e300);
        set.update(&Bytes::from("member:0"), 1e300, -7.0);
        for i in 0..n {
            assert!(set.remove(&Bytes::from(format!("member:{i}"))).is_some());
        }
        assert_eq!((set.len(), set.bytes), (0, 0));
    }
}

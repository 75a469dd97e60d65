//! A stream beside a plain list of entries, and its accounts beside what they are counted from.

use proptest::prelude::*;

use super::{Keep, Log, Nack, NodeLimits, StreamId, StreamValue, Trim};
use crate::resp::Bytes;

#[derive(Clone, Debug)]
enum Step {
    Append { gap: u64, value: u64 },
    Delete(u64),
    Trim(Trim),
    Deliver { id: u64, consumer: u64 },
    Acknowledge(u64),
    DeleteConsumer(u64),
}

fn id(n: u64) -> StreamId {
    StreamId { ms: n / 3, seq: n % 3 }
}

fn trim() -> impl Strategy<Value = Trim> {
    let keep = prop_oneof![(0u64..40).prop_map(Keep::Len), (0u64..300).prop_map(|n| Keep::From(id(n)))];
    (keep, any::<bool>(), prop_oneof![Just(0i64), 0i64..30]).prop_map(|(keep, approximate, limit)| Trim {
        keep,
        approximate,
        limit: if approximate { limit } else { 0 },
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u64..5, 0u64..1_000_000).prop_map(|(gap, value)| Step::Append { gap, value }),
        3 => (0u64..300).prop_map(Step::Delete),
        1 => trim().prop_map(Step::Trim),
        3 => (0u64..300, 0u64..4).prop_map(|(id, consumer)| Step::Deliver { id, consumer }),
        2 => (0u64..300).prop_map(Step::Acknowledge),
        1 => (0u64..4).prop_map(Step::DeleteConsumer),
    ]
}

fn found(log: &Log, start: StreamId, end: StreamId, reverse: bool) -> Vec<StreamId> {
    let mut ids = Vec::new();
    log.range(start, end, reverse, &mut |entry| {
        ids.push(entry.id);
        true
    });
    ids
}

fn name(consumer: u64) -> Bytes {
    Bytes::from(format!("consumer{consumer}"))
}

proptest! {
    #[test]
    fn a_stream_is_a_list_of_entries(steps in prop::collection::vec(step(), 1..250)) {
        let limits = NodeLimits { bytes: 300, entries: 7 };
        let mut stream = StreamValue::default();
        let group = Bytes::from("group");
        stream.groups.create(&group, StreamId::MIN, 0);
        let mut model: Vec<StreamId> = Vec::new();
        let (mut last, mut added) = (0, 0);
        for step in steps {
            let before = stream.clone();
            let seen = (before.log.len, before.memory());
            match step {
                Step::Append { gap, value } => {
                    last += gap;
                    added += 1;
                    let field = if value % 4 == 0 { "other" } else { "field" };
                    stream.log.append(id(last), &[Bytes::from(field), Bytes::from(value.to_string())], limits);
                    model.push(id(last));
                }
                Step::Delete(n) => {
                    let was_there = model.contains(&id(n));
                    model.retain(|other| *other != id(n));
                    prop_assert_eq!(stream.log.delete(id(n)), was_there);
                }
                Step::Trim(trim) => {
                    let deleted = stream.log.trim(trim) as usize;
                    let exact = match trim.keep {
                        Keep::Len(len) => model.len().saturating_sub(len as usize),
                        Keep::From(first) => model.iter().filter(|id| **id < first).count(),
                    };
                    let right = deleted == exact || (trim.approximate && deleted < exact);
                    prop_assert!(right);
                    prop_assert!(trim.limit == 0 || deleted as i64 <= trim.limit);
                    model.drain(..deleted);
                }
                Step::Deliver { id: n, consumer } => {
                    let mut group = stream.groups.edit(&group).expect("there");
                    group.see(&name(consumer), 5);
                    group.assign(id(n), Nack { consumer: name(consumer), delivered_ms: 5, deliveries: 1 });
                }
                Step::Acknowledge(n) => {
                    stream.groups.edit(&group).expect("there").acknowledge(id(n));
                }
                Step::DeleteConsumer(consumer) => {
                    stream.groups.edit(&group).expect("there").delete_consumer(&name(consumer));
                }
            }
            prop_assert_eq!((before.log.len, before.memory()), seen, "a checkpoint keeps what it had");
            let log = &stream.log;
            prop_assert_eq!(log.len as usize, model.len());
            prop_assert_eq!(log.added, added);
            prop_assert_eq!(log.first_id, model.first().copied().unwrap_or(StreamId::MIN));
            prop_assert_eq!(log.edge(true), model.last().copied());
            let (start, end) = (id(last / 3), id(last * 2 / 3));
            let inside: Vec<StreamId> = model.iter().copied().filter(|id| (start..=end).contains(id)).collect();
            prop_assert_eq!(&found(log, start, end, false), &inside);
            prop_assert_eq!(found(log, start, end, true), inside.iter().rev().copied().collect::<Vec<_>>());
            let allocated: usize = log.nodes().iter().map(|(_, node)| node.allocated).sum();
            let group = stream.groups.get(&group).expect("there");
            let own: usize = group.consumers().iter().map(|consumer| consumer.pending.len()).sum();
            prop_assert_eq!(own, group.pending().len());
            let consumers: usize = group
                .consumers()
                .iter()
                .map(|consumer| 24 + consumer.name.len() + consumer.pending.tree_memory())
                .sum();
            let groups = 40 + group.pending().tree_memory() + 24 * group.pending().len() + consumers;
            prop_assert_eq!(stream.memory(), 16 + 80 + log.nodes().tree_memory() + allocated + groups);
        }
    }
}

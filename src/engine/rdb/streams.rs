//! Streams as bytes: their nodes as listpacks, what is remembered of entries that went, consumer groups with all that
//! is pending.
//!
//! A node's listpack begins with how many entries live and how many are deleted, and the fields of the first entry.
//! Each entry is flags, its ID less that of the first, fields unless they are the same, values, and how many elements
//! that was.

use super::listpack::{self, Builder, Element};
use super::wire::{Reader, Writer};
use crate::engine::value::StreamValue;
use crate::engine::value::stream::{IdMap, Nack, Node, NodeLimits, StreamId};
use crate::resp::Bytes;

/// Flags of an entry.
const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;
/// Elements of an entry besides its values: flags, and the two halves of its ID.
const ENTRY_FIXED: usize = 3;

fn write_id(writer: &mut Writer, id: StreamId) {
    writer.length(id.ms);
    writer.length(id.seq);
}

fn write_raw_id(writer: &mut Writer, id: StreamId) {
    writer.bytes.extend_from_slice(&id.as_number().to_be_bytes());
}

fn read_id(reader: &mut Reader<'_>) -> Option<StreamId> {
    Some(StreamId { ms: reader.number()?, seq: reader.number()? })
}

fn read_raw_id(bytes: &[u8]) -> Option<StreamId> {
    Some(StreamId::from_number(u128::from_be_bytes(bytes.try_into().ok()?)))
}

fn read_time(reader: &mut Reader<'_>) -> Option<i64> {
    reader.eight().map(i64::from_le_bytes)
}

/// Writes a stream.
pub fn write(writer: &mut Writer, stream: &StreamValue) {
    let log = &stream.log;
    writer.length(log.nodes().len() as u64);
    for (id, node) in log.nodes().iter() {
        writer.string(&id.as_number().to_be_bytes());
        writer.string(&pack(id, node));
    }
    writer.length(log.len);
    write_id(writer, log.last_id);
    write_id(writer, log.first_id);
    write_id(writer, log.max_deleted_id);
    writer.length(log.added);
    writer.length(stream.groups.len() as u64);
    for group in stream.groups.iter() {
        writer.string(&group.name);
        write_id(writer, group.last_id);
        writer.length(group.entries_read as u64);
        writer.length(group.pending().len() as u64);
        for (id, nack) in group.pending().iter() {
            write_raw_id(writer, id);
            writer.bytes.extend_from_slice(&nack.delivered_ms.to_le_bytes());
            writer.length(nack.deliveries as u64);
        }
        writer.length(group.consumers().len() as u64);
        for consumer in group.consumers() {
            writer.string(&consumer.name);
            writer.bytes.extend_from_slice(&consumer.seen_ms.to_le_bytes());
            writer.length(consumer.pending.len() as u64);
            for (id, ()) in consumer.pending.iter() {
                write_raw_id(writer, id);
            }
        }
    }
}

fn pack(base: StreamId, node: &Node) -> Vec<u8> {
    let mut packed = Builder::new();
    packed.push_integer(node.live as i64);
    packed.push_integer((node.entries.len() - node.live) as i64);
    let first = node.entries.first().map(|entry| &*entry.fields).unwrap_or_default();
    packed.push_integer(first.len() as i64 / 2);
    for name in first.iter().step_by(2) {
        packed.push(name);
    }
    packed.push_integer(0);
    for entry in &node.entries {
        let deleted = if entry.deleted { DELETED } else { 0 };
        let pairs = entry.fields.len() / 2;
        let same = entry.same_fields;
        packed.push_integer(deleted | if same { SAME_FIELDS } else { 0 });
        packed.push_integer(entry.id.ms.wrapping_sub(base.ms) as i64);
        packed.push_integer(entry.id.seq.wrapping_sub(base.seq) as i64);
        if !same {
            packed.push_integer(pairs as i64);
        }
        let skipped = usize::from(same);
        for part in entry.fields.iter().skip(skipped).step_by(1 + skipped) {
            packed.push(part);
        }
        let count = if same { pairs } else { 1 + 2 * pairs };
        packed.push_integer((count + ENTRY_FIXED) as i64);
    }
    packed.finish()
}

/// The node that begins at an ID.
fn unpack(base: StreamId, packed: &[u8], limits: NodeLimits) -> Option<Node> {
    let elements = listpack::elements(packed)?;
    let mut rest = elements.as_slice();
    let (live, deleted) = (integer(&mut rest)?, integer(&mut rest)?);
    let names = count(&mut rest)?;
    let names: Vec<Bytes> = take(&mut rest, names)?.iter().map(|name| name.bytes()).collect();
    if integer(&mut rest)? != 0 {
        return None;
    }
    let mut node: Option<Node> = None;
    let mut gone = Vec::new();
    while !rest.is_empty() {
        let before = rest.len();
        let flags = integer(&mut rest)?;
        let id = StreamId {
            ms: base.ms.wrapping_add(integer(&mut rest)? as u64),
            seq: base.seq.wrapping_add(integer(&mut rest)? as u64),
        };
        let is_same = flags & SAME_FIELDS != 0;
        let pairs = if is_same { names.len() } else { count(&mut rest)? };
        let mut fields = Vec::new();
        if is_same {
            for (name, value) in names.iter().zip(take(&mut rest, pairs)?) {
                fields.extend([name.clone(), value.bytes()]);
            }
        } else {
            fields.extend(take(&mut rest, pairs.checked_mul(2)?)?.iter().map(|part| part.bytes()));
        }
        let taken = (before - rest.len()) as i64;
        // The entries begin at the node's own ID with the node's own fields, and they ascend.
        let follows = match &node {
            None => id == base && is_same,
            Some(node) => id > node.last_id(),
        };
        if integer(&mut rest)? != taken || !follows {
            return None;
        }
        match &mut node {
            None => node = Some(Node::new(id, &fields, limits)),
            Some(node) => node.push(id, &fields),
        }
        gone.push(flags & DELETED != 0);
    }
    let mut node = node?;
    for (at, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
        node.delete(at);
    }
    node.shrink();
    let counts = (node.live as i64, (gone.len() - node.live) as i64);
    (counts == (live, deleted)).then_some(node)
}

fn take<'a, 'b>(rest: &mut &'b [Element<'a>], count: usize) -> Option<&'b [Element<'a>]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn integer(rest: &mut &[Element<'_>]) -> Option<i64> {
    take(rest, 1)?.first()?.integer()
}

fn count(rest: &mut &[Element<'_>]) -> Option<usize> {
    usize::try_from(integer(rest)?).ok()
}

/// Reads a stream; those of older servers tell less (`complete` is false).
pub fn read(reader: &mut Reader<'_>, limits: NodeLimits, complete: bool) -> Option<StreamValue> {
    let mut stream = StreamValue::default();
    let log = &mut stream.log;
    for _ in 0..reader.count(2)? {
        let base = read_raw_id(&reader.string()?)?;
        if !log.add_node(unpack(base, &reader.string()?, limits)?) {
            return None;
        }
    }
    let len = reader.number()?;
    log.last_id = read_id(reader)?;
    if complete {
        log.first_id = read_id(reader)?;
        log.max_deleted_id = read_id(reader)?;
        log.added = reader.number()?;
    } else {
        log.find_first();
        if log.len == 0 {
            // What a real server finds where there is no first entry.
            log.first_id = StreamId::MAX;
        }
        log.added = len;
    }
    if log.len != len || !log.is_in_order() {
        return None;
    }
    for _ in 0..reader.count(4)? {
        read_group(reader, &mut stream, complete)?;
    }
    Some(stream)
}

fn read_group(reader: &mut Reader<'_>, stream: &mut StreamValue, complete: bool) -> Option<()> {
    let name = Bytes::from(reader.string()?);
    let last_id = read_id(reader)?;
    let entries_read = if complete { reader.number()? as i64 } else { stream.log.count_up_to(last_id) };
    if !stream.groups.create(&name, last_id, entries_read) {
        return None;
    }
    let mut group = stream.groups.edit(&name)?;
    // When they were delivered and how often; to whom is told by the consumers.
    let mut pending: IdMap<(i64, i64)> = IdMap::default();
    for _ in 0..reader.count(25)? {
        let id = read_raw_id(reader.take(16)?)?;
        let (delivered_ms, deliveries) = (read_time(reader)?, reader.number()? as i64);
        if !pending.insert(id, (delivered_ms, deliveries)) {
            return None;
        }
    }
    for _ in 0..reader.count(10)? {
        let consumer = Bytes::from(reader.string()?);
        if !group.see(&consumer, read_time(reader)?) {
            return None;
        }
        for _ in 0..reader.count(16)? {
            let id = read_raw_id(reader.take(16)?)?;
            let (delivered_ms, deliveries) = pending.remove(id)?;
            group.assign(id, Nack { consumer: consumer.clone(), delivered_ms, deliveries });
        }
    }
    (pending.len() == 0).then_some(())
}

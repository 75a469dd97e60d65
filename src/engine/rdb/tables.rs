//! Sets, hashes and sorted sets as bytes: small ones in one block, others member by member. Those of a table come in
//! the order of its buckets, which is each server's own.

use super::listpack::{Builder, Element};
use super::wire::{Reader, Writer};
use crate::engine::config::Config;
use crate::engine::dict::Dict;
use crate::engine::number;
use crate::engine::value::{HashLimits, HashValue, Limits, SetValue, SortedSetValue};
use crate::resp::Bytes;

/// Writes a set.
pub fn write_set(writer: &mut Writer, set: &SetValue) {
    if let Some((integers, width)) = set.integers() {
        let mut block = Vec::with_capacity(8 + integers.len() * width);
        block.extend_from_slice(&(width as u32).to_le_bytes());
        block.extend_from_slice(&(integers.len() as u32).to_le_bytes());
        for n in integers {
            block.extend_from_slice(&n.to_le_bytes()[..width]);
        }
        return writer.string(&block);
    }
    writer.length(set.len() as u64);
    for member in set.iter() {
        writer.string(&member);
    }
}

/// Reads a set of members one after the other.
pub fn read_set(reader: &mut Reader<'_>, config: &Config) -> Option<SetValue> {
    let len = reader.count(1)?;
    let limit = config.set_max_intset_entries;
    let mut set = if len as u64 > limit { SetValue::table(len) } else { SetValue::new() };
    for _ in 0..len {
        if !set.add(&Bytes::from(reader.string()?), limit) {
            return None;
        }
    }
    Some(set)
}

/// Reads a set that is one block of integers: the width of each, how many there are, and they in ascending order.
pub fn read_integers(reader: &mut Reader<'_>, config: &Config) -> Option<SetValue> {
    let block = reader.string()?;
    let mut block = Reader(&block);
    let (width, len) = (block.little_endian(4)? as usize, block.little_endian(4)? as usize);
    if !matches!(width, 2 | 4 | 8) || block.0.len() != len.checked_mul(width)? {
        return None;
    }
    let mut sorted = Vec::with_capacity(len);
    for _ in 0..len {
        let n = block.little_endian_signed(width)?;
        if sorted.last().is_some_and(|last| *last >= n) {
            return None;
        }
        sorted.push(n);
    }
    Some(SetValue::from_integers(sorted, width, config.set_max_intset_entries))
}

/// Writes a hash.
pub fn write_hash(writer: &mut Writer, hash: &HashValue) {
    if hash.as_table().is_none() {
        let mut block = Builder::new();
        for (name, value) in hash.iter() {
            block.push(name);
            block.push(value);
        }
        return writer.string(&block.finish());
    }
    writer.length(hash.len() as u64);
    for (name, value) in hash.iter() {
        writer.string(name);
        writer.string(value);
    }
}

/// Reads a hash of fields and values one after the other.
pub fn read_hash(reader: &mut Reader<'_>, config: &Config) -> Option<HashValue> {
    let len = reader.count(2)?;
    let mut fields = Vec::with_capacity(len);
    for _ in 0..len {
        fields.push((Bytes::from(reader.string()?), Bytes::from(reader.string()?)));
    }
    hash_of(fields, HashLimits { entries: config.hash_max_listpack_entries, value: config.hash_max_listpack_value })
}

/// A hash of these fields, which must all be different.
fn hash_of(fields: Vec<(Bytes, Bytes)>, limits: HashLimits) -> Option<HashValue> {
    let mut table = Dict::with_room(fields.len());
    let mut longest = 0;
    for (name, value) in &fields {
        longest = longest.max(name.len()).max(value.len());
        if !table.add(name, value.clone()) {
            return None;
        }
    }
    let is_small = fields.len() as u64 <= limits.entries && longest as u64 <= limits.value;
    Some(if is_small { HashValue::from_fields(fields) } else { HashValue::from_table(table) })
}

/// A hash that was one block of fields and values. If it comes from a zipmap, long words make it a table.
pub fn hash_of_block(elements: &[Element<'_>], config: &Config, is_zipmap: bool) -> Option<HashValue> {
    let (pairs, []) = elements.as_chunks::<2>() else { return None };
    let fields = pairs.iter().map(|[name, value]| (name.bytes(), value.bytes())).collect();
    let value = if is_zipmap { config.hash_max_listpack_value } else { u64::MAX };
    hash_of(fields, HashLimits { entries: config.hash_max_listpack_entries, value })
}

/// Writes a sorted set.
pub fn write_sorted_set(writer: &mut Writer, set: &SortedSetValue) {
    if set.is_packed() {
        let mut block = Builder::new();
        for item in set.iter_items() {
            block.push(&item.member);
            block.push(&SortedSetValue::packed_score(item.score));
        }
        return writer.string(&block.finish());
    }
    writer.length(set.len() as u64);
    // From the highest score down.
    for item in set.walk(set.len().saturating_sub(1), true) {
        writer.string(&item.member);
        writer.bytes.extend_from_slice(&item.score.to_bits().to_le_bytes());
    }
}

/// Reads a sorted set of members and scores one after the other; scores are doubles, or texts as older servers wrote
/// them.
pub fn read_sorted_set(reader: &mut Reader<'_>, config: &Config, binary: bool) -> Option<SortedSetValue> {
    let len = reader.count(2)?;
    let mut table = Dict::with_room(len);
    for _ in 0..len {
        let member = Bytes::from(reader.string()?);
        let score = if binary { f64::from_le_bytes(reader.eight()?) } else { score_text(reader)? };
        if score.is_nan() || !table.add(&member, score) {
            return None;
        }
    }
    let mut set = SortedSetValue::from_table(table);
    set.pack_if_small(Limits::of(config));
    Some(set)
}

/// A score as a text after its length, with infinities and NaN as lengths of their own.
fn score_text(reader: &mut Reader<'_>) -> Option<f64> {
    match reader.byte()? {
        255 => Some(f64::NEG_INFINITY),
        254 => Some(f64::INFINITY),
        253 => None,
        len => leading_double(reader.take(usize::from(len))?),
    }
}

/// The number a text begins with, as C's `strtod` and `scanf` take it.
fn leading_double(text: &[u8]) -> Option<f64> {
    /// A real server looks at no more bytes.
    const LONGEST: usize = 127;
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let text = &text[start..text.len().min(start + LONGEST)];
    (1..=text.len()).rev().find_map(|len| number::strtod(&text[..len]))
}

/// A sorted set that was one block of members and scores.
pub fn sorted_set_of_block(elements: &[Element<'_>], config: &Config) -> Option<SortedSetValue> {
    let (pairs, []) = elements.as_chunks::<2>() else { return None };
    let mut table = Dict::with_room(pairs.len());
    for [member, score] in pairs {
        let score = match score {
            Element::Integer(n) => *n as f64,
            // What is no number is 0, as C has it.
            Element::Text(text) => leading_double(text).unwrap_or(0.0),
        };
        if score.is_nan() || !table.add(&member.bytes(), score) {
            return None;
        }
    }
    let mut set = SortedSetValue::from_table(table);
    // Whatever the length of its members: no look is taken at them.
    set.pack_if_small(Limits { entries: config.zset_max_listpack_entries, value: u64::MAX });
    Some(set)
}

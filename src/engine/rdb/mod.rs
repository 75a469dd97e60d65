//! Values as bytes: the serialisation of RDB version 10, as DUMP, RESTORE and MIGRATE carry it, and whole data sets
//! ([`snapshot`]).
//!
//! A payload is a type byte, the value, two bytes of version (low first) and eight of CRC-64. What is read is looked at
//! to the last byte, as a real server does with `sanitize-dump-payload yes`: a value that is damaged is not restored.
//!
//! Start with [`dump`] and [`restore`]; what strings and lengths look like is in [`wire`].

mod crc64;
mod listpack;
mod lists;
mod lzf;
mod old;
pub mod snapshot;
mod streams;
mod tables;
mod wire;

use std::rc::Rc;

use super::config::Config;
use super::value::stream::NodeLimits;
use super::value::{Data, ListValue, SetValue, StringValue};
use crate::resp::Bytes;
use wire::{Reader, Writer};

/// The version of Redis 7.0.
const VERSION: u16 = 10;

/// The type bytes. Servers of version 7.0 write the six of strings, lists, sets, sorted sets, hashes and streams that
/// have no other name behind them; they read the others too, which older servers wrote.
mod types {
    pub const STRING: u8 = 0;
    pub const LIST_ELEMENTS: u8 = 1;
    pub const SET: u8 = 2;
    pub const SORTED_SET_TEXTS: u8 = 3;
    pub const HASH: u8 = 4;
    pub const SORTED_SET: u8 = 5;
    pub const HASH_ZIPMAP: u8 = 9;
    pub const LIST_ZIPLIST: u8 = 10;
    pub const SET_INTEGERS: u8 = 11;
    pub const SORTED_SET_ZIPLIST: u8 = 12;
    pub const HASH_ZIPLIST: u8 = 13;
    pub const LIST_ZIPLISTS: u8 = 14;
    pub const STREAM_INCOMPLETE: u8 = 15;
    pub const HASH_LISTPACK: u8 = 16;
    pub const SORTED_SET_LISTPACK: u8 = 17;
    pub const LIST: u8 = 18;
    pub const STREAM: u8 = 19;
}

/// A payload that cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Version or checksum is wrong.
    Checksum,
    /// What is inside makes no sense, or is not known here.
    Format,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Checksum => "version or checksum are wrong",
            Self::Format => "something in it makes no sense, or is not known here",
        })
    }
}

impl std::error::Error for Damage {}

/// The type byte that a value is written under.
fn kind_of(data: &Data) -> u8 {
    match data {
        Data::Str(_) => types::STRING,
        Data::List(_) => types::LIST,
        Data::Set(set) if set.integers().is_some() => types::SET_INTEGERS,
        Data::Set(_) => types::SET,
        Data::SortedSet(set) if set.is_packed() => types::SORTED_SET_LISTPACK,
        Data::SortedSet(_) => types::SORTED_SET,
        Data::Hash(hash) if hash.as_table().is_none() => types::HASH_LISTPACK,
        Data::Hash(_) => types::HASH,
        Data::Stream(_) => types::STREAM,
    }
}

/// The value behind its type.
fn write_value(writer: &mut Writer, data: &Data) {
    match data {
        Data::Str(StringValue::Int(n)) => writer.integer(*n),
        Data::Str(text) => text.with_bytes(|bytes| writer.string(bytes)),
        Data::List(list) => lists::write(writer, list),
        Data::Set(set) => tables::write_set(writer, set),
        Data::SortedSet(set) => tables::write_sorted_set(writer, set),
        Data::Hash(hash) => tables::write_hash(writer, hash),
        Data::Stream(stream) => streams::write(writer, stream),
    }
}

/// Type and value.
fn write(data: &Data, compress: bool) -> Vec<u8> {
    let mut writer = Writer::new(compress);
    writer.bytes.push(kind_of(data));
    write_value(&mut writer, data);
    writer.bytes
}

/// A value with version and checksum. `compress` is `rdbcompression`: whether long strings are made shorter.
pub fn dump(data: &Data, compress: bool) -> Vec<u8> {
    let mut payload = write(data, compress);
    payload.extend_from_slice(&VERSION.to_le_bytes());
    let checksum = crc64::checksum(&payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
    payload
}

/// Bytes of a value alone, without type, version and checksum (DEBUG OBJECT's `serializedlength`).
pub fn serialized_length(data: &Data, compress: bool) -> usize {
    write(data, compress).len() - 1
}

/// Whether the version is one that is known, and the checksum right if it is looked at.
pub fn verify(payload: &[u8], check: bool) -> Result<(), Damage> {
    let Some((body, checksum)) = payload.split_last_chunk::<8>() else {
        return Err(Damage::Checksum);
    };
    let Some((_, version)) = body.split_last_chunk::<2>() else {
        return Err(Damage::Checksum);
    };
    let is_known = u16::from_le_bytes(*version) <= VERSION;
    if !is_known || (check && crc64::checksum(body) != u64::from_le_bytes(*checksum)) {
        return Err(Damage::Checksum);
    }
    Ok(())
}

/// The value of a payload that was [verified](verify), in the encoding that the parameters ask for.
pub fn restore(payload: &[u8], config: &Config) -> Result<Data, Damage> {
    let mut reader = Reader(payload);
    let data = reader.byte().and_then(|kind| read_value(kind, &mut reader, config));
    data.filter(|data| !has_nothing(data)).ok_or(Damage::Format)
}

/// Whether a value is an aggregate without elements, which cannot be (a stream can).
fn has_nothing(data: &Data) -> bool {
    match data {
        Data::Str(_) | Data::Stream(_) => false,
        Data::List(list) => list.is_empty(),
        Data::Set(set) => set.is_empty(),
        Data::SortedSet(set) => set.is_empty(),
        Data::Hash(hash) => hash.is_empty(),
    }
}

fn read_value(kind: u8, reader: &mut Reader<'_>, config: &Config) -> Option<Data> {
    let block;
    let elements = match kind {
        types::HASH_LISTPACK | types::SORTED_SET_LISTPACK => {
            block = reader.string()?;
            listpack::elements(&block)?
        }
        types::HASH_ZIPLIST | types::SORTED_SET_ZIPLIST => {
            block = reader.string()?;
            old::ziplist(&block)?
        }
        types::HASH_ZIPMAP => {
            block = reader.string()?;
            old::zipmap(&block)?
        }
        _ => Vec::new(),
    };
    let list = |list: ListValue| Data::List(Rc::new(list));
    let set = |set: SetValue| Data::Set(Rc::new(set));
    Some(match kind {
        types::STRING => Data::Str(StringValue::new(&Bytes::from(reader.string()?))),
        types::LIST_ELEMENTS => list(lists::read_elements(reader, config)?),
        types::LIST_ZIPLIST => list(lists::read_ziplist(reader, config)?),
        types::LIST_ZIPLISTS | types::LIST => list(lists::read(reader, config, kind == types::LIST)?),
        types::SET => set(tables::read_set(reader, config)?),
        types::SET_INTEGERS => set(tables::read_integers(reader, config)?),
        types::SORTED_SET | types::SORTED_SET_TEXTS => {
            Data::SortedSet(Rc::new(tables::read_sorted_set(reader, config, kind == types::SORTED_SET)?))
        }
        types::SORTED_SET_LISTPACK | types::SORTED_SET_ZIPLIST => {
            Data::SortedSet(Rc::new(tables::sorted_set_of_block(&elements, config)?))
        }
        types::HASH => Data::Hash(Rc::new(tables::read_hash(reader, config)?)),
        types::HASH_LISTPACK | types::HASH_ZIPLIST | types::HASH_ZIPMAP => {
            Data::Hash(Rc::new(tables::hash_of_block(&elements, config, kind == types::HASH_ZIPMAP)?))
        }
        types::STREAM | types::STREAM_INCOMPLETE => {
            let limits = NodeLimits { bytes: config.stream_node_max_bytes, entries: config.stream_node_max_entries };
            Data::Stream(Rc::new(streams::read(reader, limits, kind == types::STREAM)?))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(bytes: &[u8]) -> Vec<u8> {
        let payload = dump(&Data::Str(StringValue::new(&Bytes::from(bytes))), true);
        verify(&payload, true).expect("its own checksum");
        let Data::Str(value) = restore(&payload, &Config::default()).expect("its own form") else {
            panic!("another type")
        };
        value.bytes().to_vec()
    }

    #[test]
    fn payloads_are_those_of_a_real_server() {
        for (text, payload) in [
            ("1", &b"\x00\xc0\x01\n\x00"[..]),
            ("-200", b"\x00\xc1\x38\xff\n\x00"),
            ("100000", b"\x00\xc2\xa0\x86\x01\x00\n\x00"),
            ("hello", b"\x00\x05hello\n\x00"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", b"\x00\xc3\x09\x1e\x01aa\xe0\x11\x00\x01aa\n\x00"),
        ] {
            let dumped = dump(&Data::Str(StringValue::new(&Bytes::from(text))), true);
            assert_eq!(
                dumped[..dumped.len() - 8].escape_ascii().to_string(),
                payload.escape_ascii().to_string(),
                "{text}"
            );
        }
    }

    #[test]
    fn damage_is_noticed() {
        let mut payload = dump(&Data::Str(StringValue::new(&Bytes::from("hello"))), true);
        payload[2] ^= 1;
        assert_eq!(verify(&payload, true), Err(Damage::Checksum));
        assert_eq!(verify(b"", false), Err(Damage::Checksum));
        assert_eq!(verify(b"short", false), Err(Damage::Checksum));
    }

    proptest! {
        #[test]
        fn what_was_dumped_is_restored(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'b')], 0..600)) {
            prop_assert_eq!(round_trip(&bytes), bytes);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = verify(&bytes, true);
            let _ = restore(&bytes, &Config::default());
        }
    }
}

//! A whole data set as bytes: what a snapshot file holds, and what a primary sends a replica first.
//!
//! "REDIS" and four digits of version; then opcodes: facts about who wrote it, which database follows and how large it
//! is, and for each key when it expires, how it was used, its type, name and value; an end mark, and the CRC-64 of all that.
//!
//! Source: `src/rdb.c` and `src/rdb.h` of Redis 7.0. It may know the keyspace, but not who asks.

use super::wire::{Reader, Writer};
use super::{Damage, VERSION, crc64, has_nothing, kind_of, read_value, write_value};
use crate::engine::config::Config;
use crate::engine::keyspace::Keyspace;
use crate::engine::value::Data;
use crate::engine::{number, usage};
use crate::resp::Bytes;

/// What stands before a key's type, or instead of a key.
mod opcodes {
    pub const IDLE_SECONDS: u8 = 0xf8;
    pub const FREQUENCY: u8 = 0xf9;
    pub const FACT: u8 = 0xfa;
    pub const SIZES: u8 = 0xfb;
    pub const EXPIRES_MS: u8 = 0xfc;
    pub const EXPIRES_SECONDS: u8 = 0xfd;
    pub const DATABASE: u8 = 0xfe;
    pub const END: u8 = 0xff;
}

const MAGIC: &[u8; 5] = b"REDIS";
/// The version that brought the checksum.
const CHECKED_FROM: u16 = 5;
/// The least that a key takes: a type, an empty name, an empty value.
const KEY_MIN: usize = 3;

/// A key as a snapshot has it.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its database.
    pub db: u32,
    /// Its name.
    pub key: Bytes,
    /// When its time runs out, in milliseconds since 1970.
    pub expire_at: Option<i64>,
    /// How it was used, as keys remember it, where that was saved.
    pub usage: Option<u32>,
    /// Its value.
    pub data: Data,
}

/// What a snapshot says beside its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The database that the stream behind it is about, until it says another one.
    pub stream_db: Option<u32>,
}

/// The fact that this is.
pub const STREAM_DB: &str = "repl-stream-db";

/// All databases, with these facts about them (`redis-ver` and the like).
pub fn write(keyspace: &Keyspace, config: &Config, now_ms: i64, facts: &[(&str, String)]) -> Vec<u8> {
    let mut writer = Writer::new(config.compresses_payloads());
    writer.bytes.extend_from_slice(MAGIC);
    writer.bytes.extend_from_slice(format!("{VERSION:04}").as_bytes());
    for (name, value) in facts {
        writer.bytes.push(opcodes::FACT);
        writer.string(name.as_bytes());
        writer.string(value.as_bytes());
    }
    for db in (0..keyspace.databases()).filter(|db| keyspace.len_of(*db) > 0) {
        writer.bytes.push(opcodes::DATABASE);
        writer.length(u64::from(db));
        writer.bytes.push(opcodes::SIZES);
        writer.length(keyspace.len_of(db) as u64);
        writer.length(keyspace.volatile_len_of(db) as u64);
        for id in keyspace.iter(db) {
            if let Some(at) = keyspace.expire_at(db, id) {
                writer.bytes.push(opcodes::EXPIRES_MS);
                writer.bytes.extend_from_slice(&at.to_le_bytes());
            }
            let object = keyspace.object(db, id);
            if config.maxmemory_policy.is_lfu() {
                let counter = usage::lfu_counter(config, object.usage, now_ms);
                writer.bytes.extend_from_slice(&[opcodes::FREQUENCY, counter as u8]);
            } else if config.maxmemory_policy.is_lru() {
                writer.bytes.push(opcodes::IDLE_SECONDS);
                writer.length(usage::idle_seconds(object.usage, now_ms));
            }
            writer.bytes.push(kind_of(&object.data));
            writer.string(keyspace.key(db, id));
            write_value(&mut writer, &object.data);
        }
    }
    writer.bytes.push(opcodes::END);
    let checksum = crc64::checksum(&writer.bytes);
    writer.bytes.extend_from_slice(&checksum.to_le_bytes());
    writer.bytes
}

/// Reads a snapshot to its end and hands over each of its keys; answers what else it says. What lies behind the end is not
/// looked at.
///
/// # Errors
///
/// [`Damage`], where the checksum is wrong, something makes no sense, or functions or modules are in it, which are not
/// known here.
pub fn read(bytes: &[u8], config: &Config, now_ms: i64, take: &mut dyn FnMut(Saved)) -> Result<Said, Damage> {
    let mut reader = Reader(bytes);
    let version = match (reader.take(MAGIC.len()), reader.take(4)) {
        (Some(magic), Some(digits)) if magic == MAGIC => std::str::from_utf8(digits).ok().and_then(|n| n.parse().ok()),
        _ => None,
    };
    let version = version.filter(|version| (1..=VERSION).contains(version)).ok_or(Damage::Format)?;
    let said = read_keys(&mut reader, config, now_ms, take).ok_or(Damage::Format)?;
    let end = bytes.len() - reader.0.len();
    // Zero says that none was made.
    let checksum = if version < CHECKED_FROM { 0 } else { reader.little_endian(8).ok_or(Damage::Checksum)? };
    if checksum != 0 && checksum != crc64::checksum(&bytes[..end]) {
        return Err(Damage::Checksum);
    }
    Ok(said)
}

/// Reads up to the end mark.
fn read_keys(reader: &mut Reader<'_>, config: &Config, now_ms: i64, take: &mut dyn FnMut(Saved)) -> Option<Said> {
    let mut said = Said::default();
    let (mut db, mut expire_at, mut used) = (0, None, None);
    loop {
        match reader.byte()? {
            opcodes::END => return Some(said),
            opcodes::FACT => {
                let (name, value) = (reader.string()?, reader.string()?);
                if name == STREAM_DB.as_bytes() {
                    // A primary that nobody has asked for anything yet says -1.
                    said.stream_db = number::parse_i64(&value).and_then(|db| u32::try_from(db).ok());
                }
            }
            opcodes::DATABASE => db = u32::try_from(reader.number()?).ok()?,
            opcodes::SIZES => {
                // Only hints, but none that the bytes behind them cannot hold.
                reader.count(KEY_MIN)?;
                reader.count(KEY_MIN)?;
            }
            opcodes::EXPIRES_MS => expire_at = Some(reader.little_endian_signed(8)?),
            opcodes::EXPIRES_SECONDS => expire_at = Some(reader.little_endian_signed(4)?.checked_mul(1_000)?),
            opcodes::IDLE_SECONDS => {
                let idle = i64::try_from(reader.number()?).ok()?;
                used = Some(usage::lru_clock_before(idle, now_ms)).filter(|_| !config.maxmemory_policy.is_lfu());
            }
            opcodes::FREQUENCY => {
                let counter = u32::from(reader.byte()?);
                used = Some(usage::with_counter(counter, now_ms)).filter(|_| config.maxmemory_policy.is_lfu());
            }
            kind => {
                let key = Bytes::from(reader.string()?);
                let data = read_value(kind, reader, config)?;
                // Redis skips such keys too.
                if !has_nothing(&data) {
                    take(Saved { db, key, expire_at, usage: used, data });
                }
                (expire_at, used) = (None, None);
            }
        }
    }
}

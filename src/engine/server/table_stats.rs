//! DEBUG HTSTATS and HTSTATS-KEY: how full hash tables are.

use std::fmt::Write as _;

use crate::engine::call::{Call, Lookup};
use crate::engine::dict::Dict;
use crate::engine::error::Error;
use crate::engine::value::Data;
use crate::resp::{Bytes, Value};

/// Chains of so many entries and more are not told apart.
const LONGEST: usize = 50;

/// Both tables of a dictionary; the second only while entries move to it.
fn describe<V: Clone>(dict: &Dict<V>, text: &mut String) {
    let tables = if dict.table_size(1) > 0 { 2 } else { 1 };
    for (table, kind) in ["main hash table", "rehashing target"].into_iter().enumerate().take(tables) {
        let size = dict.table_size(table);
        let mut lengths = [0_usize; LONGEST];
        let (mut longest, mut entries, mut chain) = (0, 0, Vec::new());
        for bucket in 0..size {
            chain.clear();
            dict.bucket_entries(table, bucket, &mut chain);
            lengths[chain.len().min(LONGEST - 1)] += 1;
            longest = longest.max(chain.len());
            entries += chain.len();
        }
        let _ = writeln!(text, "Hash table {table} stats ({kind}):");
        if entries == 0 {
            text.push_str("No stats available for empty dictionaries\n");
            continue;
        }
        let used = size - lengths[0];
        let mean = entries as f32 / used as f32;
        let _ = writeln!(
            text,
            " table size: {size}\n number of elements: {entries}\n different slots: {used}\n max chain length: {longest}\n \
             avg chain length (counted): {mean:.2}\n avg chain length (computed): {mean:.2}\n Chain length distribution:"
        );
        for (length, count) in lengths[..LONGEST - 1].iter().enumerate().filter(|(_, count)| **count > 0) {
            let _ = writeln!(text, "   {length}: {count} ({:.2}%)", *count as f32 / size as f32 * 100.0);
        }
    }
}

fn reply(text: String) -> Value {
    Value::Verbatim(*b"txt", Bytes::from(text))
}

/// `DEBUG HTSTATS database`
pub fn htstats(call: &mut Call<'_>) -> Result<Value, Error> {
    let db = u32::try_from(call.int(2)?).ok().filter(|db| *db < call.engine.keyspace.databases());
    let db = db.ok_or(Error::Text("ERR Out of range database"))?;
    let (main, expires) = call.engine.keyspace.tables(db);
    let mut text = "[Dictionary HT]\n".to_owned();
    describe(main, &mut text);
    text.push_str("[Expires HT]\n");
    describe(expires, &mut text);
    Ok(reply(text))
}

/// `DEBUG HTSTATS-KEY key`
pub fn htstats_key(call: &mut Call<'_>) -> Result<Value, Error> {
    let id = call.find(call.arg(2), Lookup::Peek).ok_or(Error::NoSuchKey)?;
    let mut text = String::new();
    match call.engine.keyspace.data(call.db, id) {
        Data::Hash(hash) => hash.as_table().map(|table| describe(table, &mut text)),
        Data::Set(set) => set.as_table().map(|table| describe(table, &mut text)),
        Data::SortedSet(set) => set.table().map(|table| describe(table, &mut text)),
        _ => None,
    }
    .ok_or(Error::Text("ERR The value stored at the specified key is not represented using an hash table"))?;
    Ok(reply(text))
}

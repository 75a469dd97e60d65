//! The `HyperLogLog` group: strings that estimate how many different elements they were shown.

use super::string::{string, string_mut};
use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::hyperloglog as hll;
use crate::engine::keyspace::EntryId;
use crate::engine::value::{Data, StringValue};
use crate::resp::{Bytes, Value};

/// What looking at all registers takes, in nanoseconds (measured on 7.0.15: 11 µs for PFCOUNT of a dense one).
const ALL_REGISTERS_NS: u64 = 11_000;

fn corrupt(_: hll::Corrupt) -> Error {
    Error::Text("INVALIDOBJ Corrupted HLL object detected")
}

fn check(data: &Data) -> Result<&StringValue, Error> {
    let value = string(data)?;
    if value.with_bytes(hll::is_valid) {
        Ok(value)
    } else {
        Err(Error::Text("WRONGTYPE Key is not a valid HyperLogLog string value."))
    }
}

/// The entry of a key that holds a `HyperLogLog`.
fn find(call: &mut Call<'_>, key: &Bytes, why: Lookup) -> Result<Option<EntryId>, Error> {
    let Some(id) = call.find(key, why) else {
        return Ok(None);
    };
    check(call.engine.keyspace.data(call.db, id))?;
    Ok(Some(id))
}

/// Changes the string of an entry; its memory is accounted afterwards.
fn edit<R>(call: &mut Call<'_>, id: EntryId, change: impl FnOnce(&mut StringValue) -> R) -> Result<R, Error> {
    let db = call.db;
    let mut edit = call.keyspace().edit(db, id);
    let value = string_mut(&mut edit)?;
    value.writable(0);
    Ok(change(value))
}

/// `PFADD key [element …]`
pub fn pfadd(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, elements) = (call.arg(1), &call.argv[2..]);
    let found = find(call, key, Lookup::Write)?;
    let mut updated = u64::from(found.is_none());
    let id = found.unwrap_or_else(|| call.add_key(key, Data::Str(hll::empty())));
    call.work += elements.len() as u64;
    let max_sparse = call.engine.config.hll_sparse_max_bytes;
    edit(call, id, |value| {
        for element in elements {
            updated += u64::from(hll::add(value, element, max_sparse).map_err(corrupt)?);
        }
        if updated > 0 {
            hll::make_stale(value.writable(0));
        }
        Ok::<(), Error>(())
    })??;
    if updated > 0 {
        call.touched(key);
        call.notify(EventClass::STRING, "pfadd", key);
        call.dirty += updated;
    }
    Ok(Value::Int(i64::from(updated > 0)))
}

/// The registers of all these keys together, and whether one of them is in the dense form.
fn union(call: &mut Call<'_>, keys: &[Bytes]) -> Result<(Vec<u8>, bool), Error> {
    let mut registers = vec![0; hll::REGISTERS];
    let mut any_dense = false;
    for key in keys {
        let Some(id) = find(call, key, Lookup::Read)? else {
            continue;
        };
        call.extra_ns += ALL_REGISTERS_NS;
        string(call.engine.keyspace.data(call.db, id))?
            .with_bytes(|bytes| {
                any_dense |= hll::is_dense(bytes);
                hll::merge(&mut registers, bytes)
            })
            .map_err(corrupt)?;
    }
    Ok((registers, any_dense))
}

/// `PFCOUNT key [key …]`
pub fn pfcount(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len() > 2 {
        let (registers, _) = union(call, &call.argv[1..])?;
        return Ok(Value::Int(hll::estimate_of(&registers) as i64));
    }
    let key = call.arg(1);
    let Some(id) = find(call, key, Lookup::Read)? else {
        return Ok(Value::Int(0));
    };
    let (estimate, is_new) = edit(call, id, |value| {
        let bytes = value.writable(0);
        if let Some(kept) = hll::last_estimate(bytes) {
            return Ok((kept, false));
        }
        let estimate = hll::estimate(bytes).map_err(corrupt)?;
        hll::keep_estimate(bytes, estimate);
        Ok((estimate, true))
    })??;
    if is_new {
        // A command that reads, but replicas are to keep the same bytes.
        call.extra_ns += ALL_REGISTERS_NS;
        call.touched(key);
        call.dirty += 1;
    }
    Ok(Value::Int(estimate as i64))
}

/// `PFMERGE destkey [sourcekey …]`
pub fn pfmerge(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let (registers, any_dense) = union(call, &call.argv[1..])?;
    let id = match call.find(key, Lookup::Write) {
        Some(id) => id,
        None => call.add_key(key, Data::Str(hll::empty())),
    };
    let max_sparse = call.engine.config.hll_sparse_max_bytes;
    edit(call, id, |value| {
        if any_dense {
            hll::make_dense(value).map_err(corrupt)?;
        }
        for (index, count) in registers.iter().enumerate().filter(|(_, count)| **count > 0) {
            // What was merged was read from a sound string.
            let _ = hll::raise(value, index, *count, max_sparse);
        }
        hll::make_stale(value.writable(0));
        Ok::<(), Error>(())
    })??;
    call.touched(key);
    call.notify(EventClass::STRING, "pfadd", key);
    call.dirty += 1;
    Ok(Value::ok())
}

/// `PFDEBUG GETREG | DECODE | ENCODING | TODENSE key`
pub fn pfdebug(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(id) = find(call, call.arg(2), Lookup::Write)? else {
        return Err(Error::Text("ERR The specified key does not exist"));
    };
    let subcommand = call.arg(1).to_ascii_lowercase();
    let to_dense = matches!(subcommand.as_slice(), b"getreg" | b"todense");
    // The value is no longer shared, whatever is asked.
    let converted =
        edit(call, id, |value| if to_dense { hll::make_dense(value) } else { Ok(false) })?.map_err(corrupt)?;
    // Replicas are to have the same encoding.
    call.dirty += u64::from(converted);
    let value = string(call.engine.keyspace.data(call.db, id))?;
    match subcommand.as_slice() {
        b"todense" => Ok(Value::Int(i64::from(converted))),
        b"getreg" => {
            let mut registers = vec![0; hll::REGISTERS];
            value.with_bytes(|bytes| hll::merge(&mut registers, bytes)).map_err(corrupt)?;
            Ok(Value::Array(registers.into_iter().map(|register| Value::Int(i64::from(register))).collect()))
        }
        b"encoding" => Ok(Value::simple(if value.with_bytes(hll::is_dense) { "dense" } else { "sparse" })),
        b"decode" => value.with_bytes(|bytes| {
            if hll::is_dense(bytes) {
                return Err(Error::Text("ERR HLL encoding is not sparse"));
            }
            let runs = hll::runs(bytes).map(|run| match (run.value, run.bytes) {
                (0, 1) => format!("z:{}", run.len),
                (0, _) => format!("Z:{}", run.len),
                (value, _) => format!("v:{value},{}", run.len),
            });
            Ok(Value::bulk(runs.collect::<Vec<_>>().join(" ")))
        }),
        _ => Err(Error::quoting("ERR Unknown PFDEBUG subcommand '", call.arg(1), "'")),
    }
}

/// `PFSELFTEST`
pub fn pfselftest(call: &mut Call<'_>) -> Result<Value, Error> {
    match hll::self_test(call.host.random()) {
        Some(failure) => Err(Error::Owned(failure)),
        None => Ok(Value::ok()),
    }
}

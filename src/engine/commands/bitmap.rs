//! The bitmap group: strings as arrays of bits, and of integers of any width.

use super::string::{string, string_mut};
use crate::engine::EventClass;
use crate::engine::bits::{self, Field, Overflow};
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::number;
use crate::engine::value::{Data, StringValue};
use crate::resp::{Bytes, Value};

/// Bytes looked at in a nanosecond (an estimate: bits are counted with tables, a word at a time).
const BYTES_PER_NS: u64 = 2;

/// The string under a key, to read.
fn read(call: &mut Call<'_>, key: &Bytes) -> Result<Option<StringValue>, Error> {
    call.lookup_read(key).map(|data| string(data).cloned()).transpose()
}

/// A bit's place as SETBIT, GETBIT and BITFIELD take it: inside the longest string there may be. `#n` is the n-th field of
/// `width` bits, where fields are what is meant.
fn bit_offset(call: &Call<'_>, text: &[u8], width: Option<u32>) -> Result<u64, Error> {
    /// Longest string by default: the replication stream is believed so far, whatever the limit here.
    const BELIEVED: u64 = 512 << 20;
    let (digits, scale) = match (text, width) {
        ([b'#', digits @ ..], Some(width)) => (digits, i64::from(width)),
        _ => (text, 1),
    };
    let limit = call.engine.config.proto_max_bulk_len;
    let limit = if call.from_primary { limit.max(BELIEVED) } else { limit };
    number::parse_i64(digits)
        .and_then(|n| u64::try_from(n.wrapping_mul(scale)).ok())
        .filter(|offset| offset >> 3 < limit)
        .ok_or(Error::Text("ERR bit offset is not an integer or out of range"))
}

/// The string under a key, to write as far as bit `last`: made or filled up with zeroes. Answers too whether it grew.
fn writable(call: &mut Call<'_>, key: &Bytes, last: u64) -> Result<(EntryId, bool), Error> {
    let len = (last >> 3) as usize + 1;
    let Some(id) = call.find(key, Lookup::Write) else {
        return Ok((call.add_key(key, Data::Str(StringValue::zeroes(len))), true));
    };
    let db = call.db;
    let mut edit = call.keyspace().edit(db, id);
    let value = string_mut(&mut edit)?;
    let old = value.len();
    value.writable(len);
    Ok((id, len > old))
}

/// Says that bits of a string were written.
fn written(call: &mut Call<'_>, key: &Bytes, changes: u64) {
    call.touched(key);
    call.notify(EventClass::STRING, "setbit", key);
    call.dirty += changes;
}

/// `SETBIT key offset value`
pub fn setbit(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let offset = bit_offset(call, call.arg(2), None)?;
    let on = match number::parse_i64(call.arg(3)) {
        Some(0) => 0,
        Some(1) => 1,
        _ => return Err(Error::Text("ERR bit is not an integer or out of range")),
    };
    let (id, grew) = writable(call, key, offset)?;
    let db = call.db;
    let old = {
        let mut edit = call.keyspace().edit(db, id);
        let field = Field { offset, width: 1, signed: false };
        let bytes = string_mut(&mut edit)?.writable(0);
        let old = field.get(bytes);
        field.set(bytes, on);
        old
    };
    if grew || old != on {
        written(call, key, 1);
    }
    Ok(Value::Int(old))
}

/// `GETBIT key offset`
pub fn getbit(call: &mut Call<'_>) -> Result<Value, Error> {
    let offset = bit_offset(call, call.arg(2), None)?;
    let field = Field { offset, width: 1, signed: false };
    let value = read(call, call.arg(1))?;
    Ok(Value::Int(value.map_or(0, |value| value.with_bytes(|bytes| field.get(bytes)))))
}

/// Whether a range is told in bits.
fn unit_is_bit(word: &[u8]) -> Result<bool, Error> {
    if word.eq_ignore_ascii_case(b"bit") {
        Ok(true)
    } else if word.eq_ignore_ascii_case(b"byte") {
        Ok(false)
    } else {
        Err(Error::Syntax)
    }
}

/// The first and last bit of a range in bits or bytes, counted from the end if negative, cut to what is there. `None`:
/// nothing.
fn bit_range(start: i64, end: i64, len: usize, in_bits: bool) -> Option<(usize, usize)> {
    let total = if in_bits { len as i64 * 8 } else { len as i64 };
    let place = |at: i64| if at < 0 { (total + at).max(0) } else { at };
    let (start, end) = (place(start), place(end).min(total - 1));
    if start > end {
        return None;
    }
    let (start, end) = (start as usize, end as usize);
    Some(if in_bits { (start, end) } else { (start * 8, end * 8 + 7) })
}

/// `BITCOUNT key [start end [BYTE | BIT]]`
pub fn bitcount(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let Some(value) = read(call, call.arg(1))? else {
        return Ok(Value::Int(0));
    };
    let (start, end, in_bits) = match argv.len() {
        2 => (0, -1, false),
        4 | 5 => {
            let (start, end) = (call.int(2)?, call.int(3)?);
            if start < 0 && end < 0 && start > end {
                return Ok(Value::Int(0));
            }
            (start, end, argv.get(4).map_or(Ok(false), |word| unit_is_bit(word))?)
        }
        _ => return Err(Error::Syntax),
    };
    let Some((from, to)) = bit_range(start, end, value.len(), in_bits) else {
        return Ok(Value::Int(0));
    };
    call.extra_ns += (to - from) as u64 / 8 / BYTES_PER_NS;
    Ok(Value::Int(value.with_bytes(|bytes| bits::count(bytes, from, to)) as i64))
}

/// `BITPOS key bit [start [end [BYTE | BIT]]]`
pub fn bitpos(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let bit = match call.int(2)? {
        0 => false,
        1 => true,
        _ => return Err(Error::Text("ERR The bit argument must be 1 or 0.")),
    };
    let Some(value) = read(call, call.arg(1))? else {
        return Ok(Value::Int(if bit { -1 } else { 0 }));
    };
    let end_given = argv.len() >= 5;
    let (start, end, in_bits) = match argv.len() {
        3 => (0, -1, false),
        4..=6 => {
            let start = call.int(3)?;
            let in_bits = argv.get(5).map_or(Ok(false), |word| unit_is_bit(word))?;
            (start, if end_given { call.int(4)? } else { -1 }, in_bits)
        }
        _ => return Err(Error::Syntax),
    };
    let len = value.len();
    let Some((from, to)) = bit_range(start, end, len, in_bits) else {
        return Ok(Value::Int(-1));
    };
    let found = value.with_bytes(|bytes| bits::position(bytes, from, to, bit));
    call.extra_ns += (found.unwrap_or(to) - from) as u64 / 8 / BYTES_PER_NS;
    Ok(Value::Int(match found {
        Some(at) => at as i64,
        // Behind a string whose end nobody named there are zeroes.
        None if !bit && !end_given => len as i64 * 8,
        None => -1,
    }))
}

/// `BITOP AND | OR | XOR | NOT destkey key [key …]`
pub fn bitop(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let operation: fn(u8, u8) -> u8 = match argv[1].to_ascii_lowercase().as_slice() {
        b"and" => |a, b| a & b,
        b"or" => |a, b| a | b,
        b"xor" => |a, b| a ^ b,
        b"not" => |_, b| !b,
        _ => return Err(Error::Syntax),
    };
    let is_not = call.is_word(1, "not");
    if is_not && argv.len() != 4 {
        return Err(Error::Text("ERR BITOP NOT must be called with a single source key."));
    }
    let target = &argv[2];
    let mut sources = Vec::with_capacity(argv.len() - 3);
    for key in &argv[3..] {
        sources.push(read(call, key)?);
    }
    let len = sources.iter().flatten().map(StringValue::len).max().unwrap_or(0);
    call.work += sources.len() as u64 - 1;
    call.extra_ns += len as u64 * sources.len() as u64 / BYTES_PER_NS;
    if len == 0 {
        if call.delete_key(target) {
            call.touched(target);
            call.notify(EventClass::GENERIC, "del", target);
            call.dirty += 1;
        }
        return Ok(Value::Int(0));
    }
    let mut result = StringValue::zeroes(len);
    let bytes = result.writable(len);
    for (at, source) in sources.iter().enumerate() {
        // The first string meets nothing yet but the zeroes of the result.
        let operation = if at == 0 && !is_not { |_, b| b } else { operation };
        match source {
            Some(source) => source.with_bytes(|other| bits::combine(bytes, other, operation)),
            None => bits::combine(bytes, &[], operation),
        }
    }
    call.set_key(target, Data::Str(result), false);
    call.notify(EventClass::STRING, "set", target);
    call.dirty += 1;
    Ok(Value::Int(len as i64))
}

/// What BITFIELD does to a field.
enum Action {
    Get,
    Set(i64),
    Increment(i64),
}

struct Operation {
    field: Field,
    action: Action,
    overflow: Overflow,
}

/// The type of a field: `u8`, `i64`.
fn field_type(text: &[u8]) -> Result<(bool, u32), Error> {
    // C reads a text up to a zero byte.
    let text = text.split(|byte| *byte == 0).next().unwrap_or(text);
    let parsed = match text {
        [b'i', width @ ..] => Some((true, width)),
        [b'u', width @ ..] => Some((false, width)),
        _ => None,
    };
    parsed
        .and_then(|(signed, width)| Some((signed, u32::try_from(number::parse_i64(width)?).ok()?)))
        .filter(|(signed, width)| (1..=63 + u32::from(*signed)).contains(width))
        .ok_or(Error::Text(
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
        ))
}

fn parse_operations(call: &Call<'_>) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut at = 2;
    while at < call.argv.len() {
        let rest = call.argv.len() - at - 1;
        let is_get = call.is_word(at, "get") && rest >= 2;
        let is_set = call.is_word(at, "set") && rest >= 3;
        if call.is_word(at, "overflow") && rest >= 1 {
            overflow = match call.argv[at + 1].to_ascii_lowercase().as_slice() {
                b"wrap" => Overflow::Wrap,
                b"sat" => Overflow::Saturate,
                b"fail" => Overflow::Fail,
                _ => return Err(Error::Text("ERR Invalid OVERFLOW type specified")),
            };
            at += 2;
            continue;
        }
        let is_increment = call.is_word(at, "incrby") && rest >= 3;
        if !(is_get || is_set || is_increment) {
            return Err(Error::Syntax);
        }
        let (signed, width) = field_type(call.arg(at + 1))?;
        let offset = bit_offset(call, call.arg(at + 2), Some(width))?;
        let action = if is_get {
            Action::Get
        } else if is_set {
            Action::Set(call.int(at + 3)?)
        } else {
            Action::Increment(call.int(at + 3)?)
        };
        operations.push(Operation { field: Field { offset, width, signed }, action, overflow });
        at += if is_get { 3 } else { 4 };
    }
    Ok(operations)
}

/// Runs one operation that writes. Answers its reply, and whether the field changed.
fn write_field(bytes: &mut [u8], operation: &Operation) -> (Value, bool) {
    let Operation { field, action, overflow } = operation;
    let old = field.get(bytes);
    let wanted = match *action {
        // An unsigned field takes a negative number for the large one that has the same bits.
        Action::Set(value) if !field.signed => i128::from(value as u64),
        // So far below the smallest that fits, Redis's arithmetic takes it for too large (7.0.15).
        Action::Set(value) if field.is_taken_for_large(value) => i128::from(value) + (1 << 64),
        Action::Set(value) => i128::from(value),
        Action::Increment(by) => i128::from(old) + i128::from(by),
        Action::Get => return (Value::Int(old), false),
    };
    let Some(new) = field.fit(wanted, *overflow) else {
        return (Value::Null, false);
    };
    field.set(bytes, new);
    (Value::Int(if matches!(action, Action::Set(_)) { old } else { new }), old != new)
}

fn bitfield_generic(call: &mut Call<'_>, read_only: bool) -> Result<Value, Error> {
    let key = call.arg(1);
    let operations = parse_operations(call)?;
    call.work += operations.len() as u64;
    let writes = operations.iter().filter(|operation| !matches!(operation.action, Action::Get));
    let last = writes.map(|operation| operation.field.offset + u64::from(operation.field.width) - 1).max();
    let Some(last) = last else {
        let value = read(call, key)?;
        let get = |bytes: &[u8]| operations.iter().map(|operation| Value::Int(operation.field.get(bytes))).collect();
        return Ok(Value::Array(match value {
            Some(value) => value.with_bytes(get),
            None => get(&[]),
        }));
    };
    if read_only {
        return Err(Error::Text("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    let (id, grew) = writable(call, key, last)?;
    let db = call.db;
    let mut replies = Vec::with_capacity(operations.len());
    let mut changes = 0;
    {
        let mut edit = call.keyspace().edit(db, id);
        let bytes = string_mut(&mut edit)?.writable(0);
        for operation in &operations {
            let (reply, changed) = write_field(bytes, operation);
            let wrote = !matches!(operation.action, Action::Get) && reply != Value::Null;
            changes += u64::from(wrote && (grew || changed));
            replies.push(reply);
        }
    }
    if changes > 0 {
        call.replies_here();
        written(call, key, changes);
    }
    Ok(Value::Array(replies))
}

/// `BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] SET type offset value | INCRBY type offset increment …]`
pub fn bitfield(call: &mut Call<'_>) -> Result<Value, Error> {
    bitfield_generic(call, false)
}

/// `BITFIELD_RO key [GET type offset …]`
pub fn bitfield_ro(call: &mut Call<'_>) -> Result<Value, Error> {
    bitfield_generic(call, true)
}

//! The string group: GET, SET and their kin.

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::long_double::LongDouble;
use crate::engine::number;
use crate::engine::value::{Data, StringValue};
use crate::resp::{Bytes, Value};

/// The string behind a value, or WRONGTYPE.
pub(super) fn string(data: &Data) -> Result<&StringValue, Error> {
    match data {
        Data::Str(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

pub(super) fn string_mut(data: &mut Data) -> Result<&mut StringValue, Error> {
    match data {
        Data::Str(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

fn new_string(bytes: &Bytes) -> Data {
    Data::Str(StringValue::new(bytes))
}

/// The string under a key as a reply; nil if there is none.
fn get_reply(call: &mut Call<'_>, key: &Bytes) -> Result<Value, Error> {
    match call.lookup_read(key) {
        Some(data) => Ok(Value::Bulk(string(data)?.bytes())),
        None => Ok(Value::Null),
    }
}

/// Whether a string of `len` bytes and `more` may be.
fn check_length(call: &Call<'_>, len: u64, more: u64) -> Result<(), Error> {
    let fits = len.checked_add(more).is_some_and(|total| total <= call.engine.config.proto_max_bulk_len);
    if fits || call.from_primary { Ok(()) } else { Err(Error::StringTooLong) }
}

/// How an expiry is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Ex,
    Px,
    ExAt,
    PxAt,
}

/// The options of SET and GETEX.
#[derive(Default)]
struct Options<'a> {
    nx: bool,
    xx: bool,
    get: bool,
    keep_ttl: bool,
    persist: bool,
    expire: Option<(Unit, &'a Bytes)>,
}

impl<'a> Options<'a> {
    /// Parses the words from `start`. `is_set`: SET's options, else GETEX's.
    fn parse(argv: &'a [Bytes], start: usize, is_set: bool) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut words = argv[start..].iter();
        while let Some(word) = words.next() {
            let word = word.to_ascii_lowercase();
            let lifetime_free = !options.keep_ttl && !options.persist;
            match word.as_slice() {
                b"nx" if is_set && !options.xx => options.nx = true,
                b"xx" if is_set && !options.nx => options.xx = true,
                b"get" if is_set => options.get = true,
                b"keepttl" if is_set && !options.persist && options.expire.is_none() => {
                    options.keep_ttl = true;
                }
                b"persist" if !is_set && !options.keep_ttl && options.expire.is_none() => {
                    options.persist = true;
                }
                b"ex" | b"px" | b"exat" | b"pxat" if lifetime_free => {
                    let unit = match word.as_slice() {
                        b"ex" => Unit::Ex,
                        b"px" => Unit::Px,
                        b"exat" => Unit::ExAt,
                        _ => Unit::PxAt,
                    };
                    if options.expire.is_some_and(|(other, _)| other != unit) {
                        return Err(Error::Syntax);
                    }
                    options.expire = Some((unit, words.next().ok_or(Error::Syntax)?));
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(options)
    }

    /// The end of the time to live in Unix milliseconds.
    fn expire_at(&self, call: &Call<'_>) -> Result<Option<i64>, Error> {
        self.expire.map(|(unit, text)| expire_at(call, unit, text)).transpose()
    }
}

fn expire_at(call: &Call<'_>, unit: Unit, text: &[u8]) -> Result<i64, Error> {
    let given = number::parse_i64(text).ok_or(Error::NotInteger)?;
    let invalid = Error::InvalidExpire(call.spec.name);
    if given <= 0 {
        return Err(invalid);
    }
    let millis = if matches!(unit, Unit::Ex | Unit::ExAt) { given.checked_mul(1_000) } else { Some(given) };
    let base = if matches!(unit, Unit::Ex | Unit::Px) { call.now_ms() } else { 0 };
    millis.and_then(|millis| millis.checked_add(base)).ok_or(invalid)
}

/// Stores a string, with or without an end, and says so to everybody.
fn store(call: &mut Call<'_>, key: &Bytes, value: &Bytes, expire: Option<i64>, keep_ttl: bool) {
    let id = call.set_key(key, new_string(value), keep_ttl);
    call.dirty += 1;
    call.notify(EventClass::STRING, "set", key);
    if let Some(at) = expire {
        let db = call.db;
        call.keyspace().set_expire(db, id, Some(at));
        call.notify(EventClass::GENERIC, "expire", key);
        call.propagate_as(&[b"SET", key, value, b"PXAT", number::Decimal::new(at).as_bytes()]);
    }
}

/// `SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT … | PXAT … | KEEPTTL]`
pub fn set(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, value) = (call.arg(1), call.arg(2));
    let options = Options::parse(call.argv, 3, true)?;
    let expire = options.expire_at(call)?;
    let previous = if options.get { Some(get_reply(call, key)?) } else { None };
    if options.get {
        call.replies_here();
    }
    if options.nx || options.xx {
        let exists = call.find(key, Lookup::Write).is_some();
        if (options.nx && exists) || (options.xx && !exists) {
            return Ok(previous.unwrap_or(Value::Null));
        }
    }
    store(call, key, value, expire, options.keep_ttl);
    if options.get && expire.is_none() {
        // Replicas need not answer what was there before.
        let without_get = call.argv.iter().enumerate().filter(|(at, arg)| *at < 3 || !arg.eq_ignore_ascii_case(b"get"));
        let without_get = without_get.map(|(_, arg)| arg.clone()).collect();
        call.propagate_instead(vec![without_get]);
    }
    Ok(previous.unwrap_or_else(Value::ok))
}

/// `SETNX key value`
pub fn setnx(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, value) = (call.arg(1), call.arg(2));
    if call.find(key, Lookup::Write).is_some() {
        return Ok(Value::Int(0));
    }
    store(call, key, value, None, false);
    Ok(Value::Int(1))
}

/// `SETEX key seconds value`
pub fn setex(call: &mut Call<'_>) -> Result<Value, Error> {
    let expire = expire_at(call, Unit::Ex, call.arg(2))?;
    store(call, call.arg(1), call.arg(3), Some(expire), false);
    Ok(Value::ok())
}

/// `PSETEX key milliseconds value`
pub fn psetex(call: &mut Call<'_>) -> Result<Value, Error> {
    let expire = expire_at(call, Unit::Px, call.arg(2))?;
    store(call, call.arg(1), call.arg(3), Some(expire), false);
    Ok(Value::ok())
}

/// `GET key`
pub fn get(call: &mut Call<'_>) -> Result<Value, Error> {
    get_reply(call, call.arg(1))
}

/// `GETSET key value`
pub fn getset(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, value) = (call.arg(1), call.arg(2));
    let previous = get_reply(call, key)?;
    call.replies_here();
    store(call, key, value, None, false);
    call.propagate_as(&[b"SET", key, value]);
    Ok(previous)
}

/// `GETDEL key`
pub fn getdel(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let value = get_reply(call, key)?;
    if value != Value::Null {
        call.replies_here();
        delete_and_say_del(call, key);
    }
    Ok(value)
}

fn delete_and_say_del(call: &mut Call<'_>, key: &Bytes) {
    call.delete_key(key);
    call.propagate_as(&[b"DEL", key]);
    call.touched(key);
    call.notify(EventClass::GENERIC, "del", key);
    call.dirty += 1;
}

/// `GETEX key [EX … | PX … | EXAT … | PXAT … | PERSIST]`
pub fn getex(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let options = Options::parse(call.argv, 2, false)?;
    let value = get_reply(call, key)?;
    if value == Value::Null {
        return Ok(value);
    }
    let expire = options.expire_at(call)?;
    let db = call.db;
    call.replies_here();
    let is_absolute = matches!(options.expire, Some((Unit::ExAt | Unit::PxAt, _)));
    match expire {
        Some(at) if is_absolute && at <= call.now_ms() && !call.host.is_replica() => {
            delete_and_say_del(call, key);
        }
        Some(at) => {
            if let Some(id) = call.keyspace().find(db, key) {
                call.keyspace().set_expire(db, id, Some(at));
            }
            call.propagate_as(&[b"PEXPIREAT", key, number::Decimal::new(at).as_bytes()]);
            call.touched(key);
            call.notify(EventClass::GENERIC, "expire", key);
            call.dirty += 1;
        }
        None if options.persist => {
            if let Some(id) = call.keyspace().find(db, key)
                && call.keyspace().set_expire(db, id, None)
            {
                call.propagate_as(&[b"PERSIST", key]);
                call.touched(key);
                call.notify(EventClass::GENERIC, "persist", key);
                call.dirty += 1;
            }
        }
        None => {}
    }
    Ok(value)
}

/// `SETRANGE key offset value`
pub fn setrange(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, value) = (call.arg(1), call.arg(3));
    let offset = call.int(2)?;
    let Ok(offset) = u64::try_from(offset) else {
        return Err(Error::Text("ERR offset is out of range"));
    };
    let id = call.find(key, Lookup::Write);
    let old = match id {
        Some(id) => string(call.engine.keyspace.data(call.db, id))?.len(),
        None => 0,
    };
    if value.is_empty() {
        return Ok(Value::Int(old as i64));
    }
    check_length(call, offset, value.len() as u64)?;
    let (start, end) = (offset as usize, offset as usize + value.len());
    let id = id.unwrap_or_else(|| call.add_key(key, Data::Str(StringValue::zeroes(end))));
    let db = call.db;
    let len = {
        let mut data = call.keyspace().edit(db, id);
        let bytes = string_mut(&mut data)?.writable(end);
        bytes[start..end].copy_from_slice(value);
        bytes.len()
    };
    call.touched(key);
    call.notify(EventClass::STRING, "setrange", key);
    call.dirty += 1;
    Ok(Value::Int(len as i64))
}

/// Redis's reading of a range in a string: from the end if negative, cut to what is there. `None`: nothing.
pub(super) fn range(start: i64, end: i64, len: usize) -> Option<(usize, usize)> {
    let len = len as i64;
    if len == 0 || (start < 0 && end < 0 && start > end) {
        return None;
    }
    let place = |at: i64| {
        if at < 0 { (len.saturating_add(at)).max(0) } else { at }
    };
    let (start, end) = (place(start), place(end).min(len - 1));
    (start <= end).then_some((start as usize, end as usize))
}

/// `GETRANGE key start end`
pub fn getrange(call: &mut Call<'_>) -> Result<Value, Error> {
    let (start, end) = (call.int(2)?, call.int(3)?);
    let Some(data) = call.lookup_read(call.arg(1)) else {
        return Ok(Value::bulk(""));
    };
    Ok(string(data)?.with_bytes(|bytes| match range(start, end, bytes.len()) {
        Some((start, end)) => Value::bulk(&bytes[start..=end]),
        None => Value::bulk(""),
    }))
}

/// `SUBSTR key start end`: GETRANGE's old name.
pub fn substr(call: &mut Call<'_>) -> Result<Value, Error> {
    getrange(call)
}

/// `MGET key [key …]`
pub fn mget(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut values = Vec::with_capacity(call.argv.len() - 1);
    for key in &call.argv[1..] {
        values.push(get_reply(call, key).unwrap_or(Value::Null));
    }
    call.work += values.len() as u64 - 1;
    Ok(Value::Array(values))
}

/// `MSET key value [key value …]`
pub fn mset(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len().is_multiple_of(2) {
        return Err(call.arity_error());
    }
    set_all(call);
    Ok(Value::ok())
}

/// `MSETNX key value [key value …]`
pub fn msetnx(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len().is_multiple_of(2) {
        return Err(call.arity_error());
    }
    for pair in call.argv[1..].chunks_exact(2) {
        if call.find(&pair[0], Lookup::Write).is_some() {
            return Ok(Value::Int(0));
        }
    }
    set_all(call);
    Ok(Value::Int(1))
}

fn set_all(call: &mut Call<'_>) {
    for pair in call.argv[1..].chunks_exact(2) {
        store(call, &pair[0], &pair[1], None, false);
    }
    call.work += call.dirty - 1;
}

fn increment(call: &mut Call<'_>, by: i64) -> Result<Value, Error> {
    let key = call.arg(1);
    let id = call.find(key, Lookup::Write);
    let old = match id {
        Some(id) => string(call.engine.keyspace.data(call.db, id))?.as_int().ok_or(Error::NotInteger)?,
        None => 0,
    };
    let new = old.checked_add(by).ok_or(Error::Text("ERR increment or decrement would overflow"))?;
    let data = Data::Str(StringValue::Int(new));
    match id {
        Some(id) => {
            call.replace(id, data);
        }
        None => {
            call.add_key(key, data);
        }
    }
    call.touched(key);
    call.notify(EventClass::STRING, "incrby", key);
    call.dirty += 1;
    Ok(Value::Int(new))
}

/// `INCR key`
pub fn incr(call: &mut Call<'_>) -> Result<Value, Error> {
    increment(call, 1)
}

/// `DECR key`
pub fn decr(call: &mut Call<'_>) -> Result<Value, Error> {
    increment(call, -1)
}

/// `INCRBY key increment`
pub fn incrby(call: &mut Call<'_>) -> Result<Value, Error> {
    let by = call.int(2)?;
    increment(call, by)
}

/// `DECRBY key decrement`
pub fn decrby(call: &mut Call<'_>) -> Result<Value, Error> {
    let by = call.int(2)?.checked_neg().ok_or(Error::Text("ERR decrement would overflow"))?;
    increment(call, by)
}

/// `INCRBYFLOAT key increment`
pub fn incrbyfloat(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.arg(1);
    let id = call.find(key, Lookup::Write);
    let old = match id {
        Some(id) => string(call.engine.keyspace.data(call.db, id))?.with_bytes(LongDouble::parse),
        None => Some(LongDouble::ZERO),
    };
    let (Some(old), Some(by)) = (old, LongDouble::parse(call.arg(2))) else {
        return Err(Error::NotFloat);
    };
    let sum = old.add(by).filter(LongDouble::is_finite);
    let sum = sum.ok_or(Error::Text("ERR increment would produce NaN or Infinity"))?;
    let text = Bytes::from(sum.to_string());
    // The sum stays a text even if it is the text of an integer.
    let data = Data::Str(StringValue::Fixed(text.clone()));
    match id {
        Some(id) => {
            call.replace(id, data);
        }
        None => {
            call.add_key(key, data);
        }
    }
    call.touched(key);
    call.notify(EventClass::STRING, "incrbyfloat", key);
    call.dirty += 1;
    // Replicas store the sum: their floats might round differently.
    call.propagate_as(&[b"SET", key, &text, b"KEEPTTL"]);
    Ok(Value::Bulk(text))
}

/// `APPEND key value`
pub fn append(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, more) = (call.arg(1), call.arg(2));
    let len = match call.find(key, Lookup::Write) {
        None => {
            call.add_key(key, new_string(more));
            more.len()
        }
        Some(id) => {
            let db = call.db;
            let old = string(call.engine.keyspace.data(db, id))?.len();
            check_length(call, old as u64, more.len() as u64)?;
            string_mut(&mut call.keyspace().edit(db, id))?.append(more)
        }
    };
    call.touched(key);
    call.notify(EventClass::STRING, "append", key);
    call.dirty += 1;
    Ok(Value::Int(len as i64))
}

/// `STRLEN key`
pub fn strlen(call: &mut Call<'_>) -> Result<Value, Error> {
    match call.lookup_read(call.arg(1)) {
        Some(data) => Ok(Value::Int(string(data)?.len() as i64)),
        None => Ok(Value::Int(0)),
    }
}

/// `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]`
pub fn lcs(call: &mut Call<'_>) -> Result<Value, Error> {
    /// Most memory for the table of lengths: what a browser can spare. Redis would take up to proto-max-bulk-len.
    const LARGEST_TABLE: usize = 64 << 20;
    let mut texts = [Bytes::default(), Bytes::default()];
    let mut are_strings = true;
    for (text, key) in texts.iter_mut().zip(&call.argv[1..3]) {
        if let Some(data) = call.lookup_read(key) {
            match string(data) {
                Ok(value) => *text = value.bytes(),
                Err(_) => are_strings = false,
            }
        }
    }
    if !are_strings {
        return Err(Error::Text("ERR The specified keys must contain string values"));
    }
    let (mut len_only, mut indexes, mut with_len, mut shortest) = (false, false, false, 0);
    let mut at = 3;
    while at < call.argv.len() {
        if call.is_word(at, "idx") {
            indexes = true;
        } else if call.is_word(at, "len") {
            len_only = true;
        } else if call.is_word(at, "withmatchlen") {
            with_len = true;
        } else if call.is_word(at, "minmatchlen") && at + 1 < call.argv.len() {
            shortest = call.int(at + 1)?.max(0);
            at += 1;
        } else {
            return Err(Error::Syntax);
        }
        at += 1;
    }
    if len_only && indexes {
        return Err(Error::Text("ERR If you want both the length and indexes, please just use IDX."));
    }
    let [a, b] = &texts;
    let cells = (a.len() + 1).saturating_mul(b.len() + 1);
    let table_size = cells.saturating_mul(4);
    if table_size as u64 > call.engine.config.proto_max_bulk_len {
        return Err(Error::Text("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"));
    }
    if table_size > LARGEST_TABLE {
        return Err(Error::Text("ERR Insufficient memory, failed allocating transient memory for LCS"));
    }
    call.extra_ns += cells as u64 * 2;
    let table = lcs_table(a, b);
    let length = table[cells - 1];
    if len_only {
        return Ok(Value::Int(i64::from(length)));
    }
    let (text, matches) = lcs_walk(a, b, &table);
    if !indexes {
        return Ok(Value::bulk(text));
    }
    let span = |(from, to): (usize, usize)| Value::Array(vec![Value::Int(from as i64), Value::Int(to as i64)]);
    let matches = matches
        .into_iter()
        .filter_map(|(in_a, in_b)| {
            let len = (in_a.1 - in_a.0 + 1) as i64;
            let mut item = vec![span(in_a), span(in_b)];
            if with_len {
                item.push(Value::Int(len));
            }
            (len >= shortest).then_some(Value::Array(item))
        })
        .collect();
    Ok(Value::Map(vec![
        (Value::bulk("matches"), Value::Array(matches)),
        (Value::bulk("len"), Value::Int(i64::from(length))),
    ]))
}

/// Lengths of the longest common subsequence of every pair of beginnings, row by row.
fn lcs_table(a: &[u8], b: &[u8]) -> Vec<u32> {
    let width = b.len() + 1;
    let mut table = vec![0u32; (a.len() + 1) * width];
    for i in 1..=a.len() {
        for j in 1..width {
            table[i * width + j] = if a[i - 1] == b[j - 1] {
                table[(i - 1) * width + j - 1] + 1
            } else {
                table[(i - 1) * width + j].max(table[i * width + j - 1])
            };
        }
    }
    table
}

type Span = (usize, usize);

/// Walks the table from its end: the subsequence itself and its runs in both strings, last first.
fn lcs_walk(a: &[u8], b: &[u8], table: &[u32]) -> (Vec<u8>, Vec<(Span, Span)>) {
    let width = b.len() + 1;
    let (mut i, mut j) = (a.len(), b.len());
    let (mut text, mut runs) = (Vec::new(), Vec::new());
    let mut run: Option<(Span, Span)> = None;
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            text.push(a[i - 1]);
            i -= 1;
            j -= 1;
            run = Some(match run {
                Some(((_, end_a), (_, end_b))) => ((i, end_a), (j, end_b)),
                None => ((i, i), (j, j)),
            });
        } else {
            if table[(i - 1) * width + j] > table[i * width + j - 1] {
                i -= 1;
            } else {
                j -= 1;
            }
            runs.extend(run.take());
        }
    }
    runs.extend(run);
    text.reverse();
    (text, runs)
}

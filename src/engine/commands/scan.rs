//! What SCAN, SSCAN, HSCAN and ZSCAN share: the cursor, the options, the walk through a table, the reply; and SCAN.
//!
//! A type's command reads [`cursor`], looks its key up, reads the [`Options`], and answers [`reply`]: everything at once
//! with cursor 0 if the value is no table, else what [`walk`] came across.

use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::{glob, number};
use crate::resp::{Bytes, Value};

/// Argument `at` as a cursor, as C's `strtoul` reads one: nothing is 0, a minus wraps, a zero byte ends it.
pub fn cursor(call: &Call<'_>, at: usize) -> Result<u64, Error> {
    parse_cursor(call.arg(at)).ok_or(Error::Text("ERR invalid cursor"))
}

fn parse_cursor(text: &[u8]) -> Option<u64> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let (negative, digits) = match text {
        [] => return Some(0),
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let mut value = 0u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    (!digits.is_empty()).then_some(if negative { value.wrapping_neg() } else { value })
}

/// The options of SCAN, SSCAN, HSCAN and ZSCAN.
pub struct Options<'a> {
    /// How many elements are wanted, at least 1.
    pub count: u64,
    /// A pattern that not everything matches.
    pattern: Option<&'a [u8]>,
    type_name: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    /// Parses the words from `start`; TYPE is SCAN's alone.
    pub fn parse(argv: &'a [Bytes], start: usize, with_type: bool) -> Result<Self, Error> {
        let mut options = Self { count: 10, pattern: None, type_name: None };
        let mut at = start;
        while at < argv.len() {
            let Some(value) = argv.get(at + 1) else {
                return Err(Error::Syntax);
            };
            let word = &argv[at];
            if word.eq_ignore_ascii_case(b"count") {
                let count = number::parse_i64(value).ok_or(Error::NotInteger)?;
                options.count = u64::try_from(count).ok().filter(|count| *count > 0).ok_or(Error::Syntax)?;
            } else if word.eq_ignore_ascii_case(b"match") {
                options.pattern = Some(&value[..]);
            } else if with_type && word.eq_ignore_ascii_case(b"type") {
                options.type_name = Some(value);
            } else {
                return Err(Error::Syntax);
            }
            at += 2;
        }
        Ok(options)
    }

    /// Whether an element of this name is to be answered.
    pub fn matches(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::selects(pattern, name))
    }
}

/// Walks a table from a cursor until `count` entries were found, and answers the next cursor. `step` takes a cursor, looks
/// at its buckets, and answers the next cursor and how many entries were found so far. An almost empty table is not
/// searched forever: `buckets_each` buckets for each entry wanted, 10 where an entry is one element and 20 where it is two
/// (hashes and sorted sets).
pub fn walk(mut cursor: u64, count: u64, buckets_each: u64, step: &mut dyn FnMut(u64) -> (u64, usize)) -> u64 {
    let mut left = count.saturating_mul(buckets_each);
    loop {
        let (next, found) = step(cursor);
        cursor = next;
        if cursor == 0 || left == 0 || found as u64 >= count {
            return cursor;
        }
        left -= 1;
    }
}

/// The reply: a cursor and elements. A key that is not there answers cursor 0 and none.
pub fn reply(cursor: u64, elements: Vec<Value>) -> Value {
    // Redis prints the cursor as a signed number.
    Value::Array(vec![Value::Bulk(Bytes::from_int(cursor as i64)), Value::Array(elements)])
}

/// `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`
pub fn scan(call: &mut Call<'_>) -> Result<Value, Error> {
    let cursor = cursor(call, 1)?;
    let options = Options::parse(call.argv, 2, true)?;
    let db = call.db;
    let (keyspace, work) = (&call.engine.keyspace, &mut call.work);
    let mut ids = Vec::new();
    let cursor = walk(cursor, options.count, 10, &mut |at| {
        let next = keyspace.scan(db, at, &mut |id| ids.push(id));
        *work += 1;
        (next, ids.len())
    });
    // Looking at their types deletes what has expired, and so may move entries: keys stay what they are.
    let found: Vec<Bytes> = ids.into_iter().map(|id| keyspace.key(db, id).clone()).collect();
    let mut keys = Vec::with_capacity(found.len());
    for key in found {
        if !options.matches(&key) {
            continue;
        }
        if let Some(wanted) = options.type_name {
            let id = call.find(&key, Lookup::Peek);
            let is_wanted = id.is_some_and(|id| {
                call.engine.keyspace.data(db, id).type_name().as_bytes().eq_ignore_ascii_case(wanted)
            });
            if !is_wanted {
                continue;
            }
        } else if call.drop_if_expired(&key) {
            continue;
        }
        keys.push(Value::Bulk(key));
    }
    call.work += keys.len() as u64;
    Ok(reply(cursor, keys))
}

#[cfg(test)]
mod tests {
    use super::parse_cursor;

    #[test]
    fn cursors_are_read_as_strtoul_reads_them() {
        for (text, cursor) in [
            ("", Some(0)),
            ("0", Some(0)),
            ("007", Some(7)),
            ("+7", Some(7)),
            ("-1", Some(u64::MAX)),
            ("18446744073709551615", Some(u64::MAX)),
            ("5\0x", Some(5)),
            ("\0", Some(0)),
            ("18446744073709551616", None),
            ("-18446744073709551616", None),
            (" 1", None),
            ("1 ", None),
            ("+", None),
            ("x", None),
        ] {
            assert_eq!(parse_cursor(text.as_bytes()), cursor, "{text:?}");
        }
    }
}

//! Lengths on the wire: how many bytes a command or a reply takes as RESP2, without writing them.

use crate::resp::{Bytes, Value};

/// Length of a command as an array of bulk strings.
pub(super) fn command_len(argv: &[Bytes]) -> u64 {
    header_len(argv.len() as u64) + argv.iter().map(|arg| bulk_len(arg.len())).sum::<u64>()
}

/// Length of a reply.
pub(super) fn reply_len(value: &Value) -> u64 {
    match value {
        Value::Simple(text) | Value::Error(text) => 3 + text.len() as u64,
        Value::Int(number) => 3 + decimal_len(number.unsigned_abs()) + u64::from(*number < 0),
        Value::Bulk(bytes) | Value::DoubleText(bytes) | Value::BigNumber(bytes) | Value::Verbatim(_, bytes) => {
            bulk_len(bytes.len())
        }
        Value::Null | Value::NullArray => 5,
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            header_len(items.len() as u64) + items.iter().map(reply_len).sum::<u64>()
        }
        Value::CutShort(announced, items) => header_len(*announced as u64) + items.iter().map(reply_len).sum::<u64>(),
        Value::Strings(items) => command_len(items),
        Value::Map(pairs) => {
            header_len(2 * pairs.len() as u64) + pairs.iter().map(|(k, v)| reply_len(k) + reply_len(v)).sum::<u64>()
        }
        Value::Attributed(both) => reply_len(&both.1),
        Value::Printed(_, value) => reply_len(value),
        Value::Double(_) => 24,
        Value::Bool(_) => 4,
    }
}

/// `*3\r\n`.
fn header_len(count: u64) -> u64 {
    3 + decimal_len(count)
}

/// `$3\r\nfoo\r\n`.
fn bulk_len(len: usize) -> u64 {
    5 + decimal_len(len as u64) + len as u64
}

fn decimal_len(number: u64) -> u64 {
    u64::from(number.checked_ilog10().unwrap_or(0)) + 1
}

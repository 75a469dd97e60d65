//! Values and the RESP wire form: parse a request, print a reply, redis-cli's human format.
//!
//! May know: nothing of ours. Every other room speaks in these values; only the console, the gateway and byte counts
//! need the wire form.
//!
//! Start with [`Value`] (what a reply is); [`RequestParser`] reads requests, [`encode`] writes replies, [`human::format`]
//! prints them for people.

mod args;
mod big;
mod bytes;
mod decode;
mod encode;
mod float;
pub mod human;
mod request;

pub use args::split_args;
pub use big::Big;
pub use bytes::{Bytes, first_word};
pub use decode::decode;
pub use encode::{ReplySize, RequestSize, encode, encode_command, reply_len, reply_size, request_size, wire_len};
pub use float::{format_double, parse_double, parse_hex_double};
pub use request::{ProtocolError, RequestLimits, RequestParser};

/// A reply, or a part of one, as RESP3 knows it; RESP2 is a way of printing it.
///
/// What kind it is takes a whole word, so that a reply is moved word by word.
#[derive(Clone, Debug, PartialEq)]
#[repr(u64)]
pub enum Value {
    /// `+OK`: a status.
    Simple(Bytes),
    /// `-ERR …`: an error, code first, without the dash.
    Error(Bytes),
    /// `:1`: an integer.
    Int(i64),
    /// `$3`: a bulk string.
    Bulk(Bytes),
    /// A missing string: `$-1` in RESP2, `_` in RESP3.
    Null,
    /// A missing array: `*-1` in RESP2, `_` in RESP3.
    NullArray,
    /// `*`: an array.
    Array(Vec<Value>),
    /// An array of bulk strings, as the long replies are (LRANGE, ZRANGE): the same on the wire, smaller and quicker made.
    Strings(Vec<Bytes>),
    /// `%`: a map; a flat array in RESP2.
    Map(Vec<(Value, Value)>),
    /// `~`: a set; an array in RESP2.
    Set(Vec<Value>),
    /// `,`: a double; a bulk string in RESP2.
    Double(f64),
    /// A double whose text is made by other rules than its own (GEOPOS).
    DoubleText(Bytes),
    /// `#`: a boolean; `:1` or `:0` in RESP2.
    Bool(bool),
    /// `(`: a big number; a bulk string in RESP2.
    BigNumber(Bytes),
    /// `=`: text with a three-letter format; a bulk string in RESP2.
    Verbatim([u8; 3], Bytes),
    /// `>`: out-of-band data; an array in RESP2.
    Push(Vec<Value>),
    /// `|`: attributes, then the value they are of; the value alone in RESP2.
    Attributed(Box<(Vec<(Value, Value)>, Value)>),
    /// A reply that was printed in this protocol, 2 or 3, whatever its client speaks by now: one of a transaction that
    /// changed the protocol.
    Printed(u8, Box<Value>),
    /// An array that was announced to be this long and has fewer elements: of a transaction that turned its replies off, or
    /// ended its connection.
    CutShort(usize, Vec<Value>),
}

impl Value {
    /// `+OK`.
    pub fn ok() -> Self {
        Self::Simple(const { Bytes::literal("OK") })
    }

    /// A status.
    pub fn simple(text: &str) -> Self {
        Self::Simple(Bytes::from(text))
    }

    /// An error, code included: `Value::error("ERR no such key")`.
    pub fn error(text: impl AsRef<str>) -> Self {
        Self::Error(Bytes::from(text.as_ref()))
    }

    /// A bulk string.
    pub fn bulk(bytes: impl Into<Bytes>) -> Self {
        Self::Bulk(bytes.into())
    }

    /// The reply as a RESP2 client sees it: no maps, sets, doubles, booleans, big numbers or formats.
    #[must_use]
    pub fn to_resp2(&self) -> Self {
        let all = |items: &[Self]| Self::Array(items.iter().map(Self::to_resp2).collect());
        match self {
            Self::Map(pairs) => {
                Self::Array(pairs.iter().flat_map(|(key, value)| [key.to_resp2(), value.to_resp2()]).collect())
            }
            Self::Array(items) | Self::Set(items) | Self::Push(items) => all(items),
            Self::Strings(items) => Self::Array(items.iter().cloned().map(Self::Bulk).collect()),
            Self::Attributed(both) => both.1.to_resp2(),
            Self::Printed(2, value) => value.to_resp2(),
            Self::Printed(_, value) => Self::clone(value),
            Self::CutShort(announced, items) => Self::CutShort(*announced, items.iter().map(Self::to_resp2).collect()),
            Self::Double(value) => Self::bulk(format_double(*value)),
            Self::Bool(value) => Self::Int(i64::from(*value)),
            Self::DoubleText(text) | Self::BigNumber(text) | Self::Verbatim(_, text) => Self::Bulk(text.clone()),
            other => other.clone(),
        }
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }
}

//! Values and the RESP wire form: parse a request, print a reply, redis-cli's human format.
//!
//! May know: nothing of ours. Every other room speaks in these values; only the console, the gateway and byte counts
//! need the wire form.
//!
//! Start with [`Value`] (what a reply is); [`RequestParser`] reads requests, [`encode`] writes replies, [`human::format`]
//! prints them for people.

mod args;
mod big;
mod decode;
mod encode;
mod float;
pub mod human;
mod request;

pub use args::split_args;
pub use big::Big;
pub use decode::decode;
pub use encode::{encode, encode_command, reply_len, wire_len};
pub use float::{format_double, parse_double, parse_hex_double};
pub use request::{ProtocolError, RequestLimits, RequestParser};

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// A binary-safe string, cheap to clone: shared, never changed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(Rc<[u8]>);

impl Bytes {
    /// Digits of a 64-bit integer, sign included, at most.
    const DIGITS: usize = 20;

    /// The bytes of a decimal integer, as Redis prints one.
    pub fn from_int(n: i64) -> Self {
        Self::from(Self::digits(n, &mut [0; Self::DIGITS]))
    }

    /// The same without asking for memory.
    fn digits(n: i64, text: &mut [u8; Self::DIGITS]) -> &[u8] {
        let mut start = text.len();
        let mut rest = n.unsigned_abs();
        loop {
            start -= 1;
            text[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if n < 0 {
            start -= 1;
            text[start] = b'-';
        }
        &text[start..]
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

thread_local! {
    // What is said again and again is made once.
    static EMPTY: Bytes = Bytes(Rc::from(&b""[..]));
    static OK: Bytes = Bytes(Rc::from(&b"OK"[..]));
}

impl Default for Bytes {
    fn default() -> Self {
        EMPTY.with(Self::clone)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(Rc::from(bytes))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Rc::from(bytes))
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self(Rc::from(text.as_bytes()))
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Self(Rc::from(text.into_bytes()))
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// A reply, or a part of one, as RESP3 knows it; RESP2 is a way of printing it.
#[derive(Clone, Debug, PartialEq)]
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
}

impl Value {
    /// `+OK`.
    pub fn ok() -> Self {
        Self::Simple(OK.with(Bytes::clone))
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
            Self::Attributed(both) => both.1.to_resp2(),
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

//! IDs of stream entries: milliseconds and a sequence number, ordered.

use crate::engine::error::Error;
use crate::engine::number;
use crate::resp::Bytes;

/// The ID of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamId {
    /// Unix milliseconds, if the server chose it; any number otherwise.
    pub ms: u64,
    /// Tells entries of one millisecond apart.
    pub seq: u64,
}

/// An ID as XADD may be given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenId {
    /// The ID; its sequence number means nothing if that was left to the server.
    pub id: StreamId,
    /// Whether the sequence number was given (not `ms-*`).
    pub has_seq: bool,
}

/// An argument as C reads one: up to a zero byte.
pub fn c_text(arg: &[u8]) -> &[u8] {
    arg.split(|byte| *byte == 0).next().unwrap_or(arg)
}

/// C's `strtoull` on the whole of a text: space before, a sign, digits; a minus wraps around.
fn parse_lenient(text: &[u8]) -> Option<u64> {
    if let Some(n) = number::parse_i64(text) {
        return u64::try_from(n).ok();
    }
    let text = &text[text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?..];
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

impl StreamId {
    /// `0-0`: before every entry.
    pub const MIN: Self = Self { ms: 0, seq: 0 };
    /// The last possible ID.
    pub const MAX: Self = Self { ms: u64::MAX, seq: u64::MAX };

    /// The ID as one number, most significant bits first, as the radix tree of Redis is keyed.
    pub fn as_number(self) -> u128 {
        u128::from(self.ms) << 64 | u128::from(self.seq)
    }

    /// The other way round.
    pub fn from_number(n: u128) -> Self {
        Self { ms: (n >> 64) as u64, seq: n as u64 }
    }

    /// The one after it; `None` after the last.
    pub fn next(self) -> Option<Self> {
        self.as_number().checked_add(1).map(Self::from_number)
    }

    /// The one before it; `None` before the first.
    pub fn previous(self) -> Option<Self> {
        self.as_number().checked_sub(1).map(Self::from_number)
    }

    /// `ms-seq`.
    pub fn text(self) -> Bytes {
        let mut text = Vec::with_capacity(41);
        push_decimal(&mut text, self.ms);
        text.push(b'-');
        push_decimal(&mut text, self.seq);
        Bytes::from(text)
    }

    fn parse_any(arg: &[u8], missing_seq: u64, strict: bool, with_star: bool) -> Result<GivenId, Error> {
        /// Longer texts are no IDs, to Redis.
        const LONGEST: usize = 127;
        let invalid = || Error::Text("ERR Invalid stream ID specified as stream command argument");
        let text = c_text(arg);
        if arg.len() > LONGEST {
            return Err(invalid());
        }
        let given = |id: Self| Ok(GivenId { id, has_seq: true });
        match text {
            b"-" if !strict => return given(Self::MIN),
            b"+" if !strict => return given(Self::MAX),
            b"-" | b"+" => return Err(invalid()),
            _ => {}
        }
        let dash = text.iter().position(|byte| *byte == b'-');
        let ms = parse_lenient(&text[..dash.unwrap_or(text.len())]).ok_or_else(invalid)?;
        match dash.map(|dash| &text[dash + 1..]) {
            None => given(Self { ms, seq: missing_seq }),
            Some(b"*") if with_star => Ok(GivenId { id: Self { ms, seq: 0 }, has_seq: false }),
            Some(seq) => given(Self { ms, seq: parse_lenient(seq).ok_or_else(invalid)? }),
        }
    }

    /// An ID; `-` and `+` are none. Without a sequence number that is 0.
    pub fn parse(arg: &[u8]) -> Result<Self, Error> {
        Self::parse_any(arg, 0, true, false).map(|given| given.id)
    }

    /// An ID, or `-` or `+` for the first or last possible.
    pub fn parse_with_signs(arg: &[u8]) -> Result<Self, Error> {
        Self::parse_any(arg, 0, false, false).map(|given| given.id)
    }

    /// An ID as XADD takes it: `ms-*` leaves the sequence number to the server.
    pub fn parse_given(arg: &[u8]) -> Result<GivenId, Error> {
        Self::parse_any(arg, 0, true, true)
    }

    /// The first ID of an interval, which `(` leaves out.
    pub fn parse_start(arg: &[u8]) -> Result<Self, Error> {
        match arg {
            [b'(', id @ ..] if !id.is_empty() => {
                let id = Self::parse_any(id, 0, true, false)?.id;
                id.next().ok_or(Error::Text("ERR invalid start ID for the interval"))
            }
            _ => Self::parse_with_signs(arg),
        }
    }

    /// The last ID of an interval, which `(` leaves out.
    pub fn parse_end(arg: &[u8]) -> Result<Self, Error> {
        match arg {
            [b'(', id @ ..] if !id.is_empty() => {
                let id = Self::parse_any(id, u64::MAX, true, false)?.id;
                id.previous().ok_or(Error::Text("ERR invalid end ID for the interval"))
            }
            _ => Self::parse_any(arg, u64::MAX, false, false).map(|given| given.id),
        }
    }
}

fn push_decimal(text: &mut Vec<u8>, n: u64) {
    let start = text.len();
    let mut rest = n;
    loop {
        text.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text[start..].reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ms: u64, seq: u64) -> StreamId {
        StreamId { ms, seq }
    }

    #[test]
    fn ids_are_read_as_in_c() {
        for (text, read) in [
            ("5", Some(id(5, 0))),
            ("5-3", Some(id(5, 3))),
            ("05- 3", Some(id(5, 3))),
            ("+5-+3", Some(id(5, 3))),
            ("5--03", Some(id(5, u64::MAX - 2))),
            ("18446744073709551615-18446744073709551615", Some(StreamId::MAX)),
            ("5\0x", Some(id(5, 0))),
            ("18446744073709551616", None),
            ("5--3", None),
            ("-5", None),
            ("5-", None),
            ("5-*", None),
            ("5x", None),
            ("", None),
            ("-", None),
            ("+", None),
            (&"0".repeat(128), None),
        ] {
            assert_eq!(StreamId::parse(text.as_bytes()).ok(), read, "{text}");
        }
        assert_eq!(StreamId::parse_given(b"5-*"), Ok(GivenId { id: id(5, 0), has_seq: false }));
    }

    #[test]
    fn intervals_may_leave_their_ends_out() {
        assert_eq!(StreamId::parse_start(b"(5"), Ok(id(5, 1)));
        assert_eq!(StreamId::parse_end(b"(5"), Ok(id(5, u64::MAX - 1)));
        assert_eq!(StreamId::parse_end(b"(5-0"), Ok(id(4, u64::MAX)));
        assert_eq!(StreamId::parse_start(b"-"), Ok(StreamId::MIN));
        assert_eq!(StreamId::parse_end(b"+"), Ok(StreamId::MAX));
        for text in [&b"(-"[..], b"(", b"(18446744073709551615-18446744073709551615"] {
            assert!(StreamId::parse_start(text).is_err());
        }
        assert!(StreamId::parse_end(b"(0-0").is_err());
    }

    #[test]
    fn ids_print_both_numbers() {
        assert_eq!(&*StreamId::MAX.text(), b"18446744073709551615-18446744073709551615");
        assert_eq!(&*StreamId::MIN.text(), b"0-0");
    }
}

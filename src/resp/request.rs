//! Requests off the wire: RESP arrays and inline commands, as they arrive.

use std::ops::RangeInclusive;

use super::{Bytes, split_args};

/// Longest inline command, and longest line that announces a count.
const INLINE_MAX: usize = 64 * 1024;
/// Most arguments (C's `INT_MAX`, as Redis 7.0 has it).
const ARGS_MAX: i64 = i32::MAX as i64;
/// Most arguments, and the longest, of a client that has yet to say who it is.
const STRANGER_ARGS_MAX: i64 = 10;
const STRANGER_BULK_MAX: i64 = 16_384;
/// Arguments room is made for before they arrive.
const ARGS_EXPECTED: usize = 64;

/// A buffer that was larger is given back.
const SPARE_MAX: usize = 256 * 1024;

/// What a connection may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Longest argument in bytes (`proto-max-bulk-len`).
    pub bulk_max: i64,
    /// The client has yet to authenticate: little is taken from it.
    pub is_stranger: bool,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { bulk_max: 512 * 1024 * 1024, is_stranger: false }
    }
}

/// What a connection sent against the protocol. It is answered and closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// More arguments than allowed, or no number.
    InvalidMultibulkLength,
    /// A longer argument than allowed, or no number.
    InvalidBulkLength,
    /// Something else where an argument's `$` should be.
    ExpectedDollar(u8),
    /// An inline command without end.
    TooBigInline,
    /// A count without end.
    TooBigMultibulkCount,
    /// A length without end.
    TooBigBulkCount,
    /// Quotes of an inline command do not balance.
    UnbalancedQuotes,
    /// More arguments than a stranger may send.
    UnauthenticatedMultibulkLength,
    /// A longer argument than a stranger may send.
    UnauthenticatedBulkLength,
}

impl std::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ERR Protocol error: ")?;
        match self {
            Self::InvalidMultibulkLength => f.write_str("invalid multibulk length"),
            Self::InvalidBulkLength => f.write_str("invalid bulk length"),
            Self::ExpectedDollar(byte) => write!(f, "expected '$', got '{}'", char::from(*byte)),
            Self::TooBigInline => f.write_str("too big inline request"),
            Self::TooBigMultibulkCount => f.write_str("too big mbulk count string"),
            Self::TooBigBulkCount => f.write_str("too big bulk count string"),
            Self::UnbalancedQuotes => f.write_str("unbalanced quotes in request"),
            Self::UnauthenticatedMultibulkLength => f.write_str("unauthenticated multibulk length"),
            Self::UnauthenticatedBulkLength => f.write_str("unauthenticated bulk length"),
        }
    }
}

impl std::error::Error for ProtocolError {}

/// Puts requests together from bytes as they arrive, in pieces of any size.
#[derive(Clone, Debug, Default)]
pub struct RequestParser {
    buffer: Vec<u8>,
    /// How much of the buffer is used up.
    at: usize,
    /// Arguments still to come of the array being read.
    missing: usize,
    /// Length of the argument being read.
    bulk: Option<usize>,
    args: Vec<Bytes>,
    limits: RequestLimits,
}

impl RequestParser {
    /// What may be sent from now on.
    pub fn set_limits(&mut self, limits: RequestLimits) {
        self.limits = limits;
    }

    /// Bytes held that are not part of a whole request yet, arguments that have arrived included.
    pub fn pending_len(&self) -> usize {
        self.buffer.len() - self.at + self.args.iter().map(|arg| arg.len()).sum::<usize>()
    }

    /// Hands back the room of a request that is done with, so that the next one need not ask for any.
    pub fn recycle(&mut self, mut args: Vec<Bytes>) {
        if self.args.capacity() == 0 && args.capacity() <= ARGS_EXPECTED {
            args.clear();
            self.args = args;
        }
    }

    /// Takes in bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
            // What one long argument needed is not kept.
            if self.buffer.capacity() > SPARE_MAX && self.buffer.len() + bytes.len() < SPARE_MAX / 4 {
                self.buffer.shrink_to(SPARE_MAX / 4);
            }
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole request, if there is one. Empty lines and empty arrays are skipped, as they get no reply.
    pub fn next_request(&mut self) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        loop {
            if self.missing == 0 {
                match self.buffer.get(self.at) {
                    None => return Ok(None),
                    Some(b'*') => {
                        if !self.read_count()? {
                            return Ok(None);
                        }
                    }
                    Some(_) => match self.read_inline()? {
                        None => return Ok(None),
                        Some(args) if args.is_empty() => {}
                        Some(args) => return Ok(Some(args)),
                    },
                }
                continue;
            }
            if !self.read_argument()? {
                return Ok(None);
            }
            if self.missing == 0 {
                return Ok(Some(std::mem::take(&mut self.args)));
            }
        }
    }

    /// A line without its end, and takes it away; `None` while it is not whole.
    fn read_line(&mut self, too_big: ProtocolError) -> Result<Option<(usize, usize)>, ProtocolError> {
        let rest = &self.buffer[self.at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\r') else {
            return if rest.len() > INLINE_MAX { Err(too_big) } else { Ok(None) };
        };
        // The line feed must have arrived too.
        if end + 1 >= rest.len() {
            return Ok(None);
        }
        let line = (self.at, self.at + end);
        self.at += end + 2;
        Ok(Some(line))
    }

    /// The number behind a mark, in a line of its own; `None` while that is not whole.
    fn read_number(
        &mut self,
        too_big: ProtocolError,
        range: RangeInclusive<i64>,
        invalid: ProtocolError,
    ) -> Result<Option<i64>, ProtocolError> {
        // Most have a digit or two.
        let (number, len) = match self.buffer.get(self.at + 1..).unwrap_or_default() {
            [one @ b'0'..=b'9', b'\r', _, ..] => (i64::from(one - b'0'), 4),
            [ten @ b'1'..=b'9', one @ b'0'..=b'9', b'\r', _, ..] => {
                (i64::from(ten - b'0') * 10 + i64::from(one - b'0'), 5)
            }
            _ => match self.read_line(too_big)? {
                Some((start, end)) => (parse_int(&self.buffer[start + 1..end]).ok_or(invalid)?, 0),
                None => return Ok(None),
            },
        };
        self.at += len;
        if range.contains(&number) { Ok(Some(number)) } else { Err(invalid) }
    }

    fn read_count(&mut self) -> Result<bool, ProtocolError> {
        let invalid = ProtocolError::InvalidMultibulkLength;
        let count = self.read_number(ProtocolError::TooBigMultibulkCount, i64::MIN..=ARGS_MAX, invalid)?;
        let Some(count) = count else {
            return Ok(false);
        };
        if self.limits.is_stranger && count > STRANGER_ARGS_MAX {
            return Err(ProtocolError::UnauthenticatedMultibulkLength);
        }
        self.missing = usize::try_from(count).unwrap_or(0);
        self.args.reserve(self.missing.min(ARGS_EXPECTED));
        Ok(true)
    }

    fn read_argument(&mut self) -> Result<bool, ProtocolError> {
        if self.bulk.is_none() {
            match self.buffer.get(self.at) {
                None => return Ok(false),
                Some(b'$') => {}
                Some(other) => {
                    // Redis says so only when the line is whole.
                    let other = *other;
                    return match self.read_line(ProtocolError::TooBigBulkCount)? {
                        None => Ok(false),
                        Some(_) => Err(ProtocolError::ExpectedDollar(other)),
                    };
                }
            }
            let invalid = ProtocolError::InvalidBulkLength;
            let len = self.read_number(ProtocolError::TooBigBulkCount, 0..=self.limits.bulk_max, invalid)?;
            let Some(len) = len else {
                return Ok(false);
            };
            if self.limits.is_stranger && len > STRANGER_BULK_MAX {
                return Err(ProtocolError::UnauthenticatedBulkLength);
            }
            self.bulk = usize::try_from(len).ok();
        }
        let len = self.bulk.unwrap_or(0);
        let rest = &self.buffer[self.at..];
        if rest.len() < len + 2 {
            return Ok(false);
        }
        self.args.push(Bytes::first(rest, len));
        self.at += len + 2;
        self.bulk = None;
        self.missing -= 1;
        Ok(true)
    }

    fn read_inline(&mut self) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        let rest = &self.buffer[self.at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > INLINE_MAX { Err(ProtocolError::TooBigInline) } else { Ok(None) };
        };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let args = split_args(line).ok_or(ProtocolError::UnbalancedQuotes)?;
        self.at += end + 1;
        Ok(Some(args))
    }
}

/// A decimal integer in its canonical form: no sign but `-`, no leading zero.
fn parse_int(text: &[u8]) -> Option<i64> {
    let (digits, negative) = match text {
        [b'-', rest @ ..] => (rest, true),
        _ => (text, false),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] => {}
        _ => return None,
    }
    let mut value: i64 = 0;
    for byte in digits {
        let digit = i64::from(byte.wrapping_sub(b'0'));
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(digit)?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<Vec<Vec<String>>, ProtocolError> {
        let mut parser = RequestParser::default();
        parser.feed(bytes);
        let mut requests = Vec::new();
        while let Some(args) = parser.next_request()? {
            requests.push(args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect());
        }
        Ok(requests)
    }

    #[test]
    fn arrays_and_lines_are_requests() {
        assert_eq!(parse(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"), Ok(vec![vec!["GET".into(), "a".into()]]));
        assert_eq!(parse(b"GET 'a b'\r\n\r\nPING\n"), Ok(vec![vec!["GET".into(), "a b".into()], vec!["PING".into()]]));
        assert_eq!(parse(b"*0\r\n*-1\r\nPING\r\n"), Ok(vec![vec!["PING".into()]]));
        assert_eq!(parse(b"*1\r\n$4\r\nPI"), Ok(vec![]));
    }

    #[test]
    fn breaches_of_protocol_are_named_in_redis_words() {
        for (bytes, text) in [
            (&b"*x\r\n"[..], "invalid multibulk length"),
            (b"*2147483648\r\n", "invalid multibulk length"),
            (b"*99999999999999999999\r\n", "invalid multibulk length"),
            (b"*1\r\n:3\r\n", "expected '$', got ':'"),
            (b"*1\r\n$-1\r\n", "invalid bulk length"),
            (b"*1\r\n$536870913\r\n", "invalid bulk length"),
            (b"*1\r\n$01\r\n", "invalid bulk length"),
            (b"GET \"a\r\n", "unbalanced quotes in request"),
        ] {
            let error = parse(bytes).unwrap_err().to_string();
            assert_eq!(error, format!("ERR Protocol error: {text}"), "{}", bytes.escape_ascii());
        }
        assert_eq!(parse(&vec![b'a'; INLINE_MAX + 1]), Err(ProtocolError::TooBigInline));
        let endless: Vec<u8> = [b"*".to_vec(), vec![b'1'; INLINE_MAX + 1]].concat();
        assert_eq!(parse(&endless), Err(ProtocolError::TooBigMultibulkCount));
    }

    #[test]
    fn strangers_may_send_little() {
        let mut parser = RequestParser::default();
        parser.set_limits(RequestLimits { is_stranger: true, ..RequestLimits::default() });
        for (bytes, expected) in [
            (&b"*11\r\n"[..], ProtocolError::UnauthenticatedMultibulkLength),
            (b"*1\r\n$16385\r\n", ProtocolError::UnauthenticatedBulkLength),
        ] {
            let mut parser = parser.clone();
            parser.feed(bytes);
            assert_eq!(parser.next_request(), Err(expected));
        }
    }

    #[test]
    fn a_long_argument_costs_nothing_until_it_arrives() {
        let mut parser = RequestParser::default();
        parser.feed(b"*2147483647\r\n$536870912\r\n");
        assert_eq!(parser.next_request(), Ok(None));
        assert!(parser.buffer.capacity() + parser.args.capacity() * size_of::<Bytes>() < 4_096);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b"*$\r\n\"'0123"[..])], 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn pieces_of_any_size_give_the_same_requests(
            args in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..6),
            piece in 1usize..10,
        ) {
            let args: Vec<Bytes> = args.into_iter().map(Bytes::from).collect();
            let mut bytes = Vec::new();
            super::super::encode_command(&args, &mut bytes);
            let mut parser = RequestParser::default();
            let mut requests = Vec::new();
            for piece in bytes.chunks(piece) {
                parser.feed(piece);
                requests.extend(parser.next_request().unwrap());
            }
            prop_assert_eq!(requests, vec![args]);
        }
    }
}

//! A reply onto the wire, in RESP2 or RESP3.

use super::{Bytes, Value, format_double};

/// Appends a reply as a client of that protocol (2 or 3) receives it.
pub fn encode(value: &Value, protocol: u8, into: &mut Vec<u8>) {
    let is_3 = protocol >= 3;
    match value {
        Value::Simple(text) => line(b'+', text, into),
        Value::Error(text) => line(b'-', text, into),
        Value::Int(n) => header(b':', *n, into),
        Value::Bulk(bytes) => blob(b'$', bytes, into),
        Value::Null | Value::NullArray if is_3 => into.extend_from_slice(b"_\r\n"),
        Value::Null => into.extend_from_slice(b"$-1\r\n"),
        Value::NullArray => into.extend_from_slice(b"*-1\r\n"),
        Value::Array(items) => aggregate(b'*', items, protocol, into),
        Value::Strings(items) => encode_command(items, into),
        Value::Set(items) => aggregate(if is_3 { b'~' } else { b'*' }, items, protocol, into),
        Value::Push(items) => aggregate(if is_3 { b'>' } else { b'*' }, items, protocol, into),
        Value::Map(pairs) => {
            let (kind, count) = if is_3 { (b'%', pairs.len()) } else { (b'*', pairs.len() * 2) };
            header(kind, count as i64, into);
            encode_pairs(pairs, protocol, into);
        }
        Value::Attributed(both) => {
            if is_3 {
                header(b'|', both.0.len() as i64, into);
                encode_pairs(&both.0, protocol, into);
            }
            encode(&both.1, protocol, into);
        }
        Value::Printed(protocol, value) => encode(value, *protocol, into),
        Value::CutShort(announced, items) => {
            header(b'*', *announced as i64, into);
            encode_all(items, protocol, into);
        }
        Value::Double(value) if is_3 => line(b',', format_double(*value).as_bytes(), into),
        Value::Double(value) => blob(b'$', format_double(*value).as_bytes(), into),
        Value::DoubleText(text) if is_3 => line(b',', text, into),
        Value::Bool(value) if is_3 => {
            into.extend_from_slice(if *value { b"#t\r\n" } else { b"#f\r\n" });
        }
        Value::Bool(value) => header(b':', i64::from(*value), into),
        Value::BigNumber(digits) if is_3 => line(b'(', digits, into),
        Value::DoubleText(digits) | Value::BigNumber(digits) => blob(b'$', digits, into),
        Value::Verbatim(format, text) if is_3 => {
            header(b'=', text.len() as i64 + 4, into);
            into.extend_from_slice(format);
            into.push(b':');
            into.extend_from_slice(text);
            into.extend_from_slice(b"\r\n");
        }
        Value::Verbatim(_, text) => blob(b'$', text, into),
    }
}

fn encode_pairs(pairs: &[(Value, Value)], protocol: u8, into: &mut Vec<u8>) {
    for (key, value) in pairs {
        encode(key, protocol, into);
        encode(value, protocol, into);
    }
}

/// Appends a command as a client, or a primary to its replicas, sends it: an array of bulk strings.
pub fn encode_command(argv: &[Bytes], into: &mut Vec<u8>) {
    header(b'*', argv.len() as i64, into);
    for arg in argv {
        blob(b'$', arg, into);
    }
}

/// How long a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestSize {
    /// Bytes of its words.
    pub text: usize,
    /// Bytes that [`encode_command`] would append.
    pub wire: usize,
}

/// How long a request is.
#[inline(always)]
pub fn request_size(argv: &[Bytes]) -> RequestSize {
    let (mut text, mut marks) = (0, header_len(argv.len()));
    for arg in argv {
        text += arg.len();
        marks += header_len(arg.len()) + 2;
    }
    RequestSize { text, wire: text + marks }
}

/// How many bytes [`encode_command`] would append.
pub fn wire_len(argv: &[Bytes]) -> usize {
    request_size(argv).wire
}

/// How long a reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplySize {
    /// Bytes of its strings, and eight for each number and each element: what there is to copy.
    pub payload: usize,
    /// Bytes that [`encode`] would append.
    pub wire: usize,
}

/// How many bytes [`encode`] would append.
pub fn reply_len(value: &Value, protocol: u8) -> usize {
    reply_size(value, protocol).wire
}

/// How long a reply is.
#[inline(always)]
pub fn reply_size(value: &Value, protocol: u8) -> ReplySize {
    match value {
        Value::Bulk(bytes) => ReplySize { payload: bytes.len(), wire: blob_len(bytes.len()) },
        Value::Simple(text) | Value::Error(text) => ReplySize { payload: text.len(), wire: text.len() + 3 },
        Value::Int(n @ 0..10_000) => ReplySize { payload: NUMBER, wire: header_len(*n as usize) },
        Value::Null => ReplySize { payload: NUMBER, wire: if protocol >= 3 { 3 } else { 5 } },
        other => other_reply_size(other, protocol),
    }
}

/// A number's, and whatever else's, payload.
const NUMBER: usize = 8;

#[inline]
fn blob_len(len: usize) -> usize {
    header_len(len) + len + 2
}

/// The same for what is not most common.
fn other_reply_size(value: &Value, protocol: u8) -> ReplySize {
    let is_3 = protocol >= 3;
    let number = |wire| ReplySize { payload: NUMBER, wire };
    match value {
        Value::Simple(_) | Value::Error(_) | Value::Bulk(_) | Value::Null => reply_size(value, protocol),
        Value::NullArray => number(if is_3 { 3 } else { 5 }),
        Value::Int(n) => {
            let digits = n.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
            number(digits + usize::from(*n < 0) + 3)
        }
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            size_of_all(items.len(), items.len(), items, protocol)
        }
        Value::Strings(items) => {
            let RequestSize { text, wire } = request_size(items);
            ReplySize { payload: text + NUMBER * items.len(), wire }
        }
        Value::Map(pairs) => {
            let len = if is_3 { pairs.len() } else { pairs.len() * 2 };
            size_of_all(len, pairs.len(), pairs.iter().flat_map(|(key, value)| [key, value]), protocol)
        }
        Value::Printed(protocol, value) => reply_size(value, *protocol),
        Value::CutShort(announced, items) => size_of_all(*announced, items.len(), items, protocol),
        Value::Verbatim(_, text) => {
            ReplySize { payload: text.len(), wire: blob_len(text.len() + if is_3 { 4 } else { 0 }) }
        }
        Value::DoubleText(digits) | Value::BigNumber(digits) if !is_3 => number(blob_len(digits.len())),
        Value::DoubleText(digits) | Value::BigNumber(digits) => number(digits.len() + 3),
        Value::Double(_) | Value::Bool(_) | Value::Attributed(_) => {
            let mut bytes = Vec::new();
            encode(value, protocol, &mut bytes);
            number(bytes.len())
        }
    }
}

/// The same for an aggregate whose header says `len`, and that counts as so many `elements`.
fn size_of_all<'a>(len: usize, elements: usize, all: impl IntoIterator<Item = &'a Value>, protocol: u8) -> ReplySize {
    let mut size = ReplySize { payload: NUMBER * elements, wire: header_len(len) };
    for value in all {
        let ReplySize { payload, wire } = reply_size(value, protocol);
        size.payload += payload;
        size.wire += wire;
    }
    size
}

#[inline]
fn header_len(n: usize) -> usize {
    // Most are short, and a logarithm takes its time.
    match n {
        0..10 => 4,
        10..100 => 5,
        100..1_000 => 6,
        _ => long_header_len(n),
    }
}

#[cold]
#[inline(never)]
fn long_header_len(n: usize) -> usize {
    n.ilog10() as usize + 4
}

fn header(kind: u8, n: i64, into: &mut Vec<u8>) {
    into.push(kind);
    if (0..10).contains(&n) {
        into.push(b'0' + n as u8);
    } else {
        let mut digits = [0; Bytes::DIGITS];
        into.extend_from_slice(Bytes::digits(n, &mut digits));
    }
    into.extend_from_slice(b"\r\n");
}

fn line(kind: u8, text: &[u8], into: &mut Vec<u8>) {
    into.push(kind);
    into.extend_from_slice(text);
    into.extend_from_slice(b"\r\n");
}

fn blob(kind: u8, bytes: &[u8], into: &mut Vec<u8>) {
    header(kind, bytes.len() as i64, into);
    into.extend_from_slice(bytes);
    into.extend_from_slice(b"\r\n");
}

fn aggregate(kind: u8, items: &[Value], protocol: u8, into: &mut Vec<u8>) {
    header(kind, items.len() as i64, into);
    encode_all(items, protocol, into);
}

fn encode_all(items: &[Value], protocol: u8, into: &mut Vec<u8>) {
    for item in items {
        encode(item, protocol, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value, protocol: u8) -> String {
        let mut bytes = Vec::new();
        encode(value, protocol, &mut bytes);
        assert_eq!(bytes.len(), reply_len(value, protocol));
        bytes.escape_ascii().to_string().replace("\\r\\n", " ")
    }

    #[test]
    fn each_value_has_its_form_in_each_protocol() {
        let bulk = |s: &str| Value::bulk(s);
        for (value, two, three) in [
            (Value::ok(), "+OK ", "+OK "),
            (Value::error("ERR x"), "-ERR x ", "-ERR x "),
            (Value::Int(-120), ":-120 ", ":-120 "),
            (Value::Int(i64::MIN), ":-9223372036854775808 ", ":-9223372036854775808 "),
            (bulk("hello world"), "$11 hello world ", "$11 hello world "),
            (Value::Null, "$-1 ", "_ "),
            (Value::NullArray, "*-1 ", "_ "),
            (Value::Array(vec![Value::Int(1), bulk("a")]), "*2 :1 $1 a ", "*2 :1 $1 a "),
            (Value::Strings(vec!["a".into(), "bc".into()]), "*2 $1 a $2 bc ", "*2 $1 a $2 bc "),
            (Value::Set(vec![Value::Int(1)]), "*1 :1 ", "~1 :1 "),
            (Value::Push(vec![Value::Int(1)]), "*1 :1 ", ">1 :1 "),
            (Value::Map(vec![(bulk("k"), Value::Int(1))]), "*2 $1 k :1 ", "%1 $1 k :1 "),
            (Value::Double(1.1), "$18 1.1000000000000001 ", ",1.1000000000000001 "),
            (Value::Bool(true), ":1 ", "#t "),
            (
                Value::BigNumber(Bytes::from("12345678901234567890")),
                "$20 12345678901234567890 ",
                "(12345678901234567890 ",
            ),
            (Value::Verbatim(*b"txt", Bytes::from("ab")), "$2 ab ", "=6 txt:ab "),
            (
                Value::Attributed(Box::new((vec![(bulk("k"), Value::Int(1))], Value::Bool(true)))),
                ":1 ",
                "|1 $1 k :1 #t ",
            ),
            (Value::Array(vec![Value::Null, Value::Printed(2, Box::new(Value::Null))]), "*2 $-1 $-1 ", "*2 _ $-1 "),
            (Value::Printed(3, Box::new(Value::Bool(true))), "#t ", "#t "),
            (Value::CutShort(3, vec![Value::ok(), Value::Null]), "*3 +OK $-1 ", "*3 +OK _ "),
        ] {
            assert_eq!((text(&value, 2).as_str(), text(&value, 3).as_str()), (two, three));
        }
    }

    #[test]
    fn the_length_of_a_command_is_known_without_writing_it() {
        for argv in [vec![], vec!["PING"], vec!["SET", "k", "a value of more than ten bytes"], vec![""; 100]] {
            let argv: Vec<Bytes> = argv.into_iter().map(Bytes::from).collect();
            let mut bytes = Vec::new();
            encode_command(&argv, &mut bytes);
            assert_eq!(wire_len(&argv), bytes.len());
        }
    }
}

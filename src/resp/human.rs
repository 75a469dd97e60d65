//! A reply as redis-cli prints it on a terminal.

use std::fmt::Write as _;

use super::{Value, format_double};

/// The text redis-cli shows, without the line end after it. A RESP2 client sees [`Value::to_resp2`] of a reply.
pub fn format(value: &Value) -> String {
    let mut text = String::new();
    write(value, "", &mut text);
    text
}

/// A string in quotes, with what does not print escaped.
pub fn quote(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'"' => text.push_str("\\\""),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            7 => text.push_str("\\a"),
            8 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(byte)),
            other => push(&mut text, format_args!("\\x{other:02x}")),
        }
    }
    text.push('"');
    text
}

/// Appends formatted text; a `String` takes anything.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

/// Writes a value; `prefix` is the indentation of its second and later lines.
fn write(value: &Value, prefix: &str, text: &mut String) {
    match value {
        Value::Simple(status) => text.push_str(&String::from_utf8_lossy(status)),
        Value::Error(error) => {
            text.push_str("(error) ");
            text.push_str(&String::from_utf8_lossy(error));
        }
        Value::Int(n) => push(text, format_args!("(integer) {n}")),
        Value::Bulk(bytes) => text.push_str(&quote(bytes)),
        Value::Null | Value::NullArray => text.push_str("(nil)"),
        Value::Double(value) => push(text, format_args!("(double) {}", format_double(*value))),
        Value::Bool(value) => text.push_str(if *value { "(true)" } else { "(false)" }),
        Value::DoubleText(raw) => {
            text.push_str("(double) ");
            text.push_str(&String::from_utf8_lossy(raw));
        }
        Value::BigNumber(raw) | Value::Verbatim(_, raw) => {
            text.push_str(&String::from_utf8_lossy(raw));
        }
        Value::Array(items) | Value::CutShort(_, items) => write_items(items, ')', "(empty array)", prefix, text),
        Value::Strings(_) => write(&value.to_resp2(), prefix, text),
        Value::Set(items) => write_items(items, '~', "(empty set)", prefix, text),
        Value::Push(items) => write_items(items, '>', "(empty push)", prefix, text),
        Value::Attributed(both) => write(&both.1, prefix, text),
        Value::Printed(2, value) => write(&value.to_resp2(), prefix, text),
        Value::Printed(_, value) => write(value, prefix, text),
        Value::Map(pairs) => {
            let mut numbers = Numbers::new(pairs.len(), '#', "(empty hash)", prefix, text);
            for (key, value) in pairs {
                numbers.next(text);
                write(key, &numbers.inner, text);
                text.push_str(" => ");
                let start = text.len();
                write(value, &numbers.inner, text);
                // What takes several lines begins with one of its own.
                if text[start..].contains('\n') {
                    text.insert_str(start, &format!("\n{}", numbers.inner));
                }
            }
        }
    }
}

fn write_items(items: &[Value], mark: char, empty: &str, prefix: &str, text: &mut String) {
    let mut numbers = Numbers::new(items.len(), mark, empty, prefix, text);
    for item in items {
        numbers.next(text);
        write(item, &numbers.inner, text);
    }
}

/// Numbers lines, right-aligned to the widest.
struct Numbers<'a> {
    at: usize,
    width: usize,
    mark: char,
    outer: &'a str,
    inner: String,
}

impl<'a> Numbers<'a> {
    fn new(count: usize, mark: char, empty: &str, outer: &'a str, text: &mut String) -> Self {
        if count == 0 {
            text.push_str(empty);
        }
        let width = count.checked_ilog10().unwrap_or(0) as usize + 1;
        Self { at: 0, width, mark, outer, inner: format!("{outer}{}", " ".repeat(width + 2)) }
    }

    fn next(&mut self, text: &mut String) {
        if self.at > 0 {
            text.push('\n');
            text.push_str(self.outer);
        }
        self.at += 1;
        push(text, format_args!("{:>width$}{} ", self.at, self.mark, width = self.width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn bulk(text: &str) -> Value {
        Value::bulk(text)
    }

    #[test]
    fn single_replies_say_what_they_are() {
        for (value, text) in [
            (Value::ok(), "OK"),
            (Value::error("ERR no such key"), "(error) ERR no such key"),
            (Value::Int(-3), "(integer) -3"),
            (Value::Null, "(nil)"),
            (Value::NullArray, "(nil)"),
            (Value::Bool(true), "(true)"),
            (Value::Double(1.5), "(double) 1.5"),
            (Value::Array(vec![]), "(empty array)"),
            (Value::Strings(vec![]), "(empty array)"),
            (Value::Set(vec![]), "(empty set)"),
            (Value::Map(vec![]), "(empty hash)"),
            (bulk("a\"b\\\n\u{1}é"), r#""a\"b\\\n\x01\xc3\xa9""#),
            (Value::Verbatim(*b"txt", "two\nlines".into()), "two\nlines"),
            (Value::Printed(2, Box::new(Value::Bool(true))), "(integer) 1"),
            (Value::Printed(3, Box::new(Value::Bool(true))), "(true)"),
        ] {
            assert_eq!(format(&value), text);
        }
    }

    #[test]
    fn nested_replies_are_numbered_and_indented() {
        let ten = (1..=10).map(Value::Int).collect();
        let value = Value::Array(vec![
            bulk("a"),
            Value::Array(vec![bulk("b"), Value::Array(vec![Value::Null])]),
            Value::Map(vec![(bulk("k"), Value::Int(1)), (bulk("l"), Value::Array(vec![bulk("x"), bulk("y")]))]),
            Value::Array(ten),
        ]);
        expect![[r#"
            1) "a"
            2) 1) "b"
               2) 1) (nil)
            3) 1# "k" => (integer) 1
               2# "l" => 
                  1) "x"
                  2) "y"
            4)  1) (integer) 1
                2) (integer) 2
                3) (integer) 3
                4) (integer) 4
                5) (integer) 5
                6) (integer) 6
                7) (integer) 7
                8) (integer) 8
                9) (integer) 9
               10) (integer) 10"#]]
        .assert_eq(&format(&value));
    }
}

//! A reply off the wire: what [`encode`](super::encode) wrote. For tests and tools; nothing in a run needs it.

use super::{Bytes, Value};

/// How deep replies may be nested.
const DEEPEST: usize = 64;

/// The first reply in `bytes` and how many bytes it takes. `None` if it is not whole or makes no sense.
pub fn decode(bytes: &[u8]) -> Option<(Value, usize)> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    Some((value, reader.at))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        self.at += end + 2;
        Some(&rest[..end])
    }

    fn number(&mut self) -> Option<i64> {
        std::str::from_utf8(self.line()?).ok()?.parse().ok()
    }

    fn blob(&mut self, len: i64) -> Option<&'a [u8]> {
        let len = usize::try_from(len).ok()?;
        let rest = &self.bytes[self.at..];
        if rest.get(len..len.checked_add(2)?)? != b"\r\n" {
            return None;
        }
        self.at += len + 2;
        Some(&rest[..len])
    }

    fn items(&mut self, count: i64, depth: usize) -> Option<Vec<Value>> {
        (0..u32::try_from(count).ok()?).map(|_| self.value(depth + 1)).collect()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let kind = *self.bytes.get(self.at)?;
        self.at += 1;
        if depth > DEEPEST {
            return None;
        }
        Some(match kind {
            b'+' => Value::Simple(Bytes::from(self.line()?)),
            b'-' => Value::Error(Bytes::from(self.line()?)),
            b':' => Value::Int(self.number()?),
            b'_' => {
                self.line()?;
                Value::Null
            }
            b'#' => Value::Bool(self.line()? == b"t"),
            b',' => Value::Double(super::parse_double(self.line()?)?),
            b'(' => Value::BigNumber(Bytes::from(self.line()?)),
            b'$' => match self.number()? {
                -1 => Value::Null,
                len => Value::Bulk(Bytes::from(self.blob(len)?)),
            },
            b'=' => {
                let len = self.number()?;
                let (format, text) = self.blob(len)?.split_at_checked(4)?;
                Value::Verbatim(format[..3].try_into().ok()?, Bytes::from(text))
            }
            b'*' => match self.number()? {
                -1 => Value::NullArray,
                count => Value::Array(self.items(count, depth)?),
            },
            b'~' => {
                let count = self.number()?;
                Value::Set(self.items(count, depth)?)
            }
            b'|' => {
                let count = self.number()?;
                let pairs =
                    (0..u32::try_from(count).ok()?).map(|_| Some((self.value(depth + 1)?, self.value(depth + 1)?)));
                let attributes = pairs.collect::<Option<Vec<_>>>()?;
                Value::Attributed(Box::new((attributes, self.value(depth + 1)?)))
            }
            b'>' => {
                let count = self.number()?;
                Value::Push(self.items(count, depth)?)
            }
            b'%' => {
                let count = self.number()?;
                let pairs =
                    (0..u32::try_from(count).ok()?).map(|_| Some((self.value(depth + 1)?, self.value(depth + 1)?)));
                Value::Map(pairs.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::encode;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..12).prop_map(Bytes::from);
        let line = || "[ -~]{0,12}".prop_map(Bytes::from);
        let leaf = prop_oneof![
            line().prop_map(Value::Simple),
            line().prop_map(Value::Error),
            any::<i64>().prop_map(Value::Int),
            bytes().prop_map(Value::Bulk),
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<f64>().prop_filter("NaN is not equal to itself", |d| !d.is_nan()).prop_map(Value::Double),
            bytes().prop_map(|text| Value::Verbatim(*b"txt", text)),
        ];
        leaf.prop_recursive(3, 32, 5, |inner| {
            let items = prop::collection::vec(inner.clone(), 0..5);
            prop_oneof![
                items.clone().prop_map(Value::Array),
                items.clone().prop_map(Value::Set),
                items.prop_map(Value::Push),
                prop::collection::vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Map),
                (prop::collection::vec((inner.clone(), inner.clone()), 0..3), inner)
                    .prop_map(|both| Value::Attributed(Box::new(both))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_in_resp3_is_decoded(value in any_value()) {
            let mut bytes = Vec::new();
            encode(&value, 3, &mut bytes);
            prop_assert_eq!(bytes.len(), crate::resp::reply_len(&value, 3));
            let len = bytes.len();
            prop_assert_eq!(decode(&bytes), Some((value, len)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&bytes);
        }
    }
}

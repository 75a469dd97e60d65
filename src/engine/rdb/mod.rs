//! Values as bytes: the serialisation of RDB version 10, as DUMP, RESTORE and MIGRATE carry it.
//!
//! A payload is a type byte, the value, two bytes of version (low first) and eight of CRC-64.
//!
//! Start with [`dump`] and [`restore`].

mod crc64;
mod lzf;

use super::number;
use super::value::{Data, StringValue};
use crate::resp::Bytes;

/// The version of Redis 7.0.
const VERSION: u16 = 10;
/// Bytes of version and checksum.
const FOOTER: usize = 10;
/// The type byte of a string.
const TYPE_STRING: u8 = 0;
/// Strings up to this long may be stored as integers.
const INTEGER_MAX: usize = 11;
/// Strings longer than this are compressed if that makes them shorter.
const COMPRESS_ABOVE: usize = 20;
/// Longest string that is believed (`proto-max-bulk-len`).
const LONGEST: u64 = 512 << 20;

/// A payload that cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Version or checksum is wrong.
    Checksum,
    /// What is inside makes no sense, or is of a type that is not built here.
    Format,
}

/// A value with version and checksum; `None` for a type whose form is not built here.
pub fn dump(data: &Data) -> Option<Vec<u8>> {
    let mut writer = Writer::default();
    match data {
        Data::Str(value) => {
            writer.0.push(TYPE_STRING);
            match value {
                StringValue::Int(n) => writer.integer(*n),
                other => other.with_bytes(|bytes| writer.string(bytes)),
            }
        }
        _ => return None,
    }
    let mut payload = writer.0;
    payload.extend_from_slice(&VERSION.to_le_bytes());
    let checksum = crc64::checksum(&payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
    Some(payload)
}

/// Whether version and checksum are right.
pub fn verify(payload: &[u8]) -> Result<(), Damage> {
    let Some((body, checksum)) = payload.split_last_chunk::<8>() else {
        return Err(Damage::Checksum);
    };
    let Some((_, version)) = body.split_last_chunk::<2>() else {
        return Err(Damage::Checksum);
    };
    if u16::from_le_bytes(*version) > VERSION || crc64::checksum(body) != u64::from_le_bytes(*checksum) {
        return Err(Damage::Checksum);
    }
    Ok(())
}

/// The value of a payload that was [verified](verify).
pub fn restore(payload: &[u8]) -> Result<Data, Damage> {
    let body = payload.get(..payload.len().saturating_sub(FOOTER)).unwrap_or_default();
    let mut reader = Reader(body);
    let data = match reader.byte() {
        Some(TYPE_STRING) => reader.string().map(|bytes| Data::Str(StringValue::new(&Bytes::from(bytes)))),
        _ => None,
    };
    data.ok_or(Damage::Format)
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn length(&mut self, len: u64) {
        match len {
            0..64 => self.0.push(len as u8),
            64..16_384 => self.0.extend_from_slice(&[0x40 | (len >> 8) as u8, len as u8]),
            16_384..=0xffff_ffff => {
                self.0.push(0x80);
                self.0.extend_from_slice(&(len as u32).to_be_bytes());
            }
            _ => {
                self.0.push(0x81);
                self.0.extend_from_slice(&len.to_be_bytes());
            }
        }
    }

    /// An integer in 8, 16 or 32 bits, or as text if it needs more.
    fn integer(&mut self, n: i64) {
        if let Ok(n) = i8::try_from(n) {
            self.0.extend_from_slice(&[0xc0, n as u8]);
        } else if let Ok(n) = i16::try_from(n) {
            self.0.push(0xc1);
            self.0.extend_from_slice(&n.to_le_bytes());
        } else if let Ok(n) = i32::try_from(n) {
            self.0.push(0xc2);
            self.0.extend_from_slice(&n.to_le_bytes());
        } else {
            self.plain(number::Decimal::new(n).as_bytes());
        }
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.length(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn string(&mut self, bytes: &[u8]) {
        if bytes.len() <= INTEGER_MAX
            && let Some(n) = number::parse_i64(bytes)
            && i32::try_from(n).is_ok()
        {
            return self.integer(n);
        }
        if bytes.len() > COMPRESS_ABOVE
            && let Some(packed) = lzf::compress(bytes)
        {
            self.0.push(0xc3);
            self.length(packed.len() as u64);
            self.length(bytes.len() as u64);
            self.0.extend_from_slice(&packed);
            return;
        }
        self.plain(bytes);
    }
}

struct Reader<'a>(&'a [u8]);

/// What stands where a length is expected.
enum Length {
    Plain(u64),
    Special(u8),
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn length(&mut self) -> Option<Length> {
        let first = self.byte()?;
        Some(match first >> 6 {
            0 => Length::Plain(u64::from(first)),
            1 => Length::Plain(u64::from(first & 0x3f) << 8 | u64::from(self.byte()?)),
            2 if first == 0x80 => Length::Plain(u64::from(u32::from_be_bytes(self.array()?))),
            2 if first == 0x81 => Length::Plain(u64::from_be_bytes(self.array()?)),
            2 => return None,
            _ => Length::Special(first & 0x3f),
        })
    }

    fn plain_length(&mut self) -> Option<usize> {
        match self.length()? {
            Length::Plain(len) if len <= LONGEST => usize::try_from(len).ok(),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        let integer = |n: i64| Some(number::Decimal::new(n).as_bytes().to_vec());
        match self.length()? {
            Length::Plain(len) => self.take(usize::try_from(len).ok()?).map(<[u8]>::to_vec),
            Length::Special(0) => integer(i64::from(i8::from_le_bytes(self.array()?))),
            Length::Special(1) => integer(i64::from(i16::from_le_bytes(self.array()?))),
            Length::Special(2) => integer(i64::from(i32::from_le_bytes(self.array()?))),
            Length::Special(3) => {
                let packed = self.plain_length()?;
                let len = self.plain_length()?;
                lzf::expand(self.take(packed)?, len)
            }
            Length::Special(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(bytes: &[u8]) -> Vec<u8> {
        let payload = dump(&Data::Str(StringValue::new(&Bytes::from(bytes)))).expect("a string");
        verify(&payload).expect("its own checksum");
        let Data::Str(value) = restore(&payload).expect("its own form") else { panic!("another type") };
        value.bytes().to_vec()
    }

    #[test]
    fn payloads_are_those_of_a_real_server() {
        for (text, payload) in [
            ("1", &b"\x00\xc0\x01\n\x00"[..]),
            ("-200", b"\x00\xc1\x38\xff\n\x00"),
            ("100000", b"\x00\xc2\xa0\x86\x01\x00\n\x00"),
            ("hello", b"\x00\x05hello\n\x00"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", b"\x00\xc3\x09\x1e\x01aa\xe0\x11\x00\x01aa\n\x00"),
        ] {
            let dumped = dump(&Data::Str(StringValue::new(&Bytes::from(text)))).expect("a string");
            assert_eq!(
                dumped[..dumped.len() - 8].escape_ascii().to_string(),
                payload.escape_ascii().to_string(),
                "{text}"
            );
        }
    }

    #[test]
    fn damage_is_noticed() {
        let mut payload = dump(&Data::Str(StringValue::new(&Bytes::from("hello")))).expect("a string");
        payload[2] ^= 1;
        assert_eq!(verify(&payload), Err(Damage::Checksum));
        assert_eq!(verify(b""), Err(Damage::Checksum));
        assert_eq!(verify(b"short"), Err(Damage::Checksum));
    }

    proptest! {
        #[test]
        fn what_was_dumped_is_restored(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'b')], 0..600)) {
            prop_assert_eq!(round_trip(&bytes), bytes);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = verify(&bytes);
            let _ = restore(&bytes);
        }
    }
}

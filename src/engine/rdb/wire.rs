//! Lengths, integers and strings as bytes: what all values are put together of.

use super::lzf;
use crate::engine::number;

/// Strings up to this long may be stored as integers.
const INTEGER_MAX: usize = 11;
/// Strings longer than this are compressed if that makes them shorter.
const COMPRESS_ABOVE: usize = 20;
/// Longest string that is believed (`proto-max-bulk-len`).
const LONGEST: u64 = 512 << 20;

/// Bytes being written.
pub struct Writer {
    /// What there is so far.
    pub bytes: Vec<u8>,
    /// With `rdbcompression`.
    compressor: Option<lzf::Compressor>,
}

impl Writer {
    /// Nothing written yet; whether strings are to be compressed.
    pub fn new(compress: bool) -> Self {
        Self { bytes: Vec::new(), compressor: compress.then(lzf::Compressor::default) }
    }

    /// A length, or any number that is mostly small.
    pub fn length(&mut self, len: u64) {
        match len {
            0..64 => self.bytes.push(len as u8),
            64..16_384 => self.bytes.extend_from_slice(&[0x40 | (len >> 8) as u8, len as u8]),
            16_384..=0xffff_ffff => {
                self.bytes.push(0x80);
                self.bytes.extend_from_slice(&(len as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(0x81);
                self.bytes.extend_from_slice(&len.to_be_bytes());
            }
        }
    }

    /// An integer as a string: in 8, 16 or 32 bits, or as text if it needs more.
    pub fn integer(&mut self, n: i64) {
        if let Ok(n) = i8::try_from(n) {
            self.bytes.extend_from_slice(&[0xc0, n as u8]);
        } else if let Ok(n) = i16::try_from(n) {
            self.bytes.push(0xc1);
            self.bytes.extend_from_slice(&n.to_le_bytes());
        } else if let Ok(n) = i32::try_from(n) {
            self.bytes.push(0xc2);
            self.bytes.extend_from_slice(&n.to_le_bytes());
        } else {
            self.plain(number::Decimal::new(n).as_bytes());
        }
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.length(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A string: as an integer, compressed, or as it is.
    pub fn string(&mut self, bytes: &[u8]) {
        if bytes.len() <= INTEGER_MAX
            && let Some(n) = number::parse_i64(bytes)
            && i32::try_from(n).is_ok()
        {
            return self.integer(n);
        }
        if bytes.len() > COMPRESS_ABOVE
            && let Some(packed) = self.compressor.as_mut().and_then(|compressor| compressor.compress(bytes))
        {
            self.bytes.push(0xc3);
            self.length(packed.len() as u64);
            self.length(bytes.len() as u64);
            self.bytes.extend_from_slice(&packed);
            return;
        }
        self.plain(bytes);
    }
}

/// Bytes still to be read. `None` from any of its functions: what is there is not what it should be.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// So many bytes.
    pub fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// Eight bytes.
    pub fn eight(&mut self) -> Option<[u8; 8]> {
        self.take(8)?.try_into().ok()
    }

    /// Up to eight bytes as a number, low byte first.
    pub fn little_endian(&mut self, n: usize) -> Option<u64> {
        Some(self.take(n)?.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// The same as a number with a sign.
    pub fn little_endian_signed(&mut self, n: usize) -> Option<i64> {
        let unused = 64 - 8 * n as u32;
        Some((self.little_endian(n)? << unused) as i64 >> unused)
    }

    fn big_endian(&mut self, n: usize) -> Option<u64> {
        Some(self.take(n)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// What stands where a length is expected, and whether it names a form of string instead.
    fn length(&mut self) -> Option<(u64, bool)> {
        let first = self.byte()?;
        let low = u64::from(first & 0x3f);
        Some(match first >> 6 {
            0 => (low, false),
            1 => (low << 8 | u64::from(self.byte()?), false),
            2 => match first {
                0x80 => (self.big_endian(4)?, false),
                0x81 => (self.big_endian(8)?, false),
                // No length at all: to a real server too that is the largest number, which only means something as an
                // ID.
                _ => (u64::MAX, false),
            },
            _ => (low, true),
        })
    }

    /// A number written as a length.
    pub fn number(&mut self) -> Option<u64> {
        self.length().map(|(number, _)| number)
    }

    /// How many things follow that take at least so many bytes each: no more are believed than there is room for.
    pub fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len() / least).then_some(count)
    }

    /// A string in any of its forms.
    pub fn string(&mut self) -> Option<Vec<u8>> {
        let width = match self.length()? {
            (len, false) => return self.take(usize::try_from(len).ok()?).map(<[u8]>::to_vec),
            (form @ 0..=2, true) => 1 << form,
            (3, true) => {
                let packed = usize::try_from(self.number()?).ok()?;
                let len = usize::try_from(self.number().filter(|len| *len <= LONGEST)?).ok()?;
                return lzf::expand(self.take(packed)?, len);
            }
            _ => return None,
        };
        self.little_endian_signed(width).map(|n| number::Decimal::new(n).as_bytes().to_vec())
    }
}

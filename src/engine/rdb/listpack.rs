//! Listpacks as bytes: total length (4 bytes), number of elements (2), the elements, an end mark. An element is its
//! encoding, and its length once more, to be read backwards.
//!
//! Source: the listpack specification (antirez, "Listpack specification", 2017) and `src/listpack.c` of Redis 7.0.

use super::wire::Reader;
use crate::engine::number;
use crate::engine::value::listpack;
use crate::resp::Bytes;

const END: u8 = 0xff;
/// Bytes before the first element.
const HEADER: usize = listpack::EMPTY - 1;
/// So many elements and more are not counted.
const UNCOUNTED: usize = 0xffff;

/// A listpack being written.
pub struct Builder {
    bytes: Vec<u8>,
    count: usize,
}

impl Builder {
    /// An empty one.
    pub fn new() -> Self {
        Self { bytes: vec![0; HEADER], count: 0 }
    }

    /// Adds an element; one that is the text of an integer becomes that.
    pub fn push(&mut self, element: &[u8]) {
        if let Some(n) = number::parse_i64(element) {
            return self.push_integer(n);
        }
        let start = self.bytes.len();
        match element.len() {
            len @ 0..64 => self.bytes.push(0x80 | len as u8),
            len @ 64..4_096 => self.bytes.extend_from_slice(&[0xe0 | (len >> 8) as u8, len as u8]),
            len => {
                self.bytes.push(0xf0);
                self.bytes.extend_from_slice(&(len as u32).to_le_bytes());
            }
        }
        self.bytes.extend_from_slice(element);
        self.close(start);
    }

    /// Adds an integer.
    pub fn push_integer(&mut self, n: i64) {
        let start = self.bytes.len();
        let (mark, width) = match n {
            0..=127 => (n as u8, 0),
            -4_096..=4_095 => {
                self.bytes.push(0xc0 | (n >> 8) as u8 & 0x1f);
                (n as u8, 0)
            }
            -32_768..=32_767 => (0xf1, 2),
            -8_388_608..=8_388_607 => (0xf2, 3),
            -2_147_483_648..=2_147_483_647 => (0xf3, 4),
            _ => (0xf4, 8),
        };
        self.bytes.push(mark);
        self.bytes.extend_from_slice(&n.to_le_bytes()[..width]);
        self.close(start);
    }

    /// Says how long the element was that began at `start`.
    fn close(&mut self, start: usize) {
        push_back_length(self.bytes.len() - start, &mut self.bytes);
        self.count += 1;
    }

    /// The whole of it.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.push(END);
        let total = (self.bytes.len() as u32).to_le_bytes();
        let count = (self.count.min(UNCOUNTED) as u16).to_le_bytes();
        self.bytes[..4].copy_from_slice(&total);
        self.bytes[4..HEADER].copy_from_slice(&count);
        self.bytes
    }
}

/// A length, seven bits a byte, so that it can be read from its end: the first byte alone has no high bit.
fn push_back_length(len: usize, into: &mut Vec<u8>) {
    for at in (0..listpack::back_length(len)).rev() {
        let more = if at + 1 < listpack::back_length(len) { 0x80 } else { 0 };
        into.push((len >> (7 * at)) as u8 & 0x7f | more);
    }
}

/// The length that stands at the end of these bytes.
fn back_length(bytes: &[u8]) -> Option<usize> {
    /// Bytes of the longest.
    const LONGEST: usize = 5;
    let mut len = 0;
    for (at, byte) in bytes.iter().rev().take(LONGEST).enumerate() {
        len |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some(len);
        }
    }
    None
}

/// An element of a listpack, or of one of its predecessors.
#[derive(Clone, Copy)]
pub enum Element<'a> {
    /// A text.
    Text(&'a [u8]),
    /// An integer.
    Integer(i64),
}

impl Element<'_> {
    /// As text.
    pub fn bytes(self) -> Bytes {
        match self {
            Self::Text(text) => Bytes::from(text),
            Self::Integer(n) => Bytes::from_int(n),
        }
    }

    /// The integer, if it is stored as one or is the text of one.
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Text(text) => number::parse_i64(text),
            Self::Integer(n) => Some(n),
        }
    }
}

/// The elements of a listpack, every byte of which is looked at: `None` if anything is wrong.
pub fn elements(packed: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = Reader(packed);
    if reader.little_endian(4)? != packed.len() as u64 {
        return None;
    }
    let count = reader.little_endian(2)? as usize;
    let (end, inside) = reader.0.split_last()?;
    if *end != END {
        return None;
    }
    reader.0 = inside;
    let mut elements = Vec::new();
    while !reader.0.is_empty() {
        let before = reader.0.len();
        let element = element(&mut reader)?;
        let len = before - reader.0.len();
        reader.take(listpack::back_length(len))?;
        let read = packed.len() - 1 - reader.0.len();
        if back_length(&packed[..read]) != Some(len) {
            return None;
        }
        elements.push(element);
    }
    (count == UNCOUNTED || count == elements.len()).then_some(elements)
}

fn element<'a>(reader: &mut Reader<'a>) -> Option<Element<'a>> {
    let first = reader.byte()?;
    let width = match first {
        0..=0x7f => return Some(Element::Integer(i64::from(first))),
        0x80..=0xbf => return reader.take(usize::from(first & 0x3f)).map(Element::Text),
        0xc0..=0xdf => {
            let n = i64::from(first & 0x1f) << 8 | i64::from(reader.byte()?);
            // 13 bits, the highest of which is the sign.
            return Some(Element::Integer(if n > 4_095 { n - 8_192 } else { n }));
        }
        0xe0..=0xef => {
            let len = usize::from(first & 0x0f) << 8 | usize::from(reader.byte()?);
            return reader.take(len).map(Element::Text);
        }
        0xf0 => {
            let len = reader.little_endian(4)? as usize;
            return reader.take(len).map(Element::Text);
        }
        0xf1..=0xf3 => usize::from(first - 0xef),
        0xf4 => 8,
        _ => return None,
    };
    reader.little_endian_signed(width).map(Element::Integer)
}

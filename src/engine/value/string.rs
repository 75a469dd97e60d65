//! Strings: an integer, a fixed string, or a buffer that has been grown or written into.

use std::rc::Rc;

use crate::engine::memory;
use crate::engine::number;
use crate::resp::Bytes;

/// A string value. Which of the three it is shows in OBJECT ENCODING and in its memory, never in its bytes.
#[derive(Clone, Debug)]
pub enum StringValue {
    /// The decimal text of an integer (`int`).
    Int(i64),
    /// Written once (`embstr` up to 44 bytes, `raw` above).
    Fixed(Bytes),
    /// Written into (`raw` whatever its length).
    Buffer(Rc<Buffer>),
}

/// A string with room to grow, as Redis keeps one.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    /// What the allocator would have handed out for it, header included.
    allocated: usize,
    /// Bytes of its header.
    header: usize,
}

impl Buffer {
    fn exact(bytes: Vec<u8>) -> Self {
        let header = memory::string_header(bytes.len());
        let allocated = memory::allocated(header + bytes.len() + 1);
        Self { bytes, allocated, header }
    }

    /// Grows as Redis's strings do: to twice what is needed up to 1 MB, then by 1 MB.
    fn make_room(&mut self, len: usize) {
        // A one-byte header has no room for a capacity: such a string has no room to grow into.
        let capacity = if self.header == 1 { self.bytes.len() } else { self.allocated - self.header - 1 };
        if len <= capacity {
            return;
        }
        let wanted = if len < memory::STRING_PREALLOCATION { len * 2 } else { len + memory::STRING_PREALLOCATION };
        self.header = memory::growable_header(wanted);
        self.allocated = memory::allocated(self.header + wanted + 1);
    }
}

impl StringValue {
    /// The value SET stores for these bytes: an integer if they are the canonical text of one.
    pub fn new(bytes: &Bytes) -> Self {
        if bytes.len() <= 20
            && let Some(n) = number::parse_i64(bytes)
        {
            return Self::Int(n);
        }
        Self::Fixed(bytes.clone())
    }

    /// Zeroes of this length, to be written into (SETRANGE and SETBIT of a missing key).
    pub fn zeroes(len: usize) -> Self {
        Self::Buffer(Rc::new(Buffer::exact(vec![0; len])))
    }

    /// The bytes, shared where they can be.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Int(n) => Bytes::from_int(*n),
            Self::Fixed(bytes) => bytes.clone(),
            Self::Buffer(buffer) => Bytes::from(buffer.bytes.as_slice()),
        }
    }

    /// Calls `f` with the bytes, without copying them.
    pub fn with_bytes<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Self::Int(n) => f(number::Decimal::new(*n).as_bytes()),
            Self::Fixed(bytes) => f(bytes),
            Self::Buffer(buffer) => f(&buffer.bytes),
        }
    }

    /// Its length.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(n) => number::Decimal::new(*n).as_bytes().len(),
            Self::Fixed(bytes) => bytes.len(),
            Self::Buffer(buffer) => buffer.bytes.len(),
        }
    }

    /// Whether it is of no length.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The integer it is the text of.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Fixed(bytes) => number::parse_i64(bytes),
            Self::Buffer(buffer) => number::parse_i64(&buffer.bytes),
        }
    }

    /// The bytes to write into, at least `len` of them (zeroes are added). The value is `raw` from now on.
    pub fn writable(&mut self, len: usize) -> &mut Vec<u8> {
        if !matches!(self, Self::Buffer(_)) {
            let bytes = self.with_bytes(<[u8]>::to_vec);
            *self = Self::Buffer(Rc::new(Buffer::exact(bytes)));
        }
        let Self::Buffer(buffer) = self else { unreachable!("just made") };
        let buffer = Rc::make_mut(buffer);
        if len > buffer.bytes.len() {
            buffer.make_room(len);
            buffer.bytes.resize(len, 0);
        }
        &mut buffer.bytes
    }

    /// Takes room to grow into, up to `len` bytes, as before a change that may need it. The value is `raw` from now on.
    pub fn reserve(&mut self, len: usize) {
        self.writable(0);
        if let Self::Buffer(buffer) = self {
            Rc::make_mut(buffer).make_room(len);
        }
    }

    /// Adds bytes at the end. Answers the new length.
    pub fn append(&mut self, more: &[u8]) -> usize {
        let old = self.len();
        if more.is_empty() {
            self.writable(0);
        } else {
            self.writable(old + more.len())[old..].copy_from_slice(more);
        }
        old + more.len()
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Fixed(bytes) if bytes.len() <= memory::EMBEDDED_MAX => "embstr",
            _ => "raw",
        }
    }

    /// Bytes it occupies, header included.
    #[inline]
    pub fn memory(&self) -> usize {
        match self {
            Self::Int(_) => memory::OBJECT,
            // The embedded form's header is 3 bytes.
            Self::Fixed(bytes) if bytes.len() <= memory::EMBEDDED_MAX => {
                memory::allocated(memory::OBJECT + 3 + bytes.len() + 1)
            }
            Self::Fixed(bytes) => memory::OBJECT + memory::string(bytes.len()),
            Self::Buffer(buffer) => memory::OBJECT + buffer.allocated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_follows_the_bytes_and_what_was_done_to_them() {
        let of = |text: &str| StringValue::new(&Bytes::from(text)).encoding();
        assert_eq!(of("12"), "int");
        assert_eq!(of("-9223372036854775808"), "int");
        assert_eq!(of("9223372036854775808"), "embstr");
        assert_eq!(of("012"), "embstr");
        assert_eq!(of(&"x".repeat(44)), "embstr");
        assert_eq!(of(&"x".repeat(45)), "raw");
        let mut grown = StringValue::new(&Bytes::from("ab"));
        grown.append(b"c");
        assert_eq!((grown.encoding(), grown.bytes()), ("raw", Bytes::from("abc")));
    }

    #[test]
    fn memory_is_what_memory_usage_measured() {
        // Measured on 7.0.15 with a one-byte key: 32 bytes of it are the key and its table entry.
        for (len, usage) in [(1, 56), (44, 96), (45, 104), (100, 160), (1_000, 1_072), (1_024, 1_328), (4_096, 5_168)] {
            let value = StringValue::new(&Bytes::from("x".repeat(len)));
            assert_eq!(value.memory() + 32, usage, "{len}");
        }
    }
}

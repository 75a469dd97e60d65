//! A binary-safe string that is cheap to make and to clone: short ones in place, long ones shared.
//!
//! Most words of a request, keys and members are short: they need no allocation, no counter and no second look into memory.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// A binary-safe string, cheap to clone: never changed.
#[derive(Clone)]
pub struct Bytes(Repr);

#[derive(Clone)]
enum Repr {
    /// Up to [`SHORT_MAX`] bytes.
    Short(Short),
    /// Any other. The compiler tells it from a short one by a length that no short one has.
    Long(Rc<[u8]>),
}

/// Two words and a half.
const SHORT_MAX: usize = 20;

/// A short string. The other half word is its length: a length of one byte and a text of 23 would be copied in pieces that
/// overlap, and a processor that reads what it has just written in other pieces waits.
#[derive(Clone, Copy)]
#[repr(C)]
struct Short {
    /// Zeroes behind the text: two are equal if all of this is.
    text: [u8; SHORT_MAX],
    len: ShortLen,
}

macro_rules! short_len {
    ($($name:ident)*) => {
        /// The length of a short string: a type that has few values, which leaves others to tell what is none.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        enum ShortLen { $($name,)* }

        impl ShortLen {
            const ALL: [Self; SHORT_MAX + 1] = [$(Self::$name,)*];
        }
    };
}
short_len!(L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L14 L15 L16 L17 L18 L19 L20);

impl Short {
    /// The first `len` bytes of three words, which are zeroes behind them; nothing if there are not so many.
    #[inline(always)]
    fn new(len: usize, [first, second, last]: [u64; 3]) -> Option<Self> {
        let len = *ShortLen::ALL.get(len)?;
        let mut text = [0; SHORT_MAX];
        // Not `copy_from_slice`, which may become a call.
        for (place, word) in text.as_chunks_mut::<8>().0.iter_mut().zip([first, second]) {
            *place = word.to_le_bytes();
        }
        if let Some(place) = text.last_chunk_mut::<4>() {
            *place = (last as u32).to_le_bytes();
        }
        Some(Self { text, len })
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        &self.text[..self.len as usize]
    }

    /// All of it in words, the first byte lowest, zeroes behind the last one.
    #[inline(always)]
    fn words(&self) -> [u64; 3] {
        let word = |at: usize| self.text[at..].first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
        let half = self.text.last_chunk::<4>().map_or(0, |half| u32::from_le_bytes(*half));
        [word(0), word(8), u64::from(half)]
    }
}

impl Bytes {
    /// Digits of a 64-bit integer, sign included, at most.
    pub(super) const DIGITS: usize = 20;

    /// The same as `from`, for those who make very many: put where it is used.
    #[inline(always)]
    pub fn copied(bytes: &[u8]) -> Self {
        match Short::new(bytes.len(), words_of(bytes)) {
            Some(short) => Self(Repr::Short(short)),
            None => Self(Repr::Long(Rc::from(bytes))),
        }
    }

    /// The first `len` bytes of `text`, or all if there are fewer. What lies behind them is read too where a short string is
    /// made, and masked: that is quicker than to ask how long it is again and again.
    #[inline(always)]
    pub fn first(text: &[u8], len: usize) -> Self {
        if let (Some(block), Some(masks)) = (text.first_chunk::<24>(), MASKS.get(len)) {
            let word = |at: usize| {
                let word = block[8 * at..].first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
                word & masks[at]
            };
            if let Some(short) = Short::new(len, [word(0), word(1), word(2)]) {
                return Self(Repr::Short(short));
            }
        }
        Self::from(text.get(..len).unwrap_or(text))
    }

    /// All of a short string in words, the first byte lowest, zeroes behind the last one.
    #[inline(always)]
    pub fn short_words(&self) -> Option<[u64; 3]> {
        match &self.0 {
            Repr::Short(short) => Some(short.words()),
            Repr::Long(_) => None,
        }
    }

    /// The first eight bytes as one word, the first one lowest, zeroes behind fewer.
    #[inline(always)]
    pub fn first_word(&self) -> u64 {
        match &self.0 {
            Repr::Short(short) => short.words()[0],
            Repr::Long(bytes) => first_word(bytes),
        }
    }

    /// Appends it to `text`: a short one at a stroke, whatever its length.
    #[inline(always)]
    pub fn append_to(&self, text: &mut Vec<u8>) {
        match &self.0 {
            Repr::Short(short) => {
                let end = text.len() + short.bytes().len();
                text.extend_from_slice(&short.text);
                text.truncate(end);
            }
            Repr::Long(bytes) => text.extend_from_slice(bytes),
        }
    }

    /// A short text that is known when this is compiled.
    ///
    /// # Panics
    ///
    /// If it is too long to be short: call it in a `const`, where that is an error of compilation.
    pub const fn literal(literal: &str) -> Self {
        let mut text = [0; SHORT_MAX];
        let (mut rest, bytes) = (literal.len(), literal.as_bytes());
        while rest > 0 {
            rest -= 1;
            text[rest] = bytes[rest];
        }
        Self(Repr::Short(Short { text, len: ShortLen::ALL[bytes.len()] }))
    }

    /// The bytes of a decimal integer, as Redis prints one.
    pub fn from_int(n: i64) -> Self {
        Self::from(Self::digits(n, &mut [0; Self::DIGITS]))
    }

    /// The same in a place of the caller's.
    pub(super) fn digits(n: i64, text: &mut [u8; Self::DIGITS]) -> &[u8] {
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

/// The words of a short string of these bytes: a call to copy them would take longer, and so would a look at what was just
/// written in pieces. Of a longer one they are not all.
#[inline(always)]
fn words_of(bytes: &[u8]) -> [u64; 3] {
    let (len, first) = (bytes.len(), first_word(bytes));
    let (mut second, mut third) = (0, 0);
    // The last word overlaps the one before where the length is no multiple of eight.
    if let Some(last) = bytes.last_chunk::<8>().filter(|_| len > 8 && len <= SHORT_MAX) {
        let last = u64::from_le_bytes(*last);
        if let Some(word) = bytes[8..].first_chunk::<8>() {
            second = u64::from_le_bytes(*word);
            third = if len > 16 { last >> (8 * (24 - len)) } else { 0 };
        } else {
            second = last >> (8 * (16 - len));
        }
    }
    [first, second, third]
}

/// For each length the bits of three words that belong to a short string.
static MASKS: [[u64; 3]; SHORT_MAX + 1] = {
    let mut masks = [[0; 3]; SHORT_MAX + 1];
    let mut len = 0;
    while len <= SHORT_MAX {
        let mut at = 0;
        while at < len {
            masks[len][at / 8] |= 0xff << (8 * (at % 8));
            at += 1;
        }
        len += 1;
    }
    masks
};

/// The first eight bytes as one word, the first one lowest, zeroes behind fewer.
#[inline]
pub fn first_word(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    // The two halves overlap where there are fewer than eight; what is in both is the same.
    if let Some(word) = bytes.first_chunk::<8>() {
        u64::from_le_bytes(*word)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4))
    } else if let [first, .., last] = bytes {
        u64::from(*first) | u64::from(bytes[1]) << 8 | u64::from(*last) << (8 * (len - 1))
    } else {
        bytes.first().map_or(0, |only| u64::from(*only))
    }
}

impl Deref for Bytes {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Short(short) => short.bytes(),
            Repr::Long(bytes) => bytes,
        }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        const { Self::literal("") }
    }
}

impl From<&[u8]> for Bytes {
    #[inline(never)]
    fn from(bytes: &[u8]) -> Self {
        Self::copied(bytes)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl PartialEq for Bytes {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Short(one), Repr::Short(other)) => {
                let (words, others) = (one.words(), other.words());
                // Word by word: to compare all of it at once, it would have to be put together again.
                let differs = |at: usize| words[at] ^ others[at];
                one.len == other.len && (differs(0) | differs(1) | differs(2)) == 0
            }
            (Repr::Long(bytes), Repr::Long(other)) => bytes == other,
            _ => false,
        }
    }
}

impl Eq for Bytes {}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bytes {
    fn cmp(&self, other: &Self) -> Ordering {
        self[..].cmp(&other[..])
    }
}

impl Hash for Bytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_every_length_are_what_they_were_made_of() {
        let all: Vec<u8> = (1..=60).collect();
        for len in 0..all.len() {
            let (bytes, shifted) = (Bytes::from(&all[..len]), Bytes::from(&all[1..=len]));
            assert_eq!(bytes[..], all[..len], "{len}");
            assert_eq!(Bytes::first(&all, len), bytes);
            assert_eq!(Bytes::first(&all[..len], len), bytes);
            assert_eq!(bytes.first_word(), first_word(&all[..len]));
            let mut text = b"before ".to_vec();
            bytes.append_to(&mut text);
            assert_eq!(text, [b"before ", &all[..len]].concat());
            if let Some(words) = bytes.short_words() {
                assert_eq!(words.map(u64::to_le_bytes).concat()[..len], all[..len]);
            }
            assert_eq!(bytes, bytes.clone());
            assert_eq!(bytes == shifted, len == 0, "{len}");
            assert_eq!(bytes.cmp(&shifted), all[..len].cmp(&all[1..=len]));
        }
    }

    #[test]
    fn zeroes_at_the_end_count() {
        assert_ne!(Bytes::from("a"), Bytes::from("a\0"));
        assert_eq!(Bytes::from("a\0").len(), 2);
    }

    #[test]
    fn a_string_takes_no_more_room_than_three_words() {
        assert_eq!(size_of::<Bytes>(), 24);
        assert_eq!(size_of::<Option<Bytes>>(), 24);
    }

    #[test]
    fn integers_are_printed_in_decimal() {
        for n in [0, 7, -1, 10, i64::MAX, i64::MIN] {
            assert_eq!(Bytes::from_int(n), Bytes::from(n.to_string()));
        }
    }
}

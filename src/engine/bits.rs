//! Bits of a byte string, numbered as Redis numbers them: bit 0 is the highest bit of the first byte.
//!
//! Knows nothing of keys or commands. Start with [`count`], [`position`] and [`Field`].

/// How many bits from `from` to `to` (both included, in bits, both inside the string) are 1.
pub fn count(bytes: &[u8], from: usize, to: usize) -> u64 {
    edged(bytes, from, to, 0).map(|(_, byte)| u64::from(byte.count_ones())).sum()
}

/// The first bit of value `bit` from `from` to `to` (both included, in bits, both inside the string).
pub fn position(bytes: &[u8], from: usize, to: usize, bit: bool) -> Option<usize> {
    let flip = if bit { 0 } else { 0xff };
    let (at, byte) = edged(bytes, from, to, flip).find(|(_, byte)| *byte != 0)?;
    Some(at * 8 + byte.leading_zeros() as usize)
}

/// The bytes of a range of bits with their places, each flipped with `flip`, and what of the first and the last lies outside
/// the range as zeroes.
fn edged(bytes: &[u8], from: usize, to: usize, flip: u8) -> impl Iterator<Item = (usize, u8)> + '_ {
    let (first, last) = (from / 8, to / 8);
    let inside = bytes.get(first..=last).unwrap_or_default();
    inside.iter().enumerate().map(move |(at, byte)| {
        let mut mask = 0xffu8;
        if at == 0 {
            mask &= 0xff >> (from % 8);
        }
        if first + at == last {
            mask &= 0xffu8 << (7 - to % 8);
        }
        (first + at, (byte ^ flip) & mask)
    })
}

/// Combines a string into `result`, byte by byte; where `other` ends, zeroes follow.
pub fn combine(result: &mut [u8], other: &[u8], operation: fn(u8, u8) -> u8) {
    let (both, rest) = result.split_at_mut(other.len().min(result.len()));
    for (byte, other) in both.iter_mut().zip(other) {
        *byte = operation(*byte, *other);
    }
    for byte in rest {
        *byte = operation(*byte, 0);
    }
}

/// What becomes of a number that does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// It is cut to the field's bits.
    Wrap,
    /// It becomes the largest or the smallest that fits.
    Saturate,
    /// It is not written.
    Fail,
}

/// An integer inside a string, of 1 to 64 bits (63 if unsigned), at any bit.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its first bit.
    pub offset: u64,
    /// How many bits it has.
    pub width: u32,
    /// Whether it is in two's complement.
    pub signed: bool,
}

impl Field {
    /// Bytes that hold a field of 64 bits wherever it starts.
    const SPAN: usize = 9;

    /// The bits of its bytes, and how far its last bit is from their end.
    fn load(self, bytes: &[u8]) -> (u128, u32) {
        let first = (self.offset / 8) as usize;
        let all = (0..Self::SPAN).fold(0u128, |all, at| {
            let byte = first.checked_add(at).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
            all << 8 | u128::from(byte)
        });
        (all, 8 * Self::SPAN as u32 - (self.offset % 8) as u32 - self.width)
    }

    fn mask(self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// Its value; beyond the end of the string there are zeroes.
    pub fn get(self, bytes: &[u8]) -> i64 {
        let (all, shift) = self.load(bytes);
        self.cut((all >> shift) as u64)
    }

    /// The lowest bits of a number as this field reads them.
    fn cut(self, value: u64) -> i64 {
        let unused = 64 - self.width;
        if self.signed { ((value << unused) as i64) >> unused } else { (value & self.mask()) as i64 }
    }

    /// Writes its value's lowest bits. The string has to reach beyond it.
    pub fn set(self, bytes: &mut [u8], value: i64) {
        let (mut all, shift) = self.load(bytes);
        all &= !(u128::from(self.mask()) << shift);
        all |= u128::from(value as u64 & self.mask()) << shift;
        let first = (self.offset / 8) as usize;
        for (at, byte) in bytes.iter_mut().skip(first).take(Self::SPAN).enumerate() {
            *byte = (all >> (8 * (Self::SPAN - 1 - at))) as u8;
        }
    }

    /// Whether the largest number that fits, less this one, is beyond 64 bits: only in a signed field.
    pub fn is_taken_for_large(self, value: i64) -> bool {
        self.width < 64 && ((self.mask() >> 1) as i64).checked_sub(value).is_none()
    }

    /// A number made to fit. `None`: it does not, and [`Overflow::Fail`] was asked for.
    pub fn fit(self, value: i128, overflow: Overflow) -> Option<i64> {
        let max = i128::from(self.mask() >> u32::from(self.signed));
        let min = if self.signed { -max - 1 } else { 0 };
        if (min..=max).contains(&value) {
            return Some(value as i64);
        }
        match overflow {
            Overflow::Wrap => Some(self.cut(value as u64)),
            Overflow::Saturate => Some(if value > max { max } else { min } as i64),
            Overflow::Fail => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_bits_leave_out_what_is_beside_them() {
        let bytes = [0b1010_0000, 0xff, 0b0000_0001];
        assert_eq!(count(&bytes, 0, 23), 11);
        assert_eq!(count(&bytes, 1, 2), 1);
        assert_eq!(count(&bytes, 2, 8), 2);
        assert_eq!(position(&bytes, 0, 23, true), Some(0));
        assert_eq!(position(&bytes, 3, 23, true), Some(8));
        assert_eq!(position(&bytes, 8, 15, false), None);
        assert_eq!(position(&bytes, 8, 16, false), Some(16));
    }

    #[test]
    fn fields_of_any_width_read_what_was_written_and_leave_their_neighbours() {
        for width in 1..=64 {
            for offset in 0..20 {
                let field = Field { offset, width, signed: true };
                let mut bytes = vec![0u8; 12];
                field.set(&mut bytes, -1);
                assert_eq!(field.get(&bytes), -1);
                assert_eq!(count(&bytes, 0, 95), u64::from(width));
                field.set(&mut bytes, 0);
                assert_eq!(count(&bytes, 0, 95), 0);
            }
        }
    }
}

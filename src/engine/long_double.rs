//! The 80-bit floats of x86 (`long double`), in which INCRBYFLOAT and HINCRBYFLOAT calculate: reading, adding, printing.
//!
//! 64 bits of mantissa and round-to-nearest-even, done in integers, so every machine agrees with a Redis on x86.

use crate::resp::Big;
use std::fmt;

/// Longest text Redis reads a float from.
const LONGEST_TEXT: usize = 5 * 1_024 - 1;
/// Decimal exponents beyond this are out of range whatever the digits (the format ends near 10^±4951).
const EXPONENT_LIMIT: i64 = 5_500;
/// Binary exponents of the highest bit of the largest and the smallest number.
const LARGEST: i64 = 16_383;
const SMALLEST: i64 = -16_445;

/// A number of 64 significant bits, or an infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongDouble {
    negative: bool,
    /// The highest bit is set, unless the number is zero.
    mantissa: u64,
    /// The number is `mantissa · 2^exponent`; [`INFINITE`] for infinities.
    exponent: i64,
}

const INFINITE: i64 = i64::MAX;

impl LongDouble {
    /// 0
    pub const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0 };

    /// Whether this is a number, not an infinity.
    pub fn is_finite(&self) -> bool {
        self.exponent != INFINITE
    }

    /// The double nearest to it, or an infinity.
    pub fn to_f64(self) -> f64 {
        let size = match self.exponent {
            INFINITE => f64::INFINITY,
            exponent => libm::scalbn(self.mantissa as f64, exponent as i32),
        };
        if self.negative { -size } else { size }
    }

    /// As C's `strtold` reads it, with no space before and nothing after; out of range and NaN are refused.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST_TEXT {
            return None;
        }
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
            return Some(Self { negative, mantissa: 0, exponent: INFINITE });
        }
        let number = match text {
            [b'0', b'x' | b'X', digits @ ..] => Self::parse_digits(digits, 16)?,
            digits => Self::parse_digits(digits, 10)?,
        };
        Some(Self { negative, ..number })
    }

    /// Digits with an optional point and exponent, in base 10 or 16.
    fn parse_digits(text: &[u8], base: u32) -> Option<Self> {
        let (number, exponent) = Big::parse(text, base)?;
        if number.is_zero() {
            return Some(Self::ZERO);
        }
        if base == 16 {
            return Self::round(&number, exponent, false);
        }
        if number.magnitude(exponent).abs() > EXPONENT_LIMIT {
            return None;
        }
        let (number, exponent, inexact) = number.times_power_of_ten(exponent);
        Self::round(&number, exponent, inexact)
    }

    /// The nearest number to `big · 2^exponent` (and a little more, if `inexact`). `None` out of range.
    fn round(big: &Big, exponent: i64, inexact: bool) -> Option<Self> {
        let bits = big.bits();
        let (mut mantissa, mut exponent) = if bits <= 64 {
            let low = big.low_u128() as u64;
            let up = 64 - bits;
            (low.checked_shl(up as u32)?, exponent - up as i64)
        } else {
            let drop = bits - 64;
            let mut kept = big.clone();
            let (half, sticky) = kept.shift_right(drop);
            let low = kept.low_u128() as u64;
            let sticky = sticky || inexact;
            let up = half && (sticky || low & 1 == 1);
            let (sum, carried) = low.overflowing_add(u64::from(up));
            (if carried { 1 << 63 } else { sum }, exponent + drop as i64 + i64::from(carried))
        };
        let highest = exponent + 63;
        if !(SMALLEST..=LARGEST).contains(&highest) {
            return None;
        }
        if mantissa == 0 {
            (mantissa, exponent) = (0, 0);
        }
        Some(Self { negative: false, mantissa, exponent })
    }

    /// The sum, rounded. `None` if it is not a number (∞ − ∞); overflow gives an infinity.
    #[must_use]
    pub fn add(self, other: Self) -> Option<Self> {
        match (self.is_finite(), other.is_finite()) {
            (false, false) if self.negative != other.negative => return None,
            (false, _) => return Some(self),
            (_, false) => return Some(other),
            _ => {}
        }
        if self.mantissa == 0 || other.mantissa == 0 {
            return Some(if self.mantissa == 0 { other } else { self });
        }
        let (large, small) = if (self.exponent, self.mantissa) >= (other.exponent, other.mantissa) {
            (self, other)
        } else {
            (other, self)
        };
        // 62 bits below the larger's last: more than enough to round by, with one that says "and something below".
        let distance = large.exponent - small.exponent;
        let one = u128::from(large.mantissa) << 62;
        let full = u128::from(small.mantissa) << 62;
        let two =
            if distance < 127 { (full >> distance) | u128::from((full >> distance) << distance != full) } else { 1 };
        let sum = if large.negative == small.negative { one + two } else { one - two };
        if sum == 0 {
            return Some(Self::ZERO);
        }
        let rounded = Self::round(&Big::from(sum), large.exponent - 62, false);
        let negative = large.negative;
        Some(match rounded {
            Some(number) => Self { negative, ..number },
            None if large.exponent > 0 => Self { negative, mantissa: 0, exponent: INFINITE },
            None => Self::ZERO,
        })
    }
}

/// C's `%.17Lf` with the zeroes at the end taken off.
impl fmt::Display for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PLACES: usize = 17;
        let sign = if self.negative { "-" } else { "" };
        if !self.is_finite() {
            return write!(f, "{sign}inf");
        }
        let mut scaled = Big::from(u128::from(self.mantissa)).product(&Big::from(10u128.pow(PLACES as u32)));
        if self.exponent >= 0 {
            scaled.shift_left(self.exponent as usize);
        } else {
            let (half, sticky) = scaled.shift_right(self.exponent.unsigned_abs() as usize);
            if half && (sticky || scaled.low_u128() & 1 == 1) {
                scaled.multiply_add(1, 1);
            }
        }
        let mut digits = scaled.to_decimal();
        while digits.len() <= PLACES {
            digits.insert(0, '0');
        }
        let fraction = digits.split_off(digits.len() - PLACES);
        let fraction = fraction.trim_end_matches('0');
        match (digits.as_str(), fraction) {
            ("0", "") => f.write_str("0"),
            (whole, "") => write!(f, "{sign}{whole}"),
            (whole, fraction) => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LongDouble;

    fn sum(a: &str, b: &str) -> Option<String> {
        let sum = LongDouble::parse(a.as_bytes())?.add(LongDouble::parse(b.as_bytes())?)?;
        Some(sum.to_string())
    }

    #[test]
    fn sums_are_those_of_a_real_server() {
        for (a, b, expected) in [
            ("10", "0.1", "10.1"),
            ("10.1", "5.0e3", "5010.10000000000000009"),
            ("0.1", "0.2", "0.3"),
            ("3", "1.000000000000000005", "4.00000000000000001"),
            ("1", "-1", "0"),
            ("-0.5", "0.25", "-0.25"),
            ("1e20", "1", "100000000000000000000"),
            ("0x10", "0", "16"),
            ("17179869184.123456789", "0.1", "17179869184.22345678880810738"),
            ("0x1p3", "0", "8"),
            ("1e-4940", "0", "0"),
            ("inf", "1", "inf"),
        ] {
            assert_eq!(sum(a, b).as_deref(), Some(expected), "{a} + {b}");
        }
        assert_eq!(sum("inf", "-inf"), None);
    }

    #[test]
    fn what_is_no_float_is_refused() {
        for text in ["", " 1", "1 ", "abc", "1e", "nan", "1e5000", "1e-5000", ".", "-", "0x", "1..2", "1e99999999999"] {
            assert_eq!(LongDouble::parse(text.as_bytes()), None, "{text:?}");
        }
        for text in [".5", "5.", "+1", "1E3", "-0", "1e4932", "1e-4940"] {
            assert!(LongDouble::parse(text.as_bytes()).is_some(), "{text:?}");
        }
    }
}

//! Numbers as text, by Redis's rules: what counts as an integer or a float, and how they are printed.

use crate::resp::{parse_double, parse_hex_double};

/// The canonical decimal text of an `i64`, without allocating.
pub struct Decimal {
    text: [u8; 20],
    start: usize,
}

impl Decimal {
    /// Of `n`.
    pub fn new(n: i64) -> Self {
        let mut decimal = Self { text: [0; 20], start: 20 };
        let mut rest = n.unsigned_abs();
        loop {
            decimal.start -= 1;
            decimal.text[decimal.start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if n < 0 {
            decimal.start -= 1;
            decimal.text[decimal.start] = b'-';
        }
        decimal
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[self.start..]
    }
}

/// An integer in its one canonical form: no plus, no leading zeroes, no spaces, no `-0`.
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    let mut value: u64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u64::from(digit - b'0');
    }
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// A floating-point number as Redis reads one: as C's `strtod` ([`strtod`]), and neither NaN nor out of a double's range.
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    /// Integers up to here are doubles too.
    const EXACT: i64 = 1 << 53;
    if let Some(value) = parse_i64(text).filter(|value| (-EXACT..=EXACT).contains(value)) {
        return Some(value as f64);
    }
    let value = strtod(text).filter(|value| !value.is_nan())?;
    let too_large = value.is_infinite() && text.iter().any(u8::is_ascii_digit);
    let too_small = || {
        let is_hex = text.iter().any(|byte| byte.eq_ignore_ascii_case(&b'x'));
        let mark = if is_hex { b'p' } else { b'e' };
        let mut digits = text.iter().take_while(|byte| !byte.eq_ignore_ascii_case(&mark));
        digits.any(|byte| byte.is_ascii_hexdigit() && *byte != b'0')
    };
    (!too_large && (value != 0.0 || !too_small())).then_some(value)
}

/// The whole of a text as C's `strtod` reads it, without space before: decimal or hexadecimal, infinity or NaN. Out of range
/// it is an infinity or 0.
pub fn strtod(text: &[u8]) -> Option<f64> {
    let (negative, number) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    match number {
        [b'0', b'x' | b'X', digits @ ..] => {
            let value = parse_hex_double(digits)?;
            Some(if negative { -value } else { value })
        }
        _ => parse_double(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_of_an_integer_is_one() {
        for (text, value) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("99999999999999999999", None),
            ("", None),
            ("-", None),
            ("-0", None),
            ("+1", None),
            ("01", None),
            (" 1", None),
            ("1 ", None),
            ("1x", None),
        ] {
            assert_eq!(parse_i64(text.as_bytes()), value, "{text:?}");
        }
    }

    #[test]
    fn floats_are_read_as_in_c_but_never_as_nan() {
        for (text, value) in [
            ("1.5", Some(1.5)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("+1e3", Some(1e3)),
            (".5", Some(0.5)),
            ("-0x10", Some(-16.0)),
            ("0x0p9999", Some(0.0)),
            ("0e999", Some(0.0)),
            ("5e-324", Some(5e-324)),
            ("infinity", Some(f64::INFINITY)),
            ("-0", Some(0.0)),
            ("9007199254740993", Some(9_007_199_254_740_992.0)),
        ] {
            assert_eq!(parse_f64(text.as_bytes()), value, "{text}");
        }
        for text in
            ["", " 1", "1 ", "nan", "abc", "1e", "1e400", "-1e400", "1e-400", "0x", "0x1p-1080", "0x1p1024", "--1"]
        {
            assert_eq!(parse_f64(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn decimals_print_every_extreme() {
        for n in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(Decimal::new(n).as_bytes(), n.to_string().as_bytes());
        }
    }
}

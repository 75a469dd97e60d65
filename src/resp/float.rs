//! Doubles as text: C's `%.17g`, which is what Redis prints, and the nearest double to a decimal.

use super::Big;

/// `%.17g`, with `inf`, `-inf` and `nan`.
pub fn format_double(value: f64) -> String {
    const DIGITS: i32 = 17;
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // A whole number of no more digits than that, as most scores are.
    let whole = value as i64;
    if whole.unsigned_abs() < 10_u64.pow(DIGITS as u32)
        && whole as f64 - value == 0.0
        && (whole != 0 || value.is_sign_positive())
    {
        return whole.to_string();
    }
    // Rust prints exactly the digits asked for, rounded like C, the same on every machine: `-d.ddde-7`.
    let scientific = format!("{value:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let mut text = String::with_capacity(24);
    text.push_str(sign);
    if !(-4..DIGITS).contains(&exponent) {
        text.push_str(mantissa);
        text.push_str(if exponent < 0 { "e-" } else { "e+" });
        if exponent.abs() < 10 {
            text.push('0');
        }
        text.push_str(&exponent.abs().to_string());
        return text;
    }
    if exponent < 0 {
        text.push_str("0.");
    }
    (1..-exponent).for_each(|_| text.push('0'));
    let mut to_point = exponent + 1;
    for digit in mantissa.chars().filter(|digit| *digit != '.') {
        if to_point == 0 && exponent >= 0 {
            text.push('.');
        }
        text.push(digit);
        to_point -= 1;
    }
    // Zeroes that were cut off in front of the point.
    (0..to_point).for_each(|_| text.push('0'));
    text
}

/// Longest text read as a double.
const LONGEST: usize = 5 * 1_024;

/// The double nearest to a decimal (ties to even), or an infinity where it is too large; `inf`, `infinity` and `nan` in any
/// case of letters. `None`: not a number.
///
/// Rust's own `parse` does the same with a table of ten kilobytes, which would be a good part of the page's download.
pub fn parse_double(text: &[u8]) -> Option<f64> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let value = if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        f64::INFINITY
    } else if text.eq_ignore_ascii_case(b"nan") {
        f64::NAN
    } else if text.len() > LONGEST {
        return None;
    } else {
        let (number, exponent) = Big::parse(text, 10)?;
        nearest(number, exponent)
    };
    Some(if negative { -value } else { value })
}

/// The double nearest to `number · 10^exponent`.
fn nearest(number: Big, exponent: i64) -> f64 {
    if number.is_zero() {
        return 0.0;
    }
    // Where both are exact, one rounding is all that the arithmetic adds (W. Clinger, 1990).
    if number.bits() <= 53 && exponent.abs() <= 22 {
        let (exact, power) = (number.low_u128() as u64 as f64, (0..exponent.abs()).fold(1.0, |power, _| power * 10.0));
        return if exponent < 0 { exact / power } else { exact * power };
    }
    match number.magnitude(exponent) {
        400.. => return f64::INFINITY,
        ..-400 => return 0.0,
        _ => {}
    }
    let (number, exponent, inexact) = number.times_power_of_ten(exponent);
    round(number, exponent, inexact)
}

/// The double nearest to a hexadecimal number with an optional binary exponent (`1.8p3`), as C's `strtod` reads one behind
/// its `0x`. `None`: not a number.
pub fn parse_hex_double(text: &[u8]) -> Option<f64> {
    let (mut number, mut exponent) = Big::parse(text, 16)?;
    if number.is_zero() {
        return Some(0.0);
    }
    match exponent.saturating_add(number.bits() as i64) {
        1_025.. => return Some(f64::INFINITY),
        ..-1_080 => return Some(0.0),
        _ => {}
    }
    let room = 53usize.saturating_sub(number.bits());
    number.shift_left(room);
    exponent -= room as i64;
    Some(round(number, exponent, false))
}

/// A double's bits after its first.
const FRACTION: i64 = 52;
/// The exponent of a subnormal double's last bit.
const LOWEST: i64 = -1_074;

/// The double nearest to `number · 2^exponent` (and a little more, if `inexact`).
fn round(mut number: Big, mut exponent: i64, inexact: bool) -> f64 {
    let last = (number.bits() as i64 + exponent - 1 - FRACTION).max(LOWEST);
    if last > exponent {
        let (half, sticky) = number.shift_right((last - exponent) as usize);
        if half && (sticky || inexact || number.low_u128() & 1 == 1) {
            number.multiply_add(1, 1);
        }
        exponent = last;
    }
    if exponent > 971 {
        return f64::INFINITY;
    }
    // A 54th bit, where rounding brought one, runs into the exponent as it should, up to infinity; so does a subnormal's 53rd.
    let up = (FRACTION + 1 - number.bits() as i64).clamp(0, exponent - LOWEST);
    let mantissa = (number.low_u128() as u64) << up;
    f64::from_bits(mantissa + (((exponent - up - LOWEST) as u64) << FRACTION))
}

#[cfg(test)]
mod tests {
    use super::{format_double, parse_double, parse_hex_double};

    #[test]
    fn doubles_print_as_in_c() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (1.1, "1.1000000000000001"),
            (0.1, "0.10000000000000001"),
            (1e17, "1e+17"),
            (1e16, "10000000000000000"),
            (123_456_789.125, "123456789.125"),
            (1e-4, "0.0001"),
            (1e-5, "1.0000000000000001e-05"),
            (1.5e300, "1.5000000000000001e+300"),
            (-12.5, "-12.5"),
            (-0.00123, "-0.00123"),
            (5e-324, "4.9406564584124654e-324"),
            (99_999_999_999_999_984.0, "99999999999999984"),
            (-1e17, "-1e+17"),
            (1e18, "1e+18"),
            (1.0 / 3.0, "0.33333333333333331"),
            (-2.0 / 3.0 * 1e5, "-66666.666666666657"),
            (4e15 + 0.5, "4000000000000000.5"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(format_double(value), text);
        }
    }

    #[test]
    fn doubles_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "1",
            ".5",
            "5.",
            "1e22",
            "1e23",
            "8.5e22",
            "9007199254740993",
            "9007199254740992.5",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e400",
            "1e99999999",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "4.9e-324",
            "2.5e-324",
            "2.4e-324",
            "1e-400",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
            "7.29e-5",
            "123456789012345678901234567890e-20",
            "+1E3",
            "inf",
            "-Infinity",
            "",
            ".",
            "-",
            "1e",
            "1e+",
            "1..2",
            "a",
            " 1",
            "1 ",
            "0x10",
            "+-1",
            "1e5.5",
            "1_0",
        ] {
            let bits = |value: f64| value.to_bits();
            assert_eq!(parse_double(text.as_bytes()).map(bits), text.parse().ok().map(bits), "{text}");
        }
        assert!(parse_double(b"nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn hexadecimal_doubles_are_read_as_in_c() {
        for (text, value) in [
            ("10", Some(16.0)),
            ("1.8", Some(1.5)),
            (".8p1", Some(1.0)),
            ("1p-1074", Some(5e-324)),
            ("1p-1075", Some(0.0)),
            ("1.8p-1075", Some(5e-324)),
            ("1p-99999999999999999999", Some(0.0)),
            ("1p1023", Some(8.988_465_674_311_58e307)),
            ("1p1024", Some(f64::INFINITY)),
            ("1fffffffffffff.8", Some(9_007_199_254_740_992.0)),
            ("ffffffffffffffffff", Some(4_722_366_482_869_645_213_696.0)),
            ("0p99999", Some(0.0)),
            ("", None),
            (".", None),
            ("p1", None),
            ("1p", None),
            ("1g", None),
        ] {
            assert_eq!(parse_hex_double(text.as_bytes()), value, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_double_is_read_back(bits: u64, digits in 1usize..20) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                for text in [format!("{value:e}"), format!("{value}"), format_double(value), format!("{value:.digits$e}")] {
                    let expected: f64 = text.parse().unwrap();
                    proptest::prop_assert_eq!(parse_double(text.as_bytes()).map(f64::to_bits), Some(expected.to_bits()), "{}", text);
                }
            }
        }

        #[test]
        fn any_decimal_is_read_as_the_standard_library_reads_it(whole: u64, digits in "[0-9]{0,30}", exponent in -350i32..330) {
            let text = format!("{whole}.{digits}e{exponent}");
            let expected: f64 = text.parse().unwrap();
            proptest::prop_assert_eq!(parse_double(text.as_bytes()).map(f64::to_bits), Some(expected.to_bits()), "{}", text);
        }
    }
}

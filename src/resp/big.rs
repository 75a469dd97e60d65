//! Natural numbers of any size: what reading a decimal fraction exactly takes.
//!
//! Start with [`Big::parse`] and [`Big::times_power_of_ten`].

use std::cmp::Ordering;

/// A natural number of any size, lowest word first, without zeroes at the top.
#[derive(Clone, Debug, Default)]
pub struct Big(Vec<u32>);

impl From<u128> for Big {
    fn from(mut n: u128) -> Self {
        let mut words = Vec::new();
        while n > 0 {
            words.push(n as u32);
            n >>= 32;
        }
        Self(words)
    }
}

impl Big {
    /// Digits with an optional point and exponent, in base 10 or 16: the digits as one number, and the power of the base
    /// (of 2 in base 16) that it is to be multiplied with.
    pub fn parse(text: &[u8], base: u32) -> Option<(Self, i64)> {
        let mark = if base == 16 { b'p' } else { b'e' };
        let end = text.iter().position(|byte| byte.to_ascii_lowercase() == mark);
        let (digits, exponent) = match end {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let mut number = Self::default();
        let (mut any, mut after_point, mut point) = (false, 0i64, false);
        for byte in digits {
            if *byte == b'.' && !point {
                point = true;
                continue;
            }
            number.multiply_add(base, char::from(*byte).to_digit(base)?);
            any = true;
            after_point += i64::from(point);
        }
        any.then(|| (number, exponent - after_point * if base == 16 { 4 } else { 1 }))
    }

    /// About the decimal exponent of `self · 10^exponent`.
    pub fn magnitude(&self, exponent: i64) -> i64 {
        exponent + self.bits() as i64 * 3 / 10
    }

    /// `self · 10^exponent` as a number of at least 66 bits (or an exact one), a power of 2, and whether it is a little more.
    pub fn times_power_of_ten(mut self, exponent: i64) -> (Self, i64, bool) {
        let mut power = Self::from(1);
        for _ in 0..exponent.abs() {
            power.multiply_add(10, 0);
        }
        if exponent >= 0 {
            return (self.product(&power), 0, false);
        }
        // Shift so that the quotient has 66 or 67 bits: two more than any format keeps.
        let shift = power.bits() as i64 + 66 - self.bits() as i64;
        if shift > 0 {
            self.shift_left(shift as usize);
        } else {
            power.shift_left((-shift) as usize);
        }
        let (quotient, inexact) = self.divide(&power);
        (quotient, -shift, inexact)
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bits it has: the place of the highest one, from 1.
    pub fn bits(&self) -> usize {
        self.0.last().map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize)
    }

    /// Its lowest 128 bits.
    pub fn low_u128(&self) -> u128 {
        self.0.iter().take(4).rev().fold(0, |n, word| (n << 32) | u128::from(*word))
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Becomes `self · factor + plus`.
    pub fn multiply_add(&mut self, factor: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for word in &mut self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// `self · other`.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        let mut words = vec![0u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            for (j, b) in other.0.iter().enumerate() {
                let sum = u64::from(*a) * u64::from(*b) + u64::from(words[i + j]) + carry;
                words[i + j] = sum as u32;
                carry = sum >> 32;
            }
            words[i + other.0.len()] = carry as u32;
        }
        let mut product = Self(words);
        product.trim();
        product
    }

    /// Becomes `self · 2^by`.
    pub fn shift_left(&mut self, by: usize) {
        if self.is_zero() {
            return;
        }
        let (words, bits) = (by / 32, by % 32);
        if bits > 0 {
            self.multiply_add(1 << bits, 0);
        }
        self.0.splice(0..0, std::iter::repeat_n(0, words));
    }

    /// Drops the lowest `by` bits. Answers the highest bit dropped, and whether any below it was set.
    pub fn shift_right(&mut self, by: usize) -> (bool, bool) {
        if by == 0 {
            return (false, false);
        }
        let bit = |at: usize| self.0.get(at / 32).is_some_and(|word| word >> (at % 32) & 1 == 1);
        let half = bit(by - 1);
        let below = by - 1;
        let sticky = self.0.iter().take(below / 32).any(|word| *word != 0)
            || self.0.get(below / 32).is_some_and(|word| word & ((1 << (below % 32)) - 1) != 0);
        let (words, bits) = (by / 32, by % 32);
        let top = self.0.len();
        let kept = (words..top)
            .map(|at| {
                let pair = u64::from(self.0[at]) | (u64::from(self.0.get(at + 1).copied().unwrap_or(0)) << 32);
                (pair >> bits) as u32
            })
            .collect();
        self.0 = kept;
        self.trim();
        (half, sticky)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0i64;
        for (at, word) in self.0.iter_mut().enumerate() {
            let difference = i64::from(*word) - i64::from(other.0.get(at).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(difference < 0);
            *word = difference as u32;
        }
        self.trim();
    }

    /// The quotient, and whether there is a rest. For quotients of few bits: one subtraction each.
    fn divide(&self, by: &Self) -> (Self, bool) {
        let mut rest = self.clone();
        let mut quotient = Self::default();
        let extra = self.bits().saturating_sub(by.bits());
        let mut divisor = by.clone();
        divisor.shift_left(extra);
        for _ in 0..=extra {
            quotient.shift_left(1);
            if rest.compare(&divisor) != Ordering::Less {
                rest.subtract(&divisor);
                quotient.multiply_add(1, 1);
            }
            divisor.shift_right(1);
        }
        (quotient, !rest.is_zero())
    }

    /// Its decimal digits; nothing of 0.
    pub fn to_decimal(&self) -> String {
        let mut groups = Vec::new();
        let mut rest = self.clone();
        while !rest.is_zero() {
            let mut remainder = 0u64;
            for word in rest.0.iter_mut().rev() {
                let n = (remainder << 32) | u64::from(*word);
                *word = (n / 1_000_000_000) as u32;
                remainder = n % 1_000_000_000;
            }
            rest.trim();
            groups.push(remainder);
        }
        let mut text = String::new();
        for (at, group) in groups.iter().rev().enumerate() {
            let digits = if at == 0 { group.to_string() } else { format!("{group:09}") };
            text.push_str(&digits);
        }
        text
    }
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1_000_000));
    Some(if negative { -value } else { value })
}

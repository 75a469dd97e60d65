//! RFC 1951: deflates a link's content as one block with Huffman codes of its own or the fixed ones, whichever is shorter.
//!
//! Start with [`deflate`]; [`super::inflate`] reads it.

use super::inflate::{ORDER, base, fixed_lengths};

/// Shortest and longest run that is copied from before.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;
/// How far back one is looked for.
const WINDOW: usize = 32 * 1_024;
/// Earlier places compared, at most.
const TRIES: usize = 512;
const END: usize = 256;

/// What a block is made of.
#[derive(Clone, Copy)]
enum Token {
    Byte(u8),
    Copy { length: usize, back: usize },
}

/// Bits are put into the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// A number of so many bits, the lowest first.
    fn number(&mut self, number: usize, bits: usize) {
        for at in 0..bits {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((number >> at & 1) as u8) << (self.used % 8);
            }
            self.used += 1;
        }
    }
}

/// A Huffman code: of each symbol its length and its bits, the first one lowest.
struct Code(Vec<(u8, u16)>);

impl Code {
    /// The canonical code of these lengths.
    fn new(lengths: &[u8]) -> Self {
        let mut codes = vec![(0, 0); lengths.len()];
        let mut next = 0_u16;
        for length in 1..=15 {
            next <<= 1;
            for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, of)| **of == length) {
                *code = (length, next.reverse_bits() >> (16 - length));
                next += 1;
            }
        }
        Self(codes)
    }

    fn put(&self, bits: &mut Bits, symbol: usize) {
        let (length, code) = self.0[symbol];
        bits.number(usize::from(code), usize::from(length));
    }
}

/// Lengths of a Huffman code for symbols that occur so often, none longer than `limit`.
fn lengths(counts: &[u32], limit: u8) -> Vec<u8> {
    let mut weights: Vec<u32> = counts.to_vec();
    loop {
        // Trees, each its weight and its symbols; the two lightest are joined until one is left.
        let mut trees: Vec<(u32, Vec<usize>)> = weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0)
            .map(|(at, weight)| (*weight, vec![at]))
            .collect();
        let mut found = vec![0; counts.len()];
        if let [(_, only)] = trees.as_slice() {
            found[only[0]] = 1;
            return found;
        }
        while trees.len() > 1 {
            let (weight, mut symbols) = lightest(&mut trees);
            let (more, others) = lightest(&mut trees);
            symbols.extend(others);
            for symbol in &symbols {
                found[*symbol] += 1;
            }
            trees.push((weight + more, symbols));
        }
        if found.iter().all(|length| *length <= limit) {
            return found;
        }
        // Flatter weights make a flatter tree.
        for weight in weights.iter_mut().filter(|weight| **weight > 0) {
            *weight = *weight / 2 + 1;
        }
    }
}

fn lightest(trees: &mut Vec<(u32, Vec<usize>)>) -> (u32, Vec<usize>) {
    let at = (0..trees.len()).min_by_key(|at| (trees[*at].0, *at)).unwrap_or(0);
    trees.remove(at)
}

/// The symbol with the greatest base that does not exceed `value`, and what is left, in so many bits.
fn symbol_of(value: usize, shift: usize, symbols: usize) -> (usize, usize, usize) {
    let symbol = (0..symbols).rev().find(|symbol| base(*symbol, shift).0 <= value).unwrap_or(0);
    let (from, more) = base(symbol, shift);
    (symbol, value - from, more)
}

/// Symbol, further bits and their number: of a length, of a distance.
fn length_symbol(length: usize) -> (usize, usize, usize) {
    if length == LONGEST {
        return (285, 0, 0);
    }
    let (symbol, rest, more) = symbol_of(length - SHORTEST, 2, 28);
    (257 + symbol, rest, more)
}

fn distance_symbol(back: usize) -> (usize, usize, usize) {
    symbol_of(back - 1, 1, 30)
}

/// The content as bytes and copies of what came before.
fn tokens(content: &[u8]) -> Vec<Token> {
    let hash = |at: usize| {
        content.get(at..at + SHORTEST).map(|three| {
            three.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(251).wrapping_add(u32::from(*byte))) as usize
                % 4_096
        })
    };
    let mut newest = vec![usize::MAX; 4_096];
    let mut older = vec![usize::MAX; content.len()];
    let longest = |at: usize, newest: &[usize], older: &[usize]| {
        let (mut best, mut back) = (SHORTEST - 1, 0);
        let mut place = hash(at).map_or(usize::MAX, |hash| newest[hash]);
        for _ in 0..TRIES {
            if place == usize::MAX || at - place > WINDOW {
                break;
            }
            let length = content[at..].iter().zip(&content[place..]).take(LONGEST).take_while(|(a, b)| a == b).count();
            // Three bytes from far away cost more than three bytes.
            if length > best && (length > SHORTEST || at - place <= 4_096) {
                (best, back) = (length, at - place);
            }
            place = older[place];
        }
        (best, back)
    };
    let mut found = Vec::new();
    let mut at = 0;
    let mut known = 0;
    let mut learn = |up_to: usize, newest: &mut [usize], older: &mut [usize]| {
        while known < up_to {
            if let Some(hash) = hash(known) {
                older[known] = std::mem::replace(&mut newest[hash], known);
            }
            known += 1;
        }
    };
    while at < content.len() {
        learn(at, &mut newest, &mut older);
        let (length, back) = longest(at, &newest, &older);
        learn(at + 1, &mut newest, &mut older);
        // A byte by itself is worth it where a longer copy begins behind it.
        if back == 0 || longest(at + 1, &newest, &older).0 > length {
            found.push(Token::Byte(content[at]));
            at += 1;
        } else {
            found.push(Token::Copy { length, back });
            at += length;
        }
    }
    found
}

/// Writes the lengths of both codes as RFC 1951, 3.2.7, wants them.
fn put_lengths(bits: &mut Bits, literals: &[u8], distances: &[u8]) {
    let all = [literals, distances].concat();
    // Symbol, further bits and their number.
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let same = all[at..].iter().take_while(|length| **length == all[at]).count();
        let previous = at > 0 && all[at - 1] == all[at];
        let taken = match (all[at], same) {
            (0, 11..) => (18, same.min(138) - 11, 7, same.min(138)),
            (0, 3..) => (17, same - 3, 3, same),
            (_, 3..) if previous => (16, same.min(6) - 3, 2, same.min(6)),
            (length, _) => (usize::from(length), 0, 0, 1),
        };
        runs.push((taken.0, taken.1, taken.2));
        at += taken.3;
    }
    let mut counts = [0; 19];
    for run in &runs {
        counts[run.0] += 1;
    }
    let lengths = lengths(&counts, 7);
    let written = ORDER.iter().rposition(|at| lengths[usize::from(*at)] > 0).unwrap_or(0).max(3) + 1;
    bits.number(literals.len() - 257, 5);
    bits.number(distances.len() - 1, 5);
    bits.number(written - 4, 4);
    for at in &ORDER[..written] {
        bits.number(usize::from(lengths[usize::from(*at)]), 3);
    }
    let code = Code::new(&lengths);
    for (symbol, rest, more) in runs {
        code.put(bits, symbol);
        bits.number(rest, more);
    }
}

fn put_tokens(bits: &mut Bits, tokens: &[Token], literals: &[u8], distances: &[u8]) {
    let (literals, distances) = (Code::new(literals), Code::new(distances));
    for token in tokens {
        match *token {
            Token::Byte(byte) => literals.put(bits, usize::from(byte)),
            Token::Copy { length, back } => {
                let (symbol, rest, more) = length_symbol(length);
                literals.put(bits, symbol);
                bits.number(rest, more);
                let (symbol, rest, more) = distance_symbol(back);
                distances.put(bits, symbol);
                bits.number(rest, more);
            }
        }
    }
    literals.put(bits, END);
}

/// Deflates.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    let tokens = tokens(content);
    let (mut of_literals, mut of_distances) = ([0; 286], [0; 30]);
    of_literals[END] = 1;
    for token in &tokens {
        match *token {
            Token::Byte(byte) => of_literals[usize::from(byte)] += 1,
            Token::Copy { length, back } => {
                of_literals[length_symbol(length).0] += 1;
                of_distances[distance_symbol(back).0] += 1;
            }
        }
    }
    let (literals, distances) = (lengths(&of_literals, 15), lengths(&of_distances, 15));
    let used =
        |lengths: &[u8], least: usize| lengths.iter().rposition(|length| *length > 0).map_or(0, |at| at + 1).max(least);
    let (literals, distances) = (&literals[..used(&literals, 257)], &distances[..used(&distances, 1)]);
    let mut own = Bits::default();
    own.number(0b101, 3);
    put_lengths(&mut own, literals, distances);
    put_tokens(&mut own, &tokens, literals, distances);
    let mut fixed = Bits::default();
    fixed.number(0b011, 3);
    put_tokens(&mut fixed, &tokens, &fixed_lengths(), &[5; 30]);
    if own.used < fixed.used { own.bytes } else { fixed.bytes }
}

#[cfg(test)]
mod tests {
    use super::deflate;
    use crate::link::inflate::inflate;
    use proptest::prelude::*;

    #[test]
    fn links_are_about_as_short_as_others_make_them() {
        for lines in [1, 10, 40, 150, 1_000] {
            let text: String = (0..lines)
                .map(|at| {
                    format!("SET user:{} \"{{name: {}}}\" EX {}\n", at * 7_919 % 1_000, at * 31 % 77, at % 7 * 60)
                })
                .collect();
            let (ours, theirs) = (deflate(text.as_bytes()), miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 10));
            assert_eq!(inflate(&ours, text.len()).as_deref(), Ok(text.as_bytes()));
            assert_eq!(miniz_oxide::inflate::decompress_to_vec(&ours).ok().as_deref(), Some(text.as_bytes()));
            assert!(
                ours.len() <= theirs.len() + theirs.len() / 50 + 2,
                "{lines}: {} against {}",
                ours.len(),
                theirs.len()
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_deflated_can_be_inflated_by_anyone(words in prop::collection::vec("[a-d]{1,6}|[ -~]{0,9}", 0..400)) {
            let text = words.concat().into_bytes();
            let deflated = deflate(&text);
            prop_assert_eq!(inflate(&deflated, text.len()), Ok(text.clone()));
            prop_assert_eq!(miniz_oxide::inflate::decompress_to_vec(&deflated).ok(), Some(text));
        }

        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..3_000), again in 0usize..40) {
            let text = bytes.repeat(again);
            prop_assert_eq!(inflate(&deflate(&text), text.len()), Ok(text));
        }
    }
}

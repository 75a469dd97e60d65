//! RFC 1951 backwards: what was deflated, bit by bit. Links are short, so small code matters more than speed here.
//!
//! Start with [`inflate`].

/// Bits are taken from the lowest of each byte upwards.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<usize> {
        let bit = self.bytes.get(self.at / 8)? >> (self.at % 8) & 1;
        self.at += 1;
        Some(usize::from(bit))
    }

    /// A number of so many bits, the lowest first.
    fn number(&mut self, bits: usize) -> Option<usize> {
        (0..bits).try_fold(0, |number, at| Some(number | self.bit()? << at))
    }
}

/// Bits in the longest code.
const LONGEST: usize = 15;

/// A Huffman code in the canonical order: how many codes there are of each length, and their symbols by length and value.
struct Code {
    counts: [u16; LONGEST + 1],
    symbols: Vec<u16>,
}

impl Code {
    /// From the lengths of all symbols' codes, 0 for a symbol that has none. `None`: more codes than there is room for.
    fn new(lengths: &[u8]) -> Option<Self> {
        let (mut counts, mut symbols) = ([0; LONGEST + 1], Vec::new());
        let mut room = 1_i32;
        for (length, count_of_it) in counts.iter_mut().enumerate().skip(1) {
            let before = symbols.len();
            symbols
                .extend((0_u16..).zip(lengths).filter(|(_, of)| usize::from(**of) == length).map(|(symbol, _)| symbol));
            let count = symbols.len() - before;
            *count_of_it = count as u16;
            room = room * 2 - count as i32;
            if room < 0 {
                return None;
            }
        }
        Some(Self { counts, symbols })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            let count = usize::from(*count);
            code |= bits.bit()?;
            if code < first + count {
                return self.symbols.get(index + code - first).map(|symbol| usize::from(*symbol));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// The base and the number of further bits of a length (by its symbol less 257) or a distance, of which the first are `single`:
/// then each power of two is cut in `1 << shift` equal parts.
pub fn base(symbol: usize, shift: usize) -> (usize, usize) {
    let parts = 1 << shift;
    if symbol < 2 * parts {
        return (symbol, 0);
    }
    let more = symbol / parts - 1;
    ((parts + symbol % parts) << more, more)
}

/// The order in which the lengths of the code lengths' own codes are written.
pub const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The codes of a block that brings its own: of literals and lengths, and of distances.
fn own_codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    let (literals, distances, written) = (bits.number(5)? + 257, bits.number(5)? + 1, bits.number(4)? + 4);
    let mut lengths = [0; 19];
    for at in &ORDER[..written] {
        lengths[usize::from(*at)] = bits.number(3)? as u8;
    }
    let code = Code::new(&lengths)?;
    let mut lengths = Vec::new();
    while lengths.len() < literals + distances {
        let (length, times) = match code.symbol(bits)? {
            16 => (*lengths.last()?, 3 + bits.number(2)?),
            17 => (0, 3 + bits.number(3)?),
            18 => (0, 11 + bits.number(7)?),
            length => (length as u8, 1),
        };
        lengths.resize(lengths.len() + times, length);
    }
    let (of_literals, of_distances) = lengths.split_at(literals);
    Some((Code::new(of_literals)?, Code::new(of_distances.get(..distances)?)?))
}

/// The lengths of the literals' and lengths' codes in a block that brings none; those of distances are all 5.
pub fn fixed_lengths() -> Vec<u8> {
    let times = [(144, 8), (112, 9), (24, 7), (8, 8)];
    times.into_iter().flat_map(|(times, length)| std::iter::repeat_n(length, times)).collect()
}

/// Why nothing was inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is more than was allowed.
    TooLarge,
    /// These bytes were not deflated so.
    Malformed,
}

/// The bytes that were deflated, at most `most` of them.
pub fn inflate(coded: &[u8], most: usize) -> Result<Vec<u8>, Failure> {
    let mut bits = Bits { bytes: coded, at: 0 };
    let mut out = Vec::new();
    loop {
        let is_last = bits.bit().ok_or(Failure::Malformed)? == 1;
        block(&mut bits, &mut out, most).ok_or(Failure::Malformed)?;
        if out.len() > most {
            return Err(Failure::TooLarge);
        }
        if is_last {
            return Ok(out);
        }
    }
}

/// One block; stops early where there are more than `most` bytes.
fn block(bits: &mut Bits<'_>, out: &mut Vec<u8>, most: usize) -> Option<()> {
    let (literals, distances) = match bits.number(2)? {
        0 => {
            bits.at = bits.at.next_multiple_of(8);
            let (length, inverse) = (bits.number(16)?, bits.number(16)?);
            let from = bits.at / 8;
            out.extend(bits.bytes.get(from..from + length).filter(|_| length ^ inverse == 0xffff)?);
            bits.at += length * 8;
            return Some(());
        }
        1 => (Code::new(&fixed_lengths())?, Code::new(&[5; 30])?),
        2 => own_codes(bits)?,
        _ => return None,
    };
    while out.len() <= most {
        match literals.symbol(bits)? {
            256 => break,
            literal @ ..256 => out.push(literal as u8),
            symbol => {
                let length = match symbol - 257 {
                    28 => 258,
                    at @ ..28 => {
                        let (from, more) = base(at, 2);
                        3 + from + bits.number(more)?
                    }
                    _ => return None,
                };
                let (from, more) = base(distances.symbol(bits)?, 1);
                let back = 1 + from + bits.number(more)?;
                let start = out.len().checked_sub(back)?;
                for at in start..start + length {
                    out.push(out[at]);
                }
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Failure, inflate};
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_block_is_read() {
        let mixed: Vec<u8> = (0..20_000_u32).map(|at| (at * at / 700 % 97) as u8).collect();
        for text in [&b""[..], b"a", &vec![0; 70_000], &mixed] {
            for level in [0, 1, 6, 10] {
                let deflated = miniz_oxide::deflate::compress_to_vec(text, level);
                assert_eq!(inflate(&deflated, text.len()).as_deref(), Ok(text));
                if !text.is_empty() {
                    assert_eq!(inflate(&deflated, text.len() - 1), Err(Failure::TooLarge));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_deflated_comes_back(words in prop::collection::vec("[a-d]{1,6}", 0..400), level in 0u8..=10) {
            let text = words.concat().into_bytes();
            prop_assert_eq!(inflate(&miniz_oxide::deflate::compress_to_vec(&text, level), 64 * 1_024), Ok(text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let theirs = miniz_oxide::inflate::decompress_to_vec_with_limit(&bytes, 4_096).ok();
            let ours = inflate(&bytes, 4_096).ok();
            if theirs.is_some() {
                prop_assert_eq!(ours, theirs);
            }
        }
    }
}

//! LZF, the compression of strings in RDB (a format by Marc Lehmann).
//!
//! Control bytes: below 32, that many plus one literal bytes follow; else the top three bits are a length less two (7: the
//! next byte is added) and the rest with one more byte is a distance less one. Matches are looked for as his library does in the
//! setting Redis builds it in, so that payloads come out byte for byte the same.

/// Longest run of literals.
const LITERALS_MAX: usize = 32;
/// Farthest match.
const DISTANCE_MAX: usize = 1 << 13;
/// Longest match.
const MATCH_MAX: usize = (1 << 8) + (1 << 3);
/// Bits of the table of places.
const TABLE_BITS: u32 = 16;
/// Compressed strings must be shorter by at least this.
const GAIN: usize = 4;

/// Where three bytes are remembered.
fn slot(bytes: &[u8], at: usize) -> usize {
    let three = u32::from(bytes[at]) << 16 | u32::from(bytes[at + 1]) << 8 | u32::from(bytes[at + 2]);
    ((three >> (24 - TABLE_BITS)).wrapping_sub(three.wrapping_mul(5)) & ((1 << TABLE_BITS) - 1)) as usize
}

/// Literals waiting for their control byte.
struct Output {
    bytes: Vec<u8>,
    limit: usize,
    literals: usize,
}

impl Output {
    fn close_run(&mut self) {
        let control = self.bytes.len() - self.literals - 1;
        if self.literals == 0 {
            self.bytes.pop();
        } else {
            self.bytes[control] = (self.literals - 1) as u8;
        }
        self.literals = 0;
    }

    fn literal(&mut self, byte: u8) {
        self.bytes.push(byte);
        self.literals += 1;
        if self.literals == LITERALS_MAX {
            self.close_run();
            self.bytes.push(0);
        }
    }
}

/// What compresses one string after the other.
#[derive(Default)]
pub struct Compressor {
    /// Where three bytes were seen last, counted from the beginning of the first input; none before `base` counts.
    places: Vec<u32>,
    /// Where the input begins.
    base: u32,
}

impl Compressor {
    /// The compressed form, if it is at least four bytes shorter.
    pub fn compress(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        let limit = input.len().checked_sub(GAIN)?;
        let len = u32::try_from(input.len()).ok()?;
        if self.places.is_empty() || self.base.checked_add(len).is_none() {
            self.places = vec![0; 1 << TABLE_BITS];
            self.base = 1;
        }
        let packed = compress(input, limit, &mut self.places, self.base);
        self.base = self.base.saturating_add(len);
        packed
    }
}

fn compress(input: &[u8], limit: usize, places: &mut [u32], base: u32) -> Option<Vec<u8>> {
    let mut out = Output { bytes: vec![0], limit, literals: 0 };
    let mut at = 0;
    while at + 2 < input.len() {
        let entry = &mut places[slot(input, at)];
        // A match at the very beginning is not used.
        let seen = entry.checked_sub(base).map_or(0, |seen| seen as usize);
        *entry = base + at as u32;
        let is_match = seen > 0 && at - seen - 1 < DISTANCE_MAX && input[seen..seen + 3] == input[at..at + 3];
        if !is_match {
            if out.bytes.len() >= out.limit {
                return None;
            }
            out.literal(input[at]);
            at += 1;
            continue;
        }
        let distance = at - seen - 1;
        if out.bytes.len() + 4 >= out.limit && out.bytes.len() + 4 - usize::from(out.literals == 0) >= out.limit {
            return None;
        }
        let len = match_length(input, seen, at);
        out.close_run();
        let code = len - 2;
        if code < 7 {
            out.bytes.push((distance >> 8) as u8 | (code as u8) << 5);
        } else {
            out.bytes.extend_from_slice(&[(distance >> 8) as u8 | 7 << 5, (code - 7) as u8]);
        }
        out.bytes.push(distance as u8);
        out.bytes.push(0);
        at += len;
        if at + 2 >= input.len() {
            break;
        }
        // The last two places inside the match are remembered too.
        for inside in [at - 2, at - 1] {
            places[slot(input, inside)] = base + inside as u32;
        }
    }
    if out.bytes.len() + 3 > out.limit {
        return None;
    }
    for byte in &input[at..] {
        out.literal(*byte);
    }
    out.close_run();
    Some(out.bytes)
}

/// How far the input repeats itself; the first sixteen steps do not look at the limit.
fn match_length(input: &[u8], seen: usize, at: usize) -> usize {
    let limit = (input.len() - at - 2).min(MATCH_MAX);
    let same = |len: usize| input[seen + len] == input[at + len];
    let mut len = 2;
    if limit > 16 {
        for _ in 0..16 {
            len += 1;
            if !same(len) {
                return len;
            }
        }
    }
    loop {
        len += 1;
        if len >= limit || !same(len) {
            return len;
        }
    }
}

/// The original, which is `len` bytes long. `None` if it is not.
pub fn expand(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    // Bytes repeat at most 264 times for three: more than that is not believed, and no room made for it.
    if len > packed.len().saturating_mul(MATCH_MAX) {
        return None;
    }
    let mut out = Vec::with_capacity(len);
    let mut rest = packed.iter().copied();
    while let Some(control) = rest.next() {
        if usize::from(control) < LITERALS_MAX {
            for _ in 0..=control {
                out.push(rest.next()?);
            }
        } else {
            let mut count = usize::from(control >> 5);
            if count == 7 {
                count += usize::from(rest.next()?);
            }
            let distance = usize::from(control & 0x1f) << 8 | usize::from(rest.next()?);
            let from = out.len().checked_sub(distance + 1)?;
            for at in from..from + count + 2 {
                out.push(out[at]);
            }
        }
        if out.len() > len {
            return None;
        }
    }
    (out.len() == len).then_some(out)
}

//! `HyperLogLog`: an estimate of how many different elements were seen, kept in a string of Redis's own format.
//!
//! The string begins with 16 bytes: `HYLL`, the encoding (0 dense, 1 sparse), three zeroes, and the last estimate in
//! little-endian order, whose highest bit says that it is out of date. Then come 16384 registers: dense, of 6 bits each,
//! lowest bits first; or sparse, as runs: `00llllll` is l+1 zeroes, `01llllll llllllll` the same for longer runs, and
//! `1vvvvvll` is l+1 registers of value v+1.
//!
//! Knows nothing of keys or commands. Start with [`add`] and [`estimate`].
//!
//! Sources: the format is described in Redis's documentation and checked against 7.0.15 byte for byte; the estimate is
//! from O. Ertl, "New cardinality estimation algorithms for `HyperLogLog` sketches", arXiv:1702.01284; the hash is A.
//! Appleby's `MurmurHash64A`.

use super::value::StringValue;

/// Registers: two to the power of the bits of a hash that choose one.
pub const REGISTERS: usize = 1 << INDEX_BITS;
const INDEX_BITS: u32 = 14;
/// Bits of a hash that are looked at for leading zeroes; one more than this is a register's largest value.
const PATTERN_BITS: u32 = 64 - INDEX_BITS;
/// Bytes before the registers.
const HEADER: usize = 16;
/// Length of the dense form.
const DENSE_LEN: usize = HEADER + REGISTERS * 6 / 8;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// Where the encoding and the end of the last estimate are.
const ENCODING_AT: usize = 4;
const ESTIMATE_AT: usize = 8;
const STALE_AT: usize = 15;
const STALE: u8 = 0x80;

/// The runs of a sparse form do not add up to its registers.
#[derive(Debug, PartialEq, Eq)]
pub struct Corrupt;

/// Whether a string is one of these, as far as its header tells.
pub fn is_valid(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER
        && bytes.starts_with(b"HYLL")
        && match bytes[ENCODING_AT] {
            DENSE => bytes.len() == DENSE_LEN,
            SPARSE => true,
            _ => false,
        }
}

/// Whether a valid string is in the dense form.
pub fn is_dense(bytes: &[u8]) -> bool {
    bytes.get(ENCODING_AT) == Some(&DENSE)
}

/// One that has seen nothing: a single run of zeroes.
pub fn empty() -> StringValue {
    let mut value = StringValue::zeroes(HEADER + 2);
    let bytes = value.writable(HEADER + 2);
    bytes[..5].copy_from_slice(b"HYLL\x01");
    bytes[HEADER..].copy_from_slice(&[0x7f, 0xff]);
    value
}

/// The last estimate, unless it is out of date.
pub fn last_estimate(bytes: &[u8]) -> Option<u64> {
    let kept: [u8; 8] = bytes.get(ESTIMATE_AT..HEADER)?.try_into().ok()?;
    (kept[7] & STALE == 0).then(|| u64::from_le_bytes(kept))
}

/// Keeps an estimate.
pub fn keep_estimate(bytes: &mut [u8], estimate: u64) {
    if let Some(kept) = bytes.get_mut(ESTIMATE_AT..HEADER) {
        kept.copy_from_slice(&estimate.to_le_bytes());
    }
}

/// Says that the last estimate is out of date.
pub fn make_stale(bytes: &mut [u8]) {
    if let Some(byte) = bytes.get_mut(STALE_AT) {
        *byte |= STALE;
    }
}

/// `MurmurHash64A` (A. Appleby, public domain) with the seed Redis uses.
fn hash(element: &[u8]) -> u64 {
    const SEED: u64 = 0xadc8_3b19;
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut h = SEED ^ (element.len() as u64).wrapping_mul(M);
    let mut words = element.chunks_exact(8);
    for word in &mut words {
        let mut k = word.iter().rev().fold(0u64, |k, byte| k << 8 | u64::from(*byte)).wrapping_mul(M);
        k ^= k >> R;
        h = (h ^ k.wrapping_mul(M)).wrapping_mul(M);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        h ^= rest.iter().rev().fold(0u64, |k, byte| k << 8 | u64::from(*byte));
        h = h.wrapping_mul(M);
    }
    h ^= h >> R;
    h = h.wrapping_mul(M);
    h ^ (h >> R)
}

/// The register an element belongs to, and the value it asks for: zeroes at the low end of the rest of its hash, plus one.
fn register_of(element: &[u8]) -> (usize, u8) {
    let hash = hash(element);
    let pattern = (hash >> INDEX_BITS) | 1 << PATTERN_BITS;
    ((hash as usize) & (REGISTERS - 1), pattern.trailing_zeros() as u8 + 1)
}

/// Lets a valid string see an element. Answers whether a register changed. The sparse form becomes dense if a value does
/// not fit it, or if it would be longer than `max_sparse` bytes.
pub fn add(value: &mut StringValue, element: &[u8], max_sparse: u64) -> Result<bool, Corrupt> {
    let (index, count) = register_of(element);
    raise(value, index, count, max_sparse)
}

/// Raises one register to `count`, if it is lower. Answers whether it was.
pub fn raise(value: &mut StringValue, index: usize, count: u8, max_sparse: u64) -> Result<bool, Corrupt> {
    /// The largest value a run can have, and what a run may become longer by.
    const MAX_SPARSE_VALUE: u8 = 32;
    const ROOM: usize = 3;
    let bytes = value.writable(0);
    if is_dense(bytes) {
        return Ok(raise_dense(bytes, index, count));
    }
    if count <= MAX_SPARSE_VALUE {
        let len = bytes.len();
        value.reserve(len + ROOM);
        match raise_sparse(value.writable(0), index, count, max_sparse)? {
            Raised::No => return Ok(false),
            Raised::Yes => return Ok(true),
            Raised::TooLong => {}
        }
    }
    make_dense(value)?;
    Ok(raise_dense(value.writable(0), index, count))
}

/// A register of the dense form.
fn dense_register(bytes: &[u8], index: usize) -> u8 {
    let (at, shift) = (HEADER + index * 6 / 8, index * 6 % 8);
    let byte = |at: usize| u16::from(bytes.get(at).copied().unwrap_or(0));
    ((byte(at) | byte(at + 1) << 8) >> shift) as u8 & 63
}

fn raise_dense(bytes: &mut [u8], index: usize, count: u8) -> bool {
    if dense_register(bytes, index) >= count {
        return false;
    }
    let (at, shift) = (HEADER + index * 6 / 8, index * 6 % 8);
    let (clear, set) = (!(63u16 << shift), u16::from(count) << shift);
    for (at, part) in [(at, 0), (at + 1, 8)] {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = *byte & (clear >> part) as u8 | (set >> part) as u8;
        }
    }
    true
}

/// Turns a valid string into its dense form. Answers whether it was not.
pub fn make_dense(value: &mut StringValue) -> Result<bool, Corrupt> {
    let bytes = value.bytes();
    if is_dense(&bytes) {
        return Ok(false);
    }
    let mut registers = vec![0; REGISTERS];
    merge_sparse(&mut registers, &bytes)?;
    let mut dense = StringValue::zeroes(DENSE_LEN);
    let target = dense.writable(DENSE_LEN);
    target[..HEADER].copy_from_slice(&bytes[..HEADER]);
    target[ENCODING_AT] = DENSE;
    for (index, count) in registers.into_iter().enumerate() {
        raise_dense(target, index, count);
    }
    *value = dense;
    Ok(true)
}

/// A run of the sparse form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its registers' value.
    pub value: u8,
    /// How many registers.
    pub len: usize,
    /// Bytes it is written in.
    pub bytes: usize,
}

/// Longest runs, by kind.
const MAX_ZEROES: usize = 64;
const MAX_VALUES: usize = 4;

impl Run {
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let first = *bytes.get(at)?;
        let low = usize::from(first & 0x3f);
        Some(if first & 0x80 != 0 {
            Self { value: (first >> 2 & 0x1f) + 1, len: usize::from(first & 3) + 1, bytes: 1 }
        } else if first & 0x40 == 0 {
            Self { value: 0, len: low + 1, bytes: 1 }
        } else {
            let second = bytes.get(at + 1).copied().unwrap_or(0);
            Self { value: 0, len: (low << 8 | usize::from(second)) + 1, bytes: 2 }
        })
    }

    /// Writes a run of this value and length, unless it is empty.
    fn write(value: u8, len: usize, into: &mut Vec<u8>) {
        let Some(less) = len.checked_sub(1) else { return };
        match (value.checked_sub(1), len) {
            (Some(value), _) => into.push(0x80 | value << 2 | less as u8),
            (None, ..=MAX_ZEROES) => into.push(less as u8),
            (None, _) => into.extend([0x40 | (less >> 8) as u8, less as u8]),
        }
    }
}

/// The runs of a sparse form.
pub fn runs(bytes: &[u8]) -> impl Iterator<Item = Run> + '_ {
    let mut at = HEADER;
    std::iter::from_fn(move || {
        let run = Run::at(bytes, at)?;
        at += run.bytes;
        Some(run)
    })
}

enum Raised {
    No,
    Yes,
    TooLong,
}

fn raise_sparse(bytes: &mut Vec<u8>, index: usize, count: u8, max_sparse: u64) -> Result<Raised, Corrupt> {
    // The run that holds the register, its first register, and the run before it.
    let (mut at, mut before, mut first) = (HEADER, HEADER, 0);
    let run = loop {
        let run = Run::at(bytes, at).ok_or(Corrupt)?;
        if index < first + run.len {
            break run;
        }
        before = at;
        at += run.bytes;
        first += run.len;
    };
    if run.value >= count {
        return Ok(Raised::No);
    }
    let mut new = Vec::with_capacity(5);
    Run::write(run.value, index - first, &mut new);
    Run::write(count, 1, &mut new);
    Run::write(run.value, first + run.len - 1 - index, &mut new);
    if new.len() > run.bytes && (bytes.len() + new.len() - run.bytes) as u64 > max_sparse {
        return Ok(Raised::TooLong);
    }
    let end = (at + run.bytes).min(bytes.len());
    bytes.splice(at..end, new);
    join_runs(bytes, before);
    make_stale(bytes);
    Ok(Raised::Yes)
}

/// Joins neighbouring runs of one value where they fit one run, looking at no more than five.
fn join_runs(bytes: &mut Vec<u8>, from: usize) {
    const LOOKED_AT: usize = 5;
    let mut at = from;
    for _ in 0..LOOKED_AT {
        let Some(run) = Run::at(bytes, at) else { break };
        if run.value > 0
            && let Some(next) = Run::at(bytes, at + 1)
            && next.value == run.value
            && run.len + next.len <= MAX_VALUES
        {
            bytes[at + 1] += run.len as u8;
            bytes.remove(at);
        } else {
            at += run.bytes;
        }
    }
}

fn merge_sparse(registers: &mut [u8], bytes: &[u8]) -> Result<(), Corrupt> {
    let mut at = 0;
    for run in runs(bytes) {
        for register in registers.get_mut(at..at + run.len).ok_or(Corrupt)? {
            *register = (*register).max(run.value);
        }
        at += run.len;
    }
    if at == registers.len() { Ok(()) } else { Err(Corrupt) }
}

/// Raises each register ([`REGISTERS`] of them) to that of a valid string.
pub fn merge(registers: &mut [u8], bytes: &[u8]) -> Result<(), Corrupt> {
    if !is_dense(bytes) {
        return merge_sparse(registers, bytes);
    }
    for (index, register) in registers.iter_mut().enumerate() {
        *register = (*register).max(dense_register(bytes, index));
    }
    Ok(())
}

/// How many different elements a valid string has seen, by its registers.
pub fn estimate(bytes: &[u8]) -> Result<u64, Corrupt> {
    let mut histogram = [0u32; 64];
    if is_dense(bytes) {
        for index in 0..REGISTERS {
            histogram[usize::from(dense_register(bytes, index))] += 1;
        }
    } else {
        let mut total = 0;
        for run in runs(bytes) {
            total += run.len;
            if total > REGISTERS {
                return Err(Corrupt);
            }
            histogram[usize::from(run.value)] += run.len as u32;
        }
        if total != REGISTERS {
            return Err(Corrupt);
        }
    }
    Ok(of_histogram(&histogram))
}

/// The same of registers of a byte each.
pub fn estimate_of(registers: &[u8]) -> u64 {
    let mut histogram = [0u32; 64];
    for register in registers {
        histogram[usize::from(*register & 63)] += 1;
    }
    of_histogram(&histogram)
}

/// Ertl's improved raw estimator (algorithm 6 of the paper).
fn of_histogram(histogram: &[u32; 64]) -> u64 {
    /// 1 / (2 ln 2).
    const ALPHA: f64 = 0.721_347_520_444_481_7;
    let m = REGISTERS as f64;
    let last = PATTERN_BITS as usize + 1;
    let mut z = m * tau((m - f64::from(histogram[last])) / m);
    for count in histogram[1..last].iter().rev() {
        z = (z + f64::from(*count)) * 0.5;
    }
    z += m * sigma(f64::from(histogram[0]) / m);
    let estimate = libm::round(ALPHA * m * m / z);
    // What C makes of an infinity.
    if estimate.is_finite() { estimate as i64 as u64 } else { 1 << 63 }
}

/// σ of the paper: x + Σ x^(2^k) 2^(k−1).
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// τ of the paper: (1 − x − Σ (1 − x^(2^−k))² 2^−k) / 3.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = libm::sqrt(x);
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

/// What PFSELFTEST checks: registers keep what is written into them, and estimates are as near as the theory promises, the
/// same in both forms. Answers what failed.
pub fn self_test(seed: u64) -> Option<String> {
    /// Elements seen in the end. (Redis goes to ten millions, which would stop a page for seconds.)
    const ELEMENTS: u64 = 100_000;
    let mut dense = vec![0; DENSE_LEN];
    let wanted = |index: usize| (seed.rotate_left(index as u32) ^ index as u64) as u8 & 63;
    for index in 0..REGISTERS {
        raise_dense(&mut dense, index, wanted(index));
    }
    for index in 0..REGISTERS {
        let (wanted, found) = (wanted(index), dense_register(&dense, index));
        if found != wanted {
            return Some(format!("ERR TESTFAILED Register {index} should be {wanted} but is {found}"));
        }
    }
    dense.fill(0);
    let mut sparse = empty();
    let mut checkpoint = 1;
    for n in 1..=ELEMENTS {
        let element = (n ^ seed).to_le_bytes();
        let (index, count) = register_of(&element);
        raise_dense(&mut dense, index, count);
        if raise(&mut sparse, index, count, 3_000).is_err() {
            return Some("ERR TESTFAILED sparse encoding corrupt".to_owned());
        }
        if n == checkpoint {
            let found = estimate(&dense).unwrap_or(0);
            if sparse.with_bytes(estimate) != Ok(found) {
                return Some("ERR TESTFAILED dense/sparse disagree".to_owned());
            }
            // Six times the standard error, 1.04 / √16384; less is likely with few elements.
            let most = if n == 10 { 1 } else { (n * 6 * 104).div_ceil(12_800) };
            let error = found.abs_diff(n);
            if error > most {
                return Some(format!("ERR TESTFAILED Too big error. card:{n} abserr:{error}"));
            }
            checkpoint *= 10;
        }
    }
    None
}

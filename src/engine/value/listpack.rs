//! What elements weigh in a listpack: one block of memory that holds short collections without pointers.
//!
//! Nothing is stored in that form here; its sizes decide when Redis changes an encoding, and what a value weighs.
//!
//! Source: the listpack specification (antirez, "Listpack specification", 2017) and `src/listpack.c` of Redis 7.0.

use crate::engine::number;

/// Bytes of an empty listpack: total length, number of elements, end mark.
pub const EMPTY: usize = 7;

/// Bytes one element takes: its encoding, and its length once more for walking backwards.
pub fn entry(element: &[u8]) -> usize {
    if let Some(n) = number::parse_i64(element).filter(|_| element.len() <= 20) {
        return integer_entry(n);
    }
    let header = match element.len() {
        0..64 => 1,
        64..4_096 => 2,
        _ => 5,
    };
    with_back_length(header + element.len())
}

/// Bytes an integer takes.
pub fn integer_entry(n: i64) -> usize {
    let size = match n {
        0..=127 => 1,
        -4_096..=4_095 => 2,
        -32_768..=32_767 => 3,
        -8_388_608..=8_388_607 => 4,
        -2_147_483_648..=2_147_483_647 => 5,
        _ => 9,
    };
    with_back_length(size)
}

fn with_back_length(size: usize) -> usize {
    size + back_length(size)
}

/// Bytes the length of an element of `size` bytes takes, for walking backwards.
pub fn back_length(size: usize) -> usize {
    match size {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_take_what_debug_listpack_shows() {
        let sizes: [(&[u8], usize); 8] =
            [(b"1", 2), (b"127", 2), (b"128", 3), (b"-1", 3), (b"70000", 5), (b"", 2), (b"abc", 5), (b"01", 4)];
        for (element, size) in sizes {
            assert_eq!(entry(element), size, "{}", element.escape_ascii());
        }
        assert_eq!(entry(&[b'x'; 64]), 67);
        assert_eq!(entry(&[b'x'; 200]), 204);
    }
}

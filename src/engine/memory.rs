//! What things weigh in a real server: allocator size classes and the sizes of Redis's structures on a 64-bit machine.
//!
//! Source: Redis 7.0.15 with its bundled jemalloc 5.2.1 (8-byte quantum), measured with MEMORY USAGE.

/// A value's header (`robj`).
pub const OBJECT: usize = 16;
/// A hash table entry (`dictEntry`).
pub const DICT_ENTRY: usize = 24;
/// What cluster mode adds to an entry: links to the slot's next and previous key.
pub const SLOT_LINKS: usize = 16;
/// A hash table bucket: one pointer.
pub const BUCKET: usize = 8;
/// Longest string that shares one allocation with its header (`embstr`).
pub const EMBEDDED_MAX: usize = 44;
/// Strings grow by doubling up to here, then by this much.
pub const STRING_PREALLOCATION: usize = 1 << 20;

/// What the allocator really hands out for `size` bytes: multiples of 8 up to 64, then four classes per doubling.
pub fn allocated(size: usize) -> usize {
    if size <= 64 {
        return size.max(1).next_multiple_of(8);
    }
    let step = 1usize << ((size - 1).ilog2() - 2);
    size.next_multiple_of(step)
}

/// Bytes of header of a growable string of `len` bytes.
pub fn growable_header(len: usize) -> usize {
    match len {
        0..256 => 3,
        256..65_536 => 5,
        65_536..=0xffff_ffff => 9,
        _ => 17,
    }
}

/// Bytes of header of a string that is not meant to grow: short ones do with one.
pub fn string_header(len: usize) -> usize {
    if (1..32).contains(&len) { 1 } else { growable_header(len) }
}

/// A string by itself (`sds`), as keys, hash fields and set members are.
pub fn string(len: usize) -> usize {
    allocated(string_header(len) + len + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_are_jemallocs() {
        let classes = [
            (0, 8),
            (1, 8),
            (9, 16),
            (17, 24),
            (64, 64),
            (65, 80),
            (113, 128),
            (129, 160),
            (1_025, 1_280),
            (4_097, 5_120),
            (14_337, 16_384),
            (16_385, 20_480),
        ];
        for (asked, got) in classes {
            assert_eq!(allocated(asked), got, "{asked}");
        }
    }

    #[test]
    fn a_bucket_array_of_a_power_of_two_wastes_nothing() {
        for bits in 2..24 {
            assert_eq!(allocated(BUCKET << bits), BUCKET << bits);
        }
    }
}

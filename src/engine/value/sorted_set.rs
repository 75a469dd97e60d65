//! Sorted sets: few short members in one block (`listpack`), or ordered with a table (`skiplist`).

/// A sorted set value.
#[derive(Clone, Debug, Default)]
pub struct SortedSetValue {}

impl SortedSetValue {
    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        "skiplist"
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        0
    }

    /// How much work it is to free it, in allocations.
    pub fn free_effort(&self) -> usize {
        1
    }
}

//! Hashes: few short fields in one block (`listpack`), or in a table (`hashtable`).

/// A hash value.
#[derive(Clone, Debug, Default)]
pub struct HashValue {}

impl HashValue {
    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        "hashtable"
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

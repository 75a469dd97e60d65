//! Streams: entries by ID in nodes of bounded size, consumer groups, pending entries.

/// A stream value.
#[derive(Clone, Debug, Default)]
pub struct StreamValue {}

impl StreamValue {
    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        "stream"
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

//! Lists: elements in order, in nodes of bounded size (`quicklist`).

/// A list value.
#[derive(Clone, Debug, Default)]
pub struct ListValue {}

impl ListValue {
    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        "quicklist"
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

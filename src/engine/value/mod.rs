//! Values by type. A new type is one file here and one variant of [`Data`].
//!
//! Values are copied with every checkpoint and COPY: large ones sit behind an `Rc` and are made unique on writing.

mod string;

pub use string::StringValue;

/// A value of any type.
#[derive(Clone, Debug)]
pub enum Data {
    /// A string.
    Str(StringValue),
}

impl Data {
    /// As TYPE prints it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Str(_) => "string",
        }
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Self::Str(value) => value.encoding(),
        }
    }

    /// Bytes it occupies, its header included (MEMORY USAGE without key and table entry).
    pub fn memory(&self) -> usize {
        match self {
            Self::Str(value) => value.memory(),
        }
    }

    /// Whether Redis keeps one object for all values that are this small integer.
    pub fn is_shared_integer(&self) -> bool {
        matches!(self, Self::Str(StringValue::Int(0..10_000)))
    }

    /// How much work it is to free it, in allocations: above 64 Redis does it in the background if asked to.
    pub fn free_effort(&self) -> usize {
        match self {
            Self::Str(_) => 1,
        }
    }
}

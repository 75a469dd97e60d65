//! Values by type. A new type is one file here and one variant of [`Data`].
//!
//! Values are copied with every checkpoint and COPY: large ones sit behind an `Rc` and are made unique on writing.

mod hash;
mod list;
pub mod listpack;
mod set;
mod sorted_set;
pub mod stream;
mod string;

use std::rc::Rc;

pub use hash::{HashLimits, HashValue};
pub use list::{End, LARGE as LIST_ELEMENT_LARGE, ListValue};
pub use set::{Member, SetValue};
pub use sorted_set::{Bounds, Item, LexBound, Limits, ScoreRange, SortedSetValue};
pub use stream::StreamValue;
pub use string::StringValue;

/// A value of any type.
#[derive(Clone, Debug)]
pub enum Data {
    /// A string.
    Str(StringValue),
    /// A list; never empty while it is in a keyspace.
    List(Rc<ListValue>),
    /// A set; never empty while it is in a keyspace.
    Set(Rc<SetValue>),
    /// A sorted set; never empty while it is in a keyspace.
    SortedSet(Rc<SortedSetValue>),
    /// A hash; never empty while it is in a keyspace.
    Hash(Rc<HashValue>),
    /// A stream; may be empty.
    Stream(Rc<StreamValue>),
}

impl Data {
    /// As TYPE prints it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Str(_) => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::SortedSet(_) => "zset",
            Self::Hash(_) => "hash",
            Self::Stream(_) => "stream",
        }
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Self::Str(value) => value.encoding(),
            Self::List(value) => value.encoding(),
            Self::Set(value) => value.encoding(),
            Self::SortedSet(value) => value.encoding(),
            Self::Hash(value) => value.encoding(),
            Self::Stream(value) => value.encoding(),
        }
    }

    /// Bytes it occupies, its header included (MEMORY USAGE without key and table entry).
    #[inline]
    pub fn memory(&self) -> usize {
        match self {
            Self::Str(value) => value.memory(),
            Self::List(value) => value.memory(),
            Self::Set(value) => value.memory(),
            Self::SortedSet(value) => value.memory(),
            Self::Hash(value) => value.memory(),
            Self::Stream(value) => value.memory(),
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
            Self::List(value) => value.free_effort(),
            Self::Set(value) => value.free_effort(),
            Self::SortedSet(value) => value.free_effort(),
            Self::Hash(value) => value.free_effort(),
            Self::Stream(value) => value.free_effort(),
        }
    }

    /// What clients who wait for something to come into it wait for (BLPOP, BZPOPMIN, XREAD and their kin).
    pub fn awaited(&self) -> Option<Awaited> {
        match self {
            Self::List(_) => Some(Awaited::List),
            Self::SortedSet(_) => Some(Awaited::SortedSet),
            Self::Stream(_) => Some(Awaited::Stream),
            Self::Str(_) | Self::Set(_) | Self::Hash(_) => None,
        }
    }
}

/// Types of values that clients may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// BLPOP, BRPOP, BLMOVE, BLMPOP.
    List,
    /// BZPOPMIN, BZPOPMAX, BZMPOP.
    SortedSet,
    /// XREAD, XREADGROUP.
    Stream,
}

//! Sets: integers in order (`intset`) or members in a table (`hashtable`).
//!
//! A set of integers becomes a table with its first member that is none, or with one too many; it never turns back.

use crate::engine::dict::Dict;
use crate::engine::{memory, number};
use crate::resp::Bytes;

/// Bytes of an intset's header.
const INTSET_HEADER: usize = 8;
/// More integers than this no intset holds, whatever set-max-intset-entries says.
const MOST_INTEGERS: u64 = 1 << 30;

/// A set value.
#[derive(Clone, Debug, Default)]
pub struct SetValue(Members);

#[derive(Clone, Debug)]
enum Members {
    /// In ascending order; `width` is the bytes each takes in Redis: 2, 4 or 8, as the widest there ever was needs.
    Integers { sorted: Vec<i64>, width: usize },
    /// `bytes` is what the members' texts weigh.
    Table { dict: Dict<()>, bytes: usize },
}

impl Default for Members {
    fn default() -> Self {
        Self::Integers { sorted: Vec::new(), width: 2 }
    }
}

fn width_of(n: i64) -> usize {
    if i16::try_from(n).is_ok() {
        2
    } else if i32::try_from(n).is_ok() {
        4
    } else {
        8
    }
}

/// A member as the set holds it.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// One of an `intset`.
    Integer(i64),
    /// One of a table, which may be the text of an integer.
    Text(&'a Bytes),
}

impl Member<'_> {
    /// Its text.
    pub fn bytes(self) -> Bytes {
        match self {
            Self::Integer(n) => Bytes::from_int(n),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The integer a member is the canonical text of.
fn integer(member: &Bytes) -> Option<i64> {
    if member.len() > 20 { None } else { number::parse_i64(member) }
}

impl SetValue {
    /// An empty set to put integers into (an empty `intset`).
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty set that is a table from the beginning, with room for `len` members.
    pub fn table(len: usize) -> Self {
        Self(Members::Table { dict: Dict::with_room(len), bytes: 0 })
    }

    /// A set of integers in ascending order, each of `width` bytes (2, 4 or 8); one too many makes it a table.
    pub fn from_integers(sorted: Vec<i64>, width: usize, max_integers: u64) -> Self {
        let is_large = sorted.len() as u64 > max_integers;
        let mut set = Self(Members::Integers { sorted, width });
        if is_large {
            set.convert();
        }
        set
    }

    /// An empty set of the form that suits its first member.
    pub fn for_member(member: &Bytes) -> Self {
        match integer(member) {
            Some(_) => Self::new(),
            // Its first member gets the table its buckets.
            None => Self(Members::Table { dict: Dict::default(), bytes: 0 }),
        }
    }

    /// Adds a member; answers whether it is new. `max_integers` is set-max-intset-entries.
    pub fn add(&mut self, member: &Bytes, max_integers: u64) -> bool {
        if let Members::Table { dict, bytes } = &mut self.0 {
            let new = dict.add(member, ());
            if new {
                *bytes += memory::string(member.len());
            }
            return new;
        }
        if let Some(n) = integer(member) {
            return self.add_integer(n, max_integers);
        }
        self.convert();
        self.add(member, max_integers)
    }

    /// Adds a member of another set.
    pub fn add_member(&mut self, member: Member<'_>, max_integers: u64) -> bool {
        match member {
            Member::Integer(n) => self.add_integer(n, max_integers),
            Member::Text(text) => self.add(text, max_integers),
        }
    }

    fn add_integer(&mut self, n: i64, max_integers: u64) -> bool {
        let Members::Integers { sorted, width } = &mut self.0 else {
            return self.add(&Bytes::from_int(n), max_integers);
        };
        // Integers often come in ascending order.
        let place = match sorted.last() {
            Some(last) if n > *last => Err(sorted.len()),
            _ => sorted.binary_search(&n),
        };
        let Err(at) = place else {
            return false;
        };
        sorted.insert(at, n);
        *width = (*width).max(width_of(n));
        if sorted.len() as u64 > max_integers.min(MOST_INTEGERS) {
            self.convert();
        }
        true
    }

    /// Makes a table of integers.
    fn convert(&mut self) {
        if let Members::Integers { sorted, .. } = &self.0 {
            let mut dict = Dict::with_room(sorted.len());
            let mut bytes = 0;
            for n in sorted {
                let member = Bytes::from_int(*n);
                bytes += memory::string(member.len());
                dict.insert(member, ());
            }
            self.0 = Members::Table { dict, bytes };
        }
    }

    /// Takes a member out; answers whether it was there. A table that is left almost empty begins to shrink.
    pub fn remove(&mut self, member: &Bytes) -> bool {
        match &mut self.0 {
            Members::Table { dict, bytes } => {
                let was_there = dict.remove(member).is_some();
                if was_there {
                    *bytes -= memory::string(member.len());
                    dict.shrink_if_sparse();
                }
                was_there
            }
            Members::Integers { sorted, .. } => {
                let place = integer(member).and_then(|n| sorted.binary_search(&n).ok());
                place.map(|at| sorted.remove(at)).is_some()
            }
        }
    }

    /// Takes out a member of another set.
    pub fn remove_member(&mut self, member: Member<'_>) -> bool {
        match member {
            Member::Integer(n) => self.remove(&Bytes::from_int(n)),
            Member::Text(text) => self.remove(text),
        }
    }

    /// Whether this is a member.
    pub fn contains(&self, member: &Bytes) -> bool {
        match &self.0 {
            Members::Table { dict, .. } => dict.find(member).is_some(),
            Members::Integers { sorted, .. } => integer(member).is_some_and(|n| sorted.binary_search(&n).is_ok()),
        }
    }

    /// Whether a member of another set is one of this.
    pub fn contains_member(&self, member: Member<'_>) -> bool {
        match (&self.0, member) {
            (_, Member::Text(text)) => self.contains(text),
            (Members::Integers { sorted, .. }, Member::Integer(n)) => sorted.binary_search(&n).is_ok(),
            (Members::Table { dict, .. }, Member::Integer(n)) => dict.find(&Bytes::from_int(n)).is_some(),
        }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Members::Table { dict, .. } => dict.len(),
            Members::Integers { sorted, .. } => sorted.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All members as they are held: integers in ascending order, those of a table in order of its buckets.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let (integers, table) = match &self.0 {
            Members::Integers { sorted, .. } => (sorted.as_slice(), None),
            Members::Table { dict, .. } => (&[][..], Some(dict)),
        };
        let table = table.into_iter().flat_map(|dict| dict.iter().map(|id| Member::Text(dict.key(id))));
        integers.iter().map(|n| Member::Integer(*n)).chain(table)
    }

    /// The texts of all members, in the same order.
    pub fn iter(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.members().map(Member::bytes)
    }

    /// The integers in ascending order, if it is an `intset`, with the bytes each takes.
    pub fn integers(&self) -> Option<(&[i64], usize)> {
        match &self.0 {
            Members::Integers { sorted, width } => Some((sorted, *width)),
            Members::Table { .. } => None,
        }
    }

    /// The members, if it is a table.
    pub fn as_table(&self) -> Option<&Dict<()>> {
        match &self.0 {
            Members::Integers { .. } => None,
            Members::Table { dict, .. } => Some(dict),
        }
    }

    /// A random member, as SPOP and SRANDMEMBER pick one. A table in growth takes some steps.
    pub fn random(&mut self, random: &mut dyn FnMut() -> u64) -> Option<Bytes> {
        match &mut self.0 {
            Members::Integers { sorted, .. } if sorted.is_empty() => None,
            Members::Integers { sorted, .. } => {
                let at = random() % sorted.len() as u64;
                Some(Bytes::from_int(sorted[at as usize]))
            }
            Members::Table { dict, .. } => dict.fair_random(random).map(|id| dict.key(id).clone()),
        }
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        match &self.0 {
            Members::Integers { .. } => "intset",
            Members::Table { .. } => "hashtable",
        }
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        memory::OBJECT
            + match &self.0 {
                Members::Integers { sorted, width } => memory::allocated(INTSET_HEADER + sorted.len() * width),
                Members::Table { dict, bytes } => dict.memory() + bytes,
            }
    }

    /// How much work it is to free it, in allocations.
    pub fn free_effort(&self) -> usize {
        match &self.0 {
            Members::Integers { .. } => 1,
            Members::Table { dict, .. } => dict.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: impl Iterator<Item = String>) -> SetValue {
        let mut set = SetValue::new();
        for member in members {
            set.add(&Bytes::from(member), 512);
        }
        set
    }

    #[test]
    fn memory_is_what_memory_usage_measured() {
        // Measured on 7.0.15 with a one-byte key: 32 bytes of it are the key and its table entry.
        let integers = set((0..512).map(|n| n.to_string()));
        assert_eq!((integers.encoding(), integers.memory() + 32), ("intset", 1_328));
        let words = set((0..10).map(|n| format!("member:{n}")));
        assert_eq!((words.encoding(), words.memory() + 32), ("hashtable", 696));
    }

    #[test]
    fn the_width_of_integers_is_that_of_the_widest_there_ever_was() {
        let mut set = set(["1", "-40000"].iter().map(ToString::to_string));
        assert_eq!(set.integers(), Some((&[-40_000, 1][..], 4)));
        set.remove(&Bytes::from("-40000"));
        assert_eq!(set.integers(), Some((&[1][..], 4)));
    }

    #[test]
    fn one_integer_too_many_or_a_word_make_it_a_table() {
        let many = set((0..513).map(|n| n.to_string()));
        assert_eq!((many.encoding(), many.len()), ("hashtable", 513));
        let mixed = set(["7", "x"].iter().map(ToString::to_string));
        assert_eq!((mixed.encoding(), mixed.len()), ("hashtable", 2));
        assert!(
            mixed.contains(&Bytes::from("7"))
                && mixed.contains(&Bytes::from("x"))
                && !mixed.contains(&Bytes::from("07"))
        );
    }
}

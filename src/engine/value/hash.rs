//! Hashes: few short fields in one block (`listpack`, in the order they came), or in a table (`hashtable`).
//!
//! A hash becomes a table with its first long word, or with one field too many; it never turns back.

use crate::engine::dict::{self, Dict};
use crate::engine::memory;
use crate::engine::value::listpack;
use crate::resp::Bytes;

/// A block larger than this is not added to.
const LARGEST_BLOCK: usize = 1 << 30;

/// When a hash becomes a table.
#[derive(Clone, Copy, Debug)]
pub struct HashLimits {
    /// hash-max-listpack-entries: fields.
    pub entries: u64,
    /// hash-max-listpack-value: bytes of a field or of a value.
    pub value: u64,
}

/// A hash value.
#[derive(Clone, Debug)]
pub struct HashValue {
    fields: Fields,
    /// What fields and values weigh: as elements of a listpack, or as strings by themselves.
    bytes: usize,
}

#[derive(Clone, Debug)]
enum Fields {
    Block(Vec<Field>),
    Table(Dict<Bytes>),
}

#[derive(Clone, Debug)]
struct Field {
    /// Of the name: most fields are told apart without a look at it.
    hash: u32,
    name: Bytes,
    value: Bytes,
}

impl Default for HashValue {
    fn default() -> Self {
        Self { fields: Fields::Block(Vec::new()), bytes: 0 }
    }
}

fn place(fields: &[Field], name: &Bytes) -> Option<usize> {
    let hash = dict::hash(name);
    fields.iter().position(|field| field.hash == hash && field.name == *name)
}

impl HashValue {
    /// A block of fields in this order, all different.
    pub fn from_fields(fields: Vec<(Bytes, Bytes)>) -> Self {
        let bytes = fields.iter().map(|(name, value)| listpack::entry(name) + listpack::entry(value)).sum();
        let field = |(name, value): (Bytes, Bytes)| Field { hash: dict::hash(&name), name, value };
        Self { fields: Fields::Block(fields.into_iter().map(field).collect()), bytes }
    }

    /// A table of these fields.
    pub fn from_table(table: Dict<Bytes>) -> Self {
        let weight = |id| memory::string(table.key(id).len()) + memory::string(table.value(id).len());
        let bytes = table.iter().map(weight).sum();
        Self { fields: Fields::Table(table), bytes }
    }

    /// The value of a field.
    pub fn get(&self, name: &Bytes) -> Option<&Bytes> {
        match &self.fields {
            Fields::Block(fields) => place(fields, name).map(|at| &fields[at].value),
            Fields::Table(dict) => dict.find(name).map(|id| dict.value(id)),
        }
    }

    /// Becomes a table if one of the words about to be added is too long, or all of them together are.
    pub fn make_ready_for(&mut self, words: &[Bytes], limits: HashLimits) {
        if !matches!(self.fields, Fields::Block(_)) {
            return;
        }
        let mut sum = 0;
        for word in words {
            if word.len() as u64 > limits.value {
                return self.convert();
            }
            sum += word.len();
        }
        if listpack::EMPTY + self.bytes + sum > LARGEST_BLOCK {
            self.convert();
        }
    }

    /// Gives a field a value; answers whether the field is new.
    pub fn set(&mut self, name: &Bytes, value: &Bytes, limits: HashLimits) -> bool {
        if matches!(self.fields, Fields::Block(_)) && name.len().max(value.len()) as u64 > limits.value {
            self.convert();
        }
        match &mut self.fields {
            Fields::Block(fields) => {
                self.bytes += listpack::entry(value);
                let hash = dict::hash(name);
                let known = fields.iter_mut().find(|field| field.hash == hash && field.name == *name);
                let is_new = known.is_none();
                if let Some(field) = known {
                    self.bytes -= listpack::entry(&field.value);
                    field.value = value.clone();
                } else {
                    self.bytes += listpack::entry(name);
                    fields.push(Field { hash, name: name.clone(), value: value.clone() });
                }
                if fields.len() as u64 > limits.entries {
                    self.convert();
                }
                is_new
            }
            Fields::Table(dict) => {
                self.bytes += memory::string(value.len());
                let old = dict.set(name, value.clone());
                match &old {
                    Some(old) => self.bytes -= memory::string(old.len()),
                    None => self.bytes += memory::string(name.len()),
                }
                old.is_none()
            }
        }
    }

    /// Makes a table of the block.
    fn convert(&mut self) {
        if let Fields::Block(fields) = &mut self.fields {
            let mut dict = Dict::with_room(fields.len());
            self.bytes = 0;
            for field in fields.drain(..) {
                self.bytes += memory::string(field.name.len()) + memory::string(field.value.len());
                dict.insert(field.name, field.value);
            }
            self.fields = Fields::Table(dict);
        }
    }

    /// Takes a field out; answers whether it was there. A table that is left almost empty begins to shrink.
    pub fn remove(&mut self, name: &Bytes) -> bool {
        match &mut self.fields {
            Fields::Block(fields) => {
                let Some(at) = place(fields, name) else {
                    return false;
                };
                let field = fields.remove(at);
                self.bytes -= listpack::entry(&field.name) + listpack::entry(&field.value);
                true
            }
            Fields::Table(dict) => {
                let Some((name, value)) = dict.remove(name) else {
                    return false;
                };
                self.bytes -= memory::string(name.len()) + memory::string(value.len());
                dict.shrink_if_sparse();
                true
            }
        }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        match &self.fields {
            Fields::Block(fields) => fields.len(),
            Fields::Table(dict) => dict.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All fields with their values: in the order they came, or in order of the table's buckets.
    pub fn iter(&self) -> impl Iterator<Item = (&Bytes, &Bytes)> {
        let (block, table) = match &self.fields {
            Fields::Block(fields) => (fields.as_slice(), None),
            Fields::Table(dict) => (&[][..], Some(dict)),
        };
        let table = table.into_iter().flat_map(|dict| dict.iter().map(|id| (dict.key(id), dict.value(id))));
        block.iter().map(|field| (&field.name, &field.value)).chain(table)
    }

    /// The fields, if it is a table.
    pub fn as_table(&self) -> Option<&Dict<Bytes>> {
        match &self.fields {
            Fields::Block(_) => None,
            Fields::Table(dict) => Some(dict),
        }
    }

    /// A random field with its value, as HRANDFIELD picks one. A table in growth takes some steps.
    pub fn random(&mut self, random: &mut dyn FnMut() -> u64) -> Option<(Bytes, Bytes)> {
        match &mut self.fields {
            Fields::Block(fields) if fields.is_empty() => None,
            Fields::Block(fields) => {
                let field = &fields[(random() % fields.len() as u64) as usize];
                Some((field.name.clone(), field.value.clone()))
            }
            Fields::Table(dict) => dict.fair_random(random).map(|id| (dict.key(id).clone(), dict.value(id).clone())),
        }
    }

    /// As OBJECT ENCODING prints it.
    pub fn encoding(&self) -> &'static str {
        match &self.fields {
            Fields::Block(_) => "listpack",
            Fields::Table(_) => "hashtable",
        }
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        memory::OBJECT
            + match &self.fields {
                Fields::Block(_) => memory::allocated(listpack::EMPTY + self.bytes),
                Fields::Table(dict) => dict.memory() + self.bytes,
            }
    }

    /// How much work it is to free it, in allocations.
    pub fn free_effort(&self) -> usize {
        match &self.fields {
            Fields::Block(_) => 1,
            Fields::Table(dict) => dict.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HashLimits = HashLimits { entries: 512, value: 64 };

    fn hash(fields: usize) -> HashValue {
        let mut hash = HashValue::default();
        for n in 0..fields {
            let (name, value) = (Bytes::from(format!("field:{n}")), Bytes::from(format!("value:{n}")));
            assert!(hash.set(&name, &value, LIMITS));
        }
        hash
    }

    #[test]
    fn the_account_of_bytes_returns_to_nothing() {
        for fields in [10, 600] {
            let mut hash = hash(fields);
            hash.set(&Bytes::from("field:3"), &Bytes::from("12"), LIMITS);
            for n in 0..fields {
                assert!(hash.remove(&Bytes::from(format!("field:{n}"))));
            }
            assert_eq!((hash.bytes, hash.len()), (0, 0));
        }
    }

    #[test]
    fn memory_is_what_memory_usage_measured() {
        // Measured on 7.0.15 with a one-byte key: 32 bytes of it are the key and its table entry.
        for (fields, usage) in [(10, 240), (100, 2_096), (513, 37_024)] {
            assert_eq!(hash(fields).memory() + 32, usage, "{fields}");
        }
    }

    #[test]
    fn it_becomes_a_table_with_one_field_too_many_or_a_long_word() {
        assert_eq!((hash(512).encoding(), hash(513).encoding()), ("listpack", "hashtable"));
        let mut long = hash(1);
        long.make_ready_for(&[Bytes::from("x".repeat(64))], LIMITS);
        assert_eq!(long.encoding(), "listpack");
        long.make_ready_for(&[Bytes::from("x".repeat(65))], LIMITS);
        assert_eq!(long.encoding(), "hashtable");
        assert_eq!(long.get(&Bytes::from("field:0")), Some(&Bytes::from("value:0")));
    }
}

//! DEBUG DIGEST and DIGEST-VALUE: a fingerprint of values that does not depend on how they are stored, made of SHA-1 as
//! Redis makes it (`debug.c` of 7.0), so that ours and a real server's can be compared.

use sha1_smol::Sha1;

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::keyspace::{EntryId, Keyspace};
use crate::engine::value::stream::StreamId;
use crate::engine::value::{Data, StringValue};
use crate::resp::{Bytes, Value, format_double};

/// 20 bytes being put together.
#[derive(Clone, Copy, Default)]
struct Digest([u8; 20]);

impl Digest {
    /// Adds something whose order does not matter.
    fn join(&mut self, bytes: &[u8]) {
        for (mine, its) in self.0.iter_mut().zip(Sha1::from(bytes).digest().bytes()) {
            *mine ^= its;
        }
    }

    /// Adds something whose order matters.
    fn chain(&mut self, bytes: &[u8]) {
        self.join(bytes);
        self.0 = Sha1::from(self.0).digest().bytes();
    }

    /// Adds an element of two parts.
    fn join_pair(&mut self, one: &[u8], other: &[u8]) {
        let mut pair = Self::default();
        pair.chain(one);
        pair.chain(other);
        self.join(&pair.0);
    }

    /// Adds the value of an entry, and that it has a time to live.
    fn value(&mut self, keyspace: &Keyspace, db: u32, id: EntryId) {
        let data = keyspace.data(db, id);
        let kind: u32 = match data {
            Data::Str(_) => 0,
            Data::List(_) => 1,
            Data::Set(_) => 2,
            Data::SortedSet(_) => 3,
            Data::Hash(_) => 4,
            Data::Stream(_) => 6,
        };
        self.chain(&kind.to_be_bytes());
        match data {
            Data::Str(StringValue::Int(n)) => self.chain(&Bytes::from_int(*n)),
            Data::Str(text) => self.chain(&text.bytes()),
            Data::List(list) => list.iter().for_each(|element| self.chain(element)),
            Data::Set(set) => set.iter().for_each(|member| self.join(&member)),
            Data::SortedSet(set) => {
                set.iter().for_each(|(member, score)| self.join_pair(&member, format_double(score).as_bytes()));
            }
            Data::Hash(hash) => hash.iter().for_each(|(name, value)| self.join_pair(name, value)),
            Data::Stream(stream) => stream.log.range(StreamId::MIN, StreamId::MAX, false, &mut |entry| {
                self.chain(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
                entry.fields.iter().for_each(|part| self.chain(part));
                true
            }),
        }
        if keyspace.expire_at(db, id).is_some() {
            self.join(b"!!expire!!");
        }
    }

    fn reply(self) -> Value {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(40);
        for byte in self.0 {
            let _ = write!(text, "{byte:02x}");
        }
        Value::simple(&text)
    }
}

/// `DEBUG DIGEST`: of all data.
pub fn digest(call: &mut Call<'_>) -> Result<Value, Error> {
    let keyspace = &call.engine.keyspace;
    let mut all = Digest::default();
    for db in 0..keyspace.databases() {
        if keyspace.len_of(db) == 0 {
            continue;
        }
        all.chain(&db.to_be_bytes());
        for id in keyspace.iter(db) {
            let mut one = Digest::default();
            one.chain(keyspace.key(db, id));
            one.value(keyspace, db, id);
            all.join(&one.0);
        }
        call.work += keyspace.len_of(db) as u64;
    }
    Ok(all.reply())
}

/// `DEBUG DIGEST-VALUE [key …]`: of each value, expired or not; zeros where there is none.
pub fn digest_value(call: &mut Call<'_>) -> Result<Value, Error> {
    let keyspace = &call.engine.keyspace;
    let of = |key: &Bytes| {
        let mut one = Digest::default();
        if let Some(id) = keyspace.find(call.db, key) {
            one.value(keyspace, call.db, id);
        }
        one.reply()
    };
    Ok(Value::Array(call.argv[2..].iter().map(of).collect()))
}

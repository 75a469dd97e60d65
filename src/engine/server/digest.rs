//! DEBUG DIGEST and DEBUG DIGEST-VALUE: fingerprints by which two data sets are known to hold the same.
//!
//! What has an order (a list's elements) is hashed together with what came before; what has none is exclusive-ored.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::keyspace::EntryId;
use crate::engine::sha1;
use crate::engine::value::Data;
use crate::resp::Value;

type Digest = [u8; 20];

fn xor(digest: &mut Digest, bytes: &[u8]) {
    for (byte, more) in digest.iter_mut().zip(sha1::digest(bytes)) {
        *byte ^= more;
    }
}

/// Takes in bytes so that their order matters.
fn mix(digest: &mut Digest, bytes: &[u8]) {
    xor(digest, bytes);
    *digest = sha1::digest(digest);
}

/// Takes in the value of an entry and whether it has a time to live.
fn take_in(call: &Call<'_>, db: u32, id: EntryId, digest: &mut Digest) -> Result<(), Error> {
    let data = call.engine.keyspace.data(db, id);
    // The numbers Redis gives the types.
    let number: u32 = match data {
        Data::Str(_) => 0,
        Data::List(_) => 1,
        Data::Set(_) => 2,
        Data::SortedSet(_) => 3,
        Data::Hash(_) => 4,
        Data::Stream(_) => 6,
    };
    mix(digest, &number.to_be_bytes());
    match data {
        Data::Str(value) => value.with_bytes(|bytes| mix(digest, bytes)),
        Data::Set(set) => set.iter().for_each(|member| xor(digest, &member)),
        Data::Hash(hash) => {
            for (name, value) in hash.iter() {
                let mut pair = Digest::default();
                mix(&mut pair, name);
                mix(&mut pair, value);
                xor(digest, &pair);
            }
        }
        _ => return Err(Error::NotImplemented("debug|digest of this type")),
    }
    if call.engine.keyspace.expire_at(db, id).is_some() {
        xor(digest, b"!!expire!!");
    }
    Ok(())
}

/// `DEBUG DIGEST-VALUE key [key …]`: of expired keys too, while they are there.
pub fn of_values(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut digests = Vec::new();
    for key in &call.argv[2..] {
        let mut digest = Digest::default();
        if let Some(id) = call.engine.keyspace.find(call.db, key) {
            take_in(call, call.db, id, &mut digest)?;
        }
        digests.push(Value::simple(&sha1::hex(&digest)));
    }
    Ok(Value::Array(digests))
}

/// `DEBUG DIGEST`
pub fn of_everything(call: &mut Call<'_>) -> Result<Value, Error> {
    let keyspace = &call.engine.keyspace;
    let mut all = Digest::default();
    for db in (0..keyspace.databases()).filter(|db| keyspace.len_of(*db) > 0) {
        mix(&mut all, &db.to_be_bytes());
        for id in keyspace.iter(db) {
            let mut digest = Digest::default();
            mix(&mut digest, keyspace.key(db, id));
            take_in(call, db, id, &mut digest)?;
            xor(&mut all, &digest);
        }
    }
    Ok(Value::simple(&sha1::hex(&all)))
}

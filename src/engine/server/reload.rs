//! All data as the bytes of a snapshot, and back: what replicas are sent and what they load, and `DEBUG RELOAD`.
//!
//! A real server writes these bytes into a file too; here they stay in memory, and nothing is left for a later start.

use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::keyspace::Keyspace;
use crate::engine::rdb::Damage;
use crate::engine::rdb::snapshot::{self, Said, Saved};
use crate::engine::server::connection::REDIS_VERSION;
use crate::engine::{Engine, Host, UnixMicros, usage};
use crate::resp::Value;

impl Engine {
    /// All data as the bytes of a snapshot (RDB version 10), as a file or a replica would be given them.
    pub fn snapshot(&self, now: UnixMicros) -> Vec<u8> {
        let facts = [
            ("redis-ver", REDIS_VERSION.to_owned()),
            ("redis-bits", "64".to_owned()),
            ("ctime", now.seconds().to_string()),
            ("used-mem", self.used_memory().to_string()),
            // Who goes on with the stream that this server itself is sent has to know this; its own says so first.
            (snapshot::STREAM_DB, self.clients.primary_link.db.to_string()),
        ];
        snapshot::write(&self.keyspace, &self.config, now.millis() as i64, &facts)
    }

    /// Replaces all data with a snapshot's; watched keys count as touched.
    ///
    /// # Errors
    ///
    /// [`Damage`]: the snapshot cannot be read, or has more databases than this server. The data is as it was.
    pub fn load_snapshot(&mut self, host: &mut dyn Host, bytes: &[u8]) -> Result<(), Damage> {
        let mut fresh = Keyspace::new(self.config.databases, self.cluster_enabled);
        let Said { stream_db } = read_into(&mut fresh, self, bytes, host.now(), host.is_replica())?;
        self.load(fresh);
        self.clients.primary_link.db = stream_db.filter(|db| *db < self.keyspace.databases()).unwrap_or(0);
        Ok(())
    }
}

/// Puts a snapshot's keys into a keyspace that has none of them.
fn read_into(
    keyspace: &mut Keyspace,
    Engine { config, .. }: &Engine,
    bytes: &[u8],
    now: UnixMicros,
    keeps_expired: bool,
) -> Result<Said, Damage> {
    let now_ms = now.millis() as i64;
    let fresh_usage = usage::initial(config, now_ms);
    let mut is_whole = true;
    let said = snapshot::read(bytes, config, now_ms, &mut |Saved { db, key, expire_at, usage, data }| {
        // What has run out is not worth loading, but for a replica, which waits for its primary's word.
        if expire_at.is_some_and(|at| at < now_ms) && !keeps_expired {
            return;
        }
        if db >= keyspace.databases() || keyspace.find(db, &key).is_some() {
            is_whole = false;
            return;
        }
        let id = keyspace.insert(db, &key, data, usage.unwrap_or(fresh_usage));
        keyspace.set_expire(db, id, expire_at);
    })?;
    if is_whole { Ok(said) } else { Err(Damage::Format) }
}

/// `DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]`
pub fn reload(call: &mut Call<'_>) -> Result<Value, Error> {
    const DAMAGED: Error = Error::Text("ERR Error trying to load the RDB dump, check server logs.");
    for at in 2..call.argv.len() {
        if call.is_word(at, "nosave") || call.is_word(at, "noflush") {
            // There is no file from before, and a key that is there already ends a real server.
            return Err(DAMAGED);
        }
        if !call.is_word(at, "merge") {
            return Err(Error::Text("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."));
        }
    }
    let (now, keeps_expired) = (call.now, call.host.is_replica());
    let bytes = call.engine.snapshot(now);
    let keyspace = &mut call.engine.keyspace;
    let mut keys = 0;
    for db in 0..keyspace.databases() {
        keys += keyspace.len_of(db);
        keyspace.clear(db);
    }
    call.work += keys as u64;
    let mut keyspace = std::mem::replace(&mut call.engine.keyspace, Keyspace::new(1, false));
    let read = read_into(&mut keyspace, call.engine, &bytes, now, keeps_expired);
    call.engine.keyspace = keyspace;
    read.map_err(|_| DAMAGED)?;
    // What a snapshot holds is no change any more.
    call.engine.dirty = 0;
    Ok(Value::ok())
}

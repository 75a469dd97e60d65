//! MIGRATE: keys go to another server, by DUMP here and RESTORE there.
//!
//! The engine says what is to be asked of the other server ([`Migration`]); carrying that there and the replies back is its
//! [`Host`]'s business. As in Redis the whole server waits for them: whoever drives the engine sees to it that it does
//! nothing else between [`Migrated::Later`] and [`Engine::migrated`].

use crate::engine::blocked::{self, Wait};
use crate::engine::call::{Asker, Call, Lookup};
use crate::engine::command::{self, CommandId};
use crate::engine::error::Error;
use crate::engine::rdb;
use crate::engine::{ClientId, Engine, EventClass, Host, UnixMicros, dispatch};
use crate::resp::{Bytes, Value};

/// How long the other server is waited for where nobody says, in milliseconds.
const TIMEOUT_MS: u64 = 1_000;
/// How long a connection is kept that nobody uses, in seconds (`MIGRATE_SOCKET_CACHE_TTL`).
pub const LINK_KEPT_S: u64 = 10;
/// How many connections are kept (`MIGRATE_SOCKET_CACHE_ITEMS`).
pub const LINKS_KEPT_MAX: usize = 64;

/// What is asked of another server, in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// Its address or host name, as given.
    pub host: Bytes,
    /// Its port, as given.
    pub port: Bytes,
    /// How long the connection, and then each reply, may take, in milliseconds.
    pub timeout_ms: u64,
    /// AUTH and its words, where there is a password to say.
    pub auth: Option<Vec<Bytes>>,
    /// The database to SELECT, unless the connection is there already.
    pub db: i64,
    /// RESTORE and its words, for each key.
    pub restores: Vec<Vec<Bytes>>,
}

impl Migration {
    /// Where to, as connections are kept by: `10.0.1.12:6379`.
    pub fn address(&self) -> Bytes {
        Bytes::from([&self.host[..], b":", &self.port[..]].concat())
    }

    /// Whether a connection in this database (none: nobody knows) needs no SELECT. Redis remembers what it does not know as
    /// -1, and so never selects that.
    pub fn needs_no_select(&self, db: Option<i64>) -> bool {
        db.unwrap_or(-1) == self.db
    }

    /// All of it as the other server is to get it. `has_db`: the connection is in its database already.
    pub fn commands(&self, has_db: bool) -> Vec<Vec<Bytes>> {
        let select = (!has_db).then(|| vec![Bytes::from("SELECT"), Bytes::from_int(self.db)]);
        self.auth.iter().cloned().chain(select).chain(self.restores.iter().cloned()).collect()
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MigrationReplies {
    /// The first error that AUTH or SELECT was answered with.
    refused: Option<Bytes>,
    /// For each RESTORE that was answered: the error, if it was one.
    restored: Vec<Option<Bytes>>,
    /// Why there are no more of them.
    failure: Option<MigrationFailure>,
    /// How long they were waited for, in nanoseconds: it counts as the command's own time.
    waited_ns: u64,
    /// Replies to AUTH and SELECT that are still to come.
    preludes: usize,
    /// Replies to RESTORE that are still to come.
    left: usize,
}

impl MigrationReplies {
    /// None yet.
    pub fn awaited(migration: &Migration, has_db: bool) -> Self {
        let preludes = usize::from(migration.auth.is_some()) + usize::from(!has_db);
        Self { preludes, left: migration.restores.len(), ..Self::default() }
    }

    /// Nothing comes, or nothing more.
    #[must_use]
    pub fn failed(mut self, why: MigrationFailure) -> Self {
        self.failure = Some(why);
        self
    }

    /// The server has waited so long for them, in nanoseconds.
    #[must_use]
    pub fn after(mut self, waited_ns: u64) -> Self {
        self.waited_ns = waited_ns;
        self
    }

    /// The next reply has come.
    pub fn push(&mut self, reply: Result<(), Bytes>) {
        if self.preludes > 0 {
            self.preludes -= 1;
            self.refused = self.refused.take().or(reply.err());
        } else if self.left > 0 {
            self.left -= 1;
            self.restored.push(reply.err());
        }
    }

    /// Whether all have come.
    pub fn is_complete(&self) -> bool {
        self.preludes + self.left == 0
    }

    /// Whether no key is known to have arrived or to have been refused.
    pub fn is_void(&self) -> bool {
        self.restored.is_empty()
    }

    /// Whether everything was done.
    pub fn is_success(&self) -> bool {
        self.failure.is_none() && self.first_error().is_none()
    }

    fn first_error(&self) -> Option<&Bytes> {
        let refused = self.refused.as_ref().filter(|_| !self.restored.is_empty());
        refused.or_else(|| self.restored.iter().flatten().next())
    }
}

/// Why another server's replies did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationFailure {
    /// There is no such host, or it does not answer.
    Connecting,
    /// It takes no connection, or closed the one there was.
    Writing,
    /// It did not reply in time, or closed the connection.
    Reading,
}

impl MigrationFailure {
    /// Redis's words.
    fn error(self) -> Error {
        Error::Text(match self {
            Self::Connecting => "IOERR error or timeout connecting to the client",
            Self::Writing => "IOERR error or timeout writing to target instance",
            Self::Reading => "IOERR error or timeout reading to target instance",
        })
    }
}

/// What a [`Host`] says to a [`Migration`].
#[derive(Clone, Debug, PartialEq)]
pub enum Migrated {
    /// It is over.
    Answered(MigrationReplies),
    /// [`Engine::migrated`] will be called; until then the server does nothing else.
    Later,
    /// It would take time, and there is none inside a transaction.
    CannotWait,
}

/// A MIGRATE that waits for the other server.
#[derive(Clone, Debug)]
pub struct Migrating {
    client: ClientId,
    db: u32,
    command: CommandId,
    argv: Vec<Bytes>,
    keys: Vec<Bytes>,
    copy: bool,
    since: UnixMicros,
}

#[derive(Default)]
struct Options {
    copy: bool,
    replace: bool,
    auth: Option<Vec<Bytes>>,
    /// After KEYS.
    keys: Option<Vec<Bytes>>,
}

impl Options {
    fn parse(call: &Call<'_>) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut at = 6;
        while at < call.argv.len() {
            let left = call.argv.len() - 1 - at;
            let words = |n: usize| [&[Bytes::from("AUTH")], &call.argv[at + 1..=at + n]].concat();
            if call.is_word(at, "copy") {
                options.copy = true;
            } else if call.is_word(at, "replace") {
                options.replace = true;
            } else if call.is_word(at, "auth") && left >= 1 {
                options.auth = Some(words(1));
                at += 1;
            } else if call.is_word(at, "auth2") && left >= 2 {
                options.auth = Some(words(2));
                at += 2;
            } else if call.is_word(at, "keys") {
                if !call.arg(3).is_empty() {
                    return Err(Error::Text(
                        "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
                    ));
                }
                options.keys = Some(call.argv[at + 1..].to_vec());
                break;
            } else {
                return Err(Error::Syntax);
            }
            at += 1;
        }
        Ok(options)
    }
}

/// `MIGRATE host port key|"" destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password]
/// [KEYS key [key …]]`
pub fn migrate(call: &mut Call<'_>) -> Result<Value, Error> {
    let Options { copy, replace, auth, keys } = Options::parse(call)?;
    let (timeout, db) = (call.int(5)?, call.int(4)?);
    let timeout_ms = if timeout > 0 { timeout as u64 } else { TIMEOUT_MS };
    let (mut found, mut restores) = (Vec::new(), Vec::new());
    for key in keys.unwrap_or_else(|| vec![call.arg(3).clone()]) {
        if let Some(restore) = restore_of(call, &key, replace) {
            found.push(key);
            restores.push(restore);
        }
    }
    if found.is_empty() {
        return Ok(Value::simple("NOKEY"));
    }
    let (host, port) = (call.arg(1).clone(), call.arg(2).clone());
    let migration = Migration { host, port, timeout_ms, auth, db, restores };
    match call.host.migrate(migration, !call.nested) {
        Migrated::Answered(replies) => conclude(call, &found, copy, &replies),
        Migrated::Later => {
            call.engine.migrating = Some(Box::new(Migrating {
                client: call.client,
                db: call.db,
                command: call.id,
                argv: call.argv.to_vec(),
                keys: found,
                copy,
                since: call.now,
            }));
            Ok(call.block(Wait::for_no_key(None, Value::Null)))
        }
        Migrated::CannotWait => {
            Err(Error::Text("ERR Slotscope does not implement 'MIGRATE' inside a transaction on a cluster node yet"))
        }
    }
}

/// The command that makes a key anew elsewhere, if there is the key.
fn restore_of(call: &mut Call<'_>, key: &Bytes, replace: bool) -> Option<Vec<Bytes>> {
    let id = call.find(key, Lookup::Read)?;
    let (db, now_ms) = (call.db, call.now_ms());
    let keyspace = call.keyspace();
    // What has less than a millisecond left gets a whole one: none would be for ever.
    let ttl = keyspace.expire_at(db, id).map_or(0, |at| (at - now_ms).max(1));
    let data = keyspace.data(db, id).clone();
    call.work += data.free_effort() as u64;
    let payload = rdb::dump(&data, call.engine.config.compresses_payloads());
    let name = if call.engine.cluster_enabled { "RESTORE-ASKING" } else { "RESTORE" };
    let mut words = vec![Bytes::from(name), key.clone(), Bytes::from_int(ttl), Bytes::from(payload)];
    if replace {
        words.push(Bytes::from("REPLACE"));
    }
    Some(words)
}

/// Deletes the keys that have arrived, unless they are to stay, and says how it went.
fn conclude(call: &mut Call<'_>, keys: &[Bytes], copy: bool, replies: &MigrationReplies) -> Result<Value, Error> {
    call.extra_ns += replies.waited_ns;
    let is_over = |restored: &&Option<Bytes>| restored.is_none() && replies.refused.is_none() && !copy;
    let gone: Vec<Bytes> = keys
        .iter()
        .zip(&replies.restored)
        .filter(|(_, restored)| is_over(restored))
        .map(|(key, _)| key.clone())
        .collect();
    for key in &gone {
        call.delete_key(key);
        call.touched(key);
        call.notify(EventClass::GENERIC, "del", key);
        call.dirty += 1;
    }
    if !gone.is_empty() && call.replicates() {
        call.propagate_instead(vec![[&[Bytes::from("DEL")], &gone[..]].concat()]);
    }
    if let Some(error) = replies.first_error() {
        return Err(Error::bytes([b"ERR Target instance replied with error: ", &error[..]].concat()));
    }
    match replies.failure {
        Some(failure) => Err(failure.error()),
        None => Ok(Value::ok()),
    }
}

impl Engine {
    /// Whether this server waits for another one's replies, and so does nothing else.
    pub fn is_migrating(&self) -> bool {
        self.migrating.is_some()
    }

    /// The other server has replied, or has not: MIGRATE goes on.
    pub fn migrated(&mut self, host: &mut dyn Host, replies: MigrationReplies) {
        let Some(migrating) = self.migrating.take() else { return };
        let Migrating { client, db, command, argv, keys, copy, since } = *migrating;
        let Some(spec) = command::by_id(command) else { return };
        let asker = Asker { client, db, from_primary: false };
        let replies = replies.after(host.now().0.saturating_sub(since.0).saturating_mul(1_000));
        let finish = |call: &mut Call<'_>| Some(conclude(call, &keys, copy, &replies));
        let reply = dispatch::go_on(self, host, asker, (command, spec), &argv, finish);
        if let Some(reply) = reply {
            self.answer_later(client, reply);
        }
        self.flush_pending(true);
        blocked::serve(self, host);
    }
}

//! One command being run: the engine's state, what surrounds it, and the arguments, in one place for handlers.
//!
//! Handlers read keys through [`Call::lookup_read`] and change them through [`Call::lookup_write`], [`Call::set_key`] and
//! [`Call::delete_key`], so that expiry, hit counting, LRU, WATCH, memory and replication are nobody else's business. A
//! handler that changed something says so: `call.dirty += 1`, `call.touched(key)`, `call.notify(…)`.

use super::client::Client;
use super::command::{CommandId, CommandSpec};
use super::error::Error;
use super::keyspace::{Edit, EntryId, Keyspace, Object};
use super::value::Data;
use super::{ClientId, Engine, EventClass, Host, Notice, UnixMicros, number, usage};
use crate::resp::Bytes;

/// A command being run.
pub struct Call<'a> {
    /// All state of the server.
    pub engine: &'a mut Engine,
    /// Clock, chance and cluster.
    pub host: &'a mut dyn Host,
    /// Who asks.
    pub client: ClientId,
    /// Which command.
    pub spec: &'static CommandSpec,
    /// Its number.
    pub id: CommandId,
    /// Its words.
    pub argv: &'a [Bytes],
    /// The time, the same for the whole command (and for the whole of a transaction).
    pub now: UnixMicros,
    /// The client's database.
    pub db: u32,
    /// This is the replication stream: nothing expires by itself, nothing is replicated.
    pub from_primary: bool,
    /// The command runs inside EXEC (or a script): it may not block.
    pub nested: bool,
    /// How many changes were made: a command that made none is not replicated.
    pub dirty: u64,
    /// What to replicate in place of argv.
    pub rewritten: Propagation,
    /// Elements looked at beyond the first: what the command's time is estimated from.
    pub work: u64,
    /// CPU time beyond that, in nanoseconds.
    pub extra_ns: u64,
    /// The client is to be disconnected after the reply.
    pub close: bool,
    /// No reply is sent for this command (CLIENT REPLY OFF, and commands that answer later).
    pub no_reply: bool,
}

/// What a command that changed something sends to the replicas.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Propagation {
    /// Its own words.
    #[default]
    AsGiven,
    /// These commands instead; none at all, if empty.
    Instead(Vec<Vec<Bytes>>),
}

/// Why a key is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// To read it: counts as hit or miss and as a use.
    Read,
    /// To read about it: counts as hit or miss, not as a use (TTL, TYPE, EXISTS, OBJECT).
    Peek,
    /// To change it: counts as a use only.
    Write,
}

/// Who asks, as far as every command has to know it.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The client.
    pub client: ClientId,
    /// Its database.
    pub db: u32,
    /// It is the replication stream.
    pub from_primary: bool,
}

impl From<&Client> for Asker {
    #[inline]
    fn from(client: &Client) -> Self {
        Self { client: client.id, db: client.db, from_primary: client.is_primary_link }
    }
}

impl Asker {
    /// As the client is now.
    pub fn of(engine: &Engine, client: ClientId) -> Self {
        engine.clients.get(client).map_or(Self { client, db: 0, from_primary: false }, Self::from)
    }
}

/// Who asks and when.
impl<'a> Call<'a> {
    /// A command about to be run for a client, in the client's database.
    #[inline(always)]
    pub fn new(
        engine: &'a mut Engine,
        host: &'a mut dyn Host,
        Asker { client, db, from_primary }: Asker,
        (id, spec): (CommandId, &'static CommandSpec),
        argv: &'a [Bytes],
        now: UnixMicros,
    ) -> Self {
        Self {
            engine,
            host,
            client,
            spec,
            id,
            argv,
            now,
            db,
            from_primary,
            nested: false,
            dirty: 0,
            rewritten: Propagation::AsGiven,
            work: 0,
            extra_ns: 0,
            close: false,
            no_reply: false,
        }
    }

    /// Now, in milliseconds of Unix time.
    pub fn now_ms(&self) -> i64 {
        self.now.millis() as i64
    }

    /// Argument `at`, which the arity promises.
    pub fn arg(&self, at: usize) -> &'a Bytes {
        &self.argv[at]
    }

    /// Argument `at` as an integer.
    pub fn int(&self, at: usize) -> Result<i64, Error> {
        // `ok_or` would make an error each time, and drop it.
        match number::parse_i64(self.arg(at)) {
            Some(number) => Ok(number),
            None => Err(Error::NotInteger),
        }
    }

    /// Argument `at` as a number as wide as C's int.
    pub fn narrow_int(&self, at: usize) -> Result<i32, Error> {
        i32::try_from(self.int(at)?)
            .map_err(|_| Error::Text("ERR value is out of range, value must between -2147483648 and 2147483647"))
    }

    /// Whether argument `at` is this word, in any case of letters.
    pub fn is_word(&self, at: usize, word: &str) -> bool {
        self.argv.get(at).is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// The protocol the client speaks: 2 or 3.
    pub fn protocol(&self) -> u8 {
        self.client().protocol
    }

    /// Who asks.
    pub fn client(&self) -> &Client {
        // A client that went away during its own command (it cannot) would read as the primary link.
        self.engine.clients.get(self.client).unwrap_or(&self.engine.clients.primary_link)
    }

    /// Who asks, to change.
    pub fn client_mut(&mut self) -> &mut Client {
        self.engine.clients.get_or_primary_link_mut(self.client)
    }

    /// The data.
    pub fn keyspace(&mut self) -> &mut Keyspace {
        &mut self.engine.keyspace
    }

    /// The error for a wrong number of arguments of this command.
    pub fn arity_error(&self) -> Error {
        Error::Arity(self.spec.name)
    }
}

/// Keys.
impl Call<'_> {
    /// The entry of a key of the client's database, unless it has expired. Deletes what has.
    pub fn find(&mut self, key: &Bytes, why: Lookup) -> Option<EntryId> {
        self.find_in(self.db, key, why)
    }

    /// The same in another database.
    pub fn find_in(&mut self, db: u32, key: &Bytes, why: Lookup) -> Option<EntryId> {
        let keyspace = &mut self.engine.keyspace;
        keyspace.step(db);
        let mut found = None;
        if let Some((id, object)) = keyspace.find_object(db, key) {
            let (now_ms, usage) = (self.now.millis() as i64, object.usage);
            found = Some(id);
            if object.is_expired(now_ms) && self.expire(db, key, why == Lookup::Write) {
                found = None;
            } else if why != Lookup::Peek {
                let host = &mut *self.host;
                let now_used = usage::after_use(&self.engine.config, usage, now_ms, &mut || host.random());
                // Writing copies a shared page: leave it alone if nothing would change.
                if now_used != usage {
                    self.engine.keyspace.set_usage(db, id, now_used);
                }
            }
        }
        if why == Lookup::Write {
            return found;
        }
        if found.is_some() {
            self.engine.stats.keyspace_hits += 1;
        } else {
            self.engine.stats.keyspace_misses += 1;
            if !self.spec.name.starts_with("object|") {
                self.engine.notify(EventClass::KEY_MISS, "keymiss", key, db);
            }
        }
        found
    }

    /// A key whose time has run out: answers whether it counts as gone. A primary deletes it and tells its replicas; a
    /// replica leaves it to its primary, and the replication stream sees it still.
    fn expire(&mut self, db: u32, key: &Bytes, for_write: bool) -> bool {
        if self.from_primary {
            return false;
        }
        if self.host.is_replica() && (!for_write || self.engine.config.replica_read_only) {
            return true;
        }
        // While clients are held back the data stays as it is.
        if !self.engine.pause.is_on(self.now) {
            self.engine.delete_expired(db, key);
        }
        true
    }

    /// Whether a key of the client's database has expired, and so counts as gone; deletes it then, if it may.
    pub fn drop_if_expired(&mut self, key: &Bytes) -> bool {
        let (db, now_ms) = (self.db, self.now_ms());
        let keyspace = &self.engine.keyspace;
        keyspace.find(db, key).is_some_and(|id| keyspace.is_expired(db, id, now_ms)) && self.expire(db, key, false)
    }

    /// The value of a key, to read.
    #[inline]
    pub fn lookup_read(&mut self, key: &Bytes) -> Option<&Data> {
        let id = self.find(key, Lookup::Read)?;
        Some(self.engine.keyspace.data(self.db, id))
    }

    /// The value of a key, to change: its memory is accounted when the result is dropped.
    pub fn lookup_write(&mut self, key: &Bytes) -> Option<Edit<'_>> {
        let id = self.find(key, Lookup::Write)?;
        Some(self.engine.keyspace.edit(self.db, id))
    }

    /// What a new key remembers of its use.
    fn initial_usage(&self) -> u32 {
        usage::initial(&self.engine.config, self.now_ms())
    }

    /// Adds a key that is not there.
    pub fn add_key(&mut self, key: &Bytes, data: Data) -> EntryId {
        let usage = self.initial_usage();
        self.add_key_in(self.db, key, data, usage)
    }

    /// The same in another database, of a value that was used before.
    pub fn add_key_in(&mut self, db: u32, key: &Bytes, data: Data, usage: u32) -> EntryId {
        if let Some(kind) = data.awaited() {
            self.engine.blocked.signal(db, key, kind);
        }
        self.engine.notify(EventClass::NEW, "new", key, db);
        self.engine.keyspace.insert(db, key, data, usage)
    }

    /// Stores a value under a key, whatever was there; its time to live goes unless `keep_ttl`. Watchers are told.
    pub fn set_key(&mut self, key: &Bytes, data: Data, keep_ttl: bool) -> EntryId {
        let id = match self.find(key, Lookup::Write) {
            Some(id) => {
                if self.replace(id, data) && !keep_ttl {
                    self.engine.keyspace.set_expire(self.db, id, None);
                }
                id
            }
            None => self.add_key(key, data),
        };
        self.touched(key);
        id
    }

    /// Puts another value in place of an entry's; its time to live stays. Answers whether it has one.
    #[inline]
    pub fn replace(&mut self, id: EntryId, data: Data) -> bool {
        let usage = if self.engine.config.maxmemory_policy.is_lfu() {
            // How often a name is used does not depend on its value.
            self.engine.keyspace.object(self.db, id).usage
        } else {
            self.initial_usage()
        };
        self.engine.keyspace.replace(self.db, id, data, usage)
    }

    /// Deletes a key, expired or not. Answers whether it was there. Tells nobody.
    pub fn delete_key(&mut self, key: &Bytes) -> bool {
        self.engine.keyspace.remove(self.db, key).is_some()
    }

    /// The same as UNLINK does it: what is much work to free counts as freed in the background.
    pub fn unlink_key(&mut self, key: &Bytes) -> bool {
        let gone = self.engine.keyspace.remove(self.db, key);
        if let Some(object) = &gone {
            self.engine.note_lazy_free(object);
        }
        gone.is_some()
    }

    /// A key was changed: transactions that watch it will fail.
    pub fn touched(&mut self, key: &Bytes) {
        self.engine.keyspace.touch_watched(self.db, key);
    }

    /// The reply is sent now, whatever is still to be said about keys: a client that is told of its own commands (RESP3)
    /// gets it between the messages before and after.
    pub fn replies_here(&mut self) {
        if self.engine.config.notify_keyspace_events != 0 {
            self.engine.reply_place = Some(self.engine.outbox.len());
        }
    }

    /// A keyspace event, for those who subscribed to such.
    pub fn notify(&mut self, class: EventClass, event: &'static str, key: &Bytes) {
        self.engine.notify(class, event, key, self.db);
    }
}

/// Replication.
impl Call<'_> {
    /// Sends `commands` to the replicas in place of this one.
    pub fn propagate_instead(&mut self, commands: Vec<Vec<Bytes>>) {
        self.rewritten = Propagation::Instead(commands);
    }

    /// Sends one command of these words in place of this one.
    pub fn propagate_as(&mut self, words: &[&[u8]]) {
        if self.replicates() {
            self.propagate_instead(vec![words.iter().map(|word| Bytes::from(*word)).collect()]);
        }
    }

    /// Whether anybody takes what is replicated: if not it need not be put together.
    pub fn replicates(&self) -> bool {
        !self.engine.drops_effects
    }
}

/// What happens outside any command too.
impl Engine {
    /// Deletes a key whose time has run out, and says so to watchers, replicas and onlookers.
    pub(super) fn delete_expired(&mut self, db: u32, key: &Bytes) {
        let gone = self.keyspace.remove(db, key);
        if let Some(object) = gone.filter(|_| self.config.lazyfree_lazy_expire) {
            self.note_lazy_free(&object);
        }
        self.keyspace.touch_expired(db, key);
        self.notify(EventClass::EXPIRED, "expired", key, db);
        self.stats.expired_keys += 1;
        self.push_notice(Notice::Expired(key.clone()));
        let word = if self.config.lazyfree_lazy_expire { "UNLINK" } else { "DEL" };
        self.pending.push((db, vec![Bytes::from(word), key.clone()]));
    }

    /// Counts a value that goes, if it is so much work to free it that Redis does so in the background.
    pub(super) fn note_lazy_free(&mut self, gone: &Object) {
        const THRESHOLD: usize = 64;
        if gone.data.free_effort() > THRESHOLD {
            self.stats.lazyfreed_objects += 1;
        }
    }

    /// Remembers a notice, unless nobody has taken any for very long.
    pub(super) fn push_notice(&mut self, notice: Notice) {
        const MOST: usize = 100_000;
        if self.notices.len() < MOST {
            self.notices.push(notice);
        }
    }

    /// A keyspace event: a message on the channels of its key and of its name, as far as notify-keyspace-events has its
    /// class and those channels. Replicas and other nodes are not told; they have events of their own.
    #[inline]
    pub(super) fn notify(&mut self, class: EventClass, event: &'static str, key: &Bytes, db: u32) {
        if self.config.notify_keyspace_events & class.0 != 0 {
            self.publish_event(event, key, db);
        }
    }

    #[cold]
    fn publish_event(&mut self, event: &'static str, key: &Bytes, db: u32) {
        let wanted = self.config.notify_keyspace_events;
        let channel = |kind: &str, of: &[u8]| {
            let mut name = Vec::with_capacity(24 + of.len());
            name.extend_from_slice(b"__");
            name.extend_from_slice(kind.as_bytes());
            name.push(b'@');
            name.extend_from_slice(&Bytes::from_int(i64::from(db)));
            name.extend_from_slice(b"__:");
            name.extend_from_slice(of);
            Bytes::from(name)
        };
        if wanted & EventClass::KEYSPACE.0 != 0 {
            self.publish(&channel("keyspace", key), &Bytes::from(event), false);
        }
        if wanted & EventClass::KEYEVENT.0 != 0 {
            self.publish(&channel("keyevent", event.as_bytes()), key, false);
        }
    }

    /// Whether the unit of execution that is going on has something to replicate.
    pub(super) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Ends a unit of execution: what it has to replicate goes out, as one transaction if it is more than one command.
    pub(super) fn flush_pending(&mut self, as_transaction: bool) {
        if !self.has_pending() {
            return;
        }
        if self.drops_effects {
            self.pending.clear();
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let wrap = as_transaction && pending.len() > 1;
        for (n, (db, argv)) in pending.into_iter().enumerate() {
            if self.effects_db != Some(db) {
                self.effects_db = Some(db);
                self.effects.push(vec![Bytes::from("SELECT"), Bytes::from_int(i64::from(db))]);
            }
            // The first command's database is selected before the transaction begins.
            if wrap && n == 0 {
                self.effects.push(vec![Bytes::from("MULTI")]);
            }
            self.effects.push(argv);
        }
        if wrap {
            self.effects.push(vec![Bytes::from("EXEC")]);
        }
    }
}

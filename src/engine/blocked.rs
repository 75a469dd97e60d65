//! Clients that wait: for an element in a key (BLPOP, BZPOPMIN, XREAD and their kin), or for their time to run out.
//!
//! A handler that finds nothing calls [`Call::block`] and answers nothing. A command that puts something where somebody
//! waits ends with [`serve`]: keys in the order in which they were made ready, for each key its clients in the order in
//! which they began to wait (Redis 7.0's `handleClientsBlockedOnKeys`). What they are answered goes to the outbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::call::{Asker, Call};
use super::command::{self, CommandId, Flags};
use super::error::Error;
use super::long_double::LongDouble;
use super::value::Awaited;
use super::{ClientId, Engine, Host, Route, UnixMicros, dispatch};
use crate::resp::{Bytes, Value};

/// Tries to serve a client from one key. `None`: it goes on waiting.
pub type Serve = fn(&mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>>;

/// What a client waits for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// Keys, each once.
    pub keys: Vec<Bytes>,
    /// Values of which type.
    pub kind: Option<Awaited>,
    /// Ends the wait: the moment after which the client is answered `on_timeout`. `None`: never.
    pub deadline: Option<UnixMicros>,
    /// Its answer then.
    pub on_timeout: Value,
    /// Tries a key that was made ready; `Call::argv` is the waiting command's.
    pub serve: Serve,
}

impl Wait {
    /// Not for a key: something else ends it, if its time does not run out before.
    pub fn for_no_key(deadline: Option<UnixMicros>, on_timeout: Value) -> Self {
        Self { keys: Vec::new(), kind: None, deadline, on_timeout, serve: |_, _| None }
    }
}

/// A client's wait with all that is needed to end it.
#[derive(Clone, Debug)]
pub struct Waiting {
    wait: Wait,
    db: u32,
    command: CommandId,
    argv: Vec<Bytes>,
}

/// WAIT: so many replicas have to acknowledge an offset.
#[derive(Clone, Copy, Debug)]
struct ForReplicas {
    client: ClientId,
    offset: u64,
    replicas: i64,
}

/// All waits of a server.
#[derive(Clone, Debug, Default)]
pub struct Blocked {
    /// Who waits for a key, first come first.
    queues: BTreeMap<(u32, Bytes), VecDeque<ClientId>>,
    waiting: BTreeMap<ClientId, Waiting>,
    deadlines: BTreeSet<(UnixMicros, ClientId)>,
    /// Who waits for replicas (WAIT), last come first.
    for_replicas: Vec<ForReplicas>,
    /// Keys that something came into, each once.
    ready: Vec<(u32, Bytes)>,
}

impl Blocked {
    /// Whether a client waits.
    #[inline]
    pub fn contains(&self, client: ClientId) -> bool {
        !self.waiting.is_empty() && self.is_waiting(client)
    }

    // Every command asks, and hardly ever does anybody wait: the search is kept out of its way.
    #[inline(never)]
    fn is_waiting(&self, client: ClientId) -> bool {
        self.waiting.contains_key(&client)
    }

    /// How many clients wait (INFO `blocked_clients`).
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many of them until a certain moment only (INFO `clients_in_timeout_table`).
    pub fn with_deadline(&self) -> usize {
        self.deadlines.len()
    }

    /// The next moment at which somebody's time has run out: that is when its last microsecond is over.
    pub fn next_deadline(&self) -> Option<UnixMicros> {
        self.deadlines.first().map(|(at, _)| UnixMicros(at.0.saturating_add(1)))
    }

    /// Something came into a key: whoever waits for it is to be served when the command is over.
    #[inline]
    pub fn signal(&mut self, db: u32, key: &Bytes, kind: Awaited) {
        if !self.queues.is_empty() {
            self.signal_waiting(db, key, kind);
        }
    }

    #[cold]
    fn signal_waiting(&mut self, db: u32, key: &Bytes, kind: Awaited) {
        // Redis looks only if somebody waits for any value of this type.
        if !self.queues.contains_key(&(db, key.clone()))
            || !self.waiting.values().any(|waiting| waiting.wait.kind == Some(kind))
        {
            return;
        }
        if !self.ready.iter().any(|(known_db, known)| *known_db == db && known == key) {
            self.ready.push((db, key.clone()));
        }
    }

    /// A client waits for one thing at a time: what it waited for before, if it was not held back, is forgotten.
    fn add(&mut self, client: ClientId, waiting: Waiting) {
        self.remove(client);
        for key in &waiting.wait.keys {
            let queue = self.queues.entry((waiting.db, key.clone())).or_default();
            if !queue.contains(&client) {
                queue.push_back(client);
            }
        }
        if let Some(at) = waiting.wait.deadline {
            self.deadlines.insert((at, client));
        }
        self.waiting.insert(client, waiting);
    }

    /// Ends a client's wait without an answer.
    pub fn remove(&mut self, client: ClientId) -> Option<Waiting> {
        let waiting = self.waiting.remove(&client)?;
        self.for_replicas.retain(|wait| wait.client != client);
        if let Some(at) = waiting.wait.deadline {
            self.deadlines.remove(&(at, client));
        }
        for key in &waiting.wait.keys {
            let name = (waiting.db, key.clone());
            if let Some(queue) = self.queues.get_mut(&name) {
                queue.retain(|other| *other != client);
                if queue.is_empty() {
                    self.queues.remove(&name);
                }
            }
        }
        Some(waiting)
    }
}

impl Call<'_> {
    /// Puts the client off until one of the keys can serve it; the handler answers what this answers, which is dropped.
    /// Inside a transaction nobody may wait: that is as if time had run out at once.
    pub fn block(&mut self, wait: Wait) -> Value {
        self.block_as(wait, self.argv.to_vec())
    }

    /// The same with the words that the wait is remembered by: those that depend on the moment, in plain terms.
    pub fn block_as(&mut self, wait: Wait, argv: Vec<Bytes>) -> Value {
        if self.nested {
            return wait.on_timeout;
        }
        self.no_reply = true;
        let waiting = Waiting { wait, db: self.db, command: self.id, argv };
        self.engine.blocked.add(self.client, waiting);
        Value::Null
    }

    /// Puts the client off until `replicas` have acknowledged `offset`; what it is answered is always how many have.
    /// Inside a transaction that is at once.
    pub fn block_for_replicas(&mut self, offset: u64, replicas: i64, deadline: Option<UnixMicros>) -> Value {
        let acknowledged = self.host.acknowledged_replicas(offset);
        if acknowledged >= replicas || self.nested {
            return Value::Int(acknowledged);
        }
        self.host.request_acknowledgements();
        let reply = self.block(Wait::for_no_key(deadline, Value::Null));
        self.engine.blocked.for_replicas.insert(0, ForReplicas { client: self.client, offset, replicas });
        reply
    }

    /// The end of a wait from a time-out argument in whole milliseconds (0: never), with Redis's errors.
    pub fn deadline_in_whole_ms(&self, at: usize) -> Result<Option<UnixMicros>, Error> {
        let millis = super::number::parse_i64(self.arg(at));
        let millis = millis.ok_or(Error::Text("ERR timeout is not an integer or out of range"))?;
        if millis < 0 {
            return Err(Error::Text("ERR timeout is negative"));
        }
        Ok((millis > 0).then(|| self.in_millis(millis as u64)))
    }

    /// The end of a wait from a time-out argument in seconds (0: never), with Redis's errors.
    pub fn deadline(&self, at: usize) -> Result<Option<UnixMicros>, Error> {
        let seconds = LongDouble::parse(self.arg(at));
        let seconds = seconds.ok_or(Error::Text("ERR timeout is not a float or out of range"))?;
        self.deadline_in_ms(libm::ceil(seconds.to_f64() * 1_000.0))
    }

    /// The same from milliseconds. What is too much for 64 bits counts as negative, as in Redis.
    pub fn deadline_in_ms(&self, millis: f64) -> Result<Option<UnixMicros>, Error> {
        if millis < 0.0 || millis >= i64::MAX as f64 {
            return Err(Error::Text("ERR timeout is negative"));
        }
        if millis == 0.0 {
            return Ok(None);
        }
        Ok(Some(self.in_millis(millis as u64)))
    }

    /// The end of the millisecond that comes so many later: Redis counts waiting times in whole milliseconds of its clock.
    pub fn in_millis(&self, millis: u64) -> UnixMicros {
        UnixMicros(self.now.millis().saturating_add(millis).saturating_mul(1_000).saturating_add(999))
    }
}

/// Signals the keys of a database that clients wait for, by what database `of` holds under their names: all of it that can be
/// waited for, or streams only (SWAPDB, FLUSHALL).
pub fn signal_all(engine: &mut Engine, db: u32, of: u32, only: Option<Awaited>) {
    let kind_of = |key: &Bytes| engine.keyspace.data(of, engine.keyspace.find(of, key)?).awaited();
    let waited_for = engine.blocked.queues.keys().filter(|(place, _)| *place == db);
    let found: Vec<(Bytes, Awaited)> = waited_for.filter_map(|(_, key)| Some((key.clone(), kind_of(key)?))).collect();
    for (key, kind) in found {
        if only.is_none_or(|only| only == kind) {
            engine.blocked.signal(db, &key, kind);
        }
    }
}

/// Serves those who wait for keys that were made ready, until nothing new is.
#[inline]
pub fn serve(engine: &mut Engine, host: &mut dyn Host) {
    if engine.keyspace.has_lost_streams() || !engine.blocked.ready.is_empty() {
        serve_ready(engine, host);
    }
}

#[cold]
fn serve_ready(engine: &mut Engine, host: &mut dyn Host) {
    for (db, key) in engine.keyspace.take_lost_streams() {
        // What has come in its place serves others, too.
        engine.blocked.signal(db, &key, Awaited::Stream);
    }
    while !engine.blocked.ready.is_empty() {
        for (db, key) in std::mem::take(&mut engine.blocked.ready) {
            let queue = engine.blocked.queues.get(&(db, key.clone()));
            let clients: Vec<ClientId> = queue.map(|queue| queue.iter().copied().collect()).unwrap_or_default();
            for client in clients {
                let Some(waiting) = engine.blocked.waiting.get(&client) else {
                    continue;
                };
                let (command, argv, serve) = (waiting.command, waiting.argv.clone(), waiting.wait.serve);
                let Some(spec) = command::by_id(command) else {
                    continue;
                };
                let asker = Asker::of(engine, client);
                let try_key = |call: &mut Call<'_>| serve(call, &key);
                let reply = dispatch::go_on(engine, host, asker, (command, spec), &argv, try_key);
                let place = engine.reply_place.take();
                if let Some(reply) = reply {
                    let messages = engine.outbox.len();
                    engine.answer_later(client, reply);
                    // It may go before some of what the client is told about keys.
                    if let Some(place) = place.filter(|_| engine.outbox.len() > messages) {
                        engine.outbox[place..].rotate_right(1);
                    }
                }
                // The key may have expired, which replicas are told whether anybody is served or not.
                engine.flush_pending(true);
            }
        }
    }
}

/// Answers those whose time has run out.
pub fn time_out(engine: &mut Engine, host: &mut dyn Host) {
    let now = host.now();
    while let Some((_, client)) = engine.blocked.deadlines.first().copied().filter(|(at, _)| *at < now) {
        end_wait(engine, host, client, None);
    }
}

/// Ends a client's wait with an answer, or as if its time had run out. Whether it waited at all.
pub fn end_wait(engine: &mut Engine, host: &mut dyn Host, client: ClientId, answer: Option<Value>) -> bool {
    let for_replicas = engine.blocked.for_replicas.iter().find(|wait| wait.client == client).copied();
    let Some(waiting) = engine.blocked.remove(client) else {
        return false;
    };
    let answer = answer.unwrap_or_else(|| match for_replicas {
        Some(wait) => Value::Int(host.acknowledged_replicas(wait.offset)),
        None => waiting.wait.on_timeout,
    });
    engine.note_error(&answer);
    engine.answer_later(client, answer);
    true
}

/// Answers those whom enough replicas have acknowledged.
pub fn serve_acknowledged(engine: &mut Engine, host: &mut dyn Host) {
    for wait in engine.blocked.for_replicas.clone() {
        if host.acknowledged_replicas(wait.offset) >= wait.replicas {
            end_wait(engine, host, wait.client, None);
        }
    }
}

/// Tells those who wait for a key that is served elsewhere now where that is, or that the cluster is down.
pub fn redirect(engine: &mut Engine, host: &mut dyn Host) {
    if !engine.cluster_enabled || engine.blocked.waiting.is_empty() {
        return;
    }
    let mut moved = Vec::new();
    for (client, Waiting { wait, command, .. }) in &engine.blocked.waiting {
        let Some(spec) = command::by_id(*command).filter(|_| !wait.keys.is_empty()) else {
            continue;
        };
        let route = Route {
            keys: wait.keys.get(..1).unwrap_or_default(),
            is_write: spec.flags.has(Flags::WRITE),
            client_readonly: engine.clients.get(*client).is_some_and(|state| state.readonly),
            // What is being imported may be waited for.
            asking: true,
            is_migrate: false,
            is_shard_channel: false,
        };
        match host.route(&route, &engine.keyspace) {
            // So may what is leaving, until it has left.
            Err(Value::Error(text)) if !text.starts_with(b"ASK ") => moved.push((*client, Value::Error(text))),
            _ => {}
        }
    }
    for (client, error) in moved {
        end_wait(engine, host, client, Some(error));
    }
}

/// A primary that has become a replica keeps nobody waiting: each is told so and disconnected.
pub fn give_up_all(engine: &mut Engine) {
    let clients: Vec<ClientId> = engine.blocked.waiting.keys().copied().collect();
    for client in clients {
        let text = "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
        engine.answer_later(client, Value::error(text));
        engine.hang_up(client);
    }
}

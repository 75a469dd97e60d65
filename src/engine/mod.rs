//! One node's command engine: keyspace, data types, expiry, eviction, the command table.
//!
//! May know: `resp`. A pure state machine: it is told the time and handed randomness through [`Host`], it never asks
//! the machine.
//!
//! Start with [`Engine::execute`].

mod bits;
mod blocked;
mod call;
mod client;
pub mod command;
mod commands;
mod complete;
mod config;
mod dict;
mod dispatch;
mod error;
mod evict;
mod expire;
mod geohash;
mod glob;
mod hyperloglog;
mod keys;
mod keyspace;
mod long_double;
mod memory;
mod monitor;
mod number;
mod options;
mod output_limits;
mod paged;
mod partial_sort;
mod pause;
mod preview;
mod pubsub;
mod rdb;
mod server;
mod slots;
mod syntax;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod usage;
mod value;

use std::collections::BTreeMap;

use crate::resp::{Bytes, RequestLimits, RequestSize, Value, reply_len, request_size};
use client::Clients;
pub use commands::migrate::{LINK_KEPT_S, LINKS_KEPT_MAX, Migrated, Migration, MigrationFailure, MigrationReplies};
pub use complete::{complete, help, hint};
use config::Config;
pub use keyspace::Keyspace;
pub use preview::{KeyFacts, KeyFilter, Preview, quoted, shown};
pub use rdb::Damage;
pub use server::replication::{Followed, PrimaryAddress, ReplicaWord, SyncCounts, SyncRequest};

/// A hash slot, 0 to 16383.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u16);

impl Slot {
    /// How many slots there are.
    pub const COUNT: u16 = 16_384;

    /// Slot number `n`, where there is one.
    pub fn new(n: u16) -> Option<Self> {
        (n < Self::COUNT).then_some(Self(n))
    }

    /// Its number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// The slot of a key: CRC16 (XMODEM) of its hash tag, or of all of it.
    pub fn of_key(key: &[u8]) -> Self {
        Self(slots::of_key(key))
    }
}

/// Unix time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMicros(pub u64);

impl UnixMicros {
    /// Whole seconds.
    pub fn seconds(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole milliseconds.
    pub fn millis(self) -> u64 {
        self.0 / 1_000
    }
}

/// A connection to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// What is known of a request when the cluster is asked whether this node may serve it.
#[derive(Debug)]
pub struct Route<'a> {
    /// The keys, or the shard channel, in order of appearance.
    pub keys: &'a [Bytes],
    /// Whether the command is flagged `write`.
    pub is_write: bool,
    /// The client said READONLY.
    pub client_readonly: bool,
    /// The client's last command was ASKING, or the command itself is RESTORE-ASKING.
    pub asking: bool,
    /// The command is MIGRATE.
    pub is_migrate: bool,
    /// The command is SSUBSCRIBE, SUNSUBSCRIBE or SPUBLISH: the names are no keys, and replicas may serve them too.
    pub is_shard_channel: bool,
}

/// What surrounds an engine: the clock, chance, and the cluster node it belongs to.
///
/// The defaults are those of a lone server that is not in cluster mode.
pub trait Host {
    /// The time; the same for the whole of one command.
    fn now(&self) -> UnixMicros;
    /// A random word.
    fn random(&mut self) -> u64;
    /// Step 7 of the order of checks: may this node serve these keys? `Err` holds the redirection or CLUSTERDOWN.
    fn route(&mut self, _route: &Route<'_>, _keyspace: &Keyspace) -> Result<(), Value> {
        Ok(())
    }
    /// Whether this node runs in cluster mode.
    fn cluster_enabled(&self) -> bool {
        false
    }
    /// Whether this node is a replica: it refuses writes, and leaves expired keys to its primary.
    fn is_replica(&self) -> bool {
        false
    }
    /// Whether this node is reading its data set (a replica, at the end of a full resynchronisation): it refuses most
    /// commands.
    fn is_loading(&self) -> bool {
        false
    }
    /// How many replicas are online and not lagging (min-replicas-to-write, min-replicas-max-lag).
    fn good_replicas(&self) -> u32 {
        0
    }
    /// CLUSTER and its subcommands (arity already checked); READONLY, READWRITE and ASKING are the engine's own.
    fn cluster(&mut self, _argv: &[Bytes], _keyspace: &mut Keyspace) -> Value {
        Value::error("ERR This instance has cluster support disabled")
    }
    /// The `# Replication` section of INFO without its heading: `field:value` lines.
    fn info_replication(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    /// ROLE.
    fn role(&self) -> Value {
        Value::Array(vec![Value::bulk("master"), Value::Int(0), Value::Array(Vec::new())])
    }
    /// How many replicas have acknowledged an offset.
    fn acknowledged_replicas(&self, _offset: u64) -> i64 {
        0
    }
    /// Whether a replica has not acknowledged all that was replicated (SHUTDOWN).
    fn has_lagging_replicas(&self) -> bool {
        false
    }
    /// Somebody waits for acknowledgements (WAIT): asks the replicas for theirs now.
    fn request_acknowledgements(&mut self) {}
    /// A replica whose link to its primary is down, and that is not to answer from stale data
    /// (replica-serve-stale-data).
    fn is_cut_off(&self) -> bool {
        false
    }
    /// Whether this node's own state refuses nothing: it is no replica, and all of its data is there.
    fn is_ready_primary(&self) -> bool {
        !self.is_replica() && !self.is_loading() && !self.is_cut_off()
    }
    /// MIGRATE: carries keys to another server. `may_wait`: this may answer [`Migrated::Later`]. A lone engine reaches none.
    fn migrate(&mut self, _migration: Migration, _may_wait: bool) -> Migrated {
        Migrated::Answered(MigrationReplies::default().failed(MigrationFailure::Connecting))
    }
    /// Connections for MIGRATE that are kept for the next one (INFO `migrate_cached_sockets`).
    fn kept_migration_links(&self) -> usize {
        0
    }
    /// CONFIG SET port: takes connections there from now on (0: nowhere). Whether it can; a simulated server stays where it
    /// is.
    fn listen_on(&mut self, _port: u16) -> bool {
        false
    }
    /// REPLICAOF: this server is to copy another one.
    fn follow(&mut self, _primary: &PrimaryAddress) -> Followed {
        Followed::NotBuilt
    }
    /// REPLICAOF NO ONE, where this server copies another one.
    fn follow_nobody(&mut self) {}
    /// SYNC, PSYNC: a client is to be sent all that is replicated. Whether this server can do that.
    fn feed(&mut self, _client: ClientId, _request: SyncRequest) -> bool {
        false
    }
    /// How often that was asked for (INFO).
    fn sync_counts(&self) -> SyncCounts {
        SyncCounts::default()
    }
    /// What a client says that is or will be a replica.
    fn replica_says(&mut self, _client: ClientId, _word: ReplicaWord) {}
    /// The name of the history of the data, where streams go out.
    fn replication_id(&self) -> Option<&str> {
        None
    }
    /// DEBUG CHANGE-REPL-ID: the history of the data goes on under another name.
    fn change_replication_id(&mut self) {}
    /// PUBLISH (SPUBLISH, if `sharded`) in cluster mode: carries the message to the other nodes.
    fn publish(&mut self, _channel: &Bytes, _message: &Bytes, _sharded: bool) {}
}

/// What one command came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The reply, where there is one.
    pub reply: Option<Value>,
    /// CPU time of the command on a node, in nanoseconds: an estimate from its complexity, the same on every machine.
    pub cost_ns: u64,
    /// The client asked to be disconnected (QUIT).
    pub close: bool,
}

/// Something that happened to a key without anybody asking, for the picture and its "why?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Memory ran out and the policy chose this key.
    Evicted(Bytes),
    /// Its time to live ran out and it was found.
    Expired(Bytes),
}

/// Totals since start (or CONFIG RESETSTAT).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Commands executed.
    pub commands: u64,
    /// Look-ups of reading commands that found the key.
    pub keyspace_hits: u64,
    /// Look-ups of reading commands that did not.
    pub keyspace_misses: u64,
    /// Keys evicted.
    pub evicted_keys: u64,
    /// Keys expired.
    pub expired_keys: u64,
    /// Values, and databases' tables, that Redis would have freed in the background.
    pub lazyfreed_objects: u64,
}

/// What is remembered of one command (INFO commandstats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandStat {
    /// Times it ran.
    pub calls: u64,
    /// Estimated CPU time of all of them.
    pub nanos: u64,
    /// Times it was refused before it ran (arity, OOM, READONLY…).
    pub rejected: u64,
    /// Times it ran and answered an error.
    pub failed: u64,
}

/// Classes of keyspace events (notify-keyspace-events), as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventClass(pub u32);

#[allow(missing_docs)]
impl EventClass {
    pub const KEYSPACE: Self = Self(1 << 0);
    pub const KEYEVENT: Self = Self(1 << 1);
    pub const GENERIC: Self = Self(1 << 2);
    pub const STRING: Self = Self(1 << 3);
    pub const LIST: Self = Self(1 << 4);
    pub const SET: Self = Self(1 << 5);
    pub const HASH: Self = Self(1 << 6);
    pub const ZSET: Self = Self(1 << 7);
    pub const EXPIRED: Self = Self(1 << 8);
    pub const EVICTED: Self = Self(1 << 9);
    pub const STREAM: Self = Self(1 << 10);
    pub const KEY_MISS: Self = Self(1 << 11);
    pub const MODULE: Self = Self(1 << 13);
    pub const NEW: Self = Self(1 << 14);
}

/// A command engine: everything one redis-server process knows, the cluster excepted.
#[derive(Clone, Debug)]
pub struct Engine {
    keyspace: Keyspace,
    config: Config,
    clients: Clients,
    stats: Stats,
    /// By [`command::CommandId`].
    command_stats: Vec<CommandStat>,
    /// Errors answered, by code (INFO errorstats).
    error_stats: BTreeMap<String, u64>,
    /// Who listens to what.
    pubsub: pubsub::Pubsub,
    /// Who sees every command, in order of asking.
    monitors: Vec<ClientId>,
    /// What holds clients back.
    pause: pause::Pause,
    /// Who waits for what.
    blocked: blocked::Blocked,
    /// The MIGRATE that waits for another server, and everything with it.
    migrating: Option<Box<commands::migrate::Migrating>>,
    /// Replies and pushes for clients other than the one that is being answered, in order.
    outbox: Vec<(ClientId, Value)>,
    /// Where among them the reply of the command that runs belongs, if not behind them.
    reply_place: Option<usize>,
    /// Clients that the server disconnected by itself or on somebody's behalf.
    hung_up: Vec<ClientId>,
    /// Ready to be taken.
    effects: Vec<Vec<Bytes>>,
    /// Nobody takes the effects: they need not be put together.
    drops_effects: bool,
    /// The database the last effect was in; none: the next one says its own.
    effects_db: Option<u32>,
    /// What the unit of execution that is going on has to replicate, with its database.
    pending: Vec<(u32, Vec<Bytes>)>,
    notices: Vec<Notice>,
    /// Changes since start (INFO `rdb_changes_since_last_save`).
    dirty: u64,
    pool: evict::Pool,
    expire_cycle: expire::Cycle,
    /// Memory was short before the command that runs now (scripts ask).
    oom_before_command: bool,
    cluster_enabled: bool,
    /// What CONFIG, INFO, SLOWLOG and their like remember.
    server: server::State,
}

impl Engine {
    /// An empty engine with default configuration. `cluster_enabled` turns the slot index on and leaves one database.
    pub fn new(cluster_enabled: bool) -> Self {
        Self {
            keyspace: Keyspace::new(Config::default().databases, cluster_enabled),
            config: Config::default(),
            clients: Clients::default(),
            stats: Stats::default(),
            command_stats: vec![CommandStat::default(); command::count()],
            error_stats: BTreeMap::new(),
            pubsub: pubsub::Pubsub::default(),
            monitors: Vec::new(),
            pause: pause::Pause::default(),
            blocked: blocked::Blocked::default(),
            migrating: None,
            outbox: Vec::new(),
            reply_place: None,
            hung_up: Vec::new(),
            effects: Vec::new(),
            drops_effects: false,
            effects_db: Some(0),
            pending: Vec::new(),
            notices: Vec::new(),
            dirty: 0,
            pool: evict::Pool::default(),
            expire_cycle: expire::Cycle::default(),
            oom_before_command: false,
            cluster_enabled,
            server: server::State::default(),
        }
    }
    /// CONFIG SET from outside, before or during a run: `("maxmemory", "4mb")`. `Err` is Redis's own error text.
    pub fn configure(&mut self, name: &str, value: &str) -> Result<(), String> {
        server::config::set(self, name, value)
    }
    /// A parameter's value as CONFIG GET prints it.
    pub fn config(&self, name: &str) -> Option<String> {
        server::config::get(self, name)
    }
    /// A new connection from `addr` ("10.0.1.7:40312").
    pub fn connect(&mut self, now: UnixMicros, addr: &str) -> ClientId {
        self.clients.add(addr, now)
    }
    /// The connection is gone.
    pub fn disconnect(&mut self, client: ClientId) {
        self.unwatch_all(client);
        self.forget_subscriptions(client);
        self.monitors.retain(|monitor| *monitor != client);
        self.pause.forget(client);
        self.blocked.remove(client);
        self.clients.remove(client);
    }
    /// Whether a client waits for an answer (BLPOP and its kin, WAIT, CLIENT PAUSE): its next command has to wait too.
    pub fn is_blocked(&self, client: ClientId) -> bool {
        self.blocked.contains(client) || self.clients.get(client).is_some_and(|state| state.postponed.is_some())
    }
    /// The next moment at which [`Engine::tick`] has something to do.
    pub fn next_deadline(&self) -> Option<UnixMicros> {
        [self.blocked.next_deadline(), self.pause.next_deadline()].into_iter().flatten().min()
    }
    /// Answers clients whose time to wait has run out, and lets go on who was held back.
    pub fn tick(&mut self, host: &mut dyn Host) {
        self.server.clock = host.now();
        blocked::time_out(self, host);
        pause::resume(self, host);
    }
    /// Replicas have acknowledged more: answers those who waited for that (WAIT, SHUTDOWN).
    pub fn acknowledged(&mut self, host: &mut dyn Host) {
        blocked::serve_acknowledged(self, host);
        server::shutdown::go_on(self, host);
    }
    /// Whether SHUTDOWN has ended this server: it is to be asked nothing more.
    pub fn has_ended(&self) -> bool {
        self.server.has_ended
    }
    /// The replication offset after what a client has written last: what its next WAIT waits for.
    pub fn note_offset(&mut self, client: ClientId, offset: u64) {
        if let Some(state) = self.clients.get_mut(client) {
            state.write_offset = offset;
        }
    }
    /// Where the primary is that this node copies.
    pub fn name_primary(&mut self, ip: &str, port: u16) {
        self.clients.name_primary_link(ip, port);
    }
    /// This node has become a replica: whoever waits for a key, or for replicas, is told so and disconnected.
    pub fn became_replica(&mut self) {
        blocked::give_up_all(self);
    }
    /// Replies and pushes that are not the answer to the command just executed, in order: to clients that waited, to
    /// subscribers, to monitors. Those for the client that was just executed go before its own reply.
    pub fn take_messages(&mut self) -> Vec<(ClientId, Value)> {
        self.take_messages_for(&|_| true)
    }
    /// The same for some clients only; the others' stay.
    pub fn take_messages_for(&mut self, is_meant: &dyn Fn(ClientId) -> bool) -> Vec<(ClientId, Value)> {
        if self.outbox.is_empty() {
            return Vec::new();
        }
        let all = std::mem::take(&mut self.outbox);
        let (taken, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|(client, _)| is_meant(*client));
        self.outbox = left;
        for (client, message) in &taken {
            self.server.net_output_bytes += reply_len(message, self.protocol(*client)) as u64;
            if let Some(state) = self.clients.get_mut(*client) {
                state.last_interaction = state.last_interaction.max(self.server.clock);
            }
        }
        taken
    }
    /// Clients that were disconnected otherwise than by [`Outcome::close`] since the last call (CLIENT KILL).
    pub fn take_hung_up(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.hung_up)
    }
    /// The same for some clients only; the others' stay.
    pub fn take_hung_up_for(&mut self, is_meant: &dyn Fn(ClientId) -> bool) -> Vec<ClientId> {
        let (taken, left) = std::mem::take(&mut self.hung_up).into_iter().partition(|client| is_meant(*client));
        self.hung_up = left;
        taken
    }
    /// Disconnects a client on somebody else's behalf.
    fn hang_up(&mut self, client: ClientId) {
        self.disconnect(client);
        self.hung_up.push(client);
    }
    /// Disconnects one of those who are sent what is replicated.
    pub fn hang_up_replica(&mut self, client: ClientId) {
        if self.clients.get(client).is_some_and(|client| client.is_replica) {
            self.hang_up(client);
        }
    }
    /// Disconnects those who are sent what is replicated: they have to come back and ask where it goes on.
    pub fn hang_up_replicas(&mut self) {
        let replicas: Vec<ClientId> =
            self.clients.iter().filter(|client| client.is_replica).map(|client| client.id).collect();
        for client in replicas {
            self.hang_up(client);
        }
    }
    /// Disconnects a client at once (CLIENT KILL): what it has not been sent yet it never will be.
    fn kill(&mut self, client: ClientId) {
        self.outbox.retain(|(to, _)| *to != client);
        self.hang_up(client);
    }
    /// Sends a client something that is not the answer to the command being executed.
    fn answer_later(&mut self, client: ClientId, message: Value) {
        let Some(state) = self.clients.get_mut(client).filter(|_| !matches!(message, Value::Push(_))) else {
            self.outbox.push((client, message));
            return;
        };
        match state.reply_mode {
            client::ReplyMode::Off => {}
            client::ReplyMode::SkipThis => state.reply_mode = client::ReplyMode::On,
            _ => self.outbox.push((client, message)),
        }
    }
    /// Runs one command. The reply is what the server would send to this client.
    ///
    /// Who waits ([`Engine::is_blocked`]) is asked nothing until it is answered; it is the driver that holds its commands
    /// back.
    pub fn execute(&mut self, host: &mut dyn Host, client: ClientId, argv: &[Bytes]) -> Outcome {
        let RequestSize { text, wire } = request_size(argv);
        self.server.net_input_bytes += wire as u64;
        let mut outcome = Outcome::default();
        let reply_len = dispatch::execute(self, host, client, argv, text, &mut outcome);
        let messages = self.outbox.len();
        pause::resume(self, host);
        if self.outbox.len() > messages {
            // What was held back runs after the command that let it go on.
            dispatch::put_among_messages(self, client, messages, &mut outcome);
        }
        if outcome.reply.is_some() {
            self.server.net_output_bytes += reply_len as u64;
            if let Some(client) = self.clients.get_mut(client) {
                client.reply_buffer.fill(reply_len);
            }
        }
        outcome
    }
    /// Applies one command of the replication stream: no checks, no reply, no effects.
    pub fn apply(&mut self, host: &mut dyn Host, argv: &[Bytes]) {
        dispatch::apply(self, host, argv);
    }
    /// The periodic work of one tick (`hz` a second): the active expiry cycle, eviction that is not done yet, and care of
    /// the tables.
    pub fn cron(&mut self, host: &mut dyn Host) {
        /// Chains moved in a tick, about what a millisecond allows.
        const CHAINS_PER_TICK: usize = 10_000;
        if self.server.cron_paused {
            return;
        }
        let now = host.now();
        server::cron(self, now);
        server::shutdown::go_on(self, host);
        if !self.pause.is_on(now) {
            expire::active_cycle(self, host, now);
            evict::perform_evictions(self, host, now);
        }
        blocked::serve(self, host);
        blocked::redirect(self, host);
        self.tick(host);
        self.keyspace.tend_tables(CHAINS_PER_TICK);
    }
    /// The protocol a client speaks: 2 or 3.
    pub fn protocol(&self, client: ClientId) -> u8 {
        self.clients.get(client).map_or(2, |client| client.protocol)
    }
    /// What a client may send in one request.
    pub fn request_limits(&self, client: ClientId) -> RequestLimits {
        RequestLimits {
            bulk_max: i64::try_from(self.config.proto_max_bulk_len).unwrap_or(i64::MAX),
            is_stranger: !self.config.requirepass.is_empty()
                && self.clients.get(client).is_some_and(|client| !client.authenticated),
        }
    }
    /// Nanoseconds that the last command told the server to sleep (DEBUG SLEEP); part of its [`Outcome::cost_ns`]. Whoever runs in real time has to sleep them.
    pub fn take_sleep(&mut self) -> u64 {
        std::mem::take(&mut self.server.sleep_ns)
    }
    /// Lines for the server's log since the last call (DEBUG LOG). If nobody takes them, only the last thousand are kept.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.server.log)
    }
    /// The commands to replicate that the last calls produced, in order, rewritten as Redis propagates them
    /// (absolute expiry, DEL for expired and evicted keys). Empties the list. Database 0 is implied.
    pub fn take_effects(&mut self) -> Vec<Vec<Bytes>> {
        let deleted = self.keyspace.take_slot_deletions();
        self.effects.extend(deleted.into_iter().map(|key| vec![Bytes::from("DEL"), key]));
        std::mem::take(&mut self.effects)
    }
    /// Somebody begins to listen to the effects: the next one is preceded by SELECT.
    pub fn begin_stream(&mut self) {
        self.effects_db = None;
        self.drops_effects = false;
    }
    /// Nobody listens to the effects until [`Engine::begin_stream`].
    pub fn end_stream(&mut self) {
        self.drops_effects = true;
        self.effects.clear();
    }
    /// What happened to keys by itself since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
    /// The data.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }
    /// The data, for the cluster's own deletions.
    pub fn keyspace_mut(&mut self) -> &mut Keyspace {
        &mut self.keyspace
    }
    /// Replaces the data, as a replica does at the end of a full resynchronisation.
    pub fn load(&mut self, keyspace: Keyspace) {
        let mut old = std::mem::replace(&mut self.keyspace, keyspace);
        self.keyspace.set_cluster_enabled(self.cluster_enabled);
        self.keyspace.inherit_watches(&mut old);
    }
    /// Totals.
    pub fn stats(&self) -> Stats {
        self.stats
    }
    /// What a server occupies when empty, in bytes (INFO's `used_memory_startup`).
    pub fn startup_memory(&self) -> u64 {
        STARTUP_MEMORY + if self.cluster_enabled { CLUSTER_MEMORY } else { 0 }
    }
    /// Bytes in use: what a server occupies when empty, the data, and its clients. This is what maxmemory limits.
    pub fn used_memory(&self) -> u64 {
        self.startup_memory() + self.keyspace.used_memory() + self.clients.len() as u64 * CLIENT_MEMORY
    }
}

/// INFO's `used_memory_startup` of a 64-bit build of 7.0.15 with its bundled allocator, measured.
pub const STARTUP_MEMORY: u64 = 858_888;
/// What cluster mode adds to it: tables of slots and of their keys, measured.
pub const CLUSTER_MEMORY: u64 = 724_000;
/// What an idle client occupies (INFO's `mem_clients_normal`), measured.
pub const CLIENT_MEMORY: u64 = 1_800;

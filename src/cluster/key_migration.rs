//! MIGRATE between nodes: the connections that keys travel on, and the wait for the other node's replies.
//!
//! As in Redis 7.0 (`migrateCommand`) the whole process waits: what arrives meanwhile, heartbeats too, is handled when the
//! replies are there or the time-out has passed. Connections are kept for ten seconds for the next MIGRATE. The other node
//! takes the commands into its queue like any client's, and so may serve them although nobody waits any more.
//!
//! A connection is made by the machine's kernel, whatever the process does: a node that hangs accepts it and then does not
//! reply. Start with [`NodeState::begin_key_migration`]; the receiving side begins at [`Node::receive_key_migration`].

use super::node::{Ctx, Node, NodeState};
use super::redirect::NodeHost;
use super::view::Ms;
use super::wire;
use super::{Caller, Event, NodeIndex, Output, Request, RequestId, Timer, Traffic};
use crate::engine::{LINK_KEPT_S, LINKS_KEPT_MAX, Migrated, Migration, MigrationFailure, MigrationReplies};
use crate::resp::{Bytes, Value};
use crate::sim::Nanos;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A TCP segment that only opens, closes or refuses a connection.
const SEGMENT_BYTES: u64 = 60;
/// Nodes are callers from here on; app servers and consoles have other numbers.
const PEERS: u16 = 0x8000;
/// … as many as there can be, far more than any cluster has.
const PEERS_MAX: u16 = 0x4000;

/// A message on a connection for MIGRATE. `link` is the connection's number, chosen by the node that opens it.
#[derive(Clone, Debug)]
pub enum KeyMigrationMessage {
    /// Source: opens the connection.
    Connect {
        /// The connection.
        link: u64,
    },
    /// Target: it is open.
    Connected {
        /// The connection.
        link: u64,
    },
    /// Source: commands, in order.
    Commands {
        /// The connection.
        link: u64,
        /// AUTH, SELECT and RESTORE.
        commands: Vec<Vec<Bytes>>,
    },
    /// Target: the reply to the next of them.
    Reply {
        /// The connection.
        link: u64,
        /// The reply.
        value: Value,
    },
    /// Target: there is no such connection (any more).
    Reset {
        /// The connection.
        link: u64,
    },
    /// Source: closes the connection.
    Closed {
        /// The connection.
        link: u64,
    },
}

/// Where a MIGRATE's host and port lead.
enum Place {
    /// To a node.
    Node(NodeIndex),
    /// To a machine without a server on that port.
    NoServer,
    /// To an address at which nobody is.
    Nobody,
    /// Nowhere: there is no such name.
    NoName,
}

/// A connection that is open, on its source's side.
#[derive(Clone, Debug)]
struct Kept {
    to: NodeIndex,
    link: u64,
    /// The database it is in, if that is sure.
    db: Option<i64>,
    used: Ms,
}

/// The MIGRATE that waits.
#[derive(Clone, Debug)]
struct Ongoing {
    /// Host and port, as given: what connections are kept by.
    name: Bytes,
    /// None: nobody answers there.
    to: Option<NodeIndex>,
    link: u64,
    /// Its number, which its timer goes by.
    serial: u64,
    is_connected: bool,
    may_retry: bool,
    migration: Migration,
    replies: MigrationReplies,
    /// When the wait for the next thing is over.
    deadline: Nanos,
}

/// A node's connections for MIGRATE.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyMigrations {
    kept: BTreeMap<Bytes, Kept>,
    ongoing: Option<Ongoing>,
    /// Which connection of each peer is open, on its target's side.
    accepted: BTreeMap<NodeIndex, u64>,
    /// The numbers of the last connection and of the last MIGRATE; they are not forgotten when the process ends.
    last_link: u64,
    last_serial: u64,
}

impl KeyMigrations {
    /// The process is gone, and its connections with it.
    pub fn crash(&mut self) {
        *self = Self { last_link: self.last_link, last_serial: self.last_serial, ..Self::default() };
    }

    /// How many connections are kept.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Whether a process that waits for another node's replies takes notice of an event.
    pub fn awaits(&self, event: &Event) -> bool {
        match event {
            Event::KeyMigration { message, .. } => self.awaits_message(message),
            Event::Timer { timer: Timer::KeyMigration { serial }, .. } => self.awaits_timer(*serial),
            _ => false,
        }
    }

    fn awaits_message(&self, message: &KeyMigrationMessage) -> bool {
        let (KeyMigrationMessage::Connected { link }
        | KeyMigrationMessage::Reply { link, .. }
        | KeyMigrationMessage::Reset { link }) = message
        else {
            return false;
        };
        self.ongoing.as_ref().is_some_and(|ongoing| ongoing.link == *link)
    }

    fn awaits_timer(&self, serial: u64) -> bool {
        self.ongoing.as_ref().is_some_and(|ongoing| ongoing.serial == serial)
    }

    /// Whether a peer has a connection open.
    pub fn has_accepted(&self, peer: NodeIndex) -> bool {
        self.accepted.contains_key(&peer)
    }
}

/// Who a node is to the others' queues.
fn caller(node: NodeIndex) -> Caller {
    Caller(PEERS + node.0 % PEERS_MAX)
}

impl Caller {
    /// The node that sends commands as this caller, if it is one.
    pub(super) fn peer(self) -> Option<NodeIndex> {
        (PEERS..PEERS + PEERS_MAX).contains(&self.0).then(|| NodeIndex(self.0 - PEERS))
    }
}

impl NodeState {
    /// Begins to carry keys to another node.
    pub fn begin_key_migration(&mut self, ctx: &mut Ctx<'_>, migration: Migration, may_wait: bool) -> Migrated {
        let over = |why| Migrated::Answered(MigrationReplies::default().failed(why));
        let to = match self.place(&migration.host, &migration.port) {
            Place::Node(node) => Some(node),
            Place::Nobody => None,
            Place::NoServer => return over(MigrationFailure::Writing),
            Place::NoName => return over(MigrationFailure::Connecting),
        };
        if !may_wait {
            return Migrated::CannotWait;
        }
        self.key_migrations.last_serial += 1;
        let serial = self.key_migrations.last_serial;
        let deadline = patience(ctx, &migration);
        ctx.timer(self.me, deadline, Timer::KeyMigration { serial });
        let name = migration.address();
        let kept = self.key_migrations.kept.get(&name).map(|kept| kept.link);
        let ongoing = Ongoing {
            name,
            to,
            link: kept.unwrap_or_default(),
            serial,
            is_connected: kept.is_some(),
            may_retry: true,
            migration,
            replies: MigrationReplies::default(),
            deadline,
        };
        if ongoing.is_connected {
            self.send_commands(ctx, ongoing);
        } else {
            self.connect(ctx, ongoing);
        }
        Migrated::Later
    }

    /// Where a host and a port lead.
    fn place(&self, host: &[u8], port: &[u8]) -> Place {
        let host = String::from_utf8_lossy(host);
        let ip = match &*host {
            "localhost" => "127.0.0.1",
            host => self.roster.nodes.iter().find(|node| node.name == host).map_or(host, |node| &node.ip),
        };
        let port = std::str::from_utf8(port).ok().and_then(|port| port.parse().ok());
        if let Some(node) = port.and_then(|port| self.roster.at_address(ip, port)) {
            return Place::Node(node);
        }
        if self.roster.at_ip(ip).is_some() {
            return Place::NoServer;
        }
        if ip.parse::<std::net::IpAddr>().is_ok() { Place::Nobody } else { Place::NoName }
    }

    fn connect(&mut self, ctx: &mut Ctx<'_>, mut ongoing: Ongoing) {
        self.key_migrations.last_link += 1;
        ongoing.link = self.key_migrations.last_link;
        ongoing.is_connected = false;
        if let Some(to) = ongoing.to {
            self.send_key_migration(ctx, to, KeyMigrationMessage::Connect { link: ongoing.link });
        }
        self.wait(ctx, ongoing);
    }

    fn send_commands(&mut self, ctx: &mut Ctx<'_>, mut ongoing: Ongoing) {
        if let Some(to) = ongoing.to {
            let db = self.key_migrations.kept.get(&ongoing.name).and_then(|kept| kept.db);
            let has_db = ongoing.migration.needs_no_select(db);
            ongoing.replies = MigrationReplies::awaited(&ongoing.migration, has_db);
            let commands = ongoing.migration.commands(has_db);
            self.send_key_migration(ctx, to, KeyMigrationMessage::Commands { link: ongoing.link, commands });
        }
        self.wait(ctx, ongoing);
    }

    /// Waits for what is to come next.
    fn wait(&mut self, ctx: &Ctx<'_>, mut ongoing: Ongoing) {
        ongoing.deadline = patience(ctx, &ongoing.migration);
        self.key_migrations.ongoing = Some(ongoing);
    }

    fn send_key_migration(&self, ctx: &mut Ctx<'_>, to: NodeIndex, message: KeyMigrationMessage) {
        ctx.out.push(self.key_migration_output(to, message));
    }

    fn key_migration_output(&self, to: NodeIndex, message: KeyMigrationMessage) -> Output {
        let bytes = match &message {
            KeyMigrationMessage::Commands { commands, .. } => commands.iter().map(|argv| wire::command_len(argv)).sum(),
            KeyMigrationMessage::Reply { value, .. } => wire::reply_len(value),
            _ => SEGMENT_BYTES,
        };
        let event = Event::KeyMigration { from: self.me, to, message: Rc::new(message) };
        Output::Send { from: self.me, to, bytes, traffic: Traffic::KeyMigration, event }
    }

    /// The reply to the next of a peer's commands, as it is to be sent, if the peer still listens.
    pub fn reply_to_peer(&self, peer: NodeIndex, value: Value) -> Option<Output> {
        let link = *self.key_migrations.accepted.get(&peer)?;
        Some(self.key_migration_output(peer, KeyMigrationMessage::Reply { link, value }))
    }

    /// A peer's connection is closed on its behalf (CLIENT KILL).
    pub fn reset_link(&mut self, ctx: &mut Ctx<'_>, peer: NodeIndex) {
        if let Some(link) = self.key_migrations.accepted.remove(&peer) {
            self.send_key_migration(ctx, peer, KeyMigrationMessage::Reset { link });
        }
    }

    /// Closes connections that nobody has used for long.
    pub fn close_idle_links(&mut self, ctx: &mut Ctx<'_>) {
        let is_idle = |kept: &Kept| ctx.ms.saturating_sub(kept.used) > LINK_KEPT_S * 1_000;
        let kept = &self.key_migrations.kept;
        let idle: Vec<Bytes> = kept.iter().filter(|(_, kept)| is_idle(kept)).map(|(name, _)| name.clone()).collect();
        for name in idle {
            self.close_link(ctx, &name);
        }
    }

    fn close_link(&mut self, ctx: &mut Ctx<'_>, name: &Bytes) {
        if let Some(Kept { to, link, .. }) = self.key_migrations.kept.remove(name) {
            self.send_key_migration(ctx, to, KeyMigrationMessage::Closed { link });
        }
    }

    /// Something has come on the connection that is waited for. Answers the replies once that is over.
    fn go_on(&mut self, ctx: &mut Ctx<'_>, message: &KeyMigrationMessage) -> Option<MigrationReplies> {
        let mut ongoing = self.key_migrations.ongoing.take()?;
        match message {
            KeyMigrationMessage::Connected { link } => {
                ongoing.is_connected = true;
                self.keep_link(ctx, &ongoing, *link);
                self.send_commands(ctx, ongoing);
                None
            }
            KeyMigrationMessage::Reply { value, .. } => {
                ongoing.replies.push(match value {
                    Value::Error(text) => Err(text.clone()),
                    _ => Ok(()),
                });
                if !ongoing.replies.is_complete() {
                    self.wait(ctx, ongoing);
                    return None;
                }
                if let Some(kept) = self.key_migrations.kept.get_mut(&ongoing.name) {
                    kept.used = ctx.ms;
                    kept.db = ongoing.replies.is_success().then_some(ongoing.migration.db);
                }
                Some(ongoing.replies)
            }
            // The other process has ended: a kept connection may have been to a former one.
            _ if ongoing.may_retry && ongoing.replies.is_void() => {
                self.key_migrations.kept.remove(&ongoing.name);
                ongoing.may_retry = false;
                self.connect(ctx, ongoing);
                None
            }
            _ => {
                self.key_migrations.kept.remove(&ongoing.name);
                Some(ongoing.replies.failed(MigrationFailure::Reading))
            }
        }
    }

    fn keep_link(&mut self, ctx: &mut Ctx<'_>, ongoing: &Ongoing, link: u64) {
        let Some(to) = ongoing.to else { return };
        if self.key_migrations.kept.len() >= LINKS_KEPT_MAX {
            let longest = self.key_migrations.kept.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(name) = longest.map(|(name, _)| name.clone()) {
                self.close_link(ctx, &name);
            }
        }
        self.key_migrations.kept.insert(ongoing.name.clone(), Kept { to, link, db: None, used: ctx.ms });
    }

    /// The time may be up. Answers what there is if it is.
    fn time_is_up(&mut self, ctx: &mut Ctx<'_>) -> Option<MigrationReplies> {
        let ongoing = self.key_migrations.ongoing.take()?;
        if ctx.now < ongoing.deadline {
            // Something has come since.
            ctx.timer(self.me, ongoing.deadline, Timer::KeyMigration { serial: ongoing.serial });
            self.key_migrations.ongoing = Some(ongoing);
            return None;
        }
        if ongoing.is_connected {
            self.close_link(ctx, &ongoing.name);
            return Some(ongoing.replies.failed(MigrationFailure::Reading));
        }
        if let Some(to) = ongoing.to {
            self.send_key_migration(ctx, to, KeyMigrationMessage::Closed { link: ongoing.link });
        }
        Some(ongoing.replies.failed(MigrationFailure::Connecting))
    }
}

/// Until when the next reply to a MIGRATE is waited for.
fn patience(ctx: &Ctx<'_>, migration: &Migration) -> Nanos {
    Nanos(ctx.now.0.saturating_add(migration.timeout_ms.saturating_mul(1_000_000)))
}

impl Node {
    /// The kernel opens a connection for a peer, whatever the process does.
    pub fn accept_link(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, link: u64) {
        // What hung on the one before is gone.
        self.hang_up(caller(from));
        self.state.key_migrations.accepted.insert(from, link);
        self.state.send_key_migration(ctx, from, KeyMigrationMessage::Connected { link });
    }

    /// A message on a connection for MIGRATE has arrived.
    pub fn receive_key_migration(&mut self, ctx: &mut Ctx<'_>, from: NodeIndex, message: &KeyMigrationMessage) {
        let accepted = self.state.key_migrations.accepted.get(&from).copied();
        match message {
            // The kernel has dealt with it.
            KeyMigrationMessage::Connect { .. } => {}
            KeyMigrationMessage::Commands { link, .. } if accepted != Some(*link) => {
                self.state.send_key_migration(ctx, from, KeyMigrationMessage::Reset { link: *link });
            }
            KeyMigrationMessage::Commands { link, commands } => {
                for argv in commands {
                    let request =
                        Request { id: RequestId(*link), caller: caller(from), argv: argv.clone(), asking: false };
                    self.enqueue(ctx.now, request);
                }
            }
            KeyMigrationMessage::Closed { link } => {
                if accepted == Some(*link) {
                    self.state.key_migrations.accepted.remove(&from);
                }
                self.drop_peer(from);
            }
            _ => {
                // An answer to a MIGRATE that is over is nobody's business any more.
                if self.state.key_migrations.awaits_message(message) {
                    let replies = self.state.go_on(ctx, message);
                    self.end_key_migration(ctx, replies);
                }
            }
        }
    }

    /// The wait for another node may be over.
    pub fn key_migration_due(&mut self, ctx: &mut Ctx<'_>, serial: u64) {
        if self.state.key_migrations.awaits_timer(serial) {
            let replies = self.state.time_is_up(ctx);
            self.end_key_migration(ctx, replies);
        }
    }

    /// Forgets a peer as a client, once it has closed its connection and all it asked is done.
    pub fn drop_peer(&mut self, peer: NodeIndex) {
        let caller = caller(peer);
        if !self.state.key_migrations.has_accepted(peer) && !self.service.has_waiting(caller) {
            self.hang_up(caller);
        }
    }

    fn end_key_migration(&mut self, ctx: &mut Ctx<'_>, replies: Option<MigrationReplies>) {
        let Some(replies) = replies else { return };
        {
            let Self { engine, state, .. } = self;
            engine.migrated(&mut NodeHost { state, ctx }, replies);
        }
        self.propagate();
        if !self.is_serving() {
            self.state.flush_stream(ctx);
        }
        self.deliver(ctx);
        self.catch_up(ctx);
    }
}

//! Connections: what the server remembers of each client.

use std::cell::Cell;

use super::command::{CommandId, Flags};
use super::keyspace::Touches;
use super::pubsub::Subscriptions;
use super::{ClientId, UnixMicros};
use crate::resp::Bytes;

/// CLIENT REPLY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMode {
    /// Every reply is sent.
    #[default]
    On,
    /// None is.
    Off,
    /// The next one is not: set by CLIENT REPLY SKIP itself, whose own reply is dropped too.
    SkipNext,
    /// This one is not.
    SkipThis,
}

/// A transaction being queued.
#[derive(Clone, Debug, Default)]
pub struct Multi {
    /// What will run.
    pub queue: Vec<Vec<Bytes>>,
    /// A queued command was refused: EXEC will abort.
    pub dirty: bool,
    /// Flags that some queued command has.
    pub any: Flags,
    /// Flags that some queued command lacks.
    pub lacking: Flags,
}

impl Multi {
    /// What EXEC may do and when it may run, with all that is queued.
    pub fn flags(&self, of_exec: Flags) -> Flags {
        /// Flags that one command brings to the whole, and those that all commands must have.
        const BROUGHT: Flags = Flags::WRITE.or(Flags::READONLY).or(Flags::DENYOOM).or(Flags::REPLICATES);
        const NEEDED: Flags = Flags::LOADING.or(Flags::STALE);
        of_exec.or(self.any.and(BROUGHT)).without(self.lacking.and(NEEDED))
    }
}

/// A key under WATCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its database.
    pub db: u32,
    /// Its name.
    pub key: Bytes,
    /// How often it had been touched when WATCH was called.
    pub since: Touches,
    /// It was there but expired when WATCH was called: its deletion is then no change.
    pub was_expired: bool,
}

/// What Redis sets aside for a client's replies. It shrinks for clients that are answered little, and grows again
/// (7.0's `clientsCronResizeOutputBuffer`).
#[derive(Clone, Copy, Debug)]
pub struct ReplyBuffer {
    /// Its size in bytes.
    pub size: usize,
    /// The most of it that was filled since the peak was last forgotten.
    pub peak: usize,
    /// When that was.
    peak_since: UnixMicros,
}

impl Default for ReplyBuffer {
    fn default() -> Self {
        Self { size: Self::MOST, peak: Self::MOST, peak_since: UnixMicros(0) }
    }
}

impl ReplyBuffer {
    const LEAST: usize = 1_024;
    const MOST: usize = 16 * 1_024;

    /// A reply of so many bytes was put into it; what does not fit goes elsewhere.
    #[inline]
    pub fn fill(&mut self, bytes: usize) {
        self.peak = self.peak.max(bytes.min(self.size));
    }

    /// The periodic look at it. A peak is forgotten after `memory` milliseconds, never if that is negative. Answers -1, 0
    /// or 1: it shrank, stayed or grew.
    pub fn tend(&mut self, now: UnixMicros, memory: i64) -> i8 {
        let (half, double) = (self.size / 2, self.size * 2);
        let (size, change) = if half >= Self::LEAST && self.peak < half {
            (super::memory::allocated((self.peak + 1).max(Self::LEAST)), -1)
        } else if double < Self::MOST * 2 && self.peak == self.size {
            (double.min(Self::MOST), 1)
        } else {
            (self.size, 0)
        };
        if memory >= 0 && now.millis().saturating_sub(self.peak_since.millis()) as i64 >= memory {
            self.peak = 0;
            self.peak_since = now;
        }
        self.size = size;
        change
    }
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Client {
    /// See [`ReplyBuffer`].
    pub reply_buffer: ReplyBuffer,
    /// Its number, unique since start.
    pub id: ClientId,
    /// `10.0.1.7:40312`.
    pub addr: String,
    /// CLIENT SETNAME; empty: none.
    pub name: Bytes,
    /// 2 or 3.
    pub protocol: u8,
    /// SELECT.
    pub db: u32,
    /// AUTH succeeded, or none was needed at connection.
    pub authenticated: bool,
    /// READONLY: reads may be served by a replica.
    pub readonly: bool,
    /// ASKING: holds for the next command only.
    pub asking: bool,
    /// A transaction, once MULTI was said.
    pub multi: Option<Multi>,
    /// WATCH.
    pub watched: Vec<Watched>,
    /// What it listens to.
    pub subscriptions: Subscriptions,
    /// MONITOR: it is sent every command that anybody runs.
    pub is_monitor: bool,
    /// It is sent what is replicated (SYNC, PSYNC).
    pub is_replica: bool,
    /// A command that CLIENT PAUSE holds back.
    pub postponed: Option<Vec<Bytes>>,
    /// The replication offset after what it wrote last.
    pub write_offset: u64,
    /// CLIENT REPLY.
    pub reply_mode: ReplyMode,
    /// CLIENT NO-EVICT.
    pub no_evict: bool,
    /// To be disconnected (CLIENT KILL, QUIT).
    pub closing: bool,
    /// This is the replication stream: never refused, never expires keys by itself.
    pub is_primary_link: bool,
    /// Since when it has left more unread than it may for long.
    pub over_soft_limit_since: Option<UnixMicros>,
    /// When it connected.
    pub connected_at: UnixMicros,
    /// When it last said something.
    pub last_interaction: UnixMicros,
    /// What it last called.
    pub last_command: Option<CommandId>,
}

impl Client {
    /// A fresh connection.
    pub fn new(id: ClientId, addr: &str, now: UnixMicros) -> Self {
        Self {
            reply_buffer: ReplyBuffer::default(),
            id,
            addr: addr.to_owned(),
            name: Bytes::default(),
            protocol: 2,
            db: 0,
            authenticated: false,
            readonly: false,
            asking: false,
            multi: None,
            watched: Vec::new(),
            subscriptions: Subscriptions::default(),
            is_monitor: false,
            is_replica: false,
            postponed: None,
            write_offset: 0,
            reply_mode: ReplyMode::On,
            no_evict: false,
            closing: false,
            is_primary_link: false,
            over_soft_limit_since: None,
            connected_at: now,
            last_interaction: now,
            last_command: None,
        }
    }
}

impl Client {
    /// Whether it is sent what happens here, as a replica or (MONITOR) as what counts for one.
    #[inline]
    pub fn is_follower(&self) -> bool {
        self.is_monitor || self.is_replica
    }

    /// Whether nothing it said before bears on what it says now.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.multi.is_none()
            && !self.is_follower()
            && !self.asking
            && self.reply_mode == ReplyMode::On
            && self.subscriptions.is_empty()
    }
}

/// All connections, in order of their numbers.
#[derive(Clone, Debug)]
pub struct Clients {
    list: Vec<Client>,
    next: u64,
    /// Where the last one was that was asked for: a command asks for its client many times.
    last: Cell<usize>,
    /// What the replication stream is applied as; in no list.
    pub primary_link: Client,
}

impl Default for Clients {
    fn default() -> Self {
        let mut primary_link = Client::new(ClientId(0), "", UnixMicros(0));
        primary_link.is_primary_link = true;
        primary_link.authenticated = true;
        Self { list: Vec::new(), next: 0, last: Cell::new(0), primary_link }
    }
}

impl Clients {
    /// Adds a connection; its number is greater than all before. Numbers start with 1; 0 is the primary link.
    pub fn add(&mut self, addr: &str, now: UnixMicros) -> ClientId {
        self.next += 1;
        let id = ClientId(self.next);
        self.list.push(Client::new(id, addr, now));
        id
    }

    /// Takes a connection away.
    pub fn remove(&mut self, id: ClientId) -> Option<Client> {
        let at = self.position(id)?;
        Some(self.list.remove(at))
    }

    #[inline]
    fn position(&self, id: ClientId) -> Option<usize> {
        let last = self.last.get();
        if self.list.get(last).is_some_and(|client| client.id == id) { Some(last) } else { self.search(id) }
    }

    #[cold]
    #[inline(never)]
    fn search(&self, id: ClientId) -> Option<usize> {
        let at = self.list.binary_search_by_key(&id, |client| client.id).ok()?;
        self.last.set(at);
        Some(at)
    }

    /// A connection.
    #[inline]
    pub fn get(&self, id: ClientId) -> Option<&Client> {
        match self.position(id) {
            Some(at) => self.list.get(at),
            None => Some(&self.primary_link).filter(|link| link.id == id),
        }
    }

    /// A connection, to change.
    #[inline]
    pub fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        match self.position(id) {
            Some(at) => self.list.get_mut(at),
            None => Some(&mut self.primary_link).filter(|link| link.id == id),
        }
    }

    /// A connection to change, or the primary link if it is gone.
    pub fn get_or_primary_link_mut(&mut self, id: ClientId) -> &mut Client {
        match self.position(id) {
            Some(at) => &mut self.list[at],
            None => &mut self.primary_link,
        }
    }

    /// The other end of the replication link.
    pub fn name_primary_link(&mut self, ip: &str, port: u16) {
        if !self.primary_link.addr.starts_with(ip) {
            self.primary_link.addr = format!("{ip}:{port}");
        }
    }

    /// All connections, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Client> {
        self.list.iter()
    }

    /// All connections, oldest first, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Client> {
        self.list.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The number of the last connection made.
    pub fn last_id(&self) -> u64 {
        self.next
    }
}

impl<'a> IntoIterator for &'a Clients {
    type Item = &'a Client;
    type IntoIter = std::slice::Iter<'a, Client>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

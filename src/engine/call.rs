//! One command being run: the engine's state, what surrounds it, and the arguments, in one place for handlers.
//!
//! Handlers read keys through [`Call::lookup_read`] and change them through [`Call::lookup_write`], [`Call::set_key`] and
//! [`Call::delete_key`], so that expiry, hit counting, LRU, WATCH, memory and replication are nobody else's business. A
//! handler that changed something says so: `call.dirty += 1`, `call.notify(…)`.

use super::client::Client;
use super::command::{CommandId, CommandSpec};
use super::error::Error;
use super::{ClientId, Engine, Host, UnixMicros};
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
    /// How many changes were made: a command that made none is not replicated.
    pub dirty: u64,
    /// What to replicate in place of argv.
    pub rewritten: Propagation,
    /// Elements looked at beyond the first: what the command's time is estimated from.
    pub work: u64,
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

impl Call<'_> {
    /// Now, in milliseconds of Unix time.
    pub fn now_ms(&self) -> i64 {
        self.now.millis() as i64
    }

    /// Who asks.
    pub fn client(&self) -> &Client {
        // A client that went away during its own command (it cannot) would read as the primary link.
        self.engine
            .clients
            .get(self.client)
            .unwrap_or(&self.engine.clients.primary_link)
    }

    /// Who asks, to change.
    pub fn client_mut(&mut self) -> &mut Client {
        let id = if self.engine.clients.get(self.client).is_some() {
            self.client
        } else {
            ClientId(0)
        };
        match id {
            ClientId(0) => &mut self.engine.clients.primary_link,
            id => self
                .engine
                .clients
                .get_mut(id)
                .unwrap_or_else(|| unreachable!("just found")),
        }
    }

    /// Sends `commands` to the replicas in place of this one.
    pub fn propagate_instead(&mut self, commands: Vec<Vec<Bytes>>) {
        self.rewritten = Propagation::Instead(commands);
    }

    /// The error for a wrong number of arguments of this command.
    pub fn arity_error(&self) -> Error {
        Error::Arity(self.spec.name)
    }
}

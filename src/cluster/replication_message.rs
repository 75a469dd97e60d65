//! What travels on a replication link: PSYNC and its answers, snapshots, the stream, acknowledgements.

use super::wire;
use crate::engine::Keyspace;
use crate::resp::Bytes;
use std::rc::Rc;

/// One command of the stream, with its length on the wire.
#[derive(Clone, Debug)]
pub struct StreamCommand {
    /// The command.
    pub argv: Rc<[Bytes]>,
    /// Its length as a RESP array of bulk strings.
    pub bytes: u64,
}

impl StreamCommand {
    /// A command with its length counted.
    pub(super) fn new(argv: Vec<Bytes>) -> Self {
        let bytes = wire::command_len(&argv);
        Self { argv: argv.into(), bytes }
    }

    /// Whether the primary wants to know at once how far the replica has got (WAIT).
    pub(super) fn asks_for_acknowledgement(&self) -> bool {
        matches!(&*self.argv, [name, what, _] if &**name == b"REPLCONF" && &**what == b"GETACK")
    }

    /// Whether it is about the stream itself and changes no data.
    pub(super) fn is_internal(&self) -> bool {
        let name = self.argv.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        matches!(name.as_slice(), b"PING" | b"SELECT" | b"REPLCONF")
    }
}

/// A message on the replication link. `link` is the number of the connection, chosen by the replica.
#[derive(Clone, Debug)]
pub enum ReplicationMessage {
    /// Replica: let me follow you, from this place in this history if I have one.
    Psync {
        /// The connection.
        link: u64,
        /// Replication identity and offset reached.
        position: Option<(Rc<str>, u64)>,
    },
    /// Primary: not now (`-NOMASTERLINK`, `-LOADING`).
    Refused {
        /// The connection.
        link: u64,
    },
    /// Primary: a full resynchronisation will begin soon.
    Waiting {
        /// The connection.
        link: u64,
    },
    /// Primary: `+CONTINUE`.
    Continue {
        /// The connection.
        link: u64,
        /// The stream's identity now.
        replid: Rc<str>,
        /// How much of the backlog follows.
        bytes: u64,
    },
    /// Primary: `+FULLRESYNC`; the snapshot follows.
    FullResync {
        /// The connection.
        link: u64,
        /// The stream's identity.
        replid: Rc<str>,
        /// Length of the snapshot.
        bytes: u64,
    },
    /// Primary: the data at an offset.
    Snapshot {
        /// The connection.
        link: u64,
        /// The stream's identity.
        replid: Rc<str>,
        /// The offset it was taken at.
        offset: u64,
        /// The data.
        keyspace: Rc<Keyspace>,
        /// Its length.
        bytes: u64,
    },
    /// Primary: more of the stream.
    Stream {
        /// The connection.
        link: u64,
        /// The offset before the first command.
        offset: u64,
        /// In order.
        commands: Vec<StreamCommand>,
    },
    /// Replica: `REPLCONF ACK`.
    Ack {
        /// The connection.
        link: u64,
        /// The offset reached; none while it waits for a snapshot, which only shows that the connection lives.
        offset: Option<u64>,
    },
    /// Primary: this connection does not exist (any more).
    Closed {
        /// The connection.
        link: u64,
    },
}

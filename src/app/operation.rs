//! One operation under way: what the user wants, how far it has come, and what it has met.

use super::client::EndpointId;
use super::strategy::Progress;
use super::{AppIndex, Finished, OperationId, RequestKind};
use crate::app::Ending;
use crate::cluster::RequestId;
use crate::resp::Bytes;
use crate::scenario::Strategy;
use crate::sim::Nanos;

/// Requests of one operation, at most: its requests are numbered `operation * 64 + 1 ..= operation * 64 + 63`, so that the
/// n-th request of an operation has the same luck on the network in every lane.
pub(super) const REQUESTS_PER_OPERATION: u64 = 64;

/// A command to the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommandKind {
    Get,
    Fill,
    Store,
    Invalidate,
}

impl CommandKind {
    pub fn request_kind(self) -> RequestKind {
        match self {
            Self::Get => RequestKind::Read,
            Self::Fill => RequestKind::Fill,
            Self::Store | Self::Invalidate => RequestKind::Write,
        }
    }
}

/// The command that an operation is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command {
    pub kind: CommandKind,
    /// The request that is out; none while the client pauses before it tries again.
    pub out: Option<(RequestId, EndpointId)>,
    pub redirections: u32,
    pub retries: u32,
}

/// An operation under way.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub id: OperationId,
    pub app: AppIndex,
    pub strategy: Strategy,
    pub row: u32,
    pub write: bool,
    pub key: Bytes,
    pub slot: u16,
    pub began: Nanos,
    /// The version that was committed when it began: an answer below it is stale.
    pub committed: u64,
    /// A write: the version it makes. A read: the version that the database answered.
    pub version: u64,
    pub stale: bool,
    pub progress: Progress,
    pub command: Option<Command>,
    /// A query is out.
    pub querying: bool,
    pub requests: u64,
    pub redirections: u32,
    pub timeouts: u32,
}

impl Operation {
    /// The number of its next request; none where it has had too many.
    pub fn next_request(&mut self) -> Option<RequestId> {
        if self.requests + 1 >= REQUESTS_PER_OPERATION {
            return None;
        }
        self.requests += 1;
        Some(RequestId(self.id.0 * REQUESTS_PER_OPERATION + self.requests))
    }

    /// Whether this request is out for it.
    pub fn waits_for(&self, request: RequestId) -> bool {
        self.command.is_some_and(|command| command.out.is_some_and(|(id, _)| id == request))
    }

    pub fn finished(&self, ending: Ending) -> Finished {
        Finished {
            operation: self.id,
            app: self.app,
            row: self.row,
            write: self.write,
            began: self.began,
            ending,
            stale: self.stale,
            redirections: self.redirections,
            timeouts: self.timeouts,
        }
    }
}

//! Caching strategies: what an app server does next, given what has happened. One file each.
//!
//! A strategy decides; the fleet carries out. It knows neither nodes nor time nor retries: a command to the cache either
//! is answered or, when the client has given up on it, has failed.

mod cache_aside;
mod write_through;

use super::Ending;
use crate::scenario::Strategy;

/// What an app server does for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// GET the row's key.
    Get,
    /// SET the key to what the database answered.
    Fill,
    /// SET the key to what the user writes.
    Store,
    /// DEL the key.
    Invalidate,
    /// Read or write the row in the database.
    Query,
    /// Answer the user.
    Finish(Ending),
}

/// What has happened to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// The user has asked.
    Began,
    /// GET found a value.
    Hit,
    /// GET found nothing.
    Nil,
    /// SET or DEL was acknowledged.
    Acknowledged,
    /// The client has given up on GET, SET or DEL.
    CacheFailed,
    /// The database has answered.
    QueryAnswered,
    /// The database refused, or did not answer in time.
    QueryFailed,
}

/// How far one of the two sides has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// Not asked yet, or asked and not answered.
    #[default]
    Open,
    /// Answered.
    Done,
    /// Given up on.
    Failed,
}

/// What a strategy may look at beside what has just happened (which is taken into account already).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// The last command to the cache.
    pub cache: Side,
    /// The query to the database.
    pub database: Side,
}

/// What to do now: all steps at once.
pub(super) fn next(strategy: Strategy, write: bool, happened: Happened, progress: Progress) -> &'static [Step] {
    match (strategy, write) {
        (Strategy::CacheAside | Strategy::WriteThrough, false) => cache_aside::read(happened, progress),
        (Strategy::CacheAside, true) => cache_aside::write(happened),
        (Strategy::WriteThrough, true) => write_through::write(happened, progress),
    }
}

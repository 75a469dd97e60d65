//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod dispatch;
mod eviction;
mod expiry;
mod hashes;
mod keys;
mod preview;
mod random;
mod replication;
mod sets;
mod strings;
mod transactions;

//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod bitmaps;
mod dispatch;
mod eviction;
mod expiry;
mod geo;
mod hashes;
mod hyperloglog;
mod keys;
mod random;
mod replication;
mod sets;
mod strings;
mod transactions;

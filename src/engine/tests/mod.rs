//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod bitmaps;
mod dispatch;
mod eviction;
mod expiry;
mod hashes;
mod geo;
mod hyperloglog;
mod keys;
mod preview;
mod random;
mod replication;
mod sets;
mod sorted_sets;
mod strings;
mod transactions;

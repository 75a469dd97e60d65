//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod bitmaps;
mod blocking;
mod clients;
mod differences;
mod dispatch;
mod dump;
mod eviction;
mod expiry;
mod geo;
mod hashes;
mod hyperloglog;
mod keys;
mod lists;
mod preview;
mod pubsub;
mod random;
mod replication;
mod sets;
mod sort;
mod sorted_sets;
mod streams;
mod strings;
mod transactions;

//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod dispatch;
mod eviction;
mod expiry;
mod keys;
mod random;
mod replication;
mod sorted_sets;
mod strings;
mod transactions;

//! What the engine does, seen from outside: commands in, replies, effects and notices out.

mod blocking;
mod clients;
mod dispatch;
mod eviction;
mod expiry;
mod keys;
mod pubsub;
mod random;
mod replication;
mod strings;
mod transactions;

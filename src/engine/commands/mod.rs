//! Handlers, one file a command group. They know [`Call`](super::call::Call) and nothing of the table.

// Every handler has the signature the table calls for, whether it can fail or not.
#![allow(clippy::unnecessary_wraps)]

pub mod bitmap;
pub mod dump;
pub mod flush;
pub mod generic;
pub mod geo;
pub mod hash;
pub mod hyperloglog;
pub mod list;
pub mod migrate;
pub mod pubsub;
pub mod scan;
pub mod set;
pub mod set_random;
pub mod sort;
pub mod sorted_set;
pub mod stream;
pub mod string;
pub mod transactions;

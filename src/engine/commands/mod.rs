//! Handlers, one file a command group. They know [`Call`](super::call::Call) and nothing of the table.

// Every handler has the signature the table calls for, whether it can fail or not.
#![allow(clippy::unnecessary_wraps)]

pub mod dump;
pub mod flush;
pub mod generic;
pub mod string;
pub mod transactions;

//! Handlers, one file a command group. They know [`Call`](super::call::Call) and nothing of the table.

pub mod dump;
pub mod flush;
pub mod generic;
pub mod string;
pub mod transactions;

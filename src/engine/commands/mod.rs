//! Handlers, one file a command group. They know [`Call`](super::call::Call) and nothing of the table.

pub mod transactions;

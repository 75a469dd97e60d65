//! The server's own commands: CONFIG, INFO, COMMAND, CLIENT, connection and debugging.

pub mod config;

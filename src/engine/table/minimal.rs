//! Just enough rows for the first tests.

use super::super::command::{CommandSpec, Flags};

/// The rows.
pub static COMMANDS: &[CommandSpec] = &[CommandSpec {
    name: "get",
    arity: 2,
    flags: Flags::READONLY,
    ..CommandSpec::BLANK
}];

//! The facts of every command, as the real server's COMMAND INFO and COMMAND DOCS state them: one file a group.
//!
//! A row's handler is `commands::<group>::<name>` with `|` and `-` turned into `_` (and a `_` after a Rust keyword:
//! `type_`, `move_`), or `server::<file>::<name>`; a command without one keeps [`CommandSpec::BLANK`]'s, which says so.
//!
//! [`CommandSpec::BLANK`]: super::command::CommandSpec::BLANK

use super::command::CommandSpec;

mod minimal;

/// All commands by group. COMMAND's order is this one.
pub static GROUPS: &[&[CommandSpec]] = &[minimal::COMMANDS];

//! The facts of every command, as the real server's COMMAND INFO and COMMAND DOCS state them: one file a group.
//!
//! A row reads: name, arity, group, version, complexity; one line of help in our own words; flags; ACL categories; then,
//! where there are any, the old-style key range (first, last, step) with the key specifications, the key finder, tips,
//! deprecation, arguments in the notation of [`super::syntax`], subcommands, and the handler after `run`. A row
//! without `run` answers that the command is not built here ([`super::command::not_implemented`]).
//!
//! A row's handler is `commands::<group>::<name>` with `|` and `-` turned into `_` (and a `_` after a Rust keyword:
//! `type_`, `move_`), or `server::<file>::<name>`.

use super::command::CommandSpec;

/// `KeySpec` in words: `[READ_ONLY ACCESS; at 1 to -1 step 1; "a note"]`.
macro_rules! key_spec {
    ($($flag:ident)*; $kind:ident $($rest:tt)*) => {
        $crate::engine::command::KeySpec {
            notes: key_spec!(@notes $kind $($rest)*),
            flags: $crate::engine::command::KeyFlags::NONE$(.or($crate::engine::command::KeyFlags::$flag))*,
            begin: key_spec!(@begin $kind $($rest)*),
            find: key_spec!(@find $kind $($rest)*),
        }
    };
    (@begin at $index:literal $($rest:tt)*) => { $crate::engine::command::BeginSearch::Index($index) };
    (@begin after $word:literal $start:literal $($rest:tt)*) => {
        $crate::engine::command::BeginSearch::Keyword { word: $word, start: $start }
    };
    (@begin unknown $($rest:tt)*) => { $crate::engine::command::BeginSearch::Unknown };
    (@find at $index:literal $($rest:tt)*) => { key_spec!(@how $($rest)*) };
    (@find after $word:literal $start:literal $($rest:tt)*) => { key_spec!(@how $($rest)*) };
    (@find unknown $($rest:tt)*) => { $crate::engine::command::FindKeys::Unknown };
    (@how to $last:literal step $step:literal limit $limit:literal $($rest:tt)*) => {
        $crate::engine::command::FindKeys::Range { last: $last, step: $step, limit: $limit }
    };
    (@how to $last:literal step $step:literal $($rest:tt)*) => {
        $crate::engine::command::FindKeys::Range { last: $last, step: $step, limit: 0 }
    };
    (@how counted $($rest:tt)*) => { $crate::engine::command::FindKeys::KeyNum { number: 0, first: 1, step: 1 } };
    (@how $($rest:tt)*) => { $crate::engine::command::FindKeys::Range { last: 0, step: 1, limit: 0 } };
    (@notes ; $note:literal) => { $note };
    (@notes $word:tt $($rest:tt)*) => { key_spec!(@notes $($rest)*) };
    (@notes) => { "" };
}

macro_rules! row {
    (
        $name:literal $arity:literal, $group:ident, $since:literal, $complexity:literal;
        $summary:literal;
        flags $($flag:ident)*;
        acl $($category:ident)*;
        $(keys $first:literal $last:literal $step:literal: $([$($spec:tt)*])*;)?
        $(finder $finder:ident;)?
        $(tips $($tip:ident)*;)?
        $(mark $mark:ident;)?
        $(deprecated $deprecated:literal $replaced_by:literal;)?
        $(args $arguments:literal;)?
        $(subcommands { $({ $($sub:tt)* })* };)?
        $(run $($handler:ident)::+;)?
    ) => {
        $crate::engine::command::CommandSpec {
            name: $name,
            arity: $arity,
            group: $crate::engine::command::Group::$group,
            docs: concat!(
                $since, "\n", $complexity, "\n", $summary, "\n" $(, $arguments)? $(, "\n", $deprecated, "\n", $replaced_by)?
            ),
            flags: $crate::engine::command::Flags::implied($name)$(.or($crate::engine::command::Flags::$flag))*,
            categories: $crate::engine::command::Categories::NONE$(.or($crate::engine::command::Categories::$category))*,
            $(first_key: $first, last_key: $last, step: $step, key_specs: &[$(key_spec!($($spec)*)),*],)?
            $(key_finder: Some($crate::engine::table::finders::$finder),)?
            $(tips: $crate::engine::command::Tips::NONE$(.or($crate::engine::command::Tips::$tip))*,)?
            $($mark: true,)?
            $(subcommands: &[$(row!($($sub)*)),*],)?
            $(implemented: true, handler: $($handler)::+,)?
            ..$crate::engine::command::CommandSpec::BLANK
        }
    };
}

macro_rules! rows {
    ($({ $($row:tt)* })*) => {
        /// The rows.
        pub static COMMANDS: &[$crate::engine::command::CommandSpec] = &[$(row!($($row)*)),*];
    };
}

mod bitmap;
mod cluster;
mod connection;
mod finders;
mod generic;
mod geo;
mod hash;
mod hyperloglog;
mod list;
mod pubsub;
mod scripting;
mod server;
mod set;
mod sorted_set;
mod stream;
mod string;
mod transactions;

/// All commands by group. COMMAND's order is this one.
pub static GROUPS: &[&[CommandSpec]] = &[
    string::COMMANDS,
    generic::COMMANDS,
    list::COMMANDS,
    hash::COMMANDS,
    set::COMMANDS,
    sorted_set::COMMANDS,
    hyperloglog::COMMANDS,
    geo::COMMANDS,
    stream::COMMANDS,
    bitmap::COMMANDS,
    scripting::COMMANDS,
    pubsub::COMMANDS,
    transactions::COMMANDS,
    connection::COMMANDS,
    cluster::COMMANDS,
    server::COMMANDS,
];

#[cfg(test)]
mod tests {
    use super::GROUPS;
    use crate::engine::command::{self, CommandSpec};

    #[test]
    fn every_command_and_subcommand_of_redis_7_0_is_here() {
        assert_eq!(command::top_level().count(), 240);
        assert_eq!(command::count(), 366);
        for (_, spec) in command::all() {
            assert!(!spec.summary().is_empty() && spec.summary().len() <= 70, "{}", spec.name);
            assert!(!spec.since().is_empty(), "{}", spec.name);
            assert!([4, 6].contains(&spec.docs.lines().count().max(4)), "{}", spec.name);
        }
        for group in GROUPS {
            assert!(group.is_sorted_by_key(|spec| spec.name));
        }
    }

    #[test]
    fn the_table_is_small() {
        let text: usize = command::all().map(|(_, spec)| spec.name.len() + spec.docs.len()).sum();
        assert!(text < 48_000, "{text} bytes of text");
        // Half of this where pointers have 32 bits.
        assert!(size_of::<CommandSpec>() <= 112);
    }
}

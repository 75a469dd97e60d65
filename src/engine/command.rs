//! What a command is: its facts, its flags, where its keys are, and the function that runs it.
//!
//! Pure data. A command group is one file of handlers (`commands/string.rs`) and one file of rows
//! (`table/string.rs`); nothing else names the commands of a group.
//!
//! Start with [`CommandSpec`]; [`lookup`] finds one.

use std::sync::LazyLock;

use super::call::Call;
use super::error::Error;
use super::table;
use crate::resp::{Bytes, Value, first_word};

/// Runs a command whose arity and permissions have been checked.
pub type Handler = fn(&mut Call<'_>) -> Result<Value, Error>;

/// Finds the keys of commands whose key specifications do not say it all: positions in argv with their flags.
pub type KeyFinder = fn(&[Bytes]) -> Vec<KeyPosition>;

/// One command or subcommand, as COMMAND INFO and COMMAND DOCS describe it.
///
/// Rows are written `CommandSpec { name: "get", arity: 2, …, ..CommandSpec::BLANK }`.
#[derive(Debug)]
pub struct CommandSpec {
    /// Lower case; a subcommand's name is the whole of it: `config|get`.
    pub name: &'static str,
    /// Arguments with the command's name; negative: at least so many.
    pub arity: i8,
    /// What it may do and when it may run.
    pub flags: Flags,
    /// ACL categories.
    pub categories: Categories,
    /// The old-style key range of COMMAND INFO: first key, last key (negative: from the end), step.
    pub first_key: i8,
    /// See `first_key`.
    pub last_key: i8,
    /// See `first_key`.
    pub step: i8,
    /// Where the keys are.
    pub key_specs: &'static [KeySpec],
    /// Where the keys are when `key_specs` is incomplete.
    pub key_finder: Option<KeyFinder>,
    /// The group COMMAND DOCS files it under.
    pub group: Group,
    /// What is only ever printed, a line each: the version that brought it, its complexity, its summary, its arguments, and
    /// where it is deprecated the version that did so and what replaces it. One text, as pointers to many compress badly.
    /// Read it with [`Self::since`] and its neighbours.
    pub docs: &'static str,
    /// COMMAND DOCS `doc_flags` has `syscmd`: not meant for people.
    pub syscmd: bool,
    /// COMMAND INFO's tips: `nondeterministic_output` and the like.
    pub tips: Tips,
    /// Its subcommands, if it is a container.
    pub subcommands: &'static [CommandSpec],
    /// Whether it is built here: if not, calling it answers an error that says so.
    pub implemented: bool,
    /// Runs it.
    pub handler: Handler,
}

impl CommandSpec {
    /// A row to start from.
    pub const BLANK: Self = Self {
        name: "",
        arity: -1,
        flags: Flags::NONE,
        categories: Categories::NONE,
        first_key: 0,
        last_key: 0,
        step: 0,
        key_specs: &[],
        key_finder: None,
        group: Group::Generic,
        docs: "",
        syscmd: false,
        tips: Tips::NONE,
        subcommands: &[],
        implemented: false,
        handler: not_implemented,
    };

    /// Whether `argc` arguments, the name included, are acceptable.
    pub fn accepts(&self, argc: usize) -> bool {
        let stated = usize::from(self.arity.unsigned_abs());
        if self.arity >= 0 { argc == stated } else { argc >= stated }
    }

    fn doc(&self, line: usize) -> &'static str {
        self.docs.split('\n').nth(line).unwrap_or("")
    }

    /// The version that brought it.
    pub fn since(&self) -> &'static str {
        self.doc(0)
    }

    /// Big O, in COMMAND DOCS' words; or empty.
    pub fn complexity(&self) -> &'static str {
        self.doc(1)
    }

    /// One line of help.
    pub fn summary(&self) -> &'static str {
        self.doc(2)
    }

    /// The arguments in the notation of [`super::syntax`].
    pub fn arguments(&self) -> &'static str {
        self.doc(3)
    }

    /// The version that deprecated it and what replaces it.
    pub fn deprecated(&self) -> Option<(&'static str, &'static str)> {
        Some((self.doc(4), self.doc(5))).filter(|(version, _)| !version.is_empty())
    }

    /// The name without the container: `get` of `config|get`.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('|').next().unwrap_or(self.name)
    }
}

/// The handler of a command that exists in Redis and not here: an error that says so.
pub fn not_implemented(call: &mut Call<'_>) -> Result<Value, Error> {
    Err(Error::NotImplemented(call.spec.name))
}

macro_rules! bit_set {
    ($(#[$doc:meta])* $set:ident: $word:ty { $($(#[$bit_doc:meta])* $bit:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $set($word);

        impl $set {
            /// The empty set.
            pub const NONE: Self = Self(0);
            bit_set!(@bits $set, $word, 0; $($(#[$bit_doc])* $bit,)*);
            /// Every member with the word Redis prints for it, in Redis's order of printing.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$bit, $text),)*];

            /// Both together.
            #[must_use]
            pub const fn or(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
            /// What is in both.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
            /// What is in this and not in the other.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
            /// Whether all of `other` is in this.
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
            /// Whether any of `other` is in this.
            pub const fn has_any(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }
            /// The words of its members, in Redis's order.
            pub fn words(self) -> impl Iterator<Item = &'static str> {
                Self::ALL.iter().filter(move |(bit, _)| self.has(*bit)).map(|(_, word)| *word)
            }
        }
    };
    (@bits $set:ident, $word:ty, $n:expr; $(#[$doc:meta])* $bit:ident, $($rest:tt)*) => {
        #[allow(missing_docs)]
        $(#[$doc])*
        pub const $bit: Self = Self(1 << ($n));
        bit_set!(@bits $set, $word, $n + 1; $($rest)*);
    };
    (@bits $set:ident, $word:ty, $n:expr;) => {};
}

bit_set! {
    /// Command flags, as COMMAND INFO prints them.
    Flags: u32 {
        WRITE = "write",
        READONLY = "readonly",
        DENYOOM = "denyoom",
        MODULE = "module",
        ADMIN = "admin",
        PUBSUB = "pubsub",
        NOSCRIPT = "noscript",
        BLOCKING = "blocking",
        LOADING = "loading",
        STALE = "stale",
        SKIP_MONITOR = "skip_monitor",
        SKIP_SLOWLOG = "skip_slowlog",
        ASKING = "asking",
        FAST = "fast",
        NO_AUTH = "no_auth",
        MAY_REPLICATE = "may_replicate",
        NO_MANDATORY_KEYS = "no_mandatory_keys",
        NO_ASYNC_LOADING = "no_async_loading",
        NO_MULTI = "no_multi",
        MOVABLE_KEYS = "movablekeys",
        ALLOW_BUSY = "allow_busy",
    }
}

/// What follows from a command's name alone, and is printed nowhere: bits beyond those of [`Flags::ALL`].
impl Flags {
    /// It is EXEC.
    pub const EXEC: Self = Self(1 << 31);
    /// It is never queued: it begins, ends or spoils a transaction itself.
    pub const RUNS_AT_ONCE: Self = Self(1 << 30);
    /// It may send something to replicas though it is not flagged `write`.
    pub const REPLICATES: Self = Self(1 << 29);
    /// It finds keys that nobody named.
    pub const ARBITRARY_KEYS: Self = Self(1 << 28);

    /// It needs a parameter's permission: `enable-debug-command` or `enable-module-command`.
    pub const PROTECTED: Self = Self(1 << 27);

    /// All there are.
    pub const EVERY: Self = Self(u32::MAX);

    /// What follows from this name.
    pub const fn implied(name: &str) -> Self {
        match name.as_bytes() {
            b"exec" => Self::EXEC.or(Self::RUNS_AT_ONCE),
            b"discard" | b"multi" | b"watch" | b"quit" | b"reset" => Self::RUNS_AT_ONCE,
            b"publish" | b"spublish" | b"pfcount" | b"eval" | b"evalsha" | b"fcall" => Self::REPLICATES,
            b"scan" | b"randomkey" => Self::ARBITRARY_KEYS,
            b"debug" | b"module|load" | b"module|loadex" | b"module|unload" => Self::PROTECTED,
            _ => Self::NONE,
        }
    }
}

bit_set! {
    /// ACL categories; COMMAND INFO prints them with an `@`.
    Categories: u32 {
        KEYSPACE = "keyspace",
        READ = "read",
        WRITE = "write",
        SET = "set",
        SORTED_SET = "sortedset",
        LIST = "list",
        HASH = "hash",
        STRING = "string",
        BITMAP = "bitmap",
        HYPERLOGLOG = "hyperloglog",
        GEO = "geo",
        STREAM = "stream",
        PUBSUB = "pubsub",
        ADMIN = "admin",
        FAST = "fast",
        SLOW = "slow",
        BLOCKING = "blocking",
        DANGEROUS = "dangerous",
        CONNECTION = "connection",
        TRANSACTION = "transaction",
        SCRIPTING = "scripting",
    }
}

bit_set! {
    /// Hints of COMMAND INFO to clients that spread commands over shards.
    Tips: u16 {
        NONDETERMINISTIC_OUTPUT = "nondeterministic_output",
        NONDETERMINISTIC_OUTPUT_ORDER = "nondeterministic_output_order",
        REQUEST_POLICY_ALL_NODES = "request_policy:all_nodes",
        REQUEST_POLICY_ALL_SHARDS = "request_policy:all_shards",
        REQUEST_POLICY_MULTI_SHARD = "request_policy:multi_shard",
        REQUEST_POLICY_SPECIAL = "request_policy:special",
        RESPONSE_POLICY_AGG_LOGICAL_AND = "response_policy:agg_logical_and",
        RESPONSE_POLICY_AGG_MIN = "response_policy:agg_min",
        RESPONSE_POLICY_AGG_SUM = "response_policy:agg_sum",
        RESPONSE_POLICY_ALL_SUCCEEDED = "response_policy:all_succeeded",
        RESPONSE_POLICY_ONE_SUCCEEDED = "response_policy:one_succeeded",
        RESPONSE_POLICY_SPECIAL = "response_policy:special",
    }
}

bit_set! {
    /// What a key specification says about its keys.
    KeyFlags: u16 {
        READ_ONLY = "RO",
        READ_WRITE = "RW",
        OVERWRITE = "OW",
        REMOVE = "RM",
        ACCESS = "access",
        UPDATE = "update",
        INSERT = "insert",
        DELETE = "delete",
        NOT_KEY = "not_key",
        INCOMPLETE = "incomplete",
        VARIABLE_FLAGS = "variable_flags",
    }
}

/// The group of a command in COMMAND DOCS.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Generic,
    String,
    List,
    Set,
    SortedSet,
    Hash,
    Pubsub,
    Transactions,
    Connection,
    Server,
    Scripting,
    Hyperloglog,
    Cluster,
    Sentinel,
    Geo,
    Stream,
    Bitmap,
}

impl Group {
    /// As COMMAND DOCS prints it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "sorted-set",
            Self::Hash => "hash",
            Self::Pubsub => "pubsub",
            Self::Transactions => "transactions",
            Self::Connection => "connection",
            Self::Server => "server",
            Self::Scripting => "scripting",
            Self::Hyperloglog => "hyperloglog",
            Self::Cluster => "cluster",
            Self::Sentinel => "sentinel",
            Self::Geo => "geo",
            Self::Stream => "stream",
            Self::Bitmap => "bitmap",
        }
    }
}

/// Where some of a command's keys are.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// Remarks, or empty.
    pub notes: &'static str,
    /// What is done to them.
    pub flags: KeyFlags,
    /// How to find the place where they begin.
    pub begin: BeginSearch,
    /// How to find them from there.
    pub find: FindKeys,
}

/// How to find where keys begin.
#[derive(Clone, Copy, Debug)]
pub enum BeginSearch {
    /// At this argument.
    Index(i8),
    /// After this word, looked for from argument `start` (negative: backwards from the end).
    Keyword {
        /// The word, upper case.
        word: &'static str,
        /// Where to start looking.
        start: i8,
    },
    /// Only the command's key finder knows.
    Unknown,
}

/// How to find keys from where they begin.
#[derive(Clone, Copy, Debug)]
pub enum FindKeys {
    /// Up to `last` (relative to the beginning; negative: from the end of the arguments), each `step`; `limit` n > 1 with
    /// last −1: only the first nth part of what is left.
    Range {
        /// Last key, relative to the first.
        last: i8,
        /// Distance of two keys.
        step: i8,
        /// Divisor; 0 and 1: none.
        limit: i8,
    },
    /// An argument holds their number.
    KeyNum {
        /// Where the number is, relative to the beginning.
        number: i8,
        /// Where the first key is, relative to the beginning.
        first: i8,
        /// Distance of two keys.
        step: i8,
    },
    /// Only the command's key finder knows.
    Unknown,
}

/// A key's place in argv and what is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPosition {
    /// Index in argv.
    pub index: usize,
    /// What is done to it.
    pub flags: KeyFlags,
}

/// A command's number: its place among all commands and subcommands; an index into per-command statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u16);

/// All commands and subcommands, containers before their subcommands, and an index by name.
struct Table {
    specs: Vec<&'static CommandSpec>,
    /// Open addressing by [`name_hash`]. Top level only.
    index: Vec<Option<Named>>,
}

/// A command in the index.
#[derive(Clone, Copy)]
struct Named {
    /// The first [`HEAD`] bytes of its name.
    head: u64,
    id: CommandId,
    spec: &'static CommandSpec,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut specs = Vec::new();
    let mut top = Vec::new();
    for spec in table::GROUPS.iter().flat_map(|group| group.iter()) {
        top.push(Named { head: lower_case(first_word(spec.name.as_bytes())), id: CommandId(specs.len() as u16), spec });
        specs.push(spec);
        specs.extend(spec.subcommands);
    }
    let size = (top.len().max(4) * 4).next_power_of_two();
    let mut index = vec![None; size];
    for named in top {
        let mut place = name_hash(named.head, named.spec.name.len()) & (size - 1);
        while index[place].is_some() {
            place = (place + 1) & (size - 1);
        }
        index[place] = Some(named);
    }
    Table { specs, index }
});

/// Bytes of a name that are compared as one word.
const HEAD: usize = 8;

/// Eight characters in lower case.
fn lower_case(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Byte by byte, none disturbing its neighbour: bit 7 says whether it is a letter from A to Z.
    let low = word & (0x7f * EACH);
    let from_a = low + (0x80 - u64::from(b'A')) * EACH;
    let above_z = low + (0x7f - u64::from(b'Z')) * EACH;
    let is_upper = !word & (from_a ^ above_z) & (0x80 * EACH);
    word | (is_upper >> 2)
}

fn name_hash(head: u64, len: usize) -> usize {
    ((head ^ ((len as u64) << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// How many commands and subcommands there are: one more than the greatest [`CommandId`].
pub fn count() -> usize {
    TABLE.specs.len()
}

/// The command of a number.
pub fn by_id(id: CommandId) -> Option<&'static CommandSpec> {
    TABLE.specs.get(usize::from(id.0)).copied()
}

/// All commands and subcommands with their numbers.
pub fn all() -> impl Iterator<Item = (CommandId, &'static CommandSpec)> {
    TABLE.specs.iter().enumerate().map(|(id, spec)| (CommandId(id as u16), *spec))
}

/// The top-level commands.
pub fn top_level() -> impl Iterator<Item = &'static CommandSpec> {
    table::GROUPS.iter().flat_map(|group| group.iter())
}

/// The top-level command of that name, in any case of letters.
pub fn lookup_top(name: &[u8]) -> Option<(CommandId, &'static CommandSpec)> {
    lookup_by_head(first_word(name), name)
}

#[inline(always)]
fn lookup_by_head(head: u64, name: &[u8]) -> Option<(CommandId, &'static CommandSpec)> {
    let index = &TABLE.index[..];
    let head = lower_case(head);
    let mut place = name_hash(head, name.len());
    loop {
        let Named { head: its, id, spec } = index[place & (index.len() - 1)]?;
        if its == head
            && spec.name.len() == name.len()
            && (name.len() <= HEAD || spec.name.as_bytes().eq_ignore_ascii_case(name))
        {
            return Some((id, spec));
        }
        place += 1;
    }
}

/// The subcommand of that (short) name.
pub fn lookup_sub(
    container: (CommandId, &'static CommandSpec),
    name: &[u8],
) -> Option<(CommandId, &'static CommandSpec)> {
    let found =
        container.1.subcommands.iter().position(|sub| sub.short_name().as_bytes().eq_ignore_ascii_case(name))?;
    let id = CommandId(container.0.0 + 1 + found as u16);
    Some((id, &container.1.subcommands[found]))
}

/// The command these words call: the subcommand where the first is a container and the second names one. `None`: unknown
/// command, or unknown subcommand of a container that knows none by that name.
#[inline]
pub fn lookup(argv: &[Bytes]) -> Option<(CommandId, &'static CommandSpec)> {
    let name = argv.first()?;
    let top = lookup_by_head(name.first_word(), name)?;
    match argv.get(1) {
        Some(sub) if !top.1.subcommands.is_empty() => lookup_sub(top, sub),
        _ => Some(top),
    }
}

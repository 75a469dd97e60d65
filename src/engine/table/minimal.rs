//! Just enough rows for the first tests.

use super::super::command::{BeginSearch, CommandSpec, FindKeys, Flags, KeyFlags, KeySpec};
use super::super::commands::{dump, flush, generic, string, transactions};

/// The rows.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        name: "append",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::append,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "decr",
        arity: 2,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::decr,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "decrby",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::decrby,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "get",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::get,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "getdel",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::getdel,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "getex",
        arity: -2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::getex,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "getrange",
        arity: 4,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::getrange,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "getset",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::getset,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "incr",
        arity: 2,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::incr,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "incrby",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::incrby,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "incrbyfloat",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::incrbyfloat,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "lcs",
        arity: -3,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 1,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::lcs,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "mget",
        arity: -2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::mget,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "mset",
        arity: -3,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 2,
                limit: 0,
            },
        }],
        handler: string::mset,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "msetnx",
        arity: -3,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 2,
                limit: 0,
            },
        }],
        handler: string::msetnx,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "psetex",
        arity: 4,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::psetex,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "set",
        arity: -3,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::set,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "setex",
        arity: 4,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::setex,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "setnx",
        arity: 3,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::FAST)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::setnx,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "setrange",
        arity: 4,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::setrange,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "strlen",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::strlen,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "substr",
        arity: 4,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: string::substr,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "copy",
        arity: -3,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(1),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(2),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
        ],
        handler: generic::copy,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "del",
        arity: -2,
        flags: Flags::NONE.or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::del,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "exists",
        arity: -2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::exists,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "expire",
        arity: -3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::expire,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "expireat",
        arity: -3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::expireat,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "expiretime",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::expiretime,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "keys",
        arity: 2,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[],
        handler: generic::keys,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "move",
        arity: 3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::move_,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "object",
        arity: -2,
        flags: Flags::NONE,
        key_specs: &[],
        subcommands: &[
            CommandSpec {
                name: "object|idletime",
                arity: 3,
                flags: Flags::NONE.or(Flags::READONLY),
                key_specs: &[KeySpec {
                    notes: "",
                    flags: KeyFlags::NONE,
                    begin: BeginSearch::Index(2),
                    find: FindKeys::Range {
                        last: 0,
                        step: 1,
                        limit: 0,
                    },
                }],
                handler: generic::object_idletime,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                name: "object|refcount",
                arity: 3,
                flags: Flags::NONE.or(Flags::READONLY),
                key_specs: &[KeySpec {
                    notes: "",
                    flags: KeyFlags::NONE,
                    begin: BeginSearch::Index(2),
                    find: FindKeys::Range {
                        last: 0,
                        step: 1,
                        limit: 0,
                    },
                }],
                handler: generic::object_refcount,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                name: "object|encoding",
                arity: 3,
                flags: Flags::NONE.or(Flags::READONLY),
                key_specs: &[KeySpec {
                    notes: "",
                    flags: KeyFlags::NONE,
                    begin: BeginSearch::Index(2),
                    find: FindKeys::Range {
                        last: 0,
                        step: 1,
                        limit: 0,
                    },
                }],
                handler: generic::object_encoding,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                name: "object|help",
                arity: 2,
                flags: Flags::NONE.or(Flags::LOADING).or(Flags::STALE),
                key_specs: &[],
                handler: generic::object_help,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                name: "object|freq",
                arity: 3,
                flags: Flags::NONE.or(Flags::READONLY),
                key_specs: &[KeySpec {
                    notes: "",
                    flags: KeyFlags::NONE,
                    begin: BeginSearch::Index(2),
                    find: FindKeys::Range {
                        last: 0,
                        step: 1,
                        limit: 0,
                    },
                }],
                handler: generic::object_freq,
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "persist",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::persist,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "pexpire",
        arity: -3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::pexpire,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "pexpireat",
        arity: -3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::pexpireat,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "pexpiretime",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::pexpiretime,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "pttl",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::pttl,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "randomkey",
        arity: 1,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[],
        handler: generic::randomkey,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "rename",
        arity: 3,
        flags: Flags::NONE.or(Flags::WRITE),
        key_specs: &[
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(1),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(2),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
        ],
        handler: generic::rename,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "renamenx",
        arity: 3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(1),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
            KeySpec {
                notes: "",
                flags: KeyFlags::NONE,
                begin: BeginSearch::Index(2),
                find: FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            },
        ],
        handler: generic::renamenx,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "scan",
        arity: -2,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[],
        handler: generic::scan,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "sort",
        arity: -2,
        flags: Flags::NONE
            .or(Flags::DENYOOM)
            .or(Flags::MOVABLE_KEYS)
            .or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::sort,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "sort_ro",
        arity: -2,
        flags: Flags::NONE.or(Flags::MOVABLE_KEYS).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::sort_ro,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "touch",
        arity: -2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::touch,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "ttl",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::ttl,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "type",
        arity: 2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::type_,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "unlink",
        arity: -2,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: generic::unlink,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "wait",
        arity: 3,
        flags: Flags::NONE.or(Flags::NOSCRIPT),
        key_specs: &[],
        handler: generic::wait,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "dump",
        arity: 2,
        flags: Flags::NONE.or(Flags::READONLY),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: dump::dump,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "restore",
        arity: -4,
        flags: Flags::NONE.or(Flags::DENYOOM).or(Flags::WRITE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: 0,
                step: 1,
                limit: 0,
            },
        }],
        handler: dump::restore,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "multi",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::ALLOW_BUSY)
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::NOSCRIPT)
            .or(Flags::STALE),
        key_specs: &[],
        handler: transactions::multi,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "exec",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::LOADING)
            .or(Flags::NOSCRIPT)
            .or(Flags::SKIP_SLOWLOG)
            .or(Flags::STALE),
        key_specs: &[],
        handler: transactions::exec,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "discard",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::ALLOW_BUSY)
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::NOSCRIPT)
            .or(Flags::STALE),
        key_specs: &[],
        handler: transactions::discard,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "watch",
        arity: -2,
        flags: Flags::NONE
            .or(Flags::ALLOW_BUSY)
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::NOSCRIPT)
            .or(Flags::STALE),
        key_specs: &[KeySpec {
            notes: "",
            flags: KeyFlags::NONE,
            begin: BeginSearch::Index(1),
            find: FindKeys::Range {
                last: -1,
                step: 1,
                limit: 0,
            },
        }],
        handler: transactions::watch,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "unwatch",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::ALLOW_BUSY)
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::NOSCRIPT)
            .or(Flags::STALE),
        key_specs: &[],
        handler: transactions::unwatch,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "flushall",
        arity: -1,
        flags: Flags::NONE.or(Flags::WRITE),
        key_specs: &[],
        handler: flush::flushall,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "flushdb",
        arity: -1,
        flags: Flags::NONE.or(Flags::WRITE),
        key_specs: &[],
        handler: flush::flushdb,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "dbsize",
        arity: 1,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::READONLY),
        key_specs: &[],
        handler: flush::dbsize,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "swapdb",
        arity: 3,
        flags: Flags::NONE.or(Flags::FAST).or(Flags::WRITE),
        key_specs: &[],
        handler: flush::swapdb,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "select",
        arity: 2,
        flags: Flags::NONE
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::STALE),
        key_specs: &[],
        handler: flush::select,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "ping",
        arity: -1,
        flags: Flags::NONE.or(Flags::FAST),
        key_specs: &[],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "echo",
        arity: 2,
        flags: Flags::NONE
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::STALE),
        key_specs: &[],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "asking",
        arity: 1,
        flags: Flags::NONE.or(Flags::FAST),
        key_specs: &[],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "readonly",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::STALE),
        key_specs: &[],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        name: "readwrite",
        arity: 1,
        flags: Flags::NONE
            .or(Flags::FAST)
            .or(Flags::LOADING)
            .or(Flags::STALE),
        key_specs: &[],
        ..CommandSpec::BLANK
    },
];

//! When two replies are the same.

use slotscope::resp::{Value, decode};

use crate::generate::{pairs, text};

/// `None` if they are; else both, to be shown.
pub fn difference(argv: &[Vec<u8>], queued: &[Vec<Vec<u8>>], real: &[u8], ours: &[u8]) -> Option<String> {
    if real == ours {
        return None;
    }
    let same = match (decode(real), decode(ours)) {
        (Some((real, _)), Some((ours, _))) => alike(argv, queued, &real, &ours),
        _ => false,
    };
    (!same).then(|| format!("redis {}\nours  {}", real.escape_ascii(), ours.escape_ascii()))
}

/// What may differ between two servers that are right: the order of unordered replies, random choices, and times by what
/// the test itself takes.
pub fn alike(argv: &[Vec<u8>], queued: &[Vec<Vec<u8>>], real: &Value, ours: &Value) -> bool {
    let name = String::from_utf8_lossy(&argv[0]).to_ascii_lowercase();
    match (name.as_str(), real, ours) {
        ("exec", Value::Array(real), Value::Array(ours)) => {
            let each = || queued.iter().zip(real).zip(ours);
            // Confirmations for several channels move what comes behind them.
            let is_moved = queued.iter().any(|argv| argv[0].to_ascii_lowercase().ends_with(b"subscribe"));
            let is_some = |real: &Value, ours: &Value| queued.iter().any(|argv| alike_in_exec(argv, real, ours));
            real.len() == ours.len()
                && queued.len() == real.len()
                && (each().all(|((argv, real), ours)| alike_in_exec(argv, real, ours))
                    || (is_moved && real.iter().zip(ours).all(|(real, ours)| is_some(real, ours))))
        }
        // Who else holds a value is Redis's own business: COPY makes a small integer of its own, a transaction shares its
        // arguments with the values it stored.
        ("object", Value::Int(1..), Value::Int(1..)) if argv[1].eq_ignore_ascii_case(b"refcount") => true,
        // Small integers are one value for all keys: their idle time is that of whichever was used last.
        ("object", Value::Int(0..), Value::Int(0..)) => argv[1].eq_ignore_ascii_case(b"idletime"),
        ("keys" | "hkeys" | "hvals", Value::Array(real), Value::Array(ours)) => sorted(real) == sorted(ours),
        ("smembers" | "sinter" | "sunion" | "sdiff", real, ours) => match (real, ours) {
            (Value::Set(real), Value::Set(ours)) | (Value::Array(real), Value::Array(ours)) => {
                sorted(real) == sorted(ours)
            }
            _ => false,
        },
        ("hgetall", Value::Map(_), Value::Map(_)) | ("hgetall", Value::Array(_), Value::Array(_)) => {
            sorted_pairs(real) == sorted_pairs(ours)
        }
        // A key that lives to the last millisecond of 64 bits.
        ("ttl" | "expiretime" | "pttl" | "pexpiretime", Value::Int(real), Value::Int(ours)) => {
            *real > 1 << 52 && real.abs_diff(*ours) <= 1
        }
        ("pubsub", Value::Array(real), Value::Array(ours)) => {
            argv[1].to_ascii_lowercase().ends_with(b"channels") && sorted(real) == sorted(ours)
        }
        // Chance; and a payload lists what is in a table in the table's order, and tells times.
        ("randomkey" | "srandmember" | "spop" | "hrandfield" | "zrandmember", Value::Bulk(_), Value::Bulk(_)) => true,
        ("dump", Value::Bulk(real), Value::Bulk(ours)) => {
            // A set, a hash, a stream.
            let kind = real.first();
            matches!(kind, Some(2 | 4 | 19))
                && kind == ours.first()
                && real.len().abs_diff(ours.len()) <= real.len() / 4
        }
        ("srandmember" | "hrandfield" | "zrandmember", Value::Array(real), Value::Array(ours))
        | ("spop", Value::Set(real) | Value::Array(real), Value::Set(ours) | Value::Array(ours)) => {
            let shape = |item: &Value| match item {
                Value::Array(items) => items.len(),
                _ => 0,
            };
            real.iter().map(shape).eq(ours.iter().map(shape))
        }
        // Members of a set that weigh the same, or nothing, stand in the order of its table.
        ("sort" | "sort_ro", Value::Array(real), Value::Array(ours)) => {
            let has = |word: &[u8]| argv.iter().any(|arg| arg.eq_ignore_ascii_case(word));
            // So do those that are the same to C, which reads to the first zero.
            let c_strings = |items: &[Value]| -> Vec<String> {
                items.iter().map(|item| text(item).split('\0').next().unwrap_or_default().to_owned()).collect()
            };
            let is_tie = has(b"by") || (has(b"alpha") && c_strings(real) == c_strings(ours));
            is_tie && real.len() == ours.len() && (has(b"limit") || sorted(real) == sorted(ours))
        }
        // Which buckets are first is each table's own business: only whole walks can be compared.
        ("sscan" | "hscan" | "zscan", Value::Array(real), Value::Array(ours)) if is_part_of_walk(argv, real, ours) => {
            true
        }
        ("hscan" | "zscan", Value::Array(real), Value::Array(ours)) => match (real.as_slice(), ours.as_slice()) {
            ([real_cursor, real], [cursor, ours]) => real_cursor == cursor && sorted_pairs(real) == sorted_pairs(ours),
            _ => false,
        },
        ("scan" | "sscan", Value::Array(real), Value::Array(ours)) => match (real.as_slice(), ours.as_slice()) {
            ([real_cursor, Value::Array(real)], [cursor, Value::Array(ours)]) => {
                real_cursor == cursor && sorted(real) == sorted(ours)
            }
            _ => false,
        },
        ("xpending" | "xinfo", real, ours) => alike_in_time(real, ours),
        ("hello", real, ours) => {
            let (real, ours) = (pairs(real), pairs(ours));
            real.len() == ours.len()
                && !real.is_empty()
                && real
                    .iter()
                    .zip(&ours)
                    .all(|(real, ours)| real.0 == ours.0 && (real.1 == ours.1 || text(real.0) == "id"))
        }
        _ => false,
    }
}

/// Whether a scan of a key did not begin at the beginning, or did not come to the end.
fn is_part_of_walk(argv: &[Vec<u8>], real: &[Value], ours: &[Value]) -> bool {
    let is_whole = |reply: &[Value]| reply.first().is_some_and(|cursor| text(cursor) == "0");
    argv.get(2).is_none_or(|cursor| *cursor != b"0") || !is_whole(real) || !is_whole(ours)
}

/// What XPENDING and XINFO say, but for the times in it: idle times, and moments just now.
fn alike_in_time(real: &Value, ours: &Value) -> bool {
    const NOW_MIN: i64 = 1_600_000_000_000;
    let all = |real: &[Value], ours: &[Value]| {
        real.len() == ours.len() && real.iter().zip(ours).all(|(real, ours)| alike_in_time(real, ours))
    };
    match (real, ours) {
        (Value::Array(real), Value::Array(ours)) => match (real.as_slice(), ours.as_slice()) {
            // A row of XPENDING, or of XINFO STREAM FULL.
            (
                [Value::Bulk(id), Value::Bulk(consumer), Value::Int(idle), Value::Int(count)],
                [Value::Bulk(our_id), Value::Bulk(our_consumer), Value::Int(our_idle), Value::Int(our_count)],
            ) => id == our_id && consumer == our_consumer && count == our_count && idle.abs_diff(*our_idle) < 5_000,
            (real, ours) => {
                real.len() == ours.len()
                    && (0..real.len()).all(|at| {
                        match (at.checked_sub(1).map(|name| &real[name]), &real[at], &ours[at]) {
                            (Some(Value::Bulk(name)), Value::Int(real), Value::Int(ours))
                                if name[..] == b"idle"[..] =>
                            {
                                real.abs_diff(*ours) < 5_000
                            }
                            (_, real, ours) => alike_in_time(real, ours),
                        }
                    })
            }
        },
        (Value::Map(real), Value::Map(ours)) => {
            let flat = |pairs: &[(Value, Value)]| -> Vec<Value> {
                pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect()
            };
            alike_in_time(&Value::Array(flat(real)), &Value::Array(flat(ours)))
        }
        (Value::Set(real), Value::Set(ours)) => all(real, ours),
        (Value::Int(real), Value::Int(ours)) if *real > NOW_MIN && *ours > NOW_MIN => real.abs_diff(*ours) < 5_000,
        (real, ours) => real == ours,
    }
}

/// The same for a command of a transaction.
fn alike_in_exec(argv: &[Vec<u8>], real: &Value, ours: &Value) -> bool {
    // A number out of range in an earlier command leaves its mark, and SORT takes it for the failure of its own.
    let is_sort = argv[0].to_ascii_lowercase().starts_with(b"sort");
    let is_marked = matches!(real, Value::Error(error) if error.starts_with(b"ERR One or more scores"));
    real == ours || (is_sort && is_marked && !matches!(ours, Value::Error(_))) || alike(argv, &[], real, ours)
}

/// Messages in one order: what several patterns match comes in the order of the server's table of patterns.
pub fn in_order(mut messages: Vec<Value>) -> Vec<Value> {
    /// What makes it the same message: channel and text.
    fn told(message: &Value) -> Option<&[Value]> {
        match message {
            Value::Array(parts) | Value::Push(parts) if parts.first() == Some(&Value::bulk("pmessage")) => {
                parts.get(2..)
            }
            _ => None,
        }
    }
    for run in messages.chunk_by_mut(|one, other| told(one).is_some() && told(one) == told(other)) {
        run.sort_by_key(|message| format!("{message:?}"));
    }
    messages
}

/// Confirmations that somebody listens to no channel any more come in the order of the client's table of channels.
pub fn alike_but_for_order(argv: &[Vec<u8>], real: &[Value], ours: &[Value]) -> bool {
    let is_for_all = argv.len() == 1 && argv[0].to_ascii_lowercase().ends_with(b"unsubscribe");
    let parts = |messages: &[Value]| -> Option<(Vec<String>, Vec<Value>)> {
        let mut names = Vec::new();
        let mut counts = Vec::new();
        for message in messages {
            let (Value::Array(parts) | Value::Push(parts)) = message else { return None };
            let [word, name, count] = &parts[..] else { return None };
            names.push(format!("{word:?} {name:?}"));
            counts.push(count.clone());
        }
        names.sort_unstable();
        Some((names, counts))
    };
    is_for_all && parts(real).is_some_and(|real| Some(real) == parts(ours))
}

/// The pairs in some order that is the same for both.
fn sorted_pairs(value: &Value) -> Vec<String> {
    let mut pairs: Vec<String> = pairs(value).into_iter().map(|pair| format!("{pair:?}")).collect();
    pairs.sort_unstable();
    pairs
}

/// The items in some order that is the same for both.
pub fn sorted(items: &[Value]) -> Vec<String> {
    let mut items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    items.sort_unstable();
    items
}

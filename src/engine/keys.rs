//! Which arguments of a command are keys, and what is done to them.
//!
//! The rows' key specifications answer for most commands; those whose specifications cannot say it all (STORE anywhere
//! in a SORT, flags that depend on an option) have a finder here. Cluster routing, COMMAND GETKEYS and
//! COMMAND GETKEYSANDFLAGS read keys in this one way.
//!
//! Start with [`keys_of`].

use super::command::{BeginSearch, CommandSpec, FindKeys, KeyFlags, KeyPosition, KeySpec};
use crate::resp::Bytes;

/// The keys of a call, in Redis's order. Empty where the call has none or does not parse.
pub fn keys_of(spec: &CommandSpec, argv: &[Bytes]) -> Vec<KeyPosition> {
    let mut keys = Vec::new();
    let variable = spec
        .key_specs
        .iter()
        .any(|keys| keys.flags.has(KeyFlags::VARIABLE_FLAGS));
    if has_key_specs(spec) && !variable {
        let complete = spec
            .key_specs
            .iter()
            .filter(|keys| !keys.flags.has(KeyFlags::NOT_KEY))
            .all(|one| collect(one, argv, &mut keys).is_some());
        if complete {
            return keys;
        }
    }
    match spec.key_finder {
        Some(find) => find(argv),
        None => Vec::new(),
    }
}

/// Whether calls of this command can have keys at all.
pub fn has_keys(spec: &CommandSpec) -> bool {
    spec.key_finder.is_some() || has_key_specs(spec)
}

/// The channels of sharded publish/subscribe: not keys, but routed as if they were.
pub fn shard_channels_of(spec: &CommandSpec, argv: &[Bytes]) -> Vec<KeyPosition> {
    let mut keys = Vec::new();
    for one in spec
        .key_specs
        .iter()
        .filter(|keys| keys.flags.has(KeyFlags::NOT_KEY))
    {
        if collect(one, argv, &mut keys).is_none() {
            return Vec::new();
        }
    }
    keys
}

fn has_key_specs(spec: &CommandSpec) -> bool {
    spec.key_specs
        .iter()
        .any(|keys| !keys.flags.has(KeyFlags::NOT_KEY))
}

/// Adds the keys of one specification; `None` if it does not fit the call or does not tell all.
fn collect(spec: &KeySpec, argv: &[Bytes], keys: &mut Vec<KeyPosition>) -> Option<()> {
    let argc = argv.len() as i64;
    let first = match spec.begin {
        BeginSearch::Index(index) => i64::from(index),
        BeginSearch::Keyword { word, start } => keyword(argv, word, i64::from(start))? + 1,
        BeginSearch::Unknown => return None,
    };
    let (first, last, step) = match spec.find {
        FindKeys::Range { last, step, limit } => {
            let last = match (last, limit) {
                (0.., _) => first + i64::from(last),
                (_, 0) => argc + i64::from(last),
                (_, limit) => first + (argc - first) / i64::from(limit) + i64::from(last),
            };
            (first, last, step)
        }
        FindKeys::KeyNum {
            number,
            first: skip,
            step,
        } => {
            let number = argv.get(usize::try_from(first + i64::from(number)).ok()?)?;
            let number: i64 = std::str::from_utf8(number).ok()?.parse().ok()?;
            let first = first + i64::from(skip);
            (first, first.checked_add(number)?.checked_sub(1)?, step)
        }
        FindKeys::Unknown => return None,
    };
    if first < 1 || last >= argc || last < first {
        return None;
    }
    let step = usize::try_from(step).ok().filter(|step| *step > 0)?;
    keys.extend(
        (first as usize..=last as usize)
            .step_by(step)
            .map(|index| KeyPosition {
                index,
                flags: spec.flags,
            }),
    );
    (!spec.flags.has(KeyFlags::INCOMPLETE)).then_some(())
}

/// Where a word stands, looked for from `start` on, or backwards from the end if `start` is negative.
fn keyword(argv: &[Bytes], word: &str, start: i64) -> Option<i64> {
    let argc = argv.len() as i64;
    let is_word = |index: &i64| argv[*index as usize].eq_ignore_ascii_case(word.as_bytes());
    if start > 0 {
        (start..argc - 1).find(is_word)
    } else {
        (2..=argc + start).rev().find(is_word)
    }
}

const READ: KeyFlags = KeyFlags::READ_ONLY.or(KeyFlags::ACCESS);
const CHANGE: KeyFlags = KeyFlags::READ_WRITE
    .or(KeyFlags::ACCESS)
    .or(KeyFlags::UPDATE);
const STORE: KeyFlags = KeyFlags::OVERWRITE.or(KeyFlags::UPDATE);

fn key(index: usize, flags: KeyFlags) -> KeyPosition {
    KeyPosition { index, flags }
}

fn is(arg: &Bytes, word: &str) -> bool {
    arg.eq_ignore_ascii_case(word.as_bytes())
}

/// SET reads the old value only with GET.
pub fn set(argv: &[Bytes]) -> Vec<KeyPosition> {
    let reads = argv.iter().skip(3).any(|arg| is(arg, "GET"));
    vec![key(1, if reads { CHANGE } else { STORE })]
}

/// BITFIELD changes nothing if it consists of GETs alone.
pub fn bitfield(argv: &[Bytes]) -> Vec<KeyPosition> {
    let mut at = 2;
    while let Some(arg) = argv.get(at) {
        let left = argv.len() - at - 1;
        if is(arg, "GET") && left >= 2 {
            at += 3;
        } else if is(arg, "OVERFLOW") && left >= 1 {
            at += 2;
        } else {
            return vec![key(1, CHANGE)];
        }
    }
    vec![key(1, READ)]
}

/// SORT: the key sorted, and the last STORE.
pub fn sort(argv: &[Bytes]) -> Vec<KeyPosition> {
    let mut keys = vec![key(1, READ)];
    let mut at = 2;
    while let Some(arg) = argv.get(at) {
        if is(arg, "LIMIT") {
            at += 2;
        } else if is(arg, "GET") || is(arg, "BY") {
            at += 1;
        } else if is(arg, "STORE") && at + 1 < argv.len() {
            keys.truncate(1);
            keys.push(key(at + 1, STORE));
        }
        at += 1;
    }
    keys
}

/// SORT_RO: the key sorted; those of BY and GET follow from its elements.
pub fn sort_ro(_argv: &[Bytes]) -> Vec<KeyPosition> {
    vec![key(1, READ)]
}

/// MIGRATE: one key, or all after KEYS.
pub fn migrate(argv: &[Bytes]) -> Vec<KeyPosition> {
    let flags = KeyFlags::READ_WRITE
        .or(KeyFlags::ACCESS)
        .or(KeyFlags::DELETE);
    let mut at = 6;
    while let Some(arg) = argv.get(at) {
        if is(arg, "KEYS") {
            if argv.get(3).is_some_and(|single| single.is_empty()) {
                return (at + 1..argv.len())
                    .map(|index| key(index, flags))
                    .collect();
            }
            break;
        }
        at += if is(arg, "AUTH") {
            2
        } else if is(arg, "AUTH2") {
            3
        } else {
            1
        };
    }
    vec![key(3, flags)]
}

/// GEORADIUS and GEORADIUSBYMEMBER: the key searched, and the last STORE or STOREDIST.
pub fn georadius(argv: &[Bytes]) -> Vec<KeyPosition> {
    let mut keys = vec![key(1, READ)];
    let mut at = 5;
    while at + 1 < argv.len() {
        if is(&argv[at], "STORE") || is(&argv[at], "STOREDIST") {
            keys.truncate(1);
            keys.push(key(at + 1, STORE));
            at += 1;
        }
        at += 1;
    }
    keys
}

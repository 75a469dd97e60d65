//! Finders of keys that key specifications cannot tell: STORE anywhere in a SORT, flags that depend on an option.

use crate::engine::command::{KeyFlags, KeyPosition};
use crate::resp::Bytes;

const READ: KeyFlags = KeyFlags::READ_ONLY.or(KeyFlags::ACCESS);
const CHANGE: KeyFlags = KeyFlags::READ_WRITE.or(KeyFlags::ACCESS).or(KeyFlags::UPDATE);
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

/// `SORT_RO`: the key sorted; those of BY and GET follow from its elements.
pub fn sort_ro(_argv: &[Bytes]) -> Vec<KeyPosition> {
    vec![key(1, READ)]
}

/// MIGRATE: one key, or all after KEYS; none where both are given, which is a syntax error.
pub fn migrate(argv: &[Bytes]) -> Vec<KeyPosition> {
    let flags = KeyFlags::READ_WRITE.or(KeyFlags::ACCESS).or(KeyFlags::DELETE);
    let mut at = 6;
    while let Some(arg) = argv.get(at) {
        if is(arg, "KEYS") {
            let both = argv.get(3).is_none_or(|single| !single.is_empty());
            let first = if both { argv.len() } else { at + 1 };
            return (first..argv.len()).map(|index| key(index, flags)).collect();
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

//! Where a command's keys are: from its key specifications, or from its own key finder where those are not enough.

use super::command::{BeginSearch, CommandSpec, FindKeys, KeyFlags, KeyPosition, KeySpec};
use super::error::Error;
use super::number;
use crate::resp::Bytes;

/// The keys of a command with what is done to them, in the order Redis finds them. `Err` if the arguments do not say.
pub fn positions(spec: &CommandSpec, argv: &[Bytes]) -> Result<Vec<KeyPosition>, Error> {
    let has = |flag| spec.key_specs.iter().any(|keys| keys.flags.has(flag));
    let told =
        if has(KeyFlags::VARIABLE_FLAGS) || has(KeyFlags::INCOMPLETE) { None } else { told_by_specs(spec, argv) };
    match (told, spec.key_finder) {
        (Some(found), _) => Ok(found),
        (None, Some(finder)) => Ok(finder(argv)),
        (None, None) => Err(Error::Text("ERR Invalid arguments specified for command")),
    }
}

/// The keys, if all of the specifications fit the arguments.
fn told_by_specs(spec: &CommandSpec, argv: &[Bytes]) -> Option<Vec<KeyPosition>> {
    let mut found = Vec::new();
    for key_spec in spec.key_specs {
        if key_spec.flags.has(KeyFlags::NOT_KEY) {
            continue;
        }
        let (first, last, step) = range(key_spec, argv)?;
        let flags = key_spec.flags;
        found.extend((first..=last).step_by(step).map(|index| KeyPosition { index, flags }));
    }
    Some(found)
}

/// Whether a command can have keys at all: shard channels are none.
pub fn has_keys(spec: &CommandSpec) -> bool {
    spec.key_finder.is_some() || spec.key_specs.iter().any(|keys| !keys.flags.has(KeyFlags::NOT_KEY))
}

/// Calls `f` with the keys, or the shard channels, that say which node a command belongs to; copies none of them where
/// they stand side by side.
pub fn with_keys<R>(spec: &CommandSpec, argv: &[Bytes], f: impl FnOnce(&[Bytes]) -> R) -> R {
    // A finder that only knows the flags better is not needed here.
    if let [only] = spec.key_specs
        && !only.flags.has(KeyFlags::INCOMPLETE)
        && let Some((first, last, step)) = range(only, argv)
        && (step == 1 || first >= last)
    {
        return f(argv.get(first..last + 1).unwrap_or_default());
    }
    // Arguments that do not say where the keys are: the handler will complain.
    let keys: Vec<Bytes> =
        positions(spec, argv).unwrap_or_default().iter().map(|key| argv[key.index].clone()).collect();
    f(&keys)
}

/// First key, last key and step of one key specification; last below first: no keys. `None`: the arguments do not fit.
fn range(spec: &KeySpec, argv: &[Bytes]) -> Option<(usize, usize, usize)> {
    let argc = argv.len() as i64;
    let first = match spec.begin {
        BeginSearch::Index(at) => i64::from(at),
        BeginSearch::Keyword { word, start } => {
            let is_word = |at: &i64| argv[*at as usize].eq_ignore_ascii_case(word.as_bytes());
            let start = i64::from(start);
            let found = if start >= 0 {
                (start..argc).find(is_word)
            } else {
                (1..=(argc + start).min(argc - 1)).rev().find(is_word)
            };
            found? + 1
        }
        BeginSearch::Unknown => return None,
    };
    let (first, last, step) = match spec.find {
        FindKeys::Range { last, step, limit } => {
            let last = match (last, limit) {
                (0.., _) => first + i64::from(last),
                (_, 2..) => first + (argc - first) / i64::from(limit) + i64::from(last),
                _ => argc + i64::from(last),
            };
            (first, last, step)
        }
        FindKeys::KeyNum { number, first: offset, step } => {
            let text = argv.get(usize::try_from(first + i64::from(number)).ok()?)?;
            let count = number::parse_i64(text).filter(|count| *count >= 0)?;
            let first = first + i64::from(offset);
            (first, first.checked_add((count - 1).checked_mul(i64::from(step))?)?, step)
        }
        FindKeys::Unknown => return None,
    };
    if last >= argc || first < 1 || first >= argc || step < 1 {
        return None;
    }
    Some((first as usize, usize::try_from(last).unwrap_or(0), step as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(line: &str) -> Vec<Bytes> {
        line.split(' ').map(Bytes::from).collect()
    }

    fn keys(begin: BeginSearch, find: FindKeys, line: &str) -> Option<Vec<usize>> {
        let specs = Box::leak(Box::new([KeySpec { notes: "", flags: KeyFlags::NONE, begin, find }]));
        let spec = CommandSpec { key_specs: specs, ..CommandSpec::BLANK };
        let argv = argv(line);
        let found: Option<Vec<_>> = positions(&spec, &argv).ok().map(|keys| keys.iter().map(|key| key.index).collect());
        let copied = with_keys(&spec, &argv, <[Bytes]>::to_vec);
        let expected: Vec<_> = found.iter().flatten().map(|at: &usize| argv[*at].clone()).collect();
        assert_eq!(copied, expected);
        found
    }

    #[test]
    fn key_specifications_are_read_as_redis_reads_them() {
        use BeginSearch::{Index, Keyword};
        use FindKeys::{KeyNum, Range};
        let one = Range { last: 0, step: 1, limit: 0 };
        assert_eq!(keys(Index(1), one, "get k"), Some(vec![1]));
        assert_eq!(keys(Index(1), Range { last: -1, step: 2, limit: 0 }, "mset a 1 b 2"), Some(vec![1, 3]));
        let halves = Range { last: -1, step: 1, limit: 2 };
        let streams = Keyword { word: "STREAMS", start: 1 };
        assert_eq!(keys(streams, halves, "xread count 2 streams a b 0 0"), Some(vec![4, 5]));
        let numbered = KeyNum { number: 0, first: 1, step: 1 };
        assert_eq!(keys(Index(2), numbered, "eval script 2 a b c"), Some(vec![3, 4]));
        assert_eq!(keys(Index(2), numbered, "eval script 0 x"), Some(vec![]));
        assert_eq!(keys(Index(2), numbered, "eval script 3 a b"), None);
        assert_eq!(keys(Index(2), numbered, "eval script 9223372036854775807 a b"), None);
        assert_eq!(keys(Keyword { word: "KEYS", start: -2 }, one, "migrate h p x 0 9 keys k"), Some(vec![7]));
    }
}

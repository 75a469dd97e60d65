//! Glob-style patterns, as KEYS, SCAN, PSUBSCRIBE and CONFIG GET understand them.
//!
//! `?` one byte, `*` any bytes, `[a-c]` one of a range, `[^a]` one that is not, `\` takes the next byte for itself. Ranges
//! may stand the wrong way round; a bracket that is not closed ends with the pattern.

/// Whether lists of keys show `key`: to them a star alone is any key, even one of no bytes.
pub fn selects(pattern: &[u8], key: &[u8]) -> bool {
    pattern == b"*" || matches(pattern, key, false)
}

/// Whether the whole of `text` matches `pattern`; `fold_case` treats ASCII letters of either case alike. Nothing matches a
/// text of no bytes but a pattern of none: 7.0 looks at no star then.
pub fn matches(pattern: &[u8], text: &[u8], fold_case: bool) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let fold = |byte: u8| {
        if fold_case { byte.to_ascii_lowercase() } else { byte }
    };
    let (mut p, mut t) = (0, 0);
    // Where to go on after a mismatch: behind the last star, one byte later in the text than before. Earlier stars need
    // not be tried again, so the work is at most pattern × text.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
                continue;
            }
            None if t == text.len() => return true,
            None => None,
            Some(_) if t == text.len() => return false,
            Some(_) => one(&pattern[p..], text[t], fold),
        };
        if let Some(used) = step {
            p += used;
            t += 1;
            continue;
        }
        match retry {
            Some((after_star, from)) if from < text.len() => {
                retry = Some((after_star, from + 1));
                (p, t) = (after_star, from + 1);
            }
            _ => return false,
        }
    }
}

/// How many bytes of a non-empty pattern without a star in front match this one byte.
fn one(pattern: &[u8], byte: u8, fold: impl Fn(u8) -> u8) -> Option<usize> {
    let byte = fold(byte);
    match pattern[0] {
        b'?' => Some(1),
        b'[' => set(pattern, byte, fold),
        b'\\' if pattern.len() >= 2 => (fold(pattern[1]) == byte).then_some(2),
        literal => (fold(literal) == byte).then_some(1),
    }
}

fn set(pattern: &[u8], byte: u8, fold: impl Fn(u8) -> u8) -> Option<usize> {
    let negated = pattern.get(1) == Some(&b'^');
    let mut at = if negated { 2 } else { 1 };
    let mut found = false;
    let used = loop {
        match &pattern[at.min(pattern.len())..] {
            [b'\\', escaped, ..] => {
                found |= fold(*escaped) == byte;
                at += 2;
            }
            [b']', ..] => break at + 1,
            [] => break at,
            [from, b'-', to, ..] => {
                let (from, to) = (fold(*from), fold(*to));
                found |= (from.min(to)..=from.max(to)).contains(&byte);
                at += 3;
            }
            [literal, ..] => {
                found |= fold(*literal) == byte;
                at += 1;
            }
        }
    };
    (found != negated).then_some(used)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_redis_matches_them() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", false),
            ("a*", "a", true),
            ("**a", "ba", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("h?llo", "hello", true),
            ("h[ae]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[b-a]llo", "hallo", true),
            ("h[ab", "ha", true),
            ("[]", "a", false),
            ("[^]", "a", true),
            ("\\*", "*", true),
            ("\\", "\\", true),
            ("[\\]]", "]", true),
            ("A*", "abc", false),
            ("a", "", false),
            ("[", "", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes(), false), expected, "{pattern} {text}");
        }
        assert!(matches(b"A[B-C]*", b"abz", true));
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let text = "a".repeat(1_000);
        assert!(!matches(format!("{}b", "*a".repeat(400)).as_bytes(), text.as_bytes(), false));
    }
}

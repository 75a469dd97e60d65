//! A typed line into words, by the quoting rules of redis-cli and of inline commands.

use super::Bytes;

/// Splits a line into words. `"…"` knows `\n \r \t \b \a \\ \" \xHH`, `'…'` knows `\'`; a closing quote must be followed by
/// a space or the end. `None`: quotes that do not balance.
pub fn split_args(line: &[u8]) -> Option<Vec<Bytes>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start_c();
        if rest.is_empty() {
            return Some(words);
        }
        let mut word = Vec::new();
        while let Some((&byte, after)) = rest.split_first() {
            match byte {
                b'"' => rest = double_quoted(after, &mut word)?,
                b'\'' => rest = single_quoted(after, &mut word)?,
                0 => rest = &[],
                byte if is_space(byte) => break,
                byte => {
                    word.push(byte);
                    rest = after;
                    continue;
                }
            }
            // After a closing quote the word is over.
            break;
        }
        words.push(Bytes::from(word));
    }
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

trait TrimStart {
    fn trim_ascii_start_c(&self) -> &Self;
}

impl TrimStart for [u8] {
    fn trim_ascii_start_c(&self) -> &Self {
        let start = self.iter().position(|byte| !is_space(*byte)).unwrap_or(self.len());
        // A line ends at a zero byte, as C's strings do.
        if self.get(start) == Some(&0) { &[] } else { &self[start..] }
    }
}

fn double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0) as u8;
                word.push(digit(high) * 16 + digit(low));
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                rest = after;
            }
            [b'"', after @ ..] => return ends_word(after),
            [] | [0, ..] => return None,
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                rest = after;
            }
            [b'\'', after @ ..] => return ends_word(after),
            [] | [0, ..] => return None,
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

fn ends_word(after: &[u8]) -> Option<&[u8]> {
    match after.first() {
        None | Some(0) => Some(after),
        Some(byte) if is_space(*byte) => Some(after),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::split_args;

    #[test]
    fn lines_split_as_in_redis_cli() {
        for (line, words) in [
            ("", &[][..]),
            ("  get  a ", &["get", "a"]),
            (r#"set k "a b\n\x41\"""#, &["set", "k", "a b\nA\""]),
            (r"set k 'a\'b \n'", &["set", "k", r"a'b \n"]),
            ("a\"b\" c", &["ab", "c"]),
            ("\"\"", &[""]),
            (r#""\q\xzz""#, &["qxzz"]),
        ] {
            let split: Option<Vec<String>> = split_args(line.as_bytes())
                .map(|words| words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect());
            assert_eq!(
                split.as_deref(),
                Some(&words.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
    }

    #[test]
    fn quotes_must_balance_and_end_the_word() {
        for line in ["\"a", "'a", "\"a\"b", "'a'b", "\"a\\"] {
            assert_eq!(split_args(line.as_bytes()), None, "{line}");
        }
    }
}

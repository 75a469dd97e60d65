//! A console line in few bytes: words that lines often hold are one byte each.
//!
//! | byte | what it stands for |
//! |---|---|
//! | 0 | the end of the line |
//! | 0x20 to 0x7e | itself |
//! | 0x7f, n | the n bytes after it, as they are (1 to 255; what is not printable ASCII) |
//! | 0x01 to 0x1f, 0x80 to 0xfe | words 0 to 157 of [`WORDS`] |
//! | 0xff, varint n | word 158 + n |
//!
//! **[`WORDS`] is part of the wire format: words are added at its end, none is ever changed, moved or removed.**
//!
//! Start with [`write()`] and [`read`].

use super::LinkError;
use super::envelope::{put_varint, take_varint};
use crate::scenario::LINE_BYTES_MAX;

const END: u8 = 0;
const RAW: u8 = 0x7f;
const LONG: u8 = 0xff;
/// How many words are one byte: 31 below the printable characters and 127 above.
const SHORT_WORDS: usize = 31 + 127;

/// The dictionary. A blank after a word is part of it where an argument nearly always follows.
const WORDS: &[&str] = &[
    // Faults, and the nodes they strike.
    "kill ",
    "restart ",
    "pause ",
    "resume ",
    "partition ",
    "heal",
    "isolate ",
    "latency ",
    "loss ",
    "zone ",
    "rate ",
    "0001-00",
    "0002-00",
    "0003-00",
    "-001",
    "-002",
    // redis>, as people type it.
    "get ",
    "set ",
    "del ",
    "incr ",
    "expire ",
    "ttl ",
    "mget ",
    "mset ",
    "exists ",
    "type ",
    "hset ",
    "hget ",
    "hgetall ",
    "lpush ",
    "rpush ",
    "lrange ",
    "sadd ",
    "smembers ",
    "zadd ",
    "zrange ",
    "zrevrange ",
    "cluster ",
    "info ",
    "config set ",
    "config get ",
    "memory usage ",
    "object encoding ",
    "object freq ",
    "debug sleep ",
    "publish ",
    "subscribe ",
    "scan 0",
    "flushall",
    "dbsize",
    "multi",
    "exec",
    "watch ",
    "wait ",
    "eval ",
    "ping",
    // and as the documentation writes it.
    "GET ",
    "SET ",
    "DEL ",
    "INCR ",
    "EXPIRE ",
    "TTL ",
    "MGET ",
    "MSET ",
    "EXISTS ",
    "TYPE ",
    "HSET ",
    "HGET ",
    "HGETALL ",
    "LPUSH ",
    "RPUSH ",
    "LRANGE ",
    "SADD ",
    "SMEMBERS ",
    "ZADD ",
    "ZRANGE ",
    "ZREVRANGE ",
    "CLUSTER ",
    "INFO ",
    "CONFIG SET ",
    "CONFIG GET ",
    "MEMORY USAGE ",
    "OBJECT ENCODING ",
    "PUBLISH ",
    "SUBSCRIBE ",
    "FLUSHALL",
    "DBSIZE",
    "MULTI",
    "EXEC",
    // Arguments.
    " EX ",
    " PX ",
    " NX",
    " XX",
    " ex ",
    " nx",
    "maxmemory",
    "-policy ",
    "allkeys-",
    "volatile-",
    "noeviction",
    "random",
    "lru",
    "lfu",
    "nodes",
    "slots",
    "keyslot ",
    "failover",
    "countkeysinslot ",
    "replication",
    "stats",
    "memory",
    "withscores",
    "WITHSCORES",
    "match ",
    "count ",
    // Keys.
    "row:",
    "user:",
    "session:",
    "counter:",
    "game:scores",
    "api:user:",
    "cache:",
    "notifications",
    "player",
    "{user:",
    "hello",
    "value",
    // aws>
    "aws elasticache ",
    "elasticache ",
    "describe-",
    "modify-",
    "create-",
    "delete-",
    "increase-replica-count",
    "decrease-replica-count",
    "test-failover",
    "reboot-cache-cluster",
    "replication-group",
    "-shard-configuration",
    "snapshot",
    "--replication-group-id ",
    "--node-group-id ",
    "--node-group-count ",
    "--new-replica-count ",
    "--cache-node-type ",
    "--apply-immediately",
    "cache.r6g.",
    "cache.t4g.",
    "large",
    // Filler that English and numbers share.
    "000",
    "100",
    "http",
];

/// Appends a line: printable characters, words, and runs of other bytes.
pub fn write(line: &str, out: &mut Vec<u8>) {
    let mut rest = line.as_bytes();
    while let Some(&byte) = rest.first() {
        if let Some((word, length)) = longest_word(rest) {
            match word {
                0..=30 => out.push(word as u8 + 1),
                31..SHORT_WORDS => out.push((word - 31) as u8 + 0x80),
                _ => {
                    out.push(LONG);
                    put_varint(out, (word - SHORT_WORDS) as u64);
                }
            }
            rest = &rest[length..];
        } else if is_printable(byte) {
            out.push(byte);
            rest = &rest[1..];
        } else {
            let length = rest.iter().take(255).take_while(|&&byte| !is_printable(byte)).count();
            out.extend([RAW, length as u8]);
            out.extend(&rest[..length]);
            rest = &rest[length..];
        }
    }
    out.push(END);
}

/// Reads what [`write()`] wrote and moves `rest` past it.
pub fn read(rest: &mut &[u8]) -> Result<String, LinkError> {
    let mut line = Vec::new();
    loop {
        let (&byte, after) = rest.split_first().ok_or(LinkError::Truncated)?;
        *rest = after;
        match byte {
            END => break,
            0x20..RAW => line.push(byte),
            RAW => {
                let (&length, after) = rest.split_first().ok_or(LinkError::Truncated)?;
                let (raw, after) = after.split_at_checked(length.into()).ok_or(LinkError::Truncated)?;
                line.extend(raw);
                *rest = after;
            }
            1..0x20 => line.extend(word(u64::from(byte) - 1)?),
            0x80..LONG => line.extend(word(u64::from(byte) - 0x80 + 31)?),
            LONG => line.extend(word(take_varint(rest)?.saturating_add(SHORT_WORDS as u64))?),
        }
        if line.len() > LINE_BYTES_MAX {
            return Err(LinkError::TooLarge);
        }
    }
    String::from_utf8(line).map_err(|_| LinkError::Malformed("console line"))
}

fn word(number: u64) -> Result<&'static [u8], LinkError> {
    let word = usize::try_from(number).ok().and_then(|at| WORDS.get(at));
    word.map(|word| word.as_bytes()).ok_or(LinkError::UnknownWord(number))
}

/// The number and length of the longest word that `text` begins with.
fn longest_word(text: &[u8]) -> Option<(usize, usize)> {
    let known = WORDS.iter().enumerate().filter(|(_, word)| text.starts_with(word.as_bytes()));
    known.map(|(number, word)| (number, word.len())).max_by_key(|&(_, length)| length)
}

fn is_printable(byte: u8) -> bool {
    (0x20..RAW).contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write(line, &mut out);
        assert_eq!(read(&mut out.as_slice()).as_deref(), Ok(line));
        out
    }

    #[test]
    fn common_words_are_one_byte() {
        assert_eq!(written("kill 0002-001"), [1, 13, b'1', 0]);
        assert_eq!(written("GET row:1").len(), 4);
        assert_eq!(written(""), [0]);
    }

    #[test]
    fn every_word_and_every_character_is_read_back() {
        for word in WORDS {
            written(word);
        }
        written(&('\0'..='\u{400}').collect::<String>());
        written(&"é".repeat(1_000));
    }

    #[test]
    fn words_are_ascii_long_enough_to_help_and_each_there_once() {
        for (at, word) in WORDS.iter().enumerate() {
            assert!(word.is_ascii() && word.len() > 2 && !WORDS[..at].contains(word), "{word:?}");
        }
    }

    #[test]
    fn the_dictionary_never_changes_but_at_its_end() {
        // The words that version 1 was published with, as one number. A new word does not change it; anything else does.
        let published = &WORDS[..152];
        let digest = published
            .iter()
            .flat_map(|word| word.bytes().chain([0]))
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        assert_eq!(digest, 0xf956_6217_8e7c_de2a);
    }

    #[test]
    fn words_that_do_not_exist_and_bytes_that_are_no_text_are_refused() {
        assert_eq!(read(&mut [0xff, 0x7f, 0].as_slice()), Err(LinkError::UnknownWord(285)));
        assert_eq!(read(&mut [RAW, 1, 0xff, 0].as_slice()), Err(LinkError::Malformed("console line")));
        assert_eq!(read(&mut [b'x'].as_slice()), Err(LinkError::Truncated));
        assert_eq!(read(&mut [b'x'; 5_000].as_slice()), Err(LinkError::TooLarge));
    }
}

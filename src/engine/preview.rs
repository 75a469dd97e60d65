//! Keys and values to be looked at without disturbing them: nothing expires, no clock of use moves, nothing is counted.
//!
//! For whoever shows an engine from outside. A list of keys is read slot by slot, in the order of their bytes; a value is
//! read a window at a time as lines of text, beside the commands that show the same.
//!
//! Start with [`Keyspace::list_slot`] and [`Keyspace::preview`].

use std::fmt::Write as _;

use super::Slot;
use super::geohash::{self, Place};
use super::glob;
use super::hyperloglog as hll;
use super::keyspace::{EntryId, Keyspace};
use super::value::stream::StreamId;
use super::value::{Data, SortedSetValue, StreamValue, StringValue};
use crate::resp::{Bytes, format_double, human};

/// Rows of a collection shown at once.
pub const ROWS: usize = 100;
/// Bytes of a string shown as text at once.
const TEXT: usize = 2_000;
/// Bytes in a line of hexadecimal digits, and of bits.
const HEX: usize = 8;
const BITS: usize = 4;
/// Lines of hexadecimal digits or bits shown at once.
const LINES: usize = 64;
/// Registers of a `HyperLogLog`.
const REGISTERS: usize = 1 << 14;
/// Groups of a stream whose commands are shown.
const GROUPS: usize = 3;
/// Members whose places the shown command asks for.
const POSITIONS: usize = 10;
/// Bytes of an element, a field or a value shown.
const CELL: usize = 200;

/// What is to be known of a key without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// The key.
    pub key: Bytes,
    /// Its slot.
    pub slot: u16,
    /// As TYPE prints it.
    pub kind: &'static str,
    /// As OBJECT ENCODING prints it.
    pub encoding: &'static str,
    /// Bytes of key, entry and value (MEMORY USAGE).
    pub bytes: usize,
    /// The end of its time to live, in Unix milliseconds. It may have passed: the key is deleted later.
    pub expire_at: Option<i64>,
}

/// Which keys are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Of this type, as TYPE prints it.
    pub kind: Option<&'static str>,
    /// Matching this pattern, as KEYS understands it; all where it is empty.
    pub pattern: String,
}

/// A window of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The ways in which this value can be shown: "text", "hex", "bits".
    pub aspects: Vec<&'static str>,
    /// The one that is shown: its place among them.
    pub aspect: usize,
    /// The commands that show the same.
    pub lines: Vec<String>,
    /// What stands over the columns; none where the only column needs no name.
    pub heads: &'static [&'static str],
    /// The rows, as wide as `heads`.
    pub rows: Vec<Vec<String>>,
    /// The first one shown, counted in `unit`.
    pub from: usize,
    /// Where the next window begins, if anything follows.
    pub next: Option<usize>,
    /// How many there are, in `unit`.
    pub total: usize,
    /// What is counted: "bytes", "elements".
    pub unit: &'static str,
    /// A sentence, where there is something more to say.
    pub note: String,
}

/// Reading without a trace.
impl Keyspace {
    /// Up to `limit` keys of a slot (cluster mode) that pass the filter and stand behind `after`, in the order of their
    /// bytes. Answers how many keys were looked at.
    pub fn list_slot(
        &self,
        slot: Slot,
        after: Option<&[u8]>,
        filter: &KeyFilter,
        limit: usize,
        into: &mut Vec<KeyFacts>,
    ) -> usize {
        let mut looked = 0;
        let mut found: Vec<EntryId> = self
            .entries_in_slot(slot)
            .filter(|id| {
                looked += 1;
                let key = self.key(0, *id);
                after.is_none_or(|after| &**key > after)
                    && filter.kind.is_none_or(|kind| self.data(0, *id).type_name() == kind)
                    && (filter.pattern.is_empty() || glob::selects(filter.pattern.as_bytes(), key))
            })
            .collect();
        found.sort_unstable_by(|one, other| self.key(0, *one).cmp(self.key(0, *other)));
        into.extend(found.into_iter().take(limit).map(|id| self.facts(id)));
        looked
    }

    /// What is to be known of a key of database 0, an expired one included.
    pub fn facts_of(&self, key: &Bytes) -> Option<KeyFacts> {
        self.find(0, key).map(|id| self.facts(id))
    }

    fn facts(&self, id: EntryId) -> KeyFacts {
        let (key, data) = (self.key(0, id), self.data(0, id));
        KeyFacts {
            slot: Slot::of_key(key).number(),
            kind: data.type_name(),
            encoding: data.encoding(),
            bytes: self.memory_of(0, id),
            expire_at: self.expire_at(0, id),
            key: key.clone(),
        }
    }

    /// The value of a key of database 0, an expired one included, from `from` on (in the aspect's own unit). An aspect
    /// that the value does not have is the first.
    pub fn preview(&self, key: &Bytes, aspect: usize, from: usize, now_ms: i64) -> Option<Preview> {
        let id = self.find(0, key)?;
        let mut preview = Preview { aspect, ..Preview::default() };
        let name = quoted(key);
        match self.data(0, id) {
            Data::Str(value) => preview.string(value, &name, from),
            Data::List(list) => {
                preview.choose(&["elements"]);
                let end = preview.window(from, ROWS, list.len(), "elements");
                let start = preview.from;
                preview.heads = &["index", "element"];
                preview.lines.push(format!("LRANGE {name} {start} {}", end.saturating_sub(1)));
                preview.note = format!("Nodes of the quicklist: {}.", list.nodes().len());
                for (place, element) in list.iter_from(start).take(end - start).enumerate() {
                    preview.row([(start + place).to_string(), cell(element)]);
                }
            }
            Data::Set(set) => {
                preview.choose(&["members"]);
                let end = preview.window(from, ROWS, set.len(), "members");
                preview.heads = &["member"];
                preview.whole_or_scan("SMEMBERS", "SSCAN", &name);
                for member in set.iter().skip(preview.from).take(end - preview.from) {
                    preview.row([cell(&member)]);
                }
            }
            Data::Hash(hash) => {
                preview.choose(&["fields"]);
                let end = preview.window(from, ROWS, hash.len(), "fields");
                preview.heads = &["field", "value"];
                preview.whole_or_scan("HGETALL", "HSCAN", &name);
                for (field, value) in hash.iter().skip(preview.from).take(end - preview.from) {
                    preview.row([cell(field), cell(value)]);
                }
            }
            Data::SortedSet(set) => preview.sorted_set(set, &name, from),
            Data::Stream(stream) => preview.stream(stream, &name, from, now_ms),
        }
        Some(preview)
    }
}

impl Preview {
    /// Takes one of the ways in which the value can be shown.
    fn choose(&mut self, aspects: &[&'static str]) -> &'static str {
        self.aspects = aspects.to_vec();
        if self.aspect >= aspects.len() {
            self.aspect = 0;
        }
        aspects.get(self.aspect).copied().unwrap_or_default()
    }

    /// Sets the window: at most `size` of `total`. Answers where it ends.
    fn window(&mut self, from: usize, size: usize, total: usize, unit: &'static str) -> usize {
        self.total = total;
        self.unit = unit;
        self.from = if from < total { from } else { 0 };
        let end = self.from.saturating_add(size).min(total);
        self.next = (end < total).then_some(end);
        end
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The command that answers all of it, or, where it goes beyond the window, the one that goes through it.
    fn whole_or_scan(&mut self, whole: &str, scan: &str, key: &str) {
        self.lines.push(if self.total <= ROWS {
            format!("{whole} {key}")
        } else {
            format!("{scan} {key} 0 COUNT {ROWS}")
        });
    }

    fn sorted_set(&mut self, set: &SortedSetValue, key: &str, from: usize) {
        let all = ["lowest first", "highest first", "places"];
        let aspect = self.choose(if holds_places(set) { &all } else { &all[..2] });
        let end = self.window(from, ROWS, set.len(), "members");
        let from = self.from;
        if aspect == "places" {
            self.heads = &["member", "longitude", "latitude"];
            let mut line = format!("GEOPOS {key}");
            for (place, item) in set.walk(from, false).take(end - from).enumerate() {
                let Place { longitude, latitude } = geohash::decode(item.score);
                self.row([cell(&item.member), format!("{longitude:.6}"), format!("{latitude:.6}")]);
                if place < POSITIONS {
                    line.push(' ');
                    line.push_str(&quoted(&item.member));
                }
            }
            self.lines.push(line);
            return;
        }
        let reverse = aspect == "highest first";
        self.heads = &["rank", "member", "score"];
        let order = if reverse { " REV" } else { "" };
        self.lines.push(format!("ZRANGE {key} {from} {}{order} WITHSCORES", end.saturating_sub(1)));
        let first = if reverse { set.len().saturating_sub(from + 1) } else { from };
        for (place, item) in set.walk(first, reverse).take(end - from).enumerate() {
            self.row([(from + place).to_string(), cell(&item.member), format_double(item.score)]);
        }
    }

    fn stream(&mut self, stream: &StreamValue, key: &str, from: usize, now_ms: i64) {
        let (log, groups) = (&stream.log, &stream.groups);
        let grouped = groups.len() > 0;
        let all = ["entries", "groups", "consumers", "pending"];
        match self.choose(if grouped { &all } else { &all[..1] }) {
            "groups" => {
                let end = self.window(from, ROWS, groups.len(), "groups");
                self.heads = &["group", "consumers", "pending", "last given", "lag"];
                self.lines.push(format!("XINFO GROUPS {key}"));
                for group in groups.iter().take(end).skip(self.from) {
                    self.row([
                        cell(&group.name),
                        group.consumers().len().to_string(),
                        group.pending().len().to_string(),
                        shown(&group.last_id.text()),
                        log.lag(group).map_or_else(|| "unknown".to_owned(), |lag| lag.to_string()),
                    ]);
                }
            }
            "consumers" => {
                let total = groups.iter().map(|group| group.consumers().len()).sum();
                let end = self.window(from, ROWS, total, "consumers");
                self.heads = &["group", "consumer", "pending", "idle"];
                self.name_groups(stream, "XINFO CONSUMERS", key, "");
                let all = groups.iter().flat_map(|group| group.consumers().iter().map(move |one| (group, one)));
                for (group, consumer) in all.take(end).skip(self.from) {
                    let idle = since(now_ms, consumer.seen_ms);
                    let pending = consumer.pending.len().to_string();
                    self.row([cell(&group.name), cell(&consumer.name), pending, idle]);
                }
            }
            "pending" => {
                let total = groups.iter().map(|group| group.pending().len()).sum();
                let end = self.window(from, ROWS, total, "pending entries");
                self.heads = &["ID", "group", "consumer", "idle", "deliveries"];
                self.name_groups(stream, "XPENDING", key, " - + 100");
                let all = groups.iter().flat_map(|group| group.pending().iter().map(move |one| (group, one)));
                for (group, (id, nack)) in all.take(end).skip(self.from) {
                    let idle = since(now_ms, nack.delivered_ms);
                    let (id, deliveries) = (shown(&id.text()), nack.deliveries.to_string());
                    self.row([id, cell(&group.name), cell(&nack.consumer), idle, deliveries]);
                }
            }
            _ => {
                let end = self.window(from, ROWS, usize::try_from(log.len).unwrap_or(usize::MAX), "entries");
                self.heads = &["ID", "fields and values"];
                let (start, mut place) = (self.from, 0);
                log.range(StreamId::MIN, StreamId::MAX, false, &mut |entry| {
                    if (start..end).contains(&place) {
                        let pairs = entry.fields.chunks(2).map(|pair| pair.iter().map(|word| cell(word)).collect());
                        let pairs: Vec<String> = pairs.map(|pair: Vec<String>| pair.join(": ")).collect();
                        self.row([shown(&entry.id.text()), pairs.join(", ")]);
                    }
                    place += 1;
                    place < end
                });
                let first = self.rows.first().filter(|_| start > 0).and_then(|row| row.first());
                let first = first.map_or("-", String::as_str);
                self.lines.push(format!("XRANGE {key} {first} + COUNT {ROWS}"));
                self.note = format!("Last ID {}.", shown(&log.last_id.text()));
            }
        }
    }

    /// A command for each of the first groups of a stream.
    fn name_groups(&mut self, stream: &StreamValue, command: &str, key: &str, rest: &str) {
        let groups = stream.groups.iter().take(GROUPS);
        self.lines.extend(groups.map(|group| format!("{command} {key} {}{rest}", quoted(&group.name))));
    }

    fn hyperloglog(&mut self, bytes: &[u8], key: &str) {
        let mut registers = vec![0; REGISTERS];
        let estimate = match hll::merge(&mut registers, bytes) {
            Ok(()) => hll::estimate_of(&registers).to_string(),
            Err(_) => "none: its bytes are no HyperLogLog".to_owned(),
        };
        let used = registers.iter().filter(|register| **register > 0).count();
        self.heads = &["what", "how much"];
        self.row(["estimated members".to_owned(), estimate]);
        self.row(["encoding".to_owned(), if hll::is_dense(bytes) { "dense" } else { "sparse" }.to_owned()]);
        self.row(["registers in use".to_owned(), format!("{used} of {REGISTERS}")]);
        self.lines.push(format!("PFCOUNT {key}"));
        self.lines.push(format!("PFDEBUG ENCODING {key}"));
    }

    fn string(&mut self, value: &StringValue, key: &str, from: usize) {
        let total = value.len();
        let is_hll = value.with_bytes(hll::is_valid);
        let aspects: &[_] = if is_hll { &["HyperLogLog", "text", "hex", "bits"] } else { &["text", "hex", "bits"] };
        let aspect = self.choose(aspects);
        let size = match aspect {
            "text" => TEXT,
            "hex" => HEX * LINES,
            "HyperLogLog" => total,
            _ => BITS * LINES,
        };
        let end = self.window(from, size, total, "bytes");
        let from = self.from;
        let last = end.saturating_sub(1);
        let range = format!("GETRANGE {key} {from} {last}");
        value.with_bytes(|bytes| {
            let bytes = bytes.get(from..end).unwrap_or_default();
            match aspect {
                "HyperLogLog" => self.hyperloglog(bytes, key),
                "text" => {
                    self.lines.push(if bytes.len() == total { format!("GET {key}") } else { range });
                    self.row([shown(bytes)]);
                }
                "hex" => {
                    self.heads = &["byte", "hexadecimal", "text"];
                    self.lines.push(range);
                    for (place, chunk) in bytes.chunks(HEX).enumerate() {
                        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
                        let print = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '·' };
                        let text = chunk.iter().map(print).collect();
                        self.row([(from + place * HEX).to_string(), hex.join(" "), text]);
                    }
                }
                _ => {
                    self.heads = &["bit", "bits, the first one at the left"];
                    self.lines.push(format!("BITCOUNT {key} {from} {last}"));
                    self.lines.push(range);
                    for (place, chunk) in bytes.chunks(BITS).enumerate() {
                        let bits: Vec<String> = chunk.iter().map(|byte| format!("{byte:08b}")).collect();
                        self.row([((from + place * BITS) * 8).to_string(), bits.join(" ")]);
                    }
                    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
                    self.note = format!("{ones} of these {} bits are 1.", bytes.len() * 8);
                }
            }
        });
    }
}

/// Whether a sorted set looks like one of GEOADD's: whole scores below 2^52, and none below 2^40, where all that lies is
/// some ocean beside Antarctica, and what people count. Only some of the members are asked.
fn holds_places(set: &SortedSetValue) -> bool {
    let fits = |score: f64| (1_099_511_627_776.0..4_503_599_627_370_496.0).contains(&score) && score.fract() == 0.0;
    let highest = set.walk(set.len().saturating_sub(1), true).take(1);
    set.walk(0, false).take(ROWS).chain(highest).all(|item| fits(item.score))
}

/// The time since a moment: `12.3 s`.
fn since(now_ms: i64, then_ms: i64) -> String {
    let passed = now_ms.saturating_sub(then_ms).max(0);
    format!("{}.{} s", passed / 1_000, passed % 1_000 / 100)
}

/// Bytes as text to be read: as they are where they are UTF-8 without control characters, else in quotes and escaped as
/// redis-cli does it.
pub fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => text.to_owned(),
        _ => human::quote(bytes),
    }
}

/// Bytes as text of bounded length, which says what was cut off.
fn cell(bytes: &[u8]) -> String {
    if bytes.len() <= CELL {
        return shown(bytes);
    }
    let mut end = CELL;
    // Not in the middle of a character: the bytes of one after its first are 10xxxxxx.
    while end > CELL - 4 && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let mut cut = shown(bytes.get(..end).unwrap_or_default());
    let _ = write!(cut, "… ({} bytes)", bytes.len());
    cut
}

/// A word as it must be typed: in quotes where it holds anything that redis-cli would split or unquote.
pub fn quoted(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    human::quote(bytes)
}

//! Ranges of ranks, scores and members' bytes: ZRANGE and its older kin, ZRANGESTORE, ZCOUNT, ZREMRANGEBY…

use std::rc::Rc;
use std::slice;

use super::{Members, delete_empty, read, sorted_set_mut, store};
use crate::engine::EventClass;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::value::{Bounds, Item, LexBound, Limits, ScoreRange, SortedSetValue};
use crate::resp::{Bytes, Value};

/// What a range is given by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// A range as it was asked for.
enum Wanted {
    /// First and last rank, counted from the end if negative.
    Ranks(i64, i64),
    /// Scores or bytes.
    Within(Bounds),
}

/// One end of a range of scores, and whether it is outside (`(`): as C's `strtod` reads it, which stops at a zero byte,
/// passes over spaces before and takes nothing for 0.
fn score_bound(text: &[u8]) -> Option<(f64, bool)> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let (text, outside) = match text {
        [b'(', rest @ ..] => (rest, true),
        rest => (rest, false),
    };
    if text.is_empty() {
        return Some((0.0, outside));
    }
    let spaces = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    let score = number::strtod(&text[spaces..]).filter(|score| !score.is_nan())?;
    Some((score, outside))
}

/// One end of a range of bytes: `-`, `+`, `[bytes` or `(bytes`.
fn lex_bound(text: &[u8]) -> Option<LexBound> {
    let (first, rest) = text.split_first()?;
    let is_alone = rest.first().is_none_or(|byte| *byte == 0);
    Some(match first {
        b'-' if is_alone => LexBound::Lowest,
        b'+' if is_alone => LexBound::Highest,
        b'(' => LexBound::Member(Bytes::from(rest), true),
        b'[' => LexBound::Member(Bytes::from(rest), false),
        _ => return None,
    })
}

/// Reads the ends of a range.
fn parse(call: &Call<'_>, by: By, min: usize, max: usize) -> Result<Wanted, Error> {
    let (low, high) = (call.arg(min), call.arg(max));
    Ok(match by {
        By::Rank => {
            let int = |text| number::parse_i64(text).ok_or(Error::NotInteger);
            Wanted::Ranks(int(low)?, int(high)?)
        }
        By::Score => {
            let (Some((min, above_min)), Some((max, below_max))) = (score_bound(low), score_bound(high)) else {
                return Err(Error::Text("ERR min or max is not a float"));
            };
            Wanted::Within(Bounds::Score(ScoreRange { min, max, above_min, below_max }))
        }
        By::Lex => {
            let (Some(min), Some(max)) = (lex_bound(low), lex_bound(high)) else {
                return Err(Error::Text("ERR min or max not valid string range item"));
            };
            Wanted::Within(Bounds::Lex(min, max))
        }
    })
}

/// First rank and number of members of a range of ranks.
fn ranks(start: i64, stop: i64, len: usize) -> (usize, usize) {
    let len = len as i64;
    let from_end = |at: i64| if at < 0 { len + at } else { at };
    let (start, stop) = (from_end(start).max(0), from_end(stop).min(len - 1));
    if start > stop { (0, 0) } else { (start as usize, (stop - start + 1) as usize) }
}

/// A range with its options.
struct Query {
    wanted: Wanted,
    down: bool,
    scores: bool,
    offset: i64,
    /// Negative: all.
    limit: i64,
}

impl Query {
    /// Parses the words behind a key at `key`. `by` and `down` if the command's name says so already.
    fn parse(
        call: &Call<'_>,
        key: usize,
        is_store: bool,
        mut by: Option<By>,
        mut down: Option<bool>,
    ) -> Result<Self, Error> {
        let (mut scores, mut offset, mut limit) = (false, 0, -1);
        let mut at = key + 3;
        while at < call.argv.len() {
            if !is_store && call.is_word(at, "withscores") {
                scores = true;
            } else if call.is_word(at, "limit") && at + 2 < call.argv.len() {
                offset = call.int(at + 1)?;
                limit = call.int(at + 2)?;
                at += 2;
            } else if down.is_none() && call.is_word(at, "rev") {
                down = Some(true);
            } else if by.is_none() && call.is_word(at, "bylex") {
                by = Some(By::Lex);
            } else if by.is_none() && call.is_word(at, "byscore") {
                by = Some(By::Score);
            } else {
                return Err(Error::Syntax);
            }
            at += 1;
        }
        let (by, down) = (by.unwrap_or(By::Rank), down.unwrap_or(false));
        if limit != -1 && by == By::Rank {
            let text = "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
            return Err(Error::Text(text));
        }
        if scores && by == By::Lex {
            return Err(Error::Text("ERR syntax error, WITHSCORES not supported in combination with BYLEX"));
        }
        // Downwards the higher end of scores and bytes comes first.
        let (min, max) = if down && by != By::Rank { (key + 2, key + 1) } else { (key + 1, key + 2) };
        Ok(Self { wanted: parse(call, by, min, max)?, down, scores, offset, limit })
    }

    /// Where the walk through the range starts, and at most how many members it takes.
    fn start(&self, set: &SortedSetValue) -> (usize, usize) {
        match &self.wanted {
            Wanted::Ranks(start, stop) => {
                let (start, count) = ranks(*start, *stop, set.len());
                (if self.down { set.len().wrapping_sub(start + 1) } else { start }, count)
            }
            Wanted::Within(bounds) => {
                let start = if self.down { bounds.last(set) } else { bounds.first(set) };
                // A negative offset runs off the end, in Redis as here.
                let offset = usize::try_from(self.offset).ok();
                let start = start.zip(offset).and_then(|(start, offset)| {
                    let start = if self.down { start.checked_sub(offset) } else { start.checked_add(offset) };
                    start.filter(|start| *start < set.len())
                });
                match start {
                    Some(start) => (start, usize::try_from(self.limit).unwrap_or(usize::MAX)),
                    None => (0, 0),
                }
            }
        }
    }

    /// Visits the members of the range, as many at a time as lie side by side.
    fn visit(&self, set: &SortedSetValue, visit: &mut dyn FnMut(&[Item])) {
        let (start, count) = self.start(set);
        if let (Wanted::Ranks(..), false) = (&self.wanted, self.down) {
            let mut left = count;
            for part in set.parts(start) {
                let part = part.get(..left).unwrap_or(part);
                visit(part);
                left -= part.len();
                if left == 0 {
                    break;
                }
            }
            return;
        }
        for item in set.walk(start, self.down).take(count) {
            if let Wanted::Within(bounds) = &self.wanted
                && !(if self.down { bounds.reaches_min(item) } else { bounds.keeps_max(item) })
            {
                break;
            }
            visit(slice::from_ref(item));
        }
    }
}

/// `ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]`
pub fn zrange(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, None, None)
}

/// `ZREVRANGE key start stop [WITHSCORES]`
pub fn zrevrange(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Some(By::Rank), Some(true))
}

/// `ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]`
pub fn zrangebyscore(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Some(By::Score), Some(false))
}

/// `ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]`
pub fn zrevrangebyscore(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Some(By::Score), Some(true))
}

/// `ZRANGEBYLEX key min max [LIMIT offset count]`
pub fn zrangebylex(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Some(By::Lex), Some(false))
}

/// `ZREVRANGEBYLEX key max min [LIMIT offset count]`
pub fn zrevrangebylex(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Some(By::Lex), Some(true))
}

fn list(call: &mut Call<'_>, by: Option<By>, down: Option<bool>) -> Result<Value, Error> {
    let query = Query::parse(call, 1, false, by, down)?;
    let protocol = call.protocol();
    let Some(set) = read(call, call.arg(1))? else {
        return Ok(Members::new(protocol, query.scores, 0).reply());
    };
    let count = if let Wanted::Ranks(..) = query.wanted { query.start(set).1 } else { 0 };
    let mut members = Members::new(protocol, query.scores, count);
    let mut count = 0;
    query.visit(set, &mut |items| {
        members.extend(items);
        count += items.len() as u64;
    });
    call.work += count;
    Ok(members.reply())
}

/// `ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]`
pub fn zrangestore(call: &mut Call<'_>) -> Result<Value, Error> {
    let query = Query::parse(call, 2, true, None, None)?;
    let limits = Limits::of(&call.engine.config);
    let mut made = SortedSetValue::default();
    if let Some(set) = read(call, call.arg(2))? {
        if let Wanted::Ranks(..) = query.wanted
            && query.start(set).1 as u64 > limits.entries
        {
            made.unpack();
        }
        let mut insert = |item: &Item| made.insert(&item.member, item.score, limits);
        query.visit(set, &mut |items| items.iter().for_each(&mut insert));
    }
    call.work += made.len() as u64;
    Ok(store(call, call.arg(1), made, "zrangestore"))
}

/// `ZCOUNT key min max`
pub fn zcount(call: &mut Call<'_>) -> Result<Value, Error> {
    count(call, By::Score)
}

/// `ZLEXCOUNT key min max`
pub fn zlexcount(call: &mut Call<'_>) -> Result<Value, Error> {
    count(call, By::Lex)
}

/// First rank and number of members of a range.
fn extent(wanted: &Wanted, set: &SortedSetValue) -> (usize, usize) {
    match wanted {
        Wanted::Ranks(start, stop) => ranks(*start, *stop, set.len()),
        Wanted::Within(bounds) => bounds.ranks(set),
    }
}

fn count(call: &mut Call<'_>, by: By) -> Result<Value, Error> {
    let wanted = parse(call, by, 2, 3)?;
    let count = read(call, call.arg(1))?.map_or(0, |set| extent(&wanted, set).1);
    Ok(Value::Int(count as i64))
}

/// `ZREMRANGEBYRANK key start stop`
pub fn zremrangebyrank(call: &mut Call<'_>) -> Result<Value, Error> {
    remove(call, By::Rank, "zremrangebyrank")
}

/// `ZREMRANGEBYSCORE key min max`
pub fn zremrangebyscore(call: &mut Call<'_>) -> Result<Value, Error> {
    remove(call, By::Score, "zremrangebyscore")
}

/// `ZREMRANGEBYLEX key min max`
pub fn zremrangebylex(call: &mut Call<'_>) -> Result<Value, Error> {
    remove(call, By::Lex, "zremrangebylex")
}

fn remove(call: &mut Call<'_>, by: By, event: &'static str) -> Result<Value, Error> {
    let wanted = parse(call, by, 2, 3)?;
    let key = call.arg(1);
    let Some(mut edit) = call.lookup_write(key) else {
        return Ok(Value::Int(0));
    };
    let set = sorted_set_mut(&mut edit)?;
    let (first, count) = extent(&wanted, set);
    if count > 0 {
        Rc::make_mut(set).remove_range(first, count);
    }
    let is_empty = set.is_empty();
    drop(edit);
    if count > 0 {
        call.touched(key);
        call.notify(EventClass::ZSET, event, key);
        if is_empty {
            delete_empty(call, key);
        }
        call.dirty += count as u64;
        call.work += count as u64;
    }
    Ok(Value::Int(count as i64))
}

//! The sorted set group: ZADD, ZRANGE and their kin. Here: one member at a time; ranges in [`range`], unions and their kin
//! in [`combine`], pops in [`pop`], random members in [`random`].

pub mod combine;
pub mod pop;
pub mod random;
pub mod range;

use std::cmp::Ordering;
use std::rc::Rc;
use std::slice;

use super::scan as scans;
use crate::engine::EventClass;
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::value::{Data, Item, Limits, SortedSetValue};
use crate::resp::{Bytes, Value, format_double};

/// The sorted set behind a value, or WRONGTYPE.
pub(super) fn sorted_set(data: &Data) -> Result<&SortedSetValue, Error> {
    match data {
        Data::SortedSet(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

/// The same to change: make it one's own (`Rc::make_mut`) only when something really is to be written.
fn sorted_set_mut(data: &mut Data) -> Result<&mut Rc<SortedSetValue>, Error> {
    match data {
        Data::SortedSet(value) => Ok(value),
        _ => Err(Error::WrongType),
    }
}

/// The sorted set under a key, to read.
fn read<'a>(call: &'a mut Call<'_>, key: &Bytes) -> Result<Option<&'a SortedSetValue>, Error> {
    call.lookup_read(key).map(sorted_set).transpose()
}

/// Stores a sorted set a command has made, or deletes the key if it is empty. Answers how many members it has.
fn store(call: &mut Call<'_>, key: &Bytes, set: SortedSetValue, event: &'static str) -> Value {
    let len = set.len();
    if len > 0 {
        call.set_key(key, Data::SortedSet(Rc::new(set)), false);
        call.replies_here();
        call.notify(EventClass::ZSET, event, key);
        call.dirty += 1;
    } else if call.delete_key(key) {
        call.touched(key);
        call.replies_here();
        call.notify(EventClass::GENERIC, "del", key);
        call.dirty += 1;
    }
    Value::Int(len as i64)
}

/// Deletes a key whose last member went, and says so.
fn delete_empty(call: &mut Call<'_>, key: &Bytes) {
    call.delete_key(key);
    call.notify(EventClass::GENERIC, "del", key);
}

/// Members of a reply with or without scores: flat in RESP2, pairs in RESP3.
enum Members {
    Alone(Vec<Bytes>),
    Scored { values: Vec<Value>, pairs: bool },
}

impl Members {
    /// For up to `len` members, to be told in this protocol.
    fn new(protocol: u8, scores: bool, len: usize) -> Self {
        if !scores {
            return Self::Alone(Vec::with_capacity(len));
        }
        let pairs = protocol > 2;
        Self::Scored { values: Vec::with_capacity(if pairs { len } else { len * 2 }), pairs }
    }

    fn push(&mut self, item: &Item) {
        self.extend(slice::from_ref(item));
    }

    fn extend(&mut self, items: &[Item]) {
        let member = |item: &Item| item.member.clone();
        match self {
            Self::Alone(members) => members.extend(items.iter().map(member)),
            Self::Scored { values, pairs: true } => values.extend(
                items.iter().map(|item| Value::Array(vec![Value::Bulk(member(item)), Value::Double(item.score)])),
            ),
            Self::Scored { values, pairs: false } => {
                values.extend(items.iter().flat_map(|item| [Value::Bulk(member(item)), Value::Double(item.score)]));
            }
        }
    }

    /// Values so far.
    fn len(&self) -> usize {
        match self {
            Self::Alone(members) => members.len(),
            Self::Scored { values, .. } => values.len(),
        }
    }

    fn reply(self) -> Value {
        match self {
            Self::Alone(members) => Value::Strings(members),
            Self::Scored { values, .. } => Value::Array(values),
        }
    }
}

/// When ZADD adds and changes.
#[derive(Clone, Copy, Default)]
struct Conditions {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
    increment: bool,
}

/// What ZADD did to a member.
#[derive(PartialEq)]
enum Done {
    Added,
    Changed,
    /// The score was that already.
    Same,
    /// A condition forbade it.
    Nothing,
}

/// Adds one member or changes its score; answers what was done, and its score now.
fn add_one(
    set: &mut Rc<SortedSetValue>,
    member: &Bytes,
    score: f64,
    on: Conditions,
    limits: Limits,
) -> Result<(Done, f64), Error> {
    let Some(old) = set.score(member) else {
        if on.xx {
            return Ok((Done::Nothing, score));
        }
        Rc::make_mut(set).insert(member, score, limits);
        return Ok((Done::Added, score));
    };
    if on.nx {
        return Ok((Done::Nothing, old));
    }
    let new = if on.increment { old + score } else { score };
    if new.is_nan() {
        return Err(Error::Text("ERR resulting score is not a number (NaN)"));
    }
    if (on.lt && new >= old) || (on.gt && new <= old) {
        return Ok((Done::Nothing, old));
    }
    if old.partial_cmp(&new) != Some(Ordering::Equal) {
        Rc::make_mut(set).update(member, old, new);
        return Ok((Done::Changed, new));
    }
    Ok((Done::Same, new))
}

/// `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]`
pub fn zadd(call: &mut Call<'_>) -> Result<Value, Error> {
    add(call, false)
}

/// `ZINCRBY key increment member`
pub fn zincrby(call: &mut Call<'_>) -> Result<Value, Error> {
    add(call, true)
}

fn add(call: &mut Call<'_>, increment: bool) -> Result<Value, Error> {
    let argv = call.argv;
    let mut on = Conditions { increment, ..Conditions::default() };
    let mut count_changed = false;
    let mut at = 2;
    let may_be_option = |word: &&Bytes| word.len() <= 4 && word.first().is_some_and(u8::is_ascii_alphabetic);
    while let Some(word) = argv.get(at).filter(may_be_option) {
        let is = |option: &str| word.eq_ignore_ascii_case(option.as_bytes());
        if is("nx") {
            on.nx = true;
        } else if is("xx") {
            on.xx = true;
        } else if is("ch") {
            count_changed = true;
        } else if is("incr") {
            on.increment = true;
        } else if is("gt") {
            on.gt = true;
        } else if is("lt") {
            on.lt = true;
        } else {
            break;
        }
        at += 1;
    }
    let pairs = &argv[at..];
    if pairs.is_empty() || pairs.len() % 2 == 1 {
        return Err(Error::Syntax);
    }
    if on.nx && on.xx {
        return Err(Error::Text("ERR XX and NX options at the same time are not compatible"));
    }
    if (on.nx && (on.gt || on.lt)) || (on.gt && on.lt) {
        return Err(Error::Text("ERR GT, LT, and/or NX options at the same time are not compatible"));
    }
    if on.increment && pairs.len() > 2 {
        return Err(Error::Text("ERR INCR option supports a single increment-element pair"));
    }
    let mut scores = Vec::with_capacity(pairs.len() / 2);
    for score in pairs.iter().step_by(2) {
        scores.push(number::parse_f64(score).ok_or(Error::NotFloat)?);
    }
    let key = call.arg(1);
    let limits = Limits::of(&call.engine.config);
    let (mut added, mut changed, mut processed) = (0, 0, false);
    let mut score = 0.0;
    let mut add_all = |set: &mut Rc<SortedSetValue>| {
        for (given, pair) in scores.iter().zip(pairs.chunks_exact(2)) {
            let (done, now) = add_one(set, &pair[1], *given, on, limits)?;
            match done {
                Done::Added => added += 1,
                Done::Changed => changed += 1,
                Done::Same => {}
                Done::Nothing => continue,
            }
            processed = true;
            score = now;
        }
        Ok::<(), Error>(())
    };
    if let Some(mut edit) = call.lookup_write(key) {
        add_all(sorted_set_mut(&mut edit)?)?;
    } else if !on.xx {
        let mut set = Rc::new(SortedSetValue::for_member(limits, pairs[1].len()));
        add_all(&mut set)?;
        call.add_key(key, Data::SortedSet(set));
    }
    call.dirty += added + changed;
    call.work += pairs.len() as u64 / 2 - 1;
    if added + changed > 0 {
        call.touched(key);
        call.replies_here();
        call.notify(EventClass::ZSET, if on.increment { "zincr" } else { "zadd" }, key);
    }
    Ok(match (on.increment, processed) {
        (true, true) => Value::Double(score),
        (true, false) => Value::Null,
        _ => Value::Int((if count_changed { added + changed } else { added }) as i64),
    })
}

/// `ZREM key member [member ...]`
pub fn zrem(call: &mut Call<'_>) -> Result<Value, Error> {
    let (key, members) = (call.arg(1), &call.argv[2..]);
    let Some(mut edit) = call.lookup_write(key) else {
        return Ok(Value::Int(0));
    };
    let set = sorted_set_mut(&mut edit)?;
    let mut removed = 0;
    for member in members {
        if set.score(member).is_some() {
            Rc::make_mut(set).remove(member);
            removed += 1;
        }
        if set.is_empty() {
            break;
        }
    }
    let is_empty = set.is_empty();
    drop(edit);
    if removed > 0 {
        call.notify(EventClass::ZSET, "zrem", key);
        if is_empty {
            delete_empty(call, key);
        }
        call.touched(key);
        call.dirty += removed;
    }
    call.work += members.len() as u64 - 1;
    Ok(Value::Int(removed as i64))
}

/// `ZCARD key`
pub fn zcard(call: &mut Call<'_>) -> Result<Value, Error> {
    let len = read(call, call.arg(1))?.map_or(0, SortedSetValue::len);
    Ok(Value::Int(len as i64))
}

/// `ZSCORE key member`
pub fn zscore(call: &mut Call<'_>) -> Result<Value, Error> {
    let member = call.arg(2);
    let score = read(call, call.arg(1))?.and_then(|set| set.score(member));
    Ok(score.map_or(Value::Null, Value::Double))
}

/// `ZMSCORE key member [member ...]`
pub fn zmscore(call: &mut Call<'_>) -> Result<Value, Error> {
    let members = &call.argv[2..];
    let set = read(call, call.arg(1))?;
    let score = |member: &Bytes| set.and_then(|set| set.score(member)).map_or(Value::Null, Value::Double);
    let scores = members.iter().map(score).collect();
    call.work += members.len() as u64 - 1;
    Ok(Value::Array(scores))
}

/// `ZRANK key member`
pub fn zrank(call: &mut Call<'_>) -> Result<Value, Error> {
    rank(call, false)
}

/// `ZREVRANK key member`
pub fn zrevrank(call: &mut Call<'_>) -> Result<Value, Error> {
    rank(call, true)
}

fn rank(call: &mut Call<'_>, from_highest: bool) -> Result<Value, Error> {
    let member = call.arg(2);
    let Some(set) = read(call, call.arg(1))? else {
        return Ok(Value::Null);
    };
    let rank = set.rank(member).map(|rank| if from_highest { set.len() - 1 - rank } else { rank });
    Ok(rank.map_or(Value::Null, |rank| Value::Int(rank as i64)))
}

/// `ZSCAN key cursor [MATCH pattern] [COUNT count]`
pub fn zscan(call: &mut Call<'_>) -> Result<Value, Error> {
    let cursor = scans::cursor(call, 2)?;
    let argv = call.argv;
    let Some(set) = read(call, call.arg(1))? else {
        return Ok(scans::reply(0, Vec::new()));
    };
    let options = scans::Options::parse(argv, 3, false)?;
    let mut elements = Vec::new();
    // Scores are strings here in either protocol.
    let mut push = |member: &Bytes, score: Bytes| {
        if options.matches(member) {
            elements.push(Value::Bulk(member.clone()));
            elements.push(Value::Bulk(score));
        }
    };
    let Some(table) = set.table() else {
        set.iter_items().for_each(|item| push(&item.member, SortedSetValue::packed_score(item.score)));
        call.work += elements.len() as u64 / 2;
        return Ok(scans::reply(0, elements));
    };
    let mut ids = Vec::new();
    let cursor = scans::walk(cursor, options.count, 20, &mut |at| {
        let next = table.scan(at, |id| ids.push(id));
        (next, ids.len())
    });
    for id in ids {
        push(table.key(id), Bytes::from(format_double(*table.value(id))));
    }
    call.work += elements.len() as u64 / 2;
    Ok(scans::reply(cursor, elements))
}

//! Unions, intersections and differences of sorted sets and sets: ZUNION, ZINTER, ZDIFF, their …STORE kin, ZINTERCARD.

use std::rc::Rc;

use super::{Members, store};
use crate::engine::call::Call;
use crate::engine::dict::Dict;
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::value::{Data, Limits, SetValue, SortedSetValue};
use crate::resp::{Bytes, Value};

/// What is made of the inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What becomes of a member's scores in several inputs.
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, one: f64, other: f64) -> f64 {
        match self {
            Self::Sum => or_zero(one + other),
            Self::Min if other < one => other,
            Self::Max if other > one => other,
            Self::Min | Self::Max => one,
        }
    }
}

/// ∞ − ∞ and 0 · ∞ count as 0.
fn or_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// An input: no key is an empty one. Its members are shared with the keyspace.
#[derive(Clone)]
enum Source {
    Missing,
    Set(Rc<SetValue>),
    SortedSet(Rc<SortedSetValue>),
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Set(set) => set.len(),
            Self::SortedSet(set) => set.len(),
        }
    }

    /// Members of a set score 1.
    fn score(&self, member: &Bytes) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Set(set) => set.contains(member).then_some(1.0),
            Self::SortedSet(set) => set.score(member),
        }
    }

    /// Visits members while `visit` answers that it wants more.
    fn visit(&self, visit: &mut dyn FnMut(&Bytes, f64) -> bool) {
        match self {
            Self::Missing => {}
            Self::Set(set) => {
                let _ = set.iter().all(|member| visit(&member, 1.0));
            }
            Self::SortedSet(set) => {
                let _ = set.iter_items().all(|item| visit(&item.member, item.score));
            }
        }
    }
}

/// A whole command but for what becomes of its result.
struct Query {
    operation: Operation,
    /// Inputs with their weights.
    sources: Vec<(Source, f64)>,
    aggregate: Aggregate,
    scores: bool,
    /// ZINTERCARD: members after which it stops; 0: none.
    limit: u64,
}

/// What options a command has beyond its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reply,
    Store,
    Count,
}

impl Query {
    /// Parses the words from the number of keys at `at` on, and looks the keys up.
    fn parse(call: &mut Call<'_>, at: usize, operation: Operation, kind: Kind) -> Result<Self, Error> {
        let keys = call.int(at)?;
        if keys < 1 {
            let text = format!("ERR at least 1 input key is needed for '{}' command", call.spec.name);
            return Err(Error::Owned(text));
        }
        let keys = usize::try_from(keys).map_err(|_| Error::Syntax)?;
        let (keys, mut words) = call.argv[at + 1..].split_at_checked(keys).ok_or(Error::Syntax)?;
        let mut sources = Vec::with_capacity(keys.len());
        for key in keys {
            let source = match call.lookup_read(key) {
                None => Source::Missing,
                Some(Data::Set(set)) => Source::Set(Rc::clone(set)),
                Some(Data::SortedSet(set)) => Source::SortedSet(Rc::clone(set)),
                Some(_) => return Err(Error::WrongType),
            };
            sources.push((source, 1.0));
        }
        let mut query = Self { operation, sources, aggregate: Aggregate::Sum, scores: false, limit: 0 };
        let weighs = operation != Operation::Difference && kind != Kind::Count;
        while let [word, rest @ ..] = words {
            let is = |option: &str| word.eq_ignore_ascii_case(option.as_bytes());
            if weighs && rest.len() >= keys.len() && is("weights") {
                let (weights, rest) = rest.split_at(keys.len());
                for ((_, weight), given) in query.sources.iter_mut().zip(weights) {
                    *weight = number::parse_f64(given).ok_or(Error::Text("ERR weight value is not a float"))?;
                }
                words = rest;
            } else if weighs
                && is("aggregate")
                && let [how, rest @ ..] = rest
            {
                let is = |option: &str| how.eq_ignore_ascii_case(option.as_bytes());
                query.aggregate = if is("sum") {
                    Aggregate::Sum
                } else if is("min") {
                    Aggregate::Min
                } else if is("max") {
                    Aggregate::Max
                } else {
                    return Err(Error::Syntax);
                };
                words = rest;
            } else if kind == Kind::Reply && is("withscores") {
                query.scores = true;
                words = rest;
            } else if kind == Kind::Count
                && is("limit")
                && let [limit, rest @ ..] = rest
            {
                let limit = number::parse_i64(limit).and_then(|limit| u64::try_from(limit).ok());
                query.limit = limit.ok_or(Error::Text("ERR LIMIT can't be negative"))?;
                words = rest;
            } else {
                return Err(Error::Syntax);
            }
        }
        if operation != Operation::Difference {
            // The smallest first: that is also the order in which scores add up.
            query.sources.sort_by_key(|(source, _)| source.len());
        }
        Ok(query)
    }

    /// The result, and how many members were looked at.
    fn run(&self) -> (SortedSetValue, u64) {
        let mut scores: Dict<f64> = Dict::default();
        let mut work = 0;
        match self.operation {
            Operation::Union => {
                for (source, weight) in &self.sources {
                    source.visit(&mut |member, score| {
                        let score = or_zero(weight * score);
                        work += 1;
                        if let Some(id) = scores.find(member) {
                            let known = scores.value_mut(id);
                            *known = self.aggregate.of(*known, score);
                        } else {
                            scores.insert_within(member.clone(), score, u64::MAX);
                        }
                        true
                    });
                }
            }
            Operation::Intersection => {
                self.intersect(&mut |member, score| {
                    work += self.sources.len() as u64;
                    scores.insert_within(member.clone(), score, u64::MAX);
                    true
                });
            }
            Operation::Difference => {
                let Some(((first, _), others)) = self.sources.split_first() else {
                    return (SortedSetValue::default(), 0);
                };
                first.visit(&mut |member, score| {
                    work += self.sources.len() as u64;
                    if others.iter().all(|(other, _)| other.score(member).is_none()) {
                        scores.insert_within(member.clone(), score, u64::MAX);
                    }
                    true
                });
            }
        }
        (SortedSetValue::from_table(scores), work)
    }

    /// Visits members all inputs have, with their scores together, while `visit` answers that it wants more.
    fn intersect(&self, visit: &mut dyn FnMut(&Bytes, f64) -> bool) {
        let Some(((smallest, weight), others)) = self.sources.split_first() else {
            return;
        };
        smallest.visit(&mut |member, score| {
            let mut sum = or_zero(weight * score);
            for (other, weight) in others {
                let Some(score) = other.score(member) else {
                    return true;
                };
                sum = self.aggregate.of(sum, weight * score);
            }
            visit(member, sum)
        });
    }
}

fn list(call: &mut Call<'_>, operation: Operation) -> Result<Value, Error> {
    let query = Query::parse(call, 1, operation, Kind::Reply)?;
    let (result, work) = query.run();
    call.work += work;
    let mut members = Members::new(call.protocol(), query.scores, result.len());
    result.iter_items().for_each(|item| members.push(item));
    Ok(members.reply())
}

fn store_result(call: &mut Call<'_>, operation: Operation, event: &'static str) -> Result<Value, Error> {
    let query = Query::parse(call, 2, operation, Kind::Store)?;
    let (mut result, work) = query.run();
    // The inputs are no longer shared: the destination may be one of them.
    drop(query);
    result.pack_if_small(Limits::of(&call.engine.config));
    call.work += work;
    Ok(store(call, call.arg(1), result, event))
}

/// `ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]`
pub fn zunion(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Operation::Union)
}

/// `ZINTER numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]`
pub fn zinter(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Operation::Intersection)
}

/// `ZDIFF numkeys key [key ...] [WITHSCORES]`
pub fn zdiff(call: &mut Call<'_>) -> Result<Value, Error> {
    list(call, Operation::Difference)
}

/// `ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]`
pub fn zunionstore(call: &mut Call<'_>) -> Result<Value, Error> {
    store_result(call, Operation::Union, "zunionstore")
}

/// `ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]`
pub fn zinterstore(call: &mut Call<'_>) -> Result<Value, Error> {
    store_result(call, Operation::Intersection, "zinterstore")
}

/// `ZDIFFSTORE destination numkeys key [key ...]`
pub fn zdiffstore(call: &mut Call<'_>) -> Result<Value, Error> {
    store_result(call, Operation::Difference, "zdiffstore")
}

/// `ZINTERCARD numkeys key [key ...] [LIMIT limit]`
pub fn zintercard(call: &mut Call<'_>) -> Result<Value, Error> {
    let query = Query::parse(call, 1, Operation::Intersection, Kind::Count)?;
    let mut count = 0;
    query.intersect(&mut |_, _| {
        count += 1;
        query.limit == 0 || count < query.limit
    });
    call.work += query.sources[0].0.len() as u64;
    Ok(Value::Int(count as i64))
}

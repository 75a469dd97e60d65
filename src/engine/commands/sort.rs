//! SORT and `SORT_RO`: the elements of a list, a set or a sorted set, by themselves or by what other keys say of them.
//!
//! Start with [`do_sort`]: options, elements, weights, order, output.

use std::cmp::Ordering;
use std::ops::Range;
use std::rc::Rc;

use crate::engine::EventClass;
use crate::engine::call::{Call, Lookup};
use crate::engine::error::Error;
use crate::engine::number;
use crate::engine::partial_sort::partial_sort;
use crate::engine::value::{Data, ListValue};
use crate::resp::{Bytes, Value};

/// The options of SORT.
#[derive(Debug)]
struct Options<'a> {
    descending: bool,
    alpha: bool,
    /// The first one wanted, and how many; negative: all.
    limit: (i64, i64),
    by: Option<&'a Bytes>,
    /// BY names no pattern: the elements stay in the order they are in.
    unsorted: bool,
    get: Vec<&'a Bytes>,
    store: Option<&'a Bytes>,
}

impl<'a> Options<'a> {
    fn parse(call: &Call<'a>, may_store: bool) -> Result<Self, Error> {
        let argv = call.argv;
        let mut options = Self {
            descending: false,
            alpha: false,
            limit: (0, -1),
            by: None,
            unsorted: false,
            get: Vec::new(),
            store: None,
        };
        let mut at = 2;
        while at < argv.len() {
            let left = argv.len() - at - 1;
            match argv[at].to_ascii_lowercase().as_slice() {
                b"asc" => options.descending = false,
                b"desc" => options.descending = true,
                b"alpha" => options.alpha = true,
                b"limit" if left >= 2 => {
                    options.limit = (call.int(at + 1)?, call.int(at + 2)?);
                    at += 2;
                }
                b"store" if may_store && left >= 1 => {
                    at += 1;
                    options.store = Some(&argv[at]);
                }
                b"by" if left >= 1 => {
                    at += 1;
                    options.by = Some(&argv[at]);
                    if !c_text(&argv[at]).contains(&b'*') {
                        options.unsorted = true;
                    } else if call.engine.cluster_enabled {
                        return Err(Error::Text("ERR BY option of SORT denied in Cluster mode."));
                    }
                }
                b"get" if left >= 1 => {
                    if call.engine.cluster_enabled {
                        return Err(Error::Text("ERR GET option of SORT denied in Cluster mode."));
                    }
                    at += 1;
                    options.get.push(&argv[at]);
                }
                _ => return Err(Error::Syntax),
            }
            at += 1;
        }
        Ok(options)
    }

    /// The part wanted of `len` elements.
    fn part(&self, len: usize) -> Range<usize> {
        let len = len as i64;
        let start = self.limit.0.clamp(0, len);
        let count = self.limit.1.min(len);
        let end = if count < 0 { len } else { (start + count).min(len) };
        start as usize..end as usize
    }
}

/// As much of a text as C sees: up to a zero byte.
fn c_text(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or(text)
}

/// An element and what it is sorted by.
struct Item {
    element: Bytes,
    score: f64,
    /// With ALPHA and BY: the weight; a missing one comes first.
    text: Option<Bytes>,
}

/// `SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA] [STORE destination]`
pub fn sort(call: &mut Call<'_>) -> Result<Value, Error> {
    do_sort(call, true)
}

/// `SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA]`
pub fn sort_ro(call: &mut Call<'_>) -> Result<Value, Error> {
    do_sort(call, false)
}

fn do_sort(call: &mut Call<'_>, may_store: bool) -> Result<Value, Error> {
    let mut options = Options::parse(call, may_store)?;
    let (elements, errno) = elements(call, &mut options)?;
    let lookups = options.get.len() + usize::from(options.by.is_some());
    call.work += (elements.len() * (1 + lookups)) as u64;
    let part = options.part(elements.len());
    let mut items: Vec<Item> = elements.into_iter().map(|element| Item { element, score: 0.0, text: None }).collect();
    if !options.unsorted {
        weigh(call, &options, errno, &mut items)?;
        order(&options, &mut items, part.clone());
    }
    let wanted = items.get(part).unwrap_or_default();
    let Some(destination) = options.store else {
        let mut reply = Vec::with_capacity(wanted.len() * options.get.len().max(1));
        for item in wanted {
            if options.get.is_empty() {
                reply.push(Value::Bulk(item.element.clone()));
            }
            for pattern in &options.get {
                reply.push(look_up(call, pattern, &item.element).map_or(Value::Null, Value::Bulk));
            }
        }
        return Ok(Value::Array(reply));
    };
    // Its nodes are of the default size, whatever the parameters say.
    let mut list = ListValue::default();
    list.follow(&call.engine.config);
    for item in wanted {
        if options.get.is_empty() {
            list.push_back(item.element.clone());
        }
        for pattern in &options.get {
            list.push_back(look_up(call, pattern, &item.element).unwrap_or_default());
        }
    }
    let stored = list.len();
    if stored > 0 {
        call.set_key(destination, Data::List(Rc::new(list)), false);
        call.notify(EventClass::LIST, "sortstore", destination);
        call.dirty += stored as u64;
    } else if call.delete_key(destination) {
        call.touched(destination);
        call.notify(EventClass::GENERIC, "del", destination);
        call.dirty += 1;
    }
    Ok(Value::Int(stored as i64))
}

/// Whether C's `errno` says that a number was out of range: Redis looks at it after every number that it reads here, and
/// nothing sets it back.
type Errno = bool;

/// What is to be sorted, in the order it is in; a missing key is an empty list. What has an order of its own, and is to be
/// left in it, is turned round for DESC.
fn elements(call: &mut Call<'_>, options: &mut Options<'_>) -> Result<(Vec<Bytes>, Errno), Error> {
    let Some(id) = call.find(call.arg(1), Lookup::Read) else {
        return Ok((Vec::new(), false));
    };
    let mut errno = false;
    let keyspace = &mut call.engine.keyspace;
    // Redis does this to have them in order; it shows in OBJECT ENCODING.
    if matches!(keyspace.data(call.db, id), Data::SortedSet(set) if set.is_packed())
        && let Data::SortedSet(set) = &mut *keyspace.edit(call.db, id)
    {
        errno = set.iter_items().any(|item| item.score.is_subnormal());
        Rc::make_mut(set).unpack();
    }
    let mut elements: Vec<Bytes> = match keyspace.data(call.db, id) {
        Data::List(list) => list.iter().cloned().collect(),
        Data::Set(set) => {
            // Replicas may hold them in another order: what is stored must not depend on it.
            if options.unsorted && options.store.is_some() {
                options.unsorted = false;
                options.alpha = true;
                options.by = None;
            }
            return Ok((set.iter().collect(), false));
        }
        Data::SortedSet(set) => match set.table() {
            Some(table) if !options.unsorted => table.iter().map(|id| table.key(id).clone()).collect(),
            _ => set.iter_items().map(|item| item.member.clone()).collect(),
        },
        _ => return Err(Error::WrongType),
    };
    if options.unsorted && options.descending {
        elements.reverse();
    }
    Ok((elements, errno))
}

/// Finds out what each element is sorted by.
fn weigh(call: &mut Call<'_>, options: &Options<'_>, errno: Errno, items: &mut [Item]) -> Result<(), Error> {
    let mut all_are_numbers = true;
    for item in items {
        let weight = match options.by {
            Some(pattern) => match look_up(call, pattern, &item.element) {
                Some(weight) => weight,
                None => continue,
            },
            None if options.alpha => continue,
            None => item.element.clone(),
        };
        if options.alpha {
            item.text = Some(weight);
        } else if let Some(score) = score(&weight) {
            item.score = score;
            // Redis need not read what another key keeps as an integer.
            let is_read = options.by.is_none_or(|pattern| **pattern == *b"#") || number::parse_i64(&weight).is_none();
            all_are_numbers &= !(errno && is_read);
        } else {
            all_are_numbers = false;
        }
    }
    if all_are_numbers { Ok(()) } else { Err(Error::Text("ERR One or more scores can't be converted into double")) }
}

/// A number as C's `strtod` reads it, space before it and all. Nothing is 0, and a number too small to be exact is none.
fn score(text: &[u8]) -> Option<f64> {
    let text = c_text(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let digits = text.iter().position(|byte| !is_space(byte)).map_or(&[][..], |at| &text[at..]);
    // Out of range is none either.
    number::parse_f64(digits)
        .filter(|score| !score.is_subnormal() && (score.is_finite() || !digits.iter().any(u8::is_ascii_digit)))
}

/// The string or hash field that a pattern names for an element: the element takes the place of the first `*`, and what
/// follows `->` names a field. `#` is the element itself.
fn look_up(call: &mut Call<'_>, pattern: &Bytes, element: &Bytes) -> Option<Bytes> {
    let seen = c_text(pattern);
    if seen == b"#" {
        return Some(element.clone());
    }
    let star = seen.iter().position(|byte| *byte == b'*')?;
    let arrow = seen[star + 1..].windows(2).position(|pair| pair == b"->").map(|at| star + 1 + at);
    let arrow = arrow.filter(|arrow| arrow + 2 < seen.len());
    let after = &pattern[star + 1..arrow.unwrap_or(pattern.len())];
    let key = Bytes::from([&pattern[..star], element, after].concat());
    match (call.lookup_read(&key)?, arrow) {
        (Data::Hash(hash), Some(arrow)) => hash.get(&Bytes::from(&pattern[arrow + 2..])).cloned(),
        (Data::Str(text), None) => Some(text.bytes()),
        _ => None,
    }
}

/// Sorts, at least as far as the part wanted: Redis sorts that part alone where there is BY.
fn order(options: &Options<'_>, items: &mut [Item], wanted: Range<usize>) {
    let wanted = if options.by.is_some() { wanted } else { 0..items.len() };
    partial_sort(items, wanted, &|one, other| {
        let ordering = if !options.alpha {
            let ordering = one.score.partial_cmp(&other.score).unwrap_or(Ordering::Equal);
            ordering.then_with(|| one.element.cmp(&other.element))
        } else if options.by.is_none() {
            compare_texts(options, &one.element, &other.element)
        } else {
            match (&one.text, &other.text) {
                (Some(one), Some(other)) => compare_texts(options, one, other),
                (one, other) => one.is_some().cmp(&other.is_some()),
            }
        };
        if options.descending { ordering.reverse() } else { ordering }
    });
}

/// Texts that are not stored are compared as C compares them, up to a zero byte.
fn compare_texts(options: &Options<'_>, one: &[u8], other: &[u8]) -> Ordering {
    if options.store.is_some() { one.cmp(other) } else { c_text(one).cmp(c_text(other)) }
}

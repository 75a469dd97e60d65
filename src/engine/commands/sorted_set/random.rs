//! ZRANDMEMBER.

use super::{Members, sorted_set};
use crate::engine::call::{Call, Lookup};
use crate::engine::commands::set_random::{MOST_REPETITIONS, TOO_MANY, signed_count};
use crate::engine::error::Error;
use crate::engine::value::{Item, SortedSetValue};
use crate::resp::Value;

/// Up to so many are drawn one by one, and drawn again if they were already.
const FEW: usize = 32;

/// `ZRANDMEMBER key [count [WITHSCORES]]`
pub fn zrandmember(call: &mut Call<'_>) -> Result<Value, Error> {
    let (mut wanted, mut repeated, mut scores) = (1, false, false);
    let has_count = call.argv.len() > 2;
    if has_count {
        (wanted, repeated) = signed_count(call, 2)?;
        scores = call.argv.len() == 4 && call.is_word(3, "withscores");
        if call.argv.len() > 3 && !scores {
            return Err(Error::Syntax);
        }
        if scores && wanted > i64::MAX as u64 / 2 {
            return Err(Error::Text("ERR value is out of range"));
        }
    }
    let mut members = Members::new(call.protocol(), scores, 0);
    let Some(id) = call.find(call.arg(1), Lookup::Read) else {
        return Ok(if has_count { members.reply() } else { Value::Null });
    };
    let set = sorted_set(call.engine.keyspace.data(call.db, id))?;
    let random = &mut || call.host.random();
    if !has_count {
        return Ok(pick(set, random).map_or(Value::Null, |item| Value::Bulk(item.member.clone())));
    }
    if repeated {
        if wanted > MOST_REPETITIONS {
            return Err(TOO_MANY);
        }
        (0..wanted).filter_map(|_| pick(set, random)).for_each(|item| members.push(item));
    } else if wanted >= set.len() as u64 {
        set.iter_items().for_each(|item| members.push(item));
    } else {
        let ranks = some_ranks(set.len(), wanted as usize, random);
        ranks.iter().filter_map(|rank| set.by_rank(*rank as usize)).for_each(|item| members.push(item));
    }
    call.work += members.len() as u64;
    Ok(members.reply())
}

/// Any member, each as likely.
fn pick<'a>(set: &'a SortedSetValue, random: &mut dyn FnMut() -> u64) -> Option<&'a Item> {
    set.by_rank((random() % set.len().max(1) as u64) as usize)
}

/// `count` different ranks of `len`, fewer than all.
fn some_ranks(len: usize, count: usize, random: &mut dyn FnMut() -> u64) -> Vec<u32> {
    if count <= FEW && count * 3 <= len {
        let mut ranks = Vec::with_capacity(count);
        while ranks.len() < count {
            let rank = (random() % len as u64) as u32;
            if !ranks.contains(&rank) {
                ranks.push(rank);
            }
        }
        return ranks;
    }
    let mut ranks: Vec<u32> = (0..len as u32).collect();
    for at in 0..count {
        let other = at + (random() % (len - at) as u64) as usize;
        ranks.swap(at, other);
    }
    ranks.truncate(count);
    ranks
}

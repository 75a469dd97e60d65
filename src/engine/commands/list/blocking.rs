//! Commands that wait for an element: BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH.
//!
//! Each tries at once what its plain kin does; a client that waits is served later by a function of the same name with
//! `serve_` before it. Whatever was waited for travels to replicas as the plain command.

use super::{
    MultiPop, delete_if_empty, edit, end_named, exists, move_element, move_now, pop_command, pop_event, popped,
};
use crate::engine::EventClass;
use crate::engine::blocked::{Serve, Wait};
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::value::{Awaited, End};
use crate::resp::{Bytes, Value};

/// `BLPOP key [key …] timeout`
pub fn blpop(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Head, serve_blpop)
}

/// `BRPOP key [key …] timeout`
pub fn brpop(call: &mut Call<'_>) -> Result<Value, Error> {
    pop(call, End::Tail, serve_brpop)
}

fn pair(key: &Bytes, element: Bytes) -> Value {
    Value::Array(vec![Value::Bulk(key.clone()), Value::Bulk(element)])
}

fn pop(call: &mut Call<'_>, end: End, serve: Serve) -> Result<Value, Error> {
    let last = call.argv.len() - 1;
    let deadline = call.deadline(last)?;
    let keys = &call.argv[1..last];
    for key in keys {
        if let Some(element) = edit(call, key, |list| list.pop(end))?.flatten() {
            popped(call, key, end, 1);
            call.propagate_as(&[pop_command(end), key]);
            return Ok(pair(key, element));
        }
    }
    Ok(call.block(Wait {
        keys: keys.to_vec(),
        kind: Some(Awaited::List),
        deadline,
        on_timeout: Value::NullArray,
        serve,
    }))
}

fn serve_blpop(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    serve_pop(call, key, End::Head)
}

fn serve_brpop(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    serve_pop(call, key, End::Tail)
}

fn serve_pop(call: &mut Call<'_>, key: &Bytes, end: End) -> Option<Result<Value, Error>> {
    let element = edit(call, key, |list| list.pop(end)).ok()???;
    call.propagate_as(&[pop_command(end), key]);
    call.replies_here();
    call.notify(EventClass::LIST, pop_event(end), key);
    // Whoever watches the key was told of what was pushed.
    delete_if_empty(call, key);
    call.dirty += 1;
    Some(Ok(pair(key, element)))
}

/// `BLMPOP timeout numkeys key [key …] LEFT | RIGHT [COUNT count]`
pub fn blmpop(call: &mut Call<'_>) -> Result<Value, Error> {
    let pop = MultiPop::parse(call, 2)?;
    let deadline = call.deadline(1)?;
    if let Some(reply) = pop.pop_first(call)? {
        return Ok(reply);
    }
    let wait = Wait {
        keys: pop.keys.to_vec(),
        kind: Some(Awaited::List),
        deadline,
        on_timeout: Value::NullArray,
        serve: serve_blmpop,
    };
    Ok(call.block(wait))
}

fn serve_blmpop(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    let pop = MultiPop::parse(call, 2).ok()?;
    pop.pop(call, key).ok()?.map(Ok)
}

/// `BLMOVE source destination LEFT | RIGHT LEFT | RIGHT timeout`
pub fn blmove(call: &mut Call<'_>) -> Result<Value, Error> {
    let (from, to) = (end_named(call, 3)?, end_named(call, 4)?);
    let argv = call.argv;
    move_or_wait(call, (from, to), 5, &[b"LMOVE", &argv[1], &argv[2], &argv[3], &argv[4]], serve_blmove)
}

/// `BRPOPLPUSH source destination timeout`
pub fn brpoplpush(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    move_or_wait(call, (End::Tail, End::Head), 3, &[b"RPOPLPUSH", &argv[1], &argv[2]], serve_brpoplpush)
}

fn move_or_wait(
    call: &mut Call<'_>,
    (from, to): (End, End),
    timeout_at: usize,
    plain: &[&[u8]],
    serve: Serve,
) -> Result<Value, Error> {
    let deadline = call.deadline(timeout_at)?;
    if let Some(reply) = move_now(call, from, to)? {
        call.propagate_as(plain);
        return Ok(reply);
    }
    // Where nobody may wait the answer is a missing string, but after a wait it is a missing array.
    if call.nested {
        return Ok(Value::Null);
    }
    let keys = vec![call.arg(1).clone()];
    Ok(call.block(Wait { keys, kind: Some(Awaited::List), deadline, on_timeout: Value::NullArray, serve }))
}

fn serve_blmove(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    let (from, to) = (end_named(call, 3).ok()?, end_named(call, 4).ok()?);
    let word = |end: End| if end == End::Head { &b"left"[..] } else { b"right" };
    serve_move(call, key, (from, to), &[b"LMOVE", key, call.arg(2), word(from), word(to)])
}

fn serve_brpoplpush(call: &mut Call<'_>, key: &Bytes) -> Option<Result<Value, Error>> {
    serve_move(call, key, (End::Tail, End::Head), &[b"RPOPLPUSH", key, call.arg(2)])
}

/// Where the destination holds no list the client is answered that, and the element stays.
fn serve_move(
    call: &mut Call<'_>,
    source: &Bytes,
    (from, to): (End, End),
    plain: &[&[u8]],
) -> Option<Result<Value, Error>> {
    if !exists(call, source).ok()? {
        return None;
    }
    let target = call.arg(2);
    match move_element(call, (source, from), (target, to)) {
        Ok(element) => {
            let element = element?;
            call.propagate_as(plain);
            call.dirty += 1;
            Some(Ok(Value::Bulk(element)))
        }
        Err(error) => Some(Err(error)),
    }
}

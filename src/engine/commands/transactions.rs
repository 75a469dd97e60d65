//! MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use crate::engine::Outcome;
use crate::engine::call::{Asker, Call};
use crate::engine::client::{Multi, ReplyMode, Watched};
use crate::engine::command;
use crate::engine::dispatch;
use crate::engine::error::Error;
use crate::resp::{Bytes, Value};

/// `MULTI`
pub fn multi(call: &mut Call<'_>) -> Result<Value, Error> {
    let client = call.client_mut();
    if client.multi.is_some() {
        return Err(Error::Text("ERR MULTI calls can not be nested"));
    }
    client.multi = Some(Multi::default());
    Ok(Value::ok())
}

/// `DISCARD`
pub fn discard(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.client().multi.is_none() {
        return Err(Error::Text("ERR DISCARD without MULTI"));
    }
    call.engine.discard_transaction(call.client);
    Ok(Value::ok())
}

/// `WATCH key [key …]`
pub fn watch(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.client().multi.is_some() {
        return Err(Error::Text("ERR WATCH inside MULTI is not allowed"));
    }
    let (argv, db, now_ms) = (call.argv, call.db, call.now_ms());
    for key in &argv[1..] {
        if call.client().watched.iter().any(|watched| watched.db == db && watched.key == *key) {
            continue;
        }
        let since = call.keyspace().watch(db, key);
        let was_expired = is_expired(call, db, key, now_ms);
        call.client_mut().watched.push(Watched { db, key: key.clone(), since, was_expired });
    }
    Ok(Value::ok())
}

/// `UNWATCH`
pub fn unwatch(call: &mut Call<'_>) -> Result<Value, Error> {
    call.engine.unwatch_all(call.client);
    Ok(Value::ok())
}

fn is_expired(call: &mut Call<'_>, db: u32, key: &Bytes, now_ms: i64) -> bool {
    let keyspace = call.keyspace();
    db < keyspace.databases() && keyspace.find(db, key).is_some_and(|id| keyspace.is_expired(db, id, now_ms))
}

/// Whether a watched key was changed, or has expired, since WATCH.
fn is_disturbed(call: &mut Call<'_>) -> bool {
    let now_ms = call.now_ms();
    let keyspace = &call.engine.keyspace;
    let disturbed =
        |watched: &Watched| keyspace.is_disturbed(watched.db, &watched.key, watched.since, watched.was_expired, now_ms);
    call.client().watched.iter().any(disturbed)
}

fn printed(protocol: u8, reply: Value) -> Value {
    match reply {
        Value::Printed(..) => reply,
        other => Value::Printed(protocol, Box::new(other)),
    }
}

/// `EXEC`
pub fn exec(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(dirty) = call.client().multi.as_ref().map(|multi| multi.dirty) else {
        return Err(Error::Text("ERR EXEC without MULTI"));
    };
    if dirty || is_disturbed(call) {
        call.engine.discard_transaction(call.client);
        return if dirty { Err(Error::ExecAborted) } else { Ok(Value::NullArray) };
    }
    // Watches end before the commands run: they would only disturb themselves.
    call.engine.unwatch_all(call.client);
    let Some(Multi { queue, .. }) = call.client_mut().multi.take() else {
        return Err(Error::ExecAborted);
    };
    let count = queue.len();
    let mut replies = Vec::with_capacity(count);
    let mut protocol = call.protocol();
    for argv in queue {
        let Some(found) = command::lookup(&argv) else {
            continue;
        };
        let messages = call.engine.outbox.len();
        let mut ran = Outcome::default();
        let asker = Asker::of(call.engine, call.client);
        dispatch::run(call.engine, call.host, asker, found, &argv, call.now, true, &mut ran);
        // The time of each is counted with it; what the whole occupied the server for is counted here.
        call.extra_ns += ran.cost_ns;
        // It may have killed its own connection.
        call.close |= ran.close;
        // What was replied before a HELLO has been printed.
        if call.protocol() != protocol {
            replies = replies.into_iter().map(|reply| printed(protocol, reply)).collect();
            protocol = call.protocol();
        }
        // Messages for the client itself come where they arise, among the replies.
        let place = call.engine.reply_place.take().unwrap_or(usize::MAX);
        let mut reply = ran.reply;
        // A client that was killed takes its messages along.
        let messages = messages.min(call.engine.outbox.len());
        for (at, (to, message)) in call.engine.outbox.split_off(messages).into_iter().enumerate() {
            if to != call.client {
                call.engine.outbox.push((to, message));
                continue;
            }
            // A monitor is shown its own command behind the reply.
            if messages + at >= place || matches!(message, Value::Simple(_)) {
                replies.extend(reply.take());
            }
            replies.push(message);
        }
        replies.extend(reply);
    }
    // Of a client that wants no replies nothing is sent but what confirms subscriptions.
    if matches!(call.client().reply_mode, ReplyMode::Off | ReplyMode::SkipThis) {
        let confirmations = replies.into_iter().filter(|reply| matches!(reply, Value::Push(_)));
        let client = call.client;
        call.engine.outbox.extend(confirmations.map(|reply| (client, reply)));
        return Ok(Value::NullArray);
    }
    // The array is as long as the transaction, whatever was sent meanwhile: what is too much comes behind it.
    if replies.len() > count {
        let mut rest = replies.split_off(count);
        let last = rest.pop().unwrap_or(Value::Null);
        call.engine.answer_later(call.client, Value::Array(replies));
        for message in rest {
            call.engine.answer_later(call.client, message);
        }
        return Ok(last);
    }
    Ok(Value::Array(replies))
}

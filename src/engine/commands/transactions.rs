//! MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use crate::engine::Outcome;
use crate::engine::call::{Asker, Call};
use crate::engine::client::{Client, Multi, ReplyMode, Watched};
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
    let mut sent = Sent::new(call, count);
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
        sent.look_at(call.client());
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
                sent.add(reply.take());
            }
            sent.add(Some(message));
        }
        sent.add(reply);
        // It may have killed its own connection: nothing more is sent then.
        call.close |= ran.close;
        sent.is_over |= ran.close;
    }
    let (first, last) = sent.finish();
    for message in first {
        call.engine.outbox.push((call.client, message));
    }
    // What was begun is sent whatever was said about replies since.
    if call.client().reply_mode == ReplyMode::Off
        && let Some(last) = last
    {
        call.engine.outbox.push((call.client, last));
        call.no_reply = true;
        return Ok(Value::NullArray);
    }
    call.no_reply = last.is_none();
    Ok(last.unwrap_or(Value::NullArray))
}

/// What a transaction sends to its client: its commands may change the protocol, turn replies off and on, or end the
/// connection in the midst of it.
struct Sent {
    /// How many replies were announced; `None` where the client did not want EXEC's reply when it began.
    announced: Option<usize>,
    values: Vec<Value>,
    protocol: u8,
    /// The reply to EXEC is skipped, unless replies are turned on again.
    is_skipped: bool,
    /// Replies are wanted now.
    is_wanted: bool,
    is_over: bool,
}

impl Sent {
    fn new(call: &Call<'_>, count: usize) -> Self {
        let Client { reply_mode, protocol, .. } = *call.client();
        let is_skipped = reply_mode == ReplyMode::SkipThis;
        let is_wanted = reply_mode != ReplyMode::Off && !is_skipped;
        let announced = is_wanted.then_some(count);
        Self { announced, values: Vec::with_capacity(count), protocol, is_skipped, is_wanted, is_over: false }
    }

    /// After a command: what does the client want now?
    fn look_at(&mut self, client: &Client) {
        if client.protocol != self.protocol {
            // What was sent before a HELLO has been printed.
            let printed = |value| match value {
                Value::Printed(..) => value,
                other => Value::Printed(self.protocol, Box::new(other)),
            };
            self.values = std::mem::take(&mut self.values).into_iter().map(printed).collect();
            self.protocol = client.protocol;
        }
        self.is_skipped &= client.reply_mode != ReplyMode::On;
        self.is_wanted = client.reply_mode != ReplyMode::Off && !self.is_skipped;
    }

    /// A reply, or a message that comes among them.
    fn add(&mut self, value: Option<Value>) {
        // What confirms a subscription is sent in any case.
        self.values.extend(value.filter(|value| !self.is_over && (self.is_wanted || matches!(value, Value::Push(_)))));
    }

    /// What is sent first, by itself, and what is then the reply to EXEC.
    fn finish(self) -> (Vec<Value>, Option<Value>) {
        let Self { announced, mut values, .. } = self;
        let Some(announced) = announced else {
            return (values, None);
        };
        if values.len() < announced {
            return (Vec::new(), Some(Value::CutShort(announced, values)));
        }
        // The array is as long as the transaction, whatever was sent meanwhile: what is too much comes behind it.
        let mut behind = values.split_off(announced);
        let Some(last) = behind.pop() else {
            return (Vec::new(), Some(Value::Array(values)));
        };
        behind.insert(0, Value::Array(values));
        (behind, Some(last))
    }
}

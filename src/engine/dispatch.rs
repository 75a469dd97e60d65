//! From the words of a request to its reply: the checks of Redis's processCommand, in its order, then the handler.
//!
//! Start with [`execute`]. [`run`] is the bare execution, which EXEC uses too. Most of the time nothing is going on that could
//! refuse or delay a command: [`is_calm`] and [`Client::is_plain`] tell so at a glance, and the checks ([`check`]) are left out.

use super::call::{Asker, Call, Propagation};
use super::client::{Client, ReplyMode, Watched};
use super::command::{self, CommandId, CommandSpec, Flags};
use super::config::Config;
use super::error::Error;
use super::{ClientId, Engine, Host, Outcome, Route, UnixMicros, blocked, evict, keys, server};
use crate::resp::{Bytes, ReplySize, Value, reply_size};

/// CPU time of a command that reads or writes one small value, in nanoseconds (7.0.15's commandstats say 0.41 µs for GET
/// and 0.67 µs for SET, measured).
const READ_NS: u64 = 450;
const WRITE_NS: u64 = 650;
/// Each further element looked at (measured between 0.1 and 0.3 µs).
const ELEMENT_NS: u64 = 150;
/// Bytes copied in a nanosecond, in and out of the server.
const BYTES_PER_NS: u64 = 4;
/// One eviction: sampling, deleting, telling (an estimate).
const EVICTION_NS: u64 = 1_500;

/// A command that was found.
type Found = (CommandId, &'static CommandSpec);

/// Runs one command for a client. `text` is the length of all its words. Answers the length of the reply on the wire.
#[inline(always)]
pub fn execute(
    engine: &mut Engine,
    host: &mut dyn Host,
    client: ClientId,
    argv: &[Bytes],
    text: usize,
    outcome: &mut Outcome,
) -> usize {
    let now = host.now();
    let is_calm = is_calm(engine, now);
    let Some(state) = engine.clients.get_mut(client) else {
        outcome.cost_ns = READ_NS;
        outcome.close = true;
        return 0;
    };
    if argv.is_empty() {
        outcome.cost_ns = READ_NS;
        return 0;
    }
    state.last_interaction = now;
    engine.server.clock = now;
    engine.server.sleep_ns = 0;
    let messages = engine.outbox.len();
    let asker = Asker::from(&*state);
    let admitted = match command::lookup(argv) {
        // 1, 2: does it exist, and with so many arguments?
        None => refuse(None, unknown(argv)),
        Some(found) if !found.1.accepts(argv.len()) => refuse(Some(found), Error::Arity(found.1.name)),
        // Where nothing is going on, and that is most of the time, none of the other checks can find anything.
        Some(found) if is_calm && state.is_plain() && !found.1.flags.has_any(LOOKED_AT) && host.is_ready_primary() => {
            state.last_command = Some(found.0);
            Ok(Some(found))
        }
        Some(found) => check(engine, host, client, found, argv, now, outcome),
    };
    match admitted {
        Ok(Some(found)) => run(engine, host, asker, found, argv, now, false, outcome),
        // It has not been looked at yet, as it were.
        Ok(None) if engine.pause.holds_back(client) => return 0,
        Ok(None) => {}
        Err(refusal) => {
            reject(engine, client, *refusal, (argv, now), outcome);
        }
    }
    let reply_place = engine.reply_place.take();
    if engine.has_pending() {
        flush_pending(engine, argv);
    }
    blocked::serve(engine, host);
    let state = engine.clients.get(client);
    let mut reply_len = 0;
    if let Some(reply) = &outcome.reply {
        let ReplySize { payload, wire } = reply_size(reply, state.map_or(2, |state| state.protocol));
        outcome.cost_ns += (text + payload) as u64 / BYTES_PER_NS;
        reply_len = wire;
    }
    if state.is_none_or(|state| state.asking || state.reply_mode != ReplyMode::On) {
        reply_to_some(engine, client, argv, &mut outcome.reply);
    }
    if let Some(place) = reply_place {
        put_among_messages(engine, client, place, outcome);
    }
    if !engine.monitors.is_empty() && engine.clients.get(client).is_some_and(|state| state.is_monitor) {
        put_before_own_line(engine, client, messages, outcome);
    }
    reply_len
}

/// Passes on what a command has to replicate, as a transaction where it is more than one thing.
#[inline(never)]
fn flush_pending(engine: &mut Engine, argv: &[Bytes]) {
    // Of a command that finds keys that nobody named, what expires is replicated by itself.
    let touches_arbitrary_keys = command::lookup(argv).is_some_and(|(_, spec)| spec.flags.has(Flags::ARBITRARY_KEYS));
    engine.flush_pending(!touches_arbitrary_keys);
}

/// A client that is told of its own commands gets the reply where Redis sends it, if that is before some of the messages.
#[cold]
pub fn put_among_messages(engine: &mut Engine, client: ClientId, place: usize, outcome: &mut Outcome) {
    if engine.outbox.iter().skip(place).any(|(to, _)| *to == client)
        && let Some(reply) = outcome.reply.take()
    {
        engine.outbox.insert(place, (client, reply));
    }
}

/// A monitor sees its own commands too, each behind its reply.
#[cold]
fn put_before_own_line(engine: &mut Engine, client: ClientId, since: usize, outcome: &mut Outcome) {
    let is_line = |(to, message): &(ClientId, Value)| *to == client && matches!(message, Value::Simple(_));
    let own = engine.outbox.iter().skip(since).rposition(is_line);
    if let Some(at) = own
        && let Some(reply) = outcome.reply.take()
    {
        engine.outbox.insert(since + at, (client, reply));
    }
}

/// What a client is answered whose last command was ASKING, or who does not want all replies.
#[cold]
fn reply_to_some(engine: &mut Engine, client: ClientId, argv: &[Bytes], reply: &mut Option<Value>) {
    let Some(state) = engine.clients.get_mut(client) else {
        *reply = None;
        return;
    };
    if state.asking && state.multi.is_none() && !argv[0].eq_ignore_ascii_case(b"asking") {
        state.asking = false;
    }
    let is_dropped = match state.reply_mode {
        ReplyMode::On => false,
        ReplyMode::Off => true,
        // Set by this very command, or in the midst of it.
        ReplyMode::SkipNext => {
            state.reply_mode = ReplyMode::SkipThis;
            false
        }
        // Of a client that waits the reply is still to come.
        ReplyMode::SkipThis => {
            if !engine.blocked.contains(client) {
                state.reply_mode = ReplyMode::On;
            }
            true
        }
    };
    // What confirms a subscription is sent whatever CLIENT REPLY says.
    if is_dropped && !matches!(reply, Some(Value::Push(_))) {
        *reply = None;
    }
}

/// A refusal before the command ran: it spoils a transaction being queued, and EXEC itself discards it.
#[cold]
fn reject(
    engine: &mut Engine,
    client: ClientId,
    Refusal { found, error }: Refusal,
    (argv, now): (&[Bytes], UnixMicros),
    outcome: &mut Outcome,
) {
    outcome.cost_ns += READ_NS;
    if let Some((id, _)) = found {
        engine.command_stats[usize::from(id.0)].rejected += 1;
    }
    let mut reply = Value::from(error);
    if let Some((_, spec)) = found.filter(|(_, spec)| spec.flags.has(Flags::EXEC) && is_plain_error(&reply)) {
        engine.discard_transaction(client);
        // Monitors have seen the MULTI: they are shown that it is over.
        engine.feed_monitors(client, spec, argv, now);
        if let Value::Error(text) = &reply {
            let mut abort = b"EXECABORT Transaction discarded because of: ".to_vec();
            // The general code is not repeated, others are.
            abort.extend_from_slice(text.strip_prefix(b"ERR ").unwrap_or(text));
            reply = Value::Error(abort.into());
        }
    } else if let Some(multi) = engine.clients.get_mut(client).and_then(|state| state.multi.as_mut()) {
        multi.dirty = true;
    }
    engine.note_error(&reply);
    outcome.reply = Some(reply);
}

/// Redirections are passed on as they are, even from EXEC.
fn is_plain_error(reply: &Value) -> bool {
    const REDIRECTIONS: [&[u8]; 5] = [b"MOVED ", b"ASK ", b"TRYAGAIN ", b"CLUSTERDOWN ", b"CROSSSLOT "];
    matches!(reply, Value::Error(text) if !REDIRECTIONS.iter().any(|code| text.starts_with(code)))
}

/// Why a command does not run, and which one, if there is such a command.
struct Refusal {
    found: Option<Found>,
    error: Error,
}

/// Whether nothing about the server can refuse, delay or redirect a command.
#[inline(always)]
fn is_calm(engine: &Engine, now: UnixMicros) -> bool {
    !engine.cluster_enabled
        && engine.config.maxmemory == 0
        && engine.config.requirepass.is_empty()
        && engine.config.min_replicas_to_write == 0
        && !engine.pause.is_on(now)
}

/// Commands that are not let through at a glance.
const LOOKED_AT: Flags = Flags::PROTECTED.or(Flags::EXEC);

#[cold]
fn refuse(found: Option<Found>, error: Error) -> Result<Option<Found>, Box<Refusal>> {
    Err(Box::new(Refusal { found, error }))
}

/// The checks from the third on. Answers the command if it is to run now: it may be put off instead.
fn check(
    engine: &mut Engine,
    host: &mut dyn Host,
    client: ClientId,
    found: Found,
    argv: &[Bytes],
    now: UnixMicros,
    outcome: &mut Outcome,
) -> Result<Option<Found>, Box<Refusal>> {
    let (id, spec) = found;
    let refuse = |error: Error| refuse(Some(found), error);
    let Some(state) = engine.clients.get_mut(client) else {
        return Ok(None);
    };
    state.last_command = Some(id);
    // 3: may it be used here at all?
    if spec.flags.has(Flags::PROTECTED) && !is_permitted(spec, &engine.config) {
        return refuse(protected(spec));
    }
    let is_exec = spec.flags.has(Flags::EXEC);
    let flags = match &state.multi {
        Some(multi) if is_exec => multi.flags(spec.flags),
        _ => spec.flags,
    };
    let is_write = flags.has(Flags::WRITE);
    let (is_follower, is_subscriber) = (state.is_follower(), state.protocol == 2 && !state.subscriptions.is_empty());
    let in_multi = state.multi.is_some();
    // 4: has the client said who it is?
    if !engine.config.requirepass.is_empty() && !state.authenticated && !spec.flags.has(Flags::NO_AUTH) {
        return refuse(Error::NoAuth);
    }
    // 5: inside a transaction?
    if in_multi && spec.flags.has(Flags::NO_MULTI) {
        return refuse(Error::Text("ERR Command not allowed inside a transaction"));
    }
    // 7: is this the node for these keys?
    if engine.cluster_enabled && (!spec.key_specs.is_empty() || spec.key_finder.is_some() || is_exec) {
        let (readonly, asking) = (state.readonly, state.asking || spec.flags.has(Flags::ASKING));
        if let Err(error) = route(engine, host, client, found, argv, is_write, readonly, asking) {
            if is_exec {
                engine.discard_transaction(client);
            }
            return refuse(error);
        }
    }
    // 9: is there memory for it?
    if engine.config.maxmemory > 0 && !engine.pause.is_on(now) {
        let evicted = engine.stats.evicted_keys;
        let verdict = evict::perform_evictions(engine, host, now);
        outcome.cost_ns += (engine.stats.evicted_keys - evicted) * EVICTION_NS;
        let ends_transaction = matches!(spec.name, "exec" | "discard" | "quit" | "reset");
        let may_grow = flags.has(Flags::DENYOOM) || (in_multi && !ends_transaction);
        if verdict == evict::Verdict::Fail && may_grow {
            return refuse(Error::OutOfMemory);
        }
        engine.oom_before_command = verdict == evict::Verdict::Fail;
    }
    // 11: are there replicas enough to write for?
    let wanted = engine.config.min_replicas_to_write;
    if is_write && wanted > 0 && !host.is_replica() && host.good_replicas() < wanted {
        return refuse(Error::NoReplicas);
    }
    // 12: does this node take writes?
    if is_write && engine.config.replica_read_only && host.is_replica() {
        return refuse(Error::ReadOnlyReplica);
    }
    // 13: does it listen, in a protocol in which messages and replies cannot be told apart?
    if is_subscriber && !may_be_said_by_subscribers(spec) {
        return refuse(Error::Owned(format!(
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this \
             context",
            spec.name
        )));
    }
    // 14: is the data too old to be shown?
    if !flags.has(Flags::STALE)
        && host.is_cut_off()
        && engine.config("replica-serve-stale-data").as_deref() == Some("no")
    {
        return refuse(Error::Text("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."));
    }
    // 15: is there data to work on yet?
    if !flags.has(Flags::LOADING) && host.is_loading() {
        return refuse(Error::Loading);
    }
    // 16: monitors, as replicas, keep out of the data.
    let may_replicate = flags.has_any(MAY_REPLICATE);
    if is_follower && (may_replicate || flags.has(Flags::READONLY)) {
        return refuse(Error::Text("ERR Replica can't interact with the keyspace"));
    }
    // 17: are clients held back?
    if !is_follower && engine.pause.holds(now, may_replicate) {
        outcome.cost_ns += READ_NS;
        engine.postpone(client, argv);
        return Ok(None);
    }
    // 18: now or later?
    if in_multi && !spec.flags.has(Flags::RUNS_AT_ONCE) {
        outcome.cost_ns += READ_NS;
        queue(engine, client, spec, argv);
        outcome.reply = Some(Value::simple("QUEUED"));
        return Ok(None);
    }
    Ok(Some(found))
}

/// A command writes, or else may send something to replicas.
const MAY_REPLICATE: Flags = Flags::WRITE.or(Flags::REPLICATES);

fn may_be_said_by_subscribers(spec: &CommandSpec) -> bool {
    matches!(spec.name, "ping" | "quit" | "reset") || spec.name.ends_with("subscribe")
}

#[allow(clippy::too_many_arguments)]
fn route(
    engine: &mut Engine,
    host: &mut dyn Host,
    client: ClientId,
    (_, spec): Found,
    argv: &[Bytes],
    is_write: bool,
    client_readonly: bool,
    asking: bool,
) -> Result<(), Error> {
    let keyspace = &engine.keyspace;
    let mut ask = |keys: &[Bytes]| {
        if keys.is_empty() {
            return Ok(());
        }
        let is_migrate = spec.name == "migrate";
        let is_shard_channel = matches!(spec.name, "ssubscribe" | "sunsubscribe" | "spublish");
        let route = Route { keys, is_write, client_readonly, asking, is_migrate, is_shard_channel };
        host.route(&route, keyspace).map_err(|reply| Error::Reply(Box::new(reply)))
    };
    if !spec.flags.has(Flags::EXEC) {
        return keys::with_keys(spec, argv, ask);
    }
    let multi = engine.clients.get(client).and_then(|state| state.multi.as_ref());
    let queue = multi.map_or(&[][..], |multi| &multi.queue);
    let all: Vec<Bytes> = queue
        .iter()
        .filter_map(|argv| Some((command::lookup(argv)?.1, argv)))
        .flat_map(|(spec, argv)| keys::with_keys(spec, argv, <[Bytes]>::to_vec))
        .collect();
    ask(&all)
}

/// Puts a command off until EXEC.
fn queue(engine: &mut Engine, client: ClientId, spec: &CommandSpec, argv: &[Bytes]) {
    let is_disturbed = engine.clients.get(client).is_some_and(|state| engine.is_disturbed(state));
    let Some(multi) = engine.clients.get_mut(client).and_then(|state| state.multi.as_mut()) else {
        return;
    };
    // A transaction that will be discarded need not be remembered.
    if multi.dirty || is_disturbed {
        return;
    }
    multi.any = multi.any.or(spec.flags);
    multi.lacking = multi.lacking.or(Flags::EVERY.without(spec.flags));
    multi.queue.push(argv.to_vec());
}

/// Runs a command without any check, counts it, and notes what it has to replicate. `nested`: as a part of a transaction.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn run(
    engine: &mut Engine,
    host: &mut dyn Host,
    asker: Asker,
    (id, spec): Found,
    argv: &[Bytes],
    now: UnixMicros,
    nested: bool,
    outcome: &mut Outcome,
) {
    let bytes_left = match engine.config.maxmemory {
        0 => u64::MAX,
        limit => limit.saturating_sub(engine.used_memory()),
    };
    engine.keyspace.set_bytes_left(bytes_left);
    let client = asker.client;
    let mut call = Call::new(engine, host, asker, (id, spec), argv, now);
    call.nested = nested;
    // It stays where it was put for a while: to move what has just been written takes the processor longer.
    let mut result = (spec.handler)(&mut call);
    let dirty = conclude(&mut call);
    let Call { work, extra_ns, close, no_reply, .. } = call;
    let base = if spec.flags.has(Flags::WRITE) { WRITE_NS } else { READ_NS };
    let cost_ns = base + work * ELEMENT_NS + extra_ns;
    engine.dirty += dirty;
    engine.stats.commands += 1;
    let stat = &mut engine.command_stats[usize::from(id.0)];
    stat.calls += 1;
    stat.nanos += cost_ns;
    if matches!(&result, Err(_) | Ok(Value::Error(_))) {
        note_failure(engine, id, &mut result);
    }
    server::after_command(engine, client, (id, spec), argv, cost_ns, now);
    engine.feed_monitors(client, spec, argv, now);
    outcome.cost_ns += cost_ns;
    outcome.close = close;
    if !no_reply {
        outcome.reply = result.ok();
    }
}

/// Counts a command that failed; what it failed with becomes its reply.
#[cold]
fn note_failure(engine: &mut Engine, id: CommandId, result: &mut Result<Value, Error>) {
    engine.command_stats[usize::from(id.0)].failed += 1;
    let reply = std::mem::replace(result, Ok(Value::Null)).unwrap_or_else(Value::from);
    engine.note_error(&reply);
    *result = Ok(reply);
}

/// Notes what a command has to replicate; answers how many changes it made.
#[inline(always)]
fn conclude(call: &mut Call<'_>) -> u64 {
    if call.dirty > 0 && !call.engine.drops_effects && !call.from_primary {
        note_effects(call);
    }
    call.dirty
}

/// The rest of [`conclude`], kept out of the way of commands without effects.
#[inline(never)]
fn note_effects(Call { engine, host, argv, db, rewritten, .. }: &mut Call<'_>) {
    if host.is_replica() {
        return;
    }
    match std::mem::take(rewritten) {
        Propagation::AsGiven => engine.pending.push((*db, argv.to_vec())),
        Propagation::Instead(commands) => engine.pending.extend(commands.into_iter().map(|argv| (*db, argv))),
    }
}

/// Goes on with the command of a client that waits. `None`: it goes on waiting.
pub fn go_on(
    engine: &mut Engine,
    host: &mut dyn Host,
    asker: Asker,
    found: Found,
    argv: &[Bytes],
    handler: impl FnOnce(&mut Call<'_>) -> Option<Result<Value, Error>>,
) -> Option<Value> {
    // A command may have slept (DEBUG SLEEP): time has gone on.
    let now = UnixMicros(host.now().0 + engine.server.sleep_ns / 1_000);
    let client = asker.client;
    let mut call = Call::new(engine, host, asker, found, argv, now);
    let reply = handler(&mut call)?.unwrap_or_else(Value::from);
    let cost_ns = WRITE_NS + call.work * ELEMENT_NS + call.extra_ns;
    let dirty = conclude(&mut call);
    engine.dirty += dirty;
    let stat = &mut engine.command_stats[usize::from(found.0.0)];
    stat.nanos += cost_ns;
    if reply.is_error() {
        stat.failed += 1;
        engine.note_error(&reply);
    }
    engine.blocked.remove(client);
    server::after_command(engine, client, found, argv, cost_ns, now);
    Some(reply)
}

/// Applies a command of the replication stream.
pub fn apply(engine: &mut Engine, host: &mut dyn Host, argv: &[Bytes]) {
    let now = host.now();
    let Some(found) = command::lookup(argv) else {
        return;
    };
    // The stream's transactions say only what belongs together, and it arrives together.
    if matches!(found.1.name, "multi" | "exec") || !found.1.accepts(argv.len()) {
        return;
    }
    let asker = Asker::of(engine, ClientId(0));
    run(engine, host, asker, found, argv, now, false, &mut Outcome::default());
    engine.reply_place = None;
    // Clients of a replica may wait for what its primary says (XREAD).
    blocked::serve(engine, host);
    engine.pending.clear();
    blocked::serve(engine, host);
}

/// As much of an argument as C prints: up to a zero byte, and no more than `max`.
fn printed(arg: &[u8], max: usize) -> &[u8] {
    let text = arg.split(|byte| *byte == 0).next().unwrap_or(arg);
    &text[..text.len().min(max)]
}

/// The error for words that name no command.
fn unknown(argv: &[Bytes]) -> Error {
    /// Redis quotes at most so much of the name, and of the arguments together.
    const QUOTED: usize = 128;
    if let Some((_, container)) = command::lookup_top(&argv[0]) {
        let said = printed(&argv[1], QUOTED);
        let mut text = b"ERR unknown subcommand '".to_vec();
        text.extend_from_slice(said);
        text.extend_from_slice(format!("'. Try {} HELP.", container.name.to_ascii_uppercase()).as_bytes());
        return Error::bytes(text);
    }
    let mut args = Vec::new();
    for arg in &argv[1..] {
        if args.len() >= QUOTED {
            break;
        }
        let room = QUOTED - args.len();
        args.push(b'\'');
        args.extend_from_slice(printed(arg, room));
        args.extend_from_slice(b"' ");
    }
    let mut text = b"ERR unknown command '".to_vec();
    text.extend_from_slice(printed(&argv[0], QUOTED));
    text.extend_from_slice(b"', with args beginning with: ");
    text.extend_from_slice(&args);
    Error::bytes(text)
}

/// Whether the parameter of a protected command allows it.
fn is_permitted(spec: &CommandSpec, config: &Config) -> bool {
    if spec.name == "debug" { config.enable_debug_command } else { config.enable_module_command }
}

fn protected(spec: &CommandSpec) -> Error {
    let top = spec.name.split('|').next().unwrap_or(spec.name);
    Error::Owned(format!(
        "ERR {} command not allowed. If the enable-{top}-command option is set to \"local\", you can run it from a local \
         connection, otherwise you need to set this option in the configuration file, and then restart the server.",
        top.to_ascii_uppercase(),
    ))
}

impl Engine {
    /// Counts an error reply by its code.
    pub(super) fn note_error(&mut self, reply: &Value) {
        let Value::Error(text) = reply else { return };
        let code = text.split(|byte| *byte == b' ').next().unwrap_or(text);
        let code = String::from_utf8_lossy(code);
        if let Some(count) = self.error_stats.get_mut(code.as_ref()) {
            *count += 1;
        } else {
            self.error_stats.insert(code.into_owned(), 1);
        }
    }

    /// Ends a client's transaction without running it.
    pub(super) fn discard_transaction(&mut self, client: ClientId) {
        if let Some(state) = self.clients.get_mut(client) {
            state.multi = None;
        }
        self.unwatch_all(client);
    }

    /// Whether a key that a client watches was changed since; that one's time has run out does not count as such.
    pub(super) fn is_disturbed(&self, client: &Client) -> bool {
        let is_touched =
            |watched: &Watched| self.keyspace.is_touched(watched.db, &watched.key, watched.since, watched.was_expired);
        client.watched.iter().any(is_touched)
    }

    /// Ends every WATCH of a client.
    pub(super) fn unwatch_all(&mut self, client: ClientId) {
        if let Some(state) = self.clients.get_mut(client) {
            for watched in std::mem::take(&mut state.watched) {
                self.keyspace.unwatch(watched.db, &watched.key);
            }
        }
    }
}

//! CLIENT: who is connected, and closing connections.

use std::fmt::Write as _;

use super::connection;
use crate::engine::call::Call;
use crate::engine::client::{Client, ReplyMode};
use crate::engine::error::Error;
use crate::engine::pubsub::Space;
use crate::engine::{CLIENT_MEMORY, ClientId, Engine, UnixMicros, blocked, command, memory, number};
use crate::resp::{Bytes, Value, wire_len};

/// `CLIENT ID`
pub fn client_id(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(call.client.0 as i64))
}

/// `CLIENT GETNAME`
pub fn client_getname(call: &mut Call<'_>) -> Result<Value, Error> {
    let name = call.client().name.clone();
    Ok(if name.is_empty() { Value::Null } else { Value::bulk(name) })
}

/// `CLIENT SETNAME name`
pub fn client_setname(call: &mut Call<'_>) -> Result<Value, Error> {
    let name = &call.argv[2];
    connection::set_name(call, name)?;
    Ok(Value::ok())
}

/// `CLIENT GETREDIR`: nobody tracks.
pub fn client_getredir(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Int(-1))
}

/// `CLIENT CACHING YES|NO`: nobody tracks.
pub fn client_caching(_call: &mut Call<'_>) -> Result<Value, Error> {
    Err(Error::Text(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
    ))
}

/// `CLIENT TRACKINGINFO`: nobody tracks.
pub fn client_trackinginfo(_call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::Map(vec![
        (Value::bulk("flags"), Value::Set(vec![Value::bulk("off")])),
        (Value::bulk("redirect"), Value::Int(-1)),
        (Value::bulk("prefixes"), Value::Array(Vec::new())),
    ]))
}

/// `CLIENT NO-EVICT ON|OFF`
pub fn client_no_evict(call: &mut Call<'_>) -> Result<Value, Error> {
    call.client_mut().no_evict = on_or_off(call, 2)?;
    Ok(Value::ok())
}

fn on_or_off(call: &Call<'_>, at: usize) -> Result<bool, Error> {
    if call.is_word(at, "on") {
        Ok(true)
    } else if call.is_word(at, "off") {
        Ok(false)
    } else {
        Err(Error::Syntax)
    }
}

/// `CLIENT REPLY ON|OFF|SKIP`: only ON is replied to.
pub fn client_reply(call: &mut Call<'_>) -> Result<Value, Error> {
    let mode = if call.is_word(2, "on") {
        ReplyMode::On
    } else if call.is_word(2, "off") {
        ReplyMode::Off
    } else if call.is_word(2, "skip") {
        if call.client().reply_mode == ReplyMode::Off { ReplyMode::Off } else { ReplyMode::SkipNext }
    } else {
        return Err(Error::Syntax);
    };
    call.client_mut().reply_mode = mode;
    call.no_reply = mode != ReplyMode::On;
    Ok(Value::ok())
}

/// `CLIENT PAUSE timeout [WRITE|ALL]`: milliseconds.
pub fn client_pause(call: &mut Call<'_>) -> Result<Value, Error> {
    let all = match call.argv.len() {
        3 => true,
        4 if call.is_word(3, "all") => true,
        4 if call.is_word(3, "write") => false,
        4 => return Err(Error::Text("ERR CLIENT PAUSE mode must be WRITE or ALL")),
        _ => return Err(subcommand_syntax(call)),
    };
    let now = call.now;
    // 0 is no time at all; else its last millisecond is part of it.
    let until = call.deadline_in_whole_ms(2)?.map_or(now, |end| UnixMicros(end.0.saturating_add(1)));
    call.engine.pause.begin(now, until, all);
    Ok(Value::ok())
}

/// `CLIENT UNPAUSE`
pub fn client_unpause(call: &mut Call<'_>) -> Result<Value, Error> {
    call.engine.pause.end();
    Ok(Value::ok())
}

fn subcommand_syntax(call: &Call<'_>) -> Error {
    let said = String::from_utf8_lossy(&call.argv[1]).into_owned();
    Error::SubcommandSyntax(said, "CLIENT".to_owned())
}

/// `CLIENT UNBLOCK client-id [TIMEOUT|ERROR]`: who is held back by CLIENT PAUSE is not blocked in this sense.
pub fn client_unblock(call: &mut Call<'_>) -> Result<Value, Error> {
    let answer = match call.argv.len() {
        3 => None,
        4 if call.is_word(3, "timeout") => None,
        4 if call.is_word(3, "error") => Some(Value::error("UNBLOCKED client unblocked via CLIENT UNBLOCK")),
        4 => return Err(Error::Text("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")),
        _ => return Err(subcommand_syntax(call)),
    };
    let client = ClientId(u64::try_from(call.int(2)?).unwrap_or(0));
    let ended = blocked::end_wait(call.engine, call.host, client, answer);
    Ok(Value::Int(i64::from(ended)))
}

/// `MONITOR`: whoever is one already is answered nothing.
pub fn monitor(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.nested {
        return Err(Error::Text("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    if call.client().is_monitor {
        call.no_reply = true;
        return Ok(Value::Null);
    }
    call.client_mut().is_monitor = true;
    call.engine.monitors.push(call.client);
    Ok(Value::ok())
}

/// The kinds of clients CLIENT LIST and CLIENT KILL tell apart. None is a primary: that link is no client here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientType {
    Normal,
    Primary,
    Replica,
    Pubsub,
}

impl ClientType {
    fn parse(said: &[u8]) -> Result<Self, Error> {
        Ok(match said.to_ascii_lowercase().as_slice() {
            b"normal" => Self::Normal,
            b"master" => Self::Primary,
            b"replica" | b"slave" => Self::Replica,
            b"pubsub" => Self::Pubsub,
            _ => return Err(Error::quoting("ERR Unknown client type '", said, "'")),
        })
    }

    fn of(client: &Client) -> Self {
        if client.is_replica {
            Self::Replica
        } else if client.subscriptions.is_empty() {
            Self::Normal
        } else {
            Self::Pubsub
        }
    }
}

/// `CLIENT INFO`
pub fn client_info(call: &mut Call<'_>) -> Result<Value, Error> {
    let mut text = String::new();
    describe(&mut text, call, call.client());
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

/// `CLIENT LIST [TYPE type] [ID id [id …]]`
pub fn client_list(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let mut only = None;
    if argv.len() == 4 && call.is_word(2, "type") {
        only = Some(ClientType::parse(&argv[3])?);
    } else if argv.len() > 3 && call.is_word(2, "id") {
        let mut text = String::new();
        for id in &argv[3..] {
            let id = number::parse_i64(id).ok_or(Error::Text("ERR Invalid client ID"))?;
            // 0 is the primary link, which is no client here.
            if let Some(client) = u64::try_from(id).ok().filter(|id| *id > 0).map(ClientId)
                && let Some(client) = call.engine.clients.get(client)
            {
                describe(&mut text, call, client);
            }
        }
        return Ok(Value::Verbatim(*b"txt", Bytes::from(text)));
    } else if argv.len() != 2 {
        return Err(Error::Syntax);
    }
    let mut text = String::new();
    for client in &call.engine.clients {
        if only.is_none_or(|only| only == ClientType::of(client)) {
            describe(&mut text, call, client);
        }
    }
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

/// Where the server listens, for `laddr`.
fn local_address(engine: &Engine) -> String {
    let config = |name: &str| engine.config(name).unwrap_or_default();
    let announced = config("cluster-announce-ip");
    let ip = if announced.is_empty() { "127.0.0.1" } else { &announced };
    format!("{ip}:{}", config("port"))
}

/// One line of CLIENT LIST. Sizes are those of the real server, measured: while a client is being served it has a query
/// buffer of 20 KiB, else none to speak of.
fn describe(text: &mut String, call: &Call<'_>, client: &Client) {
    const QUERY_BUFFER: u64 = 20_474;
    const SERVED_MEMORY: usize = 37_632;
    // The part of these that is the reply buffer.
    const FRESH_BUFFER: usize = 16_384;
    const IDLE_BUFFER: u64 = 1_024;
    let seconds = |since: UnixMicros| call.now.0.saturating_sub(since.0) / 1_000_000;
    let served = client.id == call.client;
    let arguments: usize = call.argv.iter().map(|arg| arg.len()).sum();
    let query = wire_len(call.argv) as u64;
    let (query, query_free) = if served { (query, QUERY_BUFFER.saturating_sub(query)) } else { (0, 0) };
    let arguments = if served { arguments } else { 0 };
    let (reply_size, reply_peak) = (client.reply_buffer.size, client.reply_buffer.peak);
    let total = if served {
        (SERVED_MEMORY - FRESH_BUFFER + reply_size + arguments + memory::allocated(8 * call.argv.len())) as u64
    } else {
        CLIENT_MEMORY - IDLE_BUFFER + reply_size as u64
    };
    let mut flags = String::new();
    for (is, letter) in [
        (client.is_monitor, 'O'),
        (client.is_replica, 'S'),
        (!client.subscriptions.is_empty(), 'P'),
        (client.multi.is_some(), 'x'),
        (call.engine.is_blocked(client.id), 'b'),
        (call.engine.is_disturbed(client), 'd'),
        (client.closing, 'c'),
        (client.readonly, 'r'),
        (client.no_evict, 'e'),
    ] {
        if is {
            flags.push(letter);
        }
    }
    if flags.is_empty() {
        flags.push('N');
    }
    let queued = client.multi.as_ref().map_or(-1, |multi| multi.queue.len() as i64);
    let last = client.last_command.and_then(command::by_id).map_or("NULL", |spec| spec.name);
    let _ = writeln!(
        text,
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={flags} db={} sub={} psub={} ssub={} \
         multi={queued} qbuf={query} qbuf-free={query_free} argv-mem={arguments} multi-mem=0 rbs={reply_size} rbp={reply_peak} obl=0 oll=0 \
         omem=0 tot-mem={total} events=r cmd={last} user=default redir=-1 resp={}",
        client.id.0,
        client.addr,
        local_address(call.engine),
        client.id.0 + 7,
        String::from_utf8_lossy(&client.name),
        seconds(client.connected_at),
        seconds(client.last_interaction),
        client.db,
        client.subscriptions.count(Space::Channel),
        client.subscriptions.count(Space::Pattern),
        client.subscriptions.count(Space::Shard),
        client.protocol,
    );
}

/// What CLIENT KILL looks for.
#[derive(Default)]
struct Filter<'a> {
    id: Option<i64>,
    addr: Option<&'a [u8]>,
    local_addr: Option<&'a [u8]>,
    kind: Option<ClientType>,
    spare_me: bool,
}

/// `CLIENT KILL addr`, or `CLIENT KILL option value [option value …]`
pub fn client_kill(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let mut filter = Filter { spare_me: true, ..Filter::default() };
    let by_address_only = argv.len() == 3;
    if by_address_only {
        filter.addr = Some(&argv[2]);
        filter.spare_me = false;
    } else {
        for option in argv[2..].chunks(2) {
            let [name, value] = option else {
                return Err(Error::Syntax);
            };
            match name.to_ascii_lowercase().as_slice() {
                b"id" => {
                    let id = number::parse_i64(value).filter(|id| *id > 0);
                    filter.id = Some(id.ok_or(Error::Text("ERR client-id should be greater than 0"))?);
                }
                b"type" => filter.kind = Some(ClientType::parse(value)?),
                b"addr" => filter.addr = Some(value),
                b"laddr" => filter.local_addr = Some(value),
                b"user" if **value == *b"default" => {}
                b"user" => return Err(Error::quoting("ERR No such user '", value, "'")),
                b"skipme" if value.eq_ignore_ascii_case(b"yes") => filter.spare_me = true,
                b"skipme" if value.eq_ignore_ascii_case(b"no") => filter.spare_me = false,
                _ => return Err(Error::Syntax),
            }
        }
    }
    let local = local_address(call.engine);
    let me = call.client;
    let doomed: Vec<ClientId> = call
        .engine
        .clients
        .iter()
        .filter(|client| filter.id.is_none_or(|id| client.id.0 as i64 == id))
        .filter(|client| filter.addr.is_none_or(|addr| client.addr.as_bytes() == addr))
        .filter(|_| filter.local_addr.is_none_or(|addr| local.as_bytes() == addr))
        .filter(|client| filter.kind.is_none_or(|kind| kind == ClientType::of(client)))
        .filter(|client| !filter.spare_me || client.id != me)
        .map(|client| client.id)
        .collect();
    for id in &doomed {
        if *id == me {
            call.close = true;
        } else {
            call.engine.kill(*id);
        }
    }
    match (by_address_only, doomed.is_empty()) {
        (true, true) => Err(Error::Text("ERR No such client")),
        (true, false) => Ok(Value::ok()),
        (false, _) => Ok(Value::Int(doomed.len() as i64)),
    }
}

//! AUTH, ECHO, HELLO, PING, QUIT, RESET, SELECT, and the cluster's per-connection switches.

use crate::engine::call::Call;
use crate::engine::client::ReplyMode;
use crate::engine::error::Error;
use crate::engine::{Engine, number};
use crate::resp::{Bytes, Value};

/// The version this engine answers as.
pub const REDIS_VERSION: &str = "7.0.15";

const WRONG_PASSWORD: Error = Error::Text("WRONGPASS invalid username-password pair or user is disabled.");

/// `PING [message]`
pub fn ping(call: &mut Call<'_>) -> Result<Value, Error> {
    if call.argv.len() <= 2 && call.protocol() == 2 && !call.client().subscriptions.is_empty() {
        // A subscriber of RESP2 expects nothing but arrays.
        let message = call.argv.get(1).cloned().unwrap_or_default();
        return Ok(Value::Array(vec![Value::bulk("pong"), Value::Bulk(message)]));
    }
    match call.argv {
        [_] => Ok(Value::simple("PONG")),
        [_, message] => Ok(Value::bulk(message.clone())),
        _ => Err(call.arity_error()),
    }
}

/// `ECHO message`
pub fn echo(call: &mut Call<'_>) -> Result<Value, Error> {
    Ok(Value::bulk(call.argv[1].clone()))
}

/// `QUIT`
pub fn quit(call: &mut Call<'_>) -> Result<Value, Error> {
    call.close = true;
    Ok(Value::ok())
}

/// `RESET`: as if just connected.
pub fn reset(call: &mut Call<'_>) -> Result<Value, Error> {
    call.engine.discard_transaction(call.client);
    call.engine.forget_subscriptions(call.client);
    call.engine.monitors.retain(|monitor| *monitor != call.client);
    let client = call.client_mut();
    client.protocol = 2;
    client.db = 0;
    client.name = Bytes::default();
    client.authenticated = false;
    client.is_monitor = false;
    client.asking = false;
    client.readonly = false;
    // If no reply to this one is wanted, that holds.
    if client.reply_mode != ReplyMode::SkipThis {
        client.reply_mode = ReplyMode::On;
    }
    Ok(Value::simple("RESET"))
}

/// `SELECT index`
pub fn select(call: &mut Call<'_>) -> Result<Value, Error> {
    let index = call.narrow_int(1)?;
    if call.engine.cluster_enabled && index != 0 {
        return Err(Error::Text("ERR SELECT is not allowed in cluster mode"));
    }
    let databases = call.keyspace().databases();
    let db = u32::try_from(index).ok().filter(|db| *db < databases).ok_or(Error::DbIndex)?;
    call.client_mut().db = db;
    call.db = db;
    Ok(Value::ok())
}

/// `AUTH [username] password`: there is one user, `default`.
pub fn auth(call: &mut Call<'_>) -> Result<Value, Error> {
    let (user, password) = match call.argv {
        [_, _] if call.engine.config.requirepass.is_empty() => {
            return Err(Error::Text(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your \
                 configuration is correct?",
            ));
        }
        [_, password] => (&Bytes::from("default"), password),
        [_, user, password] => (user, password),
        _ => return Err(Error::Syntax),
    };
    log_in(call, user, password)?;
    Ok(Value::ok())
}

fn log_in(call: &mut Call<'_>, user: &[u8], password: &[u8]) -> Result<(), Error> {
    let required = &call.engine.config.requirepass;
    if user != b"default" || !(required.is_empty() || required.as_bytes() == password) {
        return Err(WRONG_PASSWORD);
    }
    call.client_mut().authenticated = true;
    Ok(())
}

/// Whether a client need not, or no longer, say who it is.
fn is_authenticated(call: &Call<'_>) -> bool {
    call.engine.config.requirepass.is_empty() || call.client().authenticated
}

/// A connection's name has no spaces and nothing that does not print.
fn check_name(name: &[u8]) -> Result<(), Error> {
    if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
        return Ok(());
    }
    Err(Error::Text("ERR Client names cannot contain spaces, newlines or special characters."))
}

/// Sets or, if empty, takes away a connection's name.
pub fn set_name(call: &mut Call<'_>, name: &Bytes) -> Result<(), Error> {
    check_name(name)?;
    call.client_mut().name = name.clone();
    Ok(())
}

/// `HELLO [version [AUTH user password] [SETNAME name]]`
pub fn hello(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let mut version = None;
    if let Some(said) = argv.get(1) {
        version = match number::parse_i64(said) {
            None => {
                return Err(Error::Text("ERR Protocol version is not an integer or out of range"));
            }
            Some(2) => Some(2),
            Some(3) => Some(3),
            Some(_) => return Err(Error::Text("NOPROTO unsupported protocol version")),
        };
    }
    let (mut login, mut name) = (None, None);
    let mut rest = argv.get(2..).unwrap_or(&[]);
    while let Some(option) = rest.first() {
        match rest {
            [_, user, password, ..] if option.eq_ignore_ascii_case(b"auth") => {
                login = Some((user, password));
                rest = &rest[3..];
            }
            [_, said, ..] if option.eq_ignore_ascii_case(b"setname") => {
                check_name(said)?;
                name = Some(said);
                rest = &rest[2..];
            }
            _ => {
                return Err(Error::quoting("ERR Syntax error in HELLO option '", option, "'"));
            }
        }
    }
    if let Some((user, password)) = login {
        log_in(call, user, password)?;
    }
    if !is_authenticated(call) {
        return Err(Error::Text(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> \
             <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
        ));
    }
    if let Some(name) = name {
        call.client_mut().name = name.clone();
    }
    if let Some(version) = version {
        call.client_mut().protocol = version;
    }
    let protocol = i64::from(call.client().protocol);
    let mode = if call.engine.cluster_enabled { "cluster" } else { "standalone" };
    let role = if call.host.is_replica() { "replica" } else { "master" };
    let fields = [
        ("server", Value::bulk("redis")),
        ("version", Value::bulk(REDIS_VERSION)),
        ("proto", Value::Int(protocol)),
        ("id", Value::Int(call.client.0 as i64)),
        ("mode", Value::bulk(mode)),
        ("role", Value::bulk(role)),
        ("modules", Value::Array(Vec::new())),
    ];
    Ok(Value::Map(fields.into_iter().map(|(name, value)| (Value::bulk(name), value)).collect()))
}

fn cluster_only(engine: &Engine) -> Result<(), Error> {
    if engine.cluster_enabled { Ok(()) } else { Err(Error::Text("ERR This instance has cluster support disabled")) }
}

/// `ASKING`: the next command may reach a slot that is being imported.
pub fn asking(call: &mut Call<'_>) -> Result<Value, Error> {
    cluster_only(call.engine)?;
    call.client_mut().asking = true;
    Ok(Value::ok())
}

/// `READONLY`: this connection may read from a replica.
pub fn readonly(call: &mut Call<'_>) -> Result<Value, Error> {
    cluster_only(call.engine)?;
    call.client_mut().readonly = true;
    Ok(Value::ok())
}

/// `READWRITE`
pub fn readwrite(call: &mut Call<'_>) -> Result<Value, Error> {
    cluster_only(call.engine)?;
    call.client_mut().readonly = false;
    Ok(Value::ok())
}

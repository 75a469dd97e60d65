//! SHUTDOWN: the server ends, once its replicas have all that it has replicated (or `shutdown-timeout` has passed).
//!
//! The engine only says that it has ended ([`Engine::has_ended`]); whoever drives it lets it go.

use crate::engine::blocked::{self, Wait};
use crate::engine::call::Call;
use crate::engine::error::Error;
use crate::engine::{ClientId, Engine, Host, UnixMicros};
use crate::resp::Value;

/// What those are told who have asked for a shutdown that does not come about.
const CALLED_OFF: &str = "ERR Errors trying to SHUTDOWN. Check logs.";

/// A shutdown that is under way.
#[derive(Clone, Debug)]
pub struct Shutdown {
    /// Replicas are waited for until then.
    deadline: UnixMicros,
    /// Who has asked for it.
    clients: Vec<ClientId>,
}

impl Shutdown {
    /// How long it may still take, in milliseconds (INFO `shutdown_in_milliseconds`).
    pub fn millis_left(&self, now: UnixMicros) -> i64 {
        self.deadline.millis() as i64 - now.millis() as i64
    }
}

#[derive(Default)]
struct Options {
    nosave: bool,
    save: bool,
    now: bool,
    force: bool,
    abort: bool,
}

impl Options {
    fn parse(call: &Call<'_>) -> Result<Self, Error> {
        let mut options = Self::default();
        for word in &call.argv[1..] {
            let option = match word.to_ascii_lowercase().as_slice() {
                b"nosave" => &mut options.nosave,
                b"save" => &mut options.save,
                b"now" => &mut options.now,
                b"force" => &mut options.force,
                b"abort" => &mut options.abort,
                _ => return Err(Error::Syntax),
            };
            *option = true;
        }
        let any = options.nosave || options.save || options.now || options.force;
        if (options.abort && any) || (options.nosave && options.save) {
            return Err(Error::Syntax);
        }
        Ok(options)
    }
}

/// `SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]`
pub fn shutdown(call: &mut Call<'_>) -> Result<Value, Error> {
    let options = Options::parse(call)?;
    if options.abort {
        return abort(call);
    }
    let saves = options.save || (!options.nosave && call.engine.config("save").is_some_and(|save| !save.is_empty()));
    if saves && !options.force {
        return Err(Error::Text(
            "ERR Slotscope does not implement 'SAVE' yet: SHUTDOWN NOSAVE ends the server without",
        ));
    }
    let timeout_s: u64 = call.engine.config("shutdown-timeout").and_then(|text| text.parse().ok()).unwrap_or(0);
    if let Some(under_way) = &mut call.engine.server.shutdown {
        under_way.clients.push(call.client);
    } else if options.now || timeout_s == 0 || !call.host.has_lagging_replicas() {
        call.engine.server.has_ended = true;
        call.no_reply = true;
        return Ok(Value::Null);
    } else {
        let deadline = UnixMicros(call.now.0.saturating_add(timeout_s.saturating_mul(1_000_000)));
        call.engine.server.shutdown = Some(Shutdown { deadline, clients: vec![call.client] });
        // Nothing more is written that replicas would lack.
        call.engine.pause.begin_for_shutdown();
    }
    Ok(call.block(Wait::for_no_key(None, Value::error(CALLED_OFF))))
}

fn abort(call: &mut Call<'_>) -> Result<Value, Error> {
    let Some(Shutdown { clients, .. }) = call.engine.server.shutdown.take() else {
        return Err(Error::Text("ERR No shutdown in progress."));
    };
    for client in clients {
        blocked::end_wait(call.engine, call.host, client, None);
    }
    call.engine.pause.end_for_shutdown();
    Ok(Value::ok())
}

/// Ends the server if a shutdown is under way and nothing need be waited for any more.
pub fn go_on(engine: &mut Engine, host: &mut dyn Host) {
    if let Some(Shutdown { deadline, .. }) = &engine.server.shutdown
        && (host.now() >= *deadline || !host.has_lagging_replicas())
    {
        engine.server.has_ended = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::testing::Server;

    #[test]
    fn what_is_said_wrongly_ends_nothing() {
        let mut server = Server::new(false);
        // As redis-server 7.0.15 answers.
        for line in ["shutdown foo", "shutdown save nosave", "shutdown abort now", "shutdown nosave abort"] {
            assert_eq!(server.run(line), "-ERR syntax error", "{line}");
        }
        assert_eq!(server.run("shutdown abort"), "-ERR No shutdown in progress.");
        server.run("multi");
        assert_eq!(server.run("shutdown nosave"), "-ERR Command not allowed inside a transaction");
        server.run("discard");
        assert!(server.run("shutdown save").contains("SHUTDOWN NOSAVE"));
        server.engine.configure("save", "3600 1").expect("a parameter of Redis");
        assert!(server.run("shutdown").contains("SHUTDOWN NOSAVE"), "there are save points");
        assert!(!server.engine.has_ended());
    }

    #[test]
    fn a_server_without_replicas_ends_at_once() {
        for line in ["shutdown", "shutdown nosave", "SHUTDOWN NoSave Now", "shutdown save force"] {
            let mut server = Server::new(false);
            assert_eq!(server.outcome(line).reply, None, "{line}");
            assert!(server.engine.has_ended(), "{line}");
        }
    }

    #[test]
    fn replicas_that_lag_are_waited_for_and_writes_held_back() {
        let mut server = Server::new(false);
        server.host.lagging = true;
        let (first, second) = (server.connect(2), server.connect(2));
        server.engine.configure("shutdown-timeout", "3").expect("a parameter of Redis");
        assert_eq!(server.talk(first, "shutdown nosave"), "");
        assert_eq!(server.talk(second, "set k v"), "", "it waits");
        assert_eq!(server.engine.next_deadline(), None, "no clock ends that");
        assert_eq!(server.run("get k"), "nil");
        assert!(server.run("info server").contains("shutdown_in_milliseconds:3000"));
        assert_eq!(server.run("shutdown abort"), "+OK");
        assert_eq!(
            server.sent(),
            format!("#{} -ERR Errors trying to SHUTDOWN. Check logs. | #{} +OK", first.0, second.0)
        );
        assert_eq!(server.run("get k"), "\"v\"");
        // Once more: the replicas come up, or the time is up.
        let mut other = server.clone();
        for server in [&mut server, &mut other] {
            assert_eq!(server.talk(first, "shutdown nosave"), "");
            server.engine.cron(&mut server.host);
            assert!(!server.engine.has_ended());
        }
        server.host.lagging = false;
        server.engine.acknowledged(&mut server.host);
        assert!(server.engine.has_ended());
        other.host.now.0 += 3_000_000;
        other.engine.cron(&mut other.host);
        assert!(other.engine.has_ended());
    }
}

